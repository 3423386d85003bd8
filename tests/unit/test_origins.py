"""Figures on drawn photos never pass for figures on real ones: in counts, on cards, in both languages."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from core.interface.models import read_evidence
from core.interface.models_figures import measured_figures
from core.interface.models_served import PackageNote
from core.interface.wordings import evidence_lines, origin_words
from core.lab.origins import Origins
from core.locale import Language
from core.taxonomy import Condition


def photos(*sources):
    return [SimpleNamespace(source=source) for source in sources]


@pytest.mark.parametrize(
    ("sources", "kind", "words"),
    [
        (["Synthetic ", "drawn"], "drawn", "2 drawn crown photos"),
        (["AI Hub 216"], "real", "1 real crown photos"),
        ([None, ""], "untold", "2 crown photos"),
        (["a clinic", None], "untold", "2 crown photos"),
        (["a clinic", "synthetic", None], "mixed", "3 crown photos, 1 of them drawn"),
    ],
)
def test_photos_are_called_what_their_manifest_says(sources, kind, words):
    origins = Origins.of(photos(*sources))
    assert (origins.kind, origins.words("crown"), origins.count) == (kind, words, len(sources))
    assert Origins.read({"photos": origins.as_dict()}) == origins
    assert ("real scalps" in origins.limits()) == (kind == "drawn")


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"data": "398 real crown photos, 5-fold by group"}, Origins(real=398)),
        ({"data": "1200 drawn photos held out"}, Origins(drawn=1200)),
        ({"data": "40 photos, really"}, Origins(untold=40)),
        ({"photos": {"real": "many", "drawn": -3, "untold": True}}, Origins()),
        ({"photos": 7, "data": None}, Origins()),
        ({}, Origins()),
    ],
)
def test_packages_of_before_and_of_strangers_are_read_without_believing_more_than_they_say(block, expected):
    assert Origins.read(block) == expected


def test_grades_on_drawn_photos_are_no_check_on_real_ones():
    block = {"photos": {"drawn": 96}, "conditions": {"hair_loss": {"n": 96}}}
    evidence = read_evidence({"graded": block})
    assert (evidence.graded, evidence.drawn) == ({}, {Condition.HAIR_LOSS: 96})
    (english,), (korean,) = (evidence_lines(language, evidence) for language in (Language.ENGLISH, Language.KOREAN))
    assert "drawn" in english
    assert "real" not in english
    assert "그려 낸" in korean
    mixed = read_evidence({"graded": {**block, "photos": {"real": 90, "drawn": 6}}})
    assert "photos (6 of 96 drawn)" in evidence_lines(Language.ENGLISH, mixed)[0]
    assert "96장 가운데 6장은 그린" in evidence_lines(Language.KOREAN, mixed)[0]


def test_the_page_names_the_photos_of_every_kind_of_package():
    block = {"photos": {"real": 0, "drawn": 12}, "outputs": {"thing": {"n": 12, "accuracy": 0.5, "macro_f1": 0.4}}}
    several = {"marks": {"n": 9, "classes": {"wet": {"n": 9, "accuracy": 0.75}, "torn": {"n": 9}}}}
    values = {
        "task": {"outputs": [{"id": "thing", "names": {"en": "Thing", "ko": "것"}}]},
        "metrics": {"classified": {**block, "outputs": block["outputs"] | several}},
    }
    found = measured_figures(PackageNote("run/x", Path(), values, None))
    assert [one.name for one in found] == ["Thing", "marks.wet", "marks.torn"]
    assert found[0].evidence == "drawn photos with classes"
    assert "n = 12 drawn photos" in found[0].line
    assert measured_figures(PackageNote("run/x", Path(), {"metrics": {"graded": ["no", "figures"]}}, None)) == []


def test_every_origin_has_its_words_in_both_languages():
    for language in Language:
        said = {
            origin_words(language, one)
            for one in (Origins(real=2), Origins(drawn=2), Origins(real=1, drawn=1), Origins())
        }
        assert len(said) == 4
