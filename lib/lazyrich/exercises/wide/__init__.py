"""Collect the visible checks of 04_wide, and what its figures use in place of an answer."""

from lazyrich.exercises.refusals import refuses
from lazyrich.exercises.wide.box import the_box_equals_the_products_of_the_weights
from lazyrich.exercises.wide.conservation import delta_is_constant_along_a_flow
from lazyrich.exercises.wide.counting import the_counts, the_counts_are_the_known_ones
from lazyrich.exercises.wide.modes import (
    the_race_has_an_end_and_a_balance,
    the_race_is_that_of_an_integrator,
)
from lazyrich.exercises.wide.pairs import the_pair
from lazyrich.exercises.wide.partners import (
    impossible_shapes_are_refused,
    the_gram,
    the_layer,
    the_partner_makes_delta_a_number,
)
from lazyrich.exercises.wide.residual import the_residual_vanishes_where_the_theorem_holds
from lazyrich.exercises.wide.slips import (
    each_case_shows_one_slip,
    the_kernel_is_made_of_the_jacobians,
)
from lazyrich.exercises.wide.stand_ins import library_ntk, library_residual

__all__ = [
    "delta_is_constant_along_a_flow",
    "each_case_shows_one_slip",
    "impossible_shapes_are_refused",
    "library_ntk",
    "library_residual",
    "refuses",
    "the_box_equals_the_products_of_the_weights",
    "the_counts",
    "the_counts_are_the_known_ones",
    "the_gram",
    "the_kernel_is_made_of_the_jacobians",
    "the_layer",
    "the_pair",
    "the_partner_makes_delta_a_number",
    "the_race_has_an_end_and_a_balance",
    "the_race_is_that_of_an_integrator",
    "the_residual_vanishes_where_the_theorem_holds",
]
