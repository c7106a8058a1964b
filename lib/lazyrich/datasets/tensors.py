"""Make data sets of PyTorch tensors: modular arithmetic, random hierarchies, gratings, digits."""

import random

import numpy as np
import torch

from lazyrich import _validate as validate
from lazyrich.datasets import arrays
from lazyrich.datasets.data import Data
from nbjudge.extras import needs

__all__ = ["digits", "gratings", "modular", "random_hierarchy"]


def modular(
    p: int, operation: str = "+", *, fraction: float, seed: int = 0, equals: bool = False
) -> Data:
    """Make a training and a test set of all pairs of numbers below p under an operation modulo p.

    Parameters
    ----------
    p : int
        The modulus, at least 2.
    operation : {"+", "-", "*", "/"}
        The class of (a, b) is a + b, a - b, a * b or a / b modulo p. Division leaves out b = 0 and
        needs a prime p.
    fraction : float
        The share of the pairs to train on, above 0 and below 1, rounded to whole pairs.
    seed : int, default 0
        The seed of the split.
    equals : bool, default False
        Whether to append the token p, at whose position a transformer gives its answer.

    Returns
    -------
    Data
        x: whole numbers (n, 2), or (n, 3) with `equals`; y: classes (n,).

    Raises
    ------
    ValueError
        If the operation is not one of the four, the fraction is outside (0, 1) or leaves one set
        empty, or p is not prime where it must be.

    References
    ----------
    Power et al. 2022 (arXiv 2201.02177).
    """
    pairs, y = arrays.modular_table(p, operation)
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
    """Draw inputs of the random hierarchy model, all different.

    A class is spelled by any of `synonyms` s-tuples of symbols, and each symbol is spelled in the
    same way at the next of `levels` levels. All tuples of a level differ, so that no input has two
    classes. Inputs are drawn without replacement from all
    classes synonyms^((s^levels - 1)/(s - 1)), so training and test inputs are disjoint.

    Parameters
    ----------
    symbols : int, default 8
        The number of symbols of a level below the top, at least 2.
    synonyms : int, default 4
        The number of tuples that spell one symbol.
    s : int, default 2
        The length of a tuple, at least 2.
    levels : int, default 3
        The number of levels.
    classes : int, default 8
        The number of classes.
    n : int
        The number of training inputs.
    n_test : int, default 1000
        The number of test inputs; 0 for none.
    seed : int, default 0
        The seed of the rules and of the inputs.

    Returns
    -------
    Data
        x: (n, symbols, s^levels), one-hot; y: (n,) classes.

    Raises
    ------
    ValueError
        If there are too few tuples or inputs, or too many inputs to number.

    References
    ----------
    Cagnetta et al. 2023 (arXiv 2307.02129).
    """
    n = validate.count("n", n, 1)
    n_test, seed = validate.count("n_test", n_test), validate.count("seed", seed)
    sizes = arrays.hierarchy_sizes(symbols, synonyms, s, levels, classes)
    symbols, synonyms, s, levels, classes = sizes
    rules = arrays.hierarchy_rules(
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
    return _parted(x, torch.as_tensor(y), n)


def gratings(
    *,
    n: int = 1024,
    n_test: int = 512,
    size: int = 16,
    orientations: int = 8,
    noise: float = 0.7,
    seed: int = 0,
) -> Data:
    """Draw patches of waves of random position, phase and wavelength, labeled by orientation.

    Parameters
    ----------
    n : int, default 1024
        The number of training images.
    n_test : int, default 512
        The number of test images; 0 for none.
    size : int, default 16
        The side of an image in pixels, at least 4.
    orientations : int, default 8
        The number of classes, at least 2.
    noise : float, default 0.7
        The standard deviation of the noise added to images of mean 0 and variance 1.
    seed : int, default 0
        The seed of all draws.

    Returns
    -------
    Data
        x: (n, 1, size, size); y: (n,) classes.

    Raises
    ------
    ValueError
        If a size is too small, or the noise is negative.
    """
    n, n_test, size = (
        validate.count("n", n, 1),
        validate.count("n_test", n_test),
        validate.count("size", size, 4),
    )
    orientations = validate.count("orientations", orientations, 2)
    noise = validate.number("noise", noise, least=0)
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
    return _parted(x, torch.as_tensor(y), n)


def digits(*, fraction: float = 0.7, seed: int = 0) -> Data:
    """Split scikit-learn's 1797 handwritten digits into a training and a test set.

    Parameters
    ----------
    fraction : float, default 0.7
        The share of the images to train on, above 0 and below 1.
    seed : int, default 0
        The seed of the split.

    Returns
    -------
    Data
        x: (n, 1, 8, 8), pixels from 0 to 1; y: (n,), 10 classes.

    Raises
    ------
    ImportError
        If scikit-learn is not installed; the message says how to install it.
    ValueError
        If the fraction is outside (0, 1).
    """
    with needs("digits"):
        from sklearn.datasets import load_digits
    bunch = load_digits()
    x = torch.as_tensor(bunch.images / 16.0)[:, None].double()
    return _split(x, torch.as_tensor(bunch.target).long(), fraction, seed)


def _split(x: torch.Tensor, y: torch.Tensor, fraction: float, seed: int) -> Data:
    share = validate.share("fraction", fraction)
    n = round(share * len(x))
    if not 0 < n < len(x):
        raise ValueError(
            f"fraction: {share:g} of {len(x)} samples leaves nothing to train or to test on"
        )
    order = torch.as_tensor(np.random.default_rng(validate.count("seed", seed)).permutation(len(x)))
    return _parted(x[order], y[order], n)


def _parted(x: torch.Tensor, y: torch.Tensor, n: int) -> Data:
    """Train on the first n samples, test on the others if there are any."""
    return Data(x[:n], y[:n], *((x[n:], y[n:]) if n < len(x) else (None, None)))
