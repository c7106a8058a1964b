"""Collect the visible checks of 07_width, and what its figures use in place of answers."""

from lazyrich.exercises.width.deltas import the_protocol, two_starts_by_hand
from lazyrich.exercises.width.design import (
    WISHES,
    design,
    knobs_and_shares,
    rule_of,
    the_box_agrees_with_the_wish,
    training_agrees_with_the_wish,
    yours_or_ours,
)
from lazyrich.exercises.width.exponents import all_points_in_any_order, exact_powers
from lazyrich.exercises.width.flow import against_the_equation, what_the_kernel_does_not_see
from lazyrich.exercises.width.infinite import (
    a_hundred_thousand_neurons,
    equal_opposite_and_zero_rows,
    three_inputs_by_hand,
)
from lazyrich.exercises.width.rules import KEYS, at_other_widths_and_names, three_rules

__all__ = [
    "KEYS",
    "WISHES",
    "a_hundred_thousand_neurons",
    "against_the_equation",
    "all_points_in_any_order",
    "at_other_widths_and_names",
    "design",
    "equal_opposite_and_zero_rows",
    "exact_powers",
    "knobs_and_shares",
    "rule_of",
    "the_box_agrees_with_the_wish",
    "the_protocol",
    "three_inputs_by_hand",
    "three_rules",
    "training_agrees_with_the_wish",
    "two_starts_by_hand",
    "what_the_kernel_does_not_see",
    "yours_or_ours",
]
