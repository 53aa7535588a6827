"""A stack of layers in a form: the fields of each layer as texts, changes of one layer, and which layers are drawn."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from convviz import limits
from convviz.analysis import Network
from convviz.arithmetic import Layer, conv2d
from convviz.arithmetic.arguments import shown
from convviz.arithmetic.layer_kinds import LAYER_KINDS, Stack, read_stack, spell_layer, spell_stack
from convviz.errors import SpecError

from .model import Recipe
from .variants import variant_named
from .variants.receptive_field import field_size

NAME: Final = "receptive-field"

FIRST: Final = "first"
REST: Final = "rest"
"""The fields of a layer's first argument, and of what has no field of its own, such as ``mode=bilinear``."""

_LARGEST: Final = 10**9
"""The largest side of an input for which sizes are known."""

_NUMBER: Final = r"\s*[0-9]+\s*"
_SIGNED: Final = r"\s*-?[0-9]+\s*"
_SIDES: Final = "a number such as 1, height x width such as 1x2, or top,bottom,left,right such as 0,1,0,1"


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a text must match, how a refusal says so, and the smallest number in it."""

    pattern: str
    words: str
    least: int = 1


def _pair(example: str) -> _Rule:
    return _Rule(f"{_NUMBER}(x{_NUMBER})?", f"a number such as {example}")


_PADDING: Final = rf"same|valid|same_upper|same_lower|{_NUMBER}(x{_NUMBER}|(,{_NUMBER}){{3}})?"
_RULES: Final[Mapping[str, _Rule]] = {
    FIRST: _pair("3 or 2x3"),
    "stride": _pair("2 or 1x2"),
    "dilation": _pair("2 or 1x2"),
    "padding": _Rule(_PADDING, f"{_SIDES}, or same", 0),
}
_FIRST_RULES: Final[Mapping[str, _Rule]] = {
    "upsample2d": _pair("2 or 2x3"),
    "pixel_shuffle": _Rule(_NUMBER, "a number such as 2"),
    "pad2d": _Rule(rf"{_SIGNED}(x{_SIGNED}|(,{_SIGNED}){{3}})?", _SIDES, -limits.FIELD_NUMBER),
}


def field_label(kind: str, name: str) -> str:
    """Return the label of a field.

    >>> field_label("conv2d", "first"), field_label("upsample2d", "first"), field_label("conv2d", "stride")
    ('Kernel', 'Factor', 'Stride')
    """
    return LAYER_KINDS[kind].first if name == FIRST else "More" if name == REST else name.capitalize()


def usual_text(kind: str, name: str) -> str:
    """Return the text that a field begins with; an empty stride of a pooling is that of its kernel."""
    if name == FIRST:
        return "2" if LAYER_KINDS[kind].first == "Factor" else ""
    return "" if name == "stride" and "pool" in kind else "0" if name == "padding" else "1"


def field_error(kind: str, name: str, text: str, layer: str) -> str:
    """Return why a field must not hold a text, "" where it may; all but the first may be empty.

    Examples
    --------
    >>> field_error("conv2d", "first", "3,5", "layer 1")
    "Kernel of layer 1 must be a number such as 3 or 2x3; got '3,5'."
    >>> field_error("conv2d", "stride", "0", "layer 2"), field_error("conv2d", "stride", "", "layer 2")
    ('Stride of layer 2 must be from 1 to 1024; got 0.', '')
    """
    if name == REST or (name != FIRST and not text.strip()):
        return ""
    rule = _FIRST_RULES.get(kind, _RULES[name]) if name == FIRST else _RULES[name]
    subject = f"{field_label(kind, name)} of {layer} must be"
    if not re.fullmatch(rule.pattern, text.strip(), re.ASCII):
        return f"{subject} {rule.words}; got {shown(text)}."
    for digits in re.findall(r"-?[0-9]+", text):
        if len(digits) > 6 or not rule.least <= int(digits) <= limits.FIELD_NUMBER:
            return f"{subject} from {rule.least} to {limits.FIELD_NUMBER}; got {digits[:20]}."
    return ""


@dataclass(slots=True, eq=False)
class LayerFields:
    """One layer as it was typed, valid or not."""

    kind: str
    texts: dict[str, str]

    @classmethod
    def of(cls, layer: Layer) -> "LayerFields":
        """Return the fields of a layer.

        Examples
        --------
        >>> from convviz.arithmetic import max_pool2d, upsample2d
        >>> LayerFields.of(max_pool2d(2)).texts, LayerFields.of(upsample2d(2, mode="bilinear")).texts
        ({'first': '2', 'stride': '', 'dilation': '1', 'padding': '0'}, {'first': '2', 'rest': 'mode=bilinear'})
        """
        kind, inside = spell_layer(layer).removesuffix(")").split("(", 1)
        first, *named = re.split(r",(?=[a-z_]+=)", inside)
        arguments = dict(argument.split("=", 1) for argument in named)
        texts = {name: arguments.pop(name, usual_text(kind, name)) for name in _fields(kind)} | {FIRST: first}
        rest = ",".join(f"{name}={text}" for name, text in arguments.items())
        return cls(kind, texts | ({REST: rest} if rest else {}))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields."""
        return _fields(self.kind) + ((REST,) if self.texts.get(REST) else ())

    def spell(self) -> str:
        """Return the layer as links spell it.

        Examples
        --------
        >>> LayerFields("conv2d", {"first": "3", "stride": "1", "dilation": "2", "padding": ""}).spell()
        'conv2d(3,stride=1,dilation=2)'
        """
        named = [(name, self.texts.get(name, "").strip()) for name in self.names if name not in (FIRST, REST)]
        arguments = [self.texts.get(FIRST, ""), *(f"{name}={text}" for name, text in named if text)]
        return f"{self.kind}({','.join([*arguments, *filter(None, [self.texts.get(REST, '')])])})"

    def change_kind(self, kind: str) -> None:
        """Change the kind of the layer; it keeps the fields that both kinds have."""
        if kind != self.kind:
            self.kind = kind
            self.texts = {name: self.texts.get(name, usual_text(kind, name)) for name in _fields(kind)}
            if LAYER_KINDS[kind].first == "Factor":
                self.texts[FIRST] = usual_text(kind, FIRST)

    def refusal(self, layer: str) -> str:
        """Return why the first field that is not valid is refused, "" where all are."""
        return next(filter(None, (field_error(self.kind, name, self.texts[name], layer) for name in self.names)), "")

    def copy(self) -> "LayerFields":
        """Return the same in texts of its own."""
        return LayerFields(self.kind, dict(self.texts))


def rows_of(layers: Stack) -> list[dict[str, Any]]:
    """Return the kind of each layer, and name, label and text of each of its fields.

    Examples
    --------
    >>> from convviz.arithmetic import upsample2d
    >>> rows_of((upsample2d(2),))
    [{'kind': 'upsample2d', 'fields': [('first', 'Factor', '2')]}]
    """
    rows = map(LayerFields.of, layers)
    return [
        {
            "kind": row.kind,
            "fields": [(name, field_label(row.kind, name), row.texts.get(name, "")) for name in row.names],
        }
        for row in rows
    ]


def edited_stack(layers: Stack, edit: str) -> Stack:
    """Return the stack after one change.

    Parameters
    ----------
    edit : str
        ``add``, or the number of a layer, counted from 1, and what happens to it: ``2:up``, ``2:down``, ``2:copy``,
        ``2:remove``, ``2:kind=max_pool2d``, or a new text of one of its fields: ``2:first=3``.

    Raises
    ------
    SpecError
        There is no such layer or change, or the text is not one of the field.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> spell_stack(edited_stack((conv2d(3), conv2d(5)), "2:dilation=2"))
    'conv2d(3);conv2d(5,dilation=2)'
    >>> spell_stack(edited_stack((conv2d(3), conv2d(5)), "2:up")), spell_stack(edited_stack((conv2d(3),), "add"))
    ('conv2d(5);conv2d(3)', 'conv2d(3);conv2d(3)')
    """
    if edit == "add":
        last = layers[-1]
        return (*layers, last if spell_layer(last).startswith("conv2d(") else conv2d(3))
    number, _, change = edit.partition(":")
    if not (number.isascii() and number.isdecimal() and 1 <= int(number) <= len(layers)):
        raise SpecError(f"A layer must be from 1 to {len(layers)}; got {shown(number)}.")
    at, layer = int(number) - 1, layers[int(number) - 1]
    before, after = layers[:at], layers[at + 1 :]
    match change:
        case "up":
            return (*before[:-1], layer, *before[-1:], *after)
        case "down":
            return (*before, *after[:1], layer, *after[1:])
        case "copy":
            return (*before, layer, layer, *after)
        case "remove":
            return (*before, *after) or layers
    return (*before, *_changed_layer(layer, at + 1, change), *after)


def _changed_layer(layer: Layer, number: int, change: str) -> Stack:
    row, (name, _, text) = LayerFields.of(layer), change.partition("=")
    if name == "kind" and text in LAYER_KINDS:
        row.change_kind(text)
    elif name in row.names:
        row.texts[name] = text
    else:
        raise SpecError(f"A change of layer {number} must be one of kind, {', '.join(row.names)}; got {shown(name)}.")
    label = f"layer {number}"
    if error := row.refusal(label):
        raise SpecError(error)
    try:
        return read_stack(label, row.spell(), 1, limits.FIELD_NUMBER)
    except SpecError as error:
        raise SpecError(f"Layer {number}: {str(error).removeprefix(f'{label} ')}") from None


def _fields(kind: str) -> tuple[str, ...]:
    _, *others = LAYER_KINDS[kind].parameters
    return FIRST, *(name for name in ("stride", "dilation", "padding") if name in others)


def drawable_recipe(layers: Stack, texts: Mapping[str, str]) -> tuple[Recipe | None, str]:
    """Return the recipe of the layers that can be drawn, and a sentence about those that cannot.

    Parameters
    ----------
    texts : mapping
        What a link says of the stack where that differs from the defaults.

    Raises
    ------
    SpecError
        The input or the unit in ``texts`` does not fit the stack.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> recipe, sentence = drawable_recipe((conv2d(3),) * 8, {"layers": ";".join(["conv2d(3)"] * 8)})
    >>> len(recipe.layers), sentence
    (6, 'The first 6 of 8 layers are drawn: a picture has room for 6.')
    """
    most, total = limits.FIELD_LAYERS_DRAWN, len(layers)
    room = f"a picture has room for {most}."
    if total <= most:
        try:
            Recipe.from_query(NAME, _without_unit(texts))
        except SpecError:
            if "input_size" in texts:
                raise
        else:
            return Recipe.from_query(NAME, texts), ""
    elif "input_size" in texts:
        return _first_layers(layers, texts, most), _partly(most, total, room)
    for count in range(min(total, most), 0, -1):
        with suppress(SpecError):
            recipe = _first_layers(layers, texts, count)
            return recipe, _partly(count, total, room if count == most else _why_not(layers[: count + 1]))
    return None, f"There is no picture: {_why_not(layers[:1])}"


def whole_texts(texts: Mapping[str, object]) -> dict[str, str]:
    """Return the parameters that differ from their defaults, of a stack of which not all layers may be drawn.

    Examples
    --------
    >>> whole_texts({"layers": "conv2d(3);conv2d(3)", "input_size": "5", "unit": "middle"})
    {'layers': 'conv2d(3);conv2d(3)'}
    """
    variant = variant_named(NAME)
    values = variant.read_lenient(texts)
    return {
        name: field.spell(values[name])
        for name, field in variant.fields.items()
        if values[name] != variant.default_of(name, values)
    }


def fitting_input(layers: Stack) -> tuple[int, int]:
    """Return the smallest input on which the middle unit sees its whole field, whether that can be drawn or not.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> fitting_input((conv2d(3),) * 8), fitting_input((conv2d(7),) * 20), fitting_input((conv2d((3, 99)),))
    ((17, 17), (121, 121), (3, 99))
    """
    height, width = field_size(layers)
    rows, columns = _stack_field(layers)
    return min(max(height, rows), _LARGEST), min(max(width, columns), _LARGEST)


def _first_layers(layers: Stack, texts: Mapping[str, str], count: int) -> Recipe:
    """Return the recipe of the first layers, with the unit of ``texts`` if it is in them."""
    query = {**texts, "layers": spell_stack(layers[:count])}
    with suppress(SpecError):
        return Recipe.from_query(NAME, query)
    return Recipe.from_query(NAME, _without_unit(query))


def _without_unit(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if name != "unit"}


def _partly(count: int, total: int, reason: str) -> str:
    if count == 1:
        return f"The first layer of {total} is drawn: {reason}"
    return f"The first {count} of {total} layers are drawn: {reason}"


def _why_not(layers: Stack) -> str:
    """Return why these layers cannot be drawn, though all before the last one can."""
    (height, width), side = _stack_field(layers), limits.FIELD_SIDE
    if max(height, width) > side:
        return (
            f"from layer {len(layers)} on a unit sees {height} × {width} cells, and a picture has room for "
            f"{side} × {side}."
        )
    try:
        Recipe.from_query(NAME, {"layers": spell_stack(layers)})
    except SpecError as error:
        return str(error)
    return ""


def _stack_field(layers: Stack) -> tuple[int, int]:
    """Return the receptive field of a stack, 0 where it depends on the input."""
    height, width = Network.sequential(layers).receptive_field().size
    return int(height or 0), int(width or 0)
