"""Read when a repository's last commit was made, without running anything in the repository."""

import os
import re
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from autograder.courses.spelling import composed
from autograder.intake.timestamp import as_text, of_a_course
from nbjudge.limits import bind

__all__ = ["commit_time", "repository"]

SHA = re.compile(r"[0-9a-f]{40}")
MEMORY = 2**30  # bytes of address space of git, which reads a whole commit, of any size
LARGEST = 2**20  # bytes of a commit
SECONDS = 30
START = 10_000  # bytes of a commit that are looked at


def repository(path: Path, label: str) -> Path:
    """Find the folder of a hand-in; one folder may hold all others.

    Parameters
    ----------
    path : Path
        The folder that was collected.
    label : str
        The name of the hand-in's folder, its letters composed with their accents.

    Returns
    -------
    Path
        The folder; it may not exist.
    """
    here = _folders(path)
    if label not in here and len(here) == 1:
        here = _folders(*here.values())
    return here.get(label, path / label)


def _folders(path: Path) -> dict[str, Path]:
    return {
        composed(each.name): each
        for each in path.iterdir()
        if each.is_dir() and not each.is_symlink()
    }


def commit_time(repository: Path) -> str:
    """Read when the last commit of a repository was made, by its committer's clock.

    Only the repository's objects are read, with our own configuration: the repository's could run
    programs.

    Parameters
    ----------
    repository : Path
        The folder, in which there is a folder `.git`.

    Returns
    -------
    str
        The time, as `as_text` writes it; "" if it cannot be read.
    """
    git = repository / ".git"
    if git.is_symlink() or not (git / "objects").is_dir() or (git / "objects").is_symlink():
        return ""
    commit = _head(git)
    if not SHA.fullmatch(commit):
        return ""
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "own"
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": folder,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_DIR": str(own),
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_ALLOW_PROTOCOL": "",
        }
        objects = {"GIT_OBJECT_DIRECTORY": str(git.resolve() / "objects")}
        try:
            subprocess.run(
                ["git", "init", "--quiet", "--bare", str(own)],
                env={k: v for k, v in environment.items() if k != "GIT_DIR"},
                check=True,
                capture_output=True,
                timeout=SECONDS,
            )
            with tempfile.TemporaryFile() as out:
                subprocess.run(
                    ["git", "cat-file", "commit", commit],
                    env=environment | objects,
                    check=True,
                    stdout=out,
                    stderr=subprocess.DEVNULL,
                    timeout=SECONDS,
                    preexec_fn=_bound,
                )
                out.seek(0)
                text = out.read(START)
            match = re.search(rb"^committer [^\n]*> (\d{9,11}) [+-]\d{4}$", text, re.M)
            time = datetime.fromtimestamp(int(match[1]), UTC) if match else None
            return as_text(of_a_course(time.replace(tzinfo=None))) if time else ""
        except (OSError, ValueError, OverflowError, subprocess.SubprocessError):
            return ""


def _bound() -> None:
    bind({"RLIMIT_AS": MEMORY, "RLIMIT_FSIZE": LARGEST, "RLIMIT_CPU": SECONDS, "RLIMIT_CORE": 0})


def _head(git: Path) -> str:
    """Read which commit is checked out."""
    try:
        head = _small(git / "HEAD")
        reference = head.removeprefix("ref: ").strip()
        if reference == head.strip():
            return head.strip()
        parts = reference.split("/")
        if parts[0] != "refs" or ".." in parts:
            return ""
        loose = git.joinpath(*parts)
        if loose.is_file() and not loose.is_symlink():
            return _small(loose).strip()
        for line in _small(git / "packed-refs", 2**20).splitlines():
            if line.endswith(f" {reference}"):
                return line.partition(" ")[0]
    except (OSError, ValueError):
        pass
    return ""


def _small(path: Path, most: int = 1000) -> str:
    if not path.is_file():  # a pipe would make us wait
        return ""
    with path.open("rb") as file:
        return file.read(most).decode("ascii")
