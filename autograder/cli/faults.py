"""Explain in one line why a command cannot continue: a file, a database, or the request itself."""

import errno
import sqlite3
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from autograder.grading.writer import Stopped
from autograder.isolation import WallsMissing
from autograder.releases.release import ReleaseError

__all__ = ["fault", "refusal", "writable"]

GO_ON = "Then run the same command again: nothing is lost"


def fault(error: BaseException) -> str:
    """Describe an error that only the user can fix, and say what to do.

    Parameters
    ----------
    error : BaseException
        The error that ended a command.

    Returns
    -------
    str
        One line; "" for any other error, which is a bug of the program.
    """
    if isinstance(error, sqlite3.Error | SQLAlchemyError):
        text = str(getattr(error, "orig", None) or error)
        if "locked" in text:
            return f"another program has locked a database of the course. Close it. {GO_ON}"
        if "readonly" in text or "read-only" in text:
            return f"a database of the course is read-only. Make it writable. {GO_ON}"
        if "full" in text:
            return f"the disk is full. Free some space. {GO_ON}"
        return (
            f"a database of the course cannot be read ({text}). The gradebook is gradebook.db, the "
            "records are records.db: restore the damaged one from a copy. Without records.db, "
            "everything is judged again"
        )
    if isinstance(error, OSError) and error.errno is not None:
        where = f"{error.filename}: " if error.filename else ""
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return f"{where}the disk is full. Free some space. {GO_ON}"
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            return f"{where}{error.strerror}. Get permission to read and write it. {GO_ON}"
        return f"{where}{error.strerror}"
    return ""


def refusal(error: BaseException) -> str:
    """Describe an error by which a command refuses a request.

    Parameters
    ----------
    error : BaseException
        The error that ended a command.

    Returns
    -------
    str
        Its own message, which says what to do; "" for another error.
    """
    refusals = (OSError, ValueError, Stopped, WallsMissing, ReleaseError)
    return str(error) if isinstance(error, refusals) else ""


def writable(path: Path | None) -> None:
    """Check that a file can be written before any work is done.

    Parameters
    ----------
    path : Path or None
        The file; None if no file is to be written.

    Raises
    ------
    ValueError
        If it cannot.
    """
    if path is None:
        return
    if path.is_dir():
        raise ValueError(f"{path} is a folder; name a file in it")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"{path} cannot be written: there is no folder {path.absolute().parent}")
    there = path.exists()
    try:
        with path.open("a"):
            pass
    except OSError as error:
        raise ValueError(f"{path} cannot be written: {error.strerror}") from None
    if not there:
        path.unlink()
