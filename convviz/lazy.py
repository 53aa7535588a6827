"""Packages that load their modules when a name in them is first used, as PEP 562 has it."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    modules : mapping
        For each name the module of the package that defines it. No module may have one of these names itself.

    Examples
    --------
    >>> lazy("convviz", {"recipe": "recipes"})("recipe")("dilated")
    recipe('dilated')
    """

    def getattribute(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f".{modules[name]}", package), name)

    return getattribute
