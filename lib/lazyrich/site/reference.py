"""Write the library's reference from its docstrings."""

import html
import importlib
import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from numpydoc.docscrape import NumpyDocString

from lazyrich.site.text import Text, as_code

__all__ = ["packages", "page"]

LISTS = ("Parameters", "Returns", "Yields", "Raises", "Attributes")
TEXTS = ("Notes", "References")


def packages() -> list[str]:
    """List the public packages and modules of the library.

    Returns
    -------
    list of str
        Their dotted names: the packages that `lazyrich` exports, each followed by the modules that
        it exports.
    """
    return list(_parts("lazyrich"))


def page(package: str) -> Text:
    """Render the reference of a package.

    Parameters
    ----------
    package : str
        The dotted name of the package.

    Returns
    -------
    Text
        The page's body.
    """
    module = importlib.import_module(package)
    text = Text("", [(1, package, package)])
    parts = [f'<section class="prose"><h1 id="{package}"><code>{package}</code></h1>']
    parts.append(_paragraphs(inspect.getdoc(module) or ""))
    for name, value in _public(module):
        full = f"{package}.{name}"
        text.headings.append((2, full, name))
        parts.append(f'<h2 id="{full}">{_linked(full, name, value)}</h2>')
        parts.append(_entry(name, value))
    text.html = "\n".join([*parts, "</section>"])
    text.words = " ".join(re.sub(r"<[^>]+>", " ", text.html).split())
    return text


def _parts(package: str) -> Iterator[str]:
    for name, value in _public(importlib.import_module(package)):
        if inspect.ismodule(value):
            yield f"{package}.{name}"
            yield from _parts(f"{package}.{name}")


def _public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name in getattr(module, "__all__", ()):
        value = getattr(module, name)
        if inspect.isfunction(value) or inspect.isclass(value) or inspect.ismodule(value):
            yield name, value


def _linked(full: str, name: str, value: Any) -> str:
    """Link the name of a module to its page."""
    code = f"<code>{name}</code>"
    return f'<a href="{full}.html">{code}</a>' if inspect.ismodule(value) else code


def _entry(name: str, value: Any) -> str:
    if inspect.ismodule(value):
        first = (inspect.getdoc(value) or "").split("\n\n")[0]
        return f"<p>{html.escape(first)}</p>"
    documented = NumpyDocString(inspect.getdoc(value) or "")
    parts = [as_code(f"{name}{_signature(value)}")]
    parts.append(
        _paragraphs("\n".join([*documented["Summary"], "", *documented["Extended Summary"]]))
    )
    parts += [_listed(title, documented[title]) for title in LISTS if documented[title]]
    parts += [
        f"<h3>{title}</h3>{_paragraphs(chr(10).join(documented[title]))}"
        for title in TEXTS
        if documented[title]
    ]
    if documented["Examples"]:
        parts.append("<h3>Examples</h3>" + as_code("\n".join(documented["Examples"])))
    if inspect.isclass(value):
        parts += [
            f"<h3><code>{name}.{method}</code></h3>{_entry(method, function)}"
            for method, function in vars(value).items()
            if inspect.isfunction(function) and not method.startswith("_") and function.__doc__
        ]
    return "\n".join(parts)


def _signature(value: Any) -> str:
    """Write the arguments without their types, which the list of parameters has in words."""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return "(...)"
    plain = [
        each.replace(annotation=each.empty)
        for each in signature.parameters.values()
        if not each.name.startswith("_")
    ]
    return str(signature.replace(parameters=plain, return_annotation=signature.empty))


def _listed(title: str, entries: Any) -> str:
    rows = []
    for entry in entries:
        if entry.name.startswith("_"):
            continue
        head = f"<code>{html.escape(entry.name)}</code>" if entry.name else ""
        kind = f'<span class="kind">{html.escape(entry.type)}</span>' if entry.type else ""
        rows.append(f"<dt>{head} {kind}</dt><dd>{_paragraphs(chr(10).join(entry.desc))}</dd>")
    return f"<h3>{title}</h3><dl>{''.join(rows)}</dl>"


def _paragraphs(source: str) -> str:
    """Render the plain text of a docstring: paragraphs, code between backticks, literal blocks."""
    parts = []
    for block in re.split(r"\n\s*\n", inspect.cleandoc(source)):
        if not block.strip():
            continue
        if block.startswith("    "):
            parts.append(as_code(inspect.cleandoc(block)))
            continue
        words = html.escape(block.replace("::", ":"))
        coded = re.sub(r"`+([^`]+)`+", r"<code>\1</code>", words)
        parts.append(f"<p>{coded}</p>")
    return "".join(parts)
