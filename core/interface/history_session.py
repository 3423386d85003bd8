"""The history that this tab has open. The key lives in the session's memory alone: never in the address or a log."""

import uuid
from typing import Final

import streamlit as st

from core.errors import RecordsError, ScalpError
from core.findings import Visit
from core.interface.answers import CONSENT_KEY
from core.interface.checkup import Checkup
from core.interface.heatmap import shrink
from core.interface.kept import forget, list_kept
from core.interface.resources import get_store
from core.records.history import (
    HistoryEntry,
    add_to_history,
    delete_from_history,
    delete_kept_photos,
    open_history,
)
from core.records.history_guesses import GuessLimit
from core.records.history_key import HistoryKey, make_key, parse_key
from core.vision.photo import encode_jpeg

KEPT_SIDE: Final = 448
"""Longest side, in pixels, of a kept photo: what the microscope's network looks at."""

_JPEG_QUALITY: Final = 88
_OPEN_KEY: Final = "history_open"
_NEW_KEY: Final = "history_new"
_CALLER_KEY: Final = "history_caller"
_NOTICE_KEY: Final = "history_notice"


@st.cache_resource(show_spinner=False)
def _guess_limit() -> GuessLimit:
    return GuessLimit()


def opened_key() -> HistoryKey | None:
    """Return the key of the history that is open in this tab."""
    key: HistoryKey | None = st.session_state.get(_OPEN_KEY)
    return key


def new_key() -> HistoryKey | None:
    """Return the key that was just made and has nothing under it yet."""
    key: HistoryKey | None = st.session_state.get(_NEW_KEY)
    return key


def take_notice() -> ScalpError | str | None:
    """Return, once, what came of the last button: an error, or the name of a text."""
    notice: ScalpError | str | None = st.session_state.pop(_NOTICE_KEY, None)
    return notice


def tell(notice: ScalpError | str) -> None:
    """Have the next run of the page say what came of a button."""
    st.session_state[_NOTICE_KEY] = notice


def read_open(key: HistoryKey) -> tuple[HistoryEntry, ...]:
    """Return the visits of the open history.

    Raises:
        RecordsError: As `open_history`.
    """
    return open_history(get_store(), key)


def on_open(words: str) -> None:
    """Open the history of a key as typed; what goes wrong is told on the next run.

    Args:
        words: From a person; kept nowhere.
    """
    try:
        enter(parse_key(words))
    except ScalpError as error:
        tell(error)


def enter(key: HistoryKey) -> None:
    """Open the history of a key in this tab.

    Raises:
        RecordsError: Nothing is kept under it, too many unknown keys were tried, or the records cannot be read.
    """
    caller = str(st.session_state.setdefault(_CALLER_KEY, str(uuid.uuid4())))
    limit = _guess_limit()
    limit.check(caller)
    try:
        open_history(get_store(), key)
    except RecordsError as error:
        if error.code == "history.unknown_key":
            limit.note_unknown(caller)
        raise
    limit.note_known(caller)
    st.session_state[_OPEN_KEY] = key
    st.session_state.pop(_NEW_KEY, None)


def on_make() -> None:
    """Make a key; nothing is stored before a result is kept under it."""
    st.session_state[_NEW_KEY] = make_key()


def on_discard() -> None:
    """Forget a key that was made and not used."""
    st.session_state.pop(_NEW_KEY, None)


def on_close() -> None:
    """Forget the key of the open history."""
    st.session_state.pop(_OPEN_KEY, None)
    tell("history.open.closed")


def is_in(checkup: Checkup, entries: tuple[HistoryEntry, ...]) -> bool:
    """Whether the photos of a check are already one of these visits."""
    photos = {diagnosis.photo_sha256 for diagnosis in checkup.diagnoses}
    return any(photos == photos_of(entry) for entry in entries)


def photos_of(entry: HistoryEntry) -> set[str]:
    """SHA-256 of the photos of a visit."""
    return {diagnosis.photo_sha256 for diagnosis in entry.visit.diagnoses}


def on_keep(key: HistoryKey, checkup: Checkup, consent_key: str, photos_key: str) -> None:
    """Keep a check under a key, as the person ticked.

    Args:
        key: The open key, or the new one.
        checkup: At least one of its photos was graded.
        consent_key: Session key of the agreement to keep the result.
        photos_key: Session key of the agreement to keep small copies of the photos.
    """
    with_photos = bool(st.session_state.get(photos_key))
    visit = Visit(
        visited_at=checkup.checked_at,
        diagnoses=checkup.diagnoses,
        consent=bool(st.session_state.get(consent_key)),
        source="example" if any(photo.source == "example" for photo in checkup.graded) else "app",
        sites=tuple(photo.site for photo in checkup.graded),
    )
    try:
        add_to_history(get_store(), key, visit, small_copies(checkup) if with_photos else {})
    except ScalpError as error:
        tell(error)
        return
    st.session_state[_OPEN_KEY] = key
    st.session_state.pop(_NEW_KEY, None)
    tell(f"history.add.{'done_photos' if with_photos else 'done'}")


def small_copies(checkup: Checkup) -> dict[str, bytes]:
    """Return the graded photos of a check as small JPEGs without metadata, by SHA-256 of the photo."""
    return {
        photo.diagnosis.photo_sha256: encode_jpeg(shrink(photo.preview, KEPT_SIDE), _JPEG_QUALITY)
        for photo in checkup.graded
        if photo.diagnosis is not None and photo.preview is not None
    }


def on_delete(key: HistoryKey, entry: HistoryEntry) -> None:
    """Delete one visit of the open history, and what this tab kept of it for statistics."""
    try:
        delete_from_history(get_store(), key, entry)
        _forget_kept(photos_of(entry))
    except ScalpError as error:
        tell(error)
        return
    tell("history.visits.deleted")
    _close_if_empty(key)


def on_delete_everything(key: HistoryKey) -> None:
    """Delete all visits of the open history, also those that another tab added since, and forget the key."""
    try:
        photos = {photo for entry in open_history(get_store(), key) for photo in photos_of(entry)}
        delete_from_history(get_store(), key)
        _forget_kept(photos)
    except ScalpError as error:
        tell(error)
        return
    st.session_state.pop(_OPEN_KEY, None)
    tell("history.yours.deleted")


def on_delete_photos(key: HistoryKey) -> None:
    """Delete the small copies of photos; the grades stay."""
    try:
        delete_kept_photos(get_store(), key)
    except ScalpError as error:
        tell(error)
    else:
        tell("history.yours.photos_deleted")


def _close_if_empty(key: HistoryKey) -> None:
    try:
        open_history(get_store(), key)
    except RecordsError as error:
        if error.code != "history.unknown_key":
            raise
        st.session_state.pop(_OPEN_KEY, None)


def _forget_kept(photos: set[str]) -> None:
    """Take what is gone off this tab's list, and the consent back, so that it is not stored again."""
    for kept in list_kept():
        if kept.photos & photos:
            st.session_state[CONSENT_KEY] = False
            forget(kept.visit_id)
