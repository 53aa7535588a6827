"""The layers that a program applies, as a graph: images are numbers of nodes, and what is done to one is a new node."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any, Final

from convviz import limits
from convviz.errors import SpecError

from . import arrays, onnx_nodes
from .dialects import Row
from .operators import is_number
from .values import UNKNOWN, Array, Call, Node, Tensor

ACTIVATIONS: Final = ("relu", "relu_", "sigmoid", "tanh", "softmax", "log_softmax", "exp", "abs", "sqrt", "clamp")
"""Methods of an image that change each number by itself."""

_KEPT: Final = (
    *("contiguous", "to", "cuda", "cpu", "float", "double", "half", "detach", "numpy", "clone", "permute", "transpose"),
    *("squeeze", "unsqueeze", "requires_grad_", "type", "astype", "copy", "dropout"),
)
"""Methods that leave it as it is, as far as shapes matter."""

SOURCE: Final = 160
"""Characters of a call that are kept, of a name that is known, and of a text that is an argument."""


class Graph:
    """What is applied to what.

    Attributes
    ----------
    nodes : list of Node
        In the order of computation.
    dialect : str
        The framework of the first layer.
    example : tuple, optional
        The shape of an input, where the text says it apart from its layers.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.nodes: list[Node] = []
        self.dialect = ""
        self.example: tuple[int | None, ...] | None = None
        self._lines = lines
        self._roots: dict[int, tuple[Array, Tensor]] = {}
        self._outputs: dict[str, Tensor] = {}
        self._framework = "pytorch"
        self._is_first = "channels_first" in "\n".join(lines)

    def has_layers(self) -> bool:
        """Return whether a layer is applied."""
        return any(node.call is not None for node in self.nodes)

    @property
    def last(self) -> int | None:
        """The node that gives the output."""
        return next((n for n in range(len(self.nodes) - 1, -1, -1) if self.nodes[n].call is not None), None)

    def input(self, shape: tuple[int | None, ...] | None = None) -> Tensor:
        """Add an input."""
        self.nodes.append(Node(None, shape=shape or self.example))
        return Tensor(len(self.nodes) - 1)

    def add(self, call: Call, *inputs: Tensor) -> Tensor:
        """Add a layer that reads some images, and return what comes out of it."""
        if len(self.nodes) >= limits.CODE_LAYERS:
            raise SpecError(f"Line {call.line}: the code must have at most {limits.CODE_LAYERS} layers; got more.")
        self.dialect = self.dialect or call.dialect
        example = call.arguments.get("input_shape")
        source = self.nodes[inputs[0].node]
        if isinstance(example, tuple) and source.call is None and source.shape is None:
            self.nodes[inputs[0].node] = replace(source, shape=self.grid(example, is_last=call.is_last))
        self.nodes.append(Node(call, tuple(each.node for each in inputs)))
        return Tensor(len(self.nodes) - 1)

    def tensor(self, value: Any, is_last: bool, rank: int) -> Tensor:
        """Return an image; an array becomes the input that it is, with what is put around it as a layer."""
        if isinstance(value, Tensor):
            return value
        assert isinstance(value, Array)
        self._framework = {"torch": "pytorch", "keras": "keras", "jnp": "jax", "jax": "jax"}.get(
            value.library, self._framework
        )
        if id(value) in self._roots:
            return self._roots[id(value)][1]
        image = arrays.image(value, is_last and not self._is_first, rank)
        self.nodes.append(Node(None, array=replace(image, pads=(), mode="zeros"), shape=image.shape))
        tensor = Tensor(len(self.nodes) - 1)
        if any(pair != (0, 0) for pair in image.pads):
            line, source = value.padded or (1, "")
            row = Row("pad", "pad", {}, 0)
            arguments = {"sides": image.pads[1:], "mode": image.mode}
            call = Call(line, source, "pad", row, "", is_last, arguments)
            tensor = self.add(call, tensor)
        self._roots[id(value)] = value, tensor
        return tensor

    def join(self, call: Call, positional: Sequence[Any]) -> Any:
        """Add a layer that reads several images, in a list or one after the other."""
        members = positional[0] if positional and isinstance(positional[0], list | tuple) else positional
        tensors = [self.tensor(value, call.is_last, 0) for value in members if isinstance(value, Tensor | Array)]
        if len(tensors) < 2:
            return tensors[0] if tensors else UNKNOWN
        return self.add(call, *tensors)

    def made(self, node: ast.AST, name: str, kind: str, arguments: dict[str, Any], like: Call | None) -> Call:
        """Return a layer that the text has as an expression."""
        row = Row(name, kind, {}, 0)
        dialect = like.dialect if like else self.dialect or self._framework
        is_last = like.is_last if like else dialect in ("keras", "flax", "jax")
        return Call(node.lineno, self.source(node), name, row, dialect, is_last, arguments, frozenset(arguments))  # type: ignore[attr-defined]

    def source(self, node: ast.AST) -> str:
        """Return the text of a call on one line."""
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1  # type: ignore[attr-defined]
        rows = [line.encode() for line in self._lines[first : last + 1]]
        rows[-1] = rows[-1][: node.end_col_offset]  # type: ignore[attr-defined]
        rows[0] = rows[0][node.col_offset :]  # type: ignore[attr-defined]
        text = " ".join(row.decode(errors="replace").strip() for row in rows)
        return text if len(text) <= SOURCE else f"{text[: SOURCE - 4]} ..."

    def grid(self, shape: Sequence[Any], is_last: bool) -> tuple[int | None, ...] | None:
        """Return the shape of one image, channels first."""
        sides = tuple(side if isinstance(side, int) and side > 0 else None for side in shape)
        if len(sides) < 2:
            return sides or None
        return (sides[-1], *sides[:-1]) if is_last and not self._is_first else sides

    def cut(self, node: ast.expr, tensor: Tensor, index: Any) -> Tensor:
        """Return a part of an image: cells are cropped or left out."""
        places = index if isinstance(index, tuple) else (index,)
        call = self.nodes[tensor.node].call
        if ... in places:
            places = places[places.index(...) + 1 :]
        else:
            is_alone = len(places) == 3 and places[1] != slice(None)  # (C, H, W) without a batch
            places = places[1:] if call is None or call.is_last or is_alone else places[2:]
        cuts = [each for each in places if isinstance(each, slice)]
        if not cuts or all(each == slice(None) for each in cuts):
            return tensor
        numbers = [number for each in cuts for number in (each.start, each.stop, each.step)]
        if not all(number is None or isinstance(number, int) for number in numbers):
            return tensor
        if all(each.start is None and each.stop is None for each in cuts):
            return self.add(
                self.made(node, "slice", "thin", {"stride": tuple(each.step or 1 for each in cuts)}, call), tensor
            )
        bounds = tuple((each.start or 0, each.stop) for each in cuts)
        return self.add(self.made(node, "slice", "cut", {"bounds": bounds}, call), tensor)

    def stretched(self, node: ast.expr, holder: Array, value: Any, index: Any) -> Any:
        """Return an image whose cells are written into an array of zeros with gaps between them."""
        places = [each for each in index if isinstance(each, slice)] if isinstance(index, tuple) else []
        places = [each for each in places if each != slice(None)]
        numbers = [number for each in places for number in (each.start, each.stop, each.step)]
        sizes = holder.shape[1 : 1 + len(places)]
        if not len(places) == len(sizes) > 0 or not all(isinstance(n, int) and n >= 0 for n in numbers):
            return UNKNOWN
        if any(each.step < 1 or each.stop <= each.start for each in places):
            return UNKNOWN
        tensor = self.tensor(value, is_last=True, rank=len(places))
        sides = tuple(
            (each.start, size - 1 - (each.stop - 1 - (each.stop - 1 - each.start) % each.step))
            for each, size in zip(places, sizes, strict=True)
        )
        arguments = {"stride": tuple(each.step for each in places), "sides": sides}
        return self.add(self.made(node, "stretch", "stretch", arguments, None), tensor)

    def operated(self, node: ast.AST, op: ast.operator, left: Any, right: Any) -> Any:
        """Return what an operator makes of an image: a join, an average of a sum, or the same image."""
        if isinstance(left, Tensor) and isinstance(right, Tensor):
            if isinstance(op, ast.Div) and (counted := self._counted(right)):
                self.replace(left, counted=counted)
                self.nodes.append(self.nodes[left.node])  # so that it comes after what it is divided by
                return Tensor(len(self.nodes) - 1)
            kind = {ast.Add: "add", ast.Sub: "add", ast.Mult: "multiply"}.get(type(op))
            if kind is None:
                return UNKNOWN
            return self.add(self.made(node, kind, kind, {}, None), left, right)
        tensor = left if isinstance(left, Tensor) else right
        call = self.nodes[tensor.node].call
        other = right if left is tensor else left
        if isinstance(op, ast.Add) and isinstance(other, Array) and {*other.shape[1:]} <= {1} and call is not None:
            if call.row.kind == "cut":  # of what a transposed convolution stamps
                call = self.nodes[self.nodes[tensor.node].inputs[0]].call or call
            if call.row.kind in ("convolution", "transposed") and call.bias is None:
                bias = other.reshaped(other.shape[:1])
                call.bias = bias if isinstance(bias, Array) else None
            return tensor
        if (
            isinstance(op, ast.Div)
            and left is tensor
            and is_number(right)
            and call
            and call.arguments.get("divisor") == 1
        ):
            sizes = call.arguments.get("kernel_size")
            is_known = isinstance(sizes, tuple) and all(isinstance(size, int) for size in sizes)
            self.replace(tensor, divisor=None if is_known and right == prod(sizes or ()) else right)
        return tensor

    def _counted(self, tensor: Tensor) -> Array | None:
        """Return the array of ones whose sums an image is divided by."""
        node, pads = self.nodes[tensor.node], None
        while node.inputs:
            if node.call is None or node.call.row.kind not in ("pooling", "pad"):
                return None
            pads = node.call.arguments.get("sides", pads)
            node = self.nodes[node.inputs[0]]
        return node.array and replace(node.array, pads=((0, 0), *pads) if pads else ())

    def replace(self, tensor: Tensor, counted: Array | None = None, **arguments: Any) -> None:
        """Change the arguments of the pooling that an image comes out of."""
        node = self.nodes[tensor.node]
        if node.call is not None and node.call.row.kind == "pooling":
            call = node.call.changed(**{"divisor": None, **arguments})
            call.counted = counted
            self.nodes[tensor.node] = replace(node, call=call)

    def method(self, node: ast.Call, tensor: Tensor, name: str, positional: list[Any], named: dict[str, Any]) -> Any:
        """Return what a method of an image makes of it."""
        call = self.nodes[tensor.node].call
        if name in ("view", "reshape"):
            sizes = positional[0] if positional and isinstance(positional[0], tuple | list) else positional
            return self.reshaped(node, tensor, list(sizes))
        if name == "flatten":
            arguments = {"start_dim": positional[0] if positional else named.get("start_dim", 0)}
            return self.add(self.made(node, name, "flatten", arguments, call), tensor)
        if name == "mean":
            axes = positional[0] if positional else named.get("dim", named.get("axis"))
            return self.mean(node, tensor, axes)
        if name in ("add", "add_") and positional and isinstance(positional[0], Tensor):
            return self.add(self.made(node, "add", "add", {}, call), tensor, positional[0])
        if name in ACTIVATIONS:
            return self.add(self.made(node, name, "identity", {}, call), tensor)
        return tensor if name in _KEPT else UNKNOWN

    def reshaped(self, node: ast.AST, tensor: Tensor, sizes: list[Any]) -> Tensor:
        """Read view and reshape: the first number is the batch."""
        call = self.nodes[tensor.node].call
        rest = sizes[1:]
        if len(rest) <= 1 and (not rest or rest[0] == -1 or not is_number(rest[0])):
            return self.add(self.made(node, "flatten", "flatten", {"start_dim": 1}, call), tensor)
        return self.add(self.made(node, "reshape", "reshape", {"size": tuple(rest)}, call), tensor)

    def mean(self, node: ast.AST, tensor: Tensor, axes: Any) -> Any:
        """Read an average over the whole grid."""
        if (isinstance(axes, tuple | list) and len(axes) in (2, 3)) or axes in ((2,), [2]):
            made = self.made(node, "mean", "global", {"mode": "average"}, self.nodes[tensor.node].call)
            made.row = replace(made.row, rank=len(axes))
            return self.add(made, tensor)
        return UNKNOWN

    def onnx_node(
        self, node: ast.Call, positional: list[Any], named: Mapping[str, Any], names: Mapping[str, Any]
    ) -> Any:
        """Read ``onnx.helper.make_node``, whose inputs are arrays or outputs of other nodes by their names."""
        match positional:
            case [str() as operator, [*inputs], [str() as output, *_], *_] if inputs:
                values = [self._named(name, names) for name in inputs]
            case _:
                return UNKNOWN
        image, *others = values
        if operator == "Div" and isinstance(image, Tensor) and others and isinstance(others[0], Tensor):
            self._outputs[output] = self.operated(node, ast.Div(), image, others[0])
            return UNKNOWN
        kind, arguments = onnx_nodes.layer_of(operator, named)
        weight, bias = ([each if isinstance(each, Array) else None for each in others] + [None, None])[:2]
        if kind in ("convolution", "transposed") and weight is not None:
            arguments["weight"] = weight
        call = self.made(node, operator, kind, arguments, None)
        call.dialect, call.is_last, call.weight, call.bias = "onnx", False, weight, bias
        read = [image, *others] if kind in ("add", "multiply", "concat") else [image]
        tensors = [self.input() if each is None else self.tensor(each, False, call.rank) for each in read]
        self._outputs[output] = self.add(call, *tensors)
        return UNKNOWN

    def _named(self, name: Any, names: Mapping[str, Any]) -> Tensor | Array | None:
        """Return what the name of an ONNX value means: an output of a node, or a variable of the text."""
        value = self._outputs.get(name, names.get(name)) if isinstance(name, str) else None
        return value if isinstance(value, Tensor | Array) else None
