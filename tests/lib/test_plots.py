"""Check figures: one color for one delta, theory over simulation, alternative texts."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from lazyrich import plots


@pytest.fixture
def axes():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


def luminance(color):
    channels = np.array(color[:3])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_delta_has_one_color_everywhere():
    assert plots.delta_color(0.0) == tuple(plots.DELTA_MAP(0.5))
    assert plots.delta_color(1e6) == tuple(plots.DELTA_MAP(1.0))
    assert plots.delta_color(-1e6) == tuple(plots.DELTA_MAP(0.0))
    down, up = plots.delta_color(-4.0), plots.delta_color(4.0)
    assert down[0] > down[2]  # brown
    assert up[2] > up[0]  # teal


def test_every_line_is_seen_on_white():
    lines = [color for name, color in plots.COLORS.items() if name != "yellow"]
    lines += [plots.delta_color(delta) for delta in np.linspace(-12, 12, 97)]
    for color in lines:
        assert 1.05 / (luminance(to_rgb(color)) + 0.05) >= 3, color


@pytest.mark.parametrize("delta", [np.nan, [1.0, 2.0], "teal", None])
def test_a_delta_that_is_no_number_has_no_color(delta):
    """NaN used to be drawn fully transparent."""
    with pytest.raises(ValueError, match="delta: expected one number"):
        plots.delta_color(delta)
    with pytest.raises(ValueError, match="scale: expected one number > 0"):
        plots.delta_color(1.0, scale=0.0)
    assert plots.delta_color(-np.inf) == tuple(plots.DELTA_MAP(0.0))


def test_a_line_without_points_has_no_name(axes):
    axes.plot([], [], label="empty")
    plots.name_ends(axes)
    assert not axes.texts


def test_names_stand_at_the_ends_of_lines_and_apart(axes):
    for k, y in enumerate([0.5, 0.5, 0.0]):
        axes.plot([0, 1], [k, y], label=f"line {k}")
    axes.plot([0, 0.5], [0, 0], label="short")
    plots.name_ends(axes)
    places = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert places.keys() == {"line 0", "line 1", "line 2"}
    assert min(np.diff(sorted(places.values()))) > 0.02
    assert min(places, key=places.get) == "line 2"


def test_stills_tell_curves_without_colors_and_have_one_minus_sign(monkeypatch):
    from lazyrich import demos

    figures = []
    monkeypatch.setattr(plots, "show", lambda figure, alt: figures.append(figure))
    for demo, name in (
        (demos.Regimes(), r"$\delta = -4$"),
        (demos.BreakTheLaw(), "$|w|^2$"),
        (demos.ExactOverlay(), "formula"),
        (demos.WidthDial(), "NTK: −1.29 ± 0.06"),
    ):
        demo.picture()
        words = [text.get_text() for text in figures[-1].findobj(Text)]
        assert name in words
        assert not [text for text in words if "$" not in text and re.search(r"-\d", text)]
        assert len({line.get_linestyle() for line in figures[-1].axes[-1].get_lines()}) > 1
        plt.close(figures[-1])


def test_theory_lies_dashed_and_black_over_the_simulation(axes):
    (below,) = plots.simulated(axes, [0, 1], [0, 1], color=plots.COLORS["blue"])
    (above,) = plots.theory(axes, [0, 1], [0, 1], label="theory")
    assert above.get_zorder() > below.get_zorder()
    assert above.get_color() == "black"
    assert above.is_dashed()
    assert not below.is_dashed()


def test_a_figure_is_shown_with_words_and_closed():
    figure, _ = plt.subplots()
    picture = plots.show(figure, alt='A line from "zero" to one, & back.')
    bundle = picture._repr_mimebundle_()
    assert 'alt="A line from &quot;zero&quot; to one, &amp; back."' in bundle["text/html"]
    assert picture.png.startswith(b"\x89PNG")
    assert figure.number not in plt.get_fignums()


def test_axes_are_no_figure(axes):
    with pytest.raises(ValueError, match="figure: expected a matplotlib figure, got Axes"):
        plots.show(axes, alt="Two lines that cross.")


@pytest.mark.parametrize("alt", ["", "plot", "a plot"])
def test_words_that_say_nothing_are_refused(alt):
    figure, _ = plt.subplots()
    with pytest.raises(ValueError, match="alt: expected a sentence"):
        plots.show(figure, alt=alt)
    plt.close(figure)


def test_the_stills_of_the_demos_have_words():
    from lazyrich.demos import BreakTheLaw, OneNeuron

    for demo, part in (
        (OneNeuron(delta=-2.0), "delta = -2"),
        (BreakTheLaw(batch=2), "batches of 2"),
    ):
        bundle, _ = demo._repr_mimebundle_()
        assert part in bundle["text/html"]
        assert "application/vnd.jupyter.widget-view+json" in bundle
