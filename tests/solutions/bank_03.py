"""Collect answers to 03_regimes as students write them, wrong ones and right ones.

WRONG[exercise] lists (name, source, words of the message, which must name the cause);
RIGHT[exercise] lists (name, source).
"""

from typed import swapped


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


def three(
    turn: str = "120",
    length: str = "size",
    deltas: str = "4 * unit, -0.5 * unit, -max(4 * unit, unit**2 * wait)",
    axis: str = "np.eye(d)[np.argmin(np.abs(u))]",
    rates: str = "eta_w=eta_w, eta_a=eta_a",
    unit: str = "np.sqrt(eta_a * eta_w) * size",
    answer: str = '{"w0": [w for w, _ in made], "a0": [a for _, a in made]}',
    before: str = "pass",
) -> str:
    return f"""
def three_starts(beta_star, wait, *, eta_w=1.0, eta_a=1.0):
    {before}
    d, size = len(beta_star), np.linalg.norm(beta_star)
    u = beta_star / size
    axis = {axis}
    across = axis - (axis @ u) * u
    across = across / np.linalg.norm(across)
    turn = np.radians({turn})
    beta0 = {length} * (np.cos(turn) * u + np.sin(turn) * across)
    unit = {unit}
    made = [conserved.init_from_delta(beta0, x, {rates}) for x in ({deltas})]
    return {answer}
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
            "subtract the growth",
        ),
        (
            "m_plus",
            velocity("(R + delta) / 2 * (np.outer(turn, n) + np.outer(n, turn))"),
            "not (R + delta) / 2",
        ),
        ("projector still", velocity("0 * first"), "derivative of the projector is missing"),
        ("exchanged", velocity(names='"directional", "radial"'), "two parts are exchanged"),
        ("half of the product rule", velocity("m * np.outer(turn, n)"), "one is missing"),
        ("the other half", velocity("m * np.outer(n, turn)"), "one is missing"),
        (
            "minus in the product rule",
            velocity("m * (np.outer(turn, n) - np.outer(n, turn))"),
            "a plus between its two terms",
        ),
        ("rates forgotten", velocity(rates="eta_w = eta_a = 1.0"), "rates are forgotten"),
        (
            "not divided by the length",
            velocity("m * r * (np.outer(turn, n) + np.outer(n, turn))"),
            "divided by the length of beta",
        ),
        (
            "divided twice",
            velocity("m / r * (np.outer(turn, n) + np.outer(n, turn))"),
            "not by its square",
        ),
        (
            "no I",
            velocity().replace("(np.eye(d) + np.outer(n, n))", "np.outer(n, n)"),
            "the I is missing",
        ),
        (
            "I alone",
            velocity().replace("(np.eye(d) + np.outer(n, n))", "np.eye(d)"),
            "betahat betahat^T is missing",
        ),
        (
            "I minus",
            velocity().replace("np.eye(d) + np.outer", "np.eye(d) - np.outer"),
            "with a plus",
        ),
        (
            "speed for growth",
            velocity().replace("first = 2", "grow = np.linalg.norm(beta_dot)\n    first = 2"),
            "not the size of beta_dot",
        ),
        (
            "growth of the square",
            velocity().replace("first = 2", "grow = beta @ beta_dot\n    first = 2"),
            "here it is beta.beta_dot",
        ),
        (
            "no growth",
            velocity().replace("/ R * grow *", "/ R *"),
            "growth of the length is missing",
        ),
        ("half", velocity().replace("first = 2 *", "first ="), "half of it came back"),
        ("R squared", velocity().replace("np.sqrt(delta**2 +", "(delta**2 +"), "its square"),
        (
            "not halved",
            velocity("(R - delta) * (np.outer(turn, n) + np.outer(n, turn))"),
            "the half is missing",
        ),
        (
            "size 3",
            velocity().replace("np.eye(d)", "np.eye(3)"),
            "written as a fixed number",
        ),
        (
            "in place",
            velocity(rates="beta_dot -= (beta @ beta_dot) / (beta @ beta) * beta"),
            "changes the arrays it is given",
        ),
        (
            "a tuple",
            velocity().replace(
                'return dict(zip(["radial", "directional"], [first, second]))',
                "return first, second",
            ),
            "expected a dictionary",
        ),
        ("no return", velocity().replace("return dict", "dict"), "is there a return statement"),
        (
            "rates only in R",
            velocity().replace("first = 2 * eta_a * eta_w", "first = 2"),
            "missing in the numerator",
        ),
        (
            "rates only above R",
            velocity().replace("4 * eta_a * eta_w * r**2", "4 * r**2"),
            "missing under the root",
        ),
        (
            "sum of the rates",
            velocity().replace("eta_a * eta_w", "(eta_a + eta_w)"),
            "not as a sum",
        ),
        (
            "beta for its direction",
            velocity().replace("n = beta / r", "n = beta"),
            "here it is beta itself",
        ),
        (
            "speed without a sign",
            velocity().replace("grow = n @ beta_dot", "grow = abs(n @ beta_dot)"),
            "no absolute value",
        ),
        (
            "a number for a matrix",
            velocity("m * (np.dot(turn, n) + np.dot(n, turn))"),
            "np.outer makes one",
        ),
        ("one term twice", velocity("2 * m * np.outer(turn, n)"), "transposes of each other"),
        (
            "exchanged arguments",
            velocity(rates="beta, beta_dot = beta_dot, beta"),
            "two arguments are exchanged",
        ),
        (
            "one for I",
            velocity().replace("np.eye(d) + np.outer", "1 + np.outer"),
            "added to every entry",
        ),
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
        ("not halved", coefficients("R - delta"), "return half of it"),
        ("sign", coefficients("(R + delta) / 2"), "sign of delta is flipped"),
        ("larger always", coefficients("(R + np.abs(delta)) / 2"), "should be the smaller"),
        (
            "smaller always",
            coefficients("2 * eta_a * eta_w * beta_norm**2 / (R + np.abs(delta))"),
            "should be the larger",
        ),
        (
            "where exchanged",
            coefficients(
                "np.where(delta < 0, 2 * eta_a * eta_w * beta_norm**2 / (R + np.abs(delta)), "
                "(R + np.abs(delta)) / 2)"
            ),
            "sign of delta is flipped",
        ),
        (
            "rates forgotten",
            coefficients("(R - delta) / 2").replace("    R =", "    eta_w = eta_a = 1.0\n    R ="),
            "rates are forgotten",
        ),
        (
            "|beta| squared",
            coefficients("(R - delta) / 2", "2 * eta_a * eta_w * beta_norm**2 / R"),
            "once, not squared",
        ),
        ("R squared", coefficients("(R - delta) / 2").replace("np.sqrt(", "("), "R is a root"),
        ("no 4", coefficients("(R - delta) / 2").replace("4 * ", ""), "factor 4 under the root"),
        (
            "root of the rates",
            coefficients("(R - delta) / 2", "2 * np.sqrt(eta_a * eta_w) * beta_norm / R"),
            "under a root of its own in the numerator",
        ),
        (
            "rates missing above",
            coefficients("(R - delta) / 2", "2 * beta_norm / R"),
            "rates are missing in the numerator",
        ),
        (
            "four times the product",
            coefficients(
                "np.where(delta > 0, 8 * eta_a * eta_w * beta_norm**2 / (R + np.abs(delta)), "
                "(R - delta) / 2)"
            ),
            "four times that",
        ),
        (
            "half of the product",
            coefficients(
                "np.where(delta > 0, eta_a * eta_w * beta_norm**2 / (R + np.abs(delta)), "
                "(R - delta) / 2)"
            ),
            "half of that",
        ),
        (
            "if on an array",
            coefficients(
                "(R - delta) / 2 if delta <= 0 else 2 * eta_a * eta_w * beta_norm**2 / (R + delta)"
            ),
            "make a single decision, but got an array",
        ),
        (
            "a list of both",
            coefficients("(R - delta) / 2")
            .replace("return np.array(", "return (")
            .replace(").T", ")"),
            "is it transposed?",
        ),
        (
            "flat",
            coefficients("(R - delta) / 2").replace("]).T", "]).T.ravel()"),
            "expected shape (3, 2)",
        ),
        (
            "in place",
            "def regime_coefficients(beta_norm, delta, *, eta_w=1.0, eta_a=1.0):\n"
            "    sign = np.sign(delta)\n"
            "    R = np.hypot(delta, 2 * np.sqrt(eta_a * eta_w) * beta_norm)\n"
            "    delta *= sign\n    big = (R + delta) / 2\n"
            "    second = np.where(sign > 0, eta_a * eta_w * beta_norm**2 / big, big)\n"
            "    return np.stack([2 * eta_a * eta_w * beta_norm / R, second], axis=-1)\n",
            "changes the arrays it is given",
        ),
        (
            "sum of the rates",
            coefficients("(R - delta) / 2").replace("eta_a * eta_w", "(eta_a + eta_w)"),
            "not as a sum",
        ),
        (
            "no length above",
            coefficients("(R - delta) / 2", "2 * eta_a * eta_w / R"),
            "is missing in the numerator",
        ),
        (
            "its limit",
            coefficients(
                "np.where(delta > 0, eta_a * eta_w * beta_norm**2 / np.where(delta == 0, "
                "1, delta), (R - delta) / 2)"
            ),
            "only the limit far upstream",
        ),
        (
            "one maximum for all",
            coefficients(
                "np.where(delta > 0, eta_a * eta_w * beta_norm**2 / np.max((R + np.abs(delta)) / 2)"
                ", np.max((R + np.abs(delta)) / 2))"
            ),
            "one number for all deltas",
        ),
        (
            "whole numbers",
            coefficients(
                "np.where(delta > 0, 2 * eta_a * eta_w * beta_norm**2 / (R + np.abs(delta)), "
                "(R - delta) / 2)"
            ).replace("]).T", "]).T.astype(int)"),
            "holds whole numbers",
        ),
        (
            "three deltas",
            coefficients(
                "np.where(delta > 0, 2 * eta_a * eta_w * beta_norm**2 / (R + np.abs(delta)), "
                "(R - delta) / 2) + np.zeros(3)"
            ),
            "written as a fixed number",
        ),
        (
            "numbers only",
            coefficients("(R - delta) / 2").replace("    R =", "    delta = float(delta)\n    R ="),
            "take a single number",
        ),
    ],
    "03.3": [
        (
            "one size",
            final().replace("4 * eta_a * eta_w * s**2", "4 * eta_a * eta_w * r**2"),
            "the target has a size of its own",
        ),
        (
            "the other size",
            final().replace("4 * eta_a * eta_w * r**2", "4 * eta_a * eta_w * s**2"),
            "the start has a size of its own",
        ),
        ("no angle", final(power="0"), "cos^2 phi is missing"),
        ("similarity", final().replace("return 1 - inner", "return inner"), "one minus it"),
        (
            "other way around",
            final().replace("return 1 - inner", "return -1 + inner"),
            "the other way around",
        ),
        ("cosine not squared", final(power="1"), "cosine of the angle should be squared"),
        (
            "signed cosine",
            final(power="1").replace("abs(beta0 @ beta_star)", "(beta0 @ beta_star)"),
            "cosine of the angle should be squared",
        ),
        ("d ignored", final(d="1"), "dimension d is missing"),
        ("d = 2", final(d="2"), "written as a fixed number"),
        ("d = 3", final(d="3"), "written as a fixed number"),
        ("d of the deltas", final(d="len(delta)"), "not the number of deltas"),
        ("sign of delta", final(before="delta = -delta"), "sign of delta is flipped"),
        ("rates forgotten", final(before="eta_w = eta_a = 1.0"), "rates are forgotten"),
        ("sine", final().replace("cos**2", "(1 - cos**2)"), "this has the sine"),
        (
            "cosine everywhere",
            final().replace("p * n + m * q + m * n * cos**2", "(p * n + m * q + m * n) * cos**2"),
            "multiplies m_minus m_minus* only",
        ),
        ("not divided", final().replace("/ r / s", ""), "divided by both lengths"),
        ("divided by one", final().replace("/ r / s", "/ r"), "one is missing"),
        ("divided by one squared", final().replace("/ r / s", "/ r**2"), "one of them squared"),
        (
            "no cross term",
            final().replace(" + 2 * p * m", "").replace(" + 2 * q * n", ""),
            "lack their cross term",
        ),
        (
            "half a cross term",
            final().replace("2 * p * m", "p * m").replace("2 * q * n", "q * n"),
            "the 2 is missing",
        ),
        ("no root", final().replace("np.sqrt((d * p", "((d * p"), "norms are roots"),
        (
            "one norm",
            final().replace("(d * q**2 + 2 * q * n + n**2)", "(d * p**2 + 2 * p * m + m**2)"),
            "one norm is that of the start",
        ),
        ("no 4", final().replace("4 * eta_a", "eta_a"), "factor 4 under the root"),
        ("mixed term once", final().replace("p * n + m * q +", "p * n +"), "both needed"),
        ("delta one by one", final(before="delta = float(delta)"), "take a single number"),
        (
            "normalized in place",
            final(
                before="length = np.linalg.norm(beta0); beta0 /= length; beta_star = beta_star + 0"
            )
            .replace("r, s = np.linalg.norm(beta0),", "r, s = length,")
            .replace("/ r / s", "/ s"),
            "changes the arrays it is given",
        ),
        ("the angle", final().replace("cos**2", "np.arccos(cos)"), "not the angle"),
        (
            "one half missing",
            final()
            .replace("(R - delta) / 2", "(R - delta)")
            .replace("(Q - delta) / 2", "(Q - delta)"),
            "m_minus is half",
        ),
        ("squared distance", MATRICES.replace("0.5 * np.sum", "np.sum"), "the half is missing"),
        (
            "d elsewhere",
            final().replace(
                "d * p * q + p * n + m * q + m * n", "p * q + p * n + m * q + d * m * n"
            ),
            "nothing else",
        ),
    ],
    "03.4": [
        ("np.interp", when(answer="np.interp(level, S, t)"), "supposes that S only rises"),
        ("largest", when(level="frac * S.max()"), "not of the largest"),
        ("above only", when().replace("S >= level", "S > level"), "at the level counts"),
        ("NaN after", when().replace("np.isnan(S).any() or ", ""), "also after the crossing"),
        ("exactly zero", when().replace("S[-1] <= 1e-12", "S[-1] == 0"), "rounding, not motion"),
        ("threshold of its own", when().replace("1e-12", "1e-8"), "is motion, and has its time"),
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
        ("point below", when(answer="t[i - 1]"), "last point below the level"),
        ("nearest point", when(answer="t[np.argmin(np.abs(S - level))]"), "where S is nearest"),
        ("halfway", when(answer="(t[i] + t[i - 1]) / 2"), "not halfway"),
        (
            "turned round",
            when(answer="t[i] - (level - S[i - 1]) / (S[i] - S[i - 1]) * (t[i] - t[i - 1])"),
            "is reversed",
        ),
        (
            "added to the later",
            when(answer="t[i] + (level - S[i - 1]) / (S[i] - S[i - 1]) * (t[i] - t[i - 1])"),
            "the earlier of the two",
        ),
        (
            "even steps",
            when(answer="t[i - 1] + (level - S[i - 1]) / (S[i] - S[i - 1])"),
            "not evenly spaced",
        ),
        ("counted from S[0]", when(level="S[0] + frac * (S[-1] - S[0])"), "not from S[0]"),
        ("what is left", when(level="(1 - frac) * S[-1]"), "what is left to go"),
        ("fraction forgotten", when(level="S[-1]"), "fraction is forgotten"),
        (
            "last crossing",
            when().replace(
                "np.where(S >= level)[0][0]",
                "np.where(S < level)[0][-1] + 1 if (S < level).any() else 0",
            ),
            "last crossing",
        ),
        ("never", when(never="t[-1]"), "should give inf"),
        ("never is nan", when(never="np.nan"), "should give inf"),
        ("still", when(still="0.0"), "return nan"),
        ("still is inf", when(still="np.inf"), "return nan"),
        (
            "argmax trusted",
            when()
            .replace("    if not (S >= level).any():\n        return np.inf\n", "")
            .replace("np.where(S >= level)[0][0]", "int(np.argmax(S >= level))"),
            "should give inf",
        ),
        (
            "the point before the first",
            when().replace("    if i == 0:\n        return t[0]\n", ""),
            "no point before it",
        ),
        (
            "normalized in place",
            when(level="frac").replace("    if np.isnan", "    S /= S[-1]\n    if np.isnan"),
            "changes the arrays it is given",
        ),
        (
            "searchsorted",
            when().replace("np.where(S >= level)[0][0]", "int(np.searchsorted(S, level))"),
            "last crossing",
        ),
        (
            "above 1 is never",
            when().replace("if not (S >= level).any()", "if frac > 1"),
            "does not mean that S was never there",
        ),
        (
            "all of it small",
            when().replace("S[-1] <= 1e-12", "(S <= 1e-12).all()"),
            "the last S alone decides",
        ),
        (
            "logarithmic",
            when(answer="np.exp(np.interp(level, S[i - 1 : i + 1], np.log(t[i - 1 : i + 1])))"),
            "not in its logarithm",
        ),
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
            "half of the last S, not of 1",
        ),
        (
            "largest S",
            label(LABEL.replace("if S[-1] < 0.05", "if S.max() < 0.05")),
            "not by the largest",
        ),
        (
            "exchanged",
            label(
                LABEL.replace('"delayed" if', '"rich" if').replace('else "rich"', 'else "delayed"')
            ),
            "is 'rich', not 'delayed'",
        ),
        (
            "unfinished first",
            label("\n    if loss.min() > 0.1 * loss[0]:\n        return 'unfinished'" + LABEL),
            "laziness comes first",
        ),
        (
            "last crossing",
            label(
                LABEL.replace(
                    "for i in range(len(loss)):", "for i in range(len(loss) - 1, -1, -1):"
                ).replace(
                    "if loss[i] <= 0.1 * loss[0]:",
                    "if loss[i] <= 0.1 * loss[0] and (i == 0 or loss[i - 1] > 0.1 * loss[0]):",
                )
            ),
            "counts, not the last",
        ),
        (
            "at the threshold",
            label(LABEL.replace("S[-1] < 0.05", "S[-1] <= 0.05")),
            "threshold of laziness is not below",
        ),
        (
            "at half",
            label(LABEL.replace("S[i] < 0.5", "S[i] <= 0.5")),
            "exactly half of the way counts",
        ),
        (
            "never unfinished",
            label(
                "\n    i = np.argmax(loss <= 0.1 * loss[0])\n"
                "    if S[-1] < 0.05:\n        return 'lazy'\n"
                "    return 'delayed' if S[i] < 0.5 * S[-1] else 'rich'"
            ),
            "argmax gives 0 when nothing",
        ),
        (
            "a half for a tenth",
            label(LABEL.replace("0.1 * loss[0]", "0.5 * loss[0]")),
            "is 'rich', not 'delayed'",
        ),
        (
            "a hundredth",
            label(LABEL.replace("0.1 * loss[0]", "0.01 * loss[0]")),
            "is 'delayed', not 'rich'",
        ),
        (
            "share of the fall",
            label(LABEL.replace("S[i] < 0.5 * S[-1]", "S[i] < S[-1] - 0.2")),
            "half of the last S",
        ),
        (
            "no lazy",
            label(LABEL.replace('    if S[-1] < 0.05:\n        return "lazy"\n', "")),
            "is 'lazy', not",
        ),
        (
            "a label for each time",
            label(LABEL.replace('return "lazy"', 'return ["lazy"] * len(S)')),
            "expected a string",
        ),
        (
            "nothing",
            label(LABEL.replace('return "unfinished"', "pass")),
            "is there a return statement",
        ),
        (
            "normalized in place",
            label(
                "\n    end = S[-1]\n    S /= S[-1]"
                + LABEL.replace("if S[-1] < 0.05", "if end < 0.05")
            ),
            "changes the arrays it is given",
        ),
        (
            "half at any time before",
            label(LABEL.replace("S[i] < 0.5 * S[-1]", "np.max(S[: i + 1]) < 0.5 * S[-1]")),
            "has been at half before",
        ),
        (
            "tenth of the largest",
            label(LABEL.replace("0.1 * loss[0]", "0.1 * loss.max()")),
            "not of its largest value",
        ),
        (
            "from the start of S",
            label(LABEL.replace("S[i] < 0.5 * S[-1]", "S[i] - S[0] < 0.5 * (S[-1] - S[0])")),
            "from 0 and not from S[0]",
        ),
        (
            "tenth of what it loses",
            label(
                LABEL.replace(
                    "loss[i] <= 0.1 * loss[0]", "loss[i] - loss[-1] <= 0.1 * (loss[0] - loss[-1])"
                )
            ),
            "of what it loses in all",
        ),
        ("arguments", "def regime_label(S, loss):" + LABEL, "come in the order loss, S"),
        (
            "mean of S",
            label(LABEL.replace("if S[-1] < 0.05", "if S.mean() < 0.05")),
            "not by the mean",
        ),
        (
            "one place late",
            label(LABEL.replace("S[i] <", "S[min(i + 1, len(S) - 1)] <")),
            "one place too late",
        ),
    ],
    "03.6": [
        ("numbers without a unit", three(deltas="4.0, -0.5, -4.0 - wait"), "in units of"),
        ("a right angle", three("90"), "has to wait for the kernel"),
        ("hardly a turn", three("172"), "too little to turn"),
        ("opposite", three("180"), "too little to turn"),
        ("a small angle", three("60"), "has to wait for the kernel"),
        (
            "three functions",
            three(answer='{"w0": [made[0][0]] * 3, "a0": [a for _, a in made]}'),
            "compute different functions",
        ),
        (
            "one readout",
            three(answer='{"w0": [w for w, _ in made], "a0": [made[1][1]] * 3}'),
            "compute different functions",
        ),
        (
            "another sign",
            three(
                answer='{"w0": [w for w, _ in made], "a0": [made[0][1], made[1][1], -made[2][1]]}'
            ),
            "has the other sign",
        ),
        (
            "order",
            three(answer='{"w0": [w for w, _ in made[::-1]], "a0": [a for _, a in made[::-1]]}'),
            "in another order",
        ),
        ("a list of pairs", three(answer="made"), "expected a dictionary"),
        (
            "keys",
            three(answer='{"w": [w for w, _ in made], "a": [a for _, a in made]}'),
            "the key 'w0' is missing",
        ),
        (
            "columns",
            three(answer='{"w0": np.transpose([w for w, _ in made]), "a0": [a for _, a in made]}'),
            "expected shape (3, 2)",
        ),
        (
            "readouts in a column",
            three(answer='{"w0": [w for w, _ in made], "a0": [[a] for _, a in made]}'),
            "expected shape (3,)",
        ),
        ("in the plane", three(axis="np.array([0.0, 1.0])"), "written as a fixed number"),
        ("always the first axis", three(axis="np.eye(d)[0]"), "is something divided by 0?"),
        (
            "the wait ignored",
            three(deltas="4 * unit, -0.5 * unit, -4 * unit"),
            "gets halfway too early",
        ),
        (
            "the wait without its unit",
            three(deltas="4 * unit, -0.5 * unit, -max(4 * unit, wait)"),
            "gets halfway too early",
        ),
        (
            "the wait in the first power",
            three(deltas="4 * unit, -0.5 * unit, -max(4 * unit, unit * wait)"),
            "gets halfway too early",
        ),
        (
            "not lazy enough",
            three(deltas="0.4 * unit, -0.5 * unit, -max(4 * unit, unit**2 * wait)"),
            "not far enough upstream",
        ),
        (
            "signs of delta",
            three(deltas="-4 * unit, -0.5 * unit, max(4 * unit, unit**2 * wait)"),
            "in another order",
        ),
        (
            "lazy downstream",
            three(deltas="-9 * unit, -0.5 * unit, -max(4 * unit, unit**2 * wait)"),
            "lazy is upstream",
        ),
        (
            "rich too far upstream",
            three(deltas="4 * unit, 2 * unit, -max(4 * unit, unit**2 * wait)"),
            "too far upstream",
        ),
        (
            "rich too far downstream",
            three(deltas="4 * unit, -2 * unit, -max(4 * unit, unit**2 * wait)"),
            "too far downstream",
        ),
        (
            "delayed next to balance",
            three(deltas="4 * unit, 0, -0.3 * unit"),
            "not far enough downstream",
        ),
        ("rates forgotten", three(rates="", unit="size"), "in units of"),
        ("rates crossed", three(rates="eta_w=eta_a, eta_a=eta_w"), "are the rates crossed?"),
        ("the root missing in the unit", three(unit="eta_a * eta_w * size"), "in units of"),
        ("a long start", three(length="6 * size"), "shrinking does most of the work"),
        ("the target itself", three("0"), "nothing to learn"),
        (
            "degrees for radians",
            three().replace("np.radians(120)", "120"),
            "has to wait for the kernel",
        ),
        (
            "in place",
            three(before="beta_star /= np.linalg.norm(beta_star)", unit="np.sqrt(eta_a * eta_w)"),
            "changes the arrays it is given",
        ),
    ],
    "03.7": [
        (
            "k not halved",
            bias(k="eta_w * a0**2 - eta_a * w0 @ w0 + eta_a * frozen @ frozen"),
            "here it is not halved",
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
        ("sign turned", bias(sign="-np.sign(a0)"), "sign of the readout is lost"),
        (
            "frozen part not in k",
            bias(k="(eta_w * a0**2 - eta_a * w0 @ w0) / 2"),
            "belongs in k too",
        ),
        ("rates forgotten", bias(before="eta_w = eta_a = 1.0"), "rates are forgotten"),
        (
            "minus in k",
            bias(k="(eta_w * a0**2 - eta_a * w0 @ w0 - eta_a * frozen @ frozen) / 2"),
            "PLUS eta_a |P_N w0|^2",
        ),
        (
            "rates crossed in delta",
            bias(k="(eta_a * a0**2 - eta_w * w0 @ w0 + eta_a * frozen @ frozen) / 2"),
            "crossed in delta",
        ),
        (
            "no rate before the frozen part",
            bias(k="(eta_w * a0**2 - eta_a * w0 @ w0 + frozen @ frozen) / 2"),
            "missing before |P_N w0|^2",
        ),
        (
            "no rates in delta",
            bias(k="(a0**2 - w0 @ w0 + eta_a * frozen @ frozen) / 2"),
            "missing in delta",
        ),
        (
            "no rates in the root",
            bias().replace("eta_a * eta_w * mn @ mn", "mn @ mn"),
            "under the inner root",
        ),
        ("not divided by eta_w", bias().replace(") / eta_w)", "))"), "divide by eta_w"),
        ("divided by eta_a", bias().replace(") / eta_w)", ") / eta_a)"), "divided by eta_a"),
        (
            "no outer root",
            bias().replace(
                "* np.sqrt((k + np.sqrt(k**2 + eta_a * eta_w * mn @ mn)) / eta_w)",
                "* ((k + np.sqrt(k**2 + eta_a * eta_w * mn @ mn)) / eta_w)",
            ),
            "outer root is missing",
        ),
        (
            "the norm for its square",
            bias().replace("eta_a * eta_w * mn @ mn", "eta_a * eta_w * np.linalg.norm(mn)"),
            "squared under the inner root",
        ),
        ("k with w0", bias(k="eta_w * a0**2 / 2"), "here it contains all of w0"),
        (
            "the length for its square",
            bias(k="(eta_w * a0**2 - eta_a * w0 @ w0 + eta_a * np.linalg.norm(frozen)) / 2"),
            "length of P_N w0 should be squared",
        ),
        ("all of w0", bias(answer="mn + a * w0"), "only the part of w0 in the null space"),
        ("w at the end", bias(answer="mn / a + frozen"), "this is w at the end"),
        ("not multiplied", bias(answer="mn + frozen"), "multiplied by the readout"),
        ("all multiplied", bias(answer="a * (mn + frozen)"), "here it is multiplied by a"),
        ("a negative root", bias().replace("(k + np.sqrt", "(k - np.sqrt"), "NaN"),
        (
            "one missing dimension",
            bias(frozen="(np.linalg.svd(X)[2][-1] @ w0) * np.linalg.svd(X)[2][-1]"),
            "only one direction of the null space",
        ),
        (
            "w0 in place",
            bias(
                before="row = np.linalg.pinv(X) @ (X @ w0); all_of_it = w0 @ w0; w0 -= row",
                frozen="w0",
                k="(eta_w * a0**2 - eta_a * all_of_it + eta_a * frozen @ frozen) / 2",
            ),
            "changes the arrays it is given",
        ),
        ("k is delta", bias(k="eta_w * a0**2 - eta_a * w0 @ w0"), "here it is delta alone"),
        (
            "a part divided",
            bias().replace(
                "(k + np.sqrt(k**2 + eta_a * eta_w * mn @ mn)) / eta_w",
                "k + np.sqrt(k**2 + eta_a * eta_w * mn @ mn) / eta_w",
            ),
            "k too",
        ),
        ("a 4 in the root", bias().replace("k**2 + eta_a", "k**2 + 4 * eta_a"), "there is no 4"),
        ("y in the root", bias().replace("eta_w * mn @ mn", "eta_w * y @ y"), "not that of y"),
        (
            "the other order of the projection",
            bias(frozen="w0 - X @ inverse @ w0"),
            "X @ pinv(X) is (n, n)",
        ),
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
        ("as in the hint", three()),
        (
            "another angle and a negative readout",
            three("-115", answer='{"w0": [-w for w, _ in made], "a0": [-a for _, a in made]}'),
        ),
        (
            "twice as long",
            three("120", "2 * size", "6 * unit, -0.4 * unit, -max(5 * unit, unit**2 * wait)"),
        ),
        (
            "lists, tuples and whole numbers",
            three(
                answer=(
                    '{"a0": tuple(float(a) for _, a in made), '
                    '"w0": [list(w) for w, _ in made], "angle": 120}'
                )
            ),
        ),
        (
            "by measuring",
            """
def three_starts(beta_star, wait, *, eta_w=1.0, eta_a=1.0):
    beta_star = np.array(beta_star, float)
    size = np.sqrt(beta_star @ beta_star)
    q, _ = np.linalg.qr(np.column_stack([beta_star, np.eye(len(beta_star))]))
    across = q[:, 1]
    beta0 = -0.6 * beta_star + 0.8 * size * across
    unit = size * (eta_a * eta_w) ** 0.5
    t = np.append(0, np.geomspace(1e-4, 1e6, 300)) / unit

    def measure(delta):
        w, a = conserved.init_from_delta(beta0, delta, eta_w=eta_w, eta_a=eta_a)
        path = exact.one_neuron(t, w, a, beta_star, eta_w=eta_w, eta_a=eta_a)
        S = kernel.whitened_kernel_distance(w, a, path.w, path.a, eta_w=eta_w, eta_a=eta_a)
        i = np.argmax(path.loss < 0.1 * path.loss[0])
        return w, a, S[-1], S[i] / S[-1], t[np.argmax(S >= S[-1] / 2)]

    lazy = unit
    while measure(lazy)[2] > 0.04:
        lazy *= 1.5
    rich = 0.0
    while measure(rich)[2] < 0.06:
        rich -= 0.1 * unit
    late = -unit
    while measure(late)[3] > 0.45 or measure(late)[4] < 1.1 * wait:
        late *= 1.5
    made = [measure(x)[:2] for x in (lazy, rich, late)]
    return {"w0": np.array([w for w, _ in made]), "a0": np.array([a for _, a in made])}
""",
        ),
    ],
    "03.7": [
        ("pinv", bias()),
        (
            "inverse of the square",
            bias(before="inverse = X.T @ np.linalg.inv(X @ X.T)").replace(
                "    inverse = np.linalg.pinv(X)\n", ""
            ),
        ),
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

RIGHT_03_1 = """
def ntk_velocity_terms(beta, beta_dot, delta, *, eta_w=1.0, eta_a=1.0):
    size = np.linalg.norm(beta)
    unit = beta / size
    growth = unit @ beta_dot
    turn = (beta_dot - growth * unit) / size
    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * size**2)
    radial = 2 * eta_a * eta_w * size / R * growth * (np.eye(len(beta)) + np.outer(unit, unit))
    directional = (R - delta) / 2 * (np.outer(turn, unit) + np.outer(unit, turn))
    return {"radial": radial, "directional": directional}
"""

RIGHT_03_3 = """
def final_kernel_distance(delta, beta0, beta_star, *, eta_w=1.0, eta_a=1.0):
    def pair(size):
        R = np.sqrt(delta**2 + 4 * eta_a * eta_w * size**2)
        return (R + delta) / 2, (R - delta) / 2
    def inner(p, m, q, n, cos2):
        return len(beta0) * p * q + p * n + m * q + m * n * cos2
    size0, size1 = np.linalg.norm(beta0), np.linalg.norm(beta_star)
    start, end = pair(size0), pair(size1)
    cos2 = (np.dot(beta0, beta_star) / (size0 * size1)) ** 2
    return 1 - inner(*start, *end, cos2) / np.sqrt(inner(*start, *start, 1) * inner(*end, *end, 1))
"""

RIGHT_03_4 = """
def time_to_fraction(t, S, frac):
    t, S = np.asarray(t, dtype=float), np.asarray(S, dtype=float)
    if np.any(np.isnan(S)) or S[-1] <= 1e-12:
        return np.nan
    level = frac * S[-1]
    hit = S >= level
    if not hit.any():
        return np.inf
    i = int(np.argmax(hit))
    if i == 0:
        return t[0]
    return t[i - 1] + (level - S[i - 1]) / (S[i] - S[i - 1]) * (t[i] - t[i - 1])
"""

RIGHT_03_5 = """
def regime_label(loss, S):
    if S[-1] < 0.05:
        return "lazy"
    fitted = loss <= 0.1 * loss[0]
    if not fitted.any():
        return "unfinished"
    i = np.argmax(fitted)
    return "delayed" if S[i] < 0.5 * S[-1] else "rich"
"""

TYPED = {  # what was typed against the released copies, and was not told its cause
    "03.1": [
        (
            "growth by beta in both",
            swapped(RIGHT_03_1, ("unit @ beta_dot", "beta @ beta_dot")),
            "here, in both parts, it is beta.beta_dot",
        ),
        (
            "growth over the length in both",
            swapped(RIGHT_03_1, ("unit @ beta_dot", "unit @ beta_dot / size")),
            "it is divided by the length",
        ),
        (
            "beta_dot as it is",
            swapped(
                RIGHT_03_1,
                (
                    "np.outer(turn, unit) + np.outer(unit, turn)",
                    "np.outer(beta_dot, unit) + np.outer(unit, beta_dot)",
                ),
            ),
            "this has beta_dot itself",
        ),
        (
            "beta in the products",
            swapped(
                RIGHT_03_1,
                (
                    "np.outer(turn, unit) + np.outer(unit, turn)",
                    "np.outer(turn, beta) + np.outer(beta, turn)",
                ),
            ),
            "or beta is in the outer products",
        ),
        (
            "growth as projection vector",
            swapped(RIGHT_03_1, ("growth = unit @ beta_dot", "growth = (unit @ beta_dot) * unit")),
            "a number, betahat.beta_dot; here it is a vector",
        ),
        (
            "growth abs via norm of difference",
            swapped(
                RIGHT_03_1,
                ("growth = unit @ beta_dot", "growth = np.linalg.norm(beta + beta_dot) - size"),
            ),
            "it is how much a whole step of beta_dot adds",
        ),
        (
            "R of unit",
            swapped(RIGHT_03_1, ("size**2)", "1)")),
            "has |beta|^2 under its root; |beta| is missing",
        ),
        (
            "growth beta_dot norm",
            swapped(RIGHT_03_1, ("unit @ beta_dot", "np.linalg.norm(beta_dot)")),
            "is betahat.beta_dot, not the size of beta_dot",
        ),
    ],
    "03.2": [
        (
            "concatenate",
            """
def regime_coefficients(beta_norm, delta, *, eta_w=1.0, eta_a=1.0):
    R = np.hypot(delta, 2 * np.sqrt(eta_a * eta_w) * beta_norm)
    larger = (R + np.abs(delta)) / 2
    smaller = eta_a * eta_w * beta_norm**2 / larger
    directional = np.where(delta > 0, smaller, larger)
    return np.concatenate([2 * eta_a * eta_w * beta_norm / R, directional])
""",
            "is right, but not their arrangement in rows",
        ),
    ],
    "03.3": [
        (
            "pairs of one end",
            swapped(RIGHT_03_3, ("p * n + m * q", "p * m + q * n")),
            "one factor of the start and one of the end",
        ),
        (
            "quotient squared",
            swapped(
                RIGHT_03_3,
                ("1 - inner(*start, *end, cos2) /", "1 - inner(*start, *end, cos2) ** 2 /"),
                (
                    "np.sqrt(inner(*start, *start, 1) * inner(*end, *end, 1))",
                    "(inner(*start, *start, 1) * inner(*end, *end, 1))",
                ),
            ),
            "and not its square",
        ),
        (
            "cos^2 in the norms",
            swapped(RIGHT_03_3, ("*start, 1)", "*start, cos2)"), ("*end, 1)", "*end, cos2)")),
            "or the norms have it, too",
        ),
        (
            "d - 1",
            swapped(RIGHT_03_3, ("len(beta0) *", "(len(beta0) - 1) *")),
            "or is d - 1",
        ),
        (
            "target minus start",
            swapped(RIGHT_03_3, ("pair(size1)", "pair(np.linalg.norm(beta_star - beta0))")),
            "of the target, |beta*|, not of the way there",
        ),
        (
            "4 product",
            swapped(RIGHT_03_3, ("4 * eta_a * eta_w", "4 * (eta_a + eta_w) / 2")),
            "root of R as a product, not as a sum or a mean",
        ),
        (
            "sqrt S",
            swapped(
                RIGHT_03_3,
                ("return 1 -", "S = 1 -"),
                ("*end, 1))\n", "*end, 1))\n    return np.sqrt(S)\n"),
            ),
            "it is the root of what is expected",
        ),
        (
            "abs delta",
            swapped(RIGHT_03_3, ("def pair", "delta = abs(delta)\n    def pair")),
            "keeps its sign: here it is its absolute value",
        ),
        (
            "mean over deltas",
            swapped(
                RIGHT_03_3,
                ("return 1 -", "return np.mean(1 -"),
                ("inner(*end, *end, 1))", "inner(*end, *end, 1)))"),
            ),
            "it summed over, or is only one entry returned?",
        ),
    ],
    "03.4": [
        (
            "abs",
            swapped(RIGHT_03_4, ("S[-1] <= 1e-12", "abs(S[-1] - S[0]) <= 1e-12")),
            "there is no NaN and the last S is above 1e-12",
        ),
        (
            "list 1",
            swapped(
                RIGHT_03_4,
                (
                    "return t[i - 1] + (level - S[i - 1]) / (S[i] - S[i - 1]) * (t[i] - t[i - 1])",
                    "slope = (t[i] - t[i - 1]) / (S[i] - S[i - 1])\n"
                    "    return [t[i - 1] + (level - S[i - 1]) * slope]",
                ),
            ),
            "got a list of length 1; take its only entry",
        ),
        (
            "strict",
            swapped(RIGHT_03_4, ("S >= level", "S > level")),
            "a point at the level counts, not only one above it",
        ),
    ],
    "03.5": [
        (
            "smallest loss",
            swapped(RIGHT_03_5, ("np.argmax(fitted)", "np.argmin(loss)")),
            "the first such moment, not the last",
        ),
        (
            "abs move",
            swapped(RIGHT_03_5, ("S[-1] < 0.05", "abs(S[-1] - S[0]) < 0.05")),
            "by the last S, not by what has come since S[0]",
        ),
        (
            "i-1",
            swapped(RIGHT_03_5, ("i = np.argmax(fitted)", "i = np.argmax(fitted) - 1")),
            "share one index: S is read one place too early",
        ),
    ],
    "03.6": [
        (
            "e_0 axis",
            """
def three_starts(beta_star, wait, *, eta_w=1.0, eta_a=1.0):
    size = np.linalg.norm(beta_star)
    unit = beta_star / size
    axis = np.eye(len(unit))[-1]
    across = axis - (axis @ unit) * unit
    turn = np.radians(120)
    beta0 = size * (np.cos(turn) * unit + np.sin(turn) * across / np.linalg.norm(across))
    scale = np.sqrt(eta_a * eta_w) * size
    deltas = [4 * scale, -0.5 * scale, -max(4 * scale, scale**2 * wait)]
    pairs = [conserved.init_from_delta(beta0, d, eta_w=eta_w, eta_a=eta_a) for d in deltas]
    return {"w0": np.array([w for w, a in pairs]), "a0": np.array([a for w, a in pairs])}
""",
            "look for an earlier division by 0 or overflow)",
        ),
    ],
    "03.7": [
        (
            "returns a",
            """
def implicit_bias_solution(X, y, w0, a0, *, eta_w=1.0, eta_a=1.0):
    inverse = np.linalg.pinv(X)
    beta_mn = inverse @ y
    frozen = w0 - inverse @ (X @ w0)
    delta = eta_w * a0**2 - eta_a * np.sum(w0**2)
    k = (delta + eta_a * np.sum(frozen**2)) / 2
    a = np.sign(a0) * np.sqrt((k + np.sqrt(k**2 + eta_a * eta_w * np.sum(beta_mn**2))) / eta_w)
    return a
""",
            "it summed over, or is only one entry returned?",
        ),
    ],
}
for _number, _typed in TYPED.items():
    WRONG[_number] += _typed
RIGHT["03.1"] += [
    (
        "by the projector, in single precision",
        """
def ntk_velocity_terms(beta, beta_dot, delta, *, eta_w=1.0, eta_a=1.0):
    b, v = np.float32(beta)[:, None], np.float32(beta_dot)[:, None]
    square, along = float((b.T @ b)[0, 0]), float((b.T @ v)[0, 0])
    P = b @ b.T / square
    moved = (v @ b.T + b @ v.T) / square - 2 * P * along / square
    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * square)
    grown = np.float32(2 * eta_a * eta_w / R * along)
    radial = grown * (np.eye(len(b), dtype="f") + P)
    return {"radial": radial, "directional": np.float32((R - delta) / 2) * moved}
""",
    ),
]

TYPED_RIGHT = {  # unusual, and right
    "03.2": [
        (
            "decimals of 50 digits",
            """
from decimal import Decimal, getcontext
def regime_coefficients(beta_norm, delta, *, eta_w=1.0, eta_a=1.0):
    getcontext().prec = 50
    D = lambda v: Decimal(float(v))
    out = []
    for d in delta:
        R = (D(d)**2 + 4*D(eta_a)*D(eta_w)*D(beta_norm)**2).sqrt()
        out.append([float(2*D(eta_a)*D(eta_w)*D(beta_norm)/R), float((R - D(d))/2)])
    return np.array(out)
""",
        ),
    ],
    "03.3": [
        (
            "by the angle and one ratio",
            """
def final_kernel_distance(delta, beta0, beta_star, *, eta_w=1.0, eta_a=1.0):
    delta, b0, b1 = (np.asarray(v, float) for v in (delta, beta0, beta_star))
    phi = np.arccos(np.clip(b0@b1/np.linalg.norm(b0)/np.linalg.norm(b1), -1, 1))
    def rho(b):
        c = 2*np.sqrt(eta_a*eta_w)*np.linalg.norm(b)
        return np.exp(-2*np.arcsinh(delta/c))  # m_- / m_+
    x, y, d = rho(b0), rho(b1), len(b0)
    return 1 - (d + x + y + x*y*np.cos(phi)**2)/np.sqrt((d + 2*x + x*x)*(d + 2*y + y*y))
""",
        ),
    ],
    "03.4": [
        (
            "fractions",
            """
from fractions import Fraction as F
def time_to_fraction(t, S, frac):
    if np.isnan(S).any() or S[-1] <= 1e-12: return float("nan")
    L = float(frac)*float(S[-1])
    for i, v in enumerate(S):
        if v >= L:
            if i == 0: return t[0]
            a, b, p, q = map(lambda v: F(float(v)), (S[i-1], S[i], t[i-1], t[i]))
            return float(p + (F(L) - a)/(b - a)*(q - p))
    return float("inf")
""",
        ),
    ],
    "03.5": [
        (
            "takewhile",
            """
from itertools import takewhile
def regime_label(loss, S):
    k = sum(1 for _ in takewhile(lambda v: v > 0.1*loss[0], loss))
    if S[-1] < 0.05: return "lazy"
    return "unfinished" if k == len(S) else ("delayed", "rich")[bool(S[k] >= 0.5*S[-1])]
""",
        ),
    ],
    "03.7": [
        (
            "scipy's root of a function",
            """
from scipy.optimize import brentq
def implicit_bias_solution(X, y, w0, a0, *, eta_w=1.0, eta_a=1.0):
    P = np.linalg.pinv(X); bm = P @ y; fz = w0 - P @ X @ w0
    delta = eta_w*a0**2 - eta_a*w0@w0
    f = lambda z: z - eta_a*eta_w*(bm@bm)/z - eta_a*fz@fz - delta
    z = brentq(f, 1e-14, 1e6, xtol=1e-13, rtol=1e-14)
    return bm + np.sign(a0)*np.sqrt(z/eta_w)*fz
""",
        ),
    ],
}
for _number, _typed in TYPED_RIGHT.items():
    RIGHT[_number] += _typed
