"""Cards that lead to pages: each is one link with a picture, a title and a sentence, all in one piece of HTML.

A picture is still, has no letters that its size would make too small, and comes from ``/render`` once it is in sight.
It moves as long as somebody points at its card, unless the visitor wants no motion.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Final

from convviz.recipes import Presentation
from convviz.recipes.comparison import Asked
from convviz.web.components.downloads import page_theme, picture_address

_LOOK: Final = {
    "width": "480", "seconds_per_step": "0.4", "title": "false", "terms": "false", "formula": "false",
    "labels": "false", "numbers": "false", "fill": "role",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says, and where it leads.

    Attributes
    ----------
    address : str
        A page of the app, with the query of its settings.
    title, text : str
        The name of the card, and a sentence or a name in code.
    still, moving : str
        Addresses of its picture; one that does not move has no second one.
    """

    address: str
    title: str
    text: str
    still: str
    moving: str = ""


def card_of(asked: Asked, title: str, text: str, *, is_plain: bool = False) -> Card:
    """Return the card of a recipe or a comparison, with the middle one of its steps.

    Parameters
    ----------
    is_plain : bool
        Whether it leads to the page as that begins, and the settings are for the picture alone.
    """
    show = Presentation.from_values({**_LOOK, "theme": page_theme()})
    query = "" if is_plain else asked.to_query()
    still, moving = picture_address(asked, show, "png", asked.frames // 2), picture_address(asked, show, "gif")
    return Card(f"{asked.variant}?{query}".removesuffix("?"), title, text, still, moving)


def cards(of: Iterable[Card], style: str = "") -> str:
    """Return cards as a list in HTML."""
    return f'<ol class="cv-cards {style}">{"".join(map(_item, of))}</ol>'


def _item(card: Card) -> str:
    moving = f' style="--moving: url(&quot;{escape(card.moving)}&quot;)"' if card.moving else ""
    return (
        f'<li><a class="cv-to cv-card" href="{escape(card.address)}"><span class="cv-thumb"{moving}>'
        f'<img src="{escape(card.still)}" alt="" loading="lazy"></span><strong>{escape(card.title)}</strong> '
        f"<span>{escape(card.text)}</span></a></li>"
    )
