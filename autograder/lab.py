"""Start JupyterLab for the instructor: at the course's root, with formgrader first."""

import os

from autograder.courses import Course
from lazyrich.app import lab
from nbjudge.extras import require

__all__ = ["lab_command", "lab_environment"]


def lab_command(course: Course, *, port: int, browser: bool | None = None) -> list[str]:
    """Build the command that serves the course's root on 127.0.0.1 and opens formgrader.

    Parameters
    ----------
    course : Course
        The course.
    port : int
        The port to listen on.
    browser : bool, optional
        Whether to open a browser; by default, where there is one.

    Returns
    -------
    list of str
        The program and its arguments.

    Raises
    ------
    ImportError
        If JupyterLab or nbgrader is not installed.
    """
    require("grader", "nbgrader")
    command = lab.lab_command(course.root, port=port, browser=browser)
    replaced = ("--ServerApp.root_dir", "--LabApp.default_url")
    command = [part for part in command if not part.startswith(replaced)]
    return [*command, f"--ServerApp.root_dir={course.root}", "--LabApp.default_url=/formgrader"]


def lab_environment(course: Course) -> dict[str, str]:
    """Build the environment in which the command finds this installation and the configuration.

    Parameters
    ----------
    course : Course
        The course whose nbgrader_config.py is read.

    Returns
    -------
    dict of str
        The environment variables.
    """
    environment = lab.lab_environment()
    environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        [str(course.runtime), *environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)[1:]]
    )
    return environment
