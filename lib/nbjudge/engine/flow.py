"""Follow the statements of a cell in order, to find names that they read before binding them."""

import ast
from collections.abc import Iterable

from nbjudge.engine.scopes import read_names, stored_names

__all__ = ["Flow"]


class Flow:
    """Follow statements in the order in which they run.

    Parameters
    ----------
    bound : set of str
        The names that are certainly bound at the start.

    Attributes
    ----------
    bound : set of str
        The names that are certainly bound after the statements followed so far.
    reads : set of str
        The names that were read without being certainly bound.
    later : set of str
        The names that functions read when they are called.
    declared : set of str
        The names that functions bind as `global`.
    """

    def __init__(self, bound: set[str]) -> None:
        self.bound = set(bound)
        self.reads: set[str] = set()
        self.later: set[str] = set()
        self.declared: set[str] = set()

    def run(self, body: Iterable[ast.stmt]) -> set[str]:
        """Follow a block, and return the names that are certainly bound after it."""
        for node in body:
            self._statement(node)
        return self.bound

    def _statement(self, node: ast.stmt) -> None:  # longer than 60 lines: a case for each kind
        match node:
            case ast.If():
                self._read(node.test)
                self._either(node.body, node.orelse)
            case ast.For() | ast.AsyncFor():
                self._read(node.iter)
                before = set(self.bound)
                self.bound |= set(stored_names([node.target]))
                self._read(node.target)
                self.run(node.body)
                sequence = node.iter
                if not (isinstance(sequence, ast.Tuple | ast.List) and sequence.elts):
                    self.bound = before  # the loop may have no iteration
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
                for case in node.cases:
                    self.bound = before | set(stored_names([case.pattern]))
                    self._read(case.pattern)
                    if case.guard is not None:
                        self._read(case.guard)
                    self.run(case.body)
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
                self.bound |= set(stored_names([node]))
            case _:
                self._read(node)
                self.bound |= set(stored_names([node]))

    def _either(self, one: list[ast.stmt], other: list[ast.stmt]) -> None:
        before = set(self.bound)
        after = set(self.run(one))
        self.bound = before
        self.bound = after & self.run(other)

    def _bind(self, target: ast.expr) -> None:
        self._read(target)
        self.bound |= set(stored_names([target]))

    def _read(self, node: ast.AST) -> None:
        now, later, declared = read_names(node)
        self.reads |= now - self.bound
        self.later |= later
        self.declared |= declared
