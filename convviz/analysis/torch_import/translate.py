"""Translate an exported program of PyTorch into the operators of ONNX, which the reader of files understands.

What is read of a program: the nodes of its graph with `op`, `name`, `target`, `args`, `kwargs`, `all_input_nodes` and,
of `meta`, the shapes of results ("val") and the path of the module ("nn_module_stack"); the names of its inputs and
parameters in `graph_signature`; and the numbers of small tensors of integers, which may be indices.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from convviz import limits
from convviz.analysis.onnx_import.parse_model import Constant, Model

from .operators import TRANSLATIONS
from .writer import OPSET, Untranslated, Writer, shape_of

OF_SHAPES: Final = (
    "empty_like full_like new_empty new_full new_ones new_zeros ones_like rand_like randn_like zeros_like"
)
"""The operators that read only the shape and the type of a tensor."""


def model_of(program: Any) -> Model:
    """Return the model of an exported program.

    Parameters
    ----------
    program : torch.export.ExportedProgram
        Its operators of the namespace "aten" become those of ONNX; one that has no translation keeps its name.

    Returns
    -------
    Model
        Operators have the name of their module, as "layer4.2.conv2/Conv"; `given` is that of the program's node.
        What does not depend on an input is a constant, known by its shape, that reads the parameters it is made of.
    """
    signature = program.graph_signature
    inputs = [name for name in signature.user_inputs if isinstance(name, str)]
    writer, shapes, depending = Writer(taken={"input", *inputs}), dict[str, tuple[int | None, ...] | None](), set[str]()
    for node in program.graph.nodes:
        if node.op == "placeholder" and node.name in inputs and hasattr(node.meta.get("val"), "shape"):
            shapes[node.name] = shape_of(node)
            writer.tensors[node.name] = node.name
            depending.add(node.name)
        elif node.op == "placeholder" and hasattr(node.meta.get("val"), "shape"):
            writer.tensors[node.name] = name = _stored_name(signature, node.name)
            writer.constants[name] = _stored(program, name, shape_of(node))
        elif node.op == "call_function" and node.meta.get("val") is not None:
            _translate(writer, node, depending)
    return Model(OPSET, MappingProxyType(shapes), MappingProxyType(writer.constants), tuple(writer.ops))


def _stored_name(signature: Any, name: str) -> str:
    """Return the name that a parameter or a buffer has in its module."""
    mappings: tuple[Mapping[str, str], ...] = (
        signature.inputs_to_parameters,
        signature.inputs_to_buffers,
        signature.inputs_to_lifted_tensor_constants,
    )
    return next((names[name] for names in mappings if name in names), name)


def _stored(program: Any, name: str, shape: tuple[int, ...]) -> Constant:
    """Return a stored tensor: its shape, and its numbers if they are few integers."""
    tensor = program.state_dict.get(name, program.constants.get(name))
    is_read = tensor is not None and prod(shape) <= limits.ONNX_NUMBERS and not tensor.is_floating_point()
    numbers = np.array(tensor.tolist()) if is_read and not tensor.is_complex() else None
    return Constant(shape, None if numbers is None else numbers.reshape(shape))


def _translate(writer: Writer, node: Any, depending: set[str]) -> None:
    """Write the operators of a node, and remember the names of its results."""
    kind, before = _kind(node.target), len(writer.ops)
    reads = [each.name for each in node.all_input_nodes]
    writer.node = node
    if kind == "getitem":
        results: str | list[str] = writer.tensors[reads[0]][node.args[1]]
        depending.update({node.name} if reads[0] in depending else ())
    elif kind in OF_SHAPES.split() or depending.isdisjoint(reads):
        results = _computed(writer, node, [name for name in reads if name not in depending])
    else:
        depending.add(node.name)
        try:
            if kind not in TRANSLATIONS:
                raise Untranslated
            results = TRANSLATIONS[kind](writer, *node.args, **node.kwargs)
        except Untranslated:
            results = _unknown(writer, node, kind, reads)
    writer.tensors[node.name] = results
    if len(writer.ops) > before:
        writer.ops[-1] = replace(writer.ops[-1], given=node.name)


def _kind(target: Any) -> str:
    """Return the name of an operator, without its overload if it is one of "aten"."""
    namespace, *words = str(target).split(".")
    return words[0] if namespace == "aten" else str(getattr(target, "__name__", target))


def _computed(writer: Writer, node: Any, reads: list[str]) -> str | list[str]:
    """Write constants that have the shapes of a node's results, and read what it reads."""
    results = node.meta["val"]
    shapes = [tuple(map(int, each.shape)) for each in (results if isinstance(results, tuple | list) else [results])]
    stored = [writer.tensors[name] for name in reads]
    names = [writer.add("Constant", *stored, value=Constant(shape)) for shape in shapes]
    return names if isinstance(results, tuple | list) else names[0]


def _unknown(writer: Writer, node: Any, kind: str, reads: list[str]) -> str | list[str]:
    """Write an operator that keeps its name."""
    results = node.meta["val"]
    number = len(results) if isinstance(results, tuple | list) else 1
    names = writer.add_several(number, f"aten.{kind}", *(writer.tensors[name] for name in reads))
    return names if isinstance(results, tuple | list) else names[0]
