"""Make the pictures of a page smaller, in a limited process that does not see the rest of the page.

The pictures come from students, and picture decoders have bugs. So the process only receives and
returns pictures, and each result is checked by its first bytes before it replaces the original.

    python -m autograder.platforms.smaller < JSON > JSON
"""

import base64
import io
import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from autograder.feedback_pages.pictures import checked_image
from nbjudge.limits import bind

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["smaller_page"]

PICTURE = re.compile(r"data:(image/(?:png|jpeg|gif));base64,([A-Za-z0-9+/]+={0,2})")
WIDEST = 1536  # pixels: twice what a page is wide, for sharp screens
COLORS = 2**16  # a picture with more of them is a photograph
SECONDS, MEMORY = 60, 2 * 2**30
WORTH = 0.9  # a smaller picture must have at most this fraction of the bytes


def smaller_page(html: str) -> str:
    """Make the pictures of a feedback page smaller; a picture that cannot be made smaller stays.

    Parameters
    ----------
    html : str
        The page.

    Returns
    -------
    str
        The same page with smaller pictures.
    """
    pictures = list(dict.fromkeys(match.groups() for match in PICTURE.finditer(html)))
    found = dict(zip(pictures, _asked(pictures), strict=True)) if pictures else {}

    def put(match: re.Match[str]) -> str:
        new = found[match[1], match[2]]
        return f"data:{new[0]};base64,{new[1]}" if new else match[0]

    return PICTURE.sub(put, html)


def _asked(pictures: list[tuple[str, str]]) -> list[tuple[str, str] | None]:
    """Ask the limited process; None for a picture that stays as it is, or if the process ended."""
    nothing: list[tuple[str, str] | None] = [None] * len(pictures)
    try:
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "autograder.platforms.smaller"],
            input=json.dumps(pictures).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS + 10,
            cwd="/",
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            start_new_session=True,
        )
        answer = json.loads(ran.stdout)
        return [_checked(*pair) for pair in zip(pictures, answer, strict=True)]
    except (OSError, ValueError, TypeError, subprocess.SubprocessError):
        return nothing


def _checked(old: tuple[str, str], new: object) -> tuple[str, str] | None:
    if not isinstance(new, list) or not all(isinstance(part, str) for part in new):
        return None
    mime, data = new
    sound = mime in ("image/png", "image/jpeg") and len(data) <= WORTH * len(old[1])
    checked = checked_image(mime, data) if sound else None
    return (mime, checked) if checked else None


def _smaller(mime: str, data: str) -> tuple[str, str] | None:
    """The picture with fewer colors, and with fewer pixels if that makes it smaller still."""
    from PIL import Image

    with Image.open(io.BytesIO(base64.b64decode(data)), formats=["PNG", "JPEG", "GIF"]) as image:
        if getattr(image, "n_frames", 1) > 1:  # animated
            return None
        clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
        drawn = image.convert("RGBA" if clear else "RGB")
    if clear and drawn.getextrema()[3] == (255, 255):
        drawn, clear = drawn.convert("RGB"), False
    photograph = mime == "image/jpeg" or (not clear and drawn.getcolors(COLORS) is None)
    sizes = [drawn]
    if drawn.width > WIDEST:
        sizes.append(drawn.resize((WIDEST, max(1, drawn.height * WIDEST // drawn.width))))
    best = min((_saved(each, clear, photograph) for each in sizes), key=len)
    kind = "image/jpeg" if photograph else "image/png"
    return kind, base64.b64encode(best).decode()


def _saved(image: "Image", clear: bool, photograph: bool) -> bytes:
    from PIL.Image import Dither, Quantize

    buffer = io.BytesIO()
    if photograph:
        image.convert("RGB").save(buffer, "JPEG", quality=80, optimize=True)
        return buffer.getvalue()
    method = Quantize.FASTOCTREE if clear else Quantize.MEDIANCUT
    image.quantize(256, method=method, dither=Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _serve() -> None:
    asked = json.load(sys.stdin)
    if hasattr(signal, "alarm"):  # Windows has no alarm
        signal.alarm(SECONDS)
    bind({"RLIMIT_AS": MEMORY, "RLIMIT_CPU": SECONDS, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0})
    answer: list[tuple[str, str] | None] = []
    for mime, data in asked:
        try:
            answer.append(_smaller(mime, data))
        except Exception:  # a bad picture must not affect the others
            answer.append(None)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    _serve()
