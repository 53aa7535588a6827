"""The pages that are not about one variant, and what every page is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from convviz.recipes import VARIANTS


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that is not about one variant: its title, and a sentence for its card."""

    title: str
    summary: str


HOME: Final = "home"
GALLERY: Final = "gallery"

FIRST: Final[Mapping[str, Entry]] = {
    HOME: Entry("Home", "Where everything begins."),
    GALLERY: Entry("Gallery", "Every example, by the name it is known by."),
}
"""Those that lead to all others, by their names."""

LABS: Final[Mapping[str, Entry]] = {
    "compare": Entry("Compare two layers", "Any two of them side by side, step by step, on the same input."),
    "on-an-image": Entry("A convolution on an image", "Pixels, products, and the whole result."),
    "network": Entry("Receptive fields of a network", "A known network or your ONNX file, node by node."),
    "on-your-image": Entry("What a unit sees", "Its receptive field over a photograph."),
    "gridding": Entry("Gridding", "The holes that dilation rates leave, and rates that leave none."),
}
"""Those about several layers or whole networks, by their addresses."""

MORE: Final[Mapping[str, Entry]] = {
    "glossary": Entry("Glossary", "The words of the field, each in a sentence."),
    "teaching": Entry("For lecturers", "A plan of ten minutes for each lesson and lab."),
}
"""Those that go with all lessons and labs, by their addresses."""


def title_of(page: str) -> str:
    """Return the title of the page with this address.

    Examples
    --------
    >>> title_of("dilated"), title_of("compare")
    ('Dilated convolution', 'Compare two layers')
    """
    return VARIANTS[page].title if page in VARIANTS else (FIRST | LABS | MORE)[page].title  # type: ignore[operator]
