"""Check the two matrices that B and delta tell (04.3)."""

from collections.abc import Callable

import numpy as np

from lazyrich import conserved, kernel
from lazyrich.exercises.wide._rates import ETA_A, ETA_W
from lazyrich.exercises.wide.pairs import root, the_pair
from nbjudge import checks

__all__ = ["the_box_equals_the_products_of_the_weights"]


def the_box_equals_the_products_of_the_weights(function_space_operator: Callable) -> None:
    """Compare L and R with the weights of isotropic starts, then with the box at rank one."""
    rng = checks.rng()
    rates = {"eta_w": ETA_W, "eta_a": ETA_A}
    for h, d, c, delta in (
        (2, 4, 2, 1.6),
        (3, 3, 2, -1.5),
        (2, 3, 2, 0.0),
        (3, 3, 3, 1.0),
        (2, 2, 4, -1.0),
    ):
        W, A = conserved.isotropic_init(
            h, d, c, delta, seed=int(rng.integers(1000)), scale=1.5, **rates
        )
        case = f"for h = {h}, d = {d}, c = {c}, delta = {delta:g}, eta_w = 1.7, eta_a = 0.8"
        _compare(function_space_operator, A @ W, delta, (ETA_W * A @ A.T, ETA_A * W.T @ W), case)
    for delta in (1.2, -1.2, 0.0):
        B = np.outer(rng.normal(size=3), rng.normal(size=4))
        case = f"for a B of rank one, c = 3, d = 4, delta = {delta:g}"
        _compare(function_space_operator, B, delta, kernel.metric_from_map(B, delta, **rates), case)
    checks.inputs_unchanged(function_space_operator, rng.normal(size=(2, 3)), 1.0, **rates)


def _compare(
    answer: Callable,
    B: np.ndarray,
    delta: float,
    truth: tuple[np.ndarray, np.ndarray],
    case: str,
) -> None:
    pair = the_pair(checks.call(answer, B, delta, eta_w=ETA_W, eta_a=ETA_A), *B.shape)
    grams = (B @ B.T, B.T @ B)
    for key, got, right, gram, other, sign in zip(
        "LR", pair, truth, grams, grams[::-1], (1, -1), strict=True
    ):
        _directions(got, right, f"{key} {case}")
        hints = _slips(gram, other, delta, sign, right)
        checks.close(got, right, what=f"{key} {case}", hints=hints, atol=2e-3)


def _directions(got: np.ndarray, right: np.ndarray, what: str) -> None:
    """Fail if a matrix is not symmetric, or has the right eigenvalues and other directions."""
    words = (
        f"{what}: it is not symmetric; the root of a symmetric matrix is (a Cholesky factor not)"
    )
    checks.that(np.allclose(got, got.T, rtol=1e-3, atol=1e-3), words)
    same = np.allclose(np.linalg.eigvalsh(got), np.linalg.eigvalsh(right), rtol=1e-3, atol=1e-3)
    checks.that(
        not same or np.allclose(got, right, rtol=1e-3, atol=2e-3),
        f"{what}: its eigenvalues are right and its directions are not; the vectors belong in "
        "the columns (eigh has them there; the rows of svd's Vt are vectors), or B B^T and B^T B "
        "are exchanged",
    )


def _slips(
    gram: np.ndarray, other: np.ndarray, delta: float, sign: int, right: np.ndarray
) -> dict[str, np.ndarray]:
    """Map what can go wrong to the matrix that comes of it."""
    rates, eye, shift = ETA_W * ETA_A, np.eye(len(gram)), sign * delta / 2 * np.eye(len(gram))
    lost = (
        "the sign of delta is lost in delta/2"
        if delta < 0
        else "plus and minus delta/2 are exchanged"
    )
    slips = {
        f"{lost}: L has plus, R has minus": right - 2 * shift,
        "delta/2 outside the root is missing": right - shift,
        "this has delta outside the root; use delta/2": right + shift,
        "delta/2 is added to every entry; it is a multiple of the identity": right
        - shift
        + sign * delta / 2,
        "this is the root of every entry; the root of a matrix is made from its eigenvalues": (
            np.sqrt(np.maximum(rates * gram + delta**2 / 4 * eye, 0)) + shift
        ),
        "this has delta squared over 4 outside the root; use delta/2": right
        - shift
        + sign * delta**2 / 4 * eye,
        "the entries off the diagonal are missing": np.diag(np.diag(right)),
        "negative entries are cut; only eigenvalues below zero are": np.maximum(right, 0),
        "both rates belong under the root as a product; here each matrix has its own rate": (
            (ETA_W if sign > 0 else ETA_A) * (root(gram + delta**2 / 4 * eye) + shift)
        ),
        "the root is missing": rates * gram + delta**2 / 4 * eye + shift,
    }
    for words, matrix in _under_the_root(gram, delta).items():
        slips[words] = root(matrix) + shift
    if len(other) == len(gram):
        slips["B B^T and B^T B are exchanged"] = root(rates * other + delta**2 / 4 * eye) + shift
    return slips | _thin(gram, min(len(gram), len(other)), delta, shift)


def _under_the_root(gram: np.ndarray, delta: float) -> dict[str, np.ndarray]:
    """Map what can go wrong to the matrix under the root."""
    rates, quarter, eye = ETA_W * ETA_A, delta**2 / 4, np.eye(len(gram))
    one = "only one of the two learning rates is there: both multiply"
    return {
        "the learning rates are forgotten": gram + quarter * eye,
        f"{one} B B^T": ETA_W * gram + quarter * eye,
        f"{one} B^T B": ETA_A * gram + quarter * eye,
        "the product of the rates is under a root of its own": rates**0.5 * gram + quarter * eye,
        "the learning rates are added; their product multiplies B B^T": (ETA_W + ETA_A) * gram
        + quarter * eye,
        "the rates are averaged under the root; their product multiplies B B^T": (ETA_W + ETA_A)
        / 2
        * gram
        + quarter * eye,
        "the root contains delta squared over 4; here delta is not squared": rates * gram
        + delta / 4 * eye,
        "the root contains delta squared over 4; here it is delta/4, squared": rates * gram
        + delta**2 / 16 * eye,
        "the learning rates are squared here; each enters once": rates**2 * gram + quarter * eye,
        "the learning rates multiply delta too; they multiply B B^T only": rates
        * (gram + quarter * eye),
        "the root contains delta squared over 4, not delta squared": rates * gram + delta**2 * eye,
        "the root contains delta squared over 4, not over 2": rates * gram + delta**2 / 2 * eye,
        "delta squared over 4 is missing under the root": rates * gram,
        "delta squared over 4 is added to every entry; it is a multiple of the identity": rates
        * gram
        + quarter,
        "the root is taken of B's singular values, which are roots already": rates * root(gram)
        + quarter * eye,
    }


def _thin(gram: np.ndarray, k: int, delta: float, shift: np.ndarray) -> dict[str, np.ndarray]:
    """List what comes of the k singular vectors of a thin SVD; those beyond it are missing."""
    values, vectors = np.linalg.eigh(gram)
    values, vectors = values[len(gram) - k :], vectors[:, len(gram) - k :]
    seen = np.sqrt(np.maximum(ETA_W * ETA_A * values + delta**2 / 4, 0))
    root, lost = (vectors * seen) @ vectors.T, "directions of which B knows nothing are missing"
    return {
        f"{lost}: a thin SVD leaves them out, and under the root they have |delta|/2": root + shift,
        f"{lost}: a thin SVD leaves them out": root + shift @ vectors @ vectors.T,
    }
