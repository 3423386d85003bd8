"""A rule: when it holds, and the line it then writes."""

from dataclasses import dataclass, field

from core.care.plan_lines import PlanLine, PlanSection, ReasonKind, Urgency
from core.care.rules_when import Situation, When
from core.taxonomy import Condition


@dataclass(frozen=True)
class Rule:
    """One rule, one line.

    Attributes:
        id: Names the line and its text `care.line.<id>`.
        section: Where the line stands.
        when: When it holds.
        ingredients: Ids of ingredients the line is about.
        references: Ids of references.
        urgency: For a red flag, how soon a doctor should look.
        interim: Safe, and still right, until a doctor has looked: the line stays beside a red flag.
    """

    id: str
    section: PlanSection
    when: When = field(repr=False)
    ingredients: tuple[str, ...] = ()
    references: tuple[str, ...] = ("general",)
    urgency: Urgency | None = None
    interim: bool = False

    def line(self, situation: Situation) -> PlanLine | None:
        """Return the line with the reasons it rests on; None where the rule does not hold."""
        reasons = self.when(situation)
        if reasons is None:
            return None
        return PlanLine(
            id=self.id,
            section=self.section,
            reasons=reasons,
            conditions=tuple(Condition(reason.name) for reason in reasons if reason.kind is ReasonKind.GRADE),
            ingredients=self.ingredients,
            references=self.references,
            urgency=self.urgency,
        )
