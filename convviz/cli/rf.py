"""``rf``: the receptive fields of all nodes of an exported model, or of a network that people know by name."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import isfinite
from typing import Any

from ..analysis.receptive import KNOWN, Network, Row, Table
from ..analysis.receptive.field import Numbers
from ..errors import SpecError
from ..recipes.stacks import read_stack
from .texts import plain

DESCRIPTION = """\
Receptive field, jump, center and padding of every node, exact, in input cells.

The model is an ONNX file, as PyTorch, TensorFlow and others export them. No weights are read, and no
other file. All pairs are height x width; centers are indices from 0; "?" is what cannot be known.
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
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("model", nargs="?", help="an ONNX file")
    command.add_argument("--known", metavar="NAME", help=f"instead of a file: {', '.join(KNOWN)}")
    command.add_argument("--json", action="store_true", help="as JSON: numbers are [h, w], null if unknown")
    command.add_argument("--input-size", metavar="HxW", help="in the place of the model's own, as in 224x320 or 224")
    command.add_argument("--node", metavar="NAME", help="this one alone, by its name or by that of its tensor")
    command.add_argument(
        "--treat",
        metavar="OP=WHAT",
        action="append",
        default=[],
        help="what an unknown operator is: identity, global_pool, dense, or a layer, as in conv2d(3,padding=1);"
        " may be given several times",
    )
    command.set_defaults(run=run)


def run(given: argparse.Namespace) -> str:
    """The text to be printed."""
    if (given.model is None) == (given.known is None):
        raise SpecError(
            f"rf must have either a model or --known; got {'none' if given.model is None else 'both'} of them."
        )
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
        numbers = {
            "output_size": row.output_size or (None, None),
            "receptive_field": row.receptive_field,
            "jump": row.jump,
            "center": row.center,
            "padding": row.padding,
        }
        pairs = {name: _pair(pair) for name, pair in numbers.items()}
        nodes.append({"name": row.name, "op": op, "tensor": tensor, **pairs, "is_aligned": row.is_aligned})
    unknown = [one._asdict() for one in network.unknown]
    return json.dumps({"nodes": nodes, "unknown_ops": unknown}, indent=2, allow_nan=False)


def as_text(network: Network, rows: Sequence[Row]) -> str:
    """The table, and what is not understood."""
    lines = []
    for row in rows:
        op = network.origins.get(row.name, (row.operation,))[0]
        operation = op if row.operation in ("unknown", "identity") else row.operation
        lines.append(replace(row, name=plain(row.name, 60), operation=plain(operation, 60)))
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
    name = network.node(node if node not in tensors or node in network.origins else tensors[node]).name
    found = [row for row in rows if row.name == name]
    if not found:
        raise SpecError(f'node must be one that the model computes; got "{node}".')
    return found


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
    if not 1 <= len(parts) <= 2 or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise SpecError(f"--input-size must be spelt like 224x320 (height x width) or 224; got {plain(text, 60)}.")
    return int(parts[0]), int(parts[-1])


def _treatments(texts: Sequence[str]) -> Mapping[str, Any] | None:
    """Operators by name, and what is to be made of them."""
    found: dict[str, Any] = {}
    for text in texts:
        kind, equals, what = text.partition("=")
        if not kind or not equals or not what:
            raise SpecError(f"--treat must be spelt like MyOp=identity; got {plain(text, 60)}.")
        found[kind] = read_stack("--treat", what, 1, LARGEST)[0] if "(" in what else what
    return found or None
