"""One step per output cell of a convolution: what the window reads in every channel, and the sum that it makes.

Shows transposed convolutions too, as a convolution over the input with zeros put between its cells.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, zip_longest
from math import inf
from typing import Final

import numpy as np

from convviz.arithmetic import Conv2d, ConvTranspose2d, forward
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.taps import TapArrays, gathered_taps
from convviz.recipes import Presentation, Recipe, variant_named
from convviz.recipes.variants.channels import drawn_inputs, drawn_outputs, exchanged

from ..box_layout import Box, Lines, Part
from ..drawing import Kind, box_of, join
from ..facts import formulas_of
from ..figure import Draft, Figure, Shot, Step, storyboard
from ..number_format import (
    Numbers,
    about,
    area_words,
    article,
    caption,
    cell_words,
    channel_count,
    counted,
    factor,
    is_by_value,
    number,
    precise,
    sentence,
    size,
    span,
    term,
    tidy,
    which_are_drawn,
    widest_number,
    widest_sum,
)
from ..panels import (
    InputCell,
    Panel,
    cells_panel,
    input_cells,
    kernel_panel,
    output_panel,
    output_styles,
    sheets_of,
    starts_of,
    weight_notes,
)
from ..primitives import Placed, Relation
from ..sums import Addend, Pass, Sum, pass_of, total
from ..theme import Theme, theme_named
from ..typography import Term

_ACROSS: Final = 12
"""Cells of kernels that a phone has room for side by side."""

BARELY_LEGIBLE: Final = 0.85
"""Cells with this fraction of what they need can still be read: input, kernel and output stay side by side."""

LEGEND: Final[dict[Kind, str]] = {
    "padding": "zeros around the input",
    "inserted": "zero put between the cells (stride)",
    "cropped": "cropped by padding",
    "extra": "added by output_padding",
}


@dataclass(frozen=True, slots=True)
class _Output:
    """One output channel: what is drawn for it, and what is not.

    Attributes
    ----------
    channel : int
        Its number.
    inputs : range
        The input channels that it reads and that are drawn.
    kernels : range
        The panels of its kernel, one per drawn input channel.
    panel : int
        Its own panel.
    taps : TapArrays
        The products with the drawn channels.
    values : array
        The output, shape (rows, columns).
    hidden, hidden_count : array, int
        What the other channels add, of the same shape, and how many they are.
    """

    channel: int
    inputs: range
    kernels: range
    panel: int
    taps: TapArrays
    values: Numbers
    hidden: Numbers
    hidden_count: int


@dataclass(frozen=True, slots=True)
class _Gather:
    """The steps.

    Attributes
    ----------
    outputs : sequence of _Output
        The drawn output channels.
    passes, targets : sequences of Pass and int
        The products of each of them, and the number of its first cell.
    scale, bias : float
        The size of the numbers that an output is made of, and what is added to each.
    has_channels, is_turned : bool
        Whether cells are named by their channel, and whether the kernel is drawn turned.
    """

    recipe: Recipe
    outputs: Sequence[_Output]
    passes: Sequence[Pass]
    targets: Sequence[int]
    scale: float
    bias: float
    has_channels: bool
    is_turned: bool

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        n, cell = self._target(shot)
        output, each = self.outputs[n], self.passes[n]
        at = divmod(cell, output.values.shape[1])
        hidden = tidy(float(output.hidden[at]), self.scale)
        value = tidy(float(output.values[at]), self.scale) if shot.is_complete else each.total(cell, shot.taps)
        made = Sum(
            self._name(output, at), self.targets[n] + cell, each.taps[cell], each.groups, shot.taps, shot.now, value,
            self._addends(output, hidden),
        )  # fmt: skip
        partial = [tidy(sum(made.taps.products[group]), self.scale) for group in each.groups]
        said = self._say(shot, output, made, partial, hidden, each.total(cell, shot.taps - 1))
        description, details = self._describe(said.caption, output, at, made, each.windows[cell])
        return said._replace(
            description=description, details=details, finished=shot.step,
            draw=lambda figure: made.draw(
                figure, _joins(figure, made) if self.has_channels else made.funnel(figure), has_rings=self.has_channels
            ),
        )  # fmt: skip

    def widest(self, taps: int, cells: Numbers, kernels: Numbers) -> list[Step]:
        """Return the last frames with the widest numbers: complete, and on the way there."""
        output, each = max(zip(self.outputs, self.passes, strict=True), key=lambda pair: len(pair[0].inputs))
        columns = zip_longest(*(each.taps[0].weights for each in self.passes), fillvalue=0.0)
        weights = [widest_number(column, factor) for column in columns]
        values = [widest_number([0.0, *cells.ravel().tolist()], factor)] * len(weights)
        wide = each.taps[0]._replace(values=values, weights=weights)
        result, part, titled = (widest_sum(spell, cells, kernels, self.bias) for spell in (number, precise, about))
        last = Shot(len(self.outputs) * output.values.size - 1, taps, True, 1.0)
        shots = [last, last._replace(is_complete=False)]
        if self.recipe["storyboard"] == "cell":
            distinct = {*np.ravel([each.values for each in self.outputs]).tolist()}
            made = [tidy(value, self.scale) for value in sorted(distinct)]
            result, titled = (widest_number(made, spell) for spell in (number, about))
            shots = [last]
        name, addends = self._name(output, self.recipe.output_size), self._addends(output, part)
        steps = []
        for shot in shots:
            shown = len(weights) - (not shot.is_complete)
            complete = Sum(name, 0, wide, each.groups, shown, None, result, addends)
            said = self._say(shot, output, complete, [part] * len(output.inputs), part, each.total(0, shown - 1))
            steps.append(said._replace(title=replace(complete, value=titled).title))
        return steps

    def _target(self, shot: Shot) -> tuple[int, int]:
        """Return the number of the output that a step is about, and that of the cell in it."""
        return divmod(shot.step, self.outputs[0].values.size)

    def _name(self, output: _Output, at: Pair) -> Sequence[str]:
        channel = output.channel if self.recipe.get("out_channels", 1) > 1 else None
        return cell_words(*at, "output", channel, is_line=self.recipe.kind.is_line)

    def _addends(self, output: _Output, hidden: float) -> list[Addend]:
        """Return what is added to the products that are drawn; ``hidden`` is the sum of those that are not."""
        addends = []
        if output.hidden_count:
            more = counted(output.hidden_count, "more channel")
            addends.append(Addend(f"+ {factor(hidden)} ({more})", hidden, "muted"))
        if self.bias:
            addends.append(Addend(f"+ {factor(self.bias)} (bias)", self.bias))
        return addends

    def _say(
        self, shot: Shot, output: _Output, made: Sum, partial: Sequence[float], hidden: float, before: float
    ) -> Step:
        """Return title and terms.

        ``partial`` are the sums of the drawn channels, ``before`` is the sum before the last product.
        """
        lead = caption(shot.step, len(self.outputs) * output.values.size, None if shot.is_complete else shot.taps)
        if not self.has_channels or made.count == len(output.inputs):
            terms = made.terms
        elif shot.is_complete:
            terms = self._channel_terms(output, made, partial, hidden)
        else:
            terms = self._added(output, made, before)
        return Step(lead, made.title, terms)

    def _channel_terms(self, output: _Output, made: Sum, partial: Sequence[float], hidden: float) -> list[Term]:
        """Return the sum of each channel, that of channels that are not drawn, the bias, and the result."""
        terms = [Term(f"channel {n}: {precise(each)},") for n, each in zip(output.inputs, partial, strict=True)]
        parts = [*partial]
        if output.hidden_count:
            terms.append(Term(f"{counted(output.hidden_count, 'more channel')}: {precise(hidden)},", "muted"))
            parts.append(hidden)
        if self.bias:
            terms.append(Term(f"bias: {precise(self.bias)},"))
            parts.append(self.bias)
        terms[-1] = Term(terms[-1].text[:-1] + ";", terms[-1].role)
        return [*terms, total(made.value, parts, [1.0] * len(parts), "sum ")]

    def _added(self, output: _Output, made: Sum, before: float) -> list[Term]:
        """Return the product that has been added last, and what it was added to."""
        last = made.shown - 1
        value, weight = made.taps.values[last], made.taps.weights[last]
        so_far = [Term(precise(before))] if last else []
        channel = output.inputs[last // (made.count // len(output.inputs))]
        return [
            *so_far,
            Term(("+ " if so_far else "") + term(value, weight)),
            Term(f"(in channel {channel})"),
            total(made.value, [value, before], [weight, 1.0]),
        ]

    def _describe(self, lead: str, output: _Output, at: Pair, made: Sum, window: Sequence[int]) -> tuple[str, str]:
        """Return the frame in words, and what of it the picture does not say."""
        is_line, which, over = self.recipe.kind.is_line, "", ""
        if self.has_channels:
            every = self.recipe["out_channels"]
            some = "" if len(self.outputs) == every else f" (of {every}, {len(self.outputs)} of which are stepped)"
            which = f"channel {output.channel}{some}, "
            over = span(output.inputs[0], output.inputs[-1] + output.hidden_count, "channel") + ", "
        count = made.count // len(output.inputs) * (len(output.inputs) + output.hidden_count)
        stretched = "zero-stretched " if self.is_turned else ""
        bias = f" and a bias of {about(self.bias)}" if self.bias and made.is_complete else ""
        details = f"{made.described(count)} over {stretched}input {over}{area_words(window, is_line=is_line)}{bias}"
        place = area_words((*at, *at), is_line=is_line)
        lead = f"{lead}: output {which}{place} is {about(made.value)}{made.so_far}"
        return f"{lead}, {details}.", sentence(details)

    def relate(self, shot: Shot) -> Relation:
        """Return which input cell meets which weight for the output cell of a frame, and the sums on the way."""
        n, cell = self._target(shot)
        return self.passes[n].relate(cell, self.targets[n] + cell, has_totals=self.recipe["storyboard"] == "cell")


def _joins(figure: Figure, made: Sum) -> Iterator[Placed]:
    """Draw what joins the windows in the channels."""
    cells = made.taps.cells
    ends = [(cells[group.start], cells[group.stop - 1]) for group in made.groups]
    if len(ends) == 1:
        return
    grids = [figure.grid(figure.panel_of[first]) for first, _ in ends]
    boxes = []
    for grid, (first, last) in zip(grids, ends, strict=True):
        right, bottom = figure.corners[last]
        boxes.append((*figure.corners[first], right + grid.cell, bottom + grid.cell))
    for k, (pair, outer) in enumerate(zip(pairwise(boxes), pairwise(map(box_of, grids)), strict=True)):
        keys = _join_keys(figure.keys.windows[figure.panel_of[ends[k][0]]])
        yield from join(*pair, figure.theme.window_edge, keys, outer, figure.layout.origin)


@lru_cache(256)
def _join_keys(window: str) -> tuple[str, str]:
    """Return the keys of the two lines from a window to the next."""
    return f"{window}, first edge", f"{window}, second edge"


def is_turned(recipe: Recipe) -> bool:
    """Return whether the kernel is drawn turned by 180 degrees from how it is stored: a transposed layer gathers."""
    return isinstance(recipe.layer, ConvTranspose2d) and recipe["view"] == "gather"


def gather_draft(recipe: Recipe, show: Presentation) -> Draft:
    """Return the draft of a convolution with one step per output cell."""
    theme, layer, plane = theme_named(show.theme), recipe.layer, recipe.input
    assert isinstance(layer, Conv2d | ConvTranspose2d)
    inputs, channels = 1, [0]
    if "groups" in recipe:
        inputs, channels = drawn_inputs(recipe.values, layer), drawn_outputs(recipe.values, layer)
    weights = recipe.kernels(channels[-1] + 1)
    outputs = _outputs(recipe, layer, (inputs, channels), (plane, weights))
    scale = float(abs(plane).max() * abs(weights).sum() + abs(recipe["bias"]))
    cells = [input_cells(layer, each) for each in plane[:inputs]]
    panels = [*_panels(recipe, layer, outputs, cells, weights, scale, theme)]
    starts, turned = starts_of(panels), is_turned(recipe)
    passes = []
    for each in outputs:
        cells_read = np.array(starts)[each.inputs.start + each.taps.channel] + panels[0].index(
            each.taps.row, each.taps.column
        )
        weight_cells = range(starts[each.kernels.start], starts[each.kernels.stop])
        passes.append(pass_of(each.taps, cells_read, weight_cells, scale, is_turned=turned))
    has_channels, targets = recipe.channels != (1, 1), [starts[each.panel] for each in outputs]
    steps = _Gather(recipe, outputs, passes, targets, scale, recipe["bias"], has_channels, turned)
    counts = [len(each.taps[0].products) for each in passes]
    legend = dict(LEGEND)
    if not turned:
        legend["padding"] = f"padding ({recipe.get('padding_mode', 'zeros')})"
    kinds = {cell.kind for cell in cells[0]}
    return Draft(
        show,
        panels,
        _channel_arrangements(recipe, inputs, outputs) if has_channels else three_panels(panel_labels(recipe)),
        steps,
        storyboard(recipe["storyboard"], [count for count in counts for _ in range(outputs[0].values.size)]),
        description=_describe(recipe),
        widest=steps.widest(max(counts), plane, weights),
        legend={kind: text for kind, text in legend.items() if kind in kinds},
        formulas=formulas_of(recipe),
        finish=lambda figure: (item for each in outputs for item in figure.draw_written(each.panel)),
        products_per_term=recipe["kernel_size"][0] * recipe["kernel_size"][1] if has_channels else 1,
        first_if=inf if has_channels else BARELY_LEGIBLE,
        is_by_value=is_by_value(recipe, show.fill),
    )


def _outputs(
    recipe: Recipe, layer: Conv2d | ConvTranspose2d, drawn: tuple[int, Sequence[int]], arrays: tuple[Numbers, Numbers]
) -> list[_Output]:
    """Return the drawn output channels; the input channels that are not drawn are summed up at once.

    ``drawn`` are the number of drawn input channels, and the drawn output channels; ``arrays`` are input and weights.
    """
    groups, (inputs, channels), (cells, weight) = recipe.get("groups", 1), drawn, arrays
    depth, width = recipe.get("in_channels", 1) // groups, recipe.get("out_channels", 1) // groups
    alone = replace(layer, groups=1)
    rows, columns = map(range, recipe.output_size)
    firsts = [channel // width * depth for channel in channels]
    reads = [range(first, min(first + depth, inputs)) for first in firsts]
    panel = inputs + sum(map(len, reads))
    outputs, kernel_panels = [], inputs
    for k, (channel, read) in enumerate(zip(channels, reads, strict=True)):
        kernel, count = weight[channel : channel + 1], len(read)
        whole, shown, others = (
            exchanged(part, 1) if isinstance(layer, ConvTranspose2d) else part
            for part in (kernel, kernel[:, :count], kernel[:, count:])
        )
        taps = gathered_taps(alone, cells[read.start : read.stop], shown, 0, rows, columns)
        hidden = np.zeros((len(rows), len(columns)))
        if count < depth:
            hidden = forward(alone, cells[read.stop : read.start + depth], others)[0]
        values = forward(alone, cells[read.start : read.start + depth], whole)[0] + recipe["bias"]
        kernels = range(kernel_panels, kernel_panels + count)
        outputs.append(_Output(channel, read, kernels, panel + k, taps, values, hidden, depth - count))
        kernel_panels += count
    return outputs


# Panels ---------------------------------------------------------------------------------------------------------------


def _panels(
    recipe: Recipe, layer: Conv2d | ConvTranspose2d, outputs: Sequence[_Output],
    cells: Sequence[Sequence[InputCell]], weights: Numbers, scale: float, theme: Theme,
) -> Iterator[Panel]:  # fmt: skip
    """Yield the input's panels, those of the kernels, and those of the output, each tagged with its channel."""
    channels, made, groups = (recipe.get(name, 1) for name in ("in_channels", "out_channels", "groups"))
    is_single, turned, notes = channels == made == 1, is_turned(recipe), weight_notes(weights)
    yield from sheets_of((
        cells_panel(
            each, theme, *([] if is_single else [channel]), notes=notes,
            resting=["" if cell.kind == "cropped" and not cell.value else number(cell.value) for cell in each],
            title="" if is_single else f"input, channel {channel}",
            tags=_tags(channel, channels, channel // (channels // groups), groups),
        )
        for channel, each in enumerate(cells)
    ), recipe["input_size"], channels)  # fmt: skip
    for output in outputs:
        yield from sheets_of((
            kernel_panel(
                weight[::-1, ::-1] if turned else weight, theme,
                *([] if is_single else [channel, output.channel % (made // groups)] if turned else [output.channel, k]),
                is_reversed=turned != bool(recipe.get("flip")), stack=f"kernel {output.channel}", is_editable=True,
                title="" if is_single else f"kernel of output channel {output.channel} for input channel {channel}",
                tags=_tags(channel, channels),
            )
            for k, (channel, weight) in enumerate(zip(output.inputs, weights[output.channel], strict=False))
        ), recipe["kernel_size"], channels // groups)  # fmt: skip
    rows, columns = map(range, recipe.output_size)
    yield from sheets_of((
        output_panel(
            output.values, scale, theme, *([] if is_single else [output.channel]),
            styles=output_styles(layer, recipe["input_size"], rows, columns, theme),
            title="" if is_single else f"output, channel {output.channel}",
            tags=_tags(output.channel, made, output.channel // (made // groups), groups),
        )
        for output in outputs
    ), recipe.output_size, made)  # fmt: skip


def _tags(channel: int, channels: int, group: int = 0, groups: int = 1) -> tuple[str, ...]:
    """Return what may be written at a panel, from long to short; nothing where it is the only one."""
    if channels == 1:
        return ()
    return (*((f"{channel}, group {group}",) if groups > 1 else ()), str(channel))


def panel_labels(recipe: Recipe) -> tuple[str, str, str]:
    """Return the words above input, kernel and output of one channel."""
    is_stretched = is_turned(recipe) and max(recipe["stride"]) > 1
    is_flipped = is_turned(recipe) or recipe.get("flip")
    return (
        f"input {size(recipe['input_size'])}{', stretched' if is_stretched else ''}",
        f"kernel {size(recipe['kernel_size'])}{', flipped' if is_flipped else ''}",
        f"output {size(recipe.output_size)}",
    )


def three_panels(labels: Sequence[str]) -> list[Part]:
    """Return the arrangements of input, kernel and output: side by side, in two lines, or below one another."""
    source, kernel, output = (
        Box("right", [k], label, sign) for k, (label, sign) in enumerate(zip(labels, ("", "∗", "="), strict=True))
    )
    return [
        Box("right", [source, kernel, output], gap=2),
        Box("down", [source, Box("right", [kernel, output], gap=2)]),
        Box("down", [Box("right", [source, kernel], gap=2), output]),
        Box("down", [source, kernel, output]),
    ]


def _channel_arrangements(recipe: Recipe, inputs: int, outputs: Sequence[_Output]) -> list[Part]:
    """Return the arrangements of stacks: from left to right with the channels below one another, or the other way."""
    every, depth = recipe["out_channels"], recipe["in_channels"] // recipe["groups"]
    stretched = ", stretched" if is_turned(recipe) and max(recipe["stride"]) > 1 else ""
    before = f"input {size(recipe['input_size'])}{stretched}, {channel_count(recipe['in_channels'], inputs)}"
    into = f"output {size(recipe.output_size)}, {channel_count(every, len(outputs))}"
    of = f"{len(outputs)} of " if len(outputs) < every else ""
    each = channel_count(depth, len(outputs[0].inputs)) + (" each" if every > 1 else "")
    flipped = ", flipped" if is_turned(recipe) else ""
    between = f"{of}{every} {'kernel' if every == 1 else 'kernels'} {size(recipe['kernel_size'])}{flipped}, {each}"
    made = [output.panel for output in outputs]
    kernels = [(output.kernels, f"kernel {output.channel}" if every > 1 else "") for output in outputs]
    source, upright = (Box(way, range(inputs), before, is_stack=True) for way in ("right", "down"))
    below = Box("down", made, into, "=", is_stack=True)
    left_to_right = Box("right", [
        upright,
        Box("right", [Box("down", panels, name, is_stack=True) for panels, name in kernels], between, "∗"),
        below,
    ])  # fmt: skip
    # From top to bottom; for many outputs of few channels each is below its kernel.
    lines = [
        Box("down", [
            source,
            Lines(way, [
                [Box(way, panels, name, is_stack=True), panel]
                for (panels, name), panel in zip(kernels, made, strict=True)
            ], (between, into), "∗="),
        ])
        for way in ("right", "down")
    ]  # fmt: skip
    # On a phone all stacks are below one another, or even all panels but those of kernels.
    whole = Box("down", [Box("right", panels, name, "∗", is_stack=True) for panels, name in kernels], between)
    each_line = max(1, _ACROSS // recipe["kernel_size"][1])
    folded = Box("down", [
        Box("down", [Box("right", panels[k : k + each_line], is_stack=True) for k in range(0, len(panels), each_line)],
            name, "∗", is_flush=True)
        for panels, name in kernels
    ], between)  # fmt: skip
    tower = Box("down", [source, whole, Box("right", made, into, "=", is_stack=True)])
    columns = [
        Box("down", [upright, middle, Box("down", made, into, "=", is_stack=True)]) for middle in (whole, folded)
    ]
    # Few outputs of many are next to the input, below the kernels: of all arrangements the flattest.
    row = Box("right", [replace(source, sign="∗"), Box("right", made, into, "=", is_stack=True)], gap=2)
    stacks = Box("right", [Box("right", panels, name, is_stack=True) for panels, name in kernels], between)
    flattest = [Box("down", [stacks, row])] if len(outputs) < every else []
    return [left_to_right, *flattest, *lines, tower, *columns]


def describe_one_channel(recipe: Recipe) -> str:
    """Return a recipe with one channel in one sentence."""
    kernel, (rows, columns), (height, width) = recipe["kernel_size"], recipe["input_size"], recipe.output_size
    return (
        f"{variant_named(recipe.variant).title}: {article(kernel[0])} by {kernel[1]} kernel on {article(rows)} by "
        f"{columns} input gives {article(height)} by {width} output."
    )


def _describe(recipe: Recipe) -> str:
    channels, outputs, groups = (recipe.get(name, 1) for name in ("in_channels", "out_channels", "groups"))
    (rows, columns), (height, width), kernel = recipe["input_size"], recipe.output_size, recipe["kernel_size"]
    if channels == outputs == 1:
        return describe_one_channel(recipe)
    sides = f"by {kernel[0]} by {kernel[1]}"
    depth, values = channels // groups, recipe.values
    kernels = f"{article(depth)} {sides} kernel"
    if outputs > 1:
        drawn = which_are_drawn(outputs, len(drawn_outputs(values, recipe.layer)))
        kernels = f"{outputs} kernels of {depth} {sides}{f' in {groups} groups' if groups > 1 else ''}{drawn}"
    return (
        f"{variant_named(recipe.variant).title}: {kernels} on {article(rows)} by {columns} input of "
        f"{counted(channels, 'channel')}{which_are_drawn(channels, drawn_inputs(values, recipe.layer))} "
        f"{'gives' if outputs == 1 else 'give'} {article(height)} by {width} output of {counted(outputs, 'channel')}."
    )
