"""PyTorch: the layers of torch.nn in float64."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from convviz.arithmetic.arguments import Sides

from .program import AVERAGE, CONVOLUTION, LOWEST, MAX, TRANSPOSED, Framework, Step, call, size, sources

_USUAL: Final[Mapping[str, str]] = {
    "padding": "0",
    "output_padding": "0",
    "dilation": "1",
    "groups": "1",
    "bias": "True",
    "padding_mode": '"zeros"',
    "ceil_mode": "False",
    "count_include_pad": "True",
}

_PAD: Final = "nn.functional.pad comes first, with left, right, top, bottom"


def _write(steps: Sequence[Step]) -> Iterator[str]:
    for source, step in sources(steps):
        yield _layer(step)
        if step.weight:
            yield f"layer.weight = nn.Parameter({step.weight})"
        if step.bias:
            yield f"layer.bias = nn.Parameter({step.bias})"
        divided = " / layer(counted)" if step.is_divided else ""
        yield f"y = layer({source}){divided}"
        if step.kind == TRANSPOSED and not step.is_symmetric:
            (top, _), (left, _) = step.sides
            rows, columns = step.output_size
            yield f"y = y[..., {top} : {top + rows}, {left} : {left + columns}]  # padding crops"


def _layer(step: Step) -> str:
    (top, _), (left, _) = step.sides
    window = {
        "kernel_size": size(step.kernel),
        "stride": size(step.stride),
        "padding": size((top, left)) if step.is_symmetric else "0",
    }
    if step.is_pooling:
        own = {"dilation": size(step.dilation)} if step.kind == MAX else {}
        ceil = {"ceil_mode": str(step.ceil_mode)}
        counts = {} if step.kind == MAX else {"count_include_pad": str(step.counts_padding or step.is_divided)}
        name = "nn.MaxPool2d" if step.kind == MAX else "nn.AvgPool2d"
        return call(name, "", {**window, **own, **ceil, **counts}, _USUAL, "layer = ")
    options = {
        "output_padding": size(step.output_padding),
        "dilation": size(step.dilation),
        "groups": str(step.groups),
        "bias": str(bool(step.bias)),
        "padding_mode": f'"{step.mode}"',
    }
    channels = ", ".join(map(str, step.channels))
    name = "nn.Conv2d" if step.kind == CONVOLUTION else "nn.ConvTranspose2d"
    return call(name, channels, window | options, _USUAL, "layer = ")


def _pad(name: str, sides: Sides, mode: str) -> str:
    ((top, bottom), (left, right)) = sides
    options = {"zeros": "", LOWEST: ', value=float("-inf")'}.get(mode, f', mode="{mode}"')
    return f"nn.functional.pad({name}, ({left}, {right}, {top}, {bottom}){options})"


def _refusal(step: Step) -> str:
    if step.mode == "symmetric":
        return "PyTorch has no symmetric padding, so there is no code for it; other frameworks have code here."
    if step.kind == AVERAGE and step.dilation != (1, 1):
        return "Average pooling of PyTorch has no dilation, so there is no code; other frameworks have code here."
    wide = [max(pair) > cells for pair, cells in zip(step.sides, step.input_size, strict=True)]
    if step.mode == "circular" and any(wide):
        sizes = " x ".join(map(str, step.input_size))
        return (
            f"Circular padding of PyTorch goes around once, so there is no code for padding {step.sides} of"
            f" {sizes} cells; other frameworks have code here."
        )
    return ""


def _takes(step: Step) -> bool:
    if step.kind == TRANSPOSED:
        return True
    is_small = all(2 * before <= kernel for (before, _), kernel in zip(step.sides, step.kernel, strict=True))
    return step.is_symmetric and (is_small or not step.is_pooling)


def _notes(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        if step.word and (step.is_pooling or step.stride != (1, 1)):
            yield 'PyTorch has padding="same" for convolutions of stride 1 only, so the padding is in numbers.'
        if not step.is_symmetric and step.kind == TRANSPOSED:
            yield "A layer of PyTorch treats both sides of an axis alike, so the output is cropped afterwards."
        elif not step.is_symmetric:
            yield f"A layer of PyTorch treats both sides of an axis alike, so {_PAD}."
        elif not _takes(step):
            yield f"Pooling of PyTorch pads at most half the kernel, so {_PAD}."
        if step.kind == TRANSPOSED:
            yield "The weight of ConvTranspose2d is (C_in, C_out / groups, kH, kW), its channels the other way around."
        if step.output_padding != (0, 0):
            yield (
                "output_padding adds rows below and columns on the right that are computed, not filled with zeros;"
                " it is smaller than the stride or the dilation."
            )
        if step.is_pooling:
            yield "Without stride, a window of PyTorch moves by its own size."


def _line(step: Step) -> Iterator[str]:
    left, right = step.sides[1]
    yield "x = x[None]"
    if left != right:
        yield f"x = nn.functional.pad(x, ({left}, {right}))"
    named = {
        "kernel_size": str(step.kernel[1]),
        "stride": str(step.stride[1]),
        "padding": str(left if left == right else 0),
        "dilation": str(step.dilation[1]),
        "bias": str(bool(step.bias)),
    }
    yield call("nn.Conv1d", "1, 1", named, _USUAL, "layer = ")
    yield "layer.weight = nn.Parameter(w)"
    if step.bias:
        yield "layer.bias = nn.Parameter(b)"
    yield from ("y = layer(x)", "print(y.detach()[0])")


def _line_notes(step: Step) -> Iterator[str]:
    if not step.is_symmetric:
        yield "A layer of PyTorch treats both ends alike, so nn.functional.pad comes first, with left, right."


def _backward(step: Step, bare: Step) -> Iterator[str]:
    yield from _write([bare])
    yield "y.backward(dy[None])"
    yield 'print("dX", leaf.grad)'
    if step.weight:
        yield 'print("dW", layer.weight.grad)'
        yield 'print("db", dy.sum((1, 2)))'


PYTORCH: Final = Framework(
    label="PyTorch",
    imports="import torch\nfrom torch import nn",
    array="torch.tensor({}, dtype=torch.float64)",
    flip="{}.flip(2, 3)",
    ones="torch.ones({}, dtype=torch.float64)",
    pad=_pad,
    batch="{}[None]",
    refusal=_refusal,
    takes=_takes,
    write=_write,
    output="y.detach()[0]",
    notes=_notes,
    tracked="leaf = x.requires_grad_()",
    backward=_backward,
    line=_line,
    line_notes=_line_notes,
)
