"""Test the pages for maintainers: they parse, their links lead somewhere, their commands exist."""

import importlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer
import yaml

import autograder.cli

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PAGES = sorted(path.name for path in ROOT.glob("*.md"))
MAINTAINERS = ("ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "CITATION.cff")
AT_THE_TOP = {
    ".ci",
    ".github",
    ".gitignore",
    ".pre-commit-config.yaml",
    "LICENSE",
    "Makefile",
    "README.md",
    "autograder",
    "constraints.txt",
    "course",
    "environment.yml",
    "lib",
    "pyproject.toml",
    "solutions",
    "tests",
    *MAINTAINERS,
}


def tracked() -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def parsed(name: str):
    return yaml.safe_load(text(name))


def test_only_the_agreed_names_stand_at_the_top():
    assert {name.partition("/")[0] for name in tracked()} <= AT_THE_TOP


def test_the_maintainers_pages_are_there():
    assert set(MAINTAINERS) <= set(tracked())


@pytest.mark.parametrize("name", [name for name in tracked() if name.endswith((".yml", ".yaml"))])
def test_yaml_parses(name):
    assert list(yaml.safe_load_all(text(name)))


def anchors(page: str) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", page, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "name",
    [
        *PAGES,
        "lib/README.md",
        "autograder/README.md",
        "autograder/cluster/README.md",
        "autograder/hub/README.md",
    ],
)
def test_links_and_pictures_lead_somewhere(name):
    for link in re.findall(r"\]\(([^)\s]+)\)", text(name)):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_files_and_folders_that_a_page_names_exist(name):
    """NAME and NN stand for a name that the reader chooses."""
    first = "|".join(("lib", "autograder", "tests", "solutions", "course", r"\.github", r"\.ci"))
    named = re.findall(rf"`((?:{first})/[^\s`]*)`", text(name))
    assert named
    known = [path for path in named if not re.search(r"NAME|NN", path)]
    assert [path for path in known if not (ROOT / path).exists()] == []
    for path in set(named) - set(known):
        pattern = path.replace("NAME", "*").replace("NN", "*")
        assert list(ROOT.glob(pattern)), path


def test_commands_of_the_pages_are_targets_of_the_makefile():
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.M))
    for name in (*PAGES, ".github/PULL_REQUEST_TEMPLATE.md"):
        code = " ".join(re.findall(r"`[^`]+`|```.*?```", text(name), re.S))
        assert set(re.findall(r"\bmake ([a-z-]+)", code)) <= targets, name


GRADING = (
    "autograder/README.md",
    "autograder/TEACHING.md",
    "autograder/cluster/README.md",
    "autograder/hub/README.md",
    "README.md",
    "lib/nbjudge/README.md",
)


@pytest.mark.parametrize("name", GRADING)
def test_commands_of_the_grader_exist_with_the_options_that_a_page_names(name):
    """Options that stand alone belong to some command."""
    commands = typer.main.get_command(autograder.cli.app).commands
    options = {each: set() for each in commands}
    for each, command in commands.items():
        for parameter in command.params:
            options[each].update(parameter.opts + parameter.secondary_opts)
    code = re.findall(r"^```\w*\n(.*?)^```|`([^`]+)`", text(name), re.S | re.M)
    lines = " \n".join(block or span.replace("\n", " ") for block, span in code)
    named = re.findall(r"^\W*autograder ([a-z]+)\b(.*)$", lines, re.M)
    assert named
    assert [words for words in named if words[0] not in options] == []
    for command, rest in named:
        assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= options[command], (command, rest)
    if name.startswith("autograder/"):
        alone = {span.split()[0] for _, span in code if span.startswith("--")}
        assert alone <= set().union(*options.values())


def test_the_calendar_names_every_command_of_the_grader():
    commands = typer.main.get_command(autograder.cli.app).commands
    named = set(re.findall(r"\bautograder ([a-z]+)\b", text("autograder/README.md")))
    assert set(commands) <= named


def test_tests_that_contributing_names_exist():
    paths = re.findall(r"python -m pytest ([^\s`]+)", text("CONTRIBUTING.md"))
    assert len(paths) > 5
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_workflow_runs_the_two_lanes_as_a_contributor_does():
    workflow = parsed(".github/workflows/tests.yml")
    assert set(workflow[True]) == {"push", "pull_request"}  # YAML reads `on` as true
    (job,) = workflow["jobs"].values()
    commands = [step["run"] for step in job["steps"] if step.get("run", "").startswith("make")]
    assert commands == ["make test", "make test-rest"]
    targets = re.findall(r"^([a-z-]+):", text("Makefile"), re.M)
    assert all(command.removeprefix("make ") in targets for command in commands)
    (python,) = [
        step["with"]["python-version"] for step in job["steps"] if "python" in step.get("uses", "")
    ]
    assert PROJECT["requires-python"] == f">={python}"


def test_the_site_is_built_as_a_contributor_builds_it_and_published():
    workflow = parsed(".github/workflows/site.yml")
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == ["make site"]
    (path,) = [step["with"]["path"] for step in job["steps"] if "path" in step.get("with", {})]
    assert f"into {path}/" in text("Makefile")
    assert workflow["permissions"]["pages"] == "write"


def forms() -> list[str]:
    folder = ROOT / ".github" / "ISSUE_TEMPLATE"
    return sorted(path.name for path in folder.glob("*.yml") if path.name != "config.yml")


def test_there_is_a_form_for_each_kind_of_issue():
    assert forms() == ["bug.yml", "claim.yml", "mark.yml"]


@pytest.mark.parametrize("name", forms())
def test_a_form_is_one_that_github_shows(name):
    form = parsed(f".github/ISSUE_TEMPLATE/{name}")
    assert {"name", "description", "body"} <= set(form)
    kinds = {"markdown", "input", "textarea", "dropdown", "checkboxes"}
    asked = [part for part in form["body"] if part["type"] != "markdown"]
    assert {part["type"] for part in form["body"]} <= kinds
    assert len({part["id"] for part in asked}) == len(asked) > 0
    assert all(part["attributes"]["label"] for part in asked)
    assert any(part.get("validations", {}).get("required") for part in asked)


def test_hooks_use_the_locked_version_of_ruff():
    (pin,) = re.findall(r"^ruff==(\S+)$", text("constraints.txt"), re.M)
    repositories = parsed(".pre-commit-config.yaml")["repos"]
    (ruff,) = [r for r in repositories if r["repo"].endswith("ruff-pre-commit")]
    assert ruff["rev"] == f"v{pin}"
    hooks = {hook["id"]: hook for r in repositories for hook in r["hooks"]}
    assert {"ruff-check", "ruff-format", "check-added-large-files"} <= set(hooks)
    test_file = re.search(r"tests/\S+", hooks["notebooks-without-outputs"]["entry"]).group()
    words = hooks["notebooks-without-outputs"]["entry"].split(" -k ")[1]
    assert re.search(rf"^def test_\w*{words}", text(test_file), re.M)


def test_the_citation_names_this_version_and_the_papers_authors():
    citation = parsed("CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    (paper,) = citation["references"]
    bibtex = text("README.md").split("```bibtex")[1]
    assert paper["title"] in bibtex
    assert str(paper["year"]) in bibtex
    assert paper["identifiers"][0]["value"] in bibtex
    plain = re.sub(r"\{\\'(.)\}", r"\1", bibtex).translate(str.maketrans("óé", "oe"))
    names = [f"{a['family-names']}, {a['given-names']}" for a in paper["authors"]]
    names = [name.translate(str.maketrans("óé", "oe")) for name in names]
    assert " and ".join(names) in plain


def test_the_changelog_has_this_version_and_what_is_unreleased():
    page = text("CHANGELOG.md")
    versions = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", page, re.M)
    assert versions[0] == ("Unreleased", "")
    assert all(date for _, date in versions[1:])
    assert PROJECT["version"] in dict(versions)
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.*)$", page, re.M)) <= kinds


def test_new_imports_of_the_changelog_work_and_old_ones_do_not():
    rows = re.findall(r"^\| (`.+`) \| `(.+)` \|$", text("CHANGELOG.md"), re.M)
    assert len(rows) > 15
    for old, new in rows:
        assert resolves(new), new
        assert not [name for name in re.findall(r"`(.+?)`", old) if resolves(name)], old


def resolves(name: str) -> bool:
    """Whether a dotted name is a module, or a name in one."""
    try:
        importlib.import_module(name)
        return True
    except ImportError:
        module, _, attribute = name.rpartition(".")
        try:
            return hasattr(importlib.import_module(module), attribute)
        except ImportError:
            return False


# Folders of a machine on which somebody worked, and notes that belong to no reader.
PRIVATE = re.compile(r"/(?:work|home|root|Users)/[\w.-]+/|\bshared/|issues? #?\d+\b", re.I)


@pytest.mark.parametrize(
    "name",
    [name for name in tracked() if name.endswith((".md", ".cff", ".yml", ".yaml", ".toml"))],
)
def test_no_page_names_a_machine(name):
    assert PRIVATE.findall(text(name)) == []
