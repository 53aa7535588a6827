"""JAX: the convolution and the window reduction of jax.lax, in the layouts of Flax."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from convviz.arithmetic.arguments import Sides

from .program import AVERAGE, MAX, TRANSPOSED, Framework, Step, by_output, call, numpy_pad, sources

_USUAL: Final[Mapping[str, str]] = {
    "lhs_dilation": "(1, 1)",
    "rhs_dilation": "(1, 1)",
    "window_dilation": "(1, 1, 1, 1)",
    "feature_group_count": "1",
}


def _write(steps: Sequence[Step]) -> Iterator[str]:
    for source, step in sources(steps):
        if step.is_pooling:
            yield from _pooling(step, source)
            continue
        yield _convolution(step, source)
        if step.bias:
            yield f"y = y + {step.bias}"


def _convolution(step: Step, source: str) -> str:
    kernel, stride, padding = f"{step.weight}.transpose(2, 3, 1, 0)", step.stride, step.sides
    between = (1, 1)
    if step.kind == TRANSPOSED:
        kernel = by_output(f"jnp.flip({step.weight}, (2, 3))", step)
        stride, between = (1, 1), step.stride
        rows, columns = (
            (extent - 1 - before, extent - 1 - after + more)
            for extent, (before, after), more in zip(step.extent, step.sides, step.output_padding, strict=True)
        )
        padding = (rows, columns)
    named = {
        "window_strides": str(stride),
        "padding": str(padding),
        "lhs_dilation": str(between),
        "rhs_dilation": str(step.dilation),
        "dimension_numbers": '("NHWC", "HWIO", "NHWC")',
        "feature_group_count": str(step.groups),
    }
    return call("lax.conv_general_dilated", f"{source}, {kernel}", named, _USUAL, "y = ")


def _pooling(step: Step, source: str) -> Iterator[str]:
    (top, bottom), (left, right) = step.sides
    padding: Sides = ((top, bottom + step.beyond[0]), (left, right + step.beyond[1]))
    named = {
        "window_dimensions": str((1, *step.kernel, 1)),
        "window_strides": str((1, *step.stride, 1)),
        "padding": str(((0, 0), *padding, (0, 0))),
        "window_dilation": str((1, *step.dilation, 1)),
    }
    if step.kind == MAX:
        yield call("lax.reduce_window", f"{source}, -jnp.inf, lax.max", named, _USUAL, "y = ")
        return
    yield call("lax.reduce_window", f"{source}, 0.0, lax.add", named, _USUAL, "y = ")
    if step.is_divided:
        least, end = ("jnp.maximum(1, ", ")") if step.is_hollow else ("", "")
        yield call("lax.reduce_window", "counted, 0.0, lax.add", named, _USUAL, f"y = y / {least}") + end
    else:
        yield f"y = y / {step.kernel[0] * step.kernel[1]}"


def _takes(step: Step) -> bool:
    if step.kind == AVERAGE:
        return not step.is_padded or (step.counts_padding and step.beyond == (0, 0))
    return step.mode == "zeros"


def _notes(steps: Sequence[Step]) -> Iterator[str]:
    yield "As in Flax, images are (N, H, W, C): channels come last."
    for step in steps:
        if step.weight:
            yield "The kernel of Flax is (kH, kW, C_in / groups, C_out), so the weight is transposed."
            break
    for step in steps:
        if step.kind == TRANSPOSED:
            yield "lhs_dilation puts zeros between the cells of the input; the padding is d (k - 1) - p."
            yield "Here the kernel is turned; flax.linen.ConvTranspose turns it only with transpose_kernel=True."
        if step.word and step.mode == "zeros":
            yield f'padding="{step.word.upper().replace("_UPPER", "")}" of jax.lax gives the same numbers.'
        if step.mode != "zeros":
            yield f"jax.lax pads zeros only, so jnp.pad comes first (padding mode {step.mode})."
        if step.is_pooling:
            yield "Without strides, flax.linen.max_pool and avg_pool move by 1, not by the size of the window."


def _line(step: Step) -> Iterator[str]:
    yield "x = x.T[None]"
    named = {"rhs_dilation": f"({step.dilation[1]},)", "dimension_numbers": '("NWC", "WIO", "NWC")'}
    given = f"x, w.transpose(2, 1, 0), ({step.stride[1]},), [{step.sides[1]}]"
    yield call("lax.conv_general_dilated", given, named, {"rhs_dilation": "(1,)"}, "y = ")
    if step.bias:
        yield "y = y + b"
    yield "print(y[0].T)"


def _line_notes(step: Step) -> Iterator[str]:
    yield "As in Flax, signals are (N, W, C): channels come last."
    yield "The kernel of Flax is (k, C_in, C_out), so the weight is transposed."


JAX: Final = Framework(
    label="JAX",
    imports=(
        "import jax\nimport jax.numpy as jnp\nfrom jax import lax\n\n"
        'jax.config.update("jax_enable_x64", True)  # JAX computes in float32 otherwise'
    ),
    array="jnp.array({}, dtype=float)",
    flip="jnp.flip({}, (2, 3))",
    ones="jnp.ones({})",
    pad=numpy_pad("jnp"),
    batch="{}.transpose(1, 2, 0)[None]",
    takes=_takes,
    write=_write,
    output="y[0].transpose(2, 0, 1)",
    notes=_notes,
    line=_line,
    line_notes=_line_notes,
)
