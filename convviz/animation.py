"""`animate` and `compare`: from recipes to files, the notebook's door to all that the pages show."""

from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from html import escape
from operator import index
from typing import Any, Final

from .arithmetic.arguments import shown
from .errors import MissingExtraError, SpecError, needs_extra
from .html import Offered, file
from .origin import Origin
from .recipes import Presentation, Recipe
from .recipes.comparison import Asked, Comparison
from .scene import Scene, compose

_HEIGHT: Final = 620
"""CSS pixels of a frame in a notebook, until the figure in it says how high it is."""


@dataclass(frozen=True)
class Animation:
    """A recipe made visible, or two. Make one with `animate` or `compare`; nothing is drawn before it is asked for.

    ``len(animation)`` is the number of frames. In a notebook it shows itself as the figure that the pages show.
    """

    recipe: Asked
    presentation: Presentation

    @cached_property
    def scene(self) -> Scene:
        """The frames as rectangles, lines and text.

        Raises
        ------
        SpecError
            All frames together have more pixels than a GIF or an archive may have.
        """
        return compose(self.recipe, self.presentation)

    @cached_property
    def _still(self) -> Scene:
        """The same frames, of which one at a time is drawn."""
        return compose(self.recipe, self.presentation, frames_drawn=1)

    @property
    def _origin(self) -> Origin:
        variant = self.recipe.variant
        source = f"/{variant}?{self.recipe.to_query()}".removesuffix("?")
        return Origin(variant, self._still.description, source, "convviz")

    def __len__(self) -> int:
        return self.recipe.frames

    def gif(self) -> bytes:
        """Return the animation as a GIF that repeats forever; its last frame lasts longer."""
        with needs_extra():
            from .render.gif import gif

        return gif(self.scene, self.presentation.seconds_per_step, self._origin)

    def png(self, frame: int = -1) -> bytes:
        """One frame as a PNG, however many others there are; negative numbers count from the last.

        Raises
        ------
        SpecError
            There is no such frame.
        """
        with needs_extra():
            from .render.png import png

        try:
            number = index(frame)
        except TypeError:
            number = len(self)
        if not -len(self) <= number < len(self):
            last = len(self) - 1
            raise SpecError(f"frame must be a whole number from {-len(self)} to {last}; got {shown(frame)}.")
        return png(self._still, number, self._origin)

    def png_zip(self) -> bytes:
        """Every frame as a PNG, in one zip archive."""
        with needs_extra():
            from .render.png import png_zip

        return png_zip(self.scene, self.recipe.variant, self._origin)

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
        return file(self.recipe, self.presentation, dials)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Show the figure in a notebook, and its last frame where that cannot be: in LaTeX, in PDF."""
        title = escape(self._still.description, quote=True)
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
        ``theme`` ("light" or "dark"), ``width`` in pixels, ``seconds_per_step``, ``terms`` and ``formula`` (whether the
        line of terms and the size formula are shown), ``fill`` ("auto", "role" or "value": what colors the cells).

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
