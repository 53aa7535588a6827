"""The names of a text looked up in `dialects`: which layer one is, and what its arguments are called here."""

from collections.abc import Mapping
from typing import Any

from convviz.arithmetic.arguments import nearest

from .dialects import DIALECTS, KERAS, LINEN, MISSING, PYTORCH, Dialect, Row
from .values import Array, Call


def row_of(path: str, preferred: str) -> tuple[Dialect, Row] | None:
    """Return the row of a name of a library; without a module, first in the framework preferred."""
    module, _, tail = path.rpartition(".")
    if module.startswith("torch.nn.modules"):
        module = "torch.nn"
    for dialect in DIALECTS:
        if module in dialect.roots and tail in dialect.rows:
            return dialect, dialect.rows[tail]
    if module == "nn" and tail in LINEN.rows and tail not in PYTORCH.rows:
        return LINEN, LINEN.rows[tail]
    if module.startswith(("tf.nn", "tensorflow.nn", "keras.activations", "keras.ops", "tf.keras.activations")):
        row = LINEN.rows.get(tail)
        return (KERAS, row) if row is not None and row.kind == "identity" else None
    if not module:
        ordered = sorted(DIALECTS, key=lambda each: each.name != preferred)
        for dialect in ordered:
            if tail in dialect.rows and tail not in ("add", "multiply", "exp", "abs", "sqrt", "pad", "min_pool"):
                return dialect, dialect.rows[tail]
    return None


def bound(line: int, source: str, dialect: Dialect, row: Row, positional: list[Any], named: Mapping[str, Any]) -> Call:
    """Return a call with its arguments by the names that they have here."""
    parameters = dict(row.parameters)
    if row.is_functional:
        parameters.pop(next(iter(parameters)))
    names, room = list(parameters), row.positional - row.is_functional
    problem = ""
    arguments = {meaning: None if default is MISSING else default for meaning, default in parameters.values()}
    if len(positional) > room and row.kind != "identity":
        problem = f"{row.name} of {dialect.label} takes at most {room} values without names; got {len(positional)}."
    given = dict(zip(names[:room], positional, strict=False))
    for name, value in named.items():
        if name in given:
            problem = problem or f"{row.name} must have {name} once; got it twice."
        elif name not in parameters and name not in dialect.extras and row.kind not in ("identity", "norm"):
            near = nearest(name, parameters)
            problem = problem or f"{row.name} of {dialect.label} has no parameter {name}.{near}"
        given[name] = value
    if problem == "":
        lacking = [name for name, (_, default) in parameters.items() if default is MISSING and name not in given]
        if lacking:
            problem = f"{row.name} of {dialect.label} needs {', '.join(lacking)}."
    for name, value in given.items():
        meaning = parameters[name][0] if name in parameters else name
        arguments[meaning] = value
    arguments |= {name: value for name, value in row.fixed.items() if name not in given}
    is_last = dialect.is_last and arguments.get("data_format") != "channels_first"
    said = frozenset(parameters[name][0] for name in given if name in parameters)
    return Call(
        line,
        source,
        row.name,
        row,
        dialect.name,
        is_last,
        arguments,
        said,
        problem,
        weight=arguments["weight"] if isinstance(arguments.get("weight"), Array) else None,
        bias=arguments["bias"] if isinstance(arguments.get("bias"), Array) else None,
    )
