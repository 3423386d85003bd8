"""What a click or a stroke in a chart makes of the question. Knows no Streamlit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.interface.statistics_question import Question, read_month
from core.taxonomy import AgeBand, Condition, Sex


def pick_cell(question: Question, age_band: AgeBand | None, condition: Condition) -> Question:
    """Return the question after a click on an age band of a condition; a second click takes the age band back."""
    bands = (age_band,) if age_band else ()
    if question.condition is condition and question.age_bands == bands:
        return replace(question, age_bands=())
    return replace(question, condition=condition, age_bands=bands)


def pick_group(question: Question, sex: Sex | None, age_band: AgeBand | None) -> Question:
    """Return the question after a click on a sex and age band; a second click takes both back."""
    sexes, bands = (sex,) if sex else (), (age_band,) if age_band else ()
    if question.sexes == sexes and question.age_bands == bands:
        return replace(question, sexes=(), age_bands=())
    return replace(question, sexes=sexes, age_bands=bands)


def pick_condition(question: Question, condition: Condition) -> Question:
    """Return the question after a click on a condition; a second click goes back to the first one."""
    return replace(question, condition=Question().condition if question.condition is condition else condition)


def clicked(before: Sequence[Mapping[str, str]], after: Sequence[Mapping[str, str]]) -> Mapping[str, str] | None:
    """Tell which mark was clicked from what a chart's toggled selection held before and after; None for none.

    Args:
        before: Marks clicked an odd number of times before.
        after: The same now.
    """
    added = [mark for mark in after if mark not in before]
    if added:
        return added[-1]
    removed = [mark for mark in before if mark not in after]
    # A chart that was drawn anew has forgotten all clicks: nobody clicked on all of them at once.
    return removed[0] if len(removed) == 1 else None


def draw_over(question: Question, periods: Sequence[str]) -> Question:
    """Return the question after periods of the trend were drawn over: the whole months they lie in; none clears them.

    Args:
        question: The question before.
        periods: First days of the periods, or months, in any order.

    Raises:
        ValueError: One of them is no day.
    """
    if not periods:
        return replace(question, since=None, until=None)
    return replace(question, since=read_month(min(periods), last=False), until=read_month(max(periods), last=True))
