"""Isolate students' code: a warm worker inside bubblewrap, in namespaces of its own."""

from autograder.isolation.choose import Level, WallsMissing, choose

__all__ = ["Level", "WallsMissing", "choose"]
