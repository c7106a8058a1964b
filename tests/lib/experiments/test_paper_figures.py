"""The paper's figures on one neuron: the curves drawn by formula agree with integration."""

import numpy as np
import pytest

from lazyrich import exact
from lazyrich.experiments import paper_figures


@pytest.mark.parametrize(
    ("draw", "most"),
    [
        (paper_figures.surfaces, 1e-9),
        (paper_figures.seven_deltas, 1e-7),  # seven paths to t = 100: the integrator's own error
        (paper_figures.function_space, 1e-7),  # and to t = 400, with the landing points
        (paper_figures.overlay, 1e-9),
    ],
)
def test_theory_lies_on_the_integration(draw, most):
    drawn = draw()
    assert 0 < drawn.gap < most
    assert len(drawn.alt.split()) > 20
    assert drawn.png.startswith(b"\x89PNG")


def test_the_gap_sees_another_answer():
    def late(t, *start, **rates):
        path = exact.one_neuron(1.01 * np.asarray(t), *start, **rates)
        return {"w": path.w, "a": path.a}

    assert paper_figures.overlay(late).gap > 1e-3


def test_integrated_starts_end_in_the_basins_that_are_drawn():
    assert paper_figures.basins(seed=3).gap == 0.0


def test_seven_deltas_takes_any_start_and_rates():
    assert paper_figures.seven_deltas((0.5, -0.5), eta_w=2.0, eta_a=0.5).gap < 1e-7
