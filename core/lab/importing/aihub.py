"""AI Hub set 216 (scalp photos, six graded conditions) as it is downloaded: folders and ZIP archives with Korean names.

Photos are called `<subject>_<device>_<timestamp>_<region>.jpg`, and a photo's label is `<stem>.json`, what is known
about the person `<stem>_META.json`, in whatever folder or archive. The same photo lies in the folder of each condition
it was chosen for; it is taken once.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import ManifestError, ScalpError
from core.lab.importing.found import Findings, Found, Skipped
from core.lab.importing.options import Options, SplitName, person_by
from core.lab.importing.traits import age_band_of, region_of, sex_of
from core.lab.importing.walking import check_source, is_photo, parts_below, read_small, shown_name, walk
from core.lab.manifest import SOURCE
from core.taxonomy import CONDITIONS, Site

_META = "_META"
_SOURCE = "AI Hub 216"
_VALUES = tuple(f"value_{number}" for number in range(1, len(CONDITIONS) + 1))
_SITES = {"TH": Site.TOP, "LH": Site.LEFT, "RH": Site.RIGHT, "BH": Site.BACK}
_QUESTIONS = range(1, 8)
_LONGEST = 200


@dataclass
class _Tree:
    photos: list[Path] = field(default_factory=list)
    labels: dict[str, list[Path]] = field(default_factory=dict)
    about: dict[str, Path] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)


def find_in_aihub(source: Path, options: Options) -> Findings:
    """Find photos of set 216 with their grades.

    Raises:
        ManifestError: There is no such folder, or it holds no photo with a label of that set.
    """
    check_source(source)
    tree = _read_tree(source)
    if not tree.photos or not tree.labels:
        raise ManifestError("import.no_aihub", path=source, photos=len(tree.photos), labels=len(tree.labels))
    questions: dict[str, str] = {}

    def items() -> Iterator[Found | Skipped]:
        yield from tree.skipped
        first_of: dict[str, Path] = {}
        for path in tree.photos:
            name = shown_name(source, path)
            first = first_of.setdefault(path.stem, path)
            if first is not path:
                yield Skipped(name, ManifestError("import.same_photo", first=shown_name(source, first)))
                continue
            try:
                yield _found(source, path, name, tree, options, questions)
            except ScalpError as error:
                yield Skipped(name, error)
        for stem, paths in tree.labels.items():
            if stem not in first_of:
                yield Skipped(shown_name(source, paths[0]), ManifestError("import.no_photo_of_label"))

    return Findings(items(), len(tree.photos) + len(tree.skipped), notes=questions, graded=True)


def parse_json(data: bytes) -> Any:  # noqa: ANN401 - whatever a file holds
    """Read JSON in UTF-8 or the Korean code page.

    Raises:
        ManifestError: It is none (`import.not_json`).
    """
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return json.loads(data.decode(encoding))
        except UnicodeDecodeError:
            continue
        except (ValueError, RecursionError) as error:
            raise ManifestError("import.not_json") from error
    raise ManifestError("import.not_json")


def _read_tree(source: Path) -> _Tree:
    tree = _Tree()
    for entry in walk(source):
        if isinstance(entry, Skipped):
            tree.skipped.append(entry)
        elif is_photo(entry):
            tree.photos.append(entry)
        elif entry.suffix.lower() == ".json":
            stem = entry.stem
            if stem.upper().endswith(_META):
                tree.about.setdefault(stem[: -len(_META)], entry)
            else:
                tree.labels.setdefault(stem, []).append(entry)
    return tree


def _found(
    source: Path, path: Path, name: str, tree: _Tree, options: Options, questions: dict[str, str]
) -> Found | Skipped:
    parts = path.stem.split("_")
    person = person_by(options.group_pattern, name) if options.group_pattern else parts[0] if len(parts) >= 4 else None
    if not person:
        return Skipped(name, ManifestError("import.no_subject"))
    if path.stem not in tree.labels:
        return Skipped(name, ManifestError("import.no_label_file"))
    labels = [_grades(path.name, label) for label in tree.labels[path.stem]]
    if any(other != labels[0] for other in labels[1:]):
        return Skipped(name, ManifestError("import.labels_disagree", files=len(labels)))
    traits = {SOURCE: _SOURCE, "device": parts[1] if len(parts) >= 4 else "", "site": _SITES.get(parts[-1].upper(), "")}
    about = _about(tree.about.get(path.stem), questions)
    split = _published_split(parts_below(source, path))
    return Found(path, name, labels[0], person, split, {k: v for k, v in (traits | about).items() if v})


def _grades(photo: str, path: Path) -> dict[str, str]:
    values = parse_json(read_small(path))
    if not isinstance(values, Mapping):
        raise ManifestError("import.not_json")
    named = values.get("image_file_name")
    if isinstance(named, str) and named and Path(named).stem != Path(photo).stem:
        raise ManifestError("import.label_of_other", named=named[:_LONGEST])
    grades = {c.value: _text(values.get(key)) for c, key in zip(CONDITIONS, _VALUES, strict=True)}
    for (column, grade), key in zip(grades.items(), _VALUES, strict=True):
        if grade not in ("", "0", "1", "2", "3"):
            raise ManifestError("import.bad_grade", key=key, condition=column, value=grade)
    if not any(grades.values()):
        raise ManifestError("import.no_label")
    return grades


def _about(path: Path | None, questions: dict[str, str]) -> dict[str, str]:
    """What META says; a META file that cannot be read costs its facts, not the photo."""
    if path is None:
        return {}
    try:
        values = parse_json(read_small(path))
    except ScalpError:
        return {}
    if not isinstance(values, Mapping):
        return {}
    facts = {key.lower(): _text(value) for key, value in values.items() if isinstance(key, str)}
    location = facts.get("location", "")
    known = {
        "sex": sex_of(facts.get("gender", "")),
        "age_band": age_band_of(facts.get("age", "")),
        "age": facts.get("age", ""),
        "region": region_of(location),
        "site": _SITES.get(location.upper(), ""),
        "location": location,
    }
    for number in _QUESTIONS:
        known[f"answer{number}"] = facts.get(f"answers{number}") or facts.get(f"answer{number}", "")
        if facts.get(f"question{number}"):
            questions.setdefault(f"answer{number}", facts[f"question{number}"])
    return {name: value for name, value in known.items() if value}


def _text(value: object) -> str:
    """A value as text on one line; answers may be lists."""
    if isinstance(value, list):
        return ", ".join(filter(None, (_text(part) for part in value)))[:_LONGEST]
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())[:_LONGEST]
    return ""


def _published_split(parts: tuple[str, ...]) -> SplitName | None:
    for part in parts[:-1]:
        word = part.upper()
        if "TRAINING" in word or word.startswith(("TS", "TL")):
            return "train"
        if "VALIDATION" in word or word.startswith(("VS", "VL")):
            return "validation"
    return None
