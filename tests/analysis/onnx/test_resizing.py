"""Compare resizing of all kinds with onnxruntime: supports, sizes and centers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import convviz as cv

from .models import check, model, node

HALF = {"coordinate_transformation_mode": "half_pixel"}
CORNERS = {"coordinate_transformation_mode": "align_corners"}
SHIFTED = {"coordinate_transformation_mode": "asymmetric"}
TORCH = {"coordinate_transformation_mode": "pytorch_half_pixel"}
SIZED: list[tuple[dict[str, Any], tuple[int, int]]] = [
    ({"mode": "cubic", **HALF}, (12, 16)),
    ({"mode": "cubic", **HALF, "exclude_outside": 1}, (5, 16)),
    ({"mode": "cubic", **TORCH, "cubic_coeff_a": -0.5}, (9, 5)),
    ({"mode": "linear", **CORNERS}, (10, 7)),
    ({"mode": "linear", **CORNERS}, (4, 13)),
    ({"mode": "linear", **SHIFTED}, (9, 11)),
    ({"mode": "linear", **SHIFTED}, (4, 8)),
    ({"mode": "linear", **HALF}, (12, 3)),
    ({"mode": "linear", **HALF, "antialias": 1}, (4, 3)),
    ({"mode": "linear", **HALF, "antialias": 1}, (12, 5)),
    ({"mode": "nearest", **HALF}, (9, 11)),
    ({"mode": "nearest", **HALF, "nearest_mode": "round_prefer_ceil"}, (9, 5)),
    ({"mode": "nearest", **CORNERS, "nearest_mode": "ceil"}, (11, 5)),
]


def test_resizing_to_a_size() -> None:
    """Between convolutions, and back to the size of the image."""
    nodes = [node("Conv", "x w", "a", pads=[1, 0, 1, 0])]
    weights: dict[str, Any] = {"w": (2, 2, 3, 1), "v": (2, 2, 1, 3), "back": [1, 2, 6, 8]}
    compared = []
    for n, (attributes, size) in enumerate(SIZED):
        weights[f"size{n}"] = [1, 2, *size]
        nodes += [
            node("Resize", f"a - - size{n}", f"r{n}", **attributes),
            node("Conv", f"r{n} v", f"c{n}", pads=[0, 1, 0, 1]),
            node("Resize", f"c{n} - - back", f"b{n}", **attributes),
            node("Add", f"b{n} a", f"y{n}"),
        ]
        compared += [f"r{n}", f"c{n}"]
    check(nodes, (1, 2, 6, 8), weights, opset=18, tensors=compared)


def test_upsampling_of_old_files() -> None:
    """Opset 9 has no attribute for centers: linear resizing by 5/3 is asymmetric, as torch wrote it then."""
    scales = np.array([1, 1, 5 / 3, 1.5], np.float32)
    check([node("Upsample", "x scales", "y", mode="linear")], (1, 2, 6, 8), {"scales": scales}, opset=9)


def test_jumps_and_centers_of_cubic_resizing() -> None:
    """As those of linear resizing by the same factor; its cubic support is two cells longer."""
    data = model(
        [node("Resize", "x - size", "y", mode="cubic", **HALF)],
        (1, 2, 10, 12),
        {"size": np.array([1, 1, 1.5, 2], np.float32)},
    )
    network = cv.Network.from_onnx(data)
    field = network.receptive_field("Resize_1")
    assert network.output_size("Resize_1") == (15, 24)
    assert (field.jump, field.center) == ((Fraction(2, 3), Fraction(1, 2)), (Fraction(-1, 6), Fraction(-1, 4)))
    assert field.size[1] == 4
    assert network.unknown == ()


def test_unsupported_resizing() -> None:
    """Cubic resizing by 3 reads one cell where it meets it, four elsewhere; a ceiling has a cell for the one behind."""
    odd: list[tuple[dict[str, Any], int]] = [({"mode": "cubic"}, 3), ({"mode": "cubic", "cubic_coeff_a": 0.0}, 2)]
    odd += [({"mode": "odd"}, 2), ({**SHIFTED, "nearest_mode": "ceil"}, 2)]
    for words, factor in odd:
        data = model([node("Resize", "x - by", "y", **words)], weights={"by": np.array([1, 1, factor, 1], np.float32)})
        assert cv.Network.from_onnx(data).unknown == (("Resize", "Resize_1", "y"),)
    data = model(
        [node("Resize", "x - - to", "y", mode="linear", **CORNERS)], (1, 1, 16_000, 9), {"to": [1, 1, 15_999, 9]}
    )
    assert cv.Network.from_onnx(data).unknown == (("Resize", "Resize_1", "y"),)


def test_scales_and_sizes_that_leave_nothing() -> None:
    for scale in ("0", "-2", "1e-30", "0.05", "nan", "inf"):
        data = model([node("Resize", "x - by", "y")], weights={"by": np.array([1, 1, 1, float(scale)], np.float32)})
        with pytest.raises(cv.SpecError) as caught:
            cv.Network.from_onnx(data)
        assert str(caught.value) == f'node "Resize_1" must make at least 1 cell of 12; got the scale {scale}.'
    for size in (0, -2):
        data = model([node("Resize", "x - - to", "y")], weights={"to": [1, 2, size, 12]})
        with pytest.raises(cv.SpecError) as caught:
            cv.Network.from_onnx(data)
        assert str(caught.value) == f'node "Resize_1" must make at least 1 cell of 9; got the size {size}.'
