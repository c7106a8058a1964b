"""Say what of a course cannot be made again, and where it is."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.courses import Course

__all__ = ["FORMAT", "MANIFEST", "Part", "files_below", "parts"]

FORMAT = "autograder-backup-1"
MANIFEST = "manifest.json"  # the last member of a backup: what the others are


@dataclass(frozen=True)
class Part:
    """Describe a file or a folder that a backup holds.

    Parameters
    ----------
    name : str
        What a backup calls it: the first part of its members' paths.
    path : Path
        Where the course has it.
    kind : str
        "database", "file" or "folder".
    before : str, default ""
        What earlier versions called it.
    """

    name: str
    path: Path
    kind: str
    before: str = ""


def parts(course: Course) -> list[Part]:
    """List what a backup of a course holds: gradebook, records, secret, deadlines, work handed in.

    Everything else is made again by `autograder grade` and `autograder feedback`, or is the
    instructor's own and belongs into version control.

    Parameters
    ----------
    course : Course
        The course.

    Returns
    -------
    list of Part
        The parts, whether they are there or not.

    Raises
    ------
    ValueError
        If the gradebook is no SQLite file.
    """
    from sqlalchemy.engine import make_url

    url = make_url(course.gradebook)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise ValueError(
            f"the gradebook is no SQLite file ({url.get_backend_name()}): back it up with the "
            "tools of its database"
        )
    first, *others = course.inboxes
    folders = [Part("inbox", first, "folder")]  # whatever an nbgrader course calls it
    folders += [
        Part(folder.name, folder, "folder", f"inbox-{k}") for k, folder in enumerate(others, 2)
    ]
    return [
        Part("gradebook.db", Path(url.database), "database"),
        Part("records.db", course.records, "database"),
        Part("secret", course.runtime / ".secret", "file"),
        Part("deadlines.toml", course.deadlines, "file"),
        *folders,
        Part("collected", course.collected, "folder"),
    ]


def files_below(folder: Path, left: list[str]) -> Iterator[tuple[str, Path]]:
    """List the regular files of a folder, without following links.

    Parameters
    ----------
    folder : Path
        The folder; nothing is listed if it is not there.
    left : list of str
        Gets what is no regular file: links, sockets and the like.

    Yields
    ------
    tuple of (str, Path)
        The path below the folder, and the file.
    """
    for top, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files) + [f for f in folders if os.path.islink(os.path.join(top, f))]:
            path = Path(top) / name
            below = path.relative_to(folder).as_posix()
            if stat.S_ISREG(path.lstat().st_mode):
                yield below, path
            else:
                left.append(below)
