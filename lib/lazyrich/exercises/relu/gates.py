"""Run the visible checks of 06.6, `activation_hamming`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nbjudge import checks

__all__ = ["gates_at_zero_stay_closed", "share_of_flipped_gates"]


def share_of_flipped_gates(activation_hamming: Callable) -> None:
    """Compare weights that stay, grow, or are reversed wholly or in part."""
    rng = checks.rng()
    X, first, other = (rng.normal(size=(n, 3)) for n in (7, 5, 5))
    one = first.copy()
    one[2] = first[3]
    W = np.stack([first, 2 * first, one, -1e-10 * first, other])
    got = checks.array(checks.call(activation_hamming, W, X), what="H at five times")
    checks.that(
        got.shape == (5,),
        "return one number for each time: take the mean over samples and neurons, and keep "
        "the axis of time",
        shown=f"got shape {got.shape}, expected (5,)",
    )
    checks.close(
        got,
        np.mean((W @ X.T > 0) != (first @ X.T > 0), axis=(1, 2)),
        what="H for the same weights, twice the weights, one of five with other weights, all "
        "reversed and tiny, all with other weights",
        hints=_slips(W, W @ X.T) | _rarer_slips(W, W @ X.T),
    )
    checks.inputs_unchanged(activation_hamming, W, X)


def _slips(W: np.ndarray, z: np.ndarray) -> dict[str, Any]:
    """Name known slips, with what they give."""
    gate = z > 0
    flipped, now = gate != gate[0], 1.0 * gate
    right = np.mean(flipped, axis=(1, 2))
    n, m = gate.shape[2], gate.shape[1]
    before = np.concatenate([gate[:1], gate[:-1]])
    return {
        "this is the number of gates that flipped; return the share": n * m * right,
        "samples are averaged, but neurons are summed up": m * right,
        "neurons are averaged, but samples are summed up": n * right,
        "this compares with the time before; compare with the first time":
            np.mean(gate != before, axis=(1, 2)),
        "this compares with the last time; compare with the first":
            np.mean(gate != gate[-1], axis=(1, 2)),
        "a flipped gate counts once; the difference of two signs is 2": 2 * right,
        "a flipped gate counts once; the square of the difference of two signs is 4": 4 * right,
        "this is the share of gates that did not flip": 1 - right,
        "this is the share of open gates; compare them with those at the first time":
            np.mean(gate, axis=(1, 2)),
        "this adds up over time; compare each time with the first": np.cumsum(right),
        "opened and closed gates cancel: take the size of each difference":
            np.mean(now - now[0], axis=(1, 2)),
        "opened and closed gates cancel: compare gate by gate, then average":
            np.abs(np.mean(now - now[0], axis=(1, 2))),
        "only gates that opened are counted": np.mean(gate & ~gate[0], axis=(1, 2)),
        "only gates that closed are counted": np.mean(~gate & gate[0], axis=(1, 2)),
        "weights that grow flip no gate: compare gates, not weights or z":
            np.mean((W[0] != W).any(axis=2), axis=1),
        "this is the share of neurons with a flipped gate; count (sample, neuron) pairs":
            np.mean(flipped.any(axis=2), axis=1),
        "this is the share of samples with a flipped gate; count (sample, neuron) pairs":
            np.mean(flipped.any(axis=1), axis=1),
        "this is a percentage; return a share between 0 and 1": 100 * right,
        "divide by n m, not by the size of the whole table": right / len(gate),
        "only 0 and 1 came back: is it a median, or a result cut to whole numbers? take the mean":
            np.median(flipped, axis=(1, 2)),
        "only 0 and 1 came back: is it a median, or a result cut to whole numbers? take the mean ":
            np.trunc(right),
        "one flipped gate does not make H = 1: take the mean": flipped.any(axis=(1, 2)),
        "all samples count, not the first one": np.mean(flipped[:, :, 0], axis=1),
        "all neurons count, not the first one": np.mean(flipped[:, 0], axis=1),
        "H counts flips, not by how much z has changed": np.mean(np.abs(z - z[0]), axis=(1, 2)),
        "count the differences; do not take the root of their sum":
            np.sqrt(right * n * m) / (n * m),
        "divide by the number of samples and neurons, not by the dimension d":
            n / W.shape[2] * right,
        "the distance of two lists of bits is their number of differences, not its root":
            np.sqrt(right),
    }  # fmt: skip


def _rarer_slips(W: np.ndarray, z: np.ndarray) -> dict[str, Any]:
    """Name slips in what is compared with what."""
    gate = z > 0
    flipped = gate != gate[0]
    right = np.mean(flipped, axis=(1, 2))
    return {
        "gates may flip back: compare each time with the first, and no other":
            np.mean(np.maximum.accumulate(flipped, axis=0), axis=(1, 2)),
        "the first of the three axes is time: compare with W[0]":
            np.mean(gate != gate[:, :1], axis=(1, 2)),
        "the gates are those of w_i.x, not the signs of the weights":
            np.mean((W > 0) != (W[0] > 0), axis=(1, 2)),
        "differences of whole numbers without sign (uint8) wrap around; compare with !=":
            np.mean((gate.astype(np.uint8) - gate[0].astype(np.uint8)), axis=(1, 2)),
        "this counts what the neurons put out, not their gates":
            np.mean(np.maximum(z, 0) != np.maximum(z[0], 0), axis=(1, 2)),
        "a gate opens at z > 0, not above one half":
            np.mean((z > 0.5) != (z[0] > 0.5), axis=(1, 2)),
        "H is not cut off at one half": np.minimum(right, 0.5),
        "H goes up to 1: if every gate is reversed, there are as many flips as gates":
            np.minimum(right, 1 - right),
        "np.roll puts the last time before the first; compare with the first time":
            np.mean(gate != np.roll(gate, 1, axis=0), axis=(1, 2)),
        "divide by all gates, n m, not by those that are open at the first time":
            np.sum(flipped, axis=(1, 2)) / max(np.sum(gate[0]), 1),
        "this is the share of the neuron that flips most; the mean is over all":
            np.max(np.mean(flipped, axis=2), axis=1),
        "one number is one time: the mean is over samples and neurons":
            np.mean(flipped, axis=(0, 2)) if len(W) == W.shape[1] else right,
    }  # fmt: skip


def gates_at_zero_stay_closed(activation_hamming: Callable) -> None:
    """Compare whole numbers, where some neurons receive exactly zero."""
    X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 0.0]])
    W = np.array([[[0, -1], [1, 0]], [[-1, -1], [1, -2]], [[2, -1], [1, 3]]], dtype=float)
    z = W @ X.T
    signs = np.abs(np.sign(z) - np.sign(z[0]))
    right = np.mean((z > 0) != (z[0] > 0), axis=(1, 2))
    checks.close(
        checks.call(activation_hamming, W, X),
        right,
        what="H where some neurons receive exactly zero",
        hints=_at_zero(z, signs),
    )


def _at_zero(z: np.ndarray, signs: np.ndarray) -> dict[str, Any]:
    def mean(values: np.ndarray) -> np.ndarray:
        return np.mean(values, axis=(1, 2))

    return {
        "a gate that goes from zero to a negative number stays closed: compare whether z is "
        "positive, not signs": mean(signs > 0),
        "a gate is closed at zero": mean((z >= 0) != (z[0] >= 0)),
        "signs have three values; a gate has two": mean(signs),
        "half a flip does not exist: a gate is open or closed": mean(signs) / 2,
        "a product of zero is no flip: compare gates": mean(z * z[0] <= 0),
        "a gate that leaves zero flips too: compare whether z is positive": mean(z * z[0] < 0),
    }
