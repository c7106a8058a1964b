"""Clean markdown that a student wrote for pages that render it with nbconvert.

Such a page shows the result of rendering unchanged. Harmless markdown stays as it was written;
other markdown is replaced by its own rendering, cleaned.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from html import escape, unescape
from typing import Any
from urllib.parse import quote, unquote

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.filters.strings import add_anchor

from autograder.feedback_pages.bounded import bounded
from autograder.feedback_pages.elements import DATA, VALUES
from autograder.feedback_pages.markup import (
    DEEPEST,
    NOT_OF_PROSE,
    TEX,
    as_typed,
    clean_html,
    depth,
    whole,
)

__all__ = ["NAME", "clean_markdown", "markdown_html"]

PROSE = 10_000  # characters of markdown that are rendered; more is shown as it was typed
GAP = re.compile(r"[^\S\n]{300}")  # white space that slows the parser, and that nobody types
# What follows the ``` of a block of code. Pygments would color it in any of 500 languages, and some
# of its parsers take seconds for a short text: only languages that are colored quickly are allowed.
LANGUAGE = re.compile(r"(?:[Pp]y(?:thon)?3?|bash|sh|shell|console|text|txt|none|output|json)?")
COLORED = 2000  # characters of a block that a page may color
NAME = re.compile(r"[\w .()+-]{1,80}")  # of an attachment that any page can show
ATTACHED = re.compile(r"""\bsrc\s*+=\s*+(["'])attachment:([^"'<>]{1,500})\1""", re.I)
# A few HTML elements without attributes are part of harmless markdown.
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
        The cell's attachments, after `pictures.checked_image`.
    reserved : collection of str, optional
        The notebook's grade ids, from which formgrader makes ids of its page.

    Returns
    -------
    str
        Markdown.
    """
    source = NOT_OF_PROSE.sub("", whole(source))
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
        The cell's attachments, after `pictures.checked_image`.

    Returns
    -------
    str
        HTML.
    """
    source = NOT_OF_PROSE.sub("", whole(source))
    wrapped = _WRAPPED.fullmatch(source.strip())
    return clean_html(wrapped[1] if wrapped else _rendered(source, attachments or {}, ())[0])


def _wrapped(html: str) -> str:
    """HTML on one line: a blank line would end the block, and the rest would be markdown again."""
    line = html.replace("\r", "").replace("\n", "&#10;")
    return f'<div class="lazyrich-cleaned">{line}</div>'


def _rendered(
    source: str, attachments: Mapping[str, Any], reserved: Collection[str]
) -> tuple[str, bool]:
    """nbconvert's HTML for markdown, and whether it is harmless as it is."""
    if len(source) > PROSE or GAP.search(source):
        return as_typed(source), False
    watch, typed = _Watch(attachments, reserved), source
    for name in attachments:  # a name is typed as it is, or as a part of an address
        if quote(name) != name:
            source = source.replace(f"(attachment:{name}", f"(attachment:{quote(name, safe='')}")
    try:
        with bounded():
            html = MarkdownWithMath(renderer=watch).render(source)
            shallow = depth(html) <= DEEPEST
    except Exception:  # nesting beyond recursion, or any other text that breaks the parser
        return as_typed(typed), False
    return html, watch.honest and source == typed and shallow and not TEX.search(source)


class _Watch(IPythonRenderer):
    """nbconvert's renderer; `honest` becomes False where a page would get more than text."""

    def __init__(self, attachments: Mapping[str, Any], reserved: Collection[str]):
        super().__init__(escape=False, attachments=dict(attachments), exclude_anchor_links=True)
        self.reserved, self.honest = reserved, True
        self.named = {_plain(name): name for name in attachments}

    def block_html(self, html: str) -> str:
        self._demand(BARE.fullmatch(html))
        return super().block_html(ATTACHED.sub(self._source, html))

    def inline_html(self, html: str) -> str:
        self._demand(BARE.fullmatch(html))
        return super().inline_html(ATTACHED.sub(self._source, html))

    def _source(self, attribute: re.Match[str]) -> str:
        """Replace the name of an attached picture with the picture itself."""
        name = self.named.get(_plain(attribute[2]))
        return attribute[0] if name is None else f'src="{self._embedded(name)}"'

    def _embedded(self, name: str) -> str:
        mime, data = next(iter(self.attachments[name].items()))
        return f"data:{mime};base64,{data}"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        self._demand(VALUES["href"].fullmatch(url))
        return super().link(text, url, title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        name = url.removeprefix("attachment:") if url.startswith("attachment:") else ""
        if name and name not in self.attachments and _plain(name) in self.named:
            url = self._embedded(self.named[_plain(name)])  # nbconvert would not find it
        if name in self.attachments or DATA.fullmatch(url):
            self._demand(NAME.fullmatch(name))  # clean_html checks a picture in the text
            return super().image(text, url, title)
        self._demand(False)
        description = escape(text or "no description")
        return f"<em>[picture not loaded: {description} ({escape(url[:200])})]</em>"

    def block_code(self, code: str, info: str | None = None) -> str:
        language = (info or "").strip()
        self._demand(LANGUAGE.fullmatch(language) and (not language or len(code) <= COLORED))
        return super().block_code(code)  # without a language it colors nothing

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


def _plain(name: str) -> str:
    """A file's name in one form, however it was typed."""
    return unicodedata.normalize("NFC", unquote(unescape(name))).strip()


def _ids(reserved: Collection[str]) -> set[str]:
    """The ids that a page uses: its frame's, and those that formgrader makes from grade ids."""
    return FRAME.union(*[(name, f"{name}-comment", f"{name}_extra_credit") for name in reserved])
