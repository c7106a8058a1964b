"""Stand in for the capture of a graph on a GPU: record what a step computes, and replay that.

As with a real graph, Python runs once: each replay repeats the recorded operations on the same
tensors, so a branch that Python took on a tensor's value, a tensor that was replaced by another, or
an input that changed outside the tape shows as a wrong number. Reading a value is refused, as on a
GPU.
"""

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

READS = {"_local_scalar_dense", "nonzero", "masked_select", "equal", "_unique2", "is_nonzero"}


class Tape(TorchDispatchMode):
    """Record every operation while it runs, and repeat them when it is called."""

    def __init__(self):
        super().__init__()
        self.entries, self.replays = [], 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func.overloadpacket.__name__ in READS:
            raise RuntimeError(f"operation not permitted when stream is capturing: {func}")
        result = func(*args, **(kwargs or {}))
        self.entries.append((func, args, kwargs or {}, result))
        return result

    def __call__(self):
        self.replays += 1
        now = {}

        def current(value):
            return now.get(id(value), value) if isinstance(value, torch.Tensor) else value

        with torch.no_grad():
            for func, args, kwargs, result in self.entries:
                new = func(*tree_map(current, args), **tree_map(current, kwargs))
                for old, value in zip(tree_flatten(result)[0], tree_flatten(new)[0], strict=True):
                    if isinstance(old, torch.Tensor):
                        now[id(old)] = value


class Capture:
    """Capture bodies as tapes; `tapes` lists them."""

    def __init__(self):
        self.tapes = []

    def __call__(self, body, changed):
        changed = list(changed)
        before = [tensor.clone() for tensor in changed]
        body()  # a warm-up, after which all is put back, as on a GPU
        tape = Tape()
        with tape:
            body()
        for tensor, value in zip(changed, before, strict=True):
            tensor.copy_(value)
        self.tapes.append(tape)
        return tape
