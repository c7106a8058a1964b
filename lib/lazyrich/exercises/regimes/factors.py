"""Run the visible checks of 03.2: the factors in front of the two motions."""

from collections.abc import Callable

import numpy as np

from nbjudge import checks

__all__ = ["far_from_balance", "two_values_by_hand"]

RATES = "the learning rates are forgotten"
INNER = "the learning rates are missing under the root of R"
PRODUCT = "the rates enter as a product, not as a sum"
FOUR = "the factor 4 under the root of R is missing"
UNDER = "the product of the rates belongs under the root of R"


def _roots(size: float, delta: np.ndarray, product: float, total: float) -> dict[str, np.ndarray]:
    """R as known slips have it; `total` is the sum of the rates."""
    return {
        RATES: np.sqrt(delta**2 + 4 * size**2),
        PRODUCT: np.sqrt(delta**2 + 4 * total * size**2),
        FOUR: np.sqrt(delta**2 + product * size**2),
        UNDER: np.hypot(delta, 2 * product * size),
    }


def _radial_slips(
    size: float, delta: np.ndarray, product: float, total: float
) -> dict[str, np.ndarray]:
    """List what known slips make of the radial coefficient."""
    R, roots = np.sqrt(delta**2 + 4 * product * size**2), _roots(size, delta, product, total)
    above = {RATES: 1.0, PRODUCT: total, FOUR: product, UNDER: product}
    right = 2 * product * size / R
    return {words: 2 * above[words] * size / root for words, root in roots.items()} | {
        INNER: 2 * product * size / roots[RATES],
        "the learning rates are missing in the numerator": 2 * size / R,
        "a factor 2 is missing": product * size / R,
        "a factor 2 too many: the numerator is 2 eta_a eta_w |beta|": 4 * product * size / R,
        "the numerator has |beta| once, not squared": 2 * product * size**2 / R,
        "R is a root: this divides by its square": 2 * product * size / R**2,
        "|beta| is missing in the numerator": 2 * product / R,
        "the result holds whole numbers: an array made with dtype=int cuts what is put into "
        "it": np.trunc(right),
        "the product of the rates should not be under a root of its own in the numerator": right
        / np.sqrt(product),
        "|beta| should be squared under the root of R": 2
        * product
        * size
        / np.sqrt(delta**2 + 4 * product * size),
    }


def _directional_slips(
    size: float, delta: np.ndarray, product: float, total: float
) -> dict[str, np.ndarray]:
    """List what known slips make of the directional coefficient."""
    R, roots = np.sqrt(delta**2 + 4 * product * size**2), _roots(size, delta, product, total)
    half, larger = (R - delta) / 2, (R + np.abs(delta)) / 2
    far = np.where(delta > 0, product * size**2 / np.where(delta > 0, delta, 1), half)
    by = "the product of (R - delta)/2 and (R + delta)/2 "
    return {words: (root - delta) / 2 for words, root in roots.items()} | {
        INNER: (roots[RATES] - delta) / 2 + 0 * R,
        "this is R - delta; return half of it": 2 * half,
        "the sign of delta is flipped: (R - delta) / 2": (R + delta) / 2,
        "this is the larger of the two for every delta; where delta > 0 it should be the "
        "smaller": larger,
        "this is the smaller of the two for every delta; where delta < 0 it should be the larger": (
            R - np.abs(delta)
        )
        / 2,
        "R is a root, and here it is the square": (R**2 - delta) / 2,
        "eta_a eta_w |beta|^2 / delta is only the limit far upstream": far,
        "np.max takes one number for all deltas; np.maximum and np.abs go entry by entry": np.where(
            delta > 0, product * size**2 / np.max(larger), np.max(larger)
        ),
        "only R is halved; delta should be halved too": R / 2 - delta,
        f"{by}is eta_a eta_w |beta|^2: the rates are missing in it": np.where(
            delta > 0, half / product, half
        ),
        f"{by}contains |beta| squared": np.where(delta > 0, half / size, half),
        f"{by}contains |beta|; it is missing": np.where(delta > 0, half / size**2, half),
        **{
            f"{by}is eta_a eta_w |beta|^2: here it is {words} that": np.where(
                delta > 0, factor * half, half
            )
            for words, factor in (("four times", 4.0), ("twice", 2.0), ("half of", 0.5))
        },
    }


def two_values_by_hand(regime_coefficients: Callable) -> None:
    """Compare both coefficients at three deltas with values by hand, then with unequal rates."""
    for size, delta, eta_w, eta_a in (
        (1.5, np.array([4.0, -4.0, 0.0]), 1.0, 1.0),
        (0.8, np.array([2.0, -1.0, 0.5, -4.0]), 3.0, 0.3),
    ):
        rates = {"eta_w": eta_w, "eta_a": eta_a} if eta_w != eta_a else {}
        setting = f"|beta| = {size:g}, delta = {', '.join(f'{x:g}' for x in delta)}"
        if rates:
            setting += f", eta_w = {eta_w:g}, eta_a = {eta_a:g}"
        got = checks.ask(
            regime_coefficients, size, delta, what=f"with {delta.size} deltas", **rates
        )
        got = checks.array(got, what=f"the coefficients of {delta.size} deltas",
                           shape=(delta.size, 2))  # fmt: skip
        product = eta_w * eta_a
        R = np.sqrt(delta**2 + 4 * product * size**2)
        right = np.stack([2 * product * size / R, (R - delta) / 2], axis=-1)
        checks.that(
            not np.allclose(got[:, ::-1], right),
            "the two columns are exchanged: first the radial coefficient, then the directional one",
        )
        radial = _radial_slips(size, delta, product, eta_w + eta_a)
        directional = _directional_slips(size, delta, product, eta_w + eta_a)
        checks.close(got[:, 0], right[:, 0], what=f"the radial coefficient for {setting}",
                     hints=radial)  # fmt: skip
        checks.close(got[:, 1], right[:, 1], what=f"the directional coefficient for {setting}",
                     hints=directional)  # fmt: skip
    checks.inputs_unchanged(regime_coefficients, 2.0, np.array([3.0, -3.0, 0.0]))


def far_from_balance(regime_coefficients: Callable) -> None:
    """Check the digits of both coefficients where delta is larger than anything else."""
    size, delta = 1.5, np.array([1e8, 1e4, -1e4, -1e8])
    rates = {"eta_w": 2.0, "eta_a": 0.6}
    got = checks.ask(regime_coefficients, size, delta, what="with 4 deltas", **rates)
    got = checks.array(got, what="the coefficients far from balance", shape=(4, 2))
    half = np.array([0.5, -0.5])
    near = checks.ask(regime_coefficients, size, half, what="with 2 deltas", **rates)
    near = checks.array(near, what="the coefficients near balance", shape=(2, 2))
    product = 1.2 * size**2
    R = np.hypot(0.5, 2 * np.sqrt(product))
    checks.close(near[:, 1], np.array([R - 0.5, R + 0.5]) / 2,
                 what="the directional coefficient near balance, before far from it")  # fmt: skip
    upstream = product / delta[:2]
    checks.that(
        np.all(np.abs(got[:2, 1] / upstream - 1) < 1e-3),
        "far upstream R and delta cancel, and the digits of the directional coefficient are lost: "
        "use the product of (R - delta)/2 and (R + delta)/2",
        shown=f"expected {upstream[0]:.4g} at delta = 1e8, got {got[0, 1]:.4g}",
    )
    right = np.stack([2 * 1.2 * size / np.abs(delta), [*upstream, 1e4, 1e8]], axis=-1)
    for column, words in ((0, "radial"), (1, "directional")):
        checks.close(
            got[:, column] / right[:, column],
            np.ones(4),
            what=f"the {words} coefficient far from balance, relative to what it should be",
            rtol=1e-3,
        )
