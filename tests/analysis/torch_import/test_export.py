"""What is asked of PyTorch: with one that is made up here and, where it is installed, with PyTorch itself."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

import convviz as cv
from tests.analysis.torch_import.programs import Program


class Module:
    """As `torch.nn.Module`, of two modules, one of which is in training."""

    def __init__(self) -> None:
        self.training = True
        self.inner = SimpleNamespace(training=False)

    def modules(self) -> list[Any]:
        return [self, self.inner]

    def parameters(self) -> list[Any]:
        return [SimpleNamespace(dtype="half", device="gpu", is_floating_point=lambda: True)]

    def eval(self) -> None:
        self.training = False


class Tensor:
    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.made = (arguments, named)


class Torch(SimpleNamespace):
    """What is read of PyTorch; `calls` has what was exported, and `refusal` what is said instead."""

    def __init__(self) -> None:
        super().__init__(nn=SimpleNamespace(Module=Module), Tensor=Tensor, empty=Tensor, calls=[], refusal=None)
        self.export = SimpleNamespace(export=self._export)

    def _export(self, module: Module, arguments: Any, strict: bool) -> Any:
        self.calls.append((module.training, arguments, strict))
        if self.refusal:
            raise self.refusal
        program = Program((1, 2, 9, 14), w=(4, 2, 3, 5))
        program.call("conv2d.default", program.x, program["w"], gives=(1, 4, 7, 10), path="first")
        return SimpleNamespace(run_decompositions=lambda table: program if table == {} else None)


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> Torch:
    made = Torch()
    monkeypatch.setitem(sys.modules, "torch", made)
    return made


def test_a_shape_becomes_a_tensor_of_the_type_of_the_module(torch: Torch):
    module = Module()
    network = cv.Network.from_torch(module, (1, 2, 9, 14))
    assert network.receptive_field("first/Conv").size == (3, 5)
    ((training, (tensor,), strict),) = torch.calls
    assert tensor.made == (((1, 2, 9, 14),), {"dtype": "half", "device": "gpu"})
    assert (training, strict, module.training, module.inner.training) == (False, False, True, False)


def test_tensors_are_passed_on(torch: Torch):
    first, second = Tensor(), Tensor()
    cv.Network.from_torch(Module(), first)
    cv.Network.from_torch(Module(), [first, second, 3])
    assert [arguments for _, arguments, _ in torch.calls] == [(first,), (first, second, 3)]


def test_a_refusal_of_pytorch_is_one_sentence(torch: Torch):
    module, torch.refusal = Module(), RuntimeError("\n  cannot branch on a number\nmore lines")
    message = 'module must be one that torch.export exports with this example; got "cannot branch on a number".'
    with pytest.raises(cv.SpecError, match="^" + message.replace(".", r"\.") + "$"):
        cv.Network.from_torch(module, (1, 2, 9, 14))
    assert module.training


@pytest.mark.parametrize(
    ("example", "rule"),
    [
        (
            (1, 3, 224, 20_000),
            "example must be a shape of at most 8 dimensions from 1 to 16384, and 2^28 numbers; got ",
        ),
        ((1, 3, 0, 5), "example must be a shape of at most 8 dimensions from 1 to 16384, and 2^28 numbers; got "),
        (
            (16_000, 16_000, 9),
            "example must be a shape of at most 8 dimensions from 1 to 16384, and 2^28 numbers; got ",
        ),
        ((1,) * 9, "example must be a shape of at most 8 dimensions from 1 to 16384, and 2^28 numbers; got "),
        ("image", "example must be a tensor, a tuple of arguments or a shape; got "),
        ((), "example must be a tensor, a tuple of arguments or a shape; got "),
        ((1, 2.5), "example must be a tensor, a tuple of arguments or a shape; got "),
    ],
)
def test_examples_that_are_none(torch: Torch, example: Any, rule: str):
    with pytest.raises(cv.SpecError) as error:
        cv.Network.from_torch(Module(), example)
    assert str(error.value).startswith(rule)
    assert not torch.calls


def test_other_objects_are_refused(torch: Torch):
    with pytest.raises(cv.SpecError, match=r"^module must be a torch\.nn\.Module; got 3\.$"):
        cv.Network.from_torch(3, (1, 3, 8, 8))
