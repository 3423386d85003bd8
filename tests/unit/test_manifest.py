"""Manifests: grades and marks told apart, groups kept, mistakes named with their row."""

import pandas as pd
import pytest

from core.errors import ManifestError
from core.lab.manifest import read_manifest
from core.lab.manifest_table import file_cell, write_cells
from core.lab.pictures import grade_indices
from core.lab.splitting import group_folds
from core.lab.task import parse_task, read_task
from core.taxonomy import CONDITIONS, Condition, View


def write(folder, text):
    path = folder / "manifest.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_grades_and_groups_are_read(tmp_path):
    path = write(tmp_path, "file,view,group,dandruff,hair_loss\na.jpg,microscope,p1,2,\nb.jpg,crown,p2,,3\n")
    first, second = read_manifest(path)
    assert first.path == tmp_path / "a.jpg"
    assert first.grades == {Condition.DANDRUFF: 2}
    assert second.view == View.CROWN
    assert second.grades == {Condition.HAIR_LOSS: 3}
    assert (first.group, second.group) == ("p1", "p2")


def test_marks_of_the_complaint_dialect_are_no_grades(tmp_path):
    path = write(tmp_path, "file,set,dandruff,oily,sensitive\na.jpg,microscope,1,0,1\n")
    (photo,) = read_manifest(path)
    assert photo.grades == {}
    assert photo.marks == {Condition.DANDRUFF: True, Condition.EXCESS_SEBUM: False}


def test_presence_columns_are_marks(tmp_path):
    (photo,) = read_manifest(write(tmp_path, "file,dandruff_present\na.jpg,1\n"))
    assert photo.marks == {Condition.DANDRUFF: True}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("path,view\na.jpg,crown\n", "column file"),
        ("file,view\na.jpg,sideways\n", "Row 2"),
        ("file,dandruff\na.jpg,4\n", "from 0 to 3"),
        ("file,dandruff\na.jpg,a lot\n", "'a lot'"),
        ("file,view\n", "lists no photos"),
        ("", "CSV"),
    ],
)
def test_a_mistake_names_where_it_is(tmp_path, text, says):
    with pytest.raises(ManifestError, match=says):
        read_manifest(write(tmp_path, text))


def test_a_missing_manifest_says_so(tmp_path):
    with pytest.raises(ManifestError, match="no manifest"):
        read_manifest(tmp_path / "none.csv")


def test_labels_become_positions_among_the_grades_told_apart(tmp_path):
    path = write(tmp_path, "file,view,hair_loss\na,crown,0\nb,crown,1\nc,crown,2\nd,crown,3\ne,crown,\n")
    grades = read_manifest(path).grades([Condition.HAIR_LOSS])
    assert grade_indices(grades, [(0, 2, 3)])[:, 0].tolist() == [0, 0, 1, 2, -1]


def test_folds_never_part_a_group(tmp_path):
    rows = "".join(f"{i}.jpg,microscope,g{i // 3},{i % 4}\n" for i in range(60))
    manifest = read_manifest(write(tmp_path, "file,view,group,dandruff\n" + rows))
    labels = manifest.grades(CONDITIONS)[:, CONDITIONS.index(Condition.DANDRUFF)]
    folds = group_folds(labels, manifest.groups(), 5, seed=0)
    for group in set(manifest.groups()):
        assert len(set(folds[manifest.groups() == group])) == 1
    assert set(folds) == set(range(5))


def test_fewer_groups_than_folds_is_an_error(tmp_path):
    manifest = read_manifest(write(tmp_path, "file,group\na.jpg,x\nb.jpg,x\n"))
    with pytest.raises(ManifestError, match="too few"):
        group_folds(manifest.grades(CONDITIONS)[:, 0], manifest.groups(), 5, seed=0)


def test_columns_of_other_tasks_are_labels_and_the_rest_is_known_about_the_photo(tmp_path):
    path = write(tmp_path, "file,waste,sex,trait_site,person,fold,note\na.jpg,paper,female,top,p1,3,x\nb.jpg,,,,,,\n")
    first, second = read_manifest(path)
    assert first.labels == {"waste": "paper", "note": "x"}
    assert first.traits == {"sex": "female", "site": "top"}
    assert (first.person, first.fold, first.row, second.row) == ("p1", 3, 2, 3)
    assert (second.labels, second.traits, second.person, second.fold) == ({}, {}, None, None)


def test_parquet_and_csv_read_alike_and_formulas_come_back(tmp_path):
    rows = [
        {"file": file_cell("=a.jpg"), "view": "microscope", "dandruff": "2", "waste": "-paper"},
        {"file": "b.jpg", "group": "@g", "waste": "'=quoted"},
    ]
    columns = ("file", "view", "group", "dandruff", "waste")
    for name in ("m.csv", "m.parquet"):
        write_cells(tmp_path / name, columns, rows)
    assert read_manifest(tmp_path / "m.csv") == read_manifest(tmp_path / "m.parquet")
    first, second = read_manifest(tmp_path / "m.csv")
    assert (first.path, first.labels["waste"]) == (tmp_path / "=a.jpg", "-paper")
    assert (second.group, second.labels["waste"]) == ("@g", "'=quoted")
    assert "\n=" not in (tmp_path / "m.csv").read_text()
    pd.DataFrame({"file": ["a", "b"], "dandruff": [1, None]}).to_parquet(tmp_path / "numbers.parquet")
    assert read_manifest(tmp_path / "numbers.parquet").photos[0].grades == {Condition.DANDRUFF: 1}


def test_labels_become_positions_among_the_classes_of_a_task(tmp_path):
    path = write(tmp_path, "file,view,waste,hair_loss\na,crown,paper,1\nb,crown,battery,3\nc,crown,,\n")
    manifest = read_manifest(path)
    (waste,), (loss,) = read_task("waste").outputs, read_task("crown").outputs
    assert manifest.class_indices(waste).tolist() == [waste.index("paper"), waste.index("battery"), -1]
    assert manifest.class_indices(loss).tolist() == [0, len(loss.classes) - 1, -1]


def test_several_classes_at_once(tmp_path):
    classes = [{"id": name} for name in ("flakes", "oil", "red")]
    task = parse_task({"id": "t", "outputs": [{"id": "seen", "kind": "multi", "classes": classes}]}, "t")
    manifest = read_manifest(write(tmp_path, "file,seen\na,red|flakes\nb,|\nc,\n"))
    assert manifest.class_indices(task.outputs[0]).tolist() == [[1, 0, 1], [0, 0, 0], [-1, -1, -1]]


def test_a_label_outside_the_task_names_its_row_and_the_nearest_class(tmp_path):
    manifest = read_manifest(write(tmp_path, "file,waste\na.jpg,paper\nb.jpg,plastik\n"))
    with pytest.raises(ManifestError, match=r"Row 3 \(b.jpg\).*Did you mean plastic\?"):
        manifest.class_indices(read_task("waste").outputs[0])
