"""Nothing of a text is executed, whatever it is, and every text ends with a reading or one sentence."""

from __future__ import annotations

import random
import re
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest

from convviz import SpecError, limits
from convviz.recipes.reading import read_code

NOT_CODE = "The code must be a text with a layer, such as nn.Conv2d(3, 16, 3, stride=2)."
NO_LAYER = "The code must have a layer, such as nn.Conv2d(3, 16, 3, stride=2); got none."
TOO_DEEP = "The code must have fewer brackets or operators inside one another to be read."

REFUSED = {
    "": NOT_CODE,
    " \n": NOT_CODE,
    "hello": NO_LAYER,
    "x = 1\nnn.Conv2d(3, 16": "Line 2 must be Python: '(' was never closed.",
    "nn.Conv2d(3, 16, 3, stride=1, stride=2)": "Line 1: stride must be there once; got it twice.",
    "x" * (limits.CODE_TEXT + 1): "The code must have at most 200,000 characters; got 200,001.",
    "#\n" * 6000: "The code must have at most 5,000 lines; got 6,000.",
    "-" * 50_000 + "1": TOO_DEEP,
    "1+" * 50_000 + "1": TOO_DEEP,
    "a." * 50_000 + "b": TOO_DEEP,
    "(" * 10_000 + ")" * 10_000: "Line 1 must be Python: too many nested parentheses.",
    "a(" * 90 + ")" * 90: "Line 1: calls and brackets must be at most 60 inside one another.",
    "\ud800": "The code must be text; got a character that no code can have.",
    "for n in range(3): nn.Conv2d(3, 3, 3)": "Line 1: a loop is not followed; write its layers one after the other.",
    "\n[nn.Conv2d(3, 3, 3) for n in range(10**9)]": (
        "Line 2: a loop in brackets is not followed; write its layers one after the other."
    ),
    "while True: pass": f"{NO_LAYER} Line 1 has a loop, which is not followed.",
    "def f(x): return f(x)\nf(1)": "Line 1: calls and brackets must be at most 60 inside one another.",
    "nn.ReLU();" * 400: "Line 1: the code must have at most 300 layers; got more.",
    "if x: nn.ReLU()": "Line 1: which branch of this if runs is not in the text; leave one of them.",
    "x = [0]\n" + "x = [*x, *x]\n" * 40: "Line 11: a list must have at most 1,000 members; got more.",
    "a = [0] * 1000\nb = [a] * 1000\nc = [b] * 1000\nx = torch.tensor(c)": NO_LAYER,
    "x = nn.Sequential()\n" + "x = nn.Sequential(x, x)\n" * 40: (
        "The code must be read in at most 100,000 steps; got more."
    ),
    "nn.Sequential(OrderedDict([([], nn.ReLU())]))": NO_LAYER,
    "return 5": "The code must have return inside a function only.",
    "torch.flip(torch.tensor([[1.0, 2.0]]), (5,)).flip(0, 0)": NO_LAYER,
    "np.expand_dims(torch.tensor([1.0, 2.0]), 9)": NO_LAYER,
    "torch.tensor([1.0, 2.0])[" + "None, " * 80 + "]": NO_LAYER,
    "x = np.zeros((4,))\nx[0:1:1, 0:2:1, 0:3:1] = torch.randn(1, 3, 4, 4)": NO_LAYER,
    "x = tf.zeros((1, 8, 8, 3))\n[x[:, i:, j:] for i in range(10000000000000000000000) for j in range(9)]": NO_LAYER,
    "summary(model, ())": NO_LAYER,
    "def f(x):\n  for i in x:\n    " + "b(c);" * 2000 + "\n" + "f(1);" * 900: (
        "Line 2: the code must be read in at most 100,000 steps; got more."
    ),
    f"nn.Conv2d(3, 3, 3, {'a' * 100_000}=1)": "Line 1: a parameter must have at most 160 characters; got 100,000.",
    "x = [3 for": "Line 1 must be Python: '[' was never closed.",
    "__import__('os').system('echo')": NO_LAYER,
    "open('/etc/passwd').read()": NO_LAYER,
    "().__class__.__mro__[1].__subclasses__()": NO_LAYER,
}


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_texts_without_layers_are_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(SpecError) as refused:
        read_code(text)
    assert str(refused.value) == REFUSED[text]


PROBLEMS = {
    "nn.Conv2d(os.system('touch {}'), 16, 3)": "in_channels must be a number in the text; it is not known here.",
    "nn.Conv2d(10**10**10, 16, 3)": "in_channels must be a number in the text; it is not known here.",
    "nn.Conv2d(3, 16, 1 << 10**9)": "kernel_size must be a number in the text; it is not known here.",
    "nn.Conv2d(3, 16, '3')": "kernel_size must be a number in the text; got '3'.",
    "nn.Conv2d(3, 16, 0)": "kernel_size must be from 1 to 1,000,000,000; got 0.",
    "nn.Conv2d(3, 16, (3, 3, 3))": "kernel_size must be one number or 2; got (3, 3, 3).",
    "nn.Conv2d(3, 16)": "Conv2d of PyTorch needs kernel_size.",
    "nn.Conv2d(3, 16, 3, strides=2)": "Conv2d of PyTorch has no parameter strides. Did you mean stride?",
    "nn.Conv2d(3, 16, 3, groups=2)": "The 3 channels of the input must be a multiple of groups; got 2.",
    "nn.Conv2d(3, 16, 3, stride=2, padding='same')": 'Padding="same" of PyTorch must have stride 1; got stride 2.',
    "layers.Conv2D(3, 3, strides=2, dilation_rate=2)": "Keras has no stride with a dilation: one of them must be 1.",
    "nn.MaxPool2d(2, padding=5)": "Padding must be at most half the kernel height; got 5 + 5 (kernel 2).",
    "F.conv2d(x, w)": "The shape of its weight must be in the text, as in torch.randn(16, 3, 3, 3).",
    "x = (0, 0)\n" + "x = (x, x)\n" * 40 + "nn.Conv2d(3, 3, 3, padding_mode=x)": (
        'padding_mode must be "zeros", "reflect", "replicate", "circular" or "symmetric"; '
        "got '(((((((...), (...)), ((...), (...))), (\u2026'."
    ),
    f"nn.Conv2d(3, 3, 0x{'f' * 6000})": (
        "kernel_size must be from 1 to 1,000,000,000; got an integer of about 7225 digits."
    ),
    "F.avg_pool2d(torch.randn(1, 3, 8, 8), (2, None), divisor_override=1) / 4": (
        "kernel_size must be a number in the text; got None."
    ),
    "nn.Conv2d(16, 16, 3)\nnn.Conv3d(4, 8, 3)": "It reads 4 channels, but 16 come in.",
    "nn.Sequential(" + "nn.PixelUnshuffle(10**9), " * 290 + ")(torch.zeros(1, 3, 10**9, 10**9))": (
        "It makes more than 1,000,000,000 channels, so no more is read of them."
    ),
    "nn.Upsample(scale_factor=1e-300)": (
        "scale_factor must be a number from a millionth to a million, or 2 of them; got 1e-300."
    ),
    "nn.Upsample(scale_factor=2, mode='foo')": 'Mode must be a word such as "nearest" or "bilinear"; got \'foo\'.',
    "nn.LSTM(3, 4)": "LSTM is not read: convviz reads layers over a grid of cells.",
}


@pytest.mark.parametrize("text", PROBLEMS)
def test_a_layer_with_wrong_arguments_is_the_problem_of_its_line(text: str, tmp_path: Path) -> None:
    problem = read_code(text.format(tmp_path / "made")).problem
    assert problem is not None
    assert problem.problem == PROBLEMS[text]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", [None, 5, b"nn.Conv2d(3, 16, 3)", ["nn.Conv2d(3, 16, 3)"]])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(SpecError, match=re.escape(NOT_CODE)):
        read_code(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", ["28", 0, (28, 28, 28), 10**9, 2.5, True, ()])
def test_input_sizes_are_checked(size: object) -> None:
    with pytest.raises(SpecError, match="input_size must"):
        read_code("nn.Conv2d(3, 16, 3)", size)


def test_padding_of_a_volume_is_no_part_of_the_lesson_of_a_plane() -> None:
    reading = read_code("layers.ZeroPadding3D((1, 2, 3))\nnn.ConvTranspose2d(16, 8, 3)")
    assert (reading.recipe, len(reading.lines)) == (None, 2)


def test_junk_and_changed_lines_never_raise_anything_else() -> None:
    groups = tomllib.loads(Path(__file__).with_name("lines.toml").read_text(encoding="utf-8"))["group"]
    lines = [row[0] for group in groups for row in group["lines"]]
    rng = random.Random(17)
    pieces = [
        *"()[],=:.'*-+ \n",
        "None",
        "-1",
        "0",
        "1e9",
        "10**9",
        "x",
        "True",
        "'same'",
        "stride",
        "(2, 3)",
        "**",
        "lambda x: x",
    ]
    for _ in range(1500):
        text = list(rng.choice(lines))
        for _ in range(rng.randrange(1, 6)):
            at = rng.randrange(len(text))
            text[at : at + rng.randrange(3)] = rng.choice(pieces)
        with suppress(SpecError):
            read_code("".join(text), rng.choice([None, 32]))
