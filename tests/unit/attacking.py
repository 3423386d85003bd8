"""An attacker who reads everything published, over any filters, and solves for small groups.

It knows of each visit all but what it asks about, and writes each published figure down as an equation: the visits of
a mask number so many. A group is found out where its size is a sum of published figures with signs (`solve`), or where
the figures, and that nobody is counted less than no times, leave hardly any size for it (`bounds`).
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from making_people import select, worst_grades
from scipy.optimize import linprog

from core.records.privacy import MIN_CELL
from core.records.statistics import (
    Period,
    any_finding,
    co_occurrence,
    gaps,
    people_by_group,
    prevalence,
    severity_shares,
    totals,
    trend,
)
from core.taxonomy import Condition, Severity

GRADES = list(Severity)[1:]
_SPANS = {Period.DAY: "D", Period.WEEK: "W", Period.MONTH: "M"}


class Attacker:
    """Knows of each visit all but the grades of some conditions."""

    def __init__(self, people, conditions):
        one = people.drop_duplicates("visit_id").set_index("visit_id")
        self.people, self.conditions = people, conditions
        worst = worst_grades(people).loc[one.index]
        self.facts = one.assign(**{str(name): worst[name] for name in Condition}, worst=worst.max(axis=1))
        time = pd.to_datetime(one["visited_at"], utc=True).dt.tz_convert("Asia/Seoul").dt.tz_localize(None)
        self.starts = {period: time.dt.to_period(span).dt.start_time.dt.date for period, span in _SPANS.items()}
        self.untold = one["sex"].isna() | one["age_band"].isna()
        self.equations, self._known = {}, {}

    def learn(self, chosen, value):
        """Note that the visits of a mask number so many, and check that it is true and not small."""
        row = np.asarray(chosen, dtype=bool)
        assert row.sum() == value
        assert value == 0 or value >= MIN_CELL
        self.equations[row.tobytes()] = row

    def mask(self, filters):
        return pd.Series(self.facts.index.isin(select(self.people, filters)["visit_id"]), self.facts.index)

    def _recall(self, key, find):
        if key not in self._known:
            self._known[key] = find()
        return self._known[key]

    def told(self, column, value):
        """Say whose column has a value, as an array; asked a thousand times."""
        facts = self.facts[column]
        return self._recall((column, value), lambda: (facts.isna() if value is None else facts == value).to_numpy())

    def graded(self, column, at_least=None):
        facts = self.facts[column]
        return self._recall(
            (column, "graded", at_least), lambda: (facts.notna() if at_least is None else facts >= at_least).to_numpy()
        )

    def learn_rate(self, who, rate, column, at_least):
        if rate:
            self.learn(who & self.graded(column), rate.n)
            self.learn(who & self.graded(column, at_least), rate.count)

    def read(self, store, filters):
        """Learn every figure of one filter but the series."""
        inside = self.mask(filters)
        count = totals(store, filters).people
        if count:
            counted = inside if inside.sum() == count else inside & ~self.untold
            self.learn(counted, count)
        for (sex, band), number in people_by_group(store, filters).items():
            if number:
                self.learn(inside & self.told("sex", sex) & self.told("age_band", band), number)
        for name in self.conditions:
            column = str(name)
            for at_least in GRADES:
                self._read_prevalence(prevalence(store, name, at_least, filters), inside, column)
            spread = severity_shares(store, filters)[name]
            counted = inside & ~self.untold if spread.told_only else inside
            for share in spread.shares:
                self.learn(counted & self.facts[column].between(share.lowest, share.highest), share.rate.count)
        self._read_any_and_pairs(store, filters, inside)
        self._read_gaps(gaps(store, filters), inside)
        return self

    def _read_prevalence(self, answer, inside, column):
        counted = inside & ~self.untold if answer.told_only else inside
        named = [(counted, answer.total)]
        cells = ((self.told("sex", s) & self.told("age_band", b), r) for (s, b), r in answer.cells.items() if r)
        named += [(inside & cell, r) for cell, r in cells]
        for field, rates in (("sex", answer.by_sex), ("age_band", answer.by_age)):
            named += [(inside & self.told(field, v) & (~self.untold | (v is None)), r) for v, r in rates.items() if r]
        for who, rate in named:
            self.learn_rate(who, rate, column, answer.at_least)

    def _read_any_and_pairs(self, store, filters, inside):
        for at_least in GRADES:
            rate = any_finding(store, at_least, filters)
            if rate:
                graded = inside & self.facts["worst"].notna()
                self.learn_rate(inside if graded.sum() == rate.n else inside & ~self.untold, rate, "worst", at_least)
            for pair in co_occurrence(store, at_least, filters):
                if pair.n and {pair.first, pair.second} <= set(self.conditions):
                    first, second = (self.facts[str(name)] for name in (pair.first, pair.second))
                    who = inside & first.notna() & second.notna()
                    who = who if who.sum() == pair.n else who & ~self.untold
                    self.learn(who, pair.n)
                    self.learn(who & (first >= at_least), pair.with_first)
                    self.learn(who & (second >= at_least), pair.with_second)
                    self.learn(who & (first >= at_least) & (second >= at_least), pair.both)

    def _read_gaps(self, found, inside):
        for rate, column in ((found.sex, "sex"), (found.age_band, "age_band"), (found.region, "region")):
            if rate and rate.n == inside.sum():
                self.learn(inside & self.facts[column].isna(), rate.count)

    def read_series(self, store, filters, periods=tuple(Period)):
        """Learn the series of one filter."""
        inside = self.mask(replace(filters, since=None, until=None))
        for name in self.conditions:
            for period in periods:
                for at_least in GRADES:
                    answer = trend(store, name, at_least, period, filters)
                    counted = inside & ~self.untold if answer.told_only else inside
                    for point in answer.points:
                        if point.rate:
                            who = counted & (self.starts[period] == point.start)
                            self.learn_rate(who, point.rate, str(name), at_least)
        return self

    def _kinds(self, targets):
        rows = np.stack([*self.equations.values(), *targets]).astype(float)
        kinds, place = np.unique(rows, axis=1, return_inverse=True)
        number = len(self.equations)
        return kinds[:number], kinds[number:], np.bincount(place.ravel(), minlength=kinds.shape[1])

    def solve(self, targets):
        """Return the sizes of the targets that are sums of what was learnt."""
        if not targets:
            return []
        matrix, wanted, sizes = self._kinds(targets)
        _, strengths, basis = np.linalg.svd(matrix, full_matrices=False)
        space = basis[strengths > 1e-8]
        left = np.abs(wanted - (wanted @ space.T) @ space).max(axis=1)
        return [int(size) for size in (wanted @ sizes)[left < 1e-8]]

    def bounds(self, target):
        """Return the least and the greatest size of a target that fit with what was learnt."""
        matrix, wanted, sizes = self._kinds([target])
        ends = [
            linprog(sign * wanted[0], A_eq=matrix, b_eq=matrix @ sizes, bounds=(0, None)).fun * sign for sign in (1, -1)
        ]
        return float(ends[0]), float(ends[1])
