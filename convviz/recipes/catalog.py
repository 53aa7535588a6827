"""The named examples, among them the figures of "A guide to convolution arithmetic for deep learning".

The first ones have the sizes of the figures in that guide by Dumoulin & Visin (arXiv:1603.07285); a transposed one
undoes the shapes of its direct one, so its input has the direct one's output size.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .model import Recipe, recipe


@dataclass(frozen=True, slots=True)
class Preset:
    """A named example: the name in code and links, the title that a reader sees, and the recipe."""

    name: str
    title: str
    recipe: Recipe


_GUIDE: Final = (
    # name, title, input side, kernel side, stride, padding, dilation
    ("no_padding_no_strides", "No padding, unit stride", 4, 3, 1, 0, 1),
    ("arbitrary_padding_no_strides", "Padding of 2, unit stride", 5, 4, 1, 2, 1),
    ("same_padding_no_strides", "Half (same) padding", 5, 3, 1, 1, 1),
    ("full_padding_no_strides", "Full padding", 5, 3, 1, 2, 1),
    ("no_padding_strides", "No padding, stride 2", 5, 3, 2, 0, 1),
    ("padding_strides", "Padding 1, stride 2", 5, 3, 2, 1, 1),
    ("padding_strides_odd", "Padding 1, stride 2, last row unread", 6, 3, 2, 1, 1),
    ("dilation", "Dilation 2", 7, 3, 1, 0, 2),
)


def _guide() -> Iterator[Preset]:
    for name, title, side, kernel, stride, padding, dilation in _GUIDE:
        direct = recipe(
            "dilated" if dilation > 1 else "standard",
            input_size=side, kernel_size=kernel, stride=stride, padding=padding, dilation=dilation,
        )  # fmt: skip
        yield Preset(name, title, direct)
        if dilation == 1:
            output = direct.output_size
            # Where the stride does not divide, several input sizes give this output: output_padding tells which one.
            lost = (side + 2 * padding - kernel) % stride
            transposed = recipe(
                "transposed", input_size=output, kernel_size=kernel, stride=stride, padding=padding, output_padding=lost
            )
            yield Preset(f"{name}_transposed", f"{title}, transposed", transposed)


_OTHERS: Final = (
    Preset("sobel_edge", "Sobel x on an edge", recipe("standard", input="edge", input_size=6, weight="sobel_x")),
    Preset("box_blur", "Box blur of a checkerboard",
           recipe("standard", input="checkerboard", input_size=6, weight="box")),
    Preset("impulse_response", "Impulse: the kernel comes out turned",
           recipe("standard", input="impulse", padding=1, weight="1,2,3;4,5,6;7,8,9")),
    Preset("causal_dilated_1d", "Causal 1-D, dilation 4",
           recipe("dilated", input_size="1x12", kernel_size="1x3", dilation="1x4", padding="0,0,8,0")),
    Preset("dilation_same", "Dilation 2, same size", recipe("dilated", padding=2)),
    Preset("dilation_3", "Dilation 3", recipe("dilated", input_size=9, dilation=3)),
    Preset("upsample_2x", "Twice the size: kernel 4, stride 2", recipe("transposed", input_size=4, kernel_size=4)),
    Preset("stamping", "Stamp by stamp: stride 3, no overlap",
           recipe("transposed", stride=3, padding=0, view="scatter", weight="1,2,1;2,4,2;1,2,1")),
)  # fmt: skip

_SEPARABLE: Final = (
    Preset("separable_sobel", "Sobel x: smooth down, subtract across",
           recipe("spatial-separable", weight="sobel_x", padding=1)),
    Preset("separable_box", "Box blur", recipe("spatial-separable", weight="box", input="checkerboard")),
    Preset("separable_gaussian", "Gaussian blur", recipe("spatial-separable", weight="gaussian", input="edge")),
    Preset("separable_gaussian_5x5", "Gaussian 5 × 5 in whole numbers",
           recipe("spatial-separable", input_size=7, kernel_size=5)),
    Preset("near_separable_gaussian", "Gaussian typed with three decimals: nearly separable",
           recipe("spatial-separable", input_size=7,
                  weight="0.003,0.013,0.022,0.013,0.003;0.013,0.06,0.098,0.06,0.013;0.022,0.098,0.162,0.098,0.022;"
                         "0.013,0.06,0.098,0.06,0.013;0.003,0.013,0.022,0.013,0.003")),
    Preset("not_separable_laplacian", "Laplacian: rank 2", recipe("spatial-separable", weight="laplacian")),
    Preset("not_separable_emboss", "Emboss: rank 3", recipe("spatial-separable", weight="emboss")),
    Preset("not_separable_random", "Random integers", recipe("spatial-separable", weight="random")),
)  # fmt: skip

_NUMBERS: Final = "3,3,2,1,0;0,0,1,3,1;3,1,2,2,3;2,0,0,2,2;2,0,0,0,1"
"""The input of the guide's figures with numbers: 1.1, 1.2, 1.5 and 1.6."""

_NUMERICAL: Final = (
    Preset("numerical_no_padding_no_strides", "The guide's numbers, unit stride",
           recipe("standard", input=_NUMBERS, weight="0,1,2;2,2,0;0,1,2")),
    Preset("numerical_padding_strides", "The guide's numbers, padding 1, stride 2",
           recipe("standard", input=_NUMBERS, weight="0,1,2;2,2,0;0,1,2", padding=1, stride=2)),
    Preset("numerical_max_pooling", "The guide's numbers, maximum",
           recipe("pooling", input=_NUMBERS, kernel_size=3, stride=1)),
    Preset("numerical_average_pooling", "The guide's numbers, average",
           recipe("pooling", input=_NUMBERS, kernel_size=3, stride=1, mode="average")),
)  # fmt: skip

_BORDER: Final = recipe("pooling", mode="average", input="ones", input_size=5, kernel_size=3, stride=2, padding=1)
_POOLING: Final = (
    Preset("max_2x2", "Max 2 × 2: half the size", recipe("pooling")),
    Preset("overlapping_max", "Overlapping windows: 3 × 3, stride 2",
           recipe("pooling", input_size=7, kernel_size=3, stride=2)),
    Preset("average_padding_counted", "Average of ones, padding counted", _BORDER),
    Preset("average_padding_not_counted", "Average of ones, padding not counted",
           _BORDER.replace(count_include_pad=False)),
    Preset("ceil_mode", "Rounding up: windows reach beyond the input",
           recipe("pooling", kernel_size=3, stride=2, ceil_mode=True)),
    Preset("global_average", "Global average: one window",
           recipe("pooling", mode="average", input_size=4, kernel_size=4)),
)  # fmt: skip

_CHANNELS: Final = (
    Preset("rgb_one_kernel", "Three channels, one kernel", recipe("standard", in_channels=3)),
    Preset("rgb_two_kernels", "Three channels, two kernels", recipe("standard", in_channels=3, out_channels=2)),
    Preset("textbook_one_kernel", "12 × 12 × 3, one 5 × 5 × 3 kernel",
           recipe("standard", input_size=12, kernel_size=5, in_channels=3)),
    Preset("textbook_256_kernels", "12 × 12 × 3, 256 kernels of 5 × 5 × 3",
           recipe("standard", input_size=12, kernel_size=5, in_channels=3, out_channels=256)),
    Preset("pointwise_1x1", "1 × 1 kernels mix channels",
           recipe("standard", input_size=4, kernel_size=1, in_channels=4, out_channels=2)),
    Preset("two_groups", "Two groups: half of the channels each",
           recipe("standard", input_size=4, in_channels=4, out_channels=2, groups=2)),
    Preset("depthwise_groups", "As many groups as channels: depthwise",
           recipe("standard", input_size=4, in_channels=3, out_channels=3, groups=3)),
    Preset("depthwise_textbook", "12 × 12 × 3 to 8 × 8 × 256",
           recipe("depthwise-separable", input_size=12, kernel_size=5, out_channels=256)),
    Preset("depthwise_same", "Padding keeps the size", recipe("depthwise-separable", padding=1, out_channels=3)),
    Preset("depthwise_five_channels", "Five channels",
           recipe("depthwise-separable", input_size=4, in_channels=5, out_channels=2)),
    Preset("depthwise_multiplier", "Two kernels for each channel",
           recipe("depthwise-separable", input_size=4, in_channels=2, channel_multiplier=2, out_channels=3)),
    Preset("depthwise_only", "Depthwise alone: 75 weights, 3 channels",
           recipe("depthwise-separable", input_size=12, kernel_size=5, act="depthwise")),
    Preset("pointwise_only", "Pointwise alone", recipe("depthwise-separable", act="pointwise")),
)  # fmt: skip

_CHECKERBOARD: Final = (
    Preset("checkerboard_3_2", "Kernel 3, stride 2: 1, 2, 4", recipe("checkerboard")),
    Preset("checkerboard_even", "Kernel 4, stride 2: even", recipe("checkerboard", kernel_size=4, padding=1)),
    Preset("checkerboard_two_layers", "Two layers: up to 9 paths", recipe("checkerboard", input_size=3, layers=2)),
    Preset("checkerboard_three_layers", "Three layers: up to 25 paths", recipe("checkerboard", input_size=2, layers=3)),
    Preset("checkerboard_5_3", "Kernel 5, stride 3", recipe("checkerboard", kernel_size=5, stride=3)),
    Preset("checkerboard_holes", "Kernel 4, stride 2, dilation 2: holes",
           recipe("checkerboard", kernel_size=4, dilation=2)),
    Preset("checkerboard_1d", "One dimension",
           recipe("checkerboard", input_size="1x8", kernel_size="1x3", stride="1x2")),
    Preset("checkerboard_resize", "Resize, then convolve",
           recipe("checkerboard", input_size=5, layers="upsample2d(2);conv2d(3)")),
    Preset("checkerboard_followed", "A convolution after it: less uneven",
           recipe("checkerboard", input_size=5, layers="conv_transpose2d(3,stride=2);conv2d(3)")),
)  # fmt: skip

_FIELD: Final = (
    Preset("field_dilated", "Dilations 1, 2, 4: 3, 7, 15", recipe("receptive-field")),
    Preset("field_standard", "The same without dilation: 3, 5, 7",
           recipe("receptive-field", layers="conv2d(3);conv2d(3);conv2d(3)")),
    Preset("field_holes", "Dilation 2 three times: holes",
           recipe("receptive-field", layers=";".join(["conv2d(3,dilation=2)"] * 3))),
    Preset("field_dilated_31", "Dilations 1, 2, 4, 8: 31",
           recipe("receptive-field",
                  layers="conv2d(3);conv2d(3,dilation=2);conv2d(3,dilation=4);conv2d(3,dilation=8)")),
    Preset("field_vgg", "Two blocks of VGG: 16",
           recipe("receptive-field",
                  layers=";".join(["conv2d(3,padding=1);conv2d(3,padding=1);max_pool2d(2)"] * 2))),
    Preset("field_strides", "Stride 2 three times: 15",
           recipe("receptive-field", layers=";".join(["conv2d(3,stride=2,padding=1)"] * 3))),
    Preset("field_pooling", "Convolution and pooling in turns",
           recipe("receptive-field", layers="conv2d(3);max_pool2d(2);conv2d(3);max_pool2d(2)")),
    Preset("field_wavenet", "WaveNet, one dimension: 16",
           recipe("receptive-field",
                  layers="conv2d(1x2);conv2d(1x2,dilation=1x2);conv2d(1x2,dilation=1x4);conv2d(1x2,dilation=1x8)")),
    Preset("field_upsampling", "Down and up again: units see differently",
           recipe("receptive-field", input_size=8,
                  layers="conv2d(3,stride=2,padding=1);conv_transpose2d(4,stride=2,padding=1);conv2d(3,padding=1)")),
)  # fmt: skip

CATALOG: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        preset.name: preset
        for preset in (*_guide(), *_OTHERS, *_SEPARABLE, *_NUMERICAL, *_POOLING, *_CHANNELS, *_CHECKERBOARD, *_FIELD)
    }
)
"""Every preset by name, with its title."""

presets: Final[Mapping[str, Recipe]] = MappingProxyType({name: preset.recipe for name, preset in CATALOG.items()})
"""The recipe of every preset, by name: a read-only mapping."""


def presets_of(variant: str) -> list[Preset]:
    """The presets of one variant, in catalogue order."""
    return [preset for preset in CATALOG.values() if preset.recipe.variant == variant]
