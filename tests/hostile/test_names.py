"""Names out of a file in all that is made of them: no formula, no markup, no control of a terminal, no broken XML."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import convviz as cv
from convviz.analysis import difference
from convviz.charts.network_figure import network_figure
from convviz.charts.network_fold import fold_network
from convviz.cli import main
from convviz.errors import SpecError
from tests.analysis.onnx.models import model, node

SHOWN = {
    "\t=1": r"\t=1", "\r=1": r"\r=1", "a\nb": r"a\nb", "\x00": r"\x00", "\x1b[2J\x07": r"\x1b[2J\x07",
    "\u202egnp": r"\u202egnp", "\u2028": r"\u2028", "\ufeff": r"\ufeff",
}  # fmt: skip
"""Names with signs that cannot be printed, and how they are written."""

FORMULAS = ("=1+1", "+1", "-1+1", "@SUM(A1)", "＝1", "-")
MARKUP = (
    "a|b", "a\\|b", "![x](//h/x.png)", "<img src=x onerror=alert(1)>", "`a`", "_a_", "$x$", "]]>", "&lt;", "'", '"', "é"
)  # fmt: skip
NAMES = (*SHOWN, *FORMULAS, *MARKUP)


@pytest.fixture(scope="module")
def network() -> cv.Network:
    return cv.Network.from_onnx(
        model([node("Relu", f"t{n - 1}" if n else "x", f"t{n}", name=name) for n, name in enumerate(NAMES)])
    )


def test_in_text(network: cv.Network) -> None:
    headings, *lines = network.table().text().split("\n")
    assert [line.split("  ")[0] for line in lines[:-1]] == [SHOWN.get(name, name) for name in NAMES]
    assert all(line.isprintable() for line in (headings, *lines))
    assert all(line.isprintable() for line in difference(network, network).text().split("\n"))


def test_in_csv(network: cv.Network) -> None:
    for text in (network.table().csv(), difference(network, network).csv()):
        rows = [*csv.DictReader(io.StringIO(text))]
        names = [row.get("node", row.get("node before", "")) for row in rows]
        assert names == [f"'{name}" if name in FORMULAS else SHOWN.get(name, name) for name in NAMES]
        assert not re.search(r"[^\S \r\n]|[\x00-\x09\x1b\u202e\ufeff]", text)


def test_in_markdown(network: cv.Network) -> None:
    lines = network.table().markdown().split("\n")
    assert len(lines) == len(NAMES) + 3, "headings, a rule and the sums"
    cells = [re.split(r"(?<!\\)(?:\\\\)*\|", line) for line in lines]
    assert {len(each) for each in cells} == {len(cells[0])}
    body = "\n".join(lines)
    assert not re.search(r"(?<!\\)(?:\\\\)*[<\[`$]", body)
    assert body.isprintable() or set(filter(lambda sign: not sign.isprintable(), body)) == {"\n"}


@pytest.mark.filterwarnings("ignore:Glyph 65309")  # a sign that the fonts lack; it is drawn as an empty box
def test_in_html_and_drawings(network: cv.Network) -> None:
    assert "<img" not in network.table().html()
    figure = network_figure(
        network, fold_network(network.nodes, is_folded=False), network.nodes[-1].name, "Names", theme="light"
    )
    drawn = ElementTree.fromstring(figure.svg())
    assert not [each for each in drawn.iter() if each.tag.rpartition("}")[2] in ("img", "script", "image")]
    assert figure.png().startswith(b"\x89PNG")
    assert figure.pdf().startswith(b"%PDF")


def test_on_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where a remark or a refusal has the name, and in a comparison."""
    names = ("\x1b[2Ja", "\x1b[2Jb", "\x1b[2Jc")
    nodes = [
        node("Conv", "x w", "a", name=names[0]), node("Conv", "x w", "b", name=names[1], strides=[2, 2]),
        node("Resize", "b - - to", "c", mode="nearest"), node("Add", "a c", "y", name=names[2]),
        node("\x1b[2JOwn", "y", "z"),
    ]  # fmt: skip
    path = tmp_path / "names.onnx"
    path.write_bytes(model(nodes, (1, 2, 9, 9), {"w": (3, 2, 3, 3), "to": [1, 3, 7, 7]}))
    path.with_name("other.onnx").write_bytes(model(nodes[:1], (1, 2, 9, 9), {"w": (3, 2, 3, 3)}))
    for words in (
        [],
        ["--csv"],
        ["--against", str(path.with_name("other.onnx"))],
        ["--against", str(path.with_name("other.onnx")), "--csv"],
        ["--node", "\x1b[2J"],
    ):
        main(["rf", str(path), *words])
        captured = capsys.readouterr()
        assert all(line.isprintable() for line in (captured.out + captured.err).split("\n"))
        assert "\\x1b[2J" in captured.out + captured.err
    main(["rf", str(path), "--json"])
    assert json.loads(capsys.readouterr().out)["nodes"][0]["name"] == names[0], "a program gets the name as it is"


def test_in_a_refusal() -> None:
    with pytest.raises(SpecError) as caught:
        cv.Network.from_onnx(
            model([node("Relu", "x", "y", name="\x1b]0;a\x07"), node("Tanh", "x", "y", name="\u202eb")], outputs=["y"])
        )
    assert str(caught.value) == r"""node "\u202eb" must give its output a new name; got 'y'."""
