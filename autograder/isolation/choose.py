"""Choose the isolation level that this machine can provide, by trying it."""

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
    """Hold a launcher, and what the instructor should know about it.

    Parameters
    ----------
    launcher : Launcher
        Starts workers.
    full : bool
        Whether these are walls.
    why : str, default ""
        Why the level is not higher.
    """

    launcher: Launcher
    full: bool
    why: str = ""

    def close(self) -> None:
        """Stop the processes that it keeps running."""
        if isinstance(self.launcher, Walls):
            self.launcher.close()

    def describe(self) -> str:
        """Describe the level in one or two sentences, for the end of grading."""
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
        The lowest level to accept: "walls" (bubblewrap) or "process".
    trusted : bool, default False
        The work that is graded is the instructor's own, so a weaker level will do where walls are
        missing.
    warm_up : tuple of str, default ()
        The modules that notebooks use; inside the walls they are imported once for all workers
        (see `autograder.courses.Course.warm_up`).
    private : tuple of Path, default ()
        The paths that students' code must not see (see `autograder.courses.Course.private`).

    Returns
    -------
    Level
        The level, to be closed when grading is over.

    Raises
    ------
    WallsMissing
        If walls are required and this machine cannot provide them.
    ValueError
        If `level` is neither "walls" nor "process".
    """
    check_level(level)
    if level == "process":
        return Level(launch, full=False, why="as asked for")
    strongest = _probe(warm_up, private)
    if strongest.full or trusted:
        return strongest
    raise WallsMissing(
        f"students' code cannot be isolated behind walls on this machine: {strongest.why}. "
        f"{_advice(strongest.why)} For submissions of people you trust, use --isolation process"
    )


def check_level(level: str) -> None:
    """Check the name of an isolation level.

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
    """Extract what bubblewrap (or what ran before it) printed from our own error message."""
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
        "Programs may not create user namespaces here. On Ubuntu 24.04 and later, allow "
        "bubblewrap to do so with an AppArmor profile (/etc/apparmor.d/bwrap with `profile bwrap "
        "/usr/bin/bwrap flags=(unconfined) { userns, }`); elsewhere set the sysctl "
        "kernel.unprivileged_userns_clone or user.max_user_namespaces; in a container, start it "
        "with permission to create them, or grade outside of it."
    )
