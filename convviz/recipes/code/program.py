"""The layers of a recipe as plain numbers, and the small spellings that all frameworks share.

What a framework cannot express in its layer, such as other padding than zeros, is computed before the layer: `padded`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from textwrap import wrap
from typing import Any, Final

from convviz import limits
from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d
from convviz.arithmetic.arguments import NO_PADDING, Pair, Sides
from convviz.arithmetic.axis import effective_kernel_size
from convviz.errors import SpecError
from convviz.recipes.named_arrays import Array
from convviz.recipes.variants.base import Applied, WindowLayer

CONVOLUTION: Final = "convolution"
TRANSPOSED: Final = "transposed"
MAX: Final = "max"
AVERAGE: Final = "average"

LOWEST: Final = "lowest"
"""A padding mode of max pooling: minus infinity."""

_KINDS: Final[Mapping[type, str]] = {
    Conv2d: CONVOLUTION,
    ConvTranspose2d: TRANSPOSED,
    MaxPool2d: MAX,
    AvgPool2d: AVERAGE,
}
_LINE: Final = 88
"""Characters of a line of code: longer calls get a line for each argument."""


@dataclass(frozen=True, slots=True)
class Step:
    """One layer over an input of known size. Pairs are (height, width).

    Attributes
    ----------
    kind : str
        `CONVOLUTION`, `TRANSPOSED`, `MAX` or `AVERAGE`.
    kernel, stride, dilation : pair of int
    sides : pair of pairs
        ((top, bottom), (left, right)): padding, or what a transposed convolution crops.
    beyond : pair of int
        Cells below and on the right of the padding that `ceil_mode` reads.
    mode : str
        What padding holds, as in `conv2d`.
    groups : int
    output_padding : pair of int
    channels : pair of int
        Of the input and of the output.
    input_size, output_size : pair of int
    ceil_mode, counts_padding : bool
        Those of pooling; an average without `counts_padding` divides by the cells of the input alone.
    is_hollow : bool
        Whether a window of a pooling reads padding alone that does not count, as a dilated one may.
    is_divided : bool
        Whether the averages are to be divided by those of an array ``counted``, which holds 1 where a cell counts.
    word : str
        "same_upper" or "same_lower" where this decided the padding, else "".
    weight, bias : str
        The names of their arrays, "" where there is none.
    """

    kind: str
    kernel: Pair
    stride: Pair
    dilation: Pair
    sides: Sides
    beyond: Pair
    mode: str
    groups: int
    output_padding: Pair
    channels: Pair
    input_size: Pair
    output_size: Pair
    ceil_mode: bool
    counts_padding: bool
    word: str
    weight: str
    bias: str
    is_hollow: bool
    is_divided: bool = False

    @property
    def extent(self) -> Pair:
        """The cells from the first tap of a window to its last."""
        height, width = map(effective_kernel_size, self.kernel, self.dilation)
        return height, width

    @property
    def is_padded(self) -> bool:
        """Whether windows read cells outside the input, or a transposed convolution crops."""
        return self.sides != NO_PADDING or self.beyond != (0, 0)

    @property
    def is_symmetric(self) -> bool:
        """Whether the padding is the same on both sides of each axis."""
        return all(before == after for before, after in self.sides)

    @property
    def is_pooling(self) -> bool:
        """Whether it has no weight."""
        return self.kind in (MAX, AVERAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """How one framework spells the code of a recipe.

    Attributes
    ----------
    label : str
        Its name as a page has it.
    imports : str
        The first lines.
    array, flip, ones : str
        Templates of an array from a list, of kernels turned by 180 degrees, and of an array of ones from its shape.
    pad : callable
        Spells a padded array (C, H, W): its name, the sides, and the padding mode or `LOWEST`.
    batch : str
        Template of the input of its layers, made of an array (C, H, W).
    refusal : callable
        Why the framework cannot compute a step, in a sentence, or "".
    takes : callable
        Whether the framework's layer, with what surrounds it, takes the padding of a step.
    write : callable
        The lines that compute ``y`` from ``x``, layer by layer.
    output : str
        An expression: the output as (C, H, W).
    notes : callable
        What differs from other frameworks, for the steps of a recipe.
    tracked : str
        The line before all others that change ``x``, which keeps the array whose gradient is asked for.
    backward : callable, optional
        The lines that print the gradients, made of ``dy``, for a layer and the same over an input with its padding.
    line : callable
        All lines after the arrays ``x``, ``w`` and ``b`` for a convolution along a line: `x` is (C, W), ``w`` is
        (C_out, C_in, k).
    line_notes : callable
        What differs from other frameworks there.
    """

    label: str
    imports: str
    array: str = "np.array({}, dtype=float)"
    flip: str = "np.flip({}, (2, 3)).copy()"
    ones: str = "np.ones({})"
    pad: Callable[[str, Sides, str], str]
    batch: str
    refusal: Callable[[Step], str] = lambda _: ""
    takes: Callable[[Step], bool]
    write: Callable[[Sequence[Step]], Iterator[str]]
    output: str
    notes: Callable[[Sequence[Step]], Iterator[str]]
    tracked: str = ""
    backward: Callable[[Step, Step], Iterator[str]] | None = None
    line: Callable[[Step], Iterator[str]]
    line_notes: Callable[[Step], Iterator[str]]


def step_of(applied: Applied, channels: int, size: Pair) -> Step:
    """Return a layer over an input of this many channels and this size as plain numbers."""
    layer: WindowLayer = applied.layer
    kind, sides, output_size = _KINDS[type(layer)], layer.resolve_padding(size), layer.output_size(size)
    groups, outputs = getattr(layer, "groups", 1), channels
    if applied.weight is not None:
        outputs = applied.weight.shape[1] * groups if kind == TRANSPOSED else applied.weight.shape[0]
    beyond = (0, 0)
    if getattr(layer, "ceil_mode", False):
        last = [
            axis.position(count - 1, axis.kernel - 1) for axis, count in zip(layer.axes(size), output_size, strict=True)
        ]
        rows, columns = (
            max(0, cell + 1 - side - after) for cell, side, (_, after) in zip(last, size, sides, strict=True)
        )
        beyond = rows, columns
    return Step(
        kind=kind,
        kernel=layer.kernel_size,
        stride=layer.stride,
        dilation=layer.dilation,
        sides=sides,
        beyond=beyond,
        mode=getattr(layer, "padding_mode", "zeros") if sides != NO_PADDING else "zeros",
        groups=groups,
        output_padding=getattr(layer, "output_padding", (0, 0)),
        channels=(channels, outputs),
        input_size=size,
        output_size=output_size,
        ceil_mode=getattr(layer, "ceil_mode", False),
        counts_padding=getattr(layer, "count_include_pad", True),
        word=layer.padding if isinstance(layer.padding, str) else "",
        weight="" if applied.weight is None else applied.name,
        bias="" if applied.bias is None else "b",
        is_hollow=(kind == MAX or (kind == AVERAGE and not getattr(layer, "count_include_pad", True)))
        and any(
            not axis.taps_inside(step, range(axis.size))
            for axis, count in zip(layer.axes(size), output_size, strict=True)
            for step in range(count)
        ),
    )


def padded(steps: Sequence[Step]) -> tuple[Sides, list[Step]]:
    """Return the padding of all steps together, and the same steps over an input that has it already.

    Where there are several, their padding holds zeros, and only the last has a bias, so zeros stay zeros on the way.

    Examples
    --------
    >>> from convviz.arithmetic import avg_pool2d
    >>> sides, steps = padded([step_of(Applied(avg_pool2d(2, padding=(1, 0), ceil_mode=True)), 1, (4, 3))])
    >>> sides, steps[0].input_size, steps[0].output_size, steps[0].is_divided
    (((1, 1), (0, 1)), (6, 4), (3, 2), True)
    """
    whole = [
        ((top, bottom + step.beyond[0]), (left, right + step.beyond[1]))
        for step in steps
        for (top, bottom), (left, right) in [step.sides]
    ]
    rows, columns = (
        (sum(sides[axis][0] for sides in whole), sum(sides[axis][1] for sides in whole)) for axis in (0, 1)
    )
    height, width = steps[0].input_size
    size = (height + sum(rows), width + sum(columns))
    bare = []
    for step in steps:
        outputs = tuple((n - e) // s + 1 for n, e, s in zip(size, step.extent, step.stride, strict=True))
        is_even = step.counts_padding and step.beyond == (0, 0)
        bare.append(
            replace(
                step,
                sides=NO_PADDING,
                beyond=(0, 0),
                mode="zeros",
                ceil_mode=False,
                input_size=size,
                output_size=(outputs[0], outputs[1]),
                is_divided=step.kind == AVERAGE and not is_even,
            )
        )
        size = bare[-1].output_size
    return (rows, columns), bare


def padding_lines(framework: Framework, steps: Sequence[Step]) -> tuple[list[str], list[Step]]:
    """Return the lines that pad ``x`` before all layers, with ``counted`` where averages need it, and what is left."""
    first = steps[0]
    sides, bare = padded(steps)
    lines = [f"x = {framework.pad('x', sides, LOWEST if first.kind == MAX else first.mode)}"]
    if bare[0].is_divided:
        height, width = first.input_size
        around, (rows, columns) = sides, first.beyond
        if first.counts_padding:
            height, width = (size + sum(pair) for size, pair in zip(first.input_size, first.sides, strict=True))
            around = ((0, rows), (0, columns))
        ones = framework.ones.format((1, height, width))
        lines.append("# 1 where a cell counts in the divisor of its window, 0 elsewhere")
        lines.append(f"counted = {framework.pad(ones, around, 'zeros')}")
    return lines, bare


def table(name: str, numbers: Array, comment: str, template: str, width: int = 0) -> str:
    """Write an array, a line for each of its rows, below what its axes are.

    Rows of more than ``width`` characters are broken into lines, unless that is 0.

    Examples
    --------
    >>> import numpy as np
    >>> print(table("x", np.array([[[1, 2.5], [-3, 0]]]), "(C, H, W)", "np.array({})"))
    # (C, H, W)
    x = np.array([[[1, 2.5],
                   [-3, 0]]])
    """
    suffix = ""
    if numbers.ndim == 4 and numbers.shape[2:] == (1, 1):
        numbers, suffix = numbers[..., 0, 0], "[..., None, None]"
    start = f"{name} = {template}"
    indent = len(start.partition("{")[0]) + 1
    return f"# {comment}\n{start.format(_nested(numbers.tolist(), indent, width))}{suffix}"


def _nested(numbers: Any, indent: int, width: int) -> str:
    break_line = "\n" + " " * indent
    if not isinstance(numbers[0], list):
        row = ", ".join(repr(number + 0.0).removesuffix(".0") for number in numbers)
        return f"[{break_line.join(wrap(row, width)) if width else row}]"
    return f"[{f',{break_line}'.join(_nested(each, indent + 1, width) for each in numbers)}]"


def check_numbers(arrays: Sequence[Array]) -> None:
    """Refuse code that would be too long to read.

    Raises
    ------
    SpecError
        There are more numbers than the limit.
    """
    if (count := sum(prod(array.shape) for array in arrays)) > limits.CODE_NUMBERS:
        raise SpecError(
            f"Code must have at most {limits.CODE_NUMBERS:,} numbers of input and kernels; got {count:,}."
            " Use fewer channels."
        )


def size(pair: Pair) -> str:
    """Write one number for both axes, or both.

    Examples
    --------
    >>> size((3, 3)), size((3, 5))
    ('3', '(3, 5)')
    """
    return str(pair[0]) if pair[0] == pair[1] else str(pair)


def call(name: str, positional: str, named: Mapping[str, str], usual: Mapping[str, str], start: str = "") -> str:
    """Write a call; named arguments that have their usual value are left out, and a long call gets several lines.

    Examples
    --------
    >>> call("pool", "3", {"stride": "2", "padding": "0"}, {"padding": "0"}, "y = ")
    'y = pool(3, stride=2)'
    """
    arguments = [positional] if positional else []
    arguments += [f"{word}={value}" for word, value in named.items() if usual.get(word) != value]
    line = f"{start}{name}({', '.join(arguments)})"
    if len(line) <= _LINE:
        return line
    inside = "".join(f"    {argument},\n" for argument in arguments)
    return f"{start}{name}(\n{inside})"


def by_output(weight: str, step: Step) -> str:
    """Spell ``weight``, that of a transposed convolution, as a direct one has it: (kH, kW, C_in / groups, C_out).

    Examples
    --------
    >>> import numpy as np
    >>> from convviz.arithmetic import conv_transpose2d
    >>> weight = np.ones((4, 3, 5, 5))
    >>> by_output("w", step_of(Applied(conv_transpose2d(5), weight), 4, (7, 7)))
    'w.transpose(2, 3, 0, 1)'
    >>> by_output("w", step_of(Applied(conv_transpose2d(5, groups=2), weight), 4, (7, 7)))
    'w.reshape(2, 2, 3, 5, 5).transpose(3, 4, 1, 0, 2).reshape(5, 5, 2, 6)'
    """
    if step.groups == 1:
        return f"{weight}.transpose(2, 3, 0, 1)"
    depth, width = (channels // step.groups for channels in step.channels)
    apart, kernel = (step.groups, depth, width, *step.kernel), (*step.kernel, depth, step.channels[1])
    return f"{weight}.reshape{apart}.transpose(3, 4, 1, 0, 2).reshape{kernel}"


def numpy_pad(module: str) -> Callable[[str, Sides, str], str]:
    """Return the function that spells a padded array as NumPy and its relatives do.

    Examples
    --------
    >>> numpy_pad("np")("x", ((1, 2), (0, 0)), "circular")
    'np.pad(x, ((0, 0), (1, 2), (0, 0)), mode="wrap")'
    """
    options = {
        "zeros": "",
        LOWEST: f", constant_values=-{module}.inf",
        "reflect": ', mode="reflect"',
        "replicate": ', mode="edge"',
        "circular": ', mode="wrap"',
        "symmetric": ', mode="symmetric"',
    }
    return lambda name, sides, mode: f"{module}.pad({name}, ((0, 0), {sides[0]}, {sides[1]}){options[mode]})"


def sources(steps: Sequence[Step]) -> Iterator[tuple[str, Step]]:
    """Yield each step with the name of its input: ``x``, then the output ``y`` of the step before."""
    for number, step in enumerate(steps):
        yield ("y" if number else "x"), step
