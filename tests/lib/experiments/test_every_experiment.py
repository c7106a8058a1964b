"""Check every experiment: bad configurations are named, and its command writes a result and resumes
where it stopped.
"""

import dataclasses
import re

import pytest
from commands import printed

from lazyrich.app import cli
from lazyrich.experiments import EXPERIMENTS

BAD = {
    "phase-diagram": [
        ({"method": "sgd"}, "method: expected one of 'flow', 'descent'"),
        ({"taus": (0.0,)}, "taus: expected a list of numbers > 0"),
        ({"seeds": ()}, "seeds: expected a list of whole numbers"),
        ({"precision": "float16"}, "precision: expected one of 'float32'"),
        ({"m": 5}, "m: expected an even width, as each neuron has a mirror image, got 5"),
    ],
    "neurons": [
        ({"taus": (1.0,)}, "regimes: expected equal numbers"),
        ({"taus": (0.0,) * 4}, "taus: expected"),
        ({"m": 5}, "m: expected an even width, as each neuron has a mirror image, got 5"),
    ],
    "widths": [
        ({"widths": (3, 4)}, "widths: expected an even width"),
        ({"widths": (4,)}, "widths, names: expected at least two"),
        ({"names": ("spectral",)}, "name: expected one of 'ntk'"),
    ],
    "deep-drift": [
        ({"ratios": (1.0,)}, "starts: expected at least two"),
        ({"steps": (0.001,)}, "steps: expected at least two"),
        ({"sgd_steps": (0.0,)}, "sgd_steps: expected"),
        ({"batch": 20}, "batch: expected"),
    ],
    "digits": [
        ({"scales": (-1.0,)}, "scales: expected a list of numbers > 0"),
        ({"seeds": ()}, "seeds: expected a list of whole numbers"),
        ({"steps": 0}, "steps"),
    ],
    "layers": [
        ({"seeds": ()}, "seeds: expected a list"),
        ({"profiles": ()}, "profiles: expected some of"),
        ({"scales": (0.0,)}, "scales: expected a list of numbers > 0"),
        ({"profiles": ("second small",)}, "profiles: expected some of first small"),
        ({"m": 7}, "m: expected an even width"),
        ({"ratio": -1.0}, "ratio: expected"),
        ({"end": 0.1}, "end: expected a time after"),
    ],
    "grokking": [
        ({"embeddings": (0.0,)}, "embeddings: expected a list of numbers > 0"),
        ({"seeds": ()}, "seeds: expected a list of whole numbers"),
        ({"every": 7}, "every: expected a divisor of end = 600, got 7"),
        ({"grokked": 1.5}, "grokked: expected one number > 0 and <= 1"),
        ({"fraction": 1.0}, "fraction: expected one number > 0 and < 1"),
    ],
    "grokking-causes": [
        ({"shares": (1.5,)}, "shares: expected numbers from 0 to 1"),
        ({"fractions": (1.0,)}, "fractions: expected a list of numbers > 0 and < 1"),
        ({"fractions": (0.0, 0.5)}, "fractions: expected a list of numbers > 0 and < 1"),
        ({"seeds": (1, 1)}, "seeds: expected different numbers"),
        ({"seeds": (0.5,)}, "seeds[0]: expected a whole number"),
        ({"every": 7}, "every: expected a divisor of end = 600, got 7"),
    ],
    "grokking-line": [
        ({"embeddings": (0.0,)}, "embeddings: expected a list of numbers > 0"),
        ({"seeds": ()}, "seeds: expected a list of whole numbers"),
        ({"scale": -1.0}, "scale: expected one number > 0"),
        ({"thr": 1.5}, "thr: expected one number > 0 and <= 1"),
    ],
    "filters": [
        ({"scales": (-1.0,)}, "scales: expected a list of numbers > 0"),
        ({"seeds": ()}, "seeds: expected a list of whole numbers"),
        ({"steps": 0}, "steps"),
    ],
    "hierarchy": [
        ({"scales": (0.0,)}, "scales: expected a list of numbers > 0"),
        ({"seeds": ()}, "seeds: expected a list of whole numbers"),
        ({"sizes": (64, 256)}, "sizes: expected at least batch = 128, got 64"),
        ({"every": 7}, "every: expected a divisor of steps = 800, got 7"),
    ],
}
SMALL = {  # what makes tiny small enough for a command, and words of what the command says then
    "phase-diagram": ({"end": 3, "taus": (0.3,), "deltas": (0.0, 1.0)}, "tau = 0.3. One seed"),
    "neurons": ({"end": 0.1}, "turned by"),
    "widths": ({"widths": (4, 8), "end": 1.0}, "Exponents of the kernel distance"),
    "deep-drift": (
        {"seeds": (0,), "gd_time": 0.2, "sgd_end": 0.002, "points": 5},
        "the remaining share of their spread is",
    ),
    "layers": (
        {"profiles": ("first small", "last small"), "seeds": (0,), "m": 4, "n": 10}
        | {"learned": 0.05, "end": 3.0},
        "rank correlation",
    ),
    "grokking": ({"end": 20}, "never at 1"),
    "grokking-causes": ({"end": 20}, "never at 0.6, never at 0.9"),
    "filters": ({"steps": 3, "n": 64, "n_test": 16}, "at the same function"),
    "hierarchy": (
        {"sizes": (128, 256), "steps": 2, "every": 2, "n_test": 20},
        "(128, 256), mean over 1 seeds",
    ),
}


def test_no_experiment_is_left_out():
    assert BAD.keys() == set(EXPERIMENTS)


@pytest.mark.parametrize(
    ("name", "change", "part"),
    [(name, change, part) for name, rows in BAD.items() for change, part in rows],
)
def test_bad_configurations_are_named(name, change, part):
    with pytest.raises(ValueError, match=re.escape(part)):
        dataclasses.replace(EXPERIMENTS[name].presets["tiny"], **change)


@pytest.mark.parametrize("name", SMALL)
def test_the_command_writes_a_result_and_goes_on_where_it_was(name, tmp_path, monkeypatch):
    experiment, (change, words) = EXPERIMENTS[name], SMALL[name]
    small = dataclasses.replace(experiment.presets["tiny"], **change)
    monkeypatch.setitem(experiment.presets, "tiny", small)
    result, written = tmp_path / f"{name}-tiny.nc", []
    for _ in range(2):
        ran = printed(cli.app, ["run", name, "--device", "cpu", "--out", str(tmp_path)])
        assert words in " ".join(ran.split())
        written.append(result.read_bytes())
    assert written[0] == written[1]
    assert experiment.load(result)[1] == small
    assert (tmp_path / f"{name}-tiny.png").stat().st_size > 0
