"""A notebook's cells from the bytes of a file, whatever happened to it. Runs in the limited process; standard library only.

Only sources, ids, pasted images, and of saved outputs texts and pictures are kept; other metadata never get out.
"""

import html
import itertools
import json
import re
import time
from typing import Any

__all__ = [
    "MAX_ATTACHED",
    "MAX_CELLS",
    "MAX_OUTPUTS",
    "MAX_SHOWN",
    "MAX_SOURCE",
    "MAX_TEXT",
    "PICTURES",
    "Unreadable",
    "read_submission",
]

MAX_CELLS = 2000
MAX_SOURCE = 2**20  # characters of one cell
MAX_TEXT = 8 * 2**20  # characters of all cells
MAX_ATTACHED = 20 * 2**20  # characters of all pasted images
MAX_IMAGES = 200
MAX_SHOWN = 20 * 2**20  # characters of all saved outputs
MAX_OUTPUTS = 500  # of a notebook, and OUTPUT characters of a text
OUTPUT = 20_000
PICTURES = ("image/png", "image/jpeg", "image/gif")
PICTURE = re.compile(
    r'<img\b[^<>]{0,2000}\bsrc="data:(image/(?:png|jpeg|gif));base64,([A-Za-z0-9+/=\s]+)"'
)
ALT = re.compile(r'\balt="([^"<>]{0,2000})"')
SALVAGE = 5.0  # seconds for reading on in a damaged file
KNOWN = {
    "code": "code",
    "markdown": "markdown",
    "raw": "raw",
    "heading": "markdown",
    "html": "markdown",
}
CELL = re.compile(
    r'\{\s*"(?:cell_type|id|metadata|source|input|attachments|execution_count|outputs|collapsed|level|language)"\s*:'
)
OTHERS = {
    b"%PDF": "a PDF",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x1f\x8b": "compressed (gzip)",
    b"\x89PNG": "a picture",
    b"\xd0\xcf\x11\xe0": "an Office document",
}


class Unreadable(Exception):
    """A submission that cannot be graded; the message says why, to its student."""


def read_submission(raw: bytes) -> tuple[dict[str, Any], list[str]]:
    """A notebook of nbformat 4 from the bytes of a file, and notes on what was done to read it.

    Its cells have a type (code, markdown or raw), a source, perhaps an id, attachments, and of the metadata what
    says which cell of the release they stand for. Nothing else is kept.

    Raises:
        Unreadable: saying why, if nothing can be graded.
    """
    if not raw.strip(b" \t\r\n\x00"):
        raise Unreadable("the file is empty")
    text, notes = _decode(raw)
    try:
        notebook = json.loads(text, **NUMBERS)
    except (ValueError, RecursionError):
        cells, whole = _salvage(text)
        if not cells:
            raise Unreadable(_what_else(raw)) from None
        lost = "a part of it is lost" if whole else "the rest is lost"
        notes.append(f"the file is cut off or damaged: {len(cells)} cells could be read, {lost}")
        return _notebook(cells, notes), notes
    return _notebook(_cells(notebook, notes), notes), notes


def _small(digits: str) -> int:
    return int(digits) if len(digits) < 20 else 0  # Python refuses to read thousands of digits


NUMBERS = {"parse_int": _small, "parse_constant": lambda name: None}


# -- bytes to text ------------------------------------------------------------------------------------------


def _decode(raw: bytes) -> tuple[str, list[str]]:
    encoding = json.detect_encoding(raw)  # by a mark, or by where the zero bytes are
    if encoding != "utf-8":
        name = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
        marked = (
            "with a mark"
            if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or encoding == "utf-8-sig"
            else "without a mark"
        )
        return raw.decode(encoding, "replace"), [f"the file was saved as {name} {marked}"]
    try:
        return raw.decode(), []
    except UnicodeDecodeError:
        pass
    text = raw.decode("utf-8", "replace")
    wrong, right = text.count("\ufffd"), len(re.findall(r"[^\x00-\x7f\ufffd]", text))
    if right >= wrong:  # UTF-8 with a few bad bytes, not another encoding
        return text, ["a few letters of the file are damaged"]
    return raw.decode("latin-1"), ["the file is not in UTF-8; some letters may be wrong"]


def _what_else(raw: bytes) -> str:
    head = raw[:1024].lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html", b"<?xml")) or b"<html" in head:
        return "the file is a web page, not a notebook; hand in the .ipynb file itself"
    for begin, kind in OTHERS.items():
        if raw.startswith(begin):
            return f"the file is {kind}, not a notebook; hand in the .ipynb file itself"
    return "the file is no notebook, or it is damaged beyond reading"


def _salvage(text: str) -> tuple[list[dict[str, Any]], bool]:
    """The whole cells of a damaged notebook, and whether it still has its end: where a cell cannot be read, look for
    the beginning of the next."""
    begin = re.search(r'"(?:cells|worksheets)"\s*:\s*\[', text)
    position = len(text) if begin is None else begin.end()
    decoder, cells, until = json.JSONDecoder(**NUMBERS), [], time.monotonic() + SALVAGE
    while (
        len(cells) < MAX_CELLS
        and time.monotonic() < until
        and (found := CELL.search(text, position))
    ):
        try:
            cell, position = decoder.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            position = found.end()
            continue
        if isinstance(cell, dict) and "cell_type" in cell:
            cells.append(_reduced(cell))
    return cells, text[-1000:].rstrip().endswith("}")


# -- text to cells ------------------------------------------------------------------------------------------


def _cells(notebook: Any, notes: list[str]) -> list[dict[str, Any]]:
    """The cells of a notebook of nbformat 2, 3 or 4, as those of 4."""
    if not isinstance(notebook, dict):
        raise Unreadable("the file holds JSON, but no notebook")
    version = notebook.get("nbformat", 4)
    if type(version) is not int or version not in (2, 3, 4):
        told = version if type(version) is int else f"of type {type(version).__name__}"
        raise Unreadable(
            f"the notebook says that its format is {told}; formats 2, 3 and 4 can be read"
        )
    cells = notebook.get("cells")
    if version < 4:
        sheets = notebook.get("worksheets")
        sheets = (
            [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
            if isinstance(sheets, list)
            else []
        )
        cells = (
            [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
            if sheets
            else cells
        )
        notes.append(f"the notebook was in an old format ({version}); it was upgraded")
    if not isinstance(cells, list):
        raise Unreadable("the file holds JSON, but no notebook: it has no cells")
    cells = [cell for cell in cells if isinstance(cell, dict)]
    if len(cells) > MAX_CELLS:
        notes.append(
            f"the notebook has {len(cells)} cells; only the first {MAX_CELLS} that are not empty were read"
        )
        cells = list(
            itertools.islice(
                (cell for cell in cells if cell.get("source", cell.get("input"))), MAX_CELLS
            )
        )
    return [_reduced(cell) for cell in cells]


def _reduced(cell: dict[str, Any]) -> dict[str, Any]:
    """Of a cell, what may be of use."""
    given = cell.get("cell_type")
    kind = KNOWN.get(given, "raw") if isinstance(given, str) else "raw"
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    source = _text(source)
    if given == "heading":
        level = cell.get("level")
        source = "#" * (level if type(level) is int and 1 <= level <= 6 else 1) + " " + source
    reduced = {"cell_type": kind, "source": source, "metadata": _metadata(cell.get("metadata"))}
    if _text(cell.get("id")):
        reduced["id"] = _text(cell["id"])[:64]
    if kind == "markdown" and isinstance(cell.get("attachments"), dict):
        reduced["attachments"] = _images(cell["attachments"])
    if kind == "code" and isinstance(cell.get("outputs"), list):
        reduced["outputs"] = [
            shown for output in cell["outputs"][:MAX_OUTPUTS] if (shown := _shown(output))
        ]
    return reduced


def _metadata(given: Any) -> dict[str, Any]:
    """Which cell of the release this says it is: grade id, exercise, and the checksum that tells the version."""
    given = given if isinstance(given, dict) else {}
    nbgrader, nbjudge = (
        given.get(key) if isinstance(given.get(key), dict) else {}
        for key in ("nbgrader", "nbjudge")
    )
    kept: dict[str, Any] = {}
    if isinstance(nbgrader.get("grade_id"), str):
        kept["nbgrader"] = {
            "grade_id": _text(nbgrader["grade_id"])[:100],
            "checksum": _text(nbgrader.get("checksum"))[:64],
        }
    if isinstance(nbjudge.get("names"), list) and isinstance(nbjudge.get("exercise"), str):
        kept["nbjudge"] = {"exercise": _text(nbjudge["exercise"])[:40], "names": []}
    return kept


def _images(given: dict[str, Any]) -> dict[str, dict[str, str]]:
    images: dict[str, dict[str, str]] = {}
    for name, bundle in given.items():
        kinds = (
            {
                _text(kind)[:100]: _text(data)
                for kind, data in bundle.items()
                if isinstance(data, str)
            }
            if isinstance(bundle, dict)
            else {}
        )
        if kinds:
            images[_text(name)[:200]] = kinds
    return images


def _shown(output: Any) -> dict[str, Any] | None:
    """Of a saved output, its text and its picture, as an output of nbformat 4; None if it has neither.

    HTML can hold anything and is left out, but for a picture in it, which is how the library's figures are saved.
    """
    if not isinstance(output, dict):
        return None
    if output.get("output_type") == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": _joined(output.get("text"))[:OUTPUT]}
    if output.get("output_type") == "error":
        told = {key: _text(output.get(key))[:OUTPUT] for key in ("ename", "evalue")}
        return {"output_type": "error", **told, "traceback": []}
    data = output.get("data") if isinstance(output.get("data"), dict) else {}
    bundle, alt = {}, ""
    for kind in PICTURES:
        if picture := _joined(data.get(kind)):
            bundle[kind] = picture
    page = _joined(data.get("text/html"))
    if not bundle and (found := PICTURE.search(page)):
        bundle[found[1]] = found[2]
        alt = html.unescape(told[1]) if (told := ALT.search(page[: found.end()])) else ""
    if text := _joined(data.get("text/plain"))[:OUTPUT]:
        bundle["text/plain"] = text
    metadata = {kind: {"alt": alt} for kind in bundle if kind in PICTURES and alt}
    return {"output_type": "display_data", "data": bundle, "metadata": metadata} if bundle else None


def _joined(value: Any) -> str:
    """A text that a notebook may hold in pieces."""
    return _text(
        "".join(part for part in value if isinstance(part, str))
        if isinstance(value, list)
        else value
    )


def _text(value: Any) -> str:
    """Text that every later step can hold: Unix line ends, no zero bytes, no half characters, no byte-order mark."""
    if not isinstance(value, str):
        return ""
    value = value.removeprefix("\ufeff")
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub("[\x00\ud800-\udfff]", "\ufffd", value)


# -- within bounds ------------------------------------------------------------------------------------------


def _notebook(cells: list[dict[str, Any]], notes: list[str]) -> dict[str, Any]:
    large = [cell for cell in cells if len(cell["source"]) > MAX_SOURCE]
    for cell in large:
        cell["source"] = ""
    if large:
        notes.append(
            f"{len(large)} cells hold more than {MAX_SOURCE >> 20} MB of text each; they were emptied"
        )
    room, images, left_out = MAX_TEXT, (MAX_ATTACHED, MAX_IMAGES), 0
    outputs = (MAX_SHOWN, MAX_OUTPUTS)
    for number, cell in enumerate(cells):
        room -= len(cell["source"])
        if "outputs" in cell:
            outputs = _fitting(cell, outputs)
        if room < 0:
            notes.append(
                f"the notebook holds more than {MAX_TEXT >> 20} MB of text; what came later was left out"
            )
            cells = cells[:number]
            break
        for name, kinds in list(cell.get("attachments", {}).items()):
            left = images[0] - sum(map(len, kinds.values())), images[1] - len(kinds)
            if min(left) < 0:
                del cell["attachments"][name]
                left_out += 1
            else:
                images = left
    if left_out:
        notes.append(
            f"{left_out} pasted images were left out: they are more than {MAX_ATTACHED >> 20} MB"
        )
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _fitting(cell: dict[str, Any], room: tuple[int, int]) -> tuple[int, int]:
    """Keep those saved outputs of a cell that there is room for (characters, how many); returns what room is left."""
    kept = []
    for output in cell["outputs"]:
        texts = [
            *output.get("data", {}).values(),
            *(output.get(key, "") for key in ("text", "ename", "evalue")),
        ]
        left = room[0] - sum(map(len, texts)), room[1] - 1
        if min(left) >= 0:
            room = left
            kept.append(output)
    cell["outputs"] = kept
    return room
