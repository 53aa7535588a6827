"""Who draws the files of a batch: processes of this machine, or the workers of a Dask cluster.

Both yield each file with its bytes, or with what went wrong, as soon as it is there; who asked for them writes them.
"""

import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from functools import partial
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import Any, Final

from convviz.address import read_export
from convviz.errors import SpecError, needs_extra
from convviz.export import code_digest

from .plan import File

Outcome = tuple[File, bytes | BaseException]

_AHEAD: Final = 2
"""Files for each process that wait to be drawn or written: few, so that their bytes do not fill the memory."""

_SECONDS: Final = 30.0
"""How long a cluster may take to answer, and may be without workers."""


def draw(file: File, digest: str | None = None) -> bytes:
    """Return the bytes of a file, where ``digest`` is that of the code that must draw it."""
    if digest not in (None, code_digest()):
        raise SpecError(_other_code("a worker that came later"))
    return read_export(file.recipe, file.values).make(file.ending)


def _outcomes(
    executor: Executor,
    make: Callable[[File], bytes],
    rest: deque[File],
    waiting: dict["Future[bytes]", File],
    processes: int,
    has_workers: Callable[[], bool] = lambda: True,
) -> Iterator[Outcome]:
    """Yield what an executor makes of the files, which are taken from ``rest`` and are in ``waiting`` until then."""
    while rest or waiting:
        while rest and len(waiting) < _AHEAD * processes:
            future = executor.submit(make, rest[0])
            waiting[future] = rest.popleft()
        done, _ = wait(waiting, _SECONDS, FIRST_COMPLETED)
        if not done and not has_workers():
            raise SpecError("The cluster must have a worker until the end; it has none. Run the same again to go on.")
        for future in done:
            try:
                error = future.exception()
            except CancelledError:
                error = SpecError("the cluster ended before it was drawn.")
            if isinstance(error, BrokenExecutor):
                raise error
            yield waiting.pop(future), future.result() if error is None else error


# Processes of this machine --------------------------------------------------------------------------------------------


def drawn_here(files: Iterable[File], jobs: int) -> Generator[Outcome, None, None]:
    """Yield files as processes of this machine have drawn them.

    Where a process ends by itself, for lack of memory, the others go on in new ones.
    """
    rest = deque(files)
    while rest:
        for file in (yield from _of_pool(rest, min(jobs, len(rest)))):
            if (yield from _of_pool(deque([file]), 1)):
                yield file, SpecError("the process that drew it ended, perhaps for lack of memory.")


def _of_pool(rest: deque[File], processes: int) -> Generator[Outcome, None, list[File]]:
    """Yield files of some processes until all are drawn, or one process ends; return those that were lost then."""
    waiting: dict[Future[bytes], File] = {}
    with _pool(processes) as pool:
        try:
            yield from _outcomes(pool, draw, rest, waiting, processes)
        except BrokenExecutor:
            return [*waiting.values()]
    return []


@contextmanager
def _pool(processes: int) -> Iterator[Executor]:
    """Make processes that end at once where the work is interrupted."""
    others = {*active_children()}
    # A forked process has locks of threads that it lacks.
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin)
    try:
        yield pool
    except BaseException:
        for child in {*active_children()} - others:
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the process that started this one, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


# The workers of a cluster ---------------------------------------------------------------------------------------------


def drawn_on_cluster(files: Iterable[File], address: str) -> Generator[Outcome, None, None]:
    """Yield files as the workers of a Dask cluster have drawn them.

    What a worker was drawing when it ended another one draws; a file that ends several of them is given up.

    Raises
    ------
    SpecError
        There is no scheduler, it has no workers, or one of them has other code.
    MissingExtraError
        The package "distributed", the extra "dask", is not installed.
    """
    with needs_extra():
        from distributed import Client
    try:
        client = Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise SpecError(f"--dask must be the address of a scheduler, such as tcp://10.0.0.1:8786; {error}.") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_SECONDS)
        except TimeoutError:
            raise SpecError(f"The scheduler at {address} must have a worker; it has none.") from None
        _check_code(client)
        threads = sum(client.nthreads().values())
        executor = client.get_executor(pure=False)
        try:
            make = partial(draw, digest=code_digest())
            yield from _outcomes(executor, make, deque(files), {}, threads, lambda: bool(client.nthreads()))
        finally:
            executor.shutdown(wait=False)


def _check_code(client: Any) -> None:
    digests = client.run(code_digest, on_error="return")
    others = sorted(address for address, digest in digests.items() if digest != code_digest())
    if others:
        raise SpecError(_other_code(", ".join(others)))


def _other_code(where: str) -> str:
    return (
        "Every worker must have the convviz and the libraries of this machine, or files would differ; "
        f"got other versions on {where}."
    )
