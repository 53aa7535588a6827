"""Known networks on a page: their menu, what has been published about them, and the input that they get."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from convviz.analysis import KNOWN, Network
from convviz.analysis.receptive.known import plan
from convviz.analysis.receptive.plans import grow
from convviz.arithmetic.parse import Pair
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError
from convviz.recipes.parameters import read_pair, spell_pair

DEFAULT: Final = "resnet50_v1"
UNKNOWN: Final = "unknown"
MOST_SIDE: Final = 4096
"""Rows or columns of an input on these pages."""

_DISTILL: Final = "[Araujo, Norris & Sim 2019](https://distill.pub/2019/computing-receptive-fields)"
_GIST: Final = "[S. Wang's table](https://gist.github.com/samson-wang/a6073c18f2adf16e0ab5fb95b53db3e6)"
_CONTEXT: Final = "[Yu & Koltun 2015](https://arxiv.org/abs/1511.07122), Table 1"
_PATCHES: Final = "[Isola et al. 2016](https://arxiv.org/abs/1611.07004)"
_WAVENET: Final = "[van den Oord et al. 2016](https://arxiv.org/abs/1609.03499), section 2.1"

PUBLISHED: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "alexnet_v2": (195, _DISTILL), "vgg16": (212, _DISTILL), "mobilenet_v1": (315, _DISTILL),
        "inception_v3": (1311, _DISTILL), "resnet50_v1": (483, _DISTILL), "resnet101_v1": (1027, _DISTILL),
        "resnet152_v1": (1507, _DISTILL), "resnet18": (435, _GIST), "resnet34": (899, _GIST),
        "resnet50_v1_5": (427, _GIST), "resnet101_v1_5": (971, _GIST), "context_module": (67, _CONTEXT),
        "patchgan70": (70, _PATCHES), "wavenet_stack": (1024, _WAVENET), "vgg11": (150, _DISTILL),
        "inception_v2": (699, _DISTILL), "inception_v4": (2071, _DISTILL), "inception_resnet_v2": (3039, _DISTILL),
        "inception_resnet_v2_same": (3039, _DISTILL), "resnet_v1_50": (483, _DISTILL),
        "resnet_v1_101": (1027, _DISTILL), "resnet_v1_152": (1507, _DISTILL), "resnet_v1_200": (1763, _DISTILL),
    }
)  # fmt: skip
"""The receptive field that others have published for the last node, and where."""


def menu_entry(name: str) -> str:
    """A network as the menu has it, with its published field."""
    return f"{name}, {PUBLISHED[name][0]} published" if name in PUBLISHED else name


def source_words(name: str) -> str:
    """Where a network is from, and the published number."""
    words = f"{KNOWN[name].source}."
    if name in PUBLISHED:
        number, source = PUBLISHED[name]
        return f"{words} Published field of the last node: **{number}** ({source})."
    return f"{words} No published field is known to us to compare with."


def read_size(text: str) -> str:
    """An input size as links spell it: ``224``, ``224x320``, or "unknown"."""
    words = re.sub(r"\s*[x×]\s*", "x", text.strip().lower())
    return words if words == UNKNOWN else spell_pair(read_pair("input_size", words, 1, MOST_SIDE))


def size_in(text: str) -> Pair | None:
    """The input size that a text of `read_size` stands for."""
    return None if text == UNKNOWN else read_pair("input_size", text, 1, MOST_SIDE)


def usual_size(name: str) -> str:
    """The input size of a known network, as links spell it."""
    return spell_pair(KNOWN[name].input_size)


@st.cache_resource(max_entries=32, show_spinner=False)
def known_network(name: str, size: str) -> Network:
    """A known network with this input size, which may be "unknown".

    Raises
    ------
    SpecError
        A size that is too small, or one that is not known where the network needs it.
    """
    found, pair = plan(name), size_in(size)
    if pair is not None:
        return Network.known(name, pair)
    network = Network()
    try:
        grow(network.graph, found.steps, network.nodes[0].name)
    except AssertionError:
        raise SpecError(
            f"input_size must be known for {name}, which resizes to the size of an earlier node; got {shown(size)}."
        ) from None
    return network
