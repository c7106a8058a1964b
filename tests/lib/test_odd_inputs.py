"""Give odd input to every public function: it returns a right value, or an error that names the
argument.

`CALLS` holds one good call of every public function of the theory, of training and of measuring. In
each call, one argument after the other is replaced by something odd. The same values in another
type must give the same result; what is not a number must be refused; what is too large, too small
or of another shape may be refused or give a finite value, without a warning.
"""

import importlib
import inspect
import re
import warnings

import numpy as np
import pytest
import scipy.sparse
import torch
from traitlets import Float, TraitError

from lazyrich import _validate, datasets, demos, exact, kernel, models, training
from lazyrich.dynamics import integrate
from nbjudge.engine.deadline import alarm
from nbjudge.errors import Overdue

MODULES = (
    "conserved",
    "exact",
    "kernel",
    "dynamics",
    "scales",
    "measures",
    "datasets",
    "models",
    "models.neuron",
    "models.deep_linear",
    "training",
)
SECONDS = 30.0  # for a call that hangs

w, a, beta = [1.0, -0.5], 0.5, [2.0, 1.0]
X, y = [[1.0, 0.5], [-1.0, 0.25], [0.5, 2.0]], [1.0, -1.0, 0.5]
W, A = [[1.0, 0.5], [0.25, -1.0], [0.5, 0.5]], [[0.5, 1.0, -1.0]]
W2, A2 = [[1.0, 0.5], [0.25, -1.0]], [[0.5, 1.0], [-1.0, 0.25]]
K = [[2.0, 0.5, 0.0], [0.5, 1.0, 0.25], [0.0, 0.25, 3.0]]
B = [[1.0, 0.5], [0.0, 2.0]]
ISO_W, ISO_A = np.eye(2), np.eye(2)
t = [0.0, 0.5, 2.0]
rates = {"eta_w": 1.0, "eta_a": 0.5}
start = {"w0": w, "a0": a, "beta_star": beta, **rates}
layers = {"Ws": [W, A], "etas": [1.0, 0.5]}
grads = {"W": W, "A": A, "grad_W": W, "grad_A": A, **rates, "step": 0.125}
mlp = models.MLP((2, 3, 1))
drawn = mlp.init(0)
data = datasets.Data(torch.tensor(X).double(), torch.tensor(y).double()[:, None])
params = {"tok": [[1.0, 2.0]], "pos": [[0.5, 1.0]], "out": [[1.0, 1.0]]}

CALLS = {
    "conserved.delta": {"w": w, "a": a, **rates},
    "conserved.delta_matrix": {"W": W, "A": A, **rates},
    "conserved.gd_drift": {"w": w, "a": a, "X": X, "y": y, **rates, "step": 0.125},
    "conserved.gd_drift_matrix": {**grads, "decay": 0.5},
    "conserved.heavy_ball_drift_matrix": {**grads, "V_W": W, "V_A": A, "momentum": 0.5},
    "conserved.init_from_delta": {"beta0": beta, "delta": 0.5, **rates},
    "conserved.isotropic_init": {"h": 2, "d": 3, "c": 2, "delta": 0.5, "seed": 0, "scale": 0.5}
    | rates,
    "conserved.layer_deltas": layers,
    "conserved.layer_neuron_deltas": {**layers, "biases": [[0.5, 0.25, 1.0], [1.0]]},
    "conserved.neuron_deltas": {"W": W, "A": A, **rates, "degree": 2.0},
    "conserved.sign_drift": grads,
    "conserved.weight_decay_delta": {"delta0": 1.0, "lam": 0.5, "eta": 0.5, "t": t},
    "exact.basin": start,
    "exact.deep_mode": {"t": t, "u0": 0.125, "s": 1.0, "depth": 3, "eta": 0.5},
    "exact.deep_mode_time": {"u": [0.25, 0.5], "u0": 0.125, "s": 1.0, "depth": 3, "eta": 0.5},
    "exact.deep_unbalanced_mode": {"t": t, "u0": 0.125, "s": 1.0, "deltas": [0.5, 0.25]},
    "exact.implicit_bias": {"X": X[:1], "y": y[:1], "w0": w, "a0": a, **rates},
    "exact.mirror_map": {"beta": beta, "delta": 0.5, **rates},
    "exact.mirror_potential": {"beta": beta, "delta": 0.5, **rates},
    "exact.mu_phi": {"w": w, "a": a, "beta_star": beta},
    "exact.one_neuron": {"t": t, **start, "covariance": 2.0, "multiplier": 0.5},
    "exact.phase_plane": {"t": t, **start} | {"quantity": "loss"},
    "exact.plateau_time": {"u0": [0.125, 0.25], "s": 1.0, "depth": 3, "eta": 0.5},
    "exact.projected": {"t": t, "X": [[1.0, 0.0]], "y": [1.0], "w0": w, "a0": a, **rates},
    "exact.separatrix": start,
    "exact.time_to_angle": {"degrees": 10.0, **start},
    "exact.time_to_fraction": {"fraction": 0.5, **start},
    "exact.time_to_loss": {"level": 0.125, **start},
    "exact.two_layer": {"t": t, "W0": ISO_W, "A0": ISO_A, "target": B, "eta_w": 1.0, "eta_a": 1.0},
    "exact.two_layer_modes": {"t": t, "u0": [0.125, 0.25], "s": [1.0, 2.0], "delta": 0.5, **rates},
    "kernel.activation_hamming": {"W": [W, W], "X": X},
    "kernel.effective_rank": {"B": B},
    "kernel.empirical_ntk": {
        "f": mlp.apply,
        "params": drawn,
        "X": torch.tensor(X).double(),
        "etas": {"layer1.W": 0.5},
    },
    "kernel.kernel_distance": {"K1": K, "K2": np.eye(3)},
    "kernel.kernel_gradient_flow": {"K": K, "y": y, "f0": [0.0, 0.5, 1.0], "t": t},
    "kernel.kernel_target_alignment": {"K": K, "Y": y},
    "kernel.metric_from_beta": {"beta": beta, "delta": 0.5, **rates},
    "kernel.metric_from_map": {"B": B, "delta": 0.5, **rates},
    "kernel.metric_one_neuron": {"w": w, "a": a, **rates},
    "kernel.metric_velocity": {"beta": beta, "beta_dot": w, "delta": 0.5, **rates},
    "kernel.ntk_layered": {"X": X, **layers, "leak": 0.25, "biases": [[0.5, 0.25, 1.0], [1.0]]},
    "kernel.ntk_one_neuron": {"X": X, "w": w, "a": a, **rates},
    "kernel.ntk_two_layer": {"X": X, "W": W, "A": A, "leak": 0.25, "degree": 2.0, **rates},
    "kernel.polar_rates": {"w": w, "a": a, "g": beta, **rates},
    "kernel.relu_ntk_infinite": {"X": X},
    "kernel.whitened_kernel_distance": {"w0": w, "a0": a, "w": beta, "a": 1.0, **rates},
    "dynamics.gradient_flow": {
        "t": t,
        "gradient": lambda p: [2 * p[0], p[1]],
        "start": [w, W],
        "etas": [1.0, 0.5],
        "rtol": 1e-6,
        "atol": 1e-8,
        "step": None,
    },
    "dynamics.linear_network": {"t": t, "X": X, "Y": y, **layers, "rtol": 1e-6, "atol": 1e-8},
    "dynamics.one_neuron": {"t": t, "X": X, "y": y, "w0": w, "a0": a, **rates}
    | {"rtol": 1e-6, "atol": 1e-8},
    "dynamics.two_layer": {"t": t, "X": X, "Y": y, "W0": W, "A0": A, "leak": 0.25, **rates}
    | {"step": 0.125},
    "scales.alpha_for_delta": {"delta": 0.5, "scale": [1.0, 2.0]},
    "scales.delta_moments": {"d": 4, "std_w": 0.5, "std_a": 1.0, **rates},
    "scales.function_and_relative_scale": {"std_w": 0.5, "std_a": 1.0, "f_scale": 1.0}
    | {"m": 8, "d": 4},
    "scales.parametrization": {"name": "ntk", "m": 8, "d": 4},
    "scales.rescale_embedding": {"params": params, "alpha": 2.0, "degree": 1.0},
    "scales.rescale_layers": {"W": W, "a": A, "alpha": 2.0},
    "scales.sample_deltas": {"name": "ntk", "m": 8, "d": 4, "seed": 0},
    "scales.standard_delta_moments": {"name": "lecun", "m": 8, "d": 4, "c": 1},
    "scales.width_exponent": {"widths": [8.0, 16.0, 32.0], "values": [1.0, 0.5, 0.25]},
    "measures.filter_concentration": {"filters": [np.outer([1.0, 2.0, -1.0], [0.5, 1.0, 2.0])]},
    "measures.grok_gap": {
        "steps": t,
        "train": [0.0, 1.0, 1.0],
        "test": [0.0, 0.5, 1.0],
        "thr": 0.75,
    },
    "measures.regime_label": {"loss": [1.0, 0.25, 0.0], "S": [0.0, 0.25, 0.5]},
    "measures.sample_complexity": {"P": [1.0, 2.0, 4.0], "err": [1.0, 0.5, 0.25], "target": 0.375},
    "measures.summarize_run": {"t": t, "loss": [1.0, 0.25, 0.0], "S": [0.0, 0.25, 0.5]},
    "datasets.hierarchy_rules": {"rng": 0, "symbols": 3, "synonyms": 2}
    | {"s": 2, "levels": 2, "classes": 3},
    "datasets.hierarchy_strings": {"symbols": 3, "synonyms": 2, "levels": 2, "s": 2, "classes": 3}
    | {"n": 8, "seed": 0},
    "datasets.modular_pairs": {"p": 5, "operation": "+", "fraction": 0.5, "seed": 0},
    "datasets.modular_table": {"p": 5},
    "datasets.digits": {"fraction": 0.5, "seed": 0},
    "datasets.gratings": {
        "n": 8,
        "n_test": 8,
        "size": 8,
        "orientations": 4,
        "noise": 0.5,
        "seed": 0,
    },
    "datasets.modular": {"p": 5, "fraction": 0.5, "seed": 0},
    "datasets.random_hierarchy": {"symbols": 3, "synonyms": 2, "s": 2, "levels": 2, "classes": 3}
    | {"n": 8, "n_test": 8, "seed": 0},
    "datasets.stack": {"sets": [data, data]},
    "datasets.teacher_student": {"seed": 0, "n": 8, "d": 4, "m": 6, "teacher": 2, "n_test": 8}
    | {"test_seed": 1},
    "models.deltas": {"network": mlp, "params": drawn, "etas": {"layer1": 0.5}},
    "models.layer_names": {"params": drawn},
    "models.layer_of": {"name": "layer1.W"},
    "models.layer_values": {"params": drawn, "values": {"layer1": 0.5}, "name": "etas"},
    "models.member_shape": {"network": mlp, "params": drawn},
    "models.scale_layers": {"params": drawn, "factors": {"layer1": 0.5}},
    "models.stack": {"networks": [drawn, drawn]},
    "models.neuron.flow_rhs": {"X": X, "y": y, "w": w, "a": a, **rates},
    "models.neuron.gradient_descent": {"X": X, "y": y, "w0": w, "a0": a, **rates}
    | {"step": 0.125, "n_steps": 3},
    "models.neuron.gradients": {"X": X, "y": y, "w": w, "a": a},
    "models.neuron.loss": {"X": X, "y": y, "w": w, "a": a},
    "models.neuron.predict": {"X": X, "w": w, "a": a},
    "models.neuron.sgd_delta_ensemble": {"w0": w, "a0": a, "X": X, "y": y, "eta": 0.5}
    | {"step": 0.125, "n_steps": 3, "batch": 2, "seeds": [0, 1]},
    "models.deep_linear.descend": {**layers, "X": X, "Y": y, "step": 0.125, "n_steps": 3}
    | {"batch_size": 2, "seed": 0},
    "models.deep_linear.end_to_end": {"Ws": [W, A]},
    "models.deep_linear.layer_alignment": {"Ws": [W, A]},
    "models.deep_linear.layer_gradients": {"Ws": [W, A], "X": X, "Y": y},
    "training.integrate": {"velocity": lambda p: {"w": -p["w"]}, "start": {"w": w}, "times": t}
    | {"tolerance": 0.125, "growth": 0.125},
    "training.log_times": {"end": 20, "per_decade": 3},
    "training.train": {"network": mlp, "params": drawn, "data": data, "rule": training.GD(0.125)}
    | {
        "times": [0, 2, 4],
        "device": "cpu",
        "memory": 1e9,
        "save_every": 30.0,
        "stop": {"train_loss": 0.125},
    },
}
# These handle names and shapes, not numbers.
NAMES = {f"models.{name}" for name in ("layer_of", "layer_names", "layer_values")}
NAMES |= {"models.member_shape", "models.stack", "datasets.digits"}
# Function and argument -> the odd values that mean something there.
MEANT = {
    "measures.grok_gap.train": {"nan", "inf"},  # a run that diverged
    "measures.grok_gap.test": {"nan", "inf"},
    "measures.summarize_run.loss": {"nan", "inf"},
    "measures.summarize_run.S": {"nan", "inf"},
    "models.deltas.params": {"nan", "inf"},  # a member that diverged
    "models.scale_layers.params": {"nan", "inf", "complex"},
    "models.deep_linear.descend.batch_size": {"none"},
    "training.integrate.times": {"huge", "large"},  # as long as it takes
    "training.train.memory": {"none"},
    "training.train.times": {"huge", "large"},
    "dynamics.linear_network.atol": {"large"},  # whoever asks for no accuracy gets none
}
# A result that is nan, as its docstring says.
NO_ANSWER = {
    "measures.grok_gap",
    "measures.summarize_run",
    "exact.mu_phi",
    "exact.time_to_fraction",
}


def public():
    for module in MODULES:
        home = importlib.import_module(f"lazyrich.{module}")
        for name in home.__all__:
            if inspect.isfunction(getattr(home, name)):
                yield f"{module}.{name}", getattr(home, name)


FUNCTIONS = dict(public())


def is_numbers(value):
    """Tell whether a value is a number or an array of numbers, not text, a flag or a network."""
    if isinstance(value, torch.Tensor):
        return True
    try:
        return np.asarray(value).dtype.kind in "iuf"
    except (ValueError, RuntimeError):
        return False


def sites(value, path=()):
    """Return the path and value of every array of numbers in an argument."""
    if is_numbers(value):
        yield path, value
    elif isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from sites(value[key], (*path, key))


def put(value, path, odd):
    """Return the value with one of its arrays replaced."""
    if not path:
        return odd
    copy = value.copy()
    copy[path[0]] = put(value[path[0]], path[1:], odd)
    return copy


def with_first(value, odd, dtype=float):
    array = np.array(value, dtype=dtype)
    array.flat[0] = odd
    return array


def hidden(value):
    array = np.ma.array(value, dtype=float)
    array.mask = np.zeros(array.shape, bool)
    array.mask.flat[0] = True
    return array


# The same numbers in another dress: the result is the same.
DRESSES = {
    "array": np.asarray,
    "float32": lambda v: np.asarray(v, np.float32),
    "big-endian": lambda v: np.asarray(v, ">f8"),
    "by columns": lambda v: np.array(v, order="F"),
    "masked, nothing hidden": np.ma.array,
    "tensor": lambda v: torch.tensor(np.asarray(v)),
    "parameter": lambda v: torch.nn.Parameter(torch.tensor(np.asarray(v, float))),
    "bfloat16": lambda v: torch.tensor(np.asarray(v, float)).bfloat16(),
    "read-only": lambda v: np.broadcast_to(np.asarray(v), np.shape(v)),
}
# No numbers: refused, with the argument's name.
WRONG = {
    "nan": lambda v: with_first(v, np.nan),
    "inf": lambda v: with_first(v, np.inf),
    "complex": lambda v: with_first(v, 1j, complex),
    "hidden": hidden,
    "text": lambda v: "much",
    "objects": lambda v: with_first(v, None, object),
    "none": lambda v: None,
    "ragged": lambda v: [[1.0], [1.0, 2.0]],
    "dictionary": lambda v: {"a": 1.0},
    "set": lambda v: {1.0},
}
# Numbers that may or may not do: a value without nan, or an error with the argument's name.
FAR = {
    "zero": lambda v: 0 * np.asarray(v, float),
    "negative": lambda v: -np.asarray(v, float),
    "huge": lambda v: 1e300 * np.asarray(v, float),
    "large": lambda v: 1e59 * np.asarray(v, float),
    "tiny": lambda v: 1e-300 * np.asarray(v, float),
    "half": lambda v: np.asarray(v, float) + 0.5,
    "falling": lambda v: np.flip(np.asarray(v)),
    "one more axis": lambda v: np.asarray(v)[None],
    "an axis behind": lambda v: np.asarray(v)[..., None],
    "short": lambda v: np.atleast_1d(np.asarray(v))[:1],
    "empty": lambda v: [],
    "long": lambda v: np.concatenate([np.atleast_1d(np.asarray(v))] * 2),
}


def arrays(result):
    if isinstance(result, torch.Tensor):
        result = result.detach().double().numpy()
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, tuple | list):
        return [part for each in result for part in arrays(each)]
    if hasattr(result, "__dataclass_fields__"):
        return arrays([getattr(result, name) for name in result.__dataclass_fields__])
    if isinstance(result, str | int | float | np.ndarray | np.generic):
        return [np.asarray(result)]
    return []


def called(function, arguments):
    with warnings.catch_warnings(), alarm(SECONDS):
        warnings.simplefilter("error")
        return function(**arguments)


def is_right(results, expected):
    return len(results) == len(expected) and all(
        one.shape == other.shape
        and (
            np.array_equal(one, other)
            if one.dtype.kind == "U"
            else np.allclose(one, other, rtol=1e-6, atol=1e-9, equal_nan=True)
        )
        for one, other in zip(results, expected, strict=True)
    )


def has_nan(results):
    return any(part.dtype.kind in "fc" and np.isnan(part).any() for part in results)


def fault(name, arguments, argument, kind, expected):
    """Say what is wrong with the outcome of an odd call; "" if nothing is."""
    try:
        results = arrays(called(FUNCTIONS[name], arguments))
    except ValueError as error:
        names = [argument] if kind == "wrong" else list(arguments)
        about = str(error).partition(":")[0]
        if kind == "same" or not any(re.search(rf"\b{each}\b", about) for each in names):
            return f"{type(error).__name__}: {error}"
    except (Exception, Overdue) as error:
        return f"{type(error).__name__}: {error}"
    else:
        if kind == "wrong":
            return f"gave {results}"
        if kind == "same" and not is_right(results, expected):
            return "differs"
        if kind == "far" and name not in NO_ANSWER and has_nan(results) > has_nan(expected):
            return "nan"
    return ""


def oddities(value):
    """Return kind, label and value of everything odd that can replace an array."""
    tensor = isinstance(value, torch.Tensor)
    plain = value.detach().numpy() if tensor else value
    for kind, table in (("same", DRESSES), ("wrong", WRONG), ("far", FAR)):
        for label, make in table.items():
            if tensor and (kind == "same" or label in NO_TENSOR):
                continue
            odd = make(plain)
            yield kind, label, torch.as_tensor(np.array(odd)) if tensor else odd


def odd_calls(name, arguments):
    """Return kind, label, argument and arguments of every odd call of a function."""
    for argument, value in arguments.items():
        optional = {"none"} if argument in OPTIONAL else set()
        later = {"inf"} if argument in TIMES else set()
        meant = MEANT.get(f"{name}.{argument}", set()) | optional | later
        for path, site in sites(value):
            for kind, label, odd in oddities(site):
                if label not in meant:
                    where = "".join(f"[{key!r}]" for key in path)
                    yield kind, f"{argument}{where} {label}", argument, put(value, path, odd)
        if isinstance(value, str | models.Network) and (name, argument) not in WORDS:
            for odd in (None, 3.0, [], {}, np.zeros(2)):
                yield "wrong", f"{argument} = {odd!r}", argument, odd
        if isinstance(value, list | dict) and not is_numbers(value) and value:
            for odd in (3.0, "much", *([] if argument in OPTIONAL else [None])):
                yield "wrong", f"{argument} = {odd!r}", argument, odd


NO_TENSOR = {"hidden", "text", "objects", "none", "ragged", "dictionary", "set"}
WORDS = {("models.layer_values", "name")}  # takes any words
OPTIONAL = {"etas", "biases", "stop", "values"}
TIMES = {"t"}


def test_every_public_function_has_a_call():
    assert CALLS.keys() == FUNCTIONS.keys()


@pytest.mark.parametrize("name", sorted(CALLS.keys() - NAMES))
def test_odd_input_gives_a_right_value_or_an_error_that_names_the_argument(name, monkeypatch):
    monkeypatch.setattr(integrate, "EXPLICIT_CALLS", 500)
    monkeypatch.setattr(integrate, "IMPLICIT_CALLS", 500)

    def fresh(arguments):  # a generator gives other numbers the second time
        return arguments | ({"rng": np.random.default_rng(0)} if "rng" in arguments else {})

    arguments = CALLS[name]
    expected = arrays(called(FUNCTIONS[name], fresh(arguments)))
    assert expected
    faults = []
    for kind, label, argument, odd in odd_calls(name, arguments):
        if argument != "rng":
            found = fault(name, fresh({**arguments, argument: odd}), argument, kind, expected)
            faults += [f"{label}: {found[:160]}"] if found else []
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
@pytest.mark.parametrize("margin", [0.5, 20.0, 80.0])
def test_the_cross_entropy_of_a_sure_network_keeps_its_digits(margin, precision):
    """In float32 the difference of two logarithms is 0 from a margin of 17 on."""
    network = models.MLP((1, 2))
    params = {"layer1.W": torch.tensor([[margin], [0.0]], dtype=precision)}
    one = datasets.Data(torch.ones(1, 1, dtype=precision), torch.tensor([0]))
    result = training.train(
        network, params, one, training.GD(0.0625), times=[0], loss="cross_entropy", device="cpu"
    )
    assert result.metrics["train_loss"].item() == pytest.approx(np.log1p(np.exp(-margin)), rel=1e-5)


def test_a_stiff_flow_is_integrated_by_an_implicit_method(monkeypatch):
    """Rates of a million, to time a thousand, in a few thousand calls."""
    monkeypatch.setattr(integrate, "EXPLICIT_CALLS", 500)
    far = integrate.one_neuron([0.0, 1e3], 1e3 * np.array(X), y, w, a)
    best = np.linalg.lstsq(1e3 * np.array(X), y, rcond=None)[0]
    assert np.allclose(far.beta[1], best, rtol=1e-9)
    assert np.allclose(far.a[1] ** 2 - far.w[1] @ far.w[1], far.delta, rtol=1e-6)


def test_a_flow_that_no_method_can_follow_ends_with_a_word(monkeypatch):
    monkeypatch.setattr(integrate, "EXPLICIT_CALLS", 100)
    monkeypatch.setattr(integrate, "IMPLICIT_CALLS", 100)
    with pytest.raises(ValueError, match=r"t: .*after 100 calls it is at t = .* of 1e\+03.*stiff"):
        integrate.one_neuron([0.0, 1e3], 1e3 * np.array(X), y, w, a)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_demos_refuse_what_is_no_finite_number(value):
    refused = 0
    for demo in (getattr(demos, name) for name in demos.__all__):
        numbers = [name for name, trait in demo.class_traits().items() if isinstance(trait, Float)]
        for name in numbers:
            with pytest.raises(TraitError, match=rf"'{name}' trait .* finite number"):
                demo(**{name: value})
            refused += 1
    assert refused > 20


@pytest.mark.parametrize("value", [[np.nan], [[1.0, np.inf]], [1.0, "much"], ["1"], [None]])
@pytest.mark.parametrize("name", ["X", "y", "w0"])
def test_lists_of_demos_hold_finite_numbers_only(name, value):
    with pytest.raises(TraitError, match=rf"'{name}' trait .* finite numbers"):
        demos.BreakTheLaw(**{name: value})


def test_sparse_arrays_are_named_with_what_to_do():
    for sparse in (
        scipy.sparse.eye(2),
        scipy.sparse.csr_array(np.eye(2)),
        torch.eye(2).to_sparse(),
    ):
        with pytest.raises(ValueError, match=r"K1: .*a sparse array; make it dense first"):
            FUNCTIONS["kernel.kernel_distance"](sparse, np.eye(2))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y": torch.tensor([[np.nan]])}, "y: expected finite numbers"),
        ({"x": torch.tensor([[np.inf]])}, "x: expected finite numbers"),
        ({"y": torch.tensor([[1j]])}, "y: expected real numbers"),
        ({"x": torch.tensor([[1j]])}, "x: expected real numbers"),
        ({"x": np.ones((1, 1))}, "x: expected tensors"),
        (
            {"x_test": torch.ones(1, 1), "y_test": torch.tensor([[np.nan]])},
            "y_test: expected finite",
        ),
    ],
)
def test_data_refuse_inputs_and_labels_that_are_no_numbers(changes, message):
    with pytest.raises(ValueError, match=message):
        datasets.Data(**{"x": torch.ones(1, 1), "y": torch.ones(1, 1)} | changes)


@pytest.mark.parametrize("widths", [None, 5, np.array(5), {5, 1}])
def test_a_network_needs_a_list_of_widths(widths):
    with pytest.raises(ValueError, match="widths: expected a list"):
        models.MLP(widths)


def test_rules_are_drawn_from_a_generator_and_not_from_a_seed():
    with pytest.raises(ValueError, match=r"rng: expected numpy.random.default_rng\(seed\), got 0"):
        datasets.hierarchy_rules(0, symbols=3, synonyms=2, s=2, levels=2, classes=3)


def test_a_vector_that_does_not_fit_is_named_in_the_terms_of_its_own_function():
    with pytest.raises(ValueError, match=r"^y: expected shape \(3,\) to match the other arg"):
        kernel.kernel_gradient_flow(np.eye(3), [1.0, 2.0], [0.0, 0.0, 0.0], 1.0)
    with pytest.raises(ValueError, match=r"^beta_dot: expected shape \(2,\)"):
        kernel.metric_velocity(beta, np.eye(2), 0.5)


@pytest.mark.parametrize("size", [1e-30, 1e-200, 1e-290])
def test_tiny_vectors_keep_their_direction(size):
    """Their squares vanish in float64."""
    small, other = size * np.array([3.0, 4.0]), [0.0, 1.0]
    assert exact.mu_phi(small, 1.0, small)[1] == pytest.approx(1)
    assert exact.mu_phi(small, 1.0, other)[1] == pytest.approx(0.8)
    assert np.allclose(
        exact.mirror_map(small, 0.0) / np.sqrt(size), 1.5 * np.sqrt(5) * np.array([0.6, 0.8])
    )
    assert exact.mirror_potential(small, -1.0) == pytest.approx(1.5 * 5 * size)
    radial, angular = kernel.polar_rates(small, 1.0, other)
    assert radial == pytest.approx(-0.8)
    assert np.allclose(angular * size, [0.096, -0.072])
    assert np.allclose(kernel.metric_velocity(small, small, -1.0)[1], 0, atol=1e-15)


def test_an_ensemble_of_none_and_a_network_of_none_are_refused():
    none = {name: torch.empty(0, *p.shape, dtype=p.dtype) for name, p in drawn.items()}
    with pytest.raises(ValueError, match="params: expected at least one member"):
        training.train(mlp, none, data, training.GD(0.125), times=[0])
    with pytest.raises(ValueError, match="params: expected at least one named tensor"):
        FUNCTIONS["kernel.empirical_ntk"](mlp.apply, {}, torch.ones(1, 2))


@pytest.mark.parametrize("seed", [2**53 + 1, 2**63 - 1])
def test_large_seeds_are_not_rounded(seed):
    assert _validate.count("seed", seed) == seed
    assert _validate.seeds("seeds", [seed, seed - 1]) == [seed, seed - 1]
