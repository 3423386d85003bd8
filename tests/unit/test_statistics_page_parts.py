"""What the statistics page is made of, without the page: question, clicks, words, files."""

import csv
import io
from datetime import UTC, date, datetime

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.interface.charts import LIGHT
from core.interface.charts_grid import heat_map
from core.interface.statistics_link import read_question
from core.interface.statistics_picks import clicked, draw_over, pick_cell, pick_condition, pick_group
from core.interface.statistics_picture import as_picture
from core.interface.statistics_question import (
    GRADES,
    PARAMETERS,
    STANDARDS,
    STEPS,
    Cohort,
    Offered,
    Question,
    month_end,
)
from core.interface.statistics_severity import told_parts
from core.interface.statistics_table import Stamp, as_csv, as_parquet, harmless
from core.interface.statistics_words import (
    filters_words,
    interval_words,
    rate_sentence,
    rate_share,
    share_words,
    short_number,
    stamp_lines,
    who_phrase,
)
from core.locale import Language
from core.records.statistics import GradeShare, SeverityShares, wilson
from core.taxonomy import CONDITIONS, AgeBand, Condition, Region, Severity, Sex, View

OFFERED = Offered(models=("a", "b"), sources=("app", "import"), answers=(("perm", "often"), ("dye", "never")))


def some(options):
    return st.sets(st.sampled_from(list(options))).map(lambda chosen: tuple(one for one in options if one in chosen))


MONTHS = st.dates(date(2020, 1, 1), date(2030, 12, 31)).map(lambda day: day.replace(day=1))
COHORTS = st.builds(Cohort, sexes=some(Sex), age_bands=some(AgeBand))
QUESTIONS = st.builds(
    Question,
    demo=st.booleans(),
    condition=st.sampled_from(CONDITIONS),
    at_least=st.sampled_from(GRADES),
    sexes=some(Sex),
    age_bands=some(AgeBand),
    regions=some(Region),
    views=some(View),
    models=some(OFFERED.models),
    sources=some(OFFERED.sources),
    answers=some(OFFERED.answers),
    since=st.none() | MONTHS,
    until=st.none() | MONTHS.map(lambda day: month_end(day.replace(year=day.year + 11))),
    by=st.sampled_from(STEPS),
    first=COHORTS,
    second=COHORTS,
    standard=st.sampled_from(STANDARDS),
)


@given(QUESTIONS)
def test_a_link_reopens_the_same_view(question):
    again, nonsense = read_question(question.in_address(), OFFERED, Question())
    assert again == question
    assert nonsense == ()


@given(st.dictionaries(st.sampled_from(PARAMETERS), st.text(max_size=30)))
def test_no_address_breaks_the_page(address):
    question, nonsense = read_question(address, OFFERED, Question())
    assert set(nonsense) <= set(address) | {"from", "to"}
    assert question.since is None or question.until is None or question.since <= question.until
    assert read_question(question.in_address(), OFFERED, Question())[0] == question


def test_an_end_before_the_beginning_is_told():
    question, nonsense = read_question({"from": "2026-05", "to": "2026-01"}, OFFERED, Question())
    assert (question.since, question.until) == (None, None)
    assert nonsense == ("from", "to")


def test_a_chart_keeps_its_context():
    question = Question(sexes=(Sex.MALE,), age_bands=(AgeBand.TEENS,), since=date(2026, 1, 1))
    assert question.filters().sexes == (Sex.MALE,)
    assert question.filters("sexes", "age_bands").age_bands == ()
    assert question.filters("days").since is None


def test_a_second_click_takes_the_first_back():
    question = Question()
    once = pick_cell(question, AgeBand.THIRTIES, Condition.HAIR_LOSS)
    assert (once.age_bands, once.condition) == ((AgeBand.THIRTIES,), Condition.HAIR_LOSS)
    assert pick_cell(once, AgeBand.THIRTIES, Condition.HAIR_LOSS).age_bands == ()
    assert pick_cell(once, AgeBand.THIRTIES, Condition.DANDRUFF).age_bands == (AgeBand.THIRTIES,)
    group = pick_group(question, Sex.MALE, AgeBand.TEENS)
    assert pick_group(group, Sex.MALE, AgeBand.TEENS) == question
    assert pick_condition(pick_condition(question, Condition.HAIR_LOSS), Condition.HAIR_LOSS) == question


def test_clicks_are_told_from_what_a_chart_remembers():
    a, b, c = {"x": "a"}, {"x": "b"}, {"x": "c"}
    assert clicked([], [a]) == a
    assert clicked([a], [a, b]) == b
    assert clicked([a, b], [b]) == a
    assert clicked([a, b, c], []) is None
    assert clicked([a, b, c], [a]) is None
    assert clicked([], []) is None


def test_a_stroke_chooses_whole_months():
    question = draw_over(Question(), ["2026-02-23", "2026-01-05"])
    assert (question.since, question.until) == (date(2026, 1, 1), date(2026, 2, 28))
    assert draw_over(question, []) == Question()
    with pytest.raises(ValueError, match="no month"):
        draw_over(question, ["soon"])


def test_sentences_say_share_who_interval_and_n():
    question = Question(sexes=(Sex.FEMALE,), age_bands=(AgeBand.THIRTIES,))
    rate = wilson(253, 1204)
    english = rate_sentence(
        Language.ENGLISH, Condition.DANDRUFF, Severity.MODERATE, who_phrase(Language.ENGLISH, question), rate
    )
    assert english.replace("\u00a0", " ") == (
        "Dandruff, moderate or worse: 21 % of women in their 30s, 19\u201323 %, n = 1,204."
    )
    korean = rate_sentence(
        Language.KOREAN, Condition.DANDRUFF, Severity.MODERATE, who_phrase(Language.KOREAN, question), rate
    )
    assert korean.replace("\u00a0", " ") == "비듬 중등도 이상: 30대 여성 가운데 21 %, 19\u201323 %, n = 1,204."
    assert "too few" in rate_sentence(Language.ENGLISH, Condition.DANDRUFF, Severity.MODERATE, "men", None)


@pytest.mark.parametrize("language", list(Language))
@given(question=QUESTIONS)
def test_every_filter_is_named_on_a_file(language, question):
    told = filters_words(language, question)
    assert all(model in told for model in question.models)
    assert all(f"{day:%Y-%m}" in told for day in (question.since, question.until) if day)


STAMP = Stamp("demonstration", "=women", 1204, datetime(2026, 11, 22, 9, 30, tzinfo=UTC), ("model 1", "@other 2"))
ROWS = [{"group": "=1+1", "n": 20, "share": -0.5}, {"group": "hidden", "n": None, "share": None}]


def test_csv_is_stamped_and_its_formulas_are_text():
    rows = list(csv.DictReader(io.StringIO(as_csv(ROWS, STAMP).decode("utf-8-sig"))))
    assert [row["group"] for row in rows] == ["'=1+1", "hidden"]
    assert rows[0]["filters"] == "'=women"
    assert rows[0]["models"] == "model 1; @other 2"
    assert rows[0]["share"] == "-0.5"
    assert rows[1]["n"] == rows[1]["share"] == ""
    assert {row["data"] for row in rows} == {"demonstration"}
    assert STAMP.file_name("heat", "csv") == "scalpspectra-heat-demonstration-20261122-0930.csv"


def test_parquet_holds_the_same_rows():
    table = pq.read_table(io.BytesIO(as_parquet(ROWS, STAMP))).to_pylist()
    assert table[0] == {**ROWS[0], **STAMP.as_row()}
    assert table[1]["share"] is None


@pytest.mark.parametrize(
    ("number", "english", "korean"),
    [
        (999, "999", "999"),
        (1_000, "1k", "1천"),
        (9_074, "9.1k", "9.1천"),
        (50_000, "50k", "5만"),
        (123_456, "123k", "12만"),
        (1_234_567, "1.2M", "123만"),
        (20_000_000, "20M", "2000만"),
    ],
)
def test_counts_in_few_letters(number, english, korean):
    assert short_number(Language.ENGLISH, number) == english
    assert short_number(Language.KOREAN, number) == korean


@pytest.mark.parametrize(
    ("share", "told"),
    [(0, "0 %"), (1e-17, "0 %"), (3e-5, "<0.01 %"), (7.7e-5, "0.01 %"), (0.001, "0.1 %"), (0.2149, "21 %")],
)
def test_no_share_is_told_as_nothing_that_is_more(share, told):
    assert share_words(share).replace("\u00a0", " ") == told


def share(lowest, highest, count=40, n=40):
    return GradeShare(lowest, highest, wilson(count, n))


def test_everybody_of_one_grade_or_another_is_no_bar_of_good():
    untold = SeverityShares(Condition.DANDRUFF, 40, (share(Severity.GOOD, Severity.SEVERE),))
    assert not told_parts(untold)
    assert not told_parts(SeverityShares(Condition.DANDRUFF, None, ()))
    calm = SeverityShares(Condition.DANDRUFF, 40, (share(Severity.GOOD, Severity.GOOD),))
    assert told_parts(calm) == calm.shares


@pytest.mark.parametrize(
    ("count", "n", "told", "interval"),
    [
        (177, 1_000, "18 %", "15–20 %"),
        (177_000, 1_000_000, "17.7 %", "17.6–17.8 %"),
        (48_000_000, 400_000_000, "12.000 %", "11.997–12.003 %"),
        (0, 1_000_000, "0 %", "0–<0.01 %"),
    ],
)
def test_an_interval_of_very_many_people_has_two_ends(count, n, told, interval):
    rate = wilson(count, n)
    assert rate_share(rate).replace("\u00a0", " ") == told
    assert interval_words(rate.low, rate.high).replace("\u00a0", " ") == interval


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "\uff1d1"])
def test_formulas_become_text(cell):
    assert harmless(cell) == f"'{cell}"
    assert harmless("plain") == "plain"
    assert harmless(-1.5) == -1.5


def _chart():
    rows = pd.DataFrame(
        [
            {"across": across, "down": "비듬", "share": share, "label": "x", "strength": 1.0, "focus": False}
            | {"across_id": across, "down_id": "dandruff", "who": across}
            for across, share in (("20대|10|10", 0.2), ("30대|12|12", None))
        ]
    )
    across = ["20대|10|10", "30대|12|12"]
    return heat_map(rows, LIGHT, "told", {"who": "누구"}, across=across, down=["비듬"], watermark="시연 자료")


def test_pictures_carry_title_stamp_and_watermark_and_need_no_network():
    lines = ("비듬 21 %", *stamp_lines(Language.KOREAN, STAMP))
    svg = as_picture(_chart().as_altair(), "나이별", lines, "svg").decode()
    for told in ("나이별", "시연 자료", "1,204", "2026-11-22 09:30 UTC", "model 1"):
        assert told in svg
    assert svg.count("linearGradient") >= 1, "what is not shown is hatched"
    png = as_picture(_chart().as_altair(), "나이별", lines, "png")
    assert png.startswith(b"\x89PNG")
    assert len(png) > 10_000
