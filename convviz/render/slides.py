"""Scenes as PowerPoint decks: a movie on one slide, or a slide for each step, made of shapes that can be edited.

python-pptx makes the package, the notes and the movie. The shapes of the steps are written as text: in python-pptx a
shape takes milliseconds, and a deck has 10,000 of them. They are on the slides themselves rather than on a
layout, as a slide that is pasted into a lecture takes over the lecture's layouts.

A cell is one rectangle with its number inside, so both can be edited at once, and the cells of a table are a group.
The font is Calibri: PowerPoint has it everywhere, and its letters are about as wide as those of convviz Sans, which
PowerPoint lacks. Text never wraps and is centered on its line, where a font with other heights does no harm.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from itertools import count
from types import MappingProxyType
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from lxml import etree
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.util import Emu

from convviz.errors import SpecError
from convviz.limits import SLIDE_SHAPES
from convviz.origin import RIGHTS, Origin
from convviz.scene.primitives import Curve, Frame, Grid, Line, Look, Placed, Rect, Scene, Text

_WIDTH: Final = 12_192_000
_HEIGHT: Final = 6_858_000
"""A slide of 16:9, in EMU, of which an inch has 914,400 and a point 12,700."""

_TEMPLATE_WIDTH: Final = 9_144_000
_LAYOUT: Final = "Title Only"
"""The slides of python-pptx are 4:3; of their layouts one is kept."""

_FONT: Final = "Calibri"
_MIDDLE: Final = 0.342
"""From the baseline up to the middle of a line, in font sizes: half of ascent minus descent, alike in most fonts."""

_LINE: Final = 1.22
"""The height of a line in font sizes."""

_LONGEST_PROPERTY: Final = 255
"""Characters of a title or a subject of a file."""

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of all parts, always the same, so that the same recipe gives the same bytes."""

_ABOUT: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    b"<Application>convviz</Application></Properties>"
)
"""What python-pptx's template says of the program that made it is not true of ours."""

_NAMESPACES: Final = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def movie_deck(
    movie: bytes, poster: bytes, size: tuple[int, int], description: str, origin: Origin, background: str, *,
    is_loop: bool = True,
) -> bytes:  # fmt: skip
    """Return a deck of one slide, on which a movie starts by itself, repeats and pauses at a click.

    Parameters
    ----------
    movie : bytes
        An MP4 file.
    poster : bytes
        A PNG of what the slide shows until then, and on paper.
    size : (int, int)
        Width and height of both in pixels.
    description : str
        The movie in words.
    origin : Origin
        What the file says of itself.
    background : str
        The color around the movie, as scenes have it; a slide is never transparent.
    is_loop : bool
        Whether it repeats; else it ends with the last frame.

    Examples
    --------
    >>> from PIL import Image
    >>> poster = BytesIO()
    >>> Image.new("RGB", (40, 20)).save(poster, "PNG")
    >>> origin = Origin("Dilated convolution", "", "/dilated", "convviz 0.1.0")
    >>> made = movie_deck(b"movie", poster.getvalue(), (40, 20), "A 3 by 3 kernel", origin, "#ffffff")
    >>> [shape.name for shape in Presentation(BytesIO(made)).slides[0].shapes]
    ['Title', 'Movie']
    """
    deck = _new_deck(origin)
    slide = _add_slide(deck, origin.title, background, description)
    slide.shapes._spTree.append(etree.fromstring(_hidden_title(2, origin.title, _NAMESPACES)))
    width, height = size
    scale = min(_WIDTH / width, _HEIGHT / height)
    across, down = round(width * scale), round(height * scale)
    box = (Emu((_WIDTH - across) // 2), Emu((_HEIGHT - down) // 2), Emu(across), Emu(down))
    picture = slide.shapes.add_movie(BytesIO(movie), *box, BytesIO(poster), "video/mp4")
    picture.name = "Movie"
    picture._element.find(".//{*}cNvPr").set("descr", _clean(description))
    slide._element.remove(slide._element.find("{*}timing"))
    repeat = 'repeatCount="indefinite"' if is_loop else ""
    slide._element.append(etree.fromstring(_TIMING.format(movie=picture.shape_id, repeat=repeat)))
    return _saved(deck, {})


def step_deck(scene: Scene, origin: Origin) -> bytes:
    """Return a deck with a slide for each frame of a scene, made of rectangles, lines and text that can be edited.

    The frame's description is in the notes of its slide.

    Parameters
    ----------
    scene : Scene
        What to draw. A slide is never transparent: its color is the one that the scene's edges are blended with.
    origin : Origin
        What the file says of itself.

    Raises
    ------
    SpecError
        All slides together would have more shapes than the limit.

    Examples
    --------
    >>> cell = Placed(5, 5, Look(9, 9, (Rect(0, 0, 9, 9, "#ffc06b"), Text(4.5, 7, "5", 8, "#000000", "middle"))))
    >>> scene = Scene(20, 20, "#ffffff", (), "", 2, lambda index: Frame((cell,), f"Step {index + 1} of 2", ""))
    >>> made = step_deck(scene, Origin("Dilated convolution", "", "/dilated", "convviz 0.1.0"))
    >>> [[shape.text_frame.text for shape in slide.shapes] for slide in Presentation(BytesIO(made)).slides]
    [['Step 1 of 2', '5'], ['Step 2 of 2', '5']]
    """
    items = len(scene) * len(scene.backdrop) + sum(len(frame.items) for frame in scene)
    if items > SLIDE_SHAPES:
        raise SpecError(
            f"a deck must have at most {SLIDE_SHAPES:,} shapes; {len(scene):,} slides would have {items:,}. "
            "Use a smaller input or fewer channels."
        )
    deck = _new_deck(origin)
    scale = min(_WIDTH // scene.width, _HEIGHT // scene.height)
    pen = _Pen(scale, (_WIDTH - scale * scene.width) // 2, (_HEIGHT - scale * scene.height) // 2)
    grids = scene.link().grids
    shapes: dict[str, str] = {}
    for frame in scene:
        slide = _add_slide(deck, frame.caption, scene.background, frame.description)
        shapes[str(slide.part.partname).lstrip("/")] = "".join(_slide_shapes(scene, frame, grids, pen))
    return _saved(deck, shapes)


# The deck -------------------------------------------------------------------------------------------------------------


def _new_deck(origin: Origin) -> Deck:
    """Return an empty deck of 16:9 that says where it comes from."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Emu(_WIDTH), Emu(_HEIGHT)
    for layout in list(deck.slide_layouts):
        if layout.name != _LAYOUT:
            deck.slide_layouts.remove(layout)
    for shape in (*deck.slide_master.placeholders, *deck.slide_layouts[0].placeholders):
        if shape._element.spPr.xfrm is not None:
            shape.left = Emu(shape.left * _WIDTH // _TEMPLATE_WIDTH)
            shape.width = Emu(shape.width * _WIDTH // _TEMPLATE_WIDTH)
    package = deck.part.package
    picture = package.part_related_by(RELATIONSHIP_TYPE.THUMBNAIL)
    package.drop_rel(package.relate_to(picture, RELATIONSHIP_TYPE.THUMBNAIL))
    package.part_related_by(RELATIONSHIP_TYPE.EXTENDED_PROPERTIES).blob = _ABOUT
    about = deck.core_properties
    about.title = _property(origin.title)
    about.subject = _property(origin.source)
    about.comments = _property(origin.comment)
    about.keywords = RIGHTS
    about.author = about.last_modified_by = _property(origin.software)
    about.created = about.modified = datetime(*_EPOCH)
    about.revision = 1
    return deck


def _property(text: str) -> str:
    text = _clean(text)
    return text if len(text) <= _LONGEST_PROPERTY else text[: _LONGEST_PROPERTY - 1] + "…"


def _add_slide(deck: Deck, name: str, background: str, notes: str) -> Slide:
    """Add a slide without shapes."""
    slide: Slide = deck.slides.add_slide(deck.slide_layouts[0])
    slide.shapes._spTree.remove(slide.shapes[0]._element)
    slide._element.cSld.set("name", _clean(name))
    paper = f"<p:bg {_NAMESPACES}><p:bgPr>{_solid(background)}<a:effectLst/></p:bgPr></p:bg>"
    slide._element.cSld.insert(0, etree.fromstring(paper))
    frame = slide.notes_slide.notes_text_frame
    assert frame is not None  # the notes master of python-pptx has one
    frame.text = _clean(notes)
    return slide


def _saved(deck: Deck, shapes: Mapping[str, str]) -> bytes:
    """Return the file, with shapes added to the slides of these names, and without the time of day."""
    made, file = BytesIO(), BytesIO()
    deck.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            data = parts.read(name)
            if name in shapes:
                data = data.replace(b"</p:spTree>", shapes[name].encode() + b"</p:spTree>")
            entry = zipfile.ZipInfo(name, _EPOCH)
            is_packed = name.startswith("ppt/media/")
            entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return file.getvalue()


def _clean(text: str) -> str:
    """Return a text with a sign for each character that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)


def _quoted(text: str) -> str:
    """Return a text as it is written into XML, between tags or in an attribute."""
    return escape(_clean(text), {'"': "&quot;"})


# The movie ------------------------------------------------------------------------------------------------------------

# What PowerPoint writes for "Start: Automatically" and "Loop until Stopped"; a click pauses the movie or resumes it.
# https://github.com/scanny/python-pptx/issues/427
_PLAY: Final = (
    '<p:par><p:cTn id="3" fill="hold"><p:stCondLst><p:cond delay="indefinite"/>'
    '<p:cond evt="onBegin" delay="0"><p:tn val="2"/></p:cond></p:stCondLst><p:childTnLst>'
    '<p:par><p:cTn id="4" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>'
    '<p:par><p:cTn id="5" presetID="1" presetClass="mediacall" presetSubtype="0" fill="hold" nodeType="afterEffect">'
    '<p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst><p:cmd type="call" cmd="playFrom(0.0)"><p:cBhvr>'
    '<p:cTn id="6" dur="1" fill="hold"/><p:tgtEl><p:spTgt spid="{movie}"/></p:tgtEl></p:cBhvr></p:cmd></p:childTnLst>'
    "</p:cTn></p:par></p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par>"
)
_PAUSE: Final = (
    '<p:par><p:cTn id="8" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>'
    '<p:par><p:cTn id="9" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>'
    '<p:par><p:cTn id="10" presetID="2" presetClass="mediacall" presetSubtype="0" fill="hold" nodeType="clickEffect">'
    '<p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst><p:cmd type="call" cmd="togglePause"><p:cBhvr>'
    '<p:cTn id="11" dur="1" fill="hold"/><p:tgtEl><p:spTgt spid="{movie}"/></p:tgtEl></p:cBhvr></p:cmd></p:childTnLst>'
    "</p:cTn></p:par></p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par>"
)
_ON_CLICK: Final = '<p:cond evt="onClick" delay="0"><p:tgtEl><p:spTgt spid="{movie}"/></p:tgtEl></p:cond>'
_TIMING: Final = (
    f'<p:timing {_NAMESPACES}><p:tnLst><p:par><p:cTn id="1" dur="indefinite" restart="never" nodeType="tmRoot">'
    '<p:childTnLst><p:seq concurrent="1" nextAc="seek"><p:cTn id="2" dur="indefinite" nodeType="mainSeq"><p:childTnLst>'
    f"{_PLAY}</p:childTnLst></p:cTn>"
    '<p:prevCondLst><p:cond evt="onPrev" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:prevCondLst>'
    '<p:nextCondLst><p:cond evt="onNext" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:nextCondLst></p:seq>'
    '<p:seq concurrent="1" nextAc="seek">'
    '<p:cTn id="7" restart="whenNotActive" fill="hold" evtFilter="cancelBubble" nodeType="interactiveSeq">'
    f'<p:stCondLst>{_ON_CLICK}</p:stCondLst><p:endSync evt="end" delay="0"><p:rtn val="all"/></p:endSync>'
    f"<p:childTnLst>{_PAUSE}</p:childTnLst></p:cTn><p:nextCondLst>{_ON_CLICK}</p:nextCondLst></p:seq>"
    '<p:video><p:cMediaNode vol="80000"><p:cTn id="12" {repeat} fill="hold" display="0">'
    '<p:stCondLst><p:cond delay="indefinite"/></p:stCondLst></p:cTn>'
    '<p:tgtEl><p:spTgt spid="{movie}"/></p:tgtEl></p:cMediaNode></p:video>'
    "</p:childTnLst></p:cTn></p:par></p:tnLst></p:timing>"
)


def _hidden_title(number: int, text: str, namespaces: str = "") -> str:
    """Return a title for the list of slides and for screen readers, which the slide itself has no room for."""
    return (
        f'<p:sp {namespaces}><p:nvSpPr><p:cNvPr id="{number}" name="Title" hidden="1"/>'
        '<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><p:spPr/>'
        f'<p:txBody><a:bodyPr/><a:p><a:r><a:rPr lang="en-US"/><a:t>{_quoted(text)}</a:t></a:r></a:p></p:txBody></p:sp>'
    )


# The steps ------------------------------------------------------------------------------------------------------------


class _Shape(NamedTuple):
    """A shape as XML in three pieces, between which are its number and name, and its place.

    ``x`` and ``y`` are the place of its top left corner within its look, in EMU.
    """

    kind: str
    before: str
    middle: str
    x: int
    y: int
    after: str


_SHAPE_OPENS: Final = '<p:sp><p:nvSpPr><p:cNvPr id="'
_SHAPE_GOES_ON: Final = '"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>'
_TEXT_GOES_ON: Final = '"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>'
_TITLE_GOES_ON: Final = (
    '"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm>'
)
_BOX: Final = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
_NO_INSETS: Final = MappingProxyType({"lIns": 0, "tIns": 0, "rIns": 0, "bIns": 0})
_SIDES: Final = {"start": "l", "middle": "ctr", "end": "r"}


@dataclass(slots=True)
class _Pen:
    """Turns pixels of a scene into EMU of a slide, and each distinct look into shapes once."""

    scale: int
    left: int
    top: int
    _known: dict[int, tuple[Look, list[_Shape]]] = field(default_factory=dict)

    def shapes(self, item: Placed, number: Callable[[], int]) -> str:
        """Return a look at its place; several shapes are a group."""
        known = self._known.get(id(item.look))
        if known is None:
            known = (item.look, [*self._of_look(item.look)])  # the look is kept, so that its id stays its own
            self._known[id(item.look)] = known
        x, y, name = self.left + self.scale * item.x, self.top + self.scale * item.y, _quoted(item.key)
        outer = number() if len(known[1]) > 1 else 0
        made = "".join(_written(shape, number(), name or shape.kind, x, y) for shape in known[1])
        return self.group(made, outer, name or "Cell", _box_of(item)) if outer else made

    def group(self, shapes: str, number: int, name: str, box: tuple[int, int, int, int], description: str = "") -> str:
        """Return shapes as a group with this box in pixels; ``name`` and ``description`` are quoted."""
        x, y, width, height = box
        left, top = self.left + self.scale * x, self.top + self.scale * y
        size = f'cx="{self.scale * width}" cy="{self.scale * height}"'
        about = f' descr="{description}"' if description else ""
        return (
            f'<p:grpSp><p:nvGrpSpPr><p:cNvPr id="{number}" name="{name}"{about}/><p:cNvGrpSpPr/><p:nvPr/>'
            f'</p:nvGrpSpPr><p:grpSpPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext {size}/>'
            f'<a:chOff x="{left}" y="{top}"/><a:chExt {size}/></a:xfrm></p:grpSpPr>{shapes}</p:grpSp>'
        )

    def words(self, line: Sequence[Placed], number: int, title_end: int = 0) -> str:
        """Return words that follow each other on a line as one text.

        It is the slide's title if ``title_end`` says how far, in pixels, its box may reach: LibreOffice breaks titles.
        """
        first, last = line[0], line[-1]
        texts = [mark for item in line for mark in item.look.marks if isinstance(mark, Text)]
        x, y, size = first.x + texts[0].x, first.y + texts[0].y, texts[0].size
        width = (title_end or last.x + last.look.width) - x
        runs = "".join(self._run(text, " " if k else "") for k, text in enumerate(texts))
        shape = self._text_box(runs, (x, y), width, size, "l")
        if title_end:
            shape = shape._replace(kind="Title", middle=_TITLE_GOES_ON)
        return _written(shape, number, shape.kind, self.left, self.top)

    def _of_look(self, look: Look) -> Iterator[_Shape]:
        inside: Text | None = None
        for mark in look.marks:
            match mark:
                case Rect():
                    inside = _number_in(mark, look)
                    yield self._rect(mark, inside)
                case Line():
                    yield self._line(mark)
                case Curve():
                    yield self._curve(mark)
                case Text():
                    if mark is not inside:
                        yield self._text(mark, look)

    def _rect(self, rect: Rect, inside: Text | None) -> _Shape:
        """Return a rectangle with its stroke inside its box: on a slide half of a stroke is outside."""
        edge = rect.stroke_width if rect.stroke else 0
        fill = _solid(rect.fill) if rect.fill else "<a:noFill/>"
        body = self._number(inside, rect) if inside else ""
        return _Shape(
            "Cell" if rect.fill else "Frame",
            _SHAPE_OPENS,
            _SHAPE_GOES_ON,
            self._emu(rect.x + edge / 2),
            self._emu(rect.y + edge / 2),
            f"{self._extent(rect.width - edge, rect.height - edge)}</a:xfrm>{_BOX}{fill}"
            f"{self._stroke(rect.stroke, edge, rect.dash)}</p:spPr>{body}</p:sp>",
        )

    def _number(self, text: Text, rect: Rect) -> str:
        """Return a text inside a rectangle; where it is not in the middle, insets move it."""
        right = self._emu(2 * text.x - (2 * rect.x + rect.width))
        down = self._emu(2 * (text.y - _MIDDLE * text.size) - (2 * rect.y + rect.height))
        insets = {"lIns": max(right, 0), "tIns": max(down, 0), "rIns": max(-right, 0), "bIns": max(-down, 0)}
        return _body(self._run(text), "ctr", insets)

    def _text(self, text: Text, look: Look) -> _Shape:
        across = {"start": look.width - text.x, "middle": 2 * min(text.x, look.width - text.x), "end": text.x}
        width = across[text.anchor]
        before = {"start": 0, "middle": width / 2, "end": width}[text.anchor]
        return self._text_box(self._run(text), (text.x - before, text.y), width, text.size, _SIDES[text.anchor])

    def _text_box(self, runs: str, start: tuple[float, float], width: float, size: float, side: str) -> _Shape:
        """Return a line of text; ``start`` is the left end of its baseline."""
        x, y = start
        return _Shape(
            "Text",
            _SHAPE_OPENS,
            _TEXT_GOES_ON,
            self._emu(x),
            self._emu(y - (_LINE / 2 + _MIDDLE) * size),
            f"{self._extent(width, _LINE * size)}</a:xfrm>{_BOX}<a:noFill/></p:spPr>{_body(runs, side)}</p:sp>",
        )

    def _line(self, line: Line) -> _Shape:
        flips = ' flipV="1"' if (line.x2 < line.x1) != (line.y2 < line.y1) else ""
        return _Shape(
            "Line",
            '<p:cxnSp><p:nvCxnSpPr><p:cNvPr id="',
            f'"/><p:cNvCxnSpPr/><p:nvPr/></p:nvCxnSpPr><p:spPr><a:xfrm{flips}>',
            self._emu(min(line.x1, line.x2) + 0.5),  # the middle of a pixel
            self._emu(min(line.y1, line.y2) + 0.5),
            f"{self._extent(abs(line.x2 - line.x1), abs(line.y2 - line.y1))}</a:xfrm>"
            f'<a:prstGeom prst="line"><a:avLst/></a:prstGeom>{self._stroke(line.color, line.width)}</p:spPr></p:cxnSp>',
        )

    def _curve(self, curve: Curve) -> _Shape:
        xs, ys = (curve.x1, curve.x2, curve.x3, curve.x4), (curve.y1, curve.y2, curve.y3, curve.y4)
        left, top, width, height = min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
        start, *others = (
            f'<a:pt x="{self._emu(x - left)}" y="{self._emu(y - top)}"/>' for x, y in zip(xs, ys, strict=True)
        )
        return _Shape(
            "Curve",
            _SHAPE_OPENS,
            _SHAPE_GOES_ON,
            self._emu(left + 0.5),
            self._emu(top + 0.5),
            f"{self._extent(width, height)}</a:xfrm><a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/>"
            '<a:rect l="0" t="0" r="r" b="b"/>'
            f'<a:pathLst><a:path w="{self._emu(width)}" h="{self._emu(height)}" fill="none"><a:moveTo>{start}'
            f"</a:moveTo><a:cubicBezTo>{''.join(others)}</a:cubicBezTo></a:path></a:pathLst></a:custGeom>"
            f"<a:noFill/>{self._stroke(curve.color, curve.width)}</p:spPr></p:sp>",
        )

    def _run(self, text: Text, space: str = "") -> str:
        points = round(self.scale * text.size / 127)
        bold = int(text.bold)
        return (
            f'<a:r><a:rPr lang="en-US" sz="{points}" b="{bold}" noProof="1">{_solid(text.color)}'
            f'<a:latin typeface="{_FONT}"/></a:rPr>'
            f"<a:t>{space}{_quoted(text.text)}</a:t></a:r>"
        )

    def _stroke(self, color: str | None, width: int, dash: int = 0) -> str:
        if color is None:
            return "<a:ln><a:noFill/></a:ln>"
        dashes = 100_000 * dash // width
        style = f'<a:custDash><a:ds d="{dashes}" sp="{dashes}"/></a:custDash>' if dash else ""
        return f'<a:ln w="{self.scale * width}">{_solid(color)}{style}<a:miter lim="800000"/></a:ln>'

    def _extent(self, width: float, height: float) -> str:
        return f'<a:ext cx="{self._emu(width)}" cy="{self._emu(height)}"/>'

    def _emu(self, pixels: float) -> int:
        return round(self.scale * pixels)


def _slide_shapes(scene: Scene, frame: Frame, grids: Sequence[Grid], pen: _Pen) -> Iterator[str]:
    """Yield the shapes of a slide: its title, and then what the frame paints, in order.

    What the frame covers of the backdrop is left out, so that a cell is there once.
    """
    number = count(2).__next__
    ends = len(frame.items) - frame.terms
    title = frame.items[ends - frame.title : ends]
    head = next(_lines(title), [])
    if head and all(map(_is_word, head)):
        baseline = head[0].y
        end = min((item.x for item in title if item.y == baseline and item.x > head[-1].x), default=scene.width)
        yield pen.words(head, number(), end)
    else:
        head = []
        yield _hidden_title(number(), frame.caption)
    in_head = {id(item) for item in head}
    covering = {_box_of(item) for item in frame.items if _is_opaque(item.look)}
    items = [item for item in scene.backdrop if _box_of(item) not in covering]
    items += [item for item in frame.items if id(item) not in in_head]
    of_cell = {(*corner, grid.cell + 1, grid.cell + 1): k for k, grid in enumerate(grids) for corner in grid.corners()}
    tables: dict[int, list[Placed]] = {}
    for item in items:
        if (table := of_cell.get(_box_of(item))) is not None:
            tables.setdefault(table, []).append(item)
    for line in _lines(items):
        table = of_cell.get(_box_of(line[0]))
        if table is not None:
            if cells := tables.pop(table, None):
                grid, own = grids[table], number()
                made = "".join(pen.shapes(cell, number) for cell in cells)
                box = (grid.x, grid.y, grid.width, grid.height)
                yield pen.group(made, own, _quoted(grid.name), box, _quoted(grid.title or grid.name))
        elif _is_word(line[0]):
            yield pen.words(line, number())
        else:
            yield pen.shapes(line[0], number)


def _lines(items: Iterable[Placed]) -> Iterator[list[Placed]]:
    """Yield words that follow each other on a line together, and all else by itself."""
    line: list[Placed] = []
    for item in items:
        if line and not _goes_on(line[-1], item):
            yield line
            line = []
        line.append(item)
    if line:
        yield line


def _is_word(item: Placed) -> bool:
    marks = item.look.marks
    return len(marks) == 1 and isinstance(marks[0], Text) and marks[0].anchor == "start"


def _goes_on(word: Placed, item: Placed) -> bool:
    """Whether an item is the next word after a word: on the same line, after a space."""
    if not (_is_word(word) and _is_word(item)):
        return False
    before, after = word.look.marks[0], item.look.marks[0]
    assert isinstance(before, Text)
    assert isinstance(after, Text)
    space = item.x + after.x - (word.x + word.look.width)
    return (word.y + before.y, before.size) == (item.y + after.y, after.size) and 0 <= space <= after.size / 2


def _box_of(item: Placed) -> tuple[int, int, int, int]:
    return item.x, item.y, item.look.width, item.look.height


def _is_opaque(look: Look) -> bool:
    """Whether a look begins with a filled rectangle as large as itself."""
    return any(
        isinstance(mark, Rect) and mark.fill is not None and (mark.width, mark.height) == (look.width, look.height)
        for mark in look.marks[:1]
    )


def _number_in(rect: Rect, look: Look) -> Text | None:
    """Return the text that a look centers on its filled rectangle."""
    texts = (mark for mark in look.marks if isinstance(mark, Text) and mark.anchor == "middle")
    return next(texts, None) if rect.fill and rect is look.marks[0] else None


# Pieces of XML --------------------------------------------------------------------------------------------------------


def _written(shape: _Shape, number: int, name: str, left: int, top: int) -> str:
    """Return a shape with its number and its quoted name; (left, top) is where its look is."""
    return (
        f'{shape.before}{number}" name="{name}{shape.middle}'
        f'<a:off x="{left + shape.x}" y="{top + shape.y}"/>{shape.after}'
    )


def _solid(color: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{color[1:7].upper()}"/></a:solidFill>'


def _body(runs: str, side: str, insets: Mapping[str, int] = _NO_INSETS) -> str:
    """Return one line of text in the middle of its box, whose insets are in EMU."""
    written = " ".join(f'{name}="{inset}"' for name, inset in insets.items())
    return (
        f'<p:txBody><a:bodyPr wrap="none" {written} anchor="ctr"><a:noAutofit/></a:bodyPr>'
        f'<a:p><a:pPr algn="{side}"/>{runs}</a:p></p:txBody>'
    )
