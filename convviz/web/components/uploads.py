"""Files of visitors: each is read once; its bytes are dropped, and what was read is kept with the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, Generic, TypeVar
from weakref import ref

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile

from convviz import limits
from convviz.errors import SpecError
from convviz.web.state.widgets import key_of

from .upload_limit import remove

Content = TypeVar("Content")


@dataclass(slots=True, weakref_slot=True, eq=False)
class _Kept(Generic[Content]):
    """What was read of a file, or why it was refused."""

    file_id: str
    content: Content | None = None
    refusal: str = ""
    size: int = 0


_all_kept: list[ref[_Kept[Any]]] = []
_lock: Final = Lock()


def uploaded(
    label: str, kinds: Sequence[str], control: str, read: Callable[[bytes], Content], size: Callable[[Content], int], *,
    megabytes: int, place: DeltaGenerator | None = None, help_text: str | None = None,
) -> tuple[str, Content] | None:  # fmt: skip
    """Show an uploader; return an identifier of the file and what ``read`` makes of it, None without a file.

    Parameters
    ----------
    read : callable
        Gets the bytes of the file, once.
    size : callable
        The bytes that its result takes.
    megabytes : int
        The largest file.

    Raises
    ------
    SpecError
        ``read`` refused the file; or it has to be chosen again, since the server was restarted or needed the room.
    """
    key, memory = key_of(control), f"{control}.content"
    uploader = st.file_uploader if place is None else place.file_uploader
    file = uploader(label, kinds, key=key, max_upload_size=megabytes, help=help_text)
    kept: _Kept[Content] | None = st.session_state.get(memory)
    if file is not None:
        if kept is None or kept.file_id != file.file_id:
            kept = _read(file, read, size)
            st.session_state[memory] = kept
        drop(file)
    else:
        chosen = st.session_state.get(key)
        if not isinstance(chosen, DeletedFile):  # the visitor removed it
            st.session_state.pop(memory, None)
            return None
        if kept is None or kept.file_id != chosen.file_id:
            kept = _Kept(chosen.file_id)
    if kept.refusal:
        raise SpecError(kept.refusal)
    if kept.content is None:
        raise SpecError("Choose the file again: it is no longer on this server.")
    return kept.file_id, kept.content


def drop(file: UploadedFile) -> bytes:
    """Return the bytes of a file, which then are no longer held: neither for the uploader nor in the session."""
    data, context = file.getvalue(), get_script_run_ctx()
    if context is not None:
        remove(context.uploaded_file_mgr, context.session_id, file.file_id)
    file.seek(0)
    file.truncate()
    return data


def _read(file: UploadedFile, read: Callable[[bytes], Content], size: Callable[[Content], int]) -> _Kept[Content]:
    try:
        content = read(file.getvalue())
    except SpecError as error:
        return _Kept(file.file_id, refusal=str(error))
    kept = _Kept(file.file_id, content, size=size(content))
    _make_room(kept)
    return kept


def _make_room(newest: _Kept[Any]) -> None:
    """Forget the oldest contents of all sessions until all together are within the limit."""
    with _lock:
        contents = [kept for kept in (one() for one in _all_kept) if kept is not None and kept.content is not None]
        contents.append(newest)
        while len(contents) > 1 and sum(kept.size for kept in contents) > limits.UPLOADS_MEGABYTES * 10**6:
            contents.pop(0).content = None
        _all_kept[:] = map(ref, contents)
