"""Serve the desk on 127.0.0.1: the list of questions, a page for each answer, and formgrader."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.web import Application

from autograder.courses import Course
from autograder.desk.handlers import ASSET, Answer, Asset, Home, NotFound, Preferences, ToFormgrader
from autograder.desk.people import Share
from autograder.desk.security import Guarded, cookie_names

__all__ = ["Desk", "application", "serve"]

LARGEST = 1_000_000  # bytes of a request; the longest comment takes a quarter of this


@dataclass
class Desk:
    """Describe the desk of one grader.

    Parameters
    ----------
    course : Course
        The course.
    share : Share, optional
        The students whom this grader takes; by default, all.
    hidden : bool, default False
        Whether names are hidden.
    formgrader : callable, optional
        Starts formgrader unless it is running, and returns its address.
    """

    course: Course
    share: Share = field(default_factory=Share)
    hidden: bool = False
    formgrader: Callable[[], str] | None = None


def application(desk: Desk, *, port: int, token: str) -> Application:
    """Make the application that answers a browser.

    Parameters
    ----------
    desk : Desk
        The desk to serve.
    port : int
        The port of the server, which requests must name.
    token : str
        The token that the first address must contain.

    Returns
    -------
    tornado.web.Application
        The application.
    """
    settings: dict[str, Any] = {
        "desk": desk,
        "port": port,
        "token": token,
        "session": Guarded.new_secret(),
        "xsrf_cookies": True,
        "xsrf_cookie_name": cookie_names(port)[1],
        "xsrf_cookie_kwargs": {"httponly": True, "samesite": "Strict"},
        "default_handler_class": NotFound,
        "log_function": lambda handler: None,  # addresses hold the token
    }
    part = "([^/]+)"
    return Application(
        [
            ("/", Home),
            ("/preferences", Preferences),
            ("/formgrader", ToFormgrader),
            (f"/grade/{part}/{part}/{part}/([0-9a-f]{{16}})", Answer),
            (ASSET, Asset),
        ],
        **settings,
    )


def serve(desk: Desk, *, port: int, opened: Callable[[str], None]) -> None:
    """Serve the desk until it is stopped with Ctrl-C (or SIGTERM).

    Parameters
    ----------
    desk : Desk
        The desk to serve.
    port : int
        The port, on 127.0.0.1.
    opened : callable
        Called with the address once the server listens.

    Raises
    ------
    OSError
        If the port is taken.
    """
    token = Guarded.new_secret()
    server = HTTPServer(application(desk, port=port, token=token), max_body_size=LARGEST)
    server.listen(port, "127.0.0.1")
    opened(f"http://127.0.0.1:{port}/?token={token}")
    try:
        IOLoop.current().start()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()
