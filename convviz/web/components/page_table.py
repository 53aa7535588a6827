"""The pages that are not about one variant, and what every page is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from convviz.recipes import VARIANTS


@dataclass(frozen=True, slots=True)
class Lab:
    """A lab: its title, and a sentence for its card."""

    title: str
    summary: str


HOME: Final = "home"
GALLERY: Final = "gallery"

FIRST: Final[Mapping[str, str]] = {HOME: "Home", GALLERY: "Gallery"}
"""The titles of those that lead to all others."""

LABS: Final[Mapping[str, Lab]] = {
    "compare": Lab(
        "Compare two layers", "Any two layers run side by side on the same input, and what differs is marked."
    ),
    "on-an-image": Lab(
        "A convolution on an image", "A kernel slides over a photograph and makes one new pixel from each window."
    ),
    "network": Lab(
        "Receptive fields of a network", "Each node of a known network, or of your ONNX file, says how much it sees."
    ),
    "on-your-image": Lab("What a unit sees", "A box on a photograph shows what one output deep in a network can see."),
    "gridding": Lab("Gridding", "Some dilation rates leave holes in what an output reads, and others leave none."),
}
"""Those about several layers or whole networks, by their addresses."""

MORE: Final[Mapping[str, str]] = {"glossary": "Glossary", "teaching": "For lecturers", "quiz": "Question bank"}
"""The titles of those that go with all lessons and labs, by their addresses."""


def title_of(page: str) -> str:
    """Return the title of the page with this address.

    Examples
    --------
    >>> title_of("dilated"), title_of("compare")
    ('Dilated convolution', 'Compare two layers')
    """
    about = VARIANTS.get(page) or LABS.get(page)
    return about.title if about else {**FIRST, **MORE}[page]
