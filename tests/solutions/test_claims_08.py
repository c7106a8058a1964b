"""The numbers that notebook 08 states are those of the runs and shipped results it speaks of."""

import copy
import functools
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from forked import forked

from lazyrich import datasets, kernel, measures, models, training
from lazyrich.experiments import (
    digits,
    filters,
    grokking,
    grokking_causes,
    grokking_line,
    hierarchy,
    study,
)
from nbjudge import judge, read_assignment

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "08_grokking" / "08_grokking.ipynb"
SEEDS = ["embedding", "seed"]


@functools.cache
def text():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells)


def says(*parts):
    for part in parts:
        assert part in text(), part


def test_yours_rounds_down_and_the_librarys_to_the_nearest():
    says("65% of 529 sums are 343", "rounds to the nearest whole number and shows 344")
    assert len(datasets.modular_pairs(23, "+", 0.65, 0)["x_train"]) == 343
    assert len(datasets.modular(23, fraction=0.65, seed=0).x) == 344


@pytest.fixture(scope="module")
def line():
    return grokking_line.load()[0]


def start(line):
    """The mean delta of each start."""
    return line["delta"].isel(t=0).mean("seed").values


def test_the_share_of_holes_that_symmetry_fills():
    shares = []
    for seed in range(20):
        sums = datasets.modular_pairs(23, "+", 0.65, seed)
        shown = {tuple(map(int, row)) for row in sums["x_train"]}
        shares.append(np.mean([(int(b), int(a)) in shown for a, b in sums["x_test"]]))
    assert np.mean(shares) == pytest.approx(0.62, abs=0.01)
    says("62\\%")


@pytest.mark.slow
def test_the_run_of_section_2():
    """Learned by step 60, known by step 1800; the error of sums not shown rises and comes back."""
    torch.set_num_threads(1)
    sums = datasets.modular_pairs(23, "+", 0.65, 0)
    network = models.QuadraticMLP(p=23, h=128)
    run = training.train(
        network,
        models.scale_layers(network.init(seed=0, dtype=torch.float32), {"embed": 1 / 4}),
        datasets.Data(*(torch.as_tensor(sums[part]) for part in sums)),
        training.AdamW(5e-3, betas=(0.9, 0.98), decay=0.3),
        times=np.arange(0, 2001, 20),
        loss="mse",
        metrics=("train_accuracy", "test_accuracy", "test_loss"),
        device="cpu",
    )
    loss = dict(zip(run.times.astype(int).tolist(), run["test_loss"], strict=True))
    right = dict(zip(run.times.astype(int).tolist(), run["test_accuracy"], strict=True))
    assert run["train_accuracy"][3] > 0.99
    assert right[60] < 0.05
    assert right[100] < 0.1
    assert right[1800] > 0.97
    assert loss[20] == pytest.approx(0.05, abs=0.004)
    assert max(loss.values()) == pytest.approx(0.09, abs=0.006)
    assert loss[800] > loss[20] > loss[1200]


def test_seed_0_is_the_slowest_of_five():
    there, _ = grokking.load()
    times = there["grok_time"].sel(embedding=0.25, readout=1.0).values
    assert times[0] == times.max() > 1400
    assert sorted(times[1:])[0] < 500
    assert sorted(times[1:])[-1] < 1100
    says("slowest of the five")


def test_among_five_seeds_one_never_grokked():
    there, _ = grokking.load()
    times = there["grok_time"].sel(embedding=2.0, readout=1.0).values
    assert np.sum(np.isinf(times)) == 1


def test_the_two_other_causes():
    there, _ = grokking_causes.load()
    middle = there["share_grok_time"].median("seed")
    assert float(middle.sel(share=0.2)) < 0.33 * float(middle.sel(share=0.0))
    assert 700 < float(middle.sel(share=0.05)) < 850 < float(middle.sel(share=0.0)) < 1100
    moved = there["alignment"].mean("seed") - there["alignment"].sel(share=0.0).mean("seed")
    assert 0 < float(moved.sel(share=0.05)) < 0.001
    assert float(moved.sel(share=0.2)) == pytest.approx(0.013, abs=0.001)
    shown = there["fraction_grok_time"]
    assert np.all(np.isinf(shown.sel(fraction=0.5)))
    assert np.all(np.isfinite(there["fraction_learn_time"].sel(fraction=0.5)))
    middles = shown.median("seed").sel(fraction=[0.6, 0.7, 0.9]).values
    assert np.allclose(middles, [2060, 380, 100], atol=[150, 60, 20])
    says("has not found the rule by step 3000", "moves by less than 0.001")


def test_a_random_start_looks_aligned_without_centering():
    network = models.QuadraticMLP(p=23, h=128)
    few = datasets.modular(23, fraction=0.65, seed=0)
    params = models.scale_layers(network.init(seed=0), {"embed": 1 / 4})
    K, Y = grokking_causes.first_kernel(params, few.x), np.eye(23)[few.y.numpy()]
    assert float(kernel.kernel_target_alignment(K, Y)) == pytest.approx(0.22, abs=0.01)
    assert float(kernel.kernel_target_alignment(K, Y, center=True)) < 0.1


def test_the_map_read_three_ways():
    there, _ = grokking.load()
    middle = there["grok_time"].median("seed")
    row = middle.sel(readout=1.0)
    assert float(row.sel(embedding=2.0)) == pytest.approx(2500, abs=100)
    assert float(row.sel(embedding=0.125)) == pytest.approx(400, abs=60)
    column = middle.sel(embedding=0.125)
    assert float(column.min()) < 160
    assert float(column.sel(readout=4.0)) > 1700
    times = grokking.same_function(there)["grok_time"].transpose(*SEEDS).values
    assert np.all(times[[1, 2]].max(axis=0) < times[[0, 4]].min(axis=0))


def test_a_flat_floor_and_a_rise_on_both_sides(line):
    middle, delta = line["t_test"].median("seed"), start(line)
    said = {1.0: 1240, 2.0: 2050, 0.17: 1160, 0.15: 1360, 0.125: 1840, 0.11: 2010}
    assert middle.sel(embedding=list(said)).values.tolist() == list(said.values())
    where = line["delta"].isel(t=0).mean("seed").sel(embedding=list(said)).values
    assert np.allclose(where, [-23, -91, 1, 2.3, 5.4, 9.4], atol=0.5)
    middle = middle.transpose("embedding").values
    floor = middle[(delta > -12) & (delta < 0.5)]
    assert floor.size == 6
    assert floor.min() == 960
    assert floor.max() == 1060
    spread = np.ptp(line["t_test"].transpose(*SEEDS).values, axis=1)
    assert spread.max() > 1000
    says("lie between 960 and 1060 steps", "1360 at $+2.3$, 1840 at $+5.4$, 2010 at $+9.4$")


def test_pair_by_pair_both_ends_are_slower_in_ten_of_ten(line):
    times = line["t_test"].transpose(*SEEDS).sel(seed=range(10))
    middle = times.sel(embedding=0.3).values
    for s in (1.0, 0.125):
        assert np.all(times.sel(embedding=s).values > middle)


def test_the_new_seeds_alone_say_the_same(line):
    middle = line["t_test"].sel(seed=range(5, 10)).median("seed")
    floor = middle.sel(embedding=[0.7, 0.5, 0.4, 0.3, 0.25, 0.2])
    assert float(floor.max()) < 1200 < float(middle.sel(embedding=[1.0, 0.15, 0.125, 0.11]).min())


def test_adamw_moves_delta_otherwise_than_decay_alone(line):
    assert pytest.approx(0.05, abs=0.001) == (1 - 5e-3 * 0.3) ** 2000
    later = line["delta"].sel(t=1000).median("seed").sel(embedding=[0.25, 0.2, 0.125, 0.5]).values
    assert np.allclose(later, [-2.9, -2.6, -1.5, -4.3], atol=0.06)
    assert np.all(np.abs(later - 0.05 * np.array([-1.1, 0, 5.5, -5.7])) > 1.5)
    says("the start at $-1.1$ is at $-2.9$ by then")


def test_all_runs_grok_slightly_downstream(line):
    times = line["t_test"]
    assert np.all(np.isfinite(times))
    there = line["delta"].sel(t=times)
    assert float(there.min()) > -6.05
    assert float(there.max()) < -1.55
    says("between $-6$ and $-1.6$")


def test_seeds_grok_in_the_median_where_the_study_says(line):
    there, _ = grokking.load()
    middle = grokking.same_function(there)["grok_time"].median("seed")
    assert float(middle.sel(embedding=1.0)) == 1120
    assert float(middle.sel(embedding=0.125)) == 1860


@pytest.mark.slow
def test_the_worked_study():
    """Its table, within one measurement, and what its verdict needs."""
    torch.set_num_threads(1)
    arms = {s: study.Arm(s, study.readout_for(s)) for s in (1.0, 0.3, 1 / 8)}
    runs = study.run(arms, seeds=(10, 11, 12, 13), config=study.Config(p=29), device="cpu")
    times = runs["t_test"].transpose("arm", "seed").values
    said = [[360, 340, 320, 340], [160, 140, 160, 160], [140, 160, 140, 180]]
    assert np.abs(times - said).max() <= 20
    ratio = times / times[1]
    assert np.all(ratio[0] > 1.25)  # downstream supports
    assert np.median(ratio[2]) < 1.25  # upstream does not
    aligned = runs["alignment"].mean("seed").values
    assert np.all(np.diff(aligned) > 0)
    assert np.allclose(aligned, [0.055, 0.060, 0.084], atol=5e-4)
    assert [round(share * n) for share, n in ((0.65, 841), (0.65, 529))] == [547, 344]


def test_the_verdict_of_the_worked_study_follows_from_its_table():
    down, middle, up = np.array([[360, 340, 320, 340], [160, 140, 160, 160], [140, 160, 140, 180]])
    assert np.round(down / middle, 2).tolist() == [2.25, 2.43, 2.0, 2.12]
    assert np.median(up / middle) == pytest.approx(1.0)
    delta = [29 * (2 / (16 * s**2) ** 2 / 128 - s**2) for s in (1.0, 0.3, 1 / 8)]
    assert np.allclose(delta, [-29, -2.4, 6.8], atol=0.06)


@functools.cache
def needed(arm, c, target):
    errors = hierarchy.load()[0]["test_error"].transpose("arm", "scale", "seed", "size")
    sizes = errors["size"].values
    curves = errors.sel(arm=arm, scale=c).values
    return np.array([measures.sample_complexity(sizes, curve, target) for curve in curves])


def saved(arm, target):
    return needed(arm, 1.0, target) - needed(arm, 0.1, target)


def test_what_a_small_first_layer_saves_depends_on_where_one_looks():
    assert np.allclose(saved("alone", 0.1), [325, 96, 139], atol=1)
    assert np.allclose(saved("same function", 0.1), [304, 86, -21], atol=1)
    for target, low, high in ((0.1, 0.89, 0.94), (0.2, 0.65, 0.74), (0.3, 0.52, 0.60)):
        left = saved("same function", target) / saved("alone", target)
        assert np.allclose(sorted(left[:2]), [low, high], atol=0.01)
        assert left[2] < 0
    errors = hierarchy.load()[0]["test_error"].mean("seed").sel(size=1024)
    assert np.allclose(errors.sel(scale=0.1), [0.31, 0.37], atol=0.005)
    assert np.allclose(errors.sel(scale=1.0), 0.39, atol=0.005)
    says("325, 96 and 139 with the first layer alone; 304, 86 and $-21$")


def test_a_large_first_layer_needs_more_samples_in_every_language():
    for target in (0.1, 0.2, 0.3):
        ratio = needed("same function", 4.0, target) / needed("same function", 1.0, target)
        assert np.all((ratio > 1.38) & (ratio < 1.8))
    ratios = [needed(arm, c, 0.1) / 512 for arm in hierarchy.ARMS for c in (0.1, 1.0, 4.0)]
    assert np.min(ratios) > 2.7
    assert np.max(ratios) < 7.5
    steps = hierarchy.load()[0]["ended"]
    assert 7 < float((steps.sel(scale=4.0) / steps.sel(scale=1.0)).median()) < 15
    half = steps.sel(arm="same function", scale=0.1) / steps.sel(arm="same function", scale=1.0)
    assert float(half.median()) == pytest.approx(0.55, abs=0.1)


def test_filters_on_gratings():
    there, _ = filters.load()
    images = there["filters"].transpose("arm", "scale", "seed", "filter", "row", "column")
    found = measures.filter_concentration(images.values.reshape(-1, 7, 7))
    found = found.reshape(images.shape[:4]).mean(axis=(2, 3))
    begun = measures.filter_concentration(there["filters_start"].values.reshape(-1, 7, 7)).mean()
    assert begun == pytest.approx(0.3, abs=0.05)
    assert np.all(np.abs(found[:, 1] - 0.6) < 0.08)
    assert np.all(np.abs(found[:, 4] - begun) < 0.05)
    assert found[0, 0] > found[1, 0]
    assert float(there["test_accuracy"].isel(t=-1).mean("seed").min()) > 0.9955


def test_filters_on_digits():
    there, _ = filters.load("filters_digits.nc")
    found = there["concentration"].mean(("filter", "seed"))
    assert float(there["concentration_start"].mean()) == pytest.approx(0.46, abs=0.005)
    assert np.allclose(found.sel(scale=0.1), 0.7, atol=0.025)
    assert np.allclose(found.sel(scale=4.0), 0.46, atol=0.01)
    right = there["test_accuracy"].isel(t=-1).mean("seed")
    assert np.allclose(right.sel(scale=0.1), 0.95, atol=0.01)
    assert np.allclose(right.sel(scale=4.0), 0.83, atol=0.01)
    says("95% of new digits against 83%")


def test_the_control_of_notebook_00():
    there, config = digits.load()
    assert config.scales == (0.1, 1.0, 10.0)  # rates are divided by the larger of c^2, 1 / c^2
    turned = there["turned"].mean([d for d in there["turned"].dims if d != "scale"])
    assert float(turned.sel(scale=0.1)) == pytest.approx(63, abs=1)
    assert float(turned.sel(scale=10.0)) < 1


@pytest.mark.slow
def test_a_check_does_not_train_a_study_again():
    """With RUN = True the cell that trains is display: no check needs it."""
    assignment = read_assignment(NOTEBOOK)
    notebook = copy.deepcopy(assignment.release)
    for cell in notebook["cells"]:
        if cell["id"] == "my-study":
            cell["source"] = "".join(cell["source"]).replace("RUN = False", "RUN = True")
    report = judge(assignment, notebook, hidden=False, launcher=forked)
    ran = {notebook["cells"][index]["id"] for index in report.cells}
    assert "my-study" in ran
    assert not ran & {"my-figure", "worked-run", "study-run", "grok-run"}
