"""Check the race of aligned modes (04.6)."""

from collections.abc import Callable

import numpy as np
from scipy.integrate import solve_ivp

from lazyrich import exact
from lazyrich.exercises.wide.pairs import shape_of
from nbjudge import checks

__all__ = ["the_race_has_an_end_and_a_balance", "the_race_is_that_of_an_integrator"]

START, TARGET = np.array([0.01, 0.05, 1.5]), np.array([3.0, 2.0, 1.0])


def the_race_is_that_of_an_integrator(mode_strengths: Callable) -> None:
    """Compare three modes with a numerical integrator that knows no formula."""
    t = np.linspace(0, 2, 9)
    for delta in (1.6, -2.0, 0.0):
        case = f"three modes at delta = {delta:g}"
        out = checks.call(mode_strengths, t, START, TARGET, delta)
        _shape(out, case)
        got = checks.array(out, what=case, shape=(9, 3), finite=False)
        told = "the square root of something negative, or is something divided by 0"
        checks.that(np.all(np.isfinite(got)), f"{case}: there is NaN; is it {told}?")
        right, slips = integrated(t, START, TARGET, delta), _slips(t, delta)
        if not np.allclose(got[0], START, rtol=1e-3):
            case += " (it does not begin at u0; look at z0 and at the way back from z to u)"
        if np.allclose(got, right, rtol=0, atol=0.02):
            slips["it is nearly right: was it integrated with finite steps?"] = got
        checks.close(got, right, what=case, hints=slips)
    checks.inputs_unchanged(mode_strengths, t, START, TARGET, 1.0)


def the_race_has_an_end_and_a_balance(mode_strengths: Callable) -> None:
    """Check late times, delta = 0, both signs, and a single mode."""
    late, u0, s = np.array([0.0, 0.5, 1e3, 1e4]), np.array([0.02, 0.4]), np.array([1.0, 2.5])
    for delta in (-3.0, 8.0, 0.0):
        case = f"two modes at delta = {delta:g}, t up to 10000"
        out = checks.call(mode_strengths, late, u0, s, delta)
        got = checks.array(out, what=case, shape=(4, 2), finite=False)
        if delta == 0:
            early = np.all(np.isfinite(got[:2]))
            checks.that(early, "NaN at delta = 0: is something divided by delta?")
        checks.that(
            np.all(np.isfinite(got)),
            "the modes are not finite at late times: a growing exponential overflows; divide by "
            "it on paper, so that only falling ones are left",
        )
        right = exact.two_layer_modes(late, u0, s, delta)
        checks.close(got[-1], s, what=f"{case}: the end, where u should be s (see P and N)")
        checks.close(got, right, what=case)
    t, ahead = np.linspace(0, 2, 5), exact.two_layer_modes(np.linspace(0, 2, 5), u0, s, 0.7)
    for delta in (0.7, -0.7):
        out = checks.call(mode_strengths, t, u0, s, delta)
        checks.close(out, ahead, what=f"two modes at delta = {delta:g}: only delta squared counts")
    what = "two modes at delta = 0.7, asked for at t = 0.5, 1 and 2 only"
    hints = {"the first time is taken for 0; u0 belongs to t = 0": ahead[[0, 1, 3]]}
    out = checks.call(mode_strengths, t[[1, 2, 4]], u0, s, 0.7)
    checks.close(out, ahead[[1, 2, 4]], what=what, hints=hints)
    out = checks.call(mode_strengths, t, u0[:1], s[:1], 0.7)
    checks.close(out, ahead[:, :1], what="a single mode, (T, 1)")


def integrated(
    t: np.ndarray,
    u0: np.ndarray,
    s: np.ndarray,
    delta: float,
    speed: Callable = lambda u, delta: np.sqrt(delta**2 + 4 * u**2),
) -> np.ndarray:
    """Integrate u' = speed (s - u) numerically.

    Parameters
    ----------
    t : numpy.ndarray, shape (T,)
        Times, from 0.
    u0, s : numpy.ndarray, shape (k,)
        Starts and targets.
    delta : float
        The conserved quantity.
    speed : callable, optional
        The factor in front of s - u.

    Returns
    -------
    numpy.ndarray, shape (T, k)
        The strengths.
    """
    path = solve_ivp(
        lambda _, u: speed(u, delta) * (s - u),
        (0.0, t[-1]),
        u0,
        "DOP853",
        t_eval=t,
        rtol=1e-9,
        atol=1e-13,
    )
    return path.y.T


def _shape(out: object, case: str) -> None:
    """Say which shape came back where it is a known slip."""
    shape = shape_of(out)
    known = {
        (3, 9): "modes go down the first axis here; times do: (T, k)",
        (9,): "one mode alone came back, or their sum; return all of them: (T, k)",
        (3,): "one time alone came back; return all of them: (T, k)",
        (9, 1): "one mode alone came back; return all of them: (T, k)",
    }
    checks.that(shape not in known, f"{case}: {known.get(shape or (), '')}")


def _slips(t: np.ndarray, delta: float) -> dict[str, np.ndarray]:
    """Map what can go wrong to the strengths that come of it."""
    # This function is long because it lists slips, one after the other.

    def raced(speed: Callable) -> np.ndarray:
        return integrated(t, START, TARGET, delta, speed)

    def faded(rate: np.ndarray | float) -> np.ndarray:
        return TARGET - (TARGET - START) * np.exp(-rate * t[:, None])

    square, sizes = delta**2 / 4, np.hypot(delta, 2 * START)
    right = integrated(t, START, TARGET, delta)
    formula = _formula(t[:, None], START, TARGET, square)
    return {
        "time runs half as fast as it should: E = exp(-2 kappa t)": integrated(
            t / 2, START, TARGET, delta
        ),
        "time runs twice as fast as it should": integrated(2 * t, START, TARGET, delta),
        "these are Euler's steps from one time to the next; the times may lie far apart": _steps(
            t, delta
        ),
        "the speed is the constant |delta| here; it grows with u": faded(abs(delta)),
        "the speed is 2 u here: this is the balanced race, delta is missing": integrated(
            t, START, TARGET, 0.0
        ),
        "the speed is sqrt(delta^2 + u^2) here: the 4 is missing": raced(
            lambda u, delta: np.sqrt(delta**2 + u**2)
        ),
        "the speed is delta^2 + 4 u^2 here: the root is missing": raced(
            lambda u, delta: delta**2 + 4 * u**2
        ),
        "the speed is |delta| + 2 u here: take the root of the sum of squares": raced(
            lambda u, delta: abs(delta) + 2 * u
        ),
        "the speed stays that of the start here; it grows with u": faded(sizes),
        "the speed is that of the end from the start on": faded(np.hypot(delta, 2 * TARGET)),
        "this is z; go back to u = (z - delta^2 / (4 z)) / 2": formula,
        "this is z / 2: subtract delta^2 / (4 z) from z before you halve": formula / 2,
        "u = (z - delta^2 / (4 z)) / 2 is not halved": formula - square / formula,
        "kappa should have delta^2 / 4, not delta^2": _strengths(
            t, square, kappa=np.hypot(TARGET, delta)
        ),
        "one kappa for all modes: each has its own": _strengths(
            t, square, kappa=np.hypot(np.linalg.norm(TARGET), delta / 2)
        ),
        "one kappa for all modes: each has its own ": _strengths(
            t, square, kappa=np.hypot(TARGET.max(), delta / 2)
        ),
        "this has delta in place of delta^2 / 4": _strengths(t, abs(delta)),
        "the 4 in delta^2 / 4 is missing": _strengths(t, delta**2),
        "P and N are exchanged": _strengths(t, square, exchanged=True),
        "P and N are exchanged in the denominator": _strengths(t, square, below=True),
        "the exponent of E contains kappa, not s": _strengths(t, square, clock=TARGET),
        "delta^2/4 (1 - E) is missing in the numerator": _strengths(t, square, last=0.0),
        "delta^2/4 (1 - E) should have a plus sign in the numerator": _strengths(
            t, square, last=-1.0
        ),
        "delta^2 is divided by 4, not by 2": _strengths(t, 2 * square),
        "kappa is the root of the sum of squares": _strengths(
            t, square, kappa=TARGET + np.sqrt(square)
        ),
        "each mode has its own target s": integrated(t, START, np.full(3, TARGET[0]), delta),
        "z0 should be u0 + sqrt(u0^2 + delta^2 / 4)": _strengths(t, square, z0=2 * START),
        "z0 should be u0 + sqrt(u0^2 + delta^2 / 4), not u0": _strengths(t, square, z0=START),
        "N has the wrong sign: it is positive": _strengths(t, square, part=-1.0),
        "N is missing": _strengths(t, square, part=0.0),
        "P should be kappa + s": _strengths(t, square, sum_with=0.0),
        "kappa is made of u0; it is made of s": _strengths(
            t, square, kappa=np.sqrt(START**2 + square)
        ),
        "this is u / s; return the strengths themselves": right / TARGET,
        "this is s - u, what is still missing": TARGET - right,
        "E grows here, and exp(-2 kappa t) falls; or z0 has a minus before its root": _strengths(
            t, square, sign=1
        ),
    }


def _steps(t: np.ndarray, delta: float) -> np.ndarray:
    """One step of Euler's method from each time to the next."""
    path = [START]
    for step in np.diff(t):
        u = path[-1]
        path.append(u + step * np.sqrt(delta**2 + 4 * u**2) * (TARGET - u))
    return np.array(path)


def _formula(
    t: np.ndarray,
    u0: np.ndarray,
    s: np.ndarray,
    square: float,
    *,
    kappa: np.ndarray | float | None = None,
    z0: np.ndarray | None = None,
    exchanged: bool = False,
    below: bool = False,
    clock: np.ndarray | None = None,
    last: float = 1.0,
    part: float = 1.0,
    sum_with: float = 1.0,
    sign: int = -1,
) -> np.ndarray:
    """The fraction z of the text, with another number in the place of a right one."""
    k = np.sqrt(s**2 + square) if kappa is None else kappa
    start = u0 + np.sqrt(u0**2 + square) if z0 is None else z0
    P, E = k + sum_with * s, np.exp(sign * 2 * (k if clock is None else clock) * t)
    N = part * square / P
    if exchanged:
        P, N = N, P
    first, second = (P, N) if below else (N, P)
    above = start * (P + N * E) + last * square * (1 - E)
    return above / (first + start * (1 - E) + second * E)


def _strengths(t: np.ndarray, square: float, **other: object) -> np.ndarray:
    with np.errstate(all="ignore"):
        z = _formula(t[:, None], START, TARGET, square, **other)  # type: ignore[arg-type]  # by name
        return (z - square / z) / 2
