"""Collect what a learning platform hands over: its zip file, a folder, or e-mails.

`source` reads all files in a process with limits, `names` sorts them into hand-ins by the names
that each platform gives them, `times` and `commits` find out when they were handed in, `match`
finds the students in the class, and `kept` keeps every hand-in and puts the one that counts into
the inbox. `collect` runs all of these steps.
"""
