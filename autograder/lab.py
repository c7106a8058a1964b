"""JupyterLab for the instructor: at the course's root, with nbgrader's extensions and our configuration."""

import os

from autograder.courses import Course
from lazyrich.app import lab
from nbjudge.extras import require

__all__ = ["lab_command", "lab_environment"]


def lab_command(course: Course, *, port: int, browser: bool | None = None) -> list[str]:
    """The command that serves the course's root on 127.0.0.1, formgrader first. Raises ImportError if a part of it is not installed."""
    require("grader", "nbgrader")
    command = lab.lab_command(course.root, port=port, browser=browser)
    ours = ("--ServerApp.root_dir", "--LabApp.default_url")
    command = [part for part in command if not part.startswith(ours)]
    return [*command, f"--ServerApp.root_dir={course.root}", "--LabApp.default_url=/formgrader"]


def lab_environment(course: Course) -> dict[str, str]:
    """Its environment: this installation's programs, and nbgrader_config.py where nbgrader looks for it."""
    environment = lab.lab_environment()
    environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        [str(course.runtime), *environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)[1:]]
    )
    return environment
