"""Receptive fields: which input cells an output reads, through how many paths, in any network without cycles."""

from .field import ReceptiveField
from .graph import Node
from .known import KNOWN
from .network import Network
from .table import Row, Table

__all__ = ["KNOWN", "Network", "Node", "ReceptiveField", "Row", "Table"]
