"""Recipes: the variants, their parameters and bounds, and the named examples."""

from . import reference
from .catalog import CATALOG, Preset, presets, presets_of
from .code import FRAMEWORKS, notes_of
from .model import Recipe, read_query, recipe, write_query
from .presentation import Presentation, split_options
from .variants import VARIANTS, Variant, variant_named

# What `help` shows of it: the parameters are in a table, so that no text repeats their bounds.
recipe.__doc__ = f"{recipe.__doc__}\n    Variants and their parameters:\n\n" + "\n\n".join(
    f"    {name}: {each}".replace("\n", "\n    ") for name, each in reference.variants.items()
)

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
