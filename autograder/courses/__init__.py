"""Find where a course keeps its files: in our own layout (`own`) or in nbgrader's (`foreign`)."""

from pathlib import Path

from autograder.courses.protocol import Course, demand_root

__all__ = ["Course", "find"]


def find(folder: str | Path | None = None) -> Course:
    """Find the course in a folder: ours, or any that was set up for nbgrader.

    Parameters
    ----------
    folder : str or Path, optional
        The folder of the course; by default, our course, which the current folder belongs to.

    Returns
    -------
    Course
        An `own.OwnCourse` or a `foreign.NbgraderCourse`.

    Raises
    ------
    FileNotFoundError
        If there is no course; the message says what was searched for.
    ValueError
        If the configuration of an nbgrader course cannot be read, or nbgrader cannot work in the
        folder.
    """
    from autograder.courses.own import OwnCourse
    from lazyrich.app.paths import course_root

    root = course_root() if folder is None else Path(folder).expanduser().resolve()
    demand_root(root)
    if folder is None:
        return OwnCourse(root)
    bare = (root / "solutions").is_dir() and not (root / "nbgrader_config.py").is_file()
    if bare or (root / "autograder" / "nbgrader_config.py").is_file():
        return OwnCourse(root)
    if not root.is_dir():
        raise FileNotFoundError(f"there is no folder {root}")
    from autograder.courses.foreign import NbgraderCourse  # imported late: nbgrader takes seconds

    course = NbgraderCourse.at(root)
    if not (root / "nbgrader_config.py").is_file() and not course.solutions.is_dir():
        raise FileNotFoundError(
            f"no course in {root}: it has neither nbgrader_config.py nor a source/ folder"
        )
    return course
