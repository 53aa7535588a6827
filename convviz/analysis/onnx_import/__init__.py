"""Graphs of ONNX files, as PyTorch, TensorFlow and other tools export them."""

from .convert import read_graph
from .parse_model import Model, graph_of, load

__all__ = ["Model", "graph_of", "load", "read_graph"]
