"""Find the students' logins in the names of hand-ins to which a platform has added more."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from autograder.collect.hand_in import HandIn
from autograder.intake.damaged import decode

__all__ = ["RECEIPT_FILE", "after_names", "common_start", "with_logins", "without_prefix"]

RECEIPT_FILE = "/receipt"  # Blackboard's receipt; no file can have this name
RECEIPT = re.compile(r"Name:[ \t]*([^\r\n]{0,200})\(([^()\r\n]{1,100})\)[ \t]*\r?\n")
SUBMITTED = re.compile(r"^Date Submitted:[ \t]*([^\r\n]{1,100})", re.MULTILINE)
MOST = 20_000  # bytes of a receipt that are read


def with_logins(hand_ins: list[HandIn], logins: Sequence[str]) -> list[HandIn]:
    """Split names such as "Lab_1_ada_l" into assignment and login, using Blackboard's receipt.

    Parameters
    ----------
    hand_ins : list of HandIn
        Hand-ins of Blackboard.
    logins : sequence of str
        The known logins.

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
        login = receipt.login or _known_end(each.name, known)
        login = login or each.name[start:] or each.name.rpartition("_")[2]
        found.append(replace(each, login=login, name=receipt.name, when=receipt.when or each.when))
    return found


def after_names(hand_ins: list[HandIn], logins: Sequence[str]) -> list[HandIn]:
    """Split names such as "Lovelace_Ada_ada_l" into name and login, as ILIAS joins them.

    Parameters
    ----------
    hand_ins : list of HandIn
        Hand-ins of ILIAS, or of folders whose names only look like its own.
    logins : sequence of str
        The known logins; the last word is the login if none is known.

    Returns
    -------
    list of HandIn
        The same, each with its login.
    """
    known = {login.casefold() for login in logins}
    found = []
    for each in hand_ins:
        if each.label.casefold() in known:
            found.append(replace(each, login=each.label, name=""))
            continue
        login = _known_end(each.name, known) or each.name.rpartition("_")[2]
        name = each.name.removesuffix(login).replace("_", " ").strip()
        found.append(replace(each, login=login, name=name))
    return found


def without_prefix(hand_ins: list[HandIn], logins: Sequence[str]) -> list[HandIn]:
    """Remove the prefix that all folders share: "lab-1-countess" belongs to "countess".

    The prefix must be the same for all, so that nobody passes for another student with an account
    whose name ends like that student's. What follows it is an account, not a person's name.

    Parameters
    ----------
    hand_ins : list of HandIn
        One for each folder.
    logins : sequence of str
        The known logins.

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
    """Find the prefix that several names share.

    Parameters
    ----------
    names : collection of str
        The names.

    Returns
    -------
    str
        The prefix; "" if there are fewer than two names.
    """
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)
    return first[: next((k for k, c in enumerate(first) if last[k : k + 1] != c), len(first))]


def _known_end(name: str, known: Collection[str]) -> str:
    """Find the longest known login after one of the name's underscores; "" if there is none."""
    parts = name.split("_")
    ends = ("_".join(parts[k:]) for k in range(1, len(parts)))
    return next((end for end in ends if end.casefold() in known), "")


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
