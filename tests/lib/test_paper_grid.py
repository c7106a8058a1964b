"""Compare the paper's published maps number by number: all of its 4624 networks at its step 100.

Step 1000 is on record: tests/bench/RECORD.md.
"""

import numpy as np
import paper_grid
import pytest


@pytest.mark.slow
def test_the_whole_grid_has_the_published_extremes():
    """Find the largest and smallest mean of S and of the test loss.

    They are found in float32, then computed in float64, which every processor does alike. What the
    published ones may differ by (tests/bench/spread.py): the largest S by what float32 data move
    such a mean upstream, 2e-3; the smallest S by one gate of one of the 16 networks, which adds
    2.2e-6 to its S; losses by 1e-4.
    """
    everywhere = [values[:, 0] for values in paper_grid.means([100])]
    few = paper_grid.means(
        [100], places=paper_grid.most_extreme(everywhere, 3), precision="float64"
    )
    found = np.ravel(paper_grid.extremes(few))
    published = paper_grid.PUBLISHED[100]
    assert found[0] == pytest.approx(published[0], rel=2e-3)
    assert found[1] == pytest.approx(published[1], abs=2.2e-6 / 16)
    assert found[2:] == pytest.approx(published[2:], rel=1e-4)
