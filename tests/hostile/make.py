"""Hostile files, made here: `FILES` by name. ``python -m tests.hostile.make FOLDER`` writes them, for a page to take.

Each is small, whatever it claims to be. The ending of a name says at which door it knocks.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from struct import pack

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from tests.analysis.onnx.models import field, model, node, varint

FILES: dict[str, Callable[[], bytes]] = {}
"""What makes each file."""


def file(name: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Enter the bytes that a function returns under a name."""

    def enter(made: Callable[[], bytes]) -> Callable[[], bytes]:
        FILES[name] = made
        return made

    return enter


def text(name: str, content: str | bytes) -> None:
    FILES[name] = lambda: content if isinstance(content, bytes) else content.encode()


# Models ---------------------------------------------------------------------------------------------------------------

PLAIN = [node("Relu", "x", "y")]
CONV = [node("Conv", "x w", "y", pads=[1, 1, 1, 1])]


def changed(change: Callable[[onnx.ModelProto], object], nodes: list[onnx.NodeProto] = CONV) -> bytes:
    """Return a model with one convolution after a change."""
    made = onnx.load_from_string(model(nodes, weights={"w": (3, 2, 3, 3)}))
    change(made)
    data: bytes = made.SerializeToString()
    return data


text("empty.onnx", b"")
text("page.onnx", "<!doctype html><script>alert(1)</script>")
text("pickle.onnx", b"\x80\x02}q\x00.")
text("zeros.onnx", bytes(1000))
FILES["cut.onnx"] = lambda: model(CONV, weights={"w": (3, 2, 3, 3)})[:150]
FILES["cycle.onnx"] = lambda: model([node("Add", "x b", "a", name="=one\n"), node("Relu", "a", "b")])
FILES["twice.onnx"] = lambda: model([*PLAIN, node("Tanh", "x", "y")], outputs=["y"])
FILES["from-nowhere.onnx"] = lambda: model([node("Relu", "../x\x1b[2J", "y")])
FILES["huge-weight.onnx"] = lambda: changed(lambda made: made.graph.initializer[0].dims.__setitem__(0, 2**62))
FILES["negative-weight.onnx"] = lambda: changed(lambda made: made.graph.initializer[0].dims.__setitem__(0, -1))
FILES["many-axes.onnx"] = lambda: changed(lambda made: made.graph.initializer[0].dims.extend([1] * 5))
FILES["huge-input.onnx"] = lambda: model(PLAIN, (1, 2, 2**40, 2**40))
FILES["no-rows.onnx"] = lambda: model(PLAIN, (1, 2, 0, 12))
FILES["a-number-too-few.onnx"] = lambda: changed(lambda made: made.graph.initializer[0].ClearField("raw_data"))
FILES["huge-stride.onnx"] = lambda: model([node("MaxPool", "x", "y", kernel_shape=[2, 2], strides=[2**62, 1])])
FILES["no-kernel.onnx"] = lambda: model([node("MaxPool", "x", "y", kernel_shape=[0, 0])])
FILES["scales.onnx"] = lambda: model([node("Upsample", "x", "y", scales=[1.0, 1.0, float("nan"), -1e30])], opset=7)
FILES["many-nodes.onnx"] = lambda: model(PLAIN) + field(7, field(1, b"") * 60_000)
FILES["many-fields.onnx"] = lambda: model(PLAIN) + field(7, field(1, field(5, b"") * 250_000))
FILES["many-numbers.onnx"] = lambda: model(PLAIN) + field(7, field(5, field(1, varint(1) * 1_100_000)))


@file("other-file.onnx")
def _other_file() -> bytes:
    def change(made: onnx.ModelProto) -> None:
        weight = made.graph.initializer[0]
        weight.ClearField("raw_data")
        weight.data_location = TensorProto.EXTERNAL
        weight.external_data.add(key="location", value="../../../../etc/passwd")

    return changed(change)


@file("calls-itself.onnx")
def _calls_itself() -> bytes:
    again = helper.make_node("Again", ["a"], ["b"], domain="own")

    def change(made: onnx.ModelProto) -> None:
        made.functions.append(
            helper.make_function("own", "Again", ["a"], ["b"], [again], [helper.make_opsetid("own", 1)])
        )
        made.graph.node.append(helper.make_node("Again", ["y"], ["z"], domain="own"))

    return changed(change)


@file("doubles.onnx")
def _doubles() -> bytes:
    """Functions that call the next one ten times each."""

    def change(made: onnx.ModelProto) -> None:
        for level in range(4):
            kind = f"F{level + 1}" if level < 3 else "Relu"
            domain = "own" if level < 3 else ""
            calls = [helper.make_node(kind, ["a"], [f"b{n}"], domain=domain) for n in range(60)]
            opsets = [helper.make_opsetid("own", 1), helper.make_opsetid("", 17)]
            made.functions.append(helper.make_function("own", f"F{level}", ["a"], ["b0"], calls, opsets))
        made.graph.node.append(helper.make_node("F0", ["y"], ["z"], domain="own"))

    return changed(change)


@file("deep-branches.onnx")
def _deep_branches() -> bytes:
    inner = helper.make_graph([helper.make_node("Relu", ["x"], ["in"])], "g", [], [onnx.ValueInfoProto(name="in")])
    for depth in range(6):
        made = helper.make_node("If", ["c"], [f"o{depth}"], then_branch=inner, else_branch=inner)
        inner = helper.make_graph([made], "g", [], [onnx.ValueInfoProto(name=f"o{depth}")])

    def change(made: onnx.ModelProto) -> None:
        made.graph.initializer.append(numpy_helper.from_array(np.array(True), "c"))
        made.graph.node.append(helper.make_node("If", ["c"], ["z"], then_branch=inner, else_branch=inner))

    return changed(change)


# Images ---------------------------------------------------------------------------------------------------------------


def chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, data: bytes, *others: bytes, bits: int = 8, color: int = 0) -> bytes:
    """Return a PNG that says it has this size, and holds these packed bytes."""
    header = chunk(b"IHDR", pack(">IIBBBBB", width, height, bits, color, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(others) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def saved(form: str, mode: str = "RGB", size: tuple[int, int] = (9, 7)) -> bytes:
    stream = BytesIO()
    Image.new(mode, size).save(stream, form)
    return stream.getvalue()


PIXELS = zlib.compress(bytes(10) * 9)
BOMB = zlib.compress(bytes(30_000_000), 9)

FILES["huge.png"] = lambda: png(50_000, 50_000, PIXELS)
FILES["wide.png"] = lambda: png(40_000, 1, PIXELS)
FILES["no-size.png"] = lambda: png(0, 0, PIXELS)
FILES["pixel.png"] = lambda: png(1, 1, zlib.compress(bytes(2)))
FILES["bomb.png"] = lambda: png(9, 9, BOMB)
FILES["text-bomb.png"] = lambda: png(9, 9, PIXELS, chunk(b"zTXt", b"Comment\0\0" + BOMB))
FILES["profile-bomb.png"] = lambda: png(9, 9, PIXELS, chunk(b"iCCP", b"p\0\0" + BOMB))
FILES["palette.png"] = lambda: png(9, 9, PIXELS, chunk(b"PLTE", b"\1\2\3"), chunk(b"tRNS", bytes(256)), color=3)
FILES["no-palette.png"] = lambda: png(9, 9, PIXELS, color=3)
FILES["wrong-sum.png"] = lambda: png(9, 9, PIXELS).replace(b"\x08\0\0\0\0", b"\x08\0\0\0\1")
FILES["deep.png"] = lambda: png(4, 9, zlib.compress(bytes(9) * 9), bits=16)
FILES["cut.jpeg"] = lambda: saved("JPEG")[:300]
FILES["huge.jpeg"] = lambda: saved("JPEG").replace(pack(">HH", 7, 9), pack(">HH", 65_500, 65_500))
FILES["four-inks.jpeg"] = lambda: saved("JPEG", "CMYK")
FILES["huge.webp"] = lambda: b"RIFF" + pack("<I", 22) + b"WEBPVP8X" + pack("<I", 10) + bytes(4) + b"\xff\x3f\0" * 2
for _form in ("GIF", "TIFF", "BMP", "ICO", "PPM"):
    FILES[f"{_form.lower()}.png"] = lambda form=_form: saved(form)  # type: ignore[misc]
text("drawing.png", '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>')

# Tables ---------------------------------------------------------------------------------------------------------------

text("formula.csv", "=1+1,2\n@SUM(A1),4")
text("command.csv", "=cmd|' /C calc'!A0")
text("unclosed.csv", '"1,2\n3,4')
text("zero.csv", b"1,2\n\0,4")
text("wide-characters.csv", "1,2\n3,4".encode("utf-32"))
text("latin.csv", "1,5;2,5 €".encode("cp1252"))
text("blind.csv", "\ufeff\ufeff\n\u200b")
text("spreadsheet.csv", b"PK\x03\x04\x14\0")
text("digits.csv", "٣,٤\n１,２")
text("turned.csv", "1,2\n3,\u202e4\x1b[31m")
text("brackets.csv", "[" * 19_000)
text("fractions.csv", "\\frac{" * 3_000)
text("calls.csv", "a(" * 9_000)
text("names.csv", "a=" * 9_000)
text("one-line.csv", "1," * 400_000)
text("infinite.csv", "1e400,nan\n3,4")

# Batches --------------------------------------------------------------------------------------------------------------

FIGURE = '[figures."{}"]\nrecipe = "dilated"\nformats = ["svg"]\n'

text("traversal.toml", FIGURE.format("../../etc/cron.d/x"))
text("backslash.toml", FIGURE.format("..\\\\x"))
text("device.toml", FIGURE.format("CON"))
text("zero.toml", FIGURE.format("a\\u0000.svg"))
text("half.toml", FIGURE.format("\\ud800"))
text("look-alikes.toml", FIGURE.format("\\u00e9") + FIGURE.format("e\\u0301"))
text("stream.toml", FIGURE.format("a:b"))
text("bytes.toml", b"[figures.a]\nrecipe = '\xff'")
text("controls.toml", FIGURE.format("a") + 'title = "\x1b[2J"')
text("deep.toml", "a = " + "[" * 50_000)
text("deep-keys.toml", "[figures." + "a." * 5_000 + "a]")
text("long-number.toml", FIGURE.format("a") + "width = " + "9" * 5_000)
text("infinite.toml", FIGURE.format("a") + "width = inf")
text("date.toml", FIGURE.format("a") + "dilation = 1979-05-27T07:32:00Z")
text("tables.toml", FIGURE.format("a") + "dilation = {a = {b = [[]]}}")
text("markup.toml", FIGURE.format("a") + 'theme = "<script>alert(1)</script>"')
text("outside.toml", '[figures.a]\nrecipe = "preset/../../etc/passwd"\nformats = ["svg"]')
text("format.toml", '[figures.a]\nrecipe = "dilated"\nformats = ["../svg"]')

# Code -----------------------------------------------------------------------------------------------------------------

text("command.py", "__import__('os').system('touch /tmp/x')\nnn.Conv2d(3, 3, open('/etc/passwd').read())")
text("power.py", "nn.Conv2d(3, 3, 9**9**9)")
text("list.py", "nn.Conv2d(3, 3, [0] * 10**9)")
text("text.py", "nn.Conv2d(3, 3, 'x' * 10**9)")
text("format.py", "nn.Conv2d(3, 3, f'{0:>1000000000}')")
text("recursion.py", "f = lambda n: f(n)\nnn.Conv2d(3, 3, f(1))")
text("layers.py", "nn.Sequential(*[nn.Conv2d(3, 3, 3)] * 10**8)")
text("turned.py", "nn.Conv2d(3, 3, '\u202e\x1b[31m')")
text("slices.py", "x = torch.randn(1, 3, 8, 8)\nx[:, ::2][()]\nx[:, 1:2, None]\nnn.Conv2d(3, 3, 3)(x)")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in FILES.items():
        (folder / name).write_bytes(made())
