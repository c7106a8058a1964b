"""The paper's published maps, number by number: all of its 4624 networks at its step 100 (step 1000 is on record: tests/bench/RECORD.md)."""

import paper_grid
import pytest


@pytest.mark.slow
def test_the_whole_grid_has_the_published_extremes():
    """To three digits: largest and smallest mean of S and of the test loss."""
    found = paper_grid.extremes(100)[100]
    assert found == pytest.approx(paper_grid.PUBLISHED[100], rel=1.5e-3)
