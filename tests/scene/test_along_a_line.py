"""Along a line: numbers against SciPy and onnxruntime, look-back and look-ahead by changes, cells and waves."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from scipy.signal import correlate

import convviz as cv
from convviz import SpecError, limits
from convviz.recipes import Presentation, Recipe
from convviz.recipes.variants.along_a_line import around
from convviz.scene import compose
from convviz.scene.facts import facts_of, formulas_of
from convviz.scene.number_format import milliseconds, number
from convviz.scene.primitives import Rect


def line(**parameters: object) -> Recipe:
    return cv.recipe("along-a-line", **parameters)


def random_line(rng: np.random.Generator) -> Recipe:
    kernel, dilation, stride = (int(rng.integers(1, high)) for high in (7, 6, 5))
    length = int(rng.integers(dilation * (kernel - 1) + 1, 60))
    return line(
        input=rng.integers(-9, 10, length), weight=rng.choice([-3, -2, -1, 1, 2, 3], kernel), stride=stride,
        dilation=dilation, padding=tuple(map(int, rng.integers(0, 9, 2))), causal=bool(rng.integers(2)),
        flip=bool(rng.integers(2)), bias=int(rng.integers(-3, 4)),
    )  # fmt: skip


def ends_of(recipe: Recipe) -> tuple[int, int]:
    """Return the zeros before and after the input, by the words of the field."""
    reach = recipe["dilation"][1] * (recipe["kernel_size"][1] - 1)
    return (reach, 0) if recipe["causal"] else recipe["padding"][1]


def by_scipy(recipe: Recipe) -> Any:
    (weight,) = recipe.numbers("weight")[0, 0][:, :: -1 if recipe["flip"] else 1]
    spread = np.zeros(recipe["dilation"][1] * (len(weight) - 1) + 1)
    spread[:: recipe["dilation"][1]] = weight
    padded = np.pad(recipe.input[0, 0], ends_of(recipe))
    return correlate(padded, spread, "valid", "direct")[:: recipe["stride"][1]] + recipe["bias"]


def by_onnxruntime(recipe: Recipe) -> Any:
    node = onnx.helper.make_node(
        "Conv", ["x", "w", "b"], ["y"], strides=[recipe["stride"][1]], pads=[*ends_of(recipe)],
        dilations=[recipe["dilation"][1]],
    )  # fmt: skip
    weight = recipe.numbers("weight")[:, :, 0, :: -1 if recipe["flip"] else 1].astype(np.float32)
    arrays = {"w": np.ascontiguousarray(weight), "b": np.array([recipe["bias"]], np.float32)}
    cells = recipe.input.astype(np.float32)
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in "xy"]
    ends[0] = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, cells.shape)
    numbers = [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()]
    graph = onnx.helper.make_graph([node], "line", ends[:1], ends[1:], numbers)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["y"], {"x": cells})[0][0, 0]


def test_outputs_are_those_of_scipy_and_onnxruntime() -> None:
    rng = np.random.default_rng(3)
    seen = set()
    for _ in range(300):
        recipe = random_line(rng)
        made = recipe.drawn_output[0, 0]
        np.testing.assert_array_equal(made, by_scipy(recipe), err_msg=repr(recipe))
        np.testing.assert_array_equal(made, by_onnxruntime(recipe), err_msg=repr(recipe))
        seen.add((recipe["causal"], recipe["flip"], recipe["stride"] > (1, 1), recipe["dilation"] > (1, 1)))
    assert len(seen) == 16


def test_an_output_reaches_as_far_as_its_look_back_and_look_ahead_say() -> None:
    """One sample after another is changed; what changes of the outputs says what they read."""
    rng = np.random.default_rng(4)
    for _ in range(25):
        recipe = random_line(rng)
        length, field = recipe["input_size"][1], around(recipe.values)
        readers: dict[int, list[int]] = {output: [] for output in range(recipe.output_size[1])}
        for sample in range(length):
            changed = recipe.with_number("input", (0, sample), recipe.input[0, 0, sample] + 1)
            for output in np.flatnonzero(changed.drawn_output[0, 0] != recipe.drawn_output[0, 0]):
                readers[int(output)].append(sample)
        before, (_, end) = -ends_of(recipe)[0], recipe.output_size
        for output in range(end):
            # Its own time: that of its last tap where it is causal, else the middle between its first tap and its last.
            first = before + output * recipe["stride"][1]
            last = first + recipe["dilation"][1] * (recipe["kernel_size"][1] - 1)
            own = Fraction(last) if recipe["causal"] else Fraction(first + last, 2)
            if recipe["causal"]:
                assert own == output * recipe["stride"][1]
                assert all(sample <= own for sample in readers[output])
            inside = [at for at in range(first, last + 1, recipe["dilation"][1]) if 0 <= at < length]
            assert readers[output] == inside
            if first >= 0 and last < length:
                assert (own - min(inside), max(inside) - own) == (field.back, field.ahead)


def test_facts_and_formulas_speak_of_one_axis() -> None:
    facts = {fact.label: fact.text for fact in facts_of(line(kernel_size=4, dilation=3, rate=44_100))}
    assert facts == {
        "Input": "12 samples", "Kernel": "4 weights", "Window": "10 samples", "Output": "3 samples",
        "Look-back": "4.5 samples, about 0.102 ms", "Look-ahead": "4.5 samples, about 0.102 ms", "Parameters": "4",
        "Multiplications": "12",
    }  # fmt: skip
    causal = {fact.label: fact.text for fact in facts_of(line(kernel_size=2, causal=True, rate=1000))}
    assert (causal["Look-back"], causal["Look-ahead"]) == ("1 sample, 1 ms", "0 samples, 0 ms")
    (formula,) = formulas_of(line(padding="2,1", stride=2))
    assert formula.text == (
        "o = ⌊(i + p_before + p_after − d(k − 1) − 1) / s⌋ + 1 = ⌊(12 + 2 + 1 − 1·(5 − 1) − 1) / 2⌋ + 1 = 6"
    )
    for rate in (8000, 22_050, 44_100):
        for samples in (Fraction(1, 2), Fraction(160), Fraction(7)):
            text = milliseconds(samples, rate).removeprefix("about ").removesuffix(" ms")
            assert text == number(float(samples * 1000 / rate))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("input_size=513", "input_size must be a whole number from 1 to 512; got '513'."),
        ("input_size=3x4", "input_size must be a whole number from 1 to 512; got '3x4'."),
        ("padding=1,2,3",
         "padding must be a whole number from 0 to 16, or two as left,right such as 2,0; got '1,2,3'."),
        ("input=1,2;3,4", "input must be one row of numbers such as 1,2,3; got 2 rows of 2."),
        ("weight=1,2|3,4", "weight must be one row of numbers such as 1,2,3; got 2 planes."),
        ("rate=0", "rate must be a whole number from 1 to 192000; got '0'."),
        ("input_size=512&kernel_size=16&dilation=64&causal=true", "The input with its padding must be at most 1,024 "
         "numbers long to be drawn; got 1,472. Use a smaller input, kernel or dilation."),
        ("input_size=512&padding=16", "An animation must have at most 512 frames; got 540 steps. Use a smaller input "
         "or padding, or a larger stride."),
    ],
)  # fmt: skip
def test_wrong_parameters_are_refused_in_a_sentence(query: str, sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        Recipe.from_query("along-a-line", query)
    assert str(caught.value) == sentence


def test_a_row_may_be_written_in_many_ways() -> None:
    for table in ([1, 2, 3], [[1, 2, 3]], [[1], [2], [3]], np.array([1, 2, 3]), "1,2,3", "1;2;3", (1, 2, 3)):
        assert line(input=table, kernel_size=2).to_query() == "kernel_size=2&input=1,2,3"


def test_short_lines_are_cells_and_long_ones_waves() -> None:
    for recipe, is_wave in (
        (line(), False), (line(input_size=16, causal=True, dilation=4), False), (line(input_size=33), True),
        (line(input_size=28, padding="5,0"), True),
    ):  # fmt: skip
        scene = compose(recipe, Presentation())
        grids = scene.link().grids
        assert len(scene) == recipe.frames
        assert [grid.box is not None for grid in grids] == [is_wave, False, is_wave]
        frame = scene.frame(2)
        assert frame.description.startswith(f"Step 3 of {recipe.frames}: output sample 2 is ")


def test_an_output_is_drawn_at_its_own_time() -> None:
    for given in ({"causal": True}, {"padding": "3,1"}, {"kernel_size": 4, "dilation": 2}):
        recipe = line(input_size=200, stride=3, **given)
        source, _, output = compose(recipe, Presentation(width=900)).link().grids
        sample = source.width / len(source.columns)
        own = (ends_of(recipe)[0] * -1 + around(recipe.values).back, 3)
        for at, (x, _) in enumerate(output.corners()):
            middle = x + 3 * sample / 2
            expected = source.x + sample * (float(own[0]) + own[1] * at + 0.5 - source.columns.start)
            assert abs(middle - expected) < 2


def test_the_bars_of_a_wave_are_as_high_as_its_numbers() -> None:
    recipe = line(input_size=100, input="chirp", kernel_size=3, weight="difference", stride=2)
    scene = compose(recipe, Presentation(width=900))
    rest, (_, _, output) = scene.link().rest, scene.link().grids
    made = recipe.drawn_output.ravel()
    assert len(rest) == len(made)
    scale = (output.height - 8) / np.ptp([0, *recipe.input.ravel()])
    for item, value in zip(rest, made, strict=True):
        assert item.y == output.y
        bar, *_ = [mark for mark in item.look.marks if isinstance(mark, Rect)]
        assert abs(bar.height - abs(value) * scale) <= 2.5


@pytest.mark.parametrize("ending", ["gif", "svg", "steps.pptx", "xlsx", "html", "tex", "key.pdf"])
def test_waves_and_cells_have_every_file(tmp_path: Path, ending: str) -> None:
    cells, wave = (
        cv.animate(recipe, width=480, steps="1-2")
        for recipe in (line(causal=True, dilation=2), line(input_size=60, stride=8, input="sine"))
    )
    cells.save(tmp_path / f"cells.{ending}")
    if ending.endswith(".pdf"):
        with pytest.raises(SpecError, match="A table of a worksheet must fit into"):
            wave.save(tmp_path / f"wave.{ending}")
    else:
        wave.save(tmp_path / f"wave.{ending}")


def test_the_longest_wave_is_within_the_limits_of_a_server() -> None:
    recipe = line(input_size=limits.LINE, input="speech", kernel_size=1)
    assert recipe.frames == limits.FRAMES
    assert Recipe.from_query("along-a-line", recipe.with_own("input").to_query()).input.shape == (1, 1, 512)


def test_a_comparison_may_have_a_line_and_a_plane() -> None:
    both = cv.compare(line(), cv.recipe("dilated", input_size="1x12", kernel_size="1x3"))
    assert [grid.side for grid in both.scene.link().grids] == ["left"] * 3 + ["right"] * 3


def test_a_file_has_dials_of_lengths() -> None:
    page = cv.animate(line(kernel_size=3)).html(dials={"dilation": [1, 2], "causal": ["false", "true"]})
    assert len(page) < 260_000
