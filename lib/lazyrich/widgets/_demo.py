"""What all demos share: one JavaScript file each, and a figure that stands in where no JavaScript runs."""

from pathlib import Path
from typing import Any

import anywidget

from lazyrich.plots import Picture

__all__ = ["Demo", "script"]

HERE = Path(__file__).parent


def script(*names: str) -> str:
    """The JavaScript module of a demo: the parts that all share, then its own."""
    return "\n".join((HERE / f"{name}.js").read_text() for name in ("_shared", *names))


class Demo(anywidget.AnyWidget):
    """A demo whose state lives in traits; the drawing is done in the browser, without a call to Python."""

    def picture(self) -> Picture:
        """A still of the demo in its present state, with alternative text."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict]:
        """The live widget, and for exported pages and graders a still: each page shows the richest that it can."""
        bundle, metadata = super()._repr_mimebundle_(**kwargs)
        return self.picture()._repr_mimebundle_() | bundle, metadata
