"""The page that writes a comparison up, and its pictures."""

import re
import xml.etree.ElementTree as ET

import pytest
from test_comparison import RECIPE, make_run, predictions

from core.lab.comparison import list_runs
from core.lab.comparison_page import NOTES, write_comparison_page
from core.lab.history import EpochRow, append_epoch

WHOLE = {
    **RECIPE,
    "input": {"width": 160, "height": 160},
    "training": {"epochs": 2, "batch_size": 16},
    "validation": {"folds": 5},
}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    root = tmp_path_factory.mktemp("compared")
    summaries = [
        {"parameters": 1_500_000, "latency_ms": 2.5, "latency_setting": "OpenVINO", "pretrained": "none"},
        {"parameters": 3_400_000, "latency_ms": 7.5, "latency_setting": "OpenVINO", "pretrained": "imagenet"},
    ]
    for name, skill, summary in zip(("small", "large"), (0.6, 2.0), summaries, strict=True):
        folder = make_run(root / "runs/nets" / name, predictions(skill, 1), summary, WHOLE)
        (folder / "fold-0").mkdir()
        for epoch in range(2):
            append_epoch(folder / "fold-0", EpochRow(epoch, 1.0, 0.1, 2.0, 1.5, 0.5, 0.4))
    make_run(root / "runs/nets/open", recipe=WHOLE)
    return write_comparison_page(list_runs([root / "runs"]), "hair_loss", root / "page.md", "nets/small", "again")


def test_the_page_says_who_is_better_and_by_how_much(page):
    text = page.read_text(encoding="utf-8")
    assert "# 2 networks compared" in text
    assert "**large** (ImageNet) agrees best" in text
    assert "large is better than small on the same photos" in text
    assert "small is the quickest (2.5 ms)" in text
    assert re.search(r"\| large \| ImageNet \| 0\.\d{3} \(0\.\d\d to 0\.\d\d\)", text)
    assert re.search(r"\| large \| \+0\.\d{3} \(\+0\.\d\d to \+0\.\d\d\), p [<=] 0\.00", text)
    assert "as published" in text
    assert str(page.parent) not in text


def test_every_picture_is_there_for_both_themes(page):
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r'"(pictures/[^"]+\.svg)"', text))
    assert len(named) == 10
    for name in named:
        drawn = (page.parent / name).read_text(encoding="utf-8")
        assert ET.fromstring(drawn).tag.endswith("svg")
        assert str(page.parent) not in drawn
    assert "large" in (page.parent / "pictures/page-kappa-dark.svg").read_text(encoding="utf-8")


def test_own_words_outlive_a_refresh(page):
    text = page.read_text(encoding="utf-8").replace(NOTES[0], f"{NOTES[0]}\nSeen by eye: `\\1` holds.", 1)
    page.write_text(text, encoding="utf-8")
    write_comparison_page(list_runs([page.parent / "runs"]), "hair_loss", page)
    assert "Seen by eye: `\\1` holds." in page.read_text(encoding="utf-8")
    assert page.read_text(encoding="utf-8").count(NOTES[0]) == 1
