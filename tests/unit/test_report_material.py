"""What a check gives a report: pictures in a size to print, the photo only if wanted."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import numpy as np
import pytest
from making_reports import MADE_AT, RECORD, make_graded, make_refused
from PIL import Image

from core.care.answers import CareAnswers
from core.care.plan import make_plan
from core.care.report import render_pdf
from core.errors import PhotoError
from core.findings import Diagnosis
from core.interface.checkup import Checked, Checkup
from core.interface.report_choices import ReportChoices, ReportPerson
from core.interface.report_material import fit_jpeg, gather_report, outline
from core.locale import Language
from core.taxonomy import Condition, Site

SIZE = (540, 720)
ALL_SEVERE = {condition.value: 3 for condition in Condition}


def noise(seed):
    return np.random.default_rng(seed).integers(0, 255, (*SIZE, 3), dtype=np.uint8)


def with_heat(diagnosis):
    heat = np.zeros((8, 10), np.float32)
    heat[2:5, 3:7] = 0.9
    return replace(diagnosis, findings=tuple(replace(finding, heatmap=heat) for finding in diagnosis.findings))


def make_checked(diagnosis, seed=0, **rest):
    if isinstance(diagnosis, Diagnosis):
        rest = {"preview": noise(seed), "box": (0, 0, SIZE[1], SIZE[0]), **rest}
        return Checked(f"key{seed}", "IMG_0001 Kim Min-ji.jpg", "upload", with_heat(diagnosis), **rest)
    return Checked(f"key{seed}", "notes.txt", "upload", error=PhotoError("photo.empty"), **rest)


def gather(*photos, with_photo=False, language=Language.ENGLISH):
    checkup = Checkup(datetime(2026, 11, 22, 5, 20, tzinfo=UTC), photos)
    plan = make_plan(checkup.diagnoses, CareAnswers(), on=date(2026, 11, 22))
    choices = ReportChoices(language, with_photo)
    return gather_report(checkup, ReportPerson(), plan, choices, record=RECORD, measured=(), made_at=MADE_AT)


def test_no_pixel_of_the_photo_is_in_it_unless_wanted():
    graded = make_graded(dandruff=2, hair_loss=1)
    one, other = (gather(make_checked(graded, seed)) for seed in (1, 2))
    assert not any(photo.jpeg for photo in one.photos)
    assert [heat.jpeg for heat in one.heatmaps] == [heat.jpeg for heat in other.heatmaps]
    wanted, others = (gather(make_checked(graded, seed), with_photo=True) for seed in (1, 2))
    assert all(photo.jpeg for photo in wanted.photos)
    assert [heat.jpeg for heat in wanted.heatmaps] != [heat.jpeg for heat in others.heatmaps]


def test_file_names_stay_out():
    report = gather(make_checked(make_graded(dandruff=2), site=Site.TOP), make_checked(None, 1), with_photo=True)
    assert b"Kim" not in render_pdf(report)
    assert "Kim" not in str(report)


def test_heat_maps_are_those_of_what_was_found():
    report = gather(make_checked(make_graded(dandruff=2, hair_loss=None)))
    assert [heat.condition for heat in report.heatmaps] == [Condition.DANDRUFF]


def test_a_heat_map_names_the_photo_it_lies_over():
    photos = (make_checked(None), make_checked(make_graded("a"), 1), make_checked(make_graded("b", dandruff=3), 2))
    report = gather(*photos)
    assert [heat.photo for heat in report.heatmaps] == [2]
    assert report.photos[0].problem == PhotoError("photo.empty").message()


def test_refused_photos_are_not_shown_but_told():
    report = gather(
        make_checked(make_graded(dandruff=1)),
        replace(make_checked(make_refused(), 1), box=(0, 0, 1, 1)),
        with_photo=True,
    )
    assert [bool(photo.jpeg) for photo in report.photos] == [True, False]


@pytest.mark.parametrize("with_photo", [True, False])
def test_the_largest_report_stays_under_a_megabyte(with_photo):
    photos = [make_checked(make_graded(str(seed), **ALL_SEVERE), seed) for seed in range(12)]
    report = gather(*photos, with_photo=with_photo, language=Language.KOREAN)
    assert len(report.heatmaps) == len(Condition)
    assert len(render_pdf(report)) < 1_000_000


def test_pictures_fit_their_budget():
    assert len(fit_jpeg(noise(0), 20_000)) <= 20_000
    flat = np.full((*SIZE, 3), 200, np.uint8)
    assert max(Image.open(BytesIO(fit_jpeg(flat, 60_000))).size) == 640


def test_the_strongest_evidence_is_outlined_for_grey_paper():
    flat = np.full((80, 100, 3), 128, np.uint8)
    heat = np.zeros((8, 10), np.float32)
    assert (outline(flat, heat, (0, 0, 100, 80)) == flat).all()
    heat[3:5, 4:6] = 1
    drawn = outline(flat, heat, (0, 0, 100, 80))
    changed = np.argwhere((drawn != flat).any(axis=2))
    assert len(changed)
    assert (changed.min(axis=0) >= (20, 25)).all()
    assert (changed.max(axis=0) <= (60, 75)).all()
    assert (drawn[40, 50] == 128).all()
