"""``rf``: the receptive fields of all nodes of an exported model, or of a network that people know by name."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import isfinite
from typing import Any

from convviz.analysis import KNOWN, Network, ReceptiveField, Row, Table
from convviz.analysis.receptive.field import Numbers
from convviz.analysis.receptive.graph import spelled
from convviz.analysis.receptive.provenance import TREATMENTS
from convviz.arithmetic import Layer
from convviz.errors import SpecError
from convviz.recipes.stacks import read_stack

from .texts import plain

DESCRIPTION = """\
Receptive field, jump, center and padding of every node, exact, in input cells.

The model is an ONNX file, as PyTorch, TensorFlow and others export them. No weights are read, and no
other file. All pairs are height x width; centers are indices from 0; "?" is what cannot be known.
The center is that of output (0, 0), padding is (size - 1) / 2 - center. Behind upsampling and transposed
convolution both are nominal: what an output reads depends on its place there, and they are the average
over one period of outputs, about which the single ones lie.
"""
JSON = """\
--json prints {"nodes": [...], "unknown_ops": [{"op", "node", "tensor"}, ...]}, and of every node:
  name, op, tensor           of the file; op of a known network is the call that makes its layer
  layer                      the call that makes the layer, as conv2d(3, padding=1); null if it is none
  output_size, receptive_field, jump, center, padding
                             [height, width]; null where it is not known, alone or for both
  is_aligned                 whether all paths agree in jump and center; null if that is not known
  is_global                  whether every output reads the whole input; then "local" is the field without that
  local                      {"receptive_field", "jump", "center", "padding", "size_range"}; null if not global
  size_range                 [[smallest, largest] of the height, the same of the width]
  misaligned_at              the node where paths meet that do not agree; null if they do
  misaligned_paths           two such paths as lists of nodes; null if there are none
  unknown_because            the node of the unknown operator that it is or follows; null if it is understood
"""
EXAMPLES = """\
examples:
  python -m convviz rf model.onnx
  python -m convviz rf model.onnx --input-size 224x320 --json
  python -m convviz rf model.onnx --treat MyOp=identity --treat "Other=conv2d(3,padding=1)"
  python -m convviz rf --known resnet50_v1 --node conv5_3
"""
LARGEST = 10**9


def add(commands: Any) -> None:
    """The parser of the command."""
    command = commands.add_parser(
        "rf",
        help="receptive fields of an ONNX model, node by node",
        description=DESCRIPTION,
        epilog=f"{EXAMPLES}\n{JSON}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("model", nargs="?", help="an ONNX file")
    command.add_argument("--known", metavar="NAME", help=f"instead of a file: {', '.join(KNOWN)}")
    command.add_argument("--json", action="store_true", help="as JSON, see below: pairs are [h, w], null if unknown")
    command.add_argument("--input-size", metavar="HxW", help="in the place of the model's own, as in 224x320 or 224")
    command.add_argument("--node", metavar="NAME", help="this one alone, by its name or by that of its tensor")
    command.add_argument(
        "--treat",
        metavar="OP=WHAT",
        action="append",
        default=[],
        help="what an unknown operator is: identity; attention, which reads the whole input and keeps its size;"
        " global_pool or dense, which give one cell; or a layer, as in conv2d(3,padding=1). Once for each operator",
    )
    command.set_defaults(run=run)


def run(given: argparse.Namespace) -> str:
    """The text to be printed."""
    if (given.model is None) == (given.known is None):
        raise SpecError(f"rf must have either a model or --known; got {'neither' if given.model is None else 'both'}.")
    size = None if given.input_size is None else _size(given.input_size)
    if given.known is not None:
        if given.treat:
            raise SpecError(f"--treat must come with a model; got {given.treat[0]} with --known.")
        network = Network.known(given.known, size)
    else:
        network = Network.from_onnx(given.model, size, _treatments(given.treat))
    rows = _rows(network, given.node)
    return as_json(network, rows) if given.json else as_text(network, rows)


def as_json(network: Network, rows: Sequence[Row]) -> str:
    """The nodes that stand for those of the file, and the operators that are not understood.

    Numbers are [height, width]: ints where they are, else floats (a fraction such as 1/3 is rounded to one, halves and
    the like are exact). Where both are unknown, there is null in the place of the pair.
    """
    nodes = []
    for row in rows:
        op, tensor = network.origins.get(row.name, (row.operation, row.name))
        operation, field = network.node(row.name).operation, network.receptive_field(row.name)
        cause = network.provenance.causes.get(row.name)
        nodes.append(
            {
                "name": row.name,
                "op": op,
                "tensor": tensor,
                "layer": spelled(operation) if isinstance(operation, Layer) else None,
                "output_size": _pair(row.output_size or (None, None)),
                **_numbers(field),
                "is_aligned": field.is_aligned,
                "is_global": field.is_global,
                "local": _numbers(field.local) if field.is_global else None,
                "misaligned_at": field.misaligned_at,
                "misaligned_paths": field.misaligned_paths,
                "unknown_because": cause and cause.node,
            }
        )
    unknown = [one._asdict() for one in network.unknown]
    return json.dumps({"nodes": nodes, "unknown_ops": unknown}, indent=2, allow_nan=False)


def as_text(network: Network, rows: Sequence[Row]) -> str:
    """The table, and what is not understood."""
    lines = []
    for row in rows:
        lines.append(replace(row, name=plain(row.name, 60), operation=plain(row.operation, 60)))
    text = Table(tuple(lines)).text()
    kinds = list(dict.fromkeys(one.op for one in network.unknown))
    for kind in kinds:
        nodes = [one.node for one in network.unknown if one.op == kind]
        named = ", ".join(plain(node, 60) for node in nodes[:3]) + (", …" if len(nodes) > 3 else "")
        text += f"\n\n{plain(kind, 60)} ({named}) is unknown, and so is what reads it: say what it is with --treat."
    return text


def _rows(network: Network, node: str | None) -> list[Row]:
    """Those of nodes of the file (of a known network, all), or the one that is asked for."""
    rows = [row for row in network.table() if not network.origins or row.name in network.origins]
    if node is None:
        return rows
    tensors = {tensor: name for name, (_, tensor) in network.origins.items()}
    is_name = node in network.origins or node in network.graph.aliases
    name = network.node(node if is_name or node not in tensors else tensors[node]).name
    found = [row for row in rows if row.name == name]
    if not found:
        raise SpecError(f'node must be one that the model computes; got "{node}".')
    return found


def _numbers(field: ReceptiveField) -> dict[str, Any]:
    """Those of a field, under the names that DESIGN fixes."""
    pairs = {
        "receptive_field": field.size,
        "jump": field.jump,
        "center": field.center,
        "padding": field.padding,
    }
    sizes = None if field.size_range == (None, None) else field.size_range
    return {name: _pair(pair) for name, pair in pairs.items()} | {"size_range": sizes}


def _pair(numbers: Numbers) -> list[Any] | None:
    """[height, width], as numbers of JSON."""
    return None if numbers == (None, None) else [_number(number) for number in numbers]


def _number(number: int | Fraction | None) -> int | float | None:
    """An int where it is one, else the nearest float."""
    if number is None or isinstance(number, int):
        return number
    if number.denominator == 1:
        return number.numerator
    found = float(number)
    return found if isfinite(found) else None


def _size(text: str) -> tuple[int, int]:
    """(height, width) of ``224x320``, or of ``224`` both."""
    parts = text.lower().replace("×", "x").split("x")
    if not 1 <= len(parts) <= 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise SpecError(f"--input-size must be spelt like 224x320 (height x width) or 224; got {plain(text, 60)}.")
    height, width = (int(part) if len(part) < 20 else LARGEST + 1 for part in (parts[0], parts[-1]))
    if max(height, width) > LARGEST:
        raise SpecError(f"--input-size must be at most 10^9; got {plain(text, 60)}.")
    return height, width


def _treatments(texts: Sequence[str]) -> Mapping[str, Any] | None:
    """Operators by name, and what is to be made of them."""
    found: dict[str, Any] = {}
    for text in texts:
        kind, equals, what = text.partition("=")
        if not kind or not equals or not what:
            raise SpecError(f"--treat must be spelt like MyOp=identity; got {plain(text, 60)}.")
        if kind in found:
            raise SpecError(f"--treat must be given once for each operator; got {plain(kind, 60)} twice.")
        if "(" not in what and what not in TREATMENTS:
            ways = f"{', '.join(TREATMENTS)}, or a layer such as conv2d(3,padding=1)"
            raise SpecError(f"--treat {plain(kind, 60)} must be {ways}; got {plain(what, 60)}.")
        found[kind] = read_stack(f"--treat {plain(kind, 60)}", what, 1, LARGEST)[0] if "(" in what else what
    return found or None
