"""Collect the visible checks of 02_exact, and what its figures use in place of answers."""

from lazyrich.exercises.exact.design import designed, no_such_neuron, the_start_turns_as_asked
from lazyrich.exercises.exact.distance import (
    kernels_that_are_nearly_equal,
    known_kernels,
    properties_of_a_distance,
)
from lazyrich.exercises.exact.metric import metric_slips, the_outputs_move_as_m_says
from lazyrich.exercises.exact.one_number import (
    any_start_and_late_times,
    integrate_nu,
    nu_follows_its_equation,
    nu_slips,
)
from lazyrich.exercises.exact.slip import (
    draft_distance,
    path_slips,
    s_is_that_of_the_matrices,
    the_draft_fails_there,
)
from lazyrich.exercises.exact.solution import (
    fault,
    integration_at_three_deltas,
    solved,
    special_starts_and_late_times,
)
from lazyrich.exercises.exact.stand_ins import nu, solution, start_of_share, whitened
from lazyrich.exercises.exact.whitening import (
    inputs_that_depend_on_each_other,
    new_inputs,
    the_new_inputs_are_whitened,
)
from lazyrich.exercises.refusals import refuses

__all__ = [
    "any_start_and_late_times",
    "designed",
    "draft_distance",
    "fault",
    "inputs_that_depend_on_each_other",
    "integrate_nu",
    "integration_at_three_deltas",
    "kernels_that_are_nearly_equal",
    "known_kernels",
    "metric_slips",
    "new_inputs",
    "no_such_neuron",
    "nu",
    "nu_follows_its_equation",
    "nu_slips",
    "path_slips",
    "properties_of_a_distance",
    "refuses",
    "s_is_that_of_the_matrices",
    "solution",
    "solved",
    "special_starts_and_late_times",
    "start_of_share",
    "the_draft_fails_there",
    "the_new_inputs_are_whitened",
    "the_outputs_move_as_m_says",
    "the_start_turns_as_asked",
    "whitened",
]
