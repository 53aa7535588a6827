"""`Network.sequential`, which begins a network of the class and goes on with one that there is."""

from collections.abc import Callable, Iterable
from types import MethodType
from typing import TYPE_CHECKING

from convviz.arithmetic.parse import PairLike

from .footprints import Operation
from .graph import layers_of, operation_of, spelled

if TYPE_CHECKING:
    from .network import Network


class Sequential:
    """Of a network it goes on with it, of the class it begins a new one."""

    def __get__(self, network: "Network | None", owner: "type[Network]") -> "Callable[..., Network]":
        return MethodType(_begun, owner) if network is None else MethodType(_extended, network)


def _begun(
    owner: "type[Network]", layers: Iterable[Operation | tuple[str, Operation]], input_size: PairLike | None = None
) -> "Network":
    """A new network of layers one after the other, each by itself or as (name, layer)."""
    return _extended(owner(input_size), layers)


def _extended(network: "Network", layers: Iterable[Operation | tuple[str, Operation]]) -> "Network":
    """Go on with layers one after the other, each by itself or as (name, layer); the network itself.

    Layers without a name are called after what made them, and numbered by their place in the network.
    """
    for number, layer in enumerate(layers_of(layers), start=len(network.nodes)):
        if isinstance(layer, tuple) and len(layer) == 2:
            network.add(*layer)
        else:
            operation = operation_of(layer)
            network.add(f"{spelled(operation).split('(')[0]}_{number}", operation)
    return network
