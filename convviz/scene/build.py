"""From a recipe to its scene: which view shows it."""

from collections.abc import Callable

from convviz import limits
from convviz.errors import SpecError
from convviz.recipes import Presentation, Recipe
from convviz.recipes.comparison import Asked, Comparison

from .channels import channels_scene
from .depthwise import depthwise_scene
from .gather import gather_scene
from .overlap import overlap_scene
from .pooling import pooling_scene
from .primitives import Scene
from .receptive_field import pyramid_scene
from .scatter import scatter_scene
from .separable import separable_scene
from .side_by_side import side_by_side_scene


def compose(asked: Asked, show: Presentation, *, frames_drawn: int | None = None) -> Scene:
    """The frames of a recipe or of a comparison, ready to be drawn.

    Parameters
    ----------
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
    scene = side_by_side_scene(asked, show, _one) if isinstance(asked, Comparison) else _one(asked, show)
    _check_pixels(scene, len(scene) if frames_drawn is None else frames_drawn)
    return scene


def _one(recipe: Recipe, show: Presentation) -> Scene:
    return _view(recipe)(recipe, show)


def _view(recipe: Recipe) -> Callable[[Recipe, Presentation], Scene]:
    if recipe.variant == "depthwise-separable":
        return depthwise_scene
    if recipe.variant == "spatial-separable":
        return separable_scene
    if recipe.variant == "pooling":
        return pooling_scene
    if recipe.variant == "checkerboard":
        return overlap_scene
    if recipe.variant == "receptive-field":
        return pyramid_scene
    if recipe.get("view") == "scatter":
        return scatter_scene
    if max(recipe.get("in_channels", 1), recipe.get("out_channels", 1)) > 1:
        return channels_scene
    return gather_scene


def _check_pixels(scene: Scene, frames: int) -> None:
    """Refuse an animation that would take a server too long."""
    megapixels = scene.width * scene.height * frames / 1e6
    if megapixels > limits.ANIMATION_MEGAPIXELS:
        raise SpecError(
            f"An animation must have at most {limits.ANIMATION_MEGAPIXELS} megapixels in all its frames; got "
            f"{megapixels:.0f} ({frames} frames of {scene.width} x {scene.height}). Use a smaller width."
        )
