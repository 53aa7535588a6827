"""A scene as a PDF of lines and letters, one page a frame, in convviz Sans.

reportlab writes the file, its fonts and its texts. The marks of a look become operators of a page once
(https://opensource.adobe.com/dc-acrobat-sdk-docs/standards/pdfstandards/pdf/PDF32000_2008.pdf, chapter 8), because a
call of reportlab for each mark of each page takes several times as long. Looks are repeated in the pages, which
compresses better than an object for each of them; the backdrop is such an object.
"""

from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from convviz.origin import RIGHTS, Origin
from convviz.scene.primitives import Curve, Line, Look, Mark, Placed, Rect, Scene, Text

from .letters import text_length
from .typeface import FACES

POINTS: Final = 0.75
"""Points in a pixel: 96 pixels are an inch."""

_BACKDROP: Final = "backdrop"
_SHIFT: Final = {"start": 0.0, "middle": 0.5, "end": 1.0}
"""How much of a text is on the left of its anchor."""


def pdf(scene: Scene, origin: Origin) -> bytes:
    """Return all frames as the pages of a PDF, `POINTS` to a pixel.

    Parameters
    ----------
    scene : Scene
        What to draw; where it is transparent, nothing is painted behind it.
    origin : Origin
        What the file says of itself.

    Examples
    --------
    >>> from convviz.scene.primitives import Frame
    >>> scene = Scene(20, 10, "#ffffff", (), "", 2, lambda index: Frame((), f"Step {index + 1} of 2", ""))
    >>> pdf(scene, Origin("Nothing", "", "/standard", "convviz"))[:5]
    b'%PDF-'
    """
    file = BytesIO()
    size = (POINTS * scene.width, POINTS * scene.height)
    canvas = Canvas(file, size, pageCompression=1, invariant=1, initialFontName=FACES[False], lang="en")
    _describe(canvas, origin)
    codes: dict[Look, str] = {}
    canvas.beginForm(_BACKDROP, 0, 0, scene.width, scene.height)
    if not scene.is_transparent:
        canvas.addLiteral(_filled(0, 0, scene.width, scene.height, scene.background))
    canvas.addLiteral(_items(scene.backdrop, canvas, codes))
    canvas.endForm()
    for frame in scene:
        # From here on in pixels, and downwards.
        canvas.addLiteral(f"{POINTS} 0 0 {-POINTS} 0 {size[1]:g} cm")
        canvas.doForm(_BACKDROP)
        canvas.addLiteral(_items(frame.items, canvas, codes))
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def paint(scene: Scene, index: int, canvas: Canvas) -> None:
    """Paint one frame on a page of another document, its lower left corner at the origin, `POINTS` to a pixel."""
    codes: dict[Look, str] = {}
    canvas.saveState()
    canvas.addLiteral(f"{POINTS} 0 0 {-POINTS} 0 {POINTS * scene.height:g} cm")
    canvas.addLiteral(_items((*scene.backdrop, *scene.frame(index).items), canvas, codes))
    canvas.restoreState()


def _describe(canvas: Canvas, origin: Origin) -> None:
    canvas.setTitle(origin.title)
    canvas.setSubject(origin.source)
    canvas.setKeywords(RIGHTS)
    canvas.setAuthor(origin.software)
    canvas.setCreator(origin.software)
    canvas.setViewerPreference("DisplayDocTitle", "true")


def _items(items: Iterable[Placed], canvas: Canvas, codes: dict[Look, str]) -> str:
    """Return looks at their places as operators; ``codes`` has those of the looks that are known already."""
    lines = []
    for x, y, look, _ in items:
        code = codes.get(look)
        if code is None:
            code = codes[look] = "\n".join([_operators(mark, canvas) for mark in look.marks])
        lines.append(f"q 1 0 0 1 {x} {y} cm\n{code}\nQ")
    return "\n".join(lines)


def _operators(mark: Mark, canvas: Canvas) -> str:
    match mark:
        case Rect():
            return _rect(mark)
        case Line(x1, y1, x2, y2, color, width):
            # From the middle of the first pixel to that of the last, both of them included: the ends are square.
            path = f"{x1 + 0.5:g} {y1 + 0.5:g} m {x2 + 0.5:g} {y2 + 0.5:g} l"
            return f"2 J {_pen(color, width)} {path} S 0 J"
        case Curve():
            left, top, *others = (f"{number + 0.5:g}" for number in mark[:8])
            return f"{_pen(mark.color, mark.width)} {left} {top} m {' '.join(others)} c S"
        case Text(x, y, text, size, color, anchor, bold):
            start = x - _SHIFT[anchor] * text_length(text, size, bold)
            letters = canvas.beginText()
            letters.setTextTransform(1, 0, 0, -1, start, y)
            letters.setFont(FACES[bold], size)
            letters.textOut(text)
            return f"{_rgb(color)} rg {letters.getCode()}"


def _rect(rect: Rect) -> str:
    x, y, width, height, fill, stroke, thickness, dash = rect
    filled = "" if fill is None else _filled(x, y, width, height, fill)
    if stroke is None:
        return filled
    half = thickness / 2
    if not dash:
        path = f"{x + half:g} {y + half:g} {width - thickness:g} {height - thickness:g} re"
        drawn = f"{path} S" if fill is None else f"{_rgb(fill)} rg {path} B"
        return f"{_pen(stroke, thickness)} {drawn}"
    # Dashes begin at the left and the top of each side, and between them the filling reaches to the edge.
    right, bottom = x + width, y + height
    rows = " ".join(f"{x} {at:g} m {right} {at:g} l" for at in (y + half, bottom - half))
    columns = " ".join(f"{at:g} {y} m {at:g} {bottom} l" for at in (x + half, right - half))
    return f"{filled} [{dash}] 0 d {_pen(stroke, thickness)} {rows} {columns} S [] 0 d"


def _filled(x: int, y: int, width: int, height: int, color: str) -> str:
    return f"{_rgb(color)} rg {x} {y} {width} {height} re f"


def _pen(color: str, width: int) -> str:
    return f"{_rgb(color)} RG {width} w"


@lru_cache(64)
def _rgb(color: str) -> str:
    return " ".join(f"{int(color[at : at + 2], 16) / 255:.4g}" for at in (1, 3, 5))
