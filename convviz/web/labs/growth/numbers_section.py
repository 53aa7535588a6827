"""What the lab of growing receptive fields shows beside its picture: a curve, the closed form, a table to copy."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import streamlit as st

from convviz.arithmetic import AvgPool2d, Conv2d, MaxPool2d
from convviz.charts.growth import receptive_growth
from convviz.recipes import variant_named
from convviz.recipes.variants import Variant
from convviz.web.components.charts import Drawn, chart_width, show_chart
from convviz.web.components.downloads import page_theme
from convviz.web.state.expanders import fold
from convviz.web.state.widgets import segments

from .drawn_layers import NAME
from .table import Pair, Stack, Step, as_csv, as_html, as_markdown, spelt, steps_of

_TERMS: Final = 8
"""With more layers the sum is not written out."""

_LARGEST: Final = 10**9
"""The largest size that a chart takes."""


def show_growth(layers: Stack, input_size: Pair) -> None:
    """The numbers of a stack, whether it can be drawn or not; sizes are those on this input."""
    variant = variant_named(NAME)
    steps = steps_of(layers, input_size)
    last = steps[-1]
    st.markdown(
        f"### {spelt(last.size)} after {_plural(len(steps), 'layer')}\n"
        f"A unit sees **{_cells(last)}** cells with **{_plural(last.total, 'parameter')}** for one channel in and one "
        f"out. The same kernels without stride and dilation: {spelt(last.standard)}."
    )
    for formula in closed_forms(layers, steps):
        st.latex(formula)
    _show_curve(variant, steps)
    st.html(as_html(steps))
    copying = fold(variant.name, "Table to copy")
    if copying.open:
        with copying:
            written = {"CSV": as_csv, "Markdown": as_markdown}
            chosen = segments("Write as", {name: name for name in written}, f"{NAME}.written", "CSV")
            st.code(written[chosen](steps), language=None)


def closed_forms(layers: Stack, steps: Sequence[Step]) -> list[str]:
    """The receptive field in symbols: that of doubling dilations where it holds, and the sum of what layers add.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> stack = (conv2d(3), conv2d(3, dilation=2), conv2d(3, dilation=4))
    >>> for formula in closed_forms(stack, steps_of(stack, (15, 15))):
    ...     print(formula)
    r_i = 2^{\\,i+1} - 1:\\quad 3,\\ 7,\\ 15
    \\begin{aligned} r &= 1 + \\sum_l d_l\\,(k_l - 1)\\,j_{l-1} \\\\ &= 1 + 2 + 4 + 8 = 15 \\end{aligned}
    """
    windows = [layer for layer in layers if isinstance(layer, Conv2d | MaxPool2d | AvgPool2d)]
    if len(windows) < len(layers):
        return []  # what a unit sees depends on its phase, or cells are only copied
    axis = 1 if steps[-1].size[0] == 1 else 0
    forms = []
    kernels = {layer.kernel_size[axis] for layer in windows}
    if len(kernels) == 1 and all(
        isinstance(layer, Conv2d) and layer.stride[axis] == 1 and layer.dilation[axis] == 2**n
        for n, layer in enumerate(windows)
    ):
        forms.append(_doubling(kernels.pop(), [step.size[axis] for step in steps]))
    if len(windows) <= _TERMS and all(None not in step.jump for step in steps):
        jumps = [1, *(step.jump[axis] for step in steps)]
        terms = "".join(
            f" + {layer.dilation[axis] * (layer.kernel_size[axis] - 1) * (jump or 0)}"
            for layer, jump in zip(windows, jumps, strict=False)
        )
        side = "" if steps[-1].size[0] == steps[-1].size[1] else f"_{{\\text{{{('height', 'width')[axis]}}}}}"
        rule = f"r{side}" + " &= 1 + \\sum_l d_l\\,(k_l - 1)\\,j_{l-1}"
        forms.append(f"\\begin{{aligned}} {rule} \\\\ &= 1{terms} = {steps[-1].size[axis]} \\end{{aligned}}")
    return forms


def _doubling(kernel: int, sizes: Sequence[object]) -> str:
    """Where dilations are 1, 2, 4, ... the field doubles with each layer."""
    rule = {2: "2^{\\,i}", 3: "2^{\\,i+1} - 1"}.get(kernel, f"1 + {kernel - 1}\\,(2^{{\\,i}} - 1)")
    shown = [str(size) for size in sizes] if len(sizes) <= _TERMS else [*map(str, sizes[:3]), "\\ldots", str(sizes[-1])]
    return f"r_i = {rule}:\\quad " + ",\\ ".join(shown)


def _show_curve(variant: Variant, steps: Sequence[Step]) -> None:
    sizes = [(1, 1), *(step.size for step in steps)]
    if any(None in size for size in sizes):
        st.caption("Some sizes depend on the input, and are not known without one that fits.")
        return
    if any(side is not None and side > _LARGEST for size in sizes for side in size):
        st.caption("What a unit sees is too large for a curve.")
        return
    pairs = tuple((int(height or 0), int(width or 0)) for height, width in sizes)
    standard = ((1, 1), *(step.standard for step in steps))
    totals = (0, *(step.total for step in steps))
    width = chart_width(variant.name)
    show_chart(_drawn(pairs, standard, totals, page_theme(), width), "growth", width)


@lru_cache(64)
def _drawn(
    sizes: tuple[tuple[int, int], ...], standard: tuple[tuple[int, int], ...], totals: tuple[int, ...], theme: str,
    width: int,
) -> Drawn:  # fmt: skip
    chart = receptive_growth(sizes, standard, totals, theme=theme, width=width)
    return chart.svg(), chart.png(), f"{chart.title}. {chart.description}"


def _cells(step: Step) -> str:
    height, width = ("?" if one is None else str(one) for one in step.size)
    return f"{height} × {width}"


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
