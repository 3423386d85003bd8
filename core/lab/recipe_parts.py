"""The tables of a recipe: what each key means, its default and its limits.

Defaults are those of the recipes that ship for the Diagnosis page, so that these need not repeat them.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from core.taxonomy import Condition
from core.vision.preprocess import Fit, InputSpec, Interpolation

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, lt=1)]
Monitor = Literal["val_loss", "val_accuracy", "val_kappa"]


def _both_languages(value: object) -> object:
    return {"en": value, "ko": value} if isinstance(value, str) else value


BothLanguages = Annotated[
    Mapping[Literal["en", "ko"], Annotated[str, StringConstraints(min_length=1)]],
    Field(min_length=2),
    BeforeValidator(_both_languages),
]


class Part(BaseModel):
    """A table of a recipe: frozen, and without a key that means nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Network(Part):
    """The network.

    Attributes:
        architecture: Name in `core.vision.architectures`.
        weights: `imagenet` from an installed package or an earlier download, `hub` to download them now, `none`, or a
            file.
        frozen_parts: How many of its first parts keep their first weights.
        dropout: Before the head, in training.
        scales: Sizes the trained network looks at, relative to the input. It is trained at one; its head then
            counts each alike.
    """

    architecture: str
    weights: str = "imagenet"
    frozen_parts: int = Field(default=0, ge=0)
    dropout: Share = 0.2
    scales: tuple[Annotated[float, Field(ge=0.25, le=1)], ...] = (1.0,)


class Input(Part):
    """The network's picture; see `core.vision.preprocess.InputSpec`.

    Attributes:
        width: Pixels.
        height: Pixels.
        mean: Per channel, on the 0..1 scale.
        std: Per channel, on the 0..1 scale.
        fit: What happens to a photo of another shape: `crop` its centre, `stretch` it, or `pad` it with black.
        interpolation: `area`, or `bilinear` with antialiasing as torchvision and Pillow do it.
        cut_white_bars: Whether white bars at the edges go first.
    """

    width: int = Field(ge=16, le=2048)
    height: int = Field(ge=16, le=2048)
    mean: tuple[float, float, float] = (0.498, 0.498, 0.498)
    std: tuple[Positive, Positive, Positive] = (0.502, 0.502, 0.502)
    fit: Fit = "crop"
    interpolation: Interpolation = "area"
    cut_white_bars: bool = True

    def spec(self) -> InputSpec:
        """The same as the preprocessing wants it."""
        return InputSpec(
            self.width, self.height, self.mean, self.std, self.interpolation, self.cut_white_bars, self.fit
        )


class Optimiser(Part):
    """Optimiser and its rates.

    Attributes:
        name: `adam`, `adamw` or `sgd`.
        lr: Learning rate of the backbone.
        head_factor: The head learns this many times faster than the backbone.
        weight_decay: Of all weights.
        momentum: Of `sgd`.
    """

    name: Literal["adam", "adamw", "sgd"] = "adamw"
    lr: Positive = 3e-4
    head_factor: Positive = 10
    weight_decay: float = Field(default=0.02, ge=0)
    momentum: Share = 0.9


class Schedule(Part):
    """How the learning rate changes.

    Attributes:
        name: `cosine` to zero, `constant`, `step` (times `gamma` every `step_size` epochs), `plateau` (times `factor`
            after `patience` epochs without a better `monitor`) or `one_cycle` (up, then down to almost nothing).
        warmup: Share of all steps over which the rate rises, for `cosine`, `constant` and `one_cycle`; `step` and
            `plateau` begin at the full rate.
        step_size: Epochs, of `step`.
        gamma: Of `step`.
        factor: Of `plateau`.
        patience: Epochs, of `plateau`.
        monitor: Of `plateau`: a loss has to fall, accuracy and kappa have to rise.
    """

    name: Literal["cosine", "constant", "step", "plateau", "one_cycle"] = "cosine"
    warmup: Share = 0.1
    step_size: int = Field(default=7, ge=1)
    gamma: Annotated[float, Field(gt=0, le=1)] = 0.1
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    patience: int = Field(default=5, ge=0)
    monitor: Monitor = "val_loss"


class Loss(Part):
    """What the network is punished for.

    Attributes:
        name: `ordinal` for outputs whose classes are steps, `cross_entropy`, `focal`, or `bce` where each class holds
            or not. An output of kind `multi` is always taken class by class, so `cross_entropy` and `focal` are
            binary there.
        class_weights: `balanced` weighs each class by how rare it is.
        label_smoothing: Share of the truth spread over the other classes.
        focal_gamma: How much less an easy picture counts, of `focal` (https://arxiv.org/abs/1708.02002).
        mixup: Alpha of mixup, 0 for none (https://arxiv.org/abs/1710.09412).
    """

    name: Literal["ordinal", "cross_entropy", "focal", "bce"] = "ordinal"
    class_weights: Literal["none", "balanced"] = "none"
    label_smoothing: Share = 0.0
    focal_gamma: float = Field(default=2.0, ge=0, le=10)
    mixup: float = Field(default=0.0, ge=0, le=10)


class Training(Part):
    """Length, batches, seed, precision.

    Attributes:
        epochs: All epochs.
        small_epochs: How many of them, at the start, see pictures at 0.7 of the size: half the cost, and the last
            epochs make up for it (progressive resizing, https://arxiv.org/abs/2104.00298).
        batch_size: Pictures a step.
        seed: Of weights, order and augmentation.
        precision: `bf16` computes in mixed precision.
        workers: Threads that augment pictures ahead of the step; 0 takes one a core.
        devices: Devices to train on side by side.
        refresh_statistics: Measure the averages of batch normalisation anew after the last epoch, see
            `core.lab.batch_statistics`: few steps from random weights need it.
    """

    epochs: int = Field(ge=1)
    small_epochs: int = Field(default=0, ge=0)
    batch_size: int = Field(default=16, ge=2)
    seed: int = 0
    precision: Literal["f32", "bf16"] = "f32"
    workers: int = Field(default=0, ge=0, le=64)
    devices: int = Field(default=1, ge=1, le=64)
    refresh_statistics: bool = False


class Stopping(Part):
    """Early stopping.

    Attributes:
        monitor: A loss has to fall, accuracy and kappa have to rise.
        patience: Epochs without a better value before training ends; 0 never ends it early.
        min_delta: A value counts as better from this much on.
        restore_best: Keep the network of the best epoch rather than of the last.
    """

    monitor: Monitor = "val_loss"
    patience: int = Field(default=0, ge=0)
    min_delta: float = Field(default=0.0, ge=0)
    restore_best: bool = False


class Validation(Part):
    """How the run is measured: k-fold by group over all photos, or the manifest's own splits.

    Attributes:
        folds: Folds of the cross-validation; 0 measures on the manifest's `validation` and `test` splits instead.
        shares: Train, validation, test: how photos are shared out, by group, where `folds` is 0 and the manifest
            says nothing.
        coverage: Share of held-out photos whose severity set must hold the truth.
        measure_only: End after the folds, without a network trained on all photos and without a package: enough to
            compare networks, at five sixths of the cost.
    """

    folds: int = Field(default=5, ge=0, le=20)
    shares: tuple[Positive, Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]] = (8, 1, 1)
    coverage: float = Field(default=0.9, gt=0.5, lt=1)
    measure_only: bool = False


class Adaptation(Part):
    """Fitting the head to real photos, for a network trained on drawn ones.

    Attributes:
        data: Manifest of the real photos; empty leaves the head as trained.
        ridges: How strongly the fitted head may be held to the trained one; each condition's own folds choose.
        target_shares: For conditions without any real mark, the shares of grades 0-3 that the cut points reproduce
            on the real photos.
    """

    data: str = ""
    ridges: tuple[Positive, ...] = (100.0, 500.0, 2000.0, 8000.0)
    target_shares: dict[Condition, tuple[float, float, float, float]] = {}


class Card(Part):
    """What the card of the package says beyond what was measured.

    Attributes:
        data: The data, with licence and attribution.
        limits: Where the package ends.
        tried: What was tried on the way to this recipe and what each attempt gave, in Markdown; may be empty.
    """

    data: str
    limits: str
    tried: str = ""
