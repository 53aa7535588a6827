"""What was read from a text of code: its layers line by line, and what they are together."""

from dataclasses import dataclass

from convviz.analysis import Network
from convviz.recipes.model import Recipe


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One layer, in the line of the text in which it is called.

    Attributes
    ----------
    number : int
        The line, from 1.
    source, name : str
        The text of the call, and the name of the layer: "Conv2d".
    words : str
        What it is: "convolution 3 x 3, stride 2, 3 -> 16 channels".
    shape : tuple of int, optional
        What comes out of it: (C, H, W), of a signal (C, W), of a volume (C, D, H, W), flat (N,). None if unknown.
    notes : tuple of str
        What this framework does differently from others, a sentence each.
    problem : str
        Why it does not fit what comes before it, "" where it does.
    """

    number: int
    source: str
    name: str
    words: str
    shape: tuple[int, ...] | None
    notes: tuple[str, ...]
    problem: str


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The layers of a text, in the order of computation.

    Attributes
    ----------
    lines : tuple of ReadLine
    dialect : str
        "pytorch", "keras", "flax", "jax" or "onnx".
    input_size : tuple of int, optional
        That of the caller, else that of the text; None if neither says it.
    recipe : Recipe, optional
        The lesson of the layer, where it is the only one over a grid.
    network : Network, optional
        All layers, where there are several.
    address : (str, str), optional
        The page that shows them, and its query: a lesson, or "receptive-field".
    in_features : int, optional
        The numbers that the first fully connected layer after the grid reads.
    """

    lines: tuple[ReadLine, ...]
    dialect: str
    input_size: tuple[int, ...] | None
    recipe: Recipe | None
    network: Network | None
    address: tuple[str, str] | None
    in_features: int | None

    @property
    def problem(self) -> ReadLine | None:
        """The first line that does not fit, if there is one."""
        return next((line for line in self.lines if line.problem), None)
