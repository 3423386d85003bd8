"""All rules of advice, in the order of the plan.

Two habits keep them careful. What costs money or carries risk (an active ingredient) asks for a grade whose set rules
"good" out; gentle habits ask for a grade alone. And a rule learns of a condition only through its grade, so none can
advise on a condition without one. Where two rules collide, `core.care.rules_conflicts` decides; what sends to a doctor
first stands in `core.care.red_flags`.
"""

from typing import Final

from core.care.rules_base import Rule
from core.care.rules_expect import EXPECT_RULES
from core.care.rules_ingredients import AVOID_RULES, SEEK_RULES
from core.care.rules_priorities import NOTICE_RULES, PRIORITY_RULES
from core.care.rules_routine import DAILY_RULES, PERM_DYE_RULES, WASHING_RULES, WEEKLY_RULES

RULES: Final[tuple[Rule, ...]] = (
    *NOTICE_RULES,
    *PRIORITY_RULES,
    *DAILY_RULES,
    *WEEKLY_RULES,
    *SEEK_RULES,
    *AVOID_RULES,
    *WASHING_RULES,
    *PERM_DYE_RULES,
    *EXPECT_RULES,
)
