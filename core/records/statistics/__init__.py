"""The questions analysts ask, each with n and intervals; `core.records.statistics.frame` says what is never told.

All counting is done in DuckDB, over one narrow row a visit (`core.records.facts`); answers are kept until the records
change. A person is a visit: the records do not know whether two visits are of one person. Demonstration rows and real
ones are never counted together, and example pictures not at all. What may not be told is None, like what is not there.
"""

from core.records.statistics.filters import AGE_BANDS, EVERYONE, REGIONS, SEXES, Filters, Narrowing
from core.records.statistics.frame import Group
from core.records.statistics.prevalence import (
    Prevalence,
    Totals,
    any_finding,
    people_by_group,
    prevalence,
    prevalences,
    totals,
)
from core.records.statistics.rates import Estimate, Rate, difference, lift, standardise, wilson
from core.records.statistics.severity import GradeShare, SeverityShares, severity_shares
from core.records.statistics.together import Pair, co_occurrence
from core.records.statistics.trend import ModelMark, Period, Trend, TrendPoint, model_marks, trend

__all__ = [
    "AGE_BANDS",
    "EVERYONE",
    "REGIONS",
    "SEXES",
    "Estimate",
    "Filters",
    "GradeShare",
    "Group",
    "ModelMark",
    "Narrowing",
    "Pair",
    "Period",
    "Prevalence",
    "Rate",
    "SeverityShares",
    "Totals",
    "Trend",
    "TrendPoint",
    "any_finding",
    "co_occurrence",
    "difference",
    "lift",
    "model_marks",
    "people_by_group",
    "prevalence",
    "prevalences",
    "severity_shares",
    "standardise",
    "totals",
    "trend",
    "wilson",
]
