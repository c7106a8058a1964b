"""What all demos share: one JavaScript file each, and a figure that stands in where no JavaScript runs."""

import functools
import json
from pathlib import Path
from typing import Any

import anywidget

from lazyrich.plots import Picture, house_style

__all__ = ["Demo", "script"]

HERE = Path(__file__).parent / "js"


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
        return self.still()._repr_mimebundle_() | bundle, metadata

    def still(self) -> Picture:
        """`picture`, in the house style whatever the notebook's, and drawn only once for each state."""
        names = self.traits(sync=True).keys() - anywidget.AnyWidget.class_traits().keys()
        state = {name: getattr(self, name) for name in sorted(names) if not name.startswith("_")}
        kind = next(
            each for each in type(self).__mro__ if "picture" in vars(each)
        )  # each widget is of a class of its own
        return _drawn(kind, json.dumps(state))


@functools.lru_cache(maxsize=64)
def _drawn(kind: type[Demo], state: str) -> Picture:
    with house_style():
        return kind(**json.loads(state)).picture()
