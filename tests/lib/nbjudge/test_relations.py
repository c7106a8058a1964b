"""Compare a wrong result that no listed slip explains with the right one."""

import numpy as np
import pytest

from nbjudge import checks
from nbjudge.checks import CheckFailed
from nbjudge.checks.relations import common_slip

RIGHT = np.array([[0.3, -1.7, 2.45], [4.1, 0.9, -0.6], [1.3, 2.2, 0.8], [0.1, 5.3, -3.9]])
SQUARE, ROW, POSITIVE = RIGHT[:3], RIGHT[:, 0], np.array([0.3, 1.7, 2.45])


RELATED = {  # what came -> the right one, words
    "the other sign": (-RIGHT, RIGHT, "the sign is flipped"),
    "no signs": (np.abs(RIGHT), RIGHT, "the signs are lost"),
    "whole numbers": (np.trunc(RIGHT), RIGHT, "the decimals are cut off"),
    "two digits": (np.round(RIGHT * 1.1111, 2), RIGHT * 1.1111, "rounded"),
    "zero": (0 * RIGHT, RIGHT, "only zeros"),
    "twice": (2 * RIGHT, RIGHT, "twice"),
    "half": (RIGHT / 2, RIGHT, "half"),
    "another factor": (3.7 * RIGHT, RIGHT, "one and the same factor"),
    "a shift": (RIGHT + 0.2, RIGHT, "one and the same amount"),
    "squares": (RIGHT**2, RIGHT, "the square of"),
    "roots": (np.sqrt(POSITIVE), POSITIVE, "the root of"),
    "the rest": (1 - POSITIVE / 3, POSITIVE / 3, "one minus"),
    "one over": (1 / POSITIVE, POSITIVE, "one over"),
    "transposed": (SQUARE.T, SQUARE, "this is the transpose"),
    "backward": (RIGHT[::-1], RIGHT, "reverse order"),
    "late": (np.append(9.0, ROW[:-1]), ROW, "one place too late"),
    "early": (np.append(ROW[1:], 9.0), ROW, "one place too early"),
    "the end": (np.append(ROW[:-1], 9.0), ROW, "the last entry alone"),
    "the start": (np.append(9.0, ROW[1:]), ROW, "the first entry alone"),
    "sorted": (np.sort(ROW), ROW, "not in this order"),
}


@pytest.mark.parametrize("kind", RELATED)
def test_a_simple_relation_is_named(kind):
    have, want, words = RELATED[kind]
    assert words in common_slip(have, want, 1e-4, 0.0)
    with pytest.raises(CheckFailed, match=f"S: .*{words}.* .expected"):
        checks.close(have, want, what="S")


@pytest.mark.parametrize(
    ("have", "want"),
    [
        (4.0, 2.0),  # twice, or squared
        (-0.25, 1.25),  # one minus what is no share
        (3.0, 2.5),  # a whole number may be anything
        (2.3, 2.2667),
        ([1.0, 0.0], [0.6, 0.0]),
        ([1.0, 2.0], [np.inf, 1.0]),
        ([0.7, 0.1], [0.2, 0.4]),
    ],
)
def test_what_may_have_come_about_in_several_ways_is_not_explained(have, want):
    assert common_slip(np.asarray(have), np.asarray(want), 1e-4, 0.0) == ""


def test_a_hidden_check_names_the_relation_without_numbers():
    with checks.context(hidden=True), pytest.raises(CheckFailed) as caught:
        checks.close(-RIGHT, RIGHT, what="S")
    assert str(caught.value) == "S: the sign is flipped"


SHAPES = {
    "one entry in a list": ([1.0], 1.0, "take its only entry"),
    "one entry in an array": (np.ones(1), 1.0, "take its only entry"),
    "an axis too many": (np.ones((3, 6)), np.ones(3), "one axis too many"),
    "an axis too few": (np.ones(11), np.ones((2, 11)), "an axis is missing"),
    "flat": (np.ones(9), np.ones((3, 3)), "the number of entries is right"),
    "a sum": (9.0, np.ones((3, 3)), "summed up to a single number"),
    "complex": (np.array([1j, 2.0]), np.ones(2), "np.linalg.eigh"),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_a_shape_or_a_type_has_its_slip(kind):
    have, want, words = SHAPES[kind]
    with pytest.raises(CheckFailed, match=words):
        checks.close(have, want, what="S")
