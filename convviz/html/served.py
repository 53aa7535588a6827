"""The figure as a page that asks its server, and what other sites must know to have it in a frame."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Final
from urllib.parse import quote, urlsplit

from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.figure import PAGE, Answer, answer
from convviz.fonts import linked_fonts
from convviz.recipes import read_query, write_query
from convviz.recipes.catalog import PAIRS
from convviz.recipes.comparison import COMPARE, SIDES

from . import bundle
from .dials import DIALS
from .document import LAYOUTS, data_of, document, in_element

PLACE: Final[tuple[str, ...]] = ("step", "pin")
"""Parameters of where a figure begins: a step, counted from 1, and a pinned cell."""


def page(name: str, query: str, site: str = "") -> Answer:
    """Return the figure as a page, or one that says why there is none; its address is ``{site}/figure/{name}?{query}``.

    Parameters
    ----------
    name : str
        The name of a variant, or ``compare``.
    query : str
        As of `answer`; besides ``step`` and ``pin``, where the figure begins, and ``dials=0`` for the picture alone.
    site : str
        The address of the server's root, without a slash at its end.
    """
    try:
        texts = _read(name, query)
    except SpecError as error:
        return _refused(name, str(error), ())
    place = {each: texts.pop(each) for each in PLACE if each in texts}
    dials = texts.pop(DIALS, "1")
    found = answer(name, texts)
    content = json.loads(found.text)
    if found.refusal:
        return _refused(name, found.refusal, content["mends"])
    base = urlsplit(site).path
    read = write_query({**texts, **place})
    data = {**data_of(content, name), "base": base, "version": bundle.version(), "bare": dials == "0", "read": read}
    link = escape(f"{base}/{name}?{content['query']}".removesuffix("?"))
    foot = f'<p class="foot"><a href="{link}" target="_blank">Open in convviz</a></p>\n'
    scripts = (
        in_element(data, found.text) + f'<script src="{base}/modules/{bundle.version()}/page.js" defer></script>\n'
    )
    head = oembed_link(site, f"{site}/figure/{name}?{query}".removesuffix("?"), content["title"])
    head += f"<style>\n{linked_fonts(base)}</style>\n"
    return Answer(document(content, texts.get("theme", PAGE), bundle.markup(), scripts, head, foot))


def _read(name: str, query: str) -> dict[str, str]:
    """Return the parameters of a page; a comparison without any is the one that its lab begins with."""
    texts = read_query(query)
    if (dials := texts.get(DIALS, "1")) not in ("0", "1"):
        raise SpecError(f"dials must be 0 (the picture alone) or 1; got {shown(dials)}.")
    if name == COMPARE and not any(side in texts for side in SIDES):
        return {**PAIRS["dilated"].comparison.to_texts(), **texts}
    return texts


def _refused(name: str, sentence: str, mends: Iterable[Mapping[str, str]]) -> Answer:
    """Return a page that says why there is no figure, with links to what would help."""
    links = "".join(
        f'<p><a href="{escape(name.rpartition("/")[2])}?{escape(mend["query"])}">{escape(mend["label"])}</a></p>\n'
        for mend in mends
    )
    content = {"title": "No figure", "scene": {"description": ""}}
    text = f'<p role="alert">{escape(sentence)}</p>\n{links}'
    return Answer(document(content, PAGE, text), sentence)


def oembed_link(site: str, address: str, title: str) -> str:
    """Return the element in which a page says where its oEmbed answer is."""
    asked = quote(address, safe="")
    return (
        f'<link rel="alternate" type="application/json+oembed" href="{escape(site)}/oembed?url={asked}" '
        f'title="{escape(title)}">\n'
    )


_MARGIN: Final = 13
_CONTROLS: Final = ((740, 206), (560, 224), (0, 327))
"""CSS pixels on each side of the picture, and below it, from these widths on."""

_NARROW: Final = 560
"""CSS pixels of a picture below which it has the layout for phones; the same as in player.js."""

_LARGEST: Final = 1.25
"""Of the picture's own size; the same as in page.js."""


def measure(name: str, query: str, width: int) -> tuple[str, int, int]:
    """Return the title of a page, and its size in CSS pixels where it may be at most so wide.

    Raises
    ------
    SpecError
        There is no such figure.
    """
    texts = _read(name, query)
    for each in (*PLACE, DIALS):
        texts.pop(each, None)
    room = width - 2 * _MARGIN
    found = answer(name, {**texts, "width": LAYOUTS[1]} if room < _NARROW else texts)
    if found.refusal:
        raise SpecError(found.refusal)
    content = json.loads(found.text)
    scene = content["scene"]
    across = min(room, _LARGEST * scene["width"])
    controls = next(room for least, room in _CONTROLS if width >= least)
    return content["title"], width, round(across * scene["height"] / scene["width"]) + controls
