"""Keras 3: the layers of keras.layers in float64, with images whose channels come last."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from convviz.arithmetic.arguments import NO_PADDING, Sides
from convviz.arithmetic.axis import same_padding, same_total

from .program import CONVOLUTION, MAX, TRANSPOSED, Framework, Step, by_output, call, numpy_pad, size, sources

_USUAL: Final[Mapping[str, str]] = {
    "strides": "1",
    "padding": '"valid"',
    "dilation_rate": "1",
    "groups": "1",
    "depth_multiplier": "1",
    "use_bias": "True",
}


def _write(steps: Sequence[Step]) -> Iterator[str]:
    for source, step in sources(steps):
        if step.is_pooling:
            yield from _pooling(step, source)
        elif step.kind == TRANSPOSED:
            yield from _transposed(step, source)
        else:
            yield from _convolution(step, source)


def _is_same(step: Step) -> bool:
    """Return whether the padding is what "same" means in Keras."""
    window = zip(step.input_size, step.kernel, step.stride, step.dilation, step.sides, strict=True)
    return all(same_padding(same_total(*numbers), "same_upper") == pair for *numbers, pair in window)


def _is_depthwise(step: Step) -> bool:
    return step.groups == step.channels[0] > 1


def _is_thinned(step: Step) -> bool:
    """Return whether Keras refuses the stride, so that cells are left out afterwards."""
    is_dilated, is_strided = step.dilation != (1, 1), step.stride != (1, 1)
    return (is_dilated and is_strided) or (_is_depthwise(step) and step.stride[0] != step.stride[1])


def _convolution(step: Step, source: str) -> Iterator[str]:
    thinned, padding = _is_thinned(step), '"valid"'
    if step.sides != NO_PADDING:
        if _is_same(step) and not thinned:
            padding = '"same"'
        else:
            yield f"x = keras.layers.ZeroPadding2D({step.sides})({source})"
            source = "x"
    named = {
        "kernel_size": size(step.kernel),
        "strides": "1" if thinned else size(step.stride),
        "padding": padding,
        "dilation_rate": size(step.dilation),
    }
    weight = f"{step.weight}.transpose(2, 3, 1, 0)"
    if _is_depthwise(step):
        channels, multiplier = step.channels[0], step.channels[1] // step.channels[0]
        weight = (
            f"{step.weight}.reshape({channels}, {multiplier}, {step.kernel[0]}, {step.kernel[1]}).transpose(2, 3, 0, 1)"
        )
        yield _layer("DepthwiseConv2D", "", named | {"depth_multiplier": str(multiplier)}, step)
    else:
        yield _layer("Conv2D", str(step.channels[1]), named | {"groups": str(step.groups)}, step)
    yield from _apply(step, weight, source)
    if thinned:
        yield f"y = y[:, ::{step.stride[0]}, ::{step.stride[1]}]  # the stride"


def _layer(name: str, positional: str, named: Mapping[str, str], step: Step) -> str:
    return call(f"keras.layers.{name}", positional, {**named, "use_bias": str(bool(step.bias))}, _USUAL, "layer = ")


def _apply(step: Step, weight: str, source: str) -> Iterator[str]:
    yield f"layer.build({source}.shape)"
    yield f"layer.set_weights([{', '.join(filter(None, [weight, step.bias]))}])"
    yield f"y = layer({source})"


def _cropped(step: Step) -> Sides:
    """Return what to crop of Conv2DTranspose, which makes (i - 1) s + max(k, s) cells; negative where too few."""
    numbers = zip(step.sides, step.kernel, step.stride, step.output_padding, strict=True)
    rows, columns = (
        (before, after + max(stride - kernel, 0) - more) for (before, after), kernel, stride, more in numbers
    )
    return rows, columns


def _has_layer(step: Step) -> bool:
    """Return whether Conv2DTranspose makes all cells of a transposed convolution."""
    return step.groups == 1 and step.dilation == (1, 1) and min(after for _, after in _cropped(step)) >= 0


def _transposed(step: Step, source: str) -> Iterator[str]:
    """Make all cells of the stamps and crop: by Conv2DTranspose or by a convolution of the stretched input."""
    filters, kernel, crop = str(step.channels[1]), {"kernel_size": size(step.kernel)}, step.sides
    if _has_layer(step):
        crop = _cropped(step)
        yield _layer("Conv2DTranspose", filters, {**kernel, "strides": size(step.stride)}, step)
        yield from _apply(step, f"{step.weight}.transpose(2, 3, 1, 0)", source)
    else:
        numbers = list(zip(step.input_size, step.stride, step.extent, step.output_padding, strict=True))
        rows, columns = ((n - 1) * stride + 2 * extent - 1 + more for n, stride, extent, more in numbers)
        places = ", ".join(f"{extent - 1} : {extent + (n - 1) * stride} : {stride}" for n, stride, extent, _ in numbers)
        yield f"stretched = np.zeros((1, {rows}, {columns}, {step.channels[0]}))"
        yield f"stretched[:, {places}] = {source}"
        window = {**kernel, "dilation_rate": size(step.dilation), "groups": str(step.groups)}
        yield _layer("Conv2D", filters, window, step)
        yield from _apply(step, by_output(f"np.flip({step.weight}, (2, 3))", step), "stretched")
    if crop != NO_PADDING:
        yield f"y = keras.layers.Cropping2D({crop})(y)"


def _pooling(step: Step, source: str) -> Iterator[str]:
    if step.dilation != (1, 1):
        yield from _cells(step, "cells", source)
        if not step.is_divided:
            yield f"y = keras.ops.{'max' if step.kind == MAX else 'mean'}(keras.ops.stack(cells), axis=0)"
            return
        yield from _cells(step, "counts", "counted")
        yield "counts = keras.ops.sum(keras.ops.stack(counts), axis=0)"
        count = "keras.ops.maximum(counts, 1)" if step.is_hollow else "counts"
        yield f"y = keras.ops.sum(keras.ops.stack(cells), axis=0) / {count}"
        return
    named = {
        "pool_size": size(step.kernel),
        "strides": size(step.stride),
        "padding": '"same"' if step.is_padded else '"valid"',
    }
    name = "MaxPooling2D" if step.kind == MAX else "AveragePooling2D"
    yield call(f"keras.layers.{name}", "", named, {"padding": '"valid"'}, "layer = ")
    yield f"y = layer({source})" + (" / layer(counted)" if step.is_divided else "")


def _cells(step: Step, name: str, source: str) -> Iterator[str]:
    """List the cells of all windows: for each place in the window an array over the output."""
    (rows, columns), (down, across) = step.extent, step.stride
    height, width = ((n - 1) * s + 1 for n, s in zip(step.output_size, step.stride, strict=True))
    yield f"{name} = ["
    yield f"    {source}[:, i : i + {height} : {down}, j : j + {width} : {across}]"
    yield f"    for i in range(0, {rows}, {step.dilation[0]})"
    yield f"    for j in range(0, {columns}, {step.dilation[1]})"
    yield "]"


def _takes(step: Step) -> bool:
    if step.is_pooling:
        is_same = step.kind == MAX and step.dilation == (1, 1) and step.beyond == (0, 0) and _is_same(step)
        return not step.is_padded or is_same
    return step.mode == "zeros"


def _notes(steps: Sequence[Step]) -> Iterator[str]:
    yield "Images of Keras are (N, H, W, C): channels come last."
    for step in steps:
        if step.kind == CONVOLUTION:
            kernel = "(kH, kW, C_in, multiplier)" if _is_depthwise(step) else "(kH, kW, C_in / groups, C_out)"
            name = "DepthwiseConv2D" if _is_depthwise(step) else "Conv2D"
            yield f"The kernel of {name} is {kernel}, so the weight is transposed."
            if _is_thinned(step):
                reason = "Keras has no stride with a dilation"
                if step.dilation == (1, 1):
                    reason = "TensorFlow has one depthwise stride for both axes"
                yield f"{reason}, so the layer has stride 1 and cells are left out afterwards."
            if step.mode != "zeros":
                yield f"Keras pads zeros only, so np.pad comes first (padding mode {step.mode})."
            elif step.sides != NO_PADDING and not _is_same(step):
                yield 'Keras has padding "valid" and "same" only, so ZeroPadding2D comes first.'
            elif step.sides != NO_PADDING and not _is_thinned(step):
                yield 'padding="same" makes ceil(i / s) cells; an odd cell of padding goes below and on the right.'
        if step.kind == TRANSPOSED and _has_layer(step):
            yield "The kernel of Conv2DTranspose is (kH, kW, C_out, C_in), so the weight is transposed."
            if _cropped(step) != NO_PADDING:
                yield (
                    "Conv2DTranspose has no padding in numbers: it makes (i - 1) s + max(k, s) cells, and Cropping2D"
                    " takes away what is too much."
                )
        elif step.kind == TRANSPOSED:
            lacks = "no groups" if step.groups > 1 else "no stride with a dilation, and no output_padding"
            yield (
                f"Conv2DTranspose has {lacks}: Conv2D does it, with zeros put between the cells of the input and the"
                " kernel turned."
            )
        if step.is_pooling:
            yield "Without strides, a window of Keras moves by its own size."
            if step.dilation != (1, 1):
                yield "Pooling of Keras has no dilation, so the cells of all windows are stacked."
            if step.ceil_mode and step.beyond != (0, 0):
                yield "Keras never rounds up, so padding makes room for the last windows."
            elif not _takes(step):
                yield 'Pooling of Keras has padding "valid" and "same" only, so np.pad comes first.'


def _line_padding(step: Step) -> str:
    """Return the word of Keras for the padding along a line, "" where it has none."""
    left, right = step.sides[1]
    words = {(0, 0): "valid", (step.extent[1] - 1, 0): "causal"}
    return words.get((left, right), "same" if _is_same(step) and not _is_thinned(step) else "")


def _line(step: Step) -> Iterator[str]:
    stride, padding = step.stride[1], _line_padding(step)
    yield "x = x.T[None]"
    if not padding:
        yield f"x = keras.layers.ZeroPadding1D({step.sides[1]})(x)"
    thinned = stride > 1 and step.dilation[1] > 1
    named = {
        "kernel_size": str(step.kernel[1]),
        "strides": "1" if thinned else str(stride),
        "padding": f'"{padding or "valid"}"',
        "dilation_rate": str(step.dilation[1]),
    }
    yield _layer("Conv1D", "1", named, step)
    yield from _apply(step, "w.transpose(2, 1, 0)", "x")
    if thinned:
        yield f"y = y[:, ::{stride}]  # the stride"
    yield "print(keras.ops.convert_to_numpy(y)[0].T)"


def _line_notes(step: Step) -> Iterator[str]:
    yield "Signals of Keras are (N, W, C): channels come last."
    yield "The kernel of Conv1D is (k, C_in, C_out), so the weight is transposed."
    if step.stride[1] > 1 and step.dilation[1] > 1:
        yield "Keras has no stride with a dilation, so the layer has stride 1 and samples are left out afterwards."
    if not (padding := _line_padding(step)):
        yield 'Keras has padding "valid", "same" and "causal" only, so ZeroPadding1D comes first.'
    elif padding == "causal":
        yield 'padding="causal" puts d(k - 1) zeros before the input.'


KERAS: Final = Framework(
    label="Keras",
    imports='import keras\nimport numpy as np\n\nkeras.config.set_floatx("float64")',
    pad=numpy_pad("np"),
    batch="{}.transpose(1, 2, 0)[None]",
    takes=_takes,
    write=_write,
    output="keras.ops.convert_to_numpy(y)[0].transpose(2, 0, 1)",
    notes=_notes,
    line=_line,
    line_notes=_line_notes,
)
