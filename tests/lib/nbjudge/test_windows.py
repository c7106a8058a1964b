"""Run `lazyrich check` without what Windows lacks: no fcntl, no inheriting of open files.

This removes what our code must not use there. It was not tested on Windows itself.
"""

import json
import subprocess
import sys
from pathlib import Path

import labs
import pytest
from commands import printed

import autograder.cli
from lazyrich.app import lab
from nbjudge import local_check

HERE = Path(__file__).parent
CHECK = """
import json, sys
import windows
windows.become_windows()
import patience
from nbjudge import local_check
with patience.hurried(*json.loads(sys.argv[2])):
    report = local_check.check("01_small", sys.argv[1])
print(json.dumps([[c.name, c.status.name, c.score, c.message] for c in report.checks]))
"""
LOOP = "def double(x):\n    while True:\n        pass"
LOUD = f"import os\nos.write(1, b'loud ' * 40000)\n{labs.GOOD_DOUBLE}"


def checked_there(root: Path, *hurried: str) -> list[list]:
    """Return the results of the visible checks in a Python with only what Windows has."""
    path = [str(HERE), str(HERE.parents[1]), *sys.path]
    code = f"import sys; sys.path[:] = {path!r}\n{CHECK}"
    command = [sys.executable, "-c", code, str(root), json.dumps(hurried)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


def in_work(root: Path, double: str) -> Path:
    """A course with one notebook, in which `norm` is right for (3, 4) alone."""
    for folder, book in (
        ("course", labs.release()),
        ("work", labs.submission(double, "def norm(v):\n    return 5.0")),
    ):
        (root / folder / "01_small").mkdir(parents=True)
        (root / folder / "01_small" / "01_small.ipynb").write_text(json.dumps(book))
    return root


def test_a_check_gives_the_same_results(tmp_path):
    root = in_work(tmp_path, LOUD)
    here = local_check.check("01_small", root)
    expected = [[c.name, c.status.name, c.score, c.message] for c in here.checks]
    assert {status for _, status, *_ in expected} >= {"PASSED", "FAILED"}
    assert checked_there(root) == expected


def test_an_endless_loop_ends_and_costs_its_exercise_only(tmp_path):
    results = checked_there(in_work(tmp_path, LOOP), "double")
    (loop, *_), *rest = [(status, score) for _, status, score, _ in results]
    assert loop == "TIMEOUT"
    assert "PASSED" in {status for status, _ in rest}


def test_the_imitation_takes_away_what_is_said():
    code = f"import sys; sys.path.insert(0, {str(HERE)!r})\nimport windows\n"
    code += "windows.become_windows()\n"
    for line, words in (
        ("exec('import fcntl', {'__name__': 'nbjudge.x'})", "No module named 'fcntl'"),
        ("import subprocess; subprocess.Popen(['true'], pass_fds=[1])", "pass_fds not supported"),
        ("import os, select; select.select([os.pipe()[0]], [], [])", "not a socket"),
    ):
        ran = subprocess.run([sys.executable, "-c", code + line], capture_output=True, text=True)
        assert words in ran.stderr


@pytest.mark.parametrize("words", ["grade 01_invariant", "lab", "release"])
def test_the_grader_says_in_a_line_that_windows_is_no_place_for_it(words, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    result = printed(autograder.cli.app, words.split(), code=1)
    assert "WSL" in result
    assert "Traceback" not in result


def test_jupyterlab_is_waited_for_where_a_process_cannot_become_another(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert lab.serve([sys.executable, "-c", "raise SystemExit(7)"]) == 7
