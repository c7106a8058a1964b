"""A folder that is replaced is the old one or the new one, never a part of either."""

import pytest

from autograder.grading.folders import replace_folder


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_folder_holds_exactly_the_files_asked_for(tmp_path):
    (tmp_path / "data").write_bytes(b"3")
    target = tmp_path / "new" / "folder"
    replace_folder(target, {"a": b"1", "below/b": b"2", "c": tmp_path / "data"})
    assert content(target) == {"a": b"1", "below/b": b"2", "c": b"3"}
    replace_folder(target, {"below": b"4"})
    assert content(target) == {"below": b"4"}
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_is_left_alone_when_a_file_cannot_be_read(tmp_path):
    target = tmp_path / "folder"
    replace_folder(target, {"a": b"1"})
    with pytest.raises(FileNotFoundError):
        replace_folder(target, {"a": b"2", "b": tmp_path / "missing"})
    assert content(target) == {"a": b"1"}
    assert list(tmp_path.iterdir()) == [target]


def test_what_another_process_is_building_is_left_alone(tmp_path):
    """Leftovers of a killed run go, but not those of a folder whose name only begins alike."""
    leftover, other = tmp_path / ".new-ada-abcd1234", tmp_path / ".new-ada-b-abcd1234"
    leftover.mkdir()
    other.mkdir()
    replace_folder(tmp_path / "ada", {})
    assert sorted(path.name for path in tmp_path.iterdir()) == [other.name, "ada"]
