"""Integrate stiff gradient flow by stabilized explicit steps (Runge-Kutta-Chebyshev, or Euler).

Gradient flow of a network is stiff: the sharpest direction bounds the steps of gradient descent by
2 / lambda_max, long after that direction has come to rest. A Runge-Kutta-Chebyshev step of s stages
is stable up to 0.65 s^2 / lambda_max, so that one step of 100 gradients goes up to about 30 times
as far as 100 Euler steps. The method is of second order: Sommeijer, Shampine and Verwer 1998
(J. Comput. Appl. Math. 88, 315-326). The alternative is Euler's method with growing steps.

Every member of an ensemble has its own step size. Members that need about the same number of stages
are moved together.
"""

import itertools

import numpy as np
import torch

from lazyrich.training import rkc
from lazyrich.training.rkc import Field, State

__all__ = ["advance", "alike", "begin", "sharpness"]

FIRST_ITERATIONS = 12  # of the power method, before the first step


def begin(field: Field, y: torch.Tensor, floor: float = 0.1) -> State:
    """Make the integrator's state at t = 0: positions, slopes, spectral radius, first step.

    Parameters
    ----------
    field : Field
        The field to integrate.
    y : Tensor, shape (E, P)
        The positions.
    floor : float, default 0.1
        See `Flow`.

    Returns
    -------
    dict of str to Tensor
        The state.
    """
    members = torch.arange(len(y), device=y.device)
    f, out = field.slope(y, members)
    generator = torch.Generator().manual_seed(0)
    v = torch.randn(y.shape[1], generator=generator, dtype=torch.float64).to(y).expand_as(y)
    state = {
        "y": y.clone(),
        "f": f,
        "v": v / v.norm(dim=1, keepdim=True),
        "rho": y.new_zeros(len(y)).double(),
    }
    state["evaluations"] = torch.ones(len(y), dtype=torch.int64, device=y.device)
    state["age"] = torch.zeros_like(state["evaluations"])  # steps since the radius was estimated
    for _ in range(FIRST_ITERATIONS):
        rkc.sharpen(field, state, members)
    scale, speed = rkc.blocks(y, field.sizes, floor=True), rkc.blocks(f, field.sizes)
    state["t"] = torch.zeros_like(state["rho"])
    state["h"] = (0.05 * (scale / speed.clamp_min(1e-300)).amin(dim=1)).double()
    first = torch.zeros_like(state["rho"]) if out is None else field.residual(out, members).double()
    state["floor"] = floor * first
    return state


def advance(
    field: Field,
    state: State,
    target: float,
    *,
    tolerance: float = 0.01,
    method: str = "rkc",
    growth: float = 2e-3,
) -> None:
    """Move every member to a time, in place; members whose flow cannot be followed become nan.

    Parameters
    ----------
    field : Field
        The field to integrate.
    state : dict of str to Tensor
        The state, which is changed in place.
    target : float
        The time to reach.
    tolerance : float, default 0.01
        See `Flow`.
    method : {"rkc", "euler"}
        See `Flow`.
    growth : float, default 2e-3
        See `Flow`.
    """
    end = torch.tensor(target, dtype=torch.float64, device=state["y"].device)
    for turn in itertools.count():
        stages = rkc.wanted(state, None, end).cpu().numpy()
        if not stages.any():
            return
        if method == "euler":
            members = torch.as_tensor(np.flatnonzero(stages), device=state["y"].device)
            if turn % 2 == 0:
                rkc.sharpen(field, state, members)
            _euler(field, state, members, target, growth)
            continue
        some = alike(stages)
        stages, age = stages[some], state["age"].cpu().numpy()[some]
        members = torch.as_tensor(some, device=state["y"].device)
        old = some[(stages > rkc.OFTEN) | (age >= rkc.SELDOM)]
        if old.size:
            rkc.sharpen(
                field,
                state,
                members if old.size == some.size else torch.as_tensor(old, device=members.device),
            )
        rkc.step(field, state, members, rkc.plan(stages, members.device), end, tolerance)


def sharpness(field: Field, y: torch.Tensor) -> torch.Tensor:
    """Compute the largest eigenvalue of -dy'/dy by the power method.

    Euler steps longer than 2 divided by it diverge.

    Parameters
    ----------
    field : Field
        The field to integrate.
    y : Tensor, shape (E, P)
        The positions.

    Returns
    -------
    Tensor, shape (E,)
        The eigenvalues.
    """
    members = torch.arange(len(y), device=y.device)
    f, _ = field.slope(y, members)
    v = torch.randn(y.shape[1], generator=torch.Generator().manual_seed(1), dtype=torch.float64).to(
        y
    )
    state = {"y": y, "f": f, "v": v.repeat(len(y), 1), "rho": y.new_zeros(len(y)).double()}
    state["evaluations"] = torch.zeros(len(y), dtype=torch.int64, device=y.device)
    state["age"] = torch.zeros_like(state["evaluations"])
    for _ in range(40):
        rkc.sharpen(field, state, members)
    return state["rho"]


def alike(stages: np.ndarray) -> np.ndarray:
    """Choose the members that step next: those in the most common octave of numbers of stages.

    The others wait until their octave is the most common one.

    Parameters
    ----------
    stages : ndarray of int, shape (E,)
        The number of stages of each member's next step; 0 for members that have arrived.

    Returns
    -------
    ndarray of int, shape (n,)
        The indices of the chosen members.
    """
    octave = np.frexp(stages)[1]
    return np.flatnonzero(octave == 1 + np.bincount(octave)[1:].argmax())


def _euler(field: Field, state: State, members: torch.Tensor, target: float, growth: float) -> None:
    """Make ten steps of h = min(max(1/20, growth t), 0.4 / rho) with one spectral radius."""
    y, f, t = state["y"][members], state["f"][members], state["t"][members]
    most = 0.4 / state["rho"][members]
    for _ in range(10):
        left = (target - t).clamp_min(0.0)
        h = torch.minimum(torch.minimum((growth * t).clamp_min(0.05), most), left)
        y = y + h.to(y)[:, None] * f
        t = torch.where(h >= left, torch.full_like(t, target), t + h)
        f, _ = field.slope(y, members)
    lost = ~torch.isfinite(f).all(dim=1)
    state["y"][members] = torch.where(lost[:, None], torch.full_like(y, torch.nan), y)
    state["f"][members] = f
    state["t"][members] = torch.where(lost, torch.full_like(t, target), t)
    state["evaluations"][members] += 10
