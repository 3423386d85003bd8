"""Losses, schedules and stopping say what their names promise."""

import numpy as np
import pytest
import torch
from torch.nn import functional as nnf

from core.lab.losses import (
    balanced_weights,
    class_losses,
    cumulative_link_losses,
    presence_losses,
    presence_weights,
    step_losses,
    weighted_mean,
)
from core.lab.optimisers import build_optimiser, build_plateau, build_schedule
from core.lab.recipe import read_recipe
from core.lab.stopping import Best, BestEpoch
from core.vision.backbones import ClassifierNetwork

LOGITS = torch.tensor([[2.0, 0.0, -1.0], [0.0, 0.5, 3.0]])
LABELS = torch.tensor([0, 1])


def test_focal_loss_counts_easy_pictures_less_and_is_cross_entropy_without_its_exponent():
    plain = nnf.cross_entropy(LOGITS, LABELS, reduction="none")
    assert torch.allclose(class_losses(LOGITS, LABELS), plain)
    focal = class_losses(LOGITS, LABELS, gamma=2.0)
    truth = LOGITS.softmax(dim=1)[torch.arange(2), LABELS]
    assert torch.allclose(focal, (1 - truth) ** 2 * plain)
    assert focal[0] / plain[0] < focal[1] / plain[1]


@pytest.mark.parametrize("losses", [class_losses, step_losses])
def test_smoothing_punishes_certainty(losses):
    sure = torch.tensor([[20.0, 0.0, 0.0]])
    truth = torch.tensor([0])
    assert float(losses(sure, truth)) < 1e-6
    assert float(losses(sure, truth, smoothing=0.1)) > 0.5


def test_a_guess_far_off_costs_more_steps_than_one_beside_the_truth():
    far, near = torch.tensor([[9.0, 0.0, 0.0]]), torch.tensor([[0.0, 9.0, 0.0]])
    truth = torch.tensor([2])
    assert float(step_losses(far, truth)) > float(step_losses(near, truth)) * 1.5
    # Cross entropy knows no such thing: both give the truth the same probability.
    assert float(class_losses(far, truth)) == pytest.approx(float(class_losses(near, truth)))


def test_cumulative_links_are_binary_questions_about_each_cut():
    losses = cumulative_link_losses(torch.tensor([0.3]), torch.tensor([1]), torch.tensor([-1.0, 2.0]))
    by_hand = -(np.log(1 / (1 + np.exp(-1.3))) + np.log(1 - 1 / (1 + np.exp(1.7)))) / 2
    assert float(losses) == pytest.approx(by_hand, rel=1e-5)


def test_every_class_that_occurs_weighs_the_same():
    labels = np.array([0] * 8 + [1] * 2 + [-1] * 5)
    weights = balanced_weights(labels, 3)
    assert float(weights[0] * 8) == pytest.approx(float(weights[1] * 2))
    assert float((weights[0] * 8 + weights[1] * 2) / 10) == pytest.approx(1)
    assert float(weights[2]) == 0
    both = presence_weights(np.array([[1, 0], [0, 0], [0, 0], [0, 1]]))
    assert both.shape == (2, 2)
    assert float(both[1, 0]) == pytest.approx(float(both[0, 0]) * 3)


def test_presence_is_asked_class_by_class():
    losses = presence_losses(torch.tensor([[3.0, -3.0]]), torch.tensor([[1, 1]]))
    assert float(losses[0, 0]) < 0.1 < 3 < float(losses[0, 1])
    assert float(weighted_mean(losses, torch.tensor([[1.0, 0.0]]))) == pytest.approx(float(losses[0, 0]))


def rates(changes, epochs=6, steps=10):
    """The backbone's learning rate before every step."""
    changes = ["network.architecture=scalp-cnn", "optimiser.lr=0.1", f"training.epochs={epochs}", *changes]
    recipe = read_recipe("efficientnet-lite0-crown", changes)
    network = ClassifierNetwork("scalp-cnn", 2, (0.5,) * 3, (0.5,) * 3)
    optimiser = build_optimiser(recipe, network)
    schedule = build_schedule(recipe, optimiser, steps)
    seen = []
    for _ in range(epochs * steps):
        seen.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return np.array(seen), optimiser


def test_schedules():
    step, _ = rates(["schedule.name=step", "schedule.step_size=2", "schedule.gamma=0.1"])
    assert np.allclose(step.reshape(6, 10), 0.1 * 0.1 ** np.repeat([0, 1, 2], 2)[:, None])
    constant, _ = rates(["schedule.name=constant", "schedule.warmup=0.1"])
    assert constant[0] < constant[3] < 0.1
    assert np.allclose(constant[6:], 0.1)
    cosine, _ = rates(["schedule.name=cosine", "schedule.warmup=0"])
    assert cosine[0] == pytest.approx(0.1)
    assert (np.diff(cosine) <= 0).all()
    assert cosine[-1] < 1e-3
    cycle, _ = rates(["schedule.name=one_cycle", "schedule.warmup=0.3"])
    assert cycle.argmax() == pytest.approx(17, abs=2)
    assert cycle[0] == pytest.approx(0.1 / 25)
    assert cycle[-1] < 1e-5


@pytest.mark.parametrize(("name", "kind"), [("adam", "Adam"), ("adamw", "AdamW"), ("sgd", "SGD")])
def test_optimisers_learn_the_head_faster(name, kind):
    _, optimiser = rates([f"optimiser.name={name}", "optimiser.head_factor=5", "schedule.name=constant"], epochs=1)
    assert type(optimiser).__name__ == kind
    backbone, head = (group["lr"] for group in optimiser.param_groups)
    assert head == pytest.approx(5 * backbone)
    assert optimiser.param_groups[1]["params"]


def test_a_plateau_lowers_the_rate_where_accuracy_stands_still():
    changes = ["schedule.name=plateau", "schedule.monitor=val_accuracy", "schedule.factor=0.5", "schedule.patience=1"]
    recipe = read_recipe("efficientnet-lite0-crown", ["network.architecture=scalp-cnn", *changes])
    optimiser = build_optimiser(recipe, ClassifierNetwork("scalp-cnn", 2, (0.5,) * 3, (0.5,) * 3))
    plateau = build_plateau(recipe, optimiser)
    first = optimiser.param_groups[0]["lr"]
    for value in (0.5, 0.6, 0.6, 0.6):
        plateau.step(value)
    assert optimiser.param_groups[0]["lr"] == pytest.approx(first / 2)


def test_stopping_waits_as_long_as_it_was_told_and_remembers_the_best():
    best = BestEpoch("val_loss", patience=2, min_delta=0.1)
    outcomes = [best.observe(epoch, value) for epoch, value in enumerate((1.0, 0.95, 0.8, 0.75))]
    assert outcomes == [True, False, True, False]
    assert best.best == Best(2, 0.8)
    assert not best.exhausted
    resumed = BestEpoch("val_loss", patience=2, min_delta=0.1)
    resumed.load_state_dict(best.state_dict())
    assert not resumed.observe(4, float("nan"))
    assert resumed.exhausted
    kappa = BestEpoch("val_kappa", patience=0, min_delta=0)
    assert [kappa.observe(e, v) for e, v in enumerate((None, 0.1, 0.3, None, 0.2))] == [True, True, True, False, False]
    assert not kappa.exhausted
