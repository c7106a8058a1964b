"""Draw the teacher-student task of Kunin et al. 2024, with a student whose function starts at 0."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich.datasets.data import Data, stack
from lazyrich.scales import alpha_for_delta

__all__ = ["TeacherStudent", "teacher_student"]


@dataclass(frozen=True)
class TeacherStudent:
    """Hold a teacher's labels and the directions of the student that is to learn them.

    The second half of the student's neurons mirrors the first, so its function is zero at the
    start, whatever its scales. Leading axes have one entry per seed, as in `data`.

    Parameters
    ----------
    data : Data
        Inputs and the teacher's labels.
    directions : Tensor, shape (..., m, d)
        Unit rows, the second half equal to the first.
    signs : Tensor, shape (..., m)
        +1 or -1, opposite in the two halves.
    teacher : Tensor, shape (..., k, d)
        The teacher's neurons a* w*: unit rows times the readout.
    teacher_signs : Tensor, shape (..., k)
        The signs of the teacher's readouts.
    """

    data: Data
    directions: torch.Tensor
    signs: torch.Tensor
    teacher: torch.Tensor
    teacher_signs: torch.Tensor

    def start(self, tau: ArrayLike, delta: ArrayLike) -> dict[str, torch.Tensor]:
        """Make parameters of the student, an MLP((d, m, 1)), with a given tau and delta.

        |w_i| = tau alpha, |a_i| = tau / alpha and delta_i = delta, with alpha from
        `scales.alpha_for_delta`.

        Parameters
        ----------
        tau : array_like
            The overall scale, above 0; broadcasts with delta. Its axes come before the seeds'.
        delta : array_like
            The conserved quantity of each neuron.

        Returns
        -------
        dict of str to Tensor
            "layer1.W" (..., m, d) and "layer2.W" (..., 1, m).

        Raises
        ------
        ValueError
            If a number is not finite, or tau is not above 0.
        """
        tau, delta = np.broadcast_arrays(
            validate.real("tau", tau, "(...)"), validate.real("delta", delta, "(...)")
        )
        alpha = alpha_for_delta(delta, tau)

        def over(values: np.ndarray, like: torch.Tensor) -> torch.Tensor:
            return torch.as_tensor(values.copy()).reshape(values.shape + (1,) * like.ndim)

        readouts = self.signs[..., None, :]
        return {
            "layer1.W": over(tau * alpha, self.directions) * self.directions,
            "layer2.W": over(tau / alpha, readouts) * readouts,
        }


def teacher_student(
    seed: int | Sequence[int],
    *,
    n: int = 1000,
    d: int = 100,
    m: int = 50,
    teacher: int = 3,
    n_test: int = 10_000,
    test_seed: int = 201,
) -> TeacherStudent:
    """Draw the paper's task: unit inputs, labels of a ReLU teacher, a mirrored student.

    The teacher's neurons are unit vectors, its readouts +1 or -1. The draws are those of the
    published script, in this order after torch.manual_seed(seed): the weights of
    nn.Linear(d, teacher) and nn.Linear(teacher, 1) (drawn, then overwritten), the teacher's
    directions and readout signs, the weights of nn.Linear(d, m) and nn.Linear(m, 1) (overwritten
    too), m/2 directions and signs of the student, and the inputs. The script computes in float32,
    where the last digit depends on the processor; here the same draws are computed in float64, so
    that every processor has the same data to 15 digits.

    Parameters
    ----------
    seed : int or sequence of int
        The seed of the draws; several seeds give one leading axis.
    n : int, default 1000
        The number of training samples.
    d : int, default 100
        The dimension of the inputs.
    m : int, default 50
        The number of the student's neurons, even because each one needs a mirror image.
    teacher : int, default 3
        The number of the teacher's neurons.
    n_test : int, default 10000
        The number of test samples; 0 for none.
    test_seed : int, default 201
        The seed of the test inputs.

    Returns
    -------
    TeacherStudent
        The data, the student's directions and the teacher.

    Raises
    ------
    ValueError
        If a size is too small, m is odd, or there is no seed.

    References
    ----------
    Kunin et al. 2024, figure 1.
    """
    sizes = {
        "n": validate.count("n", n, 1),
        "d": validate.count("d", d, 1),
        "m": validate.even("m", m),
        "teacher": validate.count("teacher", teacher, 1),
        "n_test": validate.count("n_test", n_test),
        "test_seed": validate.count("test_seed", test_seed),
    }
    if not isinstance(seed, list | tuple | range) and not getattr(seed, "ndim", 0):
        return _one_task(validate.count("seed", seed), **sizes)
    tasks = [_one_task(one, **sizes) for one in validate.seeds("seed", seed, different=False)]
    parts = {
        name: torch.stack([getattr(task, name) for task in tasks])
        for name in ("directions", "signs", "teacher", "teacher_signs")
    }
    return TeacherStudent(stack([task.data for task in tasks]), **parts)


def _one_task(
    seed: int, *, n: int, d: int, m: int, teacher: int, n_test: int, test_seed: int
) -> TeacherStudent:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        _overwritten(d, teacher)
        directions, signs = _unit(_normal(teacher, d)), torch.sign(_normal(teacher))
        _overwritten(d, m)
        half, half_signs = _unit(_normal(m // 2, d)), torch.sign(_normal(m // 2))
        x = _unit(_normal(n, d))
        torch.manual_seed(test_seed)
        x_test = _unit(_normal(n_test, d)) if n_test else None

    def label(inputs: torch.Tensor) -> torch.Tensor:
        return (torch.relu(inputs @ directions.T) @ signs)[:, None]

    data = Data(x, label(x), *((None, None) if x_test is None else (x_test, label(x_test))))
    students = half.repeat(2, 1), torch.cat([half_signs, -half_signs])
    return TeacherStudent(data, *students, signs[:, None] * directions, signs)


def _unit(rows: torch.Tensor) -> torch.Tensor:
    return rows / rows.norm(dim=-1, keepdim=True)


def _normal(*shape: int) -> torch.Tensor:
    """Draw what torch.randn(shape) draws in float32, before rounding, in float64.

    This is the Box-Muller transform of the same uniform numbers: u, v give sqrt(-2 log(1 - u))
    times the cosine and the sine of 2 pi v. PyTorch takes 16 numbers at a time, u from the first 8
    and v from the others, and draws the last 16 again where the size is not a multiple of 16. Its
    float32 logarithm, cosine and sine differ between processors in the last digit.
    """
    size = math.prod(shape)
    if size < 16:  # PyTorch itself computes these in float64, one at a time
        return torch.randn(shape).double()

    def normal(uniform: torch.Tensor) -> torch.Tensor:
        u, v = uniform.double().reshape(-1, 2, 8).unbind(1)
        radius, angle = torch.sqrt(-2 * torch.log(1 - u)), 2 * math.pi * v
        return torch.stack([radius * torch.cos(angle), radius * torch.sin(angle)], 1).flatten()

    drawn = torch.rand(size)
    whole = size - size % 16
    found = normal(drawn[:whole])
    if whole < size:
        found = torch.cat([found[: size - 16], normal(torch.rand(16))])
    return found.reshape(shape)


def _overwritten(d: int, m: int) -> None:
    """Draw the weights that the published code draws and overwrites; later draws depend on them."""
    torch.nn.Linear(d, m, bias=False)
    torch.nn.Linear(m, 1, bias=False)
