"""Layers as matrices: W times the input is the output for every kind of parameter, and W transposed goes back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.linalg import toeplitz

import convviz as cv
from convviz import SpecError, limits
from convviz.analysis import im2col
from tests.arithmetic import oracles

SIZE = (6, 7)
KERNELS = ((2, 3), (3, 2))
STRIDES = ((1, 2), (3, 2))
DILATIONS = ((1, 1), (2, 1))
PADDINGS = (0, ((1, 0), (2, 3)), (2, 1))
CHANNELS = ((1, 1, 1), (2, 3, 1), (4, 2, 2), (3, 6, 3))
MODES = ("zeros", "reflect", "replicate", "circular", "symmetric")


def layers() -> Iterator[tuple[Any, int, int]]:
    """Yield a convolution for each combination of its parameters, with its channels."""
    options = product(KERNELS, STRIDES, DILATIONS, PADDINGS, CHANNELS)
    for k, (kernel, stride, dilation, padding, (inputs, outputs, groups)) in enumerate(options):
        mode = MODES[k % len(MODES)]
        layer = cv.conv2d(kernel, stride, padding, dilation, groups=groups, padding_mode=mode)
        yield layer, inputs, outputs


def whole_numbers(rng: np.random.Generator, *shape: int) -> np.ndarray[Any, Any]:
    return rng.integers(-4, 5, shape).astype(float)


def test_a_matrix_times_the_input_is_the_output_and_transposed_it_is_the_transposed_layer() -> None:
    rng = np.random.default_rng(1)
    for layer, inputs, outputs in layers():
        weight = whole_numbers(rng, outputs, inputs // layer.groups, *layer.kernel_size)
        cells = whole_numbers(rng, inputs, *SIZE)
        matrix, output = cv.matrix(layer, weight, SIZE), cv.forward(layer, cells, weight)
        assert matrix.shape == (output.size, cells.size)
        assert np.array_equal(matrix @ cells.ravel(), output.ravel()), layer
        if layer.padding_mode == "zeros":
            back = transposed(layer)
            given = whole_numbers(rng, *output.shape)
            returned = cv.forward(back, given, weight)
            assert returned.shape == cells.shape
            assert np.array_equal(matrix.T @ given.ravel(), returned.ravel()), layer
            assert np.array_equal(matrix.T, cv.matrix(back, weight, output.shape[1:])), layer


def transposed(layer: Any) -> Any:
    """Return the transposed layer that leads back to `SIZE`; output_padding has the rows that the stride left over."""
    plain = cv.conv_transpose2d(
        layer.kernel_size, layer.stride, layer.padding, dilation=layer.dilation, groups=layer.groups
    )
    missing = np.subtract(SIZE, plain.output_size(layer.output_size(SIZE)))
    return cv.conv_transpose2d(
        layer.kernel_size, layer.stride, layer.padding, output_padding=tuple(missing.tolist()),
        dilation=layer.dilation, groups=layer.groups,
    )  # fmt: skip


def test_rows_of_im2col_times_the_kernels_are_the_output() -> None:
    rng = np.random.default_rng(2)
    for layer, inputs, outputs in layers():
        cells = whole_numbers(rng, inputs, *SIZE)
        weight = whole_numbers(rng, outputs, inputs // layer.groups, *layer.kernel_size)
        rows = im2col(layer, cells)
        of_groups = zip(np.split(rows, layer.groups, 1), np.split(weight, layer.groups), strict=True)
        made = [part @ kernels.reshape(len(kernels), -1).T for part, kernels in of_groups]
        expected = cv.forward(layer, cells, weight).reshape(outputs, -1).T
        assert np.array_equal(np.concatenate(made, 1), expected), layer


def test_along_a_line_it_is_the_toeplitz_matrix_of_scipy() -> None:
    column, row = [2.0, 0, 0, 0], [2.0, 5, -1, 0, 0, 0]
    assert np.array_equal(cv.matrix(cv.conv2d((1, 3)), [[[[2, 5, -1]]]], (1, 6)), toeplitz(column, row))


def test_it_multiplies_to_what_onnxruntime_computes() -> None:
    rng = np.random.default_rng(3)
    layer = cv.conv2d((3, 2), (2, 1), ((1, 0), (2, 1)), (1, 2), groups=2)
    cells, weight = whole_numbers(rng, 4, *SIZE), whole_numbers(rng, 6, 2, 3, 2)
    expected = oracles.onnx_forward(layer, *(each.astype(np.float32) for each in (cells, weight)))
    assert np.array_equal(cv.matrix(layer, weight, SIZE) @ cells.ravel(), np.ravel(expected))
    back, weight = transposed(layer), whole_numbers(rng, 6, 2, 3, 2)
    given = whole_numbers(rng, 6, *layer.output_size(SIZE))
    expected = oracles.onnx_forward(back, *(each.astype(np.float32) for each in (given, weight)))
    assert np.array_equal(cv.matrix(back, weight, given.shape[1:]) @ given.ravel(), np.ravel(expected))


def test_an_average_is_a_matrix_too() -> None:
    layer = cv.avg_pool2d((2, 3), (1, 2), (1, 0), ceil_mode=True, count_include_pad=False)
    cells = np.arange(42.0).reshape(1, *SIZE)
    assert np.allclose(cv.matrix(layer, None, SIZE) @ cells.ravel(), cv.forward(layer, cells).ravel(), rtol=1e-15)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (cv.conv2d(3, padding=1), np.zeros((64, 3, 3, 3)), 224),
            "The matrix must have at most 10,000,000 numbers; got 3,211,264 x 150,528. Use a smaller input.",
        ),
        (
            (cv.conv2d(300, padding=300), np.zeros((1, 1, 300, 300)), 2),
            "The table of its products must have at most 10,000,000 numbers; got 91,809 x 90,000. Use a smaller input.",
        ),
        ((cv.max_pool2d(2), None, 4),
         "layer must be one made by conv2d, conv_transpose2d or avg_pool2d; got a value of type MaxPool2d."),
        ((cv.conv2d(3), None, 4), "weight must be given for Conv2d; got None."),
        ((cv.conv2d(3), [[1, 2]], 4),
         "weight must have the shape (C_out, C_in/groups, kH, kW) = (C_out, 1, 3, 3); got (1, 2)."),
        ((cv.conv2d(3), [[1, 2], [3]], 4), "weight must have rows of equal length; got rows that differ."),
        ((cv.conv2d(3), np.zeros((1, 1, 3, 3)), 2), "The kernel (3 rows) is larger than the input (2 rows)."),
        ((cv.avg_pool2d(2), [[1]], 4), "weight must be None for AvgPool2d; got [[1]]."),
        ((cv.conv2d(3), np.zeros((1, 1, 3, 3)), "big"),
         "input_size must be an integer or a pair (height, width) of integers; got 'big'."),
    ],
)  # fmt: skip
def test_what_has_no_matrix_is_refused(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        cv.matrix(*arguments)
    assert str(caught.value) == message


def test_what_has_no_windows_as_rows_is_refused() -> None:
    assert limits.MATRIX_NUMBERS == 10_000_000
    for arguments, message in (
        ((cv.max_pool2d(2), np.zeros((1, 4, 4))), "layer must be one made by conv2d; got a value of type MaxPool2d."),
        ((cv.conv2d(3), np.zeros((4, 4))), "input must have the shape (C, H, W), none of them 0; got (4, 4)."),
        ((cv.conv2d(11, padding=5), np.zeros((3, 200, 200))),
         "The result of im2col must have at most 10,000,000 numbers; got 40,000 x 363. Use a smaller input."),
    ):  # fmt: skip
        with pytest.raises(SpecError) as caught:
            im2col(*arguments)
        assert str(caught.value) == message
