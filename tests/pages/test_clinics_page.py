import pytest

from core.clinics.directory import Directory
from core.locale import Language, text

CLINICS = "3_Clinics.py"


def say(key, **values):
    return text(Language.ENGLISH, f"clinics.{key}", **values)


def markup(app):
    return "".join(one.proto.body for one in app.get("html"))


def listed(app):
    return [button.label for button in app.button if (button.key or "").startswith("choose_")]


def summary(app):
    return app.markdown[0].value.replace("\\", "")


@pytest.mark.parametrize("language", list(Language))
def test_opens_with_a_list(open_app, language):
    app = open_app(CLINICS, language=language)
    assert not app.exception
    assert not app.error
    assert len(listed(app)) == 17
    assert 'href="tel:' in markup(app)
    assert "https://map.kakao.com/link/to/" in markup(app)


def test_region_district_and_radius(open_app):
    app = open_app(CLINICS)
    app.selectbox(key="clinics_region").select_index(1).run()
    assert "Busan" in summary(app)
    app.selectbox(key="clinics_district").set_value("해운대구").run()
    app.selectbox(key="clinics_radius").set_value(20).run()
    assert "Haeundae-gu, Busan" in summary(app)
    assert len(listed(app)) == 6
    assert app.query_params["region"] == "KR-26"
    assert app.query_params["district"] == "해운대구"
    assert app.query_params["radius"] == "20"
    app.selectbox(key="clinics_region").select_index(0).run()
    assert app.selectbox(key="clinics_district").value == ""


def test_nobody_within_the_radius_gives_the_nearest_anyway(open_app):
    app = open_app(CLINICS, region="KR-26", district="해운대구", radius="2")
    assert say("result.anyway_radius", place="Haeundae-gu, Busan", km=2) in summary(app)
    assert len(listed(app)) == 5


def test_province_without_a_match_gives_the_nearest_elsewhere(open_app):
    app = open_app(CLINICS, region="KR-46")
    assert summary(app).strip("*") == say("result.anyway_province", place="Jeonnam")
    assert len(listed(app)) == 5


def test_no_match_at_all_is_explained(open_app):
    app = open_app(CLINICS, q="<script>alert(1)</script>")
    assert app.info[0].value == say("result.none")
    assert listed(app) == []
    assert "<script>" not in markup(app)


def test_link_opens_the_same_view(open_app):
    clinic = next(one for one in Directory.read().clinics if one.name == "서울대학교병원")
    app = open_app(CLINICS, region="KR-11", district="중구", radius="5", kind=clinic.kind, clinic=clinic.id)
    assert app.selectbox(key="clinics_radius").value == 5
    assert app.selectbox(key="clinics_kind").value == clinic.kind
    assert app.session_state["clinics_clinic"] == clinic.id
    assert app.query_params["clinic"] == clinic.id


def test_nonsense_in_the_address_changes_nothing(open_app):
    app = open_app(CLINICS, region="KR-99", district="../..", radius="-1", kind="x", department="y", clinic="z")
    assert not app.exception
    assert app.selectbox(key="clinics_region").value == "KR-11"
    assert len(listed(app)) == 17


def test_choosing_in_the_list_is_kept_in_the_address_and_forgotten_with_the_filter(open_app):
    app = open_app(CLINICS)
    button = next(one for one in app.button if (one.key or "").startswith("choose_"))
    app.button(key=button.key).click().run()
    assert app.query_params["clinic"] == button.key.removeprefix("choose_")
    app.selectbox(key="clinics_region").select_index(2).run()
    assert "clinic" not in app.query_params


def test_choices_survive_a_visit_to_another_page(open_app):
    app = open_app(CLINICS)
    app.selectbox(key="clinics_region").select_index(3).run()
    app.switch_page("pages/9_About.py").run()
    app.switch_page(f"pages/{CLINICS}").run()
    assert app.selectbox(key="clinics_region").value == "KR-28"
