"""Labelled photos to try a package on: drawn on the spot for everybody, those of a manifest for the operator."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from core.errors import ScalpError
from core.interface.language import current_language, say
from core.interface.models_answer import Asked
from core.interface.models_door import may_operate
from core.interface.models_make import another_seed, draw_random
from core.interface.models_manifests import list_manifests
from core.taxonomy import View

if TYPE_CHECKING:
    from core.interface.models_served import PackageNote
    from core.lab.manifest import LabelledPhoto

COUNT: Final = 9
_DRAWN: Final = "drawn"
_SEED_KEY: Final = "models_test_seed"


def draw_tests(package: PackageNote) -> tuple[Asked, ...]:
    """Ask which labelled photos, and return a few of them at random."""
    manifests = {str(path): name for name, path in list_manifests()} if may_operate() else {}
    drawable = package.view is not View.CROWN and package.is_grader
    options = [*([_DRAWN] if drawable else []), *manifests]
    if not options:
        st.info(
            say("models.tests.none" if may_operate() else "models.tests.operator"),
            icon=":material/image_not_supported:",
        )
        return ()
    labels = {_DRAWN: say("models.tests.drawn"), **manifests}
    chosen: str = st.selectbox(
        say("models.tests.which"),
        options,
        format_func=labels.__getitem__,
        key="models_tests_which",
    )
    st.button(
        say("models.tests.others", n=COUNT), icon=":material/shuffle:", key="models_tests_others", on_click=_shuffle
    )
    seed = st.session_state.setdefault(_SEED_KEY, another_seed())
    with st.spinner(say("models.tests.wait")):
        return _drawn(seed, current_language().value) if chosen == _DRAWN else _of_manifest(package, Path(chosen), seed)


def _shuffle() -> None:
    st.session_state[_SEED_KEY] = another_seed()


@st.cache_data(max_entries=8, show_spinner=False)
def _drawn(seed: int, language: str) -> tuple[Asked, ...]:  # noqa: ARG001 (names are in it)
    photos = []
    for number in range(COUNT):
        data, grades = draw_random(seed + number)
        labels = {condition.value: int(grade) for condition, grade in grades.items()}
        photos.append(Asked(f"drawn {seed + number}", say("models.tests.drawn_name", number=number + 1), data, labels))
    return tuple(photos)


def _of_manifest(package: PackageNote, path: Path, seed: int) -> tuple[Asked, ...]:
    """Return photos of the test split, or of the whole manifest where it has none."""
    from core.lab.manifest import read_manifest

    manifest = read_manifest(path)
    if package.view is not None:
        manifest = manifest.of_view(package.view)
    held_out = manifest.in_split("test")
    photos = list(held_out if len(held_out) else manifest)
    if not photos:
        st.info(say("models.tests.no_view"), icon=":material/image_not_supported:")
        return ()
    training = package.values.get("training")
    known = set(training.get("photos_sha256", ())) if isinstance(training, Mapping) else set()
    picked = random.Random(seed).sample(photos, min(COUNT, len(photos)))  # noqa: S311 (a choice, no secret)
    return tuple(asked for photo in picked if (asked := _asked(photo, path.parent, known)) is not None)


def _asked(photo: LabelledPhoto, root: Path, known: set[str]) -> Asked | None:
    from core.vision.photo import encode_jpeg, read_photo

    try:
        data = encode_jpeg(read_photo(photo.path).pixels, 92)
    except ScalpError:
        # A photo that is gone or damaged was listed when the manifest was made; others take its place here.
        return None
    name = photo.path.relative_to(root).as_posix() if photo.path.is_relative_to(root) else photo.path.name
    labels: dict[str, object] = {condition.value: int(grade) for condition, grade in photo.grades.items()}
    labels |= dict(photo.labels)
    seen = photo.sha256[:16] in known if photo.sha256 and known else None
    return Asked(f"{root.name} {name}", name, data, labels, seen)
