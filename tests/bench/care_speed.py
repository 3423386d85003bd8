"""How long a person waits for the care page, against the second after which a wait is felt as one.

| row | measures | limit |
|---|---|---|
| `care_questions` | "My care plan" pressed beside a result to the questions drawn | 1 s |
| `care_plan` | "Show my plan" pressed to the plan drawn | 1 s |

A second is where a flow of thought breaks (Nielsen, "Response Times: The 3 Important Limits").
"""

import time
from statistics import median

from playwright.sync_api import Page

from core.benchmark.comparison import Comparison, at_most
from core.locale import Language, text
from tests.bench.browser_speed import SETTLE
from tests.bench.servers import fresh_page, ours

_LIMIT = 1.0


def measure_care(rounds: int = 5) -> list[Comparison]:
    """Measure in Chromium, each round in a fresh browser."""
    with ours() as (address, _):
        # Not the first visitor of a server: what is loaded once is the other rows' matter.
        waits = [_wait(address) for _ in range(rounds + 1)][1:]
    questions, plan = (median(one[step] for one in waits) for step in (0, 1))
    return [
        at_most("care_questions", "s", questions, "the limit", _LIMIT, 1.0),
        at_most("care_plan", "s", plan, "the limit", _LIMIT, 1.0),
    ]


def _wait(address: str) -> tuple[float, float]:
    def until_drawn(page: Page, role: str, name: str, drawn: str) -> float:
        started = time.perf_counter()
        page.get_by_role(role, name=text(Language.ENGLISH, name), exact=True).first.click()
        page.locator(drawn).first.wait_for()
        return time.perf_counter() - started

    with fresh_page() as page:
        page.goto(f"{address}/diagnosis?lang=en&example=dandruff")
        page.locator(".ss-sentence").wait_for()
        time.sleep(SETTLE)
        questions = until_drawn(page, "link", "diagnosis.next.care", ".st-key-care_questions")
        time.sleep(SETTLE)
        return questions, until_drawn(page, "button", "care.questions.show", ".ss-plan")
