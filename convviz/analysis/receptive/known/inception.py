"""The Inceptions, by the names of their end points in TF-Slim: modules are forks whose branches are concatenated."""

from collections.abc import Sequence
from typing import Final

from convviz.arithmetic import avg_pool2d, conv2d, max_pool2d
from convviz.arithmetic.parse import PairLike

from .plans import Fork, Plan, Step, numbered


def _path(*kernels: PairLike) -> tuple[Step, ...]:
    """Convolutions that keep the size."""
    return numbered("conv", [conv2d(kernel, padding="same") for kernel in kernels])


def _down(*kernels: PairLike, padding: PairLike | str = 0) -> tuple[Step, ...]:
    """The same, but the last one has the stride 2, and the padding given."""
    *before, last = kernels
    return (*_path(*before), ("down", conv2d(last, stride=2, padding=padding)))


def _pool(padding: PairLike | str = 0) -> tuple[Step, ...]:
    """What stands beside them."""
    return (("pool", max_pool2d(3, stride=2, padding=padding)),)


def _concat(*branches: tuple[Step, ...]) -> Fork:
    return Fork("concat", branches)


def _residual(*branches: tuple[Step, ...]) -> Fork:
    """Branches, a 1 x 1 convolution that gives them the channels of the input, and the input beside it."""
    return Fork("add", ((("mixed", _concat(*branches)), ("up", conv2d(1))), ()))


def _lettered(stage: int, modules: Sequence[Fork]) -> tuple[Step, ...]:
    """Mixed_5b, Mixed_5c and so on; the letter a is for what reduces the size."""
    return tuple((f"Mixed_{stage}{chr(ord('b') + number)}", module) for number, module in enumerate(modules))


ONE: Final = _path(1)
AVERAGE: Final[tuple[Step, ...]] = (("pool", avg_pool2d(3, stride=1, padding=1)), ("conv", conv2d(1)))
MAXIMUM: Final[tuple[Step, ...]] = (("pool", max_pool2d(3, stride=1, padding=1)), ("conv", conv2d(1)))
CROSS: Final[Step] = ("cross", _concat(_path((1, 3)), _path((3, 1))))

# What versions share, by the size of its maps for inputs of 299
MODULE_35: Final = _concat(ONE, _path(1, 5), _path(1, 3, 3), AVERAGE)
PLAIN_35: Final = _concat(ONE, _path(1, 3), _path(1, 3, 3), AVERAGE)
MODULE_17: Final = _concat(ONE, _path(1, (1, 7), (7, 1)), _path(1, (7, 1), (1, 7), (7, 1), (1, 7)), AVERAGE)
TO_8: Final = _concat(_down(1, 3), _down(1, (1, 7), (7, 1), 3), _pool())


def _to_17(padding: PairLike | str) -> Fork:
    """From 35 rows for inputs of 299."""
    return _concat(_down(3, padding=padding), _down(1, 3, 3, padding=padding), _pool(padding))


def _stem(padding: PairLike | str) -> tuple[Step, ...]:
    return (
        ("Conv2d_1a_3x3", conv2d(3, stride=2, padding=padding)),
        ("Conv2d_2a_3x3", conv2d(3, padding=padding)),
        ("Conv2d_2b_3x3", conv2d(3, padding=1)),
    )


def _rest_of_stem(padding: PairLike | str) -> tuple[Step, ...]:
    return (
        ("MaxPool_3a_3x3", max_pool2d(3, stride=2, padding=padding)),
        ("Conv2d_3b_1x1", conv2d(1)),
        ("Conv2d_4a_3x3", conv2d(3, padding=padding)),
        ("MaxPool_5a_3x3", max_pool2d(3, stride=2, padding=padding)),
    )


def _resnet_v2(padding: PairLike | str) -> tuple[Step, ...]:
    return (
        *_stem(padding),
        *_rest_of_stem(padding),
        ("Mixed_5b", MODULE_35),
        *numbered("block35_", [_residual(ONE, _path(1, 3), _path(1, 3, 3))] * 10),
        ("Mixed_6a", _to_17(padding)),
        *numbered("block17_", [_residual(ONE, _path(1, (1, 7), (7, 1)))] * 20),
        ("PreAuxLogits", "identity"),
        ("Mixed_7a", _concat(*[_down(1, *more, 3, padding=padding) for more in ((), (), (3,))], _pool(padding))),
        *numbered("block8_", [_residual(ONE, _path(1, (1, 3), (3, 1)))] * 10),
        ("Conv2d_7b_1x1", conv2d(1)),
    )


SAME: Final = "same_upper"
SAME_POOL: Final = max_pool2d(3, stride=2, padding=SAME)
SAME_DOWN: Final = _concat(_down(1, 3, padding=SAME), _down(1, 3, 3, padding=SAME), _pool(SAME))
V2: Final[tuple[Step, ...]] = (
    ("Conv2d_1a_7x7", conv2d(7, stride=2, padding=SAME)),
    ("MaxPool_2a_3x3", SAME_POOL),
    ("Conv2d_2b_1x1", conv2d(1)),
    ("Conv2d_2c_3x3", conv2d(3, padding=1)),
    ("MaxPool_3a_3x3", SAME_POOL),
    *_lettered(3, [PLAIN_35] * 2),
    ("Mixed_4a", SAME_DOWN),
    *_lettered(4, [PLAIN_35] * 4),
    ("Mixed_5a", SAME_DOWN),
    *_lettered(5, [PLAIN_35, _concat(ONE, _path(1, 3), _path(1, 3, 3), MAXIMUM)]),
)
V3: Final[tuple[Step, ...]] = (
    *_stem(0),
    *_rest_of_stem(0),
    *_lettered(5, [MODULE_35] * 3),
    ("Mixed_6a", _to_17(0)),
    *_lettered(6, [MODULE_17] * 4),
    ("Mixed_7a", TO_8),
    *_lettered(7, [_concat(ONE, (*_path(1), CROSS), (*_path(1, 3), CROSS), AVERAGE)] * 2),
)
V4: Final[tuple[Step, ...]] = (
    *_stem(0),
    ("Mixed_3a", _concat(_pool(), _down(3))),
    ("Mixed_4a", _concat((*_path(1), ("conv", conv2d(3))), (*_path(1, (1, 7), (7, 1)), ("conv", conv2d(3))))),
    ("Mixed_5a", _concat(_down(3), _pool())),
    *_lettered(5, [PLAIN_35] * 4),
    ("Mixed_6a", _to_17(0)),
    *_lettered(6, [MODULE_17] * 7),
    ("Mixed_7a", TO_8),
    *_lettered(7, [_concat(ONE, (*_path(1), CROSS), (*_path(1, (3, 1), (1, 3)), CROSS), AVERAGE)] * 3),
)
SLIM: Final = "as in TF-Slim, before global pooling"

PLANS: Final = {
    "inception_v2": Plan(
        V2, (224, 224), f"Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167, {SLIM}: all padding SAME"
    ),
    "inception_v3": Plan(V3, (299, 299), f"Szegedy et al. 2015, https://arxiv.org/abs/1512.00567, {SLIM}"),
    "inception_v4": Plan(V4, (299, 299), f"Szegedy et al. 2016, https://arxiv.org/abs/1602.07261, {SLIM}"),
    "inception_resnet_v2": Plan(
        _resnet_v2(0),
        (299, 299),
        f"Szegedy et al. 2016, https://arxiv.org/abs/1602.07261, {SLIM}, with VALID paddings (align_feature_maps off)",
    ),
    "inception_resnet_v2_same": Plan(
        _resnet_v2(SAME),
        (299, 299),
        f"Szegedy et al. 2016, https://arxiv.org/abs/1602.07261, {SLIM} with align_feature_maps: all padding SAME",
    ),
}
