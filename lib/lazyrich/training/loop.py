"""Train an ensemble of networks to its last checkpoint, in chunks that fit into memory."""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike
from tqdm.auto import tqdm

from lazyrich import _files
from lazyrich import _validate as validate
from lazyrich.datasets import Data
from lazyrich.models import Network
from lazyrich.training import devices
from lazyrich.training.capture import Capture, capture_on
from lazyrich.training.checkpoint import Saved
from lazyrich.training.chunk import Chunk
from lazyrich.training.descent import sharpness
from lazyrich.training.ensemble import Ensemble
from lazyrich.training.members import Members
from lazyrich.training.metrics import measure
from lazyrich.training.optimizers import Rule
from lazyrich.training.outcome import result_of
from lazyrich.training.result import Result
from lazyrich.training.steps import Mover

__all__ = ["train"]

SAVE_EVERY = 30.0  # seconds
# Steps between two updates of the progress bar, and between two checks whether to save.
PIECE = 200


def train(
    network: Network,
    params: Mapping[str, torch.Tensor],
    data: Data,
    rule: Rule,
    *,
    times: ArrayLike,
    loss: str = "half_sum",
    metrics: Sequence[str] = ("train_loss",),
    stop: Mapping[str, float] | None = None,
    kernel_samples: int | None = None,
    device: str = "auto",
    memory: float | None = None,
    progress: bool = False,
    checkpoint: str | Path | None = None,
    save_every: float = SAVE_EVERY,
    capture: bool = True,
) -> Result:
    """Train one network, or an ensemble with leading axes, and measure it at `times`.

    Members are computed together, but up to rounding none depends on another. On a GPU, once the
    same members have made a hundred steps, the step of a discrete rule is captured as a graph and
    replayed; apart from this capture, the host does not wait for the device between checkpoints.

    Parameters
    ----------
    network : Network
        The network.
    params : mapping of str to Tensor, shape (*members, *shape)
        The parameters at the start. All must be float32 or all float64, which is the precision of
        the run.
    data : Data
        Inputs and labels, classes or numbers; its axes broadcast against the members' from the
        right.
    rule : Rule
        `GD`, `SGD`, `AdamW` or `Flow`.
    times : array_like, shape (T,)
        When to measure: rising times in units of steps, whole numbers for discrete rules.
    loss : {"half_sum", "mse", "cross_entropy"}
        The loss that is minimized.
    metrics : sequence of str, default ("train_loss",)
        Names of `METRICS`; append "_layers" for values by layer.
    stop : mapping of str to float, optional
        Bounds by metric. A member stops at the first checkpoint where all its losses are at or
        below their bounds and its accuracies at or above theirs.
    kernel_samples : int, optional
        The number of training inputs of the kernel; all if left out.
    device : str, default "auto"
        "auto", "cpu" or "cuda".
    memory : float, optional
        Bytes for one chunk of members; a share of the free memory if left out.
    progress : bool, default False
        Whether to show a progress bar.
    checkpoint : str or Path, optional
        A folder, used by one process at a time, where the run is saved and from which it resumes.
        The result is bit for bit that of an uninterrupted run.
    save_every : float, default 30.0
        The fewest seconds between two saved states; a flow is saved only at `times`.
    capture : bool, default True
        Whether steps on a GPU may be captured; False launches each from Python. If capturing fails,
        a CaptureWarning says why, and steps are launched from Python.

    Returns
    -------
    Result
        The metrics and the parameters at the end.

    Raises
    ------
    ValueError
        On bad input, or if the folder `checkpoint` is damaged or belongs to another run.
    DivergedError
        If every member diverges; if only some do, a DivergenceWarning says which rate is stable.
    MemoryError
        If not even one member fits into memory; finished members are in `checkpoint`.
    """
    save_every = validate.number("save_every", save_every, least=0)
    run = _Run.checked(
        network, params, data, rule, times, loss, metrics, stop, kernel_samples, device, memory
    )
    run.capture = capture_on(run.device) if capture else None
    saved = None if checkpoint is None else Saved(Path(checkpoint), run.identity())
    work = run.chunks(saved)
    bar = tqdm(
        total=len(work) * run.length(),
        disable=not progress,
        desc="training",
        unit="step" if rule.discrete else "checkpoint",
    )
    done: list[Chunk] = []
    try:
        while work:
            begin, end = work.pop(0)
            try:
                with devices.calm_threads(run.device, run.need * (end - begin)):
                    done.append(run.chunk(begin, end, saved, save_every, bar))
            except (RuntimeError, MemoryError) as error:
                if not devices.out_of_memory(error):
                    raise
                # Nothing more is done here, because the traceback still holds the failed chunk's
                # tensors.
                failed = str(error).splitlines()[0] if str(error) else type(error).__name__
            else:
                continue
            if end - begin == 1:
                raise MemoryError(
                    devices.no_room(run.device, failed)
                    + ("" if saved is None else f"; finished members are in {saved.folder}")
                )
            middle = (begin + end) // 2
            work[:0] = [(begin, middle), (middle, end)]
            if saved is not None:
                run.plan(saved, sorted([(chunk.begin, chunk.end) for chunk in done] + work))
            bar.total += run.length()
    finally:
        bar.close()
    return result_of(run, done)


class _Run(Ensemble):
    """Train an ensemble chunk by chunk."""

    capture: Capture | None = None

    def chunks(self, saved: Saved | None) -> list[tuple[int, int]]:
        """List ranges of members; a resumed run keeps its ranges, and with them its rounding."""
        if saved is not None:
            note = saved.folder / "chunks.json"
            if note.exists():
                return [(begin, end) for begin, end in _files.read_json(note, saved.remedy)]
        few = max(1, int(self.memory / (self.need + self.ahead)))
        pieces = -(-len(self.flat) // few)
        edges = np.linspace(0, len(self.flat), pieces + 1).astype(int).tolist()
        chunks = list(itertools.pairwise(edges))
        if saved is not None:
            self.plan(saved, chunks)
        return chunks

    def plan(self, saved: Saved, chunks: list[tuple[int, int]]) -> None:
        """Save the ranges of members."""
        _files.write(saved.folder / "chunks.json", _files.canonical(chunks).encode())

    def length(self) -> int:
        """Count the units of the progress bar for one chunk: steps, or checkpoints of a flow."""
        return int(self.times[-1]) if self.rule.discrete else len(self.times)

    def chunk(
        self, begin: int, end: int, saved: Saved | None, save_every: float, bar: tqdm
    ) -> Chunk:
        """Train members begin..end, from a saved state if there is one."""
        members = self.members(begin, end)
        start = self.flat[begin:end].to(self.device)
        lengths: dict[str, tuple[int, ...]] = {
            name: (len(self.labels[name]),) if name in self.labels else () for name in self.metrics
        }
        chunk = Chunk.blank(begin, self.flat[begin:end], self.times, lengths)
        if saved is not None and saved.exists(begin, end):
            chunk.resume(*saved.load(begin, end), self.device)
            if 0 < chunk.alive.size < end - begin:
                members = members.select(torch.as_tensor(chunk.alive, device=self.device))
        else:
            chunk.state = self.rule.begin(members, start)
        last_save = time.monotonic()

        def save(*, last: bool = False) -> None:
            nonlocal last_save
            if saved is not None and (last or time.monotonic() - last_save >= save_every):
                self._save(saved, chunk)
                last_save = time.monotonic()

        bar.update(int(chunk.now) if self.rule.discrete else chunk.at)
        mover = None
        while not self._finished(chunk):
            mover = mover or self.rule.mover(members, chunk.state, self.capture)
            self._advance(mover, chunk, bar, save)
            self.capture = mover.capture
            left = self._measure(members, chunk, start)
            if left is not members:
                members, mover = left, None
            chunk.at += 1
            bar.update(0 if self.rule.discrete else 1)
            save(last=self._finished(chunk))
        bar.update(self.length() - (int(chunk.now) if self.rule.discrete else chunk.at))
        chunk.state = {}  # the device's memory is for the next chunk
        return chunk

    def _finished(self, chunk: Chunk) -> bool:
        return chunk.at == len(self.times) or not chunk.alive.size

    def _advance(self, mover: Mover, chunk: Chunk, bar: tqdm, save: Callable[[], None]) -> None:
        """Move to the next checkpoint; a discrete rule moves in pieces, and saves between them."""
        target = float(self.times[chunk.at])
        if not self.rule.discrete:
            mover.advance(chunk.now, target)
            chunk.now = target
        while chunk.now < target:
            piece = min(chunk.now + PIECE, target)
            mover.advance(chunk.now, piece)
            bar.update(int(piece - chunk.now))
            chunk.now = piece
            if chunk.now < target:
                save()

    def _measure(self, members: Members, chunk: Chunk, start: torch.Tensor) -> Members:
        """Measure at a checkpoint; return the members that continue."""
        alive, flat = chunk.alive, chunk.state["y"]
        chunk.ended[alive] = chunk.now
        measured = measure(
            members,
            flat,
            start[torch.as_tensor(alive, device=self.device)],
            self.metrics,
            memory=self.memory / 2,
            samples=self.kernel_samples,
        )
        values = {name: value.numpy() for name, value in measured.items()}
        finite = torch.isfinite(flat).all(dim=1).cpu().numpy()
        if "train_loss" in values:
            finite &= np.isfinite(values["train_loss"])
        if "evaluations" in chunk.state:
            chunk.evaluations[alive] = chunk.state["evaluations"].cpu().numpy()
        else:
            chunk.evaluations[alive] = int(chunk.now)
        self._note_stable_rates(chunk, ~finite, members)
        stopping = finite & self._reached(values, len(alive))
        chunk.record(values, finite, stopping)
        kept = np.flatnonzero(finite & ~stopping)
        if kept.size < alive.size:
            indices = chunk.keep(kept, self.device)
            if kept.size:
                members = members.select(indices)
        return members

    def _reached(self, values: dict[str, np.ndarray], count: int) -> np.ndarray:
        """Test which members have reached all bounds of `stop`."""
        if not self.stop:
            return np.zeros(count, bool)
        reached = [
            values[name] >= bound if name.endswith("accuracy") else values[name] <= bound
            for name, bound in self.stop.items()
        ]
        return np.all(reached, axis=0)

    def _note_stable_rates(self, chunk: Chunk, bad: np.ndarray, members: Members) -> None:
        """Record each diverged member's largest stable rate, by its sharpest measured curvature."""
        if not bad.any():
            return
        part = members.select(torch.as_tensor(np.flatnonzero(bad), device=self.device))
        which = chunk.alive[bad]
        sharpest = np.zeros(len(which))
        for flat in (self.flat[chunk.begin : chunk.end].numpy()[which], chunk.flat[which]):
            largest = sharpness(part, torch.as_tensor(flat, device=self.device)).cpu().numpy()
            sharpest = np.maximum(sharpest, np.where(np.isfinite(largest), largest, 0.0))
        room = 2 * (1 + getattr(self.rule, "momentum", 0.0))
        chunk.stable[which] = room / np.maximum(sharpest, 1e-300)

    def _save(self, saved: Saved, chunk: Chunk) -> None:
        arrays = chunk.arrays(finished=self._finished(chunk))
        saved.save(chunk.begin, chunk.end, {"at": chunk.at, "now": chunk.now}, arrays)
