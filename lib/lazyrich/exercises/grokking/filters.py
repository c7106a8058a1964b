"""Ask for the concentration of filters (08.7): waves, noise of any shape, what it does not see."""

from collections.abc import Callable

import numpy as np

from lazyrich import measures
from nbjudge import checks

__all__ = ["are_the_concentrations", "flat_filters_and_what_it_does_not_see", "waves"]


def waves(filter_concentration: Callable) -> None:
    """Ask for waves, whose concentration one can work out by hand, and for oblong filters."""
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
        "are blocks larger than three by three, or does the largest number go to all filters?",
    )
    are_the_concentrations(filter_concentration, four, what)
    both = 3 * np.cos(2 * np.pi * (2 * rows + 2 * columns) / 7)
    both = both + np.cos(2 * np.pi * (2 * rows - 2 * columns) / 7)
    what = "3 waves (2, 2) and 1 wave (2, -2), powers 9 and 1, each at two frequencies"
    are_the_concentrations(filter_concentration, both[None], what)
    noise = checks.rng().normal(size=(6, 5, 18)) + 0.7
    are_the_concentrations(filter_concentration, noise, "noise with a mean, filters of 5 by 18")


def flat_filters_and_what_it_does_not_see(filter_concentration: Callable) -> None:
    """Ask for filters without a pattern, and that size, sign, mean and place do not matter."""
    flat = np.array([np.full((7, 7), 0.1), np.zeros((7, 7)), np.full((7, 7), -3.7)])
    got = checks.array(
        checks.call(filter_concentration, flat),
        what="the concentration of three flat filters",
        shape=(3,),
        finite=False,
    )
    checks.that(
        np.all(np.isfinite(got)),
        "a flat filter has no pattern, and nothing is divided by nothing; it should give zero",
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
            hints=_slips(moved),
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
    """Ask for the concentration of each of some filters."""
    got = checks.array(
        checks.call(filter_concentration, images),
        what=f"the concentration of {what}",
        shape=(len(images),),
    )
    checks.close(
        got,
        measures.filter_concentration(images),
        what=f"the concentration of {what}",
        hints=_slips(images),
    )


def _share(power: np.ndarray, wrap: bool = True, reach: int = 1) -> float:
    """The largest block of a spectrum (h, w) over the total, wrapped around or not."""
    padded = np.pad(power, reach, mode="wrap" if wrap else "constant")
    h, w = power.shape
    side = 2 * reach + 1
    best = max(padded[i : i + side, j : j + side].sum() for i in range(h) for j in range(w))
    return float(best / power.sum()) if power.sum() > 0 else 0.0


def _inside(power: np.ndarray) -> float:
    """The largest block that lies inside the array, as a loop without padding finds it."""
    h, w = power.shape
    best = max(power[i : i + 3, j : j + 3].sum() for i in range(h - 2) for j in range(w - 2))
    return float(best / power.sum()) if power.sum() > 0 else 0.0


def _around_the_peak(power: np.ndarray) -> float:
    i, j = np.unravel_index(int(np.argmax(power)), power.shape)
    rows, columns = np.ix_(
        *((k + np.arange(-1, 2)) % n for k, n in ((i, power.shape[0]), (j, power.shape[1])))
    )
    return float(power[rows, columns].sum() / power.sum()) if power.sum() > 0 else 0.0


def _slips(images: np.ndarray) -> dict[str, list[float]]:
    """List what known slips give for filters (k, h, w).

    This function is long because it is a table.
    """
    whole = [np.abs(np.fft.fft2(image)) ** 2 for image in images]
    bare = [power * (np.arange(power.size).reshape(power.shape) > 0) for power in whole]
    middle = [np.fft.fftshift(power) for power in bare]
    half = [np.abs(np.fft.rfft2(image - image.mean())) ** 2 for image in images]

    def each(measure: Callable, powers: list[np.ndarray]) -> list[float]:
        return [measure(power) for power in powers]

    return {
        "the mean (frequency zero) is still in there": each(_share, whole),
        "the mean is left out of the blocks but not of the total": [
            _share(a) * a.sum() / b.sum() for a, b in zip(bare, whole, strict=True)
        ],
        "the mean is left out of the total but not of the blocks": [
            _share(b) * b.sum() / a.sum() if a.sum() else 0.0
            for a, b in zip(bare, whole, strict=True)
        ],
        "this is the power of the block, not yet divided by the total": [
            _share(a) * a.sum() for a in bare
        ],
        "these are amplitudes; power is their square": [_share(np.sqrt(a)) for a in bare],
        "this is the square of the power": [_share(a**2) for a in bare],
        "these are the real parts alone; power is the size of a complex number, squared": [
            _share(_without_mean(np.real(np.fft.fft2(image)) ** 2)) for image in images
        ],
        "the blocks do not wrap around: the last row of frequencies is a neighbor of the first": [
            _share(a, wrap=False) for a in bare
        ],
        "blocks that lie inside the array only: they should wrap around": each(_inside, bare),
        "np.fft.fftshift only moves the edge: blocks should wrap around all the same": [
            _share(a, wrap=False) for a in middle
        ],
        "after np.fft.fftshift the mean is in the middle, not at [0, 0]": [
            _share(_without_mean(np.fft.fftshift(power))) for power in whole
        ],
        "blocks inside a shifted array only: they should wrap around": each(_inside, middle),
        "this is the largest single frequency, not a block of three by three": [
            float(a.max() / a.sum()) if a.sum() else 0.0 for a in bare
        ],
        "these blocks are five by five": [_share(a, reach=2) for a in bare],
        "the block around the strongest frequency need not be the best one": each(
            _around_the_peak, bare
        ),
        "rfft2 gives one half of the frequencies only": [_share(a) for a in half],
        "the largest block of rfft2 lies in one half of the frequencies": each(_inside, half),
        "np.fft.fft transforms one axis; np.fft.fft2 both": [
            _share(_without_mean(np.abs(np.fft.fft(image)) ** 2)) for image in images
        ],
        "these are the imaginary parts alone; power is the size of a complex number, squared": [
            _share(_without_mean(np.imag(np.fft.fft2(image)) ** 2)) for image in images
        ],
        "the spectrum is taken on more frequencies than the filter has pixels": [
            _share(_without_mean(np.abs(np.fft.fft2(image, (16, 16))) ** 2)) for image in images
        ],
        "only the row of frequency zero is left out, all of it; (0, 0) alone is the mean": [
            _share(_cut(a, columns=False)) for a in bare
        ],
        "the corners are missing: a block of three by three has nine entries": [
            _cross(a) for a in bare
        ],
        "these blocks are a diagonal of three; a block has nine entries": [
            _summed(a, [(-1, -1), (0, 0), (1, 1)]) for a in bare
        ],
        "the blocks do not overlap here; there is one around every frequency": [
            _apart(a) for a in bare
        ],
        "np.pad with another mode than wrap repeats frequencies at the edge": [
            _share_padded(a, "reflect") for a in bare
        ],
        "np.pad with mode edge repeats frequencies; mode wrap goes around": [
            _share_padded(a, "edge") for a in bare
        ],
        "np.roll without an axis shifts the flattened array": _flat_rolls(bare),
        "block and mirror image are counted together; one block is asked for": [
            2 * _share(a) for a in bare
        ],
        "this is what is outside of the block": [1 - _share(a) for a in bare],
        "the logarithm of the power; the power itself is asked for": [
            _share(_without_mean(np.log1p(power))) for power in whole
        ],
        "this is the mean over all blocks; the largest one is asked for": [
            9 / a.size if a.sum() else 0.0 for a in bare
        ],
        "the block's mean in place of its sum": [_share(a) / 9 for a in bare],
        "the spectrum is taken over the wrong two axes; np.fft.fft2 takes the last two": _crossed(
            images
        ),
        "the whole row and column of frequency zero are left out; only (0, 0) is the mean": [
            _share(_cut(a)) for a in bare
        ],
        "the largest block over all filters; each filter has its own": [
            float(max(_share(a) * a.sum() for a in bare) / max(a.sum(), 1e-300)) for a in bare
        ],
        "each block is divided by the total of all filters; each filter has its own": [
            _share(a) * a.sum() / max(sum(b.sum() for b in bare), 1e-300) for a in bare
        ],
    }


def _without_mean(power: np.ndarray) -> np.ndarray:
    power = power.copy()
    power[0, 0] = 0
    return power


def _cut(power: np.ndarray, columns: bool = True) -> np.ndarray:
    power = power.copy()
    power[0] = 0
    if columns:
        power[:, 0] = 0
    return power


def _summed(power: np.ndarray, shifts: list[tuple[int, int]]) -> float:
    """The largest sum over shifted copies, over the total."""
    sums = sum(np.roll(power, shift, axis=(0, 1)) for shift in shifts)
    return float(np.max(sums) / power.sum()) if power.sum() else 0.0


def _cross(power: np.ndarray) -> float:
    return _summed(power, [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)])


def _apart(power: np.ndarray) -> float:
    """The largest of blocks that do not overlap."""
    padded = np.pad(power, 1, mode="wrap")
    h, w = power.shape
    blocks = [padded[i : i + 3, j : j + 3].sum() for i in range(0, h, 3) for j in range(0, w, 3)]
    return float(max(blocks) / power.sum()) if power.sum() else 0.0


def _share_padded(power: np.ndarray, mode: str) -> float:
    padded = np.pad(power, 1, mode=mode)  # type: ignore[call-overload]
    h, w = power.shape
    best = max(padded[i : i + 3, j : j + 3].sum() for i in range(h) for j in range(w))
    return float(best / power.sum()) if power.sum() else 0.0


def _flat_rolls(powers: list[np.ndarray]) -> list[float]:
    power = np.array(powers)
    total = power.sum(axis=(1, 2))
    blocks = sum(np.roll(power, i + j) for i in (-1, 0, 1) for j in (-1, 0, 1))
    return list(np.max(blocks, axis=(1, 2)) / np.where(total > 0, total, 1))


def _crossed(images: np.ndarray) -> list[float]:
    crossed = np.abs(np.fft.fft2(images, axes=(0, 1))) ** 2
    crossed[:, 0, 0] = 0
    return [_share(power) for power in crossed]
