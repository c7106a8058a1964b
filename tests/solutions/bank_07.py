"""Collect answers to 07_width as students write them, wrong ones and right ones.

WRONG[exercise] lists (name, source, words of the message, which must name the cause);
RIGHT[exercise] lists (name, source).
"""


def rules(
    ntk: str = "1 / np.sqrt(m), 1 / np.sqrt(d), 1.0, 1.0, 1.0",
    mean_field: str = "1 / m, 1 / np.sqrt(d), 1.0, m, m",
    mup: str = "1.0, 1 / np.sqrt(d), 1 / m, m, 1 / m",
    guard: str = "if name not in table: raise ValueError(name)",
) -> str:
    return f"""
def parametrization(name, m, d):
    table = {{"ntk": ({ntk}), "mean_field": ({mean_field}), "mup": ({mup})}}
    {guard}
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), table.get(name, table["ntk"])))
"""


def deltas(
    answer: str = "a**2 - np.sum(W**2, axis=1)",
    draw: str = (
        "a = p['std_a'] * rng.standard_normal(m); W = p['std_w'] * rng.standard_normal((m, d))"
    ),
    rng: str = "np.random.default_rng(seed)",
    rule: str = "name",
) -> str:
    return f"""
def sample_deltas(name, m, d, seed):
    p = my_rule({rule}, m, d)
    rng = {rng}
    {draw}
    return {answer}
"""


def moments(
    mean: str = "std_a**2 - d * std_w**2",
    variance: str = "2 * std_a**4 + 2 * d * std_w**4",
    first: str = "pass",
) -> str:
    return f"def delta_moments(d, std_w, std_a):\n    {first}\n    return {mean}, {variance}\n"


def infinite(
    readouts: str = "L * (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * d)",
    weights: str = "G * (np.pi - th) / (2 * np.pi)",
    cosine: str = "np.clip(G / np.where(L > 0, L, 1), -1, 1)",
) -> str:
    return f"""
def relu_ntk_infinite(X):
    d, G, size = X.shape[1], X @ X.T, np.sqrt(np.sum(X**2, axis=1))
    L = size[:, None] * size
    th = np.arccos({cosine})
    return {readouts} + {weights}
"""


def flowing(
    left: str = "np.exp(-lam * s)",
    goal: str = "y",
    gap: str = "f0 - y",
    there: str = "V",
    back: str = "V.T",
    lam: str = "np.where(lam > 1e-10 * lam.max(), lam, 0)",
    still: str = "lam > 0",
) -> str:
    return f"""
def kernel_gradient_flow(K, y, f0, t):
    lam, V = np.linalg.eigh(K)
    lam = {lam}
    out = []
    for s in t:
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            left = np.where({still}, {left}, 1.0)
        out.append({goal} + {there} @ (left * ({back} @ ({gap}))))
    return np.array(out)
"""


def matrix(body: str) -> str:
    return (
        "from scipy.linalg import expm\n"
        f"def kernel_gradient_flow(K, y, f0, t):\n    return np.array([{body} for s in t])\n"
    )


def exponent(body: str) -> str:
    return f"def width_exponent(widths, values):\n    return {body}\n"


POWERS = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}


def designs(
    first: tuple = POWERS["first layer"],
    readouts: tuple = POWERS["readouts"],
    halfway: tuple = POWERS["halfway"],
    F: str = "m**p",
    rho: str = "m**q",
    share: str = "2 * rho**2 / (1 + rho**2)",
    numbers: str = "F / np.sqrt(m), d**-0.5, 1.0, share / F**2, (2 - share) / F**2",
    end: str = "dict(zip(('f_scale', 'std_w', 'std_a', 'eta_w', 'eta_a'), numbers))",
) -> str:
    powers = {"first layer": first, "readouts": readouts, "halfway": halfway}
    return f"""
def design_rule(wish, m, d):
    p, q = {powers}[wish]
    F = {F}
    rho = {rho}
    share = {share}
    numbers = {numbers}
    return {end}
"""


WRONG = {
    "07.1": [
        (
            "rates of mean field",
            rules(mean_field="1 / m, 1 / np.sqrt(d), 1.0, 1.0, 1.0"),
            "rates are not rescaled",
        ),
        (
            "rates of muP",
            rules(mup="1.0, 1 / np.sqrt(d), 1 / m, 1.0, 1.0"),
            "not rescaled with the width",
        ),
        (
            "1/m for 1/sqrt m",
            rules(ntk="1 / m, 1 / np.sqrt(d), 1.0, 1.0, 1.0"),
            "1/m is the multiplier of mean field",
        ),
        (
            "1/sqrt m for 1/m",
            rules(mean_field="m**-0.5, 1 / np.sqrt(d), 1.0, m, m"),
            "1/sqrt(m) is the multiplier of NTK",
        ),
        ("k for k squared", rules(mup="1.0, 1 / np.sqrt(d), 1 / m, m, 1.0"), "k^2 eta, not k eta"),
        ("units forgotten", rules(mup="1.0, 1 / np.sqrt(d), 1 / m, m, m"), "this is the rate of a"),
        (
            "exchanged",
            rules(mup="1.0, 1 / np.sqrt(d), 1 / m, 1 / m, m"),
            "two rates look exchanged",
        ),
        (
            "muP with a multiplier",
            rules(mup="1 / m, 1 / np.sqrt(d), 1.0, m, m"),
            "muP has no multiplier",
        ),
        (
            "standard readouts",
            rules(mup="1.0, 1 / np.sqrt(d), m**-0.5, m, 1 / m"),
            "1/sqrt(m) is the standard start",
        ),
        (
            "variance",
            rules(
                *[
                    f"{c}, 1 / d, {rest}"
                    for c, rest in (
                        ("m**-0.5", "1, 1, 1"),
                        ("1 / m", "1, m, m"),
                        ("1", "1 / m, m, 1 / m"),
                    )
                ]
            ),
            "this is the variance 1/d",
        ),
        (
            "no 1/sqrt d",
            rules(
                *[
                    f"{c}, 1.0, {rest}"
                    for c, rest in (
                        ("m**-0.5", "1, 1, 1"),
                        ("1 / m", "1, m, m"),
                        ("1", "1 / m, m, 1 / m"),
                    )
                ]
            ),
            "1/sqrt(d) is missing",
        ),
        ("any name", rules(guard="pass"), "expected ValueError"),
        ("KeyError", rules(guard="table[name]"), "expected ValueError"),
        ("key missing", rules().replace('"std_a", ', '"std_b", '), "the key 'std_a' is missing"),
        (
            "a tuple",
            rules().replace(
                (
                    'return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), '
                    'table.get(name, table["ntk"])))'
                ),
                "return table[name]",
            ),
            "expected a dictionary",
        ),
        (
            "one rate of mean field",
            rules(mean_field="1 / m, 1 / np.sqrt(d), 1.0, m, 1.0"),
            "rates are not rescaled",
        ),
        (
            "rates the wrong way",
            rules(mean_field="1 / m, 1 / np.sqrt(d), 1.0, 1 / m, 1 / m"),
            "the rates go the wrong way",
        ),
        (
            "rates m squared",
            rules(mean_field="1 / m, 1 / np.sqrt(d), 1.0, m**2, m**2"),
            "m makes up for it, not m^2",
        ),
        (
            "rates sqrt m",
            rules(mean_field="1 / m, 1 / np.sqrt(d), 1.0, m**0.5, m**0.5"),
            "m makes up for it, not sqrt(m)",
        ),
        (
            "rates of NTK grow",
            rules(ntk="m**-0.5, 1 / np.sqrt(d), 1.0, m, m"),
            "the rates of NTK are 1",
        ),
        (
            "no multiplier for NTK",
            rules(ntk="1.0, 1 / np.sqrt(d), m**-0.5, 1.0, 1.0"),
            "the multiplier 1/sqrt(m) is missing",
        ),
        (
            "mean field without a multiplier",
            rules(mean_field="1.0, 1 / np.sqrt(d), 1 / m, m, m"),
            "without one it is muP",
        ),
        (
            "readouts of mean field over m",
            rules(mean_field="1 / m, 1 / np.sqrt(d), 1 / m, m, m"),
            "only muP has its 1/m inside",
        ),
        (
            "muP with NTK's multiplier",
            rules(mup="m**-0.5, 1 / np.sqrt(d), 1 / m, m, 1 / m"),
            "1/sqrt(m) is that of NTK",
        ),
        (
            "muP's readouts of size 1",
            rules(mup="1.0, 1 / np.sqrt(d), 1.0, m, 1 / m"),
            "so they are of size 1/m",
        ),
        (
            "k squared and not eta",
            rules(mup="1.0, 1 / np.sqrt(d), 1 / m, m, 1 / m**2"),
            "so the rate is k^2 eta",
        ),
        ("m for d", rules(ntk="m**-0.5, m**-0.5, 1.0, 1.0, 1.0"), "m and d look exchanged"),
        (
            "sqrt d multiplies",
            rules(ntk="m**-0.5, d**0.5, 1.0, 1.0, 1.0"),
            "sqrt(d) should divide",
        ),
        (
            "NTK for any other name",
            rules(guard="name = name if name in table else 'ntk'"),
            "expected ValueError",
        ),
        (
            "in any case",
            rules(guard="name = name.strip().lower()")
            .replace("table.get(name", "table.get(name.lower()")
            .replace(
                "    return dict", "    if name not in table: raise ValueError\n    return dict"
            ),
            "expected ValueError",
        ),
        ("whole division", rules(mean_field="1 // m, 1 / np.sqrt(d), 1.0, m, m"), "f_scale of"),
        ("He", rules(ntk="m**-0.5, (2 / d)**0.5, 1.0, 1.0, 1.0"), "this is He's start"),
        (
            "k of one root",
            rules(mup="1.0, 1 / np.sqrt(d), 1 / m, m, m**-0.5"),
            "k is 1/m, not 1/sqrt(m)",
        ),
        (
            "inputs in the multiplier",
            """
def parametrization(name, m, d):
    table = {
        "ntk": ((m * d) ** -0.5, d**-0.5, 1.0, 1.0, 1.0),
        "mean_field": (1 / m, 1 / np.sqrt(d), 1.0, m, m),
        "mup": (1.0, 1 / np.sqrt(d), 1 / m, m, 1 / m),
    }
    if name not in table:
        raise ValueError(name)
    return dict(
        zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), table.get(name, table["ntk"]))
    )
""",
            "not the number of inputs",
        ),
        (
            "inputs in the average",
            """
def parametrization(name, m, d):
    table = {
        "ntk": (1 / np.sqrt(m), 1 / np.sqrt(d), 1.0, 1.0, 1.0),
        "mean_field": (1 / (m * d), d**-0.5, 1.0, m, m),
        "mup": (1.0, 1 / np.sqrt(d), 1 / m, m, 1 / m),
    }
    if name not in table:
        raise ValueError(name)
    return dict(
        zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), table.get(name, table["ntk"]))
    )
""",
            "not the number of inputs",
        ),
        (
            "powers without brackets",
            """
def parametrization(name, m, d):
    table = {
        "ntk": (m**-1 / 2, d**-1 / 2, 1.0, 1.0, 1.0),
        "mean_field": (1 / m, 1 / np.sqrt(d), 1.0, m, m),
        "mup": (1.0, 1 / np.sqrt(d), 1 / m, m, 1 / m),
    }
    if name not in table:
        raise ValueError(name)
    return dict(
        zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), table.get(name, table["ntk"]))
    )
""",
            "put parentheses around it",
        ),
        (
            "names in any case",
            """
def parametrization(name, m, d):
    table = {
        "ntk": (1 / np.sqrt(m), 1 / np.sqrt(d), 1.0, 1.0, 1.0),
        "mean_field": (1 / m, 1 / np.sqrt(d), 1.0, m, m),
        "mup": (1.0, 1 / np.sqrt(d), 1 / m, m, 1 / m),
    }
    name = name.lower()
    if name not in table:
        raise ValueError(name)
    return dict(
        zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), table.get(name, table["ntk"]))
    )
""",
            "expected ValueError",
        ),
        (
            "muP for every other name",
            """
def parametrization(name, m, d):
    if name == "ntk":
        v = (m**-0.5, d**-0.5, 1.0, 1.0, 1.0)
    elif name == "mean_field":
        v = (1 / m, d**-0.5, 1.0, m, m)
    else:
        v = (1.0, d**-0.5, 1 / m, m, 1 / m)
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), v))
""",
            "expected ValueError",
        ),
        (
            "a variable that is not set",
            """
def parametrization(name, m, d):
    if name == "ntk":
        v = (m**-0.5, d**-0.5, 1.0, 1.0, 1.0)
    elif name == "mean_field":
        v = (1 / m, d**-0.5, 1.0, m, m)
    elif name == "mup":
        v = (1.0, d**-0.5, 1 / m, m, 1 / m)
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), v))
""",
            "expected ValueError",
        ),
        (
            "None for another name",
            """
def parametrization(name, m, d):
    table = {
        "ntk": (1 / np.sqrt(m), 1 / np.sqrt(d), 1.0, 1.0, 1.0),
        "mean_field": (1 / m, 1 / np.sqrt(d), 1.0, m, m),
        "mup": (1.0, 1 / np.sqrt(d), 1 / m, m, 1 / m),
    }
    if name not in table:
        return None
    return dict(
        zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), table.get(name, table["ntk"]))
    )
""",
            "expected ValueError",
        ),
        (
            "spreads exchanged",
            """
def parametrization(name, m, d):
    table = {
        "ntk": (1 / np.sqrt(m), 1 / np.sqrt(d), 1.0, 1.0, 1.0),
        "mean_field": (1 / m, 1 / np.sqrt(d), 1.0, m, m),
        "mup": (1.0, 1 / np.sqrt(d), 1 / m, m, 1 / m),
    }
    if name not in table:
        raise ValueError(name)
    return dict(
        zip(("f_scale", "std_a", "std_w", "eta_w", "eta_a"), table.get(name, table["ntk"]))
    )
""",
            "std_a of",
        ),
        (
            "rate of a over m squared",
            """
def parametrization(name, m, d):
    table = {
        "ntk": (1 / np.sqrt(m), 1 / np.sqrt(d), 1.0, 1.0, 1.0),
        "mean_field": (1 / m, 1 / np.sqrt(d), 1.0, m, m),
        "mup": (1.0, d**-0.5, 1 / m, m, m**-2.0),
    }
    if name not in table:
        raise ValueError(name)
    return dict(
        zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), table.get(name, table["ntk"]))
    )
""",
            "so the rate is k^2 eta",
        ),
        (
            "rate of the readouts 1",
            """
def parametrization(name, m, d):
    table = {
        "ntk": (1 / np.sqrt(m), 1 / np.sqrt(d), 1.0, 1.0, 1.0),
        "mean_field": (1 / m, d**-0.5, 1.0, m, 1.0),
        "mup": (1.0, 1 / np.sqrt(d), 1 / m, m, 1 / m),
    }
    if name not in table:
        raise ValueError(name)
    return dict(
        zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), table.get(name, table["ntk"]))
    )
""",
            "the rates are not rescaled",
        ),
        (
            "an array",
            """
def parametrization(name, m, d):
    table = {
        "ntk": (1 / np.sqrt(m), 1 / np.sqrt(d), 1.0, 1.0, 1.0),
        "mean_field": (1 / m, 1 / np.sqrt(d), 1.0, m, m),
        "mup": (1.0, 1 / np.sqrt(d), 1 / m, m, 1 / m),
    }
    if name not in table:
        raise ValueError(name)
    return np.array(
        list(
            dict(
                zip(
                    ("f_scale", "std_w", "std_a", "eta_w", "eta_a"),
                    table.get(name, table["ntk"]),
                )
            ).values()
        )
    )
""",
            "expected a dictionary",
        ),
        (
            "both rates small",
            """
def parametrization(name, m, d):
    table = {
        "ntk": (1 / np.sqrt(m), 1 / np.sqrt(d), 1.0, 1.0, 1.0),
        "mean_field": (1 / m, 1 / np.sqrt(d), 1.0, m, m),
        "mup": (1.0, d**-0.5, 1 / m, 1 / m, 1 / m),
    }
    if name not in table:
        raise ValueError(name)
    return dict(
        zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), table.get(name, table["ntk"]))
    )
""",
            "look exchanged",
        ),
    ],
    "07.2": [
        (
            "unseeded",
            deltas(rng="np.random.default_rng()"),
            "make the generator inside the function",
        ),
        ("|w| not squared", deltas("a**2 - np.linalg.norm(W, axis=1)"), "|w| should be squared"),
        ("sign", deltas("np.sum(W**2, axis=1) - a**2"), "the sign is flipped"),
        (
            "mean over inputs",
            deltas("a**2 - np.mean(W**2, axis=1)"),
            "squares are summed over the inputs",
        ),
        (
            "no 1/sqrt d",
            deltas(draw="a = p['std_a'] * rng.standard_normal(m); W = rng.standard_normal((m, d))"),
            "without their standard deviation",
        ),
        (
            "weights first",
            deltas(
                draw=(
                    "W = p['std_w'] * rng.standard_normal((m, d)); "
                    "a = p['std_a'] * rng.standard_normal(m)"
                )
            ),
            "the readouts come first",
        ),
        (
            "neuron by neuron",
            deltas(
                (
                    "np.array([(p['std_a'] * rng.standard_normal())**2 "
                    "- np.sum((p['std_w'] * rng.standard_normal(d))**2) for _ in range(m)])"
                ),
                "pass",
            ),
            "neuron by neuron",
        ),
        (
            "old generator",
            deltas(
                draw=(
                    "np.random.seed(seed); a = p['std_a'] * np.random.randn(m); "
                    "W = p['std_w'] * np.random.randn(m, d)"
                )
            ),
            "old np.random.seed",
        ),
        (
            "multiplier in a",
            deltas("(p['f_scale'] * a)**2 - np.sum(W**2, axis=1)"),
            "the multiplier is inside the readouts",
        ),
        (
            "multiplier in both",
            deltas("p['f_scale']**2 * (a**2 - np.sum(W**2, axis=1))"),
            "weights are taken as they are",
        ),
        ("one rule for all", deltas(rule="'ntk'"), "their size depends on the rule"),
        ("one seed for all", deltas(rng="np.random.default_rng(1)"), "is the seed used"),
        (
            "wrong axis",
            deltas("np.sum(a**2) - np.sum(W**2, axis=0)"),
            "expected shape (5,), got (3,)",
        ),
        (
            "readout not squared",
            deltas("a - np.sum(W**2, axis=1)"),
            "the readout should be squared",
        ),
        ("added", deltas("a**2 + np.sum(W**2, axis=1)"), "subtracted, not added"),
        (
            "sum squared",
            deltas("a**2 - np.sum(W, axis=1)**2"),
            "summed first and squared then",
        ),
        (
            "rates inside",
            deltas("p['eta_w'] * a**2 - p['eta_a'] * np.sum(W**2, axis=1)"),
            "the rates are inside",
        ),
        (
            "rates and multiplier",
            deltas("p['f_scale']**2 * (p['eta_w'] * a**2 - p['eta_a'] * np.sum(W**2, axis=1))"),
            "here the weights are taken as they are",
        ),
        (
            "three inputs",
            deltas(
                draw=(
                    "a = p['std_a'] * rng.standard_normal(m); "
                    "W = p['std_w'] * rng.standard_normal((m, 3))"
                )
            ),
            "is it a fixed number",
        ),
        (
            "shape (d, m)",
            deltas(
                "a**2 - np.sum(W**2, axis=0)",
                draw=(
                    "a = p['std_a'] * rng.standard_normal(m); "
                    "W = p['std_w'] * rng.standard_normal((d, m))"
                ),
            ),
            "draw it with (m, d)",
        ),
        (
            "two generators",
            deltas(
                draw=(
                    "a = p['std_a'] * rng.standard_normal(m); "
                    "W = p['std_w'] * np.random.default_rng(seed).standard_normal((m, d))"
                )
            ),
            "one generator draws both",
        ),
        ("the mean", deltas("np.mean(a**2 - np.sum(W**2, axis=1))"), "expected shape (5,)"),
        (
            "all weights together",
            deltas("a**2 - np.sum(W**2)"),
            "added over the neurons of all",
        ),
        ("muP for all", deltas(rule="'mup'"), "their size depends on the rule"),
        (
            "no return",
            deltas().replace("return a**2", "delta = a**2"),
            "is there a return statement",
        ),
        ("absolute value", deltas("np.abs(a**2 - np.sum(W**2, axis=1))"), "its absolute value"),
        ("sorted", deltas("np.sort(a**2 - np.sum(W**2, axis=1))"), "these are sorted"),
        ("ratio", deltas("a**2 / np.sum(W**2, axis=1)"), "return their difference"),
        ("seed 0", deltas(rng="np.random.default_rng(0)"), "is the seed used"),
        (
            "spreads exchanged",
            deltas(
                draw=(
                    "a = p['std_w'] * rng.standard_normal(m); "
                    "W = p['std_a'] * rng.standard_normal((m, d))"
                )
            ),
            "the two standard deviations look exchanged",
        ),
        (
            "rates exchanged",
            deltas("p['eta_a'] * a**2 - p['eta_w'] * np.sum(W**2, axis=1)"),
            "the rates are inside",
        ),
        (
            "sum of absolute values",
            """
def sample_deltas(name, m, d, seed):
    p = my_rule(name, m, d)
    rng = np.random.default_rng(seed)
    a = p["std_a"] * rng.standard_normal(m)
    W = p["std_w"] * rng.standard_normal((m, d))
    return a**2 - np.sum(np.abs(W), axis=1) ** 2
""",
            "not the square of a sum of absolute values",
        ),
        (
            "largest square",
            """
def sample_deltas(name, m, d, seed):
    p = my_rule(name, m, d)
    rng = np.random.default_rng(seed)
    a = p["std_a"] * rng.standard_normal(m)
    W = p["std_w"] * rng.standard_normal((m, d))
    return a**2 - np.max(W**2, axis=1)
""",
            "not the largest",
        ),
        (
            "evenly spread",
            """
def sample_deltas(name, m, d, seed):
    p = my_rule(name, m, d)
    rng = np.random.default_rng(seed)
    a = p["std_a"] * rng.random(m)
    W = p["std_w"] * rng.random((m, d))
    return a**2 - np.sum(W**2, axis=1)
""",
            "spread evenly",
        ),
        (
            "the next seed",
            """
def sample_deltas(name, m, d, seed):
    p = my_rule(name, m, d)
    rng = np.random.default_rng(seed + 1)
    a = p["std_a"] * rng.standard_normal(m)
    W = p["std_w"] * rng.standard_normal((m, d))
    return a**2 - np.sum(W**2, axis=1)
""",
            "here it is one more",
        ),
        (
            "single precision",
            """
def sample_deltas(name, m, d, seed):
    p = my_rule(name, m, d)
    rng = np.random.default_rng(seed)
    a = p["std_a"] * rng.standard_normal(m, dtype=np.float32)
    W = p["std_w"] * rng.standard_normal((m, d), dtype=np.float32)
    return a**2 - np.sum(W**2, axis=1)
""",
            "draws in single precision",
        ),
        (
            "|a|",
            """
def sample_deltas(name, m, d, seed):
    p = my_rule(name, m, d)
    rng = np.random.default_rng(seed)
    a = p["std_a"] * rng.standard_normal(m)
    W = p["std_w"] * rng.standard_normal((m, d))
    return np.abs(a) - np.sum(W**2, axis=1)
""",
            "taken without its sign",
        ),
        (
            "square of the difference",
            """
def sample_deltas(name, m, d, seed):
    p = my_rule(name, m, d)
    rng = np.random.default_rng(seed)
    a = p["std_a"] * rng.standard_normal(m)
    W = p["std_w"] * rng.standard_normal((m, d))
    return (a - np.linalg.norm(W, axis=1)) ** 2
""",
            "the square of a difference",
        ),
        (
            "m and d exchanged",
            """
def sample_deltas(name, m, d, seed):
    p = my_rule(name, d, m)
    rng = np.random.default_rng(seed)
    a = p["std_a"] * rng.standard_normal(m)
    W = p["std_w"] * rng.standard_normal((m, d))
    return a**2 - np.sum(W**2, axis=1)
""",
            "m and d are exchanged",
        ),
        (
            "other axis",
            """
def sample_deltas(name, m, d, seed):
    p = my_rule(name, m, d)
    rng = np.random.default_rng(seed)
    a = p["std_a"] * rng.standard_normal(m)
    W = p["std_w"] * rng.standard_normal((m, d))
    return a**2 - np.sum(W**2, axis=0)
""",
            "two arrays of different shapes",
        ),
        (
            "last neuron left out",
            """
def sample_deltas(name, m, d, seed):
    p = my_rule(name, m, d)
    rng = np.random.default_rng(seed)
    a = p["std_a"] * rng.standard_normal(m)
    W = p["std_w"] * rng.standard_normal((m, d))
    return (a**2 - np.sum(W**2, axis=1))[:-1]
""",
            "one too short",
        ),
        (
            "one generator for all calls",
            """
rng = np.random.default_rng(0)


def sample_deltas(name, m, d, seed):
    p = my_rule(name, m, d)
    a = p["std_a"] * rng.standard_normal(m)
    W = p["std_w"] * rng.standard_normal((m, d))
    return a**2 - np.sum(W**2, axis=1)
""",
            "make the generator inside",
        ),
        (
            "no seed",
            """
def sample_deltas(name, m, d, seed):
    p = my_rule(name, m, d)
    rng = np.random.default_rng()
    a = p["std_a"] * rng.standard_normal(m)
    W = p["std_w"] * rng.standard_normal((m, d))
    return a**2 - np.sum(W**2, axis=1)
""",
            "make the generator inside",
        ),
        (
            "printed",
            """
def sample_deltas(name, m, d, seed):
    p = my_rule(name, m, d)
    rng = np.random.default_rng(seed)
    a = p["std_a"] * rng.standard_normal(m)
    W = p["std_w"] * rng.standard_normal((m, d))
    return print(a**2 - np.sum(W**2, axis=1))
""",
            "nothing came back",
        ),
        (
            "a dictionary",
            """
def sample_deltas(name, m, d, seed):
    p = my_rule(name, m, d)
    rng = np.random.default_rng(seed)
    a = p["std_a"] * rng.standard_normal(m)
    W = p["std_w"] * rng.standard_normal((m, d))
    return {"delta": a**2 - np.sum(W**2, axis=1)}
""",
            "got a dictionary",
        ),
        (
            "multiplier in w",
            """
def sample_deltas(name, m, d, seed):
    rule = my_rule(name, m, d)
    rng = np.random.default_rng(seed)
    a = rule["std_a"] * rng.standard_normal(m)
    W = rule["std_w"] * rng.standard_normal((m, d))
    return a**2 - rule["f_scale"]**2*np.sum(W**2, axis=1)
""",
            "the multiplier is inside the weights",
        ),
        (
            "one readout",
            """
def sample_deltas(name, m, d, seed):
    rule = my_rule(name, m, d)
    rng = np.random.default_rng(seed)
    a = rule["std_a"] * rng.standard_normal()
    W = rule["std_w"] * rng.standard_normal((m, d))
    return a**2 - np.sum(W**2, axis=1)
""",
            "one readout is drawn for all neurons",
        ),
        (
            "filled by columns",
            """
def sample_deltas(name, m, d, seed):
    rule = my_rule(name, m, d)
    rng = np.random.default_rng(seed)
    a = rule["std_a"] * rng.standard_normal(m)
    W = rule["std_w"] * rng.standard_normal(m*d).reshape((m,d),order="F")
    return a**2 - np.sum(W**2, axis=1)
""",
            "draw it with (m, d)",
        ),
    ],
    "07.3": [
        ("no d in the mean", moments("std_a**2 - std_w**2"), "the factor d is missing"),
        (
            "no d in the variance",
            moments(variance="2 * std_a**4 + 2 * std_w**4"),
            "the factor d is missing",
        ),
        ("d squared", moments(variance="2 * std_a**4 + 2 * d**2 * std_w**4"), "not d^2 times"),
        (
            "fourth moment",
            moments(variance="3 * std_a**4 + 3 * d * std_w**4"),
            "subtract the square of its mean",
        ),
        (
            "subtracted",
            moments(variance="2 * std_a**4 - 2 * d * std_w**4"),
            "also when the numbers are subtracted",
        ),
        ("variance 1", moments(variance="std_a**4 + d * std_w**4"), "the variance of z^2 is 2"),
        (
            "deviation",
            moments(variance="np.sqrt(2 * std_a**4 + 2 * d * std_w**4)"),
            "this is the standard deviation",
        ),
        ("second power", moments(variance="2 * std_a**2 + 2 * d * std_w**2"), "fourth power"),
        ("sign", moments("d * std_w**2 - std_a**2"), "the sign is flipped"),
        ("not squared", moments("std_a - d * std_w"), "should be squared"),
        (
            "exchanged",
            moments(first="std_w, std_a = std_a, std_w"),
            "std_w and std_a look exchanged",
        ),
        (
            "order",
            (
                "def delta_moments(d, std_w, std_a):\n"
                "    return 2 * std_a**4 + 2 * d * std_w**4, std_a**2 - d * std_w**2"
            ),
            "mean and variance look exchanged",
        ),
        (
            "one number",
            "def delta_moments(d, std_w, std_a):\n    return std_a**2 - d * std_w**2",
            "expected 2 things",
        ),
        ("added", moments("std_a**2 + d * std_w**2"), "subtracted, not added"),
        ("d squared in the mean", moments("std_a**2 - (d * std_w)**2"), "d enters once"),
        ("mean over inputs", moments("std_a**2 - std_w**2 / d"), "not their mean"),
        ("mean 0", moments("0.0"), "the mean of z^2 is 1"),
        (
            "second moment",
            moments(variance="2 * std_a**4 + 2 * d * std_w**4 + (std_a**2 - d * std_w**2)**2"),
            "subtract the square of the mean of delta",
        ),
        ("weights only", moments(variance="2 * d * std_w**4"), "the readout varies too"),
        ("readout only", moments(variance="2 * std_a**4"), "the weights vary too"),
        (
            "one factor 2",
            moments(variance="2 * std_a**4 + d * std_w**4"),
            "missing in the weights'",
        ),
        ("2 squared", moments(variance="4 * std_a**4 + 4 * d * std_w**4"), "the 2 should not be"),
        ("d for both", moments(variance="2 * d * (std_a**4 + std_w**4)"), "not to the readout"),
        (
            "drawn",
            (
                "def delta_moments(d, std_w, std_a):\n"
                "    rng = np.random.default_rng(0)\n"
                "    a, W = rng.standard_normal(40000), rng.standard_normal((40000, d))\n"
                "    x = (std_a * a)**2 - np.sum((std_w * W)**2, axis=1)\n"
                "    return x.mean(), x.var()"
            ),
            "is it estimated from random draws",
        ),
        (
            "a dictionary",
            (
                "def delta_moments(d, std_w, std_a):\n"
                "    return {'mean': std_a**2 - d * std_w**2, 'variance': 2}"
            ),
            "expected 2 things",
        ),
        (
            "one square for all",
            moments(variance="2 * (std_a**2 - d * std_w**2)**2"),
            "for one square only",
        ),
        (
            "second power of a",
            moments(variance="2 * std_a**2 + 2 * d * std_w**4"),
            "the readout's part has the second",
        ),
        ("a of size 1", moments("1 - d * std_w**2"), "std_a is an argument"),
        (
            "3 minus 1 apart",
            moments(variance="3 * std_a**4 - std_a**2 + d * (3 * std_w**4 - std_w**2)"),
            "scales as a whole",
        ),
        (
            "fourth moment for the readout",
            """
def delta_moments(d, std_w, std_a):
    pass
    return std_a**2 - d * std_w**2, 3 * std_a**4 + 2 * d * std_w**4
""",
            "in the readout's part",
        ),
        (
            "fourth moment for the weights",
            """
def delta_moments(d, std_w, std_a):
    pass
    return std_a**2 - d * std_w**2, 2 * std_a**4 + 3 * d * std_w**4
""",
            "in the weights' part",
        ),
        (
            "3 + 1",
            """
def delta_moments(d, std_w, std_a):
    pass
    return std_a**2 - d * std_w**2, 4 * std_a**4 + 2 * d * std_w**4
""",
            "not 3 + 1",
        ),
        (
            "parenthesis",
            """
def delta_moments(d, std_w, std_a):
    pass
    return std_a**2 - d * std_w**2, 2 * (std_a**4 + 2 * d * std_w**4)
""",
            "where a parenthesis ends",
        ),
        (
            "2 raised too",
            """
def delta_moments(d, std_w, std_a):
    pass
    return std_a**2 - d * std_w**2, (2 * std_a) ** 4 + d * (2 * std_w) ** 4
""",
            "should not be raised",
        ),
        (
            "d raised too",
            """
def delta_moments(d, std_w, std_a):
    pass
    return std_a**2 - d * std_w**2, 2 * std_a**4 + 2 * (d * std_w) ** 4
""",
            "the d should not be raised",
        ),
        (
            "one square less",
            """
def delta_moments(d, std_w, std_a):
    pass
    return std_a**2 - d * std_w**2, 2 * std_a**4 + 2 * (d - 1) * std_w**4
""",
            "not one less",
        ),
        (
            "root of d",
            """
def delta_moments(d, std_w, std_a):
    pass
    return std_a**2 - d * std_w**2, 2 * std_a**4 + 2 * d**0.5 * std_w**4
""",
            "not sqrt(d) times",
        ),
        (
            "variance squared",
            """
def delta_moments(d, std_w, std_a):
    pass
    return std_a**2 - d * std_w**2, (2 * std_a**4 + 2 * d * std_w**4) ** 2
""",
            "squared once more",
        ),
        (
            "eighth power",
            """
def delta_moments(d, std_w, std_a):
    pass
    return std_a**2 - d * std_w**2, 2 * std_a**8 + 2 * d * std_w**8
""",
            "not the eighth",
        ),
        (
            "a half",
            """
def delta_moments(d, std_w, std_a):
    pass
    return std_a**2 - d * std_w**2, std_a**4 / 2 + d * std_w**4 / 2
""",
            "not 1/2",
        ),
        (
            "one input less in the mean",
            """
def delta_moments(d, std_w, std_a):
    pass
    return std_a**2 - (d - 1) * std_w**2, 2 * std_a**4 + 2 * d * std_w**4
""",
            "not one less or more",
        ),
        (
            "3 for the mean",
            """
def delta_moments(d, std_w, std_a):
    pass
    return 3 * std_a**2 - 3 * d * std_w**2, 2 * std_a**4 + 2 * d * std_w**4
""",
            "3 is that of z^4",
        ),
        (
            "a thousand draws",
            """
def delta_moments(d, std_w, std_a):
    rng = np.random.default_rng(0)
    x = (std_a * rng.standard_normal(1000)) ** 2 - np.sum(
        (std_w * rng.standard_normal((1000, d))) ** 2, axis=1
    )
    return x.mean(), x.var()
""",
            "estimated from random draws",
        ),
        (
            "w of the NTK rule",
            """
def delta_moments(d, std_w, std_a):
    return std_a**2 - 1, 2 * std_a**4 + 2/d
""",
            "not always 1/sqrt(d)",
        ),
        (
            "standard deviations added",
            """
def delta_moments(d, std_w, std_a):
    return std_a**2 - d * std_w**2, (2**.5*std_a**2 + (2*d)**.5*std_w**2)**2
""",
            "variances add, not standard deviations",
        ),
        (
            "roots added",
            """
def delta_moments(d, std_w, std_a):
    return std_a**2 - d * std_w**2, (2 * std_a**4)**.5 + (2 * d * std_w**4)**.5
""",
            "variances add, not standard deviations",
        ),
    ],
    "07.4": [
        ("arccos out of range", infinite(cosine="G / np.where(L > 0, L, 1)"), "clip it"),
        (
            "1/pi",
            infinite(
                "L * (np.sin(th) + (np.pi - th) * np.cos(th)) / (np.pi * d)",
                "G * (np.pi - th) / np.pi",
            ),
            "both terms have 1/pi",
        ),
        (
            "1/pi in the first",
            infinite("L * (np.sin(th) + (np.pi - th) * np.cos(th)) / (np.pi * d)"),
            "the readouts' term has 1/pi",
        ),
        (
            "1/pi in the second",
            infinite(weights="G * (np.pi - th) / np.pi"),
            "the weights' term has 1/pi",
        ),
        ("no readouts", infinite("0"), "the readouts' term is missing"),
        ("no weights", infinite(weights="0"), "the weights' term is missing"),
        (
            "no 1/d",
            infinite("L * (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi)"),
            "the 1/d of the readouts' term is missing",
        ),
        (
            "both over d",
            infinite(weights="G * (np.pi - th) / (2 * np.pi * d)"),
            "the gates do not care",
        ),
        (
            "no lengths",
            infinite(
                "(np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * d)",
                "np.cos(th) * (np.pi - th) / (2 * np.pi)",
            ),
            "the lengths of the inputs are missing",
        ),
        (
            "no lengths in the first",
            infinite("(np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * d)"),
            "lacks the lengths",
        ),
        (
            "overlap",
            infinite(
                "L * (np.sin(th) + th * np.cos(th)) / (2 * np.pi * d)", "G * th / (2 * np.pi)"
            ),
            "overlap in pi - theta",
        ),
        ("no x.x'", infinite(weights="(np.pi - th) / (2 * np.pi)"), "lacks x.x'"),
        ("zero row", infinite(cosine="np.clip(G / L, -1, 1)"), "a row of zeros"),
        (
            "zero row kept away",
            infinite(
                cosine="np.clip(G / (L + 1e-300), -1, 1)",
                readouts="(L + 1e-3) * (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * d)",
            ),
            "should be zero",
        ),
        (
            "a sample",
            """
def relu_ntk_infinite(X):
    rng, m, d = np.random.default_rng(0), 2000, X.shape[1]
    return kernel.ntk_two_layer(X, rng.standard_normal((m, d)) / np.sqrt(d), \
rng.standard_normal(m)) / m
""",
            "the kernel of",
        ),
        (
            "precedence",
            infinite(
                "L * (np.sin(th) + (np.pi - th) * np.cos(th)) / 2 * np.pi * d",
                "G * (np.pi - th) / 2 * np.pi",
            ),
            "needs parentheses",
        ),
        (
            "precedence in the first",
            infinite("L * (np.sin(th) + (np.pi - th) * np.cos(th)) / 2 * np.pi * d"),
            "in the readouts' term, division by 2 pi d needs parentheses",
        ),
        (
            "rows for columns",
            infinite("L * (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * len(X))"),
            "d is the number of columns",
        ),
        (
            "sqrt d",
            infinite("L * (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * np.sqrt(d))"),
            "not 1/sqrt(d)",
        ),
        (
            "degrees",
            infinite()
            .replace("np.arccos(", "np.degrees(np.arccos(")
            .replace("-1, 1))\n", "-1, 1)))\n"),
            "in degrees",
        ),
        ("cosine for angle", infinite().replace("np.arccos(", "("), "this uses its cosine"),
        ("cosine without lengths", infinite(cosine="np.clip(G, -1, 1)"), "over both lengths"),
        (
            "sine and cosine",
            infinite("L * (np.cos(th) + (np.pi - th) * np.sin(th)) / (2 * np.pi * d)"),
            "sine and cosine are exchanged",
        ),
        (
            "no sine",
            infinite("L * (np.pi - th) * np.cos(th) / (2 * np.pi * d)"),
            "the sine is missing",
        ),
        (
            "minus",
            infinite("L * (np.sin(th) - (np.pi - th) * np.cos(th)) / (2 * np.pi * d)"),
            "should have a plus",
        ),
        (
            "x.x' in the first",
            infinite("G * (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * d)"),
            "has the product of the lengths; here it has x.x'",
        ),
        (
            "lengths in the second",
            infinite(weights="L * (np.pi - th) / (2 * np.pi)"),
            "has x.x'; here it has the product of the lengths",
        ),
        (
            "in place",
            infinite().replace(
                "    d, G", "    X *= 1 / 2\n    X += X\n    X /= 3\n    X = 3 * X\n    d, G"
            ),
            "changes the arrays it is given",
        ),
        (
            "three inputs",
            infinite("L * (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * 3)"),
            "is the number of inputs fixed at 3",
        ),
        (
            "columns",
            infinite().replace(
                "d, G, size = X.shape[1], X @ X.T, np.sqrt(np.sum(X**2, axis=1))",
                "d, G, size = X.shape[1], X.T @ X, np.sqrt(np.sum(X**2, axis=0))",
            ),
            "expected shape (6, 6), got (5, 5)",
        ),
        (
            "clipped at 0",
            infinite(cosine="np.clip(G / np.where(L > 0, L, 1), 0, 1)"),
            "keep their sign",
        ),
        ("2 pi", infinite(weights="G * (2 * np.pi - th) / (2 * np.pi)"), "not 2 pi - theta"),
        (
            "only the diagonal",
            infinite()
            .replace("return ", "return np.eye(d + 1)[:1, :1] * 0 + np.eye(len(X)) * (")
            .rstrip()
            + ")\n",
            "only the diagonal is filled",
        ),
        (
            "a large sample",
            """
def relu_ntk_infinite(X):
    rng, m, d = np.random.default_rng(0), 30000, X.shape[1]
    return kernel.ntk_two_layer(X, rng.standard_normal((m, d)) / np.sqrt(d), \
rng.standard_normal(m)) / m
""",
            "is it a sample of neurons",
        ),
        (
            "roots missing",
            """
def relu_ntk_infinite(X):
    d, G, size = X.shape[1], X @ X.T, np.sum(X**2, axis=1)
    L = size[:, None] * size
    th = np.arccos(np.clip(G / np.where(L > 0, L, 1), -1, 1))
    return L * (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * d) + G * (
        np.pi - th
    ) / (2 * np.pi)
""",
            "the root is missing",
        ),
        (
            "lengths added",
            """
def relu_ntk_infinite(X):
    d, G, size = X.shape[1], X @ X.T, np.sqrt(np.sum(X**2, axis=1))
    L = size[:, None] + size
    th = np.arccos(np.clip(G / np.where(L > 0, L, 1), -1, 1))
    return L * (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * d) + G * (
        np.pi - th
    ) / (2 * np.pi)
""",
            "multiplied, not added",
        ),
        (
            "one length for all",
            """
def relu_ntk_infinite(X):
    d, G, size = X.shape[1], X @ X.T, np.linalg.norm(X) * np.ones(len(X))
    L = size[:, None] * size
    th = np.arccos(np.clip(G / np.where(L > 0, L, 1), -1, 1))
    return L * (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * d) + G * (
        np.pi - th
    ) / (2 * np.pi)
""",
            "each row has its own length",
        ),
        (
            "no diagonal",
            """
def relu_ntk_infinite(X):
    n, d = X.shape
    K = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            l = np.linalg.norm(X[i]) * np.linalg.norm(X[j])
            if l == 0:
                continue
            t = np.arccos(np.clip(X[i] @ X[j] / l, -1, 1))
            K[i, j] = K[j, i] = l * (np.sin(t) + (np.pi - t) * np.cos(t)) / (
                2 * np.pi * d
            ) + X[i] @ X[j] * (np.pi - t) / (2 * np.pi)
    return K
""",
            "the diagonal is empty",
        ),
        (
            "product of matrices",
            """
def relu_ntk_infinite(X):
    d, G, size = X.shape[1], X @ X.T, np.sqrt(np.sum(X**2, axis=1))
    L = size[:, None] * size
    th = np.arccos(np.clip(G / np.where(L > 0, L, 1), -1, 1))
    return L @ (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * d) + G * (
        np.pi - th
    ) / (2 * np.pi)
""",
            "not as a product of matrices",
        ),
        (
            "parentheses",
            """
def relu_ntk_infinite(X):
    d, G, size = X.shape[1], X @ X.T, np.sqrt(np.sum(X**2, axis=1))
    L = size[:, None] * size
    th = np.arccos(np.clip(G / np.where(L > 0, L, 1), -1, 1))
    return L * (np.sin(th) + np.pi - th * np.cos(th)) / (2 * np.pi * d) + G * (
        np.pi - th
    ) / (2 * np.pi)
""",
            "parentheses are missing",
        ),
        (
            "NaN made 0",
            """
def relu_ntk_infinite(X):
    d = X.shape[1]
    G = X @ X.T
    s = np.linalg.norm(X, axis=1)
    L = np.outer(s, s)
    with np.errstate(all="ignore"):
        th = np.nan_to_num(np.arccos(G / L))
    return L * (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * d) + G * (
        np.pi - th
    ) / (2 * np.pi)
""",
            "is replaced by 0",
        ),
        (
            "diagonal only",
            """
def relu_ntk_infinite(X):
    d = X.shape[1]
    G = X @ X.T
    s = np.linalg.norm(X, axis=1)
    L = np.outer(s, s)
    with np.errstate(all="ignore"):
        c = G / L
        np.fill_diagonal(c, 1.0)
        th = np.arccos(c)
    return L * (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * d) + G * (
        np.pi - th
    ) / (2 * np.pi)
""",
            "beside a row of zeros",
        ),
        (
            "clipped at 0.999",
            """
def relu_ntk_infinite(X):
    d, G, size = X.shape[1], X @ X.T, np.sqrt(np.sum(X**2, axis=1))
    L = size[:, None] * size
    th = np.arccos(np.clip(G / np.where(L > 0, L, 1), -0.999, 0.999))
    return L * (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * d) + G * (
        np.pi - th
    ) / (2 * np.pi)
""",
            "is it a sample of neurons",
        ),
        (
            "twenty thousand neurons",
            """
def relu_ntk_infinite(X):
    rng = np.random.default_rng(0)
    n, d = X.shape
    m = 20000
    W = rng.standard_normal((m, d)) / d**0.5
    a = rng.standard_normal(m)
    z = X @ W.T
    g = z > 0
    return ((z * g) @ (z * g).T + (X @ X.T) * ((g * a**2) @ g.T)) / m
""",
            "is it a sample of neurons",
        ),
        (
            "X in place",
            """
def relu_ntk_infinite(X):
    d = X.shape[1]
    s = np.linalg.norm(X, axis=1)
    G = X @ X.T
    L = np.outer(s, s)
    X /= np.where(s > 0, s, 1)[:, None]
    th = np.arccos(np.clip(X @ X.T, -1, 1))
    return L * (np.sin(th) + (np.pi - th) * np.cos(th)) / (2 * np.pi * d) + G * (
        np.pi - th
    ) / (2 * np.pi)
""",
            "changes the arrays it is given",
        ),
        (
            "the overlap alone",
            """
def relu_ntk_infinite(X):
    length = np.linalg.norm(X, axis=1)
    unit = X / np.where(length > 0, length, 1.0)[:, None]
    theta = np.arccos(np.clip(unit @ unit.T, -1.0, 1.0))
    readouts = np.outer(length, length) * (np.pi - theta) / (2 * np.pi * X.shape[1])
    return readouts + X @ X.T * (np.pi - theta) / (2 * np.pi)
""",
            "here the overlap is alone",
        ),
    ],
    "07.5": [
        ("runs away", flowing("np.exp(lam * s)"), "the sign of the exponent"),
        (
            "entry by entry",
            matrix("y + np.exp(-K * s) @ (f0 - y)"),
            "the exponential of each entry",
        ),
        ("inverse", matrix("y + expm(-np.linalg.pinv(K) * s) @ (f0 - y)"), "not of its inverse"),
        ("residual", flowing(goal="0 * y"), "return f"),
        ("exchanged", flowing(goal="f0", gap="y - f0"), "y and f0 look exchanged"),
        ("mean", flowing("np.exp(-lam * s / len(y))"), "do not divide by n"),
        ("factor 2", flowing("np.exp(-2 * lam * s)"), "the 2 of the derivative goes away"),
        ("one step", matrix("y + (np.eye(len(y)) - K * s) @ (f0 - y)"), "one straight step"),
        ("diagonal", matrix("y + np.exp(-np.diag(K) * s) * (f0 - y)"), "only the diagonal"),
        ("from zero", flowing(gap="-y"), "f0 is forgotten"),
        ("V for V.T", flowing(there="V.T", back="V"), "columns of V"),
        ("0 times inf", flowing(still="lam > -1"), "zero times infinity is NaN"),
        ("rounded below zero", flowing(lam="lam", still="lam != 0"), "zero times infinity is NaN"),
        (
            "all goes to y",
            flowing(still="lam > 0", left="np.exp(-lam * s)")
            .replace("left, 1.0)", "left, 0.0)")
            .replace("np.exp(-lam * s), 1.0)", "np.exp(-lam * s), 0.0)"),
            "yours goes to y",
        ),
        ("transposed", flowing().replace("np.array(out)", "np.array(out).T"), "transposed"),
        (
            "no change back",
            matrix(
                "y + np.diag(np.exp(-np.linalg.eigh(K)[0] * s)) @ np.linalg.eigh(K)[1].T @ (f0 - y)"
            ),
            "entered and not left",
        ),
        (
            "no basis",
            matrix("y + np.exp(-np.linalg.eigvalsh(K) * s) * (f0 - y)"),
            "here they act on single samples",
        ),
        ("sign of the gap", flowing(gap="y - f0"), "its sign is flipped"),
        ("f0 for the gap", flowing(gap="f0"), "here it is f0"),
        (
            "one speed",
            matrix("y + np.exp(-np.linalg.eigvalsh(K)[-1] * s) * (f0 - y)"),
            "one eigenvalue is used for all",
        ),
        ("eigenvalues squared", flowing("np.exp(-lam**2 * s)"), "here they are squared"),
        ("roots", flowing("np.exp(-np.sqrt(np.abs(lam)) * s)"), "here these are their roots"),
        (
            "a fixed threshold",
            flowing(lam="np.where(lam > 1e-10, lam, 0)"),
            "not below a fixed number",
        ),
        (
            "frozen at the end",
            flowing("np.where(np.isinf(s), 1.0, np.exp(-lam * s))"),
            "what the kernel sees is all learned",
        ),
        (
            "in place",
            flowing()
            .replace("    out = []", "    f0 -= y\n    f0 += 0 * y\n    out = []")
            .replace("(f0 - y)", "(f0)"),
            "changes the arrays it is given",
        ),
        (
            "matrix exponential alone",
            matrix("y + expm(-K * s) @ (f0 - y)"),
            "infinite time",
        ),
        (
            "the last time only",
            flowing().replace("np.array(out)", "out[-1]"),
            "expected shape (4, 3)",
        ),
        (
            "trace",
            matrix("y + np.exp(-np.trace(K) * s) * (f0 - y)"),
            "one number takes the place of K",
        ),
        (
            "implicit step",
            matrix("y + np.linalg.solve(np.eye(len(y)) + K * s, f0 - y)"),
            "one implicit step",
        ),
        ("f0 stays", matrix("f0 + (np.eye(len(y)) - expm(-K * s)) @ y"), "here f0 stays"),
        (
            "small steps",
            """
def kernel_gradient_flow(K, y, f0, t):
    rows = []
    for s in t:
        f = np.array(f0)
        for _ in range(200):
            f = f - s / 200 * K @ (f - y)
        rows.append(f)
    return rows
""",
            "is it made of small steps",
        ),
        ("sorted times", flowing().replace("in t:", "in np.sort(t):"), "in the order of the times"),
        (
            "a loose threshold",
            flowing(lam="np.where(lam > 1e-3 * lam.max(), lam, 0)"),
            "small eigenvalues are learned too",
        ),
        (
            "y at the end",
            flowing().replace(
                "        with",
                "        if np.isinf(s):\n            out.append(y)\n            continue\n"
                "        with",
            ),
            "f is y only where the kernel sees it",
        ),
        (
            "basis entered twice",
            """
def kernel_gradient_flow(K, y, f0, t):
    lam, V = np.linalg.eigh(K)
    lam = np.where(lam > 1e-10 * lam.max(), lam, 0)
    out = []
    for s in t:
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            left = np.where(lam > 0, np.exp(-lam * s), 1.0)
        out.append(y + V @ (left * (V @ (f0 - y))))
    return np.array(out)
""",
            "the basis of eigenvectors is entered twice",
        ),
        (
            "order of eigenvalues",
            """
def kernel_gradient_flow(K, y, f0, t):
    lam, V = np.linalg.eigh(K)
    lam = np.where(lam > 1e-10 * lam.max(), lam, 0)[::-1]
    out = []
    for s in t:
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            left = np.where(lam > 0, np.exp(-lam * s), 1.0)
        out.append(y + V @ (left * (V.T @ (f0 - y))))
    return np.array(out)
""",
            "in another order than their eigenvectors",
        ),
        (
            "root of time",
            """
def kernel_gradient_flow(K, y, f0, t):
    lam, V = np.linalg.eigh(K)
    lam = np.where(lam > 1e-10 * lam.max(), lam, 0)
    out = []
    for s in t:
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            left = np.where(lam > 0, np.exp(-lam * np.sqrt(s)), 1.0)
        out.append(y + V @ (left * (V.T @ (f0 - y))))
    return np.array(out)
""",
            "not as its root",
        ),
        (
            "time squared",
            """
def kernel_gradient_flow(K, y, f0, t):
    lam, V = np.linalg.eigh(K)
    lam = np.where(lam > 1e-10 * lam.max(), lam, 0)
    out = []
    for s in t:
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            left = np.where(lam > 0, np.exp(-lam * s**2), 1.0)
        out.append(y + V @ (left * (V.T @ (f0 - y))))
    return np.array(out)
""",
            "not squared",
        ),
        (
            "base 2",
            """
def kernel_gradient_flow(K, y, f0, t):
    lam, V = np.linalg.eigh(K)
    lam = np.where(lam > 1e-10 * lam.max(), lam, 0)
    out = []
    for s in t:
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            left = np.where(lam > 0, 2.0 ** (-lam * s), 1.0)
        out.append(y + V @ (left * (V.T @ (f0 - y))))
    return np.array(out)
""",
            "the base is e",
        ),
        (
            "f0 + y",
            """
def kernel_gradient_flow(K, y, f0, t):
    lam, V = np.linalg.eigh(K)
    lam = np.where(lam > 1e-10 * lam.max(), lam, 0)
    out = []
    for s in t:
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            left = np.where(lam > 0, np.exp(-lam * s), 1.0)
        out.append(y + V @ (left * (V.T @ (f0 + y))))
    return np.array(out)
""",
            "here it is f0 + y",
        ),
        (
            "away from y",
            """
def kernel_gradient_flow(K, y, f0, t):
    lam, V = np.linalg.eigh(K)
    lam = np.where(lam > 1e-10 * lam.max(), lam, 0)
    out = []
    for s in t:
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            left = np.where(lam > 0, 1 - np.exp(-lam * s), 1.0)
        out.append(f0 + V @ (left * (V.T @ (f0 - y))))
    return np.array(out)
""",
            "here it leads away",
        ),
        (
            "one array",
            """
def kernel_gradient_flow(K, y, f0, t):
    lam, V = np.linalg.eigh(K)
    seen = lam > 1e-10 * lam.max()
    out = []
    f = np.zeros(len(y))
    for s in t:
        left = np.ones(len(lam))
        left[seen] = np.exp(-lam[seen] * s)
        f[:] = y + V @ (left * (V.T @ (f0 - y)))
        out.append(f)
    return np.array(out)
""",
            "all rows are the last",
        ),
        (
            "from time to time",
            """
def kernel_gradient_flow(K, y, f0, t):
    lam, V = np.linalg.eigh(K)
    seen = lam > 1e-10 * lam.max()
    out = []
    f = f0
    for s in t:
        left = np.ones(len(lam))
        left[seen] = np.exp(-lam[seen] * s)
        f = y + V @ (left * (V.T @ (f - y)))
        out.append(f)
    return np.array(out)
""",
            "where the last ended",
        ),
        (
            "odeint",
            """
def kernel_gradient_flow(K, y, f0, t):
    from scipy.integrate import odeint

    return odeint(lambda f, s: -K @ (f - y), f0, t)
""",
            "needs increasing times",
        ),
        (
            "solve_ivp",
            """
def kernel_gradient_flow(K, y, f0, t):
    from scipy.integrate import solve_ivp

    return solve_ivp(lambda s, f: -K @ (f - y), (0, 50.0), f0, t_eval=t).y.T
""",
            "needs increasing times",
        ),
        (
            "times as columns",
            """
def kernel_gradient_flow(K, y, f0, t):
    from scipy.integrate import solve_ivp

    return solve_ivp(lambda s, f: -K @ (f - y), (0, 50.0), f0, t_eval=t).y
""",
            "transposed",
        ),
        (
            "last time",
            """
def kernel_gradient_flow(K, y, f0, t):
    lam, V = np.linalg.eigh(K)
    lam = np.where(lam > 1e-10 * lam.max(), lam, 0)
    out = []
    for s in t:
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            left = np.where(lam > 0, np.exp(-lam * s), 1.0)
        out.append(y + V @ (left * (V.T @ (f0 - y))))
    return out[-1]
""",
            "expected shape",
        ),
        (
            "the smallest for the largest",
            """
def kernel_gradient_flow(K, y, f0, t):
    V, lam, _ = np.linalg.svd(K)
    seen = lam > 1e-10 * lam[-1]
    left = np.ones((len(t), len(lam)))
    left[:, seen] = np.exp(-np.outer(t, lam[seen]))
    return y + (left * (V.T @ (f0 - y))) @ V.T
""",
            "the largest is lam.max()",
        ),
        (
            "infinity replaced",
            """
def kernel_gradient_flow(K, y, f0, t):
    t=np.where(np.isinf(t),10.0,t)
    lam, V = np.linalg.eigh(K)
    seen = lam > 1e-10 * lam[-1]
    left = np.ones((len(t), len(lam)))
    left[:, seen] = np.exp(-np.outer(t, lam[seen]))
    return y + (left * (V.T @ (f0 - y))) @ V.T
""",
            "is inf replaced",
        ),
        (
            "eigenvalues lifted",
            """
def kernel_gradient_flow(K, y, f0, t):
    lam,V=np.linalg.eigh(K)
    lam=np.maximum(lam,1e-10*lam[-1])
    left=np.exp(-np.outer(t,lam))
    return y+(left*(V.T@(f0-y)))@V.T
""",
            "does not count as seen",
        ),
    ],
    "07.6": [
        ("plain axes", exponent("np.polyfit(widths, values, 1)[0]"), "the logarithms are missing"),
        (
            "widths plain",
            exponent("np.polyfit(widths, np.log(values), 1)[0]"),
            "the widths are without a logarithm",
        ),
        (
            "values plain",
            exponent("np.polyfit(np.log(widths), values, 1)[0]"),
            "the values are without a logarithm",
        ),
        (
            "mixed",
            exponent("np.polyfit(np.log(widths), np.log10(values), 1)[0]"),
            "two kinds of logarithm",
        ),
        (
            "mixed the other way",
            exponent("np.polyfit(np.log10(widths), np.log(values), 1)[0]"),
            "two kinds of logarithm",
        ),
        (
            "inverse",
            exponent("1 / (np.polyfit(np.log(widths), np.log(values), 1)[0] + 1e-300)"),
            "one over the slope",
        ),
        (
            "positive when falling",
            exponent("-np.polyfit(np.log(widths), np.log(values), 1)[0]"),
            "the sign is flipped",
        ),
        (
            "intercept",
            exponent("np.polyfit(np.log(widths), np.log(values), 1)[1]"),
            "the intercept",
        ),
        (
            "two ends",
            exponent("np.log(values[-1] / values[0]) / np.log(widths[-1] / widths[0])"),
            "fit all of them",
        ),
        (
            "mean of slopes",
            exponent("np.mean(np.diff(np.log(values)) / np.diff(np.log(widths)))"),
            "mean of the slopes between neighbors",
        ),
        (
            "median of slopes",
            exponent("np.median(np.diff(np.log(values)) / np.diff(np.log(widths)))"),
            "middle one of the slopes",
        ),
        (
            "through the origin",
            exponent("np.log(widths) @ np.log(values) / (np.log(widths) @ np.log(widths))"),
            "the exponent of",
        ),
        (
            "absolute value",
            exponent("abs(np.polyfit(np.log(widths), np.log(values), 1)[0])"),
            "the sign is flipped",
        ),
        (
            "both numbers",
            exponent("np.polyfit(np.log(widths), np.log(values), 1)"),
            "expected a single number",
        ),
        (
            "log2 and log",
            exponent("np.polyfit(np.log2(widths), np.log(values), 1)[0]"),
            "log2 and log",
        ),
        ("log1p", exponent("np.polyfit(np.log1p(widths), np.log1p(values), 1)[0]"), "log(1 + x)"),
        (
            "widths sorted",
            exponent("np.polyfit(np.log(np.sort(widths)), np.log(values), 1)[0]"),
            "widths are sorted and their values are not",
        ),
        (
            "sorted apart",
            exponent("np.polyfit(np.log(np.sort(widths)), np.log(np.sort(values)), 1)[0]"),
            "the sign is flipped",
        ),
        (
            "first two points",
            exponent("np.log(values[1] / values[0]) / np.log(widths[1] / widths[0])"),
            "only the first two points",
        ),
        ("a parabola", exponent("np.polyfit(np.log(widths), np.log(values), 2)[0]"), "degree one"),
        (
            "rounded",
            exponent("round(float(np.polyfit(np.log(widths), np.log(values), 1)[0]), 1)"),
            "is rounded",
        ),
        (
            "correlation",
            exponent("np.corrcoef(np.log(widths), np.log(values))[0, 1]"),
            "the exponent of",
        ),
        (
            "wrong way around",
            exponent("1 / (np.polyfit(np.log(values), np.log(widths), 1)[0] or 1)"),
            "the wrong way around",
        ),
        (
            "doubling",
            exponent("2 ** np.polyfit(np.log(widths), np.log(values), 1)[0]"),
            "when the width doubles",
        ),
        (
            "n and n - 1",
            exponent("np.cov(np.log(widths), np.log(values))[0, 1] / np.var(np.log(widths))"),
            "count the points differently",
        ),
        (
            "sorted in place",
            (
                "def width_exponent(widths, values):\n"
                "    order = np.argsort(widths)\n"
                "    values[:] = values[order]\n"
                "    widths.sort()\n"
                "    return np.polyfit(np.log(widths), np.log(values), 1)[0]\n"
            ),
            "changes the arrays it is given",
        ),
        (
            "the last point left out",
            exponent("np.polyfit(np.log(widths[:-1]), np.log(values[:-1]), 1)[0]"),
            "the last point is left out",
        ),
        (
            "ratio of logarithms",
            exponent("np.log(values[-1]) / np.log(widths[-1])"),
            "a constant in front counts",
        ),
        (
            "number of the point",
            exponent("np.polyfit(np.arange(len(widths)), np.log(values), 1)[0]"),
            "not the number of the point",
        ),
        (
            "no variance",
            exponent("np.cov(np.log(widths), np.log(values))[0, 1]"),
            "not divided by the variance",
        ),
        (
            "weighted",
            exponent("np.polyfit(np.log(widths), np.log(values), 1, w=np.sqrt(widths))[0]"),
            "each counts once",
        ),
        (
            "the two widest",
            exponent(
                "np.diff(np.log(np.asarray(values)[np.argsort(widths)[-2:]]))[0] "
                "/ np.diff(np.log(np.sort(widths)[-2:]))[0]"
            ),
            "only the two widest",
        ),
        (
            "no intercept",
            """
def width_exponent(widths, values):
    return np.sum(np.log(widths) * np.log(values)) / np.sum(np.log(widths) ** 2)
""",
            "forced through the origin",
        ),
        (
            "log of the number",
            """
def width_exponent(widths, values):
    return np.polyfit(np.log(np.arange(1, len(values) + 1)), np.log(values), 1)[0]
""",
            "the logarithm of the point's number",
        ),
        (
            "all of linregress",
            """
def width_exponent(widths, values):
    from scipy.stats import linregress

    return linregress(np.log(widths), np.log(values))
""",
            "expected a single number",
        ),
        (
            "text",
            """
def width_exponent(widths, values):
    return f"{np.polyfit(np.log(widths), np.log(values), 1)[0]:.3f}"
""",
            "got a string",
        ),
        (
            "log of values only",
            """
def width_exponent(widths, values):
    return np.polyfit(widths, np.log(values), 1)[0]
""",
            "the widths are without a logarithm",
        ),
        (
            "Polynomial.fit",
            """
def width_exponent(widths, values):
    return np.polynomial.Polynomial.fit(np.log(widths), np.log(values), 1).coef[1]
""",
            "convert() takes this back",
        ),
        (
            "covariance alone",
            """
def width_exponent(widths, values):
    x,z=np.log(widths),np.log(values)
    return np.mean(x*z)-np.mean(x)*np.mean(z)
""",
            "not divided by the variance",
        ),
    ],
    "07.7": [
        ("muP for all", designs((-0.5, 0), (-0.5, 0), (-0.5, 0)), "both layers keep their share"),
        ("a constant rho", designs((-0.5, 0), rho="m**q * (3 if m > 1 else 1)"), "A constant rho"),
        ("exchanged", designs((-0.5, -0.5), (-0.5, 0.5)), "the two layers look exchanged"),
        ("NTK upstream", designs((0, 0.5)), "the share of W falls with the width"),
        ("NTK downstream", designs(readouts=(0, -0.5)), "the share of a falls with the width"),
        ("too far left", designs((-1, 0.5)), "the share of W grows with the width"),
        ("F grows", designs((0.5, 0.5)), "the share of W falls with the width"),
        ("halfway is mean field", designs(halfway=(-0.5, 0)), "as under mean field"),
        ("halfway is NTK", designs(halfway=(0, 0)), "fall as under NTK"),
        (
            "halfway by rho",
            designs(halfway=(-0.5, -0.125)),
            "rho should not change with the width",
        ),
        ("halfway to the left", designs(halfway=(-0.75, 0)), "half the power of NTK"),
        (
            "rates of NTK",
            designs(numbers="F / np.sqrt(m), d**-0.5, 1.0, share, 2 - share"),
            "the rates have to make up for F",
        ),
        (
            "F for its square",
            designs(numbers="F / np.sqrt(m), d**-0.5, 1.0, share / F, (2 - share) / F"),
            "the rates have to make up for F",
        ),
        (
            "a kernel of size 1",
            designs(share="rho**2 / (1 + rho**2)").replace("(2 - share)", "(1 - share)"),
            "that of NTK's start is 1 + 1 = 2",
        ),
        (
            "2 for each layer",
            designs(numbers="F / np.sqrt(m), d**-0.5, 1.0, 2 / F**2, 2 / F**2"),
            "share the 2 between them",
        ),
        (
            "no sqrt d",
            designs(numbers="F / np.sqrt(m), 1.0, 1.0, share / F**2, (2 - share) / F**2"),
            "|w| is std_w sqrt(d)",
        ),
        (
            "rho enters the rates by itself",
            designs(numbers="F / np.sqrt(m), d**-0.5, 1.0, rho**2 / F**2, 1 / F**2"),
            "the parts should add to 2, in the ratio of rho^2 to 1",
        ),
        (
            "F is the multiplier",
            designs(numbers="F, d**-0.5, 1.0, share / F**2, (2 - share) / F**2"),
            "it goes like m, so that the kernel changes",
        ),
        (
            "a constant in front of F",
            designs(F="0.1 * m**p"),
            "both knobs should be 1 at m = 1",
        ),
        (
            "twice the readout's rate",
            designs(
                share="rho**2",
                numbers="F / np.sqrt(m), d**-0.5, 1.0, 2 * share / F**2, 2 / F**2",
            ),
            "share the 2 between them",
        ),
        (
            "three of five",
            designs(end="dict(zip(('f_scale', 'std_w', 'std_a'), numbers))"),
            "the key 'eta_w' is missing",
        ),
        ("a tuple", designs(end="numbers"), "expected a dictionary"),
        (
            "both knobs",
            designs(end="{'F': F, 'rho': rho}"),
            "the key 'f_scale' is missing",
        ),
        (
            "by a table up to a thousand",
            designs(rho="min(m, 64)**q"),
            "both layers keep their share",
        ),
        (
            "downstream below zero",
            designs(share="2 - 2 * rho**2"),
            "should be positive",
        ),
        (
            "mean field for all",
            "def design_rule(wish, m, d):\n    return my_rule('mean_field', m, d)\n",
            "this is muP in some units",
        ),
        ("slowly dying", designs((-0.46, 0.5)), "the share of W falls with the width"),
        (
            "rates crossed",
            designs(numbers="F / np.sqrt(m), d**-0.5, 1.0, (2 - share) / F**2, share / F**2"),
            "the two layers look exchanged",
        ),
        ("halfway and upstream", designs(halfway=(-0.25, 0.25)), "rho should not change"),
        (
            "rho twice",
            designs(numbers="F / np.sqrt(m), d**-0.5, rho, share / F**2, (2 - share) / F**2"),
            "for the two rates, with A = f_scale std_a",
        ),
        (
            "F over m",
            designs(numbers="F / m, d**-0.5, 1.0, share / F**2, (2 - share) / F**2"),
            "the rates have to make up for F",
        ),
        (
            "2 less the share",
            """
def design_rule(wish, m, d):
    p, q = {"first layer": (-0.5, 1.0), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[
        wish
    ]
    F = m**p
    rho = m**q
    share = 2 * rho**2 / (1 + rho**2)
    numbers = F / np.sqrt(m), d**-0.5, 1.0, share / F**2, (2 - share) / F**2
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), numbers))
""",
            "Compute it directly",
        ),
        (
            "kernel of size 1",
            """
def design_rule(wish, m, d):
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[
        wish
    ]
    F = m**p
    rho = m**q
    share = rho**2 / (1 + rho**2)
    numbers = F / np.sqrt(m), d**-0.5, 1.0, share / F**2, (1 - share) / F**2
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), numbers))
""",
            "the kernel's size",
        ),
        (
            "share of the other layer",
            """
def design_rule(wish, m, d):
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[
        wish
    ]
    F = m**p
    rho = m**q
    share = 2 / (1 + rho**2)
    numbers = F / np.sqrt(m), d**-0.5, 1.0, share / F**2, (2 - share) / F**2
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), numbers))
""",
            "the two layers look exchanged",
        ),
        (
            "F not squared",
            """
def design_rule(wish, m, d):
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[
        wish
    ]
    F = m**p
    rho = m**q
    share = 2 * rho**2 / (1 + rho**2)
    numbers = F / np.sqrt(m), d**-0.5, 1.0, share / F, (2 - share) / F
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), numbers))
""",
            "the kernel's size",
        ),
        (
            "times sqrt m",
            """
def design_rule(wish, m, d):
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[
        wish
    ]
    F = m**p
    rho = m**q
    share = 2 * rho**2 / (1 + rho**2)
    numbers = F * np.sqrt(m), d**-0.5, 1.0, share / F**2, (2 - share) / F**2
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), numbers))
""",
            "solve m (eta_w A^2",
        ),
        (
            "another wish",
            """
def design_rule(wish, m, d):
    p, q = {"first": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[wish]
    F = m**p
    rho = m**q
    share = 2 * rho**2 / (1 + rho**2)
    numbers = F / np.sqrt(m), d**-0.5, 1.0, share / F**2, (2 - share) / F**2
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), numbers))
""",
            "the dictionary has no such key",
        ),
        (
            "upstream for readouts",
            """
def design_rule(wish, m, d):
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, 0.5), "halfway": (-0.25, 0.0)}[
        wish
    ]
    F = m**p
    rho = m**q
    share = 2 * rho**2 / (1 + rho**2)
    numbers = F / np.sqrt(m), d**-0.5, 1.0, share / F**2, (2 - share) / F**2
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), numbers))
""",
            "the two layers look exchanged",
        ),
        (
            "one width for all",
            """
def design_rule(wish, m, d):
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[
        wish
    ]
    F = m**p
    rho = 1024**q
    share = 2 * rho**2 / (1 + rho**2)
    numbers = F / np.sqrt(m), d**-0.5, 1.0, share / F**2, (2 - share) / F**2
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), numbers))
""",
            "both knobs should be 1",
        ),
        (
            "negative rate",
            """
def design_rule(wish, m, d):
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[
        wish
    ]
    F = m**p
    rho = m**q
    share = 2 * (1 + rho**2)
    numbers = F / np.sqrt(m), d**-0.5, 1.0, share / F**2, (2 - share) / F**2
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), numbers))
""",
            "should be positive",
        ),
        (
            "rates exchanged",
            """
def design_rule(wish, m, d):
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[
        wish
    ]
    F = m**p
    rho = m**q
    share = 2 * rho**2 / (1 + rho**2)
    numbers = F / np.sqrt(m), d**-0.5, 1.0, (2 - share) / F**2, share / F**2
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), numbers))
""",
            "the two layers look exchanged",
        ),
        (
            "rules of section 1",
            """
def design_rule(wish, m, d):
    return library_rule(
        {"first layer": "mean_field", "readouts": "standard", "halfway": "ntk"}[wish], m, d
    )
""",
            "keep their share",
        ),
        (
            "rho in the spread",
            """
def design_rule(wish, m, d):
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[
        wish
    ]
    F = m**p
    rho = m**q
    share = 2 * rho**2 / (1 + rho**2)
    numbers = F / np.sqrt(m), d**-0.5, rho, share / F**2, (2 - share) / F**2
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), numbers))
""",
            "the kernel's size",
        ),
        (
            "2 at width 1",
            """
def design_rule(wish, m, d):
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[
        wish
    ]
    F = m**p
    rho = 2 * m**q
    share = 2 * rho**2 / (1 + rho**2)
    numbers = F / np.sqrt(m), d**-0.5, 1.0, share / F**2, (2 - share) / F**2
    return dict(zip(("f_scale", "std_w", "std_a", "eta_w", "eta_a"), numbers))
""",
            'rho of "first layer" at m = 1',
        ),
        (
            "another key",
            """
def design_rule(wish, m, d):
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[
        wish
    ]
    F = m**p
    rho = m**q
    share = 2 * rho**2 / (1 + rho**2)
    numbers = F / np.sqrt(m), d**-0.5, 1.0, share / F**2, (2 - share) / F**2
    return dict(zip(("scale", "std_w", "std_a", "eta_w", "eta_a"), numbers))
""",
            "the key 'f_scale' is missing",
        ),
        (
            "rho capped at a million",
            """
def design_rule(wish, m, d):
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[wish]
    F, rho = m**p, min(m,10**6)**q
    share = 2 * rho**2 / (1 + rho**2)
    return {"f_scale": F / np.sqrt(m), "std_w": d**-0.5, "std_a": 1.0,
        "eta_w": share / F**2, "eta_a": 2 / (1 + rho**2) / F**2}
""",
            "both layers keep their share",
        ),
        (
            "width capped at a thousand",
            """
def design_rule(wish, m, d):
    m=min(m,1000)
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[wish]
    F, rho = m**p, m**q
    share = 2 * rho**2 / (1 + rho**2)
    return {"f_scale": F / np.sqrt(m), "std_w": d**-0.5, "std_a": 1.0,
        "eta_w": share / F**2, "eta_a": 2 / (1 + rho**2) / F**2}
""",
            "solve m (eta_w A^2",
        ),
        (
            "d in a rate",
            """
def design_rule(wish, m, d):
    p, q = {"first layer": (-0.5, 0.5), "readouts": (-0.5, -0.5), "halfway": (-0.25, 0.0)}[wish]
    F, rho = m**p, m**q
    share = 2 * rho**2 / (1 + rho**2)
    return {"f_scale": F / np.sqrt(m), "std_w": d**-0.5, "std_a": 1.0,
        "eta_w": share / F**2 / d, "eta_a": 2 / (1 + rho**2) / F**2}
""",
            "it depends on the number of inputs",
        ),
    ],
}

RIGHT = {
    "07.1": [
        ("a table", rules()),
        (
            "one after the other",
            """
def parametrization(name, m, d):
    std_w = np.float32(1) / np.sqrt(np.float32(d))
    if name == "ntk":
        return {"f_scale": m**-0.5, "std_w": std_w, "std_a": 1, "eta_w": 1, "eta_a": 1}
    if name == "mean_field":
        return {"f_scale": 1 / m, "std_w": std_w, "std_a": 1, "eta_w": m, "eta_a": m}
    if name == "mup":
        return {"f_scale": 1, "std_w": std_w, "std_a": 1 / m, "eta_w": m, "eta_a": 1 / m}
    raise ValueError("unknown rule " + name)
""",
        ),
        (
            "muP made of mean field",
            """
def parametrization(name, m, d):
    import math
    match name:
        case "ntk":
            c, k, rate = 1 / math.sqrt(m), 1.0, 1.0
        case "mean_field":
            c, k, rate = 1 / m, 1.0, float(m)
        case "mup":
            c, k, rate = 1.0, 1 / m, float(m)
        case _:
            raise ValueError(f"{name} is no rule")
    return dict(eta_a=rate * k**2, eta_w=rate, std_a=k, std_w=math.pow(d, -0.5), f_scale=c, \
name=name)
""",
        ),
    ],
    "07.2": [
        ("as in the text", deltas()),
        ("einsum", deltas("a * a - np.einsum('ij,ij->i', W, W)")),
        (
            "norm",
            deltas(
                "np.square(a) - np.linalg.norm(W, axis=-1)**2",
                rng="np.random.Generator(np.random.PCG64(seed))",
            ),
        ),
        (
            "its own rule and a list",
            """
def sample_deltas(name, m, d, seed):
    rng = np.random.default_rng(seed)
    size = 1 / m if name == "mup" else 1
    a = [size * z for z in rng.standard_normal(m)]
    W = rng.standard_normal((m, d)) / d**0.5
    return [x**2 - sum(v**2 for v in w) for x, w in zip(a, W)]
""",
        ),
        (
            "torch",
            deltas("(torch.tensor(a)**2 - (torch.tensor(W)**2).sum(1))").replace(
                "    p =", "    import torch\n    p ="
            ),
        ),
    ],
    "07.3": [
        ("as in the text", moments()),
        (
            "term by term",
            """
def delta_moments(d, std_w, std_a):
    mean, variance = std_a**2, 2 * std_a**4
    for _ in range(d):
        mean -= std_w**2
        variance += 2 * std_w**4
    return [mean, variance]
""",
        ),
        (
            "moments of chi squared, float32",
            """
def delta_moments(d, std_w, std_a):
    a2, w2 = np.float32(std_a)**2, np.float32(std_w)**2
    second = 3 * a2**2 - 2 * a2 * d * w2 + w2**2 * d * (d + 2)
    mean = a2 - d * w2
    return mean, np.float64(second) - np.float64(mean)**2
""".replace("np.float32(", "np.float64("),
        ),
        (
            "an array",
            (
                "def delta_moments(d, std_w, std_a):\n"
                "    v = np.array([std_a**2] + [std_w**2] * d)\n"
                "    return v[0] - v[1:].sum(), np.float32(2 * (v**2).sum())"
            ),
        ),
    ],
    "07.4": [
        ("as in the text", infinite()),
        (
            "a double loop",
            """
def relu_ntk_infinite(X):
    import math
    n, d = X.shape
    K = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            size = math.sqrt(sum(x * x for x in X[i])) * math.sqrt(sum(x * x for x in X[j]))
            if size == 0:
                continue
            inner = sum(x * y for x, y in zip(X[i], X[j]))
            th = math.acos(max(-1.0, min(1.0, inner / size)))
            K[i][j] = size * (math.sin(th) + (math.pi - th) * math.cos(th)) / (2 * math.pi * d) \
+ inner * (math.pi - th) / (2 * math.pi)
    return K
""",
        ),
        (
            "half angles",
            """
def relu_ntk_infinite(X):
    r = np.linalg.norm(X, axis=1)
    U = np.divide(X, r[:, None], out=np.zeros_like(X), where=r[:, None] > 0)
    th = 2 * np.arctan2(np.linalg.norm(U[:, None] - U, axis=2), np.linalg.norm(U[:, None] + U, \
axis=2))
    half = np.pi - th
    return np.outer(r, r) / (2 * np.pi) * ((np.sin(th) + half * np.cos(th)) / X.shape[1] + half \
* np.cos(th))
""",
        ),
        (
            "float32 and nan_to_num",
            """
def relu_ntk_infinite(X):
    X = X.astype(np.float32)
    G, r = X @ X.T, np.linalg.norm(X, axis=1)
    with np.errstate(all="ignore"):
        c = np.clip(np.nan_to_num(G / np.outer(r, r)), -1, 1)
    th = np.arccos(c)
    s = np.sqrt(1 - c**2)
    return np.outer(r, r) * (s + (np.pi - th) * c) / (2 * np.pi * X.shape[1]) + G * (np.pi - th) \
/ (2 * np.pi)
""",
        ),
        (
            "torch",
            """
def relu_ntk_infinite(X):
    import torch
    x = torch.tensor(np.asarray(X), dtype=torch.float64)
    r = x.norm(dim=1)
    cos = (x @ x.T / torch.outer(r, r).clamp_min(1e-30)).clamp(-1, 1)
    th = torch.acos(cos)
    return torch.outer(r, r) * (th.sin() + (torch.pi - th) * cos) / (2 * torch.pi * x.shape[1]) \
+ x @ x.T * (torch.pi - th) / (2 * torch.pi)
""",
        ),
    ],
    "07.5": [
        ("a loop over times", flowing()),
        (
            "a loop over modes",
            """
def kernel_gradient_flow(K, y, f0, t):
    values, vectors = np.linalg.eigh(K)
    f = np.tile(np.asarray(f0, dtype=float), (len(t), 1))
    for lam, v in zip(values, vectors.T):
        if lam > 1e-10 * values[-1]:
            f += np.outer(1 - np.exp(-lam * np.asarray(t)), v) * (v @ (y - f0))
    return f
""",
        ),
        (
            "matrix exponential and projection",
            """
from scipy.linalg import expm
def kernel_gradient_flow(K, y, f0, t):
    K = np.asarray(K)
    seen = np.linalg.pinv(K, rcond=1e-10, hermitian=True) @ K
    rows = []
    for s in t:
        rows.append(f0 + seen @ (y - f0) if np.isinf(s) else y + expm(-s * K) @ (f0 - y))
    return [row.tolist() for row in rows]
""",
        ),
        (
            "singular values and large for inf",
            """
def kernel_gradient_flow(K, y, f0, t):
    U, sigma, _ = np.linalg.svd(K, hermitian=True)
    sigma = np.where(sigma > 1e-10 * sigma[0], sigma, 0.0)
    times = np.minimum(t, 1e30)[:, None]
    return y + np.exp(-times * sigma) * (U.T @ (f0 - y)) @ U.T
""",
        ),
        (
            "expm1",
            """
def kernel_gradient_flow(K, y, f0, t):
    lam,V=np.linalg.eigh(np.asarray(K,float))
    lam=np.where(lam>1e-10*lam[-1],lam,0)
    with np.errstate(invalid='ignore'):
        e=np.where(lam>0,-np.expm1(-np.outer(t,lam)),0)
    return f0+(e*(V.T@(y-f0)))@V.T
""",
        ),
    ],
    "07.6": [
        ("polyfit", exponent("np.polyfit(np.log(widths), np.log(values), 1)[0]")),
        ("log10 on both", exponent("float(np.polyfit(np.log10(widths), np.log10(values), 1)[0])")),
        (
            "covariance by hand",
            """
def width_exponent(widths, values):
    import math
    x, y = [math.log2(m) for m in widths], [math.log2(v) for v in values]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx)**2 for a in x)
""",
        ),
        (
            "least squares, torch",
            """
def width_exponent(widths, values):
    import torch
    x, y = torch.log(torch.tensor(np.asarray(widths))), torch.log(torch.tensor(np.asarray(values)))
    A = torch.stack([x, torch.ones_like(x)], 1)
    return torch.linalg.lstsq(A, y[:, None]).solution[0, 0]
""",
        ),
        (
            "float32",
            exponent(
                "np.cov(np.log(np.float32(widths)), np.log(np.float32(values)))[0, 1] "
                "/ np.var(np.log(np.float32(widths)), ddof=1)"
            ),
        ),
        (
            "Polynomial.fit, converted",
            """
def width_exponent(widths, values):
    return np.polynomial.Polynomial.fit(np.log(widths), np.log(values), 1).convert().coef[1]
""",
        ),
    ],
    "07.7": [
        ("as in the text", designs()),
        ("other powers", designs((-0.5, 0.25), (-0.5, -1.0))),
        (
            "units of muP",
            """
def design_rule(wish, m, d):
    if wish == "halfway":
        A, both = m**-0.75, m**0.5
        return {"f_scale": 1, "std_w": 1 / np.sqrt(d), "std_a": A, "eta_w": both, \
"eta_a": both * A**2}
    rho = m**0.4 if wish == "first layer" else m**-0.4
    part = rho**2 / (1 + rho**2)
    return {"f_scale": 1, "std_w": 1 / np.sqrt(d), "std_a": 1 / m, "eta_w": 2 * m * part, \
"eta_a": 2 / m * (1 - part)}
""",
        ),
        (
            "equal rates and unequal sizes",
            """
def design_rule(wish, m, d):
    import math
    rho = {"first layer": m**0.5, "readouts": m**-0.5, "halfway": 1.0}[wish]
    F = m**-0.25 if wish == "halfway" else m**-0.5
    w, a = 3 / math.sqrt(rho), 3 * math.sqrt(rho)
    c = F / (math.sqrt(m) * a * w)
    rate = 2 / (m * c**2 * (a**2 + w**2))
    return dict(eta_a=np.float64(rate), eta_w=rate, std_a=a, std_w=w / math.sqrt(d), f_scale=[c][0])
""",
        ),
    ],
}
