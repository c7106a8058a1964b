"""A small course that waits for a person, its desk in a thread, and a browser without eyes."""

import asyncio
import contextlib
import http.client
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import labs
import small
from hostile import PNG
from tornado.httpserver import HTTPServer

from autograder.courses import Course
from autograder.desk.server import LARGEST, Desk, application
from autograder.grading.grade import grade
from autograder.releases.release import release
from lazyrich.app.doctor import free_port

RUBRIC = [(12, "names the *reason*"), (5, "says what it `means`"), (3, "is clear")]
MODEL = "Because it is a **norm**."
TOKEN = "ab" * 24


def course_to_grade(root: Path) -> Course:
    """Four students: two essays, one with a failed check and a figure, one without an essay."""
    course = small.small_course(root)
    path = course.source(small.NAME)
    book = json.loads(path.read_text())
    lines = [{"points": points, "text": text} for points, text in RUBRIC]
    essay = labs.cell(book, "essay")
    essay["metadata"]["nbjudge"] = {"rubric": lines}
    essay["source"] = f"*Write here.*\n\n### BEGIN SOLUTION\n{MODEL}\n### END SOLUTION"
    path.write_text(json.dumps(book))
    release(course, small.NAME)
    for student, text in {"ada": "Ada says **why**.", "bob": "Because.", "cy": ""}.items():
        submission = small.answers(course)
        labs.cell(submission, "essay")["source"] = text or "*Write here.*"
        small.hand_in(course, student, submission)
    submission = small.answers(course, double=small.WRONG)
    labs.cell(submission, "essay")["source"] = "See the figure."
    draw = f'from IPython.display import display\ndisplay({{"image/png": "{PNG}"}}, raw=True)'
    submission["cells"].append(labs.code(draw, "figure"))
    small.hand_in(course, "dee", submission)
    grade(course, small.NAME, isolation="process", trusted=True)
    return course


@contextlib.contextmanager
def served(desk: Desk) -> Iterator[int]:
    """Serve a desk in a thread; gives the port."""
    port = free_port(9300)
    assert port is not None
    started, loops = threading.Event(), []

    async def run() -> None:
        loops.append((asyncio.get_running_loop(), asyncio.Event()))
        web = application(desk, port=port, token=TOKEN)
        server = HTTPServer(web, max_body_size=LARGEST)
        server.listen(port, "127.0.0.1")
        started.set()
        await loops[0][1].wait()
        server.stop()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert started.wait(60)
    try:
        yield port
    finally:
        loop, stop = loops[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join()


class Visitor:
    """Ask a desk as a browser does: cookies are kept, redirects are not followed."""

    def __init__(self, port: int, *, token: str = TOKEN):
        self.port, self.cookies = port, {}
        if token:
            assert self.get(f"/?token={token}").status == 302

    def ask(self, method: str, path: str, body: str | None = None, **headers: str):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {"Host": f"127.0.0.1:{self.port}"}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, sent | headers)
        reply = connection.getresponse()
        reply.text = reply.read().decode()
        for line in reply.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        connection.close()
        return reply

    def get(self, path: str, **headers: str):
        return self.ask("GET", path, **headers)

    def post(self, path: str, values: dict[str, str], **headers: str):
        return self.ask("POST", path, urlencode(values), **headers)

    def form(self, path: str) -> dict[str, str]:
        """What a form on this page would send without a change."""
        page = self.get(path)
        assert page.status == 200, page.text
        found = dict(re.findall(r'name="(_xsrf|version|score)"[^>]*? value="([^"]*)"', page.text))
        chosen = re.findall(r'name="(item-\d)" value="([^"]*)" checked', page.text)
        return found | dict(chosen)

    def links(self) -> list[str]:
        """The pages of all answers, in the order of the queue."""
        start = re.search(r'href="(/grade/[^"]+)"', self.get("/").text)[1]
        page = self.get(start).text
        return re.findall(r'<li[^>]*><a href="(/grade/[^"]+)"', page)


def place(reply) -> str:
    """Where a reply sends the browser."""
    return urlsplit(reply.headers["Location"]).path
