"""Run the visible checks of 07.2 and 07.3: deltas of fresh neurons, their mean and variance."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from lazyrich import scales
from nbjudge import checks

__all__ = ["the_protocol", "two_starts_by_hand"]

ONE_SIGN = "the sign is flipped: the readout's part is positive"


def _drawn(rule: dict[str, float], m: int, d: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    a = rule["std_a"] * rng.standard_normal(m)
    return a, rule["std_w"] * rng.standard_normal((m, d))


def _other_draws(rule: dict[str, float], m: int, d: int, seed: int) -> dict[str, np.ndarray]:
    """The deltas of neurons that are drawn in another way."""
    w, a = rule["std_w"], rule["std_a"]
    rng = np.random.default_rng(seed)
    W_first, a_late = rng.standard_normal((m, d)), rng.standard_normal(m)
    rng = np.random.default_rng(seed)
    each = [(rng.standard_normal(), rng.standard_normal(d)) for _ in range(m)]
    rng = np.random.default_rng(seed)
    single = rng.standard_normal(m, dtype="f"), rng.standard_normal((m, d), dtype="f")
    rng = np.random.default_rng(seed)
    even = rng.random(m), rng.random((m, d))
    rng = np.random.default_rng(seed + 1)
    later = rng.standard_normal(m), rng.standard_normal((m, d))
    old = np.random.RandomState(seed)
    old_a, old_W = old.randn(m), old.randn(m, d)
    rng = np.random.default_rng(seed)
    a_first, W_turned = rng.standard_normal(m), rng.standard_normal((d, m))
    rng = np.random.default_rng(seed)
    one_a, W_after = rng.standard_normal(), rng.standard_normal((m, d))
    W_again = np.random.default_rng(seed).standard_normal((m, d))

    def delta(readouts: Any, weights: Any) -> np.ndarray:
        return (a * np.asarray(readouts)) ** 2 - np.sum((w * np.asarray(weights)) ** 2, axis=1)

    return {
        "the weights are drawn first; the readouts come first": delta(a_late, W_first),
        "the numbers are drawn neuron by neuron; draw all readouts first, then all weights": delta(
            *zip(*each, strict=True)
        ),
        "these are draws of the old np.random.seed; use np.random.default_rng(seed)": delta(
            old_a, old_W
        ),
        "these are draws in single precision, which are other numbers": delta(*single),
        "these numbers are spread evenly; use standard_normal": delta(*even),
        "the seed is used as it is; here it is one more": delta(*later),
        "W is drawn with the shape (d, m); draw it with (m, d)": delta(a_first, W_turned.T),
        "one readout is drawn for all neurons; each has its own": delta(one_a, W_after),
        "a second generator with the same seed draws W; one generator draws both": delta(
            a_first, W_again
        ),
    }


def _fixed(name: str, m: int, d: int, seed: int) -> dict[str, np.ndarray]:
    """The deltas under another rule, of other sizes, or from another seed."""
    slips: dict[str, np.ndarray] = {}
    rule = asdict(scales.parametrization(name, m, d))
    if d != m:
        turned = _drawn(asdict(scales.parametrization(name, d, m)), m, d, seed)
        slips["m and d are exchanged in the call of the rule"] = turned[0] ** 2 - np.sum(
            turned[1] ** 2, axis=1
        )
    for other in ("ntk", "mup"):
        if other != name:
            drawn = scales.sample_deltas(other, m, d, seed)
            slips[f'these are drawn as under "{other}"; their size depends on the rule'] = drawn
    for fixed in (3, 4):
        if fixed != d:
            drawn = scales.sample_deltas(name, m, fixed, seed)
            slips[f"d is {d} here, and {fixed} inputs are drawn: is it a fixed number?"] = drawn
            b, V = _drawn(rule, m, fixed, seed)
            slips[f"d is {d} here, and {fixed} inputs are drawn: is it a fixed number? "] = (
                b** 2 - np.sum(V**2, axis=1)
            )
    for fixed in {0, 1, 42} - {seed}:
        drawn = scales.sample_deltas(name, m, d, fixed)
        slips[f"these are the numbers of seed {fixed}: is the seed used?"] = drawn
    return slips


def _slips(name: str, m: int, d: int, seed: int) -> dict[str, Any]:
    rule = asdict(scales.parametrization(name, m, d))
    a, W = _drawn(rule, m, d, seed)
    size, front = np.linalg.norm(W, axis=1), rule["f_scale"]
    slips = {
        "|w| should be squared": a**2 - size,
        ONE_SIGN: size**2 - a**2,
        "the squares are subtracted, not added": a**2 + size**2,
        "the readout should be squared": a - size**2,
        "the squares of the weights are averaged, or W has the variance 1/d for the standard "
        "deviation; squares are summed over the inputs": a**2 - size**2 / d,
        "the weights are summed first and squared then; square each": a**2 - W.sum(axis=1) ** 2,
        "the weights are drawn without their standard deviation 1/sqrt(d)": a**2 - d * size**2,
        "the two standard deviations look exchanged": (rule["std_w"] / rule["std_a"] * a) ** 2
        - (rule["std_a"] / rule["std_w"] * size) ** 2,
        "the sign belongs to delta: this is its absolute value": np.abs(a**2 - size**2),
        "|w|^2 is a sum of squares, not the square of a sum of absolute values": a**2
        - np.abs(W).sum(axis=1) ** 2,
        "|w|^2 is a sum over the inputs, not the largest": a**2 - np.max(W**2, axis=1),
        "the readout should be squared, not taken without its sign": np.abs(a) - size**2,
        "this is the square of a difference; return the difference of the squares": (a - size) ** 2,
        "this is the ratio of the squares; return their difference": a**2 / size**2,
        "the order of the neurons is lost: these are sorted": np.sort(a**2 - size**2),
        "the rates are inside, and exchanged; here the weights are taken as they are": (
            rule["eta_a"] * a**2 - rule["eta_w"] * size**2
        ),
        "the multiplier is inside the readouts; here the weights are taken as they are, without "
        "it": (front * a) ** 2 - size**2,
        "the multiplier is inside the weights; here they are taken as they are": a**2
        - (front * size) ** 2,
        "all of it is multiplied by the multiplier's square; here the weights are taken as they "
        "are": front**2 * (a**2 - size**2),
        "the rates are inside; here the weights are taken as they are, with rates 1": (
            rule["eta_w"] * a**2 - rule["eta_a"] * size**2
        ),
        "rates and multiplier are inside; here the weights are taken as they are": front**2
        * (rule["eta_w"] * a**2 - rule["eta_a"] * size**2),
        "the squares of W are added over the neurons of all; each neuron has its own": a**2
        - np.sum(W**2),
    }
    slips |= _fixed(name, m, d, seed)
    slips["this is multiplied by m"] = m * (a**2 - size**2)
    return slips | _other_draws(rule, m, d, seed)


def the_protocol(sample_deltas: Callable) -> None:
    """Compare the draws of all three rules, and ask twice with one seed and once with another."""
    what = "the deltas of 5 neurons"
    got = checks.array(checks.ask(sample_deltas, "ntk", 5, 3, 1, what=what), what=what, shape=(5,))
    again = checks.ask(sample_deltas, "ntk", 5, 3, 1, what=what)
    checks.that(
        np.array_equal(got, again),
        "two calls with the same seed give different numbers: make the generator inside the "
        "function, from the seed",
    )
    for name, m, d, seed in (("ntk", 5, 3, 1), ("mean_field", 7, 2, 4), ("mup", 6, 4, 9)):
        checks.close(
            checks.call(sample_deltas, name, m, d, seed),
            scales.sample_deltas(name, m, d, seed),
            what=f'the deltas of {m} neurons, "{name}", d = {d}, seed {seed}',
            hints=_slips(name, m, d, seed),
        )


def _mean_slips(d: int, w: float, a: float) -> dict[str, float]:
    return {
        "the factor d is missing: |w|^2 is a sum over d inputs": a**2 - w**2,
        ONE_SIGN: d * w**2 - a**2,
        "the two means are subtracted, not added": a**2 + d * w**2,
        "the standard deviations should be squared": a - d * w,
        "the standard deviation of w should be squared": a**2 - d * w,
        "the standard deviation of a should be squared": a - d * w**2,
        "std_w and std_a look exchanged": w**2 - d * a**2,
        "mean and variance look exchanged": 2 * a**4 + 2 * d * w**4,
        "the mean of z^2 is 1; the mean of z is 0": 0.0,
        "|w|^2 is a sum of d squares, not their mean": a**2 - w**2 / d,
        "|w|^2 has d squares, not one less or more": a**2 - (d - 1) * w**2,
        "|w|^2 has d squares, not one less or more ": a**2 - (d + 1) * w**2,
        "the mean of z^2 is 1; 3 is that of z^4": 3 * (a**2 - d * w**2),
        "the standard deviations should be squared, and d has no root": a - np.sqrt(d) * w,
        "d enters once and is not squared": a**2 - (d * w) ** 2,
        "the factor d belongs to the weights, not to the readout": d * (a**2 - w**2),
        "std_a is an argument; it is not always 1": 1 - d * w**2,
        "std_w is an argument; it is not always 1/sqrt(d)": a**2 - 1,
        "this is half of it: an average of two parts; they are subtracted": (a**2 - d * w**2) / 2,
    }


def _variance_slips(d: int, w: float, a: float) -> dict[str, float]:
    """Name slips of the variance. This function is long because it is a table."""
    return {
        "the factor d is missing: |w|^2 is a sum over d inputs": 2 * a**4 + 2 * w**4,
        "the variance of a sum of d independent numbers is d times that of one, not d^2 times": 2
        * a**4
        + 2 * d**2 * w**4,
        "this takes the fourth moment 3 for the variance of z^2; subtract the square of its mean": 3
        * a**4
        + 3 * d * w**4,
        "this takes the fourth moment 3 for the variance of z^2 in the readout's part": 3 * a**4
        + 2 * d * w**4,
        "this takes the fourth moment 3 for the variance of z^2 in the weights' part": 2 * a**4
        + 3 * d * w**4,
        "the variance of z^2 is 3 - 1, not 3 + 1": 4 * a**4 + 2 * d * w**4,
        "the weights' part has the 2 twice: see where a parenthesis ends": 2
        * (a**4 + 2 * d * w**4),
        "the 2 and the d should not be raised to the power": (2 * a) ** 4 + d * (2 * w) ** 4,
        "the d should not be raised to the power": 2 * a**4 + 2 * (d * w) ** 4,
        "the weights have d squares, not one less": 2 * a**4 + 2 * (d - 1) * w**4,
        "variances add: d times that of one, not sqrt(d) times": 2 * a**4 + 2 * d**0.5 * w**4,
        "the variance is there already; it is not squared once more": (2 * a**4 + 2 * d * w**4)
        ** 2,
        "the variance of a square goes with the fourth power, not the eighth": 2 * a**8
        + 2 * d * w**8,
        "the variance of z^2 is 2, not 1/2": (a**4 + d * w**4) / 2,
        "variances of independent numbers add, also when the numbers are subtracted": 2 * a**4
        - 2 * d * w**4,
        "the variance of z^2 is 2, not 1": a**4 + d * w**4,
        "this is the standard deviation; the variance is its square": np.sqrt(
            2 * a**4 + 2 * d * w**4
        ),
        "the variance of a square goes with the fourth power of the standard deviation": 2 * a**2
        + 2 * d * w**2,
        "this is the mean of delta^2; subtract the square of the mean of delta": 2 * a**4
        + 2 * d * w**4
        + (a**2 - d * w**2) ** 2,
        "the readout varies too: its part is missing": 2 * d * w**4,
        "the weights vary too: their part is missing": 2 * a**4,
        "the factor 2 belongs to both parts: it is missing in the weights'": 2 * a**4 + d * w**4,
        "the factor 2 belongs to both parts: it is missing in the readout's": a**4 + 2 * d * w**4,
        "std_w and std_a look exchanged": 2 * w**4 + 2 * d * a**4,
        "the factor d belongs to the weights, not to the readout": 2 * d * (a**4 + w**4),
        "squares of different inputs are independent: d appears once, not as d(d + 2)": 2 * a**4
        + d * (d + 2) * w**4,
        "the 2 should not be squared": 4 * a**4 + 4 * d * w**4,
        "twice the square of the mean is the variance for one square only, not for a sum": 2
        * (a**2 - d * w**2) ** 2,
        "twice the square of the mean is the variance for one square only, not for a sum ": 2
        * (a**2 + d * w**2) ** 2,
        "the variance of a square goes with the fourth power: the readout's part has the second": (
            2 * a**2 + 2 * d * w**4
        ),
        "the variance of a square goes with the fourth power: the weights' part has the second": (
            2 * a**4 + 2 * d * w**2
        ),
        "E z^4 - (E z^2)^2 scales as a whole: both terms with the fourth power": 3 * a**4
        - a**2
        + d * (3 * w**4 - w**2),
        "std_a is an argument; it is not always 1": 2 + 2 * d * w**4,
        "variances add, not standard deviations": (2**0.5 * a**2 + (2 * d) ** 0.5 * w**2) ** 2,
        "variances add, not standard deviations ": 2**0.5 * a**2 + (2 * d) ** 0.5 * w**2,
    }


def two_starts_by_hand(delta_moments: Callable) -> None:
    """Compare mean and variance at two starts."""
    for d, w, a in ((6, 2.0, 1.5), (4, 0.5, 1.0), (7, 0.6, 0.9)):
        got = checks.call(delta_moments, d, w, a)
        got = checks.items(got, 2, what="mean and variance")
        where = f"d = {d}, std_w = {w:g}, std_a = {a:g}"
        right = scales.delta_moments(d, w, a)
        hints = _mean_slips(d, w, a), _variance_slips(d, w, a)
        scales_of = np.sqrt(right[1]), right[1]
        for k, name in enumerate(("mean", "variance")):
            want, slips = right[k], hints[k]
            value = checks.number(got[k], what=f"the {name} at {where}")
            known = any(np.isclose(value, slip, rtol=1e-4) for slip in slips.values())
            near = 1e-4 < abs(value - want) / scales_of[k] < 0.03
            checks.that(
                known or not near,
                f"the {name} at {where} is near, but not right: is it estimated from random draws? "
                "It can be had exactly",
            )
            checks.close(value, want, what=f"the {name} at {where}", atol=1e-9, hints=slips)
