"""How far a run may be trusted: whether likelihoods mean what they say, and for whom it works less well."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import ScalpError
from core.interface.charts_models import interval_dots
from core.interface.charts_models_grid import reliability_dots
from core.interface.language import say
from core.interface.models_card import draw_chart
from core.interface.models_photos import find_manifest
from core.interface.models_records import figures
from core.interface.models_words import metric_name, number_words
from core.taxonomy import AgeBand, Region, Sex

if TYPE_CHECKING:
    from core.lab.held_out import HeldOut
    from core.lab.run_records import RunRecord
    from core.lab.subgroups import Subgroup

_MOST_ROWS = 24
_NAMED = {"sex": Sex, "age_band": AgeBand, "region": Region}


def draw_reliability(record: RunRecord, output: str) -> None:
    """Draw how often a run was right against how sure it said it was."""
    import pandas as pd

    from core.lab.reliability import reliability

    part = record.held_out[output]
    titles = {
        "bin": say("models.trust.bin"),
        "confidence_words": say("models.trust.confidence"),
        "accuracy_words": say("models.trust.right"),
        "n_words": say("models.words.photos"),
    }
    rows = pd.DataFrame(
        [
            {
                "confidence": one.confidence,
                "accuracy": one.accuracy,
                "low": one.accuracy_low,
                "high": one.accuracy_high,
                "n": one.n,
                "bin": f"{one.low:.0%}\u2013{one.high:.0%}",
                "confidence_words": f"{one.confidence:.0%}",
                "accuracy_words": f"{one.accuracy:.0%} ({one.accuracy_low:.0%}\u2013{one.accuracy_high:.0%})",
                "n_words": f"{one.n:,}",
            }
            for one in reliability(part)
        ]
    )
    measured = figures(record, output)
    error = measured.values["ece"].value if measured is not None else None
    sentence = say("models.trust.reliability_sentence", ece=number_words(error), n=f"{len(part):,}")
    draw_chart(
        "reliability",
        say("models.trust.reliability"),
        say("models.trust.reliability_note"),
        lambda colours: reliability_dots(
            rows, colours, sentence, titles, across=say("models.trust.confidence"), up=say("models.trust.right")
        ),
        sentence,
    )


def draw_subgroups(record: RunRecord, output: str) -> None:
    """Draw the kappa of each sex, age band, region and device the manifest tells of."""
    import pandas as pd

    part = record.held_out[output]
    manifest = find_manifest(record, part)
    found = _subgroups(str(manifest), manifest.stat().st_mtime_ns, output, record) if manifest is not None else []
    shown = [one for one in found if one.figures is not None][:_MOST_ROWS]
    if not shown:
        with st.container(border=True, height="stretch", key="card_models_subgroups_none"):
            st.subheader(say("models.trust.subgroups"), anchor=False)
            st.markdown(say("models.trust.subgroups_absent" if manifest is None else "models.trust.subgroups_none"))
        return
    titles = {
        "down": say("models.trust.subgroup"),
        "words": metric_name("quadratic_kappa"),
        "n": say("models.words.photos"),
    }
    rows = pd.DataFrame([_row(one) for one in shown])
    lowest = min(shown, key=_rank)
    sentence = say(
        "models.trust.subgroups_sentence",
        group=_name(lowest),
        kappa=number_words(_kappa(lowest)["value"]),
        n=f"{lowest.n:,}",
    )
    draw_chart(
        "subgroups",
        say("models.trust.subgroups"),
        say("models.trust.subgroups_note"),
        lambda colours: interval_dots(rows, colours, sentence, titles, down=rows["down"].tolist()),
        sentence,
    )


def _row(one: Subgroup) -> dict[str, Any]:
    kappa = _kappa(one)
    low, high = kappa["low"], kappa["high"]
    value = number_words(kappa["value"])
    return {
        "down": _name(one),
        "value": kappa["value"],
        "low": low,
        "high": high,
        "label": f"{value} (n {one.n:,})",
        "words": value if low is None or high is None else f"{value} ({low:.3f}\u2013{high:.3f})",
        "n": f"{one.n:,}",
        "strong": bool(one.value),
    }


def _rank(one: Subgroup) -> float:
    value = _kappa(one)["value"]
    return 2.0 if value is None else value


def _kappa(one: Subgroup) -> dict[str, float | None]:
    figures = one.figures or {}
    return dict(figures.get("quadratic_kappa", {"value": None, "low": None, "high": None}))


def _name(one: Subgroup) -> str:
    trait = say(f"models.trust.trait_{one.trait}")
    if not one.value:
        return f"{trait}: {say('models.trust.untold')}"
    known = _NAMED.get(one.trait)
    if known is not None and one.value in {member.value for member in known}:
        return f"{trait}: {say(f'taxonomy.{one.trait}.{one.value}')}"
    return f"{trait}: {one.value}"


@st.cache_data(max_entries=32, show_spinner=False)
def _subgroups(manifest: str, changed: int, output: str, _record: RunRecord) -> list[Subgroup]:  # noqa: ARG001
    import numpy as np

    from core.lab.manifest import TRAITS, read_manifest
    from core.lab.subgroups import measure_subgroups

    part: HeldOut = _record.held_out[output]
    path = Path(manifest)
    try:
        photos = list(read_manifest(path))
    except ScalpError:
        return []
    traits = {_relative(photo.path, path.parent): photo.traits for photo in photos}
    columns = {
        trait: np.array([traits.get(str(file), {}).get(trait, "") for file in part.files], dtype=np.str_)
        for trait in TRAITS
    }
    told = {trait: values for trait, values in columns.items() if (values != "").any()}
    return list(measure_subgroups(part, told, _record.severities(output)))


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
