"""Redraw the paper's figures on one neuron, with dashed theory over the integrated flow.

Each function draws one figure and returns it with `gap`, the largest distance between the closed
form and the integrated flow in the figure. Figure numbers are those of Kunin et al. 2024 (arXiv
2406.06158).
"""

# This module is long because it has one function for each figure.

from collections.abc import Callable, Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from lazyrich import conserved, dynamics, exact, kernel, plots

__all__ = ["Redrawn", "basins", "function_space", "overlay", "seven_deltas", "surfaces"]

TARGET = np.array([1.0, 0.0])
DELTAS = (-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0)
NAMES = {-1: "downstream", 0: "balanced", 1: "upstream"}


class Redrawn(plots.Picture):
    """Show a figure of the paper, and hold the gap between theory and integration in it.

    Parameters
    ----------
    picture : plots.Picture
        The figure.
    gap : float
        The largest distance between theory and integration; for `basins` a share from 0 to 1.
    """

    def __init__(self, picture: plots.Picture, gap: float) -> None:
        super().__init__(picture.png, picture.alt, picture.width)
        self.gap = gap


def surfaces() -> Redrawn:
    """Draw figure 2: paths in parameter space (w1, w2, a) stay on the level sets of delta.

    Returns
    -------
    Redrawn
        The figure and its gap.
    """
    fig = plt.figure(figsize=(10, 3.9))
    t, gaps = np.append(0.0, np.geomspace(0.01, 30, 120)), []
    for k, (delta, size) in enumerate(((-1.0, 1.6), (0.0, 1.3), (1.0, 1.2))):
        ax = fig.add_subplot(1, 3, k + 1, projection="3d")
        _surface(ax, delta, plots.delta_color(delta))
        for turn in np.radians(np.arange(20, 360, 45)):
            for sign in (1, -1):
                w0, a0 = (
                    size * np.array([np.cos(turn), np.sin(turn)]),
                    sign * np.sqrt(size**2 + delta),
                )
                path, run = exact.one_neuron(t, w0, a0, TARGET), _integrate(t, np.eye(2), w0, a0)
                gaps.append(np.max(np.abs(path.w - run.w)))
                gaps.append(np.max(np.abs(path.a - run.a)))
                color = plots.COLORS["blue" if path.a[-1] > 0 else "vermillion"]
                ax.plot(*run.w.T, run.a, color=color, lw=2.2, alpha=0.75)
                ax.plot(*path.w.T, path.a, color="black", lw=0.8, ls=(0, (4, 3)))
                ax.plot(*w0, a0, "o", ms=3, mfc="white", mec="black")
        ticks = {f"{axis}ticks": (-1, 0, 1) for axis in "xyz"}
        ax.set(
            xlim=(-2, 2),
            ylim=(-2, 2),
            zlim=(-2, 2),
            xlabel="$w_1$",
            ylabel="$w_2$",
            zlabel="$a$",
            **ticks,
        )
        ax.set_title(rf"$\delta$ = {delta:g} ({NAMES[int(np.sign(delta))]})", y=1.0)
        ax.set_box_aspect((1, 1, 1.15), zoom=0.96)
        ax.zaxis.labelpad = -6  # further out it leaves the picture
        ax.tick_params(labelsize=8, pad=-1)
        ax.grid(visible=False)
        ax.view_init(elev=16, azim=-62)
    for color, words in (("blue", "ends with $a>0$"), ("vermillion", "ends with $a<0$")):
        fig.axes[0].plot([], [], [], color=plots.COLORS[color], lw=2.2, label=words)
    fig.axes[0].plot([], [], [], color="black", lw=0.8, ls=(0, (4, 3)), label="theory")
    handles, labels = fig.axes[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="upper center", ncols=3, fontsize=9)
    return _redrawn(
        fig,
        max(gaps),
        alt="Three surfaces in the space of both weights and the readout: one sheet for delta = "
        "-1, a double cone for 0, two sheets for 1. Sixteen paths run on each surface without "
        "leaving it, toward a solution with a positive or one with a negative readout. On the one "
        "sheet some paths cross from positive to negative readout; on the two sheets none can.",
    )


def seven_deltas(
    beta0: tuple[float, float] = (0.0, 1.0), *, eta_w: float = 1.0, eta_a: float = 1.0
) -> Redrawn:
    """Draw figure 3: loss, norm, angle and kernel distance over time for seven deltas.

    All paths start from the same function.

    Parameters
    ----------
    beta0 : tuple of float, shape (2,), default (0.0, 1.0)
        The function at the start.
    eta_w : float, default 1.0
        Learning rate of the weights.
    eta_a : float, default 1.0
        Learning rate of the readout.

    Returns
    -------
    Redrawn
        The figure and its gap.
    """
    t, rates = np.append(0.0, np.geomspace(0.01, 100, 200)), {"eta_w": eta_w, "eta_a": eta_a}
    fig, axes = plt.subplots(2, 2, figsize=(9, 5.4), sharex=True)
    gaps = []
    for delta in DELTAS:
        w0, a0 = conserved.init_from_delta(np.array(beta0), delta, **rates)
        path = exact.one_neuron(t, w0, a0, TARGET, **rates)
        run = _integrate(t, np.eye(2), w0, a0, **rates)
        gaps.append(np.max(np.abs(path.beta - run.beta)))
        ours, theirs = (_curves(p, w0, a0, rates) for p in (path, run))
        for ax, x, y in zip(axes.flat, ours, theirs, strict=True):
            plots.simulated(
                ax, t[1:], y[1:], color=plots.delta_color(delta), label=rf"$\delta$ = {delta:g}"
            )
            plots.theory(ax, t[1:], x[1:], lw=1)
    for ax, label in zip(
        axes.flat,
        (
            "loss",
            r"size of the function $\|\beta\|$",
            "angle to the target (degrees)",
            "kernel distance $S$",
        ),
        strict=True,
    ):
        ax.set(xscale="log", ylabel=label)
    axes[0, 0].set(yscale="log", ylim=(1e-8, 3))
    for ax in axes[1]:
        ax.set_xlabel("time $t$")
    axes[1, 1].legend(fontsize=8)
    return _redrawn(
        fig,
        max(gaps),
        alt="Loss, size, angle and kernel distance over logarithmic time for seven values of "
        "delta. The larger delta is, the faster the loss falls and the less the kernel moves. "
        "Downstream (negative) the loss first drops to a plateau while the size falls and the "
        "angle stays near its start; angle and kernel move much later, and the kernel farthest of "
        "all.",
    )


def function_space() -> Redrawn:
    """Draw figure 4: paths of beta with full and with low rank, and where they end.

    Returns
    -------
    Redrawn
        The figure and its gap.
    """
    t = np.append(0.0, np.geomspace(0.01, 400, 300))
    fig, axes = plt.subplots(1, 2, figsize=(9.5, 4.2))
    gaps = []
    starts = np.array([[0.0, 1.0], [0.35, 0.6]])
    for ax, X, start in zip(axes, (np.eye(2), np.array([[1.0, 0.0]])), starts, strict=True):
        y = X @ TARGET
        _contours(ax, X)
        for delta in (-20.0, -4.0, -1.0, 0.0, 1.0, 4.0):
            w0, a0 = conserved.init_from_delta(start, delta)
            path, run = exact.projected(t, X, y, w0, a0), _integrate(t, X, w0, a0)
            gaps.append(np.max(np.abs(path.beta - run.beta)))
            ax.plot(
                *run.beta.T,
                color=plots.delta_color(delta),
                lw=3,
                alpha=0.75,
                label=rf"$\delta$ = {delta:g}",
            )
            plots.theory(ax, *path.beta.T, lw=1)
            end = exact.implicit_bias(X, y, w0, a0)
            gaps.append(np.max(np.abs(end - run.beta[-1])) if X.shape[0] == 1 else 0.0)
            ax.plot(*end, "o", color=plots.delta_color(delta), mec="black", ms=6, zorder=6)
        ax.plot(*start, "o", mfc="white", mec="black", ms=8, zorder=7)
        ax.set(
            xlabel=r"$\beta_1$",
            ylabel=r"$\beta_2$",
            xlim=(-0.15, 1.45),
            ylim=(-0.2, 1.8),
            aspect="equal",
            yticks=(0, 0.5, 1, 1.5),
        )
    axes[0].set_title("full rank: one solution")
    axes[1].set_title("rank one: a line of solutions")
    axes[1].axvline(1, color="0.4", lw=1)
    axes[1].plot(
        [0, 1], [0, start[1] / start[0]], ls=":", color="0.3", lw=1.2
    )  # the ray through the start
    axes[1].plot(
        [start[0], 1], [start[1], start[1]], ls=":", color="0.3", lw=1.2
    )  # the shortest way
    axes[0].legend(fontsize=8, loc="upper right")
    return _redrawn(
        fig,
        max(gaps),
        alt="Paths of beta from one start for six deltas. Left, full rank: all end at the same "
        "point; upstream goes almost straight there, downstream first shrinks along the ray of the "
        "start and then turns. Right, rank one: all end on a vertical line of solutions, upstream "
        "at the point nearest to the start, downstream near the point where the ray through the "
        "start meets the line.",
    )


def basins(deltas: tuple[float, ...] = (-0.5, -4.0), *, seed: int = 0) -> Redrawn:
    """Draw figure 7: from which starts the readout ends negative.

    For a given delta < 0, a start is a readout a and a direction of w, since |w|^2 = a^2 - delta.
    The gap is the share of the integrated starts, 20 per panel, that end in another basin than
    predicted.

    Parameters
    ----------
    deltas : tuple of float, default (-0.5, -4.0)
        Negative deltas, one panel each.
    seed : int, default 0
        Seed of the integrated starts.

    Returns
    -------
    Redrawn
        The figure and its gap.
    """
    a, turn = np.linspace(-2, 2, 81), np.linspace(0, 180, 61)
    rng, wrong, tried = np.random.default_rng(seed), 0, 0
    fig, axes = plt.subplots(
        1, len(deltas), figsize=(4.6 * len(deltas), 3.6), sharey=True, squeeze=False
    )
    colors = (plots.COLORS["vermillion"], plots.COLORS["blue"])
    for ax, delta in zip(axes[0], deltas, strict=True):
        edge = exact.separatrix(
            _on_surface(a[None, :], turn[:, None], delta), np.broadcast_to(a, (61, 81)), TARGET
        )
        ax.contourf(turn, a, edge.T, levels=[-np.inf, 0, np.inf], colors=colors, alpha=0.3)
        ax.contour(turn, a, edge.T, levels=[0], colors="black", linestyles=[(0, (4, 3))])
        for a0, angle in zip(rng.uniform(-1.9, 1.9, 20), rng.uniform(3, 177, 20), strict=True):
            w0 = _on_surface(a0, angle, delta)
            ended = np.sign(dynamics.one_neuron(200.0, np.eye(2), TARGET, w0, a0).a)
            wrong, tried = wrong + int(ended != exact.basin(w0, a0, TARGET)), tried + 1
            ax.plot(
                angle,
                a0,
                "o",
                ms=5,
                mec="black",
                color=plots.COLORS["blue" if ended > 0 else "vermillion"],
            )
        ax.set(xlabel="angle between $w(0)$ and target (degrees)", title=rf"$\delta$ = {delta:g}")
    axes[0, 0].set_ylabel("readout $a(0)$")
    return _redrawn(
        fig,
        wrong / tried,
        alt="Starts by the angle of the weights and the readout; blue ends with a positive "
        "readout, red with a negative one, and the dashed separatrix is between them. Weights at a "
        "small angle pull even a negative readout up, and weights at a large angle pull a positive "
        "one down, the more so the more negative delta is. Dots are integrated starts.",
    )


def overlay(solution: Callable[..., Mapping[str, Any]] | None = None) -> Redrawn:
    """Draw figure 8: a closed form over the integrated flow.

    Parameters
    ----------
    solution : callable, optional
        Function ``solution(t, w0, a0, beta_star, *, eta_w, eta_a)`` that returns arrays "w" (T, 2)
        and "a" (T,) by name; by default the library's solution.

    Returns
    -------
    Redrawn
        The figure and its gap.
    """
    rates, w0_angle = {"eta_w": 2.0, "eta_a": 0.5}, np.array([0.3, 1.0])
    t, gaps = np.append(0.0, np.geomspace(0.01, 40, 150)), []
    fig, axes = plt.subplots(1, 3, figsize=(10, 3.1), sharey=True)
    for ax, delta in zip(axes, (-3.0, 0.0, 3.0), strict=True):
        w0, a0 = conserved.init_from_delta(w0_angle, delta, **rates)
        if solution is None:
            path = exact.one_neuron(t, w0, a0, TARGET, **rates)
            w, a = path.w, path.a
        else:
            answer = solution(t, w0, a0, TARGET, **rates)
            w, a = np.asarray(answer["w"]), np.asarray(answer["a"])
        run = _integrate(t, np.eye(2), w0, a0, **rates)
        gaps += [np.max(np.abs(w - run.w)), np.max(np.abs(a - run.a))]
        for x, y, name, color in (
            (w[:, 0], run.w[:, 0], "$w$ along the target", "blue"),
            (w[:, 1], run.w[:, 1], "$w$ across", "green"),
            (a, run.a, "readout $a$", "vermillion"),
        ):
            plots.simulated(ax, t[1:], y[1:], color=plots.COLORS[color], label=name)
            plots.theory(ax, t[1:], x[1:])
        ax.set(
            xscale="log",
            xlabel="time $t$",
            title=rf"$\delta$ = {delta:g} ({NAMES[int(np.sign(delta))]})",
        )
    axes[2].legend(fontsize=8)
    return _redrawn(
        fig,
        max(gaps),
        alt="The two parts of the weights and the readout over logarithmic time for delta = -3, 0 "
        "and 3. In each panel dashed curves of the formula lie on the solid curves of the "
        "integration.",
    )


def _redrawn(fig: plt.Figure, gap: float, *, alt: str) -> Redrawn:
    return Redrawn(plots.show(fig, alt=alt), float(gap))


def _integrate(
    t: np.ndarray, X: np.ndarray, w0: np.ndarray, a0: float, **rates: float
) -> exact.OneNeuron:
    return dynamics.one_neuron(t, X, X @ TARGET, w0, a0, rtol=1e-12, atol=1e-14, **rates)


def _curves(
    path: exact.OneNeuron, w0: np.ndarray, a0: float, rates: dict[str, float]
) -> tuple[np.ndarray, ...]:
    """Compute loss, |beta|, angle in degrees and S."""
    angle = np.degrees(np.arctan2(np.abs(path.beta[:, 1]), path.beta[:, 0]))
    S = kernel.whitened_kernel_distance(w0, a0, path.w, path.a, **rates)
    return path.loss, np.linalg.norm(path.beta, axis=1), angle, S


def _surface(ax: Axes, delta: float, color: tuple[float, ...]) -> None:
    """Draw rings and ribs of the level set a^2 - |w|^2 = delta."""
    turn = np.linspace(0, 2 * np.pi, 61)
    for sheet in (1, -1):
        r = np.linspace(np.sqrt(max(-delta, 0.0)), np.sqrt(4 - max(delta, 0.0)), 15)
        a = sheet * np.sqrt(np.maximum(r**2 + delta, 0))
        ax.plot_wireframe(
            np.outer(r, np.cos(turn)), np.outer(r, np.sin(turn)), np.tile(a[:, None], turn.size),
            color=color, lw=0.7, alpha=0.55, rcount=8, ccount=14,
        )  # fmt: skip


def _contours(ax: Axes, X: np.ndarray) -> None:
    x, y = np.meshgrid(np.linspace(-0.15, 1.45, 80), np.linspace(-0.2, 1.8, 100))
    residual = np.stack([x, y], axis=-1) @ X.T - X @ TARGET
    ax.contour(
        x,
        y,
        0.5 * np.sum(residual**2, axis=-1),
        levels=[0.02, 0.1, 0.3, 0.7, 1.3],
        colors="0.8",
        linewidths=0.8,
    )


def _on_surface(a: Any, degrees: Any, delta: float) -> np.ndarray:
    """Place w (..., 2) of length sqrt(a^2 - delta) at this angle to the target."""
    size, turn = np.sqrt(np.square(a) - delta), np.radians(degrees)
    return np.stack(np.broadcast_arrays(size * np.cos(turn), size * np.sin(turn)), axis=-1)
