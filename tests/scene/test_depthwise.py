"""Depthwise separable convolutions: every act is read back from the picture and computed again with scipy."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.signal import correlate

import convviz as cv
from convviz import SpecError
from convviz.recipes import Presentation, Recipe
from convviz.scene import compose
from tests.scene.reading import Cell, lines, texts, titled, value
from tests.scene.stacks import Picture

Array = np.ndarray[Any, Any]
ACTS = ("split", "depthwise", "pointwise")


def random_recipe(seed: int) -> Recipe:
    """Sizes, strides, padding, dilation, channels and multiplier that differ; only such that fit and are small."""
    rng = np.random.default_rng(seed)
    while True:
        sides = {name: tuple(rng.integers(1, 4, 2).tolist()) for name in ("kernel_size", "stride", "dilation")}
        given: dict[str, Any] = {
            "input_size": tuple(rng.integers(2, 8, 2).tolist()),
            "in_channels": int(rng.integers(1, 5)),
            "channel_multiplier": int(rng.choice([1, 1, 2, 3])),
            "out_channels": int(rng.integers(1, 5)),
            "padding": rng.integers(0, 3, 4).tolist(),
            "act": str(rng.choice(["all", "all", "all", *ACTS])),
            "seed": seed,
            **sides,
        }
        try:
            recipe = cv.recipe("depthwise-separable", **given)
        except SpecError:
            continue
        if recipe.frames <= 60:
            return recipe


RECIPES = [
    *map(random_recipe, range(14)),
    cv.recipe("depthwise-separable", in_channels=11, out_channels=2, input_size=3, kernel_size=2),
    cv.recipe("depthwise-separable", in_channels=2, out_channels=30, input_size=3, kernel_size="3x2"),
    cv.recipe("depthwise-separable", in_channels=8, channel_multiplier=8, out_channels=1, input_size=2, kernel_size=2),
    cv.recipe("depthwise-separable", in_channels=5, channel_multiplier=3, out_channels=2, input_size=2, kernel_size=1),
    cv.recipe("depthwise-separable", in_channels=64, out_channels=64, input_size=2, kernel_size=2, act="pointwise"),
    cv.recipe("depthwise-separable", weight="1,2|-1,0", in_channels=1, pointwise="1,-1;0,2;3,3", input="1,2;3,4;5,6"),
]
TAPS = [
    cv.recipe("depthwise-separable", in_channels=2, out_channels=2, input_size=3, kernel_size="2x3", storyboard="tap"),
    cv.recipe("depthwise-separable", in_channels=12, out_channels=1, input_size=2, kernel_size=2, storyboard="tap"),
    cv.recipe("depthwise-separable", in_channels=9, out_channels=2, input_size=2, storyboard="tap", act="pointwise",
              kernel_size=1),
]  # fmt: skip


class Expected:
    """Both convolutions, by scipy; only the numbers are taken from the recipe."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.m = recipe["channel_multiplier"]
        sides = recipe.layer.resolve_padding(recipe["input_size"])
        self.start: Cell = (sides[0][0], sides[1][0])
        self.padded = np.pad(recipe.input, ((0, 0), *sides))
        self.weight, self.mixing = recipe.weight[:, 0], recipe.pointwise[..., 0, 0]
        self.middle = np.stack([self.alone(plane) for plane in range(len(self.weight))])
        self.output = np.einsum("op,phw->ohw", self.mixing, self.middle)
        wanted = recipe["in_channels"] if recipe["in_channels"] <= 8 else 3
        self.channels = max(1, min(wanted, 8 // self.m))
        self.planes = self.channels * self.m
        self.outputs = recipe["out_channels"] if recipe["out_channels"] <= 8 else 3
        self.acts = ACTS if recipe["act"] == "all" else (recipe["act"],)

    def alone(self, plane: int) -> Array:
        """One kernel, spread by its dilation, over one channel, and of that every few rows and columns."""
        (kh, kw), (sh, sw), (dh, dw) = (self.recipe[name] for name in ("kernel_size", "stride", "dilation"))
        spread = np.zeros(((kh - 1) * dh + 1, (kw - 1) * dw + 1))
        spread[::dh, ::dw] = self.weight[plane]
        return correlate(self.padded[plane // self.m], spread, "valid", "direct")[::sh, ::sw]

    def steps(self) -> Iterator[tuple[str, int, int, int]]:
        """The act, the plane and the cell of every step."""
        for act in self.acts:
            if act == "split":
                yield from (("split", channel, 0, 0) for channel in range(self.channels))
            else:
                planes = self.planes if act == "depthwise" else self.outputs
                yield from product([act], range(planes), *map(range, self.middle.shape[1:]))

    def taps(self, act: str, plane: int, i: int, j: int) -> Iterator[tuple[str, Cell, str, Cell, float, float]]:
        """The plane and the cell of each factor, as they are called, and both numbers."""
        if act == "pointwise":
            title = f"1 by 1 kernel of output channel {plane}, a weight for each intermediate channel"
            for k in range(self.planes):
                yield f"intermediate, channel {k}", (i, j), title, (k, 0), self.middle[k, i, j], self.mixing[plane, k]
            return
        (kh, kw), (sh, sw), (dh, dw) = (self.recipe[name] for name in ("kernel_size", "stride", "dilation"))
        source = plane // self.m
        for u, v in product(range(kh), range(kw)):
            row, column = i * sh + u * dh, j * sw + v * dw
            cell = (row - self.start[0], column - self.start[1])
            title = f"kernel {plane}, of input channel {source}"
            yield (
                f"input, channel {source}",
                cell,
                title,
                (u, v),
                self.padded[source, row, column],
                self.weight[plane][u, v],
            )

    def value(self, act: str, plane: int, i: int, j: int) -> float:
        return (self.output if act == "pointwise" else self.middle)[plane, i, j]

    def hidden(self, plane: int, i: int, j: int) -> float:
        return self.mixing[plane, self.planes :] @ self.middle[self.planes :, i, j]


def scene_of(recipe: Recipe) -> Picture:
    return Picture(compose(recipe, Presentation(width=1200), frames_drawn=0))


def minus(number: float) -> str:
    return f"{number:.0f}".replace("-", "−")


def kind(act: str) -> str:
    return "output" if act == "pointwise" else "intermediate"


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_every_step_shows_what_it_reads_and_what_was_there_before(recipe: Recipe) -> None:
    picture, expected = scene_of(recipe), Expected(recipe)
    steps = [*expected.steps()]
    assert len(picture.scene) == recipe.frames == len(steps)
    for k, (act, plane, i, j) in enumerate(steps):
        frame = picture.scene[k]
        planes, outlined = picture.planes(frame), [title for title, _, _ in picture.outlines(frame)]
        assert frame.caption == f"Step {k + 1} of {len(steps)}, {act}"
        assert frame.beats == (3 if k == len(steps) - 1 else 1)
        noted = {(title, cell): shown for title, cells in planes.items() for cell, shown in cells.items() if shown[1]}
        if act == "split":
            own = [f"kernel {n}, of input channel {plane}" for n in range(len(expected.weight))]
            own = own[plane * expected.m : (plane + 1) * expected.m]
            assert outlined == [f"input, channel {plane}", *own]
            assert not noted
        else:
            taps = [*expected.taps(act, plane, i, j)]
            assert {at: (value(text), value(note[1:])) for at, (text, note) in noted.items()} == {
                (title, cell): (number, weight) for title, cell, _, _, number, weight in taps if not picture.is_bare
            }
            assert sorted(outlined) == sorted({tap[0] for tap in taps} | {tap[2] for tap in taps})
        for n, (other, channel, *at) in enumerate(steps):
            if other != "split":
                text, _ = planes[f"{kind(other)}, channel {channel}"][at[0], at[1]]
                assert text == "" if n > k else value(text) == expected.value(other, channel, at[0], at[1])


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_every_plane_shows_its_numbers(recipe: Recipe) -> None:
    picture, expected = scene_of(recipe), Expected(recipe)
    counts = {name: picture.count(name) for name in ("input", "kernel", "intermediate", "pointwise", "output")}
    has_first, has_last = recipe["act"] != "pointwise", recipe["act"] in ("all", "pointwise")
    assert counts == {
        "input": expected.channels * has_first,
        "kernel": expected.planes * has_first,
        "intermediate": expected.planes * (recipe["act"] != "split"),
        "pointwise": expected.outputs * has_last,
        "output": expected.outputs * has_last,
    }
    assert len(picture.grids) == sum(counts.values())
    planes = picture.planes(picture.scene[-1])
    for grid in picture.grids.values():
        assert grid.is_editable == (grid.name in ("input", "kernel", "pointwise"))
        tables = {"input": recipe.input, "kernel": recipe.weight, "intermediate": expected.middle}
        table = {**tables, "pointwise": expected.mixing, "output": expected.output}[grid.name]
        top, left = picture.start(grid)
        for k, name in enumerate(grid.names):
            row, column = divmod(k, len(grid.columns))
            number = 0 if name == "padding" else table[name]
            assert value(planes[grid.title][row - top, column - left][0]) == value(grid.texts[k]) == number


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_the_terms_are_products_and_add_up(recipe: Recipe) -> None:
    picture, expected = scene_of(recipe), Expected(recipe)
    for k, (act, plane, i, j) in enumerate(expected.steps()):
        frame = picture.scene[k]
        title, *words = lines(picture.scene, frame)
        assert [title, *words] == [text for item in frame.items[-frame.title - frame.terms :] for text in texts(item)]
        if act == "split":
            assert (title, words) == (f"Input channel {plane} goes by itself", [])
            continue
        taps = [*expected.taps(act, plane, i, j)]
        result = expected.value(act, plane, i, j)
        assert title == f"{titled(kind(act), i, j, plane)}: {minus(result)}"
        assert words.pop() == f"= {minus(result)}"
        rest = 0.0
        more = len(expected.weight) - expected.planes
        if act == "pointwise" and more:
            number, text = words.pop().removeprefix("+ ").split(" (", 1)
            assert text == f"{more} more {'channel' if more == 1 else 'channels'})"
            rest = expected.hidden(plane, i, j)
            assert value(number) == rest
        pairs = [tuple(map(value, word.removeprefix("+ ").split("·"))) for word in words]
        assert pairs == [(number, weight) for *_, number, weight in taps]
        assert sum(one * other for one, other in pairs) + Fraction(rest) == result


@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_descriptions_say_what_is_read(recipe: Recipe) -> None:
    picture, expected = scene_of(recipe), Expected(recipe)
    for k, (act, plane, i, j) in enumerate(expected.steps()):
        head = f"Step {k + 1} of {len(picture.scene)}, {act}: "
        if act == "split":
            first, last = plane * expected.m, (plane + 1) * expected.m - 1
            own = f"kernel {first}" if first == last else f"kernels {first} to {last}"
            words = f"input channel {plane} goes by itself, with {own} of its own."
        else:
            taps = [*expected.taps(act, plane, i, j)]
            count = len(expected.weight) if act == "pointwise" else len(taps)
            (top, left), (bottom, right) = taps[0][1], taps[-1][1]
            over = f"input channel {plane // expected.m}, {span('row', top, bottom)}, {span('column', left, right)}"
            if act == "pointwise":
                over = f"the same cell of {count} intermediate channel{'s' * (count > 1)}"
            words = (
                f"{kind(act)} channel {plane}, row {i}, column {j} is {minus(expected.value(act, plane, i, j))}, "
                f"the sum of {count} product{'s' * (count > 1)} over {over}."
            )
        assert picture.scene[k].description == head + words


def span(noun: str, first: int, last: int) -> str:
    return f"{noun} {minus(first)}" if first == last else f"{noun}s {minus(first)} to {minus(last)}"


@pytest.mark.parametrize("recipe", [*RECIPES, *TAPS], ids=repr)
def test_relations_name_the_cells_that_meet(recipe: Recipe) -> None:
    picture, expected = scene_of(recipe), Expected(recipe)
    links = picture.scene.link()
    names = [
        (grid.title, (k // len(grid.columns) - picture.start(grid)[0], k % len(grid.columns) - picture.start(grid)[1]))
        for grid in links.grids
        for k in range(len(grid.names))
    ]
    shown = [value(text) for grid in links.grids for text in grid.texts]
    by_tap = recipe["storyboard"] == "tap"
    assert (links.products_per_term, links.step_side) == (1, "output")
    k = 0
    for act, plane, i, j in expected.steps():
        taps = [] if act == "split" else [*expected.taps(act, plane, i, j)]
        for _ in range(len(taps) if by_tap and taps else 1):
            relation = links.relate(k)
            k += 1
            assert [(*names[a], *names[b], shown[a], shown[b]) for a, b, _ in relation.taps] == taps
            assert {names[c] for *_, c in relation.taps} == {
                (f"{kind(act)}, channel {plane}", (i, j)) for _ in taps[:1]
            }
            sums = np.cumsum([number * weight for *_, number, weight in taps]).tolist()
            assert [value(text) for text in relation.sums] == ([] if by_tap else sums)
    assert k == len(picture.scene)


@pytest.mark.parametrize("recipe", TAPS, ids=repr)
def test_tap_by_tap_the_sum_grows(recipe: Recipe) -> None:
    picture, expected = scene_of(recipe), Expected(recipe)
    assert len(picture.scene) == recipe.frames
    steps, k = [*expected.steps()], 0
    for step, (act, plane, i, j) in enumerate(steps):
        head = f"Step {step + 1} of {len(steps)}"
        if act == "split":
            assert picture.scene[k].caption == f"{head}, split"
            k += 1
            continue
        taps = [*expected.taps(act, plane, i, j)]
        total = 0.0
        for n, (title, cell, kernel, at, number, weight) in enumerate(taps):
            frame, is_last = picture.scene[k], n == len(taps) - 1
            k += 1
            total = expected.value(act, plane, i, j) if is_last else total + number * weight
            product_of = "" if is_last else f", product {n + 1}"
            assert frame.caption == f"{head}{product_of}, {act}"
            so_far = "" if is_last else " so far"
            words = lines(picture.scene, frame)
            assert words[0] == f"{titled(kind(act), i, j, plane)}{so_far}: {minus(total)}"
            assert words[-1] == f"= {minus(total)}"
            assert sum("·" in word for word in words) == n + 1
            planes = picture.planes(frame)
            assert planes[title][cell] == (minus(number), "" if picture.is_bare else f"×{minus(weight)}")
            assert planes[kernel][at] == (minus(weight), "")
            assert planes[f"{kind(act)}, channel {plane}"][i, j][0] == minus(total)
            assert is_last or f"so far, the sum of {n + 1} of " in frame.description
    assert k == len(picture.scene)


def test_the_textbook_counted() -> None:
    """12 x 12 x 3 with kernels of 5 x 5, and 256 1x1 kernels, of which three are drawn: 3 + 192 + 192 steps."""
    recipe = cv.recipe("depthwise-separable", in_channels=3, out_channels=256, input_size=12, kernel_size=5)
    picture = scene_of(recipe)
    captions = [frame.caption.split(", ")[1] for frame in picture.scene]
    assert captions == ["split"] * 3 + ["depthwise"] * 192 + ["pointwise"] * 192
    assert [len(picture.scene.link().relate(k).taps) for k in (0, 3, 194, 195, 386)] == [0, 25, 25, 3, 3]
    sizes = [(grid.name, len(grid.texts)) for grid in picture.grids.values()]
    assert sizes == [
        *[("input", 144)] * 3, *[("kernel", 25)] * 3, *[("intermediate", 64)] * 3, *[("pointwise", 3)] * 3,
        *[("output", 64)] * 3,
    ]  # fmt: skip
    words = {text for item in picture.scene.backdrop for text in texts(item)}
    assert any("3 of 256" in word for word in words)
    assert "3 of 256 kernels 3 × 1 × 1" in words


@pytest.mark.parametrize("name", ["box", "gaussian"])
def test_the_sign_before_the_result_is_true_of_the_numbers_shown(name: str) -> None:
    picture = scene_of(cv.recipe("depthwise-separable", weight=name, in_channels=2, out_channels=2))
    for frame in picture.scene:
        title, *words = lines(picture.scene, frame)
        if words:
            pairs = [[*map(value, word.removeprefix("+ ").split("·"))] for word in words[:-1]]
            sign, result = words[-1].split()
            assert sign == ("=" if sum(one * other for one, other in pairs) == value(result) else "≈")
            assert title.endswith(f" {result}")
