"""Read by nbgrader and formgrader when they start: `nbgrader autograde NAME --config autograder/nbgrader_config.py`."""

from pathlib import Path

from autograder.courses.own import Course, nbgrader_settings

get_config().merge(nbgrader_settings(Course(Path(__file__).resolve().parents[1])))  # noqa: F821 (nbgrader gives it)
