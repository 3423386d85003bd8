"""Life-style answers of this session, and whether they may be kept with a stored result. Light: no widgets here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from core.care.answers import CareAnswers

CARE_CONSENT_KEY: Final = "care_consent"
_ANSWERS_KEY: Final = "care_answers"


def current_care_answers() -> CareAnswers:
    """Return what was told in this session; an empty set of answers where nothing was."""
    answers = st.session_state.get(_ANSWERS_KEY)
    return answers if isinstance(answers, CareAnswers) else CareAnswers()


def set_care_answers(answers: CareAnswers) -> None:
    """Remember what was told, for as long as the session lasts."""
    st.session_state[_ANSWERS_KEY] = answers


def answers_to_keep() -> Mapping[str, str]:
    """Return the answers as a visit keeps them: empty without consent of its own, whatever the result's says."""
    if not st.session_state.get(CARE_CONSENT_KEY, False):
        return MappingProxyType({})
    return current_care_answers().as_mapping()
