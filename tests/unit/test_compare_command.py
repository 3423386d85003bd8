"""`python -m core compare`, and runs condensed for the repository."""

import csv
import json

import pytest
from test_comparison import RECIPE, make_run, predictions

from core.__main__ import main
from core.errors import RunError
from core.lab.comparison import compare_runs, list_runs
from core.lab.cost import Cost
from core.lab.history import EpochRow, append_epoch
from core.lab.shipping import ship_runs
from core.settings import get_settings


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SCALPSPECTRA_VAR_DIR", str(tmp_path))
    get_settings.cache_clear()

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in ("compare", *arguments)])
        printed = capsys.readouterr()
        return left.value.code or 0, printed.out, printed.err

    make_run(tmp_path / "runs/nets/weak", predictions(0.6, 1), {"parameters": 1_500_000, "latency_ms": 2.5})
    make_run(tmp_path / "runs/nets/strong", predictions(2.0, 2))
    make_run(tmp_path / "runs/nets/=other", predictions(2.0, 2, first=7))
    make_run(tmp_path / "runs/unmeasured")
    yield run
    get_settings.cache_clear()


def test_the_table_has_intervals_and_differences_to_the_baseline(call, tmp_path):
    code, out, _ = call("nets", "unmeasured", "--baseline", "weak", "--csv", tmp_path / "t.csv")
    assert code == 0
    first, *_ = (line for line in out.splitlines() if line.startswith("nets/weak"))
    assert first.split()[:3] == ["nets/weak", "240", "60"]
    assert "(" in first
    assert first.split()[-2:] == ["1.5", "2.5"]
    assert "Differences to nets/weak" in out
    assert "not compared with it: nets/=other" in out
    assert "Without held-out predictions on hair_loss: unmeasured" in out
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["run"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"nets/weak", "nets/strong", "nets/=other"}
    strong = rows["nets/strong"]
    assert float(strong["quadratic_kappa_low"]) < float(strong["quadratic_kappa"]) < 1
    assert float(strong["difference_quadratic_kappa_p"]) < 0.01
    assert rows["nets/=other"]["difference_accuracy"] == ""
    assert strong["recall_3"] != ""


def test_json_holds_the_same(call, tmp_path):
    code, out, _ = call(tmp_path / "runs/nets/weak", "nets/strong", "--json")
    (values,) = json.loads(out)
    assert code == 0
    assert (values["output"], values["baseline"], values["severities"]) == ("hair_loss", "weak", [0, 2, 3])
    assert [run["run"] for run in values["runs"]] == ["weak", "nets/strong"]
    strong = values["runs"][1]
    found = compare_runs(list_runs([tmp_path / "runs/nets/strong"]), "hair_loss").rows[0]
    assert strong["figures"]["auroc"] == found.figures.values["auroc"].as_dict()
    assert {d["metric"] for d in values["differences"]} >= {"quadratic_kappa", "accuracy", "ece"}


def test_a_package_is_measured_beside_runs(call, tiny_package, drawn_photos):
    manifest = drawn_photos[0].parent / "manifest.csv"
    code, out, _ = call(tiny_package, "nets/weak", "--data", manifest, "--output", "hair_loss", "--json")
    (values,) = json.loads(out)
    assert code == 0
    assert [run["n"] for run in values["runs"]] == [24, 240]
    assert values["runs"][0]["parameters"] > 1_000_000
    assert values["other_photos"] == ["nets/weak"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "There is no run nowhere. Runs here: unmeasured, nets/=other"),
        (("nets", "--output", "dandruff"), "Outputs here: hair_loss"),
        (("nets", "--baseline", "x"), "not among the compared runs"),
        (("unmeasured",), "No run here holds"),
        (("unmeasured", "--ship", "x"), "let it end first"),
    ],
)
def test_what_cannot_be_compared_names_the_way_out(call, arguments, said):
    code, _, err = call(*arguments)
    assert code == 1
    assert said in err


def test_a_package_without_photos_asks_for_them(call, tiny_package):
    code, _, err = call(tiny_package)
    assert (code, "--data" in err) == (1, True)


def test_a_shipped_run_reads_like_the_run_and_names_no_place_of_this_machine(tmp_path):
    recipe = {**RECIPE, "network": {"architecture": "resnet18", "weights": "/home/somebody/w/drawn.safetensors"}}
    folder = make_run(tmp_path / "runs/nets/own", predictions(2.0, 2), recipe=recipe)
    (folder / "metrics.json").write_text(json.dumps({"data": "C:\\Users\\somebody\\photos.csv", "n": 240}))
    (folder / "fold-0").mkdir()
    append_epoch(folder / "fold-0", EpochRow(0, 12.5, 0.1, 2.0))
    (folder / "fold-0/last.ckpt").write_bytes(b"heavy")
    run = list_runs([tmp_path / "runs"])[0]

    def measure(recipes):
        assert recipes == {"own": run.recipe}
        return {"own": Cost(11_000_000, 4.25, "OpenVINO")}

    (shipped,) = ship_runs([run], tmp_path / "shipped", manifest="manifest.csv", measure=measure)
    files = {path.relative_to(shipped).as_posix() for path in shipped.rglob("*") if path.is_file()}
    plain = {"recipe.json", "environment.json", "metrics.json", "summary.json", "held_out.parquet"}
    assert files == {*plain, "fold-0/history.csv"}
    for name in plain - {"held_out.parquet"}:
        assert "somebody" not in (shipped / name).read_text(encoding="utf-8")
    again = list_runs([tmp_path / "shipped"])[0]
    assert again.recipe["network"]["weights"] == "drawn.safetensors"
    assert again.metrics["data"] == "photos.csv"
    assert again.histories == run.histories
    assert (again.held_out["hair_loss"].probabilities == run.held_out["hair_loss"].probabilities).all()
    assert again.summary == {
        "photos": 240,
        "manifest": "manifest.csv",
        "training_seconds": 12.5,
        "pretrained": "drawn.safetensors",
        "held_out_n": 240,
        "parameters": 11_000_000,
        "latency_ms": 4.25,
        "latency_setting": "OpenVINO",
    }
    # Refreshed without complaint, and without what is no longer there.
    (shipped / "old.txt").write_text("old")
    ship_runs([run], tmp_path / "shipped", measure=measure)
    assert not (shipped / "old.txt").exists()


def test_an_unfinished_run_does_not_ship(tmp_path):
    make_run(tmp_path / "runs/open")
    with pytest.raises(RunError, match="no finished run"):
        ship_runs(list_runs([tmp_path / "runs"]), tmp_path / "shipped")
    assert not (tmp_path / "shipped").exists()
