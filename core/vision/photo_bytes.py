"""What a file is, told from its bytes alone, before any decoder sees it.

File names and upload types say nothing reliable, so the signature decides. The outline checks exist because decoders
spend time per scan, marker or chunk, not per byte: a 300 kB JPEG with a thousand scans keeps a processor busy for 20
seconds, and Pillow walks JPEG markers and PNG chunks in Python.
"""

import re
from itertools import islice

MAX_JPEG_SCANS = 64
MAX_JPEG_MARKERS = 10_000
MAX_JPEG_STRAY_BYTES = 65_536
MAX_PNG_CHUNKS = 20_000

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_FOREIGN_SIGNATURES = (
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"%PDF-", "PDF"),
    (b"8BPS", "PSD"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
)
_HEVC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"}
_AVIF_BRANDS = {b"avif", b"avis"}
_GENERIC_HEIF_BRANDS = {b"mif1", b"msf1"}
_VIDEO_BRANDS = (b"iso", b"mp4", b"avc1", b"M4V", b"3gp")
_MAX_BRANDS_BYTES = 256

# Stuffed zeros, fill bytes, restart markers and TEM have no length and start nothing.
_SEGMENT_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
_SCAN_MARKER = re.compile(rb"\xff\xda")
_START_OF_SCAN = 0xDA
_END_OF_IMAGE = 0xD9


class DisorderlyBytesError(ValueError):
    """A file is made of so many pieces, or so much between them, that no camera or editor wrote it."""


def recognise_format(data: bytes) -> str | None:
    """Name the picture format by signature.

    Args:
        data: The file, or at least its first 300 bytes.

    Returns:
        `JPEG`, `PNG`, `WEBP` or `HEIF`; another format's name (`GIF`, `AVIF`, `PDF`, ...) where that is recognised;
        None for anything else.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(_PNG_SIGNATURE):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        return _recognise_brand(data)
    # "BM" alone also starts words; a bitmap's reserved bytes are zero.
    if data[:2] == b"BM" and data[6:10] == bytes(4):
        return "BMP"
    return next((name for signature, name in _FOREIGN_SIGNATURES if data.startswith(signature)), None)


def _recognise_brand(data: bytes) -> str | None:
    major = data[8:12]
    end = min(int.from_bytes(data[:4], "big"), _MAX_BRANDS_BYTES)
    brands = {major} | {data[at : at + 4] for at in range(16, end, 4)}
    if brands & _HEVC_BRANDS:
        return "HEIF"
    if brands & _AVIF_BRANDS:
        return "AVIF"
    if brands & _GENERIC_HEIF_BRANDS:
        return "HEIF"
    if major == b"qt  ":
        return "MOV"
    return "MP4" if major.startswith(_VIDEO_BRANDS) else None


def has_too_many_scans(data: bytes) -> bool:
    """Whether a JPEG holds more than `MAX_JPEG_SCANS` scans up to its end-of-image marker.

    Args:
        data: A file that starts like a JPEG.

    Raises:
        DisorderlyBytesError: More markers, or more bytes between the segments of the header, than any encoder writes.
    """
    # Every scan starts with these two bytes, so few of them settle it without following the segments.
    followed = sum(1 for _ in islice(_SCAN_MARKER.finditer(data), MAX_JPEG_SCANS + 1)) > MAX_JPEG_SCANS
    position, scans, stray = 2, 0, 0
    for _ in range(MAX_JPEG_MARKERS):
        match = _SEGMENT_MARKER.search(data, position)
        if match is None or data[match.end() - 1] == _END_OF_IMAGE:
            return False
        if not scans:
            stray += match.start() - position
            if stray > MAX_JPEG_STRAY_BYTES:
                raise DisorderlyBytesError("stray bytes between JPEG segments")
        if data[match.end() - 1] == _START_OF_SCAN:
            scans += 1
            if not followed or scans > MAX_JPEG_SCANS:
                return followed
        position = match.end() + max(2, int.from_bytes(data[match.end() : match.end() + 2], "big"))
    raise DisorderlyBytesError("too many JPEG markers")


def check_png_chunks(data: bytes) -> None:
    """Refuse a PNG with more than `MAX_PNG_CHUNKS` chunks.

    Args:
        data: A file that starts like a PNG.

    Raises:
        DisorderlyBytesError: More chunks than any encoder writes.
    """
    position = len(_PNG_SIGNATURE)
    for _ in range(MAX_PNG_CHUNKS):
        if position >= len(data):
            return
        position += 12 + int.from_bytes(data[position : position + 4], "big")
    raise DisorderlyBytesError("too many PNG chunks")
