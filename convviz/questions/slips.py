"""The slips of people who compute by hand: each makes another layer of a layer, which the engine then computes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, Layer, MaxPool2d, conv2d
from convviz.arithmetic.arguments import NO_PADDING, Pair
from convviz.errors import SpecError
from convviz.recipes.variants.base import WindowLayer


@dataclass(frozen=True, slots=True)
class Slip:
    """A rule that is forgotten or mistaken.

    Attributes
    ----------
    words : str
        What went wrong, a sentence without its end. Symbols in braces, as in ``{p}``, are numbers of the layer.
    change : callable
        Returns the layer that such a reader has in mind.
    """

    words: str
    change: Callable[[Any], Layer]

    def applied(self, layers: Sequence[Layer], size: Pair) -> tuple[tuple[Layer, ...], str] | None:
        """Return the layers as they are mistaken, and the words with numbers; None where it makes no difference.

        Examples
        --------
        >>> from convviz.arithmetic import conv2d
        >>> DILATION.applied([conv2d(3, dilation=2)], (7, 7))[1]
        'The dilation of 2 is left out: the window spans d(k − 1) + 1 = 5 cells, not 3'
        """
        words, mistaken = "", list[Layer]()
        for layer in layers:
            plain = settled(layer, size)
            size = layer.output_size(size)
            if not isinstance(plain, WindowLayer):
                mistaken.append(plain)
                continue
            mistaken.append(self.change(plain))
            if mistaken[-1] != plain and not words:
                words = self.words.format(**_symbols(plain))
        return (tuple(mistaken), words) if words else None


def settled(layer: Layer, size: Pair) -> Layer:
    """Return the layer with numbers in place of a padding that depends on the input."""
    if isinstance(layer, WindowLayer) and isinstance(layer.padding, str):
        return replace(layer, padding=layer.resolve_padding(size))
    return layer


def sizes_after(layers: Sequence[Layer], size: Pair) -> tuple[Pair, ...] | None:
    """Return the size after each layer, None where one does not fit."""
    sizes = []
    try:
        for layer in layers:
            size = layer.output_size(size)
            sizes.append(size)
    except SpecError:
        return None
    return tuple(sizes)


def mistaken(slips: Sequence[Slip], layers: Sequence[Layer], size: Pair) -> Iterator[tuple[tuple[Layer, ...], str]]:
    """Yield the layers that each slip makes of some layers, and its words, where it makes a difference."""
    for slip in slips:
        if (applied := slip.applied(layers, size)) is not None:
            yield applied


def _symbols(layer: WindowLayer) -> dict[str, str]:
    """Return the numbers of a layer by their symbols, both where the axes differ."""
    assert not isinstance(layer.padding, str)  # it is settled
    pairs = {"k": layer.kernel_size, "s": layer.stride, "d": layer.dilation, "e": layer.effective_kernel_size}
    if isinstance(layer, ConvTranspose2d):
        pairs["a"] = layer.output_padding
    is_line = (layer.kernel_size[0], layer.stride[0], layer.padding[0]) == (1, 1, (0, 0))
    texts = {
        symbol: str(columns) if is_line or rows == columns else f"{rows} × {columns}"
        for symbol, (rows, columns) in pairs.items()
    }
    return {**texts, "p": _sides(layer.padding[1:] if is_line else layer.padding)}


def _sides(padding: Sequence[Pair]) -> str:
    """Return a padding: once where it is the same on both sides or on all, else side by side as links have it."""
    if any(before != after for before, after in padding):
        return ", ".join(str(side) for sides in padding for side in sides)
    return " × ".join(dict.fromkeys(str(before) for before, _ in padding))


def _centered(layer: WindowLayer) -> WindowLayer:
    rows, columns = ((extent // 2, extent // 2) for extent in layer.effective_kernel_size)
    return replace(layer, padding=(rows, columns))


def _one_side(layer: WindowLayer) -> WindowLayer:
    assert not isinstance(layer.padding, str)  # it is settled
    (top, _), (left, _) = layer.padding
    return replace(layer, padding=((top, 0), (left, 0)))


def _rounded_up(layer: WindowLayer) -> Layer:
    if layer.stride == (1, 1):
        return layer
    if isinstance(layer, Conv2d):
        return MaxPool2d(layer.kernel_size, layer.stride, layer.padding, layer.dilation, ceil_mode="unclipped")
    if isinstance(layer, MaxPool2d | AvgPool2d) and not layer.ceil_mode:
        return replace(layer, ceil_mode="unclipped")
    return layer


def _rounded_down(layer: WindowLayer) -> WindowLayer:
    return replace(layer, ceil_mode=False) if isinstance(layer, MaxPool2d | AvgPool2d) else layer


def _direct(layer: WindowLayer) -> Layer:
    if not isinstance(layer, ConvTranspose2d):
        return layer
    return conv2d(layer.kernel_size, layer.stride, layer.padding, layer.dilation)


def _added(layer: WindowLayer) -> WindowLayer:
    if not isinstance(layer, ConvTranspose2d):
        return layer
    rows, columns = ((-before, -after) for before, after in layer.padding)
    return replace(layer, padding=(rows, columns))


PADDING: Final = Slip("The padding of {p} is left out", lambda layer: replace(layer, padding=NO_PADDING))
ONE_SIDE: Final = Slip("The padding of {p} is counted once, but it is on both sides", _one_side)
ADDED: Final = Slip("The padding of {p} is added, but in a transposed convolution it is cut off the output", _added)
DILATION: Final = Slip(
    "The dilation of {d} is left out: the window spans d(k − 1) + 1 = {e} cells, not {k}",
    lambda layer: replace(layer, dilation=(1, 1)),
)
HOLES: Final = Slip(
    "Between the taps of a dilated window are holes, which are not read",
    lambda layer: replace(layer, kernel_size=layer.effective_kernel_size, dilation=(1, 1)),
)
CENTERED: Final = Slip("The taps are put around the cell with the same numbers, but they begin at n·s − p", _centered)
STRIDE: Final = Slip("The stride of {s} is left out", lambda layer: replace(layer, stride=(1, 1)))
OUTPUT_PADDING: Final = Slip(
    "The output padding of {a} is left out",
    lambda layer: replace(layer, output_padding=(0, 0)) if isinstance(layer, ConvTranspose2d) else layer,
)
ROUNDED_UP: Final = Slip(
    "The division by the stride of {s} is rounded up, but a window that does not fit is left out", _rounded_up
)
ROUNDED_DOWN: Final = Slip("The division by the stride of {s} is rounded down, but ceil_mode rounds up", _rounded_down)
DIRECT: Final = Slip("That is the size after a convolution, but a transposed one makes its input larger", _direct)
