"""What the section "What the eye sees" of the checkerboard lab can be asked, and how links spell it."""

from collections.abc import Mapping
from typing import Final

from convviz import limits
from convviz.analysis import METHODS
from convviz.web import SAMPLES
from convviz.web.state.params import Section, choice, declare, whole_number

NONE: Final = "none"
USUAL_IMAGE: Final = "camera"
SIGNALS: Final = {"constant": "Constant", "noise": "Noise", "image": "Image"}
WEIGHTS: Final = {"uniform": "All equal", "random": "Random"}
SCALES: Final = {"2": "2", "3": "3", "4": "4"}
FOLLOWED: Final = {NONE: "Nothing", "3": "3 × 3", "5": "5 × 5"}
ZOOMS: Final = {"1": "All", "2": "Middle × 2", "4": "Middle × 4"}
"""The choices as links spell them, and their words on the page."""


SECTION: Final = Section(
    "trial",
    "What the eye sees: six ways to upsample",
    declare(
        choice("eye_signal", SIGNALS, "constant"),
        choice("eye_weights", WEIGHTS, "uniform"),
        choice("eye_scale", SCALES),
        whole_number("eye_kernel", 1, limits.KERNEL_SIDE),
        whole_number("eye_seed", 0, limits.SEED, 0),
        choice("eye_followed_by", FOLLOWED, NONE),
        choice("eye_zoom", ZOOMS, "2"),
        choice("eye_image", SAMPLES, USUAL_IMAGE),
        choice("eye_method", (NONE, *METHODS), NONE),
    ),
)
"""Scale and kernel follow those of the lesson until they are chosen."""


def settings(part: Mapping[str, str], scale: int, kernel: int) -> dict[str, str]:
    """All settings, where the lesson has this scale and this kernel.

    >>> settings({"eye_scale": "4"}, 2, 3)["eye_scale"], settings({}, 2, 3)["eye_scale"]
    ('4', '2')
    """
    return {**_usual(scale, kernel), **part}


def spelt(settings: Mapping[str, str], part: Mapping[str, str], scale: int, kernel: int) -> dict[str, str]:
    """What a link says of settings if it said ``part`` before.

    What it said stays, so that a kernel which was chosen does not begin to follow the lesson when both are the same.

    >>> spelt({"eye_kernel": "3", "eye_zoom": "4"}, {}, 2, 3), spelt({"eye_kernel": "3"}, {"eye_kernel": "3"}, 2, 3)
    ({'eye_zoom': '4'}, {'eye_kernel': '3'})
    """
    usual = _usual(scale, kernel)
    return {name: text for name, text in settings.items() if text != usual[name] or part.get(name) == text}


def _usual(scale: int, kernel: int) -> dict[str, str]:
    fixed = {name: param.spell(param.default) for name, param in SECTION.params.items() if param.default is not None}
    return {**fixed, "eye_scale": str(scale), "eye_kernel": str(kernel)}
