"""Recipes: those that ship are valid, overrides work, typos name the nearest key at every depth."""

import pytest

from core.errors import RecipeError, ScalpError
from core.lab.augment import build_augmentation
from core.lab.recipe import read_recipe, recipe_names
from core.settings import ROOT
from core.taxonomy import View
from core.vision.architectures import architecture_names

DOCUMENTED = (ROOT / "docs" / "laboratory-recipes.md").read_text(encoding="utf-8")
GRADERS = {"crown-comparison": View.CROWN, "efficientnet-lite0-crown": View.CROWN}
GRADERS |= {"efficientnet-lite0-microscope": View.MICROSCOPE}


@pytest.mark.parametrize("name", recipe_names())
def test_a_shipped_recipe_is_valid_and_names_things_that_exist(name):
    recipe = read_recipe(name)
    assert recipe.name == name
    assert recipe.network.architecture in architecture_names()
    assert recipe.graded_view == GRADERS.get(name)
    assert set(recipe.description) == {"en", "ko"}
    assert recipe.description["en"] != recipe.description["ko"]
    build_augmentation(recipe.augment)


def test_the_recipes_of_the_shipped_packages_mean_what_they_meant():
    crown = read_recipe("efficientnet-lite0-crown")
    assert {c.value: g for c, g in crown.grades.items()} == {"hair_loss": (0, 2, 3)}
    microscope = read_recipe("efficientnet-lite0-microscope")
    assert set(microscope.grades.values()) == {(0, 1, 2, 3)}
    for recipe in (crown, microscope):
        assert recipe.loss.model_dump() == {
            "name": "ordinal",
            "class_weights": "none",
            "label_smoothing": 0,
            "focal_gamma": 2,
            "mixup": 0,
        }
        assert (recipe.stopping.patience, recipe.stopping.restore_best) == (0, False)
        assert (recipe.schedule.name, recipe.schedule.warmup) == ("cosine", 0.1)
        assert (recipe.input.fit, recipe.input.interpolation, recipe.input.cut_white_bars) == ("crop", "area", True)


def documented_runs():
    """Every command of the tables: a recipe's name, and what is set."""
    for line in DOCUMENTED.splitlines():
        cell = line.split(" | ")[1] if line.count(" | ") >= 1 else ""
        words = cell.strip("`| ").replace(" --set ", " ").split()
        if cell.startswith("`") and words[0] in recipe_names():
            yield words[0], words[1:]


def test_every_run_in_the_document_can_be_read_and_is_one_of_its_own():
    runs = list(documented_runs())
    assert len(runs) >= 48
    assert {name for name, _ in runs} == set(recipe_names())
    read = [read_recipe(name, settings).model_dump_json() for name, settings in runs]
    assert len(set(read)) == len(read)


def test_the_recipes_say_what_their_sources_say():
    hair = read_recipe("hair-loss-vgg")
    assert (hair.training.epochs, hair.stopping.patience, hair.stopping.min_delta) == (100, 5, 0.005)
    assert hair.validation.shares == (8, 1, 1)
    b3 = read_recipe("scalpspectra-b3")
    assert (b3.input.width, b3.input.height, b3.input.interpolation) == (300, 300, "bilinear")
    assert (b3.optimiser.name, b3.optimiser.lr, b3.optimiser.weight_decay) == ("adam", 1e-4, 0)
    assert (b3.schedule.name, b3.schedule.step_size, b3.schedule.gamma) == ("step", 7, 0.1)
    assert b3.input.mean == (0.485, 0.456, 0.406)
    plan = read_recipe("scalp-plan-b0")
    assert (plan.schedule.name, plan.schedule.factor, plan.schedule.monitor) == ("plateau", 0.5, "val_accuracy")
    assert (plan.optimiser.name, plan.optimiser.lr, plan.training.batch_size) == ("adamw", 1e-3, 4)
    waste = read_recipe("waste-resnet50")
    assert (waste.input.fit, waste.schedule.step_size, waste.training.workers) == ("pad", 11, 4)
    assert sum("one_of" in step for step in waste.augment) == 5
    assert all(read_recipe(name).graded_view is None for name in set(recipe_names()) - set(GRADERS))


def test_overrides_change_one_value():
    recipe = read_recipe("crown-comparison", ["training.epochs=3", "network.weights=none", "optimiser.lr=1e-3"])
    assert (recipe.training.epochs, recipe.network.weights, recipe.optimiser.lr) == (3, "none", 1e-3)


def test_another_task_or_loss_makes_a_classifier_package():
    one = read_recipe("crown-comparison", ["task=conditions:dandruff", "loss.name=cross_entropy"])
    assert one.graded_view is None
    assert one.grades == {}
    assert [o.id for o in one.definition.outputs] == ["dandruff"]
    assert read_recipe("crown-comparison", ["loss.name=focal"]).graded_view is None


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("training.epoch=3", r"training\.epochs"),
        ("training.epochs=0", r"training\.epochs"),
        ("trainning.epochs=3", r"mean training\?"),
        ("lr=1", r"optimiser\.lr"),
        ("optimiser.learning_rate=1", r"optimiser\."),
        ("optimiser.name=adm", r"optimiser\.name.*mean adam\?"),
        ("schedule.name=stepp", r"mean step\?"),
        ("stopping.patiense=3", r"stopping\.patience"),
        ("network.architecture=resnet51", r"mean resnet50\?"),
        ("task=crwn", r"mean crown\?"),
        ("task=conditions:dandruf", r"mean 'dandruff'\?"),
        ("task=waste", "cross_entropy"),
        ("loss.name=bce", "multi"),
        ("adaptation.target_shares.dandruf=[1, 1, 1, 1]", r"mean dandruff\?"),
        ('augment=["flip_horizontl"]', r"augment\.0.*mean flip_horizontal\?"),
        ('augment=["light", {name="rotate", degres=3}]', r"augment\.1\.degrees"),
        ('augment=[{name="rotate", degrees=-3}]', r"augment\.0\.degrees"),
        ('augment=[{one_of=["rain", "mud_splatter"]}]', r"mean mud_spatter\?"),
        ('augment=[{one_off=["rain"]}]', "one_of"),
        ('augment=[{one_of=["rain"], prob=1}]', r"augment\.0\.p\?"),
        ('augment=[{one_of=["rain"], p=2}]', r"augment\.0\.p"),
        ('augment=[{one_of=[{name="rain", p=0.2}]}]', "belongs to the group"),
        ("input.fit=padd", r"mean pad\?"),
        ("input.width=5000", r"input\.width"),
        ("training.epochs", "key=value"),
        ("name.first=1", "key=value"),
    ],
)
def test_a_bad_override_names_the_key_and_the_nearest_valid_one(override, says):
    with pytest.raises(ScalpError, match=says):
        read_recipe("efficientnet-lite0-crown", [override])


def test_a_network_of_one_size_says_which():
    with pytest.raises(ScalpError, match="224"):
        read_recipe("efficientnet-lite0-microscope", ["network.architecture=vit_b_16"])


def test_a_typo_goes_before_what_is_missing_for_it(tmp_path):
    path = tmp_path / "r.toml"
    text = "[training]\nepocs = 3\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match=r"training\.epochs"):
        read_recipe(str(path))


def test_an_unknown_recipe_names_the_known_ones():
    with pytest.raises(RecipeError, match="efficientnet-lite0-crown"):
        read_recipe("nothing")


def test_broken_toml_is_an_error(tmp_path):
    path = tmp_path / "r.toml"
    path.write_text("name = ", encoding="utf-8")
    with pytest.raises(RecipeError, match="TOML"):
        read_recipe(str(path))
