"""The layers of each framework in tables: the parameters of each as the framework has them, and what they mean.

A row is a signature, copied from the framework. An annotation is what convviz calls the parameter: ``strides: stride``.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

MISSING: Final = object()
"""The default of a parameter that must be there."""


@dataclass(frozen=True, slots=True)
class Row:
    """How a framework calls a layer.

    Attributes
    ----------
    name, kind : str
        Its name, and what it means: a name of `meanings.KINDS`.
    parameters : mapping
        For each parameter of the framework, in order: what it is called here, and its default.
    positional : int
        How many of them may be without their names.
    rank : int
        Axes of the grid, 0 for any.
    is_functional : bool
        Whether the first parameter is the input.
    fixed : mapping
        Arguments that the name of the layer says.
    """

    name: str
    kind: str
    parameters: Mapping[str, tuple[str, Any]]
    positional: int
    rank: int = 0
    is_functional: bool = False
    fixed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dialect:
    """A framework.

    Attributes
    ----------
    name, label : str
    roots : tuple of str
        The modules that have its layers, as they are imported, and usual short names of them.
    rows : mapping
        By name.
    extras : frozenset
        Parameters that every layer has, and that change no shape.
    is_last : bool
        Whether channels come last.
    """

    name: str
    label: str
    roots: tuple[str, ...]
    rows: Mapping[str, Row]
    extras: frozenset[str] = frozenset()
    is_last: bool = False


def _row(name: str, kind: str, signature: str, rank: int = 0, **fixed: Any) -> Row:
    function = ast.parse(f"def f({signature}): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    arguments = function.args
    parameters: dict[str, tuple[str, Any]] = {}
    places = [*arguments.posonlyargs, *arguments.args]
    defaults = [MISSING] * (len(places) - len(arguments.defaults)) + [ast.literal_eval(e) for e in arguments.defaults]
    for each, default in zip(places, defaults, strict=True):
        parameters[each.arg] = (ast.unparse(each.annotation) if each.annotation else each.arg, default)
    for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        default = MISSING if value is None else ast.literal_eval(value)
        parameters[each.arg] = (ast.unparse(each.annotation) if each.annotation else each.arg, default)
    is_functional = bool(places) and places[0].arg in _INPUTS
    return Row(name, kind, MappingProxyType(parameters), len(places), rank, is_functional, fixed)


_INPUTS: Final = ("input", "x", "inputs", "lhs", "operand")


def _ranks(name: str, kind: str, signature: str, **fixed: Any) -> Iterator[Row]:
    """Yield the rows of a layer for one, two and three axes."""
    return (_row(name.format(rank), kind, signature, rank, **fixed) for rank in (1, 2, 3))


def _same(kind: str, names: str, signature: str, **fixed: Any) -> Iterator[Row]:
    """Yield rows that differ in their names."""
    return (_row(name, kind, signature, **fixed) for name in names.split())


def _table(*groups: Row | Iterator[Row]) -> Mapping[str, Row]:
    rows = [row for group in groups for row in ([group] if isinstance(group, Row) else group)]
    return MappingProxyType({row.name: row for row in rows})


_POOL: Final = "kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False"
_AVERAGE: Final = (
    "kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override: divisor = None"
)
_RESIZE: Final = "size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None"
_ANY: Final = "a=None, b=None, c=None, d=None, e=None, f=None, g=None, h=None"

_TORCH_ELEMENTWISE: Final = (
    "AlphaDropout CELU Dropout Dropout1d Dropout2d Dropout3d ELU FeatureAlphaDropout GELU Hardshrink Hardsigmoid"
    " Hardswish Hardtanh Identity LeakyReLU LocalResponseNorm LogSigmoid LogSoftmax Mish PReLU RReLU ReLU ReLU6 SELU"
    " SiLU Sigmoid Softmax Softmax2d Softmin Softplus Softshrink Softsign Tanh Tanhshrink Threshold"
)
_TORCH_FUNCTIONS: Final = (
    "abs alpha_dropout batch_norm celu clamp dropout dropout1d dropout2d dropout3d elu exp feature_alpha_dropout gelu"
    " group_norm hardshrink hardsigmoid hardswish hardtanh instance_norm layer_norm leaky_relu leaky_relu_"
    " local_response_norm log_softmax logsigmoid mish normalize prelu relu relu6 relu_ rrelu selu sigmoid silu softmax"
    " softmin softplus softshrink softsign sqrt tanh tanhshrink threshold"
)

PYTORCH: Final = Dialect(
    "pytorch",
    "PyTorch",
    ("torch.nn", "nn"),
    _table(
        _ranks(
            "Conv{}d",
            "convolution",
            "in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,"
            " padding_mode='zeros', device=None, dtype=None",
        ),
        _ranks(
            "LazyConv{}d",
            "convolution",
            "out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros',"
            " device=None, dtype=None",
        ),
        _ranks(
            "ConvTranspose{}d",
            "transposed",
            "in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True,"
            " dilation=1, padding_mode='zeros', device=None, dtype=None",
        ),
        _ranks(
            "LazyConvTranspose{}d",
            "transposed",
            "out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,"
            " padding_mode='zeros', device=None, dtype=None",
        ),
        _ranks("MaxPool{}d", "pooling", _POOL, mode="max"),
        _ranks("AvgPool{}d", "pooling", _AVERAGE, mode="average"),
        _ranks("LPPool{}d", "pooling", "norm_type, kernel_size, stride=None, ceil_mode=False", mode="average"),
        _ranks("AdaptiveAvgPool{}d", "adaptive", "output_size", mode="average"),
        _ranks("AdaptiveMaxPool{}d", "adaptive", "output_size, return_indices=False", mode="max"),
        _row("Upsample", "resize", _RESIZE),
        _row("UpsamplingNearest2d", "resize", "size=None, scale_factor=None", 2, mode="nearest"),
        _row("UpsamplingBilinear2d", "resize", "size=None, scale_factor=None", 2, mode="bilinear", align_corners=True),
        _row("PixelShuffle", "shuffle", "upscale_factor: factor", 2),
        _row("PixelUnshuffle", "unshuffle", "downscale_factor: factor", 2),
        _row("ChannelShuffle", "identity", "groups"),
        _ranks("ZeroPad{}d", "pad", "padding: pairs"),
        _ranks("ConstantPad{}d", "pad", "padding: pairs, value"),
        _ranks("ReflectionPad{}d", "pad", "padding: pairs", mode="reflect"),
        _ranks("ReplicationPad{}d", "pad", "padding: pairs", mode="replicate"),
        _ranks("CircularPad{}d", "pad", "padding: pairs", mode="circular"),
        _row("Flatten", "flatten", "start_dim=1, end_dim=-1"),
        _row("Unflatten", "reshape", "dim, unflattened_size: size"),
        _row("Linear", "dense", "in_features, out_features, bias=True, device=None, dtype=None"),
        _row("LazyLinear", "dense", "out_features, bias=True, device=None, dtype=None"),
        _ranks("BatchNorm{}d", "norm", "num_features: channels, eps=1e-5, momentum=0.1, affine=True,"
               " track_running_stats=True, device=None, dtype=None"),
        _ranks("LazyBatchNorm{}d", "norm", "eps=1e-5, momentum=0.1, affine=True, track_running_stats=True"),
        _row("SyncBatchNorm", "norm", "num_features: channels, eps=1e-5, momentum=0.1, affine=True"),
        _ranks("InstanceNorm{}d", "norm", "num_features: channels, eps=1e-5, momentum=0.1, affine=False,"
               " track_running_stats=False, device=None, dtype=None"),
        _row("GroupNorm", "norm", "num_groups, num_channels: channels, eps=1e-5, affine=True, device=None, dtype=None"),
        _row("LayerNorm", "identity", "normalized_shape, eps=1e-5, elementwise_affine=True, bias=True"),
        _same("identity", _TORCH_ELEMENTWISE, _ANY),
    ),
)  # fmt: skip

FUNCTIONAL: Final = Dialect(
    "pytorch",
    "PyTorch",
    ("torch.nn.functional", "F", "torch", "nn.functional"),
    _table(
        _ranks("conv{}d", "convolution", "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1"),
        _ranks(
            "conv_transpose{}d",
            "transposed",
            "input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1",
        ),
        _ranks(
            "max_pool{}d",
            "pooling",
            "input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False",
            mode="max",
        ),
        _ranks("avg_pool{}d", "pooling", f"input, {_AVERAGE}", mode="average"),
        _ranks("adaptive_avg_pool{}d", "adaptive", "input, output_size", mode="average"),
        _ranks("adaptive_max_pool{}d", "adaptive", "input, output_size, return_indices=False", mode="max"),
        _row("interpolate", "resize", f"input, {_RESIZE}, antialias=False"),
        _row("upsample", "resize", f"input, {_RESIZE}"),
        _row("upsample_nearest", "resize", "input, size=None, scale_factor=None", mode="nearest"),
        _row("pad", "pad", "input, pad: pairs, mode='constant', value=None"),
        _row("pixel_shuffle", "shuffle", "input, upscale_factor: factor", 2),
        _row("pixel_unshuffle", "unshuffle", "input, downscale_factor: factor", 2),
        _row("flatten", "flatten", "input, start_dim=0, end_dim=-1"),
        _row("linear", "dense", "input, weight, bias=None"),
        _same("identity", _TORCH_FUNCTIONS, f"input, {_ANY}"),
    ),
)

_KERAS_EXTRAS: Final = (
    "name dtype trainable autocast input_shape batch_input_shape batch_size input_dim weights activation"
    " use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer"
    " activity_regularizer kernel_constraint bias_constraint depthwise_initializer depthwise_regularizer"
    " depthwise_constraint pointwise_initializer pointwise_regularizer pointwise_constraint data_format"
    " seed kernel_quantizer lora_rank"
)
_KERAS_ELEMENTWISE: Final = (
    "Activation ActivityRegularization AlphaDropout BatchNormalization Dropout ELU GaussianDropout GaussianNoise"
    " GroupNormalization LayerNormalization LeakyReLU Masking Normalization PReLU RandomBrightness RandomContrast"
    " RandomFlip RandomRotation RandomTranslation RandomZoom ReLU Rescaling Softmax SpatialDropout1D SpatialDropout2D"
    " SpatialDropout3D ThresholdedReLU UnitNormalization Identity"
)
_WINDOW: Final = "strides: stride = 1, padding='valid', data_format=None"
_KERAS_POOL: Final = "pool_size: kernel_size = 2, strides: stride = None, padding='valid', data_format=None"


def _keras_pools() -> Iterator[Row]:
    for mode, names in {"max": "MaxPooling{}D MaxPool{}D", "average": "AveragePooling{}D AvgPool{}D"}.items():
        for name in names.split():
            yield from _ranks(name, "pooling", _KERAS_POOL, mode=mode, count_include_pad=False)
    for mode, names in {
        "max": "GlobalMaxPooling{}D GlobalMaxPool{}D",
        "average": "GlobalAveragePooling{}D GlobalAvgPool{}D",
    }.items():
        for name in names.split():
            yield from _ranks(name, "global", "data_format=None, keepdims=False", mode=mode)


KERAS: Final = Dialect(
    "keras",
    "Keras",
    ("keras.layers", "layers", "tensorflow.keras.layers", "tf.keras.layers", "tensorflow.python.keras.layers", "L"),
    _table(
        *(
            _ranks(
                name,
                "convolution",
                f"filters: out_channels, kernel_size, {_WINDOW}, dilation_rate: dilation = 1, groups=1,"
                " activation=None, use_bias: bias = True",
            )
            for name in ("Conv{}D", "Convolution{}D")
        ),
        *(
            _ranks(
                name,
                "transposed",
                f"filters: out_channels, kernel_size, {_WINDOW}, dilation_rate: dilation = 1, activation=None,"
                " use_bias: bias = True, *, output_padding=None",
            )
            for name in ("Conv{}DTranspose", "Convolution{}DTranspose")
        ),
        _ranks(
            "DepthwiseConv{}D",
            "depthwise",
            "kernel_size, strides: stride = 1, padding='valid', depth_multiplier=1, data_format=None,"
            " dilation_rate: dilation = 1, activation=None, use_bias: bias = True",
        ),
        _ranks(
            "SeparableConv{}D",
            "separable",
            f"filters: out_channels, kernel_size, {_WINDOW}, dilation_rate: dilation = 1, depth_multiplier=1,"
            " activation=None, use_bias: bias = True",
        ),
        _keras_pools(),
        _ranks("AdaptiveAveragePooling{}D", "adaptive", "output_size, data_format=None", mode="average"),
        _ranks("AdaptiveMaxPooling{}D", "adaptive", "output_size, data_format=None", mode="max"),
        _ranks("UpSampling{}D", "resize", "size: scale_factor = 2, data_format=None, interpolation: mode = 'nearest'"),
        _ranks("ZeroPadding{}D", "pad", "padding: sides = 1, data_format=None"),
        _ranks("Cropping{}D", "crop", "cropping: sides = 1, data_format=None"),
        _row("Resizing", "resize", "height, width, interpolation: mode = 'bilinear'", 2),
        _row("CenterCrop", "fit", "height, width", 2),
        _row("Flatten", "flatten", "data_format=None"),
        _row("Reshape", "reshape", "target_shape: size"),
        _row("Dense", "dense", "units: out_features, activation=None, use_bias: bias = True"),
        _same("identity", _KERAS_ELEMENTWISE, _ANY),
        _same("add", "Add Average Maximum Minimum Subtract add average maximum minimum subtract", "tensors=None"),
        _same("multiply", "Multiply multiply", "tensors: ignored = None"),
        _same("concat", "Concatenate concatenate", "tensors: ignored = None, axis=-1"),
    ),
    frozenset(_KERAS_EXTRAS.split()),
    is_last=True,
)  # fmt: skip

_FLAX_FUNCTIONS: Final = (
    "celu elu gelu glu hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu log_sigmoid log_softmax relu relu6 selu"
    " sigmoid silu soft_sign softmax softplus standardize swish tanh"
)
_FLAX_WINDOW: Final = (
    "padding='SAME', input_dilation=1, kernel_dilation: dilation = 1,"
    " feature_group_count: groups = 1, use_bias: bias = True, mask=None, dtype=None"
)
_FLAX_TRANSPOSED: Final = "padding='SAME', kernel_dilation: dilation = 1, use_bias: bias = True, mask=None, dtype=None"
_FLAX_POOL: Final = (
    "inputs, window_shape: kernel_size, strides: stride = 1, padding='VALID'"
)  # fmt: skip
_FLAX_EXTRAS: Final = (
    "name dtype param_dtype precision kernel_init bias_init rngs parent transpose_kernel promote_dtype"
    " conv_general_dilated dot_general preferred_element_type"
)


def _flax_rows(arguments: str, by_name: str = "") -> Iterator[Row]:
    """Yield the rows that both libraries have; ``by_name`` is "*, " where what follows the stride is given by name."""
    yield _row("Conv", "convolution", f"{arguments}, kernel_size, strides: stride = 1, {by_name}{_FLAX_WINDOW}")
    yield _row("ConvLocal", "convolution", f"{arguments}, kernel_size, strides: stride = 1, {by_name}{_FLAX_WINDOW}")
    yield _row(
        "ConvTranspose", "transposed",
        f"{arguments}, kernel_size, strides: stride = 1, {by_name}{_FLAX_TRANSPOSED}, transpose_kernel=False",
    )  # fmt: skip
    yield _row("max_pool", "pooling", _FLAX_POOL, mode="max")
    yield _row("min_pool", "pooling", _FLAX_POOL, mode="max")
    yield _row("avg_pool", "pooling", f"{_FLAX_POOL}, count_include_pad=True", mode="average")
    yield from _same("identity", _FLAX_FUNCTIONS, f"x, {_ANY}")


LINEN: Final = Dialect(
    "flax",
    "Flax",
    ("flax.linen", "linen"),
    _table(
        _flax_rows("features: out_channels"),
        _row("Dense", "dense", "features: out_features, use_bias: bias = True"),
        _same("identity", "BatchNorm GroupNorm LayerNorm InstanceNorm RMSNorm Dropout PReLU", "*, a=None"),
    ),
    frozenset(_FLAX_EXTRAS.split()),
    is_last=True,
)
NNX: Final = Dialect(
    "flax",
    "Flax",
    ("flax.nnx", "nnx"),
    _table(
        _flax_rows("in_features: in_channels, out_features: out_channels", "*, "),
        _row("Linear", "dense", "in_features, out_features, *, use_bias: bias = True"),
        _same(
            "norm", "BatchNorm InstanceNorm LayerNorm RMSNorm", "num_features: channels, *, use_running_average=False"
        ),
        _row("GroupNorm", "norm", "num_features: channels, num_groups=32"),
        _same("identity", "Dropout PReLU", _ANY),
    ),
    frozenset(_FLAX_EXTRAS.split()),
    is_last=True,
)
JAX_NN: Final = Dialect(
    "jax", "JAX", ("jax.nn", "jnp", "jax.numpy"), _table(_same("identity", _FLAX_FUNCTIONS, f"x, {_ANY}")), is_last=True
)
LAX: Final = Dialect(
    "jax",
    "JAX",
    ("jax.lax", "lax"),
    _table(
        _row(
            "conv_general_dilated",
            "lax convolution",
            "lhs, rhs: weight, window_strides: stride, padding, lhs_dilation=None, rhs_dilation: dilation = None,"
            " dimension_numbers=None, feature_group_count: groups = 1, batch_group_count=1, precision=None,"
            " preferred_element_type=None",
        ),
        _row(
            "conv_with_general_padding",
            "lax convolution",
            "lhs, rhs: weight, window_strides: stride, padding, lhs_dilation=None, rhs_dilation: dilation = None,"
            " precision=None",
        ),
        _row("conv", "lax convolution", "lhs, rhs: weight, window_strides: stride, padding, precision=None"),
        _row(
            "conv_transpose",
            "lax transposed",
            "lhs, rhs: weight, strides: stride, padding, rhs_dilation: dilation = None, dimension_numbers=None,"
            " transpose_kernel=False, precision=None",
        ),
        _row(
            "reduce_window",
            "lax pooling",
            "operand, init_value: start, computation: mode, window_dimensions: kernel_size,"
            " window_strides: stride = None, padding='VALID', base_dilation=None, window_dilation: dilation = None",
        ),
    ),
    is_last=True,
)
ONNX: Final = Dialect("onnx", "ONNX", ("onnx.helper",), MappingProxyType({}))

DIALECTS: Final = (PYTORCH, FUNCTIONAL, KERAS, LINEN, NNX, LAX, JAX_NN, ONNX)
"""All of them. Without an import, ``nn`` is torch.nn, and flax.linen for what that lacks."""
