"""PyTorch, Keras and JAX as small fakes: documented signatures and refusals, numbers by `convviz.forward`.

None of the three is a dependency. Each fake takes the arguments that the library documents, checks the shapes of
weights, and refuses what the library refuses, so code that runs here has calls that the library accepts.
"""

from __future__ import annotations

import builtins
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

import convviz as cv

Array = np.ndarray[Any, Any]


def run(code: str) -> dict[str, Any]:
    """Return the names that code leaves behind, with the fakes in place of the libraries; what it prints is dropped."""

    def find(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        if name not in FAKES:
            return builtins.__import__(name, globals, locals, fromlist, level)
        return FAKES[name] if fromlist else FAKES[name.partition(".")[0]]

    space: dict[str, Any] = {
        "__builtins__": {**vars(builtins), "__import__": find, "print": lambda _: None},
    }
    exec(compile(code, "<code>", "exec"), space)
    return space


def pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def module(name: str, **members: Any) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(members)
    return made


# PyTorch: https://docs.pytorch.org/docs/stable/nn.html ----------------------------------------------------------------


class Tensor(np.ndarray):
    """An array with the methods of a tensor that code uses."""

    def flip(self, *axes: int) -> Any:
        return np.flip(self, axes)

    def detach(self) -> Tensor:
        return self


def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Any:
    return np.array(data, dtype).view(Tensor)


def ones(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Any:
    return np.ones(size[0], dtype).view(Tensor)


def torch_pad(input: Any, pad: Any, mode: str = "constant", value: float | None = None) -> Any:
    sides = [(0, 0)] * (input.ndim - len(pad) // 2) + [*zip(pad[::2], pad[1::2], strict=True)][::-1]
    modes = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    options = {"constant_values": value or 0} if mode == "constant" else {}
    return np.pad(input, sides, modes[mode], **options).view(Tensor)


class TorchLayer:
    """What holds for the layers with a weight: the shape in which they take it."""

    shape: tuple[int, ...]
    layer: Any
    has_bias: bool
    weight: Any = None
    bias: Any = None

    def __call__(self, cells: Any) -> Any:
        assert isinstance(cells, Tensor)
        assert cells.ndim == 4
        if self.weight is not None:
            assert self.weight.shape == self.shape
            assert self.weight.dtype == cells.dtype == np.float64
        assert (self.bias is not None) == self.has_bias
        return cv.forward(self.layer, cells[0], self.weight, self.bias)[None].view(Tensor)


class TorchConv2d(TorchLayer):
    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        dilation: Any = 1, groups: int = 1, bias: bool = True, padding_mode: str = "zeros", device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        self.layer = cv.conv2d(kernel_size, stride, pair(padding), dilation, groups, padding_mode)
        self.shape, self.has_bias = (out_channels, in_channels // groups, *pair(kernel_size)), bias


class TorchConv1d(TorchConv2d):
    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, padding: int = 0,
        dilation: int = 1, groups: int = 1, bias: bool = True,
    ) -> None:  # fmt: skip
        sizes = [(1, kernel_size), (1, stride), (0, padding), (1, dilation)]
        super().__init__(in_channels, out_channels, *sizes, groups, bias)

    def __call__(self, cells: Any) -> Any:
        assert cells.ndim == self.weight.ndim == 3
        self.weight = self.weight[:, :, None]
        return super().__call__(cells[:, :, None])[:, :, 0]


class TorchConvTranspose2d(TorchLayer):
    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        output_padding: Any = 0, groups: int = 1, bias: bool = True, dilation: Any = 1, padding_mode: str = "zeros",
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        self.layer = cv.conv_transpose2d(
            kernel_size, stride, pair(padding), output_padding=output_padding, dilation=dilation, groups=groups
        )
        self.shape, self.has_bias = (in_channels, out_channels // groups, *pair(kernel_size)), bias


class TorchMaxPool2d(TorchLayer):
    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:  # fmt: skip
        self.layer, self.has_bias = cv.max_pool2d(kernel_size, stride, pair(padding), dilation, ceil_mode), False


class TorchAvgPool2d(TorchLayer):
    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
        count_include_pad: bool = True, divisor_override: int | None = None,
    ) -> None:  # fmt: skip
        self.layer = cv.avg_pool2d(kernel_size, stride, pair(padding), ceil_mode, count_include_pad)
        self.has_bias = False


# Keras 3: https://keras.io/api/layers/ --------------------------------------------------------------------------------


class KerasLayer:
    """Cells are (N, H, W, C); TensorFlow is what computes."""

    layer: Any
    filters: int | None = None
    use_bias = False
    kernel: Any = None
    bias: Any = None

    def shape(self, channels: int) -> tuple[int, ...]:
        raise NotImplementedError

    def stored(self) -> Any:
        """Return the kernel as `convviz.forward` takes it."""
        return np.transpose(self.kernel, (3, 2, 0, 1))

    def build(self, input_shape: Any) -> None:
        self.expected = self.shape(input_shape[-1])

    def set_weights(self, weights: list[Any]) -> None:
        self.kernel, self.bias = [*weights, None][:2]
        assert len(weights) == 1 + self.use_bias
        assert self.kernel.shape == self.expected

    def __call__(self, inputs: Any) -> Any:
        cells = np.asarray(inputs)[0].transpose(2, 0, 1)
        kernel = None if self.kernel is None else self.stored()
        return cv.forward(self.of(cells), cells, kernel, self.bias).transpose(1, 2, 0)[None]

    def of(self, cells: Array) -> Any:
        return self.layer


def not_both(strides: Any, dilation_rate: Any) -> None:
    assert max(pair(strides)) == 1 or max(pair(dilation_rate)) == 1, "`strides > 1` with `dilation_rate > 1`"


def same_or_none(padding: str) -> str:
    return {"valid": "valid", "same": "same_upper"}[padding]


class KerasConv2D(KerasLayer):
    def __init__(
        self, filters: int, kernel_size: Any, strides: Any = (1, 1), padding: str = "valid", data_format: Any = None,
        dilation_rate: Any = (1, 1), groups: int = 1, activation: Any = None, use_bias: bool = True,
    ) -> None:  # fmt: skip
        not_both(strides, dilation_rate)
        self.layer = cv.conv2d(kernel_size, strides, same_or_none(padding), dilation_rate, groups)
        self.filters, self.use_bias, self.size, self.groups = filters, use_bias, pair(kernel_size), groups

    def shape(self, channels: int) -> tuple[int, ...]:
        return (*self.size, channels // self.groups, self.filters)


class KerasConv1D(KerasConv2D):
    def __init__(
        self, filters: int, kernel_size: int, strides: int = 1, padding: str = "valid", data_format: Any = None,
        dilation_rate: int = 1, groups: int = 1, activation: Any = None, use_bias: bool = True,
    ) -> None:  # fmt: skip
        self.before = dilation_rate * (kernel_size - 1) if padding == "causal" else 0
        rule = "valid" if padding == "causal" else padding
        sizes = [(1, kernel_size), (1, strides), rule, None, (1, dilation_rate)]
        super().__init__(filters, *sizes, groups, None, use_bias)

    def build(self, input_shape: Any) -> None:
        assert len(input_shape) == 3
        super().build(input_shape)

    def set_weights(self, weights: list[Any]) -> None:
        super().set_weights([weights[0][None], *weights[1:]])

    def __call__(self, inputs: Any) -> Any:
        return super().__call__(np.pad(inputs, ((0, 0), (self.before, 0), (0, 0)))[:, None])[:, 0]


class KerasDepthwiseConv2D(KerasLayer):
    def __init__(
        self, kernel_size: Any, strides: Any = (1, 1), padding: str = "valid", depth_multiplier: int = 1,
        data_format: Any = None, dilation_rate: Any = (1, 1), activation: Any = None, use_bias: bool = True,
    ) -> None:  # fmt: skip
        not_both(strides, dilation_rate)
        assert pair(strides)[0] == pair(strides)[1], "TensorFlow has depthwise strides of equal length only"
        self.settings = (kernel_size, strides, same_or_none(padding), dilation_rate)
        self.use_bias, self.size, self.multiplier = use_bias, pair(kernel_size), depth_multiplier

    def shape(self, channels: int) -> tuple[int, ...]:
        return (*self.size, channels, self.multiplier)

    def stored(self) -> Any:
        return np.stack([self.kernel[:, :, c, m] for c, m in np.ndindex(self.kernel.shape[2:])])[:, None]

    def of(self, cells: Array) -> Any:
        return cv.conv2d(*self.settings, groups=len(cells))


class KerasConv2DTranspose(KerasLayer):
    def __init__(
        self, filters: int, kernel_size: Any, strides: Any = (1, 1), padding: str = "valid", data_format: Any = None,
        dilation_rate: Any = (1, 1), activation: Any = None, use_bias: bool = True,
    ) -> None:  # fmt: skip
        assert padding == "valid", "the only one that this fake computes"
        assert pair(dilation_rate) == (1, 1), "TensorFlow's CPU has no dilation here"
        sizes = zip(pair(kernel_size), pair(strides), strict=True)
        more = tuple(max(k, s) - k for k, s in sizes)
        self.layer = cv.conv_transpose2d(kernel_size, strides, output_padding=more)
        self.filters, self.use_bias, self.size = filters, use_bias, pair(kernel_size)

    def shape(self, channels: int) -> tuple[int, ...]:
        return (*self.size, self.filters, channels)


class KerasMaxPooling2D(KerasLayer):
    make: Any = staticmethod(cv.max_pool2d)

    def __init__(
        self, pool_size: Any = (2, 2), strides: Any = None, padding: str = "valid", data_format: Any = None,
        name: Any = None,
    ) -> None:  # fmt: skip
        self.layer = self.make(pool_size, strides, same_or_none(padding))


class KerasAveragePooling2D(KerasMaxPooling2D):
    make: Any = staticmethod(cv.avg_pool2d)

    def __init__(self, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: Any = None) -> None:
        assert padding == "valid", "whether padding counts is not documented"
        super().__init__(pool_size, strides, padding)


def zero_padding(padding: Any = (1, 1), data_format: Any = None) -> Any:
    return lambda inputs: np.pad(inputs, ((0, 0), *padding, (0, 0)))


def zero_padding_along(padding: Any = 1, data_format: Any = None) -> Any:
    return lambda inputs: np.pad(inputs, ((0, 0), padding, (0, 0)))


def cropping(cropping: Any = ((0, 0), (0, 0)), data_format: Any = None) -> Any:
    (top, bottom), (left, right) = cropping
    return lambda inputs: inputs[:, top : inputs.shape[1] - bottom, left : inputs.shape[2] - right]


# JAX: https://docs.jax.dev/en/latest/jax.lax.html ---------------------------------------------------------------------


def conv_general_dilated(
    lhs: Any, rhs: Any, window_strides: Any, padding: Any, lhs_dilation: Any = None, rhs_dilation: Any = None,
    dimension_numbers: Any = None, feature_group_count: int = 1, batch_group_count: int = 1, precision: Any = None,
    preferred_element_type: Any = None, out_sharding: Any = None,
) -> Any:  # fmt: skip
    if dimension_numbers == ("NWC", "WIO", "NWC"):
        assert lhs.ndim == rhs.ndim == 3
        (stride,), (dilation,), (sides,) = window_strides, rhs_dilation or (1,), padding
        wide = np.pad(lhs[0].T[:, None], ((0, 0), (0, 0), sides))
        along = cv.conv2d((1, len(rhs)), (1, stride), 0, (1, dilation))
        return cv.forward(along, wide, rhs.transpose(2, 1, 0)[:, :, None])[:, 0].T[None]
    assert dimension_numbers == ("NHWC", "HWIO", "NHWC")
    assert rhs.shape[2] == lhs.shape[3] // feature_group_count
    cells = spread(lhs[0].transpose(2, 0, 1), lhs_dilation or (1, 1), padding, 0)
    layer = cv.conv2d(rhs.shape[:2], window_strides, 0, rhs_dilation or 1, feature_group_count)
    return cv.forward(layer, cells, rhs.transpose(3, 2, 0, 1)).transpose(1, 2, 0)[None]


def reduce_window(
    operand: Any, init_value: Any, computation: Any, window_dimensions: Any, window_strides: Any = None,
    padding: Any = "VALID", base_dilation: Any = None, window_dilation: Any = None,
) -> Any:  # fmt: skip
    for numbers in (window_dimensions, window_strides, window_dilation or (1, 1, 1, 1)):
        assert len(numbers) == operand.ndim
        assert numbers[0] == numbers[3] == 1
    assert padding[0] == padding[3] == (0, 0)
    cells = spread(operand[0].transpose(2, 0, 1), (1, 1), padding[1:3], init_value)
    _, *size, _ = window_dimensions
    _, *stride, _ = window_strides
    _, *dilation, _ = window_dilation or (1, 1, 1, 1)
    if computation == "max":
        return cv.forward(cv.max_pool2d(size, stride, 0, dilation), cells).transpose(1, 2, 0)[None]
    sums = cv.conv2d(size, stride, 0, dilation, groups=len(cells))
    return cv.forward(sums, cells, np.ones((len(cells), 1, *size))).transpose(1, 2, 0)[None]


def spread(cells: Array, between: Any, padding: Any, fill: float) -> Array:
    """Put zeros between cells, and pad, or crop where the padding is negative."""
    sizes = [(side - 1) * step + 1 for side, step in zip(cells.shape[1:], between, strict=True)]
    wide = np.zeros((len(cells), *sizes))
    wide[:, :: between[0], :: between[1]] = cells
    wide = np.pad(wide, ((0, 0), *[(max(0, a), max(0, b)) for a, b in padding]), constant_values=fill)
    (top, bottom), (left, right) = [(max(0, -a), max(0, -b)) for a, b in padding]
    return wide[:, top : wide.shape[1] - bottom, left : wide.shape[2] - right]


FUNCTIONAL = module("torch.nn.functional", pad=torch_pad)
NN = module(
    "torch.nn", functional=FUNCTIONAL, Conv1d=TorchConv1d, Conv2d=TorchConv2d, ConvTranspose2d=TorchConvTranspose2d,
    MaxPool2d=TorchMaxPool2d, AvgPool2d=TorchAvgPool2d, Parameter=lambda data=None, requires_grad=True: data,
)  # fmt: skip
LAX = module(
    "jax.lax", conv_general_dilated=conv_general_dilated, reduce_window=reduce_window, max="max", add="add"
)  # fmt: skip
FAKES = {
    "torch": module("torch", nn=NN, tensor=tensor, ones=ones, float64=np.float64),
    "torch.nn": NN,
    "torch.nn.functional": FUNCTIONAL,
    "keras": module(
        "keras",
        config=SimpleNamespace(set_floatx={"float64": None}.__getitem__),
        ops=SimpleNamespace(
            max=np.max, mean=np.mean, sum=np.sum, maximum=np.maximum, stack=np.stack, convert_to_numpy=np.asarray
        ),
        layers=SimpleNamespace(
            Conv1D=KerasConv1D, ZeroPadding1D=zero_padding_along, Conv2D=KerasConv2D,
            DepthwiseConv2D=KerasDepthwiseConv2D, Conv2DTranspose=KerasConv2DTranspose,
            MaxPooling2D=KerasMaxPooling2D, AveragePooling2D=KerasAveragePooling2D, ZeroPadding2D=zero_padding,
            Cropping2D=cropping,
        ),
    ),
    "jax": module("jax", numpy=np, lax=LAX, config=SimpleNamespace(update={"jax_enable_x64": True}.__getitem__)),
    "jax.numpy": np,
    "jax.lax": LAX,
}  # fmt: skip
FAKES["jax"].config.update = lambda name, value: {"jax_enable_x64": True}[name]
