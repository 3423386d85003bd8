"""Classifier packages: both engines say the same, what is read is what was written, hostile ones are refused."""

import hashlib
import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import openvino as ov
import pytest
import torch
from safetensors.numpy import load_file, save_file

from core.errors import PackageError
from core.lab.export import export_grader
from core.settings import get_settings
from core.vision.architectures import FIXED_SIZE, architecture_names
from core.vision.backbones import ClassifierNetwork
from core.vision.classifier import (
    Classifier,
    ClassifierDescription,
    OutputCalibration,
    load_classifier,
    read_classifier_description,
    save_classifier,
)
from core.vision.package import load_package
from core.vision.preprocess import InputSpec, network_picture
from core.vision.synthesis import draw_scene
from core.vision.task import parse_task

HOSTILE = "<script>alert(1)</script>${7*7}"
TASK = parse_task(
    {
        "id": "mixed",
        "names": "Mixed",
        "outputs": [
            {
                "id": "thing",
                "kind": "single",
                "classes": [{"id": "cat"}, {"id": "dog", "advice": HOSTILE}, {"id": "병"}],
            },
            {"id": "marks", "kind": "multi", "classes": [{"id": "wet"}, {"id": "torn"}]},
            {"id": "step", "kind": "ordinal", "classes": [{"id": "low"}, {"id": "mid"}, {"id": "high"}]},
        ],
    },
    "test",
)
SPEC = InputSpec(64, 48, (0.5,) * 3, (0.25,) * 3, cut_white_bars=False, fit="pad", interpolation="bilinear")
CALIBRATION = (OutputCalibration(1.7, 0.2, 0.9), OutputCalibration(0.8, 0.3, 0.9), OutputCalibration(1, 0.25, 0.9))


def a_network(task=TASK, spec=SPEC):
    torch.manual_seed(3)
    return ClassifierNetwork("scalp-cnn", task.class_count, spec.mean, spec.std, scales=(0.67, 1.0)).eval()


def a_description(task=TASK, spec=SPEC, **changes):
    values = {
        "id": "mixed",
        "version": "1",
        "architecture": "scalp-cnn",
        "task": task,
        "input": spec,
        "calibration": CALIBRATION,
        "scales": (0.67, 1.0),
        "metrics": {"n": 3},
        "training": {"recipe": "r"},
        "libraries": {"torch": "2"},
    }
    return ClassifierDescription(**(values | changes))


@pytest.fixture(scope="module")
def payload(tmp_path_factory):
    folder = tmp_path_factory.mktemp("payload")
    network = a_network()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = None
        # Without statistics of any picture a random network answers every picture alike.
        network.train().scores(torch.from_numpy(np.stack([network_picture(p, SPEC)[0] for p in photos()])))
        network.head.weight.mul_(4)
    export_grader(network, SPEC, folder)
    return folder


@pytest.fixture(scope="module")
def package(payload, tmp_path_factory):
    return save_classifier(tmp_path_factory.mktemp("packages") / "mixed", a_description(), "# Card", payload)


@pytest.fixture
def copy(package, tmp_path):
    shutil.copytree(package.folder, tmp_path / "mixed")
    return tmp_path / "mixed"


def photos():
    rng = np.random.default_rng(2)
    shapes = ((300, 200), (100, 400), (48, 64), (17, 33))
    return [rng.integers(0, 256, (*shape, 3), dtype=np.uint8) for shape in shapes] + [draw_scene(4).pixels]


def test_both_engines_say_the_same(package):
    fast, reference = Classifier(package, precision="f32"), Classifier(package, "torch")
    seen = []
    for photo in photos():
        ours, theirs = fast.classify(photo), reference.classify(photo)
        assert ours.box == theirs.box
        for name, result in ours.results.items():
            other = theirs.results[name]
            assert np.abs(result.probabilities - other.probabilities).max() < 0.01
            np.testing.assert_allclose(result.maps, other.maps, atol=0.05 * np.abs(other.maps).max())
            np.testing.assert_allclose(result.maps.mean(axis=(1, 2)), result.values, rtol=0.02, atol=0.02)
            seen.append(result.probabilities)
        np.testing.assert_allclose(ours.features, theirs.features, atol=0.02 * np.abs(theirs.features).max())
    assert np.ptp([p[0] for p in seen[::3]]) > 0.02, "photos that differ get answers that differ"


@pytest.mark.slow
@pytest.mark.parametrize("name", architecture_names())
def test_every_network_of_the_sources_runs_alike_in_both_engines(name, tmp_path):
    side = FIXED_SIZE.get(name, 96)
    spec = InputSpec(side, side, (0.5,) * 3, (0.25,) * 3)
    torch.manual_seed(5)
    network = ClassifierNetwork(name, TASK.class_count, spec.mean, spec.std)
    shown, met = (
        torch.from_numpy(np.stack([network_picture(p, spec)[0] for p in some]))
        for some in (photos(), [*photos(), *(draw_scene(number).pixels for number in range(20))])
    )
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = None
        # Statistics of many pictures: those of a few make a random network tell rounding errors apart.
        network.train().scores(met)
        scores = network.eval()(shown)[0]
        scale = 1 / scores.std(dim=0).mean()
        network.head.weight.mul_(scale)
        network.head.bias.sub_(scores.mean(dim=0)).mul_(scale)
    graph = ov.compile_model(export_grader(network, spec, tmp_path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    with torch.no_grad():
        scores = network(shown)[0].numpy()
    assert np.ptp(scores, axis=0).min() > 0.5, "photos that differ get answers that differ"
    ours = np.concatenate([graph(picture[None].numpy())[0] for picture in shown])
    assert np.abs(ours - scores).max() < 0.01
    described = a_description(spec=spec, architecture=name, scales=(1.0,))
    package = save_classifier(tmp_path / "mixed", described, "", tmp_path)
    fast, reference = Classifier(package, precision="f32"), Classifier(package, "torch")
    for photo in photos()[:2]:
        pair = [one.classify(photo).results["thing"].values for one in (fast, reference)]
        # Half precision, twice: random weights of deep networks make much of it.
        assert np.abs(pair[0] - pair[1]).max() < 0.5 * np.ptp(scores)


def test_probabilities_classes_and_sets_follow_the_kind_and_the_calibration(package):
    result = Classifier(package, precision="f32").classify(photos()[0]).results
    thing, marks, step = result["thing"], result["marks"], result["step"]
    for one in (thing, step):
        assert one.probabilities.sum() == pytest.approx(1)
        assert one.chosen == (int(one.probabilities.argmax()),)
        assert set(one.chosen) <= set(one.possible)
    raised = np.exp(thing.values.astype(float) / 1.7)
    np.testing.assert_allclose(thing.probabilities, raised / raised.sum(), rtol=1e-6)
    np.testing.assert_allclose(marks.probabilities, 1 / (1 + np.exp(-marks.values.astype(float) / 0.8)), rtol=1e-6)
    assert marks.chosen == tuple(np.flatnonzero(marks.probabilities >= 0.5))
    assert set(thing.possible) == set(np.flatnonzero(thing.probabilities >= 0.2)) | set(thing.chosen)
    assert step.possible == tuple(range(min(step.possible), max(step.possible) + 1))


def test_evidence_lies_on_the_photo_even_where_the_picture_was_padded(package):
    classifier = Classifier(package, precision="f32")
    for photo in photos():
        said = classifier.classify(photo)
        height, width = photo.shape[:2]
        for name, result in said.results.items():
            for position in range(len(result.output.classes)):
                heat, (left, top, right, bottom) = said.heatmap(name, position)
                assert (left, top, right, bottom) == (0, 0, width, height)
                assert heat.min() >= 0
                assert heat.max() <= 1
                assert heat.size


def test_what_is_written_is_read_back_and_texts_stay_texts(package):
    again = load_classifier(package.folder)
    assert again.description == a_description()
    assert again.card == "# Card"
    assert again.task.output("thing").classes[1].advice == {"en": HOSTILE, "ko": HOSTILE}
    assert read_classifier_description(package.folder) == again.description


def test_many_threads_get_their_own_answers(package):
    classifier = Classifier(package, precision="f32", many=True)
    wanted = photos()
    alone = [classifier.classify(p).results["thing"].values for p in wanted]
    with ThreadPoolExecutor(8) as pool:
        together = list(
            pool.map(lambda i: classifier.classify(wanted[i % len(wanted)]).results["thing"].values, range(60))
        )
    for index, values in enumerate(together):
        np.testing.assert_array_equal(values, alone[index % len(wanted)])


def test_each_loader_refuses_the_other_kind_and_says_where_it_belongs(package):
    with pytest.raises(PackageError, match="Models page"):
        load_package(package.folder)
    with pytest.raises(PackageError, match="Diagnosis page"):
        load_classifier(get_settings().models_dir / "crown")


@pytest.mark.parametrize("name", ["weights.safetensors", "model.xml", "model.bin", "CARD.md"])
def test_a_changed_byte_or_a_missing_file_is_refused(copy, name):
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(bytes(data))
    with pytest.raises(PackageError, match=name):
        load_classifier(copy)
    (copy / name).unlink()
    with pytest.raises(PackageError, match=f"lacks the file {name}"):
        load_classifier(copy)


def rewrite(folder, change):
    values = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    change(values)
    (folder / "model.json").write_text(json.dumps(values), encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.update(format=2),
        lambda v: v.update(kind="grader"),
        lambda v: v.update(files={}),
        lambda v: v["files"].update({"../evil": "0"}),
        lambda v: v["input"].update(width=100_000),
        lambda v: v["input"].update(width=4000),
        lambda v: v["input"].update(width="64"),
        lambda v: v["input"].update(fit="melt"),
        lambda v: v["input"].update(std=[0, 0, 0]),
        lambda v: v["input"].update(mean=[float("nan")] * 3),
        lambda v: v.update(architecture="../resnet"),
        lambda v: v.update(scales=[99]),
        lambda v: v["calibration"].pop(),
        lambda v: v["calibration"][0].update(temperature=0),
        lambda v: v["calibration"][0].update(temperature=float("nan")),
        lambda v: v["calibration"][0].update(minimum_probability=2),
        lambda v: v["task"]["outputs"][0].update(kind="lottery"),
        lambda v: v["task"]["outputs"][0]["classes"].append({"id": "cat"}),
        lambda v: v["task"]["outputs"][0].update(classes=[{"id": str(i)} for i in range(2000)]),
        lambda v: v["task"]["outputs"][0]["classes"][0].update(advice="x" * 100_000),
        lambda v: v["task"].update(outputs=None),
        lambda v: v.pop("task"),
        lambda v: v.update(metrics=7),
    ],
)
def test_a_description_that_cannot_be_true_is_refused(copy, change):
    rewrite(copy, change)
    with pytest.raises(PackageError):
        load_classifier(copy)


@pytest.mark.parametrize("text", ["", "[1]", "{", "[" * 100_000, '{"format": 1, "kind": "classifier"}'])
def test_a_description_that_is_none_is_refused(copy, text):
    (copy / "model.json").write_text(text, encoding="utf-8")
    with pytest.raises(PackageError):
        load_classifier(copy)


def test_a_huge_description_is_not_even_read(copy):
    with (copy / "model.json").open("wb") as file:
        file.truncate(17 * 2**20)
    with pytest.raises(PackageError, match="larger"):
        load_classifier(copy)


def rehash(folder, name):
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    rewrite(folder, lambda v: v["files"].update({name: digest}))


def test_a_network_of_other_classes_or_another_size_is_refused_by_both_engines(copy):
    def one_class_more(values):
        values["task"]["outputs"][0]["classes"].append({"id": "fish", "names": {"en": "fish", "ko": "물고기"}})

    rewrite(copy, one_class_more)
    other = load_classifier(copy)
    for engine in ("openvino", "torch"):
        with pytest.raises(PackageError, match="cannot be loaded"):
            Classifier(other, engine)
    rewrite(copy, lambda v: (v["task"]["outputs"][0]["classes"].pop(), v["input"].update(width=96)))
    with pytest.raises(PackageError, match="cannot be loaded"):
        Classifier.load(copy)


def test_files_that_hold_something_else_are_refused_though_their_hash_fits(copy):
    weights = load_file(copy / "weights.safetensors")
    weights["head.bias"] = np.zeros(3, np.float32)
    save_file(weights, copy / "weights.safetensors")
    rehash(copy, "weights.safetensors")
    with pytest.raises(PackageError, match="cannot be loaded"):
        Classifier.load(copy, "torch")
    (copy / "weights.safetensors").write_bytes(b"hello")
    rehash(copy, "weights.safetensors")
    with pytest.raises(PackageError, match="cannot be loaded"):
        Classifier.load(copy, "torch")
    (copy / "model.xml").write_text("<net/>", encoding="utf-8")
    rehash(copy, "model.xml")
    with pytest.raises(PackageError, match="cannot be loaded"):
        Classifier.load(copy)


def test_several_networks_in_one_run_through_openvino_alone(payload, tmp_path):
    joined = save_classifier(tmp_path / "mixed", a_description(architecture="ensemble"), "", payload)
    assert Classifier(joined).classify(photos()[0]).results
    with pytest.raises(PackageError, match="OpenVINO alone"):
        Classifier(joined, "torch")


def test_a_package_that_cannot_be_read_back_replaces_nothing(package, tmp_path):
    folder = tmp_path / "mixed"
    shutil.copytree(package.folder, folder)
    before = (folder / "model.json").read_bytes()
    with pytest.raises(FileNotFoundError):
        save_classifier(folder, a_description(), "", tmp_path / "nowhere")
    assert (folder / "model.json").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["mixed"]


def test_openvino_never_imports_torch(package):
    code = (
        "import sys, pathlib, numpy as np; from core.vision.classifier import Classifier;"
        "c = Classifier.load(pathlib.Path(sys.argv[1])); c.classify(np.zeros((50, 60, 3), np.uint8));"
        "sys.exit(bool({'torch', 'torchvision', 'lightning', 'streamlit', 'pandas'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code, str(package.folder)], capture_output=True, check=False)
    assert run.returncode == 0, run.stderr
