"""Configure nbgrader and formgrader, which read this file when they start in this folder.

From another folder: `nbgrader autograde NAME --config autograder/nbgrader_config.py`.
"""

from pathlib import Path

from autograder.courses.own import OwnCourse

course = OwnCourse(Path(__file__).resolve().parents[1])
get_config().merge(course.settings())  # noqa: F821 (nbgrader defines get_config)
