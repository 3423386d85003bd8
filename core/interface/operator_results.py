"""Results of other systems, brought in by the operator: chosen, looked at, and only then stored."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import ScalpError
from core.interface.language import current_language, say
from core.interface.markup import browser_words, plain
from core.interface.operator_door import is_open
from core.interface.operator_results_tables import cells_table, read_table
from core.interface.resources import get_store
from core.interface.sentences import raise_first
from core.records.exchange import ImportChoices, ImportReport, import_results, preview_results
from core.records.importing.foreign_rows import WIDE_ROLES
from core.records.importing.preview import Preview
from core.records.importing.reasons import explain_reason
from core.records.importing.roles import Form, Role
from core.records.importing.staging import OnProgress, Stage

_TURN_KEY: Final = "results_turn"
_SEEN_KEY: Final = "results_seen"
_DONE_KEY: Final = "results_done"
_LARGEST_MB: Final = 200
_BESIDE: Final = 3


@dataclass(frozen=True)
class _Done:
    """What came of an import: its report, and the rejected rows as CSV."""

    report: ImportReport
    rejects: bytes | None


def draw_results() -> None:
    """Draw the way of a file into the records.

    Raises:
        ScalpError: The records cannot be read.
    """
    st.subheader(say("imports.page.title"), anchor=False)
    st.markdown(say("imports.page.about"))
    _draw_done()
    choose = say("imports.page.choose")
    st.html(browser_words(choose, choose))
    turn = st.session_state.setdefault(_TURN_KEY, 0)
    file = st.file_uploader(say("imports.page.file"), key=f"results_file_{turn}", max_upload_size=_LARGEST_MB)
    st.caption(plain(say("imports.page.help")))
    if file is None:
        return
    st.session_state.pop(_DONE_KEY, None)
    try:
        _draw_file(file)
    except ScalpError as error:
        st.error(plain(error.message(current_language())), title=say("common.error.title"))


def _draw_file(file: UploadedFile) -> None:
    """Draw what a file holds, how it would be read, and the button that does it."""
    guess = _look(file, ImportChoices())
    table = None
    if len(guess.tables) > 1:
        table = st.selectbox(
            say("imports.page.which_table"),
            guess.tables,
            index=guess.tables.index(guess.table or guess.tables[0]),
            key=f"results_table_{file.file_id}",
        )
        guess = _look(file, ImportChoices(table=table))
    if guess.form is None:
        st.info(say("imports.page.unknown"), icon=":material/table_view:")
    choices = _draw_choices(file, guess, table)
    seen = _look(file, choices)
    if seen.form is None:
        _draw_cells(seen)
        return
    found = say("imports.page.found", form=say(f"imports.form.{seen.form}"), rows=f"{seen.rows:,}")
    written = say("imports.page.written", encoding=seen.encoding.upper()) if seen.encoding else ""
    st.markdown(plain(f"{found} {written}"))
    counts = {name: f"{getattr(seen, name):,}" for name in ("good", "rows", "gradings")}
    st.markdown(f"**{plain(say('imports.page.counts', new=f'{seen.added:,}', **counts))}**")
    _draw_reasons(seen.reasons)
    st.markdown(f"**{say('imports.page.as_read')}**")
    st.dataframe(read_table(seen), hide_index=True, alt=say("imports.page.as_read"))
    if seen.good and not seen.added:
        st.info(say("imports.page.nothing_new"), icon=":material/done_all:")
    with st.container(horizontal=True):
        go = st.button(
            say("imports.page.import", n=f"{seen.added:,}"),
            key="results_import",
            type="primary",
            disabled=not seen.added,
        )
        st.button(say("imports.page.discard"), key="results_discard", on_click=_forget)
    if go and is_open():
        _bring_in(file, choices)


def _draw_choices(file: UploadedFile, guess: Preview, table: str | None) -> ImportChoices:
    """Ask what the columns hold, beside what was guessed."""
    if guess.form is Form.OWN:
        return ImportChoices(table=table)
    with st.expander(say("imports.page.mapping"), expanded=guess.form is None, icon=":material/view_column:"):
        st.caption(say("imports.page.mapping_help"))
        _draw_cells(guess)
        names = ["", *(name for name in guess.columns if name)]
        said: dict[str, str] = {}
        for start in range(0, len(Role), _BESIDE):
            # A row at a time, so that on a phone they stand in the order they are listed.
            for role, column in zip(list(Role)[start : start + _BESIDE], st.columns(_BESIDE), strict=False):
                said[role] = column.selectbox(
                    _role_name(role),
                    names,
                    index=names.index(guess.mapping.get(role, "")),
                    format_func=lambda name: name or say("imports.page.no_column"),
                    key=f"results_role_{file.file_id}_{table}_{role}",
                )
        system = st.text_input(
            say("imports.page.system"),
            key=f"results_system_{file.file_id}",
            max_chars=60,
            help=say("imports.page.system_help"),
        )
    changed = said != {role: guess.mapping.get(role, "") for role in Role}
    return ImportChoices(said if changed else None, system.strip(), table)


def _role_name(role: Role) -> str:
    if role in WIDE_ROLES:
        return raise_first(say(f"taxonomy.condition.{role}"))
    return say(f"imports.role.{role}")


def _draw_cells(seen: Preview) -> None:
    st.markdown(f"**{say('imports.page.as_stands')}**")
    st.dataframe(cells_table(seen), hide_index=True, alt=say("imports.page.as_stands"))


def _draw_reasons(reasons: Mapping[str, int]) -> None:
    if not reasons:
        return
    lines = [
        say("imports.page.reason_line", n=f"{rows:,}", words=explain_reason(reason, current_language()))
        for reason, rows in reasons.items()
    ]
    st.warning(
        "\n".join(f"- {plain(line)}" for line in lines),
        title=say("imports.page.left_out", rejected=f"{sum(reasons.values()):,}"),
    )


def _look(file: UploadedFile, choices: ImportChoices) -> Preview:
    """Preview a file, once for each set of choices as long as nothing is stored meanwhile."""
    store = get_store()
    question = (file.file_id, repr(choices), store.version)
    kept: dict[tuple[object, ...], Preview] = st.session_state.setdefault(_SEEN_KEY, {})
    if question not in kept:
        if any(asked[0] != file.file_id for asked in kept):
            kept.clear()
        with _on_disk(file) as path, _telling() as tell:
            kept[question] = preview_results(store, path, choices, on_progress=tell)
    return kept[question]


def _bring_in(file: UploadedFile, choices: ImportChoices) -> None:
    with _on_disk(file) as path, _telling() as tell:
        report = import_results(get_store(), path, choices, on_progress=tell)
        rejects = report.reject_file.read_bytes() if report.reject_file else None
    _forget()
    st.session_state[_DONE_KEY] = _Done(report, rejects)
    st.rerun()


def _draw_done() -> None:
    """Say what came of the last import, until another file is chosen."""
    done: _Done | None = st.session_state.get(_DONE_KEY)
    if done is None:
        return
    report = done.report
    words = say(
        "imports.page.done",
        imported=f"{report.imported:,}",
        visits=f"{report.visits:,}",
        already=f"{report.already_there:,}",
        rejected=f"{report.rejected:,}",
    )
    st.success(words, icon=":material/check:")
    _draw_reasons(report.reasons)
    if done.rejects is not None:
        st.download_button(
            say("imports.page.rejects"),
            done.rejects,
            "results.rejects.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )


def _forget() -> None:
    """Let another file be chosen."""
    st.session_state[_TURN_KEY] = st.session_state.get(_TURN_KEY, 0) + 1
    st.session_state.pop(_SEEN_KEY, None)


@contextmanager
def _on_disk(file: UploadedFile) -> Iterator[Path]:
    """Lay an upload down where it can be read, under a harmless form of its name."""
    name = re.sub(r"[^\w. ()-]", "_", Path(file.name).name)[-80:].lstrip(".") or "file"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(file.getvalue())
        yield path


@contextmanager
def _telling() -> Iterator[OnProgress]:
    """Show how far reading or adding is."""
    place = st.empty()

    def tell(stage: Stage, share: float) -> None:
        place.progress(min(max(share, 0.0), 1.0), text=say(f"imports.page.{stage}"))

    try:
        yield tell
    finally:
        place.empty()
