"""The page of single records: who looks and why, what the filter of the statistics leaves, and who looked before.

There is such a page only where the operator has switched it on; with an operator's password it stands behind that.
"""

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from core.errors import ScalpError
from core.interface.chrome import draw_page_link
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.operator_door import draw_door, draw_leave, has_door, is_open
from core.interface.records_table import (
    looks_table,
    record_rows,
    records_table,
)
from core.interface.resources import get_store
from core.interface.statistics_demo import draw_demo_banner
from core.interface.statistics_link import offered_by
from core.interface.statistics_question import Question
from core.interface.statistics_state import settle_question, write_question
from core.interface.statistics_table import Stamp, as_csv, as_parquet
from core.interface.statistics_words import filters_words
from core.records.drilldown import LONGEST, MOST, Listing, drill_down, list_looks
from core.records.statistics import Filters, present
from core.records.store import RecordStore
from core.settings import get_settings

_WHO_KEY: Final = "records_who"
_REASON_KEY: Final = "records_reason"
_LISTED_KEY: Final = "records_listed"
_PAGE_KEY: Final = "records_page"
_PAGE_ROWS: Final = 25


def draw_records() -> None:
    """Draw the page below its header."""
    if not get_settings().drill_down:
        st.info(plain(say("errors.records.drill_down_off")), icon=":material/lock:")
        return
    if has_door():
        if not is_open():
            st.markdown(say("records.locked"))
            draw_door()
            return
        draw_leave()
    try:
        _draw(get_store())
    except ScalpError as error:
        st.error(plain(error.message(current_language())), title=say("common.error.title"))


def _draw(store: RecordStore) -> None:
    there = present(store)
    has_demo, has_real = there.demo, there.results
    if not has_demo and not has_real:
        st.info(say("records.none"))
        return
    only = None if has_demo and has_real else has_demo
    question = settle_question(lambda demo: offered_by(store, demo=demo), demo=only)
    write_question(question)
    if question.demo:
        draw_demo_banner()
    draw_page_link("statistics", say("records.back"), **question.in_address())
    # The condition is what the charts are of; here it chooses nobody.
    st.markdown(plain(say("records.chosen", who=_who(question))))
    _draw_form(question)
    listed: tuple[Filters, Listing] | ScalpError | None = st.session_state.get(_LISTED_KEY)
    if isinstance(listed, ScalpError):
        st.error(plain(listed.message(current_language())), title=say("common.error.title"))
    elif listed is not None and listed[0] == question.filters():
        _draw_listing(question, listed[1])
    _draw_looks(store)


def _who(question: Question) -> str:
    return filters_words(current_language(), question).partition(" · ")[2]


def _draw_form(question: Question) -> None:
    with st.form("records_form", border=True):
        st.caption(say("records.note", most=MOST))
        first, second = st.columns(2)
        with first:
            st.text_input(say("records.who"), key=_WHO_KEY, max_chars=LONGEST)
        with second:
            st.text_input(say("records.reason"), key=_REASON_KEY, max_chars=LONGEST)
        st.form_submit_button(
            say("records.look"), type="primary", key="records_look", on_click=_look, args=(question.filters(), 0)
        )


def _look(filters: Filters, behind: int) -> None:
    who, reason = (str(st.session_state.get(key, "")) for key in (_WHO_KEY, _REASON_KEY))
    try:
        found = drill_down(get_store(), filters, who=who, reason=reason, limit=MOST, behind=behind)
    except ScalpError as error:
        st.session_state[_LISTED_KEY] = error
    else:
        st.session_state[_LISTED_KEY] = (filters, found)
        st.session_state[_PAGE_KEY] = 1


def _draw_listing(question: Question, listing: Listing) -> None:
    look = listing.look
    with st.container(border=True, key="records_listing"):
        st.success(
            plain(
                say(
                    "records.noted",
                    number=look.number,
                    time=f"{look.happened_at:%Y-%m-%d %H:%M} UTC",
                    who=look.who,
                    reason=look.reason,
                )
            ),
            icon=":material/history_edu:",
        )
        if not listing.visits:
            st.info(say("records.nobody"))
            return
        first, last = listing.behind + 1, listing.behind + len(listing.visits)
        st.markdown(say("records.shown", first=f"{first:,}", last=f"{last:,}", n=f"{listing.people:,}"))
        pages = -(-len(listing.visits) // _PAGE_ROWS)
        page = 1
        if pages > 1:
            page = st.pagination(pages, key=_PAGE_KEY)
        rows = listing.visits[(page - 1) * _PAGE_ROWS : page * _PAGE_ROWS]
        st.dataframe(
            records_table(current_language(), rows),
            hide_index=True,
            width="stretch",
            height="content",
            alt=say("common.page.records"),
        )
        with st.container(horizontal=True, gap="small", key="records_files"):
            _draw_files(question, listing)
            _draw_more(question, listing)


def _draw_files(question: Question, listing: Listing) -> None:
    stamp = Stamp(
        data="demonstration" if question.demo else "results",
        filters=_who(question),
        people=listing.people,
        made_at=datetime.now(UTC),
        models=(),
    )
    rows = record_rows(listing)
    for kind, mime, write in (
        ("csv", "text/csv", as_csv),
        ("parquet", "application/vnd.apache.parquet", as_parquet),
    ):
        st.download_button(
            say(f"records.save_{kind}"),
            write(rows, stamp),
            file_name=stamp.file_name("records", kind),
            mime=mime,
            icon=":material/download:",
            key=f"records_save_{kind}",
            on_click="ignore",
        )


def _draw_more(question: Question, listing: Listing) -> None:
    """Offer the next records, and the ones before: each is a look of its own, noted like the first."""
    filters = question.filters()
    if listing.behind:
        before = max(0, listing.behind - MOST)
        st.button(say("records.newer"), key="records_newer", on_click=_look, args=(filters, before))
    behind = listing.behind + len(listing.visits)
    if behind < listing.people:
        st.button(say("records.older"), key="records_older", on_click=_look, args=(filters, behind))


def _draw_looks(store: RecordStore) -> None:
    looks = list_looks(store)
    if not looks:
        return
    st.subheader(say("records.looks"), anchor=False)
    st.caption(say("records.looks_note", n=len(looks)))
    st.dataframe(looks_table(current_language(), looks), hide_index=True, width="stretch", alt=say("records.looks"))
