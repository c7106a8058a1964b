"""Show how neurons of a ReLU or linear student, trained in the browser, turn to the teacher's."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import traitlets
from matplotlib.axes import Axes

from lazyrich import kernel, plots
from lazyrich.demos._demo import Demo, Finite, script
from lazyrich.demos._random import generator
from lazyrich.dynamics.stabilized import follow
from lazyrich.plots import Picture
from lazyrich.scales import alpha_for_delta

__all__ = ["PRESETS", "TIMES", "NeuronPlane", "Path", "Task", "path", "task", "time_of"]

M, N, TEACHERS, TOLERANCE = 20, 40, 3, 1e-3
EARLIEST, LATEST = 1e-3, 1e3
TIMES = np.append(0.0, np.geomspace(EARLIEST, LATEST, 73))
SCALE = 0.6  # of the colors of delta
STARTS = {1: "-", 0: "--", -1: ":"}  # deltas drawn for comparison, each with its dashes
PRESETS = {
    "lazy": (2.0, 0.0),
    "rich": (0.1, 0.0),
    "upstream": (0.1, 1.0),
    "downstream": (0.1, -1.0),
}


@dataclass(frozen=True)
class Task:
    """Hold a draw of inputs, teacher and student.

    Parameters
    ----------
    X : np.ndarray, shape (n, 2)
        Inputs on the unit circle.
    y : np.ndarray, shape (n,)
        Labels.
    teacher : np.ndarray, shape (k, 2)
        Directions of the teacher's neurons.
    teacher_signs : np.ndarray, shape (k,)
        Signs of the teacher's readouts.
    directions : np.ndarray, shape (m, 2)
        Directions of the student's neurons at the start.
    signs : np.ndarray, shape (m,)
        Signs of the student's readouts at the start.
    """

    X: np.ndarray
    y: np.ndarray
    teacher: np.ndarray
    teacher_signs: np.ndarray
    directions: np.ndarray
    signs: np.ndarray


@dataclass(frozen=True)
class Path:
    """Hold the curves of a run.

    Parameters
    ----------
    W : np.ndarray, shape (T, m, 2)
        Weights.
    a : np.ndarray, shape (T, m)
        Readouts.
    loss : np.ndarray, shape (T,)
        The mean square error.
    S : np.ndarray, shape (T,)
        The kernel distance.
    angle : np.ndarray, shape (T,)
        The average angle by which the w_i have turned, in degrees.
    """

    W: np.ndarray
    a: np.ndarray
    loss: np.ndarray
    S: np.ndarray
    angle: np.ndarray


def task(seed: int) -> Task:
    """Draw inputs, teacher and student.

    Neuron i + m/2 is neuron i with the opposite sign, so that the function is zero at the start.

    Parameters
    ----------
    seed : int
        The seed.

    Returns
    -------
    Task
        The draw.
    """
    draw = generator(seed)

    def neurons(count: int) -> tuple[np.ndarray, np.ndarray]:
        both = [(2 * np.pi * draw(), 1.0 if draw() < 0.5 else -1.0) for _ in range(count)]
        angles, signs = np.array(both).T
        return np.stack([np.cos(angles), np.sin(angles)], axis=1), signs

    teacher, teacher_signs = neurons(TEACHERS)
    half, half_signs = neurons(M // 2)
    X, _ = neurons(N)
    y = np.maximum(X @ teacher.T, 0) @ teacher_signs
    return Task(
        X,
        y,
        teacher,
        teacher_signs,
        np.tile(half, (2, 1)),
        np.concatenate([half_signs, -half_signs]),
    )


def path(times: np.ndarray, tau: float, delta: float, seed: int, *, linear: bool = False) -> Path:
    """Integrate gradient flow of the mean square error, step for step as the browser does.

    It starts from |w_i| = tau alpha, |a_i| = tau / alpha with delta = a_i^2 - |w_i|^2.

    Parameters
    ----------
    times : np.ndarray, shape (T,)
        Times t of the flow.
    tau : float
        Overall scale.
    delta : float
        Relative scale.
    seed : int
        Seed of the draw.
    linear : bool, default False
        Whether the student's neurons compute a z rather than a max(0, z). Weights at the start and
        data are the same for both.

    Returns
    -------
    Path
        The run.
    """
    problem, leak = task(seed), float(linear)
    alpha = float(alpha_for_delta(delta, tau))

    def slope(p: np.ndarray) -> np.ndarray:
        W, a = p[: 2 * M].reshape(M, 2), p[2 * M :]
        z = problem.X @ W.T
        gates = np.where(z > 0, 1.0, leak)
        wrong = ((gates * z) @ a - problem.y)[:, None] * gates
        slopes = [(a[:, None] * (wrong.T @ problem.X)).ravel(), (wrong * z).sum(axis=0)]
        return -2 / N * np.concatenate(slopes)

    begin = np.concatenate(
        [(tau * alpha * problem.directions).ravel(), tau / alpha * problem.signs]
    )
    states = follow(slope, begin, times, sizes=(2 * M, M), tolerance=TOLERANCE)
    W, a = states[:, : 2 * M].reshape(-1, M, 2), states[:, 2 * M :]
    z = problem.X @ W.transpose(0, 2, 1)
    out = np.einsum("tnm,tm->tn", np.where(z > 0, z, leak * z), a)
    kernels = np.array(
        [kernel.ntk_two_layer(problem.X, *p, leak=leak) for p in zip(W, a, strict=True)]
    )
    turned = np.abs(
        np.arctan2(W[..., 1] * W[0, :, 0] - W[..., 0] * W[0, :, 1], np.sum(W * W[0], axis=-1))
    )
    return Path(
        W,
        a,
        np.mean((out - problem.y) ** 2, axis=1),
        kernel.kernel_distance(kernels, kernels[0]),
        np.degrees(turned).mean(axis=1),
    )


def time_of(place: float) -> float:
    """Convert a slider position to a time.

    Parameters
    ----------
    place : float
        The position, from 0 to 1.

    Returns
    -------
    float
        The time: 0 at position 0, otherwise logarithmic from 0.001 to 1000.
    """
    return 0.0 if place <= 0 else EARLIEST * (LATEST / EARLIEST) ** place


class NeuronPlane(Demo):
    """Watch the parts a_i w_i of a ReLU or linear student move in the plane while it learns.

    `PRESETS` names four starts. The distance from the center of the plane is logarithmic, so that
    turning is visible while neurons are small.

    Parameters
    ----------
    tau : float, 0.05..2
        Overall scale.
    delta : float, -1..1
        Relative scale a_i^2 - |w_i|^2.
    time : float, 0..1
        Position of the time slider, see `time_of`.
    seed : int, 0..9
        Seed of teacher, student and inputs.
    linear : bool
        Whether the student's neurons compute a z rather than a max(0, z), from the same weights and
        for the same data.

    Examples
    --------
    >>> NeuronPlane(tau=0.1, delta=-1.0).delta
    -1.0
    """

    _esm = script("_random", "neuron_plane")
    tau = Finite(0.1, min=0.05, max=2).tag(sync=True)
    delta = Finite(0.0, min=-1, max=1).tag(sync=True)
    time = Finite(1.0, min=0, max=1).tag(sync=True)
    seed = traitlets.Int(1, min=0, max=9).tag(sync=True)
    linear = traitlets.Bool(False).tag(sync=True)

    def picture(self) -> Picture:
        """Draw paths of the neurons until now, loss over time, and S over time of three starts."""
        until = time_of(self.time)
        run = path(TIMES, self.tau, self.delta, self.seed, linear=self.linear)
        shown = max(1, int(np.sum(until * (1 + 1e-9) >= TIMES)))
        fig, (plane, losses, moved) = plt.subplots(1, 3, figsize=(10.5, 3.5))
        _draw_plane(plane, task(self.seed), run, shown, self.tau**2 / 10)
        color = plots.delta_color(self.delta, scale=SCALE)
        losses.loglog(TIMES[1:], run.loss[1:], color=color)
        for delta, style in STARTS.items():
            other = path(TIMES, self.tau, delta, self.seed, linear=self.linear)
            shade = plots.delta_color(delta, scale=SCALE)
            moved.semilogx(TIMES[1:], other.S[1:], color=shade, ls=style, lw=1.2)
            moved.annotate(
                rf" $\delta = {delta}$", (TIMES[-1], other.S[-1]), va="center", fontsize=8
            )
        moved.semilogx(TIMES[1:], run.S[1:], color=color, lw=3.5)
        for ax in (losses, moved):
            ax.axvline(max(until, TIMES[1]), color="0.5", lw=1)
            ax.set(xlabel="time $t$")
        losses.set(ylabel="loss", ylim=(1e-7, 2))
        moved.set(ylabel="kernel distance $S$", ylim=(-0.01, 0.5))
        return plots.show(
            fig,
            alt=f"Neurons of a {'linear' if self.linear else 'ReLU'} student in the plane at tau = "
            f"{self.tau:.2g}, delta = {self.delta:.2g}, until time {until:.3g}: turned by "
            f"{run.angle[shown - 1]:.0f} degrees on average; the loss is "
            f"{run.loss[shown - 1]:.1g}, the kernel has moved by S = {run.S[shown - 1]:.2f}. "
            "Beside it S over time of this start, and of delta = 1, 0 and -1.",
        )


def _draw_plane(ax: Axes, problem: Task, run: Path, shown: int, least: float) -> None:
    """Draw a_i w_i until now, `least` in the middle, and the directions of the teacher."""
    points = run.a[..., None] * run.W
    most = 1.2 * np.linalg.norm(points, axis=-1).max()

    def place(vectors: np.ndarray) -> np.ndarray:
        size = np.linalg.norm(vectors, axis=-1, keepdims=True)
        far = np.maximum(np.log(size / least), 0.0) / np.log(most / least)
        return vectors / size * far

    for power in range(int(np.ceil(np.log10(least) + 0.3)), int(np.floor(np.log10(most))) + 1):
        circle = place(np.array([10.0**power, 0.0]))[0]
        ax.add_patch(plt.Circle((0, 0), circle, fill=False, color="0.8", lw=0.8))
        ax.text(0, circle, f"$10^{{{power}}}$", fontsize=8, ha="center", va="bottom", color="0.35")
    looks = {1: ("blue", "o", "-"), -1: ("vermillion", "s", (0, (3, 1)))}
    for way, a in zip(points.transpose(1, 0, 2), run.a.T, strict=True):
        name, marker, dash = looks[1 if a[shown - 1] >= 0 else -1]
        color, way = plots.COLORS[name], place(way[:shown])
        ax.plot(*way.T, color=color, lw=1.5, ls=dash)
        ax.plot(*way[-1], marker, ms=5, color=color, zorder=4)
    for star, sign in zip(problem.teacher, problem.teacher_signs.astype(int), strict=True):
        plots.theory(ax, *np.stack([0 * star, sign * star]).T, lw=1)
        look = {"color": plots.COLORS[looks[sign][0]], "mec": "black", "mew": 0.8, "zorder": 6}
        ax.plot(*(sign * star), "*", ms=13, clip_on=False, **look)
    ax.set(xlim=(-1.05, 1.05), ylim=(-1.05, 1.05), aspect="equal", xticks=[], yticks=[])
    ax.set(xlabel="$a_iw_i$, distance logarithmic")
    ax.spines[:].set_visible(False)
