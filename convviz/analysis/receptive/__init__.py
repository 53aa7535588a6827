"""Receptive fields: which input cells an output reads, through how many paths, in any network without cycles."""

from .field import Box, ReceptiveField
from .graph import Node
from .gridding import Gridding, HybridRule, Suggestion, gridding, hybrid_rule, suggest_rates
from .known import KNOWN
from .table import Row, Table

__all__ = [
    "KNOWN",
    "Box",
    "Gridding",
    "HybridRule",
    "Node",
    "ReceptiveField",
    "Row",
    "Suggestion",
    "Table",
    "gridding",
    "hybrid_rule",
    "suggest_rates",
]
