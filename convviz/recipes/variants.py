"""The variants of convolution that can be asked for: which parameters each takes, their defaults, and its layer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from .. import limits
from ..arithmetic import Conv2d, ConvTranspose2d, conv2d, conv_transpose2d
from ..errors import SpecError
from .fields import FIELDS, TRANSPOSED_PADDING, Field, Value
from .quoting import shown
from .samples import KERNELS_3X3

Layer = Conv2d | ConvTranspose2d


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant: its name in links, its words, its fields with their defaults, and what builds its layer."""

    name: str
    title: str
    summary: str
    fields: Mapping[str, Field]
    defaults: Mapping[str, Value]
    layer: Callable[[Mapping[str, Any]], Layer]


_LAYERS: Final = 256

# A scene asks for its layer once a cell: layers are values, so they can be kept.
_conv2d: Final = lru_cache(_LAYERS)(conv2d)
_conv_transpose2d: Final = lru_cache(_LAYERS)(conv_transpose2d)


def _direct(values: Mapping[str, Any]) -> Layer:
    names = ("stride", "padding", "dilation", "padding_mode")
    return _conv2d(values["kernel_size"], **{name: values[name] for name in names})


def _transposed(values: Mapping[str, Any]) -> Layer:
    names = ("stride", "padding", "output_padding", "dilation")
    return _conv_transpose2d(values["kernel_size"], **{name: values[name] for name in names})


_NUMBERS: Final = {"input": "random", "weight": "random", "bias": 0.0, "seed": 0, "storyboard": "cell"}
_DIRECT: Final = {
    "input_size": (5, 5), "kernel_size": (3, 3), "stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1),
    "padding_mode": "zeros", "flip": False, **_NUMBERS,
}  # fmt: skip
_TRANSPOSED: Final = {
    "input_size": (3, 3), "kernel_size": (3, 3), "stride": (2, 2), "padding": ((1, 1), (1, 1)), "dilation": (1, 1),
    "output_padding": (0, 0), "view": "gather", **_NUMBERS,
}  # fmt: skip


def _variant(
    name: str, title: str, summary: str, defaults: Mapping[str, Any], layer: Callable[[Mapping[str, Any]], Layer]
) -> Variant:
    fields = {key: FIELDS[key] for key in FIELDS if key in defaults}
    if name == "transposed":
        fields["padding"] = TRANSPOSED_PADDING
    return Variant(name, title, summary, MappingProxyType(fields), MappingProxyType(dict(defaults)), layer)


VARIANTS: Final[Mapping[str, Variant]] = MappingProxyType(
    {
        variant.name: variant
        for variant in (
            _variant("standard", "Standard convolution", "A kernel slides over the input.", _DIRECT, _direct),
            _variant(
                "dilated",
                "Dilated convolution",
                "The taps of the kernel spread apart: it sees further with the same weights.",
                {**_DIRECT, "input_size": (7, 7), "dilation": (2, 2)},
                _direct,
            ),
            _variant(
                "transposed",
                "Transposed convolution",
                "Every input cell stamps the kernel onto a larger output.",
                _TRANSPOSED,
                _transposed,
            ),
        )
    }
)
"""Every variant by name."""


def variant_named(name: object) -> Variant:
    """The variant called ``name``.

    Raises
    ------
    SpecError
        There is none of that name.
    """
    if not isinstance(name, str) or name not in VARIANTS:  # whatever a notebook gives
        raise SpecError(f"variant must be one of {', '.join(VARIANTS)}; got {shown(name)}.")
    return VARIANTS[name]


def read_values(variant: Variant, given: Mapping[str, object]) -> dict[str, Value]:
    """Each given parameter checked by itself, the others at their defaults; sizes follow tables of numbers.

    Raises
    ------
    SpecError
        A parameter is unknown or out of bounds, or a size contradicts the numbers given.
    """
    for name in given:
        if name not in variant.fields:
            raise SpecError(f"{variant.name} takes {', '.join(variant.fields)}; got {shown(name)}.")
    values: dict[str, Value] = dict(variant.defaults)
    values.update({name: field.read(name, given[name]) for name, field in variant.fields.items() if name in given})
    _settle_size(values, "input_size", "input", given)
    _settle_size(values, "kernel_size", "weight", given)
    return values


def _settle_size(values: dict[str, Value], size: str, table: str, given: Mapping[str, object]) -> None:
    rows = values[table]
    if isinstance(rows, tuple):
        actual = (len(rows), len(rows[0]))  # type: ignore[arg-type]  # a table, not a pair
    elif rows in KERNELS_3X3:
        actual = (3, 3)
    else:
        return
    if size in given and values[size] != actual:
        wanted = "x".join(map(str, values[size]))  # type: ignore[arg-type]
        given_as = f"the table {table}" if isinstance(rows, tuple) else f"{table} {rows}"
        raise SpecError(f"{size} must be {actual[0]}x{actual[1]}, the size of {given_as}; got {wanted}.")
    values[size] = actual


_SLOWLY: Final = "Show one frame per step (storyboard cell) or use smaller sizes."


def check_limits(layer: Layer, values: Mapping[str, Any]) -> None:
    """Refuse what would be too large to draw.

    Raises
    ------
    SpecError
        The output, the drawn input or the number of frames is over its limit, or the layer does not fit the input.
    """
    size = layer.output_size(values["input_size"])
    if max(size) > limits.OUTPUT_SIDE:
        raise SpecError(
            f"The output must be at most {limits.OUTPUT_SIDE} x {limits.OUTPUT_SIDE} to be drawn; got "
            f"{size[0]} x {size[1]}. {_remedy(layer)}"
        )
    drawn = [_drawn_side(layer, values["input_size"], axis) for axis in (0, 1)]
    if max(drawn) > limits.DRAWN_SIDE:
        raise SpecError(
            f"The input with its padding and inserted zeros must be at most {limits.DRAWN_SIDE} x {limits.DRAWN_SIDE} "
            f"to be drawn; got {drawn[0]} x {drawn[1]}. {_remedy(layer)}"
        )
    frames = count_frames(values, size)
    if frames > limits.FRAMES:
        per = "products" if values["storyboard"] == "tap" else "steps"
        raise SpecError(
            f"An animation must have at most {limits.FRAMES} frames; got {frames:,} {per}. "
            f"{_remedy(layer) if per == 'steps' else _SLOWLY}"
        )


def count_frames(values: Mapping[str, Any], output_size: tuple[int, int]) -> int:
    """Frames of the animation, one per step or one per product."""
    rows, columns = values["input_size"] if values.get("view") == "scatter" else output_size
    per_step = values["kernel_size"][0] * values["kernel_size"][1] if values["storyboard"] == "tap" else 1
    return int(rows * columns * per_step)


def _remedy(layer: Layer) -> str:
    if isinstance(layer, ConvTranspose2d):
        return "Use a smaller input, stride or dilation."
    return "Use a smaller input or padding, or a larger stride."


def _drawn_side(layer: Layer, size: tuple[int, int], axis: int) -> int:
    if isinstance(layer, ConvTranspose2d):
        stretched = (size[axis] - 1) * layer.stride[axis] + 1
        reach = layer.dilation[axis] * (layer.kernel_size[axis] - 1)
        before, after = (reach - side for side in layer.padding[axis])
        return stretched + max(before, 0) + max(after + layer.output_padding[axis], 0)
    return size[axis] + sum(layer.resolve_padding(size)[axis])
