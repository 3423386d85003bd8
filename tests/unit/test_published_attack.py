"""An attacker who has no page: the SQL corner's tables and the files of every chart, over families of filters.

People tell everything here, so that each published figure is of one group of them: what may be told of those who do
not is tried in `test_statistics_attack`.
"""

import csv
import io
from datetime import UTC, date, datetime
from itertools import combinations
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from attacking import Attacker
from making_people import store_people
from test_statistics_attack import boxes_of, small_targets

from core.interface.statistics_asked import Asked
from core.interface.statistics_cards import groups_card, heat_card
from core.interface.statistics_question import GRADES, Question
from core.interface.statistics_severity import lift_card, severity_card
from core.interface.statistics_table import Stamp, as_csv
from core.interface.statistics_trend import ages_card, trend_card
from core.locale import Language
from core.records.sql_corner import run_sql, take_snapshot
from core.records.statistics import Filters
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Region, Sex

FIRST, SECOND = Condition.DANDRUFF, Condition.HAIR_LOSS
BANDS, REGIONS = list(AgeBand)[:3], list(Region)[:3]
ANSWERS = [("shampoo", value) for value in ("daily", "weekly", "twice_weekly")]
WHOLE_TABLES = ("prevalence", "prevalence_by_age", "prevalence_by_sex", "prevalence_total", "severity", "together")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with RecordStore.open(tmp_path_factory.mktemp("published") / "records.duckdb") as opened:
        yield opened


def draw(seed, number):
    """Draw people graded for two conditions, many of some sources, models, answers and regions and few of others."""
    random = np.random.default_rng(seed)
    models, answers, regions, bands = (random.dirichlet(np.full(3, 0.8)) for _ in range(4))
    rows = []
    for _ in range(number):
        visit = {
            "visit_id": str(UUID(bytes=random.bytes(16))),
            "visited_at": pd.Timestamp(2026, int(1 + random.choice(3, p=(0.6, 0.37, 0.03))), 10, tz="UTC"),
            "sex": str(random.choice(list(Sex))),
            "age_band": str(BANDS[int(random.choice(3, p=bands))]),
            "region": str(REGIONS[int(random.choice(3, p=regions))]),
            "source": str(random.choice(["app", "import"], p=[0.95, 0.05])),
            "answers": {"shampoo": ANSWERS[int(random.choice(3, p=answers))][1]},
            "diagnosis_id": str(UUID(bytes=random.bytes(16))),
            "view": "microscope",
            "model_id": ("one", "two", "three")[int(random.choice(3, p=models))],
        }
        for condition in (FIRST, SECOND):
            grade = int(random.choice(4, p=(0.5, 0.25, 0.15, 0.1)))
            rows.append({**visit, "condition": str(condition), "severity": grade})
    return pd.DataFrame(rows)


def some(options):
    return [(), *(chosen for size in (1, 2) for chosen in combinations(options, size))]


FAMILIES = {
    "sexes and ages": [{"sexes": s, "age_bands": b} for s in ((), (Sex.FEMALE,)) for b in some(BANDS)[:5]],
    "regions": [{"regions": chosen} for chosen in some(REGIONS)],
    "sources": [{"sources": chosen} for chosen in ((), ("app",), ("import",))],
    "models": [{"models": chosen} for chosen in some(("one", "two", "three"))],
    "answers": [{"answers": chosen} for chosen in some(ANSWERS)[:5]],
    "months": [
        {"since": a, "until": b} for a in (None, date(2026, 2, 1)) for b in (None, date(2026, 1, 31), date(2026, 2, 28))
    ],
}


class Reader(Attacker):
    """Learns from rows of a table or file, whatever columns say of whom they are."""

    def learn_row(self, inside, row):
        if not row.get("n"):
            return
        who = inside.copy()
        for column in ("sex", "age_band"):
            if row.get(column):
                who &= self.facts[column] == row[column]
        month = row.get("month") or row.get("start")
        if month:
            who &= self.starts["month"] == date.fromisoformat(str(month))
        if row.get("first"):
            first, second = (self.facts[row[name]] for name in ("first", "second"))
            both = (first >= int(row["at_least"])) & (second >= int(row["at_least"]))
            self.learn(who & first.notna() & second.notna(), int(row["n"]))
            self.learn(who & both, int(row["both"]))
            return
        grades = self.facts[row["condition"]]
        self.learn(who & grades.notna(), int(row["n"]))
        if row.get("lowest") not in (None, ""):
            self.learn(who & grades.between(int(row["lowest"]), int(row["highest"])), int(row["count"]))
        else:
            self.learn(who & (grades >= int(row["at_least"])), int(row["count"]))


def without(question, *left_out):
    return question.filters(*left_out)


def read_sql(attacker, store, question):
    """Read all tables of the corner in one query each, as an analyst would."""
    for at_least in GRADES:
        snapshot = take_snapshot(store, question.filters(), at_least)
        tables = {table.name: table.rows.to_pylist() for table in snapshot.tables}
        for name in WHOLE_TABLES:
            everyone = name in ("prevalence", "prevalence_by_age", "prevalence_by_sex")
            inside = attacker.mask(without(question, *(("sexes", "age_bands") if everyone else ())))
            for row in tables[name]:
                attacker.learn_row(inside, row)
        inside = attacker.mask(without(question, "days"))
        for row in tables["trend"]:
            attacker.learn_row(inside, row)


def read_files(attacker, store, question):
    """Read the CSV files of the charts, as they are saved."""
    stamp = Stamp("results", "x", None, datetime(2026, 11, 22, tzinfo=UTC), ())
    for condition in (FIRST, SECOND):
        for at_least in GRADES:
            asked = Asked(store, Question(**{**vars(question), "condition": condition, "at_least": at_least}), EN, "")
            for make, left_out in CARDS.items():
                if condition is SECOND and make not in OF_ONE_CONDITION:
                    continue
                rows = make(asked).rows
                if not rows:
                    continue
                inside = attacker.mask(without(question, *left_out))
                for row in csv.DictReader(io.StringIO(as_csv(rows, stamp).decode("utf-8-sig"))):
                    if make is ages_card:
                        # Of those with hair loss, of all ages, so many are of this one.
                        graded = attacker.facts[str(Condition.HAIR_LOSS)] >= at_least
                        if row["n"]:
                            attacker.learn(inside & graded, int(row["n"]))
                            attacker.learn(
                                inside & graded & (attacker.facts["age_band"] == row["age_band"]), int(row["count"])
                            )
                        continue
                    row = {
                        name.replace("from_grade", "lowest").replace("to_grade", "highest"): v
                        for name, v in row.items()
                    }
                    attacker.learn_row(inside, row)


EN = Language.ENGLISH
CARDS = {
    heat_card: ("age_bands",),
    groups_card: ("sexes", "age_bands"),
    severity_card: (),
    lift_card: (),
    trend_card: ("days",),
    ages_card: ("age_bands",),
}
OF_ONE_CONDITION = (groups_card, trend_card)


@pytest.mark.parametrize(("name", "number"), [(name, 260 + 40 * place) for place, name in enumerate(FAMILIES)])
def test_no_small_group_follows_from_tables_and_files_together(store, name, number):
    people = draw(number, number)
    store_people(store, people)
    attacker = Reader(people, (FIRST, SECOND))
    family = [Question(**narrowed) for narrowed in FAMILIES[name]]
    for question in family:
        read_sql(attacker, store, question)
        read_files(attacker, store, question)
    targets = list(small_targets(attacker, boxes_of(attacker, [question.filters() for question in family])))
    assert targets
    assert len(attacker.equations) > 10
    assert attacker.solve(targets) == []


def test_the_corner_answers_from_these_tables(store):
    store_people(store, draw(3, 300))
    snapshot = take_snapshot(store, Filters(), GRADES[0])
    for table in snapshot.tables:
        assert run_sql(snapshot, f"FROM {table.name}").rows.to_pylist() == table.rows.to_pylist()
