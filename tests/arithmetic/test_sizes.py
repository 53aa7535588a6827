"""Geometry without numbers: canonical fields, output sizes, resolved padding, one axis against brute force."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convviz import arithmetic as cv
from convviz.arithmetic.axis import source

from . import cases


def test_every_spelling_becomes_the_same_integers() -> None:
    expected = cv.conv2d((3, 3), (2, 2), ((1, 1), (1, 1)), (1, 1), 1)
    assert cv.conv2d(3, 2, 1) == expected
    assert cv.conv2d([np.int64(3), 3], np.uint8(2), np.ones((2, 2), int), np.array([1, 1]), np.int32(1)) == expected
    assert cv.conv2d(3, 2, (1, 1)) == expected
    assert cv.conv2d(np.array(3), 2, [range(1, 3), (1, 1)]) == cv.conv2d(3, 2, ((1, 2), (1, 1)))
    assert cv.conv2d(range(2, 4)) == cv.conv2d((2, 3))
    for factor in (np.array(1.5), np.float32(1.5), np.longdouble(1.5), Fraction(3, 2), [1.5, np.float64(1.5)]):
        assert cv.upsample2d(factor) == cv.upsample2d(1.5)
    for factor in (np.array(2), np.int8(2), np.array([2, 2]), np.array([2.0, 2.0], "g")):
        assert cv.upsample2d(factor) == cv.upsample2d(2)
    assert cv.upsample2d(range(1, 3)) == cv.upsample2d((1, 2))
    assert cv.conv2d(3, 1, "same") == cv.conv2d(3, 1, 1)
    assert cv.conv2d(3, 2, "valid") == cv.conv2d(3, 2, 0)
    assert hash(expected) == hash(cv.conv2d(3, 2, 1))
    assert all(type(number) is int for number in (*expected.kernel_size, *expected.padding[0], expected.groups))


def test_layers_are_frozen_and_slotted() -> None:
    layers = [
        cv.conv2d(2),
        cv.conv_transpose2d(2),
        cv.max_pool2d(2),
        cv.avg_pool2d(2),
        cv.upsample2d(2),
        cv.pixel_shuffle(2),
        cv.pad2d(2),
    ]
    for layer in layers:
        assert not hasattr(layer, "__dict__")
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(layer, dataclasses.fields(layer)[0].name, 1)


def test_a_pool_strides_by_its_kernel() -> None:
    assert cv.max_pool2d((2, 3)).stride == cv.avg_pool2d((2, 3)).stride == (2, 3)
    assert cv.avg_pool2d(3).dilation == (1, 1)


def test_same_of_an_even_kernel_pads_one_more_after() -> None:
    assert cv.conv2d((2, 3), padding="same", dilation=(3, 2)).padding == ((1, 2), (2, 2))


def test_same_of_a_transposed_convolution_crops_output_padding_too() -> None:
    layer = cv.conv_transpose2d((2, 3), 1, "same", output_padding=(1, 0), dilation=2)
    assert layer.padding == ((1, 2), (2, 2))
    assert layer.output_size((4, 5)) == (4, 5)


@pytest.mark.parametrize(
    ("padding", "size", "resolved"),
    [
        ("same_upper", (5, 6), ((1, 1), (0, 1))),
        ("same_lower", (5, 6), ((1, 1), (1, 0))),
        ("same_upper", (6, 5), ((0, 1), (1, 1))),
        (((1, 0), (2, 3)), (5, 6), ((1, 0), (2, 3))),
    ],
)
def test_same_depends_on_the_input_size(padding: object, size: tuple[int, int], resolved: object) -> None:
    assert cv.conv2d(3, 2, padding).resolve_padding(size) == resolved


def test_a_stride_beyond_the_kernel_needs_no_same_padding() -> None:
    layer = cv.conv2d(1, 3, "same_upper")
    assert layer.resolve_padding((7, 8)) == ((0, 0), (0, 0))
    assert layer.output_size((7, 8)) == (3, 3)


def test_effective_kernel_size() -> None:
    assert cv.conv2d((3, 2), dilation=(2, 4)).effective_kernel_size == (5, 5)
    assert cv.max_pool2d((3, 2), dilation=(1, 4)).effective_kernel_size == (3, 5)
    assert cv.avg_pool2d((3, 2)).effective_kernel_size == (3, 2)
    assert cv.conv_transpose2d((1, 4), dilation=(5, 2)).effective_kernel_size == (1, 7)


@pytest.mark.parametrize(
    ("layer", "size", "expected"),
    [
        (cv.conv2d(4, 1, 2), (5, 7), (6, 8)),
        (cv.conv2d((3, 5), (2, 1), ((1, 0), (0, 4)), (1, 2)), (6, 5), (3, 1)),
        (cv.conv2d(1, padding=9), (1, 2), (19, 20)),
        (cv.max_pool2d(3, 2, 1, ceil_mode=True), (6, 5), (4, 3)),
        (cv.max_pool2d(2, 3, 0, ceil_mode=True), (4, 5), (2, 2)),
        (cv.max_pool2d(1, 3, 0, ceil_mode=True), (3, 4), (1, 2)),
        (cv.avg_pool2d(3, 2, ceil_mode=True), (2, 3), (1, 1)),
        (cv.conv_transpose2d((3, 4), (2, 3), ((1, 0), (0, 2)), output_padding=(1, 0), dilation=(1, 2)), (3, 2), (7, 8)),
        (cv.upsample2d((2, 1.5)), (3, 3), (6, 4)),
        (cv.upsample2d(Fraction(1, 3), "bilinear"), (3, 5), (1, 1)),
        (cv.upsample2d(4 / 3), (3, 6), (4, 8)),
        (cv.pixel_shuffle(3), (2, 4), (6, 12)),
        (cv.pad2d(((-1, 0), (2, -3))), (4, 4), (3, 3)),
    ],
    ids=repr,
)
def test_output_size(layer: cv.Layer, size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert layer.output_size(size) == expected
    assert layer.output_size(np.array(size)) == expected
    assert [type(cells) for cells in layer.output_size(size)] == [int, int]


AXES = st.builds(
    cv.Axis,
    name=st.just("width"),
    size=st.integers(1, 9),
    kernel=st.integers(1, 4),
    stride=st.integers(1, 4),
    dilation=st.integers(1, 4),
    before=st.integers(0, 5),
    after=st.integers(0, 5),
)


@given(
    axis=AXES,
    tap=st.integers(0, 3),
    steps=st.tuples(st.integers(0, 4), st.integers(0, 6)),
    cells=st.tuples(st.integers(-6, 6), st.integers(0, 12)),
)
def test_steps_inside_are_those_that_brute_force_finds(
    axis: cv.Axis, tap: int, steps: tuple[int, int], cells: tuple[int, int]
) -> None:
    steps_, cells_ = (range(start, start + count) for start, count in (steps, cells))
    found = axis.steps_inside(tap, steps_, cells_)
    assert list(found) == [step for step in steps_ if axis.position(step, tap) in cells_]
    if found:
        positions = np.arange(-20, 40)[axis.places(found, tap, origin=-20)]
        assert positions.tolist() == [axis.position(step, tap) for step in found]


@given(
    axis=AXES,
    step=st.integers(0, 6),
    cells=st.tuples(st.integers(-6, 6), st.integers(0, 12)),
)
def test_taps_inside_are_those_that_brute_force_finds(axis: cv.Axis, step: int, cells: tuple[int, int]) -> None:
    cells_ = range(cells[0], sum(cells))
    found = axis.taps_inside(step, cells_)
    assert list(found) == [tap for tap in range(axis.kernel) if axis.position(step, tap) in cells_]
    assert found.stop <= axis.kernel


@pytest.mark.parametrize(("mode", "numpys"), [("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_sources_are_numpys(mode: str, numpys: str, size: int) -> None:
    before, after = (0, 0) if (mode, size) == ("reflect", 1) else (size - 1, size - (mode == "reflect"))
    found = [source(position, size, mode) for position in range(-before, size + after)]
    assert found == np.pad(np.arange(size), (before, after), mode=numpys).tolist()


@given(cases.transposed(most_extra="dilation"))
def test_a_transposed_convolution_undoes_the_size_of_a_convolution(case: cases.Case) -> None:
    """The direct convolution of the output's size, with the same numbers, has the input's size."""
    layer, size = case.layer, case.input.shape[1:]
    direct = cv.conv2d(layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    within = all(more < step for more, step in zip(layer.output_padding, layer.stride, strict=True))
    if within:
        assert direct.output_size(layer.output_size(size)) == size
