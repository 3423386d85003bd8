"""Recipes: those that ship are valid, overrides work, typos name the nearest key."""

import pytest

from core.errors import RecipeError
from core.lab.augment import AUGMENTATIONS, build_augmentation
from core.lab.recipe import RECIPES_DIR, read_recipe
from core.vision.architectures import architecture_names
from core.vision.synthesis import draw_scene

SHIPPED = sorted(path.stem for path in RECIPES_DIR.glob("*.toml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_recipe_is_valid_and_names_things_that_exist(name):
    recipe = read_recipe(name)
    assert recipe.name == name
    assert recipe.network.architecture in architecture_names()
    build_augmentation(recipe.augment)


def test_overrides_change_one_value():
    recipe = read_recipe(SHIPPED[0], ["training.epochs=3", "network.weights=none", "optimiser.lr=1e-3"])
    assert (recipe.training.epochs, recipe.network.weights, recipe.optimiser.lr) == (3, "none", 1e-3)


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("training.epoch=3", r"training\.epochs"),
        ("training.epochs=0", r"training\.epochs"),
        ("optimiser.name=magic", r"optimiser\.name"),
        ("training.epochs", "key=value"),
        ("name.first=1", "key=value"),
        ("grades.hair_loss=[3, 0]", "grades"),
    ],
)
def test_a_bad_override_names_the_key(override, says):
    with pytest.raises(RecipeError, match=says):
        read_recipe("efficientnet-lite0-crown", [override])


def test_an_unknown_recipe_names_the_known_ones():
    with pytest.raises(RecipeError, match="efficientnet-lite0-crown"):
        read_recipe("nothing")


def test_broken_toml_is_an_error(tmp_path):
    path = tmp_path / "r.toml"
    path.write_text("name = ", encoding="utf-8")
    with pytest.raises(RecipeError, match="TOML"):
        read_recipe(str(path))


@pytest.mark.parametrize("name", sorted(AUGMENTATIONS))
def test_an_augmentation_keeps_shape_and_follows_its_seed(name):
    import numpy as np

    picture = draw_scene(3, size=(224, 160)).pixels
    augment = build_augmentation([name])
    once, again = augment(picture, np.random.default_rng(5)), augment(picture, np.random.default_rng(5))
    assert once.shape == picture.shape
    assert once.dtype == np.uint8
    np.testing.assert_array_equal(once, again)
    others = [augment(picture, np.random.default_rng(seed)) for seed in range(12)]
    assert any(not np.array_equal(picture, other) for other in others)
