import pytest

from core.clinics.directory import Directory
from core.interface.clinics_position import Position
from core.locale import Language, text

CLINICS = "3_clinics.py"


def say(key, **values):
    return text(Language.ENGLISH, f"clinics.{key}", **values)


def markup(app):
    return "".join(one.proto.body for one in app.get("html"))


def listed(app):
    return [button.label for button in app.button if (button.key or "").startswith("choose_")]


def plain(words):
    return words.replace("\\", "")


def summary(app):
    return next(plain(one.value) for one in app.markdown if one.value.startswith("**"))


def notes(app):
    return [plain(one.value) for one in app.info]


def clinic_named(name):
    return next(one for one in Directory.read().clinics if one.name == name)


@pytest.mark.parametrize("language", list(Language))
def test_opens_with_a_list(open_app, language):
    app = open_app(CLINICS, language=language)
    assert not app.error
    assert len(listed(app)) == 10
    assert "17" in summary(app)
    assert 'href="tel:' in markup(app)
    assert "https://map.kakao.com/link/to/" in markup(app)
    assert "data-copy=" in markup(app)


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
    assert say("result.none") in notes(app)
    assert listed(app) == []
    assert "<script>alert" not in markup(app)


def test_pages_hold_every_place_once(open_app):
    app = open_app(CLINICS)
    first = listed(app)
    app.get("pagination")[0].set_value(2).run()
    assert len(set(first) | set(listed(app))) == 17


def test_link_opens_the_same_view(open_app):
    clinic = clinic_named("서울대학교병원")
    app = open_app(CLINICS, region="KR-11", district="중구", radius="5", kind=clinic.kind, clinic=clinic.id, phone="1")
    assert app.selectbox(key="clinics_radius").value == 5
    assert app.selectbox(key="clinics_kind").value == clinic.kind
    assert app.toggle(key="clinics_phone").value is True
    assert app.session_state["clinics_clinic"] == clinic.id
    assert app.query_params["clinic"] == clinic.id
    assert notes(app) == []


def test_link_to_a_clinic_on_a_later_page_turns_to_it(open_app):
    app = open_app(CLINICS)
    app.get("pagination")[0].set_value(2).run()
    last = next(b.key for b in reversed(app.button) if (b.key or "").startswith("choose_")).removeprefix("choose_")
    again = open_app(CLINICS, region="KR-11", clinic=last)
    assert f"choose_{last}" in {button.key for button in again.button}
    assert again.get("pagination")[0].value == 2


def test_link_to_a_clinic_outside_of_the_results_shows_it_all_the_same(open_app):
    clinic = clinic_named("제주대학교병원")
    app = open_app(CLINICS, region="KR-11", clinic=clinic.id)
    assert listed(app)[0].startswith(plain(clinic.name_en).split()[0])
    assert say("result.chosen") in [one.value for one in app.caption]


def test_departments_come_with_the_link_from_a_result(open_app):
    app = open_app(CLINICS, department="피부과|성형외과")
    assert app.multiselect(key="clinics_department").value == ["피부과", "성형외과"]
    assert app.query_params["department"] == "피부과|성형외과"


def test_nonsense_in_the_address_changes_nothing_and_is_said(open_app):
    app = open_app(
        CLINICS, region="KR-99", district="../..", radius="-1", kind="x", department="y", clinic="z", phone="p"
    )
    assert app.selectbox(key="clinics_region").value == "KR-11"
    assert len(listed(app)) == 10
    (note,) = notes(app)
    for name in ("region", "district", "radius", "kind", "department", "clinic", "phone"):
        assert say(f"ignored.{name}") in note
    app.selectbox(key="clinics_region").select_index(1).run()
    assert notes(app) == []


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
    app.switch_page("pages/9_about.py").run()
    app.switch_page(f"pages/{CLINICS}").run()
    assert app.selectbox(key="clinics_region").value == "KR-28"


def test_own_position_counts_and_stays_out_of_the_address(open_app):
    app = open_app(CLINICS)
    app.session_state["clinics_position"] = Position(33.4996, 126.5312, 20.0)
    app.run()
    assert say("position.mine") in summary(app)
    assert "Jeju" in " ".join(listed(app))
    assert "33.49" not in str(app.query_params)
    assert "126.5" not in str(app.query_params)
    app.button(key="clinics_forget_position").click().run()
    assert "Seoul" in summary(app)


def test_choosing_a_region_ends_the_own_position(open_app):
    app = open_app(CLINICS)
    app.session_state["clinics_position"] = Position(33.4996, 126.5312)
    app.run()
    assert say("position.tapped") in summary(app)
    app.selectbox(key="clinics_region").select_index(1).run()
    assert "Busan" in summary(app)
    assert "clinics_position" not in app.session_state


def test_sheet_to_print_holds_the_five_nearest(open_app):
    app = open_app(CLINICS, region="KR-11", district="중구")
    (sheet,) = [one.proto.body for one in app.get("html") if "<section" in one.proto.body]
    assert sheet.count("<li>") == 5
    assert "02-2001-2001" in sheet
