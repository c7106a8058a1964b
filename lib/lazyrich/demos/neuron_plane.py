"""The demo of neurons in the plane: a small ReLU student, trained in the browser, whose neurons stay or turn to the teacher's."""

from collections.abc import Callable
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import traitlets

from lazyrich import kernel, plots
from lazyrich.demos._demo import Demo, script
from lazyrich.demos._random import generator
from lazyrich.dynamics.chebyshev import coefficients
from lazyrich.plots import Picture
from lazyrich.scales import alpha_for_delta

__all__ = ["PRESETS", "TIMES", "NeuronPlane", "Path", "Task", "path", "task", "time_of"]

M, N, TEACHERS, TOLERANCE, MOST_STAGES = 20, 40, 3, 1e-3, 60
TIMES = np.append(0.0, np.geomspace(0.01, 1000.0, 61))
PRESETS = {
    "lazy": (2.0, 0.0),
    "rich": (0.1, 0.0),
    "upstream": (0.1, 1.0),
    "downstream": (0.1, -1.0),
}


@dataclass(frozen=True)
class Task:
    """Inputs (n, 2) on the unit circle, labels (n,), the teacher's directions (k, 2) and signs (k,), the student's (m, 2) and (m,)."""

    X: np.ndarray
    y: np.ndarray
    teacher: np.ndarray
    teacher_signs: np.ndarray
    directions: np.ndarray
    signs: np.ndarray


@dataclass(frozen=True)
class Path:
    """W (T, m, 2), a (T, m), mean square (T,), kernel distance S (T,), mean angle (T,) in degrees that the w_i have turned by."""

    W: np.ndarray
    a: np.ndarray
    loss: np.ndarray
    S: np.ndarray
    angle: np.ndarray


def task(seed: int) -> Task:
    """The draw of this seed. Neuron i + m/2 is neuron i with the other sign, so that the function is zero at the start."""
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
    """Gradient flow of the mean square from |w_i| = tau alpha, |a_i| = tau / alpha with delta = a_i^2 - |w_i|^2.

    times: in units of 1 / kappa, kappa = a_i^2 + |w_i|^2 at the start, as in `experiments.neurons`.
    """
    given = task(seed)
    alpha = float(alpha_for_delta(delta, tau))
    kappa = np.hypot(2 * tau**2, delta)

    def slope(p: np.ndarray) -> np.ndarray:
        W, a = p[: 2 * M].reshape(M, 2), p[2 * M :]
        z = given.X @ W.T
        gate = (np.maximum(z, 0) @ a - given.y)[:, None] * (z > 0)
        return (
            -2
            / (N * kappa)
            * np.concatenate([(a[:, None] * (gate.T @ given.X)).ravel(), (gate * z).sum(axis=0)])
        )

    states = _follow(
        slope,
        np.concatenate([(tau * alpha * given.directions).ravel(), tau / alpha * given.signs]),
        times,
    )
    W, a = states[:, : 2 * M].reshape(-1, M, 2), states[:, 2 * M :]
    out = np.einsum("tnm,tm->tn", np.maximum(given.X @ W.transpose(0, 2, 1), 0), a)
    kernels = np.array([kernel.ntk_two_layer(given.X, *p) for p in zip(W, a, strict=True)])
    turned = np.abs(
        np.arctan2(W[..., 1] * W[0, :, 0] - W[..., 0] * W[0, :, 1], np.sum(W * W[0], axis=-1))
    )
    return Path(
        W,
        a,
        np.mean((out - given.y) ** 2, axis=1),
        kernel.kernel_distance(kernels, kernels[0]),
        np.degrees(turned).mean(axis=1),
    )


def _follow(
    slope: Callable[[np.ndarray], np.ndarray], y: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """(T, P) states of y' = slope(y), by the steps that the browser takes.

    Runge-Kutta-Chebyshev steps (Sommeijer, Shampine and Verwer 1998) as in `training.integrate`, here for one network and without PyTorch.
    """
    f, t, v = slope(y), 0.0, np.cos(np.arange(y.size, dtype=float))
    v, rho, out, turn = v / np.linalg.norm(v), 0.0, [], 0

    def sharpen() -> None:  # one iteration of the power method on the slope's Jacobian
        nonlocal v, rho
        nudge = (np.linalg.norm(y) + 1e-3) * 1.5e-8
        change = (slope(y + nudge * v) - f) / nudge
        size = np.linalg.norm(change)
        if size > 0:
            v, rho = change / size, size

    for _ in range(12):
        sharpen()
    h = 0.05 * np.min(_blocks(y, floor=True) / np.maximum(_blocks(f), 1e-300))
    for target in times:
        while target - t > 1e-12 * max(target, 1.0):
            turn += 1
            step = min(h, target - t, 0.65 * (MOST_STAGES**2 - 1) / (1.15 * rho))
            s = max(2, int(np.ceil(np.sqrt(1 + step * 1.15 * rho / 0.65))))
            if turn % 4 == 0 or s > 20:
                sharpen()
            new, after, error = _chebyshev(slope, y, f, step, s)
            factor = min(5.0, max(0.1, 0.8 * max(error, 1e-8) ** (-1 / 3)))
            if error <= 1:
                y, f, t = new, after, target if step >= target - t else t + step
                h = max(h, step * factor) if step < 0.99 * h else step * factor
            else:
                h = step * min(0.5, factor)
        out.append(y)
    return np.array(out)


def _chebyshev(
    slope: Callable, y0: np.ndarray, f0: np.ndarray, h: float, s: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """One step of s stages: the new state, its slope, and the error relative to `TOLERANCE` (a step is kept up to 1)."""
    first, rows, _ = coefficients(s)
    before, y = y0, y0 + first * h * f0
    for near, far, mu, gamma in rows:
        f = slope(y)
        before, y = y, (1 - near - far) * y0 + near * y + far * before + h * (mu * f + gamma * f0)
    f = slope(y)
    wrong = 0.8 * (y0 - y) + 0.4 * h * (f0 + f)
    return y, f, float(np.max(_blocks(wrong) / (TOLERANCE * _blocks(y, floor=True))))


def _blocks(p: np.ndarray, *, floor: bool = False) -> np.ndarray:
    """Root mean square of the weights and of the readouts; with `floor` none below a thousandth of the other."""
    rms = np.array([np.sqrt(np.mean(part**2)) for part in (p[: 2 * M], p[2 * M :])])
    return np.maximum(rms, 1e-3 * rms.max()) if floor else rms


def time_of(place: float) -> float:
    """The time at a place 0..1 of the slider."""
    return 0.0 if place <= 0 else 0.01 * 1e5**place


class NeuronPlane(Demo):
    """The parts a_i w_i of a ReLU student's neurons, as points that move in the plane while it learns from a teacher of three.

    tau: overall scale, 0.05..2; delta: relative scale a_i^2 - |w_i|^2, -1..1; time: 0..1, logarithmic from 0.01 to 1000 in units of
    1 / (a_i^2 + |w_i|^2); seed: which teacher, student and inputs are drawn, 0..9. `PRESETS` names four starts.

    >>> NeuronPlane(tau=0.1, delta=-1.0).delta
    -1.0
    """

    _esm = script("_random", "neuron_plane")
    tau = traitlets.Float(0.1, min=0.05, max=2).tag(sync=True)
    delta = traitlets.Float(0.0, min=-1, max=1).tag(sync=True)
    time = traitlets.Float(1.0, min=0, max=1).tag(sync=True)
    seed = traitlets.Int(1, min=0, max=9).tag(sync=True)

    def picture(self) -> Picture:
        """Paths of the neurons until now, and loss and kernel distance over time."""
        given, until = task(self.seed), time_of(self.time)
        run = path(TIMES, self.tau, self.delta, self.seed)
        shown = max(1, int(np.sum(until * (1 + 1e-9) >= TIMES)))
        points = run.a[..., None] * run.W
        fig, (plane, losses, moved) = plt.subplots(1, 3, figsize=(10.5, 3.5))
        signs = {1: plots.COLORS["blue"], -1: plots.COLORS["vermillion"]}
        for way, a in zip(points.transpose(1, 0, 2), run.a.T, strict=True):
            color = signs[1 if a[shown - 1] >= 0 else -1]
            plots.simulated(plane, *way[:shown].T, color=color, lw=1.5)
            plane.plot(*way[shown - 1], "o", ms=5, color=color, zorder=4)
        stars = given.teacher * given.teacher_signs[:, None]
        reach = 1.12 * np.abs(points).max()
        for star, sign in zip(stars, given.teacher_signs, strict=True):
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
            alt=f"Neurons of a ReLU student in the plane at tau = {self.tau:.2g}, delta = {self.delta:.2g}, until time {until:.3g}: turned by "
            f"{run.angle[shown - 1]:.0f} degrees on average; the loss is {run.loss[shown - 1]:.1g}, the kernel has moved by S = {run.S[shown - 1]:.2g}.",
        )
