"""The home page: a figure to try, the lessons as a path, the labs, the gallery, and doors for those with a purpose."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from html import escape
from string import Template
from typing import Final

import streamlit as st

from convviz.assets import ASSETS, SAMPLES
from convviz.recipes import CATALOG, VARIANTS, recipe
from convviz.recipes.catalog import PAIRS
from convviz.scene.theme import THEMES
from convviz.web.components.downloads import page_theme, site_address
from convviz.web.components.figure import show_live
from convviz.web.components.page_table import LABS
from convviz.web.components.voice import page_end

from .cards import Card, card_of, cards
from .gallery import topic_links
from .pages import LAB_NAMES, LESSON_NAMES

_DRAWN: Final = frozenset(path.stem for path in (ASSETS / "cards").glob("*.svg"))
"""The labs whose cards have a drawing."""


@dataclass(frozen=True, slots=True)
class Door:
    """A way in for those who come with a purpose: its title, a sentence, and links by their labels.

    A link to a page of the app is the page's name and query, one to a file begins with a slash.
    """

    title: str
    text: str
    links: Mapping[str, str]


_DOORS: Final = (
    Door(
        "For class",
        "A plan says, minute by minute, what to ask and what to show; worksheets and quizzes come with their keys.",
        {
            "Ten minutes on dilation": "teaching?lesson=dilated",
            "Its worksheet": "/render/dilated.worksheet.pdf?download=1",
            "Questions for Moodle and Canvas": "quiz?topics=dilated",
            "All plans": "teaching",
        },
    ),
    Door(
        "For slides",
        "Take a GIF or a movie that plays in the talk, or a PowerPoint file of shapes with a slide for each step.",
        {
            "Dilated, a slide a step": "/render/dilated.steps.pptx?purpose=slide&download=1",
            "Dilated as a GIF": "/render/dilated.gif?purpose=slide&download=1",
            "Choose a picture": "dilated",
        },
    ),
    Door(
        "For papers",
        "PDF, SVG and TikZ are made of lines, in gray for print. The same address always gives the same picture.",
        {
            "Dilated as PDF": "/render/dilated.pdf?purpose=paper&steps=5",
            "As TikZ": "/render/dilated.tex?purpose=paper&frame=4",
            "All formats and addresses": "/render/",
        },
    ),
    Door(
        "For networks",
        "See how far every node of a network looks: choose a known one, or open your own ONNX file.",
        {
            "A known network": "network",
            "Dilation rates": "gridding",
            "A unit on a photograph": "on-your-image",
        },
    ),
)


def home() -> None:
    """Show the whole page."""
    words, figure = st.columns([2, 3], gap="medium", vertical_alignment="center")
    with words:
        st.html(_HERO)
    with figure.container(key="live"):
        show_live("standard")
    lessons = cards((_lesson(name) for name in LESSON_NAMES), "cv-fours cv-path")
    labs = cards(map(_lab, LAB_NAMES), "cv-fours")
    st.html(
        f"<h2>Lessons, from first to last</h2>{lessons}<h2>Labs</h2>{labs}"
        f"<h2>Gallery</h2><p>{len(CATALOG) + len(PAIRS)} examples, by the names that everybody knows.</p>"
        f"{topic_links()}<h2>For your own work</h2>{_doors(_DOORS)}"
        '<p class="cv-note">Every setting is part of the address: copy it, and others see what you see. Convolution '
        "here is what deep learning calls by that name: cross-correlation. The lessons on standard and dilated "
        "convolution can flip the kernel.</p>"
    )
    page_end()


_HERO: Final = """
<div class="cv-hero">
<h1>See what a convolution does</h1>
<p>Drag the outlined window over the blue numbers: nine products add up to one number of the
output.</p>
<p>A double click changes a number of the input or the kernel. In the lessons you also set stride, padding and dilation,
see what it costs, and take the picture with you.</p>
<p><a class="cv-to cv-button cv-strong" href="standard" data-opens="standard">Open as a lesson</a></p>
</div>
"""


def _lesson(name: str) -> Card:
    kind = VARIANTS[name]
    return card_of(recipe(name, **kind.card), kind.title, kind.summary, is_plain=True)


def _lab(name: str) -> Card:
    if name in VARIANTS:
        return _lesson(name)
    lab = LABS[name]
    if name in _DRAWN:
        drawing = b64encode(_drawing(name, page_theme()).encode()).decode()
        return Card(name, lab.title, lab.summary, f"data:image/svg+xml;base64,{drawing}")
    return card_of(PAIRS["dilated"].comparison, lab.title, lab.summary, is_plain=True)


@lru_cache(8)
def _drawing(name: str, theme: str) -> str:
    """Return the SVG of a drawing in the colors of a theme, and with the photograph where it has one."""
    template = Template((ASSETS / "cards" / f"{name}.svg").read_text(encoding="utf-8"))
    photo = b64encode(SAMPLES["cat"].read_bytes()).decode()
    return template.substitute(asdict(THEMES[theme]), photo=photo)


def _doors(doors: Iterable[Door]) -> str:
    items = "".join(
        f'<li><h3>{door.title}</h3><p>{door.text}</p><p class="cv-buttons">{_links(door.links)}</p></li>'
        for door in doors
    )
    return f'<ul class="cv-fours cv-doors">{items}</ul>'


def _links(links: Mapping[str, str]) -> str:
    return "".join(
        f'<a class="cv-button" href="{escape(site_address(address[1:]))}">{label}</a>'
        if address.startswith("/")
        else f'<a class="cv-to cv-button" href="{escape(address)}">{label}</a>'
        for label, address in links.items()
    )
