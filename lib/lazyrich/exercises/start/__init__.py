"""Collect the visible check of 00_start."""

from lazyrich.exercises.start.errors import by_hand

__all__ = ["by_hand"]
