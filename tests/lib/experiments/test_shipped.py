"""Check every shipped result: it is complete, has its preset's configuration, names the command
that makes it, and its figure has a text description.
"""

import dataclasses

import matplotlib.pyplot as plt
import pytest
from commands import printed
from matplotlib.container import ErrorbarContainer
from typer.testing import CliRunner

from lazyrich.app import cli
from lazyrich.experiments import EXPERIMENTS, neurons, results

FILES = sorted(path.name for path in results.RESULTS.glob("*.nc"))
WORDS = {  # of the pictures
    "deep_drift_teaching.nc": "slopes from",
    "digits_teaching.nc": "handwritten digits",
    "filters_teaching.nc": "at the same function",
    "grokking_causes_teaching.nc": "median over 5 seeds",
    "grokking_line_teaching.nc": "median over 10 seeds",
    "grokking_teaching.nc": "median over 5 seeds",
    "hierarchy_teaching.nc": "seeds",
    "layers_teaching.nc": "rank correlation",
    "neurons_teaching.nc": "turned by",
    "phase_diagram_teaching.nc": "step 100,000",
    "widths_teaching.nc": "Exponents of the kernel distance",
}


def experiment_of(file):
    """Return the experiment of a result, with whose name the file's name begins."""
    stem = file.replace("_", "-")
    name = max((name for name in EXPERIMENTS if stem.startswith(f"{name}-")), key=len)
    return EXPERIMENTS[name]


def test_every_experiment_ships_a_result_the_phase_diagram_the_papers_filters_digits():
    teaching = [f"{name.replace('-', '_')}_teaching.nc" for name in EXPERIMENTS]
    assert sorted([*teaching, "filters_digits.nc", "phase_diagram_paper_flow.nc"]) == FILES


@pytest.mark.parametrize("name", FILES)
def test_the_command_in_it_is_one_that_makes_it(name):
    """Its preset exists, with the configuration that the file was made with."""
    experiment = experiment_of(name)
    dataset, config = experiment.load(name)
    lazyrich, run, command, option, preset = dataset.attrs["command"].split()
    assert (lazyrich, run, option) == ("lazyrich", "run", "--preset")
    assert EXPERIMENTS[command] is experiment
    assert experiment.presets[preset] == config
    assert name == f"{command}-{preset}.nc".replace("-", "_")
    # Stamped today, it says the same.
    assert experiment.stamp(dataset, config).attrs == dataset.attrs
    other = experiment.stamp(dataset, dataclasses.replace(config, seeds=(7,)))
    assert other.attrs["command"] == ""


def test_a_damaged_or_foreign_result_says_what_to_do(tmp_path):
    path = tmp_path / "a.nc"
    dataset, _ = neurons.load()
    for config in ("{", '{"depth":3}', "[]", '{"regimes":[],"taus":[],"deltas":[],"seeds":[0]}'):
        results.write(dataset.assign_attrs(config=config), path)
        with pytest.raises(
            ValueError,
            match=r"cannot read .* make it again with 'lazyrich run neurons --preset teaching'",
        ):
            neurons.load(path)


def test_the_list_names_every_experiment_with_its_presets():
    ran = printed(cli.app, ["run", "--list"])
    text = " ".join(ran.split())
    for name, experiment in EXPERIMENTS.items():
        assert f"{name} (" in text
        assert experiment.question in text
        assert all(preset in text for preset in experiment.presets)
    assert "tiny, live, teaching, paper-flow, paper" in text


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["run"], "--list"),
        (["run", "neuron"], "No experiment 'neuron'; there are: phase-diagram, neurons"),
        (["run", "neurons", "--preset", "paper"], "No preset 'paper'; neurons has: teaching, tiny"),
        (["run", "neurons", "--device", "tpu"], "device: 'tpu' cannot be used"),
        (["run", "neurons", "--workers", "2", "--scheduler", "somewhere"], "not both"),
        (["run", "neurons", "--out", "/dev/null/there"], "--out, or free some space"),
    ],
)
def test_a_wrong_command_says_what_there_is(words, part):
    ran = CliRunner().invoke(cli.app, words)
    assert ran.exit_code != 0
    assert part in " ".join(ran.output.split())


@pytest.mark.parametrize("name", WORDS)
def test_pictures_say_what_they_show(name):
    experiment = experiment_of(name)
    picture = experiment.picture(experiment.load(name)[0])
    assert WORDS[name] in picture.alt
    assert picture.png.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", FILES)
def test_figures_show_how_far_seeds_differ_and_words_say_so(name):
    """Several seeds: bars or bands, crosses or ranges in a map; the same words for those who cannot
    see them.
    """
    experiment = experiment_of(name)
    dataset, _ = experiment.load(name)
    assert dataset.sizes["seed"] > 1
    figure = experiment.plot(dataset)
    try:
        marks = [
            line
            for ax in figure.axes
            for line in ax.lines
            if line.get_marker() == "x" and line.get_xdata().size
        ]
        bars = [
            c
            for ax in figure.axes
            for c in ax.containers
            if isinstance(c, ErrorbarContainer) and c.has_yerr
        ]
        assert bars or marks
    finally:
        plt.close(figure)
    said = experiment.describe(dataset)
    assert any(part in said for part in ("+-", "Seeds differ by up to", "astest to slowest")), said
    assert "standard error" in said or "seeds" in said.lower()
