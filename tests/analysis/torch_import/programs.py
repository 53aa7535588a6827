"""Programs as `torch.export` gives them, with what is read of them and nothing else; PyTorch is not needed."""

from types import SimpleNamespace
from typing import Any

import numpy as np

Shape = tuple[int, ...]


class Program:
    """A program that is written node by node; the first node is the input "x".

    `stored` has the parameters by the path that they have in the module: shapes, or arrays of integers for buffers.
    """

    def __init__(self, shape: Shape, **stored: Any) -> None:
        names = {f"p_{name}": name.replace("__", ".") for name in stored}
        self.graph = SimpleNamespace(nodes=[])
        self.graph_signature = SimpleNamespace(
            user_inputs=("x",),
            user_outputs=(),
            inputs_to_parameters=names,
            inputs_to_buffers={},
            inputs_to_lifted_tensor_constants={},
        )
        self.state_dict, self.constants = {}, {}
        for name, value in stored.items():
            is_array = isinstance(value, np.ndarray)
            self._add("placeholder", f"p_{name}", f"p_{name}", value.shape if is_array else value)
            if is_array:
                self.state_dict[names[f"p_{name}"]] = Buffer(value)
        self.x = self._add("placeholder", "x", "x", shape)

    def __getitem__(self, name: str) -> SimpleNamespace:
        return next(node for node in self.graph.nodes if node.name == f"p_{name}")

    def call(self, kind: str, *args: Any, gives: Any, path: str = "", **kwargs: Any) -> SimpleNamespace:
        """Add a node that calls an operator, or "getitem", and gives a tensor of this shape, or several in a list."""
        target: Any = SimpleNamespace(__name__="getitem") if kind == "getitem" else f"aten.{kind}"
        name = f"{kind.partition('.')[0]}_{len(self.graph.nodes)}"
        return self._add("call_function", name, target, gives, args, kwargs, path)

    def _add(
        self, op: str, name: str, target: Any, gives: Any, args: Any = (), kwargs: Any = None, path: str = ""
    ) -> SimpleNamespace:
        shapes = [SimpleNamespace(shape=shape) for shape in (gives if isinstance(gives, list) else [gives])]
        meta = {"val": shapes if isinstance(gives, list) else shapes[0]}
        if path:
            meta["nn_module_stack"] = {"": ("", "Net"), path: (path, "Layer")}
        flat = [each for arg in args for each in (arg if isinstance(arg, list | tuple) else [arg])]
        reads = [each for each in flat if isinstance(each, SimpleNamespace)]
        node = SimpleNamespace(
            op=op, name=name, target=target, args=args, kwargs=kwargs or {}, meta=meta, all_input_nodes=reads
        )
        self.graph.nodes.append(node)
        return node


class Buffer:
    """A tensor of integers."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def tolist(self) -> Any:
        return self.array.tolist()

    def is_floating_point(self) -> bool:
        return False

    def is_complex(self) -> bool:
        return False
