"""Every sentence that a mistake earns, compared whole."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import numpy as np
import pytest

from convviz import arithmetic as cv
from convviz.errors import SpecError

PAIR = "must be an integer or a pair (height, width) of integers"
PADDING = (
    'padding must be an integer, a pair (height, width), ((top, bottom), (left, right)), "valid", "same", "same_upper"'
    ' or "same_lower"'
)
FOUR = "padding must be an integer, a pair (height, width) or ((top, bottom), (left, right))"
FACTOR = "scale_factor must be a number from a millionth to 10^9 or a pair (height, width) of them"
CELLS = np.ones((2, 4, 5))
WEIGHT = np.ones((2, 2, 3, 3))

SPELLING: list[tuple[Callable[[], object], str]] = [
    (lambda: cv.conv2d(0), "kernel_size must be at least 1; got 0."),
    (lambda: cv.conv2d(True), f"kernel_size {PAIR}; got True."),
    (lambda: cv.conv2d(2.0), f"kernel_size {PAIR}; got 2.0."),
    (lambda: cv.conv2d("3"), f"kernel_size {PAIR}; got '3'."),
    (lambda: cv.conv2d((3, 3, 3)), f"kernel_size {PAIR}; got (3, 3, 3)."),
    (lambda: cv.conv2d((3,)), f"kernel_size {PAIR}; got (3,)."),
    (lambda: cv.conv2d(()), f"kernel_size {PAIR}; got ()."),
    (lambda: cv.conv2d(range(3)), f"kernel_size {PAIR}; got range(0, 3)."),
    (lambda: cv.conv2d(b"33"), f"kernel_size {PAIR}; got b'33'."),
    (lambda: cv.conv2d(object()), f"kernel_size {PAIR}; got a value of type object."),
    (lambda: cv.conv2d(np.ones((2, 2, 2), int)), f"kernel_size {PAIR}; got an array of shape (2, 2, 2)."),
    (lambda: cv.conv2d(np.timedelta64(3, "s")), f"kernel_size {PAIR}; got datetime.timedelta(seconds=3)."),
    (lambda: cv.conv2d(np.array([3, 3], "m8[ns]")), f"kernel_size {PAIR}; got [3, 3]."),
    (lambda: cv.conv2d(-(10**5000)), "kernel_size must be at least 1; got an integer of about 5000 digits."),
    (lambda: cv.conv2d((3, 10**5000)), "kernel_size must be at most 10^9; got (3, an integer of about 5000 digits)."),
    (lambda: cv.conv2d(10**9 + 1), "kernel_size must be at most 10^9; got 1000000001."),
    (lambda: cv.conv2d(3, groups=10**10), "groups must be at most 10^9; got 10000000000."),
    (
        lambda: cv.conv2d(3, padding=((0, 10**10), (0, 0))),
        "padding must be at most 10^9; got ((0, 10000000000), (0, 0)).",
    ),
    (lambda: cv.conv2d(None), f"kernel_size {PAIR}; got None."),
    (lambda: cv.conv2d((3, True)), f"kernel_size {PAIR}; got (3, True)."),
    (lambda: cv.conv2d([3, 2.5]), f"kernel_size {PAIR}; got [3, 2.5]."),
    (lambda: cv.conv2d(np.array([3.0, 2.0])), f"kernel_size {PAIR}; got [3.0, 2.0]."),
    (lambda: cv.conv2d(3, stride=(1, 0)), "stride must be at least 1; got (1, 0)."),
    (lambda: cv.conv2d(3, dilation=-1), "dilation must be at least 1; got -1."),
    (lambda: cv.conv2d(3, groups=0), "groups must be at least 1; got 0."),
    (lambda: cv.conv2d(3, groups=(1, 1)), "groups must be an integer; got (1, 1)."),
    (lambda: cv.conv2d(3, groups=1.5), "groups must be an integer; got 1.5."),
    (lambda: cv.conv2d(3, padding=-1), "padding must be at least 0; got -1."),
    (lambda: cv.conv2d(3, padding=((1, 0), (0, -2))), "padding must be at least 0; got ((1, 0), (0, -2))."),
    (lambda: cv.conv2d(3, padding=1.5), f"{PADDING}; got 1.5."),
    (lambda: cv.conv2d(3, padding=(1, 2, 3, 4)), f"{PADDING}; got (1, 2, 3, 4)."),
    (lambda: cv.conv2d(3, padding=((1, 2), 3)), f"{PADDING}; got ((1, 2), 3)."),
    (lambda: cv.conv2d(3, padding=((1, 2), (3,))), f"{PADDING}; got ((1, 2), (3,))."),
    (lambda: cv.conv2d(3, padding="SAME"), f"{PADDING}; got 'SAME'."),
    (lambda: cv.conv2d(3, padding=None), f"{PADDING}; got None."),
    (lambda: cv.conv2d(3, 2, "same"), 'padding "same" must have stride 1 ("same_upper" takes any); got stride (2, 2).'),
    (
        lambda: cv.conv2d(3, (1, 2), "same"),
        'padding "same" must have stride 1 ("same_upper" takes any); got stride (1, 2).',
    ),
    (
        lambda: cv.conv2d(3, padding_mode="mirror"),
        'padding_mode must be "zeros", "reflect", "replicate", "circular" or "symmetric"; got \'mirror\'.',
    ),
    (
        lambda: cv.conv2d(3, padding_mode=None),
        'padding_mode must be "zeros", "reflect", "replicate", "circular" or "symmetric"; got None.',
    ),
    (
        lambda: cv.conv_transpose2d(3, 2, output_padding=2),
        "output_padding must be less than the larger of stride and dilation; got height 2 (stride 2, dilation 1).",
    ),
    (
        lambda: cv.conv_transpose2d(3, (3, 2), output_padding=(2, 3), dilation=(1, 3)),
        "output_padding must be less than the larger of stride and dilation; got width 3 (stride 2, dilation 3).",
    ),
    (lambda: cv.conv_transpose2d(3, output_padding=-1), "output_padding must be at least 0; got -1."),
    (
        lambda: cv.conv_transpose2d(2, 3, "same_upper"),
        'padding "same_upper" must have stamps at least as large as the stride; got kernel_size (2, 2),'
        " dilation (1, 1), output_padding (0, 0), stride (3, 3).",
    ),
    (
        lambda: cv.conv_transpose2d(2, 3, "same"),
        'padding "same" must have stride 1 ("same_upper" takes any); got stride (3, 3).',
    ),
    (lambda: cv.conv_transpose2d(2, padding="full"), f"{PADDING}; got 'full'."),
    (lambda: cv.max_pool2d(3, padding=2), "padding must be at most half the kernel height; got 2 + 2 (kernel 3)."),
    (
        lambda: cv.avg_pool2d((4, 3), padding=((2, 2), (0, 2))),
        "padding must be at most half the kernel width; got 0 + 2 (kernel 3).",
    ),
    (lambda: cv.max_pool2d(2, ceil_mode=1), "ceil_mode must be True or False; got 1."),
    (lambda: cv.avg_pool2d(2, count_include_pad="yes"), "count_include_pad must be True or False; got 'yes'."),
    (lambda: cv.max_pool2d(2, "x"), f"stride {PAIR}; got 'x'."),
    (lambda: cv.upsample2d(0), f"{FACTOR}; got 0."),
    (lambda: cv.upsample2d(True), f"{FACTOR}; got True."),
    (lambda: cv.upsample2d("2"), f"{FACTOR}; got '2'."),
    (lambda: cv.upsample2d((1, 2, 3)), f"{FACTOR}; got (1, 2, 3)."),
    (lambda: cv.upsample2d(float("nan")), f"{FACTOR}; got nan."),
    (lambda: cv.upsample2d(float("inf")), f"{FACTOR}; got inf."),
    (lambda: cv.upsample2d(1e-7), f"{FACTOR}; got 1e-07."),
    (lambda: cv.upsample2d(2e9), f"{FACTOR}; got 2000000000.0."),
    (lambda: cv.upsample2d(10**5000), f"{FACTOR}; got an integer of about 5000 digits."),
    (lambda: cv.upsample2d(np.longdouble("1e4000")), f"{FACTOR}; got 1e+4000."),
    (lambda: cv.upsample2d(np.timedelta64(2, "s")), f"{FACTOR}; got datetime.timedelta(seconds=2)."),
    (lambda: cv.upsample2d(2, "cubic"), 'mode must be "nearest" or "bilinear"; got \'cubic\'.'),
    (lambda: cv.pixel_shuffle(1.5), "factor must be an integer; got 1.5."),
    (lambda: cv.pixel_shuffle((2, 2)), "factor must be an integer; got (2, 2)."),
    (lambda: cv.pad2d("same"), f"{FOUR}; got 'same'."),
    (lambda: cv.pad2d(0.5), f"{FOUR}; got 0.5."),
    (lambda: cv.pad2d(-(10**10)), "padding must be at least -10^9; got -10000000000."),
]
"""What a layer cannot be, whatever it meets."""

GEOMETRY: list[tuple[Callable[[], object], str]] = [
    (
        lambda: cv.conv2d((3, 1), dilation=(2, 1)).output_size((4, 9)),
        "The kernel spans 5 rows (kernel 3, dilation 2), more than the input (4 rows).",
    ),
    (
        lambda: cv.conv2d((1, 5), padding=((0, 0), (1, 0))).output_size((4, 3)),
        "The kernel (5 columns) is larger than the padded input (3 + 1 + 0 = 4 columns).",
    ),
    (
        lambda: cv.conv2d(3, padding=3, padding_mode="reflect").output_size((9, 3)),
        "The reflect padding (3 + 3) must be smaller than the input (3 columns) on each side.",
    ),
    (lambda: cv.pad2d(1, value=inf), "value must be a finite number; got inf."),
    (lambda: cv.pad2d(1, value=True), "value must be a finite number; got True."),
    (lambda: cv.pad2d(1, value=10**400), "value must be a finite number; got an integer of about 400 digits."),
    (lambda: cv.pixel_shuffle(2, "dcr"), 'mode must be "CRD" or "DCR"; got \'dcr\'.'),
    (lambda: cv.adaptive_avg_pool2d((2, 0)), "output must be at least 1; got (2, 0)."),
    (
        lambda: cv.adaptive_max_pool2d(None),
        "output must be an integer or a pair (height, width) of integers; got None.",
    ),
    (lambda: cv.avg_pool2d(2, divisor_override=0), "divisor_override must be at least 1; got 0."),
    (lambda: cv.avg_pool2d(2, divisor_override=1.5), "divisor_override must be an integer; got 1.5."),
    (lambda: cv.conv2d(3).output_size((0, 4)), "input_size must be at least 1; got (0, 4)."),
    (
        lambda: cv.conv2d(3).output_size(-(10**5000)),
        "input_size must be at least 1; got an integer of about 5000 digits.",
    ),
    (
        lambda: cv.conv2d(10**9, dilation=10**9).output_size(4),
        "The kernel spans 999999999000000001 rows (kernel 1000000000, dilation 1000000000), more than"
        " the input (4 rows).",
    ),
    (lambda: cv.conv2d(3).output_size(True), f"input_size {PAIR}; got True."),
    (lambda: cv.conv2d(3).output_size((4, 4, 4)), f"input_size {PAIR}; got (4, 4, 4)."),
    (lambda: cv.conv2d(3, padding="same_upper").resolve_padding("7"), f"input_size {PAIR}; got '7'."),
    (
        lambda: cv.conv_transpose2d(3, padding=2).output_size((2, 3)),
        "The padding (2 + 2) crops all of the 4 rows of the output (input 2, kernel 3, stride 1, dilation 1,"
        " output_padding 0).",
    ),
    (
        lambda: cv.max_pool2d(3).output_size((2, 5)),
        "The kernel (3 rows) is larger than the input (2 rows).",
    ),
    (
        lambda: cv.max_pool2d((5, 2), 2, ceil_mode=True).output_size((3, 5)),
        "The kernel (5 rows) is larger than the input (3 rows) with the 1 row that ceil_mode adds.",
    ),
    (
        lambda: cv.upsample2d((0.5, 1)).output_size((1, 5)),
        "scale_factor must leave at least 1 cell; got 1/2 x 1 on an input of (1, 5).",
    ),
    (
        lambda: cv.pad2d(-2).output_size((4, 5)),
        "padding must leave at least 1 cell; got ((-2, -2), (-2, -2)) on an input of (4, 5).",
    ),
]
"""What a layer cannot do with an input of this size."""

ARRAYS: list[tuple[Callable[[], object], str]] = [
    (lambda: cv.forward("conv", CELLS), "layer must be one made by conv2d, max_pool2d and their like; got 'conv'."),
    (
        lambda: cv.forward(cv.conv2d, CELLS),
        "layer must be one made by conv2d, max_pool2d and their like; got a value of type function.",
    ),
    (
        lambda: cv.forward(cv.trace(cv.max_pool2d(2), CELLS), CELLS),
        "layer must be one made by conv2d, max_pool2d and their like; got a value of type Trace.",
    ),
    (lambda: cv.forward(cv.max_pool2d(2), [[[1, None]]]), "input must hold real numbers; got None."),
    (lambda: cv.forward(cv.max_pool2d(2), {1, 2}), "input must hold real numbers; got {1, 2}."),
    (lambda: cv.forward(cv.max_pool2d(2), object()), "input must hold real numbers; got a value of type object."),
    (
        lambda: cv.forward(cv.max_pool2d(2), [[[10**20]]]),
        "input must hold real numbers; got integers of more than 64 bits.",
    ),
    (
        lambda: cv.forward(cv.max_pool2d(2), [[[1.5, 10**400]]]),
        "input must hold real numbers; got integers of more than 64 bits.",
    ),
    (lambda: cv.forward(cv.max_pool2d(2), np.zeros(1, "M8[s]")), "input must hold real numbers; got dates."),
    (
        lambda: cv.forward(cv.max_pool2d(2), np.ma.masked_greater(np.arange(6).reshape(1, 2, 3), 3)),
        "input must have no masked cells; got 2 of 6 masked.",
    ),
    (
        lambda: cv.forward(cv.max_pool2d(2), nested(70)),
        "input must have at most 4 axes; got lists nested more than 64 deep.",
    ),
    (
        lambda: cv.forward(cv.max_pool2d(2), [[[[[1], [2, 3]]]]]),
        "input must have at most 4 axes; got lists nested 5 deep.",
    ),
    (
        lambda: cv.forward(cv.max_pool2d(2), Unreadable()),
        "input must be an array or rows of numbers; got a value of type Unreadable.",
    ),
    (
        lambda: cv.forward(cv.conv2d(3), CELLS, [Unreadable()]),
        "weight must be an array or rows of numbers; got [a value of type Unreadable].",
    ),
    (
        lambda: cv.forward(cv.conv2d(3), CELLS[0], WEIGHT),
        "input must have the shape (C, H, W), none of them 0; got (4, 5).",
    ),
    (
        lambda: cv.forward(cv.conv2d(3), [[[1, 2], [3]]], WEIGHT),
        "input must have rows of equal length; got rows that differ.",
    ),
    (lambda: cv.forward(cv.conv2d(3), CELLS * 1j, WEIGHT), "input must hold real numbers; got complex numbers."),
    (lambda: cv.forward(cv.conv2d(3), [[["a"]]], WEIGHT), "input must hold real numbers; got text."),
    (
        lambda: cv.forward(cv.conv2d(3), np.ones((2, 0, 4)), WEIGHT),
        "input must have the shape (C, H, W), none of them 0; got (2, 0, 4).",
    ),
    (lambda: cv.forward(cv.conv2d(3), CELLS), "weight must be given for Conv2d; got None."),
    (
        lambda: cv.forward(cv.conv2d(3, groups=3), CELLS, WEIGHT),
        "input channels must be divisible by groups; got 2 and groups 3.",
    ),
    (
        lambda: cv.forward(cv.conv2d(3), CELLS, np.ones((2, 1, 3, 3))),
        "weight must have the shape (C_out, C_in/groups, kH, kW) = (C_out, 2, 3, 3); got (2, 1, 3, 3).",
    ),
    (
        lambda: cv.forward(cv.conv2d(3), CELLS, np.ones((3, 3))),
        "weight must have the shape (C_out, C_in/groups, kH, kW) = (C_out, 2, 3, 3); got (3, 3).",
    ),
    (
        lambda: cv.forward(cv.conv2d(3, groups=2), CELLS, np.ones((3, 1, 3, 3))),
        "output channels must be divisible by groups; got 3 and groups 2.",
    ),
    (lambda: cv.forward(cv.conv2d(3), CELLS, WEIGHT, [1]), "bias must have the shape (C_out,) = (2,); got (1,)."),
    (lambda: cv.forward(cv.conv2d(3), CELLS, WEIGHT, 1), "bias must have the shape (C_out,) = (2,); got ()."),
    (
        lambda: cv.forward(cv.conv_transpose2d(3), CELLS, np.ones((3, 2, 3, 3))),
        "weight must have the shape (C_in, C_out/groups, kH, kW) = (2, C_out/groups, 3, 3); got (3, 2, 3, 3).",
    ),
    (
        lambda: cv.forward(cv.conv_transpose2d((3, 2), groups=2), CELLS, np.ones((2, 2, 3, 3))),
        "weight must have the shape (C_in, C_out/groups, kH, kW) = (2, C_out/groups, 3, 2); got (2, 2, 3, 3).",
    ),
    (
        lambda: cv.forward(cv.max_pool2d(2), CELLS, WEIGHT),
        "weight must be None for MaxPool2d; got an array of shape (2, 2, 3, 3).",
    ),
    (
        lambda: cv.forward(cv.avg_pool2d(2), CELLS, bias=[1]),
        "bias must be None for AvgPool2d; got [1].",
    ),
    (lambda: cv.forward(cv.max_pool2d(2), CELLS, 3), "weight must be None for MaxPool2d; got 3."),
    (lambda: cv.forward(cv.max_pool2d(2), CELLS, "abc"), "weight must be None for MaxPool2d; got 'abc'."),
    (
        lambda: cv.forward(cv.max_pool2d(2), CELLS, object()),
        "weight must be None for MaxPool2d; got a value of type object.",
    ),
    (
        lambda: cv.forward(cv.upsample2d(2), CELLS, bias=[[1], [2, 3]]),
        "bias must be None for Upsample2d; got [[1], [2, 3]].",
    ),
    (lambda: cv.forward(cv.pixel_shuffle(2), CELLS), "channels must be divisible by factor^2; got 2 and 2^2."),
    (
        lambda: cv.forward(cv.conv2d(5), CELLS, np.ones((1, 2, 5, 5))),
        "The kernel (5 rows) is larger than the input (4 rows).",
    ),
    (lambda: cv.forward(cv.conv2d(3), 5, WEIGHT), "input must have the shape (C, H, W), none of them 0; got ()."),
    (
        lambda: cv.trace(cv.conv2d(3), CELLS, WEIGHT, view="scatter"),
        'view must be "gather" for Conv2d; got "scatter" (for ConvTranspose2d only).',
    ),
    (lambda: cv.trace(cv.conv2d(3), CELLS, WEIGHT, view="both"), 'view must be "gather" or "scatter"; got \'both\'.'),
    (lambda: cv.trace(cv.conv2d(3), CELLS, WEIGHT, view=None), 'view must be "gather" or "scatter"; got None.'),
]
"""What numbers cannot go with a layer."""

ROOM: list[tuple[Callable[[], object], str]] = [
    (
        lambda: cv.forward(cv.conv2d(3, padding=10**6), CELLS, WEIGHT),
        "output must have at most 2^31 cells; got 8000020000012 of shape (2, 2000002, 2000003).",
    ),
    (
        lambda: cv.forward(cv.conv2d(3, stride=10**6, padding=10**6), CELLS, WEIGHT),
        "padded input must have at most 2^31 cells; got 8000036000040 of shape (2, 2000004, 2000005).",
    ),
    (
        lambda: cv.trace(cv.conv_transpose2d(3, 10**5), CELLS, WEIGHT),
        "output must have at most 2^31 cells; got 240004200018 of shape (2, 300003, 400003).",
    ),
    (
        lambda: cv.forward(cv.upsample2d(10**6), CELLS),
        "output must have at most 2^31 cells; got 40000000000000 of shape (2, 4000000, 5000000).",
    ),
    (
        lambda: cv.forward(cv.pad2d(10**6), CELLS),
        "output must have at most 2^31 cells; got 8000036000040 of shape (2, 2000004, 2000005).",
    ),
    (
        lambda: cv.forward(cv.conv2d((1, 50_000)), np.zeros((1, 1, 10**5)), np.zeros((2, 1, 1, 50_000))),
        "one row of windows must read at most 2^31 numbers at a time; got 2500050000.",
    ),
]
"""What would fill all memory."""


class Unreadable:
    """As a tensor that requires a gradient."""

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        raise RuntimeError("detach it first")


def nested(depth: int) -> list[object]:
    return [nested(depth - 1) if depth > 1 else 1]


@pytest.mark.parametrize(("mistake", "sentence"), [*SPELLING, *GEOMETRY, *ARRAYS, *ROOM])
def test_the_sentence(mistake: Callable[[], object], sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        mistake()
    assert str(caught.value) == sentence


def test_a_sentence_never_holds_pages_of_numbers() -> None:
    with pytest.raises(SpecError) as caught:
        cv.conv2d(list(range(1000)))
    assert str(caught.value) == f"kernel_size {PAIR}; got [0, 1, 2, 3, 4, 5, ...]."
