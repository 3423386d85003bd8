import csv

import duckdb
import pytest
from making_visits import make_diagnosis, make_visit

from core.errors import RecordsError
from core.records.demo import add_demo
from core.records.exchange import export_results, import_results
from core.records.store import RecordStore
from core.taxonomy import Condition, Region, Site, View


@pytest.fixture
def store(tmp_path):
    with RecordStore.open(tmp_path / "records.duckdb") as opened:
        yield opened


@pytest.fixture
def other(tmp_path):
    with RecordStore.open(tmp_path / "other.duckdb") as opened:
        yield opened


def fill(store):
    unsure = make_diagnosis(
        "a", grades={Condition.DANDRUFF: None, Condition.HAIR_LOSS: 3}, model_id="=cmd|' /C calc'!A0"
    )
    crown = make_diagnosis("b", view=View.CROWN, grades={Condition.HAIR_LOSS: 2})
    answers = {"dye": '=1+1, "quoted"\nnew line', "한": "글"}
    visits = [
        make_visit(unsure, crown, region=Region.JEJU, sites=(Site.TOP, None), answers=answers),
        make_visit("c", sex=None, age_band=None),
    ]
    return {store.add_visit(visit, "key"): visit for visit in visits}


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_round_trip(store, other, tmp_path, suffix):
    visits = fill(store)
    file = tmp_path / f"results.{suffix}"
    assert export_results(store, file) == 13
    report = import_results(other, file)
    assert (report.imported, report.already_there, report.rejected, report.reject_file) == (13, 0, 0, None)
    for identity, visit in visits.items():
        back = other.visit(identity)
        assert back.source == "import"
        assert back.diagnoses == visit.diagnoses
        assert (back.visited_at, back.answers, back.sites) == (visit.visited_at, visit.answers, visit.sites)
    for again in (other, store):
        report = import_results(again, file)
        assert (report.imported, report.already_there) == (0, 13)


def test_formulas_are_harmless_in_csv(store, tmp_path):
    fill(store)
    file = tmp_path / "results.csv"
    export_results(store, file)
    cells = [cell for row in read_csv(file) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert any(cell.startswith("'=cmd") for cell in cells)


def test_demonstration_and_examples_stay_apart(store, other, tmp_path):
    fill(store)
    store.add_visit(make_visit("shipped picture", source="example"), "key")
    add_demo(store, 20)
    real, demo = tmp_path / "real.csv", tmp_path / "demo.csv"
    assert export_results(store, real) == 13
    assert export_results(store, demo, demo=True) == 120
    assert import_results(other, demo).imported == 120
    assert other.query("SELECT DISTINCT source FROM visits") == [("demo",)]


HUMAN = """ID,Sex,AGE,Pred,skin,memo
1,f,34,0,1,a
2,여,30대,3,비듬,=x
3,M,30s,1,hair_loss,
4,남성,30-39,2,모낭홍반/농포,
5,,,1,Fine Scaling,
1,female,30s,0,fine_scaling,same as the first
6,x,30,1,1,
7,m,abc,1,1,
8,m,9,1,1,
9,m,34,4,1,
10,m,34,1,7,
1,f,34,2,1,another with the same id
,f,34,2,1,no id
11,f
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_table_of_the_original_service(store, tmp_path, encoding):
    file = tmp_path / "human.csv"
    file.write_bytes(HUMAN.encode(encoding))
    report = import_results(store, file)
    assert (report.imported, report.already_there, report.rejected) == (5, 1, 8)
    assert report.reasons == {"age": 2, "duplicate": 1, "id": 1, "malformed": 1, "pred": 1, "sex": 1, "skin": 1}
    rejects = read_csv(report.reject_file)
    assert [row["reason"] for row in rejects] == ["sex", "age", "age", "pred", "skin", "duplicate", "id", "malformed"]
    assert rejects[0]["ID"] == "6"
    assert rejects[-1]["line"] == "11,f"
    assert store.query("SELECT sex, age, pred, skin FROM human ORDER BY id") == [
        ("female", "30s", 0, "fine_scaling"),
        ("female", "30s", 3, "dandruff"),
        ("male", "30s", 1, "hair_loss"),
        ("male", "30s", 2, "follicular_pustules"),
        (None, None, 1, "fine_scaling"),
    ]
    assert import_results(store, file).imported == 0
    assert store.query("SELECT DISTINCT source, consent, visited_at IS NULL FROM visits") == [("import", None, True)]


def test_bare_grades_are_listed_but_are_no_diagnosis(store, tmp_path):
    file = tmp_path / "human.csv"
    file.write_text("id,sex,age,pred,skin\n1,f,34,2,5\n")
    import_results(store, file)
    (summary,) = store.recent_visits()
    assert summary.severities == {Condition.DANDRUFF: 2}
    with pytest.raises(RecordsError) as caught:
        store.visit(summary.id)
    assert caught.value.code == "records.grades_only"
    assert store.delete_visit(summary.id)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("visit_id", "x", "visit_id"),
        ("visited_at", "2026-13-45", "visited_at"),
        ("visited_at", "2999-01-01", "visited_at"),
        ("sex", "f", "sex"),
        ("age_band", "80s", "age_band"),
        ("severity", "4", "severity"),
        ("severity", "-1", "severity"),
        ("p0", "0.9", "probabilities"),
        ("p0", "nan", "probabilities"),
        ("p0", "", "probabilities"),
        ("severity_set", "3|1", "severity_set"),
        ("severity_set", "2|3", "severity_set"),
        ("photo_sha256", "abc", "photo_sha256"),
        ("answers", "[1]", "answers"),
        ("answers", "{", "answers"),
        ("consent", "false", "consent"),
        ("source", "example", "source"),
        ("view", "", "view"),
        ("elapsed_ms", "inf", "elapsed_ms"),
    ],
)
def test_bad_rows_of_an_export_are_rejected_with_the_reason(store, other, tmp_path, column, value, reason):
    store.add_visit(make_visit("a"), "key")
    store.add_visit(make_visit("b"), "key")
    file = tmp_path / "results.csv"
    export_results(store, file)
    rows = read_csv(file)
    rows[8][column] = value
    with file.open("w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    report = import_results(other, file)
    assert report.reasons == {reason: 1}
    assert report.imported == 11
    assert read_csv(report.reject_file)[0]["row"] == "9"


def test_corrected_rejects_can_be_imported(store, other, tmp_path):
    identity = store.add_visit(make_visit("a"), "key")
    file = tmp_path / "results.csv"
    export_results(store, file)
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace("dandruff,0", "dandruff,9"), encoding="utf-8")
    rejects = import_results(other, file).reject_file
    rejects.write_text(rejects.read_text(encoding="utf-8-sig").replace("dandruff,9", "dandruff,0"), encoding="utf-8")
    assert import_results(other, rejects).imported == 1
    assert other.visit(identity).diagnoses == make_visit("a").diagnoses


def test_rows_that_contradict_each_other_are_rejected(store, other, tmp_path):
    store.add_visit(make_visit("a"), "key")
    file = tmp_path / "results.csv"
    export_results(store, file)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("female", "male", 1), encoding="utf-8")
    assert import_results(other, file).reasons == {"conflict": 6}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("results.xlsx", b"x", "unknown_format"),
        ("results.csv", b"a,b\n1,2\n", "unknown_columns"),
        ("results.csv", b"", "unknown_columns"),
        ("results.csv", b"\x00\xff\xff\x80", "unreadable_table"),
        ("results.parquet", b"no parquet at all", "unreadable_table"),
        ("results.parquet", b"", "unreadable_table"),
    ],
)
def test_files_that_are_no_results(store, tmp_path, name, content, code):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(RecordsError) as caught:
        import_results(store, file)
    assert caught.value.code == f"records.{code}"


def test_missing_file_and_other_suffix(store, tmp_path):
    with pytest.raises(RecordsError) as caught:
        import_results(store, tmp_path / "none.csv")
    assert caught.value.code == "records.no_file"
    with pytest.raises(RecordsError) as caught:
        export_results(store, tmp_path / "results.json")
    assert caught.value.code == "records.unknown_format"
    assert list(tmp_path.glob("*.json")) == []


def test_export_can_be_read_by_others(store, tmp_path):
    fill(store)
    file = tmp_path / "results.parquet"
    export_results(store, file)
    with duckdb.connect() as reader:
        question = "SELECT count(*), count(severity), round(min(p0 + p1 + p2 + p3), 6) FROM read_parquet(?)"
        assert reader.execute(question, [str(file)]).fetchone() == (13, 12, 1.0)
