"""Searches held against slow and plain ways of finding the same, and against another library's distances."""

import contextlib
import io
import unicodedata
import zipfile

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clinics.checking import Role, check, clean
from core.clinics.clinic import Clinic, Day, Hours, read_departments, read_hours, write_departments, write_hours
from core.clinics.directory import Directory, Query
from core.clinics.flaws import Flaw
from core.clinics.importing.archives import tables_in, unpack
from core.clinics.importing.releases import release_date, series_of
from core.clinics.importing.texts import read_text
from core.clinics.links import phone_link, web_link
from core.clinics.localities import settle_locality
from core.clinics.names import Names, initials, latin_forms
from core.clinics.nearest import Grid, great_circle_km
from core.clinics.phones import settle_phone
from core.clinics.regions import locate, province_stems, read_districts
from core.clinics.table import clinic_of
from core.errors import ClinicsError
from core.taxonomy import Region

SEOUL = (37.5665, 126.9780)
anywhere = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
korea = st.tuples(st.floats(33, 38.6), st.floats(124.6, 131.9))
unknown = st.just((float("nan"), float("nan")))


@settings(max_examples=100, deadline=None)
@given(
    places=st.lists(st.one_of(korea, korea, korea, anywhere, unknown), max_size=60),
    origin=st.one_of(korea, anywhere),
    limit=st.integers(0, 70),
    within=st.one_of(st.none(), st.floats(0, 21_000)),
    data=st.data(),
)
def test_the_grid_finds_what_measuring_everything_finds(places, origin, limit, within, data):
    latitudes, longitudes = (np.array([place[i] for place in places], dtype=np.float64) for i in (0, 1))
    matching = np.array(data.draw(st.lists(st.booleans(), min_size=len(places), max_size=len(places))), dtype=np.bool_)
    found = Grid(latitudes, longitudes).nearest(*origin, limit, matching, within)
    distances = great_circle_km(*origin, latitudes, longitudes)
    usable = matching & ~np.isnan(distances) & (distances <= (np.inf if within is None else within))
    expected = sorted(np.flatnonzero(usable), key=lambda row: (distances[row], row))[:limit]
    assert found.rows.tolist() == expected
    assert found.distances_km.tolist() == distances[expected].tolist()


def test_the_grid_is_exact_among_many_too():
    draw = np.random.default_rng(1)
    centres = draw.uniform((33.2, 126.0), (38.4, 129.5), (40, 2))
    places = centres[draw.integers(0, 40, 20_000)] + draw.normal(0, 0.05, (20_000, 2))
    grid = Grid(*places.T.copy())
    for origin in (*draw.uniform((32.0, 124.0), (39.0, 132.0), (30, 2)), SEOUL, (-33.9, 151.2)):
        distances = great_circle_km(*origin, *places.T)
        assert grid.nearest(*origin, 20).rows.tolist() == np.argsort(distances, kind="stable")[:20].tolist()
        within = grid.nearest(*origin, 20_000, within_km=30)
        assert len(within.rows) == np.count_nonzero(distances <= 30)


@settings(max_examples=300, deadline=None)
@given(start=anywhere, end=anywhere)
def test_distances_agree_with_an_ellipsoid_within_six_in_a_thousand_anywhere(start, end):
    ours = great_circle_km(*start, np.array([end[0]]), np.array([end[1]]))[0]
    exact = Geodesic.WGS84.Inverse(*start, *end, Geodesic.DISTANCE)["s12"] / 1000
    assert ours == pytest.approx(exact, rel=0.006, abs=1e-6)


def test_distances_in_korea_agree_with_an_ellipsoid_within_half_a_percent():
    for place in Directory.read().near(*SEOUL, limit=64):
        exact = Geodesic.WGS84.Inverse(*SEOUL, place.clinic.latitude, place.clinic.longitude)["s12"] / 1000
        assert place.distance_km == pytest.approx(exact, rel=0.005)


@settings(max_examples=60, deadline=None)
@given(places=st.lists(korea, min_size=1, max_size=30), corner=korea, other=korea)
def test_a_box_holds_what_lies_in_it(places, corner, other):
    latitudes, longitudes = (np.array([place[i] for place in places]) for i in (0, 1))
    (south, north), (west, east) = (sorted(pair) for pair in zip(corner, other, strict=True))
    rows = Grid(latitudes, longitudes).in_box(south, west, north, east)
    inside = [i for i, (lat, lon) in enumerate(places) if south <= lat <= north and west <= lon <= east]
    assert rows.tolist() == inside


def place(number, **values):
    usual = {
        "id": f"c{number}", "name": f"{number}의원", "name_en": "", "kind": "의원", "departments": (), "region": None,
        "district": "", "address": "", "phone": "", "homepage": "", "latitude": 37.5, "longitude": 127.0 + number / 100,
        "source": "",
    }  # fmt: skip
    return Clinic(**{**usual, **values})


def test_clinics_come_back_from_the_table_as_they_went_in():
    week = (Hours(Day.MONDAY, "09:00", "18:00"), Hours(Day.SUNDAY))
    full = place(
        1, name_en="One", departments=("피부과", "내과"), specialists=(("피부과", 3),), region=Region.JEJU, hours=week,
        postcode="06236", booking="https://b.kr", hours_note="x", source_date="2026-06", list_id=4, latitude=None,
        longitude=None,
    )  # fmt: skip
    directory = Directory([full, place(2)])
    assert list(directory.clinics) == [full, place(2)]
    assert directory.clinics[-1] == place(2)
    assert directory.clinics[:1] == (full,)
    with pytest.raises(IndexError):
        directory.clinics[2]
    assert (full.specialists_in(), full.specialists_in("내과")) == (3, None)


def test_filters_pages_and_counts():
    clinics = [
        place(
            i,
            kind=("의원", "병원")[i % 2],
            phone="02-1" if i % 3 else "",
            departments=("피부과",) if i % 5 else ("내과",),
        )
        for i in range(60)
    ]
    directory = Directory(clinics)
    for query, wanted in (
        (Query(kind="병원"), [c for c in clinics if c.kind == "병원"]),
        (Query(has_phone=True), [c for c in clinics if c.phone]),
        (Query(departments=("내과", "안과")), [c for c in clinics if "내과" in c.departments]),
        (Query(departments=("안과",)), []),
        (Query(kind="의원", department="피부과", has_phone=True, words="1"),
         [c for c in clinics if c.kind == "의원" and "피부과" in c.departments and c.phone and "1" in c.name]),
    ):  # fmt: skip
        assert list(directory.search(query)) == wanted
        assert directory.count(query) == len(wanted)
        found = directory.all_near(37.5, 127.0, query=query)
        assert [each.clinic for each in found] == wanted
        assert [each.clinic for each in found[5:10]] == wanted[5:10]
        assert directory.search(query, limit=3, offset=2) == tuple(wanted[2:5])
        assert directory.clinics.take(directory.in_box((37, 127, 38, 127.3), query)) == tuple(
            c for c in wanted if c.longitude <= 127.3
        )
    assert directory.kinds == ("병원", "의원")
    assert directory.departments == ("피부과", "내과")
    with pytest.raises(ValueError, match="limit"):
        directory.near(37.5, 127, -1)


def test_an_empty_directory_answers():
    directory = Directory([])
    assert (len(directory), directory.search(), directory.near(*SEOUL), directory.kinds) == (0, (), (), ())
    assert directory.count(Query(words="ㄱ", department="피부과")) == 0


# Names


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("강남", {"강남 세브란스병원"}),
        ("강남세브", {"강남 세브란스병원"}),
        ("ㄱㄴㅅㅂ", {"강남 세브란스병원"}),
        ("severance", {"강남 세브란스병원"}),
        ("GANGNAM Sev", {"강남 세브란스병원"}),
        ("sebeuran", {"강남 세브란스병원"}),
        ("malgeun", {"맑은피부과의원"}),
        ("의원 맑은", {"맑은피부과의원"}),
        (unicodedata.normalize("NFD", "맑은"), {"맑은피부과의원"}),
        ("JS피부과", {"JS피부과"}),
        ("js", {"JS피부과"}),
        ("피부과", {"맑은피부과의원", "JS피부과"}),
        ("없는", set()),
        (".*", set()),
        ("  ", {"강남 세브란스병원", "맑은피부과의원", "JS피부과"}),
    ],
)
def test_names_are_found_in_any_writing(words, found):
    names = {"강남 세브란스병원": "Gangnam Severance Hospital", "맑은피부과의원": "", "JS피부과": ""}
    directory = Directory([place(i, name=name, name_en=english) for i, (name, english) in enumerate(names.items())])
    assert {clinic.name for clinic in directory.search(Query(words=words))} == found


@settings(max_examples=150, deadline=None)
@given(names=st.lists(st.text(max_size=12), max_size=12), words=st.text(max_size=6))
def test_searching_any_text_neither_fails_nor_runs_over_into_the_next_name(names, words):
    names = [clean(name) for name in names]
    matching = Names(names, [latin_forms(name, "") for name in names]).matching(words)
    for name, match in zip(names, matching if matching is not None else [], strict=False):
        alone = Names([name], [latin_forms(name, "")]).matching(words)
        assert bool(match) == bool(alone[0])


def test_initials():
    assert initials("쌍둥이 A의원") == "ㅆㄷㅇ Aㅇㅇ"


# Rows of any kind


@settings(max_examples=300, deadline=None)
@given(cells=st.dictionaries(st.sampled_from(list(Role)), st.text(max_size=40)))
def test_any_row_becomes_a_clinic_or_says_why_not(cells):
    row, flaws = check(cells)
    if not any(flaw.fatal for flaw in flaws):
        clinic = clinic_of({**row, "list_id": 0})
        assert clinic.name
        assert clinic.name.isprintable()
        assert clinic.address or clinic.latitude is not None
        assert not clinic.phone or phone_link(clinic.phone)
        assert not clinic.homepage or web_link(clinic.homepage) == clinic.homepage
        assert clinic.latitude is None or 32 < clinic.latitude < 39
        assert clinic.id.isalnum()
        assert clinic.id.isascii()


@settings(max_examples=200, deadline=None)
@given(latitude=st.one_of(st.floats(), st.text(max_size=8)), longitude=st.one_of(st.floats(), st.text(max_size=8)))
def test_positions_are_in_korea_or_unknown(latitude, longitude):
    row, flaws = check(
        {Role.NAME: "a", Role.ADDRESS: "b", Role.LATITUDE: str(latitude), Role.LONGITUDE: str(longitude)}
    )
    assert (row["latitude"] is None) == (row["longitude"] is None)
    told = {Flaw.OUTSIDE, Flaw.NO_NUMBER, Flaw.NOT_DEGREES, Flaw.NO_POSITION}
    assert (row["latitude"] is None) == bool(told & set(flaws))


@settings(max_examples=200, deadline=None)
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda t: t.encode("cp949", "ignore"))))
def test_any_bytes_are_a_table_or_an_error_in_words(content):
    with contextlib.suppress(ClinicsError):
        assert all(isinstance(cell, str) for _, cells in read_text(content, "x.csv") for cell in cells)


@pytest.mark.parametrize(
    ("written", "region", "district", "settled"),
    [
        ("02-123-4567", Region.SEOUL, "", ("02-123-4567", False)),
        ("0212345678", None, "", ("02-1234-5678", False)),
        ("031)123-4567", Region.SEOUL, "", ("031-123-4567", False)),
        ("+82 2 123 4567", None, "", ("02-123-4567", False)),
        ("02-123-4567, 02-765-4321", None, "", ("02-123-4567", False)),
        ("1588-1533", Region.BUSAN, "", ("1588-1533", False)),
        ("042-1599-7123", Region.DAEJEON, "", ("1599-7123", True)),
        ("123-4567", Region.BUSAN, "", ("051-123-4567", True)),
        ("123-4567", Region.GYEONGGI, "과천시", ("02-123-4567", True)),
        ("123-4567", None, "", ("", False)),
        ("2-1234-5678", None, "", ("02-1234-5678", True)),
        ("1012345678", None, "", ("010-1234-5678", True)),
        ("0507-1234-5678", None, "", ("0507-1234-5678", False)),
        ("call me", Region.SEOUL, "", ("", False)),
        ("099-123-4567", Region.SEOUL, "", ("", False)),
    ],
)
def test_phones_are_written_the_usual_way(written, region, district, settled):
    assert settle_phone(written, region, district) == settled


@pytest.mark.parametrize(
    ("province", "district", "address", "settled"),
    [
        ("부산", "부산서구", "", (Region.BUSAN, "서구")),
        ("부산", "부산진구", "", (Region.BUSAN, "부산진구")),
        ("경기", "수원팔달구", "", (Region.GYEONGGI, "수원시")),
        ("경상남도", "창원시 의창구", "", (Region.GYEONGNAM, "창원시")),
        ("전남광주통합특별시", "동구", "", (Region.GWANGJU, "동구")),
        ("전남광주통합특별시", "여수시", "", (Region.JEONNAM, "여수시")),
        ("", "", "전남광주통합특별시 북구 용봉로", (Region.GWANGJU, "북구")),
        ("", "", "경기도 성남시 분당구", (Region.GYEONGGI, "성남시")),
        ("세종", "", "", (Region.SEJONG, "세종시")),
        ("서울", "모르는구", "", (Region.SEOUL, "모르는구")),
        ("", "", "1 Main Street", (None, "")),
    ],
)
def test_localities(province, district, address, settled):
    assert settle_locality(province, district, address) == settled


def test_every_district_is_known_by_its_own_name_and_found_at_its_own_centre():
    elsewhere = []
    for region in Region:
        for area in read_districts(region):
            assert settle_locality(province_stems(region)[0], area.district, "") == (region, area.district)
            found = locate(area.latitude, area.longitude)
            if found is None or found.district != area.district:
                elsewhere.append(area.district)
    # The centre of some lies in another one, or in the sea between islands.
    assert len(elsewhere) < 8, elsewhere
    assert locate(35.68, 139.76) is None


@pytest.mark.parametrize(
    ("name", "date", "series"),
    [
        ("1.병원정보서비스(2026.6.).xlsx", "2026-06", "병원정보서비스"),
        ("network_2026-06-30.csv", "2026-06-30", "network"),
        ("network 20260930.csv", "2026-09-30", "network"),
        ("병원 현황 2026년 3월.zip", "2026-03", "병원현황"),
        ("list 12345678.csv", "", "list"),
        ("2026.csv", "", "list"),
    ],
)
def test_file_names_tell_the_state_of_the_data(name, date, series):
    assert release_date(name) == date
    assert series_of(name) == series


def test_departments_and_hours_survive_their_cells():
    departments, specialists = ("피부과", "내과"), (("피부과", 2),)
    assert read_departments(write_departments(departments, specialists)) == (departments, specialists)
    week = (*(Hours(day, "09:00", "24:00") for day in tuple(Day)[:6]), Hours(Day.SUNDAY), Hours(Day.HOLIDAY))
    assert read_hours(write_hours(week)) == week
    assert read_hours("") == ()


def test_names_in_archives_of_korean_windows_are_read():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("병원.csv", "x")
    # The same as a Korean Windows writes it: cp949, and no flag that says UTF-8.
    utf8, cp949 = "병원.csv".encode(), "병원.csv".encode("cp949")
    raw = packed.getvalue().replace(utf8, cp949.ljust(len(utf8), b" "))
    raw = raw.replace(b"PK\x03\x04\x14\x00\x00\x08", b"PK\x03\x04\x14\x00\x00\x00").replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00\x08", b"PK\x01\x02\x14\x03\x14\x00\x00\x00"
    )
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        ((name, member),) = [(name.strip(), member) for name, member in tables_in_any(archive)]
        assert name == "병원.csv"
        assert unpack(archive, member, "a.zip") == b"x"


def tables_in_any(archive):
    for member in archive.infolist():
        member.filename = member.filename.rstrip()
    return tables_in(archive)
