"""Many files from one TOML file, of which only those are drawn that changed."""

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from os import PathLike, cpu_count
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Final

from convviz import limits
from convviz.errors import SpecError
from convviz.writing import remove_unfinished, why_not, write_file

from .plan import File, PlanError, read_plan
from .record import Entry, read_record, write_record
from .workers import Outcome, drawn_here, drawn_on_cluster

__all__ = ["File", "PlanError", "Progress", "Report", "read_plan", "run"]

_SECONDS: Final = 1.0
"""How often the record is written, at most: what a killed batch draws again took no longer."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is.

    Attributes
    ----------
    number, count : int
        The files that are done, of all that must be drawn.
    name : str
        The last one of them; empty before the first.
    size : int
        Its bytes.
    failure : str
        Why it could not be drawn or written.
    """

    number: int
    count: int
    name: str = ""
    size: int = 0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a batch did.

    Attributes
    ----------
    drawn, unchanged : tuple of str
        The files that are new, and those that were there.
    failed : mapping
        For each file that could not be drawn or written a sentence.
    left : tuple of str
        Files of earlier batches that the TOML file does not have any more.
    """

    drawn: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: Mapping[str, str]
    left: tuple[str, ...]


def run(
    path: str | PathLike[str],
    folder: str | PathLike[str],
    *,
    jobs: int | None = None,
    dask: str | None = None,
    force: bool = False,
    notify: Callable[[Progress], None] = lambda progress: None,
) -> Report:
    """Draw the files of a TOML file that are new or changed.

    A file is drawn where its recipe, its options, the code that draws or the file itself changed. Scripts that call
    this need ``if __name__ == "__main__":``, as for all that starts processes.

    Parameters
    ----------
    path : str or path
        A TOML file with a table ``[figures.NAME]`` for each figure and perhaps a table ``[defaults]``.
    folder : str or path
        Where the files go; it is made where there is none.
    jobs : int, optional
        Processes that draw, by default as many as there are cores.
    dask : str, optional
        The address of a Dask scheduler whose workers draw instead.
    force : bool
        Whether all files are drawn.
    notify : callable
        Called with a `Progress` before the first file and after each.

    Raises
    ------
    PlanError
        The TOML file has mistakes, all of which it says; nothing is drawn.
    SpecError
        The TOML file cannot be read, the folder cannot be written, or there is no cluster.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "recipes.toml")
    ...     size = path.write_text('[figures.code]\\nrecipe = "dilated"\\nformats = ["numpy.py", "svg"]')
    ...     (run(path, folder, jobs=1).drawn, run(path, folder).unchanged)
    (('code.numpy.py', 'code.svg'), ('code.numpy.py', 'code.svg'))
    """
    most = limits.BATCH_JOBS
    if jobs is not None and not 1 <= jobs <= most:
        raise SpecError(f"jobs must be from 1 to {most}; got {jobs}.")
    path, folder = Path(path), Path(folder)
    files = read_plan(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise SpecError(f"{folder} must be a folder that can be made; {why_not(error)}.") from None
    remove_unfinished(folder)
    entries = read_record(folder)
    unchanged = {
        file.name
        for file in files
        if not force and file.name in entries and entries[file.name].is_of(folder / file.name, file.source)
    }
    changed = [file for file in files if file.name not in unchanged]
    names = {file.name for file in files}
    left = sorted(name for name in entries.keys() - names if (folder / name).is_file())
    kept = {name: entry for name, entry in entries.items() if name in names or name in left}
    if dask is not None and changed:
        outcomes = drawn_on_cluster(changed, dask)
    else:
        outcomes = drawn_here(changed, jobs or min(cpu_count() or 1, most))
    failed = _write(outcomes, folder, kept, len(changed), notify)
    return Report(
        tuple(file.name for file in changed if file.name not in failed),
        tuple(file.name for file in files if file.name in unchanged),
        MappingProxyType({file.name: failed[file.name] for file in changed if file.name in failed}),
        tuple(left),
    )


def _write(
    outcomes: Generator[Outcome, None, None],
    folder: Path,
    kept: dict[str, Entry],
    count: int,
    notify: Callable[[Progress], None],
) -> dict[str, str]:
    """Write files and the record of them as they come, and return why some could not be drawn or written."""
    failed: dict[str, str] = {}
    written = monotonic()
    notify(Progress(0, count))
    try:
        with closing(outcomes):
            for number, (file, data) in enumerate(outcomes, 1):
                failure = _write_one(folder / file.name, data)
                if failure or isinstance(data, BaseException):
                    failed[file.name] = failure
                    notify(Progress(number, count, file.name, failure=failure))
                else:
                    kept[file.name] = Entry.of(file.source, data)
                    notify(Progress(number, count, file.name, size=len(data)))
                if monotonic() - written > _SECONDS:
                    write_record(folder, kept)
                    written = monotonic()
    finally:
        write_record(folder, kept)
    return failed


def _write_one(path: Path, data: bytes | BaseException) -> str:
    """Write a file, and return why it could not be drawn or written, else nothing."""
    if not isinstance(data, bytes):  # a mistake of ours in one file must not cost the others
        return str(data) if isinstance(data, SpecError) else f"{type(data).__name__}: {data}"
    try:
        write_file(path, data, keeps_link=False)
    except SpecError as error:
        return str(error)
    return ""
