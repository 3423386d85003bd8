"""The check under way in this session: photos chosen, graded once each, kept while the person looks around."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

import streamlit as st

from core.errors import ScalpError
from core.findings import Diagnosis
from core.taxonomy import Site, View

if TYPE_CHECKING:
    from core.interface.heatmap import Box, Pixels

MAX_PHOTOS: Final = 12
THUMBNAIL_SIDE: Final = 280
_CHECKUP_KEY: Final = "checkup"

PhotoSource = Literal["upload", "camera", "example"]


@dataclass(frozen=True)
class Submitted:
    """A photo as it was handed over.

    Attributes:
        key: Names it within the session; the same photo handed over again keeps its key.
        name: What the file was called: from a stranger, shown only as plain text.
        source: Where it comes from.
        read: Returns its bytes; called only where it was not graded yet.
    """

    key: str
    name: str
    source: PhotoSource
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Checked:
    """A photo that was looked at: graded, refused or unreadable.

    Attributes:
        key: As in `Submitted`.
        name: As in `Submitted`.
        source: As in `Submitted`.
        diagnosis: What came out; None where the photo could not be read.
        error: Why it could not be read.
        preview: The photo as shown, RGB (h, w, 3); None where it could not be read.
        thumbnail: Its middle, smaller still, as JPEG; empty where it could not be read.
        box: The part that was looked at, in pixels of the preview.
        site: Where on the head it was taken, where told.
    """

    key: str
    name: str
    source: PhotoSource
    diagnosis: Diagnosis | None = None
    error: ScalpError | None = None
    preview: Pixels | None = None
    thumbnail: bytes = b""
    box: Box = (0, 0, 1, 1)
    site: Site | None = None

    @property
    def graded(self) -> bool:
        """Whether it carries grades."""
        return self.diagnosis is not None and self.diagnosis.accepted


@dataclass(frozen=True)
class Checkup:
    """One visit in the making.

    Attributes:
        checked_at: When its first photo was graded, with time zone.
        photos: In the order they were chosen.
        view: What the person said the photos show; None for "recognise it".
    """

    checked_at: datetime
    photos: tuple[Checked, ...] = ()
    view: View | None = None

    @property
    def graded(self) -> tuple[Checked, ...]:
        """The photos that carry grades."""
        return tuple(photo for photo in self.photos if photo.graded)

    @property
    def diagnoses(self) -> tuple[Diagnosis, ...]:
        """The diagnoses of the graded photos, in the same order."""
        return tuple(photo.diagnosis for photo in self.photos if photo.graded and photo.diagnosis is not None)


def current_checkup() -> Checkup | None:
    """Return the check under way, or None before a photo was chosen."""
    checkup = st.session_state.get(_CHECKUP_KEY)
    return checkup if isinstance(checkup, Checkup) else None


def drop_checkup() -> None:
    """Forget the check under way; what was kept in the records stays there."""
    st.session_state.pop(_CHECKUP_KEY, None)


def update_checkup(submitted: Sequence[Submitted], view: View | None) -> Checkup:
    """Grade what is new, keep what was graded already, drop what was taken away.

    Args:
        submitted: The photos of the visit, at most `MAX_PHOTOS`.
        view: What they show; None lets each be recognised.

    Raises:
        PackageError: The models cannot be loaded. An unreadable photo raises nothing: it is in the result.
    """
    before = current_checkup()
    known = {photo.key: photo for photo in before.photos} if before and before.view == view else {}
    photos = tuple(known.get(one.key) or _check(one, view) for one in submitted)
    shares_photos = before is not None and {p.key for p in before.photos} & {p.key for p in photos}
    checked_at = before.checked_at if before and shares_photos else datetime.now(UTC)
    checkup = Checkup(checked_at, photos, view)
    st.session_state[_CHECKUP_KEY] = checkup
    return checkup


def name_site(key: str, site: Site | None) -> None:
    """Note where on the head a photo was taken."""
    checkup = current_checkup()
    if checkup is None:
        return
    photos = tuple(replace(photo, site=site) if photo.key == key else photo for photo in checkup.photos)
    st.session_state[_CHECKUP_KEY] = replace(checkup, photos=photos)


def content_key(data: bytes) -> str:
    """Name a photo after its bytes."""
    return hashlib.sha256(data).hexdigest()


def _check(submitted: Submitted, view: View | None) -> Checked:
    from core.interface.heatmap import make_preview, make_thumbnail
    from core.interface.resources import get_diagnoser
    from core.vision.photo import encode_jpeg, load_photo

    diagnoser = get_diagnoser()
    checked = Checked(submitted.key, submitted.name, submitted.source)
    try:
        photo = load_photo(submitted.read())
        (diagnosis,) = diagnoser.diagnose([photo], view=view)
    except ScalpError as error:
        return replace(checked, error=error)
    preview, box = make_preview(photo.pixels, diagnosis.seen_box)
    thumbnail = encode_jpeg(make_thumbnail(preview, THUMBNAIL_SIDE), 80)
    return replace(checked, diagnosis=diagnosis, preview=preview, thumbnail=thumbnail, box=box)
