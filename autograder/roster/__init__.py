"""Read a class from a CSV file, and keep it in the gradebook while it changes.

`columns` finds the columns of a file, and `update` compares its rows with the gradebook.
"""
