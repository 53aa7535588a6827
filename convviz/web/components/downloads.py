"""Pictures that pages show or offer by their addresses below ``/render``, and how long it takes to draw them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from math import gcd
from typing import Final

import streamlit as st

from convviz import limits
from convviz.animation import Animation
from convviz.errors import SpecError
from convviz.recipes import Presentation, read_query
from convviz.recipes.comparison import SIDES, Asked, Comparison
from convviz.recipes.fields import FIELDS
from convviz.recipes.model import check_query
from convviz.scene import Scene
from convviz.scene.figure import LAST_BEATS

_STILL: Final = "(prefers-reduced-motion: reduce)"

_FILES: Final[Mapping[str, tuple[str, str]]] = {
    "gif": ("Download GIF", "the animation"),
    "zip": ("PNG frames (zip)", "every frame as a picture; the number of a file is that of its step"),
    "png": ("Last frame (PNG)", "the result as one picture"),
}


def page_theme() -> str:
    """Return whether the visitor's page is "dark" or "light"."""
    return "dark" if st.context.theme.type == "dark" else "light"


def _address(recipe: Asked, show: Presentation, suffix: str) -> str:
    """Return the address of a picture of the recipe."""
    base, query = str(st.get_option("server.baseUrlPath") or "").strip("/"), recipe.render_query(show)
    return f"{f'/{base}' if base else ''}/render/{recipe.variant}.{suffix}" + (f"?{query}" if query else "")


def moving_picture(recipe: Asked, options: Mapping[str, str], style: str = "cv-preview") -> str:
    """Return an animated picture as HTML that has its size before it is loaded, and is still where motion is reduced.

    In the style "cv-preview" all pictures have one shape, as on the home page; in "cv-picture" each has its own.
    """
    show = Presentation.from_values(options)
    measures = _measures(recipe, show)
    moving, still = (escape(_address(recipe, show, suffix)) for suffix in ("gif", "png"))
    return (
        f'<picture class="{style}"><source media="{_STILL}" srcset="{still}">'
        f'<img src="{moving}" alt="{escape(measures.description)}" width="{measures.width}" '
        f'height="{measures.height}"></picture>'
    )


def offer_downloads(recipe: Asked, presentation: Mapping[str, str]) -> None:
    """Show links to the files of a picture, which look like buttons; for a file that HTTP does not give, the reason."""
    show = Presentation.from_values({"theme": page_theme(), **presentation})
    facts, suffixes = _offer(recipe, show)
    anchors = "".join(
        f'<a class="cv-button" href="{escape(_address(recipe, show, suffix))}" title="Download {content}" '
        f'download="{escape(file_name(recipe.variant, recipe.to_query(), suffix))}">{label}</a>'
        for suffix, (label, content) in _FILES.items()
        if suffix in suffixes
    )
    st.html(f'<div class="cv-buttons">{anchors}<span class="cv-note">{escape(facts)}</span></div>')


def _offer(recipe: Asked, show: Presentation) -> tuple[str, Sequence[str]]:
    """Return pixels, frames and seconds of the files, and the suffixes of those that HTTP gives."""
    try:
        check_query(recipe.to_query())
    except SpecError as error:  # too long for a link
        return str(error), ()
    try:
        measures = _measures(recipe, show)
    except SpecError as error:  # all frames together would have too many pixels
        return str(error), ("png",)
    seconds = show.seconds_per_step * (recipe.frames - 1 + LAST_BEATS)
    frames = "frame" if recipe.frames == 1 else "frames"
    facts = f"{measures.width} × {measures.height} pixels, {recipe.frames} {frames}, {seconds:.3g} s"
    # Whatever refuses the GIF also refuses the zip: the first reason is enough.
    reason = next((f". {reason}" for reason in measures.refusals.values()), "")
    return f"{facts}{reason}", [suffix for suffix in _FILES if suffix not in measures.refusals]


@dataclass(frozen=True, slots=True)
class _Measures:
    """The size and the description of a picture, and why HTTP does not give some of its files."""

    width: int
    height: int
    description: str
    refusals: Mapping[str, str]


@lru_cache(256)
def _measures(recipe: Asked, show: Presentation) -> _Measures:
    scene = Animation(recipe, show).scene
    refusals = {}
    for suffix in _FILES:
        try:
            check_seconds(recipe, scene, suffix)
        except SpecError as error:
            refusals[suffix] = str(error)
    return _Measures(scene.width, scene.height, f"{scene.description} {scene.frame(-1).description}", refusals)


def file_name(variant: str, address: str, suffix: str) -> str:
    """Return a file name that says what is inside, without the numbers of tables.

    Examples
    --------
    >>> file_name("dilated", "dilation=3&padding=0,0,8,0&width=900&weight=1,2;3,4", "gif")
    'dilated-d3-p0.0.8.0.gif'
    >>> file_name("standard", "frame=3", "png"), file_name("standard", "", "zip")
    ('standard-frame3.png', 'standard-frames.zip')
    >>> file_name("compare", "left=standard&right=dilated&input_size=7&right.dilation=3", "gif")
    'compare-standard-dilated-i7.gif'
    >>> file_name("depthwise-separable", "in_channels=2&channel_multiplier=2&out_channels=8&act=pointwise", "gif")
    'depthwise-separable-in2-m2-out8-pointwise.gif'
    """
    texts = read_query(address)
    short = {name: field.short for name, field in FIELDS.items()} | {"frame": "frame"}
    parts = [f"{short[name]}{text.replace(',', '.')}" for name, text in texts.items() if short.get(name) is not None]
    sides = [texts[side] for side in SIDES if side in texts]
    return "-".join([variant, *sides, *parts, *(["frames"] if suffix == "zip" else [])]) + f".{suffix}"


# How long a picture takes to draw -------------------------------------------------------------------------------------

_PER_MEGAPIXEL: Final[Mapping[str, float]] = {"gif": 3.5e-3, "zip": 6.6e-3}
_PER_LOOK: Final = 0.4e-3
_PER_ITEM: Final = 9e-6
"""CPU seconds on one core.

Of 1,600 random pictures (`benchmarks/render_queue.py`, on a busy machine) half took less than 0.8 of this, and one of
those that HTTP allows took more than 3 seconds: 3.1, and 2.5 to 2.9 when drawn again.
"""

_SAMPLES: Final = 24
"""Frames that are examined, to estimate the items of all frames and how quickly new looks appear."""

_USUAL_WIDTH: Final = 1080
"""The width that a picture has about, where none is given; a narrower one is taller and has the same cells."""


def is_small(recipe: Asked, show: Presentation, suffix: str) -> bool:
    """Return whether a picture is drawn quickly, as far as that is known before it is laid out."""
    frames = 1 if suffix == "png" else recipe.frames
    return frames * max(show.width or 0, _USUAL_WIDTH) ** 2 <= limits.SMALL_PICTURE_MEGAPIXELS * 1e6


def check_seconds(recipe: Asked, scene: Scene, suffix: str) -> None:
    """Refuse a picture that takes too long for HTTP. A single frame never does.

    Raises
    ------
    SpecError
        The sentence names the estimate, and what can be done.
    """
    if suffix == "png":
        return
    seconds = seconds_to_draw(scene, suffix)
    if seconds > limits.RENDER_SECONDS:
        words = {"gif": "A GIF", "zip": "A zip of PNG frames"}[suffix]
        call = "cv.compare" if isinstance(recipe, Comparison) else "cv.animate"
        raise SpecError(
            f"{words} over HTTP must take at most {limits.RENDER_SECONDS} seconds to draw; got about {seconds:.1f} "
            f"({len(scene)} frames of {scene.width} x {scene.height}). Use a smaller width, fewer steps, or {call} in "
            "Python."
        )


def seconds_to_draw(scene: Scene, suffix: str) -> float:
    """Estimate the CPU seconds of a GIF or a zip: from its pixels, the items of its frames, and their distinct looks.

    The number of distinct looks matters most, for each is drawn once; it is estimated from a few frames.
    """
    looks = {placed.look for placed in scene.backdrop}
    items, counts = 0, [len(looks)]
    for number in _spread(len(scene)):
        frame = scene.frame(number)
        items += len(frame.items)
        looks.update(placed.look for placed in frame.items)
        counts.append(len(looks))
    seen = len(counts) - 1
    # New looks become rarer and rarer: the second half of the samples shows how often they appear in the other frames.
    half = seen // 2
    growth = (counts[-1] - counts[half]) / (seen - half)
    return (
        _PER_MEGAPIXEL[suffix] * scene.width * scene.height * len(scene) / 1e6
        + _PER_LOOK * (counts[-1] + growth * (len(scene) - seen))
        + _PER_ITEM * items * len(scene) / seen
    )


def _spread(count: int) -> list[int]:
    """Return numbers below ``count``, each once, spread so that they do not follow rows and columns.

    Examples
    --------
    >>> _spread(4), _spread(100)[:5]
    ([0, 3, 2, 1], [0, 63, 26, 89, 52])
    """
    step = next(step for step in range(max(1, round(0.618 * count)), count + 1) if gcd(step, count) == 1)
    return [number * step % count for number in range(min(count, _SAMPLES))]
