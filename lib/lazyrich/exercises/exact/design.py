"""Run the visible checks of 02.5: a start whose metric turns beta at a share of its speed."""

from collections.abc import Callable

import numpy as np

from lazyrich.exercises.exact.stand_ins import start_of_share
from lazyrich.exercises.refusals import refuses
from nbjudge import checks

__all__ = ["designed", "no_such_neuron", "the_start_turns_as_asked"]

_NONE = {"ValueError": "ValueError is for shares that no neuron has, and this one exists"}


def _slips(beta: np.ndarray, q: float, eta_w: float, eta_a: float) -> dict[str, float]:
    """List the readouts that known slips give."""
    size, right = np.linalg.norm(beta), start_of_share(beta, q, eta_w=eta_w, eta_a=eta_a)[1]
    odds, both = q / (1 - q), eta_a / eta_w
    fourth = odds * both * size**2
    return {
        "your two learning rates look swapped: m_+ = eta_w a^2": (odds / both * size**2) ** 0.25,
        "the learning rates are forgotten": (odds * size**2) ** 0.25,
        "eta_a is forgotten: m_- = eta_a |w|^2": (odds * size**2 / eta_w) ** 0.25,
        "eta_w is forgotten: m_+ = eta_w a^2": (odds * size**2 * eta_a) ** 0.25,
        "the share is upside down: across beta the speed is m_+, along it m_+ + m_-": (
            both * size**2 / odds
        )
        ** 0.25,
        "along beta the speed is m_+ + m_-, not m_- alone": (q * both * size**2) ** 0.25,
        "this is the start for which m_- has this share of the other": (both * size**2 / q) ** 0.25,
        "share / (1 - share) is the ratio of m_+ and m_-, and here it is 1 - share": (
            (1 - q) * both * size**2
        )
        ** 0.25,
        "this is a^2, not a": fourth**0.5,
        "this is a^4, not a": fourth,
        "|w| is |beta| / a, so that m_- = eta_a |beta|^2 / a^2 has the square of |beta|": (
            odds * both * size
        )
        ** 0.25,
        "m_- has |w|^2 = |beta|^2 / a^2, and here it is |beta|^2": (odds * both * size**2) ** 0.5,
        "m_- has |w|^2, and here it is |w|": (odds * both * size) ** (1 / 3),
        "the speeds have a^2 and |w|^2; here the share is made of their roots": (
            odds * both**0.5 * size
        )
        ** 0.5,
        "a should be positive": -right,
        "the rates are multiplied; m_+ has eta_w, m_- eta_a, and their ratio counts": (
            odds * eta_a * eta_w * size**2
        )
        ** 0.25,
        "delta / R is 2 share - 1, and R contains delta too": (
            ((2 * q - 1) + np.sqrt((2 * q - 1) ** 2 + 1)) * both**0.5 * size
        )
        ** 0.5,
        "the entries of beta are summed where their squares should be": (
            odds * both * np.sum(beta) ** 2
        )
        ** 0.25,
        "the readout is that of the balanced neuron, whatever the share": (both * size**2) ** 0.25,
    }


def designed(design_start: Callable, beta: np.ndarray, share: float, what: str, **rates: float):
    """Compare a start with the one that was asked for: its function, and its readout."""
    out = checks.items(
        checks.ask(design_start, beta, share, what=what, slips=_NONE, **rates),
        2,
        what="the start (w, a)",
    )
    if np.ndim(out[0]) == 0 and np.ndim(out[1]) == 1:
        checks.that(False, "first the weights w, then the readout a: the two look exchanged")
    w = checks.array(out[0], what=f"the weights, {what}", shape=beta.shape)
    checks.that(
        np.shape(out[1]) != beta.shape or beta.size == 1,
        "a should be one number, and it has the shape of beta: use its size |beta|",
    )
    a = checks.number(out[1], what=f"the readout, {what}")
    eta_w, eta_a = rates["eta_w"], rates["eta_a"]
    right = start_of_share(beta, share, **rates)[1]
    hints = _slips(beta, share, **rates)
    checks.that(a != 0, f"{what}: the readout is 0, and then beta = a w is 0 too")
    plus, minus = eta_w * a**2, eta_a * (w @ w)
    shown = f"m_+ / (m_+ + m_-) is {plus / (plus + minus):.4g}, asked for {share:g}"
    if abs(a - right) <= 1e-4 * right:
        checks.close(
            a * w,
            beta,
            what=f"the function a w, {what}",
            hints={
                "w is beta itself; it should be beta / a": a * beta,
                "w has length 1; it should be beta / a": a * beta / np.linalg.norm(beta),
                "w is beta times a; it should be beta / a": a**2 * beta,
                "w points against beta, although a is positive": -beta,
                "the readout is right, but w is not beta / a": a * w,
            },
        )
    for words, slip in hints.items():
        checks.that(
            abs(a - right) <= 1e-4 * abs(right) or abs(a - slip) > 1e-4 * abs(slip),
            f"the start, {what}: {words}",
            shown=shown,
        )
    checks.close(a * w, beta, what=f"the function a w, {what}", hints={"w is not beta / a": a * w})
    checks.that(
        abs(a - right) <= 1e-4 * right,
        f"the start, {what}: it computes beta, but turns it at another share of the speed",
        shown=shown,
    )


def the_start_turns_as_asked(design_start: Callable) -> None:
    """Compare five starts of functions of several lengths, for unequal rates."""
    for share, beta, eta_w, eta_a in (
        (0.25, [0.6, -1.2, 0.4], 2.0, 0.3),
        (0.5, [0.6, -1.2, 0.4], 2.0, 0.3),
        (0.9, [3.0, 0.5, -2.0, 1.0, 0.7], 0.5, 3.0),
        (0.03, [0.01, 0.02], 1.5, 4.0),
    ):
        what = (
            f"for share = {share:g} in {len(beta)} dimensions, eta_w = {eta_w:g}, eta_a = {eta_a:g}"
        )
        designed(design_start, np.array(beta), share, what, eta_w=eta_w, eta_a=eta_a)
    checks.inputs_unchanged(design_start, np.array([0.6, -1.2, 0.4]), 0.3, eta_w=2.0, eta_a=0.3)


def no_such_neuron(design_start: Callable) -> None:
    """Refuse the shares that no neuron has, those at the edges too."""
    beta = np.array([0.6, -1.2, 0.4])
    for share, why in (
        (1.0, "a share of 1 (it would need m_- = 0, and then w and beta are 0)"),
        (1.3, "a share beyond 1 (across beta nothing is faster than along it)"),
        (0.0, "a share of 0 (it would need a = 0, and then beta is 0)"),
        (-0.2, "a negative share (speeds are not negative)"),
    ):
        refuses(design_start, (beta, share), (beta, 0.4), what=why, eta_w=2.0, eta_a=0.3)
