"""A report in words: everything the template prints, as plain values, nothing computed there."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from core import __version__
from core.care.answers import answer_list
from core.care.plan import PlanSection
from core.care.report.content import Report
from core.care.report.fonts import FONT_FAMILY
from core.care.report.letters import paragraphs, printable
from core.care.report.sheet_grades import clinician_part, grades_part, pictures_part, quality_part
from core.care.report.sheet_words import Say, line_words, speaker

# The product's severity colours (`core.interface.palette`); each has a shape, a digit and a word beside it.
SEVERITY_COLOURS: Final = ("#7FA99B", "#E3C567", "#D98841", "#A63D2F")
# Colours of the heat maps, little to much (`core.vision.heat_ramp`).
HEAT_COLOURS: Final = ("#313695", "#1E78B4", "#1CA896", "#A0D746", "#FDF03C")


def make_sheet(report: Report) -> tuple[Mapping[str, Any], Mapping[str, bytes]]:
    """Put a report into words.

    Returns:
        What the template prints, fit for JSON, and the pictures it shows by name.
    """
    say = speaker(report.language)
    jpegs: dict[str, bytes] = {}
    sheet = {
        "language": report.language.value,
        "font": FONT_FAMILY,
        "colours": SEVERITY_COLOURS,
        "ramp": HEAT_COLOURS,
        "application": say("report.head.application", version=__version__),
        **_head(report, say),
        **_flags(report, say),
        **grades_part(report, say),
        **pictures_part(report, say, jpegs),
        **quality_part(report, say),
        **_told(report, say),
        **_plan(report, say),
        **_limits(report, say),
        **clinician_part(report, say),
    }
    return sheet, jpegs


def _head(report: Report, say: Say) -> dict[str, Any]:
    moment = partial(_moment, say)
    graded, given = len(report.graded), len(report.photos)
    facts = [
        (say("report.head.checked"), moment(report.checked_at)),
        (say("report.head.made"), moment(report.made_at)),
        (say("report.head.photos"), say("report.head.photos_of", given=given, graded=graded)),
        (say("report.head.views"), _views(report, say) or say("report.head.untold")),
        (say("report.head.sex"), say(f"taxonomy.sex.{report.sex}") if report.sex else say("report.head.untold")),
        (
            say("report.head.age_band"),
            say(f"taxonomy.age_band.{report.age_band}") if report.age_band else say("report.head.untold"),
        ),
    ]
    if report.region:
        facts.append((say("report.head.region"), say(f"taxonomy.region.{report.region}")))
    code = printable(report.code) if report.code else None
    return {
        "title": say("report.head.title"),
        "limit": say("report.head.limit"),
        "example": say("report.head.example") if report.example else "",
        "limit_more": say("report.head.limit_more"),
        "code": code,
        "record": printable(report.record or ""),
        "code_label": say("report.head.code"),
        "code_line": say("report.head.code_line", code=code) if code else say("report.head.unstored"),
        "code_alt": say("report.head.code_alt", record=report.record or ""),
        "unstored": say("report.head.unstored"),
        "unstored_more": say("report.head.unstored_more"),
        "facts": facts,
        "blanks": [say(f"report.head.blank_{name}") for name in ("name", "birth", "chart")],
    }


def _moment(say: Say, moment: datetime) -> str:
    offset = moment.strftime("%z")
    zone = f"UTC{offset[:3]}:{offset[3:5]}" if offset != "+0000" else "UTC"
    return say("report.head.moment", day=f"{moment:%Y-%m-%d}", time=f"{moment:%H:%M}", zone=zone)


def _views(report: Report, say: Say) -> str:
    views = dict.fromkeys(diagnosis.view for _, diagnosis in report.graded if diagnosis.view)
    return ", ".join(say(f"taxonomy.view.{view}") for view in views)


def _flags(report: Report, say: Say) -> dict[str, Any]:
    flags = []
    for line in report.plan.red_flags:
        urgency = say(f"report.flags.urgency_{line.urgency.name.lower()}") if line.urgency is not None else ""
        flags.append({"urgency": urgency, **line_words(report, say, line)})
    return {"flags_title": say("report.flags.title"), "flags": flags}


def _told(report: Report, say: Say) -> dict[str, Any]:
    told = [(printable(label), printable(words)) for label, words in answer_list(report.language, report.answers)]
    return {
        "answers_title": say("report.answers.title"),
        "answers_none": say("report.answers.none"),
        "answer_columns": [say("report.answers.question"), say("report.answers.answer")],
        "told": told,
        "word_title": say("report.answers.word"),
        "word": paragraphs(report.word),
    }


def _plan(report: Report, say: Say) -> dict[str, Any]:
    parts = []
    for section in PlanSection:
        lines = report.plan.of(section)
        if lines and section is not PlanSection.RED_FLAGS:
            parts.append(
                {"title": say(f"report.plan.{section}"), "lines": [line_words(report, say, line) for line in lines]}
            )
    return {"plan_title": say("report.plan.title"), "plan_note": say("report.plan.note"), "plan": parts}


def _limits(report: Report, say: Say) -> dict[str, Any]:
    names = ("scale", "chance", "set", "unsure", "heat", "synthetic", "device")
    limits = [*(say(f"report.limits.{name}") for name in names), *map(printable, report.measured)]
    models = ", ".join(f"{model} {version}" for model, version in report.models)
    about = [
        (say("report.limits.application"), say("report.head.application", version=__version__)),
        (say("report.limits.models"), printable(models) or say("report.limits.no_model")),
        (say("report.limits.record"), _record_words(report, say)),
        (
            say("report.limits.privacy"),
            say("report.limits.privacy_with" if _shows_photo(report) else "report.limits.privacy_without"),
        ),
    ]
    return {
        "limits_title": say("report.limits.title"),
        "limits": limits,
        "about_columns": [say("report.limits.what"), say("report.limits.value")],
        "about": about,
    }


def _shows_photo(report: Report) -> bool:
    return report.heat_over_photo or any(photo.jpeg for photo in report.photos)


def _record_words(report: Report, say: Say) -> str:
    if report.record is None:
        return say("report.head.unstored_more")
    return say("report.limits.record_found", code=report.code, record=report.record)
