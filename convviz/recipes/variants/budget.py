"""What would be too large to draw is refused before any work starts."""

from typing import Any, Final

from convviz import limits
from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, Layer, MaxPool2d
from convviz.errors import SpecError

from .base import Stages, Values, Variant

Size = tuple[int, int]
WindowLayer = Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d

_USE_CELL: Final = "Show one frame per step (storyboard cell) or use smaller sizes."


def drawn(channels: int) -> int:
    """Return how many of these channels are drawn.

    Examples
    --------
    >>> drawn(8), drawn(256)
    (8, 3)
    """
    return channels if channels <= limits.CHANNELS_DRAWN else limits.CHANNELS_DRAWN_OF_MANY


def sizes_of(layers: tuple[Layer, ...], input_size: Size) -> list[Size]:
    """Return the rows and columns of the input, and of the output of every layer."""
    sizes = [input_size]
    for layer in layers:
        sizes.append(layer.output_size(sizes[-1]))
    return sizes


def fits(stages: Stages, values: Values) -> bool:
    """Return whether an animation of these stages has few enough frames and products."""
    return _count(stages, values) <= limits.FRAMES and _products(stages) <= limits.PRODUCTS


def count_frames(variant: Variant, values: Values) -> int:
    """Return the number of frames of the animation: one per step or one per product."""
    return _count(variant.stages(values), values)


def check_limits(variant: Variant, values: Values) -> None:
    """Refuse what would be too large to draw.

    Raises
    ------
    SpecError
        The output, the drawn input or the number of frames is over its limit, or the layer does not fit the input.
    """
    layers = variant.layers(values)
    if variant.special_check is not None:
        variant.special_check(values)
    else:
        size = values["input_size"]
        for number, layer in enumerate(layers, 1):
            size_after = layer.output_size(size)
            check_output(f"output of layer {number}" if len(layers) > 1 else "output", layer, size_after)
            _check_drawn(layer, size)
            size = size_after
    _check_frames(variant, layers[0], values)


def check_output(name: str, layer: Layer, size: Size, side: int = limits.OUTPUT_SIDE) -> None:
    """Refuse an output with more rows or columns than ``side``."""
    if max(size) > side:
        raise SpecError(
            f"The {name} must be at most {side} x {side} to be drawn; got {size[0]} x {size[1]}. {_remedy(layer)}"
        )


def _check_drawn(layer: Layer, size: Size) -> None:
    if not isinstance(layer, WindowLayer):
        return  # no window moves over its input
    sides = [_drawn_side(layer, size, axis) for axis in (0, 1)]
    if max(sides) > limits.DRAWN_SIDE:
        raise SpecError(
            f"The input with its padding and inserted zeros must be at most {limits.DRAWN_SIDE} x {limits.DRAWN_SIDE} "
            f"to be drawn; got {sides[0]} x {sides[1]}. {_remedy(layer)}"
        )


def _drawn_side(layer: WindowLayer, size: Size, axis: int) -> int:
    if isinstance(layer, ConvTranspose2d):
        stretched = (size[axis] - 1) * layer.stride[axis] + 1
        reach = layer.dilation[axis] * (layer.kernel_size[axis] - 1)
        before, after = (reach - side for side in layer.padding[axis])
        return stretched + max(before, 0) + max(after + layer.output_padding[axis], 0)
    beyond = layer.stride[axis] if isinstance(layer, MaxPool2d | AvgPool2d) and layer.ceil_mode else 0
    return size[axis] + sum(layer.resolve_padding(size)[axis]) + beyond


def _check_frames(variant: Variant, layer: Layer, values: Values) -> None:
    stages, by_tap = variant.stages(values), values.get("storyboard") == "tap"
    frames, products = _count(stages, values), _products(stages)
    if frames > limits.FRAMES:
        unit = "products" if by_tap else "steps"
        remedy = _USE_CELL if by_tap else _remedy(layer, _fewer_outputs(variant, values))
        raise SpecError(f"An animation must have at most {limits.FRAMES} frames; got {frames:,} {unit}. {remedy}")
    if products > limits.PRODUCTS:
        raise SpecError(
            f"An animation must draw at most {limits.PRODUCTS:,} products; got {products:,}. Use fewer channels or "
            "smaller sizes."
        )


def _fewer_outputs(variant: Variant, values: Values) -> int:
    """Return the most output channels, fewer than there are, whose frames are few enough; 0 where there are none."""
    for outputs in range(min(values.get("out_channels", 1), limits.CHANNELS_DRAWN + 1) - 1, 0, -1):
        fewer: dict[str, Any] = {**values, "out_channels": outputs}
        if outputs % values.get("groups", 1) == 0 and count_frames(variant, fewer) <= limits.FRAMES:
            return outputs
    return 0


def _remedy(layer: Layer, outputs: int = 0) -> str:
    if isinstance(layer, ConvTranspose2d):
        return "Use a smaller input, stride or dilation."
    fewer = f"at most {outputs} output {'channel' if outputs == 1 else 'channels'}, " if outputs else ""
    return f"Use {fewer}a smaller input or padding, or a larger stride."


def _count(stages: Stages, values: Values) -> int:
    by_tap = values.get("storyboard") == "tap"
    return sum(steps * (products if by_tap else 1) for steps, products in stages)


def _products(stages: Stages) -> int:
    return sum(steps * products for steps, products in stages)
