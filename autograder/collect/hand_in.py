"""Describe a hand-in, as far as the platform's file names say."""

from dataclasses import dataclass, field

from autograder.collect.source import Taken

__all__ = ["HandIn"]


@dataclass(frozen=True)
class HandIn:
    """Describe one hand-in of a student or a group, as far as the platform's file names say.

    Parameters
    ----------
    label : str
        What the platform calls it; two hand-ins with one label are the same hand-in.
    files : list of (tuple of str, Taken)
        The files, by their paths within the hand-in.
    name : str, default ""
        The name of the student or the group.
    number : str, default ""
        The platform's number.
    login : str, default ""
        The student's login, or address.
    late : bool, optional
        Whether the platform calls it late; None if it does not say.
    when : str, default ""
        When it was handed in, in the platform's words.
    order : str, default ""
        What sorts several hand-ins of one student that have no time.
    assignment : str, default ""
        The assignment, where the platform's file names say it.
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
