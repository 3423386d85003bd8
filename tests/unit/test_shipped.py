"""What the shipped packages do with pictures they were not made from."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from core.findings import Refusal
from core.settings import Settings
from core.taxonomy import Condition, View
from core.vision.diagnosis import Diagnoser
from core.vision.photo import photo_from_pixels, read_photo
from core.vision.synthesis import draw_scene

EXAMPLES = Path(__file__).resolve().parents[2] / "data" / "examples"


@pytest.fixture(scope="module")
def diagnoser():
    return Diagnoser.load(Settings())


def ordinary_pictures():
    """Pictures that scikit-image and scikit-learn carry: people, cats, texts, textures, machines, cells."""
    import skimage
    from sklearn.datasets import load_sample_images

    pictures = {f"sample {i}": image for i, image in enumerate(load_sample_images().images)}
    for path in sorted((Path(skimage.__file__).parent / "data").iterdir()):
        image = cv2.imread(str(path), cv2.IMREAD_COLOR) if path.suffix in {".png", ".jpg", ".jpeg"} else None
        if image is not None and min(image.shape[:2]) >= 64:
            pictures[path.name] = np.ascontiguousarray(image[:, :, ::-1])
    return pictures


def test_ordinary_pictures_are_refused(diagnoser):
    pictures = ordinary_pictures()
    assert len(pictures) >= 25
    diagnoses = diagnoser.diagnose([photo_from_pixels(p) for p in pictures.values()], heatmaps=False)
    accepted = [name for name, d in zip(pictures, diagnoses, strict=True) if d.accepted]
    assert len(accepted) <= 0.05 * len(pictures), accepted


def test_noise_is_refused(diagnoser):
    noise = np.random.default_rng(0).integers(0, 255, (600, 800, 3)).astype(np.uint8)
    (diagnosis,) = diagnoser.diagnose([photo_from_pixels(noise)])
    assert diagnosis.quality.reasons[0].refusal == Refusal.NOT_SCALP


def test_the_examples_are_graded_as_microscope_photos(diagnoser):
    for path in sorted(EXAMPLES.glob("*.jpg")):
        (diagnosis,) = diagnoser.diagnose([read_photo(path)])
        assert diagnosis.accepted, path.name
        assert diagnosis.view == View.MICROSCOPE


def test_drawn_severity_moves_the_probability_of_its_own_condition(diagnoser):
    for condition in (Condition.DANDRUFF, Condition.EXCESS_SEBUM, Condition.FOLLICULAR_PUSTULES):
        expected = []
        for severity in (0, 3):
            levels = dict.fromkeys(Condition, 0) | {condition: severity}
            scenes = [photo_from_pixels(draw_scene(seed, levels).pixels) for seed in range(900, 908)]
            graded = [d for d in diagnoser.diagnose(scenes, view=View.MICROSCOPE, heatmaps=False) if d.accepted]
            assert graded
            expected.append(np.mean([np.dot(range(4), d.finding(condition).probabilities) for d in graded]))
        assert expected[1] > expected[0] + 0.3, condition


def _reddened(pixels):
    """Redden a round patch of skin by 10 units of a* in CIELAB; return the picture and the patch, (H, W) 0..1."""
    height, width = pixels.shape[:2]
    down, across = np.mgrid[:height, :width]
    patch = np.exp(-(((across / width - 0.4) / 0.2) ** 2) - ((down / height - 0.45) / 0.2) ** 2).astype(np.float32)
    lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    skin = lab[..., 0] > np.quantile(lab[..., 0], 0.4)
    lab[..., 1] += 10 * patch * skin
    lab[..., 0] -= 2 * patch * skin
    return (cv2.cvtColor(lab, cv2.COLOR_LAB2RGB).clip(0, 1) * 255).astype(np.uint8), patch


def test_redness_raises_erythema_and_is_pointed_at(diagnoser):
    scenes = [draw_scene(seed, dict.fromkeys(Condition, 0)).pixels for seed in range(910, 918)]
    reddened = [_reddened(scene) for scene in scenes]
    photos = [photo_from_pixels(pixels) for pixels in [*scenes, *(red for red, _ in reddened)]]
    diagnoses = diagnoser.diagnose(photos, view=View.MICROSCOPE)
    rises, pointed = [], []
    pairs = zip(diagnoses[:8], diagnoses[8:], reddened, strict=True)
    for before, after, (_, patch) in ((b, a, r) for b, a, r in pairs if b.accepted and a.accepted):
        findings = [d.finding(Condition.INTERFOLLICULAR_ERYTHEMA) for d in (before, after)]
        expected = [np.dot(range(4), finding.probabilities) for finding in findings]
        rises.append(expected[1] - expected[0])
        heat = findings[1].heatmap
        inside = cv2.resize(patch, heat.shape[::-1], interpolation=cv2.INTER_AREA)
        pointed.append(heat[inside > 0.6].mean() > heat[inside < 0.1].mean())
    assert len(rises) >= 6
    assert np.mean(rises) > 0.1
    assert np.mean(pointed) > 0.8


def test_a_photo_of_the_other_view_is_refused_when_the_view_was_chosen(diagnoser):
    scene = photo_from_pixels(draw_scene(901).pixels)
    (diagnosis,) = diagnoser.diagnose([scene], view=View.CROWN)
    assert not diagnosis.accepted


@pytest.mark.parametrize("spoil", ["blur", "dark", "bright", "tiny"])
def test_a_spoilt_photo_is_refused_with_a_reason(diagnoser, spoil):
    pixels = draw_scene(902, size=(896, 640)).pixels
    spoilt = {
        "blur": lambda: cv2.GaussianBlur(pixels, (0, 0), 40),
        "dark": lambda: (pixels * 0.08).astype(np.uint8),
        "bright": lambda: 255 - ((255 - pixels) * 0.05).astype(np.uint8),
        "tiny": lambda: cv2.resize(pixels, (100, 72), interpolation=cv2.INTER_AREA),
    }[spoil]()
    (diagnosis,) = diagnoser.diagnose([photo_from_pixels(spoilt)])
    assert not diagnosis.accepted
    assert diagnosis.findings == ()
