"""Why a row was left out, in words."""

from typing import Final

from core.locale import Language, read_area, text
from core.records.importing.roles import Role
from core.taxonomy import Condition

_GRADES: Final = {Role(condition.value) for condition in Condition}
_THE_SAME: Final = {"pred": "severity", "skin": "condition"}


def explain_reason(reason: str, language: Language = Language.ENGLISH) -> str:
    """Say what is wrong with the rows of a reason, and what would be right.

    Args:
        reason: As reports and reject files name it.
        language: To say it in.
    """
    known = "severity" if reason in _GRADES else _THE_SAME.get(reason, reason)
    if known in read_area(language, "imports")["reason"]:
        return text(language, f"imports.reason.{known}")
    return text(language, "imports.reason.other", column=reason)
