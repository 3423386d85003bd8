"""You among others: the result of this session beside the grades of people of the same sex and age."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from core.findings import Finding, worst_findings
from core.interface.answers import told_answers
from core.interface.charts import Colours
from core.interface.charts_drawn import Drawn
from core.interface.charts_severity import severity_bars
from core.interface.checkup import current_checkup
from core.interface.statistics_asked import Asked, rate_columns
from core.interface.statistics_card import Card
from core.interface.statistics_question import Question
from core.interface.statistics_severity import grade_names, severity_frame, severity_parts, told_parts
from core.interface.statistics_words import (
    interval_words,
    rate_share,
    share_words,
    short_name,
    short_number,
    who_phrase,
)
from core.interface.wordings import condition_name
from core.locale import text
from core.records.statistics import Rate, prevalence, severity_shares
from core.records.statistics.behind import Chart as Behind
from core.taxonomy import Condition, Severity


def among_card(asked: Asked) -> Card | None:
    """Make the chart of this session's result among people of the same sex and age; None where there is no result.

    Sex and age are what was told in this session, and the result is that of this tab: nothing of it is read from the
    address, or stands in it.
    """
    checkup = current_checkup()
    if checkup is None or not checkup.graded:
        return None
    findings = {finding.condition: finding for finding in worst_findings(checkup.diagnoses)}
    told = told_answers()
    question = Question(
        demo=asked.question.demo,
        sexes=(told.sex,) if told.sex else (),
        age_bands=(told.age_band,) if told.age_band else (),
    )
    peers = replace(asked, question=question)
    shares = severity_shares(asked.store, question.filters())
    shown = [condition for condition in Condition if condition in findings]
    names = {condition: short_name(asked.language, condition) for condition in shown}
    frame = severity_frame(
        [
            part
            for condition in shown
            for part in severity_parts(
                peers, condition, shares[condition], pale=False, own=findings[condition].severity
            )
        ]
    )
    ends = pd.DataFrame(
        [
            {
                "down": names[condition],
                "label": f"n\u00a0{n:,}" if (n := shares[condition].n) else "",
                "short": f"n\u00a0{short_number(asked.language, n)}" if n else "",
                "hidden": not told_parts(shares[condition]),
            }
            for condition in shown
        ]
    )
    sentence = _sentence(peers, findings)

    def draw(colours: Colours) -> Drawn:
        return severity_bars(
            frame,
            ends,
            colours,
            sentence,
            asked.tip_titles("condition", "grade"),
            down=list(names.values()),
            grades=grade_names(asked.language),
            watermark=asked.watermark,
        )

    return Card(
        name="among",
        title=asked.words("chart.among", who=who_phrase(asked.language, question)),
        note=asked.words("chart.among_note"),
        sentence=sentence,
        # Files hold the others alone: a picture shows the own result, and whoever saves it knows.
        rows=[
            {
                "condition": str(condition),
                "from_grade": int(part.lowest),
                "to_grade": int(part.highest),
                **rate_columns(part.rate),
            }
            for condition in shown
            for part in shares[condition].shares
        ],
        counted=peers.counted(),
        sql=peers.sql(Behind.SEVERITY, question.filters()),
        draw=draw,
    )


def _sentence(asked: Asked, findings: Mapping[Condition, Finding]) -> str:
    """Say of the worst condition how many people like this have it as bad or worse."""
    graded = [finding for finding in findings.values() if finding.severity is not None]
    if not graded:
        first = next(iter(findings))
        return asked.words("say.among_unsure", condition=condition_name(asked.language, first))
    worst = max(graded, key=lambda finding: finding.severity or 0)
    condition, severity = worst.condition, worst.severity or Severity.GOOD
    name, who = condition_name(asked.language, condition), who_phrase(asked.language, asked.question)
    grade = text(asked.language, f"taxonomy.severity.{int(severity)}")
    if severity is Severity.GOOD:
        rate = _good(asked, condition)
        if rate is not None:
            return asked.words(
                "say.among_calm", condition=name, who=who, share=share_words(rate.share), n=f"{rate.n:,}"
            )
    else:
        rate = prevalence(asked.store, condition, severity, asked.question.filters()).total
        if rate is not None:
            return asked.words(
                "say.among",
                condition=name,
                grade=grade,
                who=who,
                share=rate_share(rate),
                interval=interval_words(rate.low, rate.high),
                n=f"{rate.n:,}",
            )
    return asked.words("say.among_hidden", condition=name, grade=grade, who=who)


def _good(asked: Asked, condition: Condition) -> Rate | None:
    parts = severity_shares(asked.store, asked.question.filters())[condition].shares
    return next((part.rate for part in parts if part.highest is Severity.GOOD), None)
