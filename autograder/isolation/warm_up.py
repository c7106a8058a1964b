"""Import what notebooks use, and run what is slow the first time, once before workers are forked.

Runs inside the walls, so it imports nothing of this package.
"""

import gc
import importlib
import io
import os
import sys
from collections.abc import Iterable

__all__ = ["warm_up"]


def warm_up(modules: Iterable[str]) -> None:
    """Prepare this process for forking workers: modules imported, a shell started, a figure drawn.

    Parameters
    ----------
    modules : iterable of str
        The modules to import (see `autograder.courses.Course.warm_up`).

    Raises
    ------
    ImportError
        If there is no such module.
    RuntimeError
        If a module started a thread: a fork would lose it.
    """
    import matplotlib

    matplotlib.use("module://matplotlib_inline.backend_inline")
    for name in modules:
        importlib.import_module(name)

    import numpy as np

    from nbjudge.limits import Limits
    from nbjudge.worker import main  # noqa: F401 (loaded before the fork)
    from nbjudge.worker.ipython_shell import start_shell

    shell = start_shell(Limits())
    shell.run_cell("%matplotlib inline\nNone", silent=True)
    np.linalg.svd(np.eye(3))
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
        torch.linalg.svd(torch.eye(3))
    _draw()
    gc.collect()
    gc.freeze()
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise RuntimeError(f"the zygote has {threads} threads; a fork would lose all but one")


def _draw() -> None:
    """Draw a figure with fonts, formulas and layout, which are slow the first time."""
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(4, 2), layout="constrained")
    left.plot([0, 1], [0, 1], label=r"$\eta_a |w|^2$")
    left.set(xlabel=r"$t$", title="t")
    left.legend()
    right.loglog([1, 10], [1, 10])
    figure.savefig(io.BytesIO(), format="png", dpi=150)
    plt.close(figure)
    _close_fonts()


def _close_fonts() -> None:
    """Close the fonts that were used.

    A worker closes all files. If it inherited a font, releasing that font later would close the
    same file number again, which may belong to another file by then.
    """
    from matplotlib import font_manager, mathtext

    font_manager._get_font.cache_clear()
    mathtext.MathTextParser._parse_cached.cache_clear()
    gc.collect()
