"""Measure finished runs: the regime from loss and kernel, the time to grok, sample complexity, the concentration of filters."""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = ["filter_concentration", "grok_gap", "regime_label", "sample_complexity", "summarize_run"]

LAZY = 0.05  # kernel distance at the end below which features are said not to have moved
FITTED = 0.1  # of the first loss
FLAT = 1e-12  # share of a filter's power below which it counts as none: rounding


def regime_label(loss: ArrayLike, S: ArrayLike) -> str:
    """ "lazy" if S[-1] < 0.05; else, at the first point where loss <= 0.1 loss[0], "delayed" if S < S[-1] / 2 there, "rich" if not.

    A run whose loss never comes there is "unfinished". The label is a run's, not a delta's, and says nothing of clocks.
    loss, S: (T,) along the run. Raises ValueError on bad input.
    """
    loss, S = _curves(loss=validate.real("loss", loss, "(T,)"), S=validate.real("S", S, "(T,)"))
    if S[-1] < LAZY:
        return "lazy"
    fitted = loss <= FITTED * loss[0]
    if not fitted.any():
        return "unfinished"
    return "delayed" if S[np.argmax(fitted)] < 0.5 * S[-1] else "rich"


def summarize_run(t: ArrayLike, loss: ArrayLike, S: ArrayLike) -> dict[str, float | str]:
    """How soon, how far, and by which name: {"t_half", "S_final", "regime"}.

    t_half is the first of the times at which S >= S[-1] / 2 (nan if S[-1] <= 1e-12: nothing moved), S_final = S[-1], regime as
    `regime_label` has it. If loss or S holds a NaN or an infinity the run is "diverged" and both numbers are nan.
    t, loss, S: (T,). Raises ValueError on shapes that do not fit or times that are not finite.
    """
    t, loss, S = _curves(
        t=validate.real("t", t, "(T,)"),
        loss=np.asarray(loss, dtype=np.float64),
        S=np.asarray(S, dtype=np.float64),
    )
    if not (np.isfinite(loss).all() and np.isfinite(S).all()):
        return {"t_half": np.nan, "S_final": np.nan, "regime": "diverged"}
    half = float(t[np.argmax(0.5 * S[-1] <= S)]) if S[-1] > 1e-12 else np.nan
    return {"t_half": half, "S_final": float(S[-1]), "regime": regime_label(loss, S)}


def _curves(**curves: np.ndarray) -> list[np.ndarray]:
    """The curves as they are, if they are curves of one length."""
    length = next(iter(curves.values())).shape
    for name, curve in curves.items():
        if curve.ndim != 1 or curve.size == 0 or curve.shape != length:
            raise ValueError(
                f"{name}: expected shape {length if len(length) == 1 else '(T,)'}, got {curve.shape}"
            )
    return list(curves.values())


def grok_gap(steps: ArrayLike, train: ArrayLike, test: ArrayLike, thr: float) -> dict[str, float]:
    """From when on an accuracy stays at or above thr, on training and on test data, and the difference.

    steps: (T,) rising; train, test: (T,). Returns "t_train", "t_test", "gap" = t_test - t_train. A time that does not come by the last
    measurement is inf; so is the gap if test never does; nan if train never does. NaN is below every threshold. Raises ValueError on bad shapes.
    """
    steps = validate.times("steps", steps)
    curves = {
        name: np.asarray(values, dtype=float) for name, values in (("train", train), ("test", test))
    }
    if (
        steps.ndim != 1
        or steps.size == 0
        or any(values.shape != steps.shape for values in curves.values())
    ):
        shapes = ", ".join(f"{name} {values.shape}" for name, values in curves.items())
        raise ValueError(
            f"steps, train, test: expected one length (T,), got steps {steps.shape}, {shapes}"
        )
    t_train, t_test = (_stays(steps, values >= thr) for values in curves.values())
    gap = t_test - t_train if np.isfinite(t_train) else np.nan
    return {"t_train": t_train, "t_test": t_test, "gap": float(gap)}


def _stays(steps: np.ndarray, above: np.ndarray) -> float:
    if not above[-1]:
        return np.inf
    below = np.flatnonzero(~above)
    return float(steps[below[-1] + 1 if below.size else 0])


def sample_complexity(P: ArrayLike, err: ArrayLike, target: float) -> float:
    """The number of samples at which the error first is at or below target, interpolated linearly in log P.

    P: (k,) rising, > 0; err: (k,). P[0] if it is there at once (an upper bound), inf if it never is. Raises ValueError on bad shapes.
    """
    P, err = validate.real("P", P, "(k,)"), validate.real("err", err, "(k,)")
    if (
        P.ndim != 1
        or P.size == 0
        or err.shape != P.shape
        or np.any(P <= 0)
        or np.any(np.diff(P) <= 0)
    ):
        raise ValueError(
            f"P, err: expected rising P > 0 and as many errors, got {P!r} and shape {err.shape}"
        )
    hit = np.flatnonzero(err <= target)
    if hit.size == 0:
        return np.inf
    i = hit[0]
    if i == 0:
        return float(P[0])
    part = (err[i - 1] - target) / (err[i - 1] - err[i])
    return float(P[i - 1] * (P[i] / P[i - 1]) ** part)


def filter_concentration(filters: ArrayLike) -> np.ndarray:
    """Share of a filter's power, the mean left out, in its largest block of 3 x 3 neighboring frequencies; they wrap around.

    filters: (k, h, w), h and w >= 3, power |fft2|^2 on the filter's own h x w frequencies. Returns (k,), in [0, 1]; 0 for a flat filter. A
    wave has its power at two opposite frequencies: 1 if one block holds both (coarse waves), 1/2 if not. Raises ValueError on bad shapes.
    `experiments.filters.concentration` measures the same on the frequencies of the images.
    """
    filters = validate.real("filters", filters, "(k, h, w)")
    if filters.ndim != 3 or min(filters.shape[1:]) < 3:
        raise ValueError(f"filters: expected (k, h, w) with h and w >= 3, got {filters.shape}")
    power = np.abs(np.fft.fft2(filters)) ** 2
    whole = power.sum(axis=(1, 2))
    power[:, 0, 0] = 0
    total = power.sum(axis=(1, 2))
    moves = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    blocks = sum(np.roll(power, move, axis=(1, 2)) for move in moves)
    some = total > FLAT * whole
    return np.where(some, blocks.max(axis=(1, 2)) / np.where(some, total, 1), 0.0)
