"""Pack the students' feedback pages into files that a learning platform accepts."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.courses import Course
from autograder.feedback_pages.feedback import feedback
from autograder.grading.folders import replace_folder
from autograder.grading.gradebook import bring_up_to_date, still_waiting
from autograder.intake.names import named, shown
from autograder.platforms.forms import FORMS
from autograder.platforms.numbers import check_worksheet
from autograder.platforms.people import people_of
from autograder.platforms.sheet import Sheet
from autograder.platforms.smaller import smaller_page
from nbjudge.wording import counted

__all__ = ["Returned", "give_back"]

SIZE = 50.0  # MB of one zip file
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # so that the same pages make the same bytes


@dataclass
class Returned:
    """Hold which pages were put into which file, and which were not.

    Parameters
    ----------
    files : dict of Path to list of str
        Each zip file with the students whose pages are in it.
    placeless : list of str
        Students who have a page, but no place in the platform's file.
    unknown : list of str
        What in the platform's file belongs to nobody, and why.
    before, after : int
        The bytes of all pages before and after their pictures were made smaller.
    """

    files: dict[Path, list[str]] = field(default_factory=dict)
    placeless: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    before: int = 0
    after: int = 0

    @property
    def complete(self) -> bool:
        """Whether every page has its place."""
        return not (self.placeless or self.unknown)

    def lines(self) -> list[str]:
        """Describe it, with a line for each file and for each page without a place."""
        sizes = {path: path.stat().st_size / 1e6 for path in self.files}
        lines = [
            f"{path}: {counted(len(students), 'student')}, {sizes[path]:.1f} MB"
            for path, students in list(self.files.items())[:20]
        ]
        if len(self.files) > 20:
            lines.append(f"and {counted(len(self.files) - 20, 'more file')}")
        lines.append(
            f"pages: {self.before / 1e6:.1f} MB, {self.after / 1e6:.1f} MB with smaller pictures"
        )
        if self.placeless:
            whose = ", ".join(self.placeless)
            lines.append(f"have a page, but no place in the platform's file: {whose}")
        return lines + [f"not given back: {shown(each, 300)}" for each in self.unknown]


def give_back(
    course: Course,
    name: str,
    form: str,
    source: Path | None,
    folder: Path | None = None,
    *,
    size: float = SIZE,
    progress: Callable[[str, int, int], None] = lambda student, number, total: None,
    tell: Callable[[str], None] = lambda line: None,
) -> Returned:
    """Make the feedback pages of an assignment and pack them for a learning platform.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    form : str
        "moodle", "canvas", or "each" for one zip file per student.
    source : Path or None
        Moodle's grading worksheet, or the zip file of submissions from Canvas.
    folder : Path, optional
        The folder for the files (default: returns/NAME-FORM/ beside the gradebook). What was packed
        there before is deleted.
    size : float, default 50
        The size limit of a zip file in megabytes; one student's pages are never divided.
    progress : callable, optional
        Called with a student, the number that are packed, and the number in all.
    tell : callable, optional
        Called with a line about late penalties that changed, and one about marks that wait.

    Returns
    -------
    Returned
        The files, and the pages without a place.

    Raises
    ------
    FileNotFoundError
        If nothing has been graded yet.
    ValueError
        If the platform's file is the wrong one, no page has a place in it, or the folder contains
        other files.
    """
    target = folder or course.runtime / "returns" / f"{name}-{form}"
    people = people_of(course)
    _check_folder(target, name, form, people.ids())
    wanted = FORMS[form](people, name, source)
    if form == "moodle" and source is not None:
        check_worksheet(course, name, Sheet(source))
    for line in filter(None, (bring_up_to_date(course, name), still_waiting(course, name))):
        tell(line)
    pages: dict[str, list[Path]] = {}
    for page in feedback(course, name, tell=tell):
        pages.setdefault(page.parts[-3], []).append(page)
    if not pages:
        raise ValueError(f"{course.root} has no feedback pages of this program for {name}")
    done = Returned(placeless=sorted(set(pages) - set(wanted.places)), unknown=wanted.unknown)
    chosen = sorted(set(pages) & set(wanted.places))
    if not chosen:
        raise ValueError(
            f"no student with a page is in {source}; the students with a page are "
            f"{named(done.placeless)}. `autograder class` reads in the names and ids of a class"
        )
    parts: list[dict[str, dict[str, bytes]]] = []  # for each zip file: student -> path -> page
    room = 0.0
    for number, student in enumerate(chosen, 1):
        packed = {}
        for page in pages[student]:
            html = page.read_text(encoding="utf-8")
            small = smaller_page(html).encode()
            done.before, done.after = done.before + len(html.encode()), done.after + len(small)
            packed[wanted.places[student](page.name)] = small
        takes = sum(len(zlib.compress(content)) + 300 for content in packed.values())
        if wanted.one_each or not parts or takes > room:
            parts.append({})
            room = size * 1e6
        parts[-1][student] = packed
        room -= takes
        progress(student, number, len(chosen))
    names = [_file(name, form, part, k, len(parts)) for k, part in enumerate(parts, 1)]
    replace_folder(target, dict(zip(names, map(_packed, (p.values() for p in parts)), strict=True)))
    done.files = {target / file: list(part) for file, part in zip(names, parts, strict=True)}
    return done


def _file(name: str, form: str, part: dict[str, dict[str, bytes]], number: int, of: int) -> str:
    if form == "each":
        return f"{next(iter(part))}.zip"
    return f"{name}-{form}.zip" if of == 1 else f"{name}-{form}-{number}-of-{of}.zip"


def _packed(students: Iterable[dict[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for pages in students:
            for path, content in pages.items():
                member = zipfile.ZipInfo(path, LONG_AGO)
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, content)
    return buffer.getvalue()


def _check_folder(folder: Path, name: str, form: str, students: list[str]) -> None:
    """Refuse a folder with files that were not packed before: its content will be deleted."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ValueError(f"{folder} is not a folder; name one that does not exist yet")
    packed = re.compile(rf"{re.escape(name)}-{form}(?:-\d+-of-\d+)?\.zip")
    ours = {f"{student}.zip" for student in students} if form == "each" else set()
    for path in folder.glob("*"):
        if path.is_dir() or not (packed.fullmatch(path.name) or path.name in ours):
            raise ValueError(
                f"{folder} contains other files ({shown(path.name)}), which would be deleted; "
                "name a folder that is empty or does not exist yet"
            )
