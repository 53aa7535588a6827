"""What comes out of a recipe, as far as its picture shows it."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from convviz.analysis import Network, overlap
from convviz.arithmetic import Conv2d, forward

from .frame_budget import drawn_mixers, drawn_outputs, shown_unit
from .model import Recipe


def drawn_output(recipe: Recipe) -> NDArray[np.float64]:
    """The output channels that a picture of the recipe draws, shape (channels, rows, columns).

    Of a receptive field it is through how many paths each cell of the input is read.

    Of 256 channels those are 3; the others are not even computed.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> drawn_output(recipe("standard", in_channels=3, out_channels=256)).shape
    (3, 3, 3)
    """
    layer = recipe.layer
    if recipe.variant == "checkerboard":
        return np.asarray(overlap(recipe.layers, recipe["input_size"]).counts, dtype=float)[None]
    if recipe.variant == "receptive-field":
        number, *place = shown_unit(dict(recipe.values))
        network = Network.sequential(recipe.layers[:number], input_size=recipe["input_size"])
        return np.asarray(network.path_counts(None, (place[0], place[1])), dtype=float)[None]
    if recipe.variant == "depthwise-separable":
        middle = forward(layer, recipe.input, recipe.weight)
        return np.asarray(np.tensordot(recipe.mixers(drawn_mixers(dict(recipe.values)))[..., 0, 0], middle, 1))
    if recipe.get("out_channels", 1) == 1:
        return np.asarray(forward(layer, recipe.input, recipe.weight, recipe.bias))
    assert isinstance(layer, Conv2d)  # no other layer has channels
    outputs, groups = drawn_outputs(dict(recipe.values)), recipe["groups"]
    depth, width = recipe["in_channels"] // groups, recipe["out_channels"] // groups
    used = outputs[-1] // width + 1  # the first groups, which make all that is drawn
    kernels = recipe.kernels(used * width if used > 1 else outputs[-1] + 1)
    made = forward(replace(layer, groups=used), recipe.input[: used * depth], kernels)
    return np.asarray(made[: len(outputs)] + recipe["bias"])
