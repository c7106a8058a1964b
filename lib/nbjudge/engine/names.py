"""Find the global names that a cell reads and binds, from its syntax tree.

They show what an answer depends on. Scopes are kept apart, so that a parameter `X` of a function is
not taken for the global `X`. Code whose names the text does not show (`exec`, `globals()`, a star
import, a magic that runs code) makes a cell *opaque*.
"""

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Any

from nbjudge.engine.flow import Flow
from nbjudge.engine.scopes import changed_names, stored_names
from nbjudge.engine.statements import has_effects, is_fixed, is_opaque

__all__ = ["Names", "Statement", "as_lists", "from_lists", "names_of", "without_looks"]

# Magics that only set how figures look.
_LOOKS = re.compile(r"^[ \t]*%(matplotlib|config)\b.*$", re.M)


@dataclass(frozen=True)
class Statement:
    """Describe a statement at the top of a cell.

    Parameters
    ----------
    reads : frozenset of str
        Global names that it reads when it is run, except those that the cell bound before.
    reads_later : frozenset of str
        Global names that functions in it read when they are called.
    binds : frozenset of str
        Global names that it binds, deletes, or changes by `name[...] = ...` or `name.x = ...`.
    fixed : bool
        Whether it only imports, defines, or names a constant: using such a name does not change
        what it stands for.
    opaque : bool
        Whether it may read or bind other names too.
    effects : bool
        Whether it may change state that no name refers to (a random generator, a library's
        defaults, a file).
    """

    reads: frozenset[str]
    reads_later: frozenset[str]
    binds: frozenset[str]
    fixed: bool
    opaque: bool
    effects: bool


@dataclass(frozen=True)
class Names:
    """Hold the global names of a cell.

    Parameters
    ----------
    statements : tuple of Statement
        Its statements.
    readable : bool, default True
        False for a text that is not Python.
    """

    statements: tuple[Statement, ...] = ()
    readable: bool = True

    @property
    def opaque(self) -> bool:
        """Whether the cell may read or bind any name."""
        return not self.readable or any(s.opaque for s in self.statements)

    @property
    def effects(self) -> bool:
        """Whether the cell may change state that no name refers to."""
        return any(s.effects for s in self.statements)

    @property
    def reads(self) -> frozenset[str]:
        """All global names that the cell reads, at once or later."""
        return frozenset().union(*[s.reads | s.reads_later for s in self.statements])

    @property
    def binds(self) -> frozenset[str]:
        """All global names that the cell binds or changes."""
        return frozenset().union(*[s.binds for s in self.statements])


@functools.lru_cache(maxsize=4096)
def names_of(source: str) -> Names:
    """Find the global names of a cell.

    Parameters
    ----------
    source : str
        Its source: Python, without magics except those that set how figures look.

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
    """Remove the magics that only set how figures look.

    Parameters
    ----------
    source : str
        A cell.

    Returns
    -------
    str
        The cell without them; names in the arguments of other magics are not known.
    """
    return _LOOKS.sub("", source)


def as_lists(names: Names) -> list[Any] | None:
    """Convert the names of a cell to lists for sending.

    Parameters
    ----------
    names : Names
        The names.

    Returns
    -------
    list or None
        A list for each statement; None if the cell is not readable.
    """
    if not names.readable:
        return None
    return [
        [sorted(part) if isinstance(part, frozenset) else part for part in astuple(s)]
        for s in names.statements
    ]


def from_lists(sent: Any) -> Names:
    """Convert lists from `as_lists` back to names.

    Parameters
    ----------
    sent : object
        What a worker sent; anything at all.

    Returns
    -------
    Names
        The names; not readable if `sent` is anything else.
    """
    try:
        return Names(tuple(_statement(*statement) for statement in sent))
    except (TypeError, ValueError):
        return Names(readable=False)


def _statement(*sent: Any) -> Statement:
    *names, fixed, opaque, effects = sent
    if not all(type(part) is list and all(type(name) is str for name in part) for part in names):
        raise TypeError("expected lists of names")
    reads, reads_later, binds = map(frozenset, names)
    return Statement(reads, reads_later, binds, bool(fixed), bool(opaque), bool(effects))


def _statements(tree: ast.Module) -> Iterator[Statement]:
    bound: set[str] = set()
    for node in tree.body:
        flow = Flow(bound)
        bound = flow.run([node])
        binds = {*stored_names([node]), *changed_names(node)} | flow.declared
        reads = flow.reads | flow.later
        opaque, effects = is_opaque(node, reads), has_effects(node, reads)
        yield Statement(
            frozenset(flow.reads),
            frozenset(flow.later),
            frozenset(binds),
            is_fixed(node),
            opaque,
            effects,
        )
