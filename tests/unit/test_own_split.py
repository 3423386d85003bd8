"""A manifest's own splits and folds are what a training goes by; what it cannot go by is said, never passed over."""

import numpy as np
import pytest

from core.errors import ManifestError, PhotoError, RecipeError
from core.lab.manifest import read_manifest
from core.lab.manifest_table import read_cells, write_cells
from core.lab.parts import fold_of, splits_of
from core.lab.recipe import read_recipe
from core.lab.run import open_run
from core.lab.session import SKIPPED, Session
from core.lab.status import Status, StatusFile
from core.lab.thin import thin_classes


def manifest_of(folder, rows, **columns):
    """Twenty rows in ten groups; `columns` gives a cell by the number of the row."""
    names = ("file", "group", "losing_hair", *columns)
    cells = (
        {"file": f"{n}.jpg", "group": f"g{n // 2}", "losing_hair": ("no", "yes")[n % 2]}
        | {name: cell(n) for name, cell in columns.items()}
        for n in range(rows)
    )
    write_cells(folder / "m.csv", names, cells)
    return read_manifest(folder / "m.csv")


def asking(folds):
    return read_recipe("hair-loss-cnn", [f"validation.folds={folds}"])


def labels_of(manifest):
    return manifest.class_indices(asking(0).definition.outputs[0])[:, None]


def test_folds_of_a_manifest_are_the_folds_of_the_training(tmp_path):
    manifest = manifest_of(tmp_path, 20, fold=lambda n: str((n // 2) % 4))
    assert fold_of(asking(4), manifest, labels_of(manifest)).tolist() == [(n // 2) % 4 for n in range(20)]


@pytest.mark.parametrize("asked", [0, 3])
def test_other_folds_than_a_recipe_asks_for_are_not_passed_over(tmp_path, asked):
    manifest = manifest_of(tmp_path, 20, fold=lambda n: str((n // 2) % 4))
    decide = fold_of if asked else splits_of
    with pytest.raises(ManifestError, match=rf"into 4 folds .*asks for {asked}.*validation\.folds=4"):
        decide(asking(asked), manifest, labels_of(manifest))
    partly = manifest_of(tmp_path, 20, fold=lambda n: str((n // 2) % 4) if n else "")
    with pytest.raises(ManifestError, match="1 photos in none"):
        decide(asking(4) if asked else asking(0), partly, labels_of(partly))


@pytest.mark.parametrize("shares", [(8, 1, 1), (7, 3, 0)])
def test_splits_of_a_manifest_are_the_splits_of_the_training(tmp_path, shares):
    ends = np.cumsum(shares) * 2
    names = np.repeat(("train", "validation", "test"), np.diff([0, *ends]))
    manifest = manifest_of(tmp_path, 20, split=lambda n: names[n])
    splits = splits_of(asking(0), manifest, labels_of(manifest))
    for name, flags in (("train", splits.train), ("validation", splits.validation), ("test", splits.test)):
        assert (flags == (names == name)).all()


def test_a_misspelt_split_is_named_with_its_row_and_the_nearest_one(tmp_path):
    with pytest.raises(ManifestError, match=r"Row 4 of .* 'trian'. Did you mean train"):
        manifest_of(tmp_path, 20, split=lambda n: "trian" if n == 2 else "train")


def test_classes_without_people_enough_are_named_with_their_photos(tmp_path):
    manifest = manifest_of(tmp_path, 20)
    labels, groups = labels_of(manifest), manifest.groups()
    assert thin_classes(asking(0), labels, groups) == ()
    labels[:] = 0
    assert thin_classes(asking(0), labels, groups) == ("losing_hair yes (0)",)
    labels[:2] = 1
    assert thin_classes(asking(0), labels, groups) == ("losing_hair yes (2)",)
    crown = read_recipe("efficientnet-lite0-crown")
    assert thin_classes(crown, labels, groups) == ("hair_loss 2 (2)", "hair_loss 3 (0)")


def test_photos_that_cannot_be_read_are_listed_in_the_run(tmp_path, capsys):
    manifest = manifest_of(tmp_path, 4)
    session = Session(open_run(tmp_path / "run", asking(0)), StatusFile(tmp_path / "run", Status("running")))
    session.leave_out([(manifest.photos[1], PhotoError("photo.not_found", name="1.jpg"))], 4)
    assert "1 of 4 photos" in capsys.readouterr().err
    rows = list(read_cells(tmp_path / "run" / SKIPPED)[1])
    assert rows[0]["file"].endswith("1.jpg")
    assert "1.jpg" in rows[0]["why"]
    session.leave_out([], 4)
    assert not (tmp_path / "run" / SKIPPED).exists()


def test_a_split_that_folds_leave_unused_is_said(tmp_path, capsys):
    manifest = manifest_of(tmp_path, 20, split=lambda n: "test" if n % 5 == 0 else "train")
    for folds, said in ((5, "measures by 5 folds"), (0, "")):
        folder = tmp_path / f"run{folds}"
        Session(open_run(folder, asking(folds)), StatusFile(folder, Status("running"))).warn_of_split(manifest)
        assert said in capsys.readouterr().err if said else not capsys.readouterr().err


def test_a_misspelt_recipe_is_told_its_nearest():
    with pytest.raises(RecipeError, match="Recipes here: hair-loss-cnn"):
        read_recipe("hairloss-cnn")
