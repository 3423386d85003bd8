import hashlib
import os
import re
import struct
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from subprocess import run

import numpy as np
import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngInfo

from core.errors import PhotoError
from core.locale import Language
from core.vision.photo import (
    MAX_BYTES,
    WORKING_SIDE,
    Photo,
    encode_jpeg,
    load_photo,
    photo_from_pixels,
    read_photo,
)
from core.vision.photo_bytes import (
    MAX_JPEG_MARKERS,
    MAX_JPEG_SCANS,
    MAX_JPEG_STRAY_BYTES,
    MAX_PNG_CHUNKS,
    recognise_format,
)

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 200, 30), (30, 30, 220), (230, 220, 40)
# What a camera has to apply to the upright picture so that the orientation in EXIF undoes it.
STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def scene(width: int = 160, height: int = 120) -> Image.Image:
    """A skin-coloured slope with fine noise: no two rows alike, and nothing that compresses away."""
    y, x = np.mgrid[0:height, 0:width]
    slope = np.stack([150 + 60 * x / width, 110 + 50 * y / height, 100 + 20 * x / width], axis=-1)
    noise = np.random.default_rng(7).normal(0, 8, slope.shape)
    return Image.fromarray(np.clip(slope + noise, 0, 255).astype(np.uint8))


def quarters(width: int = 160, height: int = 120) -> Image.Image:
    """Four colours, so that every turn and flip shows."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    image.paste(YELLOW, (width // 2, height // 2, width, height))
    return image


def encode(image: Image.Image, name: str, **options) -> bytes:
    buffer = BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


def encode_heif(image: Image.Image, **options) -> bytes:
    buffer = BytesIO()
    pillow_heif.from_pillow(image).save(buffer, **options)
    return buffer.getvalue()


def exif_bytes(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCameraMaker"
    exif.get_ifd(0x8825).update({1: "N", 2: (37.0, 33.0, 59.0), 3: "E", 4: (126.0, 58.0, 40.0)})
    return exif.tobytes()


def png_of(width: int, height: int, rows: bytes, bit_depth: int = 8, colour_type: int = 0) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def refusal(data: bytes) -> PhotoError:
    with pytest.raises(PhotoError) as caught:
        load_photo(data)
    for language in Language:
        assert "{" not in caught.value.message(language)
    return caught.value


def assert_close(photo: Photo, image: Image.Image, tolerance: float = 4) -> None:
    expected = np.asarray(image.convert("RGB"), dtype=float)
    assert photo.pixels.shape == expected.shape
    assert np.abs(photo.pixels - expected).mean() < tolerance


ENCODERS = {
    "JPEG": lambda image: encode(image, "JPEG", quality=95),
    "PNG": lambda image: encode(image, "PNG"),
    "WEBP": lambda image: encode(image, "WEBP", quality=95),
    "HEIF": lambda image: encode_heif(image, quality=95),
}


@pytest.mark.parametrize("name", ENCODERS)
def test_every_format_gives_the_picture(name):
    photo = load_photo(ENCODERS[name](scene()))
    assert_close(photo, scene(), tolerance=6)
    assert (photo.format, photo.original_size) == (name, (160, 120))
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.flags.c_contiguous
    assert not photo.pixels.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        photo.pixels[0, 0, 0] = 1


def test_hash_is_of_pixels_and_shape():
    photo = load_photo(encode(scene(), "PNG"))
    assert photo.sha256 == hashlib.sha256(photo.pixels.tobytes() + b"(120, 160, 3)").hexdigest()
    assert photo == load_photo(encode(scene(), "PNG", compress_level=1))
    assert photo != load_photo(encode(quarters(), "PNG"))
    flat = np.full((100, 200, 3), 90, np.uint8)
    assert photo_from_pixels(flat).sha256 != photo_from_pixels(flat.reshape(200, 100, 3)).sha256


def test_many_threads_get_the_same_photo():
    files = [encode(scene(1400, 1300), "JPEG"), encode(scene(1700, 200), "PNG"), encode_heif(scene())]
    alone = [load_photo(data) for data in files]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(load_photo, files * 4)) == alone * 4


def test_importing_changes_nothing_in_pillow_and_leaves_heif_out():
    script = (
        "import sys, warnings, numpy; from PIL import Image, ImageFile; before = (list(warnings.filters),"
        " Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, ImageFile.MAXBLOCK);"
        "import core.vision.photo; assert before == (list(warnings.filters), Image.MAX_IMAGE_PIXELS,"
        " ImageFile.LOAD_TRUNCATED_IMAGES, ImageFile.MAXBLOCK); assert 'pillow_heif' not in sys.modules"
    )
    root = Path(__file__).resolve().parents[2]
    assert run([sys.executable, "-c", script], check=False, cwd=root).returncode == 0
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


# --- size -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "working"),
    [
        ((2600, 1920), (1300, 960)),  # a third is no draft scale
        ((2560, 2000), (1280, 1000)),
        ((5200, 2600), (1300, 650)),
        ((1400, 1000), (1400, 1000)),
        ((4000, 400), (1600, 160)),
    ],
)
def test_big_jpeg_becomes_a_working_picture(size, working):
    photo = load_photo(encode(quarters(*size), "JPEG"))
    assert photo.pixels.shape == (working[1], working[0], 3)
    assert photo.original_size == size
    assert_close(photo, quarters(*working))


@pytest.mark.parametrize("name", ["PNG", "WEBP", "HEIF"])
def test_other_big_pictures_are_reduced(name):
    photo = load_photo(ENCODERS[name](quarters(1000, 2000)))
    assert photo.pixels.shape == (WORKING_SIDE, 800, 3)
    assert photo.original_size == (1000, 2000)
    assert_close(photo, quarters(800, WORKING_SIDE))


@pytest.mark.parametrize("size", [(1, 1), (63, 500), (500, 63)])
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_tiny_picture_is_refused_with_its_size(name, size):
    error = refusal(ENCODERS[name](Image.new("RGB", size, RED)))
    assert error.code == "photo.too_small"
    assert f"{size[0]} x {size[1]}" in str(error)
    assert "64" in str(error)


def test_smallest_and_longest_picture_pass():
    assert load_photo(encode(scene(64, 64), "PNG")).pixels.shape == (64, 64, 3)
    assert load_photo(encode(scene(12_000, 64), "JPEG")).pixels.shape == (9, 1600, 3)


@pytest.mark.parametrize("size", [(12_001, 64), (64, 12_001), (8000, 5001)])
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_too_many_pixels(name, size):
    error = refusal(encode(Image.new("L", size), name, quality=1, method=0, compress_level=1))
    assert error.code == "photo.too_many_pixels"
    assert "40" in str(error)


def test_too_many_pixels_heif():
    assert refusal(encode_heif(Image.new("L", (12_002, 64)))).code == "photo.too_many_pixels"


@pytest.mark.parametrize("side", [13_300, 30_000, 2**31 - 1])
def test_huge_png_is_refused_from_its_header(side):
    # The pixel data is far too short: decoding it would say "damaged".
    assert refusal(png_of(side, side, bytes(1000))).code == "photo.too_many_pixels"


def test_huge_webp_canvas_is_refused_from_its_header():
    data = bytearray(encode(scene(), "WEBP", exif=exif_bytes(1)))
    assert data[12:16] == b"VP8X"
    data[24:30] = b"\xff\xff\x00\xff\xff\x00"  # 65,536 x 65,536
    assert refusal(bytes(data)).code == "photo.too_many_pixels"


# --- orientation and metadata ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", STORED_AS)
def test_orientation_is_applied(name, orientation):
    turn = STORED_AS[orientation]
    stored = quarters().transpose(turn) if turn is not None else quarters()
    photo = load_photo(encode(stored, name, exif=exif_bytes(orientation)))
    assert_close(photo, quarters())
    assert photo.original_size == (160, 120)


def test_sideways_big_jpeg_reports_its_upright_size():
    photo = load_photo(encode(quarters(3000, 2000), "JPEG", exif=exif_bytes(6)))
    assert photo.original_size == (2000, 3000)
    assert photo.pixels.shape == (1500, 1000, 3)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_heif_is_turned_once(orientation):
    # The encoder writes EXIF orientation as HEIF's own rotation, as phones do, and keeps the EXIF.
    turn = STORED_AS[orientation]
    stored = quarters().transpose(turn) if turn is not None else quarters()
    photo = load_photo(encode_heif(stored, exif=exif_bytes(orientation)))
    assert_close(photo, quarters())
    assert photo.original_size == (160, 120)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "exif", [b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0garbage", exif_bytes(1).replace(b"\1\0", b"\7\7")]
)
def test_unreadable_exif_does_not_cost_the_photo(exif):
    assert_close(load_photo(encode(quarters(), "JPEG", exif=exif)), quarters())


def test_orientation_outside_the_standard_is_ignored():
    assert_close(load_photo(encode(quarters(), "JPEG", exif=exif_bytes(200))), quarters())


def test_no_metadata_survives():
    text = PngInfo()
    text.add_text("Author", "SecretAuthor")
    comment = encode(scene(), "JPEG", exif=exif_bytes(1), comment=b"SecretComment", icc_profile=b"SecretProfile" * 20)
    for data in (comment, encode(scene(), "PNG", exif=exif_bytes(1), pnginfo=text)):
        assert b"Secret" in data
        again = encode_jpeg(load_photo(data).pixels)
        assert b"Secret" not in again
        with Image.open(BytesIO(again)) as image:
            assert not image.getexif()
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


# --- modes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 70), (1700, 70)])
@pytest.mark.parametrize(("value", "grey"), [(0, 0), (0x4000, 64), (0x8000, 128), (0xFFFF, 255)])
def test_16_bit_grey_keeps_its_brightness(size, value, grey):
    data = encode(Image.fromarray(np.full(size[::-1], value, np.uint16)), "PNG")
    photo = load_photo(data)
    assert (photo.pixels == grey).all()


@pytest.mark.parametrize(("colour_type", "channels"), [(2, 3), (4, 2), (6, 4)])
def test_16_bit_colour_and_alpha_keep_their_brightness(colour_type, channels):
    samples = np.full((70, 80, channels), 0x8000, ">u2")
    if channels in (2, 4):
        samples[..., -1] = 0xFFFF
    rows = b"".join(b"\0" + row.tobytes() for row in samples)
    photo = load_photo(png_of(80, 70, rows, bit_depth=16, colour_type=colour_type))
    assert (photo.pixels == 128).all()


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA"])
def test_modes_become_rgb(mode):
    image = scene().convert(mode)
    assert_close(load_photo(encode(image, "PNG")), image, tolerance=1)


def test_cmyk_jpeg_is_not_a_negative():
    white = Image.new("CMYK", (100, 80), (0, 0, 0, 0))
    assert load_photo(encode(white, "JPEG")).pixels.min() > 250
    photo = load_photo(encode(quarters().convert("CMYK"), "JPEG", quality=95))
    assert_close(photo, quarters(), tolerance=6)


@pytest.mark.parametrize("name", ["PNG", "WEBP"])
def test_transparent_parts_become_white(name):
    image = quarters().convert("RGBA")
    image.paste((200, 0, 0, 0), (0, 0, 80, 120))
    image.paste((0, 0, 0, 128), (80, 0, 160, 120))
    photo = load_photo(encode(image, name, lossless=True))
    assert (photo.pixels[:, :78] == 255).all()
    assert np.abs(photo.pixels[:, 82:].astype(int) - 127).max() <= 1


def test_palette_and_colour_key_transparency_become_white():
    palette = Image.new("P", (90, 80), 1)
    palette.putpalette([0, 0, 0, 200, 40, 40])
    palette.paste(0, (0, 0, 45, 80))
    for data in (encode(palette, "PNG", transparency=0), encode(quarters(), "PNG", transparency=RED)):
        assert (load_photo(data).pixels[5, 5] == 255).all()


def test_transparent_heif_becomes_white():
    photo = load_photo(encode_heif(Image.new("RGBA", (96, 80), (200, 0, 0, 0)), quality=-1))
    assert photo.pixels.min() > 250


def test_hidden_colour_does_not_bleed_into_a_reduced_picture():
    image = Image.new("RGBA", (2000, 200), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (0, 0, 1000, 200))
    assert load_photo(encode(image, "PNG")).pixels.min() == 255


def test_10_bit_heif_keeps_its_brightness():
    buffer = BytesIO()
    pixels = np.full((80, 96, 3), 0x8000, np.uint16)
    pillow_heif.from_bytes("RGB;16", (96, 80), pixels.tobytes()).save(buffer, quality=-1)
    assert np.abs(load_photo(buffer.getvalue()).pixels.astype(int) - 128).max() <= 2


# --- several pictures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["PNG", "WEBP"])
def test_animation_gives_its_first_frame(name):
    frames = [Image.new("RGB", (90, 80), colour) for colour in (GREEN, RED, BLUE)]
    data = encode(frames[0], name, save_all=True, append_images=frames[1:], duration=50, lossless=True)
    assert_close(load_photo(data), frames[0])


def test_multi_picture_phone_file_gives_its_first_picture():
    data = encode(quarters(), "MPO", save_all=True, append_images=[Image.new("RGB", (80, 60), BLUE)])
    with Image.open(BytesIO(data)) as image:
        assert image.format == "MPO"
    photo = load_photo(data)
    assert photo.format == "JPEG"
    assert_close(photo, quarters())


# --- not a photo ----------------------------------------------------------------------------------------------------


def test_empty_and_too_large():
    assert refusal(b"").code == "photo.empty"
    error = refusal(encode(scene(), "PNG") + bytes(MAX_BYTES))
    assert error.code == "photo.too_large"
    assert "10 MB" in str(error)


@pytest.mark.parametrize(
    "data",
    [
        b"just some text in a file named photo.jpg",
        b"BM is how this sentence starts",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
        b"<html><script>alert(1)</script></html>",
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        b"\x00\x00\x00\x18ftypabcd\x00\x00\x00\x00",
        b"\xff",
        bytes(1000),
    ],
)
def test_other_files_are_not_photos(data):
    assert refusal(data).code == "photo.not_a_photo"


@pytest.mark.parametrize("name", ["GIF", "BMP", "TIFF", "AVIF", "PDF", "JPEG2000"])
def test_other_picture_formats_are_named(name):
    error = refusal(encode(scene(), name))
    assert error.code == "photo.unsupported_format"
    assert error.values["format"] == {"JPEG2000": "JPEG 2000"}.get(name, name)
    for language in Language:
        assert str(error.values["format"]) in error.message(language)
        assert "PNG" in error.message(language)


@pytest.mark.parametrize(
    ("major", "compatible", "name"),
    [
        (b"heic", b"mif1heic", "HEIF"),
        (b"mif1", b"mif1heic", "HEIF"),
        (b"mif1", b"mif1", "HEIF"),
        (b"mif1", b"mif1avif", "AVIF"),
        (b"avif", b"mif1miaf", "AVIF"),
        (b"isom", b"isommp42", "MP4"),
        (b"qt  ", b"qt  ", "MOV"),
        (b"zzzz", b"", None),
    ],
)
def test_brands(major, compatible, name):
    size = 16 + len(compatible)
    assert recognise_format(struct.pack(">I", size) + b"ftyp" + major + bytes(4) + compatible) == name


# --- damage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ENCODERS)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_truncated_file_is_damaged(name, part):
    data = ENCODERS[name](scene(300, 200))
    assert refusal(data[: int(len(data) * part)]).code == "photo.damaged"


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_half_a_jpeg_with_an_end_marker_is_damaged(mode, progressive):
    # Pillow takes this for whole and shows the lower half grey.
    data = encode(scene(800, 600).convert(mode), "JPEG", quality=90, progressive=progressive)
    # The first scan of a progressive file is a coarse whole; behind it, a cut costs detail, not rows.
    scans = [at.start() for at in re.finditer(b"\xff\xda", data)]
    cut = sum(scans[:2]) // 2 if progressive else len(data) // 2
    assert refusal(data[:cut] + b"\xff\xd9").code == "photo.damaged"


def test_grey_card_is_a_photo():
    for mode, colour in (("RGB", (128, 128, 128)), ("L", 128)):
        assert (load_photo(encode(Image.new(mode, (200, 100), colour), "JPEG")).pixels == 128).all()


def test_scan_bomb_is_refused():
    data = encode(scene(), "JPEG", progressive=True)
    last_scan = data[data.rindex(b"\xff\xda") : -2]
    bomb = data[:-2] + last_scan * 1000 + b"\xff\xd9"
    assert refusal(bomb).code == "photo.too_many_scans"


def test_scan_markers_inside_segments_do_not_count():
    data = encode(scene(), "JPEG", comment=b"\xff\xda" * 5 * MAX_JPEG_SCANS, progressive=True)
    assert_close(load_photo(data), scene(), tolerance=8)


def test_scans_after_the_end_do_not_count():
    data = encode(scene(), "JPEG")
    assert load_photo(data + b"\xff\xda\x00\x02" * 1000) == load_photo(data)


def test_marker_and_chunk_floods_are_damaged():
    jpeg, png = encode(scene(), "JPEG"), encode(scene(), "PNG")
    segments = jpeg[:2] + b"\xff\xfe\x00\x02" * (MAX_JPEG_MARKERS + 1) + jpeg[2:]
    padding = jpeg[:2] + b"\xff" * (MAX_JPEG_STRAY_BYTES + 100) + jpeg[2:]
    chunk = struct.pack(">I", 0) + b"teSt" + struct.pack(">I", zlib.crc32(b"teSt"))
    chunks = png[:33] + chunk * (MAX_PNG_CHUNKS + 1) + png[33:]
    for data in (segments, padding, chunks):
        assert refusal(data).code == "photo.damaged"


@pytest.mark.parametrize("key", ["transparency", "interlace", "exif", "xmp", "icc_profile", "dpi"])
@pytest.mark.parametrize("image", [scene(), scene().convert("P"), Image.fromarray(np.full((80, 80), 9, np.uint16))])
def test_png_text_that_poses_as_decoder_settings(key, image):
    # Pillow keeps text chunks and its own settings in one dictionary.
    text = PngInfo()
    text.add_text(key, "not what it should be")
    try:
        photo = load_photo(encode(image, "PNG", pnginfo=text))
    except PhotoError as error:
        assert error.code == "photo.damaged"  # noqa: PT017 - loading is as good
    else:
        assert photo.original_size == image.size


SEEDS = {
    "JPEG": encode(scene(), "JPEG", exif=exif_bytes(6)),
    "progressive": encode(scene(), "JPEG", progressive=True),
    "CMYK": encode(scene().convert("CMYK"), "JPEG"),
    "PNG": encode(scene(80, 70), "PNG", exif=exif_bytes(3)),
    "palette": encode(scene(80, 70).convert("P"), "PNG", transparency=3),
    "WEBP": encode(scene(), "WEBP", exif=exif_bytes(8)),
    "HEIF": encode_heif(scene(), exif=exif_bytes(6)),
}


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(sorted(SEEDS)),
    # Damage near the start hits headers, the rest pixels; both matter.
    changes=st.lists(st.tuples(st.one_of(st.floats(0, 1), st.floats(0, 0.1)), st.integers(0, 255)), max_size=6),
    keep=st.one_of(st.just(1.0), st.floats(0, 1)),
)
def test_mutated_files_load_or_are_refused(name, changes, keep):
    data = bytearray(SEEDS[name])
    for place, value in changes:
        data[int(place * (len(data) - 1))] = value
    try:
        photo = load_photo(bytes(data[: int(keep * len(data))]))
    except PhotoError:
        return
    assert photo.pixels.shape[2] == 3
    assert max(photo.pixels.shape) <= WORKING_SIDE


@settings(max_examples=50, deadline=None)
@given(start=st.sampled_from([SEEDS[name][:30] for name in SEEDS]), rest=st.binary(max_size=300))
def test_noise_behind_a_signature_is_refused(start, rest):
    with pytest.raises(PhotoError):
        load_photo(start + rest)


# --- files ----------------------------------------------------------------------------------------------------------


def test_file_is_read_whatever_its_suffix(tmp_path):
    path = tmp_path / "photo.txt"
    path.write_bytes(encode(scene(), "PNG"))
    assert read_photo(path) == load_photo(path.read_bytes())


def file_refusal(path: Path) -> PhotoError:
    with pytest.raises(PhotoError) as caught:
        read_photo(path)
    for language in Language:
        assert path.name in caught.value.message(language)
        assert str(path.parent) not in caught.value.message(language)
    return caught.value


def test_file_errors(tmp_path):
    assert file_refusal(tmp_path / "gone.jpg").code == "photo.not_found"
    assert file_refusal(tmp_path).code == "photo.unreadable"
    below_a_file = tmp_path / "file"
    below_a_file.write_bytes(b"x")
    assert file_refusal(below_a_file / "photo.jpg").code == "photo.unreadable"
    assert file_refusal(tmp_path / ("a" * 300 + ".jpg")).code == "photo.unreadable"
    loop = tmp_path / "loop.jpg"
    loop.symlink_to(loop)
    assert file_refusal(loop).code == "photo.unreadable"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a Unix thing")
def test_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    assert file_refusal(tmp_path / "pipe.jpg").code == "photo.unreadable"


def test_large_file_is_not_read_whole(tmp_path):
    path = tmp_path / "sparse.jpg"
    with path.open("wb") as file:
        file.truncate(20 * 1024**3)
    with pytest.raises(PhotoError) as caught:
        read_photo(path)
    assert caught.value.code == "photo.too_large"


# --- pixels ---------------------------------------------------------------------------------------------------------


def test_pixels_are_copied_and_equal_their_png():
    pixels = np.array(scene())
    photo = photo_from_pixels(pixels)
    assert photo == load_photo(encode(scene(), "PNG"))
    pixels[:] = 0
    assert_close(photo, scene())
    assert pixels.flags.writeable


def test_big_and_strided_pixels():
    pixels = np.array(scene(2000, 300))
    assert photo_from_pixels(pixels) == load_photo(encode(scene(2000, 300), "PNG"))
    mirrored = photo_from_pixels(pixels[:, ::-1])
    assert mirrored.pixels.shape == (240, 1600, 3)
    assert mirrored.pixels.flags.c_contiguous
    assert photo_from_pixels(pixels[::3, ::-3]).pixels.flags.c_contiguous


@pytest.mark.parametrize(
    "pixels", [np.zeros((80, 80), np.uint8), np.zeros((80, 80, 4), np.uint8), np.zeros((80, 80, 3))]
)
def test_other_arrays_are_a_bug_of_the_caller(pixels):
    with pytest.raises(ValueError, match="uint8"):
        photo_from_pixels(pixels)


def test_pixels_have_limits():
    with pytest.raises(PhotoError, match="64"):
        photo_from_pixels(np.zeros((10, 80, 3), np.uint8))
    with pytest.raises(PhotoError, match="megapixels"):
        photo_from_pixels(np.broadcast_to(np.uint8(0), (12_001, 80, 3)))


def test_encoded_jpeg_shows_the_picture():
    pixels = np.asarray(scene())
    small, fine = encode_jpeg(pixels, quality=30), encode_jpeg(pixels, quality=95)
    assert len(small) < len(fine)
    assert_close(load_photo(fine), scene(), tolerance=6)
