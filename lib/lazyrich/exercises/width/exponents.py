"""Run the visible checks of 07.6: the slope on two logarithmic axes."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import curve_fit

from lazyrich import scales
from nbjudge import checks

__all__ = ["all_points_in_any_order", "exact_powers"]


def _slope(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.polyfit(x, y, 1)[0])


def _slips(m: np.ndarray, v: np.ndarray) -> dict[str, Any]:
    p = _slope(np.log(m), np.log(v))
    return {
        "the logarithms are missing: this is the slope on plain axes": _slope(m, v),
        "the widths are without a logarithm": _slope(m, np.log(v)),
        "the values are without a logarithm": _slope(np.log(m), v),
        "two kinds of logarithm are mixed (log and log10)": p / np.log(10),
        "two kinds of logarithm are mixed (log10 and log)": p * np.log(10),
        "two kinds of logarithm are mixed (log and log2)": p / np.log(2),
        "two kinds of logarithm are mixed (log2 and log)": p * np.log(2),
        "this is one over the slope: values go on the vertical axis": 1 / p if p else np.inf,
        "the sign is flipped: values that fall with the width have a negative exponent": -p,
        "this is the other number of the fit, the intercept": np.polyfit(np.log(m), np.log(v), 1)[
            1
        ],
        "log(1 + x) is not log(x)": _slope(np.log1p(m), np.log1p(v)),
        "the line is the exponent's, not a curve's: fit a polynomial of degree one": np.polyfit(
            np.log(m), np.log(v), 2
        )[0],
        "the exponent is rounded; return it as it comes out": np.round(p, 1),
        "the exponent is rounded; return it as it comes out ": np.round(p),
        "the exponent is a slope; this takes its exponential": np.exp(p),
        "the values have log10, and the widths have no logarithm": _slope(m, np.log10(v)),
        "a power law is straight on logarithmic axes, not on roots": _slope(np.sqrt(m), np.sqrt(v)),
        "the logarithm of one value over that of one width is no slope: a constant in front "
        "counts, too": np.log(v[-1]) / np.log(m[-1]),
        "log(value) / log(m), averaged, is no slope: a constant in front counts, too": np.mean(
            np.log(v) / np.log(m)
        ),
        "the horizontal axis is log m, not the number of the point": _slope(
            np.arange(len(m)), np.log(v)
        ),
        "Polynomial.fit scales the widths to [-1, 1] first; convert() takes this back": (
            np.polynomial.Polynomial.fit(np.log(m), np.log(v), 1).coef[1]
        ),
        "the covariance is not divided by the variance of log m ": np.cov(
            np.log(m), np.log(v), ddof=0
        )[0, 1],
        "the covariance is not divided by the variance of log m": np.cov(np.log(m), np.log(v))[
            0, 1
        ],
        "this is twice the slope": 2 * p,
        "the line is forced through the origin; let it have an intercept": np.sum(
            np.log(m) * np.log(v)
        )
        / np.sum(np.log(m) ** 2),
        "the covariance (n - 1) and the variance (n) count the points differently": p
        * len(m)
        / (len(m) - 1),
        "the horizontal axis is log m, not the logarithm of the point's number": _slope(
            np.log(np.arange(1, len(m) + 1)), np.log(v)
        ),
        "this is half of the slope": p / 2,
        "this is the factor by which values change when the width doubles, not the exponent": 2**p,
    }


def exact_powers(width_exponent: Callable) -> None:
    """Compare with powers that are known."""
    m = np.array([16.0, 64.0, 256.0, 1024.0])
    for p, front in ((-1.5, 3.0), (0.5, 0.2), (0.0, 7.0), (-0.37, 1.9)):
        v = front * m**p
        got = checks.number(checks.call(width_exponent, m, v), what="an exponent")
        checks.close(
            got,
            p,
            what=f"the exponent of {front:g} m^{p:g} at m = 16, 64, 256, 1024",
            atol=1e-6,
            hints=_slips(m, v),
        )


def _scattered_slips(m: np.ndarray, v: np.ndarray) -> dict[str, Any]:
    """List fits that do not take every point once, or lose which value belongs to which."""
    order = np.argsort(m)
    x, y = np.log(m[order]), np.log(v[order])
    local = np.diff(y) / np.diff(x)
    return {
        "only the first and the last width are used; fit all of them": (y[-1] - y[0])
        / (x[-1] - x[0]),
        "only the points that come first and last are used; fit all of them": np.log(v[-1] / v[0])
        / np.log(m[-1] / m[0]),
        "this is the mean of the slopes between neighbors; fit one line through all": np.mean(
            local
        ),
        "this is the mean of the slopes between neighbors; fit one line through all ": np.mean(
            np.diff(np.log(v)) / np.diff(np.log(m))
        ),
        "this is the middle one of the slopes between neighbors; fit one line through all": (
            np.median(local)
        ),
        "this is the middle one of the slopes between neighbors; fit one line through all ": (
            np.median(np.diff(np.log(v)) / np.diff(np.log(m)))
        ),
        "the line is fitted the wrong way around: log m against log value": 1 / _slope(y, x),
        "widths are sorted and their values are not, so that they no longer belong together": (
            _slope(x, np.log(v))
        ),
        "widths and values are sorted apart, so that they no longer belong together": _slope(
            x, np.sort(y)
        ),
        "the covariance is divided by both spreads: this is the correlation": np.corrcoef(x, y)[
            0, 1
        ],
        "only the first two points are used; fit all of them": np.log(v[1] / v[0])
        / np.log(m[1] / m[0]),
        "the points have weights; each counts once": np.polyfit(x, y, 1, w=np.exp(x / 2))[0],
        "this is the largest slope between neighbors; fit one line through all": np.max(
            np.diff(np.log(v)) / np.diff(np.log(m))
        ),
        "only the two widest are used; fit all of them": local[-1],
        "this averages local slopes (np.gradient); fit one line through all": np.mean(
            np.gradient(np.log(v), np.log(m))
        ),
        "the line is forced through the first point; fit all of them": float(
            np.log(m / m[0]) @ np.log(v / v[0]) / (np.log(m / m[0]) @ np.log(m / m[0]))
        ),
        "the values themselves are fitted, so that the large ones count most; fit their "
        "logarithms": float(
            curve_fit(lambda x, c, q: c * x**q, m, v, p0=(v[0], -0.5), maxfev=5000)[0][1]
        ),
        "the last point is left out": _slope(np.log(m[:-1]), np.log(v[:-1])),
    }


def all_points_in_any_order(width_exponent: Callable) -> None:
    """Compare where points scatter, where they are not sorted, and where they are whole numbers."""
    m = np.array([512.0, 8.0, 2000.0, 64.0, 32.0])
    v = m**-0.5 * np.exp([-0.3, 0.3, 0.35, 0.4, -0.2])
    checks.inputs_unchanged(width_exponent, m, v)
    checks.close(
        checks.number(checks.call(width_exponent, m, v), what="an exponent"),
        scales.width_exponent(m, v),
        what="the exponent of five scattered points, which are not sorted",
        hints=_scattered_slips(m, v) | _slips(m, v),
    )
    whole, values = np.array([4, 64, 2, 16]), np.array([16, 4096, 4, 256])
    checks.close(
        checks.number(checks.call(width_exponent, whole, values), what="an exponent"),
        2.0,
        what="the exponent of m^2, with whole numbers as widths and values",
        hints=_slips(whole.astype(float), values.astype(float)),
    )
