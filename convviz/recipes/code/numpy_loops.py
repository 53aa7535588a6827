"""NumPy: plain loops, as a student can read them."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Final

from convviz.arithmetic.arguments import NO_PADDING

from .program import AVERAGE, CONVOLUTION, MAX, TRANSPOSED, Framework, Step, numpy_pad


def _write(steps: Sequence[Step]) -> Iterator[str]:
    for number, step in enumerate(steps):
        if number:
            yield "x = y"
        yield from _transposed(step) if step.kind == TRANSPOSED else _sliding(step)
        if step.bias:
            yield f"y = y + {step.bias}[:, None, None]"


def _window(step: Step) -> str:
    """Return the slices of a window whose first tap is at (top, left)."""
    places = zip(("top", "left"), step.extent, step.dilation, strict=True)
    return ", ".join(f"{at} : {at} + {extent}{f' : {hole}' if hole > 1 else ''}" for at, extent, hole in places)


def _times(number: str, factor: int) -> str:
    return f"{number} * {factor}" if factor > 1 else number


def _corner(step: Step) -> str:
    return f"    top, left = {_times('i', step.stride[0])}, {_times('j', step.stride[1])}"


def _sliding(step: Step) -> Iterator[str]:
    yield f"y = np.zeros({(step.channels[1], *step.output_size)})"
    yield "for c, i, j in np.ndindex(y.shape):"
    yield _corner(step)
    if step.kind == CONVOLUTION:
        planes = ":"
        if step.groups > 1:
            depth, width = (channels // step.groups for channels in step.channels)
            group = f"c // {width}" if width > 1 else "c"
            yield f"    first = {_times(group, depth)}  # of the input channels of this group"
            planes = f"first : first + {depth}"
        yield f"    window = x[{planes}, {_window(step)}]"
        yield f"    y[c, i, j] = (window * {step.weight}[c]).sum()"
        return
    yield f"    window = x[c, {_window(step)}]"
    if step.kind == MAX:
        yield "    y[c, i, j] = window.max()"
    elif step.is_divided:
        count = f"counted[0, {_window(step)}].sum()"
        yield f"    y[c, i, j] = window.sum() / {f'max({count}, 1)' if step.is_hollow else count}"
    else:
        yield "    y[c, i, j] = window.mean()"


def _transposed(step: Step) -> Iterator[str]:
    (top, bottom), (left, right) = step.sides
    rows, columns = step.output_size
    yield f"y = np.zeros({(step.channels[1], rows + top + bottom, columns + left + right)})"
    yield "for c, i, j in np.ndindex(x.shape):  # each input cell stamps the kernel"
    yield _corner(step)
    planes = ":"
    if step.groups > 1:
        depth, width = (channels // step.groups for channels in step.channels)
        group = f"c // {depth}" if depth > 1 else "c"
        yield f"    first = {_times(group, width)}  # of the output channels of this group"
        planes = f"first : first + {width}"
    yield f"    y[{planes}, {_window(step)}] += x[c, i, j] * {step.weight}[c]"
    if step.is_padded:
        yield f"y = y[:, {top} : {top + rows}, {left} : {left + columns}]  # padding crops"


def _backward(step: Step, bare: Step) -> Iterator[str]:
    yield "dx = np.zeros(x.shape)"
    if step.weight:
        yield f"dw = np.zeros({step.weight}.shape)"
    yield "for c, i, j in np.ndindex(dy.shape):"
    yield _corner(bare)
    if step.kind == CONVOLUTION:
        yield f"    window = np.s_[:, {_window(bare)}]"
        yield f"    dx[window] += dy[c, i, j] * {step.weight}[c]"
        yield "    dw[c] += dy[c, i, j] * x[window]"
    elif step.kind == MAX:
        yield f"    window = x[c, {_window(bare)}]"
        yield "    row, column = np.unravel_index(window.argmax(), window.shape)  # the first of equal ones"
        down, across = (_times(at, hole) for at, hole in zip(("row", "column"), bare.dilation, strict=True))
        yield f"    dx[c, top + {down}, left + {across}] += dy[c, i, j]"
    else:
        area = prod(bare.kernel)
        count = f"max(counted[0, {_window(bare)}].sum(), 1)" if bare.is_divided else f"{area}"
        yield f"    dx[c, {_window(bare)}] += dy[c, i, j] / {count}"
    if bare.input_size != step.input_size:
        (top, _), (left, _) = step.sides
        rows, columns = step.input_size
        yield f"dx = dx[:, {top} : {top + rows}, {left} : {left + columns}]  # without the padding"
    yield 'print("dX", dx)'
    if step.weight:
        yield 'print("dW", dw)'
        yield 'print("db", dy.sum((1, 2)))'


def _notes(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        if step.kind == AVERAGE and step.is_padded:
            yield "The divisor of an average is counted in an array that holds 1 where a cell counts."
        if step.kind == MAX and step.is_padded:
            yield "Padding of max pooling is minus infinity, so that it never wins."
        if step.kind == TRANSPOSED:
            yield "The kernel is stamped as it is stored; to gather instead would need it turned by 180 degrees."


def _line(step: Step) -> Iterator[str]:
    if step.is_padded:
        yield f"x = np.pad(x, ((0, 0), {step.sides[1]}))"
    yield f"y = np.zeros((1, {step.output_size[1]}))"
    yield "for j in range(y.shape[1]):"
    yield f"    left = {_times('j', step.stride[1])}"
    hole = f" : {step.dilation[1]}" if step.dilation[1] > 1 else ""
    yield f"    y[0, j] = (x[:, left : left + {step.extent[1]}{hole}] * w[0]).sum()"
    if step.bias:
        yield "y = y + b"
    yield "print(y)"


def _line_notes(step: Step) -> Iterator[str]:
    yield from ()


NUMPY: Final = Framework(
    label="NumPy",
    imports="import numpy as np",
    pad=numpy_pad("np"),
    batch="{}",
    takes=lambda step: step.kind == TRANSPOSED or (step.sides == NO_PADDING and step.beyond == (0, 0)),
    write=_write,
    output="y",
    notes=_notes,
    backward=_backward,
    line=_line,
    line_notes=_line_notes,
)
