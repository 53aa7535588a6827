"""A syntax tree read as the layers that it applies: names are followed, nothing is executed.

Only what a text says itself is known: numbers, tuples, arithmetic on them, layers, and functions and classes of the
text. All else is unknown, and nothing follows from it. A loop that makes layers is refused.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from convviz import limits
from convviz.arithmetic.arguments import nearest
from convviz.errors import SpecError

from . import arrays, lax, loops
from .binding import bound, row_of
from .dialects import DIALECTS, Dialect, Row
from .graph import ACTIVATIONS, SOURCE, Graph
from .operators import arithmetic, compared, is_number, unary
from .values import UNKNOWN, Array, Call, Chain, Class, Function, Instance, Method, Name, Partial, Tensor

_JOINS: Final[Mapping[str, str]] = {
    "cat": "concat",
    "concat": "concat",
    "concatenate": "concat",
    "add": "add",
    "mul": "multiply",
}
"""Functions that join images, by the ends of their names."""

_FORWARD: Final = ("forward", "__call__", "call")
_SETUP: Final = ("__init__", "setup")
_CHAINS: Final = frozenset({"Sequential", "ModuleList", "Model"})


class _ReturnedError(Exception):
    """The value that a function returns, on its way to the call."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Program:
    """The layers of a syntax tree.

    Attributes
    ----------
    graph : Graph
        The layers that are applied.
    text : str
        What was read.
    """

    def __init__(self, tree: ast.Module, lines: Sequence[str], text: str) -> None:
        self.text = text
        self.graph = Graph(lines)
        self._names: dict[str, Any] = {}
        self._calls: list[Call] = []
        self._objects: list[Instance] = []
        self._chains: list[Chain] = []
        self._ran: set[int] = set()
        self._steps = self._depth = 0
        self._loop = 0
        try:
            self._run_all(tree)
        except RecursionError:
            raise SpecError("The code must have fewer calls inside one another to be read.") from None
        if not self.graph.has_layers():
            where = f" Line {self._loop} has a loop, which is not followed." if self._loop else ""
            raise SpecError(f"The code must have a layer, such as nn.Conv2d(3, 16, 3, stride=2); got none.{where}")

    # --- the whole ----------------------------------------------------------------------------------------------------

    def _run_all(self, tree: ast.Module) -> None:
        """Run the text; where it only defines layers, apply them to an input."""
        self._names["__name__"] = "__main__"
        try:
            self._body(tree.body, self._names)
        except _ReturnedError:
            raise SpecError("The code must have return inside a function only.") from None
        if self.graph.has_layers():
            return
        if self._objects:
            self._apply(self._objects[-1], [self.graph.input()])
        elif self._chains:
            self._apply(self._chains[-1], [self.graph.input()])
        else:
            self._run_definition()
        if self.graph.has_layers():
            return
        if self._chains:
            self._apply(self._chains[-1], [self.graph.input()])
        elif self._calls:
            self._apply(Chain(list(self._calls)), [self.graph.input()])

    def _run_definition(self) -> None:
        """Run the last class or function of the text."""
        definitions = [value for value in self._names.values() if isinstance(value, Class | Function)]
        for value in reversed(definitions):
            if isinstance(value, Class):
                instance = self._instance(value, [], {})
                if any(name in value.functions for name in _FORWARD):
                    self._apply(instance, [self.graph.input()])
            elif id(value.body) not in self._ran:
                count = len(value.parameters.args) - len(value.parameters.defaults)
                self._invoke(value, [self.graph.input(), *[UNKNOWN] * (count - 1)] if count > 0 else [], {})
            if self.graph.has_layers():
                return
            if self._calls:
                return

    def _refuse(self, node: ast.AST, reason: str) -> SpecError:
        return SpecError(f"Line {getattr(node, 'lineno', 1)}: {reason}")

    def _step(self, node: ast.AST) -> None:
        self._steps += 1
        if self._steps > limits.CODE_STEPS:
            raise self._refuse(node, f"the code must be read in at most {limits.CODE_STEPS:,} steps; got more.")

    # --- statements ---------------------------------------------------------------------------------------------------

    def _body(self, statements: Sequence[ast.stmt], scope: dict[str, Any]) -> None:
        for statement in statements:
            self._step(statement)
            self._statement(statement, scope)

    def _statement(self, node: ast.stmt, scope: dict[str, Any]) -> None:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    scope[alias.asname or alias.name.split(".")[0]] = Name(
                        alias.name if alias.asname else alias.name.split(".")[0]
                    )
            case ast.ImportFrom(module=module, names=names):
                for alias in names:
                    scope[alias.asname or alias.name] = Name(f"{module or ''}.{alias.name}".lstrip("."))
            case ast.Assign(targets=targets, value=value):
                result = self._value(value, scope)
                for target in targets:
                    self._assign(target, result, scope)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self._assign(target, self._value(value, scope), scope)
            case ast.AugAssign(target=target, op=op, value=value):
                old = self._value(target, scope)
                self._assign(target, self._binary(node, op, old, self._value(value, scope)), scope)
            case ast.Expr(value=value):
                self._value(value, scope)
            case ast.Return(value=value):
                raise _ReturnedError(None if value is None else self._value(value, scope))
            case ast.FunctionDef(name=name, args=args, body=body):
                scope[name] = Function(name, args, body, scope)
            case ast.ClassDef():
                scope[node.name] = self._class(node, scope)
            case ast.If(test=test, body=body, orelse=orelse):
                self._if(node, self._value(test, scope), body, orelse, scope)
            case ast.With(items=items, body=body):
                for item in items:
                    if item.optional_vars is not None:
                        self._assign(item.optional_vars, UNKNOWN, scope)
                self._body(body, scope)
            case ast.Try(body=body):
                self._body(body, scope)
            case ast.For() if (layer := loops.call_of(node, scope)) is not None:
                self._statement(layer, scope)
            case ast.For() | ast.While() | ast.AsyncFor():
                self._skip_loop(node, scope)

    def _if(
        self, node: ast.stmt, test: Any, body: list[ast.stmt], orelse: list[ast.stmt], scope: dict[str, Any]
    ) -> None:
        if test is UNKNOWN or isinstance(test, Tensor | Name | Array):
            if any(self._makes_layers(each, scope) for each in (*body, *orelse)):
                raise self._refuse(node, "which branch of this if runs is not in the text; leave one of them.")
            self._forget(node, scope)
            return
        self._body(body if test else orelse, scope)

    def _skip_loop(self, node: ast.stmt, scope: dict[str, Any]) -> None:
        """Pass over a loop, as one that trains; what it assigns is unknown then."""
        if self._makes_layers(node, scope):
            raise self._refuse(node, "a loop is not followed; write its layers one after the other.")
        self._loop = self._loop or node.lineno
        self._forget(node, scope)

    def _forget(self, node: ast.stmt, scope: dict[str, Any]) -> None:
        for name in _stored(node):
            scope[name] = UNKNOWN

    def _makes_layers(self, node: ast.AST, scope: Mapping[str, Any]) -> bool:
        """Return whether a layer is made or applied somewhere in a part of the text."""
        held = (Tensor, Chain)
        if any(isinstance(scope.get(name), held) for name in _stored(node)):
            return True
        for each in ast.walk(node):
            self._step(node)
            if isinstance(each, ast.Call):
                path = self._path(each.func, scope)
                if path and (row_of(path, self.graph.dialect) is not None or path.rpartition(".")[2] in _CHAINS):
                    return True
                if isinstance(each.func, ast.Attribute) and each.func.attr in ("add", "append", "add_module"):
                    owner = each.func.value
                    if isinstance(owner, ast.Name) and isinstance(scope.get(owner.id), Chain):
                        return True
        return False

    def _path(self, node: ast.expr, scope: Mapping[str, Any]) -> str:
        """Return the name of a function in a library, "" for anything else."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        value = self._lookup(node.id, scope)
        return ".".join([value.path, *reversed(parts)]) if isinstance(value, Name) else ""

    def _lookup(self, name: str, scope: Mapping[str, Any]) -> Any:
        return scope[name] if name in scope else self._names.get(name, _name(name))

    def _assign(self, target: ast.expr, value: Any, scope: dict[str, Any]) -> None:
        match target:
            case ast.Name(id=name):
                scope[name] = replace(value, is_named=True) if isinstance(value, Array) else value
                self._label(value, name)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                known = isinstance(value, tuple | list) and len(value) == len(elements)
                for place, each in enumerate(elements):
                    self._assign(each, value[place] if known else UNKNOWN, scope)
            case ast.Starred(value=inner):
                self._assign(inner, UNKNOWN, scope)
            case ast.Attribute(value=owner, attr=name):
                holder = self._value(owner, scope)
                if isinstance(holder, Instance):
                    holder.attributes[name] = value
                    self._label(value, name)
                elif isinstance(holder, Call) and name in ("weight", "bias") and isinstance(value, Array):
                    setattr(holder, name, value)
            case ast.Subscript(value=owner, slice=index):
                holder = self._value(owner, scope)
                if isinstance(holder, list | dict):
                    scope.update(dict.fromkeys(_names_in(owner), UNKNOWN))
                elif isinstance(holder, Array) and isinstance(value, Tensor | Array) and isinstance(owner, ast.Name):
                    scope[owner.id] = self.graph.stretched(target, holder, value, self._index(index, scope))

    def _label(self, value: Any, name: str) -> None:
        if isinstance(value, Call) and not value.label:
            value.label = name

    def _class(self, node: ast.ClassDef, scope: dict[str, Any]) -> Class:
        functions = {
            each.name: Function(each.name, each.args, each.body, scope)
            for each in node.body
            if isinstance(each, ast.FunctionDef)
        }
        fields: dict[str, Any] = {}
        for each in node.body:
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
                fields[each.target.id] = UNKNOWN if each.value is None else self._value(each.value, scope)
            elif isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
                fields[each.targets[0].id] = self._value(each.value, scope)
        bases = tuple(self._value(base, scope) for base in node.bases)
        return Class(node.name, functions, fields, bases)

    # --- expressions --------------------------------------------------------------------------------------------------

    def _value(self, node: ast.expr, scope: dict[str, Any]) -> Any:
        self._step(node)
        self._depth += 1
        if self._depth > limits.CODE_DEPTH:
            raise self._refuse(node, f"calls and brackets must be at most {limits.CODE_DEPTH} inside one another.")
        try:
            return self._expression(node, scope)
        finally:
            self._depth -= 1

    def _expression(self, node: ast.expr, scope: dict[str, Any]) -> Any:
        match node:
            case ast.Constant(value=value):
                known = isinstance(value, int | float | bool | None | type(...))
                return value if known or (isinstance(value, str) and len(value) <= SOURCE) else UNKNOWN
            case ast.Name(id=name):
                return self._lookup(name, scope)
            case ast.Tuple(elts=elements):
                return tuple(self._members(elements, scope))
            case ast.List(elts=elements):
                return self._members(elements, scope)
            case ast.Dict(keys=keys, values=values):
                names = [UNKNOWN if key is None else self._value(key, scope) for key in keys]
                held = [self._value(value, scope) for value in values]
                return {name: value for name, value in zip(names, held, strict=True) if isinstance(name, str | int)}
            case ast.Attribute(value=owner, attr=name):
                return self._attribute(self._value(owner, scope), name)
            case ast.Subscript(value=owner, slice=index):
                return self._subscript(node, self._value(owner, scope), self._index(index, scope))
            case ast.Call():
                return self._call(node, scope)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(node, op, self._value(left, scope), self._value(right, scope))
            case ast.UnaryOp(op=op, operand=operand):
                return unary(op, self._value(operand, scope))
            case ast.BoolOp(op=op, values=values):
                return self._logical(op, values, scope)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return compared(op, self._value(left, scope), self._value(right, scope))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                condition = self._value(test, scope)
                if condition is UNKNOWN or isinstance(condition, Tensor | Name | Array):
                    return UNKNOWN
                return self._value(body if condition else orelse, scope)
            case ast.NamedExpr(target=target, value=value):
                result = self._value(value, scope)
                self._assign(target, result, scope)
                return result
            case ast.Starred(value=value):
                return self._value(value, scope)
            case ast.ListComp() if (cells := self._windows(node, scope)) is not None:
                return cells
            case ast.ListComp() | ast.GeneratorExp() | ast.SetComp() | ast.DictComp():
                if self._makes_layers(node, scope):
                    raise self._refuse(
                        node, "a loop in brackets is not followed; write its layers one after the other."
                    )
                return UNKNOWN
        return UNKNOWN

    def _windows(self, node: ast.ListComp, scope: dict[str, Any]) -> Tensor | None:
        """Read a list of slices, one for each place in a window, which is summed: a pooling with a dilation."""
        match node.elt:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=[_, *slices])):
                image = self._lookup(name, scope)
            case _:
                return None
        runs, strides = [], []
        for each, generator in zip(slices, node.generators, strict=False):
            run = [self._value(bound, scope) for bound in getattr(generator.iter, "args", [])]
            stride = self._value(each.step, scope) if isinstance(each, ast.Slice) and each.step else 1
            if (
                not 1 <= len(run) <= 3
                or not all(isinstance(number, int) and abs(number) <= limits.CODE_NUMBER for number in [*run, stride])
                or run[2:] == [0]
            ):
                return None
            runs.append(range(*run))
            strides.append(stride)
        if not isinstance(image, Tensor | Array) or len(runs) != len(slices) or not all(map(len, runs)):
            return None
        arguments = {
            "kernel_size": tuple(map(len, runs)),
            "stride": tuple(strides),
            "dilation": tuple(run.step for run in runs),
            "mode": "average",
            "divisor": 1,
        }
        call = self.graph.made(node, "windows", "pooling", arguments, None)
        call.dialect, call.is_last = "keras", True
        return self.graph.add(call, self.graph.tensor(image, call.is_last, len(runs)))

    def _members(self, elements: Sequence[ast.expr], scope: dict[str, Any]) -> list[Any]:
        values: list[Any] = []
        for element in elements:
            value = self._value(element, scope)
            if isinstance(element, ast.Starred):
                values += value if isinstance(value, list | tuple) else [UNKNOWN]
                if len(values) > limits.CODE_LIST:
                    raise self._refuse(element, f"a list must have at most {limits.CODE_LIST:,} members; got more.")
            else:
                values.append(value)
        return values

    def _index(self, node: ast.expr, scope: dict[str, Any]) -> Any:
        """Return an index: numbers, slices of numbers, None, ... and tuples of them."""
        match node:
            case ast.Slice(lower=lower, upper=upper, step=step):
                return slice(*(None if each is None else self._value(each, scope) for each in (lower, upper, step)))
            case ast.Tuple(elts=elements):
                return tuple(self._index(element, scope) for element in elements)
        return self._value(node, scope)

    def _attribute(self, owner: Any, name: str) -> Any:
        match owner:
            case Name(path=path):
                return _name(f"{path}.{name}")
            case Instance(kind=kind, attributes=attributes):
                if name in attributes:
                    return attributes[name]
                if name in kind.functions:
                    return replace(kind.functions[name], owner=owner)
                return kind.fields.get(name, Method(owner, name))
            case Call(weight=weight, bias=bias) if name in ("weight", "bias"):
                return (weight if name == "weight" else bias) or UNKNOWN
            case Array() if name == "T":
                return owner.transposed(*range(len(owner.shape) - 1, -1, -1))
            case Array(shape=shape) if name == "shape" and not owner.pads:
                return shape
            case Tensor() if name in ("shape", "ndim"):
                return UNKNOWN
            case Tensor() if name in ("data", "T"):
                return owner
            case Chain() | Array() | Tensor() | list() | dict() | Call() | str():
                return Method(owner, name)
        return UNKNOWN

    def _subscript(self, node: ast.expr, owner: Any, index: Any) -> Any:
        match owner:
            case tuple() | list() if isinstance(index, int | slice):
                try:
                    return owner[index]
                except (IndexError, TypeError, ValueError):
                    return UNKNOWN
            case dict():
                return owner.get(index, UNKNOWN) if isinstance(index, str | int) else UNKNOWN
            case Chain(layers=layers) if isinstance(index, int) and -len(layers) <= index < len(layers):
                return layers[index]
            case Array():
                return arrays.indexed(owner, index)
            case Tensor():
                return self.graph.cut(node, owner, index)
        return UNKNOWN

    def _logical(self, op: ast.boolop, values: Sequence[ast.expr], scope: dict[str, Any]) -> Any:
        result: Any = UNKNOWN
        for each in values:
            result = self._value(each, scope)
            if result is UNKNOWN or isinstance(result, Name):
                return UNKNOWN
            if bool(result) == isinstance(op, ast.Or):
                return result
        return result

    def _binary(self, node: ast.AST, op: ast.operator, left: Any, right: Any) -> Any:
        if all(isinstance(each, Tensor) or (isinstance(each, Array) and each.is_image) for each in (left, right)):
            left, right = (
                self.graph.tensor(each, getattr(each, "library", "") != "torch", 0) for each in (left, right)
            )
        if isinstance(left, Tensor) or isinstance(right, Tensor):
            return self.graph.operated(node, op, left, right)
        if isinstance(left, Array) or isinstance(right, Array):
            return left if isinstance(left, Array) and isinstance(op, ast.Add | ast.Sub) else UNKNOWN
        if isinstance(left, list | tuple) and type(left) is type(right) and isinstance(op, ast.Add):
            return type(left)([*left, *right]) if len(left) + len(right) <= limits.CODE_LIST else UNKNOWN
        if isinstance(left, list | tuple) and isinstance(right, int) and isinstance(op, ast.Mult):
            return left * right if len(left) * max(right, 0) <= limits.CODE_LIST else UNKNOWN
        if not is_number(left) or not is_number(right):
            return UNKNOWN
        return arithmetic(op, left, right)

    # --- calls --------------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call, scope: dict[str, Any]) -> Any:
        function = self._value(node.func, scope)
        if isinstance(function, Name) and function.path.rpartition(".")[2] == "super":
            return UNKNOWN
        positional = self._members(node.args, scope)
        named: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self._value(keyword.value, scope)
            if (long := len(keyword.arg or "")) > SOURCE:
                raise self._refuse(node, f"a parameter must have at most {SOURCE} characters; got {long:,}.")
            if keyword.arg in named:
                raise self._refuse(node, f"{keyword.arg} must be there once; got it twice.")
            if keyword.arg is None:
                named |= (
                    {key: each for key, each in value.items() if isinstance(key, str)}
                    if isinstance(value, dict)
                    else {}
                )
            else:
                named[keyword.arg] = value
        if isinstance(function, Partial):
            positional, named = [*function.positional, *positional], {**function.named, **named}
            function = function.function
        match function:
            case Name(path=path):
                return self._library(node, path, positional, named)
            case Function():
                return self._invoke(function, positional, named)
            case Class():
                return self._instance(function, positional, named)
            case Call() | Chain() | Instance():
                return self._apply(function, positional, named)
            case Method(owner=owner, name=name):
                return self._method(node, owner, name, positional, named)
        return self._passed(positional)

    def _passed(self, positional: Sequence[Any]) -> Any:
        """Return what an unknown function makes of its arguments: it may wrap a layer, as spectral_norm does."""
        layers = [value for value in positional if isinstance(value, Call | Chain)]
        return layers[0] if len(layers) == 1 == len(positional) else UNKNOWN

    def _apply(self, function: Any, positional: Sequence[Any], named: Mapping[str, Any] | None = None) -> Any:
        """Apply a layer, layers one after the other, or an object of the text."""
        self._steps += 1  # chains of chains may be empty, and many
        if self._steps > limits.CODE_STEPS:
            raise SpecError(f"The code must be read in at most {limits.CODE_STEPS:,} steps; got more.")
        match function:
            case Call():
                if function.row.kind in ("add", "multiply", "concat"):
                    return self.graph.join(function, positional)
                inputs = [value for value in positional if isinstance(value, Tensor | Array)][:1]
                if not inputs and named:
                    inputs = [value for value in named.values() if isinstance(value, Tensor | Array)][:1]
                if not inputs:
                    inputs = [self.graph.input()]
                return self.graph.add(function, self.graph.tensor(inputs[0], function.is_last, function.row.rank))
            case Chain(layers=layers):
                value: Any = positional[0] if positional else self.graph.input()
                rest = layers
                if layers and isinstance(layers[0], Tensor):  # keras.Input as the first layer
                    rest = layers[1:]
                    if not isinstance(value, Array) and self.graph.nodes[getattr(value, "node", 0)].shape is None:
                        value = layers[0]
                for layer in rest:
                    value = (
                        self._apply(layer, [value]) if isinstance(layer, Call | Chain | Instance | Function) else value
                    )
                    if value is UNKNOWN:
                        return UNKNOWN
                return value
            case Instance(kind=kind):
                for name in _FORWARD:
                    if name in kind.functions:
                        return self._invoke(replace(kind.functions[name], owner=function), positional, named or {})
                if "Sequential" in map(_tail, kind.bases):
                    return self._apply(Chain([*function.attributes.values()]), positional)
                layers = [value for value in function.attributes.values() if isinstance(value, Call | Chain)]
                return self._apply(Chain(layers), positional)
            case Function():
                return self._invoke(function, positional, named or {})
        return UNKNOWN

    def _instance(self, kind: Class, positional: list[Any], named: Mapping[str, Any]) -> Instance:
        instance = Instance(kind)
        fields = list(kind.fields)
        if "__init__" not in kind.functions:
            for name, value in [*zip(fields, positional, strict=False), *named.items()]:
                instance.attributes[name] = value
        self._objects.append(instance)
        for name in _SETUP:
            if name in kind.functions:
                given = (positional, named) if name == "__init__" else ([], {})
                self._invoke(replace(kind.functions[name], owner=instance), *given)
        self._objects.remove(instance)
        self._objects.append(instance)  # after those that it is made of
        return instance

    def _invoke(self, function: Function, positional: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """Run a function of the text with its own names."""
        self._depth += 1
        self._ran.add(id(function.body))
        if self._depth > limits.CODE_DEPTH:
            raise self._refuse(function.body[0], f"calls must be at most {limits.CODE_DEPTH} inside one another.")
        parameters = function.parameters
        names = [each.arg for each in [*parameters.posonlyargs, *parameters.args]]
        scope = dict(function.scope) if function.scope is not self._names else {}
        self._steps += len(scope)
        values = list(positional)
        if function.owner is not None and names:
            values.insert(0, function.owner)
        usual = [self._value(each, scope) for each in parameters.defaults]
        scope |= dict.fromkeys(names, UNKNOWN)
        scope |= dict(zip(names[len(names) - len(usual) :], usual, strict=True))
        for argument, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True):
            scope[argument.arg] = UNKNOWN if default is None else self._value(default, scope)
        scope |= dict(zip(names, values, strict=False))
        if parameters.vararg is not None:
            scope[parameters.vararg.arg] = tuple(values[len(names) :])
        if parameters.kwarg is not None:
            scope[parameters.kwarg.arg] = {key: value for key, value in named.items() if key not in scope}
        scope |= {key: value for key, value in named.items() if key in scope}
        try:
            self._body(function.body, scope)
        except _ReturnedError as result:
            return result.value
        finally:
            self._depth -= 1
        return None

    def _method(self, node: ast.Call, owner: Any, name: str, positional: list[Any], named: dict[str, Any]) -> Any:
        match owner:
            case Chain(layers=layers) if name in ("add", "append") and positional:
                layers.append(positional[0])
                return None
            case Chain(layers=layers) if name == "add_module" and len(positional) == 2:
                layers.append(positional[1])
                return None
            case Instance(attributes=attributes) if name == "add_module" and len(positional) == 2:
                if isinstance(positional[0], str):
                    attributes[positional[0]] = positional[1]
                return None
            case Instance() if name in ("apply", "init", "forward", "predict") and positional:
                images = [value for value in positional if isinstance(value, Array | Tensor)]
                return self._apply(owner, images) if images else UNKNOWN
            case Chain() | Instance() if name in ("to", "cuda", "cpu", "eval", "train", "float", "double"):
                return owner
            case Chain() | Instance() if name == "build":
                if positional and isinstance(positional[0], tuple):
                    self.graph.example = self.graph.grid(positional[0][1:], is_last=True)
                return None
            case list():
                if name == "append" and positional and len(owner) < limits.CODE_LIST:
                    owner.append(positional[0])
                elif name == "extend" and positional and isinstance(positional[0], list | tuple):
                    owner += positional[0][: limits.CODE_LIST - len(owner)]
                return None
            case dict() if name in ("values", "items", "keys"):
                return list(getattr(owner, name)())
            case Array() if owner.is_image and name in (
                "flatten",
                "mean",
                "view",
                "reshape",
                *ACTIVATIONS,
            ):
                image = self.graph.tensor(owner, owner.library != "torch", 0)
                return self.graph.method(node, image, name, positional, named)
            case Array():
                return arrays.method(owner, name, positional, named)
            case Tensor():
                return self.graph.method(node, owner, name, positional, named)
            case Call() if name == "set_weights" and positional and isinstance(positional[0], list):
                arrays.set_keras_weights(owner, positional[0])
            case Call() if name in ("to", "cuda", "float", "double", "eval"):
                return owner
        return UNKNOWN

    # --- libraries ----------------------------------------------------------------------------------------------------

    def _library(self, node: ast.Call, path: str, positional: list[Any], named: dict[str, Any]) -> Any:
        tail = _tail(path)
        if tail in _CHAINS:
            return self._chain(tail, positional, named)
        if tail in ("Input", "InputLayer") and not path.startswith("torch"):
            shape = named.get("shape", named.get("input_shape", positional[0] if positional else None))
            return self.graph.input(self.graph.grid(shape, is_last=True) if isinstance(shape, tuple | list) else None)
        if tail in ("OrderedDict", "ModuleDict", "dict", "list", "tuple", "Parameter", "Variable", "int", "float"):
            return _unwrapped(tail, positional, named)
        if tail == "partial" and positional:
            return Partial(positional[0], positional[1:], named)
        if tail == "summary":
            shapes = [value for value in [*positional[1:], *named.values()] if isinstance(value, tuple)]
            if shapes and shapes[0] and all(isinstance(side, int) for side in shapes[0]):
                self.graph.example = shapes[0][-3:] if len(shapes[0]) == 4 else shapes[0]
            return UNKNOWN
        if tail == "make_node":
            return self.graph.onnx_node(node, positional, named, self._names)
        if (made := arrays.made(path, positional, named)) is not None:
            return replace(made, padded=(node.lineno, self.graph.source(node))) if made.pads else made
        found = row_of(path, self.graph.dialect)
        inputs = [value for value in positional if isinstance(value, Tensor | Array)]
        if found is None:
            return self._other(node, tail, path, positional, named, inputs)
        return self._layer(node, *found, positional, named)

    def _other(
        self, node: ast.Call, tail: str, path: str, positional: list[Any], named: dict[str, Any], inputs: list[Any]
    ) -> Any:
        """Read functions of libraries that are no layers."""
        if tail in _JOINS:
            members = positional[0] if positional and isinstance(positional[0], list | tuple) else inputs
            like = next((self.graph.nodes[each.node].call for each in members if isinstance(each, Tensor)), None)
            return self.graph.join(self.graph.made(node, tail, _JOINS[tail], {}, like), [list(members)])
        if tail in ("mean", "reshape", "ravel") and inputs and isinstance(inputs[0], Array) and inputs[0].is_image:
            inputs[0] = self.graph.tensor(inputs[0], inputs[0].library != "torch", 0)
        tensors = [value for value in inputs if isinstance(value, Tensor)]
        if tail in ("stack", "max", "mean", "sum") and isinstance(first := next(iter(positional), None), Tensor):
            call = self.graph.nodes[first.node].call
            if call is not None and call.arguments.get("divisor") == 1:
                if tail in ("max", "mean"):
                    self.graph.replace(first, mode="max" if tail == "max" else "average")
                return first
        if (
            tail in ("maximum", "where", "nan_to_num", "convert_to_numpy", "asarray", "permute", "transpose")
            and tensors
        ):
            return tensors[-1]
        if tail == "reshape" and tensors and len(positional) == 2 and isinstance(positional[1], tuple | list):
            return self.graph.reshaped(node, tensors[0], list(positional[1]))
        if tail in ("mean", "reduce_mean") and tensors:
            axes = positional[1] if len(positional) > 1 else named.get("axis", named.get("dim"))
            return self.graph.mean(node, tensors[0], axes)
        if tail == "ravel" and tensors:
            return self.graph.add(self.graph.made(node, "flatten", "flatten", {}, None), tensors[0])
        module = path.rpartition(".")[0]
        roots = [dialect for dialect in DIALECTS if module in dialect.roots]
        if (
            roots
            and tail[:1].isupper()
            and not tail.endswith(("Loss", "Module", "List", "Rngs", "Layer"))
            and not tensors
        ):
            dialect = roots[0]
            row, near = Row(tail, "unread", {}, 0), {"near": nearest(tail, dialect.rows)}
            call = Call(node.lineno, self.graph.source(node), tail, row, dialect.name, dialect.is_last, near)
            self._calls.append(call)
            return call
        return self._passed(positional)

    def _chain(self, tail: str, positional: list[Any], named: Mapping[str, Any]) -> Any:
        if tail == "Model":
            return UNKNOWN
        members: list[Any] = []
        for value in [*positional, *[named[name] for name in ("layers", "modules") if name in named]]:
            if isinstance(value, dict):
                members += value.values()
            elif isinstance(value, list | tuple):
                members += [each[1] if isinstance(each, tuple) and len(each) == 2 else each for each in value]
            else:
                members.append(value)
        if tail == "ModuleList":
            return members
        chain = Chain([value for value in members if isinstance(value, Call | Chain | Instance | Function | Tensor)])
        self._chains.append(chain)
        return chain

    def _layer(self, node: ast.Call, dialect: Dialect, row: Row, positional: list[Any], named: dict[str, Any]) -> Any:
        """Return a layer, or what a function makes of its input."""
        image: Any = None
        if row.is_functional:
            first = next(iter(row.parameters))
            if not positional and first in named:
                image = named.pop(first)
            elif positional:
                image, *positional = positional
            else:
                image = UNKNOWN
        call = bound(node.lineno, self.graph.source(node), dialect, row, positional, named)
        if not row.is_functional:
            if row.kind in ("add", "multiply", "concat") and positional:
                return self.graph.join(call, positional)
            self._calls.append(call)
            return call
        if isinstance(image, Array) and row.kind == "pad" and not image.is_image:
            return arrays.padded_torch(image, call)
        if isinstance(image, Array) and row.kind in ("identity", "norm") and len(image.shape) < 3:
            return image
        call = lax.canonical(call) if row.kind.startswith("lax") else call
        if isinstance(image, Tensor | Array):
            return self.graph.add(call, self.graph.tensor(image, call.is_last, call.rank))
        if row.kind in ("identity", "norm", "flatten", "pad"):
            return UNKNOWN
        return self.graph.add(call, self.graph.input())


def _name(path: str) -> Any:
    """Return the name of a library, which is not known if it is longer than any has."""
    return Name(path) if len(path) <= SOURCE else UNKNOWN


def _tail(value: Any) -> str:
    path = value.path if isinstance(value, Name) else value if isinstance(value, str) else ""
    return path.rpartition(".")[2]


def _unwrapped(tail: str, positional: list[Any], named: dict[str, Any]) -> Any:
    """Return what a call only holds together."""
    if tail in ("OrderedDict", "ModuleDict", "dict"):
        pairs = positional[0] if positional else {}
        if isinstance(pairs, list | tuple):
            pairs = {
                each[0]: each[1]
                for each in pairs
                if isinstance(each, tuple | list) and len(each) == 2 and isinstance(each[0], str)
            }
        return {**pairs, **named} if isinstance(pairs, dict) else UNKNOWN
    value: Any = positional[0] if positional else UNKNOWN
    if tail == "list" and isinstance(value, list | tuple):
        return list(value)
    if tail == "tuple" and isinstance(value, list | tuple):
        return tuple(value)
    if tail == "float" and value in ("inf", "-inf"):
        return float(value)
    if tail == "int" and is_number(value):
        return int(value) if abs(value) <= limits.CODE_NUMBER else UNKNOWN
    return value


def _stored(node: ast.AST) -> Iterator[str]:
    """Yield the names that a part of the text assigns."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            yield each.id


def _names_in(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id
