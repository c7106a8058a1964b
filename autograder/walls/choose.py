"""Which level of isolation this machine can hold: found out by doing it."""

from dataclasses import dataclass

from autograder.walls.launcher import Walls
from autograder.walls.outer import Wall, tools_missing
from lazyrich.judge.holding import Launcher, StartError, launch

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
        f"students' code cannot be walled in on this machine: {level.why}. Install bubblewrap (Debian and Ubuntu: apt install "
        "bubblewrap) or grade on Linux; for submissions of people you trust: --isolation process"
    )


def _probe() -> Level:
    missing = tools_missing()
    if missing:
        return Level(launch, full=False, why=f"missing here: {', '.join(missing)}")
    from autograder.walls.launcher import _Zygote

    zygote = None
    try:
        zygote = _Zygote(Wall())
        nested = zygote.wait()["nested"]
    except (OSError, StartError) as error:
        return Level(launch, full=False, why=f"bubblewrap does not work here: {str(error).strip()[-300:]}")
    finally:
        if zygote is not None:
            zygote.close()
    return Level(Walls(nested=nested), full=True)
