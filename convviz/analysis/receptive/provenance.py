"""Where the nodes of a network come from that was read from a file, in the words of that file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from convviz.arithmetic import Layer

from .footprints import SUMMARIES
from .graph import UNKNOWN, Node, spelled

if TYPE_CHECKING:
    from .network import Network


TREATMENTS: Final = ("identity", "attention", "global_pool", "dense")
"""What an operator can be taken for, beside a layer."""


class UnknownOp(NamedTuple):
    """An operator of a file that is not understood: its name, its node, and the tensor that it makes."""

    op: str
    node: str
    tensor: str


@dataclass(frozen=True, slots=True)
class File:
    """What a network keeps of its file.

    Attributes
    ----------
    unknown : The operators that are not understood.
    origins : (operator, tensor) of every node that stands for an output of the file's.
    causes : Of every node of which nothing is known, the operator that it is or follows.
    strangers : The nodes that are such operators.
    taken : What nodes are taken for, as the caller said, where that is no layer.
    names : The nodes by their names in the file, where these are too long or taken, so that they have others.
    treated : Makes the same network with operators taken for something; None if it is from no file.
    """

    unknown: tuple[UnknownOp, ...] = ()
    origins: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    causes: Mapping[str, UnknownOp] = field(default_factory=dict)
    strangers: frozenset[str] = frozenset()
    taken: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    treated: "Callable[[Any], Network] | None" = field(default=None, repr=False)

    def is_unknown(self, name: str) -> bool:
        """Whether a node is itself an operator that is not understood, and does not merely follow one."""
        return name in self.strangers

    def complaint(self, name: str) -> str:
        """Why nothing is known of a node."""
        cause = self.causes.get(name)
        if cause is None:
            return f'"{name}", which does nobody knows what, or comes after such a node'
        if self.is_unknown(name):
            return f'"{name}", an operator that is not known here ({cause.op})'
        return f'"{name}", which comes after "{cause.node}", an operator that is not known here ({cause.op})'

    def described(self, node: Node) -> str:
        """What a node does: the file's operator, and what that is here if it is more than reading cell by cell."""
        operation = node.operation
        origin = self.origins.get(node.name)
        if operation == UNKNOWN and node.name in self.causes:
            what = "unknown" if self.is_unknown(node.name) else "follows an unknown one"
            return f"{self.origins[node.name][0]}: {what}"
        if origin is None:
            return spelled(operation)
        if node.name in self.taken:
            return f"{origin[0]}: {self.taken[node.name]}"
        tells = isinstance(operation, Layer) or operation in SUMMARIES
        return f"{origin[0]}: {spelled(operation)}" if tells else origin[0]
