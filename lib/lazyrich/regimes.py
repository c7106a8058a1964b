"""The name of a run, from its loss and its kernel: lazy, rich, delayed, unfinished, diverged."""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as check

__all__ = ["regime_label", "summarise_run"]

LAZY = 0.05  # kernel distance at the end below which features are said not to have moved
FITTED = 0.1  # of the first loss


def regime_label(loss: ArrayLike, S: ArrayLike) -> str:
    """ "lazy" if S[-1] < 0.05; else, at the first point where loss <= 0.1 loss[0], "delayed" if S < S[-1] / 2 there, "rich" if not.

    A run whose loss never comes there is "unfinished". The label is a run's, not a delta's, and says nothing of clocks.
    loss, S: (T,) along the run. Raises ValueError on bad input.
    """
    loss, S = _curves(loss=check.real("loss", loss, "(T,)"), S=check.real("S", S, "(T,)"))
    if S[-1] < LAZY:
        return "lazy"
    fitted = loss <= FITTED * loss[0]
    if not fitted.any():
        return "unfinished"
    return "delayed" if S[np.argmax(fitted)] < 0.5 * S[-1] else "rich"


def summarise_run(t: ArrayLike, loss: ArrayLike, S: ArrayLike) -> dict[str, float | str]:
    """How soon, how far, and by which name: {"t_half", "S_final", "regime"}.

    t_half is the first of the times at which S >= S[-1] / 2 (nan if S[-1] <= 1e-12: nothing moved), S_final = S[-1], regime as
    `regime_label` has it. If loss or S holds a NaN or an infinity the run is "diverged" and both numbers are nan.
    t, loss, S: (T,). Raises ValueError on shapes that do not fit or times that are not finite.
    """
    t, loss, S = _curves(
        t=check.real("t", t, "(T,)"), loss=np.asarray(loss, dtype=np.float64), S=np.asarray(S, dtype=np.float64)
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
            raise ValueError(f"{name}: expected shape {length if len(length) == 1 else '(T,)'}, got {curve.shape}")
    return list(curves.values())
