"""What a column can hold, and what other systems call it, in English and Korean."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from core.errors import RecordsError
from core.taxonomy import Condition


class Role(StrEnum):
    """What a column can hold; the six conditions stand for tables with a column each."""

    ID = "id"
    VISITED_AT = "visited_at"
    SEX = "sex"
    AGE = "age"
    REGION = "region"
    CONSENT = "consent"
    VIEW = "view"
    MODEL_ID = "model_id"
    MODEL_VERSION = "model_version"
    CONDITION = "condition"
    SEVERITY = "severity"
    FINE_SCALING = "fine_scaling"
    EXCESS_SEBUM = "excess_sebum"
    INTERFOLLICULAR_ERYTHEMA = "interfollicular_erythema"
    FOLLICULAR_PUSTULES = "follicular_pustules"
    DANDRUFF = "dandruff"
    HAIR_LOSS = "hair_loss"


class Form(StrEnum):
    """How a table is laid out."""

    OWN = "own"
    """Our own export, one row a grade."""
    HUMAN = "human"
    """The original service's table, one row a grade, each of a visit of its own."""
    LONG = "long"
    """One row a grade, with a column that names the condition."""
    WIDE = "wide"
    """One row a visit, with a column for each condition."""


HUMAN: Final[Mapping[Role, str]] = MappingProxyType(
    {Role.ID: "id", Role.SEX: "sex", Role.AGE: "age", Role.SEVERITY: "pred", Role.CONDITION: "skin"}
)
"""The columns of the original service's table."""

CONDITION_NAMES: Final[Mapping[Condition, tuple[str, ...]]] = MappingProxyType(
    {
        Condition.FINE_SCALING: ("finescaling", "finescale", "scaling", "미세각질", "각질"),
        Condition.EXCESS_SEBUM: ("excesssebum", "sebum", "oily", "피지과다", "피지"),
        Condition.INTERFOLLICULAR_ERYTHEMA: ("interfollicularerythema", "erythema", "redness", "모낭사이홍반"),
        Condition.FOLLICULAR_PUSTULES: (
            "follicularpustules",
            "pustules",
            "follicularerythemaandpustules",
            "모낭홍반농포",
            "농포",
        ),
        Condition.DANDRUFF: ("dandruff", "비듬"),
        Condition.HAIR_LOSS: ("hairloss", "alopecia", "탈모"),
    }
)
"""What else a condition is called, written as by `plain_name`."""

_NAMES: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.ID: (
        *("id", "visitid", "recordid", "caseid", "resultid", "key", "uid", "uuid", "patientid", "subjectid", "subject"),
        *("번호", "아이디", "일련번호", "등록번호", "환자번호", "차트번호", "방문번호", "접수번호"),
    ),
    Role.VISITED_AT: (
        *("visitedat", "visitdate", "visittime", "visit", "date", "datetime", "timestamp", "takenat", "examdate"),
        *("examinedat", "createdat", "measuredat", "날짜", "일자", "일시", "방문일", "방문일자", "방문일시", "진료일"),
        *("진료일자", "검사일", "검사일자", "검사일시", "측정일", "측정일시", "촬영일", "촬영일시", "등록일"),
    ),
    Role.SEX: ("sex", "gender", "성별"),
    Role.AGE: ("age", "ageband", "agegroup", "ageyears", "나이", "연령", "연령대", "만나이"),
    Role.REGION: ("region", "province", "location", "area", "지역", "시도", "거주지", "거주지역", "주소"),
    Role.CONSENT: ("consent", "agreed", "agreement", "동의", "동의여부"),
    Role.VIEW: ("view", "촬영방식", "촬영종류"),
    Role.MODEL_ID: ("modelid", "model", "모델"),
    Role.MODEL_VERSION: ("modelversion", "모델버전"),
    Role.CONDITION: (
        "condition",
        "skin",
        "symptom",
        "finding",
        "disease",
        "증상",
        "질환",
        "두피증상",
        "항목",
        "증상명",
    ),
    Role.SEVERITY: (
        *("severity", "grade", "pred", "prediction", "level", "stage", "score"),
        *("등급", "중증도", "심각도", "단계", "정도", "예측"),
    ),
    # AI Hub's set 216 calls them value_1 to value_6, in the order of the taxonomy.
    **{Role(c.value): (*CONDITION_NAMES[c], f"value{number}") for number, c in enumerate(Condition, 1)},
}
_MOST_NAMES: Final = 40
_LONGEST_NAME: Final = 60
_OF_CONDITIONS: Final = tuple(Role(condition.value) for condition in Condition)


@dataclass(frozen=True)
class Layout:
    """Which column holds what.

    Attributes:
        form: How the table is laid out; None where it holds no grades that we can find.
        columns: For each role, the place of its column among the table's.
    """

    form: Form | None
    columns: Mapping[Role, int]


def plain_name(name: str) -> str:
    """Write a name as it is compared: lower case, letters and digits alone."""
    return re.sub(r"[\W_]+", "", name.lower())


def listed(names: Sequence[str]) -> str:
    """List names for a message: those of a file may be thousands, and of any length."""
    shown = [name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..." for name in names[:_MOST_NAMES]]
    return ", ".join(shown + ["..."] * (len(names) > _MOST_NAMES)) or "-"


def find_layout(columns: Sequence[str], own: Iterable[str], chosen: Mapping[str, str] | None = None) -> Layout:
    """Find which column holds what: as somebody says, else by known names.

    Args:
        columns: The names in the table.
        own: The columns of our own export.
        chosen: Role -> name of a column, or an empty name for a role that no column holds.

    Raises:
        RecordsError: There is no such role (`unknown_role`) or column (`no_such_column`).
    """
    exact = [name.strip().lower() for name in columns]
    if not chosen and set(own) <= set(exact):
        return Layout(Form.OWN, MappingProxyType({}))
    if not chosen and set(HUMAN.values()) <= set(exact):
        return Layout(Form.HUMAN, MappingProxyType({role: exact.index(name) for role, name in HUMAN.items()}))
    said = _said(columns, exact, chosen or {})
    taken = {place for place in said.values() if place is not None}
    found = {role: place for role, place in said.items() if place is not None}
    plain = [plain_name(name) for name in columns]
    for role in Role:
        if role in said:
            continue
        place = next((plain.index(n) for n in _NAMES[role] if n in plain and plain.index(n) not in taken), None)
        if place is not None:
            found[role] = place
            taken.add(place)
    return Layout(_form(found), MappingProxyType({role: found[role] for role in Role if role in found}))


def _said(columns: Sequence[str], exact: Sequence[str], chosen: Mapping[str, str]) -> dict[Role, int | None]:
    said: dict[Role, int | None] = {}
    for word, name in chosen.items():
        if word not in set(Role):
            raise RecordsError("records.unknown_role", role=word, known=", ".join(Role))
        if name and name.strip().lower() not in exact:
            raise RecordsError("records.no_such_column", column=name, columns=listed(columns))
        said[Role(word)] = exact.index(name.strip().lower()) if name else None
    return said


def _form(found: Mapping[Role, int]) -> Form | None:
    if Role.CONDITION in found and Role.SEVERITY in found:
        return Form.LONG
    return Form.WIDE if any(role in found for role in _OF_CONDITIONS) else None
