"""What can stand in the fields of a layer's row, each checked by itself, in the words that stand over it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from convviz import limits
from convviz.recipes.quoting import shown

FIRST: Final = "first"
_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {FIRST: "Kernel", "stride": "Stride", "dilation": "Dilation", "padding": "Padding", "rest": "More"}
)
_FIRST_LABELS: Final = {"upsample2d": "Factor", "pixel_shuffle": "Factor", "pad2d": "Padding"}

_NUMBER: Final = r"\s*[0-9]+\s*"
_WHOLE: Final = r"\s*-?[0-9]+\s*"


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a text must look like, how that is said, and the smallest number in it."""

    pattern: re.Pattern[str]
    words: str
    least: int = 1


def _pairs(example: str) -> _Rule:
    return _Rule(re.compile(f"{_NUMBER}(x{_NUMBER})?", re.ASCII), f"a number such as {example}")


_SINGLE: Final = _Rule(re.compile(_NUMBER, re.ASCII), "a number such as 2")
_SIDES: Final = "a number such as 1, height x width such as 1x2, or top,bottom,left,right such as 0,1,0,1"
_PADDING: Final = _Rule(
    re.compile(rf"same|valid|same_upper|same_lower|{_NUMBER}(x{_NUMBER}|(,{_NUMBER}){{3}})?", re.ASCII),
    f"{_SIDES}, or same", 0,
)  # fmt: skip
_PAD: Final = _Rule(re.compile(rf"{_WHOLE}(x{_WHOLE}|(,{_WHOLE}){{3}})?", re.ASCII), _SIDES, -limits.FIELD_NUMBER)
_RULES: Final[Mapping[str, _Rule]] = MappingProxyType(
    {FIRST: _pairs("3 or 2x3"), "stride": _pairs("2 or 1x2"), "dilation": _pairs("2 or 1x2"), "padding": _PADDING}
)
_FIRST_RULES: Final = {"upsample2d": _pairs("2 or 2x3"), "pixel_shuffle": _SINGLE, "pad2d": _PAD}


def label_of(kind: str, name: str) -> str:
    """The word over a field.

    >>> label_of("conv2d", "first"), label_of("upsample2d", "first"), label_of("conv2d", "stride")
    ('Kernel', 'Factor', 'Stride')
    """
    return _FIRST_LABELS.get(kind, _LABELS[name]) if name == FIRST else _LABELS[name]


def complaint(kind: str, name: str, text: str, where: str) -> str:
    """Why a field cannot be so, or nothing; where it is left empty it is as usual, but for the first.

    Examples
    --------
    >>> complaint("conv2d", "first", "3,5", "layer 1")
    "Kernel of layer 1 must be a number such as 3 or 2x3; got '3,5'."
    >>> complaint("conv2d", "stride", "0", "layer 2"), complaint("conv2d", "stride", "", "layer 2")
    ('Stride of layer 2 must be from 1 to 1024; got 0.', '')
    """
    if name == "rest" or (name != FIRST and not text.strip()):
        return ""
    rule = _FIRST_RULES.get(kind, _RULES[name]) if name == FIRST else _RULES[name]
    said = f"{label_of(kind, name)} of {where} must be"
    if not rule.pattern.fullmatch(text.strip()):
        return f"{said} {rule.words}; got {shown(text)}."
    for digits in re.findall(r"-?[0-9]+", text):
        if len(digits) > 6 or not rule.least <= int(digits) <= limits.FIELD_NUMBER:
            return f"{said} from {rule.least} to {limits.FIELD_NUMBER}; got {digits[:20]}."
    return ""
