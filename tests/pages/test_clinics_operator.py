"""Who may change the clinic list on its page, and how a list gets in and out again."""

import pytest

from core.interface.clinics_resources import get_clinic_store
from core.locale import Language, text

CLINICS = "3_clinics.py"
PASSWORD = "a long password"
LIST = (
    "상호,도로명주소,위도,경도,전화\n"
    "맑은피부과의원,서울특별시 중구 세종대로 110,37.5663,126.9779,02-120-1111\n"
    "<script>alert(1)</script>`${1}`,서울특별시 중구 명동길 1,126.985,37.5636,02-777-0000\n"
    ",주소만 있는 줄,37.5,127.0,\n"
).encode("cp949")


def say(key, **values):
    return text(Language.ENGLISH, f"clinics.{key}", **values)


def words(app):
    return " ".join(one.value.replace("\\", "") for one in [*app.markdown, *app.success, *app.error, *app.info])


@pytest.fixture
def open_operator(open_app, monkeypatch):
    """The clinic page with the operator's door open."""

    def open_one(password=PASSWORD, **query):
        monkeypatch.setenv("SCALPSPECTRA_OPERATOR_PASSWORD", PASSWORD)
        from core.settings import get_settings

        get_settings.cache_clear()
        app = open_app(CLINICS, region="KR-11", district="중구", **query)
        app.text_input(key="operator_password").input(password)
        next(one for one in app.button if one.label == text(Language.ENGLISH, "products.operator.enter")).click()
        return app.run()

    return open_one


def uploader(app):
    return app.get("file_uploader")


def test_without_a_password_nobody_changes_the_list(open_app):
    app = open_app(CLINICS)
    assert "SCALPSPECTRA_OPERATOR_PASSWORD" in words(app)
    assert not uploader(app)
    assert not [one for one in app.text_input if one.key == "operator_password"]


def test_a_wrong_password_opens_nothing(open_operator, monkeypatch):
    monkeypatch.setattr("core.interface.operator_door._WAIT_S", 0)
    app = open_operator(password="another password")
    assert text(Language.ENGLISH, "products.operator.wrong") in words(app)
    assert not uploader(app)


def test_a_list_is_looked_at_added_and_undone(open_operator):
    app = open_operator()
    (files,) = uploader(app)
    files.set_value(("mine.csv", LIST, "text/csv")).run()
    before = len(get_clinic_store().directory())
    app.button(key="clinics_read").click().run()
    assert not app.exception
    assert say("flaws.no_name", n="1") in words(app)
    assert say("flaws.swapped", n="1") in words(app)
    assert len(get_clinic_store().directory()) == before, "nothing is changed by looking"
    app.button(key="clinics_add").click().run()
    assert say("import.done", name="mine", added="2", updated="0", unchanged="0") in words(app)
    assert len(get_clinic_store().directory()) == before + 2
    undo = next(one for one in app.button if (one.key or "").startswith("clinics_remove_"))
    undo.click().run()
    assert say("operator.removed", name="mine", n="2") in words(app)
    assert len(get_clinic_store().directory()) == before


def test_columns_that_are_not_recognised_can_be_named(open_operator):
    app = open_operator()
    (files,) = uploader(app)
    files.set_value(("odd.csv", b"aa,bb,cc\nSome Clinic,37.56,126.98\n", "text/csv")).run()
    assert say("import.mapping", name="odd.csv") in words(app)
    for role, column in (("name", "aa"), ("latitude", "bb"), ("longitude", "cc")):
        app.selectbox(key=f"clinics_role_{role}").set_value(column).run()
    app.button(key="clinics_read").click().run()
    app.button(key="clinics_add").click().run()
    assert [one.name for one in get_clinic_store().directory().clinics if one.name == "Some Clinic"]


def test_a_file_that_is_no_list_is_explained_and_nothing_is_lost(open_operator):
    app = open_operator()
    (files,) = uploader(app)
    files.set_value(("photo.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "text/csv")).run()
    app.button(key="clinics_read").click().run()
    assert "photo.csv" in words(app)
    assert len(app.error) == 1
    assert len([one for one in app.button if (one.key or "").startswith("choose_")]) == 10


def test_booking_link_is_filled_in_shown_and_refused_where_it_is_none(open_operator):
    clinic = next(one for one in get_clinic_store().directory().clinics if one.name == "서울대학교병원")
    app = open_operator(clinic=clinic.id)
    field = f"clinics_booking_{clinic.id}"
    app.text_input(key=field).input("javascript:alert(1)")
    app.button(key=f"{field}_save").click().run()
    assert len(app.error) == 1
    assert get_clinic_store().directory().find(clinic.id).booking == ""
    app.text_input(key=field).input("https://booking.example/snuh")
    app.button(key=f"{field}_save").click().run()
    assert say("operator.booking_saved") in words(app)
    assert 'href="https://booking.example/snuh"' in "".join(one.proto.body for one in app.get("html"))
