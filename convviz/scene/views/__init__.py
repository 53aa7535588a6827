"""One view per variant: what each of its steps says and shows."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from convviz.recipes import Presentation, Recipe
from convviz.recipes.variants.backward import CONVOLUTION

from ..figure import Draft, Sketch
from .along_a_line import line_sketch
from .backward import backward_draft
from .backward_pooling import backward_pooling_draft
from .depthwise import depthwise_draft, standard_draft
from .gather import gather_draft
from .matrix import matrix_draft
from .overlap import overlap_draft
from .pooling import pooling_draft
from .receptive_field import receptive_field_draft
from .scatter import scatter_draft
from .separable import separable_draft

View = Callable[[Recipe, Presentation], Sketch]


def _transposed_draft(recipe: Recipe, show: Presentation) -> Draft:
    return (scatter_draft if recipe["view"] == "scatter" else gather_draft)(recipe, show)


def _backward_draft(recipe: Recipe, show: Presentation) -> Draft:
    return (backward_draft if recipe["mode"] == CONVOLUTION else backward_pooling_draft)(recipe, show)


def _depthwise_draft(recipe: Recipe, show: Presentation) -> Draft:
    return (standard_draft if recipe["act"] == "standard" else depthwise_draft)(recipe, show)


VIEWS: Final[Mapping[str, View]] = MappingProxyType(
    {
        "along-a-line": line_sketch,
        "standard": gather_draft,
        "dilated": gather_draft,
        "transposed": _transposed_draft,
        "matrix": matrix_draft,
        "pooling": pooling_draft,
        "pooling-channels": pooling_draft,
        "spatial-separable": separable_draft,
        "depthwise-separable": _depthwise_draft,
        "backward": _backward_draft,
        "checkerboard": overlap_draft,
        "receptive-field": receptive_field_draft,
    }
)
"""The view of each variant."""
