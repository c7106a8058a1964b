"""Serve the desk for manual grading: one question at a time, in the browser."""
