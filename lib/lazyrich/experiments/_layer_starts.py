"""Draw initial weights of a three-layer network and rescale its layers at the same function.

Layer l is multiplied by g_l with g_1 g_2 g_3 = 1, so only the deltas differ. `config` is a
`layers.Config` throughout.
"""

from typing import Any

import numpy as np
import torch

from lazyrich import kernel

# Powers of `ratio` for the layers, in order of decreasing delta_1. Each row sums to 0, so that the
# function stays the same.
PROFILES = {
    "first small": (-2 / 3, 1 / 3, 1 / 3),
    "middle large": (-1 / 3, 2 / 3, -1 / 3),
    "equal": (0.0, 0.0, 0.0),
    "last large": (-1 / 3, -1 / 3, 2 / 3),
    "last small": (1 / 3, 1 / 3, -2 / 3),
    "middle small": (1 / 3, -2 / 3, 1 / 3),
    "first large": (2 / 3, -1 / 3, -1 / 3),
}


def factors(config: Any) -> np.ndarray:
    """Compute the factors g_l (profile, layer) of the layers; their product is 1."""
    return config.ratio ** np.array([PROFILES[name] for name in config.profiles])


def starts(config: Any) -> dict[str, torch.Tensor]:
    """Draw parameters (scale, profile, seed, ...) of the zero function, all neurons of one delta.

    Rows of W_1, rows and columns of W_2, and readouts have length scale * g_l. Hidden neurons come
    in pairs of equal value and opposite readout: W_1 = [V; V], W_2 = [[A, B], [B, A]],
    a = [v, -v]. The gradient that reaches a pair, (A - B)^T v, is not zero, so all layers move.
    """
    half, drawn = config.m // 2, []
    for seed in config.seeds:
        rng = np.random.default_rng([seed, config.m])
        V = rng.normal(size=(half, config.d))
        V /= np.linalg.norm(V, axis=1, keepdims=True)
        A, B = rng.normal(size=(2, half, half))
        v = rng.choice([-1.0, 1.0], half)
        drawn.append(
            (np.tile(V, (2, 1)), _even(np.block([[A, B], [B, A]])), np.concatenate([v, -v])[None])
        )
    sizes = np.array(config.scales)[:, None, None] * factors(config)
    return {
        f"layer{i + 1}.W": torch.as_tensor(
            sizes[..., i][..., None, None, None] * np.stack([one[i] for one in drawn])
        )
        for i in range(3)
    }


def speeds(start: dict[str, torch.Tensor], x: torch.Tensor) -> np.ndarray:
    """Compute kappa (scale, profile, seed), the mean over x (seed, n, d) of the first K(x, x)."""
    kappa = np.empty(start["layer1.W"].shape[:3])
    for i, j, k in np.ndindex(kappa.shape):
        Ws = [start[f"layer{layer}.W"][i, j, k].numpy() for layer in (1, 2, 3)]
        kappa[i, j, k] = np.diag(kernel.ntk_layered(x[k].numpy(), Ws)).mean()
    return kappa


def _even(W: np.ndarray) -> np.ndarray:
    """Rescale rows and columns of a square matrix to length 1 (Sinkhorn)."""
    for _ in range(1000):
        W = W / np.linalg.norm(W, axis=0)
        W = W / np.linalg.norm(W, axis=1, keepdims=True)
    return W
