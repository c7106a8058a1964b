"""Make the known slips of 02.3: the exact solution, with one thing in it changed."""

import numpy as np

__all__ = ["SLIPS", "slipped"]

SLIPS = {  # what slipped -> the words for it
    "clock": "time runs twice as fast as it should",
    "slow": "time runs half as fast as it should",
    "rates swapped": "your two learning rates look swapped: w goes with the root of eta_a, and a "
    "with the root of eta_w",
    "rates forgotten": "the learning rates are forgotten",
    "target root": "b has the root of eta_a eta_w, and here the root is missing",
    "target": "the target has both rates in its canonical form, b = sqrt(eta_a eta_w) beta*",
    "raw delta": "delta is that of the canonical variables: the rates are missing in it",
    "minus delta": "the sign of delta is flipped: delta = a^2 - |w|^2",
    "kappa": "kappa is the root of delta^2/4 + s^2; the quarter is missing",
    "kappa, product": "kappa is the root of delta^2/4 + s^2, and the quarter is missing",
    "exchanged": "A and B are exchanged in the eigenvectors",
    "branch": "A = kappa + delta/2 for both signs of delta, and is the smaller one for delta < 0",
    "P": "c_- should have a minus sign in the line of P",
    "q": "c_- should have a plus sign in the line of q",
    "c": "c_- should begin with a minus sign: it is -sqrt(A/2k) P_0 + sqrt(B/2k) a_0",
    "E": "E should be squared in the lines of P and q: P over e^(kappa t) fades by e^(-2 kappa t)",
    "not unit": "the unit vector along the target is b / s, and here it is beta*",
    "unit": "P_0 is taken along the unit vector b/s, not along b",
    "whole": "w_perp is w_0 minus its part along the target; here it is all of w_0",
    "frozen": "the part of w across beta* should fade: w_perp e^(-A t), not w_perp alone",
    "fade": "the part of w across beta* should fade by e^(-A t), and here it fades by "
    "e^(-delta t / 2): after dividing by e^(kappa t) the rate is A",
    "fade B": "the part of w across beta* should fade by e^(-A t), and here it is e^(-B t)",
    "divided": "the part of w across beta* should fade: p_perp(t) = w_perp e^(-delta t / 2), and "
    "here it is w_perp, divided by e^(kappa t)",
    "no root": "w = p / sqrt(v) and a = q / sqrt(v): the root of v is missing",
    "no v": "p and q are not divided by sqrt(v)",
    "undivided": "v divided by e^(2 kappa t) begins with E^2: its 1 is divided too",
    "two": "the denominators in v are 2 kappa; here they are kappa",
    "across": "v lacks its last term, with |w_perp|^2",
    "length": "the last term of v should have |w_perp| squared",
    "up": "v has the squares of c_+ and c_-, and c_+ is not squared",
    "minus term": "v lacks its term with c_-^2",
    "E4": "c_-^2 in v should be multiplied by E^2 - E^4",
    "signed": "for delta < 0, D has |delta| in its quotient, since e^(|delta| t) was taken out",
    "root of D": "D has E^2, and here it is E",
    "D": "D has lost its factor E^2: all of v is divided by e^(2 kappa t)",
}


def slipped(
    t: np.ndarray,
    w0: np.ndarray,
    a0: float,
    beta_star: np.ndarray,
    *,
    eta_w: float,
    eta_a: float,
    slip: str = "",
) -> tuple[np.ndarray, np.ndarray]:
    """Return w (T, d) and a (T,) of the flow with one slip, in the same units as the start."""
    t = t * {"clock": 2.0, "slow": 0.5}.get(slip, 1.0)
    if slip == "rates swapped":
        eta_w, eta_a = eta_a, eta_w
    if slip == "rates forgotten":
        eta_w = eta_a = 1.0
    root_w, root_a = eta_a**0.5, eta_w**0.5
    w, a = root_w * w0, root_a * a0
    power = {"target": 0.0, "target root": 1.0}.get(slip, 0.5)
    b = beta_star * (eta_a * eta_w) ** power
    delta = a0**2 - w0 @ w0 if slip == "raw delta" else a**2 - w @ w
    unit = beta_star if slip == "not unit" else b / np.linalg.norm(b)
    p, q, v = _lines(t, w, a, b, unit, delta, slip)
    below = {"no root": v, "no v": np.ones_like(v)}.get(slip, np.sqrt(v))
    return p / below[:, None] / root_w, q / below / root_a


def _lines(
    t: np.ndarray,
    w: np.ndarray,
    a: float,
    b: np.ndarray,
    unit: np.ndarray,
    delta: float,
    slip: str,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Evaluate p, q and v, divided by their growing exponentials."""
    s = np.linalg.norm(b)
    delta = -delta if slip == "minus delta" else delta
    k = np.hypot(delta if slip.startswith("kappa") else delta / 2, s)
    half = abs(delta) / 2 if slip == "branch" else delta / 2
    A, B = k + half, k - half
    if slip == "kappa, product":
        A, B = (A, s**2 / A) if delta >= 0 else (s**2 / B, B)
    x, y = np.sqrt(np.abs(B) / (2 * k)), np.sqrt(np.abs(A) / (2 * k))
    x, y = (y, x) if slip == "exchanged" else (x, y)
    P0 = (b if slip == "unit" else unit) @ w
    across = w if slip == "whole" else w - P0 * unit
    up, down = x * P0 + y * a, x * a - y * P0 * (-1 if slip == "c" else 1)
    E2 = np.exp(-2 * k * t)
    late = np.exp(-k * t) if slip == "E" else E2
    P = up * x - down * y * late * (-1 if slip == "P" else 1)
    q = up * y + down * x * late * (-1 if slip == "q" else 1)
    rate = {"frozen": 0.0, "fade": delta / 2, "divided": k, "fade B": B}.get(slip, A)
    p = P[:, None] * unit + np.exp(-rate * t)[:, None] * across
    v = _factor(t, k, A, delta, up, down, np.linalg.norm(across), slip)
    return p, q, v


def _factor(
    t: np.ndarray,
    k: float,
    A: float,
    delta: float,
    up: float,
    down: float,
    size: float,
    slip: str,
) -> np.ndarray:
    """Evaluate v, divided by e^(2 kappa t)."""
    E2, rate = np.exp(-2 * k * t), delta if slip == "signed" else abs(delta)
    spread = -np.expm1(-rate * t) / rate if abs(delta) > 1e-12 else t
    below = np.exp(-2 * A * t) if delta < 0 else E2
    D = {"D": 1.0, "root of D": np.sqrt(E2)}.get(slip, below) * spread
    two = 1.0 if slip == "two" else 2.0
    return (
        (1.0 if slip == "undivided" else E2)
        + up ** (1 if slip == "up" else 2) * (1 - E2) / (two * k)
        + down**2 * (E2 - (0 if slip == "E4" else E2**2)) / (two * k) * (slip != "minus term")
        + (size if slip == "length" else size**2) * D * (slip != "across")
    )
