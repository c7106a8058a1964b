"""Check the effective number of modes (04.7)."""

from collections.abc import Callable

import numpy as np

from lazyrich import kernel
from lazyrich.exercises.wide.pairs import shape_of
from nbjudge import checks

__all__ = ["the_counts", "the_counts_are_the_known_ones"]


def the_counts_are_the_known_ones(effective_rank: Callable) -> None:
    """Count the modes of known matrices, of wide ones, of small ones and of zero."""
    sheared = np.array([[3.0, 4.0, 0.0], [0.0, 1.0, 2.0], [2.0, 0.0, 1.0]])
    known = [np.diag([3.0, 1.0, 0.0]), np.eye(3), np.diag([2.0, 0.0, 0.0])]
    stack = np.array([*known, np.diag([1.0, 0.005, 0.0]), sheared])
    what = (
        "the counts of diag(3, 1, 0), I, diag(2, 0, 0), diag(1, 0.005, 0) and a matrix that is not "
        "diagonal"
    )
    got = the_counts(effective_rank, stack, what)
    nan = (
        "NaN for a mode of strength 0: p log p is 0 there, but log 0 is not a number; leave it out"
    )
    checks.that(not np.any(np.isnan(got)), nan)
    right = kernel.effective_rank(stack)
    checks.close(got, right, what=what, hints=_slips(stack))
    wide = np.random.default_rng(3).normal(size=(4, 2, 5))
    what = "the counts of four matrices of 2 rows and 5 columns"
    checks.close(the_counts(effective_rank, wide, what), kernel.effective_rank(wide), what=what)
    what = "the counts of the same four, a billion times smaller; the scale should not matter"
    got = the_counts(effective_rank, 1e-9 * wide, what)
    checks.close(got, kernel.effective_rank(wide), what=what)
    wide[1] = 0.0
    got = the_counts(effective_rank, wide, "the counts beside a zero matrix")
    zero = "the zero matrix has no modes: return zero there"
    checks.that(not np.isnan(got[1]), f"NaN for the zero matrix: {zero}")
    checks.that(abs(got[1]) < 1e-9, zero)
    checks.close(got, kernel.effective_rank(wide), what="the counts beside a zero matrix")
    checks.inputs_unchanged(effective_rank, wide)


def the_counts(answer: Callable, stack: np.ndarray, what: str) -> np.ndarray:
    """Take the counts of a stack of matrices, one for each time.

    Parameters
    ----------
    answer : callable
        The answer.
    stack : numpy.ndarray, shape (T, c, d)
        The matrices.
    what : str
        What they are, as the message names it.

    Returns
    -------
    numpy.ndarray, shape (T,)
        The counts.
    """
    try:
        out = checks.call(answer, stack)
    except Exception as error:
        if "square" in str(error):
            checks.that(
                False,
                "a function for square matrices was called; modes are singular values, which "
                "every (c, d) has, not eigenvalues",
            )
        raise
    checks.that(shape_of(out) != (), "one number came back; return one for each time")
    short = shape_of(out) == (min(stack.shape[1:]),) != (len(stack),)
    checks.that(not short, f"{what}: these are the modes of one matrix; count those of each time")
    shares = shape_of(out) == (len(stack), min(stack.shape[1:]))
    checks.that(not shares, f"{what}: one number per mode came back; sum over modes at each time")
    return checks.array(out, what=what, shape=(len(stack),), finite=False)


def _slips(stack: np.ndarray) -> dict[str, np.ndarray]:
    """Map what can go wrong to the counts that come of it."""
    sigma = np.linalg.svd(stack, compute_uv=False)
    p = sigma / sigma.sum(axis=1)[:, None]
    q = sigma**2 / np.sum(sigma**2, axis=1)[:, None]
    entropy = _entropy(p)
    whole = _entropy(sigma / sigma.sum())
    raw = -np.sum(sigma * np.log(np.where(sigma > 0, sigma, 1)), axis=1)
    return {
        "the shares are made of squares here; they are of the singular values themselves": np.exp(
            _entropy(q)
        ),
        "the entropy is in bits (log2) here; exp needs the natural logarithm": np.exp(
            entropy / np.log(2)
        ),
        "this is the entropy; the count is its exponential": entropy,
        "this is the entropy in bits; the count is the exponential of the natural one": entropy
        / np.log(2),
        "2 to the power of the natural entropy; take the exponential": 2**entropy,
        "the count is the exponential of the entropy, not one plus it": 1 + entropy,
        "all modes count, not the first two alone": np.exp(_entropy(_shares(sigma[:, :2]))),
        "this is the plain rank": np.linalg.matrix_rank(stack).astype(float),
        "the sign of the entropy is flipped": np.exp(-entropy),
        "the shares are of the whole stack; they are of each time": np.exp(whole)
        * np.ones(len(stack)),
        "the shares of each time should sum to 1; here those of the whole stack do": np.exp(
            -np.sum(_plogp(sigma / sigma.sum()), axis=1)
        ),
        "the singular values are not made into shares": np.exp(raw),
        "small modes are left out here; each counts with its share": np.exp(
            _entropy(np.where(p < 0.01, 0, p))
        ),
        "the logarithm is that of base 10; exp needs the natural one": np.exp(entropy / np.log(10)),
        "this is the mean over the modes; take the sum": np.exp(entropy / sigma.shape[1]),
        "this is the mean over the modes; take the sum ": np.exp(
            entropy / np.sum(p > 1e-12, axis=1)
        ),
        "the singular values are divided by the root of their squares' sum": np.exp(
            _entropy(np.sqrt(q))
        ),
        "the shares are made of exponentials here; they are of the values themselves": np.exp(
            _entropy(_shares(np.exp(sigma)))
        ),
        "the count is divided by the number of modes": np.exp(entropy) / sigma.shape[1],
        "this is 1 - sum p^2; take the exponential of the entropy": 1 - np.sum(p**2, axis=1),
        "the singular values are divided by the largest, not by their sum": np.exp(
            _entropy(sigma / sigma.max(axis=1)[:, None])
        ),
        "this is 1 / sum p^2; take the exponential of the entropy": 1 / np.sum(p**2, axis=1),
        "this is the sum of squares over the largest square": np.sum(sigma**2, axis=1)
        / sigma.max(axis=1) ** 2,
        "this is the sum over the largest singular value": sigma.sum(axis=1) / sigma.max(axis=1),
    } | _other_modes(stack)


def _other_modes(stack: np.ndarray) -> dict[str, np.ndarray]:
    """Map what is taken for the modes to the counts that come of it."""
    eigen = np.abs(np.linalg.eigvals(stack))
    return {
        "modes are singular values, not eigenvalues": np.exp(_entropy(_shares(eigen))),
        "the lengths of the rows are taken for modes; they are the singular values": np.exp(
            _entropy(_shares(np.linalg.norm(stack, axis=2)))
        ),
        "modes are singular values, not eigenvalues of the symmetric part": np.exp(
            _entropy(_shares(np.abs(np.linalg.eigvalsh((stack + np.swapaxes(stack, 1, 2)) / 2))))
        ),
        "the entries are taken for modes; they are the singular values": np.exp(
            _entropy(_shares(np.abs(stack).reshape(len(stack), -1)))
        ),
        "the diagonal is taken for the modes; they are the singular values": np.exp(
            _entropy(_shares(np.abs(np.diagonal(stack, axis1=1, axis2=2))))
        ),
    }


def _shares(values: np.ndarray) -> np.ndarray:
    return values / values.sum(axis=1)[:, None]


def _plogp(p: np.ndarray) -> np.ndarray:
    return p * np.log(np.where(p > 0, p, 1.0))


def _entropy(p: np.ndarray) -> np.ndarray:
    return np.asarray(-np.sum(_plogp(p), axis=-1))
