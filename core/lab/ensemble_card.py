"""The card of an ensemble: its members, and what was fitted anew."""

from collections.abc import Mapping, Sequence
from typing import Any


def ensemble_card(name: str, training: Mapping[str, Any], recalibrated: Sequence[str], seen: int = 0) -> str:
    """Write `CARD.md` of an ensemble.

    Args:
        name: Its id.
        training: What its description says of its making.
        recalibrated: Outputs whose likelihoods and sets were fitted anew on labelled photos.
        seen: How many of those photos a member was itself trained on.
    """
    lines = [f"| {m['id']} {m['version']} | {m['architecture']} | {m['share']:.2f} |" for m in training["members"]]
    if recalibrated:
        said = f"Likelihoods, thresholds and sets were fitted anew on `{training['data']}`: {', '.join(recalibrated)}."
        if seen:
            said += (
                f" {seen} of these photos were seen by a member in training, so likelihoods are too sure and figures "
                "on these photos flatter."
            )
    else:
        said = (
            "Not recalibrated: likelihoods, thresholds and sets are the mean of the members', and joined networks are "
            "mostly less sure of themselves than they should be. Give labelled photos with --data to fit them."
        )
    sections = [
        f"# {name}",
        "Several networks as one: the mean of their calibrated logits. Runs through OpenVINO alone.",
        "## Intended use",
        "Grades photos for information: a grade and a likelihood, never a diagnosis, and no medical device. It does "
        "not replace a dermatologist.",
        "## Members",
        "| package | network | share |\n|---|---|---|\n" + "\n".join(lines),
        "What kind of photo it is, and whether it is fit to grade, is told by the first member alone.",
        "## Calibration",
        said,
        "## Made by",
        f"```\n{training['command']}\n```",
    ]
    return "\n\n".join(sections) + "\n"
