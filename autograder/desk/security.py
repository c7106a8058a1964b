"""Admit only the person who started the desk, and only from the desk's own pages.

The server listens on 127.0.0.1. A request needs the token that the command prints, or the cookie
that this token was exchanged for. It must name this server as its host (a foreign page whose name
is rebound to 127.0.0.1 names another), and a request that writes must come from our own page.
"""

import hmac
import secrets
from typing import Any

from tornado.web import HTTPError, RequestHandler

__all__ = ["POLICY", "Guarded", "cookie_names"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with "no-referrer", forms would say "Origin: null"
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def cookie_names(port: int) -> tuple[str, str]:
    """Name the cookies of a server; a browser sends cookies to all ports of a machine.

    Parameters
    ----------
    port : int
        The port of the server.

    Returns
    -------
    session, xsrf : str
        The cookie of a person who came with the token, and the cookie of the forms.
    """
    return f"desk-{port}", f"desk-xsrf-{port}"


class Guarded(RequestHandler):
    """Answer only requests from the person who has the token.

    Parameters
    ----------
    application : tornado.web.Application
        Its settings hold "port", "token" and "session".
    request : tornado.httputil.HTTPServerRequest
        The browser's request.
    **kwargs : dict
        As for any tornado handler.
    """

    def set_default_headers(self) -> None:
        for name, value in HEADERS.items():
            self.set_header(name, value)
        self.clear_header("Server")

    def prepare(self) -> None:
        port, token = self.settings["port"], self.settings["token"]
        hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        if self.request.host.lower() not in hosts:
            raise HTTPError(403, reason="Wrong host")
        if self.request.method not in ("GET", "HEAD"):
            self._check_origin(hosts)
        given = self.get_query_argument("token", "")
        if given and hmac.compare_digest(given.encode(), token.encode()):
            session, _ = cookie_names(port)
            self.set_cookie(session, self.settings["session"], httponly=True, samesite="Strict")
            self.redirect(self.request.path)
        elif not self._known():
            raise HTTPError(403, reason="No token")

    def _known(self) -> bool:
        session, _ = cookie_names(self.settings["port"])
        cookie = self.get_cookie(session) or ""
        return hmac.compare_digest(cookie.encode(), self.settings["session"].encode())

    def _check_origin(self, hosts: set[str]) -> None:
        """Refuse what a foreign page sends, before the form's own secret is checked."""
        headers = self.request.headers
        origin = headers.get("Origin")
        foreign = origin is not None and origin.lower() not in {f"http://{host}" for host in hosts}
        if foreign or headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise HTTPError(403, reason="Not from this page")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        words = {
            403: "To open this desk, copy the whole address, token included, that the command "
            "`autograder lab` printed.",
            404: "There is no such page. Go back to the list of questions.",
        }.get(status_code, "The desk could not do this; the terminal shows why. Nothing was saved.")
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{words}\n")

    @staticmethod
    def new_secret() -> str:
        """Draw a token or a session."""
        return secrets.token_hex(24)
