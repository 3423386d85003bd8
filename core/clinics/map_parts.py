"""What a map is drawn from: where its scripts are, where one stands, the places and the card of the chosen one."""

from dataclasses import dataclass

from core.clinics.clinic import Clinic


@dataclass(frozen=True)
class MapAssets:
    """Addresses of the scripts and style sheets, as the browser reaches them from the map's frame.

    Attributes:
        scripts: In the order of loading: Leaflet, its marker clusters, the outlines, `clinics_map.js`.
        styles: Likewise.
    """

    scripts: tuple[str, ...]
    styles: tuple[str, ...]


@dataclass(frozen=True)
class Tiles:
    """Online map tiles.

    Attributes:
        url: `https://.../{z}/{x}/{y}.png`.
        attribution: What the tile server asks to be shown, plain text.
    """

    url: str
    attribution: str


@dataclass(frozen=True)
class Origin:
    """Where distances are measured from.

    Attributes:
        latitude: Degrees.
        longitude: Degrees.
        label: What the map calls it.
        radius_km: Radius of the search; None for no circle.
        mine: Whether it is a person's position rather than a place's centre.
    """

    latitude: float
    longitude: float
    label: str
    radius_km: float | None = None
    mine: bool = False


@dataclass(frozen=True)
class Card:
    """The chosen clinic as the map shows it.

    Attributes:
        clinic: The clinic.
        lines: Distance, kind, departments and specialists, in words.
        hours: Opening hours, in words.
        ways: Label and address of phone, homepage, booking: checked addresses only.
        specialists: Of the department that is looked for; 0 where unknown.
    """

    clinic: Clinic
    lines: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()
    ways: tuple[tuple[str, str], ...] = ()
    specialists: int = 0


@dataclass(frozen=True)
class Marker:
    """A place as the map draws it.

    Attributes:
        clinic: The clinic's id.
        name: Its name.
        latitude: Degrees.
        longitude: Degrees.
        kind: In HIRA's words.
        specialists: Of the department that is looked for; less than 1 where unknown.
    """

    clinic: str
    name: str
    latitude: float
    longitude: float
    kind: str
    specialists: int
