"""Time our grader against `nbgrader autograde` on the same submissions.

`python tests/bench/grading.py [NAME HOW_MANY [NBGRADERS]]`

nbgrader grades with its default kernels, one submission after the other, as it does. Ours judges in
two processes behind the strongest walls that this machine holds. Both start from an empty
gradebook. Submissions of 01_invariant are the course's examples in turn; those of other notebooks
hold right and wrong answers of their banks. NBGRADERS: nbgrader gets only so many of them, and its
time a submission is compared; for a long notebook it would take an hour. Without arguments: 60 of
01_invariant, of which nbgrader gets 4, and 60 of 05_deep, of which it gets 2."""

import importlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.courses import Course
from autograder.courses.own import OwnCourse
from autograder.grading.grade import grade
from autograder.grading.records import Records
from autograder.grading.students import EXAMPLES
from autograder.isolation import choose
from autograder.releases.release import release
from nbjudge import Limits
from nbjudge.worker.client import Worker
from nbjudge.worker.memory import resident

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "solutions"))
KINDS = (
    "perfect",
    "other-style",
    "half-done",
    "rates-swapped",
    "cancellation",
    "sequential",
    "syntax-error",
)
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "released"
"""


def submissions(name: str, number: int, folder: Path) -> dict[str, Path]:
    """Student -> notebook, the kinds in turn."""
    if name == "01_invariant":
        files = [EXAMPLES / f"example-{kind}" / name / f"{name}.ipynb" for kind in KINDS]
    else:
        files = list(from_bank(name, folder))
    return {f"s{k:03}": files[k % len(files)] for k in range(number)}


def from_bank(name: str, folder: Path) -> Iterator[Path]:
    """The released notebook with the answers of the bank: three columns of right ones, and three of
    wrong ones."""
    bank = importlib.import_module(f"bank_{name[:2]}")
    for kind in ("RIGHT", "WRONG"):
        for column in range(3):
            book = json.loads((ROOT / "course" / name / f"{name}.ipynb").read_text())
            for cell in book["cells"]:
                exercise = cell["metadata"].get("nbjudge", {}).get("exercise")
                entries = getattr(bank, kind).get(exercise, [])
                if cell["metadata"].get("nbgrader", {}).get("solution") and column < len(entries):
                    cell["source"] = entries[column][1]
            path = folder / f"{kind.lower()}-{column}.ipynb"
            path.write_text(json.dumps(book))
            yield path


def stock(folder: Path, name: str, students: dict[str, Path]) -> tuple[float, dict[str, float]]:
    """Seconds of nbgrader's own grading, and the scores."""
    shutil.copytree(ROOT / "solutions" / name, folder / "solutions" / name)
    (folder / "nbgrader_config.py").write_text(STOCK)
    for student, file in students.items():
        (folder / "submitted" / student / name).mkdir(parents=True)
        shutil.copyfile(file, folder / "submitted" / student / name / f"{name}.ipynb")
    command = [sys.executable, "-m", "nbgrader"]
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*command, "generate_assignment", name], check=True, **quiet)
    began = time.perf_counter()
    subprocess.run([*command, "autograde", name], check=False, **quiet)
    seconds = time.perf_counter() - began
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return seconds, {s.student_id: s.score for s in gradebook.assignment_submissions(name)}


def own_course(root: Path, name: str) -> OwnCourse:
    """A copy of our course that has this assignment alone."""
    for part in ("solutions", "course"):
        shutil.copytree(ROOT / part / name, root / part / name)
    (root / "pyproject.toml").touch()
    return OwnCourse(root)


def ours(
    folder: Path, name: str, students: dict[str, Path]
) -> tuple[float, dict[str, float], Course, int]:
    """Seconds of our grading, the scores, the course, and the most memory that all its processes
    held together."""
    course = own_course(folder, name)
    release(course, name)
    for student, file in students.items():
        (course.inbox / student / name).mkdir(parents=True)
        shutil.copyfile(file, course.inbox / student / name / f"{name}.ipynb")
    most, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(1.0):
            most[0] = max(most[0], resident(os.getpid()))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    began = time.perf_counter()
    outcomes = grade(course, name, workers=2, trusted=True, tell=print)
    seconds = time.perf_counter() - began
    over.set()
    watcher.join()
    return seconds, {o.student: o.automatic for o in outcomes}, course, most[0]


def ready(course: Course, name: str, times: int = 100) -> float:
    """Median milliseconds from asking a warm zygote for a worker to its first word."""
    taken = []
    with closing(choose(trusted=True)) as level:
        for _ in range(times + 1):
            began = time.perf_counter()
            with closing(
                Worker(Limits(), data=course.released / name, launcher=level.launcher)
            ) as worker:
                worker.run_cell("", time.monotonic() + 60)
                taken.append(time.perf_counter() - began)
    return 1000 * statistics.median(taken[1:])


def main(name: str, number: int, their_number: int) -> None:
    """Print the comparison."""
    with (
        tempfile.TemporaryDirectory() as first,
        tempfile.TemporaryDirectory() as second,
        tempfile.TemporaryDirectory() as made,
    ):
        students = submissions(name, number, Path(made))
        seconds, scores, course, memory = ours(Path(second), name, students)
        wall, own = Records(course.records).seconds(name)
        milliseconds = ready(course, name)
        theirs, their_scores = stock(Path(first), name, dict(list(students.items())[:their_number]))
        kinds = {
            student: path.parents[1].name if name == "01_invariant" else path.stem
            for student, path in students.items()
        }
    ratio = theirs / their_number / (seconds / number)
    print(
        f"{name}: nbgrader {theirs:.0f} s for {their_number}, ours {seconds:.1f} s "
        f"for {number}: {ratio:.1f} times faster a submission"
    )
    print(
        f"answers and checks: {own / wall:.0%} of the judges' time, "
        f"{own / 2 / seconds:.0%} of two cores' wall time"
    )
    print(
        f"memory of all processes: {memory / 2**30:.2f} GB at most; "
        f"a worker answers after {milliseconds:.0f} ms"
    )
    equal = sum(scores[s] == score for s, score in their_scores.items())
    print(
        (
            f"equal scores: {equal} of {their_number}; "
            f"unequal: {json.dumps(_unequal(scores, their_scores, kinds))}"
        ),
        flush=True,
    )


def _unequal(scores: dict, theirs: dict, kinds: dict[str, str]) -> dict[str, list]:
    """Kind of submission -> [our score, nbgrader's], where they differ."""
    return {kinds[s]: [scores[s], score] for s, score in theirs.items() if scores[s] != score}


if __name__ == "__main__":
    if len(sys.argv) > 2:
        name, number, *rest = sys.argv[1:]
        main(name, int(number), int(rest[0] if rest else number))
    else:
        for arguments in (("01_invariant", 60, 4), ("05_deep", 60, 2)):
            main(*arguments)
