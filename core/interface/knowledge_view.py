"""What is known about a condition at a grade: to read beside a result, or about any of the six."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import streamlit as st

from core.care.condition_page import SECTIONS, ConditionPage
from core.care.facts import GENERAL, Reference
from core.care.knowledge import Knowledge, load_knowledge
from core.interface.address import settle_choice, write_address
from core.interface.knowledge_markup import KnowledgeMarkup
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.sentences import raise_first
from core.interface.wordings import condition_name
from core.taxonomy import CONDITIONS, SEVERITIES, Condition, Severity

_STYLE_SHEET: Final = Path(__file__).with_name("knowledge.css")
# Names of the address and of session keys: apart from those of the page this stands on.
_PLACE: Final = "knowledge"
_GRADES_KEY: Final = "knowledge_grades"


def draw_knowledge(grades: Mapping[Condition, Severity]) -> None:
    """Draw one condition at one grade, and let the person turn to another: a fragment, so the page stays as it is.

    A link may name the condition to read about and the grade: `?read=dandruff&grade=2`.

    Args:
        grades: What was graded in this check; conditions that were not can be read about all the same. May be empty.

    Raises:
        CareError: The knowledge cannot be read.
    """
    st.html(_STYLE_SHEET)
    knowledge = load_knowledge()
    if st.session_state.get(_GRADES_KEY) != dict(grades):
        _forget("read", "grade")
        st.session_state[_GRADES_KEY] = dict(grades)
    _draw_choice(knowledge, dict(grades))


@st.fragment
def _draw_choice(knowledge: Knowledge, grades: Mapping[Condition, Severity]) -> None:
    worst = max(grades, key=lambda one: grades[one], default=CONDITIONS[0])
    read = st.pills(
        say("knowledge.choose.condition"),
        CONDITIONS,
        format_func=lambda one: _condition_label(one, grades.get(one)),
        key=settle_choice(_PLACE, "read", CONDITIONS, worst),
        required=True,
        on_change=_forget,
        args=("grade",),
    )
    condition = read or worst
    own = grades.get(condition)
    usual = Severity.MILD if own is None else own
    at = st.segmented_control(
        say("knowledge.choose.grade"),
        SEVERITIES,
        format_func=lambda one: _grade_label(one, own),
        key=settle_choice(_PLACE, "grade", SEVERITIES, usual),
        required=True,
        wrap=True,
    )
    severity = usual if at is None else at
    # What was graded is not written into the address unasked, only what somebody turned to.
    turned = severity != usual
    write_address(
        _PLACE, read=condition if turned or condition != worst else None, grade=int(severity) if turned else None
    )
    _draw_page(knowledge, knowledge.condition(condition, severity), own=severity == own)


def _draw_page(knowledge: Knowledge, page: ConditionPage, *, own: bool) -> None:
    markup = KnowledgeMarkup(knowledge, current_language())
    first, then, beside = _arrange(page.severity)
    st.html(markup.lead(page.headline, page.severity, own=own))
    picture, start = st.columns([1, 1.4], gap="large")
    with picture:
        _draw_picture(page)
    with start:
        st.html(_sections(markup, page, first))
    rest, aside = st.columns([1.4, 1], gap="large")
    with rest:
        st.html(_sections(markup, page, then))
    with aside:
        st.html(_sections(markup, page, beside))
    _draw_ingredients(markup, page)
    sources = _sources(knowledge, page)
    with st.expander(say("knowledge.source.heading", n=len(sources)), icon=":material/menu_book:"):
        st.html(markup.sources(sources))
        st.caption(say("knowledge.source.general_note"))


def _arrange(severity: Severity) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Which sections stand beside the picture, which below, and which beside those.

    From a moderate grade on the doctor comes before advice for home, which must not keep anyone from going.
    """
    beside = ("causes", "similar")
    if severity >= Severity.MODERATE:
        return ("what", "doctor"), ("home", "avoid", "timing"), beside
    return ("what", "home"), ("avoid", "timing", "doctor"), beside


def _sections(markup: KnowledgeMarkup, page: ConditionPage, names: Iterable[str]) -> str:
    return "".join(markup.claims(name, page.said(name)) for name in names)


def _draw_picture(page: ConditionPage) -> None:
    language = current_language()
    looks = page.looks.in_language(language)
    alt = say(
        "knowledge.picture.alt",
        condition=condition_name(language, page.condition),
        grade=say(f"taxonomy.severity.{int(page.severity)}"),
        looks=looks,
    )
    st.image(page.picture.read_bytes(), width="stretch", alt=alt)
    notes = [plain(looks), say("knowledge.picture.caption")]
    if page.condition is Condition.HAIR_LOSS:
        notes.append(say("knowledge.picture.microscope"))
    st.caption(" ".join(notes))


def _draw_ingredients(markup: KnowledgeMarkup, page: ConditionPage) -> None:
    uses = [(one, use) for one in page.ingredients if (use := one.use_for(page.condition, page.severity))]
    left_out = [
        (one, use)
        for one in markup.knowledge.ingredients.values()
        if (use := one.avoid_for(page.condition, page.severity))
    ]
    st.html(markup.ingredients(uses))
    if uses:
        st.caption(say("knowledge.level.explained"))
    if left_out:
        st.html(markup.left_out(left_out))


def _sources(knowledge: Knowledge, page: ConditionPage) -> list[Reference]:
    """Every source that anything on the page names, in the order of the bibliography."""
    claims = [claim for section in SECTIONS for claim in page.said(section)]
    for one in page.ingredients:
        claims += [*one.claims]
    claims += [use for one in knowledge.ingredients.values() if (use := one.avoid_for(page.condition, page.severity))]
    named = {name for claim in claims for name in claim.references} - {GENERAL}
    return [one for one in knowledge.references.values() if one.id in named]


def _condition_label(condition: Condition, graded: Severity | None) -> str:
    name = raise_first(condition_name(current_language(), condition))
    if graded is None:
        return name
    return say("knowledge.choose.graded", condition=name, grade=say(f"taxonomy.severity.{int(graded)}"))


def _grade_label(severity: Severity, own: Severity | None) -> str:
    grade = raise_first(say(f"taxonomy.severity.{int(severity)}"))
    return say("knowledge.choose.own", grade=grade) if severity == own else grade


def _forget(*names: str) -> None:
    for name in names:
        st.session_state.pop(f"{_PLACE}_{name}", None)
