"""One view per variant: what each of its steps says and shows."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from convviz.recipes import Presentation, Recipe

from ..primitives import Scene
from .depthwise import depthwise_scene
from .gather import gather_scene
from .overlap import overlap_scene
from .pooling import pooling_scene
from .receptive_field import receptive_field_scene
from .scatter import scatter_scene
from .separable import separable_scene

View = Callable[[Recipe, Presentation], Scene]


def _transposed_scene(recipe: Recipe, show: Presentation) -> Scene:
    return (scatter_scene if recipe["view"] == "scatter" else gather_scene)(recipe, show)


VIEWS: Final[Mapping[str, View]] = MappingProxyType(
    {
        "standard": gather_scene,
        "dilated": gather_scene,
        "transposed": _transposed_scene,
        "pooling": pooling_scene,
        "pooling-channels": pooling_scene,
        "spatial-separable": separable_scene,
        "depthwise-separable": depthwise_scene,
        "checkerboard": overlap_scene,
        "receptive-field": receptive_field_scene,
    }
)
"""The view of each variant."""
