"""What would be too large to draw is refused before any work starts."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from convviz import limits
from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d
from convviz.arithmetic import Layer as AnyLayer
from convviz.errors import SpecError

from .parameters import Unit
from .variants import VARIANTS, Layer, Variant

_SLOWLY: Final = "Show one frame per step (storyboard cell) or use smaller sizes."

Acts = list[tuple[int, int]]
"""The steps of each part of an animation, and the products that each of them shows."""


def drawn(channels: int) -> int:
    """How many of so many channels are drawn.

    Examples
    --------
    >>> drawn(8), drawn(256)
    (8, 3)
    """
    return channels if channels <= limits.CHANNELS_DRAWN else limits.CHANNELS_DRAWN_OF_MANY


def drawn_channels(values: Mapping[str, Any]) -> int:
    """How many input channels of a depthwise convolution are drawn, so that their outputs are not too many either.

    Examples
    --------
    >>> from .variants import VARIANTS
    >>> values = {**VARIANTS["depthwise-separable"].defaults, "in_channels": 5}
    >>> [drawn_channels({**values, "channel_multiplier": multiplier}) for multiplier in (1, 3)]
    [5, 2]
    >>> drawn_channels({**values, "input_size": (12, 12)})
    3
    """
    return _separable_sides(values)[0]


def drawn_mixers(values: Mapping[str, Any]) -> int:
    """How many output channels of a depthwise separable convolution are drawn, each with the 1x1 kernel that makes it.

    Examples
    --------
    >>> from .variants import VARIANTS
    >>> values = {**VARIANTS["depthwise-separable"].defaults, "out_channels": 8}
    >>> [drawn_mixers({**values, "input_size": (side, side), "in_channels": 8}) for side in (5, 10)]
    [8, 3]
    """
    return _separable_sides(values)[1]


def _separable_sides(values: Mapping[str, Any]) -> tuple[int, int]:
    """How many channels of the input and of the output of a depthwise separable convolution are drawn."""
    few = limits.CHANNELS_DRAWN_OF_MANY
    most = min(drawn(values["in_channels"]), max(1, limits.CHANNELS_DRAWN // values["channel_multiplier"]))
    outputs = drawn(values["out_channels"])
    tried = [(most, outputs), (min(most, few), outputs), (min(most, few), min(outputs, few))]
    return next((sides for sides in tried if _fits(_separable_acts(values, sides), values)), tried[-1])


def drawn_inputs(values: Mapping[str, Any]) -> int:
    """How many input channels of a convolution are drawn.

    Examples
    --------
    >>> from .variants import VARIANTS
    >>> values = {**VARIANTS["standard"].defaults, "input_size": (12, 12)}
    >>> [drawn_inputs({**values, "in_channels": channels}) for channels in (8, 9)]
    [8, 3]
    """
    return _drawn_sides(values)[0]


def drawn_outputs(values: Mapping[str, Any]) -> list[int]:
    """The output channels of a convolution in groups that are drawn: those whose group has an input that is drawn.

    Examples
    --------
    >>> from .variants import VARIANTS
    >>> values = VARIANTS["standard"].defaults
    >>> drawn_outputs({**values, "in_channels": 4, "out_channels": 256})
    [0, 1, 2]
    >>> drawn_outputs({**values, "in_channels": 16, "out_channels": 8, "groups": 8})
    [0, 1]

    Eight of them would have too many frames here:

    >>> drawn_outputs({**values, "input_size": (12, 12), "in_channels": 8, "out_channels": 8})
    [0, 1, 2]
    """
    return _outputs(values, *_drawn_sides(values))


def _drawn_sides(values: Mapping[str, Any]) -> tuple[int, int]:
    """How many channels of the input and of the output are drawn.

    Where all of them would make too many frames or products, so many as of many channels: first of the output, whose
    channels come one after another, then of the input, too.
    """
    few = limits.CHANNELS_DRAWN_OF_MANY
    inputs, outputs = drawn(values["in_channels"]), drawn(values["out_channels"])
    first = min(outputs, few)
    depth, width = (values[name] // values["groups"] for name in ("in_channels", "out_channels"))
    read = min(inputs, ((first - 1) // width + 1) * depth)
    tried = [(inputs, outputs), (read, first), (min(read, few), first)]
    return next((sides for sides in tried if _fits(_channel_acts(values, sides), values)), tried[-1])


def _outputs(values: Mapping[str, Any], inputs: int, outputs: int) -> list[int]:
    depth, width = (values[name] // values["groups"] for name in ("in_channels", "out_channels"))
    return [output for output in range(outputs) if output // width * depth < inputs]


def check_limits(variant: Variant, values: Mapping[str, Any]) -> None:
    """Refuse what would be too large to draw.

    Raises
    ------
    SpecError
        The output, the drawn input or the number of frames is over its limit, or the layer does not fit the input.
    """
    layers, size = variant.layers(values), values["input_size"]
    if variant.name == "receptive-field":
        _check_field(layers, values)
        return
    for number, layer in enumerate(layers, 1):
        made = layer.output_size(size)
        if max(made) > limits.OUTPUT_SIDE:
            which = "output" if len(layers) == 1 else f"output of layer {number}"
            raise SpecError(
                f"The {which} must be at most {limits.OUTPUT_SIDE} x {limits.OUTPUT_SIDE} to be drawn; got "
                f"{made[0]} x {made[1]}. {_remedy(layer)}"
            )
        _check_drawn(layer, size)
        size = made
    _check_frames(variant, layers[0], values, size)


def sizes_of(layers: tuple[AnyLayer, ...], input_size: tuple[int, int]) -> list[tuple[int, int]]:
    """Rows and columns of the input, and of the output of every layer."""
    sizes = [input_size]
    for layer in layers:
        sizes.append(layer.output_size(sizes[-1]))
    return sizes


def shown_unit(values: Mapping[str, Any]) -> Unit:
    """The layer, the row and the column of the unit whose receptive field is shown.

    Examples
    --------
    >>> from .variants import VARIANTS
    >>> shown_unit({**VARIANTS["receptive-field"].defaults, "input_size": (17, 16)})
    (3, 1, 1)
    """
    if not isinstance(values["unit"], str):
        unit: Unit = values["unit"]
        return unit
    height, width = sizes_of(values["layers"], values["input_size"])[-1]
    return len(values["layers"]), height // 2, width // 2


def _check_field(layers: tuple[AnyLayer, ...], values: Mapping[str, Any]) -> None:
    if len(layers) > limits.FIELD_LAYERS_DRAWN:
        raise SpecError(f"A stack must have at most {limits.FIELD_LAYERS_DRAWN} layers to be drawn; got {len(layers)}.")
    side = limits.FIELD_SIDE
    size = values["input_size"]
    for number, layer in enumerate(layers, 1):
        size = layer.output_size(size)
        if max(size) > side:
            raise SpecError(
                f"The output of layer {number} must be at most {side} x {side} to be drawn; got {size[0]} x {size[1]}."
                f" {_remedy(layer)}"
            )
    layer_number, row, column = shown_unit(values)
    if layer_number > len(layers):
        raise SpecError(f"unit must be in one of the {len(layers)} layers; got layer {layer_number}.")
    height, width = sizes_of(layers, values["input_size"])[layer_number]
    if row >= height or column >= width:
        raise SpecError(
            f"unit must be in the {height} x {width} cells of layer {layer_number}; got row {row}, column {column}."
        )


def _check_drawn(layer: AnyLayer, size: tuple[int, int]) -> None:
    if not isinstance(layer, Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d):
        return  # no window moves over its input
    sides = [_drawn_side(layer, size, axis) for axis in (0, 1)]
    if max(sides) > limits.DRAWN_SIDE:
        raise SpecError(
            f"The input with its padding and inserted zeros must be at most {limits.DRAWN_SIDE} x {limits.DRAWN_SIDE} "
            f"to be drawn; got {sides[0]} x {sides[1]}. {_remedy(layer)}"
        )


def _check_frames(variant: Variant, layer: AnyLayer, values: Mapping[str, Any], size: tuple[int, int]) -> None:
    by_tap = values.get("storyboard") == "tap"
    frames = count_frames(variant, values, size)
    products = sum(steps * taps for steps, taps in _acts(variant, values, size))
    if frames > limits.FRAMES:
        per = "products" if by_tap else "steps"
        fewer = _fewer_outputs(variant, values, size)
        raise SpecError(
            f"An animation must have at most {limits.FRAMES} frames; got {frames:,} {per}. "
            f"{_SLOWLY if by_tap else _remedy(layer, fewer)}"
        )
    if products > limits.PRODUCTS:
        raise SpecError(
            f"An animation must draw at most {limits.PRODUCTS:,} products; got {products:,}. Use fewer channels or "
            "smaller sizes."
        )


def _fewer_outputs(variant: Variant, values: Mapping[str, Any], size: tuple[int, int]) -> int:
    """The most output channels, fewer than there are, whose frames are not too many; 0 where there is none."""
    fewer = range(min(values.get("out_channels", 1), limits.CHANNELS_DRAWN + 1) - 1, 0, -1)
    allowed = (outputs for outputs in fewer if outputs % values.get("groups", 1) == 0)
    changed = ((outputs, {**values, "out_channels": outputs}) for outputs in allowed)
    return next((outputs for outputs, one in changed if count_frames(variant, one, size) <= limits.FRAMES), 0)


def count_frames(variant: Variant, values: Mapping[str, Any], output_size: tuple[int, int]) -> int:
    """Frames of the animation, one per step or one per product."""
    if variant.name == "receptive-field":
        return shown_unit(values)[0]
    return _count(_acts(variant, values, output_size), values)


def _count(acts: Acts, values: Mapping[str, Any]) -> int:
    by_tap = values.get("storyboard") == "tap"
    return sum(steps * (taps if by_tap else 1) for steps, taps in acts)


def _fits(acts: Acts, values: Mapping[str, Any]) -> bool:
    products = sum(steps * taps for steps, taps in acts)
    return _count(acts, values) <= limits.FRAMES and products <= limits.PRODUCTS


def _acts(variant: Variant, values: Mapping[str, Any], output_size: tuple[int, int]) -> Acts:
    """The steps of each part of an animation, and the products that each of them shows."""
    rows, columns = values["kernel_size"]
    cells = output_size[0] * output_size[1]
    if "layers" in values:
        return list(_stamps(variant.layers(values), values["input_size"]))
    if variant.name == "spatial-separable":
        # A row pass and the whole kernel beside it are one step.
        return [(output_size[0] * values["input_size"][1], rows), (cells, columns + rows * columns)]
    if variant.name == "depthwise-separable":
        return _separable_acts(values, _separable_sides(values))
    if "in_channels" in values:
        return _channel_acts(values, _drawn_sides(values))
    if values.get("view") == "scatter":
        height, width = values["input_size"]
        return [(height * width, rows * columns)]
    return [(cells, rows * columns)]


def _channel_acts(values: Mapping[str, Any], sides: tuple[int, int]) -> Acts:
    """Of a convolution of which so many channels of input and output are drawn."""
    rows, columns = values["kernel_size"]
    depth = min(values["in_channels"] // values["groups"], sides[0])
    cells = _cells("standard", values)
    return [(len(_outputs(values, *sides)) * cells, rows * columns * depth)]


def _separable_acts(values: Mapping[str, Any], sides: tuple[int, int]) -> Acts:
    """Of a depthwise separable convolution of which so many channels of input and output are drawn."""
    rows, columns = values["kernel_size"]
    cells = _cells("depthwise-separable", values)
    channels, outputs = sides
    middle = channels * values["channel_multiplier"]
    acts = {
        "split": (channels, 1),
        "depthwise": (middle * cells, rows * columns),
        "pointwise": (outputs * cells, middle),
    }
    return list(acts.values()) if values["act"] == "all" else [acts[values["act"]]]


def _cells(variant: str, values: Mapping[str, Any]) -> int:
    """Cells of each output channel."""
    height, width = VARIANTS[variant].layers(values)[0].output_size(values["input_size"])
    return height * width


def _stamps(layers: tuple[AnyLayer, ...], size: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Of each layer of a stack: a step for every stamp and its cells, or one step for another kind of layer."""
    for layer in layers:
        made = layer.output_size(size)
        if isinstance(layer, ConvTranspose2d):
            yield size[0] * size[1], layer.kernel_size[0] * layer.kernel_size[1]
        else:
            yield 1, made[0] * made[1]
        size = made


def _remedy(layer: AnyLayer, outputs: int = 0) -> str:
    if isinstance(layer, ConvTranspose2d):
        return "Use a smaller input, stride or dilation."
    fewer = f"at most {outputs} output {'channel' if outputs == 1 else 'channels'}, " if outputs else ""
    return f"Use {fewer}a smaller input or padding, or a larger stride."


def _drawn_side(layer: Layer, size: tuple[int, int], axis: int) -> int:
    if isinstance(layer, ConvTranspose2d):
        stretched = (size[axis] - 1) * layer.stride[axis] + 1
        reach = layer.dilation[axis] * (layer.kernel_size[axis] - 1)
        before, after = (reach - side for side in layer.padding[axis])
        return stretched + max(before, 0) + max(after + layer.output_padding[axis], 0)
    beyond = layer.stride[axis] if isinstance(layer, MaxPool2d | AvgPool2d) and layer.ceil_mode else 0
    return size[axis] + sum(layer.resolve_padding(size)[axis]) + beyond
