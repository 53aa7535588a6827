"""Tiles by brute force: random images through whole networks and through tiles, put together again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz.analysis import Network, Tiling, tiling


def run(network: Network, image: Any, seed: int = 5) -> Any:
    """Return the output of the last node for an image of one channel, with random weights, the same in every call."""
    generator = np.random.default_rng(seed)
    values = {"input": image}
    for node in network.nodes[1:]:
        read = [values[name] for name in node.inputs]
        numbers = generator.normal(size=(1, 1, 15, 15))
        if isinstance(node.operation, str):
            values[node.name] = sum(factor * one for factor, one in zip((0.7, -1.3, 0.4), read, strict=False))
        elif type(node.operation).__name__ in ("Conv2d", "ConvTranspose2d"):
            high, wide = node.operation.kernel_size
            values[node.name] = cv.forward(node.operation, read[0][None], numbers[..., :high, :wide], [0.3])[0]
        else:
            values[node.name] = cv.forward(node.operation, read[0][None])[0]
    return values[network.nodes[-1].name]


def again(network: Network, size: tuple[int, int]) -> Network:
    """Return the same network for another input size."""
    made = Network(size)
    for node in network.nodes[1:]:
        made.add(node.name, node.operation, node.inputs)
    return made


def parts(found: Tiling, axis: int, side: int, own: int) -> list[tuple[int, int, int]]:
    """(begin of the tile, begin and stop of its own part) for every tile; the outer ones go on to the borders."""
    above = found.overlap[axis][0]
    starts = range(0, side - sum(found.overlap[axis]), own)
    ends = [(start, start + above, start + above + own) for start in starts]
    ends[0] = (0, 0, ends[0][2])
    return ends


def stitched(network: Network, found: Tiling, image: Any, own: tuple[int, int]) -> Any:
    """Return the outputs of all tiles of an image, each in its position."""
    expected = network.output_size()
    assert expected is not None
    joined = np.full(expected, np.nan)
    plans = [parts(found, axis, image.shape[axis], own[axis]) for axis in (0, 1)]
    for row in plans[0]:
        for column in plans[1]:
            slices, into, taken = [], [], []
            for axis, (begin, first, stop) in enumerate((row, column)):
                side = sum(found.overlap[axis]) + own[axis]
                is_last = begin + side == image.shape[axis]
                kept = found.outputs(axis, first, stop)
                kept = range(kept.start, expected[axis]) if is_last else kept
                kept = range(0, kept.stop) if begin == 0 else kept
                ahead = int(begin / found.jump[axis])
                slices.append(slice(begin, begin + side))
                into.append(slice(kept.start, kept.stop))
                taken.append(slice(kept.start - ahead, kept.stop - ahead))
            tile = image[slices[0], slices[1]]
            assert np.isnan(joined[into[0], into[1]]).all()
            joined[into[0], into[1]] = run(again(network, tile.shape), tile)[taken[0], taken[1]]
    return joined


def forked() -> Network:
    """Return crops next to strides, in both orders."""
    network = Network((68, 100))
    stem = network.add("stem", cv.conv2d((3, 5), padding=((1, 1), (2, 2))))
    down = network.add("down", cv.conv2d(2, stride=2), stem)
    up = network.add("up", cv.conv_transpose2d(2, stride=2), network.add("low", cv.conv2d(3), down))
    side = network.add("side", cv.pad2d(-2), stem)
    network.add("last", cv.conv2d(3), network.add("sum", "add", [up, side]))
    return network


NETWORKS: dict[str, Network] = {
    "strides": Network.sequential(
        [cv.conv2d(5, 2, 2), cv.conv2d(3, padding=1), cv.max_pool2d(2), cv.conv2d(3, padding=1)], input_size=(61, 83)
    ),
    "cropping": Network.sequential([cv.conv2d((3, 5)), cv.conv2d(3, stride=(1, 2)), cv.conv2d(3, dilation=2)], 40),
    "down and up": Network.sequential(
        [cv.conv2d(3, 2, 1), cv.conv2d(3, padding=1), cv.conv_transpose2d(4, 2, 1)], input_size=48
    ),
    "resized": Network.sequential(
        [cv.max_pool2d(4), cv.conv2d(3, padding=1), cv.upsample2d(4, "bilinear"), cv.conv2d(3)], input_size=(60, 64)
    ),
    "stamps that are cropped, then padded": Network.sequential(
        [cv.conv_transpose2d(4, stride=2, padding=3), cv.conv2d(3, padding=1), cv.conv2d(3, stride=2, padding=1)], 40
    ),
    "SAME": Network.sequential([cv.conv2d(3, 2, "same_upper"), cv.conv2d(5, 3, "same_upper"), cv.conv2d(3)], 66),
    "one side": Network.sequential([cv.conv2d(3, padding=((2, 0), (0, 2)), stride=3), cv.avg_pool2d(2, 1)], 50),
    "crop and pad": Network.sequential([cv.pad2d(((-3, -2), (-1, -4))), cv.conv2d(5, padding=2)], 40),
    "crop and skip": forked(),
    "unet": Network.known("unet", 188 + 16 * 8),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("steps", [1, 3])
def test_tiles_put_together_are_the_outputs_of_the_whole_image(name: str, steps: int) -> None:
    found = tiling(NETWORKS[name])
    assert found is not None
    own = (steps * found.step[0], 2 * steps * found.step[1])
    counts = (2, 1) if name == "unet" else (3, 2)
    size = tuple(sum(found.overlap[axis]) + counts[axis] * own[axis] for axis in (0, 1))
    whole = again(NETWORKS[name], (size[0], size[1]))
    image = np.random.default_rng(3).normal(size=size)
    expected = run(whole, image)
    assert np.allclose(stitched(whole, found, image, own), expected, rtol=0, atol=1e-9 * abs(expected).max())


@pytest.mark.parametrize("name", NETWORKS)
def test_with_a_smaller_tile_there_is_a_seam(name: str) -> None:
    """Less by one step, the tile lacks outputs, or one of them reads what is not there."""
    found, network = tiling(NETWORKS[name]), NETWORKS[name]
    assert found is not None
    for axis in (0, 1):
        step, side = found.step[axis], found.least[axis]
        sides = [10 * step + found.least[0], 10 * step + found.least[1]]
        image = np.random.default_rng(4).normal(size=sides)
        whole = run(again(network, (sides[0], sides[1])), image)
        begin = 4 * step
        short = range(max(1, side - step), side) if found.takes_any[axis] else [side - step]
        for length in short:
            cut = (slice(begin, begin + length), slice(None))[:: 1 if axis == 0 else -1]
            try:
                tile = run(again(network, image[cut].shape), image[cut])
            except cv.SpecError:
                continue
            ahead, outputs = int(begin / found.jump[axis]), int(step / found.jump[axis])
            lines = np.moveaxis(tile, axis, 0)
            same = np.moveaxis(whole, axis, 0)[ahead : ahead + len(lines)]
            right = [np.allclose(one, other) for one, other in zip(lines, same, strict=False)]
            runs = "".join("x" if one else " " for one in right).split()
            assert max(map(len, runs), default=0) < 2 * outputs, (axis, length)


def test_the_sides_that_the_unet_takes() -> None:
    found = tiling(NETWORKS["unet"])
    assert found is not None
    assert (found.overlap, found.step, found.least) == (((96, 92), (96, 92)), (16, 16), (204, 204))
    for side in range(180, 240):
        if side in (188, 204, 220, 236):
            assert Network.known("unet", side).output_size() == (side - 184, side - 184)
        else:
            with pytest.raises(cv.SpecError):
                Network.known("unet", side)
    assert found.outputs(0, 96, 112) == range(4, 20)  # at the centers 92 + o


def test_where_there_are_no_tiles() -> None:
    assert tiling(Network.known("deeplab_v3")) is None
    assert tiling(Network.sequential([cv.conv2d(3, 2, "same_upper")])) is None
    assert tiling(Network.sequential([cv.conv2d(1, stride=10_000)])) is None
    meeting = Network(32)
    pool = meeting.add("pool", cv.max_pool2d(2))
    meeting.add("sum", "add", [pool, meeting.add("crop", cv.pad2d(-8), "input")])
    assert tiling(meeting) is None
