"""Clean HTML that may be slow to parse, in a separate process with limits.

python -m autograder.feedback_pages.apart
"""

import subprocess
import sys
import time

from autograder.feedback_pages.bounded import TooMuch, charge
from autograder.feedback_pages.elements import cleaned
from nbjudge.limits import bind

__all__ = ["cleaned_apart"]

SECONDS, MEMORY = 2, 2**30  # of processor time, and of address space
WAIT = 60.0  # seconds for the process to finish on a busy machine
MOST = 20_000_000  # bytes of the result


def cleaned_apart(html: str) -> str:
    """Clean HTML as `elements.cleaned` does, within limits.

    Parameters
    ----------
    html : str
        Any text without surrogates.

    Returns
    -------
    str
        HTML in which every element is closed.

    Raises
    ------
    TooMuch
        If it takes more time or memory, or yields more text, than honest HTML does.
    """
    began = time.monotonic()
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", __name__],
            input=html.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WAIT,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        raise TooMuch from None
    finally:
        charge(min(time.monotonic() - began, SECONDS))
    if len(done.stdout) > MOST:
        raise TooMuch
    return done.stdout.decode()


if __name__ == "__main__":
    bind({"RLIMIT_AS": MEMORY, "RLIMIT_CPU": SECONDS, "RLIMIT_CORE": 0})
    sys.stdout.buffer.write(cleaned(sys.stdin.buffer.read().decode()).encode())
