"""Convolutions with channels: what is drawn is counted and computed again, by loops and by onnxruntime."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz import SpecError
from convviz.recipes import Presentation, Recipe
from convviz.scene import compose
from tests.arithmetic.oracles import onnx_run
from tests.scene.reading import Cell, lines, texts, titled, value
from tests.scene.stacks import Picture

Array = np.ndarray[Any, Any]
PAD = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def random_recipe(seed: int) -> Recipe:
    """A convolution in which every number that may differ does so now and then; only such that fit and are small."""
    rng = np.random.default_rng(seed)
    while True:
        groups = int(rng.choice([1, 1, 2, 3]))
        sides = {name: tuple(rng.integers(1, 4, 2).tolist()) for name in ("kernel_size", "stride", "dilation")}
        given: dict[str, Any] = {
            "input_size": tuple(rng.integers(2, 8, 2).tolist()),
            "in_channels": groups * int(rng.integers(1, 5)),
            "out_channels": groups * int(rng.integers(1, 4)),
            "groups": groups,
            "padding": rng.integers(0, 3, 4).tolist(),
            "padding_mode": str(rng.choice([*PAD])),
            "flip": bool(rng.integers(2)),
            "bias": int(rng.integers(-2, 3)),
            "seed": seed,
            **sides,
        }
        try:
            recipe = cv.recipe("standard", **given)
        except SpecError:
            continue
        if max(given["in_channels"], given["out_channels"]) > 1 and recipe.frames <= 40:
            return recipe


RECIPES = [
    *map(random_recipe, range(14)),
    cv.recipe("standard", in_channels=11, out_channels=2, input_size=4, bias=3),
    cv.recipe("standard", in_channels=2, out_channels=20, input_size="4x3", kernel_size=2),
    cv.recipe("standard", in_channels=12, out_channels=12, groups=12, input_size=3, kernel_size=2),
    cv.recipe("standard", in_channels=10, out_channels=5, groups=5, input_size=3, kernel_size=2),
    cv.recipe("standard", in_channels=9, out_channels=2, input_size=2, kernel_size=1),
    cv.recipe("standard", in_channels=3, out_channels=2, kernel_size=1, input_size="2x3", bias=-1),
    cv.recipe("standard", in_channels=2, input_size="4x5", stride=2, padding="same_upper"),
    cv.recipe("standard", in_channels=2, out_channels=2, weight="1,2;3,4|5,6;7,8|-1,0;1,2|0,0;0,1", input_size=3),
]
TAPS = [
    cv.recipe("standard", in_channels=2, out_channels=2, input_size=3, kernel_size=2, bias=4, storyboard="tap"),
    cv.recipe("standard", in_channels=10, input_size=2, kernel_size="1x2", storyboard="tap", flip=True),
    cv.recipe("standard", in_channels=4, out_channels=2, groups=2, input_size=2, kernel_size=1, storyboard="tap"),
]


class Expected:
    """The convolution by loops over a padded array; only its numbers are taken from the recipe."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        sides = recipe.layer.resolve_padding(recipe["input_size"])
        self.start: Cell = (sides[0][0], sides[1][0])
        self.padded = np.pad(recipe.input, ((0, 0), *sides), PAD[recipe["padding_mode"]])  # type: ignore[call-overload]
        self.depth = recipe["in_channels"] // recipe["groups"]
        self.width = recipe["out_channels"] // recipe["groups"]
        self.inputs = recipe["in_channels"] if recipe["in_channels"] <= 8 else 3
        outputs = range(recipe["out_channels"] if recipe["out_channels"] <= 8 else 3)
        self.outputs = [output for output in outputs if self.first(output) < self.inputs]
        result = onnx_run(
            "Conv", self.padded[None].astype("float32"), recipe.weight.astype("float32"), strides=recipe["stride"],
            dilations=recipe["dilation"], group=recipe["groups"], kernel_shape=recipe["kernel_size"],
        )  # fmt: skip
        self.output = result[0].astype(float) + recipe["bias"]

    def first(self, output: int) -> int:
        """The first input channel that an output channel reads."""
        return output // self.width * self.depth

    def channels(self, output: int) -> list[int]:
        """Those that are drawn."""
        return [c for c in range(self.first(output), self.first(output) + self.depth) if c < self.inputs]

    def steps(self) -> Iterator[tuple[int, int, int]]:
        yield from product(self.outputs, *map(range, self.output.shape[1:]))

    def window(self, channel: int, i: int, j: int) -> Iterator[tuple[Cell, Cell, float]]:
        """Where a step reads in a channel, counted from its first real cell; the kernel's cell; and the number."""
        (kh, kw), (sh, sw), (dh, dw) = (self.recipe[name] for name in ("kernel_size", "stride", "dilation"))
        for u, v in product(range(kh), range(kw)):
            row, column = i * sh + u * dh, j * sw + v * dw
            yield (row - self.start[0], column - self.start[1]), (u, v), self.padded[channel, row, column]


def scene_of(recipe: Recipe) -> Picture:
    return Picture(compose(recipe, Presentation(width=1200), frames_drawn=0))


def kernel_title(output: int, channel: int) -> str:
    return f"kernel of output channel {output} for input channel {channel}"


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_every_step_shows_its_windows_its_kernel_and_what_was_there_before(recipe: Recipe) -> None:
    picture, expected = scene_of(recipe), Expected(recipe)
    steps = [*expected.steps()]
    assert len(picture.scene) == recipe.frames == len(steps)
    for k, (output, i, j) in enumerate(steps):
        frame = picture.scene[k]
        planes, channels = picture.planes(frame), expected.channels(output)
        assert frame.caption == f"Step {k + 1} of {len(steps)}"
        assert frame.beats == (3 if k == len(steps) - 1 else 1)
        outlined = {}
        for channel in range(expected.inputs):
            noted = {cell: shown for cell, shown in planes[f"input, channel {channel}"].items() if shown[1]}
            window = [*expected.window(channel, i, j)] if channel in channels else []
            weights = recipe.weight[output, channel - expected.first(output)] if window else None
            assert {cell: (value(text), value(note[1:])) for cell, (text, note) in noted.items()} == {
                cell: (number, weights[at])
                for cell, at, number in window
                if weights is not None and not picture.is_bare
            }
            if window:
                outlined[f"input, channel {channel}"] = (window[0][0], window[-1][0])
                last = (recipe["kernel_size"][0] - 1, recipe["kernel_size"][1] - 1)
                outlined[kernel_title(output, channel)] = ((0, 0), last)
        assert {title: ends for title, *ends in map(list, picture.outlines(frame))} == {
            title: [*ends] for title, ends in outlined.items()
        }
        for n, (other, *at) in enumerate(steps):
            text, _ = planes[f"output, channel {other}"][at[0], at[1]]
            assert text == "" if n > k else value(text) == expected.output[other, at[0], at[1]]


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_every_plane_shows_the_numbers_of_its_channel(recipe: Recipe) -> None:
    picture, expected = scene_of(recipe), Expected(recipe)
    planes = picture.planes(picture.scene[-1])
    for channel in range(expected.inputs):
        grid = picture.grids[f"input, channel {channel}"]
        for (row, column), (text, _) in planes[grid.title].items():
            assert value(text) == expected.padded[channel, row + expected.start[0], column + expected.start[1]]
            place = (row + picture.start(grid)[0]) * len(grid.columns) + column + picture.start(grid)[1]
            inside = 0 <= row < recipe["input_size"][0] and 0 <= column < recipe["input_size"][1]
            assert grid.names[place] == ((channel, row, column) if inside else "padding")
    for output in expected.outputs:
        for channel in expected.channels(output):
            local = channel - expected.first(output)
            grid = picture.grids[kernel_title(output, channel)]
            for (row, column), (text, _) in planes[grid.title].items():
                assert value(text) == recipe.weight[output, local, row, column]
                name = grid.names[row * len(grid.columns) + column]
                stored = recipe.replace(flip=False).weight
                assert value(text) == stored[name]
                assert isinstance(name, tuple)
                assert name[:2] == (output, local)
    assert picture.count("input") == expected.inputs
    assert picture.count("kernel") == sum(len(expected.channels(output)) for output in expected.outputs)
    assert picture.count("output") == len(expected.outputs)
    assert {grid.name for grid in picture.grids.values() if grid.is_editable} == {"input", "kernel"}


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_the_terms_are_the_sums_of_the_channels_and_add_up(recipe: Recipe) -> None:
    picture, expected = scene_of(recipe), Expected(recipe)
    for k, (output, i, j) in enumerate(expected.steps()):
        frame, total = picture.scene[k], expected.output[output, i, j]
        title, *words = [text for item in frame.items[-frame.title - frame.terms :] for text in texts(item)]
        head, shown_total = title.split(": ")
        assert head == titled("output", i, j, output if recipe["out_channels"] > 1 else None)
        assert value(shown_total) == total
        assert lines(picture.scene, frame) == [title, *words]
        partial = []
        for local in range(expected.depth):
            channel = expected.first(output) + local
            partial.append(
                sum(number * recipe.weight[output, local][at] for _, at, number in expected.window(channel, i, j))
            )
        shown = len(expected.channels(output))
        rest, more = sum(partial[shown:]), expected.depth - shown
        others = f"{more} more channel{'s' if more > 1 else ''}"
        if recipe["kernel_size"] == (1, 1):
            for n, channel in enumerate(expected.channels(output)):
                ((_, _, number),) = expected.window(channel, i, j)
                one, other = map(value, words.pop(0).removeprefix("+ " if n else "").split("·"))
                assert (one, other) == (number, recipe.weight[output, n, 0, 0])
            wanted = [f"+ {as_factor(rest)} ({others})"] * bool(more)
            wanted += [f"+ {as_factor(recipe['bias'])} (bias)"] * bool(recipe["bias"])
            assert words == [*wanted, f"= {minus(total)}"]
        else:
            wanted = [f"channel {c}: {minus(partial[n])}" for n, c in enumerate(expected.channels(output))]
            wanted += [f"{others}: {minus(rest)}"] * bool(more)
            wanted += [f"bias: {minus(recipe['bias'])}"] * bool(recipe["bias"])
            assert " ".join(words) == f"{', '.join(wanted)}; sum = {minus(total)}"
        assert sum(partial) + recipe["bias"] == total


def as_factor(number: float) -> str:
    return f"(−{-number:.0f})" if number < 0 else f"{number:.0f}"


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_descriptions_say_what_is_read(recipe: Recipe) -> None:
    picture, expected = scene_of(recipe), Expected(recipe)
    for k, (output, i, j) in enumerate(expected.steps()):
        cells = [cell for cell, _, _ in expected.window(0, i, j)]
        count = len(cells) * expected.depth
        first = expected.first(output)
        bias = f" and a bias of {minus(recipe['bias'])}" if recipe["bias"] else ""
        few, all_of_them = len(expected.outputs), recipe["out_channels"]
        of = "" if few == all_of_them else f" (of {all_of_them}, {few} of which are stepped)"
        assert picture.scene[k].description == (
            f"Step {k + 1} of {len(picture.scene)}: output channel {output}{of}, row {i}, column {j} is "
            f"{minus(expected.output[output, i, j])}, the sum of {count} product{'s' * (count > 1)} over input "
            f"{span('channel', first, first + expected.depth - 1)}, {span('row', cells[0][0], cells[-1][0])}, "
            f"{span('column', cells[0][1], cells[-1][1])}{bias}."
        )


def minus(number: float) -> str:
    return f"{number:.0f}".replace("-", "−")


def span(noun: str, first: int, last: int) -> str:
    return f"{noun} {minus(first)}" if first == last else f"{noun}s {minus(first)} to {minus(last)}"


@pytest.mark.parametrize("recipe", [*RECIPES, *TAPS], ids=repr)
def test_relations_name_the_cells_that_meet(recipe: Recipe) -> None:
    picture, expected = scene_of(recipe), Expected(recipe)
    links = picture.scene.link()
    names = [(grid.name, grid.title, name) for grid in links.grids for name in grid.names]
    shown = [value(text) for grid in links.grids for text in grid.texts]
    by_tap = recipe["storyboard"] == "tap"
    per_step = int(np.prod(recipe["kernel_size"]))
    assert links.products_per_term == per_step
    assert links.step_side == "output"
    k = 0
    for output, i, j in expected.steps():
        channels = expected.channels(output)
        wanted = [(c, *one) for c in channels for one in expected.window(c, i, j)]
        for _ in range(len(wanted) if by_tap else 1):
            relation = links.relate(k)
            k += 1
            assert len(relation.taps) == len(wanted)
            assert relation.sums == () if by_tap else len(relation.sums) == len(wanted)
            running = Fraction(0)
            for (source, kernel, target), (channel, cell, at, number), total in zip(
                relation.taps, wanted, relation.sums or [""] * len(wanted), strict=True
            ):
                assert names[target] == ("output", f"output, channel {output}", (output, i, j))
                assert names[kernel][1] == kernel_title(output, channel)
                assert shown[kernel] == recipe.weight[output, channel - expected.first(output)][at]
                is_real = all(0 <= a < side for a, side in zip(cell, recipe["input_size"], strict=True))
                assert names[source][1:] == (f"input, channel {channel}", (channel, *cell) if is_real else "padding")
                assert shown[source] == number
                running += shown[source] * shown[kernel]
                assert by_tap or value(total) == running
    assert k == len(picture.scene)


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_padding_copies_a_cell_of_the_same_channel(recipe: Recipe) -> None:
    picture = scene_of(recipe)
    rows, columns = recipe["input_size"]
    numbers = np.arange(rows * columns).reshape(rows, columns)
    sides = recipe.layer.resolve_padding((rows, columns))
    padded = np.pad(numbers, sides, PAD[recipe["padding_mode"]])  # type: ignore[call-overload]
    for channel in range(picture.count("input")):
        grid = picture.grids[f"input, channel {channel}"]
        copies = dict(grid.copies)
        if recipe["padding_mode"] == "zeros":
            assert not copies
            continue
        top, left = picture.start(grid)
        for k, name in enumerate(grid.names):
            if name == "padding":
                row, column = divmod(k, len(grid.columns))
                place = padded[row - top + sides[0][0], column - left + sides[1][0]]
                assert grid.names[copies[k]] == (channel, *divmod(int(place), columns))
            else:
                assert k not in copies


@pytest.mark.parametrize("recipe", TAPS, ids=repr)
def test_tap_by_tap_the_sum_grows(recipe: Recipe) -> None:
    picture, expected = scene_of(recipe), Expected(recipe)
    assert len(picture.scene) == recipe.frames
    k = 0
    steps = [*expected.steps()]
    for step, (output, i, j) in enumerate(steps):
        channels = expected.channels(output)
        taps = [(c, *one) for c in channels for one in expected.window(c, i, j)]
        total = Fraction(0)
        for n, (channel, cell, at, number) in enumerate(taps):
            frame = picture.scene[k]
            k += 1
            weight = recipe.weight[output, channel - expected.first(output)][at]
            total += Fraction(number * weight)
            is_last = n == len(taps) - 1
            words = lines(picture.scene, frame)
            so_far = "" if is_last else " so far"
            result = Fraction(expected.output[output, i, j]) if is_last else total
            head = f"Step {step + 1} of {len(steps)}" + ("" if is_last else f", product {n + 1}")
            name = titled("output", i, j, output if recipe["out_channels"] > 1 else None)
            assert words[0] == f"{name}{so_far}: {minus(float(result))}"
            assert frame.caption == head
            assert value(words[-1].removeprefix("sum ").removeprefix("= ")) == result
            if recipe["kernel_size"] == (1, 1):
                pairs = [word.removeprefix("+ ").split("·") for word in words[1:-1]]
                assert sum(value(one) * value(other) for one, other in pairs) == result
            elif is_last:
                parts = [word.rstrip(",;").split(": ") for word in words[1:-1]]
                assert sum(value(number) for _, number in parts) == result
            else:
                before = [minus(float(total - Fraction(number * weight))), "+"] if n else []
                product = f"{as_factor(number)}·{as_factor(weight)}"
                assert " ".join(words[1:-1]) == " ".join([*before, product, f"(in channel {channel})"])
            planes = picture.planes(frame)
            assert planes[f"output, channel {output}"][i, j][0] == minus(float(result))
            assert planes[f"input, channel {channel}"][cell] == (minus(number), f"×{minus(weight)}")
            if not is_last:
                assert f"so far, the sum of {n + 1} of " in frame.description
    assert k == len(picture.scene)
