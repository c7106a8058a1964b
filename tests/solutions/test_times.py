"""The times that the course states agree with each other and with what there is to do."""

import re

import pytest
from times import FIGURE, MANUAL, NAMES, ROOT, SETUP, STUDY, WORDS, parts, stated

WITHIN = 0.25  # hours: each time is the nearest half hour (00: quarter)


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


def test_the_syllabus_says_what_the_estimate_is_made_of():
    text = " ".join((ROOT / "solutions" / "syllabus.md").read_text(encoding="utf-8").split())
    assert f"reading at {WORDS:g} words a minute" in text
    assert f"{60 * FIGURE:g} seconds for each figure or demo" in text
    assert f"{MANUAL:g} minutes for the manually graded question" in text
    assert "in 08 two hours for the study" in text
    assert "in 00 a quarter of an hour for the installation" in text
    assert (60 * WITHIN, SETUP, STUDY) == (15, 15, 120)
    assert "to the nearest half hour" in text
