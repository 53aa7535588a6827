"""Translate an exported program of PyTorch into the operators of ONNX, which the reader of files understands.

What is read of a program: the nodes of its graph with `op`, `name`, `target`, `args`, `kwargs`, `all_input_nodes` and,
of `meta`, the shapes of results ("val") and the path of the module ("nn_module_stack"); the names of its inputs and
parameters in `graph_signature`; and the numbers of small tensors of integers, which may be indices.
"""

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
    """
    signature = program.graph_signature
    inputs = {*signature.user_inputs}  # makes a new tuple each time, and the others a new mapping
    stored: dict[str, str] = {
        **signature.inputs_to_parameters,
        **signature.inputs_to_buffers,
        **signature.inputs_to_lifted_tensor_constants,
    }
    writer, shapes = Writer(), dict[str, tuple[int | None, ...] | None]()
    for node in program.graph.nodes:
        result = node.meta.get("val")
        if node.op == "placeholder" and hasattr(result, "shape"):
            writer.tensors[node.name] = name = stored.get(node.name, node.name)
            writer.taken.add(name)
            if name in inputs:
                shapes[name] = shape_of(node)
            else:
                writer.constants[name] = _stored(program, name, shape_of(node))
        elif node.op == "call_function" and result is not None:
            writer.node = node
            _translate(writer, result)
    return Model(
        OPSET,
        MappingProxyType(shapes),
        MappingProxyType(writer.constants),
        tuple(writer.ops),
        tuple(writer.tensors[name] for name in signature.user_outputs if name in writer.tensors),
        MappingProxyType(writer.declared),
    )


def _stored(program: Any, name: str, shape: tuple[int, ...]) -> Constant:
    """Return a stored tensor: its shape, and its numbers if they are few integers."""
    tensor = program.state_dict.get(name, program.constants.get(name))
    is_read = tensor is not None and prod(shape) <= limits.ONNX_NUMBERS and not tensor.is_floating_point()
    numbers = np.array(tensor.tolist()) if is_read and not tensor.is_complex() else None
    return Constant(shape, None if numbers is None else numbers.reshape(shape))


def _translate(writer: Writer, result: Any) -> None:
    """Write the operators of a node, and note the names of its results."""
    node, before = writer.node, len(writer.ops)
    kind = _kind(node.target)
    try:
        if kind not in TRANSLATIONS:
            raise Untranslated
        writer.tensors[node.name] = TRANSLATIONS[kind](writer, *node.args, **node.kwargs)
    except (Untranslated, LookupError, TypeError, ValueError):  # or it has arguments that the table does not know
        del writer.ops[before:]
        read = [] if kind in OF_SHAPES.split() else [writer.tensors[each.name] for each in node.all_input_nodes]
        results = result if isinstance(result, tuple | list) else [result]
        names = writer.add_several(
            len(results), f"aten.{kind}", *(each[0] if isinstance(each, list) else each for each in read)
        )
        writer.declared |= {name: tuple(map(int, each.shape)) for name, each in zip(names, results, strict=True)}
        writer.tensors[node.name] = names if isinstance(result, tuple | list) else names[0]
    if len(writer.ops) > before:
        writer.ops[-1] = replace(writer.ops[-1], given=node.name)


def _kind(target: Any) -> str:
    """Return the name of an operator, without its overload if it is one of "aten"."""
    namespace, *words = str(target).split(".")
    return words[0] if namespace == "aten" else str(getattr(target, "__name__", target))
