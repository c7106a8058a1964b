"""Back up everything that cannot be regenerated to one dated file, and restore it.

`parts` lists what that is, `write` makes the file and reads it back, and `restore` checks the whole
file before it changes anything.
"""
