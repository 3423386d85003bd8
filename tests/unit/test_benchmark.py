import pytest

from core import benchmark
from core.benchmark.baseline import NETWORKS
from core.benchmark.comparison import at_least, at_most, times_less
from core.benchmark.material import draw_photo_file
from core.benchmark.measuring import run_process, take_turns
from core.errors import ScalpError
from core.settings import get_settings
from core.vision.photo import MAX_BYTES, load_photo


@pytest.mark.parametrize(
    ("make", "ours", "baseline", "target", "ratio", "holds"),
    [
        (times_less, 2.0, 600.0, 300, 300.0, True),
        (times_less, 2.0, 599.0, 300, 299.5, False),
        (at_most, 3.0, 2.0, 1.5, 1.5, True),
        (at_most, 3.2, 2.0, 1.5, 1.6, False),
        (at_least, 80.0, 100.0, 0.8, 0.8, True),
        (at_least, 79.0, 100.0, 0.8, 0.79, False),
    ],
)
def test_ratio_and_target(make, ours, baseline, target, ratio, holds):
    row = make("row", "ms", ours, "other", baseline, target)
    assert row.ratio == pytest.approx(ratio)
    assert row.holds is holds
    assert set(row.as_dict()) == {"name", "unit", "ours", "baseline_name", "baseline", "ratio", "target", "holds"}


def test_baseline_is_the_one_named():
    assert sorted(NETWORKS) == ["efficientnet-b3"] * 2 + ["efficientnet-b7"] * 4


def test_turns_alternate_after_one_untimed_call_each():
    order = []
    took = take_turns(lambda: order.append("A"), lambda: order.append("B"), rounds=2, calls=(2, 1))
    assert "".join(order) == "AB" + "AAB" + "AAB"
    assert took.ours > 0
    assert took.baseline > 0


def test_drawn_photo_is_twelve_megapixels_and_accepted_by_the_decoder():
    data = draw_photo_file()
    assert 8e6 < len(data) < 9e6 < MAX_BYTES
    assert load_photo(data).original_size == (4000, 3000)


def test_process_cost_is_that_of_the_process_itself():
    ballast = bytearray(300_000_000)
    cost = run_process(["-c", "pass"])
    assert len(ballast) / 1e6 > cost.megabytes > 1
    assert cost.seconds > 0


def test_failed_process_is_named_with_its_last_line():
    with pytest.raises(ScalpError) as caught:
        run_process(["-c", "raise SystemExit('no luck')"])
    assert caught.value.code == "benchmark.process_failed"
    assert "no luck" in str(caught.value)


def test_unknown_name_is_refused_before_anything_is_measured():
    told = []
    with pytest.raises(ScalpError) as caught:
        benchmark.run(["overhead", "nonsense"], on_progress=told.append)
    assert caught.value.code == "benchmark.unknown_name"
    assert "overhead" in str(caught.value)
    assert told == []


@pytest.fixture
def tiny_installed(monkeypatch, tiny_package):
    monkeypatch.setenv("SCALPSPECTRA_MODELS_DIR", str(tiny_package.parent))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.usefixtures("tiny_installed")
def test_rows_asked_for_come_back_well_formed():
    told = []
    (row,) = benchmark.run(["overhead"], quick=True, on_progress=told.append)
    assert told == ["overhead"]
    assert (row.name, row.unit, row.target) == ("overhead", "ms", 1.5)
    assert row.ratio == pytest.approx(row.ours / row.baseline)
    assert row.holds is (row.ratio <= 1.5)


def test_clinic_rows_come_back_well_formed():
    rows = benchmark.run(["clinics_near", "clinics_import_memory"], quick=True)
    assert [(row.name, row.unit) for row in rows] == [("clinics_near", "ms"), ("clinics_import_memory", "MB")]
    assert rows[0].ratio == pytest.approx(rows[0].ours / rows[0].baseline)
    assert "2,064 rows" in rows[0].baseline_name


def test_a_measured_process_gets_its_environment():
    with pytest.raises(ScalpError, match="here it is"):
        run_process(["-c", "import os; raise SystemExit(os.environ['PLACE'])"], {"PLACE": "here it is"})
