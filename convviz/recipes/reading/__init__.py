"""Code of deep-learning frameworks, read as the layers that it makes; nothing of it is executed.

parse makes a syntax tree of a text. interpret follows its names (operators: what Python makes of values), looks up
layers (binding, in the tables of dialects; arrays, lax and onnx_nodes: what frameworks write otherwise) and makes a
graph of them. meanings says what each layer does with a shape (effects, from arguments; convolutions, grids), assemble
makes lines and a network of them, and lesson the recipe of the only layer.
"""

from convviz.analysis import Network
from convviz.errors import SpecError
from convviz.recipes.model import Recipe

from .assemble import assemble
from .interpret import Program
from .parse import tree_of
from .reading import Reading, ReadLine

__all__ = ["ReadLine", "Reading", "from_code", "read_code"]


def read_code(text: str, input_size: object = None) -> Reading:
    """Return the layers of a text of code, line by line, and what they are together.

    Parameters
    ----------
    text : str
        Code of PyTorch, Keras, Flax, JAX or ONNX: a layer, several, or a whole model, with what is around it.
    input_size : int or tuple of int, optional
        The cells of the input along each axis; by default those in the text, as in ``torch.randn(1, 3, 32, 32)``.

    Raises
    ------
    SpecError
        The text is no Python, is too long, has no layer, or makes layers in a loop. A layer that does not fit is the
        problem of its line.

    Examples
    --------
    >>> reading = read_code("nn.Sequential(nn.Conv2d(1, 6, 5), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 10))", 28)
    >>> for line in reading.lines:
    ...     print(line.words, line.shape, line.problem)
    convolution 5 x 5, 1 -> 6 channels (6, 24, 24)
    max pooling 2 x 2 (6, 12, 12)
    flatten 6 x 12 x 12 (864,)
    fully connected, 400 -> 10 numbers (10,) It reads 400 numbers, but 864 come in.
    >>> reading.in_features
    864
    """
    tree, lines = tree_of(text)
    return assemble(Program(tree, lines, text), input_size)


def from_code(text: str, input_size: object = None) -> Recipe | Network:
    """Return the recipe of the layer in a text of code, or the network of several layers. Nothing is executed.

    Parameters
    ----------
    text : str
        Code of PyTorch, Keras, Flax, JAX or ONNX, such as ``nn.Conv2d(3, 16, 3, stride=2)``, or a whole model.
    input_size : int or tuple of int, optional
        The cells of the input along each axis; by default those that the text says.

    Returns
    -------
    Recipe or Network
        A recipe for one layer over a grid, on an input that can be drawn; else a network.

    Raises
    ------
    SpecError
        The text cannot be read, or a layer does not fit what comes before it; the sentence has the line.

    Examples
    --------
    >>> from_code("nn.Conv2d(3, 16, 3, stride=2)")
    recipe('standard', input_size='7', stride='2', in_channels='3', out_channels='16')
    >>> from_code("nn.Sequential(nn.Conv2d(3, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 3))", 32).output_size()
    (28, 28)
    """
    reading = read_code(text, input_size)
    if (line := reading.problem) is not None:
        raise SpecError(f"Line {line.number}: {line.problem}")
    if reading.recipe is not None:
        return reading.recipe
    if reading.network is None:
        raise SpecError("Layers over three axes must have an input_size to be read, such as (16, 64, 64); got none.")
    return reading.network
