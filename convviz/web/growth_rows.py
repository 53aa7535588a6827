"""The editor of a stack: a row per layer, and buttons that move, double, remove and add rows.

A row keeps what was typed, also where no layer can be made of it: then it says so, and the stack before stays.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import streamlit as st

from .. import limits
from ..arithmetic import Layer
from ..errors import SpecError
from ..recipes.stacks import read_stack, spell_layer, spell_stack
from ..recipes.variants import Variant
from .held import held, select

MOST_ROWS: Final = 16
"""With more layers a page is slow; they are edited as a text."""

_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"conv2d": "Convolution", "max_pool2d": "Max pooling", "avg_pool2d": "Average pooling",
     "conv_transpose2d": "Transposed conv.", "upsample2d": "Upsampling", "pixel_shuffle": "Pixel shuffle",
     "pad2d": "Padding"}
)  # fmt: skip

_FIRST: Final = "first"
_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {_FIRST: "Kernel", "stride": "Stride", "dilation": "Dilation", "padding": "Padding", "rest": "More"}
)
_FIRST_LABELS: Final = {"upsample2d": "Factor", "pixel_shuffle": "Factor", "pad2d": "Padding"}
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"avg_pool2d": (_FIRST, "stride", "padding"), "upsample2d": (_FIRST,), "pixel_shuffle": (_FIRST,),
     "pad2d": (_FIRST,)}
)  # fmt: skip
_WINDOW: Final = (_FIRST, "stride", "dilation", "padding")
_USUAL: Final = {_FIRST: "", "stride": "1", "dilation": "1", "padding": "0"}


@dataclass(slots=True)
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
        named = [(name, self.texts.get(name, "").strip()) for name in self.fields if name not in (_FIRST, "rest")]
        parts = [self.texts.get(_FIRST, ""), *(f"{name}={text}" for name, text in named if text)]
        return f"{self.kind}({','.join([*parts, *filter(None, [self.texts.get('rest', '')])])})"


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
    texts = {name: told.pop(name, _usual(kind, name)) for name in _FIELDS.get(kind, _WINDOW)} | {_FIRST: first}
    rest = ",".join(f"{name}={text}" for name, text in told.items())
    return Row(number, kind, texts | ({"rest": rest} if rest else {}))


def stack_editor(variant: Variant, values: Mapping[str, Any]) -> str:
    """The controls of a stack; gives the stack as a link spells it, the one before where a row is no layer."""
    layers: Sequence[Layer] = values["layers"]
    before = spell_stack(tuple(layers))
    known = variant.fields["layers"]
    st.markdown("**Layers**", help="One number, or height x width such as 1x3; padding also top,bottom,left,right.")
    if len(layers) <= MOST_ROWS:
        rows = _rows(variant, layers)
        texts = [_show_row(variant, rows, place) for place in range(len(rows))]
        _adder(variant, rows)
        if None in texts:
            return before
        text = ";".join(filter(None, texts))
    else:
        st.caption(f"{len(layers)} layers: more than {MOST_ROWS} are edited as a text.")
        text = st.text_area("Stack of layers", **held(f"{variant.name}.stack", before), height=200)
    try:
        return known.spell(known.read("layers", text))
    except SpecError as error:
        st.error(f"{error} The stack before stays.")
        return before


def _rows(variant: Variant, layers: Sequence[Layer]) -> list[Row]:
    """The rows of the visitor; from the layers when the lesson starts anew."""
    rows: list[Row] = st.session_state.setdefault(
        f"{variant.name}.rows", [row_of(number, layer) for number, layer in enumerate(layers)]
    )
    return rows


def _show_row(variant: Variant, rows: list[Row], place: int) -> str | None:
    """One row; gives its layer, or None after its sentence."""
    row = rows[place]
    key = f"{variant.name}.row.{row.number}"
    with st.container(border=True, key=f"{variant.name}.box.{row.number}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            before = row.kind
            row.kind = select(
                f"Type of layer {place + 1}", tuple(_KINDS), f"{key}.kind", row.kind, width=170,
                format_func=_KINDS.__getitem__, label_visibility="collapsed",
            )  # fmt: skip
            if row.kind != before:
                _retype(row)
            _buttons(rows, place, key)
        with st.container(horizontal=True, gap="small"):
            for name in row.fields:
                label = _FIRST_LABELS.get(row.kind, _LABELS[name]) if name == _FIRST else _LABELS[name]
                row.texts[name] = st.text_input(
                    label, **held(f"{key}.{row.kind}.{name}", row.texts.get(name, "")),
                    width=190 if name == "rest" else 62, placeholder="= k" if _is_open(row, name) else None,
                )  # fmt: skip
        try:
            return spell_stack(read_stack(f"layer {place + 1}", row.spell(), 1, limits.FIELD_NUMBER))
        except SpecError as error:
            st.error(f"Layer {place + 1}: {str(error).removeprefix(f'layer {place + 1} ')} The stack before stays.")
            return None


def _buttons(rows: list[Row], place: int, key: str) -> None:
    def move(to: int) -> None:
        rows.insert(to, rows.pop(place))

    def double() -> None:
        row = rows[place]
        rows.insert(place + 1, Row(_next(rows), row.kind, dict(row.texts)))

    def remove() -> None:
        del rows[place]

    last, name = len(rows) - 1, f"layer {place + 1}"
    acts: tuple[tuple[str, str, Callable[..., None], tuple[int, ...], bool], ...] = (
        ("↑", "Move up", move, (place - 1,), place == 0),
        ("↓", "Move down", move, (place + 1,), place == last),
        ("2×", "Duplicate", double, (), len(rows) >= MOST_ROWS),
        ("✕", "Remove", remove, (), last == 0),
    )
    for sign, words, act, arguments, is_off in acts:
        st.button(
            sign, key=f"{key}.{words.split()[-1].lower()}", help=f"{words} {name}", on_click=act, args=arguments,
            disabled=is_off, type="tertiary",
        )  # fmt: skip


def _adder(variant: Variant, rows: list[Row]) -> None:
    def add() -> None:
        row = rows[-1] if rows[-1].kind == "conv2d" else Row(0, "conv2d", {**_USUAL, _FIRST: "3"})
        rows.append(Row(_next(rows), row.kind, dict(row.texts)))

    st.button(
        "Add a layer", key=f"{variant.name}.add", on_click=add, width="stretch",
        disabled=len(rows) >= MOST_ROWS,
    )  # fmt: skip


def _retype(row: Row) -> None:
    """Another type keeps what it understands; the rest was for the type before."""
    fields = _FIELDS.get(row.kind, _WINDOW)
    row.texts = {name: row.texts.get(name, _usual(row.kind, name)) for name in fields}
    if row.kind in ("upsample2d", "pixel_shuffle"):
        row.texts[_FIRST] = "2"


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
