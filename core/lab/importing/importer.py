"""The import itself, step by step."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import ManifestError, ScalpError
from core.lab.data_page import data_page
from core.lab.data_report import DataReport, write_data_report
from core.lab.importing.aihub import find_in_aihub
from core.lab.importing.boxes import find_in_boxes
from core.lab.importing.dividing import USUAL, divide, moved, tie
from core.lab.importing.facts import (
    Divided,
    count_outputs,
    count_sizes,
    describe_sets,
    duplicate_sets,
    repeated,
    warn,
    write_sets,
)
from core.lab.importing.folder import LABEL, find_in_folders
from core.lab.importing.found import Findings, Found, Progress, Skipped
from core.lab.importing.labelling import Labeller
from core.lab.importing.looking import look_at_all
from core.lab.importing.options import Kind, Options, SplitPlan
from core.lab.importing.pile import Pile
from core.lab.importing.table import find_in_table
from core.lab.importing.targets import SkipList, Targets, task_id, write_task
from core.lab.importing.written import OFTEN, cells_of, write_manifest
from core.lab.look import Look
from core.lab.manifest import SPLITS
from core.lab.task import Task, read_task
from core.locale import Language


@dataclass(frozen=True)
class Imported:
    """What an import left.

    Attributes:
        targets: Where its files lie.
        task: The task that the photos are for; read from `targets.task` where none was given.
        own_task: The task was made of the labels and lies beside the manifest.
        report: The facts.
    """

    targets: Targets
    task: Task
    own_task: bool
    report: DataReport


@dataclass(frozen=True)
class _Job:
    source: Path
    kind: Kind
    options: Options
    targets: Targets
    tell: Progress


def import_photos(
    source: Path,
    kind: Kind,
    manifest: Path,
    options: Options | None = None,
    *,
    root: Path | None = None,
    on_progress: Progress | None = None,
) -> Imported:
    """Import labelled photos.

    Args:
        source: What they lie in.
        kind: How they come.
        manifest: Where to write the manifest, `.csv` or `.parquet`; reports are written beside it.
        options: What may be decided.
        root: For tables, the folder that names of files start from.
        on_progress: Told how far it is.

    Raises:
        ScalpError: There is nothing to import, or the manifest exists already.
    """
    options = options or Options()
    job = _Job(source, kind, options, Targets(manifest), on_progress or (lambda _stage, _done, _total: None))
    job.targets.check(force=options.force)
    job.tell("finding", 0, 0)
    findings = _find(job, root)
    manifest.parent.mkdir(parents=True, exist_ok=True)
    with Pile(manifest.parent) as pile, SkipList(job.targets.skipped) as skips:
        task = _read(job, findings, pile, skips)
        return _finish(job, findings, pile, skips, task)


def _find(job: _Job, root: Path | None) -> Findings:
    if job.kind is Kind.FOLDER:
        return find_in_folders(job.source, job.options)
    if job.kind is Kind.CSV:
        return find_in_table(job.source, job.options, root)
    if job.kind is Kind.AIHUB:
        return find_in_aihub(job.source, job.options)
    return find_in_boxes(job.source, job.options, job.targets.crops)


def _read(job: _Job, findings: Findings, pile: Pile, skips: SkipList) -> Task:
    """Look at every photo and take those that can be read and have a label; says what their task is."""
    given = job.options.task or (read_task("conditions") if findings.graded else None)
    labeller = Labeller(given, one_label=job.kind in (Kind.FOLDER, Kind.BOXES))
    base = os.path.join(os.path.abspath(job.targets.manifest.parent), "")  # noqa: PTH100, PTH118 - text, as in rows
    for done, item in enumerate(_labelled(findings, labeller), start=1):
        if isinstance(item, Skipped):
            skips.add(item)
        else:
            found, look, labels = item
            pile.add(
                cells_of(found, look, labels, base), look, labels, person=found.person, key=found.key, split=found.split
            )
        if done % OFTEN == 0 or done == findings.total:
            job.tell("reading", done, findings.total)
    if not len(pile):
        first = f"{skips.first[0].name}: {skips.first[0].why.message(Language.ENGLISH)}" if skips.first else "-"
        raise ManifestError("import.nothing", left_out=skips.count, first=first)
    return labeller.task(task_id(job.targets.manifest.stem))


def _labelled(findings: Findings, labeller: Labeller) -> Iterator[tuple[Found, Look, dict[str, str]] | Skipped]:
    for item in look_at_all(findings.items, findings.total):
        if isinstance(item, Skipped):
            yield item
            continue
        found, look = item
        try:
            yield found, look, labeller.labels(found)
        except ScalpError as error:
            yield Skipped(found.name, error)


def _finish(job: _Job, findings: Findings, pile: Pile, skips: SkipList, task: Task) -> Imported:
    job.tell("dividing", 0, 0)
    options, targets = job.options, job.targets
    plan = options.split or _usual(job.kind, pile)
    ties = tie(pile)
    splits = divide(pile, ties.groups, plan, options.seed)
    names = tuple(str(fold) for fold in range(len(plan.shares))) if plan.folds else SPLITS[: len(plan.shares)]
    divided = Divided(pile, ties, splits, names, targets.manifest.parent)
    sets = duplicate_sets(divided)
    dropped = _dropped(pile) if options.drop_copies else np.zeros(len(pile), bool)
    outputs = count_outputs(divided, task, options.seed)
    copies = repeated(pile.files.codes)
    report = DataReport(
        manifest=targets.manifest.name,
        source=job.source.name,
        kind=job.kind.value,
        task=task.id,
        split=plan.text,
        seed=options.seed,
        photos=len(pile) - int(dropped.sum()),
        people=len(pile.people.names),
        groups=int(ties.groups.max()) + 1,
        splits=dict(zip(names, np.bincount(splits[~dropped], minlength=len(names)).tolist(), strict=True)),
        outputs=outputs,
        sizes=count_sizes(pile),
        formats=dict(pile.formats),
        copies=copies,
        near=repeated(ties.copies) - copies,
        dropped=int(dropped.sum()),
        duplicate_sets=len(sets),
        conflict_sets=sum(conflict for _, _, conflict in sets),
        duplicates=describe_sets(divided, sets),
        left_out=skips.count,
        reasons=dict(skips.reasons),
        skipped=tuple(skips.first),
        warnings=tuple(warn(divided, outputs, findings.empty_classes, moved(pile, splits) if plan.given else 0)),
        questions=dict(findings.notes),
    )
    if sets:
        write_sets(targets.duplicates, divided, sets)
    else:
        targets.duplicates.unlink(missing_ok=True)
    own_task = options.task is None and LABEL in pile.labels
    if own_task:
        write_task(targets.task, task)
    write_data_report(targets.report, report)
    targets.page.write_text(data_page(report, options.language), encoding="utf-8")
    # Last, so that a manifest is never without what belongs to it.
    write_manifest(targets.manifest, divided, task, dropped, plan, job.tell)
    return Imported(targets, task, own_task, report)


def _usual(kind: Kind, pile: Pile) -> SplitPlan:
    """The source's own splits where a folder or table names some; the published split of set 216 parts people."""
    given = kind is not Kind.AIHUB and bool(pile.splits.names)
    return replace(USUAL, given=True, text="given") if given else USUAL


def _dropped(pile: Pile) -> npt.NDArray[np.bool_]:
    """Copies of an earlier file that have the same labels as it."""
    columns = [pile.files.codes, *(codes.codes for codes in pile.labels.values())]
    _, first = np.unique(np.stack(columns, axis=1), axis=0, return_index=True)
    dropped = np.ones(len(pile), bool)
    dropped[first] = False
    return dropped
