"""The care plan against its limit."""

from datetime import date
from typing import Final

from core.benchmark.comparison import Comparison, at_most
from core.benchmark.material import Workbench
from core.benchmark.measuring import take_turns
from core.care.answers import CareAnswers, Cycle, Hair, Loss, Medication, Shampoo, Used, Wanted
from core.care.plan import make_plan
from core.findings import Diagnosis, Finding, Quality
from core.locale import Language
from core.taxonomy import CONDITIONS, AgeBand, Condition, Severity, Sex, View

_LIMIT_MS: Final = 5


def plan_rows(bench: Workbench) -> list[Comparison]:
    """Measure a plan with everything in it: six findings above good, many answers, and its words."""
    diagnosis = Diagnosis(
        "0" * 64, Quality(View.MICROSCOPE), "drawn", "1", tuple(map(_finding, CONDITIONS)), (0, 0, 1, 1), 0.0
    )
    answers = CareAnswers(
        shampoo=Shampoo.TWICE_WEEKLY,
        perm=Cycle.YEARLY,
        dye=Cycle.MONTHLY,
        hair=frozenset(Hair),
        products=frozenset(Used),
        wanted=frozenset(Wanted),
        loss=Loss.GRADUAL,
        medication=frozenset(Medication) - {Medication.FINASTERIDE},
    )

    def make() -> int:
        plan = make_plan([diagnosis], answers, sex=Sex.FEMALE, age_band=AgeBand.THIRTIES, on=date(2026, 11, 22))
        return sum(len(line.text(Language.KOREAN)) for line in plan.lines)

    took = take_turns(make, lambda: None, rounds=bench.rounds(200, 5))
    return [at_most("plan", "ms", took.ours, "the limit", _LIMIT_MS, 1)]


def _finding(condition: Condition) -> Finding:
    # Moderate pustules would send to a doctor, and leave little to plan.
    possible = (Severity.MILD, Severity.MODERATE)
    if condition is Condition.FOLLICULAR_PUSTULES:
        return Finding(condition, (0.0, 0.7, 0.3, 0.0), Severity.MILD, possible)
    return Finding(condition, (0.0, 0.3, 0.7, 0.0), Severity.MODERATE, possible)
