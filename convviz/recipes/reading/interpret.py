"""A syntax tree read as the layers that it applies: names are followed, nothing is executed.

Only what a text says itself is known: numbers, tuples, arithmetic on them, layers, and functions and classes of the
text. All else is unknown, and nothing follows from it. A loop that makes layers is refused.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any, Final

from convviz import limits
from convviz.arithmetic.arguments import nearest
from convviz.errors import SpecError

from . import arrays, lax, onnx_nodes
from .dialects import DIALECTS, KERAS, LINEN, MISSING, PYTORCH, Dialect, Row
from .values import UNKNOWN, Array, Call, Chain, Class, Function, Instance, Method, Name, Node, Partial, Tensor

_SOURCE: Final = 160
"""Characters of a call that are kept, of a name that is known, and of a text that is an argument."""

_JOINS: Final[Mapping[str, str]] = {
    "cat": "concat",
    "concat": "concat",
    "concatenate": "concat",
    "add": "add",
    "mul": "multiply",
}
"""Functions that join images, by the ends of their names."""

_FORWARD: Final = ("forward", "__call__", "call")
_SETUP: Final = ("__init__", "setup", "build")
_SAME_METHODS: Final = (
    "relu relu_ sigmoid tanh contiguous to cuda cpu float double half detach numpy clone permute"
    " transpose squeeze unsqueeze requires_grad_ type astype copy softmax log_softmax exp abs sqrt clamp"
    " dropout"
)
_ACTIVATIONS: Final = "relu relu_ sigmoid tanh softmax log_softmax exp abs sqrt clamp"
_CHAINS: Final = frozenset({"Sequential", "ModuleList", "Model"})

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


class _ReturnedError(Exception):
    """The value that a function returns, on its way to the call."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Program:
    """The layers of a syntax tree.

    Attributes
    ----------
    nodes : list of Node
        Layers that are applied, in the order of computation.
    last : int, optional
        The node that gives the output.
    dialect : str
        The framework of the first layer.
    text : str
        What was read.
    """

    def __init__(self, tree: ast.Module, lines: Sequence[str], text: str) -> None:
        self.text = text
        self.nodes: list[Node] = []
        self.dialect = ""
        self._lines = lines
        self._names: dict[str, Any] = {}
        self._calls: list[Call] = []
        self._objects: list[Instance] = []
        self._chains: list[Chain] = []
        self._ran: set[int] = set()
        self._roots: dict[int, tuple[Array, Tensor]] = {}
        self._outputs: dict[str, Tensor] = {}
        self._steps = self._depth = 0
        self._loop = 0
        self._framework = "pytorch"
        self._first = "channels_first" in "\n".join(lines)
        self._example: tuple[int | None, ...] | None = None
        try:
            self._run_all(tree)
        except RecursionError:
            raise SpecError("The code must have fewer calls inside one another to be read.") from None
        self.last = next((n for n in range(len(self.nodes) - 1, -1, -1) if self.nodes[n].call is not None), None)
        if self.last is None:
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
        if any(node.call is not None for node in self.nodes):
            return
        if self._objects:
            self._apply(self._objects[-1], [self._input()])
        elif self._chains:
            self._apply(self._chains[-1], [self._input()])
        else:
            self._run_definition()
        if any(node.call is not None for node in self.nodes):
            return
        if self._chains:
            self._apply(self._chains[-1], [self._input()])
        elif self._calls:
            self._apply(Chain(list(self._calls)), [self._input()])

    def _run_definition(self) -> None:
        """Run the last class or function of the text."""
        definitions = [value for value in self._names.values() if isinstance(value, Class | Function)]
        for value in reversed(definitions):
            if isinstance(value, Class):
                instance = self._instance(value, [], {})
                if any(name in value.functions for name in _FORWARD):
                    self._apply(instance, [self._input()])
            elif id(value.body) not in self._ran:
                count = len(value.parameters.args) - len(value.parameters.defaults)
                self._invoke(value, [self._input(), *[UNKNOWN] * (count - 1)] if count > 0 else [], {})
            if self.nodes and any(node.call is not None for node in self.nodes):
                return
            if self._calls:
                return

    def _input(self, shape: tuple[int | None, ...] | None = None) -> Tensor:
        self.nodes.append(Node(None, shape=shape or self._example))
        return Tensor(len(self.nodes) - 1)

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
                old = self._value(_loaded(target), scope)
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
                if path and (self._row(path) is not None or path.rpartition(".")[2] in _CHAINS):
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
                    scope[owner.id] = self._stretched(target, holder, value, self._index(index, scope))

    def _label(self, value: Any, name: str) -> None:
        if isinstance(value, Call) and not value.label:
            value.label = name

    def _class(self, node: ast.ClassDef, scope: dict[str, Any]) -> Class:
        functions = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
        fields: dict[str, Any] = {}
        for each in node.body:
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
                fields[each.target.id] = UNKNOWN if each.value is None else self._value(each.value, scope)
            elif isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
                fields[each.targets[0].id] = self._value(each.value, scope)
        bases = tuple(self._value(base, scope) for base in node.bases)
        return Class(node.name, functions, fields, bases, scope)

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
                return value if known or (isinstance(value, str) and len(value) <= _SOURCE) else UNKNOWN
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
                return _unary(op, self._value(operand, scope))
            case ast.BoolOp(op=op, values=values):
                return self._logical(op, values, scope)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return _compared(op, self._value(left, scope), self._value(right, scope))
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
        call = self._made(node, "windows", "pooling", arguments, None)
        call.dialect, call.is_last = "keras", True
        return self._node(call, self._tensor(image, call.is_last, len(runs)))

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
                    each = kind.functions[name]
                    return Function(name, each.args, each.body, kind.scope, owner)
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
                return self._cut(node, owner, index)
        return UNKNOWN

    def _cut(self, node: ast.expr, tensor: Tensor, index: Any) -> Tensor:
        """Return a part of an image: cells are cropped or left out."""
        places = index if isinstance(index, tuple) else (index,)
        call = self.nodes[tensor.node].call
        if ... in places:
            places = places[places.index(...) + 1 :]
        else:
            places = places[1:] if call is None or call.is_last else places[2:]
        cuts = [each for each in places if isinstance(each, slice)]
        if not cuts or all(each == slice(None) for each in cuts):
            return tensor
        numbers = [number for each in cuts for number in (each.start, each.stop, each.step)]
        if not all(number is None or isinstance(number, int) for number in numbers):
            return tensor
        if all(each.start is None and each.stop is None for each in cuts):
            return self._node(
                self._made(node, "slice", "thin", {"stride": tuple(each.step or 1 for each in cuts)}, call), tensor
            )
        bounds = tuple((each.start or 0, each.stop) for each in cuts)
        return self._node(self._made(node, "slice", "cut", {"bounds": bounds}, call), tensor)

    def _stretched(self, node: ast.expr, holder: Array, value: Any, index: Any) -> Any:
        """Return an image whose cells are written into an array of zeros with gaps between them."""
        places = [each for each in index if isinstance(each, slice)] if isinstance(index, tuple) else []
        places = [each for each in places if each != slice(None)]
        numbers = [number for each in places for number in (each.start, each.stop, each.step)]
        sizes = holder.shape[1 : 1 + len(places)]
        if not len(places) == len(sizes) > 0 or not all(isinstance(n, int) and n >= 0 for n in numbers):
            return UNKNOWN
        if any(each.step < 1 or each.stop <= each.start for each in places):
            return UNKNOWN
        tensor = self._tensor(value, is_last=True, rank=len(places))
        sides = tuple(
            (each.start, size - 1 - (each.stop - 1 - (each.stop - 1 - each.start) % each.step))
            for each, size in zip(places, sizes, strict=True)
        )
        arguments = {"stride": tuple(each.step for each in places), "sides": sides}
        return self._node(self._made(node, "stretch", "stretch", arguments, None), tensor)

    def _made(self, node: ast.AST, name: str, kind: str, arguments: dict[str, Any], like: Call | None) -> Call:
        """Return a layer that the text has as an expression."""
        row = Row(name, kind, {}, 0)
        dialect = like.dialect if like else self.dialect or self._framework
        is_last = like.is_last if like else dialect in ("keras", "flax", "jax")
        return Call(node.lineno, self._source(node), name, row, dialect, is_last, arguments, frozenset(arguments))  # type: ignore[attr-defined]

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
            left, right = (self._tensor(each, getattr(each, "library", "") != "torch", 0) for each in (left, right))
        if isinstance(left, Tensor) or isinstance(right, Tensor):
            return self._on_images(node, op, left, right)
        if isinstance(left, Array) or isinstance(right, Array):
            return left if isinstance(left, Array) and isinstance(op, ast.Add | ast.Sub) else UNKNOWN
        if isinstance(left, list | tuple) and type(left) is type(right) and isinstance(op, ast.Add):
            return type(left)([*left, *right]) if len(left) + len(right) <= limits.CODE_LIST else UNKNOWN
        if isinstance(left, list | tuple) and isinstance(right, int) and isinstance(op, ast.Mult):
            return left * right if len(left) * max(right, 0) <= limits.CODE_LIST else UNKNOWN
        if not _is_number(left) or not _is_number(right):
            return UNKNOWN
        return _arithmetic(op, left, right)

    def _on_images(self, node: ast.AST, op: ast.operator, left: Any, right: Any) -> Any:
        """Return what an operator makes of an image: a join, an average of a sum, or the same image."""
        if isinstance(left, Tensor) and isinstance(right, Tensor):
            if isinstance(op, ast.Div) and (counted := self._counted(right)):
                self._replace(left, counted=counted)
                self.nodes.append(self.nodes[left.node])  # so that it comes after what it is divided by
                return Tensor(len(self.nodes) - 1)
            kind = {ast.Add: "add", ast.Sub: "add", ast.Mult: "multiply"}.get(type(op))
            if kind is None:
                return UNKNOWN
            return self._node(self._made(node, kind, kind, {}, None), left, right)
        tensor = left if isinstance(left, Tensor) else right
        call = self.nodes[tensor.node].call
        other = right if left is tensor else left
        if isinstance(op, ast.Add) and isinstance(other, Array) and len(other.shape) == 1 and call is not None:
            if call.row.kind in ("convolution", "transposed") and call.bias is None:
                call.bias = other
            return tensor
        if (
            isinstance(op, ast.Div)
            and left is tensor
            and _is_number(right)
            and call
            and call.arguments.get("divisor") == 1
        ):
            sizes = call.arguments.get("kernel_size")
            is_known = isinstance(sizes, tuple) and all(isinstance(size, int) for size in sizes)
            self._replace(tensor, divisor=None if is_known and right == prod(sizes or ()) else right)
        return tensor

    def _counted(self, tensor: Tensor) -> Array | None:
        """Return the array of ones whose sums an image is divided by."""
        node, pads = self.nodes[tensor.node], None
        while node.inputs:
            if node.call is None or node.call.row.kind not in ("pooling", "pad"):
                return None
            pads = node.call.arguments.get("sides", pads)
            node = self.nodes[node.inputs[0]]
        return node.array and replace(node.array, pads=((0, 0), *pads) if pads else ())

    def _replace(self, tensor: Tensor, counted: Array | None = None, **arguments: Any) -> None:
        node = self.nodes[tensor.node]
        if node.call is not None and node.call.row.kind == "pooling":
            call = node.call.changed(**{"divisor": None, **arguments})
            call.counted = counted
            self.nodes[tensor.node] = replace(node, call=call)

    # --- calls --------------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call, scope: dict[str, Any]) -> Any:
        function = self._value(node.func, scope)
        if isinstance(function, Name) and function.path.rpartition(".")[2] == "super":
            return UNKNOWN
        positional = self._members(node.args, scope)
        named: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self._value(keyword.value, scope)
            if (long := len(keyword.arg or "")) > _SOURCE:
                raise self._refuse(node, f"a parameter must have at most {_SOURCE} characters; got {long:,}.")
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
                    return self._join(function, positional)
                inputs = [value for value in positional if isinstance(value, Tensor | Array)][:1]
                if not inputs and named:
                    inputs = [value for value in named.values() if isinstance(value, Tensor | Array)][:1]
                if not inputs:
                    inputs = [self._input()]
                return self._node(function, self._tensor(inputs[0], function.is_last, function.row.rank))
            case Chain(layers=layers):
                value: Any = positional[0] if positional else self._input()
                rest = layers
                if layers and isinstance(layers[0], Tensor):  # keras.Input as the first layer
                    rest = layers[1:]
                    if not isinstance(value, Array) and self.nodes[getattr(value, "node", 0)].shape is None:
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
                        each = kind.functions[name]
                        return self._invoke(
                            Function(name, each.args, each.body, kind.scope, function), positional, named or {}
                        )
                if any(base in ("Sequential",) for base in map(_tail, kind.bases)):
                    return self._apply(Chain([*function.attributes.values()]), positional)
                layers = [value for value in function.attributes.values() if isinstance(value, Call | Chain)]
                return self._apply(Chain(layers), positional)
            case Function():
                return self._invoke(function, positional, named or {})
        return UNKNOWN

    def _join(self, call: Call, positional: Sequence[Any]) -> Any:
        members = positional[0] if positional and isinstance(positional[0], list | tuple) else positional
        tensors = [self._tensor(value, call.is_last, 0) for value in members if isinstance(value, Tensor | Array)]
        if len(tensors) < 2:
            return tensors[0] if tensors else UNKNOWN
        return self._node(call, *tensors)

    def _node(self, call: Call, *inputs: Tensor) -> Tensor:
        if len(self.nodes) >= limits.CODE_LAYERS:
            raise SpecError(f"Line {call.line}: the code must have at most {limits.CODE_LAYERS} layers; got more.")
        self.dialect = self.dialect or call.dialect
        example = call.arguments.get("input_shape")
        source = self.nodes[inputs[0].node]
        if isinstance(example, tuple) and source.call is None and source.shape is None:
            self.nodes[inputs[0].node] = replace(source, shape=self._grid(example, is_last=call.is_last))
        self.nodes.append(Node(call, tuple(each.node for each in inputs)))
        return Tensor(len(self.nodes) - 1)

    def _tensor(self, value: Any, is_last: bool, rank: int) -> Tensor:
        """Return an image; an array becomes the input that it is, with what is put around it as a layer."""
        if isinstance(value, Tensor):
            return value
        assert isinstance(value, Array)
        self._framework = {"torch": "pytorch", "keras": "keras", "jnp": "jax", "jax": "jax"}.get(
            value.library, self._framework
        )
        if id(value) in self._roots:
            return self._roots[id(value)][1]
        image = arrays.image(value, is_last and not self._first, rank)
        self.nodes.append(Node(None, array=replace(image, pads=(), mode="zeros"), shape=image.shape))
        tensor = Tensor(len(self.nodes) - 1)
        if any(pair != (0, 0) for pair in image.pads):
            line, source = value.padded or (1, "")
            row = Row("pad", "pad", {}, 0)
            arguments = {"sides": image.pads[1:], "mode": image.mode}
            call = Call(line, source, "pad", row, "", is_last, arguments)
            tensor = self._node(call, tensor)
        self._roots[id(value)] = value, tensor
        return tensor

    def _instance(self, kind: Class, positional: list[Any], named: Mapping[str, Any]) -> Instance:
        instance = Instance(kind)
        fields = list(kind.fields)
        if "__init__" not in kind.functions:
            for name, value in [*zip(fields, positional, strict=False), *named.items()]:
                instance.attributes[name] = value
        self._objects.append(instance)
        for name in _SETUP:
            if name in kind.functions and name != "build":
                each = kind.functions[name]
                given = (positional, named) if name == "__init__" else ([], {})
                self._invoke(Function(name, each.args, each.body, kind.scope, instance), *given)
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
                    self._example = self._grid(positional[0][1:], is_last=True)
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
                *_ACTIVATIONS.split(),
            ):
                image = self._tensor(owner, owner.library != "torch", 0)
                return self._image_method(node, image, name, positional, named)
            case Array():
                return arrays.method(owner, name, positional, named)
            case Tensor():
                return self._image_method(node, owner, name, positional, named)
            case Call() if name == "set_weights" and positional and isinstance(positional[0], list):
                arrays.set_keras_weights(owner, positional[0])
            case Call() if name in ("to", "cuda", "float", "double", "eval"):
                return owner
        return UNKNOWN

    def _image_method(
        self, node: ast.Call, tensor: Tensor, name: str, positional: list[Any], named: dict[str, Any]
    ) -> Any:
        call = self.nodes[tensor.node].call
        if name in ("view", "reshape"):
            sizes = positional[0] if positional and isinstance(positional[0], tuple | list) else positional
            return self._reshaped(node, tensor, list(sizes))
        if name == "flatten":
            arguments = {"start_dim": positional[0] if positional else named.get("start_dim", 0)}
            return self._node(self._made(node, name, "flatten", arguments, call), tensor)
        if name == "mean":
            axes = positional[0] if positional else named.get("dim", named.get("axis"))
            return self._mean(node, tensor, axes)
        if name in ("add", "add_") and positional and isinstance(positional[0], Tensor):
            return self._node(self._made(node, "add", "add", {}, call), tensor, positional[0])
        if name in _ACTIVATIONS.split():
            return self._node(self._made(node, name, "identity", {}, call), tensor)
        return tensor if name in _SAME_METHODS.split() else UNKNOWN

    def _reshaped(self, node: ast.AST, tensor: Tensor, sizes: list[Any]) -> Tensor:
        """Read view and reshape: the first number is the batch."""
        call = self.nodes[tensor.node].call
        rest = sizes[1:]
        if len(rest) <= 1 and (not rest or rest[0] == -1 or not _is_number(rest[0])):
            return self._node(self._made(node, "flatten", "flatten", {"start_dim": 1}, call), tensor)
        return self._node(self._made(node, "reshape", "reshape", {"size": tuple(rest)}, call), tensor)

    def _mean(self, node: ast.AST, tensor: Tensor, axes: Any) -> Any:
        if (isinstance(axes, tuple | list) and len(axes) in (2, 3)) or axes in ((2,), [2]):
            made = self._made(node, "mean", "global", {"mode": "average"}, self.nodes[tensor.node].call)
            made.row = replace(made.row, rank=len(axes))
            return self._node(made, tensor)
        return UNKNOWN

    # --- libraries ----------------------------------------------------------------------------------------------------

    def _library(self, node: ast.Call, path: str, positional: list[Any], named: dict[str, Any]) -> Any:
        tail = _tail(path)
        if tail in _CHAINS:
            return self._chain(tail, positional, named)
        if tail in ("Input", "InputLayer") and not path.startswith("torch"):
            shape = named.get("shape", named.get("input_shape", positional[0] if positional else None))
            return self._input(self._grid(shape, is_last=True) if isinstance(shape, tuple | list) else None)
        if tail in ("OrderedDict", "ModuleDict", "dict", "list", "tuple", "Parameter", "Variable", "int", "float"):
            return _unwrapped(tail, positional, named)
        if tail == "partial" and positional:
            return Partial(positional[0], positional[1:], named)
        if tail == "summary":
            shapes = [value for value in [*positional[1:], *named.values()] if isinstance(value, tuple)]
            if shapes and shapes[0] and all(isinstance(side, int) for side in shapes[0]):
                self._example = shapes[0][-3:] if len(shapes[0]) == 4 else shapes[0]
            return UNKNOWN
        if tail == "make_node":
            return self._graph_node(node, positional, named)
        if (made := arrays.made(path, positional, named)) is not None:
            return replace(made, padded=(node.lineno, self._source(node))) if made.pads else made
        found = self._row(path)
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
            like = next((self.nodes[each.node].call for each in members if isinstance(each, Tensor)), None)
            return self._join(self._made(node, tail, _JOINS[tail], {}, like), [list(members)])
        if tail in ("mean", "reshape", "ravel") and inputs and isinstance(inputs[0], Array) and inputs[0].is_image:
            inputs[0] = self._tensor(inputs[0], inputs[0].library != "torch", 0)
        tensors = [value for value in inputs if isinstance(value, Tensor)]
        if tail in ("stack", "max", "mean", "sum") and isinstance(first := next(iter(positional), None), Tensor):
            call = self.nodes[first.node].call
            if call is not None and call.arguments.get("divisor") == 1:
                if tail in ("max", "mean"):
                    self._replace(first, mode="max" if tail == "max" else "average")
                return first
        if (
            tail in ("maximum", "where", "nan_to_num", "convert_to_numpy", "asarray", "permute", "transpose")
            and tensors
        ):
            return tensors[-1]
        if tail in ("reshape",) and tensors and len(positional) == 2 and isinstance(positional[1], tuple | list):
            return self._reshaped(node, tensors[0], list(positional[1]))
        if tail in ("mean", "reduce_mean") and tensors:
            axes = positional[1] if len(positional) > 1 else named.get("axis", named.get("dim"))
            return self._mean(node, tensors[0], axes)
        if tail in ("ravel",) and tensors:
            return self._node(self._made(node, "flatten", "flatten", {}, None), tensors[0])
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
            call = Call(node.lineno, self._source(node), tail, row, dialect.name, dialect.is_last, near)
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

    def _row(self, path: str) -> tuple[Dialect, Row] | None:
        """Return the row of a name of a library."""
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
            ordered = sorted(DIALECTS, key=lambda each: each.name != self.dialect)
            for dialect in ordered:
                if tail in dialect.rows and tail not in ("add", "multiply", "exp", "abs", "sqrt", "pad", "min_pool"):
                    return dialect, dialect.rows[tail]
        return None

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
        call = self._bound(node, dialect, row, positional, named)
        if not row.is_functional:
            if row.kind in ("add", "multiply", "concat") and positional:
                return self._join(call, positional)
            self._calls.append(call)
            return call
        if isinstance(image, Array) and row.kind == "pad" and not image.is_image:
            return arrays.padded_torch(image, call)
        if isinstance(image, Array) and row.kind in ("identity", "norm") and len(image.shape) < 3:
            return image
        call = lax.canonical(call) if row.kind.startswith("lax") else call
        if isinstance(image, Tensor | Array):
            return self._node(call, self._tensor(image, call.is_last, _rank_of(call)))
        if row.kind in ("identity", "norm", "flatten", "pad"):
            return UNKNOWN
        return self._node(call, self._input())

    def _bound(
        self, node: ast.Call, dialect: Dialect, row: Row, positional: list[Any], named: Mapping[str, Any]
    ) -> Call:
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
        bound = frozenset(parameters[name][0] for name in given if name in parameters)
        return Call(
            node.lineno,
            self._source(node),
            row.name,
            row,
            dialect.name,
            is_last,
            arguments,
            bound,
            problem,
            weight=arguments["weight"] if isinstance(arguments.get("weight"), Array) else None,
            bias=arguments["bias"] if isinstance(arguments.get("bias"), Array) else None,
        )

    def _grid(self, shape: Sequence[Any], is_last: bool) -> tuple[int | None, ...] | None:
        """Return the shape of one image, channels first."""
        sides = tuple(side if isinstance(side, int) and side > 0 else None for side in shape)
        if len(sides) < 2:
            return sides or None
        return (sides[-1], *sides[:-1]) if is_last and not self._first else sides

    def _source(self, node: ast.AST) -> str:
        """Return the text of a call on one line."""
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1  # type: ignore[attr-defined]
        rows = [line.encode() for line in self._lines[first : last + 1]]
        rows[-1] = rows[-1][: node.end_col_offset]  # type: ignore[attr-defined]
        rows[0] = rows[0][node.col_offset :]  # type: ignore[attr-defined]
        text = " ".join(row.decode(errors="replace").strip() for row in rows)
        return text if len(text) <= _SOURCE else f"{text[: _SOURCE - 4]} ..."

    # --- graphs of ONNX -----------------------------------------------------------------------------------------------

    def _graph_node(self, node: ast.Call, positional: list[Any], named: Mapping[str, Any]) -> Any:
        """Read ``onnx.helper.make_node``, whose inputs are arrays or outputs of other nodes by their names."""
        match positional:
            case [str() as operator, [*inputs], [str() as output, *_], *_] if inputs:
                values = [self._named_image(name) for name in inputs]
            case _:
                return UNKNOWN
        image, *others = values
        if operator == "Div" and isinstance(image, Tensor) and others and isinstance(others[0], Tensor):
            self._outputs[output] = self._on_images(node, ast.Div(), image, others[0])
            return UNKNOWN
        kind, arguments = onnx_nodes.layer_of(operator, named)
        weight, bias = ([each if isinstance(each, Array) else None for each in others] + [None, None])[:2]
        if kind in ("convolution", "transposed") and weight is not None:
            arguments["weight"] = weight
        call = self._made(node, operator, kind, arguments, None)
        call.dialect, call.is_last, call.weight, call.bias = "onnx", False, weight, bias
        read = [image, *others] if kind in ("add", "multiply", "concat") else [image]
        tensors = [self._input() if each is None else self._tensor(each, False, _rank_of(call)) for each in read]
        self._outputs[output] = self._node(call, *tensors)
        return UNKNOWN

    def _named_image(self, name: Any) -> Tensor | Array | None:
        value = self._outputs.get(name, self._names.get(name)) if isinstance(name, str) else None
        return value if isinstance(value, Tensor | Array) else None


def _name(path: str) -> Any:
    """Return the name of a library, which is not known if it is longer than any has."""
    return Name(path) if len(path) <= _SOURCE else UNKNOWN


def _tail(value: Any) -> str:
    path = value.path if isinstance(value, Name) else value if isinstance(value, str) else ""
    return path.rpartition(".")[2]


def _rank_of(call: Call) -> int:
    """Return the axes of the grid that a layer says, 0 if it says none."""
    if call.row.rank:
        return call.row.rank
    if isinstance(weight := call.arguments.get("weight"), Array) and len(weight.shape) > 2:
        return len(weight.shape) - 2
    size = call.arguments.get("kernel_size")
    return len(size) if isinstance(size, tuple | list) else 0


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
    if tail == "int" and _is_number(value):
        return int(value) if abs(value) <= limits.CODE_NUMBER else UNKNOWN
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unary(op: ast.unaryop, value: Any) -> Any:
    if isinstance(op, ast.Not):
        return UNKNOWN if value is UNKNOWN or isinstance(value, Tensor | Name | Array) else not value
    if isinstance(value, Name):  # -jnp.inf
        return value
    if isinstance(value, Tensor):
        return value
    if not _is_number(value):
        return UNKNOWN
    return -value if isinstance(op, ast.USub) else value if isinstance(op, ast.UAdd) else UNKNOWN


def _arithmetic(op: ast.operator, left: Any, right: Any) -> Any:
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


def _compared(op: ast.cmpop, left: Any, right: Any) -> Any:
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


def _loaded(target: ast.expr) -> ast.expr:
    """Return what an assignment in place reads."""
    return target


def _stored(node: ast.AST) -> Iterator[str]:
    """Yield the names that a part of the text assigns."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            yield each.id


def _names_in(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id
