"""One run closely: what it takes for what, the photos behind it, its worst cases, how sure it may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from core.interface.charts import PICK
from core.interface.charts_models_grid import confusion
from core.interface.language import say
from core.interface.markup import plain
from core.interface.models_card import chart_key, draw_chart
from core.interface.models_door import may_operate
from core.interface.models_photos import draw_absence, draw_tiles, photo_root, tile_of
from core.interface.models_state import note, settle
from core.interface.models_trust import draw_reliability, draw_subgroups
from core.interface.models_words import class_names, short_names
from core.interface.models_worst import draw_worst
from core.interface.statistics_picks import clicked

if TYPE_CHECKING:
    from core.lab.held_out import HeldOut
    from core.lab.run_records import RunRecord

PAGE_OF_TILES: Final = 12
_CELL_KEY: Final = "models_cell"
_CLICKS_KEY: Final = "models_cell_clicks"
_PALE: Final = 0.45
_NONE: Final = ""


def draw_one_run(records: Sequence[RunRecord], output: str) -> None:
    """Draw one of the runs closely.

    Args:
        records: The runs compared that predicted the output.
        output: What they predicted.
    """
    if not records:
        return
    st.subheader(say("models.one.heading"), anchor="one")
    names = short_names([record.id for record in records])
    ids = list(names)
    one: str = st.selectbox(
        say("models.one.run"),
        ids,
        format_func=names.__getitem__,
        key=settle("one", ids, ids[0]),
        persist_state="session",
        width=420,
    )
    note(one=one if one != ids[0] else None)
    record = next(record for record in records if record.id == one)
    _draw_confusion(record, output)
    draw_worst(record, output)
    left, right = st.columns(2, gap="small")
    with left:
        draw_reliability(record, output)
    with right:
        draw_subgroups(record, output)


@st.fragment
def _draw_confusion(record: RunRecord, output: str) -> None:
    part = record.held_out[output]
    classes = class_names(record, output, part.probabilities.shape[1])
    with st.container(border=True, key="card_models_confusion_frame"):
        st.subheader(say("models.one.confusion"), anchor=False)
        st.caption(say("models.one.confusion_note"))
        chart, photos = st.columns([1, 1.15], gap="medium")
        cells = _cells(part, classes)
        with photos:
            cell = _draw_cell_choice(cells, classes, record.id)
        with chart:
            _draw_matrix(record, part, classes, cells, cell)
        with photos:
            _draw_cell(record, part, classes, cell)


def _cells(part: HeldOut, classes: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for label, label_name in enumerate(classes):
        labelled = part.labels == label
        total = int(labelled.sum())
        for grade, grade_name in enumerate(classes):
            n = int((labelled & (part.grades == grade)).sum())
            share = n / total if total else None
            rows.append(
                {
                    "label": label_name,
                    "grade": grade_name,
                    "label_id": str(label),
                    "grade_id": str(grade),
                    "n": n,
                    "share": share,
                    "words": f"{n:,}",
                    "share_words": say("models.words.unknown") if share is None else f"{share * 100:.0f}\u00a0%",
                }
            )
    return rows


def _draw_cell_choice(cells: Sequence[dict[str, Any]], classes: Sequence[str], run: str) -> str:
    """Ask for a cell in words: what a click in the matrix chooses too."""
    filled = [f"{c['label_id']}-{c['grade_id']}" for c in cells if c["n"]]
    counts = {f"{c['label_id']}-{c['grade_id']}": c["n"] for c in cells}
    key = f"{_CELL_KEY}_{run}"
    if st.session_state.get(key) not in filled:
        st.session_state[key] = _NONE

    labels = {_NONE: say("models.one.no_cell")}
    for cell in filled:
        label, grade = (classes[int(place)] for place in cell.split("-"))
        labels[cell] = say("models.one.cell", label=label, grade=grade, n=f"{counts[cell]:,}")
    chosen: str = st.selectbox(say("models.one.choose_cell"), [_NONE, *filled], format_func=labels.__getitem__, key=key)
    return chosen


def _draw_matrix(
    record: RunRecord, part: HeldOut, classes: Sequence[str], cells: Sequence[dict[str, Any]], cell: str
) -> None:
    import pandas as pd

    rows = pd.DataFrame(cells)
    picked = rows["label_id"] + "-" + rows["grade_id"] == cell
    rows["strength"] = picked.map({True: 1.0, False: _PALE}) if cell else 1.0
    titles = {
        "label": say("models.one.labelled"),
        "grade": say("models.one.predicted"),
        "words": say("models.words.photos"),
        "share_words": say("models.one.share"),
    }
    right = int((part.labels == part.grades).sum())
    sentence = say(
        "models.one.confusion_sentence", n=f"{len(part):,}", right=f"{right:,}", share=f"{right / len(part):.0%}"
    )
    name = f"confusion_{record.id}"
    draw_chart(
        name,
        "",
        "",
        lambda colours: confusion(
            rows,
            colours,
            sentence,
            titles,
            classes=classes,
            labelled=say("models.one.labelled"),
            predicted=say("models.one.predicted"),
        ),
        sentence,
        on_pick=lambda: _take_click(name, record.id),
    )


def _take_click(name: str, run: str) -> None:
    marks = [
        {str(field): str(value) for field, value in mark.items()}
        for mark in st.session_state[chart_key(name)].selection.get(PICK) or []
    ]
    before: dict[str, list[dict[str, str]]] = st.session_state.setdefault(_CLICKS_KEY, {})
    mark = clicked(before.get(name, []), marks)
    before[name] = marks
    if mark is None or "label_id" not in mark:
        return
    cell = f"{mark['label_id']}-{mark['grade_id']}"
    key = f"{_CELL_KEY}_{run}"
    st.session_state[key] = _NONE if st.session_state.get(key) == cell else cell


def _draw_cell(record: RunRecord, part: HeldOut, classes: Sequence[str], cell: str) -> None:
    import numpy as np

    if not cell:
        st.markdown(say("models.one.click"))
        return
    label, grade = (int(place) for place in cell.split("-"))
    rows = np.flatnonzero((part.labels == label) & (part.grades == grade))
    # The surest first: where these are mistakes, they are the ones to look at.
    rows = rows[np.argsort(-part.probabilities[rows, grade], kind="stable")]
    st.markdown(
        say("models.one.cell_sentence", n=f"{len(rows):,}", label=plain(classes[label]), grade=plain(classes[grade]))
    )
    root = photo_root(record, part) if may_operate() else None
    if root is None:
        draw_absence(record, [str(part.files[row]) for row in rows])
        return
    start = _draw_pager(len(rows), f"models_cell_page_{record.id}_{cell}")
    tiles = [
        tile_of(root, str(part.files[row]), say("models.one.sure", share=f"{part.probabilities[row, grade]:.0%}"))
        for row in rows[start : start + PAGE_OF_TILES]
    ]
    draw_tiles(tiles, "models_cell_tiles")


def _draw_pager(count: int, key: str) -> int:
    pages = -(-count // PAGE_OF_TILES)
    if pages <= 1:
        return 0
    page: int = st.number_input(say("models.one.page", pages=pages), 1, pages, 1, key=key, width=180)
    return (page - 1) * PAGE_OF_TILES
