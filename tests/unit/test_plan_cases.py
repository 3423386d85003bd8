"""Grades and answers, and what must and must not be in the plan: written by hand, one case a line of thought."""

import pytest

from core.taxonomy import View
from tests.unit.making_plans import CASES, contents, plan


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case):
    found = contents(plan(case.get("grades", ""), case.get("answers", ""), person=case.get("person", "")))
    assert set(case["must"].split()) <= found, sorted(found)
    assert found.isdisjoint(case.get("must_not", "").split())


def test_there_are_enough_cases():
    assert len({case["name"] for case in CASES}) == len(CASES) >= 40


def test_crown_photo_advises_on_hair_loss_alone():
    made = plan("loss=0:02", "", view=View.CROWN)
    assert contents(made) == {"priority_calm", "daily_calm", "expect_watch", "recheck_28"}
    (reason,) = made.lines[0].reasons
    assert reason.view is View.CROWN


def test_several_products_are_started_one_by_one():
    assert "seek_one_by_one" in contents(plan("dandruff=2"))
    assert "seek_one_by_one" not in contents(plan("dandruff=1"))
