"""Check the concentration of filters (08.7): waves, noise of any shape, what it does not see."""

from collections.abc import Callable

import numpy as np

from lazyrich import measures
from lazyrich.exercises.grokking.filter_slips import slips
from nbjudge import checks

__all__ = ["are_the_concentrations", "flat_filters_and_what_it_does_not_see", "waves"]


def waves(filter_concentration: Callable) -> None:
    """Check waves, whose concentration can be worked out by hand, and oblong filters."""
    rows, columns = np.mgrid[:7, :7]
    four = np.array(
        [
            np.cos(2 * np.pi * (i * rows + j * columns) / 7) + mean
            for i, j, mean in ((1, 0, 0.0), (2, 2, 0.0), (2, -2, 1.0), (3, 0, 0.0))
        ]
    )
    what = (
        "waves of frequency (1, 0), (2, 2), (2, -2) with a mean of 1, and (3, 0), whose mirror "
        "image (-3, 0) is next to it around the circle"
    )
    got = checks.array(
        checks.call(filter_concentration, four), what=f"the concentration of {what}", shape=(4,)
    )
    checks.that(
        not np.allclose(got, 1),
        f"the concentration of {what}: all are 1 here, and the two in the middle should not be; "
        "are blocks larger than three by three, are nine frequencies taken wherever they stand, is "
        "one half of the frequencies left out, or does the largest number go to all filters?",
    )
    noise = checks.rng().normal(size=(6, 5, 18)) + 0.7
    _explained_by_both(filter_concentration, four, noise, got, what)
    are_the_concentrations(filter_concentration, four, what)
    both = 3 * np.cos(2 * np.pi * (2 * rows + 2 * columns) / 7)
    both = both + np.cos(2 * np.pi * (2 * rows - 2 * columns) / 7)
    what = "3 waves (2, 2) and 1 wave (2, -2), powers 9 and 1, each at two frequencies"
    are_the_concentrations(filter_concentration, both[None], what)
    are_the_concentrations(filter_concentration, noise, "noise with a mean, filters of 5 by 18")


def _explained_by_both(
    filter_concentration: Callable,
    images: np.ndarray,
    noise: np.ndarray,
    got: np.ndarray,
    what: str,
) -> None:
    """Name a slip that explains waves and noise: several give the same numbers for waves."""
    if np.allclose(got, measures.filter_concentration(images), rtol=1e-4):
        return
    both = checks.call(filter_concentration, noise)
    if np.shape(both) != (len(noise),) or not np.all(np.isfinite(both)):
        return
    waves_of, noise_of = slips(images), slips(noise)
    for words, wrong in waves_of.items():
        checks.that(
            not (np.allclose(got, wrong, 1e-4) and np.allclose(both, noise_of[words], 1e-4)),
            f"the concentration of {what}: {words.rstrip()}",
            shown=f"expected {measures.filter_concentration(images).round(3)}, got {got.round(3)}",
        )


def flat_filters_and_what_it_does_not_see(filter_concentration: Callable) -> None:
    """Check filters without a pattern, and that size, sign, mean and place do not matter."""
    flat = np.array([np.full((7, 7), 0.1), np.zeros((7, 7)), np.full((7, 7), -3.7)])
    got = checks.array(
        checks.call(filter_concentration, flat),
        what="the concentration of three flat filters",
        shape=(3,),
        finite=False,
    )
    checks.that(
        np.all(np.isfinite(got)),
        "a flat filter has no pattern, and zero is divided by zero; it should give zero",
    )
    checks.close(
        got,
        np.zeros(3),
        what="a flat filter has only rounding errors beside its mean and should give zero",
        atol=1e-9,
    )
    noise = checks.rng(1).normal(size=(3, 7, 6))
    faint = noise * 1e-9
    right = measures.filter_concentration(noise)
    for words, moved in (
        ("a thousand times as large", 1000 * noise),
        ("tiny, a billionth of others, but not flat", faint),
        ("with a mean added", noise + 2.0),
        ("with a mean of 300 added (far from flat, for 1e-12 of the power)", noise + 300.0),
        ("shifted around", np.roll(noise, (2, 3), axis=(1, 2))),
        ("with the sign changed", -noise),
    ):
        got = checks.array(
            checks.call(filter_concentration, moved),
            what=f"the concentration of filters {words}",
            shape=(3,),
            finite=False,
        )
        checks.close(
            got,
            right,
            what=f"the concentration of filters {words}, which should be the same",
            hints=slips(moved),
        )
    loud = noise * np.array([1e9, 1.0, 1.0])[:, None, None]
    got = checks.call(filter_concentration, loud)
    checks.close(
        got,
        right,
        what="the concentration of a faint filter beside a loud one; whether a filter is flat is a "
        "question of its own power alone",
    )
    checks.inputs_unchanged(filter_concentration, noise)


def are_the_concentrations(filter_concentration: Callable, images: np.ndarray, what: str) -> None:
    """Check the concentration of each of some filters."""
    got = checks.array(
        checks.call(filter_concentration, images),
        what=f"the concentration of {what}",
        shape=(len(images),),
    )
    checks.close(
        got,
        measures.filter_concentration(images),
        what=f"the concentration of {what}",
        hints=slips(images),
    )
