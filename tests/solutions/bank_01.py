"""Collect answers to 01_invariant as students write them, wrong ones and right ones.

WRONG[exercise] lists (name, source, words of the message, which must name the cause);
RIGHT[exercise] lists (name, source).
"""

GRAD = "g = X.T @ (a * (X @ w) - y)"


def rhs(body: str) -> str:
    return (
        f"def gradient_flow_rhs(w, a, X, y, *, eta_w=1.0, eta_a=1.0):\n    {GRAD}\n"
        f"    return {body}"
    )


def delta(body: str) -> str:
    return f"def conserved_delta(w, a, *, eta_w=1.0, eta_a=1.0):\n    return {body}"


def init(body: str) -> str:
    return f"""
def init_from_delta(beta0, delta, *, eta_w=1.0, eta_a=1.0):
    p = eta_a * eta_w * np.sum(beta0**2)
    R = np.sqrt(delta**2 + 4 * p)
{body}
    return beta0 / a, a
"""


def gd(loop: str) -> str:
    return f"""
def simulate_gd(w0, a0, X, y, *, eta_w, eta_a, step, n_steps):
    w, a = w0.copy(), a0
    ws, aa, ls = [], [], []
{loop}
    return {{"w": np.array(ws), "a": np.array(aa), "loss": np.array(ls)}}
"""


RECORD = """
        r = a * (X @ w) - y
        ws.append(w)
        aa.append(a)
        ls.append(0.5 * np.sum(r**2))
        g = X.T @ r"""
UPDATE = """
        w, a = w - step * eta_w * a * g, a - step * eta_a * (w @ g)"""


def drift(body: str) -> str:
    return f"def one_step_drift(w, a, X, y, *, eta_w, eta_a, step):\n    {GRAD}\n    return {body}"


def decay(body: str) -> str:
    return f"def delta_weight_decay(delta0, lam, eta, t):\n    return {body}"


def sgd(
    rng_before: str = "",
    rng_inside: str = "rng = np.random.default_rng(seed)",
    replace: str = "False",
    factor: str = "n / batch",
):
    return f"""
def sgd_delta_ensemble(w0, a0, X, y, *, eta, step, n_steps, batch, seeds):
    n, out = len(y), []
    {rng_before or "pass"}
    for seed in seeds:
        {rng_inside}
        w, a = w0, a0
        row = [eta * (a**2 - w @ w)]
        for _ in range(n_steps):
            k = rng.choice(n, batch, replace={replace})
            g = {factor} * X[k].T @ (a * (X[k] @ w) - y[k])
            w, a = w - step * eta * a * g, a - step * eta * (w @ g)
            row.append(eta * (a**2 - w @ w))
        out.append(row)
    return np.array(out)
"""


WRONG = {
    "01.1": [
        ("sign", rhs("eta_w * a * g, eta_a * (w @ g)"), "sign is turned round"),
        ("mean", rhs("-eta_w * a * g / len(y), -eta_a * (w @ g) / len(y)"), "leave out 1/n"),
        ("rates swapped", rhs("-eta_a * a * g, -eta_w * (w @ g)"), "learning rates look swapped"),
        ("no factor a", rhs("-eta_w * g, -eta_a * (w @ g)"), "a factor a in dw"),
    ],
    "01.2": [
        ("sign", delta("eta_a * np.sum(w**2, axis=-1) - eta_w * a**2"), "sign is turned round"),
        (
            "rates swapped",
            delta("eta_a * a**2 - eta_w * np.sum(w**2, axis=-1)"),
            "learning rates look swapped",
        ),
        (
            "not squared",
            delta("eta_w * a**2 - eta_a * np.linalg.norm(w, axis=-1)"),
            "should be squared",
        ),
    ],
    "01.3": [
        ("minus root", init("    a = -np.sqrt((delta + R) / 2 / eta_w)"), "this is the minus root"),
        (
            "rates forgotten",
            init(
                "    R = np.sqrt(delta**2 + 4 * np.sum(beta0**2))\n    a = np.sqrt((delta + R) / 2)"
            ),
            "rates are forgotten",
        ),
        ("cancellation", init("    a = np.sqrt((delta + R) / 2 / eta_w)"), "lost to rounding"),
    ],
    "01.4": [
        (
            "sequential",
            gd(
                f"    for k in range(n_steps + 1):{RECORD}\n"
                "        a = a - step * eta_a * (w @ g)\n"
                "        w = w - step * eta_w * a * g"
            ),
            "made from the old values",
        ),
        ("one too short", gd(f"    for k in range(n_steps):{RECORD}{UPDATE}"), "one too short"),
        (
            "aliasing",
            gd(
                f"    for k in range(n_steps + 1):{RECORD}\n"
                "        a, w_step = a - step * eta_a * (w @ g), step * eta_w * a * g\n"
                "        w -= w_step"
            ),
            "record a copy",
        ),
    ],
    "01.5": [
        (
            "linear",
            drift("step * eta_a * eta_w * (eta_a * (w @ g)**2 - eta_w * a**2 * (g @ g))"),
            "quadratic in the step, not linear",
        ),
        (
            "sign",
            drift("-step**2 * eta_a * eta_w * (eta_a * (w @ g)**2 - eta_w * a**2 * (g @ g))"),
            "sign is turned round",
        ),
        ("rates missing", drift("step**2 * ((w @ g)**2 - a**2 * (g @ g))"), "rates are missing"),
    ],
    "01.6": [
        ("exp(-lam t)", decay("delta0 * np.exp(-lam * t)"), "both the factor 2 and eta"),
        ("eta forgotten", decay("delta0 * np.exp(-2 * lam * t)"), "eta is missing in the exponent"),
        (
            "sign lost",
            decay("np.abs(delta0) * np.exp(-2 * lam * eta * t)"),
            "sign of delta0 is lost",
        ),
        ("no factor 2", decay("delta0 * np.exp(-lam * eta * t)"), "a factor 2 is missing"),
    ],
    "01.7": [
        (
            "one draw for all",
            sgd(rng_inside="rng = np.random.default_rng(0)"),
            "every run here draws the same rows",
        ),
        ("with replacement", sgd(replace="True"), "drawn with replacement"),
        ("not rescaled", sgd(factor="1.0"), "not rescaled by n / batch"),
        (
            "one generator",
            sgd(rng_before="rng = np.random.default_rng(seeds[0])", rng_inside="pass"),
            "make a new generator for each run",
        ),
    ],
}

RIGHT = {
    "01.1": [
        ("by the chain rule", rhs("-eta_w * a * g, -eta_a * (w @ g)")),
        (
            "loops and lists",
            """
def gradient_flow_rhs(w, a, X, y, *, eta_w=1.0, eta_a=1.0):
    dw, da = [0.0 for _ in w], 0.0
    for x, label in zip(X, y):
        error = a * sum(wi * xi for wi, xi in zip(w, x)) - label
        dw = [v - eta_w * error * a * xi for v, xi in zip(dw, x)]
        da -= eta_a * error * sum(wi * xi for wi, xi in zip(w, x))
    return [dw, da]
""",
        ),
        (
            "torch's autograd in float32",
            """
import torch

def gradient_flow_rhs(w, a, X, y, *, eta_w=1.0, eta_a=1.0):
    w = torch.tensor(w, dtype=torch.float32, requires_grad=True)
    a = torch.tensor(a, dtype=torch.float32, requires_grad=True)
    X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
    loss = ((a * (X @ w) - y) ** 2).sum() / 2
    loss.backward()
    return -eta_w * w.grad, -eta_a * a.grad
""",
        ),
    ],
    "01.2": [
        ("sum of squares", delta("eta_w * a**2 - eta_a * np.sum(w**2, axis=-1)")),
        (
            "einsum and a warning",
            "import warnings\n"
            + delta(
                'warnings.warn("here") or eta_w * np.square(a) - eta_a '
                '* np.einsum("...i,...i->...", w, w)'
            ),
        ),
        (
            "float32 norm",
            delta(
                "np.float32(eta_w) * np.float32(a)**2 - np.float32(eta_a) "
                "* np.linalg.norm(np.float32(w), axis=-1)**2"
            ),
        ),
    ],
    "01.3": [
        (
            "product of the roots",
            init(
                "    a = np.sqrt(((delta + R) / 2 if delta > 0 else 2 * p / (R - delta)) / eta_w)"
            ),
        ),
        (
            "through |w|",
            """
from math import hypot, sqrt

def init_from_delta(beta0, delta, *, eta_w=1.0, eta_a=1.0):
    size = sqrt(sum(b * b for b in beta0))
    R = hypot(delta, 2 * sqrt(eta_a * eta_w) * size)
    a = sqrt((R + delta) / 2 / eta_w) if delta > 0 else size / sqrt((R - delta) / 2 / eta_a)
    return [b / a for b in beta0], a
""",
        ),
        (
            "hyperbolic functions",
            """
def init_from_delta(beta0, delta, *, eta_w=1.0, eta_a=1.0):
    s = np.sqrt(eta_a * eta_w) * np.linalg.norm(beta0)
    a = np.sqrt(s * np.exp(np.arcsinh(delta / (2 * s))) / eta_w)
    return (np.asarray(beta0) / a, a)
""",
        ),
    ],
    "01.4": [
        ("lists", gd(f"    for k in range(n_steps + 1):{RECORD}{UPDATE}")),
        (
            "by the answer to 01.1",
            """
def simulate_gd(w0, a0, X, y, *, eta_w, eta_a, step, n_steps):
    states = [(list(w0), a0)]
    for _ in range(n_steps):
        w, a = states[-1]
        dw, da = gradient_flow_rhs(np.array(w), a, X, y, eta_w=eta_w, eta_a=eta_a)
        states.append(([wi + step * float(v) for wi, v in zip(w, dw)], a + step * float(da)))
    losses = [sum((a * sum(u * v for u, v in zip(w, x)) - t) ** 2 for x, t in zip(X, y)) / 2 \
for w, a in states]
    return {"w": [w for w, _ in states], "a": [a for _, a in states], "loss": losses}
""",
        ),
        (
            "torch",
            """
import torch

def simulate_gd(w0, a0, X, y, *, eta_w, eta_a, step, n_steps):
    X, y, w, a = torch.tensor(X), torch.tensor(y), torch.tensor(w0), \
torch.tensor(float(a0)).double()
    ws, aa, ls = torch.zeros(n_steps + 1, len(w0)).double(), torch.zeros(n_steps + 1).double(), []
    for k in range(n_steps + 1):
        print("step", k)
        r = a * X @ w - y
        ws[k], aa[k] = w, a
        ls.append((r @ r / 2).item())
        g = X.T @ r
        w, a = w - step * eta_w * a * g, a - step * eta_a * (w @ g)
    return dict(w=ws, a=aa, loss=ls)
""",
        ),
    ],
    "01.5": [
        (
            "the formula",
            drift("step**2 * eta_a * eta_w * (eta_a * (w @ g)**2 - eta_w * a**2 * (g @ g))"),
        ),
        (
            "the squares of the increments",
            drift(
                "eta_w * (step * eta_a * (w @ g))**2 - eta_a * np.sum((step * eta_w * a * g)**2)"
            ),
        ),
        (
            "take the step and measure",
            """
def one_step_drift(w, a, X, y, *, eta_w, eta_a, step):
    run = simulate_gd(w, a, X, y, eta_w=eta_w, eta_a=eta_a, step=step, n_steps=1)
    values = [eta_w * float(a) ** 2 - eta_a * sum(float(v) ** 2 for v in w) for w, \
a in zip(run["w"], run["a"])]
    return values[1] - values[0]
""",
        ),
    ],
    "01.6": [
        ("the exponential", decay("delta0 * np.exp(-2 * lam * eta * t)")),
        ("a list", "import math\n" + decay("[delta0 * math.exp(-lam * eta * s) ** 2 for s in t]")),
        (
            "powers in float32",
            decay(
                "np.float32(delta0) * np.power(np.float32(np.e), -2 * np.float32(lam * eta) "
                "* np.float32(t))"
            ),
        ),
    ],
    "01.7": [
        ("nested loops", sgd()),
        (
            "a row at a time",
            """
def sgd_delta_ensemble(w0, a0, X, y, *, eta, step, n_steps, batch, seeds):
    def run(seed):
        rng, w, a = np.random.default_rng(seed), np.array(w0), float(a0)
        yield eta * (a * a - w.dot(w))
        for _ in range(n_steps):
            g = np.zeros_like(w)
            for k in rng.choice(len(y), batch, replace=False):
                g += (a * X[k].dot(w) - y[k]) * X[k] * len(y) / batch
            w, a = w - step * eta * a * g, a - step * eta * w.dot(g)
            yield eta * (a * a - w.dot(w))
    return [list(run(seed)) for seed in seeds]
""",
        ),
        (
            "torch",
            """
import torch

def sgd_delta_ensemble(w0, a0, X, y, *, eta, step, n_steps, batch, seeds):
    X, y = torch.tensor(X), torch.tensor(y)
    out = torch.empty(len(seeds), n_steps + 1, dtype=torch.float64)
    for s, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        w, a = torch.tensor(w0), torch.tensor(float(a0), dtype=torch.float64)
        out[s, 0] = eta * (a**2 - w @ w)
        for k in range(n_steps):
            rows = torch.tensor(rng.choice(len(y), batch, replace=False))
            g = len(y) / batch * X[rows].T @ (a * (X[rows] @ w) - y[rows])
            w, a = w - step * eta * a * g, a - step * eta * (w @ g)
            out[s, k + 1] = eta * (a**2 - w @ w)
    return out
""",
        ),
    ],
}
