"""The pages that are not about one variant, and what every page is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from convviz.recipes import VARIANTS


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that is not about one variant: its word in the menu, its title, and a sentence for its card."""

    label: str
    title: str
    summary: str


LABS: Final[Mapping[str, Entry]] = {
    "compare": Entry("Compare", "Compare two layers", "Any two of them side by side, step by step, on the same input."),
    "on-an-image": Entry("On an image", "A convolution on an image", "Pixels, products, and the whole result."),
    "network": Entry("Network", "Receptive fields of a network", "A known network or your ONNX file, node by node."),
    "on-your-image": Entry("What a unit sees", "What a unit sees", "Its receptive field over a photograph."),
    "gridding": Entry("Gridding", "Gridding", "The holes that dilation rates leave, and rates that leave none."),
}
"""Those about several layers or whole networks, by their addresses."""

MORE: Final[Mapping[str, Entry]] = {
    "glossary": Entry("Glossary", "Glossary", "The words of the field, each in a sentence."),
    "teaching": Entry("For lecturers", "For lecturers", "A plan of ten minutes for each lesson and lab."),
}
"""Those that go with all lessons and labs, by their addresses."""


def title_of(page: str) -> str:
    """Return the title of the page with this address.

    Examples
    --------
    >>> title_of("dilated"), title_of("compare")
    ('Dilated convolution', 'Compare two layers')
    """
    return VARIANTS[page].title if page in VARIANTS else (LABS | MORE)[page].title  # type: ignore[operator]
