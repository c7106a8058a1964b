"""Test hostile and clumsy notebooks behind the walls.

Each ends with a score and a reason, and harms nobody else. Every test judges a notebook, then looks
at the rest: the next submission from the same zygote earns full points, no process is left, and
nothing was written outside.
"""

import contextlib
import json
import os
import platform
import socket
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import labs
import nbformat
import pytest
from labs import grade, message, statuses, submission
from patience import hurried, soon, until

from autograder.isolation import choose, outer
from nbjudge import Limits, judge, read_assignment
from nbjudge.engine import deadline, runner
from nbjudge.worker.client import Worker
from nbjudge.worker.memory import family

pytestmark = pytest.mark.isolation

MB = 2**20
# What must succeed has all the time of a busy machine; what hangs is `hurried`.
PATIENT = Limits(
    cell=240.0,
    call=120.0,
    check=240.0,
    total=1800.0,
    grace=0.4,
    memory=3072 * MB,
    resident=600 * MB,
)
SHORT = replace(
    PATIENT, cell=1.5, call=1.0, check=8.0, total=60.0
)  # for notebooks of which nothing need succeed
MARK = "left-by-a-submission"


@pytest.fixture(scope="module", autouse=True)
def host(walls, tmp_path_factory):
    """Check what must stay as it is: files beside us and the gradebook's bytes.

    No file with our mark may be anywhere.
    """
    folder = tmp_path_factory.mktemp("host")
    secret, gradebook = folder / "secret.txt", folder / "gradebook.db"
    secret.write_text("the secret of the course")
    gradebook.write_bytes(os.urandom(1000))
    before = gradebook.read_bytes()
    yield folder
    assert gradebook.read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["gradebook.db", "secret.txt"]
    places = [
        "/",
        "/tmp",
        "/dev/shm",
        "/var/tmp",
        "/home",
        "/etc",
        "/usr/local",
        Path.home(),
        folder,
        Path.cwd(),
    ]
    assert not [path for place in places for path in Path(place).glob(f"*{MARK}*")]


@pytest.fixture
def judged(walls):
    """Judge a notebook behind the walls; afterward the neighbor is well and nothing is left."""

    def run(book, limits=PATIENT, assignment=None, **options):
        if assignment is None:
            return grade(book, limits=limits, launcher=walls.launcher, **options)
        return judge(
            assignment, book, hidden=True, limits=limits, launcher=walls.launcher, **options
        )

    yield run
    neighbor = grade(submission(), launcher=walls.launcher)
    assert (neighbor.score, neighbor.starts) == (10, 1)
    assert until(
        lambda: len(family(walls.launcher._warm.process.pid)) == 2
    )  # bubblewrap and the zygote


def with_cell(source: str, place: int = 2, **answers: str):
    book = submission(**answers)
    book["cells"].insert(place, labs.code(source, "attack"))
    return book


def shown(report) -> str:
    return json.dumps(report.cells, ensure_ascii=False)


# Resources: a cell before the exercises

# name: (source, what the student reads in that cell). Every exercise after the cell still earns its
# points.
CELLS = {
    "endless loop": ("while True: pass", "took longer than"),
    "sleep": ("import time; time.sleep(600)", "took longer than"),
    "a loop that swallows Ctrl-C": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "longer",
    ),
    "Ctrl-C ignored": (
        "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "while True: time.sleep(9)",
        "longer",
    ),
    "signals blocked": (
        "import signal, time\nsignal.pthread_sigmask(signal.SIG_SETMASK, range(1, 32))\n"
        "while True: time.sleep(9)",
        "longer",
    ),
    "asleep in C": ("import ctypes; ctypes.PyDLL(None).sleep(600)", "longer"),
    "regular expression": ("import re; re.match('(a+)+$', 'a' * 40 + 'b')", "longer"),
    "big power": ("x = 3 ** (10 ** 9)", "longer"),
    "fork bomb": (
        "import os, time\nwhile True:\n    try:\n        if os.fork() == 0: continue\n"
        "    except OSError: time.sleep(0.1)",
        "",
    ),
    "thread bomb": (
        "import threading, time\nwhile True:\n"
        "    try: threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
        "    except RuntimeError: time.sleep(0.1)",
        "longer",
    ),
    "memory, one array": ("import numpy as np\nx = np.ones(2**33)", "MemoryError"),
    "memory, by and by": ("x = []\nwhile True: x.append(bytearray(10**6) + b'1')", "GB of memory"),
    "memory, many processes": (
        "import os, time\nfor _ in range(12):\n    if os.fork() == 0:\n"
        "        x = os.urandom(10) * (9 * 10**6)\n        time.sleep(600)\ntime.sleep(600)",
        "GB of memory",
    ),
    "memory, behind the first byte of an answer": (
        "import os\nos.write(3, b'L')\nx = []\nwhile True: x.append(bytearray(10**6) + b'1')",
        "GB of memory",
    ),
    "memory, shared and without a name": (
        "import mmap\nx = []\nwhile True:\n"
        "    m = mmap.mmap(-1, 10**7); m.write(b'1' * 10**7); x.append(m)",
        "GB of memory",
    ),
    "memory, under a name that is no text": (
        "import ctypes, os, time\n"
        "ctypes.CDLL(None).prctl(15, bytes([255, 254, 41, 32, 10]))\nif os.fork() == 0:\n"
        "    x = []\n    while True: x.append(bytearray(10**6) + b'1')\ntime.sleep(600)",
        "GB of memory",
    ),
    "memory, of threads whose process seems dead": (
        "import ctypes, os, threading, time\ndef run():\n    x = []\n"
        "    while True: x.append(bytearray(10**6) + b'1')\nif os.fork() == 0:\n"
        "    threading.Thread(target=run).start()\n    ctypes.CDLL(None).syscall(60, 0)\n"
        "time.sleep(600)",
        "GB of memory",
    ),
    "memory, from child to child": (
        "import mmap, os, time\n"
        "m = mmap.mmap(-1, 9 * 10**8, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        "m.madvise(14)\nif os.fork() == 0:\n    m.write(b'1' * (9 * 10**8))\n"
        "    while True:\n        if os.fork(): os._exit(0)\nm.close()\ntime.sleep(600)",
        "GB of memory",
    ),
    "memory, in sockets": (
        "import os, socket, time\nfor _ in range(30):\n    if os.fork() == 0: break\n"
        "kept = []\nwhile True:\n    try:\n"
        "        a, b = socket.socketpair(); a.setblocking(False); kept.append((a, b))\n"
        "        while True: a.send(b'x' * 60000)\n    except BlockingIOError: pass\n"
        "    except OSError: time.sleep(1)",
        "GB of memory",
    ),
    "disk": (
        "try:\n    for place in ('/tmp', '/dev/shm', '/home/w'):\n"
        "        with open(place + '/fill', 'wb') as f:\n"
        "            for _ in range(400): f.write(bytes(10**6))\n"
        "except OSError as error: print('stopped:', error)",
        "stopped",
    ),
    "disk, many files": (
        "try:\n    for n in range(10**5): open(f'/tmp/{n}', 'w').close()\n"
        "except OSError as error: print('stopped:', error)",
        "stopped",
    ),
    "deep folders": (
        "import os\ntry:\n    for n in range(5000): os.mkdir('d'); os.chdir('d')\n"
        "except OSError as error: print('stopped:', error)",
        "stopped",
    ),
    "file descriptors": (
        "import os\nx = []\ntry:\n    while True: x.append(os.dup(1))\n"
        "except OSError as error: print('stopped:', error)",
        "stopped",
    ),
    "output, one line": ("print('x' * 30_000_000)", "left out"),
    "output, many lines": ("for n in range(300_000): print(n)", "left out"),
    "output, past Python": ("import os\nfor _ in range(3000): os.write(1, b'y' * 10_000)", "yyy"),
    "output for ever, past Python": ("import os\nwhile True: os.write(2, b'y' * 10_000)", "longer"),
    "output of children": ("!yes | head -c 30000000", "left out"),
    "output for ever, of a child that outlives the cell": (
        "import subprocess; p = subprocess.Popen(['yes'])",
        "",
    ),
    "pages of output": (
        "from IPython.display import HTML, display\n"
        "for n in range(3000): display(HTML('<b>x</b>' * 1000))",
        "left out",
    ),
    "output in the shape of pictures": (
        "from IPython.display import display\n"
        "for n in range(100): display({'image/png': 'A' * 10**6}, raw=True)",
        "left out",
    ),
    "endless recursion": ("def f(): return f()\nf()", "RecursionError"),
    "endless recursion, no limit": (
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",
        "",
    ),
    "stack overflow in C": (
        "import sys\nsys.setrecursionlimit(10**9)\nx = []\nfor _ in range(10**6): x = [x]\nrepr(x)",
        "",
    ),
    "segmentation fault": ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    "abort": ("import os; os.abort()", "was ended by"),
    "exit": ("import os; os._exit(0)", "exit code 0"),
    "sys.exit": ("import sys; sys.exit(1)", "SystemExit"),
    "quit": ("quit()", ""),
    "stops itself": ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", ""),
    "stops its group": ("import os, signal; os.killpg(0, signal.SIGSTOP)", ""),
    "kills its group": ("import os, signal; os.killpg(0, signal.SIGKILL)", ""),
    "kills everybody": (
        "import os\nfor n in [-1, 1, *range(2, 200)]:\n    try: os.kill(n, 9)\n"
        "    except OSError: pass",
        "",
    ),
    "processor time": (
        "import resource, signal\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))\n"
        "while True: pass",
        "",
    ),
    "a child in a session of its own": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        while True: time.sleep(1)\n    os._exit(0)",
        "",
    ),
    "busy children after the cell": (
        "import os\nfor _ in range(6):\n    if os.fork() == 0:\n        while True: pass",
        "",
    ),
    "zombies": (
        "import os\nfor _ in range(200):\n    try:\n        if os.fork() == 0: os._exit(0)\n"
        "    except OSError: break",
        "",
    ),
    "thousands of names that read thousands of names": (
        " = ".join(f"x{n}" for n in range(3000))
        + " = 0 if id else ("
        + ", ".join(f"y{n}" for n in range(3000))
        + ")",
        "",
    ),
    "no input": ("input('name? ')", "Error"),
    "%reset": ("%reset -f", ""),
    "shell and pip": ("!id\n%pip install left-pad", ""),
    "bash": ("%%bash\nexit 3", ""),
    "javascript": ("%%javascript\nalert(1)", ""),
    "a filter of its own that kills": (
        "import ctypes, struct\nlibc = ctypes.CDLL(None)\n"
        "line = ctypes.create_string_buffer(struct.pack('<HBBI', 6, 0, 0, 0x80000000))\n"
        "class Filter(ctypes.Structure):\n"
        "    _fields_ = [('n', ctypes.c_ushort), ('line', ctypes.c_void_p)]\n"
        "libc.prctl(22, 2, ctypes.byref(Filter(1, ctypes.addressof(line))), 0, 0)",
        "SIGSYS",
    ),
    "limits lowered below what it needs": (
        "import resource as r\nfor what in (r.RLIMIT_NOFILE, r.RLIMIT_FSIZE, r.RLIMIT_STACK): "
        "r.setrlimit(what, (0, 0))",
        "",
    ),
    "its own folders closed": (
        "import os\nfor place in ('.', '/home/w', '/tmp'): os.chmod(place, 0)",
        "",
    ),
    "its folder removed below it": (
        "import os\nos.mkdir('/tmp/gone'); os.chdir('/tmp/gone'); os.rmdir('/tmp/gone')",
        "",
    ),
    "named sockets without end": (
        "import socket\nfor n in range(9999):\n"
        "    with socket.socket(socket.AF_UNIX) as s: s.bind(f'/tmp/{n}')",
        "No space left",
    ),
    "rounding, digits and environment changed": (
        "import ctypes, decimal, os, sys\nctypes.CDLL('libm.so.6').fesetround(0x800)\n"
        "decimal.getcontext().prec = 1\nsys.set_int_max_str_digits(640)\nos.environ.clear()",
        "",
    ),
    "a module that hides NumPy": (
        "open('numpy.py', 'w').write('raise SystemExit')\n"
        "open('sitecustomize.py', 'w').write('raise SystemExit')\n!python -c 1",
        "",
    ),
    "streams closed": (
        "import os, sys\nsys.stdout.close(); sys.stderr = None\nos.close(1); os.close(2)",
        "",
    ),
    "the clock": ("import time\ntime.monotonic = time.time = lambda: 0", ""),
    "an alarm": (
        "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)\n"
        "signal.signal(signal.SIGALRM, lambda *a: None)",
        "",
    ),
}
SLOW = {
    "a mapping without an end", "a million entries", "output, many lines", "memory, in sockets",
    "a loop that swallows Ctrl-C", "signals blocked", "regular expression", "big power",
    "endless recursion", "output for ever, past Python",
    "memory, behind the first byte of an answer", "pages of output", "a loop that swallows",
    "warnings without an end", "a list without an end", "a huge array", "a dripping frame",
    "an error whose text hangs",
}  # fmt: skip


def lanes(names):
    """Each name as a parameter, the slow ones for the long lane."""
    return [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in names]


@pytest.mark.parametrize("name", lanes(CELLS))
def test_a_cell_that_takes_too_much_costs_no_exercise_its_points(judged, name):
    source, told = CELLS[name]
    with (
        hurried(source, seconds=1.5)
        if told in ("", "longer", "took longer than")
        else contextlib.nullcontext()
    ):
        report = judged(with_cell(source))
    assert report.score == 10, statuses(report)
    assert told in shown(report)
    assert len(shown(report)) < 40 * MB


# Resources: an answer

# name: (body of `double`, status of its checks, words of the reason). The other exercise keeps its
# 5 points.
ANSWERS = {
    "endless loop": ("while True: pass", "timeout", "double took longer than 120 s"),
    "a loop that swallows": (
        "while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass",
        "timeout",
        "longer",
    ),
    "memory, by and by": (
        "k = []\n    while True: k.append(bytearray(10**6) + b'1')",
        "crashed",
        "GB of memory",
    ),
    "memory, one array": ("return np.ones(2**33)", "error", "Memory"),
    "segmentation fault": ("import ctypes; ctypes.string_at(0)", "crashed", "SIGSEGV"),
    "exit": ("import os; os._exit(7)", "crashed", "exit code 7"),
    "endless recursion": ("return double(x)", "error", "RecursionError"),
    "SystemExit": ("raise SystemExit(0)", "error", "SystemExit"),
    "an error of a library's that looks like a stub's": (
        "import random\n    return random.SystemRandom().getstate()",
        "error",
        "NotImplementedError",
    ),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "error", "KeyboardInterrupt"),
    "GeneratorExit": ("raise GeneratorExit", "error", "GeneratorExit"),
    "StopIteration": ("raise StopIteration", "error", "StopIteration"),
    "a base exception of its own": ("raise type('Out', (BaseException,), {})('x')", "error", "Out"),
    "a name of the judge's": (
        "raise type('CheckFailed', (AssertionError,), {})('')",
        "error",
        "CheckFailed",
    ),
    "an error of 10 MB": ("raise ValueError('x' * 10**7)", "error", "xxx"),
    "an error whose text hangs": (
        "raise type('E', (ValueError,), {'__str__': lambda self: time.sleep(600)})()",
        "timeout",
        "longer",
    ),
    "an error with control characters": (
        "raise ValueError('\\x1b]0;mine\\x07\\u202e\\x00')",
        "error",
        "]0;mine",
    ),
    "an error with marks that nobody sees": (
        "raise ValueError('\\u061cmark\\u200b\\u2063\\U000e0041\\U000e0100\\ufff9')",
        "error",
        "mark",
    ),
    "no such Unicode": ("return '\\ud800'", "failed", "Unicode"),
    "an error that is no Unicode": ("raise ValueError('\\ud800')", "error", "ValueError"),
    "an array that hangs": (
        "return type('A', (), {'__array__': lambda self, *a, **k: time.sleep(600)})()",
        "timeout",
        "longer",
    ),
    "a list without an end": (
        "return type('L', (list,), {'__iter__': lambda self: iter(int, 1)})()",
        "timeout",
        "longer",
    ),
    "a mapping without an end": (
        "import itertools, collections.abc as c\n"
        "    return type('M', (c.Mapping,), {'__getitem__': lambda s, k: k, "
        "'__len__': lambda s: 1, '__iter__': lambda s: itertools.count()})()",
        "crashed",
        "GB of memory",
    ),
    "a list in itself": ("k = []\n    k.append(k)\n    return k", "failed", "nested"),
    "a million entries": ("return [[]] * 10**6", "failed", "too many"),
    "a huge array": ("return np.zeros(30 * 10**6)", "failed", "too large"),
    "an array without size": ("return np.zeros((2**40, 0))", None, ""),
    "a shape beyond all": (
        "return np.lib.stride_tricks.as_strided(np.zeros(1), (2**20, 2**20), (0, 0))",
        "error",
        "",
    ),
    "an integer of a million digits": ("return 10**1000000", "failed", "digits"),
    "an integer of 5000 digits": ("return 10**5000", None, ""),
    "NaN": ("return np.nan * np.asarray(x)", "failed", "nan"),
    "infinity": ("return np.inf + np.asarray(x)", "failed", "inf"),
    "a truth value": ("return True", "failed", ""),
    "objects": ("return np.array([object()])", "failed", "cannot be graded"),
    "dates": ("return np.array(['2020-01-01'], dtype='M8')", "failed", "dtype"),
    "records": ("return np.zeros(3, dtype=[('a', int)])", "failed", "dtype"),
    "a class whose class lies": (
        "return type('C', (), {'__class__': property(lambda self: float), "
        "'__float__': lambda self: 41.0})()",
        None,
        "",
    ),
    "a metaclass that hangs": (
        "return type('M', (type,), {'__instancecheck__': lambda *a: True, "
        "'__getattribute__': lambda *a: 1 / 0})('C', (), {})()",
        None,
        "",
    ),
    "a generator": ("yield 42", "failed", "cannot be graded"),
    "itself": ("return double", "failed", "cannot be graded"),
    "pickle": (
        "import os\n    return type('P', (), {'__reduce__': lambda self: (os.system, ('id',))})()",
        "failed",
        "graded",
    ),
    "keys that share a hash": (
        "return {k * (2**61 - 1) + 5: 0 for k in range(2**10, 2**10 + 2000)}",
        "crashed",
        "not a reply",
    ),
    "a flood of output": (
        "import os\n    while True: os.write(1, b'y' * 10**5)",
        "timeout",
        "longer",
    ),
    "warnings without an end": (
        "import warnings\n    while True: warnings.warn('x')",
        "timeout",
        "longer",
    ),
    "the socket closed": ("import os; os.close(3)", "crashed", ""),
    "another socket in its place": (
        "import os, socket\n    a, b = socket.socketpair(); os.dup2(a.fileno(), 3)",
        "crashed",
        "",
    ),
    "bytes that are no frame": ("import os; os.write(3, b'x' * 1000)", "crashed", "not a reply"),
    "a frame of 4 GB": (
        "import os; os.write(3, b'LRf1' + b'\\xff' * 100); time.sleep(600)",
        "crashed",
        "not a reply",
    ),
    "a dripping frame": (
        "import os\n"
        "    for b in b'LRf1' + bytes(9): os.write(3, bytes([b])); time.sleep(0.3)\n"
        "    time.sleep(600)",
        "timeout",
        "longer",
    ),
    "exec": ("import os; os.execv('/bin/true', ['true'])", "crashed", "exit code 0"),
    "exec that lives on": (
        "import os; os.execv('/bin/sleep', ['sleep', '600'])",
        "timeout",
        "longer",
    ),
}


@pytest.mark.parametrize("name", lanes(ANSWERS))
def test_an_answer_that_takes_too_much_costs_its_own_exercise_only(judged, name):
    body, status, told = ANSWERS[name]
    with (
        hurried("double", labs.USE.strip(), seconds=1.0)
        if status == "timeout"
        else contextlib.nullcontext()
    ):
        report = judged(submission(double=f"import time\ndef double(x):\n    {body}"))
    assert report.score == 5, statuses(report)
    assert statuses(report)["ex2-value"] == "passed"
    if status is not None:
        assert statuses(report)["ex1-number"] == status, message(report, "ex1-number")
    text = message(report, "ex1-number")
    assert text
    assert told in text
    assert len(text) <= 2000
    assert text.isprintable()


# Tampering: what can be reached from inside

CALL = """
import ctypes, errno, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *args):
    ctypes.set_errno(0)
    result = libc.syscall(number, *args)
    print('call', 'DONE' if result >= 0 else errno.errorcode[ctypes.get_errno()])
def tried(what, *args, **more):
    try:
        print('tried', what(*args, **more))
    except OSError as error:
        print('tried', type(error).__name__, errno.errorcode.get(error.errno))
"""
REFUSED = {
    "io_setup": 206,
    "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "mount": 165,
    "umount2": 166, "pivot_root": 155, "chroot": 161, "unshare": 272, "setns": 308,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "mount_setattr": 442, "add_key": 248,
    "request_key": 249, "keyctl": 250, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323,
    "io_uring_setup": 425, "name_to_handle_at": 303, "pidfd_open": 434, "pidfd_getfd": 438,
    "pidfd_send_signal": 424, "memfd_create": 319, "memfd_secret": 447, "vmsplice": 278,
    "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240, "init_module": 175,
    "finit_module": 313, "kexec_load": 246, "swapon": 167, "reboot": 169, "iopl": 172, "acct": 163,
    "landlock_create_ruleset": 444, "landlock_add_rule": 445, "syslog": 103,
}  # fmt: skip


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers are those of x86-64")
def test_system_calls_that_only_an_attack_needs_are_refused(judged):
    lines = [
        f"print({name!r}, end=' '); call({number}, 0, 0, 0, 0, 0)"
        for name, number in REFUSED.items()
    ]
    lines += ["print('clone', end=' '); call(56, 0x10000000 | 17, 0, 0, 0, 0)"]
    lines += ["print('clone3', end=' '); call(435, 0, 0)"]
    report = judged(with_cell(CALL + "\n".join(lines)))
    found = dict(line.split(" call ") for line in report.cells[2][0]["text"].splitlines())
    assert found == dict.fromkeys([*REFUSED, "clone"], "EPERM") | {"clone3": "ENOSYS"}


INT80 = """
import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=7)
# mov eax, 20; int 0x80; ret: getpid by the 32-bit table
page.write(bytes.fromhex('b814000000cd80c3'))
ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="tables of x86-64")
@pytest.mark.parametrize("source", [CALL + "call(0x40000000 + 39)", INT80], ids=["x32", "int 0x80"])
def test_the_other_tables_of_system_calls_are_closed(judged, source):
    report = judged(with_cell(source))
    assert "SIGSYS" in shown(report)
    assert report.score == 10


# name: (source, what it may print and nothing else)
PROBES = {
    "who am I": (
        "print(sorted({line.split(':')[0]: line.split()[1] for line in "
        "open('/proc/self/status') if line.startswith(('CapEff', 'CapPrm', 'CapBnd', "
        "'NoNewPrivs', 'Seccomp:'))}.items()), os.getuid())",
        "[('CapBnd', '0000000000000000'), ('CapEff', '0000000000000000'), "
        "('CapPrm', '0000000000000000'), ('NoNewPrivs', '1'), ('Seccomp', '2')] 1000",
    ),
    "root": ("tried(os.setuid, 0)", "tried OSError EINVAL"),
    "groups": ("tried(os.setgroups, [0])", "tried PermissionError EPERM"),
    "only itself": ("print([n for n in os.listdir('/proc') if n.isdigit()])", "['1']"),
    "open files": (
        "print(sorted(os.listdir('/proc/self/fd'))[:4], len(os.listdir('/proc/self/fd')))",
        "['0', '1', '2', '3'] 5",
    ),
    "environment": (
        "print([w for w in ('NBGRADER', 'SECRET', 'TOKEN', 'PYTEST') "
        "if w in open('/proc/1/environ').read()])",
        "[]",
    ),
    "root folder": (
        "print(sorted(set(os.listdir('/')) - {'bin', 'sbin', 'usr', 'lib', 'lib64', 'lib32', "
        "'libx32', 'etc', 'proc', 'dev', 'tmp', 'home', 'venv', 'w', "
        "'data'} - {BASE.split('/')[1]}))",
        "[]",
    ),
    "our sources": (
        "print(sorted(os.listdir('/w')))",
        "['lazyrich', 'nbjudge', 'seccomp.py', 'warm_up.py', 'zygote.py']",
    ),
    "etc": (
        "print(os.path.exists('/etc/passwd'), os.path.exists('/etc/shadow'), "
        "os.path.exists('/etc/resolv.conf'))",
        "False False False",
    ),
    "other kernels' files": (
        "print([p for p in ('/sys', '/proc/kcore', '/dev/kmsg', '/dev/mem', '/dev/sda', "
        "'/dev/vda', '/run', '/var') if os.access(p, os.R_OK)])",
        "[]",
    ),
    "network": (
        "print([line.split(':')[0].strip() for line in open('/proc/net/dev')][2:], "
        "len(open('/proc/net/route').readlines()) <= 1)",
        "['lo'] True",
    ),
    "namespaces for more": (
        "print(open('/proc/sys/user/max_user_namespaces').read().strip())",
        "0",
    ),
    "kernel settings": (
        "tried(open, '/proc/sys/kernel/core_pattern', 'w')",
        "tried PermissionError EACCES",
    ),
    "namespaces again": (
        "tried(open, '/proc/sys/user/max_user_namespaces', 'w')",
        "tried PermissionError EACCES",
    ),
    "out of memory, first": ("print(open('/proc/self/oom_score_adj').read().strip())", "1000"),
    "out of memory, last": (
        "tried(open('/proc/self/oom_score_adj', 'w', buffering=1).write, '-1000\\n')",
        "tried PermissionError EACCES",
    ),
    "nicer to itself": ("tried(os.nice, -5)", "tried PermissionError EPERM"),
    "real time": (
        "tried(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))",
        "tried PermissionError EPERM",
    ),
    "raised limits": (
        "import resource\ntry: resource.setrlimit(resource.RLIMIT_NPROC, (10**6, 10**6))\n"
        "except ValueError as e: print(e)",
        "not allowed to raise maximum limit",
    ),
    "crash reports": ("import resource\nprint(resource.getrlimit(resource.RLIMIT_CORE))", "(1, 1)"),
    "larger sockets": (
        "a, b = socket.socketpair(); a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**22)\n"
        "print(a.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) < 10**6)",
        "True",
    ),
    "odd sockets": (
        "for family in (2, 16, 17, 38, 40, 10, 31): "
        "tried(socket.socket, family, socket.SOCK_DGRAM)",
        "\n".join(["tried OSError EAFNOSUPPORT"] * 7),
    ),
    "a raw socket": (
        "tried(socket.socket, 2, socket.SOCK_RAW, 1)",
        "tried OSError EAFNOSUPPORT",
    ),
    "names": (
        "try: socket.getaddrinfo('localhost.invalid', 80)\n"
        "except OSError as e: print(type(e).__name__)",
        "gaierror",
    ),
    # Where an ordinary user grades, the files are the worker's too, and a lease would be granted.
    "a lease that makes all who open a file wait": (
        "import fcntl, nbjudge.values as v\nwith open(v.__file__) as file:\n"
        "    for kind in (fcntl.F_RDLCK, fcntl.F_WRLCK): "
        "tried(fcntl.fcntl, file, fcntl.F_SETLEASE, kind)",
        "\n".join(["tried PermissionError EPERM"] * 2),
    ),
    "what others do in a folder": (
        "import fcntl\ntried(fcntl.fcntl, os.open('/w/nbjudge', os.O_RDONLY), fcntl.F_NOTIFY, 1)",
        "tried PermissionError EPERM",
    ),
    "watchers of files": ("print(sum(libc.inotify_init() >= 0 for _ in range(50)))", "8"),
    "terminals": (
        "opened = []\ntry:\n    while len(opened) < 100: opened.append(os.openpty())\n"
        "except OSError: pass\nprint(len(opened))",
        "32",
    ),
    "threads": (
        "import numpy, torch\nprint(torch.get_num_threads(), os.environ['OMP_NUM_THREADS'])",
        "1 1",
    ),
    "graphics card": ("import torch\nprint(torch.cuda.is_available())", "False"),
    "the terminal": ("tried(os.open, '/dev/tty', os.O_RDWR)", "tried OSError ENXIO"),
    "writing anywhere else": (
        "import sys\n"
        "for place in ('/', '/usr', '/usr/bin', '/usr/lib', '/etc', '/venv', '/venv/bin', "
        "'/w', '/w/lazyrich', '/w/nbjudge', '/dev', BASE, BASE + '/lib', "
        "os.path.dirname(os.__file__), os.path.dirname(os.__file__) + '/__pycache__', "
        "'/home'):\n    try: open(place + '/MARK', 'w'); print('wrote', place)\n"
        "    except OSError: pass\nprint('end')",
        "end",
    ),
    "links to the outside": (
        "os.symlink('/proc/1/root/SECRET', 'a'); tried(open, 'a'); os.chdir('/'); "
        "tried(open, '../../SECRET')",
        "tried FileNotFoundError ENOENT\ntried FileNotFoundError ENOENT",
    ),
    "the host's files": (
        "tried(open, 'SECRET'); tried(os.listdir, os.path.dirname('SECRET'))",
        "tried FileNotFoundError ENOENT\ntried FileNotFoundError ENOENT",
    ),
    "the repository": (
        "print(os.path.exists('REPO'), os.path.exists('REPO/solutions'))",
        "False False",
    ),
    "memory of others": (
        "tried(open, '/proc/2/mem', 'rb'); tried(open, '/proc/0/mem', 'rb')",
        "tried FileNotFoundError ENOENT\ntried FileNotFoundError ENOENT",
    ),
    "host name": ("print(socket.gethostname())", "w"),
    "a device": (
        "tried(os.mknod, '/tmp/x', 0o60666, os.makedev(8, 0))",
        "tried PermissionError EPERM",
    ),
    "a file of another user's": (
        "open('/tmp/x', 'w'); tried(os.chown, '/tmp/x', 0, 0)",
        "tried OSError EINVAL",
    ),
    "the tests in memory": (
        "import re\nfound = [0, 0]\n"
        "patterns = re.compile(rb'double of an arr[a]y'), re.compile(rb'nbjudge.work[e]r')\n"
        "for line in open('/proc/self/maps'):\n    span, mode = line.split()[:2]\n"
        "    if 'r' not in mode or '[v' in line: continue\n"
        "    start, end = (int(x, 16) for x in span.split('-'))\n"
        "    with open('/proc/self/mem', 'rb') as memory:\n        memory.seek(start)\n"
        "        while start < end:\n"
        "            try: block = memory.read(min(2**22, end - start))\n"
        "            except OSError: break\n            if not block: break\n"
        "            start += len(block)\n"
        "            found = [n + len(p.findall(block)) for n, p in zip(found, patterns)]\n"
        "print(found[0], found[1] > 0)",
        "0 True",
    ),
}


@pytest.mark.parametrize("name", PROBES)
def test_what_is_inside_the_walls(judged, host, name):
    source, expected = PROBES[name]
    for word, value in (("SECRET", host / "secret.txt"), ("REPO", Path.cwd()), ("MARK", MARK)):
        source = source.replace(word, str(value))
    report = judged(with_cell(f"{CALL}BASE = {sys.base_prefix!r}\n{source}"))
    assert report.score == 10
    text = report.cells[2][0]["text"].strip()
    assert text == expected


def test_no_socket_of_the_host_is_in_reach(judged):
    with contextlib.ExitStack() as stack:
        inet, unix = (
            stack.enter_context(socket.socket(family))
            for family in (socket.AF_INET, socket.AF_UNIX)
        )
        inet.bind(("127.0.0.1", 0))
        unix.bind(f"\0walls-{os.getpid()}")
        inet.listen(), unix.listen()
        source = (
            f"tried(socket.create_connection, ('127.0.0.1', {inet.getsockname()[1]}))\n"
            f"tried(socket.socket(socket.AF_UNIX).connect, '\\0walls-{os.getpid()}')"
        )
        report = judged(with_cell(CALL + source))
        for server in (inet, unix):
            server.settimeout(0.2)
            with pytest.raises(TimeoutError):
                server.accept()
    lines = report.cells[2][0]["text"].splitlines()
    assert lines[0] == "tried OSError EAFNOSUPPORT"
    assert lines[1] == "tried ConnectionRefusedError ECONNREFUSED"


def test_two_submissions_never_meet(walls, judged):
    """One stays alive and leaves what it can; the other looks for it."""
    leave = """
import os, socket, subprocess, time, fcntl
for place in ('/tmp', '/dev/shm', '/home/w', '/home/w/work', '.'):
    open(place + '/left', 'w').write('42')
server = socket.socket(socket.AF_UNIX); server.bind(chr(0) + 'left'); server.listen()
master, slave = os.openpty()
child = subprocess.Popen(['sleep', '600'])
print('left', os.ttyname(slave))
"""
    look = (
        CALL
        + """
print([
    p for p in ('/tmp', '/dev/shm', '/home/w', '/home/w/work', '.') if os.path.exists(p + '/left')
])
print([n for n in os.listdir('/proc') if n.isdigit()], os.listdir('/dev/pts'))
tried(socket.socket(socket.AF_UNIX).connect, chr(0) + 'left')
"""
    )
    first = Worker(PATIENT, launcher=walls.launcher)
    try:
        outputs = first.run_cell(leave, soon())["outputs"]
        assert "left /dev/pts/0" in json.dumps(outputs)
        report = judged(with_cell(look))
    finally:
        first.close()
    lines = report.cells[2][0]["text"].splitlines()
    assert lines[0] == "[]"
    assert lines[1] == "['1'] ['ptmx']"
    assert lines[2] == "tried ConnectionRefusedError ECONNREFUSED"


@pytest.mark.slow
def test_a_submission_cannot_shrink_the_pipes_of_its_neighbor(walls, monkeypatch):
    """The kernel counts the room of pipes, and more, by user: each judge process has its own."""
    if outer.user() == str(os.getuid()) or outer.user() == outer.NOBODY:
        pytest.skip("only root can give each judge process a user of its own")
    hoard = """
import os, time
for _ in range(12):
    if os.fork() == 0: break
pipes = []
try:
    while True: pipes.append(os.pipe())
except OSError: pass
time.sleep(0 if os.getpid() == 1 else 600)
"""
    ask = (
        "import fcntl, os, time\nread, write = os.pipe()\nsize = fcntl.fcntl(read, 1032)\n"
        "try: fcntl.fcntl(read, 1031, 2**20)\nexcept OSError as error: print(size, error.errno)"
    )
    monkeypatch.setattr(outer, "user", lambda: str(outer.FIRST_USER + 1))
    with contextlib.closing(choose(warm_up=("numpy",))) as neighbors:
        first = Worker(Limits(), launcher=walls.launcher)
        try:
            first.run_cell(hoard, soon())
            assert until(lambda: _pipes(first.held.pid) > 1100)  # more than a user may have
            with contextlib.closing(Worker(Limits(), launcher=neighbors.launcher)) as second:
                text = second.run_cell(ask, soon())["outputs"][0]["text"]
        finally:
            first.close()
    assert text == "65536 1\n"


def _pipes(pid: int) -> int:
    """Count the pipes that a worker and its children hold, both ends of each."""
    return sum(len(os.listdir(f"/proc/{member}/fd")) // 2 for member in family(pid))


def test_random_numbers_of_two_submissions_are_the_same_and_nothing_is_carried_over(judged):
    source = (
        "import os, sys, random\n"
        "print(random.random(), np.random.rand(), hasattr(sys, 'seen'), "
        "len(os.listdir('/tmp')))\nsys.seen = 1"
    )
    shows = [judged(with_cell(source)).cells[2][0]["text"] for _ in range(2)]
    assert shows[0] == shows[1]
    assert " False 0" in shows[0]


# Tampering: forged answers

FORGE = """
import os, sys, threading, time, gc
from nbjudge.worker.frames import encode
from nbjudge.values import to_plain
def send(value):
    return os.write(3, b''.join(encode(value)))
def double(x):
    return 0
"""
# Each tries to earn the hidden check without computing anything. `double` is wrong.
FORGERIES = {
    "answers ahead of the questions": "for _ in range(20): send({'value': 42.0})",
    "an answer to its own cell": "send({'outputs': [], 'error': None, 'count': 1})",
    "undefined, refused, raised": (
        "send({'undefined': True}); send({'refused': 'x'}); "
        "send({'raised': ['ValueError', 'ValueError', '']})"
    ),
    "errors of the judge's own": (
        "def double(x):\n"
        "    for name in ('CheckFailed', 'Trouble', 'Undefined', 'SystemExit', "
        "'KeyboardInterrupt', 'GeneratorExit', 'BaseException'): "
        "send({'raised': [name, name, '']})\n    return 0"
    ),
    "an error that is no text": "def double(x):\n    send({'raised': [[], {}, 3]})",
    "several kinds at once": (
        "def double(x):\n"
        "    send({'value': 42.0, 'raised': None, 'undefined': False, 'refused': 3})"
    ),
    "arrays where words belong": (
        "word = np.zeros(2)\nsend({'outputs': word, 'error': [word, word], 'count': word})\n"
        "def double(x):\n    send({'forbidden': word}); return 0"
    ),
    "a refusal that is no text": "def double(x):\n    send({'refused': [10**5000]}); return 0",
    "a deep list, the second time": (
        "asked = []\ndef double(x):\n    asked.append(0)\n    deep = 0.0\n"
        "    for _ in range(34): deep = [deep]\n"
        "    if len(asked) > 1: send({'value': deep})\n    return 0"
    ),
    "errors of 30 MB": "send({'outputs': [], 'error': ['E', 'x' * (30 * 2**20)], 'count': 1})",
    "no kind": "def double(x):\n    send({'score': 10})",
    "a list": "def double(x):\n    send([1, 2])",
    "outputs that are none": (
        "send({'outputs': [{'output_type': 'execute_result', 'data': {'text/plain': '10.0'}, "
        "'metadata': {}, 'execution_count': 'x'}, 7], 'error': 3, 'count': 'many'})"
    ),
    "a thread that answers": (
        "def run():\n    while True: send({'value': 42.0}); time.sleep(0.001)\n"
        "threading.Thread(target=run, daemon=True).start()"
    ),
    "a child that answers": (
        "if os.fork() == 0:\n    while True: send({'value': 42.0}); time.sleep(0.001)"
    ),
    "a child that answers when the parent is gone": (
        "def double(x):\n    if os.fork() == 0:\n"
        "        time.sleep(0.1); send({'value': 42.0}); time.sleep(9)\n    os._exit(0)"
    ),
    "a child that answers too": "def double(x):\n    os.fork()\n    return 0",
    "a patched worker": "import nbjudge.worker.main as w\nw.to_plain = lambda value: 42.0",
    "a patched channel": (
        "import nbjudge.worker.channel as c\nc.encode = lambda value: encode({'value': 42.0})"
    ),
    "a patched loop": (
        "frame = sys._getframe()\n"
        "while frame and 'request' not in frame.f_locals: frame = frame.f_back\n"
        "frame.f_locals['channel'].send({'value': 42.0})"
    ),
    "the question, searched for in memory": (
        "def double(x):\n"
        "    found = [o for o in gc.get_objects() "
        "if type(o) is dict and 'args' in o and 'arguments' in o]\n"
        "    return max([v for o in found for v in o if isinstance(v, float)], default=0)"
    ),
    "the frames above": (
        "def double(x):\n    frame, seen = sys._getframe(), {}\n"
        "    while frame: seen.update(frame.f_locals); frame = frame.f_back\n"
        "    return seen.get('expected', 0)"
    ),
    "a namespace that answers": (
        "from IPython import get_ipython\nclass N(dict):\n"
        "    def get(self, *a): return lambda x: 42.0\n"
        "    __getitem__ = lambda self, k: (lambda x: 42.0)\nget_ipython().user_ns = N()"
    ),
    "patched builtins": (
        "import builtins\nbuiltins.callable = lambda x: True\n"
        "builtins.isinstance = lambda *a: True\nbuiltins.type = lambda x: float"
    ),
    "patched NumPy": (
        "np.allclose = np.isclose = np.array_equal = np.asarray = np.all = lambda *a, **k: True"
    ),
    "modules gone": (
        "for name in list(sys.modules):\n    if name.startswith('lazyrich'): del sys.modules[name]"
    ),
    "other modules in their place": (
        "import types\n"
        "for name in ('lazyrich', 'nbjudge.checks', 'numpy', 'json', 'socket', 'os'): "
        "sys.modules[name] = types.ModuleType(name)"
    ),
    "a trace": (
        "sys.settrace(lambda *a: None); sys.setprofile(lambda *a: None); "
        "threading.settrace(lambda *a: None)"
    ),
    "an audit hook": (
        "def hook(event, args):\n    if event == 'os.listdir': raise RuntimeError\n"
        "sys.addaudithook(hook)"
    ),
    "an audit hook that stops all": (
        "def hook(event, args): raise RuntimeError\nsys.addaudithook(hook)"
    ),
    "exit hooks": "import atexit; atexit.register(send, {'value': 42.0})",
    "a signal that answers": (
        "import signal\nsignal.signal(signal.SIGINT, lambda *a: send({'value': 42.0}))\n"
        "def double(x):\n    while True: time.sleep(1)"
    ),
    "a result file and an exit code": (
        "open('results.json', 'w').write('{\"score\": 10}')\nopen('/tmp/grade', 'w').write('10')"
    ),
    "gradebook by name": (
        "import sqlite3\n"
        "for p in ('gradebook.db', '/data/gradebook.db', '../gradebook.db'):\n"
        "    try: sqlite3.connect(p).execute('create table grade(x)')\n"
        "    except sqlite3.Error: pass"
    ),
    "a transformer": (
        "from IPython import get_ipython\nimport ast\n"
        "get_ipython().ast_transformers.append(type('T', (ast.NodeTransformer,), "
        "{'visit_Assert': lambda s, n: ast.Pass()})())\n"
        "get_ipython().input_transformers_post.append(lambda lines: ['float(\"nan\")\\n'])"
    ),
    "a shell that does nothing": (
        "from IPython import get_ipython\nip = get_ipython()\n"
        "ip.run_cell = ip.showtraceback = lambda *a, **k: None"
    ),
    "no collector, no recursion": "gc.disable(); gc.freeze(); sys.setswitchinterval(100)",
    "faults": (
        "import faulthandler\n"
        "faulthandler.enable(); faulthandler.dump_traceback_later(0.05, repeat=True)"
    ),
    "another function of the same name": (
        "def double(x): return 0\ndouble.__code__ = (lambda x: 0).__code__"
    ),
    "a property of the module": (
        "sys.modules['__main__'].__class__ = type('M', (type(sys),), "
        "{'double': property(lambda s: (lambda x: 42.0))})"
    ),
    "hooks of import": (
        "sys.meta_path.insert(0, type('F', (), "
        "{'find_spec': staticmethod(lambda *a, **k: 1 / 0)})())\nsys.path_hooks.clear()"
    ),
    "half a frame, then the end": (
        "def double(x):\n    os.write(3, b''.join(encode({'value': 42.0}))[:9]); os._exit(0)"
    ),
    "the socket shut down": (
        "import socket\ns = socket.socket(fileno=os.dup(3)); s.shutdown(socket.SHUT_WR)"
    ),
    "a thread that takes the questions": (
        "import socket\ns = socket.socket(fileno=os.dup(3))\ndef run():\n"
        "    while s.recv(10000): send({'value': 42.0})\n"
        "threading.Thread(target=run, daemon=True).start()"
    ),
    "hooks of errors, of the collector and of finalizers": (
        "hook = lambda *a: send({'value': 42.0})\n"
        "sys.excepthook = threading.excepthook = sys.unraisablehook = hook\n"
        "gc.callbacks.append(hook)\n"
        "def double(x):\n    threading.Thread(target=lambda: 1 / 0).start(); return 0"
    ),
    "a trace that changes what is returned": (
        "def trace(frame, event, arg):\n"
        "    if event == 'return': frame.f_locals['value'] = 42.0\n    return trace\n"
        "sys.settrace(trace)"
    ),
    "the code of the worker's functions": (
        "import nbjudge.worker.main as w\n"
        "w._call.__code__ = (lambda shell, request: {'value': 42.0}).__code__"
    ),
    "an array that answers for NumPy": (
        "class A(np.ndarray):\n    __eq__ = __array_ufunc__ = lambda *a, **k: True\n"
        "    __array_function__ = lambda *a, **k: True\n    shape = (4,)\n"
        "    dtype = property(lambda self: np.dtype('f8'))\n"
        "def double(x): return np.zeros(np.shape(x)).view(A)"
    ),
    "errors of the worker's own": (
        "from nbjudge.errors import CheckFailed, Forbidden, NotPlainError\n"
        "errors = [CheckFailed('passed'), Forbidden('10 of 10'), NotPlainError('!!.! 10 of 10')]\n"
        "def double(x): raise errors[len(np.atleast_1d(x)) % 3]"
    ),
    "what the judge closes is not its own": (
        "for fd in range(3):\n    try: os.close(fd)\n    except OSError: pass"
    ),
    "a descriptor of the host's, asked for": (
        "import socket, array\ns = socket.socket(fileno=os.dup(3))\ns.settimeout(0.1)\n"
        "try: s.recvmsg(1, 1000)\nexcept OSError: pass"
    ),
    "descriptors sent to the judge": (
        "import socket, array\ns = socket.socket(fileno=os.dup(3))\n"
        "s.sendmsg([b''.join(encode({'outputs': [], 'error': None}))], [(socket.SOL_SOCKET, "
        "socket.SCM_RIGHTS, array.array('i', [0, 1, 2] * 80))])"
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_no_forged_answer_earns_a_hidden_group(judged, name):
    source = FORGE + FORGERIES[name]
    report = judged(submission(double=source), SHORT, seed=lambda exercise, check: 12345)
    found = {result.grade_id: result for result in report.checks}
    assert len(found) == 4
    assert found["ex1-array"].status != "passed"
    assert found["ex1-array"].score == 0
    assert found["ex1-array"].message
    assert report.score <= 7
    assert (
        not any(char.isdigit() for char in found["ex1-array"].message)
        or found["ex1-array"].status == "timeout"
    )
    json.dumps(report.to_dict(), allow_nan=False)


FORGED = [
    {
        "output_type": "execute_result",
        "data": {"text/plain": "x"},
        "metadata": {},
        "execution_count": -5,
    },
    {
        "output_type": "execute_result",
        "data": {"text/plain": "x"},
        "metadata": {},
        "execution_count": 2**63,
    },
    {
        "output_type": "execute_result",
        "data": {"text/plain": "x"},
        "metadata": {},
        "execution_count": True,
    },
    *(
        {
            "output_type": "display_data",
            "data": {mime: {"a": [1, None]}},
            "metadata": {"": {"a": 1}},
        }
        for mime in (
            "json",
            "a json",
            "application/xjson",
            "application/json",
            "application/x+json",
            "text/+json",
            "application/\n+json",
        )
    ),
    {"output_type": "display_data", "data": {"application/json": None}, "metadata": {}},
    {"output_type": "display_data", "data": {"text/plain": ["a", 1]}, "metadata": {}},
    {"output_type": "display_data", "data": {}, "metadata": [], "extra": 1},
    {"output_type": "stream", "name": "other", "text": ""},
    {"output_type": "error", "ename": "", "evalue": "", "traceback": [1]},
    {"output_type": ["stream"], "name": "stdout", "text": ""},
    {"output_type": "stream", "name": "stdout", "text": "\x00\x1b[2J\u202e"},
]


def test_whatever_a_cell_sends_as_its_output_leaves_a_valid_notebook(judged):
    """One output that nbformat refuses, and nbgrader would not read the notebook at all."""
    sent = [repr({"outputs": FORGED, "error": None, "count": 1})]
    shown = (
        "from IPython.display import display\n"
        "for mime in ('json', 'a json', 'application/xjson'): "
        "display({mime: {'a': 1}}, raw=True)"
    )
    for source in (FORGE + f"send({sent[0]})\nos._exit(0)", shown):
        report = judged(with_cell(source))
        assert len(report.checks) == 4
        cell = nbformat.v4.new_code_cell("x")
        cell["outputs"] = [
            nbformat.from_dict(output) for outputs in report.cells.values() for output in outputs
        ]
        nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
        json.dumps(report.to_dict(), allow_nan=False)


def with_test(test: str):
    """The small assignment with another test in its first check."""
    book = labs.source()
    labs.cell(book, "ex1-number")["source"] = test
    return read_assignment(book)


def test_an_error_cannot_end_a_loop_of_the_test(judged):
    """`all(map(...))` over calls that raise StopIteration would be `all([])`."""
    test = "assert all(map(lambda x: checks.call(double, x) == 2 * x, [1, 2, 3])), 'not twice'"
    report = judged(
        submission(double="def double(x):\n    raise StopIteration"), assignment=with_test(test)
    )
    assert statuses(report)["ex1-number"] == "error"
    assert "StopIteration" in message(report, "ex1-number")
    assert report.score == 5


@pytest.mark.parametrize(
    "test",
    [
        "for _ in range(checks.call(double, 10**12)): pass",
        "try:\n    for _ in range(checks.call(double, 10**12)): pass\nexcept Exception: pass",
        "import re\nre.match('(a+)+$', checks.call(double, 'a' * 30) + 'b')",
    ],
)
def test_a_test_that_counts_as_far_as_an_answer_says_comes_to_an_end(judged, test, monkeypatch):
    asked = []

    def hurried_once(seconds):
        asked.append(seconds)
        return deadline.alarm(seconds if asked[1:] else 0.5)

    monkeypatch.setattr(runner, "alarm", hurried_once)
    report = judged(
        submission(double="def double(x):\n    return x + x"), assignment=with_test(test)
    )
    assert PATIENT.check - 60 < asked[0] <= PATIENT.check + PATIENT.grace + runner.SLACK
    assert statuses(report)["ex1-number"] == "timeout"
    assert "timed out while using the value" in message(report, "ex1-number")
    assert statuses(report)["ex2-value"] == "passed"


def test_answers_cannot_fill_the_judges_memory(judged):
    test = "kept = [checks.call(double, n) for n in range(12)]"
    report = judged(
        submission(double="def double(x):\n    return np.ones(5 * 10**6)"),
        assignment=with_test(test),
    )
    assert statuses(report)["ex1-number"] == "crashed"
    assert "more data than a check can take" in message(report, "ex1-number")
    assert statuses(report)["ex2-value"] == "passed"


FAIR = {
    "prints": "def double(x):\n    print('x' * 10**6)\n    return 2 * np.asarray(x)",
    "warns": (
        "import warnings\ndef double(x):\n    warnings.warn('odd')\n    np.log(np.zeros(1))\n"
        "    return 2 * np.asarray(x)"
    ),
    "logs": (
        "import logging, sys\nlogging.basicConfig(level=0)\ndef double(x):\n"
        "    logging.info(x); sys.stderr.write('!')\n    return 2 * np.asarray(x)"
    ),
    "a progress bar": (
        "from tqdm import tqdm\ndef double(x):\n    for _ in tqdm(range(100)): pass\n"
        "    return 2 * np.asarray(x)"
    ),
    "a slow plot": (
        "import time\nimport matplotlib.pyplot as plt\n"
        "plt.plot([1, 2]); time.sleep(0.5); plt.show()\ndef double(x):\n"
        "    plt.figure(); plt.plot([1]); return 2 * np.asarray(x)"
    ),
    "float32": "def double(x):\n    return np.float32(2) * np.asarray(x, dtype=np.float32)",
    "float16 in steps": "def double(x):\n    return (2 * np.asarray(x)).astype(np.longdouble)",
    "a list": "def double(x):\n    return (2 * np.asarray(x)).tolist()",
    "a tensor": (
        "import torch\ndef double(x):\n"
        "    return 2 * torch.as_tensor(x, dtype=torch.float64).requires_grad_()"
    ),
    "a class": (
        "class Double:\n    def __call__(self, x): return 2 * np.asarray(x)\ndouble = Double()"
    ),
    "a decorator": (
        "import functools\n@functools.lru_cache\ndef two(): return 2\ndef loud(f):\n"
        "    @functools.wraps(f)\n    def g(*a):\n        return f(*a)\n    return g\n@loud\n"
        "def double(x):\n    return two() * np.asarray(x)"
    ),
    "a lambda": "double = lambda x: 2 * np.asarray(x)",
    "a partial": "import functools\ndouble = functools.partial(np.multiply, 2)",
    "global variables": (
        "count = 0\ndef double(x):\n    global count\n    count += 1\n    return 2 * np.asarray(x)"
    ),
    "a generator inside": (
        "def double(x):\n    def g():\n        yield 2\n    return next(g()) * np.asarray(x)"
    ),
    "async": (
        "import asyncio\nasync def two():\n    await asyncio.sleep(0)\n    return 2\n"
        "def double(x):\n    return asyncio.run(two()) * np.asarray(x)"
    ),
    "await in the cell": (
        "import asyncio\nawait asyncio.sleep(0.01)\ndef double(x):\n    return 2 * np.asarray(x)"
    ),
    "recursion": (
        "def double(x):\n    def down(n): return 2 if n == 0 else down(n - 1)\n"
        "    return down(500) * np.asarray(x)"
    ),
    "threads that stay": (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n"
        "def double(x):\n    return 2 * np.asarray(x)"
    ),
    "a pool of threads": (
        "from concurrent.futures import ThreadPoolExecutor\ndef double(x):\n"
        "    with ThreadPoolExecutor(4) as pool:\n"
        "        return list(pool.map(lambda v: 2 * v, [x]))[0]"
    ),
    "a pool of processes": (
        "import multiprocessing as m\ndef two(_): return 2\ndef double(x):\n"
        "    with m.get_context('fork').Pool(2) as pool:\n"
        "        return pool.map(two, [0])[0] * np.asarray(x)"
    ),
    "a child": (
        "import subprocess\ndef double(x):\n"
        "    return int(subprocess.run(['echo', '2'], capture_output=True).stdout) "
        "* np.asarray(x)"
    ),
    "files": "def double(x):\n    np.save('x.npy', x)\n    return 2 * np.load('x.npy')",
    "temporary files": (
        "import tempfile\ndef double(x):\n"
        "    with tempfile.TemporaryFile() as f: f.write(b'1')\n    return 2 * np.asarray(x)"
    ),
    "an error before": "1 / 0",
    "names of ours": (
        "def call(): pass\nchecks = None\nlen_ = len\ndef double(x):\n    return 2 * np.asarray(x)"
    ),
    "print replaced": "print = lambda *a, **k: None\ndef double(x):\n    return 2 * np.asarray(x)",
    "errors as warnings": (
        "import warnings\nwarnings.simplefilter('error')\nnp.seterr(all='raise')\n"
        "def double(x):\n    return 2 * np.asarray(x)"
    ),
    "a new folder": (
        "import os\nos.makedirs('/tmp/a'); os.chdir('/tmp/a')\ndef double(x):\n"
        "    return 2 * np.asarray(x)"
    ),
    "magics": (
        "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\n%timeit -n1 -r1 1\n"
        "def double(x):\n    return 2 * np.asarray(x)"
    ),
    "interrupted before": "raise KeyboardInterrupt",
    "scipy and autograd": (
        "import scipy.optimize, torch\n"
        "x = torch.ones(3, requires_grad=True); (x ** 2).sum().backward()\ndef double(x):\n"
        "    return np.asarray(scipy.optimize.root(lambda y: y - 2 * np.asarray(x), "
        "np.zeros_like(np.asarray(x, float))).x).reshape(np.shape(x))"
    ),
}
GOOD = {
    "an error before",
    "interrupted before",
}  # cells of their own, with a good answer after them


@pytest.mark.parametrize("name", FAIR)
def test_a_right_answer_earns_its_points_however_it_is_written(judged, name):
    book = with_cell(FAIR[name]) if name in GOOD else submission(double=FAIR[name])
    report = judged(book)
    assert report.score == 10, [(g.grade_id, g.message) for g in report.checks]
    assert report.starts == 1


def test_part_of_an_answer_earns_part_of_its_points(judged):
    report = judged(submission(double="def double(x):\n    return 42 if np.ndim(x) == 0 else None"))
    assert report.score == 7
    report = judged(submission(norm="def norm(v):\n    return float(np.linalg.norm(v))"))
    assert report.score == 9


def test_copies_of_the_walls_in_threads_do_not_end_with_the_thread(walls):
    """--die-with-parent means the thread that started bubblewrap."""
    reports = []
    for _ in range(2):
        thread = threading.Thread(
            target=lambda: reports.append(grade(submission(), launcher=walls.launcher))
        )
        thread.start()
        thread.join()
    assert [report.score for report in reports] == [10, 10]
    assert walls.launcher._warm.alive()


def test_the_mark_of_a_folder_is_in_reach_of_the_test():
    """The check in `host` can fail."""
    with tempfile.NamedTemporaryFile(prefix=MARK, dir="/tmp") as file:
        assert Path(file.name) in list(Path("/tmp").glob(f"*{MARK}*"))
