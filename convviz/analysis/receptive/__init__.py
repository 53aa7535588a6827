"""Receptive fields: which input cells an output reads, through how many paths, in any network without cycles."""

from .effective import EffectiveField, effective_field, uniform_variance
from .field import ReceptiveField
from .graph import Node
from .gridding import Gridding, HybridRule, Suggestion, gridding, hybrid_rule, suggest_rates
from .known import KNOWN
from .network import Network
from .table import Row, Table
from .tiling import Tiling, tiling

__all__ = [
    "KNOWN",
    "EffectiveField",
    "Gridding",
    "HybridRule",
    "Network",
    "Node",
    "ReceptiveField",
    "Row",
    "Suggestion",
    "Table",
    "Tiling",
    "effective_field",
    "gridding",
    "hybrid_rule",
    "suggest_rates",
    "tiling",
    "uniform_variance",
]
