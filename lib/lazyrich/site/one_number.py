"""Build the page "One number": one self-contained file that tells the paper's story."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from lazyrich.demos._demo import HERE as DEMOS
from lazyrich.demos._result import rounded, shipped
from lazyrich.demos.gallery.terms import TERMS
from lazyrich.demos.phase_map import table

__all__ = ["page"]

HERE = Path(__file__).parent
SHARED = ("_shared", "_random", "_neuron")
# Names that the page's script gives to demos, each with a scope of its own.
WRAPPED = {"breaking": "break_the_law", "five": "regimes", "plane": "neuron_plane", "tiles": "_map"}
OWN = ("one_number", "one_number_neuron", "one_number_live", "one_number_relu", "one_number_page")
PARTS = 8  # numbered sections

_TERM = re.compile(r"\{([a-zA-Z ]+)(?:\|([^{}]+))?\}")
LINKS = """<header class="top"><b>Lazy to Rich</b><nav aria-label="Site">
<a href="00_start.html">Start</a> · <a href="notebooks.html">Notebooks</a> ·
<a href="demos.html">Demos</a> · <a href="reference.html">Library</a></nav></header>"""


def page(*, notebooks: str = "", pages: str = "") -> str:
    """Write the page.

    Parameters
    ----------
    notebooks : str, optional
        A list of links to the notebooks as HTML, for the front page of the site. Without it, the
        page stands alone.
    pages : str, optional
        A list of links to the other pages of the site.

    Returns
    -------
    str
        The HTML file, which contains its style and script.
    """
    body = _read("one_number.html").replace("{yours}", _read("one_number_yours.html"))
    for name, file in {"deep": "05_deep", "grok": "08_grokking"}.items():
        link = f' (notebook <a href="{file}.html">{file}</a>)' if notebooks else f" ({file})"
        body = body.replace(f"{{{name}}}", link)
    listed = f"<h3>The notebooks</h3>{notebooks}<h3>Pages for all of them</h3>{pages}"
    body = body.replace("{site}", listed if notebooks else "")
    body = _TERM.sub(_explained, body.replace("{count}", str(PARTS)))
    code = f'"use strict";\n{_script()}'.replace("</script", "<\\/script")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="Why do some neural networks learn features, and others not?">
<title>One number · Lazy to Rich</title>
<link rel="icon" href="data:;base64,=">
<style>
{_read("one_number.css")}</style>
</head>
<body>
<a class="skip" href="#twins">Skip to the first figure</a>
{LINKS if notebooks else ""}
<main>
{body}<div id="note" class="note" role="tooltip" hidden></div>
<div id="said" class="quiet" role="status" aria-live="polite"></div>
</main>
<script type="module">
{code}</script>
</body>
</html>
"""


def _explained(found: re.Match[str]) -> str:
    """Make a button of a word that has an explanation: `{term}` or `{term|words}`."""
    name, words = found[1], found[2] or found[1]
    TERMS[name]  # raises an error for a word without an explanation
    return (
        f'<button type="button" class="term" data-term="{name}" aria-expanded="false" '
        f'aria-describedby="note">{words}</button>'
    )


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _script() -> str:
    """Join the demos' files, without their exports, and the page's own."""
    shared = [_plain(name)[0] for name in SHARED]
    scopes = []
    for name, demo in WRAPPED.items():
        source, exported = _plain(demo)
        scopes.append(f"const {name} = (() => {{\n{source}\nreturn {{ {exported} }};\n}})();")
    tables = {"MAP": _phase_map(), "TERMS": dict(TERMS)}
    data = [f"const {name} = {json.dumps(value)};" for name, value in tables.items()]
    own = [_read(f"{name}.js") for name in OWN]
    # In a block of its own, the page's names may be those of the demos' files.
    return "\n".join([*shared, *scopes, "{", *data, *own, "}"])


def _phase_map() -> dict[str, Any]:
    """Read the ends of the shipped phase diagram: means over seeds by tau and delta."""
    data = table(shipped("phase-diagram")[0])
    ends = {
        name: rounded(np.array(data["curves"][key], dtype=float)[..., -1].mean(axis=-1))
        for name, key in (("S", "kernel_distance"), ("test", "test_loss"))
    }
    return {"tau": data["tau"], "delta": data["delta"], **ends}


def _plain(name: str) -> tuple[str, str]:
    """Read a demo's file: its source without the word `export`, and the names it exports."""
    source = (DEMOS / f"{name}.js").read_text(encoding="utf-8")
    names = re.findall(r"^export (?:const|function) (\w+)", source, re.MULTILINE)
    source = re.sub(r"^export default .*\n?", "", source, flags=re.MULTILINE)
    return re.sub(r"^export ", "", source, flags=re.MULTILINE), ", ".join(names)
