"""What this session stored, so that it can be listed and deleted. Other people's results are never listed."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import streamlit as st

from core.errors import ScalpError
from core.findings import Visit
from core.interface.answers import CONSENT_KEY, Answers
from core.interface.care_answers import answers_to_keep
from core.interface.checkup import Checkup
from core.interface.resources import get_store

_KEPT_KEY: Final = "kept_visits"
_SESSION_KEY: Final = "kept_session"
_NOTICE_KEY: Final = "kept_notice"


@dataclass(frozen=True)
class Kept:
    """One stored visit of this session.

    Attributes:
        visit_id: Its number in the records.
        visit: What was stored.
    """

    visit_id: str
    visit: Visit

    @property
    def kept_at(self) -> datetime:
        """When it was checked."""
        return self.visit.visited_at

    @property
    def photos(self) -> frozenset[str]:
        """SHA-256 of its photos."""
        return frozenset(diagnosis.photo_sha256 for diagnosis in self.visit.diagnoses)


def list_kept() -> tuple[Kept, ...]:
    """Return the stored visits of this session, oldest first."""
    kept: tuple[Kept, ...] = st.session_state.get(_KEPT_KEY, ())
    return kept


def find_kept(checkup: Checkup) -> Kept | None:
    """Return the stored visit that shares a photo with this check."""
    photos = {diagnosis.photo_sha256 for diagnosis in checkup.diagnoses}
    return next((kept for kept in list_kept() if kept.photos & photos), None)


def keep(checkup: Checkup, answers: Answers) -> Kept:
    """Store a check once; where its photos or answers changed since, what is stored follows.

    Call only with consent and at least one graded photo.

    Raises:
        RecordsError: The records cannot be written; nothing was stored twice or lost.
    """
    visit = _as_visit(checkup, answers)
    before = find_kept(checkup)
    if before is not None and before.visit == visit:
        return before
    kept = Kept(get_store().add_visit(visit, _submission(visit)), visit)
    if before is not None and before.visit.answers and not visit.answers:
        # Taken back: an update leaves the old bytes in the file.
        get_store().erase()
    others = [other for other in list_kept() if other.visit_id != kept.visit_id]
    st.session_state[_KEPT_KEY] = (*others, kept)
    if before is not None and before.visit_id != kept.visit_id:
        forget(before.visit_id)
    return kept


def forget(visit_id: str) -> None:
    """Delete a stored visit of this session.

    Raises:
        RecordsError: The records cannot be written; the visit is still listed.
    """
    get_store().delete_visit(visit_id)
    st.session_state[_KEPT_KEY] = tuple(kept for kept in list_kept() if kept.visit_id != visit_id)


def on_delete(visit_id: str) -> None:
    """Delete a stored visit when its button is pressed, and take the consent back so that it is not stored again."""
    st.session_state[CONSENT_KEY] = False
    try:
        forget(visit_id)
    except ScalpError as error:
        st.session_state[_NOTICE_KEY] = error
    else:
        st.session_state[_NOTICE_KEY] = True


def take_notice() -> ScalpError | bool:
    """Return, once, what came of the last deletion: True where it worked, the error where not, False for none."""
    notice: ScalpError | bool = st.session_state.pop(_NOTICE_KEY, False)
    return notice


def _as_visit(checkup: Checkup, answers: Answers) -> Visit:
    return Visit(
        visited_at=checkup.checked_at,
        diagnoses=checkup.diagnoses,
        consent=answers.consent,
        source="example" if any(photo.source == "example" for photo in checkup.graded) else "app",
        sex=answers.sex,
        age_band=answers.age_band,
        region=answers.region,
        sites=tuple(photo.site for photo in checkup.graded),
        answers=answers_to_keep(),
    )


def _submission(visit: Visit) -> str:
    # A photo of a person is stored once, however often it is handed over. Examples are the same for everyone: there
    # the session tells visits apart, or one person could delete another's.
    if visit.source != "example":
        return visit.source
    return str(st.session_state.setdefault(_SESSION_KEY, f"example {uuid.uuid4()}"))
