"""What can be known about a layer without applying it: what it costs, and into what simpler ones it comes apart."""

from .costs import Cost, cost
from .factoring import DepthwiseSeparable, TwoPasses, depthwise_separable, two_passes
from .separability import Separation, separate

__all__ = [
    "Cost",
    "DepthwiseSeparable",
    "Separation",
    "TwoPasses",
    "cost",
    "depthwise_separable",
    "separate",
    "two_passes",
]
