"""Write the operators of a model one after the other, named by the modules of PyTorch that they are in."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from convviz.analysis.onnx_import.parse_model import LONGEST_NAME, Constant, Op

OPSET: Final = 24
"""The version of ONNX whose operators are written; Swish is new in it."""


class Untranslated(Exception):  # noqa: N818
    """Raised where operators of ONNX cannot say what one of PyTorch does with its arguments."""


@dataclass(slots=True)
class Writer:
    """A model so far, and the node of the program that is being translated.

    Attributes
    ----------
    constants : dict
        The tensors that do not depend on the input, by name.
    ops : list of Op
        The operators.
    tensors : dict
        For each node of the program, the name of its tensor, or a list of names if it has several.
    node : Any
        The node that is being translated.
    declared : dict
        The shapes of the results of operators that have no translation.
    taken : set of str
        The names that no operator may have; one with a single output gives it its own name.
    """

    constants: dict[str, Constant] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)
    tensors: dict[str, Any] = field(default_factory=dict)
    node: Any = None
    declared: dict[str, tuple[int | None, ...] | None] = field(default_factory=dict)
    taken: set[str] = field(default_factory=lambda: {"input"})

    def tensor(self, value: Any) -> str:
        """Return the name of an argument's tensor: of a number a constant, and nothing for None."""
        if value is None:
            return ""
        if isinstance(value, bool | int | float):
            return self.constant(Constant.of(np.array(value)))
        name: str = self.tensors[value.name]
        return name

    def constant(self, constant: Constant) -> str:
        """Return the name of a new constant."""
        name = f"constant_{len(self.constants)}"
        self.constants[name] = constant
        return name

    def integers(self, numbers: Iterable[int]) -> str:
        """Return the name of a new constant of integers along one axis."""
        return self.constant(Constant.of(np.array([*numbers], np.int64)))

    def numbers(self, numbers: Iterable[float]) -> str:
        """Return the name of a new constant of numbers along one axis."""
        return self.constant(Constant.of(np.array([*numbers], np.float32)))

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add an operator with one output, and return the name of that."""
        return self.add_several(1, kind, *inputs, **attributes)[0]

    def add_several(self, number: int, kind: str, *inputs: str, **attributes: Any) -> list[str]:
        """Add an operator, and return the names of its outputs."""
        path = module_path(self.node)
        name = self._new_name(f"{path}/{kind}" if path else kind)
        outputs = [name, *(f"{name}:{n}" for n in range(1, number))]
        self.ops.append(Op(kind, name, inputs, tuple(outputs), attributes, scope=path))
        return outputs

    def _new_name(self, wanted: str) -> str:
        wanted = wanted[-LONGEST_NAME:]
        name, again = wanted, 2
        while name in self.taken:
            name, again = f"{wanted}_{again}", again + 1
        self.taken.add(name)
        return name


def module_path(node: Any) -> str:
    """Return the path of the module that a node of a program is in: "layer4.2.conv2", empty for the whole."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    path: str = stack[-1][0].partition("@")[0] if stack else ""  # "@1" follows where a module is called again
    return path


def shape_of(node: Any) -> tuple[int, ...]:
    """Return the shape of the tensor that a node of a program is."""
    return tuple(int(size) for size in node.meta["val"].shape)
