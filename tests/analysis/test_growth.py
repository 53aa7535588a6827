"""The numbers behind each layer of a stack agree with those of a network."""

from __future__ import annotations

import convviz as cv
from convviz.analysis.receptive.field import growth_steps


def test_steps_agree_with_the_network() -> None:
    stack = [cv.conv2d((3, 5), stride=(2, 1)), cv.max_pool2d(2), cv.conv_transpose2d(3, stride=2, padding=1)]
    network = cv.Network(input_size=(20, 24)).sequential(stack)
    steps = growth_steps(stack, (20, 24))
    for step, row in zip(steps, network.table(), strict=True):
        assert (step.output, step.size, step.jump) == (row.output_size, row.receptive_field, row.jump)
        assert (step.center, step.padding) == (row.center, row.padding)
    assert [(step.parameters, step.total) for step in steps] == [(15, 15), (0, 15), (9, 24)]
    assert [step.standard for step in steps] == [(3, 5), (4, 6), (6, 8)]


def test_a_layer_that_does_not_fit_has_no_output_but_a_field() -> None:
    steps = growth_steps([cv.conv2d(5), cv.conv2d(5)], (6, 6))
    assert [(step.output, step.size) for step in steps] == [((2, 2), (5, 5)), (None, (9, 9))]
