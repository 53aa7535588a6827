"""Photographs as grey levels: against Pillow's conversion of the whole image at once, and what is refused."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from convviz.errors import SpecError
from convviz.recipes import images
from convviz.recipes.images import gray_of, read_color, read_image

RNG = np.random.default_rng(20)
COLORS = RNG.integers(0, 256, (37, 53, 4)).astype(np.uint8)


def saved(image: Image.Image, suffix: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, suffix, **options)
    return file.getvalue()


def at_once(data: bytes, mode: str = "L") -> np.ndarray[Any, Any]:
    """The levels as Pillow makes them of a whole image."""
    image = ImageOps.exif_transpose(Image.open(BytesIO(data)))
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image, dtype=float) / 257).round().clip(0, 255).astype(np.uint8))
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return np.asarray(image.convert(mode))


def palette_with_alpha() -> Image.Image:
    image = Image.fromarray(COLORS[..., :3]).quantize(64)
    image.info["transparency"] = bytes(range(0, 256, 4))
    return image


KINDS = {
    "1-bit PNG": (Image.fromarray(COLORS[..., 0] > 99), "PNG"),
    "grey PNG": (Image.fromarray(COLORS[..., 0]), "PNG"),
    "grey PNG with alpha": (Image.fromarray(COLORS[..., :2], "LA"), "PNG"),
    "RGB PNG": (Image.fromarray(COLORS[..., :3]), "PNG"),
    "RGBA PNG": (Image.fromarray(COLORS), "PNG"),
    "16-bit PNG": (Image.fromarray(RNG.integers(0, 2**16, (37, 53)).astype(np.uint16)), "PNG"),
    "palette PNG": (Image.fromarray(COLORS[..., :3]).quantize(64), "PNG"),
    "palette PNG with alpha": (palette_with_alpha(), "PNG"),
    "JPEG": (Image.fromarray(COLORS[..., :3]), "JPEG"),
    "CMYK JPEG": (Image.fromarray(COLORS, "CMYK"), "JPEG"),
    "WebP": (Image.fromarray(COLORS), "WEBP"),
}


@pytest.mark.parametrize("rows", [1, 5, 1000])
@pytest.mark.parametrize("kind", KINDS)
def test_bands_give_what_the_whole_image_gives(kind: str, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_BAND", 53 * rows)
    image, suffix = KINDS[kind]
    options = {name: image.info[name] for name in ("transparency",) if name in image.info}
    data = saved(image, suffix, **options)
    np.testing.assert_array_equal(read_image(data), at_once(data))
    np.testing.assert_array_equal(read_color(data), at_once(data, "RGB"))


@pytest.mark.parametrize("suffix", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(10))
def test_an_image_is_turned_as_its_camera_was_held(orientation: int, suffix: str) -> None:
    image = Image.fromarray(COLORS[..., :3])
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(image, suffix, exif=exif)
    levels = read_image(data)
    np.testing.assert_array_equal(levels, at_once(data))
    assert levels.flags.c_contiguous
    color = read_color(data)
    np.testing.assert_array_equal(color, at_once(data, "RGB"))
    np.testing.assert_array_equal(gray_of(color), levels)


def png(width: int, height: int) -> bytes:
    """The beginning of a file that says it is so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"")


LARGE = "An image must have at most 25 megapixels; got {}. Make it smaller first."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (png(50_000, 50_000), LARGE.format("2,500")),
        (png(5001, 5000), LARGE.format("25.005 (5001 x 5000)")),
        (png(25_000_001, 1), LARGE.format("25.000001 (25000001 x 1)")),
        (png(1, 32_769), "An image must be at most 32,768 pixels high and wide; got 1 x 32769."),
        (png(9, 9), "An image must be complete to be read; this file is damaged or cut off."),
        (b"GIF89a", "An image must be a PNG, JPEG or WebP file; this file is none of these."),
        (b"", "An image must be a PNG, JPEG or WebP file; this file is none of these."),
    ],
)  # fmt: skip
def test_what_is_no_image_or_too_large_is_refused_before_it_is_decoded(data: bytes, sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_image(data)
    assert str(caught.value) == sentence


def test_a_bomb_is_named_where_warnings_are_errors() -> None:
    with pytest.raises(SpecError) as caught:
        read_image(png(10_000, 10_000))
    assert str(caught.value) == LARGE.format("100")
