"""Measure the memory of `empirical_ntk`: 2000 samples, a million parameters, by differentiation.

`python tests/bench/ntk_memory.py`

A two-layer ReLU network of 2000 neurons on 500 inputs, float32; a Jacobian of all samples at once
would take 8 GB. Takes some minutes. Prints seconds, the process's peak memory, and the largest
relative difference from the layer-wise form, with the time that takes."""

import resource
import sys
import time

import numpy as np
import torch

from lazyrich import kernel

N, M, D = 2000, 2000, 500


def main() -> None:
    """Print one line."""
    generator = torch.Generator().manual_seed(0)
    W, a = (
        torch.randn(M, D, generator=generator) / D**0.5,
        torch.randn(M, generator=generator) / M**0.5,
    )
    X = torch.randn(N, D, generator=generator)
    began = time.perf_counter()
    K = kernel.empirical_ntk(lambda p, x: torch.relu(x @ p["W"].T) @ p["a"], {"W": W, "a": a}, X)
    middle = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        2**30 if sys.platform == "darwin" else 2**20
    )
    layered = kernel.ntk_layered(X.numpy(), [W.numpy(), a.numpy()[None]])
    seconds = time.perf_counter() - middle
    gap = np.abs(K - layered).max() / np.abs(layered).max()
    print(
        f"empirical_ntk, {N} samples, {W.numel() + a.numel()} parameters: "
        f"{middle - began:.0f} s, peak {memory:.1f} GB, largest gap {gap:.0e}; "
        f"layer by layer {seconds:.2f} s"
    )


if __name__ == "__main__":
    main()
