"""Run the visible checks of 02.2: the solution of the Riccati equation, from any start."""

from collections.abc import Callable

import numpy as np
from scipy.integrate import solve_ivp

from nbjudge import checks

__all__ = ["any_start_and_late_times", "integrate_nu", "nu_follows_its_equation", "nu_slips"]


def integrate_nu(
    t: np.ndarray, nu0: float, s: float, delta: float, *, eta_w: float, eta_a: float
) -> np.ndarray:
    """Integrate nu (T,) numerically: slow, and independent of any formula."""

    def slope(_: float, nu: np.ndarray) -> np.ndarray:
        return eta_w * s**2 - delta * nu - eta_a * nu**2

    return solve_ivp(slope, (0.0, t[-1]), [nu0], "DOP853", t_eval=t, rtol=1e-10, atol=1e-12).y[0]


def _formula(
    t: np.ndarray,
    nu0: float,
    s: float,
    delta: float,
    *,
    eta_w: float,
    eta_a: float,
    R: float | None = None,
    top: float | None = None,
    pull: float | None = None,
    clock: float = 0.5,
    below: float = 1.0,
    above: float = 1.0,
    start: float = 1.0,
) -> np.ndarray:
    """Evaluate the text's formula; each argument after the rates is a slip it can be made with."""
    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * s**2) if R is None else R
    top = 2 * eta_w * s**2 if top is None else top
    pull = 2 * eta_a if pull is None else pull
    th = np.tanh(clock * R * t)
    over = nu0 * (R - above * delta * th) + top * th
    with np.errstate(all="ignore"):
        return over / (R * start + below * (delta + pull * nu0) * th)


def _letter_slips(
    t: np.ndarray, nu0: float, s: float, delta: float, rates: dict[str, float]
) -> dict[str, np.ndarray]:
    """List what a wrong letter, sign or factor makes of nu."""
    eta_w, eta_a = rates["eta_w"], rates["eta_a"]
    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * s**2)

    def wrong(delta: float = delta, **slip: float) -> np.ndarray:
        return _formula(t, nu0, s, delta, **(rates | slip))

    both = "both learning rates belong under the root of R"
    return {
        "it moves twice as fast as it should: x = R t / 2, the factor 1/2 is missing": wrong(
            clock=1
        ),
        "it moves half as fast as it should: x = R t / 2": wrong(clock=0.25),
        "x = R t / 2, and R is missing in it": wrong(clock=0.5 / R),
        "your two learning rates look swapped": wrong(eta_w=eta_a, eta_a=eta_w),
        "the learning rates are forgotten": wrong(eta_w=1.0, eta_a=1.0),
        "the sign of delta is flipped": wrong(delta=-delta),
        "the sign of delta in the numerator is flipped": wrong(above=-1.0),
        both: wrong(R=np.hypot(delta, 2 * s)),
        both + "; eta_w is missing": wrong(R=np.sqrt(delta**2 + 4 * eta_a * s**2)),
        both + "; eta_a is missing": wrong(R=np.sqrt(delta**2 + 4 * eta_w * s**2)),
        "R is a root: this is its square": wrong(R=R**2),
        "the factor 4 under the root of R is missing": wrong(
            R=np.sqrt(delta**2 + eta_a * eta_w * s**2)
        ),
        "s should be squared under the root of R": wrong(
            R=np.sqrt(delta**2 + 4 * eta_a * eta_w * s)
        ),
        "s should be squared in 2 eta_w s^2 sinh x": wrong(top=2 * eta_w * s),
        "the factor 2 in 2 eta_w s^2 sinh x is missing": wrong(top=eta_w * s**2),
        "eta_w is missing in 2 eta_w s^2 sinh x": wrong(top=2 * s**2),
        "the rate in 2 eta_w s^2 sinh x is that of the readout": wrong(top=2 * eta_a * s**2),
        "eta_a is missing in the denominator, delta + 2 eta_a nu0": wrong(pull=2.0),
        "the rate in the denominator, delta + 2 eta_a nu0, is that of the weights": wrong(
            pull=2 * eta_w
        ),
        "the factor 2 in the denominator, delta + 2 eta_a nu0, is missing": wrong(pull=eta_a),
        "nu0 is missing in the denominator, delta + 2 eta_a nu0": wrong(pull=0.0),
        "the denominator should have a plus before (delta + 2 eta_a nu0) sinh x": wrong(below=-1.0),
    }


def _between(t: np.ndarray, nu0: float, end: float, low: float, R: float) -> np.ndarray:
    """Go from nu0 to `end`, away from `low`: the same solution, by its fixed points."""
    share = (nu0 - end) / (nu0 - low) * np.exp(-R * t)
    return (end - low * share) / (1 - share)


@np.errstate(all="ignore")
def nu_slips(
    t: np.ndarray, nu0: float, s: float, delta: float, *, eta_w: float, eta_a: float
) -> dict[str, np.ndarray]:
    """List what known slips make of nu."""
    rates = {"eta_w": eta_w, "eta_a": eta_a}
    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * s**2)
    end, low = (R - delta) / (2 * eta_a), (-R - delta) / (2 * eta_a)
    tan = np.tan(R * t / 2)

    def wrong(**slip: float) -> np.ndarray:
        return _formula(t, nu0, s, delta, **(rates | slip))

    return {
        **_letter_slips(t, nu0, s, delta, rates),
        "nu0 and s are exchanged": _formula(t, s, nu0, delta, **rates),
        "s and delta are exchanged": _formula(t, nu0, delta, s, **rates),
        "this is where nu ends; return the way there": np.full(t.size, end),
        "this is the open dot, the zero that nu runs away from": np.full(t.size, low),
        "both fixed points are divided by 2 eta_a, and here eta_a is missing": (
            _between(t, nu0, eta_a * end, eta_a * low, R)
        ),
        "a plain exponential goes from nu0 to the end; the term with nu^2 bends it": end
        + (nu0 - end) * np.exp(-R * t),
        "this is the numerator; divide by the denominator": wrong(pull=0.0, below=0.0) * R,
        "this is u alone; divide by z": nu0 * np.cosh(R * t / 2)
        + (2 * eta_w * s**2 - delta * nu0) / R * np.sinh(R * t / 2),
        "the whole denominator needs parentheses": wrong(below=0.0)
        + (delta + 2 * eta_a * nu0) * np.tanh(R * t / 2),
        "x = R t / 2, and here it is t": wrong(clock=1 / R),
        "the sign of nu is lost": np.abs(wrong()),
        "this is one over nu: z / u": 1 / wrong(),
        "this is tan, not tanh": (nu0 * (R - delta * tan) + 2 * eta_w * s**2 * tan)
        / (R + (delta + 2 * eta_a * nu0) * tan),
        "nu0 is not squared in the denominator": wrong(pull=2 * eta_a * nu0),
        "x contains R/2, but cosh x is multiplied by R itself": wrong(R=R / 2, clock=1.0),
        "nu0 is missing in front of the first parenthesis": wrong()
        + (1 - nu0)
        * (R - delta * np.tanh(R * t / 2))
        / (R + (delta + 2 * eta_a * nu0) * np.tanh(R * t / 2)),
        "this is nu over its start": wrong() / nu0 if nu0 else wrong(),
        "this is the velocity of nu, not nu": eta_w * s**2 - delta * wrong() - eta_a * wrong() ** 2,
    }


def _where(got: np.ndarray, right: np.ndarray) -> str:
    """Say where a nu is wrong that no known slip gives."""
    if abs(got[0] - right[0]) > 1e-4 * abs(right[0]):
        return "already at t = 0 it is not nu0, although tanh is 0 there"
    if np.max(np.abs(got - right)) < 0.02 * np.max(np.abs(right)):
        return "it is nearly right: was it simulated with finite steps, or cut off or shifted?"
    return (
        "it starts at nu0 and takes another way: compare each sign, factor and rate with the text"
    )


def nu_follows_its_equation(riccati_nu: Callable) -> None:
    """Compare nu with a numerical integration, for three deltas and unequal rates."""
    t, rates = np.linspace(0, 3, 7), {"eta_w": 1.7, "eta_a": 0.4}
    for nu0, s, delta in [(-0.5, 1.3, 1.0), (0.2, 0.8, 0.0), (1.5, 1.1, -2.0)]:
        case = f"nu for nu0 = {nu0}, s = {s}, delta = {delta:g}, eta_w = 1.7, eta_a = 0.4"
        got = checks.ask(riccati_nu, t, nu0, s, delta, what=case, **rates)
        got = checks.array(got, what=case, shape=(7,), finite=False)
        checks.that(
            not np.isnan(got[0]),
            f"{case}, is NaN already at t = 0: is there a root of a negative number, or 0 / 0? "
            "Under the root of R both terms are positive",
        )
        got = checks.array(got, what=case, shape=(7,))
        right = integrate_nu(t, nu0, s, delta, **rates)
        hints = nu_slips(t, nu0, s, delta, **rates)
        checks.close(got, right, what=case, hints={**hints, _where(got, right): got})
    checks.inputs_unchanged(riccati_nu, t, 0.2, 0.8, 1.0)


def any_start_and_late_times(riccati_nu: Callable) -> None:
    """Compare nu above its upper fixed point, and long after it has arrived."""
    t, rates = np.linspace(0.2, 2, 5), {"eta_w": 2.0, "eta_a": 0.6}
    for delta in (-2.0, 2.0):
        nu0 = (np.sqrt(delta**2 + 4.8 * 1.3**2) - delta) / 1.2 + 1.5
        case = f"nu for a start above the upper fixed point, delta = {delta:g}"
        got = checks.ask(riccati_nu, t, nu0, 1.3, delta, what=case, **rates)
        got = checks.array(got, what=case, shape=(5,), finite=False)
        checks.that(
            not np.any(np.isnan(got)),
            f"{case}, is NaN: arctanh takes no number beyond one; the form with tanh alone has no "
            "such limit",
        )
        right = integrate_nu(np.append(0.0, t), nu0, 1.3, delta, **rates)[1:]
        early = integrate_nu(t - t[0], nu0, 1.3, delta, **rates)
        cut = "nothing is to be cut off: a start may lie above the upper fixed point"
        hints = {
            "t counts from the start, where nu is nu0; the first time asked for is 0.2": early,
            cut: np.minimum(right, (np.sqrt(delta**2 + 4.8 * 1.3**2) - delta) / 1.2),
        }
        checks.close(got, right, what=case, hints=hints)
    t, rates = np.array([0.0, 1.0, 1e3, 1e6]), {"eta_w": 0.4, "eta_a": 3.0}
    for delta in (-3.0, 3.0):
        end = (np.sqrt(delta**2 + 4.8 * 0.9**2) - delta) / 6
        case = f"nu at t = 0, 1, 1000 and a million, delta = {delta:g}"
        got = checks.ask(riccati_nu, t, 0.2, 0.9, delta, what=case, **rates)
        got = checks.array(got, what=case, shape=(4,), finite=False)
        checks.that(
            np.all(np.isfinite(got)),
            f"{case}, is not finite: cosh and sinh overflow; divide both lines by cosh x, and only "
            "tanh x is left",
        )
        right = np.append(integrate_nu(t[:2], 0.2, 0.9, delta, **rates), [end, end])
        late = "by then nu has arrived at (R - delta) / (2 eta_a), and here it has not"
        hints = {late: got} if np.allclose(got[:2], right[:2], rtol=1e-3) else {}
        checks.close(got, right, what=case, hints=hints)
