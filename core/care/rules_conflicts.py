"""What wins where rules collide, in the order applied.

1. A red flag overrides everything: only what is safe until a doctor has looked stays. In an emergency nothing does.
2. `YIELDS`: a line that speaks for a special case replaces the lines for the general one.
3. What one line says to leave out, no line looks for.
4. Several new things at once: one after another, and said.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from core.care.plan_lines import PlanLine, PlanSection, Urgency

_GENERAL_WASHING: Final = ("wash_often", "wash_more", "wash_keep", "wash_once", "wash_sparing", "wash_flakes")
_SEEKING: Final = frozenset({PlanSection.SEEK, PlanSection.WEEKLY, PlanSection.EXPECT})

YIELDS: Final[dict[str, tuple[str, ...]]] = {
    # Oil wants washing, dryness wants little of it: scalp and lengths are treated apart.
    "wash_balance": (*_GENERAL_WASHING, "wash_conditioner"),
    # Fresh dye, bleach or perm: a gentle week comes before the fight against oil or flakes.
    "wash_fresh": (*_GENERAL_WASHING, "wash_balance", "weekly_switch"),
    # Dry hair gets conditioner after an acid anyway: the general line would say it twice.
    "wash_after_acid": ("wash_conditioner",),
    # Whoever uses minoxidil already is not told to look for it.
    "expect_keep_minoxidil": (
        "seek_minoxidil",
        "seek_minoxidil_men",
        "seek_minoxidil_women",
        "expect_minoxidil",
        "expect_household",
    ),
    # A scalp too inflamed for medicines is nobody's "twice a week".
    "avoid_inflamed": ("weekly_switch",),
    # Lasting flakes despite a medicated shampoo: a doctor, not the next shampoo.
    "priority_stubborn": (
        "weekly_switch",
        "weekly_antifungal",
        "priority_dandruff",
        "seek_antifungal",
        "seek_antidandruff",
    ),
}
"""Id of a line to the ids of the lines that it replaces."""


def settle(lines: Iterable[PlanLine], interim: frozenset[str]) -> list[PlanLine]:
    """Settle the conflicts between the lines that rules wrote.

    Args:
        lines: In any order.
        interim: Ids of lines that are safe until a doctor has looked.
    """
    kept = _override(list(lines), interim)
    kept = _yield(kept)
    kept = _strike(kept)
    return [*kept, *_one_by_one(kept)]


def _override(lines: list[PlanLine], interim: frozenset[str]) -> list[PlanLine]:
    flags = [line for line in lines if line.section is PlanSection.RED_FLAGS]
    if not flags:
        return lines
    if any(flag.urgency is Urgency.EMERGENCY for flag in flags):
        return flags
    return [line for line in lines if line in flags or line.id in interim]


def _yield(lines: list[PlanLine]) -> list[PlanLine]:
    present = {line.id for line in lines}
    dropped = {name for winner, losers in YIELDS.items() if winner in present for name in losers}
    return [line for line in lines if line.id not in dropped]


def _strike(lines: list[PlanLine]) -> list[PlanLine]:
    left_out = {name for line in lines if line.section is PlanSection.AVOID for name in line.ingredients}
    return [kept for line in lines if (kept := _without(line, left_out)) is not None]


def _without(line: PlanLine, left_out: set[str]) -> PlanLine | None:
    if line.section not in _SEEKING or left_out.isdisjoint(line.ingredients):
        return line
    ingredients = tuple(name for name in line.ingredients if name not in left_out)
    return replace(line, ingredients=ingredients) if ingredients else None


def _one_by_one(lines: list[PlanLine]) -> list[PlanLine]:
    seeking = [line for line in lines if line.section is PlanSection.SEEK and line.id != "seek_mild"]
    if len(seeking) < 2:
        return []
    reasons = tuple(dict.fromkeys(reason for line in seeking for reason in line.reasons))
    conditions = tuple(dict.fromkeys(condition for line in seeking for condition in line.conditions))
    return [PlanLine("seek_one_by_one", PlanSection.SEEK, reasons, conditions)]
