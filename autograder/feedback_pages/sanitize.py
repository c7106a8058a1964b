"""Clean a judged notebook for formgrader, feedback and JupyterLab: prose, outputs and metadata.

A student's code stays as it is, because pages escape it; only very long code is cut, and invisible
characters are written out, because they can make code look like other code.
"""

import copy
import json
import re
from collections.abc import Collection
from typing import Any

from nbformat.notebooknode import NotebookNode

from autograder.feedback_pages import markup
from autograder.feedback_pages.bounded import shared
from autograder.feedback_pages.pictures import checked_image
from autograder.feedback_pages.prose import NAME, clean_markdown
from autograder.intake.cells import PICTURES

__all__ = ["clean_notebook", "clean_output", "clean_outputs", "clean_prose"]

OUTPUTS = 50  # of a cell
CELL, NOTEBOOK = 3_000_000, 12_000_000  # characters of a cell's outputs, and of all outputs
KEPT_METADATA = ("nbgrader", "nbjudge", "deletable", "editable")


def clean_notebook(notebook: Any, *, ours: Collection[str] = frozenset()) -> Any:
    """Clean a judged notebook so that it cannot harm the pages that show it.

    Cleaning again changes nothing.

    Parameters
    ----------
    notebook : NotebookNode or dict
        The notebook; it is not changed.
    ours : collection of str, optional
        Markdown sources of the release, which stay as they are.

    Returns
    -------
    NotebookNode or dict
        A clean copy.
    """
    with shared():
        notebook = clean_outputs(clean_prose(notebook, ours=ours))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["source"] = markup.clean_code(cell["source"])
    return notebook


def clean_outputs(notebook: Any) -> Any:
    """Clean the outputs of a notebook's code cells, in place.

    Parameters
    ----------
    notebook : NotebookNode or dict
        The notebook; it is changed.

    Returns
    -------
    NotebookNode or dict
        The same object.
    """
    left = NOTEBOOK
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            outputs, left = _outputs(cell.get("outputs") or [], left)
            cell["outputs"] = _like(notebook, outputs)
            if type(cell.get("execution_count")) is not int:
                cell["execution_count"] = None
    return notebook


def clean_prose(notebook: Any, *, ours: Collection[str] = frozenset()) -> Any:
    """Clean a notebook's markdown, attachments, ids and metadata, but not its code and outputs.

    A raw cell, which pages would show as HTML, becomes markdown that shows its text.

    Parameters
    ----------
    notebook : NotebookNode or dict
        The notebook; it is not changed.
    ours : collection of str, optional
        Markdown sources of the release, which stay as they are.

    Returns
    -------
    NotebookNode or dict
        A clean copy.
    """
    notebook = copy.deepcopy(notebook)
    notebook["metadata"] = _like(notebook, _notebook_metadata(notebook.get("metadata")))
    ids = {
        str((cell.get("metadata") or {}).get("nbgrader", {}).get("grade_id"))
        for cell in notebook["cells"]
        if isinstance((cell.get("metadata") or {}).get("nbgrader"), dict)
    }
    seen: set[str] = set()
    for number, cell in enumerate(notebook["cells"], 1):
        cell["source"] = source = markup.whole(_text(cell.get("source")))
        metadata = cell.get("metadata") or {}
        cell["metadata"] = _like(
            notebook, {key: metadata[key] for key in KEPT_METADATA if key in metadata}
        )
        if "id" in cell and (
            not re.fullmatch(r"[\w-]{1,64}", str(cell["id"]), re.A) or cell["id"] in seen
        ):
            cell["id"] = f"cell-{number}"
        seen.add(str(cell.get("id")))
        if cell["cell_type"] == "code":
            continue
        attachments = _attachments(cell.pop("attachments", None))
        if kept := {name: kinds for name, kinds in attachments.items() if NAME.fullmatch(name)}:
            cell["attachments"] = _like(notebook, kept)
        if cell["cell_type"] != "markdown":
            cell["cell_type"], source = "markdown", _fenced(source)
        for key in ("outputs", "execution_count"):
            cell.pop(key, None)
        cell["source"] = source if source in ours else clean_markdown(source, attachments, ids)
    return notebook


def clean_output(output: Any) -> dict[str, Any] | None:
    """Clean one output: keep text, HTML, markdown, TeX and pictures; remove scripts and the like.

    Parameters
    ----------
    output : dict
        An output as nbformat has it; its values may be anything.

    Returns
    -------
    dict or None
        The clean output; None if nothing is left. If only text is left, it says what was left out.
    """
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        text = markup.clean_text(_text(output.get("text")))
        return {"output_type": kind, "name": name, "text": text}
    if kind == "error":
        lines = output.get("traceback")
        lines = lines[:60] if isinstance(lines, list) else []
        return {
            "output_type": kind,
            "ename": markup.clean_text(_text(output.get("ename")), 80),
            "evalue": markup.clean_text(_text(output.get("evalue")), 2000),
            "traceback": [markup.clean_text(_text(line), 4000) for line in lines],
        }
    data, metadata = output.get("data"), output.get("metadata")
    if kind not in ("display_data", "execute_result") or not isinstance(data, dict):
        return None
    kept = {
        mime: value
        for mime in CLEANERS
        if mime in data and (value := CLEANERS[mime](_text(data[mime])))
    }
    lost = sorted(markup.clean_text(str(mime), 60) for mime in data if mime not in kept)
    if not kept and not lost:
        return None
    if lost and set(kept) <= {"text/plain"}:
        word = f"[left out: {', '.join(lost[:5])}]"
        kept = {"text/plain": f"{kept['text/plain']}\n{word}" if kept else word}
    sizes = metadata if isinstance(metadata, dict) else {}
    cleaned = {
        "output_type": kind,
        "data": kept,
        "metadata": {m: s for m in kept if (s := _size(sizes.get(m)))},
    }
    if kind == "execute_result":
        count = output.get("execution_count")
        cleaned["execution_count"] = count if type(count) is int else None
    return cleaned


def _picture(mime: str) -> Any:
    return lambda data: checked_image(mime, data)


def _html(source: str) -> str:
    html = markup.clean_html(source)
    text_left = re.sub(r"<[^>]*>|\s|\[left out: \w+\]", "", html)
    return html if text_left or "<img" in html else ""


# What may be shown, and how it is cleaned. SVG is left out: it can contain links, fonts and styles
# from elsewhere.
CLEANERS: dict[str, Any] = {
    "text/plain": markup.clean_text,
    "text/html": _html,
    "text/markdown": clean_markdown,
    "text/latex": lambda source: markup.clean_tex(markup.clean_text(source)),
} | {mime: _picture(mime) for mime in PICTURES}


def _outputs(outputs: Any, left: int) -> tuple[list[Any], int]:
    """A cell's outputs, cleaned, and how many of `left` characters remain."""
    cleaned: list[Any] = []
    room = min(CELL, left)
    for output in outputs if isinstance(outputs, list) else []:
        one = clean_output(output) if isinstance(output, dict) else None
        if one is None:
            continue
        room -= (size := len(json.dumps(one)))
        if room < 0 or len(cleaned) == OUTPUTS:
            text = "[more outputs were left out]\n"
            cleaned.append({"output_type": "stream", "name": "stdout", "text": text})
            break
        left -= size
        cleaned.append(one)
    return cleaned, left


def _size(metadata: Any) -> dict[str, Any]:
    """Width, height and description of a picture; pages write width and height without quotes."""
    if not isinstance(metadata, dict):
        return {}
    sizes = {key: metadata[key] for key in ("width", "height") if type(metadata.get(key)) is int}
    sizes = {key: value for key, value in sizes.items() if 0 < value < 5000}
    if isinstance(metadata.get("alt"), str):
        sizes["alt"] = markup.clean_text(metadata["alt"], 500)
    return sizes


def _attachments(attachments: Any) -> dict[str, dict[str, str]]:
    """The attachments that are pictures."""
    kept = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        if isinstance(bundle, dict) and isinstance(name, str) and name:
            pictures = {
                mime: data
                for mime in PICTURES
                if mime in bundle and (data := checked_image(mime, _text(bundle[mime])))
            }
            if pictures:
                kept[name] = pictures
    return kept


def _notebook_metadata(metadata: Any) -> dict[str, Any]:
    """The kernel and the language; no widgets' states, no titles."""
    kept: dict[str, Any] = {}
    for part, keys in (
        ("kernelspec", ("name", "display_name", "language")),
        ("language_info", ("name", "version")),
    ):
        values = (metadata or {}).get(part)
        if isinstance(values, dict):
            kept[part] = {
                key: values[key]
                for key in keys
                if isinstance(values.get(key), str) and NAME.fullmatch(values[key])
            }
    if "name" not in kept.get("kernelspec", {}) or "display_name" not in kept["kernelspec"]:
        kept["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    if "language_info" in kept and "name" not in kept["language_info"]:
        kept["language_info"]["name"] = "python"
    return kept


def _fenced(text: str) -> str:
    """Markdown that shows a text as it was typed."""
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _like(notebook: Any, value: Any) -> Any:
    """`value` made of NotebookNodes if the notebook is, else of dictionaries."""
    return _nodes(value) if isinstance(notebook, NotebookNode) else value


def _nodes(value: Any) -> Any:
    if isinstance(value, dict):
        return NotebookNode({key: _nodes(part) for key, part in value.items()})
    return [_nodes(part) for part in value] if isinstance(value, list) else value
