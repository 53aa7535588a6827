"""Files that are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from convviz import SpecError
from convviz.writing import write_file


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.gif"
    assert write_file(path, b"old") == path

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(SpecError) as caught:
        write_file(path, b"new")
    assert str(caught.value) == f"{path} must be a file that can be written; No space left on device."
    assert [each.name for each in tmp_path.iterdir()] == ["a.gif"]
    assert path.read_bytes() == b"old"


def test_a_folder_that_there_is_not_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "a.gif"
    with pytest.raises(SpecError) as caught:
        write_file(path, b"")
    assert str(caught.value) == f"{path} must be a file that can be written; No such file or directory."
