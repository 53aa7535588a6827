"""The sections that only the spatially separable lesson has: what two passes save, and what they miss."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from convviz import limits
from convviz.analysis import Separation, TwoPasses, separate, two_passes
from convviz.arithmetic import Conv2d, forward
from convviz.charts.canvas import short
from convviz.diagrams.kernels import CURVE_WIDTH, Rows, kernel_and_product, kernel_rank
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.images import Gray, shrink
from convviz.recipes.variants.spatial_separable import pair_of
from convviz.scene.number_format import number, size, tidy
from convviz.web.components.charts import PAIR, chart_width, show_chart, table
from convviz.web.components.downloads import page_theme
from convviz.web.components.images import choose_image
from convviz.web.components.refusals import refuse
from convviz.web.components.scales import gray_png
from convviz.web.state.widgets import show_in_expander

_LARGE: Final = (512, 512)
_NEAR: Final = 0.01
"""An approximation that misses less of a kernel than this is called near."""

_TRAINING: Final = """
A network could be restricted to kernels of rank 1, but that has a price: such a kernel has {free} free numbers instead
of {all}, and most kernels that training finds do not separate. So networks *learn* the two passes instead: Inception v3
has layers of 1 × n and n × 1 kernels, which worked well on grids of 12 to 20 cells but not in its first layers
([Szegedy et al. 2015](https://arxiv.org/abs/1512.00567), section 3.2).
"""


def show_separability(recipe: Recipe) -> None:
    """Show the costs and the verdict on the kernel, and in expanders its singular values and a photograph."""
    separation, layer = separate(recipe.weight[0, 0]), recipe.layer_as(Conv2d)
    here, large = (two_passes(layer, input_size) for input_size in (recipe["input_size"], _LARGE))
    costs, verdict = st.columns(2, gap="large", width=PAIR)
    with costs:
        st.markdown("## What it costs")
        heads = ("", "per cell", size(recipe["input_size"]), size(_LARGE))
        st.html(table(heads, _rows(here, large), "Multiplications per output cell, and per input", strong=(0, 3)))
        st.markdown(
            f"The column fills {size(here.between_size)} cells on the way to an output of {size(recipe.output_size)}. "
            f"{_saving(here, separation)}"
        )
    verdict.markdown(_verdict(separation))
    show_in_expander(recipe.variant, "Rank and singular values", lambda: _show_ranks(recipe, separation))
    show_in_expander(recipe.variant, "Both ways on a real image", lambda: show_separated_image(recipe))


def _rows(here: TwoPasses, large: TwoPasses) -> list[list[str]]:
    one, two = here.taps
    height, width = _sides(here)
    columns = [[str(each) for each in (one, height, width, two)] + [f"{two / one:.0%}"]]
    for each in (here, large):
        counts = (each.single, each.column_pass, each.row_pass, each.both)
        columns.append([f"{count.multiplications:,}" for count in counts] + [f"{float(each.ratio):.0%}"])
    names = ("One pass", "Column", "Row", "Both passes", "Two passes / one")
    return [list(row) for row in zip(names, *columns, strict=True)]


def _saving(costs: TwoPasses, separation: Separation) -> str:
    """Return whether two passes are less work on this input, and why if not."""
    one, two = costs.single.multiplications, costs.both.multiplications
    if two < one:
        saved = f"Two passes save {1 - two / one:.0%} of the multiplications here"
        if separation.rank > 1:
            return f"{saved}, but they only approximate the output: the rank of this kernel is {separation.rank}."
        return f"{saved}."
    (height, width), (taps, apart) = _sides(costs), costs.taps
    verb = "as much as" if two == one else "more than"
    if apart >= taps:
        sign = "=" if apart == taps else ">"
        border = ", and the border comes on top" if apart == taps and two > one else ""
        return f"Two passes cost {verb} one here, for {height} + {width} {sign} {height} · {width}{border}."
    return f"Two passes cost {verb} one here: the column computes many cells more than the output has."


def _sides(costs: TwoPasses) -> tuple[int, int]:
    """Return the height and the width of the kernel."""
    return costs.column_layer.kernel_size[0], costs.row_layer.kernel_size[1]


def _verdict(separation: Separation) -> str:
    """Return the answer in a sentence or two, and the best column and row."""
    rank, missing = separation.rank, _percent(separation.residual)
    if rank == 0:
        return "## Does this kernel separate?\n**Yes**, as anything times zero: all its numbers are 0."
    if separation.is_separable:
        words = "**Yes**, its rank is 1: it is a column times a row, and two passes give the same output."
    elif separation.residual < _NEAR:
        words = (
            f"**Nearly.** Its rank is {rank}, but a column times a row misses only {missing} of it. Rounding the "
            "numbers of a separable kernel is enough for that. Two passes are an approximation."
        )
    else:
        words = (
            f"**No**, its rank is {rank}. The best column and row miss {missing} of it, and two passes give an "
            "approximation of the output."
        )
    sign = "=" if separation.is_separable else r"\approx"
    column, row = (vector.tolist() for vector in pair_of(separation))
    formula = rf"\text{{kernel}} {sign} {_matrix([[entry] for entry in column])} {_matrix([row])}"
    return f"## Does this kernel separate?\n{words}\n\n$$\n{formula}\n$$"


def _show_ranks(recipe: Recipe, separation: Separation) -> None:
    height, width = separation.kernel.shape
    values = ", ".join(short(value) for value in separation.singular_values.tolist())
    st.markdown(
        f"**Rank {separation.rank}.** Singular values: {values}. At most {short(separation.tolerance)} counts as 0 "
        "(the largest × the longer side of the kernel × the precision of float64, as in "
        "`numpy.linalg.matrix_rank`). A sum of the first products of columns and rows is the nearest kernel of its "
        f"rank; the first alone misses {_percent(separation.residual)}. Errors are relative: the norm (the root "
        "of the sum of squares) of what is missed, divided by the norm of the kernel."
    )
    kernel: Rows = tuple(map(tuple, separation.kernel.tolist()))
    across = chart_width(recipe.variant)
    show_chart(kernel_and_product(kernel, theme=page_theme(), width=across), "kernel-and-product")
    if min(height, width) > 1:
        across = chart_width(recipe.variant, CURVE_WIDTH)
        show_chart(kernel_rank(separation.errors, theme=page_theme(), width=across), "kernel-rank")
    st.markdown(_TRAINING.format(free=height + width - 1, all=height * width))


def _percent(ratio: float) -> str:
    return f"{100 * ratio:.3g}%"


def _matrix(rows: Sequence[Sequence[float]]) -> str:
    lines = r" \\ ".join(" & ".join(number(entry).replace("−", "-") for entry in row) for row in rows)
    return rf"\begin{{bmatrix}} {lines} \end{{bmatrix}}"


# A photograph, both ways ----------------------------------------------------------------------------------------------

_ROUNDING = 1e-9
"""As a part of the largest possible sum: a smaller difference comes from rounding in floating point."""


@dataclass(frozen=True, slots=True)
class _Compared:
    """Three pictures as PNG, the range of the outputs, and how different they are.

    Attributes
    ----------
    single, double, difference : bytes
        The output of one pass, that of two, and the first minus the second.
    low, high : float
        The smallest and the largest value of the two outputs, black and white in their pictures.
    largest : float
        The largest difference in magnitude, 0 where there is only rounding.
    relative : float
        The norm of the differences divided by the norm of the output of one pass.
    sums : (float, float)
        The sum of the weights of the kernel, and that of the column times the row.
    """

    single: bytes
    double: bytes
    difference: bytes
    low: float
    high: float
    largest: float
    relative: float
    sums: tuple[float, float]


def show_separated_image(recipe: Recipe) -> None:
    """Let the visitor choose an image, and show both outputs and their difference."""
    _, image = choose_image(f"{recipe.variant}.both", "")
    if image is None:
        st.info("Choose a file.")
        return
    source = shrink(image, limits.IMAGE_SHOWN_SIDE)
    try:
        with st.spinner("Convolving the image both ways …", show_time=False):
            digest = sha256(repr(source.shape).encode() + source.tobytes()).hexdigest()
            result = _compare(digest, recipe.variant, recipe.to_query(), source, recipe)
    except SpecError as error:
        refuse(error)
        return
    st.markdown(_in_words(result, source.shape, image.shape))
    span = f"gray is 0, white and black ±{number(result.largest)}" if result.largest else "all 0"
    captions = ("One pass, whole kernel", "Two passes, column and row", f"Difference: {span}")
    pictures = (result.single, result.double, result.difference)
    for column, picture, caption in zip(st.columns(3), pictures, captions, strict=True):
        column.image(picture, width="stretch", caption=caption, alt=caption)


def _in_words(result: _Compared, size_used: tuple[int, ...], original: tuple[int, ...]) -> str:
    """Return how different the outputs are, and the sums of the weights, which can explain it."""
    span = f"outputs go from {number(result.low)} to {number(result.high)}"
    reduced = f" The image was reduced from {original[0]} × {original[1]}." if size_used != original else ""
    if not result.largest:
        return f"**No difference** beyond rounding: largest 0, relative 0%. The {span}.{reduced}"
    one, two = result.sums
    return (
        f"**Largest difference {number(result.largest)}**, where {span}; **relative difference "
        f"{100 * result.relative:.3g}%** (norm of the difference divided by the norm of the output). An area "
        f"of one brightness is multiplied by the sum of the weights: by {number(one)} in one pass and by {number(two)} "
        f"in two.{reduced}"
    )


@st.cache_data(max_entries=12, show_spinner=False)
def _compare(digest: str, variant: str, query: str, _image: Gray, _recipe: Recipe) -> _Compared:
    """Convolve an image both ways; the first three parameters are the key of the cache."""
    layer = _recipe.layer_as(Conv2d)
    cells, kernel = _image.astype(float)[None], _recipe.weight
    layers, pair = two_passes(layer, _image.shape), pair_of(separate(kernel[0, 0]))
    single = forward(layer, cells, kernel, _recipe.bias)[0]
    between = forward(layers.column_layer, cells, pair[0][None, None, :, None])
    double = forward(layers.row_layer, between, pair[1][None, None, None, :], _recipe.bias)[0]
    apart = single - double
    weights = float(abs(kernel).sum())
    apart[abs(apart) <= _ROUNDING * 255 * weights] = 0
    low, high = min(single.min(), double.min()), max(single.max(), double.max())
    largest = float(abs(apart).max())
    return _Compared(
        single=_levels(single, low, high),
        double=_levels(double, low, high),
        difference=_levels(apart, -(largest or 1), largest or 1),
        low=float(low),
        high=float(high),
        largest=largest,
        sums=(tidy(float(kernel.sum()), weights), tidy(float(pair[0].sum() * pair[1].sum()), weights)),
        relative=float(np.linalg.norm(apart) / (np.linalg.norm(single) or 1)),
    )


def _levels(numbers: NDArray[np.float64], low: float, high: float) -> bytes:
    """Return a PNG of the numbers as gray levels, from black for the lowest to white for the highest."""
    return gray_png((numbers - low) * (255 / max(high - low, 1e-12)))
