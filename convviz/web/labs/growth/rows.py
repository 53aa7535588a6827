"""The editor of a stack: a row per layer, and buttons that move, double, remove and add rows.

A row keeps what was typed, also where no layer can be made of it: then it says so, and the stack before stays.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import streamlit as st

from convviz import limits
from convviz.arithmetic import Layer
from convviz.errors import SpecError
from convviz.recipes.stacks import read_stack, spell_layer, spell_stack
from convviz.recipes.variants import Variant
from convviz.web.components.errors import refuse
from convviz.web.state.widgets import held, select, set_value, value_of

from .fields import FIRST, complaint, label_of

MOST_ROWS: Final = 16
"""With more layers a page is slow; they are edited as a text."""

_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"conv2d": "Convolution", "max_pool2d": "Max pooling", "avg_pool2d": "Average pooling",
     "conv_transpose2d": "Transposed conv.", "upsample2d": "Upsampling", "pixel_shuffle": "Pixel shuffle",
     "pad2d": "Padding"}
)  # fmt: skip

_FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"avg_pool2d": (FIRST, "stride", "padding"), "upsample2d": (FIRST,), "pixel_shuffle": (FIRST,),
     "pad2d": (FIRST,)}
)  # fmt: skip
_WINDOW: Final = (FIRST, "stride", "dilation", "padding")
_USUAL: Final = {FIRST: "", "stride": "1", "dilation": "1", "padding": "0"}


@dataclass(slots=True, eq=False)
class Row:
    """One layer as it was typed; ``rest`` is what the row has no place for, such as ``mode=bilinear``."""

    number: int
    kind: str
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[str, ...]:
        """What can be typed."""
        return _FIELDS.get(self.kind, _WINDOW) + (("rest",) if self.texts.get("rest") else ())

    def spell(self) -> str:
        """The layer as a link spells it, as far as it is one.

        Examples
        --------
        >>> Row(0, "conv2d", {"first": "3", "stride": "1", "dilation": "2", "padding": ""}).spell()
        'conv2d(3,stride=1,dilation=2)'
        """
        named = [(name, self.texts.get(name, "").strip()) for name in self.fields if name not in (FIRST, "rest")]
        parts = [self.texts.get(FIRST, ""), *(f"{name}={text}" for name, text in named if text)]
        return f"{self.kind}({','.join([*parts, *filter(None, [self.texts.get('rest', '')])])})"

    def become(self, kind: str) -> None:
        """Another type keeps what it understands; the rest was for the type before."""
        if kind == self.kind:
            return
        self.kind = kind
        self.texts = {name: self.texts.get(name, _usual(kind, name)) for name in _FIELDS.get(kind, _WINDOW)}
        if kind in ("upsample2d", "pixel_shuffle"):
            self.texts[FIRST] = "2"


def row_of(number: int, layer: Layer) -> Row:
    """The row of a layer.

    Examples
    --------
    >>> from convviz.arithmetic import max_pool2d, upsample2d
    >>> row_of(0, max_pool2d(2)).texts, row_of(1, upsample2d(2, mode="bilinear")).texts
    ({'first': '2', 'stride': '', 'dilation': '1', 'padding': '0'}, {'first': '2', 'rest': 'mode=bilinear'})
    """
    kind, inside = spell_layer(layer).removesuffix(")").split("(", 1)
    first, *named = re.split(r",(?=[a-z_]+=)", inside)
    told = dict(part.split("=", 1) for part in named)
    texts = {name: told.pop(name, _usual(kind, name)) for name in _FIELDS.get(kind, _WINDOW)} | {FIRST: first}
    rest = ",".join(f"{name}={text}" for name, text in told.items())
    return Row(number, kind, texts | ({"rest": rest} if rest else {}))


def stack_editor(variant: Variant, values: Mapping[str, Any]) -> str:
    """The controls of a stack; gives the stack as a link spells it, the one before where a row is no layer."""
    layers: Sequence[Layer] = values["layers"]
    before = spell_stack(tuple(layers))
    known = variant.fields["layers"]
    st.markdown("**Layers**", help="One number, or height x width such as 1x3; padding also top,bottom,left,right.")
    is_text = len(layers) > MOST_ROWS or value_of(_text_control(variant), "").count(";") >= MOST_ROWS
    text = _show_text(variant, before) if is_text else _show_rows(variant, layers)
    if text is None:
        return before
    try:
        return known.spell(known.read("layers", text))
    except SpecError as error:
        refuse(error, "The previous stack stays.")
        return before


# As a text ------------------------------------------------------------------------------------------------------------


def _text_control(variant: Variant) -> str:
    return f"{variant.name}.stack"


def _show_text(variant: Variant, before: str) -> str:
    st.session_state.pop(f"{variant.name}.rows", None)  # they are made anew once there are few enough
    st.caption(f"More than {MOST_ROWS} layers are edited as a text.")
    control = _text_control(variant)
    text: str = st.text_area("Stack of layers", **held(control, before), height=200)

    def add() -> None:
        typed = value_of(control, before).strip().rstrip(";")
        last = typed.rpartition(";")[2].strip()
        set_value(control, f"{typed};{last if last.startswith('conv2d(') else 'conv2d(3)'}")

    _add_button(variant, add, text.count(";") + 1)
    return text


def _add_button(variant: Variant, add: Callable[[], None], count: int) -> None:
    st.button(
        "Add a layer", key=f"{variant.name}.add", on_click=add, width="stretch", disabled=count >= limits.FIELD_LAYERS,
    )  # fmt: skip


# In rows --------------------------------------------------------------------------------------------------------------


def _show_rows(variant: Variant, layers: Sequence[Layer]) -> str | None:
    """The stack as text; None where a row is no layer, and says why."""
    rows: list[Row] = st.session_state.setdefault(
        f"{variant.name}.rows", [row_of(number, layer) for number, layer in enumerate(layers)]
    )
    # What the buttons change shows in the next run, so that this one shows each row once.
    texts = [_show_row(variant, rows, row) for row in list(rows)]

    def add() -> None:
        _read_fields(variant, rows)
        row = rows[-1] if rows[-1].kind == "conv2d" else Row(0, "conv2d", {**_USUAL, FIRST: "3"})
        rows.append(Row(_next(rows), row.kind, dict(row.texts)))
        if len(rows) > MOST_ROWS:
            set_value(_text_control(variant), ";".join(row.spell() for row in rows))

    _add_button(variant, add, len(rows))
    return None if None in texts else ";".join(filter(None, texts))


def _show_row(variant: Variant, rows: list[Row], row: Row) -> str | None:
    """One row; gives its layer, or None after its sentence."""
    number = rows.index(row) + 1
    where = f"layer {number}"
    with st.container(border=True, key=f"{variant.name}.box.{row.number}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            row.become(
                select(
                    f"Type of {where}", tuple(_KINDS), _kind_control(variant, row), row.kind, width=170,
                    format_func=_KINDS.__getitem__, label_visibility="collapsed",
                )
            )  # fmt: skip
            _buttons(variant, rows, row)
        with st.container(horizontal=True, gap="small"):
            for name in row.fields:
                # The style sheet shows the first word of a label: the rest is for those who hear it.
                row.texts[name] = st.text_input(
                    f"{label_of(row.kind, name)} of {where}",
                    **held(_control(variant, row, name), row.texts.get(name, "")), width=190 if name == "rest" else 62,
                    placeholder="= k" if _is_open(row, name) else None,
                )  # fmt: skip
        wrong = next(filter(None, (complaint(row.kind, name, row.texts[name], where) for name in row.fields)), "")
        try:
            if wrong:
                raise SpecError(wrong)
            return spell_stack(read_stack(where, row.spell(), 1, limits.FIELD_NUMBER))
        except SpecError as error:
            said = wrong or f"Layer {number}: {str(error).removeprefix(f'{where} ')}"
            refuse(said, "The previous stack stays.")
            return None


def _kind_control(variant: Variant, row: Row) -> str:
    return f"{variant.name}.row.{row.number}.kind"


def _control(variant: Variant, row: Row, name: str) -> str:
    return f"{variant.name}.row.{row.number}.{row.kind}.{name}"


def _read_fields(variant: Variant, rows: Sequence[Row]) -> None:
    """Read what the fields hold now. A click comes with what was typed just before, and no run has read that."""
    for row in rows:
        row.become(value_of(_kind_control(variant, row), row.kind))
        row.texts |= {name: value_of(_control(variant, row, name), row.texts[name]) for name in row.fields}


def _buttons(variant: Variant, rows: list[Row], row: Row) -> None:
    """The buttons of a row. A click may come late, when the row has another place, or is gone."""

    def move(by: int) -> None:
        to = rows.index(row) + by
        if 0 <= to < len(rows):
            rows.remove(row)
            rows.insert(to, row)

    def double() -> None:
        _read_fields(variant, rows)
        if len(rows) < MOST_ROWS:
            rows.insert(rows.index(row) + 1, Row(_next(rows), row.kind, dict(row.texts)))

    def remove() -> None:
        if len(rows) > 1:
            rows.remove(row)

    def if_there(act: Callable[..., None], *arguments: int) -> None:
        if row in rows:
            act(*arguments)

    place, last, key = rows.index(row), len(rows) - 1, f"{variant.name}.row.{row.number}"
    acts: tuple[tuple[str, str, str, Callable[..., None], tuple[int, ...], bool], ...] = (
        ("up", "arrow_upward", "Move layer {} up", move, (-1,), place == 0),
        ("down", "arrow_downward", "Move layer {} down", move, (1,), place == last),
        ("duplicate", "content_copy", "Duplicate layer {}", double, (), len(rows) >= MOST_ROWS),
        ("remove", "close", "Remove layer {}", remove, (), last == 0),
    )
    for name, sign, words, act, arguments, is_off in acts:
        # The style sheet shows the sign alone; the words are its name for those who hear it.
        st.button(
            words.format(place + 1), icon=f":material/{sign}:", key=f"{key}.{name}", help=words.format(place + 1),
            on_click=if_there, args=(act, *arguments), disabled=is_off, type="tertiary",
        )  # fmt: skip


def _usual(kind: str, name: str) -> str:
    """The stride of a pooling is left open: it is the kernel then."""
    return "" if name == "stride" and "pool" in kind else _USUAL[name]


def _is_open(row: Row, name: str) -> bool:
    return name == "stride" and "pool" in row.kind


def _next(rows: Sequence[Row]) -> int:
    """A number that no row has had: what was typed is kept by it."""
    key = "rows:counter"
    st.session_state[key] = max(st.session_state.get(key, 0), *(row.number for row in rows)) + 1
    return int(st.session_state[key])
