"""Controls that keep what they hold, and that late messages of the browser cannot disturb.

A control has a value in the session and the same value as its default. A value that is only in the session is sent
once. When runs overtake one another, the message may be dropped, and the browser makes the control from its default:
the smallest number, the first choice, nothing. It then reports that as the person's choice.

Every message of the browser carries the values of all its controls. One that was sent before the browser heard of a new
example would undo the example. So a control that the page itself changes is replaced by another one with a new key:
a late message is about a control that is gone, and is ignored.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

Choice = TypeVar("Choice")

_REPLACED: Final = "times replaced"


def key_of(control: str) -> str:
    """Return the key that a control has now: its name, and how often it was replaced."""
    times = _times_replaced().get(control, 0)
    return f"{control}#{times}" if times else control


def value_of(control: str, default: Any = None) -> Any:
    """Return what a control holds, or ``default`` where there is no such control."""
    return st.session_state.get(key_of(control), default)


def set_value(control: str, value: Any) -> None:
    """Replace a control by one that holds ``value``."""
    replace(control)
    st.session_state[key_of(control)] = value


def replace(control: str) -> None:
    """Make the control another one, which begins from its start."""
    st.session_state.pop(key_of(control), None)
    _times_replaced()[control] = _times_replaced().get(control, 0) + 1


def forget(name: str) -> None:
    """Replace all controls of a page or of one of its sections, so that they begin from its state."""
    for key in list(st.session_state):
        if str(key).startswith(f"{name}."):
            control, _, times = str(key).rpartition("#")
            with suppress(KeyError):  # of a control that has gone there may be the key alone
                del st.session_state[key]
            replace(control if times.isdecimal() else str(key))


def heard(control: str, act: Callable[[Any], None]) -> Callable[[], None]:
    """Return a callback that gives ``act`` what the control holds, and does nothing once the control is gone.

    The browser reports a control until it knows that the control was replaced.
    """
    key = key_of(control)

    def callback() -> None:
        if key in st.session_state:
            act(st.session_state[key])

    return callback


def reported(key: str, trigger: str, act: Callable[[Any], None], kind: type = str) -> Callable[[], None]:
    """Return a callback that gives ``act`` what the component with this key has reported, if that is of its kind."""

    def callback() -> None:
        value = st.session_state.get(key, {}).get(trigger)
        if value and isinstance(value, kind):
            act(value)

    return callback


def held(control: str, start: Any) -> dict[str, Any]:
    """Return the keyword arguments ``key`` and ``value`` of a number, a slider, a switch or a text.

    ``start`` is not stored in the session: after a restart of the server the browser still sends what the person chose
    last, and that must win.
    """
    return {"key": key_of(control), "value": value_of(control, start)}


def select(
    label: str,
    choices: Sequence[Choice] | Mapping[Choice, str],
    control: str,
    start: Choice,
    *,
    place: DeltaGenerator | None = None,
    **more: Any,
) -> Choice:
    """Show a menu and return the chosen one of ``choices``.

    Parameters
    ----------
    choices : sequence or mapping
        What can be chosen; a mapping has the words for it.
    place : DeltaGenerator, optional
        Where the menu is; here, if it is not given.
    **more
        As for `streamlit.selectbox`.
    """
    if isinstance(choices, Mapping):
        more["format_func"], choices = choices.__getitem__, tuple(choices)
    now = value_of(control, start)
    index = choices.index(now) if now in choices else 0
    menu = st.selectbox if place is None else place.selectbox
    return cast(Choice, menu(label, choices, index=index, key=key_of(control), **more))


def number(
    label: str, low: int, high: int, control: str, start: int, *, place: DeltaGenerator | None = None, **more: Any
) -> int:
    """Show a field for a whole number from ``low`` to ``high`` and return what it holds.

    What it holds moves with the bounds: a row of the input is the last one where the input got smaller.

    Parameters
    ----------
    place : DeltaGenerator, optional
        Where the field is; here, if it is not given.
    **more
        As for `streamlit.number_input`.
    """
    if (now := value_of(control, start)) != (within := min(max(now, low), high)):
        set_value(control, within)
    show: Callable[..., int] = st.number_input if place is None else place.number_input
    return int(show(label, low, high, **held(control, start), **{"step": 1, **more}))


def segments(label: str, words: Mapping[str, str], control: str, start: str, **more: Any) -> str:
    """Show a few words side by side and return the chosen one; there is always one chosen.

    Parameters
    ----------
    **more
        As for `streamlit.segmented_control`.
    """
    now = value_of(control, start)
    chosen = st.segmented_control(
        label,
        tuple(words),
        default=now if now in words else start,
        key=key_of(control),
        format_func=words.__getitem__,
        required=True,
        **more,
    )
    return chosen or start


def choose_some(
    label: str, words: Mapping[str, str], control: str, start: Sequence[str], **more: Any
) -> tuple[str, ...]:
    """Show a few words of which any number can be chosen, and return those that are, in their order.

    Parameters
    ----------
    **more
        As for `streamlit.pills`.
    """
    now = [name for name in value_of(control, start) if name in words]
    chosen = st.pills(
        label, tuple(words), selection_mode="multi", default=now, key=key_of(control),
        format_func=words.__getitem__, **more,
    )  # fmt: skip
    return tuple(name for name in words if name in chosen)


def choose_once(label: str, titles: Mapping[str, str], control: str, act: Callable[[str], None], **more: Any) -> None:
    """Show a menu that holds no choice: ``act`` gets the key of a chosen title, and replaces the menu.

    To set the value of a menu with every change of other controls would let the browser's older value, which comes with
    a quick next change, count as a new choice.

    Parameters
    ----------
    **more
        As for `streamlit.selectbox`.
    """

    def choose(name: str | None) -> None:
        if name is not None and name in titles:
            act(name)
            set_value(control, None)

    st.selectbox(
        label,
        list(titles),
        index=None,
        key=key_of(control),
        on_change=heard(control, choose),
        format_func=titles.__getitem__,
        **more,
    )


def _times_replaced() -> dict[str, int]:
    times: dict[str, int] = st.session_state.setdefault(_REPLACED, {})
    return times


# Expanders ------------------------------------------------------------------------------------------------------------


def fold(page: str, label: str, expanded: bool = False) -> ExpanderContainer:
    """Return an expander of ``page``; whether it is ``.open`` does not change when an example is chosen.

    The content of a closed one need not be sent: with half the elements, a slider is answered in half the time.
    """
    return st.expander(label, expanded=expanded, key=_key(page, label), on_change="rerun")


def show_in_expander(page: str, label: str, show: Callable[[], object]) -> None:
    """Show an expander of ``page``, and what ``show`` shows if it is open."""
    expander = fold(page, label)
    if expander.open:
        with expander:
            show()


def unfold(page: str, label: str) -> None:
    """Open an expander before it is shown."""
    st.session_state[_key(page, label)] = True


def _key(page: str, label: str) -> str:
    return f"open:{page}.{label.split()[0].lower()}"
