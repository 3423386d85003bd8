"""The key as a picture to keep, and back from a picture. Knows no Streamlit."""

from io import BytesIO
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
import segno
from PIL import Image, ImageDraw, ImageFont

from core.errors import RecordsError
from core.records.history_key import HistoryKey, parse_key
from core.vision.photo import load_photo

_CODE_SCALE: Final = 12
_MARGIN: Final = 28
_LETTERS_PX: Final = 30
_NAME: Final = "ScalpSpectra"
_NAME_PX: Final = 22


def draw_key_card(key: HistoryKey) -> bytes:
    """Draw a key as PNG: a QR code that holds its letters and nothing else, and the letters below it."""
    drawn = BytesIO()
    segno.make(key.text, error="q", micro=False).save(drawn, kind="png", scale=_CODE_SCALE, border=4)
    code = Image.open(drawn).convert("L")
    groups = key.text.split("-")
    lines = ["-".join(groups[:3]) + "-", "-".join(groups[3:])]
    height = _MARGIN + code.height + 3 * (_LETTERS_PX + 12) + _MARGIN
    card = Image.new("L", (code.width + 2 * _MARGIN, height), 255)
    card.paste(code, (_MARGIN, _MARGIN // 2))
    pen = ImageDraw.Draw(card)
    letters, name = ImageFont.load_default(_LETTERS_PX), ImageFont.load_default(_NAME_PX)
    top = _MARGIN // 2 + code.height
    for row, line in enumerate(lines):
        pen.text((card.width / 2, top + row * (_LETTERS_PX + 12)), line, fill=0, font=letters, anchor="ma")
    pen.text((card.width / 2, top + 2 * (_LETTERS_PX + 12) + 8), _NAME, fill=90, font=name, anchor="ma")
    packed = BytesIO()
    card.save(packed, "PNG", optimize=True)
    return packed.getvalue()


def read_key_card(data: bytes) -> HistoryKey:
    """Read the key from a picture of its code.

    Args:
        data: A file from a stranger: the saved picture, or a photo or screenshot of it.

    Raises:
        PhotoError: The file is no picture that can be read.
        RecordsError: There is no code in it (`history.no_qr`), or what the code says is no key (as `parse_key`).
    """
    grey = cv2.cvtColor(load_photo(data).pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    for attempt in (grey, _evened(grey)):
        for reader in (cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()):
            words = _read(reader, attempt)
            if words:
                return parse_key(words)
    raise RecordsError("history.no_qr")


def _read(reader: cv2.QRCodeDetector | cv2.QRCodeDetectorAruco, picture: npt.NDArray[np.uint8]) -> str:
    try:
        return reader.detectAndDecode(picture)[0]
    except (cv2.error, UnicodeDecodeError):
        # Some pictures trip the detector itself, and foreign codes hold bytes that are no text: no key either way.
        return ""


def _evened(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Black and white whatever the light across a photo of a screen or a sheet."""
    smooth = cv2.GaussianBlur(picture, (5, 5), 0)
    return cv2.adaptiveThreshold(smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 51, 5).astype(np.uint8)
