"""What a person reads about a condition: theirs first, any other at will, and nothing of theirs in the address."""

from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from core.care.condition_page import SECTIONS
from core.care.facts import Advice, Concern, Evidence, Mark, Status
from core.care.knowledge import load_knowledge
from core.interface.knowledge_markup import KnowledgeMarkup
from core.locale import Language, text
from core.taxonomy import SEVERITIES, Condition, Severity


def _page(language, grades):
    import streamlit as st

    from core.interface.knowledge_view import draw_knowledge
    from core.taxonomy import Condition, Severity

    st.session_state["lang"] = language
    draw_knowledge({Condition(name): Severity(grade) for name, grade in grades.items()})


def open_view(grades=None, language="en", **query):
    app = AppTest.from_function(_page, args=(language, grades or {}), default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def html(app):
    return unescape("\n".join(one.proto.body for one in app.get("html")))


def lead(app):
    return html(app).split('<p class="ss-lead">')[1].split("</p>")[0]


def headline(condition, severity, language="en"):
    return load_knowledge().condition(condition, Severity(severity)).headline.in_language(Language(language))


def turn(app, condition=None, severity=None):
    if condition is not None:
        app.pills(key="knowledge_read").set_value(condition).run()
    if severity is not None:
        app.segmented_control(key="knowledge_grade").set_value(severity).run()
    assert not app.exception


class TestReading:
    def test_the_worst_grade_is_read_first(self):
        app = open_view({"fine_scaling": 1, "dandruff": 3, "hair_loss": 0})
        assert lead(app) == headline(Condition.DANDRUFF, 3)

    def test_without_any_grade_there_is_still_something_to_read(self):
        app = open_view()
        assert lead(app) == headline(Condition.FINE_SCALING, 1)

    def test_any_condition_can_be_turned_to_and_starts_at_its_own_grade(self):
        app = open_view({"dandruff": 3, "hair_loss": 2})
        turn(app, severity=Severity.GOOD)
        assert lead(app) == headline(Condition.DANDRUFF, 0)
        turn(app, Condition.HAIR_LOSS)
        assert lead(app) == headline(Condition.HAIR_LOSS, 2)
        turn(app, Condition.EXCESS_SEBUM)
        assert lead(app) == headline(Condition.EXCESS_SEBUM, 1)

    def test_the_sentence_of_another_grade_is_not_taken_for_that_of_the_photo(self):
        own, other = "Your photo was graded", "For a photo that is graded"
        app = open_view({"dandruff": 3})
        assert f"{own} severe" in html(app)
        turn(app, severity=Severity.MILD)
        assert f"{other} mild" in html(app)
        turn(app, Condition.HAIR_LOSS)
        assert own not in html(app)

    def test_a_link_leads_to_a_condition_and_a_grade(self):
        app = open_view({"dandruff": 3}, read="hair_loss", grade="2")
        assert lead(app) == headline(Condition.HAIR_LOSS, 2)

    @pytest.mark.parametrize("query", [{"read": "<script>"}, {"grade": "9"}, {"read": "", "grade": "-1"}])
    def test_nonsense_in_a_link_shows_what_would_be_shown_without_it(self, query):
        assert lead(open_view({"dandruff": 3}, **query)) == headline(Condition.DANDRUFF, 3)

    def test_grades_of_a_person_do_not_reach_the_address_by_themselves(self):
        app = open_view({"dandruff": 3})
        assert "read" not in app.query_params
        assert "grade" not in app.query_params
        turn(app, severity=Severity.MILD)
        assert dict(app.query_params) == {"read": "dandruff", "grade": "1"}

    def test_another_check_starts_afresh(self):
        app = open_view({"dandruff": 3})
        turn(app, severity=Severity.GOOD)
        again = AppTest.from_function(_page, args=("en", {"dandruff": 1}), default_timeout=30)
        again.session_state["knowledge_grades"] = app.session_state["knowledge_grades"]
        again.session_state["knowledge_grade"] = Severity.GOOD
        assert lead(again.run()) == headline(Condition.DANDRUFF, 1)


class TestWhatIsDrawn:
    @pytest.mark.parametrize(
        ("language", "condition"), [(Language.KOREAN, Condition.DANDRUFF), (Language.ENGLISH, Condition.HAIR_LOSS)]
    )
    def test_picture_sections_evidence_and_sources(self, condition, language):
        app = open_view({condition.value: 2}, language.value)
        words = html(app)
        assert len(app.get("image")) == 1
        for section in (*SECTIONS, "ingredients"):
            assert words.count(f"<h4>{text(language, f'knowledge.section.{section}')}</h4>") == 1
        page = load_knowledge().condition(condition, Severity.MODERATE)
        for section in SECTIONS:
            for claim in page.said(section):
                assert claim.text.in_language(language).replace(" %", "\u00a0%") in words
                for name in set(claim.references) - {"general"}:
                    assert f"<li><b>{name.removeprefix('r')}</b>" in words
        for one in page.ingredients:
            assert f"<h5>{one.name.in_language(language)}</h5>" in words
            level = one.use_for(condition, Severity.MODERATE).level
            assert text(language, f"knowledge.level.{level}") in words

    def test_from_a_moderate_grade_on_the_doctor_comes_before_home(self):
        titles = [f"<h4>{text(Language.ENGLISH, f'knowledge.section.{name}')}" for name in ("doctor", "home")]
        app = open_view({"dandruff": 0})
        for severity in SEVERITIES:
            turn(app, severity=severity)
            doctor, home = (html(app).index(title) for title in titles)
            assert (doctor < home) == (severity >= Severity.MODERATE)

    def test_where_no_ingredient_is_right_it_says_so(self):
        words = html(open_view({"follicular_pustules": 3}))
        assert text(Language.ENGLISH, "knowledge.ingredient.none") in words


class TestMarkup:
    KNOWLEDGE = load_knowledge()

    @pytest.mark.parametrize("language", Language)
    def test_all_that_can_be_said_has_its_words(self, language):
        markup = KnowledgeMarkup(self.KNOWLEDGE, language)
        for table, kind in (("level", Evidence), ("status", Status), ("concern", Concern)):
            assert all(text(language, f"knowledge.{table}.{one}") for one in kind)
        for (condition, severity), page in self.KNOWLEDGE.pages.items():
            uses = [(one, one.use_for(condition, severity)) for one in page.ingredients]
            assert markup.ingredients(uses).count("<article") == len(uses)

    def test_little_evidence_is_folded_away_and_says_so(self):
        page = self.KNOWLEDGE.condition(Condition.HAIR_LOSS, Severity.MILD)
        uses = [(one, one.use_for(page.condition, page.severity)) for one in page.ingredients]
        words = KnowledgeMarkup(self.KNOWLEDGE, Language.ENGLISH).ingredients(uses)
        before, after = words.split('<details class="ss-weak">')
        assert "little evidence" not in before
        assert "Minoxidil" in before
        assert "Dexpanthenol" in after

    def test_who_should_leave_it_stands_in_sight(self):
        one = self.KNOWLEDGE.ingredient("minoxidil")
        use = one.use_for(Condition.HAIR_LOSS, Severity.MILD)
        words = KnowledgeMarkup(self.KNOWLEDGE, Language.ENGLISH).ingredients([(one, use)])
        seen = words.split("<details>")[0]
        for caution in one.cautions:
            name = text(Language.ENGLISH, f"knowledge.concern.{caution.concern}")
            assert (name in seen) == (caution.advice is Advice.AVOID)

    def test_general_advice_is_marked_and_verified_claims_carry_their_number(self):
        markup = KnowledgeMarkup(self.KNOWLEDGE, Language.ENGLISH)
        for claim in self.KNOWLEDGE.condition(Condition.DANDRUFF, Severity.SEVERE).doctor:
            words = markup.claims("doctor", [claim])
            assert ("general advice" in words) == (claim.mark is Mark.GENERAL)
            for name in set(claim.references) - {"general"}:
                assert f">{name.removeprefix('r')}<" in words

    def test_links_open_apart_and_tell_the_other_side_nothing(self):
        words = KnowledgeMarkup(self.KNOWLEDGE, Language.ENGLISH).sources(self.KNOWLEDGE.references.values())
        links = words.count("<a ")
        assert links > 50
        assert words.count('target="_blank" rel="noopener noreferrer"') == links
