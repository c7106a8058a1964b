"""Check the alignment of a kernel with labels (08.3): Frobenius norms, both sides centered."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lazyrich import kernel
from nbjudge import checks

__all__ = ["angles", "centering_both", "is_the_alignment", "what_does_not_matter"]


def angles(kernel_target_alignment: Callable) -> None:
    """Check without centering, for several outputs and for one."""
    rng = checks.rng()
    Z, labels = rng.normal(size=(6, 4)), rng.normal(size=(6, 2))
    is_the_alignment(kernel_target_alignment, Z @ Z.T, labels)
    Z, labels = rng.normal(size=(5, 3)) + 0.4, rng.normal(size=(5, 1)) + 0.7
    is_the_alignment(kernel_target_alignment, Z @ Z.T, labels)
    T = labels @ labels.T
    got = _called(kernel_target_alignment, 3 * T, labels, False)
    checks.close(got, 1.0, what="the alignment of 3 Y Y^T with Y")
    got = _called(kernel_target_alignment, -2 * T, labels, False)
    hints = {"the sign of the inner product is lost; an alignment may be negative": 1.0}
    checks.close(got, -1.0, what="the alignment of -2 Y Y^T with Y", hints=hints)
    got = _called(kernel_target_alignment, np.eye(2), np.array([[1.0], [1.0]]), False)
    checks.close(got, 0.5**0.5, what="the alignment of K = I and Y = (1, 1)")


def centering_both(kernel_target_alignment: Callable) -> None:
    """Check with centering, where both sides have a mean."""
    rng = checks.rng(1)
    for n, c in ((7, 2), (5, 3)):
        Z, labels = rng.normal(size=(n, 4)) + 1.5, rng.normal(size=(n, c)) + 1.0
        is_the_alignment(kernel_target_alignment, Z @ Z.T, labels, center=True)
        is_the_alignment(kernel_target_alignment, Z @ Z.T, labels, center=False)
        got = _called(kernel_target_alignment, Z @ Z.T + 5.0, labels, True)
        checks.close(
            got,
            kernel.kernel_target_alignment(Z @ Z.T, labels, center=True),
            what="the centered alignment when a number is added to all entries of the kernel",
        )
    checks.inputs_unchanged(kernel_target_alignment, Z @ Z.T, labels, center=True)


def is_the_alignment(
    kernel_target_alignment: Callable, K: np.ndarray, labels: np.ndarray, center: bool = False
) -> None:
    """Check the alignment of one kernel."""
    got = _called(kernel_target_alignment, K, labels, center)
    right = float(kernel.kernel_target_alignment(K, labels, center=center))
    if center:
        checks.close(got, right, what="the centered alignment", hints=_half_centered(K, labels))
        return
    T = labels @ labels.T
    hints = _slips(K, T, labels) | {
        "centered, although center is False, which is the default": kernel.kernel_target_alignment(
            K, labels, center=True
        ),
    }
    checks.close(got, right, what="the alignment without centering", hints=hints)


def what_does_not_matter(kernel_target_alignment: Callable, center: bool) -> None:
    """Check that sizes, rotations of outputs and the order of samples change nothing."""
    rng = checks.rng(2)
    Z, labels = rng.normal(size=(6, 3)) + 0.5, rng.normal(size=(6, 3))
    K, turn = Z @ Z.T, np.linalg.qr(rng.normal(size=(3, 3)))[0]
    order = rng.permutation(6)
    right = float(kernel.kernel_target_alignment(K, labels, center=center))
    for words, A, B in (
        ("the kernel is a hundred times as large", 100 * K, labels),
        ("the labels are a thousand times smaller", K, labels / 1000),
        ("the outputs are turned by a rotation, which leaves Y Y^T as it is", K, labels @ turn),
        ("samples are in another order", K[order][:, order], labels[order]),
    ):
        got = _called(kernel_target_alignment, A, B, center)
        checks.close(got, right, what=f"the alignment should not change when {words}")


def _called(
    kernel_target_alignment: Callable, K: np.ndarray, labels: np.ndarray, center: bool
) -> Any:
    said = {"center": True} if center else {}  # False is the default
    try:
        return checks.call(kernel_target_alignment, K, labels, **said)
    except ValueError as error:
        checks.that(
            False,
            "shapes do not fit: K is (n, n) and Y is (n, c), so Y Y^T is (n, n), and Y^T Y is not",
            shown=str(error),
        )


def _cosine(A: np.ndarray, B: np.ndarray) -> float:
    size = np.linalg.norm(A) * np.linalg.norm(B)
    return float(np.sum(A * B) / size) if size else np.nan


def _slips(K: np.ndarray, T: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """List what known slips give for a kernel K and T = Y Y^T.

    This function is long because it is a table.
    """
    inner, norms = np.sum(K * T), (np.linalg.norm(K), np.linalg.norm(T))
    right = inner / norms[0] / norms[1]
    return {
        "this is the inner product, not yet divided by the norms": inner,
        "the norm of Y Y^T is missing": inner / norms[0],
        "the norm of K is missing": inner / norms[1],
        "divide by the norms, not by their squares": right**2 / inner,
        "the norms are multiplied, not divided by": inner * norms[0] * norms[1],
        "the second norm multiplies: divide by the product, a / (b * c) or a / b / c": inner
        / norms[0]
        * norms[1],
        "use the norm of Y Y^T, not that of Y": inner / norms[0] / np.linalg.norm(labels),
        "these norms are spectral; use the Frobenius norm, np.linalg.norm(K) without a second "
        "argument": inner / np.linalg.norm(K, 2) / np.linalg.norm(T, 2),
        "these are traces or nuclear norms in place of Frobenius norms": inner
        / np.trace(K)
        / np.trace(T),
        "this is a distance; the alignment is the cosine itself": 1 - right,
        "this is an angle; the alignment is its cosine": np.arccos(np.clip(right, -1, 1)),
        "the cosine is squared": right**2,
        "the sum over K @ T is not the inner product; multiply entry by entry, or take the trace "
        "of K @ T": np.sum(K @ T) / norms[0] / norms[1],
        "np.linalg.norm(K, 1) is another norm; the Frobenius norm has no second argument": inner
        / np.linalg.norm(K, 1)
        / np.linalg.norm(T, 1),
        "the root of the product of the norms; divide by the product itself": inner
        / np.sqrt(norms[0] * norms[1]),
        "sizes of entries are summed; the Frobenius norm is the root of the sum of squares": inner
        / np.sqrt(np.abs(K).sum() * np.abs(T).sum()),
        "a correlation subtracts the means of all entries; the alignment does not": np.corrcoef(
            K.ravel(), T.ravel()
        )[0, 1],
        "|Y|^2 is not the norm of Y Y^T": inner / norms[0] / np.linalg.norm(labels) ** 2,
        "norms over inner product: the fraction is upside down": norms[0] * norms[1] / inner,
        "Y Y^T is multiplied twice": np.trace(K @ T @ T) / norms[0] / norms[1],
        "the kernel is squared": np.sum(K**2 * T) / norms[0] / norms[1],
        "only the first output counts here; Y Y^T has all of them": np.sum(
            K * np.outer(labels[:, 0], labels[:, 0])
        )
        / norms[0]
        / np.sum(labels[:, 0] ** 2),
        "the mean in place of the sum": np.mean(K * T) / norms[0] / norms[1],
        "the size of the inner product without its sign": abs(right),
        "Y is used as it is; here each row becomes its largest output's number": _cosine(
            K, 1.0 * (labels.argmax(axis=1)[:, None] == labels.argmax(axis=1))
        ),
        "Y Y^T is used as it is; here only its signs are": _cosine(K, np.sign(T)),
        "the rows of Y keep their lengths; here they are made one": _cosine(
            K, T / np.sqrt(np.outer(np.diag(T), np.diag(T)))
        ),
        "one half of the kernel is left out": np.sum(np.triu(K) * T) / norms[0] / norms[1],
        "Y Y^T is used as it is; here it is asked whether rows are equal": _cosine(
            K, 1.0 * (labels[:, None] == labels).all(axis=2)
        ),
        "K is used as it is; here its diagonal is made one": _cosine(
            K / np.sqrt(np.outer(np.diag(K), np.diag(K))), T
        ),
        "the diagonal of K is left out; all entries count": _cosine(K - np.diag(np.diag(K)), T),
        "the outputs keep their sizes; here each is made of length one": _cosine(
            K, labels @ np.diag(1 / np.sum(labels**2, axis=0)) @ labels.T
        ),
        "these are the first eigenvectors; the whole matrices are compared": abs(
            np.linalg.eigh(K)[1][:, -1] @ np.linalg.eigh(T)[1][:, -1]
        ),
        "the diagonals are left out; all entries count": _cosine(
            K - np.diag(np.diag(K)), T - np.diag(np.diag(T))
        ),
        "this is the alignment of two kernels' diagonals": np.sum(np.diag(K) * np.diag(T))
        / np.linalg.norm(np.diag(K))
        / np.linalg.norm(np.diag(T)),
    }


def _other_centers(K: np.ndarray, T: np.ndarray, outputs: int) -> dict[str, float]:
    """What another matrix in the place of H gives."""
    n = len(K)
    H = np.eye(n) - 1 / n
    other, fewer = np.eye(n) - 1.0, np.eye(n) - 1 / (n - 1)
    plus, few = np.eye(n) + 1 / n, np.eye(n) - 1 / outputs
    return {
        "H should be I minus the matrix with all entries 1/n, not 1": _cosine(
            other @ K @ other, other @ T @ other
        ),
        "H should have 1/n, not 1/(n - 1)": _cosine(fewer @ K @ fewer, fewer @ T @ fewer),
        "H has a minus: I minus the matrix with all entries 1/n": _cosine(
            plus @ K @ plus, plus @ T @ plus
        ),
        "H has 1/n, with n the number of samples, not of outputs": _cosine(
            few @ K @ few, few @ T @ few
        ),
        "1/n is subtracted from every entry; H K H subtracts means": _cosine(K - 1 / n, T - 1 / n),
        "H multiplies entry by entry; it is a matrix product, H @ K @ H": _cosine(
            H * K * H, H @ T @ H
        ),
        "both are multiplied by H entry by entry; it is a matrix product": _cosine(
            H * K * H, H * T * H
        ),
    }


def _half_centered(K: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """List what comes of centering one side only, or by another mean."""
    n = len(K)
    H, T = np.eye(n) - 1 / n, labels @ labels.T
    K0, T0 = H @ K @ H, H @ T @ H
    norms = np.linalg.norm(K0), np.linalg.norm(T0)
    inner, right = np.sum(K0 * T), np.sum(K0 * T) / norms[0] / norms[1]

    cosine, whole = _cosine, labels - labels.mean()
    across = labels - labels.mean(axis=1, keepdims=True)
    return {
        "only the kernel is centered; the norm of the labels' side needs it too": inner
        / norms[0]
        / np.linalg.norm(T),
        "only the labels are centered; the norm of the kernel needs it too": inner
        / norms[1]
        / np.linalg.norm(K),
        "the inner product is centered, the norms are not": inner
        / np.linalg.norm(K)
        / np.linalg.norm(T),
        "not centered, although center is True": cosine(K, T),
        "only one of the two means is subtracted from the kernel; it is H K H, on both "
        "sides": cosine(H @ K, T0),
        "only one of the two means is subtracted from Y Y^T; it is H Y Y^T H, on both "
        "sides": cosine(K0, H @ T),
        "only one of the two means is subtracted; it is H K H and H Y Y^T H, on both sides": cosine(
            H @ K, H @ T
        ),
        "the mean of all entries is subtracted; those of rows and columns should go, H K H": cosine(
            K - K.mean(), T - T.mean()
        ),
        "the mean of all labels is subtracted; each output has its own mean": cosine(
            K0, whole @ whole.T
        ),
        "the mean over outputs is subtracted; each output has its own mean over samples": cosine(
            K0, across @ across.T
        ),
        "the rows' and columns' means are both subtracted, and the mean of all entries is not put "
        "back": cosine(
            K - K.mean(axis=0) - K.mean(axis=1)[:, None],
            T - T.mean(axis=0) - T.mean(axis=1)[:, None],
        ),
        "the norms are centered, the inner product is not": np.sum(K * T) / norms[0] / norms[1],
        "this is a distance; the alignment is the cosine itself": 1 - right,
        "this is the inner product, not yet divided by the norms": inner,
    } | _other_centers(K, T, labels.shape[1])
