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


def swept(
    wanted: str = "span * np.linspace(-1.1, 1.1, 9)",
    pay: str = "s ** (-float(degree))",
    delta: str = "degree * r**2 * last - s**2 * first",
    first: str = "np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1))",
    last: str = "np.mean(np.sum(out**2, axis=0))",
    rows: str = "'embedding': s, 'readout': r, 'delta': d, 'function': f",
    size: str = "np.sqrt(np.mean(o**2))",
    scaled: str = "{'tok': a * tok, 'pos': a * pos, 'out': b * out}",
    choose: str = "np.exp(np.interp(wanted, delta(fine), np.log(fine)))",
    power: str = "degree",
) -> str:
    return f"""
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = {first}, {last}

    def delta(s):
        r = {pay}
        return {delta}

    fine = np.geomspace(1e3, 1e-3, 20001)
    wanted = {wanted}
    s = {choose}
    r = {pay}
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {scaled}
        o = small_network(start, x, {power})
        f.append({size})
    return {{{{ {rows} }}}}
""".replace("{{", "{").replace("}}", "}")


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
            "N of the whole table",
            pairs(order="np.random.default_rng(seed).permutation(p * p)"),
            "an index is out of range",
        ),
        ("powers that overflow", pairs(division="a * b ** (p - 2)"), "too large for NumPy"),
        (
            "choice",
            pairs(order="np.random.default_rng(seed).choice(len(a), len(a), replace=False)"),
            "rng.choice draws other numbers",
        ),
        (
            "places from 1",
            pairs(order="(np.random.default_rng(seed).permutation(len(a)) + 1) % len(a)"),
            "one too far",
        ),
        (
            "no seed",
            pairs(order="np.random.default_rng().permutation(len(a))"),
            "the same seed should give",
        ),
        ("fmod", pairs(label="np.fmod(y, p)"), "the remainder modulo p is missing"),
        (
            "b = 0 left out always",
            pairs()
            .replace('if op == "/":\n        keep', "if True:\n        keep")
            .replace("        y = a * np.array", "    if op == '/':\n        y = a * np.array"),
            "for division alone",
        ),
        ("a column of labels", pairs(label="(y % p)[:, None]"), "an axis of length 1 too many"),
        (
            "numbers from 1",
            pairs().replace("x = np.stack([a, b], axis=1)", "x = np.stack([a, b], axis=1) + 1"),
            "not from one to p",
        ),
        (
            "turned",
            pairs()
            .replace("axis=1)", "axis=0)")
            .replace("x[order[:n]]", "x[:, order[:n]]")
            .replace("x[test]", "x[:, test]"),
            "two rows",
        ),
        ("column by column", pairs().replace("a, b = divmod", "b, a = divmod"), "column by column"),
        (
            "last places",
            pairs(n="len(a) - int(frac * len(a))")
            .replace("order[:n]", "order[n:]")
            .replace("test = order[n:]", "test = order[:n]"),
            "the last places of the permutation",
        ),
        (
            "sets exchanged",
            pairs().replace("train", "other").replace('test"', 'train"').replace("other", "test"),
            "the two sets are exchanged",
        ),
        (
            "sorted",
            pairs(
                order="sum((sorted(part) for part in np.split(np.random.default_rng(seed)"
                ".permutation(len(a)), [int(frac * len(a))])), [])"
            ),
            "they are sorted again",
        ),
        (
            "inverse permutation",
            pairs(order="np.argsort(np.random.default_rng(seed).permutation(len(a)))"),
            "the inverse permutation",
        ),
        (
            "old generator",
            pairs(order="np.random.RandomState(seed).permutation(len(a))"),
            "np.random.seed and np.random.permutation",
        ),
        (
            "seed 0 always",
            pairs(order="np.random.default_rng(0).permutation(len(a))"),
            "seed is ignored",
        ),
        (
            "labels not shuffled",
            pairs()
            .replace('"y_train": y[order[:n]]', '"y_train": y[:n]')
            .replace('"y_test": y[test]', '"y_test": y[n:]'),
            "the labels are not shuffled",
        ),
        (
            "labels shuffled alone",
            pairs()
            .replace('"y_train": y[order[:n]]', '"y_train": y[np.sort(order[:n])]')
            .replace('"y_test": y[test]', '"y_test": y[np.sort(test)]'),
            "another order than their pairs",
        ),
        (
            "test set sorted",
            pairs(test="np.sort(order[n:])"),
            "the test set should be in the order",
        ),
        ("true division", pairs(division="a / b", label="y"), "an ordinary quotient"),
        (
            "inverse alone",
            pairs(division="np.array([pow(int(k), p - 2, p) for k in b])"),
            "the inverse of b alone",
        ),
        (
            "absolute difference",
            pairs().replace("y = a - b", "y = np.abs(a - b)"),
            "the absolute difference",
        ),
        ("b - a", pairs().replace("y = a - b", "y = b - a"), "this is b - a"),
        (
            "half of the table",
            pairs().replace("a, b = divmod(np.arange(p * p), p)", "a, b = np.triu_indices(p)"),
            "(a, b) and (b, a) are two pairs",
        ),
        (
            "always prime",
            pairs(prime="if any(p % k == 0 for k in range(2, p)): raise ValueError('p')"),
            "for a table that exists",
        ),
        (
            "1 and p",
            pairs(
                prime="if op == '/' and any(p % k == 0 for k in range(1, p)): raise ValueError('p')"
            ),
            "for a table that exists",
        ),
        ("None", pairs().replace("return {", "result = {"), "nothing came back"),
        (
            "a tuple",
            pairs()
            .replace('{"x_train": ', "(")
            .replace('"y_train": ', "")
            .replace('"x_test": ', "")
            .replace('"y_test": ', "")
            .replace("y[test]}", "y[test])"),
            "expected a dictionary",
        ),
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
        (
            "p - 3",
            """
def modular_dataset(p, op, frac, seed):
    if op == "/" and any(p % k == 0 for k in range(2, p)):
        raise ValueError("p")
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        keep = b > 0
        a, b = a[keep], b[keep]
        y = a * np.array([pow(int(k), max(p - 3, 0), p) for k in b])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise ValueError("op")
    y = y % p
    order = np.random.default_rng(seed).permutation(len(a))
    n = int(frac * len(a))
    test = order[n:]
    x = np.stack([a, b], axis=1)
    return {
        "x_train": x[order[:n]],
        "y_train": y[order[:n]],
        "x_test": x[test],
        "y_test": y[test],
    }
""",
            "one power less than the inverse",
        ),
        (
            "unsigned numbers",
            """
def modular_dataset(p, op, frac, seed):
    if op == "/" and any(p % k == 0 for k in range(2, p)):
        raise ValueError("p")
    a, b = (v.astype(np.uint8) for v in divmod(np.arange(p * p), p))
    if op == "/":
        keep = b > 0
        a, b = a[keep], b[keep]
        y = a * np.array([pow(int(k), p - 2, p) for k in b])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise ValueError("op")
    y = y % p
    order = np.random.default_rng(seed).permutation(len(a))
    n = int(frac * len(a))
    test = order[n:]
    x = np.stack([a, b], axis=1)
    return {
        "x_train": x[order[:n]],
        "y_train": y[order[:n]],
        "x_test": x[test],
        "y_test": y[test],
    }
""",
            "unsigned whole numbers",
        ),
        (
            "b = 0 left out of all tables",
            """
def modular_dataset(p, op, frac, seed):
    if op == "/" and any(p % k == 0 for k in range(2, p)):
        raise ValueError("p")
    a, b = divmod(np.arange(p * p), p)
    a, b = a[b > 0], b[b > 0]
    if op == "/":
        keep = b > 0
        a, b = a[keep], b[keep]
        y = a * np.array([pow(int(k), p - 2, p) for k in b])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise ValueError("op")
    y = y % p
    order = np.random.default_rng(seed).permutation(len(a))
    n = int(frac * len(a))
    test = order[n:]
    x = np.stack([a, b], axis=1)
    return {
        "x_train": x[order[:n]],
        "y_train": y[order[:n]],
        "x_test": x[test],
        "y_test": y[test],
    }
""",
            "for division alone",
        ),
        (
            "even numbers only",
            """
def modular_dataset(p, op, frac, seed):
    if op == "/" and p % 2 == 0:
        raise ValueError("p")
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        keep = b > 0
        a, b = a[keep], b[keep]
        y = a * np.array([pow(int(k), p - 2, p) for k in b])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise ValueError("op")
    y = y % p
    order = np.random.default_rng(seed).permutation(len(a))
    n = int(frac * len(a))
    test = order[n:]
    x = np.stack([a, b], axis=1)
    return {
        "x_train": x[order[:n]],
        "y_train": y[order[:n]],
        "x_test": x[test],
        "y_test": y[test],
    }
""",
            "not prime",
        ),
        (
            "primes for all operations",
            """
def modular_dataset(p, op, frac, seed):
    if any(p % k == 0 for k in range(2, p)):
        raise ValueError("p")
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        keep = b > 0
        a, b = a[keep], b[keep]
        y = a * np.array([pow(int(k), p - 2, p) for k in b])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise ValueError("op")
    y = y % p
    order = np.random.default_rng(seed).permutation(len(a))
    n = int(frac * len(a))
    test = order[n:]
    x = np.stack([a, b], axis=1)
    return {
        "x_train": x[order[:n]],
        "y_train": y[order[:n]],
        "x_test": x[test],
        "y_test": y[test],
    }
""",
            "a ValueError came for a table",
        ),
        (
            "divisors below the root",
            """
def modular_dataset(p, op, frac, seed):
    if op == "/" and any(p % k == 0 for k in range(2, int(p**0.5))):
        raise ValueError("p")
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        keep = b > 0
        a, b = a[keep], b[keep]
        y = a * np.array([pow(int(k), p - 2, p) for k in b])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise ValueError("op")
    y = y % p
    order = np.random.default_rng(seed).permutation(len(a))
    n = int(frac * len(a))
    test = order[n:]
    x = np.stack([a, b], axis=1)
    return {
        "x_train": x[order[:n]],
        "y_train": y[order[:n]],
        "x_test": x[test],
        "y_test": y[test],
    }
""",
            "not prime",
        ),
        (
            "2 is no prime",
            """
def modular_dataset(p, op, frac, seed):
    if op == "/" and (p < 3 or any(p % k == 0 for k in range(2, p))):
        raise ValueError("p")
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        keep = b > 0
        a, b = a[keep], b[keep]
        y = a * np.array([pow(int(k), p - 2, p) for k in b])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise ValueError("op")
    y = y % p
    order = np.random.default_rng(seed).permutation(len(a))
    n = int(frac * len(a))
    test = order[n:]
    x = np.stack([a, b], axis=1)
    return {
        "x_train": x[order[:n]],
        "y_train": y[order[:n]],
        "x_test": x[test],
        "y_test": y[test],
    }
""",
            "a ValueError came for a table",
        ),
        (
            "test set turned round",
            """
def modular_dataset(p, op, frac, seed):
    if op == "/" and any(p % k == 0 for k in range(2, p)):
        raise ValueError("p")
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        keep = b > 0
        a, b = a[keep], b[keep]
        y = a * np.array([pow(int(k), p - 2, p) for k in b])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise ValueError("op")
    y = y % p
    order = np.random.default_rng(seed).permutation(len(a))
    n = int(frac * len(a))
    test = np.random.default_rng(seed).permutation(len(a))[n:][::-1]
    x = np.stack([a, b], axis=1)
    return {
        "x_train": x[order[:n]],
        "y_train": y[order[:n]],
        "x_test": x[test],
        "y_test": y[test],
    }
""",
            "in the order of the permutation, too",
        ),
        (
            "sorted random numbers",
            """
def modular_dataset(p, op, frac, seed):
    if op == "/" and any(p % k == 0 for k in range(2, p)):
        raise ValueError("p")
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        keep = b > 0
        a, b = a[keep], b[keep]
        y = a * np.array([pow(int(k), p - 2, p) for k in b])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise ValueError("op")
    y = y % p
    order = np.argsort(np.random.default_rng(seed).random(len(a)))
    n = int(frac * len(a))
    test = order[n:]
    x = np.stack([a, b], axis=1)
    return {
        "x_train": x[order[:n]],
        "y_train": y[order[:n]],
        "x_test": x[test],
        "y_test": y[test],
    }
""",
            "the pairs are right, their order is not",
        ),
        (
            "unordered pairs",
            """
def modular_dataset(p, op, frac, seed):
    if op == "/" and any(p % k == 0 for k in range(2, p)):
        raise ValueError("p")
    a, b = divmod(np.arange(p * p), p)
    a, b = a[a <= b], b[a <= b]
    if op == "/":
        keep = b > 0
        a, b = a[keep], b[keep]
        y = a * np.array([pow(int(k), p - 2, p) for k in b])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise ValueError("op")
    y = y % p
    order = np.random.default_rng(seed).permutation(len(a))
    n = int(frac * len(a))
    test = order[n:]
    x = np.stack([a, b], axis=1)
    return {
        "x_train": x[order[:n]],
        "y_train": y[order[:n]],
        "x_test": x[test],
        "y_test": y[test],
    }
""",
            "(a, b) and (b, a) are two pairs",
        ),
        (
            "inverse of a",
            """
def modular_dataset(p, op, frac, seed):
    if op == "/" and any(p % k == 0 for k in range(2, p)):
        raise ValueError("p")
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        keep = b > 0
        a, b = a[keep], b[keep]
        y = b * np.array([pow(int(k), p - 2, p) for k in a])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise ValueError("op")
    y = y % p
    order = np.random.default_rng(seed).permutation(len(a))
    n = int(frac * len(a))
    test = order[n:]
    x = np.stack([a, b], axis=1)
    return {
        "x_train": x[order[:n]],
        "y_train": y[order[:n]],
        "x_test": x[test],
        "y_test": y[test],
    }
""",
            "this is b / a",
        ),
        (
            "another error",
            """
def modular_dataset(p, op, frac, seed):
    if op == "/" and any(p % k == 0 for k in range(2, p)):
        raise ValueError("p")
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        keep = b > 0
        a, b = a[keep], b[keep]
        y = a * np.array([pow(int(k), p - 2, p) for k in b])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise KeyError(op)
    y = y % p
    order = np.random.default_rng(seed).permutation(len(a))
    n = int(frac * len(a))
    test = order[n:]
    x = np.stack([a, b], axis=1)
    return {
        "x_train": x[order[:n]],
        "y_train": y[order[:n]],
        "x_test": x[test],
        "y_test": y[test],
    }
""",
            "but KeyError was raised",
        ),
        (
            "share of the test set",
            """
def modular_dataset(p, op, frac, seed):
    if op == "/" and any(p % k == 0 for k in range(2, p)):
        raise ValueError("p")
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        keep = b > 0
        a, b = a[keep], b[keep]
        y = a * np.array([pow(int(k), p - 2, p) for k in b])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise ValueError("op")
    y = y % p
    order = np.random.default_rng(seed).permutation(len(a))
    n = int((1 - frac) * len(a))
    test = order[n:]
    x = np.stack([a, b], axis=1)
    return {
        "x_train": x[order[:n]],
        "y_train": y[order[:n]],
        "x_test": x[test],
        "y_test": y[test],
    }
""",
            "round down",
        ),
        (
            "one-hot labels",
            """
def modular_dataset(p, op, frac, seed):
    if op == "/" and any(p % k == 0 for k in range(2, p)):
        raise ValueError("p")
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        keep = b > 0
        a, b = a[keep], b[keep]
        y = a * np.array([pow(int(k), p - 2, p) for k in b])
    elif op == "+":
        y = a + b
    elif op == "-":
        y = a - b
    elif op == "*":
        y = a * b
    else:
        raise ValueError("op")
    y = np.eye(p)[y % p]
    order = np.random.default_rng(seed).permutation(len(a))
    n = int(frac * len(a))
    test = order[n:]
    x = np.stack([a, b], axis=1)
    return {
        "x_train": x[order[:n]],
        "y_train": y[order[:n]],
        "x_test": x[test],
        "y_test": y[test],
    }
""",
            "expected shape",
        ),
        (
            "two permutations",
            """
def modular_dataset(p, op, frac, seed):
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        a, b = a[b > 0], b[b > 0]
        y = a * np.array([pow(int(k), -1, p) for k in b]) % p
    elif op in ("+", "-", "*"):
        y = {"+": a + b, "-": a - b, "*": a * b}[op] % p
    else:
        raise ValueError(op)
    x = np.stack([a, b], axis=1)
    rng=np.random.default_rng(seed)
    x = rng.permutation(x)
    y = rng.permutation(y)
    order=np.arange(len(x))
    n = int(frac * len(x))
    return {"x_train": x[order[:n]], "y_train": y[order[:n]],
        "x_test": x[order[n:]], "y_test": y[order[n:]]}
""",
            "shuffle both alike",
        ),
        (
            "permutation before b = 0 goes",
            """
def modular_dataset(p, op, frac, seed):
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        keep=b>0
        y = a * np.array([pow(int(k), -1, p) if k else 0 for k in b]) % p
    elif op in ("+", "-", "*"):
        y = {"+": a + b, "-": a - b, "*": a * b}[op] % p
    else:
        raise ValueError(op)
    x = np.stack([a, b], axis=1)
    order = np.random.default_rng(seed).permutation(len(x))
    if op=="/":
        order=order[b[order]>0]
    n = int(frac * len(order))
    return {"x_train": x[order[:n]], "y_train": y[order[:n]],
        "x_test": x[order[n:]], "y_test": y[order[n:]]}
""",
            "before the pairs with b = 0 are left out",
        ),
        (
            "share of the whole table",
            """
def modular_dataset(p, op, frac, seed):
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        a, b = a[b > 0], b[b > 0]
        y = a * np.array([pow(int(k), -1, p) for k in b]) % p
    elif op in ("+", "-", "*"):
        y = {"+": a + b, "-": a - b, "*": a * b}[op] % p
    else:
        raise ValueError(op)
    x = np.stack([a, b], axis=1)
    order = np.random.default_rng(seed).permutation(len(x))
    n = int(frac * p * p)
    return {"x_train": x[order[:n]], "y_train": y[order[:n]],
        "x_test": x[order[n:]], "y_test": y[order[n:]]}
""",
            "p (p - 1) for division",
        ),
        (
            "the next seed",
            """
def modular_dataset(p, op, frac, seed):
    a, b = divmod(np.arange(p * p), p)
    if op == "/":
        a, b = a[b > 0], b[b > 0]
        y = a * np.array([pow(int(k), -1, p) for k in b]) % p
    elif op in ("+", "-", "*"):
        y = {"+": a + b, "-": a - b, "*": a * b}[op] % p
    else:
        raise ValueError(op)
    x = np.stack([a, b], axis=1)
    order = np.random.default_rng(seed+1).permutation(len(x))
    n = int(frac * len(x))
    return {"x_train": x[order[:n]], "y_train": y[order[:n]],
        "x_test": x[order[n:]], "y_test": y[order[n:]]}
""",
            "here it is one more",
        ),
        (
            "9 and even numbers",
            """
def modular_dataset(p, op, frac, seed):
    a, b = divmod(np.arange(p * p), p)
    if op == "/" and (p % 2 == 0 and p > 2 or p in (9,)): raise ValueError("p")
    if op == "/":
        a, b = a[b > 0], b[b > 0]
        y = a * np.array([pow(int(k), p-2, p) for k in b]) % p
    elif op in ("+", "-", "*"):
        y = {"+": a + b, "-": a - b, "*": a * b}[op] % p
    else:
        raise ValueError(op)
    x = np.stack([a, b], axis=1)
    order = np.random.default_rng(seed).permutation(len(x))
    n = int(frac * len(x))
    return {"x_train": x[order[:n]], "y_train": y[order[:n]],
        "x_test": x[order[n:]], "y_test": y[order[n:]]}
""",
            "not prime",
        ),
    ],
    "08.2": [
        (
            "about the threshold",
            gap(below="~(np.asarray(curve) >= thr - 0.03)"),
            "a little below thr is below",
        ),
        (
            "in between",
            gap(time="(steps[below[-1]] + steps[below[-1] + 1]) / 2"),
            "between two measurements",
        ),
        (
            "equal distances",
            gap(time="(below[-1] + 1) * (steps[1] - steps[0])"),
            "they need not be equally far",
        ),
        (
            "train for both",
            gap().replace("(train, test)", "(train, train)"),
            "the time of the other curve",
        ),
        (
            "NaN dropped",
            gap(below="np.nan_to_num(np.asarray(curve, dtype=float), nan=1.0) < thr"),
            "a NaN accuracy counts as below",
        ),
        (
            "in place",
            gap().replace("t = []", "t = []\n    steps = np.asarray(steps)\n    steps -= steps[0]"),
            "changes the arrays it is given",
        ),
        ("other keys", gap().replace('"t_train"', '"train"'), "a dictionary with t_train"),
        ("thr ignored", gap(below="~(np.asarray(curve) >= 0.95)"), "the threshold is thr"),
        (
            "curves exchanged",
            gap().replace("for curve in (train, test)", "for curve in (test, train)"),
            "are the two exchanged",
        ),
        (
            "one too late",
            gap(time="steps[min(below[-1] + 2, len(steps) - 1)]"),
            "one measurement too late",
        ),
        ("never is -1", gap(never="-1"), "not -1"),
        (
            "never is None",
            gap(never="None", gap="t[1] - t[0] if None not in t else np.inf"),
            "nothing came back",
        ),
        (
            "size of the gap",
            gap(gap="abs(t[1] - t[0]) if np.isfinite(t[0]) else np.nan"),
            "the gap has a sign",
        ),
        (
            "gap at least 0",
            gap(gap="max(t[1] - t[0], 0) if np.isfinite(t[0]) else np.nan"),
            "a negative gap is a gap",
        ),
        (
            "gap of both infinite is 0",
            gap(gap="0.0 if t[0] == t[1] else t[1] - t[0]"),
            "the gap is not defined",
        ),
        (
            "gap minus infinity",
            gap(gap="t[1] - t[0] if np.isfinite(t[1]) else (np.nan if np.isinf(t[0]) else np.inf)"),
            "the gap is not defined",
        ),
        ("largest accuracy", touch(time="steps[np.argmax(curve)]"), "this is the"),
        ("at the start is the second", gap(always="steps[1]"), "one measurement too late"),
        (
            "gap in indices",
            gap(
                gap="list(steps).index(t[1]) - list(steps).index(t[0]) if np.isfinite(t[0] + t[1]) "
                "else (np.nan if np.isinf(t[0]) else np.inf)"
            ),
            "this is a number of measurements",
        ),
        ("first touch", touch(), "this is the first touch"),
        ("index", gap(time="below[-1] + 1", always="0"), "this is an index"),
        ("last step below", gap(time="steps[below[-1]]"), "this is the last step below"),
        ("more than", gap(below="~(np.asarray(curve) > thr)"), "at least, not more than"),
        ("never is the last step", gap(never="steps[-1]"), "t_test should be inf"),
        (
            "never is nan",
            gap(never="np.nan", gap="t[1] - t[0]"),
            "t_test should be inf, not a last step, not nan",
        ),
        (
            "a gap after nothing",
            gap(gap="t[1] - t[0] if np.isfinite(t[0]) else np.inf"),
            "the gap is not defined",
        ),
        (
            "forgetting does not count",
            gap(below="~(np.asarray(curve)[:-1] >= thr)", never="np.inf"),
            "t_test should be inf",
        ),
        ("NaN is above", gap(below="np.asarray(curve) < thr"), "a NaN accuracy counts as below"),
        (
            "turned round",
            gap(gap="t[0] - t[1] if np.isfinite(t[1] - t[0]) else t[1] - t[0]"),
            "the sign is flipped",
        ),
        (
            "a tuple",
            gap()
            .replace('return {"t_train": t[0], "t_test": t[1], "gap":', "return (t[0], t[1],")
            .replace("np.nan}", "np.nan)"),
            "a dictionary with t_train",
        ),
        (
            "rounded accuracies",
            """
def grok_gap(steps, train, test, thr):
    t = []
    for curve in (train, test):
        below = np.flatnonzero(~(np.round(curve, 2) >= thr))
        if len(below) == 0:
            t.append(steps[0])
        elif below[-1] == len(steps) - 1:
            t.append(np.inf)
        else:
            t.append(steps[below[-1] + 1])
    return {
        "t_train": t[0],
        "t_test": t[1],
        "gap": t[1] - t[0] if np.isfinite(t[0]) else np.nan,
    }
""",
            "the accuracies are rounded",
        ),
        (
            "interpolated",
            """
def grok_gap(steps, train, test, thr):
    t = []
    for curve in (train, test):
        below = np.flatnonzero(~(np.asarray(curve) >= thr))
        if len(below) == 0:
            t.append(steps[0])
        elif below[-1] == len(steps) - 1:
            t.append(np.inf)
        else:
            t.append(
                steps[below[-1]]
                + (thr - curve[below[-1]])
                / (curve[below[-1] + 1] - curve[below[-1]])
                * (steps[below[-1] + 1] - steps[below[-1]])
            )
    return {
        "t_train": t[0],
        "t_test": t[1],
        "gap": t[1] - t[0] if np.isfinite(t[0]) else np.nan,
    }
""",
            "between two measurements",
        ),
        (
            "0 for the first step",
            """
def grok_gap(steps, train, test, thr):
    t = []
    for curve in (train, test):
        below = np.flatnonzero(~(np.asarray(curve) >= thr))
        if len(below) == 0:
            t.append(0)
        elif below[-1] == len(steps) - 1:
            t.append(np.inf)
        else:
            t.append(steps[below[-1] + 1])
    return {
        "t_train": t[0],
        "t_test": t[1],
        "gap": t[1] - t[0] if np.isfinite(t[0]) else np.nan,
    }
""",
            "this is an index",
        ),
        (
            "test after training",
            """
def grok_gap(steps, train, test, thr):
    def t(c):
        for i in range(len(c)):
            if all(x >= thr for x in c[i:]):
                return steps[i]
        return np.inf

    a = t(train)
    b = max(a, t(test))
    return {"t_train": a, "t_test": b, "gap": b - a if np.isfinite(a) else np.nan}
""",
            "come after the training",
        ),
        (
            "last measurement left out",
            """
def grok_gap(steps, train, test, thr):
    def t(c):
        for i in range(len(c) - 1):
            if all(x >= thr for x in c[i:]):
                return steps[i]
        return np.inf

    a, b = t(train), t(test)
    return {"t_train": a, "t_test": b, "gap": b - a if np.isfinite(a) else np.nan}
""",
            "so a step should come back",
        ),
        (
            "first measurement left out",
            """
def grok_gap(steps, train, test, thr):
    def t(c):
        for i in range(1, len(c)):
            if all(x >= thr for x in c[i:]):
                return steps[i]
        return np.inf

    a, b = t(train), t(test)
    return {"t_train": a, "t_test": b, "gap": b - a if np.isfinite(a) else np.nan}
""",
            "one measurement too late",
        ),
        (
            "two in a row",
            """
def grok_gap(steps, train, test, thr):
    def t(c):
        for i in range(len(c) - 1):
            if c[i] >= thr and c[i + 1] >= thr:
                return steps[i]
        return np.inf

    a, b = t(train), t(test)
    return {"t_train": a, "t_test": b, "gap": b - a if np.isfinite(a) else np.nan}
""",
            "this is the first touch",
        ),
        (
            "last crossing",
            """
def grok_gap(steps, train, test, thr):
    def t(c):
        c = np.asarray(c)
        up = np.flatnonzero((c[1:] >= thr) & (c[:-1] < thr))
        return steps[up[-1] + 1] if len(up) else np.inf

    a, b = t(train), t(test)
    return {"t_train": a, "t_test": b, "gap": b - a if np.isfinite(a) else np.nan}
""",
            "the first one, if it is never below",
        ),
        (
            "no negative gap",
            """
def grok_gap(steps, train, test, thr):
    t = []
    for curve in (train, test):
        below = np.flatnonzero(~(np.asarray(curve) >= thr))
        if len(below) == 0:
            t.append(steps[0])
        elif below[-1] == len(steps) - 1:
            t.append(np.inf)
        else:
            t.append(steps[below[-1] + 1])
    return {
        "t_train": t[0],
        "t_test": t[1],
        "gap": max(t[1] - t[0], 0) if np.isfinite(t[0]) else np.nan,
    }
""",
            "a negative gap is a gap, too",
        ),
        (
            "nan if either never comes",
            """
def grok_gap(steps, train, test, thr):
    t = []
    for curve in (train, test):
        below = np.flatnonzero(~(np.asarray(curve) >= thr))
        if len(below) == 0:
            t.append(steps[0])
        elif below[-1] == len(steps) - 1:
            t.append(np.inf)
        else:
            t.append(steps[below[-1] + 1])
    return {
        "t_train": t[0],
        "t_test": t[1],
        "gap": t[1] - t[0] if np.isfinite(t[0]) and np.isfinite(t[1]) else np.nan,
    }
""",
            "the gap should be inf",
        ),
        (
            "inf if training never comes",
            """
def grok_gap(steps, train, test, thr):
    t = []
    for curve in (train, test):
        below = np.flatnonzero(~(np.asarray(curve) >= thr))
        if len(below) == 0:
            t.append(steps[0])
        elif below[-1] == len(steps) - 1:
            t.append(np.inf)
        else:
            t.append(steps[below[-1] + 1])
    return {
        "t_train": t[0],
        "t_test": t[1],
        "gap": t[1] - t[0] if np.isfinite(t[0]) else np.inf,
    }
""",
            "should be nan",
        ),
        (
            "NaN made 1",
            """
def grok_gap(steps, train, test, thr):
    t = []
    for curve in (train, test):
        below = np.flatnonzero(~(np.nan_to_num(np.asarray(curve), nan=1.0) >= thr))
        if len(below) == 0:
            t.append(steps[0])
        elif below[-1] == len(steps) - 1:
            t.append(np.inf)
        else:
            t.append(steps[below[-1] + 1])
    return {
        "t_train": t[0],
        "t_test": t[1],
        "gap": t[1] - t[0] if np.isfinite(t[0]) else np.nan,
    }
""",
            "a NaN accuracy counts as below",
        ),
        (
            "text",
            """
def grok_gap(steps, train, test, thr):
    t = []
    for curve in (train, test):
        below = np.flatnonzero(~(np.asarray(curve) >= thr))
        if len(below) == 0:
            t.append(steps[0])
        elif below[-1] == len(steps) - 1:
            t.append(np.inf)
        else:
            t.append(steps[below[-1] + 1])
    return {
        "t_train": str(t[0]),
        "t_test": t[1],
        "gap": t[1] - t[0] if np.isfinite(t[0]) else np.nan,
    }
""",
            "got a string",
        ),
        (
            "nearly thr",
            """
def grok_gap(steps, train, test, thr):
    def stays(c):
        below = np.flatnonzero(~((np.asarray(c) >= thr)|np.isclose(c,thr)))
        if below.size == 0:
            return float(steps[0])
        return float(steps[below[-1] + 1]) if below[-1] + 1 < len(steps) else np.inf
    t_train, t_test = stays(train), stays(test)
    return {"t_train": t_train, "t_test": t_test,
        "gap": t_test - t_train if np.isfinite(t_train) else np.nan}
""",
            "a little below thr taken for enough",
        ),
        (
            "mean of what follows",
            """
def grok_gap(steps, train, test, thr):
    def stays(c):
        for i in range(len(steps)):
            if np.mean(c[i:])>=thr: return float(steps[i])
        return np.inf
    t_train, t_test = stays(train), stays(test)
    return {"t_train": t_train, "t_test": t_test,
        "gap": t_test - t_train if np.isfinite(t_train) else np.nan}
""",
            "not the mean of those that follow",
        ),
        (
            "a part of t_train",
            """
def grok_gap(steps, train, test, thr):
    def stays(c):
        below = np.flatnonzero(~(np.asarray(c) >= thr))
        if below.size == 0:
            return float(steps[0])
        return float(steps[below[-1] + 1]) if below[-1] + 1 < len(steps) else np.inf
    t_train, t_test = stays(train), stays(test)
    return {"t_train": t_train, "t_test": t_test,
        "gap": (t_test - t_train)/t_train if np.isfinite(t_train) else np.nan}
""",
            "a part of t_train",
        ),
        (
            "highest so far",
            """
def grok_gap(steps, train, test, thr):
    def stays(c):
        c=np.maximum.accumulate(np.asarray(c))
        below = np.flatnonzero(~(c >= thr))
        if below.size == 0:
            return float(steps[0])
        return float(steps[below[-1] + 1]) if below[-1] + 1 < len(steps) else np.inf
    t_train, t_test = stays(train), stays(test)
    return {"t_train": t_train, "t_test": t_test,
        "gap": t_test - t_train if np.isfinite(t_train) else np.nan}
""",
            "this is the first touch",
        ),
    ],
    "08.3": [
        (
            "absolute value",
            angle("abs(np.sum(K * T)) / np.linalg.norm(K) / np.linalg.norm(T)"),
            "may be negative",
        ),
        (
            "correlation",
            angle("np.corrcoef(K.ravel(), T.ravel())[0, 1]"),
            "a correlation subtracts the means",
        ),
        (
            "norm of order 1",
            angle("np.sum(K * T) / np.linalg.norm(K, 1) / np.linalg.norm(T, 1)"),
            "np.linalg.norm(K, 1) is another norm",
        ),
        (
            "root of norms",
            angle("np.sum(K * T) / np.sqrt(np.linalg.norm(K) * np.linalg.norm(T))"),
            "the root of the product",
        ),
        (
            "norm of Y squared",
            angle("np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(Y)**2"),
            "is not the norm of Y Y^T",
        ),
        (
            "upside down",
            angle("np.linalg.norm(K) * np.linalg.norm(T) / np.sum(K * T)"),
            "upside down",
        ),
        (
            "one output",
            angle().replace("T = Y @ Y.T", "T = np.outer(Y[:, 0], Y[:, 0])"),
            "only the first output",
        ),
        (
            "centered by default",
            angle().replace("center=False", "center=True"),
            "which is the default",
        ),
        ("flag reversed", angle().replace("if center:", "if not center:"), "which is the default"),
        (
            "n - 1",
            angle(centered="G = np.eye(len(K)) - 1 / (len(K) - 1); K, T = G @ K @ G, G @ T @ G"),
            "not 1/(n - 1)",
        ),
        (
            "mean over outputs",
            angle(centered="K = H @ K @ H; Y = Y - Y.mean(1, keepdims=True); T = Y @ Y.T"),
            "the mean over outputs",
        ),
        (
            "1/n from all",
            angle(centered="K, T = K - 1 / len(K), T - 1 / len(K)"),
            "1/n is subtracted from every entry",
        ),
        (
            "angle",
            angle("np.arccos(np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(T))"),
            "this is an angle",
        ),
        (
            "squared cosine",
            angle("(np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(T))**2"),
            "the cosine is squared",
        ),
        (
            "sum of K @ T",
            angle("np.sum(K @ T) / np.linalg.norm(K) / np.linalg.norm(T)"),
            "is not the inner product",
        ),
        (
            "mean",
            angle("np.mean(K * T) / np.linalg.norm(K) / np.linalg.norm(T)"),
            "the mean in place of the sum",
        ),
        (
            "precedence",
            angle("np.sum(K * T) / np.linalg.norm(K) * np.linalg.norm(T)"),
            "the second norm multiplies",
        ),
        (
            "matrix",
            angle("K * T / np.linalg.norm(K) / np.linalg.norm(T)"),
            "expected a single number",
        ),
        ("Y^T Y", angle().replace("T = Y @ Y.T", "T = Y.T @ Y"), "shapes do not fit"),
        ("H entry by entry", angle(centered="K, T = H * K * H, H @ T @ H"), "entry by entry"),
        (
            "H with ones",
            angle(centered="G = np.eye(len(K)) - 1.0; K, T = G @ K @ G, G @ T @ G"),
            "all entries 1/n",
        ),
        (
            "mean of labels",
            angle(centered="K = H @ K @ H; Y = Y - Y.mean(); T = Y @ Y.T"),
            "each output has its own mean",
        ),
        (
            "mean not put back",
            angle(centered="K, T = (A - A.mean(0) - A.mean(1)[:, None] for A in (K, T))"),
            "is not put",
        ),
        ("one side of both", angle(centered="K, T = H @ K, H @ T"), "only one of the two means"),
        (
            "in place",
            angle(
                first="if center: K -= K.mean(0); K -= K.mean(1)[:, None]; Y -= Y.mean(0)",
                centered="pass",
            ),
            "changes the arrays it is given",
        ),
        ("None", angle().replace("return ", "value = "), "nothing came back"),
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
            "these norms are spectral",
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
            "these are traces or nuclear norms",
        ),
        (
            "distance",
            angle("1 - np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(T)"),
            "this is a distance",
        ),
        (
            "plus in H",
            """
def kernel_target_alignment(K, Y, center=False):
    H = np.eye(len(K)) + 1 / len(K)
    pass
    T = Y @ Y.T
    whole = K, T
    if center:
        K, T = H @ K @ H, H @ T @ H
    return np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(T)
""",
            "H has a minus",
        ),
        (
            "outputs in H",
            """
def kernel_target_alignment(K, Y, center=False):
    H = np.eye(len(K)) - 1 / Y.shape[1]
    pass
    T = Y @ Y.T
    whole = K, T
    if center:
        K, T = H @ K @ H, H @ T @ H
    return np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(T)
""",
            "not of outputs",
        ),
        (
            "norms centered alone",
            """
def kernel_target_alignment(K, Y, center=False):
    H = np.eye(len(K)) - 1 / len(K)
    pass
    T = Y @ Y.T
    whole = K, T
    if center:
        K, T = H @ K @ H, H @ T @ H
    return np.sum(whole[0] * whole[1]) / np.linalg.norm(K) / np.linalg.norm(T)
""",
            "the norms are centered, the inner product is not",
        ),
        (
            "classes",
            """
def kernel_target_alignment(K, Y, center=False):
    H = np.eye(len(K)) - 1 / len(K)
    pass
    c = Y.argmax(axis=1)
    T = (c[:, None] == c) * 1.0
    whole = K, T
    if center:
        K, T = H @ K @ H, H @ T @ H
    return np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(T)
""",
            "its largest output's number",
        ),
        (
            "signs",
            """
def kernel_target_alignment(K, Y, center=False):
    H = np.eye(len(K)) - 1 / len(K)
    pass
    T = np.sign(Y @ Y.T)
    whole = K, T
    if center:
        K, T = H @ K @ H, H @ T @ H
    return np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(T)
""",
            "here only its signs are",
        ),
        (
            "rows of one length",
            """
def kernel_target_alignment(K, Y, center=False):
    H = np.eye(len(K)) - 1 / len(K)
    pass
    Z = Y / np.linalg.norm(Y, axis=1, keepdims=True)
    T = Z @ Z.T
    whole = K, T
    if center:
        K, T = H @ K @ H, H @ T @ H
    return np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(T)
""",
            "here they are made one",
        ),
        (
            "upper half of K",
            """
def kernel_target_alignment(K, Y, center=False):
    H = np.eye(len(K)) - 1 / len(K)
    pass
    T = Y @ Y.T
    whole = K, T
    if center:
        K, T = H @ K @ H, H @ T @ H
    return np.sum(np.triu(K) * T) / np.linalg.norm(K) / np.linalg.norm(T)
""",
            "one half of the kernel is left out",
        ),
        (
            "no diagonals",
            """
def kernel_target_alignment(K, Y, center=False):
    H = np.eye(len(K)) - 1 / len(K)
    pass
    T = Y @ Y.T
    whole = K, T
    if center:
        K, T = H @ K @ H, H @ T @ H
    return (lambda m: np.sum((K * T)[m]) / np.linalg.norm(K[m]) / np.linalg.norm(T[m]))(
        ~np.eye(len(K), dtype=bool)
    )
""",
            "the diagonals are left out",
        ),
        (
            "labels in place",
            """
def kernel_target_alignment(K, Y, center=False):
    H = np.eye(len(K)) - 1 / len(K)
    Y -= Y.mean(axis=0) * center
    T = Y @ Y.T
    whole = K, T
    if center:
        K, T = H @ K @ H, H @ T @ H
    return np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(T)
""",
            "changes the arrays it is given",
        ),
        (
            "kernel in place",
            """
def kernel_target_alignment(K, Y, center=False):
    H = np.eye(len(K)) - 1 / len(K)
    K *= 1.0
    K -= K.mean() * center
    K += 0
    T = Y @ Y.T
    whole = K, T
    if center:
        K, T = H @ K @ H, H @ T @ H
    return np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(T)
""",
            "changes the arrays it is given",
        ),
        (
            "an array",
            """
def kernel_target_alignment(K, Y, center=False):
    H = np.eye(len(K)) - 1 / len(K)
    pass
    T = Y @ Y.T
    whole = K, T
    if center:
        K, T = H @ K @ H, H @ T @ H
    return np.array([np.sum(K * T) / np.linalg.norm(K) / np.linalg.norm(T)])
""",
            "expected a single number",
        ),
        (
            "kernel with a unit diagonal",
            """
def kernel_target_alignment(K, Y, center=False):
    if center:
        H = np.eye(len(K)) - 1 / len(K)
        K, Y = H @ K @ H, H @ Y
    d=np.sqrt(np.diag(K))
    K=K/np.outer(d,d)
    T = Y @ Y.T
    return np.sum(K * T) / (np.linalg.norm(K) * np.linalg.norm(T))
""",
            "here its diagonal is made one",
        ),
        (
            "equal rows",
            """
def kernel_target_alignment(K, Y, center=False):
    if center:
        H = np.eye(len(K)) - 1 / len(K)
        K, Y = H @ K @ H, H @ Y
    T = (Y[:,None]==Y[None]).all(-1)*1.0
    return np.sum(K * T) / (np.linalg.norm(K) * np.linalg.norm(T))
""",
            "whether rows are equal",
        ),
        (
            "no diagonal of K",
            """
def kernel_target_alignment(K, Y, center=False):
    if center:
        H = np.eye(len(K)) - 1 / len(K)
        K, Y = H @ K @ H, H @ Y
    T = Y @ Y.T
    K=K-np.diag(np.diag(K))
    return np.sum(K * T) / (np.linalg.norm(K) * np.linalg.norm(T))
""",
            "the diagonal of K is left out",
        ),
        (
            "outputs of length one",
            """
def kernel_target_alignment(K, Y, center=False):
    if center:
        H = np.eye(len(K)) - 1 / len(K)
        K, Y = H @ K @ H, H @ Y
    Y=Y/np.linalg.norm(Y,axis=0)
    T = Y @ Y.T
    return np.sum(K * T) / (np.linalg.norm(K) * np.linalg.norm(T))
""",
            "each is made of length one",
        ),
        (
            "first eigenvectors",
            """
def kernel_target_alignment(K, Y, center=False):
    if center:
        H = np.eye(len(K)) - 1 / len(K)
        K, Y = H @ K @ H, H @ Y
    T = Y @ Y.T
    return abs(np.linalg.eigh(K)[1][:,-1]@np.linalg.eigh(T)[1][:,-1])
""",
            "these are the first eigenvectors",
        ),
    ],
    "08.4": [
        (
            "half",
            swept(delta="0.5 * (degree * r**2 * last - s**2 * first)"),
            "there is no factor 1/2",
        ),
        (
            "degree squared",
            swept(delta="degree**2 * r**2 * last - s**2 * first"),
            "the degree is squared",
        ),
        (
            "square of the readout",
            swept(delta="degree * s**-2.0 * last - s**2 * first"),
            "its square is s^(-2 degree)",
        ),
        (
            "one neuron",
            swept(first="np.sum(tok[0]**2) + np.sum(pos[0]**2)", last="np.sum(out[:, 0]**2)"),
            "the delta of the first neuron",
        ),
        (
            "positions summed",
            swept(first="np.mean(np.sum(tok**2, axis=1) + np.sum(pos, axis=1)**2)"),
            "summed before it is squared",
        ),
        ("one over the degree", swept(pay="s ** (-1.0 / degree)"), "minus one over the degree"),
        (
            "a start twice",
            swept(wanted="span * np.array([-1.1, -0.5, 0, 0, 0.5, 1.1])"),
            "two starts are the same",
        ),
        (
            "a list",
            swept().replace("return {", "return [{").replace("'function': f }", "'function': f }]"),
            "expected a dictionary",
        ),
        ("first input", swept(size="np.sqrt(np.mean(o[0]**2))"), "the first input alone"),
        (
            "mean of roots",
            swept(size="np.mean(np.sqrt(np.mean(o**2, axis=1)))"),
            "the root comes last",
        ),
        ("arrays of outputs", swept(size="o"), "expected one number per start"),
        (
            "nearly balanced",
            swept(wanted="span * np.array([-1.1, -0.7, -0.3, 0.05, 0.4, 0.8, 1.1])"),
            "no start is balanced",
        ),
        ("embeddings alone", swept(pay="np.ones_like(s)"), "both knobs move"),
        (
            "minus one",
            swept(pay="1 / s"),
            "the readout takes the power minus one",
        ),
        (
            "plus",
            swept(pay="s ** float(degree)", choose="np.linspace(2, 0.5, 9)"),
            "power of MINUS the degree",
        ),
        ("twice", swept(pay="s ** (-2.0 * degree)"), "pays twice"),
        ("degree 2 always", swept(pay="s**-2.0"), "right for degree 2 alone"),
        (
            "another function",
            swept(pay="0.5 * s ** (-float(degree))"),
            "not the function of params",
        ),
        (
            "positions forgotten",
            swept(first="np.mean(np.sum(tok**2, axis=1))"),
            "position embeddings are forgotten",
        ),
        (
            "no degree",
            swept(delta="r**2 * last - s**2 * first"),
            "the degree in front of |out|^2 is missing",
        ),
        (
            "two always",
            swept(delta="2 * r**2 * last - s**2 * first"),
            "the degree is 2 here whatever it is",
        ),
        (
            "sign",
            swept(
                delta="s**2 * first - degree * r**2 * last",
                choose="np.exp(np.interp(wanted, delta(fine)[::-1], np.log(fine)[::-1]))",
            ),
            "the sign is flipped",
        ),
        (
            "sum over neurons",
            swept(first="np.sum(tok**2) + np.sum(pos**2)", last="np.sum(out**2)"),
            "return the mean",
        ),
        (
            "norms not squared",
            swept(
                first="np.mean(np.linalg.norm(tok, axis=1) + np.linalg.norm(pos, axis=1))",
                last="np.mean(np.linalg.norm(out, axis=0))",
                delta="degree * r * last - s * first",
            ),
            "norms should be squared",
        ),
        ("rows of out", swept(last="np.mean(np.sum(out**2, axis=1))"), "sums its column i"),
        (
            "columns of tok",
            swept(first="np.mean(np.sum(tok**2, axis=0)) + np.mean(np.sum(pos**2, axis=0))"),
            "a neuron is a row",
        ),
        (
            "means of squares",
            swept(first="np.mean(tok**2) + np.mean(pos**2)", last="np.mean(out**2)"),
            "means of squares in place of sums",
        ),
        (
            "delta of params",
            swept().replace("d = delta(s)", "d = delta(1.0) + 0 * s"),
            "this is delta of params",
        ),
        ("no root", swept(size="np.mean(o**2)"), "the root is missing"),
        ("mean output", swept(size="np.mean(o)"), "this is the mean of the outputs"),
        ("mean size", swept(size="np.mean(np.abs(o))"), "this is the mean size"),
        ("deviation", swept(size="np.std(o)"), "this is the standard deviation"),
        ("norm", swept(size="np.linalg.norm(o)"), "this is the norm"),
        (
            "only the embeddings in the function",
            swept(scaled="{'tok': a * tok, 'pos': a * pos, 'out': out}"),
            "only the embeddings are scaled",
        ),
        (
            "positions not scaled",
            swept(scaled="{'tok': a * tok, 'pos': pos, 'out': b * out}"),
            "the position embeddings are not scaled",
        ),
        ("function of degree 2", swept(power="2"), "the function is that of degree 2"),
        ("falling", swept(wanted="span * np.linspace(1.1, -1.1, 9)"), "reverse the rows"),
        (
            "unsorted",
            swept(wanted="span * np.array([0, -1.1, 1.1, -0.5, 0.5, 0.8, -0.8])"),
            "in the order of their delta",
        ),
        (
            "one side",
            swept(wanted="span * np.linspace(0, 1.1, 9)"),
            "does not go far enough downstream",
        ),
        (
            "the other side",
            swept(wanted="span * np.linspace(-1.1, 0, 9)"),
            "does not go far enough upstream",
        ),
        (
            "span ignored",
            swept(wanted="6 * np.linspace(-1.1, 1.1, 9)"),
            "whatever network and span are handed over",
        ),
        (
            "fixed scales",
            swept(choose="np.geomspace(4, 0.25, 9)"),
            "choose the scales by",
        ),
        ("far too far", swept(wanted="span * np.linspace(-3, 3, 13)"), "the sweep goes too far"),
        ("no balance", swept(wanted="span * np.linspace(-1.1, 1.1, 10)"), "no start is balanced"),
        (
            "a hole",
            swept(wanted="span * np.array([-1.2, -1.15, -1.1, 0, 1.1])"),
            "the sweep has a hole",
        ),
        (
            "three starts",
            swept(wanted="span * np.array([-1.0, 0, 1.0]) * 1.01"),
            "should have 5 to 15 starts",
        ),
        (
            "a thousand",
            swept(wanted="span * np.linspace(-1.1, 1.1, 1001)"),
            "should have 5 to 15 starts",
        ),
        (
            "in place",
            swept().replace("    return {", "    params['out'] *= 2\n    return {"),
            "changes the arrays it is given",
        ),
        (
            "a key is missing",
            swept(rows="'embedding': s, 'readout': r, 'delta': d"),
            "the key 'function' is missing",
        ),
        (
            "delta of every neuron",
            swept().replace("d = delta(s)", "d = np.ones((len(s), len(tok)))"),
            "expected one number per start",
        ),
        (
            "exchanged",
            swept(rows="'embedding': r, 'readout': s, 'delta': d, 'function': f"),
            "embedding and readout are exchanged",
        ),
        (
            "a short grid",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = (
        np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1)),
        np.mean(np.sum(out**2, axis=0)),
    )

    def delta(s):
        r = s ** (-float(degree))
        return degree * r**2 * last - s**2 * first

    fine = np.geomspace(2, 0.2, 20001)
    wanted = span * np.linspace(-1.1, 1.1, 9)
    s = np.exp(np.interp(wanted, delta(fine), np.log(fine)))
    r = s ** (-float(degree))
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {"tok": a * tok, "pos": a * pos, "out": b * out}
        o = small_network(start, x, degree)
        f.append(np.sqrt(np.mean(o**2)))
    return {"embedding": s, "readout": r, "delta": d, "function": f}
""",
            "np.interp gives the end of its grid",
        ),
        (
            "a whole degree",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = (
        np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1)),
        np.mean(np.sum(out**2, axis=0)),
    )

    def delta(s):
        r = s ** (-int(degree))
        return degree * r**2 * last - s**2 * first

    fine = np.geomspace(1e3, 1e-3, 20001)
    wanted = span * np.linspace(-1.1, 1.1, 9)
    s = np.exp(np.interp(wanted, delta(fine), np.log(fine)))
    r = s ** (-int(degree))
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {"tok": a * tok, "pos": a * pos, "out": b * out}
        o = small_network(start, x, degree)
        f.append(np.sqrt(np.mean(o**2)))
    return {"embedding": s, "readout": r, "delta": d, "function": f}
""",
            "the degree is cut to a whole number",
        ),
        (
            "function of size 1",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = (
        np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1)),
        np.mean(np.sum(out**2, axis=0)),
    )

    def delta(s):
        r = s ** (-float(degree))
        return degree * r**2 * last - s**2 * first

    fine = np.geomspace(1e3, 1e-3, 20001)
    wanted = span * np.linspace(-1.1, 1.1, 9)
    s = np.exp(np.interp(wanted, delta(fine), np.log(fine)))
    r = s ** (-float(degree))
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {"tok": a * tok, "pos": a * pos, "out": b * out}
        o = small_network(start, x, degree)
        f.append(np.sqrt(np.mean(o**2)))
    return {"embedding": s, "readout": r, "delta": d, "function": np.ones(len(s))}
""",
            "not its size",
        ),
        (
            "five inputs",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = (
        np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1)),
        np.mean(np.sum(out**2, axis=0)),
    )

    def delta(s):
        r = s ** (-float(degree))
        return degree * r**2 * last - s**2 * first

    fine = np.geomspace(1e3, 1e-3, 20001)
    wanted = span * np.linspace(-1.1, 1.1, 9)
    s = np.exp(np.interp(wanted, delta(fine), np.log(fine)))
    r = s ** (-float(degree))
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {"tok": a * tok, "pos": a * pos, "out": b * out}
        o = small_network(start, x[:5], degree)
        f.append(np.sqrt(np.mean(o**2)))
    return {"embedding": s, "readout": r, "delta": d, "function": f}
""",
            "wrong by one and the same factor",
        ),
        (
            "variance for squares",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = (
        np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1)),
        np.var(out) * len(out),
    )

    def delta(s):
        r = s ** (-float(degree))
        return degree * r**2 * last - s**2 * first

    fine = np.geomspace(1e3, 1e-3, 20001)
    wanted = span * np.linspace(-1.1, 1.1, 9)
    s = np.exp(np.interp(wanted, delta(fine), np.log(fine)))
    r = s ** (-float(degree))
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {"tok": a * tok, "pos": a * pos, "out": b * out}
        o = small_network(start, x, degree)
        f.append(np.sqrt(np.mean(o**2)))
    return {"embedding": s, "readout": r, "delta": d, "function": f}
""",
            "near, but not near enough",
        ),
        (
            "short of span",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = (
        np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1)),
        np.mean(np.sum(out**2, axis=0)),
    )

    def delta(s):
        r = s ** (-float(degree))
        return degree * r**2 * last - s**2 * first

    fine = np.geomspace(1e3, 1e-3, 20001)
    wanted = span * np.linspace(-0.9, 0.9, 9)
    s = np.exp(np.interp(wanted, delta(fine), np.log(fine)))
    r = s ** (-float(degree))
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {"tok": a * tok, "pos": a * pos, "out": b * out}
        o = small_network(start, x, degree)
        f.append(np.sqrt(np.mean(o**2)))
    return {"embedding": s, "readout": r, "delta": d, "function": f}
""",
            "does not go far enough downstream",
        ),
        (
            "twenty-one starts",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = (
        np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1)),
        np.mean(np.sum(out**2, axis=0)),
    )

    def delta(s):
        r = s ** (-float(degree))
        return degree * r**2 * last - s**2 * first

    fine = np.geomspace(1e3, 1e-3, 20001)
    wanted = span * np.linspace(-1.1, 1.1, 21)
    s = np.exp(np.interp(wanted, delta(fine), np.log(fine)))
    r = s ** (-float(degree))
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {"tok": a * tok, "pos": a * pos, "out": b * out}
        o = small_network(start, x, degree)
        f.append(np.sqrt(np.mean(o**2)))
    return {"embedding": s, "readout": r, "delta": d, "function": f}
""",
            "5 to 15 starts",
        ),
        (
            "four starts",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = (
        np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1)),
        np.mean(np.sum(out**2, axis=0)),
    )

    def delta(s):
        r = s ** (-float(degree))
        return degree * r**2 * last - s**2 * first

    fine = np.geomspace(1e3, 1e-3, 20001)
    wanted = span * np.array([-1.1, -0.3, 0, 1.1])
    s = np.exp(np.interp(wanted, delta(fine), np.log(fine)))
    r = s ** (-float(degree))
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {"tok": a * tok, "pos": a * pos, "out": b * out}
        o = small_network(start, x, degree)
        f.append(np.sqrt(np.mean(o**2)))
    return {"embedding": s, "readout": r, "delta": d, "function": f}
""",
            "5 to 15 starts",
        ),
        (
            "a coarse grid",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = (
        np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1)),
        np.mean(np.sum(out**2, axis=0)),
    )

    def delta(s):
        r = s ** (-float(degree))
        return degree * r**2 * last - s**2 * first

    fine = np.geomspace(1e3, 1e-3, 60)
    wanted = span * np.linspace(-1.1, 1.1, 9)
    s = np.exp(np.interp(wanted, delta(fine), np.log(fine)))
    r = s ** (-float(degree))
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {"tok": a * tok, "pos": a * pos, "out": b * out}
        o = small_network(start, x, degree)
        f.append(np.sqrt(np.mean(o**2)))
    return {"embedding": s, "readout": r, "delta": d, "function": f}
""",
            "does not go far enough upstream",
        ),
        (
            "a rising grid",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = (
        np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1)),
        np.mean(np.sum(out**2, axis=0)),
    )

    def delta(s):
        r = s ** (-float(degree))
        return degree * r**2 * last - s**2 * first

    fine = np.geomspace(1e-3, 1e3, 20001)
    wanted = span * np.linspace(-1.1, 1.1, 9)
    s = np.exp(np.interp(wanted, delta(fine), np.log(fine)))
    r = s ** (-float(degree))
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {"tok": a * tok, "pos": a * pos, "out": b * out}
        o = small_network(start, x, degree)
        f.append(np.sqrt(np.mean(o**2)))
    return {"embedding": s, "readout": r, "delta": d, "function": f}
""",
            "np.interp gives the end of its grid",
        ),
        (
            "12 for span",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = (
        np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1)),
        np.mean(np.sum(out**2, axis=0)),
    )

    def delta(s):
        r = s ** (-float(degree))
        return degree * r**2 * last - s**2 * first

    fine = np.geomspace(1e3, 1e-3, 20001)
    wanted = 12.0 * np.linspace(-1.1, 1.1, 9)
    s = np.exp(np.interp(wanted, delta(fine), np.log(fine)))
    r = s ** (-float(degree))
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {"tok": a * tok, "pos": a * pos, "out": b * out}
        o = small_network(start, x, degree)
        f.append(np.sqrt(np.mean(o**2)))
    return {"embedding": s, "readout": r, "delta": d, "function": f}
""",
            "goes too far",
        ),
        (
            "another key",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = (
        np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1)),
        np.mean(np.sum(out**2, axis=0)),
    )

    def delta(s):
        r = s ** (-float(degree))
        return degree * r**2 * last - s**2 * first

    fine = np.geomspace(1e3, 1e-3, 20001)
    wanted = span * np.linspace(-1.1, 1.1, 9)
    s = np.exp(np.interp(wanted, delta(fine), np.log(fine)))
    r = s ** (-float(degree))
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {"tok": a * tok, "pos": a * pos, "out": b * out}
        o = small_network(start, x, degree)
        f.append(np.sqrt(np.mean(o**2)))
    return {"alpha": s, "readout": r, "delta": d, "function": f}
""",
            "the key 'embedding' is missing",
        ),
        (
            "a list of starts",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = (
        np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1)),
        np.mean(np.sum(out**2, axis=0)),
    )

    def delta(s):
        r = s ** (-float(degree))
        return degree * r**2 * last - s**2 * first

    fine = np.geomspace(1e3, 1e-3, 20001)
    wanted = span * np.linspace(-1.1, 1.1, 9)
    s = np.exp(np.interp(wanted, delta(fine), np.log(fine)))
    r = s ** (-float(degree))
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {"tok": a * tok, "pos": a * pos, "out": b * out}
        o = small_network(start, x, degree)
        f.append(np.sqrt(np.mean(o**2)))
    return [
        dict(embedding=x, readout=y, delta=z, function=w) for x, y, z, w in zip(s, r, d, f)
    ]
    return {"embedding": s, "readout": r, "delta": d, "function": f}
""",
            "got a list of length 9",
        ),
        (
            "scales in equal steps",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[k], dtype=float) for k in ("tok", "pos", "out"))
    first, last = (
        np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1)),
        np.mean(np.sum(out**2, axis=0)),
    )

    def delta(s):
        r = s ** (-float(degree))
        return degree * r**2 * last - s**2 * first

    fine = np.geomspace(1e3, 1e-3, 20001)
    wanted = np.zeros(9)
    s = np.linspace(1.5, 0.4, 9)
    r = s ** (-float(degree))
    d = delta(s)
    f = []
    for a, b in zip(s, r):
        start = {"tok": a * tok, "pos": a * pos, "out": b * out}
        o = small_network(start, x, degree)
        f.append(np.sqrt(np.mean(o**2)))
    return {"embedding": s, "readout": r, "delta": d, "function": f}
""",
            "goes too far",
        ),
        (
            "readout with half of the degree",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[name], dtype=float)
        for name in ("tok", "pos", "out"))
    first = np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1))
    last = np.mean(np.sum(out**2, axis=0))
    def delta(embedding):
        return degree * last * embedding ** (-2.0 * degree) - first * embedding**2
    fine = np.geomspace(1e3, 1e-3, 20001)
    embedding = np.exp(np.interp(span * np.linspace(-1.1, 1.1, 9), delta(fine), np.log(fine)))
    readout = embedding ** (-degree/2)
    starts = [{"tok": s * tok, "pos": s * pos, "out": r * out}
        for s, r in zip(embedding, readout, strict=True)]
    function = [np.sqrt(np.mean(small_network(start, x, degree) ** 2)) for start in starts]
    return {"embedding": embedding, "readout": readout,
        "delta": delta(embedding), "function": np.array(function)}
""",
            "but another readout came back",
        ),
        (
            "readouts summed",
            """
def delta_sweep(params, x, degree, span):
    tok, pos, out = (np.asarray(params[name], dtype=float)
        for name in ("tok", "pos", "out"))
    first = np.mean(np.sum(tok**2, axis=1) + np.sum(pos**2, axis=1))
    last = np.sum(out**2)
    def delta(embedding):
        return degree * last * embedding ** (-2.0 * degree) - first * embedding**2
    fine = np.geomspace(1e3, 1e-3, 20001)
    embedding = np.exp(np.interp(span * np.linspace(-1.1, 1.1, 9), delta(fine), np.log(fine)))
    readout = embedding ** (-float(degree))
    starts = [{"tok": s * tok, "pos": s * pos, "out": r * out}
        for s, r in zip(embedding, readout, strict=True)]
    function = [np.sqrt(np.mean(small_network(start, x, degree) ** 2)) for start in starts]
    return {"embedding": embedding, "readout": readout,
        "delta": delta(embedding), "function": np.array(function)}
""",
            "squares are summed",
        ),
    ],
    "08.5": [
        ("words along the first axis", language().replace("axis=-1", "axis=0"), "n_classes rows"),
        (
            "not shuffled",
            language(
                codes=(
                    "rng.choice(v**s, size=above * m, replace=False, shuffle=False)"
                    ".reshape(above, m)"
                )
            ),
            "shuffle=False",
        ),
        (
            "blocks of classes",
            language(classes="np.repeat(np.arange(n_classes), -(-n // n_classes))[:n]"),
            "come in blocks",
        ),
        (
            "random numbers",
            language(spelling="(rng.random(x.shape) * m).astype(int)"),
            "rng.random times m",
        ),
        (
            "seed plus level",
            language().replace(
                "        codes = ",
                "        rng = np.random.default_rng(seed + level)\n        codes = ",
            ),
            "the seed plus the level",
        ),
        (
            "seed plus one",
            language(generator="np.random.default_rng(seed + 1)"),
            "the seed is one too large",
        ),
        (
            "one level",
            language().replace("for rule in rules:", "for rule in rules[:1]:"),
            "expected shape",
        ),
        ("a level more", language().replace("range(L)", "range(L + 1)"), "expected shape"),
        ("one-hot", language().replace('"x": x', '"x": np.eye(v)[x]'), "expected shape"),
        (
            "raised for L",
            language(few="if m * n_classes * L > v**s: raise ValueError('few')"),
            "for a language that exists",
        ),
        (
            "codes, no digits",
            language().replace(
                "np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1)",
                "codes",
            ),
            "n_classes rows",
        ),
        (
            "classes first",
            language()
            .replace("    rules = []", "    y = rng.integers(n_classes, size=n)\n    rules = []", 1)
            .replace("    y = rng.integers(n_classes, size=n)\n    x", "    x"),
            "the classes are drawn before the rules",
        ),
        (
            "codes turned",
            language(codes="rng.choice(v**s, size=above * m, replace=False).reshape(m, above).T"),
            "it is reshape(above, m)",
        ),
        (
            "codes sorted",
            language(
                codes="np.sort(rng.choice(v**s, size=above * m, replace=False)).reshape(above, m)"
            ),
            "the codes are sorted",
        ),
        (
            "permutation",
            language(codes="rng.permutation(v**s)[: above * m].reshape(above, m)"),
            "first of a permutation",
        ),
        (
            "seed again",
            language().replace("    y = ", "    rng = np.random.default_rng(seed)\n    y = "),
            "a second generator",
        ),
        (
            "seed for each level",
            language().replace(
                "        above = ", "        rng = np.random.default_rng(seed)\n        above = "
            ),
            "every level has a generator",
        ),
        ("seed 0", language(generator="np.random.default_rng(0)"), "seed is ignored"),
        (
            "place by place",
            language(
                spelling="np.stack([rng.integers(m, size=n) for _ in range(x.shape[1])], axis=1)"
            ),
            "place by place",
        ),
        (
            "turned spellings",
            language(spelling="rng.integers(m, size=x.shape[::-1]).T"),
            "with the axes of the shape exchanged",
        ),
        ("shape of codes", language(above="v"), "expected shape"),
        ("classes everywhere", language(above="n_classes"), "n_classes rows"),
        (
            "too few raised late",
            language(few="pass").replace(
                "above = n_classes if level == 0 else v",
                "above = n_classes if level == 0 else v\n        assert above * m <= v**s",
            ),
            "expected ValueError",
        ),
        (
            "strictly more",
            language(
                few="if m * n_classes >= v**s or (L > 1 and m * v >= v**s): raise ValueError('few')"
            ),
            "exactly as many spellings as words",
        ),
        (
            "symbols forgotten",
            language(
                few="if m * n_classes > v**s: raise ValueError('few')",
                codes=(
                    "rng.choice(v**s, size=above * m, replace=above * m > v**s).reshape(above, m)"
                ),
            ),
            "more spellings of symbols",
        ),
        (
            "classes from 1",
            language(classes="rng.integers(n_classes, size=n)").replace('"y": y', '"y": y + 1'),
            "classes should be whole numbers",
        ),
        (
            "symbols from 1",
            language().replace('"x": x', '"x": x + 1'),
            "symbols should be whole numbers",
        ),
        (
            "one digit short",
            language(digits="[codes // v**k % v for k in range(s - 1, 0, -1)]"),
            "expected shape",
        ),
        (
            "no modulo",
            language(digits="[codes // v**k for k in range(s - 1, -1, -1)]"),
            "digits of a code in base v",
        ),
        (
            "rules reversed",
            language().replace("for rule in rules:", "for rule in rules[::-1]:"),
            "from the top down",
        ),
        (
            "a tuple",
            language().replace('{"x": x, "y": y, "rules": rules}', "(x, y, rules)"),
            "expected a dictionary",
        ),
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
            "one choice for each symbol, not each string",
        ),
        (
            "one spelling a place",
            language(spelling="rng.integers(m, size=(1, x.shape[1]))"),
            "all m spellings",
        ),
        (
            "classes in turn",
            language(classes="np.arange(n) % n_classes"),
            "the classes are not drawn",
        ),
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
        ("no seed", language(generator="np.random.default_rng()"), "the same seed should give"),
        (
            "rules as one array",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m * n_classes > v**s or (L > 1 and m * v > v**s):
        raise ValueError("few")
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L):
        above = n_classes if level == 0 else v
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
    y = rng.integers(n_classes, size=n)
    x = y[:, None]
    for rule in rules:
        x = rule[x, rng.integers(m, size=x.shape)].reshape(n, -1)
    return {"x": x, "y": y, "rules": np.array(rules)}
""",
            "one array cannot hold",
        ),
        (
            "base s",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m * n_classes > v**s or (L > 1 and m * v > v**s):
        raise ValueError("few")
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L):
        above = n_classes if level == 0 else v
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules.append(np.stack([codes // s**k % s for k in range(s - 1, -1, -1)], axis=-1))
    y = rng.integers(n_classes, size=n)
    x = y[:, None]
    for rule in rules:
        x = rule[x, rng.integers(m, size=x.shape)].reshape(n, -1)
    return {"x": x, "y": y, "rules": rules}
""",
            "those in base v",
        ),
        (
            "draws up to v",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m * n_classes > v**s or (L > 1 and m * v > v**s):
        raise ValueError("few")
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L):
        above = n_classes if level == 0 else v
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
    y = rng.integers(n_classes, size=n)
    x = y[:, None]
    for rule in rules:
        x = rule[x, rng.integers(v, size=x.shape) % m].reshape(n, -1)
    return {"x": x, "y": y, "rules": rules}
""",
            "the strings are not those of the protocol",
        ),
        (
            "last spelling never",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m * n_classes > v**s or (L > 1 and m * v > v**s):
        raise ValueError("few")
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L):
        above = n_classes if level == 0 else v
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
    y = rng.integers(n_classes, size=n)
    x = y[:, None]
    for rule in rules:
        x = rule[x, rng.integers(m - 1, size=x.shape)].reshape(n, -1)
    return {"x": x, "y": y, "rules": rules}
""",
            "nearly all m spellings",
        ),
        (
            "a spelling for each place",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m * n_classes > v**s or (L > 1 and m * v > v**s):
        raise ValueError("few")
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L):
        above = n_classes if level == 0 else v
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
    y = rng.integers(n_classes, size=n)
    x = y[:, None]
    for rule in rules:
        x = rule[
            x, np.broadcast_to(rng.integers(m, size=(1, x.shape[1])), x.shape)
        ].reshape(n, -1)
    return {"x": x, "y": y, "rules": rules}
""",
            "nearly all m spellings",
        ),
        (
            "rules turned round",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m * n_classes > v**s or (L > 1 and m * v > v**s):
        raise ValueError("few")
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L):
        above = n_classes if level == 0 else v
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
    y = rng.integers(n_classes, size=n)
    x = y[:, None]
    for rule in rules:
        x = rule[x, rng.integers(m, size=x.shape)].reshape(n, -1)
    return {"x": x, "y": y, "rules": rules[::-1]}
""",
            "expected shape",
        ),
        (
            "used from below",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m * n_classes > v**s or (L > 1 and m * v > v**s):
        raise ValueError("few")
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L):
        above = n_classes if level == 0 else v
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
    y = rng.integers(n_classes, size=n)
    x = y[:, None]
    for rule in rules[::-1]:
        x = rule[x, rng.integers(m, size=x.shape)].reshape(n, -1)
    return {"x": x, "y": y, "rules": rules}
""",
            "used from",
        ),
        (
            "columns first",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m * n_classes > v**s or (L > 1 and m * v > v**s):
        raise ValueError("few")
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L):
        above = n_classes if level == 0 else v
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
    y = rng.integers(n_classes, size=n)
    x = y[:, None]
    for rule in rules:
        x = rule[x, rng.integers(m, size=x.shape)].reshape(n, -1, order="F")
    return {"x": x, "y": y, "rules": rules}
""",
            "word by word",
        ),
        (
            "m above v",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m > v:
        raise ValueError("few")
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L):
        above = n_classes if level == 0 else v
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
    y = rng.integers(n_classes, size=n)
    x = y[:, None]
    for rule in rules:
        x = rule[x, rng.integers(m, size=x.shape)].reshape(n, -1)
    return {"x": x, "y": y, "rules": rules}
""",
            "with a single level",
        ),
        (
            "second level where there is none",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m * n_classes > v**s or m * v > v**s:
        raise ValueError("few")
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L):
        above = n_classes if level == 0 else v
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
    y = rng.integers(n_classes, size=n)
    x = y[:, None]
    for rule in rules:
        x = rule[x, rng.integers(m, size=x.shape)].reshape(n, -1)
    return {"x": x, "y": y, "rules": rules}
""",
            "with a single level",
        ),
        (
            "an assertion",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    assert m * n_classes <= v**s and (L == 1 or m * v <= v**s)
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L):
        above = n_classes if level == 0 else v
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
    y = rng.integers(n_classes, size=n)
    x = y[:, None]
    for rule in rules:
        x = rule[x, rng.integers(m, size=x.shape)].reshape(n, -1)
    return {"x": x, "y": y, "rules": rules}
""",
            "AssertionError was raised",
        ),
        (
            "a seed a level",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m * n_classes > v**s or (L > 1 and m * v > v**s):
        raise ValueError("few")
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L):
        above = n_classes if level == 0 else v
        rng = np.random.default_rng(seed + level)
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
    y = rng.integers(n_classes, size=n)
    x = y[:, None]
    for rule in rules:
        x = rule[x, rng.integers(m, size=x.shape)].reshape(n, -1)
    return {"x": x, "y": y, "rules": rules}
""",
            "the seed plus the level",
        ),
        (
            "one-hot classes",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m * n_classes > v**s or (L > 1 and m * v > v**s):
        raise ValueError("few")
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L):
        above = n_classes if level == 0 else v
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
    y = rng.integers(n_classes, size=n)
    x = y[:, None]
    for rule in rules:
        x = rule[x, rng.integers(m, size=x.shape)].reshape(n, -1)
    return {"x": x, "y": np.eye(n_classes)[y], "rules": rules}
""",
            "expected shape",
        ),
        (
            "a level less",
            """
def rhm_sample(v, m, L, s, n_classes, n, seed):
    if m * n_classes > v**s or (L > 1 and m * v > v**s):
        raise ValueError("few")
    rng = np.random.default_rng(seed)
    rules = []
    for level in range(L - 1):
        above = n_classes if level == 0 else v
        codes = rng.choice(v**s, size=above * m, replace=False).reshape(above, m)
        rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
    y = rng.integers(n_classes, size=n)
    x = y[:, None]
    for rule in rules:
        x = rule[x, rng.integers(m, size=x.shape)].reshape(n, -1)
    return {"x": x, "y": y, "rules": rules}
""",
            "expected shape",
        ),
    ],
    "08.6": [
        ("index out of range", samples(never="P[len(P)]"), "an index is out of range"),
        (
            "whole number",
            samples("int(np.exp(np.log(P[i - 1]) + q * np.log(P[i] / P[i - 1])))"),
            "rounded down to a whole number",
        ),
        (
            "smallest error",
            samples(which="int(np.argmin(err))"),
            "this starts from the smallest error",
        ),
        (
            "sorted errors",
            samples(
                "np.exp(np.interp(target, np.sort(err), np.log(P)[np.argsort(err)]))",
            ),
            "the errors are sorted first",
        ),
        (
            "mixed logarithms",
            samples("10 ** (np.log10(P[i - 1]) + q * np.log(P[i] / P[i - 1]))"),
            "natural ones are mixed",
        ),
        (
            "a list of one",
            samples("[np.exp(np.log(P[i - 1]) + q * np.log(P[i] / P[i - 1]))]"),
            "expected a single number",
        ),
        (
            "extrapolated",
            samples(never="P[-1] * (P[-1] / P[-2]) ** ((err[-1] - target) / (err[-2] - err[-1]))"),
            "nothing extrapolated",
        ),
        ("base 2", samples("np.log2(P[i - 1]) + q * np.log2(P[i] / P[i - 1])"), "to base 2"),
        (
            "below, not at",
            samples(hits="np.flatnonzero(err < target)"),
            "an error equal to the target is enough",
        ),
        ("geometric middle", samples("np.sqrt(P[i - 1] * P[i])"), "halfway in the logarithm"),
        ("mean of sizes", samples("(P[i - 1] + P[i]) / 2"), "the mean of the two sizes"),
        ("the place", samples("float(i)"), "this is a place in the arrays"),
        (
            "line through the ends",
            samples("P[0] * (P[-1] / P[0]) ** ((err[0] - target) / (err[0] - err[-1]))"),
            "the first and the last measurement",
        ),
        (
            "a fitted line",
            samples("np.exp(np.polyval(np.polyfit(err, np.log(P), 1), target))"),
            "a line fitted to all points",
        ),
        (
            "base 10 and e",
            samples("10 ** (np.log(P[i - 1]) + q * np.log(P[i] / P[i - 1]))"),
            "10 to the power of a natural logarithm",
        ),
        ("at once extrapolated", samples(which="max(hits[0], 1)"), "the first P should come back"),
        ("never is 0", samples(never="0.0"), "if the error never comes down"),
        ("never is None", samples(never="None"), "nothing came back"),
        (
            "in place",
            samples().replace(
                "P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)",
                "P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float); err -= 0.5; "
                "target = target - 0.5",
            ),
            "changes the arrays it is given",
        ),
        ("linear", samples("P[i - 1] + q * (P[i] - P[i - 1])"), "linear in P"),
        ("nearest above", samples("P[i]"), "first measured P below the target"),
        ("nearest below", samples("P[i - 1]"), "last measured P above the target"),
        (
            "logarithm",
            samples("np.log(P[i - 1]) + q * np.log(P[i] / P[i - 1])"),
            "the logarithm of the answer",
        ),
        ("base 10", samples("np.log10(P[i - 1]) + q * np.log10(P[i] / P[i - 1])"), "base 10"),
        ("reversed", samples("P[i] * (P[i - 1] / P[i])**q"), "is reversed"),
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
        (
            "linear in the root",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)
    hits = np.flatnonzero(err <= target)
    if len(hits) == 0:
        return np.inf
    i = hits[0]
    if i == 0:
        return P[0]
    q = (err[i - 1] - target) / (err[i - 1] - err[i])
    return (np.sqrt(P[i - 1]) + q * (np.sqrt(P[i]) - np.sqrt(P[i - 1]))) ** 2
""",
            "linear in the root of P",
        ),
        (
            "linear in 1/P",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)
    hits = np.flatnonzero(err <= target)
    if len(hits) == 0:
        return np.inf
    i = hits[0]
    if i == 0:
        return P[0]
    q = (err[i - 1] - target) / (err[i - 1] - err[i])
    return 1 / (1 / P[i - 1] + q * (1 / P[i] - 1 / P[i - 1]))
""",
            "linear in 1/P",
        ),
        (
            "exp of log10",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)
    hits = np.flatnonzero(err <= target)
    if len(hits) == 0:
        return np.inf
    i = hits[0]
    if i == 0:
        return P[0]
    q = (err[i - 1] - target) / (err[i - 1] - err[i])
    return np.exp(np.log10(P[i - 1]) + q * np.log10(P[i] / P[i - 1]))
""",
            "one of the logarithms is to base 10",
        ),
        (
            "a line through all points",
            """
def sample_complexity(P, err, target):
    s, c = np.polyfit(np.log(P), err, 1)
    return np.exp((target - c) / s)
""",
            "an error that is measured",
        ),
        (
            "whole ratios",
            """
def sample_complexity(P, err, target):
    h = [k for k, e in enumerate(err) if e <= target]
    if not h:
        return np.inf
    i = h[0]
    if i == 0:
        return P[0]
    q = (err[i - 1] - target) / (err[i - 1] - err[i])
    return P[i - 1] * (P[i] // P[i - 1]) ** q
""",
            "a curve that rises first",
        ),
        (
            "point before the first",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, float), np.asarray(err, float)
    h = np.flatnonzero(err <= target)
    if len(h) == 0:
        return np.inf
    i = h[0]
    q = (err[i - 1] - target) / (err[i - 1] - err[i])
    return np.exp(np.log(P[i - 1]) + q * np.log(P[i] / P[i - 1]))
""",
            "the first P should come back",
        ),
        (
            "change of sign",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, float), np.asarray(err, float)
    s = np.sign(err - target)
    h = np.flatnonzero(s[:-1] * s[1:] < 0)
    if len(h) == 0:
        return np.inf
    i = h[0] + 1
    q = (err[i - 1] - target) / (err[i - 1] - err[i])
    return np.exp(np.log(P[i - 1]) + q * np.log(P[i] / P[i - 1]))
""",
            "the samples for",
        ),
        (
            "twice the last P",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)
    hits = np.flatnonzero(err <= target)
    if len(hits) == 0:
        return P[-1] * 2
    i = hits[0]
    if i == 0:
        return P[0]
    q = (err[i - 1] - target) / (err[i - 1] - err[i])
    return np.exp(np.log(P[i - 1]) + q * np.log(P[i] / P[i - 1]))
""",
            "nothing extrapolated",
        ),
        (
            "an array",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)
    hits = np.flatnonzero(err <= target)
    if len(hits) == 0:
        return np.inf
    i = hits[0]
    if i == 0:
        return P[0]
    q = (err[i - 1] - target) / (err[i - 1] - err[i])
    return np.array([np.exp(np.log(P[i - 1]) + q * np.log(P[i] / P[i - 1]))])
""",
            "expected a single number",
        ),
        (
            "inf as text",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)
    hits = np.flatnonzero(err <= target)
    if len(hits) == 0:
        return "inf"
    i = hits[0]
    if i == 0:
        return P[0]
    q = (err[i - 1] - target) / (err[i - 1] - err[i])
    return np.exp(np.log(P[i - 1]) + q * np.log(P[i] / P[i - 1]))
""",
            "got a string",
        ),
        (
            "errors sorted in place",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, dtype=float), err
    err.sort()
    hits = np.flatnonzero(err <= target)
    if len(hits) == 0:
        return np.inf
    i = hits[0]
    if i == 0:
        return P[0]
    q = (err[i - 1] - target) / (err[i - 1] - err[i])
    return np.exp(np.log(P[i - 1]) + q * np.log(P[i] / P[i - 1]))
""",
            "the samples for",
        ),
        (
            "below the target",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)
    hits = np.flatnonzero(err < target)
    if len(hits) == 0:
        return np.inf
    i = hits[0]
    if i == 0:
        return P[0]
    q = (err[i - 1] - target) / (err[i - 1] - err[i])
    return np.exp(np.log(P[i - 1]) + q * np.log(P[i] / P[i - 1]))
""",
            "at or below, not below",
        ),
        (
            "part counted from the later error",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)
    hit = np.flatnonzero(err <= target)
    if hit.size == 0:
        return np.inf
    i = hit[0]
    if i == 0:
        return float(P[0])
    part = (err[i] - target) / (err[i - 1] - err[i])
    return float(np.exp(np.log(P[i - 1]) + part * np.log(P[i] / P[i - 1])))
""",
            "begins at the error before",
        ),
        (
            "nearest error",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)
    hit = np.flatnonzero(err <= target)
    if hit.size == 0:
        return np.inf
    i = np.argmin(abs(err-target))
    if i == 0:
        return float(P[0])
    part = (err[i - 1] - target) / (err[i - 1] - err[i])
    return float(np.exp(np.log(P[i - 1]) + part * np.log(P[i] / P[i - 1])))
""",
            "the error nearest to the target",
        ),
        (
            "quotient of logarithms",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)
    hit = np.flatnonzero(err <= target)
    if hit.size == 0:
        return np.inf
    i = hit[0]
    if i == 0:
        return float(P[0])
    part = (err[i - 1] - target) / (err[i - 1] - err[i])
    return float(np.exp(np.log(P[i - 1]) + part * np.log(P[i]) / np.log(P[i - 1])))
""",
            "subtracted, not divided",
        ),
        (
            "no exponential",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)
    hit = np.flatnonzero(err <= target)
    if hit.size == 0:
        return np.inf
    i = hit[0]
    if i == 0:
        return float(P[0])
    part = (err[i - 1] - target) / (err[i - 1] - err[i])
    return float(P[i-1]*(1+part*np.log(P[i] / P[i - 1])))
""",
            "come back from the logarithm by exp",
        ),
    ],
    "08.7": [
        ("one axis", blocks(power="np.abs(np.fft.fft(f))**2"), "np.fft.fft transforms one axis"),
        ("imaginary part", blocks(power="np.imag(np.fft.fft2(f))**2"), "the imaginary parts alone"),
        (
            "more frequencies",
            blocks(power="np.abs(np.fft.fft2(f, (16, 16)))**2"),
            "more frequencies than the filter has pixels",
        ),
        ("reflected", blocks(padded="np.pad(power, 1, mode='reflect')"), "another mode than wrap"),
        (
            "apart",
            blocks().replace(
                "range(h) for j in range(w)", "range(0, h, 3) for j in range(0, w, 3)"
            ),
            "do not overlap",
        ),
        (
            "a cross",
            blocks(
                value="(power + sum(np.roll(power, d, k) for d in (-1, 1) for k in (0, 1))).max()"
                " / power.sum()"
            ),
            "the corners are missing",
        ),
        ("block and mirror", blocks(value="2 * best / power.sum()"), "counted together"),
        ("outside", blocks(value="1 - best / power.sum()"), "outside of the block"),
        ("row of zero", blocks(mean="power[0] = 0"), "all of it; (0, 0) alone"),
        (
            "flat among others",
            """
def filter_concentration(filters):
    power = np.abs(np.fft.fft2(filters)) ** 2
    whole = power.sum()
    power[:, 0, 0] = 0
    total = power.sum(axis=(1, 2))
    blocks = sum(np.roll(power, (i, j), axis=(1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1))
    some = total > 1e-12 * whole
    return np.where(some, blocks.max(axis=(1, 2)) / np.where(some, total, 1), 0)
""",
            "a faint filter beside a loud one",
        ),
        (
            "flattened rolls",
            """
def filter_concentration(filters):
    power = np.abs(np.fft.fft2(filters)) ** 2
    whole = power.sum(axis=(1, 2))
    power[:, 0, 0] = 0
    total = power.sum(axis=(1, 2))
    blocks = sum(np.roll(power, i + j) for i in (-1, 0, 1) for j in (-1, 0, 1))
    some = total > 1e-12 * whole
    return np.where(some, blocks.max(axis=(1, 2)) / np.where(some, total, 1), 0)
""",
            "shifts the flattened array",
        ),
        (
            "shifted, not wrapped",
            blocks(
                power="np.fft.fftshift(np.abs(np.fft.fft2(f))**2)",
                mean="power[tuple(k // 2 for k in power.shape)] = 0",
                padded="np.pad(power, 1)",
            ),
            "np.fft.fftshift only moves the edge",
        ),
        (
            "shifted, mean at the corner",
            blocks(power="np.fft.fftshift(np.abs(np.fft.fft2(f))**2)"),
            "the mean is in the middle",
        ),
        ("real part", blocks(power="np.real(np.fft.fft2(f))**2"), "these are the real parts alone"),
        ("half", blocks(power="np.abs(np.fft.rfft2(f))**2"), "one half of the frequencies"),
        (
            "five by five",
            blocks(padded="np.pad(power, 2, mode='wrap')").replace(
                "i:i + 3, j:j + 3", "i:i + 5, j:j + 5"
            ),
            "are blocks larger than three by three",
        ),
        (
            "inside only",
            blocks(padded="power").replace(
                "range(h) for j in range(w)", "range(h - 2) for j in range(w - 2)"
            ),
            "the blocks do not wrap around",
        ),
        ("mean of a block", blocks(value="best / 9 / power.sum()"), "the block's mean"),
        (
            "row and column of zero",
            blocks(mean="power[0] = 0; power[:, 0] = 0"),
            "only (0, 0) is the mean",
        ),
        ("squared power", blocks(power="np.abs(np.fft.fft2(f))**4"), "the square of the power"),
        (
            "around the peak",
            blocks(
                value="sum(np.roll(power, (-i, -j), (0, 1)).flat[np.argmax(power)] "
                "for i in (-1, 0, 1) for j in (-1, 0, 1)) / power.sum()"
            ),
            "need not be the best one",
        ),
        (
            "absolute threshold",
            blocks(flat="whole == 0 or power.sum() <= 1e-12"),
            "a billionth of others",
        ),
        (
            "other axes",
            """
def filter_concentration(filters):
    power = np.abs(np.fft.fft2(filters, axes=(0, 1))) ** 2
    power[:, 0, 0] = 0
    blocks = sum(np.roll(power, (i, j), axis=(1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1))
    total = power.sum((1, 2))
    return np.where(total > 0, blocks.max((1, 2)) / np.where(total > 0, total, 1), 0)
""",
            "the last two",
        ),
        (
            "the largest of all",
            blocks().replace("return np.array(out)", "return np.full(len(out), max(out))"),
            "does the largest number go to all filters",
        ),
        ("flat is 1", blocks().replace("out.append(0.0)", "out.append(1.0)"), "should give zero"),
        (
            "seven by seven",
            blocks().replace("h, w = power.shape", "h, w = 7, 7"),
            "the concentration of noise",
        ),
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
        (
            "two by two",
            """
def filter_concentration(filters):
    P = np.abs(np.fft.fft2(filters)) ** 2
    w = P.sum(axis=(1, 2))
    P[:, 0, 0] = 0
    t = P.sum(axis=(1, 2))
    B = sum(np.roll(P, (i, j), axis=(1, 2)) for i in range(-1, 1) for j in range(-1, 1))
    return np.where(t > 1e-12 * w, B.max(axis=(1, 2)) / np.where(t > 0, t, 1), 0)
""",
            "two by two",
        ),
        (
            "without the middle",
            """
def filter_concentration(filters):
    P = np.abs(np.fft.fft2(filters)) ** 2
    w = P.sum(axis=(1, 2))
    P[:, 0, 0] = 0
    t = P.sum(axis=(1, 2))
    B = sum(
        np.roll(P, (i, j), axis=(1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j
    )
    return np.where(t > 1e-12 * w, B.max(axis=(1, 2)) / np.where(t > 0, t, 1), 0)
""",
            "the middle of the block is missing",
        ),
        (
            "three axes",
            """
def filter_concentration(filters):
    P = np.abs(np.fft.fftn(filters)) ** 2
    P[:, 0, 0] = 0
    t = P.sum(axis=(1, 2))
    B = sum(np.roll(P, (i, j), axis=(1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1))
    return B.max(axis=(1, 2)) / t
""",
            "over all three axes",
        ),
        (
            "root",
            """
def filter_concentration(filters):
    out = []
    for f in np.asarray(filters, dtype=float):
        power = np.abs(np.fft.fft2(f)) ** 2
        whole = power.sum()
        power[0, 0] = 0
        if whole == 0 or power.sum() <= 1e-12 * whole:
            out.append(0.0)
            continue
        around = np.pad(power, 1, mode="wrap")
        h, w = power.shape
        best = max(around[i : i + 3, j : j + 3].sum() for i in range(h) for j in range(w))
        out.append(np.sqrt(best / power.sum()))
    return np.array(out)
""",
            "the root of the share",
        ),
        (
            "entropy",
            """
def filter_concentration(filters):
    out = []
    for f in np.asarray(filters, dtype=float):
        power = np.abs(np.fft.fft2(f)) ** 2
        whole = power.sum()
        power[0, 0] = 0
        if whole == 0 or power.sum() <= 1e-12 * whole:
            out.append(0.0)
            continue
        around = np.pad(power, 1, mode="wrap")
        h, w = power.shape
        best = max(around[i : i + 3, j : j + 3].sum() for i in range(h) for j in range(w))
        out.append(-np.sum(power / power.sum() * np.log(power / power.sum() + 1e-30)))
    return np.array(out)
""",
            "this is an entropy",
        ),
        (
            "no spectrum",
            """
def filter_concentration(filters):
    out = []
    for f in np.asarray(filters, dtype=float):
        power = f**2
        whole = power.sum()
        power[0, 0] = 0
        if whole == 0 or power.sum() <= 1e-12 * whole:
            out.append(0.0)
            continue
        around = np.pad(power, 1, mode="wrap")
        h, w = power.shape
        best = max(around[i : i + 3, j : j + 3].sum() for i in range(h) for j in range(w))
        out.append(best / power.sum())
    return np.array(out)
""",
            "their spectrum is missing",
        ),
        (
            "wrapped once",
            """
def filter_concentration(filters):
    out = []
    for f in np.asarray(filters, dtype=float):
        power = np.abs(np.fft.fft2(f)) ** 2
        whole = power.sum()
        power[0, 0] = 0
        if whole == 0 or power.sum() <= 1e-12 * whole:
            out.append(0.0)
            continue
        around = np.pad(np.pad(power, ((1, 1), (0, 0)), mode="wrap"), ((0, 0), (1, 1)))
        h, w = power.shape
        best = max(around[i : i + 3, j : j + 3].sum() for i in range(h) for j in range(w))
        out.append(best / power.sum())
    return np.array(out)
""",
            "wrap around one axis only",
        ),
        (
            "a thousandth is flat",
            """
def filter_concentration(filters):
    out = []
    for f in np.asarray(filters, dtype=float):
        power = np.abs(np.fft.fft2(f)) ** 2
        whole = power.sum()
        power[0, 0] = 0
        if power.sum() <= 1e-3 * whole:
            out.append(0.0)
            continue
        around = np.pad(power, 1, mode="wrap")
        h, w = power.shape
        best = max(around[i : i + 3, j : j + 3].sum() for i in range(h) for j in range(w))
        out.append(best / power.sum())
    return np.array(out)
""",
            "with a mean of 300",
        ),
        (
            "a small number added",
            """
def filter_concentration(filters):
    P = np.abs(np.fft.fft2(filters)) ** 2
    P[:, 0, 0] = 0
    t = P.sum(axis=(1, 2))
    B = sum(np.roll(P, (i, j), axis=(1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1))
    return B.max(axis=(1, 2)) / (t + 1e-12)
""",
            "tiny, a billionth",
        ),
        (
            "flat below 1e-12",
            """
def filter_concentration(filters):
    out = []
    for f in np.asarray(filters, dtype=float):
        power = np.abs(np.fft.fft2(f)) ** 2
        whole = power.sum()
        power[0, 0] = 0
        if power.sum() < 1e-12:
            out.append(0.0)
            continue
        around = np.pad(power, 1, mode="wrap")
        h, w = power.shape
        best = max(around[i : i + 3, j : j + 3].sum() for i in range(h) for j in range(w))
        out.append(best / power.sum())
    return np.array(out)
""",
            "tiny, a billionth",
        ),
        (
            "whole numbers",
            """
def filter_concentration(filters):
    P = np.abs(np.fft.fft2(filters)) ** 2
    w = P.sum(axis=(1, 2))
    P[:, 0, 0] = 0
    t = P.sum(axis=(1, 2))
    B = sum(np.roll(P, (i, j), axis=(1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1))
    out = np.zeros(len(P), dtype=int)
    out[t > 1e-12 * w] = B.max(axis=(1, 2))[t > 1e-12 * w] / t[t > 1e-12 * w]
    return out
""",
            "the decimals are cut off",
        ),
        (
            "mean of a shifted spectrum",
            """
def filter_concentration(filters):
    out = []
    for f in np.asarray(filters, dtype=float):
        power = np.fft.fftshift(np.abs(np.fft.fft2(f)) ** 2)
        whole = power.sum()
        power[0, 0] = 0
        if whole == 0 or power.sum() <= 1e-12 * whole:
            out.append(0.0)
            continue
        around = np.pad(power, 1, mode="wrap")
        h, w = power.shape
        best = max(around[i : i + 3, j : j + 3].sum() for i in range(h) for j in range(w))
        out.append(best / power.sum())
    return np.array(out)
""",
            "the mean is in the middle",
        ),
        (
            "mean taken off first",
            """
def filter_concentration(filters):
    out = []
    for f in np.asarray(filters, dtype=float):
        power = np.abs(np.fft.fft2(f - f.mean())) ** 2
        whole = power.sum()
        pass
        if whole == 0 or power.sum() <= 1e-12 * whole:
            out.append(0.0)
            continue
        around = np.pad(power, 1, mode="wrap")
        h, w = power.shape
        best = max(around[i : i + 3, j : j + 3].sum() for i in range(h) for j in range(w))
        out.append(best / power.sum())
    return np.array(out)
""",
            "only rounding errors beside its mean",
        ),
        (
            "None for flat",
            """
def filter_concentration(filters):
    out = []
    for f in np.asarray(filters, dtype=float):
        power = np.abs(np.fft.fft2(f)) ** 2
        whole = power.sum()
        power[0, 0] = 0
        if whole == 0 or power.sum() <= 1e-12 * whole:
            out.append(None)
            continue
        around = np.pad(power, 1, mode="wrap")
        h, w = power.shape
        best = max(around[i : i + 3, j : j + 3].sum() for i in range(h) for j in range(w))
        out.append(best / power.sum())
    return np.array(out)
""",
            "expected an array of real numbers",
        ),
        (
            "height for width",
            """
def filter_concentration(filters):
    out = []
    for f in filters:
        n = len(f)
        P = np.abs(np.fft.fft2(f, s=(n, n))) ** 2
        w = P.sum()
        P[0, 0] = 0
        if P.sum() <= 1e-12 * w:
            out.append(0.0)
            continue
        B = sum(np.roll(P, (a, b), axis=(0, 1)) for a in (-1, 0, 1) for b in (-1, 0, 1))
        out.append(B.max() / P.sum())
    return np.array(out)
""",
            "filters of 5 by 18",
        ),
        (
            "first filter",
            """
def filter_concentration(filters):
    out = []
    for f in np.asarray(filters, dtype=float):
        power = np.abs(np.fft.fft2(f)) ** 2
        whole = power.sum()
        power[0, 0] = 0
        if whole == 0 or power.sum() <= 1e-12 * whole:
            out.append(0.0)
            continue
        around = np.pad(power, 1, mode="wrap")
        h, w = power.shape
        best = max(around[i : i + 3, j : j + 3].sum() for i in range(h) for j in range(w))
        out.append(best / power.sum())
    return np.array(out[:1])
""",
            "expected shape",
        ),
        (
            "mean of the first filter alone",
            """
def filter_concentration(filters):
    power = np.abs(np.fft.fft2(np.asarray(filters, dtype=float))) ** 2
    whole = power.sum(axis=(1, 2))
    power[0, 0] = 0
    total = power.sum(axis=(1, 2))
    blocks = sum(np.roll(power, (i, j), axis=(1, 2))
        for i in (-1, 0, 1) for j in (-1, 0, 1))
    some = total > 1e-12 * whole
    return np.where(some, blocks.max(axis=(1, 2)) / np.where(some, total, 1), 0)
""",
            "of each filter",
        ),
        (
            "rfft2",
            """
def filter_concentration(filters):
    power = np.abs(np.fft.rfft2(np.asarray(filters, dtype=float))) ** 2
    whole = power.sum(axis=(1, 2))
    power[:, 0, 0] = 0
    total = power.sum(axis=(1, 2))
    blocks = sum(np.roll(power, (i, j), axis=(1, 2))
        for i in (-1, 0, 1) for j in (-1, 0, 1))
    some = total > 1e-12 * whole
    return np.where(some, blocks.max(axis=(1, 2)) / np.where(some, total, 1), 0)
""",
            "one half of the frequencies left out",
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
        ("a fine grid, read backwards", swept()),
        (
            "halving, and lists",
            """
def delta_sweep(params, x, degree, span):
    out2 = sum(sum(v * v for v in row) for row in np.array(params["out"])) / len(params["tok"])
    in2 = sum(np.sum(np.array(params[k]) ** 2) for k in ("tok", "pos")) / len(params["tok"])

    def delta(s):
        return float(degree * out2 * s ** (-2.0 * degree) - in2 * s**2)

    rows = {"embedding": [], "readout": [], "delta": [], "function": []}
    for target in [-1.01, -0.6, -0.3, 0, 0.4, 1.01]:
        low, high = 1e-4, 1e4
        for _ in range(200):
            middle = (low * high) ** 0.5
            low, high = (middle, high) if delta(middle) > target * span else (low, middle)
        pay = low ** (-degree * 1.0)
        new = {k: np.array(v) * (low if k != "out" else pay) for k, v in params.items()}
        rows["embedding"].append(low)
        rows["readout"].append(pay)
        rows["delta"].append(delta(low))
        rows["function"].append(float(np.mean(small_network(new, x, degree) ** 2) ** 0.5))
    return rows
""",
        ),
        (
            "a formula for balance, scipy for the rest",
            """
def delta_sweep(params, x, degree, span):
    from scipy.optimize import brentq
    A = degree * (params["out"] ** 2).sum(0).mean()
    B = ((params["tok"] ** 2).sum(1) + (params["pos"] ** 2).sum(1)).mean()
    f = lambda u: A * np.exp(-2 * degree * u) - B * np.exp(2 * u)
    balanced = np.log(A / B) / (2 * degree + 2)
    ends = [brentq(lambda u: f(u) - t * span, -20, 20) for t in (-1.5, -0.75, 0.75, 1.5)]
    u = np.array([ends[0], ends[1], balanced, ends[2], ends[3]])
    e, r = np.exp(u), np.exp(-degree * u)
    size = np.sqrt((small_network(params, x, degree) ** 2).mean())
    return {"function": size * np.ones(5), "delta": f(u), "readout": r, "embedding": tuple(e)}
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
        (
            "scipy",
            """
def sample_complexity(P, err, target):
    P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)
    hit = np.flatnonzero(err <= target)
    if hit.size == 0:
        return np.inf
    i = hit[0]
    if i == 0:
        return float(P[0])
    from scipy.interpolate import interp1d
    return float(2**interp1d(err[i-1:i+1],np.log2(P[i-1:i+1]))(target))
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
        (
            "padded by wrapping",
            """
def filter_concentration(filters):
    power = np.abs(np.fft.fft2(np.asarray(filters, dtype=float))) ** 2
    whole = power.sum(axis=(1, 2))
    power[:, 0, 0] = 0
    total = power.sum(axis=(1, 2))
    from numpy.lib.stride_tricks import sliding_window_view as sw
    blocks=sw(np.pad(power,((0,0),(1,1),(1,1)),mode="wrap"),(3,3),axis=(1,2)).sum((-1,-2))
    some = total > 1e-12 * whole
    return np.where(some, blocks.max(axis=(1, 2)) / np.where(some, total, 1), 0)
""",
        ),
    ],
}
