"""Read a class from a CSV file, and keep it in the gradebook while it changes.

`columns` finds out what a file calls what, and `update` compares it with the gradebook.
"""
