"""Test what may lie in a student's folder: links, pipes, archives, several files, odd names.

Nothing outside the folder is ever read.
"""

import contextlib
import io
import json
import os
import shutil
import socket
import stat
import struct
import time
import zipfile

import labs
import pytest
from submissions import NAME, POINTS, Desk, answers, raw

from autograder.courses.spelling import composed
from autograder.grading.outcome import _reason
from autograder.grading.records import Records
from autograder.intake import check_student, digest, places, students_with, take_in
from autograder.intake.archive import MAX_MEMBERS
from autograder.intake.names import shown
from autograder.intake.tries import FREE, too_many

BAD = {"double": "def double(x):\n    return 0", "norm": "def norm(v):\n    return 0"}


def packed(*members, compression=zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of (name or ZipInfo, content)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, json.dumps(content) if isinstance(content, dict) else content)
    return buffer.getvalue()


def submitted(desk: Desk) -> set[str]:
    folder = desk.course.submitted / desk.student / NAME
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "name",
    [
        f"{NAME} (1).ipynb",
        "ps1 (1).ipynb",
        f"sub/folder/{NAME}.ipynb",
        "Übung.IPYNB",
        "-rf.ipynb",
        "$(reboot).ipynb",
    ],
)
def test_renamed_or_in_a_folder(desk, name):
    desk.put(name=name)
    desk.full()


def test_of_two_the_newest_counts_and_a_note_says_so(desk):
    desk.put(raw(**BAD), age=100)
    desk.put(name=f"{NAME} (1).ipynb")
    notes = desk.full().notes
    assert f"the file is called '{NAME} (1).ipynb', not {NAME}.ipynb" in notes
    assert "2 notebooks were handed in; the newest was graded" in notes
    desk.put(raw(**BAD), age=-100)
    desk.take()
    assert answers(desk.built()) == (BAD["double"], BAD["norm"])


def test_an_untouched_copy_never_wins(desk):
    desk.put(labs.release())
    desk.put(name="mine.ipynb", age=1000)
    notes = desk.full().notes
    assert (
        "2 notebooks were handed in; the newest in which something is written was graded" in notes
    )


def test_an_unreadable_copy_never_wins(desk):
    desk.put(b"", name="zzz.ipynb", age=-1000)
    desk.put()
    assert "'zzz.ipynb' could not be read: the file is empty" in desk.full().notes


def test_of_two_at_one_time_the_one_in_which_more_is_written_counts_and_nothing_is_claimed(desk):
    """As after `git clone`, or from an archive that does not know the time well."""
    half = desk.put(raw(norm=labs.cell(labs.release(), "ex2-answer")["source"]))
    whole = desk.put(name="my newer work.ipynb")
    for path, moment in ((half, 1.7e9 + 1.5), (whole, 1.7e9)):
        os.utime(path, (moment, moment))
    note = next(note for note in desk.full().notes if "2 notebooks" in note)
    assert "'my newer work.ipynb' was graded, because it has more text than" in note
    assert "do not show which is newer" in note
    assert "newest" not in note


@pytest.mark.parametrize("moment", [0.0, 315_532_800.0])
def test_a_file_without_a_time_is_not_called_older(desk, moment):
    """1970 and 1980 are what programs write that know no time."""
    desk.put(raw(norm=labs.cell(labs.release(), "ex2-answer")["source"]))
    whole = desk.put(name="my newer work.ipynb")
    os.utime(whole, (moment, moment))
    note = next(note for note in desk.full().notes if "2 notebooks" in note)
    assert "'my newer work.ipynb' was graded, because it has more text than" in note
    assert "newest" not in note


def test_the_newest_is_said_of_the_newest_alone(desk):
    for path in (desk.put(labs.release()), desk.put(name="mine.ipynb")):
        os.utime(path, (1.7e9, 1.7e9))
    note = next(note for note in desk.full().notes if "2 notebooks" in note)
    assert note.endswith("the newest in which something is written was graded")


def test_two_copies_at_one_time_are_called_alike(desk):
    for path in (desk.put(), desk.put(name="a copy.ipynb")):
        os.utime(path, (1.7e9, 1.7e9))
    arrival = desk.full()
    assert arrival.file == f"{NAME}.ipynb"
    assert any("they have the same answers" in note for note in arrival.notes)


def test_a_scratch_notebook_beside_the_archive_with_the_real_one(desk):
    scratch = labs.notebook(labs.code("import numpy as np\nnp.arange(3)", "s"))
    desk.put(packed((f"hw/{NAME}.ipynb", raw())), "hw.zip", age=1000)
    desk.put(scratch, "scratch.ipynb")
    arrival = desk.full()
    assert arrival.file == f"hw.zip: hw/{NAME}.ipynb"
    assert f"'scratch.ipynb' was left out: it is hardly anything of {NAME}" in arrival.notes
    desk.put(labs.notebook(labs.code("def double(x):\n    return 0", "s")), "scratch.ipynb")
    desk.full()  # though it defines one of the functions


def whole_work_folder(desk, name: str) -> bytes:
    """An archive of nine assignments, ours the oldest, and called as `name`."""
    members = []
    for number in range(80):
        title = labs.markdown(f"# Lab {number}", f"t{number}")
        cells = [labs.markdown(f"## {number}.{k}", f"k{number}-{k}") for k in range(4)]
        info = zipfile.ZipInfo(f"work/{number}_lab/{number}_lab.ipynb", (2026, 5, 1, 12, 0, 0))
        members.append((info, labs.notebook(title, *cells)))
    info = zipfile.ZipInfo(f"work/{name}", (2025, 1, 1, 12, 0, 0))
    return packed(*members, (info, raw()))


def test_the_whole_work_folder_in_which_ours_is_the_oldest(desk):
    desk.put(whole_work_folder(desk, f"{NAME.upper()} (1).ipynb"), "work.zip")
    assert desk.full().file.endswith(f"{NAME.upper()} (1).ipynb")


def test_a_renamed_notebook_is_found_by_its_cells_among_others_of_the_course(desk):
    other = other_assignment(desk)
    desk.put(packed(*((f"o{n}.ipynb", other) for n in range(40)), ("x.ipynb", raw())), "hw.zip")
    assert desk.full().file == "hw.zip: x.ipynb"


def test_an_archives_other_files_are_told(desk):
    bomb = b'{"cells": [], "x": "' + b"0" * 30_000_000 + b'"}'
    desk.put(packed(("a.csv", b""), ("b.ipynb", bomb), (f"{NAME}.ipynb", raw())), "hw.zip")
    told = " ".join(desk.full().notes)
    assert "other files of the archive were left out: 'a.csv'" in told
    assert "'b.ipynb' in the archive was left out: the archive unpacks to a suspicious" in told


def other_assignment(desk):
    """Released beside ours."""
    other = labs.notebook(
        labs.markdown("# Another lab", "o-title"),
        labs.answer(
            "o1-answer",
            "08.1",
            ["other"],
            "def other(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION",
        ),
        labs.check("o1-test", "08.1", "a number", 1, "pass"),
    )
    folder = desk.course.released / "08_other"
    folder.mkdir()
    (folder / "08_other.ipynb").write_text(json.dumps(other))
    return other


def test_the_notebook_of_another_assignment_is_named(desk):
    other = other_assignment(desk)
    desk.put(other)
    assert desk.zero() == f"this is the notebook of 08_other; hand in the notebook of {NAME}"
    other["cells"].append(
        labs.code(labs.GOOD_DOUBLE, "mine")
    )  # with an answer of ours in it, it is graded
    desk.put(other)
    assert desk.take().problem == ""
    assert answers(desk.built())[0] == labs.GOOD_DOUBLE


def test_another_version_of_the_assignment_is_graded_and_told(desk):
    release = labs.release()
    labs.cell(release, "setup")["metadata"]["nbgrader"]["checksum"] = "new"
    (desk.course.released / NAME / f"{NAME}.ipynb").write_text(json.dumps(release))
    book = raw()
    labs.cell(book, "setup")["metadata"]["nbgrader"]["checksum"] = "old"
    desk.put(book)
    assert (
        "the notebook was made from another version of the assignment (1 cell differs)"
        in desk.full().notes
    )


def test_several_notebooks_of_one_assignment(desk, monkeypatch):
    """Each is found by its name or by its content; one that is missing is empty, and said to be."""
    parts = {f"{NAME}": labs._source(), "second": _renamed(labs._source())}
    for folder in (desk.course.solutions, desk.course.released):
        for part, book in parts.items():
            book = book if folder == desk.course.solutions else labs_released(book)
            (folder / NAME / f"{part}.ipynb").write_text(json.dumps(book))
    monkeypatch.setattr(type(desk.course), "notebooks", lambda self, name: sorted(parts))
    desk.put()
    assert "the notebook second.ipynb was not handed in" in desk.full().notes
    assert submitted(desk) == {f"{NAME}.ipynb", "second.ipynb", "timestamp.txt"}
    mine = labs_released(_renamed(labs._source()))
    labs.cell(mine, "b-ex1-answer")["source"] = "def b_double(x):\n    return x + x"
    desk.put(mine, "my other file.ipynb")
    assert any(
        "called 'my other file.ipynb', not second.ipynb" in note for note in desk.full().notes
    )
    second = json.loads((desk.course.submitted / desk.student / NAME / "second.ipynb").read_text())
    assert labs.cell(second, "b-ex1-answer")["source"] == "def b_double(x):\n    return x + x"


def _renamed(book: dict) -> dict:
    """The same notebook with other ids, exercises and names."""
    text = json.dumps(book)
    for old, new in (
        ("ex1-", "b-ex1-"),
        ("ex2-", "b-ex2-"),
        ("09.", "10."),
        ("double", "b_double"),
        ("norm", "b_norm"),
    ):
        text = text.replace(old, new)
    book = json.loads(text)
    for cell in book["cells"]:
        cell["id"] = f"b-{cell['id'][:40]}"
        if labs_id(cell) in ("setup", "essay"):
            cell["metadata"]["nbgrader"]["grade_id"] = f"b-{labs_id(cell)}"
    return book


def labs_id(cell: dict) -> str:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def labs_released(book: dict) -> dict:
    from nbjudge.contract.notebooks import as_released

    return as_released(book)


def test_a_link_to_the_solutions_hands_nothing_in(desk):
    (desk.folder / f"{NAME}.ipynb").symlink_to(desk.course.solutions / NAME / f"{NAME}.ipynb")
    assert "is a link or not a regular file" in desk.zero()


@pytest.mark.parametrize("level", ["assignment", "student", "inside"])
def test_folders_that_are_links_are_not_followed(desk, level):
    solutions = desk.course.solutions / NAME
    if level == "inside":
        (desk.folder / "sub").symlink_to(solutions)
        assert desk.zero() == "'sub' is a link or not a regular file; it was left out"
        return
    desk.folder.rmdir()
    if level == "assignment":
        desk.folder.symlink_to(solutions)
    else:
        desk.folder.parent.rmdir()
        desk.folder.parent.symlink_to(desk.course.solutions)
    assert "is a link" in desk.zero()
    where = "inbox/ada" if level == "student" else f"inbox/ada/{NAME}"
    assert [stray.where for stray in students_with(desk.course, NAME)[1]] == [where]


def test_a_hard_link_is_an_ordinary_file(desk, tmp_path):
    path = desk.put(name="elsewhere.ipynb")
    os.link(path, desk.folder / f"{NAME}.ipynb")
    desk.full()


def test_pipes_sockets_and_devices_hang_nothing(desk, monkeypatch):
    monkeypatch.chdir(desk.folder)  # the path of a socket may be 107 bytes long
    os.mkfifo(desk.folder / f"{NAME}.ipynb")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.ipynb")
        if os.getuid() == 0:
            with contextlib.suppress(PermissionError):
                os.mknod(desk.folder / "zero.ipynb", stat.S_IFCHR | 0o600, os.makedev(1, 5))
        assert "is a link or not a regular file" in desk.zero()
        desk.put(name="mine.ipynb")
        desk.full()


def test_a_file_swapped_for_a_pipe_between_look_and_open_hangs_nothing(desk, monkeypatch):
    from autograder.intake import pieces

    path = desk.put()
    right = pieces.copied

    def swapped(*args):
        path.unlink()
        os.mkfifo(path)
        return right(*args)

    monkeypatch.setattr(pieces, "copied", swapped)
    assert desk.zero() == "what was handed in is a link or not a regular file"


def test_folders_named_like_notebooks(desk):
    desk.put(name=f"{NAME}.ipynb/{NAME}.ipynb")
    desk.full()


@pytest.mark.parametrize("path", ["a/b/c/d/e", "Course/Sheet 1/Ada/hw/final/final 2/really"])
def test_a_notebook_that_lies_deep_is_graded(desk, path):
    desk.put(name=f"{path}/{NAME}.ipynb")
    desk.full()


def test_a_notebook_among_thousands_of_files_is_graded(desk, monkeypatch):
    from autograder.intake import listing

    monkeypatch.setattr(listing, "MAX_ENTRIES", 60)
    for number in range(51):
        for folder in ("0", "x"):
            (desk.folder / folder).mkdir(exist_ok=True)
            (desk.folder / folder / f"{number:04}.dat").touch()
    desk.put(name=f"{NAME}.ipynb")
    arrival = desk.full()
    assert any("is not a notebook" in note and "and 52 more" in note for note in arrival.notes)
    assert any("beyond the first" in note and "and 40 more" in note for note in arrival.notes)
    assert submitted(desk) == {f"{NAME}.ipynb", "timestamp.txt"}


def test_what_lies_too_deep_is_told(desk):
    desk.put(name="/".join("abcdefghijklmnopqrstuvwxyz") + f"/{NAME}.ipynb")
    assert desk.zero() == (
        "'a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t' is more than 20 folders deep; it was not read"
    )


def test_a_read_only_tree(desk):
    desk.put().chmod(0o400)
    desk.folder.chmod(0o500)
    desk.full()
    desk.folder.chmod(0o700)
    desk.full()  # what was built can be built again


def test_the_inbox_is_left_as_it_was(desk):
    desk.put(text := json.dumps(raw()))
    desk.take()
    assert [path.read_text() for path in desk.folder.iterdir()] == [text]


def test_a_zip_file_with_the_notebook_in_it(desk):
    junk = (
        ("__MACOSX/._09_small.ipynb", b"\x00\x05\x16\x07"),
        (".ipynb_checkpoints/a.ipynb", raw(**BAD)),
    )
    desk.put(packed((f"hw/{NAME}.ipynb", raw()), ("hw/data.csv", b"1,2"), *junk), "hw.zip")
    arrival = desk.full()
    assert arrival.file == f"hw.zip: hw/{NAME}.ipynb"
    assert desk.judged().score == POINTS
    assert submitted(desk) == {f"{NAME}.ipynb", "timestamp.txt"}


def test_a_zip_file_that_is_called_a_notebook(desk):
    desk.put(packed((f"{NAME}.ipynb", raw())))
    desk.full()


@pytest.mark.parametrize(
    "name", [f"{NAME}.ipynb.txt", f"hw\\{NAME}.json", f"hw/{NAME}", f"{NAME}.ipynb.download"]
)
def test_a_notebook_under_another_ending_is_read_in_an_archive_too(desk, name):
    """Names that count in a folder count in an archive, where there is none of the right ending."""
    desk.put(packed((name, raw()), ("read.me.txt", b"My work."), ("n.json", b"[1]")), "hw.zip")
    desk.full()
    desk.put(packed((name, raw(**BAD)), (f"{NAME}.ipynb", raw())), "hw.zip")
    desk.full()


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([("inner.zip", packed((f"{NAME}.ipynb", b"{}")))], ", but 'inner.zip'"),
        ([(f"a/.ipynb_checkpoints/{NAME}-checkpoint.ipynb", b"{}")], f"/{NAME}-checkpoint.ipynb'"),
        ([("my.html", b""), ("b.py", b""), (".DS_Store", b"")], ", but 'my.html' and 1 more"),
        ([("__MACOSX/a.txt", b"")], ""),
        ([], ""),
    ],
)
def test_an_archive_without_a_notebook_says_what_it_holds(desk, members, words):
    desk.put(packed(*members), "hw.zip")
    told = desk.zero()
    assert told.startswith("the archive contains no notebook (.ipynb)")
    assert told.endswith(words or ")")


def test_loose_notebooks_come_before_archives(desk):
    desk.put(packed((f"{NAME}.ipynb", raw(**BAD))), "old.zip", age=-100)
    desk.put()
    desk.full()
    desk.put(b"")  # and an archive before a notebook that cannot be read
    desk.take()
    assert answers(desk.built())[0] == BAD["double"]


@pytest.mark.parametrize(
    "path",
    [
        f"../{NAME}.ipynb",
        f"/tmp/{NAME}.ipynb",
        f"a/../../{NAME}.ipynb",
        f"..\\{NAME}.ipynb",
        f"C:/{NAME}.ipynb",
    ],
)
def test_paths_that_leave_the_archive_are_refused(desk, path):
    info = zipfile.ZipInfo("x")
    info.filename = path
    desk.put(packed((info, raw())), "hw.zip")
    assert "its path leads out of the archive" in desk.zero()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_in_archives_are_refused(desk, kind):
    info = zipfile.ZipInfo(f"{NAME}.ipynb")
    info.external_attr = (kind | 0o777) << 16
    target = str(desk.course.solutions / NAME / f"{NAME}.ipynb").encode()
    desk.put(packed((info, target), ("data.csv", b"")), "hw.zip")
    assert "it is a link or not a regular file" in desk.zero()


def test_zip_bombs(desk):
    bomb = b'{"cells": [], "x": "' + b"0" * 150_000_000 + b'"}'
    desk.put(packed((f"{NAME}.ipynb", bomb)), "hw.zip")
    assert "suspicious size" in desk.zero()
    desk.put(packed(*((f"{n}.ipynb", b"") for n in range(MAX_MEMBERS + 1))), "hw.zip")
    assert f"contains {MAX_MEMBERS + 1} files" in desk.zero()


@pytest.mark.slow
def test_the_notebook_among_forty_thousand_files_of_an_archive_is_found(desk):
    """A whole work folder, with whatever programs keep there."""
    rest = ((f"work/cache/{n}.txt", b"") for n in range(40_000))
    desk.put(packed(*rest, (f"work/{NAME}/{NAME}.ipynb", raw())), "work.zip")
    desk.full()


def test_a_member_that_lies_about_its_size(desk):
    raw_zip = bytearray(packed((f"{NAME}.ipynb", b'{"cells": "' + b"0" * 300_000_000 + b'"}')))
    place = raw_zip.rindex(b"PK\x01\x02")
    raw_zip[place + 24 : place + 28] = struct.pack("<I", 5_000_000)
    desk.put(bytes(raw_zip), "hw.zip")
    assert "archive" in desk.zero()


def test_overlapping_members(desk):
    """Two entries that share one member's bytes."""
    whole = packed((f"{NAME}.ipynb", raw()), ("b.ipynb", raw()))
    data = bytearray(whole)
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    desk.put(bytes(data), "hw.zip")
    assert "overlap" in desk.zero()


def test_encrypted_and_unusual_members(desk):
    data = bytearray(packed((f"{NAME}.ipynb", raw())))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    desk.put(bytes(data), "hw.zip")
    assert "it is encrypted" in desk.zero()
    desk.put(packed((f"{NAME}.ipynb", raw()), compression=zipfile.ZIP_LZMA), "hw.zip")
    assert "compressed in an unusual way" in desk.zero()


def test_damaged_archives(desk):
    whole = packed((f"{NAME}.ipynb", raw()))
    desk.put(whole[: len(whole) // 2], "hw.zip")
    assert "the archive is damaged" in desk.zero()
    broken = bytearray(whole)
    broken[len(whole) // 3] ^= 255
    desk.put(bytes(broken), "hw.zip")
    assert "the archive is damaged" in desk.zero()
    desk.put(b"Rar!....", "hw.rar")
    (desk.folder / "hw.zip").unlink()
    assert desk.zero().startswith("expected a notebook (.ipynb), got .rar; archives of this kind")


NAMES = [
    "line\nbreak.ipynb",
    "\u202egpj.ipynb",
    "学生.ipynb",
    "a" * 249 + ".ipynb",
    "cafe\u0301.ipynb",
    "=cmd|x.ipynb",
    "\x1b[31m.ipynb",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_a_page_or_terminal_could_not_show(desk, name):
    desk.put(name=name)
    arrival = desk.full()
    told = " ".join([arrival.file, *arrival.notes])
    assert told.isprintable()
    assert len(arrival.file) <= 80
    assert Records(desk.course.records).arrival(desk.student, NAME) is not None


def test_a_name_that_is_no_text(desk):
    path = os.fsencode(desk.folder) + b"/\xff\xfe.ipynb"
    with open(path, "w") as file:
        json.dump(raw(), file)
    assert desk.full().file == "\\udcff\\udcfe.ipynb"


def test_shown_names_are_composed_and_cut():
    assert shown("cafe\u0301") == "café"
    assert shown("a\nb\u202e") == "a\\nb\\u202e"
    assert len(shown("x" * 300)) == 80


@pytest.mark.parametrize(
    "student",
    [
        "../evil",
        "a/b",
        "",
        ".hidden",
        "x" * 65,
        "a..b",
        "*",
        "a*",
        "[ab]",
        "a\n",
        "-rf",
        "a ",
        "a\u202eb",
        "a\u200b",
        "a\0b",
        "~",
        "$HOME",
        "a;b",
    ],
)
def test_student_ids_that_could_be_paths_or_patterns_are_refused(desk, student):
    with pytest.raises(ValueError, match="student"):
        check_student(student)
    with pytest.raises(ValueError, match="student"):
        take_in(desk.course, NAME, student)


@pytest.mark.parametrize(
    "student", ["mary.jones@uni.edu", "Mary Ann O'Neil", "José", "Jose\u0301", "李雷", "а1", "عمر"]
)
def test_names_of_any_script_are_students(desk, student):
    assert check_student(student) == student
    desk.put()
    shutil.copytree(desk.course.inbox / desk.student, desk.course.inbox / student)
    assert composed(student) in students_with(desk.course, NAME)[0]
    assert take_in(desk.course, NAME, student).problem == ""


def test_folders_that_are_no_students_are_told_apart(desk):
    for odd in ("a ", "*", "x\ny"):
        (desk.course.inbox / odd / NAME).mkdir(parents=True)
    (desk.course.inbox / "README.txt").touch()
    students, strays = students_with(desk.course, NAME)
    assert students == [desk.student]
    odd = ["inbox/*", "inbox/README.txt", "inbox/a ", "inbox/x\\ny"]
    assert [stray.where for stray in strays] == odd
    assert students_with(desk.course, "*") == ([], strays)


def test_a_folder_that_may_not_be_looked_into_stops_nobody(desk, monkeypatch):
    """(Root may look into everything, so the refusal is staged.)"""
    (desk.course.inbox / "locked" / NAME).mkdir(parents=True)
    right = os.scandir

    def refused(path):
        if "locked" in str(path):
            raise PermissionError(13, "Permission denied")
        return right(path)

    monkeypatch.setattr(os, "scandir", refused)
    students, strays = students_with(desk.course, NAME)
    assert students == [desk.student]
    assert [(each.where, each.why) for each in strays] == [
        ("inbox/locked", "it cannot be opened (Permission denied)")
    ]


def test_a_student_without_a_submission(desk):
    assert take_in(desk.course, NAME, "grace") is None


def test_the_time_is_that_of_arrival_whatever_the_file_says_of_itself(desk):
    path = desk.put(age=10**8)
    before = time.time()
    received = desk.full().received
    assert (desk.course.submitted / desk.student / NAME / "timestamp.txt").read_text() == received
    assert int(before) <= _seconds(received) <= time.time()
    os.utime(path, (2 * 10**9, 2 * 10**9))  # in the future, and the same file: its first time stays
    assert desk.take().received == received


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"2026-03-01 12:00:00 UTC", "2026-03-01 12:00:00 UTC"),
        ("\ufeff2026-03-01T13:00:00+01:00\r\n".encode("utf-16"), "2026-03-01 12:00:00 UTC"),
        (b"yesterday", ""),
        (b"2026-03-01 12:00:00 UTC" + b" " * 2000, ""),
    ],
    ids=["nbgrader's", "UTF-16", "no time", "too long"],
)
def test_a_timestamp_beside_the_notebook_says_when_it_was_handed_in(desk, content, expected):
    desk.put()
    desk.put(content, "timestamp.txt")
    arrival = desk.full()
    assert arrival.stamped == expected
    told = (desk.course.submitted / desk.student / NAME / "timestamp.txt").read_text()
    assert told == (expected or arrival.received)
    problem = [note for note in arrival.notes if note.startswith("timestamp.txt")]
    assert len(problem) == (not expected)
    assert all(note.endswith("; the time of arrival counts") for note in problem)


def test_a_timestamp_within_a_zip_or_a_folder_says_nothing(desk):
    """Only the instructor puts one beside what a student made."""
    desk.put()
    desk.put("2001-01-01 00:00:00 UTC", "work/timestamp.txt")
    assert desk.full().stamped == ""


def test_a_timestamp_alone_is_no_notebook(desk):
    desk.put("2026-03-01 12:00:00 UTC", "timestamp.txt")
    assert desk.zero() == "there is no file"


def _seconds(received: str) -> float:
    from datetime import UTC, datetime

    return datetime.strptime(received, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC).timestamp()


def test_what_is_graded_is_what_was_read_whatever_happens_to_the_file(desk):
    import hashlib

    path = desk.put()
    first = path.read_bytes()
    arrival = desk.full()
    path.write_bytes(json.dumps(raw(**BAD)).encode())
    assert arrival.sha256 == hashlib.sha256(first).hexdigest()
    assert desk.judged().score == POINTS
    assert desk.take().sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_is_being_written_is_read_again(desk, monkeypatch):
    import autograder.intake.files as module

    path = desk.put()
    right, times = module.hashlib.sha256, []

    def busy():
        times.append(1)
        if len(times) == 1:
            with path.open("ab") as file:
                file.write(b" ")
        return right()

    monkeypatch.setattr(module.hashlib, "sha256", busy)
    with monkeypatch.context():
        arrival = desk.take()
    assert arrival.problem == ""
    assert answers(desk.built())[0] == labs.GOOD_DOUBLE


def test_the_digest_changes_with_the_files_and_is_had_of_anything(desk):
    def now() -> str:
        return digest(places(desk.course, NAME, desk.student), desk.course.inbox)

    seen = {now()}
    path = desk.put()
    seen.add(now())
    assert now() in seen
    path.write_bytes(path.read_bytes() + b" ")
    seen.add(now())
    path.rename(desk.folder / "other.ipynb")
    seen.add(now())
    os.mkfifo(desk.folder / f"{NAME}.ipynb")
    seen.add(now())
    (desk.folder / "link").symlink_to("/etc")
    seen.add(now())
    with open(os.fsencode(desk.folder) + b"/\xff", "w"):
        seen.add(now())
    assert len(seen) == 7
    shutil.rmtree(desk.folder)
    desk.folder.symlink_to(desk.course.solutions)
    assert now() not in seen


def test_nothing_that_is_refused_for_its_size_is_hashed_or_copied(desk, monkeypatch):
    """Sixty sparse files of a terabyte cost most of a minute at each run."""
    from autograder.intake import files

    there = places(desk.course, NAME, desk.student)
    for name, size in (("a.ipynb", 2**40), ("b.zip", 2**40), ("c.npy", 2**34)):
        os.truncate(desk.put(b"", name), size)
    for number in range(3):  # each could be read, all of them are too much
        os.truncate(desk.put(b"", f"{number}.npy"), files.LARGEST - 1)
    monkeypatch.setattr(files, "MAX_HASHED", files.LARGEST)
    read, right = [], files._opened

    def watched(below, entry):
        read.append(entry.name)
        return right(below, entry)

    monkeypatch.setattr(files, "_opened", watched)
    before = digest(there, desk.course.inbox)
    assert read == ["0.npy"]
    assert digest(there, desk.course.inbox) == before
    os.utime(desk.folder / "b.zip", (1, 1))
    assert digest(there, desk.course.inbox) != before


def test_a_killed_run_leaves_nothing_half_done(desk):
    """What is there is the old submission or the new one; leftovers go with the next run."""
    desk.put()
    desk.full()
    leftover = desk.course.submitted / desk.student / f".new-{NAME}-abcd1234"
    leftover.mkdir()
    (leftover / "half").touch()
    (desk.course.submitted / desk.student / NAME / "stray.ipynb").touch()
    desk.full()
    assert submitted(desk) == {f"{NAME}.ipynb", "timestamp.txt"}
    assert [path.name for path in (desk.course.submitted / desk.student).iterdir()] == [NAME]


def test_trying_again_and_again_is_noted(desk):
    """A note is in the records from the thirteenth different file of a day on.

    The table and the feedback page find the note there.
    """

    def noted():
        notes = Records(desk.course.records).arrival(desk.student, NAME).notes
        assert desk.take().notes == notes
        return [note for note in notes if "within a day" in note]

    for number in range(FREE):
        desk.put(raw(norm=f"def norm(v):\n    return {number}"))
        for _ in range(2):  # grading the same file again is no attempt
            desk.take()
            assert noted() == []
    desk.put(name=f"{NAME} (2).ipynb")
    (desk.folder / f"{NAME}.ipynb").unlink()
    assert (
        desk.full().notes[0] == "13 different files within a day"
    )  # before what was mended: a table shows two notes
    assert noted() == ["13 different files within a day"]
    assert desk.judged().score == POINTS
    desk.put(
        "no notebook", name=f"{NAME} (2).ipynb"
    )  # what could not be read counts, and says so, too
    desk.take()
    assert noted() == ["14 different files within a day"]
    Records(desk.course.records).forget(desk.student)
    desk.put(name=f"{NAME} (2).ipynb")
    desk.full()
    assert noted() == []


def test_many_different_files_at_once_are_noted_first_in_the_table_too(desk):
    for number in range(FREE + 2):
        desk.put(raw(norm=f"def norm(v):\n    return {number}"), f"try {number}.ipynb", age=number)
    assert desk.take().notes[0] == "14 different files within a day"
    records = Records(desk.course.records)
    arrival = records.arrival(desk.student, NAME)
    reason = _reason([{"status": "passed"}], arrival, records.notes(desk.student, NAME))
    assert reason.startswith("all checks passed [14 different files within a day; ")
    assert "more notes" in reason


def test_only_the_files_of_the_last_day_count():
    six_a_day = [
        f"2026-03-{day:02d} 12:00:{second:02d} UTC" for day in (1, 2, 3) for second in range(6)
    ]
    assert too_many(six_a_day) == []
    assert (
        too_many([*six_a_day, *(f"2026-03-02 20:00:{second:02d} UTC" for second in range(6))]) == []
    )
    assert too_many(
        [*six_a_day, *(f"2026-03-02 20:00:{second:02d} UTC" for second in range(7))]
    ) == ["13 different files within a day"]


def test_what_else_was_handed_in_is_told_when_nothing_can_be_graded(desk):
    """The reason names one file; the notes name the others."""
    desk.put("no notebook")
    desk.put("no notebook either", name="second.ipynb", age=100)
    (desk.folder / "link.ipynb").symlink_to(desk.course.source(NAME))
    arrival = desk.take()
    assert "not a notebook" in arrival.problem
    assert any("second.ipynb" in note and "could not be read" in note for note in arrival.notes)
    assert any("link.ipynb" in note and "left out" in note for note in arrival.notes)


def test_a_notebook_of_another_assignment_beside_the_right_one_is_told(desk):
    desk.put(other_assignment(desk), name="other.ipynb")
    desk.put()
    assert "'other.ipynb' was left out: it is the notebook of 08_other" in desk.full().notes


SHADOWS = [
    "numpy.py",
    "torch/__init__.py",
    "sitecustomize.py",
    "random.py",
    "Numpy.py",
    "ipython_config.py",
    "nbjudge/checks.py",
]


def test_only_the_notebook_goes_further(desk):
    for name in [*SHADOWS, "data.csv", "helper.py"]:
        desk.put("raise SystemExit", name)
    desk.put()
    desk.full()
    assert submitted(desk) == {f"{NAME}.ipynb", "timestamp.txt"}
    assert desk.judged().score == POINTS


def let_files_through(desk, monkeypatch) -> None:
    """As in a course that was set up for nbgrader."""
    monkeypatch.setattr(type(desk.course), "extra_files", True, raising=False)


def test_a_course_may_let_files_through_that_replace_nothing(desk, monkeypatch):
    let_files_through(desk, monkeypatch)
    (desk.course.released / NAME / "given.csv").write_text("the release's")
    refused = [*SHADOWS, "given.csv", "GIVEN.csv", "fast.so", "a.pth", "timestamp.txt"]
    for name in refused:
        desk.put(b"theirs", name, age=100)
    os.truncate(desk.put(b"", "my_huge.csv"), 2**30)
    (desk.folder / "my_link.csv").symlink_to("/etc/passwd")
    extra = {"my_data.csv", "my_helper.py", "figures/one.png", "given.csv.d/x"}
    for name in extra:
        desk.put(b"mine", name)
    desk.put()
    told = " ".join(desk.full().notes)
    assert submitted(desk) == {f"{NAME}.ipynb", "timestamp.txt"} | extra
    assert [name for name in [*refused, "my_huge.csv", "my_link.csv"] if name not in told] == [
        "torch/__init__.py",  # the sixth that could be imported: the first five are named
        "nbjudge/checks.py",
    ]
    assert "and 2 more could be imported in place of something else" in told
    assert (desk.course.submitted / desk.student / NAME / "timestamp.txt").read_text() != "theirs"


def test_data_files_of_any_name_depth_and_kind_lie_beside_the_notebook(desk, monkeypatch):
    let_files_through(desk, monkeypatch)
    extra = {
        *("statistics.csv", "test.txt", "numbers.json", "Größe.csv", "data(1).csv", "numpy/a.csv"),
        *(
            "a/b/c/d/e/f/x.txt",
            ".config/x.txt",
            ".hidden",
            "data.zip",
            "no ending",
            "50% [x] #1.dat",
        ),
        *("helpers.ipynb", "large.npy", "random", "queue.md"),
    }
    for name in extra - {"large.npy", "helpers.ipynb"}:
        desk.put(b"1,2", name)
    desk.put(os.urandom(11 * 2**20), "large.npy")
    desk.put(labs.notebook(labs.code("def help_me():\n    return 1", "h")), "helpers.ipynb")
    desk.put(name="mine.ipynb")  # under any name, the notebook that is graded is not there twice
    notes = desk.full().notes
    assert submitted(desk) == {f"{NAME}.ipynb", "timestamp.txt"} | extra
    assert "the file is called 'mine.ipynb'" in notes[0]


def test_files_beyond_a_limit_are_named_the_small_ones_first_in(desk, monkeypatch):
    from autograder.intake import extra

    let_files_through(desk, monkeypatch)
    monkeypatch.setattr(extra, "MAX_TOTAL", 1000)
    for name, size in (("a.csv", 900), ("b.csv", 50), ("c.csv", 951), ("x" * 200 + "/y", 1)):
        desk.put(b"0" * size, name)
    desk.put(b"", "/".join(["d" * 100] * 5) + "/z")
    desk.put()
    told = " ".join(desk.full().notes)
    assert {"a.csv", "b.csv"} < submitted(desk)
    assert "'c.csv' is beyond the limit" in told
    assert "has a path of more than 500 bytes; it was left out" in told


def test_a_reader_that_is_gone_is_started_again(desk):
    from autograder.intake import reader

    desk.put()
    desk.full()
    reader.SERVER.process.kill()
    desk.full()
    reader.SERVER.process.kill()
    reader.SERVER.process.wait()
    desk.full()


@pytest.mark.parametrize(
    "reply",
    [
        3,
        {},
        [1],
        {"problem": 3},
        {"name": "", "time": "now", "notes": [], "source": "", "cells": [], "images": []},
        {
            "name": "",
            "time": 0.0,
            "notes": [],
            "source": "a",
            "cells": [["code", 2, None, None, None, None]],
            "images": [],
        },
        {
            "name": "",
            "time": 0.0,
            "notes": [],
            "source": "a",
            "cells": [["task", 1, None, None, None, None]],
            "images": [],
        },
        {
            "name": "",
            "time": 0.0,
            "notes": [],
            "source": "a",
            "cells": [["code", True, None, None, None, None]],
            "images": [],
        },
        {"name": "", "time": 0.0, "notes": [3], "source": "", "cells": [], "images": []},
        {
            "name": "",
            "time": 0.0,
            "notes": [],
            "source": "",
            "cells": [["code", 0, [], None, None, None]],
            "images": [],
        },
        {
            "name": "",
            "time": 0.0,
            "notes": [],
            "source": "",
            "cells": [],
            "images": [[0, "a", "b", "c"]],
        },
        {"name": "", "time": 0.0, "notes": [], "source": b"", "cells": [], "images": []},
    ],
)
def test_what_the_reader_says_is_not_taken_on_trust(desk, monkeypatch, reply):
    """If a file took over the process that reads it, that process could still only send cells."""
    from autograder.intake import reader
    from nbjudge.worker.channel import Channel

    class Taken:
        def ask(self, file, sock):
            Channel(sock).send(reply)
            Channel(sock).send(None)

    monkeypatch.setattr(reader, "SERVER", Taken())
    desk.put()
    assert desk.zero() == "the file could not be read"
