"""The editor of a stack: a row per layer, with buttons that move, duplicate and remove it.

A row keeps what was typed, also where it is not a valid layer: then it says why, and the stack stays as it was.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from convviz import limits
from convviz.arithmetic import Layer
from convviz.arithmetic.layer_kinds import LAYER_KINDS, read_stack, spell_layer, spell_stack
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError
from convviz.recipes.variants import Variant
from convviz.web.components.errors import refuse
from convviz.web.state.widgets import held, select, set_value, value_of

MOST_ROWS: Final = 16
"""With more rows a page is slow: longer stacks are edited as a text."""

_KEPT: Final = "The previous stack stays."

# Fields ---------------------------------------------------------------------------------------------------------------

FIRST: Final = "first"
"""The field of a layer's first argument."""

_USUAL: Final = {FIRST: "", "stride": "1", "dilation": "1", "padding": "0"}

_NUMBER: Final = r"\s*[0-9]+\s*"
_SIGNED: Final = r"\s*-?[0-9]+\s*"


@dataclass(frozen=True, slots=True)
class _Field:
    """The label of a field, what a text in it must match and how a refusal says so, and the smallest number in it."""

    label: str
    pattern: str = ".*"
    rule: str = ""
    least: int = 1


def _pair_field(label: str, example: str) -> _Field:
    return _Field(label, f"{_NUMBER}(x{_NUMBER})?", f"a number such as {example}")


_SIDES: Final = "a number such as 1, height x width such as 1x2, or top,bottom,left,right such as 0,1,0,1"
_FIELDS: Final[Mapping[str, _Field]] = {
    FIRST: _pair_field("Kernel", "3 or 2x3"),
    "stride": _pair_field("Stride", "2 or 1x2"),
    "dilation": _pair_field("Dilation", "2 or 1x2"),
    "padding": _Field(
        "Padding",
        rf"same|valid|same_upper|same_lower|{_NUMBER}(x{_NUMBER}|(,{_NUMBER}){{3}})?",
        f"{_SIDES}, or same",
        0,
    ),
    "rest": _Field("More"),
}
_FIRST_FIELDS: Final[Mapping[str, _Field]] = {
    "upsample2d": _pair_field("Factor", "2 or 2x3"),
    "pixel_shuffle": _Field("Factor", _NUMBER, "a number such as 2"),
    "pad2d": _Field("Padding", rf"{_SIGNED}(x{_SIGNED}|(,{_SIGNED}){{3}})?", _SIDES, -limits.FIELD_NUMBER),
}


def _field_of(kind: str, name: str) -> _Field:
    return _FIRST_FIELDS.get(kind, _FIELDS[name]) if name == FIRST else _FIELDS[name]


def field_error(kind: str, name: str, text: str, layer: str) -> str:
    """Return why a field must not hold a text, "" where it may; all but the first may be empty.

    Examples
    --------
    >>> field_error("conv2d", "first", "3,5", "layer 1")
    "Kernel of layer 1 must be a number such as 3 or 2x3; got '3,5'."
    >>> field_error("conv2d", "stride", "0", "layer 2"), field_error("conv2d", "stride", "", "layer 2")
    ('Stride of layer 2 must be from 1 to 1024; got 0.', '')
    """
    if name != FIRST and not text.strip():
        return ""
    field = _field_of(kind, name)
    subject = f"{field.label} of {layer} must be"
    if not re.fullmatch(field.pattern, text.strip(), re.ASCII):
        return f"{subject} {field.rule}; got {shown(text)}."
    for digits in re.findall(r"-?[0-9]+", text) if field.rule else ():
        if len(digits) > 6 or not field.least <= int(digits) <= limits.FIELD_NUMBER:
            return f"{subject} from {field.least} to {limits.FIELD_NUMBER}; got {digits[:20]}."
    return ""


# Rows -----------------------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Row:
    """One layer as it was typed; ``rest`` is what the row has no field for, such as ``mode=bilinear``."""

    number: int
    kind: str
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields."""
        return _fields(self.kind) + (("rest",) if self.texts.get("rest") else ())

    def spell(self) -> str:
        """Return the layer as links spell it, valid or not.

        Examples
        --------
        >>> Row(0, "conv2d", {"first": "3", "stride": "1", "dilation": "2", "padding": ""}).spell()
        'conv2d(3,stride=1,dilation=2)'
        """
        named = [(name, self.texts.get(name, "").strip()) for name in self.fields if name not in (FIRST, "rest")]
        arguments = [self.texts.get(FIRST, ""), *(f"{name}={text}" for name, text in named if text)]
        return f"{self.kind}({','.join([*arguments, *filter(None, [self.texts.get('rest', '')])])})"

    def change_kind(self, kind: str) -> None:
        """Change the type of the layer; it keeps the fields that both types have."""
        if kind == self.kind:
            return
        self.kind = kind
        self.texts = {name: self.texts.get(name, _usual(kind, name)) for name in _fields(kind)}
        if kind in ("upsample2d", "pixel_shuffle"):
            self.texts[FIRST] = "2"

    def read_fields(self, variant: Variant) -> None:
        """Read what the fields hold now. A click comes with what was typed just before, and no run has read that."""
        key = row_key(variant, self)
        self.change_kind(value_of(f"{key}.kind", self.kind))
        self.texts |= {name: value_of(f"{key}.{self.kind}.{name}", self.texts[name]) for name in self.fields}


def row_key(variant: Variant, row: Row) -> str:
    """Return what the keys of the controls of a row begin with."""
    return f"{variant.name}.row.{row.number}"


def _fields(kind: str) -> tuple[str, ...]:
    _, *others = LAYER_KINDS[kind].parameters
    return FIRST, *(name for name in ("stride", "dilation", "padding") if name in others)


def _usual(kind: str, name: str) -> str:
    """Return the text that a field begins with: an empty stride of a pooling is that of its kernel."""
    return "" if name == "stride" and "pool" in kind else _USUAL[name]


def row_of(number: int, layer: Layer) -> Row:
    """Return the row of a layer.

    Examples
    --------
    >>> from convviz.arithmetic import max_pool2d, upsample2d
    >>> row_of(0, max_pool2d(2)).texts, row_of(1, upsample2d(2, mode="bilinear")).texts
    ({'first': '2', 'stride': '', 'dilation': '1', 'padding': '0'}, {'first': '2', 'rest': 'mode=bilinear'})
    """
    kind, inside = spell_layer(layer).removesuffix(")").split("(", 1)
    first, *named = re.split(r",(?=[a-z_]+=)", inside)
    arguments = dict(argument.split("=", 1) for argument in named)
    texts = {name: arguments.pop(name, _usual(kind, name)) for name in _fields(kind)} | {FIRST: first}
    rest = ",".join(f"{name}={text}" for name, text in arguments.items())
    return Row(number, kind, texts | ({"rest": rest} if rest else {}))


# Controls -------------------------------------------------------------------------------------------------------------


def stack_editor(variant: Variant, layers: tuple[Layer, ...]) -> str:
    """Show the controls of a stack; return the stack as links spell it, that of before where a row is not a layer."""
    st.markdown("**Layers**", help="One number, or height x width such as 1x3; padding also top,bottom,left,right.")
    before, control, key = spell_stack(layers), f"{variant.name}.stack", f"{variant.name}.rows"
    if len(layers) > MOST_ROWS or value_of(control, "").count(";") >= MOST_ROWS:
        st.session_state.pop(key, None)  # the rows are made again once there are few enough
        text: str | None = _text_editor(variant, control, before)
    else:
        rows = st.session_state.setdefault(key, [row_of(number, layer) for number, layer in enumerate(layers)])
        text = _row_editor(variant, control, rows)
    if text is None:
        return before
    known = variant.fields["layers"]
    try:
        return known.spell(known.read("layers", text))
    except SpecError as error:
        refuse(error, _KEPT)
        return before


def _text_editor(variant: Variant, control: str, before: str) -> str:
    st.caption(f"More than {MOST_ROWS} layers are edited as a text.")
    text: str = st.text_area("Stack of layers", **held(control, before), height=200)

    def add() -> None:
        typed = value_of(control, before).strip().rstrip(";")
        last = typed.rpartition(";")[2].strip()
        set_value(control, f"{typed};{last if last.startswith('conv2d(') else 'conv2d(3)'}")

    is_full = text.count(";") + 1 >= limits.FIELD_LAYERS
    st.button("Add a layer", key=f"{variant.name}.add", on_click=add, width="stretch", disabled=is_full)
    return text


def _row_editor(variant: Variant, control: str, rows: list[Row]) -> str | None:
    """Return the stack as text; None where a row is not a layer."""
    # What the buttons change shows in the next run, so that this one shows each row once.
    texts = [_show_row(variant, rows, row) for row in list(rows)]

    def add() -> None:
        for row in rows:
            row.read_fields(variant)
        last = rows[-1] if rows[-1].kind == "conv2d" else Row(0, "conv2d", {**_USUAL, FIRST: "3"})
        rows.append(Row(_next_number(rows), last.kind, dict(last.texts)))
        if len(rows) > MOST_ROWS:
            set_value(control, ";".join(row.spell() for row in rows))

    is_full = len(rows) >= limits.FIELD_LAYERS
    st.button("Add a layer", key=f"{variant.name}.add", on_click=add, width="stretch", disabled=is_full)
    return None if None in texts else ";".join(filter(None, texts))


def _show_row(variant: Variant, rows: list[Row], row: Row) -> str | None:
    """Show one row; return its layer, or None after its refusal."""
    number, key = rows.index(row) + 1, row_key(variant, row)
    layer = f"layer {number}"
    with st.container(border=True, key=f"{variant.name}.box.{row.number}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            look: dict[str, Any] = {
                "width": 170,
                "label_visibility": "collapsed",
                "format_func": lambda kind: LAYER_KINDS[kind].label,
            }
            row.change_kind(select(f"Type of {layer}", tuple(LAYER_KINDS), f"{key}.kind", row.kind, **look))
            _buttons(variant, rows, row)
        with st.container(horizontal=True, gap="small"):
            for name in row.fields:
                row.texts[name] = st.text_input(
                    # The style sheet shows the first word of a label; the rest is for screen readers.
                    f"{_field_of(row.kind, name).label} of {layer}",
                    **held(f"{key}.{row.kind}.{name}", row.texts.get(name, "")),
                    width=190 if name == "rest" else 62,
                    placeholder="= k" if name == "stride" and "pool" in row.kind else None,
                )
        if error := next(
            filter(None, (field_error(row.kind, name, row.texts[name], layer) for name in row.fields)), ""
        ):
            refuse(error, _KEPT)
            return None
        try:
            return spell_stack(read_stack(layer, row.spell(), 1, limits.FIELD_NUMBER))
        except SpecError as refusal:
            refuse(f"Layer {number}: {str(refusal).removeprefix(f'{layer} ')}", _KEPT)
            return None


def _buttons(variant: Variant, rows: list[Row], row: Row) -> None:
    """Show the buttons of a row."""

    def change(name: str) -> None:
        if row not in rows:
            return  # a click may come late, when the row is gone
        index = rows.index(row)
        if name == "duplicate" and len(rows) < MOST_ROWS:
            for each in rows:
                each.read_fields(variant)
            rows.insert(index + 1, Row(_next_number(rows), row.kind, dict(row.texts)))
        elif name == "remove" and len(rows) > 1:
            rows.remove(row)
        elif name in ("up", "down"):
            target = max(0, index + (1 if name == "down" else -1))
            rows.insert(target, rows.pop(index))

    index, last = rows.index(row), len(rows) - 1
    buttons = (
        ("up", "arrow_upward", f"Move layer {index + 1} up", index == 0),
        ("down", "arrow_downward", f"Move layer {index + 1} down", index == last),
        ("duplicate", "content_copy", f"Duplicate layer {index + 1}", len(rows) >= MOST_ROWS),
        ("remove", "close", f"Remove layer {index + 1}", last == 0),
    )
    for name, icon, label, is_off in buttons:
        # The style sheet shows the icon alone; the label is for screen readers.
        look: dict[str, Any] = {"icon": f":material/{icon}:", "help": label, "type": "tertiary"}
        key = f"{row_key(variant, row)}.{name}"
        st.button(label, key=key, on_click=change, args=(name,), disabled=is_off, **look)


def _next_number(rows: Sequence[Row]) -> int:
    """Return a number that no row has had, because the controls of a row keep what was typed by its number."""
    key = "rows:counter"
    st.session_state[key] = max(st.session_state.get(key, 0), *(row.number for row in rows)) + 1
    return int(st.session_state[key])
