"""Rebuild a notebook from the release, whatever happened to it, with its answers."""

import copy
import random

import labs
import nbformat
import pytest
from labs import GOOD_DOUBLE, GOOD_NORM, assignment, cell, submission

from nbjudge import match, read_assignment
from nbjudge.contract.assignment import grade_id
from nbjudge.matching.rebuild import rebuild


def ids(book) -> list[str | None]:
    return [grade_id(c) for c in book["cells"]]


def without(book, *grade_ids: str):
    book["cells"] = [c for c in book["cells"] if grade_id(c) not in grade_ids]
    return book


def stripped(book):
    """As Colab and others save it: no nbgrader metadata, new ids."""
    book["metadata"] = {"colab": {}}
    for number, c in enumerate(book["cells"]):
        c["metadata"], c["id"] = {"id": f"q{number}"}, f"q{number}"
    return book


def rematch(book):
    rebuilt, notes = rebuild(assignment(), book)
    again, no_notes = rebuild(assignment(), rebuilt)
    assert again == rebuilt
    assert not [note for note in no_notes if "missing" in note or "was changed" in note]
    return rebuilt, notes


def answers(book) -> tuple[str, str]:
    return cell(book, "ex1-answer")["source"], cell(book, "ex2-answer")["source"]


def test_a_sound_notebook_stays_as_it_is_and_only_given_cells_keep_what_they_showed():
    book, saved = submission(), [{"output_type": "stream", "name": "stdout", "text": "saved"}]
    for each in book["cells"]:
        if each["cell_type"] == "code":
            each["outputs"] = copy.deepcopy(saved)
    rebuilt, notes = rematch(book)
    assert notes == []
    assert [each["id"] for each in rebuilt["cells"] if each.get("outputs")] == ["c-use"]
    for each in book["cells"]:
        if each["cell_type"] == "code" and each["id"] != "c-use":
            each["outputs"] = []
    assert rebuilt["cells"] == book["cells"]


def test_the_result_is_a_valid_notebook():
    node, _ = match(assignment(), nbformat.from_dict(stripped(submission())))
    nbformat.validate(node)
    assert isinstance(node, nbformat.NotebookNode)
    assert node.metadata.kernelspec.name == "python3"


def test_all_metadata_stripped():
    rebuilt, notes = rematch(stripped(submission()))
    assert answers(rebuilt) == (GOOD_DOUBLE, GOOD_NORM)
    assert ids(rebuilt) == ids(labs.release())
    assert any("by its text" in note for note in notes)


def test_deleted_test_and_setup_cells_come_back():
    rebuilt, notes = rematch(without(submission(), "setup", "ex1-number", "ex2-empty"))
    assert ids(rebuilt) == ids(labs.release())
    assert sum("was missing; it was put back" in note for note in notes) == 3


def test_a_deleted_answer_comes_back_empty():
    rebuilt, notes = rematch(without(submission(), "ex1-answer"))
    assert cell(rebuilt, "ex1-answer")["source"] == cell(labs.release(), "ex1-answer")["source"]
    assert ids(rebuilt) == ids(labs.release())
    assert notes == ["The answer to Exercise 09.1 was missing; the empty exercise was put back."]


def test_edited_tests_and_points_are_restored():
    book = submission()
    cell(book, "ex1-number")["source"] = "checks.passed()"
    cell(book, "ex1-number")["metadata"]["nbgrader"].update(points=100, grade=False)
    rebuilt, notes = rematch(book)
    assert cell(rebuilt, "ex1-number") == cell(labs.release(), "ex1-number")
    assert notes == ["The test cell “a number” of Exercise 09.1 was changed; the original is used."]


def test_an_edited_test_is_recognized_without_metadata():
    book = stripped(submission())
    book["cells"][9]["source"] += "  # hm"
    rebuilt, _ = rematch(book)
    assert ids(rebuilt) == ids(labs.release())
    assert len(rebuilt["cells"]) == len(labs.release()["cells"])


def double_of(book, grade_id: str, source: str, place: int):
    twin = copy.deepcopy(cell(book, grade_id))
    twin["source"] = source
    book["cells"].insert(place, twin)
    return book


def test_of_doubled_answers_the_last_that_defines_the_function_counts():
    rebuilt, notes = rematch(
        double_of(submission(), "ex1-answer", "def double(x):\n    return 0", 3)
    )
    assert answers(rebuilt)[0] == GOOD_DOUBLE
    assert rebuilt["cells"][3]["source"] == "def double(x):\n    return 0"
    assert grade_id(rebuilt["cells"][3]) is None
    assert any("more than once; the last one counts" in note for note in notes)
    rebuilt, _ = rematch(
        double_of(submission("def double(x):\n    return 0"), "ex1-answer", GOOD_DOUBLE, 4)
    )
    assert answers(rebuilt)[0] == GOOD_DOUBLE


@pytest.mark.parametrize("place", [3, 4, 9])
def test_an_untouched_stub_never_wins_over_a_written_answer(place):
    stub = cell(labs.release(), "ex1-answer")["source"]
    rebuilt, _ = rematch(double_of(submission(), "ex1-answer", stub, place))
    assert answers(rebuilt)[0] == GOOD_DOUBLE
    assert len(rebuilt["cells"]) == len(labs.release()["cells"])


@pytest.mark.parametrize("place", [4, 9])
def test_an_answer_in_a_new_cell_beside_the_stub_counts(place):
    book = submission(double=cell(labs.release(), "ex1-answer")["source"])
    book["cells"].insert(place, labs.code(GOOD_DOUBLE, "new"))
    rebuilt, _ = rematch(book)
    assert answers(rebuilt)[0] == GOOD_DOUBLE
    assert rebuilt["cells"].index(cell(rebuilt, "ex1-answer")) < rebuilt["cells"].index(
        cell(rebuilt, "ex1-number")
    )


def test_a_scratch_cell_does_not_replace_the_answer():
    book = submission()
    book["cells"].append(labs.code("def double(x):\n    return 'scratch'", "scratch"))
    rebuilt, _ = rematch(book)
    assert answers(rebuilt)[0] == GOOD_DOUBLE
    assert rebuilt["cells"][-1]["source"].endswith("'scratch'")


def test_renamed_grade_ids():
    book = submission()
    for c in book["cells"]:
        if grade_id(c):
            c["metadata"] = {
                "nbgrader": {**c["metadata"]["nbgrader"], "grade_id": "x-" + grade_id(c)}
            }
            c["id"] = "x-" + c["id"]
    rebuilt, _ = rematch(book)
    assert answers(rebuilt) == (GOOD_DOUBLE, GOOD_NORM)
    assert ids(rebuilt) == ids(labs.release())


def test_a_double_of_a_test_is_left_out():
    book = double_of(submission(), "ex1-number", cell(submission(), "ex1-number")["source"], 12)
    rebuilt, notes = rematch(book)
    assert ids(rebuilt) == ids(labs.release())
    assert any("appears twice" in note for note in notes)


def test_an_answer_turned_into_text_is_run_as_code():
    book = submission()
    cell(book, "ex1-answer")["cell_type"] = "markdown"
    rebuilt, notes = rematch(book)
    assert cell(rebuilt, "ex1-answer")["cell_type"] == "code"
    assert any("run as code" in note for note in notes)


def test_moved_answers_keep_the_students_order_and_the_tests_that_of_the_release():
    book = submission()
    first = book["cells"].pop(3)
    book["cells"].append(first)
    rebuilt, _ = rematch(book)
    order = ids(rebuilt)
    assert order.index("ex2-answer") < order.index("ex1-answer") < order.index("ex1-number")
    tests = ["ex1-number", "ex1-array", "ex2-value", "ex2-empty"]
    assert [own for own in order if own in tests] == tests
    used = next(n for n, each in enumerate(rebuilt["cells"]) if each["id"] == "c-use")
    assert order.index("ex1-array") < used < order.index("ex2-value")  # it may set names anew


LATER = "import math"


def any_course():
    """A foreign notebook: a later check needs an import of an earlier one and of a locked cell."""
    flags = {"solution": False, "grade": True, "locked": True, "points": 1, "schema_version": 3}
    return labs.notebook(
        labs.locked("first", "import numpy as np"),
        labs.answer("a", "1", ["f"], "def f(x):\n    pass"),
        labs.code(
            "from fractions import Fraction\nassert f(1) == 1", "t1", flags | {"grade_id": "t1"}
        ),
        labs.locked("second", LATER),
        labs.answer("b", "2", ["f"], "def f(x):\n    pass"),
        labs.code("assert f(math.pi) == Fraction(2)", "t2", flags | {"grade_id": "t2"}),
        labs.markdown("The end", "end"),
    )


@pytest.mark.parametrize("moved", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("place", [0, 2, 4, 7])
def test_checks_run_in_the_releases_order_with_its_locked_cells_before_them(moved, place):
    """Whatever the student moved, each name is that of the answer before the check."""
    for cells in (any_course()["cells"],):
        for each in cells:
            each["metadata"].pop("nbjudge", None)
        source = any_course() | {"cells": cells}
        contract = read_assignment(source, source, any_course="nb")
    book = copy.deepcopy(source)
    cell(book, "a")["source"] = "def f(x):\n    return 1"
    cell(book, "b")["source"] = "def f(x):\n    return 2"
    book["cells"].insert(place, book["cells"].pop(moved))
    rebuilt, _ = rebuild(contract, book)
    order = [own for own in ids(rebuilt) if own]
    assert [own for own in order if own.startswith("t")] == ["t1", "t2"]
    for test, before in (("t1", ["first", "a"]), ("t2", ["first", "second", "t1", "b"])):
        assert all(order.index(test) > order.index(each) for each in before), order
    assert (
        max(["a", "b"], key=lambda own: (order.index(own) < order.index("t1"), order.index(own)))
        == "a"
    )


def test_tests_never_slip_behind_later_cells_of_the_release():
    """There the student's name may refer to the library's function."""
    book = submission()
    book["cells"].append(book["cells"].pop(4))
    rebuilt, _ = rematch(book)
    assert ids(rebuilt) == ids(labs.release())


def test_setup_stands_before_what_needs_it():
    book = submission()
    book["cells"].append(book["cells"].pop(1))
    rebuilt, _ = rematch(book)
    assert ids(rebuilt).index("setup") < ids(rebuilt).index("ex1-answer")


def test_both_answers_in_one_cell():
    book = without(submission(), "ex1-answer")
    cell(book, "ex2-answer")["source"] = GOOD_NORM + "\n\n" + GOOD_DOUBLE
    rebuilt, _ = rematch(book)
    report = labs.grade(rebuilt)
    assert report.score == 10


def test_extra_cells_stay_in_their_place():
    book = submission()
    book["cells"].insert(3, labs.code("helper = 2", "helper"))
    book["cells"].insert(9, labs.markdown("my notes", "notes"))
    rebuilt, notes = rematch(book)
    assert (rebuilt["cells"][3]["source"], rebuilt["cells"][9]["source"]) == (
        "helper = 2",
        "my notes",
    )
    assert notes == [
        "The answer to the question “essay” is empty, but the student wrote text elsewhere."
    ]


def test_essays_are_found_by_id_or_by_place():
    book = submission()
    cell(book, "essay")["source"] = "Because symmetry."
    assert cell(rematch(book)[0], "essay")["source"] == "Because symmetry."
    rebuilt, notes = rematch(stripped(book))
    assert cell(rebuilt, "essay")["source"] == "Because symmetry."
    assert any("by its place" in note for note in notes)


@pytest.mark.parametrize("strip", [False, True])
@pytest.mark.parametrize("empty", [None, "", " "])
def test_an_essay_typed_into_new_cells_below_the_empty_one_is_the_answer(strip, empty):
    book = submission()
    place = book["cells"].index(cell(book, "essay"))
    if empty is not None:
        cell(book, "essay")["source"] = empty
    pictures = [{"image.png": {"image/png": text}} for text in ("aGk=", "aGV5")]
    for picture in pictures:
        new = labs.markdown("Because ![](attachment:image.png).", f"n{len(picture)}{picture!r:.20}")
        book["cells"].insert(place + 1, new | {"attachments": picture})
    book["cells"].insert(place + 1, labs.code("print('a scratch cell is no essay')", "scratch"))
    rebuilt, notes = rematch(stripped(book) if strip else book)
    essay = cell(rebuilt, "essay")
    assert essay["source"] == (
        "Because ![](attachment:image.png).\n\nBecause ![](attachment:1-image.png)."
    )
    assert [*essay["attachments"].values()] == [p["image.png"] for p in pictures[::-1]]
    assert any("in a new cell below" in note for note in notes) or (strip and empty is not None)


@pytest.mark.parametrize("place", ["in the cell of the heading", "in a cell below it"])
@pytest.mark.parametrize("untouched", [True, False])
def test_a_note_under_the_courses_last_words_is_no_essay(place, untouched):
    """With all metadata lost."""
    book = submission()
    if not untouched:
        without(book, "essay")
    if place == "in a cell below it":
        book["cells"].append(labs.markdown("A long note of mine, longer than any essay.", "mine"))
    else:
        book["cells"][-1]["source"] += "\n\nA long note of mine, longer than any essay."
    rebuilt, _ = rematch(stripped(book))
    assert cell(rebuilt, "essay")["source"] == cell(labs.release(), "essay")["source"]
    assert "A long note of mine" in rebuilt["cells"][-1]["source"]


def test_cells_that_nbgraders_metadata_call_plain_are_the_students_to_change():
    """Many public courses have them, without a grade id or with one."""
    flags = {"grade": False, "locked": False, "solution": False}
    plain = [labs.code("x = 0", "a", flags), labs.code("x = 1", "b", flags | {"grade_id": "b"})]
    book = labs.notebook(*plain, labs.code("x = 1", "c", flags), labs.locked("s", "y = 1"))
    contract = read_assignment(book, any_course="p")
    assert contract.setup == [("s", "y = 1")]
    for each in book["cells"]:
        each["source"] += "0"
    rebuilt, notes = rebuild(contract, book)
    assert [each["source"] for each in rebuilt["cells"]] == ["x = 00", "x = 10", "x = 10", "y = 1"]
    assert notes == ["The locked cell “s” was changed; the original is used."]


def test_locked_cells_of_one_text_are_no_copies_of_each_other():
    flags = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
    texts = [
        labs.markdown("---", f"l{number}", flags | {"grade_id": f"l{number}"})
        for number in range(3)
    ]
    book = labs.notebook(*texts, labs.markdown("---", "plain"), labs.locked("s", "x = 1"))
    contract = read_assignment(book)
    for given in (book, stripped(copy.deepcopy(book))):
        rebuilt, notes = rebuild(contract, given)
        assert notes == []
        assert [each["source"] for each in rebuilt["cells"]] == [*["---"] * 4, "x = 1"]
    doubled = copy.deepcopy(book)
    doubled["cells"].append(copy.deepcopy(doubled["cells"][4]))
    rebuilt, notes = rebuild(contract, doubled)
    assert notes == ["The locked cell “s” appears twice; the copy is left out."]
    assert len(rebuilt["cells"]) == 5


def test_images_pasted_into_an_essay_are_kept():
    book = submission()
    cell(book, "essay")["attachments"] = {"a.png": {"image/png": "aGk=", "text/plain": 3}, "b": 4}
    rebuilt, _ = rematch(book)
    assert cell(rebuilt, "essay")["attachments"] == {"a.png": {"image/png": "aGk="}, "b": {}}
    nbformat.validate(nbformat.from_dict(rebuilt))


@pytest.mark.parametrize(
    "book",
    [
        {},
        {"cells": None},
        {"cells": [None, 3, {}, {"cell_type": 4, "source": 5, "metadata": 6, "id": 7}]},
        {
            "cells": [
                {
                    "cell_type": "code",
                    "source": ["a\n", None],
                    "metadata": {"nbgrader": [], "nbjudge": "x"},
                }
            ]
        },
        {
            "cells": [
                {
                    "cell_type": "code",
                    "source": "(" * 100_000,
                    "metadata": {"nbgrader": {"grade_id": 3}},
                }
            ]
        },
        [],
        None,
    ],
)
def test_what_is_hardly_a_notebook_gives_the_release(book):
    rebuilt, notes = rebuild(assignment(), book)
    nbformat.validate(nbformat.from_dict(rebuilt))
    assert [i for i in ids(rebuilt) if i] == [i for i in ids(labs.release()) if i]
    assert notes


def test_any_mutilation_gives_a_valid_notebook_that_stays_as_it_is():
    draw = random.Random(3)
    expected = sorted(i for i in ids(labs.release()) if i)
    for _ in range(300):
        book = submission()
        for _ in range(draw.randrange(1, 8)):
            cells = book["cells"]
            place, other = draw.randrange(len(cells)), draw.randrange(len(cells))
            action = draw.choice(
                ["delete", "move", "double", "strip", "rename", "swap ids", "edit", "type", "blank"]
            )
            chosen = cells[place]
            if action == "delete" and len(cells) > 2:
                cells.pop(place)
            elif action == "move":
                cells.insert(other, cells.pop(place))
            elif action == "double":
                cells.insert(other, copy.deepcopy(chosen))
            elif action == "strip":
                chosen["metadata"] = {}
            elif action == "rename" and grade_id(chosen):
                chosen["metadata"]["nbgrader"]["grade_id"] = draw.choice(
                    ["no-such", "ex1-answer", "ex2-value", "setup"]
                )
            elif action == "swap ids":
                chosen["id"], cells[other]["id"] = cells[other]["id"], chosen["id"]
            elif action == "edit":
                chosen["source"] = chosen["source"].replace("e", "3") + "\ndef norm(v): return 1"
            elif action == "type":
                chosen["cell_type"] = draw.choice(["code", "markdown", "raw"])
            elif action == "blank":
                chosen["source"] = ""
        rebuilt, _ = rematch(book)
        nbformat.validate(nbformat.from_dict(rebuilt))
        assert sorted(i for i in ids(rebuilt) if i) == expected


def test_a_text_that_is_hard_to_compare_is_compared_all_the_same():
    """Looking for the longest common parts of these two took five minutes."""
    long = "x = 1\n" * 670
    book = labs.notebook(
        labs.locked("setup", long),
        labs.answer("ex1-answer", "09.1", ["double"], labs.DOUBLE),
        labs.check("ex1-number", "09.1", "a number", 2, "assert double(1) == 2"),
    )
    contract = read_assignment(book)
    given = {"cells": [labs.code(long[::-1], f"c{number}") for number in range(30)]}
    rebuilt, notes = rebuild(contract, given)
    assert "The locked cell “setup” was missing; it was put back." in notes
    assert len(rebuilt["cells"]) == 33


def test_an_essay_typed_into_a_locked_text_or_a_given_empty_cell_is_kept():
    flags = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
    manual = flags | {"grade": True, "solution": True, "locked": False, "points": 5}
    asked = labs.markdown("Why?\n\nIn a sentence.", "asked", flags | {"grade_id": "asked"})
    essay = labs.markdown("*Write here.*", "c-essay", manual | {"grade_id": "essay"})
    assignment = read_assignment(labs.notebook(asked, essay, labs.markdown("", "free")))
    for place, typed in ((0, "Why? Because.\n\nIn a sentence."), (2, "Because.")):
        book = copy.deepcopy(assignment.release)
        book["cells"][place]["source"] = typed
        rebuilt, notes = match(assignment, book)
        assert "Because." in "".join(cell["source"] for cell in rebuilt["cells"])
        assert rebuilt["cells"][0]["source"] == asked["source"]
        assert notes[-1].endswith("is empty, but nearby text may be its answer: it waits.")
        assert match(assignment, rebuilt)[0] == rebuilt
    book["cells"][0]["source"] = "Why not?\n\nIn a sentence."
    assert match(assignment, book)[1][0] == (
        "The locked cell “asked” was changed; the original is used."
    )
