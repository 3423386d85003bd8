"""From files to a list that is ready to be added: every step of an import but the last, and nothing is written."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import pyarrow as pa

from core.clinics.built_in import SOURCE as HIRA_SOURCE
from core.clinics.checking import Role
from core.clinics.clinic import Clinic
from core.clinics.flaws import Flaw, Remark
from core.clinics.importing.columns import TableKind, understand
from core.clinics.importing.files import Upload, open_tables
from core.clinics.importing.gathering import complete, remarks_of, with_dermatology
from core.clinics.importing.reader import HIRA, Progress, Reader, TableReport, report_of
from core.clinics.importing.releases import series_of, title_of
from core.clinics.lists import NewList, Origin
from core.clinics.table import clinic_of
from core.errors import ClinicsError
from core.locale import Language, text

_REMARKS_KEPT: Final = 1000
_SAMPLE: Final = 5


@dataclass(frozen=True)
class Prepared:
    """An import that waits for a yes.

    Attributes:
        new: The list, for `ClinicStore.preview` and `ClinicStore.add`.
        tables: What was made of every table.
        failures: Files that could not be read; the others are in `new`.
        read: Rows of clinics read.
        accepted: Rows in the list.
        rejected: Rows left out, in the reject file.
        reasons: Rejected rows by reason.
        passed_over: Good rows that were not asked for: `pharmacy`, `no_dermatology`.
        mended: Rows in the list with something put right or left out, by what.
        remarks: The first thousand of those, one by one.
        departments_known: Whether a table of departments (or a column) says who has which.
        rejects: The rejected rows with their reasons, CSV in UTF-8 with a byte order mark; empty where there are none.
        sample: The first clinics of the list.
    """

    new: NewList
    tables: tuple[TableReport, ...]
    failures: tuple[ClinicsError, ...]
    read: int
    accepted: int
    rejected: int
    reasons: Mapping[Flaw, int]
    passed_over: Mapping[str, int]
    mended: Mapping[Flaw, int]
    remarks: tuple[Remark, ...]
    departments_known: bool
    rejects: bytes = field(repr=False)
    sample: tuple[Clinic, ...] = field(repr=False)


def recognise(uploads: Sequence[Upload], mapping: Mapping[Role, str] | None = None) -> tuple[TableReport, ...]:
    """Say what tables files hold and which column holds what, without reading further than that.

    Raises:
        ClinicsError: A file is missing or no table, or a column named in `mapping` is not there.
    """
    tables = (table for upload in uploads for table in open_tables(upload))
    return tuple(report_of(table, understand(table.start, table.name, mapping), 0) for table in tables)


def prepare(
    uploads: Sequence[Upload],
    *,
    mapping: Mapping[Role, str] | None = None,
    every_department: bool = False,
    name: str = "",
    source_date: str = "",
    language: Language = Language.ENGLISH,
    on_progress: Progress | None = None,
) -> Prepared:
    """Read files, check every row and join what belongs together.

    With HIRA's table of departments among them, the places that have a dermatology specialist are taken.

    Args:
        uploads: The files of one list: HIRA's as they come, or a list of one's own.
        mapping: Columns named by the person, by what they hold; they go before what is recognised.
        every_department: Take places without dermatology specialists too.
        name: What to call the list; by default after its first file.
        source_date: State of the data; by default as the names of the files say.
        language: Of the reject file.
        on_progress: Told the name of a table, how many of its rows are done, and about how many there are.

    Raises:
        ClinicsError: No file holds clinics that can be used; the message says what is wrong with the first.
    """
    reader = Reader(uploads, mapping or {}, source_date, language, on_progress)
    reader.read_all()
    gathered = reader.gathering
    if not any(report.kind.lists_clinics for report in reader.reports):
        raise reader.refusal()
    table = complete(gathered.table(), reader.departments, reader.details, HIRA)
    names = " + ".join(upload.name for upload in uploads)
    if not table.num_rows:
        reason = gathered.reasons.most_common(1)
        words = text(language, f"clinics.flaw.{reason[0][0]}", line="", name="") if reason else ""
        raise ClinicsError("clinics.nothing_usable", name=names, rows=gathered.read, reason=words)
    passed_over = Counter(pharmacy=gathered.pharmacies)
    if reader.departments.rows and not every_department:
        kept = with_dermatology(table)
        if not kept.num_rows:
            raise ClinicsError("clinics.no_dermatology", name=names, rows=table.num_rows)
        passed_over["no_dermatology"] = table.num_rows - kept.num_rows
        table = kept
    doubts = gathered.doubts(table)
    return Prepared(
        new=_new_list(
            reader, uploads, table, name, _digest(uploads, sorted((mapping or {}).items()), every_department)
        ),
        tables=tuple(reader.reports),
        failures=tuple(reader.failures),
        read=gathered.read,
        accepted=table.num_rows,
        rejected=reader.rejects.rows,
        reasons=dict(gathered.reasons),
        passed_over=+passed_over,
        mended=dict(Counter(remark.flaw for remark in remarks_of(doubts))),
        remarks=tuple(islice(remarks_of(doubts), _REMARKS_KEPT)),
        departments_known=any(table["departments"].to_pylist()),
        rejects=reader.rejects.as_csv(),
        sample=tuple(clinic_of(row) for row in table.slice(0, _SAMPLE).to_pylist()),
    )


def _new_list(reader: Reader, uploads: Sequence[Upload], table: pa.Table, name: str, digest: str) -> NewList:
    kinds = {report.kind for report in reader.reports}
    hira = TableKind.HIRA_BASIC in kinds
    first = next(report.name for report in reader.reports if report.kind.lists_clinics)
    title = name or title_of(uploads[0].name)
    return NewList(
        name=title,
        series=HIRA if hira else series_of(name or first),
        origin=Origin.HIRA if hira else Origin.OWN,
        source=HIRA_SOURCE if hira else title,
        source_date=reader.source_date,
        digest=digest,
        table=table,
    )


def _digest(uploads: Sequence[Upload], *choices: object) -> str:
    digest = hashlib.sha256(repr(choices).encode())
    for upload in uploads:
        digest.update(hashlib.sha256(upload.read()).digest())
    return digest.hexdigest()
