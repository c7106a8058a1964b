"""Measure finished runs: regime, time to half, grokking gap, sample complexity, concentration."""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = ["filter_concentration", "grok_gap", "regime_label", "sample_complexity", "summarize_run"]

# The thresholds of regimes (lazy, rich, delayed), here and in demos/js/regimes.js, which a test
# compares with these.
LAZY = 0.05  # final kernel distance below which features are said not to have moved
FITTED = 0.1  # share of the first loss at which a run counts as fitted
HALF = 0.5  # share of the final kernel distance: reached before the fit "rich", after it "delayed"
STILL = 1e-12  # final kernel distance up to which any movement is rounding

FLAT = 1e-12  # share of a filter's power up to which the power is rounding


def regime_label(loss: ArrayLike, S: ArrayLike) -> str:
    """Name the regime of a run from its loss and its kernel distance.

    A run is "lazy" if S[-1] < 0.05. Otherwise it is "delayed" if S < S[-1] / 2 at the first point
    where loss <= 0.1 loss[0], "rich" if not, and "unfinished" if its loss never falls that far. The
    label belongs to a run, not to a value of delta, and does not depend on the unit of time.

    Parameters
    ----------
    loss : array_like, shape (T,)
        The loss along the run.
    S : array_like, shape (T,)
        The kernel distance from the start, at the same times.

    Returns
    -------
    str
        "lazy", "rich", "delayed" or "unfinished".

    Raises
    ------
    ValueError
        If numbers are not finite or shapes do not match.

    Examples
    --------
    >>> regime_label([1.0, 0.05, 0.0], [0.0, 0.3, 0.4])
    'rich'
    """
    loss, S = _curves(loss=validate.real("loss", loss, "(T,)"), S=validate.real("S", S, "(T,)"))
    if S[-1] < LAZY:
        return "lazy"
    fitted = loss <= FITTED * loss[0]
    if not fitted.any():
        return "unfinished"
    return "delayed" if S[np.argmax(fitted)] < HALF * S[-1] else "rich"


def summarize_run(
    t: ArrayLike, loss: ArrayLike, S: ArrayLike, *, interpolate: bool = False
) -> dict[str, float | str]:
    """Measure how soon and how far the kernel of a run moved, and name the run's regime.

    Parameters
    ----------
    t : array_like, shape (T,)
        The times, rising.
    loss : array_like, shape (T,)
        The loss at these times.
    S : array_like, shape (T,)
        The kernel distance from the start at these times.
    interpolate : bool, default False
        Whether "t_half" is interpolated linearly between two times.

    Returns
    -------
    dict of str to float or str
        "t_half": the first of the times at which S >= S[-1] / 2, nan if S[-1] <= 1e-12 (nothing
        moved); "S_final": S[-1]; "regime": the label of `regime_label`. If loss or S holds a NaN or
        an infinity, the regime is "diverged" and both numbers are nan.

    Raises
    ------
    ValueError
        If shapes do not match or times are not finite and rising.
    """
    t, loss, S = _curves(
        t=validate.rising("t", t),
        loss=validate.numbers("loss", loss),
        S=validate.numbers("S", S),
    )
    if not (np.isfinite(loss).all() and np.isfinite(S).all()):
        return {"t_half": np.nan, "S_final": np.nan, "regime": "diverged"}
    t_half = _time_to_half(t, S, interpolate)
    return {"t_half": t_half, "S_final": float(S[-1]), "regime": regime_label(loss, S)}


def _time_to_half(t: np.ndarray, S: np.ndarray, interpolate: bool) -> float:
    if S[-1] <= STILL:
        return np.nan
    half = HALF * S[-1]
    i = int(np.argmax(half <= S))
    if i == 0 or not interpolate:
        return float(t[i])
    return float(t[i - 1] + (half - S[i - 1]) / (S[i] - S[i - 1]) * (t[i] - t[i - 1]))


def _curves(**curves: np.ndarray) -> list[np.ndarray]:
    """Check that all curves have one length, and return them."""
    length = next(iter(curves.values())).shape
    expected = length if len(length) == 1 else "(T,)"
    for name, curve in curves.items():
        if curve.ndim != 1 or curve.size == 0 or curve.shape != length:
            raise ValueError(f"{name}: expected shape {expected}, got {curve.shape}")
    return list(curves.values())


def grok_gap(steps: ArrayLike, train: ArrayLike, test: ArrayLike, thr: float) -> dict[str, float]:
    """Find the times from which training and test accuracy stay at or above a threshold.

    Parameters
    ----------
    steps : array_like, shape (T,)
        The steps or times of the measurements, rising.
    train : array_like, shape (T,)
        The accuracy on training data; NaN is below every threshold.
    test : array_like, shape (T,)
        The accuracy on test data; NaN is below every threshold.
    thr : float
        The threshold.

    Returns
    -------
    dict of str to float
        "t_train", "t_test" and "gap" = t_test - t_train, in the unit of `steps`. A time that is not
        reached by the last measurement is inf. The gap is inf if only t_test is, and nan if t_train
        is.

    Raises
    ------
    ValueError
        If shapes do not match or steps do not rise.

    Examples
    --------
    >>> grok_gap([0, 10, 20], [0.2, 1.0, 1.0], [0.1, 0.3, 0.99], 0.95)
    {'t_train': 10.0, 't_test': 20.0, 'gap': 10.0}
    """
    steps, train, test = _curves(
        steps=validate.rising("steps", steps),
        train=validate.numbers("train", train),
        test=validate.numbers("test", test),
    )
    thr = validate.number("thr", thr)
    t_train, t_test = _stays(steps, train >= thr), _stays(steps, test >= thr)
    gap = t_test - t_train if np.isfinite(t_train) else np.nan
    return {"t_train": t_train, "t_test": t_test, "gap": float(gap)}


def _stays(steps: np.ndarray, above: np.ndarray) -> float:
    if not above[-1]:
        return np.inf
    below = np.flatnonzero(~above)
    return float(steps[below[-1] + 1 if below.size else 0])


def sample_complexity(P: ArrayLike, err: ArrayLike, target: float) -> float:
    """Find the number of samples at which the error first reaches a target.

    The error is interpolated linearly in log P.

    Parameters
    ----------
    P : array_like, shape (k,)
        Numbers of samples > 0, rising.
    err : array_like, shape (k,)
        The error with each of them.
    target : float
        The error to reach.

    Returns
    -------
    float
        The number of samples; P[0], an upper bound, if the target is reached there already; inf if
        it is never reached.

    Raises
    ------
    ValueError
        If numbers of samples are not rising and above 0, or shapes do not match.
    """
    P, err = validate.real("P", P, "(k,)"), validate.real("err", err, "(k,)")
    target = validate.number("target", target)
    fits = P.ndim == 1 and P.size > 0 and err.shape == P.shape
    if not fits or np.any(P <= 0) or np.any(np.diff(P) <= 0):
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
    """Measure the share of a filter's power in its strongest block of 3 x 3 frequencies.

    The power is |fft2|^2 at the filter's own h x w frequencies, without the mean, and blocks wrap
    around. A wave has its power at two opposite frequencies, so its concentration is 1 if one block
    holds both (coarse waves) and 1/2 if not. `experiments.filters.concentration` measures the same
    at the frequencies of the images.

    Parameters
    ----------
    filters : array_like, shape (k, h, w)
        The filters; h and w >= 3.

    Returns
    -------
    ndarray, shape (k,)
        Shares in [0, 1]; 0 for a flat filter.

    Raises
    ------
    ValueError
        On a wrong shape.
    """
    filters = validate.real("filters", filters, "(k, h, w)")
    if filters.ndim != 3 or min(filters.shape[1:]) < 3:
        raise ValueError(f"filters: expected (k, h, w) with h and w >= 3, got {filters.shape}")
    power = np.abs(np.fft.fft2(filters)) ** 2
    whole = power.sum(axis=(1, 2))
    power[:, 0, 0] = 0
    total = power.sum(axis=(1, 2))
    moves = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    blocks = np.sum([np.roll(power, move, axis=(1, 2)) for move in moves], axis=0)
    some = total > FLAT * whole
    return np.where(some, blocks.max(axis=(1, 2)) / np.where(some, total, 1), 0.0)
