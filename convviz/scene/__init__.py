"""From recipes to frames of rectangles, lines and text."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import floor, inf, sqrt
from typing import Final

from convviz import limits
from convviz.errors import SpecError
from convviz.recipes import Presentation
from convviz.recipes.comparison import Asked

from .figure import LAST_BEATS
from .primitives import Curve, Frame, Line, Links, Look, Placed, Rect, Scene, Text
from .side_by_side import side_by_side_scene
from .views import VIEWS

__all__ = ["Curve", "Frame", "Line", "Look", "Placed", "Rect", "Scene", "Text", "check_pixels", "compose"]

_FITTINGS: Final = 12
"""Widths that are tried: a narrower picture is not always lower in proportion."""


Draw = Callable[[int | None], Scene]
"""Gives all frames in a picture of a width, or of one that suits, as high as it needs to be."""


def compose(asked: Asked, show: Presentation, *, frames_drawn: int | None = None, draw: Draw | None = None) -> Scene:
    """Return the frames of a recipe or of a comparison, ready to be drawn.

    Parameters
    ----------
    asked : Recipe or Comparison
        What is shown.
    show : Presentation
        How it is shown.
    frames_drawn : int, optional
        How many of the frames will be drawn as pixels: 1 for a single picture, 0 for a player, which draws lines and
        letters; without it all of them. What is shown where does not depend on it.
    draw : callable, optional
        Gives the frames in a picture of a width, where they are not the steps.

    Raises
    ------
    SpecError
        The frames that will be drawn have together more pixels than the limit.

    Examples
    --------
    >>> from convviz.recipes import Presentation, presets
    >>> scene = compose(presets["padding_strides"], Presentation())
    >>> len(scene), scene.frame(0).caption
    (9, 'Step 1 of 9')
    """
    scene = _fitted(draw or partial(_of_width, asked, show), show)
    if show.steps or show.hold:
        scene = _chosen(scene, show)
    if show.height:
        scene = _centered(scene, show.width or scene.width, show.height)
    check_pixels(scene.width, scene.height, len(scene) if frames_drawn is None else frames_drawn)
    return scene


def _of_width(asked: Asked, show: Presentation, width: int | None) -> Scene:
    """Return all frames of a recipe or of a comparison in a picture of this width, as high as it needs to be."""
    drafts = [VIEWS[each.variant](each, show) for each in asked.drawn]
    if len(drafts) > 1:
        return side_by_side_scene(asked, replace(show, width=width), drafts)
    return drafts[0].scene(drafts[0].layout(width))


def _fitted(draw: Draw, show: Presentation) -> Scene:
    """Return the frames as wide as they may be, so that they fit in the height and the pixels that are asked for."""
    scene = draw(show.width)
    most = inf if show.megapixels is None else 1e6 * show.megapixels / len(_numbers(len(scene), show))
    for _ in range(_FITTINGS):
        scale = min((show.height or inf) / scene.height, sqrt(most / (scene.width * (show.height or scene.height))))
        if scale >= 1:
            return scene
        width = min(floor(scale * scene.width), scene.width - 1)
        if width < limits.PICTURE_WIDTH_MIN:
            break
        scene = draw(width)
    room = f"a height of {show.height} pixels" if show.height else f"{show.megapixels:g} megapixels"
    raise SpecError(
        f"A picture must be at least {limits.PICTURE_WIDTH_MIN} pixels wide; in {room} this one would be narrower. "
        "Use fewer steps or smaller sizes, or leave out the terms and the formula."
    )


def _numbers(count: int, show: Presentation) -> range:
    """Return the numbers of the frames that are chosen of this many."""
    if show.steps is None:
        return range(count)
    first, last, every = show.steps
    if first > count:
        raise SpecError(f"steps must begin at one of the {count} frames; got {first}.")
    return range(first - 1, min(last, count), every)


def _chosen(scene: Scene, show: Presentation) -> Scene:
    """Return the chosen frames, the last of which lasts longer."""
    numbers = _numbers(len(scene), show)
    beats = LAST_BEATS if show.hold is None else show.hold / show.seconds_per_step

    def draw(index: int) -> Frame:
        return replace(scene.draw(numbers[index]), beats=beats if index == len(numbers) - 1 else 1.0)

    def link() -> Links:
        links = scene.link()
        return replace(links, relate=lambda index: links.relate(numbers[index]))

    return replace(scene, length=len(numbers), draw=draw, link=link)


def _centered(scene: Scene, width: int, height: int) -> Scene:
    """Return the same frames in the middle of a larger picture."""
    right, down = (width - scene.width) // 2, (height - scene.height) // 2
    if not right and not down:
        return replace(scene, height=height)

    def moved(items: tuple[Placed, ...]) -> tuple[Placed, ...]:
        return tuple(Placed(item.x + right, item.y + down, item.look, item.key) for item in items)

    def draw(index: int) -> Frame:
        frame = scene.draw(index)
        return replace(frame, items=moved(frame.items))

    def link() -> Links:
        links = scene.link()
        grids = tuple(replace(grid, x=grid.x + right, y=grid.y + down) for grid in links.grids)
        return replace(links, grids=grids, rest=moved(links.rest))

    return replace(scene, width=width, height=height, backdrop=moved(scene.backdrop), draw=draw, link=link)


def check_pixels(width: int, height: int, frames: int) -> None:
    """Refuse frames that would take too long to draw.

    Raises
    ------
    SpecError
        All of them have together more pixels than the limit.
    """
    megapixels = width * height * frames / 1e6
    if megapixels > limits.FILE_MEGAPIXELS:
        raise SpecError(
            f"An animation must have at most {limits.FILE_MEGAPIXELS:,} megapixels in all its frames; got "
            f"{megapixels:.0f} ({frames} frames of {width} x {height}). Use a smaller width."
        )
