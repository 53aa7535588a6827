"""Files of visitors are read once: what was read stays with the page, the bytes do not stay anywhere."""

from __future__ import annotations

from concurrent.futures import Future
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from cachetools import LRUCache
from PIL import Image
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import DeletedFile
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import FileUploader

import convviz as cv
from convviz import limits
from convviz.analysis.onnx_import import graph_of
from convviz.web.components import elsewhere, network_choice
from convviz.web.components.elsewhere import LaterError
from tests.web.app import address, checked, errors, named, open_lesson
from tests.web.figure import asked, send
from tests.web.network import facts, model, rows, treat, uploaded

AGAIN = "Choose the file again: it is no longer on this server."


@pytest.fixture
def dropped(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were dropped; a browser lists them with every run, but, unlike `AppTest`, does not send them."""
    names: list[str] = []
    register, listed = AppTest._register_uploaded_files, FileUploader._get_files_to_register
    remove = MemoryUploadedFileManager.remove_file

    def list_dropped(self: FileUploader) -> list[tuple[str, str, bytes, str]]:
        value = self.root.session_state[self.id]
        is_untouched = not isinstance(self._files, list | None)
        return [(value.file_id, "", b"", "")] if is_untouched and isinstance(value, DeletedFile) else listed(self)

    def register_new(self: AppTest, runner: Any) -> None:
        register(self, runner)
        for name in names:
            remove(runner._uploaded_file_mgr, "test session id", name)

    def note(self: MemoryUploadedFileManager, session_id: str, file_id: str) -> None:
        names.append(file_id)
        remove(self, session_id, file_id)
        assert self.get_files(session_id, [file_id]) == []

    monkeypatch.setattr(FileUploader, "_get_files_to_register", list_dropped)
    monkeypatch.setattr(AppTest, "_register_uploaded_files", register_new)
    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", note)
    return names


def png(color: int) -> bytes:
    file = BytesIO()
    Image.new("L", (8, 8), color).save(file, "PNG")
    return file.getvalue()


def test_a_network_outlives_its_file(dropped: list[str]) -> None:
    app = uploaded(model())
    assert len(set(dropped)) == 1
    assert app.session_state[app.file_uploader[0].id].getvalue() == b""
    first = rows(app)
    assert rows(checked(app.run())) == first
    assert facts(treat(app, "identity"))["Output"] == "16 × 24"
    named(app.text_input, "network.input_size.upload").set_value("64x80")
    assert facts(checked(app.run()))["Output"] == "32 × 40"
    assert (errors(app), address(app)) == ([], {"source": "file"})
    assert len(set(dropped)) == 1


def test_a_network_is_the_same_without_its_weights() -> None:
    whole = model()
    graph = graph_of(whole)
    for size in (None, 64):
        one, other = (cv.Network.from_onnx(data, size) for data in (whole, graph))
        assert list(one.table()) == list(other.table())
        assert (one.unknown, one.origins) == (other.unknown, other.origins)


def test_what_is_no_model_stays_refused(dropped: list[str]) -> None:
    sentence = "The model must be an ONNX file, whole and undamaged; got a text that begins with 'not a model'."
    app = uploaded(b"not a model")
    assert errors(app) == [sentence]
    assert len(dropped) == 1
    assert errors(checked(app.run())) == [sentence]


def test_a_file_that_the_visitor_removes_is_gone(dropped: list[str]) -> None:
    app = uploaded(model())
    app.file_uploader[0].set_value(None)
    checked(app.run())
    assert errors(app) == []
    assert not app.get("bidi_component")
    assert "content of network.file" not in app.session_state


def test_another_file_takes_the_place_of_the_first(dropped: list[str]) -> None:
    app = uploaded(model())
    app.file_uploader[0].set_value(("other.onnx", model(64, 64), "application/octet-stream"))
    assert facts(treat(checked(app.run()), "identity"))["Output"] == "32 × 32"
    assert len(set(dropped)) == 2


def test_a_new_session_that_has_not_got_the_file_asks_for_it_again(dropped: list[str]) -> None:
    app = uploaded(model())
    del app.session_state["content of network.file"]
    assert errors(checked(app.run())) == [AGAIN]
    assert address(app) == {"source": "file"}


def test_the_oldest_contents_give_way_to_the_newest(dropped: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UPLOADS_MEGABYTES", len(graph_of(model())) * 1.5 / 10**6)
    first, second = uploaded(model()), uploaded(model())
    assert errors(checked(first.run())) == [AGAIN]
    assert (errors(checked(second.run())), len(rows(second))) == ([], 3)
    first.file_uploader[0].set_value(("own.onnx", model(), "application/octet-stream"))
    assert errors(checked(first.run())) == []
    assert errors(checked(second.run())) == [AGAIN]


def test_an_image_outlives_its_file(dropped: list[str]) -> None:
    app = open_lesson("standard", image="brick", input_size="2", padding="1")
    named(app.selectbox, "standard.sample").select("upload")
    checked(app.run())
    app.file_uploader[0].set_value(("own.png", png(7), "image/png"))
    checked(app.run())
    send(app, input="7,7;7,7", padding="1", stride="2")
    assert (errors(app), asked(app)["input"], len(set(dropped))) == ([], "7,7;7,7", 1)
    app.file_uploader[0].set_value(("own.png", b"no image", "image/png"))
    for _ in range(2):
        assert errors(checked(app.run())) == [
            "An image must be a PNG, JPEG or WebP file; this file is none of these. Choose another file, or an image "
            "of the list."
        ]


def test_what_could_not_be_read_this_time_is_read_the_next(dropped: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(digest: str, work: bytes, _is_quick: bool) -> Future[bytes]:
        future = Future[bytes]()
        future.set_exception(LaterError("The server is busy."))
        return future

    servers = [busy]
    monkeypatch.setattr(elsewhere, "_servers", servers)
    app = open_lesson("standard", image="brick", input_size="2", padding="1")
    named(app.selectbox, "standard.sample").select("upload")
    checked(app.run())
    app.file_uploader[0].set_value(("own.png", png(7), "image/png"))
    checked(app.run())
    assert errors(app) == ["The server is busy. Choose another file, or an image of the list."]
    assert dropped == []
    servers.clear()
    checked(app.run())
    assert (errors(app), len(set(dropped))) == ([], 1)


def test_numbers_and_their_refusal_outlive_the_file(dropped: list[str]) -> None:
    app = open_lesson("standard", weight="1,2;3,4")
    app.file_uploader[0].set_value(("own.csv", b"5,6\n7,8", "text/csv"))
    for _ in range(3):
        assert (errors(checked(app.run())), asked(app), len(dropped)) == ([], {"weight": "5,6;7,8"}, 1)
    app.file_uploader[0].set_value(("own.csv", b"1,x", "text/csv"))
    for _ in range(3):
        assert errors(checked(app.run())) == ["Weight row 0, column 1 must be a number; got 'x'."]
    assert len(dropped) == 2


def test_uploaders_take_no_larger_files_than_can_be_read() -> None:
    sizes = {}
    for name, query in (("network", {"source": "file"}), ("standard", {"weight": "1,2;3,4"})):
        app = open_lesson(name, **query)
        sizes[name] = app.file_uploader[0].proto.max_upload_size_mb
    assert sizes == {"network": 128, "standard": 1}


def test_grey_levels_of_a_session_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from convviz.web.components import uploads

    monkeypatch.setattr(uploads, "_all_kept", [])
    contents = [uploads._Kept(str(n), content=np.zeros(1), size=100 * 10**6) for n in range(4)]
    for kept in contents:
        uploads._make_room(kept)
    assert [kept.content is None for kept in contents] == [True, True, False, False]
    del contents[2:]
    newest = uploads._Kept("newest", content=np.zeros(1), size=limits.UPLOADS_MEGABYTES * 10**6 + 1)
    uploads._make_room(newest)
    assert newest.content is not None


def test_networks_of_files_are_kept_by_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []

    def count(function: Any, *given: object) -> Any:
        read.append(given)
        return function(*given)

    monkeypatch.setattr(network_choice, "elsewhere", count)
    monkeypatch.setattr(network_choice, "_networks", LRUCache(20_000, getsizeof=lambda found: found[1]))
    data = graph_of(model())
    first = [network_choice._read("one", size, "", "", data, {}) for size in ("", "64", "")]
    assert (len(read), first[0] is first[2]) == (2, True)
    for side in range(40, 60):
        network_choice._read("one", str(side), "", "", data, {})
    assert 1 < len(network_choice._networks) < 10
    assert network_choice._networks.currsize <= 20_000
