"""Where the nodes of a network come from that was read from a file, in the words of that file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from convviz.arithmetic import Layer

from .footprints import SUMMARIES
from .graph import UNKNOWN, Node, spelled

TREATMENTS: Final = ("identity", "attention", "global_pool", "dense")
"""What an operator can be treated as, apart from a layer."""


class UnknownOp(NamedTuple):
    """An unsupported operator of a file: its name, its node, and the tensor that it makes."""

    op: str
    node: str
    tensor: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a network keeps of its file; a network without a file has the defaults.

    Attributes
    ----------
    unknown : tuple of UnknownOp
        The unsupported operators.
    origins : Mapping
        (operator, tensor) of every node that represents an output of a node of the file.
    causes : Mapping
        For every node without numbers, the unsupported operator that it is or follows.
    unsupported : frozenset of str
        The nodes that are such operators.
    treatments : Mapping
        What nodes were treated as by request of the caller, if that is not a layer.
    """

    unknown: tuple[UnknownOp, ...] = ()
    origins: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    causes: Mapping[str, UnknownOp] = field(default_factory=dict)
    unsupported: frozenset[str] = frozenset()
    treatments: Mapping[str, str] = field(default_factory=dict)

    def reason(self, name: str) -> str:
        """Return why the numbers of a node are unknown, as the predicate of a sentence."""
        cause = self.causes.get(name)
        if cause is None:
            return "it is, or follows, an unsupported operator"
        if name in self.unsupported:
            return f"it is an unsupported operator ({cause.op})"
        return f'it follows "{cause.node}", an unsupported operator ({cause.op})'

    def described(self, node: Node) -> str:
        """Return what a node does: the operator in the file, and what it is here unless it reads cell by cell."""
        operation = node.operation
        origin = self.origins.get(node.name)
        if operation == UNKNOWN and node.name in self.causes:
            what = "unknown" if node.name in self.unsupported else "follows an unknown one"
            return f"{self.origins[node.name][0]}: {what}"
        if origin is None:
            return spelled(operation)
        if node.name in self.treatments:
            return f"{origin[0]}: {self.treatments[node.name]}"
        is_named = isinstance(operation, Layer) or operation in SUMMARIES
        return f"{origin[0]}: {spelled(operation)}" if is_named else origin[0]
