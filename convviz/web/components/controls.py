"""The controls of recipes' parameters, made from the table of fields. A lesson and a comparison share them.

What the controls hold is spelled as a link spells it, and nothing is decided here. Bounds never change, because a
slider whose bounds change forgets its value; the recipe refuses what does not fit together, and the controls keep it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any, Final

import numpy as np
import streamlit as st

from convviz.errors import SpecError
from convviz.recipes import presets_of
from convviz.recipes.named_arrays import KERNELS_3X3, input_of, mixing_of, stored_kernels_of
from convviz.recipes.parameters import Field
from convviz.recipes.tables import rows_to_text
from convviz.recipes.variants import Variant
from convviz.web.state.page_state import PageState, Query, put, state_of
from convviz.web.state.params import PRESENTATION, texts_of, values_of
from convviz.web.state.widgets import choose_once, fold, heard, held, number, segments, select, set_value, value_of

OWN: Final = "own"
IMAGE: Final = "image"
"""Where a table's numbers can come from, in addition to its named arrays."""

_SOURCES: Final = {OWN: "Own numbers", IMAGE: "Image"}

_STACK: Final = "stack"
_STACK_STARTS: Final = "conv_transpose2d(3,stride=2)"


_WIDTHS: Final = ("auto", "640", "900", "1280", "1920", "3840")

_NARROW: Final = 124
_MIDDLE: Final = 160
_WIDE: Final = 240
"""Pixels of a compact control; a row has as many as there is room for."""

_SPELLINGS: Final = {
    "padding": "1, height x width: 1x2, top,bottom,left,right: 0,0,2,0, or same",
    "layers": "conv2d(3,dilation=2);max_pool2d(2), or how many there are of one kind",
    "unit": "middle, or layer,row,column: 2,4,4",
}


@dataclass(frozen=True, slots=True)
class Editor:
    """Controls for the parameters of one variant; what they say is spelled as in a link.

    Attributes
    ----------
    prefix : str
        The keys of the controls begin with it.
    variant : Variant
        Whose parameters they are.
    values : mapping
        The values that they start from.
    is_compact : bool
        Whether they are boxes in a row, as in a comparison, or sliders below one another, as in a lesson.
    is_apart : bool
        Whether height and width have values of their own.
    refusals : list
        Collects a sentence for each text that could not be read; such a parameter keeps its value.
    """

    prefix: str
    variant: Variant
    values: Mapping[str, Any]
    is_compact: bool = False
    is_apart: bool = False
    refusals: list[str] = attribute(default_factory=list)

    def key(self, name: str) -> str:
        """Return the name of a control."""
        return f"{self.prefix}.{name}"

    def held(self, field: Field) -> dict[str, Any]:
        """Return key and value of the control of a field, as its keyword arguments."""
        return held(self.key(field.name), self.values[field.name])

    def texts(self, names: Iterable[str]) -> Query:
        """Show the controls of those parameters that the variant has, and return what they say."""
        return {name: self._control(self.variant.fields[name]) for name in names if name in self.variant.fields}

    def spelled(self, names: Iterable[str]) -> Query:
        """Return what `texts` would return while the controls are collapsed."""
        fields = self.variant.fields
        return {name: fields[name].spell(self.values[name]) for name in names if name in fields}

    def _control(self, field: Field) -> str:
        match field.kind:
            case "choice":
                return self._choice(field)
            case "switch":
                return field.spell(st.toggle(field.label, **self.held(field), help=field.help))
            case "number":
                look: dict[str, Any] = {"step": 1.0, "format": "%g", "width": _NARROW if self.is_compact else "stretch"}
                value = st.number_input(field.label, field.low, field.high, help=field.help, **look, **self.held(field))
                return field.spell(value)
            case "table":
                return self._table(field)
            case "pair" if not self.is_compact:
                return self._sliders(field)
            case "padding" if not self.is_compact:
                return self._paddings(field)
            case "layers" if not self.is_compact:
                return self._layers(field)
            case "integer" if not self.is_compact:
                return self._count(field)
        return self._box(field)

    def _choice(self, field: Field) -> str:
        key, start, choices = self.key(field.name), self.values[field.name], field.choices
        if self.is_compact:
            width = _WIDE if max(map(len, choices.values())) > 12 else _NARROW
            return str(select(field.label, choices, key, start, help=field.help, width=width))
        if field.name == "padding_mode":
            return str(select(field.label, choices, key, start, help=field.help))

        def undilate(mode: str) -> None:
            if mode == "average":
                state_of(self.variant.name).texts.pop("dilation", None)  # an average has none
                self._set_sizes("dilation", 1)

        return segments(field.label, choices, key, start, heard(key, undilate) if field.name == "mode" else None)

    def _set_sizes(self, name: str, size: int) -> None:
        for axis in ("", ".h", ".w"):
            set_value(self.key(f"{name}{axis}"), size)

    def source(self, name: str, start: str, *more: str) -> str:
        """Show the menu of the sources of a table's numbers: named arrays, `OWN`, and ``more``."""
        field, key = self.variant.fields[name], self.key(name)
        choices = {**field.choices, **{each: _SOURCES[each] for each in (OWN, *more)}}

        def fit_kernel_size(kernel: str) -> None:
            if kernel in KERNELS_3X3:
                self._set_sizes("kernel_size", 3)

        if self.is_compact:
            return select(field.label, choices, key, start, width=_MIDDLE)
        on_change = heard(key, fit_kernel_size) if name == "weight" else None
        return select(field.label, choices, key, start, on_change=on_change)

    def _table(self, field: Field) -> str:
        """Show the menu of a table, and its numbers as a link spells them if they are the visitor's own."""
        value = self.values[field.name]
        chosen = self.source(field.name, value if isinstance(value, str) else OWN)
        if chosen != OWN:
            return chosen
        typed = st.text_input(
            f"{field.label} numbers",
            **held(f"{self.key(field.name)}.rows", self._numbers(field)),
            width=_WIDE,
            help="Commas between numbers, semicolons between rows, bars between channels: 1,2;3,4|5,6;7,8.",
        )
        return self._read(field, typed, self._numbers(field))

    def _numbers(self, field: Field) -> str:
        """Return the numbers that a table has now, to start from."""
        if not isinstance(self.values[field.name], str):
            return field.spell(self.values[field.name])
        try:
            values: dict[str, Any] = self.variant.read(self.spelled(self.variant.fields))
        except SpecError:
            return "1"
        if field.name == "pointwise":
            planes = mixing_of(values, values["out_channels"])[None]
        elif field.name == "input":
            planes = input_of(values)
        else:
            planes = stored_kernels_of(values, next(iter(self.variant.weights(values).values())))
        rows = planes.reshape(-1, *planes.shape[-2:]).tolist()
        return "|".join(rows_to_text(tuple(map(tuple, plane))) for plane in rows)

    def _sliders(self, field: Field) -> str:
        low, high = bounds(field)
        start, key = self.values[field.name], self.key(field.name)
        if not self.is_apart:
            both = st.slider(field.label, low, high, **held(key, start[0]), help=field.help)
            return field.spell((both, both))
        sides = [
            column.slider(f"{field.label}, {side}", low, high, **held(f"{key}.{side[0]}", cells), help=field.help)
            for column, side, cells in zip(st.columns(2), ("height", "width"), start, strict=True)
        ]
        return field.spell(tuple(sides))

    def _paddings(self, field: Field) -> str:
        """Show the padding as numbers; a padding rule takes precedence."""
        low, high = bounds(field)
        value, key = self.values[field.name], self.key(field.name)
        is_ruled = value_of(self.key("rule"), value if isinstance(value, str) else "numbers") != "numbers"
        (top, bottom), (left, right) = ((0, 0), (0, 0)) if isinstance(value, str) else value
        more = {"help": field.help, "disabled": is_ruled}
        if not self.is_apart:
            side = st.slider(field.label, low, high, **held(key, top), **more)
            return field.spell(((side, side), (side, side)))
        starts = {"top": top, "bottom": bottom, "left": left, "right": right}
        top, bottom, left, right = (
            column.number_input(f"p {side}", low, high, **held(f"{key}.{side}", start), **more)
            for column, (side, start) in zip(st.columns(4), starts.items(), strict=True)
        )
        return field.spell(((top, bottom), (left, right)))

    def _layers(self, field: Field) -> str:
        """Show how many equal layers there are, or a stack of others as a text."""
        low, high = bounds(field)
        layers = self.values[field.name]
        words = {str(count): str(count) for count in range(low, high + 1)} | {_STACK: "Stack"}
        chosen = segments(field.label, words, self.key(field.name), str(layers) if isinstance(layers, int) else _STACK)
        if chosen != _STACK:
            return chosen
        start = ";".join([_STACK_STARTS] * layers) if isinstance(layers, int) else field.spell(layers)
        typed = st.text_input(
            "Stack of layers",
            **held(self.key("stack"), start),
            help=f"Up to {high} layers with semicolons between them, such as conv_transpose2d(4,stride=2);conv2d(3). "
            "There are conv_transpose2d, conv2d, upsample2d, pixel_shuffle, max_pool2d, avg_pool2d and pad2d.",
        )
        return self._read(field, typed, start)

    def _count(self, field: Field) -> str:
        """Show a box for a number of channels. The browser checks neither its bounds nor that it is whole.

        It would drop what does not fit without a word.
        """
        start = self.values[field.name]
        start_held = held(self.key(field.name), float(start))
        typed = st.number_input(field.label, step=1.0, format="%g", **start_held, help=field.help)
        return self._read(field, int(typed) if typed.is_integer() else typed, field.spell(start))

    def _box(self, field: Field) -> str:
        """Show a whole number, or a text where there are several numbers, or where there may be."""
        text = field.spell(self.values[field.name])
        is_number = field.kind == "integer" or (field.kind in ("pair", "padding") and not self.is_apart)
        if is_number and text.isdecimal() and bounds(field)[0] <= int(text) <= bounds(field)[1]:
            low, high = bounds(field)
            key = self.key(field.name)
            return str(number(field.label, low, high, key, int(text), width=_NARROW, help=field.help))
        typed = st.text_input(
            field.label,
            **held(f"{self.key(field.name)}.text", text),
            width=_WIDE if field.kind == "layers" else _NARROW,
            help=f"{field.help} As in a link: {_SPELLINGS.get(field.name, '3, or height x width: 2x3')}.",
        )
        return self._read(field, typed, text)

    def _read(self, field: Field, typed: object, before: str) -> str:
        """Return what was typed in the spelling of links; collect the refusal and return ``before`` otherwise."""
        try:
            return field.spell(field.read(field.name, typed))
        except SpecError as error:
            self.refusals.append(str(error))
            return before


def bounds(field: Field) -> tuple[int, int]:
    """Return the smallest and the largest whole number of a field."""
    assert field.low is not None
    assert field.high is not None
    return int(field.low), int(field.high)


def are_uneven(names: Iterable[str], values: Mapping[str, Any]) -> bool:
    """Return whether one of these sizes differs between height and width, or between two sides."""
    sizes = (np.ravel(values[name]) for name in names if isinstance(values.get(name), tuple))
    return any(len(set(numbers.tolist())) > 1 for numbers in sizes)


def hides_dilation(mode: str | None, values: Mapping[str, Any]) -> bool:
    """Return whether the dilation has no control: an average has none, but a link that gives one can be corrected."""
    return mode == "average" and values["dilation"] == (1, 1)


def changed(variant: Variant, texts: Mapping[str, str]) -> Query:
    """Return the parameters that differ from the variant's defaults."""
    values = dict(variant.defaults)
    for name in ("kernel_size", "layers"):  # other defaults follow from them
        if name in texts:
            values[name] = variant.fields[name].read(name, texts[name])
    return {
        name: texts[name]
        for name in variant.fields
        if name in texts and texts[name] != variant.fields[name].spell(variant.default_of(name, values))
    }


def choose_preset(variant: Variant, state: PageState) -> None:
    """Show the menu of examples; as long as nothing is chosen, it names the one that the controls show, if any."""
    presets = {preset.name: preset for preset in presets_of(variant.name)}
    current = (preset.title for preset in presets.values() if preset.recipe.to_texts() == state.texts)
    choose_once(
        "Example",
        {name: preset.title for name, preset in presets.items()},
        f"{variant.name}.preset",
        lambda name: put(variant.name, presets[name].recipe.to_texts()),
        placeholder=next(current, "Choose an example"),
    )


def picture_section(page: str, state: PageState) -> Query:
    """Show the collapsed section "Picture": theme, width, pace, and what the picture says.

    Returns
    -------
    dict
        What differs from the defaults, as links spell it.
    """
    with (section := fold(page, "Picture")):
        return _picture_controls(page, state.presentation) if section.open else state.presentation


def _picture_controls(page: str, texts: Query) -> Query:
    usual = {"theme": "page", "width": "auto", "seconds_per_step": 0.6, "terms": True, "formula": True}
    values = values_of(PRESENTATION, texts, **usual)
    themes = {"page": "As page", "light": "Light", "dark": "Dark"}
    theme = segments("Theme", themes, f"{page}.theme", values["theme"])
    width = texts.get("width", "auto")
    widths = _WIDTHS if width in _WIDTHS else (*_WIDTHS, width)
    labels = {text: "as the numbers need" if text == "auto" else text for text in widths}
    width = select("Width in pixels", labels, f"{page}.width", width)
    pace = min(3.0, values["seconds_per_step"])
    seconds = st.slider("Seconds per step", 0.05, 3.0, step=0.05, **held(f"{page}.seconds", pace))
    terms = st.toggle("Show the terms", **held(f"{page}.terms", values["terms"]))
    formula = st.toggle("Show the formula", **held(f"{page}.formula", values["formula"]))
    chosen = {"theme": theme, "width": width, "seconds_per_step": round(seconds, 2), "terms": terms, "formula": formula}
    return texts_of(PRESENTATION, chosen, **usual)
