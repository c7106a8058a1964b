"""Start JupyterLab for the instructor: at the course's root, with formgrader first."""

import os
import secrets
import socket
import subprocess
import threading
import time

from autograder.courses import Course
from lazyrich.app import lab
from lazyrich.app.doctor import FIRST_PORT, free_port
from nbjudge.extras import require

__all__ = ["Formgrader", "lab_command", "lab_environment"]

PATIENCE = 180.0  # seconds for JupyterLab to start


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
    """Build the environment in which the command finds this installation and its configuration.

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


class Formgrader:
    """Run formgrader beside the desk: it starts on request, and stops with the desk.

    Parameters
    ----------
    course : Course
        The course.
    """

    def __init__(self, course: Course) -> None:
        self._course, self._lock = course, threading.Lock()
        self._process: subprocess.Popen | None = None
        self._address = ""

    def address(self) -> str:
        """Return the address, token included; the first call starts JupyterLab and waits for it."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            return self._address

    def stop(self) -> None:
        """Stop what `address` started."""
        if self._process is not None:
            self._process.terminate()

    def _start(self) -> None:
        port, token = free_port(FIRST_PORT), secrets.token_hex(24)
        if port is None:
            raise OSError(f"No port from {FIRST_PORT} up is free: close other Jupyter servers.")
        self._process = subprocess.Popen(
            lab_command(self._course, port=port, browser=False),
            cwd=self._course.root,
            env=lab_environment(self._course) | {"JUPYTER_TOKEN": token},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE
        while not _listens(port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.terminate()
                raise OSError(
                    "JupyterLab did not start. Run `autograder lab --formgrader` to see why."
                )
            time.sleep(0.2)
        self._address = f"http://127.0.0.1:{port}/formgrader?token={token}"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
