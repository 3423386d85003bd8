# ruff: noqa: S608 - every word of the SQL is a constant of ours; texts of strangers are only ever values
"""Rows of other systems' tables as typed rows with a reason, NULL for a good one.

A visit's id is derived from what identifies its row, so that the same row always becomes the same visit: the original
service's from the whole row, others' from their id and time, and where there is no id from what the row says and how
many rows before it say the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.records.importing import words
from core.records.importing.roles import HUMAN, Form, Layout, Role
from core.records.importing.staging import quoted_text
from core.taxonomy import Condition, View

_SEPARATOR: Final = "chr(31)"
_LONGEST: Final = 200
WIDE_ROLES: Final = {Role(condition.value): condition for condition in Condition}


@dataclass(frozen=True)
class Checks:
    """How the rows of one table are checked.

    Attributes:
        sql: Query over `piece`, rows of the file: each as `cells`, `reason`, `visit_id`, `diagnosis_id`, values by the
            names of an export, and either `condition` and `severity` or `grade_<condition>` for each condition.
        wide: Whether grades stand in a column each.
        grouped: Whether several rows may be of one photo; then there are `visit_hash` and `photo_hash` too.
        same: Otherwise, what may be in the table once, and `content`, by which rows with the same are told apart.
            None where nothing can repeat.
        counted: Whether the ids of rows that say the same are told apart by how many of them came before.
        own: Whether these are rows of our own export.
    """

    sql: str
    wide: bool
    grouped: bool
    same: str | None
    counted: bool = False
    own: bool = False


def foreign_checks(layout: Layout, name: str, *, may_be_broken: bool) -> Checks:
    """Say how the rows of another system's table are checked.

    Args:
        layout: Which column holds what.
        name: What the system is called, part of the ids; empty for the original service's and a nameless one.
        may_be_broken: Whether U+FFFD in a cell stands for bytes that are no text.
    """
    columns = layout.columns
    human, wide = layout.form is Form.HUMAN, layout.form is Form.WIDE
    graded = [role for role in WIDE_ROLES if role in columns] if wide else [Role.CONDITION, Role.SEVERITY]
    used = [role for role in Role if role in columns and (role not in WIDE_ROLES or wide)]
    used = [role for role in used if not (wide and role in {Role.CONDITION, Role.SEVERITY})]
    cells = ", ".join(f"{clean(f'c{columns[role]}')} AS s_{role}" for role in used)
    texts = ", ".join(f"{_text(role)} AS t_{role}" for role in used)
    values = ", ".join(f"{_value(role)} AS {role}" for role in (*_KINDS, *graded) if role in columns)
    absent = "".join(f", NULL::{kind} AS {role}" for role, kind in _KINDS.items() if role not in columns)
    keyed = Role.ID in columns
    key = _human_key(name) if human else _key(name, graded, keyed=keyed)
    judged = f"""
        WITH cells AS (SELECT piece AS cells, {cells} FROM piece),
        texts AS (SELECT cells.cells, {texts} FROM cells),
        valued AS (SELECT *, {values}{absent} FROM texts),
        judged AS (
            SELECT *, {_reason(layout, used, graded, may_be_broken=may_be_broken)} AS reason,
                {key} AS key, {_hash(graded)} AS content
            FROM valued
        )"""
    grades = ", ".join(f"{r} AS grade_{r}" for r in graded) if wide else "condition, severity"
    missing = "".join(f", NULL::UTINYINT AS grade_{r}" for r in WIDE_ROLES if wide and r not in graded)
    grouped = layout.form is Form.LONG and keyed
    hashes = f", {_hash(())} AS visit_hash, hash(view, model_id, model_version) AS photo_hash" if grouped else ""
    sql = f"""{judged}
        SELECT cells, reason, key::UUID AS visit_id, {photo_id("key::UUID")} AS diagnosis_id,
            {"t_id" if human else "key::UUID"} AS same, content, visited_at, sex, age AS age_band, region, consent,
            coalesce(view, '{View.MICROSCOPE}') AS view, model_id, model_version, {grades}{missing}{hashes},
            'import' AS source
        FROM judged"""
    return Checks(sql, wide, grouped, "same" if keyed and not grouped else None, counted=not keyed)


def photo_id(visit_id: str) -> str:
    """SQL for the id of the one photo of a visit."""
    return f"md5('photo|' || {visit_id}::VARCHAR)::UUID"


def id_again(visit_id: str, again: str) -> str:
    """SQL for the id of a visit whose row says what `again - 1` rows before it said."""
    return f"md5(replace({visit_id}::VARCHAR, '-', '') || {_SEPARATOR} || {again})::UUID"


_KINDS: Final[Mapping[Role, str]] = {
    Role.VISITED_AT: "TIMESTAMPTZ",
    Role.SEX: "VARCHAR",
    Role.AGE: "VARCHAR",
    Role.REGION: "VARCHAR",
    Role.CONSENT: "BOOLEAN",
    Role.VIEW: "VARCHAR",
    Role.MODEL_ID: "VARCHAR",
    Role.MODEL_VERSION: "VARCHAR",
}
_READERS: Final = {
    Role.VISITED_AT: words.moment,
    Role.SEX: words.sex,
    Role.AGE: words.age_band,
    Role.REGION: words.region,
    Role.CONSENT: words.consent,
    Role.VIEW: words.view,
    Role.CONDITION: words.condition,
    Role.SEVERITY: words.severity,
    **dict.fromkeys(WIDE_ROLES, words.severity),
}


def clean(column: str) -> str:
    """SQL for a cell as text: trimmed, NULL where empty, without the apostrophe that an export puts before formulas."""
    guarded = f"starts_with({column}, '''') AND regexp_matches({column}, '^''[=+\\-@\\t\\r]')"
    cleaned = f"nullif(trim(CASE WHEN {guarded} THEN {column}[2:] ELSE {column} END), '')"
    # Looking at each character of each cell takes longer than reading the file: nearly all are clean, which shows by
    # their ends. Empty ones, spaces and the apostrophe come before the bracket; other spaces than " " are not ASCII.
    suspect = f"{column} < '(' OR ends_with({column}, ' ') OR strlen({column}) <> length({column})"
    return f"CASE WHEN {suspect} THEN {cleaned} ELSE {column} END"


def _text(role: Role) -> str:
    return f"s_{role}" if role in {Role.ID, Role.CONDITION} else words.told(f"s_{role}")


def _value(role: Role) -> str:
    reader = _READERS.get(role)
    return reader(f"t_{role}") if reader else f"t_{role}"


def _reason(layout: Layout, used: list[Role], graded: list[Role], *, may_be_broken: bool) -> str:
    cases = [f"WHEN contains(t_{role}, '\N{REPLACEMENT CHARACTER}') THEN 'encoding'" for role in used if may_be_broken]
    called = HUMAN if layout.form is Form.HUMAN else {role: role.value for role in Role}
    if Role.ID in used:
        cases.append(f"WHEN t_id IS NULL OR length(t_id) > {_LONGEST} THEN 'id'")
    for role in used:
        if role in {Role.MODEL_ID, Role.MODEL_VERSION}:
            cases.append(f"WHEN length({role}) > {_LONGEST} THEN '{role}'")
        elif role in _KINDS or role in WIDE_ROLES:
            cases.append(f"WHEN t_{role} IS NOT NULL AND {role} IS NULL THEN '{called[role]}'")
    if Role.VISITED_AT in used:
        cases.append(f"WHEN visited_at NOT BETWEEN {words.POSSIBLE_TIMES} THEN 'visited_at'")
    if Role.CONSENT in used:
        cases.append("WHEN consent IS FALSE THEN 'consent'")
    if layout.form is Form.WIDE:
        cases.append(f"WHEN coalesce({', '.join(graded)}) IS NULL THEN 'severity'")
    else:
        cases += [f"WHEN {role} IS NULL THEN '{called[role]}'" for role in (Role.SEVERITY, Role.CONDITION)]
    return f"CASE {' '.join(cases)} END"


def _human_key(name: str) -> str:
    told = "t_id, coalesce(sex, '-'), coalesce(age, '-'), severity, condition"
    return f"md5(concat_ws('|', {quoted_text('human' + name)}, {told}))"


def _key(name: str, graded: list[Role], *, keyed: bool) -> str:
    said = ["sex", "age", "region", "view", "model_id", "model_version", *graded]
    parts = ["epoch_us(visited_at)", *(["t_id"] if keyed else said)]
    told = ", ".join(f"coalesce({part}::VARCHAR, '-')" for part in parts)
    return f"md5(concat_ws({_SEPARATOR}, 'table', {quoted_text(name)}, {told}))"


def _hash(graded: list[Role] | tuple[()]) -> str:
    return f"hash({', '.join(('visited_at', 'sex', 'age', 'region', 'consent', *graded))})"
