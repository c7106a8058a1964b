"""Write the example submissions of 01_invariant: `python -m autograder.examples.make`.

They are made from the released notebook; run this again when the notebook changes. The answers of
each example student are below.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from autograder.courses import find

NAME = "01_invariant"
HERE = Path(__file__).parent

PERFECT = {
    "01.1": """
def gradient_flow_rhs(w, a, X, y, *, eta_w=1.0, eta_a=1.0):
    g = X.T @ (a * X @ w - y)
    return -eta_w * a * g, -eta_a * np.dot(w, g)
""",
    "01.2": """
def conserved_delta(w, a, *, eta_w=1.0, eta_a=1.0):
    return eta_w * np.square(a) - eta_a * np.square(w).sum(-1)
""",
    "01.3": """
def init_from_delta(beta0, delta, *, eta_w=1.0, eta_a=1.0):
    p = eta_a * eta_w * np.sum(beta0**2)
    R = np.sqrt(delta**2 + 4 * p)
    # for negative delta use the product of the roots
    a2 = (delta + R) / 2 if delta > 0 else 2 * p / (R - delta)
    a = np.sqrt(a2 / eta_w)
    return beta0 / a, a
""",
    "01.4": """
def simulate_gd(w0, a0, X, y, *, eta_w, eta_a, step, n_steps):
    w, a = w0.copy(), a0
    out = {"w": [], "a": [], "loss": []}
    for k in range(n_steps + 1):
        r = a * X @ w - y
        out["w"].append(w)
        out["a"].append(a)
        out["loss"].append(0.5 * np.sum(r**2))
        g = X.T @ r
        w, a = w - step * eta_w * a * g, a - step * eta_a * w @ g
    return {key: np.array(value) for key, value in out.items()}
""",
    "01.5": """
def one_step_drift(w, a, X, y, *, eta_w, eta_a, step):
    g = X.T @ (a * X @ w - y)
    da, dw = step * eta_a * (w @ g), step * eta_w * a * g
    return eta_w * da**2 - eta_a * np.sum(dw**2)
""",
    "01.6": """
def predict_delta(delta0, eta, story):
    delta, lam, out = delta0, 0, []
    for event, amount in story:
        if event == "train":
            delta = delta * np.exp(-2 * eta * lam * amount)
        if event == "decay":
            lam = amount
        if event == "rates":
            eta = eta * amount
            delta = delta * amount
        if event == "scale":
            delta = delta * amount**2
        out.append(delta)
    return np.array(out)
""",
    "01.7": """
def sgd_delta_ensemble(w0, a0, X, y, *, eta, step, n_steps, batch, seeds):
    n = X.shape[0]
    result = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        w, a = w0, a0
        delta = [eta * (a**2 - w @ w)]
        for _ in range(n_steps):
            i = rng.choice(n, batch, replace=False)
            g = (n / batch) * X[i].T @ (a * X[i] @ w - y[i])
            w, a = w - step * eta * a * g, a - step * eta * w @ g
            delta.append(eta * (a**2 - w @ w))
        result.append(delta)
    return np.array(result)
""",
}

LOOPS_AND_LISTS = {
    "01.1": """
def gradient_flow_rhs(w, a, X, y, *, eta_w=1.0, eta_a=1.0):
    n, d = len(X), len(w)
    dw, da = [0.0] * d, 0.0
    for m in range(n):
        pred = a * sum(w[i] * X[m][i] for i in range(d))
        err = pred - y[m]
        for i in range(d):
            dw[i] -= eta_w * err * a * X[m][i]
            da -= eta_a * err * w[i] * X[m][i]
    return [dw, da]
""",
    "01.2": """
import warnings

def conserved_delta(w, a, *, eta_w=1.0, eta_a=1.0):
    warnings.warn("computing delta")
    print("delta of", np.shape(w))
    w = np.array(w, dtype=np.float32)
    a = np.array(a, dtype=np.float32)
    total = np.zeros_like(a)
    for i in range(w.shape[-1]):
        total = total + w[..., i] ** 2
    return eta_w * a**2 - eta_a * total
""",
    "01.3": """
from math import hypot, sqrt

def init_from_delta(beta0, delta, *, eta_w=1.0, eta_a=1.0):
    size = sqrt(sum(b * b for b in beta0))
    R = hypot(delta, 2 * sqrt(eta_a * eta_w) * size)
    if delta >= 0:
        a = sqrt((R + delta) / (2 * eta_w))
    else:
        length = sqrt((R - delta) / (2 * eta_a))  # |w| does not cancel here
        a = size / length
    return [b / a for b in beta0], a
""",
    "01.4": """
def simulate_gd(w0, a0, X, y, *, eta_w, eta_a, step, n_steps):
    ws, aa, losses = [list(w0)], [a0], []
    for k in range(n_steps):
        dw, da = gradient_flow_rhs(ws[-1], aa[-1], X, y, eta_w=eta_w, eta_a=eta_a)
        new = [wi + step * dwi for wi, dwi in zip(ws[-1], dw)]
        aa.append(aa[-1] + step * da)
        ws.append(new)
    for w, a in zip(ws, aa):
        losses.append(sum((a * sum(wi * xi for wi, xi in zip(w, x)) - t) ** 2 \
for x, t in zip(X, y)) / 2)
    return dict(w=ws, a=aa, loss=losses)
""",
    "01.5": """
def one_step_drift(w, a, X, y, *, eta_w, eta_a, step):
    run = simulate_gd(w, a, X, y, eta_w=eta_w, eta_a=eta_a, step=step, n_steps=1)
    d0, d1 = [eta_w * a_**2 - eta_a * sum(v * v for v in w_) for w_, a_ in zip(run["w"], run["a"])]
    return d1 - d0
""",
    "01.6": """
def predict_delta(delta0, eta, story):
    lam = {"now": 0.0}
    out = [delta0]
    for name, x in story:
        factor = {"rates": x, "scale": x * x}.get(name, 1.0)
        if name == "train":
            factor = 1 / np.exp(lam["now"] * eta * x) ** 2
        if name == "decay":
            lam["now"] = x
        eta *= x if name == "rates" else 1
        out.append(out[-1] * factor)
    return out[1:]
""",
    "01.7": """
import torch

def sgd_delta_ensemble(w0, a0, X, y, *, eta, step, n_steps, batch, seeds):
    X, y = torch.tensor(X), torch.tensor(y)
    rows = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        w = torch.tensor(w0).clone()
        a = torch.tensor(float(a0), dtype=w.dtype)
        values = [eta * (a * a - w @ w)]
        for _ in range(n_steps):
            idx = torch.as_tensor(rng.choice(len(y), batch, replace=False))
            g = len(y) / batch * X[idx].T @ (a * X[idx] @ w - y[idx])
            w, a = w - step * eta * a * g, a - step * eta * (w @ g)
            values.append(eta * (a * a - w @ w))
        rows.append(torch.stack(values))
    return torch.stack(rows)
""",
}

RATES_SWAPPED = PERFECT | {
    "01.1": """
def gradient_flow_rhs(w, a, X, y, *, eta_w=1.0, eta_a=1.0):
    g = X.T @ (a * X @ w - y)
    return -eta_a * a * g, -eta_w * (w @ g)
""",
    "01.2": """
def conserved_delta(w, a, *, eta_w=1.0, eta_a=1.0):
    return eta_a * a**2 - eta_w * np.sum(w**2, axis=-1)
""",
}
CANCELLATION = PERFECT | {
    "01.3": """
def init_from_delta(beta0, delta, *, eta_w=1.0, eta_a=1.0):
    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * beta0 @ beta0)
    a = np.sqrt((delta + R) / 2 / eta_w)
    return beta0 / a, a
""",
    "01.6": PERFECT["01.6"].replace("-2 * eta * lam", "-lam"),
}
SEQUENTIAL = PERFECT | {
    "01.4": """
def simulate_gd(w0, a0, X, y, *, eta_w, eta_a, step, n_steps):
    w, a = w0.copy(), a0
    ws, aa, ls = np.zeros((n_steps + 1, len(w))), np.zeros(n_steps + 1), np.zeros(n_steps + 1)
    for k in range(n_steps + 1):
        r = a * X @ w - y
        ws[k], aa[k], ls[k] = w, a, 0.5 * r @ r
        g = X.T @ r
        a = a - step * eta_a * w @ g
        w = w - step * eta_w * a * g
    return {"w": ws, "a": aa, "loss": ls}
""",
    "01.7": PERFECT["01.7"].replace("replace=False", "replace=True"),
}
HALF = {number: PERFECT[number] for number in ("01.1", "01.2", "01.4")}
SYNTAX = PERFECT | {"01.2": PERFECT["01.2"].replace("):", ")", 1)}

ESSAY = (
    "In the variables sqrt(eta_w) a and sqrt(eta_a) w the flow has no rates left and delta is "
    "where the start lies: which sheet of which hyperboloid. So the name is fair, as long as one "
    "remembers that changing a rate moves the surface while the neuron stays where it is."
)


def main() -> None:
    """Write all example submissions below this folder."""
    release = json.loads((find().released / NAME / f"{NAME}.ipynb").read_text())
    write("example-perfect", answered(release, PERFECT, ESSAY))
    write("example-other-style", answered(release, LOOPS_AND_LISTS, ESSAY))
    write("example-half-done", answered(release, HALF))
    write("example-rates-swapped", answered(release, RATES_SWAPPED, ESSAY))
    write("example-cancellation", answered(release, CANCELLATION))
    write("example-sequential", answered(release, SEQUENTIAL))
    write("example-syntax-error", answered(release, SYNTAX))
    whole = json.dumps(answered(release, PERFECT), indent=1)
    write("example-truncated", whole[: int(0.6 * len(whole))])
    write(
        "example-renamed-stripped",
        stripped(answered(release, PERFECT)),
        file="my homework (2).ipynb",
    )


def answered(release: dict[str, Any], answers: dict[str, str], essay: str = "") -> dict[str, Any]:
    """Return a copy of the released notebook with these answers (by exercise) in it."""
    notebook = json.loads(json.dumps(release))
    for cell in notebook["cells"]:
        nbgrader = cell["metadata"].get("nbgrader", {})
        number = cell["metadata"].get("nbjudge", {}).get("exercise")
        if nbgrader.get("solution") and number in answers:
            cell["source"] = answers[number].strip()
        if nbgrader.get("grade_id") == "essay" and essay:
            cell["source"] = essay
    return notebook


def stripped(notebook: dict[str, Any]) -> dict[str, Any]:
    """Remove all cells' metadata and ids, in place, as some editors do."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        del cell["id"]
    return notebook | {"nbformat_minor": 2}


def write(student: str, notebook: dict[str, Any] | str, file: str = f"{NAME}.ipynb") -> None:
    """Replace a student's folder by one with this file."""
    folder = HERE / student / NAME
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    text = (
        notebook
        if isinstance(notebook, str)
        else json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    )
    (folder / file).write_text(text)


if __name__ == "__main__":
    main()
