"""Counts against paths that are walked one by one, and against networks of ones."""

from __future__ import annotations

import math
import pickle
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz import Overlap, SpecError
from convviz.analysis import stamps
from convviz.arithmetic import ConvTranspose2d, Layer

from ..arithmetic.oracles import onnx_forward

FAR = 120
"""Cells on either side of the first one that stand for an input without end."""


def stamped(size: int, k: int, s: int, p: tuple[int, int], a: int, d: int) -> list[int]:
    """How often each output cell of a transposed convolution is written, one stamp after the other."""
    writes = Counter(cell * s + tap * d - p[0] for cell in range(size) for tap in range(k))
    return [writes[cell] for cell in range((size - 1) * s - sum(p) + d * (k - 1) + a + 1)]


def read(size: int, k: int, s: int, p: tuple[int, int], d: int) -> list[int]:
    """How many taps of each window of a convolution lie on the input."""
    windows = (size + sum(p) - d * (k - 1) - 1) // s + 1
    return [sum(0 <= step * s - p[0] + tap * d < size for tap in range(k)) for step in range(windows)]


def of_ones(layers: list[Layer], size: tuple[int, int]) -> np.ndarray:
    """Return the output for ones and kernels of ones: floats that are exact, because they are small integers."""
    cells = np.ones((1, *size))
    for layer in layers:
        if isinstance(layer, cv.arithmetic.Conv2d | ConvTranspose2d):
            cells = cv.forward(layer, cells, np.ones((1, 1, *layer.kernel_size)))
        elif isinstance(layer, cv.arithmetic.PixelShuffle):
            cells = cv.forward(layer, np.repeat(cells, layer.factor**2, axis=0))
        elif isinstance(layer, cv.arithmetic.MaxPool2d | cv.arithmetic.AvgPool2d):
            like = cv.conv2d(layer.kernel_size, layer.stride, layer.resolve_padding(cells.shape[1:]), layer.dilation)
            cells = cv.forward(like, cells, np.ones((1, 1, *layer.kernel_size)))
        else:
            cells = cv.forward(layer, cells)
    return cells[0]


def test_transposed_over_a_grid() -> None:
    cases = 0
    for k, s, d, before, after in product(range(1, 8), range(1, 6), range(1, 4), (0, 1, 2), (0, 3)):
        for a in {0, max(s, d) - 1}:
            expected = stamped(6, k, s, (before, after), a, d)
            if not expected:
                continue
            layer = cv.conv_transpose2d(
                (k, 2), (s, 2), ((before, after), (0, 0)), output_padding=(a, 0), dilation=(d, 1)
            )
            found = cv.overlap(layer, (6, 1))
            assert found.rows.counts == tuple(expected), layer
            assert found.columns.counts == (1, 1)
            turned = cv.conv_transpose2d(
                (2, k), (2, s), ((0, 0), (before, after)), output_padding=(0, a), dilation=(1, d)
            )
            assert cv.overlap(turned, (1, 6)).columns == found.rows
            assert found.rows.interior == interior_of_stamps(k, s, before, d), layer
            cases += 1
    assert cases > 1000


def interior_of_stamps(k: int, s: int, before: int, d: int) -> tuple[int, ...]:
    """Which taps of any stamp fall on a cell, asked of every cell of a period."""
    return tuple(sum((cell + before - tap * d) % s == 0 for tap in range(k)) for cell in range(s))


def test_convolution_over_a_grid() -> None:
    for k, s, d, before, after in product(range(1, 8), range(1, 6), range(1, 4), (0, 1, 2), (0, 3)):
        if d * (k - 1) + 1 > 9 + before + after:
            continue
        layer = cv.conv2d((2, k), (1, s), ((0, 0), (before, after)), (1, d))
        found = cv.overlap(layer, (2, 9))
        assert found.columns.counts == tuple(read(9, k, s, (before, after), d)), layer
        assert (found.columns.interior, found.is_even) == ((k,), True)


@pytest.mark.parametrize(
    ("layer", "size"),
    [
        (cv.conv_transpose2d((3, 5), (2, 3), (1, 2), output_padding=(1, 0), dilation=(2, 1)), (4, 5)),
        (cv.conv_transpose2d((4, 2), (3, 2), ((0, 2), (1, 0)), output_padding=(2, 1), dilation=(1, 3)), (3, 6)),
        (cv.conv_transpose2d(5, 2, "same_upper"), (3, 4)),
        (cv.conv2d((3, 4), (2, 1), ((1, 2), (0, 3)), (1, 2)), (7, 9)),
        (cv.conv2d(3, 2, "same_lower"), (7, 8)),
    ],
)
def test_onnxruntime_counts_the_same(layer: Layer, size: tuple[int, int]) -> None:
    ones = onnx_forward(layer, np.ones((1, *size), np.float32), np.ones((1, 1, *layer.kernel_size), np.float32))
    assert cv.overlap(layer, size).counts.tolist() == ones[0].astype(int).tolist()


def pairs(least: int, most: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(least, most), st.integers(least, most))


SIDES = st.tuples(pairs(0, 2), pairs(0, 2))
TRANSPOSED = st.builds(cv.conv_transpose2d, pairs(1, 5), pairs(1, 3), SIDES, dilation=pairs(1, 3))
CONVOLUTIONS = st.builds(cv.conv2d, pairs(1, 4), pairs(1, 3), SIDES, pairs(1, 2))
CLOSED = st.builds(
    lambda k, p, mode: cv.conv2d(k, padding=p, padding_mode=mode),
    pairs(1, 3), SIDES, st.sampled_from(["reflect", "replicate", "circular", "symmetric"]),
)  # fmt: skip
POOLS = st.one_of(
    st.builds(lambda k, s, d: cv.max_pool2d(k, s, (k[0] // 2, k[1] // 2), d), pairs(1, 3), pairs(1, 3), pairs(1, 2)),
    st.builds(lambda k, s: cv.avg_pool2d(k, s, (0, k[1] // 2)), pairs(1, 3), pairs(1, 3)),
)
RESIZED = st.builds(
    cv.upsample2d, st.tuples(*[st.sampled_from([1, 2, 3, 1.5, Fraction(4, 3), 0.5])] * 2), st.just("nearest")
)
BILINEAR = st.builds(cv.upsample2d, st.tuples(*[st.integers(1, 3)] * 2), st.just("bilinear"))
SHUFFLED = st.builds(cv.pixel_shuffle, st.integers(1, 3))
PADDED = st.builds(cv.pad2d, st.tuples(pairs(-1, 2), pairs(-1, 2)))
LAYERS = st.one_of(TRANSPOSED, CONVOLUTIONS, CLOSED, POOLS, RESIZED, SHUFFLED, PADDED)


@given(st.lists(LAYERS, min_size=1, max_size=4), pairs(3, 9))
@settings(max_examples=80)
def test_stacks_are_networks_of_ones(layers: list[Layer], size: tuple[int, int]) -> None:
    try:
        found = cv.overlap(layers, size)
    except SpecError:
        assume(False)
    expected = of_ones(layers, size)
    assert found.output_size == expected.shape
    assert (found.counts == expected).all()
    assert (found.counts == np.multiply.outer(found.rows.counts, found.columns.counts)).all()
    assert found.counts.dtype == np.int64


def endless(layers: list[Layer], size: tuple[int, int], n: int) -> dict[int, int]:
    """Return counts along one axis of a very long input, for the cells that its far ends cannot reach."""
    counts = dict.fromkeys(range(-FAR, FAR), 1)
    for layer in layers:
        low, high = min(counts), max(counts)
        after = layer.output_size(size)
        if isinstance(layer, cv.arithmetic.PixelShuffle | cv.arithmetic.Upsample2d):
            factor = Fraction(layer.factor) if hasattr(layer, "factor") else layer.scale_factor[n]
            half = Fraction(int(getattr(layer, "mode", "") == "bilinear"), 2)
            cells = {o: math.floor((o + half) / factor) for o in range(math.ceil(low * factor), int(high * factor))}
            counts = {o: counts[cell] for o, cell in cells.items()}
        elif isinstance(layer, cv.arithmetic.Pad2d):
            counts = {cell + layer.padding[n][0]: count for cell, count in counts.items()}
        else:
            k, s, d, before = (
                layer.kernel_size[n], layer.stride[n], layer.dilation[n], layer.resolve_padding(size)[n][0]
            )  # fmt: skip
            if isinstance(layer, ConvTranspose2d):
                writes: Counter[int] = Counter()
                for (cell, count), tap in product(counts.items(), range(k)):
                    writes[cell * s - before + tap * d] += count
                first, last = low * s - before + d * (k - 1), high * s - before
                counts = {cell: writes[cell] for cell in range(first, last + 1)}
            else:
                windows = {o: [o * s - before + tap * d for tap in range(k)] for o in range(low, high)}
                counts = {o: sum(map(counts.__getitem__, cells)) for o, cells in windows.items()
                          if low <= cells[0] and cells[-1] <= high}  # fmt: skip
        size = after
    return counts


@given(st.lists(LAYERS | BILINEAR, min_size=1, max_size=4), pairs(6, 9))
@settings(max_examples=80)
def test_the_interior_is_that_of_an_endless_input(layers: list[Layer], size: tuple[int, int]) -> None:
    try:
        found = cv.overlap(layers, size)
    except SpecError:
        assume(False)
    for n, axis in enumerate((found.rows, found.columns)):
        counts = endless(layers, size, n)
        assert len(counts) >= 2 * axis.period or len(layers) > 2
        assert all(count == axis.interior[cell % axis.period] for cell, count in counts.items())
        if len(counts) >= axis.period:
            some = [counts[cell] for cell in list(counts)[: axis.period]]
            assert axis.ratio == (Fraction(max(some), min(some)) if min(some) else math.inf)
            assert axis.is_even == (len(set(some)) == 1 and some[0] > 0)


@given(st.lists(LAYERS | BILINEAR, min_size=1, max_size=4), pairs(5, 9))
@settings(max_examples=50)
def test_the_border_is_where_the_picture_departs_from_its_pattern(layers: list[Layer], size: tuple[int, int]) -> None:
    try:
        found = cv.overlap(layers, size)
    except SpecError:
        assume(False)
    counts, border, interior = found.counts, found.border, found.interior
    for i, j in np.ndindex(found.output_size):
        assert border[i, j] == (counts[i, j] != interior[i % found.period[0], j % found.period[1]])
    assert interior.shape == found.period
    expected = found.interior.max() / found.interior.min() if found.interior.min() else math.inf
    assert float(found.ratio) == pytest.approx(expected)
    assert found.is_even == (found.ratio == 1)


def test_what_everybody_should_know() -> None:
    """Odena, Dumoulin & Olah 2016: uneven overlap, its square in two dimensions, and what stacking does to it."""
    layer = cv.conv_transpose2d(3, stride=2)
    assert cv.overlap(layer, 5).rows.ratio == 2
    assert [cv.overlap([layer] * depth, 5).ratio for depth in (1, 2, 3, 4)] == [4, 9, 25, 64]
    assert cv.overlap(cv.conv_transpose2d(4, stride=2), 5).is_even
    holes = cv.overlap(cv.conv_transpose2d(4, stride=2, dilation=2), 5)
    assert (holes.is_even, holes.ratio, holes.interior.tolist()) == (False, math.inf, [[16, 0], [0, 0]])
    assert cv.overlap([cv.upsample2d(2), cv.conv2d(3, padding=1)], 8).is_even
    assert cv.overlap([cv.conv2d(3, padding=1), cv.pixel_shuffle(2)], 8).is_even
    assert cv.overlap([layer, cv.conv2d(2)], 8).is_even, "an average of two cells takes a period of 2 away"
    for k, s in product(range(1, 13), range(1, 9)):
        assert cv.overlap(cv.conv_transpose2d(k, stride=s), 3).is_even == (k % s == 0)


def test_period_and_border() -> None:
    found = cv.overlap(cv.conv_transpose2d((3, 4), stride=(2, 3), padding=(1, 0)), (3, 3))
    assert found.period == (2, 3)
    assert found.rows.counts == (1, 2, 1, 2, 1)
    assert found.rows.border == (False,) * 5
    assert found.columns.counts == (1, 1, 1, 2, 1, 1, 2, 1, 1, 1)
    assert found.columns.border == (True, *[False] * 8, True)
    assert found.border.tolist() == [list(found.columns.border)] * 5
    assert cv.overlap([cv.upsample2d(2), cv.conv2d(1, stride=3)], 9).period == (2, 2)
    assert cv.overlap(cv.upsample2d(1.5), 9).period == (3, 3)
    assert cv.overlap(cv.upsample2d(3), 9).interior.tolist() == [[1] * 3] * 3


def test_nothing_at_all_is_not_even() -> None:
    found = cv.overlap([cv.conv_transpose2d(1, stride=2), cv.conv2d(1, stride=2, padding=1)], 4)
    assert set(found.counts.flat) == {0}
    assert (found.ratio, found.is_even) == (math.inf, False)


def test_bilinear_cells_count_as_the_one_they_lie_in() -> None:
    stamps = cv.conv_transpose2d((1, 3), stride=(1, 2))
    assert cv.overlap(stamps, (1, 2)).columns.counts == (1, 1, 2, 1, 1)
    for mode, expected in (("nearest", [1, 1, 2, 1]), ("bilinear", [1, 1, 1, 1])):
        found = cv.overlap([stamps, cv.upsample2d((1, 0.8), mode)], (1, 2))
        assert found.columns.counts == tuple(expected), mode


def test_counts_beyond_64_bits_are_exact() -> None:
    side, layers = 1001, [cv.conv2d(1001, padding=500)] * 4
    found = cv.overlap(layers, side)
    vector = [1] * side
    for _ in layers:
        sums = [0]
        for count in vector:
            sums.append(sums[-1] + count)
        vector = [sums[min(side, o + 501)] - sums[max(0, o - 500)] for o in range(side)]
    assert found.rows.counts == tuple(vector)
    assert found.counts.dtype == object
    assert found.counts[500, 500] == vector[500] ** 2 > 2**63
    assert found.interior.tolist() == [[1001**8]]
    assert (found.ratio, found.is_even, found.border.all()) == (1, True, True)


def test_one_large_axis_next_to_an_empty_one() -> None:
    tall = [cv.conv2d((2001, 1), padding=((1000, 1000), (0, 0)))] * 4
    found = cv.overlap([*tall[:3], cv.pad2d(((0, 0), (1, -1)))], (2001, 1))
    assert found.counts.dtype == np.int64
    assert not found.counts.any()


def test_values() -> None:
    layer = cv.conv_transpose2d(3, stride=2)
    found = cv.overlap(layer, 3)
    assert isinstance(found, Overlap)
    assert found == cv.overlap([layer], (3, 3)) == pickle.loads(pickle.dumps(found))
    assert found != cv.overlap(layer, 4)
    assert len({found, cv.overlap((layer,), 3)}) == 1
    assert type(found.rows.ratio) is Fraction
    for array in (found.counts, found.interior, found.border):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 0


@pytest.mark.parametrize(
    "layer",
    [
        cv.conv_transpose2d((3, 4), (2, 3), (1, 0), output_padding=(1, 2), dilation=(2, 1)),
        cv.conv_transpose2d(2, 3, ((1, 0), (0, 3))),
    ],
)
def test_stamps_are_what_counts_count(layer: ConvTranspose2d) -> None:
    found = cv.overlap(layer, (4, 5))
    for lines, axis in zip(stamps(layer, (4, 5)), (found.rows, found.columns), strict=True):
        writes = Counter(cell for line in lines for cell in line)
        assert [writes[cell] for cell in range(len(axis.counts))] == list(axis.counts)
    assert tuple(map(len, stamps(layer, (4, 5)))) == (4, 5)


TOO_MUCH = "must be at most 2048 on either side for its paths to be counted; got"


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (
            lambda: cv.overlap([], 3),
            "layers must be one layer made by conv2d, conv_transpose2d and their like, or 1 to 4; got [].",
        ),
        (
            lambda: cv.overlap([cv.conv2d(1)] * 5, 3),
            "layers must be one layer made by conv2d, conv_transpose2d and their like, or 1 to 4; got 5 of them.",
        ),
        (
            lambda: cv.overlap("conv2d(3)", 3),  # type: ignore[arg-type]
            "layers must be one layer made by conv2d, conv_transpose2d and their like, or 1 to 4; got 'conv2d(3)'.",
        ),
        (lambda: cv.overlap(cv.conv2d(1), 0), "input_size must be at least 1; got 0."),
        (lambda: cv.overlap(cv.conv2d(1), (2049, 1)), f"input_size {TOO_MUCH} (2049, 1)."),
        (lambda: cv.overlap(cv.pixel_shuffle(3), 1000), f"output {TOO_MUCH} (3000, 3000) for PixelShuffle."),
        (
            lambda: cv.overlap([cv.conv2d(3), cv.conv2d(3)], 4),
            "layer 2 of 2: The kernel (3 rows) is larger than the input (2 rows).",
        ),
        (
            lambda: cv.overlap([cv.conv_transpose2d(1, stride=4097)], 1),
            "the pattern must repeat within 4096 cells for its paths to be counted; got 4097.",
        ),
        (
            lambda: cv.overlap(cv.conv2d(10**4, padding=10**4, padding_mode="replicate", stride=100), 5),
            "padded input height must be at most 6144; got 20005.",
        ),
        (
            lambda: stamps(cv.conv2d(3), 5),  # type: ignore[arg-type]
            "layer must be a transposed convolution for its stamps; got a value of type Conv2d.",
        ),
        (
            lambda: stamps(cv.conv_transpose2d(3, stride=2), 2000),
            f"output {TOO_MUCH} (4001, 4001) for ConvTranspose2d.",
        ),
    ],
)
def test_mistakes(mistake: Callable[[], object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        mistake()
    assert str(caught.value) == message
