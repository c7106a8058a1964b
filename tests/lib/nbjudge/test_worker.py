"""Check the worker: a student's cells run as in a kernel, and nothing they do harms the judge."""

import contextlib
import resource
import subprocess
import sys
import time
from dataclasses import replace

import nbformat
import numpy as np
import pytest
from forked import forked
from patience import Clock, soon, until

from nbjudge import Limits
from nbjudge.errors import StartError, WorkerDied, WorkerTimeout
from nbjudge.worker.client import Worker
from nbjudge.worker.launcher import launch
from nbjudge.worker.request import CallRequest

LIMITS = Limits(
    grace=60
)  # a cell that can be interrupted has all the time that a busy machine needs for it
LAUNCHERS = pytest.mark.parametrize(
    "launcher", [launch, forked], ids=["a process of its own", "a fork of the tests'"]
)


@pytest.fixture
def worker():
    with contextlib.closing(Worker(LIMITS, launcher=forked)) as own:
        yield own


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Code with which a cell or a function reports that it hangs: from then on its time is up."""
    clock = Clock(tmp_path)
    monkeypatch.setattr(time, "monotonic", clock)
    return clock.told


def run(worker: Worker, source: str) -> list[dict]:
    outputs = worker.run_cell(source, soon())["outputs"]
    for output in outputs:
        nbformat.validate(nbformat.from_dict(_in_a_notebook(output)))
    return outputs


def _in_a_notebook(output: dict) -> dict:
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": "",
        "outputs": [output],
        "execution_count": 1,
    }
    return {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def text(outputs: list[dict]) -> str:
    return "".join(output.get("text", "") for output in outputs)


def call(worker: Worker, name: str, *args, arguments: bool = False, **kwargs):
    request = CallRequest(
        name, args, kwargs, deadline=soon(), forbid=(), most=LIMITS.answers, arguments=arguments
    )
    return worker.call(request, request.deadline)


def test_printing_and_the_last_expression(worker):
    first, second = run(worker, "print('one')\nprint('two')\n1 + 1")
    assert first == {"output_type": "stream", "name": "stdout", "text": "one\ntwo\n"}
    assert second["output_type"] == "execute_result"
    assert second["data"] == {"text/plain": "2"}


def test_warnings_go_to_stderr_and_stop_nothing(worker):
    (output,) = run(worker, "import warnings; warnings.warn('careful'); None")
    assert output["name"] == "stderr"
    assert "careful" in output["text"]


@pytest.mark.parametrize(
    ("source", "name"),
    [("1 / 0", "ZeroDivisionError"), ("1 +", "SyntaxError"), ("input('? ')", "EOFError")],
)
def test_an_error_becomes_an_error_output(worker, source, name):
    reply = worker.run_cell(source, soon())
    assert reply["outputs"][-1]["ename"] == name
    assert reply["error"][0] == name


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("!echo shell", "shell"),
        ("files = !echo listed\nprint(files[0])", "listed"),
        ("%%bash\necho bash", "bash"),
        ("%%time\nprint('timed')", "Wall time"),
        ("import asyncio\nawait asyncio.sleep(0)\nprint('awaited')", "awaited"),
        ("?len", "number of items"),
        ("import os; written = os.write(1, b'raw bytes')", "raw bytes"),
        ("import subprocess; done = subprocess.run(['echo', 'child'])", "child"),
        ("%%writefile note.txt\nhello\n", "Writing note.txt"),
        ("exit()\nprint('still here')", "still here"),
        (
            (
                "from IPython import get_ipython; "
                "get_ipython().run_line_magic('pwd', ''); print('magic')"
            ),
            "magic",
        ),
        ("import sys; print(sys.argv, sys.stdin.read() == '')", "[''] True"),
    ],
)
def test_what_a_kernel_can_do(worker, source, expected):
    assert expected in text(run(worker, source))


def test_inline_figures_become_png(worker):
    outputs = run(worker, "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert [sorted(output["data"]) for output in outputs] == [["image/png", "text/plain"]]


def test_figures_of_a_call_do_not_show_up_in_the_next_cell(worker):
    run(
        worker,
        "import matplotlib.pyplot as plt\ndef draw():\n    plt.plot([1, 2])\n    print('drawn')",
    )
    assert call(worker, "draw") == {"value": None}
    assert run(worker, "1;") == []


def test_display_markdown_html_and_images(worker):
    source = (
        "from IPython.display import HTML, Markdown, Image, display\n"
        "display(HTML('<b>x</b>'), Markdown('*y*'))"
    )
    assert [sorted(output["data"])[0] for output in run(worker, source)] == [
        "text/html",
        "text/markdown",
    ]
    pixel = "import base64, struct, zlib\ndef part(kind, data):\n    c = zlib.crc32(kind + data)\n"
    pixel += "    return struct.pack('!I', len(data)) + kind + data + struct.pack('!I', c)\n"
    pixel += "size = struct.pack('!IIBBBBB', 1, 1, 8, 0, 0, 0, 0)\n"
    pixel += "png = b'\\x89PNG\\r\\n\\x1a\\n' + part(b'IHDR', size)\n"
    pixel += (
        "png += part(b'IDAT', zlib.compress(b'\\0\\0')) + part(b'IEND', b'')\ndisplay(Image(png))"
    )
    (output,) = run(worker, pixel)
    assert output["data"]["image/png"].startswith("iVBOR")


def test_an_updated_display_is_one_output(worker):
    (output,) = run(worker, "h = display('first', display_id=True)\nh.update('second')")
    assert output["data"]["text/plain"] == "'second'"


def test_cleared_output_is_gone(worker):
    outputs = run(
        worker,
        (
            "from IPython.display import clear_output\n"
            "print('old'); clear_output(wait=True); print('new')"
        ),
    )
    assert text(outputs) == "new\n"


@pytest.mark.parametrize(
    "source",
    [
        "import ipywidgets\nslider = ipywidgets.IntSlider()\nslider.value = 3\nslider",
        "import ipywidgets\nipywidgets.interact(lambda x: x, x=3);",
        "import anywidget\nclass W(anywidget.AnyWidget):\n    _esm = 'export default {}'\nW()",
    ],
    ids=["slider", "interact", "anywidget"],
)
def test_widgets_display_their_text_where_no_javascript_runs(worker, source):
    outputs = run(worker, source)
    assert all(output["output_type"] != "error" for output in outputs)
    assert outputs[-1]["data"]["text/plain"]


def test_execution_counts_go_on(worker):
    counts = [run(worker, "1")[0]["execution_count"] for _ in range(3)]
    assert counts == [1, 2, 3]


def test_reset_and_a_patched_display_hook_do_not_end_the_worker(worker):
    run(worker, "%reset -f")
    run(worker, "import sys; sys.stdout = None; sys.displayhook = None")
    run(worker, "def f():\n    return 7")
    assert call(worker, "f") == {"value": 7}


@pytest.mark.parametrize(
    "source",
    [
        "print('x' * 30_000_000)",
        "for _ in range(200_000): print('line')",
        "import os\nfor _ in range(600): os.write(1, b'x' * 50_000)",
        "!head -c 30000000 /dev/zero | tr '\\0' x",
        "from IPython.display import display\nfor i in range(3000): display(i)",
        (
            "from IPython.display import display, HTML\n"
            "for i in range(30): display(HTML('x' * 1_000_000))"
        ),
        "raise ValueError('x' * 30_000_000)",
    ],
    ids=["one line", "many lines", "raw", "shell", "displays", "large displays", "error"],
)
def test_a_flood_of_output_is_cut(worker, source):
    outputs = worker.run_cell(source, soon())["outputs"]
    assert 0 < len(repr(outputs)) < 1.1 * LIMITS.output_bytes
    assert len(outputs) <= LIMITS.outputs + 1


def test_a_call_passes_arguments_and_returns_plain_data(worker):
    run(
        worker,
        "def f(x, *, scale=1.0):\n    print('noise')\n    return {'y': scale * x, 'n': (len(x),)}",
    )
    value = call(worker, "f", np.arange(3.0), scale=2.0)["value"]
    assert value["n"] == (3,)
    assert value["y"].tolist() == [0.0, 2.0, 4.0]


def test_arguments_after_a_call_show_what_it_changed(worker):
    run(worker, "def f(x, *, y):\n    x[0] = 9\n    y.append(1)")
    args, kwargs = call(worker, "f", np.zeros(2), y=[], arguments=True)["value"]
    assert args[0].tolist() == [9.0, 0.0]
    assert kwargs == {"y": [1]}


def test_what_is_no_function_is_undefined(worker):
    run(worker, "number = 3")
    assert call(worker, "number") == {"undefined": True}
    assert call(worker, "never_heard_of") == {"undefined": True}


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        ("ValueError('no')", ["ValueError", "ValueError", "no"]),
        ("KeyError('k')", ["KeyError", "KeyError", "k"]),
        ("type('ValueError', (ValueError,), {})('no')", [None, "ValueError", "no"]),
        ("np.linalg.LinAlgError('singular')", [None, "LinAlgError", "singular"]),
        ("ValueError('x' * 1000)", ["ValueError", "ValueError", "x" * 500]),
        ("SystemExit(0)", ["SystemExit", "SystemExit", "0"]),
        ("ValueError(chr(0xd800))", ["ValueError", "ValueError", "?"]),
        ("type('E', (Exception,), {'__str__': lambda self: 1 / 0})()", [None, "E", ""]),
    ],
)
def test_an_error_crosses_as_its_class_and_text(worker, raised, expected):
    run(worker, f"import numpy as np\ndef f():\n    raise {raised}")
    assert call(worker, "f") == {"raised": expected}


@pytest.mark.parametrize(
    ("returned", "reason"),
    [
        ("object()", "cannot be graded"),
        ("(i for i in range(3))", "cannot be graded"),
        ("np.zeros(9_000_000)", "too large"),
        ("[0.5] * 300_000", "too many"),
        ("chr(0xd800)", "Unicode"),
    ],
)
def test_what_cannot_be_graded_is_refused_with_a_reason(worker, returned, reason):
    run(worker, f"import numpy as np\ndef f():\n    return {returned}")
    assert reason in call(worker, "f")["refused"]


def test_torch_tensors_come_back_as_arrays(worker):
    run(
        worker,
        (
            "import torch\ndef f(x):\n"
            "    return torch.as_tensor(x, dtype=torch.float32, device='cpu').requires_grad_()"
        ),
    )
    value = call(worker, "f", [1.0, 2.0])["value"]
    assert type(value) is np.ndarray
    assert value.dtype == np.float32


@LAUNCHERS
@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "import time; time.sleep(600)",
        "!sleep 600",
        "import asyncio; await asyncio.sleep(600)",
        "import threading; threading.Event().wait()",
    ],
)
def test_a_cell_that_takes_too_long_is_interrupted_and_the_worker_goes_on(launcher, told, source):
    with contextlib.closing(Worker(LIMITS, launcher=launcher)) as worker:
        with pytest.raises(WorkerTimeout) as caught:
            worker.run_cell(f"{told}\n{source}", soon())
        assert caught.value.alive
        assert run(worker, "print('on')")[0]["text"] == "on\n"


@LAUNCHERS
def test_an_interrupt_that_is_lost_comes_again(launcher, told, monkeypatch):
    """As when a signal arrives just before a sleep begins."""
    with contextlib.closing(Worker(LIMITS, launcher=launcher)) as worker:
        run(worker, "1")
        real, lost = worker.held.interrupt, []
        monkeypatch.setattr(worker.held, "interrupt", lambda: real() if lost else lost.append(1))
        with pytest.raises(WorkerTimeout) as caught:
            worker.run_cell(f"{told}\nimport time; time.sleep(600)", soon())
        assert caught.value.alive
        assert lost


@LAUNCHERS
@pytest.mark.parametrize(
    "source",
    [
        (
            "import time\nwhile True:\n    try:\n"
            "        TOLD; time.sleep(9)\n    except BaseException: pass"
        ),
        "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); TOLD; time.sleep(600)",
    ],
    ids=["swallows", "ignores"],
)
def test_a_cell_that_will_not_stop_is_killed(launcher, told, source):
    with contextlib.closing(Worker(replace(LIMITS, grace=0.3), launcher=launcher)) as worker:
        with pytest.raises(WorkerTimeout) as caught:
            worker.run_cell(source.replace("TOLD", told), soon())
        assert not caught.value.alive
        assert worker.held.poll() is not None


def test_a_deadline_passes_whatever_the_worker_is_at():
    """By the real clock: whether the cell has begun by then or not, it is stopped."""
    with contextlib.closing(Worker(replace(LIMITS, grace=0.3), launcher=forked)) as worker:
        run(worker, "1")
        with pytest.raises(WorkerTimeout):
            worker.run_cell("while True: pass", time.monotonic() + 0.2)


@pytest.mark.parametrize(
    ("source", "how"),
    [
        ("import os; os._exit(3)", "exit code 3"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os; os.abort()", "SIGABRT"),
        (
            "import os\nif os.fork():\n    os._exit(0)\nelse:\n    import time; time.sleep(600)",
            "exit code 0",
        ),
        (
            (
                "import os\nfor fd in range(3, 50):\n"
                "    try: os.write(fd, b'x' * 1000)\n    except OSError: pass"
            ),
            "not a reply",
        ),
    ],
    ids=["exit", "segfault", "abort", "child keeps the socket", "writes to the socket"],
)
@LAUNCHERS
def test_the_end_of_the_process_is_told(launcher, source, how):
    with (
        contextlib.closing(Worker(LIMITS, launcher=launcher)) as worker,
        pytest.raises(WorkerDied, match=how),
    ):
        worker.run_cell(source, soon())


def test_a_forked_child_that_runs_on_answers_nothing(worker):
    run(worker, "import os\npid = os.fork()")
    run(worker, "def f(): return 1")
    assert call(worker, "f") == {"value": 1}


def test_endless_recursion_is_an_error_like_others(worker):
    run(worker, "def f(n):\n    return f(n + 1)")
    assert call(worker, "f", 0)["raised"][0] == "RecursionError"


def test_a_swallowed_interrupt_does_not_earn_a_late_answer(worker, told):
    body = (
        f"    try:\n        {told}\n        while True: pass\n"
        f"    except KeyboardInterrupt:\n        return 42"
    )
    run(worker, f"def f():\n{body}")
    with pytest.raises(WorkerTimeout):
        call(worker, "f")
    run(worker, "def g(): return 1")
    assert call(worker, "g") == {"value": 1}


def test_memory_has_a_limit(worker):
    run(
        worker, "import numpy as np\ndef f():\n    return np.ones(20 * 2**30, dtype=np.uint8).sum()"
    )
    kind, name, _ = call(worker, "f")["raised"]
    assert name in ("MemoryError", "_ArrayMemoryError")
    assert kind in ("MemoryError", None)


@LAUNCHERS
def test_the_environment_is_small_and_says_nothing_of_grading(launcher):
    source = "import os; print(sorted(os.environ)); print(sorted(os.environ.values()))"
    with contextlib.closing(Worker(LIMITS, launcher=launcher)) as worker:
        shown = text(run(worker, source)).lower()
        for word in ("grad", "judge", "secret", "token", "pytest"):
            assert word not in shown
        assert text(run(worker, "import os; print(len(os.environ) < 20)")) == "True\n"


def test_a_worker_rounds_as_the_process_that_starts_it(monkeypatch):
    """So that the tests of answers, too, can run with another processor's arithmetic."""
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    with contextlib.closing(Worker(LIMITS, launcher=launch)) as worker:
        assert (
            text(run(worker, "import os; print(os.environ['OPENBLAS_CORETYPE'])")) == "Prescott\n"
        )


@LAUNCHERS
def test_secrets_of_the_judge_do_not_reach_the_worker(launcher, monkeypatch):
    monkeypatch.setenv("COURSE_SECRET", "s3cret")
    with contextlib.closing(Worker(LIMITS, launcher=launcher)) as worker:
        assert "s3cret" not in text(run(worker, "!env; cat /proc/self/environ"))


@LAUNCHERS
def test_files_of_the_assignment_are_fresh_copies(launcher, tmp_path):
    (tmp_path / "points.csv").write_text("1,2\n")
    (tmp_path / "lab.ipynb").write_text("{}")
    source = (
        "import os; print(sorted(os.listdir())); "
        "print(open('points.csv').read()); open('points.csv', 'w').close()"
    )
    for _ in range(2):
        with contextlib.closing(Worker(LIMITS, data=tmp_path, launcher=launcher)) as worker:
            assert text(run(worker, source)) == "['points.csv']\n1,2\n\n"
    assert (tmp_path / "points.csv").read_text() == "1,2\n"


@LAUNCHERS
def test_closing_removes_folder_and_processes(launcher):
    with contextlib.closing(Worker(LIMITS, launcher=launcher)) as worker:
        run(worker, "import subprocess; child = subprocess.Popen(['sleep', '600'])")
        run(worker, "def pid(): return child.pid")
        child = call(worker, "pid")["value"]
        assert _alive(child)
    assert not worker.held.folder.exists()
    assert until(lambda: not _alive(child))


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@LAUNCHERS
def test_limits_of_the_operating_system_are_set(launcher):
    with contextlib.closing(Worker(LIMITS, launcher=launcher)) as worker:
        assert call(worker, "missing") == {"undefined": True}
        pid = worker.held.pid
        assert resource.prlimit(pid, resource.RLIMIT_AS)[0] == LIMITS.memory
        assert resource.prlimit(pid, resource.RLIMIT_CORE) == (
            1,
            1,
        )  # 0 would still call the host's collector
        assert resource.prlimit(pid, resource.RLIMIT_NOFILE)[0] == LIMITS.open_files


def test_random_draws_repeat_from_worker_to_worker():
    source = "import random, numpy as np; print(random.random(), np.random.rand(), hash('delta'))"
    shown = set()
    for launcher in (launch, launch, forked, forked):
        with contextlib.closing(Worker(LIMITS, launcher=launcher)) as worker:
            shown.add(text(run(worker, source)))
    assert len(shown) == 1


def test_starting_a_worker_imports_nothing_heavy():
    source = "import sys; print({'torch', 'matplotlib', 'scipy', 'nbformat'} & set(sys.modules))"
    with contextlib.closing(Worker(LIMITS)) as worker:
        assert text(run(worker, source)) == "set()\n"


def test_a_worker_that_cannot_start_is_told_apart_from_the_students_errors():
    class Broken:
        isolation, unprotected = "process", ()

        def __call__(self, fd, data, limits):
            held = launch(fd, data, limits)
            held.close()
            held.stdout.close()
            command = [sys.executable, "-c", "raise SystemExit('no numpy here')"]
            held._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            held.pid, held.stdout = held._process.pid, held._process.stdout
            return held

    with (
        contextlib.closing(Worker(LIMITS, launcher=Broken())) as worker,
        pytest.raises(StartError, match="no numpy here"),
    ):
        worker.run_cell("1", soon())


FIRST_BYTE = (
    "for fd in range(3, 50):\n"
    "    try: os.write(fd, b'L') if os.path.exists(f'/proc/self/fd/{fd}')"
    " and 'socket' in os.readlink(f'/proc/self/fd/{fd}') else 0\n"
    "    except OSError: pass\n"
)
HOGS = (
    "for _ in range(4):\n    if os.fork() == 0:\n"
    "        hog = bytearray(os.urandom(1) * 100_000_000)\n        time.sleep(600)\n"
)


@pytest.mark.parametrize(
    "source",
    [
        "import os, time\n" + HOGS + "time.sleep(600)",
        "import os, time\n" + FIRST_BYTE + HOGS + "time.sleep(600)",
        (
            "import os, time\npairs = []\nimport socket\nfor _ in range(5):\n"
            "    if os.fork() == 0:\n        while True:\n"
            "            try: pairs.append(socket.socketpair())\n"
            "            except OSError: time.sleep(600)\ntime.sleep(600)"
        ),
    ],
    ids=["forks", "after the first byte of an answer", "what sockets could hold"],
)
def test_memory_of_all_processes_together_is_watched(source):
    """No single process is over a limit here; what they hold together is."""
    limits = replace(LIMITS, resident=250 * 2**20)
    with contextlib.closing(Worker(limits)) as hungry:
        with pytest.raises(WorkerDied, match="memory"):
            hungry.run_cell(source, soon())
        assert hungry.closed


def test_the_watch_kills_at_the_bound_of_the_level_and_not_of_the_caller():
    """A level of isolation may allow less memory than the caller; the watch must use its limit."""

    class Bounded:
        isolation, unprotected = forked.isolation, forked.unprotected

        def __call__(self, fd, data, limits):
            held = forked(fd, data, limits)
            held.most = 2**20
            return held

    with (
        contextlib.closing(Worker(LIMITS, launcher=Bounded())) as own,
        pytest.raises(WorkerDied, match=r"used more than 0\.000977 GB of memory"),
    ):
        run(own, "import time\ntime.sleep(600)")
