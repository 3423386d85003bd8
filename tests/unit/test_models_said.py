"""Whether what a package says in a trial agrees with a label, where it tells fewer grades apart than labels do."""

import pytest

from core.interface.models_said import agrees
from core.interface.models_trial import TriedClass, TriedOutput


def said(ids, chosen, *, graded):
    classes = tuple(TriedClass(one, one, 0.5, one in chosen, possible=True) for one in ids)
    return TriedOutput("output", "Output", classes, withheld=False, graded=graded, heatmap=None)


@pytest.mark.parametrize(
    ("chosen", "label", "expected"),
    [("0", "1", True), ("0", "0", True), ("0", "2", False), ("2", "2", True), ("2", "1", False), ("3", "3", True)],
)
def test_a_grade_between_two_told_apart_means_the_lower_one(chosen, label, expected):
    assert agrees(said(("0", "2", "3"), chosen, graded=True), label) is expected


def test_classes_without_order_agree_by_name_and_several_all_at_once():
    marks = said(("wet", "torn", "1"), ("wet", "torn"), graded=False)
    assert agrees(marks, "torn|wet")
    assert not agrees(marks, "torn")
    assert agrees(said(("wet", "torn"), (), graded=False), "|")
    assert not agrees(said(("wet", "1"), ("wet",), graded=False), "1")
