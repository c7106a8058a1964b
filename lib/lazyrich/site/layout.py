"""Put the body of a page into the frame that all pages share."""

import html
from dataclasses import dataclass

from lazyrich.site.text import Text

__all__ = ["Place", "frame"]

# Links of the head of every page: words, file.
MAIN = (("Notebooks", "notebooks.html"), ("Demos", "demos.html"), ("Library", "reference.html"))


@dataclass(frozen=True)
class Place:
    """Hold a page's file and title, and its neighbors.

    Parameters
    ----------
    file : str
        The page's file name.
    title : str
        The page's title, as plain text.
    before : Place, optional
        The previous page.
    after : Place, optional
        The next page.
    """

    file: str
    title: str
    before: "Place | None" = None
    after: "Place | None" = None


def frame(place: Place, text: Text, *, wide: bool = False) -> str:
    """Write a page.

    Parameters
    ----------
    place : Place
        The page's file, title and neighbors.
    text : Text
        The page's body, with the headings that the table of contents lists.
    wide : bool, default False
        Whether the page has no table of contents.

    Returns
    -------
    str
        The HTML file.
    """
    title = html.escape(place.title)
    links = "".join(f'<a href="{file}"{_current(file, place)}>{words}</a>' for words, file in MAIN)
    inner = "" if wide else _contents(text)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · Lazy to Rich</title>
<link rel="icon" href="data:;base64,=">
<link rel="stylesheet" href="site.css">
</head>
<body>
<a class="skip" href="#main">Skip to the text</a>
<header class="top">
<a class="home" href="index.html">Lazy to Rich</a>
<nav aria-label="Site">{links}</nav>
<form class="search" role="search">
<label for="q">Search</label>
<input id="q" type="search" autocomplete="off" aria-controls="found" placeholder="Search">
<div id="found" class="found" hidden></div>
</form>
</header>
<div class="columns{" wide" if wide else ""}">
{inner}<main id="main" tabindex="-1">
{text.html}
{_neighbors(place)}</main>
</div>
<script src="site.js" defer></script>
</body>
</html>
"""


def _current(file: str, place: Place) -> str:
    return ' aria-current="page"' if file == place.file else ""


def _contents(text: Text) -> str:
    # The heading of an exercise continues with points, minutes and difficulty.
    entries = [
        f'<li class="level{level}"><a href="#{name}">{html.escape(words.split(" — ")[0])}</a></li>'
        for level, name, words in text.headings
        if 1 < level <= 3
    ]
    if not entries:
        return ""
    listed = "".join(entries)
    return (
        '<nav class="contents" aria-label="On this page"><details open>'
        f"<summary>On this page</summary><ul>{listed}</ul></details></nav>\n"
    )


def _neighbors(place: Place) -> str:
    links = [
        f'<a class="{kind}" href="{other.file}">{arrow} {html.escape(other.title)}</a>'
        for kind, arrow, other in (("before", "←", place.before), ("after", "→", place.after))
        if other is not None
    ]
    if not links:
        return ""
    return f'<nav class="neighbors" aria-label="Pages before and after">{"".join(links)}</nav>\n'
