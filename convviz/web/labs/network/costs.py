"""What the nodes of a network cost, in the words of its page: channels, parameters, multiplications and memory."""

from typing import Final

from convviz.analysis import Network
from convviz.analysis.receptive.node_cost import NodeCost

COST_HEAD: Final = ("Channels", "Parameters", "Multiplications", "Memory")
"""The columns of the table."""

_NOTES: Final = (
    "of the output",
    "stored numbers that the node reads, each counted at the first node that reads it",
    "products of weights and cells, padding counted",
    "of the output, in numbers of 4 bytes (float32)",
)


def cost_texts(cost: NodeCost | None) -> tuple[str, str, str, str]:
    """Return the columns of a node; what is unknown is a question mark.

    >>> cost_texts(NodeCost(64, 9408, 118013952, 802816))
    ('64', '9,408', '118,013,952', '3.2 MB')
    """
    if cost is None:
        return ("?",) * 4
    numbers = (cost.channels, cost.parameters, cost.multiplications)
    channels, parameters, multiplications = ("?" if number is None else f"{number:,}" for number in numbers)
    return channels, parameters, multiplications, bytes_text(cost.bytes)


def cost_facts(cost: NodeCost | None) -> list[tuple[str, str, str]]:
    """Return the facts of a node: name, text and note; none where nothing is known."""
    return [] if cost is None else list(zip(COST_HEAD, cost_texts(cost), _NOTES, strict=True))


def total_words(network: Network) -> str:
    """Say what all nodes cost together, "" where no node's cost is known."""
    if not any(network.cost(node.name) for node in network.nodes):
        return ""
    _, parameters, multiplications, memory = cost_texts(network.total())
    return f"In all: **{parameters} parameters**, **{multiplications} multiplications**, **{memory}** of outputs."


def bytes_text(size: int | None) -> str:
    """Return a number of bytes in units of 1000.

    >>> bytes_text(100), bytes_text(4000), bytes_text(10_000_000), bytes_text(None)
    ('100 B', '4.0 kB', '10.0 MB', '?')
    """
    if size is None:
        return "?"
    unit, divisor = next((pair for pair in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)) if size >= pair[1]), ("B", 1))
    return f"{size / divisor:,.1f} {unit}" if divisor > 1 else f"{size} B"
