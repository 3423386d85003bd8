"""Photos inside ZIP archives: read in place, whatever the archive claims to hold."""

import struct
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import PhotoError
from core.vision import archived as module
from core.vision.archived import archived, inside, open_archive
from core.vision.photo import MAX_BYTES, read_photo


def jpeg(shade=90):
    buffer = BytesIO()
    Image.fromarray(np.full((80, 90, 3), shade, np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()


def pack(path, entries, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return path


def pack_with_old_names(path, entries, encoding):
    """An archive as old Korean Windows tools write it: names in a code page, without the mark for UTF-8."""
    stand_ins = {f"{number:0{len(name.encode(encoding))}d}": name for number, name in enumerate(entries)}
    data = pack(path, {fake: entries[name] for fake, name in stand_ins.items()}).read_bytes()
    for fake, name in stand_ins.items():
        data = data.replace(fake.encode(), name.encode(encoding))
    path.write_bytes(data)
    return path


def test_a_photo_in_an_archive_is_read_in_place(tmp_path):
    archive = pack(tmp_path / "a.ZIP", {"안쪽/b.jpg": jpeg()})
    path = inside(archive, "안쪽/b.jpg")
    assert path == tmp_path / "a.ZIP!" / "안쪽" / "b.jpg"
    assert archived(path) == (archive, "안쪽/b.jpg")
    assert read_photo(path).original_size == (90, 80)
    assert list(tmp_path.iterdir()) == [archive]


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_names_without_the_mark_for_utf8_are_read_as_korean(tmp_path, encoding):
    name = "[라벨]미세각질_0.양호/사진.jpg"
    archive = pack_with_old_names(tmp_path / "old.zip", {name: jpeg()}, encoding)
    assert list(open_archive(archive).names()) == [name]
    assert read_photo(inside(archive, name)).original_size == (90, 80)


def test_names_that_point_out_of_the_archive_are_no_files_of_it(tmp_path):
    archive = open_archive(pack(tmp_path / "a.zip", {"../out.jpg": jpeg(), "/etc/x.jpg": jpeg(), "d\\e.jpg": jpeg()}))
    assert sorted(archive.names()) == ["d/e.jpg", "etc/x.jpg"]
    assert list(archive.outward_names()) == ["../out.jpg"]


def test_a_bomb_costs_no_more_than_the_largest_photo(tmp_path):
    archive = pack(tmp_path / "bomb.zip", {"b.jpg": bytes(64 * 1024 * 1024)})
    assert archive.stat().st_size < 100_000
    assert len(open_archive(archive).read("b.jpg", MAX_BYTES)) == MAX_BYTES + 1
    with pytest.raises(PhotoError, match="MB"):
        read_photo(inside(archive, "b.jpg"))


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"no archive", "ZIP"), (b"", "ZIP"), (b"PK\x05\x06" + struct.pack("<8xII2x", 40_000_000, 0), "ZIP")],
)
def test_what_is_no_archive_says_so(tmp_path, data, says):
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with pytest.raises(PhotoError, match=says):
        read_photo(inside(path, "b.jpg"))


def test_missing_locked_foreign_and_damaged_files_are_told_apart(tmp_path):
    def code(archive, name="b.jpg"):
        with pytest.raises(PhotoError) as raised:
            read_photo(inside(archive, name))
        return raised.value.code

    good = pack(tmp_path / "good.zip", {"b.jpg": jpeg()})
    assert code(good, "none.jpg") == "photo.not_found"
    assert code(tmp_path / "none.zip") == "photo.not_found"
    assert code(pack(tmp_path / "lzma.zip", {"b.jpg": jpeg()}, zipfile.ZIP_LZMA)) == "photo.archive_method"
    locked, broken = bytearray(good.read_bytes()), bytearray(good.read_bytes())
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    broken[60] ^= 0xFF
    for name, data in (("locked", locked), ("broken", broken)):
        (tmp_path / f"{name}.zip").write_bytes(data)
    assert code(tmp_path / "locked.zip") == "photo.archive_locked"
    assert code(tmp_path / "broken.zip") == "photo.damaged"


def test_an_archive_that_changed_is_opened_anew(tmp_path):
    path = pack(tmp_path / "a.zip", {"a.jpg": jpeg()})
    assert list(open_archive(path).names()) == ["a.jpg"]
    pack(path, {"b.jpg": jpeg(), "c.jpg": jpeg()})
    assert list(open_archive(path).names()) == ["b.jpg", "c.jpg"]


def test_few_archives_are_kept_open(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_KEPT_OPEN", 2)
    module._opened.clear()
    for number in range(4):
        open_archive(pack(tmp_path / f"{number}.zip", {"a.jpg": jpeg()}))
    assert len(module._opened) == 2


def test_a_folder_with_zip_in_its_name_is_a_folder():
    assert archived(Path("a.zip/b.jpg")) is None
    assert archived(Path("a.zip!")) is None
