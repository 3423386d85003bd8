"""A history in words, in either language. Knows no Streamlit."""

from collections.abc import Sequence
from datetime import datetime

from core.care.change import Change, Course, Measurement, Verdict, latest_change, total_change
from core.interface.sentences import join_words, raise_first
from core.interface.wordings import condition_name, grade_word, percent, range_words
from core.locale import Language, text
from core.taxonomy import View


def day(at: datetime) -> str:
    """Return a day as numbers that read the same everywhere."""
    return f"{at.astimezone():%Y-%m-%d}"


def moment(at: datetime) -> str:
    """Return a day and the time of day."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def course_name(language: Language, course: Course) -> str:
    """Name what a course is about; hair loss is graded on two kinds of photo."""
    name = raise_first(condition_name(language, course[-1].condition))
    return text(language, "history.chart.crown", condition=name) if course[-1].view is View.CROWN else name


def grade_of(language: Language, measurement: Measurement) -> str:
    """Return the grade of a visit in words."""
    if measurement.severity is None:
        return text(language, "history.chart.unsure")
    return grade_word(language, measurement.severity, measurement.view)


def range_of(language: Language, measurement: Measurement) -> str:
    """Return the grades that stay possible in words."""
    return range_words(language, measurement.finding, measurement.view)


def verdict_words(language: Language, course: Course) -> str:
    """Say what became of a condition since the visit before."""
    change = latest_change(course)
    if change is None:
        return text(language, "history.verdict.first")
    if change.verdict is Verdict.UNGRADED:
        name = "ungraded_now" if change.later.severity is None else "ungraded_before"
        return text(language, f"history.verdict.{name}")
    return text(language, f"history.verdict.{change.verdict}", date=day(change.earlier.at), chance=_chance(change))


def total_words(language: Language, course: Course) -> str:
    """Say what became of a condition since the first visit; empty where that is no other than the visit before."""
    last, total = latest_change(course), total_change(course)
    if total is None or last is None or total.p_higher is None or total.earlier is last.earlier:
        return ""
    return text(language, f"history.verdict.total_{total.verdict}", date=day(total.earlier.at), chance=_chance(total))


def summary(language: Language, courses: Sequence[Course]) -> list[str]:
    """Say in a few sentences what changed at the last visit.

    Args:
        language: Korean or English.
        courses: All of a history; those without a measurement at the last visit are left out.
    """
    latest = max(course[-1].at for course in courses)
    changes = [(course, latest_change(course)) for course in courses if course[-1].at == latest]
    compared = [(course, change) for course, change in changes if change is not None and change.p_higher is not None]
    if not compared:
        return [text(language, "history.change.not_compared")]
    sentences = []
    for verdict in (Verdict.WORSE, Verdict.BETTER):
        names = [course_name(language, course) for course, change in compared if change.verdict is verdict]
        if names:
            sentences.append(text(language, f"history.change.{verdict}", conditions=join_words(language, names)))
    if not sentences:
        return [text(language, "history.change.nothing")]
    if any(change.verdict is Verdict.NONE for _, change in compared):
        sentences.append(text(language, "history.change.rest"))
    return sentences


def _chance(change: Change) -> str:
    chances = {Verdict.WORSE: change.p_higher, Verdict.BETTER: change.p_lower}
    return percent(chances.get(change.verdict) or 0.0)
