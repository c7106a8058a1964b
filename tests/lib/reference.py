"""Solve one neuron with hundreds of digits, as an independent reference for `exact.one_neuron`.

It solves the linear flow p' = b q - (delta/2) p, q' = b.p + (delta/2) q with
v = 1 + int (q^2 + |p|^2) in mpmath, with so many digits that no cancellation or exponential can
hurt, and takes none of the library's precautions.
"""

import mpmath as mp

DIGITS = 700  # the residual is a difference that shrinks to 1e-300; anything else would do with 80


def one_neuron(t, w0, a0, beta_star, eta_w=1.0, eta_a=1.0):
    """(w, a, residual) as lists of mpf at one time, in the original variables."""
    with mp.workdps(DIGITS):
        return _solve(t, w0, a0, beta_star, eta_w, eta_a)


def _solve(t, w0, a0, beta_star, eta_w, eta_a):
    t, eta_w, eta_a = mp.mpf(float(t)), mp.mpf(float(eta_w)), mp.mpf(float(eta_a))
    w = [mp.sqrt(eta_a) * mp.mpf(float(x)) for x in w0]
    b = [mp.sqrt(eta_a * eta_w) * mp.mpf(float(x)) for x in beta_star]
    a = mp.sqrt(eta_w) * mp.mpf(float(a0))
    delta = a**2 - sum(x**2 for x in w)
    s = mp.sqrt(sum(x**2 for x in b))
    unit = [x / s for x in b] if s else [mp.mpf(0)] * len(b)
    along = sum(x * y for x, y in zip(unit, w, strict=True))
    across = [x - along * y for x, y in zip(w, unit, strict=True)]
    k = mp.sqrt(delta**2 / 4 + s**2)
    cosh, sinh = mp.cosh(k * t), (mp.sinh(k * t) / k if k else t)
    p = cosh * along + sinh * (s * a - delta / 2 * along)
    q = cosh * a + sinh * (s * along + delta / 2 * a)
    p_across = [x * mp.exp(-delta * t / 2) for x in across]
    e2, f2 = (mp.expm1(2 * k * t) / (2 * k), -mp.expm1(-2 * k * t) / (2 * k)) if k else (t, t)
    cos, sin = (
        (mp.sqrt((k - delta / 2) / (2 * k)), mp.sqrt((k + delta / 2) / (2 * k)))
        if k
        else (mp.sqrt(0.5),) * 2
    )
    plus, minus = cos * along + sin * a, -sin * along + cos * a
    side = (1 - mp.exp(-delta * t)) / delta if delta else t
    v = 1 + plus**2 * e2 + minus**2 * f2 + sum(x**2 for x in across) * side
    root = mp.sqrt(v)
    a_t = q / root
    w_t = [(p * y + x) / root for x, y in zip(p_across, unit, strict=True)]
    residual = [(x - a_t * y) / mp.sqrt(eta_a * eta_w) for x, y in zip(b, w_t, strict=True)]
    return [x / mp.sqrt(eta_a) for x in w_t], a_t / mp.sqrt(eta_w), residual
