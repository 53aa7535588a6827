"""What an operator sets: the one table of environment variables, read when the server starts.

The options of Streamlit are in ``.streamlit/config.toml``. uvicorn reads ``FORWARDED_ALLOW_IPS`` itself: the addresses
of proxies whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` hold.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError

CORES: Final = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

_PREFIX: Final = "CONVVIZ_"

PROCESS_COOKIE: Final = "convviz_process"
"""Where a browser keeps the number of its process; `process_cookie` sets it."""

_OF_KUBERNETES: Final = re.compile("_(SERVICE_HOST|SERVICE_PORT|PORT)(_|$)")
"""Kubernetes sets such variables in all containers, after the names of its services."""

_ORIGIN: Final = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?", re.IGNORECASE)
_ORIGINS: Final = 100
_WORKERS: Final = 64
PROCESSES: Final = 64


def _frames(name: str, text: str) -> tuple[str, ...]:
    origins = tuple(text.replace(",", " ").split())
    if origins != ("*",):
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise SpecError(f"{name} must be * or origins such as https://school.example; got {shown(origin)}.")
    if len(origins) > _ORIGINS:
        raise SpecError(f"{name} must have at most {_ORIGINS} origins; got {len(origins)}.")
    return origins


def _log(name: str, text: str) -> str:
    if text not in ("text", "json"):
        raise SpecError(f"{name} must be text or json; got {shown(text)}.")
    return text


def _whole(most: int) -> Callable[[str, str], int]:
    def read(name: str, text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= most):
            raise SpecError(f"{name} must be a whole number from 1 to {most}; got {shown(text)}.")
        return int(text)

    return read


def _setting(usual: object, read: Callable[[str, str], object], text: str) -> Any:
    return field(default=usual, metadata={"read": read, "text": text})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a server; each is the environment variable ``CONVVIZ_`` with its name in capitals."""

    frames: tuple[str, ...] = _setting(
        (),
        _frames,
        "Other sites that may have the pages in a frame: origins such as `https://school.example` or "
        "`https://*.school.example`, with spaces between them, or `*` for all. Every site may have `/figure` in one.",
    )
    log: str = _setting("text", _log, "`text` or `json`: how the lines of the log are written.")
    workers: int = _setting(
        CORES,
        _whole(_WORKERS),
        "Processes that compute and draw at a time, 1 to 64; without it as many as there are cores. A container's "
        "limit of CPU is not seen: set this to it.",
    )
    process: int = _setting(
        0,
        _whole(PROCESSES),
        "The number of this process among several, each with another one; `convviz app --processes` sets it. Browsers "
        "get it as a cookie, by which what is in front finds their process again.",
    )


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings in an environment; a variable without text is as good as none.

    Raises
    ------
    SpecError
        A variable has no value of its kind, or there is no such variable.

    Examples
    --------
    >>> read_settings({"CONVVIZ_LOG": "json", "CONVVIZ_WORKERS": "4"})
    Settings(frames=(), log='json', workers=4, process=0)
    """
    known = {_PREFIX + each.name.upper(): each for each in fields(Settings)}
    values = {}
    for name, text in environment.items():
        if not name.startswith(_PREFIX) or _OF_KUBERNETES.search(name) or not text.strip():
            continue
        if name not in known:
            raise SpecError(f"Settings are {', '.join(known)}; got {shown(name)}.")
        values[known[name].name] = known[name].metadata["read"](name, text.strip())
    return Settings(**values)


def _of_this_process() -> Settings:
    try:
        return read_settings(os.environ)
    except SpecError as error:
        sys.exit(f"convviz does not start: {error}")


SETTINGS: Final = _of_this_process()
