import pytest

from core.interface.examples import list_examples
from core.interface.resources import get_store
from core.locale import Language, text

DIAGNOSIS = "1_diagnosis.py"
SENTENCE = 'class="ss-sentence"'


def say(key, **values):
    return text(Language.ENGLISH, f"diagnosis.{key}", **values)


def upload(app, *files):
    return app.file_uploader(key="photos_0").set_value(list(files)).run()


def captions(app):
    return [one.value for one in app.caption]


def markup(app):
    return "".join(one.proto.body for one in app.get("html"))


def stored():
    return get_store().recent_visits(100)


def test_photo_gives_a_sentence_and_grades(open_app, example):
    app = upload(open_app(DIAGNOSIS), example)
    assert not app.exception
    assert SENTENCE in markup(app)
    assert markup(app).count('class="ss-condition"') == 6


def test_nothing_is_stored_without_consent(open_app, example):
    app = upload(open_app(DIAGNOSIS), example)
    app.run()
    assert say("kept.consent_missing") in captions(app)
    assert stored() == []


def test_result_is_stored_once_and_follows_the_answers(open_app, example):
    app = upload(open_app(DIAGNOSIS), example)
    app.checkbox(key="consent").check().run()
    for _ in range(3):
        app.run()
    (visit,) = stored()
    assert (visit.source, visit.age_band) == ("app", None)
    app.selectbox(key="age_band").set_value("30s").run()
    (visit,) = stored()
    assert visit.age_band == "30s"


def test_stored_result_is_deleted_and_not_stored_again(open_app, example):
    app = upload(open_app(DIAGNOSIS), example)
    app.checkbox(key="consent").check().run()
    (visit,) = stored()
    app.button(key=f"confirm_{visit.id}").click().run()
    app.run()
    assert stored() == []
    assert not app.checkbox(key="consent").value
    assert say("kept.consent_missing") in captions(app)


def test_more_photos_of_the_same_head_replace_the_stored_visit(open_app, example, second_example):
    app = upload(open_app(DIAGNOSIS), example)
    app.checkbox(key="consent").check().run()
    upload(app, example, second_example)
    (visit,) = stored()
    assert visit.photos == 2


def test_bad_files_are_explained_and_the_rest_is_graded(open_app, example):
    app = upload(open_app(DIAGNOSIS), ("empty.jpg", b"", "image/jpeg"), example, ("a.jpg", b"words", "image/jpeg"))
    assert not app.exception
    assert SENTENCE in markup(app)
    assert sum("could not be read" in one.value for one in app.markdown) == 2


def test_only_bad_files_give_no_grade(open_app):
    app = upload(open_app(DIAGNOSIS), ("a.jpg", b"words", "image/jpeg"))
    assert say("refused.all") in captions(app)
    assert SENTENCE not in markup(app)
    assert stored() == []


def test_result_survives_a_look_at_another_page(open_app, example):
    app = upload(open_app(DIAGNOSIS), example)
    app.switch_page("pages/9_about.py").run()
    app.switch_page(f"pages/{DIAGNOSIS}").run()
    assert SENTENCE in markup(app)


def test_too_many_photos_are_said(open_app, example):
    _, data, kind = example
    files = [(f"{number}.jpg", data + bytes(number), kind) for number in range(14)]
    app = upload(open_app(DIAGNOSIS), *files)
    assert say("photo.too_many", given=14, limit=12) in [one.value for one in app.warning]


def test_missing_models_are_explained(open_app, example, monkeypatch, tmp_path):
    monkeypatch.setenv("SCALPSPECTRA_MODELS_DIR", str(tmp_path))
    app = upload(open_app(DIAGNOSIS), example)
    assert not app.exception
    assert len(app.error) == 1
    assert SENTENCE not in markup(app)


@pytest.mark.parametrize("language", list(Language))
def test_example_in_the_address_is_graded(open_app, example, language):
    app = open_app(DIAGNOSIS, language=language.value, example=example[0].removesuffix(".jpg"))
    assert SENTENCE in markup(app)


def test_every_example_can_be_chosen(open_app):
    app = open_app(DIAGNOSIS)
    app.segmented_control(key="photo_source").set_value("example").run()
    labels = {button.label for button in app.button}
    assert list_examples()
    assert labels >= {say(f"example.{example.name}") for example in list_examples()}


def test_examples_are_named_in_korean():
    for example in list_examples():
        assert text(Language.KOREAN, f"diagnosis.example.{example.name}")
