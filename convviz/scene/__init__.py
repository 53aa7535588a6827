"""From recipes to frames of rectangles, lines and text."""

from convviz import limits
from convviz.errors import SpecError
from convviz.recipes import Presentation, Recipe
from convviz.recipes.comparison import Asked, Comparison

from .figure import Draft
from .primitives import Curve, Frame, Line, Look, Placed, Rect, Scene, Text
from .side_by_side import side_by_side_scene
from .views import VIEWS

__all__ = ["Curve", "Frame", "Line", "Look", "Placed", "Rect", "Scene", "Text", "check_pixels", "compose"]


def compose(asked: Asked, show: Presentation, *, frames_drawn: int | None = None) -> Scene:
    """Return the frames of a recipe or of a comparison, ready to be drawn.

    Parameters
    ----------
    asked : Recipe or Comparison
        What is shown.
    show : Presentation
        How it is shown.
    frames_drawn : int, optional
        How many of the frames will be drawn as pixels: 1 for a single picture, 0 for a player, which draws lines and
        letters; without it all of them. What is shown where does not depend on it.

    Raises
    ------
    SpecError
        The frames that will be drawn have together more pixels than the limit.

    Examples
    --------
    >>> from convviz.recipes import Presentation, presets
    >>> scene = compose(presets["padding_strides"], Presentation())
    >>> len(scene), scene.frame(0).caption
    (9, 'Step 1 of 9')
    """
    if isinstance(asked, Comparison):
        scene = side_by_side_scene(asked, show, [_draft(side, show) for side in asked.drawn])
    else:
        draft = _draft(asked, show)
        scene = draft.scene(draft.layout(show.width))
    check_pixels(scene.width, scene.height, len(scene) if frames_drawn is None else frames_drawn)
    return scene


def _draft(recipe: Recipe, show: Presentation) -> Draft:
    """Return the scene of a recipe before it has a size."""
    return VIEWS[recipe.variant](recipe, show)


def check_pixels(width: int, height: int, frames: int) -> None:
    """Refuse frames that would take a server too long to draw.

    Raises
    ------
    SpecError
        All of them have together more pixels than the limit.
    """
    megapixels = width * height * frames / 1e6
    if megapixels > limits.ANIMATION_MEGAPIXELS:
        raise SpecError(
            f"An animation must have at most {limits.ANIMATION_MEGAPIXELS} megapixels in all its frames; got "
            f"{megapixels:.0f} ({frames} frames of {width} x {height}). Use a smaller width."
        )
