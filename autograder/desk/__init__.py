"""Serve the desk of a person who grades by hand: one question at a time, in the browser."""
