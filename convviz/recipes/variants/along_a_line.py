"""Convolution along a line: a kernel slides over one row of numbers, such as a signal in time."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from convviz import limits
from convviz.arithmetic import Conv2d, conv2d
from convviz.errors import SpecError
from convviz.recipes.fields import FIELDS, length_field, row_field
from convviz.recipes.named_arrays import LINE_KERNEL_LABELS, SIGNAL_LABELS
from convviz.recipes.parameters import Field, read_ends, spell_ends

from .base import Stages, Values, Variant, fields_of, made
from .standard import NUMBERS

_DEFAULTS: Final[Values] = {
    "input_size": (1, 12),
    "kernel_size": (1, 5),
    "stride": (1, 1),
    "padding": ((0, 0), (0, 0)),
    "dilation": (1, 1),
    "causal": False,
    "flip": False,
    **NUMBERS,
    "weight": "box",
    "rate": 16_000,
}
"""The parameters; sizes have a height of 1, which links leave out."""

_OWN: Final = (
    length_field("input_size", limits.LINE, "Input length i", "Numbers of the input, from left to right in time.", "i"),
    length_field("kernel_size", limits.LINE_KERNEL, "Kernel size k", "Weights of the kernel.", "k"),
    length_field("stride", limits.STRIDE, "Stride s", FIELDS["stride"].help, "s"),
    Field(
        "padding",
        "length",
        read_ends,
        spell_ends,
        "Padding p",
        "Zeros before and after the input; a link may have two numbers, as in 2,0.",
        0,
        limits.PADDING,
        {},
        "p",
        "size",
    ),
    length_field("dilation", limits.LINE_DILATION, "Dilation d", FIELDS["dilation"].help, "d"),
    row_field("input", limits.LINE, "Input", "The numbers of the input.", SIGNAL_LABELS),
    row_field("weight", limits.LINE_KERNEL, "Kernel", "The numbers of the kernel.", LINE_KERNEL_LABELS),
)


def _reach(values: Values) -> int:
    """Return the distance from the first tap to the last."""
    reach: int = values["dilation"][1] * (values["kernel_size"][1] - 1)
    return reach


def _layers(values: Values) -> tuple[Conv2d]:
    padding = ((0, 0), (_reach(values), 0)) if values["causal"] else values["padding"]
    sizes = {name: values[name] for name in ("kernel_size", "stride", "dilation")}
    return (made(conv2d, padding=padding, **sizes),)  # type: ignore[return-value]  # conv2d makes no other


def _stages(values: Values) -> Stages:
    return [(_layers(values)[0].output_size(values["input_size"])[1], values["kernel_size"][1])]


def _check(values: Values) -> None:
    layer, size = _layers(values)[0], values["input_size"]
    layer.output_size(size)  # refuses a kernel that does not fit
    padded = size[1] + sum(layer.resolve_padding(size)[1])
    if padded > limits.LINE_DRAWN:
        raise SpecError(
            f"The input with its padding must be at most {limits.LINE_DRAWN:,} numbers long to be drawn; got "
            f"{padded:,}. Use a smaller input, kernel or dilation."
        )


@dataclass(frozen=True, slots=True)
class Around:
    """How far an output reads before and after its own time, in samples.

    Its own time is that of the last sample of its window where the layer is causal, else the middle of its window.
    """

    back: Fraction
    ahead: Fraction


def around(values: Values) -> Around:
    """Return the look-back and the look-ahead of every output.

    Examples
    --------
    >>> around({**ALONG_A_LINE.defaults, "kernel_size": (1, 4), "dilation": (1, 3)})
    Around(back=Fraction(9, 2), ahead=Fraction(9, 2))
    >>> around({**ALONG_A_LINE.defaults, "kernel_size": (1, 4), "dilation": (1, 3), "causal": True})
    Around(back=Fraction(9, 1), ahead=Fraction(0, 1))
    """
    reach = Fraction(_reach(values))
    return Around(reach, Fraction(0)) if values["causal"] else Around(reach / 2, reach / 2)


ALONG_A_LINE: Final = Variant(
    name="along-a-line",
    label="Along a line",
    title="Convolution along a line",
    summary="A small kernel slides along a row of numbers, or along a wave of sound.",
    defaults=_DEFAULTS,
    fields=fields_of(_DEFAULTS, *_OWN),
    layers=_layers,
    stages=_stages,
    card={"seed": 3},
    is_line=True,
    unused=lambda values: ("padding",) if values["causal"] else (),  # which follows from the kernel
    special_check=_check,
)
