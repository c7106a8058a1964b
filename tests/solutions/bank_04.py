"""Collect answers to 04_wide as students write them, wrong ones and right ones.

WRONG[exercise] lists (name, source, words of the message, which must name the cause);
RIGHT[exercise] lists (name, source).
"""


def conserved(answer: str, before: str = "pass") -> str:
    return f"""
def conserved_matrix(W, A, *, eta_w=1.0, eta_a=1.0):
    {before}
    return {answer}
"""


ROOT = """
def root(P):
    values, vectors = np.linalg.eigh(P)
    return vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T
"""


def partners(
    root: str = ROOT,
    up: str = "np.eye(c, h) @ root(eta_a * W @ W.T + delta * np.eye(h)) / eta_w**0.5",
    down: str = "root(eta_w * A.T @ A - delta * np.eye(h)) @ np.eye(h, d) / eta_a**0.5",
    refuse: str = "raise ValueError('no such start')",
    before: str = "pass",
) -> str:
    return f"""
{root}

def upstream_partner(W, c, delta, *, eta_w=1.0, eta_a=1.0):
    {before}
    h = W.shape[0]
    if h > c:
        {refuse}
    return {up}


def downstream_partner(A, d, delta, *, eta_w=1.0, eta_a=1.0):
    {before}
    h = A.shape[1]
    if h > d:
        {refuse}
    return {down}
"""


def operator(
    root: str = ROOT.replace("def root", "def my_root"),
    quarter: str = "delta**2 / 4",
    left: str = "+ delta / 2",
    right: str = "- delta / 2",
    grams: str = "B @ B.T, B.T @ B",
    before: str = "pass",
    keys: str = '"L", "R"',
) -> str:
    return f"""
{root}

def function_space_operator(B, delta, *, eta_w=1.0, eta_a=1.0):
    {before}
    first, second = {grams}
    p = eta_a * eta_w
    one = my_root(p * first + {quarter} * np.eye(len(first))) {left} * np.eye(len(first))
    two = my_root(p * second + {quarter} * np.eye(len(second))) {right} * np.eye(len(second))
    return dict(zip([{keys}], [one, two]))
"""


def residual(
    size: str = "norm(left) + norm(right)",
    norm: str = "norm = np.linalg.norm",
    rates: str = "eta_w=eta_w, eta_a=eta_a",
    answer: str = "np.array(out)",
    gap: str = 'norm(box["L"] - left) + norm(box["R"] - right)',
) -> str:
    return f"""
def theorem_residual(W, A, delta, *, eta_w=1.0, eta_a=1.0):
    {norm}
    out = []
    for k in range(len(W)):
        left = eta_w * A[k] @ A[k].T
        right = eta_a * W[k].T @ W[k]
        box = my_operator(A[k] @ W[k], delta, {rates})
        out.append(({gap}) / ({size}))
    return {answer}
"""


def ntk(answer: str, before: str = "pass") -> str:
    return f"""
def full_ntk(X, W, A, *, eta_w=1.0, eta_a=1.0):
    {before}
    c = A.shape[0]
    features, inputs, outputs = X @ W.T @ W @ X.T, X @ X.T, A @ A.T
    return {answer}
"""


KRON = "eta_a * np.kron(features, np.eye(c)) + eta_w * np.kron(inputs, outputs)"


def modes(body: str) -> str:
    return f"def mode_strengths(t, u0, s, delta):\n    t = t[:, None]\n{body}"


RICCATI = """
    g = delta**2 / 4
    kappa = np.sqrt(s**2 + g)
    P = kappa + s
    N = g / P
    E = np.exp(-2 * kappa * t)
    z0 = u0 + np.sqrt(u0**2 + g)
    z = (z0 * (P + N * E) + g * (1 - E)) / (N + z0 * (1 - E) + P * E)
    return (z - g / z) / 2
"""
GROWING = """
    g = delta**2 / 4
    kappa = np.sqrt(s**2 + g)
    E = np.exp(2 * kappa * t)
    z0 = u0 + np.sqrt(u0**2 + g)
    z = (z0 * ((kappa + s) * E + kappa - s) + g * (E - 1)) / ((kappa - s) * E + z0 * (E - 1) \
+ kappa + s)
    return (z - g / z) / 2
"""
CONSTANT = "    return s - (s - u0) * np.exp(-{rate} * t)\n"


def rank(body: str) -> str:
    return f"def effective_rank(B):\n{body}"


ENTROPY = """
    out = []
    for each in B:
        sigma = np.linalg.svd(each)[1]
        if sigma.sum() == 0:
            out.append(0.0)
            continue
        p = sigma / sigma.sum()
        p = p[p > 0]
        out.append(np.exp(-np.sum(p * np.log(p))))
    return out
"""


WRONG = {
    "04.1": [
        ("size of the outputs", conserved("eta_w * A @ A.T"), "lives in the hidden layer"),
        ("size of the inputs", conserved("-eta_a * W.T @ W"), "lives in the hidden layer"),
        ("sign", conserved("eta_a * W @ W.T - eta_w * A.T @ A"), "sign is turned round"),
        ("rates swapped", conserved("eta_a * A.T @ A - eta_w * W @ W.T"), "rates look swapped"),
        (
            "diagonal only",
            conserved("np.diag(eta_w * np.sum(A**2, 0) - eta_a * np.sum(W**2, 1))"),
            "entries off it are conserved too",
        ),
    ],
    "04.2": [
        (
            "elementwise root",
            partners("def root(P):\n    return np.sqrt(P)\n"),
            "root of every entry",
        ),
        (
            "wrong side",
            partners(
                up=(
                    "np.eye(c, h) @ root(eta_a * W @ W.T + delta * np.eye(h)) @ O[:h, :h] "
                    "/ eta_w**0.5"
                ),
                down=(
                    "O[:h, :h] @ root(eta_w * A.T @ A - delta * np.eye(h)) @ np.eye(h, d) "
                    "/ eta_a**0.5"
                ).replace("O[:h, :h] @", "np.linalg.qr(O[:h, :h])[0] @"),
                before="O = np.array([[0.0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]])",
            ),
            "wrong side of the root",
        ),
        ("no error", partners(refuse="pass"), "expected ValueError"),
        (
            "rounding below zero",
            partners(
                ROOT.replace(
                    "np.maximum(values, 0)", "np.where(np.abs(values) < 1e-9, -1e-18, values)"
                )
            ),
            "put them to zero first",
        ),
        ("rates forgotten", partners(before="eta_w = eta_a = 1.0"), "rates are forgotten"),
        ("sign of delta", partners(before="delta = -delta"), "sign of delta is turned round"),
    ],
    "04.3": [
        (
            "elementwise root",
            operator("def my_root(P):\n    return np.sqrt(P)\n"),
            "was a root taken of each entry",
        ),
        (
            "halves exchanged",
            operator(left="- delta / 2", right="+ delta / 2"),
            "are exchanged: L has plus",
        ),
        ("matrices exchanged", operator(grams="B.T @ B, B @ B.T"), "L is made of B B^T"),
        ("square not quartered", operator(quarter="delta**2"), "delta squared over 4"),
        ("rates forgotten", operator(before="eta_w = eta_a = 1.0"), "rates are forgotten"),
        (
            "rounding below zero",
            operator(
                ROOT.replace("def root", "def my_root").replace(
                    "np.maximum(values, 0)", "np.where(np.abs(values) < 1e-9, -1e-18, values)"
                )
            ),
            "put back to zero",
        ),
    ],
    "04.4": [
        ("one number", residual(answer="max(out)"), "one for each time is asked for"),
        ("not normalized", residual(size="1.0"), "not divided by the size"),
        (
            "each part by itself",
            residual(
                size="1",
                gap='norm(box["L"] - left) / norm(left) + norm(box["R"] - right) / norm(right)',
            ),
            "divided by its own size",
        ),
        (
            "spectral norm",
            residual(norm="norm = lambda m: np.linalg.norm(m, 2)"),
            "norm should be Frobenius'",
        ),
        ("rates not passed on", residual(rates=""), "rates in all three places"),
    ],
    "04.5": [
        (
            "outputs outside",
            ntk("eta_a * np.kron(np.eye(c), features) + eta_w * np.kron(outputs, inputs)"),
            "factors are in the other order",
        ),
        (
            "one of the two turned",
            ntk("eta_a * np.kron(np.eye(c), features) + eta_w * np.kron(inputs, outputs)"),
            "one of the two Kronecker products",
        ),
        ("rates swapped", ntk(KRON, "eta_w, eta_a = eta_a, eta_w"), "rates look swapped"),
        (
            "first layer only",
            ntk("eta_w * np.kron(inputs, outputs)"),
            "readout's own term is missing",
        ),
    ],
    "04.6": [
        (
            "factor 2 of time",
            modes(RICCATI.replace("-2 * kappa", "-kappa")),
            "time runs half as fast",
        ),
        ("overflow", modes(GROWING), "growing exponential overflows"),
        (
            "balanced race",
            modes(RICCATI.replace("g = delta**2 / 4", "g = 0 * t")),
            "balanced race, delta is missing",
        ),
        ("constant speed", modes(CONSTANT.format(rate="abs(delta)")), "the constant |delta|"),
        (
            "speed of the start",
            modes(CONSTANT.format(rate="np.sqrt(delta**2 + 4 * u0**2)")),
            "stays that of the start",
        ),
        (
            "divided by delta",
            modes(RICCATI.replace("g / P", "(g / np.float64(delta)) * (delta / P)")),
            "divided by delta",
        ),
    ],
    "04.7": [
        ("squares", rank(ENTROPY.replace("[1]\n", "[1] ** 2\n", 1)), "made of squares"),
        (
            "log of 0",
            rank(
                "    s = np.linalg.svd(B)[1]\n    p = s / s.sum(1)[:, None]\n"
                "    return np.exp(-np.sum(p * np.log(p), 1))\n"
            ),
            "log 0 is not a number",
        ),
        ("bits", rank(ENTROPY.replace("np.log(", "np.log2(")), "in bits"),
        ("entropy", rank(ENTROPY.replace("np.exp(", "(")), "the count is its exponential"),
        ("rank", rank("    return np.linalg.matrix_rank(B)\n"), "the plain rank"),
    ],
}

RIGHT = {
    "04.1": [
        ("as in the text", conserved("eta_w * (A.T @ A) - eta_a * (W @ W.T)")),
        (
            "einsum",
            conserved('eta_w * np.einsum("ki,kj", A, A) - eta_a * np.einsum("ik,jk", W, W)'),
        ),
        (
            "loops and lists",
            conserved(
                (
                    "[[float(eta_w * sum(A[:, i] * A[:, j]) - eta_a * sum(W[i] * W[j])) "
                    "for j in range(h)] for i in range(h)]"
                ),
                "h = len(W)",
            ),
        ),
        ("float32", conserved("np.float32(eta_w * A.T @ A - eta_a * W @ W.T)")),
    ],
    "04.2": [
        ("as in the text", partners()),
        (
            "a rotation in front",
            partners(
                up=(
                    "O[:c, :c] @ np.eye(c, h) @ root(eta_a * W @ W.T + delta * np.eye(h)) "
                    "/ eta_w**0.5"
                ),
                down=(
                    "root(eta_w * A.T @ A - delta * np.eye(h)) @ np.eye(h, d) @ O[:d, :d] "
                    "/ eta_a**0.5"
                ),
                before="O = np.eye(6)[::-1] if 0 else np.diag([-1.0, 1, -1, 1, 1, -1])",
            ),
        ),
        (
            "without a symmetric root",
            """
def upstream_partner(W, c, delta, *, eta_w=1.0, eta_a=1.0):
    h = len(W)
    if not h <= c:
        raise ValueError("too many neurons")
    U, s, _ = np.linalg.svd(np.sqrt(eta_a) * W)
    s = np.concatenate([s, np.zeros(h - len(s))])
    A = np.zeros((c, h))
    A[:h] = (U * np.sqrt(s**2 + delta)).T
    return A / np.sqrt(eta_w)


def downstream_partner(A, d, delta, *, eta_w=1.0, eta_a=1.0):
    return upstream_partner(A.T, d, -delta, eta_w=eta_a, eta_a=eta_w).T
""",
        ),
        (
            "torch",
            partners(
                root="import torch\n\n\ndef root(P):\n"
                "    values, vectors = torch.linalg.eigh(torch.tensor(P))\n"
                "    return ((vectors * values.clamp(min=0).sqrt()) @ vectors.T).numpy()\n"
            ),
        ),
    ],
    "04.3": [
        ("as in the text", operator()),
        (
            "singular values",
            """
def function_space_operator(B, delta, *, eta_w=1.0, eta_a=1.0):
    U, s, Vt = np.linalg.svd(B)
    def make(vectors, shift):
        full = np.zeros(len(vectors))
        full[: len(s)] = s
        return vectors @ np.diag(np.hypot(np.sqrt(eta_a * eta_w) * full, delta / 2) + shift) \
@ vectors.T
    return {"L": make(U, delta / 2), "R": make(Vt.T, -delta / 2)}
""",
        ),
        ("float32", operator(before="B = np.float32(B)")),
        (
            "scipy's root",
            operator(
                "import scipy.linalg\n\n\ndef my_root(P):\n"
                "    return np.real(scipy.linalg.sqrtm(P + 1e-14 * np.eye(len(P))))\n"
            ),
        ),
    ],
    "04.4": [
        ("loop", residual()),
        ("list", residual(answer="[float(x) for x in out]")),
        (
            "by the other function",
            residual().replace(
                "box = my_operator(", "box = (lambda *a, **k: my_operator(*a, **k))("
            ),
        ),
        (
            "norms by hand",
            residual(norm="norm = lambda m: np.sqrt((m**2).sum())"),
        ),
    ],
    "04.5": [
        ("kron", ntk(KRON)),
        (
            "einsum",
            ntk(
                "K.reshape(len(X) * c, -1)",
                (
                    'G = X @ X.T; H = X @ W.T; K = eta_a * np.einsum("mn,jl->mjnl", H @ H.T, '
                    'np.eye(len(A))) + eta_w * np.einsum("mn,jl->mjnl", G, A @ A.T)'
                ),
            ),
        ),
        (
            "Jacobians",
            """
def full_ntk(X, W, A, *, eta_w=1.0, eta_a=1.0):
    rows = []
    for x in X:
        for j in range(len(A)):
            by_A = np.zeros_like(A)
            by_A[j] = W @ x
            rows.append(np.concatenate([eta_a**0.5 * by_A.ravel(), eta_w**0.5 * np.outer(A[j], \
x).ravel()]))
    return np.array(rows) @ np.array(rows).T
""",
        ),
        (
            "the operator between the inputs",
            ntk(
                (
                    "Z @ (eta_a * np.kron(W.T @ W, np.eye(c)) + eta_w "
                    "* np.kron(np.eye(X.shape[1]), outputs)) @ Z.T"
                ),
                "Z = np.kron(X, np.eye(len(A)))",
            ),
        ),
    ],
    "04.6": [
        ("as in the text", modes(RICCATI)),
        (
            "tanh",
            modes("""
    g = delta**2 / 4
    k = np.sqrt(s**2 + g)
    th = np.tanh(k * t)
    z0 = u0 + np.sqrt(u0**2 + g)
    z = (z0 * (k + s * th) + g * th) / (k + (z0 - s) * th)
    return (z - g / z) / 2
"""),
        ),
        (
            "a neuron in one dimension",
            """
def mode_strengths(t, u0, s, delta):
    out = []
    for start, goal in zip(u0, s):
        R = np.hypot(delta, 2 * start)
        a = np.sqrt((R + delta) / 2) if delta >= 0 else start * np.sqrt(2 / (R - delta))
        w, k = start / a, np.hypot(delta / 2, goal)
        big = k + abs(delta) / 2
        A, B = (big, goal**2 / big) if delta >= 0 else (goal**2 / big, big)
        cos, sin = np.sqrt(B / (2 * k)), np.sqrt(A / (2 * k))
        up, down, E = cos * w + sin * a, cos * a - sin * w, np.exp(-2 * k * t)
        p, q = up * cos - down * sin * E, up * sin + down * cos * E
        out.append(p * q / (E + (up**2 * (1 - E) + down**2 * E * (1 - E)) / (2 * k)))
    return np.array(out).T
""",
        ),
    ],
    "04.7": [
        ("loop", rank(ENTROPY)),
        (
            "scipy",
            rank("""
    from scipy.special import xlogy
    s = np.linalg.svd(np.asarray(B), compute_uv=False)
    total = s.sum(-1, keepdims=True)
    p = np.divide(s, total, out=np.zeros_like(s), where=total > 0)
    return np.exp(-xlogy(p, p).sum(-1)) * (total[:, 0] > 0)
"""),
        ),
        (
            "product",
            rank(ENTROPY.replace("np.exp(-np.sum(p * np.log(p)))", "float(np.prod(p ** -p))")),
        ),
    ],
}
