"""How long a file takes to make and how large it becomes, as far as that is known before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil
from types import MappingProxyType
from typing import Final

from . import limits
from .errors import TooLargeError
from .export import Export, of_movie_deck
from .files import FORMATS
from .questions.picture import frames_of
from .recipes import Presentation
from .recipes.comparison import Asked, Comparison
from .render.book import BOOK
from .scene.primitives import Amount, amount_of


@dataclass(frozen=True, slots=True)
class Effort:
    """What a format takes: CPU seconds, and bytes of its files.

    Attributes
    ----------
    start : float
        Seconds for the smallest file.
    megapixel, look, item : float
        Seconds for a million pixels of all pictures that differ, for each look that differs, and for each item of such
        a picture.
    video : float
        Seconds for a million pixels that go through a video encoder, pictures that are repeated included.
    bytes_start, bytes_megapixel, bytes_look, bytes_item : float
        Bytes in the same way.
    frame : float
        Seconds for each slide, whatever is on it; on slides the backdrop counts as items, too.
    """

    start: float
    megapixel: float
    look: float
    item: float
    video: float
    bytes_start: float
    bytes_megapixel: float
    bytes_look: float
    bytes_item: float
    frame: float = 0


EFFORTS: Final[Mapping[str, Effort]] = MappingProxyType({
    # seconds: start, Mpixel, look, item, Mpixel of video; bytes: start, Mpixel, look, item
    "gif": Effort(0.02, 4.5e-3, 0.48e-3, 7.3e-6, 0, 46_000, 4_100, 150, 7),
    "apng": Effort(0.02, 4.7e-3, 0.55e-3, 3e-6, 0, 6_500, 3_300, 200, 0),
    "webp": Effort(0.04, 7.3e-3, 0.84e-3, 14e-6, 0, 4_000, 500, 280, 1.4),
    "mp4": Effort(0.08, 5.9e-3, 0.2e-3, 25e-6, 8e-3, 30_000, 2_800, 600, 3.5),
    "webm": Effort(0.11, 6.4e-3, 0.4e-3, 11e-6, 11e-3, 48_000, 3_700, 430, 5),
    "pptx": Effort(0.1, 5.9e-3, 0.3e-3, 12e-6, 8e-3, 62_000, 2_600, 480, 7),
    "steps.pptx": Effort(0.03, 0, 0, 20e-6, 0, 24_000, 1_000, 150, 18, frame=2e-3),
    "pdf": Effort(0.05, 0, 0.05e-3, 10e-6, 0, 23_000, 100, 70, 7.2),
    "zip": Effort(0.02, 8.2e-3, 0.48e-3, 10e-6, 0, 0, 22_000, 150, 16),
    "html": Effort(0.2, 0, 0.22e-3, 21e-6, 0, 198_000, 0, 0, 2.8),
    "xlsx": Effort(0.2, 0, 0, 10e-6, 0, 9_200, 8, 9, 0.1),
    "png": Effort(0.03, 9e-3, 0.4e-3, 0, 0, 1_300, 13_000, 100, 2),
    "svg": Effort(0.02, 0, 0.1e-3, 70e-6, 0, 0, 200, 210, 115),
    "tex": Effort(0.05, 0, 0.2e-3, 0, 0, 0, 200, 185, 75),
    "worksheet.pdf": Effort(0.1, 0, 0, 0, 0, 21_000, 0, 0, 0),
    "key.pdf": Effort(0.1, 0, 0, 0, 0, 21_000, 0, 0, 0),
})  # fmt: skip
"""Those of all formats but programs and the book, which is made of others.

Fitted to 650 random files (on a busy machine), so that half of those above 0.1 seconds take less than 0.8 of this. Of
209 others that HTTP allows (`benchmarks/render_queue.py`) none took more than 3.6 seconds, but for slides, whose
estimate was fitted again after that; nine in ten were smaller than two and a half times their estimated bytes. MP4,
WebM and the movie of PowerPoint were fitted again on a machine that was less busy: 96 files took 0.5 to 1 of this.
Slides were fitted again by 12 decks, which took 0.6 to 1.5 of it.
"""

_VIDEOS: Final = tuple(ending for ending, effort in EFFORTS.items() if effort.video)
_WITHOUT_PIXELS: Final = tuple(ending for ending, effort in EFFORTS.items() if not effort.megapixel + effort.frame)

_BETWEEN: Final = 15
_SMOOTH_RATE: Final = 25
_SLOWEST_RATE: Final = 4
"""Of smooth motion the pictures between two steps that are a second apart, and all pictures in a second; the fewest
pictures in a second of other videos (render/motion.py, render/video.py)."""

_FITTED: Final = 2.5
"""How much longer a file takes that has to become smaller: it is made again, narrower, once or twice."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """CPU seconds and megabytes of a file, about, and how much there is to draw."""

    seconds: float
    megabytes: float
    amount: Amount


def estimate(export: Export, ending: str) -> Estimate:
    """Estimate what a file takes by its frames, without drawing them.

    Parameters
    ----------
    export : Export
        The recipe and its presentation.
    ending : str
        The format, but no program: that takes no time.

    Raises
    ------
    SpecError
        The frames cannot be as the presentation says.

    Examples
    --------
    >>> from convviz.recipes import Presentation, recipe
    >>> found = estimate(Export(recipe("dilated"), Presentation()), "gif")
    >>> found.amount.frames, 0 < found.seconds < 1, 0 < found.megabytes < 1
    (9, True, True)
    """
    if ending == "book.zip":
        files = [estimate(export, each) for each in BOOK]
        return Estimate(sum(each.seconds for each in files), sum(each.megabytes for each in files), files[0].amount)
    effort, show = EFFORTS[ending], of_movie_deck(export.show) if ending == "pptx" else export.show
    export = replace(export, show=show)
    match FORMATS[ending].kind:
        case "still":
            amount = _of_one(export)
        case "moving" | "steps":
            amount = amount_of(export.lines)
        case _:
            amount = amount_of(export.described)
    seconds, is_smooth = show.seconds_per_step, show.motion and "motion" in FORMATS[ending].options
    pictures = amount.frames + (int(_BETWEEN * seconds) * (amount.frames - 1) if is_smooth else 0)
    size = amount.width * amount.height / 1e6
    items = amount.items * pictures / amount.frames
    if effort.frame:
        items += amount.frames * len(export.lines.backdrop)  # each slide has all of it
    spent = effort.start + effort.megapixel * size * pictures + effort.look * amount.looks + effort.item * items
    spent += effort.frame * amount.frames
    if effort.video:
        duration = seconds * (amount.frames - 1 + export.lines.frame(-1).beats)
        rate = _SMOOTH_RATE if is_smooth else ceil(_SLOWEST_RATE * seconds) / seconds
        spent += effort.video * size * duration * rate
    length = effort.bytes_start + effort.bytes_megapixel * size * pictures
    length += effort.bytes_look * amount.looks + effort.bytes_item * items
    if show.megabytes is not None and length > 1e6 * show.megabytes:
        return Estimate(_FITTED * spent, show.megabytes, amount)
    return Estimate(spent, length / 1e6, amount)


def _of_one(export: Export) -> Amount:
    """Return how much there is to draw in the one frame of a still format."""
    scene = export.still
    items = scene.frame(export.number).items
    looks = {item.look for item in (*scene.backdrop, *items)}
    return Amount(scene.width, scene.height, 1, len(items), len(looks))


_USUAL_WIDTH: Final = 1080
"""The width that a picture has about, where none is given; a narrower one is taller and has the same cells."""


def is_small(asked: Asked, show: Presentation, ending: str) -> bool:
    """Return whether a picture is drawn quickly, as far as that is known before it is laid out."""
    if FORMATS[ending].kind in ("still", "code") or ending in _WITHOUT_PIXELS:
        return True
    between = int(_BETWEEN * show.seconds_per_step) if show.motion and "motion" in FORMATS[ending].options else 0
    megapixels = frames_of(asked, show) * (1 + between) * max(show.width or 0, _USUAL_WIDTH) ** 2 / 1e6
    slower = 1 if ending not in (*_VIDEOS, "book.zip") else EFFORTS["webm"].video / EFFORTS["gif"].megapixel
    return slower * megapixels <= limits.SMALL_PICTURE_MEGAPIXELS


def check_seconds(export: Export, ending: str) -> None:
    """Refuse a picture that takes too long for HTTP.

    Raises
    ------
    TooLargeError
        The sentence names the estimate, and what can be done.
    """
    if FORMATS[ending].kind not in ("still", "code"):
        check_estimate(export.asked, estimate(export, ending), ending)


def check_estimate(asked: Asked, cost: Estimate, ending: str) -> None:
    """Refuse a picture with this estimate; see `check_seconds`."""
    if cost.seconds > limits.RENDER_SECONDS:
        call, amount = "cv.compare" if isinstance(asked, Comparison) else "cv.animate", cost.amount
        raise TooLargeError(
            f"A file over HTTP must take at most {limits.RENDER_SECONDS} seconds to draw; got about {cost.seconds:.1f} "
            f"for {FORMATS[ending].label} ({amount.frames} frames of {amount.width} x {amount.height}). Use a smaller "
            f"width, fewer steps, {call} in Python, or convviz render."
        )
