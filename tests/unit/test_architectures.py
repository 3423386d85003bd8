"""Every named network grades: feature maps, one score a condition, maps that average to the score."""

import pytest
import torch

from core.errors import RecipeError
from core.vision.architectures import FIXED_SIZE, architecture_names, build_backbone, freezable_parts
from core.vision.backbones import OrdinalGrader

HEAVY = {f"efficientnet-b{i}" for i in range(3, 8)} | {"densenet201", "vit_b_16", "efficientnet_v2_s"}


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in HEAVY else n for n in architecture_names()]
)
def test_a_network_gives_scores_maps_and_features(name):
    torch.manual_seed(0)
    grader = OrdinalGrader(name, [4, 3], (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)).eval()
    side = FIXED_SIZE.get(name, 128)
    pictures = torch.randint(0, 255, (2, side, side, 3), dtype=torch.uint8)
    with torch.inference_mode():
        scores, maps, features, signature = grader(pictures)
    assert scores.shape == (2, 2)
    assert maps.shape[:2] == (2, 2)
    assert features.shape == (2, grader.head.in_features)
    assert signature.shape[0] == 2
    assert torch.isfinite(signature).all()
    assert torch.isfinite(scores).all()
    torch.testing.assert_close(maps.mean(dim=(2, 3)), scores, rtol=1e-3, atol=1e-3 * float(maps.abs().max()))


def test_the_networks_of_the_sources_are_there():
    wanted = {"alexnet", "vgg16", "resnet18", "resnet50", "densenet201", "inception_v3", "mobilenet_v3_large"}
    wanted |= {"efficientnet_v2_s", "convnext_tiny", "swin_t", "vit_b_16", "efficientnet-lite0", "scalp-cnn"}
    wanted |= {f"efficientnet-b{i}" for i in range(8)}
    assert wanted == set(architecture_names())


def test_an_unknown_network_names_the_known_ones():
    with pytest.raises(RecipeError, match="resnet18"):
        build_backbone("resnet19")


def test_cuts_stay_in_order_whatever_training_does():
    grader = OrdinalGrader("scalp-cnn", [4], (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    with torch.no_grad():
        grader.steps[0].copy_(torch.tensor([-30.0, 5.0]))
    cuts = grader.cuts(0)
    assert (cuts.diff() >= 0).all()


def test_every_network_can_be_frozen_stage_by_stage():
    with torch.device("meta"):
        for name in architecture_names():
            backbone, _ = build_backbone(name)
            parts = freezable_parts(backbone)
            assert len(parts) >= 5, name
            inside = {id(p) for part in parts for p in part.parameters()}
            # ViT's class token and position embedding stand apart from its parts.
            assert {id(p) for p in backbone.parameters()} - inside == set() or name == "vit_b_16"


def test_a_smaller_look_averages_like_an_antialiased_resize():
    torch.manual_seed(0)
    grader = OrdinalGrader("scalp-cnn", [4], (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)).eval()
    grader.look_at_scales([0.7, 1.0])
    pictures = torch.randint(0, 255, (1, 128, 192, 3), dtype=torch.uint8)
    shrunken = torch.nn.functional.interpolate(
        pictures.permute(0, 3, 1, 2).float(), size=(96, 128), mode="bilinear", antialias=True
    )
    with torch.inference_mode():
        small = grader.feature_maps(pictures)[0][0]
        alone = OrdinalGrader("scalp-cnn", [4], (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)).eval()
        alone.load_state_dict({k: v for k, v in grader.state_dict().items() if "head" not in k}, strict=False)
        expected = alone.feature_maps(shrunken.permute(0, 2, 3, 1))[0][0]
    torch.testing.assert_close(small, expected, rtol=1e-3, atol=1e-4)
