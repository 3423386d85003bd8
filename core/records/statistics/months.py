"""Which days, weeks and months of a series may be told: each is a filter for that time, and told as one.

Months are told where `core.records.statistics.telling` tells of a filter for that month alone, so that series and
filters of months fit together. Weeks and days are chosen inside each month, the narrower within the wider.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

from core.records.facts_code import STATES
from core.records.facts_cube import UNKNOWN_TIME
from core.records.privacy import Counts, Lines
from core.records.statistics.blocks import Dimension, Table, split_at
from core.records.statistics.boxes import boxes_of
from core.records.statistics.counting import subsets
from core.records.statistics.crossed import planes_of_months
from core.records.statistics.days import hidden_days
from core.records.statistics.filters import FIRST_GRADE, Filters, Narrowing, month_number, month_start
from core.records.statistics.frame import Frame, open_frame
from core.records.statistics.lines import EVERYONE, LINES, TOLD, UNTOLD
from core.records.statistics.place import Layer
from core.records.statistics.plane import PlaneLayer
from core.records.statistics.series import EPOCH, Period, read_all_series
from core.records.statistics.spans import hide, month_starts, tiers_of, without_gaps
from core.records.statistics.telling import ORDER, Telling
from core.records.statistics.told import Hidden
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Severity, Sex

_UNKNOWN = 1
"""Values before the first month: visits whose time is unknown."""


@dataclass(frozen=True, eq=False)
class ShownSeries:
    """A series of the chosen sexes and ages, and what of it may be told.

    Attributes:
        starts: First day of each period as days since 1970, none left out between, (t,).
        grades: People by grade, (t, 4).
        abstained: People the model gave no grade, (t,).
        told: Which periods may be told, (t,).
        told_only: Whether those who told no sex or no age are left out.
    """

    starts: npt.NDArray[np.int64]
    grades: Counts
    abstained: Counts
    told: Lines
    told_only: bool


def shown_series(
    store: RecordStore, condition: Condition, at_least: Severity, period: Period, filters: Filters
) -> ShownSeries:
    """Count people by time and choose what may be told of a split at a grade.

    Raises:
        RecordsError: The records cannot be read.
    """
    frame = open_frame(store, replace(filters, since=None, until=None))
    months = _open_months(store, frame, condition)
    step = ORDER.index(at_least) + 1 if at_least else 0
    steps = [one for one in (0, *months.telling.taken(0)) if one <= step]
    hidden = [~months.told(one) for one in steps]
    starts, boxes = months.starts, months.boxes
    gone = np.ones(len(starts), np.bool_) if steps[-1] != step else hidden[-1]
    if period is not Period.MONTH:
        starts, boxes = _grid(store, frame, condition, Period.DAY)
        month = np.searchsorted(months.starts, month_starts(starts))
        every = gone[month]
        groups = [
            split_at([FIRST_GRADE + int(ORDER[one - 1]) for one in steps[1 : place + 1]], STATES, FIRST_GRADE)
            for place in range(len(steps))
        ]
        gone = every | hide(months.pieces(boxes), tiers_of(starts, period), groups, [one[month] for one in hidden])
        gone |= hidden_days(store, frame.filters, condition, starts, period, months.pieces, groups)
    own = boxes[:, 0][:, months.counted].sum(axis=1)
    return _laid_out(starts, own, gone, period, filters, months)


def _open_months(store: RecordStore, frame: Frame, condition: Condition) -> "_Months":
    def count() -> _Months:
        planes = planes_of_months(store, frame.filters)
        starts, boxes = _grid(store, frame, condition, Period.MONTH)
        return _Months(frame, starts, boxes, list(Condition).index(condition), planes)

    return store.memory.recall(store.version, ("months", condition, frame.filters), count)


def _laid_out(
    starts: Counts, own: Counts, gone: Lines, period: Period, filters: Filters, months: "_Months"
) -> ShownSeries:
    if filters.since or filters.until:
        since = (filters.since.replace(day=1) - EPOCH).days if filters.since else starts.min(initial=0)
        until = (month_start(month_number(filters.until) + 1) - EPOCH).days if filters.until else np.inf
        kept = (starts >= since) & (starts < until)
        starts, own, gone = starts[kept], own[kept], gone[kept]
    every, place = without_gaps(starts, period)
    states = np.zeros((len(every), STATES), np.int64)
    np.add.at(states, place, own)
    told = np.ones(len(every), np.bool_)
    told[place[gone]] = False
    return ShownSeries(every, states[:, FIRST_GRADE:], states[:, 1], told, months.told_only)


class _Months:
    """What may be told of single months.

    Args:
        frame: The people, whenever they came.
        starts: First day of each month, (t,).
        boxes: People by month, way of being inside or outside the narrowings, age band, sex and state of a condition,
            (t, boxes, 8, 3, 6).
        measure: Place of the condition.
        planes: Everyone by month and by what is narrowed.
    """

    def __init__(self, frame: Frame, starts: Counts, boxes: Counts, measure: int, planes: list[PlaneLayer]) -> None:
        self.starts, self.boxes = starts, boxes
        self._frame, self._measure = frame, measure
        self._whole = bool(frame.selected.all())
        place = frame.place
        whole = [
            np.sum([sign * tally.states[0, :, :, measure] for sign, tally in signed], axis=0)
            for signed in frame.place.around
        ]
        unknown = np.stack(whole) - boxes.sum(axis=0)
        people = np.concatenate([unknown[None], boxes])[..., None, :]
        months = [month_number(EPOCH + timedelta(days=int(day))) for day in starts]
        numbers = np.array([UNKNOWN_TIME, *months], np.int64)
        time = Dimension(people, np.ones(len(people), np.bool_), ordered=True, months=numbers)
        timed, others = [time], [self._measured(layer) for layer in place.layers]
        if planes:
            everyone = [self._measured(plane) for plane in planes]
            # What holds for all regions, or sources, holds for each of them if nothing else is narrowed.
            apart = frame.filters.narrowed in ((Narrowing.REGION,), (Narrowing.SOURCE,))
            timed, others = ([], []) if apart else ([time], others)
            timed += [*everyone, replace(time, people=everyone[0].people.sum(axis=0)[:, None])]

        def groups(taken: Lines) -> Table:
            levels = [FIRST_GRADE + int(grade) for grade, used in zip(ORDER, taken[0], strict=True) if used]
            return split_at(levels, STATES, FIRST_GRADE)[None]

        hidden = place.everyone.of(0).hidden
        self.telling = Telling([*timed, *others], groups, len(ORDER), hidden, timed=len(timed), whole=self._whole)

    def _measured(self, layer: Layer | PlaneLayer) -> Dimension:
        return layer.measure(lambda tally: tally.states[:, :, :, self._measure : self._measure + 1])

    @cached_property
    def _apart(self) -> bool:
        return self._frame.told(self._measure).hidden is not None

    @cached_property
    def counted(self) -> Lines:
        """Cells that are counted, (8, 3)."""
        if not self._whole:
            return np.asarray(self._frame.selected & LINES[TOLD], np.bool_)
        return np.asarray(LINES[EVERYONE if self._with_untold else TOLD], np.bool_)

    @cached_property
    def _with_untold(self) -> bool:
        if not self._apart:
            return True
        steps = (0, *self.telling.taken(0))
        return all(self.telling.alone(0, step)[UNTOLD, _UNKNOWN:].all() for step in steps)

    @property
    def told_only(self) -> bool:
        """Whether those who told no sex or no age are left out, and there are any."""
        left_out = self._frame.selected & ~self.counted
        return bool(self._frame.place.people[left_out].any())

    def told(self, step: int) -> Lines:
        """Say which months may be told, (t,)."""
        told = self._frame.place.grades.of(self._measure, step)
        if not told.tells(self._frame.bands, self._frame.sexes):
            return np.zeros(len(self.starts), np.bool_)
        alone: Lines = self.telling.alone(0, step)[:, _UNKNOWN:]
        if self._whole:
            return np.asarray(alone[TOLD if self._apart else EVERYONE], np.bool_)
        hidden = [self.telling.lines_alone(0, step, month + _UNKNOWN) for month in range(len(self.starts))]
        told_in: Lines = alone[TOLD].copy()
        told_in[[not self._tells(one) for one in hidden]] = False
        return told_in

    def _tells(self, hidden: Hidden | None) -> bool:
        told = replace(self._frame.told(self._measure), lines=lambda: hidden)
        return told.tells_lines(self._frame.bands[: len(AgeBand)], self._frame.sexes[: len(Sex)])

    def pieces(self, boxes: Counts) -> Counts:
        """Add people up by the groups that a series has to keep apart, (t, boxes * groups, 6).

        Where sexes or ages are chosen, these are all of them, as another series could be of any.
        """
        bands, sexes = self._frame.bands[: len(AgeBand)], self._frame.sexes[: len(Sex)]
        table = boxes[:, :, : len(AgeBand), : len(Sex)]
        if self._whole:
            groups = [boxes[:, :, LINES[TOLD]].sum(axis=2), boxes[:, :, ~LINES[TOLD]].sum(axis=2) * self._with_untold]
            pieces = np.stack(groups, axis=2)
            if not self._apart:
                pieces = pieces.sum(axis=2, keepdims=True)
        elif sexes.all():
            pieces = table.sum(axis=3)
        elif bands.all():
            pieces = table.sum(axis=2)
        else:
            pieces = table
        return pieces.reshape(len(boxes), int(np.prod(pieces.shape[1:-1])), STATES)


def _grid(store: RecordStore, frame: Frame, condition: Condition, grain: Period) -> tuple[Counts, Counts]:
    """Count by day or month, and inside and outside of all that narrows: starts (t,), people (t, boxes, 8, 3, 6)."""
    place = frame.filters.only(frame.filters.narrowed)
    series = read_all_series(store, place, subsets(place.narrowed), condition, grain)
    boxes = boxes_of(place, Narrowing.TIME, series.__getitem__)
    starts = np.unique(np.concatenate([one.starts for signed in boxes for _, one in signed]))
    tables = []
    for signed in boxes:
        table = np.zeros((len(starts), *signed[0][1].states.shape[1:]), np.int64)
        for sign, one in signed:
            table[np.searchsorted(starts, one.starts)] += sign * one.states
        tables.append(table)
    return starts, np.stack(tables, axis=1)
