"""How long a picture takes to draw, estimated from its scene: what HTTP refuses, and what need not wait for others."""

from collections.abc import Mapping
from math import gcd
from typing import Final

from convviz import limits
from convviz.errors import SpecError
from convviz.recipes import Presentation
from convviz.recipes.comparison import Asked, Comparison
from convviz.scene import Scene

_PER_MEGAPIXEL: Final[Mapping[str, float]] = {"gif": 3.5e-3, "zip": 6.6e-3}
_PER_LOOK: Final = 0.4e-3
_PER_ITEM: Final = 9e-6
"""CPU seconds on one core.

Of 1,600 random pictures (`benchmarks/render_queue.py`, on a busy machine) half took less than 0.8 of this, and one of
those that HTTP allows took more than 3 seconds: 3.1, and 2.5 to 2.9 when drawn again.
"""

_SAMPLES: Final = 24
"""Frames that are looked at: they tell the items of all frames, and how quickly new looks come up."""

_USUAL_WIDTH: Final = 1080
"""A picture is about so wide where no width is given; narrower ones are taller and have as many cells."""


def is_small(asked: Asked, show: Presentation, suffix: str) -> bool:
    """Return whether a picture is drawn in a moment, as far as that can be said before it is laid out."""
    frames = 1 if suffix == "png" else asked.frames
    return frames * max(show.width or 0, _USUAL_WIDTH) ** 2 <= limits.SMALL_PICTURE_MEGAPIXELS * 1e6


def check_seconds(asked: Asked, scene: Scene, suffix: str) -> None:
    """Refuse a picture that takes too long for HTTP. A single frame never does.

    Raises
    ------
    SpecError
        The sentence names the estimate, and the ways out.
    """
    if suffix == "png":
        return
    seconds = seconds_to_draw(scene, suffix)
    if seconds > limits.RENDER_SECONDS:
        words = {"gif": "A GIF", "zip": "A zip of PNG frames"}[suffix]
        call = "cv.compare" if isinstance(asked, Comparison) else "cv.animate"
        raise SpecError(
            f"{words} over HTTP must take at most {limits.RENDER_SECONDS} seconds to draw; got about {seconds:.1f} "
            f"({len(scene)} frames of {scene.width} x {scene.height}). Use a smaller width, fewer steps, or {call} in "
            "Python."
        )


def seconds_to_draw(scene: Scene, suffix: str) -> float:
    """Estimate the CPU seconds of a GIF or a zip: from its pixels, the items of its frames, and their distinct looks.

    What decides is how many looks there are, for each is drawn once; only a few frames are asked for theirs.
    """
    looks = {placed.look for placed in scene.backdrop}
    items, counts = 0, [len(looks)]
    for number in _spread(len(scene)):
        frame = scene.frame(number)
        items += len(frame.items)
        looks.update(placed.look for placed in frame.items)
        counts.append(len(looks))
    seen = len(counts) - 1
    # New looks come up ever more seldom: the second half of the samples says how often in the frames not seen.
    half = seen // 2
    growth = (counts[-1] - counts[half]) / (seen - half)
    return (
        _PER_MEGAPIXEL[suffix] * scene.width * scene.height * len(scene) / 1e6
        + _PER_LOOK * (counts[-1] + growth * (len(scene) - seen))
        + _PER_ITEM * items * len(scene) / seen
    )


def _spread(count: int) -> list[int]:
    """Return numbers below ``count``, each once, spread so that they do not keep step with rows and columns.

    Examples
    --------
    >>> _spread(4), _spread(100)[:5]
    ([0, 3, 2, 1], [0, 63, 26, 89, 52])
    """
    step = next(step for step in range(max(1, round(0.618 * count)), count + 1) if gcd(step, count) == 1)
    return [number * step % count for number in range(min(count, _SAMPLES))]
