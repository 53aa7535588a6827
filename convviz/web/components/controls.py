"""The controls of a lesson: what they hold is spelt as a link spells it, and nothing is decided here.

Bounds never change, because a slider whose bounds change forgets its value; what does not fit together is refused by
the recipe, with its sentence, and the controls stay as they are.
"""

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from convviz import limits
from convviz.errors import SpecError
from convviz.recipes import presets_of
from convviz.recipes.named_arrays import INPUTS, KERNELS, KERNELS_3X3, RANDOM
from convviz.recipes.parameters import spell_padding, spell_pair
from convviz.recipes.variants import Variant
from convviz.web.state.page_state import PageState, put, state_of
from convviz.web.state.widgets import choose_once, heard, held, segments, select, set_value, value_of

from .errors import refuse

OWN: Final = "own"
IMAGE: Final = "image"
STACK: Final = "stack"
_STACK_BEGINS: Final = "conv_transpose2d(3,stride=2)"

_SLIDERS: Final[Mapping[str, tuple[str, int, int, str]]] = {
    "input_size": ("Input size i", 1, limits.INPUT_SIDE, "Rows and columns of the input."),
    "kernel_size": ("Kernel size k", 1, limits.KERNEL_SIDE, "Rows and columns of the kernel."),
    "stride": ("Stride s", 1, limits.STRIDE, "How far the window moves from one step to the next."),
    "dilation": ("Dilation d", 1, limits.DILATION, "Distance between neighbouring taps; 1 leaves no holes."),
    "output_padding": (
        "Output padding a", 0, limits.OUTPUT_PADDING,
        "Rows and columns computed in addition, below and on the right. Smaller than the stride or the dilation.",
    ),
}  # fmt: skip
_PADDING_HELP: Final = {
    "transposed": "Rows and columns cut off each side of the output: it undoes the padding of the direct convolution.",
    "direct": "Rows and columns added on each side of the input.",
}
_INPUT_WORDS: Final = {
    RANDOM: "Random integers", "ramp": "Ramp 0, 1, 2, …", "ones": "All ones", "impulse": "A single 1",
    "checkerboard": "Checkerboard", "edge": "Vertical edge", OWN: "Own numbers", IMAGE: "Image",
}  # fmt: skip
_KERNEL_WORDS: Final = {
    RANDOM: "Random integers", "identity": "Identity", "box": "Box blur", "binomial": "Binomial (1, 2, 1)",
    "gaussian": "Gaussian blur",
    "sharpen": "Sharpen", "sobel_x": "Sobel x (vertical edges)", "sobel_y": "Sobel y (horizontal edges)",
    "laplacian": "Laplacian", "emboss": "Emboss", OWN: "Own numbers",
}  # fmt: skip


def choose_preset(variant: Variant, state: PageState) -> None:
    """The menu of examples; while it waits, it names the one that the controls show, if there is one."""
    presets = {preset.name: preset for preset in presets_of(variant.name)}
    same = [each.title for each in presets.values() if each.recipe.to_texts() == state.texts]
    shown = same[0] if same else "Choose an example"
    choose_once(
        "Example", {name: preset.title for name, preset in presets.items()}, f"{variant.name}.preset",
        lambda name: put(variant.name, presets[name].recipe.to_texts()), placeholder=shown,
    )  # fmt: skip


def shape_controls(variant: Variant, values: Mapping[str, Any]) -> dict[str, str]:
    """Sizes, stride, padding, dilation, and what only some variants have; spelt as in a link."""
    names = [name for name in _SLIDERS if name in variant.fields]
    layers = value_of(f"{variant.name}.layers")
    if layers == STACK or (layers is None and isinstance(values.get("layers"), tuple)):
        names = ["input_size"]
    mode = value_of(f"{variant.name}.mode", values.get("mode"))
    is_undilated = mode == "average" and values["dilation"] == (1, 1)  # a link may ask for more: it can be mended
    if is_undilated:
        names.remove("dilation")
    uneven = any(len(set(values[name])) > 1 for name in names) or _is_uneven(values["padding"])
    key = f"{variant.name}.apart"
    apart = st.toggle(
        "Set height and width separately", **held(key, uneven),
        help="Give height and width, and each side of the padding, a value of its own.",
    )  # fmt: skip
    texts = {}
    for name in names:
        texts[name] = spell_pair(_pair(variant.name, name, values[name], apart))
        if name == "stride":
            texts["padding"] = _padding(variant, values["padding"], apart)
    if is_undilated:
        texts["dilation"] = "1"
        st.caption("Dilation is for max pooling only, as in PyTorch.")
    return texts


def layers_control(variant: Variant, values: Mapping[str, Any]) -> dict[str, str]:
    """How many equal layers there are, or a stack of others as a text."""
    if "layers" not in variant.fields:
        return {}
    field, layers = variant.fields["layers"], values["layers"]
    words = {**{str(count): str(count) for count in range(1, limits.STACK + 1)}, STACK: "Stack"}
    chosen = segments(
        "Layers", words, f"{variant.name}.layers", str(layers) if isinstance(layers, int) else STACK
    )  # fmt: skip
    if chosen != STACK:
        return {"layers": chosen}
    key = f"{variant.name}.stack"
    equal = ";".join([_STACK_BEGINS] * layers) if isinstance(layers, int) else field.spell(layers)
    text = st.text_input(
        "Stack of layers", **held(key, equal),
        help="Up to 4 layers with semicolons between them, such as conv_transpose2d(4,stride=2);conv2d(3). There are "
        "conv_transpose2d, conv2d, upsample2d, pixel_shuffle, max_pool2d, avg_pool2d and pad2d.",
    )  # fmt: skip
    try:
        return {"layers": field.spell(field.read("layers", text))}
    except SpecError as error:
        refuse(error, "The picture shows the previous stack.")
        return {"layers": equal if isinstance(layers, int) else field.spell(layers)}


def number_choices(variant: Variant, values: Mapping[str, Any], extras: Mapping[str, str]) -> dict[str, str]:
    """Where the numbers of each table come from: a name, `OWN` or `IMAGE`."""
    if "input" not in variant.fields:
        return {}
    source = IMAGE if "image" in extras else OWN if isinstance(values["input"], tuple) else values["input"]
    chosen = {
        "input": select(
            "Input", (RANDOM, *INPUTS, OWN, IMAGE), f"{variant.name}.input", source,
            format_func=_INPUT_WORDS.__getitem__,
        )
    }  # fmt: skip
    if "weight" in variant.fields:
        chosen["weight"] = _choose_kernel(variant, OWN if isinstance(values["weight"], tuple) else values["weight"])
    if "pointwise" in variant.fields:
        source = OWN if isinstance(values["pointwise"], tuple) else values["pointwise"]
        chosen["pointwise"] = select(
            "1×1 weights", (RANDOM, OWN), f"{variant.name}.pointwise", source,
            format_func=_KERNEL_WORDS.__getitem__,
        )  # fmt: skip
    return chosen


def _choose_kernel(variant: Variant, source: str) -> str:
    control = f"{variant.name}.weight"

    def fit_kernel_size(kernel: str) -> None:
        if kernel in KERNELS_3X3:
            for axis in ("", ".h", ".w"):
                set_value(f"{variant.name}.kernel_size{axis}", 3)

    return select(
        "Kernel", (RANDOM, *KERNELS, *KERNELS_3X3, OWN), control, source,
        format_func=_KERNEL_WORDS.__getitem__, on_change=heard(control, fit_kernel_size),
    )  # fmt: skip


def view_control(variant: Variant, values: Mapping[str, Any]) -> dict[str, str]:
    """The two ways to see a transposed convolution."""
    if "view" not in variant.fields:
        return {}
    words = {"gather": "Gather: per output cell", "scatter": "Stamp: per input cell"}
    return {"view": segments("View", words, f"{variant.name}.view", values["view"])}


def mode_controls(variant: Variant, values: Mapping[str, Any]) -> dict[str, str]:
    """What only pooling has: maximum or average, and how far the windows go."""
    if "mode" not in variant.fields:
        return {}
    control = f"{variant.name}.mode"

    def undilate(mode: str) -> None:
        if mode == "average":
            state_of(variant.name).texts.pop("dilation", None)  # an average has none
            for axis in ("", ".h", ".w"):
                set_value(f"{variant.name}.dilation{axis}", 1)

    mode = segments(
        "Mode", {"max": "Max", "average": "Average"}, control, values["mode"], heard(control, undilate)
    )  # fmt: skip
    ceil = st.toggle(
        "Round up (ceil_mode)", **held(f"{variant.name}.ceil_mode", values["ceil_mode"]),
        help="A last window may reach beyond the padding. It must still start inside the input or before it.",
    )  # fmt: skip
    texts = {"mode": mode, "ceil_mode": variant.fields["ceil_mode"].spell(ceil)}
    counted = values["count_include_pad"]
    if mode == "average":
        counted = st.toggle(
            "Count padding (count_include_pad)", **held(f"{variant.name}.count_include_pad", counted),
            help="Whether the zeros of the padding count in the divisor.",
        )  # fmt: skip
    return {**texts, "count_include_pad": variant.fields["count_include_pad"].spell(counted)}


def seed_control(variant: Variant, values: Mapping[str, Any], is_random: bool) -> dict[str, str]:
    """The seed, with a button for other numbers; only where something is random."""
    if "seed" not in variant.fields:
        return {}
    control = f"{variant.name}.seed"
    if not is_random:
        return {"seed": str(values["seed"])}
    number, button = st.columns([2, 1], vertical_alignment="bottom")

    def shuffle() -> None:
        set_value(control, (value_of(control, values["seed"]) + 1) % (limits.SEED + 1))

    seed = number.number_input(
        "Seed", 0, limits.SEED, step=1, **held(control, values["seed"]), help="The same seed gives the same numbers."
    )
    button.button("New", on_click=shuffle, key=f"{variant.name}.shuffle", help="Other random numbers", width="stretch")
    return {"seed": str(seed)}


def changed(variant: Variant, texts: Mapping[str, str]) -> dict[str, str]:
    """The parameters that differ from the variant's defaults."""
    values = dict(variant.defaults)
    for name in ("kernel_size", "layers"):  # other defaults follow from them
        if name in texts:
            values[name] = variant.fields[name].read(name, texts[name])
    return {
        name: texts[name]
        for name in variant.fields
        if name in texts and texts[name] != variant.fields[name].spell(variant.default_of(name, values))
    }


def act_control(variant: Variant, values: Mapping[str, Any]) -> dict[str, str]:
    """Which part of a depthwise separable convolution is shown."""
    if "act" not in variant.fields:
        return {}
    words = {"all": "All", "split": "Split", "depthwise": "Depthwise", "pointwise": "Pointwise"}
    return {"act": segments("Stage", words, f"{variant.name}.act", values["act"])}


def _is_uneven(padding: Any) -> bool:
    return not isinstance(padding, str) and len({side for pair in padding for side in pair}) > 1


def _pair(prefix: str, name: str, value: tuple[int, int], apart: bool) -> tuple[int, int]:
    label, low, high, words = _SLIDERS[name]
    if not apart:
        one = st.slider(label, low, high, **held(f"{prefix}.{name}", value[0]), help=words)
        return one, one
    left, right = st.columns(2)
    key = f"{prefix}.{name}"
    height = left.slider(f"{label}, height", low, high, **held(f"{key}.h", value[0]), help=words)
    width = right.slider(f"{label}, width", low, high, **held(f"{key}.w", value[1]), help=words)
    return height, width


def _padding(variant: Variant, value: Any, apart: bool) -> str:
    """Padding as numbers; a padding rule chosen among the details takes precedence."""
    sides = ((0, 0), (0, 0)) if isinstance(value, str) else value
    words = _PADDING_HELP["transposed" if variant.name == "transposed" else "direct"]
    ruled = value_of(f"{variant.name}.rule", value if isinstance(value, str) else "numbers") != "numbers"
    key = f"{variant.name}.padding"
    if not apart:
        one = st.slider("Padding p", 0, limits.PADDING, **held(key, sides[0][0]), help=words, disabled=ruled)
        return spell_padding(((one, one), (one, one)))
    numbers = []
    for column, (side, start) in zip(
        st.columns(4), zip(("top", "bottom", "left", "right"), (*sides[0], *sides[1]), strict=True), strict=True
    ):
        numbers.append(
            column.number_input(
                f"p {side}", 0, limits.PADDING, **held(f"{key}.{side}", start), help=words, disabled=ruled
            )
        )
    return spell_padding(((numbers[0], numbers[1]), (numbers[2], numbers[3])))
