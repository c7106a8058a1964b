"""Starts of one function on a line: the code reproduces the shipped result, delta is measured along
the run, and the floor is flat where the text says so.
"""

import numpy as np
import pytest

from lazyrich.experiments import grokking, grokking_line

TEACHING, TINY = grokking_line.PRESETS["teaching"], grokking_line.PRESETS["tiny"]


@pytest.fixture(scope="module")
def tiny():
    return grokking_line.run(TINY, device="cpu")


def test_what_ships_is_what_its_code_gives(tiny):
    there, _ = grokking_line.load()
    same = there.sel(embedding=list(TINY.embeddings), seed=list(TINY.seeds)).sel(t=tiny["t"])
    assert np.abs(tiny["delta"] - same["delta"]).max() < 0.05
    assert np.abs(tiny["t_train"] - same["t_train"]).max() <= 20


def test_it_is_the_line_of_the_map(tiny):
    """The same runs as those of the experiment with both scales, until they end."""
    there, _ = grokking.load()
    line = grokking.same_function(there).sel(embedding=[0.5, 0.125], seed=[0, 1], t=tiny["t"])
    gap = np.abs(tiny["test_accuracy"] - line["test_accuracy"])
    assert float(gap.sel(t=slice(0, 200)).max()) < 0.02


def test_what_ships_shows_a_floor_and_a_rise_on_both_sides():
    there, _ = grokking_line.load()
    delta = there["delta"].isel(t=0).mean("seed")
    middle = there["t_test"].median("seed")
    floor = middle.where((delta > -12) & (delta < 0.5), drop=True)
    assert floor.size == 6
    assert float(floor.max() - floor.min()) < 200
    assert float(middle.where(delta > 5, drop=True).min()) > 1.5 * float(floor.max())
    assert float(middle.where(delta < -20, drop=True).min()) > 1.1 * float(floor.max())


def test_delta_starts_where_the_formula_says(tiny):
    s = tiny["embedding"].values[:, None]
    expected = 23 * (2 * (TINY.scale / s**2) ** 2 / TINY.h - s**2)
    start = tiny["delta"].isel(t=0).transpose("embedding", "seed").values
    assert np.allclose(start, expected, rtol=0.05)


def test_what_never_came_is_never(tiny):
    assert grokking_line.picture(tiny).png.startswith(b"\x89PNG")
    assert "never at -5.6" in grokking_line.describe(tiny)
