"""The controls of the page "On an image", and how links spell what they hold."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from convviz import limits
from convviz.analysis.image_convolution import image_layer
from convviz.arithmetic.arguments import Array
from convviz.assets import SAMPLES
from convviz.errors import SpecError
from convviz.recipes.images import gray_of, sample_color, shrink
from convviz.recipes.named_arrays import KERNEL_LABELS, KERNELS, RANDOM, named_weight
from convviz.recipes.parameters import read_table
from convviz.recipes.tables import Planes, Rows, planes_from_link, planes_in, planes_to_text
from convviz.web.components.images import UPLOAD, choose_image
from convviz.web.components.scales import SCALES, usual_scale
from convviz.web.state.page_state import PageState
from convviz.web.state.params import Param, choice, declare, texts_of, values_of, whole_number
from convviz.web.state.widgets import segments, select, set_value

PAGE: Final = "on-an-image"
OWN: Final = "own"

# Links ----------------------------------------------------------------------------------------------------------------

CHANNELS: Final[Mapping[str, str]] = {"gray": "Gray", "rgb": "Red, green, blue"}
BORDERS: Final[Mapping[str, str]] = {
    "none": "None",
    "zeros": "Zeros",
    "reflect": "Reflect",
    "replicate": "Replicate",
}
_HELP: Final = (
    "What the kernel reads beyond the edge. None: nothing, so the result is smaller. Zeros: black pixels. Reflect: the "
    "pixels next to the edge, mirrored. Replicate: the pixels of the edge again."
)
NAMES: Final[Mapping[str, str]] = {name: label for name, label in KERNEL_LABELS.items() if name != RANDOM}
SIDES: Final = range(7, 16, 2)
"""Rows and columns of the section whose pixels are cells."""


_read_kernel: Final = partial(read_table, "kernel", names=tuple(NAMES), side=limits.IMAGE_KERNEL_SIDE)


def _spell_kernel(kernel: str | Rows | Planes) -> str:
    return kernel if isinstance(kernel, str) else planes_to_text(kernel)


PARAMS: Final = declare(
    choice("image", SAMPLES, "cat"),
    choice("channels", CHANNELS, "gray"),
    Param("kernel", _read_kernel, "sobel_x", _spell_kernel),
    whole_number("kernel_size", 1, limits.IMAGE_KERNEL_SIDE, 3),
    choice("border", BORDERS, "none"),
    choice("scale", SCALES),
    whole_number("row", 0, limits.IMAGE_PIXELS_SIDE - 1),
    whole_number("col", 0, limits.IMAGE_PIXELS_SIDE - 1),
    Param("size", lambda text: int(choice("size", [str(side) for side in SIDES]).read(text)), 9),
)


def kernel_planes(kernel: str | Rows | Planes, side: int, channels: int) -> Array:
    """Return the numbers of a kernel, (C, kH, kW); one plane serves every channel.

    Raises
    ------
    SpecError
        The kernel has another number of planes, or exists in another size only.

    Examples
    --------
    >>> kernel_planes(((1.0, 2.0),), 3, channels=3).shape
    (3, 1, 2)
    """
    if isinstance(kernel, str):
        return named_weight(kernel, (channels, 1, side, side), 0)[:, 0]
    planes = planes_in(kernel)
    if len(planes) not in (1, channels):
        raise SpecError(f"kernel must have 1 plane, or 3 where channels is rgb; got {len(planes)}.")
    return np.array(planes * (channels // len(planes)))


def mend(state: PageState) -> None:
    """Leave out of a link, and refuse, a kernel that does not suit the rest of it, or a place beyond the result."""
    values = values_of(PARAMS, state.texts)
    try:
        kernel = kernel_planes(values["kernel"], values["kernel_size"], _depth(values["channels"]))
    except SpecError as error:
        _leave_out(state, ("kernel", "kernel_size"), str(error))
        return mend(state)
    if isinstance(values["kernel"], tuple) and "kernel_size" in state.texts:
        sentence = f"kernel_size must be left out where kernel has numbers; got {values['kernel_size']}."
        _leave_out(state, ("kernel_size",), sentence)
    image = shrink(sample_color(values["image"]), limits.IMAGE_PIXELS_SIDE)
    size = image_layer(kernel.shape[1:], values["border"]).output_size(image.shape[:2])
    for name, count in zip(("row", "col"), size, strict=True):
        if (values[name] or 0) >= count:
            _leave_out(state, (name,), f"{name} must be at most {count - 1} in this result; got {values[name]}.")


def _leave_out(state: PageState, names: Collection[str], sentence: str) -> None:
    state.refuse(sentence)
    state.texts = {name: text for name, text in state.texts.items() if name not in names}


def _depth(channels: str) -> int:
    return 3 if channels == "rgb" else 1


# Controls -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """What the controls hold.

    Attributes
    ----------
    image : (C, H, W) array of uint8, or None
        None as long as no file is chosen.
    kernel : (C, kH, kW) array
    border, scale : str
    size : int
        Rows and columns of the section.
    values : dict
        All that a link holds, without the place.
    """

    image: NDArray[np.uint8] | None
    kernel: Array
    border: str
    scale: str
    size: int
    values: dict[str, Any]


def choose_settings(state: PageState, panel: DeltaGenerator) -> Settings:
    """Show all controls in a column of the page; return what they hold."""
    values = values_of(PARAMS, state.texts)
    with panel:
        places = st.container(), st.container()
        sample, color = choose_image(
            PAGE, values["image"], in_color=True, longest=limits.IMAGE_PIXELS_SIDE, places=places
        )
        channels = segments("Channels", CHANNELS, f"{PAGE}.channels", values["channels"])
        kernel, side, planes = _choose_kernel(values, _depth(channels))
        left, right = st.columns(2)
        words = {number: f"{number} × {number}" for number in SIDES}
        size = select("Frame", words, f"{PAGE}.size", values["size"], place=right)
        border = select("Border", BORDERS, f"{PAGE}.border", values["border"], place=left, help=_HELP)
        usual = usual_scale(planes)
        # Each kind of kernel has a choice of its own: what suits a blur does not suit a difference.
        scale = select("Colors", SCALES, f"{PAGE}.{usual}.scale", values["scale"] or usual)
    new = {
        "image": PARAMS["image"].default if sample == UPLOAD else sample,
        "channels": channels,
        "kernel": kernel,
        "kernel_size": side,
        "border": border,
        "scale": None if scale == usual else scale,
        "size": size,
    }
    return Settings(_in_channels(color, channels), planes, border, scale, size, new)


def _choose_kernel(values: Mapping[str, Any], channels: int) -> tuple[str | Rows | Planes, int, Array]:
    """Return the kernel as a link has it, its side where it is called by a name, and its numbers."""
    before, side = values["kernel"], values["kernel_size"]
    start = before if isinstance(before, str) else OWN
    kernel: str | Rows | Planes = select("Kernel", {**NAMES, OWN: "Own numbers"}, f"{PAGE}.kernel", start)
    if kernel in KERNELS:
        sides = {number: f"{number} × {number}" for number in range(1, limits.IMAGE_KERNEL_SIDE + 1)}
        side = select("Kernel size", sides, f"{PAGE}.kernel_size", side)
        return kernel, side, kernel_planes(kernel, side, channels)
    if kernel != OWN:
        return kernel, 3, kernel_planes(kernel, 3, channels)
    if not isinstance(before, str):
        before = planes_in(before)[:channels]  # the first of three planes, where the image is gray now
    planes = kernel_planes(before, side, channels)
    return spelled(planes), 3, planes


def spelled(kernel: Array) -> Planes:
    """Return the numbers of a kernel, (C, kH, kW), as the table that links spell."""
    return tuple(tuple(map(tuple, plane)) for plane in kernel.tolist())


def take_kernel(state: PageState, text: str) -> str:
    """Put numbers that were typed into the picture in place of the chosen kernel; return how links spell them.

    Raises
    ------
    SpecError
        A cell is not a number, or there are not as many planes as channels; the chosen kernel stays.
    """
    kernel = planes_from_link("kernel", text, limits.IMAGE_KERNEL_SIDE)
    planes = kernel_planes(kernel, 3, _depth(values_of(PARAMS, state.texts)["channels"]))
    set_value(f"{PAGE}.kernel", OWN)
    state.texts["kernel"] = planes_to_text(spelled(planes))
    state.texts.pop("kernel_size", None)
    return state.texts["kernel"]


def _in_channels(color: NDArray[np.uint8] | None, channels: str) -> NDArray[np.uint8] | None:
    """Return a color image as one plane of gray levels or as three planes."""
    if color is None:
        return None
    return np.moveaxis(color, 2, 0) if channels == "rgb" else gray_of(color)[None]


def link_texts(settings: Settings, place: tuple[int, int], usual: tuple[int, int]) -> dict[str, str]:
    """Spell what differs from the defaults; ``usual`` is the place where a link names none."""
    row, col = place
    return texts_of(PARAMS, {**settings.values, "row": row, "col": col}, row=usual[0], col=usual[1])
