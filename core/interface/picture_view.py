"""The photo with the evidence over it, and its controls: redrawn alone when one of them changes."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.findings import Finding
from core.interface.checkup import Checked
from core.interface.heatmap import frame, overlay
from core.interface.language import current_language, say
from core.interface.markup import heat_legend
from core.interface.sentences import raise_first
from core.interface.wordings import condition_name
from core.taxonomy import Severity, View
from core.vision.photo import encode_jpeg

_JPEG_QUALITY = 82


@dataclass(frozen=True)
class Shown:
    """A finding and the photo it comes from.

    Attributes:
        finding: The finding.
        photo: Its photo.
        label: Which of several photos that is; empty where there is one.
    """

    finding: Finding
    photo: Checked
    label: str

    @property
    def view(self) -> View | None:
        """What that photo shows."""
        return self.photo.diagnosis.view if self.photo.diagnosis else None


@st.fragment
def draw_picture(shown: Sequence[Shown]) -> None:
    """Draw the photo behind one finding at a time, the most severe first.

    Args:
        shown: At most one finding per condition, at least one.
    """
    by_condition = {one.finding.condition: one for one in shown}
    # A place for the picture above its controls: they stay where the thumb is.
    place = st.container()
    most = max(shown, key=lambda one: (int(one.finding.severity or 0), one.finding.present))
    conditions = list(by_condition)
    if len(conditions) > 1:
        condition = st.selectbox(
            say("diagnosis.heat.condition"),
            conditions,
            index=conditions.index(most.finding.condition),
            format_func=lambda one: raise_first(condition_name(current_language(), one)),
            key=f"heat_condition_{most.photo.key}",
        )
    else:
        condition = conditions[0]
    opacity = st.slider(say("diagnosis.heat.opacity"), 0, 100, 55, 5, format="%d %%", key="heat_opacity")
    with place:
        _draw_overlay(by_condition[condition], opacity / 100)
    st.html(heat_legend(say("diagnosis.heat.less"), say("diagnosis.heat.more")))
    st.caption(say("diagnosis.heat.legend"))


def _draw_overlay(one: Shown, opacity: float) -> None:
    preview, box, finding = one.photo.preview, one.photo.box, one.finding
    if preview is None:
        return
    name = condition_name(current_language(), finding.condition)
    heated = finding.heatmap is not None and opacity > 0
    drawn = preview if finding.heatmap is None else overlay(preview, finding.heatmap, box, opacity)
    framed = frame(drawn, box)
    alt = say(f"diagnosis.heat.{'alt' if heated else 'alt_plain'}", name=say("diagnosis.result.photo"), condition=name)
    st.image(encode_jpeg(framed, _JPEG_QUALITY), width="stretch", alt=alt)
    notes = [one.label] if one.label else []
    if framed is not drawn:
        notes.append(say("diagnosis.heat.outside"))
    if finding.severity == Severity.GOOD:
        notes.append(say("diagnosis.heat.calm_note", condition=raise_first(name)))
    if notes:
        st.caption("  \n".join(notes))
