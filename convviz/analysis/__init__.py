"""Analysis of layers and networks: receptive fields, costs, separability, and the patterns that upsampling prints."""

from typing import TYPE_CHECKING

from convviz.lazy import lazy

from .costs import Cost, DepthwiseSeparable, TwoPasses, cost, depthwise_separable, two_passes
from .effective import EffectiveField, effective_field, uniform_variance
from .matrices import im2col, matrix
from .network import Network
from .overlap_counts import AxisOverlap, Overlap, OverlapMap, overlap, overlap_map, stamps
from .receptive.borders import Border
from .receptive.field import Box, ReceptiveField
from .receptive.graph import Node
from .receptive.gridding import Gridding, HybridRule, Suggestion, gridding, hybrid_rule, suggest_rates
from .receptive.node_cost import NodeCost
from .receptive.table import Row, Table
from .receptive.tiles import Tiling
from .separability import Separation, separate
from .tiling import tiling
from .trained_field import trained_field
from .upsampling_methods import METHODS, Upsampling, signal, upsampling
from .upsampling_trials import Peak, Spectrum, Upsampled, spectrum, upsampled

if TYPE_CHECKING:
    from .network_difference import Difference, Pairing, difference
    from .receptive.known import KNOWN

_DIFFERENCE = dict.fromkeys(("Difference", "Pairing", "difference"), "network_difference")

__getattr__ = lazy(__name__, {"KNOWN": "receptive.known", **_DIFFERENCE})

__all__ = [
    "KNOWN",
    "METHODS",
    "AxisOverlap",
    "Border",
    "Box",
    "Cost",
    "DepthwiseSeparable",
    "Difference",
    "EffectiveField",
    "Gridding",
    "HybridRule",
    "Network",
    "Node",
    "NodeCost",
    "Overlap",
    "OverlapMap",
    "Pairing",
    "Peak",
    "ReceptiveField",
    "Row",
    "Separation",
    "Spectrum",
    "Suggestion",
    "Table",
    "Tiling",
    "TwoPasses",
    "Upsampled",
    "Upsampling",
    "cost",
    "depthwise_separable",
    "difference",
    "effective_field",
    "gridding",
    "hybrid_rule",
    "im2col",
    "matrix",
    "overlap",
    "overlap_map",
    "separate",
    "signal",
    "spectrum",
    "stamps",
    "suggest_rates",
    "tiling",
    "trained_field",
    "two_passes",
    "uniform_variance",
    "upsampled",
    "upsampling",
]
