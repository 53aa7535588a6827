"""Scenes as animated PNG and animated WebP: lossless, with all shades of transparency.

Both files are put together here from their chunks, frame by frame, with few frames in memory; Pillow and zlib compress
the pixels. Only the box that changes is written, and pixels in it that stay as they are become transparent.
Pillow's own writers hold every frame (a gigabyte or two for the largest animations), and merge equal ones. Formats:
https://www.w3.org/TR/png-3/#apng-frame-based-animation and
https://developers.google.com/speed/webp/docs/riff_container.
"""

import zlib
from collections.abc import Callable
from html import escape
from io import BytesIO
from struct import pack
from typing import Final

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import putchunk

from convviz.origin import RIGHTS, Origin
from convviz.scene.primitives import Scene

from .changes import Change, changes, in_threads
from .motion import pictures
from .palette import Palette
from .png import texts
from .raster import Canvas

_LEVEL: Final = 6
"""Of zlib, for 49 frames 900 pixels wide: 122 kB in 30 ms; level 4 takes two thirds of that for 139 kB, level 9 four
times as long for 110 kB."""

_LOSSLESS: Final = {"lossless": True, "quality": 0, "method": 2}
"""Of WebP, for the same frames: 97 kB in 150 ms; quality 75 makes 85 kB in twice the time, method 0 makes 740 kB."""

_MILLISECONDS: Final = 65_535
"""The longest time of a frame of APNG; what is far longer than anybody waits is cut for WebP, too."""

_INDEXED, _EIGHT_BITS = 3, 8
_KEEP: Final = 0
"""A frame stays where it is, and the next one is painted over it."""


def apng(scene: Scene, seconds_per_step: float, origin: Origin, *, is_loop: bool = True) -> bytes:
    """Return the scene as an animated PNG with a palette.

    Parameters
    ----------
    scene : Scene
        What to draw.
    seconds_per_step : float
        Time of one beat; APNG counts in thousandths of a second.
    origin : Origin
        What the file says of itself.
    is_loop : bool
        Whether it repeats forever; else it ends with the last frame.

    Examples
    --------
    >>> from convviz.scene.primitives import Frame
    >>> scene = Scene(5, 3, "#ffffff", (), "", 2, lambda index: Frame((), "", ""))
    >>> b"acTL" in apng(scene, 0.5, Origin("Nothing", "", "/", "convviz"))
    True
    """
    canvas = Canvas(scene)
    found = changes(canvas.pictures(seconds_per_step), is_transparent=scene.is_transparent)
    body = BytesIO()
    number = 0
    for change, data in in_threads(lambda change: (change, _deflate(change)), found):
        height, width = change.pixels.shape
        times = pack(">HH", _milliseconds(change), 1000)
        is_over = not change.is_whole
        box = pack(">IIII", width, height, change.x, change.y)
        putchunk(body, b"fcTL", pack(">I", number), box, times, bytes([_KEEP, is_over]))
        if number:
            putchunk(body, b"fdAT", pack(">I", number + 1), data)
        else:
            putchunk(body, b"IDAT", data)
        number += 2 if number else 1
    colors, alpha = canvas.palette.channels()
    head = BytesIO(b"\x89PNG\r\n\x1a\n")
    head.seek(0, 2)
    putchunk(head, b"IHDR", pack(">IIBBBBB", scene.width, scene.height, _EIGHT_BITS, _INDEXED, 0, 0, 0))
    for name, text, _ in texts(origin).chunks:
        putchunk(head, name, text)
    putchunk(head, b"PLTE", colors)
    putchunk(head, b"tRNS", alpha)
    putchunk(head, b"acTL", pack(">II", len(scene), 0 if is_loop else 1))
    putchunk(body, b"IEND")
    return head.getvalue() + body.getvalue()


def _deflate(change: Change) -> bytes:
    height, width = change.pixels.shape
    rows = np.zeros((height, width + 1), dtype=np.uint8)  # each row begins with its filter: 0 is none
    rows[:, 1:] = change.pixels
    return zlib.compress(rows.data, _LEVEL)


def _milliseconds(change: Change) -> int:
    return min(max(1, round(1000 * change.seconds)), _MILLISECONDS)


def webp(
    scene: Scene, seconds_per_step: float, origin: Origin, *, is_loop: bool = True, is_smooth: bool = False
) -> bytes:
    """Return the scene as an animated WebP.

    Parameters
    ----------
    scene : Scene
        What to draw.
    seconds_per_step : float
        Time of one beat; WebP counts in thousandths of a second.
    origin : Origin
        What the file says of itself.
    is_loop : bool
        Whether it repeats forever; else it ends with the last frame.
    is_smooth : bool
        Whether things move between frames.

    Examples
    --------
    >>> from convviz.scene.primitives import Frame
    >>> scene = Scene(5, 3, "#ffffff", (), "", 2, lambda index: Frame((), "", ""))
    >>> webp(scene, 0.5, Origin("Nothing", "", "/", "convviz"))[8:16]
    b'WEBPVP8X'
    """
    canvas = Canvas(scene)
    found = changes(
        pictures(canvas, seconds_per_step, is_smooth=is_smooth), is_transparent=scene.is_transparent, grid=2
    )
    frames = list(in_threads(_webp_frame(canvas.palette), found, threads=1))
    animation, alpha, xmp = 0x02, 0x10, 0x04
    head = [
        _chunk(b"VP8X", pack("<I", animation | alpha | xmp) + _three(scene.width - 1) + _three(scene.height - 1)),
        _chunk(b"ANIM", pack("<IH", 0, 0 if is_loop else 1)),
    ]
    data = b"".join((b"WEBP", *head, *frames, _chunk(b"XMP ", _xmp(origin))))
    return b"RIFF" + pack("<I", len(data)) + data


def _webp_frame(palette: Palette) -> Callable[[Change], bytes]:
    def frame(change: Change) -> bytes:
        # The palette grows with the frames, but what it has stays.
        colors, alpha = palette.channels()
        table = np.zeros((256, 4), dtype=np.uint8)
        table[: len(colors) // 3, :3] = np.frombuffer(colors, np.uint8).reshape(-1, 3)
        table[: len(alpha), 3] = np.frombuffer(alpha, np.uint8)
        height, width = change.pixels.shape
        pixels = table.view(np.uint32)[:, 0].take(change.pixels)
        file = BytesIO()
        Image.frombuffer("RGBA", (width, height), pixels, "raw", "RGBA", 0, 1).save(file, "WEBP", **_LOSSLESS)
        corner = _three(change.x // 2) + _three(change.y // 2)
        size = _three(width - 1) + _three(height - 1)
        no_blending = bytes([2 if change.is_whole else 0])
        picture = file.getvalue()[len("RIFF....WEBP") :]
        return _chunk(b"ANMF", corner + size + _three(_milliseconds(change)) + no_blending + picture)

    return frame


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")


def _xmp(origin: Origin) -> bytes:
    """Return what a file says of itself as XMP (https://developer.adobe.com/xmp/docs/)."""

    def language(name: str, text: str) -> str:
        words = escape(text, quote=False)
        return f'<dc:{name}><rdf:Alt><rdf:li xml:lang="x-default">{words}</rdf:li></rdf:Alt></dc:{name}>'

    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        + language("title", origin.title)
        + language("description", origin.description)
        + language("rights", RIGHTS)
        + f"<dc:source>{escape(origin.source, quote=False)}</dc:source>"
        f"<xmp:CreatorTool>{escape(origin.software, quote=False)}</xmp:CreatorTool>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()
