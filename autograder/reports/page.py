"""Write the instructor's page about an assignment, and its numbers as CSV files beside it.

The page runs and loads nothing. Everything that students wrote is escaped, and control characters
are removed.
"""

from dataclasses import astuple
from pathlib import Path
from typing import Any

from markupsafe import Markup

from autograder.courses import Course
from autograder.feedback_pages.markup import clean_text
from autograder.feedback_pages.templates import filled, inlined
from autograder.reports.export import write_rows
from autograder.reports.figures import bars, points
from autograder.reports.overview import Overview
from autograder.reports.report import notes
from autograder.reports.similarity import Similar, similar
from nbjudge.wording import counted

__all__ = ["write_page"]

PAGES = Path(__file__).with_name("pages")
BINS = 10  # of the distribution of totals
SLOWEST, MESSAGES, GROUPS = 10, 20, 100  # the most rows of the longer tables


def write_page(course: Course, name: str, summary: Overview, folder: Path | None = None) -> Path:
    """Write the page and, beside it, items.csv, messages.csv and students.csv.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    summary : Overview
        How the class did.
    folder : Path, optional
        The folder to write to (default: report/NAME/ beside the gradebook).

    Returns
    -------
    Path
        The page.
    """
    folder = folder or course.runtime / "report" / name
    folder.mkdir(parents=True, exist_ok=True)
    alike = similar(course, name)
    _write_tables(folder, summary)
    page = folder / "index.html"
    page.write_text(_rendered(name, summary, alike), encoding="utf-8")
    return page


def _rendered(name: str, summary: Overview, alike: Similar) -> str:
    styles = (PAGES / "report.css").read_text(encoding="utf-8")
    values = dict(
        name=name,
        summary=summary,
        figures=_figures(summary),
        notes=notes(summary),
        checks=[(i, summary.checks[i.exercise, i.check, i.kind]) for i in summary.items],
        messages=summary.messages.most_common(MESSAGES),
        slowest=_slowest(summary)[:SLOWEST],
        alike=alike.groups[:GROUPS],
        more=len(alike.groups[GROUPS:]),
        short=alike.short,
        cut=alike.cut,
        **_numbers(summary),
        **inlined(styles),
    )
    return filled(PAGES, "report", values, filters={"clean": clean_text})


def _numbers(summary: Overview) -> dict[str, Any]:
    totals = sorted(outcome.marks.total for outcome in summary.outcomes if outcome.marks)
    middle = len(totals) // 2
    median = totals[middle] if len(totals) % 2 else (totals[middle - 1] + totals[middle]) / 2
    return {
        "most": max(outcome.marks.most for outcome in summary.outcomes if outcome.marks),
        "mean": sum(totals) / len(totals),
        "median": median,
        "least": totals[0],
        "largest": totals[-1],
    }


def _figures(summary: Overview) -> dict[str, Markup]:
    most = _numbers(summary)["most"] or 1.0
    counts = [0] * BINS
    for outcome in summary.outcomes:
        if outcome.marks:
            counts[min(BINS - 1, int(BINS * outcome.marks.total / most))] += 1
    edges = [f"{k * most / BINS:g}-{(k + 1) * most / BINS:g}" for k in range(BINS)]
    spread = "; ".join(
        f"{edge}: {count}" for edge, count in zip(edges, counts, strict=True) if count
    )
    shares = [round(100 * mean / of) if of else 0 for mean, of, _ in summary.exercises.values()]
    each = "; ".join(f"{e}: {s}" for e, s in zip(summary.exercises, shares, strict=True))
    items = [(i.difficulty, i.discrimination, i) for i in summary.items]
    places = [(x, y, f"{i.exercise} {i.check}") for x, y, i in items if y is not None]
    found = {
        "totals": bars(
            counts, edges, f"Totals, and how many have them: {spread}", "total", "students"
        ),
        "exercises": bars(
            shares,
            [exercise[-12:] for exercise in summary.exercises],
            f"Mean points of each exercise in percent of the points that can be reached: {each}",
            "exercise",
            "percent",
            most=100,
        ),
    }
    if places:
        weak = [name for _, y, name in places if y < 0.1]
        found["checks"] = points(
            places,
            f"{counted(len(places), 'check')} by the fraction that passed (across) and by "
            "discrimination (up). "
            f"Discrimination below 0.1: {', '.join(weak) or 'none'}",
            "fraction that passed",
            "discrimination",
        )
    return found


def _slowest(summary: Overview) -> list[tuple[str, float, float]]:
    rows = [(student, *seconds) for student, seconds in summary.seconds.items()]
    return sorted(rows, key=lambda row: -row[1])


def _write_tables(folder: Path, summary: Overview) -> None:
    lost = {item: summary.checks[item.exercise, item.check, item.kind] for item in summary.items}
    write_rows(
        folder / "items.csv",
        [
            "exercise",
            "check",
            "kind",
            "points",
            "fraction that passed",
            "discrimination",
            "lost by",
        ],
        ([*astuple(item), how.total()] for item, how in lost.items()),
    )
    write_rows(
        folder / "messages.csv",
        ["times", "exercise", "message"],
        ([number, *key] for key, number in summary.messages.most_common()),
    )
    header = ["student", "total", "late penalty", "hours late", "seconds", "seconds of own code"]
    rows: list[list[Any]] = []
    for outcome in summary.outcomes:
        seconds = summary.seconds.get(outcome.student, (None, None))
        total = (outcome.marks.total, outcome.marks.penalty) if outcome.marks else (None, None)
        hours = outcome.time.late / 3600
        rows.append([outcome.student, *total, hours, *seconds, outcome.manual, outcome.reason])
    without = [(student, "not handed in") for student in summary.absent]
    without += [(student, "not graded yet") for student in summary.ungraded]
    without += [(student, "not in the class, and not counted") for student in summary.outside]
    without += [(stray.where, f"not graded: {stray.why}") for stray in summary.strays]
    rows += [[who, *[None] * 6, why] for who, why in without]
    write_rows(folder / "students.csv", [*header, "manual", "reason"], rows)
