"""From photo to diagnosis: grades, sets, heatmaps, refusals; never a grade where something is wrong."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import EngineError, PackageError
from core.findings import Refusal
from core.settings import Settings
from core.taxonomy import CONDITIONS, View
from core.vision.diagnosis import Diagnoser, grade_probabilities, heatmap_of, read_grade
from core.vision.engine import OpenVinoEngine, _checked
from core.vision.package import Grading, QualityLimits, load_package
from core.vision.photo import photo_from_pixels
from core.vision.quality import Measures, measure, refusals
from core.vision.synthesis import draw_scene

GRADING = Grading((0, 1, 2, 3), 1.5, (-1.0, 0.5, 2.0), (-0.7, 0.3, 1.3), 0.15, 0.9)
CROWN = Grading((0, 2, 3), 1.0, (0.0, 2.0), (0.0, 2.0), 0.1, 0.9)


@pytest.fixture(scope="module")
def diagnoser(tiny_package):
    return Diagnoser.load(Settings(models_dir=tiny_package.parent, precision="f32"))


def photo(seed=5001):
    return photo_from_pixels(draw_scene(seed).pixels)


@given(st.floats(-50, 50))
def test_probabilities_are_a_distribution_for_any_score(score):
    for grading in (GRADING, CROWN):
        probabilities = grade_probabilities(grading, score)
        assert sum(probabilities) == pytest.approx(1)
        assert min(probabilities) >= 0
    assert grade_probabilities(CROWN, score)[1] == 0


@given(st.floats(-50, 50))
def test_a_grade_is_withheld_exactly_when_the_set_holds_everything(score):
    _, severity, severity_set = read_grade(GRADING, score)
    assert (severity is None) == (len(severity_set) == 4)
    assert severity is None or severity in severity_set


def test_the_crown_never_says_mild():
    for score in np.linspace(-5, 5, 21):
        _, severity, severity_set = read_grade(CROWN, float(score))
        assert severity != 1
        assert 1 not in severity_set


def test_a_calm_map_lights_nothing():
    assert heatmap_of(np.full((10, 14), -3, np.float32), GRADING).max() == 0


def test_the_strongest_place_lights_most():
    condition_map = np.zeros((10, 14), np.float32) - 2
    condition_map[3, 4] = 9
    heatmap = heatmap_of(condition_map, GRADING)
    assert heatmap.max() == heatmap[3, 4] == 1
    assert np.median(heatmap) == 0


def test_a_photo_gets_all_six_conditions_with_heatmaps(diagnoser):
    (diagnosis,) = diagnoser.diagnose([photo()])
    assert diagnosis.accepted
    assert tuple(f.condition for f in diagnosis.findings) == CONDITIONS
    for finding in diagnosis.findings:
        assert finding.heatmap is not None
        assert 0 <= finding.heatmap.min() <= finding.heatmap.max() <= 1


def test_heatmaps_can_be_left_out(diagnoser):
    (diagnosis,) = diagnoser.diagnose([photo()], heatmaps=False)
    assert all(finding.heatmap is None for finding in diagnosis.findings)


def test_the_contracts_keys_are_there(diagnoser):
    (diagnosis,) = diagnoser.diagnose([photo()])
    values = diagnosis.as_dict()
    assert {"accepted", "reasons", "view", "model", "conditions", "elapsed_ms"} <= set(values)
    assert set(values["conditions"]) == {c.value for c in CONDITIONS}
    for grades in values["conditions"].values():
        assert len(grades["probabilities"]) == 4
        assert sum(grades["probabilities"]) == pytest.approx(1, abs=1e-4)
        assert grades["set"]


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((400, 560, 3), np.uint8),
        np.full((400, 560, 3), 255, np.uint8),
    ],
    ids=["black", "white"],
)
def test_what_shows_nothing_is_refused_without_a_grade(diagnoser, pixels):
    (diagnosis,) = diagnoser.diagnose([photo_from_pixels(pixels)])
    assert not diagnosis.accepted
    assert diagnosis.findings == ()
    assert diagnosis.quality.reasons


def test_an_order_of_photos_is_kept_and_a_bad_one_stops_nothing(diagnoser):
    photos = [photo(5001), photo_from_pixels(np.zeros((300, 300, 3), np.uint8)), photo(5002)]
    diagnoses = diagnoser.diagnose(photos)
    assert [d.photo_sha256 for d in diagnoses] == [p.sha256 for p in photos]
    assert not diagnoses[1].accepted


def test_a_view_without_a_package_is_an_error(diagnoser):
    with pytest.raises(PackageError, match="crown"):
        diagnoser.diagnose([photo()], view=View.CROWN)


def test_a_network_that_gives_no_number_is_an_error_and_never_a_grade(tiny_package):
    class Broken(OpenVinoEngine):
        def infer(self, picture):
            inference = super().infer(picture)
            return _checked(replace(inference, scores=inference.scores * np.nan), self.package_id)

    package = load_package(tiny_package)
    broken = Diagnoser({View.MICROSCOPE: package}, Broken)
    with pytest.raises(EngineError, match="nothing was graded"):
        broken.diagnose([photo()])


def test_an_engine_is_made_once_however_many_threads_ask_and_only_when_it_is_needed(tiny_package):
    made = []

    def build(package):
        made.append(package.description.id)
        return OpenVinoEngine(package, "f32")

    package = load_package(tiny_package)
    diagnoser = Diagnoser({View.MICROSCOPE: package, View.CROWN: package}, build)
    assert made == []
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(diagnoser.diagnose, [[photo()]] * 8))
    assert made == [package.description.id]


def test_no_package_at_all_says_what_to_do(tmp_path):
    with pytest.raises(PackageError, match="No model package"):
        Diagnoser.load(Settings(models_dir=tmp_path))


LIMITS = QualityLimits(min_side=160, min_brightness=60, max_brightness=210, max_glare=0.1, min_sharpness=0.02)
FINE = Measures(side=400, brightness=130, glare=0.01, sharpness=0.3)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"side": 100}, Refusal.SMALL),
        ({"brightness": 20}, Refusal.DARK),
        ({"brightness": 240}, Refusal.BRIGHT),
        ({"glare": 0.4}, Refusal.GLARE),
        ({"sharpness": 0.001}, Refusal.BLURRED),
    ],
)
def test_each_limit_names_its_own_reason(change, refusal):
    assert refusals(FINE, LIMITS) == ()
    assert [reason.refusal for reason in refusals(replace(FINE, **change), LIMITS)] == [refusal]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 500))
def test_blur_lowers_sharpness_and_light_raises_brightness(seed):
    import cv2

    pixels = draw_scene(seed, size=(224, 160)).pixels
    box = (0, 0, 224, 160)
    plain = measure(pixels, box)
    assert measure(cv2.GaussianBlur(pixels, (0, 0), 4), box).sharpness < plain.sharpness
    assert measure(np.clip(pixels.astype(int) + 40, 0, 255).astype(np.uint8), box).brightness > plain.brightness
