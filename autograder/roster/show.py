"""Describe a class: its size, sections and groups, and who has left."""

from collections import Counter

from autograder.courses import Course
from autograder.grading.members import groups, members
from nbjudge.wording import counted

__all__ = ["shown_class"]


def shown_class(course: Course) -> list[str]:
    """Describe the current class.

    Parameters
    ----------
    course : Course
        The course.

    Returns
    -------
    list of str
        Lines of text.
    """
    everybody = members(course).values()
    if not everybody:
        return [
            "No class has been read in yet: export one from your platform as CSV, then run "
            "`autograder class FILE.csv`"
        ]
    here = [member for member in everybody if not member.gone]
    lines = [counted(len(here), "student")]
    sections = Counter(member.section or "no section" for member in here)
    if len(sections) > 1:
        lines += [f"  {section}: {count}" for section, count in sorted(sections.items())]
    lines += [f"group {name}: {', '.join(who)}" for name, who in sorted(groups(course).items())]
    return lines + [f"{m.student} left by {m.gone}" for m in everybody if m.gone]
