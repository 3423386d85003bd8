"""Make an image: a scalp drawn with a finding at a severity, to download and to grade at once."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.interface.language import say
from core.interface.models_state import settle
from core.interface.models_words import output_name
from core.taxonomy import CONDITIONS, SEVERITIES, Condition, Severity

_MADE_KEY: Final = "models_made"
_GRADED_KEY: Final = "models_made_graded"
SIZE: Final = (672, 480)
_QUALITY: Final = 92
_LAST_SEED: Final = 1_000_000


@dataclass(frozen=True)
class Made:
    """A drawn photo.

    Attributes:
        data: JPEG.
        seed: The same seed, condition and severity draw it again.
        condition: The finding asked for.
        severity: How strong; everything else is calm.
    """

    data: bytes
    seed: int
    condition: Condition
    severity: Severity

    @property
    def key(self) -> str:
        """Names it within the session."""
        return f"made {self.condition} {int(self.severity)} {self.seed}"

    @property
    def file_name(self) -> str:
        """What the file is called on the person's computer."""
        return f"scalpspectra-drawn-{self.condition}-{int(self.severity)}-{self.seed}.jpg"


def draw_make() -> Made | None:
    """Ask for a condition and a severity, draw the picture, offer it as a file.

    Returns:
        The picture to grade; None before the button was pressed.
    """
    st.caption(say("models.make.note"))
    condition: Condition = st.selectbox(
        say("models.make.condition"),
        CONDITIONS,
        format_func={one: output_name(one.value) for one in CONDITIONS}.__getitem__,
        key=settle("condition", CONDITIONS, Condition.DANDRUFF),
    )
    severity = st.segmented_control(
        say("models.make.severity"),
        SEVERITIES,
        format_func={one: f"{int(one)} {say(f'taxonomy.severity.{int(one)}')}" for one in SEVERITIES}.__getitem__,
        key=settle("severity", SEVERITIES, Severity.MODERATE),
        required=True,
        wrap=True,
    )
    assert severity is not None, "one of them is always chosen"
    st.button(say("models.make.draw"), icon=":material/draw:", key="models_make_draw", on_click=_ask_for_another)
    made = _made(condition, severity)
    if made is None:
        return None
    st.image(made.data, width="stretch", alt=_words(made))
    st.caption(_words(made))
    with st.container(horizontal=True):
        st.button(
            say("models.make.grade"),
            type="primary",
            icon=":material/center_focus_strong:",
            key="models_make_grade",
            on_click=_grade(made),
        )
        st.download_button(
            say("models.make.download"),
            made.data,
            file_name=made.file_name,
            mime="image/jpeg",
            icon=":material/download:",
            on_click="ignore",
            key="models_make_download",
        )
    return made if st.session_state.get(_GRADED_KEY) == made.key else None


def draw_random(seed: int) -> tuple[bytes, dict[Condition, Severity]]:
    """Draw a photo with grades at random, and return it as JPEG with these."""
    from core.vision.synthesis import draw_scene

    scene = draw_scene(seed)
    return _encoded(scene.pixels), scene.severities


def another_seed() -> int:
    """Return a seed nobody chose."""
    return random.randrange(_LAST_SEED)  # noqa: S311 (a picture, no secret)


def _ask_for_another() -> None:
    st.session_state[_MADE_KEY] = another_seed()
    st.session_state.pop(_GRADED_KEY, None)


def _made(condition: Condition, severity: Severity) -> Made | None:
    seed = st.session_state.get(_MADE_KEY)
    if seed is None:
        return None
    with st.spinner(say("models.make.wait")):
        return Made(_drawn(seed, condition.value, int(severity)), seed, condition, severity)


@st.cache_data(max_entries=50, show_spinner=False)
def _drawn(seed: int, condition: str, severity: int) -> bytes:
    from core.vision.synthesis import draw_scene

    grades = dict.fromkeys(CONDITIONS, Severity.GOOD) | {Condition(condition): Severity(severity)}
    return _encoded(draw_scene(seed, grades, size=SIZE).pixels)


def _encoded(pixels: object) -> bytes:
    from core.vision.photo import encode_jpeg

    return encode_jpeg(pixels, _QUALITY)  # type: ignore[arg-type]


def _grade(made: Made) -> Callable[[], None]:
    def graded() -> None:
        st.session_state[_GRADED_KEY] = made.key

    return graded


def _words(made: Made) -> str:
    return say(
        "models.make.drawn",
        condition=output_name(made.condition.value),
        severity=say(f"taxonomy.severity.{int(made.severity)}"),
    )
