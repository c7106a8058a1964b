"""Write the whole course as a website of plain files: nothing to install, nothing to run.

`make site` (`lazyrich site OUT`) writes the nine notebooks with their figures and live demos, the
pages, the gallery and the library's reference. The files load nothing from other hosts, so that the
site works from a folder as well as from a server.
"""

from nbjudge.extras import needs

with needs("site"):
    from lazyrich.site import one_number
    from lazyrich.site.build import build

__all__ = ["build", "one_number"]
