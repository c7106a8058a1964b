"""What a student receives, as one file: notebooks, library, desk judge, and what `make lab` needs."""

import json
import re
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.course import Course

__all__ = ["bundle"]

STUDENT_README = Path(__file__).with_name("pages") / "student-readme.md"
WHEN = (2020, 1, 1, 0, 0, 0)  # the same notebooks make the same file, byte for byte
AS_THEY_ARE = ("constraints.txt", "LICENSE", ".gitignore")
LIBRARY = {".py", ".js", ".css", ".json", ".nc", ".npz", ".csv", ".md", ".j2"}
OURS = re.compile(r"^(?:test|test-all|bench|release|grade|formgrade|\.dev|\.tools):|^# Chromium drives", re.M)


def bundle(course: Course, path: Path) -> list[str]:
    """Write the zip; returns the names in it. No solutions, hidden tests, grader or tests: they are never read.

    Raises:
        FileNotFoundError: if course/ holds no notebook, or the folder lacks what an installation needs.
    """
    files = dict(sorted(_files(course)))
    if not any(name.endswith(".ipynb") for name in files):
        raise FileNotFoundError(f"there are no notebooks in {course.released}: run `autograder release` first")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"lazy-to-rich/{name}", WHEN)
            entry.external_attr, entry.create_system = 0o644 << 16, 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    new.replace(path)
    return list(files)


def _files(course: Course) -> Iterator[tuple[str, bytes]]:
    root = course.root
    for folder, kinds in ((course.released, None), (root / "lib" / "lazyrich", LIBRARY)):
        for file in folder.rglob("*"):
            name = file.relative_to(root)
            hidden = any(part.startswith(".") or part == "__pycache__" for part in name.parts)
            if file.is_file() and not file.is_symlink() and not hidden and (kinds is None or file.suffix in kinds):
                yield name.as_posix(), file.read_bytes()
    for name in AS_THEY_ARE:
        yield name, (root / name).read_bytes()
    yield "pyproject.toml", _pyproject(root / "pyproject.toml").encode()
    yield "environment.yml", (root / "environment.yml").read_text().replace(".[grader]", ".[lab]").encode()
    yield "Makefile", _makefile((root / "Makefile").read_text()).encode()
    yield "README.md", STUDENT_README.read_bytes()


def _pyproject(path: Path) -> str:
    """The project's own, with the library, its command and the packages of `lab` only."""
    whole = tomllib.loads(path.read_text(encoding="utf-8"))
    project, tools = whole["project"], whole["tool"]["setuptools"]
    project["description"] = project["description"].replace("library and autograder", "library")
    kept = {key: project[key] for key in ("name", "version", "description", "readme", "requires-python", "license")}
    return "\n".join(
        [
            *_table("build-system", whole["build-system"]),
            *_table("project", kept | {"dependencies": project["dependencies"]}),
            *_table("project.optional-dependencies", {"lab": project["optional-dependencies"]["lab"]}),
            *_table("project.scripts", {"lazyrich": project["scripts"]["lazyrich"]}),
            *_table("tool.setuptools.package-dir", {"lazyrich": tools["package-dir"]["lazyrich"]}),
            *_table("tool.setuptools.packages.find", {"where": ["lib"], "include": ["lazyrich*"]}),
            *_table("tool.setuptools.package-data", {"lazyrich": tools["package-data"]["lazyrich"]}),
        ]
    )


def _table(name: str, values: dict[str, Any]) -> list[str]:
    """A table of strings and lists of strings (JSON's are TOML's)."""
    return [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items()), ""]


def _makefile(text: str) -> str:
    """The project's own without the instructor's targets."""
    blocks = [block for block in text.split("\n\n") if not OURS.search(block)]
    text = "\n\n".join(blocks)
    text = re.sub(
        r"^# Everything starts here.*?(?=\n\n)",
        "# `make lab` installs what is missing and opens the course.",
        text,
        flags=re.S,
    )
    text = text.replace(
        ".PHONY: help lab test test-all bench grade formgrade release doctor clean", ".PHONY: help lab doctor clean"
    )
    text = text.replace("work/ and the gradebook stay", "work/ stays")
    return text.replace(".PHONY: .lab .dev .tools", ".PHONY: .lab")
