"""Inception v3, by the names of its end points in TF-Slim."""

from typing import Final

from ....arithmetic import avg_pool2d, conv2d, max_pool2d
from ....arithmetic.parse import PairLike
from .plans import Fork, Plan, Step


def _path(*kernels: PairLike, stride: int = 1) -> tuple[Step, ...]:
    """Convolutions that keep the size; with a stride, the last one pads nothing."""
    same = [conv2d(kernel, padding="same") for kernel in (kernels[:-1] if stride > 1 else kernels)]
    last = [conv2d(kernels[-1], stride=stride)] if stride > 1 else []
    return tuple((f"conv{number}", layer) for number, layer in enumerate([*same, *last], start=1))


ONE: Final = _path(1)
POOLED: Final[tuple[Step, ...]] = (("pool", avg_pool2d(3, stride=1, padding=1)), ("conv", conv2d(1)))
POOL: Final[tuple[Step, ...]] = (("pool", max_pool2d(3, stride=2)),)
CROSS: Final[Step] = ("cross", Fork("concat", (_path((1, 3)), _path((3, 1)))))

A: Final = Fork("concat", (ONE, _path(1, 5), _path(1, 3, 3), POOLED))
B: Final = Fork("concat", (_path(3, stride=2), _path(1, 3, 3, stride=2), POOL))
C: Final = Fork("concat", (ONE, _path(1, (1, 7), (7, 1)), _path(1, (7, 1), (1, 7), (7, 1), (1, 7)), POOLED))
D: Final = Fork("concat", (_path(1, 3, stride=2), _path(1, (1, 7), (7, 1), 3, stride=2), POOL))
E: Final = Fork("concat", (ONE, (*_path(1), CROSS), (*_path(1, 3), CROSS), POOLED))

STEPS: Final[tuple[Step, ...]] = (
    ("Conv2d_1a_3x3", conv2d(3, stride=2)),
    ("Conv2d_2a_3x3", conv2d(3)),
    ("Conv2d_2b_3x3", conv2d(3, padding=1)),
    ("MaxPool_3a_3x3", max_pool2d(3, stride=2)),
    ("Conv2d_3b_1x1", conv2d(1)),
    ("Conv2d_4a_3x3", conv2d(3)),
    ("MaxPool_5a_3x3", max_pool2d(3, stride=2)),
    ("Mixed_5b", A),
    ("Mixed_5c", A),
    ("Mixed_5d", A),
    ("Mixed_6a", B),
    ("Mixed_6b", C),
    ("Mixed_6c", C),
    ("Mixed_6d", C),
    ("Mixed_6e", C),
    ("Mixed_7a", D),
    ("Mixed_7b", E),
    ("Mixed_7c", E),
)

PLANS: Final = {
    "inception_v3": Plan(
        STEPS,
        (299, 299),
        "Szegedy et al. 2015, https://arxiv.org/abs/1512.00567, as in TF-Slim's inception_v3.py, up to Mixed_7c",
    )
}
