"""A course on JupyterHub, rehearsed: from the release over nbgrader's exchange to the feedback.

The hub, its proxy, the servers and nbgrader are the real ones, with the configuration that
autograder/hub ships. What its README tells an admin and an instructor to type is typed here.
"""

import configparser
import csv
import importlib.util
import json
import re
import subprocess
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import labs
import pytest
import yaml
from hubs import PROXY, SHIPPED, Hub, Student, modes, running_hub, with_mark
from small import NAME, small_course
from traitlets.config.loader import PyFileConfigLoader

from autograder.courses import Course

README = (SHIPPED / "README.md").read_text(encoding="utf-8")
WRONG = "def double(x):\n    return x"
DENIED = """
import os
try:
    {}
except PermissionError:
    print("denied")
"""


def why_not() -> str:
    """What the rehearsal needs and this machine has not."""
    if importlib.util.find_spec("jupyterhub") is None:
        return "JupyterHub is not installed: `pip install -c constraints.txt -e '.[hub]'`"
    if not PROXY.exists():
        return "the hub's proxy is not installed: `make .proxy` does it where node and npm are"
    return ""


def work(student: Student, double: str) -> None:
    """Answer both exercises in the notebook that was fetched, and save it."""
    path = f"api/contents/{NAME}/{NAME}.ipynb"
    book = student.ask(path).json()["content"]
    labs.cell(book, "ex1-answer")["source"] = double
    labs.cell(book, "ex2-answer")["source"] = labs.GOOD_NORM
    student.ask(path, "PUT", json={"type": "notebook", "content": book}).raise_for_status()


def pages(student: Student) -> list[str]:
    """The feedback pages that a student has, as text."""
    found = sorted((student.home / NAME).glob("feedback/*/*.html"))
    return [" ".join(re.sub(r"<[^>]*>", " ", page.read_text()).split()) for page in found]


def hand_out(hub: Hub, course: Course) -> None:
    """Release, as the instructor does, an assignment that was due 36 hours ago, except for ada."""
    due = datetime.now(UTC) - timedelta(hours=36)
    course.deadlines.write_text(
        f'timezone = "UTC"\npenalty = "10% per day"\n[{NAME}]\n'
        f'due = "{due:%Y-%m-%d %H:%M}"\nextensions = {{ ada = "3 days" }}\n'
    )
    hub.type(f"autograder release {NAME}", course.runtime)
    hub.type(f"nbgrader release_assignment {NAME}", course.runtime)
    subprocess.run(["chmod", "+t", hub.inbound], check=True)
    assert modes(hub) == {"exchange": "1777", "inbound": "3733", "outbound": "755"}


def hand_in(ada: Student, bob: Student, cleo: Student) -> None:
    """Fetch and submit by the buttons of the list of assignments: ada twice, cleo never."""
    for student in (ada, bob, cleo):
        (listed,) = student.press("fetch", NAME)
        assert listed["status"] == "fetched"
    work(ada, WRONG)
    ada.press("submit", NAME)
    for student in (ada, bob):
        work(student, labs.GOOD_DOUBLE)
        student.press("submit", NAME)


def attack(hub: Hub) -> None:
    """Try what the operating system must forbid a student, and what it cannot forbid."""
    ada, _, cleo = hub.students
    secret = next((ada.home / ".local/share/jupyter/nbgrader_cache").rglob("*secret.txt"))
    assert cleo.run(DENIED.format(f"open({str(secret)!r})")) == "denied"
    assert cleo.run(DENIED.format(f"os.listdir({str(hub.inbound)!r})")) == "denied"
    first, *_ = sorted(map(str, hub.inbound.iterdir()))
    assert cleo.run(DENIED.format(f"os.rename({first!r}, {f'{first}x'!r})")) == "denied"
    course = str(hub.inbound.parent)
    assert cleo.run(DENIED.format(f"os.rename({course!r}, {f'{course}x'!r})")) == "denied"
    forged = f"{hub.inbound}/ada+{NAME}+2020-01-01 00:00:00.000000 UTC+forged"
    cleo.run(f"import os; os.mkdir({forged!r}); open({f'{forged}/x.ipynb'!r}, 'w').close()")


@pytest.mark.isolation
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_from_the_release_to_the_feedback(tmp_path):
    course = small_course(tmp_path / "course")
    with running_hub("ada", "bob", "cleo") as hub:
        assert len(with_mark(hub.mark)) >= 5  # the hub, its proxy, three servers
        ada, bob, cleo = hub.students
        hand_out(hub, course)
        hand_in(ada, bob, cleo)
        if hub.accounts:
            attack(hub)

        # cleo's submission in ada's name is told by each command, until somebody decides
        code = int(hub.accounts)
        said = hub.type(f"autograder collect {hub.exchange} {NAME}", course.runtime, code)
        assert f"{NAME}, nbgrader:" in said
        assert ("its name says ada, but the account cleo wrote it" in said) is hub.accounts
        assert len(list((course.collected / "ada" / NAME).iterdir())) == 2
        assert "Isolation: walls" in hub.type(f"autograder grade {NAME}", course.runtime, code)
        hub.type(f"autograder export --csv {tmp_path}/marks.csv", course.runtime)
        marks = {row["student"]: row for row in csv.DictReader((tmp_path / "marks.csv").open())}
        assert {who: float(row["total"]) for who, row in marks.items()} == {"ada": 80, "bob": 64}

        hub.type(f"autograder feedback {NAME}", course.runtime)
        hub.type(f"nbgrader release_feedback {NAME}", course.runtime)
        assert modes(hub)["feedback"] == "711"
        if hub.accounts:
            listing = f"os.listdir({str(hub.inbound.with_name('feedback'))!r})"
            assert cleo.run(DENIED.format(listing)) == "denied"
        for student in hub.students:
            student.press("fetch_feedback", NAME)
        (adas,), (bobs,) = pages(ada), pages(bob)  # one of ada's two submissions was graded
        assert "80 of 100" in adas
        assert "64 of 100" in bobs
        assert pages(cleo) == []
    assert with_mark(hub.mark) == []
    assert not hub.exchange.exists()


def test_the_unit_of_systemd_starts_what_the_page_installs():
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str
    unit.read_string((SHIPPED / "jupyterhub.service").read_text())
    program, option, config = unit["Service"]["ExecStart"].split()
    assert (Path(program).name, option) == ("jupyterhub", "--config")
    folder = str(Path(program).parents[2])
    assert f"cd {folder}\n" in README
    assert f"{Path(config).parent}/" in README
    assert unit["Service"]["WorkingDirectory"] in README
    assert unit["Service"]["Environment"].startswith(f"PATH={Path(program).parent}:")


def test_the_settings_are_ones_that_jupyterhub_knows():
    from jupyterhub import app, auth, proxy, spawner

    classes = {"JupyterHub": app.JupyterHub, "PAMAuthenticator": auth.PAMAuthenticator,
               "Spawner": spawner.Spawner,
               "ConfigurableHTTPProxy": proxy.ConfigurableHTTPProxy}  # fmt: skip
    config = PyFileConfigLoader("jupyterhub_config.py", str(SHIPPED)).load_config()
    assert set(config) == set(classes)
    for name, settings in config.items():
        assert set(settings) <= set(classes[name].class_trait_names(config=True)), name


def test_the_students_list_of_assignments_stays_and_the_instructors_buttons_go():
    servers = SHIPPED / "servers"
    on = json.loads((servers / "jupyter_server_config.json").read_text())["ServerApp"]
    assert [n for n, here in on["jpserver_extensions"].items() if here] == [
        "nbgrader.server_extensions.assignment_list"
    ]
    page = json.loads((servers / "labconfig" / "page_config.json").read_text())
    assert "@jupyter/nbgrader:assignment-list" not in page["disabledExtensions"]
    assert "@jupyter/nbgrader:formgrader" in page["disabledExtensions"]


def test_the_values_for_kubernetes_agree_with_each_other_and_say_that_nobody_tried_them():
    text = (SHIPPED / "values.yaml").read_text()
    assert "not tried on a cluster" in " ".join(text.replace("#", " ").split()).lower()
    hub, ngshare = yaml.safe_load_all(text)
    token = ngshare["ngshare"]["hub_api_token"]
    (service,) = hub["hub"]["extraConfig"].values()
    found: list = []
    exec(service, {"c": _Services(found)})
    assert [(each["name"], each["api_token"]) for each in found] == [("ngshare", token)]
    (settings,) = hub["singleuser"]["extraFiles"].values()
    assert settings["mountPath"] == "/etc/jupyter/nbgrader_config.py"
    compile(settings["stringData"], "nbgrader_config.py", "exec")
    assert found[0]["url"] in settings["stringData"]
    assert "lazy-to-rich" in settings["stringData"]


class _Services:
    """The part of JupyterHub's configuration that a service needs."""

    def __init__(self, found: list) -> None:
        self.JupyterHub, self.services = self, found


def test_the_hub_is_nothing_that_a_student_or_a_grader_installs():
    project = tomllib.loads((SHIPPED.parents[1] / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    assert any("jupyterhub" in line for line in extras["hub"])
    for name in ("lab", "grader"):
        assert not any("hub" in line for line in extras[name])
