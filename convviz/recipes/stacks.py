"""Stacks of layers as a link spells them: ``conv_transpose2d(3,stride=2);conv2d(3)``."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from inspect import signature
from types import MappingProxyType
from typing import Any, Final

from convviz.arithmetic import (
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
from convviz.errors import SpecError

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

EXAMPLE: Final = "conv2d(3,dilation=2);max_pool2d(2)"

_NAMES: Final = MappingProxyType(
    {Conv2d: "conv2d", ConvTranspose2d: "conv_transpose2d", MaxPool2d: "max_pool2d", AvgPool2d: "avg_pool2d",
     Upsample2d: "upsample2d", PixelShuffle: "pixel_shuffle", Pad2d: "pad2d"}
)  # fmt: skip
_CALL: Final = re.compile(r"\s*([a-z0-9_]{1,20})\s*\(([^()]*)\)\s*")
_HEAD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
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
    if not isinstance(part, str):
        raise SpecError(f"{name} must be layers such as {EXAMPLE}, of {', '.join(LAYERS)}; got {shown(part)}.")
    call, arguments = _call(name, part.strip())
    make = LAYERS[call]
    positional, named = _arguments(name, arguments)
    if make is pad2d and len(positional) == 4:  # top, bottom, left and right are its one argument
        positional = [(tuple(positional[:2]), tuple(positional[2:]))]
    _check_arguments(name, call, positional, named)
    return make(*positional, **named)


def _call(name: str, text: str) -> tuple[str, str]:
    """The name of a layer, and what stands in its brackets."""
    match = _CALL.fullmatch(text)
    if match is not None and match[1] in LAYERS:
        return match[1], match[2]
    word = _HEAD.match(text)
    call = word[0] if word else ""
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", call.rpartition(".")[2]).lower()
    if call not in LAYERS and spelled in LAYERS:
        raise SpecError(f"{name} must spell layers as in {EXAMPLE}; got {shown(call)}, which is {spelled} here.")
    if call not in LAYERS:
        raise SpecError(
            f"{name} must have layers of {', '.join(LAYERS)}; got {shown(call or text)}{_near(spelled, LAYERS)}."
        )
    rest = text[len(call) :].strip()
    if not rest.startswith("("):
        raise SpecError(f"{name} must have brackets behind {call}, as in conv2d(3); got {shown(text)}.")
    if ")" not in rest:
        raise SpecError(f"{name} must close the bracket behind {call}; got {shown(text)}.")
    raise SpecError(
        f"{name} must have a semicolon between layers, and one pair of brackets in each; got {shown(text)}."
    )


def _near(word: str, words: Iterable[str]) -> str:
    """What somebody may have meant."""
    found = get_close_matches(word[:20], list(words), 1)
    return f", which is near {found[0]}" if found else ""


def _check_arguments(name: str, call: str, positional: Sequence[Any], named: Mapping[str, Any]) -> None:
    """Only what the layer takes, each thing once, and nothing missing that it needs."""
    taken = signature(LAYERS[call]).parameters
    listed = f"{call} takes {', '.join(taken)}"
    for word in named:
        if word not in taken:
            raise SpecError(f"{name} must give {call} what it takes; got {shown(word)}{_near(word, taken)}: {listed}.")
    if len(positional) > len(taken):
        raise SpecError(f"{name} must give {call} what it takes; got {len(positional)} values: {listed}.")
    for word in list(taken)[: len(positional)]:
        if word in named:
            rule = f"{name} must give {call} its {word} once, and a pair as in 3x5"
            raise SpecError(
                f"{rule}; got {word}={shown(named[word])} beside {shown(positional[list(taken).index(word)])}."
            )
    for word, one in list(taken.items())[len(positional) :]:
        if one.default is one.empty and word not in named:
            raise SpecError(f"{name} must give {call} its {word}, as in {call}(2); got none.")


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
                raise SpecError(f"{name} must give {shown(last)} once to a layer; got it twice.")
            named[last] = [value.strip()]
        elif last:
            named[last].append(piece)
        else:
            positional.append(_value(name, "", [piece]))
    return positional, {key: _value(name, f"{key}=", values) for key, values in named.items()}


def _value(name: str, key: str, texts: list[str]) -> Any:
    if len(texts) == 4:
        top, bottom, left, right = (_number(name, key, text, text) for text in texts)
        return (top, bottom), (left, right)
    if len(texts) > 1:
        got = shown(f"{key}{','.join(texts)}")
        raise SpecError(f"{name} must have one value, a pair as in 3x5, or four for padding; got {got}.")
    text = texts[0]
    if text in ("true", "false"):
        return text == "true"
    if _WORD.fullmatch(text):
        return text
    parts = text.split("x")
    numbers = tuple(_number(name, key, text, part) for part in parts)
    return numbers[0] if len(numbers) == 1 else numbers


def _number(name: str, key: str, text: str, part: str) -> int:
    """One part of the text of a value."""
    if not re.fullmatch(r"\s*-?[0-9]{1,6}\s*", part, re.ASCII):
        raise SpecError(f"{name} must have whole numbers, or pairs as in 3x5; got {shown(f'{key}{text}')}.")
    return int(part)


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
