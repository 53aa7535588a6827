"""Every step is true: its products make the output, and its indices say where they come from."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz import arithmetic as cv

from . import cases

EXACT = {
    "convolution": st.sampled_from(cases.PADDING_MODES).flatmap(lambda mode: cases.convolutions(mode, most=2)),
    "transposed": cases.transposed(most_extra="dilation"),
    "max_pool": cases.max_pools(),
    "unclipped_pool": cases.max_pools(ceil_modes=("unclipped",)),
    "adaptive_max_pool": cases.adaptive_pools(cv.adaptive_max_pool2d),
    "nearest": cases.resizings("nearest"),
    "rearrangement": cases.rearrangements(),
}
ROUNDED = {
    "average_pool": cases.average_pools(),
    "adaptive_average_pool": cases.adaptive_pools(cv.adaptive_avg_pool2d),
    "bilinear": cases.resizings("bilinear"),
}


@pytest.mark.parametrize("kind", EXACT)
@given(data=st.data())
@settings(max_examples=12)
def test_products_and_bias_make_the_output_exactly_for_integers(kind: str, data: st.DataObject) -> None:
    steps = cv.trace(*data.draw(EXACT[kind]).numbers(np.int64))
    assert sums(steps) == [step.value for step in steps] == steps.output.ravel().tolist()
    assert [step.output for step in steps] == list(np.ndindex(steps.output.shape))


@pytest.mark.parametrize("kind", [*EXACT, *ROUNDED])
@given(data=st.data(), seed=st.integers(0, 99))
@settings(max_examples=8)
def test_products_and_bias_make_the_output_up_to_rounding(kind: str, data: st.DataObject, seed: int) -> None:
    layer, cells, *rest = data.draw((EXACT | ROUNDED)[kind]).numbers(np.float64)
    steps = cv.trace(layer, cells + np.random.default_rng(seed).random(cells.shape), *rest)
    np.testing.assert_allclose(sums(steps), steps.output.ravel(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", [*EXACT, *ROUNDED])
@given(data=st.data())
@settings(max_examples=15)
def test_products_and_bias_make_the_output_of_infinities(kind: str, data: st.DataObject) -> None:
    """Where forward has an infinity or nan the trace has it, too."""
    layer, cells, weight, bias = data.draw((EXACT | ROUNDED)[kind]).numbers(np.float64)
    put_infinities(cells, data.draw(st.integers(0, 999)))
    if weight is not None:
        put_infinities(weight, data.draw(st.integers(0, 999)))
    steps = cv.trace(layer, cells, weight, bias)
    np.testing.assert_allclose(sums(steps), steps.output.ravel(), rtol=1e-12, atol=1e-12)


def put_infinities(cells: cases.Array, seed: int) -> None:
    """Put some infinities in place of other numbers, of both signs."""
    rng = np.random.default_rng(seed)
    cells[rng.random(cells.shape) < 0.1] = inf
    cells[rng.random(cells.shape) < 0.1] = -inf


def test_an_inserted_zero_or_padding_has_the_product_0() -> None:
    steps = cv.trace(cv.conv_transpose2d((1, 3), stride=2), [[[5, 7]]], [[[[1, inf, -inf]]]])
    assert steps.output.tolist() == [[[5, inf, -inf, inf, -inf]]]
    assert sums(steps) == steps.output.ravel().tolist()
    assert {tap.product for step in steps for tap in step.taps if tap.source is None} == {0}


@given(cases.transposed(most_extra="dilation"))
@settings(max_examples=15)
def test_scatter_adds_up_to_gather(case: cases.Case) -> None:
    gathered, scattered = cv.trace(*case.numbers()), cv.trace(*case.numbers(), view="scatter")
    total = np.zeros(gathered.output.shape)
    for step in scattered:
        for tap in step.taps:
            total[tap.output] += tap.product
    total += 0 if case.bias is None else case.bias[:, None, None]
    np.testing.assert_array_equal(total, gathered.output)
    np.testing.assert_array_equal(total, scattered.output)
    assert [step.input for step in scattered] == list(np.ndindex(case.input.shape))
    assert [step.value for step in scattered] == case.input.ravel().tolist()
    assert {step.bias for step in scattered} == {0.0}


@pytest.mark.parametrize("stride", [(1, 2), (3, 2)])
@pytest.mark.parametrize("dilation", [(2, 1), (1, 4)])
def test_scatter_is_gather_for_every_output_padding(stride: tuple[int, int], dilation: tuple[int, int]) -> None:
    cells, weight = cases.small_integers(0, 1, 3, 2), cases.small_integers(1, 1, 2, 2, 3)
    for extra in np.ndindex(*map(max, stride, dilation)):
        layer = cv.conv_transpose2d((2, 3), stride, ((1, 0), (0, 1)), output_padding=extra, dilation=dilation)
        pairs = {view: pairs_of(cv.trace(layer, cells, weight, view=view)) for view in ("gather", "scatter")}
        assert pairs["gather"] == pairs["scatter"]


def pairs_of(steps: cv.Trace) -> set[tuple[object, ...]]:
    """(input, kernel, output) of every tap that reads an input cell."""
    return {(tap.source, tap.kernel, tap.output) for step in steps for tap in step.taps if tap.source is not None}


def sums(steps: cv.Trace) -> list[float]:
    return [sum(tap.product for tap in step.taps) + step.bias for step in steps]


@given(cases.convolutions("zeros", most=2) | cases.transposed())
@settings(max_examples=12)
def test_every_tap_is_consistent(case: cases.Case) -> None:
    steps = cv.trace(*case.numbers(np.float64))
    for step in steps[:: max(1, len(steps) // 7)]:
        for tap in step.taps:
            assert tap.output == step.output
            assert tap.product == tap.input_value * tap.weight
            assert tap.input_value == (0 if tap.source is None else case.input[tap.source])
            assert (tap.source is None) == (tap.is_padding or tap.is_inserted)
            assert not (tap.is_padding and tap.is_inserted)
            assert tap.source in (None, tap.input)
            assert {type(tap.input_value), type(tap.weight), type(tap.product)} == {float}
            assert {type(tap.is_padding), type(tap.is_inserted)} == {bool}
            assert {type(index) for index in (*tap.position, *tap.output, *(tap.input or ()))} == {int}


def test_taps_of_a_convolution() -> None:
    layer = cv.conv2d((2, 1), stride=(1, 2), padding=((1, 0), (2, 0)), groups=2)
    cells, weight = np.arange(8).reshape(4, 1, 2) + 1, np.arange(8).reshape(2, 2, 2, 1) + 10
    step = cv.trace(layer, cells, weight, [0.5, -0.5])[-1]
    assert (step.output, step.input, step.bias, step.value) == ((1, 0, 1), None, -0.5, 5 * 15 + 7 * 17 - 0.5)
    assert [tap.kernel for tap in step.taps] == [(0, 0), (1, 0)] * 2
    assert [tap.input for tap in step.taps] == [(2, -1, 0), (2, 0, 0), (3, -1, 0), (3, 0, 0)]
    assert [tap.position for tap in step.taps] == [(-1, 0), (0, 0), (-1, 0), (0, 0)]
    assert [tap.source for tap in step.taps] == [None, (2, 0, 0), None, (3, 0, 0)]
    assert [tap.weight for tap in step.taps] == [14, 15, 16, 17]
    assert [tap.input_value for tap in step.taps] == [0, 5, 0, 7]
    assert [tap.is_padding for tap in step.taps] == [True, False, True, False]
    assert not any(tap.is_inserted for tap in step.taps)


@pytest.mark.parametrize(
    ("mode", "sources"),
    [
        ("zeros", [None, None, 0, 1, 2, None]),
        ("reflect", [2, 1, 0, 1, 2, 1]),
        ("replicate", [0, 0, 0, 1, 2, 2]),
        ("circular", [1, 2, 0, 1, 2, 0]),
    ],
)
def test_sources_of_padding(mode: str, sources: list[int | None]) -> None:
    layer = cv.conv2d((1, 6), padding=((0, 0), (2, 1)), padding_mode=mode)
    (step,) = cv.trace(layer, [[[5, 6, 7]]], np.ones((1, 1, 1, 6)))
    assert [tap.input for tap in step.taps] == [(0, 0, column) for column in range(-2, 4)]
    assert [tap.source for tap in step.taps] == [None if column is None else (0, 0, column) for column in sources]
    assert [tap.is_padding for tap in step.taps] == [True, True, False, False, False, True]
    assert [tap.input_value for tap in step.taps] == [0 if column is None else 5 + column for column in sources]


def test_gather_of_a_transposed_convolution_flips_the_kernel_over_inserted_zeros() -> None:
    layer = cv.conv_transpose2d((1, 3), stride=2, padding=((0, 0), (1, 0)))
    steps = cv.trace(layer, [[[5, 7]]], [[[[1, 2, 3]]]])
    assert steps.output.tolist() == [[[10, 15 + 7, 14, 21]]]
    seen = [
        [(tap.kernel[1], tap.position[1], tap.input, tap.is_padding, tap.is_inserted) for tap in step.taps]
        for step in steps
    ]
    assert seen[0] == [
        (0, 1, None, False, True),
        (1, 0, (0, 0, 0), False, False),
        (2, -1, None, True, False),
    ]
    assert seen[3] == [
        (0, 4, (0, 0, 2), True, False),
        (1, 3, None, True, False),
        (2, 2, (0, 0, 1), False, False),
    ]


def test_scatter_shows_what_is_cropped() -> None:
    layer = cv.conv_transpose2d((1, 3), stride=2, padding=((0, 0), (1, 0)))
    first, second = cv.trace(layer, [[[5, 7]]], [[[[1, 2, 3]]]], [100], view="scatter")
    assert (first.input, first.output, first.value, first.bias) == ((0, 0, 0), None, 5, 0)
    assert [(tap.output, tap.kernel, tap.product) for tap in first.cropped] == [((0, 0, -1), (0, 0), 5)]
    assert [(tap.output, tap.product) for tap in first.taps] == [((0, 0, 0), 10), ((0, 0, 1), 15)]
    assert [(tap.input, tap.position) for tap in first.taps] == [((0, 0, 0), (0, 0))] * 2
    assert [tap.output for tap in second.taps] == [(0, 0, 1), (0, 0, 2), (0, 0, 3)]
    assert second.cropped == ()


def test_the_first_of_equal_maxima_wins_and_padding_never() -> None:
    layer = cv.max_pool2d((1, 3), stride=1, padding=((0, 0), (1, 0)))
    first, second = cv.trace(layer, [[[-4, -2, -2]]])
    assert [tap.input_value for tap in first.taps] == [-inf, -4, -2]
    assert [tap.weight for tap in first.taps] == [0, 0, 1]
    assert [tap.product for tap in first.taps] == [0, 0, -2]
    assert [tap.source for tap in first.taps] == [None, (0, 0, 0), (0, 0, 1)]
    assert [tap.weight for tap in second.taps] == [0, 1, 0]


def test_a_cell_that_is_minus_infinity_wins_over_padding() -> None:
    (step,) = cv.trace(cv.max_pool2d((1, 2), padding=((0, 0), (1, 0))), [[[-inf]]])
    assert [tap.weight for tap in step.taps] == [0, 1]
    assert [tap.product for tap in step.taps] == [0, -inf]


def test_a_window_wholly_in_the_padding_still_adds_up() -> None:
    (step,) = cv.trace(cv.max_pool2d((1, 2), 1, (0, 1), dilation=(1, 2)), [[[5]]])
    assert [(tap.weight, tap.product) for tap in step.taps] == [(1, -inf), (0, 0)]
    assert step.value == -inf


@pytest.mark.parametrize(("count_include_pad", "weights"), [(True, [1 / 2, 1 / 2, 0]), (False, [1, 0, 0])])
def test_weights_of_an_average(count_include_pad: bool, weights: list[float]) -> None:
    """The last window: an input cell, a padded one, and one beyond the padding, which only ceil_mode reads."""
    layer = cv.avg_pool2d((1, 3), (1, 2), ((0, 0), (1, 1)), ceil_mode=True, count_include_pad=count_include_pad)
    last = cv.trace(layer, [[[1, 2, 3, 8]]])[-1]
    assert [tap.weight for tap in last.taps] == weights
    assert [tap.input for tap in last.taps] == [(0, 0, 3), (0, 0, 4), (0, 0, 5)]
    assert [tap.is_padding for tap in last.taps] == [False, True, True]
    assert last.value == 8 * weights[0]


def test_taps_of_resizing() -> None:
    (tap,) = cv.trace(cv.upsample2d(2), [[[1, 2], [3, 4]]])[-1].taps
    assert (tap.input, tap.weight, tap.kernel) == ((0, 1, 1), 1, (0, 0))
    corner, edge, _, _, _, inner, *_ = cv.trace(cv.upsample2d(2, "bilinear"), [[[1, 2], [3, 4]]])
    assert [(tap.input, tap.weight) for tap in corner.taps] == [((0, 0, 0), 1)]
    assert [(tap.input, tap.weight) for tap in edge.taps] == [((0, 0, 0), 0.75), ((0, 0, 1), 0.25)]
    assert [tap.kernel for tap in inner.taps] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [tap.weight for tap in inner.taps] == [0.5625, 0.1875, 0.1875, 0.0625]


def test_a_trace_is_a_sequence_that_jumps() -> None:
    steps = cv.trace(cv.conv2d(2), np.arange(12).reshape(1, 3, 4), np.ones((2, 1, 2, 2)))
    assert len(steps) == 2 * 2 * 3
    assert steps[-1] == steps[11] == list(steps)[-1]
    assert steps[2:4] == (steps[2], steps[3])
    assert steps[np.int64(1)] == steps[1]
    assert steps[3] in steps
    for index in (12, -13):
        with pytest.raises(IndexError):
            steps[index]


def test_a_trace_keeps_its_own_numbers() -> None:
    cells = np.ones((1, 2, 2))
    steps = cv.trace(cv.conv2d(1), cells, [[[[2]]]], [3])
    cells[:] = 7
    assert steps[0].value == 5
    assert steps.input.tolist() == [[[1, 1], [1, 1]]]
    for array in (steps.input, steps.weight, steps.bias, steps.output):
        assert not array.flags.writeable


def test_a_step_takes_no_longer_in_a_large_trace() -> None:
    """Lazy: nothing of 25 million steps is made before it is asked for."""
    steps = cv.trace(cv.max_pool2d(1), np.zeros((1, 5000, 5000), np.float32))
    assert len(steps) == 25_000_000
    assert steps[12_345_678].output == (0, 2469, 678)
