"""Stacks of layers as a link spells them: ``conv_transpose2d(3,stride=2);conv2d(3)``."""

import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import Any, Final

from ..arithmetic import (
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    Layer,
    MaxPool2d,
    Pad2d,
    PixelShuffle,
    Upsample2d,
    avg_pool2d,
    conv2d,
    conv_transpose2d,
    max_pool2d,
    pad2d,
    pixel_shuffle,
    upsample2d,
)
from ..errors import SpecError
from .quoting import shown

Stack = tuple[Layer, ...]

LAYERS: Final = MappingProxyType[str, Callable[..., Layer]](
    {
        "conv2d": conv2d,
        "conv_transpose2d": conv_transpose2d,
        "max_pool2d": max_pool2d,
        "avg_pool2d": avg_pool2d,
        "upsample2d": upsample2d,
        "pixel_shuffle": pixel_shuffle,
        "pad2d": pad2d,
    }
)
"""What makes a layer, by the name that a link has for it."""

_NAMES: Final = MappingProxyType(
    {Conv2d: "conv2d", ConvTranspose2d: "conv_transpose2d", MaxPool2d: "max_pool2d", AvgPool2d: "avg_pool2d",
     Upsample2d: "upsample2d", PixelShuffle: "pixel_shuffle", Pad2d: "pad2d"}
)  # fmt: skip
_CALL: Final = re.compile(r"\s*([a-z0-9_]{1,20})\s*\(([^()]*)\)\s*")
_WORD: Final = re.compile(r"[a-z_]{1,20}")


def read_stack(name: str, value: object, most: int, largest: int) -> Stack:
    """One layer or several, as a text or as layers.

    Parameters
    ----------
    most : int
        How many layers there may be.
    largest : int
        The largest number that a layer may have.

    Raises
    ------
    SpecError
        It is no such stack, or a layer cannot be.

    Examples
    --------
    >>> read_stack("layers", "conv_transpose2d(3,stride=2);conv2d(3x1,padding=1,1,0,0)", 4, 16)[1].padding
    ((1, 1), (0, 0))
    """
    parts: Sequence[object] = value.split(";") if isinstance(value, str) else (
        value if isinstance(value, tuple | list) else [value]
    )  # fmt: skip
    if not 1 <= len(parts) <= most:
        raise SpecError(f"{name} must have from 1 to {most} layers; got {len(parts)}.")
    stack = tuple(_layer(name, part) for part in parts)
    for layer in stack:
        for number in _numbers([getattr(layer, each.name) for each in fields(layer)]):
            if abs(number) > largest:
                raise SpecError(f"{name} must have no number above {largest}; got {spell_layer(layer)}.")
    return stack


def spell_stack(stack: Stack) -> str:
    """The text that `read_stack` reads as this stack."""
    return ";".join(map(spell_layer, stack))


def spell_layer(layer: Layer) -> str:
    """A layer as the call that makes it, what is as usual left out.

    Examples
    --------
    >>> spell_layer(conv2d((3, 5), stride=2, padding=((1, 1), (0, 2)))), spell_layer(max_pool2d(2))
    ('conv2d(3x5,stride=2,padding=1,1,0,2)', 'max_pool2d(2)')
    """
    call = _NAMES[type(layer)]
    first, *others = [each.name for each in fields(layer) if each.init]
    usual = LAYERS[call](getattr(layer, first))
    told = [f"{name}={_spell(getattr(layer, name))}" for name in others if getattr(layer, name) != getattr(usual, name)]
    return f"{call}({','.join([_spell(getattr(layer, first)), *told])})"


def _layer(name: str, part: object) -> Layer:
    if type(part) in _NAMES:
        return part  # type: ignore[return-value]  # one of the layers
    match = _CALL.fullmatch(part) if isinstance(part, str) else None
    if match is None or match[1] not in LAYERS:
        raise SpecError(
            f"{name} must be layers such as conv2d(3,dilation=2);max_pool2d(2), of {', '.join(LAYERS)}; got "
            f"{shown(part)}."
        )
    make = LAYERS[match[1]]
    positional, named = _arguments(name, match[2])
    if make is pad2d and len(positional) == 4:  # top, bottom, left and right are its one argument
        positional = [(tuple(positional[:2]), tuple(positional[2:]))]
    try:
        return make(*positional, **named)
    except TypeError:  # an argument that there is not, or one that is missing
        raise SpecError(f"{name} must call {match[1]} with what it takes; got {shown(part)}.") from None


def _arguments(name: str, text: str) -> tuple[list[Any], dict[str, Any]]:
    """Values before the first name, then named ones; the numbers after a name belong to it: ``padding=1,1,0,0``."""
    positional: list[Any] = []
    named: dict[str, list[str]] = {}
    last = ""
    for piece in filter(None, map(str.strip, text.split(","))):
        key, equals, value = piece.partition("=")
        if equals:
            last = key.strip()
            if last in named:
                raise SpecError(f"{name} must give {shown(last)} once to a layer.")
            named[last] = [value.strip()]
        elif last:
            named[last].append(piece)
        else:
            positional.append(_value(name, [piece]))
    return positional, {key: _value(name, values) for key, values in named.items()}


def _value(name: str, texts: list[str]) -> Any:
    if len(texts) == 4:
        top, bottom, left, right = (_number(name, text) for text in texts)
        return (top, bottom), (left, right)
    if len(texts) > 1:
        raise SpecError(f"{name} must have one value, or four for padding; got {shown(','.join(texts))}.")
    text = texts[0]
    if text in ("true", "false"):
        return text == "true"
    if _WORD.fullmatch(text):
        return text
    parts = text.split("x")
    numbers = tuple(_number(name, part) for part in parts)
    return numbers[0] if len(numbers) == 1 else numbers


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"\s*-?[0-9]{1,6}\s*", text, re.ASCII):
        raise SpecError(f"{name} must have whole numbers in its layers; got {shown(text)}.")
    return int(text)


def _spell(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case ((top, bottom), (left, right)):
            if top == bottom and left == right:
                return _spell((top, left))
            return f"{top},{bottom},{left},{right}"
        case (height, width):
            return str(height) if height == width else f"{height}x{width}"
        case _:
            return str(value)


def _numbers(values: Sequence[Any]) -> list[float]:
    flat: list[float] = []
    for value in values:
        if isinstance(value, tuple):
            flat += _numbers(value)
        elif not isinstance(value, bool | str):
            flat.append(value)
    return flat
