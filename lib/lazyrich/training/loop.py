"""`train`: an ensemble of networks from its start to its last checkpoint, in chunks that fit the memory."""

import itertools
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike
from tqdm.auto import tqdm

from lazyrich import _files
from lazyrich.datasets import Data
from lazyrich.models import Network
from lazyrich.training import devices
from lazyrich.training.checkpoint import Saved
from lazyrich.training.ensemble import Ensemble
from lazyrich.training.members import Members
from lazyrich.training.metrics import measure
from lazyrich.training.optimizers import Rule, sharpness
from lazyrich.training.result import DivergedError, DivergenceWarning, Result

__all__ = ["train"]

SAVE_EVERY = 30.0  # seconds
PIECE = (
    200  # steps between two updates of the progress bar, and between two looks at whether to save
)


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
) -> Result:
    """Train one network, or an ensemble with leading axes, and measure it at `times`.

    params: name -> (*members, *shape), all float32 or all float64: the precision of the run; data: its axes broadcast against the members'
    from the right, labels classes or numbers; rule: `GD`, `SGD`, `AdamW` or `Flow`; times: (T,) rising, in steps, whole for discrete rules.
    loss: "half_sum", "mse" or "cross_entropy". metrics: of `METRICS`, or with "_layers" by layer. stop: metric -> bound, a member stops at the
    first checkpoint where all its losses are at or below theirs and its accuracies at or above. kernel_samples: how many training
    inputs the kernel is taken on (None: all). device: "auto", "cpu", "cuda". memory: bytes for one chunk of members (None: a share of what
    is free). checkpoint: a folder (of one process at a time) where the run is saved at most every `save_every` seconds (a flow: at `times` only) and taken up again; the result is bit for bit
    that of a run never stopped.

    Members are computed together, but none depends on another, beyond rounding. Between checkpoints a discrete rule never waits for the device.

    Raises:
        ValueError: on bad input, a folder of another run, or a damaged one.
        DivergedError: if every member diverges; if some do, a DivergenceWarning says which rate would not.
        MemoryError: if not even one member fits; members that finished are in `checkpoint`.
    """
    run = _Run.checked(
        network, params, data, rule, times, loss, metrics, stop, kernel_samples, device, memory
    )
    saved = None if checkpoint is None else Saved(Path(checkpoint), run.identity())
    work = run.chunks(saved)
    bar = tqdm(
        total=len(work) * run.length(),
        disable=not progress,
        desc="training",
        unit="step" if rule.discrete else "checkpoint",
    )
    done: list[_Chunk] = []
    try:
        while work:
            begin, end = work.pop(0)
            try:
                with devices.calm_threads(run.device, run.need * (end - begin)):
                    done.append(run.chunk(begin, end, saved, save_every, bar))
            except (RuntimeError, MemoryError) as error:
                if not devices.out_of_memory(error):
                    raise
                # Nothing is done here, where the failed chunk's tensors are still held by the traceback.
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
    return run.result(done)


@dataclass
class _Chunk:
    """Members begin..end: what was measured of them, and their parameters."""

    begin: int
    end: int
    flat: np.ndarray
    measured: dict[str, np.ndarray]  # name -> (e, T) or (e, T, L)
    status: np.ndarray  # 0 running or done, 1 stopped, 2 diverged
    ended: np.ndarray
    evaluations: np.ndarray
    stable: np.ndarray


class _Run(Ensemble):
    """An ensemble on its way, chunk by chunk."""

    def chunks(self, saved: Saved | None) -> list[tuple[int, int]]:
        """Ranges of members. A run that is taken up again keeps those it had, so that it rounds as it did."""
        if saved is not None:
            note = saved.folder / "chunks.json"
            if note.exists():
                return [tuple(c) for c in _files.read_json(note, saved.remedy)]
        few = max(1, int(self.memory / self.need))
        pieces = -(-len(self.flat) // few)
        edges = np.linspace(0, len(self.flat), pieces + 1).astype(int).tolist()
        found = list(itertools.pairwise(edges))
        if saved is not None:
            self.plan(saved, found)
        return found

    def plan(self, saved: Saved, chunks: list[tuple[int, int]]) -> None:
        _files.write(saved.folder / "chunks.json", _files.canonical(chunks).encode())

    def length(self) -> int:
        """What the progress bar counts for one chunk: steps, or checkpoints of a flow."""
        return int(self.times[-1]) if self.rule.discrete else len(self.times)

    def chunk(
        self, begin: int, end: int, saved: Saved | None, save_every: float, bar: tqdm
    ) -> _Chunk:
        """Train members begin..end, from where a saved state left them."""
        members = self.members(begin, end)
        start = self.flat[begin:end].to(self.device)
        T, e = len(self.times), end - begin
        chunk = _Chunk(
            begin, end, self.flat[begin:end].numpy().copy(),
            {name: np.full((e, T, *([len(self.labels[name])] if name in self.labels else [])), np.nan) for name in self.metrics},
            np.zeros(e, int), np.full(e, float(self.times[0])), np.zeros(e, int), np.full(e, np.nan),
        )  # fmt: skip
        alive, at, now = np.arange(e), 0, 0.0
        if saved is not None and saved.exists(begin, end):
            facts, arrays = saved.load(begin, end)
            at, now = facts["at"], facts["now"]
            for name in chunk.measured:
                chunk.measured[name] = arrays[f"metric {name}"]
            for name in ("flat", "status", "ended", "evaluations", "stable"):
                setattr(chunk, name, arrays[f"chunk {name}"])
            alive = arrays["alive"]
            if alive.size:
                state = {
                    k[6:]: torch.as_tensor(v, device=self.device)
                    for k, v in arrays.items()
                    if k.startswith("state ")
                }
                members = (
                    members.select(torch.as_tensor(alive, device=self.device))
                    if alive.size < e
                    else members
                )
        else:
            state = self.rule.begin(members, start)
        last_save = time.monotonic()

        def save(now: float, *, last: bool = False) -> None:
            nonlocal last_save
            if saved is not None and (last or time.monotonic() - last_save >= save_every):
                self._save(saved, chunk, state, alive, at, now)
                last_save = time.monotonic()

        bar.update(int(now) if self.rule.discrete else at)
        while at < T and alive.size:
            now = self._advance(members, state, now, float(self.times[at]), bar, save)
            chunk.ended[alive] = now
            found = measure(
                members, state["y"], start[torch.as_tensor(alive, device=self.device)], self.metrics,
                memory=self.memory / 2, samples=self.kernel_samples,
            )  # fmt: skip
            values = {name: value.numpy() for name, value in found.items()}
            finite = torch.isfinite(state["y"]).all(dim=1).cpu().numpy()
            for name, value in values.items():
                finite &= np.isfinite(value) if name == "train_loss" else True
            if "evaluations" in state:
                chunk.evaluations[alive] = state["evaluations"].cpu().numpy()
            else:
                chunk.evaluations[alive] = int(now)
            self._diverge(chunk, alive, ~finite, members)
            for name, value in values.items():
                value[~finite] = np.nan
                chunk.measured[name][alive, at] = value
            here = state["y"].cpu().numpy()
            chunk.flat[alive[finite]] = here[finite]
            stopping = finite & self._reached(values)
            chunk.status[alive[~finite]], chunk.status[alive[stopping]] = 2, 1
            for name in values:
                chunk.measured[name][alive[stopping], at:] = chunk.measured[name][
                    alive[stopping], at : at + 1
                ]
            keep = np.flatnonzero(finite & ~stopping)
            if keep.size < alive.size:
                alive, kept = alive[keep], torch.as_tensor(keep, device=self.device)
                if alive.size:
                    members, state = (
                        members.select(kept),
                        {name: value[kept] for name, value in state.items()},
                    )
            at += 1
            bar.update(0 if self.rule.discrete else 1)
            save(now, last=at == T or not alive.size)
        bar.update((self.length() - int(now)) if self.rule.discrete else T - at)
        return chunk

    def _advance(
        self,
        members: Members,
        state: dict,
        now: float,
        target: float,
        bar: tqdm,
        save: Callable[[float], None],
    ) -> float:
        """From `now` to `target`: steps in pieces, between which the bar moves and what is due is saved; the device is not waited for otherwise."""
        if not self.rule.discrete:
            self.rule.advance(members, state, now, target)
            return target
        while now < target:
            piece = min(now + PIECE, target)
            self.rule.advance(members, state, now, piece)
            bar.update(int(piece - now))
            now = piece
            if now < target:
                save(now)
        return now

    def _reached(self, values: dict[str, np.ndarray]) -> np.ndarray:
        if not self.stop:
            return np.zeros(len(next(iter(values.values()))), bool) if values else np.zeros(1, bool)
        each = [
            values[name] >= bound if name.endswith("accuracy") else values[name] <= bound
            for name, bound in self.stop.items()
        ]
        return np.all(each, axis=0)

    def _diverge(self, chunk: _Chunk, alive: np.ndarray, bad: np.ndarray, members: Members) -> None:
        """Note of each diverged member the rate that the sharpest curvature it had met allows."""
        if not bad.any():
            return
        which = torch.as_tensor(np.flatnonzero(bad), device=self.device)
        part = members.select(which)
        sharpest = np.zeros(len(which))
        for flat in (
            self.flat[chunk.begin : chunk.end].numpy()[alive[bad]],
            chunk.flat[alive[bad]],
        ):
            found = sharpness(part, torch.as_tensor(flat, device=self.device)).cpu().numpy()
            sharpest = np.maximum(sharpest, np.where(np.isfinite(found), found, 0.0))
        room = 2 * (1 + getattr(self.rule, "momentum", 0.0))
        chunk.stable[alive[bad]] = room / np.maximum(sharpest, 1e-300)

    def _save(
        self, saved: Saved, chunk: _Chunk, state: dict, alive: np.ndarray, at: int, now: float
    ) -> None:
        arrays = {f"metric {name}": value for name, value in chunk.measured.items()}
        arrays |= {
            f"chunk {k}": getattr(chunk, k)
            for k in ("flat", "status", "ended", "evaluations", "stable")
        }
        arrays |= {"alive": alive}
        if alive.size and at < len(self.times):
            arrays |= {f"state {name}": value.cpu().numpy() for name, value in state.items()}
        else:
            arrays["alive"] = alive[:0]
        saved.save(chunk.begin, chunk.end, {"at": at, "now": now}, arrays)

    def result(self, chunks: list[_Chunk]) -> Result:
        chunks = sorted(chunks, key=lambda chunk: chunk.begin)

        def joined(parts: list[np.ndarray]) -> np.ndarray:
            whole = np.concatenate(parts)
            return whole.reshape(self.lead + whole.shape[1:])

        status = joined([chunk.status for chunk in chunks])
        flat = torch.as_tensor(np.concatenate([chunk.flat for chunk in chunks]))
        shapes, params, place = self.network.shapes, {}, 0
        for name, shape in shapes.items():
            size = int(np.prod(shape))
            params[name] = flat[:, place : place + size].reshape(self.lead + tuple(shape)).clone()
            place += size
        result = Result(
            times=self.times.astype(int) if self.rule.discrete else self.times,
            metrics={
                name: joined([chunk.measured[name] for chunk in chunks]) for name in self.metrics
            },
            params=params,
            status=np.asarray(np.array(["done", "stopped", "diverged"])[status]),
            ended=joined([chunk.ended for chunk in chunks]),
            evaluations=joined([chunk.evaluations for chunk in chunks]),
            stable_rate=joined([chunk.stable for chunk in chunks]),
            layers=self.labels,
        )
        if np.any(status == 2):
            message = self._diverged(result)
            if np.all(status == 2):
                raise DivergedError(message, result)
            warnings.warn(message, DivergenceWarning, stacklevel=3)
        return result

    def _diverged(self, result: Result) -> str:
        bad = np.asarray(result.status == "diverged")
        rate = np.broadcast_to(np.asarray(self.rule.rate, dtype=float), self.lead)
        worst = (
            np.unravel_index(np.argmin(np.where(bad, result.stable_rate / rate, np.inf)), bad.shape)
            if self.lead
            else ()
        )
        who = f"member {tuple(int(i) for i in worst)}" if self.lead else "the network"
        text = f"{int(bad.sum())} of {bad.size} diverged; {who} before step {result.ended[worst]:g} at rate {rate[worst]:g}"
        if type(self.rule).__name__ == "AdamW":
            return f"{text}. AdamW has no bound by curvature; try a rate ten times smaller"
        if not self.rule.discrete:
            return f"{text}. The flow could not be followed: lower tolerance, or use float64"
        return (
            f"{text}. The sharpest curvature measured, lambda_max, allows rates below 2 / lambda_max = {result.stable_rate[worst]:.3g} there "
            "(with momentum 2 (1 + momentum) / lambda_max); curvature may still grow, so stay well below"
        )
