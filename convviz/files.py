"""The files of a picture: which there are, and their names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from .arithmetic.arguments import nearest, shown
from .errors import SpecError
from .recipes import Presentation, Recipe
from .recipes.comparison import Asked, Comparison
from .recipes.fields import FIELDS
from .recipes.presentation import FILE_THEMES, OPTIONS, PREDICT, THEME
from .writing import ending_of

Kind = Literal["moving", "steps", "still", "figure", "exercise", "code"]
"""What is in a file: all steps one after another, all steps next to one another, one step, the figure itself, an
exercise with the numbers, or the layer as a program."""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    Attributes
    ----------
    ending : str
        What comes after the first dot of its names, as in "gif" or "worksheet.pdf": a name has one format.
    media_type : str
        As HTTP names it.
    kind : str
        What is in it.
    label, text : str
        Its name for readers, and what it is for.
    options : tuple of str
        The options that change it, and ``frame`` where it has one step of several.
    module : str
        The optional module that it needs, "" for none.
    """

    ending: str
    media_type: str
    kind: Kind
    label: str
    text: str
    options: tuple[str, ...] = ()
    module: str = ""


FRAME: Final = "frame"
"""The parameter that says which step a format with one step has, counted from 0."""

_LOOK: Final = (THEME, "width", "height", "title", "labels", "numbers", "terms", "formula", "fill", PREDICT)
_STILL: Final = (*_LOOK, FRAME)
_STEPS: Final = (*_LOOK, "steps")
_MOVING: Final = (*_STEPS, "seconds_per_step", "hold", "megabytes", "megapixels")
_FIGURE: Final = (THEME, "width", "seconds_per_step", "terms", "formula", "fill", PREDICT)

_PDF: Final = "application/pdf"
_PPTX: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CODE: Final = "text/x-python"

_FORMATS: Final = (
    Format(
        "gif", "image/gif", "moving", "GIF", "Moves everywhere: slides, README files, web pages, wikis.",
        (*_MOVING, "loop"),
    ),
    Format(
        "mp4", "video/mp4", "moving", "MP4", "Video for slides and web pages: H.264, plays everywhere.",
        (*_MOVING, "motion"), "imageio_ffmpeg",
    ),
    Format(
        "webm", "video/webm", "moving", "WebM", "Video for web pages and Wikimedia Commons: VP9.",
        (*_MOVING, "motion"), "imageio_ffmpeg",
    ),
    Format(
        "webp", "image/webp", "moving", "Animated WebP", "A moving picture without loss, for web pages.",
        (*_MOVING, "loop", "motion"),
    ),
    Format(
        "apng", "image/apng", "moving", "APNG", "A moving picture without loss that may be transparent.",
        (*_MOVING, "loop"),
    ),
    Format(
        "pptx", _PPTX, "moving", "PowerPoint, movie",
        "One slide with the movie, which starts by itself and repeats. PowerPoint in a browser does not start it.",
        (*_MOVING, "loop", "motion"), "imageio_ffmpeg",
    ),
    Format(
        "steps.pptx", _PPTX, "steps", "PowerPoint, a slide a step",
        "Shapes that can be edited, with a note to each step.",
        _STEPS, "pptx",
    ),
    Format(
        "png", "image/png", "still", "PNG", "One step as pixels.",
        (*_STILL, "dpi", "megabytes"),
    ),
    Format(
        "svg", "image/svg+xml", "still", "SVG", "One step as lines and text, to be edited or scaled.",
        _STILL,
    ),
    Format(
        "tex", "text/x-tex", "still", "TikZ", "One step as a LaTeX file that compiles by itself.",
        _STILL,
    ),
    Format(
        "pdf", _PDF, "steps", "PDF", "A page a step, as lines and text: for LaTeX and Beamer.",
        _STEPS, "reportlab",
    ),
    Format(
        "zip", "application/zip", "steps", "PNG of each step", "All steps as PNG files in one archive.",
        (*_STEPS, "dpi", "megabytes", "megapixels"),
    ),
    Format(
        "book.zip", "application/zip", "steps", "Book",
        "One name in every format, with a text and the LaTeX lines: for Quarto, Sphinx and LaTeX, which refuse a GIF.",
        (*_STEPS, FRAME, "seconds_per_step", "hold", "loop", "motion", "dpi"),
    ),
    Format(
        "html", "text/html", "figure", "HTML", "The figure itself as one file that works without a network.",
        _FIGURE,
    ),
    Format(
        "xlsx", _XLSX, "exercise", "Excel", "Input, kernel and output as cells, the output as live formulas.",
        (THEME,), "xlsxwriter",
    ),
    Format(
        "worksheet.pdf", _PDF, "exercise", "Worksheet", "The exercise on paper, with blanks to fill in.",
        ("paper",), "reportlab",
    ),
    Format(
        "key.pdf", _PDF, "exercise", "Key of the worksheet", "The same paper with the answers.",
        ("paper",), "reportlab",
    ),
    Format("pytorch.py", _CODE, "code", "PyTorch", "The layer and its numbers as a program."),
    Format("keras.py", _CODE, "code", "Keras", "The layer and its numbers as a program."),
    Format("jax.py", _CODE, "code", "JAX", "The layer and its numbers as a program."),
    Format("onnx.py", _CODE, "code", "ONNX", "The layer and its numbers as a program."),
    Format("numpy.py", _CODE, "code", "NumPy", "The layer and its numbers as a program."),
)  # fmt: skip
FORMATS: Final[Mapping[str, Format]] = MappingProxyType({each.ending: each for each in _FORMATS})
"""Every format by its ending, in the order in which they are offered."""


def format_of(name: str) -> Format:
    """Return the format of a file by its name.

    Raises
    ------
    SpecError
        No format has this ending.

    Examples
    --------
    >>> format_of("out/dilated.GIF").label, format_of("chapter.2.worksheet.pdf").label, format_of("x.pdf").label
    ('GIF', 'Worksheet', 'PDF')
    """
    if (ending := ending_of(name, FORMATS)) is not None:
        return FORMATS[ending]
    last = name.replace("\\", "/").rpartition("/")[2].lower().rpartition(".")
    hint = nearest(last[2], FORMATS) if last[1] else ""
    raise SpecError(f"The name of a file must end in one of {endings()}; got {shown(name)}.{hint}")


def endings() -> str:
    """Return the endings of all formats, as a sentence lists them."""
    return ", ".join(f".{ending}" for ending in FORMATS)


CHART_ENDINGS: Final = ("svg", "png", "pdf")
"""The formats of charts and networks."""


def formats_of(asked: Asked) -> tuple[Format, ...]:
    """Return the formats that a recipe or a comparison can have.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> [each.ending for each in formats_of(recipe("checkerboard")) if each.kind in ("exercise", "code")]
    []
    """
    has_numbers = isinstance(asked, Recipe) and "input" in asked
    return tuple(each for each in _FORMATS if has_numbers or each.kind not in ("exercise", "code"))


# Names ----------------------------------------------------------------------------------------------------------------

_LONGEST: Final = 120
"""Characters of a name: systems take 255 bytes, and a folder may be long."""

_ALWAYS: Final = ("input_size", "kernel_size")
_USUAL: Final = {"stride": "1", "padding": "0", "dilation": "1", "output_padding": "0", "groups": "1"}
"""What is always in a name, and what is not, though it may differ from what the variant begins with."""


def stem_of(asked: Asked, show: Presentation, frame: int | None = None) -> str:
    """Return the name of a file without its ending: what is inside, without the numbers of tables.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> stem_of(recipe("dilated", input_size=9), Presentation(theme="dark", width=1280))
    'dilated_i9_k3_d2_dark_1280'
    >>> stem_of(recipe("standard", padding=(0, 8)), Presentation(steps=(3, 9, 1)), frame=3)
    'standard_i5_k3_p0x8_step4'
    >>> stem_of(Comparison.from_query("left=standard&right=dilated&input_size=7&right.dilation=3"), Presentation())
    'compare_standard_dilated_i7'
    """
    parts = [asked.variant]
    if isinstance(asked, Comparison):
        parts += [side.variant for side in asked.sides]
    parts += _parameters(asked)
    if show.predict is not None:
        parts.append(f"{PREDICT}{show.predict}")
    if show.theme in FILE_THEMES and show.theme != "light":
        parts.append(show.theme)
    sizes = [str(side) for side in (show.width, show.height) if side]
    parts += ["x".join(sizes)] if sizes else []
    if frame is not None:
        parts.append(f"step{frame + 1}")
    elif show.steps:
        parts.append(f"steps{OPTIONS['steps'].spell(show.steps).replace(':', 'by')}")
    return "_".join(parts)[:_LONGEST]


def _parameters(asked: Asked) -> Iterator[str]:
    texts = asked.to_texts()
    if isinstance(asked, Recipe):
        spelled = {name: asked.kind.fields[name].spell(asked[name]) for name in asked.values}
        usual = {name: text for name, text in spelled.items() if name in _USUAL and text != _USUAL[name]}
        texts |= usual | {name: spelled[name] for name in _ALWAYS if name in spelled}
    for name, field in FIELDS.items():
        if field.short is not None and name in texts and texts[name] != _USUAL.get(name):
            yield field.short + texts[name].replace(",", "-")
