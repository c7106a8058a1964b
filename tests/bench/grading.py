"""Our grader against `nbgrader autograde` on the same 60 submissions of 01_invariant: `python tests/bench/grading.py [HOW_MANY]`.

nbgrader grades with its default kernels, one submission after the other, as it does. Ours judges in two processes behind the
strongest walls that this machine holds. Both start from an empty gradebook. Takes about ten minutes; a smaller number takes less.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.grade import EXAMPLES, grade
from autograder.records import Records
from autograder.release import release
from autograder.walls import choose
from lazyrich.judge import Limits
from lazyrich.judge.memory import resident
from lazyrich.judge.process import Worker

NAME = "01_invariant"
ROOT = Path(__file__).parents[2]
KINDS = ("perfect", "other-style", "half-done", "rates-swapped", "cancellation", "sequential", "syntax-error")
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "released"
"""


def submissions(number: int) -> dict[str, Path]:
    """Student -> notebook, the kinds in turn."""
    return {f"s{k:03}": EXAMPLES / f"example-{KINDS[k % len(KINDS)]}" / NAME / f"{NAME}.ipynb" for k in range(number)}


def stock(folder: Path, students: dict[str, Path]) -> tuple[float, dict[str, float]]:
    """Seconds of nbgrader's own grading, and the scores."""
    shutil.copytree(ROOT / "solutions" / NAME, folder / "solutions" / NAME)
    (folder / "nbgrader_config.py").write_text(STOCK)
    for student, file in students.items():
        (folder / "submitted" / student / NAME).mkdir(parents=True)
        shutil.copyfile(file, folder / "submitted" / student / NAME / f"{NAME}.ipynb")
    command = [sys.executable, "-m", "nbgrader"]
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*command, "generate_assignment", NAME], check=True, **quiet)
    began = time.perf_counter()
    subprocess.run([*command, "autograde", NAME], check=False, **quiet)
    seconds = time.perf_counter() - began
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return seconds, {s.student_id: s.score for s in gradebook.assignment_submissions(NAME)}


def ours(folder: Path, students: dict[str, Path]) -> tuple[float, dict[str, float], Course, int]:
    """Seconds of our grading, the scores, the course, and the most memory that all its processes held together."""
    for name in ("solutions", "course"):
        shutil.copytree(ROOT / name / NAME, folder / name / NAME)
    (folder / "pyproject.toml").touch()
    course = Course(folder)
    release(course, NAME)
    for student, file in students.items():
        (course.inbox / student / NAME).mkdir(parents=True)
        shutil.copyfile(file, course.inbox / student / NAME / f"{NAME}.ipynb")
    most, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(1.0):
            most[0] = max(most[0], resident(os.getpid()))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    began = time.perf_counter()
    outcomes = grade(course, NAME, workers=2, trusted=True, tell=print)
    seconds = time.perf_counter() - began
    over.set()
    watcher.join()
    return seconds, {o.student: o.automatic for o in outcomes}, course, most[0]


def ready(course: Course, times: int = 100) -> float:
    """Median milliseconds from asking a warm zygote for a worker to its first word."""
    taken = []
    with closing(choose(trusted=True)) as level:
        for _ in range(times + 1):
            began = time.perf_counter()
            with closing(Worker(Limits(), data=course.released / NAME, launcher=level.launcher)) as worker:
                worker.run_cell("", time.monotonic() + 60)
                taken.append(time.perf_counter() - began)
    return 1000 * statistics.median(taken[1:])


def main(number: int) -> None:
    """Print the comparison."""
    students = submissions(number)
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        seconds, scores, course, memory = ours(Path(second), students)
        wall, own = Records(course.records).seconds(NAME)
        milliseconds = ready(course)
        theirs, their_scores = stock(Path(first), students)
    print(f"{number} submissions: nbgrader {theirs:.0f} s, ours {seconds:.0f} s: {theirs / seconds:.1f} times faster")
    print(
        f"students' own computing: {own / wall:.0%} of the judges' time, {own / 2 / seconds:.0%} of two cores' wall time"
    )
    print(f"memory of all processes: {memory / 2**30:.2f} GB at most; a worker answers after {milliseconds:.0f} ms")
    equal = sum(scores[s] == their_scores.get(s) for s in scores)
    print(f"equal scores: {equal} of {number}; unequal: {json.dumps(_unequal(scores, their_scores, students))}")


def _unequal(scores: dict, theirs: dict, students: dict[str, Path]) -> dict[str, list]:
    """Kind of submission -> [our score, nbgrader's], where they differ."""
    return {students[s].parents[1].name: [scores[s], theirs.get(s)] for s in scores if scores[s] != theirs.get(s)}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
