"""Two networks side by side: which nodes are a pair, and what differs in it."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest

import convviz as cv
from convviz.analysis import Network, difference
from convviz.analysis.network_difference import common
from convviz.arithmetic.volume import conv3d
from tests.analysis.onnx.models import model, node

LAYERS = (
    cv.conv2d((3, 5), padding=(1, 2)),
    cv.conv2d((1, 2), stride=(2, 1)),
    cv.max_pool2d((2, 3), stride=(1, 2)),
    "identity",
)


def kinds(before: Network, after: Network) -> list[tuple[str, str]]:
    return [(row.kind, row.name) for row in difference(before, after)]


def chain(*layers: object, names: str = "") -> Network:
    """Return layers one after the other, named by letters; without ``names`` by their positions."""
    named = list(zip(names, layers, strict=True)) if names else layers
    return Network.sequential(named, input_size=(160, 999))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(8))
def test_a_changed_layer_is_changed_and_what_has_other_numbers_behind_it_follows(seed: int) -> None:
    generator = np.random.default_rng(seed)
    layers = [LAYERS[n] for n in generator.integers(0, 4, 6)]
    place = int(generator.integers(0, 6))
    others = [*layers[:place], cv.conv2d((4, 2), dilation=(1, 3)), *layers[place + 1 :]]
    before, after = chain(*layers, names="abcdef"), chain(*others, names="abcdef")
    rows = list(zip(before.table(), after.table(), strict=True))
    expected = [
        "changed" if number == place else "follows" if old.numbers[:4] != new.numbers[:4] else "same"
        for number, (old, new) in enumerate(rows)
    ]
    assert [kind for kind, _ in kinds(before, after)] == expected
    first = difference(before, after).first
    assert first is not None
    assert (first.name, "operation" in first.differs) == ("abcdef"[place], True)


def test_what_differs_is_named_column_by_column() -> None:
    before = chain(cv.conv2d(3), cv.conv2d((3, 5), stride=2), names="ab")
    after = chain(cv.conv2d(3), cv.conv2d((3, 7), stride=(2, 4)), names="ab")
    rows = difference(before, after).rows
    assert (rows[0].differs, rows[0].kind) == ((), "same")
    assert rows[1].differs == ("operation", "output", "receptive field", "jump", "center")
    assert [rows[1].cell(name) for name in ("output", "receptive field", "jump", "center", "aligned", "inputs")] == [
        "78 × 497 → 78 × 248",
        "5 × 7 → 5 × 9",
        "2 × 2 → 2 × 4",
        "2 × 3 → 2 × 4",
        "yes",
        "",
    ]


def test_a_new_layer_shifts_names_that_are_mere_numbers() -> None:
    layers = [cv.conv2d(3), "identity", cv.max_pool2d(2), cv.conv2d(5), "identity"]
    longer = [*layers[:2], cv.conv2d(1), *layers[2:]]
    numbered, more = chain(*layers, names="01234"), chain(*longer, names="012345")
    assert Counter(kind for kind, _ in kinds(numbered, more)) == {"same": 5, "added": 1}
    assert ("added", "2") in kinds(numbered, more)
    assert ("removed", "2") in kinds(more, numbered)
    assert ("same", "2 → 3") in kinds(numbered, more)


def test_names_count_where_order_explains_no_more() -> None:
    before = chain(cv.conv2d(3), "identity", cv.conv2d(3), names="abc")
    after = chain(cv.conv2d(3), cv.conv2d(3), "identity", names="acb")
    assert kinds(before, after) == [("same", "a"), ("changed", "c"), ("changed", "b")]


def test_a_removed_node_follows_the_one_that_it_followed() -> None:
    before = chain(cv.pad2d(1), cv.conv2d(3), cv.max_pool2d(2), "identity", names="abcd")
    after = chain(cv.conv2d(5), cv.max_pool2d(2), cv.pad2d(3), names="xcy")
    assert kinds(before, after) == [
        ("removed", "a"),
        ("removed", "b"),
        ("added", "x"),
        ("follows", "c"),
        ("removed", "d"),
        ("added", "y"),
    ]


def residual(source: str, *, has_norm: bool = False) -> Network:
    network = Network((9, 12))
    network.add("a", cv.conv2d(3, padding=1))
    if has_norm:
        network.add("n", "identity")
    network.add("b", cv.conv2d(3, padding=1))
    network.add("c", cv.conv2d(1))
    network.add("sum", "add", ["c", source])
    return network


def test_a_node_that_reads_others_is_changed_though_its_numbers_are_the_same() -> None:
    (row,) = difference(residual("a"), residual("b")).changes
    assert (row.name, row.kind, row.differs) == ("sum", "changed", ("inputs",))
    assert row.cell("inputs") == "c, a → c, b"


def test_a_node_in_between_does_not_change_what_is_read() -> None:
    assert [(row.kind, row.name) for row in difference(residual("a"), residual("a", has_norm=True)).changes] == [
        ("added", "n")
    ]


def gated(kernel: int) -> Network:
    network = Network((20, 31))
    network.add("conv", cv.conv2d(kernel, padding=kernel // 2))
    network.add("gate", "global_pool", "conv")
    network.add("scaled", "multiply", ["conv", "gate"])
    return network


def test_behind_a_global_operation_local_fields_are_compared() -> None:
    row = difference(gated(3), gated(5)).rows[2]
    assert (row.kind, row.cell("receptive field")) == ("follows", "3 × 3 + whole → 5 × 5 + whole")
    lost = difference(gated(3), chain(cv.conv2d(3, padding=1), "identity", names=["conv", "scaled"]))  # type: ignore[arg-type]
    assert lost.rows[-1].cell("receptive field") == "3 × 3 + whole → 3 × 3"


def test_other_input_sizes_differ_in_what_depends_on_them() -> None:
    compared = difference(Network.known("vgg11", 64), Network.known("vgg11", (64, 96)))
    assert {row.differs for row in compared} == {
        ("output", "multiplications", "memory (bytes)"),
        ("output", "memory (bytes)"),
    }
    assert list(compared.total_texts())[1] == ("input", "64 × 64", "64 × 96")


def test_signals_have_one_number_and_volumes_three() -> None:
    signals = [Network((50,)).sequential([cv.conv2d((1, 3)), cv.conv2d((1, k))]) for k in (3, 5)]
    assert difference(*signals).rows[1].cell("receptive field") == "5 → 7"
    head, _, row = csv.reader(io.StringIO(difference(*signals).csv()))
    values = dict(zip(head, row, strict=True))
    assert (values["receptive field time before"], values["receptive field time after"]) == ("5", "7")
    volumes = [Network((8, 9, 12)).sequential([conv3d((3, 1, k))]) for k in (1, 5)]
    assert difference(*volumes).rows[0].cell("output") == "6 × 9 × 12 → 6 × 9 × 8"
    with pytest.raises(cv.SpecError) as caught:
        difference(signals[0], volumes[0])
    assert str(caught.value) == (
        "before and after must have the same number of axes; got 1 (time) and 3 (depth, height, width)."
    )


WEIGHTS = {"w": (4, 2, 3, 3), "v": (4, 4, 3, 3), "u": (4, 4, 3, 3)}


def exported(names: str, gate: str = "Sigmoid", join: str = "Mul") -> Network:
    """Return two convolutions and a gate, as a file with these names."""
    first, second, third, last = names.split()
    nodes = [
        node("Conv", "x w", "a", name=first, pads=[1, 1, 1, 1]),
        node(gate, "a", "g", name=second),
        node(join, "a g", "m", name=third),
        node("Conv", "m v", "y", name=last, pads=[1, 1, 1, 1]),
    ]
    return Network.from_onnx(model(nodes, (1, 2, 9, 12), WEIGHTS))


OLDER = "/body/body.0/Conv /body/body.1/Sigmoid /Mul /body/body.2/Conv"


def test_files_are_compared_by_their_operators() -> None:
    compared = difference(exported("a b c d"), exported("a b c d", "Relu", "Add"))
    assert [(row.name, row.kind, row.cell("operation")) for row in compared.changes] == [
        ("b", "changed", "Sigmoid → Relu"),
        ("c", "changed", "Mul → Add"),
    ]


def test_operators_count_where_they_read_the_same() -> None:
    (row,) = difference(exported("a b c d", join="Add"), exported("p q r s", join="Sub")).changes
    assert (row.name, row.kind, row.cell("operation")) == ("c → r", "changed", "Add → Sub")


def test_renamed_nodes_are_pairs_by_their_modules_and_their_order() -> None:
    assert {row.kind for row in difference(exported(OLDER), exported("p q r s"))} == {"same"}
    # by order alone, the first convolution would be the partner of the first one
    swapped = exported("/body/body.2/Conv_7 /body/body.1/Sigmoid_3 /Mul_1 /body/body.0/Conv_5")
    names = [row.name for row in difference(exported(OLDER), swapped)]
    assert names[::3] == ["/body/body.2/Conv → /body/body.2/Conv_7", "/body/body.0/Conv → /body/body.0/Conv_5"]


def test_files_of_both_exporters_are_pairs_by_their_modules() -> None:
    older = [
        node("Conv", "x w", "a", name="/body/body.0/Conv", pads=[1, 1, 1, 1]),
        node("Conv", "a v", "y", name="/body/body.1/Conv", pads=[1, 1, 1, 1]),
    ]
    newer = [
        node("Conv", "x w", "a", name="node_Conv_7", pads=[1, 1, 1, 1]),
        node("Conv", "a u", "b", name="node_Conv_9", pads=[1, 1, 1, 1]),
        node("Conv", "b v", "y", name="node_Conv_8", pads=[1, 1, 1, 1]),
    ]
    for each, module in zip(newer, ("body.0", "body.9", "body.1"), strict=True):
        each.metadata_props.add(key="pkg.torch.onnx.name_scopes", value=f"['', 'body', '{module}', 'conv2d']")
    before, after = (Network.from_onnx(model(nodes, (1, 2, 9, 12), WEIGHTS)) for nodes in (older, newer))
    assert [row.kind for row in difference(before, after)] == ["same", "added", "follows"]
    assert difference(before, after).rows[2].differs == ("receptive field",)


def test_a_file_and_a_network_made_here_are_the_same_if_they_do_the_same() -> None:
    network = Network((9, 12))
    network.add("first", cv.conv2d(3, padding=1))
    network.add("second", cv.conv2d(3, padding=1))
    compared = difference(network, exported("a b c d"))
    assert Counter(row.kind for row in compared) == {"same": 2, "added": 2}


def test_what_becomes_unknown_differs() -> None:
    nodes = [node("Conv", "x w", "a", name="a"), node("Strange", "a", "b", name="b", domain="mine")]
    unknown = Network.from_onnx(model(nodes, (1, 2, 9, 12), WEIGHTS))
    known = Network.from_onnx(model(nodes, (1, 2, 9, 12), WEIGHTS), treat={"Strange": "identity"})
    (row,) = difference(known, unknown).changes
    assert row.cell("receptive field") == "3 × 3 → ? × ?"
    assert row.kind == "changed"


def test_files_have_the_same_as_the_rows() -> None:
    before = chain(cv.conv2d(3), cv.max_pool2d(2), names=["=a|b", "p"])  # type: ignore[arg-type]
    after = chain(cv.conv2d((3, 5)), cv.max_pool2d(2), names=["=a|b", "p"])  # type: ignore[arg-type]
    compared = difference(before, after)
    rows = list(csv.DictReader(io.StringIO(compared.csv())))
    assert [(row["node before"], row["difference"]) for row in rows] == [("'=a|b", "changed"), ("p", "follows")]
    assert [rows[1][f"center {axis} {side}"] for axis in ("height", "width") for side in ("before", "after")] == [
        "1.5",
        "1.5",
        "1.5",
        "2.5",
    ]
    lines = compared.markdown().splitlines()
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
    assert lines[2].startswith("| ≠ | =a\\|b | conv2d(3) → conv2d((3, 5)) |")
    content = json.loads(compared.json())
    assert (content["first"], content["nodes"][1]["difference"]) == (0, "follows")
    assert content["nodes"][1]["differs"] == ["output_size", "receptive_field", "center"]
    assert content["nodes"][1]["after"]["center"] == [1.5, 2.5]
    assert content["totals"]["before"]["receptive_field"] == [4, 4]


def test_equal_networks_have_no_difference() -> None:
    compared = difference(Network.known("vgg11"), Network.known("vgg11"))
    assert (compared.changes, compared.first) == ((), None)
    count = len(Network.known("vgg11").nodes) - 1
    assert compared.summary() == (
        f"{count} nodes: 0 changed, 0 that follow from changes, 0 added, 0 removed, {count} the same."
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_common_subsequence_is_common_and_the_longest(seed: int) -> None:
    generator = np.random.default_rng(seed)
    first, second = ("".join(generator.choice(list("abc"), n)) for n in (70, 83))

    @lru_cache(None)
    def longest(i: int, j: int) -> int:
        """The textbook's recursion."""
        if not i or not j:
            return 0
        if first[i - 1] == second[j - 1]:
            return longest(i - 1, j - 1) + 1
        return max(longest(i - 1, j), longest(i, j - 1))

    pairs = common(first, second)
    assert all(first[i] == second[j] for i, j in pairs)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))
    assert len(pairs) == longest(len(first), len(second))
