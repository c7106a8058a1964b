"""Test that the pages for instructors state the limits and rules that the code has.

Whoever changes one of these numbers is told which sentence of which page is wrong now.
"""

import re
from pathlib import Path

import pytest

from autograder.collect import room
from autograder.feedback_pages import apart, bounded
from autograder.grading import judging
from autograder.intake import archive, choose, extra, listing, tries
from autograder.isolation import data_files, launcher
from autograder.platforms import give_back
from autograder.releases import contract
from autograder.reports import SHARE, similarity
from nbjudge import Limits
from nbjudge.worker import watch

ROOT = Path(__file__).parents[2]
MB, GB = 2**20, 2**30
WORDS = {2.0: "two", 3: "three", 4.0: "four", 5.0: "five", 12: "twelve", 1 / 4: "a quarter of an"}


def word(number: float) -> str:
    return WORDS.get(number, f"{number:g}")


def temporary() -> int:
    """Megabytes at three places together; only a process inside the walls can import the zygote."""
    text = (ROOT / "autograder" / "isolation" / "zygote.py").read_text(encoding="utf-8")
    return 3 * int(re.search(r"^TEMPORARY = (\d+) \* 2\*\*20\b", text, re.M)[1])


STATED = {
    "lib/nbjudge/limits.py": [
        f"memory ({Limits().resident / GB:g} GB, watched)",
        f"more than {word(Limits().replays)} exercises",
    ],
    "lib/nbjudge/worker/watch.py": [f"{word(1 / watch.WATCH)} times a second"],
    "autograder/isolation/launcher.py": [
        f"watched ({launcher.RESIDENT / GB:g} GB, and the data",
        f"{launcher.RESIDENT / GB:g} GB of memory",
    ],
    "autograder/isolation/zygote.py": [f"temporary files are limited to {temporary()} MB"],
    "autograder/isolation/data_files.py": [f"(at most {data_files.LARGEST / GB:g} GB)"],
    "autograder/grading/judging.py": [f"{word(judging.OVERTIME / 3600)} hour after"],
    "autograder/intake/tries.py": [f"{word(tries.FREE)} different files within a day"],
    "autograder/intake/archive.py": [
        f"{archive.MAX_NOTEBOOKS} notebooks, {archive.MAX_MEMBERS:,} files, folders "
        f"{archive.DEEPEST} deep"
    ],
    "autograder/intake/choose.py": [f"at least {choose.KIN:.0%} of the released cells"],
    "autograder/intake/listing.py": [f"{listing.MAX_ENTRIES:,} files, folders"],
    "autograder/intake/extra.py": [f"{extra.MAX_TOTAL / MB:g} MB and {extra.MAX_FILES} files"],
    "autograder/collect/room.py": [
        f"{room.EACH / GB:g} GB, and in folders",
        f"{room.MOST / GB:g} GB",
    ],
    "autograder/feedback_pages/bounded.py": [
        f"{word(bounded.SECONDS)} seconds of processor time",
        f"used {word(bounded.TOGETHER)} seconds",
        f"{bounded.ATTRIBUTES} attributes",
    ],
    "autograder/feedback_pages/apart.py": [
        {(2, GB): "two seconds of processor time or a gigabyte"}.get(
            (apart.SECONDS, apart.MEMORY), f"{apart.SECONDS} seconds or {apart.MEMORY} bytes"
        )
    ],
    "autograder/platforms/give_back.py": [f"`--size` megabytes ({give_back.SIZE:g})"],
    "autograder/reports/__init__.py": [
        f"share at least {SHARE:.0%} of the shorter text (`--least {SHARE:g}`)"
    ],
    "autograder/reports/similarity.py": [f"more than {similarity.COMPARED:,} characters"],
    "autograder/releases/contract.py": [
        f"give {contract.AUTOMATIC} points and the questions {contract.MANUAL}"
    ],
}


def page(name: str) -> str:
    return re.sub(r"\s+", " ", (ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("where", STATED)
def test_a_page_states_the_number_that_the_code_has(where):
    pages = page("autograder/README.md") + page("lib/nbjudge/README.md")
    missing = [sentence for sentence in STATED[where] if sentence not in pages]
    assert not missing, (
        f"by {where}, autograder/README.md or lib/nbjudge/README.md should say: "
        f"{'; '.join(missing)}. Change the page with the code, or these words with the page's."
    )
