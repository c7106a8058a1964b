"""Collect the visible checks of 01_invariant, and what its figures draw."""

from lazyrich.exercises.invariant.descent import a_whole_run, first_step, inputs_unchanged
from lazyrich.exercises.invariant.drawings import upstream_and_downstream
from lazyrich.exercises.invariant.drift import equals_the_measured_change, quadratic_in_the_step
from lazyrich.exercises.invariant.noise import the_full_batch_is_gradient_descent, the_protocol
from lazyrich.exercises.invariant.quantity import batches, constant_along_a_flow, known_cases
from lazyrich.exercises.invariant.starts import far_from_balance, round_trip
from lazyrich.exercises.invariant.story import (
    a_whole_story,
    another_story,
    one_event_at_a_time,
    run_the_story,
)
from lazyrich.exercises.invariant.velocity import minus_rate_times_slope

__all__ = [
    "a_whole_run",
    "a_whole_story",
    "another_story",
    "batches",
    "constant_along_a_flow",
    "equals_the_measured_change",
    "far_from_balance",
    "first_step",
    "inputs_unchanged",
    "known_cases",
    "minus_rate_times_slope",
    "one_event_at_a_time",
    "quadratic_in_the_step",
    "round_trip",
    "run_the_story",
    "the_full_batch_is_gradient_descent",
    "the_protocol",
    "upstream_and_downstream",
]
