"""``convviz rf``: the receptive fields of all nodes of an ONNX model, or of a network known by its name."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from convviz.analysis import KNOWN, Network, NodeCost, ReceptiveField, Row, Table, difference
from convviz.analysis.receptive.field import Numbers
from convviz.analysis.receptive.graph import TREATMENTS, spelled
from convviz.analysis.receptive.table import decimal
from convviz.arithmetic import Layer, Volume
from convviz.arithmetic.layer_kinds import read_stack
from convviz.errors import SpecError

from .terminal import plain

DESCRIPTION = """\
Receptive field, jump, center and padding of every node, exact, in input cells; and what it costs.

The model is an ONNX file, as PyTorch, TensorFlow and others export them. No weights are read, and no
other file. Pairs are height x width, of a volume after its depth; centers are indices from 0; "?" means
unknown. Where every output reads the whole input, the numbers are those without global operations, and
"+ whole" says so.
The center is that of output (0, 0), padding is (size - 1) / 2 - center. After upsampling and transposed
convolution both are nominal: there, what an output reads depends on its position, and these are averages
over one period of outputs.
Parameters are what the file stores: batch normalization that the exporter has folded into a convolution is
part of that one. Running means, scalars and shapes are no parameters. Multiplications are the products of
convolutions and matrices, padding counted. Memory is the node's output, 4 bytes a number.
"""
JSON = """\
--json prints {"nodes": [...], "unknown_ops": [{"op", "node", "tensor"}, ...], "outputs": [nodes that are outputs
of the model], "totals": {"parameters", "multiplications", "memory"}}, null if unknown; each node has:
  name, op, tensor           from the file; op of a known network is the call that makes its layer
  layer                      the call that makes the layer, as conv2d(3, padding=1); null if it is no layer
  output_size, receptive_field, jump, center, padding
                             [height, width], [1, time] or [depth, height, width]; null for one unknown number, or for
                             all if all are unknown
  is_aligned                 whether all paths agree in jump and center; null if unknown
  is_global                  whether every output reads the whole input
  local                      the field without global operations, {"receptive_field", "jump", "center", "padding",
                             "size_range"}; null if is_global is false
  size_range                 [[smallest, largest] height, [smallest, largest] width]
  misaligned_at              the node where paths meet that do not agree; null if they agree
  misaligned_paths           two such paths as lists of nodes; null if there are none
  unknown_because            the unknown operator's node that this node is or follows; null if it is known
  status                     "exact", "whole input", "upper bound", "depends on data" or "unknown"
  remark                     what the numbers do not say, such as why they are unknown; may be empty
  channels                   numbers for each place of the output
  parameters                 stored numbers that the node reads, each counted where it is first read
  multiplications            products of convolutions and matrices
  memory                     bytes of the output, 4 a number; these four are null if unknown

With --against it prints {"totals": {"before", "after"}, "first", "nodes": [...]}: first is the number of the first
node that differs, and each node has:
  difference                 "same", "changed", "follows" (only its numbers differ, because of nodes before it),
                             "added", or "removed"
  differs                    the names of the values that differ
  before, after              its values in both networks, local fields; null where it is added or removed
"""
EXAMPLES = """\
examples:
  python -m convviz rf model.onnx
  python -m convviz rf model.onnx --input-size 224x320 --json
  python -m convviz rf model.onnx --csv > fields.csv
  python -m convviz rf model.onnx --input image --treat /Concat_4=attention --treat "first..last=grid 56x56"
  python -m convviz rf model.onnx --treat MyOp=identity --treat "Other=conv2d(3,padding=1)"
  python -m convviz rf --known resnet50_v1 --node conv5_3
  python -m convviz rf before.onnx --against after.onnx
  python -m convviz rf --known resnet50_v1 --against-known resnet50_v1_5 --csv
"""
LARGEST = 10**9


def add(commands: Any) -> None:
    """Add the parser of the command."""
    command = commands.add_parser(
        "rf",
        help="receptive fields of an ONNX model, node by node",
        description=DESCRIPTION,
        epilog=f"{EXAMPLES}\n{JSON}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("model", nargs="?", help="an ONNX file")
    command.add_argument("--known", metavar="NAME", help=f"instead of a file: {', '.join(KNOWN)}")
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON, see below: pairs are [h, w], null if unknown")
    form.add_argument("--csv", action="store_true", help="as CSV: a column for each number, decimals, no sums")
    command.add_argument(
        "--input-size", metavar="HxW", help="override the model's input size, as in 224x320, 224 or 16x112x112"
    )
    command.add_argument("--input", metavar="NAME", help="the input of the model whose cells are counted")
    command.add_argument("--node", metavar="NAME", help="show this node only, by its name or by its tensor's")
    command.add_argument(
        "--treat",
        metavar="WHERE=WHAT",
        action="append",
        default=[],
        help="where: an operator that is unknown, a node, or a span of nodes, first..last; what: identity; attention"
        " (reads the whole input, keeps its size); global_pool or dense (give one cell); places (the places of its"
        " input); grid 56x56 (such a grid, which reads the whole input); or a layer, as conv2d(3,padding=1)."
        " Once for each",
    )
    other = command.add_mutually_exclusive_group()
    other.add_argument("--against", metavar="MODEL", help="compare with this ONNX file: show the nodes that differ")
    other.add_argument("--against-known", metavar="NAME", help="compare with this known network")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> tuple[str, int]:
    """Return the text to print and the exit status: 2 if a treatment was refused, which leaves the others."""
    if (options.model is None) == (options.known is None):
        raise SpecError(
            f"rf must have either a model or --known; got {'neither' if options.model is None else 'both'}."
        )
    size = None if options.input_size is None else _size(options.input_size)
    refused: list[str] = []
    if options.known is not None:
        for name, value in (("treat", options.treat and options.treat[0]), ("input", options.input)):
            if value:
                raise SpecError(f"--{name} must come with a model; got {plain(value, 60)} with --known.")
        network = Network.known(options.known, size)
    else:
        treatments = _treatments(options.treat)
        network, refused = _treated(Network.from_onnx(options.model, size, input=options.input), treatments)
    if options.against is None and options.against_known is None:
        write = as_json if options.json else as_csv if options.csv else as_text
        text = write(network, _rows(network, options.node))
    else:
        text, others = _compared(network, options, size)
        refused = list(dict.fromkeys([*refused, *others]))
    for sentence in refused:
        print(f"convviz: {plain(sentence)}", file=sys.stderr)
    return text, 2 if refused else 0


def _treated(network: Network, treatments: Mapping[str, Any]) -> tuple[Network, list[str]]:
    """Return the network with all treatments that it can have, and why it cannot have the others."""
    kept: dict[str, Any] = {}
    refused = []
    for where, what in treatments.items():
        try:
            network = network.treated(kept | {where: what})
            kept[where] = what
        except SpecError as error:
            refused.append(str(error))
    return network, refused


def as_json(network: Network, rows: Sequence[Row]) -> str:
    """Return the nodes, the unknown operators and the sums as JSON, as described in `JSON`.

    Whole numbers are ints; other fractions are the nearest floats.
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
                "layer": spelled(operation) if isinstance(operation, Layer | Volume) else None,
                "output_size": row.output_size,
                **_numbers(field),
                "is_aligned": field.is_aligned,
                "is_global": field.is_global,
                "local": _numbers(field.local) if field.is_global else None,
                "misaligned_at": field.misaligned_at,
                "misaligned_paths": field.misaligned_paths,
                "unknown_because": cause and cause.node,
                "status": row.status,
                "remark": row.remark,
                **_costs(row.cost),
            }
        )
    unknown = [operator._asdict() for operator in network.unknown]
    totals = _costs(network.total() if network.graph.costs else None)
    del totals["channels"]
    answer = {"nodes": nodes, "unknown_ops": unknown, "outputs": network.outputs, "totals": totals}
    return json.dumps(answer, indent=2, allow_nan=False)


def as_csv(network: Network, rows: Sequence[Row]) -> str:
    """Return the table as CSV."""
    return Table(tuple(rows), network.axes).csv().replace("\r\n", "\n").strip("\n")


def as_text(network: Network, rows: Sequence[Row]) -> str:
    """Return the table, followed by what is treated as the caller said, and the operators that are unknown."""
    lines = (replace(row, name=plain(row.name, 60), operation=plain(row.operation, 60)) for row in rows)
    return Table(tuple(lines), network.axes).text() + _treated_text(network) + _unknown_text(network)


def _treated_text(network: Network) -> str:
    """Return a paragraph for each treatment: how many nodes it changes."""
    text, treatments = "", network.provenance.treatments
    for what in dict.fromkeys(treatments.values()):
        nodes = [node for node, treatment in treatments.items() if treatment == what]
        verb = "is" if len(nodes) == 1 else "are"
        text += f"\n\n{len(nodes)} node{'s' * (len(nodes) > 1)} {verb} treated as {what}: {_named(nodes)}."
    return text


def _unknown_text(network: Network) -> str:
    """Return a paragraph for each unknown operator."""
    text = ""
    for kind in dict.fromkeys(operator.op for operator in network.unknown):
        nodes = [operator.node for operator in network.unknown if operator.op == kind]
        why = plain(network.provenance.notes.get(nodes[0], ""))
        because = f" ({why})" if why else ""
        what = f"{plain(kind, 60)} ({_named(nodes)}) is unknown{because}"
        text += f"\n\n{what}, and so is what reads it: say what it is with --treat."
    return text


def _named(nodes: Sequence[str]) -> str:
    """Return the names of the first nodes."""
    return ", ".join(plain(node, 60) for node in nodes[:3]) + (", …" if len(nodes) > 3 else "")


def _compared(before: Network, options: argparse.Namespace, size: Any) -> tuple[str, list[str]]:
    """Return how another network differs, as text only the nodes that do, and which treatments it cannot have.

    A known network gets the input size of the first one, so that the numbers can be compared.
    """
    if options.node is not None:
        raise SpecError(f"--node must come without --against; got {plain(options.node, 60)}.")
    refused: list[str] = []
    if options.against_known is not None:
        after = Network.known(options.against_known, before.input_size if size is None else size)
    else:
        after = Network.from_onnx(options.against, size, input=options.input)
        after, refused = _treated(after, _treatments(options.treat))
    compared = difference(before, after)
    if options.json:
        return compared.json(), refused
    if options.csv:
        return compared.csv().replace("\r\n", "\n").strip("\n"), refused
    table = [*compared.text(compared.changes).split("\n"), ""] if compared.changes else []
    totals = [f"{name}: {' → '.join(dict.fromkeys(texts))}" for name, *texts in compared.total_texts()]
    lines = [*table, compared.summary(), *totals]
    unknown = dict.fromkeys(map(_unknown_text, (before, after)))
    return "\n".join(lines) + "".join(unknown), refused


def _rows(network: Network, node: str | None) -> list[Row]:
    """Return the rows of all nodes of the file (or of the known network), or only that of `node`."""
    rows = list(network.table())
    if node is None:
        return rows
    tensors = {tensor: name for name, (_, tensor) in network.origins.items()}
    is_name = node in network.origins or node in network.graph.aliases
    name = network.node(node if is_name or node not in tensors else tensors[node]).name
    rows = [row for row in rows if row.name == name]
    if not rows:
        raise SpecError(f'node must be one that the model computes; got "{node}".')
    return rows


def _numbers(field: ReceptiveField) -> dict[str, Any]:
    """Return the numbers of a field under their names in the JSON."""
    pairs = {"receptive_field": field.size, "jump": field.jump, "center": field.center, "padding": field.padding}
    sizes = None if set(field.size_range) == {None} else field.size_range
    return {name: _pair(pair) for name, pair in pairs.items()} | {"size_range": sizes}


def _pair(numbers: Numbers) -> list[Any] | None:
    """Return [height, width] as JSON numbers, None if all are unknown."""
    return None if set(numbers) == {None} else [decimal(number) for number in numbers]


def _costs(cost: NodeCost | None) -> dict[str, int | None]:
    """Return the numbers of a cost under their names in the JSON."""
    names = ("channels", "parameters", "multiplications", "memory")
    numbers = (None,) * 4 if cost is None else (cost.channels, cost.parameters, cost.multiplications, cost.bytes)
    return dict(zip(names, numbers, strict=True))


def _size(text: str) -> int | tuple[int, ...]:
    """Return a tuple from ``224x320`` or ``16x112x112``, or an int from ``224``, the same along all axes."""
    parts = text.lower().replace("×", "x").split("x")
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() for part in parts):
        rule = "must be spelled like 224x320 (height x width), 16x112x112 (depth first) or 224"
        raise SpecError(f"--input-size {rule}; got {plain(text, 60)}.")
    sizes = tuple(int(part) if len(part) < 20 else LARGEST + 1 for part in parts)
    if max(sizes) > LARGEST:
        raise SpecError(f"--input-size must be at most 10^9; got {plain(text, 60)}.")
    return sizes if len(sizes) > 1 else sizes[0]


def _treatments(texts: Sequence[str]) -> Mapping[str, Any]:
    """Return the treatment of each operator, node or span named by --treat."""
    treatments: dict[str, Any] = {}
    for text in texts:
        kind, equals, what = text.partition("=")
        if not kind or not equals or not what:
            raise SpecError(f"--treat must be spelled like MyOp=identity; got {plain(text, 60)}.")
        if kind in treatments:
            raise SpecError(f"--treat must name each operator, node or span once; got {plain(kind, 60)} twice.")
        if "(" not in what and what not in TREATMENTS and not what.startswith("grid "):
            ways = f"{', '.join(TREATMENTS)}, a grid such as grid 56x56, or a layer such as conv2d(3,padding=1)"
            raise SpecError(f"--treat {plain(kind, 60)} must be {ways}; got {plain(what, 60)}.")
        treatments[kind] = read_stack(f"--treat {plain(kind, 60)}", what, 1, LARGEST)[0] if "(" in what else what
    return treatments
