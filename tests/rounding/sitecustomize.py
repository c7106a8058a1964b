"""PyTorch that rounds in another way for each shape: a processor that nobody has, for tests.

With this folder in PYTHONPATH, every Python process that imports PyTorch gets products and sums
whose last digit depends on their shapes. Some processors do the same: a batch of eight matrices
takes other instructions there than a batch of four. A test that demands equal digits of a whole and
of its parts fails here, whatever machine it runs on.
"""

import importlib.machinery
import sys
import warnings
import zlib


class Importer:
    """Finds PyTorch as everybody does, and changes its kernels once it is there."""

    def find_spec(self, name, path=None, target=None):
        if name != "torch":
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None:
            plain = spec.loader.exec_module

            def exec_module(module):
                plain(module)
                round_by_shape(module)

            spec.loader.exec_module = exec_module
        return spec


def round_by_shape(torch) -> None:
    """Register kernels for the CPU that multiply what they compute by 1 + eps or 1 - eps."""
    aten, library = torch.ops.aten, torch.library.Library("aten", "IMPL")
    torch.rounding_by_shape = library  # kernels go when it goes

    def rounded(out, *inputs):
        if out.is_floating_point():
            shapes = repr([tuple(each.shape) for each in inputs]).encode()
            out.mul_(1 + (2 * (zlib.crc32(shapes) % 2) - 1) * torch.finfo(out.dtype).eps)
        return out

    def mm_out(a, b, *, out):
        aten.addmm.out(out.resize_(len(a), b.shape[1]), a, b, beta=0, out=out)
        return rounded(out, a, b)

    def bmm_out(a, b, *, out):
        out.resize_(len(a), a.shape[1], b.shape[2])
        return rounded(aten.baddbmm.out(out, a, b, beta=0, out=out), a, b)

    def mm(a, b):
        return mm_out(a, b, out=a.new_empty(0))

    def bmm(a, b):
        return bmm_out(a, b, out=a.new_empty(0))

    def total(a, dim, keepdim=False, *, dtype=None):
        out = a.new_empty(0, dtype=dtype or (a.dtype if a.is_floating_point() else torch.int64))
        return rounded(aten.sum.IntList_out(a, dim, keepdim, dtype=dtype, out=out), a)

    kernels = {"mm": mm, "mm.out": mm_out, "bmm": bmm, "bmm.out": bmm_out, "sum.dim_IntList": total}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch says that they were there before
        for name, kernel in kernels.items():
            library.impl(name, kernel, "CPU")


sys.meta_path.insert(0, Importer())
