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
    pair: str = "alpha * W, a / alpha",
    r: str = "delta / scale**2",
) -> str:
    return f"""
def alpha_for_delta(delta, scale):
    r = {r}
    big = (abs(r) + np.sqrt(r * r + 4)) / 2
    return {alpha}


def rescale_layers(W, a, alpha):
    return {pair}
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


def summary(
    half: str = "t[np.argmax(S >= S[-1] / 2)]",
    final: str = "S[-1]",
    first: str = (
        "if not (np.isfinite(loss).all() and np.isfinite(S).all()): return dict(t_half=np.nan, "
        "S_final=np.nan, regime='diverged')"
    ),
    still: str = "if S[-1] <= 1e-12: half = np.nan",
    fitted: str = "loss <= 0.1 * loss[0]",
    order: str = "S[i] < S[-1] / 2",
    lazy: str = "S[-1] < 0.05",
    never: str = "not fitted.any()",
) -> str:
    return f"""
def summarise_run(t, loss, S):
    {first}
    half = {half}
    {still}
    fitted = {fitted}
    i = int(np.argmax(fitted))
    if {lazy}:
        regime = "lazy"
    elif {never}:
        regime = "unfinished"
    else:
        regime = "delayed" if {order} else "rich"
    return {{"t_half": half, "S_final": {final}, "regime": regime}}
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
    ],
    "06.2": [
        (
            "summed over neurons",
            deltas("degree * eta_w * np.sum(a**2) - eta_a * np.sum(W**2)"),
            "do not sum over neurons",
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
    ],
    "06.3": [
        (
            "alpha on both",
            alphas(pair="alpha * W, alpha * a"),
            "both layers are multiplied by alpha",
        ),
        ("only W", alphas(pair="alpha * W, a"), "a is left as it was"),
        ("other way", alphas(pair="W / alpha, a * alpha"), "alpha is on the wrong layer"),
        ("squares", alphas(pair="alpha**2 * W, a / alpha**2"), "alpha is squared"),
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
        ("upside down", alphas(alpha="np.sqrt(big if r > 0 else 1 / big)"), "the alpha of -delta"),
        ("scale forgotten", alphas(r="delta"), "the scale is forgotten"),
        ("scale not squared", alphas(r="delta / scale"), "with the square"),
        (
            "the length of w",
            alphas(alpha="scale * np.sqrt(1 / big if r > 0 else big)"),
            "this is |w|, not alpha",
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
    ],
    "06.7": [
        ("half of 1", summary(half="t[np.argmax(S >= 0.5)]"), "not half of 1"),
        (
            "half of 1, or never",
            summary(half="t[np.argmax(S >= 0.5)] if np.any(S >= 0.5) else np.inf"),
            "half of 1?",
        ),
        ("index", summary(half="float(np.argmax(S >= S[-1] / 2))"), "an index, not a time"),
        ("interpolated", summary(half="np.interp(S[-1] / 2, S, t)"), "no interpolation here"),
        (
            "half of the largest",
            summary(half="t[np.argmax(S >= S.max() / 2)]"),
            "half of the largest S",
        ),
        (
            "from the first time",
            summary(half="t[np.argmax(S >= S[-1] / 2)] - t[0]"),
            "counts from the first time",
        ),
        ("largest S", summary(final="S.max()"), "not the largest"),
        ("lazy by the largest", summary(lazy="S.max() < 0.05"), "lazy is judged by the last S"),
        ("threshold included", summary(lazy="S[-1] <= 0.05"), "at the threshold of laziness"),
        ("no question of NaN", summary(first="pass"), "NaN in its loss has diverged"),
        (
            "NaN in the loss only",
            summary(
                first=(
                    "if np.isnan(loss).any(): return dict(t_half=np.nan, S_final=np.nan, "
                    "regime='diverged')"
                )
            ),
            "anything that is not finite",
        ),
        (
            "numbers of a run that diverged",
            summary(
                first=(
                    "if not np.isfinite(loss.sum() + S.sum()): return dict(t_half=t[-1], "
                    "S_final=0.0, regime='diverged')"
                )
            ),
            "both numbers of a run that diverged",
        ),
        ("nothing moved", summary(still="pass"), "half of its way has no meaning"),
        ("never fitted", summary(never="False"), "makes a run unfinished"),
        ("labels exchanged", summary(order="S[i] >= S[-1] / 2"), "is 'rich', not 'delayed'"),
        ("loss below 0.1", summary(fitted="loss <= 0.1"), "a wrong label"),
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
        ("hyperbolic sine", alphas(alpha="float(np.exp(-np.arcsinh(delta / scale**2 / 2) / 2))")),
        (
            "both forms, math",
            """
import math


def alpha_for_delta(delta, scale):
    r = delta / scale / scale
    root = math.hypot(r, 2)
    return math.sqrt(2 / (r + root)) if r >= 0 else math.sqrt((root - r) / 2)


def rescale_layers(W, a, alpha):
    return [(alpha * np.array(W)).tolist(), np.multiply(a, 1 / alpha)]
""",
        ),
        (
            "by way of one neuron",
            """
def alpha_for_delta(delta, scale):
    R = np.hypot(delta, 2 * scale**2)  # a^2 + |w|^2
    w2 = (R - delta) / 2 if delta < 0 else 2 * scale**4 / (R + delta)
    return np.sqrt(w2) / scale


def rescale_layers(W, a, alpha):
    return np.float32(W) * np.float32(alpha), np.float32(a) / np.float32(alpha)
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
        ("as in the text", summary()),
        (
            "loops",
            """
def summarise_run(t, loss, S):
    for value in list(loss) + list(S):
        if not np.isfinite(value):
            return {"t_half": float("nan"), "S_final": float("nan"), "regime": "diverged"}
    half = float("nan")
    if S[-1] > 1e-12:
        for when, s in zip(t, S):
            if s >= 0.5 * S[-1]:
                half = when
                break
    if S[-1] < 0.05:
        return {"t_half": half, "S_final": S[-1], "regime": "lazy"}
    for l, s in zip(loss, S):
        if l <= 0.1 * loss[0]:
            return {"t_half": half, "S_final": S[-1], "regime": "rich" if s >= 0.5 * S[-1] \
else "delayed"}
    return {"t_half": half, "S_final": S[-1], "regime": "unfinished"}
""",
        ),
        (
            "nonzero, one number for both curves",
            """
def summarise_run(t, loss, S):
    if not np.all(np.isfinite(np.stack([loss, S]))):
        return dict(regime="diverged", t_half=None or np.nan, S_final=np.nan)
    end = S[-1]
    half = t[np.flatnonzero(S >= end / 2)[0]] if end > 1e-12 else np.nan
    down = np.flatnonzero(loss <= loss[0] / 10)
    regime = "lazy" if end < 0.05 else "unfinished" if down.size == 0 else "rich" if S[down[0]] \
* 2 >= end else "delayed"
    return dict(regime=regime, t_half=np.float64(half), S_final=end)
""",
        ),
    ],
}
