"""The plan as a friendly letter, by a language model the operator runs. The rules' plan stays what counts.

A letter that fails, is late, or says more than the plan is thrown away without a word: the plan stands above it anyway.
"""

import logging

from core.care.letter_check import find_faults
from core.care.letter_prompt import LetterRequest
from core.care.plan import Plan
from core.settings import Settings

_log = logging.getLogger(__name__)


def offers_letter(plan: Plan, settings: Settings) -> bool:
    """Whether a letter can be had: a server is set, the plan has lines, and no doctor comes first.

    Beside a red flag there is no letter: no other words should soften it.
    """
    return bool(settings.letter_url and settings.letter_model) and not plan.doctor_first and bool(plan.findings)


def write_letter(request: LetterRequest, settings: Settings) -> str | None:
    """Have the letter written, and check it against the plan.

    Args:
        request: What is sent.
        settings: Where to.

    Returns:
        The letter as plain text, or None where there is none that can be shown; the log says why, without its words.
    """
    from core.care.letter_client import LetterError, complete  # a web client, loaded where one is needed

    try:
        letter = complete(settings, request.messages)
    except LetterError as failure:
        _log.warning("no letter: %s", failure)
        return None
    faults = find_faults(letter, request.plan_text, request.language)
    if faults:
        _log.warning("a letter was thrown away: %s", ", ".join(sorted(faults)))
        return None
    return letter
