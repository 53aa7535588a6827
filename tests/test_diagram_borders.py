"""The borders of stacks against paths that are followed one by one, with every axis different."""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np
import pytest

import convviz as cv
from convviz.arithmetic import Conv2d
from convviz.arithmetic.layer_kinds import Stack, read_stack
from convviz.diagrams.borders import reads, share_map, shares, under_modes

STACKS: Final = (
    ("conv2d(3x2,stride=2x1,padding=1x2,dilation=1x2);conv2d(2x3,stride=1x2,padding=0,1,2,1)", (7, 6)),
    ("conv2d(3,padding=1x2);max_pool2d(2x3,stride=1x2,padding=1x0);conv2d(3x4,padding=2x1,dilation=2x1)", (6, 8)),
)

PADS: Final = {"reflect": "reflect", "symmetric": "symmetric", "replicate": "edge", "circular": "wrap"}
"""The names of the modes in NumPy."""


def along(layers: Stack, size: int, axis: int, mode: str, output: int) -> tuple[np.ndarray, int, int]:
    """Follow the paths of an output: how many begin in each cell, how many there are, how many leave the input."""
    sizes = [size]
    for layer in layers:
        sizes.append(layer.output_size((sizes[-1] if axis == 0 else 99, sizes[-1] if axis == 1 else 99))[axis])
    ends = np.zeros(size, int)
    every = left = 0
    for taps in product(*(range(layer.kernel_size[axis]) for layer in reversed(layers))):
        every, has_left, place = every + 1, False, output
        for layer, cells, tap in zip(reversed(layers), reversed(sizes[:-1]), taps, strict=True):
            before, after = layer.padding[axis]
            place = place * layer.stride[axis] - before + tap * layer.dilation[axis]
            if not 0 <= place < cells:
                has_left = True
                if mode == "zeros" or not isinstance(layer, Conv2d):
                    break
                place = int(np.pad(np.arange(cells), (before, after), PADS[mode])[place + before])
        else:
            ends[place] += 1
        left += has_left
    return ends, every, left


@pytest.mark.parametrize(("spelled", "size"), STACKS)
def test_shares_are_those_of_all_paths(spelled: str, size: tuple[int, int]) -> None:
    layers = read_stack("layers", spelled, 3, 9)
    rows, columns = shares(layers, size)
    for axis, line in enumerate((rows, columns)):
        for output, share in enumerate(line):
            _, every, left = along(layers, size[axis], axis, "zeros", output)
            assert share == pytest.approx(left / every, abs=1e-12)
            if not any(hasattr(layer, "ceil_mode") for layer in layers):
                assert along(layers, size[axis], axis, "circular", output)[2] == left, "the same under each mode"
    inside = np.outer(1 - rows, 1 - columns)
    np.testing.assert_allclose(share_map(layers, size), 1 - inside, atol=1e-12)


@pytest.mark.parametrize(("spelled", "size"), STACKS)
@pytest.mark.parametrize("output", [(0, 1), (2, 0)])
def test_what_an_output_reads_under_each_mode(spelled: str, size: tuple[int, int], output: tuple[int, int]) -> None:
    layers = read_stack("layers", spelled, 3, 9)
    for axis, (title, rows) in enumerate(reads(layers, size, output)):
        assert title == (
            f"Output {output[axis]} along the {('height', 'width')[axis]}: percent of its paths from each cell"
        )
        assert [mode for mode, _, _ in rows][:1] == ["zeros"]
        for mode, line, words in rows:
            if mode == "none":
                continue
            ends, every, left = along(layers, size[axis], axis, mode, output[axis])
            whole = every if mode == "zeros" else ends.sum()
            np.testing.assert_allclose(line, ends / whole, atol=1e-12)
            assert words.endswith("zeros" if mode == "zeros" else "copies")
            assert words.startswith(f"{left / every:.0%} read".replace("%", " %"))


def test_modes_differ_in_what_is_copied_and_without_padding_in_size() -> None:
    layers = read_stack("layers", "conv2d(3x5,padding=1x4);conv2d(3,padding=1)", 2, 9)
    found = {each.mode: each for each in under_modes(layers, (5, 7))}
    copies = {mode: each.copies for mode, each in found.items()}
    assert copies == {
        "zeros": "–",
        "reflect": "… 3, 2, 1 | 5, 4, 3 …",
        "symmetric": "… 2, 1, 0 | 6, 5, 4 …",
        "replicate": "… 0, 0, 0 | 6, 6, 6 …",
        "circular": "… 4, 5, 6 | 0, 1, 2 …",
        "none": "–",
    }
    assert {mode: each.size for mode, each in found.items()} == dict.fromkeys(copies, (5, 11)) | {"none": (1, 1)}
    assert {each.clean for each in found.values()} == {1}
    small = {each.mode: each.refusal for each in under_modes(read_stack("layers", "conv2d(7,padding=3)", 1, 9), (4, 3))}
    assert small["zeros"] == small["replicate"] == ""
    assert small["reflect"] == (
        'node "conv2d_1": The reflect padding (3 + 3) must be smaller than the input (3 columns) on each side.'
    )
    assert small["none"] == 'node "conv2d_1": The kernel (7 rows) is larger than the input (4 rows).'


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("border-reads", {"output": "9,0"}, "output must be one of 7 x 7 outputs, counted from 0; got 9,0."),
        (
            "border-reads",
            {"output": "1;2"},
            "output must be the row and the column of an output, from 0, such as 0,3; got '1;2'.",
        ),
        (
            "border-shares",
            {"layers": "conv2d(2x150,padding=1)"},
            "A map of borders has room for 128 x 128 cells; got an input of 2 x 150 and 3 x 3 outputs.",
        ),
        (
            "border-shares",
            {"layers": ";".join(["conv2d(3,padding=1)"] * 33)},
            "layers must be at most 32 for their borders; got 33.",
        ),
        (
            "border-reads",
            {"layers": ";".join(["conv2d(3,padding=1)"] * 32)},
            "What one output reads is counted for at most 65,536 cells of all layers together; got 139,425.",
        ),
        (
            "border-reads",
            {"layers": "conv2d(1024,padding=512)"},
            "The sides of all kernels must have at most 512 cells together for their borders; got 2048.",
        ),
        (
            "border-reads",
            {"layers": "conv2d(3,stride=1024);conv2d(5,stride=1024)"},
            "input_size must be at most 4096 for the borders; got 4099 x 4099.",
        ),
    ],
)
def test_what_has_no_picture_is_refused(name: str, given: dict[str, object], sentence: str) -> None:
    with pytest.raises(cv.SpecError) as caught:
        cv.chart(name, **given)
    assert str(caught.value) == sentence
