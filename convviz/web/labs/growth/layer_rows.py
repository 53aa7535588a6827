"""The editor of a stack: a row per layer, with buttons that move, duplicate and remove it.

A row keeps what was typed, also where it is not a valid layer: then it says why, and the stack stays as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from convviz import limits
from convviz.arithmetic import conv2d
from convviz.arithmetic.layer_kinds import LAYER_KINDS, Stack, read_stack, spell_stack
from convviz.errors import SpecError
from convviz.recipes.parameters import Field
from convviz.recipes.stack_form import NAME, REST, LayerFields, field_label
from convviz.web.components.page_frame import refuse
from convviz.web.state.widgets import held, select, set_value, value_of

MOST_ROWS: Final = 16
"""With more rows a page is slow: longer stacks are edited as a text."""

_TEXT: Final = f"{NAME}.stack"
_ROWS: Final = f"{NAME}.rows"
_FIRST: Final = ("conv2d", "max_pool2d", "avg_pool2d")
_LABELS: Final = {name: LAYER_KINDS[name].label for name in dict.fromkeys((*_FIRST, *LAYER_KINDS))}
"""The kinds of layers in the order of the menu: the most used ones first."""

_KEPT: Final = "The previous stack stays."


@dataclass(slots=True, eq=False)
class _Row:
    """The fields of one layer; the keys of their controls have the number of the row."""

    number: int
    layer: LayerFields

    @property
    def key(self) -> str:
        return f"{NAME}.row.{self.number}"

    def read(self) -> None:
        """Read what the fields hold now. A click comes with what was typed just before, and no run has read that."""
        layer = self.layer
        layer.change_kind(value_of(f"{self.key}.kind", layer.kind))
        layer.texts |= {name: value_of(f"{self.key}.{layer.kind}.{name}", layer.texts[name]) for name in layer.names}


def stack_editor(field: Field, layers: Stack) -> str:
    """Show the controls of a stack; return the stack as links spell it, that of before where a row is not a layer."""
    st.markdown("**Layers**", help="One number, or height x width such as 1x3; padding also top,bottom,left,right.")
    before = spell_stack(layers)
    if len(layers) > MOST_ROWS or value_of(_TEXT, "").count(";") >= MOST_ROWS:
        st.session_state.pop(_ROWS, None)  # the rows are made again once there are few enough
        text: str | None = _text_editor(before)
    else:
        rows = [_Row(number, LayerFields.of(layer)) for number, layer in enumerate(layers)]
        text = _row_editor(st.session_state.setdefault(_ROWS, rows))
    if text is None:
        return before
    try:
        return field.spell(field.read("layers", text))
    except SpecError as error:
        refuse(error, _KEPT)
        return before


def _text_editor(before: str) -> str:
    st.caption(f"More than {MOST_ROWS} layers are edited as a text.")
    text: str = st.text_area("Stack of layers", **held(_TEXT, before), height=200)

    def add() -> None:
        typed = value_of(_TEXT, before).strip().rstrip(";")
        last = typed.rpartition(";")[2].strip()
        set_value(_TEXT, f"{typed};{last if last.startswith('conv2d(') else 'conv2d(3)'}")

    is_full = text.count(";") + 1 >= limits.FIELD_LAYERS
    st.button("Add a layer", key=f"{NAME}.add", on_click=add, width="stretch", disabled=is_full)
    return text


def _row_editor(rows: list[_Row]) -> str | None:
    """Return the stack as text; None where a row is not a layer."""
    # What the buttons change shows in the next run, so that this one shows each row once.
    texts = [_show_row(rows, row) for row in list(rows)]

    def add() -> None:
        for row in rows:
            row.read()
        last = rows[-1].layer
        rows.append(_Row(_next_number(rows), last.copy() if last.kind == "conv2d" else LayerFields.of(conv2d(3))))
        if len(rows) > MOST_ROWS:
            set_value(_TEXT, ";".join(row.layer.spell() for row in rows))

    is_full = len(rows) >= limits.FIELD_LAYERS
    st.button("Add a layer", key=f"{NAME}.add", on_click=add, width="stretch", disabled=is_full)
    return None if None in texts else ";".join(filter(None, texts))


def _show_row(rows: list[_Row], row: _Row) -> str | None:
    """Show one row; return its layer, or None after its refusal."""
    layer, number = row.layer, rows.index(row) + 1
    label = f"layer {number}"
    with st.container(border=True, key=f"{NAME}.box.{row.number}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            look: dict[str, Any] = {"width": 170, "label_visibility": "collapsed"}
            layer.change_kind(select(f"Type of {label}", _LABELS, f"{row.key}.kind", layer.kind, **look))
            _buttons(rows, row)
        with st.container(horizontal=True, gap="small"):
            for name in layer.names:
                start = held(f"{row.key}.{layer.kind}.{name}", layer.texts.get(name, ""))
                look = {"placeholder": "= k"} if name == "stride" and "pool" in layer.kind else {}
                width = 190 if name == REST else 62
                # The style sheet shows the first word of a label; the rest is for screen readers.
                words = f"{field_label(layer.kind, name)} of {label}"
                layer.texts[name] = st.text_input(words, **start, width=width, **look)
        if error := layer.refusal(label):
            refuse(error, _KEPT)
            return None
        try:
            return spell_stack(read_stack(label, layer.spell(), 1, limits.FIELD_NUMBER))
        except SpecError as refusal:
            refuse(f"Layer {number}: {str(refusal).removeprefix(f'{label} ')}", _KEPT)
            return None


def _buttons(rows: list[_Row], row: _Row) -> None:
    """Show the buttons of a row."""

    def change(name: str) -> None:
        if row not in rows:
            return  # a click may come late, when the row is gone
        index = rows.index(row)
        if name == "duplicate" and len(rows) < MOST_ROWS:
            row.read()
            rows.insert(index + 1, _Row(_next_number(rows), row.layer.copy()))
        elif name == "remove" and len(rows) > 1:
            rows.remove(row)
        elif name in ("up", "down"):
            rows.insert(max(0, index + (1 if name == "down" else -1)), rows.pop(index))

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
        st.button(label, key=f"{row.key}.{name}", on_click=change, args=(name,), disabled=is_off, **look)


def _next_number(rows: Sequence[_Row]) -> int:
    """Return a number that no row has had, because the controls of a row keep what was typed by its number."""
    key = "rows:counter"
    st.session_state[key] = max(st.session_state.get(key, 0), *(row.number for row in rows)) + 1
    return int(st.session_state[key])
