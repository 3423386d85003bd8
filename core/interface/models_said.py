"""What a package says about a photo, in words, and whether a label agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.interface.language import say

if TYPE_CHECKING:
    from core.interface.models_trial import TriedOutput


def right_words(output: TriedOutput, label: str | None) -> str:
    """Say whether what a package says agrees with a label; empty where there is no label."""
    if label is None or not label:
        return ""
    wanted = output.meant(label)
    told = ", ".join(one.name for one in output.classes if one.id in wanted) or label
    return say("models.try.label_right" if agrees(output, label) else "models.try.label_wrong", label=told)


def agrees(output: TriedOutput, label: str) -> bool:
    """Whether a package says what a label means."""
    return {one.id for one in output.said} == output.meant(label)


def said_words(output: TriedOutput) -> str:
    """Say an output in one line: its class and how likely it is."""
    if output.withheld or not output.said:
        return say("models.try.line_unsure", output=output.name)
    said = ", ".join(f"{one.name} {one.probability:.0%}" for one in output.said)
    return say("models.try.line", output=output.name, said=said)
