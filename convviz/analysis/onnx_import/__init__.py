"""Networks out of ONNX files: whatever PyTorch, TensorFlow and the others export."""

from .convert import read_onnx

__all__ = ["read_onnx"]
