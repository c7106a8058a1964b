"""Run a notebook's cells and its checks, and report what each check gave."""
