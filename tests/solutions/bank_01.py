"""Collect answers to 01_invariant as students write them, wrong ones and right ones.

WRONG[exercise] lists (name, source, words of the message, which must name the cause);
RIGHT[exercise] lists (name, source).
"""

from typed import swapped

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


def story(**lines: str) -> str:
    """The function that keeps a book through a story, with some of its lines replaced."""
    said = {
        "start": "delta, rate, lam, after = delta0, eta, 0.0, []",
        "train": "delta = delta * np.exp(-2 * lam * rate * x)",
        "decay": "lam = x",
        "rates": "delta, rate = delta * x, rate * x",
        "scale": "delta = delta * x**2",
        "data": "pass",
        "note": "after.append(delta)",
        "end": "return np.array(after)",
    } | lines
    return f"""
def predict_delta(delta0, eta, story):
    {said["start"]}
    for event, x in story:
        if event == "train":
            {said["train"]}
        elif event == "decay":
            {said["decay"]}
        elif event == "rates":
            {said["rates"]}
        elif event == "scale":
            {said["scale"]}
        else:
            {said["data"]}
        {said["note"]}
    {said["end"]}
"""


def sgd(**lines: str) -> str:
    """The ensemble of SGD runs with some of its lines replaced."""
    said = {
        "before": "pass",
        "generator": "rng = np.random.default_rng(seed)",
        "start": "w, a = w0, a0",
        "first": "row = [eta * (a**2 - w @ w)]",
        "draw": "k = rng.choice(n, batch, replace=False)",
        "g": "g = n / batch * X[k].T @ (a * (X[k] @ w) - y[k])",
        "move": "w, a = w - step * eta * a * g, a - step * eta * (w @ g)",
        "note": "row.append(eta * (a**2 - w @ w))",
        "end": "return np.array(out)",
    } | lines
    return f"""
def sgd_delta_ensemble(w0, a0, X, y, *, eta, step, n_steps, batch, seeds):
    n, out = len(y), []
    {said["before"]}
    for place, seed in enumerate(seeds):
        {said["generator"]}
        {said["start"]}
        {said["first"]}
        for _ in range(n_steps):
            {said["draw"]}
            {said["g"]}
            {said["move"]}
            {said["note"]}
        out.append(row)
    {said["end"]}
"""


RATES = "step**2 * eta_a * eta_w * "
STEP_W, STEP_A = "step * eta_w * a * g", "step * eta_a * (w @ g)"
LOOP = "    for k in range(n_steps + 1):"


def first(body: str) -> str:
    """01.3 from the positive root of the formula, with lines before it."""
    return init(f"{body}\n    a = np.sqrt(np.abs(delta + R) / 2 / eta_w)")


SAFE = "    z = (delta + R) / 2 if delta > 0 else 2 * p / (R - delta)\n    a = np.sqrt(z / eta_w)"

WRONG = {
    "01.1": [
        ("sign", rhs("eta_w * a * g, eta_a * (w @ g)"), "sign is flipped"),
        ("mean", rhs("-eta_w * a * g / len(y), -eta_a * (w @ g) / len(y)"), "leave out 1/n"),
        ("rates swapped", rhs("-eta_a * a * g, -eta_w * (w @ g)"), "learning rates look swapped"),
        ("no factor a", rhs("-eta_w * g, -eta_a * (w @ g)"), "a factor a in dw"),
        ("factor 2", rhs("-2 * eta_w * a * g, -2 * eta_a * (w @ g)"), "factor 2 too many"),
        ("no rates", rhs("-a * g, -(w @ g)"), "learning rates are missing"),
        ("slopes", rhs("a * g, w @ g"), "this is the slope"),
        ("both rates", rhs("-eta_w * eta_a * a * g, -eta_w * eta_a * (w @ g)"), "not both"),
        ("divided", rhs("-a * g / eta_w, -(w @ g) / eta_a"), "not divided"),
        ("two factors a", rhs("-eta_w * a**2 * g, -eta_a * (w @ g)"), "one factor a too many"),
        ("a in da", rhs("-eta_w * a * g, -eta_a * a * (w @ g)"), "a factor a too many"),
        ("order", rhs("-eta_a * (w @ g), -eta_w * a * g"), "have changed places"),
        ("entry by entry", rhs("-eta_w * a * g, -eta_a * w * g"), "sum the products of w and g"),
        ("w missing", rhs("-eta_w * a * g, -eta_a * np.sum(g)"), "inner product of w and g"),
        ("w for a", rhs("-eta_w * w * g, -eta_a * (w @ g)"), "what multiplies w in beta is a"),
        (
            "lengths",
            rhs("-eta_w * a * g, -eta_a * np.linalg.norm(w) * np.linalg.norm(g)"),
            "only the part of g along w",
        ),
        (
            "no a in the residual",
            rhs("-eta_w * a * g, -eta_a * (w @ g)").replace("a * (X @ w)", "(X @ w)"),
            "a is missing in the residual",
        ),
        (
            "labels added",
            rhs("-eta_w * a * g, -eta_a * (w @ g)").replace(" - y", " + y"),
            "predictions minus labels",
        ),
        (
            "labels forgotten",
            rhs("-eta_w * a * g, -eta_a * (w @ g)").replace(" - y", ""),
            "the labels are missing",
        ),
        ("one thing", rhs("-eta_w * a * g"), "expected 2 things"),
        (
            "inputs written into",
            rhs("-eta_w * a * g, -eta_a * (w @ g)").replace(
                GRAD, "y -= a * (X @ w)\n    g = -X.T @ y"
            ),
            "changes the arrays it is given",
        ),
        (
            "residual squared",
            rhs("-eta_w * a * g, -eta_a * (w @ g)").replace("- y)", "- y) ** 2"),
            "the residual is not squared",
        ),
        (
            "first sample alone",
            rhs("-eta_w * a * g, -eta_a * (w @ g)").replace(
                GRAD, "X, y = X[:1], y[:1]\n    " + GRAD
            ),
            "all samples count",
        ),
        (
            "after a step",
            rhs("w - eta_w * a * g, a - eta_a * (w @ g)"),
            "return the velocity alone",
        ),
        (
            "mean over dimensions",
            rhs("-eta_w * a * g / 3, -eta_a * (w @ g) / 3"),
            "number of dimensions",
        ),
    ],
    "01.2": [
        ("sign", delta("eta_a * np.sum(w**2, axis=-1) - eta_w * a**2"), "sign is flipped"),
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
        (
            "a not squared",
            delta("eta_w * a - eta_a * np.sum(w**2, axis=-1)"),
            "a should be squared",
        ),
        ("sum first", delta("eta_w * a**2 - eta_a * np.sum(w, axis=-1)**2"), "square every entry"),
        ("added", delta("eta_w * a**2 + eta_a * np.sum(w**2, axis=-1)"), "not added"),
        ("mean", delta("eta_w * a**2 - eta_a * np.mean(w**2, axis=-1)"), "do not average"),
        ("half", delta("(eta_w * a**2 - eta_a * np.sum(w**2, axis=-1)) / 2"), "no factor 1/2"),
        ("product", delta("eta_w * a**2 * eta_a * np.sum(w**2, axis=-1)"), "delta is a difference"),
        ("no rates", delta("a**2 - np.sum(w**2, axis=-1)"), "learning rates are missing"),
        (
            "rates squared",
            delta("(eta_w * a)**2 - eta_a**2 * np.sum(w**2, axis=-1)"),
            "not squared",
        ),
        ("one rate", delta("eta_w * (a**2 - np.sum(w**2, axis=-1))"), "not one for both"),
        ("half of the rates", delta("eta_w * a**2 - np.sum(w**2, axis=-1)"), "second square needs"),
        ("other half", delta("a**2 - eta_a * np.sum(w**2, axis=-1)"), "first square needs"),
        ("divided", delta("a**2 / eta_a - np.sum(w**2, axis=-1) / eta_w"), "divided by its own"),
        (
            "per entry",
            delta("eta_w * np.asarray(a)[..., None] ** 2 - eta_a * w**2"),
            "sum over its last axis",
        ),
        ("summed over all", delta("np.sum(eta_w * a**2) - eta_a * np.sum(w**2)"), "last axis only"),
        (
            "weights of all",
            delta("eta_w * a**2 - eta_a * np.sum(w**2)"),
            "last axis only",
        ),
        (
            "in place",
            "def conserved_delta(w, a, *, eta_w=1.0, eta_a=1.0):\n    w *= w\n"
            "    return eta_w * a**2 - eta_a * np.sum(w, axis=-1)",
            "changes the arrays it is given",
        ),
        ("None", delta("None"), "nothing came back"),
        (
            "largest",
            delta("eta_w * a**2 - eta_a * np.max(w**2, axis=-1)"),
            "do not take the largest",
        ),
        ("quotient", delta("eta_w * a**2 / eta_a / np.sum(w**2, axis=-1)"), "not a quotient"),
    ],
    "01.3": [
        ("minus root", init("    a = -np.sqrt((delta + R) / 2 / eta_w)"), "this is the minus root"),
        (
            "rates forgotten",
            first("    R = np.sqrt(delta**2 + 4 * np.sum(beta0**2))\n    eta_w = 1"),
            "rates are forgotten",
        ),
        (
            "rates swapped",
            init("    a = np.sqrt((delta + R) / 2 / eta_a)"),
            "learning rates look swapped",
        ),
        ("cancellation", init("    a = np.sqrt((delta + R) / 2 / eta_w)"), "lost to rounding"),
        ("no eta_w at the end", init(SAFE + " * np.sqrt(eta_w)"), "divide by eta_w"),
        ("times eta_w", init(SAFE + " * eta_w"), "multiplied by eta_w where"),
        ("not rooted", init(SAFE + "**2"), "this is a^2: take the root"),
        ("eta_w a^2", init("    a = (delta + R) / 2"), "divide by eta_w and take the root"),
        ("no 4", first("    R = np.sqrt(delta**2 + p)"), "the 4 is missing"),
        ("R without root", first("    R = delta**2 + 4 * p"), "R is a square root"),
        (
            "length for its square",
            first("    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * np.linalg.norm(beta0))"),
            "not |beta0|",
        ),
        (
            "no half",
            init("    a = np.sqrt((delta + R) / eta_w)"),
            "the numerator should be divided by 2",
        ),
        ("no delta", init("    a = np.sqrt(R / 2 / eta_w)"), "R + delta, not R alone"),
        (
            "product without 2",
            init(
                "    z = (delta + R) / 2 if delta >= 0 else p / (R - delta)\n"
                "    a = np.sqrt(z / eta_w)"
            ),
            "product of the roots",
        ),
        (
            "product without rates",
            init(
                "    z = (delta + R) / 2 if delta >= 0 else 2 * p / eta_w / eta_a / (R - delta)\n"
                "    a = np.sqrt(z / eta_w)"
            ),
            "missing in the product of the roots",
        ),
        (
            "length of w",
            init(SAFE + "\n    a = np.sqrt(p / eta_a / eta_w) / a"),
            "this is |w|, not a",
        ),
        (
            "sign of delta",
            init(SAFE.replace("    z", "    delta = -delta\n    z", 1)),
            "mind the sign",
        ),
        ("w = beta0 a", init(SAFE).replace("beta0 / a, a", "beta0 * a, a"), "do not multiply"),
        ("w = beta0", init(SAFE).replace("beta0 / a, a", "beta0, a"), "this is beta0 itself"),
        (
            "unit vector",
            init(SAFE).replace("beta0 / a, a", "beta0 / np.linalg.norm(beta0), a"),
            "this has length 1",
        ),
        ("order", init(SAFE).replace("beta0 / a, a", "a, beta0 / a"), "have changed places"),
        (
            "in place",
            init(SAFE + "\n    beta0 /= a").replace("beta0 / a, a", "beta0, a"),
            "changes the arrays it is given",
        ),
        (
            "branches exchanged",
            init(SAFE.replace("delta > 0", "delta < 0")),
            "the formula with R + delta",
        ),
        ("balanced", init("    a = np.sqrt(np.linalg.norm(beta0))"), "delta is not used"),
        (
            "R with minus",
            first("    R = np.sqrt(np.abs(delta**2 - 4 * p))"),
            "two terms under the root in R should be added",
        ),
        (
            "square of the sum",
            first("    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * np.sum(beta0)**2)"),
            "not the square of the sum",
        ),
        (
            "rate in w",
            init(SAFE).replace("beta0 / a, a", "beta0 / a / eta_a, a"),
            "without a learning",
        ),
    ],
    "01.4": [
        (
            "sequential",
            gd(f"{LOOP}{RECORD}\n        a = a - {STEP_A}\n        w = w - {STEP_W}"),
            "made from the old values",
        ),
        (
            "sequential, w first",
            gd(f"{LOOP}{RECORD}\n        w = w - {STEP_W}\n        a = a - {STEP_A}"),
            "made from the old values",
        ),
        ("one too short", gd(f"    for k in range(n_steps):{RECORD}{UPDATE}"), "one too short"),
        ("one too long", gd(f"    for k in range(n_steps + 2):{RECORD}{UPDATE}"), "one too long"),
        (
            "aliasing",
            gd(f"{LOOP}{RECORD}\n        a, w_step = a - {STEP_A}, {STEP_W}\n        w -= w_step"),
            "record a copy",
        ),
        (
            "rates swapped",
            gd(
                f"{LOOP}{RECORD}\n        eta_w, eta_a = eta_a, eta_w{UPDATE}"
                "\n        eta_w, eta_a = eta_a, eta_w"
            ),
            "learning rates look swapped",
        ),
        ("uphill", gd(f"{LOOP}{RECORD}{UPDATE.replace(' - ', ' + ')}"), "uphill"),
        ("no step", gd(f"{LOOP}{RECORD}{UPDATE.replace('step * ', '')}"), "the step is missing"),
        (
            "no rates",
            gd(f"{LOOP}{RECORD}{UPDATE.replace('eta_w * ', '').replace('eta_a * ', '')}"),
            "the learning rate is missing",
        ),
        ("mean", gd(f"{LOOP}{RECORD} / len(y){UPDATE}"), "leave out 1/n"),
        ("factor 2", gd(f"{LOOP}{RECORD} * 2{UPDATE}"), "factor 2 too many"),
        (
            "no a",
            gd(f"{LOOP}{RECORD}{UPDATE.replace('* a * g', '* g')}"),
            "the factor a is missing",
        ),
        ("a frozen", gd(f"{LOOP}{RECORD}\n        w = w - {STEP_W}"), "a stays as it is"),
        ("w frozen", gd(f"{LOOP}{RECORD}\n        a = a - {STEP_A}"), "record a copy"),
        (
            "loss without half",
            gd(f"{LOOP}{RECORD}{UPDATE}".replace("0.5 * np", "np")),
            "not the sum",
        ),
        (
            "mean loss",
            gd(f"{LOOP}{RECORD}{UPDATE}".replace("np.sum", "np.mean")),
            "not the mean",
        ),
        (
            "length of the residual",
            gd(f"{LOOP}{RECORD}{UPDATE}".replace("0.5 * np.sum(r**2)", "np.linalg.norm(r)")),
            "this is the length of the residual",
        ),
        (
            "one loss",
            gd(f"{LOOP}{RECORD}{UPDATE}").replace("np.array(ls)", "np.full(len(ls), ls[0])"),
            "stays that of the start",
        ),
        (
            "late loss",
            gd(
                f"{LOOP}{RECORD}{UPDATE}\n        r = a * (X @ w) - y\n"
                "        ls[-1] = ls[-1] if k == 0 else 0.5 * np.sum(r**2)"
            ),
            "the loss along the run",
        ),
        (
            "tuple",
            gd(f"{LOOP}{RECORD}{UPDATE}").replace(
                '{"w": np.array(ws), "a": np.array(aa), "loss": np.array(ls)}',
                "np.array(ws), np.array(aa), np.array(ls)",
            ),
            "return a dictionary",
        ),
        (
            "another key",
            gd(f"{LOOP}{RECORD}{UPDATE}").replace('"loss":', '"losses":'),
            "the key 'loss' is missing",
        ),
        (
            "w0 changed",
            gd(f"{LOOP}{RECORD}\n        a, w_step = a - {STEP_A}, {STEP_W}\n        w -= w_step")
            .replace("w0.copy(), a0", "w0, a0")
            .replace("ws.append(w)", "ws.append(w.copy())"),
            "changes the arrays it is given",
        ),
        (
            "transposed",
            gd(f"{LOOP}{RECORD}{UPDATE}").replace("np.array(ws)", "np.array(ws).T"),
            "is it transposed?",
        ),
        (
            "whole numbers",
            gd(f"{LOOP}{RECORD}{UPDATE}").replace("w0.copy()", "w0.astype(int)"),
            "cut to whole numbers",
        ),
        (
            "first gradient for ever",
            gd(f"{LOOP}{RECORD} if k == 0 else g{UPDATE}"),
            "the gradient is that of the start",
        ),
        (
            "recorded after the step",
            gd(f"{LOOP}{RECORD}{UPDATE}\n        ls[-1] = 0.5 * np.sum((a * (X @ w) - y)**2)"),
            "record it before the step",
        ),
        (
            "step squared",
            gd(f"{LOOP}{RECORD}{UPDATE.replace('step', 'step**2')}"),
            "step is squared",
        ),
    ],
    "01.5": [
        (
            "linear",
            drift("step * eta_a * eta_w * (eta_a * (w @ g)**2 - eta_w * a**2 * (g @ g))"),
            "quadratic in the step, not linear",
        ),
        (
            "no step",
            drift("eta_a * eta_w * (eta_a * (w @ g)**2 - eta_w * a**2 * (g @ g))"),
            "the step is missing",
        ),
        (
            "sign",
            drift("-step**2 * eta_a * eta_w * (eta_a * (w @ g)**2 - eta_w * a**2 * (g @ g))"),
            "sign is flipped",
        ),
        ("rates missing", drift("step**2 * ((w @ g)**2 - a**2 * (g @ g))"), "rates are missing"),
        (
            "uncrossed",
            drift("step**2 * (eta_a**3 * (w @ g)**2 - eta_w**3 * a**2 * (g @ g))"),
            "here each has its own",
        ),
        (
            "rates swapped",
            drift(RATES + "(eta_w * (w @ g)**2 - eta_a * a**2 * (g @ g))"),
            "learning rates look swapped",
        ),
        ("one rate each", drift(RATES + "((w @ g)**2 - a**2 * (g @ g))"), "rate of the increment"),
        (
            "no weighing",
            drift("step**2 * (eta_a**2 * (w @ g)**2 - eta_w**2 * a**2 * (g @ g))"),
            "weighs each square",
        ),
        (
            "rates not squared",
            drift("step**2 * (eta_w * (w @ g)**2 - eta_a * a**2 * (g @ g))"),
            "own rate squared",
        ),
        ("added", drift(RATES + "(eta_a * (w @ g)**2 + eta_w * a**2 * (g @ g))"), "not added"),
        ("a's square only", drift(RATES + "eta_a * (w @ g)**2"), "only the move of a"),
        ("w's square only", drift(RATES + "-eta_w * a**2 * (g @ g)"), "only the move of w"),
        (
            "lengths",
            drift(RATES + "(eta_a * (w @ w) * (g @ g) - eta_w * a**2 * (g @ g))"),
            "squared as a whole",
        ),
        (
            "a not squared",
            drift(RATES + "(eta_a * (w @ g)**2 - eta_w * a * (g @ g))"),
            "a should be squared in the second term",
        ),
        (
            "mean",
            drift(RATES + "(eta_a * (w @ g)**2 - eta_w * a**2 * (g @ g))").replace(
                "- y)", "- y) / len(y)"
            ),
            "leave out 1/n",
        ),
        (
            "factor 2",
            drift(RATES + "(eta_a * (w @ g)**2 - eta_w * a**2 * (g @ g))").replace(
                "X.T @", "2 * X.T @"
            ),
            "factor 2 too many",
        ),
        (
            "first order left",
            drift(
                RATES + "(eta_a * (w @ g)**2 - eta_w * a**2 * (g @ g))"
                " + 2 * step * eta_a * eta_w * a * (w @ g)"
            ),
            "terms of first order cancel",
        ),
        (
            "new delta",
            drift(
                "eta_w * (a - step * eta_a * (w @ g))**2 "
                "- eta_a * np.sum((w - step * eta_w * a * g)**2)"
            ),
            "this is delta after the step",
        ),
        (
            "per dimension",
            drift(RATES + "(eta_a * (w * g)**2 - eta_w * a**2 * g**2)"),
            "single number",
        ),
        (
            "in place",
            drift("eta_w * (step * eta_a * (w @ g))**2 - eta_a * np.sum((w - w0)**2)")
            .replace(GRAD, GRAD + "\n    w0 = w.copy()\n    w -= step * eta_w * a * g")
            .replace("(w @ g))**2", "(w0 @ g))**2"),
            "changes the arrays it is given",
        ),
        (
            "half",
            drift(RATES + "(eta_a * (w @ g)**2 - eta_w * a**2 * (g @ g)) / 2"),
            "there is no factor 1/2",
        ),
        ("first order alone", drift("2 * step * eta_a * eta_w * a * (w @ g)"), "which cancels"),
        (
            "places exchanged",
            drift(RATES + "(eta_a * a**2 * (g @ g) - eta_w * (w @ g)**2)"),
            "changed places",
        ),
        (
            "one rate short",
            drift("step**2 * eta_a * (eta_a * (w @ g)**2 - eta_w * a**2 * (g @ g))"),
            "one factor eta_w is missing",
        ),
        ("zero", drift("0.0 * (w @ g)"), "0 came back"),
        (
            "length not squared",
            drift(RATES + "(eta_a * (w @ g)**2 - eta_w * a**2 * np.linalg.norm(g))"),
            "|g| should be squared",
        ),
    ],
    "01.6": [
        (
            "exp(-lam t)",
            story(train="delta = delta * np.exp(-lam * x)"),
            "both the factor 2 and eta",
        ),
        ("eta forgotten", story(train="delta = delta * np.exp(-2 * lam * x)"), "eta is missing"),
        (
            "no factor 2",
            story(train="delta = delta * np.exp(-lam * rate * x)"),
            "a factor 2 is missing",
        ),
        ("grows", story(train="delta = delta * np.exp(2 * lam * rate * x)"), "wrong sign"),
        ("linear", story(train="delta = delta * (1 - 2 * lam * rate * x)"), "not linear in time"),
        ("no time", story(train="delta = delta * np.exp(-2 * lam * rate)"), "the time is missing"),
        ("no decay", story(train="pass"), "shrinks delta exponentially"),
        (
            "sign lost",
            story(end="return np.abs(after)"),
            "the sign is lost",
        ),
        (
            "always fades",
            story(start="delta, rate, lam, after = delta0, eta, 1.0, []"),
            "without decay",
        ),
        ("first rate", story(rates="delta = delta * x"), "rate of the moment"),
        ("rates leave delta", story(rates="rate = rate * x"), "a part of delta"),
        ("rates squared", story(rates="delta, rate = delta * x**2, rate * x"), "c and not c^2"),
        ("rates divide", story(rates="delta, rate = delta / x, rate * x"), "not divided"),
        ("scale once", story(scale="delta = delta * x"), "c^2 and not c"),
        ("scale signed", story(scale="delta = delta * x * abs(x)"), "c^2, with its sign"),
        ("scale to the fourth", story(scale="delta = delta * x**4"), "delta too"),
        ("scale forgotten", story(scale="pass"), "scaling them changes it"),
        ("penalties add up", story(decay="lam = lam + x"), "do not add up"),
        ("decay at once", story(decay="lam, delta = x, delta * np.exp(-x)"), "decay acts while"),
        ("data reset", story(data="delta = delta0 / 2"), "no data in delta"),
        ("only the end", story(end="return after[-1]"), "after each of the events"),
        (
            "start included",
            story(start="delta, rate, lam, after = delta0, eta, 0.0, [delta0]"),
            "one too long",
        ),
        (
            "decay once",
            story(train="delta = delta * np.exp(-2 * lam * rate * x); lam = 0.0"),
            "not for one stretch",
        ),
        (
            "the first penalty stays",
            story(decay="lam = lam or x"),
            "acts on the training that follows",
        ),
        (
            "from the start",
            story(note="after.append(delta); delta = delta0"),
            "what the last one left",
        ),
        ("penalty scaled", story(scale="delta, lam = delta * x**2, lam * x**2"), "not the penalty"),
        ("penalty forgotten", story(data="lam = 0.0"), "leave the penalty as it was"),
        ("base 2", story(train="delta = delta * 2 ** (-2 * lam * rate * x)"), "is e, not 2"),
        (
            "rate squared",
            story(train="delta = delta * np.exp(-2 * lam * rate**2 * x)"),
            "once, not squared",
        ),
        ("hyperbola", story(train="delta = delta / (1 + 2 * lam * rate * x)"), "not 1 / (1 + ...)"),
        ("rate replaced", story(rates="delta, rate = delta * x, x"), "number 5, ('train'"),
    ],
    "01.7": [
        (
            "one draw for all",
            sgd(generator="rng = np.random.default_rng(0)"),
            "every run here draws the same rows",
        ),
        (
            "with replacement",
            sgd(draw="k = rng.choice(n, batch, replace=True)"),
            "drawn with replacement",
        ),
        (
            "not rescaled",
            sgd(g="g = X[k].T @ (a * (X[k] @ w) - y[k])"),
            "not rescaled by n / batch",
        ),
        (
            "whole division",
            sgd(g="g = n // batch * X[k].T @ (a * (X[k] @ w) - y[k])"),
            "n / batch",
        ),
        (
            "batch / n",
            sgd(g="g = batch / n * X[k].T @ (a * (X[k] @ w) - y[k])"),
            "not by batch / n",
        ),
        (
            "mean of the batch",
            sgd(g="g = X[k].T @ (a * (X[k] @ w) - y[k]) / batch"),
            "leave out 1/n",
        ),
        ("times n", sgd(g="g = n * X[k].T @ (a * (X[k] @ w) - y[k])"), "expected"),
        (
            "one generator",
            sgd(before="rng = np.random.default_rng(seeds[0])", generator="pass"),
            "make a new generator for each run",
        ),
        (
            "one generator of seed 0",
            sgd(before="rng = np.random.default_rng(0)", generator="pass"),
            "make a new generator for each run",
        ),
        (
            "a generator each step",
            sgd(draw="k = np.random.default_rng(seed).choice(n, batch, replace=False)"),
            "each step draws the same rows",
        ),
        (
            "places for seeds",
            sgd(generator="rng = np.random.default_rng(place)"),
            "not their places",
        ),
        (
            "drawn twice",
            sgd(
                draw="k = rng.choice(n, batch, replace=False); "
                "k = rng.choice(n, batch, replace=False)"
            ),
            "draws its rows once",
        ),
        ("permutation", sgd(draw="k = rng.permutation(n)[:batch]"), "not by rng.permutation"),
        ("same rows", sgd(draw="k = np.arange(batch)"), "draws the same rows"),
        (
            "no rate in delta",
            sgd(first="row = [a**2 - w @ w]", note="row.append(a**2 - w @ w)"),
            "the rate is missing",
        ),
        (
            "no rate in the step",
            sgd(move="w, a = w - step * a * g, a - step * (w @ g)"),
            "rate is missing in the step",
        ),
        (
            "rate twice",
            sgd(move="w, a = w - step * eta**2 * a * g, a - step * eta**2 * (w @ g)"),
            "in the step twice",
        ),
        (
            "sequential",
            sgd(move="a = a - step * eta * (w @ g); w = w - step * eta * a * g"),
            "made from the old values",
        ),
        ("uphill", sgd(move="w, a = w + step * eta * a * g, a + step * eta * (w @ g)"), "uphill"),
        ("no start", sgd(first="row = []"), "one too short"),
        ("goes on", sgd(before="w, a = w0, a0", start="pass"), "each run begins at w0, a0"),
        ("transposed", sgd(end="return np.array(out).T"), "is it transposed?"),
        ("last run only", sgd(end="return np.array(row)"), "expected shape"),
        (
            "w0 changed",
            sgd(move="da = step * eta * (w @ g); w -= step * eta * a * g; a = a - da"),
            "changes the arrays it is given",
        ),
        ("never recorded", sgd(note="row.append(row[0])"), "record it after each step"),
        (
            "sign of delta",
            sgd(first="row = [eta * (w @ w - a**2)]", note="row.append(eta * (w @ w - a**2))"),
            "sign is flipped",
        ),
        (
            "RandomState",
            sgd(generator="rng = np.random.RandomState(seed)"),
            "not by RandomState",
        ),
        (
            "recorded before the step",
            sgd(
                move="row.append(eta * (a**2 - w @ w)); w, a = w - step * eta * a * g, "
                "a - step * eta * (w @ g)",
                note="pass",
            ),
            "recorded before the step",
        ),
        ("labels added", sgd(g="g = n / batch * X[k].T @ (a * (X[k] @ w) + y[k])"), "minus labels"),
        (
            "two rows always",
            sgd(draw="k = rng.choice(n, 2, replace=False)"),
            "batch and n are arguments",
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
        ("a book with three entries", story()),
        (
            "logarithms and a list",
            """
import math

def predict_delta(delta0, eta, story):
    log, lam, said = 0.0, 0, []
    for what, x in story:
        if what == "decay":
            lam = x
        if what in ("rates",):
            eta, log = eta * x, log + math.log(x)
        if what == "scale":
            log = log + 2 * math.log(abs(x))
        if what == "train":
            log -= 2 * lam * eta * x
        said += [delta0 * math.exp(log)]
    return said
""",
        ),
        (
            "by a run of one's own",
            """
def predict_delta(delta0, eta, story):
    a2, w2 = max(delta0, 0) / eta + 1.0, max(-delta0, 0) / eta + 1.0  # a^2 and |w|^2
    lam, out = 0.0, ()
    for event, x in list(story):
        if event == "train":
            a2, w2 = a2 * np.exp(-2 * lam * eta * x), w2 * np.exp(-2 * lam * eta * x)
        lam = x if event == "decay" else lam
        eta = eta * x if event == "rates" else eta
        a2, w2 = (a2 * x**2, w2 * x**2) if event == "scale" else (a2, w2)
        out = (*out, eta * (a2 - w2))
    return out
""",
        ),
        ("float32", story(end="return np.array(after, dtype=np.float32)")),
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

RIGHT_01_7 = """
def sgd_delta_ensemble(w0, a0, X, y, *, eta, step, n_steps, batch, seeds):
    n, out = len(y), []
    for seed in seeds:
        rng, w, a = np.random.default_rng(seed), np.array(w0, dtype=float), float(a0)
        row = [eta * (a**2 - w @ w)]
        for _ in range(n_steps):
            rows = rng.choice(n, batch, replace=False)
            g = n / batch * X[rows].T @ (a * (X[rows] @ w) - y[rows])
            w, a = w - step * eta * a * g, a - step * eta * (w @ g)
            row.append(eta * (a**2 - w @ w))
        out.append(row)
    return np.array(out)
"""

TYPED = {  # what was typed against the released copies, and was not told its cause
    "01.6": [
        (
            "always from delta0",
            story(train="delta = delta0 * np.exp(-2 * lam * rate * x)"),
            "training goes on from the delta of the moment",
        ),
        (
            "time since the start",
            story(
                start="delta, rate, lam, after, time = delta0, eta, 0.0, [], 0.0",
                train="time += x; delta = delta * np.exp(-2 * lam * rate * time)",
            ),
            "the time of this training alone",
        ),
        (
            "by the new rate",
            story(rates="rate = rate * x; delta = delta * rate"),
            "multiplied by the new rate",
        ),
        (
            "rates replaced",
            story(rates="delta, rate = delta / rate * x, x"),
            "and does not replace them",
        ),
    ],
    "01.1": [
        (
            "sign of a lost",
            rhs("-eta_w * abs(a) * g, -eta_a * (w @ g)"),
            "the sign of the readout is lost",
        ),
        (
            "rates squared in both",
            rhs("-(eta_w**2) * a * g, -(eta_a**2) * (w @ g)"),
            "the learning rates are not squared",
        ),
        (
            "residuals for g",
            rhs("-eta_w * a * g, -eta_a * np.sum(a * (X @ w) - y)"),
            "here residuals are added up",
        ),
        (
            "sum residual",
            """
def gradient_flow_rhs(w, a, X, y, *, eta_w=1.0, eta_a=1.0):
    r = a*(X@w)-y
    g = X.T*np.sum(r)
    return -eta_w*a*g, -eta_a*(w@g)
""",
            "should something be summed, or be done row by row?",
        ),
        (
            "whitened assumption",
            """
def gradient_flow_rhs(w, a, X, y, *, eta_w=1.0, eta_a=1.0):
    g = a*w - X.T@y
    return -eta_w*a*g, -eta_a*(w@g)
""",
            "X is missing: g = X.T (X beta - y), on any data",
        ),
        (
            "sum of dw",
            """
def gradient_flow_rhs(w, a, X, y, *, eta_w=1.0, eta_a=1.0):
    g = X.T @ (a * (X @ w) - y)
    dw=-eta_w*a*g
    return dw, np.sum(dw)
""",
            "product of w and g; here it is the sum of dw",
        ),
        (
            "da=w@dw",
            """
def gradient_flow_rhs(w, a, X, y, *, eta_w=1.0, eta_a=1.0):
    g = X.T @ (a * (X @ w) - y)
    dw=-eta_w*a*g
    return dw, w@dw
""",
            "of w and g; here dw is in the place of g",
        ),
        (
            "da 1-array",
            """
def gradient_flow_rhs(w, a, X, y, *, eta_w=1.0, eta_a=1.0):
    g = X.T @ (a * (X @ w) - y)
    return -eta_w*a*g, np.array([-eta_a*(w@g)])
""",
            "(1,) and dtype float64; take its only entry",
        ),
        (
            "rates product in dw",
            """
def gradient_flow_rhs(w, a, X, y, *, eta_w=1.0, eta_a=1.0):
    g = X.T @ (a * (X @ w) - y)
    return -eta_w*a*g, -eta_a*eta_w*(w@g)
""",
            "has its own learning rate only, not both",
        ),
        (
            "y column",
            """
def gradient_flow_rhs(w, a, X, y, *, eta_w=1.0, eta_a=1.0):
    r=(a*(X@w)).reshape(-1,1)-y
    g=X.T@r
    return -eta_w*a*g, -eta_a*(w@g)
""",
            "should something be summed, or be done row by row?",
        ),
    ],
    "01.2": [
        (
            "of beta",
            delta("eta_w * a**2 - eta_a * np.sum((np.asarray(a)[..., None] * w) ** 2, axis=-1)"),
            "w itself, not beta",
        ),
        (
            "relative to the sum",
            delta("(a**2 - np.sum(w**2, axis=-1)) / (a**2 + np.sum(w**2, axis=-1))"),
            "not divided by the sum of both squares",
        ),
        (
            "mean of the rates",
            delta("(eta_w + eta_a) / 2 * (a**2 - np.sum(w**2, axis=-1))"),
            "not the mean of both",
        ),
        (
            "rate inside the square",
            delta("(eta_w * np.asarray(a)) ** 2 - eta_a * np.sum(w**2, axis=-1)"),
            "not inside it",
        ),
        (
            "norm axis none",
            """
def conserved_delta(w, a, *, eta_w=1.0, eta_a=1.0):
    return eta_w*a**2-eta_a*np.linalg.norm(w)**2
""",
            "last axis only; here they are summed over all",
        ),
        (
            "sqrt eta",
            """
def conserved_delta(w, a, *, eta_w=1.0, eta_a=1.0):
    return np.sqrt(eta_w)*a**2-np.sqrt(eta_a)*np.sum(w**2,axis=-1)
""",
            "delta contains the learning rates themselves, not their roots",
        ),
        (
            "sum w first dims",
            """
def conserved_delta(w, a, *, eta_w=1.0, eta_a=1.0):
    return eta_w*a**2-eta_a*(w[...,0]**2+w[...,1]**2)
""",
            "three entries: two, a fixed number, are squared",
        ),
        (
            "a summed",
            """
def conserved_delta(w, a, *, eta_w=1.0, eta_a=1.0):
    return eta_w*np.sum(np.asarray(a)**2)-eta_a*np.sum(w**2,axis=-1)
""",
            "neuron by neuron, not summed over the batch",
        ),
    ],
    "01.3": [
        (
            "one rate under the root",
            init("    R = np.hypot(delta, 2 * np.sqrt(eta_w * np.sum(beta0**2)))\n" + SAFE),
            "both learning rates belong under the root in R",
        ),
        (
            "the limit far downstream",
            init(
                "    z = (delta + R) / 2 if delta >= 0 else p / abs(delta)\n"
                "    a = np.sqrt(z / eta_w)"
            ),
            "the limit of a far downstream",
        ),
        (
            "safe below a threshold",
            init(SAFE.replace("delta > 0", "delta > -1e4")),
            "a is lost to rounding",
        ),
        (
            "length of w by a difference",
            init(
                SAFE + "\n    size = np.sqrt((R - delta) / 2 / eta_a)\n"
                "    return beta0 / np.linalg.norm(beta0) * size, a"
            ),
            "made from R - delta is lost",
        ),
        (
            "w is norm",
            """
def init_from_delta(beta0, delta, *, eta_w=1.0, eta_a=1.0):
    p=eta_a*eta_w*np.sum(beta0**2)
    R=np.sqrt(delta**2+4*p)
    z=(delta+R)/2 if delta>=0 else 2*p/(R-delta)
    a=np.sqrt(z/eta_w)
    return np.linalg.norm(beta0)/a,a
""",
            "it summed over, or is only one entry returned?",
        ),
    ],
    "01.4": [
        (
            "rate of w for both",
            gd(LOOP + RECORD + UPDATE.replace("eta_a", "eta_w")),
            "here it is that of w",
        ),
        (
            "gradient made anew",
            gd(
                LOOP + RECORD + "\n        old, w = w, w - step * eta_w * a * g\n"
                "        a = a - step * eta_a * (old @ X.T @ (a * (X @ w) - y))"
            ),
            "made anew after the move of w",
        ),
        (
            "beta recorded",
            gd(LOOP + RECORD.replace("ws.append(w)", "ws.append(a * w)") + UPDATE),
            "this is beta = a w",
        ),
        (
            "mean of squares for the loss",
            gd(LOOP + RECORD.replace("0.5 * np.sum(r**2)", "np.mean(r**2)") + UPDATE),
            "half the sum of squares, not the mean",
        ),
        (
            "residual over n",
            gd(
                LOOP + RECORD.replace("(X @ w) - y", "(X @ w) - y\n        r = r / len(y)") + UPDATE
            ),
            "divided by the number of samples",
        ),
        (
            "square of the sum",
            gd(LOOP + RECORD.replace("np.sum(r**2)", "np.sum(r) ** 2") + UPDATE),
            "square each residual first, then add",
        ),
        (
            "stop when converged",
            """
def simulate_gd(w0, a0, X, y, *, eta_w, eta_a, step, n_steps):
    w,a=np.array(w0,float),float(a0)
    ws,as_,ls=[],[],[]
    for _ in range(n_steps+1):
        r=a*(X@w)-y
        ws.append(w);as_.append(a);ls.append(0.5*r@r)
        if 0.5*r@r<1e-3: break
        g=X.T@r
        w,a=w-step*eta_w*a*g,a-step*eta_a*(w@g)
    return {'w':np.array(ws),'a':np.array(as_),'loss':np.array(ls)}
""",
            'entry "w": expected shape (4, 4), got (1, 4)',
        ),
        (
            "step/n_steps",
            """
def simulate_gd(w0, a0, X, y, *, eta_w, eta_a, step, n_steps):
    w,a=np.array(w0,float),float(a0)
    ws,as_,ls=[],[],[]
    for _ in range(n_steps+1):
        r=a*(X@w)-y
        ws.append(w);as_.append(a);ls.append(0.5*r@r)
        g=X.T@r
        w,a=w-step/max(n_steps,1)*eta_w*a*g,a-step/max(n_steps,1)*eta_a*(w@g)
    return {'w':np.array(ws),'a':np.array(as_),'loss':np.array(ls)}
""",
            "of one step; it is not divided by n_steps",
        ),
        (
            "step accum (k*step)",
            """
def simulate_gd(w0, a0, X, y, *, eta_w, eta_a, step, n_steps):
    w,a=np.array(w0,float),float(a0)
    ws,as_,ls=[],[],[]
    for k in range(n_steps+1):
        r=a*(X@w)-y
        ws.append(w);as_.append(a);ls.append(0.5*r@r)
        g=X.T@r
        w,a=w-step*(k+1)*eta_w*a*g,a-step*(k+1)*eta_a*(w@g)
    return {'w':np.array(ws),'a':np.array(as_),'loss':np.array(ls)}
""",
            "as the first; here they grow with its number",
        ),
        (
            "w/ sgd one sample",
            """
def simulate_gd(w0, a0, X, y, *, eta_w, eta_a, step, n_steps):
    w,a=np.array(w0,float),float(a0)
    ws,as_,ls=[],[],[]
    for _ in range(n_steps+1):
        r=a*(X@w)-y
        ws.append(w);as_.append(a);ls.append(0.5*r@r)
        g=X[0]*r[0]
        w,a=w-step*eta_w*a*g,a-step*eta_a*(w@g)
    return {'w':np.array(ws),'a':np.array(as_),'loss':np.array(ls)}
""",
            "all samples count, not the first alone",
        ),
    ],
    "01.5": [
        (
            "no labels",
            drift(RATES + "(eta_a * (w @ g) ** 2 - eta_w * a**2 * (g @ g))").replace(" - y)", ")"),
            "the labels are missing in the residual",
        ),
        (
            "no step for a",
            drift("eta_w * (eta_a * (w @ g)) ** 2 - eta_a * np.sum((step * eta_w * a * g) ** 2)"),
            "the step is missing in the move of a",
        ),
        (
            "sequential step",
            """
def one_step_drift(w, a, X, y, *, eta_w, eta_a, step):
    g = X.T @ (a * (X @ w) - y)
    w1=w-step*eta_w*a*g
    a1=a-step*eta_a*(w1@g)
    return eta_w*a1**2-eta_a*w1@w1-(eta_w*a**2-eta_a*w@w)
""",
            "both increments are made from the old values",
        ),
        (
            "uncrossed delta measured",
            """
def one_step_drift(w, a, X, y, *, eta_w, eta_a, step):
    g = X.T @ (a * (X @ w) - y)
    w1=w-step*eta_w*a*g
    a1=a-step*eta_a*(w@g)
    d=lambda w,a: eta_a*a**2-eta_w*w@w
    return d(w1,a1)-d(w,a)
""",
            "delta: eta_w goes with a^2, eta_a with |w|^2",
        ),
        (
            "relative",
            """
def one_step_drift(w, a, X, y, *, eta_w, eta_a, step):
    g = X.T @ (a * (X @ w) - y)
    w1=w-step*eta_w*a*g
    a1=a-step*eta_a*(w@g)
    d=lambda w,a: eta_w*a**2-eta_a*w@w
    return (d(w1,a1)-d(w,a))/d(w,a)
""",
            "to delta; return the change itself",
        ),
        (
            "no a in dw",
            """
def one_step_drift(w, a, X, y, *, eta_w, eta_a, step):
    g = X.T @ (a * (X @ w) - y)
    da,dw=step*eta_a*(w@g),step*eta_w*g
    return eta_w*da**2-eta_a*dw@dw
""",
            "the increment of w should have a factor a",
        ),
        (
            "n mean g",
            """
def one_step_drift(w, a, X, y, *, eta_w, eta_a, step):
    g = X.T @ (a * (X @ w) - y)
    g=g/len(w)
    da,dw=step*eta_a*(w@g),step*eta_w*a*g
    return eta_w*da**2-eta_a*dw@dw
""",
            "is that of the mean over the dimensions",
        ),
        (
            "equal rates assumed a",
            """
def one_step_drift(w, a, X, y, *, eta_w, eta_a, step):
    g = X.T @ (a * (X @ w) - y)
    return step**2*eta_w**3*((w@g)**2-a**2*g@g)
""",
            "rates differ in this run, and both should be in the change",
        ),
        (
            "list",
            """
def one_step_drift(w, a, X, y, *, eta_w, eta_a, step):
    g = X.T @ (a * (X @ w) - y)
    da,dw=step*eta_a*(w@g),step*eta_w*a*g
    return [eta_w*da**2-eta_a*dw@dw]
""",
            "got a list of length 1; take its only entry",
        ),
    ],
    "01.7": [
        (
            "rescaled twice",
            swapped(RIGHT_01_7, ("n / batch * X", "(n / batch) ** 2 * X")),
            "once, not twice",
        ),
        (
            "labels in their old order",
            swapped(RIGHT_01_7, ("- y[rows]", "- y[:batch]")),
            "the labels belong to the same rows",
        ),
        (
            "choice shuffle False",
            swapped(RIGHT_01_7, ("replace=False", "replace=False, shuffle=False")),
            "it is told not to; keep to the protocol's call",
        ),
        (
            "n hard coded",
            swapped(RIGHT_01_7, ("n / batch", "8 / batch")),
            "n is a fixed number here; take it from the data",
        ),
        (
            "n is d",
            swapped(RIGHT_01_7, ("n / batch", "len(w0) / batch")),
            "samples, and here it is that of the dimensions",
        ),
        (
            "mean over runs",
            swapped(RIGHT_01_7, ("return np.array(out)", "return np.array(out).mean(axis=0)")),
            "it summed over, or is only one entry returned?",
        ),
        (
            "return list ragged",
            swapped(RIGHT_01_7, ("return np.array(out)", "return out[0]")),
            "it summed over, or is only one entry returned?",
        ),
        (
            "delta start only a",
            swapped(RIGHT_01_7, ("row = [eta * (a**2 - w @ w)]", "row = [eta * a**2]")),
            "weights are missing: delta = eta (a^2 - |w|^2)",
        ),
    ],
}
for _number, _typed in TYPED.items():
    WRONG[_number] += _typed

TYPED_RIGHT = {  # unusual, and right
    "01.1": [
        (
            "central differences",
            """
def gradient_flow_rhs(w, a, X, y, *, eta_w=1.0, eta_a=1.0):
    def loss(p): return 0.5 * np.sum((p[-1] * X @ p[:-1] - y) ** 2)
    p, h = np.append(w, a).astype(float), 1e-4
    s = np.array([(loss(p + h * e) - loss(p - h * e)) / (2 * h) for e in np.eye(p.size)])
    return -eta_w * s[:-1], -eta_a * s[-1]
""",
        ),
    ],
    "01.2": [
        (
            "product of sum and difference",
            """
def conserved_delta(w, a, *, eta_w=1.0, eta_a=1.0):
    p, q = eta_w**0.5 * np.abs(a), eta_a**0.5 * np.linalg.norm(w, axis=-1)
    return (p - q) * (p + q)
""",
        ),
    ],
    "01.3": [
        (
            "scipy's root of a function",
            """
from scipy.optimize import brentq
def init_from_delta(beta0, delta, *, eta_w=1.0, eta_a=1.0):
    b2 = float(np.dot(beta0, beta0))
    f = lambda x: eta_w * np.exp(2*x) - eta_a * b2 * np.exp(-2*x) - delta
    a = np.exp(brentq(f, -300, 300, xtol=1e-13))
    return beta0 / a, a
""",
        ),
    ],
    "01.4": [
        (
            "a generator",
            """
def simulate_gd(w0, a0, X, y, *, eta_w, eta_a, step, n_steps):
    def walk():
        w, a = 1.0 * np.asarray(w0), a0
        while True:
            r = a * (X @ w) - y
            yield w, a, 0.5 * r.dot(r)
            g = r @ X
            w, a = w - step*eta_w*a*g, a - step*eta_a*w.dot(g)
    gen = walk()
    W, A, L = zip(*(next(gen) for _ in range(n_steps + 1)))
    return {"w": np.vstack(W), "a": np.array(A), "loss": np.array(L)}
""",
        ),
    ],
    "01.6": [
        (
            "by cases, from a generator",
            """
def predict_delta(delta0, eta, story):
    def tell():
        d, e, l = delta0, eta, 0
        for what, c in story:
            match what:
                case "train": d *= np.exp(-2 * l * e * c)
                case "decay": l = c
                case "rates": d *= c; e *= c
                case "scale": d *= c * c
            yield d
    return list(tell())
""",
        ),
    ],
    "01.7": [
        (
            "all seeds at once",
            """
def sgd_delta_ensemble(w0, a0, X, y, *, eta, step, n_steps, batch, seeds):
    n = len(y); S = len(seeds)
    rngs = [np.random.default_rng(s) for s in seeds]
    W, A = np.tile(np.asarray(w0, float), (S, 1)), np.full(S, float(a0))
    out = [eta * (A**2 - (W**2).sum(1))]
    for _ in range(n_steps):
        rows = np.array([r.choice(n, batch, replace=False) for r in rngs])
        Xb, yb = X[rows], y[rows]
        r = A[:, None] * np.einsum("sbd,sd->sb", Xb, W) - yb
        g = n / batch * np.einsum("sbd,sb->sd", Xb, r)
        W, A = W - step*eta*A[:, None]*g, A - step*eta*np.einsum("sd,sd->s", W, g)
        out.append(eta * (A**2 - (W**2).sum(1)))
    return np.stack(out, axis=1)
""",
        ),
    ],
}
for _number, _typed in TYPED_RIGHT.items():
    RIGHT[_number] += _typed
