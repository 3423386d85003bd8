"""What the pages say and draw, without Streamlit."""

import json
import re
from datetime import UTC, datetime

import numpy as np
import pytest

from core.care.red_flags import find_red_flags
from core.findings import Diagnosis, Finding, Quality, Reason, Refusal
from core.interface.answers import Answers
from core.interface.checkup import Checked, Checkup
from core.interface.download import result_as_json
from core.interface.examples import list_examples
from core.interface.heatmap import PREVIEW_SIDE, frame, make_preview, make_thumbnail, overlay
from core.interface.markup import GradeRow, browser_words, grade_table, plain
from core.interface.models import read_evidence
from core.interface.wordings import (
    certainty_lines,
    evidence_lines,
    headline,
    next_step,
    percent,
    range_words,
    scalp_type_line,
)
from core.locale import Language
from core.taxonomy import CONDITIONS, Condition, Severity, View

GOOD = (Severity.GOOD,)


def finding(condition, severity, severity_set=None, share=0.9):
    rest = (1 - share) / 3
    at = 0 if severity is None else int(severity)
    probabilities = tuple(share if one == at else rest for one in range(4))
    chosen = severity_set or (tuple(Severity) if severity is None else (severity,))
    return Finding(condition, probabilities, severity, chosen)


def findings(**changed):
    return [changed.get(condition.value) or finding(condition, Severity.GOOD) for condition in CONDITIONS]


@pytest.mark.parametrize("language", list(Language))
def test_calm_scalp_is_called_calm(language):
    sentence = headline(language, findings(), View.MICROSCOPE)
    assert "calm" in sentence or "편안" in sentence


def test_headline_names_what_is_likely_and_what_is_only_possible():
    dandruff = finding(Condition.DANDRUFF, Severity.MODERATE)
    assert headline(Language.ENGLISH, findings(dandruff=dandruff), View.MICROSCOPE) == (
        "Moderate dandruff is likely; the rest looks calm."
    )
    sebum = finding(Condition.EXCESS_SEBUM, Severity.MILD, (Severity.GOOD, Severity.MILD), 0.6)
    assert headline(Language.ENGLISH, findings(dandruff=dandruff, excess_sebum=sebum), View.MICROSCOPE) == (
        "Moderate dandruff is likely; mild excess sebum is possible."
    )
    assert headline(Language.KOREAN, findings(dandruff=dandruff), View.MICROSCOPE) == (
        "중등도 비듬일 가능성이 높아요. 나머지는 편안해 보여요."
    )


def test_a_grade_less_likely_than_a_better_one_is_only_possible_and_says_which_is_likelier():
    worse = Finding(Condition.DANDRUFF, (0.01, 0.09, 0.61, 0.29), Severity.SEVERE, (Severity.MODERATE, Severity.SEVERE))
    assert headline(Language.ENGLISH, findings(dandruff=worse), View.MICROSCOPE).startswith(
        "Severe dandruff is possible"
    )
    assert range_words(Language.ENGLISH, worse, View.MICROSCOPE) == (
        "moderate to severe stays possible; likeliest: moderate (61 %)"
    )
    assert (
        range_words(Language.KOREAN, worse, View.MICROSCOPE)
        == "중등도~중증일 수 있고, 중등도 가능성이 가장 높아요(61 %)"
    )


def test_what_could_not_be_graded_is_never_called_calm():
    unsure = finding(Condition.INTERFOLLICULAR_ERYTHEMA, None)
    sentence = headline(Language.ENGLISH, findings(interfollicular_erythema=unsure), View.MICROSCOPE)
    assert "calm" not in sentence
    assert "redness between the follicles" in sentence
    nothing = [finding(condition, None) for condition in CONDITIONS]
    assert "good or bad" in headline(Language.ENGLISH, nothing, View.MICROSCOPE)
    assert "not sure" not in certainty_lines(Language.ENGLISH, findings())[0].lower()


def test_lowest_grade_of_a_crown_photo_is_none_to_mild():
    sentence = headline(Language.ENGLISH, [finding(Condition.HAIR_LOSS, Severity.GOOD)], View.CROWN)
    assert "none to mild" in sentence


def test_scalp_type_of_nothing_cannot_be_told():
    assert "cannot be told" in scalp_type_line(Language.ENGLISH, [finding(Condition.HAIR_LOSS, Severity.GOOD)])
    assert "normal" in scalp_type_line(Language.ENGLISH, findings())


def test_moderate_findings_lead_to_a_dermatologist():
    assert "dermatologist" in next_step(Language.ENGLISH, [finding(Condition.DANDRUFF, Severity.MODERATE)])
    assert "Retake" in next_step(Language.ENGLISH, [finding(Condition.DANDRUFF, None)])


def test_probability_is_never_certain():
    assert (percent(0.9999), percent(0.0001), percent(0.64)) == ("99 %", "1 %", "64 %")


def test_red_flags_are_pustules_from_moderate_and_anything_severe():
    assert not find_red_flags(findings())
    assert not find_red_flags([finding(Condition.FOLLICULAR_PUSTULES, Severity.MILD)])
    flags = find_red_flags(
        [finding(Condition.FOLLICULAR_PUSTULES, Severity.MODERATE), finding(Condition.HAIR_LOSS, Severity.SEVERE)]
    )
    assert flags.pustules is Severity.MODERATE
    assert flags.severe == (Condition.HAIR_LOSS,)
    assert not find_red_flags([finding(Condition.FOLLICULAR_PUSTULES, None)])


def test_words_of_strangers_stay_words():
    hostile = "![x](http://foreign.example/a.png) <b>`$x$`"
    assert not re.search(r"(?<!\\)[!\[\]()<>`$*_]", plain(hostile))


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "HTTP://evil.example", "www.evil.example", "WWW.evil.example", "a@evil.example"],
)
def test_a_strangers_address_becomes_no_link(address):
    """Markdown in the browser links what looks like an address after it has taken the backslashes away."""
    shown = plain(f"see {address} now").replace("\\", "")
    assert not re.search(r"(?i)https?://|www\.|[-.\w+]@", shown)
    assert shown.replace("\u2060", "") == f"see {address} now"
    row = GradeRow("<b>", Severity.MILD, GOOD, '"><script>', "1 %", "&", "x")
    table = grade_table([row], 'a"b', ["c"])
    assert "<script>" not in table
    assert "<b>&lt;" not in table.replace("<b>&quot;", "")
    assert "</style>" not in browser_words("</style>", '"}')[:-8]


def test_overlay_colours_only_where_there_is_evidence():
    photo = np.full((60, 80, 3), 200, np.uint8)
    heat = np.zeros((4, 4), np.float32)
    heat[0, 0] = 1
    drawn = overlay(photo, heat, (0, 0, 80, 60), 0.6)
    assert not np.array_equal(drawn[2, 2], photo[2, 2])
    assert np.array_equal(drawn[50, 70], photo[50, 70])
    assert np.array_equal(overlay(photo, heat, (0, 0, 80, 60), 0), photo)
    assert np.array_equal(photo, np.full((60, 80, 3), 200, np.uint8))


def test_overlay_stays_in_its_box():
    photo = np.full((60, 80, 3), 200, np.uint8)
    drawn = overlay(photo, np.ones((3, 3), np.float32), (20, 10, 60, 50), 1)
    assert np.array_equal(drawn[:, :20], photo[:, :20])
    assert not np.array_equal(drawn[12, 22], photo[12, 22])


def test_preview_is_small_and_keeps_the_box():
    preview, box = make_preview(np.zeros((1200, 1600, 3), np.uint8), (0, 0, 1600, 600))
    assert max(preview.shape) == PREVIEW_SIDE
    assert box == (0, 0, 720, 270)
    assert make_thumbnail(preview, 100).shape == (100, 100, 3)
    assert frame(preview, (0, 0, 720, 540)) is preview
    assert frame(preview, box) is not preview


def test_saved_result_has_the_contract_shape_and_names_refused_photos():
    now = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    graded = Diagnosis("a" * 64, Quality(View.MICROSCOPE), "m", "1", tuple(findings()), (0, 0, 9, 9), 4.0)
    refused = Diagnosis("b" * 64, Quality(None, (Reason(Refusal.DARK, 1, 2),)), None, None, (), (0, 0, 9, 9), 1.0)
    checkup = Checkup(now, (Checked("1", "a.jpg", "upload", graded), Checked("2", "b.jpg", "upload", refused)))
    saved = json.loads(result_as_json(checkup, Answers(None, None, None, consent=False), "note"))
    first, second = saved["photos"]
    assert first["photo"] == "a.jpg"
    assert set(first["conditions"]) == set(CONDITIONS)
    assert len(first["conditions"]["dandruff"]["probabilities"]) == 4
    assert (second["accepted"], second["reasons"]) == (False, ["dark"])


def test_examples_that_ship_are_there():
    assert list_examples()
    assert all(example.path.is_file() for example in list_examples())


def test_evidence_counts_each_condition_once_under_the_strongest_kind():
    metrics = {
        "marked": {"conditions": {"dandruff": {"n": 255}}},
        "drawn": {"conditions": {condition.value: {"n": 1000} for condition in CONDITIONS}},
    }
    evidence = read_evidence(metrics)
    assert evidence.graded == {}
    assert evidence.marked == {Condition.DANDRUFF: 255}
    assert Condition.DANDRUFF not in evidence.drawn
    marked, drawn = evidence_lines(Language.ENGLISH, evidence)
    assert "dandruff (n = 255)" in marked
    assert "hint" in drawn
    assert evidence_lines(Language.ENGLISH, read_evidence({})) == []
