"""Keep only the useful parts of cells: sources, ids, pasted images, output texts and pictures.

Runs in the limited process; standard library only.
"""

import html
import re
from typing import Any

__all__ = ["MAX_OUTPUTS", "PICTURES", "reduced"]

MAX_OUTPUTS = 500  # of a notebook, with up to OUTPUT characters each
OUTPUT = 20_000
PICTURES = ("image/png", "image/jpeg", "image/gif")  # kept and shown
DRAWN = ("image/svg+xml", "application/pdf", "image/webp")  # not shown: they can contain programs
PICTURE = re.compile(
    r'<img\b[^<>]{0,2000}\bsrc="data:(image/(?:png|jpeg|gif));base64,([A-Za-z0-9+/=\s]+)"'
)
ALT = re.compile(r'\balt="([^"<>]{0,2000})"')
KNOWN = {
    "code": "code",
    "markdown": "markdown",
    "raw": "raw",
    "heading": "markdown",
    "html": "markdown",
}


def reduced(cell: dict[str, Any]) -> dict[str, Any]:
    """Reduce a cell of any format to its useful parts.

    Parameters
    ----------
    cell : dict
        The cell as it is in the file.

    Returns
    -------
    dict
        A cell of nbformat 4 with its type (code, markdown or raw), its source, perhaps its id,
        attachments and saved outputs, and the metadata that says which cell of the release it
        corresponds to.
    """
    cell_type = cell.get("cell_type")
    kind = KNOWN.get(cell_type, "raw") if isinstance(cell_type, str) else "raw"
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    source = _text(source)
    if cell_type == "heading":
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


def _metadata(metadata: Any) -> dict[str, Any]:
    """Keep what identifies the released cell: grade id, exercise, and checksum of the version."""
    metadata = metadata if isinstance(metadata, dict) else {}
    nbgrader, nbjudge = (
        metadata.get(key) if isinstance(metadata.get(key), dict) else {}
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


def _images(attachments: dict[str, Any]) -> dict[str, dict[str, str]]:
    images: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items():
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
    """Keep text and picture of a saved output, in nbformat 4; None if it has neither.

    HTML can contain anything and is left out, except for a picture in it: the library's figures are
    saved in that way.
    """
    if not isinstance(output, dict):
        return None
    if output.get("output_type") == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": _joined(output.get("text"))[:OUTPUT]}
    if output.get("output_type") == "error":
        error = {key: _text(output.get(key))[:OUTPUT] for key in ("ename", "evalue")}
        return {"output_type": "error", **error, "traceback": []}
    data = output.get("data") if isinstance(output.get("data"), dict) else {}
    bundle, alt = {}, ""
    for kind in PICTURES:
        if picture := _joined(data.get(kind)):
            bundle[kind] = picture
    page = _joined(data.get("text/html"))
    if not bundle and (picture := PICTURE.search(page)):
        bundle[picture[1]] = picture[2]
        alt = html.unescape(words[1]) if (words := ALT.search(page[: picture.end()])) else ""
    text = _joined(data.get("text/plain"))[:OUTPUT]
    if not bundle and (lost := [kind for kind in DRAWN if kind in data]):
        text = f"{text}\n[left out: {', '.join(lost)}]".strip()
    if text:
        bundle["text/plain"] = text
    metadata = {kind: {"alt": alt} for kind in bundle if kind in PICTURES and alt}
    return {"output_type": "display_data", "data": bundle, "metadata": metadata} if bundle else None


def _joined(value: Any) -> str:
    """Join a text that a notebook may store in pieces."""
    return _text(
        "".join(part for part in value if isinstance(part, str))
        if isinstance(value, list)
        else value
    )


def _text(value: Any) -> str:
    """Make a text that every later step can handle.

    It has Unix line ends, no zero bytes, no half characters and no byte-order mark.
    """
    if not isinstance(value, str):
        return ""
    value = value.removeprefix("\ufeff")
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub("[\x00\ud800-\udfff]", "\ufffd", value)
