"""Run commands as other users, which root can: in mounts of their own, so that nothing is changed.

There, what we need of a closed folder (root's home) can be read, and other files may lie over some
of the machine's, such as a list of accounts."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["as_user", "can_be_others", "in_own_mounts"]

ROOT = Path(__file__).parents[2]


def in_own_mounts(command: list[str], over: Mapping[str, Path] | None = None) -> list[str]:
    """Give `command` in mounts of its own, in which files lie over others."""
    needed = {Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), ROOT.resolve()}
    closed = {p for path in needed for p in path.parents if not p.stat().st_mode & 0o001}
    script = ["mount -t tmpfs none /mnt"]
    for folder in sorted(closed):
        for number, path in enumerate(sorted(p for p in needed if p.is_relative_to(folder))):
            script += [f"mkdir -p /mnt/{number}", f"mount --bind '{path}' /mnt/{number}"]
        script += [f"mount -t tmpfs -o mode=755 none '{folder}'"]
        for number, path in enumerate(sorted(p for p in needed if p.is_relative_to(folder))):
            script += [f"mkdir -p '{path}'", f"mount --bind /mnt/{number} '{path}'"]
    script += [f"mount --bind '{file}' '{path}'" for path, file in (over or {}).items()]
    script += ['exec "$@"']
    shell = ["sh", "-ec", "\n".join(script), "sh"]
    return ["unshare", "--mount", "--propagation", "private", *shell, *command]


def as_user(uid: int, command: list[str], over: Mapping[str, Path] | None = None) -> list[str]:
    """Give `command` as somebody else, in mounts of its own."""
    become = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--"]
    return in_own_mounts([*become, *command], over)


def can_be_others() -> bool:
    """Whether this is root, and may do what `as_user` asks for."""
    if os.getuid() != 0:
        return False
    try:
        command = as_user(12345, [sys.executable, "-c", "import traitlets"])
        return subprocess.run(command, cwd="/", capture_output=True).returncode == 0
    except OSError:  # no such program
        return False
