"""The card of a package: what it is for, what it was made of, what was measured, where it ends."""

from collections.abc import Mapping
from typing import Any

from core.lab.origins import Origins
from core.lab.recipe import Recipe
from core.vision.classifier import ClassifierDescription
from core.vision.package import Description

_USE = """Grades photos for information: a grade and a likelihood, never a diagnosis, and no medical device. It does not
replace a dermatologist. Pus, pain, fever, sudden or patchy hair loss, or a child: see a doctor first, whatever the
grade says."""
_KINDS = {
    "real": "real photos",
    "drawn": "drawn photos only",
    "mixed": "real and drawn photos together",
    "untold": "photos",
}
_NO_DIAGNOSIS = "Its answers are information, never a diagnosis, and this is no medical device: see a dermatologist."


def write_card(description: Description, recipe: Recipe) -> str:
    """Write `CARD.md` from what a package says of itself and what its recipe says of the data."""
    training = description.training
    sections = [
        f"# {description.id} {description.version}",
        *stop_warning(training),
        recipe.description["en"],
        "## Intended use",
        _USE,
        "## Data and attribution",
        recipe.card.data,
        _trained_on(training),
        "## Made by",
        f"```\n{training['command']}\n```",
        *_measured(description.metrics),
        *_tried(recipe),
        "## Limits",
        *_limits(recipe, training),
        "## Input and libraries",
        f"{description.architecture}, {description.input.width} x {description.input.height} pixels. "
        + ", ".join(f"{name} {version}" for name, version in description.libraries.items()),
    ]
    return "\n\n".join(sections) + "\n"


def write_classifier_card(description: ClassifierDescription, recipe: Recipe) -> str:
    """Write `CARD.md` of a classifier package."""
    training, task = description.training, description.task
    sections = [
        f"# {description.id} {description.version}",
        *stop_warning(training),
        recipe.description["en"],
        "## Intended use",
        f"{task.names['en']}. {task.description.get('en', '')}".strip(),
        _NO_DIAGNOSIS if task.view is not None else "Answers come with a likelihood; none of them is certain.",
        "## Data and attribution",
        recipe.card.data,
        _trained_on(training),
        "## Made by",
        f"```\n{training['command']}\n```",
        "## Measured",
        f"{description.metrics['classified']['data']}.",
        _class_table(description.metrics["classified"]["outputs"]),
        *_tried(recipe),
        "## Limits",
        *_limits(recipe, training),
        "## Input and libraries",
        f"{description.architecture}, {description.input.width} x {description.input.height} pixels. "
        + ", ".join(f"{name} {version}" for name, version in description.libraries.items()),
    ]
    return "\n\n".join(sections) + "\n"


def _trained_on(training: Mapping[str, Any]) -> str:
    photos = Origins(**training["photos"]).words()
    return f"Trained from `{training['data']}` with {photos} in training or calibration; none is part of this package."


def _tried(recipe: Recipe) -> list[str]:
    return ["## Tried", recipe.card.tried] if recipe.card.tried else []


def _limits(recipe: Recipe, training: Mapping[str, Any]) -> list[str]:
    thin = ", ".join(training.get("thin_classes", ()))
    said = f"Nothing is known about classes with photos of fewer than two people or groups: {thin}." if thin else ""
    return [text for text in (said, recipe.card.limits) if text]


def stop_warning(training: Mapping[str, Any]) -> list[str]:
    """What a card says first where the training was stopped before its end; nothing where it was not."""
    stopped = training.get("cancelled")
    if not stopped:
        return []
    where = f"stage {stopped['stage']}, after epoch {stopped['epoch']} of {stopped['epochs']}"
    return [f"**Cancelled before its end ({where}).** This is the best network so far, not what the recipe makes."]


def _class_table(outputs: Mapping[str, Any]) -> str:
    names = ("n", "accuracy", "balanced_accuracy", "macro_f1", "quadratic_kappa", "auroc", "ece")
    head = ["output", *(name.replace("_", " ") for name in names), "recall by class"]
    rows = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for output, figures in outputs.items():
        parts = {f"{output}: {name}": one for name, one in figures["classes"].items()} if "classes" in figures else None
        for name, one in (parts or {output: figures}).items():
            recall = " / ".join("-" if r is None else f"{r:.2f}" for r in one["recall"])
            cells = [str(one["n"]), *(_figure(one.get(key)) for key in names[1:]), recall]
            rows.append("| " + " | ".join([name, *cells]) + " |")
    covered = ", ".join(
        f"{output} {_figure(figures['coverage'])} with {figures['set_size']:.2f} classes"
        for output, figures in outputs.items()
    )
    return "\n".join(rows) + f"\n\nShare of sets that hold the truth, and their mean size: {covered}."


def _measured(metrics: Any) -> list[str]:  # noqa: ANN401 - JSON values
    parts = ["## Measured"]
    titles = {"graded": "against grades", "marked": "against presence marks", "drawn": "held out from training"}
    for key, against in titles.items():
        if key in metrics:
            parts.append(f"### On {_kind(metrics[key])}, {against}")
            parts += [f"{metrics[key]['data']}.", _agreement_table(metrics[key]["conditions"])]
    if "spread" in metrics:
        parts += [f"### How grades spread over {_kind(metrics['spread'])}", f"{metrics['spread']['data']}."]
        parts.append(_spread_table(metrics["spread"]["conditions"]))
    refused = metrics.get("refused_as_not_scalp", {})
    for view, figures in ({"": refused} if "share" in refused else refused).items():
        parts.append(
            f"Refused as not a scalp{f' ({view})' if view else ''}: {figures['share']:.1%} of {figures['data']}."
        )
    return parts


def _kind(block: Mapping[str, Any]) -> str:
    return _KINDS[Origins.read(block).kind]


def _agreement_table(conditions: dict[str, Any]) -> str:
    columns = [
        *("condition", "n", "quadratic kappa", "macro-F1", "AUROC", "accuracy", "recall by grade", "ECE"),
        *("set coverage", "set size"),
    ]
    rows = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    for name, figures in conditions.items():
        recall = " / ".join("-" if r is None else f"{r:.2f}" for r in figures["recall"])
        rows.append(
            f"| {name} | {figures['n']} | {_figure(figures['quadratic_kappa'])} | {figures['macro_f1']:.3f} "
            f"| {_figure(figures['auroc'])} | {figures['accuracy']:.3f} | {recall} | {figures['ece']:.3f} "
            f"| {figures['coverage']:.3f} | {figures['set_size']:.2f} |"
        )
    return "\n".join(rows)


def _spread_table(conditions: dict[str, Any]) -> str:
    rows = ["| condition | n | mean | deviation | shares 0-3 | set size | withheld |", "|---|---|---|---|---|---|---|"]
    for name, figures in conditions.items():
        shares = " / ".join(f"{s:.2f}" for s in figures["shares"])
        rows.append(
            f"| {name} | {figures['n']} | {figures['mean']:.2f} | {figures['standard_deviation']:.2f} | {shares} "
            f"| {figures['set_size']:.2f} | {figures['abstained']} |"
        )
    return "\n".join(rows)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
