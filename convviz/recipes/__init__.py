"""Recipes: the variants, their parameters and bounds, and the named examples."""

from .catalog import CATALOG, Preset, presets, presets_of
from .code import FRAMEWORKS, notes_of
from .fields import Presentation, split_options
from .model import Recipe, read_query, recipe, write_query
from .variants import VARIANTS, Variant, variant_named

__all__ = [
    "CATALOG",
    "FRAMEWORKS",
    "VARIANTS",
    "Presentation",
    "Preset",
    "Recipe",
    "Variant",
    "notes_of",
    "presets",
    "presets_of",
    "read_query",
    "recipe",
    "split_options",
    "variant_named",
    "write_query",
]
