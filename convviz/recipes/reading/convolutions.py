"""Convolutions and transposed convolutions: what they do with a shape, with the paddings of each framework."""

from dataclasses import replace
from typing import Any, Final

from convviz import limits
from convviz.arithmetic import Layer, conv2d, conv_transpose2d
from convviz.arithmetic.arguments import shown, text_of
from convviz.arithmetic.axis import same_padding
from convviz.arithmetic.volume import Volume

from .arguments import MisfitError, Sides, Window, integer, numbers, sides_of, window_of
from .effects import Effect, Shape, Size, along_axes, by, channels_words, named_words, on_grid, padding_words, shortest
from .values import Array, Call

SAME_NOTE: Final = 'padding "{}" makes ceil(i / s) cells; an odd cell of padding goes below and on the right.'
_SAME_ODD: Final = "An odd cell of padding goes below and on the right."


def _conv_padding(call: Call, window: Window, notes: list[str]) -> tuple[object, str, str]:
    """Return the padding (pairs or "same_upper"), what it holds, and a problem."""
    value = call.arguments.get("padding", 0)
    mode = text_of(call.arguments.get("padding_mode") or "zeros")
    word = value.lower() if isinstance(value, str) else ""
    if word in ("", None):
        return sides_of(value, window.rank), mode, ""
    if word == "valid":
        return ((0, 0),) * window.rank, mode, ""
    if call.dialect == "pytorch":
        if word != "same":
            raise MisfitError(f'padding of PyTorch must be numbers, "same" or "valid"; got {shown(value)}.')
        problem = ""
        if any(stride != 1 for stride in window.stride):
            problem = f'padding="same" of PyTorch must have stride 1; got stride {shortest(window.stride)}.'
        elif any((extent - 1) % 2 for extent in window.extent):
            notes.append(_SAME_ODD)
        return "same_upper", mode, problem
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
        None if before is None else integer("in_channels", before, 1),
        None if after is None else integer("out_channels", after, 1),
    )


def _channel_problem(before: int | None, after: int | None, groups: int, shape: Shape) -> str:
    if before is not None and shape.planes is not None and before != shape.planes:
        return f"It reads {before} channels, but {shape.channels} come in."
    actual = before if before is not None else shape.planes
    for name, channels in (("input", actual), ("output", after)):
        if channels is not None and channels % groups:
            return f"The {channels} channels of the {name} must be a multiple of groups; got {groups}."
    return ""


def copies_problem(mode: str, sides: Sides, size: Size | None) -> str:
    """Return why PyTorch has no such padding: more cells than there are to be copied once."""
    for pair, cells in zip(sides, size or (), strict=False):
        if (mode == "reflect" and max(pair) >= cells) or (mode == "circular" and max(pair) > cells):
            rule = "smaller than" if mode == "reflect" else "at most"
            return f"The {mode} padding ({pair[0]} + {pair[1]}) must be {rule} the input ({cells} cells) on each side."
    return ""


def convolution(call: Call, shape: Shape, noun: str = "convolution") -> Effect:
    """Read a convolution."""
    notes: list[str] = []
    window = window_of(call, shape)
    groups = integer("groups", call.arguments.get("groups", 1), 1)
    before, after = _weight_channels(call, groups)
    padding, mode, problem = _conv_padding(call, window, notes)
    if call.dialect == "keras" and any(s > 1 for s in window.stride) and any(d > 1 for d in window.dilation):
        problem = problem or "Keras has no stride with a dilation: one of them must be 1."
    if any(hole != 1 for hole in numbers("input_dilation", call.arguments.get("input_dilation") or 1, window.rank, 1)):
        raise MisfitError("input_dilation must be 1 in a convolution; ConvTranspose puts zeros between the cells.")
    problem = problem or _channel_problem(before, after, groups, shape)
    if call.dialect == "pytorch" and isinstance(padding, tuple):
        problem = problem or copies_problem(mode, padding, shape.size)
    layer = convolution_layer(window, padding, groups, mode)
    actual = before if before is not None else shape.planes
    depthwise = groups > 1 and groups == actual
    words = [f"{'depthwise ' if depthwise else ''}{noun} {by(window.kernel)}{signal_words(window.rank)}"]
    words += named_words("stride", window.stride, 1) + named_words("dilation", window.dilation, 1)
    words += padding_words(call.arguments.get("padding")) if isinstance(padding, str) else padding_words(padding)
    words += [f"padding mode {mode}"] if mode != "zeros" and padding != ((0, 0),) * window.rank else []
    words += [f"groups {groups}"] if groups > 1 else []
    words += [channels_words(actual, after)] if after is not None else []
    if call.dialect == "flax" and "padding" not in call.given and any(size > 1 for size in window.kernel):
        notes.insert(0, 'Without padding, Conv of Flax has padding "SAME".')
    if call.dialect == "flax" and isinstance(call.arguments.get("kernel_size"), int):
        notes.append("One number as kernel_size means a signal in Flax: a kernel over one axis.")
    if call.dialect in ("keras", "flax"):
        notes.append(f"Its kernel is {call.arguments.get('layout', '(kH, kW, C_in / groups, C_out)')}.")
    if call.dialect == "pytorch" and groups > 1:
        notes.append("The weight of PyTorch is (C_out, C_in / groups, kH, kW).")
    return on_grid(
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


def signal_words(rank: int) -> str:
    """Write that a layer has one axis."""
    return " along a line" if rank == 1 else ""


def convolution_layer(window: Window, padding: object, groups: int, mode: str = "zeros") -> Layer | Volume:
    """Return a convolution over the axes of its window."""

    def along(axis: int) -> Layer:
        side: Any = padding if isinstance(padding, str) else (padding[axis], (0, 0))  # type: ignore[index]
        return conv2d(
            (window.kernel[axis], 1), (window.stride[axis], 1), side, (window.dilation[axis], 1), groups, mode
        )

    return along_axes(window.rank, along)


def depthwise(call: Call, shape: Shape) -> Effect:
    """Read a depthwise convolution: a kernel, or several, for each channel."""
    multiplier = integer("depth_multiplier", call.arguments.get("depth_multiplier", 1), 1)
    channels = shape.planes
    own: dict[str, Any] = {"in_channels": channels, "out_channels": None if channels is None else channels * multiplier}
    own["groups"] = channels or 1
    own["layout"] = "(kH, kW, C_in, depth_multiplier)"
    effect = convolution(call.changed(**own), shape)
    words = effect.words.replace(f", groups {channels}", "")
    words = words if words.startswith("depthwise") else f"depthwise {words}"
    notes = effect.notes
    if multiplier > 1:
        notes += (f"depth_multiplier={multiplier} makes {multiplier} channels of each channel.",)
    strides = set(window_of(call, shape).stride)
    problem = effect.problem
    if len(strides) > 1:
        notes += ("TensorFlow has one depthwise stride for both axes; other backends of Keras have two.",)
    return replace(effect, words=words, notes=notes, problem=problem)


def separable(call: Call, shape: Shape) -> Effect:
    """Read a depthwise convolution with a pointwise one after it."""
    first = depthwise(call, shape)
    after = integer("out_channels", call.arguments["out_channels"], 1)
    middle = first.channels[1]
    last = convolution_layer(Window((1,) * first.rank, (1,) * first.rank, (1,) * first.rank), ((0, 0),) * first.rank, 1)
    words = first.words.replace("depthwise convolution", "depthwise separable convolution")
    words = (
        words.partition(", ? ->")[0]
        if first.channels[0] is None
        else words.replace(channels_words(first.channels[0], middle or 0), channels_words(first.channels[0], after))
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
    window = window_of(call, shape)
    notes: list[str] = []
    groups = integer("groups", call.arguments.get("groups", 1), 1)
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

    actual = before if before is not None else shape.planes
    words = [f"transposed convolution {by(window.kernel)}{signal_words(window.rank)}"]
    words += named_words("stride", window.stride, 1) + named_words("dilation", window.dilation, 1)
    padding = call.arguments.get("padding")
    words += padding_words(padding) if isinstance(padding, str) else padding_words(sides)
    words += [] if isinstance(padding, str) else named_words("output_padding", more, 0)
    words += [f"groups {groups}"] if groups > 1 else []
    words += [channels_words(actual, after)] if after is not None else []
    return on_grid(
        ", ".join(words),
        shape,
        along_axes(window.rank, along),
        window.rank,
        after=after,
        cost=after,
        channels=(actual, after),
        notes=tuple(notes),
        problem=problem,
    )


def _crop(call: Call, window: Window, notes: list[str]) -> tuple[Sides, Size]:
    """Return what is cropped before and after, and output_padding, of each axis."""
    arguments, rank = call.arguments, window.rank
    if call.dialect == "pytorch" or call.dialect == "onnx":
        more = numbers("output_padding", arguments.get("output_padding", 0), rank)
        if isinstance(arguments.get("padding"), str):
            raise MisfitError(
                f"padding of a transposed layer of PyTorch must be numbers; got {shown(arguments['padding'])}."
            )
        if any(more):
            notes.append("output_padding adds rows below and columns on the right, which are computed.")
        notes.append("Its padding crops the output. Its weight is (C_in, C_out / groups, kH, kW).")
        return sides_of(arguments.get("padding", 0), rank), more
    if call.dialect == "keras":
        return _keras_crop(call, window, notes)
    return _jax_crop(call, window, notes)


def _keras_crop(call: Call, window: Window, notes: list[str]) -> tuple[Sides, Size]:
    """Keras: "same" makes i s cells, "valid" (i - 1) s + max(k, s), unless output_padding says otherwise."""
    word = text_of(call.arguments.get("padding", "valid")).lower()
    given = call.arguments.get("output_padding")
    if word not in ("same", "valid"):
        raise MisfitError(f'padding of Keras must be "same" or "valid"; got {shown(call.arguments.get("padding"))}.')
    sides, more = [], []
    for axis, (extent, stride) in enumerate(zip(window.extent, window.stride, strict=True)):
        if given is not None:
            cells = numbers("output_padding", given, window.rank)[axis]
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


def _jax_crop(call: Call, window: Window, notes: list[str]) -> tuple[Sides, Size]:
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
        direct = list(sides_of(padding, window.rank, least=-limits.CODE_NUMBER))
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
