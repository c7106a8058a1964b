"""Read the contract from trusted notebooks; whatever breaks it is named."""

import json

import labs
import pytest
from labs import cell

from nbjudge import ContractError, read_assignment
from nbjudge.contract.notebooks import migrated


def test_exercises_checks_setup_and_questions_are_found():
    found = labs.assignment()
    assert list(found.exercises) == ["09.1", "09.2"]
    assert found.exercises["09.1"].names == ("double",)
    assert "your code goes here" in found.exercises["09.1"].stub
    assert [(g.grade_id, g.kind, g.points) for g in found.checks] == [
        ("ex1-number", "visible", 2),
        ("ex1-array", "hidden", 3),
        ("ex2-value", "visible", 4),
        ("ex2-empty", "visible", 1),
    ]
    assert [question.grade_id for question in found.manual] == ["essay"]
    assert [cell_id for cell_id, _ in found.setup] == ["setup"]


def test_the_derived_release_holds_no_solution_and_no_hidden_test():
    text = json.dumps(labs.release())
    for secret in ("np.square", "return 2", "checks.rng", "SOLUTION", "HIDDEN"):
        assert secret not in text
    assert "def double(x):" in text


def test_hidden_checks_of_a_release_have_no_source():
    found = read_assignment(labs.release())
    assert [g.source is None for g in found.checks] == [False, True, False, False]


def test_notebooks_are_read_from_files(tmp_path):
    for folder, book in (("solutions", labs.source()), ("course", labs.release())):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "lab.ipynb").write_text(json.dumps(book))
    found = read_assignment(tmp_path / "solutions" / "lab.ipynb", tmp_path / "course" / "lab.ipynb")
    assert found.name == "lab"
    assert found.data == tmp_path / "course"
    (tmp_path / "broken.ipynb").write_text("{")
    with pytest.raises(ContractError, match="not a notebook"):
        read_assignment(tmp_path / "broken.ipynb")


def test_the_old_metadata_key_is_refused_and_can_be_renamed():
    old = json.loads(json.dumps(labs.source()).replace('"nbjudge":', '"lazyrich":'))
    with pytest.raises(
        ContractError,
        match=r"metadata.lazyrich is now called metadata.nbjudge; `autograder migrate`",
    ):
        read_assignment(old)
    new, cells = migrated(old)
    assert new == labs.source()
    assert cells == 6
    assert migrated(new) == (new, 0)
    cell(old, "ex1-answer")["metadata"]["lazyrich"]["forbid"] = ["lazyrich.conserved.delta"]
    assert read_assignment(migrated(old)[0]).library == "lazyrich"


def test_the_library_that_a_course_is_about_is_named_in_the_notebooks_metadata():
    book = labs.source() | {"metadata": {"nbjudge": {"library": "lazyrich"}}}
    assert read_assignment(book).library == "lazyrich"
    assert labs.assignment().library == ""
    with pytest.raises(ContractError, match="library must be the name of a package, got 3"):
        read_assignment(book | {"metadata": {"nbjudge": {"library": 3}}})


def change(grade_id: str, **changes):
    """A change to a cell: source=, or keys of its nbgrader (n_) and nbjudge (l_) metadata."""

    def apply(book):
        target = cell(book, grade_id)
        for key, value in changes.items():
            if key == "source":
                target["source"] = value
            else:
                target["metadata"]["nbgrader" if key[0] == "n" else "nbjudge"][key[2:]] = value

    return apply


@pytest.mark.parametrize(
    ("spoil", "place", "reason"),
    [
        (change("ex1-number", n_grade_id="ex 1"), "ex 1", "letters, digits"),
        (change("ex1-number", n_grade_id="setup"), "setup", "used twice"),
        (change("ex1-number", n_points=-1), "ex1-number", "points must be 0 or more"),
        (change("ex1-number", n_points="two"), "ex1-number", "points must be 0 or more"),
        (change("ex1-number", n_points=float("nan")), "ex1-number", "points must be 0 or more"),
        (change("ex1-number", l_exercise="09.7"), "ex1-number", "no answer cell before it"),
        (change("ex1-number", l_group=""), "ex1-number", "group is missing"),
        (change("ex1-number", l_kind="secret"), "ex1-number", "'visible' or 'hidden'"),
        (change("ex2-empty", l_group="a known vector"), "ex2-empty", "two checks called"),
        (change("ex1-number", source="%time checks.passed()"), "ex1-number", "plain Python"),
        (change("ex1-number", source="checks.call(norm, 1)"), "ex1-number", "uses norm"),
        (change("ex1-number", source="[v for v in vectors]"), "ex1-number", "uses vectors"),
        (change("ex1-array", source="checks.call(double, 1)"), "ex1-array", "must be between"),
        (
            change("ex1-array", source="x = 1\n### BEGIN HIDDEN TESTS\nx\n### END HIDDEN TESTS"),
            "ex1-array",
            "the whole source",
        ),
        (
            change("ex1-number", source="### BEGIN HIDDEN TESTS\nx = 1\n### END HIDDEN TESTS"),
            "ex1-number",
            "a cell of their own",
        ),
        (change("ex1-answer", l_names=[]), "ex1-answer", "names must list"),
        (change("ex1-answer", l_names=["sum"]), "ex1-answer", "hides Python's own sum"),
        (
            change("ex1-answer", l_names=["VECTOR"]),
            "ex1-answer",
            "also set by the locked cell setup",
        ),
        (change("ex1-answer", l_exercise=None), "ex1-answer", "exercise is missing"),
        (change("ex2-answer", l_exercise="09.1"), "ex2-answer", "two answer cells"),
        (change("setup", source="%matplotlib inline"), "setup", "plain Python"),
        (change("setup", source="!ls"), "setup", "plain Python"),
    ],
)
def test_a_broken_contract_names_the_cell_and_the_reason(spoil, place, reason):
    book = labs.source()
    spoil(book)
    with pytest.raises(ContractError) as caught:
        read_assignment(book)
    assert place in str(caught.value)
    assert reason in str(caught.value)


def test_a_release_that_is_out_of_date_is_named():
    old = labs.release()
    old["cells"] = [c for c in old["cells"] if c["id"] != "c-ex2-empty"]
    with pytest.raises(ContractError, match=r"ex2-empty.*release it again"):
        read_assignment(labs.source(), old)


def test_names_inside_a_test_are_its_own_affair():
    book = labs.source()
    text = (
        "def half(y, *rest):\n    return y / 2\ntry:\n    1 / 0\n"
        "except ZeroDivisionError as error:\n    str(error)\n"
    )
    cell(book, "ex1-number")["source"] = (
        text + "import math as m\nm.sqrt(half(max(v for v in [4])))\n(k := 2) + k"
    )
    assert read_assignment(book).checks[0].grade_id == "ex1-number"


def test_what_is_refused_is_named_with_its_file():
    book = labs.source()
    cell(book, "setup")["metadata"]["nbgrader"]["grade_id"] = None
    with pytest.raises(ContractError, match=r"ps1\.ipynb, cell 2: a grade_id is made of"):
        read_assignment(book, any_course="ps1")
