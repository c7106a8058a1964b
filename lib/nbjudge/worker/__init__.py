"""Run a student's code in a process of its own, and talk to it in plain data."""
