"""Find out why a command of nbgrader failed: its log names the reason above the last line."""

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["reason"]

ERROR = re.compile(r"(?:\w+\.)*(\w*(?:Error|Exception|Entry|Interrupt|Exit)): (.+)")
SAYS_NOTHING = re.compile(
    r"see the|^$|there was an error processing|removing failed", re.IGNORECASE
)


def reason(result: Mapping[str, Any]) -> str:
    """Find the reason in what nbgrader's API returned.

    Parameters
    ----------
    result : mapping
        With the texts "error" and "log".

    Returns
    -------
    str
        One line.
    """
    text = f"{result.get('log') or ''}\n{result.get('error') or ''}"
    lines = [re.sub(r"^\[\w+\] ", "", line).strip() for line in text.splitlines()]
    for line in reversed(lines):
        if (match := ERROR.fullmatch(line)) and not SAYS_NOTHING.search(line):
            return f"{match[1]}: {match[2]}"
    telling = [line for line in lines if not SAYS_NOTHING.search(line)]
    return telling[-1] if telling else "nbgrader gave no reason"
