"""Modules of PyTorch as they are in memory. Nothing here imports PyTorch: it is the one that the caller has imported."""

from .export import export
from .translate import model_of

__all__ = ["export", "model_of"]
