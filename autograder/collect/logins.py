"""Find the students' logins in the names of hand-ins, where a platform has put more into them."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from autograder.collect.hand_in import HandIn
from autograder.intake.damaged import decode

__all__ = ["RECEIPT_FILE", "common_start", "with_logins", "without_prefix"]

RECEIPT_FILE = "/receipt"  # Blackboard's receipt among a hand-in's files; no file can be called so
RECEIPT = re.compile(r"Name:[ \t]*([^\r\n]{0,200})\(([^()\r\n]{1,100})\)[ \t]*\r?\n")
SUBMITTED = re.compile(r"^Date Submitted:[ \t]*([^\r\n]{1,100})", re.MULTILINE)
MOST = 20_000  # bytes of a receipt that are read


def with_logins(hand_ins: list[HandIn], logins: Sequence[str]) -> list[HandIn]:
    """Find out what in "Lab_1_ada_l" is the assignment and what the login: by the receipt.

    Parameters
    ----------
    hand_ins : list of HandIn
        Hand-ins of Blackboard.
    logins : sequence of str
        The logins that are known.

    Returns
    -------
    list of HandIn
        The same, each with its login.
    """
    known = {login.casefold() for login in logins}
    whole = [each.name for each in hand_ins]
    start = common_start({f"{name}_" for name in whole}).rfind("_") + 1
    found = []
    for each in hand_ins:
        receipt = _receipt(each)
        parts = each.name.split("_")
        ends = ["_".join(parts[k:]) for k in range(1, len(parts))]
        login = receipt.login or next((end for end in ends if end.casefold() in known), "")
        login = login or each.name[start:] or parts[-1]
        found.append(replace(each, login=login, name=receipt.name, when=receipt.when or each.when))
    return found


def without_prefix(hand_ins: list[HandIn], logins: Sequence[str]) -> list[HandIn]:
    """Leave out what all folders begin with: "lab-1-countess" is of "countess".

    It is the same for all, so that nobody becomes another student by an account whose name ends as
    that student's does. What is behind it is an account and no person's name.

    Parameters
    ----------
    hand_ins : list of HandIn
        One for each folder.
    logins : sequence of str
        The logins that are known.

    Returns
    -------
    list of HandIn
        The same, each with its login.
    """
    known = {login.casefold() for login in logins}
    names = [each.name for each in hand_ins]
    same = common_start(names) if names[1:] else names[0]
    cuts = [0, *(k + 1 for k, sign in enumerate(same) if sign == "-")]
    counts = {cut: sum(name[cut:].casefold() in known for name in names) for cut in cuts}
    most = max(counts.values())
    usual = cuts[-1] if names[1:] else 0
    cut = next(cut for cut in cuts if counts[cut] == most) if most else usual
    return [
        replace(each, login=own, name="" if cut or own.casefold() in known else own)
        for each in hand_ins
        for own in [each.name[cut:]]
    ]


def common_start(names: Collection[str]) -> str:
    """Find what all of several names begin with.

    Parameters
    ----------
    names : collection of str
        The names.

    Returns
    -------
    str
        Their beginning; "" if there are fewer than two.
    """
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)
    return first[: next((k for k, c in enumerate(first) if last[k : k + 1] != c), len(first))]


def _receipt(hand_in: HandIn) -> HandIn:
    """Read name, login and time from Blackboard's receipt."""
    for path, taken in hand_in.files:
        if path != (RECEIPT_FILE,):
            continue
        with taken.file.open("rb") as file:
            text = decode(file.read(MOST))[0].lstrip("\ufeff")
        who, when = RECEIPT.match(text), SUBMITTED.search(text)
        if who:
            time = when[1].strip() if when else ""
            return HandIn("", name=who[1].strip(), login=who[2].strip(), when=time)
    return HandIn("")
