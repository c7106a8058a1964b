"""Read by nbgrader and formgrader when they start: `nbgrader autograde NAME --config autograder/nbgrader_config.py`."""

from pathlib import Path

from autograder.courses.own import OwnCourse

get_config().merge(OwnCourse(Path(__file__).resolve().parents[1]).settings())  # noqa: F821 (nbgrader gives it)
