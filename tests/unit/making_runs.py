"""Runs with predictions, photos and a classifier package, made in a moment: for the Models page."""

import json

import cv2
import numpy as np

from core.lab.held_out import HeldOut, write_held_out
from core.lab.history import EpochRow, append_epoch

CLASSES = 3
HOSTILE = "<img src=x onerror=alert(1)>=1+1"


def predictions(skill, seed=0, n=120, keys=None):
    """Held-out rows on hair loss over the same photos for every skill; `keys` are the starts of their SHA-256."""
    truth = np.random.default_rng(100)
    labels = truth.integers(0, CLASSES, n)
    groups = np.array([f"p{i}" for i in truth.integers(0, n // 2, n)])
    logits = np.random.default_rng(seed).normal(size=(n, CLASSES)) + skill * np.eye(CLASSES)[labels]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    files = np.array([f"{i:04}.jpg" for i in range(n)])
    photos = files if keys is None else np.array(keys)
    return HeldOut(
        "hair_loss", photos, files, groups, labels % 2, labels, probabilities.argmax(1).astype(int), probabilities
    )


def make_run(folder, part, architecture="resnet18", latency=2.5, **summary):
    """A finished run of two folds with curves."""
    folder.mkdir(parents=True)
    recipe = {
        "name": "tiny",
        "task": "crown",
        "view": "crown",
        "grades": {"hair_loss": [0, 2, 3]},
        "network": {"architecture": architecture, "weights": "none"},
    }
    (folder / "recipe.json").write_text(json.dumps(recipe))
    (folder / "metrics.json").write_text("{}")
    told = {"parameters": 1_000_000, "latency_ms": latency, "latency_setting": "a machine", "training_seconds": 60}
    (folder / "summary.json").write_text(json.dumps(told | summary))
    write_held_out(folder, [part])
    for fold in range(2):
        (folder / f"fold-{fold}").mkdir()
        for epoch in range(3):
            row = EpochRow(epoch, 1.0, 1e-3, 1 / (epoch + 1), 1.2 / (epoch + 1), 0.5 + 0.1 * epoch + 0.02 * fold, 0.4)
            append_epoch(folder / f"fold-{fold}", row)
    return folder


def make_photos(folder, n=120):
    """Pictures with a manifest beside them; returns the starts of their SHA-256."""
    import hashlib

    folder.mkdir(parents=True)
    keys, rows = [], ["file,view,group,sex,hair_loss,sha256"]
    for i in range(n):
        picture = np.full((64, 64, 3), i, np.uint8)
        data = cv2.imencode(".jpg", picture)[1].tobytes()
        (folder / f"{i:04}.jpg").write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        keys.append(digest[:16])
        rows.append(f"{i:04}.jpg,crown,p{i},{'female' if i % 2 else 'male'},0,{digest}")
    (folder / "manifest.csv").write_text("\n".join(rows))
    return keys


def make_classifier(folder):
    """A package of an untrained network that tells two things apart; its names and advice are a stranger's."""
    import torch

    from core.lab.export import export_grader
    from core.vision.backbones import ClassifierNetwork
    from core.vision.classifier import ClassifierDescription, OutputCalibration, save_classifier
    from core.vision.preprocess import InputSpec
    from core.vision.task import parse_task

    classes = [
        {"id": one, "names": f"{one} {HOSTILE}", "advice": f"advice on {one} {HOSTILE}"} for one in ("can", "jar")
    ]
    task = parse_task({"id": "things", "outputs": [{"id": "thing", "kind": "single", "classes": classes}]}, "test")
    spec = InputSpec(48, 48, (0.5,) * 3, (0.25,) * 3)
    torch.manual_seed(1)
    network = ClassifierNetwork("scalp-cnn", 2, spec.mean, spec.std).eval()
    with torch.no_grad():
        # Sure of itself, whatever it sees.
        network.head.bias.copy_(torch.tensor([9.0, -9.0]))
    payload = folder.with_name("payload")
    payload.mkdir(parents=True)
    export_grader(network, spec, payload)
    calibration = (OutputCalibration(1.0, 0.2, 0.9),)
    description = ClassifierDescription("things", "1", "scalp-cnn", task, spec, calibration)
    return save_classifier(folder, description, f"# {HOSTILE}", payload).folder
