"""PyTorch itself, where it is installed: the cells that have a gradient are the cells that an output reads."""

from typing import Any

import numpy as np
import pytest

import convviz as cv

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore")  # what PyTorch says of itself
nn, functional = torch.nn, torch.nn.functional


class Net(nn.Module):
    """Paths that meet, in-place operators on tensors that are read again, borders, resizing, parts, a summary."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(2, 4, (3, 5), (2, 1), (1, 2), padding_mode="circular"), nn.BatchNorm2d(4))
        self.down = nn.Sequential(
            nn.ReflectionPad2d((2, 0, 1, 3)), nn.Conv2d(4, 6, (2, 3), (1, 2)), nn.ReLU(inplace=True)
        )
        self.up = nn.ConvTranspose2d(6, 4, (3, 4), (1, 2), (0, 1), output_padding=(0, 1))
        self.pool = nn.AvgPool2d((2, 3), 1, (1, 1), count_include_pad=False)
        self.last = nn.Conv2d(9, 3, 3, dilation=(1, 2), padding="same")

    def forward(self, x: Any) -> Any:
        stem = self.stem(x).relu_()
        up = self.up(self.down(stem))
        up = functional.interpolate(up, size=(9, 11), mode="bilinear")
        up += up.mean(1, keepdim=True)
        small = functional.interpolate(self.pool(stem), size=(9, 11))
        small[:, 1:3, 3:5] = up[:, 2:, :2].roll(3, 3)
        first, second = up.chunk(2, 1)
        return self.last(
            torch.cat(
                [
                    small,
                    first * second.flip(2),
                    stem[:, :1, ::2, :11].mean(2, keepdim=True).repeat(1, 1, 9, 1),
                    up[:, 2:],
                ],
                1,
            )
        )


def test_supports_are_those_of_gradients():
    torch.manual_seed(2)
    module = Net()
    for parameter in module.parameters():
        parameter.data = parameter.data.abs() + 0.1
    network = cv.Network.from_torch(module, (1, 2, 19, 23))
    module.eval()
    image = torch.rand(1, 2, 19, 23, requires_grad=True)
    output = module(image)
    assert network.output_size("last/Conv") == tuple(output.shape[2:])
    for place in ((0, 0), (4, 5), (8, 10), (2, 7)):
        (gradient,) = torch.autograd.grad(output[0, :, place[0], place[1]].sum(), image, retain_graph=True)
        assert np.array_equal(network.support("last/Conv", place), (gradient[0] != 0).any(0).numpy())


class Reading(nn.Module):
    """A line of columns, read in both directions by two layers, and its last states."""

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, (6, 3), (1, 2))
        self.recurrent = kind(4, 5, num_layers=2, bidirectional=True, batch_first=True)

    def forward(self, x: Any) -> Any:
        return self.recurrent(self.conv(x).squeeze(2).transpose(1, 2))


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_recurrent_layers_read_the_whole_line(kind: Any):
    network = cv.Network.from_torch(Reading(kind), (1, 1, 6, 21))
    assert not network.unknown
    assert network.output_size("recurrent/Reshape") == (1, 10)
    assert network.receptive_field("recurrent/Reshape").is_global
    assert network.receptive_field("recurrent/Reshape").local.size == (6, 3)
    assert [network.output_size(name) for name in network.outputs[1:]] == [(1, 1)] * (len(network.outputs) - 1)


def test_a_module_that_branches_on_numbers_is_refused():
    class Branching(nn.Module):
        def forward(self, x: Any) -> Any:
            return x if x.sum() > 0 else -x

    with pytest.raises(cv.SpecError, match=r"^module must be one that torch\.export exports with this example; got "):
        cv.Network.from_torch(Branching(), (1, 2, 5, 6))
