"""How photos come in: from this device, the camera, or an example. Photos of one head make one visit."""

from functools import cache
from pathlib import Path
from typing import Final, cast

import streamlit as st
from streamlit.typing import UploadedFile

from core.interface.checkup import MAX_PHOTOS, THUMBNAIL_SIDE, PhotoSource, Submitted, content_key, drop_checkup
from core.interface.drawings import DRAWINGS
from core.interface.examples import Example, find_example, list_examples
from core.interface.language import say
from core.interface.markup import browser_words
from core.taxonomy import View

RESULT_ANCHOR: Final = "result"
_SUBMITTED_KEY: Final = "submitted_photos"
_CHANGED_KEY: Final = "upload_changed"
_ROUND_KEY: Final = "photo_round"
_UPLOAD_KEYS_KEY: Final = "upload_keys"
_EXAMPLE_PARAMETER: Final = "example"


def draw_intake() -> tuple[tuple[Submitted, ...], View | None]:
    """Ask for photos.

    Photos once handed over stay the session's until others are chosen, also when the person looks at another page.

    Returns:
        The photos to check, at most `MAX_PHOTOS`, and what they show; None for "recognise it".
    """
    st.subheader(say("diagnosis.photo.heading"), anchor=False)
    st.html(browser_words(say("diagnosis.photo.choose"), say("diagnosis.photo.shoot")))
    _take_example_from_address()
    source = st.segmented_control(
        say("diagnosis.photo.source"),
        ["upload", "camera", "example"],
        default="example" if _EXAMPLE_PARAMETER in st.query_params else "upload",
        format_func=lambda name: say(f"diagnosis.photo.source_{name}"),
        key="photo_source",
        required=True,
        label_visibility="collapsed",
    )
    {"upload": _draw_upload, "camera": _draw_camera, "example": _draw_examples}[source]()
    if _submitted():
        _draw_jump()
    view = _draw_view()
    _draw_howto()
    return _submitted(), view


def start_over() -> None:
    """Forget photos and results of the check under way; the callback of a button."""
    drop_checkup()
    _submit(())
    st.session_state[_ROUND_KEY] = _round() + 1
    st.query_params.pop(_EXAMPLE_PARAMETER, None)


def _draw_jump() -> None:
    # Shown where the questions fill the first screen: on phones (style.css).
    with st.container(key="jump"):
        st.markdown(f":material/arrow_downward: [{say('diagnosis.photo.jump')}](#{RESULT_ANCHOR})")


def _submitted() -> tuple[Submitted, ...]:
    return cast("tuple[Submitted, ...]", st.session_state.get(_SUBMITTED_KEY, ()))


def _submit(photos: tuple[Submitted, ...]) -> None:
    st.session_state[_SUBMITTED_KEY] = photos


def _round() -> int:
    # A widget with another key is another widget: the way to empty an uploader.
    return int(st.session_state.get(_ROUND_KEY, 0))


def _draw_upload() -> None:
    from core.vision.photo import PHOTO_SUFFIXES

    files = st.file_uploader(
        say("diagnosis.photo.upload"),
        type=list(PHOTO_SUFFIXES),
        accept_multiple_files=True,
        key=f"photos_{_round()}",
        on_change=_note_change,
    )
    st.caption(say("diagnosis.photo.upload_note", limit=MAX_PHOTOS))
    # Coming back from another page, the uploader is empty although nobody took the photos away.
    changed = st.session_state.pop(_CHANGED_KEY, False)
    if files or changed:
        chosen = {_upload_key(file): file for file in files[:MAX_PHOTOS]}
        _submit(tuple(Submitted(key, file.name, "upload", file.getvalue) for key, file in chosen.items()))
        if len(chosen) < len(files[:MAX_PHOTOS]):
            st.caption(say("diagnosis.photo.same"))
    if len(files) > MAX_PHOTOS:
        st.warning(say("diagnosis.photo.too_many", given=len(files), limit=MAX_PHOTOS), icon=":material/filter_9_plus:")


def _upload_key(file: UploadedFile) -> str:
    # Read once per upload, not on every rerun.
    keys: dict[str, str] = st.session_state.setdefault(_UPLOAD_KEYS_KEY, {})
    if file.file_id not in keys:
        keys[file.file_id] = content_key(file.getvalue())
    return keys[file.file_id]


def _note_change() -> None:
    st.session_state[_CHANGED_KEY] = True
    st.query_params.pop(_EXAMPLE_PARAMETER, None)


def _draw_camera() -> None:
    shot = st.camera_input(say("diagnosis.photo.camera"), key=f"camera_{_round()}", resolution="1080p")
    if shot is None:
        return
    data = shot.getvalue()
    taken = _from("camera")
    key = content_key(data)
    if key not in {photo.key for photo in taken}:
        name = say("diagnosis.photo.number", number=len(taken) + 1)
        _submit((*taken, Submitted(key, name, "camera", lambda: data))[-MAX_PHOTOS:])


def _from(source: PhotoSource) -> tuple[Submitted, ...]:
    return tuple(photo for photo in _submitted() if photo.source == source)


def _draw_examples() -> None:
    examples = list_examples()
    if not examples:
        st.info(say("diagnosis.photo.example_none"), icon=":material/image_not_supported:")
        return
    st.caption(say("examples.note"))
    with st.grid(3, min_column_width=96, key="examples"):
        for example in examples:
            with st.container():
                st.image(_thumbnail(example.path), width="stretch", alt=say(example.title_key))
                st.button(
                    say(f"diagnosis.example.{example.name}"),
                    key=f"example_{example.name}",
                    on_click=_choose_example,
                    args=(example,),
                    help=say("diagnosis.photo.example_use"),
                    width="stretch",
                )


def _choose_example(example: Example) -> None:
    _submit((Submitted(f"example {example.name}", example.path.name, "example", example.path.read_bytes),))
    st.query_params[_EXAMPLE_PARAMETER] = example.name


def _take_example_from_address() -> None:
    example = find_example(st.query_params.get(_EXAMPLE_PARAMETER, ""))
    if example is not None and not _submitted():
        _choose_example(example)


@cache
def _thumbnail(path: Path) -> bytes:
    from core.interface.heatmap import make_thumbnail
    from core.vision.photo import encode_jpeg, read_photo

    return encode_jpeg(make_thumbnail(read_photo(path).pixels, THUMBNAIL_SIDE), 80)


def _draw_view() -> View | None:
    choice = st.segmented_control(
        say("diagnosis.photo.view"),
        ["auto", *(view.value for view in View)],
        default="auto",
        format_func=lambda name: say(f"diagnosis.photo.view_{name}"),
        key="photo_view",
        required=True,
        persist_state="session",
    )
    return None if choice == "auto" else View(choice)


def _draw_howto() -> None:
    with st.expander(say("diagnosis.howto.title"), icon=":material/lightbulb:"):
        for column, name in zip(st.columns(3), DRAWINGS, strict=True):
            with column:
                st.image(DRAWINGS[name], width=200, alt=say(f"diagnosis.howto.alt_{name}"))
                st.markdown(say(f"diagnosis.howto.{name}"))
