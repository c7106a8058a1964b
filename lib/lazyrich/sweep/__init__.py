"""Run a function over a grid and keep every result on disk, so that a stopped run goes on.

Any executor may compute, and several processes may share a store. A store is a folder: `sweep.json`
names the function and its configuration, `members/KEY.npz` and `members/KEY.json` are the result of
one point. A function that takes long keeps its state in a folder of the store, `seed-100`, which
its parameter `checkpoint` names. A member's files are whole or absent, and equal whoever writes
them. Claims only save work: a point that two processes compute by bad luck is written twice, with
the same bytes.
"""

from lazyrich.sweep.grid import grid, key
from lazyrich.sweep.processes import pool
from lazyrich.sweep.running import SweepError, run
from lazyrich.sweep.store import load, missing

__all__ = ["SweepError", "grid", "key", "load", "missing", "pool", "run"]
