"""Collect answers to 04_wide as students write them, wrong ones and right ones.

WRONG[exercise] lists (name, source, words of the message, which must name the cause);
RIGHT[exercise] lists (name, source).
"""

from typed import swapped


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
BELOW = "np.where(np.abs(values) < 1e-9, -1e-18, values)"  # as rounding leaves what should be 0


def partners(
    root: str = ROOT,
    up: str = "np.eye(c, h) @ root(eta_a * W @ W.T + delta * np.eye(h)) / eta_w**0.5",
    down: str = "root(eta_w * A.T @ A - delta * np.eye(h)) @ np.eye(h, d) / eta_a**0.5",
    refuse: str = "raise ValueError('no such start')",
    before: str = "pass",
    too_wide: tuple[str, str] = ("h > c", "h > d"),
) -> str:
    return f"""
{root}

def upstream_partner(W, c, delta, *, eta_w=1.0, eta_a=1.0):
    {before}
    h = W.shape[0]
    if {too_wide[0]}:
        {refuse}
    return {up}


def downstream_partner(A, d, delta, *, eta_w=1.0, eta_a=1.0):
    {before}
    h = A.shape[1]
    if {too_wide[1]}:
        {refuse}
    return {down}
"""


def under(up: str, down: str) -> str:
    """Partners with other matrices under the root."""
    return partners(
        up=f"np.eye(c, h) @ root({up}) / eta_w**0.5",
        down=f"root({down}) @ np.eye(h, d) / eta_a**0.5",
    )


def operator(
    root: str = ROOT.replace("def root", "def my_root"),
    quarter: str = "delta**2 / 4",
    left: str = "+ delta / 2",
    right: str = "- delta / 2",
    grams: str = "B @ B.T, B.T @ B",
    before: str = "pass",
    keys: str = '"L", "R"',
    eyes: str = "np.eye",
    rates: str = "eta_a * eta_w",
    answer: str = "dict(zip([{keys}], [one, two]))",
) -> str:
    return f"""
{root}

def function_space_operator(B, delta, *, eta_w=1.0, eta_a=1.0):
    {before}
    first, second = {grams}
    p = {rates}
    one = my_root(p * first + {quarter} * {eyes}(len(first))) {left} * np.eye(len(first))
    two = my_root(p * second + {quarter} * {eyes}(len(second))) {right} * np.eye(len(second))
    return {answer.format(keys=keys)}
"""


def thin(inside: str, outside: str) -> str:
    """The box by a thin SVD."""
    return f"""
def function_space_operator(B, delta, *, eta_w=1.0, eta_a=1.0):
    U, s, Vt = np.linalg.svd(B, full_matrices=False)
    out = {{}}
    for key, vectors, sign in (("L", U, 1), ("R", Vt.T, -1)):
        values = np.sqrt(eta_a * eta_w * s**2 + delta**2 / 4) {inside}
        out[key] = vectors @ np.diag(values) @ vectors.T {outside}
    return out
"""


def residual(
    size: str = "norm(left) + norm(right)",
    norm: str = "norm = np.linalg.norm",
    rates: str = "eta_w=eta_w, eta_a=eta_a",
    answer: str = "np.array(out)",
    gap: str = 'norm(box["L"] - left) + norm(box["R"] - right)',
    weigh: tuple[str, str] = ("eta_w", "eta_a"),
    delta: str = "delta",
    function: str = "A[k] @ W[k]",
    before: str = "pass",
    last: str = "len(W)",
) -> str:
    return f"""
def theorem_residual(W, A, delta, *, eta_w=1.0, eta_a=1.0):
    {before}
    {norm}
    out = []
    for k in range({last}):
        left = {weigh[0]} * A[k] @ A[k].T
        right = {weigh[1]} * W[k].T @ W[k]
        box = my_operator({function}, {delta}, {rates})
        out.append(({gap}) / ({size}))
    return {answer}
"""


SEPARATE = """
def separating_cases():
    X, one = np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([[1.0, 0.0]])
    eye, corner = np.eye(2), np.array([[0.0, 1.0], [0.0, 0.0]])
    return {
        "Ann": (X, eye, eye, 1.0, 1.0),
        "Ben": (one, eye, 2 * eye, 3.0, 1.0),
        "Cleo": (one, eye, corner, 1.0, 1.0),
    }
"""
KRON = "eta_a * np.kron(features, np.eye(c)) + eta_w * np.kron(inputs, outputs)"


def ntk(answer: str = KRON, before: str = "pass") -> str:
    return f"""
def full_ntk(X, W, A, *, eta_w=1.0, eta_a=1.0):
    {before}
    c = A.shape[0]
    features, inputs, outputs = X @ W.T @ W @ X.T, X @ X.T, A @ A.T
    return {answer}

{SEPARATE}
"""


def cases(*changes: tuple[str, str]) -> str:
    source = ntk()
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


ANN = '"Ann": (X, eye, eye, 1.0, 1.0)'
BEN = '"Ben": (one, eye, 2 * eye, 3.0, 1.0)'
CLEO = '"Cleo": (one, eye, corner, 1.0, 1.0)'


def modes(body: str, before: str = "t = t[:, None]") -> str:
    return f"def mode_strengths(t, u0, s, delta):\n    {before}\n{body}"


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


def riccati(*changes: tuple[str, str]) -> str:
    source = RICCATI
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return modes(source)


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


def count(*changes: tuple[str, str]) -> str:
    source = ENTROPY
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return rank(source)


STACKED = """
    sigma = np.linalg.svd(B, compute_uv=False)
    total = sigma.sum(axis=-1)
    p = sigma / np.where(total > 0, total, 1.0)[:, None]
    entropy = -np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=-1)
    return np.where(total > 0, np.exp(entropy), 0.0)
"""


WRONG = {
    "04.1": [
        ("size of the outputs", conserved("eta_w * A @ A.T"), "lives in the hidden layer"),
        ("size of the inputs", conserved("-eta_a * W.T @ W"), "lives in the hidden layer"),
        ("sign", conserved("eta_a * W @ W.T - eta_w * A.T @ A"), "sign is flipped"),
        ("rates swapped", conserved("eta_a * A.T @ A - eta_w * W @ W.T"), "rates look swapped"),
        (
            "diagonal only",
            conserved("np.diag(eta_w * np.sum(A**2, 0) - eta_a * np.sum(W**2, 1))"),
            "entries off it are conserved too",
        ),
        (
            "a number a neuron",
            conserved("eta_w * np.sum(A**2, 0) - eta_a * np.sum(W**2, 1)"),
            "one number per neuron came back",
        ),
        (
            "the trace",
            conserved("eta_w * np.sum(A**2) - eta_a * np.sum(W**2)"),
            "a single number came back",
        ),
        ("added", conserved("eta_w * A.T @ A + eta_a * W @ W.T"), "subtracted, not added"),
        ("rates forgotten", conserved("A.T @ A - W @ W.T"), "rates are forgotten"),
        (
            "one rate outside",
            conserved("eta_w * (A.T @ A - W @ W.T)"),
            "not the same for both terms: eta_a",
        ),
        (
            "the other rate outside",
            conserved("eta_a * (A.T @ A - W @ W.T)"),
            "not the same for both terms: eta_w",
        ),
        ("rate of W only", conserved("eta_w * A.T @ A - W @ W.T"), "rate of the second term"),
        ("rate of A only", conserved("A.T @ A - eta_a * W @ W.T"), "rate of the first term"),
        (
            "weighed before the product",
            conserved("(eta_w * A).T @ (eta_w * A) - (eta_a * W) @ (eta_a * W).T"),
            "rates are squared",
        ),
        (
            "roots of the rates",
            conserved("eta_w**0.5 * A.T @ A - eta_a**0.5 * W @ W.T"),
            "under a root",
        ),
        (
            "inputs changed in place",
            conserved("A.T @ A - W @ W.T", "A *= eta_w**0.5; W *= eta_a**0.5"),
            "changes the arrays it is given",
        ),
        ("both terms", conserved("eta_w * A.T @ A, eta_a * W @ W.T"), "two matrices came back"),
        ("readout alone", conserved("eta_w * A.T @ A"), "second term, of W, is missing"),
        ("first layer alone", conserved("-eta_a * W @ W.T"), "first term, of A, is missing"),
        (
            "eigenvalues",
            conserved("np.diag(np.linalg.eigvalsh(eta_w * A.T @ A - eta_a * W @ W.T))"),
            "only the eigenvalues",
        ),
        (
            "without its trace",
            conserved(
                "D - np.trace(D) / len(D) * np.eye(len(D))", "D = eta_w * A.T @ A - eta_a * W @ W.T"
            ),
            "the trace is subtracted",
        ),
        (
            "upper half",
            conserved("np.triu(eta_w * A.T @ A - eta_a * W @ W.T)"),
            "one half of the matrix",
        ),
        (
            "both rates at each",
            conserved("eta_w * eta_a * (A.T @ A - W @ W.T)"),
            "both at each term",
        ),
        ("divided by rates", conserved("A.T @ A / eta_w - W @ W.T / eta_a"), "they multiply"),
        (
            "divided by the other rates",
            conserved("A.T @ A / eta_a - W @ W.T / eta_w"),
            "they multiply, crossed",
        ),
        ("sizes", conserved("np.abs(eta_w * A.T @ A - eta_a * W @ W.T)"), "signs of the entries"),
        (
            "without the diagonal",
            conserved("D - np.diag(np.diag(D))", "D = eta_w * A.T @ A - eta_a * W @ W.T"),
            "diagonal is missing",
        ),
        (
            "means",
            conserved("eta_w * A.T @ A / len(A) - eta_a * W @ W.T / W.shape[1]"),
            "divided by the number of outputs",
        ),
        (
            "four neurons built in",
            conserved(
                "[[eta_w * A[:, i] @ A[:, j] - eta_a * W[i] @ W[j] for j in range(4)] "
                "for i in range(4)] if len(W) >= 4 else np.zeros((4, 4))"
            ),
            "expected shape (2, 2), got (4, 4)",
        ),
        (
            "rates built in",
            conserved("1.7 * A.T @ A - 0.8 * W @ W.T"),
            "other sizes, other rates",
        ),
        (
            "no return",
            conserved("None", "D = eta_w * A.T @ A - eta_a * W @ W.T"),
            "is there a return statement",
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
                    "np.eye(c, h) @ root(eta_a * W @ W.T + delta * np.eye(h)) "
                    "@ turn(h) / eta_w**0.5"
                ),
                down=(
                    "turn(h) @ root(eta_w * A.T @ A - delta * np.eye(h)) "
                    "@ np.eye(h, d) / eta_a**0.5"
                ),
                before=(
                    "turn = lambda h: np.linalg.qr(np.random.default_rng(0).normal(size=(h, h)))[0]"
                ),
            ),
            "wrong side of the root",
        ),
        (
            "Cholesky not transposed",
            partners("def root(P):\n    return np.linalg.cholesky(P + 1e-9 * np.eye(len(P)))\n"),
            "a triangular one is not transposed",
        ),
        ("no error", partners(refuse="pass"), "expected ValueError"),
        (
            "no error downstream",
            partners(too_wide=("h > c", "False")),
            "a downstream start with h = 3 > d = 2",
        ),
        ("None for an error", partners(refuse="return None"), "expected ValueError to be raised"),
        (
            "another error",
            partners(refuse="raise TypeError('too wide')"),
            "expected ValueError, but",
        ),
        ("refuses h = c", partners(too_wide=("h >= c", "h >= d")), "but this start exists"),
        (
            "compares with the given layer",
            partners(too_wide=("h > W.shape[1]", "h > A.shape[0]")),
            "but this start exists",
        ),
        (
            "refuses delta > 0 only",
            partners(too_wide=("h > c and delta > 0", "h > d and delta < 0")),
            "h = 4 > c = 3 at delta = 0",
        ),
        (
            "rounding below zero",
            partners(ROOT.replace("np.maximum(values, 0)", BELOW)),
            "to zero first",
        ),
        ("rates forgotten", partners(before="eta_w = eta_a = 1.0"), "rates are forgotten"),
        ("sign of delta", partners(before="delta = -delta"), "sign of delta is flipped"),
        (
            "rates swapped",
            partners(before="eta_w, eta_a = eta_a, eta_w"),
            "rates look swapped",
        ),
        (
            "delta missing",
            under("eta_a * W @ W.T", "eta_w * A.T @ A"),
            "delta I is missing",
        ),
        (
            "delta on every entry",
            under("eta_a * W @ W.T + delta", "eta_w * A.T @ A - delta"),
            "added to every entry",
        ),
        (
            "delta squared",
            under(
                "eta_a * W @ W.T + delta**2 * np.eye(h)", "eta_w * A.T @ A + delta**2 * np.eye(h)"
            ),
            "delta is squared",
        ),
        (
            "delta outside the root",
            partners(
                up="np.eye(c, h) @ (root(eta_a * W @ W.T) + delta * np.eye(h)) / eta_w**0.5",
                down="(root(eta_w * A.T @ A) - delta * np.eye(h)) @ np.eye(h, d) / eta_a**0.5",
            ),
            "delta is outside the root",
        ),
        (
            "no rate outside",
            partners(
                up="np.eye(c, h) @ root(eta_a * W @ W.T + delta * np.eye(h))",
                down="root(eta_w * A.T @ A - delta * np.eye(h)) @ np.eye(h, d)",
            ),
            "divide by its root",
        ),
        (
            "divided by the rate",
            partners(
                up="np.eye(c, h) @ root(eta_a * W @ W.T + delta * np.eye(h)) / eta_w",
                down="root(eta_w * A.T @ A - delta * np.eye(h)) @ np.eye(h, d) / eta_a",
            ),
            "not by its root",
        ),
        (
            "no rate under the root",
            under("W @ W.T + delta * np.eye(h)", "A.T @ A - delta * np.eye(h)"),
            "rate under the root is missing",
        ),
        (
            "the wrong rate under the root",
            under("eta_w * W @ W.T + delta * np.eye(h)", "eta_a * A.T @ A - delta * np.eye(h)"),
            "that of the given layer",
        ),
        ("no root", partners("def root(P):\n    return P\n"), "the root is missing"),
        (
            "transposed",
            partners(
                up="(np.eye(c, h) @ root(eta_a * W @ W.T + delta * np.eye(h)) / eta_w**0.5).T",
                down="(root(eta_w * A.T @ A - delta * np.eye(h)) @ np.eye(h, d) / eta_a**0.5).T",
            ),
            "is it transposed",
        ),
        ("inverse root", partners(ROOT.replace("np.sqrt(", "1 / np.sqrt(")), "of the inverse"),
        (
            "vectors turned round",
            partners(
                ROOT.replace("vectors @ np.diag", "vectors.T @ np.diag").replace(
                    "@ vectors.T\n", "@ vectors\n"
                )
            ),
            "or the vectors of eigh are",
        ),
        (
            "divided by the other rate's root",
            partners(
                up="np.eye(c, h) @ root(eta_a * W @ W.T + delta * np.eye(h)) / eta_a**0.5",
                down="root(eta_w * A.T @ A - delta * np.eye(h)) @ np.eye(h, d) / eta_w**0.5",
            ),
            "given layer's learning rate",
        ),
        (
            "both layers",
            partners(
                up="(np.eye(c, h) @ root(eta_a * W @ W.T + delta * np.eye(h)) / eta_w**0.5, W)"
            ),
            "expected an array",
        ),
        (
            "the root alone",
            partners(
                up="root(eta_a * W @ W.T + delta * np.eye(h)) / eta_w**0.5",
                down="root(eta_w * A.T @ A - delta * np.eye(h)) / eta_a**0.5",
            ),
            "this is the root alone",
        ),
        (
            "inputs changed in place",
            partners(before="locals().get('W', locals().get('A'))[...] *= 1 + 1e-9"),
            "changes the arrays it is given",
        ),
    ],
    "04.3": [
        (
            "elementwise root",
            operator("def my_root(P):\n    return np.sqrt(P)\n"),
            "was a root taken of each entry",
        ),
        (
            "elementwise root of sizes",
            operator("def my_root(P):\n    return np.sqrt(np.maximum(P, 0))\n"),
            "root of every entry",
        ),
        (
            "halves exchanged",
            operator(left="- delta / 2", right="+ delta / 2"),
            "are exchanged: L has plus",
        ),
        ("matrices exchanged", operator(grams="B.T @ B, B @ B.T"), "L is made of B B^T"),
        ("keys exchanged", operator(keys='"R", "L"'), "L is made of B B^T"),
        ("square not quartered", operator(quarter="delta**2"), "delta squared over 4"),
        ("square halved", operator(quarter="delta**2 / 2"), "delta squared over 4, not over 2"),
        ("square missing", operator(quarter="0"), "is missing under the root"),
        ("rates forgotten", operator(before="eta_w = eta_a = 1.0"), "rates are forgotten"),
        ("one rate", operator(rates="eta_w"), "only one of the two learning rates"),
        ("the other rate", operator(rates="eta_a"), "only one of the two learning rates"),
        ("rates squared", operator(rates="(eta_w * eta_a)**2"), "rates are squared"),
        ("rates on delta", operator(quarter="p * delta**2 / 4"), "multiply delta too"),
        ("no shift", operator(left="+ 0", right="- 0"), "delta/2 outside the root is missing"),
        (
            "shift by delta",
            operator(left="+ delta", right="- delta"),
            "outside the root; use delta/2",
        ),
        (
            "size of delta",
            operator(left="+ abs(delta) / 2", right="- abs(delta) / 2"),
            "sign of delta is lost",
        ),
        ("no root", operator("def my_root(P):\n    return P\n"), "the root is missing"),
        ("thin SVD, shifted inside", thin("+ sign * delta / 2", ""), "a thin SVD leaves them out"),
        (
            "thin SVD, shifted outside",
            thin("", "+ sign * delta / 2 * np.eye(len(vectors))"),
            "a thin SVD leaves them out",
        ),
        (
            "shift on every entry",
            operator(left="+ delta / 2 + 0", right="- delta / 2 + 0"),
            "added to every entry",
        ),
        ("square on every entry", operator(eyes="np.ones_like"), "added to every entry"),
        ("a tuple", operator(answer="(one, two)"), "should be a dictionary"),
        ("small letters", operator(keys='"l", "r"'), "should be a dictionary"),
        (
            "rounding below zero",
            operator(
                ROOT.replace("def root", "def my_root").replace("np.maximum(values, 0)", BELOW)
            ),
            "back to zero first",
        ),
        (
            "roots of singular values",
            operator(grams="sizes(B @ B.T), sizes(B.T @ B)", before="sizes = my_root"),
            "roots already",
        ),
        (
            "inputs changed in place",
            operator(before="B *= (eta_w * eta_a)**0.5", rates="1"),
            "changes the arrays it is given",
        ),
        (
            "Cholesky",
            operator("def my_root(P):\n    return np.linalg.cholesky(P + 1e-9 * np.eye(len(P)))\n"),
            "it is not symmetric",
        ),
        (
            "eigenvalues without vectors",
            operator(
                "def my_root(P):\n"
                "    return np.diag(np.sqrt(np.maximum(np.linalg.eigvalsh(P), 0)))\n"
            ),
            "its directions are not",
        ),
        (
            "rows of Vt for columns",
            """
def function_space_operator(B, delta, *, eta_w=1.0, eta_a=1.0):
    U, s, Vt = np.linalg.svd(B)
    out = {}
    for key, vectors, sign in (("L", U, 1), ("R", Vt, -1)):
        values = np.zeros(len(vectors))
        values[: len(s)] = s
        values = np.sqrt(eta_a * eta_w * values**2 + delta**2 / 4) + sign * delta / 2
        out[key] = vectors @ np.diag(values) @ vectors.T
    return out
""",
            "the rows of svd's Vt",
        ),
        ("root of the rates", operator(rates="(eta_a * eta_w) ** 0.5"), "a root of its own"),
        ("sum of the rates", operator(rates="(eta_a + eta_w)"), "rates are added"),
        (
            "square outside",
            operator(left="+ delta**2 / 4", right="- delta**2 / 4"),
            "outside the root; use delta/2",
        ),
        (
            "no negative entries",
            operator(answer='{{"L": one, "R": np.maximum(two, 0)}}'),
            "negative entries are cut",
        ),
        ("one of the sides", operator(grams="B @ B.T, B @ B.T"), "R is too small"),
    ],
    "04.4": [
        ("one number", residual(answer="max(out)"), "return one for each time"),
        ("the mean", residual(answer="np.full(len(W), np.mean(out))"), "mean over the times"),
        ("not normalized", residual(size="1.0"), "not divided by the size"),
        (
            "each part by itself",
            residual(
                size="1",
                gap='norm(box["L"] - left) / norm(left) + norm(box["R"] - right) / norm(right)',
            ),
            "divided by its own size",
        ),
        ("squares", residual(norm="norm = lambda m: np.sum(m**2)"), "square of the norms"),
        (
            "root of squares",
            residual(
                gap='np.hypot(norm(box["L"] - left), norm(box["R"] - right))',
                size="np.hypot(norm(left), norm(right))",
            ),
            "roots of summed squares",
        ),
        (
            "size of the box",
            residual(size='norm(box["L"]) + norm(box["R"])'),
            "denominator should be both sizes",
        ),
        ("left only", residual(gap='norm(box["L"] - left)'), "add the gaps of L and of R"),
        ("right only", residual(gap='norm(box["R"] - right)'), "the gap of L is missing"),
        (
            "signs cancel",
            residual(gap='abs(norm(box["L"]) - norm(left) + norm(box["R"]) - norm(right))'),
            "opposite sign cancel",
        ),
        (
            "spectral norm",
            residual(norm="norm = lambda m: np.linalg.norm(m, 2)"),
            "use the Frobenius norm",
        ),
        (
            "nuclear norm",
            residual(norm="norm = lambda m: np.linalg.norm(m, 'nuc')"),
            "use the Frobenius norm",
        ),
        (
            "largest entry",
            residual(norm="norm = lambda m: np.max(np.abs(m))"),
            "use the Frobenius norm",
        ),
        (
            "sum of sizes",
            residual(norm="norm = lambda m: np.sum(np.abs(m))"),
            "use the Frobenius norm",
        ),
        ("rates not passed on", residual(rates=""), "in the box: pass eta_w and eta_a on"),
        ("eta_a not passed on", residual(rates="eta_w=eta_w"), "in the box: pass eta_a on"),
        ("eta_w not passed on", residual(rates="eta_a=eta_a"), "in the box: pass eta_w on"),
        ("rates forgotten", residual(rates="", weigh=("1", "1")), "rates are forgotten"),
        (
            "rates in the box only",
            residual(weigh=("1", "1")),
            "in the products of the weights",
        ),
        (
            "rates swapped",
            residual(before="eta_w, eta_a = eta_a, eta_w"),
            "rates look swapped",
        ),
        ("sign of delta", residual(delta="-delta"), "sign of delta is flipped"),
        ("delta unused", residual(delta="0.0"), "delta that is given is not used"),
        ("function of the start", residual(function="A[0] @ W[0]"), "of the first time only"),
        ("one time too few", residual(last="len(W) - 1"), "one too short"),
        ("two numbers a time", residual(answer="np.stack([out, out], 1)"), "two numbers per time"),
        (
            "delta of the weights",
            residual(delta="np.trace(A[k].T @ A[k] - W[k] @ W[k].T) / len(W[k])"),
            "it is made from the weights",
        ),
        ("sums", residual(answer="np.cumsum(out)"), "sums over the times"),
        ("backward", residual(answer="out[::-1]"), "run backward"),
        ("a root", residual(answer="np.sqrt(out)"), "a root too many"),
        ("mean size", residual(size="(norm(left) + norm(right)) / 2"), "not their mean"),
        (
            "root mean square",
            residual(norm="norm = lambda m: np.sqrt(np.mean(m**2))"),
            "the root of the mean square",
        ),
        ("rates squared", residual(weigh=("eta_w**2", "eta_a**2")), "rates are squared"),
        ("a pair", residual(answer="out, 0"), "whose rows have different lengths"),
        ("changed in place", residual(before="W *= 1 + 1e-9"), "changes the arrays it is given"),
    ],
    "04.5": [
        (
            "outputs outside",
            ntk("eta_a * np.kron(np.eye(c), features) + eta_w * np.kron(outputs, inputs)"),
            "factors are in the other order",
        ),
        (
            "Ann's own",
            ntk("eta_a * np.kron(np.eye(c), features) + eta_w * np.kron(inputs, outputs)"),
            "one of the two Kronecker products",
        ),
        (
            "the other one turned",
            ntk("eta_a * np.kron(features, np.eye(c)) + eta_w * np.kron(outputs, inputs)"),
            "one of the two Kronecker products",
        ),
        ("Ben's own", ntk(KRON, "eta_w, eta_a = eta_a, eta_w"), "rates look swapped"),
        ("first layer only", ntk("eta_w * np.kron(inputs, outputs)"), "readout's own term"),
        ("readout only", ntk("eta_a * np.kron(features, np.eye(c))"), "first layer's term"),
        ("rates forgotten", ntk(before="eta_w = eta_a = 1.0"), "rates are forgotten"),
        ("rates squared", ntk(before="eta_w, eta_a = eta_w**2, eta_a**2"), "rates are squared"),
        ("ones for the identity", ntk(KRON.replace("np.eye(c)", "np.ones((c, c))")), "all ones"),
        (
            "outputs apart in both",
            ntk(KRON.replace("outputs", "np.eye(c)")),
            "mixes outputs through A A^T",
        ),
        ("inputs in both", ntk(KRON.replace("features", "inputs")), "hidden features, not inputs"),
        ("features in both", ntk(KRON.replace("inputs", "features")), "compares inputs, not"),
        (
            "A A^T in the other term",
            ntk("eta_a * np.kron(features, outputs) + eta_w * np.kron(inputs, np.eye(c))"),
            "has changed its term",
        ),
        ("samples only", ntk("eta_a * features + eta_w * inputs"), "kernel of samples alone"),
        ("four axes", ntk(f"({KRON}).reshape(len(X), c, len(X), c)"), "four axes came back"),
        (
            "subtracted",
            ntk(KRON.replace("+ eta_w", "- eta_w")).replace(
                "eta_a * np.kron(features, np.eye(c)) - eta_w * np.kron(inputs, outputs)",
                "eta_w * np.kron(inputs, outputs) - eta_a * np.kron(features, np.eye(c))",
            ),
            "subtracted",
        ),
        (
            "axes out of order",
            ntk(
                'np.einsum("mn,jl->mnjl", eta_a * features, np.eye(c)).reshape(c * len(X), -1) '
                '+ np.einsum("mn,jl->mnjl", eta_w * inputs, outputs).reshape(c * len(X), -1)'
            ),
            "axes are not in order",
        ),
        ("half", ntk(f"({KRON}) / 2"), "is halved"),
        (
            "centered inputs",
            ntk(KRON.replace("inputs", "(X - X.mean(0)) @ (X - X.mean(0)).T")),
            "inputs are centered",
        ),
        (
            "diagonal of the outputs",
            ntk(KRON.replace("outputs", "np.diag(np.diag(outputs))")),
            "only the diagonal of A A^T",
        ),
        ("case with huge entries", cases((BEN, BEN.replace("one", "1e200 * one"))), "up to 1000"),
        (
            "case for Ann with equal features",
            cases((ANN, ANN.replace("(X", "(eye"))),
            "n, c or H H^T",
        ),
        ("mean over samples", ntk(f"({KRON}) / len(X)"), "divided by the number of samples"),
        (
            "two parts",
            ntk("eta_a * np.kron(features, np.eye(c)), eta_w * np.kron(inputs, outputs)"),
            "two matrices came back",
        ),
        ("changed in place", ntk(before="X *= 1 + 1e-9"), "changes the arrays it is given"),
        (
            "case for Ann with one sample",
            cases((ANN, ANN.replace("X", "one"))),
            "Ann's routine is right here",
        ),
        (
            "case for Ann with one output",
            cases((ANN, '"Ann": (X, eye, np.ones((1, 2)), 1.0, 1.0)')),
            "Ann's routine is right here",
        ),
        (
            "case for Ann with unequal rates",
            cases((ANN, ANN.replace("eye, 1.0, 1.0", "2 * eye, 2.0, 1.0"))),
            "Ben's routine is wrong here too",
        ),
        (
            "case for Ann at random",
            cases((ANN, ANN.replace("eye, 1.0", "eye + corner, 1.0"))),
            "Cleo's routine is wrong here too",
        ),
        (
            "case for Ben with equal rates",
            cases((BEN, BEN.replace("3.0", "1.0"))),
            "Ben's routine is right here",
        ),
        (
            "case for Ben with two samples",
            cases((BEN, BEN.replace("one", "X"))),
            "Ann's routine is wrong here too",
        ),
        (
            "case for Cleo with a symmetric A",
            cases((CLEO, CLEO.replace("corner", "corner + corner.T"))),
            "Cleo's routine is right here",
        ),
        (
            "case for Cleo with unequal rates",
            cases((CLEO, CLEO.replace("1.0, 1.0", "2.0, 1.0"))),
            "Ben's routine is wrong here too",
        ),
        (
            "case for Cleo with two samples",
            cases((CLEO, CLEO.replace("one", "X"))),
            "Ann's routine is wrong here too",
        ),
        (
            "case for Cleo that stops",
            cases((CLEO, CLEO.replace("corner", "np.ones((1, 2))"))),
            "stops with an error",
        ),
        ("a case is missing", cases((CLEO, '"Clea": ()')), '"Ann", "Ben" and "Cleo"'),
        ("cases in a list", cases(("return {\n", "return [] and {\n")), "should be a dictionary"),
        ("a case without rates", cases((BEN, BEN.replace(", 3.0, 1.0", ""))), "expected 5 things"),
        (
            "A and W exchanged",
            cases((BEN, '"Ben": (one, np.ones((1, 1)), np.ones((1, 2)), 3.0, 1.0)')),
            "mind which agree",
        ),
        ("a rate of 0", cases((BEN, BEN.replace("1.0)", "0.0)"))), "learning rates are above 0"),
        ("nothing but zeros", cases((ANN, ANN.replace("X", "0 * X"))), "all kernels are zero"),
    ],
    "04.6": [
        ("factor 2 of time", riccati(("-2 * kappa", "-kappa")), "time runs half as fast"),
        (
            "time from the first",
            riccati(("np.exp(-2 * kappa * t)", "np.exp(-2 * kappa * (t - t[0]))")),
            "first time is taken for 0",
        ),
        ("time twice", riccati(("-2 * kappa", "-4 * kappa")), "time runs twice as fast"),
        ("overflow", modes(GROWING), "growing exponential overflows"),
        ("growing E", riccati(("-2 * kappa", "2 * kappa")), "E grows here"),
        ("balanced race", riccati(("g = delta**2 / 4", "g = 0 * t")), "delta is missing"),
        ("constant speed", modes(CONSTANT.format(rate="abs(delta)")), "the constant |delta|"),
        (
            "speed of the start",
            modes(CONSTANT.format(rate="np.sqrt(delta**2 + 4 * u0**2)")),
            "stays that of the start",
        ),
        (
            "speed of the end",
            modes(CONSTANT.format(rate="np.sqrt(delta**2 + 4 * s**2)")),
            "that of the end from the start",
        ),
        (
            "divided by delta",
            riccati(("g / P", "(g / np.float64(delta)) * (delta / P)")),
            "divided by 0",
        ),
        ("delta squared", riccati(("delta**2 / 4", "delta**2")), "the 4 in delta^2 / 4 is missing"),
        (
            "delta for its square",
            riccati(("delta**2 / 4", "abs(delta)")),
            "delta in place of delta^2 / 4",
        ),
        ("negative delta", riccati(("delta**2 / 4", "delta")), "delta in place of delta^2 / 4"),
        ("kappa with delta", riccati(("s**2 + g)", "s**2 + 4 * g)")), "not delta^2"),
        (
            "one kappa",
            riccati(("np.sqrt(s**2 + g)", "np.sqrt(np.sum(s**2) + g)")),
            "each has its own",
        ),
        ("the largest kappa", riccati(("s**2 + g", "s.max()**2 + g")), "each has its own"),
        ("z0 balanced", riccati(("z0 = u0 + np.sqrt(u0**2 + g)", "z0 = 2 * u0")), "z0 should be"),
        ("z0 is u0", riccati(("z0 = u0 + np.sqrt(u0**2 + g)", "z0 = u0")), "z0 should be"),
        ("z returned", riccati(("(z - g / z) / 2", "z")), "this is z; go back"),
        ("half of z", riccati(("(z - g / z) / 2", "z / 2")), "subtract delta^2 / (4 z)"),
        ("not halved", riccati(("(z - g / z) / 2", "z - g / z")), "is not halved"),
        ("P and N exchanged", riccati(("N = g / P", "P, N = g / P, P")), "exchanged"),
        ("modes first", riccati(("(z - g / z) / 2", "((z - g / z) / 2).T")), "modes go down"),
        (
            "one mode",
            riccati(("(z - g / z) / 2", "((z - g / z) / 2)[:, 0]")),
            "one mode alone came back",
        ),
        ("the end only", riccati(("(z - g / z) / 2", "((z - g / z) / 2)[-1]")), "one time alone"),
        ("N negative", riccati(("N = g / P", "N = -g / P")), "N has the wrong sign"),
        ("no N", riccati(("N = g / P", "N = 0")), "N is missing"),
        ("P is kappa", riccati(("P = kappa + s", "P = kappa")), "P should be kappa + s"),
        ("kappa of u0", riccati(("np.sqrt(s**2 + g)", "np.sqrt(u0**2 + g)")), "made of u0"),
        ("z0 too small", riccati(("np.sqrt(u0**2 + g)", "delta / 2")), "does not begin at u0"),
        ("plus on the way back", riccati(("z - g / z", "z + g / z")), "does not begin at u0"),
        ("relative", riccati(("(z - g / z) / 2", "(z - g / z) / 2 / s")), "this is u / s"),
        ("what is missing", riccati(("(z - g / z) / 2", "s - (z - g / z) / 2")), "this is s - u"),
        (
            "the start changed in place",
            modes(RICCATI, "t = t[:, None]; u0 += 1e-12"),
            "changes the arrays it is given",
        ),
    ],
    "04.7": [
        ("squares", count(("[1]\n", "[1] ** 2\n")), "made of squares"),
        (
            "log of 0",
            rank(
                "    s = np.linalg.svd(B)[1]\n    p = s / s.sum(1)[:, None]\n"
                "    return np.exp(-np.sum(p * np.log(p), 1))\n"
            ),
            "log 0 is not a number",
        ),
        ("bits", count(("np.log(", "np.log2(")), "in bits"),
        ("entropy", count(("np.exp(", "(")), "the count is its exponential"),
        (
            "entropy in bits",
            count(("np.exp(", "("), ("np.log(", "np.log2(")),
            "exponential of the natural one",
        ),
        ("two to the entropy", count(("np.exp(", "2 ** (")), "2 to the power"),
        ("rank", rank("    return np.linalg.matrix_rank(B)\n"), "the plain rank"),
        ("sign", count(("np.exp(-", "np.exp(")), "sign of the entropy"),
        (
            "eigenvalues",
            count(("np.linalg.svd(each)[1]", "np.abs(np.linalg.eigvals(each))")),
            "not eigenvalues",
        ),
        (
            "eigenvalues of the square",
            count(("np.linalg.svd(each)[1]", "np.linalg.eigvalsh(each.T @ each)")),
            "made of squares",
        ),
        (
            "the largest share",
            count(("p = sigma / sigma.sum()", "p = sigma / sigma.max()")),
            "by the largest",
        ),
        ("not shares", count(("p = sigma / sigma.sum()", "p = sigma")), "not made into shares"),
        (
            "shares of the stack",
            count(("p = sigma / sigma.sum()", "p = sigma / np.linalg.svd(B)[1].sum()")),
            "of the whole stack",
        ),
        (
            "participation ratio",
            count(("np.exp(-np.sum(p * np.log(p)))", "1 / np.sum(p**2)")),
            "1 / sum p^2",
        ),
        (
            "stable rank",
            count(("np.exp(-np.sum(p * np.log(p)))", "np.sum(sigma**2) / sigma[0] ** 2")),
            "over the largest square",
        ),
        ("entries", count(("np.linalg.svd(each)[1]", "np.abs(each).ravel()")), "entries are taken"),
        (
            "diagonal",
            count(("np.linalg.svd(each)[1]", "np.abs(np.diag(each))")),
            "diagonal is taken",
        ),
        ("zero counts one", count(("out.append(0.0)", "out.append(1.0)")), "return zero there"),
        (
            "zero matrix",
            rank(STACKED.replace("np.where(total > 0, np.exp(entropy), 0.0)", "np.exp(entropy)")),
            "return zero there",
        ),
        (
            "NaN for zero",
            rank(
                STACKED.replace("np.where(total > 0, total, 1.0)", "total").replace(
                    "np.where(total > 0, np.exp(entropy), 0.0)", "np.exp(entropy)"
                )
            ),
            "NaN for the zero matrix",
        ),
        ("one number", count(("return out", "return float(np.mean(out))")), "one for each time"),
        (
            "the first only",
            rank(STACKED.replace("(B, ", "(B[:1], ")),
            "expected shape (5,), got (1,)",
        ),
        ("base 10", count(("np.log(", "np.log10(")), "that of base 10"),
        ("mean entropy", count(("np.exp(-np.sum(p", "np.exp(-np.mean(p")), "the mean over"),
        (
            "unit vector",
            count(("sigma / sigma.sum()", "sigma / np.linalg.norm(sigma)")),
            "root of their squares",
        ),
        (
            "symmetric part",
            count(
                (
                    "np.linalg.svd(each)[1]",
                    "np.abs(np.linalg.eigvalsh((each + each.T) / 2)) "
                    "if len(each) == len(each.T) else np.linalg.svd(each)[1]",
                ),
            ),
            "of the symmetric part",
        ),
        ("rows", count(("np.linalg.svd(each)[1]", "np.linalg.norm(each, axis=1)")), "of the rows"),
        (
            "zero is left out",
            count(("            out.append(0.0)\n            continue", "            continue")),
            "one too short",
        ),
        ("a pair", count(("return out", "return out, 1")), "whose rows have different lengths"),
        ("small modes cut", count(("p[p > 0]", "p[p > 0.01]")), "small modes are left out"),
        ("a threshold", count(("p[p > 0]", "p[sigma > 1e-3]")), "a billion times smaller"),
        (
            "each mode's own",
            rank(
                STACKED.replace(
                    "-np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=-1)",
                    "-p * np.log(np.where(p > 0, p, 1.0))",
                ).replace("total > 0, np.exp", "total[:, None] > 0, np.exp")
            ),
            "sum over modes at each time",
        ),
        ("changed in place", rank("    B *= 1 + 1e-9" + STACKED), "changes the arrays it is given"),
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
        ("kron", ntk()),
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
            f"""
def full_ntk(X, W, A, *, eta_w=1.0, eta_a=1.0):
    rows = []
    for x in X:
        for j in range(len(A)):
            by_A = np.zeros_like(A)
            by_A[j] = W @ x
            rows.append(np.concatenate([eta_a**0.5 * by_A.ravel(), eta_w**0.5 * np.outer(A[j], \
x).ravel()]))
    return np.array(rows) @ np.array(rows).T
{SEPARATE}""",
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
        (
            "cases as lists of whole numbers",
            cases(
                (ANN, '"Ann": [[[1, 0], [1, 1]], [[1, 0], [0, 1]], [[1, 0], [0, 1]], 1, 1]'),
                (BEN, '"Ben": [[[1]], [[1]], [[2]], 3, 1]'),
            ),
        ),
        (
            "cases with more of everything",
            cases(
                (ANN, '"Ann": (np.arange(12.0).reshape(4, 3), np.eye(3), np.eye(3), 0.5, 0.5)'),
                (BEN, '"Ben": (np.arange(1.0, 5).reshape(4, 1), [[2.0]], [[3.0]], 0.1, 7.0)'),
                (CLEO, '"Cleo": ([[1, 2, 3]], np.eye(3), np.arange(9).reshape(3, 3), 2, 2)'),
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
        ("N by subtraction", riccati(("N = g / P", "N = kappa - s"))),
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
        ("stacked", rank(STACKED)),
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

RIGHT_04_1 = """
def conserved_matrix(W, A, *, eta_w=1.0, eta_a=1.0):
    return eta_w * A.T @ A - eta_a * W @ W.T
"""

RIGHT_04_2 = """
def root(C):
    values, vectors = np.linalg.eigh(C)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def upstream_partner(W, c, delta, *, eta_w=1.0, eta_a=1.0):
    if len(W) > c:
        raise ValueError("h > c: A^T A has rank c at most")
    return np.eye(c, len(W)) @ root(eta_a * W @ W.T + delta * np.eye(len(W))) / np.sqrt(eta_w)


def downstream_partner(A, d, delta, *, eta_w=1.0, eta_a=1.0):
    h = A.shape[1]
    if h > d:
        raise ValueError("h > d: W W^T has rank d at most")
    return root(eta_w * A.T @ A - delta * np.eye(h)) @ np.eye(h, d) / np.sqrt(eta_a)
"""

RIGHT_04_3 = """
def function_space_operator(B, delta, *, eta_w=1.0, eta_a=1.0):
    def root(C):
        values, vectors = np.linalg.eigh(C)
        return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    c, d = B.shape
    rates, square = eta_a * eta_w, delta**2 / 4
    return {
        "L": root(rates * B @ B.T + square * np.eye(c)) + delta / 2 * np.eye(c),
        "R": root(rates * B.T @ B + square * np.eye(d)) - delta / 2 * np.eye(d),
    }
"""

RIGHT_04_4 = """
def theorem_residual(W, A, delta, *, eta_w=1.0, eta_a=1.0):
    out = []
    for W_k, A_k in zip(W, A):
        left, right = eta_w * A_k @ A_k.T, eta_a * W_k.T @ W_k
        box = my_operator(A_k @ W_k, delta, eta_w=eta_w, eta_a=eta_a)
        gap = np.linalg.norm(box["L"] - left) + np.linalg.norm(box["R"] - right)
        out.append(gap / (np.linalg.norm(left) + np.linalg.norm(right)))
    return np.array(out)
"""

RIGHT_04_5 = """
def full_ntk(X, W, A, *, eta_w=1.0, eta_a=1.0):
    hidden = X @ W.T
    return eta_a * np.kron(hidden @ hidden.T, np.eye(len(A))) + eta_w * np.kron(X @ X.T, A @ A.T)


def separating_cases():
    X, one = np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([[1.0, 0.0]])
    eye, corner = np.eye(2), np.array([[0.0, 1.0], [0.0, 0.0]])
    return {
        "Ann": (X, eye, eye, 1.0, 1.0),
        "Ben": (one, eye, 2 * eye, 3.0, 1.0),
        "Cleo": (one, eye, corner, 1.0, 1.0),
    }
"""

RIGHT_04_6 = """
def mode_strengths(t, u0, s, delta):
    t, square = np.asarray(t)[:, None], delta**2 / 4
    kappa = np.sqrt(s**2 + square)
    P = kappa + s
    N = square / P
    E = np.exp(-2 * kappa * t)
    z0 = u0 + np.sqrt(u0**2 + square)
    z = (z0 * (P + N * E) + square * (1 - E)) / (N + z0 * (1 - E) + P * E)
    return (z - square / z) / 2
"""

RIGHT_04_7 = """
def effective_rank(B):
    sigma = np.linalg.svd(B, compute_uv=False)
    total = sigma.sum(axis=-1)
    p = sigma / np.where(total > 0, total, 1)[:, None]
    entropy = -np.sum(p * np.log(np.where(p > 0, p, 1)), axis=-1)
    return np.where(total > 0, np.exp(entropy), 0)
"""

TYPED = {  # what was typed against the released copies, and was not told its cause
    "04.1": [
        (
            "parens minus",
            swapped(
                RIGHT_04_1,
                ("eta_w * A.T @ A - eta_a * W @ W.T", "eta_w * (A.T @ A - eta_a * W @ W.T)"),
            ),
            "the second term is inside its parentheses here",
        ),
        (
            "h from outer 1st row",
            swapped(RIGHT_04_1, ("A.T @ A", "np.outer(A[0], A[0])")),
            "all outputs count in A^T A, not one alone",
        ),
        (
            "isotropic: mean diag I",
            swapped(
                RIGHT_04_1,
                (
                    "return eta_w * A.T @ A - eta_a * W @ W.T",
                    "D = eta_w * A.T @ A - eta_a * W @ W.T\n"
                    "    return np.mean(np.diag(D)) * np.eye(len(D))",
                ),
            ),
            "the diagonal here; Delta need not be isotropic",
        ),
        (
            "norm row diag plus",
            swapped(RIGHT_04_1, ("W @ W.T", "np.diag(np.sum(W**2, axis=1))")),
            "diagonal only; W W^T has entries off it, too",
        ),
        (
            "sqrt rates both",
            swapped(RIGHT_04_1, ("eta_w * A", "np.sqrt(eta_w) * A")),
            "rates are under a root in the first term",
        ),
    ],
    "04.2": [
        (
            "random O not orth",
            swapped(
                RIGHT_04_2,
                ("np.eye(c, len(W))", "np.random.default_rng(0).normal(size=(c, len(W)))"),
            ),
            "factor that carries the root on orthonormal?",
        ),
        (
            "delta * eta",
            swapped(RIGHT_04_2, ("+ delta * np.eye(len(W))", "+ eta_w * delta * np.eye(len(W))")),
            "enters under the root without a learning rate",
        ),
    ],
    "04.3": [
        (
            "a rate each",
            swapped(
                RIGHT_04_3,
                ("eta_a * eta_w, delta", "1.0, delta"),
                ('"L": ', '"L": eta_w * ('),
                ("np.eye(c),", "np.eye(c)),"),
                ('"R": ', '"R": eta_a * ('),
                ("np.eye(d),", "np.eye(d)),"),
            ),
            "here each matrix has its own rate",
        ),
        (
            "rates mean",
            swapped(RIGHT_04_3, ("eta_a * eta_w", "(eta_a + eta_w) / 2")),
            "the rates are averaged under the root",
        ),
        (
            "(delta/4)^2",
            swapped(RIGHT_04_3, ("delta**2 / 4", "(delta / 4)**2")),
            "squared over 4; here it is delta/4, squared",
        ),
    ],
    "04.4": [
        (
            "no parentheses",
            swapped(
                RIGHT_04_4,
                (
                    "gap / (np.linalg.norm(left) + np.linalg.norm(right))",
                    "gap / np.linalg.norm(left) + np.linalg.norm(right)",
                ),
            ),
            "put it in parentheses",
        ),
        (
            "axis last time box",
            swapped(RIGHT_04_4, ("A_k @ W_k", "A[-1] @ W[-1]")),
            "is given the function of the last time only",
        ),
        (
            "norm of sum",
            swapped(
                RIGHT_04_4,
                (
                    'np.linalg.norm(box["L"] - left) + np.linalg.norm(box["R"] - right)',
                    'np.sum(abs(box["L"] - left)) + np.sum(abs(box["R"] - right))',
                ),
            ),
            "are sums of sizes here, not Frobenius norms",
        ),
    ],
    "04.5": [
        (
            "rate of the readout for both",
            swapped(RIGHT_04_5, ("eta_w * np.kron", "eta_a * np.kron")),
            "not one for both",
        ),
        (
            "rate of the first layer for both",
            swapped(RIGHT_04_5, ("eta_a * np.kron", "eta_w * np.kron")),
            "not one for both",
        ),
        (
            "prod for sum",
            swapped(RIGHT_04_5, ("+ eta_w * np.kron", "* eta_w * np.kron")),
            "terms are added, not multiplied entry by entry",
        ),
        (
            "W W.T features",
            swapped(RIGHT_04_5, ("hidden @ hidden.T", "X @ W.T @ W @ W.T @ W @ X.T")),
            "here W is applied once more, or W W^T is between them",
        ),
        (
            "huge 1e9",
            swapped(RIGHT_04_5, ("2 * eye, 3.0, 1.0", "2 * eye, 1e200, 1.0")),
            'case "Ben": learning rates up to 1000 will do',
        ),
    ],
    "04.6": [
        (
            "Euler's steps",
            """
def mode_strengths(t, u0, s, delta):
    path = [np.array(u0, dtype=float)]
    for step in np.diff(t):
        u = path[-1]
        path.append(u + step * np.sqrt(delta**2 + 4 * u**2) * (s - u))
    return np.array(path)
""",
            "these are Euler's steps",
        ),
        (
            "E s",
            swapped(RIGHT_04_6, ("np.exp(-2 * kappa", "np.exp(-2 * s")),
            "the exponent of E contains kappa, not s",
        ),
        (
            "P N swapped in denominator",
            swapped(RIGHT_04_6, ("N + z0 * (1 - E) + P * E", "P + z0 * (1 - E) + N * E")),
            "P and N are exchanged in the denominator",
        ),
        (
            "missing square term",
            swapped(RIGHT_04_6, ("+ square * (1 - E)) /", ") /")),
            "delta^2/4 (1 - E) is missing in the numerator",
        ),
        (
            "sign of square term",
            swapped(RIGHT_04_6, ("+ square * (1 - E)", "- square * (1 - E)")),
            "delta^2/4 (1 - E) should have a plus sign in the numerator",
        ),
        (
            "delta**2",
            swapped(RIGHT_04_6, ("delta**2 / 4", "delta**2 / 2")),
            "delta^2 is divided by 4, not by 2",
        ),
        (
            "z0 minus",
            swapped(RIGHT_04_6, ("u0 + np.sqrt", "u0 - np.sqrt")),
            "t) falls; or z0 has a minus before its root",
        ),
        (
            "kappa sum",
            swapped(RIGHT_04_6, ("np.sqrt(s**2 + square)", "s + np.sqrt(square)")),
            "kappa is the root of the sum of squares",
        ),
        (
            "sum of modes",
            swapped(
                RIGHT_04_6,
                ("return (z - square / z) / 2", "return ((z - square / z) / 2).sum(axis=1)"),
            ),
            "or their sum; return all of them: (T, k)",
        ),
        (
            "same s for all",
            swapped(RIGHT_04_6, ("kappa = ", "s = s[0]; kappa = ")),
            "each mode has its own target s",
        ),
    ],
    "04.7": [
        (
            "tiny taken for zero",
            swapped(RIGHT_04_7, ("np.where(total > 0, np.exp", "np.where(total > 1e-6, np.exp")),
            "the scale should not matter",
        ),
        (
            "1+entropy",
            swapped(RIGHT_04_7, ("np.exp(entropy)", "1 + entropy")),
            "the exponential of the entropy, not one plus it",
        ),
        (
            "top two",
            swapped(
                RIGHT_04_7,
                ("np.linalg.svd(B, compute_uv=False)", "np.linalg.svd(B, compute_uv=False)[:, :2]"),
            ),
            "all modes count, not the first two alone",
        ),
    ],
}
for _number, _typed in TYPED.items():
    WRONG[_number] += _typed

TYPED_RIGHT = {  # unusual, and right
    "04.1": [
        (
            "one product of complex numbers",
            """
def conserved_matrix(W, A, *, eta_w=1.0, eta_a=1.0):
    Z = np.concatenate([np.sqrt(eta_w)*np.asarray(A), 1j*np.sqrt(eta_a)*np.asarray(W).T])
    return (Z.T @ Z).real
""",
        ),
    ],
    "04.2": [
        (
            "triangular factors",
            """
def chol(C):
    l, V = np.linalg.eigh(C); return np.linalg.qr((V*np.sqrt(np.clip(l, 0, None))).T)[1]
def upstream_partner(W, c, delta, *, eta_w=1.0, eta_a=1.0):
    h = len(W)
    if h > c: raise ValueError("h > c")
    return np.vstack([chol((eta_a*W@W.T + delta*np.eye(h))/eta_w), np.zeros((c - h, h))])
def downstream_partner(A, d, delta, *, eta_w=1.0, eta_a=1.0):
    h = A.shape[-1]
    if h > d: raise ValueError("h > d")
    return np.hstack([chol((eta_w*A.T@A - delta*np.eye(h))/eta_a).T, np.zeros((h, d - h))])
""",
        ),
    ],
    "04.5": [
        (
            "torch's Jacobian",
            """
import torch
def full_ntk(X, W, A, *, eta_w=1.0, eta_a=1.0):
    X, W, A = (torch.tensor(np.array(v, float)) for v in (X, W, A))
    JW, JA = torch.autograd.functional.jacobian(lambda W, A: (X@W.T@A.T).reshape(-1), (W, A))
    JW, JA = JW.flatten(1), JA.flatten(1)
    return eta_w*JW@JW.T + eta_a*JA@JA.T
def separating_cases():
    e = np.eye(2)
    corner = np.array([[0, 1], [0, 0.0]])
    ann, ben = (e + e[0], e, e, 1, 1), (e[:1], e, 3*e, 2, 5)
    return {"Ann": ann, "Ben": ben, "Cleo": (e[:1], e, corner, 1, 1)}
""",
        ),
    ],
    "04.6": [
        (
            "by an integrator",
            """
from scipy.integrate import solve_ivp
def mode_strengths(t, u0, s, delta):
    u0, s = np.asarray(u0, float), np.asarray(s, float); out = np.empty((len(t), len(u0)))
    f = lambda _, u: np.sqrt(delta**2 + 4*u**2)*(s - u)
    how = dict(method="DOP853", rtol=1e-9, atol=1e-12, dense_output=True)
    sol = solve_ivp(f, (0, 60.0), u0, **how)
    for k, x in enumerate(t): out[k] = sol.sol(min(float(x), 60.0))
    return out
""",
        ),
    ],
    "04.7": [
        (
            "by eigenvalues and xlogy",
            """
from scipy.special import xlogy
def effective_rank(B):
    B = np.asarray(B, float)
    if B.shape[1] > B.shape[2]: B = B.swapaxes(1, 2)
    s = np.sqrt(np.maximum(np.linalg.eigvalsh(B@B.swapaxes(1, 2)), 0))
    tot = s.sum(1, keepdims=True)
    p = np.divide(s, tot, out=np.zeros_like(s), where=tot > 0)
    return np.exp(-xlogy(p, p).sum(1))*(tot[:, 0] > 0)
""",
        ),
    ],
}
for _number, _typed in TYPED_RIGHT.items():
    RIGHT[_number] += _typed
