"""Every layer against references from outside: exactly, for integers, wherever the reference does not divide."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

import numpy as np
import pytest
import scipy.signal
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convviz import arithmetic as cv
from convviz.arithmetic import forward_pass, resizing

from . import cases, oracles


@settings(max_examples=60)
@given(cases.convolutions())
def test_convolution_is_onnxruntimes(case: cases.Case) -> None:
    expected = oracles.onnx_forward(*case.numbers())
    assert expected.shape[1:] == case.layer.output_size(case.input.shape[1:])
    np.testing.assert_array_equal(cv.forward(*case.numbers()), expected, strict=True)


@settings(max_examples=30)
@given(cases.convolutions())
def test_convolution_is_scipys(case: cases.Case) -> None:
    """SciPy knows neither stride nor dilation nor groups: windows are left out, holes put in, groups looped over."""
    layer, cells, weight, bias = case.numbers(np.float64)
    (step_h, step_w), (hole_h, hole_w) = layer.stride, layer.dilation
    holed = np.zeros((*weight.shape[:2], *layer.effective_kernel_size))
    holed[:, :, ::hole_h, ::hole_w] = weight
    planes, depth, per_group = oracles.padded(layer, cells), weight.shape[1], len(weight) // layer.groups
    for c, (plane, stencils) in enumerate(zip(cv.forward(layer, cells, weight, bias), holed, strict=True)):
        first = c // per_group * depth
        sums = sum(scipy.signal.correlate2d(planes[first + n], stencils[n], "valid") for n in range(depth))
        np.testing.assert_array_equal(plane, sums[::step_h, ::step_w] + (0 if bias is None else bias[c]))


@pytest.mark.parametrize("mode", cases.PADDING_MODES)
@settings(max_examples=30)
@given(data=st.data())
def test_padding_modes_are_numpys(mode: str, data: st.DataObject) -> None:
    layer, cells, weight, bias = data.draw(cases.convolutions(mode)).numbers()
    bare = cv.conv2d(layer.kernel_size, layer.stride, 0, layer.dilation, layer.groups)
    expected = oracles.onnx_forward(bare, oracles.padded(layer, cells), weight, bias)
    np.testing.assert_array_equal(cv.forward(layer, cells, weight, bias), expected, strict=True)


@settings(max_examples=60)
@given(cases.transposed())
def test_transposed_convolution_is_onnxruntimes(case: cases.Case) -> None:
    expected = oracles.onnx_forward(*case.numbers())
    assert expected.shape[1:] == case.layer.output_size(case.input.shape[1:])
    np.testing.assert_array_equal(cv.forward(*case.numbers()), expected, strict=True)


@settings(max_examples=30)
@given(cases.transposed(most_extra="dilation"))
def test_transposed_convolution_with_any_output_padding_is_what_loops_make(case: cases.Case) -> None:
    """onnxruntime refuses an output_padding that reaches the stride; dilation allows it."""
    layer, cells, weight, bias = case.numbers(np.float64)
    expected = oracles.loop_transposed(layer, cells, weight)
    expected += 0 if bias is None else bias[:, None, None]
    np.testing.assert_array_equal(cv.forward(layer, cells, weight, bias), expected, strict=True)


@settings(max_examples=30)
@given(cases.transposed(most_extra="dilation"))
def test_transposed_convolution_is_scipys_convolution_of_the_stretched_input(case: cases.Case) -> None:
    layer, cells, weight, _ = case.numbers(np.float64)
    layer = replace(layer, groups=1)
    rows, columns = (side - 1 for side in cells.shape[1:])
    stretched = np.zeros((rows * layer.stride[0] + 1, columns * layer.stride[1] + 1))
    stretched[:: layer.stride[0], :: layer.stride[1]] = cells[0]
    holed = np.zeros(layer.effective_kernel_size)
    holed[:: layer.dilation[0], :: layer.dilation[1]] = weight[0, 0]
    (top, bottom), (left, right) = layer.direct_padding
    padded = np.pad(stretched, [[max(side, 0) for side in axis] for axis in layer.direct_padding])
    padded = padded[max(-top, 0) : len(padded) + min(bottom, 0), max(-left, 0) : padded.shape[1] + min(right, 0)]
    expected = oracles.loop_transposed(layer, cells[:1], weight[:1, :1])[0]
    np.testing.assert_array_equal(scipy.signal.correlate2d(padded, holed[::-1, ::-1], "valid"), expected)


@settings(max_examples=30)
@given(cases.convolutions())
def test_transposed_convolution_is_the_adjoint(case: cases.Case) -> None:
    """<A x, y> = <x, A' y>, with the same weight: what a stride does not reach is output_padding's."""
    layer, x, weight, _ = case.numbers(np.float64)
    image = cv.forward(layer, x, weight)
    y = cases.small_integers(0, *image.shape).astype(float)
    short = cv.conv_transpose2d(layer.kernel_size, layer.stride, dilation=layer.dilation, groups=layer.groups)
    whole = np.zeros((len(x), *(axis.padded for axis in layer.axes(x.shape[1:]))))
    stamped = cv.forward(short, y, weight)
    whole[:, : stamped.shape[1], : stamped.shape[2]] = stamped
    (top, _), (left, _) = layer.padding
    back = whole[:, top : top + x.shape[1], left : left + x.shape[2]]
    assert np.vdot(image, y) == np.vdot(x, back)


@pytest.mark.parametrize("multiply", [cases.convolutions(), cases.transposed()], ids=["conv", "transposed"])
@pytest.mark.parametrize("size", [1, 300])
@given(data=st.data())
@settings(max_examples=30)
def test_blocks_meet_without_a_seam(multiply: st.SearchStrategy[cases.Case], size: int, data: st.DataObject) -> None:
    case = data.draw(multiply)
    expected = cv.forward(*case.numbers())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forward_pass, "BLOCK_BYTES", size)
        np.testing.assert_array_equal(cv.forward(*case.numbers()), expected)


@settings(max_examples=60)
@given(cases.max_pools())
def test_max_pooling_is_onnxruntimes(case: cases.Case) -> None:
    layer, cells, *_ = case.numbers()
    np.testing.assert_array_equal(cv.forward(layer, cells), oracles.onnx_forward(layer, cells), strict=True)


@settings(max_examples=30)
@given(cases.max_pools(ceil_modes=("unclipped",)))
def test_unclipped_windows_are_numpys(case: cases.Case) -> None:
    """There are ceil((i + 2p - k) / s) + 1 of them, as in Caffe without padding; some read nothing of the input."""
    layer, cells, *_ = case.numbers()
    outputs, sides, extents = [], [], layer.effective_kernel_size
    for size, extent, step, (before, after) in zip(cells.shape[1:], extents, layer.stride, layer.padding, strict=True):
        outputs.append(ceil((size + before + after - extent) / step) + 1)
        sides.append((before, max(after, (outputs[-1] - 1) * step + extent - size - before)))
    padded = np.pad(cells, [(0, 0), *sides], constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, extents, (1, 2))
    (step_h, step_w), (hole_h, hole_w), (rows, columns) = layer.stride, layer.dilation, outputs
    expected = windows[:, ::step_h, ::step_w, ::hole_h, ::hole_w].max((3, 4))[:, :rows, :columns]
    np.testing.assert_array_equal(cv.forward(layer, cells), expected, strict=True)
    average = cv.avg_pool2d(layer.kernel_size, layer.stride, layer.padding, "unclipped", dilation=layer.dilation)
    assert cv.forward(average, cells).shape == expected.shape
    assert np.isfinite(cv.forward(average, cells)).all()


def test_a_window_wholly_in_the_padding_has_no_maximum() -> None:
    output = cv.forward(cv.max_pool2d((1, 2), 1, (0, 1), dilation=(1, 2)), [[[5]]])
    np.testing.assert_array_equal(output, [[[-np.inf]]])


@pytest.mark.parametrize("padding", ["same", "same_upper", "same_lower"])
def test_same_of_a_dilated_pool_may_exceed_half_the_kernel(padding: str) -> None:
    """ONNX allows it; the one window over one cell reads two cells of padding."""
    output = cv.forward(cv.max_pool2d((1, 2), 1, padding, dilation=(1, 4)), [[[5, 6, 7]]])
    np.testing.assert_array_equal(output, [[[7, -np.inf, 5]]])


@pytest.mark.parametrize("kernel", [10**5, 10**9])
def test_a_kernel_far_larger_than_the_input_takes_no_longer(kernel: int) -> None:
    cells = np.arange(20.0).reshape(1, 4, 5)
    assert cv.forward(cv.max_pool2d(kernel, ceil_mode=True), cells).tolist() == [[[19]]]
    assert cv.forward(cv.avg_pool2d(kernel, ceil_mode=True), cells).tolist() == [[[9.5]]]
    half = kernel // 2  # the input is at the end of one window and at the beginning of the next
    maximum = cv.max_pool2d((1, kernel), (1, half), (0, half), ceil_mode=True)
    average = cv.avg_pool2d((1, kernel), (1, half), (0, half), ceil_mode=True, count_include_pad=False)
    assert cv.forward(maximum, cells[:, :1]).tolist() == [[[4, 4]]]
    assert cv.forward(average, cells[:, :1]).tolist() == [[[2, 2]]]


@settings(max_examples=60)
@given(cases.average_pools(overridden=False))
def test_average_pooling_is_onnxruntimes(case: cases.Case) -> None:
    """Before 1.19, onnxruntime counted the cells that ceil_mode reads beyond the padding; PyTorch never did."""
    layer, cells, *_ = case.numbers()
    np.testing.assert_allclose(
        cv.forward(layer, cells), oracles.onnx_forward(layer, cells), rtol=1e-5, atol=1e-5, strict=True
    )


def test_a_dilated_window_wholly_in_the_padding_has_the_average_0_as_in_onnxruntime() -> None:
    layer = cv.avg_pool2d((1, 2), 1, (0, 1), count_include_pad=False, dilation=(1, 2))
    cells = np.full((1, 1, 1), 5, np.float32)
    np.testing.assert_array_equal(oracles.onnx_forward(layer, cells), [[[0]]])
    np.testing.assert_array_equal(cv.forward(layer, cells), [[[0]]])
    assert [tap.product for tap in cv.trace(layer, cells)[0].taps] == [0, 0]


CELLS: Final = (np.arange(70) * 37 % 23).reshape(2, 5, 7)[1:]


@pytest.mark.parametrize(
    ("layer", "sixtieths"),
    [
        (cv.adaptive_avg_pool2d((3, 4)), [[675, 670, 510, 735], [640, 2020 / 3, 2000 / 3, 700], [720, 830, 670, 435]]),
        (cv.adaptive_avg_pool2d((1, 5)), [[732, 744, 624, 642, 654]]),
        (
            cv.adaptive_avg_pool2d((7, 2)),
            [[645, 750], [652.5, 585], [667.5, 600], [675, 780], [682.5, 787.5], [697.5, 630], [705, 465]],
        ),
        (cv.adaptive_max_pool2d((3, 4)), 60 * np.array([[21, 21, 17, 22], [19, 21, 21, 20], [22, 22, 21, 17]])),
        (cv.adaptive_max_pool2d((1, 5)), 60 * np.array([[22, 22, 21, 20, 22]])),
        (
            cv.adaptive_max_pool2d((7, 2)),
            60 * np.array([[21, 22], [21, 22], [19, 20], [19, 20], [21, 21], [22, 21], [22, 18]]),
        ),
        (
            cv.avg_pool2d((2, 3), (2, 1), (1, 0), ceil_mode=True, count_include_pad=False, divisor_override=5),
            12 * np.array([[40, 36, 32, 28, 47], [65, 57, 49, 64, 56], [68, 83, 75, 67, 59]]),
        ),
        (
            cv.avg_pool2d((3, 2), (2, 3), (1, 1), ceil_mode=True, divisor_override=7),
            60 / 7 * np.array([[20, 42, 49], [34, 71, 70], [10, 45, 29]]),
        ),
    ],
    ids=repr,
)
def test_adaptive_pooling_and_divisor_override_are_pytorchs(layer: cv.Layer, sixtieths: object) -> None:
    """What PyTorch 2.14 computes, in sixtieths."""
    np.testing.assert_allclose(60 * cv.forward(layer, CELLS)[0], sixtieths, rtol=1e-12)


@settings(max_examples=30)
@given(st.sampled_from([(cv.adaptive_max_pool2d, np.max), (cv.adaptive_avg_pool2d, np.mean)]), st.data())
def test_adaptive_pooling_is_what_loops_make(pooling: tuple[Any, Any], data: st.DataObject) -> None:
    case = data.draw(cases.adaptive_pools(pooling[0]))
    (_, height, width), (rows, columns) = case.input.shape, case.layer.output
    expected = np.empty((len(case.input), rows, columns), np.float32)
    for c, i, j in np.ndindex(expected.shape):
        down = slice(floor(i * height / rows), ceil((i + 1) * height / rows))
        across = slice(floor(j * width / columns), ceil((j + 1) * width / columns))
        expected[c, i, j] = pooling[1](case.input[c, down, across])
    np.testing.assert_allclose(cv.forward(case.layer, case.input.astype(np.float32)), expected, rtol=1e-6, strict=True)


def test_average_pooling_does_not_count_what_ceil_mode_adds() -> None:
    """PyTorch's divisors by hand: a last window that begins in the input reads 1 input cell, 1 padded, 1 beyond."""
    ones = np.ones((1, 1, 4))
    layer = cv.avg_pool2d((1, 3), stride=(1, 2), padding=((0, 0), (1, 1)), ceil_mode=True)
    np.testing.assert_array_equal(cv.forward(layer, ones), [[[2 / 3, 1, 1 / 2]]])
    excluding = cv.avg_pool2d((1, 3), (1, 2), ((0, 0), (1, 1)), ceil_mode=True, count_include_pad=False)
    np.testing.assert_array_equal(cv.forward(excluding, ones), np.ones((1, 1, 3)))


@settings(max_examples=30)
@given(cases.resizings("nearest"))
def test_nearest_upsampling_is_onnxruntimes(case: cases.Case) -> None:
    layer, cells, *_ = case.numbers()
    assume(layer.output_size(cells.shape[1:]) != cells.shape[1:])  # then onnxruntime copies, whatever the scale
    scales = np.array([1, 1, *map(float, layer.scale_factor)], np.float32)
    how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    expected = oracles.onnx_run("Resize", cells[None], None, scales, **how)[0]
    np.testing.assert_array_equal(cv.forward(layer, cells), expected, strict=True)


@settings(max_examples=30)
@given(cases.resizings("bilinear"))
def test_bilinear_upsampling_is_onnxruntimes(case: cases.Case) -> None:
    layer, cells, *_ = case.numbers()
    assume(layer.output_size(cells.shape[1:]) != cells.shape[1:])  # then onnxruntime copies, whatever the scale
    scales = np.array([1, 1, *map(float, layer.scale_factor)], np.float32)
    how = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    expected = oracles.onnx_run("Resize", cells[None], None, scales, **how)[0]
    np.testing.assert_allclose(cv.forward(layer, cells), expected, rtol=1e-5, atol=1e-5, strict=True)


@pytest.mark.parametrize("scale", [1, 2, 3, 0.5, 1.5, (0.75, 4)], ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bilinear_upsampling_of_a_constant_is_constant(scale: object, dtype: type) -> None:
    output = cv.forward(cv.upsample2d(scale, "bilinear"), np.full((1, 4, 5), 0.1, dtype))
    np.testing.assert_allclose(output, np.full_like(output, 0.1), rtol=2 * np.finfo(dtype).eps)


def test_bilinear_upsampling_does_not_read_a_cell_of_weight_0() -> None:
    output = cv.forward(cv.upsample2d((1, 2), "bilinear"), [[[1, np.inf, 3]]])
    np.testing.assert_array_equal(output, [[[1, np.inf, np.inf, np.inf, np.inf, 3]]])
    np.testing.assert_array_equal(
        cv.forward(cv.upsample2d(1, "bilinear"), [[[np.inf, -np.inf]]]), [[[np.inf, -np.inf]]]
    )


def test_resizing_shrinks_before_it_grows() -> None:
    """The other way round there would be 10^10 cells between."""
    output = cv.forward(cv.upsample2d((10**5, 1e-5), "bilinear"), np.ones((1, 1, 10**5), np.float32))
    np.testing.assert_array_equal(output, np.ones((1, 10**5, 1), np.float32))


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_blocks_of_resizing_meet_without_a_seam(mode: str) -> None:
    cells, layer = cases.small_integers(0, 2, 4, 5), cv.upsample2d((2.5, 0.75), mode)
    expected = cv.forward(layer, cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resizing, "BLOCK", 3)
        np.testing.assert_array_equal(cv.forward(layer, cells), expected)


def test_fractions_are_kept() -> None:
    scale = Fraction(2_000_001, 1_000_001)
    assert cv.upsample2d(scale).scale_factor == (scale, scale)
    assert cv.upsample2d(scale).output_size((1_000_001, 1)) == (2_000_001, 1)
    assert cv.upsample2d(Fraction(10**5000, 10**5000 + 1)).scale_factor == (1, 1)


@pytest.mark.parametrize("mode", ["CRD", "DCR"])
@pytest.mark.parametrize("factor", [1, 2, 3])
def test_pixel_shuffle_is_onnxruntimes(factor: int, mode: str) -> None:
    cells = cases.small_integers(factor, 2 * factor**2, 3, 4).astype(np.float32)
    expected = oracles.onnx_run("DepthToSpace", cells[None], blocksize=factor, mode=mode)[0]
    np.testing.assert_array_equal(cv.forward(cv.pixel_shuffle(factor, mode), cells), expected, strict=True)


@settings(max_examples=30)
@given(st.tuples(cases.pairs(-3, 4), cases.pairs(-3, 4)).filter(lambda sides: min(map(sum, sides)) > -5))
def test_pad2d_is_onnxruntimes(sides: tuple[tuple[int, int], tuple[int, int]]) -> None:
    cells = cases.small_integers(0, 2, 5, 6).astype(np.float32)
    (top, bottom), (left, right) = sides
    pads, value = np.array([0, 0, top, left, 0, 0, bottom, right]), np.array(-1.5, np.float32)
    for layer, *number in ((cv.pad2d(sides),), (cv.pad2d(sides, value=-1.5), value)):
        expected = oracles.onnx_run("Pad", cells[None], pads, *number)[0]
        np.testing.assert_array_equal(cv.forward(layer, cells), expected, strict=True)


@pytest.mark.parametrize("padding", ["same_upper", "same_lower"])
@pytest.mark.parametrize("size", [(5, 8), (6, 7), (9, 4)])
@pytest.mark.parametrize("stride", [(1, 1), (2, 3), (3, 2)])
def test_same_is_onnxruntimes(padding: str, size: tuple[int, int], stride: tuple[int, int]) -> None:
    cells = cases.small_integers(0, 2, *size).astype(np.float32)
    weight = cases.small_integers(1, 3, 2, 4, 3).astype(np.float32)
    for layer in (  # no pool smaller than its stride: onnxruntime takes the gap for negative padding
        cv.conv2d((4, 3), stride, padding),
        cv.max_pool2d((3, 4), stride, padding),
        cv.avg_pool2d((4, 3), stride, padding, count_include_pad=False),
    ):
        given_weight = weight if isinstance(layer, cv.Conv2d) else None
        expected = oracles.onnx_forward(layer, cells, given_weight, auto_pad=padding.upper())
        np.testing.assert_allclose(cv.forward(layer, cells, given_weight), expected, rtol=1e-6, strict=True)
        assert layer.output_size(size) == tuple(-(-cells // step) for cells, step in zip(size, stride, strict=True))


@pytest.mark.parametrize("padding", ["same_upper", "same_lower"])
@pytest.mark.parametrize("stride", [(1, 1), (2, 3), (3, 2)])
def test_same_of_a_transposed_convolution_is_onnxruntimes(padding: str, stride: tuple[int, int]) -> None:
    cells = cases.small_integers(0, 2, 5, 4).astype(np.float32)
    weight = cases.small_integers(1, 2, 3, 4, 5).astype(np.float32)
    layer = cv.conv_transpose2d((4, 5), stride, padding)
    expected = oracles.onnx_forward(layer, cells, weight, auto_pad=padding.upper())
    np.testing.assert_array_equal(cv.forward(layer, cells, weight), expected, strict=True)
    assert layer.output_size((5, 4)) == (5 * stride[0], 4 * stride[1])


def test_kinds_of_numbers() -> None:
    """float32 stays; whatever else is a number becomes float64; the input decides for the weight."""
    layer, weight = cv.conv2d(1), [[[[2]]]]
    kinds = {
        "=f4": "f4",
        "<f4": "f4",
        ">f4": "f4",
        ">f8": "f8",
        "f2": "f8",
        "g": "f8",
        "i8": "f8",
        "u1": "f8",
        "?": "f8",
    }
    for given_dtype, kept in kinds.items():
        output = cv.forward(layer, np.ones((1, 1, 1), given_dtype), weight)
        assert output.dtype == np.dtype(kept)
        assert output.dtype.isnative
        assert output.tolist() == [[[2]]]
    assert cv.forward(layer, np.ones((1, 1, 1)), np.float32(weight), np.float32([1])).dtype == np.float64


@pytest.mark.parametrize("layer", [cv.conv2d(1), cv.conv_transpose2d(1)], ids=["conv", "transposed"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_overflow_is_infinite_without_a_warning(layer: cv.Layer, dtype: type) -> None:
    largest = np.finfo(dtype).max
    assert cv.forward(layer, dtype([[[largest]]]), [[[[10]]]]).tolist() == [[[np.inf]]]
    assert cv.forward(layer, dtype([[[1]]]), [[[[largest]]]], [largest]).tolist() == [[[np.inf]]]
    assert np.isnan(cv.forward(layer, dtype([[[largest]]]), [[[[10]]]], [-np.inf])).all()


def test_weights_beyond_float32_are_infinite_without_a_warning() -> None:
    output = cv.forward(cv.conv2d(1), np.float32([[[1, -1]]]), [[[[1e300]]]], [1e300])
    np.testing.assert_array_equal(output, np.float32([[[np.inf, np.nan]]]), strict=True)


def test_a_mask_without_a_masked_cell_is_no_obstacle() -> None:
    assert cv.forward(cv.max_pool2d(1), np.ma.masked_greater([[[1.0, 2.0]]], 5)).tolist() == [[[1, 2]]]


@pytest.mark.parametrize("layer", [cv.conv2d(2), cv.conv_transpose2d(2)], ids=["conv", "transposed"])
def test_arrays_are_read_and_no_more(layer: cv.Layer) -> None:
    """Read-only input, in any memory order, gives the same as its copy, and shares nothing with the output."""
    cells = cases.small_integers(0, 4, 5, 2).astype(float).transpose(2, 0, 1)[:, ::-1]
    weight = cases.small_integers(1, 2, 2, 2, 2).astype(float)[:, :, ::-1].swapaxes(2, 3)
    cells.flags.writeable = weight.flags.writeable = False
    output = cv.forward(layer, cells, weight)
    np.testing.assert_array_equal(output, cv.forward(layer, cells.copy(), weight.copy()))
    assert output.flags.writeable


@pytest.mark.parametrize(
    "layer", [cv.max_pool2d(1), cv.avg_pool2d(1), cv.upsample2d(1), cv.pixel_shuffle(1), cv.pad2d(0)], ids=repr
)
def test_the_output_is_never_the_input(layer: cv.Layer) -> None:
    cells = np.ones((1, 2, 2))
    output = cv.forward(layer, cells)
    np.testing.assert_array_equal(output, cells)
    assert not np.shares_memory(output, cells)


def test_one_dimension_is_height_one() -> None:
    causal = cv.conv2d((1, 3), padding=((0, 0), (4, 0)), dilation=2)
    output = cv.forward(causal, [[[1, 2, 3, 4, 5]]], [[[[1, 10, 100]]]])
    assert output.tolist() == [[[100, 200, 310, 420, 531]]]
