"""Every figure against counting by hand with pandas, and intervals against statsmodels and scipy."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from making_people import draw_people, select, store_people, worst_grades
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.weightstats import DescrStatsW

from core.records.statistics import (
    Chart,
    Estimate,
    Filters,
    Period,
    any_finding,
    co_occurrence,
    compare,
    difference,
    drift,
    gaps,
    lift,
    options,
    people_by_group,
    prevalences,
    severity_shares,
    sql_behind,
    standardise,
    standing,
    totals,
    trend,
    wilson,
)
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Region, Severity, Sex, View


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with RecordStore.open(tmp_path_factory.mktemp("people") / "records.duckdb") as opened:
        yield opened


FILTERS = st.builds(
    Filters,
    since=st.sampled_from([None, date(2026, 2, 14)]),
    until=st.sampled_from([None, date(2026, 3, 2)]),
    sexes=st.sampled_from([(), (Sex.FEMALE,), (Sex.MALE, None)]),
    age_bands=st.sampled_from([(), (AgeBand.THIRTIES,), (AgeBand.TWENTIES, AgeBand.FORTIES)]),
    regions=st.sampled_from([(), (Region.SEOUL,), (Region.SEOUL, Region.DAEGU), (None,)]),
    views=st.sampled_from([(), (View.CROWN,), (View.MICROSCOPE,)]),
    model_ids=st.sampled_from([(), ("microscope-0", "crown-1")]),
    sources=st.sampled_from([(), ("app",)]),
    answers=st.sampled_from([(), (("shampoo", "daily"),), (("signs", "flakes"), ("shampoo", "weekly"))]),
    having=st.sampled_from([None, None, Condition.HAIR_LOSS]),
)


def rate_is(rate, of, at_least):
    """Whether a rate, where it is told, is that of these grades."""
    if rate is None:
        return True
    graded = of.dropna()
    return (rate.n, rate.count) == (len(graded), int((graded >= int(at_least)).sum()))


@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    seed=st.integers(0, 2**32 - 1),
    number=st.sampled_from([0, 9, 60, 400]),
    filters=st.lists(FILTERS, min_size=1, max_size=2),
    at_least=st.sampled_from(list(Severity)[1:]),
)
def test_what_is_told_is_what_counting_by_hand_gives(store, seed, number, filters, at_least):
    people = draw_people(seed, number) if number else draw_people(seed, 1, sources=("example",))
    store_people(store, people)
    for asked in [Filters(), *filters]:
        chosen = select(people, asked)
        facts = chosen.drop_duplicates("visit_id").set_index("visit_id")
        worst = worst_grades(chosen)
        count = totals(store, asked)
        # Fewer than ten who told no sex or age are left out of everything.
        whole = select(people, replace(asked, sexes=(), age_bands=()))
        untold = whole["sex"].isna() | whole["age_band"].isna()
        if 0 < whole.loc[untold, "visit_id"].nunique() < 10:
            chosen = chosen[~(chosen["sex"].isna() | chosen["age_band"].isna())]
            facts, worst = (
                facts.dropna(subset=["sex", "age_band"]),
                worst.loc[facts.dropna(subset=["sex", "age_band"]).index],
            )
        assert count.people in (None, len(facts))
        assert count.photos in (None, chosen["diagnosis_id"].nunique())
        both = facts.dropna(subset=["sex", "age_band"])
        for (sex, band), told in people_by_group(store, asked).items():
            here = facts[facts["sex"].isna() if sex is None else facts["sex"] == sex]
            here = here[here["age_band"].isna() if band is None else here["age_band"] == band]
            assert told in (None, len(here))
            for condition, answer in prevalences(store, at_least, asked).items():
                assert rate_is(answer.cells[sex, band], worst.loc[here.index, condition], at_least)
        for condition, answer in prevalences(store, at_least, asked).items():
            assert rate_is(
                answer.total, worst.loc[both.index if answer.told_only else worst.index, condition], at_least
            )
            for sex, rate in answer.by_sex.items():
                of = facts.index[facts["sex"].isna()] if sex is None else both.index[both["sex"] == sex]
                assert rate_is(rate, worst.loc[of, condition], at_least)
            for band, rate in answer.by_age.items():
                of = facts.index[facts["age_band"].isna()] if band is None else both.index[both["age_band"] == band]
                assert rate_is(rate, worst.loc[of, condition], at_least)
        highest = worst.max(axis=1)
        found = any_finding(store, at_least, asked)
        assert rate_is(found, highest, at_least) or rate_is(found, highest.loc[both.index], at_least)
        for condition, spread in severity_shares(store, asked).items():
            of = worst.loc[both.index if spread.told_only else worst.index, condition]
            for share in spread.shares:
                within = of.between(int(share.lowest), int(share.highest))
                assert (share.rate.n, share.rate.count) == (of.count(), within.sum())
        for pair in co_occurrence(store, at_least, asked):
            by_hand = []
            for of in (worst, worst.loc[both.index]):
                has = of[[pair.first, pair.second]].dropna() >= int(at_least)
                by_hand.append((len(has), has.all(axis=1).sum(), *has.sum()))
            assert pair.n is None or (pair.n, pair.both, pair.with_first, pair.with_second) in by_hand
        told_only = severity_shares(store, asked)[Condition.DANDRUFF].told_only
        check_time(store, asked, both if told_only else facts, worst, at_least)


def check_time(store, asked, facts, worst, at_least):
    korean = pd.to_datetime(facts["visited_at"], utc=True).dt.tz_convert("Asia/Seoul").dt.tz_localize(None)
    for period, code in {Period.DAY: "D", Period.WEEK: "W", Period.MONTH: "M"}.items():
        answer = trend(store, Condition.DANDRUFF, at_least, period, asked)
        starts = korean.dt.to_period(code).dt.start_time.dt.date
        for point in answer.points:
            assert rate_is(point.rate, worst.loc[starts.index[starts == point.start], Condition.DANDRUFF], at_least)
        assert all(
            (b.start - a.start).days in {Period.DAY: (1,), Period.WEEK: (7,)}.get(period, range(28, 32))
            for a, b in pairwise(answer.points)
        )


def test_enough_people_are_told_of(store):
    people = draw_people(5, 2500)
    store_people(store, people)
    assert totals(store).people == 2500
    answer = prevalences(store, Severity.MILD)[Condition.DANDRUFF]
    assert answer.total is not None
    assert all(answer.cells[sex, AgeBand.THIRTIES] for sex in Sex)
    assert all(pair.lift.low < pair.lift.value < pair.lift.high for pair in co_occurrence(store))
    assert len(severity_shares(store)[Condition.HAIR_LOSS].shares) == 4
    months = trend(store, Condition.DANDRUFF).points
    assert len(months) >= 4
    assert all(point.rate for point in months[:4])
    marks = [(mark.model_id, mark.start) for mark in trend(store, Condition.DANDRUFF).marks]
    assert {name for name, _ in marks} == {"microscope-0", "microscope-1", "crown-0", "crown-1"}
    told = options(store)
    assert told.answers["shampoo"] == tuple(
        sorted(
            told.answers["shampoo"],
            key=lambda v: -sum(a.get("shampoo") == v for a in people.drop_duplicates("visit_id")["answers"]),
        )
    )
    assert told.sources == ("app", "import")
    lacking = gaps(store)
    worst = worst_grades(people)
    one = people.drop_duplicates("visit_id")
    assert lacking.sex.count == one["sex"].isna().sum()
    assert lacking.region.count == one["region"].isna().sum()
    looked = people.groupby("visit_id")["condition"].agg(set)
    at = sum(Condition.DANDRUFF in conditions for conditions in looked)
    withheld = lacking.abstained[Condition.DANDRUFF]
    # Fewer than ten of those who told no sex or no age were withheld a grade: these are left out.
    both = one.set_index("visit_id")[["sex", "age_band"]].notna().all(axis=1)
    shown = both & np.array([Condition.DANDRUFF in looked[visit] for visit in both.index])
    assert (withheld.n, withheld.count) == (shown.sum(), (shown & worst[Condition.DANDRUFF].isna()).sum())
    assert lacking.not_looked_at[Condition.DANDRUFF].count == 2500 - at
    point = next(point for point in drift(store, Condition.DANDRUFF).points if point.mean_grade)
    assert point.mean_grade.low < point.mean_grade.value < point.mean_grade.high
    assert 0 <= point.shift < 0.25


def test_a_new_visit_shows_at_once(store):
    from making_visits import make_visit

    store_people(store, draw_people(1, 300))
    before, series = totals(store), trend(store, Condition.DANDRUFF)
    assert totals(store) == before
    store.add_visit(make_visit(age_band=AgeBand.THIRTIES), "key")
    assert totals(store).people == before.people + 1
    assert trend(store, Condition.DANDRUFF) != series
    store.add_visit(make_visit(age_band=AgeBand.FORTIES), "key")
    assert totals(store).people == before.people + 1
    assert totals(store, Filters(age_bands=(AgeBand.FORTIES,))) != totals(store, Filters(age_bands=(AgeBand.THIRTIES,)))


def test_sql_behind_a_chart_gives_its_figures(store):
    people = draw_people(8, 3000)
    store_people(store, people)
    asked = Filters(sources=("app",), answers=(("signs", "flakes"),))
    assert store.query(sql_behind(Chart.TOTALS, asked)) == [tuple(vars(totals(store, asked)).values())]
    rates = prevalences(store, Severity.MILD, asked)[Condition.DANDRUFF]
    rows = {
        (sex, band): (n, count)
        for sex, band, n, count in store.query(
            sql_behind(Chart.PREVALENCE, asked, condition=Condition.DANDRUFF, at_least=Severity.MILD)
        )
    }
    told = {key: rate for key, rate in rates.cells.items() if rate}
    assert told
    for (sex, band), rate in told.items():
        assert rows[sex or "not told", band or "not told"] == (rate.n, rate.count)
    spread = severity_shares(store, asked)[Condition.DANDRUFF]
    query = sql_behind(Chart.SEVERITY, asked, condition=Condition.DANDRUFF, told_only=spread.told_only)
    rows = dict(store.query(query))
    assert [s.rate.count for s in spread.shares] == [
        sum(rows.get(g, 0) for g in range(s.lowest, s.highest + 1)) for s in spread.shares
    ]
    series = trend(store, Condition.DANDRUFF, Severity.MILD, Period.MONTH, asked)
    query = sql_behind(Chart.TREND, asked, told_only=series.told_only)
    rows = {start: (n, count) for start, n, count in store.query(query)}
    for point in series.points:
        assert point.rate is None or rows[point.start] == (point.rate.n, point.rate.count)
    pair = co_occurrence(store, Severity.MILD, asked)[-1]
    query = sql_behind(Chart.TOGETHER, asked, condition=pair.first, other=pair.second)
    assert pair.both is None or {(a, b): n for a, b, n in store.query(query)}[True, True] >= pair.both
    (counts,) = store.query(sql_behind(Chart.GAPS, asked))
    missing = gaps(store, asked)
    untold = [missing.sex, missing.age_band, missing.region]
    assert any(untold)
    for rate, count in zip(untold, counts[1:4], strict=True):
        assert rate is None or (rate.n, rate.count) == (counts[0], count)
    for place, condition in enumerate(Condition):
        rate, looked_at, withheld = missing.abstained[condition], *counts[4 + 2 * place : 6 + 2 * place]
        # Those who told no sex or no age may be left out of what is told.
        assert rate is None or (0.9 * looked_at < rate.n <= looked_at and rate.count <= withheld)
    hostile = Filters(sources=("app'; DROP TABLE visits; --", "?"))
    assert store.query(sql_behind(Chart.TOTALS, hostile)) == [(0, None)]


@pytest.mark.parametrize(("first", "second"), [((20, 100), (30, 90)), ((0, 15), (12, 40)), ((400, 900), (10, 10))])
def test_difference_is_newcombes(first, second):
    ours = difference(wilson(*first), wilson(*second))
    low, high = confint_proportions_2indep(*first, *second, method="newcomb", compare="diff")
    assert (ours.low, ours.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))


def test_lift_is_a_relative_risk_against_everyone():
    both, first, second, n = 60, 200, 150, 1000
    ours = lift(both, first, second, n)
    assert ours.value == pytest.approx(both / n / (first / n * second / n))
    draws = np.random.default_rng(0).multinomial(n, [0.06, 0.14, 0.09, 0.71], 20_000)
    drawn = n * draws[:, 0] / ((draws[:, 0] + draws[:, 1]) * (draws[:, 0] + draws[:, 2]))
    assert ours.low == pytest.approx(np.quantile(drawn, 0.025), rel=0.02)
    assert ours.high == pytest.approx(np.quantile(drawn, 0.975), rel=0.02)
    assert lift(30, 30, 100, 100) == Estimate(1.0, 1.0, 1.0)
    assert lift(0, 0, 10, 100) is None
    assert lift(0, 20, 10, 100).value == 0


def test_standardised_share_is_the_weighted_mean_of_the_strata():
    counts, numbers, weights = [30, 20, 45], [100, 80, 60], [5.0, 3.0, 2.0]
    ours = standardise(list(zip(counts, numbers, strict=True)), weights)
    strata = [np.repeat([1.0, 0.0], [c, n - c]) for c, n in zip(counts, numbers, strict=True)]
    people = np.concatenate(strata)
    each = np.concatenate([np.full(n, w / n) for n, w in zip(numbers, weights, strict=True)])
    assert ours.value == pytest.approx(DescrStatsW(people, weights=each).mean)
    variance = sum((w / 10) ** 2 * s.var() / len(s) for s, w in zip(strata, weights, strict=True))
    assert ours.high - ours.value == pytest.approx(1.959964 * np.sqrt(variance), rel=1e-6)
    assert standardise([(1, 2), (0, 0)], [1, 1]) is None
    assert standardise([(1, 2), (0, 0)], [1, 0]).value == 0.5


def test_cohorts_side_by_side(store):
    store_people(store, draw_people(4, 2500))
    women, men = Filters(sexes=(Sex.FEMALE,)), Filters(sexes=(Sex.MALE,))
    answer = compare(store, Condition.DANDRUFF, Severity.MILD, women, men)
    assert not answer.overlapping
    assert answer.difference == difference(answer.first.total, answer.second.total)
    by_hand = sum(weight * answer.first.by_age[band].share for band, weight in answer.standardised.weights.items())
    assert answer.standardised.first.value == pytest.approx(by_hand)
    assert sum(answer.standardised.weights.values()) == pytest.approx(1)
    given = compare(store, Condition.DANDRUFF, Severity.MILD, women, men, {AgeBand.THIRTIES: 3, AgeBand.TEENS: 1})
    assert given.standardised.weights.keys() | set(given.standardised.left_out) == {AgeBand.THIRTIES, AgeBand.TEENS}
    both = compare(store, Condition.DANDRUFF, Severity.MILD, women, Filters(regions=(Region.SEOUL,)))
    assert both.overlapping
    assert both.difference is None
    apart = [Filters(answers=(("shampoo", value),)) for value in ("daily", "weekly")]
    assert not compare(store, Condition.DANDRUFF, Severity.MILD, *apart).overlapping
    signs = [Filters(answers=(("signs", value),)) for value in ("itch", "flakes")]
    assert compare(store, Condition.DANDRUFF, Severity.MILD, *signs).overlapping
    with pytest.raises(ValueError, match="negative"):
        compare(store, Condition.DANDRUFF, Severity.MILD, women, men, {AgeBand.TEENS: -1})


def test_where_one_stands(store):
    people = draw_people(6, 2500)
    store_people(store, people)
    found = standing(store, Condition.HAIR_LOSS, Severity.MODERATE, Sex.MALE, AgeBand.THIRTIES)
    assert found.group == (Sex.MALE, AgeBand.THIRTIES)
    here = people[(people["sex"] == Sex.MALE) & (people["age_band"] == AgeBand.THIRTIES)]
    grades = worst_grades(here)[Condition.HAIR_LOSS].dropna()
    assert (found.better.n, found.better.count, found.worse.count) == (
        len(grades),
        (grades < 2).sum(),
        (grades > 2).sum(),
    )
    rare = standing(store, Condition.HAIR_LOSS, Severity.MODERATE, Sex.MALE, AgeBand.TEENS)
    assert rare.group != (Sex.MALE, AgeBand.TEENS)
