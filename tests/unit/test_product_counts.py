"""What is stored about products: the directory, and counts that say nothing about who."""

from datetime import UTC, date, datetime

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making_products import make_product
from making_visits import make_visit

from core.care.products import Product, ProductKind
from core.errors import RecordsError
from core.records.exchange import export_results
from core.records.product_counts import VIEW, Reader, count_click, count_shown, today
from core.records.product_directory import (
    SaveReport,
    directory_version,
    list_products,
    remove_products,
    save_products,
)
from core.records.product_statistics import (
    AGE_BANDS,
    CONDITIONS,
    SEXES,
    Tally,
    product_statistics,
    publish,
)
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Sex

DAY = date(2026, 11, 22)


@pytest.fixture
def store(tmp_path):
    with RecordStore.open(tmp_path / "records.duckdb") as opened:
        yield opened


def reader(condition=Condition.DANDRUFF, sex=Sex.FEMALE, age_band=AgeBand.THIRTIES, day=DAY):
    return Reader(condition, sex, age_band, day)


def count(store, *products, **of):
    count_shown(store, reader(**of), products, new_view=True)


class TestDirectory:
    def test_products_come_back_as_they_were(self, store):
        products = [
            make_product("a", ("x", "y"), name="'; DROP TABLE products; --", price_krw=5, sponsored=True, sex=Sex.MALE),
            make_product("b", age_bands=(AgeBand.TEENS,), kind=ProductKind.TONIC, name_en="<b>B</b>", brand="${x}"),
        ]
        assert save_products(store, [product.as_row() for product in products]) == SaveReport(2, 0, 0)
        assert [Product.from_row(row) for row in list_products(store)] == products

    def test_saving_again_changes_nothing_and_a_known_id_is_brought_up_to_date(self, store):
        rows = [make_product(name).as_row() for name in "abc"]
        save_products(store, rows)
        version = directory_version(store)
        assert save_products(store, rows) == SaveReport(0, 0, 3)
        assert directory_version(store) == version
        changed = [make_product("b", price_krw=7).as_row(), make_product("d").as_row()]
        assert save_products(store, changed) == SaveReport(1, 1, 0)
        assert directory_version(store) > version
        assert {row["id"]: row["price_krw"] for row in list_products(store)} == {
            "a": None,
            "b": 7,
            "c": None,
            "d": None,
        }

    def test_removing_leaves_the_counts(self, store):
        save_products(store, [make_product(name).as_row() for name in "abc"])
        count(store, "a")
        assert remove_products(store, ["a", "zzz"]) == 1
        assert remove_products(store) == 2
        assert remove_products(store) == 0
        assert list_products(store) == []
        assert store.query("SELECT product_id, shown FROM product_counts") == [(VIEW, 1), ("a", 1)]

    def test_the_records_themselves_refuse_other_links(self, store):
        row = make_product(link="https://x.example/").as_row() | {"link": "javascript:alert(1)"}
        with pytest.raises(duckdb.ConstraintException):
            save_products(store, [row])
        assert list_products(store) == []


class TestCounting:
    def test_views_and_clicks_add_up_in_one_row_a_day_and_kind_of_reader(self, store):
        count(store, "p1", "p2")
        count(store, "p1")
        count_click(store, reader(), "p1", first=True)
        for other in ({"day": date(2026, 11, 23)}, {"sex": None}, {"condition": None, "age_band": None}):
            count(store, "p1", **other)
        assert store.query(
            "SELECT day, sex, condition, shown, clicked FROM product_counts WHERE product_id = 'p1'"
        ) == [
            (DAY, "female", "dandruff", 2, 1),
            (date(2026, 11, 23), "female", "dandruff", 1, 0),
            (DAY, None, "dandruff", 1, 0),
            (DAY, "female", None, 1, 0),
        ]

    def test_a_view_is_counted_once_whatever_it_shows_and_however_much_is_clicked(self, store):
        count(store, "p1", "p2")
        count_shown(store, reader(), ["p3"], new_view=False)
        count_click(store, reader(), "p1", first=True)
        count_click(store, reader(), "p3", first=False)
        assert store.query("SELECT product_id, shown, clicked FROM product_counts ORDER BY product_id") == [
            (VIEW, 1, 1),
            ("p1", 1, 1),
            ("p2", 1, 0),
            ("p3", 1, 1),
        ]

    def test_a_click_on_what_was_never_shown_counts_nothing(self, store):
        count_click(store, reader(), "p1", first=True)
        assert store.query("SELECT count(*) FROM product_counts") == [(0,)]

    def test_nothing_new_shown_writes_nothing(self, store):
        count_shown(store, reader(), [], new_view=False)
        assert store.query("SELECT count(*) FROM events") == [(0,)]

    def test_no_time_of_day_and_nobody_is_stored(self, store):
        count(store, "p1")
        count_click(store, reader(), "p1", first=True)
        columns = [name for name, *_ in store.query("DESCRIBE product_counts")]
        assert columns == ["day", "product_id", "place", "condition", "sex", "age_band", "shown", "clicked"]
        assert store.query("SELECT kind, epoch_us(happened_at) % 86400000000 FROM events") == [("counts", 0)] * 2
        assert today() == datetime.now(UTC).date()

    def test_backup_erasure_and_export_keep_working(self, store, tmp_path):
        visit = store.add_visit(make_visit(), "key")
        save_products(store, [make_product("a").as_row()])
        count(store, "a")
        with RecordStore.open(store.backup(tmp_path / "backup.duckdb")) as copy:
            assert [row["id"] for row in list_products(copy)] == ["a"]
            assert copy.query("SELECT shown FROM product_counts") == [(1,), (1,)]
        assert export_results(store, tmp_path / "results.csv") == 6
        assert store.delete_visit(visit)
        count(store, "a")
        assert store.query("SELECT product_id, shown FROM product_counts") == [(VIEW, 2), ("a", 2)]
        assert [row["id"] for row in list_products(store)] == ["a"]

    def test_a_closed_store_says_so(self, store):
        store.close()
        with pytest.raises(RecordsError):
            count(store, "p1")


def fill(store, cells):
    """Count views: (product, condition, sex, age band, shown, clicked)."""
    with store.writing("counts", to_the_day=True) as cursor:
        for product, condition, sex, band, views, clicks in cells:
            cursor.execute(
                "INSERT INTO product_counts VALUES (?, ?, 'care', ?, ?, ?, ?, ?)",
                [DAY, product, condition, sex, band, views, clicks],
            )


DANDRUFF, SEBUM = Condition.DANDRUFF, Condition.EXCESS_SEBUM
WOMEN, MEN = Sex.FEMALE, Sex.MALE


class TestPublished:
    def test_figures_stand_by_condition_sex_and_age_for_all_and_for_each_product(self, store):
        fill(
            store,
            [
                (VIEW, DANDRUFF, WOMEN, AgeBand.THIRTIES, 40, 20),
                (VIEW, DANDRUFF, MEN, AgeBand.THIRTIES, 30, 10),
                (VIEW, SEBUM, MEN, AgeBand.FORTIES, 20, 0),
                ("a", DANDRUFF, WOMEN, AgeBand.THIRTIES, 40, 20),
                ("a", DANDRUFF, MEN, AgeBand.THIRTIES, 30, 10),
                ("b", SEBUM, MEN, AgeBand.FORTIES, 20, 0),
            ],
        )
        found = product_statistics(store)
        assert found.views.everyone.total == Tally(90, 30)
        assert found.views.everyone.by_condition[DANDRUFF] == Tally(70, 30)
        assert found.views.by_sex[MEN].by_condition[SEBUM] == Tally(20, 0)
        assert found.views.by_group[MEN, AgeBand.FORTIES].total == Tally(20, 0)
        assert found.views.by_group[WOMEN, AgeBand.TEENS].total == Tally(0, 0)
        assert list(found.products) == ["a", "b"]
        assert found.products["a"].everyone.total == Tally(70, 30)
        assert found.products["a"].by_group[WOMEN, AgeBand.THIRTIES].by_condition[DANDRUFF] == Tally(40, 20)
        assert found.products["b"].by_sex[WOMEN].total == Tally(0, 0)
        assert Tally(70, 35).share == 0.5
        assert Tally(0, 0).share is None

    @pytest.mark.parametrize(("views", "clicks"), [(9, 0), (20, 9), (20, 11), (1, 1)])
    def test_under_ten_nothing_is_told(self, store, views, clicks):
        cell = DANDRUFF, WOMEN, AgeBand.THIRTIES, views, clicks
        fill(store, [(VIEW, *cell), ("a", *cell)])
        found = product_statistics(store)
        assert found.empty
        assert found.views.everyone.by_condition[DANDRUFF] is None
        assert found.products["a"].everyone.total is None

    def test_many_products_make_no_reader_more(self, store):
        cell = DANDRUFF, WOMEN, AgeBand.THIRTIES, 4, 0
        fill(store, [(VIEW, *cell), *((f"p{number}", *cell) for number in range(20))])
        assert product_statistics(store).empty

    def test_a_product_kept_from_a_few_is_not_told(self, store):
        fill(
            store,
            [
                (VIEW, DANDRUFF, WOMEN, AgeBand.THIRTIES, 40, 0),
                ("few", DANDRUFF, WOMEN, AgeBand.THIRTIES, 37, 0),
                ("many", DANDRUFF, WOMEN, AgeBand.THIRTIES, 25, 0),
            ],
        )
        found = product_statistics(store)
        assert found.products["few"].everyone.total is None
        assert found.products["many"].everyone.total == Tally(25, 0)

    def test_an_empty_store_is_empty(self, store):
        assert product_statistics(store).empty
        assert product_statistics(store).products == {}

    def test_a_small_group_is_not_given_away_by_the_totals(self, store):
        fill(
            store,
            [
                (VIEW, DANDRUFF, WOMEN, AgeBand.THIRTIES, 40, 20),
                (VIEW, DANDRUFF, WOMEN, AgeBand.FORTIES, 30, 10),
                (VIEW, DANDRUFF, WOMEN, AgeBand.FIFTIES, 3, 0),
                (VIEW, DANDRUFF, MEN, AgeBand.FORTIES, 50, 25),
            ],
        )
        views = product_statistics(store).views
        women = {band: views.by_group[WOMEN, band].total for band in AgeBand}
        assert views.by_sex[WOMEN].total == Tally(73, 30)
        assert women[AgeBand.FIFTIES] is None
        assert women[AgeBand.FORTIES] is None  # or 73 - 40 - 30 would give the fifties away
        assert women[AgeBand.THIRTIES] == Tally(40, 20)

    @given(
        seed=st.integers(0, 10_000),
        filled=st.sampled_from([0.05, 0.2, 0.6]),
        most=st.sampled_from([12, 60]),
        clicks=st.booleans(),
    )
    @settings(max_examples=25, deadline=None)
    def test_no_small_figure_can_be_derived_from_all_that_is_published(self, seed, filled, most, clicks):
        random = np.random.default_rng(seed)
        table = np.zeros((3, 8, 7, 2), dtype=np.int64)
        measures = 2 if clicks else 1
        drawn = random.integers(0, most, (3, 8, 7, measures))
        table[..., 2 - measures :] = drawn * (random.random(drawn.shape) < filled)
        derivable = span(published_sums(table))
        for mask in questions():
            for measure in range(2):
                figure = int(table[..., measure][mask].sum())
                if 0 < figure < 10:
                    assert not derivable(mask), f"{figure} can be derived"


def published_sums(table):
    """Every published figure as the mask of the cells it sums (sex, age, condition)."""
    found = publish(table)
    everything = np.ones(table.shape[:3], dtype=bool)
    lines = [(found.everyone, everything)]
    for s, sex in enumerate(SEXES):
        of_sex = np.zeros_like(everything)
        of_sex[s] = True
        lines.append((found.by_sex[sex], of_sex))
        for a, band in enumerate(AGE_BANDS):
            of_group = np.zeros_like(everything)
            of_group[s, a] = True
            lines.append((found.by_group[sex, band], of_group))
    masks = []
    for line, mask in lines:
        if line.total is not None:
            assert line.total.shown == table[mask].sum()
            masks.append(mask)
        for c, condition in enumerate(CONDITIONS):
            if line.by_condition[condition] is not None:
                cell = mask.copy()
                cell[..., [other for other in range(7) if other != c]] = False
                assert line.by_condition[condition].shown == table[cell].sum()
                masks.append(cell)
    return masks


def questions():
    """What somebody might want to know: cells, and sums over any one or two of sex, age and condition."""
    shape = (3, 8, 7)
    for s in [None, *range(3)]:
        for a in [None, *range(8)]:
            for c in [None, *range(7)]:
                mask = np.zeros(shape, dtype=bool)
                mask[
                    slice(None) if s is None else s, slice(None) if a is None else a, slice(None) if c is None else c
                ] = True
                yield mask


def span(masks):
    """Return a test whether a sum is a combination of published ones."""
    if not masks:
        return lambda _mask: False
    rows = np.array([mask.ravel() for mask in masks], dtype=float)
    _, sizes, basis = np.linalg.svd(rows, full_matrices=False)
    basis = basis[sizes > 1e-9 * sizes[0]]

    def derivable(mask):
        wanted = mask.ravel().astype(float)
        return bool(np.linalg.norm(wanted - basis.T @ (basis @ wanted)) < 1e-6)

    return derivable
