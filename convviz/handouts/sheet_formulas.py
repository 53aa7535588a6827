"""What the cells of a workbook say: the formulas of its outputs, and the conditions that mark the cells of a step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d, Step, Tap
from convviz.errors import SpecError

from .sheet_layout import Layout, Table, letters
from .stages import Stage, divisor_of

_LONGEST: Final = 8192
"""Characters of a formula: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3."""


def formulas_of_stage(stage: Stage, layout: Layout) -> list[str | None]:
    """Return the formula of each output cell, None where max pooling reads nothing but padding.

    Raises
    ------
    SpecError
        One of them would be too long.

    Examples
    --------
    >>> from convviz.handouts.sheet_layout import layouts_of
    >>> from convviz.handouts.stages import stages_of
    >>> from convviz.recipes import recipe
    >>> stages = stages_of(recipe("standard", input_size=3, kernel_size=2), "workbook")
    >>> formulas_of_stage(stages[0], layouts_of(stages)[0])[:2]
    ['=SUMPRODUCT(A6:B7,$E$6:$F$7)+$E$10', '=SUMPRODUCT(B6:C7,$E$6:$F$7)+$E$10']
    """
    formulas: list[str | None] = []
    for step in stage.trace[: stage.output.size]:
        assert step.output is not None
        formulas.append(_formula(stage, layout, step.output[0], step))
        if len(formulas[-1] or "") > _LONGEST:
            raise SpecError(
                f"A formula of a workbook must have at most {_LONGEST:,} characters; got {len(formulas[-1] or ''):,}."
                " Use fewer channels or a smaller kernel."
            )
    return formulas


def _formula(stage: Stage, layout: Layout, channel: int, step: Step) -> str | None:
    inputs, layer, taps = layout.inputs, stage.layer, step.taps
    if isinstance(layer, MaxPool2d | AvgPool2d):
        return _pooled(layer, inputs[channel], step)
    depth, width = stage.group
    area = layer.kernel_size[0] * layer.kernel_size[1]
    terms: list[str] = []
    for c, kernel in enumerate(layout.kernels[channel]):
        terms += _products(layer, inputs[channel // width * depth + c], kernel, taps[c * area : (c + 1) * area])
    if layout.bias is not None:
        terms.append(layout.bias.cell(0, 0))
    return "=" + ("+".join(terms) or "0")


def _pooled(layer: MaxPool2d | AvgPool2d, plane: Table, step: Step) -> str | None:
    is_max = isinstance(layer, MaxPool2d)
    inside = [tap.position for tap in step.taps if not tap.is_padding]
    if not inside:
        return None if is_max else "=0"
    # Programs leave texts in a range aside, and so the minus infinity of padding.
    whole = plane.block([tap.position for tap in step.taps])
    read = whole if _is_dense(layer) else ",".join(plane.cell(*place) for place in inside)
    return f"=MAX({read})" if is_max else f"=SUM({read})/{divisor_of(step)}"


def _products(layer: Conv2d | ConvTranspose2d, plane: Table, kernel: Table, taps: Sequence[Tap]) -> Iterator[str]:
    """Yield the terms of a sum: one for a window without holes, which a program frames as a whole, else each product.

    Of a transposed convolution only those that read the input: zeros around and between its cells add nothing.
    """
    if isinstance(layer, Conv2d) and _is_dense(layer) and len(taps) > 1:
        yield f"SUMPRODUCT({plane.block([tap.position for tap in taps])},{kernel.block([tap.kernel for tap in taps])})"
        return
    for tap in taps:
        row, column = tap.kernel
        if isinstance(layer, ConvTranspose2d):
            row, column = kernel.rows[-1] - row, kernel.columns[-1] - column  # it is written as it is turned
            if tap.source is None:
                continue
        yield f"{plane.cell(*tap.position)}*{kernel.cell(row, column)}"


def _is_dense(layer: Conv2d | MaxPool2d | AvgPool2d) -> bool:
    """Return whether a window has no holes."""
    return layer.effective_kernel_size == layer.kernel_size


@dataclass(frozen=True, slots=True)
class Marks:
    """Conditions in a program's language that say whether a cell belongs to the step that is chosen."""

    stage: Stage
    layout: Layout

    @property
    def _step(self) -> str:
        row, column = self.layout.step
        return f"(${letters(column)}${row + 1}-1)"

    @property
    def row(self) -> str:
        """The row of the output that the step writes."""
        _, rows, columns = self.stage.output.shape
        return f"INT(MOD({self._step},{rows * columns})/{columns})"

    @property
    def column(self) -> str:
        """Its column."""
        return f"MOD({self._step},{self.stage.output.shape[2]})"

    @property
    def channel(self) -> str:
        """Its channel."""
        _, rows, columns = self.stage.output.shape
        return f"INT({self._step}/{rows * columns})"

    def is_read(self, channel: int) -> str:
        """Return the condition for a table of the input."""
        table, (depth, width) = self.layout.inputs[channel], self.stage.group
        rows, columns = (
            self._is_tap(axis, place, span.start, start + 1, at)
            for axis, place, span, start, at in (
                (0, "ROW()", table.rows, table.top, self.row),
                (1, "COLUMN()", table.columns, table.left, self.column),
            )
        )
        return f"=AND(INT({self.channel}/{width})={channel // depth},{rows},{columns})"

    def _is_tap(self, axis: int, place: str, first: int, start: int, output: str) -> str:
        """Return the condition along an axis, where the first cell has a position and a place on the sheet."""
        layer = self.stage.layer
        _, height, width = self.stage.trace.input.shape
        along = layer.axes((height, width))[axis]
        reach = along.dilation * (along.kernel - 1)
        is_transposed = isinstance(layer, ConvTranspose2d)
        lowest = along.stretched_position(0, along.kernel - 1) if is_transposed else along.position(0, 0)
        stride = 1 if is_transposed else along.stride
        offset = f"{place}{first - lowest - start:+}-{stride}*{output}"
        return f"{offset}>=0,{offset}<={reach},MOD({offset},{along.dilation})=0"

    def is_kernel(self, channel: int) -> str:
        """Return the condition for the kernels of an output channel."""
        return f"={self.channel}={channel}"

    def is_written(self, channel: int) -> str:
        """Return the condition for a table of the output."""
        top, left = self.layout.outputs[channel].place(0, 0)
        return f"=AND({self.channel}={channel},ROW()-{top + 1}={self.row},COLUMN()-{left + 1}={self.column})"
