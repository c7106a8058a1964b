"""Show every demo of the course on one page, for lectures and for browsing.

`make demo` (`lazyrich demo`) opens it, `lazyrich demo --html FILE` writes it as one file. All
drawing is done in the browser.
"""

from nbjudge.extras import needs

with needs("lab"):
    from lazyrich.demos.gallery.entries import ENTRIES, JUMPS, Entry
    from lazyrich.demos.gallery.page import Gallery, document, table

__all__ = ["ENTRIES", "JUMPS", "Entry", "Gallery", "document", "table"]
