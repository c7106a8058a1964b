"""A small class goes through a term; `make term` takes 300 students through it."""

import pytest
from simulated import draw, run_term


@pytest.mark.isolation
def test_every_mark_of_a_simulated_class_is_true_and_copies_and_attacks_are_found(tmp_path):
    group = draw(24, seed=1)
    outcome = run_term(tmp_path, group)
    assert outcome.wrong == []
    for true, found, both in (outcome.pairs, outcome.attacks):
        assert true == found == both > 0
