"""What can be known about layers: what they cost, into what simpler ones they come apart, what patterns they print."""

from .costs import Cost, cost
from .evenness import OverlapMap, overlap_map
from .factoring import DepthwiseSeparable, TwoPasses, depthwise_separable, two_passes
from .overlaps import AxisOverlap, Overlap, overlap, stamps
from .receptive import Network, ReceptiveField
from .separability import Separation, separate

__all__ = [
    "AxisOverlap",
    "Cost",
    "DepthwiseSeparable",
    "Network",
    "Overlap",
    "OverlapMap",
    "ReceptiveField",
    "Separation",
    "TwoPasses",
    "cost",
    "depthwise_separable",
    "overlap",
    "overlap_map",
    "separate",
    "stamps",
    "two_passes",
]
