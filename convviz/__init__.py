"""convviz: convolutions made visible, one true number at a time.

    import convviz as cv

    layer = cv.conv2d(3, stride=2, padding=1)                 # a layer is a value
    layer.output_size((5, 5))                                 # (3, 3)
    cv.forward(layer, input, weight)                          # its output
    cv.trace(layer, input, weight)                            # every product of every step
    cv.backward(layer, input, weight, upstream).weight        # its gradients: dX, dW and db

    recipe = cv.recipe("dilated", kernel_size=3, dilation=2)  # what can be linked, scripted, drawn
    cv.from_code("nn.Conv2d(3, 16, 3, stride=2)")             # the same from the code of a framework
    cv.animate(recipe, theme="dark").gif()                    # the bytes of a moving picture
    cv.compare(cv.recipe("standard", input_size=7), recipe)   # two of them side by side, in step
    cv.animate(recipe).save("dilated.pdf")                    # the format is that of the name
    cv.presets["padding_strides_transposed"]                  # the figures of a well-known guide
    cv.chart("spectrum", scale=3).save("spectrum.pdf")        # and the charts of the pages
    cv.quiz("dilated", count=20, seed=7).save("quiz.xml")     # questions for a course system
    print(cv.variants["dilated"])                             # its parameters, bounds and defaults

    cv.separate([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]).rank    # 1: a column times a row
    cv.cost(layer, 3, 256, (12, 12)).multiplications          # 248832
    cv.overlap(cv.conv_transpose2d(3, stride=2), 8).ratio     # 4: the cause of checkerboard patterns
    cv.matrix(cv.conv2d(3), weight, 4).shape                  # (4, 16): the layer as one matrix

    cv.Network.sequential([layer, layer]).receptive_field()   # its size, jump, center and padding, exact

Importing this needs NumPy alone; modules that draw are loaded when they are first used.
"""

from typing import TYPE_CHECKING

from .arithmetic import (
    Gradients,
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool2d,
    avg_pool3d,
    backward,
    conv2d,
    conv3d,
    conv_transpose2d,
    conv_transpose3d,
    forward,
    max_pool2d,
    max_pool3d,
    pad2d,
    pixel_shuffle,
    trace,
    upsample2d,
    upsample3d,
)
from .errors import SpecError
from .lazy import lazy
from .origin import __version__

if TYPE_CHECKING:
    from .analysis import Cost, Network, Overlap, ReceptiveField, Separation, cost, matrix, overlap, separate
    from .animation import Animation, animate, compare
    from .diagrams import chart
    from .quizzes import Quiz, quiz
    from .recipes import Recipe, presets, recipe
    from .recipes.reading import from_code
    from .recipes.reference import variants

_LAZY = {
    "Cost": "analysis",
    "Network": "analysis",
    "Overlap": "analysis",
    "ReceptiveField": "analysis",
    "Separation": "analysis",
    "cost": "analysis",
    "matrix": "analysis",
    "overlap": "analysis",
    "separate": "analysis",
    "Animation": "animation",
    "animate": "animation",
    "chart": "diagrams",
    "compare": "animation",
    "Quiz": "quizzes",
    "quiz": "quizzes",
    "Recipe": "recipes",
    "presets": "recipes",
    "from_code": "recipes.reading",
    "recipe": "recipes",
    "variants": "recipes.reference",
}

__all__ = [
    "Animation",
    "Cost",
    "Gradients",
    "Network",
    "Overlap",
    "Quiz",
    "ReceptiveField",
    "Recipe",
    "Separation",
    "SpecError",
    "__version__",
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "animate",
    "avg_pool2d",
    "avg_pool3d",
    "backward",
    "chart",
    "compare",
    "conv2d",
    "conv3d",
    "conv_transpose2d",
    "conv_transpose3d",
    "cost",
    "forward",
    "from_code",
    "matrix",
    "max_pool2d",
    "max_pool3d",
    "overlap",
    "pad2d",
    "pixel_shuffle",
    "presets",
    "quiz",
    "recipe",
    "separate",
    "trace",
    "upsample2d",
    "upsample3d",
    "variants",
]


__getattr__ = lazy(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
