"""What all tests share: who runs beside whom, and a small model package of our own making."""

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from core.settings import Settings

SCENES = 24
TINY_INPUT = (112, 80)
BROWSER_FOLDER = "tests/browser/"


class _OneBrowser(LoadScopeScheduling):
    """Gives each worker whole files, and all browser tests to one: two browsers at once starve each other."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", maxsplit=1)[0]
        return BROWSER_FOLDER if file.startswith(BROWSER_FOLDER) else file


def pytest_xdist_make_scheduler(config, log) -> LoadScopeScheduling:
    return _OneBrowser(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests begin: they are the longest row that one worker has to itself."""
    items.sort(key=lambda item: not item.nodeid.startswith(BROWSER_FOLDER))


@pytest.fixture(scope="session")
def drawn_photos(tmp_path_factory) -> list[Path]:
    """Drawn microscope photos with their manifest beside them."""
    from core.vision.synthesis import write_scenes

    folder = tmp_path_factory.mktemp("drawn")
    write_scenes(folder, SCENES, seed=5, workers=1)
    return sorted(folder.glob("*.jpg"))


@pytest.fixture(scope="session")
def tiny_package(tmp_path_factory, drawn_photos) -> Path:
    """Folder of a package that grades all six conditions with an untrained network; it accepts what we draw."""
    import numpy as np
    import torch

    from core.lab.export import export_grader
    from core.lab.fitness import fit_domain
    from core.lab.graders import predict
    from core.taxonomy import CONDITIONS, View
    from core.vision.backbones import OrdinalGrader
    from core.vision.package import Description, Grading, QualityLimits, save_package
    from core.vision.photo import read_photo
    from core.vision.preprocess import InputSpec, network_picture

    spec = InputSpec(*TINY_INPUT, mean=(0.498, 0.498, 0.498), std=(0.502, 0.502, 0.502))
    pictures = np.stack([network_picture(read_photo(path).pixels, spec)[0] for path in drawn_photos])
    torch.manual_seed(3)
    grader = OrdinalGrader("scalp-cnn", [4] * len(CONDITIONS), spec.mean, spec.std)
    _settle(grader, pictures)
    payload = tmp_path_factory.mktemp("payload")
    export_grader(grader, spec, payload)
    prediction = predict(grader, pictures)
    cuts = np.quantile(prediction.scores, (0.3, 0.6, 0.85), axis=0).T
    description = Description(
        id="tiny",
        version="1",
        architecture="scalp-cnn",
        view=View.MICROSCOPE,
        conditions=CONDITIONS,
        input=spec,
        head="ordinal",
        scales=(1.0,),
        gradings=tuple(
            Grading(
                grades=(0, 1, 2, 3),
                slope=2.0,
                cuts=tuple(float(2 * cut) for cut in condition_cuts),
                thresholds=tuple(float(cut) for cut in condition_cuts),
                minimum_probability=0.2,
                coverage=0.9,
            )
            for condition_cuts in cuts
        ),
        quality=QualityLimits(min_side=40, min_brightness=20, max_brightness=250, max_glare=0.5, min_sharpness=0.0001),
    )
    domain = fit_domain(prediction.signatures, components=8, limit=3.0)
    folder = tmp_path_factory.mktemp("models") / "tiny"
    return save_package(folder, description, {View.MICROSCOPE: (domain,)}, "# tiny\n", payload).folder


def _settle(grader, pictures) -> None:
    """Give an untrained network activations of ordinary size and scores of mean 0 and deviation 1 on these pictures."""
    import torch
    from torch import nn

    from core.lab.graders import predict

    with torch.no_grad():
        for module in grader.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = None
        grader.train()
        grader(torch.from_numpy(pictures))
        scores = torch.from_numpy(predict(grader, pictures).scores)
        deviation = scores.std(dim=0)
        grader.head.bias.copy_((grader.head.bias - scores.mean(dim=0)) / deviation)
        grader.head.weight.div_(deviation[:, None])


@pytest.fixture
def tiny_settings(tiny_package, tmp_path) -> Settings:
    """Settings that know the tiny package alone, with records of their own."""
    return Settings(models_dir=tiny_package.parent, var_dir=tmp_path / "var", precision="f32")
