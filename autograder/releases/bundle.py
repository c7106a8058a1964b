"""Bundle what a student receives: notebooks, library, `lazyrich check`, and setup files."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from autograder.courses import Course

__all__ = ["bundle"]

KIT = Path(__file__).with_name("student_kit")  # files for the top of a student's folder
WHEN = (2020, 1, 1, 0, 0, 0)  # fixed, so that the same notebooks make the same file, byte for byte
AS_THEY_ARE = ("constraints.txt", "LICENSE", ".gitignore")
LIBRARY = {".py", ".js", ".css", ".json", ".nc", ".npz", ".csv", ".md", ".html", ".typed"}


def bundle(course: Course, path: Path, name: str | None = None) -> list[str]:
    """Write the zip file that a student receives: everything, or only a new assignment.

    It never contains solutions, hidden tests, the grader or its tests: they are not even read. The
    same notebooks make the same file, byte for byte.

    Parameters
    ----------
    course : Course
        Our course.
    path : Path
        The zip to write.
    name : str, optional
        The only assignment to include, for students who have the library and the rest already:
        they unpack it over their folder. Their own copies in work/ stay as they are.

    Returns
    -------
    list of str
        The names in it.

    Raises
    ------
    FileNotFoundError
        If course/ has no notebook (of this assignment), or the folder lacks files for installation.
    """
    if name is not None:
        course.source(name)  # its error lists the assignments
    files = dict(sorted(_files(course) if name is None else _of_one(course, name)))
    if not any(name.endswith(".ipynb") for name in files):
        raise FileNotFoundError(
            f"there are no notebooks in {course.released / (name or '')}: run `autograder release` "
            "first"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"lazy-to-rich/{name}", WHEN)
            entry.external_attr, entry.create_system = 0o644 << 16, 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    new.replace(path)
    return list(files)


def _of_one(course: Course, name: str) -> Iterator[tuple[str, bytes]]:
    return _below(course.released / name, course.root, None)


def _below(folder: Path, root: Path, kinds: set[str] | None) -> Iterator[tuple[str, bytes]]:
    for file in folder.rglob("*"):
        name = file.relative_to(root)
        hidden = any(part.startswith(".") or part == "__pycache__" for part in name.parts)
        if (
            file.is_file()
            and not file.is_symlink()
            and not hidden
            and (kinds is None or file.suffix in kinds)
        ):
            yield name.as_posix(), file.read_bytes()


def _files(course: Course) -> Iterator[tuple[str, bytes]]:
    root = course.root
    yield from _below(course.released, root, None)
    yield from _below(root / "lib", root, LIBRARY)
    for name in AS_THEY_ARE:
        yield name, (root / name).read_bytes()
    for file in KIT.glob("[!.]*"):
        yield file.name, file.read_bytes()
