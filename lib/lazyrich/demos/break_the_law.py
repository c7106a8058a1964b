"""Show how step size, minibatches, weight decay and momentum break the conservation of delta."""

import matplotlib.pyplot as plt
import numpy as np
import traitlets

from lazyrich import plots
from lazyrich.demos._demo import Demo, Finite, FiniteList, script
from lazyrich.demos._random import generator
from lazyrich.plots import Picture

__all__ = ["BreakTheLaw", "train"]

DURATION, SEED, W0, A0 = 10.0, 1, (0.9, -0.4), 0.5
_RNG = np.random.default_rng(3)
X = _RNG.normal(size=(8, 2)) / 8**0.5
# No neuron fits all samples, so the noise of minibatches never ends.
Y = X @ np.array([1.0, 1.0]) + 0.3 * _RNG.normal(size=8)


def train(
    *, step: float, batch: int, decay: float, momentum: float, duration: float = DURATION
) -> dict[str, np.ndarray]:
    """Train by heavy-ball steps with coupled weight decay and rates 1, as the browser does.

    Parameters
    ----------
    step : float
        The step size.
    batch : int
        Samples per step, 1..8.
    decay : float
        Weight decay.
    momentum : float
        Momentum.
    duration : float, default 10.0
        Step size times number of steps.

    Returns
    -------
    dict of str to np.ndarray, each of shape (T+1,)
        "t", "a2", "w2", "delta" and "predicted", which sums the exact change of each step:
        step^2 (|da|^2 - |dw|^2) - 2 step decay (a^2 - |w|^2) with the decayed gradients, valid
        without momentum.
    """
    n, steps, draw = len(X), round(duration / step), generator(SEED)
    rows, w, a = list(range(n)), np.array(W0), A0
    velocity_w, velocity_a = np.zeros(2), 0.0
    predicted = a**2 - w @ w
    out = []
    for k in range(steps + 1):
        out.append((k * step, a**2, w @ w, a**2 - w @ w, predicted))
        for i in range(batch if batch < n else 0):
            j = i + int(draw() * (n - i))
            rows[i], rows[j] = rows[j], rows[i]
        chosen = rows[:batch]
        g = n / batch * X[chosen].T @ (a * (X[chosen] @ w) - Y[chosen])
        dw, da = a * g + decay * w, w @ g + decay * a
        predicted += step**2 * (da**2 - dw @ dw) - 2 * step * decay * (a**2 - w @ w)
        velocity_w, velocity_a = (
            momentum * velocity_w - step * dw,
            momentum * velocity_a - step * da,
        )
        w, a = w + velocity_w, a + velocity_a
    return dict(zip(("t", "a2", "w2", "delta", "predicted"), np.array(out).T, strict=True))


class BreakTheLaw(Demo):
    """Drag the settings of training and see delta leave the line that gradient flow keeps.

    Parameters
    ----------
    step : float, 0.001..0.1
        The step size.
    batch : int, 1..8
        Samples a step.
    decay : float, 0..0.3
        Weight decay.
    momentum : float, 0..0.9
        Momentum.
    X, y, w0, a0, duration, seed : list, float or int
        The problem, which the browser reads.
    """

    _esm = script("_random", "break_the_law")
    sliders = ("step", "batch", "decay", "momentum")
    step = Finite(0.03, min=0.001, max=0.1).tag(sync=True)
    batch = traitlets.Int(8, min=1, max=8).tag(sync=True)
    decay = Finite(0.0, min=0, max=0.3).tag(sync=True)
    momentum = Finite(0.0, min=0, max=0.9).tag(sync=True)
    X = FiniteList(X.tolist()).tag(sync=True)
    y = FiniteList(Y.tolist()).tag(sync=True)
    w0 = FiniteList(list(W0)).tag(sync=True)
    a0 = Finite(A0).tag(sync=True)
    duration = Finite(DURATION).tag(sync=True)
    seed = traitlets.Int(SEED, min=0, max=2**32 - 1).tag(sync=True)

    def picture(self) -> Picture:
        """Draw delta and the squares of both sizes over time."""
        run = train(**self.settings)
        fig, (deltas, squares) = plt.subplots(1, 2, figsize=(9, 3))
        plots.simulated(
            deltas, run["t"], run["delta"], color=plots.delta_color(run["delta"][-1]), label="steps"
        )
        law = run["delta"][0] * np.exp(-2 * self.decay * run["t"])
        plots.theory(deltas, run["t"], law, label="flow with decay")
        deltas.set(xlabel="time (step x number of steps)", ylabel=r"$\delta$")
        deltas.legend()
        plots.simulated(squares, run["t"], run["a2"], color=plots.COLORS["blue"], label="$a^2$")
        plots.simulated(
            squares,
            run["t"],
            run["w2"],
            color=plots.COLORS["vermillion"],
            ls="--",
            label=r"$|w|^2$",
        )
        squares.set(xlabel="time (step x number of steps)", ylabel="squared size")
        squares.margins(x=0)
        plots.name_ends(squares)
        words = (
            f"Delta over time with step {self.step:g}, batches of {self.batch}, "
            f"decay {self.decay:g} and momentum {self.momentum:g}: it goes from "
            f"{run['delta'][0]:.2f} to {run['delta'][-1]:.2f}. Beside it the squared sizes."
        )
        return plots.show(fig, alt=words)
