"""The player on a page: a component that gets a scene as JSON and reacts in the browser, without a rerun."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from convviz.recipes import Presentation
from convviz.recipes.comparison import Asked
from convviz.recipes.model import read_query, write_query
from convviz.render.player import player_json
from convviz.scene import Frame, Scene, compose
from convviz.scene.theme import COLORS, ROLES
from convviz.web import ASSETS

_FOLDER: Final = ASSETS / "player"
_MODULES: Final = {path.name: path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.js"))}
_VERSION: Final = sha256("".join(_MODULES.values()).encode()).hexdigest()[:12]
_YEAR: Final = 31_536_000
_NARROW_WIDTH: Final = 430
"""Layout width for phones, on which cells can be touched and letters can be read."""


async def _module(request: Request) -> Response:
    """Return one of the player's modules; the version in the address lets browsers keep it for good."""
    text = _MODULES.get(request.path_params["name"])
    if text is None or request.path_params["version"].partition("-")[0] != _VERSION:
        return PlainTextResponse("There is no such module.", status_code=404)
    headers = {"Cache-Control": f"public, max-age={_YEAR}, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(text, media_type="text/javascript", headers=headers)


routes: Final = [Route("/player/{version}/{name}", _module)]


_base: Final = str(st.get_option("server.baseUrlPath") or "").strip("/")
_path: Final = f"{f'/{_base}' if _base else ''}/player/{_VERSION}"

_mount: Final = st.components.v2.component(
    "convviz_player",
    html=(_FOLDER / "player.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "player.css").read_text(encoding="utf-8"),
    js=_MODULES["entry.js"].replace("PATH", _path),
)


def is_narrow(page: str) -> bool:
    """Return whether the player of a page found that it has the width of a phone; before, what the browser says."""
    player = st.session_state.get(f"player:{page}")
    narrow = player.get("narrow") if player else None
    return "Mobi" in (st.context.headers.get("User-Agent") or "") if narrow is None else bool(narrow)


def show_player(
    recipe: Asked,
    presentation: Mapping[str, str],
    *,
    step: int | None,
    pin: str | None,
    on_edit: Callable[[str, tuple[int, ...], str], None],
) -> None:
    """Put the player of a recipe, or of a comparison, on the page.

    Parameters
    ----------
    presentation : mapping
        The presentation as a link spells it; its width is for files, the player takes the width of its container.
    step, pin : int, str, optional
        Where the player begins when it is first shown.
    on_edit : callable
        Gets (plane, cell, text) when the person has typed a number into a cell. The cell is its indices in the table
        of the plane, which has a name such as "input" or "kernel".
    """
    key = f"player:{recipe.variant}"

    def edited() -> None:
        typed: dict[str, Any] | None = st.session_state.get(key, {}).get("edit")
        if typed:
            on_edit(str(typed["plane"]), tuple(int(index) for index in typed["cell"]), str(typed["text"]))

    look = {name: text for name, text in presentation.items() if name != "width"}
    _mount(
        key=key,
        data=_scene(recipe, write_query(look), is_narrow(recipe.variant), step, pin),
        on_edit_change=edited,
        on_narrow_change=lambda: None,
    )


@lru_cache(64)
def _scene(recipe: Asked, presentation: str, on_phone: bool, step: int | None, pin: str | None) -> str:
    show = Presentation.from_values(read_query(presentation))
    width = _NARROW_WIDTH if on_phone else None
    drawn = Presentation(ROLES.name, width, show.seconds_per_step, show.terms, show.formula)
    theme = read_query(presentation).get("theme", "page")
    scene = _while_wanted(compose(recipe, drawn, frames_drawn=0))
    return player_json(scene, COLORS, seconds_per_step=show.seconds_per_step, theme=theme, step=step, pin=pin)


def _while_wanted(scene: Scene) -> Scene:
    """Return the scene with frames that end this run, as every element does, once a newer one waits.

    Hundreds of frames take a second in which no element is shown.
    """

    def draw(number: int) -> Frame:
        st.session_state.get("page")  # where Streamlit looks for a newer run
        return scene.draw(number)

    return replace(scene, draw=draw)
