import pandas as pd

from core.interface.charts import LIGHT
from core.interface.charts_drawn import Drawn, slot, table
from core.interface.charts_lines import trend_line


def draw(shares, sentence):
    months = [f"2026-{month:02d}" for month in range(1, len(shares) + 1)]
    rows = pd.DataFrame(
        {
            "period": months,
            "share": shares,
            "low": shares,
            "high": shares,
            "strength": 1.0,
            "within": False,
            "of": "x",
        }
    )
    marks = pd.DataFrame(columns=["period", "label"])
    return trend_line(rows, marks, LIGHT, sentence, {"of": "n"}, across=months)


def test_charts_of_one_form_share_it_and_nothing_else():
    first, second = draw([0.1, None], "two months"), draw([0.2, 0.3, 0.4], "three months")
    assert first.template is second.template
    assert [first.to_dict()["description"], second.to_dict()["description"]] == ["two months", "three months"]
    assert [len(one.to_dict()["datasets"]["rows"]) for one in (first, second)] == [2, 3]
    assert first.to_dict()["datasets"]["rows"][1]["share"] is None
    assert "2026-03" not in str(first.to_dict())
    assert "\ue001" not in str(second.to_dict())


def test_what_is_filled_in_is_a_chart():
    assert draw([0.1, 0.2], "told").as_altair().to_dict()["height"] > 0


def test_slots_hold_values_of_any_kind_and_words_within_words():
    form = {
        "data": table("rows").to_dict(),
        "domain": [0, slot("end")],
        "test": f"datum.x > {slot('end')}",
        "mark": "bar",
    }
    drawn = Drawn(form, {"end": 0.5}, {"rows": pd.DataFrame({"x": [1]})}, {"height": 3})
    assert drawn.filled["domain"] == [0, 0.5]
    assert drawn.filled["test"] == "datum.x > 0.5"
    assert form["domain"] == [0, slot("end")]
