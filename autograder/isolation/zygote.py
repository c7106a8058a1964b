"""Fork a worker for each submission from a process inside bubblewrap that has imported everything.

Run as `python zygote.py FD IDLE MODULE...`, with FD one end of a SOCK_SEQPACKET socket and the
modules to import first. It has one thread and no secrets, and ends when the judge closes its
end or, with no worker left, requests nothing for IDLE seconds. Messages are JSON; file
descriptors are sent along with them:

    judge -> zygote   {"spawn": n, "limits": {...}}
                      + [the worker's socket, its output pipe, (an archive of files)]
                      {"interrupt": n}
    zygote -> judge   {"ready": true, "nested": ..., "why": ..., "seccomp": ...}
                      {"born": n} + [pidfd]
                      {"failed": n, "why": ...}
                      {"died": n, "status": ...}

Every worker gets its own user, mount, process, network, IPC and host-name namespaces and fresh
temporary files, if the system lets an unprivileged process make them ("nested"); otherwise the
judge starts a bubblewrap for each submission.
"""

import contextlib
import ctypes
import fcntl
import io
import json
import os
import select
import signal
import socket
import sys
import tarfile
import traceback
from pathlib import Path

import seccomp  # inside the walls, the files of this folder are together on the path
from warm_up import warm_up

HOME = "/home/w"
TEMPORARY = 64 * 2**20  # bytes of temporary files at each of three places
USER = 1000
NAMESPACES = 0x10000000 | 0x00020000 | 0x20000000 | 0x08000000 | 0x04000000 | 0x40000000
# What the kernel counts per user, over all of the user's processes: how much of it a worker may
# use. It may create no namespaces.
USER_LIMITS = {
    "user_namespaces": 0,
    "inotify_instances": 8,
    "inotify_watches": 1024,
    "fanotify_groups": 0,
    "fanotify_marks": 0,
}
LIBC = ctypes.CDLL(None, use_errno=True)
NOSUID, NODEV, NOEXEC, PRIVATE, RECURSIVE = 2, 4, 8, 1 << 18, 1 << 14


def main(fd: int, idle: float, modules: list[str]) -> None:
    """Import the modules, and serve until the judge closes its end."""
    control = socket.socket(fileno=fd)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # PR_SET_CHILD_SUBREAPER: grandchildren become our children when their parent ends
    LIBC.prctl(36, 1, 0, 0, 0)
    warm_up(modules)
    nested, why = _try_namespaces()
    if not nested:
        # PR_SET_DUMPABLE: workers beside us must not open our memory
        LIBC.prctl(4, 0, 0, 0, 0)
    hello = {"ready": True, "nested": nested, "why": why, "seccomp": seccomp.available()}
    control.send(json.dumps(hello).encode())
    workers: dict[int, tuple[int, int]] = {}  # pidfd -> (number, pid)
    while True:
        ready = select.select([control, *workers], [], [], None if workers else idle)[0]
        if not ready:
            os._exit(0)
        for pidfd in [fd for fd in ready if fd is not control]:
            number, pid = workers.pop(pidfd)
            os.close(pidfd)
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            with contextlib.suppress(OSError):
                control.send(json.dumps({"died": number, "status": status}).encode())
        if control not in ready:
            continue
        message, fds, _, _ = socket.recv_fds(control, 65536, 4)
        if not message:
            os._exit(0)
        request = json.loads(message)
        if "interrupt" in request:
            for number, pid in workers.values():
                if number == request["interrupt"]:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGINT)
            continue
        try:
            pid = _spawn(fds, request["limits"], nested)
            pidfd = os.pidfd_open(pid)
            workers[pidfd] = (request["spawn"], pid)
            socket.send_fds(control, [json.dumps({"born": request["spawn"]}).encode()], [pidfd])
        except (OSError, RuntimeError) as error:
            control.send(json.dumps({"failed": request["spawn"], "why": str(error)}).encode())
        for each in fds:
            os.close(each)


def _try_namespaces() -> tuple[bool, str]:
    """Tell whether a child may create its own namespaces and mount into them, and if not, why."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _own_namespaces()
            inner = os.fork()
            if inner == 0:
                _own_mounts()
                os._exit(0)
            code = os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1])
            os._exit(0 if code == 0 else 1)
        except OSError as error:
            os.write(write, str(error).encode()[:500])
        os._exit(1)
    os.close(write)
    why = os.read(read, 1000).decode("utf-8", "replace")
    os.close(read)
    good = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    return good, "" if good else why or "the mounts were refused"


def _spawn(fds: list[int], limits: dict, nested: bool) -> int:
    """Fork a worker; returns its process id as this process sees it."""
    if len(fds) not in (2, 3):
        raise RuntimeError("expected the worker's socket and its output pipe")
    read, write = os.pipe()
    first = os.fork()
    if first == 0:
        try:
            os.close(read)
            if nested:
                _own_namespaces()
                inner = os.fork()
                if inner:
                    os.write(write, str(inner).encode())
                    os._exit(0)
            else:
                os.write(write, str(os.getpid()).encode())
            os.close(write)
            _worker(fds, limits, nested)
        except BaseException:
            for fd in (fds[1], 2):  # it may be closed by now, or be our own stderr
                with contextlib.suppress(OSError):
                    os.write(fd, traceback.format_exc().encode())
                    break
        os._exit(70)
    os.close(write)
    inner_pid = os.read(read, 64)
    os.close(read)
    if nested:
        code = os.waitstatus_to_exitcode(os.waitpid(first, 0)[1])
        if code != 0 or not inner_pid:
            raise RuntimeError(f"no namespaces for the worker (exit code {code})")
        return int(inner_pid)  # as its parent saw it, whose process numbers are the same as ours
    return first


def _own_namespaces() -> None:
    if LIBC.unshare(NAMESPACES) != 0:
        raise OSError(ctypes.get_errno(), "unshare: " + os.strerror(ctypes.get_errno()))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{USER} {USER} 1")
    Path("/proc/self/gid_map").write_text(f"{USER} {USER} 1")


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    if (
        LIBC.mount(
            source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()
        )
        != 0
    ):
        raise OSError(
            ctypes.get_errno(), f"mount {kind} on {target}: {os.strerror(ctypes.get_errno())}"
        )


def _own_mounts(data: int = 0, files: int = 0) -> None:
    """Mount a worker's own folders; its home has room for this many bytes and files of data."""
    _mount("none", "/", "none", RECURSIVE | PRIVATE)
    _mount("proc", "/proc", "proc", NOSUID | NODEV | NOEXEC)
    for target, more, names in (("/tmp", 0, 0), ("/dev/shm", 0, 0), (HOME, data, files)):
        room = f"size={TEMPORARY + more},nr_inodes={4096 + names},mode=0700"
        _mount("tmpfs", target, "tmpfs", NOSUID | NODEV, room)
    with contextlib.suppress(OSError):
        _mount("devpts", "/dev/pts", "devpts", NOSUID | NOEXEC, "newinstance,ptmxmode=0666,max=32")
    for name, most in USER_LIMITS.items():
        path = Path(f"/proc/sys/user/max_{name}")
        if path.exists():
            path.write_text(str(most))


def _worker(fds: list[int], limits: dict, nested: bool) -> None:
    """Become the worker of one submission; does not return."""
    os.setsid()
    archive = _Archive(fds[2]) if len(fds) > 2 else None
    if nested:
        _own_mounts(*(archive.room() if archive else ()))
    nothing = os.open(os.devnull, os.O_RDONLY)
    sock, pipe, *data = (fcntl.fcntl(fd, fcntl.F_DUPFD, 64) for fd in fds)
    for number, fd in enumerate((nothing, pipe, pipe, sock, *data)):
        os.dup2(fd, number)
    os.closerange(4 + len(data), 65536)
    # PR_SET_DUMPABLE, which the zygote may have cleared: the student may use /proc/self
    LIBC.prctl(4, 1, 0, 0, 0)
    for name in ("work", "tmp", ".ipython", ".cache", ".config"):
        os.makedirs(f"{HOME}/{name}", exist_ok=True)
    os.chdir(f"{HOME}/work")
    if data:
        _Archive(4).unpack()
        os.close(4)

    _drop_all()

    from nbjudge.limits import Limits
    from nbjudge.worker.ipython_shell import Shell
    from nbjudge.worker.main import serve

    serve(3, Shell.instance(), Limits(**limits))


class _Archive(io.RawIOBase):
    """Read a tar archive without using the file's position, which other processes share."""

    def __init__(self, fd: int) -> None:
        self.fd, self.at = fd, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (0, self.at, os.fstat(self.fd).st_size)[whence]
        return self.at

    def readinto(self, buffer) -> int:
        block = os.pread(self.fd, len(buffer), self.at)
        buffer[: len(block)] = block
        self.at += len(block)
        return len(block)

    def room(self) -> tuple[int, int]:
        """Count what the files need: bytes of whole pages, and names."""
        self.at = 0
        with tarfile.open(fileobj=self, mode="r:") as archive:
            sizes = [member.size for member in archive]
        return sum(4096 * (size // 4096 + 1) for size in sizes), len(sizes)

    def unpack(self) -> None:
        """Unpack it to the working directory."""
        self.at = 0
        with tarfile.open(fileobj=self, mode="r:") as archive:
            archive.extractall(**({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))


def _drop_all() -> None:
    """Drop all capabilities and every way to gain one, and filter system calls."""
    for number in range(64):
        LIBC.prctl(24, number, 0, 0, 0)  # PR_CAPBSET_DROP
    LIBC.prctl(47, 4, 0, 0, 0)  # PR_CAP_AMBIENT_CLEAR_ALL
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    if LIBC.capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    if LIBC.prctl(38, 1, 0, 0, 0) != 0:  # PR_SET_NO_NEW_PRIVS
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS)")
    if seccomp.available():
        seccomp.install()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
