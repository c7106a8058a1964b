"""Draw small figures as SVG for a page without scripts: bar charts and scatter plots.

Each has its numbers in words, for readers who cannot see it. The page's style sheet sets colors.
"""

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

__all__ = ["bars", "points"]

WIDE, HIGH = 640, 240  # of the drawing, in the figure's own units
LEFT, BELOW = 46, 40  # room for the numbers and for the titles of the axes


def bars(
    heights: Sequence[float],
    labels: Sequence[str],
    title: str,
    across: str,
    up: str,
    *,
    most: float | None = None,
) -> Markup:
    """Draw a bar for each number.

    Parameters
    ----------
    heights : sequence of float
        The numbers, none below 0.
    labels : sequence of str
        The label below each bar.
    title : str
        What the figure shows, in words, with its numbers.
    across, up : str
        The titles of the axes.
    most : float, optional
        The number at the upper end of the axis (default: the largest).

    Returns
    -------
    Markup
        An `svg` element.
    """
    most = most or max([*heights, 1e-9])
    step = (WIDE - LEFT) / max(len(heights), 1)
    parts = _axes(across, up, [(0.0, "0"), (1.0, f"{most:g}")])
    for number, (height, label) in enumerate(zip(heights, labels, strict=True)):
        left, tall = LEFT + number * step, (HIGH - BELOW - 20) * height / most
        middle = left + step / 2
        parts.append(
            f'<rect class="bar" x="{left + 0.1 * step:.1f}" y="{HIGH - BELOW - tall:.1f}" '
            f'width="{0.8 * step:.1f}" height="{tall:.1f}"/>'
            f'<text class="tick" x="{middle:.1f}" y="{HIGH - BELOW + 14}">{escape(label)}</text>'
        )
        if height:
            parts.append(
                f'<text class="tick" x="{middle:.1f}" y="{HIGH - BELOW - tall - 4:.1f}">'
                f"{height:g}</text>"
            )
    return _figure(parts, title)


def points(places: Sequence[tuple[float, float, str]], title: str, across: str, up: str) -> Markup:
    """Draw a point for each pair, with x from 0 to 1 and y from -1 to 1.

    Parameters
    ----------
    places : sequence of (float, float, str)
        Each point, and its name.
    title : str
        What the figure shows, in words.
    across, up : str
        The titles of the axes.

    Returns
    -------
    Markup
        An `svg` element.
    """
    parts = _axes(across, up, [(0.0, "-1"), (0.5, "0"), (1.0, "1")])
    parts.append(
        f'<text class="tick" x="{LEFT}" y="{HIGH - BELOW + 14}">0</text>'
        f'<text class="tick" x="{WIDE - 8}" y="{HIGH - BELOW + 14}">1</text>'
    )
    for x, y, name in places:
        left = LEFT + x * (WIDE - LEFT - 8)
        high = (HIGH - BELOW) - (y + 1) / 2 * (HIGH - BELOW - 20)
        parts.append(
            f'<circle class="point" cx="{left:.1f}" cy="{high:.1f}" r="4">'
            f"<title>{escape(name)}</title></circle>"
        )
    return _figure(parts, title)


def _axes(across: str, up: str, ticks: list[tuple[float, str]]) -> list[str]:
    floor, top = HIGH - BELOW, 20
    parts = [
        f'<line class="axis" x1="{LEFT}" y1="{floor}" x2="{WIDE}" y2="{floor}"/>'
        f'<line class="axis" x1="{LEFT}" y1="{top}" x2="{LEFT}" y2="{floor}"/>'
        f'<text class="tick" x="{(WIDE + LEFT) / 2:.0f}" y="{HIGH - 6}">{escape(across)}</text>'
        f'<text class="tick" transform="rotate(-90)" x="{-(floor + top) / 2:.0f}" y="12">'
        f"{escape(up)}</text>"
    ]
    for place, label in ticks:
        y = floor - place * (floor - top)
        parts.append(f'<text class="number" x="{LEFT - 6}" y="{y + 4:.1f}">{escape(label)}</text>')
    return parts


def _figure(parts: list[str], title: str) -> Markup:
    words = escape(title, quote=True)
    return Markup(
        f'<svg viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{words}">{"".join(parts)}</svg>'
    )
