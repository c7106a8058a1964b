"""Clean what a student wrote or printed for a page that others open.

Formgrader and nbconvert copy HTML, markdown and pictures of a notebook unchanged into pages that
the browser trusts as the instructor's server. So everything is cleaned here first: HTML by nh3 with
a short list of what is allowed, pictures by their first bytes.

nbconvert's own sanitizer (`nbconvert.preprocessors.sanitize`, on bleach) was tried with the cases
of tests/hostile.py: it leaves `[x](javascript:...)` in markdown, changes honest prose (`a < b`,
`$x<y$`, code), loses tables and pictures or, told to keep them, loads pictures from elsewhere, and
did not finish within half a minute on deeply nested HTML.
"""

import re
from collections import Counter
from html import escape

from autograder.feedback_pages import elements
from autograder.feedback_pages.apart import cleaned_apart
from autograder.feedback_pages.bounded import TooMuch, bounded, many_attributes
from autograder.feedback_pages.elements import CONTENT_GOES_TOO
from nbjudge.wording import CONTROLS, TURNING, UNSEEN, counted, visible

__all__ = ["as_typed", "clean_code", "clean_html", "clean_tex", "clean_text", "depth", "whole"]

TEXT, MARKUP = 30_000, 2_000_000  # characters of text and of HTML
SOURCE = 200_000  # characters of a code cell that a page shows
BLANK = re.compile(r"\s{300,}+")  # Pygments reads ahead from each of its lines
DOTTED = re.compile(r"(?<![\w.*])(?:\w*+[.*]){300,}+")  # and from each of its dots
DEEPEST = 100  # elements inside each other; more make pages slow, and some parsers give up

VOID = ("br", "hr", "img", "col", "input", "wbr")
MOST_TAGS, MOST_OPEN = 20_000, 1000
REL = ' rel="noopener noreferrer"'
# TeX commands by which MathJax makes links, loads code and sets styles.
TEX = re.compile(
    r"\\(?=\s*(?:href|require|style|class|cssId|data|unicode|bbox|includegraphics|mmlToken|Tip)"
    r"(?![A-Za-z]))"
)
DISARMED = "\u2060"  # invisible after the backslash, so that TeX does not know the command

_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-Z\\`-~])?"
)
_COLOR = re.compile(
    r"\x1b\[(?:(?:[0134579]|2[1247]|[34][0-79]|9[0-7]|10[0-7])?(?:;(?!m)|(?=m)))*m", re.A
)
INVISIBLE = re.compile(f"[{CONTROLS}{UNSEEN}]")
# Harmless prose stays unchanged: whoever grades a text must see it letter by letter.
NOT_OF_PROSE = re.compile(f"[{CONTROLS}{TURNING}]")
_BUT_COLORS = re.compile(f"(?!\x1b){INVISIBLE.pattern}")
_DROPPED = re.compile(rf"<({'|'.join(sorted(CONTENT_GOES_TOO))})(?![a-z0-9-])", re.I)
_TYPED = re.compile(r"<pre>[^<>]*</pre>")  # as `as_typed` writes it
_IMAGE = re.compile(r'<img((?:[^>"]|"[^"]*")*)>')
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)(?:[^>"]|"[^"]*")*>')


def clean_text(text: str, most: int = TEXT) -> str:
    """Remove terminal commands and invisible or direction-changing characters from text.

    Colors stay. Of a line that was overwritten (a progress bar), the last version stays.

    Parameters
    ----------
    text : str
        Any text.
    most : int, default 30,000
        The number of characters that are kept.

    Returns
    -------
    str
        The text; if it was cut, a last line says how many characters were left out.
    """
    left_out = max(len(text) - 4 * most, 0)
    text = whole(text[: 4 * most]).replace("\r\n", "\n")
    text = _ESCAPE.sub(lambda match: match[0] if _COLOR.fullmatch(match[0]) else "", text)
    text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    text = _BUT_COLORS.sub("", text)
    left_out += max(len(text) - most, 0)
    more = counted(left_out, "more character")
    return text[:most] + (f"\n… (left out: {more})" if left_out else "")


def whole(text: str) -> str:
    """Make a text writable in UTF-8: surrogates (halves of characters) become question marks.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text.
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def clean_code(source: str) -> str:
    """Write out invisible characters of code, and cut what would take minutes to color.

    That is code that is very long, or mostly white space. Cleaning again changes nothing.

    Parameters
    ----------
    source : str
        The code of a cell.

    Returns
    -------
    str
        The code, for a person to read: characters that change the direction of a line can make
        it look like other code.

    Examples
    --------
    >>> clean_code("x = 1  # \u202ex").isprintable()
    True
    """
    source = INVISIBLE.sub(lambda sign: visible(sign[0], keep="\f\v"), source)
    source = BLANK.sub("\n# ... (white space was left out here)\n", source)
    source = DOTTED.sub("\n# ... (a row of dots was left out here)\n", source)
    if len(source) <= SOURCE:
        return source
    more = counted(len(source) - SOURCE, "more character")
    return source[:SOURCE] + f"\n# ... (in the file handed in: {more})"


def clean_tex(text: str) -> str:
    r"""Disarm the commands of TeX that make links, load code or set styles.

    They are shown as they were typed, and do nothing.

    Parameters
    ----------
    text : str
        TeX, or text with TeX in it.

    Returns
    -------
    str
        The text, with an invisible character in each such command.

    Examples
    --------
    >>> cleaned = clean_tex(r"\frac12 \href{javascript:x}{y}")
    >>> cleaned.replace(DISARMED, "-")
    '\\frac12 \\-href{javascript:x}{y}'
    """
    return TEX.sub("\\\\" + DISARMED, text)


def clean_html(html: str) -> str:
    """Remove everything that runs, loads, covers the page or carries an id from HTML.

    Text, tables, lists, pictures that are part of the HTML, and links that a reader must click
    stay. HTML that is too long is left out, and HTML that is nested too deeply is shown as text.
    Cleaning again changes nothing.

    Parameters
    ----------
    html : str
        Any text.

    Returns
    -------
    str
        Safe HTML in which every element is closed.
    """
    html = INVISIBLE.sub("", whole(html))
    if len(html) > MARKUP:
        return f"<p>[{len(html)} characters of HTML were left out: too long]</p>"
    if _tangled(html):
        return as_typed(html)
    html = html.replace(
        REL, ""
    )  # from an earlier cleaning; its place among the attributes would change
    words = _with_words(html)
    try:
        with bounded():
            easy = elements.is_easy(words)
            cleaned = elements.cleaned(words) if easy else cleaned_apart(words)
    except TooMuch:
        return clean_tex(html) if _TYPED.fullmatch(html) else as_typed(html)
    cleaned = _IMAGE.sub(_picture_or_word, cleaned)
    return clean_tex(cleaned) if depth(cleaned) <= DEEPEST else as_typed(html)


def _with_words(html: str) -> str:
    """Put a note before each element that is removed together with its content.

    An element that is not closed would take all that follows with it: it is shown as it was typed.
    """
    last = {name: html.lower().rfind(f"</{name}") for name in CONTENT_GOES_TOO}

    def word(tag: re.Match[str]) -> str:
        name = tag[1].lower()
        if last[name] < tag.start():
            return f"&lt;{tag[1]}"
        return tag[0] if name == "style" else f"[left out: {name}]{tag[0]}"

    return _DROPPED.sub(word, html)


def _picture_or_word(image: re.Match[str]) -> str:
    """Keep a picture; where its source was refused, say so."""
    if ' src="' in image[1]:
        return image[0]
    alt = re.search(r' alt="([^"]*)"', image[1])
    words = alt[1].replace("&quot;", '"') if alt else ""
    return f"<em>[picture not loaded: {words or 'no description'}]</em>"


def _tangled(html: str) -> bool:
    """Whether it has so many tags, open tags or attributes that parsing would take minutes."""
    opened = Counter(name.lower() for name in re.findall(r"<([a-zA-Z][a-zA-Z0-9]*)", html))
    closed = Counter(name.lower() for name in re.findall(r"</([a-zA-Z][a-zA-Z0-9]*)", html))
    left = opened - closed - Counter({name: len(html) for name in VOID})
    too_many = opened.total() + closed.total() > MOST_TAGS or left.total() > MOST_OPEN
    return too_many or many_attributes(html)


def depth(html: str) -> int:
    """Count how deeply elements are nested at most.

    Parameters
    ----------
    html : str
        HTML in which every element is closed.

    Returns
    -------
    int
        The largest number of open elements.
    """
    level = most = 0
    for tag in _TAG.finditer(html):
        if tag[2] not in VOID:
            level += -1 if tag[1] else 1
            most = max(most, level)
    return most


def as_typed(text: str) -> str:
    """Show any text as it was typed.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        HTML: the cleaned text, escaped, in a `pre` element.
    """
    return f"<pre>{clean_tex(escape(clean_text(text), quote=False))}</pre>"
