"""`Network`: layers and simple operations by name, built node by node, and what can be asked about them."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from ...arithmetic import parse
from ...arithmetic.parse import Pair, PairLike
from ...arithmetic.quoting import shown
from ...errors import SpecError
from .field import Reach, ReceptiveField, reach, receptive_field
from .graph import INPUT_NAME, Node, check_inputs, check_name, operation_of, output_size, spelled
from .readings import Operation
from .table import Table, row


class _Sequential:
    """`Network.sequential`: of a network it goes on with it, of the class it begins a new one."""

    def __get__(self, network: "Network | None", owner: "type[Network]") -> "Callable[..., Network]":
        if network is not None:
            return partial(_extended, network)
        return lambda layers, input_size=None: _extended(owner(input_size), layers)


def _extended(network: "Network", layers: Iterable[Operation | tuple[str, Operation]]) -> "Network":
    """The network, with layers one after the other; those without a name are numbered by their place."""
    for number, layer in enumerate(layers, start=len(network.nodes)):
        if isinstance(layer, tuple) and len(layer) == 2:
            network.add(*layer)
        else:
            operation = operation_of(layer)
            network.add(f"{spelled(operation).split('(')[0]}_{number}", operation)
    return network


class Network:
    """Layers with named places, of which each reads one or several before it.

    Parameters
    ----------
    input_size : An int or (height, width) in cells. Without it, receptive fields are known as far as they do not depend
        on it; output sizes, supports and path counts are not.

    Notes
    -----
    ``network.sequential(layers)`` adds layers one after the other and returns the network;
    ``Network.sequential(layers, input_size=None)`` makes a new one. A layer may be a pair (name, layer).

    Channels are not modelled: an output reads all channels of the cells it reads.

    Examples
    --------
    A residual block: the paths have equal jumps and centers, so it is aligned, and the longer one decides.

    >>> from convviz.arithmetic import conv2d
    >>> network = Network(input_size=(32, 48))
    >>> stem = network.add("stem", conv2d(7, stride=2, padding=3))
    >>> conv = network.add("conv", conv2d(3, padding=1))
    >>> network.add("sum", "add", [stem, conv])
    'sum'
    >>> field = network.receptive_field("sum")
    >>> field.size, field.jump, field.center, field.is_aligned
    ((11, 11), (2, 2), (0, 0), True)
    >>> network.output_size("sum")
    (16, 24)
    """

    sequential = _Sequential()

    def __init__(self, input_size: PairLike | None = None) -> None:
        self.input_size: Pair | None = None
        if input_size is not None:
            self.input_size = parse.pair("input_size", input_size, least=1)
        self._nodes = {INPUT_NAME: Node(INPUT_NAME, INPUT_NAME, (), self.input_size)}
        self._reaches = {INPUT_NAME: Reach()}

    def __repr__(self) -> str:
        return f"Network(input_size={self.input_size}, {len(self._nodes)} nodes)"

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes in the order in which they were added, the input first."""
        return tuple(self._nodes.values())

    def add(self, name: str, layer_or_op: Operation, inputs: str | Sequence[str] | None = None) -> str:
        """Add a node, and give its name back.

        Parameters
        ----------
        name : A new one.
        layer_or_op : A layer made by `conv2d` and its like, or "add", "multiply" (of equal sizes, or of 1 cell that
            repeats, as behind "global_pool"), "concat" (of channels), "identity", "global_pool", "dense".
        inputs : The name of the node that it reads, or several; by default the node added last.

        Raises
        ------
        SpecError : A name that is taken or none, an input that is not there, a wrong number of inputs, or sizes that do
            not fit.

        Examples
        --------
        >>> network = Network()
        >>> network.add("gate", "global_pool")
        'gate'
        >>> network.add("scaled", "multiply", ["input", "gate"])
        'scaled'
        >>> network.receptive_field().is_global, network.receptive_field().local.size
        (True, (1, 1))
        """
        check_name(name)
        if name in self._nodes:
            raise SpecError(f'name must be new in its network; got "{name}", which is there already.')
        operation = operation_of(layer_or_op)
        names = (self.node().name,) if inputs is None else self._inputs(name, inputs)
        check_inputs(name, operation, names)
        node = Node(name, operation, names, output_size(name, operation, [self._nodes[one] for one in names]))
        self._reaches[name] = reach(node, self._nodes, self._reaches)
        self._nodes[name] = node
        return name

    def output_size(self, node: str | None = None) -> Pair | None:
        """(height, width) of a node's output, by default of the last one; None where it is not known."""
        return self.node(node).size

    def receptive_field(self, node: str | None = None) -> ReceptiveField:
        """The receptive field of a node, by default of the last one.

        Examples
        --------
        What an output of a transposed convolution reads depends on its phase:

        >>> from convviz.arithmetic import conv_transpose2d
        >>> network = Network()
        >>> up = network.add("up", conv_transpose2d(3, stride=2, padding=1))
        >>> field = network.receptive_field(up)
        >>> field.size, field.size_range, field.jump
        ((2, 2), ((1, 2), (1, 2)), (Fraction(1, 2), Fraction(1, 2)))
        """
        found = self.node(node)
        return receptive_field(self._reaches[found.name], found.size, self.input_size)

    def table(self) -> Table:
        """A row for every node but the input: its operation, output size and receptive field."""
        return Table(tuple(row(node, self.receptive_field(node.name)) for node in self.nodes[1:]))

    def node(self, name: str | None = None) -> Node:
        """A node by its name, by default the last one."""
        if name is None:
            return next(reversed(self._nodes.values()))
        return self._found(name, "node must be the name of a node of the network")

    def _inputs(self, name: str, inputs: object) -> tuple[str, ...]:
        """The names of the nodes to be read, all of them there."""
        rule = f'inputs of "{name}" must be the name of a node added before it, or several'
        if not isinstance(inputs, Sequence):
            raise SpecError(f"{rule}; got {shown(inputs)}.")
        names = [inputs] if isinstance(inputs, str) else inputs
        return tuple(self._found(one, rule).name for one in names)

    def _found(self, name: object, rule: str) -> Node:
        """The node of this name, or a sentence with this rule."""
        found = self._nodes.get(name) if isinstance(name, str) else None
        if found is None:
            raise SpecError(f"{rule}; got {shown(name)}.")
        return found
