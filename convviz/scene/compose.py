"""From a recipe to its scene: which view shows it."""

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
    return (scatter_scene if recipe.get("view") == "scatter" else gather_scene)(recipe, show)
