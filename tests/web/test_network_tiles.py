"""What a page says about tiles; that it is so is tried out in tests/analysis/receptive/test_tiling.py."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import convviz as cv
from convviz.analysis import tiling
from convviz.charts.network_drawing import brief, tile_words

CONVENTION = (
    "An output is taken to lie at the center of what it reads. A tile with this much around its own part gives the "
    "outputs that lie in that part as the whole image does. Tiles begin, as their own parts do, at multiples of"
)


@pytest.mark.parametrize(
    ("name", "node", "words"),
    [
        (
            "unet",
            "classes",
            f"**Tile overlap** in input cells: **top 96, bottom 92, left 96, right 92**. {CONVENTION} 16. "
            "**Tile sides** that the network takes: 188 + 16 n, such as 204, 220, 236.",
        ),
        (
            "wavenet_stack",
            "dilation512",
            "**Tile overlap** in input cells: **top 0, bottom 0, left 1023, right 0**. "
            f"{CONVENTION.replace('reads.', 'reads, along the width at the last cell of it, its own time.')} 1. "
            "**Tile sides**: 0 + 1 n, such as 1, 2, 3 (height) and 1023 + 1 n, such as 1024, 1025, 1026 (width).",
        ),
        ("deeplab_v3", "head", "**Tile overlap: none is enough**, because an output reads the whole input."),
    ],
)
def test_words(name: str, node: str, words: str) -> None:
    assert tile_words(cv.Network.known(name), node) == words


def test_places_that_are_not_known() -> None:
    network = cv.Network.sequential([cv.conv2d(3, stride=2, padding="same_upper")])
    assert tile_words(network, network.nodes[-1].name) == (
        "**Tile overlap: unknown**, because places are unknown, or too many sides would have to be tried."
    )


def test_sides_that_are_too_many_to_be_tried() -> None:
    network = cv.Network(512).sequential([cv.upsample2d(Fraction(511, 512)), cv.max_pool2d(3, 1, 1)])
    assert tile_words(network, network.nodes[-1].name) == (
        "**Tile overlap: unknown**, because places are unknown, or too many sides would have to be tried."
    )


def test_words_of_a_signal_and_of_a_volume() -> None:
    signal = cv.Network((512,)).sequential([cv.conv2d((1, 3), padding=((0, 0), (2, 0)))])
    assert "**left 2, right 0**" in tile_words(signal, signal.nodes[-1].name)
    volume = cv.Network((8, 32, 48)).sequential([cv.conv3d((3, 5, 7), stride=(1, 2, 2), padding=(1, 2, 3))])
    said = tile_words(volume, volume.nodes[-1].name)
    cut = tiling(volume)
    assert cut is not None
    names = ("front", "back", "top", "bottom", "left", "right")
    cells = [number for pair in cut.overlap for number in pair]
    assert f"**{', '.join(f'{name} {number}' for name, number in zip(names, cells, strict=True))}**" in said
    assert "(depth), " in said
    assert "at multiples of 1 × 2 × 2." in said


@pytest.mark.parametrize(
    ("size", "layer", "words"),
    [
        ((512,), cv.conv2d((1, 3), stride=(1, 2)), "conv 3, stride 2"),
        ((8, 32, 48), cv.conv3d((3, 5, 7), stride=(1, 2, 2), dilation=2), "conv 3×5×7, stride 1×2×2, dilation 2"),
        ((8, 32, 48), cv.max_pool3d(2), "max pool 2×2×2, stride 2"),
        ((32, 48), cv.upsample2d((2, 3)), "resized ×2×3, nearest"),
    ],
)
def test_boxes_say_what_a_layer_does_along_its_axes(size: tuple[int, ...], layer: Any, words: str) -> None:
    network = cv.Network(size).sequential([layer])
    assert brief(network, network.nodes[-1]) == words
