"""What holds for every plan, whatever the grades and answers; and the rules as a whole."""

import tomllib
from dataclasses import fields
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.care.answers import OPTIONS, SETS, CareAnswers, answer_list
from core.care.facts import Advice, Concern
from core.care.knowledge import load_knowledge
from core.care.plan import PlanLine, PlanSection, ReasonKind, Urgency, make_plan
from core.care.red_flags import RED_FLAG_RULES, find_red_flags
from core.care.rules import RULES
from core.care.rules_cautions import caution_rules
from core.care.rules_conflicts import YIELDS
from core.care.rules_when import usable
from core.locale import LOCALE_DIR, Language
from core.taxonomy import CONDITIONS_OF_VIEW, AgeBand, Condition, Severity, Sex, View
from tests.unit.making_plans import DAY, SHORT, answers, contents, diagnosis, plan, refused

ALL_RULES = (*RED_FLAG_RULES, *RULES, *caution_rules())
WORDS = ["?", "0", "0:01", "0:02", "1", "1:01", "1:12", "1:0123", "2", "2:12", "2:012", "2:0123", "3", "3:23", "3:0123"]


@st.composite
def diagnoses(draw):
    kind = draw(st.sampled_from([View.MICROSCOPE, View.MICROSCOPE, View.CROWN, "refused", "none"]))
    if kind == "none":
        return []
    if kind == "refused":
        return [refused()]
    words = {name: draw(st.sampled_from(WORDS)) for name, c in SHORT.items() if c in CONDITIONS_OF_VIEW[kind]}
    one = diagnosis(" ".join(f"{name}={word}" for name, word in words.items()), kind)
    return [one, refused()] if draw(st.booleans()) else [one]


@st.composite
def care_answers(draw):
    told = {}
    for field, kind in OPTIONS.items():
        if not draw(st.booleans()):
            continue
        options = [option.value for option in kind]
        most = 3 if field in SETS else 1
        told[field] = ",".join(draw(st.lists(st.sampled_from(options), min_size=1, max_size=most, unique=True)))
    return CareAnswers.from_mapping(told)


VISITS = {
    "photos": diagnoses(),
    "told": care_answers(),
    "sex": st.sampled_from([None, *Sex]),
    "age_band": st.sampled_from([None, *AgeBand]),
}


def made(photos, told, sex, age_band):
    return make_plan(photos, told, sex=sex, age_band=age_band, on=DAY)


@settings(max_examples=80, deadline=None)
@given(**VISITS)
@example(photos=[diagnosis("dandruff=3:0123 loss=?")], told=CareAnswers(), sex=None, age_band=None)
def test_whatever_is_told(photos, told, sex, age_band):
    result = made(photos, told, sex, age_band)
    assert result == made(photos, told, sex, age_band)

    graded = {f.condition for one in photos for f in one.findings if usable(f)}
    assert {f.condition for f in result.findings} == graded
    sections = [list(PlanSection).index(line.section) for line in result.lines]
    assert sections == sorted(sections)
    assert len({line.id for line in result.lines}) == len(result.lines)
    for line in result.lines:
        assert line.reasons
        if line.section is not PlanSection.RED_FLAGS and line.id != "recheck_doctor":
            assert set(line.conditions) <= graded, line.id
            named = {r.name for r in line.reasons if r.kind is ReasonKind.GRADE}
            assert named <= {c.value for c in graded}, line.id
        for language in Language:
            assert line.text(language).strip()
            assert all(reason.text(language).strip() for reason in line.reasons)

    assert not set(result.seek) & set(result.avoid)
    assert result.recheck_on >= DAY


@settings(max_examples=80, deadline=None)
@given(**VISITS)
def test_red_flags_come_first_and_end_the_search_for_products(photos, told, sex, age_band):
    result = made(photos, told, sex, age_band)
    flags = find_red_flags(f for one in photos for f in one.findings)
    assert not flags or result.doctor_first
    if not result.doctor_first:
        assert result.urgency is None
        return
    assert result.lines[0].section is PlanSection.RED_FLAGS
    urgencies = [line.urgency for line in result.red_flags]
    assert urgencies == sorted(urgencies)
    assert result.urgency == urgencies[0]
    assert result.seek == ()
    assert not result.of(PlanSection.SEEK)
    assert not {line.id for line in result.lines} & {"weekly_antifungal", "weekly_switch", "expect_minoxidil"}
    if result.urgency is Urgency.EMERGENCY:
        assert {line.section for line in result.lines} <= {PlanSection.RED_FLAGS, PlanSection.RECHECK}


@settings(max_examples=50, deadline=None)
@given(**VISITS)
def test_nothing_is_sought_against_a_caution(photos, told, sex, age_band):
    result = made(photos, told, sex, age_band)
    forbidden = set()
    if told.pregnancy in ("pregnant", "possible"):
        forbidden |= with_caution(Concern.PREGNANCY, Advice.AVOID) | with_caution(Concern.PREGNANCY, Advice.ASK)
    if told.child:
        forbidden |= with_caution(Concern.CHILDREN, Advice.AVOID)
    if told.last_treatment == "week":
        forbidden |= with_caution(Concern.DYED_HAIR, Advice.AVOID)
    assert forbidden.isdisjoint(result.seek)
    for name in result.seek:
        ingredient = load_knowledge().ingredient(name)
        assert all(ingredient.avoid_for(f.condition, f.severity) is None for f in result.findings if f.severity)


@settings(max_examples=25, deadline=None)
@given(told=care_answers())
def test_without_a_grade_no_condition_is_advised_on(told):
    for photos in ([], [refused()], [diagnosis("scaling=? sebum=? redness=? pustules=? dandruff=? loss=?")]):
        result = made(photos, told, None, None)
        assert all(not line.conditions for line in result.lines)
        assert result.seek == ()
        assert "retake" in contents(result)


def with_caution(concern, advice):
    return {
        one.id
        for one in load_knowledge().ingredients.values()
        if (caution := one.caution(concern)) is not None and caution.advice is advice
    }


@settings(max_examples=50, deadline=None)
@given(told=care_answers())
def test_answers_are_read_back_as_they_were_kept(told):
    assert CareAnswers.from_mapping(told.as_mapping()) == told
    assert len(answer_list(Language.KOREAN, told)) == len(told.told())


def test_answers_of_another_version_are_left_out():
    stored = {"shampoo": "hourly", "hair": "dry,green", "colour": "blue", "child": "maybe", "pain": ""}
    assert CareAnswers.from_mapping(stored) == answers("hair=dry")


def test_every_field_has_its_options():
    assert list(OPTIONS) == [field.name for field in fields(CareAnswers)]


@pytest.mark.parametrize("language", list(Language))
def test_every_rule_has_a_text_and_every_text_a_rule(language):
    texts = tomllib.loads((LOCALE_DIR / language / "care.toml").read_text(encoding="utf-8"))["line"]
    elsewhere = {"recheck_doctor", "recheck_14", "recheck_28", "recheck_56", "retake", "seek_one_by_one"}
    assert set(texts) == {rule.id for rule in ALL_RULES} | elsewhere


def test_rules_name_what_the_knowledge_holds():
    ids = [rule.id for rule in ALL_RULES]
    assert len(set(ids)) == len(ids)
    known = load_knowledge()
    for rule in ALL_RULES:
        for name in rule.ingredients:
            known.ingredient(name)
        for name in rule.references:
            known.reference(name)
    assert set(YIELDS) | {name for losers in YIELDS.values() for name in losers} <= set(ids)


def test_what_is_sought_has_a_use_in_the_knowledge():
    for rule in RULES:
        if rule.section is not PlanSection.SEEK:
            continue
        uses = [use.condition for name in rule.ingredients for use in load_knowledge().ingredient(name).uses]
        assert uses, rule.id


def test_only_red_flags_have_an_urgency_and_no_line_is_without_reason():
    reason = plan("dandruff=1").lines[0].reasons
    with pytest.raises(ValueError, match="no reason"):
        PlanLine("x", PlanSection.DAILY, ())
    with pytest.raises(ValueError, match="urgency"):
        PlanLine("x", PlanSection.DAILY, reason, urgency=Urgency.SOON)
    with pytest.raises(ValueError, match="urgency"):
        PlanLine("x", PlanSection.RED_FLAGS, reason)


def test_priorities_are_ordered_by_grade_then_certainty_then_wish():
    def order(grades, told=""):
        return [line.id for line in plan(grades, told).of(PlanSection.PRIORITIES)]

    assert order("scaling=1 dandruff=2") == ["priority_dandruff", "priority_fine_scaling"]
    assert order("sebum=1:01 dandruff=1") == ["priority_dandruff", "priority_excess_sebum_possible"]
    assert order("sebum=1 loss=1", "wanted=keep_hair") == ["priority_hair_loss", "priority_excess_sebum"]
    assert order("sebum=1 loss=1") == ["priority_excess_sebum", "priority_hair_loss"]


@pytest.mark.parametrize(
    ("grades", "days"),
    [
        ("", 56),
        ("dandruff=1", 56),
        ("dandruff=1:12", 28),
        ("dandruff=2 redness=1", 14),
        ("loss=3", 14),
        ("dandruff=?", 56),
    ],
)
def test_day_of_the_next_photo(grades, days):
    made_plan = plan(grades)
    assert made_plan.recheck_on == DAY + timedelta(days=days)
    assert made_plan.made_on == DAY


def test_reasons_say_grade_range_and_answer():
    (line,) = (one for one in plan("dandruff=2:12 sebum=1", "shampoo=weekly").lines if one.id == "wash_more")
    said = [reason.text(Language.ENGLISH) for reason in line.reasons]
    assert said[0].endswith(": mild")
    assert "mild to moderate" in said[1]
    assert said[2] == "Shampoo: once a week or less"


def test_worst_credible_grade_of_several_photos_counts():
    photos = [diagnosis("dandruff=1"), diagnosis("dandruff=2"), diagnosis("dandruff=?")]
    result = made(photos, CareAnswers(), None, None)
    (found,) = (f for f in result.findings if f.condition is Condition.DANDRUFF)
    assert found.severity == Severity.MODERATE
    assert result.unsure == ()


@pytest.mark.parametrize("name", list(SHORT))
def test_a_severe_grade_of_any_condition_sends_to_a_doctor(name):
    assert plan(f"{name}=3").doctor_first
