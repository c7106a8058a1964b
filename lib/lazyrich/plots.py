"""House style of every figure: colors all can tell apart, theory dashed over simulation, words for screen readers.

Colors are Okabe and Ito's. delta has a map of its own, brown (downstream) over gray-green (balanced) to teal
(upstream), with a fixed norm, so that a color means the same delta in every figure.
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
from numpy.typing import ArrayLike

__all__ = [
    "COLORS",
    "DELTA_MAP",
    "Picture",
    "delta_color",
    "house_style",
    "show",
    "simulated",
    "theory",
    "use_style",
]

COLORS = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
}
DELTA_MAP = LinearSegmentedColormap.from_list(
    "delta", ["#7B3F00", "#C08A4B", "#8FA39A", "#3C9C96", "#00595A"]
)
_STYLE = {
    "axes.grid": True,
    "axes.prop_cycle": mpl.cycler(
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


def use_style() -> None:
    """Switch matplotlib to the house style for this session."""
    mpl.rcParams.update(_STYLE)


def house_style() -> AbstractContextManager[None]:
    """The house style for the figures drawn inside a `with`."""
    return mpl.rc_context(_STYLE)


def delta_color(delta: float, *, scale: float = 4.0) -> tuple[float, float, float, float]:
    """Color of a delta: brown below zero, teal above, saturating smoothly far beyond `scale`.

    >>> delta_color(0.0) == tuple(DELTA_MAP(0.5))
    True
    """
    return tuple(DELTA_MAP(0.5 + 0.5 * np.tanh(delta / scale)))


def simulated(ax: Axes, x: ArrayLike, y: ArrayLike, **style: Any) -> list[Line2D]:
    """What training did: a solid colored line."""
    return ax.plot(x, y, **{"lw": 3.5, "alpha": 0.75, "solid_capstyle": "round"} | style)


def theory(ax: Axes, x: ArrayLike, y: ArrayLike, **style: Any) -> list[Line2D]:
    """What the formula says: a dashed black line, drawn over the simulation."""
    return ax.plot(x, y, **{"color": "black", "ls": (0, (4, 3)), "lw": 1.5, "zorder": 5} | style)


class Picture:
    """A figure with words: what a notebook shows at the end of a cell.

    JupyterLab, exported pages and screen readers take the HTML, whose <img> carries the alternative text.
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
    """Show a figure with `alt`, one or two sentences that say what it shows, and close it: last call of a cell.

    Raises:
        ValueError: if `alt` says nothing.

    >>> figure = Figure(figsize=(1, 1))
    >>> show(figure, alt="An empty square.")._repr_mimebundle_()["text/plain"]
    'Figure: An empty square.'
    """
    if len(alt.split()) < 3:
        raise ValueError(f"alt: expected a sentence that says what the figure shows, got {alt!r}")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=150)
    plt.close(figure)  # so that the inline backend does not draw it a second time
    return Picture(buffer.getvalue(), " ".join(alt.split()), round(100 * figure.get_figwidth()))
