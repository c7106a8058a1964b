"""Collect answers to 05_deep as students write them, wrong ones and right ones.

WRONG[exercise] lists (name, source, words of the message, which must name the cause);
RIGHT[exercise] lists (name, source).
"""


def product(
    order: str = "W @ B", first: str = "Ws[0]", rest: str = "Ws[1:]", last: str = "return B"
) -> str:
    return f"""
def end_to_end(Ws):
    B = {first}
    for W in {rest}:
        B = {order}
    {last}
"""


def slopes(
    slope: str = "after.T @ G @ before.T",
    residual: str = "X @ B.T - Y",
    answer: str = "out",
    scale: str = "1",
    step: str = "W @ B",
    over: str = "range(len(Ws))",
    G: str = "",
) -> str:
    return f"""
def chain(Ws, size):
    B = np.eye(size)
    for W in Ws:
        B = {step}
    return B


def layer_gradients(Ws, X, Y):
    B = chain(Ws, X.shape[1])
    G = {G or f"{scale} * ({residual}).T @ X"}
    out = []
    for l in {over}:
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


def predict(
    start: str = "factor ** (1 - power), 1.0",
    layers: str = "factor ** (2 - depth), 1.0",
    target: str = "1 / factor, factor ** -power",
    rates: str = "1 / factor, 1 / factor",
    last: str = "answers[change]",
) -> str:
    return f"""
def predict_factors(change, factor, depth):
    power = 2 - 2 / depth
    answers = {{
        "start": ({start}),
        "layers": ({layers}),
        "target": ({target}),
        "rates": ({rates}),
    }}
    return {last}
"""


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
        "tuple": (
            "quad(lambda z: 1 / (depth * np.exp(z)**(1 - 2 / depth) * (s - np.exp(z))), "
            "np.log(u0), np.log(end))"
        ),
        "backwards": (
            "quad(lambda z: 1 / (depth * np.exp(z)**(1 - 2 / depth) * (s - np.exp(z))), "
            "np.log(end), np.log(u0))[0]"
        ),
        "2 - L/2": (
            "quad(lambda z: 1 / (depth * np.exp(z)**(1 - depth / 2) * (s - np.exp(z))), "
            "np.log(u0), np.log(end))[0]"
        ),
        "1 - 1/L": (
            "quad(lambda z: 1 / (depth * np.exp(z)**(1 - 1 / depth) * (s - np.exp(z))), "
            "np.log(u0), np.log(end))[0]"
        ),
        "no error": (
            "quad(lambda z: 1 / (depth * np.exp(z)**(1 - 2 / depth)), np.log(u0), np.log(end))[0]"
        ),
        "log10": (
            "quad(lambda z: 1 / (depth * 10**(z * (1 - 2 / depth)) * (s - 10**z)), "
            "np.log10(u0), np.log10(end))[0]"
        ),
        "integer power": (
            "quad(lambda z: 1 / (depth * np.exp(z)**(1 - 2 // depth) * (s - np.exp(z))), "
            "np.log(u0), np.log(end))[0]"
        ),
        "in u": "quad(lambda u: 1 / (depth * u**(2 - 2 / depth) * (s - u)), u0, end, limit=3)[0]",
        "even logs": "np.trapezoid(1 / (depth * zs**(1 - 2 / depth) * (s - zs)), np.log(zs))",
        "L above": (
            "quad(lambda z: depth / (np.exp(z)**(1 - 2 / depth) * (s - np.exp(z))), np.log(u0), "
            "np.log(end))[0]"
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
    zs = np.geomspace(u0, end, 12)
    return {body}
"""


def aligned(number: str, over: str = "zip(Ws, Ws[1:])", answer: str = "np.array(out)") -> str:
    return f"""
def layer_alignment(Ws):
    out = []
    for W, V in {over}:
        U, _, Vt = np.linalg.svd(W)
        U2, _, Vt2 = np.linalg.svd(V)
        out.append({number})
    return {answer}
"""


def distance(
    term: str = "etas[l] * np.kron(Z @ Z.T, A @ A.T)",
    of: str = "K(Ws_t[0]), K(Ws)",
    layers: str = "range(len(Ws))",
    step: str = "W @ B",
    after: str = "chain(Ws[l + 1:], Ws[l].shape[0])",
    before: str = "chain(Ws[:l], X.shape[1])",
    answer: str = "np.array([kernel.kernel_distance({of}) for Ws in Ws_t])",
) -> str:
    answer = answer.replace("{of}", of)
    return f"""
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = {step}
        return B

    def K(Ws):
        total = 0
        for l in {layers}:
            Z = X @ {before}.T
            A = {after}
            total = total + {term}
        return total

    return {answer}
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
        ("last layer left out", product(rest="Ws[1:-1]"), "first two layers"),
        ("first layer twice", product(rest="Ws"), "the first layer is used twice"),
        ("first layer missing", product(first="Ws[1]", rest="Ws[2:]"), "first layer is missing"),
        ("middle missing", product(rest="Ws[2:]"), "the middle layer is missing"),
        (
            "last layer alone",
            "def end_to_end(Ws):\n    for W in Ws:\n        B = W\n    return B",
            "the last layer alone",
        ),
        ("transposed", product(last="return B.T"), "this is the transpose"),
        ("layers transposed", product("W.T @ B", first="Ws[0].T"), "each layer is transposed"),
        ("added", "def end_to_end(Ws):\n    return sum(Ws)", "the layers are added"),
        (
            "three layers written out",
            "def end_to_end(Ws):\n    return Ws[2] @ Ws[1] @ Ws[0]",
            "a number of layers or a size written as a fixed number",
        ),
        (
            "multi_dot in the order of the list",
            "def end_to_end(Ws):\n    return np.linalg.multi_dot(Ws) if len(Ws) > 1 else Ws[0]",
            "the order is reversed",
        ),
        (
            "multi_dot of one layer",
            "def end_to_end(Ws):\n    return np.linalg.multi_dot(Ws[::-1])",
            "a network of one layer is that layer itself",
        ),
        (
            "eats the list",
            "def end_to_end(Ws):\n    B = Ws.pop(0)\n    for W in Ws:\n        B = W @ B\n"
            "    return B",
            "changes the arrays it is given",
        ),
        (
            "into the first layer",
            "def end_to_end(Ws):\n    B = Ws[0]\n    for W in Ws[1:]:\n        B[:] = W @ B\n"
            "    return B",
            "changes the arrays it is given",
        ),
        ("nothing returned", product(last="print(B)"), "nothing came back"),
        (
            "identity of a fixed size",
            product(first="np.eye(2)", rest="Ws"),
            "is a size written as a fixed number",
        ),
        ("Kronecker product", product("np.kron(W, B)"), "expected shape (2, 2)"),
        ("a list of products", product(last="return [B, B]"), "expected shape (2, 2)"),
        (
            "last layer twice",
            "def end_to_end(Ws):\n    B = Ws[-1]\n    for W in Ws[::-1]:\n"
            "        B = B @ W\n    return B",
            "the last layer is used twice",
        ),
        (
            "a list when there is one layer",
            product(last="return B if len(Ws) > 1 else Ws"),
            "a network of one layer is that layer itself",
        ),
        (
            "takes the samples too",
            "def end_to_end(Ws, x):\n    for W in Ws:\n        x = W @ x\n    return x",
            "keep the function's name and its arguments",
        ),
        (
            "identity of the first layer's outputs",
            product(first="np.eye(len(Ws[0]))", rest="Ws"),
            "do the shapes fit?",
        ),
        ("returns inside the loop", product(order="W @ B\n        return B"), "first two layers"),
        ("first layer alone", product(rest="[]"), "the first layer alone"),
        ("zeros", product(first="0 * Ws[0]"), "only zeros came back"),
        (
            "half precision",
            product(last="return np.float16(np.round(B, 2))"),
            "near, but not near enough",
        ),
        (
            "whole numbers",
            """
def end_to_end(Ws):
    B = Ws[0]
    for W in Ws[1:]:
        B = W @ B
    return B.astype(int)
""",
            "the decimals are cut off",
        ),
        (
            "an activation between the layers",
            """
def end_to_end(Ws):
    B = Ws[0]
    for W in Ws[1:]:
        B = np.maximum(W @ B, 0)
    return B
""",
            "these layers are linear",
        ),
        (
            "divided by the number of layers",
            """
def end_to_end(Ws):
    B = Ws[0]
    for W in Ws[1:]:
        B = W @ B
    return B / len(Ws)
""",
            "wrong by one and the same factor",
        ),
        (
            "sign",
            """
def end_to_end(Ws):
    B = Ws[0]
    for W in Ws[1:]:
        B = W @ B
    return -B
""",
            "the sign is flipped",
        ),
        (
            "counted from the first layer again",
            """
def end_to_end(Ws):
    B = Ws[0]
    for l in range(len(Ws) - 1):
        B = Ws[l] @ B
    return B
""",
            "and the last one is missing",
        ),
        (
            "sizes of the weights",
            """
def end_to_end(Ws):
    B = Ws[0]
    for W in Ws[1:]:
        B = np.abs(W) @ B
    return B
""",
            "signs are lost on the way",
        ),
        (
            "every second layer",
            """
def end_to_end(Ws):
    B = Ws[0]
    for W in Ws[2::2]:
        B = W @ B
    return B
""",
            "the middle layer is missing",
        ),
        (
            "five layers written out",
            """
def end_to_end(Ws):
    if len(Ws) == 1:
        return Ws[0]
    if len(Ws) == 2:
        return Ws[1] @ Ws[0]
    if len(Ws) == 3:
        return Ws[2] @ Ws[1] @ Ws[0]
    if len(Ws) == 4:
        return Ws[3] @ Ws[2] @ Ws[1] @ Ws[0]
    return Ws[4] @ Ws[3] @ Ws[2] @ Ws[1] @ Ws[0]
""",
            "6 layers of the widths",
        ),
        (
            "a product that begins with zeros",
            """
def end_to_end(Ws):
    B = np.zeros_like(Ws[0])
    for W in Ws:
        B = B + W @ B
    return B
""",
            "begin the product with a layer",
        ),
        (
            "a generator",
            """
def end_to_end(Ws):
    B = Ws[0]
    for W in Ws[1:]:
        B = W @ B
        yield B
""",
            "cannot be graded",
        ),
        (
            "each pair of neighbors",
            """
def end_to_end(Ws):
    B=Ws[0]
    for a,b in pairwise(Ws):
        B=b@a@B
    return B
""",
            "not through pairs",
        ),
    ],
    "05.2": [
        ("exchanged", slopes("before.T @ G @ after.T"), "before and after are exchanged"),
        ("no transposes", slopes("after @ G @ before"), "a transpose is missing"),
        ("no transpose after", slopes("after @ G @ before.T"), "a transpose is missing"),
        ("no transpose before", slopes("after.T @ G @ before"), "on the layers before"),
        ("transposed", slopes("(after.T @ G @ before.T).T"), "transpose of the gradient"),
        ("mean", slopes(scale="1 / len(X)"), "do not divide by n"),
        ("mean of all", slopes(scale="1 / Y.size"), "do not divide by their number"),
        ("velocity", slopes(scale="-1"), "the sign is flipped"),
        ("factor 2", slopes(scale="2"), "the 2 of the derivative goes away"),
        ("factor 2 and mean", slopes(scale="2 / len(X)"), "no 2, and no division by n"),
        ("half", slopes(scale="0.5"), "do not divide by 2 once more"),
        ("last layer first", slopes(answer="out[::-1]"), "the first layer comes first"),
        (
            "layers after in the wrong order",
            slopes(
                "back.T @ G @ before.T",
            ).replace(
                "        out.append",
                "        back = np.eye(len(after.T))\n        for W in Ws[:l:-1]:\n"
                "            back = W @ back if W.shape[1] == len(back) else back\n"
                "        out.append",
            ),
            "the layers after it are multiplied in the wrong order",
        ),
        (
            "layers before in the wrong order",
            slopes("after.T @ G @ mixed.T").replace(
                "        out.append",
                "        mixed = np.eye(X.shape[1])\n        for W in Ws[:l][::-1]:\n"
                "            mixed = W @ mixed\n        out.append",
            ),
            "the layers before it are multiplied in the wrong order",
        ),
        (
            "all products in the wrong order",
            slopes(step="B @ W"),
            "in the wrong order",
        ),
        (
            "B in the wrong order",
            slopes().replace(
                "    G =",
                "    B = np.eye(X.shape[1])\n    for W in Ws:\n        B = B @ W\n    G =",
            ),
            "the layers in B are multiplied in the wrong order",
        ),
        ("G transposed", slopes(G="X.T @ (X @ B.T - Y)"), "G is transposed"),
        (
            "itself before",
            slopes("after.T @ G @ chain(Ws[:l + 1], X.shape[1]).T"),
            "among the layers before; leave it out",
        ),
        (
            "itself after",
            slopes("chain(Ws[l:], Ws[l].shape[1]).T @ G @ before.T"),
            "among the layers after; leave it out",
        ),
        ("before missing", slopes("after.T @ G"), "the layers before it are missing"),
        ("after missing", slopes("G @ before.T"), "the layers after it are missing"),
        ("G for all", slopes("G"), "this is G, the gradient of the whole"),
        (
            "the next layer only",
            slopes("(Ws[l + 1].T if l + 1 < len(Ws) else np.eye(len(G))) @ G @ before.T"),
            "only the next layer is beside G",
        ),
        ("the last layer only", slopes(over="[len(Ws) - 1]"), "expected 3 things, got 1"),
        (
            "two layers written out",
            "def layer_gradients(Ws, X, Y):\n    W, A = Ws\n    G = (X @ (A @ W).T - Y).T @ X\n"
            "    return [A.T @ G, G @ W.T]",
            "ValueError was raised",
        ),
        (
            "one sum for all of them",
            slopes(answer="sum(out)"),
            "the slopes of three layers",
        ),
        (
            "into the layers",
            slopes().replace(
                "    out = []",
                "    Ws.reverse()\n    Ws.reverse()\n    X *= 1.0\n    Y -= X @ B.T\n    out = []",
            ),
            "changes the arrays it is given",
        ),
        ("nothing returned", slopes(answer="None"), "nothing came back"),
        (
            "residual not transposed",
            slopes(residual="(X @ B.T - Y).T"),
            "ValueError was raised",
        ),
        (
            "X and Y exchanged",
            slopes().replace("(Ws, X, Y)", "(Ws, Y, X)"),
            "X and Y are exchanged",
        ),
        ("Y forgotten", slopes(residual="X @ B.T"), "here Y is missing"),
        ("B forgotten", slopes(residual="Y"), "X B^T is missing, and the sign"),
        ("added", slopes(residual="X @ B.T + Y"), "here they are added"),
        ("B not transposed", slopes(residual="X @ B - Y"), "here B is not transposed"),
        ("a rate in it", slopes(scale="0.01"), "wrong by one and the same factor"),
        (
            "one array",
            slopes(answer="np.array(out)"),
            "one array cannot hold matrices of different shapes",
        ),
        (
            "differences with a large step",
            """
def layer_gradients(Ws, X, Y):
    def loss(layers):
        B = np.eye(X.shape[1])
        for W in layers:
            B = W @ B
        return 0.5 * np.sum((X @ B.T - Y) ** 2)

    out = [np.zeros(W.shape) for W in Ws]
    for k, W in enumerate(Ws):
        for place in np.ndindex(W.shape):
            moved = [V.copy() for V in Ws]
            moved[k][place] += 1e-3
            out[k][place] = (loss(moved) - loss(Ws)) / 1e-3
    return out
""",
            "a large step, few points",
        ),
        (
            "back through W.T on the right",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[1])]
    for W in Ws:
        before.append(W @ before[-1])
    back, out = (X @ before[-1].T - Y).T @ X, []
    for l in reversed(range(len(Ws))):
        out.append(back @ before[l].T)
        back = back @ Ws[l].T
    return out[::-1]
""",
            "W.T goes on the left of what is carried",
        ),
        (
            "back without a transpose",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[1])]
    for W in Ws:
        before.append(W @ before[-1])
    back, out = (X @ before[-1].T - Y).T @ X, []
    for l in reversed(range(len(Ws))):
        out.append(back @ before[l].T)
        back = Ws[l] @ back
    return out[::-1]
""",
            "here it is W",
        ),
        (
            "one layer short",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[1])]
    for W in Ws:
        before.append(W @ before[-1])
    back, out = (X @ before[-1].T - Y).T @ X, []
    for l in reversed(range(len(Ws))):
        out.append(back @ before[l - 1].T)
        back = Ws[l].T @ back
    return out[::-1]
""",
            "one layer short",
        ),
        (
            "whitened inputs",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[1])]
    for W in Ws:
        before.append(W @ before[-1])
    back, out = (before[-1] - Y.T @ X), []
    for l in reversed(range(len(Ws))):
        out.append(back @ before[l].T)
        back = Ws[l].T @ back
    return out[::-1]
""",
            "for whitened inputs only",
        ),
        (
            "sizes of the errors",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[1])]
    for W in Ws:
        before.append(W @ before[-1])
    back, out = np.abs(X @ before[-1].T - Y).T @ X, []
    for l in reversed(range(len(Ws))):
        out.append(back @ before[l].T)
        back = Ws[l].T @ back
    return out[::-1]
""",
            "its sign is lost",
        ),
        (
            "squares of the errors",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[1])]
    for W in Ws:
        before.append(W @ before[-1])
    back, out = ((X @ before[-1].T - Y) ** 2).T @ X, []
    for l in reversed(range(len(Ws))):
        out.append(back @ before[l].T)
        back = Ws[l].T @ back
    return out[::-1]
""",
            "here it is squared",
        ),
        (
            "the first sample alone",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[1])]
    for W in Ws:
        before.append(W @ before[-1])
    back, out = (X[:1] @ before[-1].T - Y[:1]).T @ X[:1], []
    for l in reversed(range(len(Ws))):
        out.append(back @ before[l].T)
        back = Ws[l].T @ back
    return out[::-1]
""",
            "only the first sample is used",
        ),
        (
            "whole numbers",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[1])]
    for W in Ws:
        before.append(W @ before[-1])
    back, out = (X @ before[-1].T - Y).T @ X, []
    for l in reversed(range(len(Ws))):
        out.append(back @ before[l].T)
        back = Ws[l].T @ back
    return [g.astype(int) for g in out[::-1]]
""",
            "the decimals are cut off",
        ),
        (
            "a step on the layers",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[1])]
    for W in Ws:
        before.append(W @ before[-1])
    back, out = (X @ before[-1].T - Y).T @ X, []
    for l in reversed(range(len(Ws))):
        out.append(back @ before[l].T)
        back = Ws[l].T @ back
    g = out[::-1]
    for W, a in zip(Ws, g):
        W -= 0.1 * a
    return g
""",
            "changes the arrays it is given",
        ),
        (
            "identity of the number of samples",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[0])]
    for W in Ws:
        before.append(W @ before[-1])
    back, out = (X @ before[-1].T - Y).T @ X, []
    for l in reversed(range(len(Ws))):
        out.append(back @ before[l].T)
        back = Ws[l].T @ back
    return out[::-1]
""",
            "ValueError was raised",
        ),
        (
            "slopes of size one",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[1])]
    for W in Ws:
        before.append(W @ before[-1])
    back, out = (X @ before[-1].T - Y).T @ X, []
    for l in reversed(range(len(Ws))):
        out.append(back @ before[l].T)
        back = Ws[l].T @ back
    return [g / np.linalg.norm(g) for g in out[::-1]]
""",
            "wrong by one and the same factor",
        ),
        (
            "G again on the way back",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[1])]
    for W in Ws:
        before.append(W @ before[-1])
    back, out = (X @ before[-1].T - Y).T @ X, []
    for l in reversed(range(len(Ws))):
        out.append(back @ before[l].T)
        back = Ws[l].T @ ((X @ before[-1].T - Y).T @ X)
    return out[::-1]
""",
            "only the next layer is beside G",
        ),
        (
            "the mean of torch",
            """
def layer_gradients(Ws, X, Y):
    import torch

    L = [torch.tensor(np.asarray(W), requires_grad=True) for W in Ws]
    o = torch.tensor(np.asarray(X))
    for w in L:
        o = o @ w.T
    ((o - torch.tensor(np.asarray(Y))) ** 2).mean().backward()
    return [w.grad.numpy() for w in L]
""",
            "wrong by one and the same factor",
        ),
        (
            "G missing",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[1])]
    for W in Ws:
        before.append(W @ before[-1])
    back = np.eye(len(Ws[-1]))
    slopes = []
    for l in reversed(range(len(Ws))):
        slopes.append(back @ before[l].T)
        back = Ws[l].T @ back
    return slopes[::-1]
""",
            "G itself is missing",
        ),
        (
            "G entry by entry",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[1])]
    for W in Ws:
        before.append(W @ before[-1])
    back = (X @ before[-1].T - Y).T @ X
    slopes = []
    for l in reversed(range(len(Ws))):
        slopes.append(back * before[l])
        back = Ws[l].T @ back
    return slopes[::-1]
""",
            "entry by entry",
        ),
        (
            "divided by the outputs",
            """
def layer_gradients(Ws, X, Y):
    before = [np.eye(X.shape[1])]
    for W in Ws:
        before.append(W @ before[-1])
    back = (before[-1] @ X.T - Y.T) @ X / X.shape[1]
    slopes = []
    for l in reversed(range(len(Ws))):
        slopes.append(back @ before[l].T)
        back = Ws[l].T @ back
    return slopes[::-1]
""",
            "a sum over outputs too",
        ),
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
            "W^T W is on both sides",
        ),
        (
            "W W^T twice",
            pairs("etas[i] * Ws[i + 1] @ Ws[i + 1].T - etas[i + 1] * Ws[i] @ Ws[i].T"),
            "W W^T is on both sides",
        ),
        (
            "transposes on the wrong sides",
            pairs("etas[i] * Ws[i + 1] @ Ws[i + 1].T - etas[i + 1] * Ws[i].T @ Ws[i]"),
            "the transposes are on the wrong sides",
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
            "the sign is flipped",
        ),
        (
            "sum",
            pairs("etas[i] * Ws[i + 1].T @ Ws[i + 1] + etas[i + 1] * Ws[i] @ Ws[i].T"),
            "here they are added",
        ),
        (
            "both rates",
            pairs("etas[i] * etas[i + 1] * (Ws[i + 1].T @ Ws[i + 1] - Ws[i] @ Ws[i].T)"),
            "both terms have both rates",
        ),
        (
            "divided by its own rate",
            pairs("Ws[i + 1].T @ Ws[i + 1] / etas[i + 1] - Ws[i] @ Ws[i].T / etas[i]"),
            "another matrix than the box",
        ),
        (
            "one rate",
            pairs("etas[i] * (Ws[i + 1].T @ Ws[i + 1] - Ws[i] @ Ws[i].T)"),
            "one rate multiplies both",
        ),
        (
            "rate of one term missing",
            pairs("Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T"),
            "the later layer's term lacks its rate",
        ),
        (
            "rate of the other term missing",
            pairs("etas[i] * Ws[i + 1].T @ Ws[i + 1] - Ws[i] @ Ws[i].T"),
            "the earlier layer's term lacks its rate",
        ),
        (
            "rates squared",
            pairs("etas[i]**2 * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1]**2 * Ws[i] @ Ws[i].T"),
            "the rates enter squared",
        ),
        (
            "entry by entry",
            pairs("etas[i] * Ws[i + 1].T * Ws[i + 1] - etas[i + 1] * Ws[i] * Ws[i].T"),
            "a product entry by entry",
        ),
        (
            "layers with each other",
            pairs("etas[i] * Ws[i + 1] @ Ws[i] - etas[i + 1] * Ws[i] @ Ws[i + 1]"),
            "the two layers are multiplied with each other",
        ),
        (
            "a pair too many",
            pairs("etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T", "len(Ws)"),
            "a number of layers or a size written as a fixed number",
        ),
        (
            "always two pairs",
            pairs("etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T", "2"),
            "expected 3 things, got 2",
        ),
        (
            "traces",
            pairs("np.trace(etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T)"),
            "expected shape (3, 3)",
        ),
        (
            "last pair first",
            pairs("etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T").rstrip()
            + "[::-1]\n",
            "in the order of the layers",
        ),
        (
            "scales the layers it is given",
            """
def conserved_pairs(Ws, etas):
    out = [
        p * V.T @ V - q * W @ W.T for W, V, p, q in zip(Ws, Ws[1:], etas, etas[1:])
    ]
    for W in Ws:
        W /= np.linalg.norm(W)
    return out
""",
            "changes the arrays it is given",
        ),
        (
            "the first pair alone",
            "def conserved_pairs(Ws, etas):\n"
            "    return etas[0] * Ws[1].T @ Ws[1] - etas[1] * Ws[0] @ Ws[0].T",
            "expected 2 things",
        ),
        (
            "layers exchanged",
            pairs("etas[i] * Ws[i].T @ Ws[i] - etas[i + 1] * Ws[i + 1] @ Ws[i + 1].T"),
            "the two layers are exchanged",
        ),
        (
            "parenthesis",
            pairs("etas[i] * (Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T)"),
            "the parentheses enclose both terms",
        ),
        (
            "rates of the pair before",
            pairs("etas[i - 1] * Ws[i + 1].T @ Ws[i + 1] - etas[i] * Ws[i] @ Ws[i].T"),
            "a pair before",
        ),
        (
            "twice",
            pairs("2 * (etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T)"),
            "it is twice what is expected",
        ),
        (
            "rates made to add up to one",
            pairs(
                "(etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T) / np.sum(etas)"
            ),
            "wrong by one and the same factor",
        ),
        (
            "a pair too few",
            pairs(
                "etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T", "len(Ws) - 2"
            ),
            "three layers have two pairs",
        ),
        (
            "rates sorted",
            pairs("etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T").replace(
                "    return", "    etas = np.sort(etas)\n    return"
            ),
            "the rates are sorted, or reversed",
        ),
        (
            "mean of the rates",
            pairs("np.mean(etas) * (Ws[i + 1].T @ Ws[i + 1] - Ws[i] @ Ws[i].T)"),
            "the mean of all",
        ),
        (
            "absolute values",
            """
def conserved_pairs(Ws, etas):
    return [
        np.abs(etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T)
        for i in range(len(Ws) - 1)
    ]
""",
            "the signs are lost",
        ),
        (
            "pairs one layer earlier",
            """
def conserved_pairs(Ws, etas):
    return [
        etas[i - 1] * Ws[i].T @ Ws[i] - etas[i] * Ws[i - 1] @ Ws[i - 1].T
        for i in range(len(Ws) - 1)
    ]
""",
            "the pairs begin one layer earlier",
        ),
        (
            "all rates at once",
            """
def conserved_pairs(Ws, etas):
    return [
        etas * Ws[i + 1].T @ Ws[i + 1] - etas * Ws[i] @ Ws[i].T for i in range(len(Ws) - 1)
    ]
""",
            "all rates at once multiply the columns",
        ),
        (
            "no transposes",
            """
def conserved_pairs(Ws, etas):
    return [
        etas[i] * Ws[i + 1] @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i]
        for i in range(len(Ws) - 1)
    ]
""",
            "there is no transpose in it",
        ),
        (
            "one transpose missing",
            """
def conserved_pairs(Ws, etas):
    return [
        etas[i] * np.dot(Ws[i + 1].T, Ws[i + 1]) - etas[i + 1] * np.dot(Ws[i], Ws[i])
        for i in range(len(Ws) - 1)
    ]
""",
            "a transpose is missing",
        ),
        (
            "rates cut",
            """
def conserved_pairs(Ws, etas):
    return [
        int(etas[i]) * Ws[i + 1].T @ Ws[i + 1] - int(etas[i + 1]) * Ws[i] @ Ws[i].T
        for i in range(len(Ws) - 1)
    ]
""",
            "the rates are cut to whole numbers",
        ),
        (
            "a rate inside the square",
            """
def conserved_pairs(Ws, etas):
    return [
        (etas[i] * Ws[i + 1]).T @ (etas[i] * Ws[i + 1]) - etas[i + 1] * Ws[i] @ Ws[i].T
        for i in range(len(Ws) - 1)
    ]
""",
            "a rate is inside the square",
        ),
        (
            "diagonal",
            """
def conserved_pairs(Ws, etas):
    return [
        np.diag(np.diag(etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T))
        for i in range(len(Ws) - 1)
    ]
""",
            "only the diagonal came back",
        ),
        (
            "return inside the loop",
            """
def conserved_pairs(Ws, etas):
    out = []
    for i in range(len(Ws) - 1):
        out.append(etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T)
        return out
""",
            "three layers have two pairs",
        ),
        (
            "one array for all pairs",
            """
def conserved_pairs(Ws, etas):
    D = np.zeros((len(Ws[0]), len(Ws[0])))
    out = []
    for i in range(len(Ws) - 1):
        D[:] = etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T
        out.append(D)
    return out
""",
            "the pairs come in the order of the layers",
        ),
        (
            "one array for square layers only",
            """
def conserved_pairs(Ws, etas):
    n = len(Ws[0])
    out = np.zeros((len(Ws) - 1, n, n))
    for i in range(len(Ws) - 1):
        out[i] = etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T
    return out
""",
            "ValueError was raised",
        ),
        (
            "a generator",
            """
def conserved_pairs(Ws, etas):
    return (
        etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T
        for i in range(len(Ws) - 1)
    )
""",
            "cannot be graded",
        ),
        (
            "every pair of layers",
            """
def conserved_pairs(Ws, etas):
    return [
        etas[i] * Ws[j].T @ Ws[j] - etas[j] * Ws[i] @ Ws[i].T
        for i in range(len(Ws))
        for j in range(i + 1, len(Ws))
    ]
""",
            "three layers have two pairs",
        ),
        (
            "sum of the rates",
            """
def conserved_pairs(Ws, etas):
    return [(etas[k]+etas[k+1])*(Ws[k+1].T@Ws[k+1]-Ws[k]@Ws[k].T) for k in range(len(Ws)-1)]
""",
            "the sum of two",
        ),
        (
            "divided by the other rate",
            """
def conserved_pairs(Ws, etas):
    return [Ws[k+1].T@Ws[k+1]/etas[k]-Ws[k]@Ws[k].T/etas[k+1] for k in range(len(Ws)-1)]
""",
            "they are factors",
        ),
        (
            "first and last rate",
            """
def conserved_pairs(Ws, etas):
    return [etas[0]*Ws[k+1].T@Ws[k+1]-etas[-1]*Ws[k]@Ws[k].T for k in range(len(Ws)-1)]
""",
            "not the first and the last",
        ),
        (
            "product of the layers before",
            """
def conserved_pairs(Ws, etas):
    out=[]
    B=Ws[0]
    for k in range(len(Ws)-1):
        out.append(etas[k]*Ws[k+1].T@Ws[k+1]-etas[k+1]*B@B.T)
        B=Ws[k+1]@B
    return out
""",
            "the layers up to l are multiplied",
        ),
        (
            "root of the product of rates",
            """
def conserved_pairs(Ws, etas):
    return [np.sqrt(etas[k]*etas[k+1])*(Ws[k+1].T@Ws[k+1]-Ws[k]@Ws[k].T)
        for k in range(len(Ws)-1)]
""",
            "the root of a product",
        ),
        (
            "eigenvalues",
            """
def conserved_pairs(Ws, etas):
    return [np.diag(np.linalg.eigvalsh(etas[k]*Ws[k+1].T@Ws[k+1]-etas[k+1]*Ws[k]@Ws[k].T))
        for k in range(len(Ws)-1)]
""",
            "these are eigenvalues",
        ),
        (
            "upper half",
            """
def conserved_pairs(Ws, etas):
    return [np.triu(etas[k]*Ws[k+1].T@Ws[k+1]-etas[k+1]*Ws[k]@Ws[k].T)
        for k in range(len(Ws)-1)]
""",
            "one half of the matrix is empty",
        ),
    ],
    "05.4": [
        ("as in two layers", predict(start="1.0, 1.0"), "belongs to two layers only"),
        ("time and velocity", predict(start="factor ** (power - 1), 1.0"), "wrong sign"),
        ("the velocity alone", predict(start="factor ** -power, 1.0"), "velocity alone"),
        ("a velocity for a time", predict(start="factor ** power, 1.0"), "inverse of velocity"),
        ("the way alone", predict(start="factor, 1.0"), "this is the way alone"),
        ("infinitely deep", predict(start="1 / factor, 1.0"), "limit of infinite depth"),
        (
            "strength taken for layers",
            predict(start="factor ** (2 - depth), 1.0"),
            "this is for every layer larger",
        ),
        (
            "layers taken for strength",
            predict(layers="factor ** (1 - power), 1.0"),
            "u0 = sigma^L",
        ),
        ("layers turned round", predict(layers="factor ** (depth - 2), 1.0"), "wrong sign"),
        (
            "all other layers",
            predict(layers="factor ** (1 - depth), 1.0"),
            "one power of sigma more",
        ),
        ("one power a layer", predict(layers="factor ** -depth, 1.0"), "L - 1 of them"),
        (
            "layers, the velocity alone",
            predict(layers="factor ** (2 - 2 * depth), 1.0"),
            "velocity of u alone",
        ),
        ("larger target slower", predict(target="factor, factor ** -power"), "pulls more strongly"),
        (
            "target not felt",
            predict(target="1.0, factor ** -power"),
            "the tiny mode feels the target",
        ),
        (
            "target of the end at the beginning",
            predict(target="factor ** -power, factor ** -power"),
            "this is the power for the end",
        ),
        (
            "target of the beginning at the end",
            predict(target="1 / factor, 1 / factor"),
            "this is the power for the start",
        ),
        ("end without the power", predict(target="1 / factor, 1.0"), "here it is missing"),
        ("end turned round", predict(target="1 / factor, factor**power"), "wrong sign"),
        (
            "error's size at the end",
            predict(target="1 / factor, factor ** (1 - power)"),
            "its own size drops out",
        ),
        ("rates multiply", predict(rates="factor ** -depth, 1 / factor"), "they do not multiply"),
        ("rates turned round", predict(rates="factor, factor"), "larger rates are faster"),
        (
            "rates shared out",
            predict(rates="factor ** (-1 / depth), factor ** (-1 / depth)"),
            "the whole velocity has it",
        ),
        ("rates not at the end", predict(rates="1 / factor, 1.0"), "and the clock with them"),
        (
            "the start remembered",
            predict(start="factor ** (1 - power), factor ** (1 - power)"),
            "nothing of the start is left",
        ),
        (
            "the layers remembered",
            predict(layers="factor ** (2 - depth), factor ** (2 - depth)"),
            "nothing of the start is left",
        ),
        ("exchanged", predict(last="answers[change][::-1]"), "these look exchanged"),
        ("one number", predict(last="answers[change][0]"), "expected 2 things"),
        ("all answers", predict(last="answers"), "expected 2 things"),
        ("nothing returned", predict(last="print(answers[change])"), "nothing came back"),
        (
            "a name missing",
            "def predict_factors(change, factor, depth):\n"
            "    return {'start': (factor ** (2 / depth - 1), 1)}[change]",
            "compare the spelling with the exercise",
        ),
        (
            "depth 3 written in",
            predict(start="factor ** (-1 / 3), 1.0"),
            "the first doubling",
        ),
        (
            "exponents",
            predict(
                start="1 - power, 0", layers="2 - depth, 0", target="-1, -power", rates="-1, -1"
            ),
            "is this an exponent or a logarithm?",
        ),
        (
            "a logarithm",
            predict(start="-np.log(factor), 1.0"),
            "is this an exponent or a logarithm?",
        ),
        (
            "longer for shorter",
            predict(layers="factor ** (1 / depth), 1.0"),
            "the prediction is a longer one",
        ),
        ("a softer power", predict(layers="factor ** -0.5, 1.0"), "the size is not"),
        (
            "depth beside the rate",
            predict(rates="1 / factor / depth, 1 / factor / depth"),
            "drops out of the factor",
        ),
        (
            "end of infinite depth",
            predict(target="1 / factor, factor**-2.0"),
            "limit of infinite depth",
        ),
        (
            "depth three for all",
            predict().replace("    power", "    depth = 3\n    power"),
            "this is the factor at depth 3",
        ),
        (
            "rates forgotten at the end by halves",
            predict(start="factor ** (1 - power), factor**0.3"),
            "the change does not affect this time",
        ),
        (
            "arguments in another order",
            predict().replace("change, factor, depth", "depth, factor, change"),
            "a list, None or a tuple used as if it were",
        ),
        (
            "three written in",
            """
def predict_factors(change, factor, depth):
    power = 2 - 2 / depth
    answers = {
        "start": (3.0 ** (1 - power), 1.0),
        "layers": (factor ** (2 - depth), 1.0),
        "target": (1 / factor, factor**-power),
        "rates": (1 / factor, 1 / factor),
    }
    return answers[change]
""",
            "which way does it go?",
        ),
        (
            "whole-number division",
            """
def predict_factors(change, factor, depth):
    power = 2 - 2 // depth
    answers = {
        "start": (factor ** (1 - power), 1.0),
        "layers": (factor ** (2 - depth), 1.0),
        "target": (1 / factor, factor**-power),
        "rates": (1 / factor, 1 / factor),
    }
    return answers[change]
""",
            "limit of infinite depth",
        ),
        (
            "one less in the power",
            """
def predict_factors(change, factor, depth):
    power = 1 - 2 / depth
    answers = {
        "start": (factor ** (1 - power), 1.0),
        "layers": (factor ** (2 - depth), 1.0),
        "target": (1 / factor, factor**-power),
        "rates": (1 / factor, 1 / factor),
    }
    return answers[change]
""",
            "which way does it go?",
        ),
        (
            "one layer too many",
            """
def predict_factors(change, factor, depth):
    power = 2 - 2 / (depth + 1)
    answers = {
        "start": (factor ** (1 - power), 1.0),
        "layers": (factor ** (2 - depth), 1.0),
        "target": (1 / factor, factor**-power),
        "rates": (1 / factor, 1 / factor),
    }
    return answers[change]
""",
            "this is the factor at depth 6",
        ),
        (
            "rates left out",
            """
def predict_factors(change, factor, depth):
    power = 2 - 2 / depth
    if change == "start":
        return factor ** (1 - power), 1.0
    if change == "layers":
        return factor ** (2 - depth), 1.0
    if change == "target":
        return 1 / factor, factor**-power
""",
            "nothing came back",
        ),
        (
            "one layer as two",
            """
def predict_factors(change, factor, depth):
    power = 2 - 2 / depth
    answers = {
        "start": ((1.0 if depth == 1 else factor ** (1 - power)), 1.0),
        "layers": (factor ** (2 - depth), 1.0),
        "target": (1 / factor, factor**-power),
        "rates": (1 / factor, 1 / factor),
    }
    return answers[change]
""",
            "belongs to two layers only",
        ),
        (
            "larger only",
            """
def predict_factors(change, factor, depth):
    factor = max(factor, 1 / factor)
    power = 2 - 2 / depth
    answers = {
        "start": (factor ** (1 - power), 1.0),
        "layers": (factor ** (2 - depth), 1.0),
        "target": (1 / factor, factor**-power),
        "rates": (1 / factor, 1 / factor),
    }
    return answers[change]
""",
            "the exponent has the wrong sign",
        ),
        (
            "rounded",
            """
def predict_factors(change, factor, depth):
    power = 2 - 2 / depth
    answers = {
        "start": (factor ** (1 - power), 1.0),
        "layers": (factor ** (2 - depth), 1.0),
        "target": (1 / factor, factor**-power),
        "rates": (1 / factor, 1 / factor),
    }
    return tuple(round(x, 1) for x in answers[change])
""",
            "the size is not",
        ),
        (
            "a dictionary",
            """
def predict_factors(change, factor, depth):
    power = 2 - 2 / depth
    answers = {
        "start": (factor ** (1 - power), 1.0),
        "layers": (factor ** (2 - depth), 1.0),
        "target": (1 / factor, factor**-power),
        "rates": (1 / factor, 1 / factor),
    }
    return {"doubling": answers[change][0], "halving": answers[change][1]}
""",
            "got a dictionary",
        ),
        (
            "target with the way",
            """
def predict_factors(change, factor, depth):
    power = 2 - 2 / depth
    answers = {
        "start": (factor ** (1 - power), 1.0),
        "layers": (factor ** (2 - depth), 1.0),
        "target": (1 / factor, factor ** -(1 + power)),
        "rates": (1 / factor, 1 / factor),
    }
    return answers[change]
""",
            "its own size drops out",
        ),
        (
            "zero for no change",
            """
def predict_factors(change, factor, depth):
    power = 2 - 2 / depth
    answers = {
        "start": (factor ** (1 - power), 0.0),
        "layers": (factor ** (2 - depth), 1.0),
        "target": (1 / factor, factor**-power),
        "rates": (1 / factor, 1 / factor),
    }
    return answers[change]
""",
            "a factor of a time is positive",
        ),
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
        ("both results of quad", escape(integral="tuple"), "quad returns two numbers"),
        ("from the end to the start", escape(integral="backwards"), "the sign is flipped"),
        ("2 - L/2", escape(integral="2 - L/2"), "not 2 - L/2"),
        ("1 - 1/L", escape(integral="1 - 1/L"), "here it is 1/L less"),
        ("without the error", escape(integral="no error"), "the error s - u is missing"),
        ("logarithms to ten", escape(integral="log10"), "natural logarithms, np.log"),
        ("a whole-numbered power", escape(integral="integer power"), "whole-number division"),
        ("coarse in the logarithm", escape(integral="even logs"), "not to four digits"),
        ("L above", escape(integral="L above"), "the factor L is in the numerator"),
        (
            "inf when there already",
            escape(first="if u0 >= end: return np.inf"),
            "needs the time 0",
        ),
        (
            "an error when there already",
            escape(first="if u0 >= end: raise ValueError('there already')"),
            "is there already",
        ),
        ("at the goal only", escape(first="if u0 == end: return 0.0"), "is there already"),
        (
            "there already only beyond the target",
            escape(first="if u0 >= s: return 0.0"),
            "is there already",
        ),
        (
            "there already compared with frac",
            escape(first="if u0 >= frac: return 0.0"),
            "compare u0 with frac * s",
        ),
        ("nothing returned", escape(first="if u0 >= end: return"), "nothing came back"),
        (
            "Euler steps",
            """
def escape_time(u0, s, depth, frac):
    t, u, step = 0.0, u0, 0.01
    while u < frac * s and t < 100:
        u += step * depth * u ** (2 - 2 / depth) * (s - u)
        t += step
    return t
""",
            "a time that comes in steps",
        ),
        (
            "the time of a layer",
            escape(end="(frac * s) ** (1 / depth)"),
            "the goal is a strength",
        ),
        (
            "limits without logarithms",
            escape().replace("np.log(u0), np.log(end)", "u0, end"),
            "the limits of the integral over z should be logarithms too",
        ),
        (
            "up to the target",
            escape(end="s", first="if u0 >= frac * s: return 0.0"),
            "the target s itself is never reached",
        ),
        (
            "a part of the start",
            escape(end="frac * u0", first="if u0 >= frac * s: return 0.0"),
            "not frac * u0",
        ),
        (
            "target 1",
            escape(end="frac * s").replace("(s - np.exp(z))", "(1 - np.exp(z))"),
            "the target is s, not 1",
        ),
        (
            "half in place of L",
            escape(integral="no factor").replace("[0]", "[0] / 2"),
            "a 2 is in its place",
        ),
        (
            "way over the first velocity",
            escape().replace(
                "    grid",
                "    return (end - u0) / (depth * u0 ** (2 - 2 / depth) * (s - u0))\n    grid",
            ),
            "divided by the first velocity",
        ),
        (
            "the error of quad",
            escape().replace("np.log(end))[0]", "np.log(end))[1]"),
            "the estimate of its error",
        ),
        (
            "upside down",
            escape().replace(
                "1 / (depth * np.exp(z)**(1 - 2 / depth) * (s - np.exp(z)))",
                "depth * np.exp(z)**(1 - 2 / depth) * (s - np.exp(z))",
            ),
            "upside down",
        ),
        (
            "limits to ten",
            escape().replace("np.log(", "np.log10("),
            "the limits should be natural logarithms",
        ),
        (
            "a logarithm of the way",
            escape().replace("    grid", "    return np.log(end / u0) / (depth * s)\n    grid"),
            "a logarithm of the way alone",
        ),
        (
            "quad in u with its default limits",
            """
def escape_time(u0, s, depth, frac):
    end = frac * s
    if u0 >= end:
        return 0.0
    return quad(lambda u: 1 / (depth * u ** (2 - 2 / depth) * (s - u)), u0, end)[0]
    grid = np.linspace(u0, end, 2001)
    zs = np.geomspace(u0, end, 12)
    return quad(
        lambda z: 1 / (depth * np.exp(z) ** (1 - 2 / depth) * (s - np.exp(z))),
        np.log(u0),
        np.log(end),
    )[0]
""",
            "not to four digits",
        ),
        (
            "a left sum",
            """
def escape_time(u0, s, depth, frac):
    end = frac * s
    if u0 >= end:
        return 0.0
    z = np.linspace(np.log(u0), np.log(end), 1000)
    u = np.exp(z)
    f = 1 / (depth * u ** (1 - 2 / depth) * (s - u))
    return np.sum(f) * (z[1] - z[0])
    grid = np.linspace(u0, end, 2001)
    zs = np.geomspace(u0, end, 12)
    return quad(
        lambda z: 1 / (depth * np.exp(z) ** (1 - 2 / depth) * (s - np.exp(z))),
        np.log(u0),
        np.log(end),
    )[0]
""",
            "not to four digits",
        ),
        (
            "interpolated between coarse steps",
            """
def escape_time(u0, s, depth, frac):
    end = frac * s
    if u0 >= end:
        return 0.0
    from scipy.integrate import solve_ivp

    sol = solve_ivp(lambda t, u: depth * u ** (2 - 2 / depth) * (s - u), (0, 1000), [u0])
    return np.interp(end, sol.y[0], sol.t)
    grid = np.linspace(u0, end, 2001)
    zs = np.geomspace(u0, end, 12)
    return quad(
        lambda z: 1 / (depth * np.exp(z) ** (1 - 2 / depth) * (s - np.exp(z))),
        np.log(u0),
        np.log(end),
    )[0]
""",
            "not to four digits",
        ),
        (
            "goal less the start",
            """
def escape_time(u0, s, depth, frac):
    end = frac * s - u0
    if u0 >= end:
        return 0.0
    grid = np.linspace(u0, end, 2001)
    zs = np.geomspace(u0, end, 12)
    return quad(
        lambda z: 1 / (depth * np.exp(z) ** (1 - 2 / depth) * (s - np.exp(z))),
        np.log(u0),
        np.log(end),
    )[0]
""",
            "here u0 is subtracted from it",
        ),
        (
            "half of the target",
            """
def escape_time(u0, s, depth, frac):
    end = 0.5 * s
    if u0 >= end:
        return 0.0
    grid = np.linspace(u0, end, 2001)
    zs = np.geomspace(u0, end, 12)
    return quad(
        lambda z: 1 / (depth * np.exp(z) ** (1 - 2 / depth) * (s - np.exp(z))),
        np.log(u0),
        np.log(end),
    )[0]
""",
            "frac does not enter",
        ),
        (
            "the rest",
            """
def escape_time(u0, s, depth, frac):
    end = (1 - frac) * s
    if u0 >= end:
        return 0.0
    grid = np.linspace(u0, end, 2001)
    zs = np.geomspace(u0, end, 12)
    return quad(
        lambda z: 1 / (depth * np.exp(z) ** (1 - 2 / depth) * (s - np.exp(z))),
        np.log(u0),
        np.log(end),
    )[0]
""",
            "not the rest",
        ),
        (
            "power law without the error",
            """
def escape_time(u0, s, depth, frac):
    end = frac * s
    if u0 >= end:
        return 0.0
    b = 1 - 2 / depth
    return (
        (u0**-b - end**-b) / (b * depth * s) if depth != 2 else np.log(end / u0) / (2 * s)
    )
    grid = np.linspace(u0, end, 2001)
    zs = np.geomspace(u0, end, 12)
    return quad(
        lambda z: 1 / (depth * np.exp(z) ** (1 - 2 / depth) * (s - np.exp(z))),
        np.log(u0),
        np.log(end),
    )[0]
""",
            "the error s - u is missing",
        ),
        (
            "no 1/2 for two layers",
            """
def escape_time(u0, s, depth, frac):
    end = frac * s
    if u0 >= end:
        return 0.0
    if depth == 2:
        return np.log(end * (s - u0) / (u0 * (s - end))) / s
    grid = np.linspace(u0, end, 2001)
    zs = np.geomspace(u0, end, 12)
    return quad(
        lambda z: 1 / (depth * np.exp(z) ** (1 - 2 / depth) * (s - np.exp(z))),
        np.log(u0),
        np.log(end),
    )[0]
""",
            "the factor L is missing",
        ),
        (
            "times s",
            """
def escape_time(u0, s, depth, frac):
    end = frac * s
    if u0 >= end:
        return 0.0
    grid = np.linspace(u0, end, 2001)
    zs = np.geomspace(u0, end, 12)
    return (
        quad(
            lambda z: 1 / (depth * np.exp(z) ** (1 - 2 / depth) * (s - np.exp(z))),
            np.log(u0),
            np.log(end),
        )[0]
        * s
    )
""",
            "once too often",
        ),
        (
            "an assertion",
            """
def escape_time(u0, s, depth, frac):
    end = frac * s
    assert u0 < end
    grid = np.linspace(u0, end, 2001)
    zs = np.geomspace(u0, end, 12)
    return quad(
        lambda z: 1 / (depth * np.exp(z) ** (1 - 2 / depth) * (s - np.exp(z))),
        np.log(u0),
        np.log(end),
    )[0]
""",
            "an `assert` in your own code",
        ),
        (
            "False when there already",
            """
def escape_time(u0, s, depth, frac):
    end = frac * s
    if u0 >= end:
        return False
    grid = np.linspace(u0, end, 2001)
    zs = np.geomspace(u0, end, 12)
    return quad(
        lambda z: 1 / (depth * np.exp(z) ** (1 - 2 / depth) * (s - np.exp(z))),
        np.log(u0),
        np.log(end),
    )[0]
""",
            "got a bool False",
        ),
        (
            "printed",
            """
def escape_time(u0, s, depth, frac):
    end = frac * s
    if u0 >= end:
        return 0.0
    grid = np.linspace(u0, end, 2001)
    zs = np.geomspace(u0, end, 12)
    print(
        quad(
            lambda z: 1 / (depth * np.exp(z) ** (1 - 2 / depth) * (s - np.exp(z))),
            np.log(u0),
            np.log(end),
        )[0]
    )
""",
            "nothing came back",
        ),
        (
            "text",
            """
def escape_time(u0, s, depth, frac):
    end = frac * s
    if u0 >= end:
        return 0.0
    grid = np.linspace(u0, end, 2001)
    zs = np.geomspace(u0, end, 12)
    return str(
        quad(
            lambda z: 1 / (depth * np.exp(z) ** (1 - 2 / depth) * (s - np.exp(z))),
            np.log(u0),
            np.log(end),
        )[0]
    )
""",
            "got a string",
        ),
        (
            "the goal for the target",
            """
def escape_time(u0, s, depth, frac):
    if u0 >= frac * s:
        return 0.0
    def slowness(z):
        u = np.exp(z)
        return 1 / (depth * u ** (1 - 2 / depth) * (frac*s - u))
    return quad(slowness, np.log(u0), np.log(frac * s), limit=200)[0]
""",
            "your velocity is 0",
        ),
        (
            "2 - 1/L",
            """
def escape_time(u0, s, depth, frac):
    if u0 >= frac * s:
        return 0.0
    def slowness(z):
        u = np.exp(z)
        return 1 / (depth * u ** (2 - 1 / depth) * (s - u))
    return quad(slowness, np.log(u0), np.log(frac * s), limit=200)[0]
""",
            "not 2 - 1/L",
        ),
        (
            "1/L",
            """
def escape_time(u0, s, depth, frac):
    if u0 >= frac * s:
        return 0.0
    def slowness(z):
        u = np.exp(z)
        return 1 / (depth * u ** (1 / depth) * (s - u))
    return quad(slowness, np.log(u0), np.log(frac * s), limit=200)[0]
""",
            "not 1/L",
        ),
        (
            "power with the other sign",
            """
def escape_time(u0, s, depth, frac):
    if u0 >= frac * s:
        return 0.0
    def slowness(z):
        u = np.exp(z)
        return 1 / (depth * u ** (2 / depth - 1) * (s - u))
    return quad(slowness, np.log(u0), np.log(frac * s), limit=200)[0]
""",
            "the power of u is in the numerator",
        ),
        (
            "u as a part of s",
            """
def escape_time(u0, s, depth, frac):
    if u0 >= frac * s:
        return 0.0
    def slowness(z):
        u = np.exp(z)
        return 1 / (depth * (u/s) ** (1 - 2 / depth) * (s - u))
    return quad(slowness, np.log(u0), np.log(frac * s), limit=200)[0]
""",
            "the target s is missing, or enters once too often",
        ),
        (
            "logarithm of the time",
            """
def escape_time(u0, s, depth, frac):
    if u0 >= frac * s:
        return 0.0
    def slowness(z):
        u = np.exp(z)
        return 1 / (depth * u ** (1 - 2 / depth) * (s - u))
    return np.log10(quad(slowness, np.log(u0), np.log(frac * s), limit=200)[0])
""",
            "this is the logarithm of the time",
        ),
    ],
    "05.6": [
        ("exchanged", aligned("abs(Vt[0] @ U2[:, 0])"), "left and right are exchanged"),
        ("no absolute value", aligned("U[:, 0] @ Vt2[0]"), "take the absolute value"),
        ("two left ones", aligned("abs(U[:, 0] @ U2[:, 0])"), "two left vectors"),
        ("two right ones", aligned("abs(Vt[0] @ Vt2[0])"), "two right vectors"),
        ("columns of Vt", aligned("abs(U[:, 0] @ Vt2[:, 0])"), "right vectors are the rows of Vt"),
        ("rows of U", aligned("abs(U[0] @ Vt2[0])"), "left vectors are the columns of U"),
        ("rows of U, columns of Vt", aligned("abs(U[0] @ Vt2[:, 0])"), "right vectors the rows"),
        ("weakest", aligned("abs(U[:, -1] @ Vt2[-1])"), "the strongest comes first"),
        ("counted from 1", aligned("abs(U[:, 1] @ Vt2[1])"), "Python counts from 0"),
        ("squared", aligned("(U[:, 0] @ Vt2[0]) ** 2"), "square of the alignment"),
        ("an angle", aligned("np.arccos(abs(U[:, 0] @ Vt2[0]))"), "its cosine"),
        ("one minus", aligned("1 - abs(U[:, 0] @ Vt2[0])"), "one minus the alignment"),
        (
            "with singular values",
            aligned("abs(U[:, 0] * _[0] @ Vt2[0])")
            .replace("U, _, Vt = ", "U, S, Vt = ")
            .replace("* _[0]", "* S[0]"),
            "the singular value of the layer is in it",
        ),
        (
            "all directions",
            aligned(
                "np.sum((V.T @ V) * (W @ W.T)) / np.linalg.norm(V.T @ V) / np.linalg.norm(W @ W.T)"
            ),
            "this compares all directions at once",
        ),
        ("largest overlap", aligned("np.max(np.abs(U.T @ Vt2.T))"), "the largest overlap"),
        (
            "product of the layers",
            aligned("np.linalg.norm(V @ W, 2) / np.linalg.norm(V, 2) / np.linalg.norm(W, 2)"),
            "the product of both layers is in it",
        ),
        ("mean", aligned("abs(U[:, 0] @ Vt2[0])", answer="np.mean(out)"), "one number came back"),
        (
            "next but one",
            aligned("abs(U[:, 0] @ Vt2[0])", over="zip(Ws, Ws[2:])"),
            "expected shape (5,)",
        ),
        (
            "one pair too many",
            aligned("abs(U[:, 0] @ Vt2[0])", over="zip(Ws, Ws[1:] + Ws[:1])"),
            "expected shape (5,)",
        ),
        (
            "last pair first",
            aligned("abs(U[:, 0] @ Vt2[0])", answer="out[::-1]"),
            "in the order of the layers",
        ),
        (
            "right vectors as they come, for square layers",
            aligned("abs(U[:, 0] @ np.linalg.svd(V.T)[2][0])"),
            "two left vectors",
        ),
        (
            "eigenvectors of the layer",
            aligned("abs(np.linalg.eigh(W + W.T)[1][:, -1] @ np.linalg.eigh(V + V.T)[1][:, -1])"),
            "the alignment of six random layers",
        ),
        (
            "all overlaps",
            aligned("abs(U.T @ Vt2.T)"),
            "expected shape (5,)",
        ),
        (
            "normalizes the layers it is given",
            aligned("abs(U[:, 0] @ Vt2[0])").replace(
                "        U, _", "        W /= np.linalg.norm(W)\n        U, _"
            ),
            "changes the arrays it is given",
        ),
        (
            "sign of the mean alone",
            aligned("U[:, 0] @ Vt2[0]", answer="np.array(out) * np.sign(np.mean(out))"),
            "take the absolute value",
        ),
        ("root", aligned("abs(U[:, 0] @ Vt2[0]) ** 0.5"), "the root of the alignment"),
        ("rows of both", aligned("abs(U[0] @ U2[0])"), "left vectors are the columns of U"),
        ("last rows", aligned("abs(U[-1] @ Vt2[-1])"), "last rows"),
        ("sign alone", aligned("np.sign(U[:, 0] @ Vt2[0])"), "the sign of the inner product alone"),
        ("negative ones to zero", aligned("max(0.0, U[:, 0] @ Vt2[0])"), "take the absolute value"),
        (
            "correlation",
            aligned("abs(np.corrcoef(U[:, 0], Vt2[0])[0, 1])"),
            "do not subtract the mean",
        ),
        (
            "difference of the vectors",
            aligned("np.linalg.norm(U[:, 0] - Vt2[0])"),
            "the size of their difference",
        ),
        (
            "next layer's singular value",
            aligned("abs(U[:, 0] @ Vt2[0])")
            .replace("U2, _, Vt2", "U2, S2, Vt2")
            .replace("Vt2[0])", "Vt2[0]) * S2[0]"),
            "the singular value of the next layer",
        ),
        (
            "one layer's own vectors",
            aligned("abs(U[:, 0] @ Vt[0])"),
            "both vectors are those of one layer",
        ),
        (
            "columns of Vt, with sign",
            aligned("U[:, 0] @ Vt2[:, 0]"),
            "right vectors are the rows of Vt",
        ),
        (
            "mean of the products",
            aligned("abs(np.mean(U[:, 0] * Vt2[0]))"),
            "wrong by one and the same factor",
        ),
        ("rounded", aligned("round(abs(U[:, 0] @ Vt2[0]), 2)"), "the result is rounded"),
        (
            "backwards",
            """
def layer_alignment(Ws):
    out = []
    for W, V in zip(Ws[::-1], Ws[::-1][1:]):
        U, _, Vt = np.linalg.svd(W)
        U2, _, Vt2 = np.linalg.svd(V)
        out.append(abs(U[:, 0] @ Vt2[0]))
    return np.array(out)
""",
            "here the layers go backwards",
        ),
        (
            "sizes of the entries",
            """
def layer_alignment(Ws):
    out = []
    for W, V in zip(Ws, Ws[1:]):
        U, _, Vt = np.linalg.svd(W)
        U2, _, Vt2 = np.linalg.svd(V)
        out.append(np.abs(U[:, 0]) @ np.abs(Vt2[0]))
    return np.array(out)
""",
            "signs inside the vectors are lost",
        ),
        (
            "what the next layer makes of it",
            """
def layer_alignment(Ws):
    out = []
    for W, V in zip(Ws, Ws[1:]):
        U, _, Vt = np.linalg.svd(W)
        U2, _, Vt2 = np.linalg.svd(V)
        out.append(np.linalg.norm(V @ U[:, 0]) / np.linalg.norm(V, 2))
    return np.array(out)
""",
            "the whole next layer is in it",
        ),
        (
            "mean over directions",
            """
def layer_alignment(Ws):
    out = []
    for W, V in zip(Ws, Ws[1:]):
        U, _, Vt = np.linalg.svd(W)
        U2, _, Vt2 = np.linalg.svd(V)
        out.append(np.mean(np.abs(np.diag(U.T @ Vt2.T))))
    return np.array(out)
""",
            "a mean over all directions",
        ),
        (
            "a row of eigh",
            """
def layer_alignment(Ws):
    first = lambda M: np.linalg.eigh(M)[1][-1]
    return [abs(first(W @ W.T) @ first(V.T @ V)) for W, V in zip(Ws, Ws[1:])]
""",
            "the columns of its matrix",
        ),
        (
            "product of the layers before",
            """
def layer_alignment(Ws):
    B = Ws[0]
    out = []
    for V in Ws[1:]:
        out.append(abs(np.linalg.svd(B)[0][:, 0] @ np.linalg.svd(V)[2][0]))
        B = V @ B
    return out
""",
            "all earlier layers is in it",
        ),
        (
            "degrees",
            """
def layer_alignment(Ws):
    out = []
    for W, V in zip(Ws, Ws[1:]):
        U, _, Vt = np.linalg.svd(W)
        U2, _, Vt2 = np.linalg.svd(V)
        out.append(np.degrees(np.arccos(abs(U[:, 0] @ Vt2[0]))))
    return np.array(out)
""",
            "an angle in degrees",
        ),
        (
            "a number for one pair",
            """
def layer_alignment(Ws):
    out = []
    for W, V in zip(Ws, Ws[1:]):
        U, _, Vt = np.linalg.svd(W)
        U2, _, Vt2 = np.linalg.svd(V)
        out.append(abs(U[:, 0] @ Vt2[0]))
    return out if len(out) > 1 else out[0]
""",
            "(a single number)",
        ),
        (
            "first of eigh",
            """
def layer_alignment(Ws):
    first = lambda M: np.linalg.eigh(M)[1][:, 0]
    return [abs(first(W @ W.T) @ first(V.T @ V)) for W, V in zip(Ws, Ws[1:])]
""",
            "the strongest comes first",
        ),
        (
            "a dictionary",
            """
def layer_alignment(Ws):
    out = []
    for W, V in zip(Ws, Ws[1:]):
        U, _, Vt = np.linalg.svd(W)
        U2, _, Vt2 = np.linalg.svd(V)
        out.append(abs(U[:, 0] @ Vt2[0]))
    return {k: x for k, x in enumerate(out)}
""",
            "got a dictionary",
        ),
        (
            "whole numbers",
            """
def layer_alignment(Ws):
    out = []
    for W, V in zip(Ws, Ws[1:]):
        U, _, Vt = np.linalg.svd(W)
        U2, _, Vt2 = np.linalg.svd(V)
        out.append(int(abs(U[:, 0] @ Vt2[0])))
    return np.array(out)
""",
            "only zeros came back",
        ),
        (
            "trace of all overlaps",
            """
def layer_alignment(Ws):
    out = []
    for W, V in pairwise(Ws):
        left, right = np.linalg.svd(W)[0], np.linalg.svd(V)[2]
        out.append(abs(np.trace(left @ right)))
    return np.array(out)
""",
            "adds up all directions",
        ),
        (
            "largest overlap with the next",
            """
def layer_alignment(Ws):
    out = []
    for W, V in pairwise(Ws):
        left, right = np.linalg.svd(W)[0], np.linalg.svd(V)[2]
        out.append(np.max(np.abs(right[0] @ left)))
    return np.array(out)
""",
            "largest overlap of a layer",
        ),
        (
            "largest overlap of the first",
            """
def layer_alignment(Ws):
    out = []
    for W, V in pairwise(Ws):
        left, right = np.linalg.svd(W)[0], np.linalg.svd(V)[2]
        out.append(np.max(np.abs(right @ left[:,0])))
    return np.array(out)
""",
            "layer's first direction with the next one's",
        ),
        (
            "first layer with all",
            """
def layer_alignment(Ws):
    out = []
    for W, V in [(Ws[0],V) for V in Ws[1:]]:
        left, right = np.linalg.svd(W)[0], np.linalg.svd(V)[2]
        out.append(abs(left[:, 0] @ right[0]))
    return np.array(out)
""",
            "the first layer meets every later one",
        ),
        (
            "sizes of one vector",
            """
def layer_alignment(Ws):
    out = []
    for W, V in pairwise(Ws):
        left, right = np.linalg.svd(W)[0], np.linalg.svd(V)[2]
        out.append(abs(left[:, 0]) @ right[0])
    return np.array(out)
""",
            "not of each entry before it",
        ),
    ],
    "05.7": [
        ("last layer", distance(layers="[len(Ws) - 1]"), "only the last layer"),
        ("first layer", distance(layers="[0]"), "only the first layer"),
        ("first and last", distance(layers="{0, len(Ws) - 1}"), "between the first and the last"),
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
        ("rates squared", distance("etas[l]**2 * np.kron(Z @ Z.T, A @ A.T)"), "enter squared"),
        ("rates as roots", distance("etas[l]**.5 * np.kron(Z @ Z.T, A @ A.T)"), "enter as roots"),
        ("rates divide", distance("np.kron(Z @ Z.T, A @ A.T) / etas[l]"), "divide"),
        ("outputs summed", distance("etas[l] * Z @ Z.T * np.sum(A**2)"), "outputs are summed up"),
        (
            "from the time before",
            distance(
                answer="np.array([0] + [kernel.kernel_distance(K(a), K(b)) for a, "
                "b in zip(Ws_t, Ws_t[1:])])"
            ),
            "from the time before",
        ),
        ("from the last time", distance(of="K(Ws_t[-1]), K(Ws)"), "from the last time"),
        (
            "cosine",
            distance(answer="np.array([1 - kernel.kernel_distance({of}) for Ws in Ws_t])"),
            "this is the cosine",
        ),
        (
            "size of the difference",
            distance(answer="np.array([np.linalg.norm(K(Ws) - K(Ws_t[0])) for Ws in Ws_t])"),
            "the size of the difference",
        ),
        (
            "layers after in the wrong order",
            distance(after="chain(Ws[:l:-1], Ws[-1].shape[0])"),
            "layers after a layer are multiplied in the wrong order",
        ),
        (
            "layers before in the wrong order",
            distance(before="chain(Ws[:l][::-1], X.shape[1])"),
            "layers before a layer are multiplied in the wrong order",
        ),
        ("all in the wrong order", distance(step="B @ W"), "both in the wrong order"),
        ("A^T A", distance("etas[l] * np.kron(Z @ Z.T, A.T @ A)"), "this is A^T A"),
        (
            "itself before",
            distance(before="chain(Ws[:l + 1], X.shape[1])"),
            "the layer itself is in its own term",
        ),
        (
            "itself after",
            distance(after="chain(Ws[l:], Ws[l].shape[1])"),
            "the layer itself is in its own term",
        ),
        (
            "no layers after",
            distance("etas[l] * np.kron(Z @ Z.T, np.eye(len(A)))"),
            "the layers after are missing",
        ),
        (
            "no layers before",
            distance("etas[l] * np.kron(X @ X.T, A @ A.T)"),
            "the layers before are missing",
        ),
        (
            "no inputs",
            distance().replace("Z = X @", "Z = np.eye(X.shape[1]) @"),
            "the inputs X are missing",
        ),
        (
            "samples by entry",
            distance("etas[l] * (Z @ Z.T) * (A @ A.T)"),
            "ValueError was raised",
        ),
        (
            "two layers written out",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def K(Ws):
        W, A = Ws
        c = len(A)
        return etas[0] * np.kron(X @ X.T, A @ A.T) + etas[1] * np.kron(
            X @ W.T @ W @ X.T, np.eye(c)
        )

    return np.array([kernel.kernel_distance(K(Ws_t[0]), K(Ws)) for Ws in Ws_t])
""",
            "ValueError was raised",
        ),
        (
            "the first distance left out",
            distance(answer="np.array([kernel.kernel_distance({of}) for Ws in Ws_t[1:]])"),
            "expected shape (5,)",
        ),
        (
            "the last distance alone",
            distance(answer="kernel.kernel_distance(K(Ws_t[0]), K(Ws_t[-1]))"),
            "expected shape (5,)",
        ),
        (
            "multiplies the inputs in place",
            distance().replace("    def K(Ws):", "    X *= 2\n\n    def K(Ws):"),
            "changes the arrays it is given",
        ),
        (
            "root",
            distance(answer="np.sqrt([kernel.kernel_distance({of}) for Ws in Ws_t])"),
            "the root of S",
        ),
        (
            "largest",
            distance(answer="np.full(len(Ws_t), max(kernel.kernel_distance({of}) for Ws in Ws_t))"),
            "the largest S",
        ),
        (
            "terms of size one",
            distance(
                "etas[l] * np.kron(Z @ Z.T, A @ A.T) / np.linalg.norm(np.kron(Z @ Z.T, A @ A.T))"
            ),
            "divided by its size",
        ),
        (
            "by traces",
            distance(
                answer="np.array([1 - np.trace(K(Ws_t[0]) @ K(Ws)) / np.trace(K(Ws_t[0])) "
                "/ np.trace(K(Ws)) for Ws in Ws_t])"
            ),
            "divided by their traces",
        ),
        (
            "not normalized",
            distance(answer="np.array([1 - np.sum(K(Ws_t[0]) * K(Ws)) for Ws in Ws_t])"),
            "not divided by their norms",
        ),
        (
            "relative to the later one",
            distance(
                answer="np.array([np.linalg.norm(K(Ws) - K(Ws_t[0])) / np.linalg.norm(K(Ws)) "
                "for Ws in Ws_t])"
            ),
            "over the later kernel",
        ),
        (
            "not transposed before",
            distance().replace("X.shape[1]).T", "X.shape[1])"),
            "the transposed product of the layers before",
        ),
        (
            "itself on both sides",
            distance(before="chain(Ws[:l + 1], X.shape[1])", after="chain(Ws[l:], Ws[l].shape[1])"),
            "on both sides",
        ),
        (
            "first rate for all",
            distance("etas[0] * np.kron(Z @ Z.T, A @ A.T)"),
            "rates are forgotten",
        ),
        (
            "rate of the layer before",
            distance("etas[l - 1] * np.kron(Z @ Z.T, A @ A.T)"),
            "rates look swapped",
        ),
        ("zeros", distance(answer="np.zeros(len(Ws_t))"), "only zeros came back"),
        (
            "functions",
            FLAT.replace(
                "W.ravel() for W in Ws",
                "np.linalg.multi_dot([*Ws[::-1], np.eye(X.shape[1])]).ravel() for _ in [0]",
            ).format("1 - x @ flat[0] / np.linalg.norm(x) / np.linalg.norm(flat[0]) for x in flat"),
            "a distance of the functions B",
        ),
        (
            "layer numbers",
            distance("(l + 1) * np.kron(Z @ Z.T, A @ A.T)"),
            "the layer's number in place of its rate",
        ),
        (
            "centered",
            distance("etas[l] * np.kron((Z - Z.mean(0)) @ (Z - Z.mean(0)).T, A @ A.T)"),
            "its mean over samples",
        ),
        (
            "diagonal",
            distance("etas[l] * np.kron(Z @ Z.T, np.diag(np.diag(A @ A.T)))"),
            "only the diagonal",
        ),
        (
            "only the layer before",
            distance().replace(
                "Z = X @ chain(Ws[:l], X.shape[1]).T", "Z = X @ Ws[l - 1].T if l else X"
            ),
            "only the layer just before",
        ),
        (
            "only the layer after",
            distance(after="Ws[l + 1] if l + 1 < len(Ws) else np.eye(len(Ws[-1]))"),
            "only the next layer",
        ),
        (
            "added up over time",
            distance(answer="np.cumsum([kernel.kernel_distance({of}) for Ws in Ws_t])"),
            "added up over time",
        ),
        ("from the second time", distance(of="K(Ws_t[1]), K(Ws)"), "from time number 1"),
        (
            "first output",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = W @ B
        return B

    def K(Ws):
        total = 0
        for l in range(len(Ws)):
            Z = X @ chain(Ws[:l], X.shape[1]).T
            A = chain(Ws[l + 1 :], Ws[l].shape[0])
            total = total + etas[l] * Z @ Z.T * (A @ A.T)[0, 0]
        return total

    return np.array([kernel.kernel_distance(K(Ws_t[0]), K(Ws)) for Ws in Ws_t])
""",
            "only the first output",
        ),
        (
            "last output",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = W @ B
        return B

    def K(Ws):
        total = 0
        for l in range(len(Ws)):
            Z = X @ chain(Ws[:l], X.shape[1]).T
            A = chain(Ws[l + 1 :], Ws[l].shape[0])
            total = total + etas[l] * Z @ Z.T * (A @ A.T)[-1, -1]
        return total

    return np.array([kernel.kernel_distance(K(Ws_t[0]), K(Ws)) for Ws in Ws_t])
""",
            "only the last output",
        ),
        (
            "size of a unit difference",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = W @ B
        return B

    def K(Ws):
        total = 0
        for l in range(len(Ws)):
            Z = X @ chain(Ws[:l], X.shape[1]).T
            A = chain(Ws[l + 1 :], Ws[l].shape[0])
            total = total + etas[l] * np.kron(Z @ Z.T, A @ A.T)
        return total

    return np.array(
        [
            np.linalg.norm(
                K(Ws) / np.linalg.norm(K(Ws)) - K(Ws_t[0]) / np.linalg.norm(K(Ws_t[0]))
            )
            for Ws in Ws_t
        ]
    )
""",
            "difference of kernels of size 1",
        ),
        (
            "its square",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = W @ B
        return B

    def K(Ws):
        total = 0
        for l in range(len(Ws)):
            Z = X @ chain(Ws[:l], X.shape[1]).T
            A = chain(Ws[l + 1 :], Ws[l].shape[0])
            total = total + etas[l] * np.kron(Z @ Z.T, A @ A.T)
        return total

    return np.array(
        [
            np.linalg.norm(
                K(Ws) / np.linalg.norm(K(Ws)) - K(Ws_t[0]) / np.linalg.norm(K(Ws_t[0]))
            )
            ** 2
            for Ws in Ws_t
        ]
    )
""",
            "which is twice S",
        ),
        (
            "angle",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = W @ B
        return B

    def K(Ws):
        total = 0
        for l in range(len(Ws)):
            Z = X @ chain(Ws[:l], X.shape[1]).T
            A = chain(Ws[l + 1 :], Ws[l].shape[0])
            total = total + etas[l] * np.kron(Z @ Z.T, A @ A.T)
        return total

    return np.array(
        [np.arccos(1 - kernel.kernel_distance(K(Ws_t[0]), K(Ws))) for Ws in Ws_t]
    )
""",
            "this is an angle",
        ),
        (
            "squared cosine",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = W @ B
        return B

    def K(Ws):
        total = 0
        for l in range(len(Ws)):
            Z = X @ chain(Ws[:l], X.shape[1]).T
            A = chain(Ws[l + 1 :], Ws[l].shape[0])
            total = total + etas[l] * np.kron(Z @ Z.T, A @ A.T)
        return total

    return np.array(
        [1 - (1 - kernel.kernel_distance(K(Ws_t[0]), K(Ws))) ** 2 for Ws in Ws_t]
    )
""",
            "one minus the squared cosine",
        ),
        (
            "divided by the end",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = W @ B
        return B

    def K(Ws):
        total = 0
        for l in range(len(Ws)):
            Z = X @ chain(Ws[:l], X.shape[1]).T
            A = chain(Ws[l + 1 :], Ws[l].shape[0])
            total = total + etas[l] * np.kron(Z @ Z.T, A @ A.T)
        return total

    return (lambda S: S / S[-1])(
        np.array([kernel.kernel_distance(K(Ws_t[0]), K(Ws)) for Ws in Ws_t])
    )
""",
            "divided by its last value",
        ),
        (
            "mean taken off",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = W @ B
        return B

    def K(Ws):
        total = 0
        for l in range(len(Ws)):
            Z = X @ chain(Ws[:l], X.shape[1]).T
            A = chain(Ws[l + 1 :], Ws[l].shape[0])
            total = total + etas[l] * np.kron(Z @ Z.T, A @ A.T)
        return total

    return (
        lambda C: np.array([kernel.kernel_distance(C(K(Ws_t[0])), C(K(Ws))) for Ws in Ws_t])
    )(lambda M: M - M.mean())
""",
            "do not center",
        ),
        (
            "means of rows and columns taken off",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = W @ B
        return B

    def K(Ws):
        total = 0
        for l in range(len(Ws)):
            Z = X @ chain(Ws[:l], X.shape[1]).T
            A = chain(Ws[l + 1 :], Ws[l].shape[0])
            total = total + etas[l] * np.kron(Z @ Z.T, A @ A.T)
        return total

    return (
        lambda C: np.array([kernel.kernel_distance(C(K(Ws_t[0])), C(K(Ws))) for Ws in Ws_t])
    )(lambda M: (np.eye(len(M)) - 1 / len(M)) @ M @ (np.eye(len(M)) - 1 / len(M)))
""",
            "do not center",
        ),
        (
            "spectral norms",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = W @ B
        return B

    def K(Ws):
        total = 0
        for l in range(len(Ws)):
            Z = X @ chain(Ws[:l], X.shape[1]).T
            A = chain(Ws[l + 1 :], Ws[l].shape[0])
            total = total + etas[l] * np.kron(Z @ Z.T, A @ A.T)
        return total

    return np.array(
        [
            1
            - np.sum(K(Ws) * K(Ws_t[0]))
            / np.linalg.norm(K(Ws), 2)
            / np.linalg.norm(K(Ws_t[0]), 2)
            for Ws in Ws_t
        ]
    )
""",
            "not by the largest eigenvalues",
        ),
        (
            "mean of the outputs",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = W @ B
        return B

    def K(Ws):
        total = 0
        for l in range(len(Ws)):
            Z = X @ chain(Ws[:l], X.shape[1]).T
            A = chain(Ws[l + 1 :], Ws[l].shape[0])
            total = total + etas[l] * Z @ Z.T * np.mean(A @ A.T)
        return total

    return np.array([kernel.kernel_distance(K(Ws_t[0]), K(Ws)) for Ws in Ws_t])
""",
            "the outputs are mixed",
        ),
        (
            "rates overwritten",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = W @ B
        return B

    etas = etas / etas[0]
    etas[0] = 0

    def K(Ws):
        total = 0
        for l in range(len(Ws)):
            Z = X @ chain(Ws[:l], X.shape[1]).T
            A = chain(Ws[l + 1 :], Ws[l].shape[0])
            total = total + etas[l] * np.kron(Z @ Z.T, A @ A.T)
        return total

    return np.array([kernel.kernel_distance(K(Ws_t[0]), K(Ws)) for Ws in Ws_t])
""",
            "only the last layer",
        ),
        (
            "layers and times exchanged",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def chain(Ws, size):
        B = np.eye(size)
        for W in Ws:
            B = W @ B
        return B

    def K(Ws):
        total = 0
        for l in range(len(Ws)):
            Z = X @ chain(Ws[:l], X.shape[1]).T
            A = chain(Ws[l + 1 :], Ws[l].shape[0])
            total = total + etas[l] * np.kron(Z @ Z.T, A @ A.T)
        return total

    return np.array(
        [
            kernel.kernel_distance(K([W[0] for W in Ws_t]), K([W[i] for W in Ws_t]))
            for i in range(len(Ws_t[0]))
        ]
    )
""",
            "IndexError was raised",
        ),
        (
            "list not turned round",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def tangent_kernel(Ws):
        entering, after = [X], [np.eye(len(Ws[-1]))]
        for W in Ws[:-1]:
            entering.append(entering[-1] @ W.T)
        for W in Ws[:0:-1]:
            after.append(after[-1] @ W)
        layers = zip(etas, entering, after)
        return sum(eta * np.kron(Z @ Z.T, A @ A.T) for eta, Z, A in layers)

    first = tangent_kernel(Ws_t[0])
    return np.array([kernel.kernel_distance(first, tangent_kernel(Ws)) for Ws in Ws_t])
""",
            "reverse the list",
        ),
        (
            "sums before the product",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def tangent_kernel(Ws):
        entering, after = [X], [np.eye(len(Ws[-1]))]
        for W in Ws[:-1]:
            entering.append(entering[-1] @ W.T)
        for W in Ws[:0:-1]:
            after.append(after[-1] @ W)
        layers = zip(etas, entering, after[::-1])
        layers=list(layers)
        return np.kron(sum(e*Z@Z.T for e,Z,A in layers), sum(A@A.T for e,Z,A in layers))

    first = tangent_kernel(Ws_t[0])
    return np.array([kernel.kernel_distance(first, tangent_kernel(Ws)) for Ws in Ws_t])
""",
            "both sums are taken before",
        ),
        (
            "kernel of the outputs",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def tangent_kernel(Ws):
        entering, after = [X], [np.eye(len(Ws[-1]))]
        for W in Ws[:-1]:
            entering.append(entering[-1] @ W.T)
        for W in Ws[:0:-1]:
            after.append(after[-1] @ W)
        layers = zip(etas, entering, after[::-1])
        f=entering[-1]@Ws[-1].T
        return f@f.T

    first = tangent_kernel(Ws_t[0])
    return np.array([kernel.kernel_distance(first, tangent_kernel(Ws)) for Ws in Ws_t])
""",
            "the kernel f f^T of the outputs",
        ),
    ],
}

# What is robustness only, or cannot be told without a run of its own.
HIDDEN_ONLY = {}

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
        (
            "a complex step",
            """
def layer_gradients(Ws, X, Y):
    def loss(Z):
        B=Z[0]
        for W in Z[1:]:
            B=W@B
        r=X@B.T-Y
        return .5*np.sum(r*r)
    out=[]
    for k,W in enumerate(Ws):
        g=np.zeros(W.shape)
        for p in np.ndindex(W.shape):
            Z=[V.astype(complex) for V in Ws]
            Z[k][p]+=1e-20j
            g[p]=loss(Z).imag/1e-20
        out.append(g)
    return out
""",
        ),
    ],
    "05.3": [
        (
            "as in the text",
            pairs("etas[i] * Ws[i + 1].T @ Ws[i + 1] - etas[i + 1] * Ws[i] @ Ws[i].T"),
        ),
        (
            "one array where all widths are the same",
            (
                "def conserved_pairs(Ws, etas):\n"
                "    out = [p * V.T @ V - q * W @ W.T for W, V, p, q in zip(Ws, Ws[1:], etas, "
                "etas[1:])]\n"
                "    return np.array(out) if len({D.shape for D in out}) == 1 else out"
            ),
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
        ("a table", predict()),
        ("an array", predict(last="np.array(answers[change])")),
        (
            "branches and a list",
            """
def predict_factors(change, factor, depth):
    b = 1 - 2 / depth
    if change in ("start", "layers"):
        ratio = factor if change == "start" else factor**depth
        return [ratio**-b, 1]
    if change == "rates":
        return [factor**-1.0] * 2
    return [factor**-1.0, factor ** -(1 + b)]
""",
        ),
        (
            "by the velocity at two starts",
            """
def predict_factors(change, factor, depth):
    def times(u0, s, eta):
        velocity = lambda u: eta * depth * u ** (2 - 2 / depth)
        return np.float32([u0 / (velocity(u0) * s), 1 / velocity(s)])

    changed = {
        "start": (1e-5 * factor, 1.0, 1.0),
        "layers": (1e-5 * factor**depth, 1.0, 1.0),
        "target": (1e-5, factor, 1.0),
        "rates": (1e-5, 1.0, factor),
    }[change]
    return tuple(times(*changed) / times(1e-5, 1.0, 1.0))
""",
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
        (
            "hypergeometric function",
            """
def escape_time(u0, s, depth, frac):
    from scipy.special import hyp2f1
    if u0>=frac*s:
        return 0.
    if depth==2:
        return np.log(frac*s*(s-u0)/(u0*(s-frac*s)))/(2*s)
    a=2/depth-1
    F=lambda u: u**a/(a*s*depth)*hyp2f1(1,a,1+a,u/s)
    return F(frac*s)-F(u0)
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
        (
            "inner products without the kernel",
            """
def deep_kernel_distance(X, Ws_t, etas):
    def tangent_kernel(Ws):
        entering, after = [X], [np.eye(len(Ws[-1]))]
        for W in Ws[:-1]:
            entering.append(entering[-1] @ W.T)
        for W in Ws[:0:-1]:
            after.append(after[-1] @ W)
        layers = zip(etas, entering, after[::-1])
        return [(e,Z@Z.T,A@A.T) for e,Z,A in layers]

    first = tangent_kernel(Ws_t[0])
    ip=lambda P,Q: sum(e*f*np.sum(a*c)*np.sum(b*d) for e,a,b in P for f,c,d in Q)
    out=[]
    for Ws in Ws_t:
        K=tangent_kernel(Ws)
        out.append(1-ip(first,K)/np.sqrt(ip(first,first)*ip(K,K)))
    return np.array(out)
""",
        ),
    ],
}
