"""What the text of 07 says of its runs, measured by the code of its own cells."""

import ast
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from lazyrich import dynamics, kernel, scales
from lazyrich.exercises import width as check
from lazyrich.experiments import widths
from nbjudge.contract.assignment import read_notebook

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "07_width" / "07_width.ipynb"
CELLS = {cell["id"]: "".join(cell["source"]) for cell in read_notebook(NOTEBOOK)["cells"]}
SIZES = np.array([64, 256, 1024])


def run(names, identity, *only):
    """Run a cell of the notebook, or only the functions and constants named."""
    tree = ast.parse(CELLS[identity])
    if only:
        tree.body = [
            node
            for node in tree.body
            if getattr(node, "name", None) in only
            or (isinstance(node, ast.Assign) and set(only) & set(ast.unparse(node).split()))
        ]
    exec(compile(tree, identity, "exec"), names)


@pytest.fixture(scope="module")
def book():
    matplotlib.use("agg")
    names = {"my_exponent": scales.width_exponent}
    run(names, "setup")
    run(names, "flow-plot", "on_circle", "fine")
    names.setdefault("fine", np.linspace(0, 2 * np.pi, 200))
    names |= {"rule_of": check.rule_of, "my_design": check.design}
    run(names, "cloud-plot", "TEACHERS,", "share_near")
    return names


def superposed(book, rule, m, seed, t):
    """The error of superposition at time t, and the share of gates that have flipped by then."""
    both = [
        book["train"](rule, m, np.array([0.0, t]), seed, book[y]) for y in ("LABELS", "ONE", "TWO")
    ]
    whole, one, two = (book["on_circle"](W[1], A[1]) for W, A, _ in both)
    flips = kernel.activation_hamming(both[0][0], book["INPUTS"])[-1]
    return np.linalg.norm(whole - one - two) / np.linalg.norm(whole), flips


@pytest.mark.slow
def test_the_kernel_moves_at_all_three_widths_under_one_rule_alone(book):
    ends = np.array([0.0, 30.0])
    S = {}
    for name in ("ntk", "mean_field"):
        for m in (16, 128, 1024):
            runs = [
                book["train"](book["library_rule"](name, m, 2), m, ends, s)[2] for s in range(4)
            ]
            S[name, m] = np.mean([kernel.kernel_distance(*K) for K in runs])
    assert all(0.045 < S["mean_field", m] < 0.12 for m in (16, 128, 1024))
    assert S["ntk", 16] > 5 * S["ntk", 128] > 25 * S["ntk", 1024]


def test_the_two_conventions_of_size_differ_by_the_number_of_inputs(book):
    """Section 1's figure has F / sqrt(2 d) for NTK, with inputs of length 1."""
    rule, rng = book["library_rule"]("ntk", 256, 2), np.random.default_rng(0)
    W = rule["std_w"] * rng.standard_normal((2000, 256, 2))
    a = rule["f_scale"] * rule["std_a"] * rng.standard_normal((2000, 256))
    f = np.sum(a * np.maximum(W @ book["INPUTS"][0], 0), axis=1)
    F, _ = scales.function_and_relative_scale(rule["std_w"], rule["std_a"], rule["f_scale"], 256, 2)
    assert np.std(f) == pytest.approx(F / np.sqrt(2 * 2), rel=0.1)


def test_a_third_of_the_neurons_is_upstream_and_under_mup_none(book):
    share = {name: np.mean(scales.sample_deltas(name, 4096, 10, 0) > 0) for name in ("ntk", "mup")}
    assert 0.3 < share["ntk"] < 0.4
    assert share["mup"] == 0


def test_the_kernel_of_the_circle_does_not_see_labels_that_alternate(book):
    lam, V = np.linalg.eigh(kernel.relu_ntk_infinite(book["INPUTS"]))
    assert abs(lam[0]) < 1e-12 < lam[1]
    assert abs(V[:, 0] @ (-1.0) ** np.arange(6)) == pytest.approx(np.sqrt(6))


def test_a_wide_network_follows_the_formula(book):
    t = np.append(0.0, np.geomspace(0.05, 30, 15))
    W, A, _ = book["train"](book["library_rule"]("ntk", 4096, 2), 4096, t)
    f = np.array([book["on_circle"](w, a, book["ANGLES"]) for w, a in zip(W, A, strict=True)])
    K = kernel.relu_ntk_infinite(book["INPUTS"])
    limit = kernel.kernel_gradient_flow(K, book["LABELS"], np.zeros(6), t)
    assert np.max(np.abs(f - limit)) < 0.02


def test_the_shipped_exponents_are_those_of_the_text():
    result, _ = widths.load()
    for smallest, ntk, mean_field in ((0, -1.29, -0.19), (256, -1.45, -0.08)):
        slopes, errors = widths.exponents(result, smallest=smallest)
        assert float(slopes.sel(name="ntk")) == pytest.approx(ntk, abs=0.006)
        assert float(slopes.sel(name="mean_field")) == pytest.approx(mean_field, abs=0.006)
    assert abs(float(slopes.sel(name="mean_field"))) < 2 * float(errors.sel(name="mean_field"))
    first, _ = widths.exponents(result, "first_layer")
    for name, law in (("ntk", -0.5), ("mean_field", 0), ("mup", 0), ("standard", -1.5)):
        assert float(first.sel(name=name)) == pytest.approx(law, abs=0.025)


def test_positive_neurons_gather_at_a_gate_boundary_and_not_at_the_teacher(book):
    angles = np.radians
    for m_exponent, rich in ((0, False), (-0.5, True)):
        rule = book["rule_of"](1024**m_exponent, 1, 1024)
        W, A, _ = book["train"](rule, 1024, np.array([0.0, 30.0]))
        near, cloud = book["share_near"], {sign: W[1][np.sign(A[1]) == sign] for sign in (1, -1)}
        moved = np.linalg.norm(W[1] - W[0], axis=1) / np.linalg.norm(W[0], axis=1)
        if not rich:
            assert 0.02 < np.median(moved) < 0.04
            assert near(cloud[1], book["BOUNDARIES"]) < 0.09
            continue
        assert 0.3 < near(cloud[1], angles([41.5, 221.5])) < 0.45
        assert near(cloud[1], book["BOUNDARIES"]) - near(cloud[1], angles([41.5, 221.5])) < 0.02
        assert near(cloud[1], book["TEACHERS"][1]) < 0.03
        assert near(cloud[-1], book["BOUNDARIES"]) < 0.1


def test_the_force_points_across_the_boundary_from_both_sides(book):
    run(book, "caught-plot", "pull")
    t = np.array([0.0, 0.5, 1.0, 2.0])
    W, A, _ = book["train"](book["library_rule"]("mean_field", 1024, 2), 1024, t)
    book |= {"W": W, "A": A}
    below, above = ([book["pull"](k, at) for k in range(4)] for at in (20, 60))
    assert below[0] == pytest.approx(22.6, abs=0.1)
    assert below[1] < 41.5 < below[2] < below[3]
    assert all(-30 < each < 0 for each in above)


def test_the_mean_field_function_bends_at_the_inputs_of_that_boundary_alone(book):
    """Jumps of its slope, seen over 0.05 on both sides, at the six inputs."""
    rule = book["library_rule"]("mean_field", 1024, 2)
    W, A, _ = book["train"](rule, 1024, np.array([0.0, 30.0]))
    at = book["ANGLES"][:, None] + 0.05 * np.arange(-2, 3)
    f = np.array([book["on_circle"](W[-1], A[-1], each) for each in at])
    jump = np.abs((f[:, 4] - f[:, 3]) - (f[:, 1] - f[:, 0])) / 0.05
    assert np.all(jump[[2, 5]] > 0.5)
    assert np.all(jump[[0, 1, 3, 4]] < 0.3)


@pytest.mark.slow
def test_the_map_predicts_movement_and_superposition_fails_only_where_the_first_layer_moves(book):
    run(book, "map-plot")
    for name, (law, found) in book["found"].items():
        assert np.allclose(found[:2], law, atol=0.2), name
        if law[0] == 0:
            assert abs(found[2]) < 0.15
            assert abs(found[3]) < 0.15
        else:
            assert found[2] < -0.3
            assert found[3] < -0.25
    assert book["found"]["6"][0][1] == 0  # the readouts of point 6 move by a finite share


@pytest.mark.slow
def test_the_kernel_of_the_rules_on_the_solid_line_stays_alive(book):
    for p, q in ((-0.5, 0), (-0.5, 0.25), (-0.5, 0.5)):
        S = np.empty((3, 12))
        for i, seed in np.ndindex(S.shape):
            m = SIZES[i]
            K = book["train"](book["rule_of"](m**p, m**q, m), m, np.array([0.0, 3.0]), seed)[2]
            S[i, seed] = kernel.kernel_distance(*K)
        each = [scales.width_exponent(SIZES, S[:, seed]) for seed in range(12)]
        assert abs(np.mean(each)) < 0.1
        assert abs(np.mean(each)) < 2 * np.std(each, ddof=1) / np.sqrt(12)


@pytest.mark.slow
def test_superposition_and_gates_have_the_numbers_of_section_6(book):
    error, flips = {}, {}
    for name in ("ntk", "mean_field"):
        for m in (16, 1024):
            rule = book["library_rule"](name, m, 2)
            found = np.mean([superposed(book, rule, m, seed, 1.0) for seed in range(4)], axis=0)
            error[name, m], flips[name, m] = found
    assert error["ntk", 16] == pytest.approx(0.05, abs=0.01)
    assert error["ntk", 1024] == pytest.approx(0.004, abs=0.001)
    assert all(0.12 < flips["mean_field", m] < 0.18 for m in (16, 1024))
    assert all(0.08 < error["mean_field", m] < 0.13 for m in (16, 1024))
    late = [superposed(book, rule, 1024, seed, 30.0)[0] for seed in range(4)]
    assert np.mean(late) == pytest.approx(0.03, abs=0.01)


@pytest.mark.slow
def test_without_gates_the_kernel_distance_falls_as_the_second_power(book):
    X, S = book["INPUTS"], np.empty((3, 12))
    for i, seed in np.ndindex(S.shape):
        m, rng = int(SIZES[i]), np.random.default_rng([seed, SIZES[i]])
        W, a = rng.standard_normal((m // 2, 2)) / np.sqrt(2), rng.standard_normal(m // 2)
        start = np.tile(W, (2, 1)), np.append(a, -a) / np.sqrt(m)
        rates = {"eta_w": 1.0, "eta_a": 1 / m, "leak": 1.0}
        path = dynamics.two_layer([0.0, 30.0], X, X @ [1.0, -0.5], *start, step=0.1, **rates)
        K = [kernel.ntk_two_layer(X, *both, **rates) for both in zip(*path, strict=True)]
        S[i, seed] = kernel.kernel_distance(*K)
    each = [scales.width_exponent(SIZES, S[:, seed]) for seed in range(12)]
    assert np.mean(each) == pytest.approx(-2, abs=0.25)


@pytest.mark.slow
def test_the_spectral_condition_is_met_by_mean_field_and_broken_as_the_text_says(book):
    rules = {name: lambda m, name=name: book["library_rule"](name, m, 2) for name in
             ("ntk", "mean_field", "standard")}  # fmt: skip
    rules["1"] = lambda m: book["rule_of"](m**-0.5, m**0.5, m)
    expected = {
        "ntk": (0.5, 0, 0, -0.5),
        "mean_field": (0.5, 0.5, -0.5, -0.5),
        "standard": (0.5, -1, 0, -0.5),
        "1": (0.5, 0.5, -0.5, -1.5),
    }
    for name, rule in rules.items():
        norms = np.empty((3, 3, 4))
        for i, seed in np.ndindex(norms.shape[:2]):
            m = int(SIZES[i])
            W, A, _ = book["train"](rule(m), m, np.array([0.0, 10.0]), seed)
            parts = (W[0], W[-1] - W[0], A[0], A[-1] - A[0])
            norms[i, seed] = [np.linalg.norm(np.atleast_2d(part), 2) for part in parts]
        found = [scales.width_exponent(SIZES, column) for column in norms.mean(axis=1).T]
        assert np.allclose(found, expected[name], atol=0.15), (name, found)
