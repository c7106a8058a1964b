"""Claim points by files: one process makes a claim, and others take it over once it is gone."""

# Why not filelock.SoftFileLease (tried with filelock 4.2): it takes over the claim of a process
# that is gone from this machine, but judges a claim of another machine by watching it: one lease
# object has to see no change for the whole time. Here a point is tried by whichever worker is free,
# so no object watches for that long, and the claims of a dead machine would stay forever. It also
# refuses (LeaseSettingsMismatch) when two callers of one store differ in `stale`.

import json
import os
import secrets
import socket
import threading
import time
from pathlib import Path

from lazyrich import _files

__all__ = ["STALE", "Claim"]

STALE = 60.0  # seconds without a sign of life after which a claim is taken over


class Claim:
    """Claim a point by a file that only one process can make and that its thread keeps fresh.

    Parameters
    ----------
    root : Path
        The store.
    name : str
        The name of the point's files.
    stale : float
        Seconds without a sign of life after which a claim is taken over. The claim of a process
        that is gone from this machine is taken over at once.
    """

    def __init__(self, root: Path, name: str, stale: float) -> None:
        self.path = root / "members" / f"{name}.claim"
        self.stale = stale
        self.content = _files.canonical(
            {
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "born": _born(os.getpid()),
                "token": secrets.token_hex(8),
            }
        )
        self.over = threading.Event()
        self.beat: threading.Thread | None = None

    def take(self) -> bool:
        """Make the claim unless a live process holds it; return whether that worked."""
        for _ in range(3):
            if _files.create(self.path, self.content.encode()):
                self.beat = threading.Thread(target=self._alive, daemon=True)
                self.beat.start()
                return True
            if not self._clear_if_stale():
                return False
        return False

    def release(self) -> None:
        """Remove the claim, unless another process has taken it over."""
        self.over.set()
        if self.beat is not None:
            self.beat.join()
        try:
            if self.path.read_text() == self.content:
                self.path.unlink()
        except OSError:
            pass  # taken over meanwhile; the new owner will find the member there

    def _clear_if_stale(self) -> bool:
        """Remove the claim of a process that is gone; return whether it is worth trying again."""
        try:
            before, age = self.path.read_text(), time.time() - self.path.stat().st_mtime
        except FileNotFoundError:
            return True
        if age < self.stale and not _dead(before):
            return False
        aside = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            os.rename(self.path, aside)  # only one of several that try succeeds
        except FileNotFoundError:
            return True
        try:
            if (
                aside.read_text() != before
            ):  # a fresh claim came in between: give it back, if nobody made another
                os.link(aside, self.path)
                return False
        except FileExistsError:
            return False
        finally:
            aside.unlink(missing_ok=True)
        return True

    def _alive(self) -> None:
        while not self.over.wait(self.stale / 4):
            try:
                if self.path.read_text() == self.content:
                    os.utime(self.path)
            except OSError:
                return


def _dead(claim: str) -> bool:
    """Test whether the claim's process ran on this machine and no longer does."""
    try:
        owner = json.loads(claim)
        if owner["host"] != socket.gethostname():
            return False
        os.kill(owner["pid"], 0)
        return _born(owner["pid"]) != owner["born"]
    except ProcessLookupError:
        return True
    except (ValueError, KeyError, TypeError, PermissionError):
        return False


def _born(pid: int) -> str:
    """Read when a process started, since ids are reused; "" where the system does not say."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
