"""Which steps become frames, and how long each stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LAST_BEATS: Final = 3.0
"""The last frame stands three times as long, so that the result can be read before the animation starts again."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame of the storyboard: the step it shows, and how many of its taps (all of them: the step is complete)."""

    step: int
    taps: int
    is_complete: bool
    beats: float


def storyboard(kind: str, taps_of_steps: Sequence[int]) -> list[Shot]:
    """The frames of an animation.

    Parameters
    ----------
    kind : str
        "cell": one frame per step; "tap": one frame per product, so the sum grows before the eyes.
    taps_of_steps : sequence of int
        The number of taps of each step.

    Examples
    --------
    >>> [(shot.step, shot.taps) for shot in storyboard("tap", [2, 1])]
    [(0, 1), (0, 2), (1, 1)]
    """
    last = len(taps_of_steps) - 1
    shots = []
    for step, taps in enumerate(taps_of_steps):
        for shown in range(1, taps + 1) if kind == "tap" and taps else (taps,):
            complete = shown == taps
            shots.append(Shot(step, shown, complete, LAST_BEATS if complete and step == last else 1.0))
    return shots
