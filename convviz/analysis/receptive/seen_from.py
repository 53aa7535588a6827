"""What depends on a node of a network, as a network of its own whose input is that node."""

from dataclasses import replace

from convviz.errors import SpecError

from .footprints import JOINS
from .graph import INPUT_NAME, Graph


def seen_from(graph: Graph, source: str, until: str | None = None) -> Graph:
    """Return the nodes that depend on `source`, which is their input, in their order, up to `until`.

    What they read elsewhere counts as constant: a join reads the inputs that are left, and of one input it is the
    identity. Nodes keep their names and sizes; the source is found by its own name and as "input".

    Raises
    ------
    SpecError
        A node does not exist, or `until` does not depend on the source.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> graph = Graph((8, 9))
    >>> names = [graph.add("a", conv2d(3)), graph.add("b", conv2d(3, padding=1)), graph.add("sum", "add", ["a", "b"])]
    >>> [(node.name, node.operation, node.size) for node in seen_from(graph, "b").nodes.values()]
    [('input', 'input', (6, 7)), ('sum', 'identity', (6, 7))]
    """
    start = graph.node(source)
    last = None if until is None else graph.node(until).name
    seen = Graph(start.size, graph.axes)
    names = {start.name: INPUT_NAME}
    for node in graph.nodes.values():
        if last in names:
            break
        inputs = tuple(names[name] for name in node.inputs if name in names)
        if inputs:
            is_single = node.operation in JOINS and len(inputs) == 1
            operation = "identity" if is_single else node.operation
            names[node.name] = seen.append(replace(node, operation=operation, inputs=inputs))
    if last is not None and last not in names:
        raise SpecError(f'node must depend on source "{start.name}"; got "{last}", which reads nothing of it.')
    found = {name: names[own] for name, own in graph.aliases.items() if own in names}
    seen.aliases = found if start.name == INPUT_NAME else {**found, start.name: INPUT_NAME}
    return seen
