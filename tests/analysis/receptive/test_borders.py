"""Shares of paths that begin in padding, against exact counts: of the input, and of one without a border nearby."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

import numpy as np
import pytest
from hypothesis import given, settings

import convviz as cv
from convviz.analysis import Network
from convviz.arithmetic import Upsample2d

from . import oracles

FAR = 70
"""Cells from the borders at which nothing is seen of them; more than any field that is drawn."""


def resized(network: Network, size: tuple[int, int]) -> Network:
    made = Network(size)
    for node in network.nodes[1:]:
        made.add(node.name, node.operation, node.inputs)
    return made


def counts_without_borders(network: Network) -> bool:
    """Whether the network is the same on a larger input, and has a path count for what it reads of it."""
    layers = [node.operation for node in network.nodes[1:]]
    copies = any(isinstance(layer, Upsample2d) and layer.mode == "bilinear" for layer in layers)
    same = any(isinstance(getattr(layer, "padding", None), str) for layer in layers)
    return not copies and not same


@given(oracles.graphs(least=14, most=20, borders=False, globally=False))
@settings(max_examples=25)
def test_shares_of_exact_counts(network: Network) -> None:
    fields = [network.receptive_field(node.name) for node in network.nodes]
    if not counts_without_borders(network) or not all(jump for field in fields for jump in field.jump):
        return
    name, size, jump = network.nodes[-1].name, network.input_size or (0, 0), fields[-1].jump
    steps = [lcm(*(Fraction(field.jump[axis] or 0).numerator for field in fields)) for axis in (0, 1)]
    more = [-(-FAR // step) * step for step in steps]
    ahead = [int(cells / jumps) for cells, jumps in zip(more, jump, strict=True)]
    wide = (size[0] + 2 * more[0], size[1] + 2 * more[1])
    try:
        everywhere = resized(network, wide)
        bounded = [resized(network, (size[0], wide[1])), resized(network, (wide[0], size[1]))]
    except cv.SpecError:  # what is padded for paths to meet depends on the size
        return
    border = network.border()
    for axis, shares in enumerate(border.shares):
        assert len(shares) == (network.output_size() or (0, 0))[axis]
        for output in sorted({0, 1, len(shares) // 2, len(shares) - 1} & {*range(len(shares))}):
            inside = total = 0
            for other in range(int(steps[1 - axis] / jump[1 - axis])):
                near, far = (output, ahead[1] + other), (output + ahead[0], ahead[1] + other)
                if axis == 1:
                    near, far = (ahead[0] + other, output), (ahead[0] + other, output + ahead[1])
                inside += int(bounded[axis].path_counts(name, near).sum())
                total += int(everywhere.path_counts(name, far).sum())
            expected = Fraction(total - inside, total) if total else Fraction(0)
            assert abs(shares[output] - float(expected)) < 1e-15, (axis, output)
            assert (shares[output] > 0) == (expected > 0)


def test_where_the_padding_ends() -> None:
    layers = [cv.conv2d((3, 5), (2, 1), 2), cv.conv2d(3, padding=1, dilation=(1, 2)), cv.conv2d(3, padding=1)]
    border = Network.sequential(layers, input_size=(33, 40)).border()
    field = Network.sequential(layers, input_size=(33, 40)).receptive_field()
    network = Network.sequential(layers, input_size=(33, 40))
    full = network.path_counts(None, (8, 20)).sum()
    assert border.clean == ((3, 14), (4, 33))
    for axis, clean in enumerate(border.clean):
        assert clean is not None
        for output in range(len(border.shares[axis])):
            place = (output, 20) if axis == 0 else (8, output)
            is_clean = network.path_counts(None, place).sum() == full
            assert is_clean == (clean[0] <= output <= clean[1])
            assert is_clean == (border.shares[axis][output] == 0)
        places = border.places[axis]
        assert places == tuple((field.center[axis] or 0) + output * (field.jump[axis] or 0) for output in clean)
    assert border.halo == ((4, 5), (5, 5))


def test_volumes() -> None:
    """Of 3 x 18 + 3 x 18 paths, those of a depth that pads by 1 twice; along the other axes nothing else pads."""
    network = Network((14, 9, 10))
    stem = network.add("stem", cv.conv3d((3, 2, 3), stride=(2, 1, 1), padding=(1, 0, 1)))
    deep = network.add("deep", cv.conv3d((3, 1, 1), padding=(1, 0, 0)), stem)
    flat = network.add("flat", cv.conv3d((1, 3, 1), padding=(0, 1, 0)), stem)
    network.add("sum", "add", [deep, flat])
    border = network.border()
    middle = [3, 4, 5]
    total = int(network.path_counts("sum", middle).sum())
    assert total == 108
    for axis, shares in enumerate(border.shares):
        for output, share in enumerate(shares):
            place = [*middle[:axis], output, *middle[axis + 1 :]]
            inside = int(network.path_counts("sum", place).sum())
            assert share == pytest.approx(1 - inside / total, abs=1e-15)
    assert border.clean == ((2, 5), (1, 6), (1, 8))


def test_copies_are_no_padding() -> None:
    for layer in (cv.conv2d(5, padding=2, padding_mode="reflect"), cv.upsample2d((3, 2), "bilinear")):
        border = Network.sequential([layer], input_size=(7, 9)).border()
        assert all((shares == 0).all() for shares in border.shares)


def test_many_layers_neither_overflow_nor_vanish() -> None:
    network = Network.sequential([cv.conv2d((7, 3), padding=(3, 1))] * 400, input_size=(2500, 900))
    border = network.border()
    assert border.clean == ((1200, 1299), (400, 499))
    assert 0.96 < border.shares[0][0] < 1
    assert 0 < border.shares[0][1199] < 1e-300
    assert np.allclose(border.shares[1], border.shares[1][::-1], rtol=1e-12, atol=0)


def test_where_it_is_unknown() -> None:
    with pytest.raises(cv.SpecError) as raised:
        Network.known("deeplab_v3").border("head")
    assert str(raised.value) == 'The border of "head" is unknown: an output reads the whole input.'
    with pytest.raises(cv.SpecError) as raised:
        Network.sequential([cv.conv2d(3, padding=1)]).border()
    assert str(raised.value) == "Network needs an input_size to map individual cells; got None."
    for size, layer, got in (
        (
            (1, 2**21),
            cv.conv2d(1),
            "node must have at most 2^20 cells along an axis for its border to be counted; got 2097152.",
        ),
        ((1, 2), cv.upsample2d((1, 2**17)), "got 131072 and 131072 outputs of 2 cells on the way."),
        ((1, 2**20), cv.conv2d((1, 50)), "got 1 and 1048527 outputs of 50 cells on the way."),
    ):
        with pytest.raises(cv.SpecError) as raised:
            Network.sequential([layer], input_size=size).border()
        assert str(raised.value).endswith(got)
    circular = Network.sequential([cv.conv2d(3, padding=1, padding_mode="circular")], input_size=(7, 9)).border()
    assert circular.halo is None
    assert circular.without_halo.startswith("none is enough, because output 0 reads the other border")
