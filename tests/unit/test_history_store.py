import json
import logging
import os
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import duckdb
import pytest
from file_bytes import files_holding
from making_visits import make_diagnosis, make_visit

from core.errors import RecordsError
from core.records.demo import add_demo, remove_demo
from core.records.exchange import export_results
from core.records.history import (
    add_to_history,
    delete_from_history,
    delete_kept_photos,
    export_history,
    open_history,
    read_kept_photo,
)
from core.records.history_key import make_key
from core.records.history_seal import seal, unseal
from core.records.privacy import delete_all_visits, delete_older_than
from core.records.schema import MIGRATIONS_DIR
from core.records.store import RecordStore
from core.taxonomy import Condition, Site, View

FIRST = datetime(2026, 9, 1, 8, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "records" / "records.duckdb"


@pytest.fixture
def store(path):
    with RecordStore.open(path) as opened:
        yield opened


@pytest.fixture
def key():
    return make_key()


def visit_on(day, *photos, **rest):
    return make_visit(*photos, visited_at=FIRST + timedelta(days=day), sex=None, age_band=None, **rest)


def sha(visit, number=0):
    return visit.diagnoses[number].photo_sha256


def sealed_rows(store):
    rows = store.query("SELECT sealed FROM history_entries UNION ALL SELECT sealed FROM history_photos")
    return [sealed for (sealed,) in rows]


def code_of(call, *arguments):
    with pytest.raises(RecordsError) as caught:
        call(*arguments)
    return caught.value.code


def test_visits_come_back_in_order_as_they_were(store, key):
    crown = make_diagnosis("crown", view=View.CROWN, grades={Condition.HAIR_LOSS: None})
    later = visit_on(30, "later", crown, sites=(None, Site.TOP))
    earlier = visit_on(0, "earlier")
    for visit in (later, earlier):
        add_to_history(store, key, visit)
    assert [entry.visit for entry in open_history(store, key)] == [earlier, later]


def test_what_the_person_told_is_not_kept(store, key):
    add_to_history(store, key, make_visit(answers={"dye": "monthly"}))
    (entry,) = open_history(store, key)
    assert (entry.visit.sex, entry.visit.age_band, entry.visit.region, dict(entry.visit.answers)) == (None,) * 3 + ({},)


def test_same_photos_are_one_visit_at_its_first_time(store, key):
    first = add_to_history(store, key, visit_on(0, "a", "b"))
    again = visit_on(9, "b", "a", sites=(Site.TOP, Site.BACK))
    assert add_to_history(store, key, again) == first
    assert [entry.visit for entry in open_history(store, key)] == [replace(again, visited_at=FIRST)]


def test_more_photos_of_a_visit_take_its_place(store, key, path):
    alone, more = visit_on(0, "a"), visit_on(0, "a", "b")
    add_to_history(store, key, alone, {sha(alone): b"JPEG of a"})
    before = sealed_rows(store)
    add_to_history(store, key, more, {sha(more, 1): b"JPEG of b"})
    (entry,) = open_history(store, key)
    assert entry.visit == more
    assert [read_kept_photo(store, key, entry, sha(more, n)) for n in (0, 1)] == [b"JPEG of a", b"JPEG of b"]
    assert files_holding(path.parent, *before) == []


def test_histories_are_apart(store, key):
    other = make_key()
    add_to_history(store, key, visit_on(0, "same"))
    add_to_history(store, other, visit_on(0, "same"))
    add_to_history(store, other, visit_on(1, "more"))
    assert [len(open_history(store, one)) for one in (key, other)] == [1, 2]
    delete_from_history(store, other)
    assert len(open_history(store, key)) == 1


def test_unknown_key_is_told(store, key):
    assert code_of(open_history, store, key) == "history.unknown_key"
    assert code_of(export_history, store, key) == "history.unknown_key"
    assert code_of(delete_from_history, store, key) == "history.unknown_key"


def test_without_consent_nothing_is_kept(store, key):
    assert code_of(add_to_history, store, key, make_visit(consent=False)) == "history.no_consent"
    assert sealed_rows(store) == []


def test_photos_are_kept_only_when_given(store, key):
    visit = visit_on(0, "a", "b")
    add_to_history(store, key, visit, {sha(visit): b"JPEG of a"})
    (entry,) = open_history(store, key)
    assert entry.kept_photos == {sha(visit)}
    assert read_kept_photo(store, key, entry, sha(visit)) == b"JPEG of a"
    assert read_kept_photo(store, key, entry, sha(visit, 1)) is None
    assert read_kept_photo(store, make_key(), entry, sha(visit)) is None


@pytest.mark.parametrize("photos", [{"0" * 64: b"x"}, {None: bytes(400_001)}])
def test_foreign_or_huge_photos_are_a_bug(store, key, photos):
    visit = visit_on(0)
    with pytest.raises(ValueError, match="photos"):
        add_to_history(store, key, visit, {name or sha(visit): jpeg for name, jpeg in photos.items()})


def test_file_shows_nothing_without_the_key(store, key, path, caplog):
    caplog.set_level(logging.DEBUG)
    visit = visit_on(0, "a", "b", sites=(Site.LEFT, None))
    add_to_history(store, key, visit, {sha(visit): b"JPEG of a scalp"})
    hidden = (sha(visit), sha(visit, 1), "JPEG of a scalp", '"photos":[', key.symbols, key.text, key.sealing_secret)
    assert files_holding(path.parent, *hidden) == []
    assert files_holding(path.parent, key.key_hash) == ["records.duckdb"]
    assert key.text not in caplog.text
    assert key.symbols not in caplog.text
    # Two histories with the same photo have no row in common.
    add_to_history(store, make_key(), visit, {sha(visit): b"JPEG of a scalp"})
    assert store.query("SELECT count(*), count(DISTINCT id), count(DISTINCT key_hash) FROM history_entries") == [
        (2, 2, 2)
    ]
    assert store.query("SELECT count(DISTINCT id) FROM history_photos") == [(2,)]


def test_day_is_all_that_tells_when_it_was_stored(store, key):
    add_to_history(store, key, visit_on(0))
    assert store.query("SELECT typeof(stored_on), stored_on FROM history_entries") == [
        ("DATE", datetime.now(UTC).date())
    ]


def test_tampered_rows_are_refused(store, key):
    add_to_history(store, key, visit_on(0, "a"))
    add_to_history(store, key, visit_on(1, "b"))
    with store.writing("test") as cursor:
        cursor.execute("UPDATE history_entries SET sealed = (SELECT min(sealed) FROM history_entries)")
    assert code_of(open_history, store, key) == "history.damaged"


def test_sealed_content_is_bound_to_key_and_row(key):
    row, other = uuid4(), make_key()
    sealed = seal(key, row, b"content")
    assert unseal(key, row, sealed) == b"content"
    assert sealed != seal(key, row, b"content")
    for arguments in ((other, row, sealed), (key, uuid4(), sealed), (key, row, sealed[:-1]), (key, row, b"")):
        assert code_of(unseal, *arguments) == "history.damaged"


def test_history_of_a_newer_version_is_left_alone(store, key):
    entry = add_to_history(store, key, visit_on(0))
    with store.writing("test") as cursor:
        sealed = seal(key, entry, json.dumps({"format": 2}).encode())
        cursor.execute("UPDATE history_entries SET sealed = ?", [sealed])
    assert code_of(open_history, store, key) == "history.newer"


def test_export_holds_everything_but_the_key(store, key):
    first = visit_on(0, "a", "b", sites=(Site.TOP, None))
    second = visit_on(40, make_diagnosis("c", grades={Condition.DANDRUFF: None}))
    add_to_history(store, key, first, {sha(first): b"JPEG a", sha(first, 1): b"JPEG b"})
    add_to_history(store, key, second)
    packed = export_history(store, key)
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        names = archive.namelist()
        told = archive.read("history.json").decode()
        kept = json.loads(told)["visits"][0]["kept_photos"]
        assert {name: archive.read(file) for name, file in kept.items()} == {
            sha(first): b"JPEG a",
            sha(first, 1): b"JPEG b",
        }
    visits = json.loads(told)["visits"]
    assert names == ["photos/001-20260901-1.jpg", "photos/001-20260901-2.jpg", "history.json"]
    assert [visit["visited_at"][:10] for visit in visits] == ["2026-09-01", "2026-10-11"]
    assert visits[0]["photos"][0]["site"] == "top"
    assert visits[1]["photos"][0]["conditions"]["dandruff"] == {
        "severity": None,
        "probabilities": [0.25] * 4,
        "set": [0, 1, 2, 3],
    }
    for secret in (key.symbols, key.text, key.key_hash):
        assert secret.encode() not in packed
        assert secret not in told


def test_deleting_everything_leaves_no_bytes(store, key, path):
    photo = os.urandom(50_000)
    mine, later = visit_on(0, "mine", "mine too"), visit_on(1, "later")
    for visit in (mine, later):
        add_to_history(store, key, visit, {sha(visit): photo})
    add_to_history(store, key, later)  # an update leaves an older version behind
    others_key = make_key()
    add_to_history(store, others_key, visit_on(0, "theirs"))
    for_statistics = store.add_visit(make_visit("mine too", answers={"note": "MARKER-91c2"}), "app")
    example = store.add_visit(make_visit("later", source="example"), "example")
    sealed = sealed_rows(store)
    mine_sealed = [row for row in sealed if row != sealed_rows_of(store, others_key)[0]]
    marks = [*mine_sealed, *(row[1000:1064] for row in mine_sealed if len(row) > 2000), key.key_hash, "MARKER-91c2"]
    assert files_holding(path.parent, *marks)

    assert delete_from_history(store, key) == 2

    assert files_holding(path.parent, *marks, photo, photo[:64]) == []
    assert code_of(open_history, store, key) == "history.unknown_key"
    assert store.visit(for_statistics) is None
    assert store.visit(example) is not None
    assert len(open_history(store, others_key)) == 1
    store.close()
    assert files_holding(path.parent, *marks) == []
    assert sorted(p.name for p in path.parent.iterdir()) == ["records.duckdb", "records.duckdb.lock"]


def sealed_rows_of(store, key):
    return [row for (row,) in store.query("SELECT sealed FROM history_entries WHERE key_hash = ?", [key.key_hash])]


def test_one_visit_can_go_and_photos_alone_can(store, key, path):
    visits = [visit_on(day, str(day)) for day in range(3)]
    for visit in visits:
        add_to_history(store, key, visit, {sha(visit): b"JPEG"})
    first, *_ = open_history(store, key)
    (sealed,) = [row for row in sealed_rows_of(store, key) if decodes(key, first.id, row)]
    assert delete_from_history(store, key, first) == 1
    assert files_holding(path.parent, sealed) == []
    assert [entry.visit for entry in open_history(store, key)] == visits[1:]
    assert delete_kept_photos(store, key) == 2
    assert [entry.kept_photos for entry in open_history(store, key)] == [frozenset(), frozenset()]


def decodes(key, row, sealed):
    try:
        return bool(unseal(key, row, sealed))
    except RecordsError:
        return False


def test_operator_can_erase_by_age_and_all(store, key):
    add_to_history(store, key, visit_on(0), {sha(visit_on(0)): b"JPEG"})
    store.add_visit(make_visit(visited_at=FIRST), "app")
    with store.writing("test") as cursor:
        cursor.execute("UPDATE history_entries SET stored_on = stored_on - 50")
    assert delete_older_than(store, 60) == 1
    assert len(open_history(store, key)) == 1
    assert delete_older_than(store, 30) == 1
    assert code_of(open_history, store, key) == "history.unknown_key"
    assert store.query("FROM history_photos") == []
    add_to_history(store, key, visit_on(0))
    assert delete_all_visits(store) == 1
    assert delete_all_visits(store) == 0
    assert store.query("FROM history_entries") == []


def test_backup_demonstration_and_export_go_on(store, key, tmp_path):
    visit = visit_on(0)
    add_to_history(store, key, visit, {sha(visit): b"JPEG"})
    add_demo(store, 20)
    with RecordStore.open(store.backup(tmp_path / "copy.duckdb")) as copy:
        (entry,) = open_history(copy, key)
        assert read_kept_photo(copy, key, entry, sha(visit)) == b"JPEG"
    assert remove_demo(store) == 20
    # What is kept under a key is not for statistics.
    assert export_results(store, tmp_path / "results.csv") == 0
    assert store.recent_visits() == []
    assert len(open_history(store, key)) == 1


def test_older_records_get_their_place_for_histories(path, key):
    path.parent.mkdir()
    photo = sha(make_visit("old"))
    with duckdb.connect(path) as older:
        older.execute((MIGRATIONS_DIR / "0001_foundation.sql").read_text(encoding="utf-8"))
        older.execute("CREATE TABLE schema_version (version INTEGER NOT NULL, applied_at TIMESTAMPTZ NOT NULL)")
        older.execute("INSERT INTO schema_version VALUES (1, now())")
        older.execute(
            """INSERT INTO visits VALUES
               (uuid(), now(), NULL, NULL, NULL, true, now(), '2026-11', 'app', '{"note": "MARKER-55d1"}', now())"""
        )
        older.execute(
            """INSERT INTO diagnoses (id, visit_id, photo_sha256, view, created_at)
               SELECT uuid(), id, ?, 'microscope', now() FROM visits""",
            [photo],
        )
    with RecordStore.open(path) as store:
        assert store.query("SELECT answers->>'note' FROM visits") == [("MARKER-55d1",)]
        add_to_history(store, key, visit_on(0, "new"))
        add_to_history(store, key, visit_on(3, "old"))
        # The backup that the migration left holds that visit too.
        assert sorted(files_holding(path.parent, "MARKER-55d1")) == ["records.duckdb", "records.duckdb.v1.backup"]
        assert delete_from_history(store, key) == 2
        assert files_holding(path.parent, "MARKER-55d1", photo) == []
