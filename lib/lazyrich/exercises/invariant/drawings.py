"""Draw why one says upstream and downstream (01, section 2)."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from lazyrich import plots
from lazyrich.plots import Picture

__all__ = ["upstream_and_downstream"]


def upstream_and_downstream() -> Picture:
    """Draw the signal as a river through both layers, and which layer learns faster."""
    fig, axs = plt.subplots(3, 1, figsize=(7.6, 5.2))
    for ax, delta, title in (
        (axs[0], 4.0, r"upstream, $\delta > 0$: a large readout makes the early layer fast"),
        (axs[1], 0.0, r"balanced, $\delta = 0$: both layers are as fast as each other"),
        (axs[2], -4.0, r"downstream, $\delta < 0$: large weights make the late layer fast"),
    ):
        _river(ax, delta)
        ax.set_title(title, loc="left", color=plots.delta_color(delta))
    return plots.show(
        fig,
        alt="Three times the same river from the input on the left through the weights w to the "
        "readout a and the output on the right. Upstream the box of the readout is large, and the "
        "weights, near the source, are marked as the faster ones. Balanced, both boxes are alike. "
        "Downstream the box of the weights is large, and the readout, near the mouth, is marked as "
        "the faster one.",
    )


def _river(ax: Axes, delta: float) -> None:
    color = plots.delta_color(delta)
    ax.axhspan(0.42, 0.58, color=plots.COLORS["sky"], alpha=0.25, lw=0)
    large, small, even = 0.84, 0.36, 0.6
    heights = (small, large) if delta > 0 else (large, small) if delta < 0 else (even, even)
    for x, height, name, fast in (
        (0.33, heights[0], "weights $w$", delta >= 0),
        (0.67, heights[1], "readout $a$", delta <= 0),
    ):
        ax.add_patch(
            FancyBboxPatch(
                (x - 0.08, 0.5 - height / 2), 0.16, height,
                boxstyle="round,pad=0.005", fc=color if fast else "white", ec=color, lw=2,
            )
        )  # fmt: skip
        ax.text(x, 0.5, name, ha="center", va="center", color="white" if fast else "black")
        if fast:
            words = "faster" if delta else "as fast"
            ax.text(x, 0.56 + height / 2, words, color=color, ha="center", va="bottom")
    for start, end in ((0.1, 0.24), (0.43, 0.57), (0.76, 0.9)):
        ax.add_patch(FancyArrowPatch((start, 0.5), (end, 0.5), arrowstyle="-|>", mutation_scale=14))
    ax.text(0.085, 0.5, "input $x$", ha="right", va="center")
    ax.text(0.915, 0.5, "output $f$", ha="left", va="center")
    ax.set(xlim=(0, 1), ylim=(0, 1.05))
    ax.axis("off")
