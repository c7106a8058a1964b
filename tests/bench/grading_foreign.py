"""Time our grader against `nbgrader autograde` on a course that was made for nbgrader.

`python tests/bench/grading_foreign.py [ps1|pandas [HOW_MANY]]`

ps1 is the course that `nbgrader quickstart` makes, pandas a notebook of six cells. Both graders get
the same submissions, half of them answered, one grader after the other, each from its own copy of
the course. nbgrader grades with its default kernels, ours in as many processes as there are
processors, behind the strongest walls that this machine holds. Printed are wall time, processor
time (of all processes, also of those that ended), and the cells whose scores differ. Processor time
says what the work costs on a busy machine; a wall time counts on a quiet one only. Without
arguments: 12 submissions of ps1 and 20 of pandas.
"""

import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import nbgrader

from autograder.courses import find
from autograder.grading.grade import grade

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "autograder"))
import courses  # noqa: E402

TABLE = "### BEGIN SOLUTION\n    {}\n    ### END SOLUTION"
PANDAS = courses.notebook(
    courses.read_only("setup", "import pandas as pd\ndata = pd.read_csv('data.csv')"),
    courses.answer(
        "mean", "def mean(data):\n    " + TABLE.format("return data.groupby('kind')['size'].mean()")
    ),
    courses.test("means", 2, "assert mean(data).to_dict() == {'a': 2.0, 'b': 5.0}"),
    courses.answer("wide", "def wide(data):\n    " + TABLE.format("return data[data['size'] > 2]")),
    courses.test("widest", 2, "assert len(wide(data)) == 3"),
    courses.manual("why", 2, "Because."),
)
DATA = "kind,size\na,1\na,3\nb,4\nb,6\n"


def ps1(root: Path) -> None:
    """Make the course of nbgrader's documentation."""
    source = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide" / "source" / "ps1"
    courses.make(root, {})
    shutil.copytree(source, root / "source" / "ps1", dirs_exist_ok=True)


def pandas(root: Path) -> None:
    """Make a course with one short notebook."""
    courses.make(root, {"table": PANDAS}, files={"data.csv": DATA})


COURSES: dict[str, Callable[[Path], None]] = {"ps1": ps1, "pandas": pandas}
SUBMISSIONS = {"ps1": 12, "pandas": 20}


def hand_in(root: Path, number: int) -> None:
    """Hand in by turns the solution and the empty notebook."""
    solutions = {
        cell.metadata.nbgrader.grade_id: cell.source
        for path in (root / "source" / "ps1").glob("*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    courses.generate(root)
    for k in range(number):
        courses.hand_in(root, f"s{k:03}", {} if k % 2 else solutions)


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Wall time and processor time of some work, with that of the processes that it started."""
    before, began = os.times(), time.perf_counter()
    work()
    wall = time.perf_counter() - began
    adopt()
    return wall, sum(os.times()[:4]) - sum(before[:4])


def adopt() -> None:
    """Wait for processes that outlived the one that started them: so their time is counted.

    Walls are taken down by ending the outermost process, before it has waited for those inside.
    """
    for _ in range(20):
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.1)


def ours(root: Path) -> None:
    """Grade with our grader."""
    grade(find(root), "ps1", trusted=True)


def theirs(root: Path) -> None:
    """Grade with nbgrader."""
    command = [sys.executable, "-m", "nbgrader", "autograde", "ps1"]
    subprocess.run(command, cwd=root, check=False, capture_output=True)


def main(name: str, number: int) -> None:
    """Print the comparison."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER, for `adopt`
    with tempfile.TemporaryDirectory() as folder:
        one, other = Path(folder, "ours"), Path(folder, "theirs")
        COURSES[name](one)
        hand_in(one, number)
        shutil.copytree(one, other)
        wall, processor = timed(lambda: ours(one))
        their_wall, their_processor = timed(lambda: theirs(other))
        own, stock = courses.scores(one), courses.scores(other)
    differing = sum(own.get(key) != stock.get(key) for key in own.keys() | stock.keys())
    print(
        f"{name}, {number} submissions: ours {wall:.1f} s, nbgrader {their_wall:.1f} s: "
        f"{their_wall / wall:.1f} times faster"
    )
    print(
        f"processor time: ours {processor:.1f} s, nbgrader {their_processor:.1f} s: "
        f"{their_processor / processor:.1f} times less"
    )
    print(f"cells that differ: {differing} of {len(own.keys() | stock.keys())}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1], int((*sys.argv, SUBMISSIONS[sys.argv[1]])[2]))
    else:
        for each, number in SUBMISSIONS.items():
            main(each, number)
