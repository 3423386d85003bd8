"""Grades, pictures and quality of a report, as the template prints them."""

from typing import Any, Final

from core.care.report.content import Report, ReportPhoto
from core.care.report.letters import printable
from core.care.report.sheet_words import Say, condition_name, grade_words, photo_name, severity_word
from core.findings import Finding, Reason
from core.taxonomy import SEVERITIES, Condition, Severity, View

_FINGERPRINT: Final = 12


def grades_part(report: Report, say: Say) -> dict[str, Any]:
    """Return the table of grades and the sentence over it."""
    several = len(report.graded) > 1
    rows = []
    for index, finding, view in report.findings:
        origin = say("report.grades.origin", number=index + 1) if several and finding.severity is not None else ""
        rows.append(
            {
                "condition": condition_name(say, finding.condition),
                "grade": grade_words(say, finding, view),
                "origin": origin,
                "scale": _scale(finding, view),
                "shares": _shares(finding, view),
                "range": _range(say, finding, view),
            }
        )
    crown = any(view is View.CROWN for _, _, view in report.findings)
    names = [say("report.grades.share", number=int(s), grade=say(f"taxonomy.severity.{int(s)}")) for s in SEVERITIES]
    return {
        "grades_title": say("report.grades.title"),
        "summary": printable(report.summary),
        "basis": say("report.grades.basis", count=len(report.graded)) if several else "",
        "no_grades": say("report.grades.none"),
        "grades": rows,
        "grade_columns": [
            say("report.grades.condition"),
            say("report.grades.scale"),
            say("report.grades.grade"),
            *names,
            say("report.grades.range"),
        ],
        "scale_note": " ".join(
            say(f"report.grades.{name}") for name in ("note", *(("note_crown",) if crown else ()), "note_unsure")
        ),
    }


def _scale(finding: Finding, view: View | None) -> list[dict[str, Any]]:
    grades = [s for s in SEVERITIES if not (view is View.CROWN and s is Severity.MILD)]
    return [{"grade": int(s), "chosen": s == finding.severity, "possible": s in finding.severity_set} for s in grades]


def _shares(finding: Finding, view: View | None) -> list[dict[str, Any]]:
    # Without a grade there is no number to read as one.
    shares = []
    for severity in SEVERITIES:
        known = finding.severity is not None and not (view is View.CROWN and severity is Severity.MILD)
        share = finding.probabilities[severity] if known else 0.0
        words = f"{min(99, max(1, round(share * 100)))} %" if known else "–"
        shares.append({"grade": int(severity), "words": words, "share": round(min(1.0, max(0.0, share)), 3)})
    return shares


def _range(say: Say, finding: Finding, view: View | None) -> str:
    words = [severity_word(say, severity, view) for severity in finding.severity_set]
    if len(words) == 1:
        return say("report.grades.only", grade=words[0])
    contiguous = len(words) == finding.severity_set[-1] - finding.severity_set[0] + 1
    crown = view is View.CROWN
    if contiguous or crown:
        return say("report.grades.from_to", low=words[0], high=words[-1])
    return ", ".join(words)


def pictures_part(report: Report, say: Say, jpegs: dict[str, bytes]) -> dict[str, Any]:
    """Return photos and heat maps; their JPEGs are put into `jpegs` by name."""
    photos = []
    for index, photo in enumerate(report.photos):
        if photo.jpeg:
            jpegs[f"photo{index}"] = photo.jpeg
            caption = say("report.pictures.photo", name=photo_name(say, index, photo))
            photos.append({"name": f"photo{index}", "alt": caption, "caption": caption})
    heats = []
    graded = {finding.condition: (finding, view) for _, finding, view in report.findings}
    for heat in report.heatmaps:
        name = f"heat_{heat.condition}"
        jpegs[name] = heat.jpeg
        finding, view = graded[heat.condition]
        condition = condition_name(say, heat.condition)
        where = photo_name(say, heat.photo, report.photos[heat.photo])
        grade = grade_words(say, finding, view)
        heats.append(
            {
                "name": name,
                "caption": say("report.pictures.heat", condition=condition, grade=grade, where=where),
                "alt": say("report.pictures.heat_alt", condition=condition, where=where),
            }
        )
    return {
        "pictures_title": say("report.pictures.title"),
        "pictures_notes": _picture_notes(report, say),
        "photos": photos,
        "heats": heats,
        "heat_less": say("report.pictures.less"),
        "heat_more": say("report.pictures.more"),
    }


def _picture_notes(report: Report, say: Say) -> list[str]:
    notes = []
    if report.heatmaps:
        notes.append(say(f"report.pictures.{'over_photo' if report.heat_over_photo else 'over_grey'}"))
    shown = {heat.condition for heat in report.heatmaps}
    for name, abstained in (("no_map_good", False), ("no_map_unsure", True)):
        rest = [f.condition for _, f, _ in report.findings if f.condition not in shown and f.abstained is abstained]
        if rest:
            notes.append(say(f"report.pictures.{name}", conditions=", ".join(condition_name(say, c) for c in rest)))
    return notes


def quality_part(report: Report, say: Say) -> dict[str, Any]:
    """Return the table of photos, and the grades photo by photo where there are several."""
    rows = [_quality_row(say, index, photo) for index, photo in enumerate(report.photos)]
    several = len(report.graded) > 1
    conditions = [finding.condition for _, finding, _ in report.findings]
    table = [
        [condition_name(say, condition), *(_cell(diagnosis.findings, condition) for _, diagnosis in report.graded)]
        for condition in conditions
    ]
    return {
        "quality_title": say("report.quality.title"),
        "quality_columns": [say(f"report.quality.column_{name}") for name in ("photo", "view", "fit", "why", "print")],
        "quality": rows,
        "by_photo_title": say("report.quality.by_photo"),
        "by_photo_columns": [
            say("report.grades.condition"),
            *(say("report.quality.short", number=index + 1) for index, _ in report.graded),
        ],
        "by_photo": table if several else [],
        "by_photo_note": say("report.quality.by_photo_note"),
    }


def _quality_row(say: Say, index: int, photo: ReportPhoto) -> list[str]:
    name, found = photo_name(say, index, photo), photo.diagnosis
    if found is None:
        return [name, "–", say("report.quality.unreadable"), printable(photo.problem), "–"]
    view = say(f"taxonomy.view.{found.view}") if found.view else say("report.quality.no_view")
    fit = say("report.quality.graded" if found.accepted else "report.quality.refused")
    why = " ".join(_refusal(say, reason) for reason in found.quality.reasons) or say("report.quality.fine")
    return [name, view, fit, why, found.photo_sha256[:_FINGERPRINT]]


def _refusal(say: Say, reason: Reason) -> str:
    why = say(f"diagnosis.refused.{reason.refusal}.why")
    return f"{why} {say('report.quality.measured', measured=f'{reason.measured:.3g}', limit=f'{reason.limit:.3g}')}"


def _cell(findings: tuple[Finding, ...], condition: Condition) -> str:
    finding = next((f for f in findings if f.condition == condition), None)
    if finding is None:
        return "–"
    low, high = int(finding.severity_set[0]), int(finding.severity_set[-1])
    grade = "?" if finding.severity is None else str(int(finding.severity))
    return grade if low == high else f"{grade} ({low}–{high})"


def clinician_part(report: Report, say: Say) -> dict[str, Any]:
    """Return the boxes in which a clinician grades."""
    rows = [
        {
            "condition": condition_name(say, finding.condition),
            "boxes": [not (view is View.CROWN and severity is Severity.MILD) for severity in SEVERITIES],
        }
        for _, finding, view in report.findings
    ]
    return {
        "clinician_title": say("report.clinician.title"),
        "clinician_note": say("report.clinician.note"),
        "clinician_columns": [
            say("report.grades.condition"),
            *(f"{int(s)} {say(f'taxonomy.severity.{int(s)}')}" for s in SEVERITIES),
            say("report.clinician.remark"),
        ],
        "clinician": rows,
        "signature": [say("report.clinician.signed"), say("report.clinician.date")],
    }
