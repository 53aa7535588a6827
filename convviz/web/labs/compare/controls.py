"""The controls of a comparison: the variants and parameters of both sides, and the input that they share.

What the controls hold is spelled as a link spells it. A side is "left" or "right"; "both" is what they share.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from convviz.recipes import VARIANTS, presets_of, variant_named
from convviz.recipes.comparison import SHARED, SIDES, Side, Texts, given_to, join_sides
from convviz.recipes.named_arrays import KERNELS_3X3
from convviz.recipes.variants import Variant
from convviz.web.components.controls import Editor, are_uneven, changed, hides_dilation
from convviz.web.state.widgets import choose_once, fold, heard, held, select

PAGE: Final = "compare"

_IN_SIGHT: Final = (
    "weight",
    "input",
    "mode",
    "view",
    "act",
    "layers",
    "input_size",
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "output_padding",
)
"""The other parameters are collapsed."""

_OF_EACH_LAYER: Final = ("kernel_size", "stride", "padding", "dilation", "output_padding")
_SIZES: Final = ("input_size", "kernel_size", "stride", "dilation", "output_padding")

_MENU_WIDTH: Final = 240
_EXAMPLES_WIDTH: Final = 184


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What happens after choices that change more than one control.

    Attributes
    ----------
    change_variant : callable
        Gets a side and the name of its new variant.
    use_preset : callable
        Gets a side, the name of a preset, and the parameters that both sides share.
    """

    change_variant: Callable[[str, str], None]
    use_preset: Callable[[str, str, Sequence[str]], None]


def choose(texts: Mapping[str, str], callbacks: Callbacks) -> tuple[Texts, list[str]]:
    """Show all controls, which start from ``texts``.

    Returns
    -------
    texts : dict
        The link that they ask for.
    refusals : list of str
        A sentence for each typed text that could not be read.
    """
    variants = variant_named(texts["left"]), variant_named(texts["right"])
    left, right = variants
    values = left.read_lenient(given_to("left", left, texts)), right.read_lenient(given_to("right", right, texts))
    common = [name for name in SHARED if all(name in variant.fields for variant in variants)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        fields, switches = (st.container(horizontal=True, width="content") for _ in range(2))
    with switches:
        alike = all(values[0][name] == values[1][name] for name in common)
        is_same = st.toggle(
            "Same input on both sides",
            **held(f"{PAGE}.same", alike),
            help="One size, one set of numbers and one seed for both; else each side has its own.",
        )
        uneven = any(are_uneven(_SIZES, side) for side in values)
        is_apart = st.toggle("Height and width apart", **held(f"{PAGE}.apart", uneven), help="Sizes as 2x3.")
    shared = common if is_same else []
    editor = Editor(f"{PAGE}.both", variants[0], values[0], is_compact=True, is_apart=is_apart)
    with fields:
        both = _texts(editor, shared)
    sides, refusals = [], editor.refusals
    for column, side, variant, start in zip(st.columns(2, gap="medium"), SIDES, variants, values, strict=True):
        editor = Editor(f"{PAGE}.{side}", variant, start, is_compact=True, is_apart=is_apart)
        with column:
            sides.append(_side(side, editor, shared, both, callbacks))
        refusals += [f"{side}: {sentence}" for sentence in editor.refusals]
    return join_sides(*sides), refusals


def _side(side: str, editor: Editor, shared: Sequence[str], both: Texts, callbacks: Callbacks) -> Side:
    """Show the controls of one side."""
    variant, control = editor.variant, editor.key("variant")
    skipped = {*shared, *(_OF_EACH_LAYER if _is_stack(editor.values) else ())}
    if hides_dilation(editor.values.get("mode"), editor.values):
        skipped.add("dilation")
    names = [name for name in variant.fields if name not in skipped]
    rest = [name for name in names if name not in _IN_SIGHT]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        titles = {name: each.title for name, each in VARIANTS.items()}
        on_change = heard(control, lambda name: callbacks.change_variant(side, name))
        select(side.capitalize(), titles, control, variant.name, width=_MENU_WIDTH, on_change=on_change)
        choose_once(
            f"{side.capitalize()} example",
            {preset.name: preset.title for preset in presets_of(variant.name)},
            editor.key("example"),
            lambda name: callbacks.use_preset(side, name, shared),
            width=_EXAMPLES_WIDTH,
            placeholder="Choose an example",
        )
        texts = _texts(editor, [name for name in _IN_SIGHT if name in names])
    more = fold(f"{PAGE}.{side}", "More") if rest else None
    if more is not None and more.open:
        with more, st.container(horizontal=True, vertical_alignment="bottom"):
            texts |= _texts(editor, rest)
    else:
        texts |= editor.spelled(rest)
    return _spell_side(variant, {**{name: text for name, text in both.items() if name in variant.fields}, **texts})


def _texts(editor: Editor, names: Sequence[str]) -> Texts:
    """Show the controls of these parameters; those that follow from a table of numbers have none."""
    variant, values = editor.variant, editor.values
    implied = {size for table, sizes in variant.implied.items() if isinstance(values[table], tuple) for size in sizes}
    if values.get("weight") in KERNELS_3X3:
        implied.add("kernel_size")
    return editor.spelled(name for name in names if name in implied) | editor.texts(
        name for name in names if name not in implied
    )


def _spell_side(variant: Variant, texts: Texts) -> Side:
    """Return a side from what its controls say; sizes follow from tables of numbers."""
    for table, sizes in variant.implied.items():
        if table in texts and texts[table] not in variant.fields[table].choices:
            texts = {name: text for name, text in texts.items() if name not in sizes}
    if texts.get("weight") in KERNELS_3X3:
        texts.pop("kernel_size", None)
    values = variant.read_lenient(texts)
    skipped = _OF_EACH_LAYER if _is_stack(values) else ()
    spelled = {name: variant.fields[name].spell(value) for name, value in values.items() if name not in skipped}
    needed = {name: text for name, text in changed(variant, texts).items() if name not in skipped}
    return Side(variant.name, spelled, needed)


def _is_stack(values: Mapping[str, Any]) -> bool:
    return isinstance(values.get("layers"), tuple)
