"""Describe a hand-in as a platform's names tell it."""

from dataclasses import dataclass, field

from autograder.collect.source import Taken

__all__ = ["HandIn"]


@dataclass(frozen=True)
class HandIn:
    """Describe one hand-in of a student or a group, as the platform's names tell it.

    Parameters
    ----------
    label : str
        What the platform calls it; two hand-ins of one label are the same one.
    files : list of (tuple of str, Taken)
        The files, by their paths within the hand-in.
    name : str, default ""
        The name of the student or the group.
    number : str, default ""
        The platform's number.
    login : str, default ""
        The student's name for logging in, or address.
    late : bool, optional
        Whether the platform calls it late; None if it does not say.
    when : str, default ""
        When it was handed in, in words of the platform.
    order : str, default ""
        What sorts several hand-ins of one student that have no time.
    assignment : str, default ""
        The assignment, where the platform's names tell it.
    """

    label: str
    files: list[tuple[tuple[str, ...], Taken]] = field(default_factory=list)
    name: str = ""
    number: str = ""
    login: str = ""
    late: bool | None = None
    when: str = ""
    order: str = ""
    assignment: str = ""
