"""Estimate how long a first working-through of a notebook takes: `python tests/solutions/times.py`.

What it is made of stands in `solutions/syllabus.md`, too. Nobody was timed for it; it keeps the
times that the course states in step with what there is to read and to write.
"""

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WORDS = (
    90.0  # of text with formulas, read a minute; answers and hints that stay folded do not count
)
FIGURE = 1.5  # minutes for a figure, and for a demo
MANUAL = 20.0  # minutes for the question that a person grades
STUDY = 120.0  # minutes for the study of 08
SETUP = 15.0  # minutes for the installation, in 00


def released(name: str) -> list[dict[str, Any]]:
    """The cells of a released notebook, each source as one text."""
    path = ROOT / "course" / name / f"{name}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"])} for cell in cells]


def parts(name: str) -> dict[str, float]:
    """The minutes of a notebook, by what they are for; what is below "Bonus" is not counted."""
    minutes = {"reading": 0.0, "figures": 0.0, "exercises": 0.0, "manual": 0.0}
    for cell in released(name):
        source = cell["source"]
        if cell["cell_type"] == "markdown":
            shown = re.sub(r"<details>.*?</details>", "", source, flags=re.DOTALL)
            minutes["reading"] += len(shown.partition("## Bonus")[0].split()) / WORDS
            minutes["exercises"] += sum(map(int, re.findall(r"points · (\d+) min", source)))
            minutes["manual"] += MANUAL * ("Manually graded (20 points)" in source)
            if "## Bonus" in source:
                break
        elif "nbjudge" not in cell["metadata"]:
            minutes["figures"] += FIGURE * bool(re.search(r"plots\.show|demos\.\w+\(", source))
    if name.startswith("08"):
        minutes["manual"] = STUDY
    if name.startswith("00"):
        minutes["setting up"] = SETUP
    return minutes


def stated(name: str) -> float:
    """The hours that the first cell states."""
    head = released(name)[0]["source"]
    number, unit = re.search(r"\*\*Time:\*\* ([\d.]+) (hours|minutes)", head).groups()
    return float(number) / (60 if unit == "minutes" else 1)


NAMES = sorted(path.parent.name for path in (ROOT / "course").glob("*/*.ipynb"))

if __name__ == "__main__":
    for each in NAMES:
        found = parts(each)
        listed = ", ".join(f"{kind} {value:.0f}" for kind, value in found.items())
        total = sum(found.values()) / 60
        print(f"{each:14} {total:.2f} h estimated, {stated(each):g} h stated (minutes: {listed})")
