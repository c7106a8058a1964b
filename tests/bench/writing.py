"""Time writing judged submissions into the gradebook, by us and by nbgrader alone.

`python tests/bench/writing.py [HOW_MANY]`

Three examples of 01_invariant are judged once and then written for so many students (default: 30),
in turn, into two gradebooks that begin empty. Printed are means over the submissions of one run; it
takes about a minute."""

import itertools
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "autograder"))

from gradebooks import ByNbgrader, rows  # noqa: E402
from grading import own_course  # noqa: E402
from nbgrader.apps.api import NbGraderAPI  # noqa: E402

from autograder.courses import Course  # noqa: E402
from autograder.courses.own import OwnCourse  # noqa: E402
from autograder.grading.judging import judge_notebook  # noqa: E402
from autograder.grading.records import Records  # noqa: E402
from autograder.grading.students import EXAMPLES  # noqa: E402
from autograder.grading.writer import Writer  # noqa: E402
from autograder.intake import take_in  # noqa: E402
from autograder.isolation import choose  # noqa: E402

NAME, KINDS = "01_invariant", ("perfect", "half-done", "syntax-error")


def judged(root: Path, students: list[str]) -> Course:
    """A course with judged submissions of these students, none of them written; the kinds in
    turn."""
    course = own_course(root, NAME)
    course.runtime.mkdir()
    generated = NbGraderAPI(config=course.settings()).generate_assignment(NAME, force=True)
    assert generated["success"], generated
    found = {}
    with closing(choose("process", trusted=True)) as level:
        for kind in KINDS:
            shutil.copytree(EXAMPLES / f"example-{kind}" / NAME, course.inbox / kind / NAME)
            take_in(course, NAME, kind)
            nb = nbformat.read(course.built(kind, NAME) / f"{NAME}.ipynb", as_version=4)
            found[kind] = judge_notebook(course, NAME, kind, NAME, nb, level.launcher)
    for student, kind in zip(students, itertools.cycle(KINDS), strict=False):
        Records(course.records).judged(student, NAME, {NAME: found[kind]}, key="")
        shutil.copytree(course.built(kind, NAME), course.built(student, NAME))
    return course


def main(number: int) -> None:
    """Print the comparison."""
    with tempfile.TemporaryDirectory() as folder:
        students = [f"s{k:03}" for k in range(number)]
        ours = judged(Path(folder, "ours"), students)
        theirs = OwnCourse(shutil.copytree(ours.root, Path(folder, "theirs")))
        taken: dict[str, list[tuple[float, float]]] = {"ours": [], "nbgrader": []}
        writers = {"ours": Writer(ours), "nbgrader": ByNbgrader(theirs)}
        for student in students:
            for way, writer in writers.items():
                began = time.perf_counter(), time.process_time()
                assert writer.write(NAME, student) == ""
                taken[way].append((time.perf_counter() - began[0], time.process_time() - began[1]))
        equal = rows(ours) == rows(theirs)
        sizes = [
            (ours.graded(student, NAME) / f"{NAME}.ipynb").stat().st_size for student in students
        ]
    wall, own = (
        {way: statistics.mean(pair[which] for pair in found) for way, found in taken.items()}
        for which in (0, 1)
    )
    size = f"{min(sizes) / 1024:.0f} to {max(sizes) / 1024:.0f} kB"
    print(
        f"{number} submissions, notebooks of {size}; "
        f"the gradebooks' rows are {'' if equal else 'NOT '}equal"
    )
    for what, found in (("a submission", wall), ("of it of a processor", own)):
        ratio = found["nbgrader"] / found["ours"]
        print(
            f"{what}: nbgrader {found['nbgrader']:.3f} s, "
            f"ours {found['ours']:.3f} s: {ratio:.1f} times faster"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
