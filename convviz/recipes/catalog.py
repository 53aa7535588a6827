"""The named examples, among them the figures of "A guide to convolution arithmetic for deep learning".

The first ones have the sizes of the figures in that guide by Dumoulin & Visin (arXiv:1603.07285); a transposed one
undoes the shapes of its direct one, so its input has the direct one's output size. The others are in ``catalog.toml``.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, TypeVar

from convviz.arithmetic.arguments import nearest, shown
from convviz.errors import UnknownNameError

from .comparison import Comparison
from .model import Recipe, recipe

_Entry = TypeVar("_Entry")


@dataclass(frozen=True, slots=True)
class Preset:
    """A named example: the name in code and links, the title that a reader sees, the recipe, and its topic."""

    name: str
    title: str
    recipe: Recipe
    topic: str


@dataclass(frozen=True, slots=True)
class ComparisonPreset:
    """A named comparison: the title that a reader sees, the comparison, and what there is to notice."""

    title: str
    comparison: Comparison
    remark: str


TOPICS: Final[Mapping[str, str]] = MappingProxyType({
    "line": "Along a line",
    "standard": "Standard",
    "channels": "Channels",
    "dilated": "Dilated",
    "transposed": "Transposed",
    "matrix": "As a matrix",
    "pooling": "Pooling",
    "separable": "Separable",
    "backward": "Backward",
    "checkerboard": "Checkerboard",
    "receptive-field": "Receptive field",
})  # fmt: skip
"""What the examples are about: the labels of all topics, by their names in links."""

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
        yield Preset(name, title, direct, direct.variant)
        if dilation == 1:
            # Where the stride does not divide, several input sizes give this output: output_padding says which one.
            lost = (side + 2 * padding - kernel) % stride
            transposed = recipe("transposed", input_size=direct.output_size, output_padding=lost, **sizes)
            yield Preset(f"{name}_transposed", f"{title}, transposed", transposed, transposed.variant)


def _file() -> Any:
    return tomllib.loads(files(__package__).joinpath("catalog.toml").read_text("utf-8"))


def _presets() -> dict[str, Preset]:
    others = (
        Preset(name, title, Recipe.from_query(variant, query), topic)
        for topic, examples in _file()["presets"].items()
        for name, (title, variant, query) in examples.items()
    )
    return {preset.name: preset for preset in (*_guide(), *others)}


def _pairs() -> dict[str, ComparisonPreset]:
    return {
        name: ComparisonPreset(title, Comparison.from_query(query), remark)
        for name, (title, query, remark) in _file()["pairs"].items()
    }


class _Table(Mapping[str, _Entry]):
    """A read-only mapping that is made when it is first looked into: a command for one picture needs no others."""

    def __init__(self, make: Callable[[], dict[str, _Entry]]) -> None:
        self._entries = cache(make)

    def __getitem__(self, name: str) -> _Entry:
        return self._entries()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries())

    def __len__(self) -> int:
        return len(self._entries())


CATALOG: Final[Mapping[str, Preset]] = _Table(_presets)
"""Every preset by name, with its title."""

PAIRS: Final[Mapping[str, ComparisonPreset]] = _Table(_pairs)
"""Comparisons to begin with, by name."""


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


def presets_of(variant: str) -> list[Preset]:
    """Return the presets of one variant, in the order of the catalog."""
    return [preset for preset in CATALOG.values() if preset.recipe.variant == variant]
