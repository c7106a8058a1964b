"""Join the chunks of a run into its result, and report members that diverged."""

import warnings

import numpy as np
import torch

from lazyrich.training.chunk import DIVERGED, STATUS, Chunk
from lazyrich.training.ensemble import Ensemble
from lazyrich.training.result import DivergedError, DivergenceWarning, Result

__all__ = ["result_of"]


def result_of(run: Ensemble, chunks: list[Chunk]) -> Result:
    """Join chunks into a result, and report members that diverged.

    Parameters
    ----------
    run : Ensemble
        The ensemble.
    chunks : list of Chunk
        All its chunks, finished.

    Returns
    -------
    Result
        The metrics and the parameters at the end.

    Raises
    ------
    DivergedError
        If every member diverged; if only some did, there is a DivergenceWarning.
    """
    chunks = sorted(chunks, key=lambda chunk: chunk.begin)

    def joined(parts: list[np.ndarray]) -> np.ndarray:
        whole = np.concatenate(parts)
        return whole.reshape(run.lead + whole.shape[1:])

    status = joined([chunk.status for chunk in chunks])
    flat = torch.as_tensor(np.concatenate([chunk.flat for chunk in chunks]))
    shapes, params, place = run.network.shapes, {}, 0
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        params[name] = flat[:, place : place + size].reshape(run.lead + tuple(shape)).clone()
        place += size
    result = Result(
        times=run.times.astype(int) if run.rule.discrete else run.times,
        metrics={name: joined([chunk.measured[name] for chunk in chunks]) for name in run.metrics},
        params=params,
        status=np.asarray(np.array(STATUS)[status]),
        ended=joined([chunk.ended for chunk in chunks]),
        evaluations=joined([chunk.evaluations for chunk in chunks]),
        stable_rate=joined([chunk.stable for chunk in chunks]),
        layers=run.labels,
    )
    if np.any(status == DIVERGED):
        message = _divergence(run, result)
        if np.all(status == DIVERGED):
            raise DivergedError(message, result)
        warnings.warn(message, DivergenceWarning, stacklevel=3)
    return result


def _divergence(run: Ensemble, result: Result) -> str:
    """Say how many members diverged, which one is worst, and what to do."""
    bad = np.asarray(result.status == "diverged")
    rate = np.broadcast_to(np.asarray(run.rule.rate, dtype=float), run.lead)
    worst = (
        np.unravel_index(np.argmin(np.where(bad, result.stable_rate / rate, np.inf)), bad.shape)
        if run.lead
        else ()
    )
    who = f"member {tuple(int(i) for i in worst)}" if run.lead else "the network"
    text = (
        f"{int(bad.sum())} of {bad.size} diverged; {who} before step {result.ended[worst]:g} "
        f"at rate {rate[worst]:g}"
    )
    if type(run.rule).__name__ == "AdamW":
        return f"{text}. AdamW has no bound by curvature; try a rate ten times smaller"
    if not run.rule.discrete:
        return f"{text}. The flow could not be followed: lower tolerance, or use float64"
    return (
        f"{text}. The sharpest curvature measured, lambda_max, allows rates below 2 / "
        f"lambda_max = {result.stable_rate[worst]:.3g} there "
        "(with momentum 2 (1 + momentum) / lambda_max); curvature may still grow, so stay "
        "well below"
    )
