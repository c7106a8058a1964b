"""Collect answers to 02_exact as students write them, wrong ones and right ones.

WRONG[exercise] lists (name, source, words of the message, which must name the cause);
RIGHT[exercise] lists (name, source).
"""


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
    D = (1 - np.exp(-delta * t)) / delta if delta else t
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


def from_beta(body: str, zero: str = "") -> str:
    return f"""
def ntk_matrix_from_beta(beta, delta, *, eta_w=1.0, eta_a=1.0):
    size, d = np.linalg.norm(beta), len(beta)
    {
        zero
        or '''if size == 0:
        if delta < 0:
            raise ValueError("beta")
        return delta * np.eye(d)'''
    }
    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * size**2)
    product = eta_a * eta_w * size**2
    if delta >= 0:
        plus = (R + delta) / 2
        minus = product / plus
    else:
        minus = (R - delta) / 2
        plus = product / minus
    n = beta / size
    return {body}
"""


def distance(body: str) -> str:
    return f"def kernel_distance(K1, K2):\n    {body}"


def slip(d: str = "len(w0)", second: str = "a_t", cross: str = "1", last: str = "1") -> str:
    return f"""
def find_the_slip(w0, a0, w_t, a_t):
    d, c = {d}, {cross}
    m, n = np.sum(w0**2), np.sum(w_t**2, axis=1)
    inner = d * a0**2 * a_t**2 + c * (a0**2 * n + a_t**2 * m) + {last} * (w_t @ w0) ** 2
    return 1 - inner / np.sqrt((d * a0**4 + 2 * c * a0**2 * m + m**2) * (d * a_t**4 + 2 * c \
* {second}**2 * n + n**2))
"""


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
            "entry by entry",
            whiten("T = np.abs(X.T @ X) ** -0.5; return X @ T, T"),
            "each entry was raised",
        ),
        ("exchanged", whiten(f"G = X.T @ X; {EIGEN}; return T, X @ T"), "look exchanged"),
        ("times n", whiten(f"G = X.T @ X / len(X); {EIGEN}; return X @ T, T"), "n times I"),
        (
            "centered",
            whiten(f"X = X - X.mean(axis=0); G = X.T @ X; {EIGEN}; return X @ T, T"),
            "mean is taken off",
        ),
        (
            "inverse",
            whiten(f"G = X.T @ X; {EIGEN}; T = np.linalg.inv(T); return X @ np.linalg.inv(T), T"),
            "inverse of T",
        ),
        (
            "no error",
            f"def whiten(X):\n    G = X.T @ X; {EIGEN}; return X @ T, T",
            "expected ValueError",
        ),
    ],
    "02.2": [
        (
            "root without rates",
            nu(TANH).replace("4 * eta_a * eta_w * s**2", "4 * s**2"),
            "both learning rates stand under",
        ),
        (
            "denominator without rate",
            nu(TANH.replace("delta + 2 * eta_a * nu0", "delta + 2 * nu0")),
            "eta_a is missing",
        ),
        ("the end only", nu("(R - delta) / (2 * eta_a) + 0 * t"), "the way there is asked for"),
        (
            "arctanh",
            nu(
                "(-delta + R * np.tanh(x + np.arctanh((2 * eta_a * nu0 + delta) / R))) "
                "/ (2 * eta_a)"
            ),
            "arctanh takes no number beyond one",
        ),
        ("no half", nu(TANH, "R * t"), "the factor 1/2 is missing"),
        ("overflow", nu(COSH), "cosh and sinh overflow"),
        (
            "rates swapped",
            (
                "def riccati_nu(t, nu0, s, delta, *, eta_w=1.0, eta_a=1.0):\n"
                "    eta_w, eta_a = eta_a, eta_w"
            )
            + nu(TANH).split("eta_a=1.0):")[1],
            "learning rates look swapped",
        ),
    ],
    "02.3": [
        (
            "v without the part across",
            solution().replace(" + np.sum(rest**2) * D", ""),
            "every ratio is right, and only the common size is off",
        ),
        (
            "eigenvectors exchanged",
            solution().replace("x, y =", "y, x ="),
            "is off already: look at A, B",
        ),
        ("units kept", solution().replace("W / eta_a**0.5", "W"), "the canonical variable"),
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
            "no outer product",
            metric("eta_w * a**2 * np.eye(len(w))"),
            "outer product w w^T is missing",
        ),
        (
            "inner product",
            metric("eta_w * a**2 * np.eye(len(w)) + eta_a * (w @ w)"),
            "not the number w.w",
        ),
    ],
    "02.5": [
        (
            "always an error at zero",
            from_beta(
                "plus * np.eye(d) + minus * np.outer(n, n)",
                zero="if size == 0:\n        raise ValueError('beta')",
            ),
            "needs no direction",
        ),
        (
            "rates missing in the product",
            from_beta("plus * np.eye(d) + minus * np.outer(n, n)").replace(
                "product = eta_a * eta_w * size**2", "product = size**2"
            ),
            "the rates are missing in it",
        ),
        (
            "trace",
            from_beta("(plus * np.eye(d) + minus * np.outer(n, n)) / (d * plus + minus)"),
            "should not be normalized",
        ),
        (
            "NaN at zero",
            from_beta("plus * np.eye(d) + minus * np.outer(n, n)", zero="pass"),
            "not finite at beta = zero",
        ),
        (
            "cancellation",
            from_beta("(R + delta) / 2 * np.eye(d) + (R - delta) / 2 * np.outer(n, n)"),
            "digits are lost",
        ),
        (
            "rates forgotten",
            from_beta("plus * np.eye(d) + minus * np.outer(n, n)", zero="eta_w = eta_a = 1.0"),
            "rates are forgotten",
        ),
        ("exchanged", from_beta("minus * np.eye(d) + plus * np.outer(n, n)"), "are exchanged"),
    ],
    "02.6": [
        (
            "no half",
            distance("return np.sum((K1 / np.linalg.norm(K1) - K2 / np.linalg.norm(K2))**2)"),
            "factor 1/2 is missing",
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
            "nuclear",
            distance(
                "return 1 - np.sum(K1 * K2) / np.linalg.norm(K1, 'nuc') / np.linalg.norm(K2, 'nuc')"
            ),
            "not the sum of singular values",
        ),
        (
            "means removed",
            distance(
                "H = np.eye(len(K1)) - 1 / len(K1); K1, K2 = H @ K1 @ H, H @ K2 @ H; "
                "return 1 - np.sum(K1 * K2) / np.linalg.norm(K1) / np.linalg.norm(K2)"
            ),
            "nothing is centered",
        ),
        (
            "one minus",
            distance("return 1 - np.sum(K1 * K2) / (np.linalg.norm(K1) * np.linalg.norm(K2))"),
            "one minus a number next to one keeps",
        ),
    ],
    "02.7": [
        ("the number of times for d", slip(d="len(w_t)"), "not of w_t"),
        (
            "summed over all axes",
            slip().replace("np.sum(w_t**2, axis=1)", "np.sum(w_t**2)"),
            "over the last axis only",
        ),
        ("as it was", slip(second="a0"), "one of the two norms holds a letter of the other neuron"),
        ("two for d", slip(d="2"), "dimension is written as a fixed number"),
        ("no cross terms", slip(cross="0"), "cross terms"),
        ("no last term", slip(last="0"), "S from a neuron to itself should be 0"),
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
        ("difference of kappa and delta/2", solution()),
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
        ("as in the text", from_beta("plus * np.eye(d) + minus * np.outer(n, n)")),
        ("projector apart", from_beta("plus * (np.eye(d) - np.outer(n, n)) + R * np.outer(n, n)")),
        (
            "by way of the weights",
            """
def ntk_matrix_from_beta(beta, delta, *, eta_w=1.0, eta_a=1.0):
    b = np.linalg.norm(beta)
    if not b:
        if delta < 0:
            raise ValueError("the direction of w is not known")
        return delta * np.eye(len(beta))
    R = np.hypot(delta, 2 * b * np.sqrt(eta_a * eta_w))
    a = np.sqrt((R + delta) / 2 / eta_w) if delta > 0 else b * np.sqrt(2 * eta_a / (R - delta))
    w = beta / a
    return eta_w * a * a * np.eye(len(beta)) + eta_a * np.outer(w, w)
""",
        ),
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
            "matrices",
            (
                "def find_the_slip(w0, a0, w_t, a_t):\n"
                "    M = lambda w, a: a**2 * np.eye(len(w)) + np.outer(w, w)\n    A = M(w0, a0)\n"
                "    out = []\n    for w, a in zip(w_t, a_t):\n        B = M(w, a)\n"
                "        out.append(1 - np.sum(A * B) / np.linalg.norm(A) / np.linalg.norm(B))\n"
                "    return out"
            ),
        ),
        ("clipped, float32", slip().replace("return 1 - inner", "return np.float32(1) - inner")),
    ],
}
