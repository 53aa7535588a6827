"""What a folder says of the files that a batch has put into it, so that only what changed is drawn again."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from convviz import limits
from convviz.writing import write_file

NAME: Final = ".convviz.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it was written: the digest of what it was made from, its size in bytes, and the digest of those."""

    source: str
    size: int
    digest: str

    @classmethod
    def of(cls, source: str, data: bytes) -> Self:
        """Return the entry of a file with these bytes."""
        return cls(source, len(data), sha256(data).hexdigest())

    def is_of(self, path: Path, source: str) -> bool:
        """Return whether a file was made from this source and is still as it was written."""
        try:
            return (
                self.source == source
                and path.stat().st_size == self.size
                and sha256(path.read_bytes()).hexdigest() == self.digest
            )
        except OSError:
            return False


def read_record(folder: Path) -> dict[str, Entry]:
    """Return the entries of a folder by the names of its files; without a record that can be read there are none."""
    path = folder / NAME
    with suppress(OSError, ValueError, TypeError, AttributeError, RecursionError):
        if path.is_file() and path.stat().st_size <= limits.BATCH_RECORD_MEGABYTES * 10**6:
            files = json.loads(path.read_text("utf-8"))["files"]
            return {name: Entry(**entry) for name, entry in files.items() if Path(name).name == name}
    return {}


def write_record(folder: Path, entries: dict[str, Entry]) -> None:
    """Write the entries, all of them or nothing."""
    files = {name: asdict(entries[name]) for name in sorted(entries)}
    write_file(folder / NAME, json.dumps({"files": files}, indent=1).encode(), keeps_link=False)
