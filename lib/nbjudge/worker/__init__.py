"""Run a student's code in a separate process, and exchange plain data with it."""
