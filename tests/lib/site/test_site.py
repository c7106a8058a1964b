"""Check the website: links resolve, nothing is fetched from elsewhere, no solution is shown."""

import html
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from browser import new_page, overhear

from lazyrich.site import build, reference
from lazyrich.site.executed import executed, is_exercise
from lazyrich.site.text import render

ROOT = Path(__file__).parents[3]
LIVE = """from lazyrich import demos
demos.Regimes(angle=120.0)"""

PLOT = """import matplotlib.pyplot as plt
from lazyrich import plots
fig, ax = plt.subplots(figsize=(9, 3))
ax.plot([0, 1])
plots.show(fig, alt="A line that rises.")"""


def unrun(path):
    """A notebook as it is released, without outputs."""
    return nbformat.read(path, as_version=4)


OPENED, READ = set(), set()  # the files that the process has opened, and those for the site
sys.addaudithook(lambda event, args: OPENED.add(str(args[0])) if event == "open" else None)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site without figures; one of its notebooks has run, with a demo and a printed line."""
    folder = tmp_path_factory.mktemp("site")
    cells = [
        nbformat.v4.new_markdown_cell("# A page\n\n## A demo\n\n$$\\dot\\beta=-M g$$"),
        nbformat.v4.new_code_cell(LIVE),
        nbformat.v4.new_code_cell("print('six times seven is', 6 * 7)"),
        nbformat.v4.new_code_cell(PLOT),
    ]
    path = folder / "start.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    ran = executed(path)
    OPENED.clear()
    build(ROOT, folder / "out", run=lambda p: ran if p.stem == "00_start" else unrun(p))
    READ.update(OPENED)
    return folder / "out"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The site as `make site` builds it, with every notebook run."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    build(ROOT, folder)
    return folder


BOTH = pytest.mark.parametrize("which", ["site", pytest.param("whole", marks=pytest.mark.slow)])


class Links(HTMLParser):
    """The ids of a page, its links, and the files that it needs."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.needs = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "id" in given:
            assert given["id"] not in self.ids, f"two elements have the id {given['id']}"
            self.ids.add(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        elif tag in ("img", "script", "link", "iframe", "source"):
            self.needs += [given[key] for key in ("src", "href") if key in given]


@pytest.fixture(scope="module")
def pages(site):
    return {
        path.name: Links(path.read_text(encoding="utf-8")) for path in sorted(site.glob("*.html"))
    }


def test_formulas_become_mathml_and_dollars_in_code_stay():
    text = render("The rate is $\\eta_w$, the variable `$HOME` and\n\n```sh\necho $A $B\n```")
    assert text.html.count("<math") == 1
    assert "$HOME" in text.html
    assert "echo $A $B" in text.html


def test_a_comma_and_a_bracket_stay_on_the_line_of_their_formula():
    text = render("Nearly all of $M$, and ($w$) too; $a$ alone; *$k$*-th.").html
    assert re.sub("<math.*?</math>", "M", text).strip() == (
        '<p>Nearly all of <span class="whole">M,</span> and <span class="whole">(M)</span> too; '
        "M alone; <em>M</em>-th.</p>"
    )


def test_all_formulas_of_the_course_are_converted(site):
    for path in site.glob("*.html"):
        if path.name != "demos.html":
            source = path.read_text(encoding="utf-8")
            formulas = " ".join(re.findall(r"<math.*?</math>", source, re.DOTALL))
            assert re.findall(r"\\[a-zA-Z]+", formulas) == [], path.name


def test_links_between_files_of_the_course_lead_to_pages():
    links = render(
        "[a](../formulas.md#one) [b](02_exact/02_exact.ipynb) [c](https://x.org/y.md)"
    ).html
    assert re.findall('href="([^"]*)"', links) == [
        "formulas.html#one",
        "02_exact.html",
        "https://x.org/y.md",
    ]


def test_a_heading_that_comes_twice_has_two_ids():
    text = render("## Why?\n\n## Why?")
    assert [name for _, name, _ in text.headings] == ["why", "why-2"]


def test_every_link_leads_to_a_page_and_to_a_place_on_it(pages):
    for name, page in pages.items():
        for link in page.links:
            if re.match(r"\w+:", link) or name == "demos.html":
                continue
            file, _, place = link.partition("#")
            assert (file or name) in pages, f"{name}: {link}"
            assert not place or unquote(place) in pages[file or name].ids, f"{name}: {link}"


def test_every_file_that_a_page_needs_lies_beside_it(pages, site):
    for name, page in pages.items():
        for file in page.needs:
            assert file == "data:;base64,=" or (site / file).is_file(), f"{name}: {file}"


def test_all_notebooks_pages_and_packages_are_there_and_can_be_searched(pages, site):
    words = (site / "search.js").read_text(encoding="utf-8")
    index = {page["file"] for page in json.loads(words.removeprefix("window.PAGES = ")[:-2])}
    expected = {f"{path.stem}.html" for path in (ROOT / "course").glob("*/*.ipynb")}
    expected |= {f"{path.stem}.html" for path in (ROOT / "course").glob("*.md")}
    expected |= {"lazyrich.exact.html", "lazyrich.kernel.html", "lazyrich.measures.html"}
    assert expected <= index <= set(pages)


def test_a_module_that_a_package_exports_has_a_page_that_the_package_links_to(pages, site):
    names = reference.packages()
    assert {"lazyrich.models.neuron", "lazyrich.experiments.widths"} <= set(names)
    for name in names:
        above = f"{name.rpartition('.')[0]}.html"
        above = above if above in pages else "reference.html"
        assert f"{name}.html" in pages[above].links
    text = (site / "lazyrich.models.neuron.html").read_text(encoding="utf-8")
    assert "predict" in text


def lines_of(source, begin, end):
    """The lines of a source between marks."""
    for part in re.findall(rf"{begin}\n(.*?){end}", source, re.DOTALL):
        yield from (" ".join(line.split()) for line in part.splitlines() if len(line.strip()) > 25)


def in_one_line(parts):
    return " ".join(" ".join(parts).split())


def everything(folder):
    """What the files of a site say: their text with attributes and scripts, and the text alone,
    in which a line of code is not cut by its colors."""
    for path in [*folder.rglob("*.html"), *folder.rglob("*.js")]:
        source = path.read_text(encoding="utf-8")
        yield html.unescape(source).replace("\\n", " ").replace('\\"', '"')
        yield html.unescape(re.sub(r"<[^>]+>", "", source))


@BOTH
def test_nothing_of_a_solution_of_a_hidden_check_or_of_a_rubric_is_on_the_site(which, request):
    """Except what the released notebooks show themselves: the code of a last hint."""
    shown = in_one_line(everything(request.getfixturevalue(which)))
    library = in_one_line(
        path.read_text(encoding="utf-8") for path in (ROOT / "lib" / "lazyrich").rglob("*.py")
    )
    marks = [
        ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"),
        ("### BEGIN SOLUTION", "### END SOLUTION"),
    ]
    released = in_one_line(
        cell.source for path in (ROOT / "course").glob("*/*.ipynb") for cell in unrun(path).cells
    )
    kept = rubrics = 0
    for path in (ROOT / "solutions").glob("*/*.ipynb"):
        cells = unrun(path).cells
        lines = {
            line
            for cell in cells
            for begin, end in marks
            for line in lines_of(cell.source, begin, end)
            if line not in released and line not in library
        }
        kept += len(lines)
        rubric = {
            " ".join(row["text"].split())
            for cell in cells
            for row in cell.metadata.get("nbjudge", {}).get("rubric", [])
        }
        rubrics += len(rubric)
        assert [line for line in sorted(lines | rubric) if line in shown] == []
    assert kept > 500  # lines that students do not have
    assert rubrics > 30


def test_the_site_is_made_without_a_look_at_the_solutions(site):
    assert any(name.startswith(str(ROOT / "course")) for name in READ)
    assert [name for name in READ if name.startswith(str(ROOT / "solutions"))] == []


def test_the_reference_has_no_page_of_what_checks_expect(pages):
    assert [name for name in pages if "exercises" in name] == []


def test_the_reference_shows_no_private_parameter(site):
    for path in site.glob("lazyrich.*.html"):
        assert "<dt><code>_" not in path.read_text(encoding="utf-8"), path.name


def test_the_gallery_leads_to_the_notebooks(site):
    source = (site / "demos.html").read_text(encoding="utf-8")
    assert '"03_regimes": "03_regimes.html"' in source


@pytest.mark.slow
def test_outputs_are_those_of_given_cells_alone():
    """An answer and a check show nothing, and no output says that a check failed."""
    book = executed(ROOT / "course" / "01_invariant" / "01_invariant.ipynb")
    shown = [cell for cell in book.cells if cell.get("outputs")]
    assert len(shown) > 3
    assert not any(is_exercise(cell) for cell in shown)
    text = json.dumps([cell.outputs for cell in shown])
    assert "NotImplementedError" not in text
    assert "From here on the library" not in text


def test_a_folder_that_holds_something_else_is_not_emptied(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ValueError, match="something other than a site"):
        build(ROOT, tmp_path, run=unrun)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_site_of_ones_own_that_has_the_same_style_sheet_is_not_emptied(tmp_path):
    (tmp_path / "site.css").write_text("body {}")
    (tmp_path / "index.html").write_text("years of work")
    with pytest.raises(ValueError, match="something other than a site"):
        build(ROOT, tmp_path, run=unrun)
    assert (tmp_path / "index.html").read_text() == "years of work"


def test_a_build_removes_the_files_of_the_one_before_alone_and_can_be_interrupted(tmp_path):
    def interrupted(path):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(ROOT, tmp_path, run=interrupted)
    (tmp_path / ".files").write_text("old.html\npictures/old.png")
    for name in ("old.html", "pictures/old.png", "CNAME"):
        (tmp_path / name).write_text("once")
    with pytest.raises(KeyboardInterrupt):
        build(ROOT, tmp_path, run=interrupted)
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {".files", "CNAME"}


def test_a_site_lists_what_was_written(site):
    files = {str(p.relative_to(site)) for p in site.rglob("*") if p.is_file()} - {".files"}
    assert set((site / ".files").read_text().split("\n")) == files


def test_without_a_course_it_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="no notebooks"):
        build(tmp_path, tmp_path / "out", run=unrun)


def test_what_a_cell_prints_is_one_piece(tmp_path):
    path = tmp_path / "x.ipynb"
    source = "import sys\nfor k in range(3):\n    print(k)\n    sys.stdout.flush()"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), path)
    (output,) = executed(path).cells[0].outputs
    assert output.text.split() == ["0", "1", "2"]


def test_a_given_cell_that_fails_is_named(tmp_path):
    path = tmp_path / "x.ipynb"
    cell = nbformat.v4.new_code_cell("1 / 0", id="c-figure")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    with pytest.raises(RuntimeError, match=r"x.ipynb, cell c-figure: ZeroDivisionError"):
        executed(path)


@pytest.mark.browser
def test_a_page_works_from_the_folder_with_its_demo_and_asks_nobody_else(site, browser):
    page = new_page(browser, viewport={"width": 1280, "height": 900})
    said, asked = [], []
    overhear(page, said, asked, "error")
    page.goto((site / "00_start.html").as_uri())
    page.locator(".demo canvas").first.wait_for()
    assert page.locator("pre.printed").inner_text().strip() == "six times seven is 42"
    assert not page.locator("figure.still").is_visible()
    assert said == []
    assert all(url.startswith(("file:", "blob:", "data:")) for url in asked), asked


@pytest.mark.browser
def test_the_words_of_a_figure_can_be_read_on_a_phone(site, browser):
    page = new_page(browser, viewport={"width": 390, "height": 844})
    page.goto((site / "00_start.html").as_uri())
    figure = page.locator("figure.plot")
    figure.scroll_into_view_if_needed()
    assert figure.locator("img").bounding_box()["width"] == 640
    assert figure.evaluate("e => e.scrollWidth - e.clientWidth") > 200
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.browser
def test_on_a_laptop_code_is_wider_than_prose(site, browser):
    page = new_page(browser, viewport={"width": 1280, "height": 900})
    page.goto((site / "01_invariant.html").as_uri())
    widths = page.evaluate(
        "['pre.code', 'main p'].map((what) => Math.max("
        "...[...document.querySelectorAll(what)].map((e) => e.clientWidth)))"
    )
    assert widths == [pytest.approx(878, abs=4), 720]


@pytest.mark.browser
def test_the_search_finds_a_page_by_keyboard(site, browser):
    page = new_page(browser, viewport={"width": 1280, "height": 900})
    page.goto((site / "notebooks.html").as_uri())
    page.locator("#q").fill("separatrix")
    page.locator("#found a").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r".*\.html$"))
    assert "separatrix" in page.locator("main").inner_text().lower()


KINDS = (
    "index.html",
    "notebooks.html",
    "00_start.html",
    "06_relu.html",
    "glossary.html",
    "demos.html",
    "reference.html",
    "lazyrich.exact.html",
)


@pytest.mark.browser
@pytest.mark.parametrize("colors", ["light", "dark"])
@pytest.mark.parametrize("name", KINDS)
@BOTH
def test_axe_finds_nothing(which, request, browser, name, colors):
    from axe_playwright_python.sync_playwright import Axe

    folder = request.getfixturevalue(which)
    page = new_page(browser, viewport={"width": 1280, "height": 900}, color_scheme=colors)
    page.goto((folder / name).as_uri())
    found = Axe().run(page).response["violations"]
    # The text of the notebooks has tables without a head.
    own = {"empty-table-header"}
    assert [(v["id"], v["impact"]) for v in found if v["id"] not in own] == []
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [400, 768, 1920])
@BOTH
def test_no_page_is_wider_than_the_screen_or_asks_another_host(which, request, browser, width):
    folder, asked, said = request.getfixturevalue(which), [], []
    page = new_page(browser, viewport={"width": width, "height": 900})
    overhear(page, said, asked, "error")
    for path in sorted(folder.glob("*.html")):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
    assert said == []
    assert all(url.startswith(("file:", "blob:", "data:")) for url in asked), asked
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", KINDS)
def test_on_paper_a_page_is_dark_on_white_without_links_around_it(site, browser, name):
    page = new_page(browser, color_scheme="dark")
    page.emulate_media(media="print")
    page.goto((site / name).as_uri())
    if name != "demos.html":
        assert page.locator(".top").is_hidden()
    ink, paper = page.evaluate(
        "[getComputedStyle(document.querySelector('p, h1')).color, "
        "getComputedStyle(document.body).backgroundColor]"
    )
    assert max(int(v) for v in re.findall(r"\d+", ink)[:3]) < 100
    assert paper in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    page.close()


@pytest.fixture
def one_notebook(tmp_path):
    """A course of one notebook."""
    path = tmp_path / "course" / "00_start" / "00_start.ipynb"
    path.parent.mkdir(parents=True)
    cells = [nbformat.v4.new_markdown_cell("# A page")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return tmp_path


def test_a_notebook_leads_to_binder_if_the_repository_is_known(one_notebook):
    out = one_notebook / "out"
    build(one_notebook, out, run=unrun)
    assert "binder" not in (out / "00_start.html").read_text().lower()
    build(one_notebook, out, run=unrun, repository="ada/lazy-to-rich")
    (link,) = [
        link for link in Links((out / "00_start.html").read_text()).links if "binder" in link
    ]
    assert link == (
        "https://mybinder.org/v2/gh/ada/lazy-to-rich/HEAD"
        "?urlpath=lab/tree/course/00_start/00_start.ipynb"
    )


def test_a_repository_of_another_form_is_named(one_notebook):
    with pytest.raises(ValueError, match="expected OWNER/NAME, as on GitHub, got 'https://git"):
        build(one_notebook, one_notebook / "out", run=unrun, repository="https://github.com/a/b")
