"""`Network`: layers and simple operations by name, built node by node, and the questions that it answers.

What reads ONNX files and the plans of known networks are loaded when they are needed, which few recipes do.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod
from types import MethodType
from typing import TYPE_CHECKING, Final, SupportsIndex

import numpy as np

from convviz.arithmetic import arguments
from convviz.arithmetic.arguments import PairLike, shown
from convviz.errors import SpecError, needs_extra

from .receptive.borders import Border, border
from .receptive.counting import Array, counted
from .receptive.field import Box, ReceptiveField, box_of, receptive_field
from .receptive.footprints import Operation, Size, Spatial
from .receptive.graph import (
    AXES,
    INPUT_NAME,
    PLURALS,
    Graph,
    Node,
    Provenance,
    UnknownOp,
    layers_of,
    operation_of,
    spelled,
)
from .receptive.node_cost import NodeCost, total
from .receptive.reached import reached
from .receptive.seen_from import seen_from
from .receptive.table import Table, table_row

if TYPE_CHECKING:
    from .onnx_import import Model

MOST_CELLS: Final = 2**25
"""Cells of an input that are mapped one by one."""

SizeLike = SupportsIndex | Sequence[SupportsIndex]
"""One number for a square, or one an axis."""

Layers = Iterable[Operation | tuple[str, Operation]]
"""Layers one after the other, each by itself or as (name, layer)."""


class _Sequential:
    """Make `Network.sequential` work on the class, which begins a new network, and on a network, which it extends."""

    def __get__(self, network: "Network | None", owner: "type[Network]") -> "Callable[..., Network]":
        return MethodType(_begin, owner) if network is None else MethodType(_extend, network)


def _begin(owner: "type[Network]", layers: Layers, input_size: SizeLike | None = None) -> "Network":
    """Make a new network of layers one after the other, each by itself or as (name, layer)."""
    return _extend(owner(input_size), layers)


def _extend(network: "Network", layers: Layers) -> "Network":
    """Add layers one after the other, each by itself or as (name, layer), and return the network.

    Layers without a name are named by the function that makes them, and by their position in the network.
    """
    for number, layer in enumerate(layers_of(layers), start=len(network.nodes)):
        if isinstance(layer, tuple) and len(layer) == 2:
            network.add(*layer)
        else:
            operation = operation_of(layer)
            network.add(f"{spelled(operation).split('(')[0]}_{number}", operation)
    return network


def _size_and_axes(input_size: SizeLike | None) -> tuple[Size | None, tuple[str, ...]]:
    """Return the size of an input and the names of its axes; a single one is that of a plane of one row."""
    if input_size is None:
        return None, AXES[2]
    number = len(input_size) if isinstance(input_size, Sequence) else 2
    if number == 3:
        return arguments.triple("input_size", input_size, least=1), AXES[3]
    if number == 1:
        return (1, arguments.integer("input_size", input_size[0], least=1)), AXES[1]  # type: ignore[index]
    return arguments.pair("input_size", input_size, least=1), AXES[2]


class Network:
    """Layers with names, each of which reads one or several before it.

    Parameters
    ----------
    input_size : int or sequence of int, optional
        (height, width) in cells; (depth, height, width) for layers such as `conv3d`; (time,) for layers of one row,
        such as ``conv2d((1, 3))``. Without it, receptive fields are known as far as they do not depend on it; output
        sizes, supports and path counts are not.
    channels : int, optional
        Those of the input. With them, and those of every convolution (see `add`), it is known what nodes cost.

    Notes
    -----
    ``network.sequential(layers)`` adds layers one after the other and returns the network;
    ``Network.sequential(layers, input_size=None)`` makes a new one. A layer may be a pair (name, layer).

    Receptive fields are those of cells: an output reads all channels of the cells it reads.

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

    def __init__(self, input_size: SizeLike | None = None, channels: SupportsIndex | None = None) -> None:
        wide = None if channels is None else arguments.integer("channels", channels, least=1)
        self.graph = Graph(*_size_and_axes(input_size), wide)
        self.provenance = Provenance()
        self._mains: tuple[int, tuple[Node, ...]] | None = None
        self._model: tuple[Model, SizeLike | None, str | None] | None = None

    @classmethod
    def from_onnx(
        cls,
        path_or_bytes: str | os.PathLike[str] | bytes,
        input_size: SizeLike | None = None,
        treat: Mapping[str, Operation] | None = None,
        input: str | None = None,  # what ONNX calls it
    ) -> "Network":
        """Return the network in an ONNX file, as PyTorch, TensorFlow and others export them.

        Parameters
        ----------
        path_or_bytes : str, PathLike or bytes
            A path, or the content of such a file.
        input_size : int or sequence of int, optional
            Overrides the input size of the file; required if that is dynamic.
        treat : Mapping, optional
            How to read operators. Keys: the name of an operator, for all unsupported ones of that name; the name of a
            node, for that one, supported or not; or a span of nodes that are read as one, "first..last". Values: a
            layer; "identity"; "attention" (reads the whole input and keeps its size); "global_pool" or "dense" (give a
            single cell); "places" (reads its own place, and has the places of its input); or "grid 56x56" (such a
            grid, which reads the whole input).
        input : str, optional
            The input of the file whose cells are followed; by default, of those with 3 to 5 dimensions that are no
            weights, the one that most layers read.

        Returns
        -------
        Network
            Its nodes have the names of the file, or if these are missing or longer than 200 characters the operator
            with a number; `node` finds them by both. `unknown` has the unsupported operators, each with its node and
            tensor; for them and all nodes that read them, every number is None. `origins` has (operator, tensor) for
            every node that represents an output in the file; helper nodes, such as the statistics of a normalization,
            have none. Shape arithmetic is computed and left out.

        Raises
        ------
        SpecError
            The file does not exist, is damaged or too large; the input size is unknown or fits no model; or a treatment
            gives an output that a later node cannot read.

        Notes
        -----
        Other inputs count as constants. Weights are never read, only their shapes, and no other file is ever opened:
        where numbers that are needed are in one, such as a shape, `Provenance.notes` says which.
        """
        from .onnx_import import load

        return cls._from_model(load(path_or_bytes), input_size, treat, input)

    @classmethod
    def from_torch(
        cls,
        module: object,
        example: object,
        treat: Mapping[str, Operation] | None = None,
        input: str | None = None,
    ) -> "Network":
        """Return the network of a PyTorch module, without a file.

        PyTorch is no part of convviz: the one that has made the module is asked for its graph, by `torch.export`.

        Parameters
        ----------
        module : torch.nn.Module
            The module. It is read as for inference, and left as it is.
        example : tensor, tuple or shape
            What the module is called with: a tensor, a tuple of arguments with at least one tensor, or the shape of its
            only input, such as (1, 3, 224, 224). Only shapes are read of it; they decide the input size.
        treat : Mapping, optional
            As in `from_onnx`; an operator without a counterpart in ONNX has the name that it has in PyTorch: "sort".
        input : str, optional
            As in `from_onnx`: the argument of the module whose cells are followed.

        Returns
        -------
        Network
            Its nodes have the path of the module that they are in, and the operator of ONNX: "layer4.2.conv2/Conv".
            `node` finds them by the name in the exported program, too, "conv2d_51". Everything else is as in
            `from_onnx`, for the operators of the module are those that PyTorch writes into a file.

        Raises
        ------
        SpecError
            The module is none of PyTorch, `torch.export` refuses it, or the example is too large.

        Examples
        --------
        With PyTorch installed::

            model = torchvision.models.resnet50()
            network = cv.Network.from_torch(model, (1, 3, 224, 224))
            network.receptive_field("layer4.2.conv2/Conv").size  # (427, 427)
        """
        from .torch_import import export, model_of

        model = model_of(export(module, example))
        with needs_extra():  # what is made of parameters is computed as in files
            return cls._from_model(model, None, treat, input)

    @classmethod
    def _from_model(
        cls,
        model: "Model",
        input_size: SizeLike | None,
        treat: Mapping[str, Operation] | None = None,
        image: str | None = None,
    ) -> "Network":
        from .onnx_import import read_graph

        network = cls()
        network.graph, network.provenance = read_graph(model, input_size, treat, image)
        network._model = model, input_size, image
        return network

    @classmethod
    def known(cls, name: str, input_size: PairLike | None = None) -> "Network":
        """Return a network that people know by name, up to its last layer whose outputs have positions.

        Parameters
        ----------
        name : str
            A key of `KNOWN`, which has the sources, too. Versions with different receptive fields have different names:
            the stride of a ResNet's stage is in its first 1 x 1 ("v1") or 3 x 3 ("v1_5").
        input_size : int or Pair, optional
            (height, width); by default the one that the source is written for.

        Raises
        ------
        SpecError
            The name is unknown or leaves the version open, or the input is too small.

        Examples
        --------
        >>> Network.known("resnet50_v1").receptive_field().size, Network.known("resnet50_v1_5").receptive_field().size
        ((483, 483), (427, 427))
        """
        from .receptive.known import plan
        from .receptive.plans import grow

        known = plan(name)
        network = cls(known.input_size if input_size is None else input_size, known.channels)
        grow(network.graph, known.steps, INPUT_NAME)
        return network

    def __repr__(self) -> str:
        layers = sum(isinstance(node.operation, Spatial) for node in self.nodes)
        return f"Network(input_size={self.input_size}, {len(self.nodes) - 1} nodes, {layers} of them layers)"

    def _repr_html_(self) -> str:
        return self.table().html()

    @property
    def input_size(self) -> Size | None:
        """The cells of the input along each axis, such as (height, width)."""
        return self.graph.input_size

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of the axes: ("height", "width"), ("depth", "height", "width"), or ("time",) of planes of one row.

        >>> Network((8, 64, 64)).axes, Network((512,)).input_size
        (('depth', 'height', 'width'), (1, 512))
        """
        return self.graph.axes

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes in the order in which they were added, the input first."""
        return tuple(self.graph.nodes.values())

    @property
    def main_nodes(self) -> tuple[Node, ...]:
        """The nodes that tables and drawings show: the input, and of a file what represents an output of its nodes.

        Helpers, such as those that follow a class token next to its grid, are parts of the main node after them, which
        reads what they read, too. A network that was made here has no helpers:

        >>> network = Network.known("resnet18")
        >>> network.main_nodes == network.nodes
        True
        """
        if not self.origins:
            return self.nodes
        if self._mains is None or self._mains[0] != len(self.graph.nodes):  # pages ask again and again
            self._mains = len(self.graph.nodes), self._without_helpers()
        return self._mains[1]

    def _without_helpers(self) -> tuple[Node, ...]:
        """Return the main nodes, each of which reads the main nodes that its helpers read."""
        mains: list[Node] = []
        owners: dict[str, str] = {}
        group: list[Node] = []
        for node in self.nodes:
            group.append(node)
            if node.name in self.origins or not node.inputs:
                owners |= {each.name: node.name for each in group}
                read = dict.fromkeys(owners[name] for each in reversed(group) for name in each.inputs)
                mains.append(replace(node, inputs=tuple(name for name in read if name != node.name)))
                group = []
        return tuple(mains)

    @property
    def unknown(self) -> tuple[UnknownOp, ...]:
        """The unsupported operators of its file."""
        return self.provenance.unknown

    @property
    def origins(self) -> Mapping[str, tuple[str, str]]:
        """(operator, tensor) of the file, by the nodes that represent outputs in it."""
        return self.provenance.origins

    def is_unsupported(self, node: str) -> bool:
        """Return whether a node is itself an unsupported operator, and does not merely follow one."""
        return node in self.provenance.unsupported

    def described(self, node: str | None = None) -> str:
        """Return what a node does, with the operator of its file: "Conv: conv2d(3, padding=1)", "Relu", "Gemm: dense".

        "MyOp: unknown" is an unsupported operator, "Relu: follows an unknown one" comes after it.
        """
        return self.provenance.described(self.node(node))

    def treated(self, treat: Mapping[str, Operation]) -> "Network":
        """Return the network of the same file with operators treated as by ``from_onnx(..., treat=)``."""
        if self._model is None:
            raise SpecError("treated must be asked of a network that from_onnx has read; got one that was made here.")
        model, input_size, image = self._model
        return self._from_model(model, input_size, treat, image)

    def add(
        self,
        name: str,
        layer_or_op: Operation,
        inputs: str | Sequence[str] | None = None,
        channels: SupportsIndex | None = None,
    ) -> str:
        """Add a node and return its name.

        Parameters
        ----------
        name : str
            A new one.
        layer_or_op : Layer or str
            A layer made by `conv2d` and its like (of a volume by `conv3d`), or "add", "multiply" (of equal sizes, or of
            1 cell that repeats, as behind "global_pool"), "concat" (of channels), "identity", "global_pool", "dense",
            or "attention" (each output reads its own place and the whole of its one input, a node of its own).
        inputs : str or sequence of str, optional
            The names of the nodes that it reads; by default the node added last.
        channels : int, optional
            Those of the output of a convolution or of "dense", whose weights then count as parameters (without biases,
            as in `cost`). Pooling and all else keep the channels that they read, and "concat" has their sum.

        Raises
        ------
        SpecError
            The name is not new, an input does not exist, the number of inputs is wrong, or sizes or channels do not
            fit.

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
        wide = None if channels is None else arguments.integer("channels", channels, least=1)
        if isinstance(layer_or_op, str) and layer_or_op == "attention":
            names = [inputs] if inputs is None or isinstance(inputs, str) else inputs
            if not isinstance(names, Sequence) or len(names) != 1:  # type: ignore[redundant-expr]  # of any caller
                raise SpecError(f'attention "{name}" must have 1 input; got {shown(inputs)}.')
            source = self.node(names[0]).name
            whole = self.graph.add(f"{name} (whole)", "global_pool", source, wide)
            return self.graph.add(name, "add", [source, whole])
        return self.graph.add(name, layer_or_op, inputs, wide)

    def node(self, name: str | None = None) -> Node:
        """Return the node of a name, by default the last one."""
        return self.graph.node(name)

    def upstream(self, node: str | None = None) -> tuple[Node, ...]:
        """Return a node and all that it depends on, in the order of the network.

        Examples
        --------
        >>> [node.name for node in Network.known("resnet18").upstream("pool1")]
        ['input', 'conv1', 'pool1']
        """
        return self.graph.upstream(node)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The nodes that give the outputs of the file; of a network that was made here, those that no node reads."""
        if self.provenance.outputs:
            return self.provenance.outputs
        read = {name for node in self.nodes for name in node.inputs}
        return tuple(node.name for node in self.nodes if node.name not in read)

    @property
    def scopes(self) -> Mapping[str, str]:
        """The module of each node whose file names it, such as "layer4.2.conv2"."""
        return self.provenance.scopes

    def output_size(self, node: str | None = None) -> Size | None:
        """Return the size of a node's output, by default of the last one; None if it is unknown."""
        return self.graph.output_size(node)

    def seen_from(self, source: str) -> "Network":
        """Return the nodes that depend on a node, as a network whose input is that node.

        Its cells are those of the output of `source`, which is found by its own name and as "input". What nodes read
        elsewhere counts as constant: a join reads the inputs that are left, and of one input it is the identity.

        Examples
        --------
        >>> late = Network.known("resnet18").seen_from("conv5_1")
        >>> late.input_size, late.receptive_field("conv5_2").size
        ((7, 7), (5, 5))
        """
        network = Network()
        network.graph = seen_from(self.graph, source)
        network.provenance = self.provenance.of(network.graph.nodes)
        return network

    def receptive_field(self, node: str | None = None, source: str = INPUT_NAME) -> ReceptiveField:
        """Return the receptive field of a node, by default of the last one, in the input or in another node.

        Parameters
        ----------
        node : str, optional
            Its name.
        source : str
            The node whose cells are counted. What the node reads on paths that come from elsewhere is left out.

        Raises
        ------
        SpecError
            A node does not exist, or the node does not depend on the source.

        Examples
        --------
        What an output of a transposed convolution reads depends on its phase:

        >>> from convviz.arithmetic import conv_transpose2d
        >>> network = Network()
        >>> up = network.add("up", conv_transpose2d(3, stride=2, padding=1))
        >>> field = network.receptive_field(up)
        >>> field.size, field.size_range, field.jump
        ((2, 2), ((1, 2), (1, 2)), (Fraction(1, 2), Fraction(1, 2)))
        >>> Network.known("vgg16").receptive_field("pool2", source="pool1").size
        (6, 6)
        """
        if isinstance(source, str) and source == INPUT_NAME:  # type: ignore[redundant-expr]  # of any caller
            return receptive_field(self.graph, node)
        target = self.node(node).name
        return receptive_field(seen_from(self.graph, source, target), target)

    def cost(self, node: str | None = None) -> NodeCost | None:
        """Return what a node costs, by default the last one; None if its channels are not stated.

        In a network from a file, it is what the file states: what the exporter has folded into another node, as batch
        normalization into a convolution, is part of that node, and what the batch of the file costs.

        Examples
        --------
        >>> from convviz.arithmetic import conv2d
        >>> network = Network(input_size=(32, 48), channels=3)
        >>> stem = network.add("stem", conv2d(7, stride=2, padding=3), channels=64)
        >>> network.cost(stem)
        NodeCost(channels=64, parameters=9408, multiplications=3612672, memory=24576)
        """
        return self.graph.costs.get(self.node(node).name)

    def total(self) -> NodeCost:
        """Return what all nodes cost together; a sum is None where a part of it is unknown.

        Examples
        --------
        >>> Network.known("vgg16").total().parameters
        14710464
        """
        return total(self.graph.costs.values())

    def box(self, node: str | None, output: Size) -> Box | None:
        """Return the box of cells that an output of a node can reach on an input without borders.

        Parameters
        ----------
        node : str or None
            Its name; None is the last one.
        output : tuple of int
            (row, column) of the output, or its place along each axis; any integers.

        Returns
        -------
        Box or None
            The first and the last cell along each axis, such as rows and columns, which may lie outside the input. The
            whole input after a global operation. None if it is unknown, or if the output reads nothing.

        Examples
        --------
        >>> Network.known("resnet18").box("pool1", (0, 1))
        ((-5, 5), (-1, 9))
        """
        return box_of(self.graph, node, output)

    def support(self, node: str | None, output: SizeLike) -> Array:
        """Return (H, W) booleans: the input cells that an output of a node reads, through any path, borders included.

        Of a volume they are (D, H, W).

        Parameters
        ----------
        node : str or None
            Its name; None is the last one.
        output : int or sequence of int
            (row, column) of the output, or (depth, row, column). All is False if it reads nothing but padding or
            inserted zeros.

        Raises
        ------
        SpecError
            The network has no input size, or one of more than 2^25 cells; the output does not exist, or reads more of a
            node than memory holds.

        Examples
        --------
        A row next to a column reads a cross, not the box around it:

        >>> from convviz.arithmetic import conv2d
        >>> network = Network(input_size=5)
        >>> row = network.add("row", conv2d((1, 3), padding=(0, 1)))
        >>> column = network.add("column", conv2d((3, 1), padding=(1, 0)), "input")
        >>> both = network.add("both", "concat", [row, column])
        >>> network.support(both, (2, 0)).astype(int)
        array([[0, 0, 0, 0, 0],
               [1, 0, 0, 0, 0],
               [1, 1, 0, 0, 0],
               [1, 0, 0, 0, 0],
               [0, 0, 0, 0, 0]])
        """
        return counted(self.graph.nodes, *self._unit(node, output), dtype=bool)

    def projective_field(self, node: str | None, cell: SizeLike) -> Array:
        """Return (H, W) booleans: the outputs of a node that an input cell reaches, through any path, borders included.

        Output o of the node has the cell in its support exactly if it is True here.

        Parameters
        ----------
        node : str or None
            Its name; None is the last one.
        cell : int or Pair
            (row, column) of the input.

        Raises
        ------
        SpecError
            The network has no input size, or the node more than 2^25 outputs; the cell does not exist, or reaches more
            of a node than memory holds.

        Examples
        --------
        The stride leaves out every other position, so that a cell in between reaches two outputs:

        >>> from convviz.arithmetic import conv2d
        >>> network = Network.sequential([conv2d((1, 3), stride=(1, 2), padding=(0, 1))], input_size=(1, 8))
        >>> network.projective_field(None, (0, 3)).astype(int), network.projective_field(None, (0, 4)).astype(int)
        (array([[0, 1, 1, 0]]), array([[0, 0, 1, 0]]))
        """
        target, _ = self._unit(node, (0,) * self.graph.rank)
        size = self.input_size
        assert size is not None  # _unit refuses a network without it
        place = self._place("cell", cell)
        if any(number >= cells for number, cells in zip(place, size, strict=True)):
            raise SpecError(f"cell must lie inside the input of size {size}; got {place}.")
        if target.size is None or prod(target.size) > MOST_CELLS:
            raise SpecError(f'"{target.name}" must have at most 2^25 outputs to be mapped; got {target.size}.')
        flags = reached(self.graph, target, place)
        return flags.transpose(target.order) if target.order else flags

    def border(self, node: str | None = None) -> Border:
        """Return how far into the outputs of a node, by default of the last one, the padding is seen.

        Raises
        ------
        SpecError
            The network has no input size; or the border is unknown: behind an unsupported operator, where an output
            reads the whole input, and where counts repeat too late.

        Examples
        --------
        Of three convolutions that pad by 1, the first three outputs see the padding:

        >>> from convviz.arithmetic import conv2d
        >>> seen = Network.sequential([conv2d(3, padding=1)] * 3, input_size=(8, 9)).border()
        >>> print(seen.shares[0].round(2), seen.clean[0], seen.halo)
        [0.52 0.19 0.04 0.   0.   0.04 0.19 0.52] (3, 4) ((3, 3), (3, 3))
        """
        return border(self.graph, self._known(node).name)

    def path_counts(self, node: str | None, output: SizeLike) -> Array:
        """Return (H, W) integers: through how many paths an output of a node reads each input cell, borders included.

        A path is one tap per layer, whatever their weights and channels; linear resizing has a tap for each of the one
        to four cells it mixes. As with `support`, padding is not counted. The integers are exact: of 64 bits, or if
        one of them is larger all of them Python's.

        Parameters
        ----------
        node, output
            See `support`.

        Examples
        --------
        >>> from convviz.arithmetic import conv2d
        >>> Network.sequential([conv2d((1, 3))] * 3, input_size=(1, 8)).path_counts(None, (0, 1))
        array([[0, 1, 3, 6, 7, 6, 3, 1]])
        """
        return counted(self.graph.nodes, *self._unit(node, output))

    def describe(self, node: str | None, output: SizeLike) -> str:
        """Return one sentence about the cells that an output of a node reads.

        >>> from convviz.arithmetic import conv2d
        >>> print(Network.sequential([conv2d(3, dilation=2)], input_size=7).describe(None, (0, 1)))
        Output (0, 1) of "conv2d_1" reads 9 cells of the input, in rows 0 to 4 and columns 1 to 5.
        """
        target, place = self._unit(node, output)
        shown = tuple(place[n] for n in target.order) or place  # in the order of its tensor, as it was given
        cells = np.argwhere(counted(self.graph.nodes, target, place, dtype=bool))
        if not len(cells):
            return f'Output {shown} of "{target.name}" reads nothing of the input.'
        number = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        ends = zip(PLURALS[-len(place) :], cells.min(axis=0).tolist(), cells.max(axis=0).tolist(), strict=True)
        box = " and ".join(f"{name} {first} to {last}" for name, first, last in ends)
        return f'Output {shown} of "{target.name}" reads {number} of the input, in {box}.'

    def table(self) -> Table:
        """Return a row for every main node but the input: its operation, output size, receptive field and cost."""
        rows = (
            table_row(
                node,
                self.described(node.name),
                self.receptive_field(node.name),
                self.graph.costs.get(node.name),
                self.axes,
                self.provenance.remark(node.name),
            )
            for node in self.main_nodes[1:]
        )
        return Table(tuple(rows), self.axes)

    def _known(self, node: str | None) -> Node:
        """Return a node whose outputs have places on an input of known size."""
        target = self.node(node)
        if self.input_size is None:
            raise SpecError("Network needs an input_size to map individual cells; got None.")
        if target.size is None:
            raise SpecError(
                f'The receptive field of "{target.name}" is unknown: {self.provenance.reason(target.name)}.'
            )
        return target

    def _unit(self, node: str | None, output: SizeLike) -> tuple[Node, Size]:
        """Return a node and one of its outputs, if cells of the input can be mapped."""
        target = self._known(node)
        assert self.input_size is not None
        assert target.size is not None
        if prod(self.input_size) > MOST_CELLS:
            raise SpecError(f"input_size must have at most 2^25 cells to be mapped; got {self.input_size}.")
        place = self._place("output", output)
        if any(index >= cells for index, cells in zip(place, target.output_size or (), strict=True)):
            raise SpecError(f'output must lie inside "{target.name}" of size {target.output_size}; got {place}.')
        return target, target.place(place)

    def _place(self, name: str, place: SizeLike) -> Size:
        """Return one index for each axis."""
        return (arguments.triple if self.graph.rank == 3 else arguments.pair)(name, place, least=0)
