"""Scales of layers: two knobs (function scale, relative scale), and the named parametrizations as settings of both.

f(x) = f_scale sum_i a_i phi(w_i.x) with a_i ~ N(0, std_a^2), w_i ~ N(0, std_w^2 I_d) and rates eta_w, eta_a.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = [
    "Parametrization",
    "alpha_for_delta",
    "delta_moments",
    "function_and_relative_scale",
    "parametrization",
    "rescale_embedding",
    "rescale_layers",
    "sample_deltas",
    "standard_delta_moments",
    "width_exponent",
]


@dataclass(frozen=True)
class Parametrization:
    """Standard deviations, multiplier and learning rates of a two-layer network of width m."""

    f_scale: float
    std_w: float
    std_a: float
    eta_w: float
    eta_a: float


def parametrization(name: str, m: int, d: int) -> Parametrization:
    """A named parametrization: "ntk", "mean_field", "mup" or "standard", for width m and input dimension d.

    mup is mean field written in other variables (a/m in place of a, rates changed to match): the same network and training.
    standard draws a ~ N(0, 1/m) with no multiplier and gives both layers the rate 1/m, which keeps the kernel finite: the first layer's
    share of it vanishes as 1/m (`tests/lib/test_parametrization.py` sweeps the width).
    Raises ValueError for another name or sizes below 1. Jacot et al. 2018; Mei et al. 2018; Yang and Hu 2021.
    """
    m, d = validate.count("m", m, 1), validate.count("d", d, 1)
    table = {
        "ntk": Parametrization(m**-0.5, d**-0.5, 1.0, 1.0, 1.0),
        "mean_field": Parametrization(1.0 / m, d**-0.5, 1.0, float(m), float(m)),
        "mup": Parametrization(1.0, d**-0.5, 1.0 / m, float(m), 1.0 / m),
        "standard": Parametrization(1.0, d**-0.5, m**-0.5, 1.0 / m, 1.0 / m),
    }
    if name not in table:
        raise ValueError(f"name: expected one of {', '.join(map(repr, table))}, got {name!r}")
    return table[name]


def function_and_relative_scale(
    std_w: float, std_a: float, f_scale: float, m: int, d: int
) -> tuple[float, float]:
    """(function scale f_scale std_a std_w sqrt(m d), relative scale std_a / (std_w sqrt(d))): the two knobs.

    Raises ValueError on values that are not positive.
    """
    std_w, std_a, f_scale = (
        validate.rate("std_w", std_w),
        validate.rate("std_a", std_a),
        validate.rate("f_scale", f_scale),
    )
    m, d = validate.count("m", m, 1), validate.count("d", d, 1)
    return f_scale * std_a * std_w * np.sqrt(m * d), std_a / (std_w * np.sqrt(d))


def delta_moments(
    d: int, std_w: float, std_a: float, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> tuple[float, float]:
    """Mean and variance of delta_i = eta_w a_i^2 - eta_a |w_i|^2 over Gaussian neurons.

    Mean eta_w std_a^2 - eta_a d std_w^2, variance 2 eta_w^2 std_a^4 + 2 d eta_a^2 std_w^4.
    Raises ValueError on values that are not positive.
    """
    d, w2, a2 = (
        validate.count("d", d, 1),
        validate.rate("std_w", std_w) ** 2,
        validate.rate("std_a", std_a) ** 2,
    )
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    return eta_w * a2 - eta_a * d * w2, 2 * (eta_w * a2) ** 2 + 2 * d * (eta_a * w2) ** 2


def sample_deltas(name: str, m: int, d: int, seed: int) -> np.ndarray:
    """a_i^2 - |w_i|^2 of m neurons drawn as `name` says: the weights alone, whatever multiplier and rates are.

    Draws std_a standard_normal(m), then std_w standard_normal((m, d)) from default_rng(seed). Returns (m,).
    With the multiplier in the readout and the rates of `name`, delta_i is f_scale^2 (eta_w a_i^2 - eta_a |w_i|^2): only that may be
    compared between parametrizations. Raises ValueError for another name or sizes below 1.
    """
    p = parametrization(name, m, d)
    rng = np.random.default_rng(validate.count("seed", seed))
    a = p.std_a * rng.standard_normal(int(m))
    W = p.std_w * rng.standard_normal((int(m), int(d)))
    return a**2 - np.sum(W**2, axis=1)


def standard_delta_moments(name: str, m: int, d: int, c: int) -> tuple[float, float]:
    """Mean and variance of delta_i = |A_i|^2 - |W_i|^2 (rates 1) for W (m, d), A (c, m) from a usual initialization.

    "pytorch" (nn.Linear's default, uniform), "kaiming" (normal, fan in, gain sqrt 2), "lecun" (normal), "xavier" (normal). With m >> c all
    of them are downstream: the mean tends to -1/3, -2, -1 and -2d/(d + m).
    Raises ValueError for another name or sizes below 1.
    """
    m, d, c = (validate.count(key, n, 1) for key, n in (("m", m), ("d", d), ("c", c)))
    x_out, x_in = 2 / (m + c), 2 / (d + m)
    table = {
        "pytorch": ((c / m - 1) / 3, 4 / 45 * (c / m**2 + 1 / d)),
        "kaiming": (2 * (c / m - 1), 8 * c / m**2 + 8 / d),
        "lecun": (c / m - 1, 2 * c / m**2 + 2 / d),
        "xavier": (c * x_out - d * x_in, 2 * c * x_out**2 + 2 * d * x_in**2),
    }
    if name not in table:
        raise ValueError(f"name: expected one of {', '.join(map(repr, table))}, got {name!r}")
    return table[name]


def width_exponent(widths: ArrayLike, values: ArrayLike) -> float:
    """The exponent p of values ~ m^p: slope of the least-squares line through (log m, log value).

    widths, values: (k,) > 0, in any order, two different widths at least. Returns (). Raises ValueError on bad input.

    >>> round(width_exponent([10, 1000], [1.0, 0.01]), 12)
    -1.0
    """
    widths, values = (
        validate.real("widths", widths, "(k,)"),
        validate.real("values", values, "(k,)"),
    )
    if widths.ndim != 1 or widths.shape != values.shape:
        raise ValueError(
            f"widths, values: expected one shape (k,), got {widths.shape} and {values.shape}"
        )
    for what, numbers in (("widths", widths), ("values", values)):
        if np.any(numbers <= 0):
            raise ValueError(
                f"{what}: expected numbers > 0, which have a logarithm, got {np.min(numbers):g}"
            )
    if np.unique(widths).size < 2:
        raise ValueError(f"widths: expected two different ones at least, got {widths}")
    u = np.log(widths) - np.mean(np.log(widths))
    return float(u @ np.log(values) / (u @ u))


def alpha_for_delta(delta: ArrayLike, scale: ArrayLike) -> np.ndarray:
    """alpha with |w| = scale alpha, |a| = scale / alpha and delta = scale^2 (1/alpha^2 - alpha^2), rates 1.

    alpha^2 = (sqrt(4 + r^2) - r) / 2 with r = delta / scale^2; for r > 0 from 2 / (r + sqrt(4 + r^2)), which cancels nothing.
    delta: (...); scale > 0: (...). Returns (...). Raises ValueError on bad input.
    """
    delta, scale = validate.real("delta", delta, "(...)"), validate.real("scale", scale, "(...)")
    if np.any(scale <= 0):
        raise ValueError(f"scale: expected numbers > 0, got {np.min(scale):g}")
    r = delta / scale**2
    root = np.hypot(2.0, r)
    return np.sqrt(np.where(r > 0, 2 / (np.abs(r) + root), (root + np.abs(r)) / 2))


def rescale_layers(W: ArrayLike, a: ArrayLike, alpha: float) -> tuple[np.ndarray, np.ndarray]:
    """(alpha W, a / alpha): the same function of a homogeneous network, another relative scale.

    W: (m, d); a: (m,) or (c, m); alpha > 0. Raises ValueError on bad input.
    """
    alpha = validate.rate("alpha", alpha)
    return alpha * validate.real("W", W, "(m, d)"), validate.real("a", a, "(m,)") / alpha


def rescale_embedding(
    params: Mapping[str, ArrayLike], alpha: float, degree: float
) -> dict[str, np.ndarray]:
    """The same function with embeddings alpha times as large: "tok" and "pos" times alpha, "out" times alpha^-degree, copies of the others.

    params: name -> array, among them "tok", "pos", "out", of a network out phi(tok + pos) whose phi is positively homogeneous of that degree (1
    for ReLU, 2 for the square); alpha > 0. Raises ValueError if one of the three is missing. Layers by name: `models.scale_layers`.
    """
    alpha, degree = validate.rate("alpha", alpha), float(validate.real("degree", degree, "()"))
    missing = [name for name in ("tok", "pos", "out") if name not in params]
    if missing:
        raise ValueError(f"params: expected 'tok', 'pos' and 'out', {missing[0]!r} is missing")
    factors = {"tok": alpha, "pos": alpha, "out": alpha**-degree}
    return {
        name: factors.get(name, 1.0) * np.array(value, dtype=float)
        for name, value in params.items()
    }
