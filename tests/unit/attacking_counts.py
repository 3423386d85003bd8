"""The attacker of `attacking`, on counts instead of people, so that it runs over thousands of them in a second.

It knows of which values, ages and sexes there is anybody, and asks how many of them have which grades. A value may be a
month, a region, or one of both together.
"""

from dataclasses import replace
from datetime import date
from functools import reduce
from itertools import combinations, product
from uuid import UUID

import numpy as np
import pandas as pd

from core.records.privacy import MIN_CELL
from core.records.statistics import Filters, Period, prevalence, trend
from core.records.statistics.filters import AGE_BANDS, SEXES
from core.taxonomy import AgeBand, Condition, Region, Severity, Sex

CONDITION = Condition.DANDRUFF
WORDS = {
    "month": tuple(date(2026, month, 1) for month in range(1, 13)),
    "region": tuple(Region),
    "source": ("app", "import", "api", "shop"),
    "model": ("one", "two", "three", "four"),
}
_FIELDS = {"region": "regions", "source": "sources", "model": "model_ids"}
_GRADES = list(Severity)[1:]
_RUNS = [(low, high) for low in range(4) for high in range(low + 1, 5)]
_YOUNG, _OLDER = AGE_BANDS[:2]
_CHOSEN = (
    {"sexes": (Sex.FEMALE,)},
    {"age_bands": (_YOUNG,)},
    {"age_bands": (_YOUNG, _OLDER)},
    {"sexes": (Sex.MALE,), "age_bands": (_OLDER,)},
)


def draw_many(seed, number, *, bands, untold, evenness, uneven_ages=False, days=28, **sizes):
    """Draw people graded for one condition, many of some values and ages and few of others.

    Returns:
        Their rows, and their places by column: `sizes` names how many months, regions, sources and models there are.
    """
    random = np.random.default_rng(seed)
    numbers = {name: sizes.get(name, 1) for name in WORDS}
    places = {name: random.choice(n, number, p=random.dirichlet(np.full(n, evenness))) for name, n in numbers.items()}
    if uneven_ages:
        weights = {"month": 100, "region": 1, "source": 10000, "model": 1000}
        where = sum(places[name] * weight for name, weight in weights.items())
        band = np.zeros(number, int)
        for one in np.unique(where):
            there = where == one
            band[there] = random.choice(bands, there.sum(), p=random.dirichlet(np.ones(bands)))
    else:
        band = random.choice(bands, number, p=random.dirichlet(np.full(bands, evenness)))
    sex = random.integers(0, 2, number)
    sex[random.random(number) < untold] = SEXES.index(None)
    band = np.where(random.random(number) < untold, AGE_BANDS.index(None), band)
    grade = random.choice(4, number, p=(0.5, 0.25, 0.15, 0.1))
    day = 1 + random.integers(0, days, number)
    places |= {"sex": sex, "band": band, "grade": grade}
    ids = np.random.default_rng(seed).integers(0, 256, (2, number, 16), dtype=np.uint8)
    visits, diagnoses = ([str(UUID(bytes=one.tobytes())) for one in kind] for kind in ids)
    time = pd.to_datetime({"year": 2026, "month": places["month"] + 1, "day": day}).dt.tz_localize("UTC")
    columns = {
        "sex": (SEXES, sex),
        "age_band": (AGE_BANDS, band),
        "region": (WORDS["region"], places["region"]),
        "source": (WORDS["source"], places["source"]),
        "model_id": (WORDS["model"], places["model"]),
    }
    worded = {
        name: np.array([word and str(word) for word in words], object)[place]
        for name, (words, place) in columns.items()
    }
    rows = pd.DataFrame(
        {"visit_id": visits, "diagnosis_id": diagnoses, "visited_at": time, "severity": grade, **worded}
    )
    answers = [{} for _ in range(number)]
    return rows.assign(answers=answers, view="microscope", condition=str(CONDITION)), places


class CountAttacker:
    """Knows how many people there are by value, age band and sex only where there is nobody.

    Args:
        places: As `draw_many` gives them.
        axes: What the values are of, one or two of `WORDS`.
    """

    def __init__(self, places, axes):
        self.axes = axes
        columns = [places[name] for name in (*axes, "band", "sex", "grade")]
        shape = (*(int(places[name].max()) + 1 for name in axes), len(AGE_BANDS), len(SEXES), len(Severity))
        self.counts = np.zeros(shape, int)
        np.add.at(self.counts, tuple(columns), 1)
        self.told = np.zeros(shape[-3:-1], bool)
        self.told[: len(AgeBand), : len(Sex)] = True
        self.equations, self.shown = {}, 0

    @property
    def values(self):
        return self.counts.shape[: len(self.axes)]

    def _learn(self, values, cells, rate, at_least):
        """Note that the people of values and cells number so many, and so many with the grade."""
        for lowest, number in ((0, rate.n), (int(at_least), rate.count)) if rate else ():
            row = np.zeros(self.counts.shape, bool)
            row[..., lowest:] = (values[..., None, None] & cells)[..., None]
            assert self.counts[row].sum() == number
            assert number == 0 or number >= MIN_CELL
            self.equations[row.tobytes()] = row.ravel()
            self.shown += 1

    def _cells(self, filters, answer):
        """Return the cells that a total counts, (8, 3)."""
        bands = np.array([not filters.age_bands or band in filters.age_bands for band in AGE_BANDS])
        sexes = np.array([not filters.sexes or sex in filters.sexes for sex in SEXES])
        chosen = bands[:, None] & sexes
        return chosen & self.told if answer.told_only else chosen

    def read(self, store, filters, values):
        """Learn the table and the totals of a filter, which counts the people of values, a mask."""
        for at_least in _GRADES:
            answer = prevalence(store, CONDITION, at_least, filters)
            self._learn(values, self._cells(filters, answer), answer.total, at_least)
            named = [((sex,), (band,), rate) for (sex, band), rate in answer.cells.items()]
            named += [((sex,), AGE_BANDS[:-1] if sex else AGE_BANDS, rate) for sex, rate in answer.by_sex.items()]
            named += [(SEXES[:-1] if band else SEXES, (band,), rate) for band, rate in answer.by_age.items()]
            for sexes, bands, rate in named if not (filters.sexes or filters.age_bands) else ():
                cells = np.array([[sex in sexes and band in bands for sex in SEXES] for band in AGE_BANDS])
                self._learn(values, cells, rate, at_least)

    def read_months(self, store, filters, values):
        """Learn the months of a filter, which counts the people of values whatever the month."""
        axis = self.axes.index("month")
        for at_least in _GRADES:
            answer = trend(store, CONDITION, at_least, Period.MONTH, filters)
            for point in answer.points:
                there = np.arange(self.values[axis]) == WORDS["month"].index(point.start)
                month = np.moveaxis(np.broadcast_to(there, (*np.delete(self.values, axis), len(there))), -1, axis)
                self._learn(values & month, self._cells(filters, answer), point.rate, at_least)

    def read_all(self, store):
        """Learn the tables of all spans of months and of all values and pairs of them, of two axes of single ones.

        Returns:
            The values of each filter.
        """
        several = len(self.axes) == 1
        found = [self._filters_of(axis, number, several) for axis, number in zip(self.axes, self.values, strict=True)]
        masks = []
        for place, parts in enumerate(product(*found)):
            filters = Filters(**{name: value for fields, _ in parts for name, value in fields.items()})
            values = reduce(np.logical_and.outer, (mask for _, mask in parts))
            masks.append(values)
            self.read(store, filters, values)
            for chosen in _CHOSEN if several and place % 5 < 2 else ():
                self.read(store, replace(filters, **chosen), values)
            if "month" in self.axes and not (filters.since or filters.until):
                for chosen in ({}, *_CHOSEN) if several else ({},):
                    self.read_months(store, replace(filters, **chosen), values)
        return masks

    def _filters_of(self, axis, number, several):
        """Return what narrows to a value or to several, with which these are."""
        words = WORDS[axis][:number]
        found = [({}, np.ones(number, bool))]
        if axis == "month":
            runs = [(a, b) for a in range(number) for b in range(a, number) if a == b or several]
            return found + [
                ({"since": words[a], "until": words[b]}, (np.arange(number) >= a) & (np.arange(number) <= b))
                for a, b in runs
            ]
        chosen = [one for size in ((1, 2) if several else (1,)) for one in combinations(range(number), size)]
        return found + [
            ({_FIELDS[axis]: tuple(words[place] for place in one)}, np.isin(np.arange(number), one)) for one in chosen
        ]

    def solve(self, masks):
        """Count groups of one to nine people, and return the sizes of those that follow from what was learnt."""
        there = np.repeat(self.counts.sum(axis=-1).ravel() > 0, len(Severity))
        known = np.unique(np.stack([*self.equations.values()])[:, there], axis=0).astype(float)
        _, strengths, basis = np.linalg.svd(known, full_matrices=False)
        space = basis[strengths > 1e-7 * strengths[0]]
        targets = np.array([target.ravel()[there] for target in self._small(masks)], float)
        if not len(targets):
            return 0, []
        left = np.abs(targets - (targets @ space.T) @ space).max(axis=1)
        sizes = targets @ self.counts.ravel()[there]
        return len(targets), sizes[left < 1e-6].tolist()

    def _small(self, masks):
        single = np.eye(self.told.size, dtype=bool).reshape(-1, *self.told.shape)
        lines = [np.arange(len(AGE_BANDS))[:, None] == band for band in range(len(AGE_BANDS))]
        lines += [np.arange(len(SEXES)) == sex for sex in range(len(SEXES))]
        everyone = np.ones_like(self.told)
        groups = [*single, *(line & one for line in lines for one in (everyone, self.told))]
        groups += [self.told, ~self.told, everyone]
        for values, cells in product(masks, groups):
            who = values[..., None, None] & cells
            grades = self.counts[who].sum(axis=0)
            for low, high in _RUNS:
                if 0 < grades[low:high].sum() < MIN_CELL:
                    target = np.zeros(self.counts.shape, bool)
                    target[..., low:high] = who[..., None]
                    yield target
