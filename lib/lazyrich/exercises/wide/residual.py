"""Check how far the theorem is from the weights (04.4)."""

from collections.abc import Callable

import numpy as np

from lazyrich import conserved, dynamics, kernel
from lazyrich.exercises.wide._rates import ETA_A, ETA_W
from lazyrich.exercises.wide.pairs import shape_of
from nbjudge import checks

__all__ = ["the_residual_vanishes_where_the_theorem_holds"]

Norm = Callable[[np.ndarray], float]


def the_residual_vanishes_where_the_theorem_holds(theorem_residual: Callable) -> None:
    """Check two runs by hand, a random network, and isotropic ones along a flow."""
    _by_hand(theorem_residual)
    rng = checks.rng()
    _random_network(theorem_residual, rng)
    X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))  # not whitened
    for h, delta in ((2, 2.0), (3, -1.0), (4, 0.0)):
        W0, A0 = conserved.isotropic_init(h, 3, 2, delta, seed=5, eta_w=ETA_W, eta_a=ETA_A)
        Ws, As = dynamics.linear_network([0.0, 0.1, 0.5, 2.0], X, Y, [W0, A0], [ETA_W, ETA_A])
        case = f"the residual for h = {h}, delta = {delta:g}, eta_w = 1.7, eta_a = 0.8"
        out = checks.call(theorem_residual, Ws, As, delta, eta_w=ETA_W, eta_a=ETA_A)
        got = checks.array(out, what=case, shape=(4,))
        checks.that(
            np.max(np.abs(got)) < 2e-3,
            f"{case} should be next to 0 at all times: are the learning rates in all three places?",
            shown=f"the largest residual is {np.max(np.abs(got)):.2g}",
        )
    checks.inputs_unchanged(theorem_residual, Ws, As, 0.0, eta_w=ETA_W, eta_a=ETA_A)


def _by_hand(theorem_residual: Callable) -> None:
    W, A = np.array([[[1.0]], [[2.0]]]), np.array([[[2.0]], [[2.0]]])
    out = checks.call(theorem_residual, W, A, 0.0)
    what = "the residual of (w, a) = (1, 2) and (2, 2) at delta = 0"
    checks.that(shape_of(out) != (), "one number came back; return one for each time")
    apart = shape_of(out) in ((2, 2), (2, 2, 1, 1))
    checks.that(not apart, "two numbers per time came back; both gaps make one number")
    checks.close(
        out,
        np.array([0.6, 0.0]),
        what=what,
        hints={
            words: np.array(values)
            for words, values in {
                "it is not divided by the size of the two matrices": (3.0, 0.0),
                "the square of the norms is taken": (5 / 17, 0.0),
                "each part is divided by its own size": (1.5, 0.0),
                "the denominator should be both sizes, those of the weights' matrices": (0.75, 0.0),
                "the denominator is the sum of both sizes, not their mean": (1.2, 0.0),
                "the sum of both sizes divides: put it in parentheses": (1.75, 4.0),
                "half of the gap is missing: add the gaps of L and of R": (0.4, 0.0),
                "the gap of L is missing, or gaps of opposite sign cancel: take both norms, then "
                "add": (0.2, 0.0),
                "traces or signed sums are used in place of norms": (-0.2, 0.0),
                "the box is given the function of the first time only": (0.6, 0.5),
                "the roots of summed squares are compared; add the norms": (np.sqrt(5 / 17), 0.0),
                "this takes the root of summed squares; add the gaps": (5**0.5 / 5, 0.0),
                "a root too many is taken": (0.6**0.5, 0.0),
                "the delta that is given is not used; it is made from the weights": (0.0, 0.0),
                "this is the mean over the times": (0.3, 0.3),
                "these are sums over the times up to each": (0.6, 0.6),
                "the times run backward": (0.0, 0.6),
                "these are percentages": (60.0, 0.0),
                "the norms are taken over all times at once": (3 / 13, 3 / 13),
            }.items()
        },
    )


def _random_network(theorem_residual: Callable, rng: np.random.Generator) -> None:
    Ws, As = rng.normal(size=(3, 5, 4)), rng.normal(size=(3, 2, 5))
    for delta in (-1.3, 1.7):
        out = checks.call(theorem_residual, Ws, As, delta, eta_w=ETA_W, eta_a=ETA_A)
        what = f"the residual of a random network at delta = {delta:g}, eta_w = 1.7, eta_a = 0.8"
        right = _residuals(Ws, As, delta, ETA_W, ETA_A)
        checks.close(out, right, what=what, hints=_slips(Ws, As, delta))


def _slips(Ws: np.ndarray, As: np.ndarray, delta: float) -> dict[str, np.ndarray]:
    """Map what can go wrong to the residuals that come of it."""
    # This function is long because it lists slips, one after the other.
    Delta = conserved.delta_matrix(Ws[0], As[0], eta_w=ETA_W, eta_a=ETA_A)
    first = np.repeat(As[:1] @ Ws[:1], len(Ws), axis=0)
    right = _residuals(Ws, As, delta, ETA_W, ETA_A)
    places = "the learning rates are forgotten"
    return {
        "use the Frobenius norm, not the largest singular value": _residuals(
            Ws, As, delta, ETA_W, ETA_A, norm=lambda m: float(np.linalg.norm(m, 2))
        ),
        "use the Frobenius norm, not the sum of singular values": _residuals(
            Ws, As, delta, ETA_W, ETA_A, norm=lambda m: float(np.linalg.norm(m, "nuc"))
        ),
        "use the Frobenius norm, not the sum of sizes": _residuals(
            Ws, As, delta, ETA_W, ETA_A, norm=lambda m: float(np.sum(np.abs(m)))
        ),
        "use the Frobenius norm, not the largest entry": _residuals(
            Ws, As, delta, ETA_W, ETA_A, norm=lambda m: float(np.max(np.abs(m)))
        ),
        "use the Frobenius norm, not the largest sum of a column": _residuals(
            Ws, As, delta, ETA_W, ETA_A, norm=lambda m: float(np.linalg.norm(m, 1))
        ),
        "use the Frobenius norm, not the mean of sizes": _residuals(
            Ws, As, delta, ETA_W, ETA_A, norm=lambda m: float(np.mean(np.abs(m)))
        ),
        "use the Frobenius norm, not the root of the mean square": _residuals(
            Ws, As, delta, ETA_W, ETA_A, norm=lambda m: float(np.sqrt(np.mean(m**2)))
        ),
        "the learning rates are squared in the products of the weights": _residuals(
            Ws, As, delta, ETA_W**2, ETA_A**2, box=(ETA_W, ETA_A)
        ),
        places: _residuals(Ws, As, delta, 1.0, 1.0),
        f"{places} in the box: pass eta_w and eta_a on": _residuals(
            Ws, As, delta, ETA_W, ETA_A, box=(1.0, 1.0)
        ),
        f"{places} in the box: pass eta_a on too": _residuals(
            Ws, As, delta, ETA_W, ETA_A, box=(ETA_W, 1.0)
        ),
        f"{places} in the box: pass eta_w on too": _residuals(
            Ws, As, delta, ETA_W, ETA_A, box=(1.0, ETA_A)
        ),
        f"{places} in the products of the weights": _residuals(
            Ws, As, delta, 1.0, 1.0, box=(ETA_W, ETA_A)
        ),
        "your two learning rates look swapped: eta_w goes with A A^T": _residuals(
            Ws, As, delta, ETA_A, ETA_W
        ),
        "the sign of delta is flipped": _residuals(Ws, As, delta, ETA_W, ETA_A, tried=-delta),
        "the delta that is given is not used": _residuals(Ws, As, delta, ETA_W, ETA_A, tried=0.0),
        "the delta that is given is not used ": _residuals(
            Ws, As, delta, ETA_W, ETA_A, tried=float(np.trace(Delta)) / 5
        ),
        "the box is given the function of the first time only": _residuals(
            Ws, As, delta, ETA_W, ETA_A, maps=first
        ),
        "the box is given the function of the last time only": _residuals(
            Ws, As, delta, ETA_W, ETA_A, maps=np.repeat(As[-1:] @ Ws[-1:], len(Ws), axis=0)
        ),
        "the gaps are sums of sizes here, not Frobenius norms": _residuals(
            Ws, As, delta, ETA_W, ETA_A, norm=lambda m: float(np.sum(np.abs(m)))
        )
        * _sizes(Ws, As, lambda m: float(np.sum(np.abs(m))))
        / _sizes(Ws, As),
        "the sizes of the first time divide all": right * _sizes(Ws, As) / _sizes(Ws, As)[0],
    }


def _sizes(Ws: np.ndarray, As: np.ndarray, norm: Callable = np.linalg.norm) -> np.ndarray:
    return np.array(
        [norm(ETA_W * A @ A.T) + norm(ETA_A * W.T @ W) for W, A in zip(Ws, As, strict=True)]
    )


def _residuals(
    Ws: np.ndarray,
    As: np.ndarray,
    delta: float,
    eta_w: float,
    eta_a: float,
    *,
    norm: Norm = lambda matrix: float(np.linalg.norm(matrix)),
    box: tuple[float, float] | None = None,
    tried: float | None = None,
    maps: np.ndarray | None = None,
) -> np.ndarray:
    """The residuals with another norm, or other rates, delta or functions for the box."""
    rates = (eta_w, eta_a) if box is None else box
    out = []
    for k, (W, A) in enumerate(zip(Ws, As, strict=True)):
        truth = (eta_w * A @ A.T, eta_a * W.T @ W)
        B = A @ W if maps is None else maps[k]
        told = kernel.metric_from_map(
            B, delta if tried is None else tried, eta_w=rates[0], eta_a=rates[1]
        )
        gaps = sum(norm(b - m) for b, m in zip(told, truth, strict=True))
        out.append(gaps / sum(map(norm, truth)))
    return np.array(out)
