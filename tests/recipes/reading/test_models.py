"""Whole models, as in tutorials: their shapes, and what the first fully connected layer reads."""

from __future__ import annotations

import pytest

import convviz as cv
from convviz.recipes.reading import read_code

LENET = """
import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        return self.fc2(F.relu(self.fc1(x)))

net = Net()
for epoch in range(2):
    optimizer.zero_grad()
    loss = criterion(net(inputs), labels)
"""


def test_a_module_is_read_in_the_order_of_its_forward() -> None:
    reading = read_code(LENET, 32)
    assert [(line.number, line.name, line.shape) for line in reading.lines] == [
        (8, "Conv2d", (6, 28, 28)),
        (15, "relu", (6, 28, 28)),
        (9, "MaxPool2d", (6, 14, 14)),
        (10, "Conv2d", (16, 10, 10)),
        (16, "relu", (16, 10, 10)),
        (9, "MaxPool2d", (16, 5, 5)),
        (17, "flatten", (400,)),
        (11, "Linear", (120,)),
        (18, "relu", (120,)),
        (12, "Linear", (10,)),
    ]
    assert (reading.dialect, reading.input_size, reading.in_features, reading.problem) == (
        "pytorch",
        (32, 32),
        400,
        None,
    )
    query = "layers=conv2d(5);max_pool2d(2);conv2d(5);max_pool2d(2)&input_size=32"
    assert reading.address == ("receptive-field", query)
    assert reading.network is not None
    assert reading.network.receptive_field("conv2").size == (14, 14)
    assert reading.network.total().parameters == 6 * 3 * 25 + 16 * 6 * 25 + 400 * 120 + 120 * 10


KERAS = """
from tensorflow.keras import layers, models
model = models.Sequential()
model.add(layers.Conv2D(32, (3, 3), activation='relu', input_shape=(32, 32, 3)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation='relu'))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation='relu'))
model.add(layers.Flatten())
model.add(layers.Dense(64, activation='relu'))
"""
FLAX = """
from flax import nnx
from functools import partial
class CNN(nnx.Module):
  def __init__(self, *, rngs: nnx.Rngs):
    self.conv1 = nnx.Conv(1, 32, kernel_size=(3, 3), rngs=rngs)
    self.conv2 = nnx.Conv(32, 64, kernel_size=(3, 3), rngs=rngs)
    self.avg_pool = partial(nnx.avg_pool, window_shape=(2, 2), strides=(2, 2))
    self.linear1 = nnx.Linear(3136, 256, rngs=rngs)
  def __call__(self, x):
    x = self.avg_pool(nnx.relu(self.conv1(x)))
    x = self.avg_pool(nnx.relu(self.conv2(x)))
    x = x.reshape(x.shape[0], -1)  # flatten
    return nnx.relu(self.linear1(x))
model = CNN(rngs=nnx.Rngs(0))
"""
GENERATOR = """
def make_generator_model():
    model = tf.keras.Sequential()
    model.add(layers.Dense(7*7*256, use_bias=False, input_shape=(100,)))
    model.add(layers.LeakyReLU())
    model.add(layers.Reshape((7, 7, 256)))
    model.add(layers.Conv2DTranspose(128, (5, 5), strides=(1, 1), padding='same'))
    model.add(layers.Conv2DTranspose(64, (5, 5), strides=(2, 2), padding='same'))
    model.add(layers.Conv2DTranspose(1, (5, 5), strides=(2, 2), padding='same', activation='tanh'))
    return model
"""


def test_models_of_other_frameworks() -> None:
    keras, flax, generator = read_code(KERAS), read_code(FLAX, 28), read_code(GENERATOR)
    assert (keras.input_size, keras.in_features, keras.lines[-1].shape, keras.problem) == ((32, 32), 1024, (64,), None)
    assert (flax.in_features, flax.lines[-1].shape, flax.problem) == (3136, (256,), None)
    assert [line.shape for line in generator.lines[2:]] == [(256, 7, 7), (128, 7, 7), (64, 14, 14), (1, 28, 28)]
    assert generator.network is not None
    assert (generator.network.input_size, generator.network.output_size()) == ((7, 7), (28, 28))


def test_paths_that_join_are_a_graph() -> None:
    text = """
x = torch.randn(1, 8, 16, 24)
y = nn.Conv2d(8, 8, 3, padding=1)(x)
gate = torch.sigmoid(nn.Conv2d(8, 8, 1)(nn.AdaptiveAvgPool2d(1)(x)))
out = torch.cat([x + y, x * gate], dim=1)
"""
    reading = read_code(text)
    assert (reading.lines[-1].shape, reading.problem) == ((16, 16, 24), None)
    assert reading.network is not None
    assert reading.network.receptive_field().is_global
    assert reading.address == ("receptive-field", "layers=conv2d(3,padding=1)&input_size=16x24")
    assert read_code("x = torch.zeros(1, 4, 9, 9)\ny = x + nn.Conv2d(4, 5, 3)(x)").lines[-1].problem == (
        "It joins grids of one size, but 7 x 7 and 9 x 9 come in."
    )


WRONG = """model = nn.Sequential(
    nn.Conv2d(3, 16, 3),
    nn.Conv2d(32, 8, 5, stride=2),
    nn.BatchNorm2d(16),
    nn.MaxPool2d(40),
    nn.Flatten(),
    nn.Linear(100, 10),
)
"""


def test_the_rest_is_read_with_the_shape_that_a_wrong_layer_would_give() -> None:
    reading = read_code(WRONG, 32)
    assert {line.number: line.problem for line in reading.lines} == {
        2: "",
        3: "It reads 32 channels, but 16 come in.",
        4: "It normalizes 16 channels, but 8 come in.",
        5: "The kernel (40 rows) is larger than the input (13 rows).",
        6: "",
        7: "",
    }
    assert reading.problem is reading.lines[1]
    with pytest.raises(cv.SpecError) as refused:
        cv.from_code(WRONG, 32)
    assert str(refused.value) == "Line 3: It reads 32 channels, but 16 come in."


def test_a_missing_flatten_is_named() -> None:
    line = read_code("nn.Sequential(nn.MaxPool2d(2), nn.Linear(48, 10))\nx = 1", 8).lines[-1]
    assert line.problem == ""  # the channels are not known
    text = "x = torch.zeros(1, 3, 8, 8)\nnn.Sequential(nn.MaxPool2d(2), nn.Linear(48, 10))(x)"
    assert read_code(text).lines[-1].problem == (
        "It reads rows of 48 numbers, but a grid 3 x 4 x 4 comes in: Flatten is missing before it."
    )


def test_a_single_layer_opens_its_lesson() -> None:
    for text, address in {
        "nn.Conv2d(1, 1, 3, dilation=2)": ("dilated", ""),
        "nn.Conv2d(3, 16, 3, padding=1)": ("standard", "padding=1&in_channels=3&out_channels=16"),
        "nn.ConvTranspose2d(4, 2, 4, 2, 1)": ("transposed", "kernel_size=4&in_channels=4&out_channels=2"),
        "nn.Conv1d(1, 1, 5)": ("along-a-line", ""),
        "nn.AvgPool2d(3)": ("pooling", "input_size=9&kernel_size=3&mode=average"),
        "nn.MaxPool2d(2)(torch.zeros(1, 4, 6, 6))": ("pooling-channels", "input_size=6&in_channels=4"),
        "layers.SeparableConv2D(4, 3)(keras.Input((5, 5, 3)))": ("depthwise-separable", ""),
    }.items():
        reading = read_code(text)
        assert (reading.address, reading.network, reading.problem) == (address, None, None), text


def test_what_a_lesson_cannot_show_is_said_next_to_its_line() -> None:
    large = read_code("nn.Conv2d(3, 64, 11, stride=4)", 224)
    assert (large.recipe, large.address) == (None, ("receptive-field", "layers=conv2d(11,stride=4)"))
    assert large.lines[0].notes == (
        "No lesson shows it: kernel_size must be a whole number from 1 to 7, or two as height x width such as 2x3;"
        " got (11, 11).",
    )
    wide = read_code("nn.Conv2d(3, 64, 7, stride=2, padding=3)", 224)
    assert wide.lines[0].notes == ("Its lesson has an input of 5 x 5; 224 x 224 is too large for a picture.",)


PRINTED = """Sequential(
  (0): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1))
  (1): Sequential(
    (act): ReLU(inplace=True)
    (pool): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
  )
  (2): Flatten(start_dim=1, end_dim=-1)
  (3): Linear(in_features=1176, out_features=10, bias=True)
)"""


def test_a_sequential_is_read_as_pytorch_prints_it() -> None:
    reading = read_code(PRINTED, 32)
    assert [(line.number, line.name, line.shape, line.problem) for line in reading.lines] == [
        (2, "Conv2d", (6, 28, 28), ""),
        (4, "ReLU", (6, 28, 28), ""),
        (5, "MaxPool2d", (6, 14, 14), ""),
        (7, "Flatten", (1176,), ""),
        (8, "Linear", (10,), ""),
    ]


def test_a_printed_class_does_not_say_how_its_layers_are_connected() -> None:
    said = "the print of Net lists its layers, but not how they are connected. Paste its class."
    with pytest.raises(cv.SpecError, match=f"^Line 1 must be a Sequential: {said}$"):
        read_code("Net(\n  (conv): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1))\n)")
