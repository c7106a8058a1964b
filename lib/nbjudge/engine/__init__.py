"""Run a notebook's cells and its checks, and report the result of each check."""
