"""Check data sets: the paper's draws, correct arithmetic, an unambiguous hierarchy, patches with an
orientation.
"""

import importlib.util
import sys

import numpy as np
import pytest
import torch

from lazyrich import datasets, models

# Of |x|, |y|, |x_test|, |y_test| and |directions|: seed 100 at the paper's size.
SUMS = (
    7988.185026667801,
    119.7005087688996,
    80007.60847086177,
    1193.6588471124228,
    405.24939413823085,
)


def test_the_papers_task_has_its_shapes_and_its_mirrored_start():
    task = datasets.teacher_student(100, n=7, d=4, m=6, n_test=5)
    start = task.start(0.3, [-1.0, 0.0, 1.0])
    network = models.MLP((4, 6, 1))
    assert models.member_shape(network, start) == (3,)
    assert network.outputs(start, task.data.x).abs().max() < 1e-15
    assert torch.allclose(
        models.deltas(network, start)["layer1"],
        torch.tensor([[-1.0], [0.0], [1.0]]).double(),
        atol=1e-7,
    )
    sizes = start["layer1.W"].norm(dim=-1) * start["layer2.W"][..., 0, :].abs()
    assert torch.allclose(sizes, torch.tensor(0.09).double(), rtol=1e-6)
    assert torch.allclose(task.data.x.norm(dim=1), torch.tensor(1.0).double(), atol=1e-6)
    assert task.data.y.shape == (7, 1)


@pytest.mark.parametrize(("n", "d", "m"), [(6, 5, 4), (40, 8, 64), (101, 17, 6)])
def test_the_papers_draws_come_in_its_order(n, d, m):
    """Written out again as the published script draws them, in float32: fewer than sixteen numbers,
    multiples of sixteen, and neither. test_one_seed_of_the_papers_at_full_size checks the results
    that follow from them.
    """
    torch.manual_seed(103)
    torch.nn.Linear(d, 3, bias=False)
    torch.nn.Linear(3, 1, bias=False)
    teacher = torch.nn.functional.normalize(torch.randn(3, d))
    readout = torch.sign(torch.randn(3))
    torch.nn.Linear(d, m, bias=False)
    torch.nn.Linear(m, 1, bias=False)
    student = torch.nn.functional.normalize(torch.randn(m // 2, d))
    signs = torch.sign(torch.randn(m // 2))
    x = torch.nn.functional.normalize(torch.randn(n, d))
    y = torch.relu(x @ teacher.T) @ readout
    torch.manual_seed(5)
    task = datasets.teacher_student(103, n=n, d=d, m=m, n_test=3)
    after = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(after, torch.rand(1)), "the caller's generator was moved"
    for got, want in (
        (task.data.x, x),
        (task.data.y[:, 0], y),
        (task.directions[: m // 2], student),
        (task.signs[m // 2 :], -signs),
    ):
        assert torch.allclose(
            got.float(), want, rtol=1e-6, atol=1e-6
        )  # a normal number to float32's rounding


def test_every_processor_draws_the_same_data():
    """To 15 digits: float32 normal numbers, and sums of float32 products, differ between processors
    in the seventh.
    """
    task = datasets.teacher_student(100)
    D = task.data
    found = [float(v.abs().sum()) for v in (D.x, D.y, D.x_test, D.y_test, task.directions)]
    assert found == pytest.approx(list(SUMS), rel=1e-13)


def test_several_seeds_are_one_leading_axis_and_share_the_test_set():
    tasks = datasets.teacher_student([100, 101], n=4, d=3, m=2, n_test=5)
    assert tasks.data.axes == 1
    assert tasks.data.x.shape == (2, 4, 3)
    assert torch.equal(tasks.data.x_test[0], tasks.data.x_test[1])
    assert tasks.start([0.1, 0.2, 0.3], 0.0)["layer1.W"].shape == (3, 2, 2, 3)
    assert torch.equal(
        tasks.data.x[1], datasets.teacher_student(101, n=4, d=3, m=2, n_test=5).data.x
    )


@pytest.mark.parametrize("operation", ["+", "-", "*", "/"])
def test_arithmetic_is_right_and_split_without_overlap(operation):
    p = 7
    D = datasets.modular(p, operation, fraction=0.6, seed=3)
    x, y = torch.cat([D.x, D.x_test]).numpy(), torch.cat([D.y, D.y_test]).numpy()
    assert len({tuple(row) for row in x}) == len(x) == (p * (p - 1) if operation == "/" else p * p)
    a, b = x.T
    if operation == "/":
        assert np.array_equal(y * b % p, a)
    else:
        assert np.array_equal(y, {"+": a + b, "-": a - b, "*": a * b}[operation] % p)
    assert len(D.x) == round(0.6 * len(x))
    assert datasets.modular(p, operation, fraction=0.6, equals=True).x[0, 2] == p


def test_the_hierarchy_spells_each_class_in_its_own_ways():
    """All possible inputs: distinct, equally many per class, and the right number of synonyms at
    each position.
    """
    D = datasets.random_hierarchy(
        symbols=3, synonyms=2, s=2, levels=2, classes=3, n=20, n_test=4, seed=1
    )
    x = torch.cat([D.x, D.x_test])
    assert x.shape == (24, 3, 4)
    assert torch.equal(x.sum(dim=1), torch.ones(24, 4).double())
    assert len({tuple(row) for row in x.argmax(dim=1).tolist()}) == 24
    assert torch.equal(torch.bincount(torch.cat([D.y, D.y_test])), torch.tensor([8, 8, 8]))
    again = datasets.random_hierarchy(
        symbols=3, synonyms=2, s=2, levels=2, classes=3, n=20, n_test=4, seed=1
    )
    assert torch.equal(D.x, again.x)


def test_gratings_have_their_orientation():
    """Without noise, the spectrum's strongest direction is the class."""
    D = datasets.gratings(n=200, n_test=0, noise=0.0, seed=2)
    assert D.x_test is None
    spectrum = np.abs(np.fft.fft2(D.x[:, 0].numpy())) ** 2
    k = np.fft.fftfreq(16)
    double_angle = 2 * np.arctan2(k[:, None], k[None])
    angle = np.angle((spectrum * np.exp(1j * double_angle)).sum(axis=(1, 2))) / 2 % np.pi
    gap = np.abs((angle - np.pi * D.y.numpy() / 8 + np.pi / 2) % np.pi - np.pi / 2)
    assert np.quantile(gap, 0.9) < np.pi / 16


@pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None, reason="scikit-learn is not installed"
)
def test_digits():
    D = datasets.digits(fraction=0.5, seed=1)
    assert D.x.shape == (898, 1, 8, 8)
    assert 0 <= D.x.min() < D.x.max() <= 1
    assert sorted(set(D.y.tolist())) == list(range(10))


def test_without_scikit_learn_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r"pip install 'lazyrich\[digits\]'"):
        datasets.digits()


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (
            lambda: datasets.teacher_student(0, m=5),
            "m: expected an even width, as each neuron has a mirror image, got 5",
        ),
        (lambda: datasets.teacher_student([]), "seed: expected a list of whole numbers"),
        (
            lambda: datasets.teacher_student(0, n=3, d=2, m=2, n_test=1).start(0.0, 1.0),
            "scale: expected numbers > 0",
        ),
        (
            lambda: datasets.modular(6, "/", fraction=0.5),
            "p: expected a prime for division, got 6.*try 7",
        ),
        (lambda: datasets.modular(5, "^", fraction=0.5), "operation: expected one of"),
        (
            lambda: datasets.modular(5, fraction=1.0),
            "fraction: expected one number > 0 and < 1",
        ),
        (lambda: datasets.modular(2, fraction=0.01), "leaves nothing to train"),
        (
            lambda: datasets.random_hierarchy(symbols=2, synonyms=3, n=1),
            r"synonyms: expected synonyms \* classes <= symbols\^s = 4, got 24",
        ),
        (
            lambda: datasets.random_hierarchy(symbols=8, synonyms=16, classes=2, n=1),
            r"synonyms: expected synonyms \* symbols <= symbols\^s = 64, got 128",
        ),
        (
            lambda: datasets.random_hierarchy(symbols=3, synonyms=2, levels=1, classes=2, n=5),
            r"n: expected n \+ n_test <= 4",
        ),
        (lambda: datasets.gratings(noise=-1.0), "noise: expected one number >= 0"),
        (
            lambda: datasets.Data(torch.ones(3, 2), torch.ones(2, 1)),
            "x: expected a label for each input",
        ),
        (lambda: datasets.Data(torch.ones(3, 2), torch.ones(3)), r"expected labels \(n, c\)"),
        (
            lambda: datasets.Data(torch.full((3, 2), torch.nan), torch.ones(3, 1)),
            "expected finite numbers",
        ),
        (
            lambda: datasets.Data(torch.ones(3, 2), torch.ones(3, 1), torch.ones(3, 2)),
            "x_test: expected inputs and labels",
        ),
        (lambda: datasets.stack([]), "sets: expected a list of at least one Data"),
    ],
)
def test_bad_input_is_named(call, part):
    with pytest.raises(ValueError, match=part):
        call()
