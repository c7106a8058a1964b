"""Draw figures in one style: colorblind-safe colors, theory over simulation, alternative texts.

The colors are Okabe and Ito's, with orange, sky and purple darkened until a line has a contrast of
3 to 1 with white; yellow has less and is for areas only. delta has its own colormap, from brown
(downstream) through gray-green (balanced) to teal (upstream), with a fixed normalization, so that a
color means the same delta in every figure.
"""

import base64
import html
import io
from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.rcsetup import cycler
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = [
    "COLORS",
    "DELTA_MAP",
    "Picture",
    "as_fraction",
    "delta_color",
    "house_style",
    "name_ends",
    "show",
    "simulated",
    "theory",
    "use_style",
]

COLORS = {  # and in demos/js/_shared.js, which a test compares with these
    "black": "#000000",
    "orange": "#BF7F00",
    "sky": "#2F8FC7",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "purple": "#C26A9B",
}
DELTA_MAP = LinearSegmentedColormap.from_list(
    "delta", ["#7B3F00", "#B27A3A", "#7C8F87", "#348F89", "#00595A"]
)
_STYLE: dict[Any, Any] = {
    "axes.grid": True,
    "axes.prop_cycle": cycler(
        color=[COLORS[name] for name in ("blue", "vermillion", "green", "orange", "purple", "sky")]
    ),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": "medium",
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
    "figure.facecolor": "white",  # legible on a dark page too
    "font.size": 11,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "lines.linewidth": 2,
}
_SIMULATED: dict[str, Any] = {"lw": 3.5, "solid_capstyle": "round"}
_THEORY: dict[str, Any] = {"color": "black", "ls": (0, (4, 3)), "lw": 1.5, "zorder": 5}


def use_style() -> None:
    """Switch matplotlib to the course's style for this session."""
    mpl.rcParams.update(_STYLE)


def house_style() -> AbstractContextManager[None]:
    """Apply the course's style to the figures drawn inside a `with` block.

    Returns
    -------
    AbstractContextManager
        The context manager.
    """
    return mpl.rc_context(_STYLE)


def delta_color(delta: float, *, scale: float = 4.0) -> tuple[float, float, float, float]:
    """Choose the color of a value of delta: brown below zero, teal above.

    The color saturates smoothly far beyond `scale`.

    Parameters
    ----------
    delta : float
        The conserved quantity.
    scale : float, default 4.0
        The delta at which the color is 76% (tanh 1) of the way to the end of the colormap.

    Returns
    -------
    tuple of float
        Red, green, blue and opacity, in [0, 1].

    Raises
    ------
    ValueError
        If `delta` is not one number (inf is allowed), or `scale` is not above 0.

    Examples
    --------
    >>> delta_color(0.0) == tuple(DELTA_MAP(0.5))
    True
    """
    number = validate.numbers("delta", delta, "one number")
    if number.ndim or np.isnan(number):
        raise ValueError(f"delta: expected one number, got {delta!r}")
    share = float(np.tanh(number / validate.rate("scale", scale)))
    return tuple(float(part) for part in DELTA_MAP(0.5 + 0.5 * share))


def simulated(ax: Axes, x: ArrayLike, y: ArrayLike, **style: Any) -> list[Line2D]:
    """Draw what training did: a solid colored line.

    Parameters
    ----------
    ax : Axes
        The axes to draw on.
    x : array_like, shape (n,)
        Horizontal coordinates.
    y : array_like, shape (n,) or (n, k)
        Vertical coordinates.
    **style : Any
        Arguments of `Axes.plot`, which override those of the style.

    Returns
    -------
    list of Line2D
        The lines.
    """
    return ax.plot(x, y, **_SIMULATED | style)


def theory(ax: Axes, x: ArrayLike, y: ArrayLike, **style: Any) -> list[Line2D]:
    """Draw what the formula says: a dashed black line over the simulation.

    Parameters
    ----------
    ax : Axes
        The axes to draw on.
    x : array_like, shape (n,)
        Horizontal coordinates.
    y : array_like, shape (n,) or (n, k)
        Vertical coordinates.
    **style : Any
        Arguments of `Axes.plot`, which override those of the style.

    Returns
    -------
    list of Line2D
        The lines.
    """
    return ax.plot(x, y, **_THEORY | style)


def name_ends(ax: Axes) -> None:
    """Write the label of each line beside its end, on the right of the axes, instead of a legend.

    Lines that end before the right edge of the axes or outside them get no label. Call this
    function after the limits of the axes are set.

    Parameters
    ----------
    ax : Axes
        The axes, whose lines have labels.

    Examples
    --------
    >>> figure, ax = plt.subplots(figsize=(3, 2))
    >>> _ = ax.plot([0, 1], [0, 1], label="rising")
    >>> name_ends(ax)
    >>> [text.get_text() for text in ax.texts]
    ['rising']
    >>> plt.close(figure)
    """
    ax.autoscale_view()  # limits that are not set yet
    to_share = ax.transData + ax.transAxes.inverted()
    gap = 11 / (
        72 * ax.figure.get_figheight() * 0.75
    )  # a line of small text, as a share of the axes
    ends = []
    for line in ax.get_lines():
        points = to_share.transform(np.transpose(line.get_data()))
        x, y = points[-1] if len(points) else (0.0, 0.0)
        if not str(line.get_label()).startswith("_") and x > 0.9 and 0 <= y <= 1:
            ends.append((y, line.get_label()))
    lowest = -np.inf
    for y, label in sorted(ends, key=lambda end: end[0]):
        lowest = max(y, lowest + gap)
        ax.text(1.02, lowest, label, transform=ax.transAxes, va="center", fontsize=8)


class Picture:
    """Hold a figure and its alternative text: what a notebook shows at the end of a cell.

    JupyterLab, exported pages and screen readers take the HTML, whose <img> carries the alternative
    text.

    Parameters
    ----------
    png : bytes
        The figure as a PNG file.
    alt : str
        The alternative text.
    width : int
        The width at which it is shown, in pixels.
    """

    def __init__(self, png: bytes, alt: str, width: int) -> None:
        self.png, self.alt, self.width = png, alt, width

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        data = base64.b64encode(self.png).decode()
        alt = html.escape(self.alt, quote=True)
        style = f"max-width: 100%; width: {self.width}px"
        return {
            "text/html": f'<img alt="{alt}" style="{style}" src="data:image/png;base64,{data}">',
            "text/plain": f"Figure: {self.alt}",
        }


def show(figure: Figure, *, alt: str) -> Picture:
    """Show a figure with an alternative text and close it: the last call of a cell.

    Parameters
    ----------
    figure : Figure
        The figure.
    alt : str
        One or two sentences that say what it shows.

    Returns
    -------
    Picture
        The picture, which a notebook shows.

    Raises
    ------
    ValueError
        If `alt` has fewer than three words, or `figure` is something else, such as axes.

    Examples
    --------
    >>> figure = Figure(figsize=(1, 1))
    >>> show(figure, alt="An empty square.")._repr_mimebundle_()["text/plain"]
    'Figure: An empty square.'
    """
    if not isinstance(figure, Figure):
        raise ValueError(f"figure: expected a matplotlib figure, got {type(figure).__name__}")
    if len(alt.split()) < 3:
        raise ValueError(f"alt: expected a sentence that says what the figure shows, got {alt!r}")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=150)
    plt.close(figure)  # so that the inline backend does not draw it a second time
    return Picture(buffer.getvalue(), " ".join(alt.split()), round(100 * figure.get_figwidth()))


def as_fraction(value: float) -> str:
    """Write a number as a unit fraction where it is one, such as 1/16 rather than 0.0625.

    Parameters
    ----------
    value : float
        A number.

    Returns
    -------
    str
        A fraction 1/n where it is one, n up to 9999, else up to six digits.

    Examples
    --------
    >>> as_fraction(0.0625), as_fraction(4.0), as_fraction(-0.5), as_fraction(0.0)
    ('1/16', '4', '-1/2', '0')
    """
    if 1e-4 < abs(value) < 1 and np.isclose(1 / value, round(1 / value)):
        return f"{'-' if value < 0 else ''}1/{1 / abs(value):.0f}"
    return f"{value:g}"
