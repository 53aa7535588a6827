"""What a layer does with what comes in: its shape afterwards, the layer of a network that it is, and words about it.

One function a kind, the same for all frameworks; what differs between them are the arguments (`dialects`) and the rules
of their paddings, which are here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
from types import MappingProxyType
from typing import Any, Final

from convviz import limits
from convviz.analysis.receptive.footprints import Operation
from convviz.arithmetic import (
    Layer,
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool2d,
    conv2d,
    conv_transpose2d,
    max_pool2d,
    pad2d,
    pixel_shuffle,
    upsample2d,
)
from convviz.arithmetic.arguments import shown
from convviz.arithmetic.axis import effective_kernel_size, same_padding
from convviz.arithmetic.volume import Volume, over_axes
from convviz.errors import SpecError

from .values import UNKNOWN, Array, Call

Size = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What one image is between two layers; None is unknown.

    Attributes
    ----------
    channels : int, optional
        Where it is flat: its numbers.
    size : tuple of int, optional
        Cells along each axis.
    is_flat : bool
        Whether it is a list of numbers without a grid.
    """

    channels: int | None = None
    size: Size | None = None
    is_flat: bool = False

    @property
    def whole(self) -> Size | None:
        """All of it, channels first; None where a part is unknown."""
        if self.channels is None or (self.size is None and not self.is_flat):
            return None
        return (self.channels,) if self.is_flat else (self.channels, *(self.size or ()))

    @property
    def numbers(self) -> int | None:
        """How many numbers it has."""
        return None if self.whole is None else prod(self.whole)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a layer does with a shape.

    Attributes
    ----------
    words : str
    shape : Shape
        Afterwards.
    operations : tuple
        Of a `Network`, with the channels after it or None; empty where nothing changes but the names of numbers.
    rank : int
        Axes of the grid; 0 where it is not known.
    channels : tuple
        Of the input and of the output, where the call says them.
    notes : tuple of str
    problem : str
    """

    words: str
    shape: Shape
    operations: tuple[tuple[Operation, int | None], ...] = ()
    rank: int = 0
    channels: tuple[int | None, int | None] = (None, None)
    notes: tuple[str, ...] = ()
    problem: str = ""

    @property
    def is_window(self) -> bool:
        """Whether it reads a grid of cells."""
        return any(operation != "dense" for operation, _ in self.operations)


class MisfitError(Exception):
    """A sentence about arguments that a layer cannot have, raised while its effect is made."""


# --- arguments --------------------------------------------------------------------------------------------------------


def _integer(name: str, value: object, least: int = 0) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is UNKNOWN:
        raise MisfitError(f"{name} must be a number in the text; it is not known here.")
    if isinstance(value, bool) or not isinstance(value, int):
        raise MisfitError(f"{name} must be a number in the text; got {shown(value)}.")
    if not least <= value <= limits.CODE_NUMBER:
        raise MisfitError(f"{name} must be from {least} to {limits.CODE_NUMBER:,}; got {value}.")
    return value


def _numbers(name: str, value: object, rank: int, least: int = 0) -> Size:
    """Return one number for each axis."""
    if not isinstance(value, tuple | list):
        return (_integer(name, value, least),) * rank
    if len(value) == 1 and rank > 1:
        value = [value[0]] * rank  # as PyTorch reads (3,)
    if len(value) != rank:
        raise MisfitError(f"{name} must be one number or {rank}; got {shown(tuple(value))}.")
    return tuple(_integer(name, each, least) for each in value)


def _rank(call: Call, shape: Shape, *names: str) -> int:
    """Return the axes of the grid: those of the layer, of its arguments, or of what comes in."""
    if call.row.rank:
        return call.row.rank
    if isinstance(weight := call.arguments.get("weight"), Array) and len(weight.shape) > 2:
        return len(weight.shape) - 2
    for name in names:
        value = call.arguments.get(name)
        if isinstance(value, tuple | list):
            return len(value)
        if call.dialect == "flax" and isinstance(value, int) and name == "kernel_size":
            return 1
    return len(shape.size) if shape.size else 2


Sides = tuple[tuple[int, int], ...]


def _sides(value: object, rank: int, name: str = "padding", least: int = 0) -> Sides:
    """Return (before, after) of each axis from one number, one an axis, or a pair an axis."""
    if rank == 1 and isinstance(value, tuple | list) and len(value) == 2 and not isinstance(value[0], tuple | list):
        value = (value,)
    if isinstance(value, tuple | list) and any(isinstance(each, tuple | list) for each in value):
        if len(value) != rank:
            raise MisfitError(f"{name} must be {rank} pairs; got {shown(tuple(value))}.")
        pairs = [each if isinstance(each, tuple | list) else (each, each) for each in value]
        if any(len(pair) != 2 for pair in pairs):
            raise MisfitError(f"{name} must be {rank} pairs; got {shown(tuple(value))}.")
        return tuple((_integer(name, a, least), _integer(name, b, least)) for a, b in pairs)
    return tuple((cells, cells) for cells in _numbers(name, value, rank, least))


@dataclass(frozen=True, slots=True)
class _Window:
    """The numbers of a window along each axis."""

    kernel: Size
    stride: Size
    dilation: Size

    @property
    def rank(self) -> int:
        return len(self.kernel)

    @property
    def extent(self) -> Size:
        return tuple(map(effective_kernel_size, self.kernel, self.dilation))


def _window(call: Call, shape: Shape) -> _Window:
    arguments = call.arguments
    kernel = arguments.get("kernel_size")
    weight = arguments.get("weight")
    if kernel is None and "weight" in arguments:
        if not isinstance(weight, Array) or len(weight.shape) < 3:
            raise MisfitError("The shape of its weight must be in the text, as in torch.randn(16, 3, 3, 3).")
        kernel = weight.shape[2:]
    rank = _rank(call, shape, "kernel_size", "stride")
    sizes = _numbers("kernel_size", kernel, rank, 1)
    stride, dilation = arguments.get("stride"), arguments.get("dilation")
    usual: object = sizes if call.row.kind == "pooling" and call.dialect != "flax" else 1
    return _Window(
        sizes,
        _numbers("stride", usual if stride is None else stride, rank, 1),
        _numbers("dilation", 1 if dilation is None else dilation, rank, 1),
    )


Along = Callable[[int], Layer]


def _layer(rank: int, along: Along) -> Layer | Volume:
    """Return the layer that does along each axis what ``along(axis)`` does along the height of a plane."""
    layers = [along(axis) for axis in range(rank)]
    return over_axes(*([_idle(layers[0])] if rank == 1 else []), *layers)


def _idle(layer: Any) -> Any:
    """Return a layer of the same kind that leaves the height as it is, for the grid of a signal has one row."""
    changes: dict[str, Any] = {"kernel_size": (1, 1), "stride": (1, 1), "dilation": (1, 1), "padding": ((0, 0), (0, 0))}
    changes |= {"output_padding": (0, 0), "output": (1, 1), "scale_factor": (Fraction(1), Fraction(1))}
    if isinstance(getattr(layer, "padding", None), str):
        del changes["padding"]  # which is nothing around a kernel of one cell
    return replace(layer, **{name: value for name, value in changes.items() if hasattr(layer, name)})


def _size_after(layer: Layer | Volume, size: Size | None) -> Size | None:
    """Return the size after a layer; of a signal, which has one row, the length.

    Raises
    ------
    SpecError
        The layer does not fit.
    """
    if size is None:
        return None
    if len(size) == 1:
        return layer.output_size((1, *size))[1:]
    return tuple(layer.output_size(size))


def _placed(words: str, shape: Shape, layer: Layer | Volume, rank: int, **more: Any) -> Effect:
    """Return the effect of a layer that keeps the channels, unless ``more`` says otherwise."""
    channels = more.pop("after", shape.channels)
    notes, problem = more.pop("notes", ()), more.pop("problem", "")
    if not problem and shape.is_flat:
        problem = f"It reads a grid, but a list of {_count(shape.channels)} comes in."
    if not problem and shape.size is not None and len(shape.size) != rank:
        problem = f"It reads a grid of {_axes(rank)}, but one of {_axes(len(shape.size))} comes in."
        shape = Shape(shape.channels)
    size = None
    try:
        size = _size_after(layer, None if shape.is_flat else shape.size)
    except SpecError as error:
        problem = problem or str(error)
    return Effect(
        words, Shape(channels, size), ((layer, more.pop("cost", None)),), rank, notes=notes, problem=problem, **more
    )


def _count(numbers: int | None) -> str:
    return "numbers" if numbers is None else f"{numbers:,} numbers"


def _axes(rank: int) -> str:
    return "1 axis" if rank == 1 else f"{rank} axes"


def _by(numbers: Sequence[int]) -> str:
    return " x ".join(map(str, numbers))


def _one(numbers: Sequence[int]) -> str:
    """Write one number for equal ones."""
    return str(numbers[0]) if len(set(numbers)) == 1 else _by(numbers)


def _named(name: str, numbers: Sequence[int], usual: int) -> list[str]:
    return [f"{name} {_one(numbers)}"] if any(number != usual for number in numbers) else []


def _padding_words(padding: object) -> list[str]:
    if isinstance(padding, str):
        return [f'padding "{padding}"'] if padding.lower() != "valid" else []
    if not isinstance(padding, tuple | list):
        return []
    if all(isinstance(pair, tuple) and pair[0] == pair[1] for pair in padding):
        return _named("padding", [pair[0] for pair in padding], 0)
    return ["padding " + " and ".join(f"{a} + {b}" for a, b in padding)]


def _copies_problem(mode: str, sides: Sides, size: Size | None) -> str:
    """Return why PyTorch has no such padding: more cells than there are to be copied once."""
    for pair, cells in zip(sides, size or (), strict=False):
        if (mode == "reflect" and max(pair) >= cells) or (mode == "circular" and max(pair) > cells):
            rule = "smaller than" if mode == "reflect" else "at most"
            return f"The {mode} padding ({pair[0]} + {pair[1]}) must be {rule} the input ({cells} cells) on each side."
    return ""


def _channels_words(before: int | None, after: int) -> str:
    return f"{'?' if before is None else before} -> {after} channels"


# --- convolutions -----------------------------------------------------------------------------------------------------

SAME_NOTE: Final = 'padding "{}" makes ceil(i / s) cells; an odd cell of padding goes below and on the right.'
_SAME_ODD: Final = "An odd cell of padding goes below and on the right."


def _conv_padding(call: Call, window: _Window, notes: list[str]) -> tuple[object, str, str]:
    """Return the padding (pairs or "same_upper"), what it holds, and a problem."""
    value = call.arguments.get("padding", 0)
    mode = call.arguments.get("padding_mode") or "zeros"
    word = value.lower() if isinstance(value, str) else ""
    if word in ("", None):
        return _sides(value, window.rank), str(mode), ""
    if word == "valid":
        return ((0, 0),) * window.rank, str(mode), ""
    if call.dialect == "pytorch":
        if word != "same":
            raise MisfitError(f'padding of PyTorch must be numbers, "same" or "valid"; got {shown(value)}.')
        problem = ""
        if any(stride != 1 for stride in window.stride):
            problem = f'padding="same" of PyTorch must have stride 1; got stride {_one(window.stride)}.'
        elif any((extent - 1) % 2 for extent in window.extent):
            notes.append(_SAME_ODD)
        return "same_upper", str(mode), problem
    if word in ("same", "same_lower"):
        if any(stride != 1 for stride in window.stride) or any((extent - 1) % 2 for extent in window.extent):
            notes.append(SAME_NOTE.format(value))
        return ("same_upper" if word == "same" else word), "zeros", ""
    if word == "causal" and window.rank == 1:
        notes.append('padding="causal" puts d(k - 1) zeros before the input.')
        return tuple((extent - 1, 0) for extent in window.extent), "zeros", ""
    if word in ("circular", "reflect") and call.dialect == "flax":
        around = tuple(((extent - 1) // 2, extent // 2) for extent in window.extent)
        return around, word, ""
    raise MisfitError(f"padding must be numbers or a word such as 'same' and 'valid'; got {shown(value)}.")


def _weight_channels(call: Call, groups: int) -> tuple[int | None, int | None]:
    """Return the channels that a call says: by its parameters, or by the shape of its weight."""
    arguments = call.arguments
    weight = arguments.get("weight")
    if isinstance(weight, Array) and len(weight.shape) > 2:
        a, b = weight.shape[:2]
        return (a, b * groups) if call.row.kind.endswith("transposed") else (b * groups, a)
    before, after = arguments.get("in_channels"), arguments.get("out_channels")
    return (
        None if before is None else _integer("in_channels", before, 1),
        None if after is None else _integer("out_channels", after, 1),
    )


def _channel_problem(before: int | None, after: int | None, groups: int, shape: Shape) -> str:
    if before is not None and shape.channels is not None and not shape.is_flat and before != shape.channels:
        return f"It reads {before} channels, but {shape.channels} come in."
    actual = before if before is not None else None if shape.is_flat else shape.channels
    for name, channels in (("input", actual), ("output", after)):
        if channels is not None and channels % groups:
            return f"The {channels} channels of the {name} must be a multiple of groups; got {groups}."
    return ""


def convolution(call: Call, shape: Shape, noun: str = "convolution") -> Effect:
    """Read a convolution."""
    notes: list[str] = []
    window = _window(call, shape)
    groups = _integer("groups", call.arguments.get("groups", 1), 1)
    before, after = _weight_channels(call, groups)
    padding, mode, problem = _conv_padding(call, window, notes)
    if call.dialect == "keras" and any(s > 1 for s in window.stride) and any(d > 1 for d in window.dilation):
        problem = problem or "Keras has no stride with a dilation: one of them must be 1."
    if any(hole != 1 for hole in _numbers("input_dilation", call.arguments.get("input_dilation") or 1, window.rank, 1)):
        raise MisfitError("input_dilation must be 1 in a convolution; ConvTranspose puts zeros between the cells.")
    problem = problem or _channel_problem(before, after, groups, shape)
    if call.dialect == "pytorch" and isinstance(padding, tuple):
        problem = problem or _copies_problem(mode, padding, shape.size)
    layer = _convolution_layer(window, padding, groups, mode)
    actual = before if before is not None else None if shape.is_flat else shape.channels
    depthwise = groups > 1 and groups == actual
    words = [f"{'depthwise ' if depthwise else ''}{noun} {_by(window.kernel)}{_signal(window.rank)}"]
    words += _named("stride", window.stride, 1) + _named("dilation", window.dilation, 1)
    words += _padding_words(call.arguments.get("padding")) if isinstance(padding, str) else _padding_words(padding)
    words += [f"padding mode {mode}"] if mode != "zeros" and padding != ((0, 0),) * window.rank else []
    words += [f"groups {groups}"] if groups > 1 else []
    words += [_channels_words(actual, after)] if after is not None else []
    if call.dialect == "flax" and "padding" not in call.given and any(size > 1 for size in window.kernel):
        notes.insert(0, 'Without padding, Conv of Flax has padding "SAME".')
    if call.dialect == "flax" and isinstance(call.arguments.get("kernel_size"), int):
        notes.append("One number as kernel_size means a signal in Flax: a kernel over one axis.")
    if call.dialect in ("keras", "flax"):
        notes.append(f"Its kernel is {call.arguments.get('layout', '(kH, kW, C_in / groups, C_out)')}.")
    if call.dialect == "pytorch" and groups > 1:
        notes.append("The weight of PyTorch is (C_out, C_in / groups, kH, kW).")
    return _placed(
        ", ".join(words),
        shape,
        layer,
        window.rank,
        after=after,
        cost=after,
        channels=(actual, after),
        notes=tuple(notes),
        problem=problem,
    )


def _signal(rank: int) -> str:
    return " along a line" if rank == 1 else ""


def _convolution_layer(window: _Window, padding: object, groups: int, mode: str = "zeros") -> Layer | Volume:
    def along(axis: int) -> Layer:
        side: Any = padding if isinstance(padding, str) else (padding[axis], (0, 0))  # type: ignore[index]
        return conv2d(
            (window.kernel[axis], 1), (window.stride[axis], 1), side, (window.dilation[axis], 1), groups, mode
        )

    return _layer(window.rank, along)


def depthwise(call: Call, shape: Shape) -> Effect:
    """Read a depthwise convolution: a kernel, or several, for each channel."""
    multiplier = _integer("depth_multiplier", call.arguments.get("depth_multiplier", 1), 1)
    channels = None if shape.is_flat else shape.channels
    own: dict[str, Any] = {"in_channels": channels, "out_channels": None if channels is None else channels * multiplier}
    own["groups"] = channels or 1
    own["layout"] = "(kH, kW, C_in, depth_multiplier)"
    effect = convolution(call.changed(**own), shape)
    words = effect.words.replace(f", groups {channels}", "")
    words = words if words.startswith("depthwise") else f"depthwise {words}"
    notes = effect.notes
    if multiplier > 1:
        notes += (f"depth_multiplier={multiplier} makes {multiplier} channels of each channel.",)
    strides = set(_window(call, shape).stride)
    problem = effect.problem
    if len(strides) > 1:
        notes += ("TensorFlow has one depthwise stride for both axes; other backends of Keras have two.",)
    return replace(effect, words=words, notes=notes, problem=problem)


def separable(call: Call, shape: Shape) -> Effect:
    """Read a depthwise convolution with a pointwise one after it."""
    first = depthwise(call, shape)
    after = _integer("out_channels", call.arguments["out_channels"], 1)
    middle = first.channels[1]
    last = _convolution_layer(
        _Window((1,) * first.rank, (1,) * first.rank, (1,) * first.rank), ((0, 0),) * first.rank, 1
    )
    words = first.words.replace("depthwise convolution", "depthwise separable convolution")
    words = (
        words.partition(", ? ->")[0]
        if first.channels[0] is None
        else words.replace(_channels_words(first.channels[0], middle or 0), _channels_words(first.channels[0], after))
    )
    note = "Two layers: a depthwise convolution, then a convolution 1 x 1 that mixes the channels."
    return replace(
        first,
        words=words,
        shape=Shape(after, first.shape.size),
        operations=(*first.operations, (last, after)),
        channels=(first.channels[0], after),
        notes=(note, *first.notes),
    )


def transposed(call: Call, shape: Shape) -> Effect:
    """Read a transposed convolution, with the paddings of its framework."""
    window = _window(call, shape)
    notes: list[str] = []
    groups = _integer("groups", call.arguments.get("groups", 1), 1)
    before, after = _weight_channels(call, groups)
    sides, more = _crop(call, window, notes)
    problem = _channel_problem(before, after, groups, shape)
    if call.dialect == "keras" and any(s > 1 for s in window.stride) and any(d > 1 for d in window.dilation):
        problem = problem or "Keras has no stride with a dilation: one of them must be 1."
    for cells, stride, dilation in zip(more, window.stride, window.dilation, strict=True):
        if cells >= max(stride, dilation):
            rule = "output_padding must be less than the larger of stride and dilation"
            raise MisfitError(f"{rule}; got {cells} (stride {stride}, dilation {dilation}).")
    if min(min(pair) for pair in sides) < 0:
        raise MisfitError("padding must be less than the window of a transposed convolution to be read; got more.")

    def along(axis: int) -> Layer:
        return conv_transpose2d(
            (window.kernel[axis], 1),
            (window.stride[axis], 1),
            (sides[axis], (0, 0)),
            output_padding=(more[axis], 0),
            dilation=(window.dilation[axis], 1),
            groups=groups,
        )

    actual = before if before is not None else None if shape.is_flat else shape.channels
    words = [f"transposed convolution {_by(window.kernel)}{_signal(window.rank)}"]
    words += _named("stride", window.stride, 1) + _named("dilation", window.dilation, 1)
    padding = call.arguments.get("padding")
    words += _padding_words(padding) if isinstance(padding, str) else _padding_words(sides)
    words += [] if isinstance(padding, str) else _named("output_padding", more, 0)
    words += [f"groups {groups}"] if groups > 1 else []
    words += [_channels_words(actual, after)] if after is not None else []
    return _placed(
        ", ".join(words),
        shape,
        _layer(window.rank, along),
        window.rank,
        after=after,
        cost=after,
        channels=(actual, after),
        notes=tuple(notes),
        problem=problem,
    )


def _crop(call: Call, window: _Window, notes: list[str]) -> tuple[Sides, Size]:
    """Return what is cropped before and after, and output_padding, of each axis."""
    arguments, rank = call.arguments, window.rank
    if call.dialect == "pytorch" or call.dialect == "onnx":
        more = _numbers("output_padding", arguments.get("output_padding", 0), rank)
        if isinstance(arguments.get("padding"), str):
            raise MisfitError(
                f"padding of a transposed layer of PyTorch must be numbers; got {shown(arguments['padding'])}."
            )
        if any(more):
            notes.append("output_padding adds rows below and columns on the right, which are computed.")
        notes.append("Its padding crops the output. Its weight is (C_in, C_out / groups, kH, kW).")
        return _sides(arguments.get("padding", 0), rank), more
    if call.dialect == "keras":
        return _keras_crop(call, window, notes)
    return _jax_crop(call, window, notes)


def _keras_crop(call: Call, window: _Window, notes: list[str]) -> tuple[Sides, Size]:
    """Keras: "same" makes i s cells, "valid" (i - 1) s + max(k, s), unless output_padding says otherwise."""
    word = str(call.arguments.get("padding", "valid")).lower()
    given = call.arguments.get("output_padding")
    if word not in ("same", "valid"):
        raise MisfitError(f'padding of Keras must be "same" or "valid"; got {shown(call.arguments.get("padding"))}.')
    sides, more = [], []
    for axis, (extent, stride) in enumerate(zip(window.extent, window.stride, strict=True)):
        if given is not None:
            cells = _numbers("output_padding", given, window.rank)[axis]
            total = 2 * (extent // 2) if word == "same" else 0
            crop, added = (total // 2, total - total // 2), cells
        elif word == "same":
            crop, added = same_padding(max(extent - stride, 0), "same_upper"), max(stride - extent, 0)
        else:
            crop, added = (0, 0), max(stride - extent, 0)
        sides.append(crop)
        more.append(added)
    formula = "i s cells" if word == "same" else "(i - 1) s + max(k, s) cells"
    if given is None:
        notes.append(f'{call.name} has no padding in numbers: "{word}" makes {formula}.')
    notes.append("Its kernel is (kH, kW, C_out, C_in).")
    return tuple(sides), tuple(more)


def _jax_crop(call: Call, window: _Window, notes: list[str]) -> tuple[Sides, Size]:
    """JAX: padding is around the stretched input, and a word chooses it so that i s cells, or all of them, come out.

    https://docs.jax.dev/en/latest/_autosummary/jax.lax.conv_transpose.html
    """
    padding = call.arguments.get("padding", "SAME")
    direct = []
    if isinstance(padding, str):
        word = padding.upper()
        if word not in ("SAME", "VALID"):
            raise MisfitError(f'padding of a transposed layer must be "SAME", "VALID" or pairs; got {shown(padding)}.')
        for extent, stride in zip(window.extent, window.stride, strict=True):
            total = extent + stride - 2 + (max(extent - stride, 0) if word == "VALID" else 0)
            before = extent - 1 if word == "VALID" or stride > extent - 1 else -(-total // 2)
            direct.append((before, total - before))
        formula = "i s cells" if word == "SAME" else "(i - 1) s + max(k, s) cells"
        notes.append(f'padding "{word}" makes {formula}.')
    else:
        direct = list(_sides(padding, window.rank, least=-limits.CODE_NUMBER))
        notes.append("Padding in numbers is around the stretched input here: d(k - 1) - p, not the p that crops.")
    if call.name == "ConvTranspose":
        if "padding" not in call.given:
            notes.insert(0, 'Without padding, ConvTranspose of Flax has padding "SAME".')
        if not call.arguments.get("transpose_kernel"):
            notes.append("The kernel is not turned, unless transpose_kernel=True.")
    sides, more = [], []
    for extent, (before, after) in zip(window.extent, direct, strict=True):
        rest = extent - 1 - after
        sides.append((extent - 1 - before, max(rest, 0)))
        more.append(max(-rest, 0))
    return tuple(sides), tuple(more)


# --- pooling, resizing, padding ---------------------------------------------------------------------------------------


def pooling(call: Call, shape: Shape) -> Effect:
    """Read max or average pooling."""
    window, arguments, notes = _window(call, shape), call.arguments, list[str]()
    value, is_max = arguments.get("padding", 0), arguments["mode"] == "max"
    padding: object = _sides(value, window.rank) if not isinstance(value, str) else value.lower()
    problem = ""
    if isinstance(padding, str):
        if call.dialect == "pytorch" or padding not in ("same", "valid"):
            raise MisfitError(
                f"padding of {call.name} must be {'numbers' if call.dialect == 'pytorch' else 'same or valid'};"
                f" got {shown(value)}."
            )
        padding = "same_upper" if padding == "same" else ((0, 0),) * window.rank
    ceil = bool(arguments.get("ceil_mode"))
    counts = bool(arguments.get("count_include_pad", True))
    divisor = arguments.get("divisor")
    if divisor is not None:
        divisor = _integer("divisor_override", divisor, 1)

    def along(axis: int) -> Layer:
        side: Any = padding if isinstance(padding, str) else (padding[axis], (0, 0))  # type: ignore[index]
        wide = side if call.dialect != "pytorch" and not isinstance(side, str) else None  # only PyTorch has a rule
        sizes = (window.kernel[axis], 1), (window.stride[axis], 1), side if wide is None else 0
        layer: Any
        if is_max:
            layer = max_pool2d(*sizes, (window.dilation[axis], 1), ceil)
        else:
            layer = avg_pool2d(*sizes, ceil, counts, divisor, dilation=(window.dilation[axis], 1))
        return layer if wide is None else replace(layer, padding=wide)  # type: ignore[no-any-return]

    words = [f"{'max' if is_max else 'average'} pooling {_by(window.kernel)}{_signal(window.rank)}"]
    words += [f"stride {_one(window.stride)}"] if window.stride != window.kernel else []
    words += _named("dilation", window.dilation, 1) + _padding_words(value if isinstance(value, str) else padding)
    words += ["ceil_mode"] if ceil else []
    if "stride" not in call.given and any(size > 1 for size in window.kernel):
        size = "by 1, not by its own size" if call.dialect == "flax" else "by its own size"
        label = {"pytorch": "PyTorch", "keras": "Keras", "flax": "Flax"}.get(call.dialect, "this framework")
        notes.append(
            f"Without {'stride' if call.dialect == 'pytorch' else 'strides'}, a window of {label} moves {size}."
        )
    if padding == "same_upper" and any(stride != 1 for stride in window.stride):
        notes.append(SAME_NOTE.format(value))
    return _placed(
        ", ".join(words), shape, _layer(window.rank, along), window.rank, notes=tuple(notes), problem=problem
    )


def adaptive(call: Call, shape: Shape) -> Effect:
    """Read adaptive pooling."""
    value = call.arguments["output_size"]
    rank = _rank(call, shape, "output_size")
    kept = shape.size or (None,) * rank
    sizes = value if isinstance(value, tuple | list) else (value,) * rank
    if len(sizes) != rank:
        raise MisfitError(f"output_size must be one number or {rank}; got {shown(value)}.")
    if any(each is None for each in sizes):
        if None in kept or len(kept) != rank:
            raise MisfitError("output_size None keeps the size of the input, which is unknown here.")
        sizes = [old if each is None else each for each, old in zip(sizes, kept, strict=True)]
    sizes = _numbers("output_size", tuple(sizes), rank, 1)
    make = adaptive_max_pool2d if call.arguments["mode"] == "max" else adaptive_avg_pool2d
    words = f"adaptive {call.arguments['mode']} pooling to {_by(sizes)}"
    effect = _placed(words, shape, _layer(rank, lambda axis: make((sizes[axis], 1))), rank)
    return effect if max(sizes) > 1 else replace(effect, operations=(("global_pool", None),))


def whole(call: Call, shape: Shape) -> Effect:
    """Read global pooling: one number for each channel."""
    words = f"global {call.arguments['mode']} pooling: one number for each channel"
    rank = call.row.rank
    keeps = bool(call.arguments.get("keepdims"))
    after = Shape(shape.channels, (1,) * rank) if keeps else Shape(shape.channels, None, True)
    problem = ""
    if shape.is_flat:
        problem = f"It reads a grid, but a list of {_count(shape.channels)} comes in."
    elif shape.size is not None and len(shape.size) != rank:
        problem = f"It reads a grid of {_axes(rank)}, but one of {_axes(len(shape.size))} comes in."
    return Effect(words, after, (("global_pool", None),), rank, problem=problem)


def resize(call: Call, shape: Shape) -> Effect:
    """Read resizing to a size or by a factor."""
    arguments = call.arguments
    size, factor = arguments.get("size"), arguments.get("scale_factor")
    if "height" in arguments:
        size = (arguments["height"], arguments["width"])
    rank = _rank(call, shape, "size", "scale_factor")
    mode = str(arguments.get("mode", "nearest"))
    notes = []
    if (size is None) == (factor is None):
        raise MisfitError("Resizing must have either a size or a scale_factor.")
    factors: list[Fraction]
    if factor is not None:
        values = factor if isinstance(factor, tuple | list) else (factor,) * rank
        if len(values) != rank or any(
            isinstance(v, bool) or not isinstance(v, int | float) or not 0 < v <= 1e6 for v in values
        ):
            raise MisfitError(f"scale_factor must be a number or {rank}; got {shown(factor)}.")
        factors = [Fraction(value).limit_denominator(1_000_000) for value in values]
        words = f"resizing by {_one([str(value) for value in values])}"  # type: ignore[misc]
    else:
        sizes = _numbers("size", size, rank, 1)
        words = f"resizing to {_by(sizes)}"
        if shape.size is None or len(shape.size) != rank:
            return Effect(f"{words}, {mode}", Shape(shape.channels, sizes), rank=rank, problem="")
        factors = [Fraction(after, before) for after, before in zip(sizes, shape.size, strict=True)]
    if mode not in ("nearest", "nearest-exact", "linear", "bilinear", "trilinear"):
        notes.append(f'Mode "{mode}" reads more cells around each than "bilinear", which is shown for it.')
    if arguments.get("align_corners"):
        notes.append("align_corners=True puts the outer cells on one another, which is not shown.")
    kind = "nearest" if mode.startswith("nearest") else "bilinear"
    layer = _layer(rank, lambda axis: upsample2d((factors[axis], 1), kind))
    return _placed(f"{words}, {mode}", shape, layer, rank, notes=tuple(notes))


def shuffle(call: Call, shape: Shape) -> Effect:
    """Read a pixel shuffle: channels become cells."""
    factor = _integer("upscale_factor", call.arguments["factor"], 1)
    problem, after = "", None
    if shape.channels is not None:
        after, rest = divmod(shape.channels, factor**2)
        if rest or not after:
            problem = f"The {shape.channels} channels must be a multiple of {factor} x {factor} = {factor**2}."
            after = None
    return _placed(f"pixel shuffle {factor}", shape, pixel_shuffle(factor), 2, after=after, problem=problem)


def unshuffle(call: Call, shape: Shape) -> Effect:
    """Read the inverse: blocks of cells become channels."""
    factor = _integer("downscale_factor", call.arguments["factor"], 1)
    problem = ""
    if shape.size is not None and any(side % factor for side in shape.size):
        problem = f"The size {_by(shape.size)} must be a multiple of {factor}."
    after = None if shape.channels is None else shape.channels * factor**2
    return _placed(f"pixel unshuffle {factor}", shape, conv2d(factor, factor), 2, after=after, problem=problem)


def pad(call: Call, shape: Shape) -> Effect:
    """Read padding; PyTorch lists pairs from the last axis to the first."""
    arguments, notes = call.arguments, list[str]()
    if "pairs" in arguments:
        value = arguments["pairs"]
        if value is UNKNOWN or (isinstance(value, tuple | list) and UNKNOWN in value):
            note = "Its padding is computed while the model runs, so it is read as none."
            return Effect("padding", shape, notes=(note,))
        if isinstance(value, tuple | list):
            if len(value) % 2 or not value:
                raise MisfitError(
                    f"padding must be pairs (before, after), from the last axis to the first; got {shown(value)}."
                )
            rank = call.row.rank or (len(shape.size) if shape.size else max(2, len(value) // 2))
            pairs = [(value[n], value[n + 1]) for n in range(0, len(value), 2)]
            extra, pairs = pairs[rank:], pairs[:rank]
            if any(cells for pair in extra for cells in pair):
                raise MisfitError("padding of channels is not read; got more pairs than axes.")
            pairs += [(0, 0)] * (rank - len(pairs))
            sides = _sides(tuple(reversed(pairs)), rank, least=-limits.CODE_NUMBER)
            if rank > 1:
                notes.append("PyTorch lists the padding from the last axis to the first: left, right, top, bottom.")
        else:
            rank = call.row.rank or 2
            sides = _sides(value, rank, least=-limits.CODE_NUMBER)
    else:
        rank = _rank(call, shape, "sides")
        sides = _sides(arguments["sides"], rank)
    mode = str(arguments.get("mode") or "constant")
    layer = _layer(rank, lambda axis: pad2d((sides[axis], (0, 0))))
    words = "padding " + (
        _one([a for a, _ in sides]) if all(a == b for a, b in sides) else " and ".join(f"{a} + {b}" for a, b in sides)
    )
    words, problem = f"{words}{'' if mode == 'constant' else f', {mode}'}", _copies_problem(mode, sides, shape.size)
    return _placed(words, shape, layer, rank, notes=tuple(notes), problem=problem)


def crop(call: Call, shape: Shape) -> Effect:
    """Read the inverse of padding."""
    rank = _rank(call, shape, "sides")
    sides = _sides(call.arguments["sides"], rank)
    layer = _layer(rank, lambda axis: pad2d(((-sides[axis][0], -sides[axis][1]), (0, 0))))
    words = "cropping " + (
        _one([a for a, _ in sides]) if all(a == b for a, b in sides) else " and ".join(f"{a} + {b}" for a, b in sides)
    )
    return _placed(words, shape, layer, rank)


def fit(call: Call, shape: Shape) -> Effect:
    """Read a crop of the middle to a size."""
    sizes = _numbers("size", (call.arguments["height"], call.arguments["width"]), 2, 1)
    words = f"cropping of the middle to {_by(sizes)}"
    if shape.size is None or len(shape.size) != 2:
        return Effect(words, Shape(shape.channels, sizes), rank=2)
    sides = [((old - new) // 2, (old - new) - (old - new) // 2) for old, new in zip(shape.size, sizes, strict=True)]
    return _placed(words, shape, pad2d(tuple((-a, -b) for a, b in sides)), 2)


def cut(call: Call, shape: Shape) -> Effect:
    """Read a slice: a run of cells along each axis."""
    bounds = call.arguments["bounds"]
    if shape.size is None or len(shape.size) != len(bounds):
        return Effect("a part of the cells", Shape(shape.channels))
    sides = []
    for (first, stop), cells in zip(bounds, shape.size, strict=True):
        start, end, _ = slice(first, stop).indices(cells)
        sides.append((start, cells - max(end, start)))
    return crop(call.changed(sides=tuple(sides)), shape)


def stretch(call: Call, shape: Shape) -> Effect:
    """Read zeros that are put between the cells and around them."""
    stride, sides = call.arguments["stride"], call.arguments["sides"]
    rank = len(stride)
    size = None
    if shape.size is not None:
        size = tuple((n - 1) * s + 1 + a + b for n, s, (a, b) in zip(shape.size, stride, sides, strict=True))
    layer = _layer(rank, lambda axis: conv_transpose2d((1, 1), (stride[axis], 1)))
    words = f"zeros between the cells, stride {_one(stride)}"
    return Effect(words, Shape(shape.channels, size), ((layer, None),), rank)


def thin(call: Call, shape: Shape) -> Effect:
    """Read a slice with steps: cells are left out."""
    steps = _numbers("step", call.arguments["stride"], len(call.arguments["stride"]), 1)
    layer = _layer(len(steps), lambda axis: conv2d((1, 1), (steps[axis], 1)))
    return _placed(f"every cell number {_by(steps)}", shape, layer, len(steps))


# --- what is not over a grid ------------------------------------------------------------------------------------------


def flatten(call: Call, shape: Shape) -> Effect:
    """Read the change from a grid to a list of numbers."""
    start = call.arguments.get("start_dim", 1)
    notes: tuple[str, ...] = ()
    if call.dialect != "pytorch":
        notes = ("Channels come last, so the numbers are in another order than in PyTorch.",)
    if start not in (0, 1, -3):
        return Effect(f"flatten from axis {shown(start)}", Shape(), notes=notes)
    numbers = shape.numbers
    words = "flatten" if shape.whole is None or shape.is_flat else f"flatten {_by(shape.whole)}"
    return Effect(words, Shape(numbers, None, True), notes=notes)


def reshape(call: Call, shape: Shape) -> Effect:
    """Read a change to a shape: a grid, or a list of numbers."""
    value = call.arguments["size"]
    sizes = list(value) if isinstance(value, tuple | list) and value else [value]
    known = [each for each in sizes if isinstance(each, int) and not isinstance(each, bool)]
    numbers, rest = shape.numbers, [each for each in known if each > 0]
    problem = ""
    if len(known) < len(sizes) or prod(rest) > limits.CODE_NUMBER:
        return Effect("reshape", Shape())
    if known.count(-1) == 1 and numbers is not None:
        each, left = divmod(numbers, max(1, prod(rest)))
        if left or not each:
            problem = f"{numbers:,} numbers come in, no multiple of {prod(rest):,}."
        known = [max(each, 1) if size == -1 else size for size in known]
    elif -1 not in known and numbers is not None and prod(known) != numbers:
        problem = f"It makes {prod(known):,} numbers, but {numbers:,} come in."
    words = f"reshape to {_by(known)}"
    if -1 in known:
        return Effect("reshape", Shape(None, None, len(known) == 1), problem=problem)
    if len(known) == 1:
        return Effect(words, Shape(known[0], None, True), problem=problem)
    channels, *size = known if not call.is_last else (known[-1], *known[:-1])
    return Effect(words, Shape(channels, tuple(size)), problem=problem)


def dense(call: Call, shape: Shape) -> Effect:
    """Read a fully connected layer."""
    arguments = call.arguments
    before, after = arguments.get("in_features"), arguments.get("out_features")
    weight = arguments.get("weight")
    if isinstance(weight, Array) and len(weight.shape) == 2:
        after, before = weight.shape
    if before is not None:
        before = _integer("in_features", before, 1)
    after = _integer("out_features", after, 1)
    if shape.is_flat or shape.whole is None:
        actual = shape.channels if shape.is_flat else None
        problem = ""
        if None not in (before, actual) and before != actual:
            problem = f"It reads {before:,} numbers, but {actual:,} come in."
        words = f"fully connected, {_or(before if before is not None else actual)} -> {after:,} numbers"
        return Effect(words, Shape(after, None, True), (("dense", after),), problem=problem)
    assert shape.size is not None
    if call.is_last:
        problem = ""
        if before is not None and before != shape.channels:
            problem = f"It reads {before:,} channels, but {shape.channels} come in."
        rank = len(shape.size)
        layer = _convolution_layer(_Window((1,) * rank, (1,) * rank, (1,) * rank), ((0, 0),) * rank, 1)
        words = f"fully connected in each cell, {_channels_words(shape.channels, after)}"
        note = f"{call.name} reads the last axis, the channels, so it is a convolution of one cell: Flatten is missing?"
        return Effect(
            words, Shape(after, shape.size), ((layer, after),), rank, (shape.channels, after), (note,), problem
        )
    words = f"fully connected, {_or(before)} -> {after:,} numbers"
    if before is not None and before != shape.size[-1]:
        total = f"{shape.numbers:,}"
        problem = f"It reads rows of {before:,} numbers, but a grid {_by(shape.whole)} comes in"
        problem += ": Flatten is missing before it." if before == shape.numbers else f", {total} numbers if flattened."
        return Effect(words, Shape(after, None, True), (("dense", after),), problem=problem)
    return Effect(words, Shape(shape.channels, (*shape.size[:-1], after)), ())


def _or(numbers: int | None) -> str:
    return "?" if numbers is None else f"{numbers:,}"


def norm(call: Call, shape: Shape) -> Effect:
    """Read a normalization, which must have as many channels as come in."""
    channels = call.arguments.get("channels")
    problem = ""
    if isinstance(channels, int) and shape.channels is not None and channels != shape.channels:
        noun = "numbers" if shape.is_flat else "channels"
        problem = f"It normalizes {channels} {noun}, but {shape.channels} come in."
        shape = replace(shape, channels=channels)
    rank = call.row.rank
    if not problem and rank > 1 and shape.size is not None and len(shape.size) != rank:
        problem = f"It reads a grid of {_axes(rank)}, but one of {_axes(len(shape.size))} comes in."
    elif not problem and rank > 1 and shape.is_flat:
        problem = f"It reads a grid, but a list of {_count(shape.channels)} comes in."
    return Effect("normalization", shape, problem=problem)


def identity(call: Call, shape: Shape) -> Effect:
    """Read a layer that works on each number by itself."""
    return Effect("number by number", shape)


def unread(call: Call, shape: Shape) -> Effect:
    """Say that a layer is not known here."""
    reason = f"{call.name} is not read: convviz reads layers over a grid of cells."
    return Effect("unknown", Shape(), problem=f"{reason}{call.arguments.get('near', '')}")


KINDS: Final[Mapping[str, Callable[[Call, Shape], Effect]]] = MappingProxyType(
    {
        "convolution": convolution,
        "depthwise": depthwise,
        "separable": separable,
        "transposed": transposed,
        "pooling": pooling,
        "adaptive": adaptive,
        "global": whole,
        "resize": resize,
        "shuffle": shuffle,
        "unshuffle": unshuffle,
        "pad": pad,
        "crop": crop,
        "fit": fit,
        "thin": thin,
        "cut": cut,
        "stretch": stretch,
        "flatten": flatten,
        "reshape": reshape,
        "dense": dense,
        "norm": norm,
        "identity": identity,
        "unread": unread,
    }
)
"""What the kinds of rows in `dialects` mean."""


def effect_of(call: Call, shape: Shape) -> Effect:
    """Return what a call does with a shape; what its arguments cannot be is the problem of its line."""
    try:
        effect = KINDS[call.row.kind](call, shape)
    except (MisfitError, SpecError) as error:
        after = call.arguments.get("out_channels")
        channels = after if isinstance(after, int) and not isinstance(after, bool) else None
        return Effect(call.row.kind, Shape(channels), problem=call.problem or str(error))
    return replace(effect, problem=call.problem) if call.problem else effect
