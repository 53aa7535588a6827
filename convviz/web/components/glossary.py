"""The words of the field that pages use, each with its meaning in a sentence or two, and how a text shows one."""

import re
from collections.abc import Mapping
from html import escape
from typing import Final

TERMS: Final[Mapping[str, str]] = {
    "activation": "A function that is applied to each number of a layer's output, such as max(x, 0), called ReLU.",
    "atrous": "French for “with holes”: another name for dilated.",
    "backpropagation": (
        "To compute gradients from the last layer to the first, each from that of the layer after it: the chain rule."
    ),
    "bias": "One number for each output channel that is added to every sum of that channel.",
    "causal": "An output reads the present and the past, and nothing that comes after it.",
    "cell": "One number of a grid, at a row and a column. In an image, a cell is a pixel.",
    "channel": (
        "One plane of numbers. A color image has three: red, green and blue. A layer's output has as many as the "
        "layer has kernels."
    ),
    "checkerboard": (
        "A fine pattern of lighter and darker cells in a picture that a network made, left there by stamps which "
        "overlap unevenly."
    ),
    "convolution": (
        "A small table of weights, the kernel, slides over the input; at each place the products of weights and "
        "numbers are added up. In deep learning the kernel is used as it is, in mathematics it is turned first."
    ),
    "cross-correlation": (
        "What deep learning calls a convolution: the kernel is used as it is, not turned by 180 degrees."
    ),
    "deconvolution": (
        "In signal processing: to undo a known blur. In deep learning an old name for transposed convolution, "
        "which undoes nothing."
    ),
    "dense prediction": "A result for every pixel, such as the object to which the pixel belongs.",
    "depthwise": "Each channel is convolved with a kernel of its own; channels are not mixed.",
    "dilation": (
        "The distance between neighboring taps. With dilation 1 they touch, with dilation 2 there is one unread "
        "cell between them."
    ),
    "effective kernel": (
        "The cells from the first tap to the last, with those that are not read: d(k − 1) + 1 on a side."
    ),
    "feature map": (
        "One channel of a layer's output: where in the image, and how strongly, its kernel found its pattern."
    ),
    "gather": "To compute one output cell at a time, from all the cells that it reads.",
    "gradient": "How much the error of a network changes with one of its numbers; training follows it.",
    "gridding": "Neighboring outputs read separate sets of cells, because all dilations share a factor.",
    "groups": "The channels are divided into parts; a kernel reads only the channels of its own part.",
    "hole": "A cell inside the receptive field that no path reaches: changing it changes nothing.",
    "im2col": (
        "“Image to columns”: all windows copied into one table, a row each here, so that a matrix product computes the "
        "layer. Some libraries have a column for each window."
    ),
    "impulse": "An input that is 1 at one cell and 0 everywhere else.",
    "jump": "How far apart the fields of two neighboring units are, in input cells: the product of all strides so far.",
    "kernel": "The small table of weights that slides over the input. Training chooses its numbers.",
    "look-ahead": "How far beyond its own position an output reads.",
    "look-back": "How far before its own position an output reads.",
    "loss": "One number that says how wrong a network is, the error; training makes it smaller.",
    "multiply-add": "One multiplication and one addition, the usual unit for the work of a layer.",
    "output padding": (
        "Rows and columns that a transposed convolution adds on one side, to choose among the sizes that a stride "
        "rounds to the same one."
    ),
    "padding": "Extra cells around the input, usually zeros, so that the window can lie over the border.",
    "parameter": "A number that training may change: a weight of a kernel, or a bias.",
    "path": (
        "A way from an input cell through one tap of each layer to an output. The more paths, the more a cell counts."
    ),
    "pointwise": "With a kernel of one cell, 1 × 1: it mixes the channels of a cell and reads no neighbors.",
    "pooling": "A window keeps one number of those under it: the largest, or the average. There is nothing to learn.",
    "rank": "Of a kernel: the least number of column-times-row products that add up to it. Rank 1 means separable.",
    "receptive field": "The part of the input that can change an output; all outside it cannot.",
    "sampling rate": (
        "How many numbers of a signal belong to one second, in hertz. At 16,000 Hz a number is 1/16 of a millisecond."
    ),
    "separable": "The kernel is a column times a row, so that one pass with each gives the same result.",
    "sparse": "Almost all of its numbers are 0.",
    "stamp": "One input number times the whole kernel, added to the output. Transposed convolution is made of stamps.",
    "stride": "How many cells the window moves from step to step. With stride 2 the output has about half the rows.",
    "tap": "One pair of an input cell and the weight on it. A 3 × 3 kernel has nine taps.",
    "Toeplitz": "A matrix with the same number all along each diagonal.",
    "transposed": (
        "The connections of a convolution, used from its output to its input: each input cell feeds as many output "
        "cells as the kernel has weights."
    ),
    "unit": "One output cell of a layer, in all its channels.",
    "upsampling": "To make a picture or a signal larger.",
    "upstream gradient": (
        "The gradient of a layer's output, which comes from the layer after it: how much the loss changes with each of "
        "the output's cells."
    ),
    "weight": "One number of the kernel.",
    "window": "The cells of the input on which the kernel lies at one step.",
}
"""The meaning of each word, in the order of the alphabet."""

_MARK: Final = re.compile(r"\[\[([^\]|]+)(?:\|([^\]]+))?\]\]([.,:;]?)")


def with_terms(text: str) -> str:
    """Return a text in which each word marked as ``[[taps|tap]]`` or ``[[tap]]`` is a button that shows its meaning.

    Examples
    --------
    >>> print(with_terms("A [[tap]] is a pair."))
    A <button type="button" class="cv-term" popovertarget="cv-term-tap">tap</button> is a pair.
    <BLANKLINE>
    <div popover id="cv-term-tap" class="cv-meaning"><strong>tap</strong> One pair of ...

    Raises
    ------
    KeyError
        A marked word is not in the glossary.
    """
    used = dict.fromkeys(term or shown for shown, term, _ in _MARK.findall(text))
    meanings = "".join(
        f'\n\n<div popover id="{_id(term)}" class="cv-meaning"><strong>{term}</strong> {escape(TERMS[term])}</div>'
        for term in used
    )
    return _MARK.sub(_button, text) + meanings


def _button(mark: re.Match[str]) -> str:
    shown, term = mark[1], mark[2] or mark[1]
    button = f'<button type="button" class="cv-term" popovertarget="{_id(term)}">{escape(shown)}</button>'
    # A line may end after a button, and would begin with the comma after it.
    return f'<span class="cv-unbroken">{button}{mark[3]}</span>' if mark[3] else button


def _id(term: str) -> str:
    return f"cv-term-{term.replace(' ', '-')}"
