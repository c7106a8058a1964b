"""Which global names a cell reads and binds, read off its syntax tree: what has to be known to tell what an answer depends on.

Scopes are kept apart, so that a parameter `X` of a function is not taken for the global `X`. What the text does not decide
(`exec`, `globals()`, a star import, a magic that runs code) makes a cell *opaque*.
"""

import ast
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from typing import Any

__all__ = ["Names", "Statement", "as_lists", "from_lists", "names_of", "without_looks"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# With one of these a cell reaches any global name.
_ANY_NAME = _words(
    "exec eval compile globals locals vars dir __import__ __builtins__ get_ipython In Out _ __ ___ _i _ii _iii _ih _oh _dh"
)
_ANY_NAME_ATTRIBUTES = _words(
    "modules _getframe currentframe f_back f_globals f_locals __globals__ __dict__ user_ns import_module run_path run_module"
)
_ANY_NAME_MODULES = _words("__main__ importlib runpy ctypes gc inspect")
_HISTORY = re.compile(r"_i?\d+")
# Calls that change what no name stands for: random generators, a library's defaults, files, the process itself.
_EFFECTS = _words(
    "seed manual_seed manual_seed_all set_state set_rng_state set_default_dtype set_default_device set_default_tensor_type"
    " use_deterministic_algorithms set_grad_enabled seterr seterrcall setbufsize filterwarnings simplefilter"
    " setrecursionlimit chdir putenv setlocale set_option reload patch register save savetxt savez savez_compressed tofile"
    " to_csv to_netcdf to_pickle to_json write_text write_bytes dump mkdir makedirs rename remove unlink rmtree copy2 copyfile"
    " copytree move urlretrieve setattr system Popen check_call check_output"
)
_EFFECT_NAMES = _words("open setattr delattr")
_EFFECT_PLACES = frozenset(
    {("sys", "path"), ("os", "environ"), ("sys", "stdout"), ("sys", "stderr")}
)
# Lines of IPython that only say how figures look.
_LOOKS = re.compile(r"^[ \t]*%(matplotlib|config)\b.*$", re.M)
# Functions whose result is a function that calls do not change.
_FUNCTION_MAKERS = frozenset({"checks.fallback"})
_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_NAMING = ast.Name | ast.Tuple | ast.expr_context
_CONSTANT = (
    ast.Constant
    | ast.UnaryOp
    | ast.BinOp
    | ast.Tuple
    | ast.unaryop
    | ast.operator
    | ast.expr_context
)
_CHANGEABLE = ast.List | ast.Dict | ast.Set | ast.Call | ast.ListComp | ast.DictComp | ast.SetComp


@dataclass(frozen=True)
class Statement:
    """A statement at the top of a cell.

    Attributes
    ----------
    reads : frozenset of str
        Global names that it reads when it is run, without those that the cell has bound before.
    reads_later : frozenset of str
        Global names that functions in it read when they are called.
    binds : frozenset of str
        Global names that it binds, deletes, or changes by `name[...] = ...` or `name.x = ...`.
    fixed : bool
        Whether it does nothing but import, define, or name a constant: what is done with such a name does not change it.
    opaque : bool
        Whether it may reach other names too.
    effects : bool
        Whether it may change what no name stands for (a random generator, a library's defaults, a file).
    """

    reads: frozenset[str]
    reads_later: frozenset[str]
    binds: frozenset[str]
    fixed: bool
    opaque: bool
    effects: bool


@dataclass(frozen=True)
class Names:
    """The global names of a cell, by statement; `readable` is False for a text that is no Python."""

    statements: tuple[Statement, ...] = ()
    readable: bool = True

    @property
    def opaque(self) -> bool:
        return not self.readable or any(s.opaque for s in self.statements)

    @property
    def effects(self) -> bool:
        return any(s.effects for s in self.statements)

    @property
    def reads(self) -> frozenset[str]:
        return frozenset().union(*[s.reads | s.reads_later for s in self.statements])

    @property
    def binds(self) -> frozenset[str]:
        return frozenset().union(*[s.binds for s in self.statements])


@functools.lru_cache(maxsize=4096)
def names_of(source: str) -> Names:
    """Find the global names of a cell.

    Parameters
    ----------
    source : str
        Its source: Python, without magics but for those of figures' looks.

    Returns
    -------
    Names
        The global names of each of its statements.

    Examples
    --------
    >>> names = names_of("def double(x): return factor * x")
    >>> sorted(names.binds), sorted(names.reads)
    (['double'], ['factor'])
    """
    try:
        return Names(tuple(_statements(ast.parse(without_looks(source)))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names(readable=False)


def without_looks(source: str) -> str:
    """Leave out the magics that only say how figures look; the names of other magics' arguments are not known."""
    return _LOOKS.sub("", source)


def as_lists(names: Names) -> list[Any] | None:
    """Turn the names of a cell into lists, to be sent; None if it is not readable."""
    if not names.readable:
        return None
    return [
        [sorted(part) if isinstance(part, frozenset) else part for part in astuple(s)]
        for s in names.statements
    ]


def from_lists(sent: Any) -> Names:
    """Turn what `as_lists` made back into names; not readable if it is anything else."""
    try:
        return Names(tuple(_statement(*each) for each in sent))
    except (TypeError, ValueError):
        return Names(readable=False)


def _statement(*sent: Any) -> Statement:
    *names, fixed, opaque, effects = sent
    if not all(type(part) is list and all(type(name) is str for name in part) for part in names):
        raise TypeError("expected lists of names")
    return Statement(
        *map(frozenset, names), fixed=bool(fixed), opaque=bool(opaque), effects=bool(effects)
    )


def _statements(tree: ast.Module) -> Iterator[Statement]:
    bound: set[str] = set()
    for node in tree.body:
        flow = _Flow(bound)
        bound = flow.run([node])
        binds = {*_stored([node]), *_changed(node)} | flow.declared
        reads = flow.reads | flow.later
        opaque, effects = _is_opaque(node, reads), _has_effects(node, reads)
        yield Statement(
            frozenset(flow.reads),
            frozenset(flow.later),
            frozenset(binds),
            _is_fixed(node),
            opaque,
            effects,
        )


# -- reading and binding in the order in which a cell is run -------------------------------------------------


class _Flow:
    """Follows statements: which names they read that were not certainly bound before."""

    def __init__(self, bound: set[str]) -> None:
        self.bound = set(bound)
        self.reads: set[str] = set()
        self.later: set[str] = set()
        self.declared: set[str] = set()  # bound by functions, as `global`

    def run(self, body: Iterable[ast.stmt]) -> set[str]:
        """Follow a block; returns the names that are certainly bound after it."""
        for node in body:
            self._statement(node)
        return self.bound

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.If():
                self._read(node.test)
                self._either(node.body, node.orelse)
            case ast.For() | ast.AsyncFor():
                self._read(node.iter)
                before = set(self.bound)
                self.bound |= set(_stored([node.target]))
                self._read(node.target)
                self.run(node.body)
                if not (
                    isinstance(node.iter, ast.Tuple | ast.List) and node.iter.elts
                ):  # it may have no turn
                    self.bound = before
                self._either(node.orelse, [])
            case ast.While():
                self._read(node.test)
                self._either(node.body, node.orelse)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    self._read(item.context_expr)
                    if item.optional_vars is not None:
                        self._bind(item.optional_vars)
                self.run(node.body)
            case ast.Try():
                before = set(self.bound)
                for block in (node.body, node.orelse, *(handler.body for handler in node.handlers)):
                    self.bound = set(before)
                    self.bound |= {h.name for h in node.handlers if h.body is block and h.name}
                    self.run(block)
                for handler in node.handlers:
                    if handler.type is not None:
                        self._read(handler.type)
                self.bound = before
                self.run(node.finalbody)
            case ast.Match():
                self._read(node.subject)
                before = set(self.bound)
                for each in node.cases:
                    self.bound = before | set(_stored([each.pattern]))
                    self._read(each.pattern)
                    if each.guard is not None:
                        self._read(each.guard)
                    self.run(each.body)
                self.bound = before
            case ast.Assign():
                self._read(node.value)
                for target in node.targets:
                    self._bind(target)
            case ast.AnnAssign():
                self._read(node.annotation)
                if node.value is not None:
                    self._read(node.value)
                    self._bind(node.target)
            case ast.AugAssign():
                self._read(node.value)
                self.reads |= {
                    n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)
                } - self.bound
                self._bind(node.target)
            case (
                ast.FunctionDef()
                | ast.AsyncFunctionDef()
                | ast.ClassDef()
                | ast.Import()
                | ast.ImportFrom()
            ):
                self._read(node)
                self.bound |= set(_stored([node]))
            case _:
                self._read(node)
                self.bound |= set(_stored([node]))

    def _either(self, one: list[ast.stmt], other: list[ast.stmt]) -> None:
        before = set(self.bound)
        after = set(self.run(one))
        self.bound = before
        self.bound = after & self.run(other)

    def _bind(self, target: ast.expr) -> None:
        self._read(target)
        self.bound |= set(_stored([target]))

    def _read(self, node: ast.AST) -> None:
        now, later, declared = _read_names(node)
        self.reads |= now - self.bound
        self.later |= later
        self.declared |= declared


# -- scopes ---------------------------------------------------------------------------------------------------


def _read_names(node: ast.AST) -> tuple[set[str], set[str], set[str]]:
    """Names that are read now, and later by functions; names that functions bind as `global`."""
    now: set[str] = set()
    later: set[str] = set()
    declared: set[str] = set()
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            free, bound = _function(each)
            later |= free
            declared |= bound
            stack.extend(_at_definition(each))
        elif isinstance(each, _COMPREHENSIONS):
            targets = {name for part in each.generators for name in _stored([part.target])}
            parts = [part for g in each.generators for part in (g.iter, *g.ifs)]
            parts += [each.key, each.value] if isinstance(each, ast.DictComp) else [each.elt]
            for part in parts:
                inner_now, inner_later, inner_declared = _read_names(part)
                now |= inner_now - targets
                later |= inner_later - targets
                declared |= inner_declared
            # A name that stands for another thing outside is read there by the first of the sequences.
            now |= _read_names(each.generators[0].iter)[0]
        elif isinstance(each, ast.Name):
            if isinstance(each.ctx, ast.Load):
                now.add(each.id)
        else:
            stack.extend(ast.iter_child_nodes(each))
    return now, later, declared


def _function(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
) -> tuple[set[str], set[str]]:
    """Names that a function reads and does not bind itself; names that it binds as `global`."""
    body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    arguments = node.args
    every = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    outside = {name for n in _own_nodes(body) if isinstance(n, ast.Global) for name in n.names}
    nonlocal_ = {name for n in _own_nodes(body) if isinstance(n, ast.Nonlocal) for name in n.names}
    stored = set(_stored(body))
    own = ({a.arg for a in every if a is not None} | stored) - outside - nonlocal_
    free: set[str] = set()
    declared = stored & outside
    for part in body:
        now, later, inner = _read_names(part)
        free |= now | later
        declared |= inner
    return free - own, declared


def _at_definition(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.AST]:
    """What is evaluated when a function is defined."""
    parts: list[ast.AST] = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
    if not isinstance(node, ast.Lambda):
        every = [
            *node.args.posonlyargs,
            *node.args.args,
            *node.args.kwonlyargs,
            node.args.vararg,
            node.args.kwarg,
        ]
        parts += [
            *node.decorator_list,
            *filter(None, [node.returns, *(a.annotation for a in every if a is not None)]),
        ]
    return parts


def _own_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a scope, without those of the scopes inside it."""
    stack = list(body)
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, _SCOPES | _COMPREHENSIONS):
            # An assignment expression in a comprehension binds outside it.
            stack.extend(
                n
                for n in ast.walk(node)
                if isinstance(n, ast.NamedExpr) and isinstance(node, _COMPREHENSIONS)
            )
            continue
        stack.extend(ast.iter_child_nodes(node))


def _stored(body: Iterable[ast.AST]) -> Iterator[str]:
    """Names that nodes bind in their own scope."""
    for node in _own_nodes(body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
        elif isinstance(node, ast.NamedExpr):
            yield node.target.id
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest


def _changed(node: ast.stmt) -> Iterator[str]:
    """Names of what is changed by storing into it."""
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute | ast.Subscript) and isinstance(
            each.ctx, ast.Store | ast.Del
        ):
            while isinstance(each, ast.Attribute | ast.Subscript):
                each = each.value
            if isinstance(each, ast.Name):
                yield each.id


# -- kinds of statements ---------------------------------------------------------------------------------------


def _is_fixed(node: ast.stmt) -> bool:
    """Whether the statement imports, defines a function or a class without state, takes one from a maker of functions, or
    gives a name to a number or a text."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            state = any(
                isinstance(n, _CHANGEABLE) for default in defaults for n in ast.walk(default)
            )
            keeps = any(isinstance(n, ast.Global | ast.Nonlocal) for n in ast.walk(node))
            return not node.decorator_list and not state and not keeps
        case ast.ClassDef():
            methods = all(
                isinstance(part, ast.Expr | ast.Pass) or _is_fixed(part) for part in node.body
            )
            return methods and not node.decorator_list
        case ast.Assign(targets=[ast.Name()], value=ast.Call(func=func)):
            return ast.unparse(func) in _FUNCTION_MAKERS
        case ast.Assign(targets=targets, value=value):
            return all(isinstance(n, _NAMING) for t in targets for n in ast.walk(t)) and all(
                isinstance(n, _CONSTANT) for n in ast.walk(value)
            )
    return False


def _is_opaque(statement: ast.stmt, reads: set[str]) -> bool:
    if any(name in _ANY_NAME or _HISTORY.fullmatch(name) for name in reads):
        return True
    for node in ast.walk(statement):
        match node:
            case ast.Attribute(attr=attribute) if attribute in _ANY_NAME_ATTRIBUTES:
                return True
            case ast.Import(names=names) if any(
                n.name.split(".")[0] in _ANY_NAME_MODULES for n in names
            ):
                return True
            case ast.ImportFrom(module=module, names=names) if (
                names[0].name == "*" or (module or "").split(".")[0] in _ANY_NAME_MODULES
            ):
                return True
    return False


def _has_effects(statement: ast.stmt, reads: set[str]) -> bool:
    if reads & _EFFECT_NAMES:
        return True
    for node in ast.walk(statement):
        match node:
            case ast.Attribute(value=ast.Name(id=owner), attr=attribute) if (
                owner,
                attribute,
            ) in _EFFECT_PLACES:
                return True
            case ast.Call(func=ast.Attribute(attr=attribute)) if attribute in _EFFECTS:
                return True
    return False
