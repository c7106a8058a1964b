"""Describe a hand-in that is kept: what the platform called it, and when it came."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["About", "Attempt"]


@dataclass(frozen=True)
class About:
    """Hold what is known about a hand-in.

    Parameters
    ----------
    label : str
        What the platform calls it.
    platform : str
        The platform.
    collected : str
        When it was first collected, as `as_text` writes it.
    when : str, default ""
        When it was handed in, in UTC; "" if nothing says it.
    late : bool, optional
        Whether the platform calls it late; None if it does not say.
    order : str, default ""
        What sorts hand-ins that have no time.
    digest : str, default ""
        The hash of all its files.
    why : str, default ""
        Why no student was found for it.
    newest : bool, default False
        Whether the newest hand-in counts, even if it is late and an older one is not.
    said : str, default ""
        `when` in the platform's words, which may lack a time zone.
    """

    label: str
    platform: str
    collected: str
    when: str = ""
    late: bool | None = None
    order: str = ""
    digest: str = ""
    why: str = ""
    newest: bool = False
    said: str = ""

    @property
    def stamp(self) -> str:
        """The text of timestamp.txt for this hand-in."""
        if self.when:
            return self.when
        word = "late" if self.late else "not late"
        return f"{word} ({self.platform} does not say when it was handed in)"


@dataclass(frozen=True)
class Attempt:
    """Describe a hand-in that is kept.

    Parameters
    ----------
    folder : Path
        Its folder.
    about : About
        What is known about it.
    """

    folder: Path
    about: About

    @property
    def files(self) -> Path:
        """The folder of its files."""
        return self.folder / "files"
