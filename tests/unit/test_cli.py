"""The command line: exit codes, texts, JSON, and bad input among good."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from making_visits import make_visit
from PIL import Image

from core.__main__ import app, main
from core.care.record_code import record_code
from core.commands.console import printable
from core.commands.train import typed_command
from core.records.store import RecordStore
from core.settings import get_settings
from core.taxonomy import CONDITIONS
from core.vision.batch import find_photos

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(capsys, monkeypatch, tiny_package, tmp_path):
    """Run a command in this process, with the tiny package and records of its own: code, stdout, stderr."""
    monkeypatch.setenv("SCALPSPECTRA_MODELS_DIR", str(tiny_package.parent))
    monkeypatch.setenv("SCALPSPECTRA_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("SCALPSPECTRA_PRECISION", "f32")
    get_settings.cache_clear()

    def run_one(*arguments):
        with pytest.raises(SystemExit) as leaving:
            main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return leaving.value.code, out, err

    yield run_one
    get_settings.cache_clear()


def all_commands(group=None, path=()):
    from typer.main import get_command

    group = group or get_command(app)
    yield path, group
    for name, command in getattr(group, "commands", {}).items():
        yield from all_commands(command, (*path, name))


class TestEveryCommand:
    @pytest.mark.parametrize("path", [path for path, _ in all_commands()], ids=" ".join)
    def test_has_help(self, path, capsys):
        with pytest.raises(SystemExit) as leaving:
            main([*path, "--help"])
        out, _ = capsys.readouterr()
        assert leaving.value.code == 0
        assert out.startswith(" ".join(["Usage: python -m core", *path]))
        assert "--help" in out

    @pytest.mark.parametrize(("path", "command"), [(p, c) for p, c in all_commands() if not hasattr(c, "commands")])
    def test_prints_json_and_explains_every_option(self, path, command):
        assert "--json" in {name for parameter in command.params for name in parameter.opts}, path
        assert command.help
        assert all(getattr(parameter, "help", None) for parameter in command.params), path

    def test_the_contract_is_there(self):
        paths = {" ".join(path) for path, _ in all_commands()}
        assert paths >= {
            "diagnose", "train", "evaluate", "synthesize", "demo-data", "clinics near", "clinics import",
            "results import", "results export", "results backup", "results erase",
        }  # fmt: skip

    @pytest.mark.parametrize(
        "arguments",
        [
            (),
            ("nothing",),
            ("diagnose",),
            ("diagnose", "a.jpg", "--view", "side"),
            ("diagnose", "a.jpg", "--engine", "abacus"),
            ("diagnose", "--unknown"),
            ("train", "some-recipe"),
            ("evaluate", "tiny"),
            ("synthesize", "somewhere"),
            ("synthesize", "somewhere", "--count", "0"),
            ("synthesize", "somewhere", "--count", "1", "--seed", "-1"),
            ("results",),
            ("results", "erase"),
            ("results", "erase", "--all", "--older-than", "3"),
            ("demo-data", "--rows", "0"),
            ("clinics", "near", "91", "127"),
            ("clinics", "near", "here", "127"),
        ],
        ids=" ".join,
    )
    def test_wrong_usage_is_2(self, arguments, run):
        code, out, err = run(*arguments)
        assert code == 2
        assert "Usage: python -m core" in out + err

    def test_as_a_process(self):
        done = subprocess.run(
            [sys.executable, "-m", "core", "diagnose", "nothing.jpg", "--model", "nothing"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert done.stderr.startswith("Error: There is no model package named nothing.")

    def test_a_bad_setting_is_named(self, run, monkeypatch, drawn_photos):
        monkeypatch.setenv("SCALPSPECTRA_ENGINE", "abacus")
        get_settings.cache_clear()
        code, _, err = run("diagnose", drawn_photos[0])
        assert code == 1
        assert err.startswith("Error: The setting SCALPSPECTRA_ENGINE does not work: ")
        assert err.count("\n") == 1


class TestDiagnose:
    def test_json_has_the_shape_of_the_contract(self, run, drawn_photos):
        code, out, err = run("diagnose", drawn_photos[0], "--json")
        line = json.loads(out)
        assert (code, err) == (0, "")
        assert line["photo"] == str(drawn_photos[0])
        assert line["accepted"] is True
        assert line["reasons"] == []
        assert line["view"] == "microscope"
        assert line["model"] == "tiny"
        assert line["elapsed_ms"] > 0
        assert list(line["conditions"]) == [c.value for c in CONDITIONS]
        for graded in line["conditions"].values():
            assert graded["severity"] in (None, 0, 1, 2, 3)
            assert sum(graded["probabilities"]) == pytest.approx(1, abs=1e-5)
            assert set(graded["set"]) <= {0, 1, 2, 3}

    def test_broken_files_are_reported_and_the_rest_goes_on(self, run, drawn_photos, tmp_path):
        folder = tmp_path / "photos"
        folder.mkdir()
        for number in range(50):
            (folder / f"{number:02d}.jpg").write_bytes(drawn_photos[number % len(drawn_photos)].read_bytes())
        (folder / "07.jpg").write_bytes(b"")
        (folder / "23.jpg").write_bytes(b"not a photo at all")
        (folder / "41.jpg").write_bytes(drawn_photos[0].read_bytes()[:900])
        code, out, err = run("diagnose", folder, "--json")
        lines = [json.loads(line) for line in out.splitlines()]
        assert code == 1
        assert [line["photo"] for line in lines] == [str(folder / f"{n:02d}.jpg") for n in range(50)]
        broken = {line["photo"][-6:]: line for line in lines if line["reasons"] == ["unreadable"]}
        assert {name: line["error_code"] for name, line in broken.items()} == {
            "07.jpg": "photo.empty", "23.jpg": "photo.not_a_photo", "41.jpg": "photo.damaged",
        }  # fmt: skip
        assert all(not line["accepted"] and line["conditions"] == {} for line in broken.values())
        assert sum(line["accepted"] for line in lines) == 47
        assert err.splitlines() == [
            f"Error: {folder / '07.jpg'}: The file is empty. Choose the photo again, or take a new one.",
            f"Error: {folder / '23.jpg'}: This file is not a photo, whatever its name says. "
            "Choose a JPEG, PNG, WebP or HEIC photo.",
            f"Error: {folder / '41.jpg'}: The photo is damaged or incomplete. "
            "Copy or send the original file again, or take a new photo.",
        ]

    def test_a_refused_photo_is_an_answer(self, run, tmp_path):
        black = tmp_path / "black.png"
        Image.new("RGB", (300, 200)).save(black)
        code, out, _ = run("diagnose", black, "--json")
        line = json.loads(out)
        assert code == 0
        assert not line["accepted"]
        assert line["reasons"]
        assert line["conditions"] == {}

    def test_text_for_people(self, run, drawn_photos, tmp_path):
        black = tmp_path / "black.png"
        Image.new("RGB", (300, 200)).save(black)
        code, out, err = run("diagnose", drawn_photos[0], black)
        assert (code, err) == (0, "")
        assert f"{drawn_photos[0]}: microscope photo, model tiny" in out
        assert "dandruff" in out
        assert f"{black}: not graded" in out
        assert "2 photos: 1 graded, 1 refused, 0 unreadable" in out
        assert "not a medical diagnosis" in out

    def test_both_engines_agree(self, run, drawn_photos):
        lines = []
        for engine in ("openvino", "torch"):
            code, out, _ = run("diagnose", drawn_photos[0], "--engine", engine, "--json")
            assert code == 0
            lines.append([c["probabilities"] for c in json.loads(out)["conditions"].values()])
        assert np.abs(np.array(lines[0]) - np.array(lines[1])).max() < 0.01

    def test_heatmaps_get_names_of_our_own(self, run, drawn_photos, tmp_path):
        hostile = tmp_path / "..;rm -rf $(x) \x1b[31m`가나`.jpg"
        hostile.write_bytes(drawn_photos[0].read_bytes())
        folder = tmp_path / "maps"
        code, out, _ = run("diagnose", hostile, "--heatmaps", folder, "--json")
        written = json.loads(out)["heatmaps"]
        assert code == 0
        assert set(written) == {c.value for c in CONDITIONS}
        assert sorted(p.name for p in folder.iterdir()) == sorted(Path(p).name for p in written.values())
        assert Path(written["dandruff"]).name == "0001-rm_-rf_x_31m_가나.dandruff.jpg"
        with Image.open(written["dandruff"]) as picture, Image.open(drawn_photos[0]) as photo:
            assert picture.size == photo.size

    def test_heatmaps_need_a_place(self, run, drawn_photos, tmp_path):
        taken = tmp_path / "file"
        taken.write_text("no folder")
        code, out, err = run("diagnose", drawn_photos[0], "--heatmaps", taken)
        assert (code, out) == (1, "")
        assert err == (
            f"Error: {taken} cannot be written. Check that the folder is there and that you may write in it, "
            "or choose another place.\n"
        )

    def test_a_name_cannot_drive_the_terminal(self, run, tmp_path):
        hostile = tmp_path / "a\x1b[2J\nError: b\u202ejpg.png"
        hostile.write_bytes(b"")
        code, out, err = run("diagnose", hostile)
        assert code == 1
        assert "\x1b" not in out + err
        assert err.count("\n") == 1
        assert "\\x1b[2J\\nError: b\\u202ejpg.png" in err

    @pytest.mark.skipif(os.name == "nt", reason="file names are text there")
    def test_a_name_that_is_no_text(self, run, tmp_path):
        name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.jpg")
        Path(name).write_bytes(b"")
        code, out, err = run("diagnose", name, "--json")
        assert code == 1
        assert json.loads(out)["photo"] == name
        assert "\\udcff\\udcfe.jpg" in err

    def test_missing_file_and_empty_folder(self, run, tmp_path):
        empty = tmp_path / "empty"
        empty.mkdir()
        code, out, err = run("diagnose", tmp_path / "nothing.jpg", empty, "--json")
        assert code == 1
        codes = [json.loads(line)["error_code"] for line in out.splitlines()]
        assert codes == ["photo.not_found", "command.no_photos"]
        assert err.count("\n") == 2

    def test_a_view_no_model_grades(self, run, drawn_photos):
        code, out, err = run("diagnose", drawn_photos[0], "--view", "crown")
        assert (code, out) == (1, "")
        assert err == (
            "Error: No installed model grades the view crown. Choose another view, or install a package for it.\n"
        )

    def test_a_changed_package_is_refused(self, run, drawn_photos, tiny_package, tmp_path, monkeypatch):
        import shutil

        copy = tmp_path / "models" / "tiny"
        shutil.copytree(tiny_package, copy)
        graph = bytearray((copy / "model.bin").read_bytes())
        graph[100] ^= 1
        (copy / "model.bin").write_bytes(graph)
        monkeypatch.setenv("SCALPSPECTRA_MODELS_DIR", str(copy.parent))
        get_settings.cache_clear()
        code, out, err = run("diagnose", drawn_photos[0], "--json")
        assert (code, out) == (1, "")
        assert err.startswith("Error: The file model.bin of the model package tiny is not the one it was made with.")

    def test_one_photo_needs_no_torch(self, drawn_photos, tiny_package):
        code = (
            "import sys; from core.__main__ import main\n"
            "try: main(sys.argv[1:])\n"
            "except SystemExit as end: assert end.code == 0, end.code\n"
            "heavy = {'torch', 'pandas', 'streamlit', 'sklearn', 'duckdb', 'lightning', 'scipy', 'rich'}\n"
            "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
        )
        environment = {**os.environ, "SCALPSPECTRA_MODELS_DIR": str(tiny_package.parent)}
        done = subprocess.run(
            [sys.executable, "-c", code, "diagnose", str(drawn_photos[0]), "--json"],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


class TestFindPhotos:
    def test_walks_in_order_and_passes_over_what_is_hidden_or_no_photo(self, tmp_path):
        for name in ("b.JPG", "a.png", "notes.txt", ".hidden.jpg", "sub/c.heic", ".git/d.jpg", "sub/._c.jpg"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(b"x")
        found = [path.relative_to(tmp_path).as_posix() for path in find_photos([tmp_path])]
        assert found == ["a.png", "b.JPG", "sub/c.heic"]

    def test_a_named_file_is_always_tried(self, tmp_path):
        assert list(find_photos([tmp_path / "notes.txt"])) == [tmp_path / "notes.txt"]

    def test_a_link_in_a_circle_ends(self, tmp_path):
        (tmp_path / "a.png").write_bytes(b"x")
        (tmp_path / "circle").symlink_to(tmp_path)
        assert list(find_photos([tmp_path])) == [tmp_path / "a.png"]

    def test_a_name_too_long_is_left_to_the_reader(self):
        path = Path("x" * 5000)
        assert list(find_photos([path])) == [path]


class TestSynthesize:
    def test_draws_photos_with_their_manifest(self, run, tmp_path):
        code, out, _ = run("synthesize", tmp_path / "drawn", "--count", 3, "--seed", 2, "--workers", 1, "--json")
        assert code == 0
        assert json.loads(out) == {"manifest": str(tmp_path / "drawn" / "manifest.csv"), "photos": 3, "seed": 2}
        assert len(list((tmp_path / "drawn").glob("*.jpg"))) == 3
        assert run("synthesize", tmp_path / "drawn", "--count", 1, "--workers", 1)[0] == 0

    def test_leaves_a_manifest_that_is_not_its_own(self, run, tmp_path):
        manifest = tmp_path / "manifest.csv"
        manifest.write_text("file,view\na.jpg,crown\n")
        code, out, err = run("synthesize", tmp_path, "--count", 1)
        assert (code, out) == (1, "")
        assert err == (
            f"Error: {manifest} is a manifest that was not drawn by this command, and is left as it is. "
            "Choose another folder.\n"
        )
        assert manifest.read_text() == "file,view\na.jpg,crown\n"

    def test_a_place_that_cannot_be_written(self, run, tmp_path):
        taken = tmp_path / "file"
        taken.write_text("no folder")
        code, _, err = run("synthesize", taken, "--count", 1)
        assert code == 1
        assert err.startswith(f"Error: {taken} cannot be written.")


class TestEvaluate:
    def test_prints_the_metrics_of_the_contract(self, run, tiny_package, drawn_photos):
        code, out, _ = run("evaluate", tiny_package, "--data", drawn_photos[0].parent / "manifest.csv", "--json")
        assert code == 0
        conditions = json.loads(out)["conditions"]
        assert list(conditions) == [c.value for c in CONDITIONS]
        wanted = {"n", "accuracy", "macro_f1", "quadratic_kappa", "auroc", "recall", "ece", "confusion"}
        for figures in conditions.values():
            assert wanted <= set(figures)
            assert figures["n"] == len(drawn_photos)
            assert sum(map(sum, figures["confusion"])) == len(drawn_photos)

    def test_takes_an_id_and_speaks_to_people(self, run, drawn_photos):
        code, out, _ = run("evaluate", "tiny", "--data", drawn_photos[0].parent / "manifest.csv")
        assert code == 0
        assert out.startswith(f"tiny on {len(drawn_photos)} photos (0 unreadable, 0 seen in training)\n")
        assert "hair_loss" in out

    def test_no_manifest(self, run, tmp_path):
        code, out, err = run("evaluate", "tiny", "--data", tmp_path / "none.csv")
        assert (code, out) == (1, "")
        assert err.startswith(f"Error: There is no manifest {tmp_path / 'none.csv'}.")


class TestTrain:
    def test_an_unknown_recipe_names_the_known_ones(self, run, tmp_path):
        code, out, err = run("train", "nothing", "--data", tmp_path / "m.csv")
        assert (code, out) == (1, "")
        assert err.startswith("Error: There is no recipe nothing. Recipes here: ")
        assert "efficientnet-lite0-crown" in err

    def test_a_key_that_does_not_exist_names_the_nearest(self, run, tmp_path):
        code, _, err = run(
            "train", "efficientnet-lite0-crown", "--data", tmp_path / "m.csv", "--set", "training.epoch=3"
        )
        assert code == 1
        assert err == "Error: The recipe has no key training.epoch. Did you mean training.epochs?\n"

    def test_the_command_on_the_card_names_no_folder_of_this_machine(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        command = typed_command(
            "my recipe.toml",
            tmp_path / "photos" / "manifest.csv",
            ["training.epochs=3", "adaptation.data=/somewhere/else/real.csv"],
        )
        assert command == (
            "python -m core train 'my recipe.toml' --data photos/manifest.csv "
            "--set training.epochs=3 --set adaptation.data=real.csv"
        )
        assert typed_command("r", Path("../shared/m.csv"), []) == "python -m core train r --data ../shared/m.csv"


class TestRecords:
    def test_demo_data_comes_and_goes(self, run):
        assert json.loads(run("demo-data", "--rows", 40, "--json")[1]) == {"added": 40}
        assert json.loads(run("demo-data", "--rows", 40, "--json")[1]) == {"added": 0}
        code, out, _ = run("results", "list", "--demo", "--limit", 3, "--json")
        assert code == 0
        assert [json.loads(line)["source"] for line in out.splitlines()] == ["demo"] * 3
        assert run("results", "list")[1] == "Nothing is stored\n"
        assert run("demo-data", "--remove")[1] == "40 demonstration visits removed\n"

    def test_out_and_in_again(self, run, tmp_path):
        run("demo-data", "--rows", 5)
        code, out, _ = run("results", "export", tmp_path / "out.csv", "--demo", "--json")
        assert code == 0
        assert json.loads(out) == {"file": str(tmp_path / "out.csv"), "rows": 30, "demo": True}
        code, out, _ = run("results", "import", tmp_path / "out.csv", "--json")
        assert code == 0
        assert json.loads(out)["already_there"] == 30

    def test_an_unknown_format(self, run, tmp_path):
        code, out, err = run("results", "export", tmp_path / "out.xlsx")
        assert (code, out) == (1, "")
        assert err == (
            "Error: out.xlsx is of a kind that cannot be used here. Choose a file whose name ends in one of: "
            ".csv, .parquet.\n"
        )

    def test_backup(self, run, tmp_path):
        run("demo-data", "--rows", 5)
        code, out, _ = run("results", "backup", tmp_path / "copy.duckdb")
        assert (code, out) == (0, f"Backed up: {tmp_path / 'copy.duckdb'}\n")
        with RecordStore.open(tmp_path / "copy.duckdb") as copy:
            assert len(copy.recent_visits(10, demo=True)) == 5

    def test_erase(self, run, tmp_path):
        with RecordStore.open(tmp_path / "var" / "records.duckdb") as store:
            first, _ = (store.add_visit(make_visit(name), name) for name in ("one", "two"))
        code, out, err = run("results", "erase", first, "unknown")
        assert (code, out) == (1, "1 visits erased\n")
        assert err == ("Error: There is no visit unknown. List them with `python -m core results list`.\n")
        assert run("results", "erase", "--all", "--yes")[1] == "1 visits erased\n"
        assert run("results", "list")[1] == "Nothing is stored\n"

    def test_find_by_the_code_of_a_report(self, run, tmp_path):
        with RecordStore.open(tmp_path / "var" / "records.duckdb") as store:
            first, second = (store.add_visit(make_visit(name), name) for name in ("one", "two"))
        for code in (record_code(first), first, record_code(first).upper()):
            status, out, _ = run("results", "find", code, "--json")
            assert (status, json.loads(out)["id"]) == (0, first)
        assert run("results", "find", record_code(second))[1].startswith(second)
        for unknown in (first[:4], "", "%", "00000000-0000"):
            assert run("results", "find", unknown)[0] == 1

    def test_erase_asks_first(self, run, monkeypatch, tmp_path):
        import io

        with RecordStore.open(tmp_path / "var" / "records.duckdb") as store:
            store.add_visit(make_visit("one"), "one")
        monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
        assert run("results", "erase", "--all")[0] == 1
        assert run("results", "list")[1].count("\n") == 1

    @pytest.mark.usefixtures("run")
    def test_records_in_use(self, tmp_path):
        with RecordStore.open(tmp_path / "var" / "records.duckdb"):
            done = subprocess.run(
                [sys.executable, "-m", "core", "results", "list"], cwd=ROOT, capture_output=True, text=True, check=False
            )
        assert done.returncode == 1
        assert "are in use by another ScalpSpectra process" in done.stderr
        assert done.stderr.count("\n") == 1


class TestClinics:
    def test_nearest_first(self, run):
        code, out, _ = run("clinics", "near", "37.5665", "126.9780", "--limit", "5", "--json")
        assert code == 0
        found = [json.loads(line) for line in out.splitlines()]
        assert len(found) == 5
        distances = [clinic["distance_km"] for clinic in found]
        assert distances == sorted(distances)

    def test_near_agrees_with_an_ellipsoid(self, run):
        _, out, _ = run("clinics", "near", "37.5665", "126.9780", "--limit", "5", "--json")
        for clinic in map(json.loads, out.splitlines()):
            exact = Geodesic.WGS84.Inverse(37.5665, 126.9780, clinic["latitude"], clinic["longitude"])["s12"] / 1000
            assert clinic["distance_km"] == pytest.approx(exact, rel=0.005)

    def test_filters(self, run):
        position = ("37.5665", "126.9780")
        _, out, _ = run("clinics", "near", *position, "--region", "busan", "--kind", "종합병원", "--json")
        assert {clinic["region"] for clinic in map(json.loads, out.splitlines())} == {"KR-26"}
        _, out, _ = run("clinics", "near", *position, "--within", "3", "--name", "ㅅㅇㄷ", "--has-phone")
        assert [line.split()[2] for line in out.splitlines()] == ["서울대학교병원"]
        code, out, _ = run("clinics", "near", *position, "--within", "0.1")
        assert (code, "No clinic matches" in out) == (0, True)
        code, _, err = run("clinics", "search", "--region", "atlantis")
        assert (code, "atlantis" in err) == (2, True)

    def test_import_and_remove(self, run, tmp_path):
        file = tmp_path / "network 2026-09.csv"
        file.write_bytes("상호,주소,전화\n맑은의원,세종특별자치시 1,123-4567\n,없는 곳,\n".encode("cp949"))
        code, out, _ = run("clinics", "import", file, "--dry-run", "--json")
        said = json.loads(out)
        assert (code, said["list"], said["imported"], said["rejected"]) == (0, None, 1, 1)
        code, out, _ = run("clinics", "import", file, "--json")
        said = json.loads(out)
        assert (code, said["list"], said["added"], said["source_date"]) == (0, 1, 1, "2026-09")
        assert (said["reasons"], said["mended"]) == ({"no_name": 1}, {"no_position": 1, "phone_mended": 1})
        rejected = (tmp_path / "network 2026-09.rejects.csv").read_text(encoding="utf-8-sig").splitlines()
        assert rejected[0] == "file,line,reason,상호,주소,전화"
        assert "no name" in rejected[1]
        _, out, _ = run("clinics", "search", "맑은", "--json")
        clinic = json.loads(out)
        assert (clinic["phone"], clinic["region"], clinic["list_id"]) == ("044-123-4567", "KR-50", 1)
        code, out, _ = run("clinics", "booking", clinic["id"], "https://book.kr", "--json")
        assert json.loads(out)["booking"] == "https://book.kr"
        _, out, _ = run("clinics", "import", file)
        assert "in the directory already, as list 1" in out
        _, out, _ = run("clinics", "lists", "--json")
        assert [(each["id"], each["clinics"]) for each in json.loads(out)] == [(0, 64), (1, 1)]
        code, out, _ = run("clinics", "remove", "1", "--yes", "--json")
        assert (code, json.loads(out)) == (0, {"removed": 1, "clinics_gone": 1})

    def test_what_cannot_be_imported_is_one_line(self, run, tmp_path):
        weather = tmp_path / "weather.csv"
        weather.write_text("station,day,degrees\n1,2,3\n", encoding="utf-8")
        for arguments in (("nowhere.csv",), (weather,), (weather, "--column", "name=nothing")):
            code, out, err = run("clinics", "import", *arguments)
            assert (code, out, err.count("\n")) == (1, "", 1)
        code, _, err = run("clinics", "import", weather, "--column", "colour=day")
        assert (code, "colour" in err) == (1, True)
        assert run("clinics", "import", weather, "--column", "name")[0] == 2
        code, out, _ = run("clinics", "import", weather, "--column", "name=station", "--column", "address=day")
        assert (code, "1 of 1 places" in out) == (0, True)

    def test_a_bad_file_among_good_ones_is_named_at_the_end(self, run, tmp_path):
        good, bad = tmp_path / "good.csv", tmp_path / "bad.xlsx"
        good.write_text("name,address\n가나,서울 중구 1\n", encoding="utf-8")
        bad.write_bytes(b"PK\x03\x04 no archive")
        code, out, err = run("clinics", "import", good, bad)
        assert code == 1
        assert "1 of 1 places" in out
        assert "bad.xlsx" in err

    def test_south_of_the_equator_is_a_position_too(self, run):
        code, out, _ = run("clinics", "near", "-33.0", "151.2", "--limit", "1")
        assert code == 0
        assert " km  " in out


def test_printable_keeps_words_of_any_language():
    assert printable("두피 사진, scalp, 頭皮") == "두피 사진, scalp, 頭皮"
