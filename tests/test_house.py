"""Test the rules of the building: rooms as drawn in ARCHITECTURE.md, arrows down, short modules."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from importlib.util import resolve_name
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOMES = {"autograder": ROOT, "lazyrich": ROOT / "lib", "nbjudge": ROOT / "lib"}
MODULE_LINES, FUNCTION_LINES = 300, 60


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


def where(name: str, node: ast.AST) -> str:
    """The place of a node, as an editor opens it: lib/nbjudge/values.py:17."""
    return f"{modules()[name].relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def imports(name: str) -> Iterator[tuple[ast.AST, str]]:
    """What a module imports anywhere in its text, as far as possible the module that is meant."""
    path = modules()[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(tree(path)):
        yield from ((node, each) for each in imported(node, package))


def imported(node: ast.AST, package: str) -> list[str]:
    """What a node imports: also by `import_module("...")` and as `lazyrich.training.train`."""
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom():
            source = resolve_name("." * node.level + (node.module or ""), package)
            named = [f"{source}.{alias.name}" for alias in node.names]
            return [full if full in modules() else source for full in named]
        case ast.Call(func=function, args=[ast.Constant(value=str(text)), *_]):
            by_name = ast.unparse(function).endswith(("import_module", "__import__"))
            return [resolve_name(text, package)] if by_name else []
        case ast.Attribute(value=ast.Name(id=home), attr=room) if home in HOMES:
            return [f"{home}.{room}"] if f"{home}.{room}" in modules() else []
    return []


@pytest.mark.parametrize(
    "line",
    [
        "import lazyrich.training",
        "import lazyrich.training as t",
        "from lazyrich import training",
        "from lazyrich.training import train",
        "from .. import training",
        "from ..training import train",
        "def f(): from lazyrich import training",
        "if TYPE_CHECKING: from lazyrich import training",
        "import importlib; importlib.import_module('lazyrich.training')",
        "from importlib import import_module; import_module('..training', __package__)",
        "__import__('lazyrich.training')",
        "import lazyrich; lazyrich.training.train()",
    ],
)
def test_an_import_is_seen_however_it_is_written(line):
    nodes = ast.walk(ast.parse(line))
    assert "lazyrich.training" in {each for n in nodes for each in imported(n, "lazyrich.exact")}
    assert not allowed("lazyrich.exact.modes", "lazyrich.training")


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


@cache
def theory() -> set[str]:
    """The rooms of lazyrich below the floor of its plots."""
    above = next(k for k, floor in enumerate(floors()["lazyrich"]) if "plots" in floor)
    return {room for floor in floors()["lazyrich"][above + 1 :] for room in floor}


def allowed(importer: str, imported: str) -> bool:
    """Whether the arrows let one module of the house import another, or another package."""
    package, target = importer.split(".")[0], imported.split(".")[0]
    if package == "nbjudge":
        if target in ("torch", "lazyrich", "autograder"):
            return False
    elif package == "lazyrich":
        if target == "autograder":
            return False
        if target in ("torch", "matplotlib") and room_of(importer) in theory():
            return target == "torch" and room_of(importer) in ("kernel", "models")
        if target == "nbjudge" and imported != "nbjudge.extras":
            may_import = {"app": "nbjudge.local_check", "exercises": "nbjudge.checks"}
            return imported == may_import.get(room_of(importer))
    if package != target or not room_of(importer) or not room_of(imported):
        return True
    level = {room: k for k, floor in enumerate(floors()[package]) for room in floor}
    return level[room_of(importer)] <= level[room_of(imported)]


@pytest.mark.parametrize(
    ("importer", "target", "may"),
    [
        ("lazyrich.plots", "matplotlib.pyplot", True),
        ("lazyrich.training.loop", "torch", True),
        ("lazyrich.kernel.generic", "torch.func", True),
        ("lazyrich.kernel.generic", "matplotlib", False),
        ("lazyrich.exact.modes", "matplotlib.pyplot", False),
        ("lazyrich.dynamics.integrate", "torch", False),
        ("lazyrich.exact.modes", "scipy", True),
        ("nbjudge.values", "torch", False),
    ],
)
def test_theory_works_without_torch_and_pictures(importer, target, may):
    assert allowed(importer, target) == may


def test_arrows_go_down_only():
    broken = [
        f"{where(name, node)} imports {target}"
        for name in modules()
        for node, target in imports(name)
        if not allowed(name, target)
    ]
    assert not broken, (
        f"Imports that the arrows forbid: {'; '.join(broken)}. ARCHITECTURE.md says who may "
        "import whom: move the function down, or pass it as an argument."
    )


def circles() -> set[str]:
    """The groups of modules that import each other, directly or through others."""
    reach = {name: {i for _, i in imports(name) if i in modules()} - {name} for name in modules()}
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
    assert not circles(), (
        f"Circles of imports: {'; '.join(sorted(circles()))}. Move what both need into a third "
        "module below them."
    )


REASON = re.compile(r"\blong(er)?\b.*?(:|\bbecause\b|\bfor\b)\s+\w+\s+\w+", re.I | re.S)


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
    return any(REASON.search(sentence) for sentence in sentences)


@pytest.mark.parametrize(
    ("words", "explained"),
    [
        ("This function is long because it is a table.", True),
        ("Longer than 60 lines: most of them are options.", True),
        ("", False),
        ("long", False),
        ("This is a long function.", False),
        ("This function is long because", False),
        ("It draws a line for each run.", False),
    ],
)
def test_only_a_reason_explains_a_long_function(words, explained):
    text = f"def f():\n    # {words}\n    return 1\n"
    assert is_explained(ast.parse(text).body[0], text) == explained


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without those of its docstring."""
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        lines -= function.body[0].end_lineno - function.body[0].lineno + 1
    return lines


def test_modules_are_short_or_say_why_not():
    broken = []
    for name, path in modules().items():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > MODULE_LINES and not is_explained(tree(path), text):
            broken.append(where(name, tree(path)))
    assert not broken, (
        f"More than {MODULE_LINES} lines: {'; '.join(broken)}. Split the module, or say at its "
        "top: 'This module is long because ...'."
    )


def test_functions_are_short_or_say_why_not():
    broken = []
    for name, path in modules().items():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                text = path.read_text(encoding="utf-8") if length(node) > FUNCTION_LINES else ""
                if text and not is_explained(node, text):
                    broken.append(f"{where(name, node)} {node.name}")
    assert not broken, (
        f"More than {FUNCTION_LINES} lines, the docstring not counted: {'; '.join(broken)}. Split "
        "the function, or say in its docstring or above its first statement: 'This function is "
        "long because ...'."
    )


IGNORED = re.compile(r"# (?:noqa: [A-Z0-9, ]+|type: ignore\[[\w, -]+\])(?P<reason>.*)")


def test_what_a_tool_is_told_to_ignore_has_a_reason():
    found = []
    for path in modules().values():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            ignored = IGNORED.search(line)
            if ignored and len(re.findall(r"\w+", ignored["reason"])) < 2:
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert not found, f"Say why behind it, in a few words: {'; '.join(found)}."


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


def miscounted(name: str) -> Iterator[tuple[str, str]]:
    """Texts in which a number stands before a word with an s, so that one may say "1 students":
    file and words, and their place."""
    path = modules()[name]
    for node in ast.walk(tree(path)):
        parts = node.values if isinstance(node, ast.JoinedStr) else []
        for number, word in pairwise(parts):
            constant = isinstance(number, ast.FormattedValue) and (
                isinstance(number.value, ast.Name | ast.BinOp) and ast.unparse(number).isupper()
            )
            text = word.value if isinstance(word, ast.Constant) else ""
            if isinstance(number, ast.FormattedValue) and not constant:
                match = re.match(rf" (?:more |other )?(?:{'|'.join(COUNTED)})s\b", text)
                if match:
                    yield f"{path.name}:{match[0]}", where(name, node)


def test_a_number_of_things_is_written_by_one_function():
    """`nbjudge.wording.counted` knows that one of them has no s."""
    names = [name for name in modules() if not name.startswith("lazyrich.")]
    found = dict(each for name in names for each in miscounted(name))
    new = [f"{place}{key.partition(':')[2]}" for key, place in found.items()
           if key not in ALWAYS_MANY]  # fmt: skip
    assert not new, (
        f"A number before a word with an s: {'; '.join(new)}. Use `nbjudge.wording.counted`, or "
        "add it to ALWAYS_MANY here if the number is never one."
    )
    assert set(found) == ALWAYS_MANY, "Delete from ALWAYS_MANY what is gone."


def bound(statement: ast.stmt) -> set[str]:
    """The names that an assignment gives a value."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets = [statement.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def overwritten(block: list[ast.stmt]) -> Iterator[tuple[ast.stmt, str]]:
    """The assignments of a block whose value a later one replaces before anything reads it."""
    for i, first in enumerate(block):
        left = bound(first)
        for later in block[i + 1 :] if left else []:
            left -= {n.id for n in ast.walk(later) if isinstance(n, ast.Name) and is_read(n)}
            yield from ((first, name) for name in left & bound(later))


def is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


def test_no_value_is_replaced_before_it_is_read():
    """Words that were prepared for one check and then hidden by those for the next one."""
    lost = [
        f"{where(name, first)} {each}"
        for name, path in modules().items()
        for node in ast.walk(tree(path))
        for field in ("body", "orelse", "finalbody")
        if isinstance(block := getattr(node, field, None), list)
        for first, each in overwritten(block)
    ]
    assert not lost, (
        f"These values are never read: {'; '.join(lost)}. Delete each assignment, or rename what "
        "replaces it."
    )
