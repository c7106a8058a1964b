"""Fill in the grader's pages: everything is escaped except what was cleaned before."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.grading.marks import hundredths

__all__ = ["filled", "inlined", "show_points"]

NOTHING: Mapping[str, Any] = MappingProxyType({})


def filled(
    folder: Path,
    page: str,
    values: Mapping[str, Any],
    *,
    filters: Mapping[str, Any] = NOTHING,
    names: Mapping[str, Any] = NOTHING,
) -> str:
    """Fill in a page. A name in the template without a value is an error.

    Parameters
    ----------
    folder : Path
        The folder of the template and of those that it extends.
    page : str
        The template's name, without its suffix.
    values : mapping
        What the page shows.
    filters : mapping, optional
        Filters in addition to `points`, which is `show_points`.
    names : mapping, optional
        Names that all templates can use.

    Returns
    -------
    str
        HTML.
    """
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"points": show_points, **filters}
    environment.globals |= names
    return environment.get_template(f"{page}.html.j2").render(values)


def inlined(styles: str) -> dict[str, str]:
    """Prepare a style sheet to be part of the page itself.

    Parameters
    ----------
    styles : str
        The style sheet.

    Returns
    -------
    dict
        `styles`, and `digest`, by which the page's security policy allows only this sheet.
    """
    digest = hashlib.sha256(styles.encode()).digest()
    return {"styles": Markup(styles), "digest": base64.b64encode(digest).decode()}


def show_points(points: float) -> str:
    """Write points for a reader, with two decimals at most.

    Parameters
    ----------
    points : float
        The points.

    Returns
    -------
    str
        For example "2.5".
    """
    return f"{float(hundredths(float(points))):g}"
