"""The kinds of layers in one table, and how a layer is written as a text and read from it.

A link writes ``conv2d(3x5,padding=1,1,0,2)``, Python ``conv2d((3, 5), padding=((1, 1), (0, 2)))``; both are read.
"""

import re
from ast import literal_eval
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from inspect import signature
from types import MappingProxyType
from typing import Any, Final

from convviz.errors import SpecError

from .adaptive import adaptive_avg_pool2d, adaptive_max_pool2d
from .arguments import shown
from .forward_pass import Layer
from .layers import conv2d, conv_transpose2d
from .pooling import avg_pool2d, max_pool2d
from .resizing import pad2d, pixel_shuffle, upsample2d


@dataclass(frozen=True, slots=True)
class LayerKind:
    """One kind of layer.

    Attributes
    ----------
    make : callable
        The function that makes such a layer, whose name is the name of the kind.
    label, noun : str
        What a menu and a picture call it.
    first : str
        What its first parameter is called: "Kernel", "Output", "Factor" or "Padding".
    named : str
        The parameter that a text must give by its name, "" where there is none.
    """

    make: Callable[..., Layer]
    label: str
    noun: str
    first: str = "Kernel"
    named: str = ""

    @property
    def name(self) -> str:
        """The name of the function that makes such a layer."""
        return self.make.__name__

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The default of each parameter, in order; ``inspect.Parameter.empty`` for those that must be given."""
        return {name: each.default for name, each in signature(self.make).parameters.items()}


Stack = tuple[Layer, ...]

_KINDS: Final = (
    LayerKind(conv2d, "Convolution", "convolution"),
    LayerKind(conv_transpose2d, "Transposed conv.", "transposed"),
    LayerKind(max_pool2d, "Max pooling", "max pooling"),
    LayerKind(avg_pool2d, "Average pooling", "average pooling", named="dilation"),
    LayerKind(adaptive_max_pool2d, "Adaptive max", "adaptive max pooling", "Output"),
    LayerKind(adaptive_avg_pool2d, "Adaptive average", "adaptive average pooling", "Output"),
    LayerKind(upsample2d, "Upsampling", "upsampling", "Factor"),
    LayerKind(pixel_shuffle, "Pixel shuffle", "pixel shuffle", "Factor"),
    LayerKind(pad2d, "Padding", "padding", "Padding", "value"),
)
LAYER_KINDS: Final[Mapping[str, LayerKind]] = MappingProxyType({kind.name: kind for kind in _KINDS})
"""Every kind of layer, by the name of the function that makes it."""

EXAMPLE: Final = "conv2d(3,dilation=2);max_pool2d(2)"

_CALL: Final = re.compile(r"\s*([a-z0-9_]{1,20})\s*\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)\s*", re.DOTALL)
_ARGUMENT: Final = re.compile(r"(?:[^,()]|\((?:[^()]|\([^()]*\))*\))+")
_HEAD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_WORD: Final = re.compile(r"([\"']?)([A-Za-z_]{1,20})\1")
_CONSTANTS: Final = {"true": True, "True": True, "false": False, "False": False, "None": None}
_WHOLE: Final = re.compile(r"\s*-?[0-9]{1,6}\s*")
_DECIMAL: Final = re.compile(r"[+-]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})(e[+-]?[0-9]{1,3})?")


def kind_of(layer: Layer) -> LayerKind:
    """Return the kind of a layer.

    Examples
    --------
    >>> kind_of(max_pool2d(2)).label
    'Max pooling'
    """
    return LAYER_KINDS[re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(layer).__name__).lower()]


def spell_layer(layer: Layer) -> str:
    """Write a layer as a link does: parameters at their defaults are left out.

    Examples
    --------
    >>> spell_layer(conv2d((3, 5), stride=2, padding=((1, 1), (0, 2)))), spell_layer(max_pool2d(2))
    ('conv2d(3x5,stride=2,padding=1,1,0,2)', 'max_pool2d(2)')
    """
    first, *others = _arguments_of(layer)
    usual = kind_of(layer).make(first[1])
    named = [f"{name}={spell_value(value)}" for name, value in others if value != getattr(usual, name)]
    return f"{kind_of(layer).name}({','.join([spell_value(first[1]), *named])})"


def layer_code(layer: Layer) -> str:
    """Write a layer as the Python call that makes it; the stride of a pooling is always written.

    Examples
    --------
    >>> print(layer_code(conv2d((1, 3), padding=(0, 1))), layer_code(max_pool2d(2)))
    conv2d((1, 3), padding=(0, 1)) max_pool2d(2, stride=2)
    """
    first, *others = _arguments_of(layer)
    usual = kind_of(layer).make(first[1])
    is_pool = hasattr(layer, "ceil_mode")
    named = [
        f"{name}={_python_value(value)}"
        for name, value in others
        if value != getattr(usual, name) or (is_pool and name == "stride")
    ]
    return f"{kind_of(layer).name}({', '.join([_python_value(first[1]), *named])})"


def read_layer(name: str, value: object) -> Layer:
    """Read a layer from a text; a layer is returned as it is.

    Parameters
    ----------
    name : str
        What the layer is for, as a refusal says it.

    Raises
    ------
    SpecError
        It is no such layer, or its parameters do not go together.

    Examples
    --------
    >>> read_layer("layers", "conv2d(3x1,padding=1,1,0,0)") == read_layer("layers", "conv2d((3, 1), padding=(1, 0))")
    True
    """
    if isinstance(value, Layer):
        return value
    if not isinstance(value, str):
        raise SpecError(f"{name} must be layers such as {EXAMPLE}, of {', '.join(LAYER_KINDS)}; got {shown(value)}.")
    kind, inside = _call(name, value.strip().replace("[", "(").replace("]", ")"))  # lists are pairs, too
    positional, named = _arguments(name, inside)
    if kind.make is pad2d and len(positional) == 4:  # top, bottom, left and right are its one argument
        positional = [(tuple(positional[:2]), tuple(positional[2:]))]
    _check_arguments(name, kind, positional, named)
    return kind.make(**dict(zip(kind.parameters, positional, strict=False)), **named)


def read_stack(name: str, value: object, most: int, largest: int) -> Stack:
    """Read one layer or several, from a text or from layers.

    Parameters
    ----------
    most : int
        How many layers there may be.
    largest : int
        The largest number that a layer may have.

    Raises
    ------
    SpecError
        There are too many layers, a number is too large, or `read_layer` refuses one of them.

    Examples
    --------
    >>> read_stack("layers", "conv_transpose2d(3,stride=2);conv2d(3x1,padding=1,1,0,0)", 4, 16)[1].padding
    ((1, 1), (0, 0))
    """
    parts = value.split(";") if isinstance(value, str) else value if isinstance(value, tuple | list) else [value]
    if not 1 <= len(parts) <= most:
        raise SpecError(f"{name} must have from 1 to {most} layers; got {len(parts)}.")
    stack = tuple(read_layer(name, part) for part in parts)
    for layer in stack:
        if any(abs(number) > largest for _, argument in _arguments_of(layer) for number in _numbers(argument)):
            raise SpecError(f"{name} must have no number above {largest}; got {spell_layer(layer)}.")
    return stack


def spell_stack(stack: Stack) -> str:
    """Write layers as a text that `read_stack` reads as the same layers."""
    return ";".join(map(spell_layer, stack))


def stack_words(stack: Stack) -> list[str]:
    """Write each layer in a few words, as a picture does: what distinguishes it from the others, and what is unusual.

    Examples
    --------
    >>> stack_words((conv2d(3), conv2d(3, dilation=2))), stack_words((conv2d(3), conv2d(3)))
    (['dilation 1', 'dilation 2'], ['kernel 3', 'kernel 3'])
    >>> stack_words((conv2d((3, 5), padding=1), max_pool2d(2)))
    ['convolution 3 × 5, padding 1', 'max pooling 2']
    """
    kinds, arguments = [*map(kind_of, stack)], [dict(_arguments_of(layer)) for layer in stack]
    is_alike = len({kind.name for kind in kinds}) == 1
    differing = {name for name in arguments[0] if is_alike and len({each[name] for each in arguments}) > 1}
    texts = []
    for kind, values in zip(kinds, arguments, strict=True):
        first, *others = values
        usual = kind.make(values[first])
        named = [name for name in others if name in differing or values[name] != getattr(usual, name)]
        words = [f"{name.replace('_', ' ')} {spell_value(values[name])}" for name in named]
        if not is_alike or first in differing or not words:
            words.insert(0, f"{kind.first.lower() if is_alike else kind.noun} {spell_value(values[first])}")
        texts.append(re.sub(r"(?<=[0-9])x(?=[0-9])", " × ", ", ".join(words)))
    return texts


def _numbers(argument: Any) -> Iterator[float]:
    if isinstance(argument, tuple):
        for member in argument:
            yield from _numbers(member)
    elif not isinstance(argument, bool | str | float) and argument is not None:
        yield argument


def _arguments_of(layer: Layer) -> Iterator[tuple[str, Any]]:
    return ((each.name, getattr(layer, each.name)) for each in fields(layer) if each.init)


def spell_value(value: Any) -> str:
    """Write a parameter as a link does: a size, a padding, a number, a word, or true or false.

    Examples
    --------
    >>> spell_value((3, 3)), spell_value((3, 5)), spell_value(((1, 1), (0, 2))), spell_value(True)
    ('3', '3x5', '1,1,0,2', 'true')
    """
    match value:
        case bool():
            return str(value).lower()
        case ((top, bottom), (left, right)):
            if top == bottom and left == right:
                return spell_value((top, left))
            return f"{top},{bottom},{left},{right}"
        case (height, width):
            return str(height) if height == width else f"{height}x{width}"
        case float():
            return repr(value).removesuffix(".0").replace("e+", "e")  # in a link a plus is a blank
        case _:
            return str(value)


def _python_value(value: Any) -> str:
    """Write one number for equal ones; a padding whose sides differ has all four."""
    match value:
        case str():
            return f'"{value}"'
        case ((top, bottom), (left, right)):
            return _python_value((top, left)) if top == bottom and left == right else str(value)
        case (height, width):
            return str(height) if height == width else f"({height}, {width})"
        case _:
            return str(value)


def _call(name: str, text: str) -> tuple[LayerKind, str]:
    """Return the kind of a layer, and the text of its arguments."""
    match = _CALL.fullmatch(text)
    if match is not None and match[1] in LAYER_KINDS:
        return LAYER_KINDS[match[1]], match[2]
    word = _HEAD.match(text)
    call = word[0] if word else ""
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", call.rpartition(".")[2]).lower()
    if call not in LAYER_KINDS and spelled in LAYER_KINDS:
        raise SpecError(f"{name} must spell layers as in {EXAMPLE}; got {shown(call)}, which is {spelled} here.")
    if call not in LAYER_KINDS:
        raise SpecError(
            f"{name} must have layers of {', '.join(LAYER_KINDS)}; got "
            f"{shown(call or text)}{_near(spelled, LAYER_KINDS)}."
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
    """Name the word that was probably meant."""
    matches = get_close_matches(word[:20], list(words), 1)
    return f", which is near {matches[0]}" if matches else ""


def _check_arguments(name: str, kind: LayerKind, positional: Sequence[Any], named: Mapping[str, Any]) -> None:
    """Refuse what the layer does not take, what is there twice, and a gap where it needs something."""
    taken = kind.parameters
    listed = f"{kind.name} takes {', '.join(taken)}"
    if kind.named:
        listed += f", the last by its name, as in {kind.named}=2"
    for word in named:
        if word not in taken:
            near = _near(word, taken)
            raise SpecError(f"{name} must give {kind.name} what it takes; got {shown(word)}{near}: {listed}.")
    if len(positional) > len(taken) - bool(kind.named):
        raise SpecError(f"{name} must give {kind.name} what it takes; got {len(positional)} values: {listed}.")
    for word, value in zip(taken, positional, strict=False):
        if word in named:
            rule = f"{name} must give {kind.name} its {word} once, and a pair as in 3x5"
            raise SpecError(f"{rule}; got {word}={shown(named[word])} next to {shown(value)}.")
    if not positional and (first := next(iter(taken))) not in named:
        raise SpecError(f"{name} must give {kind.name} its {first}, as in {kind.name}(2); got none.")


def _arguments(name: str, text: str) -> tuple[list[Any], dict[str, Any]]:
    """Return the values before the first name, then the named ones; ``padding=1,1,0,0`` is one value."""
    positional: list[Any] = []
    named: dict[str, list[str]] = {}
    last = ""
    for piece in filter(None, map(str.strip, _ARGUMENT.findall(text))):
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
    """Read one argument: a whole number, a pair, four sides, true or false, a word, or the number of a padding."""
    got = f"{key}{','.join(texts)}"
    if len(texts) not in (1, 4):
        raise SpecError(f"{name} must have one value, a pair as in 3x5, or four for padding; got {shown(got)}.")
    text, is_tuple = texts[0], texts[0].startswith("(")
    if len(texts) == 1 and text in _CONSTANTS:
        return _CONSTANTS[text]
    if key == "value=" and len(texts) == 1 and _DECIMAL.fullmatch(text):
        return float(text)
    if len(texts) == 1 and (word := _WORD.fullmatch(text)):
        return word[2]
    parts = texts if len(texts) == 4 else re.findall(r"[^\s,()]+", text) if is_tuple else text.split("x")
    try:
        if not all(_WHOLE.fullmatch(part) for part in parts):
            raise ValueError
        numbers = literal_eval(text) if is_tuple else tuple(map(int, parts))
    except (SyntaxError, ValueError):
        if re.match(r"[\"'][^\"']*$", text):
            raise SpecError(f"{name} must close the quotation mark in {shown(got)}.") from None
        raise SpecError(f"{name} must have whole numbers, or pairs as in 3x5; got {shown(got)}.") from None
    if len(texts) == 4:
        return numbers[:2], numbers[2:]
    return numbers[0] if len(parts) == 1 and not is_tuple else numbers
