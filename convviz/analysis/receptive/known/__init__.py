"""Networks that people know by name, each a table with its source. Versions that differ have names of their own."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ....arithmetic import parse
from ....arithmetic.quoting import shown
from ....errors import SpecError
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
    versions = [known for known in KNOWN if isinstance(name, str) and name and known.startswith(f"{name}_")]
    if len(versions) > 1:
        raise SpecError(f"{name} must be named with its version, {parse.one_of(versions)}; got {shown(name)}.")
    raise SpecError(f"name must be that of a known network, {parse.one_of(list(KNOWN))}; got {shown(name)}.")


__all__ = ["KNOWN", "Fork", "Plan", "Step", "grow", "plan"]
