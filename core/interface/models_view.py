"""The Models page: runs compared, packages with their cards, a corner to try them, and trainings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import streamlit as st

from core.errors import ScalpError
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.models_state import SECTIONS, note, settle, write_noted

_STYLE_SHEET: Final = Path(__file__).with_name("models.css")


def draw_models() -> None:
    """Draw the page below its header: one section at a time, so that each opens fast."""
    st.html(_STYLE_SHEET)
    st.markdown(say("models.page.promise"))
    section = st.segmented_control(
        say("models.page.sections"),
        SECTIONS,
        format_func={name: say(f"models.page.section_{name}") for name in SECTIONS}.__getitem__,
        key=settle("section", SECTIONS, SECTIONS[0]),
        required=True,
        label_visibility="collapsed",
        wrap=True,
        persist_state="session",
    )
    assert section is not None, "one of them is always chosen"
    note(section=section if section != SECTIONS[0] else None)
    try:
        _SECTIONS[section]()
    except ScalpError as error:
        draw_error(error)
    write_noted()


def draw_error(error: ScalpError) -> None:
    """Say what went wrong and what to do about it, as plain text."""
    st.error(plain(error.message(current_language())), title=say("common.error.title"), icon=":material/error:")


def _draw_runs() -> None:
    from core.interface.models_runs import draw_runs

    draw_runs()


def _draw_packages() -> None:
    from core.interface.models_packages import draw_packages

    draw_packages()


def _draw_try() -> None:
    from core.interface.models_try import draw_try

    draw_try()


def _draw_train() -> None:
    from core.interface.models_train import draw_train

    draw_train()


_SECTIONS: Final[dict[str, Callable[[], None]]] = {
    "runs": _draw_runs,
    "packages": _draw_packages,
    "try": _draw_try,
    "train": _draw_train,
}
