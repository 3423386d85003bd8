"""Products on the care page, and the operator's page."""

import csv
import io
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.care.product_file import read_products
from core.interface.resources import get_store
from core.locale import Language, text
from core.records.product_counts import VIEW
from core.records.product_directory import list_products, save_products
from core.settings import get_settings

EXAMPLES = Path(__file__).resolve().parents[2] / "data" / "examples"
PASSWORD = "operator-word"
HOSTILE = "![x](https://evil.example/t.png) <script>alert(1)</script>"


def make_row(**cells):
    return {
        "id": "p1",
        "name": "Shampoo",
        "brand": "Brand",
        "ingredients": "zinc_pyrithione",
        "price": "500",
        "image": "",
        "link": f"https://shop.example/{cells['id']}",
        "sponsored": "no",
    } | cells


def make_csv(*rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


ROWS = (
    make_row(id="good", name="Zinc shampoo"),
    make_row(
        id="paid",
        name=HOSTILE,
        ingredients="climbazole",
        price="3500",
        sponsored="yes",
        image="https://evil.example/a.png",
    ),
    make_row(id="oily", name="Coconut", ingredients="zinc_pyrithione|plant_oil", sponsored="yes"),
    *(make_row(id=f"more{n}", name=f"Another {n}", ingredients="piroctone_olamine", price=f"{n}000") for n in range(5)),
)


SEARCHES = ("search-olive_young", "search-naver_shopping", "search-coupang")


def say(key, **values):
    return text(Language.ENGLISH, f"products.{key}", **values)


def markup(app):
    return "".join(one.proto.body for one in app.get("html"))


def links(app):
    return {one.key: one for one in app.link_button if one.key}


def counts():
    sql = "SELECT product_id, condition, sex, age_band, shown, clicked FROM product_counts ORDER BY product_id"
    return get_store().query(sql)


@pytest.fixture
def care(open_app):
    """Open the care page with the plan of a picture that was uploaded."""

    def open_care(name, *, example=False):
        app = open_app("1_diagnosis.py", **({"example": name} if example else {}))
        reading = read_products(make_csv(*ROWS), "p.csv")
        save_products(get_store(), [product.as_row() for product in reading.products])
        if not example:
            photo = (f"{name}.jpg", (EXAMPLES / f"{name}.jpg").read_bytes(), "image/jpeg")
            app.file_uploader(key="photos_0").set_value([photo]).run()
        app.selectbox(key="age_band").set_value("30s").run()
        app.switch_page("pages/4_care.py").run()
        app.button(key="care_show").click().run()
        assert not app.exception
        return app

    return open_care


class TestCarePage:
    def test_what_fits_is_shown_with_its_reason_and_counted_once(self, care):
        app = care("dandruff")
        shown = markup(app)
        assert say("evidence.A") in shown
        assert shown.index("Zinc shampoo") < shown.index("Another 0") < shown.index("Another 1")
        assert links(app)["product_link_0"].proto.url == "https://shop.example/good"
        assert [one.label for one in app.expander if one.label == say("left_out.heading", n=1)]
        assert "Coconut" in shown.split('class="ss-left-out"')[-1]
        assert say("page.count_note") in [one.value for one in app.caption]
        first = counts()
        assert {row[0] for row in first} == {VIEW, "good", *(f"more{n}" for n in range(4)), *SEARCHES}
        assert {row[1:] for row in first} == {("dandruff", None, "30s", 1, 0)}
        app.switch_page("pages/9_about.py").run()
        app.switch_page("pages/4_care.py").run()
        assert counts() == first
        app.button(key="products_more").click().run()
        assert {row[0] for row in counts()} - {row[0] for row in first} == {"paid", "more4"}
        assert {row[4] for row in counts()} == {1}

        # All of it is on the page now, what a stranger wrote among it.
        shown = markup(app)
        assert "<script>alert" not in shown
        assert "![x](https://evil.example/t.png) &lt;script&gt;" in shown
        assert f'title="{say("page.sponsored_help")}">{say("page.sponsored")}</span><b>![x]' in shown
        assert not app.get("imgs")
        assert "evil.example/a.png" not in shown
        assert links(app)["coupang_dandruff"].proto.url == (
            "https://www.coupang.com/np/search?q=%EB%B9%84%EB%93%AC%20%EC%83%B4%ED%91%B8"
        )

    def test_a_red_flag_leaves_nothing_to_buy(self, care):
        app = care("pustules")
        assert say("page.doctor_first") in [one.value for one in app.info]
        assert "Zinc shampoo" not in markup(app)
        assert 'class="ss-kinds"' not in markup(app)
        assert not app.link_button
        assert counts() == []

    def test_examples_are_about_nobody_and_not_counted(self, care):
        app = care("dandruff", example=True)
        assert "Zinc shampoo" in markup(app)
        assert say("page.count_note") not in [one.value for one in app.caption]
        assert counts() == []


class TestOperatorPage:
    @pytest.fixture
    def operator(self, open_app, monkeypatch):
        monkeypatch.setenv("SCALPSPECTRA_OPERATOR_PASSWORD", PASSWORD)
        get_settings.cache_clear()
        app = open_app("8_operator.py")
        app.text_input(key="operator_password").set_value(PASSWORD)
        app.button[0].click().run()
        assert not app.exception
        return app

    def test_it_is_off_unless_switched_on(self, open_app):
        app = open_app("8_operator.py")
        assert say("operator.off") in app.info[0].value
        assert not app.text_input
        assert not app.get("file_uploader")

    def test_a_wrong_password_opens_nothing(self, open_app, monkeypatch):
        monkeypatch.setenv("SCALPSPECTRA_OPERATOR_PASSWORD", PASSWORD)
        monkeypatch.setattr("core.interface.operator_door._WAIT_S", 0.0)
        get_settings.cache_clear()
        app = open_app("8_operator.py")
        app.text_input(key="operator_password").set_value("something else")
        app.button[0].click().run()
        assert [one.value for one in app.error] == [say("operator.wrong")]
        assert not app.get("file_uploader")

    def test_a_file_is_imported_and_its_bad_rows_named(self, operator):
        content = make_csv(make_row(id="a"), make_row(id="b", link="javascript:alert(1)"))
        operator.file_uploader(key="operator_file").set_value(("p.csv", content, "text/csv"))
        next(one for one in operator.button if one.label == say("operator.start")).click().run()
        assert [row["id"] for row in list_products(get_store())] == ["a"]
        words = say("operator.report", added=1, changed=0, unchanged=0, rejected=1)
        assert [one.value for one in operator.warning] == [words]
        assert operator.dataframe[0].value.shape == (1, 8)

    def test_wrong_columns_are_an_error_in_words(self, operator):
        operator.file_uploader(key="operator_file").set_value(("p.csv", b"id,title\n1,2\n", "text/csv"))
        next(one for one in operator.button if one.label == say("operator.start")).click().run()
        assert "title" in operator.error[0].value
        assert list_products(get_store()) == []

    def test_few_views_are_not_shown(self, operator):
        assert say("operator.counts_empty") in [one.value for one in operator.markdown]

    def test_figures_hide_small_groups_and_go_along_as_a_file(self, operator):
        with get_store().writing("counts") as cursor:
            for product in (VIEW, "gone"):
                for sex, shown in (("female", 40), ("male", 30), (None, 4)):
                    cursor.execute(
                        "INSERT INTO product_counts VALUES ('2026-11-22', ?, 'care', 'dandruff', ?, '30s', ?, 0)",
                        [product, sex, shown],
                    )
        operator.run()
        products, groups = operator.dataframe
        assert list(products.value.iloc[0]) == [say("operator.gone", id="gone"), "74", "0", "0%"]
        by_sex = dict(zip(groups.value.iloc[:, 0], groups.value.iloc[:, 2], strict=True))
        assert by_sex[say("operator.everyone")] == "74"
        assert by_sex["Female"] == "40"
        assert by_sex[say("operator.untold")] == say("operator.hidden")


def press_and_run_again():
    from datetime import date

    from core.interface.product_counting import note_shown, on_click
    from core.records.product_counts import Reader
    from core.taxonomy import Condition, Sex

    first = Reader(Condition.DANDRUFF, Sex.FEMALE, None, date(2026, 11, 22))
    later = Reader(Condition.HAIR_LOSS, Sex.MALE, None, date(2026, 11, 23))
    note_shown("view", first, ["a", "b"])
    for product in ("a", "a", "b", "never shown"):
        on_click("view", product)
    on_click("another view", "a")
    note_shown("view", later, ["a", "b", "c"])


@pytest.mark.usefixtures("settings")
def test_a_click_counts_once_in_a_view_and_a_view_keeps_its_reader():
    app = AppTest.from_function(press_and_run_again)
    for _ in range(3):
        assert not app.run(timeout=30).exception
    reader = ("dandruff", "female", None)
    assert counts() == [(VIEW, *reader, 1, 1), ("a", *reader, 1, 1), ("b", *reader, 1, 1), ("c", *reader, 1, 0)]
