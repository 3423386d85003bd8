"""The directory on disk: lists on top of each other, what is curated by hand, several processes, damaged files."""

import multiprocessing
import threading

import duckdb
import pytest
from making_clinics import HEADER, as_csv, make_hira

from core.clinics.directory import BUILT_IN, Query
from core.clinics.importing import Upload, prepare
from core.clinics.lists import BUILT_IN_LIST, Origin
from core.clinics.store import ClinicStore
from core.errors import ClinicsError
from core.locale import Language

FIELDS = ("id", "name", "address", "phone", "latitude", "longitude", "booking")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "var" / "clinics.duckdb"


@pytest.fixture
def store(path):
    return ClinicStore(path)


def own(*rows, name="network.csv", **choices):
    return prepare([Upload(name, as_csv(FIELDS, rows, "utf-8"))], **choices).new


def row(number, name="가나의원", address="", phone="02-123-4567", booking=""):
    return (
        str(number),
        name,
        address or f"서울특별시 중구 큰길 {number}",
        phone,
        "37.56",
        f"126.{900 + number}",
        booking,
    )


def named(store, words):
    return store.directory().search(Query(words=words))


def test_first_start_fills_in_the_built_in_list_with_source_and_date(store, path):
    assert not path.exists()
    assert len(store.directory()) == 64
    (built_in,) = store.lists()
    assert (built_in.id, built_in.origin, built_in.source_date) == (BUILT_IN_LIST, Origin.BUILT_IN, "2026-06-30")
    assert "건강보험심사평가원" in built_in.source
    assert not built_in.removable
    clinic = store.directory().clinics[0]
    assert clinic.source
    assert clinic.source_date == "2026-06-30"
    with duckdb.connect(path, read_only=True) as table:
        assert table.execute("SELECT count(*) FROM clinics").fetchall() == [(64,)]


def test_the_same_directory_until_something_changes(store, path):
    before = store.directory()
    assert store.directory() is before
    ClinicStore(path).add(own(row(1)))
    assert len(store.directory()) == len(before) + 1


def test_import_again_updates_by_id_and_keeps_what_was_filled_in_by_hand(store):
    store.add(own(row(1), row(2)))
    first = next(clinic for clinic in store.directory().clinics if clinic.list_id)
    store.set_booking(first.id, "www.book.kr/first")
    number, changes = store.add(own(row(1, "새이름의원"), row(2), row(3), name="network_2026-09.csv"))
    assert (changes.added, changes.updated, changes.unchanged, changes.missing) == (1, 1, 1, 0)
    assert changes.earlier == (1,)
    renamed = store.directory().find(first.id)
    assert (renamed.name, renamed.booking, renamed.list_id) == ("새이름의원", "http://www.book.kr/first", number)
    assert len(store.directory()) == 64 + 3


def test_the_same_file_again_changes_nothing(store):
    new = own(row(1), row(2))
    assert store.add(new)[0] == 1
    number, changes = store.add(new)
    assert (number, changes.repeated) == (1, 1)
    assert (changes.added, changes.updated, changes.unchanged) == (0, 0, 2)
    assert [each.id for each in store.lists()] == [0, 1]


def test_preview_says_what_adding_does_and_writes_nothing(store, path):
    new = own(row(1), row(2))
    before = path.stat().st_mtime_ns if path.exists() else None
    preview = store.preview(new)
    assert (before, len(store.directory())) == (None, 64)
    assert store.add(new)[1] == preview


def test_removing_a_list_brings_back_what_it_covered(store):
    before = list(store.directory().clinics)
    hospital = before[0]
    covering = (hospital.name, hospital.address, "02-999-9999", "", "")
    number, changes = store.add(own(("x", *covering, ""), row(2)))
    assert (changes.added, changes.updated) == (1, 1)
    covered = store.directory().find(hospital.id)
    # What the list leaves blank is known from beneath.
    assert (covered.phone, covered.name_en, covered.latitude) == ("02-999-9999", hospital.name_en, hospital.latitude)
    assert covered.departments == hospital.departments
    assert [(each.clinics, each.shown) for each in store.lists()] == [(64, 63), (2, 2)]
    assert store.remove(number) == 1
    assert list(store.directory().clinics) == before


def test_a_hospital_is_known_by_name_and_place_whatever_the_source_calls_it(store):
    hospital = store.directory().clinics[0]
    near = (str(hospital.latitude + 0.001), str(hospital.longitude))
    far = (str(hospital.latitude + 0.1), str(hospital.longitude))
    changes = store.preview(own(("1", hospital.name, "다른 주소 1", "", *near, "")))
    assert (changes.added, changes.updated) == (0, 1)
    assert store.preview(own(("1", hospital.name, "다른 주소 1", "", *far, ""))).added == 1
    floor = hospital.address.replace(" ", "  ") + ", 3층 (어느동)"
    assert store.preview(own(("1", hospital.name, floor, "", "", "", ""))).added == 0
    # Two ids of one source are two clinics.
    twins = own(row(1, address="서울특별시 중구 큰길 9"), row(2, address="서울특별시 중구 큰길 9"))
    assert store.add(twins)[1].added == 2
    assert len(named(store, "가나의원")) == 2


def test_ids_of_two_networks_do_not_mix(store):
    store.add(own(row(1, "하나의원"), name="north.csv"))
    assert store.add(own(row(1, "두리의원", address="부산광역시 서구 1"), name="south.csv"))[1].added == 1
    assert {clinic.name for clinic in store.directory().clinics} >= {"하나의원", "두리의원"}


def test_replacing_drops_what_the_new_edition_lacks(store):
    store.add(own(row(1), row(2), row(3)))
    new = own(row(2), row(4, "새의원"), name="network 2026.12.csv")
    assert store.preview(new).missing == 2
    store.add(new, replace=True)
    assert sorted(clinic.name for clinic in store.directory().clinics if clinic.list_id) == ["가나의원", "새의원"]
    assert [each.id for each in store.lists()] == [0, 2]


def test_a_later_release_of_hira_updates_the_earlier(store):
    made = make_hira(300)
    old = prepare([Upload("병원정보(2026.3.).csv", as_csv(HEADER, made.rows))]).new
    store.add(old)
    rows = [list(each) for each in made.rows]
    rows[0][1] = "이름바꾼의원"
    new = prepare([Upload("병원정보(2026.6.).csv", as_csv(HEADER, rows[:-22]))]).new
    number, changes = store.add(new)
    assert changes.earlier == (1,)
    assert (changes.added, changes.updated, changes.missing) == (0, 1, old.table.num_rows - new.table.num_rows)
    assert {clinic.source_date for clinic in store.directory().clinics if clinic.list_id == number} == {"2026-06"}


def test_booking_from_a_list_and_by_hand(store):
    store.add(own(row(1, booking="https://list.kr/1")))
    clinic = named(store, "가나의원")[0]
    assert clinic.booking == "https://list.kr/1"
    store.set_booking(clinic.id, "https://hand.kr/1")
    assert store.directory().find(clinic.id).booking == "https://hand.kr/1"
    store.set_booking(clinic.id, " ")
    assert store.directory().find(clinic.id).booking == "https://list.kr/1"


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda store: store.remove(BUILT_IN_LIST), "unknown_list"),
        (lambda store: store.remove(99), "unknown_list"),
        (lambda store: store.set_booking("nobody", "https://a.kr"), "unknown_clinic"),
        (lambda store: store.set_booking(store.directory().clinics[0].id, "javascript:alert(1)"), "bad_booking"),
        (lambda store: store.set_booking(store.directory().clinics[0].id, "no address"), "bad_booking"),
    ],
)
def test_what_cannot_be_done_is_explained(store, act, code):
    with pytest.raises(ClinicsError) as caught:
        act(store)
    assert caught.value.code == f"clinics.{code}"
    assert all(caught.value.message(language) for language in Language)
    assert len(store.directory()) == 64


def test_a_failed_import_leaves_everything_as_it_was(store):
    store.add(own(row(1)))
    broken = own(row(2), row(3))
    wrong = broken.table.drop_columns(["address"])
    with pytest.raises(duckdb.Error):
        store.add(type(broken)(**{**vars(broken), "table": wrong}))
    assert len(store.directory()) == 65


def test_names_from_strangers_stay_text(store):
    hostile = "'; DROP TABLE clinics; --"
    store.add(own(row(1, hostile), row(2, "<script>`${1}`")))
    assert [clinic.name for clinic in named(store, hostile)] == [hostile]
    assert len(named(store, "<script>")) == 1


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path: path.write_bytes(b"no database at all" * 1000), "damaged"),
        (lambda path: duckdb.connect(path).execute("CREATE TABLE other (x INTEGER)").close(), "foreign"),
        (lambda path: path.mkdir(), "not_writable"),
    ],
)
def test_a_file_that_is_no_directory_is_explained(path, spoil, code):
    path.parent.mkdir()
    spoil(path)
    with pytest.raises(ClinicsError) as caught:
        ClinicStore(path).directory()
    assert caught.value.code == f"clinics.{code}"
    assert str(path) in str(caught.value)


def test_a_newer_schema_is_not_touched(store, path):
    store.directory()
    with duckdb.connect(path) as table:
        table.execute("UPDATE schema_version SET version = 2")
    with pytest.raises(ClinicsError) as caught:
        ClinicStore(path).directory()
    assert caught.value.code == "clinics.newer_version"


def test_a_new_built_in_list_takes_the_place_of_the_old(path, tmp_path):
    store = ClinicStore(path)
    store.add(own(row(1)))
    shorter = tmp_path / "clinics.csv"
    shorter.write_text("".join(BUILT_IN.read_text(encoding="utf-8").splitlines(keepends=True)[:11]), encoding="utf-8")
    renewed = ClinicStore(path, shorter)
    assert len(renewed.directory()) == 11
    assert [each.clinics for each in renewed.lists()] == [10, 1]


def test_a_file_taken_away_while_running_is_made_anew(store, path):
    store.add(own(row(1)))
    path.unlink()
    assert len(store.directory()) == 64


def test_many_threads_read_and_write_at_once(store, path):
    failures = []

    def work(number):
        try:
            ClinicStore(path).add(own(row(number, f"{number}번의원"), name=f"list {'abcdef'[number]}.csv"))
            assert len(store.directory()) > 64
        except Exception as error:  # noqa: BLE001 - reported by the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(store.directory()) == 64 + 6


def _add_elsewhere(path):
    ClinicStore(path).add(own(row(7, "다른과정의원")))


def test_another_process_may_import_while_this_one_searches(store, path):
    assert len(store.directory()) == 64
    process = multiprocessing.get_context("spawn").Process(target=_add_elsewhere, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == 0
    assert [clinic.name for clinic in named(store, "다른과정")] == ["다른과정의원"]
