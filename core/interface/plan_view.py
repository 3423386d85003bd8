"""The plan as a person reads it: a doctor first where one is needed, then what matters most, habits, ingredients."""

from collections.abc import Iterable
from html import escape
from typing import Final

import streamlit as st

from core.care.facts import GENERAL, Reference
from core.care.knowledge import load_knowledge
from core.care.plan import Plan, PlanLine, PlanSection, ReasonKind, Urgency
from core.clinics.departments import departments_for
from core.interface.chrome import draw_page_link
from core.interface.language import current_language, say
from core.interface.sentences import join_words
from core.taxonomy import Severity

_DOING: Final = (PlanSection.DAILY, PlanSection.WASHING, PlanSection.WEEKLY, PlanSection.PERM_DYE)
_USING: Final = (PlanSection.SEEK, PlanSection.AVOID)
FAMILY_MEDICINE: Final = "가정의학과"
_WHY_KEY: Final = "plan_why"


def draw_red_flags(plan: Plan, region: str | None) -> None:
    """Draw what sends to a doctor first; nothing where nothing does.

    Args:
        plan: The plan.
        region: Province for the link to clinics, as told.
    """
    urgency = plan.urgency
    if urgency is None:
        return
    with st.container(key="care_flags_now" if urgency <= Urgency.TODAY else "care_flags"):
        st.html(_flags_markup(plan, urgency))
        if urgency is not Urgency.EMERGENCY:
            draw_clinic_links(plan, region)


def draw_clinic_links(plan: Plan, region: str | None) -> None:
    """Draw links to the clinics that fit the plan, with region and department chosen."""
    where = {"region": region} if region else {}
    with st.container(horizontal=True):
        for department in departments(plan):
            label = say("care.page.clinics_for", department=say(f"clinics.department.{department}"))
            draw_page_link("clinics", label, department=department, **where)


def departments(plan: Plan) -> tuple[str, ...]:
    """Return the departments that fit a plan, in HIRA's words."""
    of_conditions = departments_for(finding.condition for finding in plan.findings if finding.present)
    general = any(line.id == "flag_unwell" for line in plan.red_flags)
    return (FAMILY_MEDICINE, *of_conditions) if general else of_conditions


def draw_plan(plan: Plan) -> None:
    """Draw the plan below its red flags."""
    language = current_language()
    if not any(line.section is not PlanSection.RECHECK for line in plan.lines):
        st.info(say("care.page.nothing"), icon=":material/photo_camera:")
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="care_plan_head"
    ):
        st.subheader(say("care.page.plan"), anchor="plan", width="content")
        why = st.toggle(say("care.page.why_all"), key=_WHY_KEY, persist_state="session")
    st.html(plan_markup(plan, why=why))
    if plan.unsure:
        names = [say(f"taxonomy.condition.{condition}") for condition in plan.unsure]
        st.caption(say("care.page.unsure", conditions=join_words(language, names)))


def plan_markup(plan: Plan, *, why: bool) -> str:
    """Return the plan as HTML, every text escaped.

    Args:
        plan: The plan.
        why: Whether the reasons stand open.
    """
    parts = [_notices(plan, why), _priorities(plan, why)]
    doing, using = (_column(plan, sections, why) for sections in _columns(plan))
    if doing or using:
        parts.append(f'<div class="ss-plan-columns">{doing}{using}</div>')
    parts.append(_section(plan, PlanSection.RECHECK, why))
    return f'<div class="ss-plan">{"".join(parts)}</div>'


def _flags_markup(plan: Plan, urgency: Urgency) -> str:
    items = "".join(_flag(line, urgency) for line in plan.red_flags)
    title, lead = say("care.section.red_flags"), say(f"care.urgency_lead.{int(urgency)}")
    call = '<p><a class="ss-call" href="tel:119">119</a></p>' if urgency is Urgency.EMERGENCY else ""
    return (
        f'<div class="ss-flags ss-urgency-{int(urgency)}" role="alert"><h3>{escape(title)}</h3>'
        f"<p><b>{escape(lead)}</b></p>{call}<ul>{items}</ul></div>"
    )


def _flag(line: PlanLine, worst: Urgency) -> str:
    tag = ""
    if line.urgency is not None and line.urgency is not worst:
        tag = f' <span class="ss-tag">{escape(say(f"care.urgency.{int(line.urgency)}"))}</span>'
    return f"<li>{_told(line, opened=False, after=tag)}</li>"


def _notices(plan: Plan, why: bool) -> str:
    lines = plan.of(PlanSection.NOTICES)
    if not lines:
        return ""
    items = "".join(_line(line, why) for line in lines)
    return f'<section class="ss-card ss-quiet">{_heading(PlanSection.NOTICES)}<ul>{items}</ul></section>'


def _priorities(plan: Plan, why: bool) -> str:
    lines = plan.of(PlanSection.PRIORITIES)
    if not lines:
        return ""
    items = "".join(f"<li>{_grade_mark(line)}{_told(line, opened=why)}</li>" for line in lines)
    return f'<section class="ss-priorities">{_heading(PlanSection.PRIORITIES)}<ol>{items}</ol></section>'


def _grade_mark(line: PlanLine) -> str:
    grades = [int(reason.value) for reason in line.reasons if reason.kind is ReasonKind.GRADE]
    worst = Severity(max(grades)) if grades else Severity.GOOD
    word = say(f"taxonomy.severity.{int(worst)}")
    return (
        f'<i class="ss-mark ss-chosen ss-g{int(worst)}" aria-hidden="true">{int(worst)}</i>'
        f'<span class="ss-hidden">{escape(word)}</span>'
    )


def _columns(plan: Plan) -> tuple[tuple[PlanSection, ...], tuple[PlanSection, ...]]:
    """What to expect stands in the shorter column."""
    doing, using = (sum(len(plan.of(section)) for section in sections) for sections in (_DOING, _USING))
    if doing < using:
        return (*_DOING, PlanSection.EXPECT), _USING
    return _DOING, (*_USING, PlanSection.EXPECT)


def _column(plan: Plan, sections: Iterable[PlanSection], why: bool) -> str:
    cards = "".join(_section(plan, section, why) for section in sections)
    return f"<div>{cards}</div>" if cards else ""


def _section(plan: Plan, section: PlanSection, why: bool) -> str:
    lines = plan.of(section)
    if not lines:
        return ""
    items = "".join(_line(line, why) for line in lines)
    return f'<section class="ss-card ss-{section}">{_heading(section)}<ul>{items}</ul></section>'


def _heading(section: PlanSection) -> str:
    return f"<h4>{escape(say(f'care.section.{section}'))}</h4>"


def _line(line: PlanLine, why: bool) -> str:
    return f"<li>{_told(line, opened=why, below=_chips(line))}</li>"


def _chips(line: PlanLine) -> str:
    # One thing to leave is named in the line itself.
    if line.section is not PlanSection.SEEK and (line.section is not PlanSection.AVOID or len(line.ingredients) < 2):
        return ""
    names = [load_knowledge().ingredient(name).name.in_language(current_language()) for name in line.ingredients]
    return f'<span class="ss-chips">{"".join(f"<span>{escape(name)}</span>" for name in names)}</span>'


def _told(line: PlanLine, *, opened: bool, after: str = "", below: str = "") -> str:
    """A line that opens to where it comes from."""
    language = current_language()
    reasons = "".join(f"<li>{escape(reason.text(language))}</li>" for reason in line.reasons)
    sources = "".join(f"<li>{_source(load_knowledge().reference(name))}</li>" for name in line.references)
    return (
        f'<details class="ss-line"{" open" if opened else ""}><summary>{escape(line.text(language))}{after} '
        f'<span class="ss-why">{escape(say("care.why.open"))}</span>{below}</summary>'
        f'<div class="ss-because"><b>{escape(say("care.why.because"))}</b><ul>{reasons}</ul>'
        f"<b>{escape(say('care.why.sources'))}</b><ul>{sources}</ul></div></details>"
    )


def _source(reference: Reference) -> str:
    if reference.id == GENERAL:
        return escape(say("care.why.general"))
    citation = escape(reference.citation)
    if reference.url is None:
        return citation
    return f'<a href="{escape(reference.url)}" target="_blank" rel="noopener noreferrer">{citation}</a>'
