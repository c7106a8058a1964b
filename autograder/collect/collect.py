"""Collect an assignment: bring a platform's files into the inbox without losing any of them."""

import contextlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.collect.about import About
from autograder.collect.choose import choose
from autograder.collect.commits import commit_time, repository
from autograder.collect.exchange import check_owner, inbound, late_arrivals
from autograder.collect.hand_in import HandIn
from autograder.collect.kept import (
    attempts,
    files_below,
    keep,
    keep_unknown,
    place,
    unknown,
)
from autograder.collect.left import nothing_else
from autograder.collect.match import Class, alike
from autograder.collect.names import RECEIPTS, read_names
from autograder.collect.outcome import Collected
from autograder.collect.paths import safe_paths
from autograder.collect.source import Taken, take
from autograder.collect.times import CLOCKS, Sheets, ZoneMissingError, read_moment
from autograder.courses import Course
from autograder.deadlines.file import Deadline, read_zone
from autograder.deadlines.penalty import deadlines_of
from autograder.grading.alone import alone
from autograder.grading.sharing import share, shared
from autograder.intake.assignments import Titles
from autograder.intake.names import shown
from autograder.intake.timestamp import as_text, parse_time
from autograder.platforms.people import NobodyError

__all__ = ["collect"]

OWN_CLOCK = ("nbgrader", "submitted", "mail")  # platforms whose times students can write themselves
FEW = 3  # hand-ins whose names suffice to say that another assignment was meant


def collect(
    course: Course,
    path: Path,
    name: str | None = None,
    *,
    platform: str = "",
    times: Path | None = None,
    who: Mapping[str, str] | None = None,
    newest: bool = False,
) -> Collected:
    """Collect what was handed in to an assignment.

    Every hand-in is kept below `collected/`, and the newest that is not late is put into the inbox.
    The same source may be collected again: only new hand-ins are added.

    Parameters
    ----------
    course : Course
        The course.
    path : Path
        A zip file or a folder of Moodle, Canvas, Blackboard or Brightspace, nbgrader's exchange, a
        folder with one folder for each student (GitHub Classroom), or e-mails (.eml).
    name : str, optional
        The assignment; by default, the one whose name most files have.
    platform : str, default ""
        One of `autograder.collect.names.PLATFORMS`; by default, the one whose names fit.
    times : Path, optional
        A sheet of the platform that says when work was handed in.
    who : mapping of str to str, optional
        By the platform's label of a hand-in, the student whose it is, where the class does not say.
    newest : bool, default False
        The newest hand-in counts, even if it is late and an older one is not.

    Returns
    -------
    Collected
        What became of everything.

    Raises
    ------
    FileNotFoundError
        If there is no such file or assignment.
    ValueError
        If the source cannot be read, its names fit no platform, the assignment is not clear, or
        deadlines.toml or the sheet is wrong.
    autograder.grading.writer.Stopped
        If the course is being graded right now.
    """
    people, sheet = Class(course, who), Sheets(times)
    path, exchange = inbound(course, path.expanduser())
    platform = platform or ("nbgrader" if exchange else "")
    deadlines = deadlines_of(course.settings(), course.names())
    course.collected.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".new-", dir=course.collected))
    try:
        source = take(path, staging)
        try:
            found, hand_ins, others = read_names(source.files, platform, people.logins)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
        if found == "moodle":
            hand_ins = people.without_groups(hand_ins)
            sheet.check_numbers(each.number for each in hand_ins if not people.is_group(each.name))
        name = _assignment(course, path, hand_ins, name)
        course.source(name)
        deadline = deadlines.get(name)
        run = _Run(course, name, Collected(name, found), people, sheet, deadline, newest)
        run.done.refused |= source.refused | nothing_else(source, found, hand_ins)
        run.done.notes += people.strangers()
        run.folder = path if path.is_dir() else None
        hand_ins = [each for each in hand_ins if each.assignment in ("", name)]
        with alone(course):
            run.all(hand_ins)
            run.rest(others)
        run.done.notes += [*people.unused(), *sheet.unused()]
        if found == "nbgrader" and run.folder is not None:
            run.done.notes += late_arrivals(run.folder, hand_ins)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return run.done


class _Run:
    """Keep and place the hand-ins of one source."""

    folder: Path | None = None  # the source, if it is one

    def __init__(
        self,
        course: Course,
        name: str,
        done: Collected,
        people: Class,
        sheet: Sheets,
        deadline: Deadline | None,
        newest: bool,
    ) -> None:
        self.course, self.name, self.done, self.people = course, name, done, people
        self.sheet, self.deadline, self.newest = sheet, deadline, newest
        self.zone = read_zone(course.deadlines)
        self.now = as_text(datetime.now(UTC).replace(tzinfo=None, microsecond=0))

    def all(self, hand_ins: list[HandIn]) -> None:
        students: dict[str, list[str]] = {}
        for hand_in in hand_ins:
            students[hand_in.label] = self._whose(hand_in)
        if not self.people.known and self.done.platform == "moodle":
            self._same_names(hand_ins, students)
        placed: dict[str, bool] = {}
        for hand_in in hand_ins:
            about = self._about(hand_in, students[hand_in.label])
            files = self._files(hand_in)
            if not students[hand_in.label]:
                why = self.done.unknown[hand_in.label]
                keep_unknown(self.course, self.name, files, replace(about, why=why))
                continue
            self._known_now(hand_in.label, students[hand_in.label])
            if len(students[hand_in.label]) > 1:
                share(self.course, self.name, students[hand_in.label])
            for student in students[hand_in.label]:
                new = keep(self.course, self.name, student, files, about)
                placed[student] = placed.get(student, False) or new
        others = {s for found in students.values() for s in found[1:]}
        for student in sorted(placed, key=lambda student: student in others):
            (self.done.new if placed[student] else self.done.same).append(student)
            if student not in others or student not in shared(self.course, self.name):
                self.done.notes += place(
                    self.course, self.name, student, self.deadline, always=True
                )
            known = attempts(self.course, self.name, student)
            counts = choose(known, self.deadline, student).about
            if not counts.when:
                kinds = {True: self.done.late, None: self.done.untimed}
                kinds.get(counts.late, []).append(student)

    def rest(self, others: list[Taken]) -> None:
        """Keep files that are not named as the platform names them."""
        for taken in others:
            why = f"it is not named as {self.done.platform} names files"
            why = "it is not an e-mail (.eml)" if self.done.platform == "mail" else why
            about = About(taken.shown, self.done.platform, self.now, why=why)
            (path,) = safe_paths([taken.parts])
            keep_unknown(self.course, self.name, {path: taken.file}, about)
            self.done.unknown[taken.shown] = why

    def _whose(self, hand_in: HandIn) -> list[str]:
        try:
            if self.done.platform == "nbgrader" and not self.people.is_given(hand_in):
                check_owner(self.folder, hand_in)
            identity = self._identity(hand_in)
            students, group = self.people.find(self.done.platform, hand_in, identity)
        except NobodyError as error:
            self.done.unknown[hand_in.label] = str(error)
            return []
        if group:
            self.done.groups[group] = students
        return students

    def _same_names(self, hand_ins: list[HandIn], students: dict[str, list[str]]) -> None:
        """Without a class, two students of one name cannot be told apart in the next assignment."""
        counts = Counter(student for found in students.values() for student in found)
        for hand_in in hand_ins:
            if any(counts[student] > 1 for student in students[hand_in.label]):
                students[hand_in.label] = []
                self.done.unknown[hand_in.label] = (
                    "several students have this name: read in the class with `autograder class`, "
                    "or give the student with --who"
                )

    def _identity(self, hand_in: HandIn) -> dict[str, str]:
        """Return what the sheet says of a number; a group's number may be that of a student."""
        found = self.sheet.identities.get(hand_in.number, {}) if hand_in.number else {}
        return found if found and alike(found["name"], hand_in.name) else {}

    def _about(self, hand_in: HandIn, students: list[str]) -> About:
        when, said, identity = "", "", self._identity(hand_in)
        keys = [f"Participant {hand_in.number}" if identity else "", identity.get("email", "")]
        keys += [each for student in students for each in self.people.called(student)]
        keys += [hand_in.login, hand_in.name]
        for text in (self.sheet.find(keys), hand_in.when):
            if text and not when:
                try:
                    when, said = as_text(read_moment(text, self.zone)), text
                except (ValueError, OverflowError) as error:
                    own = text is hand_in.when and self.done.platform in OWN_CLOCK
                    if isinstance(error, ZoneMissingError) and not own:  # missing for all
                        raise
                    note = f"{shown(hand_in.label)}: its time cannot be read: {error}"
                    self.done.notes.append(note)
        if self.done.platform == "folders" and self.folder is not None:
            commit = commit_time(repository(self.folder, hand_in.label))
            if when and commit and parse_time(commit) - parse_time(when) > CLOCKS:
                self.done.notes.append(
                    f"{shown(hand_in.label)}: handed in at {when} according to the sheet, but its "
                    f"last commit is from {commit}: later work is graded too. "
                    "Check out the right commit, and collect again"
                )
            when = when or commit
        late = None if when else hand_in.late
        order = hand_in.order if not when else ""
        about = About(hand_in.label, self.done.platform, self.now, when, late, order)
        return replace(about, newest=self.newest, said=said)

    def _files(self, hand_in: HandIn) -> dict[str, Path]:
        """Name the files of a hand-in, and give them the times that the source says."""
        receipt = (RECEIPTS.get(self.done.platform),)
        wanted = [(path, each) for path, each in hand_in.files if path != receipt]
        for _, taken in wanted:
            with contextlib.suppress(OSError, OverflowError, ValueError):
                os.utime(taken.file, (max(taken.time, 0.0),) * 2) if taken.time else None
        paths = safe_paths([path for path, _ in wanted])
        return {path: taken.file for path, (_, taken) in zip(paths, wanted, strict=True)}

    def _known_now(self, label: str, students: list[str]) -> None:
        """Give the students what was nobody's under this label, which may be older."""
        for attempt in unknown(self.course, self.name):
            if (attempt.about.label, attempt.about.platform) == (label, self.done.platform):
                for student in students:
                    about = replace(attempt.about, why="")
                    keep(self.course, self.name, student, files_below(attempt.files), about)
                shutil.rmtree(attempt.folder)


def _assignment(course: Course, path: Path, hand_ins: list[HandIn], name: str | None) -> str:
    """Find out which assignment it is from the names of the files, and whether `name` can be it."""
    titles = Titles(course)
    votes = Counter(
        assignment
        for hand_in in hand_ins
        for assignment in {titles.assignment(path[-1]) for path, _ in hand_in.files}
        if assignment
    )
    likely = [each for each, count in votes.items() if 2 * count > len(hand_ins)]
    if name and len(likely) == 1 and not votes[name] and len(hand_ins) >= FEW:
        raise ValueError(
            f"{path}: most of its files are called {likely[0]}, and none is called {name}: run "
            f"`autograder collect {path.name} {likely[0]}{course.option}`. If they belong to "
            f"{name} after all, rename them"
        )
    if name:
        return name
    if len(likely) != 1:
        raise ValueError(
            f"{path}: its files' names do not show which assignment this is; name it, for example "
            f"`autograder collect {path.name} {course.names()[0] if course.names() else 'NAME'}`"
        )
    return likely[0]
