"""Read deadlines.toml: due dates, grace, penalties and extensions, and store them in the gradebook.

`times` reads what people write for a time or a length of time, `file` reads and checks the file,
and `penalty` computes what being late costs, for nbgrader too.
"""
