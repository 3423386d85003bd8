"""The questions analysts ask, each with n and intervals; `core.records.statistics.frame` says what is never told.

All counting is done in DuckDB, over one narrow row a visit (`core.records.facts`); answers are kept until the records
change. A person is a visit: the records do not know whether two visits are of one person. Demonstration rows and real
ones are never counted together, and example pictures not at all. What may not be told is None, like what is not there.
"""

from core.records.statistics.behind import Chart, sql_behind
from core.records.statistics.cohorts import Comparison, Standardised, compare
from core.records.statistics.drift import Drift, DriftPoint, drift
from core.records.statistics.filters import AGE_BANDS, EVERYONE, REGIONS, SEXES, Filters, Narrowing
from core.records.statistics.frame import Group
from core.records.statistics.gaps import Gaps, Refusals, gaps
from core.records.statistics.options import Options, Present, options, present
from core.records.statistics.prevalence import (
    Prevalence,
    Totals,
    people_by_group,
    prevalence,
    prevalences,
    totals,
)
from core.records.statistics.rates import Estimate, Rate, difference, lift, standardise, wilson
from core.records.statistics.series import Period
from core.records.statistics.severity import GradeShare, SeverityShares, severity_shares
from core.records.statistics.standing import Standing, standing
from core.records.statistics.together import Pair, any_finding, co_occurrence
from core.records.statistics.trend import ModelMark, Trend, TrendPoint, model_marks, trend

__all__ = [
    "AGE_BANDS",
    "EVERYONE",
    "REGIONS",
    "SEXES",
    "Chart",
    "Comparison",
    "Drift",
    "DriftPoint",
    "Estimate",
    "Filters",
    "Gaps",
    "GradeShare",
    "Group",
    "ModelMark",
    "Narrowing",
    "Options",
    "Pair",
    "Period",
    "Present",
    "Prevalence",
    "Rate",
    "Refusals",
    "SeverityShares",
    "Standardised",
    "Standing",
    "Totals",
    "Trend",
    "TrendPoint",
    "any_finding",
    "co_occurrence",
    "compare",
    "difference",
    "drift",
    "gaps",
    "lift",
    "model_marks",
    "options",
    "people_by_group",
    "present",
    "prevalence",
    "prevalences",
    "severity_shares",
    "sql_behind",
    "standardise",
    "standing",
    "totals",
    "trend",
    "wilson",
]
