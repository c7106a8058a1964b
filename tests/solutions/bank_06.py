"""Collect answers to 06_relu as students write them, wrong ones and right ones.

WRONG[exercise] lists (name, source, words of the message, which must name the cause);
RIGHT[exercise] lists (name, source).
"""


def grads(
    gate: str = "z > 0",
    f: str = "(gate * z) @ a",
    r: str = "f - y",
    dW: str = "(gate * np.outer(r, a)).T @ X",
    da: str = "(gate * z).T @ r",
) -> str:
    return f"""
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = {gate}
    f = {f}
    r = {r}
    return {{"f": f, "dW": {dW}, "da": {da}}}
"""


def deltas(value: str) -> str:
    return f"def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):\n    return {value}\n"


def alphas(
    alpha: str = "np.sqrt(1 / big if r > 0 else big)",
    r: str = "delta / scale**2",
    big: str = "(abs(r) + np.sqrt(r * r + 4)) / 2",
) -> str:
    return f"""
def alpha_for_delta(delta, scale):
    r = {r}
    big = {big}
    return {alpha}
"""


def ntk(value: str, gate: str = "(z > 0) * 1.0", out: str = "gate * z") -> str:
    return f"""
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    z = X @ W.T
    gate = {gate}
    out = {out}
    return {value}
"""


KERNEL = "eta_a * out @ out.T + eta_w * (X @ X.T) * ((gate * a**2) @ gate.T)"


def polar(
    radial: str = "-(eta_w * a**2 + eta_a * w @ w) * along",
    angular: str = "-eta_w * a**2 / size * (g - along * unit)",
    unit: str = "beta / size",
) -> str:
    return f"""
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = {unit}
    along = unit @ g
    return {{"radial": {radial}, "angular": {angular}}}
"""


def hamming(value: str = "(gate != gate[0]).mean(axis=(1, 2))", gate: str = "z > 0") -> str:
    return f"""
def activation_hamming(W, X):
    z = W @ X.T
    gate = {gate}
    return {value}
"""


FLAT = {"balanced": "[0.0] * len(leaks)", "upstream": "[0.0] * len(leaks)"}  # runs nothing


def sweep(
    leaks: str = "[0, 0.05, 0.1, 0.15, 0.2, 1.0]",
    balanced: str = "[S(leak, 0.0) for leak in leaks]",
    upstream: str = "[S(leak, 1.0) for leak in leaks]",
    keep: str = '{"leak": leaks, "balanced": balanced, "upstream": upstream}',
    times: str = "[0.0, 1.0]",
    data: str = "X, y",
    network: str = ", leak=leak",
    seen: str = ", leak=leak",
    distance: str = "kernel.kernel_distance(K[0], K[-1])",
) -> str:
    return f"""
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer({times}, {data}, *start(delta){network})
        K = [kernel.ntk_two_layer({data.partition(",")[0]}, *p{seen}) for p in zip(W, a)]
        return {distance}

    leaks = {leaks}
    balanced = {balanced}
    upstream = {upstream}
    return {keep}
"""


WRONG = {
    "06.1": [
        (
            "mean",
            grads(dW="(gate * np.outer(r, a)).T @ X / len(X)", da="(gate * z).T @ r / len(X)"),
            "do not divide by n",
        ),
        (
            "mean only in da",
            grads(da="np.mean((gate * z) * r[:, None], axis=0)"),
            "do not divide by n",
        ),
        (
            "factor 2",
            grads(dW="2 * (gate * np.outer(r, a)).T @ X", da="2 * (gate * z).T @ r"),
            "the 2 of the derivative goes away",
        ),
        ("gate for a", grads(da="gate.T @ r"), "not its gate alone"),
        ("gate for a in f", grads(f="gate @ a"), "not the gate alone"),
        ("no gates", grads(gate="np.ones(z.shape)"), "the gates are missing"),
        ("no gate in dW", grads(dW="np.outer(r, a).T @ X"), "the gates are missing"),
        ("no gate in da", grads(da="z.T @ r"), "the gates are missing"),
        ("closed side", grads(gate="z < 0"), "the gates are on the wrong side"),
        ("velocity", grads(r="y - f"), "the sign is flipped"),
        ("y forgotten", grads(r="f"), "y is missing"),
        ("no readout", grads(dW="(gate * r[:, None]).T @ X"), "the readout a_i is missing"),
        ("open at zero", grads(gate="z >= 0"), "a gate is closed at zero"),
        ("half open at zero", grads(gate="np.heaviside(z, 0.5)"), "not half open"),
        ("transposed", grads(dW="X.T @ (gate * np.outer(r, a))"), "is it transposed?"),
        ("gates in dW hold z", grads(dW="(gate * z * np.outer(r, a)).T @ X"), "belongs in da"),
        ("no residual in dW", grads(dW="(gate * a).T @ X"), "the residual is missing in dW"),
        ("no residual in da", grads(da="(gate * z).sum(axis=0)"), "residual is missing in da"),
        ("readout squared", grads(dW="(gate * np.outer(r, a**2)).T @ X"), "once, not squared"),
        ("residual squared", grads(da="(gate * z).T @ r**2"), "one residual too many"),
        ("residual without sign", grads(r="np.abs(f - y)"), "keeps its sign"),
        ("plus y", grads(r="f + y"), "not f + y"),
        ("mean over neurons", grads(f="(gate * z) @ a / len(a)"), "not a mean"),
        ("no readouts in f", grads(f="(gate * z).sum(axis=1)"), "readouts are missing in f"),
        (
            "gate of a z",
            grads(gate="z * a > 0", f="np.maximum(z * a, 0).sum(axis=1)"),
            "not at the sign of a z",
        ),
        ("signs for gates", grads(gate="np.sign(z)"), "np.sign knows -1 too"),
        ("the residual for f", grads().replace('"f": f', '"f": r'), "this is the residual"),
        (
            "in place",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = (gate * z) @ a
    y -= f
    return {"f": f, "dW": -(gate * np.outer(y, a)).T @ X, "da": -(gate * z).T @ y}
""",
            "changes the arrays it is given",
        ),
        (
            "a tuple",
            grads()
            .replace('return {"f": f, "dW":', "return f, (")
            .replace(', "da": ', "), ")
            .replace("}", ""),
            "expected a dictionary",
        ),
        ("nothing", grads().replace("return", "out ="), "is there a return statement"),
        ("2/n", grads(dW="2 * (gate * np.outer(r, a)).T @ X / len(X)"), "and the 2 goes away"),
        ("times n", grads(dW="len(X) * (gate * np.outer(r, a)).T @ X"), "do not multiply by n"),
        (
            "f as a column",
            grads(f="((gate * z) @ a)[:, None]", r="(f[:, 0] - y)"),
            "axis of length",
        ),
        ("a table of residuals", grads(r="(f[:, None] - y).sum(axis=1)"), "became a table"),
        ("ReLU of the sum", grads(f="np.maximum(z @ a, 0)"), "not on the sum"),
        ("a leak", grads(gate="np.where(z > 0, 1, 0.01)"), "this one leaks"),
        ("a in da", grads(da="a * ((gate * z).T @ r)"), "a_i itself is not in the slope"),
        (
            "residual of length one",
            grads(r="(f - y) / max(np.linalg.norm(f - y), 1e-9)"),
            "not to be scaled",
        ),
        (
            "whole numbers",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = np.array([(np.maximum(z, 0) @ a)[k] for k in range(len(X))]).astype(int)
    r = f - y
    return {"f": f, "dW": (gate * np.outer(r, a)).T @ X, "da": (gate * z).T @ r}
""",
            "the decimals are cut off",
        ),
        (
            "gates of f",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = (gate * z) @ a
    r = f - y
    return {"f": f, "dW": ((f > 0)[:, None] * np.outer(r, a)).T @ X, "da": (gate * z).T @ r}
""",
            "not at f",
        ),
        (
            "mean residual",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = (gate * z) @ a
    r = np.mean(f - y) * np.ones(len(y))
    return {"f": f, "dW": (gate * np.outer(r, a)).T @ X, "da": (gate * z).T @ r}
""",
            "not their mean",
        ),
        (
            "first sample",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = (gate * z) @ a
    r = f - y
    return {"f": f, "dW": (gate * np.outer(r, a))[:1].T @ X[:1], "da": (gate * z).T @ r}
""",
            "not the first one",
        ),
        (
            "a leak in the slope",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = (gate * z) @ a
    r = f - y
    return {
        "f": f,
        "dW": (np.where(z > 0, 1, 0.01) * np.outer(r, a)).T @ X,
        "da": (gate * z).T @ r,
    }
""",
            "this one leaks in dW",
        ),
        (
            "negative readouts left out",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = (gate * z) @ a
    r = f - y
    return {"f": f, "dW": (gate * np.outer(r, a * (a > 0))).T @ X, "da": (gate * z).T @ r}
""",
            "negative readouts count too",
        ),
        (
            "readouts without sign in f",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = (gate * z) @ np.abs(a)
    r = f - y
    return {"f": f, "dW": (gate * np.outer(r, a)).T @ X, "da": (gate * z).T @ r}
""",
            "keep their signs in f",
        ),
        (
            "ReLU of f",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = np.maximum((gate * z) @ a, 0)
    r = f - y
    return {"f": f, "dW": (gate * np.outer(r, a)).T @ X, "da": (gate * z).T @ r}
""",
            "not on f",
        ),
        (
            "a rate in it",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = (gate * z) @ a
    r = f - y
    return {"f": f, "dW": 0.1 * (gate * np.outer(r, a)).T @ X, "da": (gate * z).T @ r}
""",
            "wrong by one and the same factor",
        ),
        (
            "dW and da exchanged",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = (gate * z) @ a
    r = f - y
    return {"f": f, "da": (gate * np.outer(r, a)).T @ X, "dW": (gate * z).T @ r}
""",
            'entry "dW": expected shape',
        ),
        (
            "keys in small letters",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = (gate * z) @ a
    r = f - y
    return {"f": f, "dw": (gate * np.outer(r, a)).T @ X, "da": (gate * z).T @ r}
""",
            "the key 'dW' is missing",
        ),
        (
            "squeezed",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = (gate * z) @ a
    r = f - y
    return {"f": f, "dW": np.squeeze((gate * np.outer(r, a)).T @ X), "da": (gate * z).T @ r}
""",
            "an axis of length 1",
        ),
        (
            "loss and slopes",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = (gate * z) @ a
    r = f - y
    return 0.5 * np.sum(r**2), {
        "f": f,
        "dW": (gate * np.outer(r, a)).T @ X,
        "da": (gate * z).T @ r,
    }
""",
            "expected a dictionary",
        ),
        (
            "z in da",
            """
def relu_forward_grads(X, y, W, a):
    z = X @ W.T
    gate = z > 0
    f = (gate * z) @ a
    r = f - y
    return {"f": f, "dW": (gate * np.outer(r, a)).T @ X, "da": z.T @ r}
""",
            "the gates are missing",
        ),
    ],
    "06.2": [
        (
            "summed over neurons",
            deltas("degree * eta_w * np.sum(a**2) - eta_a * np.sum(W**2)"),
            "do not sum over them",
        ),
        (
            "norm not squared",
            deltas("degree * eta_w * a**2 - eta_a * np.linalg.norm(W, axis=1)"),
            "|w| should be squared",
        ),
        (
            "a not squared",
            deltas("degree * eta_w * a - eta_a * np.sum(W**2, axis=1)"),
            "a should be squared",
        ),
        (
            "degree on the other term",
            deltas("eta_w * a**2 - degree * eta_a * np.sum(W**2, axis=1)"),
            "the degree is on the other term",
        ),
        (
            "degree forgotten",
            deltas("eta_w * a**2 - eta_a * np.sum(W**2, axis=1)"),
            "the degree is forgotten",
        ),
        (
            "degree outside",
            deltas("degree * (eta_w * a**2 - eta_a * np.sum(W**2, axis=1))"),
            "multiplies only the readout's square",
        ),
        (
            "degree in the exponent",
            deltas("eta_w * np.abs(a)**(2 * degree) - eta_a * np.sum(W**2, axis=1)"),
            "not an exponent",
        ),
        (
            "swapped",
            deltas("degree * eta_a * a**2 - eta_w * np.sum(W**2, axis=1)"),
            "the rates look swapped",
        ),
        (
            "sign",
            deltas("eta_a * np.sum(W**2, axis=1) - degree * eta_w * a**2"),
            "the sign is flipped",
        ),
        (
            "no rates",
            deltas("degree * a**2 - np.sum(W**2, axis=1)"),
            "the learning rates are forgotten",
        ),
        (
            "other axis",
            deltas("degree * eta_w * a**2 - eta_a * np.resize(np.sum(W**2, axis=0), len(a))"),
            "a row of W",
        ),
        ("plus", deltas("degree * eta_w * a**2 + eta_a * np.sum(W**2, axis=1)"), "not added"),
        (
            "rates squared",
            deltas("degree * eta_w**2 * a**2 - eta_a**2 * np.sum(W**2, axis=1)"),
            "the rates are squared",
        ),
        (
            "divided by rates",
            deltas("degree * a**2 / eta_w - np.sum(W**2, axis=1) / eta_a"),
            "they are factors",
        ),
        (
            "one rate for both",
            deltas("eta_w * (degree * a**2 - np.sum(W**2, axis=1))"),
            "multiplies both terms; each has its own",
        ),
        (
            "other rate for both",
            deltas("eta_a * (degree * a**2 - np.sum(W**2, axis=1))"),
            "multiplies both terms; each has its own",
        ),
        (
            "a to the degree",
            deltas("eta_w * a ** (1 + degree) - eta_a * np.sum(W**2, axis=1)"),
            "a factor, not an exponent",
        ),
        (
            "divided by the degree",
            deltas("eta_w * a**2 / degree - eta_a * np.sum(W**2, axis=1)"),
            "here it divides",
        ),
        (
            "degree squared",
            deltas("degree**2 * eta_w * a**2 - eta_a * np.sum(W**2, axis=1)"),
            "not squared itself",
        ),
        (
            "mean over inputs",
            deltas("degree * eta_w * a**2 - eta_a * np.mean(W**2, axis=1)"),
            "not a mean",
        ),
        (
            "square of the sum",
            deltas("degree * eta_w * a**2 - eta_a * np.sum(W, axis=1)**2"),
            "not the square of the sum",
        ),
        (
            "all weights",
            deltas("degree * eta_w * a**2 - eta_a * np.sum(W**2)"),
            "each neuron has its own",
        ),
        (
            "the whole matrix",
            deltas("degree * eta_w * np.outer(a, a) - eta_a * W @ W.T"),
            "its diagonal",
        ),
        (
            "no sum",
            deltas("degree * eta_w * a[:, None]**2 - eta_a * W**2"),
            "over the inputs of a neuron",
        ),
        (
            "in place",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    W *= W
    return degree * eta_w * a**2 - eta_a * W.sum(axis=1)
""",
            "changes the arrays it is given",
        ),
        ("nothing", deltas("None"), "nothing came back"),
        (
            "without the sign",
            deltas("np.abs(degree * eta_w * a**2 - eta_a * np.sum(W**2, axis=1))"),
            "delta keeps its sign",
        ),
        (
            "a ratio",
            deltas("degree * eta_w * a**2 / (eta_a * np.sum(W**2, axis=1))"),
            "not divided",
        ),
        (
            "half",
            deltas("(degree * eta_w * a**2 - eta_a * np.sum(W**2, axis=1)) / 2"),
            "no factor 1/2",
        ),
        (
            "roots of rates",
            deltas("degree * eta_w**0.5 * a**2 - eta_a**0.5 * np.sum(W**2, 1)"),
            "not under a root",
        ),
        (
            "product of rates",
            deltas("eta_w * eta_a * (degree * a**2 - np.sum(W**2, axis=1))"),
            "not the product of both",
        ),
        (
            "largest weight",
            deltas("degree * eta_w * a**2 - eta_a * np.max(W**2, axis=1)"),
            "not the largest",
        ),
        (
            "degree above |w|",
            deltas(
                "degree * eta_w * a**2 - eta_a * np.sum(np.abs(W) ** \
(2 * degree), axis=1)"
            ),
            "is 2 for every degree",
        ),
        (
            "degree on both",
            deltas("degree * eta_w * a**2 - degree**2 * eta_a * np.sum(W**2, 1)"),
            "only, once",
        ),
        (
            "readouts as a column",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return degree * eta_w * a[:, None] ** 2 - eta_a * np.sum(W**2, axis=1)
""",
            "a column (m, 1) met a row",
        ),
        (
            "sums as a column",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return degree * eta_w * a**2 - eta_a * np.sum(W**2, axis=1, keepdims=True)
""",
            "a column (m, 1) met a row",
        ),
        (
            "mean over neurons",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return np.mean(degree * eta_w * a**2 - eta_a * np.sum(W**2, axis=1))
""",
            "one number came back",
        ),
        (
            "rates written in",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return degree * 1.0 * a**2 - 1.0 * np.sum(W**2, axis=1)
""",
            "the learning rates are forgotten",
        ),
        (
            "weights not squared",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return degree * eta_w * a**2 - eta_a * np.sum(W, axis=1)
""",
            "the weights are not squared",
        ),
        (
            "rate with the degree as exponent",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return degree * eta_w * a**2 - eta_a**degree * np.sum(W**2, axis=1)
""",
            "has no exponent",
        ),
        (
            "degree less one",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return (degree - 1) * eta_w * a**2 - eta_a * np.sum(W**2, axis=1)
""",
            "not one less",
        ),
        (
            "a |a|",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return degree * eta_w * a * np.abs(a) - eta_a * np.sum(W**2, axis=1)
""",
            "its sign is lost",
        ),
        (
            "last neuron left out",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return [degree * eta_w * a[i] ** 2 - eta_a * W[i] @ W[i] for i in range(len(a) - 1)]
""",
            "one too short",
        ),
        (
            "sorted",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return np.sort(degree * eta_w * a**2 - eta_a * np.sum(W**2, axis=1))
""",
            "in the reverse order",
        ),
        (
            "columns of W",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return [degree * eta_w * a[i] ** 2 - eta_a * W[:, i] @ W[:, i] for i in range(len(a))]
""",
            "a row of W",
        ),
        (
            "degree 2 only",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return (2 if degree == 2 else 1) * eta_w * a**2 - eta_a * np.sum(W**2, axis=1)
""",
            "the degree is forgotten",
        ),
        (
            "a dictionary",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return {
        i: x for i, x in enumerate(degree * eta_w * a**2 - eta_a * np.sum(W**2, axis=1))
    }
""",
            "got a dictionary",
        ),
        (
            "whole numbers",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    out = np.zeros(len(a), dtype=int)
    for i in range(len(a)):
        out[i] = degree * eta_w * a[i] ** 2 - eta_a * W[i] @ W[i]
    return out
""",
            "the decimals are cut off",
        ),
        (
            "a @ a",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return degree*eta_w*a@a - eta_a*np.sum(W**2,axis=1)
""",
            "adds up all readouts",
        ),
        (
            "degree as exponent of the length",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return eta_w*a**2 - eta_a*np.sum(W**2,axis=1)**degree
""",
            "not an exponent of |w|^2",
        ),
        (
            "2 for every degree",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    return (1 if degree==1 else 2)*eta_w*a**2 - eta_a*np.sum(W**2,axis=1)
""",
            "not 2 whatever it is",
        ),
        (
            "rates made to add up to one",
            """
def neuron_deltas(W, a, *, eta_w=1.0, eta_a=1.0, degree=1):
    t=eta_w+eta_a
    return degree*eta_w/t*a**2 - eta_a/t*np.sum(W**2,axis=1)
""",
            "by the sum of the rates",
        ),
    ],
    "06.3": [
        ("alpha squared", alphas(alpha="1 / big if r > 0 else big"), "this is alpha^2"),
        ("minus root", alphas(alpha="np.sqrt((-r - np.sqrt(r * r + 4)) / 2)"), "of the two roots"),
        (
            "cancellation",
            alphas(alpha="np.sqrt((-r + np.sqrt(r * r + 4)) / 2)"),
            "the digits are lost",
        ),
        (
            "cancellation, other side",
            alphas(alpha="np.sqrt(2 / (r + np.sqrt(r * r + 4)))"),
            "the digits are lost",
        ),
        (
            "a floor under the root",
            alphas(alpha="np.sqrt(max(-r + np.sqrt(r * r + 4), 1e-12) / 2)"),
            "the digits are lost",
        ),
        (
            "clipped",
            alphas(r="np.clip(delta / scale**2, -1e6, 1e6)"),
            "the digits are lost",
        ),
        ("upside down", alphas(alpha="np.sqrt(big if r > 0 else 1 / big)"), "the alpha of -delta"),
        ("the ratio", alphas(alpha="big if r > 0 else 1 / big"), "the ratio |a| / |w|"),
        ("scale forgotten", alphas(r="delta"), "the scale is forgotten"),
        ("scale not squared", alphas(r="delta / scale"), "with the square"),
        ("times the scale", alphas(r="delta * scale**2"), "not times"),
        (
            "the length of w",
            alphas(alpha="scale * np.sqrt(1 / big if r > 0 else big)"),
            "this is |w|, not alpha",
        ),
        (
            "the length of a",
            alphas(alpha="scale / np.sqrt(1 / big if r > 0 else big)"),
            "this is |a|, not alpha",
        ),
        ("one form for both", alphas(alpha="np.sqrt(1 / big)"), "the alpha of -delta"),
        ("other form for both", alphas(alpha="np.sqrt(big)"), "the alpha of -delta"),
        (
            "1 for 4",
            alphas(
                big="(abs(r) + np.sqrt(r * r + 1)) / 2",
                alpha="np.sqrt((-r + \
np.sqrt(r * r + 1)) / 2)",
            ),
            "r^2 + 4, not r^2 + 1",
        ),
        ("2 for 4", alphas(alpha="np.sqrt((-r + np.sqrt(r * r + 2)) / 2)"), "not r^2 + 2"),
        ("r for r^2", alphas(alpha="np.sqrt((-r + np.sqrt(abs(r) + 4)) / 2)"), "with the square"),
        (
            "no half",
            alphas(alpha="np.sqrt(2) * np.sqrt(1 / big if r > 0 else big)"),
            "the 2 in the denominator",
        ),
        (
            "half outside",
            alphas(alpha="np.sqrt(2 / big if r > 0 else 2 * big) / 2"),
            "not half of it",
        ),
        (
            "negative",
            alphas(alpha="-np.sqrt(1 / big if r > 0 else big)"),
            "alpha should be positive",
        ),
        (
            "a pair",
            alphas(alpha="(np.sqrt(1 / big if r > 0 else big), r)"),
            "expected a single number",
        ),
        ("nothing", alphas(alpha="None"), "nothing came back"),
        (
            "fourth root",
            alphas(alpha="(1 / big if r > 0 else big) ** 0.25"),
            "one square root too many",
        ),
        ("scale to the fourth", alphas(r="delta / scale**4"), "not over scale^4"),
        ("half of r", alphas(r="delta / (2 * scale**2)"), "divides the whole root"),
        ("twice r", alphas(r="2 * delta / scale**2"), "without the 2"),
        ("upstream only", alphas(alpha="np.sqrt(1 / big) if r > 0 else None"), "nothing came back"),
        (
            "zero in balance",
            alphas(alpha="0.0 if r == 0 else np.sqrt(1 / big if r > 0 else big)"),
            "alpha should be positive",
        ),
        ("both roots", alphas(alpha="np.roots([1, r, -1])"), "expected a single number"),
        (
            "float32 and the naive root",
            alphas(
                r="np.float32(delta / scale**2)",
                alpha="float(np.sqrt((-r + np.sqrt(r * r + np.float32(4))) / 2))",
            ),
            "digits are lost",
        ),
        (
            "whole r",
            """
def alpha_for_delta(delta, scale):
    r = int(delta / scale**2)
    big = (abs(r) + np.sqrt(r * r + 4)) / 2
    return np.sqrt(1 / big if r > 0 else big)
""",
            "cut to a whole number",
        ),
        (
            "whole-number division",
            """
def alpha_for_delta(delta, scale):
    r = delta // scale**2
    big = (abs(r) + np.sqrt(r * r + 4)) / 2
    return np.sqrt(1 / big if r > 0 else big)
""",
            "// is whole-number division",
        ),
        (
            "r upside down",
            """
def alpha_for_delta(delta, scale):
    r = scale**2 / (delta if delta else 1)
    big = (abs(r) + np.sqrt(r * r + 4)) / 2
    return np.sqrt(1 / big if r > 0 else big)
""",
            "not scale^2 / delta",
        ),
        (
            "no 4",
            """
def alpha_for_delta(delta, scale):
    r = delta / scale**2
    big = abs(r)
    return np.sqrt(1 / big if r > 0 else big)
""",
            "the 4 under the inner root is missing",
        ),
        (
            "4 scale^2",
            """
def alpha_for_delta(delta, scale):
    r = delta / scale**2
    big = (abs(r) + np.sqrt(r * r + 4)) / 2
    return np.sqrt((-delta + np.sqrt(delta**2 + 4 * scale**2)) / 2) / scale
""",
            "4 scale^4",
        ),
        (
            "another form beyond 1e9 only",
            """
def alpha_for_delta(delta, scale):
    r = delta / scale**2
    big = (abs(r) + np.sqrt(r * r + 4)) / 2
    return 1 / np.sqrt(r) if r > 1e9 else np.sqrt((-r + np.sqrt(r * r + 4)) / 2)
""",
            "digits are lost",
        ),
        (
            "cut off at a tiny number",
            """
def alpha_for_delta(delta, scale):
    r = delta / scale**2
    big = (abs(r) + np.sqrt(r * r + 4)) / 2
    return np.sqrt(max((-r + np.sqrt(r * r + 4)) / 2, 1e-12))
""",
            "digits are lost",
        ),
        (
            "naive root with delta",
            """
def alpha_for_delta(delta, scale):
    r = delta / scale**2
    big = (abs(r) + np.sqrt(r * r + 4)) / 2
    return np.sqrt((-delta + np.sqrt(delta**2 + 4 * scale**4)) / 2) / scale
""",
            "digits are lost",
        ),
        (
            "arcsinh of r",
            """
def alpha_for_delta(delta, scale):
    r = delta / scale**2
    big = (abs(r) + np.sqrt(r * r + 4)) / 2
    return np.exp(-np.arcsinh(r) / 2)
""",
            "without the 2",
        ),
        (
            "arcsinh without half",
            """
def alpha_for_delta(delta, scale):
    r = delta / scale**2
    big = (abs(r) + np.sqrt(r * r + 4)) / 2
    return np.exp(-np.arcsinh(r / 2))
""",
            "this is alpha^2",
        ),
        (
            "first root",
            """
def alpha_for_delta(delta, scale):
    r = delta / scale**2
    big = (abs(r) + np.sqrt(r * r + 4)) / 2
    return np.sqrt(np.roots([1, r, -1])[0])
""",
            "NaN came back",
        ),
        (
            "an array",
            """
def alpha_for_delta(delta, scale):
    r = delta / scale**2
    big = (abs(r) + np.sqrt(r * r + 4)) / 2
    return np.array([np.sqrt(1 / big if r > 0 else big)])
""",
            "expected a single number",
        ),
        (
            "half precision",
            """
def alpha_for_delta(delta, scale):
    r = delta / scale**2
    big = (abs(r) + np.sqrt(r * r + 4)) / 2
    return np.float16(np.sqrt(1 / big if r > 0 else big))
""",
            "near, but not near enough",
        ),
        (
            "smaller root",
            """
def alpha_for_delta(delta, scale):
    r = delta / scale**2
    big = (abs(r) + np.sqrt(r * r + 4)) / 2
    return np.sqrt(np.abs(np.roots([1, r, -1])).min())
""",
            "the alpha of -delta",
        ),
        (
            "a root finder between fixed ends",
            """
def alpha_for_delta(delta, scale):
    from scipy.optimize import brentq
    r=delta/scale**2
    return brentq(lambda q: 1/q**2-q**2-r, 1e-3, 1e3)
""",
            "is the range too narrow",
        ),
    ],
    "06.4": [
        (
            "rates swapped",
            ntk("eta_w * out @ out.T + eta_a * (X @ X.T) * ((gate * a**2) @ gate.T)"),
            "the rates look swapped",
        ),
        (
            "no rates",
            ntk("out @ out.T + (X @ X.T) * ((gate * a**2) @ gate.T)"),
            "the learning rates are forgotten",
        ),
        (
            "no gates",
            ntk(KERNEL, gate="np.ones(z.shape)"),
            "the gates are missing: this is the linear network's kernel",
        ),
        (
            "no gates in one half",
            ntk("eta_a * out @ out.T + eta_w * (X @ X.T) * np.sum(a**2)"),
            "missing in the half with a^2",
        ),
        ("no gates in the other", ntk(KERNEL, out="z"), "missing in what the neurons put out"),
        (
            "a not squared",
            ntk("eta_a * out @ out.T + eta_w * (X @ X.T) * ((gate * a) @ gate.T)"),
            "a should be squared",
        ),
        ("no a", ntk("eta_a * out @ out.T + eta_w * (X @ X.T) * (gate @ gate.T)"), "a is missing"),
        ("readouts only", ntk("eta_a * out @ out.T"), "the half of the weights is missing"),
        (
            "weights only",
            ntk("eta_w * (X @ X.T) * ((gate * a**2) @ gate.T)"),
            "the half of the readouts is missing",
        ),
        ("no x.x'", ntk("eta_a * out @ out.T + eta_w * (gate * a**2) @ gate.T"), "x.x' is missing"),
        ("mean", ntk(f"({KERNEL}) / len(a)"), "do not average"),
        (
            "rates squared",
            ntk("eta_a**2 * out @ out.T + eta_w**2 * (X @ X.T) * ((gate * a**2) @ gate.T)"),
            "the rates are squared",
        ),
        ("open at zero", ntk(KERNEL, gate="(z >= 0) * 1.0"), "the gate is closed"),
        (
            "product of matrices",
            ntk(
                "eta_a * out @ out.T + eta_w * (X @ X.T) @ ((gate * a**2) \
@ gate.T)"
            ),
            "not as a product of matrices",
        ),
        (
            "x.x' before both",
            ntk(
                "(X @ X.T) * (eta_a * out @ out.T + eta_w * (gate * a**2) \
@ gate.T)"
            ),
            "half of the weights only",
        ),
        (
            "a in the other half",
            ntk(
                "eta_a * (out * a**2) @ out.T + eta_w * (X @ X.T) * (gate \
@ gate.T)"
            ),
            "readouts belong to the half",
        ),
        (
            "a in both halves",
            ntk(
                "eta_a * (out * a**2) @ out.T + eta_w * (X @ X.T) * ((gate * \
a**2) @ gate.T)"
            ),
            "a is in both halves",
        ),
        (
            "out for gates",
            ntk("eta_a * out @ out.T + eta_w * (X @ X.T) * ((out * a**2) @ out.T)"),
            "max(0, z) is where the gate belongs",
        ),
        (
            "gates for out",
            ntk(
                "eta_a * gate @ gate.T + eta_w * (X @ X.T) * ((gate * a**2) \
@ gate.T)"
            ),
            "the gates are where max(0, z)",
        ),
        ("divided by n", ntk(f"({KERNEL}) / len(X)"), "by the number of samples"),
        ("minus", ntk(KERNEL.replace(" + eta_w", " - eta_w")), "added, not subtracted"),
        (
            "one rate",
            ntk("eta_w * (out @ out.T + (X @ X.T) * ((gate * a**2) @ gate.T))"),
            "eta_w multiplies both halves",
        ),
        (
            "other rate",
            ntk("eta_a * (out @ out.T + (X @ X.T) * ((gate * a**2) @ gate.T))"),
            "eta_a multiplies both halves",
        ),
        (
            "roots of rates",
            ntk(
                "eta_a**0.5 * out @ out.T + eta_w**0.5 * (X @ X.T) * ((gate * \
a**2) @ gate.T)"
            ),
            "rates are under a root",
        ),
        ("closed side", ntk(KERNEL, gate="(z < 0) * 1.0"), "open where z > 0"),
        (
            "a to the fourth",
            ntk(
                "eta_a * out @ out.T + eta_w * (X @ X.T) * ((gate * a**2) @ (gate \
* a**2).T)"
            ),
            "squared twice",
        ),
        (
            "a without sign",
            ntk(
                "eta_a * out @ out.T + eta_w * (X @ X.T) * ((gate * np.abs(a)) @ \
gate.T)"
            ),
            "not taken without its sign",
        ),
        ("half open at zero", ntk(KERNEL, gate="np.heaviside(z, 0.5)"), "not half open"),
        ("over neurons", ntk("out.T @ out + (gate.T @ gate) * np.outer(a, a)"), "for each sample"),
        (
            "in place",
            ntk(KERNEL).replace("    z = X", "    a *= a\n    a **= 0.5\n    z = X"),
            "changes the arrays it is given",
        ),
        (
            "squares outside",
            ntk(
                "eta_a * out @ out.T + eta_w * (X @ X.T) * np.sum(a**2) * (gate @ \
gate.T)"
            ),
            "inside the sum over shared gates",
        ),
        (
            "mean of squares",
            ntk(
                "eta_a * out @ out.T + eta_w * (X @ X.T) * np.mean(a**2) * (gate \
@ gate.T)"
            ),
            "not their mean",
        ),
        (
            "z for x",
            ntk("eta_a * out @ out.T + eta_w * (z @ z.T) * ((gate * a**2) @ gate.T)"),
            "through gates only",
        ),
        (
            "cosines",
            ntk(
                "eta_a * out @ out.T + eta_w * (lambda U: U @ U.T)(X / np.linalg.norm(X, \
axis=1, keepdims=True)) * ((gate * a**2) @ gate.T)"
            ),
            "do not normalize x",
        ),
        ("twice", ntk(f"2 * ({KERNEL})"), "a factor of 2 too many"),
        (
            "one of two gates",
            ntk(
                "eta_a * out @ out.T + eta_w * (X @ X.T) * (((gate[:, None] + \
gate) > 0) @ a**2)"
            ),
            "not one of them",
        ),
        (
            "equal gates",
            ntk(
                "eta_a * out @ out.T + eta_w * (X @ X.T) * ((gate[:, None] == gate) \
@ a**2)"
            ),
            "do not compare them",
        ),
        (
            "product of rates",
            ntk(
                "eta_w * eta_a * (out @ out.T + (X @ X.T) * ((gate * a**2) @ \
gate.T))"
            ),
            "not the product of both",
        ),
        (
            "square of the sum",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    z = X @ W.T
    gate = (z > 0) * 1.0
    out = gate * z
    return eta_a * out @ out.T + eta_w * (X @ X.T) * np.outer(gate @ a, gate @ a)
""",
            "not the square of a sum",
        ),
        (
            "square of the shared sum",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    z = X @ W.T
    gate = (z > 0) * 1.0
    out = gate * z
    return eta_a * out @ out.T + eta_w * (X @ X.T) * ((gate * a) @ gate.T) ** 2
""",
            "not the square of a sum",
        ),
        (
            "outputs",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    z = X @ W.T
    gate = (z > 0) * 1.0
    out = gate * z
    return eta_a * np.outer(out @ a, out @ a) + eta_w * (X @ X.T) * ((gate * a**2) @ gate.T)
""",
            "not as f f'",
        ),
        (
            "lengths of x",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    z = X @ W.T
    gate = (z > 0) * 1.0
    out = gate * z
    return eta_a * out @ out.T + eta_w * np.outer(
        np.linalg.norm(X, axis=1), np.linalg.norm(X, axis=1)
    ) * ((gate * a**2) @ gate.T)
""",
            "not the product of two lengths",
        ),
        (
            "upper half",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    z = X @ W.T
    gate = (z > 0) * 1.0
    out = gate * z
    return (lambda K: np.triu(K))(
        eta_a * out @ out.T + eta_w * (X @ X.T) * ((gate * a**2) @ gate.T)
    )
""",
            "one half of the table is empty",
        ),
        (
            "no diagonal in a loop",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    n = len(X)
    K = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            g = (W @ X[i] > 0) * (W @ X[j] > 0)
            K[i, j] = K[j, i] = eta_a * np.sum(g * (W @ X[i]) * (W @ X[j])) + eta_w * X[
                i
            ] @ X[j] * np.sum(a**2 * g)
    return K
""",
            "the diagonal is empty",
        ),
        (
            "whole numbers",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    n = len(X)
    K = np.zeros((n, n), dtype=int)
    for i in range(n):
        for j in range(n):
            g = (W @ X[i] > 0) * (W @ X[j] > 0)
            K[i, j] = eta_a * np.sum(g * (W @ X[i]) * (W @ X[j])) + eta_w * X[i] @ X[
                j
            ] * np.sum(a**2 * g)
    return K
""",
            "the decimals are cut off",
        ),
        (
            "a leak",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    z = X @ W.T
    gate = np.where(z > 0, 1.0, 0.01)
    out = gate * z
    return eta_a * out @ out.T + eta_w * (X @ X.T) * ((gate * a**2) @ gate.T)
""",
            "this one leaks",
        ),
        (
            "one rate squared",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    z = X @ W.T
    gate = (z > 0) * 1.0
    out = gate * z
    return eta_a**2 * out @ out.T + eta_w * (X @ X.T) * ((gate * a**2) @ gate.T)
""",
            "each half has one rate, not squared",
        ),
        (
            "mean taken off",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    z = X @ W.T
    gate = (z > 0) * 1.0
    out = gate * z
    return (lambda K: K - K.mean())(
        eta_a * out @ out.T + eta_w * (X @ X.T) * ((gate * a**2) @ gate.T)
    )
""",
            "off by one and the same amount",
        ),
        (
            "the diagonal",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    z = X @ W.T
    gate = (z > 0) * 1.0
    out = gate * z
    return np.diag(eta_a * out @ out.T + eta_w * (X @ X.T) * ((gate * a**2) @ gate.T))
""",
            "a row and a column for each sample",
        ),
        (
            "parameters by parameters",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    z = X @ W.T
    g = (z > 0) * 1.0
    J = np.hstack(
        [eta_a**0.5 * g * z]
        + [eta_w**0.5 * (g[:, i] * a[i])[:, None] * X for i in range(len(a))]
    )
    return J.T @ J
""",
            "a row and a column for each sample",
        ),
        (
            "divided by open gates",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    z = X @ W.T
    gate = (z > 0) * 1.0
    out = gate * z / gate.max(axis=0)
    return eta_a * out @ out.T + eta_w * (X @ X.T) * ((gate * a**2) @ gate.T)
""",
            "every entry should be finite",
        ),
        (
            "True for numbers",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    z = X @ W.T
    gate = (z > 0) * 1.0
    out = gate * z
    return eta_a * out @ out.T + eta_w * (X @ X.T) * ((z > 0) @ (z > 0).T) * np.sum(a**2)
""",
            "True and False do not add up",
        ),
    ],
    "06.5": [
        ("no projector", polar(angular="-eta_w * a**2 / size * g"), "the projector is missing"),
        (
            "not divided",
            polar(angular="-eta_w * a**2 * (g - along * unit)"),
            "should be divided by |beta|",
        ),
        (
            "divided by |w|",
            polar(angular="-eta_w * a**2 / np.linalg.norm(w) * (g - along * unit)"),
            "it is divided by |w|",
        ),
        ("direction of w", polar(unit="w / np.linalg.norm(w)"), "is the direction that of a w"),
        ("half of R", polar(radial="-eta_w * a**2 * along"), "half of it is missing"),
        ("other half of R", polar(radial="-eta_a * (w @ w) * along"), "half of it is missing"),
        (
            "rates swapped",
            polar(
                radial="-(eta_a * a**2 + eta_w * w @ w) * along",
                angular="-eta_a * a**2 / size * (g - along * unit)",
            ),
            "the rates look swapped",
        ),
        (
            "other rate in the turning",
            polar(angular="-eta_a * a**2 / size * (g - along * unit)"),
            "other learning rate",
        ),
        ("no rates", polar(radial="-(a**2 + w @ w) * along"), "the learning rates are forgotten"),
        (
            "no rate in the turning",
            polar(angular="-a**2 / size * (g - along * unit)"),
            "the learning rate is forgotten",
        ),
        (
            "sign",
            polar(angular="eta_w * a**2 / size * (g - along * unit)"),
            "the sign is flipped",
        ),
        (
            "sign of the growth",
            polar(radial="(eta_w * a**2 + eta_a * w @ w) * along"),
            "does it go down the slope",
        ),
        (
            "R in the turning",
            polar(angular="-(eta_w * a**2 + eta_a * w @ w) / size * (g - along * unit)"),
            "eta_w a^2; here it is R",
        ),
        (
            "w in the turning",
            polar(angular="-eta_a * (w @ w) / size * (g - along * unit)"),
            "eta_w a^2; here it is eta_a |w|^2",
        ),
        (
            "growth divided",
            polar(radial="-(eta_w * a**2 + eta_a * w @ w) / size * along"),
            "only the turning is",
        ),
        ("plus", polar(angular="-eta_w * a**2 / size * (g + along * unit)"), "with a minus"),
        (
            "divided twice",
            polar(angular="-eta_w * a**2 / size**2 * (g - along * unit)"),
            "divided by |beta|, once",
        ),
        ("divided by |a|", polar(angular="-eta_w * abs(a) * (g - along * unit)"), "divided by |a|"),
        (
            "the part along",
            polar(angular="-eta_w * a**2 / size * along * unit"),
            "the part along betahat",
        ),
        (
            "beta in the projector",
            polar(angular="-eta_w * a**2 / size * (g - (beta @ g) * beta)"),
            "of length one, not beta",
        ),
        (
            "a not squared",
            polar(angular="-eta_w * a / size * (g - along * unit)"),
            "a should be squared",
        ),
        ("a forgotten", polar(angular="-eta_w / size * (g - along * unit)"), "a is missing"),
        ("velocity of w", polar(angular="-eta_w * a * g"), "this is the velocity of w"),
        (
            "velocity of beta",
            polar(angular="-eta_w * a**2 * g - eta_a * (w @ g) * w"),
            "this is the velocity of beta",
        ),
        (
            "delta in the turning",
            polar(
                angular="-(eta_w * a**2 - eta_a * w @ w) / size * (g - \
along * unit)"
            ),
            "eta_w a^2; here it is delta",
        ),
        (
            "delta in the growth",
            polar(radial="-(eta_w * a**2 - eta_a * w @ w) * along"),
            "delta in place of R",
        ),
        (
            "half of R twice",
            polar(radial="-(eta_w * a**2 + eta_a * w @ w) / 2 * along"),
            "this has half of R",
        ),
        (
            "|w| not squared in R",
            polar(
                radial="-(eta_w * a**2 + eta_a * np.linalg.norm(w)) * \
along"
            ),
            "|w| should be squared in R",
        ),
        (
            "no projection in the growth",
            polar(
                radial="-(eta_w * a**2 + eta_a * w @ w) * \
np.linalg.norm(g)"
            ),
            "take its part along betahat",
        ),
        (
            "unit not divided",
            polar(radial="-(eta_w * a**2 + eta_a * w @ w) * (beta @ g)"),
            "divide beta by its length",
        ),
        (
            "square of the length",
            polar(
                radial="-2 * size * (eta_w * a**2 + eta_a * w @ w) * \
along"
            ),
            "derivative of |beta|^2",
        ),
        (
            "one number",
            polar(angular="-eta_w * a**2 / size * np.linalg.norm(g - along * unit)"),
            "angular",
        ),
        (
            "a pair",
            polar().replace('{"radial": ', "(").replace('"angular": ', "").replace("}", ")"),
            "expected a dictionary",
        ),
        ("in place", polar().replace("    beta =", "    g -= g.mean()\n    beta ="), "against a"),
        (
            "g for the direction",
            polar(angular="-eta_w * a**2 / size * (g - along * g)"),
            "a multiple of betahat, not of g",
        ),
        (
            "g of length one",
            polar(
                angular="-eta_w * a**2 / size * (g - along * unit) / \
np.linalg.norm(g)"
            ),
            "g keeps its length",
        ),
        ("R squared", polar(radial="-(eta_w * a**2 + eta_a * w @ w) ** 2 * along"), "not squared"),
        (
            "rates under the root",
            polar(
                radial="-np.hypot(eta_w * a**2 - eta_a * w @ w, 2 * size) \
* along"
            ),
            "the root contains both rates",
        ),
        (
            "both rates in the turning",
            polar(
                angular="-eta_w * eta_a * a**2 / size * (g - along * \
unit)"
            ),
            "the turning has one rate",
        ),
        (
            "one minus the projector",
            polar(
                angular="-eta_w * a**2 / size * ((1 - np.outer(unit, \
unit)) @ g)"
            ),
            "the identity matrix",
        ),
        (
            "degrees",
            polar(angular="np.degrees(-eta_w * a**2 / size * (g - along * unit))"),
            "no degrees here",
        ),
        ("|a| w", polar().replace("beta = a * w", "beta = abs(a) * w"), "is the direction that"),
        (
            "half of the turning",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    return {
        "radial": -(eta_w * a**2 + eta_a * w @ w) * along,
        "angular": -0.5 * eta_w * a**2 / size * (g - along * unit),
    }
""",
            "no factor 1/2",
        ),
        (
            "2 under the root",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    return {
        "radial": -np.sqrt(
            (eta_w * a**2 - eta_a * w @ w) ** 2 + 2 * eta_a * eta_w * size**2
        )
        * along,
        "angular": -eta_w * a**2 / size * (g - along * unit),
    }
""",
            "not 2",
        ),
        (
            "delta without rates",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    return {
        "radial": -np.sqrt((a**2 - w @ w) ** 2 + 4 * eta_a * eta_w * size**2) * along,
        "angular": -eta_w * a**2 / size * (g - along * unit),
    }
""",
            "delta with its rates",
        ),
        (
            "parenthesis",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    return {
        "radial": -(eta_w * a**2 + eta_a * w) @ w * along,
        "angular": -eta_w * a**2 / size * (g - along * unit),
    }
""",
            "where a parenthesis ends",
        ),
        (
            "g missing in the turning",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    return {
        "radial": -(eta_w * a**2 + eta_a * w @ w) * along,
        "angular": eta_w * a**2 / size * (np.outer(unit, unit) @ g),
    }
""",
            "g itself is missing",
        ),
        (
            "squares for the projector",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    return {
        "radial": -(eta_w * a**2 + eta_a * w @ w) * along,
        "angular": -eta_w * a**2 / size * ((np.eye(len(g)) - unit * unit) @ g),
    }
""",
            "not squares entry by entry",
        ),
        (
            "a small number in the direction",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / (size + 1e-8)
    along = unit @ g
    return {
        "radial": -(eta_w * a**2 + eta_a * w @ w) * along,
        "angular": -eta_w * a**2 / size * (g - along * unit),
    }
""",
            "not of length one",
        ),
        (
            "a small number added to the length",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    return {
        "radial": -(eta_w * a**2 + eta_a * w @ w) * along,
        "angular": -eta_w * a**2 / (size + 1e-6) * (g - along * unit),
    }
""",
            "nothing is added to |beta|",
        ),
        (
            "size of the growth",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    return {
        "radial": abs((eta_w * a**2 + eta_a * w @ w) * along),
        "angular": -eta_w * a**2 / size * (g - along * unit),
    }
""",
            "the sign is wrong",
        ),
        (
            "growth as a vector",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    return {
        "radial": -np.dot(eta_w * a**2 + eta_a * np.dot(w, w), g),
        "angular": -eta_w * a**2 / size * (g - along * unit),
    }
""",
            'entry "radial": expected shape',
        ),
        (
            "exchanged",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    return {
        "angular": -(eta_w * a**2 + eta_a * w @ w) * along,
        "radial": -eta_w * a**2 / size * (g - along * unit),
    }
""",
            'entry "radial": expected shape',
        ),
        (
            "another key",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    return {
        "radial": -(eta_w * a**2 + eta_a * w @ w) * along,
        "angle": -eta_w * a**2 / size * (g - along * unit),
    }
""",
            "the key 'angular' is missing",
        ),
        (
            "by the velocity of w",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    return {
        "radial": -(eta_w * a**2 + eta_a * w @ w) * along,
        "angular": (-eta_w * a * g + eta_w * a * along * unit) / np.linalg.norm(w),
    }
""",
            "the sign is flipped",
        ),
        (
            "beta and g exchanged",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    radial = -(eta_w * a**2 + eta_a * w @ w) * along
    angular = -eta_w * a**2 / size * (unit - along * g)
    return {"radial": radial, "angular": angular}
""",
            "betahat and g are exchanged",
        ),
        (
            "part across of length one",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    radial = -(eta_w * a**2 + eta_a * w @ w) * along
    angular = -eta_w * a**2 / size * (g - along * unit)/np.linalg.norm(g - along * unit)
    return {"radial": radial, "angular": angular}
""",
            "the part across keeps its length",
        ),
        (
            "a over |w|",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    radial = -(eta_w * a**2 + eta_a * w @ w) * along
    angular = -eta_w * a / np.linalg.norm(w) * (g - along * unit)
    return {"radial": radial, "angular": angular}
""",
            "positive for negative a too",
        ),
    ],
    "06.6": [
        ("sum", hamming("(gate != gate[0]).sum(axis=(1, 2))"), "the number of gates that flipped"),
        (
            "mean over samples, sum over neurons",
            hamming("(gate != gate[0]).mean(axis=2).sum(axis=1)"),
            "neurons are summed up",
        ),
        (
            "sum over samples",
            hamming("(gate != gate[0]).sum(axis=2).mean(axis=1)"),
            "samples are summed up",
        ),
        ("wrong axis", hamming("(gate != gate[0]).mean(axis=(0, 1))"), "one number for each time"),
        ("no axis", hamming("(gate != gate[0]).mean()"), "one number for each time"),
        ("one axis", hamming("(gate != gate[0]).mean(axis=1)"), "one number for each time"),
        ("signs", hamming(gate="np.sign(z)"), "goes from zero to a negative number stays closed"),
        (
            "difference of signs",
            hamming("np.abs(gate - gate[0]).mean(axis=(1, 2))", "np.sign(z)"),
            "the difference of two signs is 2",
        ),
        (
            "half the difference of signs",
            hamming("np.abs(gate - gate[0]).mean(axis=(1, 2)) / 2", "np.sign(z)"),
            "half a flip does not exist",
        ),
        ("open at zero", hamming(gate="z >= 0"), "a gate is closed at zero"),
        (
            "time before",
            hamming("np.append(0, (gate[1:] != gate[:-1]).mean(axis=(1, 2)))"),
            "compares with the time before",
        ),
        ("share that stayed", hamming("(gate == gate[0]).mean(axis=(1, 2))"), "did not flip"),
        ("last time", hamming("(gate != gate[-1]).mean(axis=(1, 2))"), "with the last time"),
        ("open gates", hamming("gate.mean(axis=(1, 2))"), "the share of open gates"),
        ("adding up", hamming("np.cumsum((gate != gate[0]).mean(axis=(1, 2)))"), "adds up"),
        ("cancelling", hamming("(1.0 * gate - gate[0]).mean(axis=(1, 2))"), "cancel"),
        (
            "cancelling, then the size",
            hamming("np.abs((1.0 * gate - gate[0]).mean(axis=(1, 2)))"),
            "then average",
        ),
        ("opened only", hamming("(gate & ~gate[0]).mean(axis=(1, 2))"), "that opened"),
        ("closed only", hamming("(~gate & gate[0]).mean(axis=(1, 2))"), "that closed"),
        (
            "neurons with a flip",
            hamming("(gate != gate[0]).any(axis=2).mean(axis=1)"),
            "share of neurons",
        ),
        (
            "samples with a flip",
            hamming("(gate != gate[0]).any(axis=1).mean(axis=1)"),
            "share of samples",
        ),
        ("weights", hamming("(W != W[0]).any(axis=2).mean(axis=1)"), "compare gates, not weights"),
        ("product", hamming("(z * z[0] <= 0).mean(axis=(1, 2))"), "a product of zero"),
        ("strict product", hamming("(z * z[0] < 0).mean(axis=(1, 2))"), "leaves zero flips"),
        (
            "squares of signs",
            hamming("((gate - gate[0])**2).mean(axis=(1, 2))", "np.sign(z)"),
            "the square of the difference",
        ),
        (
            "first left out",
            hamming("(gate[1:] != gate[0]).mean(axis=(1, 2))"),
            "one number for each time",
        ),
        ("nothing", hamming("None"), "nothing came back"),
        ("percent", hamming("100 * (gate != gate[0]).mean(axis=(1, 2))"), "a percentage"),
        (
            "the whole table",
            hamming("(gate != gate[0]).sum(axis=(1, 2)) / gate.size"),
            "not by the size of the whole table",
        ),
        ("median", hamming("np.median(gate != gate[0], axis=(1, 2))"), "is it a median"),
        ("first sample", hamming("(gate != gate[0])[:, :, 0].mean(axis=1)"), "all samples count"),
        ("first neuron", hamming("(gate != gate[0])[:, 0].mean(axis=1)"), "all neurons count"),
        ("changes of z", hamming("np.abs(z - z[0]).mean(axis=(1, 2))"), "by how much z"),
        (
            "divided by d",
            hamming("(gate != gate[0]).sum(axis=(1, 2)) / W[0].size"),
            "not by the dimension",
        ),
        (
            "first neuron for first time",
            """
def activation_hamming(W, X):
    z = W @ X.T
    gate = z > 0
    return (gate != gate[:, :1]).mean(axis=(1, 2))
""",
            "compare with W[0]",
        ),
        (
            "time averaged too",
            """
def activation_hamming(W, X):
    z = W @ X.T
    gate = z > 0
    return (gate != gate[0]).mean(axis=(0, 2))
""",
            "one number is one time",
        ),
        (
            "unsigned differences",
            """
def activation_hamming(W, X):
    z = W @ X.T
    gate = z > 0
    return (gate.astype(np.uint8) - gate[0].astype(np.uint8)).mean(axis=(1, 2))
""",
            "wrap around",
        ),
        (
            "whole-number division",
            """
def activation_hamming(W, X):
    z = W @ X.T
    gate = z > 0
    return (gate != gate[0]).sum(axis=(1, 2)) // gate[0].size
""",
            "cut to whole numbers",
        ),
        (
            "an array of whole numbers",
            """
def activation_hamming(W, X):
    gate = W @ X.T > 0
    out = np.zeros(len(W), dtype=int)
    for t in range(len(W)):
        out[t] = np.mean(gate[t] != gate[0])
    return out
""",
            "cut to whole numbers",
        ),
        (
            "ever flipped",
            """
def activation_hamming(W, X):
    z = W @ X.T
    gate = z > 0
    return np.maximum.accumulate(gate != gate[0], axis=0).mean(axis=(1, 2))
""",
            "gates may flip back",
        ),
        (
            "signs of weights",
            """
def activation_hamming(W, X):
    return np.array([np.mean((w > 0) != (W[0] > 0)) for w in W])
""",
            "not the signs of the weights",
        ),
        (
            "outputs",
            """
def activation_hamming(W, X):
    z = W @ X.T
    gate = z > 0
    return (np.maximum(z, 0) != np.maximum(z[0], 0)).mean(axis=(1, 2))
""",
            "what the neurons put out",
        ),
        (
            "threshold of one half",
            """
def activation_hamming(W, X):
    z = W @ X.T
    gate = z > 0.5
    return (gate != gate[0]).mean(axis=(1, 2))
""",
            "not above one half",
        ),
        (
            "cut off at one half",
            """
def activation_hamming(W, X):
    z = W @ X.T
    gate = z > 0
    return np.minimum((gate != gate[0]).mean(axis=(1, 2)), 0.5)
""",
            "not cut off at one half",
        ),
        (
            "size of z",
            """
def activation_hamming(W, X):
    z = W @ X.T
    gate = np.abs(z) > 0
    return (gate != gate[0]).mean(axis=(1, 2))
""",
            "only zeros came back",
        ),
        (
            "divided by the inputs' size",
            """
def activation_hamming(W, X):
    z = W @ X.T
    gate = z > 0
    return (gate != gate[0]).sum(axis=(1, 2)) / X.size
""",
            "wrong by one and the same factor",
        ),
        (
            "a threshold of 1e-9",
            """
def activation_hamming(W, X):
    z = W @ X.T
    gate = z > 1e-9
    return (gate != gate[0]).mean(axis=(1, 2))
""",
            "reversed and tiny",
        ),
        (
            "times from the second",
            """
def activation_hamming(W, X):
    gate = W @ X.T > 0
    return np.array([np.mean(gate[t] != gate[0]) for t in range(1, len(W))])
""",
            "keep the axis of time",
        ),
        (
            "return inside the loop",
            """
def activation_hamming(W, X):
    gate = W @ X.T > 0
    for t in range(len(W)):
        return np.mean(gate[t] != gate[0])
""",
            "keep the axis of time",
        ),
        (
            "np.roll",
            """
def activation_hamming(W, X):
    gate = W @ X.T > 0
    return np.mean(gate != np.roll(gate,1,axis=0), axis=(1, 2))
""",
            "np.roll puts the last time",
        ),
        (
            "largest share of a neuron",
            """
def activation_hamming(W, X):
    gate=W@X.T>0
    return np.max(np.mean(gate!=gate[0],axis=2),axis=1)
""",
            "the neuron that flips most",
        ),
        (
            "divided by open gates",
            """
def activation_hamming(W, X):
    gate=W@X.T>0
    return np.sum(gate!=gate[0],axis=(1,2))/np.sum(gate[0])
""",
            "open at the first time",
        ),
        (
            "the smaller share",
            """
def activation_hamming(W, X):
    gate=(W@X.T>0)
    h=np.mean(gate!=gate[0],axis=(1,2))
    return np.minimum(h,1-h)
""",
            "H goes up to 1",
        ),
    ],
    "06.7": [
        ("twelve equal steps", sweep(leaks="np.linspace(0, 1, 12)"), "at most 0.05 apart"),
        ("coarse", sweep(leaks="[0, 0.2, 0.4, 0.6, 0.8, 1.0]"), "at most 0.05 apart"),
        ("twenty-one", sweep(leaks="np.linspace(0, 1, 21)", **FLAT), "between 6 and 12 leaks"),
        ("three", sweep(leaks="[0, 0.1, 1.0]", **FLAT), "between 6 and 12 leaks"),
        ("no linear end", sweep(leaks="[0, 0.05, 0.1, 0.15, 0.2, 0.3]", **FLAT), "contain leak 1"),
        ("no ReLU end", sweep(leaks="[0.05, 0.1, 0.15, 0.2, 0.3, 1]", **FLAT), "contain leak 0"),
        ("beyond", sweep(leaks="[0, 0.05, 0.1, 0.15, 0.2, 1, 2]", **FLAT), "leaks lie between 0"),
        (
            "falling",
            sweep(leaks="[1, 0.5, 0.2, 0.15, 0.1, 0.05, 0]", **FLAT),
            "the leaks should rise",
        ),
        (
            "twice",
            sweep(leaks="[0, 0.05, 0.1, 0.1, 0.15, 0.2, 1]", **FLAT),
            "the leaks should rise",
        ),
        (
            "exchanged",
            sweep(keep='{"leak": leaks, "balanced": upstream, "upstream": balanced}'),
            "these are the numbers of upstream",
        ),
        (
            "downstream",
            sweep(upstream="[S(leak, -1.0) for leak in leaks]"),
            "these are the numbers of downstream",
        ),
        ("kernel without the leak", sweep(seen=""), "pass the leak to ntk_two_layer too"),
        ("network without the leak", sweep(network=""), "pass the leak to two_layer too"),
        ("no leak at all", sweep(network="", seen=""), "the leak is in neither"),
        (
            "leaks turned round",
            sweep(network=", leak=1 - leak", seen=", leak=1 - leak"),
            "the leaks are reversed",
        ),
        ("until 2", sweep(times="[0.0, 2.0]"), "this is S at t = 2"),
        ("until a tenth", sweep(times="[0.0, 0.1]"), "this is S at t = 0.1"),
        ("one time", sweep(times="[1.0]"), "nothing has moved"),
        ("how alike", sweep(distance="1 - kernel.kernel_distance(K[0], K[-1])"), "this is 1 - S"),
        (
            "the whole curve",
            sweep(distance="kernel.kernel_distance(np.array(K), K[0])"),
            "one S for each leak",
        ),
        ("the notebook's data", sweep(data="INPUTS, LABELS"), "use the X and y that are passed"),
        (
            "numbers of a run",
            sweep(
                balanced="[0.166, 0.145, 0.127, 0.109, 0.089, 0.021]",
                upstream="[0.199, 0.160, 0.126, 0.095, 0.075, 0.0]",
            ),
            "use the X and y that are passed",
        ),
        (
            "key misspelt",
            sweep(
                **FLAT,
                keep='{"leaks": leaks, "balanced": balanced, "upstream": \
upstream}',
            ),
            "the key 'leak' is missing",
        ),
        ("a tuple", sweep(**FLAT, keep="leaks, balanced, upstream"), "expected a dictionary"),
        ("nothing", sweep(**FLAT, keep="None"), "nothing came back"),
        (
            "half of delta",
            sweep(upstream="[S(leak, 0.5) for leak in leaks]"),
            "this is another delta, 0.5",
        ),
        (
            "percent",
            sweep(distance="100 * kernel.kernel_distance(K[0], K[-1])"),
            "these are percentages",
        ),
        (
            "linear kernel",
            sweep(seen=", leak=1.0"),
            "the kernel is that of the linear network",
        ),
        (
            "difference",
            sweep(upstream="[S(leak, 1.0) - S(leak, 0.0) for leak in leaks]"),
            "this is the difference of the two curves",
        ),
        (
            "one number short",
            sweep(balanced="[S(leak, 0.0) for leak in leaks[1:]]"),
            "one S for each leak",
        ),
        (
            "words",
            sweep(
                **FLAT,
                keep='{"leak": list(map(str, leaks)), "balanced": balanced, "upstream": \
upstream}',
            ),
            "expected an array of real numbers",
        ),
        (
            "root",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer([0.0, 1.0], X, y, *start(delta), leak=leak)
        K = [kernel.ntk_two_layer(X, *p, leak=leak) for p in zip(W, a)]
        return kernel.kernel_distance(K[0], K[-1]) ** 0.5

    leaks = [0, 0.05, 0.1, 0.15, 0.2, 1.0]
    balanced = [S(leak, 0.0) for leak in leaks]
    upstream = [S(leak, 1.0) for leak in leaks]
    return {"leak": leaks, "balanced": balanced, "upstream": upstream}
""",
            "the root of S",
        ),
        (
            "angle",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer([0.0, 1.0], X, y, *start(delta), leak=leak)
        K = [kernel.ntk_two_layer(X, *p, leak=leak) for p in zip(W, a)]
        return np.arccos(1 - kernel.kernel_distance(K[0], K[-1]))

    leaks = [0, 0.05, 0.1, 0.15, 0.2, 1.0]
    balanced = [S(leak, 0.0) for leak in leaks]
    upstream = [S(leak, 1.0) for leak in leaks]
    return {"leak": leaks, "balanced": balanced, "upstream": upstream}
""",
            "this is an angle",
        ),
        (
            "logarithm",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer([0.0, 1.0], X, y, *start(delta), leak=leak)
        K = [kernel.ntk_two_layer(X, *p, leak=leak) for p in zip(W, a)]
        return np.log10(kernel.kernel_distance(K[0], K[-1]))

    leaks = [0, 0.05, 0.1, 0.15, 0.2, 1.0]
    balanced = [S(leak, 0.0) for leak in leaks]
    upstream = [S(leak, 1.0) for leak in leaks]
    return {"leak": leaks, "balanced": balanced, "upstream": upstream}
""",
            "this is a logarithm",
        ),
        (
            "ratio of the curves",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer([0.0, 1.0], X, y, *start(delta), leak=leak)
        K = [kernel.ntk_two_layer(X, *p, leak=leak) for p in zip(W, a)]
        return kernel.kernel_distance(K[0], K[-1])

    leaks = [0, 0.05, 0.1, 0.15, 0.2, 1.0]
    balanced = [S(leak, 0.0) for leak in leaks]
    upstream = [S(leak, 1.0) / S(leak, 0.0) for leak in leaks]
    return {"leak": leaks, "balanced": balanced, "upstream": upstream}
""",
            "divided by the S of balanced",
        ),
        (
            "divided by the first",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer([0.0, 1.0], X, y, *start(delta), leak=leak)
        K = [kernel.ntk_two_layer(X, *p, leak=leak) for p in zip(W, a)]
        return kernel.kernel_distance(K[0], K[-1])

    leaks = [0, 0.05, 0.1, 0.15, 0.2, 1.0]
    balanced = [S(leak, 0.0) / S(0, 0.0) for leak in leaks]
    upstream = [S(leak, 1.0) / S(0, 1.0) for leak in leaks]
    return {"leak": leaks, "balanced": balanced, "upstream": upstream}
""",
            "the S of the first leak",
        ),
        (
            "rounded",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer([0.0, 1.0], X, y, *start(delta), leak=leak)
        K = [kernel.ntk_two_layer(X, *p, leak=leak) for p in zip(W, a)]
        return kernel.kernel_distance(K[0], K[-1])

    leaks = [0, 0.05, 0.1, 0.15, 0.2, 1.0]
    balanced = [round(S(leak, 0.0), 1) for leak in leaks]
    upstream = [round(S(leak, 1.0), 1) for leak in leaks]
    return {"leak": leaks, "balanced": balanced, "upstream": upstream}
""",
            "rounded numbers",
        ),
        (
            "another scale",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer([0.0, 1.0], X, y, *start(delta, 0.3), leak=leak)
        K = [kernel.ntk_two_layer(X, *p, leak=leak) for p in zip(W, a)]
        return kernel.kernel_distance(K[0], K[-1])

    leaks = [0, 0.05, 0.1, 0.15, 0.2, 1.0]
    balanced = [S(leak, 0.0) for leak in leaks]
    upstream = [S(leak, 1.0) for leak in leaks]
    return {"leak": leaks, "balanced": balanced, "upstream": upstream}
""",
            "another overall scale",
        ),
        (
            "kernel on INPUTS",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer([0.0, 1.0], X, y, *start(delta), leak=leak)
        K = [kernel.ntk_two_layer(INPUTS, *p, leak=leak) for p in zip(W, a)]
        return kernel.kernel_distance(K[0], K[-1])

    leaks = [0, 0.05, 0.1, 0.15, 0.2, 1.0]
    balanced = [S(leak, 0.0) for leak in leaks]
    upstream = [S(leak, 1.0) for leak in leaks]
    return {"leak": leaks, "balanced": balanced, "upstream": upstream}
""",
            "the kernel is that of INPUTS",
        ),
        (
            "LABELS for y",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer([0.0, 1.0], X, LABELS, *start(delta), leak=leak)
        K = [kernel.ntk_two_layer(X, *p, leak=leak) for p in zip(W, a)]
        return kernel.kernel_distance(K[0], K[-1])

    leaks = [0, 0.05, 0.1, 0.15, 0.2, 1.0]
    balanced = [S(leak, 0.0) for leak in leaks]
    upstream = [S(leak, 1.0) for leak in leaks]
    return {"leak": leaks, "balanced": balanced, "upstream": upstream}
""",
            "use the X and y that are passed",
        ),
        (
            "INPUTS for X",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer([0.0, 1.0], INPUTS, y, *start(delta), leak=leak)
        K = [kernel.ntk_two_layer(INPUTS, *p, leak=leak) for p in zip(W, a)]
        return kernel.kernel_distance(K[0], K[-1])

    leaks = [0, 0.05, 0.1, 0.15, 0.2, 1.0]
    balanced = [S(leak, 0.0) for leak in leaks]
    upstream = [S(leak, 1.0) for leak in leaks]
    return {"leak": leaks, "balanced": balanced, "upstream": upstream}
""",
            "use the X and y that are passed",
        ),
        (
            "eleven equal steps",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer([0.0, 1.0], X, y, *start(delta), leak=leak)
        K = [kernel.ntk_two_layer(X, *p, leak=leak) for p in zip(W, a)]
        return kernel.kernel_distance(K[0], K[-1])

    leaks = np.linspace(0, 1, 11)
    balanced = [S(leak, 0.0) for leak in leaks]
    upstream = [S(leak, 1.0) for leak in leaks]
    return {"leak": leaks, "balanced": balanced, "upstream": upstream}
""",
            "at most 0.05 apart",
        ),
        (
            "one curve short",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer([0.0, 1.0], X, y, *start(delta), leak=leak)
        K = [kernel.ntk_two_layer(X, *p, leak=leak) for p in zip(W, a)]
        return kernel.kernel_distance(K[0], K[-1])

    leaks = [0, 0.05, 0.1, 0.15, 0.2, 1.0]
    balanced = [S(leak, 0.0) for leak in leaks]
    upstream = [S(leak, 1.0) for leak in leaks[:-1]]
    return {"leak": leaks, "balanced": balanced, "upstream": upstream}
""",
            "one S for each leak",
        ),
        (
            "a dictionary in a dictionary",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer([0.0, 1.0], X, y, *start(delta), leak=leak)
        K = [kernel.ntk_two_layer(X, *p, leak=leak) for p in zip(W, a)]
        return kernel.kernel_distance(K[0], K[-1])

    leaks = [0, 0.05, 0.1, 0.15, 0.2, 1.0]
    balanced = [0.0] * len(leaks)
    upstream = [0.0] * len(leaks)
    return {"data": {"leak": leaks, "balanced": balanced, "upstream": upstream}}
""",
            "the key 'leak' is missing",
        ),
        (
            "whole leaks",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        W, a = dynamics.two_layer([0.0, 1.0], X, y, *start(delta), leak=leak)
        K = [kernel.ntk_two_layer(X, *p, leak=leak) for p in zip(W, a)]
        return kernel.kernel_distance(K[0], K[-1])

    leaks = [0, 1, 2, 3, 4, 5]
    balanced = [0.0] * len(leaks)
    upstream = [0.0] * len(leaks)
    return {"leak": leaks, "balanced": balanced, "upstream": upstream}
""",
            "leaks lie between 0",
        ),
    ],
}

RIGHT = {
    "06.1": [
        ("as in the text", grads()),
        (
            "sample by sample",
            """
def relu_forward_grads(X, y, W, a):
    n, m = len(X), len(W)
    f, dW, da = np.zeros(n), np.zeros(W.shape), np.zeros(m)
    for mu in range(n):
        for i in range(m):
            f[mu] += a[i] * max(0.0, W[i] @ X[mu])
        for i in range(m):
            z = W[i] @ X[mu]
            if z > 0:
                dW[i] += (f[mu] - y[mu]) * a[i] * X[mu]
                da[i] += (f[mu] - y[mu]) * z
    return {"f": f, "dW": dW, "da": da}
""",
        ),
        (
            "torch",
            """
def relu_forward_grads(X, y, W, a):
    import torch
    X, y, W, a = (torch.tensor(np.asarray(v, dtype=float)) for v in (X, y, W, a))
    W.requires_grad_(True)
    a.requires_grad_(True)
    f = torch.relu(X @ W.T) @ a
    (0.5 * ((f - y)**2).sum()).backward()
    return {"f": f.detach().numpy(), "dW": W.grad.numpy(), "da": a.grad.numpy()}
""",
        ),
        (
            "einsum and lists",
            """
def relu_forward_grads(X, y, W, a):
    out = np.maximum(np.einsum("nd,md->nm", X, W), 0.0)
    r = out @ a - y
    dW = np.einsum("n,nm,m,nd->md", r, np.sign(out), a, X)
    return {"f": out @ a, "dW": dW.tolist(), "da": [float(o @ r) for o in out.T]}
""",
        ),
    ],
    "06.2": [
        ("as in the text", deltas("degree * eta_w * a**2 - eta_a * np.sum(W**2, axis=1)")),
        ("a list", deltas("[degree * eta_w * r * r - eta_a * (w @ w) for w, r in zip(W, a)]")),
        (
            "float32",
            deltas(
                "np.float32(degree * eta_w * a**2) - np.float32(eta_a * np.linalg.norm(W, "
                "axis=1)**2)"
            ),
        ),
        ("diagonal", deltas("np.diag(degree * eta_w * np.outer(a, a) - eta_a * W @ W.T)")),
    ],
    "06.3": [
        ("as in the text", alphas()),
        (
            "math, with the other root",
            """
def alpha_for_delta(delta, scale):
    import math
    r = delta / scale / scale
    root = math.hypot(r, 2)
    return math.sqrt(2 / (r + root)) if r >= 0 else math.sqrt((root - r) / 2)
""",
        ),
        (
            "by way of one neuron",
            """
def alpha_for_delta(delta, scale):
    R = np.hypot(delta, 2 * scale**2)  # a^2 + |w|^2
    w2 = (R - delta) / 2 if delta < 0 else 2 * scale**4 / (R + delta)
    return np.sqrt(w2) / scale
""",
        ),
        (
            "a hyperbolic sine, as an array",
            """
def alpha_for_delta(delta, scale):
    return np.array([np.exp(-0.5 * np.arcsinh(delta / (2 * scale**2)))])[0]
""",
        ),
        (
            "root of a hyperbolic sine",
            """
def alpha_for_delta(delta, scale):
    from scipy.optimize import brentq
    r=delta/scale**2
    return np.exp(brentq(lambda z: -2*np.sinh(2*z)-r, -20, 20, xtol=1e-14))
""",
        ),
    ],
    "06.4": [
        ("as in the text", ntk(KERNEL)),
        (
            "neuron by neuron",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    K = np.zeros((len(X), len(X)))
    for w, r in zip(W, a):
        z = X @ w
        on = z > 0
        K += eta_a * np.outer(on * z, on * z) + eta_w * r**2 * (X * on[:, None]) \
@ (X * on[:, None]).T
    return K
""",
        ),
        (
            "Jacobian",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    on = (X @ W.T > 0).astype(float)
    J_w = np.einsum("nm,m,nd->nmd", on, a, X).reshape(len(X), -1)
    J_a = np.maximum(X @ W.T, 0)
    J = np.hstack([eta_w**0.5 * J_w, eta_a**0.5 * J_a])
    return J @ J.T
""",
        ),
        (
            "torch, float32",
            """
def empirical_ntk(X, W, a, *, eta_w=1.0, eta_a=1.0):
    import torch
    X, W, a = (torch.tensor(np.asarray(v), dtype=torch.float32) for v in (X, W, a))
    z = X @ W.T
    on = (z > 0).float()
    return eta_a * torch.relu(z) @ torch.relu(z).T + eta_w * (X @ X.T) * ((on * a**2) @ on.T)
""",
        ),
    ],
    "06.5": [
        ("as in the text", polar()),
        (
            "product rule",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    beta = a * w
    velocity = -eta_w * a * g * a - eta_a * (w @ g) * w
    n = np.sqrt(beta @ beta)
    radial = beta @ velocity / n
    return {"angular": (velocity / n - beta * radial / n**2).tolist(), "radial": radial}
""",
        ),
        (
            "projector",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    unit = np.sign(a) * w / np.linalg.norm(w)
    across = (np.eye(len(w)) - np.outer(unit, unit)) @ g
    R = np.hypot(eta_w * a * a - eta_a * w @ w, 2 * np.sqrt(eta_w * eta_a) * abs(a) \
* np.linalg.norm(w))
    return dict(radial=-R * np.dot(unit, g), angular=-eta_w * abs(a) / np.linalg.norm(w) * across)
""",
        ),
        (
            "torch",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    import torch
    w, g = torch.tensor(np.asarray(w)), torch.tensor(np.asarray(g))
    beta = a * w
    size = torch.linalg.norm(beta)
    along = (beta * g).sum() / size
    return {"radial": -(eta_w * a**2 + eta_a * (w * w).sum()) * along, "angular": -eta_w * a**2 \
/ size * (g - along * beta / size)}
""",
        ),
        (
            "complex step",
            """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    w=np.asarray(w,float)
    wd,ad=-eta_w*a*np.asarray(g),-eta_a*np.dot(w,g)
    h=1e-20
    b=(a+1j*h*ad)*(w+1j*h*wd)
    n=np.sqrt(np.sum(b*b))
    return {'radial':n.imag/h,'angular':(b/n).imag/h}
""",
        ),
    ],
    "06.6": [
        ("as in the text", hamming()),
        (
            "a loop",
            """
def activation_hamming(W, X):
    first = X @ W[0].T > 0
    out = []
    for now in W:
        flips = 0
        for i, w in enumerate(now):
            for mu, x in enumerate(X):
                flips += bool(w @ x > 0) != bool(first[mu, i])
        out.append(flips / first.size)
    return out
""",
        ),
        (
            "exclusive or, einsum",
            hamming(
                "np.logical_xor(gate, gate[:1]).reshape(len(W), -1).mean(axis=1)",
                "np.einsum('tmd,nd->tmn', W, X) > 0",
            ),
        ),
        (
            "float32 gates",
            hamming(
                "np.abs(gate - gate[0]).mean(axis=(1, 2))", "np.heaviside(z, 0).astype(np.float32)"
            ),
        ),
        (
            "scipy",
            """
def activation_hamming(W, X):
    from scipy.spatial.distance import hamming
    g=(np.asarray(W)@np.asarray(X).T>0).reshape(len(W),-1)
    return [hamming(g[0],h) for h in g]
""",
        ),
    ],
    "06.7": [
        ("as in the text", sweep()),
        (
            "arrays",
            sweep(
                leaks="np.append(np.arange(0, 0.3, 0.05), [0.4, 0.7, 1.0])",
                balanced="np.array([S(leak, 0.0) for leak in leaks])",
            ),
        ),
        (
            "tuples",
            sweep(
                leaks="(0.0, 0.04, 0.08, 0.12, 0.16, 1.0)",
                balanced="tuple(S(leak, 0.0) for leak in leaks)",
            ),
        ),
        (
            "a search, in finer steps",
            """
def leak_sweep(X, y):
    def S(leak, delta):
        t = np.linspace(0, 1, 5)
        W, a = dynamics.two_layer(t, X, y, *start(delta), leak=leak)
        K = np.array([kernel.ntk_two_layer(X, *p, leak=leak) for p in zip(W, a)])
        return float(kernel.kernel_distance(K, K[0])[-1])

    found = {leak: (S(leak, 0.0), S(leak, 1.0)) for leak in (0.0, 0.25, 0.5, 1.0)}
    low, high = 0.0, 0.25
    while high - low > 0.04:
        middle = (low + high) / 2
        found[middle] = S(middle, 0.0), S(middle, 1.0)
        low, high = (middle, high) if found[middle][1] > found[middle][0] else (low, middle)
    leaks = sorted(found)
    balanced, upstream = zip(*(found[leak] for leak in leaks))
    return {"leak": leaks, "balanced": balanced, "upstream": upstream}
""",
        ),
    ],
}
RIGHT["06.5"] += [
    (
        "single precision",
        """
def polar_rates(w, a, g, *, eta_w=1.0, eta_a=1.0):
    w, a, g = np.float32(w), np.float32(a), np.float32(g)
    beta = a * w
    size = np.linalg.norm(beta)
    unit = beta / size
    R = eta_w * a**2 + eta_a * (w @ w)
    along = unit @ g
    return {"radial": -R * along, "angular": -eta_w * a**2 / size * (g - along * unit)}
""",
    ),
]
