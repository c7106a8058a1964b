"""Kernels with a slip, by the words that name it: the table of 05.7."""

from collections.abc import Callable, Iterable

import numpy as np

__all__ = ["Layers", "chain", "other_kernels"]

Layers = list[np.ndarray]


def chain(Ws: Layers, size: int, *, backwards: bool = False) -> np.ndarray:
    """Multiply layers; `backwards` puts each later one on the wrong side."""
    product = np.eye(size)
    for W in Ws:
        product = product @ W if backwards else W @ product
    return product


def _terms(X: np.ndarray, Ws: Layers, *, before: bool = False, after: bool = False) -> list:
    """Both Gram matrices of each layer; `before`, `after`: products in the wrong order."""
    return [
        (
            X @ chain(Ws[:k], X.shape[1], backwards=before).T,
            chain(Ws[k + 1 :], W.shape[0], backwards=after),
        )
        for k, W in enumerate(Ws)
    ]


def _kernel(terms: Iterable, etas: Iterable) -> np.ndarray:
    return sum(eta * np.kron(Z @ Z.T, A @ A.T) for (Z, A), eta in zip(terms, etas, strict=True))


def other_kernels(X: np.ndarray, etas: np.ndarray) -> dict[str, Callable]:
    """Give kernels with a slip, by its words; some need layers of one width."""
    return (
        _layers_and_rates(X, etas)
        | _products_and_outputs(X, etas)
        | _kernels_of_square_layers(X, etas)
    )


def _layers_and_rates(X: np.ndarray, etas: np.ndarray) -> dict[str, Callable]:
    """Kernels in which layers are missing, or rates are elsewhere."""
    rates = "the learning rates"
    swapped = "the rates look swapped: each layer's own rate multiplies its own term"

    def at(layers: Callable) -> Callable:
        return lambda Ws: _kernel(
            [_terms(X, Ws)[k] for k in layers(len(Ws))], [etas[k] for k in layers(len(Ws))]
        )

    def rated(new: Callable) -> Callable:
        return lambda Ws: _kernel(_terms(X, Ws), new(len(Ws)))

    return {
        "only the last layer is in the kernel; sum over all layers": at(lambda L: [L - 1]),
        "only the first layer is in the kernel; sum over all layers": at(lambda L: [0]),
        "the first layer is missing": at(lambda L: range(1, L)),
        "the last layer is missing": at(lambda L: range(L - 1)),
        "the layers between the first and the last are missing": at(lambda L: [0, L - 1]),
        f"{rates} are forgotten": rated(np.ones),
        swapped: rated(lambda L: etas[::-1]),
        f"{rates} enter squared": rated(lambda L: etas**2),
        f"{rates} enter as roots": rated(lambda L: etas**0.5),
        f"{rates} divide; each multiplies its term": rated(lambda L: 1 / etas),
        "this has the layer's number in place of its rate": rated(lambda L: np.arange(1, L + 1)),
        "one rate multiplies every term; each layer has its own": rated(lambda L: [etas[0]] * L),
        "the rates are shifted by one layer": rated(lambda L: np.roll(etas, 1)),
    }


def _products_and_outputs(X: np.ndarray, etas: np.ndarray) -> dict[str, Callable]:
    """Kernels with a slip in what comes before or after a layer, or in the outputs."""

    def outputs(Ws: Layers, axes: str) -> np.ndarray:
        K = _kernel(_terms(X, Ws), etas)
        c = len(K) // len(X)
        return np.einsum(axes, K.reshape(len(X), c, len(X), c))

    return {
        "the outputs are summed up; the kernel has a row for each sample and output": (
            lambda Ws: outputs(Ws, "aibi->ab")
        ),
        "the outputs are mixed; the kernel has a row for each sample and output": (
            lambda Ws: outputs(Ws, "aibj->ab")
        ),
        "only the first output is in it; the kernel has a row for each sample and output": (
            lambda Ws: outputs(Ws, "aibj->abij")[:, :, 0, 0]
        ),
        "only the last output is in it; the kernel has a row for each sample and output": (
            lambda Ws: outputs(Ws, "aibj->abij")[:, :, -1, -1]
        ),
        "the layers before a layer are multiplied in the wrong order": lambda Ws: _kernel(
            _terms(X, Ws, before=True), etas
        ),
        "the layers after a layer are multiplied in the wrong order": lambda Ws: _kernel(
            _terms(X, Ws, after=True), etas
        ),
        "the products before and after are both in the wrong order": lambda Ws: _kernel(
            _terms(X, Ws, before=True, after=True), etas
        ),
        "what enters a layer is X times the transposed product of the layers before": (
            lambda Ws: _kernel(
                [(X @ chain(Ws[:k], X.shape[1]), A) for k, (_, A) in enumerate(_terms(X, Ws))],
                etas,
            )
        ),
        "do not center what enters a layer: its mean over samples is subtracted": lambda Ws: (
            _kernel([(Z - Z.mean(axis=0), A) for Z, A in _terms(X, Ws)], etas)
        ),
        "only the diagonal of A A^T is in it": lambda Ws: sum(
            eta * np.kron(Z @ Z.T, np.diag(np.sum(A**2, axis=1)))
            for (Z, A), eta in zip(_terms(X, Ws), etas, strict=True)
        ),
        "only the layer just before is in what enters a layer; all earlier ones should be": (
            lambda Ws: _kernel(
                [(X @ Ws[k - 1].T if k else X, A) for k, (_, A) in enumerate(_terms(X, Ws))],
                etas,
            )
        ),
        "only the next layer comes after a layer; all later ones should": lambda Ws: _kernel(
            [(Z, Ws[k + 1] if k + 1 < len(Ws) else A) for k, (Z, A) in enumerate(_terms(X, Ws))],
            etas,
        ),
        "the inputs X are missing in it": lambda Ws: _kernel(_terms(np.eye(X.shape[1]), Ws), etas),
    }


def _kernels_of_square_layers(X: np.ndarray, etas: np.ndarray) -> dict[str, Callable]:
    """Kernels with a slip that needs layers of one width."""

    def of(pieces: Callable) -> Callable:
        return lambda Ws: sum(
            eta * np.kron(*pieces(Z, A, W))
            for (Z, A), W, eta in zip(_terms(X, Ws), Ws, etas, strict=True)
        )

    after = "use A A^T, outputs by outputs, with A the product of the layers after"
    own = "the layer itself is in its own term; leave it out"

    def both(Ws: Layers) -> np.ndarray:
        terms = list(zip(_terms(X, Ws), etas, strict=True))
        samples = sum(eta * Z @ Z.T for (Z, _), eta in terms)
        return np.kron(samples, sum(A @ A.T for (_, A), _ in terms))

    return {
        "the products after the layers are in the order of the way back; reverse the list": (
            lambda Ws: sum(
                eta * np.kron(Z @ Z.T, A @ A.T)
                for (Z, _), (_, A), eta in zip(
                    _terms(X, Ws), _terms(X, Ws)[::-1], etas, strict=True
                )
            )
        ),
        "both sums are taken before np.kron; each layer has a product of its own": both,
        "this is the kernel f f^T of the outputs; the tangent kernel is made of slopes": (
            lambda Ws: X @ chain(Ws, X.shape[1]).T @ chain(Ws, X.shape[1]) @ X.T
        ),
        f"{after}; this is A^T A": of(lambda Z, A, W: (Z @ Z.T, A.T @ A)),
        own: of(lambda Z, A, W: (Z @ W.T @ W @ Z.T, A @ A.T)),
        own + ", on both sides": of(lambda Z, A, W: (Z @ W.T @ W @ Z.T, A @ W @ W.T @ A.T)),
        "the term of each layer is divided by its size; the layers add up as they are": of(
            lambda Z, A, W: (
                Z @ Z.T / np.linalg.norm(Z @ Z.T),
                A @ A.T / np.linalg.norm(A @ A.T),
            )
        ),
        own + " ": of(lambda Z, A, W: (Z @ Z.T, A @ W @ W.T @ A.T)),
        "the layers after are missing": of(lambda Z, A, W: (Z @ Z.T, np.eye(len(A)))),
        "the layers before are missing": of(lambda Z, A, W: (X @ X.T, A @ A.T)),
        "what enters a layer is transposed: Z has one row per sample": of(
            lambda Z, A, W: (Z.T @ Z, A @ A.T)
        ),
        "the two Gram matrices are squared": of(
            lambda Z, A, W: (Z @ Z.T @ Z @ Z.T, A @ A.T @ A @ A.T)
        ),
    }
