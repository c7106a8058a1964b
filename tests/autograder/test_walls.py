"""Test the walls themselves.

Tested are the level that a machine holds, what is left behind (nothing), and what the zygote knows
(nothing).
"""

import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path

import labs
import numpy as np
import pytest
from accounts import as_user
from labs import grade, submission
from patience import FACTOR, soon, until
from traitlets.config import Config

from autograder.courses.foreign import NbgraderCourse
from autograder.courses.own import OwnCourse
from autograder.isolation import (
    WallsMissing,
    choose,
    data_files,
    outer,
    seccomp,
    zygote_process,
)
from autograder.isolation.launcher import Walls
from nbjudge import Limits
from nbjudge.errors import ContractError, WorkerDied
from nbjudge.worker.client import Worker
from nbjudge.worker.memory import family
from nbjudge.worker.request import CallRequest

isolation = pytest.mark.isolation
OWN = "uid of its own" if outer.user() != outer.NOBODY else f"uid {outer.NOBODY}"  # for root
ROOT = Path(__file__).parents[2]


def running(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def name_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def zygote_pid(walls: Walls) -> int:
    """The zygote's process, as the host numbers it: bubblewrap's child."""
    walls._warm.wait()
    return family(walls._warm.process.pid)[1]


@pytest.fixture
def own():
    """Walls of the test's own, with a zygote that it may harm."""
    level = choose(warm_up=OwnCourse.warm_up)
    yield level.launcher
    level.close()


@isolation
def test_the_level_is_reported_with_what_it_is_made_of(walls):
    report = grade(submission(), launcher=walls.launcher)
    assert report.isolation == walls.launcher.isolation
    assert report.isolation in walls.describe()
    assert report.isolation.startswith("walls (")
    assert "seccomp yes" in report.isolation
    assert "memory by" in report.isolation
    assert f"{OWN if os.getuid() == 0 else f'uid {os.getuid()}'})" in report.isolation


@isolation
def test_no_process_of_a_worker_is_roots(walls):
    with contextlib.closing(Worker(Limits(), launcher=walls.launcher)) as worker:
        worker.run_cell("import subprocess; child = subprocess.Popen(['sleep', '60'])", soon())
        members = family(worker.held.pid)
        assert len(members) == 2
        for pid in members:
            status = dict(
                line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
            )
            assert set(status["Uid"].split()) == {outer.user()} != {"0"}
            assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0


AS_USER = """
import json, os, sys
sys.path[:0] = ["lib", "tests", "tests/lib/nbjudge"]

import labs
from autograder.isolation import choose
from nbjudge import Limits
from nbjudge.worker.memory_guard import hide_memory
hide_memory()  # as every judge does
level = choose()
reports = [labs.grade(labs.submission(), launcher=level.launcher)]
hungry = labs.submission()
hungry["cells"].insert(
    2, labs.code("x = []\\nwhile True: x.append(bytearray(10**6) + b'1')", "hungry")
)
full = labs.submission()
full["cells"].insert(
    2,
    labs.code(
        "import os\\nfor n in range(60):\\n    if os.fork() == 0:\\n"
        "        import time; time.sleep(600)",
        "full",
    ),
)
outside = labs.submission()
outside["cells"].insert(
    2,
    labs.code(
        f"import os\\nprint(os.path.exists({os.getcwd()!r}), os.listdir('/proc/self/fd'))",
        "outside",
    ),
)
for book in (hungry, full, outside):
    reports.append(labs.grade(book, limits=Limits(resident=600 * 2**20), launcher=level.launcher))
level.close()
print(
    json.dumps(
        [
            os.getuid(),
            [r.score for r in reports],
            reports[0].isolation,
            [str(r.cells[2]) for r in reports[1:]],
        ]
    )
)
"""


@isolation
@pytest.mark.parametrize("uid", [None, 12345], ids=["as we are", "as an ordinary user"])
def test_any_user_gets_the_same_walls(uid, tmp_path):
    if uid is not None and os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    with tempfile.TemporaryDirectory(dir="/tmp") as home:
        os.chmod(home, 0o777)
        command = [sys.executable, "-c", AS_USER]
        command = command if uid is None else as_user(uid, command)
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | {"HOME": home, "TMPDIR": "/tmp"},
            capture_output=True,
            text=True,
            timeout=600 * FACTOR,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    who, scores, level, cells = json.loads(done.stdout.splitlines()[-1])
    assert who == (os.getuid() if uid is None else uid)
    assert scores == [10, 10, 10, 10]
    assert level.startswith("walls (")
    assert f"{OWN if who == 0 else f'uid {who}'})" in level
    assert "GB of memory" in cells[0]
    assert "BlockingIOError" in cells[1]
    assert "False" in cells[2]


@isolation
@pytest.mark.slow
def test_every_attack_ends_the_same_for_an_ordinary_user():
    """The whole of test_attacks.py once more, from a pytest that is not root."""
    if os.getuid() != 0:
        pytest.skip("it runs as an ordinary user anyway")
    with tempfile.TemporaryDirectory(dir="/tmp") as home:
        os.chmod(home, 0o777)
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            "not slow",
            "tests/autograder/test_attacks.py",
            "--basetemp",
            f"{home}/t",
        ]
        done = subprocess.run(
            as_user(12345, command),
            cwd=ROOT,
            env=os.environ | {"HOME": home, "TMPDIR": home},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout


def without_namespaces(monkeypatch):
    """As on a machine that lets bubblewrap make namespaces, and nobody inside it."""
    plain = outer.Wall._bubblewrap

    def command(self, sources):
        first, *rest = plain(self, sources)
        return [first, "--unshare-user", "--disable-userns", *rest]

    monkeypatch.setattr(outer.Wall, "_bubblewrap", command)


@isolation
def test_where_namespaces_inside_are_refused_each_submission_gets_a_bubblewrap(
    monkeypatch, tmp_path
):
    without_namespaces(monkeypatch)
    level = choose()
    try:
        assert level.full
        assert "pooled" in level.launcher.isolation
        assert "seccomp yes" in level.launcher.isolation
        assert "unshare" in level.why
        hostile = labs.code(
            "import os, glob\nopen('/tmp/left', 'w')\nprint(os.path.exists('"
            + str(ROOT)
            + "'))\nfor pid in os.listdir('/proc'):\n"
            "    if pid.isdigit() and int(pid) != os.getpid():\n"
            "        for name in ('mem', 'environ', 'fd/3'):\n"
            "            try: open(f'/proc/{pid}/{name}', 'r+b'); print('opened', pid, name)\n"
            "            except OSError: pass\nprint('end')",
            "hostile",
        )
        book = submission()
        book["cells"].insert(2, hostile)
        report = grade(book, launcher=level.launcher)
        assert (report.score, report.starts) == (10, 1)
        assert report.cells[2][0]["text"] == "False\nend\n"
        book["cells"][2]["source"] = (
            "import os\nprint(os.path.exists('/tmp/left'))\nfor n in range(1, 9):\n"
            "    try: os.kill(n, 9)\n    except OSError: pass\nos.kill(-1, 9)"
        )
        report = grade(book, launcher=level.launcher)
        assert (report.score, report.starts) == (10, 2)
    finally:
        level.close()


CONNECT = """
import socket
try:
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    client = socket.create_connection(server.getsockname())
    print("connected")
except OSError as error:
    print(type(error).__name__)
"""


@isolation
@pytest.mark.parametrize("kind", ["nested", pytest.param("pooled", marks=pytest.mark.slow)])
def test_a_worker_makes_no_connection_whose_room_nobody_counts(monkeypatch, kind):
    """A hundred connections with itself would hold a gigabyte of the kernel's memory."""
    if kind == "pooled":
        without_namespaces(monkeypatch)
    with (
        contextlib.closing(choose(warm_up=("numpy",))) as level,
        contextlib.closing(Worker(Limits(), launcher=level.launcher)) as worker,
    ):
        assert kind in level.launcher.isolation
        assert worker.run_cell(CONNECT, soon())["outputs"][0]["text"] == "OSError\n"


@isolation
@pytest.mark.slow
def test_files_without_content_count_as_memory_where_each_has_a_bubblewrap(monkeypatch):
    without_namespaces(monkeypatch)
    level = choose()
    limits = Limits(resident=400 * 2**20)
    try:
        with (
            contextlib.closing(Worker(limits, launcher=level.launcher)) as worker,
            pytest.raises(WorkerDied, match="memory"),
        ):
            worker.run_cell(
                "n = 0\nwhile True:\n    open(f'/tmp/{n}', 'w').close()\n    n += 1", soon(600)
            )
    finally:
        level.close()


def test_without_bubblewrap_strangers_code_is_not_run(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        WallsMissing, match=r"missing here: .*bwrap.*Install bubblewrap.*people you trust"
    ):
        choose()
    level = choose(trusted=True)
    assert level.launcher.isolation == "process"
    assert "does not protect from" in level.describe()
    assert "network" in level.describe()
    assert choose("process").describe().startswith("Isolation: process")


@isolation
def test_a_bubblewrap_that_may_not_work_says_what_to_do(monkeypatch, tmp_path):
    """As on Ubuntu 24.04, where a profile of AppArmor forbids it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        fake = Path(folder, "bwrap")
        fake.write_text(
            "#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n"
        )
        fake.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        with pytest.raises(WallsMissing, match=r"setting up uid map: Permission denied.*AppArmor"):
            choose()
        assert not choose(trusted=True).full


def test_on_macos_there_are_no_walls(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(WallsMissing, match=r"Linux.*virtual machine.*people you trust"):
        choose()
    assert choose(trusted=True).launcher.isolation == "process"


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="'walls' or 'process'"):
        choose("paper")


def decide(program: bytes, architecture: int, number: int, *arguments: int) -> int:
    """Interpret the few instructions that the filter uses: what the kernel would answer."""
    data = struct.pack(
        "<IIQ6Q", number, architecture, 0, *(*arguments, *[0] * (6 - len(arguments)))
    )
    lines = list(struct.iter_unpack("<HBBI", program))
    accumulator, at = 0, 0
    while True:
        code, yes, no, value = lines[at]
        if code == 0x06:
            return value
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, value)[0]
            at += 1
            continue
        holds = {
            0x15: accumulator == value,
            0x35: accumulator >= value,
            0x45: bool(accumulator & value),
        }[code]
        at += 1 + (yes if holds else no)


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_the_filter_of_both_machines_refuses_what_it_should(machine):
    column, architecture = seccomp.MACHINES[machine]
    program = seccomp.program(machine)
    allow, eperm = 0x7FFF0000, 0x00050001
    special = {name: numbers[column] for name, numbers in seccomp._SPECIAL.items()}

    def answer(number, *arguments):
        return decide(program, architecture, number, *arguments)

    for name, numbers in seccomp._DENIED.items():
        if numbers[column] is not None:
            assert answer(numbers[column]) == eperm, name
    assert decide(program, 0x40000003, 20) == 0x80000000
    assert answer(0x40000000 + 39) == 0x80000000
    assert answer(special["clone3"]) == 0x00050000 | 38
    assert answer(special["clone"], 0x10000011) == eperm
    assert answer(special["clone"], 0x003D0F00) == allow
    for name in ("socket", "socketpair"):
        assert answer(special[name], 1) == allow
        assert {answer(special[name], family) for family in (2, 10, 16, 17, 31, 38, 40)} == {
            0x00050000 | 97
        }
    assert answer(special["ioctl"], 0, 0x5412) == eperm
    assert answer(special["ioctl"], 0, 0x5401) == allow
    assert {answer(special["fcntl"], 3, command) for command in (1024, 1026, 1031)} == {eperm}
    usual = (1, 3, 4, 6, 1025, 1030, 1032)
    assert {answer(special["fcntl"], 3, command) for command in usual} == {allow}
    assert answer(special["setsockopt"], 3, 1, 7) == 0x00050000
    assert answer(special["setsockopt"], 3, 1, 2) == allow
    assert answer(special["setsockopt"], 3, 6, 7) == allow
    usual = {"x86_64": (0, 1, 3, 9, 59, 231), "aarch64": (63, 64, 57, 222, 221, 94)}[machine]
    assert {answer(number) for number in usual} == {allow}
    numbers = [
        n[column]
        for n in (*seccomp._DENIED.values(), *seccomp._SPECIAL.values())
        if n[column] is not None
    ]
    assert len(numbers) == len(set(numbers))


@isolation
def test_the_memory_that_walls_promise_is_what_the_watch_looks_for(walls):
    """The caller's limits allow 6 GB at any level."""
    with contextlib.closing(Worker(Limits(), launcher=walls.launcher)) as worker:
        assert Limits().resident > worker.held.most == 2 * 2**30
    with contextlib.closing(Worker(Limits(resident=2**28), launcher=walls.launcher)) as worker:
        assert worker.held.most == 2**28


@isolation
def test_normal_runs_leave_no_folder_and_no_process(monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        level = choose()
        assert os.listdir(folder) == []
        assert grade(submission(), launcher=level.launcher).score == 10
        assert os.listdir(folder) == []
        assert until(lambda: len(family(level.launcher._warm.process.pid)) == 2)
        members = family(level.launcher._warm.process.pid)
        level.close()
        assert os.listdir(folder) == []
    assert until(lambda: not any(map(running, members)))


JUDGE = """
import sys, time
sys.path[:0] = ["lib", "tests", "tests/lib/nbjudge"]
from autograder.isolation import choose
from nbjudge import Limits
from nbjudge.worker.memory import family
from nbjudge.worker.client import Worker
level = choose()
worker = Worker(Limits(), launcher=level.launcher)
worker.run_cell(
    "import subprocess, os; child = subprocess.Popen(['sleep', '600'], start_new_session=True)",
    time.monotonic() + 600,
)
print(*family(level.launcher._warm.process.pid), flush=True)
worker.run_cell("while True: pass", time.monotonic() + 600)
"""


@isolation
def test_when_the_judge_is_killed_everything_inside_ends():
    judge = subprocess.Popen(
        [sys.executable, "-c", JUDGE], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        members = [int(word) for word in judge.stdout.readline().split()]
        assert len(members) == 4  # bubblewrap, the zygote, the worker, its child
        assert all(map(running, members))
    finally:
        judge.kill()
        judge.wait()
    assert until(lambda: not any(map(running, members)))


@isolation
def test_when_the_zygote_dies_the_next_submission_gets_another(own):
    assert grade(submission(), launcher=own).score == 10
    first = zygote_pid(own)
    os.kill(first, signal.SIGKILL)
    assert until(lambda: not running(first))
    assert grade(submission(), launcher=own).score == 10
    assert zygote_pid(own) != first


@isolation
def test_when_the_zygote_dies_in_the_middle_the_submission_goes_on(own):
    book = submission()
    book["cells"].insert(
        2, labs.code("import subprocess\nsubprocess.run(['sleep', '600'])", "asleep")
    )
    zygote, wall = zygote_pid(own), own._warm.process.pid

    def asleep() -> bool:
        return any(name_of(pid) == "sleep" for pid in family(wall))

    def kill():
        if until(asleep):
            os.kill(zygote, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    report = grade(book, launcher=own)
    killer.join()
    assert (report.score, report.starts) == (10, 2)
    assert "ended" in report.cells[2][0]["text"]


@isolation
def test_a_zygote_that_nobody_asks_anything_ends(own):
    own.close()
    own.idle = 0.3
    assert grade(submission(), launcher=own).score == 10
    zygote = own._warm
    assert until(lambda: not zygote.alive())
    assert grade(submission(), launcher=own).score == 10


@isolation
@pytest.mark.parametrize("count", [20, pytest.param(150, marks=pytest.mark.slow)])
def test_nothing_grows_from_worker_to_worker(own, count):
    def ready() -> float:
        began = time.monotonic()
        with contextlib.closing(Worker(Limits(), launcher=own)) as worker:
            worker.call(CallRequest("missing", (), {}, soon(), forbid=(), most=1000), soon())
            return time.monotonic() - began

    ready(), ready()
    pid = zygote_pid(own)

    def state() -> tuple[int, ...]:
        members = family(own._warm.process.pid)
        return (
            len(os.listdir("/proc/self/fd")),
            len(os.listdir("/proc/self/task")),
            len(os.listdir(f"/proc/{pid}/fd")),
            len(os.listdir(f"/proc/{pid}/task")),
            len(members),
        )

    assert until(lambda: state()[4] == 2)
    assert until(lambda: _sleeps(pid))
    before, held = state(), _kilobytes(pid)
    times = [ready() for _ in range(count)]
    assert until(lambda: state() == before), (before, state())
    assert _kilobytes(pid) < held + 10_000
    print(
        f"{count} workers: median {1000 * np.median(times):.0f} ms to ready, "
        f"zygote {_kilobytes(pid) / 1024:.0f} MB resident"
    )


def _sleeps(pid: int) -> bool:
    """Whether the zygote has nothing left to do."""
    for _ in range(5):
        if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "S":
            return False
        time.sleep(0.02)  # noqa: TID251 (asleep at five moments)
    return True


def _kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


@isolation
def test_the_zygote_holds_no_secret(monkeypatch):
    """No secret is in its environment, its arguments or its memory.

    What we look for is found where it should be.
    """
    secret = "a-secret-" + os.urandom(8).hex()
    monkeypatch.setenv("COURSE_SECRET", secret)
    level = choose()
    try:
        assert grade(submission(), launcher=level.launcher).score == 10
        members = family(level.launcher._warm.process.pid)[:2]
        for pid in members:
            seen = (
                Path(f"/proc/{pid}/environ").read_bytes()
                + Path(f"/proc/{pid}/cmdline").read_bytes()
            )
            assert secret.encode() not in seen
            assert str(ROOT).encode() not in Path(f"/proc/{members[-1]}/cmdline").read_bytes()
        found = _in_memory(
            members[-1], [secret, "double of an array", "ex1-array", "nbjudge.worker.main"]
        )
        assert found == {"nbjudge.worker.main"}
        assert secret in _in_memory(os.getpid(), [secret])
    finally:
        level.close()


def _in_memory(pid: int, texts: list[str]) -> set[str]:
    found = set()
    with open(f"/proc/{pid}/mem", "rb") as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, mode = line.split()[:2]
            if "r" not in mode or "[v" in line:
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            with contextlib.suppress(OSError):
                memory.seek(start)
                while start < end and (block := memory.read(min(2**22, end - start))):
                    start += len(block)
                    found |= {text for text in texts if text.encode() in block}
    return found


@isolation
def test_the_zygote_shares_no_memory_that_a_worker_could_write(walls):
    grade(submission(), launcher=walls.launcher)
    lines = Path(f"/proc/{zygote_pid(walls.launcher)}/maps").read_text().splitlines()
    assert [line for line in lines if line.split()[1][1:4:2] == "ws"] == []


@isolation
def test_notebooks_beside_the_data_stay_outside(own, tmp_path):
    """A course that puts solutions or old notebooks beside the data shows them to nobody."""
    for name in (
        "points.csv",
        "lab.ipynb",
        ".secret",
        "more/x.csv",
        "more/old.ipynb",
        "all/y.csv",
        "all/deep/z.csv",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "link.csv").symlink_to("points.csv")
    tmp_path.chmod(0o700)
    (tmp_path / "points.csv").chmod(0o400)
    source = (
        "import os\n"
        "print(sorted(os.path.join(d, f)[2:] for d, _, files in os.walk('.') "
        "for f in files))\n"
        "print(sorted(os.listdir('/proc/self/fd')), os.path.exists('/data'))\n"
        "print(open('more/x.csv').read())\nopen('points.csv', 'a').write('!')"
    )
    with contextlib.closing(Worker(Limits(), data=tmp_path, launcher=own)) as worker:
        text = worker.run_cell(source, soon())["outputs"][0]["text"].splitlines()
    assert text[0] == "['all/deep/z.csv', 'all/y.csv', 'link.csv', 'more/x.csv', 'points.csv']"
    assert text[1] == "['0', '1', '2', '3', '4'] False"  # the last is the listing's own
    assert text[2] == "more/x.csv"
    assert (tmp_path / "points.csv").read_text() == "points.csv"


@isolation
def test_a_course_with_many_files_beside_its_notebook_finds_them_all_inside(own, tmp_path):
    """A worker's own files are bounded, 4096 at each place; the course's come on top of that."""
    for n in range(5000):
        (tmp_path / f"{n}.txt").write_text("x")
    source = (
        "import os\nprint(len(os.listdir('.')))\ntry:\n"
        "    for n in range(10**5): open(f'new-{n}', 'w').close()\n"
        "except OSError as error: print('stopped:', error, n > 3000)"
    )
    with contextlib.closing(Worker(Limits(), data=tmp_path, launcher=own)) as worker:
        text = worker.run_cell(source, soon())["outputs"][0]["text"].splitlines()
    assert text[0] == "5000"
    assert text[1].startswith("stopped:")
    assert text[1].endswith("True")


@isolation
@pytest.mark.slow
def test_data_of_several_hundred_megabytes_lie_beside_the_notebook(own, tmp_path):
    """They are in the worker's memory, beyond what its code may use."""
    for name in ("a.bin", "b.bin"):
        with open(tmp_path / name, "wb") as file:
            file.truncate(150 * 2**20)
    source = "import os\nprint([os.path.getsize(name) for name in sorted(os.listdir('.'))])"
    with contextlib.closing(Worker(Limits(), data=tmp_path, launcher=own)) as worker:
        outputs = worker.run_cell(source, soon())["outputs"]
        assert outputs[0]["text"] == f"{[150 * 2**20] * 2}\n"
        assert worker.held.most >= 2 * 2**30 + 300 * 2**20


def test_more_data_than_a_worker_can_have_are_told_before_judging(tmp_path, monkeypatch):
    with open(tmp_path / "large.bin", "wb") as file:
        file.truncate(2**30 + 1)
    (tmp_path / "lab.ipynb").touch()
    with pytest.raises(ContractError, match=r"has 1 file with 1024 MB.*at most.*1024 MB"):
        data_files.check_size(tmp_path)
    (tmp_path / "large.bin").rename(tmp_path / ".large.bin")
    data_files.check_size(tmp_path)
    data_files.check_size(None)
    monkeypatch.setattr(data_files, "MOST", 2)
    for name in ("a", "b", "c"):
        (tmp_path / name).touch()
    with pytest.raises(ContractError, match=r"has 3 files.*at most 2 files"):
        data_files.check_size(tmp_path)


def test_what_a_link_to_a_folder_leads_to_is_packed_and_counted(tmp_path, monkeypatch):
    lab, data = tmp_path / "lab", tmp_path / "data"
    for folder in (lab / "empty", data / "deep", data / ".hidden"):
        folder.mkdir(parents=True)
    for name in ("a.csv", "deep/b.csv", ".hidden/c.csv", "other.ipynb"):
        (data / name).touch()
    (lab / "linked").symlink_to(data)
    with data_files.archived(lab) as file:
        file.seek(0)
        with tarfile.open(fileobj=file) as archive:
            names = archive.getnames()
    assert names == ["empty", "linked", "linked/a.csv", "linked/deep", "linked/deep/b.csv"]
    monkeypatch.setattr(data_files, "MOST", 1)
    with pytest.raises(ContractError, match="has 2 files"):
        data_files.check_size(lab)


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """A course inside of its Python environment, as `python -m venv .` makes it."""
    for name in ("bin", "lib/site", "solutions", "share"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "pyvenv.cfg").touch()
    (tmp_path / "gradebook.db").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path


def test_of_an_environment_only_python_is_shown_and_not_the_course_beside_it(environment):
    wall = outer.Wall()
    shown = {name: path for name, path in wall.shown().items() if name.startswith("/venv")}
    assert sorted(shown) == ["/venv/bin", "/venv/lib", "/venv/pyvenv.cfg", "/venv/share"]
    private = (environment / "solutions", environment / "gradebook.db", environment / "missing")
    assert wall.exposed(private) == ""
    command = wall.command(3, environment)
    assert not [word for word in command if word.endswith(("solutions", "gradebook.db"))]
    assert str(environment) not in command


def test_settings_of_jupyter_and_nbgrader_are_not_shown(environment):
    """They may hold the password of a gradebook, or a token of a hub."""
    for name in ("etc/jupyter", "etc/fonts"):
        (environment / name).mkdir(parents=True)
    (environment / "etc/jupyter/nbgrader_config.py").write_text("c.CourseDirectory.db_url = ''")
    places = [name for name in outer.Wall().shown() if name.startswith("/venv/etc")]
    assert places == ["/venv/etc/fonts"]


@pytest.mark.parametrize(
    "place", ["lib/course/solutions", "lib", ".", "share/records.db", "link/solutions"]
)
def test_a_course_that_would_be_seen_is_refused_with_a_word(environment, place):
    """Inside site-packages, around the environment, or by way of a link."""
    (environment / "link").symlink_to(environment / "lib")
    (environment / place).mkdir(parents=True, exist_ok=True)
    why = outer.Wall().exposed((environment / place,))
    assert "which students' code sees" in why
    assert " is in " in why
    assert str(environment) in why
    with pytest.raises(WallsMissing, match=r"students' code sees.*Move the course to a folder"):
        choose(private=(environment / place,))


@pytest.mark.parametrize("folder", ["/usr/share", "/usr/lib", "/usr/local/lib"])
def test_a_course_below_the_systems_folders_is_refused_where_it_would_be_seen(folder):
    assert "students' code sees" in outer.Wall().exposed((Path(folder),))


def test_the_system_is_shown_by_list():
    """/usr/src, /usr/local/app and the like are nobody's but the instructor's."""
    names = set(outer.Wall().shown())
    assert {"/usr", "/usr/local", "/usr/src", "/opt", "/etc", "/var", "/root"} & names == set()


def test_the_graders_package_is_covered_where_it_is_installed(environment, monkeypatch):
    """As on a cluster's workers, whose installation is not editable."""
    package = environment / "lib" / "site" / "autograder"
    (package / "isolation").mkdir(parents=True)
    monkeypatch.setattr(outer, "HERE", package / "isolation")
    command = outer.Wall()._bubblewrap(outer.Wall()._sources())
    place = "/venv/lib/site/autograder"
    assert command[command.index(place) - 1] == "--tmpfs"
    assert command.index("/venv/lib") < command.index(place)
    assert command[command.index(place) + 1 :][:2] == ["--remount-ro", place]


def test_the_exchange_of_nbgrader_is_covered_where_it_usually_lies(environment, monkeypatch):
    """All students' submissions lie there; of another place, the course has to say where it is."""
    exchange = environment / "share" / "nbgrader"
    monkeypatch.setattr(outer, "EXCHANGE", exchange)
    assert "/venv/share/nbgrader" not in outer.Wall()._covered()
    (exchange / "exchange/inbound").mkdir(parents=True)
    assert "/venv/share/nbgrader" in outer.Wall()._covered()
    assert outer.Wall().exposed((exchange / "exchange",)) == ""
    course = NbgraderCourse(environment, Config({"Exchange": {"root": str(environment / "lib")}}))
    assert "students' code sees" in outer.Wall().exposed(course.private)


@isolation
def test_what_is_covered_is_empty_inside(monkeypatch):
    """Jupyter's folder of this environment stands for the exchange."""
    stand_in = Path(sys.prefix) / "share" / "jupyter"
    assert os.listdir(stand_in)
    monkeypatch.setattr(outer, "EXCHANGE", stand_in)
    source = (
        "import os\nprint(os.listdir('/venv/share/jupyter'), len(os.listdir('/venv/share')) > 0)"
    )
    with (
        contextlib.closing(choose(warm_up=("numpy",))) as level,
        contextlib.closing(Worker(Limits(), launcher=level.launcher)) as worker,
    ):
        reply = worker.run_cell(source, soon())
    assert reply["outputs"][0]["text"] == "[] True\n"


def test_every_course_names_what_is_private(tmp_path):
    course = OwnCourse(tmp_path)
    for name in ("solutions", "inbox", "submitted", "autograded", "feedback"):
        assert any(path.name == name for path in course.private)
    for name in ("records.db", ".secret", "gradebook.db"):
        assert any(path.name == name for path in course.private)


LIST = """
import os
found, names = [], []
for folder, folders, files in os.walk("/"):
    if folder in ("/proc", "/sys", "/dev", "/venv/lib64") or folder.endswith("nbgrader/tests"):
        folders.clear()
        continue
    for name in files:
        path = os.path.join(folder, name)
        if name in (".secret", "gradebook.db", "records.db"):
            names.append(path)
        if name.endswith((".py", ".ipynb", ".json", ".md", ".txt", ".toml", ".csv", ".db")):
            try:
                with open(path, "rb") as file:
                    content = file.read(2**21)
            except OSError:
                continue
            lines = (line.strip(b' ",').removesuffix(b"\\\\n") for line in content.splitlines())
            found += [path for line in lines if line.strip() in PHRASES]
    if "autograder" in folders:
        names += os.listdir(os.path.join(folder, "autograder"))
print(names, found)
"""


@isolation
@pytest.mark.slow
def test_no_file_that_a_worker_can_read_holds_an_answer_or_a_hidden_test(own):
    """Every file inside is looked through for the long lines of solutions and hidden tests."""
    known = "".join(p.read_text() for p in (ROOT / "lib").rglob("*.py"))
    known += "".join(p.read_text() for p in (ROOT / "course").rglob("*.ipynb"))
    lines: set[str] = set()
    for path in sorted((ROOT / "solutions").glob("*/*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            text = "".join(cell["source"])
            for begin, end in (("BEGIN SOLUTION", "END SOLUTION"), ("BEGIN HIDDEN", "END HIDDEN")):
                inside = text.partition(begin)[2].partition(end)[0]
                lines |= {line.strip() for line in inside.splitlines() if len(line.strip()) > 40}
    phrases = {line.encode() for line in lines if line not in known}
    assert len(phrases) > 100
    phrases.add(b"class FrameTooLarge(FrameError):")  # one that is there to be found
    with contextlib.closing(Worker(Limits(), launcher=own)) as worker:
        reply = worker.run_cell(f"PHRASES = {phrases!r}\n{LIST}", soon(600))
    assert reply["error"] is None
    assert reply["outputs"][0]["text"] == "[] ['/w/nbjudge/errors.py']\n"


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b"[" * 50_000, b"\xff\xfe", b"null", b'{"died": []}', b"1e999"]
)
def test_whatever_a_zygote_says_is_a_message_or_nothing(raw):
    assert isinstance(zygote_process._message(raw), dict)


def test_a_desk_folder_that_is_too_deep_to_walk_is_removed(tmp_path):
    from nbjudge.worker.launcher import _remove

    folder = tmp_path / "lab"
    folder.mkdir()
    subprocess.run(
        [sys.executable, "-c", "import os\nfor n in range(3000): os.mkdir('d'); os.chdir('d')"],
        cwd=folder,
        check=True,
    )
    _remove(folder)
    assert not folder.exists()


@isolation
def test_a_worker_inherits_no_file_that_the_zygote_had_open(own):
    """It closes all numbers at once.

    A file's object that is let go of later would close its number again: another file's by then.
    The fonts of a figure are such files. What came before the zygote's `gc.freeze` is looked at
    too.
    """
    source = """
import gc, io
gc.unfreeze()
[
    f"{file.name} as {file.fileno()}"
    for file in gc.get_objects()
    if type(file) is io.FileIO and not file.closed and file.fileno() > 2
]
"""

    def inherited() -> str:
        with contextlib.closing(Worker(Limits(), launcher=own)) as worker:
            reply = worker.run_cell(source, soon())
        assert reply["error"] is None
        return reply["outputs"][0]["data"]["text/plain"]

    assert inherited() == "[]", "after the figure that warms it up"
    pid = zygote_pid(own)
    assert until(lambda: _sleeps(pid))
    assert inherited() == "[]", "once the zygote sleeps"


@isolation
def test_the_zygote_imports_what_the_course_names_and_the_walls_show_no_other_library():
    source = (
        "import importlib.util, sys\n"
        "print([name in sys.modules for name in ('colorsys', 'torch')], "
        "importlib.util.find_spec('lazyrich'))"
    )
    with (
        contextlib.closing(choose(warm_up=("colorsys",))) as level,
        contextlib.closing(Worker(Limits(), launcher=level.launcher)) as worker,
    ):
        reply = worker.run_cell(source, soon())
    assert reply["error"] is None
    assert reply["outputs"][0]["text"] == "[True, False] None\n"


@isolation
def test_figures_have_all_their_letters(own):
    source = (
        "import matplotlib.pyplot as plt\nfrom lazyrich import plots\n"
        "fig, ax = plt.subplots()\n"
        "ax.set(title='The quick brown fox jumps: ÄÖÜ βδη', "
        "xlabel=r'$\\int_0^\\infty \\zeta \\, d\\mu$')\n"
        "plots.show(fig, alt='A figure with many letters.')"
    )
    with contextlib.closing(Worker(Limits(), launcher=own)) as worker:
        reply = worker.run_cell(source, soon())
    assert reply["error"] is None
    assert [output["output_type"] for output in reply["outputs"]] == ["execute_result"], reply[
        "outputs"
    ]


# A judge, and a worker of its that tries to write into it, into another judge that has not judged
# yet, and into the process that reads files: what happens to each try.
BREAK_IN = """
import os, tempfile, time
from autograder.grading import pool
from autograder.intake import reader
from nbjudge import Limits
from nbjudge.worker.client import Worker
from nbjudge.worker.launcher import launch

CELL = '''
import ctypes, os
def tried(action):
    try: action(); return "open"
    except OSError as error: return "closed"
def trace():
    if ctypes.CDLL(None, use_errno=True).ptrace(0x4206, os.getppid(), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")
print([tried(lambda: open(f"/proc/{who}/mem", "r+b")) for who in OTHERS], tried(trace))
'''
begin = {"initializer": pool._begin, "initargs": ("process", True, (), ())}
spawn = pool.multiprocessing.get_context("spawn")
with pool.ProcessPoolExecutor(1, mp_context=spawn, **begin) as executor:
    other = executor.submit(os.getpid).result()
    with tempfile.TemporaryFile() as file:
        file.write(b'{"cells": []}')
        file.flush()
        reader.read_file(file)
    others = [os.getpid(), other, reader.SERVER.process.pid, "self"]
    worker = Worker(Limits(), launcher=launch)
    reply = worker.run_cell(f"OTHERS = {others}{CELL}", time.monotonic() + 600)
    worker.close()
print(reply["outputs"][0]["text"].strip(), os.getuid())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="on other systems nothing is closed")
@pytest.mark.parametrize("uid", [None, 12345], ids=["as we are", "as an ordinary user"])
def test_without_walls_the_judges_memory_is_closed_to_its_workers(uid):
    command = [sys.executable, "-c", BREAK_IN]
    if uid is not None:
        if os.getuid() != 0:
            pytest.skip("only root can become somebody else")
        command = as_user(uid, command)
    env = os.environ | {"HOME": "/tmp", "TMPDIR": "/tmp"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr[-2000:]
    expected = "['closed', 'closed', 'closed', 'open'] closed"
    assert done.stdout.strip() == f"{expected} {os.getuid() if uid is None else uid}"
