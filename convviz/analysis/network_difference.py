"""Two networks side by side, before and after a change: which nodes belong together, and what differs in each pair.

Files of the same model seldom name all nodes alike, so a pair is found by the name, else by the module of both nodes,
else by what nodes do, in their order.
"""

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from convviz.arithmetic import Layer
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError, printable

from .network import Network
from .receptive.field import ReceptiveField
from .receptive.footprints import JOINS, SUMMARIES
from .receptive.graph import spelled
from .receptive.node_cost import NodeCost
from .receptive.table import COSTS, Cell, columns_text, csv_text, decimal, markdown_text

COLUMNS: Final = ("operation", "inputs", "output", "receptive field", "jump", "center", "aligned", *COSTS)
"""What is compared of two nodes, in the order of the tables."""

TOTALS: Final = ("nodes", "input", "receptive field", "jump", *COSTS[1:])
"""What is compared of two networks as wholes: field and jump are those of the last node, the rest are sums."""

SIGNS: Final = {"same": "", "changed": "≠", "follows": "~", "added": "+", "removed": "−"}
"""The kinds of rows, and how a table marks them."""

ARROW: Final = " → "

_OWN: Final = ("operation", "inputs", "parameters")
"""What a node differs in by itself; the rest can follow from nodes before it."""

_FIELD: Final = ("receptive field", "jump", "center")

Value = Any
"""A text, a number, a flag, or a tuple with a number for each axis; None if it is unknown."""


@dataclass(frozen=True, slots=True)
class Side:
    """A node of one of the networks.

    Attributes
    ----------
    name : str
        Its name there.
    action : tuple of str
        What it reads, whatever its file calls that: nodes with equal ones can be a pair without a name.
    operator : str
        Its operator in the file, "" without a file.
    values : Mapping
        A value for each of `COLUMNS`. Field, jump and center are without global operations.
    is_global : bool
        Whether it reads the whole input.
    """

    name: str
    action: tuple[str, str]
    operator: str
    values: Mapping[str, Value]
    is_global: bool

    def text(self, column: str) -> str:
        """Return a value as a table shows it: "3 × 5", "[1, 3] × 5" for a size that depends on the output, "?"."""
        if column == "inputs":
            return ", ".join(self.values[column])
        text = _text(self.values[column])
        return f"{text} + whole" if column == "receptive field" and self.is_global else text


@dataclass(frozen=True, slots=True)
class Pairing:
    """A node before and after the change.

    Attributes
    ----------
    before, after : Side or None
        None where a network does not have the node; one of them is there.
    differs : tuple of str
        Those of `COLUMNS` in which they differ. A cost that one network does not tell is no difference.
    """

    before: Side | None
    after: Side | None
    differs: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """A key of `SIGNS`.

        "changed" nodes do or store something else or read other nodes; those that "follow" have other numbers because
        of nodes before them.
        """
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "changed" if any(name in self.differs for name in _OWN) else "follows" if self.differs else "same"

    @property
    def name(self) -> str:
        """The name of the node; both, with an arrow, if they differ."""
        names = [side.name for side in (self.before, self.after) if side is not None]
        return ARROW.join(dict.fromkeys(names))

    def cell(self, column: str) -> str:
        """Return one text if there is no difference, else both with an arrow. Inputs are named only if they differ."""
        sides = [side for side in (self.after, self.before) if side is not None]
        if column in self.differs:
            return ARROW.join(side.text(column) for side in reversed(sides))
        if column == "inputs":
            return ""
        return next((side for side in sides if side.values[column] is not None), sides[0]).text(column)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Difference:
    """The nodes of two networks in pairs; printed, it is `text`.

    Attributes
    ----------
    rows : tuple of Pairing
        In the order of the network after the change; a removed node follows the one that it followed before.
    totals : tuple of Mapping
        Before and after, a value for each of `TOTALS`.
    axes : tuple of str
        The words of the axes.
    """

    rows: tuple[Pairing, ...]
    totals: tuple[Mapping[str, Value], Mapping[str, Value]]
    axes: tuple[str, ...]

    def __iter__(self) -> Iterator[Pairing]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"Difference({len(self.rows)} rows, {len(self.changes)} of them differ)"

    def __str__(self) -> str:
        return self.text()

    @property
    def changes(self) -> tuple[Pairing, ...]:
        """The rows that differ."""
        return tuple(row for row in self.rows if row.kind != "same")

    @property
    def first(self) -> Pairing | None:
        """The first row that differs; None if there is none."""
        return next(iter(self.changes), None)

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of `COLUMNS` of which something is known."""
        return tuple(column for column in COLUMNS if any(row.cell(column) not in ("", "?") for row in self.rows))

    def summary(self) -> str:
        """Return how many nodes there are of each kind.

        >>> from convviz.analysis import Network
        >>> print(difference(Network.known("resnet50_v1"), Network.known("resnet50_v1_5")).summary())
        70 nodes: 7 changed, 62 that follow from changes, 0 added, 0 removed, 1 the same.
        """
        count = Counter(row.kind for row in self.rows)
        return (
            f"{len(self.rows)} nodes: {count['changed']} changed, {count['follows']} that follow from changes, "
            f"{count['added']} added, {count['removed']} removed, {count['same']} the same."
        )

    def total_texts(self) -> Iterator[tuple[str, str, str]]:
        """Yield the name of each total that is known, and its texts before and after."""
        for name in TOTALS:
            values = [_text(total[name]) for total in self.totals]
            if values != ["?", "?"]:
                yield name, values[0], values[1]

    def text(self, rows: Sequence[Pairing] | None = None) -> str:
        """Return columns for a terminal: those of the rows, by default of all.

        Examples
        --------
        >>> from convviz.arithmetic import conv2d
        >>> from convviz.analysis import Network
        >>> before = Network.sequential([("a", conv2d(3)), ("b", conv2d(3))], input_size=9)
        >>> after = Network.sequential([("a", conv2d(3)), ("n", "identity"), ("b", conv2d(5))], input_size=9)
        >>> print(difference(before, after).text())
           node  operation              output         receptive field  jump   center         aligned
           a     conv2d(3)              7 × 7          3 × 3            1 × 1  1 × 1          yes
        +  n     identity               7 × 7          3 × 3            1 × 1  1 × 1          yes
        ≠  b     conv2d(3) → conv2d(5)  5 × 5 → 3 × 3  5 × 5 → 7 × 7    1 × 1  2 × 2 → 3 × 3  yes
        """
        return columns_text(self._lines(self.rows if rows is None else rows))

    def _lines(self, rows: Iterable[Pairing]) -> list[tuple[str, ...]]:
        """Return the headings, and for each row its sign, its name and its cells, as printable text."""
        columns = self.columns
        lines = [("", "node", *columns)]
        for row in rows:
            cells = (SIGNS[row.kind], row.name, *map(row.cell, columns))
            lines.append(tuple(map(printable, cells)))
        return lines

    def markdown(self) -> str:
        """Return a table in the Markdown of GitHub."""
        headings, *lines = self._lines(self.rows)
        return markdown_text(headings, lines)

    def csv(self) -> str:
        """Return CSV with a column for each number of each network; unknown numbers are empty, centers are decimals."""
        spread = ("output", *_FIELD)
        parts = [
            (column, n) for column in self.columns for n in (range(len(self.axes)) if column in spread else (None,))
        ]
        headings = ["difference", "node before", "node after"]
        for column, n in parts:
            name = column if n is None else f"{column} {self.axes[n]}"
            headings += [f"{name} before", f"{name} after"]
        rows = []
        for row in self.rows:
            sides = (row.before, row.after)
            cells: list[Cell] = [row.kind, *("" if side is None else side.name for side in sides)]
            for column, n in parts:
                cells += [_csv_cell(side, column, n) for side in sides]
            rows.append(cells)
        return csv_text(headings, rows)

    def json(self) -> str:
        """Return all as JSON.

        ``totals`` and each of ``nodes`` have ``before`` and ``after``: null, or values under the names of the columns,
        with a number for each axis. Nodes also have ``difference``, a key of `SIGNS`, and ``differs``, names of
        columns. ``first`` is the number of the first node that differs, null if none does.
        """
        nodes = [
            {
                "difference": row.kind,
                "differs": [_key(name) for name in row.differs],
                "before": _json(row.before),
                "after": _json(row.after),
            }
            for row in self.rows
        ]
        before, after = ({_key(name): _json_value(value) for name, value in each.items()} for each in self.totals)
        first = next((number for number, row in enumerate(self.rows) if row.kind != "same"), None)
        content = {"totals": {"before": before, "after": after}, "first": first, "nodes": nodes}
        return json.dumps(content, indent=2, allow_nan=False)


def difference(before: Network, after: Network) -> Difference:
    """Compare two networks node by node, such as a model before and after a change.

    Nodes with equal names are a pair; else the nodes of the same module path; else those that do the same, in the same
    order, as many as possible. Where names are mere numbers, a new layer shifts them: if order alone explains the
    networks with fewer nodes that are changed, added or removed, names do not count.

    Parameters
    ----------
    before, after : Network
        Of the same number of axes.

    Returns
    -------
    Difference
        A row for each pair and for each node without a partner. Helper nodes, which have no output in a file, are
        left out.

    Raises
    ------
    SpecError
        The networks have different numbers of axes.

    Examples
    --------
    >>> from convviz.analysis import Network
    >>> compared = difference(Network.known("resnet50_v1"), Network.known("resnet50_v1_5"))
    >>> compared.first.name, compared.first.cell("operation")
    ('pool1', 'max_pool2d(3, stride=2, ceil_mode=True) → max_pool2d(3, stride=2, padding=1)')
    """
    for name, network in (("before", before), ("after", after)):
        if not isinstance(network, Network):
            raise SpecError(f"{name} must be a Network; got {shown(network)}.")
    axes, others = before.axes, after.axes
    if len(axes) != len(others):
        raise SpecError(
            f"before and after must have the same number of axes; got {len(axes)} ({', '.join(axes)}) and "
            f"{len(others)} ({', '.join(others)})."
        )
    sides = tuple(_sides(before)), tuple(_sides(after))
    by_order = _in_order(sides, {})
    pairs = min((_in_order(sides, _named(sides, (before, after))), by_order), key=lambda each: _effort(sides, each))
    rows = _rows((before, after), sides, pairs)
    return Difference(tuple(rows), (_total(before, sides[0]), _total(after, sides[1])), axes)


# Pairs ----------------------------------------------------------------------------------------------------------------

Sides = tuple[tuple[Side, ...], tuple[Side, ...]]
"""The nodes of both networks."""

Pairs = Mapping[int, int]
"""For numbers of nodes before those of their partners after."""


def _named(sides: Sides, networks: tuple[Network, Network]) -> Pairs:
    """Return the pairs of equal names, and of what is left those of equal module paths.

    A module may have several nodes that do the same: if as many on both sides, they are pairs in their order.
    """
    modules = [
        [(_module_path(network, side.name), side.action) for side in each]
        for each, network in zip(sides, networks, strict=True)
    ]
    totals = [Counter(each) for each in modules]
    keys = []
    for each in modules:
        count: Counter[Hashable] = Counter()
        numbered: list[Hashable] = []
        for module in each:
            numbered.append((module, count[module]) if module[0] and totals[0][module] == totals[1][module] else None)
            count[module] += 1
        keys.append(numbered)
    return _equal(keys, _equal([[side.name for side in each] for each in sides], {}))


def _equal(keys: Sequence[Sequence[Hashable]], pairs: Pairs) -> Pairs:
    """Return the pairs with those added that have equal keys, each of which is there once or None."""
    taken = set(pairs.values())
    free = {key: number for number, key in enumerate(keys[1]) if key is not None and number not in taken}
    return dict(pairs) | {
        number: free[key] for number, key in enumerate(keys[0]) if number not in pairs and key in free
    }


def _module_path(network: Network, name: str) -> str:
    """Return the module that a node is from, "" if that is unknown.

    The file says it, or a name in the manner of PyTorch's older exporter: "/layer1/layer1.0/conv1/Conv" is from
    "layer1.0.conv1".
    """
    if name in network.scopes or not name.startswith("/"):
        return network.scopes.get(name, "")
    path: list[str] = []
    for step in name.split("/")[1:-1]:
        if path and step.startswith(f"{path[-1]}."):
            path.pop()
        path.append(step)
    return ".".join(path)


def _in_order(sides: Sides, pairs: Pairs) -> Pairs:
    """Return the pairs with those added that do the same, in the same order, as many as possible."""
    partners = {after: before for before, after in pairs.items()}
    first = [("pair", number) if number in pairs else side.action for number, side in enumerate(sides[0])]
    second = [("pair", partners[number]) if number in partners else side.action for number, side in enumerate(sides[1])]
    return dict(pairs) | {i: j for i, j in common(first, second) if i not in pairs}


def common(first: Sequence[Hashable], second: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return a longest common subsequence, as pairs of positions.

    The table of lengths has a row for each prefix of `first`, kept as a whole number: bit j is 0 where the length grows
    at position j of `second`. So 5,000 nodes take a few milliseconds, and 3 MB
    (Hyyrö, 2004, Bit-parallel LCS-length computation revisited).

    Examples
    --------
    >>> common("conv relu pool conv".split(), "conv pool conv conv".split())
    [(0, 0), (2, 1), (3, 3)]
    """
    places: dict[Hashable, int] = {}
    for j, key in enumerate(second):
        places[key] = places.get(key, 0) | 1 << j
    every = (1 << len(second)) - 1
    rows = [every]
    for key in first:
        row = rows[-1]
        match = row & places.get(key, 0)
        rows.append(((row + match) | (row - match)) & every)
    pairs = []
    i, j = len(first), len(second)
    while i and j:
        if first[i - 1] == second[j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif rows[i] >> (j - 1) & 1:  # the length does not grow at this position
            j -= 1
        else:
            i -= 1
    return pairs[::-1]


def _effort(sides: Sides, pairs: Pairs) -> int:
    """Return how many nodes are changed, added or removed."""
    changed = sum(sides[0][before].action != sides[1][after].action for before, after in pairs.items())
    return changed + len(sides[0]) + len(sides[1]) - 2 * len(pairs)


def _rows(networks: tuple[Network, Network], sides: Sides, pairs: Pairs) -> Iterator[Pairing]:
    """Yield the rows in their order."""
    removed: dict[int | None, list[Side]] = {}
    last = None
    for number, side in enumerate(sides[0]):
        if number in pairs:
            last = pairs[number]
        else:
            removed.setdefault(last, []).append(side)
    partners = {after: before for before, after in pairs.items()}
    first = _sources(networks[0], {sides[0][before].name: after for before, after in pairs.items()})
    second = _sources(networks[1], {sides[1][after].name: after for after in partners})
    yield from (Pairing(side, None) for side in removed.get(None, ()))
    for number, side in enumerate(sides[1]):
        if number in partners:
            before = sides[0][partners[number]]
            yield Pairing(before, side, tuple(_differing(before, side, first[before.name] != second[side.name])))
        else:
            yield Pairing(None, side)
        yield from (Pairing(each, None) for each in removed.get(number, ()))


def _sources(network: Network, numbers: Mapping[str, int]) -> dict[str, int]:
    """Return for each node which nodes with a number it reads, directly or through others, as a set of bits."""
    seen: dict[str, int] = {}
    read: dict[str, int] = {}
    for node in network.nodes:
        read[node.name] = 0
        for name in node.inputs:
            read[node.name] |= seen[name]
        is_end = node.name in numbers or not node.inputs
        seen[node.name] = 1 << (numbers.get(node.name, -1) + 1) if is_end else read[node.name]
    return read


def _differing(before: Side, after: Side, reads_others: bool) -> Iterator[str]:
    """Yield the columns in which a pair differs."""
    for column in COLUMNS:
        if column == "operation":
            operators = {before.operator, after.operator} - {""}  # a network without a file has none to compare
            is_different = before.action != after.action or len(operators) > 1
        elif column == "inputs":
            is_different = reads_others
        else:
            values = before.values[column], after.values[column]
            is_different = values[0] != values[1] and not (column in COSTS and None in values)
        if is_different or (column == "receptive field" and before.is_global != after.is_global):
            yield column


# Values ---------------------------------------------------------------------------------------------------------------


def _sides(network: Network) -> Iterator[Side]:
    """Yield the nodes of a network after its input, without helper nodes."""
    axes = network.axes
    for node in network.main_nodes[1:]:
        field = network.receptive_field(node.name)
        values = {
            "operation": network.described(node.name),
            "inputs": node.inputs,
            "output": _along(axes, node.size),
            **_field_values(axes, field),
            "aligned": field.is_aligned,
            **_cost_values(network.cost(node.name)),
        }
        operator = network.origins[node.name][0] if node.name in network.origins else ""
        is_said = isinstance(node.operation, Layer) or node.operation in (*SUMMARIES, *JOINS)
        action = spelled(node.operation), "" if is_said else operator
        yield Side(node.name, action, operator, values, field.is_global)


def _along(axes: tuple[str, ...], numbers: Sequence[Any] | None) -> Value:
    """Return a number for each axis; a signal is a plane of one row, which says nothing."""
    return None if numbers is None else tuple(numbers[-len(axes) :])


def _field_values(axes: tuple[str, ...], field: ReceptiveField) -> dict[str, Value]:
    """Return field, jump and center without global operations; a size that depends on the output is a range."""
    local = field.local
    sizes = tuple(
        size if ends is None or ends[0] == ends[1] else ends
        for size, ends in zip(local.size, local.size_range, strict=True)
    )
    values = (_along(axes, numbers) for numbers in (sizes, local.jump, local.center))
    return dict(zip(_FIELD, values, strict=True))


def _total(network: Network, sides: Sequence[Side]) -> dict[str, Value]:
    """Return the totals of a network."""
    costs = _cost_values(network.total() if network.graph.costs else None)
    fields = sides[-1].values if sides else dict.fromkeys(_FIELD)
    values = {
        "nodes": len(sides),
        "input": _along(network.axes, network.input_size),
        **{name: fields[name] for name in _FIELD[:2]},
    }
    return values | {name: costs[name] for name in COSTS if name in TOTALS}


def _cost_values(cost: NodeCost | None) -> dict[str, Value]:
    if cost is None:
        return dict.fromkeys(COSTS)
    return dict(zip(COSTS, (cost.channels, cost.parameters, cost.multiplications, cost.bytes), strict=True))


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " × ".join(f"[{each[0]}, {each[1]}]" if isinstance(each, tuple) else _known(each) for each in value)
    return f"{value:,}" if isinstance(value, int) else _known(value)


def _known(value: Value) -> str:
    return "?" if value is None else str(value)


def _key(column: str) -> str:
    """Return the name of a column in JSON."""
    names = {"output": "output_size", "input": "input_size", "memory (bytes)": "memory"}
    return names.get(column, column.replace(" ", "_"))


def _json(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    values = {_key(name): _json_value(value) for name, value in side.values.items()}
    return {"name": side.name, **values, "is_global": side.is_global}


def _json_value(value: Value) -> Value:
    """Return fractions as decimals, and tuples of unknown numbers as None."""
    if isinstance(value, tuple):
        return None if value and all(each is None for each in value) else [_json_value(each) for each in value]
    return decimal(value) if isinstance(value, Fraction) else value


def _csv_cell(side: Side | None, column: str, axis: int | None) -> Cell:
    """Return the value of a node, or that along an axis, as CSV has it."""
    value = None if side is None else side.values[column]
    if side is None or value is None:
        return None
    if axis is not None:
        return f"{value[axis][0]} to {value[axis][1]}" if isinstance(value[axis], tuple) else value[axis]
    return value if column in COSTS else side.text(column)
