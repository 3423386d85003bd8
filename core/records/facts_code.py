"""How a visit's worst grades, age band and sex are packed into one number, `code`.

| bits | what |
|---|---|
| 3 i to 3 i + 2 | condition i: 0 not looked at, 1 abstained on every photo, 2 to 5 the grades good to severe |
| 18 to 20 | age band: its place, 7 not told |
| 21 to 22 | sex: its place, 2 not told |

The states are ordered so that the greatest of several photos is the worst credible grade.
"""

from typing import Final

from core.taxonomy import Condition

STATES: Final = 6
"""States of a condition: not looked at, abstained, four grades."""
STATE_BITS: Final = 3
BAND_SHIFT: Final = STATE_BITS * len(Condition)
SEX_SHIFT: Final = BAND_SHIFT + 3


def state_sql(condition: Condition, code: str = "code") -> str:
    """Return SQL for the state of one condition in a code."""
    shift = STATE_BITS * list(Condition).index(condition)
    return f"(({code} >> {shift}) & 7)"


def _worst_sql() -> str:
    states = " + ".join(f"(max{state_sql(c)} << {STATE_BITS * place})" for place, c in enumerate(Condition))
    return f"({states} + (any_value(code) >> {BAND_SHIFT} << {BAND_SHIFT}))::UINTEGER"


NARROW: Final = ", ".join(
    [
        f"(code >> {BAND_SHIFT})::UTINYINT AS who",
        *(f"{state_sql(condition)}::UTINYINT AS {condition}" for condition in Condition),
    ]
)
"""Parts of a code as columns of their own, in the order of `statistics_facts`."""

PUT_TOGETHER: Final = f"""
    {_worst_sql()} AS code, sum(photos)::USMALLINT AS photos, any_value(day) AS day, any_value(month) AS month,
    any_value(region) AS region, max(model) AS model, any_value(source) AS source, avg(certainty) AS certainty"""
"""Columns of one visit from several of its parts, in a query over parts grouped by visit."""
