"""The fixed order that packages, records and charts rely on."""

from core.taxonomy import CONDITIONS, CONDITIONS_OF_VIEW, SEVERITIES, View


def test_conditions_keep_the_order_of_ai_hub_set_216():
    assert [c.value for c in CONDITIONS] == [
        "fine_scaling",
        "excess_sebum",
        "interfollicular_erythema",
        "follicular_pustules",
        "dandruff",
        "hair_loss",
    ]


def test_severities_count_from_good_to_severe():
    assert [(s.value, s.name) for s in SEVERITIES] == [(0, "GOOD"), (1, "MILD"), (2, "MODERATE"), (3, "SEVERE")]


def test_every_view_grades_conditions_in_their_order():
    assert set(CONDITIONS_OF_VIEW) == set(View)
    for conditions in CONDITIONS_OF_VIEW.values():
        assert conditions
        assert list(conditions) == [c for c in CONDITIONS if c in conditions]
