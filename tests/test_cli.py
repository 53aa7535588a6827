"""``python -m convviz`` as a process: what it prints, and how it says no."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import onnx
import pytest

from convviz.cli import main, site
from convviz.files import endings

from .analysis.onnx.models import model, node

ROOT = Path(__file__).resolve().parent.parent
W = {"w": (3, 2, 3, 3)}
NODES = [
    node("Conv", "x w", "a", pads=[1, 1, 1, 1], strides=[2, 2], name="stem"),
    node("CustomOp", "a", "b", domain="own", name="odd"),
    node("Relu", "b", "c"),
    node("GlobalAveragePool", "a", "d"),
]


def run(*words: str, status: int = 0) -> str:
    """Return what is printed; of a failure, on stderr, and nothing else anywhere."""
    printed, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(errors):
        try:
            code = main(words)
        except SystemExit as stop:  # argparse ends the process
            code = stop.code or 0
    assert code == status, errors.getvalue()
    assert (printed if status else errors).getvalue() == ""
    return (errors if status else printed).getvalue()


def run_process(*words: str, status: int = 0, **options: Any) -> str:
    """Return what a process of its own prints, as `run` does."""
    command = [sys.executable, "-m", "convviz", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", **options)
    assert done.returncode == status, done.stderr
    assert (done.stdout if status else done.stderr) == ""
    return done.stderr if status else done.stdout


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "model.onnx"
    path.write_bytes(model(NODES, (1, 2, 9, 12), W))
    return str(path)


def test_json(file: str) -> None:
    found = json.loads(run("rf", file, "--json"))
    stem, odd, relu, pool = found["nodes"]
    assert stem == {
        "name": "stem",
        "op": "Conv",
        "tensor": "a",
        "output_size": [5, 6],
        "receptive_field": [3, 3],
        "jump": [2, 2],
        "center": [0, 0],
        "padding": [1, 1],
        "is_aligned": True,
        "layer": "conv2d(3, stride=2, padding=1)",
        "size_range": [[3, 3], [3, 3]],
        "is_global": False,
        "local": None,
        "misaligned_at": None,
        "misaligned_paths": None,
        "unknown_because": None,
        "status": "exact",
        "remark": "",
        "channels": 3,
        "parameters": 54,
        "multiplications": 3 * 5 * 6 * 18,
        "memory": 4 * 3 * 5 * 6,
    }
    assert (pool["name"], pool["receptive_field"], pool["center"]) == ("GlobalAveragePool_4", [9, 12], [4, 5.5])
    assert (pool["op"], pool["layer"], pool["is_global"]) == ("GlobalAveragePool", None, True)
    assert pool["local"] == {
        "receptive_field": [3, 3],
        "jump": [2, 2],
        "center": [0, 0],
        "padding": [1, 1],
        "size_range": [[3, 3], [3, 3]],
    }
    nothing = dict.fromkeys(stem) | {"is_global": False, "unknown_because": "odd", "status": "unknown"}
    nothing |= {"parameters": 0, "remark": ""}
    assert odd == nothing | {"name": "odd", "op": "CustomOp", "tensor": "b", "remark": "an operator of own"}
    assert relu == nothing | {"name": "Relu_3", "op": "Relu", "tensor": "c", "multiplications": 0}
    assert found["totals"] == {"parameters": 54, "multiplications": None, "memory": None}
    assert found["unknown_ops"] == [{"op": "CustomOp", "node": "odd", "tensor": "b"}]
    assert found["outputs"] == ["stem", "odd", "Relu_3", "GlobalAveragePool_4"]


def test_table(file: str) -> None:
    lines = run_process("rf", file).splitlines()
    assert lines[0].split()[:3] == ["node", "operation", "output"]
    assert lines[1].split("  ")[0] == "stem"
    assert "5 × 6" in lines[1]
    assert "  Conv: conv2d(3, stride=2, padding=1)  " in lines[1]
    assert lines[2].count("? × ?") == 5
    assert "CustomOp: unknown" in lines[2]
    assert "Relu: follows an unknown one" in lines[3]
    assert lines[-1] == (
        "CustomOp (odd) is unknown (an operator of own), and so is what reads it: say what it is with --treat."
    )


def test_one_node_by_its_name_or_its_tensor(file: str) -> None:
    for name in ("stem", "a"):
        (found,) = json.loads(run("rf", file, "--json", "--node", name, "--input-size", "21x10"))["nodes"]
        assert (found["name"], found["output_size"]) == ("stem", [11, 5])


def test_what_is_unknown_can_be_said(file: str) -> None:
    words = ("--treat", "CustomOp=conv2d(3,padding=1)", "--node", "c", "--json")
    found = json.loads(run("rf", file, *words))
    assert found["unknown_ops"] == []
    assert found["nodes"][0]["receptive_field"] == [7, 7]
    assert found["nodes"][0]["op"] == "Relu"


def test_what_the_table_says_json_says_too() -> None:
    head = json.loads(run("rf", "--known", "deeplab_v3", "--node", "head", "--json"))["nodes"][0]
    assert (head["is_global"], head["receptive_field"]) == (True, [513, 513])
    assert head["local"]["receptive_field"] == [1835, 1835]
    classes = json.loads(run("rf", "--known", "unet", "--node", "classes", "--json"))["nodes"][0]
    assert (classes["op"], classes["layer"], classes["size_range"]) == ("conv2d(1)", "conv2d(1)", [[188, 204]] * 2)
    level = json.loads(run("rf", "--known", "tcn", "--node", "level2", "--json"))["nodes"][0]
    assert (level["is_aligned"], level["misaligned_at"]) == (False, "level1")
    assert [(path[0], path[-1]) for path in level["misaligned_paths"]] == [("input", "level1")] * 2


def test_a_treatment_that_does_not_fit_leaves_the_others_and_the_table(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    refusals = {
        "Foo=identity": 'convviz: treat must name an operator of the model, "Conv", "CustomOp", "Relu" or '
        "\"GlobalAveragePool\", or a node of it, or two nodes as first..last; got 'Foo'.\n",
        "CustomOp=conv2d(9)": 'convviz: treat["CustomOp"] must fit the nodes of the model; got conv2d(9): node "odd": '
        "The kernel (9 rows) is larger than the input (5 rows).\n",
    }
    for treatment, sentence in refusals.items():
        assert main(["rf", file, "--treat", treatment, "--json"]) == 2
        answer = capsys.readouterr()
        assert (answer.err, len(json.loads(answer.out)["nodes"])) == (sentence, 4)
    words = ["--treat", "Foo=identity", "--treat", "CustomOp=identity", "--json", "--node", "c"]
    assert main(["rf", file, *words]) == 2
    answer = capsys.readouterr()
    assert answer.err == refusals["Foo=identity"]
    assert json.loads(answer.out)["nodes"][0]["receptive_field"] == [3, 3]


def test_csv_has_the_rows_of_the_table_as_decimals(file: str) -> None:
    stem, _, _, pool = csv.DictReader(run("rf", file, "--csv").splitlines())
    assert (stem["node"], stem["output width"], stem["parameters"], stem["memory (bytes)"]) == (
        "stem",
        "6",
        "54",
        "360",
    )
    assert (pool["whole input"], pool["status"], pool["receptive field width"]) == ("yes", "whole input", "3")
    assert "--json" in run("rf", file, "--csv", "--json", status=2)


def test_the_input_is_chosen_by_its_name(tmp_path: Path) -> None:
    nodes = [node("Conv", "x wide", "a"), node("Conv", "y narrow", "b")]
    made = onnx.load_from_string(model(nodes, (1, 2, 9, 12), {"wide": (1, 2, 5, 5), "narrow": (1, 2, 3, 3)}))
    made.graph.input.append(onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, (1, 2, 7, 8)))
    path = tmp_path / "two.onnx"
    path.write_bytes(made.SerializeToString())
    for name, field, size in (("x", 5, [5, 8]), ("y", 3, [5, 6])):
        (conv,) = json.loads(run("rf", str(path), "--json", "--input", name))["nodes"]
        assert (conv["receptive_field"], conv["output_size"]) == ([field, field], size)
    assert "'z'" in run("rf", str(path), "--input", "z", status=2)
    assert run("rf", "--known", "vgg16", "--input", "x", status=2) == (
        "convviz: --input must come with a model; got x with --known.\n"
    )


def test_a_volume_has_three_numbers(tmp_path: Path) -> None:
    path = tmp_path / "volume.onnx"
    path.write_bytes(model([node("Conv", "x w", "y", strides=[1, 2, 3])], (1, 2, 5, 9, 12), {"w": (3, 2, 2, 3, 4)}))
    found = json.loads(run("rf", str(path), "--json", "--input-size", "6x11x13"))
    assert (found["nodes"][0]["output_size"], found["nodes"][0]["jump"]) == ([5, 5, 4], [1, 2, 3])
    assert found["totals"] == {"parameters": 144, "multiplications": 144 * 100, "memory": 4 * 300}


def test_attention(file: str) -> None:
    found = json.loads(run("rf", file, "--treat", "CustomOp=attention", "--node", "odd", "--json"))["nodes"][0]
    assert (found["output_size"], found["receptive_field"], found["is_global"]) == ([5, 6], [9, 12], True)


def test_a_long_name_of_the_file_finds_its_node(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "long.onnx"
    path.write_bytes(model([node("Relu", "x", "y", name="n" * 300)], (1, 2, 4, 5)))
    assert main(["rf", str(path), "--node", "n" * 300, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["nodes"][0]["name"] == "Relu_1"


def test_known_networks() -> None:
    found = json.loads(run("rf", "--known", "resnet50_v1", "--json"))
    assert found["nodes"][-1]["receptive_field"] == [483, 483]
    assert "427 × 427" in run("rf", "--known", "resnet50_v1_5", "--input-size", "224")


def test_two_networks_are_compared(file: str, tmp_path: Path) -> None:
    other = tmp_path / "after.onnx"
    other.write_bytes(model([node("Conv", "x w", "a", strides=[2, 2], name="stem"), *NODES[1:]], (1, 2, 9, 12), W))
    words = ("rf", file, "--against", str(other), "--treat", "CustomOp=identity")
    lines = run(*words).splitlines()
    assert lines[1].split("  ")[:2] == ["≠", "stem"]
    assert "4 nodes: 1 changed, 3 that follow from changes, 0 added, 0 removed, 0 the same." in lines
    assert {"parameters: 54", "memory (bytes): 1,092 → 732"} <= {*lines}
    assert json.loads(run(*words, "--json"))["nodes"][0]["differs"][:3] == ["operation", "output_size", "center"]
    assert run(*words, "--csv").splitlines()[1].startswith("changed,stem,stem,")
    assert "CustomOp (odd) is unknown" in run(*words[:4])
    known = ("rf", "--known", "resnet50_v1", "--against-known", "resnet50_v1_5", "--input-size", "64x96")
    assert "receptive field: 483 × 483 → 427 × 427" in run(*known)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["rf"], "convviz: rf must have either a model or --known; got neither.\n"),
        (["rf", "a", "--known", "b"], "convviz: rf must have either a model or --known; got both.\n"),
        (
            ["rf", "nowhere.onnx"],
            "convviz: path must be that of a file that can be read; got 'nowhere.onnx' (No such file or directory).\n",
        ),
        (
            ["rf", "nowhere.onnx", "--input-size", "2x3x4x5"],
            "convviz: --input-size must be spelled like 224x320 (height x width), 16x112x112 (depth first) or 224; got "
            "2x3x4x5.\n",
        ),
        (
            ["rf", "nowhere.onnx", "--input-size", "9999999999"],
            "convviz: --input-size must be at most 10^9; got 9999999999.\n",
        ),
        (
            ["rf", "no.onnx", "--treat", "A=identity", "--treat", "A=dense"],
            "convviz: --treat must name each operator, node or span once; got A twice.\n",
        ),
        (
            ["rf", "no.onnx", "--treat", "MyOp=banana"],
            "convviz: --treat MyOp must be identity, attention, global_pool, dense, places, a grid such as grid 56x56, "
            "or a layer such as conv2d(3,padding=1); got banana.\n",
        ),
        (["rf", "no.onnx", "--treat", "Foo"], "convviz: --treat must be spelled like MyOp=identity; got Foo.\n"),
        (
            ["rf", "--known", "vgg16", "--treat", "A=identity"],
            "convviz: --treat must come with a model; got A=identity with --known.\n",
        ),
        (
            ["rf", "--known", "resnet50"],
            'convviz: resnet50 must be named with its version, "resnet50_v1" or "resnet50_v1_5"; got \'resnet50\'.\n',
        ),
        (
            ["rf", "--known", "vgg11", "--json", "--csv"],
            "convviz rf: argument --csv: not allowed with argument --json\n",
        ),
        (
            ["rf", "--known", "vgg11", "--against", "a", "--against-known", "vgg16"],
            "convviz rf: argument --against-known: not allowed with argument --against\n",
        ),
        (
            ["rf", "--known", "vgg11", "--against-known", "vgg16", "--node", "pool1"],
            "convviz: --node must come without --against; got pool1.\n",
        ),
        (["rf", "--sideways"], "convviz: unrecognized arguments: --sideways\n"),
        (
            ["render", "dilated"],
            f"convviz: -o or --format must say the format, one of {endings()}; both are missing.\n",
        ),
        (["render", "dilated", "-o", "-"], "convviz: --format must say what goes to standard output; got none.\n"),
    ],
)
def test_mistakes(words: list[str], sentence: str) -> None:
    assert run(*words, status=2) == sentence


def test_a_mistake_ends_the_process_with_status_2() -> None:
    assert run_process("rf", status=2) == "convviz: rf must have either a model or --known; got neither.\n"


def test_mistakes_about_the_model(file: str) -> None:
    for words, sentence in [
        (["--node", "nose"], "convviz: node must be the name of a node of the network; got 'nose'.\n"),
        (
            ["--node", "stemm"],
            "convviz: node must be the name of a node of the network; got 'stemm', which is near \"stem\".\n",
        ),
        (["--node", "input"], 'convviz: node must be one that the model computes; got "input".\n'),
    ]:
        assert run("rf", file, *words, status=2) == sentence


def test_help_names_what_there_is() -> None:
    assert "receptive fields of an ONNX model" in run("--help")
    text = run("rf", "--help")
    assert all(word in text for word in ("--json", "--input-size", "--node", "--treat", "--known", "examples:"))
    keys = json.loads(run("rf", "--known", "vgg11", "--node", "pool1", "--json"))["nodes"][0]
    assert all(key in text for key in keys), "every key is explained"
    assert "nominal" in text


def test_names_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "evil.onnx"
    path.write_bytes(model([node("Relu", "x", "y", name="\x1b[31mred\n\x07")], (1, 2, 4, 5)))
    assert main(["rf", str(path)]) == 0
    assert "\\x1b[31mred\\n\\x07" in capsys.readouterr().out
    assert main(["rf", str(path), "--node", "\x1b["]) == 2
    assert capsys.readouterr().err.isprintable() is False  # its own line break
    assert main(["rf", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["nodes"][0]["name"] == "\x1b[31mred\n\x07"


def test_a_terminal_of_few_signs() -> None:
    assert "483 ? 483" in run_process("rf", "--known", "resnet50_v1", env=os.environ | {"PYTHONIOENCODING": "ascii"})


def test_an_address_that_is_none_is_refused() -> None:
    assert run("render", "http://[", "-o", "a.gif", status=2) == (
        "convviz: NAME must be a variant, or an address such as /dilated?dilation=3; Invalid IPv6 URL.\n"
    )


FULL = "convviz: Standard output, or the folder for temporary files, cannot be used; No space left on device.\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("words", ["list", "render dilated --format svg -o -"], ids=["a text", "a file"])
def test_a_full_disk_is_one_sentence(words: str) -> None:
    command = [sys.executable, "-m", "convviz", *words.split()]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, FULL)


def test_without_standard_output_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = io.StringIO()
    monkeypatch.setattr(sys, "stdout", None)
    with redirect_stderr(errors):
        assert main(["render", "dilated", "--format", "svg", "-o", "-"]) == 2
    assert errors.getvalue() == "convviz: Standard output must be open; it is closed.\n"


def test_a_site_goes_on_in_a_folder_that_it_has_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [*site._pages()][:1]
    monkeypatch.setattr(site, "_pages", lambda: iter(pages))
    whole = {"index.html", "figure.js", *(f"{pages[0].name}{end}" for end in (".html", "-light.png", "-dark.png"))}
    assert main(["site", "-o", str(tmp_path)]) == 0
    (tmp_path / "index.html").unlink()
    (tmp_path / ".12.345.part").write_bytes(b"half")
    assert main(["site", "-o", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == whole
    (tmp_path / "own.txt").write_text("mine")
    assert run("site", "-o", str(tmp_path), status=2) == (
        f"convviz: --output must be a new folder, an empty one, or an earlier site; {tmp_path} has other files in it.\n"
    )
