"""Modules of PyTorch as they are in memory; the caller has imported PyTorch, and nothing here does."""

from .export import export
from .translate import model_of

__all__ = ["export", "model_of"]
