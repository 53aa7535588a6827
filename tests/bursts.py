"""Bursts of changes that do not wait for the page, and what must hold when the page has come to rest."""

from __future__ import annotations

import random
from typing import Any

from tests.visitor import Control, Visitor

LINKS = {
    "network": ("", "network=alexnet&node=pool1"),
    "on-your-image": ("network=resnet18", "network=resnet18&node=conv1&units=3,4;0,0"),
    "gridding": ("", "rates=1,2,5&kernel_size=4"),
}
"""Links to begin with, for each page without a figure: the controls of the others are in their figures."""

PAGES = tuple(LINKS)

TEXTS = ("1,2,4", "3", "2x3", "", "32", "conv2d(3,dilation=2);conv2d(3)", "nonsense", "64x96")
QUIET_BUTTONS = ("svg", "png", "csv", "md")


def burst(server: str, page: str, seed: int) -> list[str]:
    """Open a page, change 2 to 5 things at once, and return what is wrong in the end."""
    dice = random.Random(f"{page} {seed}")
    with Visitor(server, f"/{page}?{dice.choice(LINKS[page])}") as visitor:
        visitor.is_far = dice.random() < 0.5
        done = [act(visitor, dice) for _ in range(dice.randint(2, 5))]
        visitor.settle()
        wrong = check(server, page, visitor)
    return [f"{page} {seed} {done}: {sentence}" for sentence in wrong]


def act(visitor: Visitor, dice: random.Random) -> str:
    """Change something, as a person may who does not wait."""
    buttons = [
        name
        for proto in visitor.protos("button")
        if not proto.disabled and (name := proto.id.split("-", 2)[2]).rpartition(".")[2] not in QUIET_BUTTONS
    ]
    controls = visitor.controls
    if visitor.place and dice.random() < 0.2:
        visitor.go(-1)
        return "Back"
    name = dice.choice(sorted([*controls, *buttons]))
    if name in buttons:
        visitor.press(name)
        return name
    value = value_for(controls[name], dice)
    visitor.change(name, value)
    return f"{name}={value}"


def value_for(control: Control, dice: random.Random) -> Any:
    proto = control.proto
    match control.kind:
        case "slider":
            steps = int((proto.max - proto.min) / proto.step)
            return [proto.min + proto.step * dice.randint(0, steps)]
        case "number_input":
            low = proto.min if proto.has_min else -3
            return float(dice.randint(int(low), int(min(proto.max if proto.has_max else 9, low + 9))))
        case "checkbox" | "expandable":
            return not control.value
        case "selectbox":
            return dice.choice(list(proto.options))
        case "button_group":
            return [dice.choice([option.content for option in proto.options])]
    return dice.choice(TEXTS)


def check(server: str, page: str, visitor: Visitor) -> list[str]:
    """Compare what the browser holds, what the page says, and what a newcomer sees who opens the address."""
    wrong = [f"exception {one.type}: {one.message}" for one in visitor.protos("exception")]
    wrong += [f"{name}: {here!r} in the browser, {there!r} on the page"
              for name, (here, there) in visitor.held_elsewhere().items()]  # fmt: skip
    if wrong or visitor.protos("alert"):
        return wrong  # what is refused stays as it was typed, and no link says it
    with Visitor(server, f"/{page}?{visitor.query}") as newcomer:
        names = {name for name in visitor.controls.keys() & newcomer.controls.keys() if not name.startswith("open:")}
        wrong += [
            f"{name}: {visitor.controls[name].value!r}, by its link {newcomer.controls[name].value!r}"
            for name in sorted(names)
            if visitor.controls[name].value != newcomer.controls[name].value and not is_own(visitor.controls[name])
        ]
        if page != "network" and pictures(visitor) != pictures(newcomer):  # there the folds are not in the link
            wrong.append("the picture is another one than by its link")
        if newcomer.address != visitor.address:
            wrong.append(f"{visitor.query} becomes {newcomer.query}")
    return wrong


def is_own(control: Control) -> bool:
    """Whether a control is about the page alone and in no link, or empty, which means its default."""
    return control.value == "" or control.name.endswith(_OWN) or ".row." in control.name


_OWN = (".apart", ".format", ".copied", ".written", ".same", ".which", ".fits", ".search", ".all", ".paste", ".chosen")


def pictures(visitor: Visitor) -> list[str]:
    return [proto.mixed.json or proto.json for proto in visitor.protos("bidi_component")]
