"""Show the formula for whitened inputs over the true flow on correlated ones."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np

from lazyrich import exact, kernel, plots
from lazyrich.demos._demo import Demo, Finite, script
from lazyrich.demos.one_neuron import TARGET, start
from lazyrich.plots import Picture

__all__ = ["GRID", "Comparison", "ExactOverlay", "compare"]

GRID = np.append(0.0, np.geomspace(0.01, 30.0, 121))
STEP = 0.0025


@dataclass(frozen=True)
class Comparison:
    """Hold the curves that the demo draws.

    Parameters
    ----------
    t : np.ndarray, shape (T,)
        Times.
    beta : np.ndarray, shape (T, 2)
        The true path.
    guess : np.ndarray, shape (T, 2)
        The path of the formula.
    loss : np.ndarray, shape (T,)
        The true loss.
    error : np.ndarray, shape (T,)
        The distance between both paths.
    metric_error : np.ndarray, shape (T,)
        The relative error of M computed from beta and the initial delta.
    drift : np.ndarray, shape (T,)
        The drift of delta.
    """

    t: np.ndarray
    beta: np.ndarray
    guess: np.ndarray
    loss: np.ndarray
    error: np.ndarray
    metric_error: np.ndarray
    drift: np.ndarray


def compare(
    t: np.ndarray, *, rho: float, delta: float, angle: float, scale: float, ratio: float
) -> Comparison:
    """Compare the formula with the flow on inputs with X^T X = [[1, rho], [rho, 1]].

    The flow is integrated as the browser does it.

    Parameters
    ----------
    t : np.ndarray, shape (T,)
        Times.
    rho : float
        Correlation of the inputs.
    delta : float
        The conserved quantity.
    angle : float
        Degrees between beta0 and the target.
    scale : float
        |beta0|.
    ratio : float
        eta_w / eta_a.

    Returns
    -------
    Comparison
        Both paths and their errors.
    """
    w0, a0, rates = start(delta, angle, scale, ratio)
    w, a = _integrate(t, w0, a0, rho, **rates)
    formula, beta, G = (
        exact.one_neuron(t, w0, a0, TARGET, **rates),
        a[:, None] * w,
        np.array([[1, rho], [rho, 1]]),
    )
    weights, short = (
        kernel.metric_one_neuron(w, a, **rates),
        kernel.metric_from_beta(beta, delta, **rates),
    )
    off = beta - TARGET
    return Comparison(
        t=np.asarray(t),
        beta=beta,
        guess=formula.beta,
        loss=0.5 * np.einsum("ti,ij,tj->t", off, G, off),
        error=np.linalg.norm(beta - formula.beta, axis=1),
        metric_error=np.linalg.norm(short - weights, axis=(1, 2))
        / np.linalg.norm(weights, axis=(1, 2)),
        drift=rates["eta_w"] * a**2 - rates["eta_a"] * np.sum(w**2, axis=1) - delta,
    )


class ExactOverlay(Demo):
    """Give the inputs a correlation and see what breaks: the solution, but not the form of M.

    Parameters
    ----------
    rho : float, -0.95..0.95
        Correlation of the inputs.
    delta : float, -6..6
        The conserved quantity.
    angle : float, 0..175
        Degrees between beta0 and the target.
    scale : float, 0.1..1.5
        |beta0|.
    ratio : float, 1/8..8
        eta_w / eta_a.
    """

    _esm = script("_neuron", "exact_overlay")
    sliders = ("rho", "delta", "angle", "scale", "ratio")
    rho = Finite(0.0, min=-0.95, max=0.95).tag(sync=True)
    delta = Finite(-2.0, min=-6, max=6).tag(sync=True)
    angle = Finite(90.0, min=0, max=175).tag(sync=True)
    scale = Finite(1.0, min=0.1, max=1.5).tag(sync=True)
    ratio = Finite(1.0, min=0.125, max=8).tag(sync=True)

    def picture(self) -> Picture:
        """Draw both paths in function space, and both errors over time."""
        path = compare(GRID, **self.settings)
        fig, (plane, errors) = plt.subplots(1, 2, figsize=(9, 3.4))
        x, y = np.meshgrid(np.linspace(-1.5, 2.1, 60), np.linspace(-1, 1.6, 60))
        loss = ((x - 1) ** 2 + y**2) / 2 + self.rho * (x - 1) * y
        plane.contour(
            x, y, loss, levels=[0.02, 0.1, 0.3, 0.7, 1.3, 2.2], colors="0.8", linewidths=0.8
        )
        plots.simulated(plane, *path.beta.T, color=plots.delta_color(self.delta))
        plots.theory(plane, *path.guess.T)
        plane.set(xlabel=r"$\beta$ along the target", ylabel=r"$\beta$ across", aspect="equal")
        for curve, name, dashes, words in (
            ("error", "vermillion", "-", "formula"),
            ("metric_error", "blue", "--", "$M$"),
        ):
            errors.loglog(
                GRID[1:],
                np.maximum(getattr(path, curve)[1:], 1e-15),
                color=plots.COLORS[name],
                ls=dashes,
                label=words,
            )
        errors.set(xlabel="time $t$", ylabel="error", ylim=(1e-15, 10))
        errors.margins(x=0)
        plots.name_ends(errors)
        words = (
            f"Inputs with correlation {self.rho:g}, delta = {self.delta:g}: path of beta of the "
            "true flow and of the formula for whitened inputs. The formula is off by up to "
            f"{path.error.max():.0e}, the form of M by up to {path.metric_error.max():.0e}."
        )
        return plots.show(fig, alt=words)


def _integrate(
    times: np.ndarray, w0: np.ndarray, a0: float, rho: float, *, eta_w: float, eta_a: float
) -> tuple[np.ndarray, np.ndarray]:
    """Integrate w (T, 2) and a (T,) by the classical Runge-Kutta method, as the browser does."""
    target1, target2 = map(float, TARGET)

    def rhs(w1: float, w2: float, a: float) -> tuple[float, float, float]:
        e1, e2 = a * w1 - target1, a * w2 - target2
        g1, g2 = e1 + rho * e2, rho * e1 + e2
        return -eta_w * a * g1, -eta_w * a * g2, -eta_a * (w1 * g1 + w2 * g2)

    def add(state: tuple, slope: tuple, h: float) -> tuple[float, float, float]:
        return state[0] + h * slope[0], state[1] + h * slope[1], state[2] + h * slope[2]

    state, t, states = (float(w0[0]), float(w0[1]), float(a0)), 0.0, []
    for until in map(float, times):
        count = int(np.ceil((until - t) / STEP))
        h = (until - t) / count if count else 0.0
        for _ in range(count):
            k1 = rhs(*state)
            k2 = rhs(*add(state, k1, h / 2))
            k3 = rhs(*add(state, k2, h / 2))
            k4 = rhs(*add(state, k3, h))
            state = tuple(
                s + h / 6 * (p + 2 * q + 2 * r + u)
                for s, p, q, r, u in zip(state, k1, k2, k3, k4, strict=True)
            )
        t = until
        states.append(state)
    path = np.array(states)
    return path[:, :2], path[:, 2]
