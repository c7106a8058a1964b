"""Run a function over a grid and save every result on disk, so that a stopped run can resume.

Any executor may compute, and several processes may share a store. A store is a folder: `sweep.json`
names the function and its configuration, and `members/KEY.npz` and `members/KEY.json` hold the
result of one point. A slow function keeps its state in a folder of the store such as `seed-100`,
which its parameter `checkpoint` names. The files of a result are complete or absent, and do not
depend on who writes them. Claims only save work: a point that two processes happen to compute is
written twice, with the same bytes.
"""

from lazyrich.sweep.grid import grid, key
from lazyrich.sweep.processes import pool
from lazyrich.sweep.running import SweepError, run
from lazyrich.sweep.store import load, missing

__all__ = ["SweepError", "grid", "key", "load", "missing", "pool", "run"]
