"""First weights: from files, from packages, from the hub only where asked; never those of another network."""

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import RecipeError
from core.settings import ROOT
from core.vision.architectures import build_backbone, build_whole
from core.vision.backbones import OrdinalGrader
from core.vision.weights import load_weights

LIGHT = ("alexnet", "resnet18", "mobilenet_v3_large", "efficientnet-b0", "scalp-cnn")
HEAVY = ("vgg16", "resnet50", "densenet201", "inception_v3", "efficientnet_v2_s", "convnext_tiny", "swin_t", "vit_b_16")


def whole_state(name):
    torch.manual_seed(7)
    return build_whole(name).state_dict()


def assert_taken_over(backbone, state):
    """Every tensor of the backbone is one of the file's."""
    sums = {(tuple(t.shape), float(t.double().sum())) for t in state.values()}
    assert {(tuple(t.shape), float(t.double().sum())) for t in backbone.state_dict().values()} <= sums


@pytest.mark.parametrize("name", [*LIGHT, *(pytest.param(n, marks=pytest.mark.slow) for n in HEAVY)])
def test_a_file_of_the_whole_network_fills_the_backbone_without_its_classifier(name, tmp_path):
    state = whole_state(name)
    torch.save(state, tmp_path / "w.pth")
    torch.manual_seed(8)
    backbone, _ = build_backbone(name)
    load_weights(backbone, name, str(tmp_path / "w.pth"))
    assert_taken_over(backbone, state)


@pytest.mark.parametrize("prefix", ["module.", "model.", "module.model.", "_orig_mod."])
def test_wrappers_and_prefixes_of_training_code_are_seen_through(prefix, tmp_path):
    state = whole_state("scalp-cnn")
    torch.save({"epoch": 3, "state_dict": {prefix + k: v for k, v in state.items()}}, tmp_path / "w.pt")
    backbone, _ = build_backbone("scalp-cnn")
    load_weights(backbone, "scalp-cnn", str(tmp_path / "w.pt"))
    assert_taken_over(backbone, state)


def test_another_classifier_in_the_file_does_not_matter(tmp_path):
    state = whole_state("resnet18")
    state |= {"fc.weight": torch.zeros(7, 512), "fc.bias": torch.zeros(7), "fc.1.weight": torch.zeros(2, 2)}
    save_file(state, tmp_path / "w.safetensors")
    backbone, _ = build_backbone("resnet18")
    load_weights(backbone, "resnet18", str(tmp_path / "w.safetensors"))


def test_the_weights_of_one_of_our_packages_are_a_start_too(tmp_path):
    grader = OrdinalGrader("scalp-cnn", [4], (0.5,) * 3, (0.5,) * 3)
    save_file(grader.state_dict(), tmp_path / "weights.safetensors")
    backbone, _ = build_backbone("scalp-cnn")
    load_weights(backbone, "scalp-cnn", str(tmp_path / "weights.safetensors"))
    assert_taken_over(backbone, grader.state_dict())


def test_weights_that_ship_are_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shipped = "data/models/microscope/weights.safetensors"
    backbone, _ = build_backbone("efficientnet-lite0")
    load_weights(backbone, "efficientnet-lite0", shipped)
    steps_counted = {"num_batches_tracked": torch.tensor(0)}  # A package keeps no counters.
    assert_taken_over(backbone, load_file(ROOT / shipped) | steps_counted)


def test_the_layer_names_of_the_first_densenet_files_are_known():
    from core.vision.weights import _strip

    old = {"features.denseblock1.denselayer1.norm.1.weight": torch.zeros(1), "features.norm0.weight": torch.zeros(1)}
    assert set(_strip(old)) == {"features.denseblock1.denselayer1.norm1.weight", "features.norm0.weight"}


@pytest.mark.parametrize(
    ("name", "other"),
    [("resnet50", "resnet18"), ("resnet18", "alexnet"), ("efficientnet-lite0", "efficientnet-b0")],
)
def test_a_checkpoint_of_another_network_is_refused_by_name(name, other, tmp_path):
    save_file(whole_state(other), tmp_path / "w.safetensors")
    backbone, _ = build_backbone(name)
    with pytest.raises(RecipeError, match=f"another network than {name}"):
        load_weights(backbone, name, str(tmp_path / "w.safetensors"))


def test_lite0_weights_come_from_the_installed_package_and_change_the_network():
    backbone, _ = build_backbone("efficientnet-lite0")
    before = next(backbone.parameters()).clone()
    load_weights(backbone, "efficientnet-lite0", "none")
    assert torch.equal(before, next(backbone.parameters()))
    load_weights(backbone, "efficientnet-lite0", "imagenet")
    assert not torch.equal(before, next(backbone.parameters()))


def test_imagenet_never_downloads_and_says_what_to_set(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    backbone, _ = build_backbone("resnet18")
    with pytest.raises(RecipeError, match='"hub" to download') as caught:
        load_weights(backbone, "resnet18", "imagenet")
    assert caught.value.code == "recipe.no_local_weights"
    # What an earlier download left is found.
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    state = whole_state("resnet18")
    torch.save(state, folder / "resnet18-f37072fd.pth")
    load_weights(backbone, "resnet18", "imagenet")
    assert_taken_over(backbone, state)


def test_the_hub_without_internet_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    backbone, _ = build_backbone("resnet18")
    with pytest.raises(RecipeError, match="internet connection"):
        load_weights(backbone, "resnet18", "hub")
    with pytest.raises(RecipeError, match="anywhere"):
        load_weights(build_backbone("scalp-cnn")[0], "scalp-cnn", "hub")


class Danger:
    """What a pickle could do."""

    def __reduce__(self):
        return (print, ("this must never run",))


@pytest.mark.parametrize("name", ["w.pth", "w.safetensors", "gone.pth"])
def test_a_file_that_holds_no_weights_is_refused_and_runs_nothing(name, tmp_path, capsys):
    torch.save(Danger(), tmp_path / "w.pth")
    (tmp_path / "w.safetensors").write_text("hello", encoding="utf-8")
    with pytest.raises(RecipeError, match="weights"):
        load_weights(build_backbone("scalp-cnn")[0], "scalp-cnn", str(tmp_path / name))
    assert "never" not in capsys.readouterr().out
