"""Which package serves a view: the operator's choice, the way back, and a choice that cannot be used."""

import shutil

import pytest

from core.errors import PackageError
from core.settings import Settings
from core.taxonomy import View
from core.vision.diagnosis import Diagnoser
from core.vision.served import choices_stamp, choose, folder_of, read_choices, take_back

SHIPPED = "shipped/tiny"


@pytest.fixture
def settings(tiny_package, tmp_path):
    """One package ships, and a run has left another."""
    shutil.copytree(tiny_package, tmp_path / "run" / "package" / "mine")
    return Settings(models_dir=tiny_package.parent, var_dir=tmp_path / "var", precision="f32")


def test_a_choice_serves_outlives_its_run_and_is_taken_back(settings, tmp_path):
    assert Diagnoser.load(settings, ready=False).packages[View.MICROSCOPE].folder == settings.models_dir / "tiny"
    before = choices_stamp(settings)
    choice = choose(settings, View.MICROSCOPE, tmp_path / "run" / "package" / "mine", SHIPPED)
    assert choices_stamp(settings) != before
    shutil.rmtree(tmp_path / "run")
    serving = Diagnoser.load(settings, ready=False)
    assert serving.packages[View.MICROSCOPE].folder == folder_of(settings, choice.package)
    assert choice.package.startswith("own/mine-")
    assert serving.notices == ()
    take_back(settings, View.MICROSCOPE)
    assert read_choices(settings) == {}
    assert Diagnoser.load(settings, ready=False).packages[View.MICROSCOPE].folder == settings.models_dir / "tiny"


def test_taking_back_returns_to_the_own_package_that_served_before(settings, tmp_path):
    run = tmp_path / "run" / "package" / "mine"
    first = choose(settings, View.MICROSCOPE, run, SHIPPED)
    choose(settings, View.MICROSCOPE, settings.models_dir / "tiny", first.package)
    take_back(settings, View.MICROSCOPE)
    assert read_choices(settings)[View.MICROSCOPE].package == first.package


@pytest.mark.parametrize("damage", ["changed", "gone", "unreadable", "outside"])
def test_a_broken_choice_is_told_and_what_ships_serves(settings, tmp_path, damage):
    choice = choose(settings, View.MICROSCOPE, tmp_path / "run" / "package" / "mine", SHIPPED)
    folder = folder_of(settings, choice.package)
    served = folder.parent / "served.json"
    if damage == "changed":
        (folder / "CARD.md").write_text("another")
    elif damage == "gone":
        shutil.rmtree(folder)
    elif damage == "unreadable":
        served.write_text("[1")
    else:
        served.write_text(served.read_text().replace(choice.package, "own/../../run/package/mine"))
    diagnoser = Diagnoser.load(settings, ready=False)
    assert diagnoser.packages[View.MICROSCOPE].folder == settings.models_dir / "tiny"
    (notice,) = diagnoser.notices
    assert "Models page" in str(notice)
    assert notice.__cause__ is not None
    choose(settings, View.MICROSCOPE, settings.models_dir / "tiny", SHIPPED)
    assert Diagnoser.load(settings, ready=False).notices == ()


def test_a_package_of_another_view_is_refused(settings, tmp_path):
    with pytest.raises(PackageError, match="crown"):
        choose(settings, View.CROWN, tmp_path / "run" / "package" / "mine", SHIPPED)
    assert read_choices(settings) == {}
