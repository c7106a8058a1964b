"""Markdown that a student wrote, made fit for pages that render it with nbconvert and show what comes out as it is.

Honest markdown stays as it was written. What holds more than that is replaced by its own rendering, cleaned.
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
# A few words of HTML without attributes are part of honest markdown.
BARE = re.compile(
    r"(?:[^<]|</?(?:b|br|code|details|em|hr|i|kbd|li|ol|p|s|strong|sub|summary|sup|u|ul)\s*/?>)*",
)
_WRAPPED = re.compile(r'<div class="lazyrich-cleaned">([^\n]*)</div>')


def clean_markdown(
    source: str, attachments: Mapping[str, Any] | None = None, reserved: Collection[str] = ()
) -> str:
    """Markdown whose rendering is harmless. It stays as written unless it holds more than markdown should (HTML with
    attributes, pictures or links elsewhere, odd TeX, a heading whose id is in `reserved`, the ids that the page itself
    uses); then it becomes its own rendering, cleaned, as one block of HTML. Cleaning again changes nothing.

    attachments: the cell's, after `checked_image`.
    """
    source = INVISIBLE.sub("", whole(source))
    if found := _WRAPPED.fullmatch(source.strip()):
        return _wrapped(clean_html(found[1]))
    html, honest = _rendered(source, attachments or {}, reserved)
    return source if honest else _wrapped(clean_html(html))


def markdown_html(source: str, attachments: Mapping[str, Any] | None = None) -> str:
    """Markdown as harmless HTML."""
    source = INVISIBLE.sub("", whole(source))
    found = _WRAPPED.fullmatch(source.strip())
    return clean_html(found[1] if found else _rendered(source, attachments or {}, ())[0])


def _wrapped(html: str) -> str:
    """As one line, so that no blank line ends the block and lets markdown in again."""
    return (
        f'<div class="lazyrich-cleaned">{html.replace(chr(13), "").replace(chr(10), "&#10;")}</div>'
    )


def _rendered(
    source: str, attachments: Mapping[str, Any], reserved: Collection[str]
) -> tuple[str, bool]:
    """What nbconvert makes of markdown, and whether it is harmless as it is."""
    if len(source) > PROSE:
        return as_typed(source), False
    watch = _Watch(attachments, reserved)
    try:
        html = MarkdownWithMath(renderer=watch).render(source)
    except (
        Exception
    ):  # nesting beyond recursion, and whatever else a text made to break a parser brings
        return as_typed(source), False
    return html, watch.honest and not TEX.search(source) and depth(html) <= DEEPEST


class _Watch(IPythonRenderer):
    """nbconvert's renderer, which notes when a page would get more than text, and leaves that out where it can."""

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
            self._demand(
                url.startswith("attachment:")
            )  # a picture in the text itself is looked at by clean_html
            return super().image(text, url, title)
        self._demand(False)
        return f"<em>[picture not loaded: {escape(text or 'no description')} ({escape(url[:200])})]</em>"

    def block_code(self, code: str, info: str | None = None) -> str:
        self._demand(
            re.fullmatch(r"[\w+#-]*", (info or "").strip())
            and not (info or "").startswith("mermaid")
        )
        return super().block_code(code, info)

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre><code>{escape(code)}</code></pre>"  # nbconvert's own puts it into the page unescaped

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        html = super().heading(text, level, **attrs)
        # nbconvert gives a heading its text as id: formgrader would take it for the cell of that name
        ids = re.findall(r'\bid="([^"]*)"', str(add_anchor(html)))
        self._demand(not _ids(self.reserved).intersection(map(unescape, ids)))
        return html

    def _demand(self, condition: Any) -> None:
        self.honest = self.honest and bool(condition)


FRAME = {"notebook", "notebook-container", "statusmessage", "toc", "top"}


def _ids(reserved: Collection[str]) -> set[str]:
    """The ids of a page: those of its frame, and what formgrader makes of each grade id."""
    return FRAME.union(*[(name, f"{name}-comment", f"{name}_extra_credit") for name in reserved])
