"""Tables of other systems: which column holds what, how values are written, what is left out, and hostile files."""

import csv
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making_visits import make_visit

from core.__main__ import main
from core.errors import RecordsError
from core.locale import Language, read_area
from core.records.exchange import COLUMNS, ImportChoices, export_results, import_results, preview_results
from core.records.importing import merging, rejects, words
from core.records.importing.preview import FirstLook
from core.records.importing.reasons import explain_reason
from core.records.importing.roles import Form, Role, find_layout
from core.records.importing.staging import Stage
from core.records.statistics import Filters, totals
from core.records.store import RecordStore
from core.settings import get_settings
from core.taxonomy import AgeBand, Condition, Sex


@pytest.fixture
def store(tmp_path):
    with RecordStore.open(tmp_path / "records.duckdb") as opened:
        yield opened


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


WIDE = """환자번호,검사일,성별,나이,거주지,미세각질,피지과다,비듬,탈모,memo
A1,2025-03-04,여,34,서울특별시 중구,0,1,양호,중증,=1+1
A2,2025.3.5,남자,30대 초반,경기,2,,3,,
A1,2025-03-04,여,34,서울특별시 중구,0,1,양호,중증,said twice
A3,20250306,,NULL,,,,1,,
A4,2025-02-30,여,34,제주,1,1,1,1,
A5,2999-01-01,여,34,제주,1,1,1,1,
A6,2025-03-07,unknown,34,제주,1,1,1,1,
A7,2025-03-07,여,9,제주,1,1,1,1,
A8,2025-03-07,여,34,平壤,1,1,1,1,
A9,2025-03-07,여,34,제주,4,1,1,1,
A10,2025-03-07,여,34,제주,,,,,
A1,2025-03-04,여,44,서울,0,1,양호,중증,another A1
,2025-03-07,여,34,제주,1,1,1,1,
"""


def test_a_table_with_a_column_for_each_condition(store, tmp_path):
    file = tmp_path / "wide.csv"
    file.write_text(WIDE, encoding="utf-8")
    seen = preview_results(store, file)
    assert seen.form is Form.WIDE
    assert seen.mapping == {
        Role.ID: "환자번호",
        Role.VISITED_AT: "검사일",
        Role.SEX: "성별",
        Role.AGE: "나이",
        Role.REGION: "거주지",
        Role.FINE_SCALING: "미세각질",
        Role.EXCESS_SEBUM: "피지과다",
        Role.DANDRUFF: "비듬",
        Role.HAIR_LOSS: "탈모",
    }
    assert (seen.rows, seen.good, seen.rejected, seen.gradings, seen.added) == (13, 4, 9, 11, 7)
    assert seen.cells[0][-1] == "=1+1"
    first = seen.sample[0]
    # A day without a zone is a Korean one.
    assert first.visited_at == datetime(2025, 3, 3, 15, tzinfo=UTC)
    assert (first.sex, first.age_band, first.region, first.view) == ("female", "30s", "KR-11", "microscope")
    assert first.grades == {
        Condition.FINE_SCALING: 0,
        Condition.EXCESS_SEBUM: 1,
        Condition.DANDRUFF: 0,
        Condition.HAIR_LOSS: 3,
    }
    assert [row.reason for row in seen.sample] == [None, None, None, None, "visited_at", "visited_at", "sex", "age"]
    assert store.query("SELECT count(*) FROM visits") == [(0,)]
    assert not list(tmp_path.glob("*.rejects.csv"))

    stages = []
    report = import_results(store, file, on_progress=lambda stage, share: stages.append((stage, share)))
    assert (report.imported, report.already_there, report.rejected, report.visits, report.rows) == (7, 4, 9, 3, 13)
    assert report.reasons == seen.reasons
    assert report.reasons == {
        **{"visited_at": 2, "sex": 1, "age": 1, "region": 1, "fine_scaling": 1},
        **{"severity": 1, "duplicate": 1, "id": 1},
    }
    assert {stage for stage, _ in stages} == set(Stage)
    assert all(0 <= share <= 1 for _, share in stages)
    left_out = read_csv(report.reject_file)
    assert [(row["환자번호"], row["reason"], row["line_number"]) for row in left_out[:2]] == [
        ("A4", "visited_at", "6"),
        ("A5", "visited_at", "7"),
    ]
    assert store.query("SELECT sex, age_band, region, source, consent FROM visits ORDER BY visited_at") == [
        ("female", "30s", "KR-11", "import", None),
        ("male", "30s", "KR-41", "import", None),
        (None, None, None, "import", None),
    ]
    again = import_results(store, file)
    assert (again.imported, again.already_there, again.visits) == (0, 11, 0)


LONG = """visit;gender;age group;diagnosis;grade;when;note
1;F;20s;dandruff;2;2025-01-02T10:00:00+09:00;
1;F;20s;hair loss;1;2025-01-02T10:00:00+09:00;
1;F;20s;dandruff;2;2025-01-02T10:00:00+09:00;twice
1;F;20s;dandruff;3;2025-01-02T10:00:00+09:00;another grade
2;M;40-49;탈모;severe;2025-01-03 오후 3:20:00;
3;M;40s;탈모;1;2025-01-03;
3;F;40s;비듬;1;2025-01-03;was M above
4;M;40s;baldness;1;2025-01-03;
5;M;70세 이상;6;;2025-01-03;
"""


def test_a_table_with_a_row_for_each_grade_says_what_cannot_be_guessed(store, tmp_path):
    file = tmp_path / "long.csv"
    file.write_bytes(("\ufeff" + LONG).encode("utf-16-le"))
    assert preview_results(store, file).form is None
    with pytest.raises(RecordsError) as caught:
        import_results(store, file)
    assert caught.value.code == "records.unknown_columns"
    assert "diagnosis" in str(caught.value)
    choices = ImportChoices({"condition": "Diagnosis", "visited_at": "when", "id": "visit"})
    seen = preview_results(store, file, choices)
    assert (seen.form, seen.encoding, seen.delimiter) == (Form.LONG, "utf-16", ";")
    report = import_results(store, file, choices)
    assert (report.imported, report.already_there) == (3, 1)
    assert report.reasons == {"duplicate": 1, "conflict": 2, "condition": 1, "severity": 1}
    assert store.query(
        """SELECT v.sex, v.age_band, epoch(v.visited_at)::BIGINT, g.condition, g.severity
           FROM visits AS v JOIN diagnoses AS d ON d.visit_id = v.id JOIN gradings AS g ON g.diagnosis_id = d.id
           ORDER BY ALL"""
    ) == [
        ("female", "20s", int(datetime(2025, 1, 2, 1, tzinfo=UTC).timestamp()), "dandruff", 2),
        ("female", "20s", int(datetime(2025, 1, 2, 1, tzinfo=UTC).timestamp()), "hair_loss", 1),
        ("male", "40s", int(datetime(2025, 1, 3, 6, 20, tzinfo=UTC).timestamp()), "hair_loss", 3),
    ]
    assert import_results(store, file, choices).imported == 0


def test_ids_of_two_systems_are_told_apart_by_name_and_never_mixed_up(store, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("id,sex,dandruff\n1,f,1\n2,m,2\n", encoding="utf-8")
    assert import_results(store, file).imported == 2
    other = tmp_path / "b.csv"
    other.write_text("id,sex,dandruff\n1,m,3\n2,m,2\n3,f,0\n", encoding="utf-8")
    seen = preview_results(store, other)
    assert (seen.reasons, seen.added) == ({"differs": 1}, 1)
    assert import_results(store, other, ImportChoices(system="Clinic B")).imported == 3
    assert import_results(store, other, ImportChoices(system="Clinic B")).imported == 0
    assert store.query("SELECT count(*) FROM visits") == [(5,)]


def test_rows_without_an_id_are_people_each_and_stay_the_same(store, tmp_path):
    file = tmp_path / "bare.csv"
    file.write_text("sex,age,dandruff,hair_loss\n" + "f,34,1,0\n" * 3 + "m,20,,2\n", encoding="utf-8")
    assert import_results(store, file).visits == 4
    assert import_results(store, file).imported == 0
    file.write_text(file.read_text(encoding="utf-8") + "f,34,1,0\n", encoding="utf-8")
    assert import_results(store, file).visits == 1


def test_a_row_is_the_same_visit_in_every_version(store, tmp_path):
    table, human = tmp_path / "a.csv", tmp_path / "human.csv"
    row = "f,30,1,dandruff,2025-01-02\n"
    table.write_text(f"sex,age,grade,finding,date\n{row}{row}", encoding="utf-8")
    import_results(store, table, ImportChoices(system="Clinic B"))
    human.write_text("id,sex,age,pred,skin\n7,f,30,1,5\n", encoding="utf-8")
    import_results(store, human)
    assert store.query("SELECT visit_id::VARCHAR, id::VARCHAR FROM diagnoses ORDER BY ALL") == [
        ("06b2b8a9-5b88-f363-9df7-c05b65117493", "1624c897-e5e6-a6a4-8ece-39a555016369"),
        ("b6af9c94-4c8a-d72a-96e8-e0526edb5e5f", "8908e1ff-338c-7f34-21e7-9ee89732c1fa"),
        ("b745d36f-ec5c-190e-e40c-e3ac510fc07f", "e4f0e995-b46b-21be-909f-0e02ee1a4b98"),
    ]


def test_who_did_not_agree_is_left_out(store, tmp_path):
    file = tmp_path / "agreed.csv"
    file.write_text("id,동의여부,비듬\n1,예,1\n2,미동의,1\n3,,1\n4,perhaps,1\n", encoding="utf-8")
    report = import_results(store, file)
    assert (report.visits, report.reasons) == (2, {"consent": 2})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949", "euc-kr"])
def test_encodings_are_told_apart(store, tmp_path, encoding):
    file = tmp_path / "tabs.tsv"
    rows = "".join(f"{n}\t여성\t30대\t비듬\t중등도\n" for n in range(40))
    file.write_bytes(("번호\t성별\t연령대\t증상\t등급\n" + rows).encode(encoding))
    seen = preview_results(store, file)
    assert (seen.form, seen.good, seen.delimiter) == (Form.LONG, 40, "\t")
    assert seen.sample[0].grades == {Condition.DANDRUFF: 2}


def test_broken_lines_are_listed_with_their_lines_and_the_rest_is_kept(store, tmp_path):
    file = tmp_path / "broken.csv"
    lines = [b"id,sex,age,pred,skin,memo", *(f"{n},f,3{n % 10},1,5,".encode() for n in range(200))]
    lines[10] = b"\xb0\xa1\xff,f,30,1,5,"  # line 11: bytes of nothing
    lines[30:30] = [b"", b'900,f,30,1,5,"over', b'two lines"']  # line 31 is blank
    lines[40] = b"901,f,30,1"
    lines[50] = b"902,q,30,1,5,"
    file.write_bytes(b"\n".join(lines) + b"\n")

    def reject_lines():
        report = import_results(store, file)
        told = [(row["reason"], row["line_number"]) for row in read_csv(report.reject_file)]
        return report.imported, sorted(told, key=lambda line: int(line[1]))

    assert reject_lines() == (198, [("encoding", "11"), ("malformed", "41"), ("sex", "51")])
    # A quotation mark that is never closed swallows nothing; cells over several lines cannot be told from it then.
    lines[100] = b'903,f,30,1,"5,'
    lines[150] = b"904,q,30,1,5,"
    file.write_bytes(b"\n".join(lines) + b"\n")
    added, told = reject_lines()
    assert added == 0
    alone = tmp_path / "alone.csv"
    alone.write_bytes(lines[0] + b'\n1,f,30,1,5,\n2,f,"30,1,5,\n3,f,30,1,5,\n')
    assert import_results(store, alone).reasons == {"malformed": 1}
    assert told == [
        *[("encoding", "11"), ("malformed", "32"), ("malformed", "33"), ("malformed", "41"), ("sex", "51")],
        *[("malformed", "101"), ("sex", "151")],
    ]


def test_a_parquet_file_of_another_system(store, tmp_path):
    file = tmp_path / "other.parquet"
    with duckdb.connect() as maker:
        maker.execute(
            f"""COPY (SELECT i AS "subject", 20 + i AS age, DATE '2025-01-01' + i::INTEGER AS date,
                    [i % 4, NULL][1] AS "value_5", i % 3 AS "value_6" FROM range(20) AS r(i)) TO '{file}'"""
        )
    seen = preview_results(store, file)
    assert seen.mapping[Role.DANDRUFF] == "value_5"
    assert import_results(store, file).imported == 40


def make_sqlite(path, script):
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)


def test_the_original_services_database(store, tmp_path):
    file = tmp_path / "db.sqlite3"
    make_sqlite(
        file,
        """CREATE TABLE django_session (id TEXT, data TEXT);
           CREATE TABLE scalp_human (id INTEGER PRIMARY KEY, sex TEXT, age TEXT, pred INTEGER, skin TEXT);
           INSERT INTO scalp_human VALUES (1, '여', '30대', 2, '비듬'), (2, 'M', '24', 0, 'hair_loss');
           INSERT INTO scalp_human VALUES (3, 'z', '24', 0, '탈모');
           CREATE TRIGGER t AFTER INSERT ON scalp_human BEGIN DELETE FROM scalp_human; END;
           CREATE VIEW human AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)
               SELECT n AS id, 'f' AS sex, 30 AS age, 1 AS pred, 5 AS skin FROM r;""",
    )
    before = file.read_bytes()
    seen = preview_results(store, file)
    assert (seen.table, seen.tables, seen.form) == ("scalp_human", ("django_session", "scalp_human"), Form.HUMAN)
    report = import_results(store, file)
    assert (report.imported, report.reasons) == (2, {"sex": 1})
    assert store.query("SELECT sex, age, pred, skin FROM human ORDER BY id") == [
        ("female", "30s", 2, "dandruff"),
        ("male", "20s", 0, "hair_loss"),
    ]
    assert file.read_bytes() == before
    # The same rows as CSV are the same visits.
    table = tmp_path / "human.csv"
    table.write_text("id,sex,age,pred,skin\n1,여,30대,2,비듬\n2,M,24,0,hair_loss\n", encoding="utf-8")
    assert import_results(store, table).imported == 0
    with pytest.raises(RecordsError) as caught:
        preview_results(store, file, ImportChoices(table="human"))
    assert caught.value.code == "records.no_such_table"
    with closing(sqlite3.connect(file)) as writer:
        writer.isolation_level = None
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RecordsError) as caught:
            import_results(store, file)
    assert caught.value.code == "records.source_busy"


def test_a_database_that_keeps_a_log_and_ones_that_are_none(store, tmp_path):
    file = tmp_path / "log.db"
    make_sqlite(file, "PRAGMA journal_mode = wal; CREATE TABLE human (id, sex, age, pred, skin);")
    with closing(sqlite3.connect(file)) as writer:
        writer.execute("INSERT INTO human VALUES (1, 'f', 30, 1, 5)")
        writer.commit()
        assert preview_results(store, file).good == 1  # still in the log
    assert preview_results(store, file).good == 1
    assert {path.name for path in tmp_path.glob("log.db*")} == {"log.db"}
    damaged = bytearray(file.read_bytes())
    damaged[100:] = b"\xff" * (len(damaged) - 100)
    for name, content, code in (
        ("damaged.db", bytes(damaged), "unreadable_database"),
        ("other.db", b"SQLite format 4\0" + bytes(4000), "unreadable_table"),
        ("none.db", b"", "unreadable_table"),
        ("tables.db", None, "no_such_table"),
    ):
        path = tmp_path / name
        if content is None:
            make_sqlite(path, "CREATE VIEW human AS SELECT 1 AS id, 'f' AS sex, 3 AS age, 1 AS pred, 5 AS skin")
        else:
            path.write_bytes(content)
        with pytest.raises(RecordsError) as caught:
            import_results(store, path)
        assert caught.value.code == f"records.{code}", name


def test_a_mapping_to_what_is_not_there(store, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("id,dandruff\n1,1\n", encoding="utf-8")
    for mapping, code in (({"colour": "id"}, "unknown_role"), ({"sex": "gender"}, "no_such_column")):
        with pytest.raises(RecordsError) as caught:
            preview_results(store, file, ImportChoices(mapping))
        assert caught.value.code == f"records.{code}"
    assert preview_results(store, file, ImportChoices({"dandruff": ""})).form is None


def test_a_message_names_columns_but_not_thousands_of_them(store, tmp_path):
    file = tmp_path / "wide.csv"
    file.write_text(",".join(["x" * 500, *map(str, range(3000))]) + "\n1\n", encoding="utf-8")
    with pytest.raises(RecordsError) as caught:
        import_results(store, file)
    assert caught.value.code == "records.unknown_columns"
    assert "xxx..., 0, 1, 2" in str(caught.value)
    assert len(str(caught.value)) < 600


def test_the_first_rows_are_told_before_the_rest_is_read(store, tmp_path):
    file = tmp_path / "table.csv"
    rows = "".join(f"{n},{'fq'[n % 2]},{20 + n % 50},1,5\n" for n in range(5000))
    file.write_text("id,sex,age,pred,skin\n" + rows, encoding="utf-8")
    told = []
    seen = preview_results(
        store,
        file,
        on_progress=lambda stage, share: told.append(share if stage is Stage.READING else None),
        on_first_look=told.append,
    )
    (look,) = (item for item in told if isinstance(item, FirstLook))
    assert (look.form, look.sample, look.cells) == (seen.form, seen.sample, seen.cells)
    assert told.index(look) < told.index(None)
    shares = [share for share in told if isinstance(share, float)]
    assert shares == sorted(shares)


def test_guesses_by_name():
    def guess(*columns, **chosen):
        layout = find_layout(columns, COLUMNS, chosen)
        return layout.form, {role.value: columns[place] for role, place in layout.columns.items()}

    assert guess(*COLUMNS)[0] is Form.OWN
    assert guess("ID", "Sex", "AGE", "Pred", "Skin", "x")[0] is Form.HUMAN
    assert guess("a", "b") == (None, {})
    assert guess("Visit Date", "value_1", "value_6")[1] == {
        "visited_at": "Visit Date",
        "fine_scaling": "value_1",
        "hair_loss": "value_6",
    }
    assert guess("id", "date", "gender", "비듬", sex="date", visited_at="")[1] == {
        "id": "id",
        "sex": "date",
        "dandruff": "비듬",
    }


CASES = {
    words.sex: [("F", "female"), ("여", "female"), ("Male", "male"), ("남성", "male"), ("1", None), ("other", None)],
    words.age_band: [
        *[("34", "30s"), ("30대", "30s"), ("30-", "30s"), ("30s", "30s"), ("만 34세", "30s"), ("34.0", "30s")],
        *[("30-39", "30s"), ("70+", "70s"), ("119", "70s"), ("121", None), ("9", None), ("abc", None), ("-30", None)],
        *[("20대 후반", "20s"), ("70세 이상", "70s"), ("3 0", None), ("1e1", None), ("340", None)],
    ],
    words.region: [
        ("서울특별시", "KR-11"),
        ("KR-49", "KR-49"),
        ("Gyeonggi-do", "KR-41"),
        ("충청북도 청주시", "KR-43"),
        ("LA", None),
    ],
    words.severity: [("0", 0), ("3.0", 3), ("중등도", 2), ("Mild", 1), ("4", None), ("-1", None), ("1.5", None)],
    words.condition: [
        ("dandruff", "dandruff"),
        ("Hair Loss", "hair_loss"),
        ("모낭홍반/농포", "follicular_pustules"),
        ("6", "hair_loss"),
        ("7", None),
    ],
    words.consent: [("동의", True), ("No", False), ("미동의", False), ("maybe", None)],
    words.view: [("Crown", "crown"), ("현미경", "microscope"), ("face", None)],
    words.told: [("NULL", None), ("\\N", None), ("x", "x")],
}
TIMES = [
    ("2025-03-04", "2025-03-03 15:00:00"),
    ("2025/3/4", "2025-03-03 15:00:00"),
    ("2025. 3. 4.", "2025-03-03 15:00:00"),
    ("2025년 3월 4일", "2025-03-03 15:00:00"),
    ("20250304", "2025-03-03 15:00:00"),
    ("2025-03-04 09:30", "2025-03-04 00:30:00"),
    ("2025-03-04 오전 12:05:00", "2025-03-03 15:05:00"),
    ("2025-03-04 3:20 PM", "2025-03-04 06:20:00"),
    ("2025-03-04T10:00:00Z", "2025-03-04 10:00:00"),
    ("2025-03-04 10:00:00+09", "2025-03-04 01:00:00"),
    ("2025-02-30", None),
    ("2025-13-01", None),
    ("03/04/2025", None),
    ("yesterday", None),
    ("45000", None),
]


def test_how_values_are_written():
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for reader, cases in CASES.items():
            for text, expected in cases:
                found = connection.execute(f"SELECT {reader('t')} FROM (SELECT ?::VARCHAR AS t)", [text]).fetchone()
                assert found == (expected,), (reader.__name__, text)
        for text, expected in TIMES:
            sql = f"SELECT strftime({words.moment('t')}, '%Y-%m-%d %H:%M:%S') FROM (SELECT ?::VARCHAR AS t)"
            assert connection.execute(sql, [text]).fetchone() == (expected,), text


def test_any_text_is_a_value_or_none():
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        readers = [*CASES, words.moment]
        sql = f"SELECT {', '.join(reader('t') + '::VARCHAR' for reader in readers)} FROM (SELECT ?::VARCHAR AS t)"

        @settings(max_examples=60, deadline=None)
        @given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30))
        def read(text):
            row = connection.execute(sql, [text]).fetchone()
            assert row[0] in {None, *Sex}
            assert row[1] in {None, *AgeBand}

        read()


def test_a_new_diagnosis_and_an_import_show_in_the_statistics_at_once(store, tmp_path, monkeypatch):
    monkeypatch.setattr(merging, "_PIECE", 40)
    assert totals(store).people == 0
    file = tmp_path / "human.csv"
    rows = "".join(f"{n},{'fm'[n % 2]},{20 + n % 50},{n % 4},{1 + n % 6}\n" for n in range(100))
    file.write_text("id,sex,age,pred,skin\n" + rows, encoding="utf-8")
    assert import_results(store, file).visits == 100
    assert totals(store).people == 100
    assert totals(store, Filters(sexes=(Sex.FEMALE,))).people == 50
    for number in range(10):
        store.add_visit(make_visit(f"photo {number}"), "key")
    assert totals(store).people == 110
    # What was derived on arrival is what deriving from the stored rows gives.
    columns = "visit_id, demo, source, day, month, region, view, photos, code, certainty"
    arrived = store.query(f"SELECT {columns} FROM statistics_facts ORDER BY visit_id")
    export_results(store, tmp_path / "all.parquet")
    path = store.path
    store.close()
    with duckdb.connect(path) as file_itself:
        file_itself.execute("UPDATE statistics_build SET version = 0")
    with RecordStore.open(path) as again:
        assert again.query(f"SELECT {columns} FROM statistics_facts ORDER BY visit_id") == arrived
        assert totals(again).people == 110
    with RecordStore.open(tmp_path / "other.duckdb") as other:
        report = import_results(other, tmp_path / "all.parquet")
        assert (report.visits, report.rejected) == (110, 0)
        back = "visit_id, demo, day, month, region, view, photos, code, certainty"
        with RecordStore.open(path) as again:
            expected = again.query(f"SELECT {back} FROM statistics_facts ORDER BY visit_id")
        assert other.query(f"SELECT {back} FROM statistics_facts ORDER BY visit_id") == expected


def test_a_failed_import_leaves_nothing(store, tmp_path, monkeypatch):
    file = tmp_path / "human.csv"
    file.write_text("id,sex,age,pred,skin\n1,f,30,1,5\n2,q,30,1,5\n", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    with pytest.raises(RecordsError) as caught:
        import_results(store, file, reject_file=tmp_path / "folder")
    assert caught.value.code == "records.not_writable"
    assert store.query("SELECT count(*) FROM visits") == [(0,)]
    monkeypatch.setattr(rejects, "_BATCH", 1)
    assert import_results(store, file, reject_file=tmp_path / "bad.csv").imported == 1
    assert [row["sex"] for row in read_csv(tmp_path / "bad.csv")] == ["q"]
    assert not list((tmp_path / "records.duckdb.import").iterdir())


def test_every_reason_has_its_words():
    for language in Language:
        told = read_area(language, "imports")["reason"]
        assert all(explain_reason(reason, language) for reason in (*told, "pred", "skin", "dandruff"))
        assert "p0" in explain_reason("p0", language)


def test_the_command(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SCALPSPECTRA_VAR_DIR", str(tmp_path / "var"))
    get_settings.cache_clear()

    def run(*arguments):
        with pytest.raises(SystemExit) as leaving:
            main(["results", "import", *map(str, arguments)])
        out, err = capsys.readouterr()
        return leaving.value.code, out, err

    file = tmp_path / "clinic.csv"
    file.write_text("no,gender,date,itch,비듬\n1,f,2025-01-02,x,1\n2,q,2025-01-02,x,\x1b[31m2\n", encoding="utf-8")
    code, out, _ = run(file, "--preview", "--map", "id=no", "--json")
    seen = json.loads(out)
    assert code == 0
    assert seen["mapping"] == {"id": "no", "visited_at": "date", "sex": "gender", "dandruff": "비듬"}
    assert (seen["good"], seen["new"], seen["reasons"]) == (1, 1, {"sex": 1})
    assert seen["sample"][0]["grades"] == {"dandruff": 1}
    code, out, _ = run(file, "--preview", "--map", "id=no")
    assert code == 0
    assert "not used: itch" in out
    assert "left out: sex" in out
    assert "Nothing was changed" in out
    assert "\x1b" not in out
    assert run(file, "--map", "id=no")[1].startswith("1 gradings added, 0 already there, 1 rows rejected\n")
    assert "0 gradings added" in run(file, "--map", "id=no")[1]
    assert run(file, "--map", "sex")[0] == 2
    code, out, err = run(file, "--map", "비듬=", "--preview")
    assert (code, out) == (1, "")
    assert err.startswith("Error: 비듬 is nothing")
    assert err.count("\n") == 1
    code, _, err = run(file, "--map", "dandruff=", "--preview")
    assert code == 1
    assert "no, gender, date, itch, 비듬" in err
    get_settings.cache_clear()
