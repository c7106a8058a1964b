"""Find the names that a piece of a syntax tree reads and binds, scope by scope."""

import ast
from collections.abc import Iterable, Iterator

__all__ = ["changed_names", "read_names", "stored_names"]

_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def read_names(node: ast.AST) -> tuple[set[str], set[str], set[str]]:
    """Find the names that a node reads.

    Parameters
    ----------
    node : ast.AST
        A statement or an expression.

    Returns
    -------
    now : set of str
        Names that are read when it runs.
    later : set of str
        Names that functions in it read when they are called.
    declared : set of str
        Names that functions in it bind as `global`.
    """
    now: set[str] = set()
    later: set[str] = set()
    declared: set[str] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            free, bound = _function(current)
            later |= free
            declared |= bound
            stack.extend(_at_definition(current))
        elif isinstance(current, _COMPREHENSIONS):
            targets = {name for part in current.generators for name in stored_names([part.target])}
            parts = [part for g in current.generators for part in (g.iter, *g.ifs)]
            parts += (
                [current.key, current.value] if isinstance(current, ast.DictComp) else [current.elt]
            )
            for part in parts:
                inner_now, inner_later, inner_declared = read_names(part)
                now |= inner_now - targets
                later |= inner_later - targets
                declared |= inner_declared
            # The first sequence is evaluated outside, where a name may stand for something else.
            now |= read_names(current.generators[0].iter)[0]
        elif isinstance(current, ast.Name):
            if isinstance(current.ctx, ast.Load):
                now.add(current.id)
        else:
            stack.extend(ast.iter_child_nodes(current))
    return now, later, declared


def _function(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
) -> tuple[set[str], set[str]]:
    """Find the names that a function reads without binding them, and those it binds as `global`."""
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
    stored = set(stored_names(body))
    local = ({a.arg for a in every if a is not None} | stored) - outside - nonlocal_
    free: set[str] = set()
    declared = stored & outside
    for part in body:
        now, later, inner = read_names(part)
        free |= now | later
        declared |= inner
    return free - local, declared


def _at_definition(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.AST]:
    """List what is evaluated when a function is defined."""
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
    """Walk the nodes of a scope, without those of the scopes inside it."""
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


def stored_names(body: Iterable[ast.AST]) -> Iterator[str]:
    """Find the names that nodes bind in their own scope.

    Parameters
    ----------
    body : iterable of ast.AST
        The nodes.

    Yields
    ------
    str
        A name, perhaps more than once.
    """
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


def changed_names(node: ast.stmt) -> Iterator[str]:
    """Find the names of what a statement changes by storing into it.

    Parameters
    ----------
    node : ast.stmt
        The statement.

    Yields
    ------
    str
        A name, perhaps more than once.
    """
    for current in ast.walk(node):
        if isinstance(current, ast.Attribute | ast.Subscript) and isinstance(
            current.ctx, ast.Store | ast.Del
        ):
            owner: ast.expr = current
            while isinstance(owner, ast.Attribute | ast.Subscript):
                owner = owner.value
            if isinstance(owner, ast.Name):
                yield owner.id
