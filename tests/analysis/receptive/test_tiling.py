"""Tiles by brute force: random images through whole networks and through tiles, put together again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz.analysis import Network, Tiling, tiling
from convviz.analysis.receptive.tiles import tiles

from ..onnx import models
from .open_models import Stack


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


Part = tuple[int, int, int, int]
"""Where a tile begins and ends, and where its own part does."""


def parts(cut: Tiling, axis: int, side: int, own: int) -> list[Part]:
    """Return tiles along an axis: the own parts of the outer ones go on to the borders, the last one takes the rest."""
    (above, below), found, first = cut.overlap[axis], list[Part](), 0
    while first < side:
        begin = max(0, first - above)
        end = begin + above + own + below
        if end > side or side - max(0, end - below - above) < cut.least[axis]:
            end = side
        found.append((begin, end, first, side if end == side else end - below))
        first = found[-1][3]
    return found


def stitched(
    cut: Tiling, image: Any, outputs: tuple[int, ...], own: tuple[int, int], apply: Callable[[Any], Any]
) -> Any:
    """Return the outputs of all tiles of an image, each in its position; every output is in one own part."""
    joined = np.full(outputs, np.nan)
    for tile in product(*(parts(cut, axis, cells, own[axis]) for axis, cells in enumerate(image.shape))):
        slices, into, taken = list[slice](), list[slice](), list[slice]()
        for axis, (begin, end, first, stop) in enumerate(tile):
            kept, ahead = cut.outputs(axis, first, stop), int(begin / cut.jump[axis])
            slices.append(slice(begin, end))
            into.append(slice(kept.start, kept.stop))
            taken.append(slice(kept.start - ahead, kept.stop - ahead))
        assert np.isnan(joined[tuple(into)]).all()
        joined[tuple(into)] = apply(image[tuple(slices)])[tuple(taken)]
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
    "one side only, and a finer grid": Network.sequential(
        [cv.conv2d(3, padding=((2, 0), (0, 2))), cv.conv_transpose2d((4, 1), (2, 1), ((0, 2), (0, 0)))], 40
    ),
    "copies of cells inside": Network.sequential(
        [cv.conv2d((2, 5), padding=3, padding_mode="reflect"), cv.conv2d(3, 2, 1, padding_mode="replicate")], 40
    ),
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
    cut = tiling(whole)
    assert cut is not None
    assert (cut.overlap, cut.step, cut.takes_any) == (found.overlap, found.step, found.takes_any)
    image = np.random.default_rng(3).normal(size=size)
    expected = run(whole, image)
    joined = stitched(cut, image, expected.shape, own, lambda tile: run(again(whole, tile.shape), tile))
    assert np.allclose(joined, expected, rtol=0, atol=1e-9 * abs(expected).max())


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


def test_each_output_is_in_one_part() -> None:
    """Also where centers are before the input, and where more outputs than steps come of padding."""
    for padding in ((0, 0), (5, 0), (0, 9), (13, 13)):
        for stride in (1, 4):
            network = Network.sequential([cv.conv2d(3, stride, ((0, 0), padding))], input_size=(5, 32))
            cut, outputs = tiling(network), network.output_size()
            assert cut is not None
            assert outputs is not None
            for own in (4, 8, 32):
                ranges = [cut.outputs(1, first, first + own) for first in range(0, 32, own)]
                assert [output for range_ in ranges for output in range_] == list(range(outputs[1]))


def test_outputs_of_causal_stacks_lie_at_their_own_time() -> None:
    layers = [cv.conv2d((1, 3), padding=((0, 0), (2 * rate, 0)), dilation=(1, rate)) for rate in (1, 2, 4, 8, 16, 32)]
    stack = Network.sequential([*layers, *layers], input_size=(1, 1000))
    cut = tiling(stack)
    assert cut is not None
    assert (cut.overlap, cut.center, cut.is_causal) == (((0, 0), (252, 0)), (0, 0), (False, True))
    assert cut.outputs(1, 300, 400) == range(300, 400)
    chomped = Network((1, 50))
    chomped.add("conv", cv.conv2d((1, 3), padding=(0, 2)))
    chomped.add("chomp", cv.pad2d(((0, 0), (0, -2))))
    chomped.add("sum", "add", ["chomp", "input"])
    cut = tiling(chomped)
    assert cut is not None
    assert cut.overlap == ((0, 0), (2, 0))
    both_sides = tiling(Network.sequential([cv.conv2d((1, 3), padding=(0, 2))], input_size=(1, 50)))
    assert both_sides is not None
    assert both_sides.overlap == ((0, 0), (1, 1))


def test_where_no_overlap_is_enough() -> None:
    circular = cv.conv2d((3, 1), padding=(1, 0), padding_mode="circular")
    for layers in ([circular], [cv.conv2d(3), circular, cv.max_pool2d(2)]):
        for size in (None, 32):
            reason = tiles(Network.sequential(layers, size).graph)
            assert reason == (
                "none is enough, because output 0 reads the other border of the input, as behind circular padding, a "
                "roll or a flip"
            )
    unpadded = Network.sequential([cv.conv2d(3, padding_mode="circular")], 32)
    assert isinstance(tiles(unpadded.graph), Tiling)
    assert tiles(Network.known("deeplab_v3").graph, "head") == (
        "none is enough, because an output reads the whole input"
    )


def resizing(rule: dict[str, Any], sizes: bool) -> bytes:
    """Return a model with three strides that is resized to its own size, or by 8."""
    kernels = {"a": 7, "b": 5, "c": 3}
    names, source = [], "x"
    for name, kernel in kernels.items():
        names.append(
            models.node(
                "Conv", f"{source} w{name}", name, kernel_shape=[kernel] * 2, strides=[2, 2], pads=[kernel // 2] * 4
            )
        )
        source = name
    names.append(models.node("Shape", "x", "size"))
    names.append(models.node("Resize", "c - - size" if sizes else "c - scales", "y", mode="linear", **rule))
    weights: dict[str, Any] = {f"w{name}": (1, 1, kernel, kernel) for name, kernel in kernels.items()}
    weights["scales"] = np.array([1, 1, 8, 8], np.float32)
    return models.model(names, (1, 1, "H", "W"), weights, outputs=["y"])


def test_behind_resizing_to_a_size_the_factor_stays() -> None:
    data = resizing({}, sizes=True)
    cut = tiling(Network.from_onnx(data, input_size=(96, 128)))
    assert cut is not None
    assert (cut.step, cut.takes_any, cut.least) == ((8, 8), (False, False), (48, 48))
    assert tiles(Network.from_onnx(data, input_size=(96, 130)).graph) == (
        "none is enough, because a layer resizes to a size, by a factor that differs from that of tiles: choose an "
        "input size that all strides divide"
    )
    scaled = tiling(Network.from_onnx(resizing({}, sizes=False), input_size=(96, 128)))
    assert scaled is not None
    assert (scaled.takes_any, scaled.least) == ((True, True), (44, 44))


@pytest.mark.parametrize("sizes", [True, False])
def test_aligned_corners_depend_on_the_size(sizes: bool) -> None:
    data = resizing({"coordinate_transformation_mode": "align_corners"}, sizes)
    assert tiles(Network.from_onnx(data, input_size=(96, 128)).graph) == (
        "none is enough, because resizing aligns the corners: where its outputs lie depends on the size of a tile"
    )


def test_a_window_over_a_whole_axis() -> None:
    data = models.model(
        [models.node("Conv", "x w", "a"), models.node("ReduceMean", "a", "y", axes=[3])],
        (1, 1, 16, 20),
        {"w": (1, 1, 3, 3)},
    )
    assert tiles(Network.from_onnx(data).graph) == (
        "none is enough, because an output reads whole rows or columns of the input"
    )


def check_in_onnxruntime(seed: int) -> bool:
    """Compare a random model on a whole image and on its tiles; return whether it has any."""
    stack = Stack(seed)
    data, draw = stack.data(), stack.draw
    network = Network.from_onnx(data, input_size=[(36, 48, 60, 72)[n] for n in draw.integers(0, 4, 2)])
    cut = None if network.unknown else tiling(network)
    if cut is None or max(cut.least) > 600:
        return False
    own = tuple(step * int(draw.integers(1, 3)) for step in cut.step)
    more = [
        int(draw.integers(0, step)) if any_side else 0 for step, any_side in zip(cut.step, cut.takes_any, strict=True)
    ]
    size = [least + 3 * step + cells for least, step, cells in zip(cut.least, cut.step, more, strict=True)]
    of_whole = tiling(Network.from_onnx(data, input_size=size))
    assert of_whole is not None
    assert (of_whole.overlap, of_whole.takes_any) == (cut.overlap, cut.takes_any)
    runtime, image = models.Runtime(data, (1, 1, *size)), draw.normal(size=size)

    def apply(tile: Any) -> Any:
        return runtime.run(tile[None, None])[stack.tensors[-1]][0, 0]

    expected = apply(image)
    joined = stitched(of_whole, image, expected.shape, (own[0], own[1]), apply)
    assert np.allclose(joined, expected, rtol=0, atol=2e-5 * abs(expected).max()), seed
    return True


def test_random_models_in_onnxruntime() -> None:
    tiled = sum(check_in_onnxruntime(seed) for seed in range(100))
    assert tiled > 50


VOLUME = [
    models.node("Conv", "x wa", "a", kernel_shape=[3, 2, 5], strides=[2, 1, 2], pads=[2, 0, 1, 0, 1, 3]),
    models.node("MaxPool", "a", "b", kernel_shape=[2, 3, 1], strides=[1, 2, 1], pads=[1, 1, 0, 0, 1, 0]),
    models.node("Conv", "b wb", "c", kernel_shape=[3, 3, 3], dilations=[1, 2, 1], pads=[1, 2, 1, 1, 2, 1]),
    models.node("Shape", "x", "size"),
    models.node("Resize", "c - - size", "y", mode="linear"),
]
SIGNAL = [
    models.node("Conv", "x wa", "a", kernel_shape=[5], strides=[2], pads=[4, 0]),
    models.node("Conv", "a wb", "b", kernel_shape=[3], dilations=[4], pads=[8, 8]),
    models.node("Slice", "b zero end two", "c"),
    models.node("ConvTranspose", "c wc", "y", kernel_shape=[4], strides=[2], pads=[0, 2]),
]


@pytest.mark.parametrize(
    ("nodes", "kernels", "size", "is_causal"),
    [
        (VOLUME, [(3, 2, 5), (3, 3, 3)], (24, 30, 28), (False, False, False)),
        (SIGNAL, [(5,), (3,), (4,)], (90,), (False, True)),
    ],
)
def test_volumes_and_signals(nodes: Any, kernels: Any, size: tuple[int, ...], is_causal: tuple[bool, ...]) -> None:
    weights: dict[str, Any] = {f"w{name}": (1, 1, *kernel) for name, kernel in zip("abc", kernels, strict=False)}
    weights |= {"zero": np.array([0]), "end": np.array([-8]), "two": np.array([2])}
    data = models.model(nodes, (1, 1, *"DHW"[: len(size)]), weights, opset=18, outputs=["y"])
    cut = tiling(Network.from_onnx(data, input_size=size))
    assert cut is not None
    assert cut.is_causal == is_causal
    runtime = models.Runtime(data, (1, 1, *size))
    image = np.random.default_rng(8).normal(size=cut.input_size)

    def apply(tile: Any) -> Any:
        made = runtime.run(tile.reshape(1, 1, *tile.shape[-len(size) :]))["y"][0, 0]
        return made.reshape(*(1,) * (tile.ndim - made.ndim), *made.shape)

    expected = apply(image)
    for steps in (1, 2):
        joined = stitched(cut, image, expected.shape, tuple(steps * step for step in cut.step), apply)
        assert np.allclose(joined, expected, rtol=0, atol=2e-5 * abs(expected).max())
