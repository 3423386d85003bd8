"""Making a package the one that grades: asked twice, shown what changes, and taken back with one button."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from core.errors import ScalpError
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.models_door import may_operate
from core.interface.models_figures import figure_lines, package_label
from core.interface.models_served import PackageNote

if TYPE_CHECKING:
    from core.taxonomy import View
    from core.vision.served import Choice

_ASKED_KEY: Final = "models_default_asked"
_NOTICE_KEY: Final = "models_default_notice"


def ask_for_default(name: str) -> None:
    """Ask before a package is made the default; the callback of a button."""
    st.session_state[_ASKED_KEY] = name


def draw_notice() -> None:
    """Draw what was just done: at the top, and for a moment wherever the person has scrolled to."""
    notice = st.session_state.pop(_NOTICE_KEY, None)
    if isinstance(notice, ScalpError):
        st.error(plain(notice.message(current_language())), icon=":material/error:")
    elif notice is not None:
        st.success(plain(str(notice)), icon=":material/check_circle:")
        st.toast(plain(str(notice)), icon=":material/check_circle:")


def draw_question(package: PackageNote, packages: Sequence[PackageNote]) -> None:
    """Draw the question about a package, under the button that asked it, until it is answered."""
    if st.session_state.get(_ASKED_KEY) == package.name and package.serves is None and may_operate():
        _draw_question(package, packages)


def draw_undo(view: View, choice: Choice) -> None:
    """Draw the button that takes a choice back."""
    if may_operate():
        st.button(
            say("models.default.undo", package=plain(choice.before)),
            icon=":material/undo:",
            key=f"models_undo_{view}",
            on_click=_take_back,
            args=(view, choice),
        )


def _draw_question(package: PackageNote, packages: Sequence[PackageNote]) -> None:
    if package.view is None:
        return
    before = next((one for one in packages if one.serves == package.view), None)
    with st.container(border=True, key="models_confirm"):
        st.subheader(say("models.default.title"), anchor=False)
        st.markdown(say("models.default.what", view=say(f"taxonomy.view.{package.view}")))
        old, new = st.columns(2, gap="small")
        for column, one, title in ((old, before, "before"), (new, package, "after")):
            with column:
                st.caption(say(f"models.default.{title}"))
                if one is None:
                    st.markdown(say("models.default.nothing"))
                    continue
                st.markdown(f"**{plain(package_label(one))}** · {plain(one.architecture)}")
                lines = figure_lines(one) or [say("models.packages.not_measured")]
                st.markdown("\n".join(f"- {plain(line)}" for line in lines))
        st.caption(say("models.default.note"))
        with st.container(horizontal=True):
            st.button(
                say("models.default.yes"),
                type="primary",
                key="models_default_yes",
                on_click=_make_default,
                args=(package, before.name if before is not None else ""),
            )
            st.button(say("models.default.no"), key="models_default_no", on_click=_forget)


def _make_default(package: PackageNote, before: str) -> None:
    from core.settings import get_settings
    from core.vision.served import choose

    _forget()
    if not may_operate() or package.view is None:
        return
    try:
        choose(get_settings(), package.view, package.folder, before)
    except ScalpError as error:
        st.session_state[_NOTICE_KEY] = error
        return
    st.session_state[_NOTICE_KEY] = say("models.default.done", id=package.id, version=package.version)


def _take_back(view: View, choice: Choice) -> None:
    from core.settings import get_settings
    from core.vision.served import take_back

    if not may_operate():
        return
    try:
        take_back(get_settings(), view)
    except ScalpError as error:
        st.session_state[_NOTICE_KEY] = error
        return
    st.session_state[_NOTICE_KEY] = say("models.default.undone", package=choice.before)


def _forget() -> None:
    st.session_state.pop(_ASKED_KEY, None)
