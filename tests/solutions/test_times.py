"""The times that the course states agree with each other and with what there is to do."""

import re

import pytest
from times import NAMES, ROOT, parts, stated

WITHIN = 0.5  # hours: times are stated in halves of an hour


@pytest.mark.parametrize("name", NAMES)
def test_the_time_is_what_reading_figures_and_exercises_take(name):
    assert stated(name) == pytest.approx(sum(parts(name).values()) / 60, abs=WITHIN)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("page", ["solutions/syllabus.md", "README.md", "autograder/TEACHING.md"])
def test_every_page_states_the_same_time(name, page):
    text = (ROOT / page).read_text(encoding="utf-8")
    number, word = name.split("_")
    time = f"{stated(name):g} h" if stated(name) >= 1 else f"{stated(name) * 60:g} min"
    if page.endswith("TEACHING.md"):
        (found,) = re.findall(rf"^## {number} · .*\(([\d.]+ (?:h|min))\w*\)$", text, re.MULTILINE)
    else:
        (found,) = re.findall(
            rf"^\| `?{number}[ _]{word}`? \|.*?\| ([\d.]+ (?:h|min)) \|", text, re.M
        )
    assert found == time
