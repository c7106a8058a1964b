"""Check pictures by their first bytes: browsers trust what those say."""

import base64
import binascii

__all__ = ["checked_image"]

PICTURE = 4_000_000  # bytes


def checked_image(mime: str, data: str) -> str | None:
    """Check that a picture has the type that it claims and a reasonable size.

    Parameters
    ----------
    mime : str
        The type: "image/png", "image/jpeg" or "image/gif".
    data : str
        The picture in base64; white space is ignored.

    Returns
    -------
    str or None
        The picture in base64 without white space; None if it is not shown.
    """
    if len(data) > 1.5 * PICTURE:
        return None
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    kind, width, height = _picture(raw)
    sound = kind == mime and len(raw) <= PICTURE and 0 < width <= 12_000 and 0 < height <= 12_000
    return base64.b64encode(raw).decode() if sound and width * height <= 50_000_000 else None


def _picture(raw: bytes) -> tuple[str, int, int]:
    """Type, width and height in pixels, from the first bytes."""
    if raw.startswith(b"\x89PNG\r\n\x1a\n") and raw[12:16] == b"IHDR":
        return "image/png", int.from_bytes(raw[16:20]), int.from_bytes(raw[20:24])
    if raw[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif", int.from_bytes(raw[6:8], "little"), int.from_bytes(raw[8:10], "little")
    place = 2 if raw.startswith(b"\xff\xd8\xff") else len(raw)
    while place + 9 < len(raw) and raw[place] == 0xFF:
        if raw[place + 1] in (0xC0, 0xC1, 0xC2):  # a frame: precision, height, width
            height, width = raw[place + 5 : place + 7], raw[place + 7 : place + 9]
            return "image/jpeg", int.from_bytes(width), int.from_bytes(height)
        place += 2 + int.from_bytes(raw[place + 2 : place + 4])
    return "", 0, 0
