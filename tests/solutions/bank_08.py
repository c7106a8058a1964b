"""Collect answers to 08_grokking as students write them, wrong ones and right ones.

WRONG[exercise] lists (name, source, words of the message, which must name the cause);
RIGHT[exercise] lists (name, source).
"""


def pairs(
    prime: str = "if op == '/' and any(p % k == 0 for k in range(2, p)): raise ValueError('p')",
    division: str = "a * np.array([pow(int(k), p - 2, p) for k in b])",
    keep: str = "b > 0",
    order: str = "np.random.default_rng(seed).permutation(len(a))",
    n: str = "int(frac * len(a))",
    other: str = "raise ValueError('op')",
    label: str = "y % p",
    test: str = "order[n:]",
) -> str:
    return f"""
def modular_dataset(p, op, frac, seed):
    {prime}
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        keep = {keep}
        a, b = a[keep], b[keep]
        y = {division}
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        {other}
    y = {label}
    order = {order}
    n = {n}
    test = {test}
    x = np.stack([a, b], axis=1)
    return {{"x_train": x[order[:n]], "y_train": y[order[:n]], "x_test": x[test], \
"y_test": y[test]}}
"""


def gap(
    time: str = "steps[below[-1] + 1]",
    below: str = "~(np.asarray(curve) >= thr)",
    always: str = "steps[0]",
    never: str = "np.inf",
    gap: str = "t[1] - t[0] if np.isfinite(t[0]) else np.nan",
) -> str:
    return f"""
def grok_gap(steps, train, test, thr):
    t = []
    for curve in (train, test):
        below = np.flatnonzero({below})
        if len(below) == 0:
            t.append({always})
        elif below[-1] == len(steps) - 1:
            t.append({never})
        else:
            t.append({time})
    return {{"t_train": t[0], "t_test": t[1], "gap": {gap}}}
"""


def touch(time: str = "steps[above[0]]", never: str = "np.inf") -> str:
    return f"""
def grok_gap(steps, train, test, thr):
    t = []
    for curve in (train, test):
        above = np.flatnonzero(np.asarray(curve) >= thr)
        t.append({time} if len(above) else {never})
    return {{"t_train": t[0], "t_test": t[1], "gap": t[1] - t[0] if np.isfinite(t[0]) else np.nan}}
"""


def angle(
    value: str = "np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(T)",
    centered: str = "K, T = H @ K @ H, H @ T @ H",
    first: str = "",
) -> str:
    return f"""
def kernel_target_alignment(K, Y, center=False):
    H = np.eye(len(K)) - 1 / len(K)
    {first or "pass"}
    T = Y @ Y.T
    whole = K, T
    if center:
        {centered}
    return {value}
"""


def rescaled(
    out: str = "alpha ** -degree",
    pos: str = "alpha",
    missing: str = (
        "if not all(k in params for k in ('tok', 'pos', 'out')): raise ValueError('missing')"
    ),
    result: str = (
        "{name: np.array(value) * factors.get(name, 1.0) for name, value in params.items()}"
    ),
) -> str:
    return f"""
def rescale_embedding(params, alpha, degree):
    {missing}
    factors = {{"tok": alpha, "pos": {pos}, "out": {out}}}
    return {result}
"""


def language(
    codes: str = "rng.choice(v**s, size=above * m, replace=False).reshape(above, m)",
    digits: str = "[codes // v**k % v for k in range(s - 1, -1, -1)]",
    few: str = "if m * n_classes > v**s or (L > 1 and m * v > v**s): raise ValueError('few')",
    spelling: str = "rng.integers(m, size=x.shape)",
    generator: str = "np.random.default_rng(seed)",
    classes: str = "rng.integers(n_classes, size=n)",
    join: str = "reshape(n, -1)",
    above: str = "n_classes if level == 0 else v",
) -> str:
    return f"""
def rhm_sample(v, m, L, s, n_classes, n, seed):
    {few}
    rng = {generator}
    rules = []
    for level in range(L):
        above = {above}
        codes = {codes}
        rules.append(np.stack({digits}, axis=-1))
    y = {classes}
    x = y[:, None]
    for rule in rules:
        x = rule[x, {spelling}].{join}
    return {{"x": x, "y": y, "rules": rules}}
"""


REDRAWN = """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m * n_classes > v**s or (L > 1 and m * v > v**s):
        raise ValueError("few")
    rng = np.random.default_rng(seed)
    xs, ys = [], []
    for _ in range(n):
        rules = []
        for level in range(L):
            above = n_classes if level == 0 else v
            codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
            rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
        y = rng.integers(n_classes)
        x = np.array([y])
        for rule in rules:
            x = rule[x, rng.integers(m, size=x.shape)].reshape(-1)
        xs.append(x)
        ys.append(y)
    return {"x": np.array(xs), "y": np.array(ys), "rules": rules}
"""


def samples(
    value: str = "np.exp(np.log(P[i - 1]) + q * np.log(P[i] / P[i - 1]))",
    hits: str = "np.flatnonzero(err <= target)",
    never: str = "np.inf",
    once: str = "P[0]",
    which: str = "hits[0]",
) -> str:
    return f"""
def sample_complexity(P, err, target):
    P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)
    hits = {hits}
    if len(hits) == 0:
        return {never}
    i = {which}
    if i == 0:
        return {once}
    q = (err[i - 1] - target) / (err[i - 1] - err[i])
    return {value}
"""


def blocks(
    power: str = "np.abs(np.fft.fft2(f))**2",
    mean: str = "power[0, 0] = 0",
    padded: str = "np.pad(power, 1, mode='wrap')",
    value: str = "best / power.sum()",
    flat: str = "whole == 0 or power.sum() <= 1e-12 * whole",
) -> str:
    return f"""
def filter_concentration(filters):
    out = []
    for f in np.asarray(filters, dtype=float):
        power = {power}
        whole = power.sum()
        {mean}
        if {flat}:
            out.append(0.0)
            continue
        around = {padded}
        h, w = power.shape
        best = max(around[i:i + 3, j:j + 3].sum() for i in range(h) for j in range(w))
        out.append({value})
    return np.array(out)
"""


WRONG = {
    "08.1": [
        (
            "division by 0",
            pairs(keep="b >= 0", division="a * np.array([pow(int(k), p - 2, p) for k in b])"),
            "division by b = 0 is not defined",
        ),
        ("overlap", pairs(test="order"), "the training set and the test set overlap"),
        ("labels from 1", pairs(label="y % p + 1"), "the labels are off by one"),
        ("modulo p + 1", pairs(label="y % (p + 1)"), "modulo p plus one"),
        ("no remainder", pairs(label="y"), "the remainder modulo p is missing"),
        ("whole quotient", pairs(division="a // b"), "quotient of whole numbers"),
        ("times b", pairs(division="a * b"), "division multiplies with the inverse"),
        (
            "b / a",
            pairs(division="b * np.array([pow(int(k), p - 2, p) for k in a])"),
            "this is b / a",
        ),
        (
            "power p - 1",
            pairs(division="a * np.array([pow(int(k), p - 1, p) for k in b])"),
            "the inverse is b to the power p minus two",
        ),
        ("rounded up", pairs(n="round(frac * len(a))"), "round down"),
        (
            "shuffled twice",
            pairs(
                order="np.random.default_rng(seed)"
                ".permutation(np.random.default_rng(seed).permutation(len(a)))"
            ),
            "their order is not",
        ),
        ("not shuffled", pairs(order="np.arange(len(a))"), "their order is not"),
        ("any modulus", pairs(prime="pass"), "division modulo a number that is not prime"),
        (
            "only even numbers",
            pairs(prime="if op == '/' and p > 2 and p % 2 == 0: raise ValueError('p')"),
            "division modulo a number that is not prime",
        ),
        ("any operation", pairs(other="y = a + b"), "an operation that is none of the four"),
        (
            "KeyError",
            pairs(other="raise KeyError(op)"),
            "expected ValueError, but KeyError was raised",
        ),
    ],
    "08.2": [
        ("first touch", touch(), "this is the first touch"),
        ("index", gap(time="below[-1] + 1", always="0"), "this is an index"),
        ("last step below", gap(time="steps[below[-1]]"), "this is the last step below"),
        ("more than", gap(below="~(np.asarray(curve) > thr)"), "at least, not more than"),
        ("never is the last step", gap(never="steps[-1]"), "t_test and the gap should be inf"),
        (
            "never is nan",
            gap(never="np.nan", gap="t[1] - t[0]"),
            "t_test and the gap should be inf",
        ),
        (
            "a gap after nothing",
            gap(gap="t[1] - t[0] if np.isfinite(t[0]) else np.inf"),
            "the gap is not defined",
        ),
        (
            "forgetting does not count",
            gap(below="~(np.asarray(curve)[:-1] >= thr)", never="np.inf"),
            "t_test and the gap should be inf",
        ),
        ("NaN is above", gap(below="np.asarray(curve) < thr"), "NaN, which counts as below"),
        (
            "turned round",
            gap(gap="t[0] - t[1] if np.isfinite(t[1] - t[0]) else t[1] - t[0]"),
            "the sign is turned round",
        ),
        (
            "a tuple",
            gap()
            .replace('return {"t_train": t[0], "t_test": t[1], "gap":', "return (t[0], t[1],")
            .replace("np.nan}", "np.nan)"),
            "a dictionary with t_train",
        ),
    ],
    "08.3": [
        ("no norm", angle("np.sum(K * T)"), "not yet divided by the norms"),
        ("one norm", angle("np.sum(K * T) / np.linalg.norm(K)"), "the norm of Y Y^T is missing"),
        (
            "squares",
            angle("np.sum(K * T) / np.linalg.norm(K)**2 / np.linalg.norm(T)**2"),
            "not by their squares",
        ),
        (
            "spectral",
            angle("np.sum(K * T) / np.linalg.norm(K, 2) / np.linalg.norm(T, 2)"),
            "not Frobenius'",
        ),
        ("only the kernel", angle(centered="K = H @ K @ H"), "only the kernel is centered"),
        ("only the labels", angle(centered="T = H @ T @ H"), "only the labels are centered"),
        (
            "norms not centered",
            angle("np.sum(K * T) / np.linalg.norm(whole[0]) / np.linalg.norm(whole[1])"),
            "the norms are not",
        ),
        ("one side of the kernel", angle(centered="K, T = H @ K, H @ T @ H"), "on both sides"),
        ("mean of all", angle(centered="K, T = K - K.mean(), T - T.mean()"), "mean of all entries"),
        ("flag ignored", angle(centered="pass"), "not centered, although center is True"),
        ("always", angle(first="K, Y = H @ K @ H, H @ Y"), "centered, although center is False"),
        (
            "norm of Y",
            angle("np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(Y)"),
            "not that of Y",
        ),
        (
            "traces",
            angle("np.sum(K * T) / np.trace(K) / np.trace(T)", first=""),
            "traces in place of norms",
        ),
        (
            "distance",
            angle("1 - np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(T)"),
            "this is a distance",
        ),
    ],
    "08.4": [
        (
            "in place",
            """
def rescale_embedding(params, alpha, degree):
    for name in ("tok", "pos", "out"):
        if name not in params:
            raise ValueError(name)
    for name in ("tok", "pos"):
        params[name] *= alpha
    params["out"] *= alpha ** -degree
    return params
""",
            "changes the arrays it is given",
        ),
        ("minus one", rescaled(out="1 / alpha"), "minus the degree"),
        ("plus", rescaled(out="alpha ** degree"), "MINUS the degree"),
        ("readout forgotten", rescaled(out="1.0"), "both knobs move"),
        ("twice", rescaled(out="alpha ** (-2 * degree)"), "pays twice"),
        ("positions forgotten", rescaled(pos="1.0"), "position embeddings are forgotten"),
        (
            "others dropped",
            rescaled(result="{name: params[name] * factor for name, factor in factors.items()}"),
            "also those that are not scaled",
        ),
        (
            "others scaled",
            rescaled(
                result=(
                    "{name: np.array(value) * factors.get(name, alpha) for name, "
                    "value in params.items()}"
                )
            ),
            "should stay as it is",
        ),
        (
            "KeyError",
            rescaled(missing="params['tok'], params['pos'], params['out']"),
            "expected ValueError, but KeyError was raised",
        ),
        ("missing is fine", rescaled(missing="pass"), "parameters without the entry"),
        (
            "positions may be missing",
            rescaled(
                missing="if 'tok' not in params or 'out' not in params: raise ValueError('tok')"
            ),
            "parameters without the entry",
        ),
    ],
    "08.5": [
        (
            "synonyms shared",
            language(codes="rng.choice(v**s, size=above * m).reshape(above, m)"),
            "drawn without replacement",
        ),
        (
            "drawn for each symbol",
            language(
                codes="np.stack([rng.choice(v**s, size=m, replace=False) for _ in range(above)])"
            ),
            "two symbols share a spelling",
        ),
        ("rules redrawn", REDRAWN, "is every string spelled with the same rules"),
        (
            "smallest place first",
            language(digits="[codes // v**k % v for k in range(s)]"),
            "reverse order",
        ),
        (
            "first spelling",
            language(spelling="0 * rng.integers(m, size=x.shape)"),
            "is a spelling chosen at random",
        ),
        (
            "one spelling a string",
            language(spelling="rng.integers(m, size=(n, 1))"),
            "one draw of the shape of the symbols",
        ),
        (
            "one spelling a place",
            language(spelling="rng.integers(m, size=(1, x.shape[1]))"),
            "all m spellings",
        ),
        ("classes in turn", language(classes="np.arange(n) % n_classes"), "the classes for seed 7"),
        (
            "words taken apart",
            language(join="transpose(0, 2, 1).reshape(n, -1)"),
            "word by word, side by side",
        ),
        (
            "no ValueError",
            language(
                few="pass",
                codes=(
                    "rng.choice(v**s, size=above * m, replace=above * m > v**s).reshape(above, m)"
                ),
            ),
            "expected ValueError to be raised",
        ),
        (
            "classes forgotten",
            language(few="if m * v > v**s: raise ValueError('few')"),
            "with a single level",
        ),
        ("no seed", language(generator="np.random.default_rng()"), "the rules for seed 7"),
    ],
    "08.6": [
        ("linear", samples("P[i - 1] + q * (P[i] - P[i - 1])"), "linear in P"),
        ("nearest above", samples("P[i]"), "first measured P below the target"),
        ("nearest below", samples("P[i - 1]"), "last measured P above the target"),
        (
            "logarithm",
            samples("np.log(P[i - 1]) + q * np.log(P[i] / P[i - 1])"),
            "the logarithm of the answer",
        ),
        ("base 10", samples("np.log10(P[i - 1]) + q * np.log10(P[i] / P[i - 1])"), "base 10"),
        ("turned round", samples("P[i] * (P[i - 1] / P[i])**q"), "turned round"),
        (
            "error in logarithms",
            samples(
                "P[i - 1] * (P[i] / P[i - 1])**(np.log(err[i - 1] / target) "
                "/ np.log(err[i - 1] / err[i]))"
            ),
            "here ln err is linear",
        ),
        ("the last P", samples(never="P[-1]"), "if the error never comes down"),
        ("nan", samples(never="np.nan"), "if the error never comes down"),
        (
            "np.interp",
            (
                "def sample_complexity(P, err, target):\n"
                "    return np.exp(np.interp(-target, -np.asarray(err), np.log(P)))"
            ),
            "if the error never comes down",
        ),
        ("at once is 0", samples(once="0.0"), "the first P should come back"),
        (
            "last crossing",
            samples(which="0 if err[0] <= target else np.flatnonzero(err > target)[-1] + 1"),
            "this is the last crossing",
        ),
    ],
    "08.7": [
        ("mean kept", blocks(mean="pass"), "the mean (frequency zero) is still in there"),
        ("not normalized", blocks(value="best"), "not yet divided by the total"),
        (
            "mean in the total",
            blocks(value="best / whole"),
            "left out of the blocks but not of the total",
        ),
        ("amplitudes", blocks(power="np.abs(np.fft.fft2(f))"), "these are amplitudes"),
        ("no wrapping", blocks(padded="np.pad(power, 1)"), "do not wrap around"),
        ("one frequency", blocks(value="power.max() / power.sum()"), "largest single frequency"),
        ("flat is nan", blocks(flat="False"), "it should give zero"),
        ("rounding", blocks(flat="power.sum() == 0"), "only rounding errors beside its mean"),
        (
            "one number",
            blocks().replace("return np.array(out)", "return np.mean(out)"),
            "expected shape (4,)",
        ),
    ],
}

RIGHT = {
    "08.1": [
        ("Fermat", pairs()),
        (
            "pow, which raises by itself",
            pairs(prime="pass", division="a * np.array([pow(int(k), -1, p) for k in b])"),
        ),
        (
            "loops and lists",
            """
def modular_dataset(p, op, frac, seed):
    if op not in ["+", "-", "*", "/"]:
        raise ValueError("what is " + str(op))
    if op == "/":
        for k in range(2, p):
            if p % k == 0:
                raise ValueError("not a prime")
    x, y = [], []
    for a in range(p):
        for b in range(p):
            if op == "/":
                if b == 0:
                    continue
                y.append(next(c for c in range(p) if c * b % p == a))
            else:
                y.append({"+": a + b, "-": a - b, "*": a * b}[op] % p)
            x.append((a, b))
    order = list(np.random.default_rng(seed).permutation(len(x)))
    n = int(np.floor(frac * len(x)))
    pick = lambda rows, where: [rows[i] for i in where]
    return {"x_train": pick(x, order[:n]), "y_train": pick(y, order[:n]), "x_test": pick(x, \
order[n:]), "y_test": pick(y, order[n:])}
""",
        ),
        (
            "meshgrid, pow and torch",
            """
def modular_dataset(p, op, frac, seed):
    import math
    import torch
    a, b = [g.ravel() for g in np.meshgrid(range(p), range(p), indexing="ij")]
    if op == "/":
        if not all(math.gcd(k, p) == 1 for k in range(1, p)):
            raise ValueError(p)
        a, b = a[b != 0], b[b != 0]
        y = np.array([i * pow(int(j), -1, p) for i, j in zip(a, b)])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise ValueError(op)
    order = np.random.default_rng(seed).permutation(a.size)
    first, second = np.split(order, [math.floor(frac * a.size)])
    x, y = torch.tensor(np.column_stack([a, b])), torch.tensor(y % p)
    return dict(x_train=x[first], y_train=y[first], x_test=x[second], y_test=y[second])
""",
        ),
    ],
    "08.2": [
        ("last below", gap()),
        (
            "a loop from the end",
            """
def grok_gap(steps, train, test, thr):
    def when(curve):
        found = float("inf")
        for step, value in zip(reversed(list(steps)), reversed(list(curve))):
            if not value >= thr:
                break
            found = step
        return found
    a, b = when(train), when(test)
    return {"t_train": a, "t_test": b, "gap": float("nan") if a == float("inf") else b - a}
""",
        ),
        (
            "running minimum",
            """
def grok_gap(steps, train, test, thr):
    times = []
    for curve in (train, test):
        good = np.where(np.isnan(curve), -1, curve)
        lowest = np.minimum.accumulate(good[::-1])[::-1]
        stays = lowest >= thr
        times.append(np.float32(steps[np.argmax(stays)]) if stays.any() else np.inf)
    gap = np.nan if np.isinf(times[0]) else times[1] - times[0]
    return dict(zip(["t_train", "t_test", "gap"], [*times, gap]))
""",
        ),
    ],
    "08.3": [
        ("H on both sides", angle()),
        (
            "means",
            """
def kernel_target_alignment(K, Y, center=False):
    T = np.einsum("ic,jc->ij", Y, Y)
    if center:
        K, T = (M - M.mean(0) - M.mean(1)[:, None] + M.mean() for M in (K, T))
    return float(K.ravel() @ T.ravel() / np.sqrt((K**2).sum() * (T**2).sum()))
""",
        ),
        (
            "traces, torch and float32",
            """
def kernel_target_alignment(K, Y, center=False):
    import torch
    K, Y = torch.tensor(np.asarray(K)), torch.tensor(np.asarray(Y))
    if center:
        H = torch.eye(len(K), dtype=K.dtype) - 1 / len(K)
        K, Y = H @ K @ H, Y - Y.mean(0)
    inner = torch.trace(Y.T @ K @ Y)
    return (inner / torch.trace(K @ K).sqrt() / torch.trace(Y.T @ Y @ Y.T @ Y).sqrt()).float()
""",
        ),
    ],
    "08.4": [
        ("a dictionary of factors", rescaled()),
        (
            "copy, then change",
            """
def rescale_embedding(params, alpha, degree):
    new = {}
    for name in params:
        new[name] = 1.0 * np.asarray(params[name])
    for name in ["tok", "pos", "out"]:
        if name not in new:
            raise ValueError(f"no {name}")
        new[name] *= 1 / alpha**degree if name == "out" else alpha
    return new
""",
        ),
        (
            "union",
            """
def rescale_embedding(params, alpha, degree):
    try:
        changed = {"tok": alpha * params["tok"], "pos": alpha * params["pos"], \
"out": params["out"] / np.power(alpha, degree)}
    except KeyError as error:
        raise ValueError("missing " + str(error)) from None
    return params | changed
""",
        ),
    ],
    "08.5": [
        ("arrays", language()),
        (
            "loops and lists",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    words = v**s
    if n_classes * m > words:
        raise ValueError("classes")
    if L >= 2 and v * m > words:
        raise ValueError("symbols")
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L):
        above = v if level else n_classes
        codes = rng.choice(words, size=above * m, replace=False).reshape(above, m)
        rule = []
        for row in codes:
            spellings = []
            for code in row:
                word = []
                for _ in range(s):
                    code, digit = divmod(int(code), v)
                    word.insert(0, digit)
                spellings.append(word)
            rule.append(spellings)
        rules.append(rule)
    y = rng.integers(n_classes, size=n)
    strings = [[int(c)] for c in y]
    for rule in rules:
        picks = rng.integers(m, size=(n, len(strings[0])))
        strings = [[symbol for a, p in zip(string, row) for symbol in rule[a][p]] for string, \
row in zip(strings, picks)]
    return {"x": strings, "y": y.tolist(), "rules": rules}
""",
        ),
        (
            "unravel_index and a tuple",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m * max([n_classes] + [v] * (L > 1)) > v**s:
        raise ValueError("too few words")
    rng = np.random.default_rng(seed)
    sizes = [n_classes] + [v] * (L - 1)
    rules = ()
    for above in sizes:
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules += (np.moveaxis(np.array(np.unravel_index(codes, (v,) * s)), 0, -1),)
    y = rng.integers(n_classes, size=n)
    x = y.reshape(n, 1)
    for rule in rules:
        picked = rng.integers(m, size=x.shape)
        x = np.concatenate([rule[x[:, i], picked[:, i]] for i in range(x.shape[1])], axis=1)
    return {"rules": rules, "y": np.int32(y), "x": np.float32(x)}
""",
        ),
    ],
    "08.6": [
        ("exp of logs", samples()),
        (
            "a loop",
            """
def sample_complexity(P, err, target):
    before = None
    for size, e in zip(P, err):
        if e <= target:
            if before is None:
                return size
            return before[0] * (size / before[0]) ** ((before[1] - target) / (before[1] - e))
        before = (size, e)
    return float("inf")
""",
        ),
        (
            "np.interp on two points",
            """
def sample_complexity(P, err, target):
    below = np.array(err) <= target
    if not below.any():
        return np.inf
    i = below.argmax()
    if i == 0:
        return np.float32(P[0])
    return 2 ** np.interp(target, [err[i], err[i - 1]], [np.log2(P[i]), np.log2(P[i - 1])])
""",
        ),
    ],
    "08.7": [
        ("a loop over blocks", blocks()),
        (
            "rolled arrays",
            """
def filter_concentration(filters):
    power = np.abs(np.fft.fft2(filters)) ** 2
    everything = power.sum((1, 2))
    power[:, 0, 0] = 0
    total = power.sum((1, 2))
    sums = 0
    for i in range(-1, 2):
        for j in range(-1, 2):
            sums = sums + np.roll(np.roll(power, i, axis=1), j, axis=2)
    out = np.zeros(len(power))
    good = total > 1e-12 * everything
    out[good] = sums.max((1, 2))[good] / total[good]
    return out.tolist()
""",
        ),
        (
            "scipy and the mean taken away",
            """
def filter_concentration(filters):
    from scipy.ndimage import convolve
    out = []
    for f in filters:
        whole = np.abs(np.fft.fft2(f)) ** 2
        power = whole.copy()
        power[0, 0] = 0
        if power.sum() > 1e-12 * whole.sum():
            out.append((convolve(power, np.ones((3, 3)), mode="wrap") / power.sum()).max())
        else:
            out.append(0)
    return np.float32(out)
""",
        ),
        (
            "torch",
            """
def filter_concentration(filters):
    import torch
    f = torch.tensor(np.asarray(filters), dtype=torch.float64)
    power = torch.fft.fft2(f).abs() ** 2
    whole = power.sum((1, 2))
    power[:, 0, 0] = 0
    total = power.sum((1, 2))
    wide = torch.nn.functional.pad(power[:, None], (1, 1, 1, 1), mode="circular")
    best = torch.nn.functional.avg_pool2d(wide, 3, stride=1)[:, 0].amax((1, 2)) * 9
    return torch.where(total > 1e-12 * whole, best / total, torch.zeros_like(total))
""",
        ),
    ],
}
