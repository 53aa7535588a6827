"""What all charts share: a figure measured in pixels, in the colors of a theme, as SVG, PNG and PDF.

Figures are matplotlib's, never pyplot's, which keeps a global list of them and is not safe with threads.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from textwrap import wrap
from threading import Lock
from typing import Any, Final
from xml.sax.saxutils import escape

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from convviz import limits
from convviz.arithmetic import arguments
from convviz.errors import SpecError
from convviz.fonts import FAMILY, embedded_font, font_path
from convviz.origin import RIGHTS, Origin
from convviz.scene.theme import THEMES, Theme

# Set once, and for all figures of the process: the settings are global, so the context manager for them is not safe
# with threads. Without the salt the ids in an SVG are random; without "none" its text is drawn as outlines, which can
# neither be searched nor copied.
matplotlib.rcParams["svg.hashsalt"] = "convviz"
matplotlib.rcParams["svg.fonttype"] = "none"
matplotlib.rcParams["pdf.fonttype"] = 42  # TrueType as it is: the other kind, 3, is refused by many publishers
matplotlib.rcParams["font.family"] = [FAMILY, "DejaVu Sans"]  # the second one has the characters that the first lacks
for is_bold in (False, True):
    fontManager.addfont(font_path(is_bold))

PIXEL: Final = 1 / 72
"""In inches: matplotlib's SVG has 72 units per inch; with as many dots per inch, a font's point is a pixel."""

SMALL: Final = 11
NORMAL: Final = 12
"""Sizes of fonts in pixels."""

CAPTION_LINE: Final = 14
"""Pixels from one line of a caption to the next."""

LETTER: Final = 0.5
"""Mean width of a letter in English text, in font sizes."""

RINGS: Final = {"light": "#1f5fa8", "dark": "#74b5ff"}
"""Color of rings and outlines over cells of any color, by theme; they have an edge in the color of the page."""

_DRAWING = Lock()
"""matplotlib is not safe with threads, as it caches fonts and texts: one figure is drawn at a time."""

_SHEET: Final = """
 <defs>
  <style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>
 </defs>"""
"""matplotlib's rule for "*" would also apply to other drawings of a page; the root element has the same style."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that is drawn on demand: the same bytes every time, on a transparent background.

    Attributes
    ----------
    title, description : str
        For readers who do not see it; the SVG holds both.
    width, height : int
        In pixels.
    draw : callable
        Draws it on an empty figure.
    """

    title: str
    description: str
    width: int
    height: int
    draw: Callable[[Figure], None] = field(repr=False)

    def figure(self, *, scale: float = 1) -> Figure:
        """Return a new matplotlib figure of 72 x `scale` dots per inch, so that `width` is in pixels at scale 1."""
        figure = Figure(figsize=(self.width * PIXEL, self.height * PIXEL), dpi=72 * scale, facecolor="none")
        self.draw(figure)
        return figure

    def svg(self, *, origin: Origin | None = None) -> str:
        """Return the chart as an ``<svg>`` element, for a page or for a file of its own that says its `origin`."""
        metadata: dict[str, str | None] = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        if origin:
            metadata |= {"Creator": origin.software, "Source": origin.source, "Rights": RIGHTS}
        buffer = StringIO()
        with _DRAWING:
            self.figure().savefig(buffer, format="svg", dpi="figure", facecolor="none", metadata=metadata)
        drawing = buffer.getvalue()
        drawing = drawing[drawing.index(">", drawing.index("<svg")) + 1 :]  # without the prologue and the opening tag
        drawing = drawing.replace(_SHEET, "", 1)
        opening = (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img"'
            f' width="{self.width}" height="{self.height}" viewBox="0 0 {self.width} {self.height}"'
            f' style="stroke-linejoin: round; stroke-linecap: butt">'
        )
        words = f"<title>{escape(self.title)}</title>\n <desc>{escape(self.description)}</desc>"
        return f"{opening}\n {words}\n <style>{_font_faces(drawing)}</style>{drawing}"

    def png(self, *, scale: float = 2, origin: Origin | None = None) -> bytes:
        """Return the chart as a PNG of `width` x `scale` pixels across."""
        metadata: dict[str, str | None] = {"Software": None}
        if origin:
            metadata = {"Title": self.title, "Description": self.description, "Source": origin.source}
            metadata |= {"Software": origin.software, "Copyright": RIGHTS}
        buffer = BytesIO()
        with _DRAWING:
            self.figure(scale=scale).savefig(buffer, format="png", dpi="figure", facecolor="none", metadata=metadata)
        return buffer.getvalue()

    def pdf(self, *, origin: Origin | None = None) -> bytes:
        """Return the chart as a PDF of lines and letters, with 72 pixels to the inch and its fonts inside."""
        metadata: dict[str, str | None] = {
            "Title": self.title,
            **dict.fromkeys(("Creator", "Producer", "CreationDate")),
        }
        if origin:
            metadata |= {"Creator": origin.software, "Subject": origin.source, "Keywords": RIGHTS}
        buffer = BytesIO()
        with _DRAWING:
            self.figure().savefig(buffer, format="pdf", dpi="figure", facecolor="none", metadata=metadata)
        return buffer.getvalue()


def _font_faces(drawing: str) -> str:
    """Return the rules that bring a drawing its fonts: as an image of a page, it may not load any."""
    return embedded_font(False) + (embedded_font(True) if "font-weight: 700" in drawing else "")


def chart_theme(name: str) -> Theme:
    """Return the theme of this name; only those of colors, without the one whose colors are names of roles."""
    if name not in THEMES:
        raise SpecError(f"theme must be one of {', '.join(THEMES)}; got {name!r}.")
    return THEMES[name]


def checked_width(width: object) -> int:
    """Return the width of a chart in pixels, or refuse it."""
    pixels = arguments.integer("width", width, least=limits.CHART_WIDTH_MIN)
    if pixels > limits.PICTURE_WIDTH:
        raise SpecError(f"width must be at most {limits.PICTURE_WIDTH}; got {pixels}.")
    return pixels


def axes_at(figure: Figure, *, left: float, top: float, width: float, height: float) -> Axes:
    """Add axes with this box, in pixels from the top left corner of the figure."""
    total_width, total_height = (float(inches) / PIXEL for inches in figure.get_size_inches())
    box = (left / total_width, 1 - (top + height) / total_height, width / total_width, height / total_height)
    return figure.add_axes(box, facecolor="none")


def dress(axes: Axes, theme: Theme, *, x: str, y: str) -> None:
    """Give axes the colors of a theme, and both a name."""
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(theme.edge)
    axes.tick_params(colors=theme.muted, labelsize=SMALL, which="both", width=0.8)
    axes.minorticks_off()
    axes.grid(axis="y", color=theme.edge, alpha=0.3, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(x, color=theme.ink, fontsize=NORMAL)
    axes.set_ylabel(y, color=theme.ink, fontsize=NORMAL)


def wrapped(text: str, room: float, size: int = SMALL) -> list[str]:
    """Return a text in lines that fit into a room of this many pixels."""
    return wrap(text, int(room / (LETTER * size)))


def write_lines(figure: Figure, lines: list[str], theme: Theme, *, left: float, top: float) -> None:
    """Write lines of text, the first of them `top` pixels below the top of the figure."""
    width, height = (float(inches) / PIXEL for inches in figure.get_size_inches())
    for n, line in enumerate(lines):
        place = left / width, 1 - (top + n * CAPTION_LINE + 11) / height
        figure.text(*place, line, color=theme.ink, fontsize=SMALL, va="baseline", parse_math=False)


def note(axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **style: Any) -> None:
    """Write a text at an offset in pixels from a point, by default a fraction of the axes, even outside them."""
    options: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "fontsize": NORMAL} | style
    axes.annotate(text, at, xytext=offset, annotation_clip=False, parse_math=False, **options)


def short(number: float) -> str:
    """Return a number with three digits.

    >>> short(0), short(-0.10051), short(0.25), short(1234.5), short(0.000412)
    ('0', '−0.101', '0.25', '1234', '4.12e−4')
    """
    size = abs(number)
    if size and not 1e-3 <= size < 1e5:
        mantissa, exponent = f"{number:.2e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    else:
        text = f"{number:.0f}" if size >= 1000 else f"{number:.3g}"
    return "0" if text == "-0" else text.replace("-", "−")
