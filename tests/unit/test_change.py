from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import norm

from core.care.change import (
    CERTAIN,
    Verdict,
    chance_higher,
    compare,
    courses,
    latest_change,
    steps,
    total_change,
)
from core.findings import Diagnosis, Finding, Quality, Visit
from core.taxonomy import CONDITIONS, CONDITIONS_OF_VIEW, Condition, Severity, Site, View

START = datetime(2026, 9, 1, tzinfo=UTC)
GOOD, MILD, SEVERE = (0.97, 0.02, 0.01, 0.0), (0.1, 0.6, 0.2, 0.1), (0.0, 0.01, 0.09, 0.9)
UNSURE = (0.3, 0.3, 0.2, 0.2)
KEY = (View.MICROSCOPE, Condition.DANDRUFF)


def photo(dandruff, *, abstained=False, view=View.MICROSCOPE, model="m", version="1", name="photo"):
    def finding(condition):
        shares = dandruff if condition in (Condition.DANDRUFF, Condition.HAIR_LOSS) else GOOD
        if abstained:
            return Finding(condition, shares, None, tuple(Severity))
        grade = Severity(int(np.argmax(shares)))
        return Finding(condition, shares, grade, (grade,))

    findings = tuple(finding(condition) for condition in CONDITIONS_OF_VIEW[view])
    return Diagnosis(name.ljust(64, "0"), Quality(view), model, version, findings, (0, 0, 0, 0), 1.0)


def visit(day, *photos, sites=()):
    return Visit(START + timedelta(days=day), photos, True, "app", sites=sites)


def course(*visits):
    return courses(visits)[KEY]


def verdict(*visits):
    return latest_change(course(*visits)).verdict


def test_clear_change_is_told_with_its_direction():
    rise = latest_change(course(visit(0, photo(GOOD)), visit(30, photo(SEVERE))))
    assert rise.verdict is Verdict.WORSE
    assert rise.p_higher == pytest.approx(0.97 + 0.02 * 0.99 + 0.01 * 0.9, abs=1e-9)
    assert verdict(visit(0, photo(SEVERE)), visit(30, photo(GOOD))) is Verdict.BETTER


def test_small_change_is_not_one():
    assert verdict(visit(0, photo(GOOD)), visit(30, photo(MILD))) is Verdict.NONE
    assert verdict(visit(0, photo(GOOD)), visit(30, photo(GOOD))) is Verdict.NONE
    assert verdict(visit(0, photo(UNSURE)), visit(30, photo(UNSURE))) is Verdict.NONE


def test_order_of_visits_is_that_of_time():
    assert verdict(visit(30, photo(SEVERE)), visit(0, photo(GOOD))) is Verdict.WORSE


def test_abstained_photos_say_nothing():
    sure = photo(SEVERE)
    assert verdict(visit(0, photo(GOOD)), visit(30, photo(SEVERE, abstained=True))) is Verdict.UNGRADED
    mixed = visit(30, photo(GOOD, abstained=True, name="a"), sure)
    assert verdict(visit(0, photo(GOOD)), mixed) is Verdict.WORSE


def test_other_models_are_not_compared():
    for other in (photo(SEVERE, model="other"), photo(SEVERE, version="2")):
        change = latest_change(course(visit(0, photo(GOOD)), visit(30, other)))
        assert (change.verdict, change.p_higher) == (Verdict.OTHER_MODEL, None)


def test_last_comparable_visit_is_taken():
    visits = [
        visit(0, photo(GOOD)),
        visit(10, photo(SEVERE)),
        visit(20, photo(SEVERE, abstained=True)),
        visit(30, photo(GOOD, version="2")),
        visit(40, photo(SEVERE)),
    ]
    measured = course(*visits)
    assert latest_change(measured).earlier.at == visits[1].visited_at
    assert latest_change(measured).verdict is Verdict.NONE
    assert total_change(measured).earlier.at == visits[0].visited_at
    assert total_change(measured).verdict is Verdict.WORSE
    assert [step.verdict for step in steps(measured)] == [
        Verdict.WORSE,
        Verdict.UNGRADED,
        Verdict.OTHER_MODEL,
        Verdict.NONE,
    ]


def test_one_visit_has_no_change():
    measured = course(visit(0, photo(GOOD)))
    assert latest_change(measured) is total_change(measured) is None
    assert steps(measured) == ()


def test_views_are_apart():
    both = visit(0, photo(GOOD), photo(SEVERE, view=View.CROWN, name="b"))
    found = courses([both, visit(5, photo(GOOD))])
    assert list(found) == [*((View.MICROSCOPE, c) for c in CONDITIONS), (View.CROWN, Condition.HAIR_LOSS)]
    assert len(found[View.MICROSCOPE, Condition.HAIR_LOSS]) == 2
    assert len(found[View.CROWN, Condition.HAIR_LOSS]) == 1
    with pytest.raises(ValueError, match="same view"):
        compare(found[View.MICROSCOPE, Condition.HAIR_LOSS][0], found[View.CROWN, Condition.HAIR_LOSS][0])


def test_more_photos_do_not_make_it_worse():
    one, many = visit(0, photo(UNSURE)), visit(30, *(photo(UNSURE, name=str(n)) for n in range(8)))
    change = latest_change(course(one, many))
    assert change.p_higher == pytest.approx(change.p_lower)


def test_shared_sites_are_compared_alone():
    before = visit(0, photo(GOOD), photo(SEVERE, name="b"), sites=(Site.TOP, Site.LEFT))
    after = visit(30, photo(SEVERE), photo(SEVERE, name="b"), sites=(Site.TOP, Site.RIGHT))
    change = latest_change(course(before, after))
    assert change.p_higher > CERTAIN
    # The result page shows the worst grade of all sites, which did not move: nothing is claimed against it.
    assert change.verdict is Verdict.NONE
    calm = visit(0, photo(GOOD), photo(GOOD, name="b"), sites=(Site.TOP, Site.LEFT))
    assert verdict(calm, after) is Verdict.WORSE


shares = st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda s: sum(s) > 0.01)
distributions = shares.map(lambda s: np.array(s) / sum(s))


@given(distributions, distributions)
def test_chances_add_up(first, second):
    higher, lower = chance_higher(first, second), chance_higher(second, first)
    assert higher + lower + first @ second == pytest.approx(1)
    brute = sum(first[i] * second[j] for i in range(4) for j in range(4) if j > i)
    assert higher == pytest.approx(brute)


def test_chance_is_that_of_draws():
    random = np.random.default_rng(4)
    first, second = np.array(MILD), np.array(UNSURE)
    draws = [random.choice(4, 200_000, p=shares) for shares in (first, second)]
    assert chance_higher(first, second) == pytest.approx((draws[1] > draws[0]).mean(), abs=0.005)


CUTS = ((0.95, 1.55, 2.97), (-0.14, 0.94, 3.38), (-0.65, 0.8, 2.35), (0, 2.07, 4.6), (-1, 0, 1), (-3, 0, 3))
POPULATIONS = [(cuts, mean, spread) for cuts in CUTS for mean in (-3, -1, 0, 1, 3) for spread in (1, 2, 4, 6)]


def population(cuts, mean, spread, people=200):
    """Calibrated distributions (people, 4) of scores that are spread normally, and who has which true severity."""
    scores = norm.ppf((np.arange(people) + 0.5) / people) * spread + mean
    at_least = expit(scores[:, None] - np.array(cuts))
    edges = np.hstack([np.ones((people, 1)), at_least, np.zeros((people, 1))])
    given_score = edges[:, :-1] - edges[:, 1:]
    return given_score, given_score.mean(axis=0), given_score / given_score.sum(axis=0)


def claims(given_score):
    """Which pairs of measurements (first, second) would be called worse."""
    below = np.hstack([np.zeros((len(given_score), 1)), np.cumsum(given_score, axis=1)[:, :-1]])
    return below @ given_score.T >= CERTAIN


def test_unchanged_scalps_are_seldom_called_changed():
    """Two independent measurements of the same true severity, over all scores it may give, without drawing lots."""
    false_claims, found_moderate, found_severe = [], [], []
    for cuts, mean, spread in POPULATIONS:
        given_score, share, scores_of = population(cuts, mean, spread)
        worse = claims(given_score)
        changed = worse | worse.T
        false_claims.append(sum(share[s] * scores_of[:, s] @ changed @ scores_of[:, s] for s in range(4)))
        if spread == 4:
            found_moderate.append(scores_of[:, 0] @ worse @ scores_of[:, 2])
            found_severe.append(scores_of[:, 0] @ worse @ scores_of[:, 3])
    assert np.mean(false_claims) < 0.02
    assert max(false_claims) < 0.04
    # And it is not blind.
    assert np.mean(found_moderate) > 0.25
    assert np.mean(found_severe) > 0.65


def test_claimed_changes_are_right_as_often_as_said():
    """Over pairs of people drawn at random, whose severities are independent, a claimed rise is one in 9 of 10."""
    random = np.random.default_rng(11)
    given_score, _, _ = population(CUTS[1], 0, 4, people=1000)
    first, second = random.integers(0, 1000, (2, 60_000))
    truth = [(random.random((60_000, 1)) > np.cumsum(given_score[who], axis=1)).sum(axis=1) for who in (first, second)]
    claimed = claims(given_score)[first, second]
    assert claimed.sum() > 1000
    assert (truth[1] > truth[0])[claimed].mean() >= CERTAIN
