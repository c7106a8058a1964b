"""Run the visible checks of 03.1: the two motions of the metric."""

from collections.abc import Callable, Mapping

import numpy as np

from lazyrich import kernel
from nbjudge import checks

__all__ = ["each_part_by_itself", "the_sum_is_the_velocity_of_m"]


def _ingredients(
    beta: np.ndarray, velocity: np.ndarray, delta: float, eta_w: float, eta_a: float
) -> dict[str, np.ndarray]:
    """What the two parts are made of, for the table of slips."""
    size = np.linalg.norm(beta)
    unit = beta / size
    growth = unit @ velocity
    turn = (velocity - growth * unit) / size
    R = np.hypot(delta, 2 * np.sqrt(eta_a * eta_w) * size)
    return {
        "size": size,
        "along": np.outer(unit, unit),
        "growth": growth,
        "first": np.outer(turn, unit),
        "pull": np.outer(velocity, unit) / size,
        "R": R,
        "metric": (R + delta) / 2 * np.eye(beta.size) + (R - delta) / 2 * np.outer(unit, unit),
        "grown": np.outer(velocity + growth * unit, unit) / size,
        "twice": np.outer(turn, turn),
        "minus": (R - delta) / 2,
        "c": 2 * eta_a * eta_w * size / R,
    }


def _terms(
    beta: np.ndarray, velocity: np.ndarray, delta: float, above: float, root: Callable
) -> tuple[np.ndarray, np.ndarray]:
    """Both parts, with `above` for eta_a eta_w above R and R = root(delta, |beta|)."""
    p = _ingredients(beta, velocity, delta, 1.0, 1.0)
    R, eye = root(delta, p["size"]), np.eye(beta.size)
    radial = 2 * above * p["size"] / R * p["growth"] * (eye + p["along"])
    return radial, (R - delta) / 2 * (p["first"] + p["first"].T)


def _whole_slips(
    beta: np.ndarray, velocity: np.ndarray, delta: float, eta_w: float, eta_a: float
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """List what slips that touch both parts make of them."""
    product, total, size = eta_w * eta_a, eta_w + eta_a, np.linalg.norm(beta)

    def wrong(above=product, under=4 * product, power=2.0, root=np.sqrt, swap=False):
        one, two = (velocity, beta) if swap else (beta, velocity)
        return _terms(one, two, delta, above, lambda x, r: root(x**2 + under * r**power))

    unit = "betahat should have length 1: here it is beta itself"
    growth = beta @ velocity
    turn = (velocity - growth * beta) / size
    c = 2 * product * size / np.sqrt(delta**2 + 4 * product * size**2)
    minus = (np.sqrt(delta**2 + 4 * product * size**2) - delta) / 2
    flat = np.outer(turn, beta)
    unit_vector = beta / size

    def grown(growth: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
        across = np.outer((velocity - growth * unit_vector) / size, unit_vector)
        along = np.eye(beta.size) + np.outer(unit_vector, unit_vector)
        return c * growth * along, minus * (across + across.T)

    return {
        "the growth of the length is betahat.beta_dot, and here, in both parts, it is "
        "beta.beta_dot": grown(growth),
        "the growth of the length is betahat.beta_dot, and here, in both parts, it is divided by "
        "the length": grown(growth / size**2),
        "the learning rates are forgotten": wrong(above=1.0, under=4.0),
        "the learning rates are missing under the root of R": wrong(under=4.0),
        "the learning rates are missing in the numerator, above R": wrong(above=1.0),
        "the rates enter as a product, not as a sum": wrong(above=total, under=4 * total),
        "the factor 4 under the root of R is missing": wrong(under=product),
        "|beta| should be squared under the root of R": wrong(power=1.0),
        "R is a root, and here it is its square": wrong(root=lambda square: square),
        "the two arguments are exchanged: beta comes first, then its velocity": wrong(swap=True),
        "the growth of the length is a number, betahat.beta_dot; here it is a vector": grown(
            (unit_vector @ velocity) * unit_vector
        ),
        "the growth of the length is betahat.beta_dot, not the size of beta_dot": grown(
            np.linalg.norm(velocity)
        ),
        "the growth is a velocity: here it is how much a whole step of beta_dot adds": grown(
            np.linalg.norm(beta + velocity) - size
        ),
        "R has |beta|^2 under its root; |beta| is missing": wrong(power=0.0),
        unit: (
            c * growth * (np.eye(beta.size) + np.outer(beta, beta)),
            minus * (flat + flat.T),
        ),
    }


def _matrices(parts: object, d: int, what: str) -> dict[str, np.ndarray]:
    """Both parts as matrices; say where numbers and vectors come from."""
    if isinstance(parts, Mapping):
        for key in ("radial", "directional"):
            checks.that(
                key not in parts or parts[key] is None or np.ndim(parts[key]) == 2,
                f'{what}, entry "{key}": expected a matrix of shape ({d}, {d}); np.outer makes one '
                "of two vectors, while `@`, np.dot and `*` do not",
                shown=f"got shape {np.shape(parts.get(key))}",
            )
    return checks.fields(parts, {"radial": (d, d), "directional": (d, d)}, what=what)


@np.errstate(divide="ignore", invalid="ignore")  # a slip may divide by a growth of 0
def _radial_slips(p: dict[str, np.ndarray], radial: np.ndarray) -> dict[str, np.ndarray]:
    eye, speed = np.eye(len(radial)), p["c"] * p["growth"]
    return {
        "its matrix is I + betahat betahat^T, and the betahat betahat^T is missing": speed * eye,
        "its matrix is I + betahat betahat^T, with a plus": speed * (eye - p["along"]),
        "its matrix is I + betahat betahat^T, and the I is missing": speed * p["along"],
        "betahat should have length 1: I + betahat betahat^T has beta itself here": speed
        * (eye + p["size"] ** 2 * p["along"]),
        "the growth of the length is betahat.beta_dot: here it is beta.beta_dot, or |beta| is "
        "squared above R": radial * p["size"],
        "its coefficient is 2 eta_a eta_w |beta| / R: half of it came back": radial / 2,
        "its coefficient is 2 eta_a eta_w |beta| / R: twice as much came back": 2 * radial,
        "its coefficient has |beta| above R, once": radial * p["size"],
        "its coefficient has |beta| above R; it is missing": radial / p["size"],
        "R is a root: this divides by its square": radial / p["R"],
        "a length that shrinks has a negative growth: no absolute value": -radial,
        "I is the identity; here a number is added to every entry": speed * (1 + p["along"]),
        "its matrix is I + betahat betahat^T, not M": p["c"] * p["growth"] * p["metric"],
        "the growth of the length is missing: how fast |beta| changes": radial / p["growth"],
    }


def _directional_slips(p: dict[str, np.ndarray], right: np.ndarray) -> dict[str, np.ndarray]:
    minus, first, pull = p["minus"], p["first"], p["pull"]
    one = "the product rule gives two terms for betahat betahat^T; one is missing"
    return {
        "the derivative of the projector is missing: the direction of beta changes too": 0 * right,
        one: minus * first,
        one + " ": minus * first.T,
        "the two terms of the product rule are transposes of each other, not the same": 2
        * minus
        * first,
        "the two terms of the product rule are transposes of each other, not the same ": 2
        * minus
        * first.T,
        "the product rule has one factor of each kind: the turn, and betahat": minus * p["twice"],
        "subtract the growth to get the part across; here it is added": minus
        * (p["grown"] + p["grown"].T),
        "the product rule needs a plus between its two terms": minus * (first - first.T),
        "the product rule needs a plus between its two terms ": minus * (first.T - first),
        "the velocity of the direction should be divided by the length of beta; or beta is in "
        "the outer products in place of betahat": right * p["size"],
        "this has beta_dot itself; subtract the growth, and divide by the length": minus
        * p["size"]
        * (pull + pull.T),
        "the velocity of the direction should be divided by the length of beta, not by its "
        "square": right / p["size"],
        "the velocity of the direction is the part across betahat only: subtract the growth": minus
        * (pull + pull.T),
        "its factor is (R - delta) / 2, not (R + delta) / 2": right * ((p["R"] - minus) / minus),
        "its factor is (R - delta) / 2, and the half is missing": 2 * right,
        "R is a root, and here it is the square": right
        * ((p["R"] ** 2 - p["R"] + 2 * minus) / (2 * minus)),
        "its factor is (R - delta) / 2; here it is the other part's coefficient": right
        * p["c"]
        / minus,
    }


def the_sum_is_the_velocity_of_m(ntk_velocity_terms: Callable) -> None:
    """Compare the sum of both parts with differences of M along beta_dot."""
    rng = checks.rng()
    rates = {"eta_w": 1.7, "eta_a": 0.8}
    beta, velocity, h = 1.3 * rng.normal(size=3), rng.normal(size=3), 1e-6
    checks.call(ntk_velocity_terms, beta, velocity, -1.0, **rates)
    checks.inputs_unchanged(ntk_velocity_terms, beta, velocity, -1.0, **rates)
    for delta in (-2.0, 0.0, 1.5):
        parts = checks.call(ntk_velocity_terms, beta, velocity, delta, **rates)
        parts = _matrices(parts, 3, "the two parts")
        after, before = (
            kernel.metric_from_beta(beta + s * h * velocity, delta, **rates) for s in (1, -1)
        )
        radial, directional = kernel.metric_velocity(beta, velocity, delta, **rates)
        p = _ingredients(beta, velocity, delta, **rates)
        whole = _whole_slips(beta, velocity, delta, **rates)
        hints = {words: sum(wrong) for words, wrong in whole.items()}
        hints |= {
            f"the radial part: {words}": wrong + directional
            for words, wrong in _radial_slips(p, radial).items()
        }
        hints |= {
            f"the directional part: {words}": radial + wrong
            for words, wrong in _directional_slips(p, directional).items()
        }
        hints |= {
            "the growth of the length is betahat.beta_dot, not the size of beta_dot ": radial
            * (np.linalg.norm(velocity) / p["growth"])
            + directional,
            "the radial part is right, the directional one is not": radial + parts["directional"],
            "the directional part is right, the radial one is not": parts["radial"] + directional,
        }
        checks.close(
            parts["radial"] + parts["directional"],
            (after - before) / (2 * h),
            what=f"the sum of both parts at delta = {delta:g}",
            hints=hints,
        )


def each_part_by_itself(ntk_velocity_terms: Callable) -> None:
    """Look at both parts where beta moves anyhow, where it only grows and where it only turns."""
    beta, rates = np.array([1.0, -2.0, 0.5, 1.5]), {"eta_w": 0.6, "eta_a": 1.7}
    across = np.array([2.0, 1.0, 0.0, 0.0])
    for velocity, how in (
        (np.array([0.3, 0.9, -1.1, 0.4]), "anyhow"),
        (-0.7 * beta, "along itself"),
        (across, "across itself"),
    ):
        parts = checks.ask(
            ntk_velocity_terms, beta, velocity, -1.5, what="with vectors of length 4", **rates
        )
        parts = _matrices(parts, 4, f"the two parts of a beta that moves {how}")
        radial, directional = kernel.metric_velocity(beta, velocity, -1.5, **rates)
        exchanged = np.allclose(parts["radial"], directional, rtol=1e-3)
        exchanged = exchanged and np.allclose(parts["directional"], radial, rtol=1e-3)
        checks.that(not exchanged, "the two parts are exchanged: radial is that of the length")
        p = _ingredients(beta, velocity, -1.5, **rates)
        whole = _whole_slips(beta, velocity, -1.5, **rates)
        for k, (name, right, slips) in enumerate(
            (
                ("radial", radial, _radial_slips),
                ("directional", directional, _directional_slips),
            )
        ):
            hints = {words: wrong[k] for words, wrong in whole.items()}
            hints |= slips(p, right)
            hints["this is the sum of both parts"] = radial + directional
            hints = hints if how == "anyhow" else {}
            checks.close(
                parts[name],
                right,
                what=f"the {name} part of a beta that moves {how}",
                atol=1e-6,  # of zeros, in single precision
                hints=hints,
            )
