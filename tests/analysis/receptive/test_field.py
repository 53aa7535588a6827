"""Receptive fields against the cells that are really read in the interior, where nothing meets a border."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings

import convviz as cv
from convviz.analysis import Network
from convviz.arithmetic import ConvTranspose2d, PixelShuffle, Upsample2d

from . import oracles

HALF = Fraction(1, 2)


def both(number: Any) -> tuple[Any, Any]:
    return number, number


def box_read(cells: np.ndarray[Any, Any]) -> tuple[int, int] | None:
    """From the first True to the last."""
    places = np.flatnonzero(cells)
    return (int(places[0]), int(places[-1])) if len(places) else None


def untouched(network: Network) -> dict[str, list[set[int]]]:
    """Return the rows and the columns of every node whose windows lie inside all planes on the way."""
    nodes = {node.name: node for node in network.nodes}
    assert network.input_size is not None
    found = {"input": [set(range(cells)) for cells in network.input_size]}
    for node in network.nodes[1:]:
        per_input = []
        for source in (nodes[name] for name in node.inputs):
            runs = [
                [reading.cells(n) for n in range(size)]
                for reading, size in zip(node.footprints(source), node.size or (), strict=True)
            ]
            per_input.append(
                [
                    {n for n, run in enumerate(axis) if {*run} <= free}
                    for axis, free in zip(runs, found[source.name], strict=True)
                ]
            )
        found[node.name] = [set.intersection(*axes) for axes in zip(*per_input, strict=True)]
    return found


def check_center(network: Network, name: str, row: int, column: int, boxes: Any) -> None:
    """Without upsampling: one size for all outputs, and the center of each is `jump` further than that of the last."""
    field = network.receptive_field(name)
    operations = [node.operation for node in network.nodes]
    is_upsampled = any(isinstance(one, ConvTranspose2d | Upsample2d | PixelShuffle) for one in operations)
    if is_upsampled or None in field.jump:
        return
    for axis, output in enumerate((row, column)):
        first, last = boxes[axis]
        assert last - first + 1 == field.size[axis]
        assert field.size_range[axis] == (field.size[axis], field.size[axis])
        assert Fraction(first + last, 2) == field.center[axis] + output * field.jump[axis]
        assert first == output * field.jump[axis] - field.padding[axis]


def check_interior(network: Network) -> int:
    """Check about twenty interior outputs of every node, and return how many there were."""
    checked = 0
    for name, (rows, columns) in untouched(network).items():
        if None in network.receptive_field(name).size_range:
            continue
        outputs = [(row, column) for row in sorted(rows) for column in sorted(columns)]
        for row, column in outputs[:: max(1, len(outputs) // 20)]:
            support = network.support(name, (row, column))
            expected = network.box(name, (row, column))
            if expected is None:
                assert not support.any()
            else:
                check_center(network, name, row, column, expected)
                assert (box_read(support.any(axis=1)), box_read(support.any(axis=0))) == expected, (name, row, column)
            checked += 1
    return checked


@given(oracles.chains(least=24, most=30, borders=False))
@settings(max_examples=30)
def test_chains(network: Network) -> None:
    assume(check_interior(network))


@given(oracles.graphs(least=24, most=30, borders=False, globally=False))
@settings(max_examples=30)
def test_graphs(network: Network) -> None:
    assume(check_interior(network))


@pytest.mark.parametrize(
    ("layer", "center", "sizes"),
    [
        (cv.conv_transpose2d(3, stride=2, padding=1), 0, (1, 2)),
        (cv.conv_transpose2d(4, stride=2, padding=1), -HALF / 2, (2, 2)),
        (cv.conv_transpose2d(2, stride=2), -HALF / 2, (1, 1)),
        (cv.conv_transpose2d(3, stride=2, dilation=2), -1, (0, 3)),
        (cv.conv_transpose2d(3, stride=2, dilation=3), -Fraction(3, 2), (1, 4)),
        (cv.conv_transpose2d(1, stride=3), 0, (0, 1)),
        (cv.conv_transpose2d(3, padding=1), 0, (3, 3)),
        (cv.upsample2d(2), -HALF / 2, (1, 1)),
        (cv.upsample2d(2, "bilinear"), -HALF / 2, (2, 2)),
        (cv.upsample2d(3, "bilinear"), -Fraction(1, 3), (1, 2)),
        (cv.upsample2d(0.5, "bilinear"), HALF, (2, 2)),
        (cv.upsample2d(1.5), -Fraction(1, 6), (1, 1)),
        (cv.pixel_shuffle(4), -Fraction(3, 8), (1, 1)),
    ],
)
def test_nominal_centers_and_sizes_of_all_phases(layer: Any, center: Any, sizes: tuple[int, int]) -> None:
    """Behind a stride of 3, so that jumps are not confused with cells."""
    field = cv.Network.sequential([cv.conv2d(1, stride=3), layer]).receptive_field()
    assert field.center == both(3 * center)
    spread = tuple(size and 3 * (size - 1) + 1 for size in sizes)
    assert field.size_range == both(spread)
    assert field.size == both(spread[1])
    assert field.padding == both(Fraction(spread[1] - 1, 2) - 3 * center)
    assert field.is_aligned is True


def test_an_hourglass_is_aligned_again() -> None:
    """What pooling shifts by half a cell, a transposed convolution shifts back."""
    for size in (None, 64):
        network = cv.Network(size)
        skip = network.add("skip", cv.conv2d(3, padding=1))
        network.sequential([cv.max_pool2d(2), cv.conv2d(3, padding=1), ("up", cv.conv_transpose2d(2, stride=2))])
        field = network.receptive_field(network.add("both", "concat", [skip, "up"]))
        assert field.is_aligned is True
        assert (field.size, field.jump, field.center) == (both(8), both(1), both(0))
        assert field.size_range == both((8, 8))


def test_equal_jumps_and_different_centers_have_a_hull() -> None:
    """A path that is shifted to the right, and one to the left: 5 cells, though neither has more than 3."""
    network = cv.Network(input_size=(9, 9))
    fork = network.add("fork", "identity")
    network.add("right", cv.conv2d(3, padding=((1, 1), (0, 2))), fork)
    network.add("left", cv.conv2d(3, padding=((1, 1), (2, 0))), fork)
    network.add("sum", "add", ["left", "right"])
    field = network.receptive_field("sum")
    assert (field.size, field.jump, field.center, field.padding) == ((3, 5), (1, 1), (0, 0), (1, 2))
    assert field.is_aligned is False
    assert field.misaligned_at == "sum"
    assert field.misaligned_paths == (("fork", "left", "sum"), ("fork", "right", "sum"))
    later = network.receptive_field(network.add("later", cv.conv2d(3)))
    assert (later.size, later.misaligned_at) == ((5, 7), "sum")
    again = network.receptive_field(network.add("again", "add", ["later", "later"]))
    assert (again.misaligned_at, again.misaligned_paths) == ("sum", field.misaligned_paths)
    assert network.table().rows[-1].remark == "paths misaligned at sum"


def test_different_jumps_depend_on_the_output() -> None:
    """Seven outputs of windows next to each other, and seven of windows that overlap by all but one cell."""
    for size in (None, 14):
        network = cv.Network(size)
        network.add("far", cv.max_pool2d(2), "input")
        network.add("near", cv.conv2d(8), "input")
        network.add("sum", "add", ["near", "far"])
        field = network.receptive_field()
        assert (field.jump, field.center, field.padding) == (both(None), both(None), both(None))
        assert (field.is_aligned, field.misaligned_at) == (False, "sum")
        assert field.misaligned_paths == (("input", "near", "sum"), ("input", "far", "sum"))
        assert field.size_range == both(None if size is None else (8, 8))
        assert field.size == both(None if size is None else 8)
    network = cv.Network(input_size=(9, 8))
    network.add("far", cv.max_pool2d(1, stride=(2, 1)))
    network.add("near", cv.conv2d((5, 1)), "input")
    network.add("sum", "concat", ["far", "near"])
    network.add("next", cv.conv2d(1, stride=2))
    assert network.receptive_field("sum").size_range == ((5, 5), (1, 1))
    network.add("cut", cv.pad2d(((-4, 0), (0, 0))), "input")
    network.add("late", "add", ["cut", "near"])
    assert network.receptive_field("late").size_range == ((5, 5), (1, 1))


def test_sizes_where_different_jumps_meet_are_those_of_the_supports() -> None:
    network = cv.Network(input_size=21)
    network.add("slow", cv.conv2d(3, padding=1))
    network.add("cut", cv.pad2d(((0, -10), (0, -10))))
    network.add("fast", cv.conv2d(1, stride=2), "input")
    network.add("sum", "add", ["cut", "fast"])
    sizes = [
        len(np.flatnonzero(network.support("sum", (5, n))[5]))
        and np.ptp(np.flatnonzero(network.support("sum", (5, n)).any(axis=0))) + 1
        for n in range(1, 11)
    ]
    assert (min(sizes), max(sizes)) == network.receptive_field("sum").size_range[1] == (3, 12)
    field = network.receptive_field("sum")
    assert field.is_aligned is False  # though the centers of the first outputs are equal
    assert field.misaligned_at == "sum"


def test_shifts_that_are_not_known_may_still_be_common() -> None:
    """What SAME pads in the stem is unknown, but both paths of the block behind it start from there."""
    network = cv.Network()
    stem = network.add("stem", cv.conv2d(7, stride=2, padding="same_upper"))
    conv = network.add("conv", cv.conv2d(3, padding=1))
    field = network.receptive_field(network.add("sum", "add", [stem, conv]))
    assert (field.size, field.jump, field.center, field.is_aligned) == (both(11), both(2), both(None), True)
    pool = network.add("pool", cv.max_pool2d(3, stride=2, padding="same_upper"))
    skip = network.add("skip", cv.conv2d(1, stride=2, padding="same_upper"), "sum")
    field = network.receptive_field(network.add("unknown", "add", [pool, skip]))
    assert (field.size, field.jump, field.center, field.is_aligned) == (both(None), both(4), both(None), None)
    assert field.misaligned_at is None
    assert network.table().rows[-1].is_aligned is None
    shifted = network.add("shifted", cv.conv2d(3, padding=((0, 2), (1, 1))), stem)
    field = network.receptive_field(network.add("apart", "add", [stem, shifted]))
    assert (field.size, field.is_aligned, field.misaligned_at) == (both(11), False, "apart")


def test_equal_shifts_are_common_though_not_known() -> None:
    """Windows of 3 that begin with the same number of cells are padded alike, whatever that number is."""
    network = cv.Network()
    stem = network.add("stem", cv.conv2d(3, padding=((0, 1), (1, 2))))
    pool = network.add("pool", cv.max_pool2d(3, stride=2, padding="same_upper"), stem)
    network.sequential([("keeps", cv.conv2d((1, 5), padding="same"))])
    network.add("before", cv.conv2d(5, padding=2), stem)
    conv = network.add("conv", cv.conv2d(2, stride=2, dilation=2, padding="same_upper"))
    field = network.receptive_field(network.add("equal", "add", [pool, conv]))
    assert (field.size, field.center, field.is_aligned) == (both(9), both(None), True)
    again = network.add("again", cv.conv2d(3, stride=2, padding="same_upper"))
    other = network.add("other", cv.max_pool2d(3, stride=2, padding="same_upper"), pool)
    assert network.receptive_field(network.add("twice", "add", [again, other])).size == both(13)
    wider = network.add("wider", cv.conv2d(5, stride=2, padding="same_upper"), stem)
    assert network.receptive_field(network.add("unequal", "add", [pool, wider])).size == both(None)
    shorter = network.add("shorter", cv.conv2d(2), stem)
    fewer = network.add("fewer", cv.conv2d(3, stride=2, padding="same_upper"), shorter)
    assert network.receptive_field(network.add("elsewhere", "add", [pool, fewer])).size == both(None)


def test_a_shift_that_is_not_known_leaves_sizes_of_phases_unknown() -> None:
    """Windows that begin with an output of 1 cell, or with one of 2."""
    layers = [cv.conv_transpose2d(3, stride=2), cv.conv2d(3, stride=2, padding="same_upper")]
    field = cv.Network.sequential(layers).receptive_field()
    assert (field.size, field.size_range, field.jump) == (both(None), both(None), both(1))
    assert cv.Network.sequential(layers, input_size=5).receptive_field().size == both(2)


def test_a_path_that_reads_nothing_leaves_the_hull_unknown() -> None:
    network = cv.Network(input_size=9)
    holes = network.add("holes", cv.conv_transpose2d(1, stride=2))
    also = network.add("also", cv.conv_transpose2d((1, 3), stride=2, padding=(0, 1)), "input")
    same = network.add("same", cv.conv_transpose2d(1, stride=2), "input")
    assert network.receptive_field(network.add("known", "add", [holes, same])).size_range == both((0, 1))
    field = network.receptive_field(network.add("unknown", "add", [holes, also]))
    assert (field.size, field.size_range, field.jump) == (both(None), both(None), both(HALF))
    assert network.support("unknown", (2, 2)).any()


def test_one_cell_repeats_over_a_plane() -> None:
    network = cv.Network(input_size=(4, 5))
    column = network.add("column", cv.conv2d((1, 5)))
    network.add("sum", "add", ["input", column])
    assert network.output_size() == (4, 5)
    assert network.receptive_field().size == (1, 5)
    assert network.receptive_field().size_range == ((1, 1), (5, 5))
    assert network.receptive_field().jump == (1, None)
    assert network.receptive_field().misaligned_paths == (("input", "sum"), ("input", "column", "sum"))


def test_boxes_behind_adaptive_pooling_are_around_what_is_read() -> None:
    network = Network((23, 16))
    network.add("conv", cv.conv2d((3, 2), stride=(2, 1), dilation=(1, 3)))  # 11 x 13 cells
    network.add("adaptive", cv.adaptive_avg_pool2d((4, 5)))
    for output in np.ndindex(4, 5):
        cells = network.support("adaptive", output)
        assert network.box("adaptive", output) == (box_read(cells.any(1)), box_read(cells.any(0)))
    field = network.receptive_field("adaptive")
    assert (field.jump, field.size_range) == ((Fraction(11, 2), Fraction(13, 5)), ((7, 9), (6, 7)))
    assert field.center == (1 + Fraction(7, 8) * 2, Fraction(3, 2) + Fraction(4, 5))


def test_adaptive_pooling_of_an_unknown_size_is_unknown() -> None:
    field = Network.sequential([cv.conv2d(3), cv.adaptive_max_pool2d(2), cv.conv2d(2)]).receptive_field()
    assert (field.size, field.jump, field.center, field.is_aligned) == ((None, None),) * 3 + (None,)


def test_too_many_phases_are_not_known() -> None:
    layers = [cv.upsample2d(Fraction(31, 29)), cv.upsample2d(Fraction(37, 29)), cv.conv2d(3)]
    field = cv.Network.sequential(layers).receptive_field()
    assert (field.size, field.size_range) == (both(None), both(None))
    assert field.jump == both(Fraction(29 * 29, 31 * 37))
