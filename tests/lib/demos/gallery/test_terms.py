"""Check the explanations of words that a visitor may not know."""

import re
from pathlib import Path

import pytest

from lazyrich.demos.gallery.terms import SPELLINGS, TERMS

GLOSSARY = Path(__file__).parents[4] / "course" / "glossary.md"


@pytest.mark.parametrize("name", TERMS)
def test_a_definition_is_one_short_text_of_whole_sentences(name):
    text = TERMS[name]
    assert text.endswith(".")
    assert len(text) < 180


def test_the_glossary_of_the_course_has_the_words_of_the_field():
    heads = " ".join(re.findall(r"^- \*\*(.+?)\*\*", GLOSSARY.read_text("utf-8"), re.MULTILINE))
    for name in ("upstream", "balanced", "downstream", "lazy", "rich", "delayed rich", "gate"):
        assert name in heads.lower()


def test_each_spelling_means_one_thing():
    assert SPELLINGS.keys() <= TERMS.keys()
    spelled = [each for name in TERMS for each in SPELLINGS.get(name, [name])]
    assert len(set(spelled)) == len(spelled)
