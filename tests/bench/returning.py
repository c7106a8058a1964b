"""Pack the pages of a class for Moodle: `python tests/bench/returning.py [HOW_MANY]` (default 10).

Each student hands in 01_invariant with right answers, run from top to bottom, so that all figures
are in it. Printed: the size of the pages before and after their pictures were made smaller, of the
zip files, and the seconds that packing took.
"""

import copy
import json
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from grading import own_course
from nbclient import NotebookClient

from autograder.grading.grade import grade
from autograder.platforms.give_back import give_back
from autograder.releases.release import release

NAME = "01_invariant"
HEADER = "Identifier,Full name,Email address,Status,Grade\n"


def main(number: int) -> None:
    """Print sizes and seconds."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        course = own_course(root, NAME)
        release(course, NAME)
        book = nbformat.read(root / "solutions" / NAME / f"{NAME}.ipynb", 4)
        NotebookClient(book, timeout=900, resources={"metadata": {"path": str(root)}}).execute()
        rows = [HEADER]
        for k in range(number):
            own = copy.deepcopy(book)
            own["cells"].append(nbformat.v4.new_markdown_cell(f"Words of student {k}."))
            place = course.inbox / f"s{k:04}" / NAME
            place.mkdir(parents=True)
            (place / f"{NAME}.ipynb").write_text(json.dumps(own), encoding="utf-8")
            rows.append(f"Participant {k + 1},,s{k:04},,\n")
        sheet = root / "worksheet.csv"
        sheet.write_text("".join(rows).replace("Email address", "Username"), encoding="utf-8")
        found = grade(course, NAME, trusted=True, tell=print)
        began = time.perf_counter()
        done = give_back(course, NAME, "moodle", sheet)
        seconds = time.perf_counter() - began
        sizes = [path.stat().st_size / 1e6 for path in done.files]
        scores = {outcome.automatic for outcome in found}
    students = sum(map(len, done.files.values()))
    print(
        f"{students} pages, {min(scores):g} to {max(scores):g} points by checks: "
        f"{done.before / 1e6:.0f} MB, {done.after / 1e6:.0f} MB with smaller pictures, "
        f"{sum(sizes):.0f} MB in {len(sizes)} zip files, in {seconds:.0f} s"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
