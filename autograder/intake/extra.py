"""Keep files beside the notebook, if the course lets students hand in files (`extra_files`).

A file is kept, whatever its name, unless a notebook could import it in place of something else, or
it would replace a file of the release. Other files are set aside with a reason.
"""

import importlib.util
import sys
from collections.abc import Collection, Iterable

from autograder.courses import Course
from autograder.intake.files import copied
from autograder.intake.listing import HandedIn, Listing
from autograder.intake.parse import Unreadable
from autograder.intake.timestamp import FILE

__all__ = ["SECRET", "files_beside"]

SECRET = "submission_secret.txt"  # nbgrader's exchange adds it; students fetch feedback with it

MAX_FILES = 1000
MAX_TOTAL = 48 * 2**20  # bytes of all files; a worker's folder has room for more
MAX_PATH = 500  # bytes of a path
COMPILED = {".so", ".pyd", ".pyc", ".pyo", ".pth", ".dll", ".dylib", ".egg"}
LOADED = {"sitecustomize", "usercustomize", "conftest", "ipython_config", "timestamp"}
OURS = "is a file that the course hands out; the course's own is used"
HIDDEN = "is hidden; it was left out"
NO_NOTEBOOK = "is not a notebook; it was left out"


def files_beside(
    course: Course,
    name: str,
    others: Iterable[HandedIn],
    taken: Collection[str],
    listing: Listing,
) -> dict[str, bytes]:
    """Read the files of a submission that are placed beside its notebook while it is judged.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    others : iterable of HandedIn
        The submission's files, without those that are graded.
    taken : collection of str
        The paths of the notebooks.
    listing : Listing
        Files that are not kept are set aside there.

    Returns
    -------
    dict of str to bytes
        The content by path.
    """
    release = course.data(name) or course.released / name
    theirs = {
        path.relative_to(release).as_posix() for path in release.rglob("*") if not path.is_dir()
    }
    theirs = {path.lower() for path in (theirs - course.free(name)) | set(taken)}
    kept: dict[str, bytes] = {}
    room = MAX_TOTAL
    for file in sorted(others, key=lambda file: file.size):
        path = "/".join(file.path)
        if path == SECRET and not course.extra_files:
            continue
        if not course.extra_files:
            why = OURS if path.lower() in theirs else HIDDEN if file.hidden else NO_NOTEBOOK
        elif len(kept) == MAX_FILES or file.size > room:
            limit = f"{MAX_FILES} files and {MAX_TOTAL >> 20} MB"
            why = f"is beyond the limit of {limit}; it was left out"
        elif path in kept:
            why = "was handed in twice; one of them was left out"
        else:
            why = _harm(file, theirs)
        if not why:
            try:
                with copied(course.inbox, file, listing, MAX_TOTAL) as (copy, *_):
                    kept[path] = copy.read()
                room -= len(kept[path])
            except Unreadable as problem:
                why = f"could not be read: {problem}"
        if why and file not in listing.settled:
            listing.set_aside(file, why)
    return kept


def _harm(file: HandedIn, theirs: set[str]) -> str:
    """Say why a file may not be placed beside the notebook; "" if it may."""
    paths = {"/".join(file.path[:count]).lower() for count in range(1, len(file.path) + 1)}
    if paths & theirs or "/".join(file.path).lower() == FILE:
        return OURS
    try:
        long = len("/".join(file.path).encode()) > MAX_PATH
    except UnicodeEncodeError:
        return "has a name that is not text; it was left out"
    if long:
        return f"has a path of more than {MAX_PATH} bytes; it was left out"
    if file.suffix in COMPILED:
        return "is compiled code; it was left out"
    module = file.path[0].split(".")[0]
    if module.lower() == "ipython_config" or (
        file.suffix in (".py", ".pyw") and module and not _is_new_module(module)
    ):
        return "could be imported in place of something else; it was left out"
    return ""


def _is_new_module(module: str) -> bool:
    """Tell whether a name is free: no other module can be imported by it."""
    if module.lower() in LOADED or module in sys.stdlib_module_names:
        return False
    try:
        return all(importlib.util.find_spec(name) is None for name in {module, module.lower()})
    except (ImportError, ValueError):
        return False
