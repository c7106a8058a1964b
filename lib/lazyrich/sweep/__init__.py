"""A grid of runs over any executor, kept member by member on disk: killed at any moment it goes on, and several processes may share it.

A store is a folder: `sweep.json` says of which function and configuration, `members/KEY.npz` and `members/KEY.json` are one point's result. A
function that takes long keeps what it is at in a folder of its own there, `seed-100`, that its parameter `checkpoint` names.
What makes it safe is that a member's files are whole or not there, and equal whoever writes them. Claims only save work: a point that
two processes compute by bad luck is written twice, with the same bytes.
"""

from lazyrich.sweep.grid import grid, key
from lazyrich.sweep.running import SweepError, pool, run
from lazyrich.sweep.store import load, missing

__all__ = ["SweepError", "grid", "key", "load", "missing", "pool", "run"]
