"""Run the visible checks of 07.5: training with a constant kernel."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from lazyrich import kernel
from nbjudge import checks

__all__ = ["against_the_equation", "what_the_kernel_does_not_see"]

TIMES = np.array([0.0, 0.3, 1.0, 2.5])
_SEEN = "eigenvalues below 1e-10 of the largest are not seen, and the largest is lam.max()"
_LEFT = (
    "it is right in all directions that the kernel sees; in the others f should stay at its start: "
    + _SEEN
)


def _moved(
    weight: Callable, goal: np.ndarray, gap: np.ndarray, times: Sequence[float] = tuple(TIMES)
) -> np.ndarray:
    return np.array([goal + weight(time) @ gap for time in times])


def _other_weights(K: np.ndarray) -> dict[str, Callable]:
    """List what slips put in the place of exp(-K t), as functions of t."""
    eye, (lam, V) = np.eye(len(K)), np.linalg.eigh(K)
    return {
        "f runs away from y: the sign of the exponent is flipped": lambda s: expm(K * s),
        "this is the exponential of each entry; take the exponential of the matrix": (
            lambda s: np.exp(-K * s)
        ),
        "the speeds are the eigenvalues of K, not of its inverse": (
            lambda s: expm(-np.linalg.inv(K) * s)
        ),
        "the loss is a sum over samples: do not divide by n": lambda s: expm(-K * s / len(K)),
        "the loss is half the sum of squares: the 2 of the derivative goes away": (
            lambda s: expm(-2 * K * s)
        ),
        "this is one straight step; the speed changes on the way": lambda s: eye - K * s,
        "this is one implicit step; take the exponential": (lambda s: np.linalg.inv(eye + K * s)),
        "only the diagonal of K is used": lambda s: np.diag(np.exp(-np.diag(K) * s)),
        "eigenvectors are the columns of V: change into their basis with V.T, and back with V": (
            lambda s: V.T @ np.diag(np.exp(-lam * s)) @ V
        ),
        "the basis of eigenvectors is entered and not left": (
            lambda s: np.diag(np.exp(-lam * s)) @ V.T
        ),
        "the basis of eigenvectors is left and was never entered": (
            lambda s: V @ np.diag(np.exp(-lam * s))
        ),
        "each eigenvalue acts on its own eigenvector; here they act on single samples": (
            lambda s: np.diag(np.exp(-lam * s))
        ),
        "the decay is missing: f does not change": lambda s: eye,
        "one eigenvalue is used for all: each direction has its own speed": (
            lambda s: np.exp(-lam[-1] * s) * eye
        ),
        "one number takes the place of K: each direction has its own speed": (
            lambda s: np.exp(-np.trace(K) * s) * eye
        ),
        "the eigenvalues are those of K; here they are squared (or K enters twice)": (
            lambda s: expm(-K @ K * s)
        ),
        "the eigenvalues are those of K; here these are their roots (svd of a factor?)": (
            lambda s: V @ np.diag(np.exp(-np.sqrt(lam) * s)) @ V.T
        ),
        "the basis of eigenvectors is entered twice: change back with V.T": (
            lambda s: V @ np.diag(np.exp(-lam * s)) @ V
        ),
        "the eigenvalues are in another order than their eigenvectors": (
            lambda s: V @ np.diag(np.exp(-lam[::-1] * s)) @ V.T
        ),
        "the time enters as it is, not as its root": lambda s: expm(-K * np.sqrt(s)),
        "the time enters as it is, not squared": lambda s: expm(-K * s**2),
        "the base is e, not 2": lambda s: expm(-np.log(2) * K * s),
        "times are cut to whole numbers": lambda s: expm(-K * int(s)),
    }


def _slips(K: np.ndarray, y: np.ndarray, f0: np.ndarray) -> dict[str, np.ndarray]:
    r, eye = f0 - y, np.eye(len(y))

    def decay(s: float) -> np.ndarray:
        return expm(-K * s)

    def growth(s: float) -> np.ndarray:
        return eye - decay(s)

    weights = {words: _moved(weight, y, r) for words, weight in _other_weights(K).items()}
    return weights | {
        "this is f - y, what is left to learn; return f": _moved(decay, 0 * y, r),
        "this is what has been learned, f - f0; return f": _moved(growth, 0 * y, -r),
        "y and f0 look exchanged": _moved(decay, f0, y - f0),
        "f0 is forgotten: this starts at 0": _moved(decay, y, -y),
        "what is left is f0 - y, and its sign is flipped": _moved(decay, y, -r),
        "what is left is added to y, not to f0": _moved(decay, f0, r),
        "what is left of f0 - y is added to y; here y is missing": _moved(decay, 0 * y, f0),
        "what the exponential acts on is f0 - y; here it is f0": _moved(decay, y, f0),
        "f0 - y is what shrinks; here f0 stays and the labels grow in": _moved(growth, f0, y),
        "the labels are added twice": _moved(decay, 2 * y, r),
        "what shrinks is f0 - y; here it is f0 + y": _moved(decay, y, f0 + y),
        "what has been learned leads from f0 to y; here it leads away": _moved(growth, f0, r),
        "one array is filled at every time, so that all rows are the last": np.tile(
            _moved(decay, y, r)[-1], (len(TIMES), 1)
        ),
        "each time counts from the start; here one begins where the last ended": _moved(
            decay, y, r, tuple(np.cumsum(TIMES))
        ),
    }


def against_the_equation(kernel_gradient_flow: Callable) -> None:
    """Compare with the integrated equation at four times."""
    J = checks.rng().standard_normal((3, 4))
    y, f0 = np.array([1.0, -2.0, 0.5]), np.array([0.3, 0.4, -1.0])
    K = J @ J.T / 2 + 0.5 * np.eye(3)
    path = solve_ivp(
        lambda _, f: -K @ (f - y), (0, 2.5), f0, t_eval=TIMES, rtol=1e-9, atol=1e-12
    ).y.T
    got = checks.ask(kernel_gradient_flow, K, y, f0, TIMES, what="f of 3 samples at 4 times")
    got = checks.array(got, what="f of 3 samples at 4 times", shape=(4, 3))
    gap = np.max(np.abs(got - path))
    checks.that(
        not 1e-3 < gap < 0.02,
        "f is near the right one, but not equal to it: is it made of small steps? Each eigenvector "
        "has an exponential of its own, which is exact",
    )
    checks.close(
        got,
        path,
        what="f at t = 0, 0.3, 1 and 2.5, against the integrated equation",
        hints=_slips(K, y, f0),
    )
    checks.inputs_unchanged(kernel_gradient_flow, K, y, f0, TIMES)


def _to_the_end(function: Callable, *args: Any, words: str, shape: tuple[int, int]) -> np.ndarray:
    """Call an answer with infinite times; an error there has one cause."""
    try:
        got = checks.call(function, *args)
    except (ValueError, OverflowError, ArithmeticError, np.linalg.LinAlgError) as error:
        checks.that(
            False,
            f"at infinite time with {words} {type(error).__name__} was raised: give each "
            "eigenvector its own exponential, which infinity may enter",
            shown=str(error)[:200],
        )
    got = checks.array(got, what=f"f with {words}", shape=shape, finite=False)
    checks.that(
        np.all(np.isfinite(got)),
        f"f at infinite time with {words} is not finite: zero times infinity is NaN, and an "
        "eigenvalue that rounding made negative grows forever; treat what is not seen separately",
    )
    return got


def _spread(J: np.ndarray) -> np.ndarray:
    """Build a kernel with eigenvalues from 2 down to a millionth, and one that is 0."""
    V = np.linalg.svd(J)[0]
    return (V * [2.0, 0.3, 1e-3, 1e-6, 0.0]) @ V.T


def _cut(K: np.ndarray, share: float) -> np.ndarray:
    """Leave out of a kernel what is smaller than a share of it."""
    lam, V = np.linalg.eigh(K)
    return (V * np.where(lam > share * lam[-1], lam, 0)) @ V.T


def _seen_if_positive(
    K: np.ndarray, y: np.ndarray, f0: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """Flow where every eigenvalue above 0 counts, however small."""
    lam, V = np.linalg.eigh(K)
    left = np.ones((len(times), len(lam)))
    left[:, lam > 0] = np.exp(-np.outer(times, lam[lam > 0]))
    return y + (left * (V.T @ (f0 - y))) @ V.T


def _unseen_slips(
    K: np.ndarray, y: np.ndarray, f0: np.ndarray, times: np.ndarray
) -> dict[str, np.ndarray]:
    right, vectors = kernel.kernel_gradient_flow(K, y, f0, times), np.linalg.eigh(K)
    unseen = vectors[1][:, vectors[0] < 1e-10 * vectors[0][-1]]
    small = "eigenvalues count as 0 below 1e-10 of the largest, not below a fixed number"
    lam, V = np.linalg.eig(K)
    loose = np.where(np.abs(lam) > 1e-10 * np.abs(lam).max(), lam, 0).real
    with np.errstate(invalid="ignore"):
        left = np.where(loose > 0, np.exp(-np.outer(times, loose)), 1.0)
    turned = y + (left * (V.real.T @ (f0 - y))) @ V.real.T
    return {
        "in directions that the kernel does not see f should stay at its start; yours goes "
        "to y": right + (y - f0) @ unseen @ unseen.T,
        "in directions that the kernel does not see f should stay at its start; yours goes "
        "to 0": right - f0 @ unseen @ unseen.T,
        f"nothing is learned here: {small} (and infinite times are not cut)": np.tile(
            f0, (len(times), 1)
        ),
        # A cut at the smallest eigenvalue ends here or at `_LEFT`, as rounding has it: both say so.
        "at infinite time f is y only where the kernel sees it; what rounding left of a "
        f"0 does not count as seen, however large K is: {_SEEN}": np.where(
            np.isinf(times)[:, None], y, right
        ),
        "an eigenvalue that rounding left above 0 counts as seen here; those below 1e-10 of the "
        "largest should not": _seen_if_positive(K, y, f0, times),
        "rows come in the order of the times given, not sorted": right[np.argsort(times)],
        "np.linalg.eig gives eigenvectors that need not be orthogonal; a symmetric matrix has "
        "eigh": turned,
        f"small eigenvalues are learned too, late: {small}": kernel.kernel_gradient_flow(
            _cut(K, 1e-5), y, f0, times
        ),
        f"small eigenvalues are learned too, late: {small} ": kernel.kernel_gradient_flow(
            _cut(K, 1e-3), y, f0, times
        ),
        "at infinite time nothing is learned; what the kernel sees is all learned (is inf replaced "
        "by a number?)": np.where(np.isinf(times)[:, None], f0, right),
    }


def what_the_kernel_does_not_see(kernel_gradient_flow: Callable) -> None:
    """Compare with a singular kernel, at finite times and at the end, and in other units."""
    rng = checks.rng()
    J, y, f0 = rng.standard_normal((5, 2)), rng.standard_normal(5), rng.standard_normal(5)
    K = J @ J.T
    t = np.array([0.0, 40.0, 0.2])
    got = checks.ask(kernel_gradient_flow, K, y, f0, t, what="f with a singular kernel")
    got = checks.array(got, what="f with a singular kernel", shape=(3, 5), finite=False)
    checks.that(
        np.all(np.isfinite(got)) and np.max(np.abs(got)) < 1e6,
        "f with a singular kernel is not finite or enormous: is something divided by an "
        "eigenvalue, or the kernel inverted?",
    )
    ever = np.array([0.5, np.inf])
    full = rng.standard_normal((5, 9))
    cases = (
        (K, t, "a singular kernel"),
        (K, ever, "a singular kernel"),
        (full @ full.T, ever, "a kernel that sees everything"),
        (1e-13 * K, 1e13 * ever, "a singular kernel that is small everywhere"),
        (1e7 * K, 1e-7 * ever, "a singular kernel that is large everywhere"),
        (_spread(J), np.array([1e3, 1e6, np.inf]), "a kernel of very unequal eigenvalues"),
    )
    for kernel_here, times, words in cases:
        right = kernel.kernel_gradient_flow(kernel_here, y, f0, times)
        got = _to_the_end(
            kernel_gradient_flow, kernel_here, y, f0, times, words=words, shape=right.shape
        )
        hints = _unseen_slips(kernel_here, y, f0, times)
        lam, V = np.linalg.eigh(kernel_here)
        seen = V[:, lam > 1e-10 * lam[-1]]
        only_unseen = np.allclose(got @ seen, right @ seen, rtol=1e-4, atol=1e-6)
        hints[_LEFT] = got if only_unseen else np.full(got.shape, np.nan)
        checks.close(got, right, what=f"f with {words}", hints=hints)
