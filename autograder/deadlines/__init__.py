"""Read deadlines.toml: due dates, grace, penalties and extensions, and store them in the gradebook.

`times` reads dates, times and lengths of time as people write them, `file` reads and checks the
file, and `penalty` computes what being late costs, for nbgrader too.
"""
