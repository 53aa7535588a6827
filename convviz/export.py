"""One recipe in every format: what Python, the command line, batches and addresses below /render all call."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property, partial
from hashlib import sha256
from math import floor, sqrt
from operator import index
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from . import limits
from .arithmetic.arguments import shown
from .errors import MissingExtraError, SpecError, needs_extra
from .files import CHART_ENDINGS, FORMATS, formats_of, stem_of
from .html import DIALS, Offered
from .origin import SOFTWARE, Origin
from .questions.picture import frames_of, pose
from .recipes import FRAMEWORKS, Presentation, Recipe
from .recipes.comparison import Asked
from .scene import Frame, Scene, compose
from .scene.theme import FILE_THEMES, THEMES

if TYPE_CHECKING:
    from .diagrams import Diagram

Check = Callable[[], None]
"""Called before each frame; what it raises ends the work."""

_MOVIE_SIZE: Final = 1280, 720
"""Pixels of the movie on a slide where none are given."""

_LIBRARIES: Final = (
    "numpy", "pillow", "matplotlib", "reportlab", "python-pptx", "xlsxwriter", "imageio-ffmpeg", "onnx"
)  # fmt: skip

_FITTINGS: Final = 8
"""Widths that are tried until a file is small enough."""

_NARROWER: Final = 0.97
"""A file shrinks a little less than its pixels."""


@dataclass(frozen=True)
class Export:
    """A recipe or a comparison on its way into files.

    Attributes
    ----------
    asked : Recipe or Comparison
        What is drawn.
    show : Presentation
        How.
    frame : int or None
        Of a format that has one step, which; negative numbers count from the last, and None is the last, or of a
        question the frame that asks it.
    dials : mapping, iterable or None
        What can be changed in an HTML file.
    check : callable
        Called before each frame.
    most_steps : int or None
        The most steps of an HTML file in all of its combinations.
    """

    asked: Asked
    show: Presentation
    frame: int | None = None
    dials: Offered | None = None
    check: Check = lambda: None
    most_steps: int | None = None

    def make(self, ending: str) -> bytes:
        """Return the bytes of a file.

        Raises
        ------
        SpecError
            The recipe has no such format, its frames have too many pixels, or it does not fit in its megabytes.
        MissingExtraError
            A library is not installed.
        """
        self.check_format(ending)
        with needs_extra():
            data = _MAKERS[ending](self)
        most = self.show.megabytes
        return data if most is None or len(data) <= 1e6 * most else self._narrowed(ending, len(data), most)

    @property
    def endings(self) -> tuple[str, ...]:
        """The formats that the recipe can have."""
        return tuple(each.ending for each in formats_of(self.asked))

    def check_format(self, ending: str) -> None:
        """Refuse a format that the recipe cannot have."""
        if ending not in self.endings:
            raise SpecError(f"{self.asked.variant} has the formats {', '.join(self.endings)}; got {shown(ending)}.")

    @property
    def stem(self) -> str:
        """The name of a file without its ending."""
        return stem_of(self.asked, self.show, self.frame)

    @property
    def address(self) -> str:
        """What all addresses of the same bytes have in common."""
        dials = "" if self.dials is None else f"&{DIALS}={self.dials}"
        return f"{self.asked.variant}?{self.asked.render_query(self.show, self.frame)}{dials}"

    def _narrowed(self, ending: str, size: int, most: float) -> bytes:
        """Return the file of the widest picture that fits in the megabytes."""
        smallest, width = size, self.scene.width
        if "megabytes" in FORMATS[ending].options:
            for _ in range(_FITTINGS):
                width = min(floor(_NARROWER * sqrt(1e6 * most / size) * width), width - 1)
                if width < limits.PICTURE_WIDTH_MIN:
                    break
                height = self.show.height and floor(self.show.height * width / self.scene.width)
                show = replace(self.show, width=width, height=height, megabytes=None)
                data = replace(self, show=show).make(ending)
                size, smallest = len(data), min(smallest, len(data))
                if size <= 1e6 * most:
                    return data
        raise SpecError(
            f"megabytes must be at least {smallest / 1e6:.2f} for this {FORMATS[ending].label}; got {most:g}. Use "
            "fewer steps or smaller sizes."
        )

    @cached_property
    def scene(self) -> Scene:
        """The chosen frames."""
        return self._checked(pose(self.asked, self.show))

    @cached_property
    def lines(self) -> Scene:
        """The chosen frames for a format without pixels, of which there may be any number."""
        return self._checked(pose(self.asked, self.show, frames_drawn=0))

    @cached_property
    def still(self) -> Scene:
        """All frames, of which one is drawn."""
        return self._checked(pose(self.asked, replace(self.show, steps=None, hold=None), frames_drawn=1))

    @cached_property
    def described(self) -> Scene:
        """All frames as they usually are: what is said of a format without pictures and their options."""
        return self._checked(compose(self.asked, Presentation(), frames_drawn=0))

    def _checked(self, scene: Scene) -> Scene:
        @cache  # frames are counted before they are drawn
        def draw(number: int) -> Frame:
            self.check()
            return scene.draw(number)

        return replace(scene, draw=draw)

    @property
    def number(self) -> int:
        """The number of the one frame, from 0."""
        count = frames_of(self.asked, self.show)
        if self.frame is None:
            return count - 1 if self.show.predict is None else 0
        try:
            number = index(self.frame)
        except TypeError:
            number = count
        if not -count <= number < count:
            raise SpecError(f"frame must be a whole number from {-count} to {count - 1}; got {shown(self.frame)}.")
        return number % count

    def origin_of(self, scene: Scene) -> Origin:
        """Return what a file with this scene says of itself."""
        query = self.asked.to_query()
        source = f"/{self.asked.variant}?{query}".removesuffix("?")
        return Origin(title_of(self.asked), scene.description, source, SOFTWARE)


@cache
def code_digest() -> str:
    """Return a digest of all that turns an address into the bytes of a file: our code, and the libraries that draw."""
    from importlib.metadata import PackageNotFoundError, version

    from .html import bundle, file_policy

    digest = sha256(f"{file_policy()}{bundle.style()}{bundle.markup()}".encode())
    for library in _LIBRARIES:
        with suppress(PackageNotFoundError):
            digest.update(f"{library} {version(library)}".encode())
    package = Path(__file__).resolve().parent
    for path in sorted(package.rglob("*.py")):
        if path.relative_to(package).parts[0] not in ("web", "cli"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def title_of(asked: Asked) -> str:
    """Return the title of a file.

    Examples
    --------
    >>> from convviz.recipes.comparison import Comparison
    >>> title_of(Comparison.from_query("left=standard&right=dilated"))
    'Standard convolution and dilated convolution'
    """
    if isinstance(asked, Recipe):
        return asked.kind.title
    left, right = (side.kind.title for side in asked.sides)
    return f"{left} and {right[:1].lower()}{right[1:]}"


@dataclass(frozen=True)
class ChartExport:
    """A chart or the graph of a network on its way into a file.

    Attributes
    ----------
    diagram : Diagram
        What is drawn.
    check : callable
        Called before it is.
    """

    diagram: "Diagram"
    check: Check = lambda: None

    def make(self, ending: str) -> bytes:
        """Return the bytes of a file: "svg", "png" or "pdf"."""
        self.check()
        return self.diagram.make(ending)

    @property
    def endings(self) -> tuple[str, ...]:
        """The formats that a chart can have."""
        return CHART_ENDINGS

    def check_format(self, ending: str) -> None:
        """Refuse a format that a chart cannot have."""
        if ending not in self.endings:
            raise SpecError(f"A chart has the formats {', '.join(self.endings)}; got {shown(ending)}.")

    @property
    def stem(self) -> str:
        """The name of a file without its ending."""
        look = self.diagram.values
        parts = [look["network"]] if "network" in look else []
        return "_".join([self.diagram.name, *parts, *(["dark"] if look["theme"] == "dark" else [])])

    @property
    def address(self) -> str:
        """What all addresses of the same bytes have in common."""
        return f"chart/{self.diagram.name}?{self.diagram.to_query()}"


# The formats ----------------------------------------------------------------------------------------------------------


def _gif(export: Export) -> bytes:
    from .render.gif import gif

    return gif(export.scene, export.show.seconds_per_step, **_moving(export))


def _apng(export: Export) -> bytes:
    from .render.animated import apng

    return apng(export.scene, export.show.seconds_per_step, **_moving(export))


def _webp(export: Export) -> bytes:
    from .render.animated import webp

    return webp(export.scene, export.show.seconds_per_step, is_smooth=export.show.motion, **_moving(export))


def _moving(export: Export) -> dict[str, Any]:
    return {"origin": export.origin_of(export.scene), "is_loop": export.show.loop}


def _mp4(export: Export) -> bytes:
    from .render.video import mp4

    show = export.show
    return mp4(export.scene, show.seconds_per_step, export.origin_of(export.scene), is_smooth=show.motion)


def _webm(export: Export) -> bytes:
    from .render.video import webm

    show = export.show
    return webm(export.scene, show.seconds_per_step, export.origin_of(export.scene), is_smooth=show.motion)


def _movie_deck(export: Export) -> bytes:
    from .render.png import png
    from .render.slides import movie_deck

    export = replace(export, show=of_movie_deck(show := export.show))
    scene, background = export.scene, _theme_colors(export)["page"]
    origin = export.origin_of(scene)
    poster = png(scene, len(scene) - 1, origin)
    return movie_deck(
        _mp4(export), poster, (scene.width, scene.height), described(scene), origin, background, is_loop=show.loop
    )


def of_movie_deck(show: Presentation) -> Presentation:
    """Return how a movie on a slide is shown: as large as the slide, where no size is given."""
    if show.width is not None or show.height is not None:
        return show
    width, height = _MOVIE_SIZE
    return replace(show, width=width, height=height)


def _step_deck(export: Export) -> bytes:
    from .render.slides import step_deck

    return step_deck(export.lines, export.origin_of(export.lines))


def _png(export: Export) -> bytes:
    from .render.png import png

    return png(export.still, export.number, export.origin_of(export.still), dpi=export.show.dpi)


def _zip(export: Export) -> bytes:
    from .render.png import png_zip

    origin = export.origin_of(export.scene)
    return png_zip(export.scene, export.asked.variant, origin, dpi=export.show.dpi)


def _svg(export: Export) -> bytes:
    from .render.svg import svg

    return svg(export.still, export.number, export.origin_of(export.still)).encode()


def _tex(export: Export) -> bytes:
    from .render.tikz import tikz

    roles = {color: role for role, color in reversed([*_theme_colors(export).items()])}
    return tikz(export.still, export.number, export.origin_of(export.still), roles).encode()


def _theme_colors(export: Export) -> Mapping[str, str]:
    """Return the color of each role."""
    return {role: color for role, color in asdict(FILE_THEMES[export.show.theme]).items() if role != "name"}


def _pdf(export: Export) -> bytes:
    from .render.pdf import pdf

    return pdf(export.lines, export.origin_of(export.lines))


def _book(export: Export) -> bytes:
    from .render.book import BOOK, book

    files, missing = {}, {}
    for ending in BOOK:
        try:
            files[ending] = export.make(ending)
        except MissingExtraError as error:
            missing[ending] = str(error)
    scene = export.lines
    return book(
        export.stem, files, missing, described(scene), export.origin_of(scene), len(scene),
        export.show.seconds_per_step,
    )  # fmt: skip


def _html(export: Export) -> bytes:
    from .html import file

    show = export.show.for_figure(export.show.theme if export.show.theme in THEMES else "light")
    step = None if export.frame is None else export.number + 1
    return file(export.asked, show, export.dials, step=step, most_steps=export.most_steps, check=export.check).encode()


def _xlsx(export: Export) -> bytes:
    from .handouts.workbook import workbook

    return workbook(export.asked, export.origin_of(export.described), export.show.theme)


def _paper(export: Export, *, is_key: bool) -> bytes:
    from .handouts.worksheet import worksheet

    return worksheet(export.asked, export.origin_of(export.described), paper=export.show.paper, is_key=is_key)


def _code(export: Export, framework: str) -> bytes:
    assert isinstance(export.asked, Recipe)  # `formats_of` offers no code of a comparison
    return export.asked.to_code(framework).encode()


_MAKERS: Final[Mapping[str, Callable[[Export], bytes]]] = MappingProxyType({
    "gif": _gif, "mp4": _mp4, "webm": _webm, "webp": _webp, "apng": _apng, "pptx": _movie_deck,
    "steps.pptx": _step_deck, "png": _png, "svg": _svg, "tex": _tex, "pdf": _pdf, "zip": _zip, "book.zip": _book,
    "html": _html, "xlsx": _xlsx, "worksheet.pdf": partial(_paper, is_key=False),
    "key.pdf": partial(_paper, is_key=True),
    **{f"{framework}.py": partial(_code, framework=framework) for framework in FRAMEWORKS},
})  # fmt: skip


def described(scene: Scene) -> str:
    """Return a moving picture in words: what it shows, and how it ends."""
    return f"{scene.description} {scene.frame(-1).description}"
