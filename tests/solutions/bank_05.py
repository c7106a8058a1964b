"""Collect answers to 05_deep as students write them, wrong ones and right ones.

WRONG[exercise] lists (name, source, words of the message, which must name the cause);
RIGHT[exercise] lists (name, source).
"""


def product(order: str = "W @ B") -> str:
    return f"""
def end_to_end(Ws):
    B = Ws[0]
    for W in Ws[1:]:
        B = {order}
    return B
"""


def slopes(
    slope: str = "after.T @ G @ before.T",
    residual: str = "X @ B.T - Y",
    answer: str = "out",
    scale: str = "1",
) -> str:
    return f"""
def chain(Ws, size):
    B = np.eye(size)
    for W in Ws:
        B = W @ B
    return B


def layer_gradients(Ws, X, Y):
    B = chain(Ws, X.shape[1])
    G = {scale} * ({residual}).T @ X
    out = []
    for l in range(len(Ws)):
        before = chain(Ws[:l], X.shape[1])
        after = chain(Ws[l + 1:], Ws[l].shape[0])
        out.append({slope})
    return {answer}
"""


def pairs(matrix: str, last: str = "len(Ws) - 1") -> str:
    return f"""
def conserved_pairs(Ws, etas):
    return [{matrix} for i in range({last})]
"""


def rhs(body: str, before: str = "u = np.asarray(u, dtype=float)") -> str:
    return f"def balanced_mode_rhs(u, s, depth):\n    {before}\n    return {body}\n"


def escape(
    end: str = "frac * s", integral: str = "ln", first: str = "if u0 >= end: return 0.0"
) -> str:
    body = {
        "ln": (
            "quad(lambda z: 1 / (depth * np.exp(z)**(1 - 2 / depth) * (s - np.exp(z))), "
            "np.log(u0), np.log(end))[0]"
        ),
        "logarithm": (
            "np.log(end * (s - u0) / (u0 * (s - end))) / (depth * s) if depth > 1 "
            "else np.log((s - u0) / (s - end))"
        ),
        "grid": "np.trapezoid(1 / (depth * grid**(2 - 2 / depth) * (s - grid)), grid)",
        "plateau": (
            "np.log((s - u0) / (s - end)) if depth == 1 else np.log(end * (s - u0) "
            "/ (u0 * (s - end))) / (2 * s) if depth == 2 else u0**(2 / depth - 1) "
            "/ ((depth - 2) * s)"
        ),
        "no du": (
            "quad(lambda z: 1 / (depth * np.exp(z)**(2 - 2 / depth) * (s - np.exp(z))), "
            "np.log(u0), np.log(end))[0]"
        ),
        "no factor": (
            "quad(lambda z: 1 / (np.exp(z)**(1 - 2 / depth) * (s - np.exp(z))), np.log(u0), "
            "np.log(end))[0]"
        ),
    }[integral]
    return f"""
def escape_time(u0, s, depth, frac):
    end = {end}
    {first}
    grid = np.linspace(u0, end, 2001)
    return {body}
"""


def aligned(number: str) -> str:
    return f"""
def layer_alignment(Ws):
    out = []
    for W, V in zip(Ws, Ws[1:]):
        U, _, Vt = np.linalg.svd(W)
        U2, _, Vt2 = np.linalg.svd(V)
        out.append({number})
    return np.array(out)
"""


def distance(
    term: str = "etas[l] * np.kron(Z @ Z.T, A @ A.T)",
    of: str = "K(Ws_t[0]), K(Ws)",
    layers: str = "range(len(Ws))",
) -> str:
    return f"""
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = W @ B
        return B

    def K(Ws):
        total = 0
        for l in {layers}:
            Z = X @ chain(Ws[:l], X.shape[1]).T
            A = chain(Ws[l + 1:], Ws[l].shape[0])
            total = total + {term}
        return total

    return np.array([kernel.kernel_distance({of}) for Ws in Ws_t])
"""


FLAT = """
def deep_kernel_distance(X, Ws_t, etas):
    flat = [np.concatenate([W.ravel() for W in Ws]) for Ws in Ws_t]
    return np.array([{}])
"""

WRONG = {
    "05.1": [
        ("reverse order", product("B @ W"), "the order is reversed"),
        ("entry by entry", product("B * W"), "entry by entry"),
        (
            "two layers only",
            "def end_to_end(Ws):\n    return Ws[1] @ Ws[0] if len(Ws) > 1 else Ws[0]",
            "first two layers",
        ),
    ],
    "05.2": [
        ("exchanged", slopes("before.T @ G @ after.T"), "before and after are exchanged"),
        ("no transposes", slopes("after @ G @ before"), "a transpose is missing"),
        ("transposed", slopes("(after.T @ G @ before.T).T"), "transpose of the gradient"),
        ("mean", slopes(scale="1 / len(X)"), "do not divide by"),
        ("velocity", slopes(scale="-1"), "the sign is turned round"),
        ("factor 2", slopes(scale="2"), "the 2 of the derivative goes away"),
        ("last layer first", slopes(answer="out[::-1]"), "the first layer comes first"),
    ],
    "05.3": [
        (
            "own rates",
            pairs("etas[i + 1] * Ws[i + 1].T @ Ws[i + 1] - etas[i] * Ws[i] @ Ws[i].T"),
            "the rates should be crossed",
        ),
        (
            "W^T W twice",
            pairs("etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i].T @ Ws[i]"),
            "W^T W stands on both sides",
        ),
        (
            "wrong neighbor",
            pairs(
                "etas[i] * Ws[(i + 2) % 3].T @ Ws[(i + 2) % 3] - etas[(i + 2) % 3] * Ws[i] "
                "@ Ws[i].T"
                " if len(Ws) == 3 else 0 * Ws[i] @ Ws[i].T"
            ),
            "wrong neighbor",
        ),
        (
            "rates forgotten",
            pairs("Ws[i + 1].T @ Ws[i + 1] - Ws[i] @ Ws[i].T"),
            "rates are forgotten",
        ),
        (
            "sign",
            pairs("etas[i + 1] * Ws[i] @ Ws[i].T - etas[i] * Ws[i + 1].T @ Ws[i + 1]"),
            "the sign is turned round",
        ),
    ],
    "05.4": [
        ("2 - L/2", rhs("depth * u**(2 - depth / 2) * (s - u)"), "not 2 - L/2"),
        ("no factor", rhs("u**(2 - 2 / depth) * (s - u)"), "the factor L is missing"),
        ("sign", rhs("depth * u**(2 - 2 / depth) * (u - s)"), "the sign is turned round"),
        (
            "a power of sigma",
            rhs("depth * u**(2 * depth - 2) * (s - u)"),
            "write it as a power of u",
        ),
        ("chain rule forgotten", rhs("depth * u**(1 - 1 / depth) * (s - u)"), "sigma^(2L - 2)"),
    ],
    "05.5": [
        ("logarithm", escape(integral="logarithm"), "logarithm of two layers"),
        ("part of the way", escape(end="u0 + frac * (s - u0)"), "not a part of the way"),
        (
            "of u0",
            escape(end="u0 + frac * (s - u0)", first="if u0 >= frac * s: return 0.0"),
            "not a part of the way",
        ),
        ("frac alone", escape(end="frac"), "not frac itself"),
        ("even grid", escape(integral="grid"), "an even grid in u sees nothing"),
        ("leading term", escape(integral="plateau"), "only the leading term"),
        ("no factor", escape(integral="no factor"), "the factor L is missing"),
        ("no du", escape(integral="no du"), "du is u dz"),
        ("negative", escape(first="pass"), "is there already"),
    ],
    "05.6": [
        ("exchanged", aligned("abs(Vt[0] @ U2[:, 0])"), "left and right are exchanged"),
        ("no absolute value", aligned("U[:, 0] @ Vt2[0]"), "take the absolute value"),
        ("two left ones", aligned("abs(U[:, 0] @ U2[:, 0])"), "two left vectors"),
        ("two right ones", aligned("abs(Vt[0] @ Vt2[0])"), "two right vectors"),
        ("columns of Vt", aligned("abs(U[:, 0] @ Vt2[:, 0])"), "right vectors are the rows of Vt"),
        ("rows of U", aligned("abs(U[0] @ Vt2[0])"), "left vectors are the columns of U"),
        ("weakest", aligned("abs(U[:, -1] @ Vt2[-1])"), "the strongest comes first"),
    ],
    "05.7": [
        ("last layer", distance(layers="[len(Ws) - 1]"), "only the last layer"),
        ("first layer", distance(layers="[0]"), "only the first layer"),
        (
            "weights",
            FLAT.format("np.linalg.norm(x - flat[0]) for x in flat"),
            "distance of the weights",
        ),
        (
            "angle of weights",
            FLAT.format(
                "1 - x @ flat[0] / np.linalg.norm(x) / np.linalg.norm(flat[0]) for x in flat"
            ),
            "distance of the weights",
        ),
        ("rates forgotten", distance("np.kron(Z @ Z.T, A @ A.T)"), "rates are forgotten"),
        (
            "rates reversed",
            distance("etas[-1 - l] * np.kron(Z @ Z.T, A @ A.T)"),
            "rates look swapped",
        ),
        ("outputs summed", distance("etas[l] * Z @ Z.T * np.sum(A**2)"), "outputs are summed up"),
        (
            "from the time before",
            distance().replace(
                "return np.array([kernel.kernel_distance(K(Ws_t[0]), K(Ws)) for Ws in Ws_t])",
                (
                    "return np.array([0] + [kernel.kernel_distance(K(a), K(b)) for a, "
                    "b in zip(Ws_t, Ws_t[1:])])"
                ),
            ),
            "from the time before",
        ),
    ],
}

RIGHT = {
    "05.1": [
        ("loop", product()),
        (
            "multi_dot",
            (
                "def end_to_end(Ws):\n"
                "    return np.linalg.multi_dot(Ws[::-1]) if len(Ws) > 1 else Ws[0]"
            ),
        ),
        (
            "float32 from behind",
            (
                "def end_to_end(Ws):\n    B = np.float32(Ws[-1])\n"
                "    for W in reversed(Ws[:-1]):\n        B = B @ np.float32(W)\n    return B"
            ),
        ),
        (
            "lists",
            (
                "def end_to_end(Ws):\n    B = np.eye(Ws[0].shape[1])\n    for W in Ws:\n"
                "        B = np.einsum('ij,jk->ik', W, B)\n    return B.tolist()"
            ),
        ),
    ],
    "05.2": [
        ("products in a loop", slopes()),
        (
            "back propagation sample by sample",
            """
def layer_gradients(Ws, X, Y):
    out = [np.zeros(W.shape) for W in Ws]
    for x, y in zip(X, Y):
        h = [x]
        for W in Ws:
            h.append(W @ h[-1])
        back = h[-1] - y
        for l in reversed(range(len(Ws))):
            out[l] += np.outer(back, h[l])
            back = Ws[l].T @ back
    return out
""",
        ),
        (
            "torch",
            """
def layer_gradients(Ws, X, Y):
    import torch
    layers = [torch.tensor(np.asarray(W), requires_grad=True) for W in Ws]
    out = torch.tensor(np.asarray(X))
    for W in layers:
        out = out @ W.T
    (0.5 * ((out - torch.tensor(np.asarray(Y)))**2).sum()).backward()
    return tuple(W.grad.numpy() for W in layers)
""",
        ),
    ],
    "05.3": [
        (
            "as in the text",
            pairs("etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T"),
        ),
        (
            "zip",
            (
                "def conserved_pairs(Ws, etas):\n"
                "    return [p * V.T @ V - q * W @ W.T for W, V, p, q in zip(Ws, Ws[1:], etas, "
                "etas[1:])]"
            ),
        ),
        (
            "einsum, float32 and a tuple",
            """
def conserved_pairs(Ws, etas):
    out = ()
    for i in range(1, len(Ws)):
        later = np.einsum("ki,kj->ij", Ws[i], Ws[i])
        earlier = np.einsum("ik,jk->ij", Ws[i - 1], Ws[i - 1])
        out += (np.float32(etas[i - 1] * later - etas[i] * earlier),)
    return out
""",
        ),
    ],
    "05.4": [
        ("as in the text", rhs("depth * u**(2 - 2 / depth) * (s - u)")),
        (
            "without an array first",
            rhs("depth * np.power(u, 2 * (1 - 1 / depth)) * np.subtract(s, u)", "pass"),
        ),
        ("by way of sigma", rhs("depth * (u**(1 / depth))**(2 * depth - 2) * (s - u)")),
        (
            "float32",
            rhs("depth * u**(2 - 2 / depth) * (s - u)", "u = np.asarray(u, dtype=np.float32)"),
        ),
    ],
    "05.5": [
        ("quad", escape()),
        (
            "trapezoids in ln u",
            """
def escape_time(u0, s, depth, frac):
    if frac * s <= u0:
        return 0
    z = np.linspace(np.log(u0), np.log(frac * s), 20001)
    u = np.exp(z)
    f = u / (depth * u**(2 - 2 / depth) * (s - u))
    return float(np.sum((f[1:] + f[:-1]) / 2 * np.diff(z)))
""",
        ),
        (
            "an ODE for time",
            """
def escape_time(u0, s, depth, frac):
    from scipy.integrate import solve_ivp
    if u0 >= frac * s:
        return 0.0
    slope = lambda z, t: [1 / (depth * np.exp(z)**(1 - 2 / depth) * (s - np.exp(z)))]
    way = solve_ivp(slope, (np.log(u0), np.log(frac * s)), [0.0], rtol=1e-9, atol=1e-12)
    return way.y[0, -1]
""",
        ),
        (
            "closed forms where there are",
            """
def escape_time(u0, s, depth, frac):
    end = frac * s
    if u0 >= end:
        return 0.0
    if depth == 1:
        return np.log((s - u0) / (s - end))
    if depth == 2:
        return np.log(end * (s - u0) / (u0 * (s - end))) / (2 * s)
    b = 1 - 2 / depth  # v = u^-b is even where u is small
    v = lambda y: 1 / (depth * b * (s - y**(-1 / b)))
    return quad(v, end**-b, u0**-b, limit=500)[0]
""",
        ),
    ],
    "05.6": [
        ("as in the text", aligned("abs(U[:, 0] @ Vt2[0])")),
        (
            "eigenvectors",
            """
def layer_alignment(Ws):
    first = lambda M: np.linalg.eigh(M)[1][:, -1]
    return [abs(first(W @ W.T) @ first(V.T @ V)) for W, V in zip(Ws, Ws[1:])]
""",
        ),
        (
            "torch",
            """
def layer_alignment(Ws):
    import torch
    parts = [torch.linalg.svd(torch.tensor(np.asarray(W)), full_matrices=False) for W in Ws]
    return torch.stack([(p.U[:, 0] * q.Vh[0]).sum().abs() for p, q in zip(parts, parts[1:])])
""",
        ),
    ],
    "05.7": [
        ("as in the text", distance()),
        ("outputs outside", distance("etas[l] * np.kron(A @ A.T, Z @ Z.T)")),
        (
            "Jacobians",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def K(Ws):
        c, total = Ws[-1].shape[0], 0
        for l, W in enumerate(Ws):
            before, after = np.eye(X.shape[1]), np.eye(W.shape[0])
            for V in Ws[:l]:
                before = V @ before
            for V in Ws[l + 1:]:
                after = V @ after
            J = np.einsum("ij,nk->nijk", after, X @ before.T).reshape(len(X) * c, -1)
            total = total + etas[l] * J @ J.T
        return total / np.linalg.norm(total)
    first = K(Ws_t[0])
    return [1 - np.sum(first * K(Ws)) for Ws in Ws_t]
""",
        ),
        (
            "one loop over outputs",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def blocks(Ws):
        c, back, grams = Ws[-1].shape[0], np.eye(Ws[-1].shape[0]), []
        for W in Ws[::-1]:
            grams.append(back @ back.T)
            back = back @ W
        K, H = np.zeros((c, c, len(X), len(X))), X
        for eta, W, gram in zip(etas, Ws, grams[::-1]):
            for i in range(c):
                for j in range(c):
                    K[i, j] += eta * gram[i, j] * (H @ H.T)
            H = H @ W.T
        return K.ravel() / np.linalg.norm(K)
    units = np.array([blocks(Ws) for Ws in Ws_t])
    return 0.5 * np.sum((units - units[0])**2, axis=1)
""",
        ),
    ],
}
