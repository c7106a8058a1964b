"""Run the visible checks of 07.7: a start for each wish, by the box and by training."""

from collections.abc import Callable, Mapping

import numpy as np

from lazyrich import scales
from lazyrich.exercises.width.rules import KEYS
from nbjudge import checks

__all__ = [
    "WISHES",
    "design",
    "knobs_and_shares",
    "rule_of",
    "the_box_agrees_with_the_wish",
    "training_agrees_with_the_wish",
    "yours_or_ours",
]

WISHES = ("first layer", "readouts", "halfway")
STAYS, FALLS = 0.02, -0.02  # exponents of a share that stays, and of one that falls
LAYERS = {"W": "the first layer's", "a": "the readouts'"}


def rule_of(F: float, rho: float, m: int, d: int = 2) -> dict[str, float]:
    """Return five numbers with these knobs, and a kernel of size 2 at every width."""
    share = 2 * rho**2 / (1 + rho**2)  # of the kernel, the first layer's
    rest = 2 / (1 + rho**2)  # 2 - share, without a loss of digits
    numbers = F / np.sqrt(m), d**-0.5, 1.0, share / F**2, rest / F**2
    return dict(zip(KEYS, map(float, numbers), strict=True))


def design(wish: str, m: int, d: int) -> dict[str, float]:
    """Return one rule for each wish, as 07.7 asks for it."""
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[wish]
    return rule_of(m**p, m**q, m, d)


def knobs_and_shares(rule: Mapping[str, float], m: int, d: int) -> dict[str, float]:
    """Compute both knobs, the kernel's size and the two sides of the box."""
    p = {key: float(rule[key]) for key in KEYS}
    A, w, eta_A = p["f_scale"] * p["std_a"], p["std_w"] * d**0.5, p["f_scale"] ** 2 * p["eta_a"]
    return {
        "F": m**0.5 * A * w,
        "rho": (p["eta_w"] / eta_A) ** 0.5 * A / w,
        "kernel": m * (p["eta_w"] * A**2 + eta_A * w**2),
        "W": p["eta_w"] * A / w,
        "a": eta_A * w / A,
    }


def _asked(design_rule: Callable, wish: str, m: int, d: int) -> dict[str, float]:
    what = f'the rule for "{wish}" at m = {m}, d = {d}'
    rule = checks.fields(
        checks.ask(design_rule, wish, m, d, what=what), dict.fromkeys(KEYS, ()), what=what
    )
    numbers = {key: float(value) for key, value in rule.items()}
    for key, value in numbers.items():
        lost = ": is it a small difference of large numbers? Compute it directly"
        checks.that(
            value > 0,
            f"{what}: {key} should be positive{lost if value == 0 else ''}",
            shown=f"got {value:g}",
        )
    return numbers


def _kernel_of_size_2(rule: Mapping[str, float], wish: str, m: int, d: int) -> None:
    found = knobs_and_shares(rule, m, d)
    first = m**0.5 * found["F"] * found["W"]  # the first layer's part of the kernel
    rest = found["kernel"] - first
    inputs = any(np.isclose(first * x + rest * z, 2) for x, z in ((d, 1), (1 / d, 1), (d, 1 / d)))
    power = ", so that the kernel changes with the width: the rates have to make up for F"
    checks.close(
        found["kernel"],
        2.0,
        what=f'the kernel\'s size of "{wish}" at m = {m}, d = {d}',
        rtol=1e-3,
        hints={
            "it depends on the number of inputs, which is in |w| alone: |w| is std_w sqrt(d)": (
                found["kernel"] if inputs else np.nan
            ),
            "it depends on the number of inputs: |w| is std_w sqrt(d)": first + d * (2 - first),
            "it depends on the number of inputs: |w| is std_w sqrt(d) ": first + (2 - first) / d,
            "it depends on the number of inputs: |w| is std_w sqrt(d)  ": 2.0 * d,
            "it depends on the number of inputs: |w| is std_w sqrt(d)   ": 2.0 / d,
            "the kernel's size is that of one layer, and each has 2: share the 2 between them as "
            "rho^2 to 1": 4.0,
            "the kernel's size is 1; that of NTK's start is 1 + 1 = 2": 1.0,
            f"it goes like m{power}": 2.0 * m,
            f"it goes like 1/m{power}": 2.0 / m,
            f"it goes like sqrt(m){power}": 2.0 * m**0.5,
            f"it goes like 1/sqrt(m){power}": 2.0 * m**-0.5,
            "it is (1 + rho^2): the parts should add to 2, in the ratio of rho^2 to 1": 1
            + found["rho"] ** 2,
            "it is 2 (1 + rho^2): the parts should add to 2, in the ratio of rho^2 to 1": 2
            + 2 * found["rho"] ** 2,
            "solve m (eta_w A^2 + eta_A |w|^2) = 2 for the two rates, with A = f_scale std_a, "
            "|w| = std_w sqrt(d) and eta_A = f_scale^2 eta_a": found["kernel"],
        },
    )


def _judge(wish: str, W: float, a: float, how: str) -> None:
    """Say which layer's exponent does not fit the wish, and why."""
    found = f"{how}, exponents of the shares: W {W:+.2f}, a {a:+.2f}"
    if wish == "halfway":
        if abs(W + 0.25) < STAYS and abs(a + 0.25) < STAYS:
            return
        checks.that(
            abs(W - a) < STAYS,
            '"halfway": the two layers\' shares go with different powers: rho should not change '
            "with the width",
            shown=found,
        )
        checks.that(
            abs(W) > STAYS,
            '"halfway": both layers keep their share, as under mean field: F has to fall more '
            "slowly than 1/sqrt(m)",
            shown=found,
        )
        checks.that(
            abs(W + 0.5) > STAYS, '"halfway": both shares fall as under NTK: F has to fall, too',
            shown=found,
        )  # fmt: skip
        checks.that(
            False, '"halfway": both shares should fall like m^(-1/4), half the power of NTK',
            shown=found,
        )  # fmt: skip
    stays, falls = ("W", "a") if wish == "first layer" else ("a", "W")
    one, other = (W, a) if stays == "W" else (a, W)
    checks.that(
        not (abs(other) < STAYS and one < FALLS),
        f'"{wish}": the two layers look exchanged: {LAYERS[falls]} share stays and '
        f"{LAYERS[stays]} falls. Upstream (rho above 1) the first layer moves",
        shown=found,
    )
    checks.that(
        one < STAYS,
        f'"{wish}": the share of {stays} grows with the width: F falls faster than 1/sqrt(m), and '
        "weights leave their start far behind",
        shown=found,
    )
    checks.that(
        one > -STAYS,
        f'"{wish}": the share of {stays} falls with the width: sqrt(m) F should stay where it is',
        shown=found,
    )
    checks.that(
        other < FALLS,
        f'"{wish}": both layers keep their share: this is muP in some units. A constant rho, '
        "whatever its value, has exponent 0",
        shown=found,
    )


def the_box_agrees_with_the_wish(design_rule: Callable) -> None:
    """Read kernel, knobs and shares off the five numbers, from width 1 to four billion."""
    for wish in WISHES:
        first = knobs_and_shares(_asked(design_rule, wish, 1, 5), 1, 5)
        for m, d in ((1, 5), (36, 3), (1024, 2)):
            _kernel_of_size_2(_asked(design_rule, wish, m, d), wish, m, d)
        for key in ("F", "rho"):
            checks.close(
                first[key],
                1.0,
                what=f'{key} of "{wish}" at m = 1, d = 5',
                rtol=1e-3,
                hints={
                    "sqrt(d) is missing: |w| is std_w sqrt(d)": 5**0.5,
                    "sqrt(d) is missing: |w| is std_w sqrt(d) ": 5**-0.5,
                    "both knobs should be 1 at m = 1; powers of m alone tell the rules apart": (
                        first[key]
                    ),
                },
            )
        sizes = 4.0 ** np.arange(8, 17)
        each = [knobs_and_shares(_asked(design_rule, wish, int(m), 3), int(m), 3) for m in sizes]
        for widest in (sizes, sizes[-3:]):  # a share that falls at first only has not gone to 0
            last = each[-len(widest) :]
            W, a = (scales.width_exponent(widest, [one[key] for one in last]) for key in ("W", "a"))
            _judge(wish, W, a, f"by the box, widths {widest[0]:.0f} to {widest[-1]:.0f}")


def _measured(design_rule: Callable, train: Callable, wish: str) -> tuple[float, float]:
    sizes, moved = np.array([64, 256, 1024]), []
    for m in sizes:
        rule = _asked(design_rule, wish, int(m), 2)
        try:
            W, A, _ = train(rule, int(m), np.array([0.0, 3.0]))
        except ValueError as error:
            checks.that(
                False,
                f'"{wish}": training by this rule runs away at m = {m}: the kernel is too large',
                shown=str(error)[:200],
            )
        moved.append([np.linalg.norm(x[-1] - x[0]) / np.linalg.norm(x[0]) for x in (W, A)])
    checks.that(np.all(np.isfinite(moved)), f'"{wish}": the training does not come to an end')
    W, a = (scales.width_exponent(sizes, column) for column in np.transpose(moved))
    return W, a


def training_agrees_with_the_wish(design_rule: Callable, train: Callable) -> None:
    """Train networks of 64 to 1024 neurons by each rule, and fit exponents to their movement."""
    for wish in WISHES:
        W, a = _measured(design_rule, train, wish)
        found = f"measured exponents of the movement: W {W:+.2f}, a {a:+.2f}"
        stays, falls = (W, a) if wish == "first layer" else (a, W)
        if wish == "halfway":
            right = max(abs(W + 0.25), abs(a + 0.25)) < 0.15
        else:
            right = abs(stays) < 0.2 and falls < stays - 0.05
        checks.that(
            right, f'"{wish}": networks trained by this rule do not move as wished', shown=found
        )


def yours_or_ours(design_rule: Callable) -> Callable:
    """Choose the student's function if the box agrees with it; there are many right ones."""
    return checks.fallback(design_rule, design, passes=the_box_agrees_with_the_wish)
