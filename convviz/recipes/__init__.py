"""Recipes: the variants, their parameters and bounds, and the named examples."""

from .catalog import CATALOG, Preset, presets, presets_of
from .model import Recipe, read_query, recipe, write_query
from .presentation import Presentation, split_options
from .variants import VARIANTS, Variant, variant_named

__all__ = [
    "CATALOG",
    "VARIANTS",
    "Presentation",
    "Preset",
    "Recipe",
    "Variant",
    "presets",
    "presets_of",
    "read_query",
    "recipe",
    "split_options",
    "variant_named",
    "write_query",
]
