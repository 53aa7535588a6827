"""Results that are kept as long as the network that they are of, and no longer: networks of visitors are large."""

from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from .network import Network

Given = ParamSpec("Given")
Result = TypeVar("Result")


def kept_with_network(
    most: int,
) -> Callable[[Callable[Concatenate[Network, Given], Result]], Callable[Concatenate[Network, Given], Result]]:
    """Keep the latest ``most`` results of a function for each network, its first argument; no result may refer to it.

    Examples
    --------
    >>> @kept_with_network(16)
    ... def count(network, more):
    ...     print("counted")
    ...     return len(network.nodes) + more
    >>> network = Network(input_size=8)
    >>> count(network, 1), count(network, 1)
    counted
    (2, 2)
    """

    def keep(function: Callable[Concatenate[Network, Given], Result]) -> Callable[Concatenate[Network, Given], Result]:
        of_networks: WeakKeyDictionary[Network, dict[Hashable, Any]] = WeakKeyDictionary()
        lock = Lock()

        @wraps(function)
        def wrapper(network: Network, /, *given: Given.args, **named: Given.kwargs) -> Result:
            key = (given, tuple(named.items()))
            with lock:
                results = of_networks.setdefault(network, {})
                is_kept, kept = key in results, results.pop(key, None)
            found: Result = kept if is_kept else function(network, *given, **named)
            with lock:
                results[key] = found  # the latest one is the last
                while len(results) > most:
                    del results[next(iter(results))]
            return found

        return wrapper

    return keep
