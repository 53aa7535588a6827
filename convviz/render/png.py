"""Scenes as PNG: one frame, or all of them in an archive. Each file says in text chunks where it comes from."""

import zipfile
from io import BytesIO
from typing import Final

from PIL.PngImagePlugin import PngInfo

from convviz.origin import RIGHTS, Origin
from convviz.scene.primitives import Frame, Scene

from .palette import image_of
from .raster import Canvas

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of files in an archive, always the same, so that the same recipe gives the same bytes."""


def png(scene: Scene, index: int, origin: Origin, *, dpi: float | None = None) -> bytes:
    """Return one frame as a PNG with a palette, in which a transparent scene has shades of transparency.

    Parameters
    ----------
    scene : Scene
        What to draw.
    index : int
        Number of the frame; negative numbers count from the end.
    origin : Origin
        What the file says of itself.
    dpi : float, optional
        Pixels in an inch of a printed page. The number of pixels is the scene's.

    Examples
    --------
    >>> from convviz.scene.primitives import Frame
    >>> scene = Scene(5, 3, "#ffffff", (), "", 2, lambda index: Frame((), "", ""))
    >>> png(scene, -1, Origin("Nothing", "", "/", "convviz"), dpi=300)[:4]
    b'\\x89PNG'
    """
    return _png(Canvas(scene), scene.frame(index), texts(origin), dpi)


def png_zip(scene: Scene, stem: str, origin: Origin, *, dpi: float | None = None) -> bytes:
    """Return every frame as a PNG, ``stem-001.png`` and so on, in one zip archive; see `png`."""
    canvas, info = Canvas(scene), texts(origin)
    digits = max(3, len(str(len(scene))))
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # PNG is compressed already
        for number, frame in enumerate(scene, 1):
            archive.writestr(zipfile.ZipInfo(f"{stem}-{number:0{digits}}.png", _EPOCH), _png(canvas, frame, info, dpi))
    return file.getvalue()


def texts(origin: Origin) -> PngInfo:
    """Return the text chunks that a file says of itself; what is not Latin-1 becomes an international one.

    Examples
    --------
    >>> chunks = texts(Origin("Convolution", "3×3", "/standard", "convviz 1")).chunks
    >>> [(name, text[:5]) for name, text, _ in chunks[:2]], len(chunks)
    ([(b'tEXt', b'Title'), (b'tEXt', b'Descr')], 5)
    """
    info = PngInfo()
    for name, text in {
        "Title": origin.title, "Description": origin.description, "Source": origin.source, "Software": origin.software,
        "Copyright": RIGHTS,
    }.items():  # fmt: skip
        info.add_text(name, text)
    return info


def _png(canvas: Canvas, frame: Frame, info: PngInfo, dpi: float | None) -> bytes:
    image = image_of(canvas.frame(frame))
    colors, alpha = canvas.palette.channels()
    image.putpalette(colors)
    options = {"transparency": alpha} if canvas.scene.is_transparent else {}
    file = BytesIO()
    image.save(file, "PNG", pnginfo=info, dpi=None if dpi is None else (dpi, dpi), **options)
    return file.getvalue()
