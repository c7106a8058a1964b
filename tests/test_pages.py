"""Test the pages for maintainers: they parse, their links lead somewhere, their commands exist."""

import importlib
import re
import subprocess
import tomllib
from collections.abc import Collection
from pathlib import Path

import pytest
import typer
import yaml

import autograder.cli
import lazyrich.app.cli
from lazyrich.experiments import EXPERIMENTS

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
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


EVERY_PAGE = [name for name in tracked() if name.endswith(".md")]
NOW = [name for name in EVERY_PAGE if name != "CHANGELOG.md"]  # it also names what is gone


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def parsed(name: str):
    return yaml.safe_load(text(name))


def test_only_the_agreed_names_stand_at_the_top():
    others = {name.partition("/")[0] for name in tracked()} - AT_THE_TOP
    assert not others, (
        f"At the top of the repository: {', '.join(sorted(others))}. Move it into a folder that is "
        "there, or add it to AT_THE_TOP here and to ARCHITECTURE.md."
    )


def test_the_maintainers_pages_are_there():
    assert set(MAINTAINERS) <= set(tracked())


@pytest.mark.parametrize("name", [name for name in tracked() if name.endswith((".yml", ".yaml"))])
def test_yaml_parses(name):
    assert list(yaml.safe_load_all(text(name)))


def anchors(page: str) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", page, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def place(name: str, word: str) -> str:
    """Where a page says a word first, as an editor opens it: README.md:17."""
    return f"{name}:{text(name)[: text(name).index(word)].count(chr(10)) + 1} {word}"


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_links_and_pictures_lead_somewhere(name):
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", text(name))
    dead = []
    for link in map("".join, links):
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        if not link.startswith(("https://", "mailto:")) and (
            not target.exists()
            or (anchor and anchor not in anchors(target.read_text(encoding="utf-8")))
        ):
            dead.append(place(name, link))
    assert not dead, f"Links to files or headings that are not there: {'; '.join(dead)}."


@pytest.mark.parametrize("name", NOW)
def test_files_and_folders_that_a_page_names_exist(name):
    """NAME and NN stand for a name that the reader chooses."""
    first = [r"lib", r"tests", r"\.github", r"\.ci"]
    first += ["autograder", "solutions", "course"] if name in MAINTAINERS else []
    named = re.findall(rf"`((?:{'|'.join(first)})/[^\s`]*)`", text(name))
    named += re.findall(r"(?:python|pytest) ((?:lib|tests)/[^\s`:]+)", text(name))
    patterns = {each: re.sub(r"NAME|NN", "*", each) for each in named}
    gone = [place(name, each) for each, found in patterns.items() if not list(ROOT.glob(found))]
    assert not gone, f"Files that are not there: {'; '.join(gone)}."
    assert named or name not in ("ARCHITECTURE.md", "CONTRIBUTING.md")


def test_what_the_map_of_numbers_and_rules_names_is_defined_there():
    table = text("ARCHITECTURE.md").partition("## Where a number or a rule is")[2].split("\n## ")[0]
    defined, missing = 0, []
    for row in table.splitlines():
        where = ""
        for name in re.findall(r"`([^`]+)`", row.rstrip(" |").rpartition(" | ")[2]):
            if "/" in name:
                where = name
                continue
            defined += 1
            wanted = re.compile(rf"^(?:def|class) {name}\b|^[\w, ]*\b{name}\b[^=\n]* = ", re.M)
            code = text(where.replace("NAME", "phase_diagram"))
            missing += [] if wanted.search(code) else [f"{where}: {name}"]
    assert defined > 20
    assert not missing, f"named in ARCHITECTURE.md, and not defined there: {'; '.join(missing)}"


def code_of(name: str) -> list[tuple[str, str]]:
    """The code of a page without its comments: its blocks and its spans, one of the two empty."""
    found = re.findall(r"^ *```\w*\n(.*?)^ *```|`([^`]+)`", text(name), re.S | re.M)
    return [(re.sub(r"(?m)(^|\s)#.*", "", block), span.replace("\n", " ")) for block, span in found]


@pytest.mark.parametrize("name", NOW)
def test_commands_of_the_pages_are_targets_of_the_makefile(name):
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.M))
    code = "\n".join(block or span for block, span in code_of(name))
    gone = set(re.findall(r"\bmake ([a-z-]+)", code)) - targets
    assert not gone, f"No target of the Makefile: {[place(name, f'make {each}') for each in gone]}."


PROGRAMS = {
    program: typer.main.get_command(app).commands
    for program, app in (("autograder", autograder.cli.app), ("lazyrich", lazyrich.app.cli.app))
}
USED = re.compile(r"(?:^|[\s/\\])(autograder|lazyrich) ([a-z-]+)\b([^&|;#\n]*)", re.M)


def options(program: str, command: str) -> set[str]:
    parameters = PROGRAMS[program][command].params
    return {each for one in parameters for each in (*one.opts, *one.secondary_opts)}


@pytest.mark.parametrize("name", NOW)
def test_commands_exist_with_the_options_that_a_page_names(name):
    """Options that stand alone belong to some command."""
    wrong = []
    for block, span in code_of(name):
        for program, command, rest in USED.findall(re.sub(r"\\\n", " ", block) or span):
            said = f"{program} {command}"
            if command == "import":
                continue
            if command not in PROGRAMS[program]:
                wrong.append(place(name, said))
                continue
            given = set(re.findall(r"(?<!\S)--[a-z-]+", rest)) - {"--help"}
            unknown = given - options(program, command)
            wrong += [f"{place(name, said)} with {each}" for each in unknown]
            experiment = rest.split()[0] if command == "run" and rest.split() else ""
            if re.fullmatch(r"[a-z-]+", experiment) and not experiment.startswith("-"):
                known = experiment in EXPERIMENTS
                wrong += [] if known else [f"{place(name, said)} {experiment}"]
    if name.startswith("autograder/"):
        known = set().union(*(options("autograder", each) for each in PROGRAMS["autograder"]))
        alone = {span.split()[0] for _, span in code_of(name) if span.startswith("--")}
        wrong += [place(name, f"`{each}") for each in alone - known]
    assert not wrong, f"Commands, options or experiments that are not there: {'; '.join(wrong)}."


def test_the_calendar_names_every_command_of_the_grader():
    named = set(re.findall(r"\bautograder ([a-z]+)\b", text("autograder/README.md")))
    assert set(PROGRAMS["autograder"]) <= named


def test_the_workflow_runs_the_two_lanes_as_a_contributor_does():
    assert re.findall(r"^make ([a-z-]+)", text(".ci/run"), re.M) == ["test", "test-rest"]
    workflow = parsed(".github/workflows/tests.yml")
    assert set(workflow[True]) == {"push", "pull_request"}  # YAML reads `on` as true
    (job,) = workflow["jobs"].values()
    skipped = [part for part in (job, *job["steps"]) if {"if", "continue-on-error"} & set(part)]
    assert not skipped, f"A failure must stop the workflow: {skipped}"
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


# Folders of a machine on which somebody worked, notes that belong to no reader, and addresses from
# which packages came to that machine.
PRIVATE = re.compile(
    r"/(?:work|home|root|Users)/(?!w/)[\w.-]+/|\bshared/|\bissues? #?\d+\b"
    r"|index-url|https?://(?!127\.0\.0\.1)\d+\.\d+\.\d+\.\d+",
    re.I,
)


# As in American spelling, which the code has; names of Python and of HTML are as they are.
BRITISH = re.compile(
    r"(?:[ck]olour|(?:behavi|fav|neighb)our|centre(?!d)|grey|analyse|judgement|(?:label|model|travel)l"
    r"(?:ed(?!by)|ing)|(?:general|initial|linear|minim|maxim|normal|optim|organ|parametr|recogn|regular"
    r"|serial|standard|summar|vector|visual)is(?:ed?|es|ing|ations?)\b)",
    re.I,
)


def test_no_file_names_a_machine():
    found = lines_with(PRIVATE, tracked())
    assert not found, f"Say this without the machine it is from: {'; '.join(found)}."


def test_spelling_is_american():
    found = lines_with(BRITISH, set(tracked()) - {"CHANGELOG.md"})  # it also names what is gone
    assert not found, f"Write color, center, normalize, behavior and so on: {'; '.join(found)}."


def lines_with(pattern: re.Pattern, names: Collection[str]) -> list[str]:
    """Where files have a pattern, but for this one, which defines it."""
    found = []
    for name in set(names) - {"tests/test_pages.py"}:
        content = (ROOT / name).read_text(encoding="utf-8", errors="ignore")
        for match in pattern.finditer(content) if "\0" not in content else ():
            found.append(f"{name}:{content[: match.start()].count(chr(10)) + 1} {match[0]}")
    return found
