"""Check steps that are captured once and replayed; a tape on the CPU replaces a GPU's graph."""

import warnings

import numpy as np
import pytest
import tape
import torch

from lazyrich import datasets, models, training
from lazyrich.training import GD, SGD, AdamW, Flow, optimizers, rounds, train
from lazyrich.training import loop as loop_module
from lazyrich.training import steps as steps_module

TASK = datasets.teacher_student([3, 4], n=12, d=4, m=6, n_test=9)
RELU = models.MLP((4, 6, 1))
START = TASK.start([[0.3], [0.6], [1.0]], [-0.5, 0.5])  # (3, 2, 2): scales, deltas, seeds
LANGUAGE = models.Transformer(5, 2, 5, width=4, heads=2, hidden=8)
DISCRETE = [
    pytest.param(GD(0.01), id="GD"),
    pytest.param(GD(0.01, momentum=0.5, decay=0.1), id="momentum"),
    pytest.param(SGD(0.02, batch_size=5, seed=[7, 8]), id="SGD"),
    pytest.param(SGD(0.02, batch_size=5), id="SGD, one order"),
    pytest.param(AdamW(0.01, batch_size=4, seed=[7, 8]), id="AdamW"),
    pytest.param(AdamW(0.01), id="AdamW, all samples"),
]


@pytest.fixture
def captured(monkeypatch):
    """`train` with tapes: a step is captured after 4 that were launched, and inputs are sent for 7
    steps at a time.
    """
    capture = tape.Capture()
    monkeypatch.setattr(loop_module, "capture_on", lambda device: capture)
    monkeypatch.setattr(steps_module, "WORTH", 4)
    monkeypatch.setattr(steps_module, "STRETCH", 7)
    return capture


def same_bits(one, other):
    assert all(np.array_equal(one[name], other[name]) for name in one.metrics)
    assert all(torch.equal(one.params[name], other.params[name]) for name in one.params)
    assert np.array_equal(one.evaluations, other.evaluations)


@pytest.mark.parametrize("rule", DISCRETE)
def test_replayed_steps_give_the_bits_of_launched_ones(rule, captured):
    settings = {"times": [0, 3, 20, 33], "metrics": ("train_loss", "kernel_distance")}
    plain = train(RELU, START, TASK.data, rule, capture=False, **settings)
    assert not captured.tapes
    same_bits(train(RELU, START, TASK.data, rule, **settings), plain)
    # Stretches end at 3, at 10 (then the members have made ten steps), at 17, 20, 27, 33.
    assert [one.replays for one in captured.tapes] == [23]


@pytest.mark.parametrize("rule", [AdamW(0.01), SGD(0.1, batch_size=6)])
def test_a_step_by_autograd_is_replayed_too(rule, captured):
    """The backward pass of a transformer, whose members go through vmap."""
    D = datasets.modular(5, fraction=0.6)
    start = models.scale_layers(LANGUAGE.init(0), {"embed": [0.5, 1.0]})
    settings = {"times": [0, 30], "loss": "cross_entropy"}
    plain = train(LANGUAGE, start, D, rule, capture=False, **settings)
    same_bits(train(LANGUAGE, start, D, rule, **settings), plain)
    assert [one.replays for one in captured.tapes] == [23]


def test_members_that_stop_are_left_out_of_the_next_capture(captured):
    settings = {"times": [0, 20, 40, 60], "stop": {"train_loss": 0.2}}
    plain = train(RELU, START, TASK.data, GD(0.02), capture=False, **settings)
    assert len(set(plain.ended.ravel())) > 2
    run = train(RELU, START, TASK.data, GD(0.02), **settings)
    same_bits(run, plain)
    assert np.array_equal(run.status, plain.status)
    assert len(captured.tapes) > 1
    assert {one.replays for one in captured.tapes} <= {13, 33, 53}


def test_each_chunk_has_a_capture_of_its_own(captured):
    settings = {"times": [0, 20], "memory": 20_000.0}
    plain = train(RELU, START, TASK.data, GD(0.02), capture=False, **settings)
    same_bits(train(RELU, START, TASK.data, GD(0.02), **settings), plain)
    assert len(captured.tapes) > 1


@pytest.mark.parametrize("rule", [DISCRETE[1], DISCRETE[4]])
def test_a_run_taken_up_again_is_captured_anew_and_ends_with_the_same_bits(
    rule, captured, tmp_path, monkeypatch
):
    settings = {"times": [0, 30, 60], "metrics": ("train_loss",)}
    plain = train(RELU, START, TASK.data, rule, capture=False, **settings)
    real = loop_module._Run._save
    monkeypatch.setattr(loop_module, "PIECE", 20)

    class Stopped(Exception):
        pass

    def save_and_stop(self, saved, chunk):
        real(self, saved, chunk)
        if chunk.now == 50:
            monkeypatch.setattr(loop_module._Run, "_save", real)
            raise Stopped

    monkeypatch.setattr(loop_module._Run, "_save", save_and_stop)
    go = {"checkpoint": tmp_path / "run", "save_every": 0.0, **settings}
    with pytest.raises(Stopped):
        train(RELU, START, TASK.data, rule, **go)
    same_bits(train(RELU, START, TASK.data, rule, **go), plain)
    assert len(captured.tapes) == 2
    assert captured.tapes[1].replays == 3  # of the ten steps left, seven are launched


def test_a_capture_that_fails_is_told_once_and_changes_no_number(monkeypatch):
    tried = []

    def no_room(body, changed):
        tried.append(body)
        raise RuntimeError("CUDA error: operation not permitted when stream is capturing\nhint")

    plain = train(RELU, START, TASK.data, SGD(0.02, batch_size=5), times=[0, 40])
    monkeypatch.setattr(loop_module, "capture_on", lambda device: no_room)
    monkeypatch.setattr(steps_module, "WORTH", 4)
    with pytest.warns(training.CaptureWarning, match=r"could not be captured as a graph \(CUDA"):
        run = train(
            RELU, START, TASK.data, SGD(0.02, batch_size=5), times=[0, 40, 80], memory=20_000.0
        )
    assert len(tried) == 1  # not in the next chunk again
    assert np.allclose(run["train_loss"][..., :2], plain["train_loss"], rtol=1e-7)


def test_a_step_that_reads_a_value_is_not_captured(captured):
    """A network that branches on a tensor's value: the stand-in refuses it, as a GPU does."""

    class Asking(models.MLP):
        def apply(self, params, x):
            return super().apply(params, x) * (2.0 if float(x.abs().sum()) > 0 else 1.0)

    network = Asking((4, 6, 1))
    with pytest.warns(training.CaptureWarning, match="not permitted when stream is capturing"):
        run = train(network, START, TASK.data, GD(0.002), times=[0, 30])
    assert np.all(run["train_loss"][..., 1] < run["train_loss"][..., 0])


def test_on_a_cpu_nothing_is_captured_and_nothing_is_said():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(RELU, START, TASK.data, GD(0.01), times=[150])


def flows(monkeypatch, capture=None, end=50):
    """Return the same flow by single steps that the host chooses, and by rounds on the device."""
    task = datasets.teacher_student([100, 101], n=64, d=10, m=20, n_test=0)
    start = task.start([[0.1], [0.5], [2.0]], [-1.0, 0.0, 1.0])
    rate = 5e-3 / np.array([0.1, 0.5, 2.0])[:, None, None] ** 2
    settings = {
        "times": training.log_times(end, per_decade=2),
        "loss": "mse",
        "metrics": ("train_loss", "kernel_distance"),
    }
    made = []

    def go():
        return train(models.MLP((10, 20, 1)), start, task.data, Flow(rate), **settings)

    chosen = go()

    class Watched(rounds.Rounds):
        def __init__(self, *arguments, **settings):
            super().__init__(*arguments, **settings)
            made.append(self)

    monkeypatch.setattr(optimizers, "Rounds", Watched)
    monkeypatch.setattr(optimizers, "ROUNDS_ON", ("cpu",))
    monkeypatch.setattr(loop_module, "capture_on", lambda device: capture)
    return chosen, go(), made[0]


def test_rounds_on_the_device_take_the_steps_that_the_host_would_choose(monkeypatch):
    """Gradient for gradient, in five regimes of stiffness at once; sums differ by their rounding.

    In float64 no gate flips by rounding (tests/bench/RECORD.md), so the digits must agree.
    """
    chosen, by_rounds, mover = flows(monkeypatch, end=300)
    assert np.array_equal(by_rounds.evaluations, chosen.evaluations)
    for name in chosen.metrics:
        assert np.allclose(by_rounds[name], chosen[name], rtol=1e-9, atol=1e-15), name
    # The host waits once for several steps, and once more where a checkpoint is reached.
    assert mover.looked == mover.launched // rounds.TURNS + len(chosen.times)
    assert mover.replayed == 0


@pytest.mark.slow
def test_an_octave_of_stages_is_captured_once_and_replayed(monkeypatch):
    monkeypatch.setattr(rounds, "WORTH", 2)
    capture = tape.Capture()
    chosen, by_rounds, mover = flows(monkeypatch, capture)
    assert np.array_equal(by_rounds.evaluations, chosen.evaluations)
    for name in chosen.metrics:
        assert np.allclose(by_rounds[name], chosen[name], rtol=1e-9, atol=1e-15), name
    assert len(capture.tapes) == len(mover.replays) >= 1
    assert mover.replayed == sum(one.replays for one in capture.tapes) > 0
    often = [octave for octave, count in mover.seen.items() if count > rounds.WORTH]
    assert sorted(mover.replays) == sorted(often)


def test_steps_that_a_device_computes_longer_than_it_launches_them_are_not_captured(monkeypatch):
    monkeypatch.setattr(rounds, "SMALL", 0)
    capture = tape.Capture()
    chosen, by_rounds, _ = flows(monkeypatch, capture)
    assert not capture.tapes
    assert np.array_equal(by_rounds.evaluations, chosen.evaluations)


def test_a_flow_that_cannot_be_captured_is_told_and_goes_on(monkeypatch):
    def refuse(body, changed):
        raise RuntimeError("no graphs on this device")

    monkeypatch.setattr(rounds, "WORTH", 2)
    with pytest.warns(training.CaptureWarning, match=r"\(no graphs on this device\)") as told:
        chosen, by_rounds, mover = flows(monkeypatch, refuse)
    assert len(told) == 1
    assert mover.replayed == 0
    assert np.array_equal(by_rounds.evaluations, chosen.evaluations)


def test_a_flow_by_rounds_that_leaves_every_bound_is_told(monkeypatch):
    """A rate so large that no step is kept, on the device as on the host."""
    monkeypatch.setattr(
        models.MLP, "apply", lambda self, p, x: -(self._forward(p, x)[0] ** 3) / 0.0
    )
    monkeypatch.setattr(optimizers, "ROUNDS_ON", ("cpu",))
    D = datasets.Data(torch.ones(1, 1).double(), torch.ones(1, 1).double())
    network = models.MLP((1, 1))
    with pytest.raises(training.DivergedError, match="The flow could not be followed"):
        train(network, network.init(0), D, Flow(), times=[0, 1])


@pytest.mark.parametrize("stop", [{}, {"train_loss": 0.2}])
def test_a_flow_by_rounds_is_taken_up_again(stop, monkeypatch, tmp_path):
    monkeypatch.setattr(optimizers, "ROUNDS_ON", ("cpu",))
    settings = {"times": [0, 3, 10, 20], "metrics": ("train_loss",), "stop": stop}
    undisturbed = train(RELU, START, TASK.data, Flow(0.05), **settings)
    real = loop_module._Run._save

    def save_and_stop(self, saved, chunk):
        real(self, saved, chunk)
        raise KeyboardInterrupt

    go = {"checkpoint": tmp_path / "run", "save_every": 0.0, **settings}
    monkeypatch.setattr(loop_module._Run, "_save", save_and_stop)
    with pytest.raises(KeyboardInterrupt):
        train(RELU, START, TASK.data, Flow(0.05), **go)
    monkeypatch.setattr(loop_module._Run, "_save", real)
    same_bits(train(RELU, START, TASK.data, Flow(0.05), **go), undisturbed)
