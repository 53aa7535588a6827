"""The map of even overlap on the lesson's page: each of its cells sets kernel and stride of the lesson."""

from functools import lru_cache
from typing import Final

import streamlit as st

from convviz import limits
from convviz.analysis import OverlapMap, overlap_map
from convviz.arithmetic import ConvTranspose2d, conv_transpose2d
from convviz.arithmetic.parse import Pair
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.parameters import spell_pair
from convviz.recipes.stacks import spell_stack
from convviz.web.components.errors import refuse
from convviz.web.state.page_state import put, state_of

from .overlap_map import show_even_map
from .stages import Stack

_REFUSED: Final = "evenmap:refused"


def show_map(asked: Recipe) -> None:
    """The rule, and the map; what a click asks for and cannot be is said above it."""
    layers, first, axes = asked.layers, _first(asked.layers), 1 if is_flat(asked) else 2
    current, dilation = _current(first, axes)

    def choose(kernel: int, stride: int) -> None:
        try:
            texts = with_pair(asked, kernel, stride).to_texts()
        except SpecError as error:
            st.session_state[_REFUSED] = str(error)
        else:
            put(asked.variant, texts, state_of(asked.variant).extras)

    found = _even_map(dilation, axes)
    whose = ""
    if len(layers) > 1 and first is not None:
        whose = " of every layer" if isinstance(asked["layers"], int) else " of the first transposed convolution"
    st.markdown(
        "### Where overlap is even\nOne transposed convolution for each kernel size k and stride s. Click a cell, or "
        f"go there with the arrow keys and press Enter: that sets kernel and stride{whose}."
    )
    if refused := st.session_state.pop(_REFUSED, None):
        refuse(refused)
    show_even_map(
        found, current, key=f"evenmap:{asked.variant}", on_choose=choose,
        label=f"Ratio of most to least paths{' along one axis' if axes == 1 else ''}"
        + (f", at dilation {dilation}" if dilation > 1 else ""),
    )  # fmt: skip
    pairs = [(kernel, stride) for kernel in found.kernel_sizes for stride in found.strides]
    st.caption(
        "Underlined: even. ∞ and hatched: some cells get nothing."
        f"{' Framed: what the page shows.' if current in pairs else ''} Padding and input size are reduced where they "
        "do not fit the pair that you choose."
    )


def _first(layers: Stack) -> ConvTranspose2d | None:
    return next((layer for layer in layers if isinstance(layer, ConvTranspose2d)), None)


def is_flat(asked: Recipe) -> bool:
    """Whether all happens along one axis: a row of cells, and a kernel and a stride of one row."""
    first, (height, width) = _first(asked.layers), asked["input_size"]
    return first is not None and height == first.kernel_size[0] == first.stride[0] == 1 < width


def _current(first: ConvTranspose2d | None, axes: int) -> tuple[Pair | None, int]:
    """Kernel and stride, where they are on the map, and the dilation: for two axes it has one number for both."""
    if first is None:
        return None, 1
    kernel, stride, dilation = (set(pair[2 - axes :]) for pair in (first.kernel_size, first.stride, first.dilation))
    spread = dilation.pop() if len(dilation) == 1 else 1
    is_on_map = len(kernel) == len(stride) == 1 and not dilation
    return (kernel.pop(), stride.pop()) if is_on_map else None, spread


@lru_cache(16)
def _even_map(dilation: int, axes: int) -> OverlapMap:
    return overlap_map(range(1, limits.KERNEL_SIDE + 1), range(1, limits.STRIDE + 1), dilation=dilation, axes=axes)


def with_pair(asked: Recipe, kernel: int, stride: int) -> Recipe:
    """The recipe with this kernel and stride in its layers, or in the first transposed one of a stack.

    Both are for both axes, or for one where there is only one.
    Padding is given up where it no longer fits, and then rows and columns of the input.

    Raises
    ------
    SpecError : The pair fits no input.
    """
    height, width = asked["input_size"]
    sizes = ((1, kernel), (1, stride)) if is_flat(asked) else ((kernel, kernel), (stride, stride))
    tries = [((height, width), False)] + [
        ((min(height, side), min(width, side)), True) for side in range(max(height, width), 0, -1)
    ]
    refusal: SpecError | None = None
    for input_size, is_bare in tries:
        try:
            return _with_pair(asked, sizes, input_size, is_bare)
        except SpecError as error:
            refusal = refusal or error
    assert refusal is not None  # nothing was accepted
    raise refusal


def _with_pair(asked: Recipe, sizes: tuple[Pair, Pair], input_size: Pair, is_bare: bool) -> Recipe:
    gone = ("padding", "output_padding") if is_bare else ()
    texts = {name: text for name, text in asked.to_texts().items() if name not in gone}
    texts["input_size"] = spell_pair(input_size)
    layers: int | Stack = asked["layers"]
    if isinstance(layers, int) or not any(isinstance(layer, ConvTranspose2d) for layer in layers):
        if not isinstance(layers, int):
            del texts["layers"]
        texts |= dict(zip(("kernel_size", "stride"), map(spell_pair, sizes), strict=True))
    else:
        texts["layers"] = spell_stack(_in_first(layers, sizes, is_bare))
    return Recipe.from_query(asked.variant, texts)


def _in_first(layers: Stack, sizes: tuple[Pair, Pair], is_bare: bool) -> Stack:
    """The stack with kernel and stride in its first transposed convolution."""
    at = next(n for n, layer in enumerate(layers) if isinstance(layer, ConvTranspose2d))
    layer = layers[at]
    assert isinstance(layer, ConvTranspose2d)
    padding, more = (0, 0) if is_bare else (layer.padding, layer.output_padding)
    changed = conv_transpose2d(*sizes, padding, more, layer.dilation, layer.groups)
    return (*layers[:at], changed, *layers[at + 1 :])
