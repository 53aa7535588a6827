"""Stacks of layers as texts: every layer's spelling, the round trip, and refusals whole."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import convviz as cv
from convviz import SpecError
from convviz.arithmetic.layer_kinds import LAYER_KINDS, layer_code, read_layer, read_stack, spell_layer, spell_stack

LAYER_NAMES = ", ".join(LAYER_KINDS)
EXAMPLE = "conv2d(3,dilation=2);max_pool2d(2)"
TAKES = "conv2d takes kernel_size, stride, padding, dilation, groups, padding_mode"
sides = st.integers(0, 3)
pairs = st.one_of(st.integers(1, 5), st.tuples(st.integers(1, 5), st.integers(1, 5)))
paddings = st.one_of(sides, st.tuples(sides, sides), st.tuples(st.tuples(sides, sides), st.tuples(sides, sides)))


@st.composite
def layers(draw: st.DrawFn) -> Any:
    make = draw(st.sampled_from(sorted(LAYER_KINDS)))
    kernel, stride, dilation, padding = draw(pairs), draw(pairs), draw(pairs), draw(paddings)
    match make:
        case "conv2d":
            padding = draw(st.one_of(paddings, st.sampled_from(["valid", "same_upper", "same_lower"])))
            mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular", "symmetric"]))
            return cv.conv2d(kernel, stride, padding, dilation, draw(st.integers(1, 3)), mode)
        case "conv_transpose2d":
            return cv.conv_transpose2d(kernel, 3, padding, output_padding=draw(st.integers(0, 2)), dilation=dilation)
        case "max_pool2d":
            return cv.max_pool2d(kernel, stride, 0, dilation, draw(st.booleans()))
        case "avg_pool2d":
            override = draw(st.none() | st.integers(1, 9))
            return cv.avg_pool2d(
                kernel, stride, 0, draw(st.booleans()), draw(st.booleans()), override, dilation=dilation
            )
        case "adaptive_avg_pool2d" | "adaptive_max_pool2d":
            return LAYER_KINDS[make].make(kernel)
        case "upsample2d":
            return cv.upsample2d(draw(pairs), draw(st.sampled_from(["nearest", "bilinear"])))
        case "pixel_shuffle":
            return cv.pixel_shuffle(draw(st.integers(1, 4)), draw(st.sampled_from(["CRD", "DCR"])))
        case _:
            cells = st.tuples(st.integers(-3, 3), st.integers(-3, 3))
            value = draw(st.floats(allow_nan=False, allow_infinity=False))
            return cv.pad2d(draw(st.tuples(cells, cells)), value=value)


@given(st.lists(layers(), min_size=1, max_size=4))
def test_a_text_gives_the_same_stack(stack: list[Any]) -> None:
    text = spell_stack(tuple(stack))
    assert read_stack("layers", text, 4, 16) == tuple(stack)
    assert read_stack("layers", stack, 4, 16) == tuple(stack)
    assert not {" ", "+"} & {*text}  # a link would change them


@given(layers())
def test_the_python_call_of_a_layer_reads_back(layer: Any) -> None:
    assert read_layer("layers", layer_code(layer)) == layer


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (cv.conv2d(3), "conv2d(3)"),
        (cv.conv2d((3, 5), dilation=2, padding=1), "conv2d(3x5,padding=1,dilation=2)"),
        (cv.conv_transpose2d(4, 2, padding=((1, 0), (0, 2))), "conv_transpose2d(4,stride=2,padding=1,0,0,2)"),
        (cv.max_pool2d(3), "max_pool2d(3)"),
        (cv.max_pool2d(3, stride=2, ceil_mode=True), "max_pool2d(3,stride=2,ceil_mode=true)"),
        (cv.avg_pool2d(2, count_include_pad=False), "avg_pool2d(2,count_include_pad=false)"),
        (cv.upsample2d(2, "bilinear"), "upsample2d(2,mode=bilinear)"),
        (cv.pixel_shuffle(3), "pixel_shuffle(3)"),
        (cv.pad2d(-1), "pad2d(-1)"),
        (cv.pad2d((1, 0), value=-0.5), "pad2d(1x0,value=-0.5)"),
        (cv.pad2d(1, value=1e30), "pad2d(1,value=1e30)"),
        (cv.adaptive_avg_pool2d((2, 3)), "adaptive_avg_pool2d(2x3)"),
        (cv.adaptive_max_pool2d(1), "adaptive_max_pool2d(1)"),
        (cv.avg_pool2d(2, divisor_override=5, dilation=3), "avg_pool2d(2,divisor_override=5,dilation=3)"),
        (cv.pixel_shuffle(2, "DCR"), "pixel_shuffle(2,mode=DCR)"),
        (cv.conv2d(3, padding=5, padding_mode="symmetric"), "conv2d(3,padding=5,padding_mode=symmetric)"),
    ],
)
def test_spellings(layer: Any, text: str) -> None:
    assert spell_layer(layer) == text


@pytest.mark.parametrize(
    "text",
    [
        " conv2d( 3 , stride = 2 ) ; max_pool2d(2)",
        "conv2d(3,2);max_pool2d(2,2)",
        "conv2d(kernel_size=3,stride=2x2);max_pool2d(2)",
    ],
)  # fmt: skip
def test_other_spellings_of_one_stack(text: str) -> None:
    assert read_stack("layers", text, 4, 16) == (cv.conv2d(3, stride=2), cv.max_pool2d(2))


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("max_pool2d(2, ceil_mode=True)", "max_pool2d(2,ceil_mode=true)"),
        ("max_pool2d(2, stride=None, ceil_mode=False)", "max_pool2d(2)"),
        ("conv2d(3, padding='same')", "conv2d(3,padding=1)"),
        ('conv2d(3, 2, padding="same_upper")', "conv2d(3,stride=2,padding=same_upper)"),
        ("conv2d([3, 5], padding=[[1, 1], [0, 2]])", "conv2d(3x5,padding=1,1,0,2)"),
        ("pixel_shuffle(2, mode='DCR')", "pixel_shuffle(2,mode=DCR)"),
        ("pad2d(1, value=.5)", "pad2d(1,value=0.5)"),
        ("avg_pool2d(2, divisor_override=None)", "avg_pool2d(2)"),
        # In Python these names are needed; links could always leave them out.
        ("conv_transpose2d(3,2,1,1,2)", "conv_transpose2d(3,stride=2,padding=1,output_padding=1,dilation=2)"),
    ],
)  # fmt: skip
def test_what_python_writes_is_spelled_as_links_do(text: str, spelled: str) -> None:
    assert spell_stack(read_stack("layers", text, 1, 16)) == spelled


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("conv3d(3)", f"layers must have layers of {LAYER_NAMES}; got 'conv3d', which is near conv2d."),
        ("", f"layers must have layers of {LAYER_NAMES}; got ''."),
        ("7(3)", f"layers must have layers of {LAYER_NAMES}; got '7(3)'."),
        ("Conv2d(3)", f"layers must spell layers as in {EXAMPLE}; got 'Conv2d', which is conv2d here."),
        ("nn.ConvTranspose2d(3, stride=2)", f"layers must spell layers as in {EXAMPLE}; got "
         "'nn.ConvTranspose2d', which is conv_transpose2d here."),
        ("conv2d(3", "layers must close the bracket behind conv2d; got 'conv2d(3'."),
        ("conv2d 3", "layers must have brackets behind conv2d, as in conv2d(3); got 'conv2d 3'."),
        ("conv2d(3)conv2d(3)", "layers must have a semicolon between layers, and one pair of brackets in each; got "
         "'conv2d(3)conv2d(3)'."),
        ("conv2d(3,strid=2)", f"layers must give conv2d what it takes; got 'strid', which is near stride: {TAKES}."),
        ("conv2d(3,1,1,1,1,zeros,7)", f"layers must give conv2d what it takes; got 7 values: {TAKES}."),
        ("conv2d(,stride=1,padding=0)", "layers must give conv2d its kernel_size, as in conv2d(2); got none."),
        ("conv2d(3,5,stride=1)", "layers must give conv2d its stride once, and a pair as in 3x5; got stride=1 "
         "next to 5."),
        ("conv2d(3x)", "layers must have whole numbers, or pairs as in 3x5; got '3x'."),
        ("conv2d(3,stride=2y3)", "layers must have whole numbers, or pairs as in 3x5; got 'stride=2y3'."),
        ("conv2d(" + "9" * 50 + ")", f"layers must have whole numbers, or pairs as in 3x5; got '{'9' * 39}…'."),
        (7.5, f"layers must be layers such as conv2d(3,dilation=2);max_pool2d(2), of {LAYER_NAMES}; got 7.5."),
        ("conv2d()", "layers must give conv2d its kernel_size, as in conv2d(2); got none."),
        ("conv2d(3,color=1)", f"layers must give conv2d what it takes; got 'color': {TAKES}."),
        ("conv2d(3,stride=1,stride=2)", "layers must give 'stride' once to a layer; got it twice."),
        ("conv2d(3,padding=1,2)", "layers must have one value, a pair as in 3x5, or four for padding; got "
         "'padding=1,2'."),
        ("max_pool2d(2,ceil_mode=TRUE)", "ceil_mode must be True or False; got 'TRUE'."),
        ("conv2d(3,padding='same)", "layers must close the quotation mark in \"padding='same\"."),
        ("conv2d(3,stride=None)", "stride must be an integer or a pair (height, width) of integers; got None."),
        ("pad2d(1,5)", "layers must give pad2d what it takes; got 2 values: pad2d takes padding, value, the last by "
         "its name, as in value=2."),
        ("pad2d(1,value=.)", "layers must have whole numbers, or pairs as in 3x5; got 'value=.'."),
        ("pad2d(1,value=1e999)", "value must be a finite number; got inf."),
        ("conv2d(1.5)", "layers must have whole numbers, or pairs as in 3x5; got '1.5'."),
        ("conv2d(0)", "kernel_size must be at least 1; got 0."),
        ("conv2d(17)", "layers must have no number above 16; got conv2d(17)."),
        (";".join(["conv2d(3)"] * 5), "layers must have from 1 to 4 layers; got 5."),
        ([], "layers must have from 1 to 4 layers; got 0."),
    ],
)  # fmt: skip
def test_refusals(value: object, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_stack("layers", value, 4, 16)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"layers": 5}, "layers must be a whole number from 1 to 4; got 5."),
        ({"layers": "conv2d(3)", "stride": 2}, "stride must not be given next to a stack of layers; got 2."),
        ({"layers": 3}, "The output of layer 3 must be at most 32 x 32 to be drawn; got 39 x 39. Use a smaller input, "
         "stride or dilation."),
        ({"input_size": 16, "layers": "upsample2d(2);conv_transpose2d(1)"},
         "An animation must have at most 512 frames; got 1,025 steps. Use a smaller input or padding, or a larger "
         "stride."),
        ({"input_size": 2, "layers": "conv2d(3)"},
         "The kernel (3 rows) is larger than the input (2 rows)."),
        ({"input": "ones"}, "'input' is no setting of checkerboard, which takes input_size, layers, kernel_size, "
         "stride, padding, dilation, output_padding. Did you mean input_size?"),
    ],
)  # fmt: skip
def test_stacks_that_cannot_be_drawn(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        cv.recipe("checkerboard", **parameters)
    assert str(caught.value) == message
