"""The numbers in the words of the pages about networks, images and pairs are those of the settings that they name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import correlate
from scipy.signal import correlate2d

import convviz as cv
from convviz.analysis import KNOWN, Network, difference
from convviz.assets import SAMPLES
from convviz.diagrams.known import known_network, usual_size
from convviz.diagrams.unit_image import sentences, weights_in
from convviz.diagrams.units import Settings, middle_unit, usual_node, usual_object
from convviz.recipes.comparison import Comparison
from convviz.recipes.images import gray_of, read_color, shrink
from convviz.recipes.model import read_query
from convviz.web.labs.network.page import PARAMS as NETWORK
from convviz.web.labs.on_image.controls import PARAMS as ON_IMAGE
from convviz.web.labs.on_image.controls import kernel_planes
from convviz.web.labs.unit_image.controls import PARAMS as UNIT_IMAGE
from convviz.web.state.params import values_of
from tests.web.test_voice import WORDS

Pixels = np.ndarray[Any, Any]
Claims = dict[str, str]
"""What a page says of the settings at an address, or without one; made of computed numbers."""


def square(size: Any) -> str:
    """Return a size as the pages spell it."""
    return " × ".join(map(str, size))


def network_at(query: str) -> Network:
    name = values_of(NETWORK, read_query(query))["network"]
    return known_network(name, usual_size(name))


def field_at(query: str) -> int:
    """Return the side of the field of the last node."""
    (side, _) = network_at(query).receptive_field().size
    return int(side)


def network_claims() -> Claims:
    vgg, unet, context = (network_at(f"network={name}") for name in ("vgg16", "unet", "context_module"))
    kinds = [type(node.operation).__name__ for node in vgg.nodes]
    (smallest, largest), _ = unet.receptive_field().size_range
    assert context.nodes[-1].size == context.input_size
    assert context.receptive_field().jump == (1, 1)
    field = field_at("")
    versions = difference(network_at(""), network_at("network=resnet50_v1_5"))
    changed = sum(row.kind == "changed" for row in versions)
    return {
        "?network=vgg16": f"{kinds.count('Conv2d')} small kernels and {kinds.count('MaxPool2d')} poolings: the last "
        f"layer sees {square(vgg.receptive_field().size)}",
        "?": f"sees {field} × {field}, more than the {square(network_at('').input_size)} picture",
        "?network=unet": f"{smallest} to {largest} pixels across",
        "?network=context_module": f"sees {square(context.receptive_field().size)}",
        "?against=resnet50_v1_5": f"{changed} of {len(versions)} nodes differ themselves, and the last field is "
        f"{field_at('network=resnet50_v1_5')}, not {field}",
        "?network=resnet50_v1_5": f"(version 1: {field}) or in the 3 × 3 kernel (version 1.5: "
        f"{field_at('network=resnet50_v1_5')})",
        "?network=resnet34": f"ResNet-34 sees more ({field_at('network=resnet34')}) than ResNet-50 ({field})",
        "": f"for {len(KNOWN)} known networks",
    }


def unit_settings(query: str) -> Settings:
    values = values_of(UNIT_IMAGE, read_query(query))
    name, size = values["network"], usual_size(values["network"])
    network = known_network(name, size)
    node = values["node"] or usual_node(name, network)
    return Settings(name, size, node, values["units"] or (middle_unit(network, node),), usual_object(network))


def unit_field(query: str) -> int:
    settings = unit_settings(query)
    (side, _) = known_network(settings.network, settings.input_size).receptive_field(settings.node).size
    return int(side)


def unit_claims() -> Claims:
    settings, corner = unit_settings(""), unit_settings("units=0,0")
    near = unit_settings("node=conv2_3")
    network = known_network(settings.network, settings.input_size)
    size = network.input_size
    assert size is not None
    assert "**not covered**" in " ".join(sentences(network, near, weights_in(near, network)))
    assert unit_field("node=conv5_3") > max(size)
    field = square((unit_field(""),) * 2)
    (four, _) = (round(4 * sigma) for sigma in weights_in(settings, network).sigma)
    return {
        "?node=conv2_3": f"sees {square((unit_field('node=conv2_3'),) * 2)} pixels",
        "?node=conv5_3": f"{square((unit_field('node=conv5_3'),) * 2)} pixels: more than the whole photograph",
        "?network=vgg16": f"see {square((unit_field('network=vgg16'),) * 2)} pixels",
        "?": f"has {field} cells, but 4 sigma of its weight are {four} × {four}",
        "?units=0,0": f"only {square(weights_in(corner, network).field)} of the {field} cells lie in the picture",
        "?network=resnet50_v1_5": f"the last field is {unit_field('node=conv5_3')} cells wide; where it is in the "
        f"3 × 3 layers (v1.5), {unit_field('network=resnet50_v1_5')}",
    }


def image_at(query: str) -> tuple[Pixels, Pixels, dict[str, Any]]:
    """Return the planes of the image at an address, those of the kernel, and the rest of the settings."""
    values = values_of(ON_IMAGE, read_query(query))
    color = shrink(read_color(SAMPLES[values["image"]].read_bytes()), 128)
    planes = np.moveaxis(color, 2, 0) if values["channels"] == "rgb" else gray_of(color)[None]
    kernel = kernel_planes(values["kernel"], values["kernel_size"], len(planes))
    return planes.astype(float), kernel, values


def result_at(query: str) -> Pixels:
    """Return the result that scipy makes of the whole image, without a border."""
    planes, kernel, _ = image_at(query)
    result: Pixels = sum(correlate2d(plane, weights, "valid") for plane, weights in zip(planes, kernel, strict=True))
    return result


def image_claims() -> Claims:
    edges, red = result_at("image=shapes"), "channels=rgb&kernel=0,0,0;0,1,0;0,0,0|0,0,0;0,0,0;0,0,0|0,0,0;0,0,0;0,0,0"
    blur = image_at("kernel=box&kernel_size=5")[1]
    (sharpen,) = image_at("kernel=sharpen")[1].astype(int)
    assert sharpen.tolist() == [[0, -1, 0], [-1, sharpen.max(), -1], [0, -1, 0]]
    np.testing.assert_array_equal(result_at(red), image_at(red)[0][0, 1:-1, 1:-1])
    border = "image=camera&kernel=box&kernel_size=5&border=zeros&row=0&col=60"
    (camera,), (box,), values = image_at(border)
    place = values["row"], values["col"]
    zeros, edge = (round(correlate(camera, box, mode=mode)[place]) for mode in ("constant", "nearest"))
    inside = correlate(np.ones_like(camera), np.ones((5, 5)), mode="constant")[place]
    flat = "image=shapes&kernel=laplacian&row=3&col=45"
    (levels,) = image_at(flat)[0][:, 3:6, 45:48].reshape(1, 9)
    assert (np.ptp(levels), result_at(flat)[3, 45]) == (0, 0)
    (shapes,) = image_at("image=shapes")[0]
    falls = edges.ravel()[np.argmin(shapes[1:-1, 2:] - shapes[1:-1, :-2])]
    bright = result_at("channels=rgb&kernel=box")
    assert (bright > 255).mean() > 0.5
    return {
        f"?{red}": "Only one weight is not 0",
        "?kernel=box&kernel_size=5": f"{blur.size} weights of {blur[0, 0, 0]:g}: a result pixel is the mean of "
        f"{blur.size} pixels",
        "?kernel=sharpen": f"{sharpen.max()} times the pixel",
        "?image=shapes": f"From bright to dark is {'blue' if falls < 0 else 'orange'}",
        "?image=shapes&scale=clip": f"from −{-edges.min():g} to {edges.max():g}",
        f"?{border}": f"{25 - inside:g} of the 25 pixels are [[padding]], so the mean of a bright sky drops to "
        f"{zeros}; with repeated edge pixels it is {edge}",
        f"?{flat}": f"These nine pixels are all {levels[0]:g}",
        "?channels=rgb&kernel=box": f"the weights sum to {image_at('channels=rgb&kernel=box')[1].sum():g}",
    }


def pair_claims() -> Claims:
    plain, back, strides, depthwise = (
        Comparison.from_query(query)
        for query in (
            "left=standard&right=dilated&input_size=7",
            "left=standard&right=transposed&stride=2&padding=1",
            "left=standard&right=standard&input_size=6&padding=1&right.stride=2",
            "left=standard&right=depthwise-separable&input_size=4&in_channels=3&out_channels=3",
        )
    )
    spans = [row_span(each.layer) for each in plain.sides]
    sizes = [square(size) for each in back.sides for size in (each["input_size"], each.output_size)]
    assert sizes[0] == sizes[3]
    many, few = (each.output_size[0] * each.output_size[1] for each in strides.sides)
    full, *separable = (depthwise.left.weight, depthwise.right.weight, depthwise.right.pointwise)
    return {
        f"?{plain.to_query()}": f"one window spans {spans[0]} cells, the other {spans[1]}",
        f"?{back.to_query()}": f"{sizes[0]} becomes {sizes[1]}, and {sizes[2]} becomes {sizes[3]}",
        f"?{strides.to_query()}": f"{few} outputs instead of {many}",
        f"?{depthwise.to_query()}": f"has {sum(map(np.size, separable))} weights instead of {np.size(full)}",
    }


def row_span(layer: Any) -> int:
    """Return how many input rows the taps of the first output lie in."""
    rows = [tap.input[1] for tap in cv.trace(layer, np.ones((1, 7, 7)), np.ones((1, 1, 3, 3)))[0].taps]
    return max(rows) - min(rows) + 1


CLAIMS: dict[str, Callable[[], Claims]] = {
    "network": network_claims,
    "on-your-image": unit_claims,
    "on-an-image": image_claims,
    "compare": pair_claims,
}


@pytest.mark.parametrize("page", CLAIMS)
def test_the_numbers_at_a_button_are_those_of_its_settings(page: str) -> None:
    words, claims = WORDS[page], CLAIMS[page]()
    said = [(each.address, each.look) for each in words.tries] + [(each.address, each.text) for each in words.pitfalls]
    said.append(("", words.why))
    for address, claim in claims.items():
        assert any(claim in text for where, text in said if where == address), (address, claim, said)
    unchecked = [text for address, text in said if re.search(r"\d", text) and address not in claims]
    assert unchecked == []
