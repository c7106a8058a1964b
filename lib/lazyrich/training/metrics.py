"""Measure losses, accuracies, and the movement of kernels, gates, parameters and deltas."""

import torch

from lazyrich.models import MLP, Network, deltas, layer_names, layer_of
from lazyrich.training.kernels import kernels
from lazyrich.training.members import Members

__all__ = ["METRICS", "check_metrics", "columns", "measure"]

METRICS = {
    "train_loss": "the loss that is minimized",
    "test_loss": "the same on the test set",
    "train_accuracy": "share of training samples whose largest output is their class",
    "test_accuracy": "the same on the test set",
    "kernel_distance": "1 - cos of the angle between the tangent kernel and that at the start, "
    "rates of layers included",
    "hamming": "share of (sample, hidden neuron) pairs whose gate differs from that at the start",
    "parameter_distance": "Euclidean distance from the start",
    "delta_drift": "largest change of any conserved delta since the start",
    "delta_mean": "mean of all conserved deltas",
}
BY_LAYER = ("kernel_distance", "hamming", "parameter_distance", "delta_drift", "delta_mean")
DELTAS = ("delta_drift", "delta_mean")


def check_metrics(names: tuple[str, ...], network: Network, members: Members) -> None:
    """Check that the metrics can be measured for a network and its data.

    Parameters
    ----------
    names : tuple of str
        Names of `METRICS`, with "_layers" appended for values by layer.
    network : Network
        The network.
    members : Members
        Any of its members, for the data.

    Raises
    ------
    ValueError
        For a metric that does not exist or cannot be measured; the message says what is needed.
    """
    known = [*METRICS, *(f"{name}_layers" for name in BY_LAYER)]
    for name in names:
        if name not in known:
            raise ValueError(f"metrics: expected some of {', '.join(known)}, got {name!r}")
        if name.startswith("test_") and members.sets.x_test is None:
            raise ValueError(f"metrics: {name} needs a test set, and the data have none")
        if name.endswith("accuracy") and next(reversed(network.shapes.values()))[0] < 2:
            raise ValueError(
                f"metrics: {name} needs a network with one output per class; this one has a single "
                "output"
            )
        if name.startswith("hamming") and not (isinstance(network, MLP) and network.depth > 1):
            raise ValueError(f"metrics: {name} needs an MLP with hidden layers, got {network}")
        if name.startswith(DELTAS) and not deltas(network, _one(members), None):
            raise ValueError(
                f"metrics: {name} needs a network with conserved quantities, got {network}"
            )


def columns(name: str, network: Network, members: Members) -> list[str] | None:
    """Name the entries of a metric by layer.

    Parameters
    ----------
    name : str
        The metric.
    network : Network
        The network.
    members : Members
        Any of its members.

    Returns
    -------
    list of str or None
        The names; None for a metric with one number per member.
    """
    if not name.endswith("_layers"):
        return None
    if name.startswith("hamming"):
        return [f"layer{i + 1}" for i in range(network.depth - 1)]
    if name.startswith(DELTAS):
        return list(deltas(network, _one(members), None))
    return layer_names(network.shapes)


def measure(
    members: Members,
    flat: torch.Tensor,
    start: torch.Tensor,
    names: tuple[str, ...],
    *,
    memory: float,
    samples: int | None,
) -> dict[str, torch.Tensor]:
    """Measure members.

    Parameters
    ----------
    members : Members
        The members.
    flat : Tensor, shape (E, P)
        Their parameters now.
    start : Tensor, shape (E, P)
        Their parameters at time 0.
    names : tuple of str
        What to measure.
    memory : float
        Bytes that measuring may take at a time.
    samples : int or None
        The number of training inputs of the kernel; all if None.

    Returns
    -------
    dict of str to Tensor
        Each metric's values, (E,) or (E, layers), in float64 on the CPU.
    """
    found: dict[str, torch.Tensor] = {}
    with torch.no_grad():
        for side in ("train", "test"):
            if any(name.startswith(f"{side}_") for name in names):
                loss, accuracy = _fit(members, flat, side, memory)
                found |= {f"{side}_loss": loss, f"{side}_accuracy": accuracy}
        for kind, function in (
            ("parameter_distance", _moved),
            ("hamming", _gates),
            ("delta_drift", _drift),
            ("delta_mean", _mean),
        ):
            if any(name.startswith(kind) for name in names):
                found[kind], found[f"{kind}_layers"] = function(members, flat, start)
    if any(name.startswith("kernel_distance") for name in names):
        found["kernel_distance"], found["kernel_distance_layers"] = _kernel(
            members, flat, start, memory, samples
        )
    return {name: found[name].double().cpu() for name in names}


def _fit(
    members: Members, flat: torch.Tensor, side: str, memory: float
) -> tuple[torch.Tensor, torch.Tensor]:
    n = members.n if side == "train" else members.sets.x_test.shape[1]
    widest = max(shape[0] for shape in members.shapes.values())
    few = max(1, int(memory / (8 * flat.element_size() * n * widest)))
    losses, right = [], []
    for i in range(0, len(flat), few):
        some = slice(i, i + few)
        params = {name: p[some] for name, p in members.params(flat).items()}
        if side == "test":
            x, y = members.test_set(some)
        else:
            x, y = (members.x[some], members.y[some]) if members.own else (members.x, members.y)
        out = members.network.outputs(params, x, own_data=members.own)
        losses.append(members.measured(out, y))
        classes = y if members.loss == "cross_entropy" else y.argmax(dim=-1)
        right.append((out.argmax(dim=-1) == classes).double().mean(dim=1))
    return torch.cat(losses), torch.cat(right)


def _moved(
    members: Members, flat: torch.Tensor, start: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    squares = (flat - start).double().square()
    by_layer = torch.stack([part.sum(dim=1) for part in _by_layer(members, squares)], dim=1)
    return by_layer.sum(dim=1).sqrt(), by_layer.sqrt()


def _gates(
    members: Members, flat: torch.Tensor, start: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    x = members.x
    now, then = (members.network.preactivations(members.params(p), x) for p in (flat, start))
    flipped = [((a > 0) != (b > 0)).double() for a, b in zip(now, then, strict=True)]
    by_layer = torch.stack([f.mean(dim=(1, 2)) for f in flipped], dim=1)
    weights = torch.tensor([f.shape[1] for f in flipped], dtype=torch.float64, device=flat.device)
    return by_layer @ (weights / weights.sum()), by_layer


def _deltas(members: Members, flat: torch.Tensor) -> dict[str, torch.Tensor]:
    etas = dict(zip(members.shapes, members.block_factors.double().unbind(dim=1), strict=True))
    return deltas(members.network, members.params(flat.double()), etas)


def _mean(
    members: Members, flat: torch.Tensor, start: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    now = _deltas(members, flat)
    return torch.cat(list(now.values()), dim=1).mean(dim=1), _by_pair(members, flat, now)


def _by_pair(members: Members, flat: torch.Tensor, values: dict[str, torch.Tensor]) -> torch.Tensor:
    """Stack the means of each pair; nan for a pair of two rates, which has no conserved delta."""
    missing = torch.full((len(flat),), torch.nan, dtype=torch.float64, device=flat.device)
    means = [
        values[pair.name].mean(dim=1) if pair.name in values else missing
        for pair in members.network.pairs
    ]
    return torch.stack(means, dim=1)


def _drift(
    members: Members, flat: torch.Tensor, start: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    now, then = (_deltas(members, p) for p in (flat, start))
    missing = torch.full((len(flat),), torch.nan, dtype=torch.float64, device=flat.device)
    # A pair with two rates on one side has no conserved delta: nan in its column.
    by_layer = torch.stack(
        [
            (now[p.name] - then[p.name]).abs().amax(dim=1) if p.name in now else missing
            for p in members.network.pairs
        ],
        dim=1,
    )
    return by_layer.nan_to_num(nan=-1.0).amax(dim=1), by_layer


def _kernel(
    members: Members, flat: torch.Tensor, start: torch.Tensor, memory: float, samples: int | None
) -> tuple[torch.Tensor, torch.Tensor]:
    x = (
        members.x
        if samples is None
        else (members.x[:, :samples] if members.own else members.x[:samples])
    )
    c, n = next(reversed(members.shapes.values()))[0], x.shape[1 if members.own else 0]
    few = max(1, int(memory / (8 * 8 * (n * c) ** 2)))
    total, by_layer = [], []
    for i in range(0, len(flat), few):
        some, here = slice(i, i + few), x[i : i + few] if members.own else x
        pair = []
        for p in (flat, start):
            params = {name: q[some] for name, q in members.params(p).items()}
            pair.append(
                kernels(
                    members.network, params, here, members.block_factors[some], own_data=members.own
                )
            )
        now, then = pair
        by_layer.append(torch.stack([_apart(now[name], then[name]) for name in now], dim=1))
        total.append(_apart(sum(now.values()), sum(then.values())))
    return torch.cat(total), torch.cat(by_layer)


def _apart(K1: torch.Tensor, K2: torch.Tensor) -> torch.Tensor:
    """Compute 1 - <K1, K2> / (|K1| |K2|), (E,), without cancellation.

    It is half the squared distance between the two kernels, both normalized.
    """
    u, v = (
        K / torch.linalg.matrix_norm(K, keepdim=True).clamp_min(1e-300)
        for K in (K1.double(), K2.double())
    )
    return 0.5 * (u - v).square().sum(dim=(1, 2))


def _by_layer(members: Members, values: torch.Tensor) -> list[torch.Tensor]:
    parts = dict(zip(members.shapes, values.split(members.sizes, dim=1), strict=True))
    return [
        torch.cat([part for name, part in parts.items() if layer_of(name) == layer], dim=1)
        for layer in layer_names(members.shapes)
    ]


def _one(members: Members) -> dict[str, torch.Tensor]:
    return {name: torch.zeros(shape) for name, shape in members.shapes.items()}
