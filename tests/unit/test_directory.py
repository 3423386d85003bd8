import csv

import numpy as np
import pytest

from core.clinics.directory import Directory, Query, great_circle_km
from core.clinics.links import phone_link, routes_to, web_link
from core.clinics.reading import COLUMNS, Flaw, read_clinics
from core.clinics.regions import find_area, find_region, read_districts, read_provinces
from core.clinics.romanize import romanize
from core.errors import ClinicsError
from core.locale import Language
from core.taxonomy import Region

SEOUL = (37.5665, 126.9780)


def write_csv(path, *rows, columns=COLUMNS):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(**changed):
    usual = {
        "name": "가나병원",
        "kind": "병원",
        "departments": "피부과",
        "province": "서울특별시",
        "district": "중구",
        "address": "서울특별시 중구 세종대로 1",
        "phone": "02-123-4567",
        "latitude": "37.56",
        "longitude": "126.97",
    }
    return {**usual, **changed}


@pytest.fixture(scope="module")
def directory():
    return Directory.read()


def test_built_in_list_is_clean_and_reaches_every_province_that_has_hospitals(directory):
    assert len(directory) == len(directory.clinics) == 64
    assert directory.remarks == ()
    assert all(clinic.region and clinic.latitude and "피부과" in clinic.departments for clinic in directory.clinics)
    assert {clinic.region for clinic in directory.clinics} >= {Region.SEOUL, Region.GWANGJU, Region.JEJU}


def test_nearest_are_those_that_plain_sorting_gives(directory):
    def plain(clinic):
        lat1, lon1, lat2, lon2 = map(np.radians, (*SEOUL, clinic.latitude, clinic.longitude))
        return 6371.0088 * np.arccos(np.sin(lat1) * np.sin(lat2) + np.cos(lat1) * np.cos(lat2) * np.cos(lon2 - lon1))

    expected = sorted(directory.clinics, key=plain)
    for limit in (0, 1, 5, 63, 64, 1000):
        found = directory.near(*SEOUL, limit=limit)
        assert [place.clinic for place in found] == expected[:limit]
    for place in directory.near(*SEOUL, limit=64):
        assert place.distance_km == pytest.approx(plain(place.clinic), abs=1e-3)


def test_distance_agrees_with_known_ones():
    # Seoul to Busan city halls: 325 km on the ellipsoid; a sphere is within half a percent.
    assert great_circle_km(*SEOUL, np.array([35.1796]), np.array([129.0756]))[0] == pytest.approx(325.0, rel=0.005)
    assert great_circle_km(0, 0, np.array([0.0]), np.array([180.0]))[0] == pytest.approx(np.pi * 6371.0088)


def test_radius_and_ties(tmp_path):
    twins = [row(name=name, address=name) for name in "하나둘셋"]
    directory = Directory.read(write_csv(tmp_path / "c.csv", *twins, row(name="멀리", latitude="35.1")))
    names = [place.clinic.name for place in directory.near(*SEOUL, limit=3)]
    assert names == ["하", "나", "둘"]
    assert len(directory.near(*SEOUL, within_km=10)) == 4
    assert directory.near(*SEOUL, within_km=0.1) == ()


@pytest.mark.parametrize("position", [(91, 0), (0, 181), (float("nan"), 0)])
def test_no_position_on_earth(directory, position):
    with pytest.raises(ValueError, match="Earth"):
        directory.near(*position)


def test_search(directory):
    assert {c.name for c in directory.search(Query(words="SEVERANCE gangnam"))} == {"강남세브란스병원"}
    assert directory.search(Query(words="%_'; --")) == ()
    assert len(directory.search(Query(region=Region.BUSAN))) == 5
    assert all(c.district == "종로구" for c in directory.search(Query(region=Region.SEOUL, district="종로구")))
    assert len(directory.search(Query(kind="종합병원"))) == 18
    assert len(directory.search(Query(department="성형외과"))) == 62
    assert directory.search(Query(department="없는과")) == ()
    assert directory.kinds == ("상급종합병원", "종합병원")
    assert directory.find(directory.clinics[3].id) == directory.clinics[3]
    assert directory.find("nobody") is None


@pytest.mark.parametrize(
    ("changed", "flaw", "kept"),
    [
        ({"name": " "}, Flaw.NO_NAME, False),
        ({"address": "", "latitude": "", "longitude": ""}, Flaw.NO_PLACE, False),
        ({"address": "x" * 301}, Flaw.TOO_LONG, False),
        (
            {"province": "Atlantis", "address": "1 Main Street", "latitude": "37.2", "longitude": "125.2"},
            Flaw.NO_PROVINCE,
            True,
        ),
        ({"latitude": "126.97", "longitude": "37.56"}, Flaw.SWAPPED, True),
        ({"latitude": "35.68", "longitude": "139.76"}, Flaw.OUTSIDE, True),
        ({"latitude": "nan", "longitude": "nan"}, Flaw.OUTSIDE, True),
        ({"latitude": "37,56"}, Flaw.NO_NUMBER, True),
        ({"phone": "call me"}, Flaw.PHONE, True),
        ({"homepage": "javascript:alert(1)"}, Flaw.HOMEPAGE, True),
    ],
)
def test_doubtful_rows_are_reported(tmp_path, changed, flaw, kept):
    reading = read_clinics(write_csv(tmp_path / "c.csv", row(**changed), row(name="다른병원")))
    assert [remark.flaw for remark in reading.remarks] == [flaw]
    assert len(reading.clinics) == 1 + kept
    for language in Language:
        assert "2" in reading.remarks[0].message(language)


def test_swapped_position_is_turned_round_and_a_foreign_one_dropped(tmp_path):
    file = write_csv(
        tmp_path / "c.csv",
        row(latitude="126.97", longitude="37.56"),
        row(name="동경", latitude="35.68", longitude="139.76"),
    )
    here, abroad = read_clinics(file).clinics
    assert (here.latitude, here.longitude) == (37.56, 126.97)
    assert (abroad.latitude, abroad.longitude) == (None, None)
    directory = Directory.read(file)
    assert [place.clinic.name for place in directory.near(*SEOUL)] == ["가나병원"]
    assert len(directory.search()) == 2


def test_duplicates_are_listed_once(tmp_path):
    reading = read_clinics(write_csv(tmp_path / "c.csv", row(), row()))
    assert len(reading.clinics) == 1
    assert reading.remarks[0].line == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "clinics.no_file"),
        (b"", "clinics.missing_columns"),
        (b"\xff\xfe\x00", "clinics.not_a_table"),
        (b"name,address\nx,y\n", "clinics.missing_columns"),
        (",".join(COLUMNS).encode() + b"\n", "clinics.empty"),
        (",".join(COLUMNS).encode() + b'\n"' + b"x" * 200_000, "clinics.not_a_table"),
    ],
)
def test_what_is_no_table_is_explained(tmp_path, content, code):
    path = tmp_path / "c.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ClinicsError) as caught:
        read_clinics(path)
    assert caught.value.code == code
    for language in Language:
        assert "c.csv" in caught.value.message(language)


def test_regions_and_districts():
    assert [area.region for area in read_provinces()] == list(Region)
    assert sum(len(read_districts(region)) for region in Region) == 229
    assert find_region("강원도") is find_region("강원특별자치도") is find_region("강원") is Region.GANGWON
    assert find_region("전남광주통합특별시", "동구") is Region.GWANGJU
    assert find_region("전남광주통합특별시", "여수시") is Region.JEONNAM
    assert find_region("") is None
    assert find_area(Region.SEOUL, "강남구").district == "강남구"
    assert find_area(Region.SEOUL, "해운대구") is None


@pytest.mark.parametrize(
    ("korean", "latin"),
    [
        ("종로구", "Jongno-gu"),
        ("강릉시", "Gangneung-si"),
        ("울릉군", "Ulleung-gun"),
        ("철원군", "Cheorwon-gun"),
        ("중랑구", "Jungnang-gu"),
        ("옥천군", "Okcheon-gun"),
        ("부산진구", "Busanjin-gu"),
        ("맑은", "Malgeun"),
        ("닭", "Dak"),
        ("옷에", "Ose"),
        ("좋아", "Joa"),
        ("신라", "Silla"),
    ],
)
def test_district_names_in_latin_letters(korean, latin):
    assert romanize(korean) == latin


def test_links_hold_nothing_but_what_they_should():
    routes = routes_to("a,b/c?<\"'&#가", 37.5, 127.0)
    assert routes.kakao == "https://map.kakao.com/link/to/a%20b%2Fc%3F%3C%22%27%26%23%EA%B0%80,37.500000,127.000000"
    assert "<" not in routes.naver + routes.google
    assert phone_link("02-123-4567") == "tel:021234567"
    assert phone_link("+82 2 123 4567") == "tel:+8221234567"
    assert phone_link('1"onclick=') is None
    assert web_link("http://www.snuh.org") == "http://www.snuh.org"
    for hostile in (
        "javascript:alert(1)",
        "data:text/html,x",
        "//x.y",
        "http://a:b@c.d",
        'http://x.y/"onload=',
        "http://[",
        "http://x:99999999",
    ):
        assert web_link(hostile) is None
