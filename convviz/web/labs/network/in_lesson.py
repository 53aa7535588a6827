"""From a node of a network into its lesson, with the parameters of its layer and, where a file has it, its kernel."""

from collections.abc import Mapping
from itertools import chain
from typing import Any, Final

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz import limits
from convviz.analysis import Network
from convviz.analysis.onnx_import.parse_model import Array
from convviz.analysis.onnx_import.stored_weights import stored_kernel, stored_weight
from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, Layer, MaxPool2d
from convviz.errors import SpecError
from convviz.recipes import write_query
from convviz.recipes.of_layer import recipe_of_layer
from convviz.recipes.variants.channels import exchanged
from convviz.web.components.network_choice import PAGE, UPLOAD, Choice
from convviz.web.components.refusals import as_sentence, as_text
from convviz.web.components.way_back import offer_lesson
from convviz.web.state.widgets import number, select

_OPERATORS: Final[Mapping[type, tuple[str, ...]]] = {
    Conv2d: ("Conv", "FusedConv", "QLinearConv", "ConvInteger"),
    ConvTranspose2d: ("ConvTranspose",),
    MaxPool2d: ("MaxPool",),
    AvgPool2d: ("AveragePool", "QLinearAveragePool"),
}
"""The operators that a lesson shows, by their layers; others, such as SpaceToDepth, only read the same cells."""

_ALL: Final = -1
"""The choice of all input channels together."""

_LEGIBLE: Final = 3
"""Channels whose numbers can be read in the lesson without enlarging it: of more, one is shown at first."""


def show_in_lesson(network: Network, node: str, chosen: Choice) -> None:
    """Show the link from a convolution or a pooling to its lesson, or why there is none."""
    shown = network.node(node)
    layer, operator = shown.operation, network.origins.get(node, ("",))[0].rpartition(".")[2]
    if not isinstance(layer, Layer) or not _has_lesson(layer, operator):
        return
    try:
        size = network.node(shown.inputs[0]).size
        kernel, bias = _kernel(network, node, chosen)
        recipe = recipe_of_layer(layer, size, kernel, bias)
    except SpecError as error:
        st.caption(as_text(f"No lesson shows this layer: {as_sentence(error)}"))
        return
    label = "Open this layer in its lesson" if kernel is None else "Open this layer and its kernel in its lesson"
    back = "your file" if chosen.name == UPLOAD else chosen.name
    address = f"{PAGE}?{write_query(chosen.texts | {'node': node})}"
    offer_lesson(recipe, label, f"Back to {node} of {back}", address)


def _has_lesson(layer: Layer, operator: str) -> bool:
    """Return whether a layer, and the operator of its file if it is from one, are those of a lesson.

    A convolution or a pooling of three axes is, too: the lesson then says that it shows two.
    """
    if not operator:
        return type(layer) in _OPERATORS
    return operator in _OPERATORS.get(type(layer), tuple(chain(*_OPERATORS.values())))


def _kernel(network: Network, node: str, chosen: Choice) -> tuple[Array | None, float]:
    """Let the user choose channels of a stored kernel.

    Returns
    -------
    weight : array or None
        (C_in, kH, kW); None where the numbers of the kernel are not known.
    bias : float
        That of the output channel if the weight is all that it reads, else 0.
    """
    layer: Any = network.node(node).operation
    stored = network.provenance.kernels.get(node)
    if stored is None:
        return None, 0.0
    if chosen.content is None:
        most = limits.ONNX_WEIGHTS_MEGABYTES
        st.caption(f"The file has more than {most} MB, so its weights are not kept: the lesson shows other numbers.")
        return None, 0.0
    try:
        weight = stored_kernel(chosen.content, stored, layer.kernel_size)
        biases = stored_weight(chosen.content, stored.bias) if stored.bias else np.zeros(0)
    except SpecError as error:
        st.caption(as_text(f"The lesson shows other numbers than the file: {error}"))
        return None, 0.0
    weight = exchanged(weight, layer.groups) if isinstance(layer, ConvTranspose2d) else weight
    (outputs, inputs), key = weight.shape[:2], f"{PAGE}.kernel.{node}"
    columns = st.columns(2)
    output = number("Output channel", 0, outputs - 1, f"{key}.output", 0, place=columns[0])
    source = _source(layer, inputs, f"{key}.input", columns[1])
    planes = weight[output] if source == _ALL else weight[output, [source]]
    return planes, float(biases[output]) if len(planes) == inputs and biases.shape == (outputs,) else 0.0


def _source(layer: Any, inputs: int, key: str, place: DeltaGenerator) -> int:
    """Return the input channel that is chosen; all of a few ones may be shown together."""
    if inputs == 1:
        return 0
    if inputs <= limits.CHANNELS_DRAWN:
        words = {_ALL: f"all {inputs}"} | {channel: str(channel) for channel in range(inputs)}
        return select("Input channel", words, key, _ALL if inputs <= _LEGIBLE else 0, place=place)
    return number("Input channel", 0, inputs - 1, key, 0, place=place, help="Counted within the group of channels.")
