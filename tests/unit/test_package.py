"""A package is exactly what its description says, or it is refused with the reason."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from core.errors import PackageError
from core.settings import get_settings
from core.taxonomy import CONDITIONS_OF_VIEW, View
from core.vision.package import (
    FILES,
    DomainModel,
    find_packages,
    load_package,
    read_description,
    save_package,
)

SHIPPED = find_packages(get_settings().models_dir)


@pytest.fixture
def package(tiny_package, tmp_path):
    return shutil.copytree(tiny_package, tmp_path / "tiny")


def edit(folder, change):
    path = folder / "model.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    change(values)
    path.write_text(json.dumps(values), encoding="utf-8")


def test_a_package_reads_back(package):
    loaded = load_package(package)
    assert loaded.description.id == "tiny"
    assert loaded.description.conditions == CONDITIONS_OF_VIEW[View.MICROSCOPE]
    assert loaded.card.startswith("#")
    assert View.MICROSCOPE in loaded.domains


@pytest.mark.parametrize("name", FILES)
def test_one_changed_byte_is_refused(package, name):
    data = bytearray((package / name).read_bytes())
    data[len(data) // 2] ^= 1
    (package / name).write_bytes(bytes(data))
    with pytest.raises(PackageError, match=name):
        load_package(package)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(package, name):
    (package / name).unlink()
    with pytest.raises(PackageError, match=name):
        load_package(package)


def test_an_unknown_format_is_refused(package):
    edit(package, lambda values: values.update(format=2))
    with pytest.raises(PackageError, match="format 2"):
        load_package(package)


def test_other_conditions_than_the_taxonomys_are_refused(package):
    edit(package, lambda values: values["conditions"].reverse())
    with pytest.raises(PackageError, match="other conditions"):
        load_package(package)


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.pop("view"),
        lambda v: v.update(view="sideways"),
        lambda v: v.update(head="__import__('os')"),
        lambda v: v["gradings"].pop(),
        lambda v: v["gradings"][0].update(slope=-1),
        lambda v: v["gradings"][0].update(cuts=[3, 2, 1]),
        lambda v: v["gradings"][0].update(grades=[1, 2, 3]),
        lambda v: v["input"].update(width=10**9),
        lambda v: v["input"].update(surprise=1),
        lambda v: v.update(files={"../../elsewhere": "0"}),
        lambda v: v.update(metrics=3),
    ],
)
def test_a_description_that_cannot_be_true_is_refused(package, change):
    edit(package, change)
    with pytest.raises(PackageError, match="tiny"):
        load_package(package)


def test_a_description_that_is_no_json_is_refused(package):
    (package / "model.json").write_bytes(b"\x80\x04pickle")
    with pytest.raises(PackageError):
        read_description(package)


def test_no_package_says_where_to_put_one(tmp_path):
    with pytest.raises(PackageError, match="data/models"):
        load_package(tmp_path / "nothing")


def test_saving_over_a_package_replaces_it_whole(package):
    loaded = load_package(package)
    new = replace(loaded.description, version="2")
    save_package(package, new, loaded.domains, "# new\n", package)
    assert load_package(package).description.version == "2"
    assert [path.name for path in package.parent.iterdir()] == ["tiny"]


def test_distance_is_small_inside_and_large_outside():
    rng = np.random.default_rng(0)
    from core.lab.fitness import fit_domain

    features = rng.normal(size=(200, 30)) @ rng.normal(size=(30, 64))
    domain = fit_domain(features[:150], components=16, limit=3)
    assert isinstance(domain, DomainModel)
    inside = domain.distance(features[150:].astype(np.float32))
    outside = domain.distance((features[150:] + 40 * rng.normal(size=64)).astype(np.float32))
    assert np.median(inside) < 1 < np.median(outside)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_package_is_small_and_says_what_was_measured(folder):
    loaded = load_package(folder)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 20 * 2**20
    assert loaded.description.metrics
    assert loaded.description.training["command"].count("python -m core train") == 1
    for wanted in ("Intended use", "CC BY 4.0", "Measured", "Limits"):
        assert wanted in loaded.card


def test_both_views_ship():
    assert {read_description(folder).view for folder in SHIPPED} == set(View)
