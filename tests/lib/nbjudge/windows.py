"""Remove what Windows lacks from this Python, as far as our own code could use it.

`python windows.py -m nbjudge.worker.main ...` runs a module there. Other packages keep what they
use on this system; the judge's and the worker's own code may neither import nor call it.
"""

import builtins
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from typing import Any

__all__ = ["become_windows"]

MODULES = {"fcntl", "grp", "pwd", "resource", "termios"}
OURS = ("nbjudge", "lazyrich", "autograder")


def become_windows() -> None:
    """Remove it in this process, and in each Python that it starts through `sys.executable`."""
    plain_import, plain_init, plain_select = (
        builtins.__import__, subprocess.Popen.__init__, select.select
    )  # fmt: skip

    def importing(name: str, globals: Any = None, *rest: Any, **more: Any) -> Any:
        importer = (globals or {}).get("__name__", "").partition(".")[0]
        if name in MODULES and importer in OURS:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return plain_import(name, globals, *rest, **more)

    def starting(process: Any, command: Any, *args: Any, **more: Any) -> None:
        for argument in ("pass_fds", "preexec_fn", "start_new_session"):
            if more.get(argument):
                raise ValueError(f"{argument} not supported on Windows platforms")
        if command[0] == sys.executable:
            command = [sys.executable, __file__, *command[1:]]
        plain_init(process, command, *args, **more)

    def selecting(*lists: Any) -> Any:
        for each in [each for wanted in lists[:3] for each in wanted]:
            if not isinstance(each, socket.socket):
                raise OSError(10038, "an operation was attempted on something that is not a socket")
        return plain_select(*lists)

    builtins.__import__, select.select = importing, selecting
    subprocess.Popen.__init__ = starting
    for name in ("fork", "killpg", "set_blocking"):
        delattr(os, name)
    for name in ("setitimer", "SIGALRM"):
        delattr(signal, name)


if __name__ == "__main__":
    become_windows()
    module = sys.argv.index("-m") + 1
    sys.argv[:] = sys.argv[module:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
