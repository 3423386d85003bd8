"""`python -m core clinics ...`."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.clinics_import import import_files
from core.commands.console import JsonFlag, read_settings, say, say_json, say_table
from core.taxonomy import Region

if TYPE_CHECKING:
    from core.clinics.clinic import Clinic
    from core.clinics.directory import Query
    from core.clinics.store import ClinicStore

clinics = typer.Typer(rich_markup_mode=None, help="The directory of clinics.", no_args_is_help=True)
clinics.command("import")(import_files)

NameOption = Annotated[str, typer.Option("--name", help="Parts of the name: Korean, in Latin letters, or ㄱㄴ.")]
RegionOption = Annotated[str, typer.Option(help="Province: seoul, gyeonggi ... or its Korean name.")]
DistrictOption = Annotated[str, typer.Option(help="District in Korean, for example 강남구.")]
KindOption = Annotated[str, typer.Option(help="Kind in HIRA's words, for example 의원.")]
DepartmentOption = Annotated[str, typer.Option(help="Department in HIRA's words, for example 피부과.")]
PhoneOption = Annotated[bool, typer.Option("--has-phone", help="Only those with a phone number.")]


# Unknown options are passed on, so that a position south of the equator is not taken for an option.
@clinics.command(context_settings={"ignore_unknown_options": True})
def near(
    latitude: Annotated[float, typer.Argument(metavar="LAT", min=-90, max=90, help="Degrees north.")],
    longitude: Annotated[float, typer.Argument(metavar="LON", min=-180, max=180, help="Degrees east.")],
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    within: Annotated[
        float | None, typer.Option(metavar="KM", min=0, help="Only up to this distance.", show_default=False)
    ] = None,
    name: NameOption = "",
    region: RegionOption = "",
    district: DistrictOption = "",
    kind: KindOption = "",
    department: DepartmentOption = "",
    has_phone: PhoneOption = False,
    as_json: JsonFlag = False,
) -> None:
    """List the clinics nearest to a position, nearest first; with --json one line a clinic.

    Clinics whose position is unknown are not among them: `clinics search` lists those too.
    """
    query = _query(name, region, district, kind, department, has_phone=has_phone)
    found = _store().directory().near(latitude, longitude, limit, within_km=within, query=query)
    for place in found:
        if as_json:
            say_json({"distance_km": round(place.distance_km, 3), **_as_json(place.clinic)})
        else:
            say(f"{place.distance_km:7.1f} km  {_line(place.clinic)}")
    if not found and not as_json:
        say("No clinic matches. Leave out a condition, or widen --within.")


@clinics.command()
def search(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Parts of the name; everything by default.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    region: RegionOption = "",
    district: DistrictOption = "",
    kind: KindOption = "",
    department: DepartmentOption = "",
    has_phone: PhoneOption = False,
    as_json: JsonFlag = False,
) -> None:
    """List clinics by name, region and kind, those without a position included; with --json one line a clinic."""
    directory = _store().directory()
    query = _query(name, region, district, kind, department, has_phone=has_phone)
    for clinic in directory.search(query, limit):
        if as_json:
            say_json(_as_json(clinic))
        else:
            say(_line(clinic))
    total = directory.count(query)
    if not as_json and (total > limit or not total):
        say(f"{total} in all" if total else "No clinic matches. Leave out a condition.")


@clinics.command()
def lists(as_json: JsonFlag = False) -> None:
    """List what the directory is made of: the built-in list and what was imported, with source and date."""
    known = _store().lists()
    if as_json:
        say_json([asdict(each) for each in known])
        return
    rows: list[tuple[str, ...]] = [
        (each.name, str(each.id), f"{each.clinics:,}", f"{each.shown:,}", each.source_date or "-", each.source)
        for each in known
    ]
    say_table(("list", "id", "clinics", "shown", "state of", "source"), rows)


@clinics.command()
def remove(
    list_id: Annotated[int, typer.Argument(metavar="LIST", help="Id of an imported list, see `clinics lists`.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Remove an imported list; what it covered shows again. Booking links filled in by hand stay."""
    if not yes:
        typer.confirm(f"Remove list {list_id}?", abort=True, err=True)
    gone = _store().remove(list_id)
    if as_json:
        say_json({"removed": list_id, "clinics_gone": gone})
    else:
        say(f"List {list_id} removed; {gone:,} clinics are no longer in the directory")


@clinics.command()
def booking(
    clinic_id: Annotated[str, typer.Argument(metavar="CLINIC", help="Id of the clinic, as --json prints it.")],
    address: Annotated[str, typer.Argument(metavar="[ADDRESS]", help="Where to book; nothing takes it out.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Fill in the address where a clinic is booked. No import changes it."""
    store = _store()
    store.set_booking(clinic_id, address)
    clinic = store.directory().find(clinic_id)
    link = clinic.booking if clinic else ""
    if as_json:
        say_json({"clinic": clinic_id, "booking": link})
    else:
        say(f"{clinic_id} is booked at {link}" if link else f"{clinic_id} has no booking link now")


def _store() -> "ClinicStore":
    from core.clinics.store import ClinicStore

    return ClinicStore(read_settings().clinics_path)


def _query(name: str, region: str, district: str, kind: str, department: str, *, has_phone: bool) -> "Query":
    from core.clinics.directory import Query
    from core.clinics.regions import find_region

    chosen = next((each for each in Region if each.name.lower() == region.strip().lower()), None)
    chosen = chosen or (find_region(region, district) if region.strip() else None)
    if region.strip() and chosen is None:
        known = ", ".join(each.name.lower() for each in Region)
        raise typer.BadParameter(f"there is no province {region!r}; known are {known}")
    return Query(name, chosen, district, kind, department, has_phone)


def _as_json(clinic: "Clinic") -> dict[str, object]:
    plain = asdict(clinic)
    return {**plain, "specialists": dict(clinic.specialists)}


def _line(clinic: "Clinic") -> str:
    return "  ".join(word for word in (clinic.name, clinic.kind, clinic.phone, clinic.address) if word)
