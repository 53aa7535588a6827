"""What operators of Python make of values that a text has, within limits."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from convviz import limits

from .values import UNKNOWN, Array, Name, Tensor

_OPERATORS: Final[Mapping[type, Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARISONS: Final[Mapping[type, Callable[[Any, Any], Any]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def is_number(value: Any) -> bool:
    """Return whether a value is a number, and neither True nor False."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def unary(op: ast.unaryop, value: Any) -> Any:
    """Return what an operator makes of one value."""
    if isinstance(op, ast.Not):
        return UNKNOWN if value is UNKNOWN or isinstance(value, Tensor | Name | Array) else not value
    if isinstance(value, Name):  # -jnp.inf
        return value
    if isinstance(value, Tensor):
        return value
    if not is_number(value):
        return UNKNOWN
    return -value if isinstance(op, ast.USub) else value if isinstance(op, ast.UAdd) else UNKNOWN


def arithmetic(op: ast.operator, left: Any, right: Any) -> Any:
    """Return a number, if it is not too large."""
    result: Any
    try:
        if isinstance(op, ast.Pow):
            small = abs(right) <= 64 and abs(left) <= limits.CODE_NUMBER
            result = left**right if small else UNKNOWN
        else:
            within = abs(left) <= 10 * limits.CODE_NUMBER and abs(right) <= 10 * limits.CODE_NUMBER
            result = _OPERATORS[type(op)](left, right) if within else UNKNOWN
    except (ArithmeticError, KeyError):
        return UNKNOWN
    if result is UNKNOWN or isinstance(result, complex) or abs(result) > limits.CODE_NUMBER**2:
        return UNKNOWN
    return result


def compared(op: ast.cmpop, left: Any, right: Any) -> Any:
    """Return whether a comparison holds, if both sides are plain values."""
    if isinstance(op, ast.Is | ast.IsNot) and right is None:
        if left is UNKNOWN:
            return UNKNOWN
        return (left is None) == isinstance(op, ast.Is)
    plain = (int, float, str, bool, type(None))
    if isinstance(op, ast.In | ast.NotIn) and isinstance(left, plain) and isinstance(right, list | tuple):
        return (left in right) == isinstance(op, ast.In)
    if not isinstance(left, plain) or not isinstance(right, plain) or type(op) not in _COMPARISONS:
        return UNKNOWN
    try:
        return _COMPARISONS[type(op)](left, right)
    except TypeError:
        return UNKNOWN
