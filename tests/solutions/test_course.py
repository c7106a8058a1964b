"""Test the course as a whole: pages and notebooks agree, and every reference leads somewhere."""

import re
from pathlib import Path

import pytest

from nbjudge.contract.assignment import read_notebook

ROOT = Path(__file__).parents[2]
SOLUTIONS = ROOT / "solutions"
NAMES = sorted(path.parent.name for path in SOLUTIONS.glob("*/*.ipynb"))
PAGES = sorted(path.name for path in SOLUTIONS.glob("*.md"))
HEADER = re.compile(r"^### Exercise (\d\d\.\d) · .*? (\d+) min ·", re.M)
HIDDEN = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS).*?### END (SOLUTION|HIDDEN TESTS)", re.S)
PLACE = re.compile(r"\d\d\.\d|\d\d manual|\d\d demo|\d\d section \d|notation|glossary|formulas")


def sections(name):
    """Heading ("" before the first) -> all its text, as students see it."""
    found, heading = {"": ""}, ""
    for cell in read_notebook(SOLUTIONS / name / f"{name}.ipynb")["cells"]:
        text = HIDDEN.sub("", "".join(cell["source"]))
        if cell["cell_type"] == "markdown" and (new := re.search(r"^## (.+)$", text, re.M)):
            heading = new.group(1)
        found[heading] = found.get(heading, "") + "\n" + text
    return found


TEXT = {name: sections(name) for name in NAMES}
NUMBER = {name[:2]: name for name in NAMES}


def place(reference):
    """The text that a reference leads to; None where there is no such place."""
    if f"{reference}.md" in PAGES:
        return (SOLUTIONS / f"{reference}.md").read_text()
    parts = TEXT[NUMBER[reference[:2]]]
    if reference.endswith("manual"):
        return next(
            (text for heading, text in parts.items() if heading.startswith("Manually graded")), None
        )
    if reference.endswith("demo"):
        return next(
            (text for text in parts.values() if re.search(r"^demos\.\w+\(", text, re.M)), None
        )
    if "section" in reference:
        return next(
            (text for heading, text in parts.items() if heading.startswith(f"{reference[-1]} ·")),
            None,
        )
    return next((text for text in parts.values() if f"### Exercise {reference} " in text), None)


def rows(page, columns):
    lines = [line for line in (ROOT / page).read_text().splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells[2:] if len(row) == columns]


QUESTIONS = rows("solutions/questions.md", 3)


@pytest.mark.parametrize("row", QUESTIONS, ids=[row[0][:40] for row in QUESTIONS])
def test_each_question_is_answered_where_the_table_says(row):
    _, where, quote = row
    references = [reference.strip() for reference in where.split(",")]
    assert all(PLACE.fullmatch(reference) for reference in references), where
    texts = {reference: place(reference) for reference in references}
    assert [reference for reference, text in texts.items() if text is None] == []
    words = re.sub(r"\s+", " ", quote.strip('"'))
    assert any(words.lower() in re.sub(r"\s+", " ", text).lower() for text in texts.values()), quote


@pytest.mark.parametrize("name", NAMES)
def test_references_between_notebooks_lead_somewhere(name):
    """ "02.3" in text is an exercise that exists; "notebook 07" and "in 07" too."""
    text = "\n".join(TEXT[name].values())
    prose = re.sub(r"\$.*?\$|`.*?`|\d\d\d\d\.\d+", "", text)
    exercises = {
        number
        for parts in TEXT.values()
        for part in parts.values()
        for number, _ in HEADER.findall(part)
    }
    for reference in re.findall(r"(?<![\d.\-−])(0[0-8]\.[1-9])(?![\d.])", prose):
        assert reference in exercises, f"{name} speaks of {reference}"
    for number in re.findall(r"\b(?:notebook|in|from|of) (0\d)\b(?!\.)", prose):
        assert number in NUMBER, f"{name} speaks of notebook {number}"


def hours(text):
    number, unit = re.search(r"([\d.]+) (h|min)", text).groups()
    return float(number) / (1 if unit == "h" else 60)


TIMES = {
    name: hours(
        "\n".join(TEXT[name].values())
        .split("**Time:**")[1]
        .replace(" hours", " h")
        .replace(" minutes", " min")
    )
    for name in NAMES
}


@pytest.mark.parametrize("name", NAMES)
def test_the_time_that_a_notebook_gives_has_room_for_its_exercises(name):
    """At the top as in the syllabus, and between the exercises' own minutes and three times them
    (reading, and the manually graded part)."""
    inside = sum(
        int(minutes) for text in TEXT[name].values() for _, minutes in HEADER.findall(text)
    )
    told = {row[0][:2]: hours(row[2]) for row in rows("solutions/syllabus.md", 4)}
    assert TIMES[name] == told[name[:2]]
    if name != "00_start":
        assert inside / 60 + 0.5 <= TIMES[name] <= 3 * inside / 60


def test_the_readme_gives_the_same_times():
    told = {
        row[0].strip("`"): hours(row[2])
        for row in rows("README.md", 3)
        if re.fullmatch(r"`\d\d_\w+`", row[0])
    }
    assert told == TIMES


def test_the_syllabus_and_the_notes_for_teachers_speak_of_every_notebook():
    assert [row[0][:2] for row in rows("solutions/syllabus.md", 4)] == [name[:2] for name in NAMES]
    notes = (ROOT / "autograder" / "TEACHING.md").read_text()
    assert re.findall(r"^## (\d\d) ", notes, re.M) == [name[:2] for name in NAMES]
