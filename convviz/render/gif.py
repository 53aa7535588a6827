"""Scenes as animated GIF.

The file is put together here from the format's few blocks (https://www.w3.org/Graphics/GIF/spec-gif89a.txt), frame by
frame, with few frames in memory, and Pillow compresses the pixels. The palette comes once, at the front, and pixels
that stay as they are become transparent, which compresses to almost nothing.

Pillow's own writer holds every frame twice, repeats the palette in each and merges equal frames. imageio's palette path
(``mode="L", palette=``) hands stacked frames to that writer: in benchmarks/export.py it takes three times as long, and
the largest animations would need more than a gigabyte.
"""

from collections.abc import Callable, Iterable, Iterator
from struct import pack
from tempfile import TemporaryFile
from typing import Final

from PIL import GifImagePlugin

from convviz.origin import Origin
from convviz.scene.primitives import Scene

from .changes import Change, changes, in_threads
from .palette import UNCHANGED, Tile, image_of
from .raster import Canvas

_SHORTEST: Final = 2
"""Hundredths of a second of a frame; browsers slow down what is shorter."""

_LONGEST: Final = 65535
_KEEP: Final = 1
_CLEAR: Final = 2
"""What becomes of a frame: the next one is painted over it, or its box is transparent again before that."""

_BLOCK: Final = 255


def gif(scene: Scene, seconds_per_step: float, origin: Origin, *, is_loop: bool = True) -> bytes:
    """Return the scene as an animated GIF, which says in a comment where it comes from.

    Where the scene is transparent, so are pixels that nothing covers; those that are covered in part have their color
    on the scene's background.

    Parameters
    ----------
    scene : Scene
        What to draw.
    seconds_per_step : float
        Time of one beat; GIF counts in hundredths of a second.
    origin : Origin
        What the file says of itself.
    is_loop : bool
        Whether it repeats forever; else it ends with the last frame.

    Examples
    --------
    >>> from convviz.scene.primitives import Frame
    >>> scene = Scene(5, 3, "#ffffff", (), "", 2, lambda index: Frame((), "", ""))
    >>> gif(scene, 0.5, Origin("Nothing", "", "/", "convviz"))[:6]
    b'GIF89a'
    """
    canvas = Canvas(scene)
    clear = canvas.palette.paper if scene.is_transparent else None
    return encode(
        canvas.pictures(seconds_per_step), canvas.palette.to_bytes,
        comment=origin.comment, is_loop=is_loop, clear=clear,
    )  # fmt: skip


def encode(
    pictures: Iterable[tuple[Tile, float]],
    palette: Callable[[], bytes],
    *,
    comment: str,
    is_loop: bool = True,
    clear: int | None = None,
) -> bytes:
    """Return a GIF of pictures in palette indices.

    Parameters
    ----------
    pictures : iterable of (pixels, seconds)
        As `changes` takes them.
    palette : callable
        Gives red, green and blue of 2 to 256 entries, a power of two; called after the last frame, because the palette
        may grow with the frames.
    comment : str
        What the file says of itself.
    is_loop : bool
        Whether it repeats forever.
    clear : int, optional
        The entry that is transparent. Then each frame is a whole one: what a frame leaves uncovered, an earlier one
        must not show.
    """
    if clear is None:
        frames = changes(pictures)
    else:
        frames = (Change(pixels.copy(), 0, 0, seconds, True) for pixels, seconds in pictures)
    blocks: list[bytes] = []
    size = None
    for shape, image in in_threads(lambda change: (change.pixels.shape, _image(change, clear)), frames):
        size = size or shape
        blocks.append(image)
    assert size is not None  # a scene has frames
    repeat = b"!\xff\x0bNETSCAPE2.0\x03\x01" + pack("<H", 0) + b"\0" if is_loop else b""
    return b"".join((_header(size, palette()), repeat, *_comment(comment), *blocks, b";"))


def _image(change: Change, clear: int | None) -> bytes:
    duration = 10 * min(max(_SHORTEST, round(100 * change.seconds)), _LONGEST)
    options = {"duration": duration, "disposal": _KEEP if clear is None else _CLEAR}
    if clear is not None or not change.is_whole:
        options["transparency"] = UNCHANGED if clear is None else clear
    # Pillow lets other threads go on while it compresses into a file of the system, but not into memory.
    with TemporaryFile(buffering=0) as file:
        GifImagePlugin._write_frame_data(file, image_of(change.pixels), (change.x, change.y), options)
        file.seek(0)
        return file.read()


def _header(size: tuple[int, ...], palette: bytes) -> bytes:
    height, width = size
    has_palette = 0b1111_0000 | ((len(palette) // 3).bit_length() - 2)
    return b"GIF89a" + pack("<HHBBB", width, height, has_palette, UNCHANGED, 0) + palette


def _comment(text: str) -> Iterator[bytes]:
    """Yield a comment block: pieces of at most 255 bytes, each after its length."""
    yield b"!\xfe"
    data = text.encode()
    for start in range(0, len(data), _BLOCK):
        piece = data[start : start + _BLOCK]
        yield bytes([len(piece)]) + piece
    yield b"\0"
