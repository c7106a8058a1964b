"""Collect answers to 03_regimes as students write them, wrong ones and right ones.

WRONG[exercise] lists (name, source, words of the message, which must name the cause);
RIGHT[exercise] lists (name, source).
"""


def velocity(
    directional: str = "m * (np.outer(turn, n) + np.outer(n, turn))",
    names: str = '"radial", "directional"',
    rates: str = "pass",
) -> str:
    return f"""
def ntk_velocity_terms(beta, beta_dot, delta, *, eta_w=1.0, eta_a=1.0):
    {rates}
    r, d = np.linalg.norm(beta), len(beta)
    n = beta / r
    grow = n @ beta_dot
    turn = (beta_dot - grow * n) / r
    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * r**2)
    m = (R - delta) / 2
    first = 2 * eta_a * eta_w * r / R * grow * (np.eye(d) + np.outer(n, n))
    second = {directional}
    return dict(zip([{names}], [first, second]))
"""


def coefficients(second: str, first: str = "2 * eta_a * eta_w * beta_norm / R") -> str:
    return f"""
def regime_coefficients(beta_norm, delta, *, eta_w=1.0, eta_a=1.0):
    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * beta_norm**2)
    return np.array([{first}, {second}]).T
"""


def final(d: str = "len(beta0)", power: str = "2", before: str = "pass") -> str:
    return f"""
def final_kernel_distance(delta, beta0, beta_star, *, eta_w=1.0, eta_a=1.0):
    {before}
    d = {d}
    r, s = np.linalg.norm(beta0), np.linalg.norm(beta_star)
    R, Q = np.sqrt(delta**2 + 4 * eta_a * eta_w * r**2), np.sqrt(delta**2 + 4 * eta_a * eta_w \
* s**2)
    p, m, q, n = (R + delta) / 2, (R - delta) / 2, (Q + delta) / 2, (Q - delta) / 2
    cos = abs(beta0 @ beta_star) / r / s
    inner = d * p * q + p * n + m * q + m * n * cos**{power}
    return 1 - inner / np.sqrt((d * p**2 + 2 * p * m + m**2) * (d * q**2 + 2 * q * n + n**2))
"""


MATRICES = """
def final_kernel_distance(delta, beta0, beta_star, *, eta_w=1.0, eta_a=1.0):
    def M(beta, x):
        R = np.sqrt(x**2 + 4 * eta_a * eta_w * (beta @ beta))
        return (R + x) / 2 * np.eye(len(beta)) + (R - x) / 2 * np.outer(beta, beta) / (beta @ beta)
    out = []
    for x in delta:
        A, B = M(beta0, x), M(beta_star, x)
        out.append(0.5 * np.sum((A / np.linalg.norm(A) - B / np.linalg.norm(B))**2))
    return out
"""


def when(
    level: str = "frac * S[-1]",
    answer: str = "t[i - 1] + (level - S[i - 1]) / (S[i] - S[i - 1]) * (t[i] - t[i - 1])",
    first: str = "t[0]",
    still: str = "np.nan",
    never: str = "np.inf",
) -> str:
    return f"""
def time_to_fraction(t, S, frac):
    if np.isnan(S).any() or S[-1] <= 1e-12:
        return {still}
    level = {level}
    if not (S >= level).any():
        return {never}
    i = np.where(S >= level)[0][0]
    if i == 0:
        return {first}
    return {answer}
"""


def label(body: str) -> str:
    return f"def regime_label(loss, S):\n{body}"


LABEL = """
    if S[-1] < 0.05:
        return "lazy"
    for i in range(len(loss)):
        if loss[i] <= 0.1 * loss[0]:
            return "delayed" if S[i] < 0.5 * S[-1] else "rich"
    return "unfinished"
"""


def mirror(
    psi: str = "(R / 2 - delta) * np.sqrt(p)",
    grad: str = "1.5 * np.sqrt(m) * beta / r",
    parts: str = "stable",
) -> str:
    split = {
        "stable": (
            "big = (R + abs(delta)) / 2; small = r**2 / big; p, m = (big, small) if delta >= 0 "
            "else (small, big)"
        ),
        "plain": "p, m = (R + delta) / 2, (R - delta) / 2",
    }[parts]
    head = (
        "r = np.sqrt(np.sum(beta**2)); R = np.sqrt(delta**2 + 4 * r**2)\n"
        f"    if r == 0 and delta == 0: return 0.0 * (beta if grad else r)\n    {split}"
    )
    return f"""
def mirror_potential(beta, delta):
    grad = False
    {head}
    return {psi}


def mirror_map(beta, delta):
    grad = True
    {head}
    if r == 0:
        return np.zeros(len(beta))
    return {grad}
"""


def bias(
    frozen: str = "w0 - inverse @ (X @ w0)",
    answer: str = "mn + a * frozen",
    sign: str = "np.sign(a0)",
    k: str = "(eta_w * a0**2 - eta_a * w0 @ w0 + eta_a * frozen @ frozen) / 2",
    before: str = "pass",
) -> str:
    return f"""
def implicit_bias_solution(X, y, w0, a0, *, eta_w=1.0, eta_a=1.0):
    {before}
    inverse = np.linalg.pinv(X)
    mn = inverse @ y
    frozen = {frozen}
    k = {k}
    a = {sign} * np.sqrt((k + np.sqrt(k**2 + eta_a * eta_w * mn @ mn)) / eta_w)
    return {answer}
"""


WRONG = {
    "03.1": [
        (
            "not projected",
            velocity("m * (np.outer(beta_dot, n) + np.outer(n, beta_dot)) / r"),
            "take the growth off",
        ),
        (
            "m_plus",
            velocity("(R + delta) / 2 * (np.outer(turn, n) + np.outer(n, turn))"),
            "stands before the directional",
        ),
        ("projector still", velocity("0 * first"), "derivative of the projector is missing"),
        ("exchanged", velocity(names='"directional", "radial"'), "two parts are exchanged"),
        ("half of the product rule", velocity("m * np.outer(turn, n)"), "one is missing"),
        ("rates forgotten", velocity(rates="eta_w = eta_a = 1.0"), "rates are forgotten"),
    ],
    "03.2": [
        ("transposed", coefficients("(R - delta) / 2").replace("]).T", "])"), "is it transposed?"),
        (
            "columns",
            coefficients("2 * eta_a * eta_w * beta_norm / R", "(R - delta) / 2"),
            "columns are exchanged",
        ),
        (
            "rates missing in the product",
            coefficients(
                "np.where(delta > 0, 2 * beta_norm**2 / (R + np.abs(delta)), (R - delta) / 2)"
            ),
            "the rates are missing in it",
        ),
        (
            "plain subtraction",
            coefficients("(R - delta) / 2"),
            "digits of the directional coefficient are lost",
        ),
        (
            "factor 2",
            coefficients(
                "2 * eta_a * eta_w * beta_norm**2 / (R + delta)", "eta_a * eta_w * beta_norm / R"
            ),
            "a factor 2 is missing",
        ),
        ("not halved", coefficients("R - delta"), "half of it is asked for"),
    ],
    "03.3": [
        (
            "one size",
            final().replace("4 * eta_a * eta_w * s**2", "4 * eta_a * eta_w * r**2"),
            "a size of its own",
        ),
        ("no angle", final(power="0"), "cos^2 phi is missing"),
        ("similarity", final().replace("return 1 - inner", "return inner"), "one minus it"),
        ("cosine not squared", final(power="1"), "cosine of the angle should be squared"),
        ("d ignored", final(d="1"), "dimension d is missing"),
        ("d = 2", final(d="2"), "written as a fixed number"),
        ("sign of delta", final(before="delta = -delta"), "sign of delta is turned round"),
    ],
    "03.4": [
        ("np.interp", when(answer="np.interp(level, S, t)"), "supposes that S only rises"),
        ("largest", when(level="frac * S.max()"), "not of the largest"),
        ("above only", when().replace("S >= level", "S > level"), "at the level counts"),
        ("NaN after", when().replace("np.isnan(S).any() or ", ""), "also after the crossing"),
        ("exactly zero", when().replace("S[-1] <= 1e-12", "S[-1] == 0"), "rounding, not motion"),
        (
            "since the start",
            when(
                answer=(
                    "t[i - 1] + (level - S[i - 1]) / (S[i] - S[i - 1]) * (t[i] - t[i - 1]) - t[0]"
                )
            ),
            "counts from t[0]",
        ),
        ("index", when(answer="float(i)", first="0.0"), "an index, not a time"),
        ("fraction of 1", when(level="frac"), "not of 1"),
        ("no interpolation", when(answer="t[i]"), "should be interpolated"),
        ("never", when(never="t[-1]"), "should give inf"),
        ("still", when(still="0.0"), "return nan"),
    ],
    "03.5": [
        ("less than", label(LABEL.replace("<= 0.1", "< 0.1")), "exactly a tenth of the start"),
        (
            "a number of its own",
            label(LABEL.replace("0.1 * loss[0]", "0.1")),
            "not with a number of its own",
        ),
        (
            "half of the largest",
            label(LABEL.replace("0.5 * S[-1]", "0.5 * S.max()")),
            "not of the largest",
        ),
        (
            "judged by the last loss",
            label(
                LABEL.replace(
                    "    for i",
                    "    if loss[-1] > 0.1 * loss[0]:\n        return 'unfinished'\n    for i",
                )
            ),
            "even if the loss rises again",
        ),
        (
            "a place in the list",
            label(
                "\n    i = len(S) // 2\n    if S[-1] < 0.05:\n        return 'lazy'\n"
                "    return 'delayed' if S[i] < 0.5 * S[-1] else 'rich'"
            ),
            "not on a place in the list",
        ),
        (
            "capitals",
            label(LABEL.replace('"lazy"', '"Lazy"').replace('"rich"', '"Rich"')),
            "expected one of 'lazy'",
        ),
        (
            "half of one",
            label(LABEL.replace("0.5 * S[-1]", "0.5")),
            "half of the last S, not of one",
        ),
        (
            "largest S",
            label(LABEL.replace("if S[-1] < 0.05", "if S.max() < 0.05")),
            "not by the largest",
        ),
    ],
    "03.6": [
        ("no root", mirror(psi="(R / 2 - delta) * p"), "root of m_plus is missing"),
        ("no three halves", mirror(grad="np.sqrt(m) * beta / r"), "factor 3/2 is missing"),
        ("R not halved", mirror(psi="(R - delta) * np.sqrt(p)"), "R is halved"),
        ("no direction", mirror(grad="1.5 * np.sqrt(m)"), "is betahat missing"),
        ("R + delta", mirror(psi="(R / 2 - delta) * np.sqrt(R + delta)"), "not R + delta"),
        ("subtraction", mirror(parts="plain"), "digits are lost"),
    ],
    "03.7": [
        (
            "k not halved",
            bias(k="eta_w * a0**2 - eta_a * w0 @ w0 + eta_a * frozen @ frozen"),
            "only the size of the readout",
        ),
        ("readout of the start", bias(answer="mn + a0 * frozen"), "a at the end is not a0"),
        (
            "transpose for the inverse",
            bias(before="inverse = X.T").replace("    inverse = np.linalg.pinv(X)\n", ""),
            "does not even interpolate",
        ),
        ("minimum norm", bias(answer="mn"), "interpolator of smallest norm"),
        ("exchanged", bias(frozen="inverse @ (X @ w0)"), "are exchanged"),
        ("sign lost", bias(sign="1"), "sign of the readout is lost"),
        (
            "frozen part not in k",
            bias(k="(eta_w * a0**2 - eta_a * w0 @ w0) / 2"),
            "belongs into k too",
        ),
        ("rates forgotten", bias(before="eta_w = eta_a = 1.0"), "rates are forgotten"),
    ],
}

RIGHT = {
    "03.1": [
        ("as in the text", velocity()),
        (
            "projectors",
            velocity(
                "m * (P @ np.outer(beta_dot, n) + np.outer(n, beta_dot) @ P) / r",
                rates="P = np.eye(len(beta)) - np.outer(beta, beta) / (beta @ beta)",
            ),
        ),
        (
            "differences",
            """
def ntk_velocity_terms(beta, beta_dot, delta, *, eta_w=1.0, eta_a=1.0):
    def M(length, unit):
        R = np.sqrt(delta**2 + 4 * eta_a * eta_w * length**2)
        return (R + delta) / 2 * np.eye(len(beta)) + (R - delta) / 2 * np.outer(unit, unit)
    size, h = np.linalg.norm(beta), 1e-5
    ends = [beta + s * h * beta_dot for s in (1, -1)]
    sizes = [np.linalg.norm(e) for e in ends]
    units = [e / s for e, s in zip(ends, sizes)]
    radial = (M(sizes[0], beta / size) - M(sizes[1], beta / size)) / (2 * h)
    directional = (M(size, units[0]) - M(size, units[1])) / (2 * h)
    return {"radial": radial, "directional": directional}
""",
        ),
    ],
    "03.2": [
        (
            "where",
            coefficients(
                "np.where(delta > 0, 2 * eta_a * eta_w * beta_norm**2 / (R + np.abs(delta)), "
                "(R - delta) / 2)"
            ),
        ),
        (
            "loop",
            (
                "def regime_coefficients(beta_norm, delta, *, eta_w=1.0, eta_a=1.0):\n"
                "    out = []\n    for x in delta:\n"
                "        R = np.hypot(x, 2 * beta_norm * (eta_a * eta_w)**0.5)\n"
                "        out.append([2 * eta_a * eta_w * beta_norm / R, (R - x) / 2 if x < 0 "
                "else 2 * eta_a * eta_w * beta_norm**2 / (R + x)])\n    return out"
            ),
        ),
        (
            "asinh",
            coefficients(
                "np.sqrt(eta_a * eta_w) * beta_norm "
                "* np.exp(-np.arcsinh(delta / (2 * np.sqrt(eta_a * eta_w) * beta_norm)))"
            ),
        ),
    ],
    "03.3": [
        ("as in the text", final()),
        ("matrices in a loop", MATRICES),
        (
            "float32 at the end",
            final()
            .replace("return 1 - inner", "return np.float64(1) - inner")
            .replace("n**2))\n", "n**2)).astype(float)\n"),
        ),
        ("torch", final(before="import torch")),
    ],
    "03.4": [
        ("where", when()),
        (
            "loop",
            """
def time_to_fraction(t, S, frac):
    if any(x != x for x in S) or S[-1] <= 1e-12:
        return float("nan")
    level = frac * S[-1]
    if S[0] >= level:
        return float(t[0])
    for i in range(1, len(S)):
        if S[i] >= level:
            return float(np.interp(level, [S[i - 1], S[i]], [t[i - 1], t[i]]))
    return float("inf")
""",
        ),
        (
            "float32",
            when(
                answer=(
                    "np.float32(t[i - 1] + (level - S[i - 1]) / (S[i] - S[i - 1]) "
                    "* (t[i] - t[i - 1]))"
                )
            ),
        ),
    ],
    "03.5": [
        ("loop", label(LABEL)),
        (
            "where",
            label(
                "\n    hit = np.where(np.array(loss) / loss[0] <= 0.1)[0]\n"
                "    if S[-1] < 0.05: return 'lazy'\n"
                "    if len(hit) == 0: return 'unfinished'\n"
                "    return ['rich', 'delayed'][int(S[hit[0]] < S[-1] / 2)]"
            ),
        ),
        (
            "next",
            label(
                "\n    i = next((k for k, x in enumerate(loss) if 10 * x <= loss[0]), None)\n"
                "    return 'lazy' if S[-1] < 0.05 else 'unfinished' if i is None "
                "else 'delayed' if 2 * S[i] < S[-1] else 'rich'"
            ),
        ),
    ],
    "03.6": [
        ("as in the text", mirror()),
        (
            "hypot and lists",
            """
def mirror_potential(beta, delta):
    r = float(np.linalg.norm(beta))
    R = float(np.hypot(delta, 2 * r))
    plus = (R + delta) / 2 if delta >= 0 else 2 * r * r / (R - delta)
    return (R / 2 - delta) * plus**0.5

def mirror_map(beta, delta):
    r = float(np.linalg.norm(beta))
    if r == 0:
        return [0.0 for _ in beta]
    R = float(np.hypot(delta, 2 * r))
    minus = (R - delta) / 2 if delta <= 0 else 2 * r * r / (R + delta)
    return [1.5 * minus**0.5 * x / r for x in beta]
""",
        ),
        (
            "by way of the neuron",
            """
def readout(beta, delta):
    r = np.linalg.norm(beta)
    R = np.hypot(delta, 2 * r)
    return np.sqrt((R + delta) / 2) if delta > 0 else r * np.sqrt(2 / (R - delta))

def mirror_potential(beta, delta):
    a, r = readout(beta, delta), np.linalg.norm(beta)
    return (np.hypot(delta / 2, r) - delta) * a

def mirror_map(beta, delta):
    if not np.any(beta):
        return np.zeros(len(beta))
    return 1.5 * np.asarray(beta) / readout(beta, delta)
""",
        ),
    ],
    "03.7": [
        ("pinv", bias()),
        (
            "singular vectors",
            bias(
                frozen="w0 - V @ (V.T @ w0)",
                before="U, s, Vt = np.linalg.svd(X, full_matrices=False); V = Vt.T",
            ),
        ),
        (
            "least squares and a quadratic",
            """
def implicit_bias_solution(X, y, w0, a0, *, eta_w=1.0, eta_a=1.0):
    mn = np.linalg.lstsq(X, y, rcond=None)[0]
    frozen = w0 - np.linalg.lstsq(X, X @ w0, rcond=None)[0]
    delta = eta_w * a0**2 - eta_a * np.sum(w0**2)
    square = max(np.roots([eta_w, -(delta + eta_a * np.sum(frozen**2)), -eta_a \
* np.sum(mn**2)]).real)
    return list(mn + np.copysign(square**0.5, a0) * frozen)
""",
        ),
    ],
}
