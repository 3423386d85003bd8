import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date
from pathlib import Path

import duckdb
import pytest
from file_bytes import files_holding
from making_visits import make_diagnosis, make_visit

from core.errors import RecordsError
from core.findings import Quality, Reason, Refusal
from core.locale import Language
from core.records.schema import MIGRATIONS_DIR
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Region, Severity, Sex, Site, View

ROOT = Path(__file__).resolve().parents[2]
OPENING = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from making_visits import make_visit
from core.errors import RecordsError
from core.records.store import RecordStore
path = Path({path!r})
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "records.duckdb"


@pytest.fixture
def store(path):
    with RecordStore.open(path) as opened:
        yield opened


def child(path, code, *arguments, **options):
    opening = OPENING.format(tests=str(Path(__file__).parent), path=str(path))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", opening + code, *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def count_visits(store):
    return store.query("SELECT count(*) FROM visits")[0][0]


def test_visit_comes_back_as_it_was(store):
    unsure = make_diagnosis("one", grades={Condition.DANDRUFF: None, Condition.HAIR_LOSS: 3})
    crown = make_diagnosis("two", view=View.CROWN, grades={Condition.HAIR_LOSS: 2})
    visit = make_visit(unsure, crown, region=Region.JEJU, sites=(Site.BACK, None), answers={"dye": "염색 2회"})
    assert store.visit(store.add_visit(visit, "key")) == visit


def test_visit_is_stored_once(store):
    visit = make_visit("a", "b")
    first = store.add_visit(visit, "key")
    writes = store.query("SELECT count(*) FROM events")
    assert store.add_visit(visit, "key") == first
    assert store.add_visit(make_visit("b", "a"), "key") == first
    assert store.query("SELECT count(*) FROM events") == writes
    assert store.add_visit(visit, "other key") != first
    assert store.query("SELECT (SELECT count(*) FROM diagnoses), (SELECT count(*) FROM gradings)") == [(4, 24)]


def test_same_photo_twice_in_a_visit_counts_once(store):
    store.add_visit(make_visit("a", "a"), "key")
    assert store.query("SELECT count(*) FROM diagnoses") == [(1,)]


def test_second_call_brings_what_was_told_up_to_date(store):
    store.add_visit(make_visit(), "key")
    changed = make_visit(
        sex=None, age_band=AgeBand.SEVENTIES, region=Region.SEOUL, sites=(Site.TOP,), answers={"a": "b"}
    )
    identity = store.add_visit(changed, "key")
    assert store.visit(identity) == changed
    assert count_visits(store) == 1


def test_without_consent_nothing_is_stored(store):
    with pytest.raises(RecordsError, match="consent") as caught:
        store.add_visit(make_visit(consent=False), "key")
    assert caught.value.code == "records.no_consent"
    assert count_visits(store) == 0


def test_the_file_itself_demands_consent_and_known_words(store):
    columns = "(id, visited_at, sex, age_band, region, consent, consent_at, source, stored_at)"
    good = {"sex": "'male'", "age": "'30s'", "region": "'KR-11'", "consent": "true"}
    for wrong in ({"consent": "false"}, {"consent": "NULL"}, {"sex": "'x'"}, {"age": "'80s'"}, {"region": "'KR-99'"}):
        row = good | wrong
        values = f"uuid(), now(), {row['sex']}, {row['age']}, {row['region']}, {row['consent']}, now(), 'app', now()"
        with pytest.raises(duckdb.ConstraintException), store.writing("test") as cursor:
            cursor.execute(f"INSERT INTO visits {columns} VALUES ({values})")
    assert count_visits(store) == 0


def test_every_word_of_the_taxonomy_is_accepted(store):
    number = 0
    for view in View:
        for site in Site:
            for band, region in zip((*AgeBand, *AgeBand, *AgeBand), Region, strict=False):
                number += 1
                if number > len(Region):
                    break
                photo = make_diagnosis(str(number), view=view)
                sex = list(Sex)[number % len(Sex)]
                store.add_visit(make_visit(photo, sex=sex, age_band=band, region=region, sites=(site,)), str(number))
    for view, site in zip(View, Site, strict=False):
        store.add_visit(make_visit(make_diagnosis("v", view=view), sites=(site,)), "view")
    for refusal in Refusal:
        store.count_refusal(Quality(View.CROWN, (Reason(refusal, 0, 1),)))
    assert store.query("SELECT count(DISTINCT region), count(DISTINCT age_band) FROM visits") == [(17, 7)]
    assert store.query("SELECT count(DISTINCT reason) FROM refusals") == [(len(Refusal),)]


def test_recent_visits_show_the_worst_grade(store):
    mild = make_diagnosis("a", grades={Condition.DANDRUFF: 1, Condition.HAIR_LOSS: None})
    worse = make_diagnosis("b", grades={Condition.DANDRUFF: 3, Condition.HAIR_LOSS: None})
    store.add_visit(make_visit("first"), "1")
    last = store.add_visit(make_visit(mild, worse), "2")
    summary = store.recent_visits()[0]
    assert (summary.id, summary.photos) == (last, 2)
    assert summary.severities[Condition.DANDRUFF] is Severity.SEVERE
    assert summary.severities[Condition.HAIR_LOSS] is None
    assert [s.id for s in store.recent_visits(1)] == [last]
    assert store.recent_visits(demo=True) == []


def test_human_view_is_the_original_table(store):
    store.add_visit(make_visit(make_diagnosis("a", grades={Condition.DANDRUFF: 2, Condition.HAIR_LOSS: None})), "key")
    store.add_visit(make_visit("example picture", source="example"), "key")
    rows = store.query("SELECT id, sex, age, pred, skin FROM human ORDER BY id")
    assert len(rows) == 5
    assert rows[4] == (15, "female", "30s", 2, "dandruff")


def test_refusals_are_counted_without_a_person(store):
    reasons = (Reason(Refusal.BLURRED, 1, 2), Reason(Refusal.DARK, 1, 2))
    for _ in range(3):
        store.count_refusal(Quality(None, reasons), day=date(2026, 11, 1))
    store.count_refusal(Quality(View.CROWN))
    assert store.query("FROM refusals") == [(date(2026, 11, 1), None, "blurred", 3)]


def test_deleted_visit_leaves_no_bytes(store, path):
    gone = make_visit("gone", answers={"note": "MARKER-7f3a9c"})
    identity = store.add_visit(gone, "key")
    kept = store.add_visit(make_visit("kept", answers={"note": "KEPT-MARKER"}), "key")
    marks = ("MARKER-7f3a9c", gone.diagnoses[0].photo_sha256)
    assert files_holding(path.parent, *marks)
    number = store.query("SELECT max(number) FROM diagnoses")
    assert store.delete_visit(identity)
    assert files_holding(path.parent, *marks) == []
    assert store.visit(identity) is None
    assert store.visit(kept).answers == {"note": "KEPT-MARKER"}
    assert not store.delete_visit(identity)
    assert not store.delete_visit("nonsense")
    assert store.query("SELECT max(number) FROM diagnoses") == number
    busy = child(path, "RecordStore.open(path)")
    assert "in use by another" in busy.communicate()[1]
    store.close()
    assert files_holding(path.parent, *marks) == []
    assert files_holding(path.parent, "KEPT-MARKER")
    assert sorted(p.name for p in path.parent.iterdir()) == ["records.duckdb", "records.duckdb.lock"]


def test_number_of_a_deleted_diagnosis_is_not_given_again(store):
    identity = store.add_visit(make_visit("a"), "key")
    before = store.query("SELECT max(number) FROM diagnoses")[0][0]
    store.delete_visit(identity)
    store.add_visit(make_visit("b"), "key")
    assert store.query("SELECT max(number) FROM diagnoses")[0][0] > before


def test_erasure_a_crash_interrupted_is_finished_on_opening(path):
    mark = "MARKER-of-a-crash"
    code = f"""
import os
store = RecordStore.open(path)
identity = store.add_visit(make_visit(answers={{"note": {mark!r}}}), "key")
store.erase = lambda: os.kill(os.getpid(), 9)
store.delete_visit(identity)
"""
    assert child(path, code).wait() == -signal.SIGKILL
    assert files_holding(path.parent, mark)
    with RecordStore.open(path) as store:
        assert count_visits(store) == 0
        assert store.lost_writes == 0
        assert files_holding(path.parent, mark) == []


def test_backup_holds_everything_and_keeps_the_lock(store, path, tmp_path):
    store.add_visit(make_visit(), "key")
    target = store.backup(tmp_path / "it's a copy.duckdb")
    busy = child(path, "RecordStore.open(path)")
    assert "records.busy" in busy.communicate()[1] or busy.returncode == 1
    store.add_visit(make_visit("later"), "key")
    with RecordStore.open(target) as copy:
        assert count_visits(copy) == 1
        assert copy.lost_writes == 0
    assert store.backup(tmp_path).suffix == ".duckdb"
    with pytest.raises(RecordsError) as caught:
        store.backup(path)
    assert caught.value.code == "records.same_file"
    assert count_visits(store) == 2


def test_second_process_is_told_what_to_do(store, path):
    code = """
try:
    RecordStore.open(path)
except RecordsError as error:
    print(error.code, error)
    sys.exit(1)
"""
    second = child(path, code)
    out, err = second.communicate()
    assert (second.returncode, err) == (1, "")
    assert out.startswith("records.busy")
    assert "SCALPSPECTRA_VAR_DIR" in out
    with pytest.raises(RecordsError):
        RecordStore.open(path)
    store.add_visit(make_visit(), "key")


def test_no_other_program_gets_at_the_file_either(store, path, tmp_path):
    code = "import duckdb; duckdb.connect(path)"
    identity = store.add_visit(make_visit(), "key")
    store.backup(tmp_path / "copy.duckdb")
    assert "Could not set lock" in child(path, code).communicate()[1]
    store.delete_visit(identity)
    assert "Could not set lock" in child(path, code).communicate()[1]


def test_file_held_by_another_program_is_busy(path):
    RecordStore.open(path).close()
    code = "import duckdb; held = duckdb.connect(path); print('held', flush=True); sys.stdin.read()"
    other = child(path, code, stdin=subprocess.PIPE)
    assert other.stdout.readline() == "held\n"
    with pytest.raises(RecordsError) as caught:
        RecordStore.open(path)
    other.communicate("")
    assert caught.value.code == "records.busy"
    RecordStore.open(path).close()


def test_acknowledged_visits_survive_kill(path):
    code = """
store = RecordStore.open(path)
for number in range(100_000):
    print(store.add_visit(make_visit(str(number)), "key"), flush=True)
"""
    for _ in range(3):
        writer = child(path, code)
        acknowledged = [writer.stdout.readline().strip() for _ in range(15)]
        writer.kill()
        acknowledged += writer.stdout.read().split("\n")[:-1]
        writer.wait()
        with RecordStore.open(path) as store:
            stored = {identity for (identity,) in store.query("SELECT id::VARCHAR FROM visits")}
            assert set(acknowledged) <= stored
            assert store.lost_writes == 0
            torn = "SELECT count(*) FROM visits WHERE id NOT IN (SELECT visit_id FROM diagnoses)"
            assert store.query(torn) == [(0,)]
            assert store.query("SELECT count(*) FROM gradings") == [(6 * len(stored),)]


def test_full_disk_says_so_and_loses_nothing(path):
    code = """
import random, resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = RecordStore.open(path)
limit = path.stat().st_size + 200_000
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
for number in range(1000):
    try:
        identity = store.add_visit(make_visit(str(number), answers={"long": random.randbytes(9000).hex()}), "key")
    except RecordsError as error:
        print(error.code)
        break
    assert store.visit(identity)
    kept = number + 1
assert store.query("SELECT count(*) FROM visits") == [(kept,)]
try:
    store.delete_visit(identity)
except RecordsError as error:
    print(error.code)
print(kept)
"""
    out, err = child(path, code).communicate()
    full, not_erased, kept = out.split()
    assert (full, not_erased) == ("records.disk_full", "records.not_erased"), err
    assert int(kept) >= 3
    with RecordStore.open(path) as store:
        assert count_visits(store) == int(kept) - 1
        assert store.lost_writes == 0
        assert store.query("FROM pending_erasure") == []


def test_many_threads_read_and_write_while_visits_are_erased(store):
    wrong = []
    done = threading.Event()

    def write(number):
        for turn in range(2):
            visit = make_visit(f"{number} {turn}", answers={"n": f"{number} {turn}"})
            identity = store.add_visit(visit, "key")
            if store.visit(identity) != visit:
                wrong.append(identity)
            if turn == 0 and number % 4 == 0:
                store.delete_visit(identity)

    def read():
        last = 0
        while not done.wait(0.01):
            photos, grades = store.query("SELECT (SELECT count(*) FROM diagnoses), (SELECT count(*) FROM gradings)")[0]
            if grades != 6 * photos or photos < last - 4:
                wrong.append((photos, grades, last))
            last = photos

    with ThreadPoolExecutor(24) as pool:
        readers = [pool.submit(read) for _ in range(8)]
        writers = [pool.submit(write, number) for number in range(16)]
        wait(writers)
        done.set()
        for thread in readers + writers:
            thread.result()
    assert wrong == []
    assert count_visits(store) == 16 * 2 - 4


def test_writing_or_erasing_inside_a_cursor_is_a_bug(store):
    with store.cursor():
        for call in (store.erase, lambda: store.add_visit(make_visit(), "key"), lambda: store.backup(Path("x"))):
            with pytest.raises(RuntimeError):
                call()
        assert store.query("SELECT 1") == [(1,)]


def test_failed_write_leaves_nothing(store):
    def fail():
        with store.writing("test") as cursor:
            cursor.execute("INSERT INTO refusals VALUES (today(), NULL, 'dark', 1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.query("FROM refusals") == []
    assert store.query("FROM events") == []


def test_closed_store_says_so(path):
    store = RecordStore.open(path)
    store.close()
    store.close()
    with pytest.raises(RecordsError) as caught:
        store.recent_visits()
    assert caught.value.code == "records.closed"
    RecordStore.open(path).close()


def test_lost_writes_are_noticed(path, tmp_path):
    with RecordStore.open(path) as store:
        store.add_visit(make_visit("a"), "key")
        older = store.backup(tmp_path / "older.duckdb")
        for name in "bcd":
            store.add_visit(make_visit(name), "key")
    older.replace(path)
    with RecordStore.open(path) as store:
        assert store.lost_writes == 3
        assert count_visits(store) == 1
    with RecordStore.open(path) as store:
        assert store.lost_writes == 0
        assert store.query("SELECT number, kind FROM events ORDER BY number") == [(1, "visit"), (5, "writes missing")]


def test_newer_database_is_refused(path):
    with RecordStore.open(path) as store, store.writing("test") as cursor:
        cursor.execute("INSERT INTO schema_version VALUES (99, now())")
    with pytest.raises(RecordsError) as caught:
        RecordStore.open(path)
    assert caught.value.code == "records.newer_version"


def migrations_with(folder, sql):
    folder.mkdir()
    for migration in MIGRATIONS_DIR.glob("*.sql"):
        (folder / migration.name).write_text(migration.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / f"{len(list(MIGRATIONS_DIR.glob('*.sql'))) + 1:04}_more.sql").write_text(sql, encoding="utf-8")
    return folder


def test_older_database_is_backed_up_and_migrated(path, tmp_path):
    with RecordStore.open(path) as store:
        identity = store.add_visit(make_visit(), "key")
    newer = migrations_with(tmp_path / "newer", "CREATE TABLE more (x INTEGER); INSERT INTO more VALUES (7);")
    with RecordStore.open(path, migrations=newer) as store:
        assert store.query("FROM more") == [(7,)]
        assert store.visit(identity) == make_visit()
        (backup,) = path.parent.glob("*.backup")
        with RecordStore.open(backup) as old:
            assert old.visit(identity) == make_visit()
        store.delete_visit(identity)
        assert list(path.parent.glob("*.backup")) == []


def test_failed_migration_changes_nothing(path, tmp_path):
    with RecordStore.open(path) as store:
        identity = store.add_visit(make_visit(), "key")
    broken = migrations_with(tmp_path / "broken", "CREATE TABLE more (x INTEGER); INSERT INTO nowhere VALUES (1);")
    with pytest.raises(duckdb.CatalogException):
        RecordStore.open(path, migrations=broken)
    with RecordStore.open(path) as store:
        assert store.visit(identity) == make_visit()
        assert store.query("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'more'") == [(0,)]


@pytest.mark.parametrize("content", [b"no database at all" * 500, b"\0" * 20_000])
def test_damaged_file_is_refused_and_kept(path, content):
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(RecordsError) as caught:
        RecordStore.open(path)
    assert caught.value.code == "records.damaged"
    assert path.read_bytes() == content


def read_back(path, identity):
    try:
        with RecordStore.open(path) as store:
            return store.visit(identity).answers
    except RecordsError as error:
        return error.code


def test_flipped_bits_are_never_a_wrong_read(path):
    with RecordStore.open(path) as store:
        identity = store.add_visit(make_visit(answers={"long": "abc" * 5000}), "key")
    whole = path.read_bytes()
    for place in range(2000, len(whole), len(whole) // 12):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        assert read_back(path, identity) in ({"long": "abc" * 5000}, "records.damaged")


def test_foreign_database_is_left_untouched(path):
    path.parent.mkdir(parents=True)
    with duckdb.connect(path) as foreign:
        foreign.execute("CREATE TABLE cats (name VARCHAR)")
    with pytest.raises(RecordsError) as caught:
        RecordStore.open(path)
    assert caught.value.code == "records.foreign"


def test_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RecordsError) as caught:
        RecordStore.open(tmp_path / "file" / "records.duckdb")
    assert caught.value.code == "records.not_writable"
    assert str(tmp_path) in caught.value.message(Language.KOREAN)


def test_records_have_no_way_to_other_files(store, tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with pytest.raises(duckdb.PermissionException):
        store.query(f"FROM read_csv('{tmp_path / 'secret.csv'}')")
    with pytest.raises(duckdb.Error):
        store.query("SET enable_external_access = true")


def test_a_checkpoint_waits_for_a_reader_and_loses_nothing(store, path):
    """Whoever reads rows from before an update keeps them out of the file, not out of the log."""
    log = path.with_name(f"{path.name}.wal")
    store.add_visit(make_visit(make_diagnosis("before")), "key")
    reading, done = threading.Event(), threading.Event()
    seen = []

    def read():
        with store.cursor() as cursor:
            cursor.execute("BEGIN")
            seen.append(cursor.execute("SELECT sum(people) FROM statistics_patterns").fetchone())
            reading.set()
            done.wait(60)
            seen.append(cursor.execute("SELECT sum(people) FROM statistics_patterns").fetchone())
            cursor.execute("COMMIT")

    thread = threading.Thread(target=read)
    thread.start()
    try:
        assert reading.wait(60)
        for number in range(3):
            store.add_visit(make_visit(make_diagnosis(f"during {number}")), "key")
        assert log.stat().st_size > 0, "put off"
    finally:
        done.set()
        thread.join()
    assert seen == [seen[0]] * 2
    put_off = log.stat().st_size
    store.add_visit(make_visit(make_diagnosis("after")), "key")
    assert not log.exists() or log.stat().st_size < put_off
    number = count_visits(store)
    store.close()
    with RecordStore.open(path) as again:
        assert (count_visits(again), again.lost_writes) == (number, 0)
