"""Words that several parts of a report share."""

from collections.abc import Callable

from core.care.plan import PlanLine
from core.care.report.content import Report, ReportPhoto
from core.care.report.letters import printable
from core.findings import Finding
from core.locale import Language, text
from core.taxonomy import Condition, Severity, View

Say = Callable[..., str]


def speaker(language: Language) -> Say:
    """Return what says a text in one language, in letters that can be printed."""

    def say(key: str, /, **values: object) -> str:
        return printable(text(language, key, **values))

    return say


def condition_name(say: Say, condition: Condition) -> str:
    """Return the name of a condition as a label."""
    name = say(f"taxonomy.condition.{condition}")
    return name[:1].upper() + name[1:]


def severity_word(say: Say, severity: Severity, view: View | None) -> str:
    """Return the word for a grade; the lowest grade of a crown photo stands for "none to mild"."""
    return say(f"taxonomy.{'severity_crown' if view is View.CROWN else 'severity'}.{int(severity)}")


def grade_words(say: Say, finding: Finding, view: View | None) -> str:
    """Say a grade, or that there is none."""
    if finding.severity is None:
        return say("report.grades.abstained")
    return say("report.grades.graded", grade=severity_word(say, finding.severity, view), number=int(finding.severity))


def photo_name(say: Say, index: int, photo: ReportPhoto) -> str:
    """Name a photo by its number and, where told, by its spot on the head; never by its file."""
    name = say("report.quality.number", number=index + 1)
    return f"{name} · {say(f'taxonomy.site.{photo.site}')}" if photo.site else name


def line_words(report: Report, say: Say, line: PlanLine) -> dict[str, str]:
    """Return a line of the plan, and the grades and answers it comes from."""
    reasons = "; ".join(dict.fromkeys(reason.text(report.language) for reason in line.reasons))
    return {
        "words": printable(line.text(report.language)),
        "why": say("report.plan.why", reasons=reasons),
    }
