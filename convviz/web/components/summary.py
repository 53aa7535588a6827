"""Sizes, costs and the size formula of a recipe, and its output to copy."""

from collections.abc import Callable, Mapping, Sequence
from math import isinf
from typing import Any, Final

import streamlit as st

from convviz.recipes import Recipe
from convviz.recipes.tables import number_to_text
from convviz.scene.facts import facts_of, formulas_of, order_of_sizes
from convviz.scene.number_format import channel_count
from convviz.web.state.widgets import key_of, segments, show_in_expander

from .charts import fact_list

Table = Sequence[Sequence[float]]


def show_facts(recipe: Recipe) -> None:
    """Show sizes, costs, size formula, and the output to copy."""
    order = order_of_sizes(recipe)
    st.html(fact_list(facts_of(recipe)) + (f'<p class="cv-note">{order}</p>' if order else ""))
    if formulas := formulas_of(recipe):
        st.latex(r" \\[1em] ".join(formula.latex for formula in formulas))
    show_in_expander(recipe.variant, f"Copy the {recipe.kind.output_name}", lambda: _copying(recipe))


def _copying(recipe: Recipe) -> None:
    """Show the numbers of one channel of the output as text."""
    output = recipe.drawn_output
    channel = 0
    if len(output) > 1:
        label = f"Channel ({channel_count(recipe.channels[1], len(output))})"
        key = key_of(f"{recipe.variant}.copied")
        channel = st.segmented_control(label, range(len(output)), default=0, required=True, key=key) or 0
    chosen = segments("Format", {name: name for name in _FORMATS}, f"{recipe.variant}.format", "CSV")
    write, language = _FORMATS[chosen]
    table: Any = output[min(channel, len(output) - 1)].tolist()
    st.code(write(table), language=language)


# Copy as --------------------------------------------------------------------------------------------------------------


def as_csv(table: Table) -> str:
    """Return comma-separated values, a row per line.

    Examples
    --------
    >>> print(as_csv([[1, 2.5], [3, 4]]))
    1,2.5
    3,4
    """
    return "\n".join(",".join(_text(number, "inf") for number in row) for row in table)


def as_numpy(table: Table) -> str:
    """Return an array literal.

    Examples
    --------
    >>> print(as_numpy([[1, 2.5], [3, 4]]))
    np.array([[1, 2.5],
              [3, 4]])
    """
    rows = ",\n          ".join("[" + ", ".join(_text(number, "np.inf") for number in row) + "]" for row in table)
    return f"np.array([{rows}])"


def as_latex(table: Table) -> str:
    """Return a matrix for a LaTeX document with amsmath.

    Examples
    --------
    >>> print(as_latex([[1, 2.5], [3, 4]]))
    \\begin{bmatrix}
      1 & 2.5 \\\\
      3 & 4
    \\end{bmatrix}
    """
    cells = ((_text(number, "\\infty") if isinf(number) else f"{number:.6g}" for number in row) for row in table)
    rows = " \\\\\n".join("  " + " & ".join(row) for row in cells)
    return f"\\begin{{bmatrix}}\n{rows}\n\\end{{bmatrix}}"


def _text(number: float, infinity: str) -> str:
    """Return a number in full; max pooling gives minus infinity where a window lies in the padding only."""
    if isinf(number):
        return f"-{infinity}" if number < 0 else infinity
    return number_to_text(number)


_FORMATS: Final[Mapping[str, tuple[Callable[[Table], str], str | None]]] = {
    "CSV": (as_csv, None),
    "NumPy": (as_numpy, "python"),
    "LaTeX": (as_latex, "latex"),
}
"""How the output's numbers can be copied, and the language that colors them."""
