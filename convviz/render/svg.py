"""One frame as an SVG file: text stays text, and a look that recurs is written once.

Nothing is loaded and no font is embedded. A program without convviz Sans takes another font, usually a wider one, so
every text has a length to be fitted into: the words of a line are placed one by one.
"""

import re
from collections import Counter
from html import escape
from typing import Final

from convviz.fonts import FAMILY
from convviz.origin import RIGHTS, Origin
from convviz.scene.primitives import Curve, Line, Look, Mark, Placed, Rect, Scene, Text

from .letters import text_length

_FAMILIES: Final = f"'{FAMILY}', 'Source Sans 3', 'Source Sans Pro', Helvetica, Arial, sans-serif"
_LICENSE: Final = "https://creativecommons.org/publicdomain/zero/1.0/"
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file may have: https://www.w3.org/TR/xml/#charsets."""


def svg(scene: Scene, index: int, origin: Origin) -> str:
    """Return one frame as an SVG file.

    Parameters
    ----------
    scene : Scene
        What to draw; where it is transparent, nothing is painted behind it.
    index : int
        The number of the frame; negative numbers count from the end.
    origin : Origin
        What the file says of itself.

    Raises
    ------
    IndexError
        There is no such frame.

    Examples
    --------
    >>> from convviz.scene.primitives import Frame
    >>> cell = Look(9, 9, (Rect(0, 0, 9, 9, "#d9e8fb"),))
    >>> scene = Scene(20, 10, "#ffffff", (), "", 1, lambda index: Frame((Placed(5, 0, cell),), "Step 1 of 1", ""))
    >>> print(svg(scene, 0, Origin("A cell", "", "/standard", "convviz")).splitlines()[-2])
    <g transform="translate(5 0)"><rect width="9" height="9" fill="#d9e8fb"/></g>
    """
    frame = scene.frame(index)
    items = (*scene.backdrop, *frame.items)
    counts = Counter(item.look for item in items)
    names = {look: f"l{k}" for k, look in enumerate(look for look, count in counts.items() if count > 1)}
    size = f'width="{scene.width}" height="{scene.height}"'
    lines = [
        # Links have the name that they have in SVG 1.1, which many programs keep to.
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' xml:space="preserve" {size} viewBox="0 0 {scene.width} {scene.height}" role="img"'
        f' aria-labelledby="title desc" font-family="{_FAMILIES}">',
        f'<title id="title">{_escaped(f"{origin.title}. {frame.caption}")}</title>',
        f'<desc id="desc">{_escaped(frame.description)}</desc>',
        _metadata(origin),
        "<defs>",
        *(f'<g id="{name}">{_marks(look)}</g>' for look, name in names.items()),
        "</defs>",
        *([] if scene.is_transparent else [f'<rect {size} fill="{scene.background}"/>']),
        *(_item(item, names) for item in items),
        "</svg>\n",
    ]
    return "\n".join(lines)


def _item(item: Placed, names: dict[Look, str]) -> str:
    name = names.get(item.look)
    if name is None:
        return f'<g transform="translate({item.x} {item.y})">{_marks(item.look)}</g>'
    return f'<use xlink:href="#{name}" x="{item.x}" y="{item.y}"/>'


def _marks(look: Look) -> str:
    return "".join(map(_mark, look.marks))


def _mark(mark: Mark) -> str:
    match mark:
        case Rect():
            return _rect(mark)
        case Line(x1, y1, x2, y2, color, width):
            # From the middle of the first pixel to that of the last, both of them included.
            d = f"M{x1 + 0.5:g} {y1 + 0.5:g}L{x2 + 0.5:g} {y2 + 0.5:g}"
            return f'<path d="{d}" stroke-linecap="square"{_stroke(color, width)}/>'
        case Curve():
            left, top, *others = (f"{number + 0.5:g}" for number in mark[:8])
            return f'<path d="M{left} {top}C{" ".join(others)}" fill="none"{_stroke(mark.color, mark.width)}/>'
        case Text(x, y, text, size, color, anchor, bold):
            style = ("" if anchor == "start" else f' text-anchor="{anchor}"') + (' font-weight="bold"' if bold else "")
            if len(text) > 1:
                style += f' textLength="{text_length(text, size, bold):g}" lengthAdjust="spacingAndGlyphs"'
            return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{color}"{style}>{_escaped(text)}</text>'


def _rect(rect: Rect) -> str:
    x, y, width, height, fill, stroke, thickness, dash = rect
    if stroke is None:
        return f'<rect{_box(x, y, width, height)} fill="{fill or "none"}"/>'
    half = thickness / 2
    if not dash:
        box = _box(x + half, y + half, width - thickness, height - thickness)
        return f'<rect{box} fill="{fill or "none"}"{_stroke(stroke, thickness)}/>'
    # Dashes begin at the left and the top of each side, and between them the filling reaches to the edge.
    filled = "" if fill is None else f'<rect{_box(x, y, width, height)} fill="{fill}"/>'
    rows = "".join(f"M{x} {at:g}h{width}" for at in (y + half, y + height - half))
    columns = "".join(f"M{at:g} {y}v{height}" for at in (x + half, x + width - half))
    return f'{filled}<path d="{rows}{columns}" stroke-dasharray="{dash}"{_stroke(stroke, thickness)}/>'


def _box(x: float, y: float, width: float, height: float) -> str:
    corner = "".join(f' {name}="{at:g}"' for name, at in (("x", x), ("y", y)) if at)
    return f'{corner} width="{width:g}" height="{height:g}"'


def _stroke(color: str, width: int) -> str:
    return f' stroke="{color}"' + ("" if width == 1 else f' stroke-width="{width}"')


def _escaped(text: str) -> str:
    """Return a text for markup, without the characters that may not be there."""
    return escape(_NOT_XML.sub("", text), quote=False)


def _metadata(origin: Origin) -> str:
    title, description, source, software = map(
        _escaped, (origin.title, origin.description, origin.source, origin.software)
    )
    return (
        '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cc="http://creativecommons.org/ns#"><cc:Work rdf:about="">'
        f"<dc:title>{title}</dc:title><dc:description>{description}</dc:description><dc:source>{source}</dc:source>"
        f"<dc:creator><cc:Agent><dc:title>{software}</dc:title></cc:Agent></dc:creator>"
        f"<dc:rights><cc:Agent><dc:title>{RIGHTS}</dc:title></cc:Agent></dc:rights>"
        f'<cc:license rdf:resource="{_LICENSE}"/></cc:Work></rdf:RDF></metadata>'
    )
