"""What was shown and clicked, as the operator may see it: no figure stands for fewer than ten views.

Published are, all of the whole time, views and clicked views by condition and sex and, within each sex that this
shows, by condition and age band; and the same of each product. The tables are nested, so that subtracting one from
another gives nothing that subtracting within one does not, and `core.records.privacy.hidden_lines` sees to that. Ages
alone are left out for this reason: taken together with sexes they would give away what is hidden in one of them.
Of a product, the views that did not show it count as a figure too: nine of them could tell whom it was kept from.

Looking again after a few more views gives the difference; as with the statistics, that is not prevented.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from core.records.privacy import Counts, hidden_lines
from core.records.product_counts import VIEW
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Sex

Group = tuple[Sex | None, AgeBand | None]

SEXES: Final[tuple[Sex | None, ...]] = (*Sex, None)
AGE_BANDS: Final[tuple[AgeBand | None, ...]] = (*AgeBand, None)
CONDITIONS: Final[tuple[Condition | None, ...]] = (*Condition, None)

Lines = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Tally:
    """How often.

    Attributes:
        shown: Views in which it was shown.
        clicked: Those of them in which it was clicked.
    """

    shown: int
    clicked: int

    @property
    def share(self) -> float | None:
        """Clicked out of shown, 0 to 1; None where nothing was shown."""
        return self.clicked / self.shown if self.shown else None


@dataclass(frozen=True)
class TallyLine:
    """Tallies of one group of readers.

    Attributes:
        total: Of all conditions; None where it is not published.
        by_condition: By condition, None in a key standing for none; a value is None where it is not published.
    """

    total: Tally | None
    by_condition: Mapping[Condition | None, Tally | None]


@dataclass(frozen=True)
class Tallies:
    """How often by kind of reader.

    Attributes:
        everyone: All readers.
        by_sex: By sex; None in a key stands for not told.
        by_group: By sex and age band; likewise.
    """

    everyone: TallyLine
    by_sex: Mapping[Sex | None, TallyLine]
    by_group: Mapping[Group, TallyLine]


@dataclass(frozen=True)
class ProductStatistics:
    """What the operator may see.

    Attributes:
        views: Views, and those in which anything was clicked.
        products: By product or search, the most shown first; those not published last, by id.
    """

    views: Tallies
    products: Mapping[str, Tallies]

    @property
    def empty(self) -> bool:
        """Whether there is nothing that may be shown."""
        return self.views.everyone.total is None


def product_statistics(store: RecordStore) -> ProductStatistics:
    """Count what was shown and clicked.

    Raises:
        RecordsError: The records cannot be read.
    """
    shape = len(SEXES), len(AGE_BANDS), len(CONDITIONS), 2
    tables: dict[str, Counts] = {VIEW: np.zeros(shape, dtype=np.int64)}
    for product, condition, sex, age_band, clicked, rest in store.query(
        """SELECT product_id, condition, sex, age_band, sum(clicked)::BIGINT, sum(shown - clicked)::BIGINT
           FROM product_counts GROUP BY ALL ORDER BY product_id"""
    ):
        place = (
            SEXES.index(Sex(sex) if sex else None),
            AGE_BANDS.index(AgeBand(age_band) if age_band else None),
            CONDITIONS.index(Condition(condition) if condition else None),
        )
        tables.setdefault(product, np.zeros(shape, dtype=np.int64))[place] += (clicked, rest)
    views = tables.pop(VIEW)
    products = {name: publish(_beside(table, views)) for name, table in tables.items()}
    return ProductStatistics(publish(views), MappingProxyType(dict(sorted(products.items(), key=_most_shown))))


def publish(table: Counts) -> Tallies:
    """Hide what must not be seen of a table.

    Args:
        table: Views by sex, age band, condition and measure, (3, 8, 7, k): clicked, shown and not clicked, and
            where there is a third, not shown, which is looked at and not published.
    """
    by_sex = table.sum(axis=1)
    hidden_sexes, hidden_conditions = hidden_lines(by_sex) or _everything(by_sex)
    groups: dict[Group, TallyLine] = {}
    for number, sex in enumerate(SEXES):
        hidden = None if hidden_sexes[number] else hidden_lines(table[number])
        ages, conditions = hidden or _everything(table[number])
        for row, band in enumerate(AGE_BANDS):
            groups[sex, band] = _line(table[number, row], conditions | hidden_conditions, hidden=bool(ages[row]))
    return Tallies(
        everyone=_line(by_sex.sum(axis=0), hidden_conditions, hidden=bool(hidden_conditions.all())),
        by_sex=MappingProxyType(
            {
                sex: _line(by_sex[number], hidden_conditions, hidden=bool(hidden_sexes[number]))
                for number, sex in enumerate(SEXES)
            }
        ),
        by_group=MappingProxyType(groups),
    )


def _beside(table: Counts, views: Counts) -> Counts:
    """Set beside the counts of a product the views that did not show it: (3, 8, 7, 3)."""
    without = np.maximum(views.sum(axis=3) - table.sum(axis=3), 0)
    return np.concatenate([table, without[..., None]], axis=3)


def _most_shown(named: tuple[str, Tallies]) -> int:
    total = named[1].everyone.total
    return 1 if total is None else -total.shown


def _everything(table: Counts) -> tuple[Lines, Lines]:
    return np.ones(table.shape[0], dtype=np.bool_), np.ones(table.shape[1], dtype=np.bool_)


def _line(counts: Counts, hidden_conditions: Lines, *, hidden: bool) -> TallyLine:
    """Publish one line (conditions, measures)."""
    return TallyLine(
        total=None if hidden else _tally(counts.sum(axis=0)),
        by_condition=MappingProxyType(
            {
                condition: None if hidden or hidden_conditions[column] else _tally(counts[column])
                for column, condition in enumerate(CONDITIONS)
            }
        ),
    )


def _tally(counts: Counts) -> Tally:
    clicked, rest = int(counts[0]), int(counts[1])
    return Tally(shown=clicked + rest, clicked=clicked)
