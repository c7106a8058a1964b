"""Collect the visible checks of 05_deep, and what its figures use in place of answers."""

from lazyrich.exercises.deep._common import as_arrays, random_layers
from lazyrich.exercises.deep.alignment import (
    an_aligned_chain_and_a_crooked_one,
    any_width_and_no_sign,
)
from lazyrich.exercises.deep.distances import (
    OF_ZERO,
    three_layers_and_more,
    two_layers_as_in_04,
)
from lazyrich.exercises.deep.pairs import constant_along_a_flow, every_width_and_rate_is_another
from lazyrich.exercises.deep.predictions import (
    CHANGES,
    predictions_of,
    stopwatches,
    the_beginning,
    the_end,
)
from lazyrich.exercises.deep.product import any_shape_and_number, three_layers_by_hand
from lazyrich.exercises.deep.slopes import against_differences_of_the_loss, sums_over_samples
from lazyrich.exercises.deep.stand_ins import distances, factors, wait
from lazyrich.exercises.deep.waits import deep_networks_and_tiny_starts, one_and_two_layers

__all__ = [
    "CHANGES",
    "OF_ZERO",
    "against_differences_of_the_loss",
    "an_aligned_chain_and_a_crooked_one",
    "any_shape_and_number",
    "any_width_and_no_sign",
    "as_arrays",
    "constant_along_a_flow",
    "deep_networks_and_tiny_starts",
    "distances",
    "every_width_and_rate_is_another",
    "factors",
    "one_and_two_layers",
    "predictions_of",
    "random_layers",
    "stopwatches",
    "sums_over_samples",
    "the_beginning",
    "the_end",
    "three_layers_and_more",
    "three_layers_by_hand",
    "two_layers_as_in_04",
    "wait",
]
