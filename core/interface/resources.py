"""What all sessions share: the models and the records, loaded once per process.

Heavy modules are imported inside the loaders, so that Home is drawn before any of them is touched.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import ScalpError

if TYPE_CHECKING:
    from core.records.store import RecordStore
    from core.settings import Settings
    from core.vision.diagnosis import Diagnoser

_log = logging.getLogger(__name__)
_warm_up_lock = threading.Lock()
_warmed_up = False


def get_diagnoser() -> Diagnoser:
    """Return the models, loaded on the first call and shared by all sessions and threads.

    Raises:
        PackageError: No package can be used; asked again on the next call.
    """
    from core.settings import get_settings
    from core.vision.served import choices_stamp

    settings = get_settings()
    return _load_diagnoser(settings, choices_stamp(settings))


def get_store() -> RecordStore:
    """Return the records, opened on the first call and shared by all sessions and threads.

    Raises:
        RecordsError: The records cannot be opened; asked again on the next call.
    """
    from core.settings import get_settings

    return _open_store(get_settings().database_path)


def warm_up() -> None:
    """Load the models in the background, once per process, so that the first photo does not wait for them."""
    global _warmed_up
    with _warm_up_lock:
        if _warmed_up:
            return
        _warmed_up = True
    # Later than this run's page has been sent: loading competes with drawing for the interpreter.
    timer = threading.Timer(0.4, _load_quietly)
    timer.daemon = True
    timer.start()


def _load_quietly() -> None:
    try:
        get_diagnoser()
    except ScalpError as error:
        # The page that needs the models says so to the person; here it is for the operator.
        _log.warning("models are not ready: %s", error)


# The type is named, not imported: reading settings costs Home a fifth of a second.
# Another choice of the operator makes another stamp, and so is served from the next photo on, in every session. The
# one before stays, so that a photo under way ends with it and the way back costs nothing.
@st.cache_resource(
    max_entries=2,
    show_spinner=False,
    hash_funcs={"core.settings.Settings": lambda settings: settings.model_dump_json()},
)
def _load_diagnoser(settings: Settings, chosen: str) -> Diagnoser:  # noqa: ARG001 (part of the key)
    from core.vision.diagnosis import Diagnoser

    return Diagnoser.load(settings)


@st.cache_resource(show_spinner=False)
def _open_store(path: Path) -> RecordStore:
    from core.records.store import RecordStore

    return RecordStore.open(path)
