"""The gallery as a widget, and as one HTML file that needs nothing else."""

import html
import json
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from lazyrich.demos.gallery.entries import ENTRIES, JUMPS, Entry

__all__ = ["Gallery", "document", "table"]

HERE = Path(__file__).parent


@cache
def table() -> dict[str, Any]:
    """All that the browser needs: {"demos": one dictionary an entry, "jumps": what the first page points at}; plain, as JSON has it."""
    return {"demos": [_plain(entry) for entry in ENTRIES], "jumps": [list(jump) for jump in JUMPS]}


class Gallery(anywidget.AnyWidget):
    """Every demo of the course. `page`: it has the browser's page for itself, so the address tells what is shown.

    The demos live in the browser: they need no kernel once they are there, and do not report to Python.
    """

    _esm = HERE / "gallery.js"
    _css = HERE / "gallery.css"
    table = traitlets.Dict().tag(sync=True)
    page = traitlets.Bool(False).tag(sync=True)

    @traitlets.default("table")
    def _all(self) -> dict[str, Any]:
        return table()


def document() -> str:
    """The gallery as one HTML file: no server, no kernel, no network."""
    data = json.dumps(table(), ensure_ascii=False).replace("</", "<\\/")
    script = (HERE / "gallery.js").read_text().replace("export default", "const gallery =")
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
gallery.render({{ model: {{ get: (name) => state[name] }}, el: document.getElementById("gallery") }});
</script>
</body>
</html>
"""


def _plain(entry: Entry) -> dict[str, Any]:
    from lazyrich import (
        demos,
    )  # matplotlib and scipy come with it, and the page's kernel has no use for them

    demo = getattr(demos, entry.demo)()
    names = demo.traits(sync=True).keys() - anywidget.AnyWidget.class_traits().keys()
    return {
        "demo": entry.demo,
        "title": entry.title,
        "question": entry.question,
        "paragraph": entry.paragraph,
        "tries": list(entry.tries),
        "notebook": entry.notebook,
        "card": list(entry.card),
        "presets": entry.presets,
        "controls": {name: _kind(demo, name) for name in entry.controls},
        "state": {name: getattr(demo, name) for name in sorted(names) if not name.startswith("_")},
        "module": demo._esm,
    }


def _kind(demo: anywidget.AnyWidget, name: str) -> dict[str, Any]:
    """What a link may set this trait to: {"values"} or {"whole", "min", "max"}, None where there is no limit."""
    trait = demo.traits()[name]
    if isinstance(trait, traitlets.Enum):
        return {"values": list(trait.values)}
    if isinstance(trait, traitlets.Bool):
        return {"values": [False, True]}
    limits = {end: float(limit) if (limit := getattr(trait, end)) is not None and abs(limit) < 1e300 else None for end in ("min", "max")}  # fmt: skip
    return {"whole": isinstance(trait, traitlets.Int), **limits}
