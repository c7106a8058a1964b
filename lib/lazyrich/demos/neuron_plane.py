"""Show whether the neurons of a ReLU student, trained in the browser, turn to the teacher's."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import traitlets

from lazyrich import kernel, plots
from lazyrich.demos._demo import Demo, script
from lazyrich.demos._random import generator
from lazyrich.dynamics.stabilized import follow
from lazyrich.plots import Picture
from lazyrich.scales import alpha_for_delta

__all__ = ["PRESETS", "TIMES", "NeuronPlane", "Path", "Task", "path", "task", "time_of"]

M, N, TEACHERS, TOLERANCE = 20, 40, 3, 1e-3
TIMES = np.append(0.0, np.geomspace(0.01, 1000.0, 61))
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
        Their signs.
    directions : np.ndarray, shape (m, 2)
        Directions of the student's neurons at the start.
    signs : np.ndarray, shape (m,)
        Their signs.
    """

    X: np.ndarray
    y: np.ndarray
    teacher: np.ndarray
    teacher_signs: np.ndarray
    directions: np.ndarray
    signs: np.ndarray


@dataclass(frozen=True)
class Path:
    """Hold a run.

    Parameters
    ----------
    W : np.ndarray, shape (T, m, 2)
        Weights.
    a : np.ndarray, shape (T, m)
        Readouts.
    loss : np.ndarray, shape (T,)
        The mean square.
    S : np.ndarray, shape (T,)
        The kernel distance.
    angle : np.ndarray, shape (T,)
        Degrees by which the w_i have turned, on average.
    """

    W: np.ndarray
    a: np.ndarray
    loss: np.ndarray
    S: np.ndarray
    angle: np.ndarray


def task(seed: int) -> Task:
    """Draw inputs, teacher and student.

    Neuron i + m/2 is neuron i with the other sign, so that the function is zero at the start.

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


def path(times: np.ndarray, tau: float, delta: float, seed: int) -> Path:
    """Follow gradient flow of the mean square, step for step as the browser does.

    It starts from |w_i| = tau alpha, |a_i| = tau / alpha with delta = a_i^2 - |w_i|^2.

    Parameters
    ----------
    times : np.ndarray, shape (T,)
        Times in units of 1 / kappa, kappa = a_i^2 + |w_i|^2 at the start, as in
        `experiments.neurons`.
    tau : float
        Overall scale.
    delta : float
        Relative scale.
    seed : int
        Seed of the draw.

    Returns
    -------
    Path
        The run.
    """
    problem = task(seed)
    alpha = float(alpha_for_delta(delta, tau))
    kappa = np.hypot(2 * tau**2, delta)

    def slope(p: np.ndarray) -> np.ndarray:
        W, a = p[: 2 * M].reshape(M, 2), p[2 * M :]
        z = problem.X @ W.T
        gate = (np.maximum(z, 0) @ a - problem.y)[:, None] * (z > 0)
        return (
            -2
            / (N * kappa)
            * np.concatenate([(a[:, None] * (gate.T @ problem.X)).ravel(), (gate * z).sum(axis=0)])
        )

    begin = np.concatenate(
        [(tau * alpha * problem.directions).ravel(), tau / alpha * problem.signs]
    )
    states = follow(slope, begin, times, sizes=(2 * M, M), tolerance=TOLERANCE)
    W, a = states[:, : 2 * M].reshape(-1, M, 2), states[:, 2 * M :]
    out = np.einsum("tnm,tm->tn", np.maximum(problem.X @ W.transpose(0, 2, 1), 0), a)
    kernels = np.array([kernel.ntk_two_layer(problem.X, *p) for p in zip(W, a, strict=True)])
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
    """Convert a place of the slider to a time.

    Parameters
    ----------
    place : float
        From 0 to 1.

    Returns
    -------
    float
        0, then logarithmic from 0.01 to 1000, in units of 1 / kappa.
    """
    return 0.0 if place <= 0 else 0.01 * 1e5**place


class NeuronPlane(Demo):
    """Watch the parts a_i w_i of a ReLU student move in the plane while it learns.

    `PRESETS` names four starts.

    Parameters
    ----------
    tau : float, 0.05..2
        Overall scale.
    delta : float, -1..1
        Relative scale a_i^2 - |w_i|^2.
    time : float, 0..1
        Logarithmic from 0.01 to 1000, in units of 1 / (a_i^2 + |w_i|^2) at the start.
    seed : int, 0..9
        Which teacher, student and inputs are drawn.

    Examples
    --------
    >>> NeuronPlane(tau=0.1, delta=-1.0).delta
    -1.0
    """

    _esm = script("_random", "neuron_plane")
    tau = traitlets.Float(0.1, min=0.05, max=2).tag(sync=True)
    delta = traitlets.Float(0.0, min=-1, max=1).tag(sync=True)
    time = traitlets.Float(1.0, min=0, max=1).tag(sync=True)
    seed = traitlets.Int(1, min=0, max=9).tag(sync=True)

    def picture(self) -> Picture:
        """Draw paths of the neurons until now, and loss and kernel distance over time."""
        problem, until = task(self.seed), time_of(self.time)
        run = path(TIMES, self.tau, self.delta, self.seed)
        shown = max(1, int(np.sum(until * (1 + 1e-9) >= TIMES)))
        points = run.a[..., None] * run.W
        fig, (plane, losses, moved) = plt.subplots(1, 3, figsize=(10.5, 3.5))
        signs = {1: plots.COLORS["blue"], -1: plots.COLORS["vermillion"]}
        for way, a in zip(points.transpose(1, 0, 2), run.a.T, strict=True):
            color = signs[1 if a[shown - 1] >= 0 else -1]
            plots.simulated(plane, *way[:shown].T, color=color, lw=1.5)
            plane.plot(*way[shown - 1], "o", ms=5, color=color, zorder=4)
        stars = problem.teacher * problem.teacher_signs[:, None]
        reach = 1.12 * np.abs(points).max()
        for star, sign in zip(stars, problem.teacher_signs, strict=True):
            plots.theory(plane, *np.stack([0 * star, 3 * reach * star]).T, lw=1)
            plane.plot(
                *(0.93 * reach * star),
                "*",
                ms=13,
                color=signs[int(sign)],
                mec="black",
                mew=0.8,
                zorder=6,
            )
        plane.set(
            xlim=(-reach, reach),
            ylim=(-reach, reach),
            aspect="equal",
            xlabel="$a_i w_{i1}$",
            ylabel="$a_i w_{i2}$",
        )
        losses.loglog(TIMES[1:], run.loss[1:])
        moved.semilogx(TIMES[1:], run.S[1:])
        for ax in (losses, moved):
            ax.axvline(max(until, TIMES[1]), color="0.5", lw=1)
            ax.set(xlabel=r"time $\kappa t$")
        losses.set(ylabel="loss", ylim=(1e-7, 2))
        moved.set(ylabel="kernel distance $S$", ylim=(0, 0.5))
        return plots.show(
            fig,
            alt=f"Neurons of a ReLU student in the plane at tau = {self.tau:.2g}, "
            f"delta = {self.delta:.2g}, until time {until:.3g}: turned by "
            f"{run.angle[shown - 1]:.0f} degrees on average; the loss is "
            f"{run.loss[shown - 1]:.1g}, the kernel has moved by S = {run.S[shown - 1]:.2g}.",
        )
