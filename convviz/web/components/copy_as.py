"""A table of numbers as text that can be pasted elsewhere."""

from collections.abc import Sequence
from math import isinf

from convviz.recipes.tables import number_to_text

Table = Sequence[Sequence[float]]


def as_csv(table: Table) -> str:
    """Comma-separated values, a row per line.

    Examples
    --------
    >>> print(as_csv([[1, 2.5], [3, 4]]))
    1,2.5
    3,4
    """
    return "\n".join(",".join(_text(number, "inf") for number in row) for row in table)


def as_numpy(table: Table) -> str:
    """An array literal.

    Examples
    --------
    >>> print(as_numpy([[1, 2.5], [3, 4]]))
    np.array([[1, 2.5],
              [3, 4]])
    """
    rows = ",\n          ".join("[" + ", ".join(_text(number, "np.inf") for number in row) + "]" for row in table)
    return f"np.array([{rows}])"


def as_latex(table: Table) -> str:
    """A matrix for a LaTeX document with amsmath.

    Examples
    --------
    >>> print(as_latex([[1, 2.5], [3, 4]]))
    \\begin{bmatrix}
      1 & 2.5 \\\\
      3 & 4
    \\end{bmatrix}
    """
    rows = " \\\\\n".join("  " + " & ".join(_rounded(number) for number in row) for row in table)
    return f"\\begin{{bmatrix}}\n{rows}\n\\end{{bmatrix}}"


def _text(number: float, infinity: str) -> str:
    """A number in full; max pooling gives minus infinity where a window lies in the padding only."""
    if isinf(number):
        return f"-{infinity}" if number < 0 else infinity
    return number_to_text(number)


def _rounded(number: float) -> str:
    return _text(number, "\\infty") if isinf(number) else f"{number:.6g}"
