"""Measure the memory of `empirical_ntk`: many samples, a million parameters, by differentiation.

`python tests/bench/ntk_memory.py [SAMPLES]` (1000 if left out)

A two-layer ReLU network of 2000 neurons on 500 inputs, float32. Prints seconds, the process's peak
memory, what a Jacobian of all samples at once would take, and the largest relative difference from
the layer-wise form, with the time that takes. 2000 samples take some minutes."""

import resource
import sys
import time

import numpy as np
import torch

from lazyrich import kernel

M, D = 2000, 500


def main(samples: int = 1000) -> None:
    """Print one line."""
    generator = torch.Generator().manual_seed(0)
    W, a = (
        torch.randn(M, D, generator=generator) / D**0.5,
        torch.randn(M, generator=generator) / M**0.5,
    )
    X = torch.randn(samples, D, generator=generator)
    began = time.perf_counter()
    K = kernel.empirical_ntk(lambda p, x: torch.relu(x @ p["W"].T) @ p["a"], {"W": W, "a": a}, X)
    middle = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        2**30 if sys.platform == "darwin" else 2**20
    )
    layered = kernel.ntk_layered(X.numpy(), [W.numpy(), a.numpy()[None]])
    seconds = time.perf_counter() - middle
    gap = np.abs(K - layered).max() / np.abs(layered).max()
    parameters = W.numel() + a.numel()
    print(
        f"empirical_ntk, {samples} samples, {parameters} parameters: {middle - began:.0f} s, "
        f"peak {memory:.1f} GB (a Jacobian: {4 * samples * parameters / 1e9:.0f}), "
        f"largest gap {gap:.0e}; "
        f"layer by layer {seconds:.2f} s"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
