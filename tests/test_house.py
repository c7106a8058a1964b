"""Test the rules of the building: rooms as drawn in ARCHITECTURE.md, arrows down, short modules.

`EXCEPTIONS` lists what does not keep the rules yet. It only shrinks: an entry that is no longer
needed fails its test until it is deleted.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOMES = {"autograder": ROOT, "lazyrich": ROOT / "lib", "nbjudge": ROOT / "lib"}
MODULE_LINES, FUNCTION_LINES = 300, 60

EXCEPTIONS: dict[str, set[str]] = {
    "an import that the arrows forbid": set(),
    "a circle of imports": set(),
    "a module that is too long": set(),
    "a function that is too long": set(),
}


def expect_only(rule: str, broken: set[str], what_to_do: str) -> None:
    allowed = EXCEPTIONS[rule]
    new = sorted(broken - allowed)
    assert not new, f"{rule}: {'; '.join(new)}. {what_to_do}"
    gone = sorted(allowed - broken)
    assert not gone, f"Delete from EXCEPTIONS in tests/test_house.py ({rule}): {'; '.join(gone)}."


@cache
def modules() -> dict[str, Path]:
    """The modules of the three packages by their dotted names, without the example submissions."""
    by_name = {}
    for package, home in HOMES.items():
        for path in sorted((home / package).rglob("*.py")):
            name = ".".join(path.relative_to(home).with_suffix("").parts)
            by_name[name.removesuffix(".__init__")] = path
    return by_name


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(name: str) -> Iterator[str]:
    """What a module imports anywhere in its text, as far as possible the module that is meant."""
    path = modules()[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            source = ".".join([*above, node.module or ""] if node.level else [node.module])
            source = source.rstrip(".")
            for alias in node.names:
                full = f"{source}.{alias.name}"
                yield full if full in modules() else source


@cache
def floors() -> dict[str, list[list[str]]]:
    """Package -> its floors in ARCHITECTURE.md, the highest first, each a list of rooms."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    drawing = page.split("```")[1].splitlines()[1:]
    drawn: dict[str, list[list[str]]] = {}
    package = ""
    for line in drawing:
        cells = line.strip(" |").split("  ")
        if cells[0].rstrip("/") in HOMES:
            package = cells.pop(0).rstrip("/")
        rooms = [cell.strip() for cell in "".join(cells).split("·")]
        if package and all(re.fullmatch(r"\w+/?", room) for room in rooms):
            drawn.setdefault(package, []).append([room.rstrip("/") for room in rooms])
    return drawn


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def test_the_drawing_shows_all_three_packages():
    assert set(floors()) == set(HOMES)
    assert all(len(of_package) > 2 for of_package in floors().values()), floors()


@pytest.mark.parametrize("package", HOMES)
def test_every_room_is_drawn_once_and_every_drawn_room_exists(package):
    drawn = [room for floor in floors()[package] for room in floor]
    there = {room_of(name) for name in modules() if name.split(".")[0] == package} - {""}
    assert len(drawn) == len(set(drawn)), drawn
    assert set(drawn) - there == set(), "drawn in ARCHITECTURE.md, but not there"
    assert there - set(drawn) == set(), "not drawn in ARCHITECTURE.md"


def allowed(importer: str, imported: str) -> bool:
    """Whether the arrows let one module of the house import another, or another package."""
    package, target = importer.split(".")[0], imported.split(".")[0]
    if package == "nbjudge":
        if target in ("torch", "lazyrich", "autograder"):
            return False
    elif package == "lazyrich":
        if target == "autograder":
            return False
        if target == "nbjudge" and imported != "nbjudge.extras":
            may_import = {"app": "nbjudge.local_check", "exercises": "nbjudge.checks"}
            return imported == may_import.get(room_of(importer))
    if package != target or not room_of(importer) or not room_of(imported):
        return True
    level = {room: k for k, floor in enumerate(floors()[package]) for room in floor}
    return level[room_of(importer)] <= level[room_of(imported)]


def test_arrows_go_down_only():
    broken = {
        f"{name} -> {imported}"
        for name in modules()
        for imported in imports(name)
        if not allowed(name, imported)
    }
    expect_only(
        "an import that the arrows forbid",
        broken,
        "ARCHITECTURE.md says who may import whom: move the function down, or pass it as an "
        "argument.",
    )


def circles() -> set[str]:
    """The groups of modules that import each other, directly or through others."""
    reach = {name: {i for i in imports(name) if i in modules()} - {name} for name in modules()}
    for middle in reach:  # Warshall's transitive closure
        for name, targets in reach.items():
            if middle in targets:
                reach[name] = targets | reach[middle]
    return {
        ", ".join(sorted(other for other in reach if other in reach[name] and name in reach[other]))
        for name in reach
        if name in reach[name]
    }


def test_no_modules_import_each_other_in_a_circle():
    expect_only(
        "a circle of imports",
        circles(),
        "Move what both need into a third module below them.",
    )


LONG = re.compile(r"\blong(er)?\b", re.I)
REASON = re.compile(r"\b(module|function|file|lines|split|because|together|one (place|piece))\b")


def comments(text: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


def is_explained(node: ast.Module | ast.FunctionDef, text: str) -> bool:
    """Whether the docstring, or a comment above the first statement, says why it is long."""
    first = node.body[1:2] if ast.get_docstring(node) is not None else node.body[:1]
    begin = getattr(node, "lineno", 1) - 1
    end = first[0].lineno if first else begin
    words = [ast.get_docstring(node) or ""]
    words += [comment for line, comment in comments(text).items() if begin <= line < end]
    sentences = re.split(r"(?<=[.;])\s+", " ".join(words))
    return any(LONG.search(sentence) and REASON.search(sentence) for sentence in sentences)


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without those of its docstring."""
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        lines -= function.body[0].end_lineno - function.body[0].lineno + 1
    return lines


def test_modules_are_short_or_say_why_not():
    broken = set()
    for name, path in modules().items():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > MODULE_LINES and not is_explained(tree(path), text):
            broken.add(name)
    expect_only(
        "a module that is too long",
        broken,
        f"Split a module of more than {MODULE_LINES} lines, or say at its top: 'This module is "
        "long because ...'.",
    )


def test_functions_are_short_or_say_why_not():
    broken = set()
    for name, path in modules().items():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                text = path.read_text(encoding="utf-8") if length(node) > FUNCTION_LINES else ""
                if text and not is_explained(node, text):
                    broken.add(f"{name}.{node.name}")
    expect_only(
        "a function that is too long",
        broken,
        f"Split a function of more than {FUNCTION_LINES} lines (its docstring not counted), or say "
        "in its docstring or above its first statement: 'This function is long because ...'.",
    )


COUNTED = (
    *("answer", "cell", "character", "check", "file", "folder", "hand-in", "mark", "note"),
    *("notebook", "page", "picture", "point", "row", "student", "submission"),
)


# Here the number is never one.
ALWAYS_MANY = {
    "archive.py: files",
    "archive.py: more notebooks",
    "choose.py: notebooks",
    "ipython_shell.py: more characters",
    "markup.py: characters",
    "names.py: files",
    "parse.py: cells",
}


def miscounted(path: Path) -> list[str]:
    """Texts in which a number stands before a word with an s, so that one may say "1 students"."""
    found = []
    for node in ast.walk(tree(path)):
        parts = node.values if isinstance(node, ast.JoinedStr) else []
        for number, word in pairwise(parts):
            constant = isinstance(number, ast.FormattedValue) and (
                isinstance(number.value, ast.Name | ast.BinOp) and ast.unparse(number).isupper()
            )
            text = word.value if isinstance(word, ast.Constant) else ""
            if isinstance(number, ast.FormattedValue) and not constant:
                match = re.match(rf" (?:more |other )?(?:{'|'.join(COUNTED)})s\b", text)
                found += [f"{path.name}:{match[0]}"] if match else []
    return found


def test_a_number_of_things_is_written_by_one_function():
    """`nbjudge.wording.counted` knows that one of them has no s."""
    paths = [path for name, path in modules().items() if not name.startswith("lazyrich.")]
    found = {each for path in paths for each in miscounted(path)}
    assert found == ALWAYS_MANY


def overwritten(block: list[ast.stmt]) -> Iterator[str]:
    """The assignments of a block whose value a later one replaces before anything reads it."""
    for i, first in enumerate(block):
        if not isinstance(first, ast.Assign):
            continue
        left = {target.id for target in first.targets if isinstance(target, ast.Name)}
        for later in block[i + 1 :]:
            left -= {n.id for n in ast.walk(later) if isinstance(n, ast.Name) and is_read(n)}
            targets = later.targets if isinstance(later, ast.Assign) else []
            yield from (
                f"{name} in line {first.lineno}"
                for name in left & {t.id for t in targets if isinstance(t, ast.Name)}
            )


def is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


def test_no_value_is_replaced_before_it_is_read():
    """Words that were prepared for one check and then hidden by those for the next one."""
    lost = [
        f"{name}: {each}"
        for name, path in modules().items()
        for node in ast.walk(tree(path))
        for field in ("body", "orelse", "finalbody")
        if isinstance(block := getattr(node, field, None), list)
        for each in overwritten(block)
    ]
    assert not lost, f"These values are never read: {'; '.join(lost)}."
