"""Take a simulated class through a term: `make term`, or `python tests/term.py 300 --seed 1`.

It prints wrong marks and lists (there should be none), how well copies and attacks were found,
seconds and memory.
"""

import argparse
import resource
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent
# The root comes first, or `autograder` would be the folder of its tests.
sys.path[:0] = map(str, (TESTS.parent, TESTS / "autograder", TESTS / "lib" / "nbjudge"))


def main() -> int:
    """Print what was found; 1 if a mark was wrong."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("number", type=int, nargs="?", default=300)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--isolation", default="walls")
    given = options.parse_args()
    from simulated import draw, run_term

    group = draw(given.number, given.seed)
    with tempfile.TemporaryDirectory() as folder:
        outcome = run_term(Path(folder), group, given.isolation)
    for line in outcome.wrong:
        print("WRONG", line)
    copied, alike, right = outcome.pairs
    attacked, ended, meant = outcome.attacks
    rows = [
        ("students", given.number), ("wrong marks and lists", len(outcome.wrong)),
        ("pairs that copied", copied), ("pairs reported", alike),
        ("recall of copies", round(right / max(copied, 1), 3)),
        ("precision of copies", round(right / max(alike, 1), 3)),
        ("hand-ins that kill or never end", attacked), ("hand-ins reported so", ended),
        ("recall of attacks", round(meant / max(attacked, 1), 3)),
        ("precision of attacks", round(meant / max(ended, 1), 3)),
        *((f"{name}, seconds", round(s, 1)) for name, s in outcome.seconds.items() if s > 1),
        ("memory, MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024),
        ("memory of a child, MB", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024),
    ]  # fmt: skip
    print("| what | number |\n|---|---|", *(f"| {a} | {b} |" for a, b in rows), sep="\n")
    return int(bool(outcome.wrong))


if __name__ == "__main__":
    sys.exit(main())
