"""A slider's range stands twice, as a trait in Python and as a slider in JavaScript: both agree."""

import math
import re
from pathlib import Path

import pytest

from lazyrich import demos

JS = Path(demos.__file__).parent / "js"
ADDED = re.compile(
    r'demo\.add\("(?P<name>\w+)", "[^"]*", (?P<low>[^,]+), (?P<high>[^,]+), (?P<as>.*)'
)
HOMES = {name: getattr(demos, name).__module__.rpartition(".")[2] for name in demos.__all__}


def ranges(script: str):
    """Name, least and largest value of each slider whose range is written in numbers."""
    known = {name: float(value) for name, value in re.findall(r"\b([A-Z]+) = (-?[\d.]+)", script)}
    known |= {"log10": math.log10}
    for added in ADDED.finditer(script):
        if "[v]" in added["as"]:  # a place in a list
            continue
        try:
            ends = [
                eval(added[end].replace("Math.", ""), {"__builtins__": {}}, known)
                for end in ("low", "high")
            ]
        except (NameError, SyntaxError):  # as many as the data have
            continue
        base = re.search(r"=> .*?\b(10|2) \*\* v", added["as"])
        yield added["name"], [float(base[1]) ** end for end in ends] if base else ends


@pytest.mark.parametrize("name", HOMES)
def test_a_slider_has_the_range_of_its_trait(name):
    traits = getattr(demos, name).class_traits()
    told = []
    for slider, (low, high) in ranges((JS / f"{HOMES[name]}.js").read_text(encoding="utf-8")):
        least, most = traits[slider].min, traits[slider].max
        if not (math.isclose(low, least, abs_tol=1e-9) and math.isclose(high, most, rel_tol=1e-6)):
            told.append(f"{slider}: {low:g} to {high:g} in JavaScript, {least:g} to {most:g} here")
    assert not told, f"demos/js/{HOMES[name]}.js and demos/{HOMES[name]}.py: {'; '.join(told)}"


def test_most_sliders_are_compared():
    scripts = [(JS / f"{home}.js").read_text(encoding="utf-8") for home in HOMES.values()]
    assert sum(len(list(ranges(script))) for script in scripts) > 30
