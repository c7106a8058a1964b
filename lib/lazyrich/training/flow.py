"""Follow gradient flow by explicit steps far longer than an explicit step may be.

Runge-Kutta-Chebyshev, and Euler with steps that grow. Gradient flow of a network is stiff: the step
of gradient descent is bound by the sharpest direction, 2 / lambda_max, long after that direction
has come to rest. A Runge-Kutta-Chebyshev step of s stages is stable up to 0.65 s^2 / lambda_max, so
that 100 gradients go 65 times as far as 100 steps of Euler's. Sommeijer, Shampine and Verwer 1998
(J. Comput. Appl. Math. 88, 315-326); second order.

Every member of an ensemble has a step of its own. Members that need about the same number of stages
are moved together.
"""

# Longer than 300 lines: the state of the integrator is the work of all these functions.

import itertools
from functools import lru_cache
from typing import Protocol

import numpy as np
import torch

from lazyrich.dynamics.chebyshev import coefficients

__all__ = ["advance", "begin", "sharpness"]

MOST_STAGES = 300
SAFETY = 1.15  # the spectral radius is estimated from below
FIRST_ITERATIONS = 12  # of the power method, before the first step
# How far the power method looks, relative to the parameters: far enough to see the mean curvature
# of many kinks and not one of them.
NUDGE = 1e-3
# A step shorter than this, relative to the time, means that the flow leaves every bound.
SMALLEST = 1e-12

State = dict[str, torch.Tensor]


class Field(Protocol):
    """Give what is integrated: y' = slope(y) for members (e, P) of blocks of `sizes`."""

    sizes: list[int]

    def slope(
        self, y: torch.Tensor, members: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Compute y' and the outputs at y (None if there are none to watch)."""

    def outputs(self, y: torch.Tensor, members: torch.Tensor) -> torch.Tensor:
        """Compute the outputs alone."""

    def residual(self, outputs: torch.Tensor, members: torch.Tensor) -> torch.Tensor:
        """Compute the size (e,) of what is still to be learned, in the units of the outputs."""


def begin(field: Field, y: torch.Tensor, floor: float = 0.1) -> State:
    """Make the integrator's state at t = 0: positions, slopes, spectral radius, first step.

    Parameters
    ----------
    field : Field
        What is integrated.
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
    state["age"] = torch.zeros_like(
        state["evaluations"]
    )  # steps since the spectral radius was looked at
    for _ in range(FIRST_ITERATIONS):
        _sharpen(field, state, members)
    scale, speed = _blocks(y, field.sizes, floor=True), _blocks(f, field.sizes)
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
    """Move every member to a time, in place; a flow that cannot be followed ends as nan.

    Parameters
    ----------
    field : Field
        What is integrated.
    state : dict of str to Tensor
        The state, which is changed.
    target : float
        The time.
    tolerance : float, default 0.01
        See `Flow`.
    method : {"rkc", "euler"}
        See `Flow`.
    growth : float, default 2e-3
        See `Flow`.
    """
    for turn in itertools.count():
        left = target - state["t"].cpu().numpy()
        active = np.flatnonzero(left > 1e-12 * max(target, 1.0))
        if active.size == 0:
            return
        if method == "euler":
            members = torch.as_tensor(active, device=state["y"].device)
            if turn % 2 == 0:
                _sharpen(field, state, members)
            _euler(field, state, members, target, growth)
            continue
        rho, h, age = (
            SAFETY * state["rho"].cpu().numpy()[active],
            state["h"].cpu().numpy()[active],
            state["age"].cpu().numpy(),
        )
        # sqrt(1 + h rho / 0.653): stages for which the step is stable
        wanted = np.sqrt(1 + np.minimum(h, left[active]) * rho / 0.65)
        stages = np.clip(np.ceil(wanted), 2, MOST_STAGES).astype(int)
        some = _alike(stages)
        members = torch.as_tensor(active[some], device=state["y"].device)
        old = active[some][(stages[some] > 20) | (age[active[some]] >= 4)]
        if old.size:
            _sharpen(
                field,
                state,
                members if old.size == some.size else torch.as_tensor(old, device=members.device),
            )
        _chebyshev(field, state, members, _plan(stages[some], members.device), target, tolerance)
        state["age"][members] += 1


def sharpness(field: Field, y: torch.Tensor, iterations: int = 40) -> torch.Tensor:
    """Compute the largest eigenvalue of -dy'/dy by the power method.

    Discrete steps of y' longer than 2 / this diverge.

    Parameters
    ----------
    field : Field
        What is integrated.
    y : Tensor, shape (E, P)
        The positions.
    iterations : int, default 40
        The number of iterations.

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
    for _ in range(iterations):
        _sharpen(field, state, members)
    return state["rho"]


def _alike(stages: np.ndarray) -> np.ndarray:
    """Choose the members that go next: those of the octave of stages that most are in.

    The others wait, and more join them meanwhile.
    """
    octave = np.frexp(stages)[1]
    return np.flatnonzero(octave == np.bincount(octave).argmax())


@lru_cache(maxsize=1024)
def _padded(s: int, most: int) -> np.ndarray:
    """Give (most, 4): mu~_1 and the reach, `coefficients` of stages 2..s, rows without effect."""
    first, rows, reach = coefficients(s)
    return np.array([(first, reach, 0.0, 0.0), *rows] + [(1.0, 0.0, 0.0, 0.0)] * (most - s))


def _plan(stages: np.ndarray, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Give how many stages each member takes (e,), and its coefficients (most, e, 4).

    Members with fewer stages wait at their end.
    """
    table = np.stack([_padded(s, int(stages.max())) for s in stages.tolist()], axis=1)
    return torch.as_tensor(stages, device=device), torch.as_tensor(table, device=device)


def _chebyshev(
    field: Field,
    state: State,
    members: torch.Tensor,
    plan: tuple[torch.Tensor, torch.Tensor],
    target: float,
    tolerance: float,
) -> None:
    """Make one step of each member, kept where its error is small; never wait for the device."""
    counts, table = plan
    y0, f0, t = state["y"][members], state["f"][members], state["t"][members]
    left = (target - t).clamp_min(0.0)
    h64 = torch.minimum(
        torch.minimum(state["h"][members], table[0, :, 1] / (SAFETY * state["rho"][members])), left
    )
    h = h64.to(y0)[:, None]
    y, move = _stages(field, y0, f0, h, table, members)
    f, out = field.slope(y, members)
    wrong = 0.4 * h * (f0 + f) - 0.8 * move
    error = _error(field, y, wrong, out, members, state["floor"][members], tolerance)
    ok = torch.isfinite(error) & torch.isfinite(f).all(dim=1)
    good = ok & (error <= 1)
    factor = torch.where(ok, 0.8 * error.clamp_min(1e-8) ** (-1 / 3), torch.full_like(error, 0.1))
    factor = factor.clamp(0.1, 5.0)
    # A step cut short by the target says nothing against the longer one.
    grown = torch.maximum(state["h"][members], h64 * factor)
    longer = torch.where(h64 < 0.99 * state["h"][members], grown, h64 * factor)
    longer = torch.where(
        left > 0, torch.where(good, longer, h64 * factor.clamp_max(0.5)), state["h"][members]
    )
    lost = ~good & (left > 0) & (longer < SMALLEST * (1 + t))
    keep = good[:, None]
    y = torch.where(keep, y, y0)
    state["y"][members] = torch.where(lost[:, None], torch.full_like(y, torch.nan), y)
    state["f"][members] = torch.where(keep, f, f0)
    state["t"][members] = torch.where(
        lost | (good & (h64 >= left)), torch.full_like(t, target), t + good * h64
    )
    state["h"][members] = longer
    state["evaluations"][members] += counts


def _stages(
    field: Field,
    y0: torch.Tensor,
    f0: torch.Tensor,
    h: torch.Tensor,
    table: torch.Tensor,
    members: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Make the stages of a step h (e, 1) from y0, with slope f0; give its end and the move."""
    table = table.to(y0)[..., None]
    step0 = h * f0
    # Moves from y0, so that a small step keeps its digits.
    before, move = torch.zeros_like(y0), table[0, :, 0] * step0
    y = y0 + move
    by_f = h * table[:, :, 2]
    for j in range(1, len(table)):
        f, _ = field.slope(y, members)
        following = (table[j, :, 0] * move).addcmul_(table[j, :, 1], before)
        following.addcmul_(table[j, :, 3], step0).addcmul_(by_f[j], f)
        before, move = move, following
        y = y0 + move
    return y, move


def _error(
    field: Field,
    y: torch.Tensor,
    wrong: torch.Tensor,
    out: torch.Tensor | None,
    members: torch.Tensor,
    floor: torch.Tensor,
    tolerance: float,
) -> torch.Tensor:
    """Measure the error `wrong` of a step that ends at y, in units of what is allowed (e,)."""
    # Each block against its own size: against one number for all, a small layer would go anywhere.
    error = (
        (_blocks(wrong, field.sizes) / (tolerance * _blocks(y, field.sizes, floor=True)))
        .amax(dim=1)
        .double()
    )
    if out is not None:
        # And in the function: in the lazy regime a small error of the weights is a large one of
        # what is still to be learned.
        moved = field.outputs(y + wrong, members) - out
        moved = moved.flatten(1).square().mean(dim=1).sqrt().double()
        allowed = 5 * tolerance * torch.maximum(field.residual(out, members).double(), floor)
        error = torch.maximum(error, moved / allowed.clamp_min(1e-300))
    return error


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


def _sharpen(field: Field, state: State, members: torch.Tensor) -> None:
    """Make one iteration of the power method on the slope's Jacobian, at one gradient."""
    y, f, v = state["y"][members], state["f"][members], state["v"][members]
    size = (y.norm(dim=1, keepdim=True) + 1e-3) / v.norm(dim=1, keepdim=True).clamp_min(1e-30)
    nudge = NUDGE * size
    change = (field.slope(y + nudge * v, members)[0] - f) / nudge
    rho = (change.norm(dim=1) / v.norm(dim=1).clamp_min(1e-30)).double()
    known = torch.isfinite(rho) & (rho > 0)
    v = torch.where(known[:, None], change / change.norm(dim=1, keepdim=True).clamp_min(1e-30), v)
    state["v"][members] = v
    state["rho"][members] = torch.where(known, rho, state["rho"][members]).clamp_min(1e-30)
    state["evaluations"][members] += 1
    state["age"][members] = 0


def _blocks(values: torch.Tensor, sizes: list[int], *, floor: bool = False) -> torch.Tensor:
    """Compute the root mean square (e, B) of every block.

    With `floor` none is below a thousandth of the largest, so that zero biases can move.
    """
    rms = torch.stack(
        [part.square().mean(dim=1).sqrt() for part in values.split(sizes, dim=1)], dim=1
    )
    return (
        torch.maximum(rms, 1e-3 * rms.amax(dim=1, keepdim=True)).clamp_min(1e-30) if floor else rms
    )
