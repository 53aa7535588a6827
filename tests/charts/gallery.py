"""Charts of every kind, small, large and unusual ones, each as a function of theme and width."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

import convviz as cv
from convviz.analysis import effective_field, gridding, signal, spectrum, stamps, upsampled
from convviz.charts import Chart, cost_ratio, count_map, number_maps, rank_curve, spectrum_map, stamp_bars
from convviz.charts.curves import receptive_growth
from convviz.charts.gridding import coverage_map, coverage_steps, weight_map, weight_profile
from convviz.charts.outputs import OutputMap, output_maps

LAPLACE = [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
NOISE = np.random.default_rng(0).normal(size=(7, 7))
GAUSSIAN = np.round(np.outer(*[np.exp(-(np.arange(-2, 3) ** 2) / 2)] * 2) / 6.2, 3)

FIELDS = {
    rates: effective_field(
        cv.Network.sequential([cv.conv2d(3, dilation=rate) for rate in rates], 1 + 2 * sum(rates)), None, (0, 0)
    )
    for rates in ((2, 2, 2), (1, 2, 4), (6, 12, 18), (1, 2, 4, 8, 16, 32))
}


def mapped(*rates: int, **look: object) -> Chart:
    found = gridding([cv.conv2d(3, dilation=rate) for rate in rates])
    return coverage_map(found.rows, found.columns, **look)


def profile(*rates: int, **look: object) -> Chart:
    field = FIELDS[rates]
    shares = field.weights.sum(axis=0)
    return weight_profile(shares, read=shares > 0, center=field.center[1], sigma=field.sigma[1], **look)


def weights(*rates: int, **look: object) -> Chart:
    field = FIELDS[rates]
    return weight_map(field.weights, center=field.center, sigma=field.sigma, title="Share of paths", **look)


UNEVEN = cv.overlap(cv.conv_transpose2d(3, stride=2), 5)
DEEP = cv.overlap([cv.conv_transpose2d(3, stride=2)] * 3, 3)
HOLES = cv.conv_transpose2d((5, 4), stride=(2, 3), padding=1, dilation=2)
PRINTED = upsampled(signal("constant", 40), methods=["transposed"])[0].spectrum
NOISE_SPECTRUM = spectrum(np.random.default_rng(0).normal(size=(61, 98)), (3, 7))


def rings(found: object) -> list[tuple[Fraction, Fraction]]:
    return [peak.frequency for peak in found.peaks]  # type: ignore[attr-defined]


def stamped(layer: object, size: int, **look: object) -> Chart:
    axis = cv.overlap(layer, size).rows
    return stamp_bars(axis.counts, stamps(layer, size)[0], border=axis.border, **look)


CLASSIC: Any = ([(1, 1), (3, 3), (7, 7), (15, 15)], [(1, 1), (3, 3), (5, 5), (7, 7)], [0, 9, 18, 27])
STACKS: dict[str, Any] = {
    "classic": CLASSIC,
    "one dimension": ([(1, 1), (1, 2), (1, 4)], [(1, 1), (1, 2), (1, 3)], [0, 2, 4]),
    "both axes": ([(1, 1), (3, 5), (7, 300)], [(1, 1), (3, 5), (5, 9)], [0, 15, 30]),
    "no parameters": ([(1, 1), (2, 2)], [(1, 1), (2, 2)], [0, 0]),
    "many": ([(2**n, 2**n) for n in range(29)], [(n + 1, n + 1) for n in range(29)], [*range(0, 261, 9)]),
    "only one cell": ([(1, 1), (1, 1)], [(1, 1), (1, 1)], [0, 1]),
}


CHARTS: dict[str, Callable[..., Chart]] = {
    "rank": lambda **look: rank_curve([0.1005, 0, 0], **look),
    "rank of one": lambda **look: rank_curve([0], **look),
    "rank of seven": lambda **look: rank_curve([0.763, 0.546, 0.41, 0.3, 0.174, 0.103, 0], **look),
    "maps": lambda **look: number_maps(
        [("kernel", LAPLACE), ("best column × row", np.multiply(LAPLACE, 0.91)), ("difference", np.eye(3) / 7)], **look
    ),
    "stacked maps": lambda **look: number_maps([("a", GAUSSIAN), ("b", GAUSSIAN / 1e5), ("c", GAUSSIAN * 1e7)], **look),
    "maps of noise": lambda **look: number_maps([("kernel", NOISE), ("difference", -NOISE)], **look),
    "maps without numbers": lambda **look: number_maps([("kernel", np.ones((3, 40)))], **look),
    "ratio": lambda **look: cost_ratio(256, 5, **look),
    "ratio at the left": lambda **look: cost_ratio(1, 4, **look),
    "ratio at the right": lambda **look: cost_ratio(1024, 31, **look),
    "ratio of other kernels": lambda **look: cost_ratio(
        64, (4, 6), channel_multiplier=8, kernel_sizes=[2, 3, 4, 5, 6, 7, (1, 9)], **look
    ),
    "ratio beyond": lambda **look: cost_ratio(100_000, 1, **look),
    "holes": lambda **look: mapped(2, 2, 2, **look),
    "no holes": lambda **look: mapped(1, 2, 4, **look),
    "small cells": lambda **look: mapped(6, 12, 18, **look),
    "smallest cells": lambda **look: mapped(2, 4, 8, 16, 32, **look),
    "even": lambda **look: coverage_map([True, False], [True] * 3 + [False], **look),
    "one cell": lambda **look: coverage_map([True], [True], **look),
    "steps": lambda **look: coverage_steps(
        [("output", [True]), ("layer 1, rate 2", [True, False, True]), ("then 1", [True] * 5)], **look
    ),
    "long steps": lambda **look: coverage_steps([(f"layer {n}", np.ones(128 - n, bool)) for n in range(9)], **look),
    "profile of holes": lambda **look: profile(2, 2, 2, **look),
    "long profile": lambda **look: profile(1, 2, 4, 8, 16, 32, **look),
    "profile of one": lambda **look: weight_profile([1], read=[True], center=0, sigma=0, **look),
    "weights": lambda **look: weights(1, 2, 4, **look),
    "many weights": lambda **look: weights(6, 12, 18, **look),
    "most weights": lambda **look: weights(1, 2, 4, 8, 16, 32, **look),
    "one weight": lambda **look: weight_map([[1]], center=(0, 0), sigma=(0, 0), title="Weight", **look),
    "counts": lambda **look: count_map(UNEVEN.counts, border=UNEVEN.border, **look),
    "counts of a stack": lambda **look: count_map(DEEP.counts, border=DEEP.border, **look),
    "one count": lambda **look: count_map([[0]], **look),
    "counts without end": lambda **look: count_map([[10**400, 1], [0, 12345678]], **look),
    "counts of a row": lambda **look: count_map(np.ones((1, 128), int), **look),
    "counts of a column": lambda **look: count_map(np.ones((128, 1), int), **look),
    "stamps": lambda **look: stamped(UNEVEN.layers[0], 5, **look),
    "stamps with holes": lambda **look: stamped(HOLES, 9, **look),
    "many stamps": lambda **look: stamped(UNEVEN.layers[0], 63, **look),
    "bars": lambda **look: stamp_bars(DEEP.rows.counts, border=DEEP.rows.border, **look),
    "large bars": lambda **look: stamp_bars([0, 10**30, 5 * 10**30], **look),
    "spectrum": lambda **look: spectrum_map(PRINTED.decibels, rings(PRINTED), share=PRINTED.share, **look),
    "spectrum of noise": lambda **look: spectrum_map(
        NOISE_SPECTRUM.decibels, rings(NOISE_SPECTRUM), share=NOISE_SPECTRUM.share, **look
    ),
    "spectrum of nothing": lambda **look: spectrum_map(np.full((3, 2), -80.0), **look),
    "spectrum, period 8": lambda **look: spectrum_map(
        np.eye(64), [(a / 8, b / 8) for a in range(-3, 5) for b in range(-3, 5) if a or b], **look
    ),
    "growth, continued": lambda **look: receptive_growth(*CLASSIC, layers=2, is_logarithmic=True, **look),
    "outputs": lambda **look: output_maps(
        [
            OutputMap("a few", np.eye(5, 7, dtype=bool), ([1, 4], [1, 4]), (1, 1)),
            OutputMap("all of them", np.ones((5, 7), bool), (range(5), range(7)), (2, 3)),
            OutputMap("between", np.ones((5, 7), bool), ([1.5], [0.5, 4.5]), (0, 1)),
        ],
        title="Outputs",
        **look,
    ),
} | {f"growth, {name}": partial(receptive_growth, *stack) for name, stack in STACKS.items()}
