"""Walls around students' code: a warm worker inside bubblewrap, in namespaces of its own."""

from autograder.walls.choose import Level, WallsMissing, choose

__all__ = ["Level", "WallsMissing", "choose"]
