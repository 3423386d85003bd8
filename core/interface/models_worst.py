"""The photos a run was most wrong about, with what its package looks at where both are at hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from core.errors import ScalpError
from core.interface.language import say
from core.interface.markup import plain
from core.interface.models_door import may_operate
from core.interface.models_photos import Tile, draw_absence, draw_tiles, find_photo, photo_root, tile_of
from core.interface.models_served import PackageNote, list_packages
from core.interface.models_words import class_names

if TYPE_CHECKING:
    from core.lab.held_out import HeldOut
    from core.lab.run_records import RunRecord

COUNT: Final = 8
_TILE_SIDE: Final = 320


@st.fragment
def draw_worst(record: RunRecord, output: str) -> None:
    """Draw the photos whose label a run thought least likely.

    Args:
        record: The run.
        output: What it predicted.
    """
    import numpy as np

    part = record.held_out[output]
    classes = class_names(record, output, part.probabilities.shape[1])
    of_label = part.probabilities[np.arange(len(part)), part.labels]
    rows = np.argsort(of_label, kind="stable")[:COUNT]
    with st.container(border=True, key="card_models_worst"):
        st.subheader(say("models.worst.heading"), anchor=False)
        st.caption(say("models.worst.note", count=len(rows), n=f"{len(part):,}"))
        root = photo_root(record, part) if may_operate() else None
        if root is None:
            draw_absence(record, [str(part.files[row]) for row in rows])
            _draw_list(part, rows.tolist(), classes)
            return
        package = next((one for one in list_packages() if one.folder == record.package), None)
        heated = package is not None and st.toggle(say("models.worst.heat"), key="models_worst_heat")
        words = [_words(part, row, classes) for row in rows]
        files = [str(part.files[row]) for row in rows]
        if heated and package is not None:
            with st.spinner(say("models.try.working", n=len(files))):
                tiles = [_heated(package, root, file, said, output) for file, said in zip(files, words, strict=True)]
            st.caption(say("models.worst.heat_note"))
        else:
            tiles = [tile_of(root, file, said) for file, said in zip(files, words, strict=True)]
        draw_tiles(tiles, "models_worst_tiles")
        if package is None:
            st.caption(say("models.worst.no_package"))


def _draw_list(part: HeldOut, rows: Sequence[int], classes: Sequence[str]) -> None:
    st.markdown("\n".join(f"1. {plain(_words(part, row, classes))}" for row in rows))


def _words(part: HeldOut, row: int, classes: Sequence[str]) -> str:
    label, grade = int(part.labels[row]), int(part.grades[row])
    return say(
        "models.worst.words",
        label=classes[label],
        grade=classes[grade],
        label_share=f"{part.probabilities[row, label]:.0%}",
        grade_share=f"{part.probabilities[row, grade]:.0%}",
    )


def _heated(package: PackageNote, root: Path, file: str, words: str, output: str) -> Tile:
    from core.interface.heatmap import overlay, shrink
    from core.interface.models_trial import open_trial
    from core.vision.photo import encode_jpeg, read_photo

    path = find_photo(root, file)
    if path is None:
        return Tile(file, words, None)
    try:
        tried = open_trial(package).look(read_photo(path))
    except ScalpError:
        return tile_of(root, file, words)
    said = next((one for one in tried.outputs if one.id == output), None)
    if said is None or said.heatmap is None:
        return tile_of(root, file, words)
    drawn = overlay(tried.preview, said.heatmap, tried.box, 0.55)
    return Tile(file, words, encode_jpeg(shrink(drawn, _TILE_SIDE), 80))
