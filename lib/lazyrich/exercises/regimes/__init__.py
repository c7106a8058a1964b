"""Collect the visible checks of 03_regimes, and what its figures use in place of answers."""

from lazyrich.exercises.regimes.design import (
    chosen,
    late_enough,
    one_function_and_three_labels,
    what_the_starts_do,
)
from lazyrich.exercises.regimes.distance import in_any_dimension, six_deltas
from lazyrich.exercises.regimes.factors import far_from_balance, two_values_by_hand
from lazyrich.exercises.regimes.labels import four_runs, what_the_rule_says
from lazyrich.exercises.regimes.landing import (
    interpolates_and_the_flow_ends_there,
    landing_slips,
    several_missing_dimensions,
)
from lazyrich.exercises.regimes.motion import (
    each_part_by_itself,
    the_sum_is_the_velocity_of_m,
)
from lazyrich.exercises.regimes.stand_ins import coefficients, distances, fraction, starts, terms
from lazyrich.exercises.regimes.times import by_hand, no_answer, up_and_down

__all__ = [
    "by_hand",
    "chosen",
    "coefficients",
    "distances",
    "each_part_by_itself",
    "far_from_balance",
    "four_runs",
    "fraction",
    "in_any_dimension",
    "interpolates_and_the_flow_ends_there",
    "landing_slips",
    "late_enough",
    "no_answer",
    "one_function_and_three_labels",
    "several_missing_dimensions",
    "six_deltas",
    "starts",
    "terms",
    "the_sum_is_the_velocity_of_m",
    "two_values_by_hand",
    "up_and_down",
    "what_the_rule_says",
    "what_the_starts_do",
]
