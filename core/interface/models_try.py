"""The trial corner: any package on photos of one's own, on a drawn one, or on labelled test photos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.interface.checkup import MAX_PHOTOS, content_key
from core.interface.language import say
from core.interface.markup import browser_words
from core.interface.models_answer import Asked, draw_answers
from core.interface.models_figures import package_label
from core.interface.models_make import draw_make
from core.interface.models_served import PackageNote, list_packages
from core.interface.models_state import note, settle
from core.interface.models_tests import draw_tests
from core.taxonomy import View

_SOURCES: Final = ("upload", "camera", "make", "test")


def draw_try() -> None:
    """Draw the section."""
    packages = list_packages()
    if not packages:
        st.info(say("models.packages.none"), icon=":material/inventory_2:")
        return
    st.markdown(say("models.try.intro"))
    asking, answering = st.columns([1, 1.35], gap="large")
    with asking:
        package = _draw_package(packages)
        asked = _draw_source(package)
    with answering:
        draw_answers(package, asked)


def _draw_package(packages: Sequence[PackageNote]) -> PackageNote:
    names = [package.name for package in packages]
    labels = {package.name: package_label(package) for package in packages}
    usual = next((one.name for one in packages if one.serves is View.MICROSCOPE), names[0])
    chosen: str = st.selectbox(
        say("models.try.package"),
        names,
        format_func=labels.__getitem__,
        key=settle("model", names, usual),
        persist_state="session",
    )
    note(model=chosen if chosen != usual else None)
    return next(package for package in packages if package.name == chosen)


def _draw_source(package: PackageNote) -> tuple[Asked, ...]:
    source = st.segmented_control(
        say("models.try.source"),
        _SOURCES,
        format_func={name: say(f"models.try.source_{name}") for name in _SOURCES}.__getitem__,
        key=settle("source", _SOURCES, "upload"),
        required=True,
        wrap=True,
        persist_state="session",
    )
    assert source is not None, "one of them is always chosen"
    note(source=source if source != "upload" else None)
    if source == "make":
        if package.view is View.CROWN:
            st.warning(say("models.make.crown"), icon=":material/info:")
        made = draw_make()
        return () if made is None else (Asked(made.key, made.file_name, made.data, {made.condition: made.severity}),)
    if source == "test":
        return draw_tests(package)
    return _draw_camera() if source == "camera" else _draw_upload()


def _draw_upload() -> tuple[Asked, ...]:
    from core.vision.photo import PHOTO_SUFFIXES

    st.html(browser_words(say("diagnosis.photo.choose"), say("diagnosis.photo.shoot")))
    files = st.file_uploader(
        say("models.try.upload"),
        type=list(PHOTO_SUFFIXES),
        accept_multiple_files=True,
        key="models_try_upload",
    )
    st.caption(say("models.try.upload_note", limit=MAX_PHOTOS))
    if len(files) > MAX_PHOTOS:
        st.warning(say("diagnosis.photo.too_many", given=len(files), limit=MAX_PHOTOS), icon=":material/filter_9_plus:")
    chosen = {content_key(data): (file.name, data) for file in files[:MAX_PHOTOS] if (data := file.getvalue())}
    return tuple(Asked(key, name, data) for key, (name, data) in chosen.items())


def _draw_camera() -> tuple[Asked, ...]:
    st.html(browser_words(say("diagnosis.photo.choose"), say("diagnosis.photo.shoot")))
    shot = st.camera_input(say("diagnosis.photo.camera"), key="models_try_camera", resolution="1080p")
    if shot is None:
        return ()
    data = shot.getvalue()
    return (Asked(content_key(data), say("models.try.shot"), data),)
