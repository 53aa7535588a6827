"""Networks that people know by name, each a table with its source. Versions that differ have names of their own."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from convviz.arithmetic import parse
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from . import classic, dense, inception, residual, sequences
from .plans import Fork, Plan, Step, grow

KNOWN: Final[Mapping[str, Plan]] = MappingProxyType(
    classic.PLANS | residual.PLANS | inception.PLANS | dense.PLANS | sequences.PLANS
)
"""The plan of every known network by its name."""


def plan(name: object) -> Plan:
    """The plan of this name, or a sentence that says which names there are."""
    if isinstance(name, str) and name in KNOWN:
        return KNOWN[name]
    versions = [known for known in KNOWN if isinstance(name, str) and name and _is_version(known, name)]
    if len(versions) > 1:
        raise SpecError(f"{name} must be named with its version, {parse.one_of(versions)}; got {shown(name)}.")
    raise SpecError(f"name must be that of a known network, {parse.one_of(list(KNOWN))}; got {shown(name)}.")


def _is_version(known: str, name: str) -> bool:
    """Whether the one goes on with a number or a version where the other ends: resnet18 for resnet, not for resnet1."""
    rest = known.removeprefix(name)
    return rest != known and (rest[0] == "_" or (rest[0].isdigit() and not name[-1].isdigit()))


__all__ = ["KNOWN", "Fork", "Plan", "Step", "grow", "plan"]
