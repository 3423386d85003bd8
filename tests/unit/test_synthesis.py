"""Drawn scenes: reproducible, labelled truly, with evidence that grows with the grade."""

import csv
import hashlib
import json
from collections import Counter
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
import pytest

from core.locale import Language, text
from core.settings import DATA_DIR
from core.taxonomy import CONDITIONS, SEVERITIES, Condition, Severity, View
from core.vision.synthesis import Hand, Scene, draw_scene, write_examples, write_scenes

SEEDS = range(4)
each_hand = pytest.mark.parametrize("hand", Hand)


@cache
def only(condition: Condition, grade: int, seed: int, hand: Hand) -> Scene:
    """Draw a small scene where just one condition may be bad."""
    grades = dict.fromkeys(CONDITIONS, Severity.GOOD) | {condition: Severity(grade)}
    return draw_scene(seed, grades, size=(224, 160), magnification=1.6, hand=hand)


def redness(scene: Scene) -> float:
    """Mean a* of the skin between the hairs."""
    lab = cv2.cvtColor(scene.pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return float(lab[..., 1][scene.masks[Condition.HAIR_LOSS] < 20].mean())


@each_hand
@pytest.mark.parametrize("seed", [0, 7])
def test_same_seed_gives_same_bytes(seed, hand):
    first, second = draw_scene(seed, hand=hand), draw_scene(seed, hand=hand)
    assert first.pixels.tobytes() == second.pixels.tobytes()
    assert first.severities == second.severities
    assert all(np.array_equal(first.masks[c], second.masks[c]) for c in CONDITIONS)
    assert draw_scene(seed + 1, hand=hand).pixels.tobytes() != first.pixels.tobytes()


@each_hand
def test_scene_says_what_it_is(hand):
    scene = draw_scene(3, hand=hand)
    assert scene.view is View.MICROSCOPE
    assert scene.pixels.shape == (320, 448, 3)
    assert scene.pixels.dtype == np.uint8
    assert set(scene.masks) == set(scene.severities) == set(CONDITIONS)
    for mask in scene.masks.values():
        assert mask.shape == (320, 448)
        assert mask.dtype == np.uint8
    assert scene.hair_cover == pytest.approx(scene.masks[Condition.HAIR_LOSS].mean() / 255)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_wanted_severity_is_drawn(condition):
    for grade in SEVERITIES:
        assert draw_scene(5, {condition: grade}, size=(112, 80)).severities[condition] is grade


def test_missing_conditions_are_drawn_at_random():
    grades = Counter(g for seed in range(30) for g in draw_scene(seed, size=(112, 80)).severities.values())
    assert 0.36 < grades[Severity.GOOD] / 180 < 0.54
    assert all(grades[g] > 16 for g in SEVERITIES)


@each_hand
@pytest.mark.parametrize("condition", [c for c in CONDITIONS if c is not Condition.HAIR_LOSS])
def test_evidence_grows_with_the_grade(condition, hand):
    areas = [
        np.mean([only(condition, grade, seed, hand).masks[condition].mean() for seed in SEEDS]) for grade in SEVERITIES
    ]
    assert areas[0] == 0
    assert areas == sorted(set(areas))


@each_hand
@pytest.mark.parametrize("condition", [c for c in CONDITIONS if c is not Condition.HAIR_LOSS])
def test_mild_is_never_nothing(condition, hand):
    assert all(only(condition, 1, seed, hand).masks[condition].max() > 40 for seed in SEEDS)


@each_hand
def test_redness_grows_with_erythema_despite_white_balance(hand):
    tones = [
        np.mean([redness(only(Condition.INTERFOLLICULAR_ERYTHEMA, g, s, hand)) for s in SEEDS]) for g in SEVERITIES
    ]
    assert all(later > earlier + 0.4 for earlier, later in pairwise(tones))


@each_hand
def test_hair_cover_falls_with_hair_loss(hand):
    cover = [np.mean([only(Condition.HAIR_LOSS, g, s, hand).hair_cover for s in range(8)]) for g in SEVERITIES]
    assert cover == sorted(cover, reverse=True)
    assert cover[3] < 0.5 * cover[0]


@each_hand
def test_one_severity_leaves_the_rest_of_the_scene_alone(hand):
    calm, flaky = only(Condition.DANDRUFF, 0, 2, hand), only(Condition.DANDRUFF, 3, 2, hand)
    assert np.array_equal(calm.masks[Condition.HAIR_LOSS], flaky.masks[Condition.HAIR_LOSS])


@each_hand
def test_larger_size_shows_the_same_scene(hand):
    grades = dict.fromkeys(CONDITIONS, Severity.MODERATE)
    small, large = (draw_scene(4, grades, size=size, magnification=2.0, hand=hand) for size in ((448, 320), (896, 640)))
    reduced = cv2.resize(large.pixels, (448, 320), interpolation=cv2.INTER_AREA)
    blurred = [cv2.GaussianBlur(p, (0, 0), 4).astype(float).ravel() for p in (small.pixels, reduced)]
    assert np.corrcoef(*blurred)[0, 1] > 0.95
    assert large.hair_cover == pytest.approx(small.hair_cover, abs=0.02)


def test_magnification_widens_hair():
    # Opening with a disc of 7 pixels keeps only what is wider than that.
    kernel = np.ones((7, 7), np.uint8)
    kept = []
    for magnification in (1.0, 4.0):
        mask = draw_scene(1, {Condition.HAIR_LOSS: Severity.MILD}, magnification=magnification).masks
        hair = (mask[Condition.HAIR_LOSS] > 128).astype(np.uint8)
        kept.append(cv2.morphologyEx(hair, cv2.MORPH_OPEN, kernel).sum() / hair.sum())
    assert kept[1] > kept[0] + 0.3


@pytest.mark.parametrize("size", [(100, 80), (448, 10)])
def test_too_small_a_size_is_refused(size):
    with pytest.raises(ValueError, match="112 x 80"):
        draw_scene(0, size=size)


@pytest.mark.parametrize("magnification", [0.0, -1.0, 50.0])
def test_impossible_magnification_is_refused(magnification):
    with pytest.raises(ValueError, match="between"):
        draw_scene(0, magnification=magnification)


def test_written_scenes_are_the_same_with_one_and_two_workers(tmp_path):
    told: list[int] = []
    one = write_scenes(tmp_path / "one", 20, 9, workers=1, on_progress=told.append)
    two = write_scenes(tmp_path / "two", 20, 9, workers=2)
    assert one.read_bytes() == two.read_bytes()
    assert told[-1] == 20
    rows = list(csv.DictReader(one.open(encoding="utf-8")))
    assert [r["file"] for r in rows] == [f"syn-9-{n:06d}.jpg" for n in range(1, 21)]
    assert Counter(r["split"] for r in rows) == {"train": 16, "validation": 2, "test": 2}
    assert Counter(r["hand"] for r in rows) == dict.fromkeys(Hand, 10)
    for row in rows:
        data = (one.parent / row["file"]).read_bytes()
        assert data == (two.parent / row["file"]).read_bytes()
        assert row["sha256"] == hashlib.sha256(data).hexdigest()
        assert (row["view"], row["source"], row["group"]) == ("microscope", "synthetic", row["file"][:-4])
        assert all(row[c.value] in "0123" for c in CONDITIONS)
        assert 0 <= float(row["hair_cover"]) <= 1


def test_masks_are_written_on_request(tmp_path):
    write_scenes(tmp_path, 1, 2, workers=1, masks=True)
    assert len(list(tmp_path.glob("syn-2-000001.*.png"))) == len(CONDITIONS)


def test_shipped_examples_are_light_named_and_redrawn_alike(tmp_path):
    listing = json.loads(write_examples(tmp_path).read_text(encoding="utf-8"))
    shipped = DATA_DIR / "examples"
    assert listing == json.loads((shipped / "examples.json").read_text(encoding="utf-8"))
    assert 4 <= len(listing) <= 6
    for entry in listing:
        assert (shipped / entry["file"]).stat().st_size < 200_000
        assert all(text(language, entry["title"]) for language in Language)
        drawn, kept = (cv2.imread(str(folder / entry["file"])).astype(float) for folder in (tmp_path, shipped))
        # Another build of OpenCV may round differently.
        assert np.abs(drawn - kept).mean() < 1
