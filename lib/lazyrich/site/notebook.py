"""Turn an executed notebook into the body of a page, with its figures and its live demos."""

import base64
import html
import json
import re
from dataclasses import dataclass, field
from typing import Any

from lazyrich.site.executed import is_exercise
from lazyrich.site.text import Text, as_code, render

__all__ = ["Body", "body"]

WIDGET = "application/vnd.jupyter.widget-view+json"
STATES = "application/vnd.jupyter.widget-state+json"
_PICTURE = re.compile(
    r'^<img alt="([^"]*)" style="[^"]*width: (\d+)px" src="data:image/png;base64,'
)


@dataclass
class Body:
    """Hold the body of a page and the files that it shows.

    Parameters
    ----------
    text : Text
        The body.
    pictures : dict of str to bytes
        PNG files by name.
    demos : dict of str to str
        The JavaScript module of each live demo, by the demo's name.
    """

    text: Text = field(default_factory=lambda: Text(""))
    pictures: dict[str, bytes] = field(default_factory=dict)
    demos: dict[str, str] = field(default_factory=dict)


def body(name: str, notebook: Any) -> Body:
    """Render a notebook.

    Parameters
    ----------
    name : str
        The notebook's name, which prefixes the names of its pictures.
    notebook : nbformat.NotebookNode
        The executed notebook.

    Returns
    -------
    Body
        The page's body.
    """
    page, seen, parts, words = Body(), {}, [], []
    states = notebook.metadata.get("widgets", {}).get(STATES, {}).get("state", {})
    for cell in notebook.cells:
        source = "".join(cell.source)
        if cell.cell_type == "markdown":
            text = render(source, seen)
            page.text.headings += text.headings
            words.append(text.words)
            parts.append(f'<section class="prose">{text.html}</section>')
        elif cell.cell_type == "code":
            parts.append(_code(cell, source))
            parts += [_output(name, output, states, page) for output in cell.outputs]
    page.text.html = "\n".join(parts)
    page.text.words = " ".join(words)
    return page


def _code(cell: Any, source: str) -> str:
    ours = cell.metadata.get("nbjudge", {})
    if is_exercise(cell) and "names" not in ours:
        points = cell.metadata.get("nbgrader", {}).get("points", 0)
        label = f"Check: {ours.get('group', 'a check')} ({points:g} points)"
        return f"<details><summary>{html.escape(label)}</summary>{as_code(source)}</details>"
    if cell.metadata.get("jupyter", {}).get("source_hidden"):
        return f"<details><summary>Code</summary>{as_code(source)}</details>"
    kind = ' class="answer"' if "names" in ours else ""
    return f"<div{kind}>{as_code(source)}</div>"


def _output(name: str, output: Any, states: dict[str, Any], page: Body) -> str:
    if output.output_type == "stream":
        return _printed(output.text)
    data = output.get("data", {})
    demo = _demo(data, states, page)
    if "text/html" in data:
        found = _PICTURE.match(data["text/html"])
        if found:
            return demo + _figure(name, found, data["text/html"], page, still=bool(demo))
        head = '<div class="table" tabindex="0" role="group" aria-label="Table">'
        return f"{head}{data['text/html']}</div>"
    return demo or _printed(data.get("text/plain", ""))


def _printed(text: str) -> str:
    return (
        '<pre class="printed" tabindex="0" role="group" aria-label="Output">'
        f"{html.escape(text)}</pre>"
    )


def _figure(name: str, found: re.Match[str], source: str, page: Body, *, still: bool) -> str:
    file = f"{name}-{len(page.pictures) + 1}.png"
    page.pictures[file] = base64.b64decode(source[found.end() : source.rindex('"')])
    image = (
        f'<img src="pictures/{file}" alt="{found[1]}" width="{found[2]}" loading="lazy" '
        'decoding="async">'
    )
    # On a phone a figure scrolls, so that its text stays legible.
    kind = 'class="still"' if still else 'class="plot" tabindex="0"'
    return f"<figure {kind}>{image}</figure>"


def _demo(data: dict[str, Any], states: dict[str, Any], page: Body) -> str:
    """Put a place on the page where the browser starts a demo."""
    model = states.get(data.get(WIDGET, {}).get("model_id"), {}).get("state", {})
    kind = str(model.get("_anywidget_id", "")).rpartition(".")[2]
    if not kind:
        return ""
    page.demos[kind] = model["_esm"]
    state = {
        key: value
        for key, value in model.items()
        if not key.startswith("_") and key not in ("layout", "tabbable", "tooltip")
    }
    content = html.escape(json.dumps(state), quote=True)
    return f'<div class="demo" data-demo="{kind}" data-state="{content}"></div>'
