"""Run the locked cells of an assignment in the judge, so that checks can use their names."""

import contextlib
import copy
import io
import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from nbjudge.contract.model import Assignment, Check
from nbjudge.errors import ContractError

__all__ = ["copied", "prepare", "run_setup"]

_COPIED = (list, dict, set, np.ndarray, np.random.Generator)


def prepare(
    assignment: Assignment, checks: dict[str, Check]
) -> tuple[dict[str, Any], dict[str, Check]]:
    """Run the locked cells, unless no check needs them.

    Parameters
    ----------
    assignment : Assignment
        The contract.
    checks : dict of str to Check
        The checks that are to run, by grade id.

    Returns
    -------
    setup : dict
        The namespace after the locked cells have run.
    checks : dict of str to Check
        The checks. If the course was not written for this judge and its locked cells do not run
        here, all checks run in the student's process.

    Raises
    ------
    ContractError
        If a locked cell fails, and the course was written for this judge.
    """
    if all(check.mode == "compat" for check in checks.values()):
        return {}, checks
    try:
        return run_setup(assignment), checks
    except ContractError:
        if not assignment.any_course:
            raise
        return {}, {key: replace(check, mode="compat") for key, check in checks.items()}


def run_setup(assignment: Assignment) -> dict[str, Any]:
    """Run the locked cells.

    Parameters
    ----------
    assignment : Assignment
        The contract.

    Returns
    -------
    dict
        The namespace after they have run.

    Raises
    ------
    ContractError
        If one of them fails.
    """
    space: dict[str, Any] = {"__name__": "nbjudge_check"}
    for cell_id, source in assignment.setup:
        try:
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(compile(source, f"<{cell_id}>", "exec", dont_inherit=True), space)
        except Exception as error:
            kind = type(error).__name__
            raise ContractError(
                f"{cell_id}: this locked cell fails in the judge ({kind}: {error}); "
                "it must not plot or use a name that the student defines"
            ) from error
    return space


def copied(setup: dict[str, Any]) -> dict[str, Any]:
    """Copy the namespace for one check, so that a test changes only its own copy of a fixture.

    Parameters
    ----------
    setup : dict
        The namespace from `run_setup`.

    Returns
    -------
    dict
        The same names; containers, arrays and generators are copies.
    """
    return {
        name: copy.deepcopy(value)
        if isinstance(value, _COPIED) and not name.startswith("__")
        else value
        for name, value in setup.items()
    }
