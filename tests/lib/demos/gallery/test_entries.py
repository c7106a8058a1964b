"""Check the gallery's table of entries, its command, and its single-file version."""

import json
import socket

import numpy as np
import pytest
from commands import printed

from lazyrich import demos
from lazyrich.app import cli, doctor
from lazyrich.demos import gallery
from lazyrich.demos.gallery import serve
from lazyrich.demos.gallery.tries import TRIES

ASKED = (
    "lazy",
    "rich",
    "delayed rich",
    "upstream, linear: lazy",
    "upstream, gates: rapid",
    "separatrix",
    "why downstream moves the kernel most",
    "plateaus",
    "grokking map",
)
ENTRIES = pytest.mark.parametrize("entry", gallery.ENTRIES, ids=lambda entry: entry.demo)


def test_every_demo_has_an_entry():
    assert sorted(entry.demo for entry in gallery.ENTRIES) == sorted(demos.__all__)
    assert TRIES.keys() == set(demos.__all__)


@ENTRIES
def test_an_entry_tells_what_to_see_and_to_try(entry):
    assert len(entry.paragraph.split()) > 30
    assert len(TRIES[entry.demo]) == 3
    questions = [each.question for each in TRIES[entry.demo]]
    assert all(len(words.split()) > 5 for words in (*questions, entry.question))


@ENTRIES
def test_presets_are_states_of_the_demo(entry):
    assert entry.card[0] in entry.presets
    shown = [getattr(demos, entry.demo)(**values) for values in ({}, *entry.presets.values())]
    for values, demo in zip(entry.presets.values(), shown[1:], strict=True):
        assert values.keys() <= set(entry.controls)
        assert {name: getattr(demo, name) for name in values} == values
    states = [[getattr(demo, name) for name in entry.controls] for demo in shown[1:]]
    assert all(states.count(state) == 1 for state in states)  # no two presets show the same


def test_the_words_of_the_course_are_presets():
    presets = {name: entry for entry in gallery.ENTRIES for name in entry.presets}
    assert set(ASKED) <= set(presets)
    named = {entry.demo: entry for entry in gallery.ENTRIES}
    assert {words for words, _, _ in gallery.JUMPS} == set(ASKED)
    for _, demo, preset in gallery.JUMPS:
        assert preset in named[demo].presets


def test_the_presets_keep_what_they_promise():
    from lazyrich.demos import regimes

    named = {entry.demo: entry for entry in gallery.ENTRIES}
    for preset, label in (("lazy", "lazy"), ("rich", "rich"), ("delayed rich", "delayed")):
        values = named["OneNeuron"].presets[preset]
        found = regimes.runs(abs(values["delta"]) or 1.0, values["angle"], 1.0, 1.0)
        assert {run.delta: run.regime for run in found}[values["delta"]] == label
    values = named["Regimes"].presets["lazy, rich, delayed"]
    found = [run.regime for run in regimes.runs(values["reach"], values["angle"], 1.0, 1.0)]
    assert found == ["delayed", "delayed", "rich", "lazy", "lazy"]
    values = named["Regimes"].presets["why downstream moves the kernel most"]
    found = regimes.runs(values["reach"], values["angle"], 1.0, 1.0)
    ends = [run.end for run in found]
    assert ends == sorted(ends, reverse=True)
    assert ends[0] > 0.9
    assert [run.regime for run in found] == ["rich", "rich", "rich", "lazy", "lazy"]  # from 90°
    down, up = (found[k].path for k in (0, -1))  # why: M = a² I + w wᵀ
    assert down.a[0] ** 2 < 0.01 * down.w[0] @ down.w[0]
    assert up.w[0] @ up.w[0] < 0.01 * up.a[0] ** 2


def test_the_angle_of_a_run_has_no_leap():
    """That of beta = a w has one where a crosses 0."""
    from lazyrich.demos import one_neuron

    t = np.append(0.0, np.geomspace(0.01, 100, 2001))
    run = one_neuron.curves(t, delta=-4.0, angle=120.0, scale=1.0, ratio=1.0)
    assert run.a[0] > 0 > run.a[-1]
    assert np.abs(np.diff(run.angle)).max() < 1
    assert run.angle[[0, -1]] == pytest.approx([120, 180], abs=0.01)


def test_the_race_goes_as_its_paragraph_says():
    from lazyrich.demos import mode_race

    entry = next(entry for entry in gallery.ENTRIES if entry.demo == "ModeRace")
    demo = demos.ModeRace(**entry.presets["one after another"])
    ranks = mode_race.race(mode_race.TIMES, **demo.settings).rank
    words = f"falls from {ranks[0]:.0f} to {ranks.min():.1f}"
    assert words in entry.paragraph
    assert f"climbs to {ranks[-1]:.1f}" in entry.paragraph


def test_a_new_gallery_has_the_table():
    assert json.loads(json.dumps(gallery.Gallery().table)) == json.loads(
        json.dumps(gallery.table())
    )


def test_the_gallery_as_one_file(tmp_path):
    place = tmp_path / "gallery.html"
    printed(cli.app, ["demo", "--html", str(place)])
    written = place.read_text(encoding="utf-8")
    assert all(entry.title in written for entry in gallery.ENTRIES)
    assert "http://" not in written.replace("http://www.w3.org", "")
    assert "https://" not in written


def test_a_folder_that_is_not_there_is_named(tmp_path):
    said = printed(cli.app, ["demo", "--html", str(tmp_path / "nowhere" / "gallery.html")], code=1)
    assert "nowhere" in said


def test_the_address_is_told_once_it_can_be_opened():
    """A browser that connects at once is answered."""
    port, heard = doctor.free_port(cli.DEMO_PORT), []

    def tell(address):
        socket.create_connection(("127.0.0.1", port)).close()
        heard.append(address)
        raise KeyboardInterrupt

    serve.serve("<p>", port=port, browser=False, tell=tell)
    assert heard == [f"http://127.0.0.1:{port}/"]
