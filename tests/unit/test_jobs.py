"""Trainings in the background: one at a time, watched, cancelled, cut off and resumed, by whoever looks."""

import os
import signal
import time

import pytest

from core.errors import ManifestError, RecipeError, RunError
from core.lab import jobs
from core.lab.recipe import read_recipe
from core.lab.run import open_run
from core.lab.status import Status, hold_run, write_status
from tests.unit.making_trainings import STEERED, crown_photos

LONG = [*STEERED, "training.epochs=2000", "stopping.patience=0", "validation.measure_only=true"]
PATIENCE = 90.0


def wait_until(folder, ripe):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        job = jobs.watch(folder)
        if ripe(job):
            return job
        time.sleep(0.05)
    raise AssertionError(f"{job.status}\n{jobs.read_log(folder)}")


@pytest.fixture
def runs(tmp_path):
    folder = tmp_path / "runs"
    folder.mkdir()
    yield folder
    for job in jobs.list_jobs(folder):
        if job.alive:
            os.kill(job.status.pid, signal.SIGKILL)


def test_a_job_goes_on_by_itself_waits_its_turn_is_cancelled_cut_off_and_resumed(runs, tmp_path):
    """One test for the whole life of jobs, since each process has to load PyTorch anew."""
    manifest = crown_photos(tmp_path / "photos", 24)
    recipe = read_recipe("efficientnet-lite0-crown", LONG)
    first = jobs.start_training(recipe, manifest, runs / "first")
    assert first.alive
    second = jobs.start_training("efficientnet-lite0-crown", manifest, runs / "second", LONG)
    assert second.status.state == "queued"

    job = wait_until(runs / "first", lambda job: len(job.histories.get("fold-0", ())) >= 2)
    assert job.status.state == "running"
    assert job.status.stages[:2] == ("fold-0", "fold-1")
    assert jobs.watch(runs / "second").status.state == "queued", "one at a time"
    assert {j.folder.name for j in jobs.list_jobs(runs)} == {"first", "second"}
    with pytest.raises(RunError, match="is running already"):
        jobs.resume(runs / "first")

    assert jobs.cancel(runs / "second").alive  # it leaves the queue by itself
    os.kill(job.status.pid, signal.SIGKILL)
    job = wait_until(runs / "first", lambda job: not job.alive)
    assert (job.status.state, job.status.message_key) == ("failed", "job.cut_off")
    assert job.resumable
    assert wait_until(runs / "second", lambda job: not job.alive).status.state == "cancelled"

    done = len(job.histories["fold-0"])
    jobs.resume(runs / "first")
    job = wait_until(runs / "first", lambda job: len(job.histories["fold-0"]) > done)
    assert [row.epoch for row in job.histories["fold-0"]] == list(range(len(job.histories["fold-0"])))
    jobs.cancel(runs / "first")
    job = wait_until(runs / "first", lambda job: not job.alive)
    assert (job.status.state, job.status.message_key) == ("cancelled", "run.stopped_measuring"), jobs.read_log(
        runs / "first"
    )
    assert job.resumable


def test_a_job_without_photos_does_not_start(runs, tmp_path):
    with pytest.raises(ManifestError, match="There is no manifest"):
        jobs.start_training(read_recipe("efficientnet-lite0-crown", LONG), tmp_path / "no.csv", runs / "run")
    assert jobs.list_jobs(runs) == ()


def test_a_job_never_takes_the_folder_of_another_recipe(runs, tmp_path):
    manifest = crown_photos(tmp_path / "photos", 4)
    open_run(runs / "run", read_recipe("efficientnet-lite0-crown", STEERED))
    with pytest.raises(RecipeError, match="another recipe"):
        jobs.start_training(read_recipe("efficientnet-lite0-crown", LONG), manifest, runs / "run")


def test_what_is_no_job_or_has_ended_is_said(runs):
    with pytest.raises(RunError, match="holds no training"):
        jobs.watch(runs / "nothing")
    ended = runs / "ended"
    ended.mkdir()
    write_status(ended, Status("finished", started="2026-01-01T00:00:00+00:00"))
    with pytest.raises(RunError, match="never changed"):
        jobs.resume(ended)
    lost = runs / "lost"
    lost.mkdir()
    write_status(lost, Status("running", started="2026-01-02T00:00:00+00:00"))
    (lost / "recipe.json").write_text("{}", encoding="utf-8")
    job = jobs.watch(lost)
    assert (job.status.state, job.alive, job.resumable) == ("failed", False, False)
    with pytest.raises(RunError, match="does not say which photos"):
        jobs.resume(lost)
    assert jobs.cancel(lost).status.state == "cancelled"
    with hold_run(lost):
        assert not jobs.watch(ended).alive
    (lost / "status.json").write_text('{"state": "dancing"}', encoding="utf-8")
    assert [job.folder for job in jobs.list_jobs(runs)] == [ended]
