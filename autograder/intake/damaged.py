"""Read the text of a notebook file, even if it is damaged.

Runs in the limited process; standard library only.
"""

import json
import re
import time
from typing import Any

from autograder.intake.cells import reduced

__all__ = ["MAX_CELLS", "NUMBERS", "decode", "salvage", "what_else"]

MAX_CELLS = 2000
SALVAGE = 5.0  # seconds for reading what is left of a damaged file
CELL = re.compile(
    r'\{\s*"(?:cell_type|id|metadata|source|input|attachments|execution_count|outputs|collapsed'
    r'|level|language)"\s*:'
)
OTHERS = {
    b"%PDF": "a PDF",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x1f\x8b": "compressed (gzip)",
    b"\x89PNG": "a picture",
    b"\xd0\xcf\x11\xe0": "an Office document",
}


def _small(digits: str) -> int:
    return int(digits) if len(digits) < 20 else 0  # Python refuses to read thousands of digits


NUMBERS = {"parse_int": _small, "parse_constant": lambda name: None}


def decode(raw: bytes) -> tuple[str, list[str]]:
    """Decode the bytes of a file that should be UTF-8.

    Parameters
    ----------
    raw : bytes
        The content of the file.

    Returns
    -------
    text : str
        The text, with replacement characters for damaged letters.
    notes : list of str
        What was done to read it.
    """
    encoding = json.detect_encoding(raw)  # by a byte-order mark, or by the positions of zero bytes
    if encoding != "utf-8":
        name = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
        marked = (
            "with a byte-order mark"
            if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or encoding == "utf-8-sig"
            else "without a byte-order mark"
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


def what_else(raw: bytes) -> str:
    """Say what kind of file it is if it is not a notebook.

    Parameters
    ----------
    raw : bytes
        The content of the file.

    Returns
    -------
    str
        A sentence for its student.
    """
    head = raw[:1024].lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html", b"<?xml")) or b"<html" in head:
        return "the file is a web page, not a notebook; hand in the .ipynb file itself"
    for begin, kind in OTHERS.items():
        if raw.startswith(begin):
            return f"the file is {kind}, not a notebook; hand in the .ipynb file itself"
    return "the file is not a notebook, or too damaged to be read; hand in the .ipynb file itself"


def salvage(text: str) -> tuple[list[dict[str, Any]], bool]:
    """Read the complete cells of a damaged notebook.

    If a cell cannot be read, the search goes on at the beginning of the next.

    Parameters
    ----------
    text : str
        The text of the file.

    Returns
    -------
    cells : list of dict
        The cells, reduced (see `autograder.intake.cells.reduced`).
    whole : bool
        Whether the file still has its end.
    """
    begin = re.search(r'"(?:cells|worksheets)"\s*:\s*\[', text)
    position = len(text) if begin is None else begin.end()
    decoder, cells, until = json.JSONDecoder(**NUMBERS), [], time.monotonic() + SALVAGE
    while (
        len(cells) < MAX_CELLS
        and time.monotonic() < until
        and (begin := CELL.search(text, position))
    ):
        try:
            cell, position = decoder.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            position = begin.end()
            continue
        if isinstance(cell, dict) and "cell_type" in cell:
            cells.append(reduced(cell))
    return cells, text[-1000:].rstrip().endswith("}")
