"""Graphs of ONNX files, as PyTorch, TensorFlow and other tools export them."""

from .convert import read_graph
from .parse_model import Model, load

__all__ = ["Model", "load", "read_graph"]
