"""Random models in ONNX that take any size: strides, paddings of all kinds, crops, resizing by factors or to a size."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..onnx.models import Node, model, node

KINDS = (
    *("conv", "strided", "left", "same", "pool", "ceil"),
    *("scale", "to input", "to other", "copies", "transposed", "crop"),
)


class Stack:
    """A model in the making: its nodes, its weights, and the tensors so far."""

    def __init__(self, seed: int) -> None:
        self.draw = np.random.default_rng(seed)
        self.nodes: list[Node] = []
        self.weights: dict[str, Any] = {"0": np.array([0]), "2": np.array([2]), "4": np.array([4])}
        self.tensors = ["x"]
        for _ in range(self.draw.integers(2, 6)):
            self.grow(KINDS[self.draw.integers(len(KINDS))])

    def data(self) -> bytes:
        return model(self.nodes, (1, 1, "H", "W"), self.weights, opset=18, outputs=self.tensors[-1:])

    def numbers(self, least: int, most: int, count: int = 2) -> list[int]:
        return [int(number) for number in self.draw.integers(least, most + 1, count)]

    def size_of(self, source: str, target: str) -> str:
        """Add the arithmetic that gives (N, C of `source`, H, W of `target`)."""
        name = f"size{len(self.nodes)}"
        for tensor, part, ends in ((source, "first", "0 2"), (target, "last", "2 4")):
            self.nodes.append(node("Shape", tensor, f"{name}_{part}_all"))
            self.nodes.append(node("Slice", f"{name}_{part}_all {ends} 0", f"{name}_{part}"))
        self.nodes.append(node("Concat", f"{name}_first {name}_last", name, axis=0))
        return name

    def grow(self, kind: str) -> None:
        source, name = self.tensors[-1], f"t{len(self.nodes)}"
        kernel, strides, dilations = self.numbers(1, 4), self.numbers(1, 3), self.numbers(1, 2)
        reach = [d * (k - 1) for d, k in zip(dilations, kernel, strict=True)]
        window: dict[str, Any] = {"kernel_shape": kernel}
        match kind:
            case "conv" | "strided" | "left":
                pads = [*reach, 0, 0] if kind == "left" else self.numbers(0, max(reach) + 1, 4)
                window |= {"dilations": dilations, "pads": pads} | ({"strides": strides} if kind == "strided" else {})
                self.windows("Conv", source, name, window)
            case "same":
                same = ("SAME_UPPER", "SAME_LOWER")[self.draw.integers(2)]
                self.windows("Conv", source, name, window | {"strides": strides, "auto_pad": same})
            case "transposed":
                self.windows("ConvTranspose", source, name, window | {"strides": strides})
            case "pool" | "ceil":
                pads = [cells // 2 for cells in kernel] * 2
                window |= {"strides": strides, "pads": pads, "ceil_mode": int(kind == "ceil")}
                self.nodes.append(node(("MaxPool", "AveragePool")[self.draw.integers(2)], source, name, **window))
            case "copies":
                pads, mode = self.numbers(0, 3, 4), ("reflect", "edge")[self.draw.integers(2)]
                self.weights[f"{name}_pads"] = np.array([0, 0, *pads[:2], 0, 0, *pads[2:]])
                self.nodes.append(node("Pad", f"{source} {name}_pads", f"{name}_padded", mode=mode))
                self.windows("Conv", f"{name}_padded", name, window)
            case "crop":
                first, last = self.numbers(0, 2)
                self.weights |= {f"{name}_first": np.array([first]), f"{name}_last": np.array([-1 - last])}
                self.nodes.append(node("Slice", f"{source} {name}_first {name}_last 2", name))
            case _:
                self.resize(kind, source, name)
                return
        self.tensors.append(name)

    def windows(self, operator: str, source: str, name: str, attributes: dict[str, Any]) -> None:
        self.weights[f"{name}_kernel"] = (1, 1, *attributes["kernel_shape"])
        self.nodes.append(node(operator, f"{source} {name}_kernel", name, **attributes))

    def resize(self, kind: str, source: str, name: str) -> None:
        """Resize by factors, to the size of the input, or to that of any tensor, which is added then."""
        rule = ({"mode": "linear"}, {"mode": "nearest", "nearest_mode": "floor"})[self.draw.integers(2)]
        if rule["mode"] == "nearest":
            rule["coordinate_transformation_mode"] = "asymmetric"
        other = "x" if kind == "to input" else self.tensors[self.draw.integers(len(self.tensors))]
        if kind == "scale":
            factors = [(1, 2, 3, 1.5)[n] for n in self.draw.integers(0, 4, 2)]
            self.weights[f"{name}_scales"] = np.array([1, 1, *factors], np.float32)
            self.nodes.append(node("Resize", f"{source} - {name}_scales", name, **rule))
        else:
            self.nodes.append(node("Resize", f"{source} - - {self.size_of(source, other)}", name, **rule))
        self.tensors.append(name)
        if kind == "to other":
            self.nodes.append(node("Add", f"{name} {other}", f"{name}_sum"))
            self.tensors.append(f"{name}_sum")
