"""Choose the level of isolation that this machine can hold, by trying it."""

from dataclasses import dataclass
from pathlib import Path

from autograder.isolation.launcher import Walls
from autograder.isolation.outer import Wall, tools_missing
from nbjudge.errors import StartError
from nbjudge.worker.launcher import Launcher, launch

__all__ = ["Level", "WallsMissing", "check_level", "choose"]

LEVELS = ("walls", "process")


class WallsMissing(RuntimeError):
    """Report that this machine cannot give full isolation; the message says why and what to do."""


@dataclass(frozen=True)
class Level:
    """Hold a launcher, and what a person should know about it.

    Parameters
    ----------
    launcher : Launcher
        What starts workers.
    full : bool
        Whether these are walls.
    why : str, default ""
        What stands against more.
    """

    launcher: Launcher
    full: bool
    why: str = ""

    def close(self) -> None:
        """End what it keeps running."""
        if isinstance(self.launcher, Walls):
            self.launcher.close()

    def describe(self) -> str:
        """Write one or two sentences for the end of a grading."""
        if self.full:
            return f"Isolation: {self.launcher.isolation}."
        risks = "; ".join(self.launcher.unprotected)
        return f"Isolation: process ({self.why}). It does not protect from: {risks}."


def choose(
    level: str = "walls",
    *,
    trusted: bool = False,
    warm_up: tuple[str, ...] = (),
    private: tuple[Path, ...] = (),
) -> Level:
    """Choose the strongest level that works.

    Parameters
    ----------
    level : str, default "walls"
        The least level: "walls" (bubblewrap) or "process".
    trusted : bool, default False
        What is graded is ours, so a weaker level will do where walls are missing.
    warm_up : tuple of str, default ()
        The modules that notebooks use; inside the walls they are imported once for all workers
        (see `autograder.courses.Course.warm_up`).
    private : tuple of Path, default ()
        What students' code must not see (see `autograder.courses.Course.private`).

    Returns
    -------
    Level
        To be closed when the grading is over.

    Raises
    ------
    WallsMissing
        If walls are required and this machine cannot hold them.
    ValueError
        For another word than "walls" or "process".
    """
    check_level(level)
    if level == "process":
        return Level(launch, full=False, why="as asked for")
    strongest = _probe(warm_up, private)
    if strongest.full or trusted:
        return strongest
    raise WallsMissing(
        f"students' code cannot be walled in on this machine: {strongest.why}. "
        f"{_advice(strongest.why)} For submissions of people you trust: --isolation process"
    )


def check_level(level: str) -> None:
    """Check the name of a level of isolation.

    Parameters
    ----------
    level : str
        The name.

    Raises
    ------
    ValueError
        If there is no such level.
    """
    if level not in LEVELS:
        raise ValueError(f"isolation: expected 'walls' or 'process', got {level!r}")


def _probe(warm_up: tuple[str, ...], private: tuple[Path, ...]) -> Level:
    missing = tools_missing()
    if missing:
        return Level(launch, full=False, why=f"missing here: {', '.join(missing)}")
    exposed = Wall(warm_up=warm_up).exposed(private)
    if exposed:
        return Level(launch, full=False, why=exposed)
    try:
        walls, why = Walls.strongest(warm_up)
    except (OSError, StartError) as error:
        reason = _last_words(str(error))
        return Level(launch, full=False, why=f"bubblewrap does not work here: {reason}")
    return Level(walls, full=True, why=why)


def _last_words(error: str) -> str:
    """Take what bubblewrap (or what came before it) printed, without our own words around it."""
    return (
        error.strip().removeprefix("the wall's zygote is gone:").strip()[-300:]
        or "it ended and printed nothing"
    )


def _advice(why: str) -> str:
    if "Linux" in why:
        return "Grade on Linux, or in a Linux virtual machine."
    if "missing here" in why:
        return (
            "Install bubblewrap (Debian and Ubuntu: apt install bubblewrap; "
            "Fedora: dnf install bubblewrap)."
        )
    if "students' code sees" in why:
        return "Move the course to a folder outside of the system and of Python's environment."
    return (
        "Programs may not make user namespaces here. On Ubuntu 24.04 and later, allow it to "
        "bubblewrap by an AppArmor profile (/etc/apparmor.d/bwrap with `profile bwrap "
        "/usr/bin/bwrap flags=(unconfined) { userns, }`); elsewhere set the sysctl "
        "kernel.unprivileged_userns_clone or user.max_user_namespaces; in a container, start it "
        "with the rights to make them or grade outside of it."
    )
