import pytest

from core.errors import RecordsError
from core.records.saved_views import LONGEST_NAME, MOST_VIEWS, SavedView, delete_view, list_views, save_view
from core.records.store import RecordStore


@pytest.fixture
def store(tmp_path):
    with RecordStore.open(tmp_path / "records.duckdb") as opened:
        yield opened


def test_a_view_is_saved_replaced_and_deleted(store):
    assert save_view(store, "  women \n in their\t30s ", "sex=female") == SavedView("women in their 30s", "sex=female")
    save_view(store, "women in their 30s", "sex=female&age_band=30s")
    save_view(store, "'; DROP TABLE saved_views; --", "sex=male")
    assert [view.address for view in list_views(store)] == ["sex=male", "sex=female&age_band=30s"]
    assert delete_view(store, "women in their 30s")
    assert not delete_view(store, "women in their 30s")
    assert len(list_views(store)) == 1


@pytest.mark.parametrize("name", ["", " \n\u0007", "x" * (LONGEST_NAME + 1)])
def test_a_name_that_is_none_is_refused(store, name):
    with pytest.raises(RecordsError) as caught:
        save_view(store, name, "")
    assert caught.value.code == "records.view_name"


def test_views_do_not_grow_without_end(store):
    with store.writing("many") as cursor:
        cursor.execute(f"INSERT INTO saved_views SELECT 'v' || i, '', now() FROM range({MOST_VIEWS}) AS t(i)")
    with pytest.raises(RecordsError) as caught:
        save_view(store, "one more", "")
    assert caught.value.code == "records.views_full"
    save_view(store, "v0", "replaced")
    assert len(list_views(store)) == MOST_VIEWS
