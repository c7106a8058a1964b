"""Run a student's cells and answer calls in a process that knows nothing of tests.

Started as `python -m nbjudge.worker.main FD`, with FD one end of a stream socket. It reads requests
and writes replies (see `nbjudge.worker.frames`) until the socket closes. "forget" keeps a cell out
of IPython's history; "files" are written to the working directory.

    {"source": text, "forget": bool}
        -> {"outputs": [...], "error": None or [class, message]}
    {"name": text, "args": (...), "kwargs": {...}, "arguments": bool, "forbid": [text, ...],
     "stand_ins": {text: text}}
        -> {"value": ...} | {"raised": [class or None, own name, message]}
         | {"undefined": True} | {"refused": why} | {"forbidden": text}
    {"files": {path: bytes}}
        -> {"written": True}
    {"names": [text, ...]}
        -> {"names": [...]}, for each cell the result of `nbjudge.engine.names.as_lists`
"""

import ast
import builtins
import contextlib
import importlib
import json
import linecache
import os
import random
import signal
import socket
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from nbjudge.checks.stubs import is_stub
from nbjudge.engine.names import Names, as_lists, names_of, without_looks
from nbjudge.errors import ChannelClosed, Forbidden, FrameError, NotPlainError
from nbjudge.forbidden.runtime import forbidden
from nbjudge.limits import Limits, apply_limits
from nbjudge.values import to_plain
from nbjudge.worker.channel import Channel
from nbjudge.worker.ipython_shell import Shell, start_shell
from nbjudge.worker.memory_guard import give_up_tracing
from nbjudge.worker.untrusted_output import MESSAGE

__all__ = ["main", "serve"]


def main(fd: int, limits: Limits) -> None:
    """Serve requests until the judge closes the socket.

    Parameters
    ----------
    fd : int
        This end of the socket.
    limits : Limits
        How much this process may use.
    """
    _die_with_parent()
    give_up_tracing()
    serve(fd, start_shell(limits), limits)


def serve(fd: int, shell: Shell, limits: Limits) -> None:
    """Apply the limits, report that this process is ready, and serve requests; never return.

    Parameters
    ----------
    fd : int
        This end of the socket.
    shell : Shell
        The shell, perhaps made by a parent that forked this process.
    limits : Limits
        How much this process may use.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    shell.recorder.limits = limits
    apply_limits(limits)
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 (draws from the legacy generator should repeat too)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)
    channel = Channel(socket.socket(fileno=fd))
    sys.argv = [""]
    sys.path.insert(0, "")  # as in a kernel: modules beside the notebook can be imported
    own_pid = os.getpid()
    channel.send({"ready": True})
    while True:
        try:
            request = channel.recv()
            reply = _answer(shell, request)
            if os.getpid() != own_pid:
                os._exit(0)  # a child that the cell forked and that reached this point
            _send(channel, reply)
        except ChannelClosed:
            os._exit(0)
        except KeyboardInterrupt:
            continue  # an interrupt that came too late; the judge has stopped waiting


def _answer(shell: Shell, request: dict[str, Any]) -> dict[str, Any]:
    if "source" in request:
        return _run_cell(shell, request["source"], forget=request["forget"])
    if "files" in request:
        return _write(request["files"])
    if "names" in request:
        return _names(shell, request["names"])
    return _call(shell, request)


def _write(files: dict[str, bytes]) -> dict[str, Any]:
    for name, content in files.items():
        with contextlib.suppress(OSError):  # a full disk, or a folder with that name
            os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
            with open(name, "wb") as file:
                file.write(content)
    return {"written": True}


def _names(shell: Shell, sources: list[str]) -> dict[str, Any]:
    """Read the global names of cells before any of them has run.

    This is done here and not in the judge: parsing a malicious text can take long or exhaust the
    stack.
    """
    with _interruptible():
        return {
            "names": [
                as_lists(_names_of(shell.transform_cell(without_looks(source))))
                for source in sources
            ]
        }


def _names_of(source: str) -> Names:
    with contextlib.suppress(RecursionError, MemoryError, ValueError):
        try:
            ast.parse(source)
        except SyntaxError:
            return Names()  # the shell will not run any of it
    return names_of(source)


def _send(channel: Channel, reply: dict[str, Any]) -> None:
    try:
        channel.send(reply)
    except FrameError as error:
        if "outputs" in reply:
            note = {
                "output_type": "stream",
                "name": "stdout",
                "text": f"[output left out: {error}]\n",
            }
            channel.send({**reply, "outputs": [note]})
        else:
            channel.send({"refused": str(error)[:MESSAGE]})


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGINT raise KeyboardInterrupt while student code runs; at other times it is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        except KeyboardInterrupt:  # it was on its way; no second one comes before the reply
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run_cell(shell: Shell, source: str, *, forget: bool) -> dict[str, Any]:
    shell.begin_cell()
    known = set(linecache.cache)
    error: BaseException | None = None
    try:
        with _interruptible():
            result = shell.run_cell(source, store_history=not forget)
            error = result.error_before_exec or result.error_in_exec
    except (
        KeyboardInterrupt,
        Exception,
    ) as escaped:  # IPython itself was interrupted or broken
        error = escaped
    if forget:
        for name in set(linecache.cache) - known:
            linecache.cache.pop(name, None)
    sketch = None if error is None else [type(error).__name__[:200], _text(error)]
    return {"outputs": shell.recorder.finish(), "error": sketch, "count": shell.recorder.count}


def _call(shell: Shell, request: dict[str, Any]) -> dict[str, Any]:
    function = request["name"]
    if not callable(shell.user_ns.get(function)):
        return {"undefined": True}
    args, kwargs = request["args"], request["kwargs"]
    shell.recorder.muted = True
    figures = _figures()
    try:
        with (
            forbidden(request["forbid"], request["stand_ins"].values()),
            _stand_ins(shell.user_ns, request["stand_ins"]),
            _interruptible(),
        ):
            value = shell.user_ns[function](*args, **kwargs)
            return {"value": to_plain((args, kwargs) if request["arguments"] else value)}
    except NotPlainError as error:
        return {"refused": _text(error)}
    except Forbidden as error:
        return {"forbidden": error.name}
    except BaseException as error:
        name = type(error).__name__
        builtin = name if getattr(builtins, name, None) is type(error) else None
        if type(error) is NotImplementedError and not is_stub(error, shell.user_ns):
            builtin = None  # in the judge, this error means that the answer is still a stub
        return {"raised": [builtin, name[:100], _text(error)]}
    finally:
        shell.recorder.muted = False
        for number in _figures() - figures:
            sys.modules["matplotlib.pyplot"].close(number)


@contextlib.contextmanager
def _stand_ins(space: dict[str, Any], functions: dict[str, str]) -> Iterator[None]:
    """Let functions of the library stand in for the student's functions with these names."""
    before = {name: space[name] for name in functions if name in space}
    for name, path in functions.items():
        module, _, attribute = path.rpartition(".")
        space[name] = getattr(importlib.import_module(module), attribute)
    try:
        yield
    finally:
        for name in functions:
            space.pop(name, None)
        space.update(before)


def _text(error: BaseException) -> str:
    try:
        if isinstance(error, SyntaxError):
            return f"{error.msg} (line {error.lineno})"[:MESSAGE]
        text = str(error.args[0]) if type(error) is KeyError and error.args else str(error)
        return text.encode("utf-8", "replace").decode()[:MESSAGE]
    except Exception:
        return ""


def _figures() -> set[int]:
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if hasattr(pyplot, "get_fignums") else set()


def _die_with_parent() -> None:
    """Have this process killed when the judge ends in any way (on Linux)."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


if __name__ == "__main__":
    from nbjudge.worker.main import (
        main as run,
    )  # not as __main__: that name belongs to the notebook

    run(int(sys.argv[1]), Limits(**json.loads(sys.argv[2])) if len(sys.argv) > 2 else Limits())
