"""Check the search for slips in three routines, and the kernel of many outputs (04.5)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lazyrich import kernel
from lazyrich.exercises.wide._rates import ETA_A, ETA_W
from lazyrich.exercises.wide.pairs import shape_of
from nbjudge import checks

__all__ = ["each_case_shows_one_slip", "the_kernel_is_made_of_the_jacobians"]

NAMES = ("Ann", "Ben", "Cleo")


def ann(X, W, A, eta_w, eta_a):
    """Compute the kernel as Ann does."""
    H = X @ W.T
    return eta_a * np.kron(np.eye(len(A)), H @ H.T) + eta_w * np.kron(X @ X.T, A @ A.T)


def ben(X, W, A, eta_w, eta_a):
    """Compute the kernel as Ben does."""
    H = X @ W.T
    return eta_w * np.kron(H @ H.T, np.eye(len(A))) + eta_a * np.kron(X @ X.T, A @ A.T)


def cleo(X, W, A, eta_w, eta_a):
    """Compute the kernel as Cleo does."""
    H = X @ W.T
    return eta_a * np.kron(H @ H.T, np.eye(len(A))) + eta_w * np.kron(X @ X.T, A.T @ A)


ROUTINES = dict(zip(NAMES, (ann, ben, cleo), strict=True))
RIGHT_WHEN = {
    "Ann": "with which n, c or H H^T can nobody see the order of the factors?",
    "Ben": "for which rates can nobody see which of them goes where?",
    "Cleo": "for which A is A^T A the same as A A^T?",
}


def each_case_shows_one_slip(separating_cases: Callable) -> None:
    """Run the three routines on the three cases of an answer."""
    out = checks.call(separating_cases)
    found = isinstance(out, dict) and set(NAMES) <= set(out)
    checks.that(found, 'the result should be a dictionary with the keys "Ann", "Ben" and "Cleo"')
    for name in NAMES:
        case = _case(out[name], name)
        right = kernel.ntk_two_layer(*case[:3], leak=1.0, eta_w=case[3], eta_a=case[4])
        scale = np.max(np.abs(right))
        checks.that(scale > 0, f'case "{name}": all kernels are zero here, so nothing shows')
        for other in NAMES:
            _judge(name, other, case, right, scale)


def _judge(name: str, other: str, case: tuple, right: np.ndarray, scale: float) -> None:
    """Fail unless the routine of `other` is wrong on the case of `name` exactly if both agree."""
    try:
        told = ROUTINES[other](*case)
    except ValueError:
        told = np.zeros(0)
    checks.that(
        told.shape == right.shape,
        f'case "{name}": {other}\'s routine stops with an error or returns another shape, which '
        "everybody would notice; choose h so that A A^T and A^T A have the same size",
    )
    gap = np.max(np.abs(told - right)) / scale
    shown = f"largest difference: {gap:.2g} of the largest entry"
    if name == other:
        words = f'case "{name}": {name}\'s routine is right here; {RIGHT_WHEN[name]} Avoid that'
        checks.that(gap > 0.01, words, shown=shown)
    else:
        words = f'case "{name}": {other}\'s routine is wrong here too; {RIGHT_WHEN[other]}'
        checks.that(gap < 1e-9, words, shown=shown)


def _case(out: Any, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, float]:
    """X, W, A and both rates of a case that is one."""
    what = f'case "{name}"'
    X, W, A, eta_w, eta_a = checks.items(out, 5, what=f"{what} (X, W, A, eta_w, eta_a)")
    X, W, A = (
        checks.array(each, what=f"{what}, {letter}")
        for each, letter in ((X, "X"), (W, "W"), (A, "A"))
    )
    flat = [
        letter
        for each, letter in ((X, "X (n, d)"), (W, "W (h, d)"), (A, "A (c, h)"))
        if each.ndim != 2 or each.size == 0
    ]
    checks.that(not flat, f"{what}: {', '.join(flat)} should have two axes and some entries")
    fits = X.shape[1] == W.shape[1] and W.shape[0] == A.shape[1]
    checks.that(fits, f"{what}: the shapes should be (n, d), (h, d) and (c, h); mind which agree")
    checks.that(max(X.size, W.size, A.size) <= 100, f"{what}: at most 100 entries in each array")
    largest = max(np.max(np.abs(each)) for each in (X, W, A))
    checks.that(largest <= 1000, f"{what}: entries up to 1000 in size will do")
    rates = [checks.number(eta, what=f"{what}, a learning rate") for eta in (eta_w, eta_a)]
    checks.that(min(rates) > 0, f"{what}: learning rates are above 0")
    checks.that(max(rates) <= 1000, f"{what}: learning rates up to 1000 will do")
    return X, W, A, rates[0], rates[1]


def the_kernel_is_made_of_the_jacobians(full_ntk: Callable) -> None:
    """Compare the kernel with Jacobians by differences, for two shapes."""
    rng = checks.rng()
    for n, d, h, c in ((4, 3, 5, 2), (3, 2, 4, 4)):
        X, W, A = rng.normal(size=(n, d)), rng.normal(size=(h, d)), rng.normal(size=(c, h))
        what = f"the kernel of n = {n} samples, d = {d}, h = {h}, c = {c}, eta_w = 1.7, eta_a = 0.8"
        out = checks.call(full_ntk, X, W, A, eta_w=ETA_W, eta_a=ETA_A)
        small = shape_of(out) == (n, n) and c > 1
        checks.that(not small, "this is a kernel of samples alone; each has c outputs: (n c, n c)")
        checks.that(shape_of(out) != (n, c, n, c), "four axes came back: reshape to (n c, n c)")
        parts = isinstance(out, tuple) and len(out) == 2
        checks.that(not parts, "two matrices came back; the kernel is their sum")
        JW, JA = (
            _jacobian(W, lambda M, X=X, A=A: X @ M.T @ A.T),
            _jacobian(A, lambda M, X=X, W=W: X @ W.T @ M.T),
        )
        right = ETA_W * JW @ JW.T + ETA_A * JA @ JA.T
        checks.close(out, right, what=what, hints=_slips(X, W, A, JW @ JW.T, JA @ JA.T))
    checks.inputs_unchanged(full_ntk, X, W, A, eta_w=ETA_W, eta_a=ETA_A)


def _jacobian(matrix: np.ndarray, outputs: Callable) -> np.ndarray:
    """(n c, number of weights); outputs are linear in each weight, so a step of 1 is exact."""
    columns = []
    for place in np.ndindex(matrix.shape):
        moved = matrix.copy()
        moved[place] += 1.0
        columns.append((outputs(moved) - outputs(matrix)).reshape(-1))
    return np.array(columns).T


def _slips(
    X: np.ndarray, W: np.ndarray, A: np.ndarray, first: np.ndarray, readout: np.ndarray
) -> dict[str, np.ndarray]:
    """Map what can go wrong to the kernel that comes of it; `first`, `readout`: the layers' own."""
    # This function is long because it lists slips, one after the other.
    n, c = len(X), len(A)
    order = np.arange(n * c).reshape(n, c).T.reshape(-1)  # outputs outside, samples inside
    H, inputs, out, eye = X @ W.T @ W @ X.T, X @ X.T, A @ A.T, np.eye(c)
    right = ETA_W * first + ETA_A * readout
    where = "the readout's gradient is the hidden features, so eta_a goes with them"
    slips = {
        "the Kronecker factors are in the other order: here the sample is the outer index": right[
            np.ix_(order, order)
        ],
        "one of the two Kronecker products is in the other order": ETA_A * np.kron(eye, H)
        + ETA_W * np.kron(inputs, out),
        "one of the two Kronecker products is in the other order ": ETA_A * np.kron(H, eye)
        + ETA_W * np.kron(out, inputs),
        f"your two learning rates look swapped: {where}": ETA_A * first + ETA_W * readout,
        "the learning rates are forgotten": first + readout,
        "each term has the rate of its own layer, not one for both": ETA_A * (first + readout),
        "each term has the rate of its own layer, not one for both ": ETA_W * (first + readout),
        "the learning rates are squared here; each enters once": (
            ETA_W**2 * first + ETA_A**2 * readout
        ),
        "the learning rates are under a root here; each enters as it is": np.sqrt(ETA_W) * first
        + np.sqrt(ETA_A) * readout,
        "the learning rate of the readout's term is missing": ETA_W * first + readout,
        "the learning rate of the first layer's term is missing": first + ETA_A * readout,
        "the readout's own term is missing": ETA_W * first,
        "the first layer's term is missing": ETA_A * readout,
        "the terms are subtracted; they should be added": ETA_W * first - ETA_A * readout,
        "the factor I_c of the readout's term keeps outputs apart; it is all ones here": ETA_W
        * first
        + ETA_A * np.kron(H, np.ones((c, c))),
        "the first layer's term mixes outputs through A A^T; here it keeps them apart": ETA_W
        * np.kron(inputs, eye)
        + ETA_A * readout,
        "the readout compares hidden features, not inputs": ETA_W * first
        + ETA_A * np.kron(inputs, eye),
        "the first layer compares inputs, not hidden features": ETA_W * np.kron(H, out)
        + ETA_A * readout,
        "A A^T has changed its term: it belongs to the first layer's": ETA_W * np.kron(inputs, eye)
        + ETA_A * np.kron(H, out),
        "the two terms are added, not multiplied entry by entry": ETA_W * ETA_A * first * readout,
        "the features of a sample are W x; here W is applied once more, or W W^T is between them": (
            ETA_W * first + ETA_A * np.kron(X @ W.T @ W @ W.T @ W @ X.T, eye)
        ),
        "the kernel is divided by the number of samples": right / n,
        "the kernel is halved": right / 2,
        "the kernel is doubled": 2 * right,
        "the kernel is divided by its size": right / np.linalg.norm(right),
        "the axes are not in order before they are joined: sample and output of the row come "
        "first, then those of the column": np.einsum("mn,jl->mnjl", ETA_W * inputs, out).reshape(
            n * c, -1
        )
        + np.einsum("mn,jl->mnjl", ETA_A * H, eye).reshape(n * c, -1),
        "the inputs are centered here; the kernel takes them as they are": ETA_W
        * np.kron((X - X.mean(0)) @ (X - X.mean(0)).T, out)
        + ETA_A * readout,
        "only the diagonal of A A^T is there; the first layer mixes outputs": ETA_W
        * np.kron(inputs, np.diag(np.diag(out)))
        + ETA_A * readout,
        "the readout compares the outputs of samples here, not their hidden features": ETA_W * first
        + ETA_A * np.kron(X @ W.T @ A.T @ A @ W @ X.T, eye),
    }
    if c == W.shape[0]:
        slips["A^T A compares neurons; outputs are compared by A A^T"] = ETA_A * readout + (
            ETA_W * np.kron(inputs, A.T @ A)
        )
    return slips
