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
        ("velocity", grads(r="y - f"), "the sign is turned round"),
        ("y forgotten", grads(r="f"), "y is missing"),
        ("no readout", grads(dW="(gate * r[:, None]).T @ X"), "the readout a_i is missing"),
        ("open at zero", grads(gate="z >= 0"), "a gate is closed at zero"),
        ("half open at zero", grads(gate="np.heaviside(z, 0.5)"), "not half open"),
        ("transposed", grads(dW="X.T @ (gate * np.outer(r, a))"), "is it transposed?"),
        ("gates in dW hold z", grads(dW="(gate * z * np.outer(r, a)).T @ X"), "belongs into da"),
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
            "the degree stands on the other term",
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
            "the sign is turned round",
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
            "they have one each",
        ),
        (
            "other rate for both",
            deltas("eta_a * (degree * a**2 - np.sum(W**2, axis=1))"),
            "they have one each",
        ),
        (
            "a to the degree",
            deltas("eta_w * a ** (1 + degree) - eta_a * np.sum(W**2, axis=1)"),
            "a factor, not an exponent",
        ),
        (
            "divided by the degree",
            deltas("eta_w * a**2 / degree - eta_a * np.sum(W**2, axis=1)"),
            "not below it",
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
        ("half of r", alphas(r="delta / (2 * scale**2)"), "below the whole root"),
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
            "a stands in both halves",
        ),
        (
            "out for gates",
            ntk("eta_a * out @ out.T + eta_w * (X @ X.T) * ((out * a**2) @ out.T)"),
            "max(0, z) stands where the gate belongs",
        ),
        (
            "gates for out",
            ntk(
                "eta_a * gate @ gate.T + eta_w * (X @ X.T) * ((gate * a**2) \
@ gate.T)"
            ),
            "the gates stand where max(0, z)",
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
            "the sign is turned round",
        ),
        (
            "sign of the growth",
            polar(radial="(eta_w * a**2 + eta_a * w @ w) * along"),
            "does it go down the slope",
        ),
        (
            "R in the turning",
            polar(angular="-(eta_w * a**2 + eta_a * w @ w) / size * (g - along * unit)"),
            "R stands before the turning",
        ),
        (
            "w in the turning",
            polar(angular="-eta_a * (w @ w) / size * (g - along * unit)"),
            "eta_a |w|^2 stands before the turning",
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
            "delta stands before the turning",
        ),
        (
            "delta in the growth",
            polar(radial="-(eta_w * a**2 - eta_a * w @ w) * along"),
            "delta in place of R",
        ),
        (
            "half of R twice",
            polar(radial="-(eta_w * a**2 + eta_a * w @ w) / 2 * along"),
            "half of R stands here",
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
            "goes betahat, not g",
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
            "stand both rates",
        ),
        (
            "both rates in the turning",
            polar(
                angular="-eta_w * eta_a * a**2 / size * (g - along * \
unit)"
            ),
            "one rate stands before",
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
        ("median", hamming("np.median(gate != gate[0], axis=(1, 2))"), "a median knows"),
        ("first sample", hamming("(gate != gate[0])[:, :, 0].mean(axis=1)"), "all samples count"),
        ("first neuron", hamming("(gate != gate[0])[:, 0].mean(axis=1)"), "all neurons count"),
        ("changes of z", hamming("np.abs(z - z[0]).mean(axis=(1, 2))"), "by how much z"),
        (
            "divided by d",
            hamming("(gate != gate[0]).sum(axis=(1, 2)) / W[0].size"),
            "not by the dimension",
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
            "the leaks are turned round",
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
