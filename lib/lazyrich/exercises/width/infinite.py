"""Run the visible checks of 07.4: the kernel of infinitely many neurons."""

from collections.abc import Callable

import numpy as np

from lazyrich import kernel
from nbjudge import checks

__all__ = ["a_hundred_thousand_neurons", "equal_opposite_and_zero_rows", "three_inputs_by_hand"]

SOME = np.zeros((6, 5))  # more rows than columns
SOME[:3, :3] = (2, 0, 0), (1, 1, 0), (0, 3, 0)
SOME[3:] = (-1, 0, 2, 0, 0), (1, -1, 1, 1, 0), (0, 0, 0, 1, 2)
CLIP = (
    "the cosine of an angle comes out a little larger than 1, and arccos knows no such number; "
    "clip it"
)
NEAR = "near the right one, but not equal to it: is it a sample of neurons? Use the formula"


def _terms(X: np.ndarray) -> dict[str, np.ndarray]:
    """What the two terms are made of; X has no row of zeros."""
    length = np.linalg.norm(X, axis=1)
    size, G, d = np.outer(length, length), X @ X.T, X.shape[1]
    th = np.arccos(np.clip(G / size, -1, 1))
    shape = np.sin(th) + (np.pi - th) * np.cos(th)
    first, second = size * shape / (2 * np.pi * d), G * (np.pi - th) / (2 * np.pi)
    return {"size": size, "G": G, "th": th, "shape": shape, "first": first, "second": second}


def _angle_slips(p: dict[str, np.ndarray], d: int) -> dict[str, np.ndarray]:
    th, size, G, first, second = (p[key] for key in ("th", "size", "G", "first", "second"))
    pi = np.pi

    def at(angle: np.ndarray) -> np.ndarray:
        shape = np.sin(angle) + (pi - angle) * np.cos(angle)
        return size * shape / (2 * pi * d) + G * (pi - angle) / (2 * pi)

    overlap = "two half circles at the angle theta overlap in pi - theta, not in theta"
    return {
        overlap: size * (np.sin(th) + th * np.cos(th)) / (2 * pi * d) + G * th / (2 * pi),
        f"in the readouts' term, {overlap}": size * (np.sin(th) + th * np.cos(th)) / (2 * pi * d)
        + second,
        f"in the weights' term, {overlap}": first + G * th / (2 * pi),
        "the angle is in degrees; sine and overlap need radians": at(np.degrees(th)),
        "theta is the angle, and this uses its cosine": at(np.cos(th)),
        "the cosine is the inner product over both lengths; the lengths are missing": at(
            np.arccos(np.clip(G, -1, 1))
        ),
        "sine and cosine are exchanged in the readouts' term": size
        * (np.cos(th) + (pi - th) * np.sin(th))
        / (2 * pi * d)
        + second,
        "the readouts' term has sin(theta) and the overlap times cos(theta); the sine is missing": (
            first - size * np.sin(th) / (2 * pi * d) + second
        ),
        "the readouts' term has the overlap times cos(theta); the cosine is missing": size
        * (np.sin(th) + pi - th)
        / (2 * pi * d)
        + second,
        "cosines of angles beyond 90 degrees are negative; keep their sign": at(
            np.arccos(np.clip(G / size, 0, 1))
        ),
        "cosines of angles beyond 90 degrees are negative; keep their sign ": at(
            np.arccos(np.clip(np.abs(G) / size, 0, 1))
        ),
        "the angle is the arccos of the cosine, not its arcsin": at(
            np.arcsin(np.clip(G / size, -1, 1))
        ),
        "the lengths are roots of sums of squares: in the cosine, too": at(
            np.arccos(np.clip(G / size**2, -1, 1))
        ),
    } | _shape_slips(p, d)


def _shape_slips(p: dict[str, np.ndarray], d: int) -> dict[str, np.ndarray]:
    """List what slips give in the parentheses of the readouts' term, and in the overlap."""
    th, size, G, first, second = (p[key] for key in ("th", "size", "G", "first", "second"))
    pi = np.pi
    return {
        "parentheses are missing: (pi - theta) as a whole multiplies cos(theta)": size
        * (np.sin(th) + pi - th * np.cos(th))
        / (2 * pi * d)
        + second,
        "the lengths multiply entry by entry (*), not as a product of matrices (@)": size
        @ p["shape"]
        / (2 * pi * d)
        + second,
        "the overlap is pi - theta, not 2 pi - theta": first + G * (2 * pi - th) / (2 * pi),
        "the overlap is pi - theta, not pi - theta/2": first + G * (pi - th / 2) / (2 * pi),
        "the overlap multiplies cos(theta), not sin(theta)": size
        * (np.sin(th) + (pi - th) * np.sin(th))
        / (2 * pi * d)
        + second,
        "the readouts' term should have a plus between sine and cosine": size
        * (np.sin(th) - (pi - th) * np.cos(th))
        / (2 * pi * d)
        + second,
    }


def _factor_slips(p: dict[str, np.ndarray], d: int, n: int) -> dict[str, np.ndarray]:
    th, size, G, first, second = (p[key] for key in ("th", "size", "G", "first", "second"))
    pi = np.pi
    brackets = "division by 2 pi d needs parentheses: / 2 * pi * d multiplies by pi and d"
    return {
        "both terms have 1/pi for 1/(2 pi)": 2 * (first + second),
        "the readouts' term has 1/pi for 1/(2 pi)": 2 * first + second,
        "the weights' term has 1/pi for 1/(2 pi)": first + 2 * second,
        "the readouts' term is missing": second,
        "the weights' term has 1/(4 pi) for 1/(2 pi)": first + second / 2,
        "the weights' term has x.x'; here it has the cosine": first + second / size,
        "the readouts' term has sin(theta) and the overlap times cos(theta); here the overlap "
        "is alone": size * (pi - th) / (2 * pi * d) + second,
        "the weights' term is missing": first,
        "the 1/d of the readouts' term is missing: w has the variance 1/d": d * first + second,
        "the readouts' term has 1/d, not 1/sqrt(d)": np.sqrt(d) * first + second,
        "the readouts' term is divided by the number of rows; d is the number of columns": first
        * (d / n)
        + second,
        "is the number of inputs fixed at 3? It is the number of columns": first * d / 3 + second,
        "is the number of inputs fixed at 2? It is the number of columns": first * d / 2 + second,
        "the lengths of the inputs are missing": (first + second) / size,
        "the readouts' term lacks the lengths of the inputs": first / size + second,
        "the lengths are squared; each enters once": first * size + second,
        "both terms are divided by d; the gates do not care how large w is": first + second / d,
        "the 1/d is in the weights' term and belongs in the readouts' term": d * first + second / d,
        "only the diagonal is filled: every pair of rows has its kernel": np.diag(
            np.diag(first + second)
        ),
        "one half of the matrix is empty: the kernel is symmetric": np.triu(first + second),
        "the diagonal is empty: each row has a kernel with itself": first
        + second
        - np.diag(np.diag(first + second)),
        "the weights' term lacks x.x'": first + (pi - th) / (2 * pi),
        "the weights' term has x.x'; here it has the product of the lengths": first
        + size * (pi - th) / (2 * pi),
        "the readouts' term has the product of the lengths; here it has x.x'": G
        * p["shape"]
        / (2 * pi * d)
        + second,
        "the two terms should be added": first - second,
        brackets: first * (pi * d) ** 2 + second * pi**2,
        f"in the readouts' term, {brackets}": first * (pi * d) ** 2 + second,
        f"in the weights' term, {brackets[:-6]}": first + second * pi**2,
        f"in the readouts' term, {brackets} ": first * d**2 + second,
        "the half is missing twice: K has 1/(2 pi) in both terms": 2 * pi * (first + second),
    }


def _length_slips(X: np.ndarray) -> dict[str, np.ndarray]:
    """List what slips in the lengths of the rows give."""
    length, G, d = np.linalg.norm(X, axis=1), X @ X.T, X.shape[1]

    def with_lengths(L: np.ndarray) -> np.ndarray:
        th = np.arccos(np.clip(G / L, -1, 1))
        shape = np.sin(th) + (np.pi - th) * np.cos(th)
        return L * shape / (2 * np.pi * d) + G * (np.pi - th) / (2 * np.pi)

    return {
        "a length is the root of the sum of squares; the root is missing": with_lengths(
            np.outer(length, length) ** 2
        ),
        "the two lengths are multiplied, not added": with_lengths(length[:, None] + length),
        "each row has its own length; this is one of the whole matrix": with_lengths(
            np.full(G.shape, np.sum(X**2))
        ),
    }


def three_inputs_by_hand(relu_ntk_infinite: Callable) -> None:
    """Compare at inputs whose angles one can see."""
    n, d = SOME.shape
    got = checks.call(relu_ntk_infinite, SOME)
    got = checks.array(got, what="the kernel of 6 inputs", shape=(n, n), finite=False)
    checks.that(not np.any(np.isnan(got)), f"NaN in the kernel: {CLIP}")
    p = _terms(SOME)
    hints = _factor_slips(p, d, n) | _angle_slips(p, d) | _length_slips(SOME)
    gap = np.max(np.abs(got - p["first"] - p["second"])) / np.max(p["first"] + p["second"])
    checks.that(not 1e-3 < gap < 0.015, f"the kernel of 6 inputs is {NEAR}")
    checks.close(
        got,
        p["first"] + p["second"],
        what="the kernel of 6 inputs, the first (2, 0, 0, 0, 0) and (1, 1, 0, 0, 0)",
        rtol=1e-3,
        hints=hints,
    )
    checks.close(
        checks.call(relu_ntk_infinite, SOME / 100),
        (p["first"] + p["second"]) / 1e4,
        what="the kernel of the same inputs, a hundredth as long: it is a ten-thousandth as large",
        rtol=1e-3,
    )
    checks.inputs_unchanged(relu_ntk_infinite, SOME)


def a_hundred_thousand_neurons(relu_ntk_infinite: Callable) -> None:
    """Compare with a wide network, to 2%, and with the formula at other numbers of inputs."""
    rng = checks.rng()
    X, m = rng.standard_normal((6, 4)), 100_000
    W, a = rng.standard_normal((m, 4)) / 2, rng.standard_normal(m) / np.sqrt(m)
    got = checks.array(checks.call(relu_ntk_infinite, X), what="the kernel", finite=False)
    checks.that(not np.any(np.isnan(got)), f"NaN in the kernel: {CLIP}")
    checks.close(
        got,
        kernel.ntk_two_layer(X, W, a, eta_a=1 / m),  # the multiplier is in the readouts
        what="the kernel of 6 inputs in 4 dimensions, against a network of a hundred thousand "
        "neurons (to 2%)",
        rtol=0.02,
    )
    exact = kernel.relu_ntk_infinite(X)
    checks.that(
        np.allclose(got, exact, rtol=2e-3, atol=2e-3 * np.max(np.abs(exact))),
        f"the kernel of 6 inputs in 4 dimensions is {NEAR}",
    )


def equal_opposite_and_zero_rows(relu_ntk_infinite: Callable) -> None:
    """Look for NaN where rows come twice, longer and reversed, and where a row is zero."""
    rows = checks.rng().standard_normal((20, 3))
    X = np.vstack([rows, 0 * rows[:1], rows, 3 * rows, -rows])
    got = checks.call(relu_ntk_infinite, X)
    got = checks.array(got, what="the kernel", shape=(81, 81), finite=False)
    checks.that(
        np.all(np.isfinite(got[20])),
        "not finite beside a row of zeros: it has no direction; do not divide by its length",
    )
    there = np.arange(81) != 20
    checks.that(
        not np.any(np.isnan(got[there][:, there])), f"NaN for equal or opposite inputs: {CLIP}"
    )
    checks.that(
        np.max(np.abs(got[20])) < 1e-9,
        "the kernel of a row of zeros with any other should be zero",
    )
    turned = got[np.arange(20), np.arange(61, 81)]
    checks.that(
        np.max(np.abs(turned)) < 1e-3 * np.max(np.abs(got)),
        "the kernel of opposite inputs should be zero: their angle is pi (a NaN that is replaced "
        "by 0 is the angle of equal inputs)",
    )
    right = kernel.relu_ntk_infinite(X)
    checks.close(
        got,
        right,
        what="the kernel of inputs that come twice, longer, and reversed",
        rtol=1e-3,
    )
