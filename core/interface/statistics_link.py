"""Reads what the statistics page is asked from a link; what cannot be read in it is named, and ignored.

Knows no Streamlit.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final, TypeVar

from core.interface.statistics_question import (
    GRADES,
    MEN,
    PARAMETERS,
    STANDARDS,
    STEPS,
    WOMEN,
    Cohort,
    Offered,
    Question,
    read_month,
)
from core.records.statistics import options
from core.records.store import RecordStore
from core.taxonomy import CONDITIONS, AgeBand, Region, Sex, View

T = TypeVar("T")

_LONGEST: Final = 400


def offered_by(store: RecordStore, *, demo: bool) -> Offered:
    """Return what there is to choose from among demonstration rows, or among real ones.

    Raises:
        RecordsError: The records cannot be read.
    """
    found = options(store, demo=demo)
    first, last = found.months or (None, None)
    answers = tuple((field, value) for field, values in found.answers.items() for value in values)
    return Offered(found.model_ids, found.sources, answers, first, last)


def read_question(address: Mapping[str, str], offered: Offered, fallback: Question) -> tuple[Question, tuple[str, ...]]:
    """Read a question from a link.

    Args:
        address: Parameters of the address; others than `PARAMETERS` are left alone.
        offered: What there is to choose from.
        fallback: What holds where the address says nothing.

    Returns:
        The question, and the names of the parameters that held something that cannot be read.
    """
    told = {name: address[name][:_LONGEST] for name in PARAMETERS if address.get(name)}
    nonsense: list[str] = []

    def several(name: str, options: Mapping[str, T]) -> tuple[T, ...]:
        wanted = {word for word in told.get(name, "").split(",") if word}
        if wanted - options.keys():
            nonsense.append(name)
        return tuple(option for word, option in options.items() if word in wanted)

    def one(name: str, options: Mapping[str, T], otherwise: T) -> T:
        if name in told and told[name] not in options:
            nonsense.append(name)
        return options.get(told.get(name, ""), otherwise)

    def day(name: str, *, last: bool) -> date | None:
        try:
            return read_month(told[name], last=last) if name in told else None
        except ValueError:
            nonsense.append(name)
            return None

    def cohort(name: str, otherwise: Cohort) -> Cohort:
        sexes, _, bands = told.get(name, otherwise.in_address()).partition(":")
        try:
            return Cohort(
                tuple(map(Sex, filter(None, sexes.split(",")))), tuple(map(AgeBand, filter(None, bands.split(","))))
            )
        except ValueError:
            nonsense.append(name)
            return otherwise

    having = one(
        "having",
        {f"{condition}:{int(grade)}": (condition, grade) for condition in CONDITIONS for grade in GRADES},
        (None, fallback.having_at_least),
    )
    question = Question(
        demo=one("data", {"demo": True, "results": False}, fallback.demo),
        condition=one("condition", {str(condition): condition for condition in CONDITIONS}, fallback.condition),
        at_least=one("at_least", {str(int(grade)): grade for grade in GRADES}, fallback.at_least),
        sexes=several("sex", {str(sex): sex for sex in Sex}),
        age_bands=several("age_band", {str(band): band for band in AgeBand}),
        regions=several("region", {str(region): region for region in Region}),
        views=several("view", {str(view): view for view in View}),
        models=several("model", {model: model for model in offered.models}),
        sources=several("source", {source: source for source in offered.sources}),
        answers=several("answers", {f"{field}:{value}": (field, value) for field, value in offered.answers}),
        having=having[0],
        having_at_least=having[1],
        since=day("from", last=False),
        until=day("to", last=True),
        by=one("by", {step: step for step in STEPS}, STEPS[0]),
        first=cohort("first", WOMEN),
        second=cohort("second", MEN),
        standard=one("standard", {name: name for name in STANDARDS}, STANDARDS[0]),
    )
    if question.since and question.until and question.since > question.until:
        question = replace(question, since=None, until=None)
        nonsense += ["from", "to"]
    return question, tuple(dict.fromkeys(nonsense))
