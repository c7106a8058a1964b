"""Write all files of the site into one folder."""

import html
import json
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from lazyrich.demos._demo import HERE as DEMOS
from lazyrich.demos.gallery import document
from lazyrich.site import notebook as notebooks
from lazyrich.site import one_number, reference
from lazyrich.site.executed import executed
from lazyrich.site.layout import Place, frame
from lazyrich.site.text import Text, render

__all__ = ["build"]

HERE = Path(__file__).parent
BINDER = "https://mybinder.org/v2/gh"
LIST = ".files"  # in a site: the files that the build wrote and the next one may remove
PAGES = ("syllabus", "notation", "formulas", "glossary", "questions")


def build(
    root: Path,
    out: Path,
    *,
    run: Callable[[Path], Any] = executed,
    workers: int = 2,
    repository: str = "",
) -> list[Path]:
    """Write the site.

    Parameters
    ----------
    root : pathlib.Path
        The course's folder, with the released notebooks in `course/`.
    out : pathlib.Path
        The folder to write; the files of an earlier build are replaced.
    run : callable, default `executed`
        Function that runs a notebook.
    workers : int, default 2
        The number of notebooks that run at the same time.
    repository : str, default ""
        The course's repository on GitHub, "OWNER/NAME", for a link from each notebook to Binder,
        where it can be run without an installation. Without it there are no such links.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    FileNotFoundError
        If there is no course in `root`.
    ValueError
        If `out` holds something other than a site, or `repository` has another form.
    """
    if repository and not re.fullmatch(r"[\w.-]+/[\w.-]+", repository, re.ASCII):
        raise ValueError(f"repository: expected OWNER/NAME, as on GitHub, got {repository!r}")
    paths = sorted(p for p in (root / "course").glob("*/*.ipynb") if p.stem == p.parent.name)
    if not paths:
        raise FileNotFoundError(f"there are no notebooks in {root / 'course'}")
    _clear(out)
    (out / "pictures").mkdir(parents=True, exist_ok=True)
    (out / LIST).write_text("", encoding="utf-8")
    others = set(out.rglob("*"))  # not written by a build, such as a CNAME or a .git: they stay
    with ThreadPoolExecutor(workers) as pool:
        done = dict(zip([p.stem for p in paths], pool.map(run, paths), strict=True))
    pages = _read_pages(root, done, out, repository)
    places = _chained([place for place, _ in pages])
    index = []
    for place, (_, text) in zip(places, pages, strict=True):
        (out / place.file).write_text(frame(place, text), encoding="utf-8")
        index.append({"file": place.file, "title": place.title, "words": text.words})
    for file, title, text in _overviews(places, out):
        (out / file).write_text(frame(Place(file, title), text, wide=True), encoding="utf-8")
    _write_shared(out, index)
    files = sorted(path for path in set(out.rglob("*")) - others if path.is_file())
    (out / LIST).write_text("\n".join(str(path.relative_to(out)) for path in files), "utf-8")
    return files


def _clear(out: Path) -> None:
    """Remove the files of an earlier build, and nothing else."""
    listed = out / LIST
    if listed.is_file():
        for name in listed.read_text(encoding="utf-8").splitlines():
            (out / name).unlink(missing_ok=True)
    elif out.is_dir() and any(out.iterdir()):
        raise ValueError(
            f"{out} holds something other than a site; choose another folder, or empty it"
        )


def _read_pages(
    root: Path, done: dict[str, Any], out: Path, repository: str
) -> list[tuple[Place, Text]]:
    """Render the notebooks, the pages and the reference, and write pictures and demos."""
    pages = []
    for name, book in done.items():
        body = notebooks.body(name, book)
        for file, png in body.pictures.items():
            (out / "pictures" / file).write_bytes(png)
        for kind, module in body.demos.items():
            text = json.dumps(module, ensure_ascii=False).replace("</", "<\\/")
            script = f"(window.DEMOS ??= {{}})[{json.dumps(kind)}] = {text};\n"
            (out / f"demo-{kind}.js").write_text(script, encoding="utf-8")
        text = body.text
        if repository:
            text = replace(
                text, html=text.html.replace("</h1>", f"</h1>{_badge(repository, name)}", 1)
            )
        pages.append((Place(f"{name}.html", _title(text, name)), text))
    for name in PAGES:
        file = root / "course" / f"{name}.md"
        if file.is_file():
            text = render(file.read_text(encoding="utf-8"))
            text = replace(text, html=f'<section class="prose">{text.html}</section>')
            pages.append((Place(f"{name}.html", _title(text, name)), text))
    pages += [(Place(f"{name}.html", name), reference.page(name)) for name in reference.packages()]
    return pages


def _badge(repository: str, name: str) -> str:
    """Link a notebook to Binder, which makes its environment from environment.yml."""
    place = f"{BINDER}/{repository}/HEAD?urlpath=lab/tree/course/{name}/{name}.ipynb"
    return f'<p><a href="{place}">Run this notebook in the browser, on Binder</a></p>'


def _title(text: Text, name: str) -> str:
    return next((words for level, _, words in text.headings if level == 1), name)


def _chained(places: list[Place]) -> list[Place]:
    return [
        replace(
            place,
            before=places[k - 1] if k else None,
            after=places[k + 1] if k + 1 < len(places) else None,
        )
        for k, place in enumerate(places)
    ]


def _overviews(places: list[Place], out: Path) -> list[tuple[str, str, Text]]:
    """Write the first page, and make the lists of notebooks and of the library."""
    books = [place for place in places if re.match(r"\d\d_", place.file)]
    library = [place for place in places if place.title.startswith("lazyrich.")]
    others = [place for place in places if place not in books and place not in library]
    listed = f"<h1>Notebooks</h1>{_list(books)}<h2>Pages for all of them</h2>{_list(others)}"
    front = one_number.page(notebooks=_list(books), pages=_list(others))
    (out / "index.html").write_text(front, encoding="utf-8")
    return [
        ("notebooks.html", "Notebooks", Text(f'<section class="prose">{listed}</section>')),
        (
            "reference.html",
            "Library",
            Text(f'<section class="prose"><h1>Library</h1>{_list(library)}</section>'),
        ),
    ]


def _list(places: list[Place]) -> str:
    entries = "".join(
        f'<li><a href="{place.file}">{html.escape(place.title)}</a></li>' for place in places
    )
    return f'<ul class="pages">{entries}</ul>'


def _write_shared(out: Path, index: list[dict[str, str]]) -> None:
    books = {Path(page["file"]).stem: page["file"] for page in index}
    (out / "demos.html").write_text(document(books), encoding="utf-8")
    words = json.dumps(index, ensure_ascii=False).replace("</", "<\\/")
    (out / "search.js").write_text(f"window.PAGES = {words};\n", encoding="utf-8")
    shutil.copyfile(HERE / "site.css", out / "site.css")
    model = (DEMOS / "_model.js").read_text(encoding="utf-8").replace("export ", "")
    script = (HERE / "site.js").read_text(encoding="utf-8")
    (out / "site.js").write_text(model + script, encoding="utf-8")
