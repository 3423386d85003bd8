"""A CSV or Parquet file with the paths of photos and their labels."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from core.errors import ManifestError
from core.lab.importing.folder import LABEL
from core.lab.importing.found import Findings, Found, Skipped
from core.lab.importing.options import Options, person_by, split_named
from core.lab.importing.rows import count_rows, read_columns, read_rows
from core.lab.importing.traits import age_band_of, region_of, sex_of
from core.lab.importing.walking import is_plain
from core.lab.manifest import SOURCE
from core.taxonomy import CONDITIONS
from core.vision.task import nearest

# What columns are called, the likeliest first.
_ROLES: Mapping[str, tuple[str, ...]] = {
    role: tuple(names.split())
    for role, names in {
        "file": "file filename file_name filepath file_path path image_path image_file_name image img img_path photo "
        "파일 파일명 파일경로 경로 이미지 이미지명 사진",
        "label": "label labels class class_name category target diagnosis 라벨 레이블 분류 종류 정답 클래스 진단",
        "person": "person person_id subject subject_id patient patient_id user_id participant group "
        "사람 환자 환자번호 대상자 피험자",
        "split": "split subset partition set 분할 구분",
        "sex": "sex gender 성별",
        "age": "age age_band 나이 연령 연령대",
        "region": "region location province 지역 거주지",
        "device": "device camera 기기 장비",
        "source": "source 출처",
    }.items()
}


def find_in_table(source: Path, options: Options, root: Path | None = None) -> Findings:
    """Find photos in a table.

    Args:
        source: CSV (UTF-8 or CP949; commas, semicolons or tabs) or Parquet.
        options: `mapping` names columns where they are called otherwise than usual.
        root: The folder that names of files start from, and below which all must lie; that of the table where None.

    Raises:
        ManifestError: No table, or no column with files or labels was recognised.
    """
    columns = read_columns(source)
    roles = _assign(columns, options)
    if "file" not in roles:
        raise ManifestError("import.no_file_column", path=source.name, columns=", ".join(columns))
    outputs = _output_columns(columns, roles, options)
    if not outputs:
        raise ManifestError("import.no_label_column", path=source.name, columns=", ".join(columns))
    folder = root or source.parent

    def items() -> Iterator[Found | Skipped]:
        for number, row in enumerate(read_rows(source), start=2):
            yield _read(row, number, folder, roles, outputs, options)

    return Findings(items(), count_rows(source), graded=set(outputs.values()) <= set(CONDITIONS))


def _assign(columns: Sequence[str], options: Options) -> dict[str, str]:
    """Which column holds what."""
    known = tuple([*_ROLES, *(output.id for output in options.task.outputs)] if options.task else _ROLES)
    for role, column in options.mapping.items():
        if role not in known and role not in set(CONDITIONS):
            raise ManifestError("import.unknown_role", role=role, nearest=nearest(role, known), known=", ".join(known))
        if column not in columns:
            near = nearest(column, tuple(columns)) if columns else "-"
            raise ManifestError("import.no_column", column=column, nearest=near, columns=", ".join(columns))
    spelled = {name.casefold(): name for name in reversed(columns)}
    taken = set(options.mapping.values())
    guesses = {role: [spelled[name] for name in names if name in spelled] for role, names in _ROLES.items()}
    free = {role: [name for name in found if name not in taken] for role, found in guesses.items()}
    return {role: found[0] for role, found in free.items() if found} | dict(options.mapping)


def _output_columns(columns: Sequence[str], roles: Mapping[str, str], options: Options) -> dict[str, str]:
    """Output id by column."""
    if options.task is None:
        if "label" in roles:
            return {roles["label"]: LABEL}
        conditions = {roles.get(c.value, c.value): c.value for c in CONDITIONS}
        return {column: output for column, output in conditions.items() if column in columns}
    spelled = {name.casefold(): name for name in columns}
    found = {}
    for output in options.task.outputs:
        names = (output.id, *output.names.values())
        column = roles.get(output.id) or next((spelled[n.casefold()] for n in names if n.casefold() in spelled), None)
        if column is not None:
            found[column] = output.id
    if not found and len(options.task.outputs) == 1 and "label" in roles:
        return {roles["label"]: options.task.outputs[0].id}
    return found


def _read(
    row: Mapping[str, str],
    number: int,
    folder: Path,
    roles: Mapping[str, str],
    outputs: Mapping[str, str],
    options: Options,
) -> Found | Skipped:
    def cell(role: str) -> str:
        return row.get(roles.get(role, ""), "")

    name = cell("file")
    if not name:
        return Skipped(f"row {number}", ManifestError("import.no_file_named"))
    if not is_plain(name):
        return Skipped(ascii(name), ManifestError("import.bad_name"))
    path = Path(os.path.normpath(folder / (name if "/" in name else name.replace("\\", "/"))))
    if not path.is_relative_to(os.path.normpath(folder)):
        return Skipped(name, ManifestError("import.outside_root", root=folder.name or str(folder)))
    labels = {output: row.get(column, "") for column, output in outputs.items()}
    if not any(labels.values()):
        return Skipped(name, ManifestError("import.no_label"))
    person = person_by(options.group_pattern, name) if options.group_pattern else cell("person") or None
    traits = {
        "sex": sex_of(cell("sex")),
        "age_band": age_band_of(cell("age")),
        "region": region_of(cell("region")),
        "device": cell("device"),
        SOURCE: cell(SOURCE),
    }
    return Found(path, name, labels, person, split_named(cell("split")), {k: v for k, v in traits.items() if v})
