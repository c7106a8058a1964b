"""Start and stop worker processes.

`Launcher` is the interface: it starts a worker on a socket and returns a handle to it. `launch`
implements the isolation level "process": an ordinary process with its own session and folder, and
the operating system's limits; on Windows, which has no sessions and no such limits, it only has its
own folder. The walls that keep strangers' code from files and network implement the same interface
elsewhere.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any, Protocol

from nbjudge.limits import POSIX, Limits
from nbjudge.worker.memory import resident
from nbjudge.worker.memory_guard import hide_memory

__all__ = ["UNPROTECTED", "Held", "Launcher", "launch"]

UNPROTECTED = (
    "reading files of the user who runs the check (course solutions, other submissions, keys)",
    "writing or deleting files of that user",
    "changing scores through such files, and outside Linux in the judge's memory",
    "stopping or ending programs of that user, and the grading with them",
    "reaching into other submissions that are judged at the same time",
    "using the network",
    "processes that leave the worker's session and keep running",
)

# Variables that select the instructions of the numerical libraries: a worker uses the same ones as
# the process that starts it (see tests/matrix.py).
ARITHMETIC = (
    "ATEN_CPU_CAPABILITY",
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "NPY_DISABLE_CPU_FEATURES",
    "OPENBLAS_CORETYPE",
)
# Variables that programs on Windows need.
WINDOWS = ("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS")


class Held(Protocol):
    """Control a worker process and everything that it may have started."""

    @property
    def most(self) -> int:
        """The bytes of memory that it and all its children may hold at this level."""

    @property
    def stdout(self) -> IO[bytes]:
        """The pipe that collects what the processes print."""

    def poll(self) -> int | None:
        """Return the exit code (minus the signal that ended it), or None while it runs."""

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the exit code and return it; None if `timeout` seconds were not enough."""

    def interrupt(self) -> None:
        """Do what Ctrl-C does, or nothing if that is impossible: then it is killed soon."""

    def memory(self) -> int:
        """Return the bytes of memory that it and all its children hold now."""

    def kill(self) -> None:
        """Kill all of its processes. May be called from another thread."""

    def close(self) -> None:
        """Kill all of its processes and remove its files."""


class Launcher(Protocol):
    """Start workers at one isolation level."""

    @property
    def isolation(self) -> str:
        """The name of the isolation level: "walls" or "process"."""

    @property
    def unprotected(self) -> tuple[str, ...]:
        """What the level does not protect from, in words."""

    def __call__(self, fd: int, data: Path | None, limits: Limits) -> Held:
        """Start a worker on a socket.

        Parameters
        ----------
        fd : int
            The worker's end of the socket.
        data : pathlib.Path or None
            A folder whose files (not notebooks) are copied to the worker's working directory.
        limits : Limits
            How much the worker may use.

        Returns
        -------
        Held
            The running worker.
        """


class _Process:
    """Control an ordinary process that leads its session and has its own folder."""

    def __init__(self, process: subprocess.Popen, folder: Path, limits: Limits) -> None:
        self._process, self.most = process, limits.resident
        self.pid, self.folder = process.pid, folder
        assert process.stdout is not None  # a pipe
        self.stdout = process.stdout

    def poll(self) -> int | None:
        return self._process.poll()

    def wait(self, timeout: float | None = None) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(timeout)
        return None

    def interrupt(self) -> None:
        if POSIX:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGINT)

    def memory(self) -> int:
        return resident(self._process.pid, self.most)

    def kill(self) -> None:
        if POSIX:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def close(self) -> None:
        self.kill()
        self._process.wait()
        _remove(self.folder)


class _Launch:
    """Launch workers at the isolation level "process"."""

    isolation: str = "process"
    unprotected: tuple[str, ...] = UNPROTECTED

    def __call__(self, fd: int, data: Path | None, limits: Limits) -> Held:
        hide_memory()
        folder = _fresh_folder(data)
        try:
            return _Process(_start(fd, folder, limits), folder, limits)
        except BaseException:
            _remove(folder)
            raise


launch: Launcher = _Launch()


def _start(fd: int, folder: Path, limits: Limits) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "nbjudge.worker.main", str(fd), json.dumps(limits.to_dict())],
        cwd=folder / "work",
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **_hand_over(fd),
    )


def _hand_over(fd: int) -> dict[str, Any]:
    """Make options that pass the socket to a new process and, where possible, start a session."""
    if POSIX:
        return {"pass_fds": [fd], "start_new_session": True}
    end = socket.socket(fileno=fd)
    try:
        end.set_inheritable(True)
    finally:
        end.detach()  # it stays open, because the caller owns it
    return {"close_fds": False}


def _environment(folder: Path) -> dict[str, str]:
    """The environment of a worker that lives in `folder`."""
    system = {name: os.environ[name] for name in WINDOWS if name in os.environ}
    programs = ["/usr/local/bin", "/usr/bin", "/bin"]
    if "SYSTEMROOT" in system:
        programs = [str(Path(system["SYSTEMROOT"], "System32")), system["SYSTEMROOT"]]
        system |= {name: str(folder / "tmp") for name in ("TEMP", "TMP")}
        system |= {"USERPROFILE": str(folder / "home"), "PYTHONUTF8": "1"}
    return {
        **system,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), *programs]),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "IPYTHONDIR": str(folder / "home" / ".ipython"),
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "CUDA_VISIBLE_DEVICES": "",
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
        **{name: os.environ[name] for name in ARITHMETIC if name in os.environ},
    }


def _fresh_folder(data: Path | None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="lab-"))
    for name in ("home", "work", "tmp"):
        (folder / name).mkdir()
    # matplotlib takes seconds to make its list of fonts
    for place in (".cache/matplotlib", ".matplotlib"):
        for path in (Path.home() / place).glob("fontlist-*.json"):
            (folder / "home" / place).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / "home" / place / path.name)
    if data is not None:
        skip = shutil.ignore_patterns("*.ipynb", "__pycache__", ".*")
        shutil.copytree(data, folder / "work", ignore=skip, dirs_exist_ok=True)
    return folder


def _remove(folder: Path) -> None:
    """Remove a folder of any depth, whatever its permissions are now."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists() and sys.platform != "win32":
        for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
            subprocess.run([*command, "--", str(folder)], capture_output=True, check=False)
