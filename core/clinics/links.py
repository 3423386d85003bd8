"""Links that lead to a clinic. Every part is quoted; nothing but http, https and tel ever comes out."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

# What most addresses are; taking a list apart by `urlsplit` is slow.
_PLAIN = re.compile(r"https?://[a-z0-9]+(?:[.-][a-z0-9]+)+/?")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[:/?#].*)?")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{5,24}")


@dataclass(frozen=True)
class Routes:
    """Addresses that open a route to a place.

    Attributes:
        kakao: Kakao Map.
        naver: Naver Map.
        google: Google Maps.
    """

    kakao: str
    naver: str
    google: str


def routes_to(name: str, latitude: float, longitude: float) -> Routes:
    """Return the routes to a place.

    Args:
        name: What the map calls the place.
        latitude: In degrees.
        longitude: In degrees.
    """
    label = quote(name, safe="")
    where = f"{latitude:.6f},{longitude:.6f}"
    return Routes(
        # A comma ends the name there, quoted or not.
        kakao=f"https://map.kakao.com/link/to/{quote(name.replace(',', ' '), safe='')},{where}",
        naver=f"https://map.naver.com/p/directions/-/{longitude:.6f},{latitude:.6f},{label}/-/transit",
        google=f"https://www.google.com/maps/dir/?api=1&destination={quote(where, safe='')}",
    )


def phone_link(phone: str) -> str | None:
    """Return a `tel:` link, or None for something that is no phone number."""
    if not _PHONE.fullmatch(phone):
        return None
    return "tel:" + re.sub(r"[^0-9+]", "", phone)


def web_link(address: str) -> str | None:
    """Return an http or https address as it may stand in a link, or None for anything else."""
    if _PLAIN.fullmatch(address):
        return address
    try:
        parts = urlsplit(address.strip())
        # Reading the port checks it.
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        _ = parts.port
    except ValueError:
        return None
    if not usable or any(letter.isspace() or letter in "<>\"'`\\" for letter in address.strip()):
        return None
    return parts.geturl()


def mended_web_link(address: str) -> str | None:
    """Return what `web_link` does, also for an address without `http://`; empty for an empty one."""
    written = address.strip()
    if not written or written in ("http://", "https://"):
        return ""
    link = web_link(written)
    return web_link(f"http://{written}") if link is None and _HOST.fullmatch(written) else link
