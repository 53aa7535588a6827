"""The choices of a comparison: both sides' variants and parameters, and the input that they share.

What the controls hold is spelt as a link spells it. A side is "left" or "right"; "both" is what they share.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from convviz import limits
from convviz.errors import SpecError
from convviz.recipes import VARIANTS, Recipe, presets_of, variant_named
from convviz.recipes.comparison import SIDES, Side, Texts, given_to, join_sides
from convviz.recipes.fields import FIELDS
from convviz.recipes.named_arrays import INPUTS, KERNELS, KERNELS_3X3, RANDOM
from convviz.recipes.tables import rows_to_text
from convviz.recipes.variants import Variant
from convviz.web.components.controls import changed
from convviz.web.state.widgets import choose_once, fold, heard, held, select

OWN: Final = "own"

_INPUT: Final = ("input_size", "in_channels", "input", "seed", "storyboard")
"""What both sides can share: the input, the seed of all random numbers, and what becomes a frame."""

_AT_HAND: Final = (
    "weight", "input", "mode", "view", "act", "layers", "input_size", "kernel_size", "stride", "padding", "dilation",
    "output_padding",
)  # fmt: skip
"""What else is in sight; the rest is folded away."""

_LABELS: Final[Mapping[str, str]] = {
    "input_size": "Input size i", "layers": "Layers", "kernel_size": "Kernel k", "stride": "Stride s",
    "padding": "Padding p", "dilation": "Dilation d", "padding_mode": "Padding holds",
    "output_padding": "Out padding a", "view": "View", "mode": "Mode", "ceil_mode": "Round up (ceil_mode)",
    "count_include_pad": "Count padding", "in_channels": "In channels", "channel_multiplier": "Kernels each",
    "out_channels": "Out channels", "groups": "Groups", "act": "Act", "flip": "Flip kernel", "input": "Input",
    "weight": "Weights", "pointwise": "1×1 weights", "bias": "Bias", "seed": "Seed", "storyboard": "One frame per",
}  # fmt: skip
_NUMBERS: Final[Mapping[str, tuple[int, int]]] = {
    "input_size": (1, limits.INPUT_SIDE), "kernel_size": (1, limits.KERNEL_SIDE), "stride": (1, limits.STRIDE),
    "padding": (0, limits.PADDING), "dilation": (1, limits.DILATION), "output_padding": (0, limits.OUTPUT_PADDING),
    "in_channels": (1, limits.CHANNELS), "channel_multiplier": (1, limits.CHANNEL_MULTIPLIER),
    "out_channels": (1, limits.CHANNELS), "groups": (1, limits.CHANNELS), "seed": (0, limits.SEED),
}  # fmt: skip
_CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "padding_mode": {mode: mode for mode in FIELDS["padding_mode"].choices},
    "view": {"gather": "Gather", "scatter": "Stamp"},
    "mode": {"max": "Max", "average": "Average"},
    "act": {"all": "All", "split": "Split", "depthwise": "Depthwise", "pointwise": "Pointwise"},
    "storyboard": {"cell": "Step", "tap": "Product"},
}
_TABLES: Final[Mapping[str, Sequence[str]]] = {
    "input": (RANDOM, *INPUTS, OWN), "weight": (RANDOM, *KERNELS, *KERNELS_3X3, OWN), "pointwise": (RANDOM, OWN),
}  # fmt: skip
_OF_EACH_LAYER: Final = ("kernel_size", "stride", "padding", "dilation", "output_padding")
_SIZES: Final = ("input_size", "kernel_size", "stride", "dilation", "output_padding")

_NARROW: Final = 124
_MIDDLE: Final = 144
_WIDE: Final = 240
"""Pixels that a control takes; as many stand in a row as there is room for."""


PAGE: Final = "compare"


@dataclass(frozen=True, slots=True)
class Editor:
    """What the controls of one group begin from.

    Attributes
    ----------
    where : "left", "right" or "both".
    kind, values : the variant whose parameters they are, and the values to begin with.
    apart : whether sizes are texts such as 2x3, one number for each axis.
    """

    where: str
    kind: Variant
    values: Mapping[str, Any]
    apart: bool

    def key(self, name: str) -> str:
        """The key of a control."""
        return f"{PAGE}.{self.where}.{name}"

    def texts(self, names: Sequence[str]) -> Texts:
        """The controls for these parameters, and what they say; what a table of numbers settles needs none."""
        settled = _settled(self.kind, self.values)
        return self.as_they_are(name for name in names if name in settled) | {
            name: self._control(name) for name in names if name not in settled
        }

    def as_they_are(self, names: Iterable[str]) -> Texts:
        """What `texts` would give while the controls are folded away."""
        return {name: self.kind.fields[name].spell(self.values[name]) for name in names}

    def _control(self, name: str) -> str:
        label, value, field = _label(name), self.values[name], self.kind.fields[name]
        if name in _TABLES:
            return self._table(name)
        if name in _CHOICES:
            words = _CHOICES[name]
            chosen: str = select(
                label, tuple(words), self.key(name), value, format_func=words.__getitem__, width=_NARROW,
                help=field.help,
            )  # fmt: skip
            return chosen
        if isinstance(value, bool):
            return field.spell(st.toggle(label, **held(self.key(name), value), help=field.help))
        if name == "bias":
            number = st.number_input(
                label, -limits.NUMBER, limits.NUMBER, step=1.0, **held(self.key(name), value), format="%g",
                width=_NARROW,
            )  # fmt: skip
            return field.spell(number)
        return self._number(name)

    def _number(self, name: str) -> str:
        """A whole number; a text where there are several, or where they may be."""
        value, text = self.values[name], self.kind.fields[name].spell(self.values[name])
        is_size = name == "padding" or isinstance(value, tuple)
        low, high = _NUMBERS.get(name, (0, -1))
        # What no two bounds hold is a text: sizes of their own for height and width, lists of layers, rules by name.
        if (self.apart and is_size) or not text.isdecimal() or not low <= int(text) <= high:
            return self._text(name, text)
        number = st.number_input(
            _label(name), low, high, step=1, **held(self.key(name), int(text)), width=_NARROW,
            help=self.kind.fields[name].help,
        )  # fmt: skip
        return str(number)

    def _text(self, name: str, text: str) -> str:
        """A parameter as a link spells it."""
        field = self.kind.fields[name]
        typed = st.text_input(
            _label(name), **held(f"{self.key(name)}.text", text), width=_WIDE if name == "layers" else _NARROW,
            help=f"{field.help} As in a link: {_SPELLINGS.get(name, '3, or height x width: 2x3')}.",
        )  # fmt: skip
        return self._read(name, typed, text)

    def _table(self, name: str) -> str:
        """Numbers by name, or the visitor's own as a link spells them."""
        value, field = self.values[name], self.kind.fields[name]
        source = value if isinstance(value, str) else OWN
        chosen = select(
            _label(name), _TABLES[name], self.key(name), source, width=_MIDDLE,
            format_func=lambda text: text.replace("_", " ").capitalize(),
        )  # fmt: skip
        if chosen != OWN:
            return chosen
        text = field.spell(value) if not isinstance(value, str) else _numbers(self.kind, self.values, name)
        typed = st.text_input(
            f"{_label(name)} numbers", **held(f"{self.key(name)}.rows", text), width=_WIDE,
            help="Commas between numbers, semicolons between rows, bars between channels: 1,2;3,4|5,6;7,8.",
        )  # fmt: skip
        return self._read(name, typed, text)

    def _read(self, name: str, typed: str, before: str) -> str:
        """What was typed, in the spelling of links; what cannot be read is refused, and the text before stays."""
        field = self.kind.fields[name]
        try:
            return field.spell(field.read(name, typed))
        except SpecError as error:
            st.session_state.setdefault(REFUSALS, []).append(_said(self.where, str(error)))
            return before


REFUSALS: Final = "refused:compare"
"""Where sentences about texts that could not be read wait until the page shows them."""

_SPELLINGS: Final = {
    "padding": "1, height x width: 1x2, top,bottom,left,right: 0,0,2,0, or same",
    "layers": "conv2d(3,dilation=2);max_pool2d(2), or how many there are of one kind",
    "unit": "middle, or layer,row,column: 2,4,4",
}


def _label(name: str) -> str:
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def _said(where: str, sentence: str) -> str:
    return sentence if where == "both" else f"{where}: {sentence}"


def _numbers(kind: Variant, values: Mapping[str, Any], name: str) -> str:
    """The numbers that a name stands for, to begin with."""
    try:
        made = Recipe.from_values(kind.name, {each: kind.fields[each].spell(values[each]) for each in values})
    except SpecError:
        return "1"
    planes = made.input if name == "input" else made.pointwise[None, :, :, 0, 0] if name == "pointwise" else made.weight
    rows = planes.reshape(-1, *planes.shape[-2:])
    if name == "weight" and made.get("flip"):
        rows = rows[..., ::-1, ::-1]
    return "|".join(rows_to_text(tuple(map(tuple, plane))) for plane in rows.tolist())


def wishes(texts: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What both sides are asked for, whether it goes together or not."""
    kinds = {side: variant_named(texts[side]) for side in SIDES}
    left, right = (kind.read_lenient(given_to(side, kind, texts)) for side, kind in kinds.items())
    return left, right


@dataclass(frozen=True, slots=True)
class Hooks:
    """What becomes of choices that change more than one control: a side's variant, and an example for one side."""

    become: Callable[[str, str], None]
    take: Callable[[str, str, Sequence[str]], None]


def choose(texts: Mapping[str, str], hooks: Hooks) -> Texts:
    """All choices: the link that they ask for, where those begin with ``texts``."""
    st.session_state[REFUSALS] = []
    kinds = variant_named(texts["left"]), variant_named(texts["right"])
    values = wishes(texts)
    common = [name for name in _INPUT if all(name in kind.fields for kind in kinds)]
    is_uneven = any(len(set(each[name])) > 1 for each in values for name in _SIZES if name in each)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        fields, switches = (
            st.container(horizontal=True, width="content"),
            st.container(horizontal=True, width="content"),
        )
    with switches:
        alike = all(values[0][name] == values[1][name] for name in common)
        is_same = st.toggle(
            "Same input on both sides", **held(f"{PAGE}.same", alike),
            help="One size, one set of numbers and one seed for both; else each side has its own.",
        )  # fmt: skip
        apart = st.toggle("Height and width apart", **held(f"{PAGE}.apart", is_uneven), help="Sizes as 2x3.")
    shared = common if is_same else []
    with fields:
        both = Editor("both", kinds[0], values[0], apart).texts(shared)
    made = []
    for column, side, kind, value in zip(st.columns(2, gap="medium"), SIDES, kinds, values, strict=True):
        with column:
            made.append(_side(side, kind, value, shared, both, apart, hooks))
    return join_sides(*made)


def _side(
    side: str, kind: Variant, values: Mapping[str, Any], shared: Sequence[str], both: Texts, apart: bool,
    hooks: Hooks,
) -> Side:  # fmt: skip
    """The choices of one side, as a link spells them."""
    control = f"{PAGE}.{side}.variant"
    editor = Editor(side, kind, values, apart)
    names = [name for name in kind.fields if name not in shared and not (_is_stack(values) and name in _OF_EACH_LAYER)]
    if values.get("mode") == "average" and values["dilation"] == (1, 1):
        names.remove("dilation")  # an average has none
    at_hand = [name for name in _AT_HAND if name in names]
    rest = [name for name in names if name not in at_hand]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        select(
            side.capitalize(), tuple(VARIANTS), control, kind.name, width=_WIDE,
            format_func=lambda name: VARIANTS[name].title,
            on_change=heard(control, lambda name: hooks.become(side, name)),
        )  # fmt: skip
        _choose_example(side, kind, lambda name: hooks.take(side, name, shared))
        texts = editor.texts(at_hand)
    more = fold(f"{PAGE}.{side}", "More") if rest else None
    if more is not None and more.open:
        with more, st.container(horizontal=True, vertical_alignment="bottom"):
            texts |= editor.texts(rest)
    else:
        texts |= editor.as_they_are(rest)
    return _spelt(kind, {**{name: text for name, text in both.items() if name in kind.fields}, **texts})


def _choose_example(side: str, kind: Variant, take: Callable[[str], None]) -> None:
    """The examples of a side's variant."""
    choose_once(
        f"{side.capitalize()} example", {preset.name: preset.title for preset in presets_of(kind.name)},
        f"{PAGE}.{side}.example", take, width=_NARROW + 60, placeholder="Choose an example",
    )  # fmt: skip


def _spelt(kind: Variant, texts: Texts) -> Side:
    """A side from what its controls say: sizes follow from tables of numbers."""
    for table, sizes in kind.implied.items():
        if table in texts and texts[table] not in _TABLES[table]:
            texts = {name: text for name, text in texts.items() if name not in sizes}
    if texts.get("weight") in KERNELS_3X3:
        texts.pop("kernel_size", None)
    settled = kind.read_lenient(texts)
    skipped = _OF_EACH_LAYER if _is_stack(settled) else ()
    spelt = {name: kind.fields[name].spell(value) for name, value in settled.items() if name not in skipped}
    return Side(kind.name, spelt, {name: text for name, text in changed(kind, texts).items() if name not in skipped})


def _settled(kind: Variant, values: Mapping[str, Any]) -> set[str]:
    """The parameters that follow from tables of numbers, or from a kernel that exists in one size."""
    settled = {size for table, sizes in kind.implied.items() if isinstance(values[table], tuple) for size in sizes}
    return settled | ({"kernel_size"} if values.get("weight") in KERNELS_3X3 else set())


def _is_stack(values: Mapping[str, Any]) -> bool:
    return isinstance(values.get("layers"), tuple)
