"""Small drawings of our own, in mid tones that read on light and dark: how to take a photo, how it works."""

from typing import Final

from core.interface.palette import SEVERITY_COLOURS
from core.taxonomy import Severity

_FRAME = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 120" width="200" height="120">{}</svg>'
_SCALP = '<path d="M14 96c40-26 132-26 172 0v14H14z" fill="#C99A78"/>'
_HAIRS = (
    '<g fill="none" stroke="#6B5344" stroke-width="3" stroke-linecap="round">'
    '<path d="M40 86c-6-12-16-18-26-20M58 80c-6-14-16-22-28-26M142 80c6-14 16-22 28-26M160 86c6-12 16-18 26-20"/></g>'
)
_PARTED_HAIRS = (
    '<g fill="none" stroke="#6B5344" stroke-width="3" stroke-linecap="round">'
    '<path d="M36 88c-4-10-12-16-20-18M54 82c-6-14-18-22-30-24M72 78c-8-16-22-26-36-30M84 76c-8-20-22-32-38-38'
    'M116 76c8-20 22-32 38-38M128 78c8-16 22-26 36-30M146 82c6-14 18-22 30-24M164 88c4-10 12-16 20-18"/></g>'
)

DRAWINGS: Final[dict[str, str]] = {
    "distance": _FRAME.format(
        _SCALP + _HAIRS + '<rect x="84" y="8" width="32" height="46" rx="7" fill="#0F9488"/>'
        '<rect x="78" y="54" width="44" height="14" rx="4" fill="#14766C"/>'
        '<path d="M60 30v38m-6-6 6 7 6-7" fill="none" stroke="#0F9488" stroke-width="3" stroke-linecap="round"/>'
    ),
    "light": _FRAME.format(
        _SCALP + _HAIRS + '<circle cx="34" cy="28" r="13" fill="#E0AE3E"/>'
        '<g stroke="#E0AE3E" stroke-width="3" stroke-linecap="round">'
        '<path d="M54 34l26 12M50 44l22 20M58 24l30 4M34 48v6M14 28H8M20 14l-4-4M48 14l4-4"/></g>'
    ),
    "parting": _FRAME.format(
        _SCALP + _PARTED_HAIRS + '<path d="M100 72v32" stroke="#E7C3A5" stroke-width="22" stroke-linecap="round"/>'
        '<circle cx="100" cy="86" r="20" fill="none" stroke="#0F9488" stroke-width="3" stroke-dasharray="6 5"/>'
    ),
}

STEPS: Final[dict[str, str]] = {
    "photo": DRAWINGS["distance"],
    "grade": _FRAME.format(
        '<path d="M30 60h140" stroke="#9A9188" stroke-width="3"/>'
        f'<circle cx="34" cy="60" r="10" fill="{SEVERITY_COLOURS[Severity.GOOD]}"/>'
        f'<rect x="70" y="50" width="20" height="20" rx="5" fill="{SEVERITY_COLOURS[Severity.MILD]}"/>'
        f'<path d="M122 36l24 24-24 24-24-24z" fill="{SEVERITY_COLOURS[Severity.MODERATE]}"/>'
        f'<path d="M160 49h14l7 7v8l-7 7h-14l-7-7v-8z" fill="{SEVERITY_COLOURS[Severity.SEVERE]}"/>'
    ),
    "act": _FRAME.format(
        '<rect x="46" y="14" width="66" height="92" rx="8" fill="none" stroke="#9A9188" stroke-width="3"/>'
        '<path d="M60 36h38M60 52h38M60 68h22" stroke="#9A9188" stroke-width="3" stroke-linecap="round"/>'
        '<circle cx="136" cy="76" r="26" fill="#0F9488"/>'
        '<path d="M136 62v28M122 76h28" stroke="#fff" stroke-width="6" stroke-linecap="round"/>'
    ),
}
