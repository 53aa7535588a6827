"""Compare random passages of operators with onnxruntime: every element of every tensor, in any order of its axes."""

from __future__ import annotations

import random
from math import prod
from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz.analysis.onnx_import import convert
from convviz.analysis.onnx_import.axis_tracking import Axes
from convviz.analysis.onnx_import.graph_builder import GraphBuilder

from .models import Node, Runtime, model, node

KINDS = (
    *("Sigmoid", "divide", "merge", "Transpose", "crop", "flip", "pick", "Pad", "Conv", "AveragePool", "MatMul"),
    *("Softmax", "LayerNormalization", "ReduceSum", "attend", "roll", "double", "token", "Split"),
)


class Passage:
    """Operators one after the other, each of which reads the last one; shapes are followed by hand."""

    def __init__(self, generator: random.Random) -> None:
        self.generator, self.nodes, self.weights = generator, list[Node](), dict[str, Any]()
        self.shape = [1, 2, *generator.choice([(4, 6), (6, 8), (8, 6), (6, 4)])]
        self.size = tuple(self.shape[2:])
        self.last = "x"
        for _ in range(generator.randint(2, 8)):
            getattr(self, f"_{generator.choice(KINDS).lower()}")()

    def add(self, kind: str, shape: list[int], *inputs: Any, **attributes: Any) -> str:
        """Add an operator that reads the last tensor and these, arrays among which become weights."""
        names = []
        for value in inputs or (self.last,):
            if not isinstance(value, str):
                self.weights[f"k{len(self.weights)}"] = value
                value = f"k{len(self.weights) - 1}"
            names.append(value)
        self.last, self.shape = f"t{len(self.nodes)}", shape
        self.nodes.append(node(kind, " ".join(names), self.last, **attributes))
        return self.last

    def axis(self, least: int = 1) -> int:
        """Return a random axis of at least this length, or the first of those that are longest."""
        fitting = [n for n, cells in enumerate(self.shape) if cells >= least]
        return self.generator.choice(fitting or [self.shape.index(max(self.shape))])

    def changed(self, axis: int, *cells: int) -> list[int]:
        return [*self.shape[:axis], *cells, *self.shape[axis + 1 :]]

    def _sigmoid(self) -> None:
        self.add("Sigmoid", self.shape)

    def _divide(self) -> None:
        places = [(n, d) for n, cells in enumerate(self.shape) for d in range(2, cells) if not cells % d]
        if places and len(self.shape) < 7:
            axis, by = self.generator.choice(places)
            shape = self.changed(axis, by, self.shape[axis] // by)
            self.add("Reshape", shape, self.last, shape)

    def _merge(self) -> None:
        if len(self.shape) > 2:
            n = self.generator.randrange(len(self.shape) - 1)
            shape = [*self.shape[:n], self.shape[n] * self.shape[n + 1], *self.shape[n + 2 :]]
            self.add("Reshape", shape, self.last, shape)

    def _transpose(self) -> None:
        order = self.generator.sample(range(len(self.shape)), len(self.shape))
        self.add("Transpose", [self.shape[n] for n in order], perm=order)

    def _cut(self, axis: int, first: int, stop: int, step: int = 1) -> str:
        shape = self.changed(axis, len(range(self.shape[axis])[first:stop:step]))
        return self.add("Slice", shape, self.last, [first], [stop], [axis], [step])

    def _crop(self) -> None:
        axis = self.axis(2)
        first = self.generator.randrange(max(1, self.shape[axis] - 1))
        self._cut(axis, first, self.generator.randint(first + 1, self.shape[axis]), self.generator.choice([1, 1, 2]))

    def _flip(self) -> None:
        self._cut(self.axis(), -1, -99, -1)

    def _pick(self) -> None:
        if len(self.shape) > 2:
            axis = self.axis()
            index = np.array(self.generator.randrange(self.shape[axis]))
            self.add("Gather", self.changed(axis), self.last, index, axis=axis)

    def _pad(self) -> None:
        axis, rank = self.axis(), len(self.shape)
        before, after = self.generator.randint(0, 1), self.generator.randint(0, 2)
        pads = [0] * 2 * rank
        pads[axis], pads[rank + axis] = before, after
        self.add("Pad", self.changed(axis, self.shape[axis] + before + after), self.last, pads)

    def _conv(self) -> None:
        rest = self.shape[2:]
        if 1 <= len(rest) <= 3:
            kernel = [self.generator.randint(1, min(3, cells)) for cells in rest]
            pads = [self.generator.randint(0, 1) for _ in rest]
            cells = [n + 2 * pad - size + 1 for n, pad, size in zip(rest, pads, kernel, strict=True)]
            self.add("Conv", [self.shape[0], 2, *cells], self.last, (2, self.shape[1], *kernel), pads=pads * 2)

    def _averagepool(self) -> None:
        rest = self.shape[2:]
        if 1 <= len(rest) <= 3:
            kernel = [self.generator.randint(1, min(2, cells)) for cells in rest]
            cells = [n // size for n, size in zip(rest, kernel, strict=True)]
            self.add("AveragePool", [*self.shape[:2], *cells], kernel_shape=kernel, strides=kernel)

    def _matmul(self) -> None:
        made = self.generator.choice([2, 3, self.shape[-1]])
        self.add("MatMul", [*self.shape[:-1], made], self.last, (self.shape[-1], made))

    def _softmax(self) -> None:
        self.add("Softmax", self.shape, axis=self.axis())

    def _layernormalization(self) -> None:
        self.add("LayerNormalization", self.shape, self.last, (self.shape[-1],), axis=-1)

    def _reducesum(self) -> None:
        axis, keeps = self.axis(), self.generator.randint(0, 1)
        if len(self.shape) > 2:
            self.add("ReduceSum", self.changed(axis, *[1] * keeps), self.last, [axis], keepdims=keeps)

    def _attend(self) -> None:
        if len(self.shape) > 2:
            values, shape, rank = self.last, self.shape, len(self.shape)
            order = [*range(rank - 2), rank - 1, rank - 2]
            keys = self.add("Transpose", [shape[n] for n in order], perm=order)
            self.add("MatMul", [*shape[:-1], shape[-2]], values, keys)
            self.add("Softmax", self.shape, axis=-1)
            self.add("MatMul", shape, self.last, values)

    def _roll(self) -> None:
        axis, whole, shape = self.axis(3), self.last, self.shape
        if shape[axis] > 2:
            by = self.generator.randrange(1, shape[axis] - 1)
            tail = self._cut(axis, by, 99)
            self.last, self.shape = whole, shape
            self.add("Concat", shape, tail, self._cut(axis, 0, by), axis=axis)

    def _double(self) -> None:
        axis, first, shape = self.axis(), self.last, self.shape
        second = self.add("Sigmoid", shape)
        self.add("Concat", self.changed(axis, 2 * shape[axis]), first, second, axis=axis)

    def _token(self) -> None:
        axis = self.axis()
        token = tuple(self.changed(axis, 1))
        self.add("Concat", self.changed(axis, self.shape[axis] + 1), token, self.last, axis=axis)

    def _split(self) -> None:
        axis = self.axis()
        if self.shape[axis] % 2 == 0:
            half = self.shape[axis] // 2
            names = [f"t{len(self.nodes)}", f"t{len(self.nodes)}b"]
            self.weights[f"k{len(self.weights)}"] = [half, half]
            self.nodes.append(node("Split", f"{self.last} k{len(self.weights) - 1}", " ".join(names), axis=axis))
            self.shape = self.changed(axis, half)
            self.add("Mul", self.shape, *names)


@pytest.fixture
def builders(monkeypatch: pytest.MonkeyPatch) -> list[GraphBuilder]:
    """Keep what the reader knows of the axes of tensors."""
    made: list[GraphBuilder] = []

    def kept(*arguments: Any, **others: Any) -> GraphBuilder:
        made.append(GraphBuilder(*arguments, **others))
        return made[-1]

    monkeypatch.setattr(convert, "GraphBuilder", kept)
    return made


def places_of(axes: Axes, shape: tuple[int, ...]) -> Any:
    """Return (*shape, 3): row and column of every element, and whether nothing of the input is in it."""
    found = np.zeros((*shape, 3), int)
    for axis, factors in enumerate(axes):
        inner, index = 1, np.arange(shape[axis])
        for one in reversed(factors):
            digit = (index // inner % one.size).reshape([-1 if n == axis else 1 for n in range(len(shape))])
            inner *= one.size
            if one.label in "hw":
                found[..., "hw".index(one.label)] += digit * one.step
            if one.label == "z":
                found[..., 2] |= digit != one.step
    return found.reshape(-1, 3)


def check_tensor(network: cv.Network, name: str, axes: Axes, seen: Any) -> bool:
    """Check that no element reads more than the support of its place; return whether all of that is read."""
    shape = seen.shape[2:]
    assert tuple(prod(one.size for one in axis) for axis in axes) == shape
    elements, order = seen.reshape(*seen.shape[:2], -1), network.node(name).order
    read: dict[tuple[int, int], Any] = {}
    supports: dict[tuple[int, int], Any] = {}
    for n, (row, column, is_empty) in enumerate(places_of(axes, shape).tolist()):
        place = (row, column)
        if place not in supports:
            supports[place] = network.support(name, place[::-1] if order else place)
            read[place] = np.zeros_like(supports[place])
        assert not (elements[..., n] & ~supports[place]).any(), (name, place)
        assert not (is_empty and elements[..., n].any()), (name, place)
        read[place] |= elements[..., n]
    return all((read[place] == supports[place]).all() for place in supports)


@pytest.mark.parametrize("seed", range(8))
def test_random_passages(seed: int, builders: list[GraphBuilder]) -> None:
    tensors = tight = 0
    for number in range(12):
        passage = Passage(random.Random(f"{seed} {number}"))
        if not passage.nodes:
            continue
        shape = (1, 2, *passage.size)
        data = model(passage.nodes, shape, passage.weights, 18)
        network = cv.Network.from_onnx(data)
        if network.input_size != passage.size:
            continue  # the first transposition says that other axes are the image
        seen = Runtime(data, shape).influence()
        for name, (_, tensor) in network.origins.items():
            kept = builders[-1].tensors.get(name)
            if kept is None or name in network.provenance.parts or kept.shape != seen[tensor].shape[2:]:
                continue
            tensors += 1
            is_tight = check_tensor(network, name, kept.axes, seen[tensor])
            tight += is_tight or network.receptive_field(name).status != "exact"
    assert tensors > 25
    assert tight > 0.8 * tensors  # a statistic of a single number, for one, reads nothing
