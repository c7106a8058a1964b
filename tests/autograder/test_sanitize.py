"""What a student writes or prints cannot come alive on a page, and honest text stays as it was."""

import contextlib
import itertools
from html import escape
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest
from bs4 import BeautifulSoup
from hostile import (
    CODE,
    EVIL,
    PNG,
    display,
    html_payloads,
    markdown_payloads,
    notebook,
    outputs,
    text_payloads,
)
from rendered import Danger, frame, page_of

from autograder.feedback_pages.markup import clean_html, clean_text
from autograder.feedback_pages.pictures import checked_image
from autograder.feedback_pages.prose import clean_markdown, markdown_html
from autograder.feedback_pages.sanitize import clean_notebook, clean_output

EXAMPLES = Path(__file__).parents[2] / "course"


def test_there_are_many_payloads():
    assert len(html_payloads()) + len(markdown_payloads()) + len(text_payloads()) >= 75
    assert len(outputs()) >= 100


def test_the_watcher_sees_what_it_should():
    """The parser that judges the pages finds something in nearly all payloads as they are."""
    seen = [payload for payload in html_payloads() if Danger(payload).dangers]
    assert len(seen) >= 0.9 * len(html_payloads())


@pytest.mark.parametrize("template", ["formgrade", "feedback"])
def test_no_payload_reaches_a_page_through_nbgraders_own_templates(template):
    cleaned = clean_notebook(notebook())
    nbformat.validate(nbformat.from_dict(cleaned))
    html = page_of(cleaned, template)
    cells = BeautifulSoup(html, "html.parser").select("#notebook-container .cell")
    assert len(cells) == len(cleaned["cells"])
    assert Danger("".join(map(str, cells))).dangers == []
    outside = Danger(html).dangers
    assert len(outside) <= len(Danger(frame(template)).dangers)
    assert html.count("<script") == frame(template).count("<script")


@pytest.mark.parametrize("payload", html_payloads())
def test_html_is_harmless_wherever_it_stands(payload):
    for html in (clean_html(payload), markdown_html(payload)):
        assert Danger(html).dangers == []
        assert Danger(html).ids == []
        assert clean_html(html) == html


@pytest.mark.parametrize("payload", [*markdown_payloads(), *html_payloads()])
def test_cleaning_markdown_again_changes_nothing(payload):
    once = clean_markdown(payload, reserved=["essay"])
    assert clean_markdown(once, reserved=["essay"]) == once


@pytest.mark.parametrize("payload", text_payloads())
def test_text_is_short_and_can_be_written(payload):
    text = clean_text(payload)
    text.encode("utf-8")
    assert len(text) < 31_000
    assert not {"\x00", "\u202e", "\x9b", "\x07"} & set(text)


HONEST = [
    "a < b and c > d & e",
    "If $x<y$ then $a_1 * b_1 * c$, so $\\lVert w \\rVert \\to 0$.",
    "$$\n\\begin{aligned} a &= b \\\\ c &< d \\end{aligned}\n$$",
    "# Title\n\n- one\n- two\n\n1. x\n\n> quoted\n\n**bold** *it* `a<b` ~~no~~",
    "```python\nif a < b and c > d:\n    print('<script>')\n```",
    "| a | b |\n|:--|--:|\n| 1 | 2 |",
    "<details><summary>More</summary>\n\ntext\n\n</details>",
    "See [the paper](https://arxiv.org/abs/2406.06158) and x<sup>2</sup>.",
    "Δ stays 0; naïve, 中文, עברית",
]


@pytest.mark.parametrize("source", HONEST)
def test_honest_markdown_stays_as_it_was_written(source):
    assert clean_markdown(source, reserved=["essay"]) == source


def test_the_courses_own_markdown_needs_no_cleaning():
    for path in EXAMPLES.glob("*/*.ipynb"):
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "markdown":
                assert clean_markdown(cell.source) == cell.source, cell.source


def test_a_heading_cannot_take_the_place_of_a_question():
    """Formgrader finds a question's box by its id; a heading gets its text as id."""
    made = notebook() | {
        "cells": [{"cell_type": "markdown", "metadata": {}, "id": "a", "source": "# essay"}]
    }
    question = {
        "nbgrader": {
            "grade_id": "essay",
            "grade": True,
            "solution": True,
            "points": 1,
            "schema_version": 3,
        }
    }
    made["cells"].append(
        {"cell_type": "markdown", "metadata": question, "id": "b", "source": "my answer"}
    )
    assert page_of(made, "formgrade").count('id="essay"') == 2
    assert page_of(clean_notebook(made), "formgrade").count('id="essay"') == 1


def test_a_mark_up_that_stopped_the_page_no_longer_does():
    """nbconvert raises for a color without its number and for a picture that is not attached."""
    cell = {"cell_type": "code", "metadata": {}, "id": "a", "source": "", "execution_count": None}
    made = notebook() | {
        "cells": [
            cell | {"outputs": [{"output_type": "stream", "name": "stdout", "text": "\x1b[38mhi"}]}
        ]
    }
    with pytest.raises(IndexError):
        page_of(made | {"metadata": {}}, "formgrade")
    assert "hi" in page_of(clean_notebook(made), "formgrade")


def test_colors_and_progress_bars_stay_readable():
    assert clean_text("\x1b[1;31mred\x1b[0m") == "\x1b[1;31mred\x1b[0m"
    assert clean_text("\x1b[38;5;200mx\x1b[2Ky") == "xy"
    assert clean_text("10%\r50%\r100%\ndone\r\n") == "100%\ndone\n"


def test_pictures_are_looked_at():
    assert checked_image("image/png", PNG) == PNG
    assert checked_image("image/jpeg", PNG) is None
    assert checked_image("image/png", "not base64!") is None
    bomb = "iVBORw0KGgoAAAANSUhEUgAB//8AAf//"  # says that it is 131071 pixels wide
    assert checked_image("image/png", bomb) is None


def test_what_is_honest_in_an_output_stays():
    table = '<table border="1" class="dataframe"><tr><td>1</td></tr></table>'
    assert 'class="dataframe"' in clean_output(display({"text/html": table}))["data"]["text/html"]
    figure = f'<img alt="A curve." src="data:image/png;base64,{PNG}" width="600">'
    assert all(part in clean_html(figure) for part in (PNG, 'alt="A curve."', 'width="600"'))
    score = {
        "output_type": "execute_result",
        "data": {"text/plain": "4.0"},
        "metadata": {},
        "execution_count": None,
    }
    assert clean_output(score) == score


def test_a_dropped_script_leaves_a_word_behind():
    assert clean_output(display({"application/javascript": CODE}))["data"] == {
        "text/plain": "[left out: application/javascript]"
    }
    assert EVIL not in str(
        clean_output(display({"text/html": f'<img src="{EVIL}">', "text/plain": "x"}))
    )


def test_outputs_have_a_limit():
    cell = {"cell_type": "code", "metadata": {}, "id": "a", "source": "x", "execution_count": 1}
    big = [display({"text/html": "<p>" + "y" * 1_900_000 + "</p>"}) for _ in range(30)]
    (cleaned,) = clean_notebook(notebook() | {"cells": [cell | {"outputs": big}]})["cells"]
    assert sum(len(str(output)) for output in cleaned["outputs"]) < 4_000_000
    assert "left out" in str(cleaned["outputs"][-1])


def test_our_own_markdown_is_left_alone():
    ours = f'<img src="{EVIL}.png">'
    made = notebook() | {
        "cells": [{"cell_type": "markdown", "metadata": {}, "id": "a", "source": ours}]
    }
    assert clean_notebook(made, ours={ours})["cells"][0]["source"] == ours
    assert clean_notebook(made)["cells"][0]["source"] != ours


def test_deep_and_tangled_html_ends_as_text():
    """These took a parser minutes; if a limit no longer works, this test hangs."""
    for payload in (
        "<div>" * 200_000,
        "<b class=a>" * 20_000 + "<p>",
        "<table><td>" * 40_000,
        "<svg>" * 99_999,
    ):
        assert clean_html(payload).startswith(("<pre>", "<p>["))


LONG = [
    "# a" + " " * 9900 + "b",
    "a" + "\t" * 9900 + "`",
    "[" + " " * 9900 + "]",
    "<p " + "a " * 200_000 + ">",
    "<p " + 'a=">" ' * 200_000 + ">",
    "<p " + "".join(f"a{number}/" for number in range(100_000)),
    "'<p " + "a='" * 100_000 + ">'",
    '<a b="' * 20_000,
]


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_texts_that_parsers_are_slow_on_never_reach_them(text, monkeypatch):
    """Each took a parser seconds or minutes. No clock: parsers get the text escaped, or not."""
    from autograder.feedback_pages import elements, prose

    def never(*args):
        raise AssertionError("the parser of markdown was called")

    def only_escaped(html, **options):
        assert html.count("<") <= 2
        return right(html, **options)

    right = elements.nh3.clean
    monkeypatch.setattr(elements.nh3, "clean", only_escaped)
    monkeypatch.setattr(prose.MarkdownWithMath, "render", never)
    assert clean_markdown(text).startswith('<div class="lazyrich-cleaned"><pre>')
    clean_html(text)


# A parser opens what is not closed again in each paragraph, and its time grows with the square of
# the number of signs &: these took it 16 seconds and 2 GB, and 45 seconds.
AGAIN = {
    "elements that are opened again": "</b>" * 990 + "<p>{}</p>".format("<b title=x{}>" * 990),
    "elements that are closed where no parser sees it": "<p>{}</p>".format(
        "<b title=x{}><span title='</b>'></span>" * 900
    ),
}
SQUARES = {name: text.format(*range(990)) + "<p>x</p>" * 7000 for name, text in AGAIN.items()}
SQUARES["signs"] = "&" * 1_999_999


@pytest.mark.slow
@pytest.mark.parametrize("name", SQUARES)
def test_html_on_which_a_parser_is_slow_is_parsed_apart_within_limits(name, monkeypatch):
    from autograder.feedback_pages import elements

    def never(*args, **options):
        raise AssertionError("it was parsed in this process")

    monkeypatch.setattr(elements.nh3, "clean", never)
    html = clean_html(SQUARES[name])
    monkeypatch.undo()
    assert html.startswith("<pre>")
    assert clean_html(html) == html


def test_long_honest_html_is_the_same_whether_it_is_parsed_apart_or_here(monkeypatch):
    from autograder.feedback_pages import elements

    row = "<tr><td><b>1</b> &lt; <i>2</i></td><td><a href='https://x.example'>x</a></td></tr>"
    table = f"<table>{row * 300}</table>"
    assert not elements.is_easy(table)
    apart = clean_html(table)
    monkeypatch.setattr(elements, "is_easy", lambda html: True)
    assert clean_html(table) == apart
    assert apart.count("<b>1</b>") == 300


def test_a_process_apart_counts_for_the_budget_of_the_notebook():
    from autograder.feedback_pages import apart
    from autograder.feedback_pages.bounded import TooMuch, bounded, shared

    with shared(0.001):
        apart.cleaned_apart("x")
        with pytest.raises(TooMuch), bounded():
            pass


@pytest.mark.parametrize("size", [2_000, 32_000])
@pytest.mark.parametrize("token", ['<a b="', "<a b='", "<a ", "<a b=", "< ", '="', "<a b c=d/"])
def test_looking_for_many_attributes_takes_steps_in_proportion_to_the_text(
    token, size, monkeypatch
):
    from autograder.feedback_pages import bounded

    class Counted:
        steps = 0

        def match(self, html, place):
            found = pattern.match(html, place)
            Counted.steps += 1 + (found.end() - place if found else 0)
            return found

    pattern = bounded._ATTRIBUTE
    monkeypatch.setattr(bounded, "_ATTRIBUTE", Counted())
    text = token * (size // len(token))
    bounded.many_attributes(text)
    assert Counted.steps <= 6 * len(text) + 40_000


def test_work_on_a_text_ends_when_its_processor_time_is_used():
    from autograder.feedback_pages.bounded import TooMuch, bounded

    with pytest.raises(TooMuch), bounded(0.01):
        all(True for _ in itertools.count())
    with bounded(60.0):
        assert clean_text("x") == "x"


def test_the_texts_of_a_notebook_share_one_budget_of_processor_time():
    """A thousand cells that each take a little less than one text may are not a thousand times it.

    The budget counts processor time and ends whatever is busy when it is used up.
    """
    from autograder.feedback_pages.bounded import TooMuch, bounded, shared

    with shared(0.05):
        begun = 0
        for _ in range(1000):
            with contextlib.suppress(TooMuch), bounded(0.02):
                begun += 1
                all(True for _ in itertools.count())
    assert begun < 10
    with shared(60.0), shared(0.01), pytest.raises(TooMuch), bounded():
        all(True for _ in itertools.count())
    with bounded():
        assert clean_text("x") == "x"


@pytest.mark.parametrize("seconds", [0.0, 5.0])
def test_when_the_budget_is_used_up_texts_are_shown_as_they_were_typed(seconds, monkeypatch):
    from autograder.feedback_pages import bounded, sanitize

    monkeypatch.setattr(sanitize, "shared", lambda: bounded.shared(seconds))
    made = notebook() | {
        "cells": [{"cell_type": "markdown", "metadata": {}, "id": "a", "source": "*a* <b a=b>"}]
    }
    (cell,) = clean_notebook(made)["cells"]
    assert ("&lt;b" in cell["source"]) == (seconds == 0.0)
    assert ("<em>a</em>" in cell["source"]) == (seconds > 0.0)


SLOW = ["devicetree", "ragel", "markdown", "rst", "numpy", "ipython3", "cpp", "perl6", "rust"]


@pytest.mark.parametrize("language", [*SLOW, "python", "text", ""])
def test_no_language_of_a_block_of_code_starts_a_parser_of_ours_or_a_slow_one_of_a_page(
    language, monkeypatch
):
    """Pygments took seconds for 9000 characters in most of these languages."""
    from nbconvert.filters import markdown_mistune

    def never(*args):
        raise AssertionError("the code was colored")

    monkeypatch.setattr(markdown_mistune, "highlight", never)
    block = "```{}\n{}\n```"
    quick, slow = block.format(language, "x = 1"), block.format(language, "a.\n" * 3000)
    assert "<pre><code" in markdown_html(quick)
    stays = language in ("python", "text", "")
    assert (clean_markdown(quick) == quick) == stays
    assert (clean_markdown(slow) == slow) == (language == "")


@pytest.mark.parametrize("space", ["\n", "\n ", " \t", "\n    \n"])
def test_white_space_that_a_page_would_color_for_minutes_is_left_out_of_code(space):
    """Pygments reads each line of it to the end of all: a square, 15 minutes for 200,000."""
    cell = {"cell_type": "code", "metadata": {}, "id": "a", "execution_count": 1, "outputs": []}
    long, short = f"x = 1{space * 3000}y = 2", f"x = 1{space * 40}y = 2"
    cells = [cell | {"source": long}, cell | {"id": "b", "source": short}]
    one, other = clean_notebook(notebook() | {"cells": cells})["cells"]
    assert one["source"] == "x = 1\n# ... (white space was left out here)\ny = 2"
    assert other["source"] == short


@pytest.mark.parametrize("dotted", ["a.", "1.2*", ".", "**"])
def test_a_row_of_dots_that_a_page_would_color_for_minutes_is_left_out_of_code(dotted):
    """Its lexer looks from each dot for a question mark at the end: a square, like white space."""
    cell = {"cell_type": "code", "metadata": {}, "id": "a", "execution_count": 1, "outputs": []}
    long, short = f"x = {dotted * 3000}", f"x = {dotted * 40}\ny = 'deadbeef{'0' * 5000}'"
    cells = [cell | {"source": long}, cell | {"id": "b", "source": short}]
    one, other = clean_notebook(notebook() | {"cells": cells})["cells"]
    assert one["source"] == "x = \n# ... (a row of dots was left out here)\n"
    assert other["source"] == short


def test_a_renderer_that_takes_too_long_shows_the_text_as_it_was_typed(monkeypatch):
    from autograder.feedback_pages import prose
    from autograder.feedback_pages.bounded import TooMuch

    def slow(*args):
        raise TooMuch

    monkeypatch.setattr(prose.MarkdownWithMath, "render", slow)
    assert markdown_html("*a*") == "<pre>*a*</pre>"


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("a <svg onload=x> b", "a &lt;svg onload=x&gt; b"),
        ("<svg>x</svg> <svg> y", "[left out: svg] &lt;svg&gt; y"),
        ("<SCRIPT>x</SCRIPT>z", "[left out: script]z"),
        ("<plaintext> hi", "&lt;plaintext&gt; hi"),
        ("<iframe src=x></iframe>t", "[left out: iframe]t"),
        ("<style>p {}</style>t", "t"),
        ("<img src='http://x/b.png' alt='A>B \"c'>z", "[picture not loaded: A&gt;B"),
        ("<img src='data:image/svg+xml,x'>z", "[picture not loaded: no description]"),
    ],
)
def test_nothing_vanishes_without_a_word(html, shown):
    cleaned = clean_html(html)
    assert shown in cleaned
    assert clean_html(cleaned) == cleaned
    assert shown in markdown_html(f"before\n\n{html}\n\nafter")
    assert "after" in markdown_html(f"before\n\n{html}\n\nafter")


NAMES = [
    *("a.png", "my pic.png", "Größe.png", "image(1).png", "50% #1?.png", "a&b.png", "日本.png"),
    *("a+b.png", "Gro\u0308ße.png", "x" * 90 + ".png", "a).png", "[b].png"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_shown_however_its_name_is_typed(name):
    attached = {name: {"image/png": PNG}}
    for typed in (name, quote(name), quote(name, safe=""), escape(name)):
        for source in (
            f"![d](attachment:{typed})",
            f'![d](attachment:{typed} "title")',
            f"![d](<attachment:{typed}>)",
            f"![d][r]\n\n[r]: <attachment:{typed}>\n",
            f'<img src="attachment:{typed}" alt="d">',
            f"text <img alt='d' src='attachment:{typed}'> more",
        ):
            assert PNG in markdown_html(source, attached), source
            cell = {"cell_type": "markdown", "metadata": {}, "id": "a", "source": source}
            made = notebook() | {"cells": [cell | {"attachments": attached}]}
            once = clean_notebook(made)
            assert PNG in page_of(once, "formgrade") if name == "a.png" else PNG in str(once)
            assert clean_notebook(once) == once


def test_a_picture_that_is_not_there_or_of_another_kind_is_told():
    attached = {"a.svg": {"image/svg+xml": "PHN2Zz4="}}
    for source in ("![d](attachment:a.svg)", '<img src="attachment:b.png" alt="d">', "![d](c.png)"):
        assert "[picture not loaded: d" in markdown_html(source, attached)


@pytest.mark.parametrize("kind", ["image/svg+xml", "application/pdf", "text/vnd.mermaid"])
def test_a_figure_that_cannot_be_shown_is_told_and_its_picture_is_taken(kind):
    figure = display({kind: "<svg/>", "text/plain": "<Figure size 1x1>"})
    text = f"<Figure size 1x1>\n[left out: {kind}]"
    assert clean_output(figure)["data"] == {"text/plain": text}
    assert clean_output(clean_output(figure)) == clean_output(figure)
    figure["data"]["image/png"] = PNG
    assert clean_output(figure)["data"] == {"text/plain": "<Figure size 1x1>", "image/png": PNG}


UNSEEN = ["\u202e", "\u2066", "\u061c", "\u200b", "\u2063", "\ufeff", "\U000e0041", "\U000e0100"]


@pytest.mark.parametrize("sign", UNSEEN, ids=ascii)
def test_what_nobody_sees_is_left_out_of_text_and_written_out_in_code(sign):
    """Marks that turn the direction make a grader read other code than the one that was run."""
    assert clean_text(f"a{sign}b") == clean_html(f"a{sign}b") == "ab"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"x = 1  # {sign}y")])
    once = clean_notebook(book)
    assert once.cells[0].source == f"x = 1  # {ascii(sign)[1:-1]}y"
    assert clean_notebook(once) == once


def test_a_terminals_commands_are_no_text_of_prose_and_code():
    assert clean_html("a\x1b[2Jb") == clean_markdown("a\x1b[2Jb") == "a[2Jb"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = '\x1b[2J'")])
    assert clean_notebook(book).cells[0].source == "x = '\\x1b[2J'"
    assert clean_text("\x1b[31mred\x1b[0m\x1b[2J") == "\x1b[31mred\x1b[0m"


def test_prose_keeps_unseen_signs_that_turn_nothing():
    """A manual mark is for a text, letter by letter, as an earlier version cleaned it."""
    for sign in UNSEEN:
        kept = sign if sign not in ("\u202e", "\u2066", "\u061c") else ""
        assert clean_markdown(f"a{sign}b") == f"a{kept}b"


def test_signs_that_are_seen_or_join_what_is_seen_stay():
    for text in ("Größe 中文\tx", "👩\u200d🔬 ❤️", "می\u200cخواهم", "a\u00a0b"):
        assert clean_text(text) == text
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"'{text}'\f")])
        assert clean_notebook(book).cells[0].source == f"'{text}'\f"
