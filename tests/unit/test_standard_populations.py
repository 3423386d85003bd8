import numpy as np
import pytest
from making_people import draw_people, store_people
from statsmodels.stats.weightstats import DescrStatsW

from core.interface.statistics_question import STANDARDS
from core.locale import Language, text
from core.records.standard_populations import KOREA, WORLD
from core.records.statistics import Filters, compare
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Severity, Sex


def test_published_populations_have_the_sums_of_their_sources():
    assert list(KOREA) == list(WORLD) == list(AgeBand)
    assert sum(KOREA.values()) == 47_990_761 - 2_219_084 - 2_394_663  # all but those under ten
    assert sum(WORLD.values()) == pytest.approx(100 - 8.86 - 8.69, abs=0.04)  # rounded by the source


def test_both_groups_are_weighed_like_the_population(tmp_path):
    with RecordStore.open(tmp_path / "records.duckdb") as store:
        store_people(store, draw_people(8, 1500))
        women, men = Filters(sexes=(Sex.FEMALE,)), Filters(sexes=(Sex.MALE,))
        for population in (KOREA, WORLD):
            found = compare(store, Condition.DANDRUFF, Severity.MILD, women, men, population)
            used = [band for band in AgeBand if band not in found.standardised.left_out]
            assert len(used) > 2
            shares = np.array([found.first.by_age[band].share for band in used])
            expected = DescrStatsW(shares, weights=[population[band] for band in used]).mean
            assert found.standardised.first.value == pytest.approx(expected)


def test_every_population_has_its_words_and_those_of_others_their_source():
    for language in Language:
        for name in STANDARDS:
            assert text(language, f"statistics.compare.{name}_ages")
        assert "DT_1IN0001" in text(language, "statistics.compare.korea_source")
        assert "Ahmad" in text(language, "statistics.compare.world_source")
