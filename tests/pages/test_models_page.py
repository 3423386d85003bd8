"""The Models page: what is compared, who sees which photos, what is tried, which model grades."""

import csv
import io
import random
import shutil
import sys
from pathlib import Path

import pytest

from core.interface.models_table import table_as_csv
from core.interface.resources import get_diagnoser, get_store
from core.locale import Language, text
from core.settings import get_settings
from core.taxonomy import View

sys.path.append(str(Path(__file__).resolve().parents[1] / "unit"))
from making_runs import HOSTILE, make_classifier, make_photos, make_run, predictions

MODELS = "6_models.py"
RUNS = ("nets/strong", "nets/weak")


def say(key, language=Language.ENGLISH, **values):
    return text(language, f"models.{key}", **values)


def words(app):
    kinds = (app.markdown, app.caption, app.warning, app.info, app.success, app.error)
    return " ".join(one.value.replace("\\", "").replace("\u2060", "") for kind in kinds for one in kind)


def html(app):
    return " ".join(one.proto.body for one in app.get("html"))


def charts(app):
    return len(app.get("vega_lite_chart")) + len(app.get("arrow_vega_lite_chart"))


@pytest.fixture
def folders(settings, tmp_path, monkeypatch):  # noqa: ARG001
    """The folder of runs made here; none ship."""
    monkeypatch.setattr("core.lab.run_records.SHIPPED_DIR", tmp_path / "shipped")
    return get_settings().var_dir


@pytest.fixture
def runs(folders):
    """Three runs over the same photos, which lie in the data folder; one has a name of bad intent."""
    keys = make_photos(folders / "data" / "crown")
    make_run(folders / "runs" / "nets" / "strong", predictions(2.5, 1, keys=keys))
    make_run(folders / "runs" / "nets" / "weak", predictions(0.4, 2, keys=keys), "scalp-cnn", 1.1)
    make_run(folders / "runs" / "nets" / "=cmd()", predictions(1.0, 3, keys=keys), "alexnet", 4.0)
    return folders


@pytest.fixture
def open_door(monkeypatch):
    """Open the operator's door on a page that is open."""

    def open_one(app):
        monkeypatch.setenv("SCALPSPECTRA_OPERATOR_PASSWORD", "a long password")
        get_settings.cache_clear()
        app.session_state["operator_open"] = True
        return app.run()

    return open_one


@pytest.mark.parametrize("language", list(Language))
def test_without_runs_the_page_says_what_they_are_and_how_to_get_one(open_app, folders, language):  # noqa: ARG001
    app = open_app(MODELS, language=language)
    assert say("empty.what", language) in words(app)
    assert charts(app) == 0
    assert say("published.heading", language) in [one.value for one in app.subheader]


def test_runs_stand_side_by_side_and_the_link_holds_which(open_app, runs):  # noqa: ARG001
    app = open_app(MODELS, runs=",".join([*RUNS, "nets/gone"]), baseline="nets/weak")
    assert "nets/gone" in words(app)
    assert app.multiselect[0].value == list(RUNS)
    assert "Clearly better (1): strong." in words(app)
    assert say("compare.paired", n="120", baseline="weak", metric="kappa") in words(app)
    # Figures, differences, cost, four curves, confusion, reliability, subgroups by sex.
    assert charts(app) == 10
    app.multiselect[0].set_value([*RUNS, "nets/=cmd()"]).run()
    assert not app.exception
    assert app.query_params["runs"] == "nets/strong,nets/weak,nets/=cmd()"
    assert len(app.dataframe[0].value) == 3


def test_no_cell_of_a_file_is_a_formula():
    rows = [{"run": "=cmd()", "=note": "+1", "n": -3}]
    head, cells = csv.reader(io.StringIO(table_as_csv(rows).decode("utf-8-sig")))
    assert head == ["run", "'=note", "n"]
    assert cells == ["'=cmd()", "'+1", "-3"]


def test_the_photos_of_a_cell_are_the_operators_alone(open_app, runs, open_door):  # noqa: ARG001
    app = open_app(MODELS, runs="nets/weak")
    cell = next(one for one in app.selectbox if one.label == say("one.choose_cell"))
    cell.select("0-0").run()
    assert say("photos.operator") in words(app)
    assert "0000.jpg" not in words(app) + str([one.value for one in app.code])
    app = open_door(app)
    assert not app.exception
    assert say("photos.operator") not in words(app)
    # Twelve of the cell, eight of the worst.
    assert len(app.get("imgs")) + len(app.get("image")) >= 20
    assert ".jpg" in words(app)


def test_visitors_start_no_training(open_app, folders, open_door):  # noqa: ARG001
    app = open_app(MODELS, section="train")
    assert say("train.operator") in words(app)
    assert not [one for one in app.button if one.key == "models_train_start"]
    app = open_door(app)
    assert say("drawn.make") in [one.label for one in app.button]
    assert say("train.no_data") in words(app)


def test_a_package_becomes_the_default_after_a_question_and_the_way_back_is_one_button(
    open_app, folders, open_door, tiny_package
):
    kept = folders / "models" / "tiny"
    shutil.copytree(tiny_package, kept)
    before = get_diagnoser().packages[View.MICROSCOPE].id
    app = open_app(MODELS, section="packages", package="own/tiny")
    assert not [one for one in app.button if one.key == "models_make_default"]
    app = open_door(app)
    app.button(key="models_make_default").click().run()
    assert say("default.title") in [one.value for one in app.subheader]
    assert get_diagnoser().packages[View.MICROSCOPE].id == before
    app.button(key="models_default_yes").click().run()
    assert not app.exception
    assert say("default.done", id="tiny", version="1") in words(app)
    assert get_diagnoser().packages[View.MICROSCOPE].id == "tiny"
    app.button(key="models_undo_microscope").click().run()
    assert get_diagnoser().packages[View.MICROSCOPE].id == before

    app.button(key="models_make_default").click().run()
    app.button(key="models_default_yes").click().run()
    (kept / "CARD.md").write_text("changed")
    st_cache_free()
    assert get_diagnoser().packages[View.MICROSCOPE].id == before
    assert "Models page" in str(get_diagnoser().notices[0])


def st_cache_free():
    import streamlit as st

    # Nobody else would let go of the records before they are opened anew.
    get_store().close()
    st.cache_resource.clear()


def test_a_classifier_answers_with_its_classes_and_advice_and_all_of_it_stays_text(open_app, folders, example):
    make_classifier(folders / "models" / "things")
    app = open_app(MODELS, section="try", model="own/things")
    app.file_uploader(key="models_try_upload").set_value([example]).run()
    assert not app.exception
    assert "<img" not in html(app)
    assert "can &lt;img" in html(app)
    assert f"advice on can {HOSTILE}" in words(app)


def test_an_image_is_made_and_graded_at_once(open_app, folders):  # noqa: ARG001
    app = open_app(MODELS, section="try", source="make", language="ko")
    random.seed(1)  # About one drawn picture in seven is refused as no scalp; this one is not.
    app.button(key="models_make_draw").click().run()
    assert "ss-bars" not in html(app)
    app.button(key="models_make_grade").click().run()
    assert not app.exception
    assert "ss-bars" in html(app)
