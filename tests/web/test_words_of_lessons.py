"""The numbers in the words of five lessons are those of the settings that their buttons make."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz.analysis import im2col
from convviz.recipes import Recipe
from convviz.recipes.comparison import asked_for
from convviz.recipes.model import read_query
from convviz.scene.facts import facts_of
from tests.web.test_voice import WORDS


def size(plane: Any) -> str:
    return " × ".join(map(str, plane.shape[-2:]))


def output(recipe: Recipe) -> Any:
    return cv.forward(recipe.layer, recipe.input, recipe.weight)[0]


def values(recipe: Recipe) -> list[str]:
    """Return the numbers of an output, each once, from the smallest on."""
    return [f"{value:g}".replace("-", "−") for value in np.unique(output(recipe))]


def fact(recipe: Recipe, label: str) -> str:
    """Return what the figure says under this label, without the unit."""
    return next(each.text for each in facts_of(recipe) if each.label == label).split()[0]


def span(recipe: Recipe) -> int:
    return int(recipe.layer.effective_kernel_size[1])


def ends(recipe: Recipe) -> str:
    """Return the numbers at both ends of an output that is 0 elsewhere; with copied borders it is 0 everywhere."""
    assert not output(recipe)[:, 1:-1].any()
    assert not output(recipe.replace(padding_mode="replicate")).any()
    left, right = (sorted({f"{abs(value):g}" for value in output(recipe)[:, at]}) for at in (0, -1))
    return f"are {' and '.join(left)}, or −{' and −'.join(right)}."


def fields(_: object) -> str:
    layers = [cv.conv2d(3, dilation=dilation) for dilation in (1, 2, 4)]
    sides = [cv.Network().sequential(layers[:n]).receptive_field().size[0] for n in (1, 2, 3)]
    assert sides == [2 ** (n + 1) - 1 for n in (1, 2, 3)]
    return "have [[receptive fields|receptive field]] of {0} × {0}, {1} × {1} and {2} × {2} cells".format(*sides)


def holes(_: object) -> str:
    network = cv.Network((25, 25)).sequential([cv.conv2d(3, dilation=2)] * 3)
    side = network.receptive_field().size[0]
    read = np.count_nonzero(network.support(network.nodes[-1].name, (6, 6)))
    return f"span {side} × {side} cells and read {read} of them"


def there_and_back(pair: Any) -> str:
    small, large = output(pair.left), output(pair.right)
    assert np.array_equal(pair.right.input[0], small)
    return (
        f"{size(large)} cells with a single 1 into {size(small)} with a single {small.max():g}. The transposed layer "
        f"with the same kernel makes {size(large)} of them again, but {np.count_nonzero(large)} cells are filled, with "
        f"{large[2, 2]:g} in the middle"
    )


def image(_: object) -> str:
    """Return what the layer of an image costs as a matrix; along each axis all but two taps at the border are read."""
    layer, channels, kernels, side = cv.conv2d(3, padding=1), 3, 64, 224
    cells, taps = side * side, channels * 9
    assert layer.output_size(side) == (side, side)
    whole = kernels * cells * channels * cells
    read = np.count_nonzero(cv.matrix(cv.conv2d((1, 3), padding=(0, 1)), np.ones((1, 1, 1, 3)), (1, side)))
    share = read**2 * channels * kernels / whole
    return (
        f"has {channels * cells:,} numbers and the kernels {kernels * taps:,}. im2col has {cells * taps:,} numbers, "
        f"{taps // channels} times the input. W would have {whole:,} cells, of which {share:.3%} hold a weight: as "
        f"32-bit numbers {whole * 4 / 1e12:.1f} terabytes"
    )


def whole(recipe: Recipe) -> Any:
    return cv.matrix(recipe.layer, recipe.weight, recipe["input_size"])


def filled(recipe: Recipe) -> int:
    """Return how many cells of the matrix hold a weight."""
    return np.count_nonzero(cv.matrix(recipe.layer, np.ones(recipe.weight.shape), recipe["input_size"]))


def back(recipe: Recipe) -> str:
    result, cells = whole(recipe).T @ output(recipe).ravel(), recipe.input.ravel()
    three = [", ".join(f"{number:g}" for number in numbers[:3]) for numbers in (result, cells)]
    return f"begins with {three[0]}, the input with {three[1]}"


def stamps(_: object) -> str:
    counts = cv.overlap([cv.conv_transpose2d(3, stride=2)], 6).counts[3:-3, 3:-3]
    return f"get {counts.max()} stamps and others {counts.min()}"


def gradients(recipe: Recipe) -> cv.Gradients:
    weight = recipe.numbers("weight") if recipe["mode"] == "convolution" else None
    return cv.backward(recipe.layer, recipe.input, weight, recipe.upstream)


def one_comes_back(recipe: Recipe) -> str:
    found = gradients(recipe)
    assert found.weight is not None
    assert np.array_equal(found.input[0, 1:4, 1:4], recipe.numbers("weight")[0, 0])
    assert np.array_equal(found.weight[0, 0], recipe.input[0, 1:4, 1:4])
    return "dX is the kernel, under the window of that output; dW is the piece of input that the window read."


def row_left_over(recipe: Recipe) -> str:
    dx = gradients(recipe).input[0]
    assert not dx[-1].any()
    assert not dx[:, -1].any()
    assert dx[-2].any()
    return f"{recipe['input_size'][0]} rows, a {size(recipe.weight)} window and stride 2 leave the last row"


def four_meet(recipe: Recipe) -> str:
    taps = [tap for step in cv.trace(recipe.layer, recipe.input, recipe.weight) for tap in step.taps]
    readers = {tap.output for tap in taps if tap.input == (0, 3, 1)}
    assert len(readers) == 4
    return f"come back to it: {gradients(recipe).input[0, 3, 1]:g}."


CLAIMS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("along-a-line", "?", lambda r: f"{fact(r, 'Input')} samples give {fact(r, 'Output')} outputs"),
    (
        "along-a-line",
        "?kernel_size=3&input=edge&weight=difference",
        lambda r: "is {}; at the step it is {}".format(*values(r)),
    ),
    (
        "along-a-line",
        "?causal=true",
        lambda r: f"{span(r) - 1} zeros come before the input: {fact(r, 'Output')} outputs",
    ),
    (
        "along-a-line",
        "?kernel_size=3&dilation=4&weight=gaussian",
        lambda r: f"3 weights span {span(r)} samples, and the {span(r) - 3} between",
    ),
    (
        "along-a-line",
        "?input_size=400&kernel_size=8&stride=4&input=speech",
        lambda r: (
            f"{1000 * r['input_size'][1] // r['rate']} ms of sound at {r['rate']:,} Hz: each output is the mean "
            f"of {span(r)} samples"
        ),
    ),
    ("along-a-line", "?padding=2&input=ones", lambda r: f"first output is {output(r)[0, 0]:g}"),
    ("along-a-line", "?kernel_size=4", lambda r: f"looks {fact(r, 'Look-back')} samples to each side"),
    (
        "along-a-line",
        "?kernel_size=3&dilation=4&causal=true&weight=gaussian",
        lambda r: f"look back {fact(r, 'Look-back')} samples",
    ),
    (
        "along-a-line",
        "receptive-field?layers=conv2d(1x2);conv2d(1x2,dilation=1x2);conv2d(1x2,dilation=1x4);conv2d(1x2,dilation=1x8)",
        lambda r: f"an output sees {cv.Network().sequential(r.layers).receptive_field().size[1]}",
    ),
    (
        "standard",
        "?input=edge&weight=sobel_x",
        lambda r: "{1} where the window lies over the edge, {0} where".format(*values(r)),
    ),
    ("standard", "?input=edge&weight=box", lambda r: f"becomes a slope, {', '.join(values(r))}"),
    ("standard", "?stride=2", lambda r: f"{size(output(r))} outputs"),
    ("standard", "?input_size=6&stride=2", lambda r: f"{size(r.input)} cells give {size(output(r))} outputs"),
    ("standard", "?padding=1", lambda r: f"{size(r.input)} in, {size(output(r))} out"),
    ("standard", "?in_channels=3&out_channels=2", lambda r: f"{r.weight[0].size} products over all three"),
    ("standard", "?padding=1&input=ones&weight=sobel_x", ends),
    ("dilated", "?dilation=1", lambda r: f"spans {span(r)} cells"),
    ("dilated", "?", lambda r: f"spans {span(r)} cells with the same {fact(r, 'Parameters')} weights"),
    (
        "dilated",
        "?input_size=9&dilation=3",
        lambda r: f"spans {span(r)} cells, and still reads only {fact(r, 'Parameters')} of the {span(r) ** 2}",
    ),
    ("dilated", "?padding=2", lambda r: f"as large as the input, {size(output(r))}"),
    ("dilated", "?dilation=3", lambda r: f"{size(r.input)} cells give {['', 'a single number'][output(r).size]}"),
    ("dilated", "gridding", holes),
    ("dilated", "receptive-field", fields),
    (
        "dilated",
        "compare?left=standard&right=dilated&input_size=7&left.stride=2&left.padding=1&right.padding=2",
        lambda pair: f"{size(pair.left.input)} cells become {size(output(pair.left))}",
    ),
    (
        "dilated",
        "compare?left=standard&right=dilated&input_size=7&left.stride=2&left.padding=1&right.padding=2",
        lambda pair: f"{size(pair.right.input)} stay {size(output(pair.right))}",
    ),
    ("transposed", "?view=both", lambda r: f"{output(r).size} steps, Stamp takes {r.input.size}"),
    ("transposed", "?view=both", lambda r: f"same {size(output(r))} numbers"),
    ("transposed", "?", lambda r: f"{size(r.input)} becomes {size(output(r))}"),
    ("transposed", "?input_size=4&kernel_size=4", lambda r: f"make {size(output(r))} out of {size(r.input)}"),
    ("transposed", "?output_padding=1", lambda r: f"on the right: {size(output(r))}"),
    ("transposed", "?padding=2", lambda r: f"p′ is 0 and {size(r.input)} stays {size(output(r))}"),
    ("transposed", "checkerboard", stamps),
    (
        "matrix",
        "?input_size=4&kernel_size=3",
        lambda r: "{} rows and {} columns, and {} of its {} cells".format(*whole(r).shape, filled(r), whole(r).size),
    ),
    (
        "matrix",
        "?input_size=8&kernel_size=3&padding=1&view=matrix",
        lambda r: f"{size(whole(r))} cells, of which {filled(r)} hold",
    ),
    (
        "matrix",
        "?input_size=5&kernel_size=3&view=im2col",
        lambda r: f"{im2col(r.layer, r.input).size} numbers made of {r.input.size}",
    ),
    ("matrix", "?view=transposed", back),
    (
        "matrix",
        "?view=matrix",
        lambda r: (
            f"from {r.input.size} cells to {output(r).size} learns {whole(r).size} weights. Here {filled(r)} cells "
            f"hold {r.weight.size} weights, each of them {filled(r) // r.weight.size} times, and the other "
            f"{whole(r).size - filled(r)} stay"
        ),
    ),
    (
        "matrix",
        "?input_size=4&stride=2&view=im2col",
        lambda r: f"{r.input.size} numbers stay {im2col(r.layer, r.input).size}",
    ),
    (
        "matrix",
        "?input_size=2&padding=1",
        lambda r: "of {} rows with {} taps each, {} weights".format(*im2col(r.layer, r.input).shape, filled(r)),
    ),
    ("matrix", "transposed", image),
    (
        "transposed",
        "compare?left=standard&right=transposed&stride=2&padding=1&weight=1,2,1;2,4,2;1,2,1"
        "&left.input=0,0,0,0,0;0,0,0,0,0;0,0,1,0,0;0,0,0,0,0;0,0,0,0,0&right.input=0,0,0;0,4,0;0,0,0",
        there_and_back,
    ),
    ("backward", "?upstream=impulse", one_comes_back),
    ("backward", "?gradient=dx", four_meet),
    ("backward", "?gradient=dw", lambda r: f"its cells {r['stride'][0]} apart"),
    (
        "backward",
        "?mode=max",
        lambda r: f"of the {r.input.size} cells of dX at most {r.upstream.size} get anything",
    ),
    (
        "backward",
        "?input_size=6&kernel_size=2&padding=0&mode=average&upstream=ones",
        lambda r: "number: {:g} everywhere".format(*np.unique(gradients(r).input)),
    ),
    ("backward", "?input_size=6&padding=0", row_left_over),
    (
        "backward",
        "?gradient=dw&upstream=ones",
        lambda r: f"on {size(r.upstream)} outputs, db is {r.upstream.sum():g}",
    ),
    (
        "backward",
        "?mode=max&input=ones&upstream=ones",
        lambda r: f"{np.count_nonzero(gradients(r).input)} cells of {r.input.size}",
    ),
    (
        "backward",
        "?stride=1&padding=0&mode=max&upstream=ones",
        lambda r: f"the {r.input[0, 2, 2]:g} in the middle wins four of nine, and gets {gradients(r).input[0, 2, 2]:g}",
    ),
)


@pytest.mark.parametrize(("page", "address", "claim"), CLAIMS)
def test_numbers_in_words_are_those_of_the_settings(page: str, address: str, claim: Callable[[Any], str]) -> None:
    words = WORDS[page]
    texts = {each.address: each.look for each in words.tries} | {each.address: each.text for each in words.pitfalls}
    said = " ".join(texts.get(address, words.explanation).split())
    target, _, query = address.partition("?")
    asked = asked_for(target or page, read_query(query)) if query or not target else None
    assert claim(asked) in said


def test_the_transposed_matrix_and_the_transposed_layer_give_the_same_numbers() -> None:
    (query,) = re.findall(r"\(compare\?([^)]*)\)", WORDS["matrix"].explanation)
    pair: Any = asked_for("compare", read_query(query))
    assert np.array_equal(output(pair.left), pair.right.input[0])
    assert np.array_equal(whole(pair.left).T @ output(pair.left).ravel(), output(pair.right).ravel())


def test_each_page_says_in_two_lines_what_its_subject_is_for() -> None:
    for page in ("along-a-line", "standard", "dilated", "transposed", "matrix", "backward"):
        assert len(WORDS[page].why) <= 140
