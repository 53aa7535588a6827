"""Counts against the trace, which has every product of every step, and against published numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz import Cost, SpecError
from convviz.analysis import depthwise_separable, two_passes
from convviz.analysis.costs import _reached

from ..arithmetic import cases

CONVOLUTIONS = st.sampled_from(cases.PADDING_MODES).flatmap(lambda mode: cases.convolutions(mode, most=2))


def cost_of(case: cases.Case) -> Cost:
    outputs = cv.forward(*case.numbers()).shape[0]
    return cv.cost(case.layer, len(case.input), outputs, case.input.shape[1:], bias=case.bias is not None)


def parameters(case: cases.Case) -> int:
    return sum(array.size for array in (case.weight, case.bias) if array is not None)


@given(CONVOLUTIONS)
@settings(max_examples=30)
def test_convolution_costs_what_its_steps_do(case: cases.Case) -> None:
    steps = cv.trace(*case.numbers())
    products = [len(step.taps) for step in steps]
    additions = sum(products) - len(steps) + (0 if case.bias is None else len(steps))
    assert cost_of(case) == Cost(parameters(case), sum(products), additions)


@given(cases.transposed(most_extra="dilation"))
@settings(max_examples=30)
def test_transposed_convolution_costs_what_its_stamps_do(case: cases.Case) -> None:
    """Nothing cropped away is taken off: the stamps are those of the layer without padding."""
    whole = replace(case.layer, padding=((0, 0), (0, 0)), output_padding=(0, 0))
    reached = [tap.output for step in cv.trace(whole, case.input, case.weight, view="scatter") for tap in step.taps]
    biases = 0 if case.bias is None else cv.forward(*case.numbers()).size
    assert cost_of(case) == Cost(parameters(case), len(reached), len(reached) - len(set(reached)) + biases)


@given(cases.average_pools())
@settings(max_examples=30)
def test_average_pooling_adds(case: cases.Case) -> None:
    output = cv.forward(case.layer, case.input)
    assert cost_of(case) == Cost(0, 0, output.size * (np.ones(case.layer.kernel_size).size - 1))


@given(cases.adaptive_pools(cv.adaptive_avg_pool2d))
@settings(max_examples=30)
def test_adaptive_average_pooling_adds_what_its_windows_read(case: cases.Case) -> None:
    steps = cv.trace(case.layer, case.input)
    assert cost_of(case) == Cost(0, 0, sum(len(step.taps) - 1 for step in steps))


@given(st.one_of(cases.max_pools(), cases.rearrangements(), cases.resizings("nearest")))
@settings(max_examples=30)
def test_what_compares_or_copies_costs_nothing(case: cases.Case) -> None:
    assert cost_of(case) == Cost()


@given(cases.resizings("bilinear"))
@settings(max_examples=30)
def test_bilinear_resizing_mixes_four_cells(case: cases.Case) -> None:
    cells = cv.forward(case.layer, case.input).size
    assert cost_of(case) == Cost(0, 4 * cells, 3 * cells)


def test_places_that_stamps_reach() -> None:
    for cells, kernel, stride, dilation in product(range(1, 6), range(1, 5), range(1, 5), range(1, 6)):
        places = {cell * stride + tap * dilation for cell in range(cells) for tap in range(kernel)}
        assert _reached(cells, kernel, stride, dilation) == len(places)


def test_numbers_beyond_any_computer_are_exact_and_plain() -> None:
    cost = cv.cost(cv.conv_transpose2d(10**9, stride=3), np.int64(10**9), 10**9, (10**9, 10**9))
    assert cost.multiplications == 10**54
    assert {type(number) for number in (cost.parameters, cost.multiplications, cost.additions)} == {int}
    assert type(cv.cost(cv.conv2d(3), np.int64(3), np.int64(2), np.array([5, 6])).multiplications) is int


def test_published_numbers() -> None:
    """12 x 12 in three channels, 5 x 5, 256 kernels: the example with which this is taught everywhere."""
    standard = cv.cost(cv.conv2d(5), 3, 256, 12)
    depthwise = cv.cost(cv.conv2d(5, groups=3), 3, 3, 12)
    pointwise = cv.cost(cv.conv2d(1), 3, 256, 8)
    assert standard.multiplications == 1_228_800
    assert (depthwise.multiplications, pointwise.multiplications) == (4_800, 49_152)
    assert (depthwise + pointwise).multiplications == 53_952
    assert (depthwise.parameters, standard.parameters) == (75, 75 * 256)
    # ResNet-50's first convolution, VGG-16's last dense layer, and DCGAN's first transposed convolution.
    assert cv.cost(cv.conv2d(7, 2, 3), 3, 64, 224).multiplications == 118_013_952
    assert cv.cost(cv.conv2d(1), 4096, 1000, 1, bias=True).parameters == 4_097_000
    assert cv.cost(cv.conv_transpose2d(4, 2, 1), 1024, 512, 4).parameters == 8_388_608


def test_costs_are_added() -> None:
    assert Cost(1, 2, 3) + Cost(10, 20, 30) == Cost(11, 22, 33)
    assert sum([Cost(1, 2, 3)] * 3, Cost()) == Cost(3, 6, 9)
    with pytest.raises(TypeError):
        _ = Cost() + 1  # type: ignore[operator]


@given(st.tuples(*[st.integers(1, 6)] * 7), st.booleans())
@settings(max_examples=30)
def test_depthwise_separable_saves_what_the_formula_says(numbers: tuple[int, ...], bias: bool) -> None:
    height, width, stride, dilation, channels, outputs, multiplier = numbers
    layer = cv.conv2d((height, width), (stride, 1), ((1, 0), (2, 3)), (1, dilation))
    size = (height + 3, dilation * width + 2)
    costs = depthwise_separable(layer, channels, outputs, size, channel_multiplier=multiplier, bias=bias)
    assert costs.channels == (channels, channels * multiplier, outputs)
    assert costs.standard == cv.cost(layer, channels, outputs, size, bias)
    assert costs.separable == costs.depthwise + costs.pointwise
    assert costs.ratio == costs.formula == multiplier * (Fraction(1, outputs) + Fraction(1, height * width))
    cells, weights = np.ones((channels, *size)), np.ones((channels * multiplier, 1, height, width))
    between = cv.forward(costs.depthwise_layer, cells, weights)
    assert between.shape[1:] == costs.between_size
    output = cv.forward(costs.pointwise_layer, between, np.ones((outputs, len(between), 1, 1)))
    assert output.shape == (outputs, *layer.output_size(size))


@given(cases.convolutions(), st.integers(1, 3))
@settings(max_examples=30)
def test_two_passes_do_what_one_does(case: cases.Case, channels: int) -> None:
    size, kernel = case.input.shape[1:], case.layer.kernel_size
    costs = two_passes(case.layer, size, channels=channels)
    column, row = cases.small_integers(0, kernel[0], 1), cases.small_integers(1, 1, kernel[1])
    cells = cases.small_integers(2, channels, *size)
    between = cv.forward(costs.column_layer, cells, np.array([[column]] * channels))
    output = cv.forward(costs.row_layer, between, np.array([[row]] * channels))
    layer = replace(case.layer, groups=channels)
    np.testing.assert_array_equal(output, cv.forward(layer, cells, np.array([[column @ row]] * channels)))
    assert between.shape[1:] == costs.between_size == (output.shape[1], size[1])
    assert costs.taps == (kernel[0] * kernel[1], kernel[0] + kernel[1])
    assert costs.single == cv.cost(layer, channels, channels, size)
    assert costs.column_pass.multiplications == between.size * kernel[0]
    assert costs.row_pass.multiplications == output.size * kernel[1]
    assert costs.both == costs.column_pass + costs.row_pass
    assert costs.ratio == Fraction(costs.both.multiplications, costs.single.multiplications)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_two_passes_copy_the_border_as_one_does(mode: str) -> None:
    layer = cv.conv2d((3, 5), (2, 1), (1, 2), padding_mode=mode)
    costs, cells = two_passes(layer, (6, 7)), cases.small_integers(0, 1, 6, 7)
    column, row = np.array([[1], [2], [3]]), np.array([[1, 0, 4, 2, 5]])
    output = cv.forward(costs.row_layer, cv.forward(costs.column_layer, cells, [[column]]), [[row]])
    np.testing.assert_array_equal(output, cv.forward(layer, cells, [[column @ row]]))


def test_two_passes_of_a_layer_whose_padding_depends_on_the_input() -> None:
    costs = two_passes(cv.conv2d(3, stride=2, padding="same_upper"), (6, 5))
    assert (costs.column_layer.padding, costs.row_layer.padding) == (((0, 1), (0, 0)), ((0, 0), (1, 1)))
    assert (costs.between_size, costs.taps) == ((3, 5), (9, 6))
    assert (costs.single.multiplications, costs.both.multiplications) == (3 * 3 * 9, 3 * 5 * 3 + 3 * 3 * 3)


CONV, POOL = cv.conv2d(3), cv.max_pool2d(2)
MISTAKES: list[tuple[Callable[[], object], str]] = [
    (
        lambda: cv.cost("conv2d", 1, 1, 5),  # type: ignore[arg-type]
        "layer must be one made by conv2d, max_pool2d and their like; got 'conv2d'.",
    ),
    (lambda: cv.cost(CONV, 0, 1, 5), "in_channels must be at least 1; got 0."),
    (lambda: cv.cost(CONV, 1, 1.5, 5), "out_channels must be an integer; got 1.5."),  # type: ignore[arg-type]
    (lambda: cv.cost(CONV, 1, 10**10, 5), "out_channels must be at most 10^9; got 10000000000."),
    (lambda: cv.cost(CONV, 1, 1, 0), "input_size must be at least 1; got 0."),
    (lambda: cv.cost(CONV, 1, 1, 5, 1), "bias must be True or False; got 1."),  # type: ignore[arg-type]
    (lambda: cv.cost(POOL, 1, 1, 5, True), "bias must be False for MaxPool2d; got True."),
    (
        lambda: cv.cost(cv.conv2d(3, groups=2), 3, 4, 5),
        "in_channels must be divisible by groups; got 3 and groups 2.",
    ),
    (
        lambda: cv.cost(cv.conv_transpose2d(3, groups=2), 4, 3, 5),
        "out_channels must be divisible by groups; got 3 and groups 2.",
    ),
    (lambda: cv.cost(POOL, 3, 4, 5), "out_channels must equal in_channels for MaxPool2d; got 4 (in_channels 3)."),
    (
        lambda: cv.cost(cv.upsample2d(2), 3, 4, 5),
        "out_channels must equal in_channels for Upsample2d; got 4 (in_channels 3).",
    ),
    (
        lambda: cv.cost(cv.pixel_shuffle(2), 3, 3, 5),
        "in_channels must be out_channels x factor^2 for PixelShuffle; got 3 (out_channels 3, factor 2).",
    ),
    (
        lambda: cv.cost(CONV, 1, 1, (2, 5)),
        "The kernel (3 rows) is larger than the input (2 rows).",
    ),
    (
        lambda: cv.cost(cv.conv2d(3, padding=3, padding_mode="reflect"), 1, 1, 3),
        "The reflect padding (3 + 3) must be smaller than the input (3 rows) on each side.",
    ),
    (lambda: depthwise_separable(POOL, 1, 1, 5), "layer must be made by conv2d; got MaxPool2d."),  # type: ignore[arg-type]
    (lambda: two_passes(3, 5), "layer must be made by conv2d; got 3."),  # type: ignore[arg-type]
    (
        lambda: depthwise_separable(cv.conv2d(3, groups=2), 2, 2, 5),
        "groups must be 1 in a convolution that is taken apart; got 2.",
    ),
    (lambda: depthwise_separable(CONV, 1, 1, 5, channel_multiplier=0), "channel_multiplier must be at least 1; got 0."),
    (lambda: two_passes(CONV, 5, channels=0), "channels must be at least 1; got 0."),
]


@pytest.mark.parametrize(("mistake", "message"), MISTAKES)
def test_mistakes(mistake: Callable[[], object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        mistake()
    assert str(caught.value) == message
