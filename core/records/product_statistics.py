"""What was shown and clicked, as the operator may see it: no figure stands for fewer than ten views.

Three tables are published, all of the whole time. By product; by condition and sex; and, within each sex that the
second one shows, by condition and age band. They are nested, so that subtracting one from another gives nothing that
subtracting within one does not, and `core.records.privacy.hidden_lines` sees to that. Ages alone are left out for
this reason: taken together with sexes they would give away what is hidden in one of them.

Looking again after a few more views gives the difference; as with the statistics, that is not prevented.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from core.records.privacy import Counts, hidden_lines
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
class ProductStatistics:
    """What the operator may see.

    Attributes:
        everyone: All readers.
        by_sex: By sex; None in a key stands for not told.
        by_group: By sex and age band; likewise.
        by_product: By product or search, the most shown first; those not published last, by id.
    """

    everyone: TallyLine
    by_sex: Mapping[Sex | None, TallyLine]
    by_group: Mapping[Group, TallyLine]
    by_product: Mapping[str, Tally | None]

    @property
    def empty(self) -> bool:
        """Whether there is nothing that may be shown."""
        return self.everyone.total is None


def product_statistics(store: RecordStore) -> ProductStatistics:
    """Count what was shown and clicked.

    Raises:
        RecordsError: The records cannot be read.
    """
    table = np.zeros((len(SEXES), len(AGE_BANDS), len(CONDITIONS), 2), dtype=np.int64)
    products: dict[str, Counts] = {}
    for product, condition, sex, age_band, clicked, rest in store.query(
        """SELECT product_id, condition, sex, age_band, sum(clicked)::BIGINT, sum(shown - clicked)::BIGINT
           FROM product_counts GROUP BY ALL ORDER BY product_id"""
    ):
        place = (
            SEXES.index(Sex(sex) if sex else None),
            AGE_BANDS.index(AgeBand(age_band) if age_band else None),
            CONDITIONS.index(Condition(condition) if condition else None),
        )
        table[place] += (clicked, rest)
        products.setdefault(product, np.zeros(2, dtype=np.int64))
        products[product] += (clicked, rest)
    return _publish(table, products)


def _publish(table: Counts, products: Mapping[str, Counts]) -> ProductStatistics:
    by_sex = table.sum(axis=1)
    hidden_sexes, hidden_conditions = hidden_lines(by_sex) or _everything(by_sex)
    everything_hidden = bool(hidden_conditions.all())
    groups: dict[Group, TallyLine] = {}
    for number, sex in enumerate(SEXES):
        hidden = None if hidden_sexes[number] else hidden_lines(table[number])
        ages, conditions = hidden or _everything(table[number])
        for row, band in enumerate(AGE_BANDS):
            groups[sex, band] = _line(table[number, row], conditions | hidden_conditions, hidden=bool(ages[row]))
    return ProductStatistics(
        everyone=_line(by_sex.sum(axis=0), hidden_conditions, hidden=everything_hidden),
        by_sex=MappingProxyType(
            {
                sex: _line(by_sex[number], hidden_conditions, hidden=bool(hidden_sexes[number]))
                for number, sex in enumerate(SEXES)
            }
        ),
        by_group=MappingProxyType(groups),
        by_product=MappingProxyType(_by_product(products)),
    )


def _by_product(products: Mapping[str, Counts]) -> dict[str, Tally | None]:
    if not products:
        return {}
    table = np.stack([counts[None, :] for counts in products.values()])
    hidden, _ = hidden_lines(table) or _everything(table)
    tallies = {
        name: None if hidden[number] else _tally(counts) for number, (name, counts) in enumerate(products.items())
    }
    return dict(sorted(tallies.items(), key=lambda one: -one[1].shown if one[1] else 1))


def _everything(table: Counts) -> tuple[Lines, Lines]:
    return np.ones(table.shape[0], dtype=np.bool_), np.ones(table.shape[1], dtype=np.bool_)


def _line(counts: Counts, hidden_conditions: Lines, *, hidden: bool) -> TallyLine:
    """Publish one line (conditions, 2)."""
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
    clicked, rest = (int(count) for count in counts)
    return Tally(shown=clicked + rest, clicked=clicked)
