"""The SQL behind each chart, to read and to run over the records; what it gives is not yet fit to be published."""

from enum import StrEnum

from core.records.facts_code import BAND_SHIFT, SEX_SHIFT, state_sql
from core.records.statistics.filters import AGE_BANDS, EVERYONE, FIRST_GRADE, REGIONS, SEXES, Filters, people_sql
from core.records.statistics.series import Period
from core.taxonomy import AgeBand, Condition, Severity, Sex

_DAY = "DATE '1970-01-01' + day"
_ABSTAINED = FIRST_GRADE - 1


class Chart(StrEnum):
    """What a chart shows."""

    TOTALS = "totals"
    PREVALENCE = "prevalence"
    SEVERITY = "severity"
    TOGETHER = "together"
    TREND = "trend"
    GAPS = "gaps"


def sql_behind(
    chart: Chart,
    filters: Filters = EVERYONE,
    *,
    condition: Condition = Condition.DANDRUFF,
    other: Condition = Condition.HAIR_LOSS,
    at_least: Severity = Severity.MILD,
    period: Period = Period.MONTH,
    told_only: bool = False,
) -> str:
    """Return the counts of a chart as one query over the records, values of the filter included.

    Args:
        chart: Which chart.
        filters: Which people.
        condition: Whose grades; totals have none.
        other: The second condition of `TOGETHER`.
        at_least: The lowest grade that counts.
        period: What a point of `TREND` covers.
        told_only: Without those who told no sex or no age, as the answer to the chart says.
    """
    state, second, level = state_sql(condition), state_sql(other), FIRST_GRADE + int(at_least)
    counts = f"count(*) AS n,\n    count(*) FILTER ({state} >= {level}) AS with_finding"
    head, tail = {
        Chart.TOTALS: ("SELECT count(*) AS people, sum(photos) AS photos", ""),
        Chart.PREVALENCE: (
            f"SELECT {_word('code >> ' + str(SEX_SHIFT), SEXES)} AS sex,\n"
            f"    {_word(f'(code >> {BAND_SHIFT}) & 7', AGE_BANDS)} AS age_band,\n    {counts}",
            f"AND {state} >= {FIRST_GRADE} GROUP BY ALL ORDER BY ALL",
        ),
        Chart.SEVERITY: (
            f"SELECT {state} - {FIRST_GRADE} AS grade, count(*) AS n",
            f"AND {state} >= {FIRST_GRADE} GROUP BY grade ORDER BY grade",
        ),
        Chart.TOGETHER: (
            f"SELECT {state} >= {level} AS with_first, {second} >= {level} AS with_second, count(*) AS n",
            f"AND {state} >= {FIRST_GRADE} AND {second} >= {FIRST_GRADE} GROUP BY ALL ORDER BY ALL",
        ),
        Chart.TREND: (
            f"SELECT date_trunc('{period}', {_DAY})::DATE AS start,\n    {counts}",
            f"AND {state} >= {FIRST_GRADE} AND day IS NOT NULL GROUP BY start ORDER BY start",
        ),
        Chart.GAPS: (f"SELECT {_gaps_sql()}", ""),
    }[chart]
    people, groups = people_sql(filters), groups_sql(filters)
    if told_only:
        groups += f" AND code >> {SEX_SHIFT} < {len(Sex)} AND (code >> {BAND_SHIFT}) & 7 < {len(AgeBand)}"
    return f"{head}\nFROM ({_filled(people.sql, people.parameters)}\n)\nWHERE {groups} {tail}".rstrip()


def _gaps_sql() -> str:
    """Return columns that count who told no sex, age or region, and whom the model looked at without a grade."""
    untold = {
        "sex": f"code >> {SEX_SHIFT} = {SEXES.index(None)}",
        "age": f"(code >> {BAND_SHIFT}) & 7 = {AGE_BANDS.index(None)}",
        "region": f"region = {REGIONS.index(None)}",
    }
    counts = ["count(*) AS people", *(f"count(*) FILTER ({sql}) AS {name}_not_told" for name, sql in untold.items())]
    for condition in Condition:
        looked_at, withheld = f"{state_sql(condition)} >= {_ABSTAINED}", f"{state_sql(condition)} = {_ABSTAINED}"
        counts.append(f"count(*) FILTER ({looked_at}) AS {condition}_looked_at")
        counts.append(f"count(*) FILTER ({withheld}) AS {condition}_withheld")
    return ",\n    ".join(counts)


def groups_sql(filters: Filters) -> str:
    """Return SQL that is true for the codes of the filter's sexes and age bands."""
    parts = []
    if filters.sexes:
        places = ", ".join(str(place) for place, sex in enumerate(SEXES) if sex in filters.sexes)
        parts.append(f"code >> {SEX_SHIFT} IN ({places})")
    if filters.age_bands:
        places = ", ".join(str(place) for place, band in enumerate(AGE_BANDS) if band in filters.age_bands)
        parts.append(f"(code >> {BAND_SHIFT}) & 7 IN ({places})")
    return " AND ".join(parts) or "true"


def _word(place: str, words: tuple[StrEnum | None, ...]) -> str:
    listed = ", ".join(f"'{word or 'not told'}'" for word in words)
    return f"([{listed}])[({place}) + 1]"


def _filled(sql: str, parameters: tuple[object, ...]) -> str:
    """Write values in the place of question marks, quoted: they may be a stranger's words."""
    pieces = sql.split("?")
    return pieces[0] + "".join(_literal(value) + rest for value, rest in zip(parameters, pieces[1:], strict=True))


def _literal(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
