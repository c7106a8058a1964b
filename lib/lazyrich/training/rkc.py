"""Make one Runge-Kutta-Chebyshev step of every member, and estimate the spectral radius.

All decisions (how many stages a step takes, whether it is accepted, how long the next one is) are
made on the device, so that the host never waits for a GPU here.
"""

from functools import lru_cache
from typing import Protocol

import numpy as np
import torch

from lazyrich.dynamics.chebyshev import coefficients

__all__ = ["Field", "State", "blocks", "plan", "sharpen", "step", "wanted"]

MOST_STAGES = 300
# The radius is estimated before each step of more than OFTEN stages, else every SELDOM steps.
OFTEN, SELDOM = 20, 4
SAFETY = 1.15  # factor on the spectral radius, which is estimated from below
# Finite difference of the power method, relative to the parameters: large enough to average the
# curvature of many kinks.
NUDGE = 1e-3
# A step shorter than this, relative to the time plus the smaller of the target and 1, means that
# the flow diverges.
SMALLEST = 1e-12

State = dict[str, torch.Tensor]


class Field(Protocol):
    """Define the field to integrate: y' = slope(y) for members (e, P) with blocks of `sizes`."""

    sizes: list[int]

    def slope(
        self, y: torch.Tensor, members: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Compute y' and the outputs at y (None if the error ignores outputs)."""

    def outputs(self, y: torch.Tensor, members: torch.Tensor) -> torch.Tensor:
        """Compute only the outputs."""

    def residual(self, outputs: torch.Tensor, members: torch.Tensor) -> torch.Tensor:
        """Compute the size (e,) of outputs minus labels."""


def wanted(state: State, members: torch.Tensor | None, target: torch.Tensor) -> torch.Tensor:
    """Compute the number of stages of each member's next step.

    Parameters
    ----------
    state : dict of str to Tensor
        The state of `flow.begin`.
    members : Tensor, shape (e,), or None
        The indices of the members; None for all.
    target : Tensor, shape ()
        The time that the members move to.

    Returns
    -------
    Tensor of int, shape (e,)
        The numbers, from 2 to `MOST_STAGES`; 0 for members that have arrived.
    """
    t, h, rho = (state[name] for name in ("t", "h", "rho"))
    if members is not None:
        t, h, rho = t[members], h[members], rho[members]
    left = target - t
    # sqrt(1 + h rho / 0.653): stages for which the step is stable
    stiff = torch.minimum(h, left).mul_(SAFETY * rho).div_(0.65)
    stages = stiff.add_(1).sqrt_().ceil_().clamp_(2, MOST_STAGES).nan_to_num_(nan=2)
    return stages.mul_(left > 1e-12 * target).long()


@lru_cache(maxsize=1024)
def _padded(s: int, most: int) -> np.ndarray:
    """Make a table (most, 4): mu~_1 and the reach, `coefficients` of stages 2..s, then padding."""
    first, rows, reach = coefficients(s)
    return np.array([(first, reach, 0.0, 0.0), *rows] + [(1.0, 0.0, 0.0, 0.0)] * (most - s))


def plan(stages: np.ndarray, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """List the coefficients of a step, padded for members with fewer stages than others.

    Parameters
    ----------
    stages : ndarray of int, shape (e,)
        The number of stages of each member.
    device : torch.device
        The device that computes.

    Returns
    -------
    counts : Tensor of int, shape (e,)
        The numbers of stages.
    table : Tensor, shape (most, e, 4)
        The coefficients of each stage: mu~_1 and the reach, then (mu, nu, mu~, gamma~).
    """
    table = np.stack([_padded(s, int(stages.max())) for s in stages.tolist()], axis=1)
    return torch.as_tensor(stages, device=device), torch.as_tensor(table, device=device)


def step(
    field: Field,
    state: State,
    members: torch.Tensor,
    plan: tuple[torch.Tensor, torch.Tensor],
    target: torch.Tensor,
    tolerance: float,
    due: torch.Tensor | None = None,
) -> None:
    """Make one step of each member, in place; steps with too large an error are rejected.

    Parameters
    ----------
    field : Field
        The field to integrate.
    state : dict of str to Tensor
        The state of `flow.begin`, which is changed in place.
    members : Tensor, shape (e,)
        The indices of the members.
    plan : tuple of Tensor
        The result of `plan` for these members.
    target : Tensor, shape ()
        The time beyond which no member goes.
    tolerance : float
        See `Flow`.
    due : Tensor of bool, shape (e,), optional
        Which of the members move; all if left out.
    """
    counts, table = plan
    y0, f0, t = state["y"][members], state["f"][members], state["t"][members]
    before = state["h"][members]
    left = (target - t).clamp_min(0.0)
    moving = left > 0 if due is None else due
    h64 = torch.minimum(
        torch.minimum(before, table[0, :, 1] / (SAFETY * state["rho"][members])), left
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
    # A step cut short by the target must not shorten the next one.
    grown = torch.maximum(before, h64 * factor)
    longer = torch.where(h64 < 0.99 * before, grown, h64 * factor)
    longer = torch.where(moving, torch.where(good, longer, h64 * factor.clamp_max(0.5)), before)
    lost = ~good & moving & ~(longer >= SMALLEST * (target.clamp_max(1.0) + t))  # or nan
    good &= moving
    keep = good[:, None]
    y = torch.where(keep, y, y0)
    state["y"][members] = torch.where(lost[:, None], torch.full_like(y, torch.nan), y)
    state["f"][members] = torch.where(keep, f, f0)
    state["t"][members] = torch.where(lost | (good & (h64 >= left)), target, t + good * h64)
    state["h"][members] = longer
    state["evaluations"][members] += counts if due is None else counts * due
    state["age"][members] += 1 if due is None else due


def _stages(
    field: Field,
    y0: torch.Tensor,
    f0: torch.Tensor,
    h: torch.Tensor,
    table: torch.Tensor,
    members: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Make the stages of a step h (e, 1) from y0 with slope f0; return its end and the move."""
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
    """Measure the error `wrong` of a step that ends at y, relative to the allowed error (e,)."""
    # Each block is compared with its own size, because one size for all would ignore small layers.
    error = (
        (blocks(wrong, field.sizes) / (tolerance * blocks(y, field.sizes, floor=True)))
        .amax(dim=1)
        .double()
    )
    if out is not None:
        # The error in the outputs counts too: in the lazy regime a small error of the weights may
        # be large relative to the residual.
        moved = field.outputs(y + wrong, members) - out
        moved = moved.flatten(1).square().mean(dim=1).sqrt().double()
        allowed = 5 * tolerance * torch.maximum(field.residual(out, members).double(), floor)
        error = torch.maximum(error, moved / allowed.clamp_min(1e-300))
    return error


def sharpen(
    field: Field, state: State, members: torch.Tensor, due: torch.Tensor | None = None
) -> None:
    """Make one iteration of the power method on the slope's Jacobian, at the cost of one gradient.

    Parameters
    ----------
    field : Field
        The field to integrate.
    state : dict of str to Tensor
        The state of `flow.begin`, whose spectral radius is updated.
    members : Tensor, shape (e,)
        The indices of the members.
    due : Tensor of bool, shape (e,), optional
        Which of the members are updated; all if left out.
    """
    y, f, v = state["y"][members], state["f"][members], state["v"][members]
    size = (y.norm(dim=1, keepdim=True) + 1e-3) / v.norm(dim=1, keepdim=True).clamp_min(1e-30)
    nudge = NUDGE * size
    change = (field.slope(y + nudge * v, members)[0] - f) / nudge
    rho = (change.norm(dim=1) / v.norm(dim=1).clamp_min(1e-30)).double()
    known = torch.isfinite(rho) & (rho > 0)
    turned = change / change.norm(dim=1, keepdim=True).clamp_min(1e-30)
    before = state["rho"][members]
    found = torch.where(known, rho, before).clamp_min(1e-30)
    if due is None:
        state["rho"][members], state["age"][members] = found, 0
        state["evaluations"][members] += 1
    else:
        known &= due
        state["rho"][members] = torch.where(due, found, before)
        state["age"][members] *= ~due
        state["evaluations"][members] += due
    state["v"][members] = torch.where(known[:, None], turned, v)


def blocks(values: torch.Tensor, sizes: list[int], *, floor: bool = False) -> torch.Tensor:
    """Compute the root mean square of every block of parameters.

    Parameters
    ----------
    values : Tensor, shape (e, P)
        One number per parameter.
    sizes : list of int
        The lengths of the blocks.
    floor : bool, default False
        Whether to raise each to at least a thousandth of the largest, so that zero biases can move.

    Returns
    -------
    Tensor, shape (e, B)
        The root mean squares.
    """
    rms = torch.stack(
        [part.square().mean(dim=1).sqrt() for part in values.split(sizes, dim=1)], dim=1
    )
    return (
        torch.maximum(rms, 1e-3 * rms.amax(dim=1, keepdim=True)).clamp_min(1e-30) if floor else rms
    )
