"""Grade a large class: generated submissions of 01_invariant.

`python tests/bench/grading_many.py [HOW_MANY] [SCHEDULER]`

Printed: submissions a second and a core, the time of the one that writes (where judges share its
cores, longer than a processor was at it), and the memory of all processes (the median of samples)
in the first and the last quarter of the submissions: equal if nothing grows. The record's row has
2000; with the address of a Dask scheduler its workers judge, and memory is this machine's alone.
"""

import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from grading import KINDS, own_course

from autograder.grading.grade import grade
from autograder.grading.pool import cores
from autograder.grading.students import EXAMPLES
from autograder.grading.writer import Writer
from autograder.releases.release import release
from nbjudge.worker.memory import resident

NAME = "01_invariant"
EXTRAS = {
    "nothing more": "",
    "prints": "for k in range(2000): print(k)",
    "a plot": "import matplotlib.pyplot as plt\nplt.plot([0, 1], [1, 0])\nplt.show()",
    "much memory": "import numpy as np\nblock = np.ones((4000, 4000))",
    "ends its process": "import os\nos._exit(3)",
    "an error": "raise ValueError('of mine')",
    "many threads": (
        "import threading\n[threading.Thread(target=print, args=('x',)).start() for _ in range(20)]"
    ),
}


def generated(k: int) -> tuple[str, bytes]:
    """What kind the k-th submission is, and its file: an example with a cell more and words of its
    own; one in 25 is cut short."""
    draw = random.Random(k)
    kind, extra = KINDS[k % len(KINDS)], draw.choice(list(EXTRAS))
    book = json.loads(
        (EXAMPLES / f"example-{kind}" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    )
    for cell in book["cells"]:
        if cell["cell_type"] == "code" and draw.random() < 0.3:
            cell["source"] = "".join(cell["source"]) + f"\n# thought {draw.randrange(10**9)}"
    if EXTRAS[extra]:
        cell = {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": EXTRAS[extra],
        }
        book["cells"].insert(draw.randrange(1, len(book["cells"])), cell)
    content = json.dumps(book).encode()
    return (
        ("cut short", content[: len(content) // 2])
        if k % 25 == 24
        else (f"{kind}, {extra}", content)
    )


def main(number: int, scheduler: str | None) -> None:
    """Print throughput and memory."""
    with tempfile.TemporaryDirectory() as folder:
        course = own_course(Path(folder), NAME)
        release(course, NAME)
        kinds: Counter[str] = Counter()
        for k in range(number):
            kind, content = generated(k)
            kinds[kind] += 1
            place = course.inbox / f"s{k:04}" / NAME
            place.mkdir(parents=True)
            (place / f"{NAME}.ipynb").write_bytes(content)
        done, over, samples = [0], threading.Event(), []

        def watch() -> None:
            while not over.wait(0.5):
                samples.append((done[0], resident(os.getpid())))

        def step(student: str, at: int, total: int) -> None:
            done[0] = at

        writing, write = [0.0, 0.0], Writer.write  # seconds, and of a processor

        def timed(self: Writer, *what: str) -> str:
            start = time.perf_counter(), time.thread_time()
            try:
                return write(self, *what)
            finally:
                writing[0] += time.perf_counter() - start[0]
                writing[1] += time.thread_time() - start[1]

        Writer.write = timed
        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        began = time.perf_counter()
        outcomes = grade(course, NAME, trusted=True, scheduler=scheduler, progress=step, tell=print)
        seconds = time.perf_counter() - began
        over.set()
        watcher.join()
    quarters = [
        [held for at, held in samples if at > 0 and low * number / 4 <= at < (low + 1) * number / 4]
        for low in (0, 3)
    ]
    first, last = (statistics.median(held) / 2**20 if held else float("nan") for held in quarters)
    print(
        (
            f"{number} submissions of {len(kinds)} kinds in {seconds:.0f} s: "
            f"{number / seconds:.2f} a second"
        ),
        end="",
    )
    print(
        ""
        if scheduler
        else f", {number / seconds / cores():.2f} a second and core ({cores()} cores)"
    )
    print(
        f"memory of all processes: {first:.0f} MB in the first quarter, "
        f"{last:.0f} MB in the last; most {max(h for _, h in samples) / 2**20:.0f}"
    )
    print(
        f"writing into the gradebook: {writing[0] / number:.2f} s a submission, "
        f"{writing[0] / seconds:.0%} of the time; of a processor {writing[1] / number:.2f} s"
    )
    missing = [outcome.student for outcome in outcomes if outcome.automatic is None]
    print(
        f"without a score: {len(missing)}; "
        f"scores: {sorted(Counter(o.automatic for o in outcomes).items(), key=str)}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40, sys.argv[2] if len(sys.argv) > 2 else None)
