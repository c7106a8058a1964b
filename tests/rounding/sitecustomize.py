"""PyTorch that adds up in another order for each shape: a processor that nobody has, for tests.

With this folder in PYTHONPATH, every Python process that imports PyTorch gets products and sums
whose last digits depend on their shapes. Some processors do the same: a batch of eight matrices
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
    """Register kernels for the CPU that add up from the back for every second shape.

    Sums that are exact stay so, as on any processor.
    """
    aten, library = torch.ops.aten, torch.library.Library("aten", "IMPL")
    torch.rounding_by_shape = library  # kernels go when it goes

    def backwards(*inputs):
        return zlib.crc32(repr([tuple(each.shape) for each in inputs]).encode()) % 2

    def product(kernel, a, b, out):
        if backwards(a, b):
            a, b = a.flip(-1), b.flip(-2)
        return kernel(out.resize_(*a.shape[:-1], b.shape[-1]), a, b, beta=0, out=out)

    def mm_out(a, b, *, out):
        return product(aten.addmm.out, a, b, out)

    def bmm_out(a, b, *, out):
        return product(aten.baddbmm.out, a, b, out)

    def mm(a, b):
        return mm_out(a, b, out=a.new_empty(0))

    def bmm(a, b):
        return bmm_out(a, b, out=a.new_empty(0))

    def total(a, dim, keepdim=False, *, dtype=None):
        out = a.new_empty(0, dtype=dtype or (a.dtype if a.is_floating_point() else torch.int64))
        a = a.flip(dim or tuple(range(a.ndim))) if backwards(a) else a
        return aten.sum.IntList_out(a, dim, keepdim, dtype=dtype, out=out)

    kernels = {"mm": mm, "mm.out": mm_out, "bmm": bmm, "bmm.out": bmm_out, "sum.dim_IntList": total}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch says that they were there before
        for name, kernel in kernels.items():
            library.impl(name, kernel, "CPU")


sys.meta_path.insert(0, Importer())
