"""Set the two scales of a network's layers, and look up the usual parametrizations.

The network is f(x) = f_scale sum_i a_i phi(w_i.x) with a_i ~ N(0, std_a^2), w_i ~ N(0, std_w^2 I_d)
and learning rates eta_w, eta_a. Its two knobs are the function scale and the relative scale. The
module is longer than others because of its docstrings.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

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

Entry = TypeVar("Entry")
MOVEMENT = {  # p of movement ~ width^p; for a linear network the kernel's p is -2 (ntk)
    "kernel_distance": {"ntk": -3 / 2, "mean_field": 0, "mup": 0, "standard": -4},
    "first_layer": {"ntk": -1 / 2, "mean_field": 0, "mup": 0, "standard": -3 / 2},
    "readout": {"ntk": -1 / 2, "mean_field": 0, "mup": 0, "standard": -1 / 2},
}


@dataclass(frozen=True)
class Parametrization:
    """Hold the scales and learning rates of a two-layer network of one width.

    Parameters
    ----------
    f_scale : float
        The multiplier of the output.
    std_w : float
        Standard deviation of the input weights.
    std_a : float
        Standard deviation of the readouts.
    eta_w : float
        Learning rate of the input weights.
    eta_a : float
        Learning rate of the readouts.
    """

    f_scale: float
    std_w: float
    std_a: float
    eta_w: float
    eta_a: float


def parametrization(name: str, m: int, d: int) -> Parametrization:
    """Look up a named parametrization.

    "mup" is mean field written in other variables (a/m in place of a, rates changed to match): the
    same network and training. "standard" draws a ~ N(0, 1/m) with no multiplier and gives both
    layers the rate 1/m, which keeps the kernel finite: the first layer's share of it vanishes as
    1/m (`tests/lib/test_scales.py` sweeps the width).

    Parameters
    ----------
    name : {"ntk", "mean_field", "mup", "standard"}
        The parametrization.
    m : int
        Width, at least 1.
    d : int
        Input dimension, at least 1.

    Returns
    -------
    Parametrization
        Its scales and rates at this width.

    Raises
    ------
    ValueError
        If the name is unknown or a size is below 1.

    References
    ----------
    Jacot et al. 2018; Mei et al. 2018; Yang and Hu 2021.

    Examples
    --------
    >>> parametrization("mean_field", 4, 1).f_scale
    0.25
    """
    m, d = validate.count("m", m, 1), validate.count("d", d, 1)
    table = {
        "ntk": Parametrization(m**-0.5, d**-0.5, 1.0, 1.0, 1.0),
        "mean_field": Parametrization(1.0 / m, d**-0.5, 1.0, float(m), float(m)),
        "mup": Parametrization(1.0, d**-0.5, 1.0 / m, float(m), 1.0 / m),
        "standard": Parametrization(1.0, d**-0.5, m**-0.5, 1.0 / m, 1.0 / m),
    }
    return _look_up(name, table)


def function_and_relative_scale(
    std_w: float, std_a: float, f_scale: float, m: int, d: int
) -> tuple[float, float]:
    """Compute the two knobs of a network, its function scale and its relative scale.

    Parameters
    ----------
    std_w : float
        Standard deviation of the input weights, > 0.
    std_a : float
        Standard deviation of the readouts, > 0.
    f_scale : float
        The multiplier of the output, > 0.
    m : int
        Width, at least 1.
    d : int
        Input dimension, at least 1.

    Returns
    -------
    float
        The function scale f_scale std_a std_w sqrt(m d).
    float
        The relative scale std_a / (std_w sqrt(d)).

    Raises
    ------
    ValueError
        On values that are not positive.
    """
    std_w, std_a = validate.rate("std_w", std_w), validate.rate("std_a", std_a)
    f_scale = validate.rate("f_scale", f_scale)
    m, d = validate.count("m", m, 1), validate.count("d", d, 1)
    return f_scale * std_a * std_w * math.sqrt(m * d), std_a / (std_w * math.sqrt(d))


def delta_moments(
    d: int, std_w: float, std_a: float, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> tuple[float, float]:
    """Compute mean and variance of delta_i = eta_w a_i^2 - eta_a |w_i|^2 over Gaussian neurons.

    Parameters
    ----------
    d : int
        Input dimension, at least 1.
    std_w : float
        Standard deviation of the input weights, > 0.
    std_a : float
        Standard deviation of the readouts, > 0.
    eta_w, eta_a : float, default 1.0
        Learning rates of the input weights and of the readouts, > 0.

    Returns
    -------
    float
        The mean, eta_w std_a^2 - eta_a d std_w^2.
    float
        The variance, 2 eta_w^2 std_a^4 + 2 d eta_a^2 std_w^4.

    Raises
    ------
    ValueError
        On values that are not positive.
    """
    d = validate.count("d", d, 1)
    w2, a2 = validate.rate("std_w", std_w) ** 2, validate.rate("std_a", std_a) ** 2
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    return eta_w * a2 - eta_a * d * w2, 2 * (eta_w * a2) ** 2 + 2 * d * (eta_a * w2) ** 2


def sample_deltas(name: str, m: int, d: int, seed: int) -> np.ndarray:
    """Draw the neurons of a named parametrization and return a_i^2 - |w_i|^2 of each.

    The weights are std_a standard_normal(m), then std_w standard_normal((m, d)), drawn from
    default_rng(seed); the multiplier and the rates are left out. To compare parametrizations,
    include them: delta_i = f_scale^2 (eta_w a_i^2 - eta_a |w_i|^2), the multiplier being part of
    the readout.

    Parameters
    ----------
    name : {"ntk", "mean_field", "mup", "standard"}
        The parametrization.
    m : int
        The number of neurons, at least 1.
    d : int
        Input dimension, at least 1.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    ndarray, shape (m,)
        a_i^2 - |w_i|^2.

    Raises
    ------
    ValueError
        If the name is unknown or a size is below 1.
    """
    p = parametrization(name, m, d)
    rng = np.random.default_rng(validate.count("seed", seed))
    a = p.std_a * rng.standard_normal(int(m))
    W = p.std_w * rng.standard_normal((int(m), int(d)))
    return a**2 - np.sum(W**2, axis=1)


def standard_delta_moments(name: str, m: int, d: int, c: int) -> tuple[float, float]:
    """Compute mean and variance of delta_i = |A_i|^2 - |W_i|^2 under a common initialization.

    For m >> c every one of them is downstream: the mean tends to -1/3 ("pytorch"), -2 ("kaiming"),
    -1 ("lecun") and -2d/(d + m) ("xavier").

    Parameters
    ----------
    name : {"pytorch", "kaiming", "lecun", "xavier"}
        The initialization of W (m, d) and A (c, m), rates 1: "pytorch" (nn.Linear's default,
        uniform), "kaiming" (normal, fan in, gain sqrt 2), "lecun" (normal), "xavier" (normal).
    m : int
        Width, at least 1.
    d : int
        Input dimension, at least 1.
    c : int
        Output dimension, at least 1.

    Returns
    -------
    float
        The mean.
    float
        The variance.

    Raises
    ------
    ValueError
        If the name is unknown or a size is below 1.
    """
    m, d, c = (validate.count(key, n, 1) for key, n in (("m", m), ("d", d), ("c", c)))
    x_out, x_in = 2 / (m + c), 2 / (d + m)
    table = {
        "pytorch": ((c / m - 1) / 3, 4 / 45 * (c / m**2 + 1 / d)),
        "kaiming": (2 * (c / m - 1), 8 * c / m**2 + 8 / d),
        "lecun": (c / m - 1, 2 * c / m**2 + 2 / d),
        "xavier": (c * x_out - d * x_in, 2 * c * x_out**2 + 2 * d * x_in**2),
    }
    return _look_up(name, table)


def width_exponent(widths: ArrayLike, values: ArrayLike) -> float:
    """Fit the exponent p of values ~ m^p.

    p is the slope of the least-squares line through the points (log m, log value).

    Parameters
    ----------
    widths : array_like, shape (k,)
        The widths m > 0, in any order, at least two of them different.
    values : array_like, shape (k,)
        What was measured at each width, > 0.

    Returns
    -------
    float
        The exponent.

    Raises
    ------
    ValueError
        On bad input.

    Examples
    --------
    >>> round(width_exponent([10, 1000], [1.0, 0.01]), 12)
    -1.0
    """
    widths, values = (
        validate.real(name, value, "(k,)")
        for name, value in (("widths", widths), ("values", values))
    )
    if widths.ndim != 1 or widths.shape != values.shape:
        raise ValueError(
            f"widths, values: expected one shape (k,), got {widths.shape} and {values.shape}"
        )
    for name, numbers in (("widths", widths), ("values", values)):
        if np.any(numbers <= 0):
            raise ValueError(
                f"{name}: expected numbers > 0, which have a logarithm, got {np.min(numbers):g}"
            )
    if np.unique(widths).size < 2:
        raise ValueError(f"widths: expected at least two different widths, got {widths}")
    return float(log_slope(widths, values))


def log_slope(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Fit d log y / d log x of shape (...) to x (k,) and y (..., k) by least squares."""
    u = np.log(x) - np.mean(np.log(x))
    return np.sum(u * np.log(y), axis=-1) / (u @ u)


def alpha_for_delta(delta: ArrayLike, scale: ArrayLike) -> np.ndarray:
    """Find the alpha with which |w| = scale alpha and |a| = scale / alpha have a given delta.

    At learning rates 1, delta = scale^2 (1/alpha^2 - alpha^2), so
    alpha^2 = (sqrt(4 + r^2) - r) / 2 with r = delta / scale^2; for r > 0 it is computed as
    2 / (r + sqrt(4 + r^2)), which avoids cancellation.

    Parameters
    ----------
    delta : array_like, shape (...)
        The conserved quantity.
    scale : array_like, shape (...)
        The geometric mean of |w| and |a|, > 0.

    Returns
    -------
    ndarray, shape (...)
        alpha > 0.

    Raises
    ------
    ValueError
        On bad input.

    Examples
    --------
    >>> float(alpha_for_delta(0.0, 2.0))
    1.0
    """
    delta, scale = validate.real("delta", delta, "(...)"), validate.real("scale", scale, "(...)")
    if np.any(scale < 1 / validate.LARGEST):
        raise ValueError(f"scale: expected numbers > 0, got {np.min(scale):g}")
    validate.batch({"delta": delta.shape, "scale": scale.shape})
    with validate.overflow("delta, scale"):
        r = delta / scale**2
    root = np.hypot(2.0, r)
    return np.sqrt(np.where(r > 0, 2 / (np.abs(r) + root), (root + np.abs(r)) / 2))


def rescale_layers(W: ArrayLike, a: ArrayLike, alpha: float) -> tuple[np.ndarray, np.ndarray]:
    """Change the relative scale of a homogeneous network without changing its function.

    Parameters
    ----------
    W : array_like, shape (m, d)
        Input weights.
    a : array_like, shape (m,) or (c, m)
        Readouts.
    alpha : float
        The factor, > 0.

    Returns
    -------
    ndarray, shape (m, d)
        alpha W.
    ndarray, shape (m,) or (c, m)
        a / alpha.

    Raises
    ------
    ValueError
        On bad input.
    """
    alpha = validate.rate("alpha", alpha)
    return alpha * validate.real("W", W, "(m, d)"), validate.real("a", a, "(m,)") / alpha


def rescale_embedding(
    params: Mapping[str, ArrayLike], alpha: float, degree: float
) -> dict[str, np.ndarray]:
    """Scale the embeddings of a homogeneous network without changing its function.

    The network is out phi(tok + pos) with a positively homogeneous phi. To scale other layers by
    name, use `models.scale_layers`.

    Parameters
    ----------
    params : mapping of str to array_like
        The parameters, among them "tok", "pos" and "out".
    alpha : float
        The factor of "tok" and "pos", > 0; that of "out" is alpha^-degree.
    degree : float
        The degree of phi: 1 for ReLU, 2 for the square.

    Returns
    -------
    dict of str to ndarray
        The scaled parameters, and copies of the others.

    Raises
    ------
    ValueError
        If one of the three is missing, or on bad input.
    """
    alpha, degree = validate.rate("alpha", alpha), validate.number("degree", degree)
    params = validate.mapping("params", params)
    missing = [name for name in ("tok", "pos", "out") if name not in params]
    if missing:
        raise ValueError(f"params: expected 'tok', 'pos' and 'out', but {missing[0]!r} is missing")
    factors = {"tok": alpha, "pos": alpha, "out": alpha**-degree}
    return {
        name: factors.get(name, 1.0) * validate.real(f"params[{name!r}]", value)
        for name, value in params.items()
    }


def _look_up(name: str, table: dict[str, Entry]) -> Entry:
    return table[validate.choice("name", name, table)]
