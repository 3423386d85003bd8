"""HIRA's files and lists of one's own: what comes in, what is mended, what is refused, and why."""

import csv
import io
from collections import Counter

import pytest
from making_clinics import (
    DEPARTMENTS_HEADER,
    DETAILS_HEADER,
    HEADER,
    HOSTILE,
    as_csv,
    as_xlsx,
    as_zip,
    make_hira,
    pack_xlsx,
)  # fmt: skip

from core.clinics.clinic import Day, Hours
from core.clinics.directory import Query
from core.clinics.flaws import Flaw
from core.clinics.importing import Role, TableKind, Upload, prepare, recognise
from core.clinics.store import ClinicStore
from core.errors import ClinicsError
from core.locale import Language
from core.taxonomy import Region

ROWS = 462
COUNTRY = 80_000


@pytest.fixture(scope="module")
def made():
    return make_hira(ROWS)


@pytest.fixture
def store(tmp_path):
    return ClinicStore(tmp_path / "var" / "clinics.duckdb")


def rejected_lines(prepared):
    return list(csv.reader(io.StringIO(prepared.rejects.decode("utf-8-sig"))))


def check_everything(made, prepared):
    assert prepared.read == len(made.rows)
    assert prepared.reasons == made.reasons
    assert prepared.rejected == made.reasons.total() == len(rejected_lines(prepared)) - 1
    assert prepared.accepted == prepared.new.table.num_rows == made.accepted
    assert prepared.mended == made.mended
    assert prepared.passed_over == {"pharmacy": made.pharmacies}


FORMS = {
    "cp949": lambda made: as_csv(HEADER, made.rows),
    "utf-8 with BOM": lambda made: as_csv(HEADER, made.rows, "utf-8-sig"),
    "utf-8": lambda made: as_csv(HEADER, made.rows, "utf-8"),
    "index column": lambda made: as_csv(HEADER, made.rows, index=True),
    "xlsx": lambda made: as_xlsx(HEADER, made.rows),
    "xlsx in zip": lambda made: as_zip({"1.병원정보서비스(2026.6.).xlsx": as_xlsx(HEADER, made.rows)}),
    "csv in zip": lambda made: as_zip({"a/병원.csv": as_csv(HEADER, made.rows), "a/readme.md": "x"}),
}


@pytest.mark.parametrize("form", FORMS)
def test_counts_and_rejects_are_exactly_as_made(made, form):
    check_everything(made, prepare([Upload("전국 병의원 및 약국 현황 2026.6.zip", FORMS[form](made))]))


@pytest.mark.slow
@pytest.mark.parametrize("form", ["cp949", "xlsx in zip"])
def test_counts_and_rejects_of_the_whole_country(form, store):
    made = make_hira(COUNTRY)
    prepared = prepare([Upload("country.zip", FORMS[form](made))])
    check_everything(made, prepared)
    _, changes = store.add(prepared.new)
    assert changes.added == made.accepted
    assert len(store.directory()) == made.accepted + 64


@pytest.mark.parametrize("order", [1, -1])
def test_dermatologists_are_found_by_the_file_of_departments(made, order, store):
    files = [
        Upload("basic.csv", as_csv(HEADER, made.rows)),
        Upload("departments.xlsx", as_xlsx(DEPARTMENTS_HEADER, made.departments)),
        Upload("details.csv", as_csv(DETAILS_HEADER, made.details)),
    ]
    prepared = prepare(files[::order])
    assert prepared.accepted == len(made.dermatology)
    assert prepared.passed_over["no_dermatology"] == made.accepted - len(made.dermatology)
    assert prepared.mended == made.mended_among(made.dermatology)
    assert prepared.reasons == made.reasons
    store.add(prepared.new)
    clinics = [clinic for clinic in store.directory().clinics if clinic.list_id]
    assert all(clinic.specialists_in("피부과") in (1, 2) for clinic in clinics)
    assert Counter(clinic.departments for clinic in clinics).keys() == {("피부과",), ("피부과", "내과")}
    week = tuple(Hours(day, "09:00", "18:00") for day in tuple(Day)[:5])
    assert clinics[0].hours == (*week, Hours(Day.SATURDAY, "09:00", "13:00"), Hours(Day.SUNDAY))


def test_a_whole_release_comes_as_one_archive(made):
    release = as_zip(
        {
            "1.병원정보서비스(2026.6.).xlsx": as_xlsx(HEADER, made.rows),
            "2.약국정보서비스(2026.6.).xlsx": b"never opened",
            "4.의료기관별상세정보서비스_02_세부정보(2026.6.).xlsx": as_xlsx(DETAILS_HEADER, made.details),
            "5.의료기관별상세정보서비스_03_진료과목정보(2026.6.).xlsx": as_xlsx(DEPARTMENTS_HEADER, made.departments),
            "7.의료기관별상세정보서비스_05_의료장비정보(2026.6.).xlsx": b"never opened",
        }
    )
    prepared = prepare([Upload("전국 병의원 및 약국 현황 2026.6.zip", release)])
    assert prepared.failures == ()
    assert [table.kind for table in prepared.tables] == [
        TableKind.HIRA_BASIC, TableKind.HIRA_DETAILS, TableKind.HIRA_DEPARTMENTS,
    ]  # fmt: skip
    assert prepared.accepted == len(made.dermatology)
    assert (prepared.new.source_date, prepared.new.series) == ("2026-06", "hira")


def test_every_department_where_asked(made):
    files = [Upload("b.csv", as_csv(HEADER, made.rows)), Upload("d.csv", as_csv(DEPARTMENTS_HEADER, made.departments))]
    assert prepare(files, every_department=True).accepted == made.accepted


def test_quirks_are_put_right(made, store):
    store.add(prepare([Upload("병원정보 2026.6..csv", as_csv(HEADER, made.rows))]).new)
    clinics = [clinic for clinic in store.directory().clinics if clinic.list_id]
    assert {clinic.kind for clinic in clinics} == {"의원", "상급종합병원"}
    assert {(clinic.region, clinic.district) for clinic in clinics} == {
        (Region.SEOUL, "강남구"), (Region.BUSAN, "서구"), (Region.GYEONGGI, "수원시"), (Region.GWANGJU, "동구"),
        (Region.JEONNAM, "여수시"), (Region.SEJONG, "세종시"), (Region.JEJU, "제주시"),
    }  # fmt: skip
    assert {clinic.postcode for clinic in clinics} == {"12345", "06236"}
    phones = {clinic.phone for clinic in clinics}
    assert {"1599-7123", "02-555-1234", "031-555-1234", "064-555-1234", ""} <= phones
    assert all(phone[0] == "0" or phone == "1599-7123" for phone in phones if phone)
    assert {clinic.source_date for clinic in clinics} == {"2026-06"}
    assert HOSTILE in {clinic.name for clinic in clinics}
    assert {c.homepage for c in clinics if "without" in c.homepage} == {"http://www.without-scheme.kr"}
    positions = [(c.latitude, c.longitude) for c in clinics if c.latitude is not None]
    assert all(33 < lat < 38 and 126 < lon < 130 for lat, lon in positions)


def test_no_position_means_found_by_region_but_not_by_distance(store):
    header, row = ("기관명", "주소"), ("외딴의원", "제주특별자치도 서귀포시 큰길 1")
    store.add(prepare([Upload("list.csv", as_csv(header, [row]))]).new)
    directory = store.directory()
    query = Query(region=Region.JEJU, district="서귀포시")
    assert [clinic.name for clinic in directory.search(query)] == ["외딴의원"]
    assert directory.without_position(query) == directory.search(query)
    assert directory.near(33.25, 126.56, query=query) == ()


def test_rejected_rows_can_be_mended_and_imported(made):
    prepared = prepare([Upload("basic.csv", as_csv(HEADER, made.rows))], language=Language.KOREAN)
    head, *lines = rejected_lines(prepared)
    assert head == ["파일", "줄", "이유", *HEADER]
    assert all(line[0] == "basic.csv" and line[2].endswith("뺐어요.") for line in lines)
    first = int(lines[0][1])
    assert lines[0][3:] == made.rows[first - 2]
    for number, line in enumerate(lines):
        line[3:] = [f"id{number}", "새의원", *line[5:13], "서울특별시 중구 1", *line[14:]]
    mended = prepare([Upload("basic.rejects.csv", as_csv(head, lines, "utf-8-sig"))])
    assert (mended.accepted, mended.rejected) == (len(lines), 0)


def test_rejects_hold_no_formula():
    rows = [("=cmd()", "", "+1", "-5.5"), ("좋은의원", "서울특별시 중구", "", "")]
    prepared = prepare([Upload("a.csv", as_csv(("name", "address", "note", "number"), rows))])
    assert rejected_lines(prepared)[1][3:] == ["'=cmd()", "", "+1", "-5.5"]


# Lists of one's own


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (("상호", "소재지도로명주소", "위도", "경도"), ("가나의원", "서울특별시 중구 세종대로 1", "37.56", "126.97")),
        (("Clinic Name", "Latitude", "Longitude"), ("가나의원", "37.56", "126.97")),
        (("NAME", "Full Address"), ("가나의원", "서울특별시 중구 세종대로 1")),
        (("병원명", "X좌표", "Y좌표"), ("가나의원", "126.97", "37.56")),
        (("이름", "경도(도)", "lat", "lon"), ("가나의원", "", "37.56", "126.97")),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_columns_are_recognised(header, row, separator):
    content = f"{separator.join(header)}\r\n{separator.join(row)}\r\n".encode("utf-8-sig")
    prepared = prepare([Upload("own.csv", content)])
    assert prepared.tables[0].kind is TableKind.OWN
    assert [(c.name, c.region, c.district) for c in prepared.sample] == [("가나의원", Region.SEOUL, "중구")]


def test_columns_can_be_named():
    content = as_csv(("무엇", "어디", "메모"), [("가나의원", "부산광역시 서구 1", "x")])
    with pytest.raises(ClinicsError) as caught:
        prepare([Upload("own.csv", content)])
    assert caught.value.code == "clinics.unknown_columns"
    assert "무엇, 어디, 메모" in str(caught.value)
    (table,) = recognise([Upload("own.csv", content)])
    assert (table.kind, table.missing, table.columns) == (
        TableKind.UNKNOWN,
        ("name", "place"),
        ("무엇", "어디", "메모"),
    )
    assert table.sample == (("가나의원", "부산광역시 서구 1", "x"),)
    prepared = prepare([Upload("own.csv", content)], mapping={Role.NAME: "무엇", Role.ADDRESS: "어디"})
    assert prepared.sample[0].region is Region.BUSAN
    with pytest.raises(ClinicsError) as caught:
        prepare([Upload("own.csv", content)], mapping={Role.NAME: "누구"})
    assert caught.value.code == "clinics.no_such_column"


def test_a_list_of_ones_own_holds_all_a_page_shows():
    header = ("name", "address", "departments", "specialists", "hours", "booking", "phone", "name_en")
    row = (
        "가나의원",
        "세종특별자치시 1",
        "피부과 2명, 성형외과/내과",
        "",
        "평일 9-6시",
        "https://b.kr/?a=1",
        "044-123-4567",
        "Gana",
    )
    clinic = prepare([Upload("own.csv", as_csv(header, [row]))]).sample[0]
    assert clinic.departments == ("피부과", "성형외과", "내과")
    assert clinic.specialists == (("피부과", 2),)
    assert (clinic.hours_note, clinic.booking, clinic.name_en) == ("평일 9-6시", "https://b.kr/?a=1", "Gana")


def test_a_title_above_the_header_and_gaps_do_not_matter():
    content = "병원 목록 (2026)\n\n상호,주소\n\n가나의원,서울 중구 1\n,\n".encode()
    prepared = prepare([Upload("own.csv", content)])
    assert (prepared.accepted, prepared.rejected, prepared.read) == (1, 0, 1)


def test_too_many_cells_and_undecodable_ones_are_refused():
    content = "name,address\n가나,서울 중구 1\n다라,서울 중구 2,3층\n".encode("cp949") + b"\xff\xff,\xbc\xad\n"
    content += "마바,서울 중구\n".encode("cp949")
    prepared = prepare([Upload("own.csv", content)])
    assert prepared.reasons == {Flaw.BROKEN: 1, Flaw.UNREADABLE: 1}
    assert prepared.accepted == 2
    assert [line[1] for line in rejected_lines(prepared)[1:]] == ["3", "4"]


# Files that are not what they seem


def far_sheet(*cells):
    rows = "".join(f'<row r="{r}"><c r="{c}{r}"><v>1</v></c></row>' for c, r in cells)
    return pack_xlsx(f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}'
                     "</sheetData></worksheet>")  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", b"", "unknown_columns"),
        ("weather.csv", "지점,일시,기온\n108,2026-01-01,3.5\n".encode("cp949"), "unknown_columns"),
        ("page.xls", b"<html><table><tr><td>a</td></tr></table></html>", "unknown_columns"),
        ("photo.csv", bytes(range(256)) * 40, "not_a_table"),
        ("quote.csv", b'name,address\n"' + b"x" * 200_000, "not_a_table"),
        ("cut.xlsx", as_xlsx(HEADER, [])[:500], "archive_damaged"),
        ("noise.zip", as_zip({"a.jpg": "x"}), "archive_empty"),
        ("bomb.zip", as_zip({"a.csv": b"0" * 301_000_000}), "archive_too_large"),
        ("bomb.xlsx", pack_xlsx("<worksheet>" + " " * 601_000_000), "archive_too_large"),
        ("far.xlsx", far_sheet(("A", 1), ("XFD", 1_048_576)), "sheet_too_wide"),
        ("word.xlsx", as_zip({"[Content_Types].xml": "", "xl/workbook.xml": "<a>"}), "sheet_damaged"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "sheet_damaged"),
        ("blank.xlsx", far_sheet(), "empty"),
        ("d.csv", as_csv(DEPARTMENTS_HEADER, []), "needs_basic"),
        ("nobody.csv", as_csv(HEADER, [[""] * 9 + ["12345"] + [""] * 20]), "nothing_usable"),
    ],
)
def test_what_cannot_be_imported_is_explained(name, content, code):
    with pytest.raises(ClinicsError) as caught:
        prepare([Upload(name, content)])
    assert caught.value.code == f"clinics.{code}"
    for language in Language:
        assert name in caught.value.message(language)


def test_a_declared_size_that_lies_does_not_help_a_bomb():
    import struct

    packed = bytearray(as_zip({"a.csv": b"0" * 301_000_000}))
    # The size in the central directory, on which readers rely.
    at = packed.rindex(b"PK\x01\x02") + 24
    struct.pack_into("<I", packed, at, 1000)
    with pytest.raises(ClinicsError) as caught:
        prepare([Upload("liar.zip", bytes(packed))])
    assert caught.value.code in ("clinics.archive_too_large", "clinics.archive_damaged")


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ClinicsError, match=r"nowhere\.csv"):
        prepare([Upload("nowhere.csv", tmp_path / "nowhere.csv")])


def test_a_spreadsheet_named_csv_is_read_as_what_it_is(made):
    prepared = prepare([Upload("basic.csv", as_xlsx(HEADER, made.rows[:40]))])
    assert prepared.tables[0].renamed
    assert prepared.accepted > 20


def test_a_bad_file_among_good_ones_is_named_and_the_rest_goes_in(made):
    files = [Upload("bad.xlsx", b"PK\x03\x04nonsense"), Upload("good.csv", as_csv(HEADER, made.rows))]
    prepared = prepare(files)
    assert prepared.accepted == made.accepted
    assert [failure.code for failure in prepared.failures] == ["clinics.archive_damaged"]


def test_no_dermatologist_at_all_points_to_the_files(made):
    none = [[*row[:4], "0"] for row in made.departments]
    files = [Upload("b.csv", as_csv(HEADER, made.rows)), Upload("d.csv", as_csv(DEPARTMENTS_HEADER, none))]
    with pytest.raises(ClinicsError) as caught:
        prepare(files)
    assert caught.value.code == "clinics.no_dermatology"


def test_progress_is_told(made):
    told = []
    prepare([Upload("b.csv", as_csv(HEADER, made.rows))], on_progress=lambda *step: told.append(step))
    assert told[0][1] == 0
    assert told[-1] == ("b.csv", ROWS + 2, ROWS + 2)
    assert [step[1] for step in told] == sorted(step[1] for step in told)
