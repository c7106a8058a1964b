"""Start workers by forking one warm process, for tests that judge much.

Tests of the start itself use the launchers that the product uses.

`forked` is a launcher (see `nbjudge.worker.launcher.Launcher`) for `judge(..., launcher=forked)`
and `Worker(..., launcher=forked)`. Its workers are held as those of `launch` are: a session, a
folder and an environment of their own, the same limits. But each is a fork of one process per test
run that has imported all that notebooks use (`warm_up` of the walls' zygote), so that it starts in
tens of milliseconds and not in the second or two that importing torch takes. What a test can see of
the difference: torch and matplotlib are in `sys.modules` from the beginning. Where there is no
pidfd (outside Linux), `forked` is `launch`.

Run as a script, this file is that warm process. It has one thread and ends when the test run closes
its end of the socket. Messages are JSON; file descriptors travel beside them:

    test run -> warm process   {"environment": {...}, "folder": ..., "limits": {...}}
                               + [the worker's socket, its output pipe, a pipe]
    warm process -> test run   {"pid": ...,
                                "spent": seconds of its own processor time since the last message}

When the worker has ended, its exit code and the processor time that it took are written to the
third pipe."""

import contextlib
import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import IO

from nbjudge.errors import StartError
from nbjudge.limits import Limits
from nbjudge.worker import launcher
from nbjudge.worker.memory import resident

__all__ = ["forked"]


class _Forked:
    """The launcher. Its warm process starts when the first worker is asked for, one in each process
    that asks.

    spent: seconds of processor time of the warm process and of the workers that have ended, which
    are not in the test run's own sums."""

    isolation = launcher.launch.isolation
    unprotected = launcher.launch.unprotected

    def __init__(self) -> None:
        self.spent = 0.0
        # the process that started `_control`: a fork of the test run needs a warm process of its
        # own
        self._owner = 0
        self._control: socket.socket | None = None
        self._log: IO[bytes] | None = None

    def __call__(self, fd: int, data: Path | None, limits: Limits) -> launcher.Held:
        if self._owner != os.getpid():
            self._start()
        folder = launcher._fresh_folder(data)
        output, their_output = os.pipe()
        ended, their_ended = os.pipe()
        request = {
            "environment": launcher._environment(folder),
            "folder": str(folder),
            "limits": limits.to_dict(),
        }
        try:
            socket.send_fds(
                self._control, [json.dumps(request).encode()], [fd, their_output, their_ended]
            )
            reply = json.loads(self._control.recv(1000))
        except (OSError, ValueError):
            self._owner = 0
            launcher._remove(folder)
            self._log.seek(0)
            raise StartError(
                f"the warm process has ended: {self._log.read()[-2000:].decode()}"
            ) from None
        finally:
            os.close(their_output)
            os.close(their_ended)
        self.spent += reply["spent"]
        return _Worker(self, reply["pid"], output, ended, folder, limits)

    def _start(self) -> None:
        self._owner = os.getpid()
        folder = launcher._fresh_folder(None)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the warm process runs)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", __file__, str(theirs.fileno())],
                cwd=folder / "work",
                env=launcher._environment(folder),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
            )


class _Worker:
    """A forked worker (see `nbjudge.worker.launcher.Held`)."""

    def __init__(
        self, launcher: _Forked, pid: int, output: int, ended: int, folder: Path, limits: Limits
    ) -> None:
        self._launcher, self.pid, self.folder, self.most = launcher, pid, folder, limits.resident
        self.stdout = os.fdopen(output, "rb")
        self._ended, self._code = os.fdopen(ended, "rb", buffering=0), None

    def poll(self) -> int | None:
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> int | None:
        if self._code is None and select.select([self._ended], [], [], timeout)[0]:
            code, seconds = (
                self._ended.read(100) or b"-9 0"
            ).split()  # nothing: it was killed with the warm process
            self._code = int(code)
            self._launcher.spent += float(seconds)
        return self._code

    def interrupt(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGINT)

    def memory(self) -> int:
        return resident(self.pid, self.most)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self.poll() is None:  # it may be so young that it has no session yet
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        self.kill()
        self.wait()
        self._ended.close()
        launcher._remove(self.folder)


forked: launcher.Launcher = _Forked() if hasattr(os, "pidfd_open") else launcher.launch


def main(fd: int) -> None:
    """Be the warm process: fork a worker for each request on `fd` until it closes."""
    from autograder.courses.own import OwnCourse
    from autograder.isolation.warm_up import warm_up

    control = socket.socket(fileno=fd)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm_up(OwnCourse.warm_up)
    before = 0.0
    workers: dict[int, tuple[int, int]] = {}  # pidfd -> (process id, where its exit code goes)
    while True:
        ready, _, _ = select.select([control, *workers], [], [])
        for pidfd in set(ready) - {control}:
            pid, ended = workers.pop(pidfd)
            _, status, usage = os.wait4(pid, 0)
            with contextlib.suppress(BrokenPipeError):
                os.write(
                    ended,
                    (
                        f"{os.waitstatus_to_exitcode(status)} {usage.ru_utime + usage.ru_stime}"
                    ).encode(),
                )
            os.close(ended)
            os.close(pidfd)
        if control not in ready:
            continue
        message, fds, _, _ = socket.recv_fds(control, 65536, 3)
        if not message:
            launcher._remove(Path.cwd().parent)
            os._exit(0)  # and the workers die with their parent
        pid = os.fork()
        if pid == 0:
            _work(fds, **json.loads(message))
        workers[os.pidfd_open(pid)] = pid, fds.pop()
        for each in fds:
            os.close(each)
        told, before = time.process_time() - before, time.process_time()
        control.send(json.dumps({"pid": pid, "spent": told}).encode())


def _work(fds: list[int], environment: dict[str, str], folder: str, limits: dict) -> None:
    """Become a worker; does not return."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        sock, output = (fcntl.fcntl(fd, fcntl.F_DUPFD, 64) for fd in fds[:2])
        for number, each in enumerate((nothing, output, output, sock)):
            os.dup2(each, number)
        os.closerange(4, 65536)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(f"{folder}/work")
        tempfile.tempdir = None  # found again in the new environment

        from nbjudge.worker import main
        from nbjudge.worker.ipython_shell import Shell

        main._die_with_parent()
        main.serve(3, Shell.instance(), Limits(**limits))
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    os._exit(70)


if __name__ == "__main__":
    main(int(sys.argv[1]))
