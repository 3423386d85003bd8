"""Findings in words: the sentences of a result, in either language. Knows no Streamlit."""

from collections.abc import Iterable, Sequence

from core.findings import Diagnosis, Finding, scalp_types
from core.interface.models import Evidence
from core.interface.sentences import join_words, raise_first
from core.lab.origins import Origins
from core.locale import Language, text
from core.taxonomy import Condition, Severity, View


def condition_name(language: Language, condition: Condition) -> str:
    """Return the name of a condition as it stands inside a sentence."""
    return text(language, f"taxonomy.condition.{condition}")


def grade_word(language: Language, severity: Severity, view: View | None) -> str:
    """Return the word for a grade; the lowest grade of a crown photo stands for "none to mild"."""
    table = "severity_crown" if view is View.CROWN else "severity"
    return text(language, f"taxonomy.{table}.{int(severity)}")


def percent(share: float) -> str:
    """Return a probability as whole percent, never rounded up to certainty or down to impossibility."""
    return f"{min(99, max(1, round(share * 100)))} %"


def range_words(language: Language, finding: Finding, view: View | None) -> str:
    """Say which grades stay possible, and which is likeliest where that is not the one given."""
    low, high = finding.severity_set[0], finding.severity_set[-1]
    if low == high:
        return text(language, "diagnosis.result.range_only")
    likeliest = finding.likeliest
    named = finding.severity in (None, likeliest)
    return text(
        language,
        "diagnosis.result.range" if named else "diagnosis.result.range_likeliest",
        low=grade_word(language, low, view),
        high=grade_word(language, high, view),
        likeliest=grade_word(language, likeliest, view),
        share=percent(finding.probabilities[likeliest]),
    )


def headline(language: Language, findings: Sequence[Finding], view: View | None) -> str:
    """Say the result in one sentence.

    A finding above good is likely where its set rules "good" out and its grade, or a worse one, is more likely than
    not; else it is possible. Conditions that could not be graded are never counted as calm.

    Args:
        language: Korean or English.
        findings: At most one per condition.
        view: The view all findings come from; None where they come from both.
    """
    present = sorted((f for f in findings if f.present), key=lambda f: -int(f.severity or 0))
    unsure = [condition_name(language, f.condition) for f in findings if f.abstained]
    if not present:
        return _calm_headline(language, findings, unsure, view)
    likely = [f for f in present if f.certain and f.likely]
    possible = [f for f in present if f not in likely]
    sentence = _claim(language, "likely" if likely else "possible", likely or possible)
    if likely and possible:
        sentence += text(language, "diagnosis.result.rest_possible", possible=_claim(language, "possible", possible))
    elif unsure:
        sentence += text(language, "diagnosis.result.rest_unsure")
    elif len(present) < len(findings):
        rest_certain = all(f.certain for f in findings if not f.present)
        sentence += text(language, f"diagnosis.result.{'rest_calm' if rest_certain else 'rest_mostly'}")
    else:
        sentence += text(language, "diagnosis.result.full_stop")
    return raise_first(sentence)


def _calm_headline(language: Language, findings: Sequence[Finding], unsure: Sequence[str], view: View | None) -> str:
    if len(unsure) == len(findings):
        return text(language, "diagnosis.result.nothing")
    if unsure:
        return text(language, "diagnosis.result.calm_but", unsure=join_words(language, unsure))
    if not all(f.certain for f in findings):
        return text(language, "diagnosis.result.calm_mostly")
    return text(language, "diagnosis.result.calm_crown" if view is View.CROWN else "diagnosis.result.calm")


def _claim(language: Language, strength: str, findings: Sequence[Finding]) -> str:
    words = [
        text(
            language,
            "diagnosis.result.finding",
            grade=text(language, f"taxonomy.severity.{int(f.severity or 0)}"),
            condition=condition_name(language, f.condition),
        )
        for f in findings
    ]
    number = "one" if len(words) == 1 else "many"
    return text(language, f"diagnosis.result.{strength}_{number}", findings=join_words(language, words))


def scalp_type_line(language: Language, findings: Iterable[Finding]) -> str:
    """Say the scalp type, or that it cannot be told."""
    types = scalp_types(findings)
    if not types:
        return text(language, "diagnosis.result.scalp_type_none")
    names = [text(language, f"taxonomy.scalp_type.{scalp_type}") for scalp_type in types]
    return text(language, "diagnosis.result.scalp_type", types=join_words(language, names))


def certainty_lines(language: Language, findings: Sequence[Finding]) -> tuple[str, ...]:
    """Say what is clear enough to act on and what is not, one line each; a line with nothing to say is left out."""
    sure = [condition_name(language, f.condition) for f in findings if f.certain]
    unsure = [condition_name(language, f.condition) for f in findings if not f.certain]
    return tuple(
        text(language, f"diagnosis.result.{name}", conditions=join_words(language, conditions))
        for name, conditions in (("sure", sure), ("unsure", unsure))
        if conditions
    )


def next_step(language: Language, findings: Sequence[Finding]) -> str:
    """Say the one thing to do next."""
    worst = max((int(f.severity) for f in findings if f.severity is not None), default=None)
    if worst is None:
        step = "unsure"
    elif worst >= Severity.MODERATE:
        step = "doctor"
    elif worst == Severity.MILD:
        step = "watch"
    else:
        step = "unsure" if all(not f.certain for f in findings) else "calm"
    return text(language, f"diagnosis.next.{step}")


def evidence_lines(language: Language, evidence: Evidence) -> list[str]:
    """Say which conditions were measured on what kind of photos, and which on drawn ones alone, each with its n."""
    lines = []
    kinds = (
        ("graded", evidence.graded, evidence.graded_on),
        ("marked", evidence.marked, evidence.marked_on),
        ("drawn", evidence.drawn, None),
    )
    for kind, measured, origins in kinds:
        if not measured:
            continue
        names = [
            text(language, "diagnosis.measured.condition", condition=condition_name(language, condition), n=f"{n:,}")
            for condition, n in measured.items()
        ]
        photos = "" if origins is None else origin_words(language, origins)
        line = text(language, f"diagnosis.measured.{kind}", conditions=join_words(language, names), photos=photos)
        lines.append(line)
    return lines


def origin_words(language: Language, origins: Origins) -> str:
    """Say what sort of photos these are: real ones, drawn ones, both, or just photos where nobody said."""
    return text(language, f"models.origin.{origins.kind}", drawn=f"{origins.drawn:,}", count=f"{origins.count:,}")


def common_view(diagnoses: Iterable[Diagnosis]) -> View | None:
    """Return the one view of all these photos, or None where they differ."""
    views = {diagnosis.view for diagnosis in diagnoses}
    return views.pop() if len(views) == 1 else None
