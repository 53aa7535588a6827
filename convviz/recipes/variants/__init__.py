"""The variants of convolution: one module each, and one line each in this registry."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError

from .along_a_line import ALONG_A_LINE
from .backward import BACKWARD
from .base import Variant
from .checkerboard import CHECKERBOARD
from .depthwise_separable import DEPTHWISE_SEPARABLE
from .matrix import MATRIX
from .pooling import POOLING
from .pooling_channels import POOLING_CHANNELS
from .receptive_field import RECEPTIVE_FIELD
from .spatial_separable import SPATIAL_SEPARABLE
from .standard import DILATED, STANDARD
from .transposed import TRANSPOSED

__all__ = ["VARIANTS", "Variant", "variant_named"]

_VARIANTS: Final = (
    ALONG_A_LINE,
    STANDARD,
    DILATED,
    TRANSPOSED,
    MATRIX,
    POOLING,
    POOLING_CHANNELS,
    SPATIAL_SEPARABLE,
    DEPTHWISE_SEPARABLE,
    BACKWARD,
    CHECKERBOARD,
    RECEPTIVE_FIELD,
)

VARIANTS: Final[Mapping[str, Variant]] = MappingProxyType({variant.name: variant for variant in _VARIANTS})
"""Every variant by name, in the order of the menus."""


def variant_named(name: object) -> Variant:
    """Return the variant called ``name``.

    Raises
    ------
    SpecError
        There is none of that name.
    """
    if not isinstance(name, str) or name not in VARIANTS:  # whatever a notebook gives
        raise SpecError(f"variant must be one of {', '.join(VARIANTS)}; got {shown(name)}.")
    return VARIANTS[name]
