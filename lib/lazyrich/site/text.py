"""Turn Markdown with formulas into HTML: formulas become MathML, which browsers draw themselves."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

__all__ = ["Text", "as_code", "render"]

# Code comes first: a dollar in code does not begin a formula.
_PARTS = re.compile(
    r"(?P<code>```.*?```|`[^`\n]*`)|\$\$(?P<block>.+?)\$\$|(?<![\\$])\$(?!\s)(?P<line>[^$]+?)\$",
    re.DOTALL,
)
LONG = 20  # characters of an inline formula that may be wider than a phone
_HELD = re.compile("\x02(\\d+)\x03")
_TOUCHED = re.compile("([(\\[]*)\x02(\\d+)\x03([\\w.,;:!?)\\]-]*)")  # and what touches a formula
_LINK = re.compile(r'href="(?![a-z]+:|#|/)([^"#]+?)\.(md|ipynb)((?:#[^"]*)?)"')
# LaTeX commands that the converter does not know.
_SPELLED = {r"\lVert": r"\|", r"\rVert": r"\|", r"\lvert": "|", r"\rvert": "|", r"\dfrac": r"\frac"}


@dataclass
class Text:
    """Hold a piece of a page.

    Parameters
    ----------
    html : str
        The piece.
    headings : list of (int, str, str)
        Level, id and words of each heading.
    words : str
        The plain text, for the search.
    """

    html: str
    headings: list[tuple[int, str, str]] = field(default_factory=list)
    words: str = ""


def render(source: str, seen: dict[str, int] | None = None) -> Text:
    """Render Markdown.

    Parameters
    ----------
    source : str
        The Markdown, with formulas between dollars.
    seen : dict of str to int, optional
        Ids already used on the page; new ones are added.

    Returns
    -------
    Text
        The piece.
    """
    seen = {} if seen is None else seen
    formulas: list[str] = []

    def hold(part: re.Match[str]) -> str:
        if part["code"]:
            return part["code"]
        formulas.append(_formula(part["block"] or part["line"], block=bool(part["block"])))
        return f"\x02{len(formulas) - 1}\x03"

    markdown = MarkdownIt("commonmark", {"html": True, "highlight": _highlight}).enable("table")
    tokens = markdown.parse(_PARTS.sub(hold, source))
    headings = []
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            words = _HELD.sub(lambda m: _plain(formulas[int(m[1])]), tokens[place + 1].content)
            words = re.sub(r"[`*]", "", words)
            name = _unique(words, seen)
            token.attrSet("id", name)
            headings.append((int(token.tag[1]), name, words))
    body = markdown.renderer.render(tokens, markdown.options, {})
    body = _TOUCHED.sub(lambda m: _whole(m[1], formulas[int(m[2])], m[3]), body)
    body = _LINK.sub(lambda m: f'href="{_page(m[1])}.html{m[3]}"', body)
    body = body.replace("<table>", _region("table", "Table") + "<table>").replace(
        "</table>", "</table></div>"
    )
    return Text(body, headings, " ".join(re.sub(r"<[^>]+>", " ", body).split()))


def as_code(source: str) -> str:
    """Render Python.

    Parameters
    ----------
    source : str
        The code.

    Returns
    -------
    str
        HTML.
    """
    return _highlight(source, "python", "")


def _highlight(source: str, language: str, _: Any) -> str:
    words = (
        highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))
        if language in ("python", "py")
        else html.escape(source)
    )
    label = "Code" if language in ("python", "py") else "Text"
    return f'<pre class="code" tabindex="0" role="group" aria-label="{label}">{words}</pre>'


def _region(kind: str, label: str) -> str:
    return f'<div class="{kind}" tabindex="0" role="group" aria-label="{label}">'


def _formula(source: str, *, block: bool) -> str:
    for name, spelled in _SPELLED.items():
        source = re.sub(re.escape(name) + r"(?![a-zA-Z])", lambda m, s=spelled: s + " ", source)
    source = re.sub(r"\\text\{([^{}]*\$[^{}]*)\}", _mixed, source)
    mathml = convert(source.strip(), display="block" if block else "inline")
    # A formula that is wider than a phone scrolls.
    if block:
        return f"{_region('formula', 'Formula')}{mathml}</div>"
    if len(_plain(mathml)) < LONG:
        return mathml
    return f'<span class="long" tabindex="0" role="group" aria-label="Formula">{mathml}</span>'


def _whole(before: str, formula: str, after: str) -> str:
    """Keep a comma or a bracket on the line of the formula that it touches."""
    if not (before or after) or not formula.startswith("<math"):
        return before + formula + after
    return f'<span class="whole">{before}{formula}{after}</span>'


def _mixed(text: re.Match[str]) -> str:
    r"""Split a \text{} around the formulas in it."""
    parts = text[1].split("$")
    return "".join(p if k % 2 else f"\\text{{{p}}}" for k, p in enumerate(parts))


def _plain(mathml: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", mathml))


def _unique(words: str, seen: dict[str, int]) -> str:
    name = re.sub(r"[^\w]+", "-", words.lower()).strip("-") or "part"
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}-{seen[name]}"


def _page(path: str) -> str:
    """Get the page of a notebook or a Markdown file; all pages lie in one folder."""
    return path.rsplit("/", 1)[-1]
