"""The variants of convolution that can be asked for: which parameters each takes, their defaults, and its layer."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from convviz import limits
from convviz.analysis import Network
from convviz.arithmetic import (
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    MaxPool2d,
    avg_pool2d,
    conv2d,
    conv_transpose2d,
    max_pool2d,
)
from convviz.arithmetic import Layer as AnyLayer
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .parameters import (
    FIELD_INPUT,
    FIELD_LAYERS,
    FIELDS,
    MIDDLE,
    POOLING_STORYBOARD,
    TRANSPOSED_PADDING,
    Field,
    Pair,
    Value,
)

Pool = MaxPool2d | AvgPool2d
Layer = Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant of convolution.

    Attributes
    ----------
    name : as in links, and the address of its page.
    label, title, summary : one word for menus, the name in full, and a sentence.
    fields, defaults : its parameters.
    layers : builds its layer, or several that follow one another; of those that take a kernel apart the first that
        looks at neighbours.
    implied : for a parameter that holds numbers, the sizes that follow from them.
    """

    name: str
    label: str
    title: str
    summary: str
    fields: Mapping[str, Field]
    defaults: Mapping[str, Value]
    layers: Callable[[Mapping[str, Any]], tuple[AnyLayer, ...]]
    implied: Mapping[str, tuple[str, ...]]

    def default_of(self, name: str, values: Mapping[str, Value]) -> Value:
        """What a parameter is when it is not given.

        The stride of a pooling is its kernel size, as in every library; the input of a stack whose receptive field is
        shown is as large as that field.
        """
        if self.name == "pooling" and name == "stride":
            return values["kernel_size"]
        if self.name == "receptive-field" and name == "input_size":
            return field_size(values["layers"])
        return self.defaults[name]


_LAYERS: Final = 256
_UNKNOWN_SIDE: Final = 15
"""Where nobody can tell the receptive field without an input: the side of that input."""

# A scene asks for its layer once a cell: layers are values, so they can be kept.
_conv2d: Final = lru_cache(_LAYERS)(conv2d)
_conv_transpose2d: Final = lru_cache(_LAYERS)(conv_transpose2d)
_max_pool2d: Final = lru_cache(_LAYERS)(max_pool2d)
_avg_pool2d: Final = lru_cache(_LAYERS)(avg_pool2d)


def _direct(values: Mapping[str, Any]) -> Layer:
    names = ("stride", "padding", "dilation", "groups", "padding_mode")
    return _conv2d(values["kernel_size"], **{name: values[name] for name in names if name in values})


def _transposed(values: Mapping[str, Any]) -> Layer:
    names = ("stride", "padding", "output_padding", "dilation")
    return _conv_transpose2d(values["kernel_size"], **{name: values[name] for name in names})


def _pooling(values: Mapping[str, Any]) -> Layer:
    kernel, stride, padding = (values[name] for name in ("kernel_size", "stride", "padding"))
    if values["mode"] == "max":
        return _max_pool2d(kernel, stride, padding, values["dilation"], values["ceil_mode"])
    if values["dilation"] != (1, 1):
        raise SpecError(
            f"dilation must be 1 where mode is average; got {FIELDS['dilation'].spell(values['dilation'])}."
        )
    return _avg_pool2d(kernel, stride, padding, values["ceil_mode"], values["count_include_pad"])


def _depthwise(values: Mapping[str, Any]) -> Layer:
    return _direct({**values, "groups": values["in_channels"]})


def _stack(values: Mapping[str, Any]) -> tuple[AnyLayer, ...]:
    """The layers of a stack: so many equal transposed convolutions, or what was given."""
    layers: int | tuple[AnyLayer, ...] = values["layers"]
    if isinstance(layers, tuple):
        return layers
    return (_transposed(values),) * layers


def _given(values: Mapping[str, Any]) -> tuple[AnyLayer, ...]:
    layers: tuple[AnyLayer, ...] = values["layers"]
    return layers


@lru_cache(_LAYERS)
def field_size(layers: tuple[AnyLayer, ...]) -> Pair:
    """The smallest input of which the unit in the middle sees its whole receptive field, as far as that can be drawn.

    Examples
    --------
    >>> field_size((conv2d(3), conv2d((1, 3), dilation=2))), field_size((conv2d(3, stride=2, padding=1),) * 3)
    ((3, 7), (16, 16))
    """
    field = Network.sequential(layers).receptive_field()
    whole = tuple(_UNKNOWN_SIDE if side is None else max(int(side), 1) for side in field.size)
    found = list(whole)
    for axis, (jump, padding) in enumerate(zip(field.jump, field.padding, strict=True)):
        for side in range(whole[axis], limits.FIELD_SIDE + 1):
            units = _units(layers, side, axis)
            start = None if jump is None or padding is None else units // 2 * jump - padding
            if units and (start is None or 0 <= start <= side - whole[axis]):
                found[axis] = side
                break
    height, width = (min(side, limits.FIELD_SIDE) for side in found)
    return height, width


def _units(layers: tuple[AnyLayer, ...], side: int, axis: int) -> int:
    """Rows or columns that a stack makes of so many; none where it does not fit."""
    size = (side, limits.FIELD_SIDE) if axis == 0 else (limits.FIELD_SIDE, side)
    with suppress(SpecError):
        for layer in layers:
            size = layer.output_size(size)
        return size[axis]
    return 0


def _alone(layer: Callable[[Mapping[str, Any]], Layer]) -> Callable[[Mapping[str, Any]], tuple[AnyLayer, ...]]:
    return lambda values: (layer(values),)


_NUMBERS: Final = {"input": "random", "weight": "random", "bias": 0.0, "seed": 0, "storyboard": "cell"}
_WINDOW: Final = {
    "input_size": (5, 5), "kernel_size": (3, 3), "stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1),
}  # fmt: skip
_DIRECT: Final = {**_WINDOW, "padding_mode": "zeros", "flip": False, **_NUMBERS}
_STANDARD: Final = {**_DIRECT, "in_channels": 1, "out_channels": 1, "groups": 1}
_TRANSPOSED: Final = {
    "input_size": (3, 3), "kernel_size": (3, 3), "stride": (2, 2), "padding": ((1, 1), (1, 1)), "dilation": (1, 1),
    "output_padding": (0, 0), "view": "gather", **_NUMBERS,
}  # fmt: skip
_POOLING: Final = {
    **_WINDOW, "input_size": (6, 6), "kernel_size": (2, 2), "stride": (2, 2), "mode": "max", "ceil_mode": False,
    "count_include_pad": True, "input": "random", "seed": 0, "storyboard": "cell",
}  # fmt: skip
_SPATIAL: Final = {**_WINDOW, "input_size": (6, 6), **_NUMBERS, "weight": "binomial"}
_DEPTHWISE: Final = {
    **_WINDOW, "input_size": (5, 5), "in_channels": 3, "channel_multiplier": 1, "out_channels": 4, "act": "all",
    "input": "random", "weight": "random", "pointwise": "random", "seed": 0, "storyboard": "cell",
}  # fmt: skip

_CHECKERBOARD: Final = {
    "input_size": (4, 4), "layers": 1, "kernel_size": (3, 3), "stride": (2, 2), "padding": ((0, 0), (0, 0)),
    "dilation": (1, 1), "output_padding": (0, 0),
}  # fmt: skip

_FIELD: Final = {
    "input_size": (15, 15), "layers": (conv2d(3), conv2d(3, dilation=2), conv2d(3, dilation=4)), "unit": MIDDLE,
}  # fmt: skip


def _variant(
    name: str,
    label: str,
    title: str,
    summary: str,
    defaults: Mapping[str, Any],
    layers: Callable[[Mapping[str, Any]], tuple[AnyLayer, ...]],
    implied: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Variant:
    fields = {key: FIELDS[key] for key in FIELDS if key in defaults}
    if name == "pooling":
        fields["storyboard"] = POOLING_STORYBOARD
    if name in ("transposed", "checkerboard"):
        fields["padding"] = TRANSPOSED_PADDING
    if name == "receptive-field":
        fields |= {"input_size": FIELD_INPUT, "layers": FIELD_LAYERS}
    sizes = {"input": ("input_size",), "weight": ("kernel_size",), **implied}
    return Variant(
        name, label, title, summary, MappingProxyType(fields), MappingProxyType(dict(defaults)), layers,
        MappingProxyType({table: names for table, names in sizes.items() if table in fields}),
    )  # fmt: skip


_VARIANTS: Final = (
    _variant(
        "standard", "Standard", "Standard convolution", "A kernel slides over the input.", _STANDARD, _alone(_direct),
        {"input": ("input_size", "in_channels"), "weight": ("kernel_size", "out_channels")},
    ),
    _variant(
        "dilated", "Dilated", "Dilated convolution",
        "The taps of the kernel spread apart: it sees further with the same weights.",
        {**_DIRECT, "input_size": (7, 7), "dilation": (2, 2)}, _alone(_direct),
    ),
    _variant(
        "transposed", "Transposed", "Transposed convolution",
        "Every input cell stamps the kernel onto a larger output.", _TRANSPOSED, _alone(_transposed),
    ),
    _variant(
        "pooling", "Pooling", "Pooling",
        "A window keeps its largest number, or the average, and moves on.", _POOLING, _alone(_pooling),
    ),
    _variant(
        "spatial-separable", "Spatially separable", "Spatially separable convolution",
        "A column and then a row do the work of a whole kernel, where its rank is 1.", _SPATIAL, _alone(_direct),
    ),
    _variant(
        "depthwise-separable", "Depthwise separable", "Depthwise separable convolution",
        "Each channel has a kernel of its own; 1×1 kernels then mix the channels. With the costs of MobileNet.",
        _DEPTHWISE, _alone(_depthwise),
        {
            "input": ("input_size", "in_channels"),
            "weight": ("kernel_size", "channel_multiplier"),
            "pointwise": ("out_channels",),
        },
    ),
    _variant(
        "checkerboard", "Checkerboard", "Checkerboard artifacts",
        "Where stamps overlap unevenly, some cells are written more often than others.", _CHECKERBOARD, _stack,
    ),
    _variant(
        "receptive-field", "Growth", "Growth of the receptive field",
        "Layer by layer a unit sees more of the input: with dilations 1, 2, 4 its view doubles each time.",
        _FIELD, _given,
    ),
)  # fmt: skip

VARIANTS: Final[Mapping[str, Variant]] = MappingProxyType({variant.name: variant for variant in _VARIANTS})
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
