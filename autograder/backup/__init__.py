"""Keep all that cannot be made again in one dated file, and put it back.

`parts` says what that is, `write` makes the file and reads it again, and `restore` checks a file
whole before it touches anything.
"""
