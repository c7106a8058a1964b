"""Collect the visible checks of notebook 08; hidden checks ask the same of other numbers."""

from lazyrich.exercises.grokking.alignment import (
    angles,
    centering_both,
    is_the_alignment,
    what_does_not_matter,
)
from lazyrich.exercises.grokking.dataset import (
    every_pair_is_there_once_with_its_label,
    is_the_split,
    what_cannot_be,
)
from lazyrich.exercises.grokking.filters import (
    are_the_concentrations,
    flat_filters_and_what_it_does_not_see,
    waves,
)
from lazyrich.exercises.grokking.gap import a_run_by_hand, are_the_times, never
from lazyrich.exercises.grokking.language import (
    every_string_can_be_read,
    impossible_languages,
    is_the_language,
    spelled,
    the_draws_as_agreed,
)
from lazyrich.exercises.grokking.samples import (
    between_two_sizes,
    is_the_number_of_samples,
    never_at_once_and_twice,
)
from lazyrich.exercises.grokking.sweep import (
    shows_what_it_must,
    sweep_to_draw,
    tells_the_truth,
    the_data_are_the_networks,
    what_the_figure_shows,
)

__all__ = [
    "a_run_by_hand",
    "angles",
    "are_the_concentrations",
    "are_the_times",
    "between_two_sizes",
    "centering_both",
    "every_pair_is_there_once_with_its_label",
    "every_string_can_be_read",
    "flat_filters_and_what_it_does_not_see",
    "impossible_languages",
    "is_the_alignment",
    "is_the_language",
    "is_the_number_of_samples",
    "is_the_split",
    "never",
    "never_at_once_and_twice",
    "shows_what_it_must",
    "spelled",
    "sweep_to_draw",
    "tells_the_truth",
    "the_data_are_the_networks",
    "the_draws_as_agreed",
    "waves",
    "what_cannot_be",
    "what_does_not_matter",
    "what_the_figure_shows",
]
