"""Test the saved outputs of given cells that only show something.

Grading does not run these cells. What they showed when the notebook was handed in is kept, cleaned
and marked.
"""

import base64
import io
import json

import labs
import nbformat
import pytest
from forked import forked
from PIL import Image
from submissions import NAME, Desk, raw, small_course

from autograder.feedback_pages.cells import other_cells
from autograder.grading.judging import AS_HANDED_IN, judge_notebook


@pytest.fixture
def desk(tmp_path):
    return Desk(small_course(tmp_path))


def png() -> str:
    content = io.BytesIO()
    Image.new("RGB", (3, 2)).save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()


def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


def display(**data):
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {k.replace("_", "/"): v for k, v in data.items()},
    }


def cell(book, cell_id="c-use"):
    return next(c for c in book["cells"] if c["id"] == cell_id)


def with_outputs(*outputs):
    book = raw()
    cell(book)["outputs"] = list(outputs)
    return book


def finished(desk, *, all_cells=False):
    from dataclasses import replace

    course = replace(desk.course, all_cells=all_cells)
    nb = nbformat.from_dict(desk.built())
    return judge_notebook(course, NAME, desk.student, NAME, nb, forked).finished


def test_what_was_handed_in_is_kept_and_marked(desk):
    desk.put(with_outputs(stream("10\n"), display(text_plain="a figure", image_png=png())))
    desk.take()
    first, text, figure = cell(finished(desk))["outputs"]
    assert first["text"] == AS_HANDED_IN
    assert text["text"] == "10\n"
    assert figure["data"] == {"text/plain": "a figure", "image/png": png()}
    (shown,) = other_cells(desk.course, NAME, NAME, finished(desk))
    assert "As handed in" in shown
    assert png() in shown


def test_with_all_cells_the_cell_is_run(desk):
    desk.put(with_outputs(stream("a lie\n")))
    desk.take()
    assert [output["text"] for output in cell(finished(desk, all_cells=True))["outputs"]] == [
        "10\n"
    ]


def test_a_cell_without_saved_outputs_says_nothing(desk):
    desk.put(raw())
    desk.take()
    assert cell(finished(desk))["outputs"] == []


def test_a_figure_of_the_librarys_keeps_its_words(desk):
    page = (
        '<img alt="Two &quot;curves&quot; that meet." style="width: 9px" '
        f'src="data:image/png;base64,{png()}">'
    )
    desk.put(with_outputs(display(text_html=page, text_plain="Figure: two curves")))
    desk.take()
    (figure,) = cell(finished(desk))["outputs"][1:]
    assert figure["data"]["image/png"] == png()
    assert figure["metadata"]["image/png"]["alt"] == 'Two "curves" that meet.'


@pytest.mark.parametrize(
    "output",
    [
        display(text_html="<script>alert(1)</script>"),
        display(text_html="<b onmouseover=alert(1)>x</b>", image_svg="<svg onload=alert(1)>"),
        display(application_javascript="alert(1)"),
        display(image_png="no picture at all"),
        {"output_type": "display_data", "data": ["not", "a", "bundle"], "metadata": 3},
        {"output_type": "stream", "name": 5, "text": {"a": 1}},
        {"output_type": "error", "ename": ["x"], "evalue": None, "traceback": "lines"},
        {
            "output_type": "execute_result",
            "data": {"text/plain": "10.0"},
            "metadata": {},
            "execution_count": "x",
        },
        "no output",
        {},
    ],
)
def test_nothing_hostile_is_kept_and_nothing_strange_costs_the_answers(desk, output):
    desk.put(with_outputs(output, stream("kept\n")))
    desk.full()
    text = json.dumps(finished(desk))
    assert "alert(" not in text
    assert "kept" in text


def test_outputs_of_cells_that_are_run_are_not_believed(desk):
    book = with_outputs(stream("kept\n"))
    for own in ("ex1-answer", "ex1-number", "setup"):
        labs.cell(book, own)["outputs"] = [stream("LIE")]
    cell(book)["source"] += "\n"  # white space at the end is no change
    desk.put(book)
    desk.take()
    assert "LIE" not in json.dumps(desk.built())
    cell(book)["source"] = "print('mine')"
    desk.put(book)
    desk.take()
    assert "kept" not in json.dumps(desk.built())
    assert [output["text"] for output in cell(finished(desk))["outputs"]] == ["mine\n"]


@pytest.mark.parametrize(
    "outputs",
    [
        [display(image_png="A" * 30_000_000)] * 2,
        [stream("x" * 5_000_000)] * 5,
        [stream("x")] * 100_000,
        [
            {
                "output_type": "error",
                "ename": "E" * 10**6,
                "evalue": "V" * 10**6,
                "traceback": ["T" * 10**6] * 9,
            }
        ]
        * 9,
    ],
    ids=["large pictures", "long texts", "many", "errors"],
)
def test_outputs_are_kept_up_to_a_bound(desk, outputs):
    desk.put(with_outputs(*outputs))
    desk.full()
    assert len(json.dumps(desk.built())) < 15_000_000
    assert len(cell(desk.built())["outputs"]) <= 51


def test_a_rebuilt_notebook_is_rebuilt_to_the_same(desk):
    desk.put(with_outputs(stream("10\n"), display(text_plain="a figure", image_png=png())))
    desk.take()
    first = finished(desk)
    again = nbformat.from_dict(json.loads(json.dumps(first)))
    assert json.dumps(cell(again)) == json.dumps(cell(first))
