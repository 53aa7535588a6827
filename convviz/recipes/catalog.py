"""The named examples, among them the figures of "A guide to convolution arithmetic for deep learning".

The first ones have the sizes of the figures in that guide by Dumoulin & Visin (arXiv:1603.07285); a transposed one
undoes the shapes of its direct one, so its input has the direct one's output size. The others are in ``catalog.toml``.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from convviz.arithmetic.arguments import nearest, shown
from convviz.errors import UnknownNameError

from .comparison import Comparison
from .model import Recipe, recipe


@dataclass(frozen=True, slots=True)
class Preset:
    """A named example: the name in code and links, the title that a reader sees, and the recipe."""

    name: str
    title: str
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class ComparisonPreset:
    """A named comparison: the title that a reader sees, the comparison, and what there is to notice."""

    title: str
    comparison: Comparison
    remark: str


_GUIDE: Final = (
    # name, title, input side, kernel side, stride, padding, dilation
    ("no_padding_no_strides", "No padding, unit stride", 4, 3, 1, 0, 1),
    ("arbitrary_padding_no_strides", "Padding of 2, unit stride", 5, 4, 1, 2, 1),
    ("same_padding_no_strides", "Half (same) padding", 5, 3, 1, 1, 1),
    ("full_padding_no_strides", "Full padding", 5, 3, 1, 2, 1),
    ("no_padding_strides", "No padding, stride 2", 5, 3, 2, 0, 1),
    ("padding_strides", "Padding 1, stride 2", 5, 3, 2, 1, 1),
    ("padding_strides_odd", "Padding 1, stride 2, last row unread", 6, 3, 2, 1, 1),
    ("dilation", "Dilation 2", 7, 3, 1, 0, 2),
)


def _guide() -> Iterator[Preset]:
    for name, title, side, kernel, stride, padding, dilation in _GUIDE:
        sizes = {"kernel_size": kernel, "stride": stride, "padding": padding}
        direct = recipe("dilated" if dilation > 1 else "standard", input_size=side, dilation=dilation, **sizes)
        yield Preset(name, title, direct)
        if dilation == 1:
            # Where the stride does not divide, several input sizes give this output: output_padding says which one.
            lost = (side + 2 * padding - kernel) % stride
            transposed = recipe("transposed", input_size=direct.output_size, output_padding=lost, **sizes)
            yield Preset(f"{name}_transposed", f"{title}, transposed", transposed)


_FILE: Final = tomllib.loads(files(__package__).joinpath("catalog.toml").read_text("utf-8"))
_OTHERS: Final = (
    Preset(name, title, Recipe.from_query(variant, query)) for name, (title, variant, query) in _FILE["presets"].items()
)

CATALOG: Final[Mapping[str, Preset]] = MappingProxyType({preset.name: preset for preset in (*_guide(), *_OTHERS)})
"""Every preset by name, with its title."""


class Presets(Mapping[str, Recipe]):
    """The recipe of every preset, by name."""

    def __getitem__(self, name: str) -> Recipe:
        if name not in CATALOG:
            hint = nearest(name, CATALOG)
            raise UnknownNameError(f"A preset must be one of {len(CATALOG)} names; got {shown(name)}.{hint}")
        return CATALOG[name].recipe

    def __iter__(self) -> Iterator[str]:
        return iter(CATALOG)

    def __len__(self) -> int:
        return len(CATALOG)

    def __repr__(self) -> str:
        return f"presets: {', '.join(CATALOG)}"


presets: Final = Presets()
"""The recipe of every preset, by name: a read-only mapping."""

PAIRS: Final[Mapping[str, ComparisonPreset]] = MappingProxyType(
    {
        name: ComparisonPreset(title, Comparison.from_query(query), remark)
        for name, (title, query, remark) in _FILE["pairs"].items()
    }
)
"""Comparisons to begin with, by name."""


def presets_of(variant: str) -> list[Preset]:
    """Return the presets of one variant, in the order of the catalog."""
    return [preset for preset in CATALOG.values() if preset.recipe.variant == variant]
