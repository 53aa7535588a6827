"""Loops over windows, as `Recipe.to_code` writes them for NumPy: each is the call of a layer that does the same."""

import ast
import re
from collections.abc import Mapping
from typing import Any, Final

from .values import Array

_AT: Final = r"(?: \* (\d{1,9}))?"
_WINDOW: Final = r"top:top \+ (\d{1,9})(?::(\d{1,9}))?, left:left \+ (\d{1,9})(?::(\d{1,9}))?"
_LOOP: Final = re.compile(
    rf"for c, i, j in np\.ndindex\((\w)\.shape\):\n {{4}}top, left = \(i{_AT}, j{_AT}\)\n(.*)", re.DOTALL
)
_GROUP: Final = re.compile(r" {4}first = c(?: // (\d{1,9}))?(?: \* \d+)?\n(.*)", re.DOTALL)
_PLANES: Final = r"(?::|first:first \+ \d+)"
_SLIDE: Final = re.compile(
    rf" {{4}}window = x\[{_PLANES}, {_WINDOW}\]\n {{4}}y\[c, i, j\] = \(window \* (\w+)\[c\]\)\.sum\(\)"
)
_STAMP: Final = re.compile(rf" {{4}}y\[{_PLANES}, {_WINDOW}\] \+= x\[c, i, j\] \* (\w+)\[c\]")
_POOL: Final = re.compile(rf" {{4}}window = x\[c, {_WINDOW}\]\n {{4}}y\[c, i, j\] = window\.(max|mean|sum)\(\)(.*)")
_COUNTED: Final = re.compile(rf" / (max\()?counted\[0, {_WINDOW}\]\.sum\(\)(?:, 1\))?")
_LINE: Final = re.compile(
    rf"for j in range\(y\.shape\[1\]\):\n {{4}}left = j{_AT}\n"
    r" {4}y\[0, j\] = \(x\[:, left:left \+ \d+(?::(\d{1,9}))?\] \* (\w+)\[0\]\)\.sum\(\)"
)


def call_of(loop: ast.For, scope: Mapping[str, Any]) -> ast.stmt | None:
    """Return the statement of a layer that does what a loop over windows does, None where it is no such loop.

    Parameters
    ----------
    loop : ast.For
    scope : mapping
        The variables, among them the kernels.

    Examples
    --------
    >>> text = '''
    ... for c, i, j in np.ndindex(y.shape):
    ...     top, left = i * 2, j
    ...     window = x[c, top : top + 2, left : left + 5 : 2]
    ...     y[c, i, j] = window.max()'''
    >>> print(ast.unparse(call_of(ast.parse(text).body[0], {})).partition("max, window_")[2].partition(", padding")[0])
    dimensions=(1, 2, 3, 1), window_strides=(1, 2, 1, 1)
    """
    layer = _layer(ast.unparse(loop), scope)
    if layer is None:
        return None
    statement = ast.parse(f"y = {layer}").body[0]
    for each in ast.walk(statement):
        ast.copy_location(each, loop)
    return statement


def _layer(text: str, scope: Mapping[str, Any]) -> str | None:
    """Return the call of a layer that does what the text of a loop does."""
    if line := _LINE.fullmatch(text):
        stride, hole, weight = line.groups("1")
        return f"torch.nn.functional.conv1d(x[None], {weight}, stride={stride}, dilation={hole})[0]"
    if not (found := _LOOP.fullmatch(text)):
        return None
    over, down, across, body = found.groups("1")
    channels = "1"
    if group := _GROUP.fullmatch(body):
        channels, body = group.groups("1")
    if (slide := _SLIDE.fullmatch(body)) and over == "y":
        (_, row_hole, _, hole), weight = slide.groups("1")[:4], slide[5]
        return (
            f"jax.lax.conv_general_dilated({_LAST.format('x')}, {weight}.transpose(2, 3, 1, 0), "
            f"window_strides=({down}, {across}), padding=((0, 0), (0, 0)), rhs_dilation=({row_hole}, {hole}), "
            f"dimension_numbers=('NHWC', 'HWIO', 'NHWC'), feature_group_count={_groups(weight, group, channels, scope)}"
            f"){_FIRST}"
        )
    if (stamp := _STAMP.fullmatch(body)) and over == "x":
        (_, row_hole, _, hole), weight = stamp.groups("1")[:4], stamp[5]
        return (
            f"torch.nn.functional.conv_transpose2d(x[None], {weight}, stride=({down}, {across}), "
            f"dilation=({row_hole}, {hole}), groups={_groups(weight, group, channels, scope)}, "
            f"output_padding={_beyond(stamp, (int(down), int(across)), scope)})[0]"
        )
    if (pool := _POOL.fullmatch(body)) and over == "y":
        return _pooling(pool, down, across)
    return None


_LAST: Final = "{}.transpose(1, 2, 0)[None]"
_FIRST: Final = "[0].transpose(2, 0, 1)"
"""How a plane gets its channels last and a batch, and loses both."""


def _groups(weight: str, group: re.Match[str] | None, channels: str, scope: Mapping[str, Any]) -> int:
    """Return how many groups there are, if a loop names the first channel of its own."""
    kernels = scope.get(weight)
    if group is None or not isinstance(kernels, Array) or not kernels.shape:
        return 1
    return max(1, kernels.shape[0] // max(1, int(channels)))


def _beyond(stamp: re.Match[str], strides: tuple[int, int], scope: Mapping[str, Any]) -> tuple[int, ...]:
    """Return by how many cells along each axis an output is larger than all stamps together."""
    cells, output = scope.get("x"), scope.get("y")
    if not isinstance(cells, Array) or not isinstance(output, Array) or not len(cells.shape) == len(output.shape) == 3:
        return (0, 0)
    sides = zip(output.shape[1:], cells.shape[1:], strides, (int(stamp[1]), int(stamp[3])), strict=True)
    return tuple(max(0, whole - (side - 1) * stride - extent) for whole, side, stride, extent in sides)


def _pooling(pool: re.Match[str], down: str, across: str) -> str | None:
    rows, row_hole, columns, hole = map(int, pool.groups("1")[:4])
    if not row_hole or not hole:
        return None
    kernel = f"(1, {(rows - 1) // row_hole + 1}, {(columns - 1) // hole + 1}, 1)"
    how, divisor = pool[5], pool[6]
    start = "-jax.numpy.inf, jax.lax.max" if how == "max" else "0.0, jax.lax.add"
    windows = (
        f"jax.lax.reduce_window({_LAST}, {start}, window_dimensions={kernel}, "
        f"window_strides=(1, {down}, {across}, 1), padding=((0, 0),) * 4, window_dilation=(1, {row_hole}, {hole}, 1))"
    )
    call = windows.format("x")
    if how == "mean":
        call += f" / {((rows - 1) // row_hole + 1) * ((columns - 1) // hole + 1)}"
    elif how == "sum":
        counted = windows.format("counted")
        if not (found := _COUNTED.fullmatch(divisor)) or found.groups("1")[1:] != pool.groups("1")[:4]:
            return None
        call += f" / {f'jax.numpy.maximum({counted}, 1)' if found[1] else counted}"
    return f"{call}{_FIRST}" if how == "max" else f"({call}){_FIRST}"
