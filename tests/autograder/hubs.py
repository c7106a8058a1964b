"""Start JupyterHub for a test, with the configuration of autograder/hub, on this machine alone.

Where root runs the tests, the students have accounts (of a list that only the hub sees), and their
servers run as these. Elsewhere all servers run as who runs the tests. Nothing is left when the test
ends: each process has a mark in its environment, by which it is found."""

import contextlib
import ctypes
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import requests
from accounts import as_user, can_be_others, in_own_mounts
from patience import FACTOR, until

__all__ = ["PROXY", "SHIPPED", "Hub", "Student", "modes", "running_hub", "with_mark"]

SHIPPED = Path(__file__).parents[2] / "autograder" / "hub"
PROGRAMS = Path(sys.executable).parent
PROXY = PROGRAMS / "configurable-http-proxy"
UID = 61101  # and the following: in the range that nobody hands out
MARK = "LAZYRICH_TEST_HUB"
WAIT = 300 * FACTOR  # seconds for what must come, before a test is called broken

# What differs from the configuration that ships: no PAM, and ports of the test's own.
REHEARSAL = """
import os

load_subconfig({etc!r} + "/jupyterhub_config.py")
c.JupyterHub.bind_url = "http://127.0.0.1:{public}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy}"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.allowed_users = {users!r}
if not {accounts!r}:
    c.JupyterHub.spawner_class = "simple"
    c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
    c.Spawner.args = ["--allow-root"]
c.Spawner.environment = c.Spawner.environment | {{{mark!r}: os.environ[{mark!r}]}}
"""


@dataclass
class Student:
    """A student with a server of their own, whose pages they ask for as a browser does."""

    name: str
    home: Path
    uid: int | None  # of their account; None if they have none
    base: str = ""
    _session: requests.Session = field(default_factory=requests.Session)

    def log_in(self, hub: str) -> None:
        """Fill the form, take a token, start the server, and wait until it is ready."""
        page = self._session.get(f"{hub}/hub/login", timeout=WAIT)
        page.raise_for_status()
        form = {"username": self.name, "password": "x", "_xsrf": self._session.cookies["_xsrf"]}
        reply = self._session.post(
            f"{hub}/hub/login", data=form, params={"next": "/hub/home"}, timeout=WAIT
        )
        assert reply.url.endswith("/hub/home"), reply.url
        api = f"{hub}/hub/api/users/{self.name}"
        xsrf = {"X-XSRFToken": self._session.cookies.get("_xsrf", path="/hub/")}
        reply = self._session.post(f"{api}/tokens", json={}, headers=xsrf, timeout=WAIT)
        reply.raise_for_status()
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"token {reply.json()['token']}"
        self._session.post(f"{api}/server", timeout=WAIT).raise_for_status()
        with self._session.get(f"{api}/server/progress", stream=True, timeout=WAIT) as events:
            said = [json.loads(line[5:]) for line in events.iter_lines() if line[:5] == b"data:"]
        assert said[-1].get("ready"), said
        self.base = f"{hub}/user/{self.name}"

    def ask(self, path: str, method: str = "GET", **more: Any) -> requests.Response:
        """Ask the student's own server."""
        return self._session.request(method, f"{self.base}/{path}", timeout=WAIT, **more)

    def press(self, button: str, name: str) -> Any:
        """Press "fetch", "submit" or "fetch_feedback" in the list of assignments."""
        words = {"course_id": "lazy-to-rich", "assignment_id": name}
        reply = self.ask(f"assignments/{button}", "POST", data=words)
        reply.raise_for_status()
        assert reply.json()["success"], reply.json()
        return reply.json()["value"]

    def run(self, code: str) -> str:
        """Run Python as the student; the text that it prints."""
        command = [sys.executable, "-c", code]
        command = command if self.uid is None else as_user(self.uid, command)
        ran = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
        return ran.stdout.strip()


@dataclass
class Hub:
    """A hub that runs."""

    students: list[Student]
    exchange: Path
    etc: Path  # its configuration
    accounts: bool  # whether each student has an account
    mark: str = ""  # of its processes

    @property
    def inbound(self) -> Path:
        """The folder that takes in submissions."""
        return self.exchange / "lazy-to-rich" / "inbound"

    def within(self, command: list[str]) -> list[str]:
        """Give `command` where the students' accounts are known."""
        over = {"/etc/passwd": self.etc / "passwd", "/etc/group": self.etc / "group"}
        return in_own_mounts(command, over) if self.accounts else command

    def type(self, command: str, folder: Path, code: int = 0) -> str:
        """Type a command of the instructor's in a folder; what it says."""
        program, *words = command.split()
        ran = subprocess.run(
            self.within([str(PROGRAMS / program), *words]), cwd=folder,
            env=dict(os.environ) | {"JUPYTER_CONFIG_PATH": str(self.etc / "servers")},
            capture_output=True, text=True,
        )  # fmt: skip
        assert ran.returncode == code, f"{command}: {ran.stdout} {ran.stderr}"
        return ran.stdout + ran.stderr


def with_mark(mark: str) -> list[psutil.Process]:
    """The processes that run and have this mark."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


@contextlib.contextmanager
def running_hub(*names: str) -> Iterator[Hub]:
    """A hub with these students, who are logged in."""
    folder, mark = Path(tempfile.mkdtemp(prefix="lab-hub-")), secrets.token_hex(8)
    try:
        folder.chmod(0o711)
        hub = _prepared(folder, names)
        hub.mark = mark
        with _started(folder, hub, mark) as address:
            for student in hub.students:
                student.log_in(address)
            yield hub
    finally:
        _end(mark)
        shutil.rmtree(folder)


def _prepared(folder: Path, names: Sequence[str]) -> Hub:
    """Do what autograder/hub/README.md tells an admin to do, below a folder."""
    own, shared, state = folder / "etc", folder / "exchange", folder / "state"
    own.mkdir()
    for name in ("jupyterhub_config.py", "servers"):
        copy = shutil.copytree if (SHIPPED / name).is_dir() else shutil.copyfile
        copy(SHIPPED / name, own / name)
    for file, old, new in (
        ("jupyterhub_config.py", "/srv/jupyterhub", state),
        ("servers/nbgrader_config.py", "/srv/nbgrader/exchange", shared),
    ):
        text = (own / file).read_text()
        assert old in text
        (own / file).write_text(text.replace(old, str(new)))
    state.mkdir(mode=0o700)
    shared.mkdir()
    shared.chmod(0o1777)
    accounts, students = can_be_others(), []
    for k, name in enumerate(names):
        uid, home = UID + k if accounts else None, folder / "homes" / name
        home.mkdir(parents=True)
        home.chmod(0o700)
        if accounts:
            os.chown(home, UID + k, UID + k)
        else:  # nbgrader would call everybody by the one account's name
            (home / ".jupyter").mkdir()
            own_name = f"get_config().CourseDirectory.student_id = {name!r}\n"
            (home / ".jupyter" / "nbgrader_config.py").write_text(own_name)
        students.append(Student(name, home, uid))
    people = [f"{s.name}:x:{s.uid}:{s.uid}::{s.home}:/bin/sh\n" for s in students]
    groups = [f"{s.name}:x:{s.uid}:\n" for s in students]
    for file, lines in (("passwd", people), ("group", groups)):
        (own / file).write_text("".join([*lines, Path("/etc", file).read_text()]))
    return Hub(students, shared, own, accounts)


@contextlib.contextmanager
def _started(folder: Path, hub: Hub, mark: str) -> Iterator[str]:
    """The address of a hub that answers; it ends with this process, however that ends."""
    environment = dict(os.environ) | {MARK: mark}
    die = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
    for _ in range(3):  # a port may be taken between the question for a free one and its use
        public, private, api = _free_ports(3)
        (folder / "rehearsal.py").write_text(
            REHEARSAL.format(
                etc=str(hub.etc), homes=str(folder / "homes"), public=public, hub=private,
                proxy=api, users={each.name for each in hub.students},
                accounts=hub.accounts, mark=MARK,
            )
        )  # fmt: skip
        command = [sys.executable, "-m", "jupyterhub", "--config", str(folder / "rehearsal.py")]
        with (folder / "hub.log").open("ab") as log:
            process = subprocess.Popen(
                hub.within(command), cwd=folder, env=environment, stdout=log, stderr=log,
                preexec_fn=die and (lambda: die(1, signal.SIGTERM)),
            )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{public}"
            # first the hub itself: its proxy writes a page of errors for each question before that
            for each in (f"http://127.0.0.1:{private}", address):
                until(lambda a=each, p=process: p.poll() is not None or _answers(a), WAIT)
            if process.poll() is None:
                yield address
                return
        except BaseException:
            print((folder / "hub.log").read_text())
            raise
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(60 * FACTOR)
            process.kill()
            process.wait()
    raise AssertionError("JupyterHub did not start: " + (folder / "hub.log").read_text())


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _answers(address: str) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(f"{address}/hub/api/", timeout=WAIT).ok
    return False


def _end(mark: str) -> None:
    """Kill what the hub has not ended itself."""
    while left := with_mark(mark):
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, 60)


def modes(hub: Hub) -> dict[str, str]:
    """The modes of the exchange's folders, as `chmod` takes them."""
    folders = [hub.exchange, *sorted(hub.inbound.parent.glob("*"))]
    return {each.name: f"{each.stat().st_mode & 0o7777:o}" for each in folders}
