"""Compute the tangent kernel of any PyTorch function, with a learning rate for each parameter.

PyTorch is imported when a kernel is computed, not before.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lazyrich import _validate as validate

__all__ = ["empirical_ntk"]

HELD_BYTES = 1024**3  # of the Jacobian rows that stay in memory for a block of the kernel
PASSING_BYTES = 64 * 1024**2  # of the rows computed against them; that needs a few times as much


def empirical_ntk(
    f: Callable[[Mapping[str, Any], Any], Any],
    params: Mapping[str, Any],
    X: Any,
    etas: Mapping[str, float] | None = None,
) -> np.ndarray:
    """Compute the tangent kernel of a PyTorch function by reverse-mode differentiation.

    K = sum over parameters p of eta_p (df/dp)(df/dp)^T, computed in blocks of rows that are sized
    so that 2000 samples of a network of 1e6 parameters need less than 4 GB.

    Parameters
    ----------
    f : callable
        Pure function f(params, X) that returns a tensor (n,) or (n, c) and treats samples
        independently; params is a dictionary of tensors.
    params : mapping of str to torch.Tensor
        The parameters by name.
    X : torch.Tensor, shape (n, ...)
        The inputs.
    etas : mapping of str to float, optional
        Learning rates by name (1 where not named; 0 freezes a parameter).

    Returns
    -------
    ndarray, shape (n, n) or (n c, n c)
        The kernel, with the sample as outer index.

    Raises
    ------
    ValueError
        On a rate for an unknown parameter, a negative rate, or outputs of the wrong shape.
    """
    import torch
    from torch.func import jacrev, vmap

    rates = _checked(params, X, etas)
    moving = {name: p.detach() for name, p in params.items() if rates[name] > 0}
    fixed = {name: p.detach() for name, p in params.items() if rates[name] == 0}
    try:
        with torch.no_grad():
            shape = tuple(f({**moving, **fixed}, X).shape)
    except (RuntimeError, IndexError, ValueError) as error:
        raise ValueError(
            f"f: expected a function of params and X, but it fails for X of shape {tuple(X.shape)} "
            f"({str(error).splitlines()[0]})"
        ) from error
    n = len(X)
    if len(shape) not in (1, 2) or shape[0] != n:
        raise ValueError(f"f: expected outputs of shape ({n},) or ({n}, c), got {shape}")
    c = shape[1] if len(shape) == 2 else 1

    def one(parameters: Mapping[str, Any], x: Any) -> Any:
        return f({**parameters, **fixed}, x[None]).reshape(c)

    count = sum(p.numel() for p in moving.values())
    width = max((p.element_size() for p in moving.values()), default=8)
    row = max(1, count * c * width)  # bytes of one sample's Jacobian
    few = max(1, min(n, PASSING_BYTES // row))
    many = few * max(1, HELD_BYTES // (row * few))

    def jacobian(start: int) -> Any:
        parts = vmap(jacrev(one), (None, 0))(moving, X[start : start + few])
        flat = [
            parts[name].reshape(-1, moving[name].numel()) * rates[name] ** 0.5 for name in moving
        ]
        return torch.cat(flat, dim=1)

    finest = functools.reduce(torch.promote_types, (p.dtype for p in params.values()))
    K = torch.zeros(n * c, n * c, dtype=finest)
    for i in range(0, n if moving else 0, many):
        size, at = min(many, n - i) * c, i * c
        piece = jacobian(i)
        held = piece.new_empty(size, count)  # filled piece by piece, to need memory only once
        held[: len(piece)] = piece
        for j in range(i + few, min(i + many, n), few):
            piece = jacobian(j)
            held[(j - i) * c : (j - i) * c + len(piece)] = piece
        K[at : at + size, at : at + size] = (held @ held.T).cpu()
        for j in range(0, i, few):
            block = (held @ jacobian(j).T).cpu()
            K[at : at + size, j * c : j * c + block.shape[1]] = block
            K[j * c : j * c + block.shape[1], at : at + size] = block.T
    if not torch.isfinite(K).all():
        raise ValueError("f, params, X: expected smaller numbers; the kernel overflows")
    return K.double().numpy() if K.dtype is torch.bfloat16 else K.numpy()


def _checked(params: Any, X: Any, etas: Any) -> dict[str, float]:
    """Check the arguments, and compute the rate of each parameter."""
    import torch

    if not validate.mapping("params", params):
        raise ValueError("params: expected at least one named tensor, got none")
    for name, tensor in (*((f"params[{n!r}]", p) for n, p in params.items()), ("X", X)):
        if not isinstance(tensor, torch.Tensor) or tensor.is_complex():
            raise ValueError(f"{name}: expected a tensor of real numbers, got {tensor!r}"[:200])
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{name}: expected finite numbers; look for an earlier overflow")
    rates = dict.fromkeys(params, 1.0)
    for name, eta in validate.mapping("etas", etas or {}).items():
        if name not in rates:
            raise ValueError(
                f"etas: expected names among {', '.join(map(repr, params))}, got {name!r}"
            )
        rates[name] = validate.number(f"etas[{name!r}]", eta, least=0)
    for name, p in params.items():
        if rates[name] > 0 and not p.is_floating_point():
            raise ValueError(
                f"params[{name!r}]: expected floating-point numbers, which have a gradient, got "
                f"{p.dtype}; a rate of 0 freezes it"
            )
    return rates
