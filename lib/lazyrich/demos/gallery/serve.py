"""Serve one page to the browsers of this machine."""

import webbrowser
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["serve"]

LOCAL = "127.0.0.1"


def serve(page: str, *, port: int, browser: bool, tell: Callable[[str], object]) -> None:
    """Serve a page on 127.0.0.1 until it is stopped with Ctrl-C (or SIGTERM).

    Parameters
    ----------
    page : str
        The HTML of the page.
    port : int
        A free port.
    browser : bool
        Whether to open a browser.
    tell : callable
        Called with the page's address as soon as the page can be opened.
    """
    content = page.encode("utf-8")

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there = self.path.partition("?")[0] in ("/", "/index.html")
            self.send_response(200 if there else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content) if there else 0))
            self.end_headers()
            if there:
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Do not log requests."""

    with ThreadingHTTPServer((LOCAL, port), Page) as server:
        address = f"http://{LOCAL}:{port}/"
        try:
            tell(address)
            if browser:
                webbrowser.open(address)
            server.serve_forever()
        except KeyboardInterrupt:
            return
