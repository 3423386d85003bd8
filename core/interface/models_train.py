"""Start a training from the page: recipe, photos, a few changes; it runs by itself from then on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from core.errors import ScalpError
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.models_door import draw_operator_only, may_operate
from core.interface.models_drawn import DRAWN_PREFIX, draw_drawn
from core.interface.models_jobs import draw_jobs
from core.interface.models_manifests import list_manifests
from core.interface.models_records import runs_dir
from core.interface.models_state import note, settle
from core.interface.models_words import in_language
from core.taxonomy import View

if TYPE_CHECKING:
    from core.lab.recipe import Recipe

OWN_GROUP: Final = "own"
_DATA_KEY: Final = "models_train_data"
_NAME_KEY: Final = "models_train_name"
_MORE_KEY: Final = "models_train_more"
_STARTED_KEY: Final = "models_train_started"
_SLUG: Final = re.compile(r"[^a-z0-9]+")


def draw_train() -> None:
    """Draw the section: trainings under way for everybody who may see them, and the form that starts one."""
    if not may_operate():
        draw_operator_only(say("models.train.operator"))
        return
    started = st.session_state.pop(_STARTED_KEY, None)
    if isinstance(started, ScalpError):
        st.error(plain(started.message(current_language())), title=say("common.error.title"), icon=":material/error:")
    elif started is not None:
        st.success(plain(say("models.train.started", run=started)), icon=":material/play_circle:")
    draw_jobs()
    st.subheader(say("models.train.heading"), anchor="train")
    manifests = {str(path): name for name, path in list_manifests()}
    left, right = st.columns([1.2, 1], gap="large")
    with right:
        draw_drawn(_DATA_KEY)
    with left:
        _draw_form(manifests)


def _draw_form(manifests: Mapping[str, str]) -> None:
    from core.lab.recipe import read_recipe, recipe_names

    names = list(recipe_names())
    # One that fits the photos this page can draw comes first.
    usual = next((one for one in names if "microscope" in one), names[0])
    name: str = st.selectbox(
        say("models.train.recipe"), names, key=settle("recipe", names, usual), persist_state="session"
    )
    note(recipe=name if name != usual else None)
    try:
        recipe = read_recipe(name)
    except ScalpError as error:
        st.error(plain(error.message(current_language())), icon=":material/error:")
        return
    st.caption(plain(_description(recipe)))
    if not manifests:
        st.info(say("models.train.no_data"), icon=":material/photo_library:")
        return
    if st.session_state.get(_DATA_KEY) not in manifests:
        st.session_state[_DATA_KEY] = next(iter(manifests))
    st.selectbox(
        say("models.train.data"),
        list(manifests),
        format_func=manifests.__getitem__,
        key=_DATA_KEY,
        persist_state="session",
        help=say("models.train.data_help"),
    )
    drawn = manifests[st.session_state[_DATA_KEY]].startswith(DRAWN_PREFIX)
    if drawn and recipe.definition.view is not View.MICROSCOPE:
        st.warning(say("models.train.not_drawn"), icon=":material/info:")
    changes = _draw_changes(name, recipe)
    if recipe.adaptation.data and not Path(recipe.adaptation.data).is_file():
        # The photos the recipe carries its head over to lie elsewhere: without them it trains on these alone.
        st.caption(say("models.train.no_adaptation"))
        changes = ['adaptation.data=""', *changes]
    st.text_input(
        say("models.train.name"), key=_NAME_KEY, max_chars=40, placeholder=name, help=say("models.train.name_help")
    )
    if st.button(say("models.train.start"), type="primary", icon=":material/play_arrow:", key="models_train_start"):
        with st.spinner(say("models.train.starting")):
            _start(name, changes, manifests)
        st.rerun()


def _description(recipe: Recipe) -> str:
    return in_language(recipe.description)


def _draw_changes(name: str, recipe: Recipe) -> list[str]:
    """Ask for changes to the recipe, and return those made, as `key=value`."""
    from core.vision.architectures import architecture_names

    weights = list(dict.fromkeys([recipe.network.weights, "imagenet", "none"]))
    with st.expander(say("models.train.changes"), icon=":material/tune:", key="models_train_changes"):
        left, right = st.columns(2, gap="small")
        with left:
            fields = [
                _Field(name, "network.architecture", recipe.network.architecture).pick(architecture_names()),
                _Field(name, "input.width", recipe.input.width).number(16, 2048),
                _Field(name, "training.epochs", recipe.training.epochs).number(1, 1000),
                _Field(name, "optimiser.lr", recipe.optimiser.lr).rate(),
                _Field(name, "training.seed", recipe.training.seed).number(0, 2**31 - 1),
            ]
        with right:
            fields += [
                _Field(name, "network.weights", recipe.network.weights).pick(weights),
                _Field(name, "input.height", recipe.input.height).number(16, 2048),
                _Field(name, "training.batch_size", recipe.training.batch_size).number(2, 1024),
                _Field(name, "validation.folds", recipe.validation.folds).number(0, 20),
            ]
        more = st.text_area(
            say("models.train.more"),
            key=_MORE_KEY,
            placeholder="stopping.patience=5",
            help=say("models.train.more_help"),
        )
    lines = [line.strip() for line in more.splitlines() if line.strip()]
    return [change for change in fields if change] + lines


@dataclass(frozen=True)
class _Field:
    """One value of a recipe that the form changes; each way to ask returns the change, empty where there is none."""

    recipe: str
    name: str
    value: Any

    def pick(self, options: Sequence[str]) -> str:
        return self._change(st.selectbox(self._label, options, key=self._key()))

    def number(self, low: int, high: int) -> str:
        return self._change(st.number_input(self._label, low, high, step=1, key=self._key()))

    def rate(self) -> str:
        return self._change(st.number_input(self._label, 1e-7, 1.0, step=1e-4, format="%.6f", key=self._key()))

    @property
    def _label(self) -> str:
        return say(f"models.train.field_{self.name.rpartition('.')[2]}")

    def _key(self) -> str:
        key = f"models_train_{self.recipe}_{self.name}"
        st.session_state.setdefault(key, self.value)
        return key

    def _change(self, value: object) -> str:
        return "" if value == self.value else f"{self.name}={_toml(value)}"


def _toml(value: object) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _start(name: str, changes: list[str], manifests: Mapping[str, str]) -> None:
    from core.lab.jobs import start_training
    from core.lab.recipe import read_recipe

    if not may_operate():
        return
    data = str(st.session_state.get(_DATA_KEY))
    if data not in manifests:
        return
    label = manifests[data]
    try:
        recipe = read_recipe(name, [*_card(label), *changes])
        folder = _run_folder(str(st.session_state.get(_NAME_KEY) or ""), recipe)
        start_training(recipe, Path(data), folder)
    except ScalpError as error:
        st.session_state[_STARTED_KEY] = error
    else:
        st.session_state[_STARTED_KEY] = folder.name


def _card(label: str) -> list[str]:
    """Say on the card where the photos come from: what the recipe says there is about the photos it was written for."""
    drawn = label.startswith(DRAWN_PREFIX)
    told = {
        "card.data": "Drawn photos, made by this application's own synthesis; no photo of a person."
        if drawn
        else f"Photos of the manifest {label}, brought by whoever runs this installation.",
        "card.limits": "Trained from the Models page; measured on held-out photos of the same manifest alone.",
    }
    return [f"{key}={json.dumps(words)}" for key, words in told.items()]


def _run_folder(wanted: str, recipe: Recipe) -> Path:
    slug = _SLUG.sub("-", wanted.lower()).strip("-")[:40] or f"{recipe.name}-{recipe.network.architecture}"
    base = runs_dir() / OWN_GROUP / slug
    return base if not base.exists() else base.with_name(f"{slug}-{datetime.now().astimezone():%m%d-%H%M%S}")
