"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from convviz import SpecError
from convviz.writing import remove_unfinished, write_file


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


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / f"{'a' * 300}.gif"
    with pytest.raises(SpecError) as caught:
        write_file(path, b"")
    assert str(caught.value) == f"{path} must be a file that can be written; File name too long."


def test_a_name_that_no_system_has_is_refused(tmp_path: Path) -> None:
    for name in ("a\0.gif", "\ud800.gif"):
        with pytest.raises(SpecError) as caught:
            write_file(Path(name), b"")
        assert str(caught.value) == f"The name of a file must be one that the system can have; got {name!r}."
        with pytest.raises(SpecError, match=r"^The name of a file must be one that the system can have; got "):
            write_file(tmp_path / name, b"")
    assert [*tmp_path.iterdir()] == []


def test_threads_write_files_of_one_folder_at_once(tmp_path: Path) -> None:
    names = [f"{k}.gif" for k in range(200)]
    with ThreadPoolExecutor(8) as pool:
        [*pool.map(lambda name: write_file(tmp_path / name, 9999 * name.encode()), names)]
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {n: 9999 * n.encode() for n in names}


def test_what_a_killed_process_leaves_is_removed_by_the_next_batch(tmp_path: Path) -> None:
    code = """if True:
        import os, sys
        from pathlib import Path
        from convviz.writing import write_file
        Path.replace = lambda part, path: os._exit(1)
        write_file(Path(sys.argv[1], "a.gif"), b"GIF")
    """
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=Path(__file__).parent.parent, check=False)
    assert len([*tmp_path.iterdir()]) == 1
    remove_unfinished(tmp_path)
    assert [*tmp_path.iterdir()] == []


def test_links_and_pipes_stay_what_they_are(tmp_path: Path) -> None:
    file, link, pipe = tmp_path / "a.gif", tmp_path / "link.gif", tmp_path / "pipe.gif"
    file.write_bytes(b"old")
    link.symlink_to(file)
    os.mkfifo(pipe)
    write_file(link, b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_file(pipe, b"GIF")
    assert os.read(reader, 9) == b"GIF"
    os.close(reader)
    assert pipe.is_fifo()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.gif", "link.gif", "pipe.gif"]
    with pytest.raises(SpecError) as caught:
        write_file(tmp_path, b"")
    assert str(caught.value) == f"{tmp_path} must be a file that can be written; Is a directory."
