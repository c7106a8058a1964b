"""Say what slips in the concentration of filters (08.7) give."""

from collections.abc import Callable

import numpy as np

__all__ = ["slips"]


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


def slips(images: np.ndarray) -> dict[str, list[float]]:
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
        "the mean (frequency zero) is still in there: power[:, 0, 0] = 0, of each filter": each(
            _share, whole
        ),
        "the mean is left out of the blocks but not of the total": [
            _share(a) * a.sum() / b.sum() if b.sum() else 0.0
            for a, b in zip(bare, whole, strict=True)
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
        "these blocks are two by two; a block of three by three has nine entries": [
            _summed(a, [(0, 0), (1, 0), (0, 1), (1, 1)]) for a in bare
        ],
        "the middle of the block is missing: a block of three by three has nine entries": [
            _summed(a, [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]) for a in bare
        ],
        "the spectrum is taken over all three axes; np.fft.fft2 takes the last two": _crossed(
            images, (0, 1, 2)
        ),
        "this is the root of the share": [_share(a) ** 0.5 for a in bare],
        "this is an entropy; return the largest block's share": [
            float(-np.sum(a / a.sum() * np.log(a / a.sum() + 1e-300))) if a.sum() else 0.0
            for a in bare
        ],
        "these are the filters themselves, squared; their spectrum is missing": [
            _share(_without_mean(image**2)) for image in images
        ],
        "the blocks wrap around one axis only": [_share_padded_once(a, 0) for a in bare],
        "the blocks wrap around one axis only ": [_share_padded_once(a, 1) for a in bare],
        "np.roll over these axes shifts the filters, too; (1, 2) are frequencies": _crossed_rolls(
            bare
        ),
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
        "np.pad with mode edge (or scipy's reflect) repeats frequencies; mode wrap goes around": [
            _share_padded(a, "edge") for a in bare
        ],
        "np.roll without an axis shifts the flattened array": _flat_rolls(bare),
        "block and mirror image are counted together; count one block": [
            2 * _share(a) for a in bare
        ],
        "this is what is outside of the block": [1 - _share(a) for a in bare],
        "this is the logarithm of the power; use the power itself": [
            _share(_without_mean(np.log1p(power))) for power in whole
        ],
        "this is the mean over all blocks; return the largest one": [
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
            float(max(_share(b) * b.sum() for b in bare) / a.sum()) if a.sum() else 0.0
            for a in bare
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
    padded = np.pad(power, 1, mode=mode)  # type: ignore[call-overload]  # a mode by name
    h, w = power.shape
    best = max(padded[i : i + 3, j : j + 3].sum() for i in range(h) for j in range(w))
    return float(best / power.sum()) if power.sum() else 0.0


def _flat_rolls(powers: list[np.ndarray]) -> list[float]:
    power = np.array(powers)
    total = power.sum(axis=(1, 2))
    blocks = sum(np.roll(power, i + j) for i in (-1, 0, 1) for j in (-1, 0, 1))
    return list(np.max(blocks, axis=(1, 2)) / np.where(total > 0, total, 1))


def _share_padded_once(power: np.ndarray, axis: int) -> float:
    """The largest block that wraps around one axis and ends at the other."""
    rim = [(1, 1), (1, 1)]
    rim[1 - axis] = (0, 0)
    wrapped = np.pad(power, rim, mode="wrap")
    rim[axis], rim[1 - axis] = (0, 0), (1, 1)
    padded = np.pad(wrapped, rim)
    h, w = power.shape
    best = max(padded[i : i + 3, j : j + 3].sum() for i in range(h) for j in range(w))
    return float(best / power.sum()) if power.sum() else 0.0


def _crossed_rolls(powers: list[np.ndarray]) -> list[float]:
    power = np.array(powers)
    total = power.sum(axis=(1, 2))
    shifts = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    blocks = sum(np.roll(power, shift, axis=(0, 1)) for shift in shifts)
    return list(np.max(blocks, axis=(1, 2)) / np.where(total > 0, total, 1))


def _crossed(images: np.ndarray, axes: tuple[int, ...] = (0, 1)) -> list[float]:
    crossed = np.abs(np.fft.fftn(images, axes=axes)) ** 2
    crossed[:, 0, 0] = 0
    return [_share(power) for power in crossed]
