"""OpenVINO and PyTorch run the same package to the same numbers, from many threads at once."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.settings import get_settings
from core.vision.diagnosis import grade_probabilities
from core.vision.engine import OpenVinoEngine, TorchEngine, build_engine
from core.vision.package import find_packages, load_package
from core.vision.preprocess import network_picture
from core.vision.synthesis import draw_scene

SHIPPED = find_packages(get_settings().models_dir)


def pictures(package, count=4):
    spec = package.description.input
    return [network_picture(draw_scene(seed).pixels, spec)[0] for seed in range(count)]


@pytest.fixture(params=["tiny", *SHIPPED], ids=lambda p: p if isinstance(p, str) else p.name)
def package(request, tiny_package):
    return load_package(tiny_package if request.param == "tiny" else request.param)


def test_both_engines_give_the_same_probabilities_and_maps(package):
    fast, reference = build_engine(package, "openvino", "f32"), build_engine(package, "torch")
    for picture in pictures(package):
        ours, theirs = fast.infer(picture), reference.infer(picture)
        for grading, a, b in zip(package.description.gradings, ours.scores, theirs.scores, strict=True):
            difference = np.abs(
                np.array(grade_probabilities(grading, float(a))) - grade_probabilities(grading, float(b))
            )
            assert difference.max() < 0.01
        scale = np.abs(theirs.maps).max()
        np.testing.assert_allclose(ours.maps / scale, theirs.maps / scale, atol=0.05)
        np.testing.assert_allclose(ours.features, theirs.features, atol=0.02 * np.abs(theirs.features).max())


def test_a_map_averages_to_its_score(package):
    inference = OpenVinoEngine(package, "f32").infer(pictures(package, 1)[0])
    np.testing.assert_allclose(inference.maps.mean(axis=(1, 2)), inference.scores, rtol=1e-2, atol=1e-2)


def test_many_threads_get_their_own_answers(tiny_package):
    package = load_package(tiny_package)
    engine = OpenVinoEngine(package, "f32")
    wanted = pictures(package, 6)
    alone = [engine.infer(picture).scores for picture in wanted]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda i: engine.infer(wanted[i % 6]).scores, range(120)))
    for index, scores in enumerate(together):
        np.testing.assert_array_equal(scores, alone[index % 6])


def test_torch_engine_serves_in_evaluation_mode(tiny_package):
    engine = TorchEngine(load_package(tiny_package))
    picture = pictures(load_package(tiny_package), 1)[0]
    np.testing.assert_array_equal(engine.infer(picture).scores, engine.infer(picture).scores)
