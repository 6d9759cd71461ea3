"""Draw the stock pictures anew: ``python -m onshi.card.make_images`` (needs Pillow).

Run by hand, once; tests and the package only read the files. Letters are Pillow's own.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from onshi.card.images import FOLDER

__all__ = ["main"]

_WORDS = {"name.png": "TEST CARD - NOBODY", "address.png": "TEST CARD - NOWHERE"}


def main() -> None:
    """Write ``name.png`` and ``address.png`` (one bit) and ``photo.jp2`` (8-bit grey)."""
    FOLDER.mkdir(exist_ok=True)
    for file, words in _WORDS.items():
        _save(_words(words), file, "PNG", optimize=True)
    _save(_photo(), "photo.jp2", "JPEG2000", quality_mode="rates", quality_layers=[20])


def _words(words: str) -> Image.Image:
    picture = Image.new("1", (432, 48), 1)
    ImageDraw.Draw(picture).text((8, 8), words, fill=0, font=ImageFont.load_default(32))
    return picture


def _photo() -> Image.Image:
    """A head that is nobody's."""
    picture = Image.new("L", (240, 300), 220)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((30, 200, 210, 420), fill=110)
    draw.ellipse((65, 40, 175, 190), fill=170, outline=90, width=3)
    for x in (95, 130):
        draw.ellipse((x, 95, x + 15, 110), fill=60)
    draw.arc((95, 120, 145, 160), 20, 160, fill=60, width=4)
    draw.text((20, 255), "ONSHI TEST CARD", fill=255, font=ImageFont.load_default(22))
    return picture


def _save(picture: Image.Image, file: str, kind: str, **options: object) -> None:
    out = BytesIO()
    picture.save(out, kind, **options)
    (FOLDER / file).write_bytes(out.getvalue())
    print(FOLDER / file, len(out.getvalue()))


if __name__ == "__main__":
    main()
