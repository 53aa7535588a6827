"""The map of even overlap on the lesson's page: each of its cells sets kernel and stride of the lesson."""

from functools import lru_cache
from typing import Final

import streamlit as st

from .. import limits
from ..analysis import OverlapMap, overlap_map
from ..arithmetic import ConvTranspose2d, conv_transpose2d
from ..arithmetic.parse import Pair
from ..errors import SpecError
from ..recipes import Recipe, variant_named
from ..recipes.stacks import spell_stack
from .checkerboard_words import Stack
from .evenmap import show_even_map
from .link import LessonState
from .link import replace as put_lesson

_REFUSED: Final = "evenmap:refused"


def show_map(asked: Recipe) -> None:
    """The rule, and the map; what a click asks for and cannot be is said above it."""
    layers, first = asked.layers, _first(asked.layers)
    dilation = first.dilation[0] if first is not None and _is_square(first.dilation) else 1

    def choose(kernel: int, stride: int) -> None:
        variant = variant_named(asked.variant)
        before: LessonState = st.session_state[f"lesson:{variant.name}"]
        try:
            texts = with_pair(asked, kernel, stride).to_texts()
        except SpecError as error:
            st.session_state[_REFUSED] = str(error)
        else:
            # With the time of the last address: of quick clicks, each comes with one from before the click before it.
            state = LessonState(texts, before.shown, before.extras, before.address, written_at=before.written_at)
            put_lesson(variant, state)

    found = _even_map(dilation)
    whose = ""
    if len(layers) > 1 and first is not None:
        whose = " of every layer" if isinstance(asked["layers"], int) else " of the first transposed convolution"
    st.markdown(
        "### Where overlap is even\nOne transposed convolution for each kernel size k and stride s. Click a cell, or "
        f"go there with the arrow keys and press Enter: that sets kernel and stride{whose}."
    )
    if refused := st.session_state.pop(_REFUSED, None):
        st.error(refused)
    show_even_map(
        found, _current(first), key=f"evenmap:{asked.variant}", on_choose=choose,
        label="Paths, the most by the least" + (f", at dilation {dilation}" if dilation > 1 else ""),
    )  # fmt: skip
    st.caption(
        "Underlined: even. ∞ and hatched: some cells get nothing. Framed: as now. Padding and input size give way "
        "where they no longer fit."
    )


def _first(layers: Stack) -> ConvTranspose2d | None:
    return next((layer for layer in layers if isinstance(layer, ConvTranspose2d)), None)


def _is_square(pair: Pair) -> bool:
    return pair[0] == pair[1]


def _current(first: ConvTranspose2d | None) -> Pair | None:
    """Kernel and stride, where they are on the map: it has one number for both axes."""
    if first is None or not all(map(_is_square, (first.kernel_size, first.stride, first.dilation))):
        return None
    return first.kernel_size[0], first.stride[0]


@lru_cache(16)
def _even_map(dilation: int) -> OverlapMap:
    return overlap_map(range(1, limits.KERNEL_SIDE + 1), range(1, limits.STRIDE + 1), dilation=dilation)


def with_pair(asked: Recipe, kernel: int, stride: int) -> Recipe:
    """The recipe with this kernel and stride in its layers, or in the first transposed one of a stack.

    Padding is given up where it no longer fits, and then rows and columns of the input.

    Raises
    ------
    SpecError : The pair fits no input.
    """
    height, width = asked["input_size"]
    tries = [((height, width), False)] + [
        ((min(height, side), min(width, side)), True) for side in range(max(height, width), 0, -1)
    ]
    refusal: SpecError | None = None
    for input_size, is_bare in tries:
        try:
            return _with_pair(asked, (kernel, stride), input_size, is_bare)
        except SpecError as error:
            refusal = refusal or error
    assert refusal is not None  # nothing was accepted
    raise refusal


def _with_pair(asked: Recipe, pair: Pair, input_size: Pair, is_bare: bool) -> Recipe:
    kernel, stride = pair
    gone = ("padding", "output_padding") if is_bare else ()
    texts = {name: text for name, text in asked.to_texts().items() if name not in gone}
    texts["input_size"] = "x".join(map(str, input_size))
    layers: int | Stack = asked["layers"]
    if isinstance(layers, int) or not any(isinstance(layer, ConvTranspose2d) for layer in layers):
        if not isinstance(layers, int):
            del texts["layers"]
        texts |= {"kernel_size": str(kernel), "stride": str(stride)}
    else:
        texts["layers"] = spell_stack(_in_first(layers, pair, is_bare))
    return Recipe.from_query(asked.variant, texts)


def _in_first(layers: Stack, pair: Pair, is_bare: bool) -> Stack:
    """The stack with the pair in its first transposed convolution."""
    at = next(n for n, layer in enumerate(layers) if isinstance(layer, ConvTranspose2d))
    layer = layers[at]
    assert isinstance(layer, ConvTranspose2d)
    padding, more = (0, 0) if is_bare else (layer.padding, layer.output_padding)
    changed = conv_transpose2d(*pair, padding, more, layer.dilation, layer.groups)
    return (*layers[:at], changed, *layers[at + 1 :])
