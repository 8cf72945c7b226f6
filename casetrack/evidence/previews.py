"""A small picture of a photograph or a screenshot: drawn anew, so that nothing but the picture itself is in it."""

import os
import tempfile
from pathlib import Path

import pi_heif
from PIL import Image, ImageOps

pi_heif.register_heif_opener()

LONGEST_SIDE = 1600
MOST_PIXELS = 60_000_000  # a telephone's photograph has 12 to 50 million; a bomb has thousands of millions
FORMATS = ("PNG", "JPEG", "HEIF")  # the last as iPhones photograph


def draw(original: Path, target: Path) -> bool:
    """Write a JPEG of `original` to `target`, turned as it was held, without EXIF (place and device). False if the
    original is no picture that can be drawn, or one that is too large to be unpacked."""
    try:
        with Image.open(original, formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return False
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            picture = _on_white(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, EOFError):
        return False
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        try:
            picture.save(file, "JPEG", quality=85, optimize=True)
            file.close()
            os.replace(file.name, target)
        except BaseException:
            os.unlink(file.name)
            raise
    return True


def _on_white(picture: Image.Image) -> Image.Image:
    """A copy that holds pixels alone, what is transparent in white."""
    if picture.has_transparency_data:
        clear = picture.convert("RGBA")
        white = Image.new("RGB", clear.size, "white")
        white.paste(clear, mask=clear.getchannel("A"))
        return white
    flat = picture.convert("RGB")
    flat.info.clear()
    return flat
