"""Data sets: a teacher's labels (the paper's draws), modular arithmetic, the random hierarchy model, gratings, digits. Loads PyTorch."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich import datasets
from lazyrich.scales import alpha_for_delta
from nbjudge.extras import needs

__all__ = [
    "Data",
    "TeacherStudent",
    "digits",
    "gratings",
    "modular",
    "random_hierarchy",
    "stack",
    "teacher_student",
]


@dataclass(frozen=True)
class Data:
    """Inputs and labels to train on, and others to test on.

    x: (n, ...); y: (n, c) numbers, or (n,) whole numbers, the classes. axes: how many leading axes come before n, one entry a data set;
    they broadcast against the ensemble's from the right, as in NumPy. Raises ValueError on lengths that do not fit.
    """

    x: torch.Tensor
    y: torch.Tensor
    x_test: torch.Tensor | None = None
    y_test: torch.Tensor | None = None
    axes: int = 0

    def __post_init__(self) -> None:
        for name, x, y in (("x", self.x, self.y), ("x_test", self.x_test, self.y_test)):
            if (x is None) != (y is None):
                raise ValueError(f"{name}: expected inputs and labels, got only one of the two")
            if x is None:
                continue
            k = self.axes + 1
            if x.ndim < k or y.ndim < k or x.shape[:k] != y.shape[:k]:
                raise ValueError(
                    f"{name}: expected a label for each input, got {tuple(x.shape)} and {tuple(y.shape)}"
                )
            if y.is_floating_point() and y.ndim != self.axes + 2:
                raise ValueError(
                    f"{name}: expected labels (n, c), or whole numbers (n,), got shape {tuple(y.shape)}"
                )
            if 0 in x.shape:
                raise ValueError(
                    f"{name}: expected at least one sample, got shape {tuple(x.shape)}"
                )
            if x.is_floating_point() and not torch.isfinite(x).all():
                raise ValueError(
                    f"{name}: expected finite numbers; look for a division by 0 or an overflow before"
                )

    def to(self, dtype: torch.dtype) -> "Data":
        """The same data with every real number in `dtype`; whole numbers stay."""
        cast = {
            name: value.to(dtype)
            for name in ("x", "y", "x_test", "y_test")
            if (value := getattr(self, name)) is not None and value.is_floating_point()
        }
        return replace(self, **cast)


def stack(sets: Sequence[Data]) -> Data:
    """Several data sets of equal shapes as one with one more leading axis. Raises ValueError if there are none or they differ."""
    sets = list(sets)
    if not sets:
        raise ValueError("sets: expected at least one data set, got none")
    parts: dict[str, Any] = {}
    for name in ("x", "y", "x_test", "y_test"):
        values = [getattr(one, name) for one in sets]
        if any(
            (v is None) != (values[0] is None) or (v is not None and v.shape != values[0].shape)
            for v in values
        ):
            raise ValueError(f"sets: expected {name} of one shape everywhere")
        parts[name] = None if values[0] is None else torch.stack(values)
    return Data(**parts, axes=sets[0].axes + 1)


@dataclass(frozen=True)
class TeacherStudent:
    """A teacher's labels and the directions of the student that is to learn them.

    directions: (..., m, d) unit rows, the second half equal to the first; signs: (..., m), +-1, opposite in the two halves: the student's
    function is zero at the start, whatever its scales. teacher: (..., k, d), its neurons a* w*, unit rows times the readout; the sign of
    a readout is in teacher_signs (..., k). Leading axes: one entry a seed, as in data.
    """

    data: Data
    directions: torch.Tensor
    signs: torch.Tensor
    teacher: torch.Tensor
    teacher_signs: torch.Tensor

    def start(self, tau: ArrayLike, delta: ArrayLike) -> dict[str, torch.Tensor]:
        """Parameters of MLP((d, m, 1)): |w_i| = tau alpha, |a_i| = tau / alpha, delta_i = delta (`scales.alpha_for_delta`).

        tau > 0 and delta broadcast; their axes come before the seeds'. Raises ValueError on bad input.
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
    """The paper's task: unit inputs, labels of a teacher with `teacher` unit ReLU neurons and readouts +-1, a mirrored student.

    Draws as published, in this order after torch.manual_seed(seed): the weights of nn.Linear(d, teacher) and nn.Linear(teacher, 1) (drawn,
    then overwritten), teacher directions and readout signs, the weights of nn.Linear(d, m) and nn.Linear(m, 1) (overwritten too), m/2
    student directions and signs, inputs. The published script computes in float32, where the last digit depends on the processor; here
    the same draws are worked out in float64, so that every processor has the same data to 15 digits. Several seeds: one leading axis.

    Raises ValueError on sizes below 1, or an odd m: each neuron needs its mirror image. Kunin et al. 2024, figure 1.
    """
    if np.ndim(seed):
        sizes = {
            "n": n,
            "d": d,
            "m": m,
            "teacher": teacher,
            "n_test": n_test,
            "test_seed": test_seed,
        }
        each = [teacher_student(one, **sizes) for one in np.asarray(seed).tolist()]
        if not each:
            raise ValueError("seed: expected at least one seed, got none")
        data = stack([one.data for one in each])
        parts = ("directions", "signs", "teacher", "teacher_signs")
        return TeacherStudent(
            data, **{name: torch.stack([getattr(one, name) for one in each]) for name in parts}
        )
    seed, test_seed = validate.count("seed", seed), validate.count("test_seed", test_seed)
    n, d, m = validate.count("n", n, 1), validate.count("d", d, 1), validate.count("m", m, 2)
    teacher, n_test = validate.count("teacher", teacher, 1), validate.count("n_test", n_test)
    if m % 2:
        raise ValueError(
            f"m: expected an even width, got {m}; the start is mirrored, neuron i + m/2 is minus neuron i"
        )
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


def modular(
    p: int, operation: str = "+", *, fraction: float, seed: int = 0, equals: bool = False
) -> Data:
    """All pairs (a, b) of 0..p-1 with the class a + b, a - b, a * b or a / b modulo p; a share of them to train on.

    fraction: of the pairs, in (0, 1). Division leaves out b = 0 and needs a prime p. x: (n, 2) whole numbers; `equals` adds the token p at the
    end, for a transformer to read at. y: (n,) classes. Raises ValueError on another operation, a fraction outside (0, 1), or p not prime
    where it must be. Power et al. 2022 (arXiv 2201.02177).
    """
    pairs, y = datasets.modular_table(p, operation)
    if equals:
        pairs = np.column_stack([pairs, np.full(len(pairs), p)])
    return _split(torch.as_tensor(pairs), torch.as_tensor(y), fraction, seed)


def random_hierarchy(
    *,
    symbols: int = 8,
    synonyms: int = 4,
    s: int = 2,
    levels: int = 3,
    classes: int = 8,
    n: int,
    n_test: int = 1000,
    seed: int = 0,
) -> Data:
    """The random hierarchy model: a class is spelled by `synonyms` s-tuples of features, each of those again, `levels` times.

    All tuples of a level differ, so that no input has two classes. Inputs are drawn without replacement from the
    classes synonyms^((s^levels - 1)/(s - 1)) there are, train and test apart. x: (n, symbols, s^levels) one-hot; y: (n,) classes.
    Raises ValueError if tuples or inputs are too few. Cagnetta et al. 2023 (arXiv 2307.02129).
    """
    n = validate.count("n", n, 1)
    n_test, seed = validate.count("n_test", n_test), validate.count("seed", seed)
    rules = datasets.hierarchy_rules(
        np.random.default_rng([seed, 0]),
        symbols=symbols,
        synonyms=synonyms,
        s=s,
        levels=levels,
        classes=classes,
    )
    choices = (s**levels - 1) // (s - 1)  # rules applied to spell one input
    total = classes * synonyms**choices
    if n + n_test > total:
        raise ValueError(
            f"n: expected n + n_test <= {total}, the number of different inputs, got {n + n_test}"
        )
    if total >= 2**62:
        raise ValueError(
            f"levels: {total} different inputs are too many to number; lower levels, s or synonyms"
        )
    drawn = np.array(random.Random(seed).sample(range(total), n + n_test), dtype=np.int64)
    y, rest = drawn % classes, drawn // classes
    features = y[:, None]
    for level in range(levels):
        picked = np.empty(features.shape, dtype=np.int64)
        for position in range(features.shape[1]):
            picked[:, position], rest = rest % synonyms, rest // synonyms
        features = rules[level][features, picked].reshape(len(features), -1)
    x = torch.as_tensor(np.ascontiguousarray(np.eye(symbols)[features].transpose(0, 2, 1)))
    y = torch.as_tensor(y)
    return Data(x[:n], y[:n], *((x[n:], y[n:]) if n_test else (None, None)))


def gratings(
    *,
    n: int = 1024,
    n_test: int = 512,
    size: int = 16,
    orientations: int = 8,
    noise: float = 0.7,
    seed: int = 0,
) -> Data:
    """Patches of waves at random places, phases and wavelengths; the class is their orientation.

    x: (n, 1, size, size), each image of mean 0 and variance 1 before noise of standard deviation `noise`; y: (n,). Raises ValueError on bad sizes.
    """
    n, n_test, size = (
        validate.count("n", n, 1),
        validate.count("n_test", n_test),
        validate.count("size", size, 4),
    )
    orientations = validate.count("orientations", orientations, 2)
    noise = float(validate.real("noise", noise, "()"))
    if noise < 0:
        raise ValueError(f"noise: expected a number >= 0, got {noise:g}")
    rng = np.random.default_rng(validate.count("seed", seed))
    count = n + n_test
    y = rng.integers(orientations, size=count)
    angle, phase = np.pi * y / orientations, rng.uniform(0, 2 * np.pi, count)
    wavelength, width = rng.uniform(size / 5, size / 2.5, count), size / 5
    center = rng.uniform(0.3 * size, 0.7 * size, (count, 2))
    rows, columns = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    dy, dx = (grid[None] - center[:, k, None, None] for k, grid in enumerate((rows, columns)))
    along = dx * np.cos(angle)[:, None, None] + dy * np.sin(angle)[:, None, None]
    image = np.cos(2 * np.pi * along / wavelength[:, None, None] + phase[:, None, None])
    image *= np.exp(-(dx**2 + dy**2) / (2 * width**2))
    image -= image.mean(axis=(1, 2), keepdims=True)
    image /= image.std(axis=(1, 2), keepdims=True)
    x = torch.as_tensor((image + noise * rng.normal(size=image.shape))[:, None])
    y = torch.as_tensor(y)
    return Data(x[:n], y[:n], *((x[n:], y[n:]) if n_test else (None, None)))


def digits(*, fraction: float = 0.7, seed: int = 0) -> Data:
    """scikit-learn's 1797 handwritten digits, 8 x 8, pixels from 0 to 1. x: (n, 1, 8, 8); y: (n,), 10 classes.

    Raises ImportError, saying how to install it, if scikit-learn is not there; ValueError for a fraction outside (0, 1).
    """
    with needs("digits"):
        from sklearn.datasets import load_digits
    bunch = load_digits()
    x = torch.as_tensor(bunch.images / 16.0)[:, None].double()
    return _split(x, torch.as_tensor(bunch.target).long(), fraction, seed)


def _split(x: torch.Tensor, y: torch.Tensor, fraction: float, seed: int) -> Data:
    share = float(validate.real("fraction", fraction, "()"))
    if not 0 < share < 1:
        raise ValueError(
            f"fraction: expected a number between 0 and 1, both left out, got {share:g}"
        )
    n = round(share * len(x))
    if not 0 < n < len(x):
        raise ValueError(
            f"fraction: {share:g} of {len(x)} samples leaves nothing to train or to test on"
        )
    order = torch.as_tensor(np.random.default_rng(validate.count("seed", seed)).permutation(len(x)))
    return Data(x[order[:n]], y[order[:n]], x[order[n:]], y[order[n:]])


def _unit(rows: torch.Tensor) -> torch.Tensor:
    return rows / rows.norm(dim=-1, keepdim=True)


def _normal(*shape: int) -> torch.Tensor:
    """What torch.randn(shape) draws in float32, before it is rounded: from the same uniform numbers, by the same formula, in float64.

    Box and Muller: two uniform numbers u, v give sqrt(-2 log(1 - u)) times the cosine and the sine of 2 pi v. PyTorch takes sixteen at a
    time, u from the first eight and v from the others, and draws the last sixteen anew where the size is no multiple of sixteen. Its
    float32 logarithm, cosine and sine differ from processor to processor in the last digit.
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
    """What the published code draws and never uses; without it every later number would be another."""
    torch.nn.Linear(d, m, bias=False)
    torch.nn.Linear(m, 1, bias=False)
