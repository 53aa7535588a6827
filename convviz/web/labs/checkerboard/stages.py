"""What the lesson on chequered patterns says about counts, in words and in a table."""

from collections.abc import Iterator
from functools import lru_cache
from math import gcd
from typing import Final

from convviz.analysis import Overlap, overlap
from convviz.arithmetic import ConvTranspose2d, Layer
from convviz.arithmetic.parse import Pair
from convviz.scene.overlap import are_writes
from convviz.web.components.html_table import table

from .overlap_map import ratio_words

Stack = tuple[Layer, ...]

_HEAD: Final = ("After", "One axis", "Cells", "Inside", "Border")
_NO_PROMISE: Final = (
    "*Even* is no promise of a clean output: the weights on the paths may still print a pattern, as the last part "
    "below shows."
)


@lru_cache(256)
def stages(layers: Stack, input_size: Pair) -> tuple[Overlap, ...]:
    """The overlap after the first layer, after the first two, and so on."""
    return tuple(overlap(layers[:count], input_size) for count in range(1, len(layers) + 1))


def verdict(layers: Stack, input_size: Pair) -> str:
    """Even or uneven, how much, what the border does, and the rule behind it."""
    last = stages(layers, input_size)[-1]
    told = _evenness(last, are_writes(layers))
    return "\n\n".join(filter(None, [f"{told} {_border(last)}", _rule(layers), _NO_PROMISE]))


def stage_table(layers: Stack, input_size: Pair) -> str:
    """One row for each layer of a stack, as HTML."""
    return table(
        _HEAD,
        [
            [f"layer {number}", _axes(one), _short(one), _span(one.interior.ravel().tolist()), _border_span(one)]
            for number, one in enumerate(stages(layers, input_size), start=1)
        ],
        "Ratio of most to least paths, along one axis and into cells; how many paths inside and at the border.",
        strong=(len(layers) - 1,),
    )  # fmt: skip


def _evenness(found: Overlap, is_written: bool) -> str:
    counts, get = found.interior.ravel().tolist(), "are written" if is_written else "get"
    told = _times if is_written else _paths
    if found.is_even:
        return f"**Even.** Far from the border all cells {get} {told(counts[0])}."
    if min(counts) == 0:
        return f"**Uneven: some cells get nothing.** Far from the border others {get} up to {told(max(counts))}."
    return (
        f"**Uneven, {ratio_words(found.ratio)}.** Far from the border some cells {get} {told(max(counts))} and others "
        f"{told(min(counts))}. {_along(found)}"
    )


def _paths(count: int) -> str:
    return "1 path" if count == 1 else f"{count:,} paths"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _along(found: Overlap) -> str:
    down, across = found.rows, found.columns
    if down.ratio == across.ratio:
        return f"Along one axis it is {ratio_words(down.ratio)}; two axes multiply."
    ways = [f"{name} {'even' if axis.is_even else ratio_words(axis.ratio)}"
            for name, axis in (("down the rows", down), ("across the columns", across))]  # fmt: skip
    return f"It is {ways[0]} and {ways[1]}; both multiply."


def _border(found: Overlap) -> str:
    count, total = int(found.border.sum()), found.border.size
    if not count:
        return "In this output that is so up to the border."
    numbers = found.counts[found.border].tolist()
    which = f"all {total:,}" if count == total else f"{count:,} of {total:,}"
    return f"At the border, where the input ends, {which} cells have other counts, {_span(numbers)}."


def _rule(layers: Stack) -> str:
    """The rule of even overlap for one layer, with the numbers of each."""
    told = [
        f"{f'layer {number}: ' if len(layers) > 1 else ''}{' and '.join(dict.fromkeys(_divides(layer)))}"
        for number, layer in enumerate(layers, start=1)
        if isinstance(layer, ConvTranspose2d)
    ]
    if not told:
        return ""
    return (
        "The rule for one transposed convolution: the overlap is even exactly where the stride divides the kernel size "
        f"(at dilation 1). Here {'; '.join(told)}."
    )


def _divides(layer: ConvTranspose2d) -> Iterator[str]:
    for kernel, stride, dilation in zip(layer.kernel_size, layer.stride, layer.dilation, strict=True):
        words = f"{stride} {'divides' if kernel % stride == 0 else 'does not divide'} {kernel}"
        if dilation > 1:
            common = gcd(stride, dilation)
            shared = "no factor" if common == 1 else f"the factor {common}"
            words += f" (and shares {shared} with the dilation {dilation}, which {_matters(common)})"
        yield words


def _matters(common: int) -> str:
    return "leaves the rule as it is" if common == 1 else "leaves gaps"


def _axes(found: Overlap) -> str:
    down, across = ("even" if axis.is_even else ratio_words(axis.ratio) for axis in (found.rows, found.columns))
    return down if down == across else f"{down} down, {across} across"


def _short(found: Overlap) -> str:
    return "even" if found.is_even else ratio_words(found.ratio)


def _border_span(found: Overlap) -> str:
    numbers = found.counts[found.border].tolist()
    return _span(numbers) if numbers else "the same"


def _span(numbers: list[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
