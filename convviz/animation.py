"""`animate` and `compare`: from recipes to files, the notebook's door to all that the pages show."""

from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any, Final

from .arithmetic.arguments import shown
from .errors import MissingExtraError, SpecError
from .export import Export
from .files import format_of
from .html import Offered
from .questions.picture import frames_of, pose
from .recipes import Presentation, Recipe
from .recipes.comparison import Asked, Comparison
from .scene import Scene
from .writing import write_file

_HEIGHT: Final = 620
"""CSS pixels of a frame in a notebook, until the figure in it says how high it is."""


@dataclass(frozen=True)
class Animation:
    """A recipe made visible, or two. Make one with `animate` or `compare`; nothing is drawn before it is asked for.

    ``len(animation)`` is the number of frames. In a notebook it shows itself as the figure that the pages show.
    """

    recipe: Asked
    presentation: Presentation

    def _export(self, frame: int | None = None, dials: Offered | None = None) -> Export:
        return Export(self.recipe, self.presentation, frame, dials)

    @cached_property
    def scene(self) -> Scene:
        """The chosen frames as rectangles, lines and text.

        Raises
        ------
        SpecError
            All frames together have more pixels than a file may have.
        """
        return pose(self.recipe, self.presentation)

    def __len__(self) -> int:
        return frames_of(self.recipe, self.presentation)

    def save(self, path: str | PathLike[str], *, frame: int | None = None, dials: Offered | None = None) -> Path:
        """Write a file in the format that its name ends in, and return its path.

        Parameters
        ----------
        path : str or path
            Such as "dilated.gif", "dilated.steps.pptx" or "dilated.pytorch.py". Its folder must exist.
        frame : int, optional
            As in `png`, for formats that have one step.
        dials : mapping or iterable, optional
            As in `html`.

        Raises
        ------
        SpecError
            No format has this ending, the recipe does not have it, or the file cannot be written.

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> from convviz.recipes import recipe
        >>> with TemporaryDirectory() as folder:
        ...     path = animate(recipe("dilated")).save(f"{folder}/dilated.svg", frame=3)
        ...     path.name, path.read_text()[:5]
        ('dilated.svg', '<svg ')
        """
        return write_file(Path(path), self._export(frame, dials).make(format_of(str(path)).ending))

    def gif(self) -> bytes:
        """Return the animation as a GIF; its last frame lasts longer."""
        return self._export().make("gif")

    def mp4(self) -> bytes:
        """Return the animation as an H.264 video.

        Raises
        ------
        MissingExtraError
            imageio-ffmpeg, the extra "video", is not installed.
        """
        return self._export().make("mp4")

    def webm(self) -> bytes:
        """Return the animation as a VP9 video; as `mp4`."""
        return self._export().make("webm")

    def webp(self) -> bytes:
        """Return the animation as a WebP without loss."""
        return self._export().make("webp")

    def apng(self) -> bytes:
        """Return the animation as an APNG."""
        return self._export().make("apng")

    def png(self, frame: int | None = None) -> bytes:
        """One frame as a PNG, however many others there are: by default the last, or the one that asks a question.

        Negative numbers count from the last.

        Raises
        ------
        SpecError
            There is no such frame.
        """
        return self._export(frame).make("png")

    def png_zip(self) -> bytes:
        """Every frame as a PNG, in one zip archive."""
        return self._export().make("zip")

    def svg(self, frame: int | None = None) -> str:
        """One frame as an SVG whose text stays text; as `png`."""
        return self._export(frame).make("svg").decode()

    def tex(self, frame: int | None = None) -> str:
        """One frame as a LaTeX file with TikZ that compiles by itself; as `png`."""
        return self._export(frame).make("tex").decode()

    def pdf(self) -> bytes:
        """Return a PDF with a page a frame, as lines and text."""
        return self._export().make("pdf")

    def pptx(self, *, steps: bool = False) -> bytes:
        """Return a PowerPoint deck: a slide with the movie, or with ``steps`` a slide a frame that can be edited.

        Raises
        ------
        MissingExtraError
            The movie needs imageio-ffmpeg, the extra "video".
        """
        return self._export().make("steps.pptx" if steps else "pptx")

    def book(self) -> bytes:
        """Return a zip archive with one name in every format, its text and its lines for LaTeX."""
        return self._export().make("book.zip")

    def xlsx(self) -> bytes:
        """Return a workbook whose output cells are formulas over the cells of input and kernel.

        Raises
        ------
        SpecError
            The variant has no numbers, or this is a comparison.
        """
        return self._export().make("xlsx")

    def worksheet(self, *, is_key: bool = False) -> bytes:
        """Return a PDF with the exercise on paper, or its key; as `xlsx`."""
        return self._export().make("key.pdf" if is_key else "worksheet.pdf")

    def html(self, dials: Offered | None = None) -> str:
        """Return the figure as one HTML file that needs no network.

        Parameters
        ----------
        dials : mapping or iterable, optional
            What can be changed in it: values by the names of parameters, or only names, for all values of each. The
            file has the answer for each combination, at most 256. Without it there is the picture with its player.

        Raises
        ------
        SpecError
            A dial is unknown or cannot be in a file, or there are more combinations than the limit.

        Examples
        --------
        >>> from convviz.recipes import recipe
        >>> text = animate(recipe("dilated")).html(dials={"dilation": (1, 2, 3)})
        >>> text[:15], len(text) < 400_000
        ('<!doctype html>', True)
        """
        return self._export(dials=dials).make("html").decode()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Show the figure in a notebook, and its last frame where that cannot be: in LaTeX, in PDF."""
        title = escape(self._export().still.description, quote=True)
        bundle = {
            "text/plain": repr(self),
            "text/html": f'<iframe title="{title}" width="100%" height="{_HEIGHT}" style="border: 0" '
            f'allow="fullscreen" srcdoc="{escape(self.html(), quote=True)}"></iframe>',
        }
        with suppress(MissingExtraError):  # a notebook without Pillow has no need of a picture
            bundle["image/png"] = b64encode(self.png()).decode()
        return bundle


def animate(recipe: Recipe, **presentation: object) -> Animation:
    """Return a recipe as an animation.

    Parameters
    ----------
    recipe : Recipe
        What to show.
    **presentation
        Options of `Presentation`: ``theme`` ("light", "dark", "transparent" or "print"), ``width`` and ``height`` in
        pixels, ``seconds_per_step``, ``title``, ``labels``, ``terms`` and ``formula`` (whether these words are shown),
        ``fill`` ("auto", "role" or "value": what colors the cells), ``steps``, ``hold``, ``loop``, ``motion``, ``dpi``,
        ``megabytes``, ``megapixels``, ``paper``, ``predict`` (the number of a question, which takes the place of the
        steps); or a ``purpose`` such as "slide", which is short for some of them.

    Raises
    ------
    SpecError
        What is given is no recipe, or an option is unknown or out of bounds.

    Examples
    --------
    >>> from convviz.recipes import presets
    >>> picture = animate(presets["no_padding_no_strides"], width=600)
    >>> len(picture), picture.gif()[:6]
    (4, b'GIF89a')
    """
    if not isinstance(recipe, Recipe):
        raise SpecError(f"animate must be given a recipe, such as cv.recipe('dilated'); got {shown(recipe)}.")
    return Animation(recipe, Presentation.from_values(presentation))


def compare(left: Recipe, right: Recipe, **presentation: object) -> Animation:
    """Two recipes as one animation, side by side and in step.

    Parameters
    ----------
    left, right : Recipe
        What to show. Where the input's size, name and seed are alike, both show the same numbers.
    **presentation
        As `animate` has it.

    Raises
    ------
    SpecError
        What is given are not two recipes, or an option is unknown or out of bounds.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> picture = compare(recipe("standard", input_size=7), recipe("dilated"))
    >>> len(picture), picture.recipe.to_query()
    (25, 'left=standard&right=dilated&input_size=7')
    """
    for one in (left, right):
        if not isinstance(one, Recipe):
            raise SpecError(f"compare must be given two recipes, such as cv.recipe('dilated'); got {shown(one)}.")
    return Animation(Comparison(left, right), Presentation.from_values(presentation))
