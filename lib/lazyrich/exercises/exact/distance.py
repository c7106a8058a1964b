"""Run the visible checks of 02.6: the distance of two kernels."""

from collections.abc import Callable

import numpy as np

from lazyrich import kernel
from nbjudge import checks

__all__ = ["kernels_that_are_nearly_equal", "known_kernels", "properties_of_a_distance"]

DIGITS = (
    "one minus a number next to one keeps no digits; use half the square of the distance of the "
    "normalized kernels"
)


def _similar(A: np.ndarray, B: np.ndarray, size: Callable = np.linalg.norm) -> float:
    return 1 - np.sum(A * B) / (size(A) * size(B))


def _upper(A: np.ndarray, B: np.ndarray) -> float:
    one, two = (K[np.triu_indices(len(K))] for K in (A, B))
    return 0.5 * np.sum((one / np.linalg.norm(one) - two / np.linalg.norm(two)) ** 2)


def _cosine_slips(A: np.ndarray, B: np.ndarray) -> dict[str, float]:
    """List what known slips in norms and inner products make of S."""
    n, norm = len(A), np.linalg.norm
    center, right = np.eye(n) - 1 / n, _similar(A, B)
    return {
        "use the Frobenius norm, not the largest singular value": _similar(
            A, B, lambda K: norm(K, 2)
        ),
        "use the Frobenius norm, not the sum of singular values, for a kernel its trace": _similar(
            A, B, lambda K: norm(K, "nuc")
        ),
        "use the Frobenius norm, not the largest entry": _similar(A, B, np.max),
        "use the Frobenius norm, the root of the sum of squares; this is the sum of the "
        "entries": _similar(A, B, lambda K: np.sum(np.abs(K))),
        "the norm is the root of the sum of squares; the root is missing": _similar(
            A, B, lambda K: norm(K) ** 2
        ),
        "half the square of the distance: the norm here is the largest singular value": 0.5
        * np.sum((A / norm(A, 2) - B / norm(B, 2)) ** 2),
        "each kernel is divided by its trace; divide it by its Frobenius norm": 0.5
        * np.sum((A / np.trace(A) - B / np.trace(B)) ** 2),
        "do not center the kernels: the means of rows and columns are subtracted first": _similar(
            center @ A @ center, center @ B @ center
        ),
        "this is one minus the square of the cosine": 1 - (1 - right) ** 2,
        "this is the sine; S is one minus the cosine": np.sqrt(1 - (1 - right) ** 2),
        "this is the angle itself; S is one minus its cosine": np.arccos(1 - right),
        "this is the angle itself; S is one minus its cosine ": np.arccos(1 - right) / np.pi,
        "this is the angle itself; S is one minus its cosine  ": np.arccos(1 - right) * 2 / np.pi,
        "only eigenvalues are compared; the directions of the eigenvectors count, too": _similar(
            np.linalg.eigvalsh(A), np.linalg.eigvalsh(B)
        ),
        "this is the similarity; S is one minus it": 1 - right,
        "<K1, K2> is not divided by the norms": 1 - np.sum(A * B),
    }


def _slips(A: np.ndarray, B: np.ndarray) -> dict[str, float]:
    """List what known slips make of S."""
    norm, right = np.linalg.norm, _similar(A, B)
    first, second = A / norm(A), B / norm(B)
    gap = first - second
    return {
        **_cosine_slips(A, B),
        "the factor 1/2 is missing": 2 * right,
        "the distance of the two normalized kernels should be squared": norm(gap) / 2,
        "the distance of the two normalized kernels should be squared and halved": norm(gap),
        "K1 @ K2 is the matrix product; <K1, K2> multiplies entry by entry": 1
        - np.sum(A @ B) / (norm(A) * norm(B)),
        "each kernel should be divided by its own norm before they are subtracted": 0.5
        * np.sum((A - B) ** 2),
        "both kernels are divided by the norm of the first": 0.5
        * np.sum((A - B) ** 2)
        / norm(A) ** 2,
        "both kernels are divided by the norm of the second": 0.5
        * np.sum((A - B) ** 2)
        / norm(B) ** 2,
        "this is the relative change of the kernel; S compares directions": norm(B - A) / norm(A),
        "this is the mean of the squares; take their sum": 0.5 * np.mean(gap**2),
        "only the diagonals are compared; all entries count": 0.5 * np.sum(np.diag(gap) ** 2),
        "absolute values are added where squares should be": 0.5 * np.sum(np.abs(gap)),
        "differences are added before they are squared": 0.5 * np.sum(gap) ** 2,
        "half the squared spectral norm of the difference; sum the squares of all entries": 0.5
        * norm(gap, 2) ** 2,
        "S has no root": np.sqrt(right),
        "it is halved twice: half the square is one minus the cosine already": right / 2,
        "the two are normalized after they are subtracted; divide each by its own norm first": 0.5
        * np.sum((A - B) ** 2)
        / (norm(A) * norm(B)),
        "both norms are those of the first": 1 - np.sum(A * B) / norm(A) ** 2,
        "both norms are those of the second": 1 - np.sum(A * B) / norm(B) ** 2,
        "each kernel is divided by the sum of its entries, not by its norm": 0.5
        * np.sum((A / np.sum(A) - B / np.sum(B)) ** 2),
        "each kernel is divided by its largest entry, not by its norm": 0.5
        * np.sum((A / np.max(A) - B / np.max(B)) ** 2),
        "the normalized kernels are subtracted, not added": 0.5 * np.sum((first + second) ** 2),
        "the norm of the difference is the column norm (1), not the Frobenius norm": 0.5
        * norm(gap, 1) ** 2,
        "only the first four samples are compared: a size is written as a fixed number": 0.5
        * np.sum(gap[:4, :4] ** 2),
        "only entries on and above the diagonal are compared; all entries count": _upper(A, B),
        "each kernel is divided by its norm, not by the square of its norm": 0.5
        * np.sum((A / norm(A) ** 2 - B / norm(B) ** 2) ** 2),
        "only the diagonals are compared; all entries count ": _similar(np.diag(A), np.diag(B)),
        "the difference is divided by the sum of both norms; divide each kernel by its own": (
            norm(A - B) / (norm(A) + norm(B))
        ),
        "each row has been normalized by itself; a kernel has one norm": 0.5
        * np.sum((A / norm(A, axis=1, keepdims=True) - B / norm(B, axis=1, keepdims=True)) ** 2),
        "each column has been normalized by itself; a kernel has one norm": 0.5
        * np.sum((A / norm(A, axis=0) - B / norm(B, axis=0)) ** 2),
    }


_NORM = {
    "ValueError": "NumPy's norm of a matrix is the Frobenius norm without a second argument (or "
    "with 'fro'); or is a size written as a fixed number?"
}


def known_kernels(kernel_distance: Callable) -> None:
    """Compare S of kernels of four and of six samples, and of two that one can do by hand."""
    rng = checks.rng()
    for n in (4, 6):
        J1, J2 = rng.normal(size=(n, 9)), rng.normal(size=(n, 9)) + 0.7
        A, B = J1 @ J1.T, J2 @ J2.T
        what = f"S of two kernels of {n} samples"
        got = checks.number(checks.ask(kernel_distance, A, B, what=what, slips=_NORM), what=what)
        checks.close(got, _similar(A, B), what=what, hints=_slips(A, B))
    what = "S of I and diag(2, 0)"
    got = checks.ask(kernel_distance, np.eye(2), np.diag([2.0, 0.0]), what=what)
    checks.close(got, 1 - 0.5**0.5, what=what)
    checks.inputs_unchanged(kernel_distance, A, B)


def properties_of_a_distance(kernel_distance: Callable) -> None:
    """Check that S is 0 between a kernel and itself only, the same both ways, blind to factors."""
    rng = checks.rng(1)
    J1, J2 = rng.normal(size=(5, 7)), rng.normal(size=(5, 7)) + 0.7
    A, B = J1 @ J1.T, J2 @ J2.T

    def S(*kernels: np.ndarray) -> float:
        return checks.number(checks.ask(kernel_distance, *kernels, what="S"), what="S")

    checks.that(abs(S(A, A)) < 1e-12, "S of a kernel with itself should be 0")
    checks.that(
        abs(S(A, B) - S(B, A)) < 1e-10, "S should not change when the two kernels are exchanged"
    )
    checks.that(
        abs(S(3.0 * A, 0.2 * B) - S(A, B)) < 1e-10,
        "S should not change when a kernel is multiplied by a positive number",
    )
    checks.that(S(A, B) > 1e-3, "S of two different kernels should be positive")


def kernels_that_are_nearly_equal(kernel_distance: Callable) -> None:
    """Compare S where it is far below the rounding of one."""
    rng = checks.rng(2)
    J, change = rng.normal(size=(6, 8)), rng.normal(size=(6, 6))
    K = J @ J.T
    near = K + 1e-9 * np.linalg.norm(K) * (change + change.T)
    what, far = "S of two kernels that are well apart", K + np.diag(np.arange(6.0))
    checks.close(checks.ask(kernel_distance, K, far, what=what), _similar(K, far), what=what)
    what = "S of two nearly equal kernels"
    got = checks.number(checks.ask(kernel_distance, K, near, what=what), what=what)
    right = float(kernel.kernel_distance(K, near))
    checks.that(got >= 0, f"{what} is negative: {DIGITS}")
    checks.that(
        got != 0,
        f"{what} has no right digits: it is 0, and nearly equal is not equal, nothing may be cut "
        f"off; or {DIGITS}",
        shown=f"expected {right:.3g}",
    )
    checks.that(
        abs(got / right - 1) < 1e-2,
        f"{what} has no right digits: {DIGITS}",
        shown=f"expected {right:.3g}, got {got:.3g}",
    )
