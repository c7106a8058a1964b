"""Which level of isolation this machine can hold: found out by doing it."""

from dataclasses import dataclass

from autograder.isolation.launcher import Walls
from autograder.isolation.outer import tools_missing
from nbjudge.errors import StartError
from nbjudge.worker.launcher import Launcher, launch

__all__ = ["Level", "WallsMissing", "choose"]

LEVELS = ("walls", "process")


class WallsMissing(RuntimeError):
    """Full isolation was asked for and this machine cannot give it; the message says why and what to do."""


@dataclass(frozen=True)
class Level:
    """A launcher, and what a person should know about it."""

    launcher: Launcher
    full: bool
    why: str = ""  # what stands against more

    def close(self) -> None:
        """End what it keeps running."""
        if isinstance(self.launcher, Walls):
            self.launcher.close()

    def describe(self) -> str:
        """One or two sentences for the end of a grading."""
        if self.full:
            return f"Isolation: {self.launcher.isolation}."
        return f"Isolation: process ({self.why}). It does not protect from: {'; '.join(self.launcher.unprotected)}."


def choose(wanted: str = "walls", *, trusted: bool = False) -> Level:
    """The strongest level that works, at least `wanted`.

    wanted: "walls" (bubblewrap) or "process". trusted: what is graded is ours, so a weaker level will do where walls are missing.

    Raises:
        WallsMissing: if walls are wanted and cannot be had.
        ValueError: for another word.
    """
    if wanted not in LEVELS:
        raise ValueError(f"isolation: expected 'walls' or 'process', got {wanted!r}")
    if wanted == "process":
        return Level(launch, full=False, why="as asked for")
    level = _probe()
    if level.full or trusted:
        return level
    raise WallsMissing(
        f"students' code cannot be walled in on this machine: {level.why}. {_advice(level.why)} "
        "For submissions of people you trust: --isolation process"
    )


def _probe() -> Level:
    missing = tools_missing()
    if missing:
        return Level(launch, full=False, why=f"missing here: {', '.join(missing)}")
    try:
        walls, why = Walls.found()
    except (OSError, StartError) as error:
        return Level(launch, full=False, why=f"bubblewrap does not work here: {_told(str(error))}")
    return Level(walls, full=True, why=why)


def _told(error: str) -> str:
    """What bubblewrap (or what came before it) said, without our own words around it."""
    return (
        error.strip().removeprefix("the wall's zygote is gone:").strip()[-300:]
        or "it ended without a word"
    )


def _advice(why: str) -> str:
    if "Linux" in why:
        return "Grade on Linux, or in a Linux virtual machine."
    if "missing here" in why:
        return "Install bubblewrap (Debian and Ubuntu: apt install bubblewrap; Fedora: dnf install bubblewrap)."
    return (
        "Programs may not make user namespaces here. On Ubuntu 24.04 and later, allow it to bubblewrap by an AppArmor profile "
        "(/etc/apparmor.d/bwrap with `profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }`); elsewhere set the sysctl "
        "kernel.unprivileged_userns_clone or user.max_user_namespaces; in a container, start it with the rights to make them "
        "or grade outside of it."
    )
