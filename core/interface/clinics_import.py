"""A list of clinics brought in: chosen, read with progress, looked at, and only then added."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from core.clinics.flaws import Flaw
from core.clinics.importing import Prepared, Role, TableKind, TableReport, Upload, prepare, recognise
from core.clinics.lists import Changes
from core.clinics.store import ClinicStore
from core.errors import ScalpError
from core.interface.clinics_resources import get_clinic_store
from core.interface.clinics_words import word_name
from core.interface.language import current_language, say
from core.interface.markup import browser_words, plain
from core.interface.operator_door import is_open

Tell = Callable[[ScalpError | str], None]

_FILES_KEY: Final = "clinics_files"
_TURN_KEY: Final = "clinics_files_turn"
_READY_KEY: Final = "clinics_prepared"
_REPLACE_KEY: Final = "clinics_replace"
# HIRA's release of the whole country has about 40 MB.
_LARGEST_MB: Final = 200
_MOST_TABLES: Final = 12
_MAPPED: Final = (
    Role.NAME,
    Role.ADDRESS,
    Role.LATITUDE,
    Role.LONGITUDE,
    Role.PHONE,
    Role.KIND,
    Role.DEPARTMENTS,
    Role.HOMEPAGE,
    Role.BOOKING,
)


def draw_import(store: ClinicStore, tell: Tell) -> None:
    """Draw the way of a list into the directory.

    Args:
        store: The directory.
        tell: Takes what came of it, said on the next run.

    Raises:
        ClinicsError: The directory cannot be read.
    """
    choose = say("clinics.import.choose")
    st.html(browser_words(choose, choose))
    st.markdown(f"**{say('clinics.import.title')}**")
    files = st.file_uploader(
        say("clinics.import.files"),
        accept_multiple_files=True,
        key=f"{_FILES_KEY}_{st.session_state.get(_TURN_KEY, 0)}",
        max_upload_size=_LARGEST_MB,
        on_change=_forget_prepared,
    )
    st.caption(plain(say("clinics.import.help")))
    if not files:
        return
    uploads = [Upload(file.name, file.getvalue()) for file in files]
    every = st.toggle(say("clinics.import.every_department"), key="clinics_every", on_change=_forget_prepared)
    mapping = _draw_mapping(uploads)
    prepared: Prepared | None = st.session_state.get(_READY_KEY)
    if prepared is None:
        if st.button(say("clinics.import.read"), key="clinics_read", type="primary"):
            _read(uploads, mapping, every=every)
        return
    _draw_prepared(prepared, store.preview(prepared.new), tell)


def forget_import() -> None:
    """Forget chosen files and what was read of them."""
    st.session_state[_TURN_KEY] = st.session_state.get(_TURN_KEY, 0) + 1
    _forget_prepared()


def _forget_prepared() -> None:
    st.session_state.pop(_READY_KEY, None)


def _draw_mapping(uploads: Sequence[Upload]) -> Mapping[Role, str]:
    """Ask which column holds what, where that cannot be told from a list's header."""
    try:
        tables = recognise(uploads)
    except ScalpError:
        return {}  # reading says what is wrong
    unknown = [table for table in tables if table.kind is TableKind.UNKNOWN and table.columns]
    if not unknown or any(table.kind.lists_clinics for table in tables):
        return {}
    table = unknown[0]
    st.info(plain(say("clinics.import.mapping", name=table.name)), icon=":material/table_view:")
    if table.sample:
        st.dataframe(_sample_of(table), hide_index=True, alt=say("clinics.import.sample"))
    chosen: dict[Role, str] = {}
    columns = st.columns(3)
    for number, role in enumerate(_MAPPED):
        with columns[number % 3]:
            column = st.selectbox(
                say(f"clinics.column.{role}"),
                ["", *dict.fromkeys(name for name in table.columns if name)],
                format_func=lambda name: name or say("clinics.import.no_column"),
                key=f"clinics_role_{role}",
                on_change=_forget_prepared,
            )
        if column:
            chosen[role] = column
    return chosen


def _sample_of(table: TableReport) -> pd.DataFrame:
    # Columns may lack a name or share one.
    names = [f"{number}. {name}" for number, name in enumerate(table.columns, 1)]
    rows = [[*row[: len(names)], *[""] * (len(names) - len(row))] for row in table.sample]
    return pd.DataFrame(rows, columns=names)


def _read(uploads: Sequence[Upload], mapping: Mapping[Role, str], *, every: bool) -> None:
    bar = st.progress(0.0, text=say("clinics.import.reading"))

    def show(name: str, done: int, total: int) -> None:
        words = say("clinics.import.reading_table", name=name, done=f"{done:,}", total=f"{total:,}")
        bar.progress(min(done / max(total, 1), 1.0), text=plain(words))

    try:
        prepared = prepare(
            uploads, mapping=mapping, every_department=every, language=current_language(), on_progress=show
        )
    except ScalpError as error:
        bar.empty()
        st.error(plain(error.message(current_language())), title=say("common.error.title"))
        return
    st.session_state[_READY_KEY] = prepared
    st.rerun()


def _draw_prepared(prepared: Prepared, changes: Changes, tell: Tell) -> None:
    for failure in prepared.failures:
        st.warning(plain(failure.message(current_language())))
    tables = [_table_words(table) for table in prepared.tables[:_MOST_TABLES]]
    st.markdown("\n".join(f"- {plain(words)}" for words in tables))
    st.markdown(f"**{plain(_counts(prepared, changes))}**")
    doubts = [*_flaw_words(prepared.reasons), *_passed_words(prepared.passed_over), *_flaw_words(prepared.mended)]
    if doubts:
        st.markdown("\n".join(f"- {plain(words)}" for words in doubts))
    if prepared.rejects:
        st.download_button(
            say("clinics.import.rejects", n=f"{prepared.rejected:,}"),
            prepared.rejects,
            "clinics.rejects.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
    st.dataframe(_preview(prepared), hide_index=True, alt=say("clinics.import.sample"))
    if changes.repeated is not None:
        st.info(say("clinics.import.repeated"), icon=":material/done_all:")
    replace = bool(changes.earlier) and st.toggle(
        say("clinics.import.replace", n=f"{changes.missing:,}"), key=_REPLACE_KEY
    )
    with st.container(horizontal=True):
        st.button(
            say("clinics.import.add", n=f"{prepared.accepted:,}"),
            key="clinics_add",
            type="primary",
            on_click=_add,
            args=(prepared, replace, tell),
        )
        st.button(say("clinics.import.discard"), key="clinics_discard", on_click=forget_import)


def _add(prepared: Prepared, replace: bool, tell: Tell) -> None:
    # A callback may arrive from a browser whose door was closed meanwhile.
    if not is_open():
        return
    try:
        _, changes = get_clinic_store().add(prepared.new, replace=replace)
    except ScalpError as error:
        tell(error)
        return
    numbers = {name: f"{getattr(changes, name):,}" for name in ("added", "updated", "unchanged")}
    tell(say("clinics.import.done", name=prepared.new.name, **numbers))
    forget_import()


def _table_words(table: TableReport) -> str:
    kind = say(f"clinics.table.{table.kind}")
    words = say("clinics.import.table", name=table.name, kind=kind, n=f"{table.rows:,}")
    return f"{words} {say('clinics.import.renamed')}" if table.renamed else words


def _counts(prepared: Prepared, changes: Changes) -> str:
    return say(
        "clinics.import.counts",
        read=f"{prepared.read:,}",
        accepted=f"{prepared.accepted:,}",
        rejected=f"{prepared.rejected:,}",
        added=f"{changes.added:,}",
        updated=f"{changes.updated:,}",
        unchanged=f"{changes.unchanged:,}",
    )


def _flaw_words(counts: Mapping[Flaw, int]) -> list[str]:
    return [say(f"clinics.flaws.{flaw}", n=f"{count:,}") for flaw, count in counts.items()]


def _passed_words(counts: Mapping[str, int]) -> list[str]:
    return [say(f"clinics.passed.{reason}", n=f"{count:,}") for reason, count in counts.items()]


def _preview(prepared: Prepared) -> pd.DataFrame:
    sample = prepared.sample
    return pd.DataFrame(
        {
            say("clinics.column.name"): [clinic.name for clinic in sample],
            say("clinics.column.kind"): [word_name("kind", clinic.kind) for clinic in sample],
            say("clinics.column.departments"): [", ".join(clinic.departments) for clinic in sample],
            say("clinics.column.address"): [clinic.address for clinic in sample],
            say("clinics.column.phone"): [clinic.phone for clinic in sample],
            say("clinics.column.latitude"): [clinic.latitude for clinic in sample],
            say("clinics.column.longitude"): [clinic.longitude for clinic in sample],
        }
    )
