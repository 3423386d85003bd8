"""Labelled photos of every origin to manifests: whole groups, mistakes listed, nothing lost or written over."""

import csv
import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from making_photos import aihub_files, aihub_tree, class_folders, grades, photo, pixels, put, rows_of
from PIL import Image

from core.__main__ import main
from core.errors import ManifestError
from core.lab.data_report import read_data_report
from core.lab.importing import Kind, Options, import_photos, looking, parse_pattern, parse_split
from core.lab.manifest import read_manifest
from core.lab.task import read_task
from core.taxonomy import Condition, View
from core.vision.photo import read_photo


def bring(source, kind, out, **options):
    root = options.pop("root", None)
    return import_photos(source, Kind(kind), out, Options(**options), root=root)


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main(["import-photos", *map(str, arguments)])
    said = capsys.readouterr()
    return left.value.code, said.out, said.err


def splits_of(rows, key="person"):
    found = {}
    for row in rows:
        found.setdefault(row[key], set()).add(row["split"])
    return found


def test_a_folder_per_class_becomes_a_manifest_a_task_and_a_report(tmp_path, capsys):
    source = class_folders(tmp_path / "photos", {"종이": 20, "plastic": 10, '=<b>"glass': 10})
    (source / "nothing").mkdir()
    put(source / "plastic" / "broken.jpg", photo(1)[:200])
    put(source / "plastic" / "text.png", b"no picture")
    put(source / "plastic" / "old.gif", b"GIF89a")
    put(source / "loose.jpg", photo(99))
    put(source / "plastic" / "=1+1.jpg", photo(50))
    put(source / "plastic" / "with\nbreak.jpg", photo(51))
    (source / "plastic" / "loop").symlink_to(tmp_path)
    out = tmp_path / "photos.csv"
    code, said, _ = run(capsys, source, "--as", "folder", "--out", out, "--json")
    assert code == 0
    told = json.loads(said)
    assert told["photos"] == 41
    assert told["left_out"] == 5
    assert set(told["reasons"]) == {
        "import.bad_name",
        "import.outside_classes",
        "photo.damaged",
        "photo.not_a_photo",
        "photo.unsupported_format",
    }
    assert any("nothing" in note for note in told["warnings"])
    shares = told["classes"]["label"]["종이"]
    assert (shares["train"], shares["validation"], shares["test"]) == (16, 2, 2)
    manifest = read_manifest(out)
    task = read_task(told["task"])
    assert task.outputs[0].class_ids == ('=<b>"glass', "plastic", "종이")
    assert np.bincount(manifest.class_indices(task.outputs[0])).tolist() == [10, 11, 20]
    assert all(read_photo(entry.path).original_size == (72, 72) for entry in manifest)
    raw = out.read_text(encoding="utf-8")
    assert not any(cell.startswith("=") for line in raw.splitlines() for cell in line.split(","))
    page = (tmp_path / "photos.report.html").read_text(encoding="utf-8")
    assert page.count("data:image/jpeg;base64,") >= 18
    assert "<b>" not in page
    assert "&lt;b&gt;&#34;glass" in page
    assert "http://" not in page
    assert "https://" not in page


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_people_in_folders_or_names_stay_in_one_split(tmp_path, suffix):
    for number in range(60):
        person, label = number % 12, "ab"[number % 2]
        put(tmp_path / "nested" / label / f"p{person}" / f"{number}.jpg", photo(number))
        put(tmp_path / "named" / label / f"p{person}_{number}.jpg", photo(number))
    nested = bring(tmp_path / "nested", "folder", tmp_path / f"nested{suffix}")
    named = bring(tmp_path / "named", "folder", tmp_path / f"named{suffix}", group_pattern=parse_pattern(r"(p\d+)_"))
    for imported in (nested, named):
        manifest = read_manifest(imported.targets.manifest)
        assert imported.report.people == 12
        assert {entry.split for entry in manifest} == {"train", "validation", "test"}
        assert all(len({e.split for e in manifest if e.person == f"p{n}"}) == 1 for n in range(12))


def test_copies_are_tied_across_classes_and_conflicts_are_told(tmp_path):
    source = class_folders(tmp_path / "photos", {"a": 12, "b": 12})
    put(source / "b" / "copy.jpg", photo(0))
    put(source / "a" / "again.jpg", photo(1))
    put(source / "b" / "near.jpg", photo(2, quality=60))
    put(source / "b" / "other_kind.png", photo(3, "PNG"))
    imported = bring(source, "folder", tmp_path / "m.csv")
    rows = {Path(row["file"]).name: row for row in rows_of(tmp_path / "m.csv")}
    for first, second in (("0000", "copy"), ("0001", "again"), ("0002", "near")):
        assert rows[f"{first}.jpg"]["group"] == rows[f"{second}.jpg"]["group"]
        assert rows[f"{first}.jpg"]["split"] == rows[f"{second}.jpg"]["split"]
    assert rows["0003.jpg"]["group"] == rows["other_kind.png"]["group"]
    report = imported.report
    assert (report.copies, report.near, report.duplicate_sets, report.conflict_sets) == (2, 2, 4, 3)
    assert all(found.conflict for found in report.duplicates[:3])
    assert len(rows_of(imported.targets.duplicates)) == 8
    kept = bring(source, "folder", tmp_path / "dropped.csv", drop_copies=True)
    assert (kept.report.photos, kept.report.dropped) == (27, 1)
    assert len(rows_of(tmp_path / "dropped.csv")) == 27


def test_splits_of_the_source_are_kept_and_mended(tmp_path):
    for number in range(30):
        part = ("train", "valid", "test")[number % 3]
        put(tmp_path / "d" / "set" / part / "ab"[number % 2] / f"{number}.jpg", photo(number))
    put(tmp_path / "d" / "set" / "test" / "a" / "leak.jpg", photo(0))
    put(tmp_path / "d" / "set" / "train" / "a" / "leak2.jpg", photo(0))
    imported = bring(tmp_path / "d", "folder", tmp_path / "m.csv")
    assert imported.report.splits == {"train": 12, "validation": 10, "test": 10}
    assert any(note.code == "import.moved" and note.values["photos"] == "1" for note in imported.report.warnings)
    folds = bring(tmp_path / "d", "folder", tmp_path / "f.csv", split=parse_split("folds:5"))
    manifest = read_manifest(tmp_path / "f.csv")
    assert {entry.fold for entry in manifest} == set(range(5))
    assert {entry.split for entry in manifest} == {None}
    assert sum(folds.report.splits.values()) == 32
    halves = bring(tmp_path / "d", "folder", tmp_path / "h.csv", split=parse_split("7:3"))
    assert set(halves.report.splits) == {"train", "validation"}


@pytest.mark.parametrize(("suffix", "encoding"), [(".csv", "utf-8-sig"), (".csv", "cp949"), (".parquet", "")])
def test_a_table_in_any_writing(tmp_path, suffix, encoding):
    count = 24
    table = pd.DataFrame(
        {
            "파일명": [f"사진\\{n}.jpg" for n in range(count)],
            "종류": [("플라스틱", "paper", "Metal")[n % 3] for n in range(count)],
            "환자번호": [f"p{n % 8}" for n in range(count)],
            "나이": [str(20 + n) for n in range(count)],
            "성별": ["여", "남"] * (count // 2),
        }
    )
    for number in range(count):
        put(tmp_path / "사진" / f"{number}.jpg", photo(number))
    odd = [
        ["사진/gone.jpg", "paper", "p1", "", ""],
        ["../out.jpg", "paper", "p1", "", ""],
        ["사진/0.jpg", "plastik", "p1", "", ""],
        ["", "paper", "p1", "", ""],
    ]
    put(tmp_path.parent / "out.jpg", photo(1))
    table = pd.concat([table, pd.DataFrame(odd, columns=table.columns)])
    source = tmp_path / f"labels{suffix}"
    table.to_csv(source, index=False, encoding=encoding) if encoding else table.to_parquet(source)
    imported = bring(source, "csv", tmp_path / "out.csv", task=read_task("waste"))
    assert imported.report.photos == count
    assert dict(imported.report.reasons) == {
        "photo.not_found": 1,
        "import.outside_root": 1,
        "import.unknown_label": 1,
        "import.no_file_named": 1,
    }
    unknown = next(s.why for s in imported.report.skipped if s.why.code == "import.unknown_label")
    assert unknown.values["nearest"] == "plastic"
    rows = rows_of(tmp_path / "out.csv")
    assert {row["waste"] for row in rows} == {"plastic", "paper", "metal"}
    assert {row["age_band"] for row in rows} == {"20s", "30s", "40s"}
    assert {row["sex"] for row in rows} == {"female", "male"}
    assert all(len(found) == 1 for found in splits_of(rows).values())


def test_a_table_of_conditions_needs_no_task_and_columns_may_be_named(tmp_path):
    for number in range(12):
        put(tmp_path / f"{number}.jpg", photo(number))
    lines = [f"{n}.jpg,{n % 4}.0,{n % 3}" for n in range(12)]
    (tmp_path / "t.csv").write_text("\n".join(["file,dandruff,hl", *lines]), encoding="utf-8")
    with (tmp_path / "t.csv").open("a", encoding="utf-8") as file:
        file.write("\n1.jpg,7,0\n")
    imported = bring(tmp_path / "t.csv", "csv", tmp_path / "m.csv", mapping={"hair_loss": "hl"})
    assert imported.task.id == "conditions"
    assert dict(imported.report.reasons) == {"import.unknown_label": 1}
    crown = bring(tmp_path / "t.csv", "csv", tmp_path / "c.csv", mapping={"hair_loss": "hl"}, task=read_task("crown"))
    assert [(c.id, c.photos) for c in crown.report.outputs[0].classes] == [("0", 9), ("2", 4), ("3", 0)]
    assert read_manifest(tmp_path / "c.csv").photos[1].grades == {Condition.HAIR_LOSS: 1}
    first = read_manifest(tmp_path / "m.csv").photos[3]
    assert first.grades == {Condition.DANDRUFF: 3, Condition.HAIR_LOSS: 0}
    assert first.view == View.MICROSCOPE


def test_aihub_as_downloaded(tmp_path, capsys):
    tree = aihub_tree(tmp_path / "내려받기", people=12, shots=4)
    before = {path: path.stat().st_mtime_ns for path in tree.rglob("*")}
    code, _, said = run(capsys, tree, "--as", "aihub", "--out", tmp_path / "hub.csv")
    assert (code, said) == (0, "")
    assert {path: path.stat().st_mtime_ns for path in tree.rglob("*")} == before
    rows = rows_of(tmp_path / "hub.csv")
    assert len(rows) == 48
    assert all(len(found) == 1 for found in splits_of(rows).values())
    assert {row["split"] for row in rows} == {"train", "validation", "test"}
    manifest = read_manifest(tmp_path / "hub.csv")
    by_name = {entry.path.stem: entry for entry in manifest}
    for number, (stem, _, _, _) in enumerate(aihub_files(12, 4)):
        entry = by_name[stem]
        assert [entry.grades[c] for c in Condition] == [int(v) for v in grades(number).values()]
        assert entry.person == stem[:4]
        assert read_photo(entry.path).original_size == (72, 72)
    traits = by_name[next(aihub_files(12, 4))[0]].traits
    assert traits["sex"] == "female"
    assert traits["age_band"] == "20s"
    assert traits["region"] == "KR-41"
    assert traits["site"] == "top"
    assert traits["answer1"] == "=1+1"
    assert read_data_report(tmp_path / "hub.csv").questions == {"answer1": "샴푸 사용 빈도"}
    given = bring(tree, "aihub", tmp_path / "given.csv", split=parse_split("given"))
    assert given.report.splits == {"train": 32, "validation": 16, "test": 0}


def test_aihub_mistakes_are_listed_and_the_rest_goes_on(tmp_path):
    tree = aihub_tree(tmp_path / "hub", people=6, shots=3)
    (stem, data, label, _), *_ = aihub_files(6, 3)
    extra = tree / "more"

    def add(name, value, picture=None):
        put(extra / f"{name}.json", value if isinstance(value, bytes) else json.dumps(value).encode())
        if picture is not None:
            put(extra / f"{name}.jpg", picture)

    put(extra / "copy" / f"{stem}.jpg", data)
    add("0900_D_1_TH", b"{broken", photo(900))
    add("0901_D_1_TH", {**label, "image_file_name": "0901_D_1_TH.jpg", "value_1": "7"}, photo(901))
    add("0902_D_1_TH", label, photo(902))
    add("0903_D_1_TH", b"[" * 100_000, photo(903))
    add("0904_D_1_TH", {"image_id": "x"}, photo(904))
    add("0905_D_1_TH", label)
    add("nobody", {**label, "image_file_name": "nobody.jpg"}, photo(906))
    put(extra / "0907_D_1_TH.jpg", photo(907))
    add("0908_D_1_TH", {**label, "image_file_name": ""}, photo(908))
    put(extra / "other" / "0908_D_1_TH.json", json.dumps({**label, "image_file_name": "", "value_2": "0"}).encode())
    put(extra / "bad.zip", b"no archive")
    imported = bring(tree, "aihub", tmp_path / "hub.csv")
    assert imported.report.photos == 18
    assert dict(imported.report.reasons) == {
        "import.same_photo": 1,
        "import.not_json": 2,
        "import.bad_grade": 1,
        "import.label_of_other": 1,
        "import.no_label": 1,
        "import.no_photo_of_label": 1,
        "import.no_subject": 1,
        "import.no_label_file": 1,
        "import.labels_disagree": 1,
        "photo.archive": 1,
    }
    assert len(rows_of(imported.targets.skipped)) == 11


def boxes_in(form, name, label):
    left, top, width, height = 10, 20, 40, 30
    corners = [[left, top], [left + width, top], [left + width, top + height], [left, top + height]]
    named = dict(zip(("x", "y", "width", "height"), (left, top, width, height), strict=True))
    if form == "coco":
        return {
            "images": [{"id": 1, "file_name": name, "width": 72, "height": 72}],
            "annotations": [{"image_id": 1, "bbox": [left, top, width, height], "category_id": 3}],
            "categories": [{"id": 3, "name": label}],
        }
    if form == "labelme":
        return {"imagePath": name, "imageWidth": 72, "imageHeight": 72, "shapes": [{"label": label, "points": corners}]}
    if form == "via":
        region = {"shape_attributes": {"name": "rect", **named}, "region_attributes": {"type": label}}
        return {f"{name}123": {"filename": name, "size": 123, "regions": [region]}}
    if form == "aihub":
        points = [{f"Point{n}": f"{x},{y}" for n, (x, y) in enumerate(corners)}]
        return {"FILE NAME": name, "Bounding": [{"CLASS": label, "Drawing": "POLYGON", "PolygonPoint": points}]}
    return {"objects": [{"class": label, "bbox": [left, top, left + width, top + height]}]}


@pytest.mark.parametrize("form", ["coco", "labelme", "via", "aihub", "corners"])
def test_boxes_become_crops_on_black_squares(tmp_path, form):
    source = tmp_path / "boxes"
    for number in range(6):
        name = f"photo{number}.png"
        put(source / "images" / name, photo(number, "PNG"))
        put(source / f"photo{number}.json", json.dumps(boxes_in(form, name, "ab"[number % 2])).encode())
    imported = bring(source, "boxes", tmp_path / "m.csv", split=parse_split("7:3"), corners=form == "corners")
    manifest = read_manifest(tmp_path / "m.csv")
    assert (len(manifest), imported.report.left_out) == (6, 0)
    crop = read_photo(next(e.path for e in manifest if e.labels["label"] == "a")).pixels
    assert crop.shape == (64, 64, 3)
    assert (crop[:7] == 0).all()
    assert (crop[-7:] == 0).all()
    assert crop[8:56].std() > 20
    assert all(entry.path.is_relative_to(tmp_path / "m-crops") for entry in manifest)


def test_large_boxes_keep_their_pixels_and_crops_of_one_photo_stay_together(tmp_path):
    source = tmp_path / "boxes"
    for number in range(8):
        source.mkdir(exist_ok=True)
        Image.fromarray(pixels(number, 400)).save(source / f"{number}.png")
    objects = [{"label": "ab"[n], "bbox": [n * 200, 0, 150, 100]} for n in range(2)]
    wrong = [
        {"label": "a", "bbox": [900, 900, 10, 10]},
        {"label": "a", "bbox": "huge"},
        {"label": "", "bbox": [0, 0, 9, 9]},
    ]
    content = [{"file": f"..\\elsewhere/{n}.png", "objects": objects + (wrong if n == 0 else [])} for n in range(8)]
    content += [
        {"file": "/etc/passwd", "objects": objects},
        {"file": "1.png", "width": 9, "height": 9, "boxes": objects},
    ]
    put(source / "all.json", json.dumps(content).encode())
    imported = bring(source / "all.json", "boxes", tmp_path / "m.csv")
    rows = rows_of(tmp_path / "m.csv")
    assert len(rows) == 16
    assert len({row["group"] for row in rows}) == 8
    assert all(len(found) == 1 for found in splits_of(rows, "group").values())
    crop = read_photo(tmp_path / rows[0]["file"]).pixels
    assert crop.shape == (150, 150, 3)
    assert (crop[25:125] == pixels(0, 400)[:100, :150]).all()
    assert not crop[:25].any()
    assert dict(imported.report.reasons) == {
        "import.bad_box": 1,
        "import.unknown_box": 1,
        "import.no_label": 1,
        "import.no_photo_of_boxes": 1,
        "import.other_size": 1,
    }


def test_what_is_there_is_never_written_over_unless_asked(tmp_path, capsys):
    source = class_folders(tmp_path / "photos", {"a": 5, "b": 5})
    out = tmp_path / "m.csv"
    assert run(capsys, source, "--as", "folder", "--out", out)[0] == 0
    task, before = tmp_path / "m.task.toml", out.read_bytes()
    task.write_text(task.read_text(encoding="utf-8").replace('names = "a"', 'names = "Apple"'), encoding="utf-8")
    code, _, said = run(capsys, source, "--as", "folder", "--out", out, "--seed", "3")
    assert code == 1
    assert "--force" in said
    assert out.read_bytes() == before
    assert run(capsys, source, "--as", "folder", "--out", out, "--seed", "3", "--force")[0] == 0
    assert out.read_bytes() != before
    assert "Apple" in task.read_text(encoding="utf-8")
    assert not list(tmp_path.glob("*.part"))


def test_errors_that_end_an_import_name_the_way_out(tmp_path, capsys):
    class_folders(tmp_path / "photos", {"a": 2, "b": 2})
    (tmp_path / "empty").mkdir()
    put(tmp_path / "flat" / "a.jpg", photo(1))
    put(tmp_path / "bad.zip", b"none")
    put(tmp_path / "broken" / "a" / "x.jpg", b"x")
    put(tmp_path / "broken" / "b" / "y.jpg", b"y")
    (tmp_path / "t.csv").write_text("picture,what\na.jpg,b\n", encoding="utf-8")
    (tmp_path / "nul.csv").write_bytes(b"file,label\n\x00\xff\xfe,\x80\n")
    photos, task = tmp_path / "photos", ("--task", "waste")
    cases = [
        ((tmp_path / "none", "--as", "folder"), "nothing at"),
        ((tmp_path / "empty", "--as", "folder"), "folder per class"),
        ((tmp_path / "flat", "--as", "folder"), "folder per class"),
        ((tmp_path / "bad.zip", "--as", "folder"), "cannot be read as a ZIP"),
        ((tmp_path / "t.csv", "--as", "folder"), "neither a folder nor"),
        ((tmp_path / "broken", "--as", "folder"), "not a photo"),
        ((photos, "--as", "folder", *task), "Did you mean"),
        ((photos, "--as", "folder", "--task", "conditions"), "conditions:dandruff"),
        ((photos, "--as", "folder", "--task", "wasted"), "waste"),
        ((photos, "--as", "folder", "--split", "8/1/1"), "folds:5"),
        ((photos, "--as", "folder", "--split", "folds:9"), "too few"),
        ((photos, "--as", "folder", "--group-pattern", "("), "The pattern"),
        ((photos, "--as", "aihub"), "216"),
        ((photos, "--as", "boxes"), "JSON"),
        ((photos, "--as", "csv"), "nothing at"),
        ((tmp_path / "t.csv", "--as", "csv"), "--map file="),
        ((tmp_path / "t.csv", "--as", "csv", "--map", "file=picture"), "--map label="),
        ((tmp_path / "t.csv", "--as", "csv", "--map", "file=pictur"), "Did you mean picture"),
        ((tmp_path / "t.csv", "--as", "csv", "--map", "lable=what"), "Did you mean label"),
        ((tmp_path / "nul.csv", "--as", "csv"), "table"),
    ]
    for arguments, says in cases:
        code, _, said = run(capsys, *arguments, "--out", tmp_path / "out" / "m.csv")
        assert code == 1, arguments
        assert says in said, (arguments, said)
        assert len(said.strip().splitlines()) == 1
    assert run(capsys, photos, "--as", "folder", "--out", tmp_path / "m.txt")[0] == 1
    assert not list(tmp_path.glob("out/m*"))


def test_a_zip_of_class_folders_is_read_in_place(tmp_path):
    archive = tmp_path / "set.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for number in range(20):
            file.writestr(f"set/{'ab'[number % 2]}/{number}.jpg", photo(number))
        file.writestr("set/../../evil.jpg", photo(30))
        file.writestr("set/a/inner.zip", b"PK")
        file.writestr("__MACOSX/set/a/._1.jpg", b"litter")
    imported = bring(archive, "folder", tmp_path / "m.csv")
    assert imported.report.photos == 20
    assert set(imported.report.reasons) == {"import.bad_name", "import.nested_archive"}
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == set()
    assert all(read_photo(entry.path) for entry in read_manifest(tmp_path / "m.csv"))


WORDS = st.text(min_size=1, max_size=12).filter(lambda t: "\x00" not in t and "/" not in t and t not in (".", ".."))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([("0", "0"), ("1", "0"), ("2", "_"), ("3", "_")])
@given(st.lists(st.tuples(WORDS, WORDS), min_size=4, max_size=8))
def test_names_and_labels_of_any_kind_come_back_or_are_listed(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("wild")
    put(folder / "a.jpg", photo(1))
    with (folder / "t.csv").open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "person"])
        writer.writerows([["a.jpg", label, person] for label, person in rows])
    try:
        imported = bring(folder / "t.csv", "csv", folder / "m.csv")
    except ManifestError as error:
        # Too few classes, or nothing that a table can hold.
        event(error.code)
        return
    manifest = read_manifest(folder / "m.csv")
    known = {c.id for c in imported.task.outputs[0].classes}
    assert len(manifest) == imported.report.photos
    assert {entry.labels["label"] for entry in manifest} == known
    assert len({entry.split for entry in manifest}) == 1
    page = (folder / "m.report.html").read_text(encoding="utf-8")
    assert "<script" not in page


def test_many_photos_are_looked_at_by_processes_with_the_same_outcome(tmp_path, monkeypatch):
    source = class_folders(tmp_path / "photos", {"a": 40, "b": 40})
    put(source / "a" / "broken.jpg", photo(1)[:200])
    few = bring(source, "folder", tmp_path / "few.csv")
    monkeypatch.setattr(looking, "_MANY", 1)
    many = bring(source, "folder", tmp_path / "many.csv")
    assert (tmp_path / "few.csv").read_bytes() == (tmp_path / "many.csv").read_bytes()
    assert few.report.skipped == many.report.skipped
