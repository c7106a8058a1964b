"""Collect what a learning platform hands over: its zip file, a folder, or e-mails.

`source` reads all files by the limited process, `names` reads whose they are from the names that
each platform gives them, `times` and `commits` read when they were handed in, `match` finds the
students of the class, and `kept` keeps every hand-in and puts the one that counts into the inbox.
`collect` is the whole way.
"""
