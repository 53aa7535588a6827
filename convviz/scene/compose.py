"""From a recipe to its scene: which view shows it."""

from .. import limits
from ..errors import SpecError
from ..recipes import Presentation, Recipe
from .gather import gather_scene
from .primitives import Scene
from .scatter import scatter_scene


def compose(recipe: Recipe, show: Presentation) -> Scene:
    """The frames of a recipe, ready to be drawn.

    Raises
    ------
    SpecError
        All frames together would have more pixels than the limit.

    Examples
    --------
    >>> from convviz.recipes import Presentation, presets
    >>> scene = compose(presets["padding_strides"], Presentation())
    >>> len(scene), scene.frame(0).caption
    (9, 'Step 1 of 9')
    """
    scene = (scatter_scene if recipe.get("view") == "scatter" else gather_scene)(recipe, show)
    megapixels = scene.width * scene.height * len(scene) / 1e6
    if megapixels > limits.ANIMATION_MEGAPIXELS:
        raise SpecError(
            f"An animation must have at most {limits.ANIMATION_MEGAPIXELS} megapixels in all its frames; got "
            f"{megapixels:.0f} ({len(scene)} frames of {scene.width} x {scene.height}). Use a smaller width."
        )
    return scene
