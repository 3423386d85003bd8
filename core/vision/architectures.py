"""Name -> network. Every network of the sources and newer ones, as a backbone that gives feature maps.

Backbones come from well-kept packages (efficientnet-pytorch, efficientnet-lite-pytorch, torchvision) and end before
pooling; `core.vision.backbones` puts a head on any of them. A network is built whole and then cut, so that weights
saved for the whole one can be brought over by name (`core.vision.weights`). Nothing here downloads.

torch and the network packages are imported inside the functions, so that importing `core.vision` stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import RecipeError

if TYPE_CHECKING:
    from torch import nn

_EFFICIENTNETS = tuple(f"efficientnet-b{i}" for i in range(8))
_CHANNELS = {
    # torchvision's name -> channels of the last feature map
    "alexnet": 256,
    "vgg16": 512,
    "densenet201": 1920,
    "mobilenet_v3_large": 960,
    "efficientnet_v2_s": 1280,
    "convnext_tiny": 768,
    "resnet18": 512,
    "resnet50": 2048,
    "inception_v3": 2048,
    "swin_t": 768,
    "vit_b_16": 768,
}

# ViT takes this size alone, since its position embedding is learnt for it.
FIXED_SIZE = {"vit_b_16": 224}


def architecture_names() -> tuple[str, ...]:
    """All names `build_backbone` knows, sorted."""
    return tuple(sorted((*_EFFICIENTNETS, *_CHANNELS, "efficientnet-lite0", "scalp-cnn")))


def is_torchvision(name: str) -> bool:
    """Whether a network is torchvision's."""
    return name in _CHANNELS


def build_backbone(name: str) -> tuple[nn.Module, int]:
    """Build a network up to its last feature map, with random weights.

    Args:
        name: One of `architecture_names()`.

    Returns:
        A module from float (N, 3, H, W) to feature maps (N, C, h, w), and C.

    Raises:
        RecipeError: No network of this name.
    """
    return cut_backbone(name, build_whole(name))


def build_whole(name: str) -> nn.Module:
    """Build a network as its package has it, classifier included, with random weights.

    Raises:
        RecipeError: No network of this name.
    """
    if name not in architecture_names():
        raise RecipeError("recipe.unknown_architecture", name=name, known=", ".join(architecture_names()))
    if name == "scalp-cnn":
        from core.vision.features import ScalpCnn

        return ScalpCnn()
    if name == "efficientnet-lite0":
        from efficientnet_lite_pytorch import EfficientNet

        return EfficientNet.from_name(name)  # type: ignore[no-any-return]
    if name in _EFFICIENTNETS:
        from efficientnet_pytorch import EfficientNet

        network = EfficientNet.from_name(name)
        network.set_swish(memory_efficient=False)  # the memory-efficient one cannot be exported
        return network  # type: ignore[no-any-return]
    import torchvision

    options = {"aux_logits": False, "init_weights": True} if name == "inception_v3" else {}
    whole: nn.Module = getattr(torchvision.models, name)(weights=None, **options)
    return whole


def cut_backbone(name: str, whole: nn.Module) -> tuple[nn.Module, int]:
    """Cut a whole network before pooling; the backbone shares its parameters.

    Args:
        name: Its name.
        whole: What `build_whole(name)` gave; it is no longer of use by itself.

    Returns:
        As `build_backbone`.
    """
    from torch import nn

    from core.vision.features import EfficientNetFeatures, ScalpCnn, VisionTransformerFeatures

    if name == "scalp-cnn":
        return whole, ScalpCnn.CHANNELS
    if name.startswith("efficientnet-"):
        channels = int(whole._fc.in_features)  # type: ignore[union-attr, arg-type]
        return EfficientNetFeatures(whole), channels
    channels = _CHANNELS[name]
    children = list(whole.children())
    if name.startswith("resnet"):
        return nn.Sequential(*children[:-2]), channels
    if name == "inception_v3":
        return nn.Sequential(*children[:-3]), channels
    if name == "swin_t":
        return nn.Sequential(*children[:3]), channels  # features, norm, permute
    if name == "vit_b_16":
        return VisionTransformerFeatures(whole), channels
    # DenseNet applies its last rectifier outside `features`.
    features = children[0]
    return (nn.Sequential(features, nn.ReLU()) if name.startswith("densenet") else features), channels


def freezable_parts(backbone: nn.Module) -> list[nn.Module]:
    """The parts of a backbone in the order a picture passes them, for freezing the first ones."""
    parts = getattr(backbone, "parts", None)
    if parts is not None:
        return list(parts())
    # What holds all stages in one module (swin, densenet) is opened, so that its stages freeze one by one.
    first, *rest = backbone.children()
    inner = list(first.children()) if rest and len(rest) <= 2 and len(list(first.children())) > 2 else [first]
    return [part for part in (*inner, *rest) if list(part.parameters())]
