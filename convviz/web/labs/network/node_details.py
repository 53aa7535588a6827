"""What a page says of the selected node."""

from collections.abc import Iterator
from html import escape

import streamlit as st

from convviz.analysis import Network, Node, ReceptiveField
from convviz.analysis.receptive.graph import UNKNOWN, spelled
from convviz.arithmetic import Conv2d, ConvTranspose2d, PixelShuffle, Upsample2d
from convviz.charts.network_labels import ALIGNED, operation_words, pair
from convviz.charts.network_tiles import tile_words
from convviz.web.components.errors import as_code


def show_details(network: Network, node: str) -> None:
    """The exact numbers of a node, and what follows from them."""
    field = network.receptive_field(node)
    found = network.node(node)
    facts = [
        ("Receptive field", pair(field.size), "height × width in input cells, padding included"),
        ("Jump", pair(field.jump), "input cells from one output to the next"),
        ("Center", pair(field.center), "of the field of output (0, 0), in input indices from 0"),
        ("Padding", pair(field.padding), "cells that the first field begins before the input"),
        ("Output", pair(found.size), "height × width"),
        ("Aligned", ALIGNED[field.is_aligned], "whether all paths agree in jump and center"),
    ]
    listed = "".join(
        f'<div title="{escape(note)}"><dt>{label}</dt><dd>{escape(text)}</dd></div>' for label, text, note in facts
    )
    st.html(f'<dl class="cv-facts cv-facts-even">{listed}</dl>')
    reads = ", ".join(map(as_code, found.inputs)) or "nothing"
    words = operation_words(network, found)
    layer = "" if found.operation == UNKNOWN or words == spelled(found.operation) else f" ({spelled(found.operation)})"
    st.markdown(f"{as_code(words)}{layer} reads {reads}.\n\n{details_words(network, node, field)}")


def details_words(network: Network, node: str, field: ReceptiveField) -> str:
    """What the numbers do not say by themselves, as Markdown."""
    lines = []
    if field.is_global:
        lines.append(
            f"A global operation took part, so every output reads the **whole input**: {pair(field.size)}. "
            f"**Local only**, without that operation: {pair(field.local.size)}."
        )
    for axis, sizes in zip(("height", "width"), field.size_range, strict=True):
        if sizes is not None and sizes[0] != sizes[1]:
            lines.append(f"The {axis} depends on the output: [smallest, largest] = **[{sizes[0]}, {sizes[1]}]**.")
    if field.misaligned_at is not None:
        ways = " and ".join(_path(way) for way in field.misaligned_paths or ())
        lines.append(
            f"Paths are **misaligned** at {as_code(field.misaligned_at)}: {ways} meet with different jumps or centers."
        )
        if any(_is_causal(network.node(name)) for way in field.misaligned_paths or () for name in way):
            lines.append(
                "This compares the centers of the two paths' fields. **Causal** convolutions, which are padded on one "
                "side only, differ there by design: nothing in the network is misplaced."
            )
    if network.node(node).operation == UNKNOWN:
        what = "it is" if network.is_unsupported(node) else "it comes after"
        lines.append(f"Nothing is known of this node: {what} an operator that is not known.")
        return "\n\n".join(lines)
    if not field.is_global and None not in field.center and any(map(_has_phases, _before(network, node))):
        lines.append(_nominal(network, node))
    if network.input_size is None and None in field.center and not field.is_global:
        lines.append("Centers and paddings are unknown: SAME padding with a stride depends on the input size.")
    lines.append(tile_words(network, node))
    return "\n\n".join(lines)


def _before(network: Network, node: str) -> Iterator[Node]:
    """A node, and all that it comes after."""
    waiting, seen = [node], {node}
    while waiting:
        found = network.node(waiting.pop())
        yield found
        waiting += [name for name in found.inputs if name not in seen]
        seen.update(found.inputs)


def _is_causal(node: Node) -> bool:
    """Whether a convolution sees what is before its place, and nothing behind it."""
    layer = node.operation
    if not isinstance(layer, Conv2d) or isinstance(layer.padding, str):
        return False
    reach = (dilation * (kernel - 1) for dilation, kernel in zip(layer.dilation, layer.kernel_size, strict=True))
    return any(before == cells > after == 0 for cells, (before, after) in zip(reach, layer.padding, strict=True))


def _has_phases(node: Node) -> bool:
    """Whether what an output reads depends on where it stands between the cells before it."""
    operation = node.operation
    return isinstance(operation, Upsample2d | PixelShuffle) or (
        isinstance(operation, ConvTranspose2d) and operation.stride != (1, 1)
    )


def _nominal(network: Network, node: str) -> str:
    """What center and padding are behind upsampling, and where the first output really reads."""
    words = "Behind upsampling, **center and padding are nominal**: an average over the phases of the outputs."
    box = network.box(node, (0, 0))
    if box is None:
        return words
    rows, columns = (f"{first} to {last}".replace("-", "−") for first, last in box)
    return f"{words} Output (0, 0) itself reaches rows {rows} and columns {columns}."


def _path(names: tuple[str, ...]) -> str:
    shown = names if len(names) <= 5 else (*names[:2], "…", *names[-2:])
    return " → ".join("…" if name == "…" else as_code(name) for name in shown)
