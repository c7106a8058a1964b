"""Make the gallery: a widget, or one HTML file that needs nothing else."""

import html
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from lazyrich.demos.gallery.entries import ENTRIES, JUMPS, Entry
from lazyrich.demos.gallery.terms import SPELLINGS, TERMS
from lazyrich.demos.gallery.tries import TRIES

__all__ = ["Gallery", "document", "table"]

HERE = Path(__file__).parent
MODEL = HERE.parent / "js" / "_model.js"  # not from _demo, which imports NumPy and matplotlib


def _script() -> str:
    """Join the gallery's module with the model that it gives to demos."""
    return MODEL.read_text() + (HERE / "gallery.js").read_text()


@cache
def table() -> dict[str, Any]:
    """Collect everything that the browser needs.

    Returns
    -------
    dict of str to object
        "demos": a dictionary for each entry; "jumps": terms that the first page links to;
        "notebooks": addresses of the notebooks' pages by name (none here); "terms": the meaning of
        each term, and its spellings. All types are those of JSON.
    """
    return {
        "demos": [_as_data(entry) for entry in ENTRIES],
        "jumps": [list(jump) for jump in JUMPS],
        "notebooks": {},
        "terms": {name: [text, *SPELLINGS.get(name, [name])] for name, text in TERMS.items()},
    }


class Gallery(anywidget.AnyWidget):
    """Show every demo of the course.

    The demos live in the browser: once loaded they need no kernel, and do not report to Python.

    Parameters
    ----------
    *args, **kwargs : object
        Values of the traits below, by name.

    Attributes
    ----------
    table : dict of str to object
        The content, from `table`.
    page : bool
        Whether the gallery has the browser's page to itself, so that the address says what is
        shown.
    """

    _esm = _script()
    _css = HERE / "gallery.css"
    table = traitlets.Dict().tag(sync=True)
    page = traitlets.Bool(False).tag(sync=True)

    @traitlets.default("table")
    def _all(self) -> dict[str, Any]:
        return table()


def document(notebooks: dict[str, str] | None = None) -> str:
    """Write the gallery as one HTML page that needs no server, no kernel and no network.

    Parameters
    ----------
    notebooks : dict of str to str, optional
        Addresses of notebooks by name; a notebook without an address is named but not linked.

    Returns
    -------
    str
        The page.
    """
    data = json.dumps(table() | {"notebooks": notebooks or {}}, ensure_ascii=False).replace(
        "</", "<\\/"
    )
    script = _script().replace("export default", "const gallery =")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{html.escape("Lazy to Rich: demos")}</title>
<link rel="icon" href="data:;base64,=">
<style>{(HERE / "gallery.css").read_text()}</style>
</head>
<body class="lrg-body">
<div id="gallery"></div>
<script id="table" type="application/json">{data}</script>
<script type="module">
{script}
const state = {{ table: JSON.parse(document.getElementById("table").textContent), page: true }};
const el = document.getElementById("gallery");
gallery.render({{ model: {{ get: (name) => state[name] }}, el }});
</script>
</body>
</html>
"""


def _as_data(entry: Entry) -> dict[str, Any]:
    # Imported here: demos load matplotlib and SciPy, which the kernel of the page does not need.
    from lazyrich import demos

    demo = getattr(demos, entry.demo)()
    names = demo.traits(sync=True).keys() - anywidget.AnyWidget.class_traits().keys()
    return {
        "demo": entry.demo,
        "title": entry.title,
        "question": entry.question,
        "paragraph": entry.paragraph,
        "tries": [asdict(each) for each in TRIES[entry.demo]],
        "notebook": entry.notebook,
        "card": list(entry.card),
        "presets": entry.presets,
        "controls": {name: _kind(demo, name) for name in entry.controls},
        "state": {name: getattr(demo, name) for name in sorted(names) if not name.startswith("_")},
        "module": demo._esm,
    }


def _kind(demo: anywidget.AnyWidget, name: str) -> dict[str, Any]:
    """Describe the values that a link may give a trait: "values", or "whole", "min" and "max"."""
    trait = demo.traits()[name]
    if isinstance(trait, traitlets.Enum):
        return {"values": list(trait.values)}
    if isinstance(trait, traitlets.Bool):
        return {"values": [False, True]}
    limits = {"min": trait.min, "max": trait.max}
    return {"whole": isinstance(trait, traitlets.Int)} | {
        end: None if limit is None or abs(limit) > 1e300 else float(limit)
        for end, limit in limits.items()
    }
