"""Gradients against what they are: derivatives. And against values that PyTorch's automatic differentiation gave."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz.arithmetic.layers import Conv2d

from . import cases

Array = cases.Array

# As torch.autograd of PyTorch 2.14 gave them.
CONVOLUTION_INPUT = [
    [[-22, -2, 5], [10, 0, 4], [9, -2, -2], [-2, -6, -2]],
    [[2, 18, 12], [0, 12, 10], [7, 6, -21], [6, 8, -22]],
]
CONVOLUTION_WEIGHT = [[[[-8, -9], [-6, -8]]], [[[5, -7], [4, -5]]], [[[9, -7], [-9, -4]]], [[[-4, -8], [10, -4]]]]
TRANSPOSED_INPUT = [[[0, 15, -5], [0, 28, 14]], [[3, 0, -17], [13, -8, -8]]]
TRANSPOSED_WEIGHT = [[[[-6, 14], [28, -11], [-10, 28]]], [[[-6, -3], [-7, 4], [-11, -7]]]]


def ramp(*shape: int, modulus: int, less: int) -> Array:
    """Numbers that repeat with no period of a row: 0, 5, 10, ... modulo ``modulus``, and ``less`` subtracted."""
    return (np.arange(np.prod(shape)) * 5 % modulus - less).reshape(shape).astype(float)


def upstream_of(case: cases.Case) -> Array:
    channels, *_ = cv.forward(*case.numbers(np.float64)).shape
    return cases.small_integers(3, channels, *case.layer.output_size(case.input.shape[1:])).astype(float)


@pytest.mark.parametrize("padding_mode", cases.PADDING_MODES)
@settings(max_examples=25)
@given(data=st.data())
def test_gradients_of_a_convolution_are_its_derivatives(padding_mode: str, data: st.DataObject) -> None:
    """A convolution is linear in its input, in its weight and in its bias, so the differences are exact."""
    check_linear(data.draw(cases.convolutions(padding_mode)))


@settings(max_examples=60)
@given(cases.transposed("dilation"))
def test_gradients_of_a_transposed_convolution_are_its_derivatives(case: cases.Case) -> None:
    check_linear(case)


def check_linear(case: cases.Case) -> None:
    layer, cells, weight, _ = case.numbers(np.float64)
    assert weight is not None
    upstream = upstream_of(case)
    gradients = cv.backward(layer, cells, weight, upstream)
    # <A v, y> = <v, A' y> for any v, here the direction of a change
    change = cases.small_integers(5, *cells.shape).astype(float)
    assert (cv.forward(layer, change, weight) * upstream).sum() == (change * gradients.input).sum()
    change = cases.small_integers(7, *weight.shape).astype(float)
    assert (cv.forward(layer, cells, change) * upstream).sum() == (change * gradients.weight).sum()
    np.testing.assert_array_equal(gradients.bias, upstream.sum((1, 2)), strict=True)


@settings(max_examples=60)
@given(st.one_of(cases.max_pools(), cases.average_pools()))
def test_gradients_of_a_pooling_are_its_derivatives(case: cases.Case) -> None:
    layer, cells, *_ = case.numbers(np.float64)
    # No two cells are equal, so a small change of one makes no other cell the largest.
    cells = np.random.default_rng(1).permutation(cells.size).reshape(cells.shape).astype(float)
    upstream = upstream_of(case)
    gradients = cv.backward(layer, cells, None, upstream)
    assert gradients.weight is None
    assert gradients.bias is None
    for at in list(np.ndindex(cells.shape))[:12]:
        more = cells.copy()
        more[at] += 0.25
        with np.errstate(invalid="ignore"):
            grown = np.nan_to_num(cv.forward(layer, more) - cv.forward(layer, cells)) / 0.25
        assert gradients.input[at] == pytest.approx((grown * upstream).sum(), abs=1e-9)


@settings(max_examples=60)
@given(cases.convolutions())
def test_the_gradients_are_the_two_pictures(case: cases.Case) -> None:
    """dX is a transposed convolution of dY; dW a convolution of the input with dY, stride and dilation exchanged."""
    layer, cells, weight, _ = case.numbers(np.float64)
    assert isinstance(layer, Conv2d)
    assert weight is not None
    upstream, size = upstream_of(case), cells.shape[1:]
    gradients, sides = cv.backward(layer, cells, weight, upstream), layer.resolve_padding(size)
    # What a floored stride leaves over: rows and columns of the padded input that no window reads.
    left = [(axis.padded - axis.extent) % axis.stride for axis in layer.axes(size)]
    stamped = cv.conv_transpose2d(
        layer.kernel_size, layer.stride, sides, output_padding=left, dilation=layer.dilation, groups=layer.groups
    )
    np.testing.assert_array_equal(cv.forward(stamped, upstream, weight), gradients.input, strict=True)
    met = cv.conv2d(upstream.shape[1:], layer.dilation, sides, layer.stride)
    depth, width = weight.shape[1], len(weight) // layer.groups
    for output, of_weight in enumerate(gradients.weight):
        for k, plane in enumerate(of_weight):
            channel = output // width * depth + k
            whole = cv.forward(met, cells[channel : channel + 1], upstream[None, output : output + 1])[0]
            np.testing.assert_array_equal(whole[: plane.shape[0], : plane.shape[1]], plane, strict=True)


def test_rows_that_no_window_reads_have_the_gradient_0() -> None:
    layer = cv.conv2d(3, stride=2)
    gradients = cv.backward(layer, np.ones((1, 6, 8)), np.ones((1, 1, 3, 3)), np.ones((1, 2, 3)))
    assert not gradients.input[:, 5].any()
    assert not gradients.input[:, :, 7].any()
    assert gradients.input[0, :5, :7].all()


def test_a_convolution_has_the_gradients_of_pytorch() -> None:
    layer = cv.conv2d(2, (2, 1), ((0, 2), (1, 0)), (1, 2), groups=2)
    cells, weight = ramp(2, 4, 3, modulus=7, less=3), ramp(4, 1, 2, 2, modulus=11, less=4)
    gradients = cv.backward(layer, cells, weight, ramp(4, 3, 2, modulus=7, less=2))
    assert gradients.input.tolist() == CONVOLUTION_INPUT
    assert gradients.weight.tolist() == CONVOLUTION_WEIGHT


def test_a_transposed_convolution_has_the_gradients_of_pytorch() -> None:
    layer = cv.conv_transpose2d((3, 2), (2, 1), (1, 0), output_padding=(1, 0), dilation=(1, 2))
    cells, weight = ramp(2, 2, 3, modulus=7, less=3), ramp(2, 1, 3, 2, modulus=11, less=4)
    gradients = cv.backward(layer, cells, weight, ramp(1, 4, 5, modulus=7, less=2))
    assert gradients.input.tolist() == TRANSPOSED_INPUT
    assert gradients.weight.tolist() == TRANSPOSED_WEIGHT


def test_max_pooling_gives_all_to_the_first_of_equal_cells_as_pytorch_does() -> None:
    layer = cv.max_pool2d((3, 2), (2, 1), (1, 1))
    gradients = cv.backward(layer, ramp(1, 5, 4, modulus=3, less=1), None, ramp(1, 3, 5, modulus=4, less=-1))
    assert gradients.input.tolist() == [[[0, 5, 0, 0], [6, 0, 0, 8], [0, 0, 4, 0], [0, 5, 0, 0], [3, 0, 0, 5]]]


def test_average_pooling_divides_as_pytorch_does() -> None:
    layer = cv.avg_pool2d((3, 2), (2, 3), (1, 1), True, False)
    upstream = ramp(1, 3, 2, modulus=4, less=-1) * 12
    gradients = cv.backward(layer, ramp(1, 4, 5, modulus=7, less=3), None, upstream)
    assert gradients.input.tolist() == [[[6, 0, 6, 6, 0], [18, 0, 14, 14, 0], [12, 0, 8, 8, 0], [24, 0, 20, 20, 0]]]


def test_a_window_of_padding_alone_gives_nothing() -> None:
    layer = cv.max_pool2d((1, 2), 1, (0, 1), dilation=3)
    gradients = cv.backward(layer, [[[4.0, 5.0]]], None, [[[7.0]]])
    assert gradients.input.tolist() == [[[0, 0]]]


def test_gradients_of_a_single_precision_input_are_single() -> None:
    cells = np.ones((1, 3, 3), np.float32)
    gradients = cv.backward(cv.conv2d(2), cells, np.ones((1, 1, 2, 2)), np.ones((1, 2, 2)))
    assert [each.dtype for each in (gradients.input, gradients.weight, gradients.bias)] == [np.float32] * 3


@pytest.mark.parametrize(
    ("layer", "weight", "upstream", "message"),
    [
        (
            cv.upsample2d(2),
            None,
            np.ones((1, 6, 6)),
            "layer must be one made by conv2d, conv_transpose2d, max_pool2d or avg_pool2d to have gradients here; got"
            " a value of type Upsample2d.",
        ),
        (
            cv.conv2d(2),
            np.ones((2, 1, 2, 2)),
            np.ones((1, 2, 2)),
            "upstream must have the shape of the output, (2, 2, 2); got (1, 2, 2).",
        ),
        (cv.max_pool2d(2), None, [[1]], "upstream must have the shape of the output, (1, 1, 1); got (1, 1)."),
        (cv.max_pool2d(2), np.ones(1), np.ones((1, 1, 1)), "weight must be None for MaxPool2d; got [1.0]."),
        (cv.conv2d(4), np.ones((1, 1, 4, 4)), [], "The kernel (4 rows) is larger than the input (3 rows)."),
    ],
)
def test_what_has_no_gradients_is_refused(layer: object, weight: object, upstream: object, message: str) -> None:
    with pytest.raises(cv.SpecError) as caught:
        cv.backward(layer, np.ones((1, 3, 3)), weight, upstream)  # type: ignore[arg-type]
    assert str(caught.value) == message
