"""Ways to upsample: what they promise of each other, bit by bit, and the patterns that they print."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import convviz as cv
from convviz import SpecError
from convviz.analysis import METHODS, signal, spectrum, upsampled, upsampling

RNG = np.random.default_rng(0)
PHOTO = RNG.integers(0, 256, (24, 31))
"""Bytes, as a photograph has them."""

CLEAN = {"nearest", "bilinear", "icnr"}
"""Those that print nothing on a constant, whatever the weights."""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("weights", ["uniform", "random"])
@pytest.mark.parametrize("followed_by", [None, 3])
def test_outputs_have_the_promised_size(method: str, weights: str, followed_by: int | None) -> None:
    for scale, kernel in product((2, 3, 4), (1, 2, 3, 4, 5, 8)):
        way = upsampling(method, scale, kernel, weights=weights, followed_by=followed_by)
        output = way.apply(PHOTO)
        assert output.shape == (24 * scale, 31 * scale)
        assert output.dtype == np.float64
        assert way.overlap(PHOTO.shape).output_size == output.shape
        assert (way.margin % scale, way.scale, way.method) == (0, scale, method)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("followed_by", [None, 2])
def test_uniform_weights_keep_the_mean_of_a_constant(method: str, followed_by: int | None) -> None:
    for scale, kernel in product((2, 3, 4), (1, 3, 4, 5)):
        way = upsampling(method, scale, kernel, followed_by=followed_by)
        inside = way.interior(way.apply(np.full((20, 22), 7.0)))
        assert inside.size
        assert inside.mean() == pytest.approx(7)
        for weight in way.weights:
            assert weight is None or len(set(weight.flat)) == 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("weights", ["uniform", "random"])
def test_the_overlap_is_the_output_of_a_constant_where_weights_are_equal(method: str, weights: str) -> None:
    """And the interior repeats itself with the scale, to the last bit where weights are multiples of 2^-24."""
    for scale, kernel in product((2, 3), (2, 3, 5)):
        way = upsampling(method, scale, kernel, weights=weights, seed=5)
        output = way.apply(signal("constant", (16, 18)))
        inside = way.interior(output)
        tile = np.tile(inside[:scale, :scale], [side // scale for side in inside.shape])
        if weights == "random" and (method != "bilinear" or scale == 2):
            assert (inside == tile).all()
        else:
            assert inside == pytest.approx(tile)
        if weights == "uniform":
            counts = way.overlap((16, 18)).counts
            assert way.interior(counts / counts.max()) == pytest.approx(inside / output.max())


@pytest.mark.parametrize(("scale", "kernel"), list(product((2, 3, 4), (1, 2, 3, 5))))
@pytest.mark.parametrize("seed", [0, 1])
def test_icnr_starts_as_a_nearest_resize_after_a_convolution(scale: int, kernel: int, seed: int) -> None:
    way = upsampling("icnr", scale, kernel, weights="random", seed=seed)
    convolution, weight = way.layers[0], way.weights[0]
    assert weight is not None
    assert weight.shape == (scale**2, 1, kernel, kernel)
    assert (weight == weight[:1]).all()
    small = cv.forward(convolution, PHOTO[None], weight[:1])
    assert (way.apply(PHOTO) == cv.forward(cv.upsample2d(scale), small)[0]).all()
    other = upsampling("subpixel", scale, kernel, weights="random", seed=seed)
    assert other.weights[0] is not None
    assert (other.weights[0][0] == weight[0]).all(), "the first channel starts with the same numbers"
    assert (other.weights[0] != weight).any()


@pytest.mark.parametrize(("scale", "kernel"), list(product((2, 3, 4), (1, 3, 5))))
def test_subpixel_is_a_transposed_convolution_with_a_larger_kernel(scale: int, kernel: int) -> None:
    """Shi et al. 2016, Is the deconvolution layer the same as a convolutional layer?, arXiv:1609.07009."""
    way = upsampling("subpixel", scale, kernel, weights="random")
    assert way.weights[0] is not None
    phases = way.weights[0].reshape(scale, scale, kernel, kernel)[:, :, ::-1, ::-1]
    large = phases.transpose(2, 0, 3, 1).reshape(1, 1, kernel * scale, kernel * scale)
    layer = cv.conv_transpose2d(kernel * scale, scale, padding=scale * (kernel // 2))
    expected = cv.forward(layer, PHOTO[None], large)[0]
    assert expected.shape == way.apply(PHOTO).shape
    assert (way.interior(way.apply(PHOTO)) == way.interior(expected)).all()


@pytest.mark.parametrize("method", METHODS)
def test_the_margin_is_all_that_the_border_reaches(method: str) -> None:
    """A picture cut out of a larger one has the same interior as there."""
    for scale, kernel, followed_by in product((2, 3), (1, 3, 4), (None, 3)):
        way = upsampling(method, scale, kernel, weights="random", followed_by=followed_by)
        part = way.interior(way.apply(PHOTO[4:20, 5:25]))
        whole = way.apply(PHOTO)[4 * scale : 20 * scale, 5 * scale : 25 * scale]
        assert part.size
        assert part == pytest.approx(way.interior(whole), rel=1e-12)


def test_what_prints_a_pattern_on_a_constant() -> None:
    for scale, kernel in product((2, 3, 4), (3, 4, 5)):
        ways = upsampled(signal("constant", 40), scale, kernel, weights="random", seed=3)
        assert {one.upsampling.method for one in ways if one.spectrum.share < 0.5} == CLEAN
        assert all(one.spectrum.share in (0, pytest.approx(1)) for one in ways)
        uniform = upsampled(signal("constant", 40), scale, kernel)
        printing = {one.upsampling.method for one in uniform if one.spectrum.share}
        assert printing == ({"transposed"} if kernel % scale else set())
        assert printing == {one.upsampling.method for one in uniform if not one.overlap.is_even}


def test_noise_shows_the_same_order() -> None:
    found = {one.upsampling.method: one.spectrum for one in upsampled(signal("noise", 64), weights="random", seed=1)}
    plain = upsampling("transposed", 2, 3).apply(signal("noise", 64) + 4)
    smooth = upsampling("nearest", 2, 3).apply(signal("noise", 64) + 4)
    assert spectrum(plain[8:-8, 8:-8], 2).share > 100 * spectrum(smooth[8:-8, 8:-8], 2).share
    assert all(one.power.shape == found["transposed"].power.shape for one in found.values())


def test_a_convolution_of_the_size_of_the_period_takes_an_uneven_overlap_away() -> None:
    """An average over one period is everywhere the same; one that does not fit weakens the pattern only."""
    (bare,) = upsampled(signal("constant", 32), 3, 4, methods=["transposed"])
    (fits,) = upsampled(signal("constant", 32), 3, 4, methods=["transposed"], followed_by=3)
    (other,) = upsampled(signal("constant", 32), 3, 4, methods=["transposed"], followed_by=2)
    assert (bare.overlap.ratio, fits.overlap.ratio, other.overlap.ratio) == (4, 1, Fraction(9, 4))
    assert (fits.spectrum.share, other.spectrum.share) == (0, pytest.approx(1))
    assert np.ptp(bare.interior) > np.ptp(other.interior) > 0.1 > np.ptp(fits.interior)
    (random,) = upsampled(signal("constant", 32), 3, 4, methods=["transposed"], followed_by=3, weights="random")
    assert random.spectrum.share == pytest.approx(1), "with other weights it does not"


def test_divisible_kernels() -> None:
    for scale, kernel in product(range(2, 9), range(1, 17)):
        way = upsampling("divisible", scale, kernel)
        size = way.layers[0].kernel_size[0]
        assert (size % scale, size - kernel < scale, size >= kernel) == (0, True, True)
        assert way.overlap(5).is_even


def test_random_weights() -> None:
    for method, taps in (("transposed", 16 * 16 / 9), ("nearest", 256), ("subpixel", 256)):
        weights = [w for seed in range(9) for w in upsampling(method, 3, 16, weights="random", seed=seed).weights]
        numbers = np.concatenate([weight.ravel() for weight in weights if weight is not None])
        assert numbers.std() == pytest.approx(math.sqrt(2 / taps), rel=0.05)
        assert (numbers * 2**24 == np.round(numbers * 2**24)).all()
    one, same, other = (upsampling("nearest", weights="random", seed=seed, followed_by=3) for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(one.weights, same.weights, strict=True) if a is not None)
    assert (one.weights[1] != other.weights[1]).any()
    assert (one.weights[1] != one.weights[2]).any(), "the convolution that follows has its own numbers"


def test_words() -> None:
    sentences = {
        ("transposed", 2, 3): "Every cell stamps a kernel of 3 x 3; the stamps are 2 cells apart and overlap unevenly,"
        " as 2 does not divide 3.",
        ("transposed", 2, 4): "Every cell stamps a kernel of 4 x 4; the stamps are 2 cells apart and overlap evenly.",
        ("transposed", 3, 2): "Every cell stamps a kernel of 2 x 2; the stamps are 3 cells apart and leave gaps between"
        " them.",
        ("divisible", 3, 4): "Every cell stamps a kernel of 6 x 6; the stamps are 3 cells apart and overlap evenly, but"
        " with other weights in neighboring cells.",
        ("subpixel", 3, 5): "A 5 x 5 convolution makes 9 channels, each with weights of its own, and pixel shuffle lays"
        " them out as 3 x 3 cells.",
    }  # fmt: skip
    for (method, scale, kernel), sentence in sentences.items():
        assert upsampling(method, scale, kernel).sentence == sentence
    assert upsampling("nearest", followed_by=5).sentence == (
        "Every cell is repeated 2 x 2 times, then a 3 x 3 convolution reads that picture, everywhere with the same"
        " weights. A 5 x 5 convolution follows."
    )
    assert len({upsampling(method).name for method in METHODS}) == len(METHODS)


def test_values_are_read_only() -> None:
    way = upsampling("icnr")
    assert all(weight is None or not weight.flags.writeable for weight in way.weights)
    assert "0.1111" not in repr(way)


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (
            lambda: upsampling("deconv"),
            'method must be "transposed", "divisible", "nearest", "bilinear", "subpixel" or "icnr"; got \'deconv\'.',
        ),
        (lambda: upsampling("icnr", 1), "scale must be at least 2; got 1."),
        (lambda: upsampling("icnr", 9), "scale must be at most 8; got 9."),
        (lambda: upsampling("icnr", 2, 17), "kernel_size must be at most 16; got 17."),
        (lambda: upsampling("icnr", weights="he"), 'weights must be "uniform" or "random"; got \'he\'.'),
        (lambda: upsampling("icnr", seed=2**32), "seed must be an integer from 0 to 4294967295; got 4294967296."),
        (lambda: upsampling("icnr", followed_by=0), "followed_by must be at least 1; got 0."),
        (lambda: upsampling("icnr").apply([1, 2]), "image must have the shape (H, W), none of them 0; got (2,)."),
        (lambda: upsampling("icnr").apply([["a"]]), "image must hold real numbers; got text."),
        (
            lambda: upsampling("icnr").apply([[1], [1, 2]]),
            "image must have rows of equal length; got rows that differ.",
        ),
        (
            lambda: upsampling("icnr").apply([[math.inf]]),
            "image must hold finite numbers; got inf in row 0, column 0.",
        ),
        (
            lambda: upsampling("icnr", 8).apply(np.zeros((1000, 1000), np.uint8)),
            "image must have at most 25 megapixels when upsampled; got 1000 x 1000 at a scale of 8.",
        ),
        (lambda: signal("noise", 3, seed=True), "seed must be an integer from 0 to 4294967295; got True."),
        (lambda: signal("impulse", 3), 'kind must be "constant" or "noise"; got \'impulse\'.'),
        (lambda: signal("noise", 10**4), "size must be at most 25 megapixels; got (10000, 10000)."),
        (
            lambda: upsampled(np.ones((7, 30))),
            "image must have at least 8 cells on either side, for borders reach 2 of them; got (7, 30).",
        ),
        (
            lambda: upsampled(np.ones((30, 30)), methods=[]),
            'methods must be at least one of "transposed", "divisible", "nearest", "bilinear", "subpixel" or "icnr";'
            " got [].",
        ),
        (
            lambda: upsampled(np.ones((30, 30)), methods="icnr"),
            'methods must be at least one of "transposed", "divisible", "nearest", "bilinear", "subpixel" or "icnr";'
            " got 'icnr'.",
        ),
    ],
)
def test_mistakes(mistake: Callable[[], object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        mistake()
    assert str(caught.value) == message
