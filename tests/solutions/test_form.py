"""Each notebook keeps the form of the course, and runs from top to bottom."""

import ast
import base64
import io
import re
from pathlib import Path

import labs
import matplotlib.pyplot as plt
import pytest
from forked import forked

from nbjudge import judge, read_assignment
from nbjudge.contract.assignment import read_notebook

SOLUTIONS = Path(__file__).parents[2] / "solutions"
BUDGET = {  # seconds of processor time
    "00_start": 10,
    "01_invariant": 20,
    "02_exact": 30,
    "03_regimes": 30,
    "04_wide": 40,
    "05_deep": 60,
    "06_relu": 180,
    "07_width": 90,
    "08_grokking": 240,
}
NAMES = sorted(path.parent.name for path in SOLUTIONS.glob("*/*.ipynb"))
by_name = pytest.mark.parametrize("name", NAMES)
HEADER = re.compile(
    r"### Exercise (\d\d\.\d) · `(\w+)` — (\d+) points · (\d+) min · difficulty ([1-5])/5 · "
    r"(core|extension)"
)


def load(name):
    path = SOLUTIONS / name / f"{name}.ipynb"
    cells = read_notebook(path)["cells"]
    for cell in cells:
        cell["source"] = "".join(cell["source"])
    return read_assignment(path), cells


HINTS = ["A nudge", "The idea", "The method", "If you are stuck: code"]
EDITED = {  # notebooks of the second edition; a line more with each
    "03_regimes",
    "05_deep",
    "04_wide",
    "07_width",
    "00_start",
    "01_invariant",
    "02_exact",
    "08_grokking",
    "06_relu",
}


def summaries(source):
    return re.findall(r"<summary>(.*?)</summary>", source)


def text_cells(cells):
    return [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]


@by_name
def test_each_exercise_says_points_minutes_difficulty_and_has_hints(name):
    assignment, cells = load(name)
    told = {}
    for cell in cells:
        if found := HEADER.search(cell["source"]):
            number, function, points, *_ = found.groups()
            told[number] = (function, float(points))
            expected = HINTS if name in EDITED else ["A nudge", "The method"]
            assert summaries(cell["source"]) == expected, number
    right = {
        e.number: (e.names[0], sum(g.points for g in assignment.checks if g.exercise == e.number))
        for e in assignment.exercises.values()
    }
    assert told == right


@by_name
def test_each_exercise_says_what_is_not_allowed(name):
    assignment, cells = load(name)
    for exercise in assignment.exercises.values():
        heading = next(
            text for text in text_cells(cells) if f"### Exercise {exercise.number}" in text
        )
        line = re.search(r"^Not allowed here: (.*)\.$", heading, re.MULTILINE)
        said = re.findall(r"`([^`]+)`", line[1]) if line else []
        short = [n.removeprefix("lazyrich.").replace("numpy.", "np.") for n in exercise.forbid]
        assert said == short, exercise.number


@by_name
def test_the_cells_of_visible_checks_are_folded(name):
    _, cells = load(name)
    for cell in cells:
        if cell["metadata"].get("nbjudge", {}).get("kind") == "visible" and name != "00_start":
            assert cell["metadata"]["jupyter"]["source_hidden"] is True, cell["id"]


@pytest.mark.parametrize("name", sorted(EDITED))
def test_each_question_and_each_blank_has_an_answer_to_fold_out(name):
    _, cells = load(name)
    for text in text_cells(cells):
        assert summaries(text).count("An answer") == text.count("**Think.**"), text[:200]
        outside = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
        blanks = r"\underline{" in outside
        assert ("The blanks" in summaries(text)) == blanks, text[:200]


@pytest.mark.parametrize("name", sorted(EDITED))
def test_the_first_cell_says_how_many_points_are_visible(name):
    assignment, cells = load(name)
    visible = sum(check.points for check in assignment.checks if check.kind == "visible")
    if visible:
        assert f"{visible:g} of these 80 points" in cells[0]["source"]


@by_name
def test_each_stub_says_shapes_in_its_docstring(name):
    _, cells = load(name)
    for cell in cells:
        if "names" in cell["metadata"].get("nbjudge", {}):
            function = next(
                n for n in ast.parse(cell["source"]).body if isinstance(n, ast.FunctionDef)
            )
            text = ast.get_docstring(function)
            assert "returns" in text.lower()
            assert re.search(r"\(.*\)|array", text)


@by_name
def test_the_parts_of_a_notebook_are_all_there(name):
    _, cells = load(name)
    text = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
    parts = [
        "**Time:**",
        "## You will be able to",
        "## You need",
        "otation",
        "What you should see",
        "**Think.**",
        "## Summary",
    ]
    graded = ["Manually graded (20 points)", "## Quiz", "## Bonus"] if name != "00_start" else []
    for part in [*parts, *graded, "## To read on"]:
        assert part in text, part


@by_name
def test_headings_go_down_one_level_at_a_time(name):
    """A screen reader lists them as an outline: one title, and no level left out below it."""
    _, cells = load(name)
    text = re.sub(r"```.*?```", "", "\n".join(text_cells(cells)), flags=re.DOTALL)
    headings = re.findall(r"^(#+) (.+)$", text, re.MULTILINE)
    levels = [len(marks) for marks, _ in headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    jumps = [headings[k][1] for k in range(1, len(levels)) if levels[k] > levels[k - 1] + 1]
    assert jumps == []


@by_name
def test_every_figure_has_words(name):
    _, cells = load(name)
    for cell in cells:
        if "subplots(" in cell["source"] or "plt.figure" in cell["source"]:
            assert re.search(r"plots\.show\(\s*fig,\s*alt=", cell["source"]), cell["id"]
        assert "plt.show" not in cell["source"]
    images = re.findall(r"!\[(.*?)\]", "\n".join(cell["source"] for cell in cells))
    assert all(images)


@by_name
def test_cells_are_short(name):
    _, cells = load(name)
    for cell in cells:
        if (
            cell["cell_type"] == "code"
            and cell["metadata"].get("nbjudge", {}).get("kind") != "hidden"
        ):
            assert len(cell["source"].splitlines()) <= 45, cell["id"]


@by_name
def test_what_is_forbidden_exists(name):
    import importlib

    assignment, _ = load(name)
    for exercise in assignment.exercises.values():
        for path in exercise.forbid:
            module, attribute = path.rsplit(".", 1)
            assert hasattr(importlib.import_module(module), attribute), path


@by_name
def test_unequal_rates_in_every_test_that_has_rates(name):
    assignment, _ = load(name)
    for check in assignment.checks:
        if "eta_w" not in assignment.exercises[check.exercise].stub:
            continue
        pairs = re.findall(r"eta_w=([\d.]+), eta_a=([\d.]+)", check.source)
        if pairs:
            assert any(w != a for w, a in pairs), check.grade_id


WITNESSES = ("00_start",)  # in the quick lane


def cut_off(output):
    """Whether a figure has ink on its edge, as where a title does not fit into it."""
    page = str(output.get("data", {}).get("text/html", ""))
    found = re.search('src="data:image/png;base64,([^"]+)"', page)
    if not found:
        return False
    gray = plt.imread(io.BytesIO(base64.b64decode(found[1])))[..., :3].mean(axis=-1)
    return min(gray[0].min(), gray[-1].min(), gray[:, 0].min(), gray[:, -1].min()) < 0.8


@pytest.mark.parametrize(
    "name",
    [name if name in WITNESSES else pytest.param(name, marks=pytest.mark.slow) for name in NAMES],
)
def test_it_runs_from_top_to_bottom(name, capsys):
    """All checks pass, figures fit, and no cell fails, is stopped or ends its process. What it
    costs is told beside its budget, for people to read: a time that depends on the machine and its
    load decides nothing."""
    assignment, cells = load(name)
    book = labs.notebook(*cells, labs.code("import time; time.process_time()", "cost"))
    report = judge(assignment, book, hidden=True, launcher=forked, all_cells=True)
    errors = [
        o for outputs in report.cells.values() for o in outputs if o["output_type"] == "error"
    ]
    assert errors == []
    assert [n for n, shown in report.cells.items() if any(map(cut_off, shown))] == []
    assert {check.status for check in report.checks} == {"passed"}
    assert report.starts == 1
    seconds = float(report.cells[max(report.cells)][-1]["data"]["text/plain"])
    with capsys.disabled():
        print(f"\n{name}: ran in {seconds:.1f} s of processor time, budget {BUDGET[name]} s")
