"""Collect answers to 02_exact as students write them, wrong ones and right ones.

WRONG[exercise] lists (name, source, words of the message, which must name the cause);
RIGHT[exercise] lists (name, source).
"""

from typed import swapped


def whiten(body: str) -> str:
    return (
        "def whiten(X):\n    if np.linalg.matrix_rank(X) < X.shape[1]:\n"
        f"        raise ValueError('rank')\n    {body}"
    )


EIGEN = "values, vectors = np.linalg.eigh(G); T = vectors @ np.diag(values ** -0.5) @ vectors.T"


def nu(body: str, x: str = "R * t / 2") -> str:
    return f"""
def riccati_nu(t, nu0, s, delta, *, eta_w=1.0, eta_a=1.0):
    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * s**2)
    x = {x}
    return {body}
"""


TANH = (
    "(nu0 * (R - delta * np.tanh(x)) + 2 * eta_w * s**2 * np.tanh(x)) "
    "/ (R + (delta + 2 * eta_a * nu0) * np.tanh(x))"
)
COSH = (
    "(nu0 * (R * np.cosh(x) - delta * np.sinh(x)) + 2 * eta_w * s**2 * np.sinh(x)) "
    "/ (R * np.cosh(x) + (delta + 2 * eta_a * nu0) * np.sinh(x))"
)


def solution(
    before: str = "",
    k: str = "np.hypot(delta / 2, s)",
    spread: str = "np.where(rate * t > 0, -np.expm1(-rate * t) / (rate or 1), t)",
    fade: str = "np.exp(-A * t)",
    a: str = "q / np.sqrt(v)",
    rates: str = "pass",
    smaller: str = "A, B = (A, s**2 / A) if delta >= 0 else (s**2 / B, B)",
) -> str:
    return f"""
def exact_solution(t, w0, a0, beta_star, *, eta_w=1.0, eta_a=1.0):
    {rates}
    t = np.asarray(t, dtype=float)
    {before or "pass"}
    w, q0, b = eta_a**0.5 * w0, eta_w**0.5 * a0, (eta_a * eta_w) ** 0.5 * beta_star
    s, delta = np.linalg.norm(b), q0**2 - np.sum(w**2)
    k = {k}
    A, B = k + delta / 2, k - delta / 2
    {smaller}
    n = b / s
    P = n @ w
    rest = w - P * n
    x, y = np.sqrt(B / 2 / k), np.sqrt(A / 2 / k)
    cp, cm = x * P + y * q0, x * q0 - y * P
    E = np.exp(-k * t)
    p, q = cp * x - cm * y * E**2, cp * y + cm * x * E**2
    rate = abs(delta)
    D = (E**2 if delta >= 0 else np.exp(-2 * A * t)) * ({spread})
    v = E**2 + cp**2 * (1 - E**2) / 2 / k + cm**2 * (E**2 - E**4) / 2 / k + np.sum(rest**2) * D
    W = (np.outer(p, n) + np.outer({fade}, rest)) / np.sqrt(v)[:, None]
    return {{"w": W / eta_a**0.5, "a": ({a}) / eta_w**0.5}}
"""


OVERFLOW = """
def exact_solution(t, w0, a0, beta_star, *, eta_w=1.0, eta_a=1.0):
    w, q0, b = eta_a**0.5 * w0, eta_w**0.5 * a0, (eta_a * eta_w) ** 0.5 * beta_star
    s, delta = np.linalg.norm(b), q0**2 - np.sum(w**2)
    k = np.hypot(delta / 2, s)
    A, B, n = k + delta / 2, k - delta / 2, b / s
    P = n @ w
    rest = w - P * n
    x, y = np.sqrt(B / 2 / k), np.sqrt(A / 2 / k)
    cp, cm = x * P + y * q0, x * q0 - y * P
    p = cp * x * np.exp(k * t) - cm * y * np.exp(-k * t)
    q = cp * y * np.exp(k * t) + cm * x * np.exp(-k * t)
    D = -np.expm1(-delta * t) / delta if delta else t
    v = 1 + cp**2 * (np.exp(2 * k * t) - 1) / 2 / k + cm**2 * (1 - np.exp(-2 * k * t)) / 2 / k \
+ np.sum(rest**2) * D
    W = (np.outer(p, n) + np.outer(np.exp(-delta * t / 2), rest)) / np.sqrt(v)[:, None]
    return {"w": W / eta_a**0.5, "a": q / np.sqrt(v) / eta_w**0.5}
"""

EIGEN_SOLUTION = """
def exact_solution(t, w0, a0, beta_star, *, eta_w=1.0, eta_a=1.0):
    # the linear flow by the eigenvectors of its whole matrix, one time after the other
    w, a, b = np.sqrt(eta_a) * w0, np.sqrt(eta_w) * a0, np.sqrt(eta_a * eta_w) * beta_star
    d, delta = len(w0), a * a - w @ w
    F = np.zeros((d + 1, d + 1))
    F[:d, :d], F[d, d], F[:d, d], F[d, :d] = -delta / 2 * np.eye(d), delta / 2, b, b
    f, Q = np.linalg.eigh(F)
    c, out_w, out_a = Q.T @ np.append(w, a), [], []
    for time in t:
        top = f[-1]
        z = Q @ (c * np.exp((f - top) * time))
        v = np.exp(-2 * top * time)
        for f_i, c_i in zip(f, c):
            if abs(f_i) < 1e-13:
                v += c_i**2 * time * np.exp(-2 * top * time)
            else:
                v += c_i**2 * (np.exp(2 * (f_i - top) * time) - np.exp(-2 * top * time)) / (2 * f_i)
        out_w.append(z[:d] / np.sqrt(v) / np.sqrt(eta_a))
        out_a.append(z[d] / np.sqrt(v) / np.sqrt(eta_w))
    return {"w": out_w, "a": out_a}
"""


def metric(body: str) -> str:
    return f"def ntk_matrix(w, a, *, eta_w=1.0, eta_a=1.0):\n    return {body}"


def start(a: str, w: str = "beta / a", back: str = "w, a", refuse: str = "") -> str:
    refused = refuse or "if not 0 < share < 1:\n        raise ValueError('share')"
    return f"""
def design_start(beta, share, *, eta_w=1.0, eta_a=1.0):
    {refused}
    size = np.linalg.norm(beta)
    a = {a}
    w = {w}
    return {back}
"""


FOURTH = "(share / (1 - share) * eta_a / eta_w * size**2) ** 0.25"


def distance(body: str) -> str:
    return f"def kernel_distance(K1, K2):\n    {body}"


SHOWS = "np.array([1.0, 0.0]), 0.1, np.array([1.0, 3**0.5]), 0.1"


def slip(
    shows: str = SHOWS,
    d: str = "len(w0)",
    both: str = "eta_a**2 * (w_t @ w0) ** 2",
    n: str = "eta_a * np.sum(w_t**2, axis=-1)",
    cross: str = "1",
    two: str = "2",
    rates: str = "pass",
    back: str = "1 - inner / np.sqrt(one * other)",
) -> str:
    return f"""
def where_it_shows():
    return {shows}

def find_the_slip(w0, a0, w_t, a_t, *, eta_w=1.0, eta_a=1.0):
    {rates}
    d = {d}
    p, m, q, n = eta_w * a0**2, eta_a * np.sum(w0**2), eta_w * a_t**2, {n}
    inner = d * p * q + {cross} * (p * n + m * q) + {both}
    one, other = d * p**2 + {two} * p * m + m**2, d * q**2 + {two} * q * n + n**2
    return {back}
"""


COS = "np.abs(w_t @ w0) / np.linalg.norm(w0) / np.linalg.norm(w_t, axis=-1)"
PARALLEL = "np.ones(2), 0.1, 2 * np.ones(2), 0.1"
SQUARE = "np.array([1.0, 0.0]), 0.1, np.array([0.0, 2.0]), 0.1"
LARGE = "np.array([1.0, 0.0]), 3.0, np.array([1.0, 1.0]), 3.0"
FLAT = "np.array([1.0]), 0.1, np.array([2.0]), 0.1"
FAINT = "np.array([1.0, 0.0]), 0.1, np.array([1.0, 0.05]), 0.1"

FROZEN_SIGN = "np.sign(a0) * np.abs(q / np.sqrt(v))"

WRONG = {
    "02.1": [
        (
            "not symmetric",
            whiten(
                "U, s, Vt = np.linalg.svd(X, full_matrices=False); T = Vt.T / s; return X @ T, T"
            ),
            "not symmetric",
        ),
        (
            "Cholesky",
            whiten("T = np.linalg.inv(np.linalg.cholesky(X.T @ X)).T; return X @ T, T"),
            "not symmetric",
        ),
        (
            "entry by entry",
            whiten("T = np.abs(X.T @ X) ** -0.5; return X @ T, T"),
            "each entry was raised",
        ),
        ("exchanged", whiten(f"G = X.T @ X; {EIGEN}; return T, X @ T"), "look exchanged"),
        ("times n", whiten(f"G = X.T @ X / len(X); {EIGEN}; return X @ T, T"), "n times I"),
        (
            "times n - 1",
            whiten(f"G = X.T @ X / (len(X) - 1); {EIGEN}; return X @ T, T"),
            "n - 1 times I",
        ),
        (
            "centered",
            whiten(f"X = X - X.mean(axis=0); G = X.T @ X; {EIGEN}; return X @ T, T"),
            "do not center",
        ),
        (
            "covariance",
            whiten(f"G = np.cov(X.T); {EIGEN}; return X @ T, T"),
            "do not center",
        ),
        (
            "inverse",
            whiten(f"G = X.T @ X; {EIGEN}; T = np.linalg.inv(T); return X @ np.linalg.inv(T), T"),
            "inverse of T",
        ),
        (
            "no root",
            whiten("T = np.linalg.inv(X.T @ X); return X @ T, T"),
            "the exponent is minus one half",
        ),
        (
            "a root too many",
            whiten(
                "U, s, Vt = np.linalg.svd(X, full_matrices=False); T = Vt.T / np.sqrt(s) @ Vt; "
                "return X @ T, T"
            ),
            "singular values of X are roots already",
        ),
        (
            "V and V^T exchanged",
            whiten(
                "U, s, V = np.linalg.svd(X, full_matrices=False); T = V / s @ V.T; return X @ T, T"
            ),
            "np.linalg.svd gives V^T, not V",
        ),
        (
            "each column to length one",
            whiten("T = np.diag(1 / np.linalg.norm(X, axis=0)); return X @ T, T"),
            "their correlation is still there",
        ),
        (
            "standardized",
            whiten("T = np.diag(1 / X.std(axis=0)); return X @ T, T"),
            "the standard deviation of each column",
        ),
        ("Z alone", whiten(f"G = X.T @ X; {EIGEN}; return X @ T"), "expected 2 things"),
        ("nothing returned", whiten(f"G = X.T @ X; {EIGEN}; Z = X @ T"), "nothing came back"),
        (
            "Z of the singular vectors",
            whiten(f"G = X.T @ X; {EIGEN}; return np.linalg.svd(X, full_matrices=False)[0], T"),
            "Z is not X T",
        ),
        ("Z as it was", whiten(f"G = X.T @ X; {EIGEN}; return X, T"), "X comes back as it was"),
        (
            "full matrices",
            whiten("U, s, Vt = np.linalg.svd(X); T = Vt.T / s @ Vt; return U @ Vt, T"),
            "full_matrices=False",
        ),
        (
            "in place",
            whiten(f"G = X.T @ X; {EIGEN}; X[:] = X @ T; return X, T"),
            "changes the arrays it is given",
        ),
        (
            "no error",
            f"def whiten(X):\n    G = X.T @ X; {EIGEN}; return X @ T, T",
            "expected ValueError",
        ),
        (
            "shape for rank",
            "def whiten(X):\n    if X.shape[0] < X.shape[1]:\n        raise ValueError('rank')\n"
            f"    G = X.T @ X; {EIGEN}; return X @ T, T",
            "with d, not its shape",
        ),
        (
            "another error",
            f"def whiten(X):\n    assert np.linalg.matrix_rank(X) == X.shape[1]\n"
            f"    G = X.T @ X; {EIGEN}; return X @ T, T",
            "expected ValueError, but AssertionError was raised",
        ),
        (
            "rank of the square",
            "def whiten(X):\n    G = X.T @ X\n    if np.linalg.matrix_rank(G, tol=1e-8) < len(G):\n"
            f"        raise ValueError('rank')\n    {EIGEN}; return X @ T, T",
            "nothing should be refused or cut off",
        ),
        (
            "cut off",
            whiten(
                "U, s, Vt = np.linalg.svd(X, full_matrices=False); s[s < 1e-3] = np.inf; "
                "T = Vt.T / s @ Vt; return X @ T, T"
            ),
            "nothing should be refused or cut off",
        ),
        (
            "1/s at the end",
            whiten(
                "U, s, Vt = np.linalg.svd(X, full_matrices=False); T = Vt.T @ Vt / s; "
                "return X @ T, T"
            ),
            "1/s belongs between them",
        ),
        (
            "no diagonal",
            whiten(
                "U, s, Vt = np.linalg.svd(X, full_matrices=False); T = Vt.T @ (1 / s) @ Vt; "
                "return X @ T, T"
            ),
            "put the singular values on a diagonal",
        ),
        (
            "of X X^T",
            whiten(f"G = X @ X.T + np.eye(len(X)); {EIGEN}; return T @ X, T"),
            "it is made of X^T X, not of X X^T",
        ),
        (
            "rows of length one",
            whiten(
                "X = X / np.linalg.norm(X, axis=1, keepdims=True); "
                f"G = X.T @ X; {EIGEN}; return X @ T, T"
            ),
            "do not normalize the inputs",
        ),
        (
            "a determinant",
            "def whiten(X):\n    G = X.T @ X\n    if np.linalg.det(G) == 0:\n"
            f"        raise ValueError('rank')\n    {EIGEN}; return X @ T, T",
            "no determinant",
        ),
        (
            "rank below both sizes, and an error by chance",
            "def whiten(X):\n    if np.linalg.matrix_rank(X) < min(X.shape):\n"
            "        raise ValueError('rank')\n    U, s, Vt = np.linalg.svd(X)\n"
            "    T = Vt.T / s @ Vt\n    return X @ T, T",
            "the ValueError is NumPy's",
        ),
        ("T X", whiten(f"G = X.T @ X; {EIGEN}; return T @ X, T"), "two shapes do not fit"),
        ("a dictionary", whiten(f"G = X.T @ X; {EIGEN}; return dict(Z=X @ T, T=T)"), "2 things"),
    ],
    "02.2": [
        (
            "root without rates",
            nu(TANH).replace("4 * eta_a * eta_w * s**2", "4 * s**2"),
            "both learning rates belong under",
        ),
        (
            "root with one rate",
            nu(TANH).replace("4 * eta_a * eta_w * s**2", "4 * eta_w * s**2"),
            "eta_a is missing",
        ),
        ("no root", nu(TANH).replace("R = np.sqrt(", "R = ("), "R is a root"),
        (
            "no 4",
            nu(TANH).replace("4 * eta_a * eta_w * s**2", "eta_a * eta_w * s**2"),
            "the factor 4 under the root",
        ),
        (
            "s not squared",
            nu(TANH.replace("2 * eta_w * s**2", "2 * eta_w * s")),
            "s should be squared in 2 eta_w",
        ),
        (
            "2 missing above",
            nu(TANH.replace("2 * eta_w * s**2", "eta_w * s**2")),
            "the factor 2 in 2 eta_w s^2",
        ),
        (
            "rate of the other above",
            nu(TANH.replace("2 * eta_w * s**2", "2 * eta_a * s**2")),
            "is that of the readout",
        ),
        (
            "denominator without rate",
            nu(TANH.replace("delta + 2 * eta_a * nu0", "delta + 2 * nu0")),
            "eta_a is missing",
        ),
        (
            "denominator without 2",
            nu(TANH.replace("delta + 2 * eta_a * nu0", "delta + eta_a * nu0")),
            "the factor 2 in the denominator",
        ),
        (
            "minus in the denominator",
            nu(TANH.replace("(R + (delta", "(R - (delta")),
            "the denominator should have a plus",
        ),
        (
            "plus in the numerator",
            nu(TANH.replace("R - delta", "R + delta")),
            "sign of delta in the numerator",
        ),
        ("minus delta", nu(TANH).replace("x = ", "delta = -delta; x = "), "the sign of delta"),
        ("the end only", nu("(R - delta) / (2 * eta_a) + 0 * t"), "return the way there"),
        (
            "an exponential",
            nu("(R - delta) / (2 * eta_a) * (1 - np.exp(-R * t)) + nu0 * np.exp(-R * t)"),
            "a plain exponential",
        ),
        ("the numerator", nu(TANH.split(" / (R + ")[0]), "this is the numerator"),
        (
            "u without z",
            nu("nu0 * np.cosh(x) + (2 * eta_w * s**2 - delta * nu0) / R * np.sinh(x)"),
            "divide by z",
        ),
        (
            "arctanh",
            nu(
                "(-delta + R * np.tanh(x + np.arctanh((2 * eta_a * nu0 + delta) / R))) "
                "/ (2 * eta_a)"
            ),
            "arctanh takes no number beyond one",
        ),
        ("no half", nu(TANH, "R * t"), "the factor 1/2 is missing"),
        ("half too many", nu(TANH, "R * t / 4"), "half as fast"),
        ("no R in x", nu(TANH, "t / 2"), "R is missing in it"),
        ("overflow", nu(COSH), "cosh and sinh overflow"),
        (
            "growing exponentials",
            nu(COSH, "R * t / 2")
            .replace("np.cosh(x)", "(np.exp(x) + np.exp(-x))")
            .replace("np.sinh(x)", "(np.exp(x) - np.exp(-x))"),
            "overflow",
        ),
        ("math", nu(TANH, "R * t / 2; import math").replace("np.tanh", "math.tanh"), "math.exp"),
        (
            "in place",
            nu(TANH, "t; t *= R / 2"),
            "changes the arrays it is given",
        ),
        (
            "rates swapped",
            (
                "def riccati_nu(t, nu0, s, delta, *, eta_w=1.0, eta_a=1.0):\n"
                "    eta_w, eta_a = eta_a, eta_w"
            )
            + nu(TANH).split("eta_a=1.0):")[1],
            "learning rates look swapped",
        ),
        (
            "rates forgotten",
            ("def riccati_nu(t, nu0, s, delta, *, eta_w=1.0, eta_a=1.0):\n    eta_w = eta_a = 1.0")
            + nu(TANH).split("eta_a=1.0):")[1],
            "learning rates are forgotten",
        ),
        (
            "other order of arguments",
            nu(TANH).replace("(t, nu0, s, delta,", "(t, s, nu0, delta,"),
            "nu0 and s are exchanged",
        ),
        ("no parentheses", nu(TANH.replace("/ (R + ", "/ R + (")), "needs parentheses"),
        ("tan", nu(TANH.replace("np.tanh", "np.tan")), "this is tan, not tanh"),
        ("upside down", nu(f"1 / ({TANH})"), "this is one over nu"),
        ("no nu0", nu(TANH.replace("nu0 * (R", "(R")), "nu0 is missing in front"),
        ("half R", nu(TANH, "R * t / 2; R = R / 2"), "multiplied by R itself"),
        ("nu0 squared", nu(TANH.replace("eta_a * nu0", "eta_a * nu0**2")), "is not squared"),
        ("sign lost", nu(f"np.abs({TANH})"), "the sign of nu is lost"),
        ("x is t", nu(TANH, "t"), "here it is t"),
        (
            "one bracket for all",
            nu(TANH.replace("(R - delta * np.tanh(x))", "(R - delta) * np.tanh(x)")),
            "already at t = 0 it is not nu0",
        ),
        (
            "Euler's steps",
            "def riccati_nu(t, nu0, s, delta, *, eta_w=1.0, eta_a=1.0):\n"
            "    out, nu, n = [], nu0, 0\n    for x in t:\n        while n * 1e-3 < min(x, 9):\n"
            "            nu, n = nu + 1e-3 * (eta_w * s**2 - delta * nu - eta_a * nu**2), n + 1\n"
            "        out.append(nu)\n    return out",
            "was it simulated with finite steps",
        ),
    ],
    "02.3": [
        (
            "v without the part across",
            solution().replace(" + np.sum(rest**2) * D", ""),
            "v lacks its last term",
        ),
        (
            "length not squared",
            solution().replace("np.sum(rest**2) * D", "np.sum(rest**2) ** 0.5 * D"),
            "|w_perp| squared",
        ),
        (
            "v without its 1",
            solution().replace("v = E**2 + ", "v = "),
            "v begins with a 1",
        ),
        (
            "v without c_-",
            solution().replace(" + cm**2 * (E**2 - E**4) / 2 / k", ""),
            "its term with c_-^2",
        ),
        (
            "kappa for 2 kappa",
            solution().replace("/ 2 / k + ", "/ k + "),
            "the denominators in v are 2 kappa",
        ),
        ("no root of v", solution().replace("np.sqrt(v)", "v"), "the root of v is missing"),
        (
            "eigenvectors exchanged",
            solution().replace("x, y =", "y, x ="),
            "A and B are exchanged",
        ),
        ("sign of c_-", solution().replace("x * q0 - y * P", "x * q0 + y * P"), "c_- should begin"),
        (
            "E not squared",
            solution().replace("y * E**2, cp", "y * E, cp").replace("cm * x * E**2", "cm * x * E"),
            "E should be squared",
        ),
        ("quarter missing", solution(k="np.hypot(delta, s)"), "the quarter is missing"),
        ("along b", solution().replace("P = n @ w", "P = b @ w"), "along the unit vector"),
        ("all of w across", solution().replace("w - P * n", "w"), "here it is all of w_0"),
        ("fades by delta/2", solution(fade="np.exp(-delta * t / 2)"), "the rate is A"),
        ("units kept", solution().replace("W / eta_a**0.5", "W"), "the canonical variable"),
        (
            "uncrossed",
            solution()
            .replace(
                "w, q0, b = eta_a**0.5 * w0, eta_w**0.5 * a0",
                "w, q0, b = eta_w**0.5 * w0, eta_a**0.5 * a0",
            )
            .replace("W / eta_a**0.5", "W / eta_w**0.5")
            .replace("/ eta_w**0.5}", "/ eta_a**0.5}"),
            "learning rates look swapped",
        ),
        (
            "target without rates",
            solution().replace("(eta_a * eta_w) ** 0.5 * beta_star", "beta_star"),
            "the target has both rates",
        ),
        (
            "delta without rates",
            solution().replace("q0**2 - np.sum(w**2)", "a0**2 - np.sum(w0**2)"),
            "the rates are missing in it",
        ),
        (
            "minus delta",
            solution().replace("q0**2 - np.sum(w**2)", "np.sum(w**2) - q0**2"),
            "the sign of delta",
        ),
        ("overflow", OVERFLOW, "exponentials overflow"),
        ("sign frozen", solution(a=FROZEN_SIGN), "sign is that of the start"),
        ("across frozen", solution(fade="np.exp((delta / 2 - A) * t)"), "should fade"),
        ("time off by 2", solution(before="t = 2 * t"), "twice as fast"),
        ("delta zero", solution(spread="(1 - np.exp(-rate * t)) / rate"), "zero by zero"),
        (
            "rates swapped",
            solution(rates="eta_w, eta_a = eta_a, eta_w"),
            "learning rates look swapped",
        ),
        ("rates forgotten", solution(rates="eta_w = eta_a = 1.0"), "rates are forgotten"),
        (
            "a tuple",
            solution()
            .replace('return {"w": W / eta_a**0.5, "a": (q', "return (W / eta_a**0.5, (q")
            .replace("/ eta_w**0.5}", "/ eta_w**0.5)"),
            "return a dictionary",
        ),
        ("other keys", solution().replace('"w": W', '"W": W'), "the key 'w' is missing"),
        (
            "transposed",
            solution().replace('"w": W / eta_a**0.5', '"w": W.T / eta_a**0.5'),
            "is it transposed?",
        ),
        (
            "three dimensions",
            solution().replace("return {", "W = W.reshape(-1, 3); return {"),
            "a fixed number",
        ),
        (
            "beta for w",
            solution().replace(
                '"w": W / eta_a**0.5', '"w": W * (q / np.sqrt(v))[:, None] / (eta_a * eta_w) ** 0.5'
            ),
            "beta = a w, not w",
        ),
        (
            "in place",
            solution(
                before="w0 *= 1.0; w0 += 0.0; t *= 2; t /= 2; beta_star *= 2; "
                "beta_star /= 2; w0 /= 3; w0 *= 2; w0 *= 1.5 + 1e-9"
            ),
            "changes the arrays it is given",
        ),
        (
            "sign in P",
            solution().replace("cp * x - cm * y", "cp * x + cm * y"),
            "a minus sign in the line of P",
        ),
        (
            "sign in q",
            solution().replace("cp * y + cm * x", "cp * y - cm * x"),
            "a plus sign in the line of q",
        ),
        ("n is beta*", solution().replace("n = b / s", "n = beta_star"), "here it is beta*"),
        ("fades by B", solution(fade="np.exp(-B * t)"), "here it is e^(-B t)"),
        ("1 not divided", solution().replace("v = E**2 +", "v = 1 +"), "its 1 is divided too"),
        (
            "A and B by |delta|",
            solution().replace(
                "k + delta / 2, k - delta / 2", "k + abs(delta) / 2, k - abs(delta) / 2"
            ),
            "the smaller one for delta < 0",
        ),
        (
            "c_+ not squared",
            solution().replace("cp**2 * (1 - E**2)", "cp * (1 - E**2)"),
            "squares of c_+",
        ),
        (
            "no root of the rates",
            solution().replace("(eta_a * eta_w) ** 0.5 * beta_star", "eta_a * eta_w * beta_star"),
            "here the root is missing",
        ),
        ("units multiplied", solution().replace("W / eta_a", "W * eta_a"), "not multiplied"),
        (
            "across as a length",
            solution().replace(
                "np.outer(np.exp(-A * t), rest)", "np.exp(-A * t)[:, None] * np.sum(rest**2) ** 0.5"
            ),
            "already at t = 0 it is not the start",
        ),
        (
            "exactly zero",
            solution(spread="-np.expm1(-rate * t) / rate if rate > 0 else t * np.nan"),
            "zero by zero",
        ),
        (
            "Euler's steps",
            "def exact_solution(t, w0, a0, beta_star, *, eta_w=1.0, eta_a=1.0):\n"
            "    w, a, n, W, A = 1.0 * w0, a0, 0, [], []\n    for x in t:\n"
            "        while n < 1000 * min(x, 9):\n            g = a * w - beta_star\n"
            "            w, a = w - 1e-3 * eta_w * a * g, a - 1e-3 * eta_a * (w @ g)\n"
            "            n += 1\n        W.append(w); A.append(a)\n"
            "    return {'w': W, 'a': A}",
            "integrated with finite steps",
        ),
    ],
    "02.4": [
        ("no identity", metric("eta_w * a**2 + eta_a * np.outer(w, w)"), "use np.eye"),
        (
            "rates forgotten",
            metric("a**2 * np.eye(len(w)) + np.outer(w, w)"),
            "rates are forgotten",
        ),
        (
            "rates swapped",
            metric("eta_a * a**2 * np.eye(len(w)) + eta_w * np.outer(w, w)"),
            "eta_a goes with w w^T",
        ),
        (
            "one rate",
            metric("eta_w * (a**2 * np.eye(len(w)) + np.outer(w, w))"),
            "both terms have the rate of the weights",
        ),
        (
            "eta_a forgotten",
            metric("eta_w * a**2 * np.eye(len(w)) + np.outer(w, w)"),
            "eta_a is forgotten",
        ),
        (
            "rates squared",
            metric("eta_w**2 * a**2 * np.eye(len(w)) + eta_a**2 * np.outer(w, w)"),
            "should not be squared",
        ),
        (
            "roots of rates",
            metric("eta_w**0.5 * a**2 * np.eye(len(w)) + eta_a**0.5 * np.outer(w, w)"),
            "without a root",
        ),
        (
            "no outer product",
            metric("eta_w * a**2 * np.eye(len(w))"),
            "outer product w w^T is missing",
        ),
        ("needle only", metric("eta_a * np.outer(w, w)"), "multiple of the identity is missing"),
        (
            "inner product",
            metric("eta_w * a**2 * np.eye(len(w)) + eta_a * (w @ w)"),
            "not the number w.w",
        ),
        (
            "inner product on the diagonal",
            metric("(eta_w * a**2 + eta_a * (w @ w)) * np.eye(len(w))"),
            "taken the place of the matrix",
        ),
        (
            "w w.T",
            metric("eta_w * a**2 * np.eye(len(w)) + eta_a * w * w.T"),
            "multiplies entry by entry",
        ),
        (
            "diagonal",
            metric("np.diag(eta_w * a**2 + eta_a * w**2)"),
            "only the diagonal of w w^T",
        ),
        (
            "a not squared",
            metric("eta_w * a * np.eye(len(w)) + eta_a * np.outer(w, w)"),
            "a should be squared",
        ),
        (
            "unit direction",
            metric("eta_w * a**2 * np.eye(len(w)) + eta_a * np.outer(w, w) / (w @ w)"),
            "divided by |w|^2",
        ),
        (
            "minus M",
            metric("-(eta_w * a**2 * np.eye(len(w)) + eta_a * np.outer(w, w))"),
            "the minus sign is in front of M already",
        ),
        (
            "subtracted",
            metric("eta_w * a**2 * np.eye(len(w)) - eta_a * np.outer(w, w)"),
            "added, not subtracted",
        ),
        (
            "a^2 on both",
            metric("a**2 * (eta_w * np.eye(len(w)) + eta_a * np.outer(w, w))"),
            "a^2 multiplies the identity only",
        ),
        (
            "three dimensions",
            metric("eta_w * a**2 * np.eye(3) + eta_a * np.outer(w, w)"),
            "a fixed number",
        ),
        ("a vector", metric("eta_w * a**2 * w + eta_a * (w @ w) * w"), "expected shape (3, 3)"),
        ("nothing", metric("None"), "nothing came back"),
        (
            "in place",
            "def ntk_matrix(w, a, *, eta_w=1.0, eta_a=1.0):\n    w *= eta_a**0.5\n"
            "    return eta_w * a**2 * np.eye(len(w)) + np.outer(w, w)",
            "changes the arrays it is given",
        ),
        (
            "order of arguments",
            metric("eta_w * a**2 * np.eye(len(w)) + eta_a * np.outer(w, w)").replace(
                "(w, a,", "(a, w,"
            ),
            "TypeError was raised",
        ),
        (
            "a on the needle",
            metric("eta_w * a**2 * np.eye(len(w)) + eta_a * a * np.outer(w, w)"),
            "the factor of w w^T is not",
        ),
        (
            "the identity added",
            metric("eta_w * a**2 + np.eye(len(w)) + eta_a * np.outer(w, w)"),
            "not made of the identity and of w w^T alone",
        ),
        (
            "product of the rates",
            metric("eta_w * eta_a * (a**2 * np.eye(len(w)) + np.outer(w, w))"),
            "the factors of both are off",
        ),
        (
            "across only",
            metric(
                "eta_w * a**2 * (np.eye(len(w)) - np.outer(w, w) / (w @ w)) "
                "+ eta_a * np.outer(w, w)"
            ),
            "the factor of w w^T is not",
        ),
        (
            "cubed",
            metric("eta_w * a**3 * np.eye(len(w)) + eta_a * np.outer(w, w)"),
            "the factor of the identity is not",
        ),
    ],
    "02.5": [
        ("rates swapped", start(FOURTH.replace("eta_a / eta_w", "eta_w / eta_a")), "look swapped"),
        ("rates forgotten", start(FOURTH.replace("* eta_a / eta_w ", "")), "are forgotten"),
        ("eta_a forgotten", start(FOURTH.replace("* eta_a / eta_w ", "/ eta_w ")), "eta_a is"),
        ("eta_w forgotten", start(FOURTH.replace("eta_a / eta_w ", "eta_a ")), "eta_w is"),
        (
            "turned round",
            start(FOURTH.replace("share / (1 - share)", "(1 - share) / share")),
            "the share is upside down",
        ),
        (
            "of m_minus",
            start(FOURTH.replace("share / (1 - share)", "share")),
            "along beta the speed is m_+ + m_-",
        ),
        (
            "of m_minus, turned round",
            start(FOURTH.replace("share / (1 - share)", "1 / share")),
            "m_- has this share of the other",
        ),
        (
            "one less the share",
            start(FOURTH.replace("share / (1 - share)", "(1 - share)")),
            "here it is 1 - share",
        ),
        ("a square root", start(FOURTH.replace("0.25", "0.5")), "this is a^2, not a"),
        ("no root", start(FOURTH.replace("0.25", "1")), "this is a^4, not a"),
        ("size not squared", start(FOURTH.replace("size**2", "size")), "the square of |beta|"),
        (
            "balanced",
            start("(eta_a / eta_w * size**2) ** 0.25"),
            "the balanced neuron, whatever the share",
        ),
        ("negative", start(f"-{FOURTH}"), "a should be positive"),
        ("w is beta", start(FOURTH, w="beta"), "w is beta itself"),
        ("w of length 1", start(FOURTH, w="beta / size"), "w has length 1"),
        ("w is beta a", start(FOURTH, w="beta * a"), "w is beta times a"),
        ("exchanged", start(FOURTH, back="a, w"), "look exchanged"),
        ("a alone", start(FOURTH, back="a"), "expected 2 things"),
        ("a dictionary", start(FOURTH, back="{'w': w, 'a': a}"), "expected 2 things"),
        ("nothing", start(FOURTH, back="None"), "nothing came back"),
        (
            "speeds without squares",
            start("(share / (1 - share) * (eta_a / eta_w) ** 0.5 * size) ** 0.5"),
            "here the share is made of their roots",
        ),
        (
            "ends allowed",
            start(FOURTH, refuse="if not 0 <= share <= 1:\n        raise ValueError('share')"),
            "expected ValueError",
        ),
        (
            "only negative refused",
            start(FOURTH, refuse="if share <= 0:\n        raise ValueError('share')"),
            "a share of 1",
        ),
        ("nothing refused", start(FOURTH, refuse="pass"), "expected ValueError"),
        (
            "refused beyond one half",
            start(FOURTH, refuse="if not 0 < share <= 0.5:\n        raise ValueError('share')"),
            "this one exists",
        ),
        (
            "in place",
            start(FOURTH, w="np.divide(beta, a, out=beta)"),
            "changes the arrays it is given",
        ),
        (
            "product of the rates",
            start(FOURTH.replace("eta_a / eta_w", "eta_a * eta_w")),
            "the rates are multiplied",
        ),
        (
            "sum of the entries",
            start(FOURTH.replace("size**2", "np.sum(beta) ** 2")),
            "the entries of beta are summed",
        ),
        ("entries", start(FOURTH.replace("size**2", "beta**2")), "use its size |beta|"),
        ("w too short", start(FOURTH, w="beta / a**2"), "w is not beta / a"),
        ("first axis", start(FOURTH, w="np.eye(len(beta))[0] * size / a"), "w is not beta / a"),
        (
            "R of the balanced neuron",
            start(
                "np.sqrt(((2 * share - 1) + np.sqrt((2 * share - 1) ** 2 + 1)) "
                "* size * np.sqrt(eta_a / eta_w))"
            ),
            "R contains delta too",
        ),
        ("a is the share", start("share"), "turns it at another share"),
    ],
    "02.6": [
        (
            "no half",
            distance("return np.sum((K1 / np.linalg.norm(K1) - K2 / np.linalg.norm(K2))**2)"),
            "factor 1/2 is missing",
        ),
        (
            "not squared",
            distance("return np.linalg.norm(K1 / np.linalg.norm(K1) - K2 / np.linalg.norm(K2))"),
            "should be squared and halved",
        ),
        (
            "half, not squared",
            distance(
                "return 0.5 * np.linalg.norm(K1 / np.linalg.norm(K1) - K2 / np.linalg.norm(K2))"
            ),
            "should be squared",
        ),
        (
            "matrix product",
            distance("return 1 - np.sum(K1 @ K2) / np.linalg.norm(K1) / np.linalg.norm(K2)"),
            "multiplies entry by entry",
        ),
        (
            "spectral",
            distance("return 1 - np.sum(K1 * K2) / np.linalg.norm(K1, 2) / np.linalg.norm(K2, 2)"),
            "not the largest singular value",
        ),
        (
            "spectral, half square",
            distance(
                "return np.sum((K1 / np.linalg.norm(K1, 2) - K2 / np.linalg.norm(K2, 2))**2) / 2"
            ),
            "the largest singular value",
        ),
        (
            "spectral norm of the difference",
            distance(
                "D = K1 / np.linalg.norm(K1) - K2 / np.linalg.norm(K2); "
                "return np.linalg.norm(D, 2)**2 / 2"
            ),
            "spectral norm of the difference",
        ),
        (
            "nuclear",
            distance(
                "return 1 - np.sum(K1 * K2) / np.linalg.norm(K1, 'nuc') / np.linalg.norm(K2, 'nuc')"
            ),
            "not the sum of singular values",
        ),
        (
            "trace",
            distance("return 1 - np.sum(K1 * K2) / np.trace(K1) / np.trace(K2)"),
            "for a kernel its trace",
        ),
        (
            "means removed",
            distance(
                "H = np.eye(len(K1)) - 1 / len(K1); K1, K2 = H @ K1 @ H, H @ K2 @ H; "
                "return 1 - np.sum(K1 * K2) / np.linalg.norm(K1) / np.linalg.norm(K2)"
            ),
            "do not center",
        ),
        (
            "similarity",
            distance("return np.sum(K1 * K2) / np.linalg.norm(K1) / np.linalg.norm(K2)"),
            "this is the similarity",
        ),
        ("no norms", distance("return 1 - np.sum(K1 * K2)"), "not divided by the norms"),
        (
            "relative change",
            distance("return np.linalg.norm(K2 - K1) / np.linalg.norm(K1)"),
            "the relative change",
        ),
        (
            "norm of the first",
            distance("return 0.5 * np.sum((K1 - K2)**2) / np.linalg.norm(K1)**2"),
            "divided by the norm of the first",
        ),
        (
            "angle",
            distance("return np.arccos(np.sum(K1 * K2) / np.linalg.norm(K1) / np.linalg.norm(K2))"),
            "the angle itself",
        ),
        (
            "mean for sum",
            distance(
                "return 0.5 * np.mean((K1 / np.linalg.norm(K1) - K2 / np.linalg.norm(K2))**2)"
            ),
            "the mean of the squares",
        ),
        (
            "absolute values",
            distance("return 0.5 * np.sum(abs(K1 / np.linalg.norm(K1) - K2 / np.linalg.norm(K2)))"),
            "absolute values",
        ),
        (
            "rows apart",
            distance(
                "return 0.5 * np.sum((K1 / np.linalg.norm(K1, axis=1, keepdims=True) "
                "- K2 / np.linalg.norm(K2, axis=1, keepdims=True))**2)"
            ),
            "each row has been normalized by itself",
        ),
        (
            "a number for each column",
            distance("return 0.5 * sum((K1 / np.linalg.norm(K1) - K2 / np.linalg.norm(K2))**2)"),
            "expected a single number",
        ),
        (
            "in place",
            distance(
                "K1 /= np.linalg.norm(K1); K2 /= np.linalg.norm(K2); "
                "return 0.5 * np.sum((K1 - K2)**2)"
            ),
            "changes the arrays it is given",
        ),
        ("nothing", distance("D = np.sum((K1 - K2)**2)"), "nothing came back"),
        (
            "one minus",
            distance("return 1 - np.sum(K1 * K2) / (np.linalg.norm(K1) * np.linalg.norm(K2))"),
            "one minus a number next to one keeps",
        ),
        (
            "clipped",
            distance(
                "return max(0, 1 - np.sum(K1 * K2) / (np.linalg.norm(K1) * np.linalg.norm(K2)))"
            ),
            "no right digits",
        ),
        (
            "rounded",
            distance(
                "D = K1 / np.linalg.norm(K1) - K2 / np.linalg.norm(K2); "
                "return round(0.5 * np.sum(D**2), 12)"
            ),
            "no right digits",
        ),
        (
            "normalized too late",
            distance("return 0.5 * np.sum((K1 - K2)**2) / np.linalg.norm(K1) / np.linalg.norm(K2)"),
            "normalized after they are subtracted",
        ),
        (
            "halved twice",
            distance("return (1 - np.sum(K1 * K2) / np.linalg.norm(K1) / np.linalg.norm(K2)) / 2"),
            "halved twice",
        ),
        (
            "a root",
            distance(
                "return np.sqrt(1 - np.sum(K1 * K2) / np.linalg.norm(K1) / np.linalg.norm(K2))"
            ),
            "S has no root",
        ),
        (
            "norm of the first twice",
            distance("return 1 - np.sum(K1 * K2) / np.linalg.norm(K1)**2"),
            "both norms are those of the first",
        ),
        (
            "largest entry",
            distance("return 0.5 * np.sum((K1 / np.max(K1) - K2 / np.max(K2))**2)"),
            "divided by its largest entry",
        ),
        (
            "added",
            distance("return 0.5 * np.sum((K1 / np.linalg.norm(K1) + K2 / np.linalg.norm(K2))**2)"),
            "subtracted, not added",
        ),
        (
            "upper triangle",
            distance(
                "i = np.triu_indices(len(K1)); a, b = K1[i], K2[i]; "
                "return 0.5 * np.sum((a / np.linalg.norm(a) - b / np.linalg.norm(b))**2)"
            ),
            "on and above the diagonal",
        ),
        (
            "four samples",
            distance(
                "D = K1 / np.linalg.norm(K1) - K2 / np.linalg.norm(K2); "
                "return 0.5 * sum(D[i, j]**2 for i in range(4) for j in range(4))"
            ),
            "only the first four samples",
        ),
        (
            "frob",
            distance("return 1 - np.sum(K1 * K2) / np.linalg.norm(K1, 'frob')"),
            "with 'fro'",
        ),
    ],
    "02.7": [
        ("as it was", slip(both=f"m * n * {COS}"), "this is the draft as it was"),
        ("parallel", slip(shows=PARALLEL), "the two w are parallel"),
        ("right angles", slip(shows=SQUARE), "the two w are at right angles"),
        ("large readouts", slip(shows=LARGE), "the readouts are so large"),
        ("a small angle", slip(shows=FAINT), "try other angles"),
        ("one dimension", slip(shows=FLAT), "in one dimension"),
        ("no weights", slip(shows="np.zeros(2), 1.0, np.ones(2), 0.1"), "one w is 0"),
        ("nothing at all", slip(shows="np.zeros(2), 0.0, np.ones(2), 0.1"), "are all 0"),
        ("a path", slip(shows="np.ones(2), 0.1, np.ones((3, 2)), np.ones(3)"), "a1"),
        ("other lengths", slip(shows="np.ones(2), 0.1, np.arange(3.0), 0.1"), "of one length"),
        ("S in place of inputs", slip(shows="0.25"), "expected 4 things"),
        ("no inputs", slip(shows="None"), "nothing came back"),
        (
            "cosine with its sign",
            slip(both="m * n * (w_t @ w0) / (m * n / eta_a**2) ** 0.5"),
            "to the one with -w",
        ),
        ("fourth power", slip(both=f"m * n * ({COS}) ** 4"), "not to what the trace gives"),
        ("root", slip(both=f"m * n * ({COS}) ** 0.5"), "not to what the trace gives"),
        ("no angle", slip(both="m * n"), "knows nothing of their angle"),
        ("no last term", slip(both="0"), "S from a neuron to itself"),
        ("the sine", slip(both=f"m * n * (1 - ({COS}) ** 2)"), "S from a neuron to itself"),
        ("without eta_a", slip(both="(w_t @ w0) ** 2"), "has eta_a squared"),
        ("eta_a once", slip(both="eta_a * (w_t @ w0) ** 2"), "one eta_a is missing"),
        ("no cross terms", slip(cross="0"), "S from a neuron to itself"),
        ("no cross terms anywhere", slip(cross="0", two="0"), "cross terms"),
        ("one cross term in the norms", slip(two="1"), "S from a neuron to itself"),
        ("one for d", slip(d="1"), "the trace of the identity is d"),
        ("two for d", slip(d="2"), "dimension is written as a fixed number"),
        ("the number of times for d", slip(d="len(w_t)"), "not the number of times"),
        ("summed over all axes", slip(n="eta_a * np.sum(w_t**2)"), "S from a neuron to itself"),
        ("rates swapped", slip(rates="eta_w, eta_a = eta_a, eta_w"), "look swapped"),
        ("rates forgotten", slip(rates="eta_w = eta_a = 1.0"), "rates are forgotten"),
        ("similarity", slip(back="inner / np.sqrt(one * other)"), "S from a neuron to itself"),
        (
            "the last time only",
            slip(back="float((1 - inner / np.sqrt(one * other))[-1])"),
            "expected shape (3,)",
        ),
        (
            "NaN at w = 0",
            slip(both=f"m * n * ({COS}) ** 2"),
            "zero by zero there, and the trace needs none",
        ),
        (
            "in place",
            slip(rates="w_t *= eta_a**0.5; w0 *= eta_a**0.5; eta_a = 1.0"),
            "changes the arrays it is given",
        ),
        ("the same neuron", slip(shows="np.ones(2), 0.1, np.ones(2), 0.1"), "are parallel"),
        ("unknown names", slip(shows="one, 0.1, two, 0.1"), "in the cell of the answer"),
        ("both w first", slip(shows="np.ones(2), np.ones(2), 0.1, 0.1"), "a0: expected a single"),
        (
            "one rate of the other",
            slip(both="eta_a * eta_w * (w_t @ w0) ** 2"),
            "one rate is eta_w",
        ),
        ("a rate forgotten", slip(n="np.sum(w_t**2, axis=-1)"), "eta_a is missing in m_-"),
        ("halved", slip(back="0.5 * (1 - inner / np.sqrt(one * other))"), "is not halved"),
        ("first norm twice", slip(back="1 - inner / one"), "each norm with its own neuron"),
        ("one dimension more", slip(d="len(w0) + 1"), "compare its four traces"),
        ("first axis", slip(n="eta_a * np.sum(w_t**2, axis=0)"), "do the shapes fit?"),
    ],
}

RIGHT = {
    "02.1": [
        ("eigenvectors", whiten(f"G = X.T @ X; {EIGEN}; return X @ T, T")),
        (
            "scipy",
            whiten(
                "from scipy.linalg import fractional_matrix_power as power; "
                "T = np.real(power(X.T @ X, -0.5)); return [X @ T, T]"
            ),
        ),
        (
            "polar, loops",
            whiten(
                "U, s, Vt = np.linalg.svd(X, full_matrices=False); "
                "T = sum(np.outer(v, v) / z for v, z in zip(Vt, s)); return U @ Vt, "
                "T.tolist()"
            ),
        ),
    ],
    "02.2": [
        ("tanh", nu(TANH)),
        (
            "loop and list",
            (
                "def riccati_nu(t, nu0, s, delta, *, eta_w=1.0, eta_a=1.0):\n"
                "    R = (delta**2 + 4 * eta_a * eta_w * s**2) ** 0.5\n"
                f"    return [{TANH} for x in R * t / 2]"
            ),
        ),
        (
            "exponentials",
            nu(
                (
                    "(nu0 * (R * (1 + z) - delta * (1 - z)) + 2 * eta_w * s**2 * (1 - z)) "
                    "/ (R * (1 + z) + (delta + 2 * eta_a * nu0) * (1 - z))"
                ),
                "R * t / 2\n    z = np.exp(-R * t)",
            ),
        ),
        (
            "torch, float32",
            (
                "def riccati_nu(t, nu0, s, delta, *, eta_w=1.0, eta_a=1.0):\n    import torch\n"
                "    t = torch.tensor(t, dtype=torch.float32)\n"
                "    R = (delta**2 + 4 * eta_a * eta_w * s**2) ** 0.5\n"
                "    h = torch.tanh(R * t / 2)\n"
                "    return ((nu0 * (R - delta * h) + 2 * eta_w * s**2 * h) "
                "/ (R + (delta + 2 * eta_a * nu0) * h)).numpy()"
            ),
        ),
    ],
    "02.3": [
        ("in four blocks", solution()),
        ("a matrix of d + 1", EIGEN_SOLUTION),
        (
            "lists",
            solution().replace(
                '"a": (q / np.sqrt(v)) / eta_w**0.5', '"a": list((q / np.sqrt(v)) / eta_w**0.5)'
            ),
        ),
    ],
    "02.4": [
        ("outer", metric("eta_w * a**2 * np.eye(len(w)) + eta_a * np.outer(w, w)")),
        (
            "broadcast",
            metric("np.diag(np.full(w.size, eta_w * a * a)) + eta_a * w[:, None] * w[None, :]"),
        ),
        (
            "float32",
            metric("(eta_w * a**2 * np.eye(len(w)) + eta_a * np.outer(w, w)).astype(np.float32)"),
        ),
        (
            "lists",
            metric(
                "[[eta_a * p * q + (eta_w * a**2 if i == j else 0) for j, q in enumerate(w)] "
                "for i, p in enumerate(w)]"
            ),
        ),
    ],
    "02.5": [
        ("as in the text", start(FOURTH)),
        (
            "by way of delta",
            """
def design_start(beta, share, *, eta_w=1.0, eta_a=1.0):
    if share <= 0 or share >= 1:
        raise ValueError("no neuron has this share")
    unit = np.sqrt(eta_a * eta_w) * np.linalg.norm(beta)
    delta = unit * (2 * share - 1) / np.sqrt(share * (1 - share))
    return conserved.init_from_delta(beta, delta, eta_w=eta_w, eta_a=eta_a)
""",
        ),
        (
            "in canonical variables, lists",
            """
def design_start(beta, share, *, eta_w=1.0, eta_a=1.0):
    if not (share > 0 and 1 - share > 0):
        raise ValueError
    size = sum(x * x for x in beta) ** 0.5 * (eta_a * eta_w) ** 0.5
    plus = size * (share / (1 - share)) ** 0.5
    a = (plus / eta_w) ** 0.5
    return [[x / a for x in beta], np.array(a)]
""",
        ),
        ("float32", start(FOURTH, back="np.float32(w), np.float32(a)")),
    ],
    "02.6": [
        (
            "half square",
            distance(
                "A, B = K1 / np.linalg.norm(K1), K2 / np.linalg.norm(K2); "
                "return np.sum((A - B)**2) / 2"
            ),
        ),
        (
            "flat",
            distance(
                "a, b = np.ravel(K1), np.ravel(K2); d = a / np.sqrt(a @ a) - b "
                "/ np.sqrt(b @ b); return float(d @ d) / 2"
            ),
        ),
        (
            "trace",
            distance(
                "D = K1 / np.sqrt(np.trace(K1.T @ K1)) - K2 / np.sqrt(np.trace(K2.T @ K2)); "
                "return 0.5 * np.trace(D.T @ D)"
            ),
        ),
        (
            "torch",
            distance(
                "import torch\n    A, B = torch.tensor(K1), torch.tensor(K2)\n"
                "    return 0.5 * float(((A / A.norm() - B / B.norm())**2).sum())"
            ),
        ),
    ],
    "02.7": [
        ("mended", slip()),
        (
            "the draft, squared",
            slip(
                both=(
                    "m * n * np.divide((w_t @ w0)**2, np.sum(w0**2) * np.sum(w_t**2, axis=-1), "
                    "out=np.zeros(len(w_t)), where=m * n > 0)"
                )
            ),
        ),
        (
            "matrices, a list; in three dimensions",
            (
                "def where_it_shows():\n    return [[1, 2, 2], 0, [3, 0, 0.0], 0.0]\n\n"
                "def find_the_slip(w0, a0, w_t, a_t, *, eta_w=1.0, eta_a=1.0):\n"
                "    M = lambda w, a: eta_w * a**2 * np.eye(len(w)) + eta_a * np.outer(w, w)\n"
                "    A = M(w0, a0)\n    out = []\n    for w, a in zip(w_t, a_t):\n"
                "        B = M(w, a)\n"
                "        out.append(1 - np.sum(A * B) / np.linalg.norm(A) / np.linalg.norm(B))\n"
                "    return out"
            ),
        ),
        (
            "clipped, float32",
            slip(back="np.float32(np.maximum(0, 1 - inner / np.sqrt(one * other)))"),
        ),
    ],
}

RIGHT_02_1 = """
def whiten(X):
    if np.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError("X has a rank below d")
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    T = Vt.T @ np.diag(1 / s) @ Vt
    return X @ T, T
"""

RIGHT_02_2 = """
def riccati_nu(t, nu0, s, delta, *, eta_w=1.0, eta_a=1.0):
    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * s**2)
    th = np.tanh(R * np.asarray(t) / 2)
    return (nu0 * (R - delta * th) + 2 * eta_w * s**2 * th) / (R + (delta + 2 * eta_a * nu0) * th)
"""

TYPED = {  # what was typed against the released copies, and was not told its cause
    "02.3": [
        (
            "sign of a0",
            solution(rates="a0 = np.sqrt(a0**2)"),
            "a0 is negative, and its sign is lost",
        ),
    ],
    "02.1": [
        (
            "a little added",
            swapped(RIGHT_02_1, ("1 / s)", "1 / np.sqrt(s**2 + 1e-3))")),
            "is a small number added",
        ),
        (
            "U used",
            swapped(
                RIGHT_02_1,
                (
                    "Vt.T @ np.diag(1 / s) @ Vt",
                    "U.T[:X.shape[1],:X.shape[1]] @ np.diag(1 / s) @ Vt",
                ),
            ),
            "is missing, or multiplied entry by entry?",
        ),
        (
            "elementwise 1/s *",
            swapped(RIGHT_02_1, ("@ np.diag(1 / s) @ Vt", "* (1 / s) * Vt")),
            "is missing, or multiplied entry by entry?",
        ),
        (
            "pinv",
            swapped(RIGHT_02_1, ("T = Vt.T @ np.diag(1 / s) @ Vt", "T = np.linalg.pinv(X)")),
            "by a matrix of the shape of its pseudo-inverse",
        ),
        (
            "abs eig",
            swapped(
                RIGHT_02_1,
                (
                    "T = Vt.T @ np.diag(1 / s) @ Vt",
                    "l, V = np.linalg.eigh(X.T @ X)\n    T = V.T @ np.diag(1 / np.sqrt(l)) @ V",
                ),
            ),
            "but along other axes: which turn comes first?",
        ),
    ],
    "02.2": [
        (
            "minus under the root",
            swapped(RIGHT_02_2, ("delta**2 + 4", "delta**2 - 4")),
            "both terms are positive",
        ),
        (
            "fixed points without eta_a",
            """
def riccati_nu(t, nu0, s, delta, *, eta_w=1.0, eta_a=1.0):
    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * s**2)
    up, low = (R - delta) / 2, (-R - delta) / 2
    E = (nu0 - up) / (nu0 - low) * np.exp(-R * np.asarray(t))
    return (up - low * E) / (1 - E)
""",
            "here eta_a is missing",
        ),
        (
            "loop float th[0]",
            swapped(RIGHT_02_2, ("return (", "th = th[-1]\n    return (")),
            "it summed over, or is only one entry returned?",
        ),
        (
            "nan_to_num",
            swapped(
                RIGHT_02_2,
                (
                    "th = np.tanh(R * np.asarray(t) / 2)",
                    "x = R * np.asarray(t) / 2; th = np.nan_to_num(np.sinh(x)/np.cosh(x))",
                ),
            ),
            "at (R - delta) / (2 eta_a), and here it has not",
        ),
        (
            "clipped to fixed points",
            swapped(
                RIGHT_02_2,
                ("return (nu0", "nu = (nu0"),
                (" * th)\n", " * th)\n    return np.minimum(nu, (R - delta) / 2 / eta_a)\n"),
            ),
            "a start may lie above the upper fixed point",
        ),
        (
            "starts at t[0]",
            swapped(RIGHT_02_2, ("np.asarray(t) / 2", "(np.asarray(t) - t[0]) / 2")),
            "nu is nu0; the first time asked for is 0.2",
        ),
    ],
    "02.4": [
        (
            "first term halved",
            metric("0.5 * eta_w * a**2 * np.eye(len(w)) + eta_a * np.outer(w, w)"),
            "the factor of the identity is not",
        ),
        (
            "trace",
            """
def ntk_matrix(w, a, *, eta_w=1.0, eta_a=1.0):
    return np.trace(eta_w*a**2*np.eye(len(w))+eta_a*np.outer(w,w))
""",
            "number); was it summed up to a single number?",
        ),
        (
            "flattened",
            """
def ntk_matrix(w, a, *, eta_w=1.0, eta_a=1.0):
    return (eta_w*a**2*np.eye(len(w))+eta_a*np.outer(w,w)).ravel()
""",
            "is right, but not their arrangement in rows",
        ),
    ],
    "02.5": [
        (
            "shape a",
            """
def design_start(beta, share, *, eta_w=1.0, eta_a=1.0):
    if not 0 < share < 1:
        raise ValueError("share: no neuron with beta other than 0 has it")
    ratio = share / (1 - share)
    a = (ratio * eta_a / eta_w * np.linalg.norm(beta) ** 2) ** 0.25
    return beta / a, np.array([a])
""",
            "(1,) and dtype float64; take its only entry",
        ),
    ],
    "02.6": [
        (
            "eigenvalues",
            distance(
                "a, b = np.linalg.eigvalsh(K1), np.linalg.eigvalsh(K2)\n"
                "    return 0.5 * np.sum((a / np.linalg.norm(a) - b / np.linalg.norm(b)) ** 2)"
            ),
            "only eigenvalues are compared",
        ),
        (
            "angle in units of pi",
            distance(
                "c = np.sum(K1 * K2) / np.linalg.norm(K1) / np.linalg.norm(K2)\n"
                "    return np.arccos(c) / np.pi"
            ),
            "this is the angle itself",
        ),
        (
            "frob squared norm",
            """
def kernel_distance(K1, K2):
    return 0.5*np.sum((K1/np.sum(K1**2)-K2/np.sum(K2**2))**2)
""",
            "by its norm, not by the square of its norm",
        ),
        (
            "diag only",
            """
def kernel_distance(K1, K2):
    a, b = np.diag(K1), np.diag(K2)
    return 0.5 * np.sum((a / np.linalg.norm(a) - b / np.linalg.norm(b)) ** 2)
""",
            "the diagonals are compared; all entries count",
        ),
        (
            "norm of diff / sum",
            """
def kernel_distance(K1, K2):
    return np.linalg.norm(K1-K2)/(np.linalg.norm(K1)+np.linalg.norm(K2))
""",
            "of both norms; divide each kernel by its own",
        ),
    ],
    "02.7": [
        (
            "quotient squared",
            slip(back="1 - inner**2 / (one * other)"),
            "and not its square",
        ),
        (
            "where a path (1,d)",
            """
def where_it_shows():
    return np.array([1.0, 0.0]), 0.01, np.array([[1.0, 1.0]]), np.array([0.01])

def find_the_slip(w0, a0, w_t, a_t, *, eta_w=1.0, eta_a=1.0):
    d = w0.size
    plus0, minus0 = eta_w * a0**2, eta_a * np.sum(w0**2)
    plus_t, minus_t = eta_w * a_t**2, eta_a * np.sum(w_t**2, axis=-1)
    both = eta_a**2 * (w_t @ w0) ** 2
    inner = d * plus0 * plus_t + plus0 * minus_t + minus0 * plus_t + both
    norm0 = np.sqrt(d * plus0**2 + 2 * plus0 * minus0 + minus0**2)
    norm_t = np.sqrt(d * plus_t**2 + 2 * plus_t * minus_t + minus_t**2)
    return 1 - inner / (norm0 * norm_t)
""",
            "(1,) and dtype float64; take its only entry",
        ),
    ],
}
TYPED["02.3"] = [
    (
        "digits lost next to delta = 0",
        solution(spread="np.where(rate * t > 0, (1 - np.exp(-rate * t)) / (rate or 1), t)"),
        "it (up to rounding) np.expm1 keeps the digits",
    ),
    ("the smaller one by a difference", solution(smaller="pass"), "lost to rounding: compute it"),
    (
        "eigenvectors of length root 2",
        swapped(solution(), ("B / 2 / k", "B / k"), ("A / 2 / k", "A / k")),
        "each component over the root of 2 kappa",
    ),
    ("time from the first", solution(before="t = t - t[0]"), "here from its own first entry"),
]
for _number, _typed in TYPED.items():
    WRONG[_number] += _typed

TYPED_RIGHT = {  # unusual, and right
    "02.1": [
        (
            "scipy's polar decomposition",
            """
from scipy.linalg import polar
def whiten(X):
    n, d = np.shape(X)
    if n < d or np.linalg.matrix_rank(X) < d: raise ValueError("too few directions")
    U, H = polar(X)
    return U, np.linalg.inv(H)
""",
        ),
    ],
    "02.2": [
        (
            "the matrix exponential, a tuple",
            """
from scipy.linalg import expm
def riccati_nu(t, nu0, s, delta, *, eta_w=1.0, eta_a=1.0):
    N = np.array([[-delta / 2, eta_w * s**2], [eta_a, delta / 2]])
    k = np.sqrt(delta**2 / 4 + eta_a * eta_w * s**2)
    out = []
    for x in t:
        x = min(float(x), 40 / k)
        u, z = expm((N - k * np.eye(2)) * x) @ [nu0, 1.0]
        out.append(u / z)
    return tuple(out)
""",
        ),
    ],
    "02.4": [
        (
            "by the Jacobian",
            """
def ntk_matrix(w, a, *, eta_w=1.0, eta_a=1.0):
    J = np.column_stack([a * np.eye(len(w)), w])
    return J @ np.diag([eta_w] * len(w) + [eta_a]) @ J.T
""",
        ),
    ],
    "02.5": [
        (
            "logarithms",
            """
import math
def design_start(beta, share, *, eta_w=1.0, eta_a=1.0):
    try:
        logit = math.log(share) - math.log1p(-share)
    except ValueError:
        raise ValueError("share outside (0, 1)") from None
    a = math.exp((logit + math.log(eta_a / eta_w)) / 4) * math.sqrt(np.linalg.norm(beta))
    return tuple(x / a for x in beta), a
""",
        ),
    ],
    "02.6": [
        (
            "by the half angle",
            """
def kernel_distance(K1, K2):
    A, B = K1 / np.linalg.norm(K1), K2 / np.linalg.norm(K2)
    return 2 * np.sin(np.arctan2(np.linalg.norm(A - B), np.linalg.norm(A + B))) ** 2
""",
        ),
    ],
}
for _number, _typed in TYPED_RIGHT.items():
    RIGHT[_number] += _typed
