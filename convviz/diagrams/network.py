"""The graph of a known network with the receptive field of every node."""

from math import prod
from typing import TYPE_CHECKING, Final

from convviz.analysis import Network
from convviz.recipes.fields import choice_field

from .kind import Kind, Values, fields_with_look
from .known import DEFAULT, INPUT_SIZE, NETWORK, NODE, check_node, known_network, usual_size

if TYPE_CHECKING:
    from convviz.charts.network_figure import NetworkFigure

FOLDED: Final = "folded"
NODES: Final = {"all": "All nodes", FOLDED: "Equal blocks folded"}


def graph_title(name: str) -> str:
    """Return the title of the graph of a network.

    >>> graph_title("unet")
    'unet: receptive fields, node by node'
    """
    return f"{name}: receptive fields, node by node"


def usual_node(network: Network) -> str:
    """Return the node that is selected at first: the last one with places that leads to the first output.

    That is the last node of more than 1 cell whose local field is known, and not the classifier behind it.

    >>> from convviz.arithmetic import conv2d
    >>> usual_node(Network(8).sequential([conv2d(3), ("pool", "global_pool"), ("classes", "dense")]))
    'conv2d_1'
    """
    output = network.outputs[0]
    mains = {node.name for node in network.main_nodes}
    for node in reversed(network.upstream(output)[1:]):
        has_places = node.name in mains and (node.size is None or prod(node.size) > 1)
        if has_places and None not in network.receptive_field(node.name).local.size:
            return node.name
    return output


def _usual_node(values: Values) -> str:
    return usual_node(known_network(values["network"], values["input_size"]))


def _check(values: Values) -> None:
    name = values["network"]
    check_node(name, known_network(name, values["input_size"]), values["node"])


def _draw(values: Values) -> "NetworkFigure":
    """Draw what the page draws at first for a link: folded boxes around the node are open."""
    from convviz.charts.network_figure import network_figure
    from convviz.charts.network_fold import fold_network, places_around

    name, node = values["network"], values["node"]
    network = known_network(name, values["input_size"])
    opened = places_around(network.nodes, node)
    folded = fold_network(network.nodes, opened, is_folded=values["nodes"] == FOLDED)
    return network_figure(network, folded, node, graph_title(name), theme=values["theme"])


NETWORK_GRAPH: Final = Kind(
    name="network",
    title="A network and the receptive field of every node",
    fields=fields_with_look(
        NETWORK,
        INPUT_SIZE,
        NODE,
        choice_field("nodes", "Nodes", "Whether equal blocks in a row are one box.", NODES),
        has_width=False,
    ),
    defaults={"network": DEFAULT, "nodes": FOLDED, "theme": "light"},
    following={"input_size": lambda values: usual_size(values["network"]), "node": _usual_node},
    draw=_draw,
    check=_check,
)
