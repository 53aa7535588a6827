"""Networks out of ONNX files: whatever PyTorch, TensorFlow and the others export."""

from .reading import read_onnx

__all__ = ["read_onnx"]
