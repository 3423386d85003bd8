"""Make a small drawn data set: labelled photos of nobody, to try a training with."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import streamlit as st

from core.interface.language import say
from core.interface.models_make import another_seed
from core.interface.models_manifests import data_dir

DRAWN_PREFIX: Final = "drawn-"
FEWEST, MOST, USUAL = 16, 2000, 64
_COUNT_KEY: Final = "models_drawn_count"
_FAILED_KEY: Final = "models_drawn_failed"
_LOOK_S: Final = 0.25


def draw_drawn(data_key: str) -> None:
    """Draw the form; what was drawn becomes the photos chosen for the next training.

    Args:
        data_key: Session key of the manifest chosen.
    """
    adopt_finished()
    with st.container(border=True, key="models_drawn"):
        st.markdown(f"**{say('models.drawn.heading')}**")
        st.caption(say("models.drawn.what"))
        st.session_state.setdefault(_COUNT_KEY, USUAL)
        count = int(st.number_input(say("models.drawn.count"), FEWEST, MOST, step=16, key=_COUNT_KEY, width=180))
        if st.button(say("models.drawn.make"), icon=":material/draw:", key="models_drawn_make"):
            folder = data_dir() / f"{DRAWN_PREFIX}{count}-{another_seed()}"
            if _write(folder, count):
                st.session_state[data_key] = str(folder / "manifest.csv")
                st.rerun()
            st.error(say("models.drawn.failed"), icon=":material/error:")


def adopt_finished() -> None:
    """Take in sets that were finished after whoever asked for them had left the page."""
    for part in data_dir().glob(f".{DRAWN_PREFIX}*-*"):
        if _is_complete(part):
            part.replace(part.with_name(part.name.removeprefix(".")))


def _is_complete(part: Path) -> bool:
    count = part.name.split("-")[1]
    manifest = part / "manifest.csv"
    if not count.isdigit() or not manifest.is_file():
        return False
    with manifest.open(encoding="utf-8") as file:
        return sum(1 for _ in file) == int(count) + 1


def _write(folder: Path, count: int) -> bool:
    """Draw the photos in a process of their own, which goes on where the person leaves the page meanwhile."""
    seed = folder.name.rpartition("-")[2]
    part = folder.with_name(f".{folder.name}")
    part.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "core", "synthesize", str(part), "--count", str(count), "--seed", seed]
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(  # noqa: S603 (our own command, numbers for arguments)
        command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
    bar = st.progress(0.0, text=say("models.drawn.progress", done=0, count=count))
    while process.poll() is None:
        done = sum(1 for _ in part.glob("*.jpg"))
        bar.progress(min(done / count, 1.0), text=say("models.drawn.progress", done=done, count=count))
        time.sleep(_LOOK_S)
    bar.empty()
    if process.returncode != 0:
        return False
    if part.exists():
        part.replace(folder)
    return True
