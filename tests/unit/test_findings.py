"""What flows from a photo to the records: checked when made, summarised by written rules."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making_visits import make_diagnosis

from core.findings import Diagnosis, Finding, Quality, Reason, Refusal, Visit, scalp_types, worst_findings
from core.taxonomy import CONDITIONS, Condition, ScalpType, Severity, View

EVEN = (0.25, 0.25, 0.25, 0.25)
ALL = tuple(Severity)
REFUSED = Quality(None, (Reason(Refusal.NOT_SCALP, 3.2, 1.0),))


def finding(condition, grade, probabilities=None, severity_set=None):
    if grade is None:
        return Finding(condition, EVEN, None, severity_set or ALL)
    shares = probabilities or tuple(0.7 if g == grade else 0.1 for g in range(4))
    return Finding(condition, shares, Severity(grade), severity_set or (Severity(grade),))


def six(**grades):
    return [finding(c, grades.get(c.value, 0)) for c in CONDITIONS]


class TestFinding:
    @pytest.mark.parametrize(
        ("probabilities", "severity", "severity_set"),
        [
            ((0.5, 0.5), Severity.GOOD, (Severity.GOOD,)),
            ((0.5, 0.5, 0.5, 0.5), Severity.GOOD, (Severity.GOOD,)),
            ((1.2, -0.2, 0.0, 0.0), Severity.GOOD, (Severity.GOOD,)),
            ((float("nan"), 1.0, 0.0, 0.0), Severity.MILD, (Severity.MILD,)),
            (EVEN, Severity.GOOD, ()),
            (EVEN, Severity.GOOD, (Severity.MILD, Severity.GOOD)),
            (EVEN, Severity.GOOD, (Severity.GOOD, Severity.GOOD)),
            (EVEN, Severity.GOOD, (Severity.MILD, Severity.SEVERE)),
        ],
    )
    def test_refuses_what_is_no_grade(self, probabilities, severity, severity_set):
        with pytest.raises(ValueError, match=r"."):
            Finding(Condition.DANDRUFF, probabilities, severity, severity_set)

    def test_abstained(self):
        unsure = finding(Condition.DANDRUFF, None)
        assert unsure.abstained
        assert unsure.probability is None
        assert not unsure.present
        assert not unsure.certain

    @pytest.mark.parametrize(
        ("grade", "severity_set", "certain"),
        [
            (0, (Severity.GOOD,), True),
            (2, (Severity.MILD, Severity.MODERATE), True),
            (0, (Severity.GOOD, Severity.MILD), False),
            (1, (Severity.GOOD, Severity.MILD), False),
        ],
    )
    def test_certain_means_no_doubt_between_good_and_not_good(self, grade, severity_set, certain):
        assert finding(Condition.DANDRUFF, grade, severity_set=severity_set).certain is certain

    def test_heatmaps_play_no_part_in_equality(self):
        plain = finding(Condition.DANDRUFF, 1)
        mapped = Finding(
            plain.condition, plain.probabilities, plain.severity, plain.severity_set, np.ones((2, 2), "f4")
        )
        assert plain == mapped


class TestDiagnosis:
    def test_a_refused_photo_carries_no_grade(self):
        with pytest.raises(ValueError, match="no findings"):
            Diagnosis("0", REFUSED, "model", "1", tuple(six()), (0, 0, 1, 1), 1.0)

    def test_an_accepted_photo_has_a_view_and_a_model(self):
        with pytest.raises(ValueError, match="view"):
            Quality(None)
        with pytest.raises(ValueError, match="model"):
            Diagnosis("0", Quality(View.MICROSCOPE), None, None, tuple(six()), (0, 0, 1, 1), 1.0)

    @pytest.mark.parametrize("findings", [(), six()[:5], six()[::-1]])
    def test_every_condition_of_the_view_is_there_in_order(self, findings):
        with pytest.raises(ValueError, match="diagnosis holds"):
            Diagnosis("0", Quality(View.MICROSCOPE), "model", "1", tuple(findings), (0, 0, 1, 1), 1.0)

    def test_finding_by_condition(self):
        diagnosis = make_diagnosis(view=View.CROWN, grades={Condition.HAIR_LOSS: 2})
        assert diagnosis.finding(Condition.HAIR_LOSS).severity is Severity.MODERATE
        with pytest.raises(KeyError):
            diagnosis.finding(Condition.DANDRUFF)

    def test_as_plain_values(self):
        values = make_diagnosis(grades={Condition.DANDRUFF: None}).as_dict()
        assert values["accepted"] is True
        assert values["view"] == "microscope"
        assert values["conditions"]["dandruff"] == {
            "severity": None, "abstained": True, "probabilities": list(EVEN), "set": [0, 1, 2, 3],
        }  # fmt: skip
        refused = Diagnosis("0", REFUSED, None, None, (), (0, 0, 1, 1), 1.0).as_dict()
        assert (refused["accepted"], refused["reasons"], refused["conditions"]) == (False, ["not_scalp"], {})


class TestVisit:
    def test_needs_a_time_zone_and_graded_photos_alone(self):
        now = datetime(2026, 11, 20, tzinfo=UTC)
        with pytest.raises(ValueError, match="time zone"):
            Visit(now.replace(tzinfo=None), (make_diagnosis(),), True, "app")
        with pytest.raises(ValueError, match="graded"):
            Visit(now, (), True, "app")
        with pytest.raises(ValueError, match="graded"):
            Visit(now, (Diagnosis("0", REFUSED, None, None, (), (0, 0, 1, 1), 1.0),), True, "app")
        with pytest.raises(ValueError, match="sites"):
            Visit(now, (make_diagnosis(),), True, "app", sites=(None, None))


class TestWorst:
    def test_takes_the_worst_grade_given(self):
        one = make_diagnosis("a", grades={Condition.DANDRUFF: 1, Condition.HAIR_LOSS: None})
        two = make_diagnosis("b", grades={Condition.DANDRUFF: 3, Condition.EXCESS_SEBUM: None})
        worst = {f.condition: f.severity for f in worst_findings([one, two])}
        assert worst[Condition.DANDRUFF] is Severity.SEVERE
        assert worst[Condition.HAIR_LOSS] is Severity.GOOD
        assert worst[Condition.EXCESS_SEBUM] is Severity.GOOD

    def test_abstains_where_every_photo_did(self):
        photos = [make_diagnosis(name, grades={Condition.DANDRUFF: None}) for name in ("a", "b")]
        assert {f.condition: f for f in worst_findings(photos)}[Condition.DANDRUFF].abstained

    def test_views_come_together(self):
        crown = make_diagnosis("a", view=View.CROWN, grades={Condition.HAIR_LOSS: 3})
        worst = worst_findings([make_diagnosis("b"), crown])
        assert [f.condition for f in worst] == list(CONDITIONS)
        assert worst[-1].severity is Severity.SEVERE
        assert worst_findings([]) == ()

    @given(
        st.lists(
            st.fixed_dictionaries({c: st.sampled_from([None, 0, 1, 2, 3]) for c in CONDITIONS}), min_size=1, max_size=5
        ),
        st.randoms(),
    )
    def test_the_order_of_photos_plays_no_part(self, grades, random):
        photos = [make_diagnosis(str(number), grades=one) for number, one in enumerate(grades)]
        worst = worst_findings(photos)
        for one in worst:
            given_grades = [g[one.condition] for g in grades if g[one.condition] is not None]
            assert one.severity == (max(given_grades) if given_grades else None)
        random.shuffle(photos)
        assert worst_findings(photos) == worst


@pytest.mark.parametrize(
    ("grades", "types"),
    [
        ({}, (ScalpType.NORMAL,)),
        ({"fine_scaling": 1}, (ScalpType.DRY,)),
        ({"fine_scaling": 1, "excess_sebum": None}, ()),
        ({"fine_scaling": 2, "excess_sebum": 1}, (ScalpType.OILY,)),
        ({"excess_sebum": 1, "interfollicular_erythema": 3}, (ScalpType.SEBORRHOEIC,)),
        ({"interfollicular_erythema": 1}, (ScalpType.SENSITIVE,)),
        ({"follicular_pustules": 1}, (ScalpType.INFLAMMATORY,)),
        ({"dandruff": 3, "hair_loss": 1}, (ScalpType.DANDRUFF, ScalpType.HAIR_LOSING)),
        ({"dandruff": None}, ()),
        (dict.fromkeys([c.value for c in CONDITIONS]), ()),
    ],
)
def test_scalp_types(grades, types):
    assert scalp_types(six(**grades)) == types


def test_one_condition_graded_good_is_not_a_normal_scalp():
    assert scalp_types([finding(Condition.HAIR_LOSS, 0)]) == ()
