"""Check the conserved matrix of two layers (04.1)."""

from collections.abc import Callable

import numpy as np

from lazyrich import conserved, dynamics
from lazyrich.exercises.wide._rates import ETA_A, ETA_W
from lazyrich.exercises.wide.pairs import shape_of
from nbjudge import checks

__all__ = ["delta_is_constant_along_a_flow"]

ODD_SHAPES = {
    (2, 2): "this has the size of the outputs (c, c); Delta lives in the hidden layer, (h, h)",
    (3, 3): "this has the size of the inputs (d, d); Delta lives in the hidden layer, (h, h)",
    (2, 4, 4): "two matrices came back; Delta is one, the difference of the two terms",
    (4,): "one number per neuron came back; the entries off the diagonal are conserved too: (h, h)",
    (): "a single number came back; Delta is a matrix of the hidden layer, (h, h)",
}


def delta_is_constant_along_a_flow(conserved_matrix: Callable) -> None:
    """Compare Delta with the right one at the start, then with itself along a flow."""
    rng = checks.rng()
    X, Y, W0, A0 = (rng.normal(size=shape) for shape in ((6, 3), (6, 2), (4, 3), (2, 4)))
    Ws, As = dynamics.linear_network([0.0, 0.3, 2.0], X, Y, [W0, A0], [ETA_W, ETA_A])
    got = [
        checks.call(conserved_matrix, W, A, eta_w=ETA_W, eta_a=ETA_A)
        for W, A in zip(Ws, As, strict=True)
    ]
    what = "Delta of h = 4, d = 3, c = 2 at the start, eta_w = 1.7, eta_a = 0.8"
    shape = shape_of(got[0])
    checks.that(shape not in ODD_SHAPES, ODD_SHAPES.get(shape or (), ""))
    first = checks.array(got[0], what=what, shape=(4, 4))
    right = conserved.delta_matrix(W0, A0, eta_w=ETA_W, eta_a=ETA_A)
    checks.close(first, right, what=what, hints=_slips(A0.T @ A0, W0 @ W0.T) | _one_output(W0, A0))
    checks.inputs_unchanged(conserved_matrix, W0, A0, eta_w=ETA_W, eta_a=ETA_A)
    W, A = rng.normal(size=(2, 5)), rng.normal(size=(3, 2))
    checks.close(
        checks.call(conserved_matrix, W, A, eta_w=0.3, eta_a=4.0),
        conserved.delta_matrix(W, A, eta_w=0.3, eta_a=4.0),
        what="Delta of h = 2, d = 5, c = 3, eta_w = 0.3, eta_a = 4 (other sizes, other rates)",
    )
    for value, when in zip(got[1:], ("0.3", "2"), strict=True):
        checks.close(
            value, first, what=f"Delta at t = {when}, which should be that of the start", atol=1e-6
        )


def _one_output(W: np.ndarray, A: np.ndarray) -> dict[str, np.ndarray]:
    words = "all outputs count in A^T A, not one alone"
    return {
        words + " " * k: ETA_W * np.outer(row, row) - ETA_A * W @ W.T for k, row in enumerate(A)
    }


def _slips(writes: np.ndarray, reads: np.ndarray) -> dict[str, np.ndarray]:
    """Map what can go wrong to the value that comes of it; `writes` is A^T A and `reads` W W^T."""
    w, a = ETA_W, ETA_A
    right = w * writes - a * reads
    ordered, forgotten = "the learning rates are", "the two terms should be subtracted"
    return {
        "the sign is flipped: the readout's part is positive": -right,
        "your two learning rates look swapped: each goes with the other layer": a * writes
        - w * reads,
        f"{ordered} forgotten": writes - reads,
        f"{ordered} squared here; each enters once": w**2 * writes - a**2 * reads,
        f"{ordered} under a root here; each enters as it is": w**0.5 * writes - a**0.5 * reads,
        f"{ordered} not the same for both terms: eta_a goes with W W^T": w * (writes - reads),
        f"{ordered} not the same for both terms: eta_w goes with A^T A": a * (writes - reads),
        "the learning rate of the second term is missing": w * writes - reads,
        "the learning rate of the first term is missing": writes - a * reads,
        "the first rate multiplies A^T A only; the second term is inside its parentheses here": w
        * (writes - a * reads),
        "the neurons' lengths are on the diagonal only; W W^T has entries off it, too": w * writes
        - a * np.diag(np.diag(reads)),
        "the neurons' lengths are on the diagonal only; A^T A has entries off it, too": w
        * np.diag(np.diag(writes))
        - a * reads,
        f"{ordered} under a root in the first term": w**0.5 * writes - a * reads,
        f"{ordered} under a root in the second term": w * writes - a**0.5 * reads,
        "all directions get the mean of the diagonal here; Delta need not be isotropic": np.mean(
            np.diag(right)
        )
        * np.eye(4),
        "only the diagonal is there; the entries off it are conserved too": np.diag(np.diag(right)),
        "only one half of the matrix is there; it is symmetric": np.triu(right),
        "only one half of the matrix is there; it is symmetric ": np.tril(right),
        f"{forgotten}, not added": w * writes + a * reads,
        "the second term, of W, is missing": w * writes,
        "the first term, of A, is missing": -a * reads,
        "this is half of Delta, or it is halved twice": right / 2,
        "the trace is subtracted here; Delta keeps it": right - np.trace(right) / 4 * np.eye(4),
        "this is the square of Delta": right @ right,
        f"{ordered} both at each term; each term has the rate of the other layer": w
        * a
        * (writes - reads),
        f"{ordered} divided by; they multiply": writes / w - reads / a,
        f"{ordered} divided by; they multiply, crossed": writes / a - reads / w,
        "the signs of the entries are lost": np.abs(right),
        "the diagonal is missing; it holds the delta of each neuron": right
        - np.diag(np.diag(right)),
        "the products are divided by the number of outputs and of inputs": w * writes / 2
        - a * reads / 3,
        "the result is divided by its size; return Delta itself": right / np.linalg.norm(right),
        "only the eigenvalues are there; return Delta itself": np.diag(np.linalg.eigvalsh(right)),
    }
