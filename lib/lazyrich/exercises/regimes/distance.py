"""Run the visible checks of 03.3: the final kernel distance without any simulation."""

from collections.abc import Callable

import numpy as np

from lazyrich import kernel
from nbjudge import checks

__all__ = ["distance_slips", "in_any_dimension", "six_deltas"]


def _distance(
    delta: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    *,
    product: float = 1.0,
    d: float | None = None,
    cos: Callable[[float], float] = np.square,
    sizes: tuple[np.ndarray, np.ndarray] | None = None,
    cross: float = 2.0,
    length: float = 1.0,
    bottom: Callable[[np.ndarray, np.ndarray], np.ndarray] = lambda one, two: np.sqrt(one * two),
    four: float = 4.0,
    root: Callable[[np.ndarray], np.ndarray] = np.sqrt,
    single: bool = False,
    halves: tuple[float, float] = (0.5, 0.5),
    start_of: float = 1.0,
    heavy: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> np.ndarray:
    """S from start to end; each argument by name is a slip that it can be made with."""
    d = start.size if d is None else d
    R, Q = (root(delta**2 + four * product * (v @ v)) for v in sizes or (start, end))
    up, down = halves
    p, m, q, n = (
        up * (R + start_of * delta),
        down * (R - start_of * delta),
        up * (Q + delta),
        down * (Q - delta),
    )
    cosine = length * (start @ end) / np.sqrt((start @ start) * (end @ end))
    mixed = p * n if single else p * n + m * q
    inner = heavy[0] * d * p * q + heavy[1] * mixed + heavy[2] * m * n * cos(cosine)
    one, two = d * p * p + cross * p * m + m * m, d * q * q + cross * q * n + n * n
    return 1 - inner / bottom(one, two)


def _angle_slips(
    delta: np.ndarray, start: np.ndarray, end: np.ndarray, product: float
) -> dict[str, np.ndarray]:
    """List what known slips with the angle make of S."""

    def wrong(**slip) -> np.ndarray:
        return _distance(delta, start, end, **({"product": product} | slip))

    one, two = np.linalg.norm(start), np.linalg.norm(end)
    d, cos2 = start.size, (start @ end / one / two) ** 2
    R, Q = (np.sqrt(delta**2 + 4 * product * size**2) for size in (one, two))
    p, m, q, n = (R + delta) / 2, (R - delta) / 2, (Q + delta) / 2, (Q - delta) / 2
    norms = np.sqrt((d * p * p + 2 * p * m + m * m) * (d * q * q + 2 * q * n + n * n))
    mixed = p * n + m * q
    only = "cos^2 phi multiplies m_minus m_minus* only"
    both = "the cosine should be divided by both lengths"
    return {
        "the cosine of the angle should be squared": wrong(cos=np.abs),
        "the cosine of the angle should be squared ": wrong(cos=lambda c: c),
        "the cosine of the angle should be squared, not more": wrong(cos=lambda c: c**4),
        "cos^2 phi is missing: it multiplies m_minus m_minus*; or the norms have it, too": wrong(
            cos=lambda c: 1.0
        ),
        "use the cosine, not the angle": wrong(cos=np.arccos),
        "use the square of the cosine, not of the angle": wrong(
            cos=lambda c: np.arccos(abs(c)) ** 2
        ),
        "use the cosine, not the angle ": wrong(cos=lambda c: np.arccos(abs(c))),
        "m_minus m_minus* cos^2 phi is missing": wrong(cos=lambda c: 0.0),
        "this has the sine; the cosine is what remains of the trace": wrong(cos=lambda c: 1 - c**2),
        "each mixed term has one factor of the start and one of the end": 1
        - (d * p * q + p * m + q * n + m * n * cos2) / norms,
        "the quotient itself is taken from 1, and not its square": 1
        - ((d * p * q + mixed + m * n * cos2) / norms) ** 2,
        only: 1 - (d * p * q + mixed * cos2 + m * n) / norms,
        f"{only} ": 1 - (d * p * q + mixed + m * n) * cos2 / norms,
        f"{only}  ": 1 - (d * p * q + (mixed + m * n) * cos2) / norms,
        both: wrong(length=one * two),
        f"{both}, not by one of them squared": wrong(length=two / one),
        f"{both}, not by one of them squared ": wrong(length=one / two),
        f"{both}; one is missing": wrong(length=two),
        f"{both}; one is missing ": wrong(length=one),
    }


def distance_slips(
    delta: np.ndarray, start: np.ndarray, end: np.ndarray, product: float
) -> dict[str, np.ndarray]:
    """List what known slips make of S."""

    def wrong(**slip) -> np.ndarray:
        return _distance(delta, start, end, **({"product": product} | slip))

    fixed = "the dimension is written as a fixed number, {}, instead of d"
    one_norm = "one norm is that of the start, the other that of the end"
    right = wrong()
    return _angle_slips(delta, start, end, product) | {
        "the sign of delta is flipped": _distance(-delta, start, end, product=product),
        "delta keeps its sign: here it is its absolute value": _distance(
            np.abs(delta), start, end, product=product
        ),
        "the second size is that of the target, |beta*|, not of the way there": wrong(
            sizes=(start, end - start)
        ),
        "the terms m_plus m_minus* and m_minus m_plus* are missing": wrong(
            single=True, heavy=(1.0, 0.0, 1.0)
        ),
        "the dimension d is missing in front of the product of both m_plus, or is d - 1": wrong(
            d=1
        ),
        **{fixed.format(k): wrong(d=k) for k in (2, 3, 4)},
        "the dimension d is the length of beta0, not the number of deltas": wrong(d=delta.size),
        "the learning rates are forgotten": wrong(product=1.0),
        "R is that of the start for both ends; the target has a size of its own": wrong(
            sizes=(start, start)
        ),
        "R is that of the target for both ends; the start has a size of its own": wrong(
            sizes=(end, end)
        ),
        "the norms lack their cross term, 2 m_plus m_minus": wrong(cross=0.0),
        "the cross term of the norms is 2 m_plus m_minus; the 2 is missing": wrong(cross=1.0),
        "the two terms m_plus m_minus* and m_minus m_plus* are both needed": wrong(single=True),
        "the norms are roots: |M| and not its square": wrong(bottom=lambda one, two: one * two),
        one_norm: wrong(bottom=lambda one, two: one),
        f"{one_norm} ": wrong(bottom=lambda one, two: two),
        "the factor 4 under the root of R is missing": wrong(four=1.0),
        "R is a root, and here it is the square": wrong(root=lambda square: square),
        "m_minus is half of R - delta": wrong(halves=(0.5, 1.0)),
        "m_plus is half of R + delta": wrong(halves=(1.0, 0.5)),
        "m_plus and m_minus are exchanged for the start": wrong(start_of=-1.0),
        "d multiplies the product of both m_plus, and nothing else": wrong(
            heavy=(1.0, start.size, 1.0)
        ),
        "d multiplies the product of both m_plus, and nothing else ": wrong(
            heavy=(1 / start.size, 1.0, start.size)
        ),
        "the rates belong under the root of R once, as a product": wrong(product=product**2),
        "half of the squared distance is S; the half is missing": 2 * right,
        "this is the similarity; S is one minus it": 1 - right,
        "S is one minus the similarity, and here it is the other way around": -right,
    }


def _compare(final_kernel_distance: Callable, delta, start, end, rates, what: str) -> None:
    got = checks.ask(
        final_kernel_distance, delta, start, end,
        what=f"with {delta.size} deltas in {start.size} dimensions", **rates,
    )  # fmt: skip
    got = checks.array(got, what="S", shape=delta.shape)
    right = kernel.kernel_distance(
        *(
            np.array([kernel.metric_from_beta(beta, x, **rates) for x in delta])
            for beta in (start, end)
        )
    )
    product = rates.get("eta_w", 1.0) * rates.get("eta_a", 1.0)
    hints = distance_slips(delta, start, end, product)
    mean = sum(rates.values()) / 2 if rates else 1.0
    hints["the rates belong under the root of R as a product, not as a sum or a mean"] = _distance(
        delta, start, end, product=mean
    )
    hints["the rates belong under the root of R as a product, not as a sum or a mean "] = _distance(
        delta, start, end, product=2 * mean
    )
    for name, rate in rates.items():
        alone = f"R has both rates in it; here it has {name} alone"
        hints[alone] = _distance(delta, start, end, product=rate)
    checks.close(got, right, what=what, atol=1e-9, hints=hints)


def six_deltas(final_kernel_distance: Callable) -> None:
    """Compare S for six deltas and two starts of length 1 in the plane."""
    delta, target = np.array([-50.0, -4.0, -1.0, 0.0, 1.0, 4.0]), np.array([1.0, 0.0])
    for start in (np.array([0.0, 1.0]), np.array([0.6, 0.8])):
        what = (
            f"S for delta = -50, -4, -1, 0, 1, 4 and beta0 = {tuple(start.tolist())}, "
            "beta* = (1, 0)"
        )
        _compare(final_kernel_distance, delta, start, target, {}, what)
    checks.inputs_unchanged(final_kernel_distance, delta, np.array([0.3, 2.0]), target)


def in_any_dimension(final_kernel_distance: Callable) -> None:
    """Compare S in five dimensions with unequal rates, lengths and an obtuse angle, then in one."""
    rates = {"eta_w": 1.7, "eta_a": 0.4}
    delta = np.array([-3.0, -0.5, 0.0, 0.8])
    start, end = np.array([-0.7, 0.4, 0.9, -0.2, 0.3]), np.array([1.1, 0.5, 0.2, 1.4, -0.6])
    _compare(
        final_kernel_distance, delta, start, end, rates,
        "S in five dimensions, for lengths of 1.26 and 1.95, an angle of 105 degrees and "
        "eta_w = 1.7, eta_a = 0.4",
    )  # fmt: skip
    one = checks.ask(
        final_kernel_distance, delta, np.array([0.5]), np.array([-2.0]),
        what="with vectors of length 1", **rates,
    )  # fmt: skip
    one = checks.array(one, what="S in one dimension", shape=delta.shape)
    checks.that(
        np.max(np.abs(one)) < 1e-6,
        "in one dimension all kernels are the same up to a factor, and S should be 0",
        shown=f"got {one[np.argmax(np.abs(one))]:.3g}",
    )
