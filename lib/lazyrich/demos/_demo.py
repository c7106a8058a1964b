"""Define what demos share: a JavaScript module, and a still image where no JavaScript runs."""

import functools
import inspect
import json
import math
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Float, HasTraits, List, TraitType

from lazyrich.plots import Picture, house_style

__all__ = ["Demo", "Finite", "FiniteList", "script"]

HERE = Path(__file__).parent / "js"


def script(*names: str) -> str:
    """Join the JavaScript files of a demo into one module.

    Parameters
    ----------
    *names : str
        Names of files of `js/` without their suffix, in order; `_shared` is put first.

    Returns
    -------
    str
        The module.
    """
    return "\n".join((HERE / f"{name}.js").read_text() for name in ("_shared", *names))


class Finite(Float):
    """Hold a finite number; `Float` itself would accept NaN whatever its bounds."""

    def validate(self, obj: HasTraits, value: Any) -> float:
        """Refuse anything but a finite number, by a TraitError that names the trait."""
        if isinstance(value, float) and not math.isfinite(value):
            self.error(obj, value, info="a finite number")
        return super().validate(obj, value)


class FiniteList(List):
    """Hold a list of finite numbers, or of such lists."""

    def validate(self, obj: HasTraits, value: Any) -> Any:
        """Refuse a list with anything but finite numbers, by a TraitError that names the trait."""
        left = [value]
        while left:
            part = left.pop()
            if isinstance(part, list | tuple):
                left += part
            elif not isinstance(part, int | float) or not math.isfinite(part):
                self.error(obj, value, info="a list of finite numbers")
        return super().validate(obj, value)


class Demo(anywidget.AnyWidget):
    """Hold the state of a demo in traits; the browser draws without calling Python."""

    __signature__ = inspect.Signature()
    sliders: tuple[str, ...] = ()  # names of the traits in `settings`

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give a demo the signature of its traits, for help and completion."""
        super().__init_subclass__(**kwargs)
        traits = [name for name, value in vars(cls).items() if isinstance(value, TraitType)]
        if traits:
            kind = inspect.Parameter.KEYWORD_ONLY
            cls.__signature__ = inspect.Signature([inspect.Parameter(t, kind) for t in traits])

    @property
    def settings(self) -> dict[str, Any]:
        """Get the values of the sliders by name."""
        return {name: getattr(self, name) for name in self.sliders}

    def picture(self) -> Picture:
        """Draw a still image of the demo in its current state, with alternative text."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict]:
        """Offer the live widget and a still image; a page shows the best that it can."""
        bundle, metadata = super()._repr_mimebundle_(**kwargs)
        return self.still()._repr_mimebundle_() | bundle, metadata

    def still(self) -> Picture:
        """Draw `picture` in the course's style, once for each state."""
        names = self.traits(sync=True).keys() - anywidget.AnyWidget.class_traits().keys()
        state = {name: getattr(self, name) for name in sorted(names) if not name.startswith("_")}
        # anywidget gives each widget a class of its own; the demo's class has `picture`.
        kind = next(cls for cls in type(self).__mro__ if "picture" in vars(cls))
        return _drawn(kind, json.dumps(state))


@functools.lru_cache(maxsize=64)
def _drawn(kind: type[Demo], state: str) -> Picture:
    with house_style():
        return kind(**json.loads(state)).picture()
