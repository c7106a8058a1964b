"""Clean markdown that a student wrote for pages that render it with nbconvert.

Such a page shows what the rendering gives as it is. Honest markdown stays as it was written; what
holds more than that is replaced by its own rendering, cleaned.
"""

import re
from collections.abc import Collection, Mapping
from html import escape, unescape
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.filters.strings import add_anchor

from autograder.feedback_pages.markup import (
    DATA,
    DEEPEST,
    INVISIBLE,
    TEX,
    VALUES,
    as_typed,
    clean_html,
    depth,
    whole,
)

__all__ = ["clean_markdown", "markdown_html"]

PROSE = 10_000  # characters of markdown that are rendered; more is shown as it was typed
# A few elements of HTML without attributes are part of honest markdown.
BARE = re.compile(
    r"(?:[^<]|</?(?:b|br|code|details|em|hr|i|kbd|li|ol|p|s|strong|sub|summary|sup|u|ul)\s*/?>)*",
)
FRAME = {"notebook", "notebook-container", "statusmessage", "toc", "top"}  # ids of every page
_WRAPPED = re.compile(r'<div class="lazyrich-cleaned">([^\n]*)</div>')


def clean_markdown(
    source: str, attachments: Mapping[str, Any] | None = None, reserved: Collection[str] = ()
) -> str:
    """Make markdown whose rendering is harmless.

    Markdown stays as written unless it holds more than markdown should: HTML with attributes,
    pictures or links elsewhere, TeX that does more than typeset, or a heading whose id the page
    itself uses. Then it becomes its own rendering, cleaned, as one block of HTML. Cleaning again
    changes nothing.

    Parameters
    ----------
    source : str
        The markdown.
    attachments : mapping, optional
        The cell's attachments, after `checked_image`.
    reserved : collection of str, optional
        The notebook's grade ids, from which formgrader makes ids of its page.

    Returns
    -------
    str
        Markdown.
    """
    source = INVISIBLE.sub("", whole(source))
    if wrapped := _WRAPPED.fullmatch(source.strip()):
        return _wrapped(clean_html(wrapped[1]))
    html, honest = _rendered(source, attachments or {}, reserved)
    return source if honest else _wrapped(clean_html(html))


def markdown_html(source: str, attachments: Mapping[str, Any] | None = None) -> str:
    """Render markdown as harmless HTML.

    Parameters
    ----------
    source : str
        The markdown.
    attachments : mapping, optional
        The cell's attachments, after `checked_image`.

    Returns
    -------
    str
        HTML.
    """
    source = INVISIBLE.sub("", whole(source))
    wrapped = _WRAPPED.fullmatch(source.strip())
    return clean_html(wrapped[1] if wrapped else _rendered(source, attachments or {}, ())[0])


def _wrapped(html: str) -> str:
    """As one line: a blank line would end the block, and what follows would be markdown again."""
    line = html.replace("\r", "").replace("\n", "&#10;")
    return f'<div class="lazyrich-cleaned">{line}</div>'


def _rendered(
    source: str, attachments: Mapping[str, Any], reserved: Collection[str]
) -> tuple[str, bool]:
    """nbconvert's HTML of markdown, and whether it is harmless as it is."""
    if len(source) > PROSE:
        return as_typed(source), False
    watch = _Watch(attachments, reserved)
    try:
        html = MarkdownWithMath(renderer=watch).render(source)
    except Exception:  # nesting beyond recursion, or any other text that breaks the parser
        return as_typed(source), False
    return html, watch.honest and not TEX.search(source) and depth(html) <= DEEPEST


class _Watch(IPythonRenderer):
    """nbconvert's renderer; `honest` becomes False where a page would get more than text."""

    def __init__(self, attachments: Mapping[str, Any], reserved: Collection[str]):
        super().__init__(escape=False, attachments=dict(attachments), exclude_anchor_links=True)
        self.reserved, self.honest = reserved, True

    def block_html(self, html: str) -> str:
        self._demand(BARE.fullmatch(html))
        return super().block_html(html)

    def inline_html(self, html: str) -> str:
        self._demand(BARE.fullmatch(html))
        return super().inline_html(html)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        self._demand(VALUES["href"].fullmatch(url))
        return super().link(text, url, title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        name = url.removeprefix("attachment:")
        if (url.startswith("attachment:") and name in self.attachments) or DATA.fullmatch(url):
            self._demand(url.startswith("attachment:"))  # clean_html checks a picture in the text
            return super().image(text, url, title)
        self._demand(False)
        description = escape(text or "no description")
        return f"<em>[picture not loaded: {description} ({escape(url[:200])})]</em>"

    def block_code(self, code: str, info: str | None = None) -> str:
        language = (info or "").strip()
        self._demand(re.fullmatch(r"[\w+#-]*", language) and not language.startswith("mermaid"))
        return super().block_code(code, info)

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre><code>{escape(code)}</code></pre>"  # nbconvert does not escape it

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        html = super().heading(text, level, **attrs)
        # nbconvert gives a heading its text as id, and formgrader takes it for the cell of that id.
        ids = re.findall(r'\bid="([^"]*)"', str(add_anchor(html)))
        self._demand(not _ids(self.reserved).intersection(map(unescape, ids)))
        return html

    def _demand(self, condition: Any) -> None:
        self.honest = self.honest and bool(condition)


def _ids(reserved: Collection[str]) -> set[str]:
    """The ids that a page uses: its frame's, and those that formgrader makes of grade ids."""
    return FRAME.union(*[(name, f"{name}-comment", f"{name}_extra_credit") for name in reserved])
