from hypothesis import given
from hypothesis import strategies as st

from core.clinics.departments import departments_for, from_address, in_address
from core.taxonomy import Condition


def test_every_condition_leads_somewhere_and_to_each_place_once():
    assert departments_for(Condition) == ("피부과",)
    assert departments_for(()) == ("피부과",)


def test_departments_come_back_from_an_address():
    assert from_address(in_address(("피부과", "성형외과"))) == ("피부과", "성형외과")


@given(st.text())
def test_anything_in_an_address_is_names_each_once(typed):
    names = from_address(typed)
    assert len(set(names)) == len(names)
    assert "" not in names
