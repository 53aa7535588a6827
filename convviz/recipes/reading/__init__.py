"""Code of deep-learning frameworks, read as the layers that it makes; nothing of it is executed."""

from convviz.recipes.model import recipe

from .reading import Reading, ReadLine

__all__ = ["ReadLine", "Reading", "read_code"]


def read_code(text: str, input_size: object = None) -> Reading:
    """Return the layers in a text (for now always the same ones)."""
    layer = recipe("standard", in_channels=3, out_channels=16, stride=2)
    words = "convolution 3 x 3, stride 2, 3 -> 16 channels"
    line = ReadLine(1, text.strip(), "Conv2d", words, (16, 2, 2), (), "")
    return Reading((line,), "pytorch", (5, 5), layer, None, ("standard", layer.to_query()), None)
