"""Say what became of everything that was collected."""

from dataclasses import dataclass, field

from autograder.intake.names import named, shown

__all__ = ["Collected"]


@dataclass
class Collected:
    """Say what became of everything that was collected.

    Parameters
    ----------
    assignment : str
        The assignment.
    platform : str
        The platform whose form the file names have.
    new : list of str
        Students with a new hand-in.
    same : list of str
        Students whose hand-in was collected before.
    groups : dict of str to list of str
        By group, the members for whom one hand-in counts.
    unknown : dict of str to str
        By the platform's label of a hand-in, why it belongs to nobody.
    refused : dict of str to str
        By path, why a file was not read.
    untimed : list of str
        Students whose time of handing in is not known.
    late : list of str
        Students whom the platform calls late, without saying how late.
    notes : list of str
        What else the instructor should know.
    """

    assignment: str
    platform: str
    new: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    untimed: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every hand-in was read and matched to a student."""
        return not (self.unknown or self.refused)

    def lines(self) -> list[str]:
        """Describe it, with a line for each kind and each hand-in that needs attention."""
        lines = [
            f"{self.assignment}, {self.platform}: {len(self.new)} new, {len(self.same)} as before"
        ]
        lines += [f"group {name}: {', '.join(who)}" for name, who in sorted(self.groups.items())]
        if self.untimed:
            lines.append(
                f"nothing says when {named(self.untimed)} handed in, so they do not count as late. "
                "Use --times to name a sheet with the times (Moodle: the grading worksheet)"
            )
        if self.late:
            lines.append(
                f"{self.platform} calls {named(self.late)} late, but does not say how late: the "
                "least lateness is counted. Use --times to name a sheet with the times"
            )
        lines += self.notes
        lines += [
            f"{shown(label)}: nobody's, but is kept: {why}" for label, why in self.unknown.items()
        ]
        return lines + [f"{path}: not read: {why}" for path, why in self.refused.items()]
