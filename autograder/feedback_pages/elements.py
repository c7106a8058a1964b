"""List the HTML elements that are allowed, and have nh3 remove all others."""

import re

import nh3
from pygments.token import STANDARD_TYPES

from autograder.feedback_pages.pictures import checked_image

__all__ = ["CONTENT_GOES_TOO", "DATA", "VALUES", "cleaned", "is_easy"]

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del"),
    *("details", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5"),
    *("h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp"),
    *("small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th"),
    *("thead", "tr", "u", "ul", "var"),
}
CONTENT_GOES_TOO = {
    *("applet", "embed", "frame", "frameset", "iframe", "math", "noembed", "noframes", "noscript"),
    *("object", "plaintext", "script", "select", "style", "svg", "template", "textarea", "title"),
    "xmp",
}
ATTRIBUTES = {
    "*": {"class", "title", "style"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "details": {"open"},
}
CLASSES = {"dataframe", "highlight"} | {name for name in STANDARD_TYPES.values() if name}
VALUES = {
    "href": re.compile(r"(?:https?://|mailto:|#)[^\s\\]*", re.I),
    "style": re.compile(r"\s*text-align:\s*(?:left|right|center)\s*;?\s*", re.I),
    "scope": re.compile("row|col"),
    "open": re.compile(""),
} | dict.fromkeys(("width", "height", "colspan", "rowspan", "start"), re.compile(r"\d{1,4}"))
DATA = re.compile(r"data:(image/(?:png|jpeg|gif));base64,(.*)", re.S)
# Elements that a parser reopens in every following paragraph until they are closed.
_AGAIN = re.compile(
    r"<(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?![a-z0-9])", re.I
)
MOST_AGAIN, MOST_SIGNS = 200_000, 50_000


def cleaned(html: str) -> str:
    """Remove all elements and attributes that are not allowed from HTML.

    Parameters
    ----------
    html : str
        Any text.

    Returns
    -------
    str
        HTML in which every element is closed.
    """
    return nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=CONTENT_GOES_TOO,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "data"},
        strip_comments=True,
        link_rel="noopener noreferrer",
    )


def is_easy(html: str) -> bool:
    """Tell whether `cleaned` certainly takes little time and memory.

    `cleaned` makes at most one element for each tag and for each element that is reopened there,
    and its time grows with the square of the number of "&" characters.

    Parameters
    ----------
    html : str
        Any text.

    Returns
    -------
    bool
        Whether it does.
    """
    again = sum(1 for _ in _AGAIN.finditer(html))
    return again * html.count("<") <= MOST_AGAIN and html.count("&") <= MOST_SIGNS


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return " ".join(part for part in value.split() if part in CLASSES) or None
    if name == "src":
        match = DATA.fullmatch(value.strip())
        picture = checked_image(match[1], match[2]) if match else None
        return f"data:{match[1]};base64,{picture}" if match and picture else None
    if name in VALUES:
        return value if VALUES[name].fullmatch(value) else None
    return value[:2000]
