"""Addresses of pictures below ``/render``: the one query for a picture, and the name of its file."""

from collections.abc import Mapping

from convviz.errors import SpecError
from convviz.recipes import Presentation, read_query, split_options, write_query
from convviz.recipes.comparison import SIDES, Asked, asked_for


def canonical(variant: str, texts: Mapping[str, str]) -> str:
    """Return the one query for all that mean the same picture.

    Raises
    ------
    SpecError
        The query asks for something that cannot be.

    Examples
    --------
    >>> canonical("dilated", {"dilation": "2x2", "width": "900", "theme": "light", "stride": "2"})
    'stride=2&width=900'
    """
    return spell_parts(*read_parts(variant, texts))


def read_parts(variant: str, texts: Mapping[str, str]) -> tuple[Asked, Presentation, int | None]:
    """Return the recipe or comparison, its presentation, and the number of the frame if there is one."""
    given, options = split_options({name: text for name, text in texts.items() if name != "frame"})
    asked, show = asked_for(variant, given), Presentation.from_values(options)
    return asked, show, _frame_number(texts["frame"], asked.frames) if "frame" in texts else None


def spell_parts(asked: Asked, show: Presentation, frame: int | None) -> str:
    number = {} if frame is None else {"frame": str(frame)}
    return write_query({**asked.to_texts(), **show.to_texts(), **number})


def _frame_number(text: str, frames: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) < frames):
        raise SpecError(f"frame must be a whole number from 0 to {frames - 1}; got {text[:40]!r}.")
    return int(text)


def file_name(variant: str, address: str, suffix: str) -> str:
    """A file name that tells what is inside, without the numbers of tables.

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
    short = {
        "input_size": "i", "kernel_size": "k", "stride": "s", "padding": "p", "dilation": "d", "output_padding": "a",
        "in_channels": "in", "channel_multiplier": "m", "out_channels": "out", "groups": "g", "act": "", "mode": "",
        "view": "", "frame": "frame",
    }  # fmt: skip
    texts = read_query(address)
    parts = [f"{short[name]}{text.replace(',', '.')}" for name, text in texts.items() if name in short]
    sides = [texts[side] for side in SIDES if side in texts]
    return "-".join([variant, *sides, *parts, *(["frames"] if suffix == "zip" else [])]) + f".{suffix}"
